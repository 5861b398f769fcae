// SPDX-License-Identifier: MIT
// The inside of the reset and clock control of STM32L0, shared by rcc_l0.c and rcc_l0_clocks.c.
// Nobody else includes this.
#ifndef SWDLINK_SIM_PARTS_RCC_L0_H
#define SWDLINK_SIM_PARTS_RCC_L0_H

#include "sim/chip/part.h"
#include "sim/parts/parts.h"

#define SIM_RCC_L0_USARTS 3u // USART1, USART2, LPUART1

struct sim_rcc_l0 {
    struct sim_part *part;
    uint32_t cr, icscr, crrcr, cfgr, cier, cifr, ccipr, csr;
    uint32_t rstr[SIM_RCC_L0_BUSES], enr[SIM_RCC_L0_BUSES], smenr[SIM_RCC_L0_BUSES];
    unsigned sws;
    bool on[SIM_CLOCK_SOURCES], ready[SIM_CLOCK_SOURCES];
    uint64_t ready_ns[SIM_CLOCK_SOURCES]; // SIM_NEVER: not on its way
    uint32_t hse_hz;                      // of the crystal; 0: none, or dead
    struct sim_timer timer;
};

#define RCC_L0_CFGR_SW   0x3u
#define RCC_L0_CR_DIVEN  (1u << 3)
#define RCC_L0_CR_CSSON  (1u << 19)
#define RCC_L0_CIFR_CSSF (1u << 8)

// rcc_l0.c
void sim_rcc_l0_update_irq(struct sim_rcc_l0 *rcc);

// rcc_l0_clocks.c
bool sim_rcc_l0_has_hsi48(const struct sim_rcc_l0 *rcc);
void sim_l0_clocks_apply(struct sim_rcc_l0 *rcc); // after anything that changes a frequency
// Starts what is on and can start, stops what is off.
void sim_l0_clocks_update(struct sim_rcc_l0 *rcc);
// On or off, unless the system runs from it.
void sim_l0_clocks_switch(struct sim_rcc_l0 *rcc, enum sim_clock_source source, bool on);
void sim_l0_clocks_follow_sw(struct sim_rcc_l0 *rcc); // to what SW asks for, if that is ready
void sim_l0_clocks_source_ready(void *arg);           // the timer has fired
// The levels that it drives.
sim_signal_level_fn sim_l0_clocks_hclk, sim_l0_clocks_pclk, sim_l0_clocks_timer,
    sim_l0_clocks_usart, sim_l0_clocks_lsi, sim_l0_clocks_hsi_ready, sim_l0_clocks_adc;
// And what it hears of.
sim_signal_heard_fn sim_l0_clocks_hear_power_mode, sim_l0_clocks_hear_change,
    sim_l0_clocks_hear_lsi_wanted, sim_l0_clocks_hear_hse;

#endif
