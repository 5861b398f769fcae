// SPDX-License-Identifier: MIT
// The inside of the reset and clock control of STM32G0, C0, U0, L4, G4, WB and WL, shared by
// rcc_m0p.c (registers) and rcc_m0p_clocks.c (oscillators and the tree). Nobody else includes this.
// Sections in comments are those of RM0444.
#ifndef SWDLINK_SIM_PARTS_RCC_M0P_H
#define SWDLINK_SIM_PARTS_RCC_M0P_H

#include "sim/parts/rcc_common.h"

#define SIM_M0P_OTHERS 100u // up to the second core's on STM32WB

struct sim_rcc_m0p {
    struct sim_rcc_common common;
    const struct sim_rcc_m0p_config *config;
    uint32_t icscr, pllcfgr, ccipr, ccipr2;
    uint32_t other[SIM_M0P_OTHERS]; // with is_m4: registers that only keep what is written
};

#define M0P_CFGR_SW   0x7u
#define M0P_CIFR_CSSF (1u << 8)

// rcc_m0p_clocks.c
extern const struct sim_rcc_kind sim_rcc_m0p_kind, sim_rcc_m4_kind;
uint32_t sim_m0p_pll_outputs(const struct sim_rcc_m0p *rcc); // switches, of RCC_PLLCFGR
void sim_m0p_apply(void *self); // after anything that changes a frequency
// The levels that it drives.
sim_signal_level_fn sim_m0p_hclk, sim_m0p_pclk, sim_m0p_timer, sim_m0p_usart, sim_m0p_adc,
    sim_m0p_lsi, sim_m0p_capture, sim_m0p_capture_divider;

#endif
