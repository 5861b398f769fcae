// SPDX-License-Identifier: MIT
// The driver for the FPEC that programs halfwords: STM32F0, F1 and F3.
#ifndef SWDLINK_FLASH_DRIVERS_FPEC16_H
#define SWDLINK_FLASH_DRIVERS_FPEC16_H

#include "flash/flash.h"

extern const struct flash_driver fpec16_driver;

#endif
