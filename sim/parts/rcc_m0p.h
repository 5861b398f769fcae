// SPDX-License-Identifier: MIT
// The inside of the reset and clock control of STM32G0, C0 and U0, shared by rcc_m0p.c (registers)
// and rcc_m0p_clocks.c (oscillators and the tree). Nobody else includes this. Sections in comments
// are those of RM0444.
#ifndef SWDLINK_SIM_PARTS_RCC_M0P_H
#define SWDLINK_SIM_PARTS_RCC_M0P_H

#include "sim/chip/part.h"
#include "sim/parts/parts.h"

struct sim_rcc_m0p {
    struct sim_part *part;
    const struct sim_rcc_m0p_config *config;
    uint32_t cr, icscr, cfgr, pllcfgr, cier, cifr, ccipr, ccipr2, bdcr, csr;
    uint32_t rstr[SIM_M0P_BUSES], enr[SIM_M0P_BUSES];
    unsigned sws;
    bool on[SIM_M0P_CLOCKS], ready[SIM_M0P_CLOCKS];
    uint64_t ready_ns[SIM_M0P_CLOCKS]; // SIM_NEVER: not on its way
    uint32_t hse_hz;                   // of the crystal; 0: none, or dead
    struct sim_timer timer;
};

#define M0P_CFGR_SW   0x7u
#define M0P_CR_CSSON  (1u << 19)
#define M0P_CIFR_CSSF (1u << 8)

// rcc_m0p.c
void sim_m0p_update_irq(struct sim_rcc_m0p *rcc);

// rcc_m0p_clocks.c
void sim_m0p_apply(struct sim_rcc_m0p *rcc);  // after anything that changes a frequency
void sim_m0p_update(struct sim_rcc_m0p *rcc); // starts what is on and can start, stops the rest
// On or off, unless the system runs from it.
void sim_m0p_switch(struct sim_rcc_m0p *rcc, enum sim_m0p_clock clock, bool on);
void sim_m0p_follow_sw(struct sim_rcc_m0p *rcc); // to what SW asks for, if that is ready
void sim_m0p_clock_ready(void *arg);             // the timer has fired
sim_signal_level_fn sim_m0p_hclk, sim_m0p_pclk, sim_m0p_timer, sim_m0p_usart, sim_m0p_adc,
    sim_m0p_lsi, sim_m0p_capture, sim_m0p_capture_divider, sim_m0p_hsi_ready;
sim_signal_heard_fn sim_m0p_hear_power_mode, sim_m0p_hear_latency, sim_m0p_hear_lsi_wanted,
    sim_m0p_hear_hse;

#endif
