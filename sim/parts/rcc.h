// SPDX-License-Identifier: MIT
// The inside of the reset and clock control, shared by rcc.c and rcc_clocks.c. Nobody else includes
// this.
#ifndef SWDLINK_SIM_PARTS_RCC_H
#define SWDLINK_SIM_PARTS_RCC_H

#include "sim/parts/rcc_common.h"

#define SIM_RCC_USARTS   2u
#define SIM_RCC_CAPTURES 4u // what TIM14_OR.TI1_RMP can choose

struct sim_rcc {
    struct sim_rcc_common common;
    uint32_t cfgr2, cfgr3, cr2;
};

#define RCC_CFGR_SW      0x3u
#define RCC_CFGR2_PREDIV 0xfu
#define RCC_CIR_CSSF     (1u << 7)
#define RCC_CR2_HSI14DIS (1u << 2)

// rcc_clocks.c
extern const struct sim_rcc_kind sim_rcc_f0_kind;
bool sim_rcc_has_hsi48(const struct sim_rcc *rcc);
bool sim_rcc_has_hsi14(const struct sim_rcc *rcc); // and with it RCC_CR2
uint32_t sim_rcc_pllsrc_mask(const struct sim_rcc *rcc);
void sim_clocks_apply(void *self); // after anything that changes a frequency
// The levels that it drives, and what it hears of.
sim_signal_level_fn sim_clocks_hclk, sim_clocks_pclk, sim_clocks_timer, sim_clocks_usart,
    sim_clocks_lsi, sim_clocks_capture, sim_clocks_capture_divider, sim_clocks_adc_wait_ns;
sim_signal_heard_fn sim_clocks_hear_adc_wanted;

#endif
