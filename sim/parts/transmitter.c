// SPDX-License-Identifier: MIT
#include "sim/parts/transmitter.h"

#define HALVES 2u // of a bit

// In halves of a bit: stop bits come in halves too.
unsigned sim_frame_halves(unsigned word_bits, unsigned stop_code)
{
    static const uint8_t stop_halves[] = {2, 1, 4, 3};
    return HALVES * (1 + word_bits) + stop_halves[stop_code & 3];
}

// With OVER8 the counted clock is twice as fast, and BRR holds the fraction shifted right (RM0091,
// 27.5.4; RM0090, 30.3.4).
uint64_t sim_frame_bit_clocks(uint32_t brr, bool over8, uint32_t *factor)
{
    *factor = over8 ? 2 : 1;
    return over8 ? (brr & 0xfff0u) | (brr & 7u) << 1 : brr;
}

static void give_to_host(struct sim_transmitter *t)
{
    if (!t->kind->is_wired(t))
        log_line(t->part->log, LOG_DEBUG, "%s sends, but none of its pins is TX",
                 t->part->row->name);
    else
        sim_chip_put_usart(t->part->chip,
                           (uint8_t)(t->shift & ((1u << t->kind->data_bits(t)) - 1)));
}

// From the data register to the shift register, where the next frame begins.
static void shift_next_character(struct sim_transmitter *t)
{
    t->shift = t->queue[0];
    t->queued--;
    for (unsigned i = 0; i < t->queued; i++)
        t->queue[i] = t->queue[i + 1];
    t->shifting = t->txe = true;
    sim_clock_arm_in(t->part->clock, &t->sent, t->kind->frame_ns(t));
}

static void frame_sent(void *arg)
{
    struct sim_transmitter *t = arg;
    give_to_host(t);
    t->shifting = false;
    if (!t->queued)
        t->tc = true;
    else
        shift_next_character(t);
    t->kind->update_irq(t);
}

void sim_transmitter_put(struct sim_transmitter *t, uint16_t value, unsigned depth)
{
    if (!t->txe)
        sim_chip_violation(t->part->chip, "%s: TDR written while TXE is 0; a byte is lost",
                           t->part->row->name);
    if (t->queued == depth)
        t->queued--;
    t->queue[t->queued++] = value;
    t->tc = false;
    if (t->queued == depth)
        t->txe = false;
    if (!t->shifting)
        shift_next_character(t);
}

void sim_transmitter_stop(struct sim_transmitter *t)
{
    t->shifting = false;
    t->queued = 0;
    t->tc = t->txe = true;
    sim_clock_arm(t->part->clock, &t->sent, SIM_NEVER);
}

void sim_transmitter_create(struct sim_transmitter *t, struct sim_part *part,
                            const struct sim_transmitter_kind *kind)
{
    t->part = part;
    t->kind = kind;
    t->tc = t->txe = true;
    sim_clock_add(part->clock, &t->sent, frame_sent, t);
}
