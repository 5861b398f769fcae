// SPDX-License-Identifier: MIT
// The inside of the reset and clock control, shared by rcc.c and rcc_clocks.c. Nobody else includes
// this.
#ifndef SWDLINK_SIM_PARTS_RCC_H
#define SWDLINK_SIM_PARTS_RCC_H

#include "sim/chip/part.h"
#include "sim/parts/parts.h"

#define SIM_RCC_USARTS   2u
#define SIM_RCC_CAPTURES 4u // what TIM14_OR.TI1_RMP can choose

struct sim_rcc {
    struct sim_part *part;
    uint32_t cr, cfgr, cir_flags, cir_enables, bdcr, csr, cfgr2, cfgr3, cr2;
    uint32_t rstr[SIM_RCC_BUSES], enr[SIM_RCC_BUSES];
    unsigned sws;
    bool on[SIM_CLOCK_SOURCES], ready[SIM_CLOCK_SOURCES];
    uint64_t ready_ns[SIM_CLOCK_SOURCES]; // SIM_NEVER: not on its way
    uint32_t hse_hz;                      // of the crystal; 0: none, or dead
    struct sim_timer timer;
};

#define RCC_CFGR_SW      0x3u
#define RCC_CFGR2_PREDIV 0xfu
#define RCC_CR_CSSON     (1u << 19)
#define RCC_CIR_CSSF     (1u << 7)
#define RCC_CR2_HSI14DIS (1u << 2)

// rcc.c
void sim_rcc_update_irq(struct sim_rcc *rcc);

// rcc_clocks.c
bool sim_rcc_has_hsi48(const struct sim_rcc *rcc);
bool sim_rcc_has_hsi14(const struct sim_rcc *rcc); // and with it RCC_CR2
uint32_t sim_rcc_pllsrc_mask(const struct sim_rcc *rcc);
void sim_clocks_apply(struct sim_rcc *rcc); // after anything that changes a frequency
// Starts what is on and can start, stops what is off.
void sim_clocks_update(struct sim_rcc *rcc);
// On or off, unless the system runs from it.
void sim_clocks_switch(struct sim_rcc *rcc, enum sim_clock_source source, bool on);
void sim_clocks_follow_sw(struct sim_rcc *rcc); // to what SW asks for, if that is ready
void sim_clocks_source_ready(void *arg);        // the timer has fired
// The levels that it drives.
sim_signal_level_fn sim_clocks_hclk, sim_clocks_pclk, sim_clocks_timer, sim_clocks_usart,
    sim_clocks_lsi, sim_clocks_capture, sim_clocks_capture_divider, sim_clocks_hsi_ready,
    sim_clocks_adc_wait_ns;
// And what it hears of.
sim_signal_heard_fn sim_clocks_hear_power_mode, sim_clocks_hear_latency, sim_clocks_hear_lsi_wanted,
    sim_clocks_hear_adc_wanted, sim_clocks_hear_hse;

#endif
