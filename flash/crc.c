// SPDX-License-Identifier: MIT
#include "flash/crc.h"

#include "base/bytes.h"

#define POLYNOMIAL 0x04c11db7u

// Four bits at a time: a table of sixteen is built faster than a page is sent.
static void build(uint32_t table[16])
{
    for (uint32_t i = 0; i < 16; i++) {
        uint32_t crc = i << 28;
        for (unsigned bit = 0; bit < 4; bit++)
            crc = crc & 0x80000000u ? crc << 1 ^ POLYNOMIAL : crc << 1;
        table[i] = crc;
    }
}

uint32_t flash_crc(const uint8_t *data, size_t len)
{
    uint32_t table[16], crc = 0xffffffff;
    build(table);
    for (size_t i = 0; i < len; i += 4) {
        crc ^= get_le32(&data[i]);
        for (unsigned nibble = 0; nibble < 8; nibble++)
            crc = crc << 4 ^ table[crc >> 28];
    }
    return crc;
}

// A step is undone from its lowest bit: the polynomial has that bit, a shift leaves it clear.
uint32_t flash_crc_bridge(uint32_t from, uint32_t to)
{
    for (unsigned i = 0; i < 32; i++)
        to = to & 1 ? (to ^ POLYNOMIAL) >> 1 | 0x80000000u : to >> 1;
    return to ^ from;
}
