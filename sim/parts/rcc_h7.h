// SPDX-License-Identifier: MIT
// The inside of the reset and clock control of the STM32H7, shared by rcc_h7.c and rcc_h7_clocks.c.
// Nobody else includes this.
#ifndef SWDLINK_SIM_PARTS_RCC_H7_H
#define SWDLINK_SIM_PARTS_RCC_H7_H

#include "sim/parts/rcc_common.h"

#define RCC_H7_REGISTERS 0x80u

struct sim_rcc_h7 {
    struct sim_rcc_common common; // its csr is RCC_RSR
    const struct sim_rcc_h7_config *config;
    uint32_t reg[RCC_H7_REGISTERS]; // those that are only kept, among them all settings
    uint32_t enr2[SIM_H7_BUSES];    // the gates of the second core
    bool starts_core[2];            // RCC_GCR has let it go since the last reset
};

enum {
    RCC_H7_CFGR = 0x10,
    RCC_H7_D1CFGR = 0x18,
    RCC_H7_D2CFGR = 0x1c,
    RCC_H7_D3CFGR = 0x20,
    RCC_H7_PLLCKSELR = 0x28,
    RCC_H7_PLLCFGR = 0x2c,
    RCC_H7_PLL1DIVR = 0x30, // the next ones 8 behind, each with its FRACR
    RCC_H7_D1CCIPR = 0x4c,
    RCC_H7_D2CCIP2R = 0x54,
    RCC_H7_D3CCIPR = 0x58,
};

static inline uint32_t sim_rcc_h7_field(const struct sim_rcc_h7 *rcc, unsigned reg, unsigned shift,
                                        uint32_t mask)
{
    return rcc->reg[reg / 4] >> shift & mask;
}

// rcc_h7_clocks.c
extern const struct sim_rcc_kind sim_rcc_h7_kind;
void sim_h7_clocks_check_pll(const struct sim_rcc_h7 *rcc, unsigned n); // 0 to 2, as it goes on
void sim_h7_clocks_apply(void *self); // after anything that changes a frequency
sim_signal_level_fn sim_h7_clocks_hclk, sim_h7_clocks_pclk, sim_h7_clocks_timer, sim_h7_clocks_lsi,
    sim_h7_clocks_usart, sim_h7_clocks_adc;

#endif
