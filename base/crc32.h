// SPDX-License-Identifier: MIT
// CRC-32 with the polynomial 0x04c11db7, most significant bit first, nothing reflected: what GDB's
// qCRC (libiberty's xcrc32) and, word by word, the CRC unit in every STM32 (RM0091, 5) make.
#ifndef SWDLINK_BASE_CRC32_H
#define SWDLINK_BASE_CRC32_H

#include <stddef.h>
#include <stdint.h>

#define CRC32_POLYNOMIAL 0x04c11db7u
#define CRC32_START      0xffffffffu

// The sum over len more bytes, of which the first counts most.
uint32_t crc32_bytes(uint32_t crc, const uint8_t *data, size_t len);
// The same over little-endian words, as the CRC unit reads them; len is a multiple of 4.
uint32_t crc32_words(uint32_t crc, const uint8_t *data, size_t len);

#endif
