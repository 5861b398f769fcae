// SPDX-License-Identifier: MIT
// What the files of the family share. Addresses: RM0367, 2.2.
#ifndef SWDLINK_TARGETS_FAMILIES_STM32L0_H
#define SWDLINK_TARGETS_FAMILIES_STM32L0_H

#include "targets/families/family.h"

#define RCC_CR      0x40021000u
#define RCC_ICSCR   0x40021004u
#define RCC_CFGR    0x4002100cu
#define RCC_IOPENR  0x4002102cu
#define RCC_AHBENR  0x40021030u
#define RCC_APB2ENR 0x40021034u
#define RCC_APB1ENR 0x40021038u
#define RCC_CSR     0x40021050u

#define PWR_CR 0x40007000u

#define FLASH_REGS 0x40022000u

// stm32l0_prepare.c: the chip around a flash job.
extern const struct flash_prepare stm32l0_prepare;
// stm32l0_doctor.c: what the doctor reads and measures.
// Its registers, in their order.
enum {
    STM32L0_READ_CSR,
    STM32L0_READ_CR,
    STM32L0_READ_CFGR,
    STM32L0_READ_ICSCR,
    STM32L0_READ_OPTR,
};
extern const struct family_doctor stm32l0_doctor;

#endif
