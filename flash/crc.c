// SPDX-License-Identifier: MIT
#include "flash/crc.h"

#include "base/crc32.h"

uint32_t flash_crc(const uint8_t *data, size_t len)
{
    return crc32_words(CRC32_START, data, len);
}

// A step is undone from its lowest bit: the polynomial has that bit, a shift leaves it clear.
uint32_t flash_crc_bridge(uint32_t from, uint32_t to)
{
    for (unsigned i = 0; i < 32; i++)
        to = to & 1 ? (to ^ CRC32_POLYNOMIAL) >> 1 | 0x80000000u : to >> 1;
    return to ^ from;
}
