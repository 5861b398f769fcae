// SPDX-License-Identifier: MIT
// The CRC unit (RM0091, 14): CRC-32 with polynomial 04c11db7, words, halfwords or bytes, bit reversal.
#include "sim/chip_state.h"

#define AHBENR_CRCEN 6u
#define POLYNOMIAL   0x04c11db7u

static uint32_t reverse_bits(uint32_t v, unsigned bits)
{
    uint32_t r = 0;
    for (unsigned i = 0; i < bits; i++)
        r |= (v >> i & 1) << (bits - 1 - i);
    return r;
}

// REV_IN reverses within bytes, halfwords or the whole word (14.4.3).
static uint32_t reverse_in(uint32_t v, unsigned size, unsigned mode)
{
    unsigned group = mode == 0 ? 0 : 1u << (mode - 1);
    if (group == 0)
        return v;
    if (group > size)
        group = size;
    uint32_t r = 0;
    for (unsigned i = 0; i < size; i += group)
        r |= reverse_bits(v >> 8 * i & (group == 4 ? ~0u : (1u << 8 * group) - 1), 8 * group) << 8 * i;
    return r;
}

static void feed(struct sim_crc *crc, uint32_t v, unsigned size)
{
    v = reverse_in(v, size, crc->cr >> 5 & 3);
    crc->dr ^= v << (32 - 8 * size);
    for (unsigned i = 0; i < 8 * size; i++)
        crc->dr = crc->dr >> 31 ? crc->dr << 1 ^ POLYNOMIAL : crc->dr << 1;
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_crc *crc = self;
    (void)kind;
    crc->dr = crc->init = 0xffffffff;
    crc->idr = crc->cr = 0;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_crc *crc = self;
    (void)size;
    *value = 0;
    if (!(crc->chip->rcc.ahbenr >> AHBENR_CRCEN & 1))
        return SIM_BUS_OK;
    if (offset == 0)
        *value = crc->cr & 0x80 ? reverse_bits(crc->dr, 32) : crc->dr;
    else if (offset == 4)
        *value = crc->idr;
    else if (offset == 8)
        *value = crc->cr;
    else if (offset == 16)
        *value = crc->init;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_crc *crc = self;
    if (!(crc->chip->rcc.ahbenr >> AHBENR_CRCEN & 1))
        return SIM_BUS_OK;
    if (offset == 0)
        feed(crc, value, size);
    else if (offset == 4)
        crc->idr = value & 0xff;
    else if (offset == 16)
        crc->init = value;
    if (offset == 8) {
        crc->cr = value & 0xe0;
        if (value & 1)
            crc->dr = crc->init;
    }
    return SIM_BUS_OK;
}

const struct sim_device crc_device = {reset, read, write};
