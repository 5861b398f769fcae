// SPDX-License-Identifier: MIT
// The clock tree, and how long its oscillators take, of the STM32F1 (RM0008, 7.2).
// PLL2 and PLL3 of the connectivity line are not modelled: HSE goes to PREDIV1 as it is.
#include "sim/parts/rcc_f1.h"

enum { SW_HSI, SW_HSE, SW_PLL };

static const struct sim_rcc_config *config_of(const struct sim_rcc_f1 *rcc)
{
    return rcc->common.part->config;
}

bool sim_rcc_f1_has_predivider(const struct sim_rcc_f1 *rcc)
{
    return sim_chip_row(rcc->common.part->chip)->features & config_of(rcc)->predivider_feature;
}

// ---- the clock tree (7.2) -----------------------------------------------------------------------

static unsigned pll_input(const void *self)
{
    const struct sim_rcc_f1 *rcc = self;
    return rcc->common.cfgr & RCC_F1_CFGR_PLLSRC ? SIM_HSE : SIM_HSI;
}

static uint32_t pll_hz(const struct sim_rcc_f1 *rcc)
{
    uint32_t multiply = (rcc->common.cfgr >> 18 & 15) + 2,
             divide = rcc->common.cfgr & RCC_F1_CFGR_XTPRE ? 2 : 1;
    if (multiply > 16)
        multiply = 16;
    if (pll_input(rcc) == SIM_HSI)
        return config_of(rcc)->source[SIM_HSI].hz / 2 * multiply;
    if (sim_rcc_f1_has_predivider(rcc)) // PLLXTPRE is the lowest bit of PREDIV1
        divide = (rcc->cfgr2 & 15) + 1;
    return rcc->common.hse_hz / divide * multiply;
}

static uint32_t sysclk_hz(const struct sim_rcc_f1 *rcc)
{
    return rcc->common.sws == SW_PLL   ? pll_hz(rcc)
           : rcc->common.sws == SW_HSE ? rcc->common.hse_hz
                                       : config_of(rcc)->source[SIM_HSI].hz;
}

static uint32_t hclk_hz(const struct sim_rcc_f1 *rcc)
{
    uint32_t hpre = rcc->common.cfgr >> 4 & 15;
    return sim_rcc_divide_hclk(&rcc->common, sysclk_hz(rcc), hpre);
}

static uint32_t apb_divisor(const struct sim_rcc_f1 *rcc, unsigned bus)
{
    uint32_t ppre = rcc->common.cfgr >> (bus == SIM_ON_APB2 ? 11 : 8) & 7;
    return bus == SIM_ON_AHB ? 1 : sim_rcc_apb_divisor(ppre);
}

static uint32_t pclk_hz(const struct sim_rcc_f1 *rcc, unsigned bus)
{
    return hclk_hz(rcc) / apb_divisor(rcc, bus);
}

// One wait state for each 24 MHz; the value line has none (PM0075, 3.1; PM0063, 3.1).
static void check_hclk(const struct sim_rcc_f1 *rcc, uint32_t hclk)
{
    uint32_t max_hz = config_of(rcc)->max_hz, step = config_of(rcc)->no_wait_hz;
    sim_rcc_check_hclk(&rcc->common, hclk, max_hz, step);
    if (pclk_hz(rcc, SIM_ON_APB1) > max_hz / 2 && max_hz > step)
        sim_chip_violation(rcc->common.part->chip, "rcc: PCLK1 above %u MHz (7.3.2)",
                           max_hz / 2000000);
}

void sim_f1_clocks_apply(void *self)
{
    struct sim_rcc_f1 *rcc = self;
    uint32_t hclk = hclk_hz(rcc);
    check_hclk(rcc, hclk);
    sim_rcc_set_hclk(&rcc->common, hclk);
}

// ---- what goes to others ------------------------------------------------------------------------

uint64_t sim_f1_clocks_hclk(void *self, unsigned line)
{
    (void)line;
    return hclk_hz(self);
}

uint64_t sim_f1_clocks_pclk(void *self, unsigned bus)
{
    return pclk_hz(self, bus);
}

// Twice PCLK when that is divided (7.2, figure of the clock tree).
uint64_t sim_f1_clocks_timer(void *self, unsigned bus)
{
    return pclk_hz(self, bus) * (apb_divisor(self, bus) > 1 ? 2 : 1);
}

// ADCPRE (RM0008, 7.3.2).
uint64_t sim_f1_clocks_adc(void *self, unsigned line)
{
    const struct sim_rcc_f1 *rcc = self;
    (void)line;
    return pclk_hz(rcc, SIM_ON_APB2) / (2 * ((rcc->common.cfgr >> 14 & 3) + 1));
}

uint64_t sim_f1_clocks_lsi(void *self, unsigned line)
{
    const struct sim_rcc_f1 *rcc = self;
    (void)line;
    return config_of(rcc)->source[SIM_LSI].hz;
}

// ---- what rcc_common.c asks for ------------------------------------------------------------------

static struct sim_rcc_start start_of(const void *self, unsigned s)
{
    const struct sim_rcc_f1 *rcc = self;
    return (struct sim_rcc_start){config_of(rcc)->source[s].start_ns, s};
}

static unsigned clock_of_sw(const void *self, unsigned sw)
{
    static const enum sim_clock_source clocks[] = {SIM_HSI, SIM_HSE, SIM_PLL, SIM_CLOCK_SOURCES};
    (void)self;
    return clocks[sw];
}

static unsigned safe_sw(const void *self, bool from_stop)
{
    (void)self;
    (void)from_stop;
    return SW_HSI;
}

const struct sim_rcc_kind sim_rcc_f1_kind = {
    .clocks = SIM_CLOCK_SOURCES,
    .lsi = SIM_LSI,
    .lse = SIM_LSE,
    .hsi = SIM_HSI,
    .hse = SIM_HSE,
    .pll = SIM_PLL,
    .off_in_stop = 1u << SIM_HSE | 1u << SIM_PLL,
    .reset_flags = 0xfc000000,
    .rmvf = 1u << 24,
    .sw_mask = RCC_F1_CFGR_SW,
    .cssf = RCC_F1_CIR_CSSF,
    .start = start_of,
    .clock_of_sw = clock_of_sw,
    .pll_input = pll_input,
    .safe_sw = safe_sw,
    .apply = sim_f1_clocks_apply,
};
