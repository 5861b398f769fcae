// SPDX-License-Identifier: MIT
// The transmitter that the USARTs of all families have alike: a data register or a FIFO, a shift
// register, frames that take their time, and a pin on which the host listens. usart.c and
// usart_f1.c have the registers. Nothing is connected to RX.
#ifndef SWDLINK_SIM_PARTS_TRANSMITTER_H
#define SWDLINK_SIM_PARTS_TRANSMITTER_H

#include "sim/chip/part.h"

#define SIM_TRANSMITTER_FIFO 8u

// How a version does it. self is its state, which begins with a struct sim_transmitter.
struct sim_transmitter_kind {
    uint64_t (*frame_ns)(const void *self); // SIM_NEVER: no clock
    unsigned (*data_bits)(const void *self);
    bool (*is_wired)(const void *self); // one of its pins is TX
    void (*update_irq)(void *self);     // TXE or TC has changed
};

struct sim_transmitter {
    struct sim_part *part;
    const struct sim_transmitter_kind *kind;
    uint16_t queue[SIM_TRANSMITTER_FIFO], shift; // the data register, or the FIFO
    unsigned queued;
    bool shifting, txe, tc;
    struct sim_timer sent;
};

// The format of a frame.
unsigned sim_frame_halves(unsigned word_bits, unsigned stop_code); // with start and stop bits
// BRR at 16 or 8 times the clock: how many clocks a bit takes, factor being 1 or 2 times too many.
uint64_t sim_frame_bit_clocks(uint32_t brr, bool over8, uint32_t *factor);

void sim_transmitter_create(struct sim_transmitter *t, struct sim_part *part,
                            const struct sim_transmitter_kind *kind);
// Switched off: the rest of a frame is not sent.
void sim_transmitter_stop(struct sim_transmitter *t);
// A write to the data register of an enabled unit; depth: how many wait for the shift register.
void sim_transmitter_put(struct sim_transmitter *t, uint16_t value, unsigned depth);

#endif
