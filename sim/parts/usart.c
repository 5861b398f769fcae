// SPDX-License-Identifier: MIT
// A USART's transmitter (RM0091, 27.5 and 27.8): a data register, a shift register, frames that
// take their time at the baud rate, and a pin on which the host listens. Nothing is connected to
// RX.
#include "sim/chip/chip_state.h"

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
};

#define CR1_UE    (1u << 0)
#define CR1_TE    (1u << 3)
#define CR1_TCIE  (1u << 6)
#define CR1_TXEIE (1u << 7)
#define CR1_PCE   (1u << 10)
#define CR1_M0    (1u << 12)
#define CR1_OVER8 (1u << 15)
#define CR1_M1    (1u << 28)
#define ISR_TC    (1u << 6)
#define ISR_TXE   (1u << 7)
#define ISR_TEACK (1u << 21)
#define BRR_LEAST 16u // BRR must be at least 16 in both ways of oversampling (27.5.4)
#define NS_PER_S  1000000000ull
#define HALVES    2u // of a bit

static bool is_on(const struct sim_usart *u)
{
    return (u->cr1 & (CR1_UE | CR1_TE)) == (CR1_UE | CR1_TE);
}

static void update_irq(struct sim_usart *u)
{
    bool active =
        (u->cr1 & CR1_TXEIE && u->isr & ISR_TXE) || (u->cr1 & CR1_TCIE && u->isr & ISR_TC);
    sim_core_set_irq(u->chip->core, u->index == 0 ? SIM_IRQ_USART1 : SIM_IRQ_USART2, active);
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
    *factor = u->cr1 & CR1_OVER8 ? 2 : 1;
    return u->cr1 & CR1_OVER8 ? (u->brr & 0xfff0u) | (u->brr & 7u) << 1 : u->brr;
}

static uint64_t frame_ns(const struct sim_usart *u)
{
    uint32_t hz = sim_clocks_usart_hz(u->chip, u->index), factor;
    uint64_t clocks = frame_halves(u) * bit_clocks(u, &factor);
    if (hz == 0 || u->brr < BRR_LEAST)
        return SIM_NEVER;
    return clocks * NS_PER_S / (HALVES * factor * (uint64_t)hz);
}

static bool is_wired(const struct sim_usart *u)
{
    const struct sim_tx_pin *pin = u->chip->row->tx[u->index];
    for (; pin && pin->port; pin++) {
        if (sim_gpio_is_alternate(u->chip, pin->port, pin->pin, pin->af))
            return true;
    }
    return false;
}

static void give_to_host(struct sim_usart *u)
{
    struct sim_chip *chip = u->chip;
    if (!is_wired(u)) {
        log_line(chip->log, LOG_DEBUG, "USART%u sends, but none of its pins is TX", u->index + 1);
        return;
    }
    if (chip->usart_len == SIM_USART_ROOM) {
        chip->usart_start = (chip->usart_start + 1) % SIM_USART_ROOM;
        chip->usart_len--;
    }
    chip->usart_out[(chip->usart_start + chip->usart_len++) % SIM_USART_ROOM] =
        (uint8_t)(u->shift & ((1u << data_bits(u)) - 1));
}

// From the data register to the shift register, where the next frame begins.
static void shift_next(struct sim_usart *u)
{
    uint64_t ns = frame_ns(u);
    u->shift = u->tdr;
    u->shifting = true;
    u->isr |= ISR_TXE;
    sim_clock_arm(u->chip->clock, &u->sent,
                  ns == SIM_NEVER ? SIM_NEVER : u->chip->clock->now_ns + ns);
}

static void frame_sent(void *arg)
{
    struct sim_usart *u = arg;
    give_to_host(u);
    u->shifting = false;
    if (u->isr & ISR_TXE)
        u->isr |= ISR_TC;
    else
        shift_next(u);
    update_irq(u);
}

static void transmit(struct sim_usart *u, uint16_t value)
{
    if (!is_on(u)) {
        sim_chip_violation(u->chip, "USART%u: TDR written while UE or TE is 0", u->index + 1);
        return;
    }
    if (u->brr < BRR_LEAST)
        sim_chip_violation(u->chip, "USART%u: BRR is %u, at least 16 is needed (27.5.4)",
                           u->index + 1, (unsigned)u->brr);
    if (!(u->isr & ISR_TXE))
        sim_chip_violation(u->chip, "USART%u: TDR written while TXE is 0; a byte is lost",
                           u->index + 1);
    u->tdr = value;
    u->isr &= ~(ISR_TC | ISR_TXE);
    if (!u->shifting)
        shift_next(u);
}

static void write_cr1(struct sim_usart *u, uint32_t value)
{
    u->cr1 = value;
    if (is_on(u))
        return;
    // The rest of a frame is not sent when the unit is switched off (27.8.1, UE).
    u->shifting = false;
    u->isr = ISR_TC | ISR_TXE;
    sim_clock_arm(u->chip->clock, &u->sent, SIM_NEVER);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_usart *u = self;
    const uint32_t registers[] = {u->cr1,  u->cr2,  u->cr3, u->brr,
                                  u->gtpr, u->rtor, 0,      u->isr | (is_on(u) ? ISR_TEACK : 0)};
    (void)size;
    *value = offset <= USART_ISR ? registers[offset / 4] : offset == USART_TDR ? u->tdr : 0;
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
        u->brr = value & 0xffff;
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
    case USART_TDR:
        transmit(u, value & 0x1ff);
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
    struct sim_usart fresh = {
        .chip = u->chip, .index = u->index, .sent = u->sent, .isr = ISR_TC | ISR_TXE};
    *u = fresh;
    sim_clock_arm(u->chip->clock, &u->sent, SIM_NEVER);
    update_irq(u);
}

void sim_usart_create(struct sim_chip *chip)
{
    for (unsigned i = 0; i < SIM_USARTS; i++) {
        chip->usart[i] = (struct sim_usart){.chip = chip, .index = i};
        sim_clock_add(chip->clock, &chip->usart[i].sent, frame_sent, &chip->usart[i]);
    }
}

size_t sim_chip_take_usart(struct sim_chip *chip, uint8_t *data, size_t cap)
{
    size_t n = 0;
    for (; n < cap && chip->usart_len; n++) {
        data[n] = chip->usart_out[chip->usart_start];
        chip->usart_start = (chip->usart_start + 1) % SIM_USART_ROOM;
        chip->usart_len--;
    }
    return n;
}

const struct sim_device sim_usart_device = {reset, read, write};
