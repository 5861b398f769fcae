// SPDX-License-Identifier: MIT
// The inside of the reset and clock control of STM32L0 and L1, shared by rcc_l0.c, rcc_l1.c
// (registers) and rcc_l0_clocks.c. Nobody else includes this.
#ifndef SWDLINK_SIM_PARTS_RCC_L0_H
#define SWDLINK_SIM_PARTS_RCC_L0_H

#include "sim/parts/rcc_common.h"

#define SIM_RCC_L0_USARTS 3u // USART1, USART2, LPUART1

struct sim_rcc_l0 {
    struct sim_rcc_common common;
    uint32_t icscr, crrcr, ccipr, smenr[SIM_RCC_L0_BUSES];
};

#define RCC_L0_CFGR_SW   0x3u
#define RCC_L0_CR_DIVEN  (1u << 3)
#define RCC_L0_CIFR_CSSF (1u << 8)
#define RCC_L1_CIR_CSSF  (1u << 7)

// rcc_l0_clocks.c
extern const struct sim_rcc_kind sim_rcc_l0_kind, sim_rcc_l1_kind;
uint32_t sim_l0_clocks_of(const struct sim_rcc_l0 *rcc, enum sim_clock_source s); // its Hz
bool sim_rcc_l0_has_hsi48(const struct sim_rcc_l0 *rcc);
void sim_l0_clocks_apply(void *self); // after anything that changes a frequency
// The levels that it drives.
sim_signal_level_fn sim_l0_clocks_hclk, sim_l0_clocks_pclk, sim_l0_clocks_timer,
    sim_l0_clocks_usart, sim_l0_clocks_lsi, sim_l0_clocks_adc;

#endif
