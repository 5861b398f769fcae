// SPDX-License-Identifier: MIT
// The CRC unit (RM0091, 12): words, halfwords or bytes, bit reversal; the polynomial and its size
// can be chosen on some parts only.
#include "sim/chip/part.h"
#include "sim/parts/parts.h"

enum { CRC_DR = 0x00, CRC_IDR = 0x04, CRC_CR = 0x08, CRC_INIT = 0x10, CRC_POL = 0x14 };

#define CR_RESET    (1u << 0)
#define CR_REV_OUT  (1u << 7)
#define CR_KEPT     0xe0u // REV_IN and REV_OUT
#define CR_POLYSIZE 0x18u
#define POLYNOMIAL  0x04c11db7u
#define INITIAL     0xffffffffu

struct sim_crc {
    struct sim_part *part;
    uint32_t dr, cr, init, pol;
    uint8_t idr;
};

static bool has_polynomial(const struct sim_crc *c)
{
    const struct sim_crc_config *config = c->part->config;
    return !config->polynomial_feature ||
           sim_chip_row(c->part->chip)->features & config->polynomial_feature;
}

static uint32_t reverse_bits(uint32_t v, unsigned bits)
{
    uint32_t r = 0;
    for (unsigned i = 0; i < bits; i++)
        r |= (v >> i & 1) << (bits - 1 - i);
    return r;
}

// REV_IN reverses within bytes, halfwords or the whole of what was written (12.3).
static uint32_t reverse_in(uint32_t v, unsigned size, unsigned mode)
{
    unsigned group = mode == 0 ? 0 : 1u << (mode - 1);
    uint32_t r = 0;
    if (group == 0)
        return v;
    if (group > size)
        group = size;
    for (unsigned i = 0; i < size; i += group)
        r |= reverse_bits(v >> 8 * i, 8 * group) << 8 * i;
    return r;
}

static unsigned polynomial_bits(const struct sim_crc *c)
{
    static const uint8_t bits[] = {32, 16, 8, 7};
    return bits[(c->cr & CR_POLYSIZE) >> 3];
}

// The register is kept at the top of 32 bits, whatever the size of the polynomial.
static void feed(struct sim_crc *c, uint32_t v, unsigned size)
{
    unsigned spare = 32 - polynomial_bits(c);
    uint32_t top = c->dr << spare, pol = c->pol << spare;
    v = reverse_in(v, size, c->cr >> 5 & 3);
    for (unsigned i = 8 * size; i-- > 0;) {
        bool out = (top >> 31) ^ (v >> i & 1);
        top = out ? top << 1 ^ pol : top << 1;
    }
    c->dr = top >> spare;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_crc *c = self;
    switch (offset & ~3u) {
    case CRC_DR:
        *value = c->cr & CR_REV_OUT ? reverse_bits(c->dr, polynomial_bits(c)) : c->dr;
        break;
    case CRC_IDR:
        *value = c->idr;
        break;
    case CRC_CR:
        *value = c->cr;
        break;
    case CRC_INIT:
        *value = c->init;
        break;
    case CRC_POL:
        *value = has_polynomial(c) ? c->pol : 0;
        break;
    default:
        *value = 0;
        break;
    }
    *value >>= 8 * (offset & 3);
    if (size < 4)
        *value &= (1u << 8 * size) - 1;
    return SIM_BUS_OK;
}

static void write_cr(struct sim_crc *c, uint32_t value)
{
    bool any_polynomial = has_polynomial(c);
    c->cr = value & (CR_KEPT | (any_polynomial ? CR_POLYSIZE : 0));
    if (value & CR_RESET)
        c->dr = c->init;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_crc *c = self;
    switch (offset) {
    case CRC_DR:
        feed(c, value, size);
        break;
    case CRC_IDR:
        c->idr = (uint8_t)value;
        break;
    case CRC_CR:
        write_cr(c, value);
        break;
    case CRC_INIT: // goes to the data register as well (12.3)
        c->init = c->dr = value;
        break;
    case CRC_POL:
        if (has_polynomial(c))
            c->pol = value;
        break;
    default:
        break;
    }
    return SIM_BUS_OK;
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_crc *c = self;
    (void)kind;
    *c = (struct sim_crc){.part = c->part, .dr = INITIAL, .init = INITIAL, .pol = POLYNOMIAL};
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_crc *c = state;
    c->part = part;
    return true;
}

const struct sim_part_kind sim_part_crc = {
    .name = "crc",
    .state_size = sizeof(struct sim_crc),
    .create = create,
    .device = {reset, read, write},
};
