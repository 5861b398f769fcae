// SPDX-License-Identifier: MIT
// Oscillators that take their time and the clock tree behind them, of the STM32F1 (RM0008, 7.2).
// PLL2 and PLL3 of the connectivity line are not modelled: HSE goes to PREDIV1 as it is.
#include "sim/parts/rcc_f1.h"

enum { SW_HSI, SW_HSE, SW_PLL };

static const struct sim_rcc_config *config_of(const struct sim_rcc_f1 *rcc)
{
    return rcc->part->config;
}

bool sim_rcc_f1_has_predivider(const struct sim_rcc_f1 *rcc)
{
    return sim_chip_row(rcc->part->chip)->features & config_of(rcc)->predivider_feature;
}

// ---- the clock tree (7.2) -----------------------------------------------------------------------

static enum sim_clock_source pll_input(const struct sim_rcc_f1 *rcc)
{
    return rcc->cfgr & RCC_F1_CFGR_PLLSRC ? SIM_HSE : SIM_HSI;
}

static uint32_t pll_hz(const struct sim_rcc_f1 *rcc)
{
    uint32_t multiply = (rcc->cfgr >> 18 & 15) + 2, divide = rcc->cfgr & RCC_F1_CFGR_XTPRE ? 2 : 1;
    if (multiply > 16)
        multiply = 16;
    if (pll_input(rcc) == SIM_HSI)
        return config_of(rcc)->source[SIM_HSI].hz / 2 * multiply;
    if (sim_rcc_f1_has_predivider(rcc)) // PLLXTPRE is the lowest bit of PREDIV1
        divide = (rcc->cfgr2 & 15) + 1;
    return rcc->hse_hz / divide * multiply;
}

static uint32_t sysclk_hz(const struct sim_rcc_f1 *rcc)
{
    return rcc->sws == SW_PLL   ? pll_hz(rcc)
           : rcc->sws == SW_HSE ? rcc->hse_hz
                                : config_of(rcc)->source[SIM_HSI].hz;
}

static bool is_stopped(const struct sim_rcc_f1 *rcc)
{
    uint64_t mode = sim_part_level(rcc->part, SIM_POWER_MODE, 0);
    return mode != SIM_POWER_RUN && !(sim_part_level(rcc->part, SIM_DEBUG_KEEPS, 0) >> mode & 1);
}

uint64_t sim_f1_clocks_hclk(void *self, unsigned line)
{
    static const uint16_t divisors[] = {2, 4, 8, 16, 64, 128, 256, 512};
    const struct sim_rcc_f1 *rcc = self;
    uint32_t hpre = rcc->cfgr >> 4 & 15;
    (void)line;
    if (is_stopped(rcc))
        return 0;
    return hpre < 8 ? sysclk_hz(rcc) : sysclk_hz(rcc) / divisors[hpre - 8];
}

static uint32_t apb_divisor(const struct sim_rcc_f1 *rcc, unsigned bus)
{
    uint32_t ppre = rcc->cfgr >> (bus == SIM_ON_APB2 ? 11 : 8) & 7;
    return bus == SIM_ON_AHB || ppre < 4 ? 1 : 2u << (ppre - 4);
}

uint64_t sim_f1_clocks_pclk(void *self, unsigned bus)
{
    return sim_f1_clocks_hclk(self, 0) / apb_divisor(self, bus);
}

uint64_t sim_f1_clocks_timer(void *self, unsigned bus)
{
    return sim_f1_clocks_pclk(self, bus) * (apb_divisor(self, bus) > 1 ? 2 : 1);
}

uint64_t sim_f1_clocks_lsi(void *self, unsigned line)
{
    const struct sim_rcc_f1 *rcc = self;
    (void)line;
    return config_of(rcc)->source[SIM_LSI].hz;
}

uint64_t sim_f1_clocks_hsi_ready(void *self, unsigned line)
{
    const struct sim_rcc_f1 *rcc = self;
    (void)line;
    return rcc->ready[SIM_HSI];
}

// One wait state for each 24 MHz; the value line has none (PM0075, 3.1; PM0063, 3.1).
static void judge_hclk(const struct sim_rcc_f1 *rcc, uint32_t hclk)
{
    uint32_t max_hz = config_of(rcc)->max_hz, step = config_of(rcc)->no_wait_hz;
    uint64_t latency = sim_part_level(rcc->part, SIM_FLASH_LATENCY, 0);
    if (hclk > max_hz)
        sim_chip_violation(rcc->part->chip, "rcc: HCLK of %u Hz; the chip is made for %u MHz", hclk,
                           max_hz / 1000000);
    else if (hclk > step * (latency + 1))
        sim_chip_violation(rcc->part->chip, "rcc: HCLK of %u Hz with %u flash wait states", hclk,
                           (unsigned)latency);
    if (sim_f1_clocks_pclk((void *)(uintptr_t)rcc, SIM_ON_APB1) > max_hz / 2 && max_hz > step)
        sim_chip_violation(rcc->part->chip, "rcc: PCLK1 above %u MHz (7.3.2)", max_hz / 2000000);
}

void sim_f1_clocks_apply(struct sim_rcc_f1 *rcc)
{
    uint32_t hclk = (uint32_t)sim_f1_clocks_hclk(rcc, 0);
    judge_hclk(rcc, hclk);
    sim_core_set_hclk(rcc->part->core, hclk);
    sim_part_tell(rcc->part, SIM_CLOCKS_CHANGED, 0, 0);
}

