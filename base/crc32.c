// SPDX-License-Identifier: MIT
#include "base/crc32.h"

#include "base/bytes.h"

// Four bits at a time: a table of sixteen is built faster than a page is sent.
struct table {
    uint32_t row[16];
};

static struct table make_table(void)
{
    struct table table;
    for (uint32_t i = 0; i < 16; i++) {
        uint32_t crc = i << 28;
        for (unsigned bit = 0; bit < 4; bit++)
            crc = crc & 0x80000000u ? crc << 1 ^ CRC32_POLYNOMIAL : crc << 1;
        table.row[i] = crc;
    }
    return table;
}

static uint32_t shift_out(const struct table *table, uint32_t crc, unsigned nibbles)
{
    while (nibbles-- > 0)
        crc = crc << 4 ^ table->row[crc >> 28];
    return crc;
}

uint32_t crc32_bytes(uint32_t crc, const uint8_t *data, size_t len)
{
    const struct table table = make_table();
    for (size_t i = 0; i < len; i++)
        crc = shift_out(&table, crc ^ (uint32_t)data[i] << 24, 2);
    return crc;
}

uint32_t crc32_words(uint32_t crc, const uint8_t *data, size_t len)
{
    const struct table table = make_table();
    for (size_t i = 0; i + 4 <= len; i += 4)
        crc = shift_out(&table, crc ^ get_le32(&data[i]), 8);
    return crc;
}
