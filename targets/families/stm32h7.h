// SPDX-License-Identifier: MIT
// What the files of the family share. Addresses: RM0433, RM0399, RM0468 and RM0455, memory map; the
// registers of RCC by the offsets that all of them have for the first core (RCC_C1_…).
#ifndef SWDLINK_TARGETS_FAMILIES_STM32H7_H
#define SWDLINK_TARGETS_FAMILIES_STM32H7_H

#include "targets/families/family.h"

#define RCC          0x58024400u
#define RCC_CR       (RCC + 0x00)
#define RCC_CFGR     (RCC + 0x10)
#define RCC_D1CFGR   (RCC + 0x18)
#define RCC_AHB4RSTR (RCC + 0x88)
#define RCC_GCR      (RCC + 0xa0)
#define RCC_RSR      (RCC + 0x130)
#define RCC_AHB3ENR  (RCC + 0x134)
#define RCC_AHB1ENR  (RCC + 0x138)
#define RCC_AHB4ENR  (RCC + 0x140)
#define RCC_APB3ENR  (RCC + 0x144)

#define PWR_CR3   0x5802480cu
#define PWR_CPUCR 0x58024810u

#define FLASH_REGS  0x52002000u
#define FLASH_OPTCR (FLASH_REGS + 0x18)
#define FLASH_OPTSR (FLASH_REGS + 0x1c)

// stm32h7_prepare.c: the chip around a flash job; the CRC unit of H7Ax and H7Bx is elsewhere.
extern const struct flash_prepare stm32h7_prepare, stm32h7ab_prepare;
// stm32h7_options.c.
#define STM32H7_IS_74   (1u << 0) // features of a chip
#define STM32H7_IS_72   (1u << 1)
#define STM32H7_IS_7AB  (1u << 2)
#define STM32H7_OPTIONS 41
extern const struct option_field stm32h7_options[STM32H7_OPTIONS];
extern const struct family_execute_only stm32h7_execute_only;
// stm32h7_doctor.c.
extern const struct family_doctor stm32h7_doctor;

#endif
