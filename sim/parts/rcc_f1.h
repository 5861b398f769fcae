// SPDX-License-Identifier: MIT
// The inside of the reset and clock control of the STM32F1, shared by rcc_f1.c and rcc_f1_clocks.c.
// Nobody else includes this.
#ifndef SWDLINK_SIM_PARTS_RCC_F1_H
#define SWDLINK_SIM_PARTS_RCC_F1_H

#include "sim/parts/rcc_common.h"

struct sim_rcc_f1 {
    struct sim_rcc_common common;
    uint32_t cfgr2;
};

#define RCC_F1_CFGR_SW     0x3u
#define RCC_F1_CFGR_PLLSRC (1u << 16)
#define RCC_F1_CFGR_XTPRE  (1u << 17)
#define RCC_F1_CIR_CSSF    (1u << 7)

// rcc_f1_clocks.c
extern const struct sim_rcc_kind sim_rcc_f1_kind;
bool sim_rcc_f1_has_predivider(const struct sim_rcc_f1 *rcc); // CFGR2.PREDIV1
void sim_f1_clocks_apply(void *self); // after anything that changes a frequency
// The levels that it drives.
sim_signal_level_fn sim_f1_clocks_hclk, sim_f1_clocks_pclk, sim_f1_clocks_timer, sim_f1_clocks_lsi,
    sim_f1_clocks_adc;

#endif
