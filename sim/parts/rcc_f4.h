// SPDX-License-Identifier: MIT
// The inside of the reset and clock control of STM32F2 and F4, shared by rcc_f4.c and
// rcc_f4_clocks.c. Nobody else includes this.
#ifndef SWDLINK_SIM_PARTS_RCC_F4_H
#define SWDLINK_SIM_PARTS_RCC_F4_H

#include "sim/parts/rcc_common.h"

// Registers that are kept and do nothing: SSCGR, PLLI2SCFGR, PLLSAICFGR, CKGATENR, DCKCFGR2.
#define RCC_F4_KEPT 6u

struct sim_rcc_f4 {
    struct sim_rcc_common common;
    uint32_t pllcfgr, lpenr[SIM_F4_BUSES];
    uint32_t kept[RCC_F4_KEPT]; // from SSCGR on; DCKCFGR is one of them
};

#define RCC_F4_CFGR_SW        0x3u
#define RCC_F4_CIR_CSSF       (1u << 7)
#define RCC_F4_PLLCFGR_HSE    (1u << 22)
#define RCC_F4_DCKCFGR        3u // in kept
#define RCC_F4_DCKCFGR_TIMPRE (1u << 24)
#define RCC_F7_DCKCFGR2       4u // in kept
#define SIM_F7_USARTS         8u // that choose their clock there, two bits each

static inline const struct sim_rcc_f4_config *sim_rcc_f4_config(const struct sim_rcc_f4 *rcc)
{
    return rcc->common.part->config;
}

// rcc_f4_clocks.c
extern const struct sim_rcc_kind sim_rcc_f4_kind;
void sim_f4_clocks_check_pll(const struct sim_rcc_f4 *rcc); // as it is switched on
void sim_f4_clocks_apply(void *self); // after anything that changes a frequency
// The levels that it drives.
sim_signal_level_fn sim_f4_clocks_hclk, sim_f4_clocks_pclk, sim_f4_clocks_timer, sim_f4_clocks_lsi,
    sim_f4_clocks_capture, sim_f4_clocks_capture_divider, sim_f4_clocks_usart;

#endif
