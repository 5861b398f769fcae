// SPDX-License-Identifier: MIT
// A USART with SR and DR (RM0008, 27.3 and 27.6; RM0090, 30.3 and 30.6): its registers, and how
// long its frames are. Only what is sent is modelled.
#include "sim/parts/parts.h"
#include "sim/parts/transmitter.h"

enum {
    USART_SR = 0x00,
    USART_DR = 0x04,
    USART_BRR = 0x08,
    USART_CR1 = 0x0c,
    USART_CR2 = 0x10,
    USART_CR3 = 0x14,
    USART_GTPR = 0x18,
};

#define CR1_TE    (1u << 3)
#define CR1_TCIE  (1u << 6)
#define CR1_TXEIE (1u << 7)
#define CR1_PCE   (1u << 10)
#define CR1_M     (1u << 12)
#define CR1_UE    (1u << 13)
#define CR1_OVER8 (1u << 15) // not of an STM32F1
#define SR_TC     (1u << 6)
#define SR_TXE    (1u << 7)
#define BRR_LEAST 16u
#define NS_PER_S  1000000000ull
#define HALVES    2u // of a bit

struct sim_usart_f1 {
    struct sim_transmitter tx;
    uint32_t brr, cr1, cr2, cr3, gtpr;
    bool tc_seen; // SR was read: a write to DR clears TC
};

static const struct sim_usart_f1_config *config_of(const struct sim_usart_f1 *u)
{
    return u->tx.part->config;
}

static bool is_on(const struct sim_usart_f1 *u)
{
    return (u->cr1 & (CR1_UE | CR1_TE)) == (CR1_UE | CR1_TE);
}

static unsigned word_bits(const struct sim_usart_f1 *u)
{
    return u->cr1 & CR1_M ? 9 : 8;
}

static unsigned data_bits(const void *self)
{
    const struct sim_usart_f1 *u = self;
    return word_bits(u) - (u->cr1 & CR1_PCE ? 1 : 0); // the parity bit is one of them
}

static uint64_t frame_ns(const void *self)
{
    const struct sim_usart_f1 *u = self;
    uint32_t factor;
    uint64_t hz = sim_part_bus_hz(u->tx.part, SIM_PCLK_HZ);
    uint64_t clocks = sim_frame_halves(word_bits(u), u->cr2 >> 12) *
                      sim_frame_bit_clocks(u->brr, u->cr1 & CR1_OVER8, &factor);
    if (hz == 0 || u->brr < BRR_LEAST)
        return SIM_NEVER;
    return clocks * NS_PER_S / (HALVES * factor * hz);
}

// Of an STM32F1 a field of AFIO_MAPR says which pins it has; elsewhere each pin has its function.
static bool is_tx(const struct sim_usart_f1 *u, const struct sim_pin *pin)
{
    const struct sim_part *part = u->tx.part;
    unsigned port = (unsigned)(pin->port - 'A');
    if (!config_of(u)->remap_mask)
        return sim_signal_pin_is(part->signals, pin);
    uint64_t remap = sim_part_level(part, SIM_REMAP, 0);
    return (remap >> config_of(u)->remap_shift & config_of(u)->remap_mask) == pin->af &&
           sim_part_level(part, SIM_PORT_ALTERNATE, port) >> pin->pin & 1;
}

static bool is_wired(const void *self)
{
    const struct sim_usart_f1 *u = self;
    for (const struct sim_pin *pin = config_of(u)->tx; pin->port; pin++) {
        if (is_tx(u, pin))
            return true;
    }
    return false;
}

static void update_irq(void *self)
{
    struct sim_usart_f1 *u = self;
    bool active = (u->cr1 & CR1_TXEIE && u->tx.txe) || (u->cr1 & CR1_TCIE && u->tx.tc);
    sim_part_irq(u->tx.part, 0, active);
}

static const struct sim_transmitter_kind kind = {frame_ns, data_bits, is_wired, update_irq};

// ---- registers ----------------------------------------------------------------------------------

static void transmit_character(struct sim_usart_f1 *u, uint16_t value)
{
    if (!is_on(u)) {
        sim_chip_violation(u->tx.part->chip, "%s: DR written while UE or TE is 0",
                           u->tx.part->row->name);
        return;
    }
    if (u->brr < BRR_LEAST)
        sim_chip_violation(u->tx.part->chip, "%s: BRR is %u, at least %u is needed",
                           u->tx.part->row->name, (unsigned)u->brr, BRR_LEAST);
    bool tc = u->tx.tc;
    sim_transmitter_put(&u->tx, value, 1);
    u->tx.tc = tc && !u->tc_seen; // a read of SR and a write to DR clear it (RM0008, 27.6.1)
    u->tc_seen = false;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_usart_f1 *u = self;
    const uint32_t registers[] = {(u->tx.tc ? SR_TC : 0) | (u->tx.txe ? SR_TXE : 0),
                                  0,
                                  u->brr,
                                  u->cr1,
                                  u->cr2,
                                  u->cr3,
                                  u->gtpr};
    (void)size;
    *value = offset <= USART_GTPR ? registers[offset / 4] : 0;
    u->tc_seen = u->tc_seen || offset == USART_SR;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_usart_f1 *u = self;
    (void)size;
    switch (offset) {
    case USART_SR: // TC is cleared by writing 0
        u->tx.tc = u->tx.tc && value & SR_TC;
        break;
    case USART_DR:
        transmit_character(u, value & 0x1ff);
        break;
    case USART_BRR:
        u->brr = value & 0xffff;
        break;
    case USART_CR1:
        u->cr1 = value & (config_of(u)->has_over8 ? 0xbfff : 0x3fff);
        if (!is_on(u))
            sim_transmitter_stop(&u->tx);
        break;
    case USART_CR2:
        u->cr2 = value & 0x7f6f;
        break;
    case USART_CR3:
        u->cr3 = value & 0xfff;
        break;
    case USART_GTPR:
        u->gtpr = value & 0xffff;
        break;
    default:
        break;
    }
    update_irq(u);
    return SIM_BUS_OK;
}

static void reset(void *self, enum sim_reset reset_kind)
{
    struct sim_usart_f1 *u = self;
    (void)reset_kind;
    *u = (struct sim_usart_f1){.tx = u->tx};
    sim_transmitter_stop(&u->tx);
    update_irq(u);
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_usart_f1 *u = state;
    sim_transmitter_create(&u->tx, part, &kind);
    return true;
}

const struct sim_part_kind sim_part_usart_f1 = {
    .name = "usart_f1",
    .state_size = sizeof(struct sim_usart_f1),
    .create = create,
    .device = {reset, read, write},
};
