// SPDX-License-Identifier: MIT
// A USART with ISR, RDR and TDR (RM0091, 27.5 and 27.8): its registers, and how long its frames
// are.
#include "sim/parts/parts.h"
#include "sim/parts/transmitter.h"

enum {
    USART_CR1 = 0x00,
    USART_CR2 = 0x04,
    USART_CR3 = 0x08,
    USART_BRR = 0x0c,
    USART_GTPR = 0x10,
    USART_RTOR = 0x14,
    USART_RQR = 0x18,
    USART_ISR = 0x1c,
    USART_ICR = 0x20,
    USART_RDR = 0x24,
    USART_TDR = 0x28,
    USART_PRESC = 0x2c,
};

#define CR1_UE           (1u << 0)
#define CR1_TE           (1u << 3)
#define CR1_TCIE         (1u << 6)
#define CR1_TXEIE        (1u << 7)
#define CR1_PCE          (1u << 10)
#define CR1_M0           (1u << 12)
#define CR1_OVER8        (1u << 15)
#define CR1_M1           (1u << 28)
#define CR1_FIFO         (1u << 29)
#define ISR_TC           (1u << 6)
#define ISR_TXE          (1u << 7)
#define ISR_TEACK        (1u << 21)
#define ISR_TXFE         (1u << 23)
#define BRR_LEAST        16u    // BRR must be at least 16 in both ways of oversampling (27.5.4)
#define LPUART_BRR_LEAST 0x300u // RM0367, 25.7.4
#define LPUART_FRACTION  256u
#define NS_PER_S         1000000000ull
#define HALVES           2u // of a bit

struct sim_usart {
    struct sim_transmitter tx;
    uint32_t cr1, cr2, cr3, brr, gtpr, rtor, presc;
};

static bool is_on(const struct sim_usart *u)
{
    return (u->cr1 & (CR1_UE | CR1_TE)) == (CR1_UE | CR1_TE);
}

static const struct sim_usart_config *config_of(const struct sim_usart *u)
{
    return u->tx.part->config;
}

static bool is_low_power(const struct sim_usart *u)
{
    return config_of(u)->is_low_power;
}

static uint32_t least_brr(const struct sim_usart *u)
{
    return is_low_power(u) ? LPUART_BRR_LEAST : BRR_LEAST;
}

// How many bytes wait for the shift register at most (RM0444, 33.5.4).
static unsigned depth(const struct sim_usart *u)
{
    return u->cr1 & CR1_FIFO && config_of(u)->fifo ? config_of(u)->fifo : 1;
}

static void update_irq(void *self)
{
    struct sim_usart *u = self;
    bool active = (u->cr1 & CR1_TXEIE && u->tx.txe) || (u->cr1 & CR1_TCIE && u->tx.tc);
    sim_part_irq(u->tx.part, 0, active);
}

static unsigned word_bits(const struct sim_usart *u)
{
    return u->cr1 & CR1_M1 ? 7 : u->cr1 & CR1_M0 ? 9 : 8;
}

static unsigned data_bits(const void *self)
{
    const struct sim_usart *u = self;
    return word_bits(u) - (u->cr1 & CR1_PCE ? 1 : 0); // the parity bit is one of them (27.5.8)
}

// Clocks of a bit (27.5.4).
static uint64_t bit_clocks(const struct sim_usart *u, uint32_t *factor)
{
    if (!is_low_power(u))
        return sim_frame_bit_clocks(u->brr, u->cr1 & CR1_OVER8, factor);
    *factor = LPUART_FRACTION;
    return u->brr;
}

static uint64_t frame_ns(const void *self)
{
    const struct sim_usart *u = self;
    static const uint16_t prescale[] = {1, 2, 4, 6, 8, 10, 12, 16, 32, 64, 128, 256};
    uint64_t hz = sim_part_level(u->tx.part, SIM_USART_HZ, u->tx.part->row->number);
    hz /= prescale[u->presc < 12 ? u->presc : 11];
    uint32_t factor;
    uint64_t clocks = sim_frame_halves(word_bits(u), u->cr2 >> 12) * bit_clocks(u, &factor);
    if (hz == 0 || u->brr < least_brr(u))
        return SIM_NEVER;
    return clocks * NS_PER_S / (HALVES * factor * hz);
}

static bool is_wired(const void *self)
{
    const struct sim_usart *u = self;
    const struct sim_usart_config *config = u->tx.part->config;
    const struct sim_pin *pin = config->tx;
    for (; pin && pin->port; pin++) {
        if (sim_signal_pin_is(u->tx.part->signals, pin))
            return true;
    }
    return false;
}

static const struct sim_transmitter_kind kind = {frame_ns, data_bits, is_wired, update_irq};

static void transmit_character(struct sim_usart *u, uint16_t value)
{
    if (!is_on(u)) {
        sim_chip_violation(u->tx.part->chip, "%s: TDR written while UE or TE is 0",
                           u->tx.part->row->name);
        return;
    }
    if (u->brr < least_brr(u))
        sim_chip_violation(u->tx.part->chip, "%s: BRR is %u, at least %u is needed (27.5.4)",
                           u->tx.part->row->name, (unsigned)u->brr, (unsigned)least_brr(u));
    sim_transmitter_put(&u->tx, value, depth(u));
}

static void write_cr1(struct sim_usart *u, uint32_t value)
{
    u->cr1 = value;
    if (is_on(u))
        return;
    sim_transmitter_stop(&u->tx); // 27.8.1, UE
}

static uint32_t flags(const struct sim_usart *u)
{
    return (u->tx.tc ? ISR_TC : 0) | (u->tx.txe ? ISR_TXE : 0) | (is_on(u) ? ISR_TEACK : 0) |
           (depth(u) > 1 && !u->tx.queued ? ISR_TXFE : 0);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_usart *u = self;
    const uint32_t registers[] = {u->cr1, u->cr2, u->cr3, u->brr, u->gtpr, u->rtor, 0, flags(u)};
    (void)size;
    if (offset <= USART_ISR)
        *value = registers[offset / 4];
    else
        *value = offset == USART_TDR ? u->tx.queue[0] : offset == USART_PRESC ? u->presc : 0;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_usart *u = self;
    (void)size;
    switch (offset) {
    case USART_CR1:
        write_cr1(u, value);
        break;
    case USART_CR2:
        u->cr2 = value;
        break;
    case USART_CR3:
        u->cr3 = value;
        break;
    case USART_BRR:
        u->brr = value & (is_low_power(u) ? 0xfffff : 0xffff);
        break;
    case USART_GTPR:
        u->gtpr = value & 0xffff;
        break;
    case USART_RTOR:
        u->rtor = value;
        break;
    case USART_ICR:
        u->tx.tc = u->tx.tc && !(value & ISR_TC);
        break;
    case USART_PRESC:
        u->presc = config_of(u)->has_prescaler ? value & 15 : 0;
        break;
    case USART_TDR:
        transmit_character(u, value & 0x1ff);
        break;
    default: // requests and reception
        break;
    }
    update_irq(u);
    return SIM_BUS_OK;
}

static void reset(void *self, enum sim_reset reset_kind)
{
    struct sim_usart *u = self;
    (void)reset_kind;
    *u = (struct sim_usart){.tx = u->tx};
    sim_transmitter_stop(&u->tx);
    update_irq(u);
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_usart *u = state;
    sim_transmitter_create(&u->tx, part, &kind);
    return true;
}

const struct sim_part_kind sim_part_usart = {
    .name = "usart",
    .state_size = sizeof(struct sim_usart),
    .create = create,
    .device = {reset, read, write},
};
