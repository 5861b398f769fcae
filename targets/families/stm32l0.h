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

#define FLASH_REGS 0x40022000u

// stm32l0_doctor.c: what the doctor reads and measures.
extern const struct family_doctor stm32l0_doctor;

#endif
