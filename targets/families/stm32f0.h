// SPDX-License-Identifier: MIT
// What the files of the family share. Addresses: RM0091, 2.2.2.
#ifndef SWDLINK_TARGETS_FAMILIES_STM32F0_H
#define SWDLINK_TARGETS_FAMILIES_STM32F0_H

#include "targets/families/family.h"

#define RCC_CR      0x40021000u
#define RCC_CFGR    0x40021004u
#define RCC_AHBENR  0x40021014u
#define RCC_APB2ENR 0x40021018u
#define RCC_APB1ENR 0x4002101cu

#define FLASH_REGS 0x40022000u

// stm32f0_doctor.c: what the doctor reads and measures.
// Its registers, in their order.
enum { STM32F0_READ_CSR, STM32F0_READ_CR, STM32F0_READ_CFGR, STM32F0_READ_OBR };
extern const struct family_doctor stm32f0_doctor;

#endif