// ---- oscillators --------------------------------------------------------------------------------

static bool can_start(const struct sim_rcc_f1 *rcc, unsigned s)
{
    if (s == SIM_HSE)
        return rcc->hse_hz != 0;
    if (s == SIM_PLL)
        return rcc->ready[pll_input(rcc)];
    return s != SIM_LSE; // the board has no 32 kHz crystal
}

// Starts what is on and can start, stops what is off, and asks to be woken for the next one.
void sim_f1_clocks_update(struct sim_rcc_f1 *rcc)
{
    uint64_t now = rcc->part->clock->now_ns, next = SIM_NEVER;
    for (unsigned s = 0; s < SIM_F1_SOURCES; s++) {
        if (!rcc->on[s] || !can_start(rcc, s)) {
            rcc->ready[s] = false;
            rcc->ready_ns[s] = SIM_NEVER;
        } else if (!rcc->ready[s] && rcc->ready_ns[s] == SIM_NEVER) {
            rcc->ready_ns[s] = now + config_of(rcc)->source[s].start_ns;
        }
        if (!rcc->ready[s] && rcc->ready_ns[s] < next)
            next = rcc->ready_ns[s];
    }
    sim_clock_arm(rcc->part->clock, &rcc->timer, next);
    sim_part_tell(rcc->part, SIM_CLOCKS_CHANGED, 0, 0);
}

// The switch happens when what SW asks for is ready (7.2.6).
void sim_f1_clocks_follow_sw(struct sim_rcc_f1 *rcc)
{
    static const enum sim_clock_source wanted[] = {SIM_HSI, SIM_HSE, SIM_PLL};
    unsigned sw = rcc->cfgr & RCC_F1_CFGR_SW;
    if (sw <= SW_PLL && rcc->ready[wanted[sw]])
        rcc->sws = sw;
}

void sim_f1_clocks_source_ready(void *arg)
{
    struct sim_rcc_f1 *rcc = arg;
    unsigned before = rcc->sws;
    for (unsigned s = 0; s < SIM_F1_SOURCES; s++) {
        if (rcc->ready[s] || rcc->ready_ns[s] > rcc->part->clock->now_ns)
            continue;
        rcc->ready[s] = true;
        rcc->cir_flags |= rcc->cir_enables & 1u << s;
    }
    sim_f1_clocks_update(rcc);
    sim_rcc_f1_update_irq(rcc);
    sim_f1_clocks_follow_sw(rcc);
    if (rcc->sws != before)
        sim_f1_clocks_apply(rcc);
}

static bool drives_sysclk(const struct sim_rcc_f1 *rcc, enum sim_clock_source s)
{
    static const enum sim_clock_source used[] = {SIM_HSI, SIM_HSE, SIM_PLL};
    return used[rcc->sws] == s || (rcc->sws == SW_PLL && pll_input(rcc) == s);
}

// On or off, unless the system runs from it (7.3.1: such a bit cannot be cleared).
void sim_f1_clocks_switch(struct sim_rcc_f1 *rcc, enum sim_clock_source s, bool on)
{
    if (!on && drives_sysclk(rcc, s))
        sim_chip_violation(rcc->part->chip, "rcc: switching off a clock that the system runs from");
    else
        rcc->on[s] = on;
}

static void run_from_hsi(struct sim_rcc_f1 *rcc)
{
    rcc->cfgr &= ~RCC_F1_CFGR_SW;
    rcc->sws = SW_HSI;
    rcc->on[SIM_HSI] = rcc->ready[SIM_HSI] = true;
}

void sim_f1_clocks_hear_power_mode(void *self, unsigned line, uint64_t mode)
{
    struct sim_rcc_f1 *rcc = self;
    (void)line;
    if (mode == SIM_POWER_RUN) { // out of Stop (5.3.5)
        run_from_hsi(rcc);
        rcc->on[SIM_HSE] = rcc->on[SIM_PLL] = false;
        sim_f1_clocks_update(rcc);
    }
    sim_f1_clocks_apply(rcc);
}

void sim_f1_clocks_hear_latency(void *self, unsigned line, uint64_t value)
{
    (void)line;
    (void)value;
    sim_f1_clocks_apply(self);
}

void sim_f1_clocks_hear_lsi_wanted(void *self, unsigned line, uint64_t value)
{
    struct sim_rcc_f1 *rcc = self;
    (void)line;
    (void)value;
    rcc->on[SIM_LSI] = true;
    sim_f1_clocks_update(rcc);
}

// The clock security system (7.2.7).
void sim_f1_clocks_hear_hse(void *self, unsigned line, uint64_t hz)
{
    struct sim_rcc_f1 *rcc = self;
    bool lost = !hz && rcc->ready[SIM_HSE] && rcc->cr & RCC_F1_CR_CSSON;
    (void)line;
    rcc->hse_hz = (uint32_t)hz;
    if (lost) {
        if (drives_sysclk(rcc, SIM_HSE))
            run_from_hsi(rcc);
        if (pll_input(rcc) == SIM_HSE)
            rcc->on[SIM_PLL] = false;
        rcc->on[SIM_HSE] = false;
        rcc->cir_flags |= RCC_F1_CIR_CSSF;
        sim_core_pend_nmi(rcc->part->core);
    }
    sim_f1_clocks_update(rcc);
    sim_f1_clocks_apply(rcc);
}
