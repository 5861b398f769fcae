// SPDX-License-Identifier: MIT
// A USART's transmitter (RM0091, 27.5 and 27.8): a data register, a shift register, frames that
// take their time at the baud rate, and a pin on which the host listens. Nothing is connected to
// RX.
#include "sim/chip/part.h"
#include "sim/parts/parts.h"

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
#define MAX_FIFO         8u

struct sim_usart {
    struct sim_part *part;
    uint32_t cr1, cr2, cr3, brr, gtpr, rtor, presc, isr;
    uint16_t queue[MAX_FIFO], shift; // the data register, or the FIFO
    unsigned queued;
    bool shifting;
    struct sim_timer sent;
};

static bool is_on(const struct sim_usart *u)
{
    return (u->cr1 & (CR1_UE | CR1_TE)) == (CR1_UE | CR1_TE);
}

static const struct sim_usart_config *config_of(const struct sim_usart *u)
{
    return u->part->config;
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

static void update_irq(struct sim_usart *u)
{
    bool active =
        (u->cr1 & CR1_TXEIE && u->isr & ISR_TXE) || (u->cr1 & CR1_TCIE && u->isr & ISR_TC);
    sim_part_irq(u->part, 0, active);
}

static unsigned word_bits(const struct sim_usart *u)
{
    return u->cr1 & CR1_M1 ? 7 : u->cr1 & CR1_M0 ? 9 : 8;
}

static unsigned data_bits(const struct sim_usart *u)
{
    return word_bits(u) - (u->cr1 & CR1_PCE ? 1 : 0); // the parity bit is one of them (27.5.8)
}

// In halves of a bit: stop bits come in halves too.
static unsigned frame_halves(const struct sim_usart *u)
{
    static const uint8_t stop_halves[] = {2, 1, 4, 3};
    return HALVES * (1 + word_bits(u)) + stop_halves[u->cr2 >> 12 & 3];
}

// Clocks of a bit (27.5.4); with OVER8, the counted clock is twice as fast and BRR holds the
// fraction shifted right.
static uint64_t bit_clocks(const struct sim_usart *u, uint32_t *factor)
{
    if (is_low_power(u)) {
        *factor = LPUART_FRACTION;
        return u->brr;
    }
    *factor = u->cr1 & CR1_OVER8 ? 2 : 1;
    return u->cr1 & CR1_OVER8 ? (u->brr & 0xfff0u) | (u->brr & 7u) << 1 : u->brr;
}

static uint64_t frame_ns(const struct sim_usart *u)
{
    static const uint16_t prescale[] = {1, 2, 4, 6, 8, 10, 12, 16, 32, 64, 128, 256};
    uint64_t hz = sim_part_level(u->part, SIM_USART_HZ, u->part->row->number);
    hz /= prescale[u->presc < 12 ? u->presc : 11];
    uint32_t factor;
    uint64_t clocks = frame_halves(u) * bit_clocks(u, &factor);
    if (hz == 0 || u->brr < least_brr(u))
        return SIM_NEVER;
    return clocks * NS_PER_S / (HALVES * factor * hz);
}

static bool is_wired(const struct sim_usart *u)
{
    const struct sim_usart_config *config = u->part->config;
    const struct sim_pin *pin = config->tx;
    for (; pin && pin->port; pin++) {
        if (sim_signal_pin_is(u->part->signals, pin))
            return true;
    }
    return false;
}

static void give_to_host(struct sim_usart *u)
{
    if (!is_wired(u))
        log_line(u->part->log, LOG_DEBUG, "%s sends, but none of its pins is TX",
                 u->part->row->name);
    else
        sim_chip_put_usart(u->part->chip, (uint8_t)(u->shift & ((1u << data_bits(u)) - 1)));
}

// From the data register to the shift register, where the next frame begins.
static void shift_next_character(struct sim_usart *u)
{
    uint64_t ns = frame_ns(u);
    u->shift = u->queue[0];
    u->queued--;
    for (unsigned i = 0; i < u->queued; i++)
        u->queue[i] = u->queue[i + 1];
    u->shifting = true;
    u->isr |= ISR_TXE;
    sim_clock_arm(u->part->clock, &u->sent,
                  ns == SIM_NEVER ? SIM_NEVER : u->part->clock->now_ns + ns);
}

static void frame_sent(void *arg)
{
    struct sim_usart *u = arg;
    give_to_host(u);
    u->shifting = false;
    if (!u->queued)
        u->isr |= ISR_TC;
    else
        shift_next_character(u);
    update_irq(u);
}

static void transmit_character(struct sim_usart *u, uint16_t value)
{
    if (!is_on(u)) {
        sim_chip_violation(u->part->chip, "%s: TDR written while UE or TE is 0",
                           u->part->row->name);
        return;
    }
    if (u->brr < least_brr(u))
        sim_chip_violation(u->part->chip, "%s: BRR is %u, at least %u is needed (27.5.4)",
                           u->part->row->name, (unsigned)u->brr, (unsigned)least_brr(u));
    if (!(u->isr & ISR_TXE))
        sim_chip_violation(u->part->chip, "%s: TDR written while TXE is 0; a byte is lost",
                           u->part->row->name);
    if (u->queued == depth(u))
        u->queued--;
    u->queue[u->queued++] = value;
    u->isr &= ~ISR_TC;
    if (u->queued == depth(u))
        u->isr &= ~ISR_TXE;
    if (!u->shifting)
        shift_next_character(u);
}

static void write_cr1(struct sim_usart *u, uint32_t value)
{
    u->cr1 = value;
    if (is_on(u))
        return;
    // The rest of a frame is not sent when the unit is switched off (27.8.1, UE).
    u->shifting = false;
    u->queued = 0;
    u->isr = ISR_TC | ISR_TXE;
    sim_clock_arm(u->part->clock, &u->sent, SIM_NEVER);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_usart *u = self;
    const uint32_t registers[] = {u->cr1,  u->cr2,  u->cr3, u->brr,
                                  u->gtpr, u->rtor, 0,      u->isr | (is_on(u) ? ISR_TEACK : 0)};
    (void)size;
    if (offset == USART_ISR)
        *value = registers[offset / 4] | (depth(u) > 1 && !u->queued ? ISR_TXFE : 0);
    else if (offset < USART_ISR)
        *value = registers[offset / 4];
    else
        *value = offset == USART_TDR ? u->queue[0] : offset == USART_PRESC ? u->presc : 0;
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
        u->isr &= ~(value & ISR_TC);
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

static void reset(void *self, enum sim_reset kind)
{
    struct sim_usart *u = self;
    (void)kind;
    struct sim_usart fresh = {.part = u->part, .sent = u->sent, .isr = ISR_TC | ISR_TXE};
    *u = fresh;
    sim_clock_arm(u->part->clock, &u->sent, SIM_NEVER);
    update_irq(u);
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_usart *u = state;
    u->part = part;
    sim_clock_add(part->clock, &u->sent, frame_sent, u);
    return true;
}

const struct sim_part_kind sim_part_usart = {
    .name = "usart",
    .state_size = sizeof(struct sim_usart),
    .create = create,
    .device = {reset, read, write},
};
