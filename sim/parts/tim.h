// SPDX-License-Identifier: MIT
// The inside of a timer, shared by tim.c and tim_count.c. Nobody else includes this.
#ifndef SWDLINK_SIM_PARTS_TIM_H
#define SWDLINK_SIM_PARTS_TIM_H

#include "sim/chip/part.h"
#include "sim/parts/parts.h"
#include "sim/time/ticker.h"

struct sim_tim {
    struct sim_part *part;
    const struct sim_tim_config *config;
    uint32_t cr1, cr2, smcr, dier, sr, ccmr[2], ccer, or, bdtr;
    uint32_t cnt, psc, arr, ccr[4], rcr;
    uint32_t psc_used, arr_used, repeats_left; // the preloaded values at work
    uint64_t divided;                          // timer clocks towards the next count
    bool frozen;
    struct sim_ticker clock;
    struct sim_ticker signal; // what is captured, twice
    uint64_t signal_ticks;    // of it since the last capture
    unsigned capture_divider;
    struct sim_timer timer;
};

#define SIM_TIM_CEN   (1u << 0) // of CR1
#define SIM_TIM_UDIS  (1u << 1)
#define SIM_TIM_URS   (1u << 2)
#define SIM_TIM_OPM   (1u << 3)
#define SIM_TIM_DIR   (1u << 4)
#define SIM_TIM_CMS   (3u << 5)
#define SIM_TIM_ARPE  (1u << 7)
#define SIM_TIM_UIF   (1u << 0) // of SR and DIER
#define SIM_TIM_CC1   (1u << 1)
#define SIM_TIM_CC1OF (1u << 9)

// tim_count.c
uint32_t sim_tim_mask(const struct sim_tim *t);
void sim_tim_restart(struct sim_tim *t);                // EGR.UG
void sim_tim_count_to(struct sim_tim *t, uint64_t ns);  // brings the counter to a time
uint64_t sim_tim_count_due_ns(const struct sim_tim *t); // of the next interrupt by counting

#endif
