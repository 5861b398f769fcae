// SPDX-License-Identifier: MIT
// The inside of the reset and clock control of the STM32F1, shared by rcc_f1.c and rcc_f1_clocks.c.
// Nobody else includes this.
#ifndef SWDLINK_SIM_PARTS_RCC_F1_H
#define SWDLINK_SIM_PARTS_RCC_F1_H

#include "sim/chip/part.h"
#include "sim/parts/parts.h"

enum { SIM_F1_SOURCES = SIM_PLL + 1 };

struct sim_rcc_f1 {
    struct sim_part *part;
    uint32_t cr, cfgr, cir_flags, cir_enables, bdcr, csr, cfgr2;
    uint32_t rstr[SIM_RCC_BUSES], enr[SIM_RCC_BUSES];
    unsigned sws;
    bool on[SIM_F1_SOURCES], ready[SIM_F1_SOURCES];
    uint64_t ready_ns[SIM_F1_SOURCES]; // SIM_NEVER: not on its way
    uint32_t hse_hz;                   // of the crystal; 0: none, or dead
    struct sim_timer timer;
};

#define RCC_F1_CR_CSSON    (1u << 19)
#define RCC_F1_CFGR_SW     0x3u
#define RCC_F1_CFGR_PLLSRC (1u << 16)
#define RCC_F1_CFGR_XTPRE  (1u << 17)
#define RCC_F1_CIR_CSSF    (1u << 7)

// rcc_f1.c
void sim_rcc_f1_update_irq(struct sim_rcc_f1 *rcc);

// rcc_f1_clocks.c
bool sim_rcc_f1_has_predivider(const struct sim_rcc_f1 *rcc); // CFGR2.PREDIV1
void sim_f1_clocks_apply(struct sim_rcc_f1 *rcc); // after anything that changes a frequency
// Starts what is on and can start, stops what is off.
void sim_f1_clocks_update(struct sim_rcc_f1 *rcc);
// On or off, unless the system runs from it.
void sim_f1_clocks_switch(struct sim_rcc_f1 *rcc, enum sim_clock_source source, bool on);
void sim_f1_clocks_follow_sw(struct sim_rcc_f1 *rcc); // to what SW asks for, if that is ready
void sim_f1_clocks_source_ready(void *arg);           // the timer has fired
sim_signal_level_fn sim_f1_clocks_hclk, sim_f1_clocks_pclk, sim_f1_clocks_timer, sim_f1_clocks_lsi,
    sim_f1_clocks_hsi_ready;
sim_signal_heard_fn sim_f1_clocks_hear_power_mode, sim_f1_clocks_hear_latency,
    sim_f1_clocks_hear_lsi_wanted, sim_f1_clocks_hear_hse;

#endif
