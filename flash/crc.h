// SPDX-License-Identifier: MIT
// The CRC of the CRC unit in every STM32 (RM0091, 5): polynomial 0x04c11db7, start 0xffffffff,
// whole words with the most significant bit first, nothing reflected.
#ifndef SWDLINK_FLASH_CRC_H
#define SWDLINK_FLASH_CRC_H

#include <stddef.h>
#include <stdint.h>

// len is a multiple of 4; data as it lies in the target's memory (little-endian words).
uint32_t flash_crc(const uint8_t *data, size_t len);
// The word that takes the unit from one sum to another.
uint32_t flash_crc_bridge(uint32_t from, uint32_t to);

#endif
