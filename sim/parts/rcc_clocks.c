// SPDX-License-Identifier: MIT
// Oscillators that take their time and the clock tree behind them (RM0091, 6.2; RM0316, 9.2). The
// registers are in rcc.c.
#include "sim/parts/rcc.h"

enum { SW_HSI, SW_HSE, SW_PLL, SW_HSI48 };

static const struct sim_rcc_config *config_of(const struct sim_rcc *rcc)
{
    return rcc->part->config;
}

bool sim_rcc_has_hsi48(const struct sim_rcc *rcc)
{
    return sim_chip_row(rcc->part->chip)->features & config_of(rcc)->hsi48_feature;
}

bool sim_rcc_has_hsi14(const struct sim_rcc *rcc)
{
    return config_of(rcc)->source[SIM_HSI14].hz != 0;
}

uint32_t sim_rcc_pllsrc_mask(const struct sim_rcc *rcc)
{
    unsigned feature = config_of(rcc)->hsi_prediv_feature;
    return !feature || sim_chip_row(rcc->part->chip)->features & feature ? 3u << 15 : 1u << 16;
}

static uint32_t nominal_hz(const struct sim_rcc *rcc, enum sim_clock_source s)
{
    return s == SIM_HSE ? rcc->hse_hz : config_of(rcc)->source[s].hz;
}

static enum sim_clock_source pll_input(const struct sim_rcc *rcc)
{
    uint32_t select = rcc->cfgr >> 15 & 3;
    if (select == 3 && sim_rcc_has_hsi48(rcc))
        return SIM_HSI48;
    return select & 2 ? SIM_HSE : SIM_HSI;
}

static uint32_t pll_hz(const struct sim_rcc *rcc)
{
    uint32_t multiply = (rcc->cfgr >> 18 & 15) + 2;
    uint32_t divide = (rcc->cfgr2 & RCC_CFGR2_PREDIV) + 1;
    if (multiply > 16)
        multiply = 16;
    switch (rcc->cfgr >> 15 & 3) {
    case 0:
        return nominal_hz(rcc, SIM_HSI) / 2 * multiply;
    case 1:
        return nominal_hz(rcc, SIM_HSI) / divide * multiply;
    case 2:
        return rcc->hse_hz / divide * multiply;
    default:
        return (pll_input(rcc) == SIM_HSI48 ? nominal_hz(rcc, SIM_HSI48) : rcc->hse_hz) / divide *
               multiply;
    }
}

static uint32_t sysclk_hz(const struct sim_rcc *rcc)
{
    switch (rcc->sws) {
    case SW_HSE:
        return rcc->hse_hz;
    case SW_PLL:
        return pll_hz(rcc);
    case SW_HSI48:
        return nominal_hz(rcc, SIM_HSI48);
    default:
        return nominal_hz(rcc, SIM_HSI);
    }
}

static bool is_stopped(const struct sim_rcc *rcc)
{
    uint64_t mode = sim_part_level(rcc->part, SIM_POWER_MODE, 0);
    return mode != SIM_POWER_RUN && !(sim_part_level(rcc->part, SIM_DEBUG_KEEPS, 0) >> mode & 1);
}

static uint32_t hclk_hz(const struct sim_rcc *rcc)
{
    static const uint16_t divisors[] = {2, 4, 8, 16, 64, 128, 256, 512};
    uint32_t hpre = rcc->cfgr >> 4 & 15;
    if (is_stopped(rcc))
        return 0;
    return hpre < 8 ? sysclk_hz(rcc) : sysclk_hz(rcc) / divisors[hpre - 8];
}

// Where there is one APB, PPRE is that of both.
static uint32_t apb_divisor(const struct sim_rcc *rcc, unsigned bus)
{
    bool is_second = bus == SIM_ON_APB2 && config_of(rcc)->has_two_apbs;
    uint32_t ppre = rcc->cfgr >> (is_second ? 11 : 8) & 7;
    return ppre < 4 ? 1 : 2u << (ppre - 4);
}

static uint32_t pclk_hz(const struct sim_rcc *rcc, unsigned bus)
{
    return hclk_hz(rcc) / apb_divisor(rcc, bus);
}

// One wait state for each no_wait_hz.
static void judge_hclk(const struct sim_rcc *rcc, uint32_t hclk)
{
    uint32_t max_hz = config_of(rcc)->max_hz, step = config_of(rcc)->no_wait_hz;
    uint64_t latency = sim_part_level(rcc->part, SIM_FLASH_LATENCY, 0);
    if (hclk > max_hz)
        sim_chip_violation(rcc->part->chip, "rcc: HCLK of %u Hz; the chip is made for %u MHz", hclk,
                           max_hz / 1000000);
    else if (hclk > step && !latency)
        sim_chip_violation(rcc->part->chip, "rcc: HCLK of %u Hz without a flash wait state (3.5.1)",
                           hclk);
    else if (hclk > step * (latency + 1))
        sim_chip_violation(rcc->part->chip, "rcc: HCLK of %u Hz with %u flash wait states", hclk,
                           (unsigned)latency);
    if (config_of(rcc)->has_two_apbs && pclk_hz(rcc, SIM_ON_APB1) > max_hz / 2)
        sim_chip_violation(rcc->part->chip, "rcc: PCLK1 above %u MHz", max_hz / 2000000);
}

void sim_clocks_apply(struct sim_rcc *rcc)
{
    uint32_t hclk = hclk_hz(rcc);
    judge_hclk(rcc, hclk);
    sim_core_set_hclk(rcc->part->core, hclk);
    sim_part_tell(rcc->part, SIM_CLOCKS_CHANGED, 0, 0);
}

static bool source_can_start(const struct sim_rcc *rcc, enum sim_clock_source s)
{
    if (s == SIM_HSE)
        return rcc->hse_hz != 0;
    if (s == SIM_PLL)
        return rcc->ready[pll_input(rcc)];
    return s != SIM_LSE; // the board has no 32 kHz crystal
}

// The switch happens when what SW asks for is ready (6.2.6).
void sim_clocks_follow_sw(struct sim_rcc *rcc)
{
    static const enum sim_clock_source wanted[] = {SIM_HSI, SIM_HSE, SIM_PLL, SIM_HSI48};
    unsigned sw = rcc->cfgr & RCC_CFGR_SW;
    if (rcc->ready[wanted[sw]])
        rcc->sws = sw;
}

// Starts what is on and can start, stops what is off, and asks to be woken for the next one.
void sim_clocks_update(struct sim_rcc *rcc)
{
    uint64_t now = rcc->part->clock->now_ns, next = SIM_NEVER;
    for (unsigned s = 0; s < SIM_CLOCK_SOURCES; s++) {
        bool starts = rcc->on[s] && source_can_start(rcc, s);
        if (!starts) {
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

void sim_clocks_source_ready(void *arg)
{
    struct sim_rcc *rcc = arg;
    for (unsigned s = 0; s < SIM_CLOCK_SOURCES; s++) {
        if (rcc->ready[s] || rcc->ready_ns[s] > rcc->part->clock->now_ns)
            continue;
        rcc->ready[s] = true;
        rcc->cir_flags |= rcc->cir_enables & 1u << s;
    }
    sim_clocks_update(rcc);
    sim_rcc_update_irq(rcc);
    unsigned before = rcc->sws;
    sim_clocks_follow_sw(rcc);
    if (rcc->sws != before)
        sim_clocks_apply(rcc);
}

static bool drives_sysclk(const struct sim_rcc *rcc, enum sim_clock_source s)
{
    static const enum sim_clock_source used[] = {SIM_HSI, SIM_HSE, SIM_PLL, SIM_HSI48};
    return used[rcc->sws] == s || (rcc->sws == SW_PLL && pll_input(rcc) == s);
}

// On or off, unless the system runs from it (6.4.1: such a bit cannot be cleared).
void sim_clocks_switch(struct sim_rcc *rcc, enum sim_clock_source s, bool on)
{
    if (!on && drives_sysclk(rcc, s))
        sim_chip_violation(rcc->part->chip, "rcc: switching off a clock that the system runs from");
    else
        rcc->on[s] = on;
}

void sim_clocks_hear_lsi_wanted(void *self, unsigned line, uint64_t value)
{
    struct sim_rcc *rcc = self;
    (void)line;
    (void)value;
    rcc->on[SIM_LSI] = true;
    sim_clocks_update(rcc);
}

void sim_clocks_hear_adc_wanted(void *self, unsigned line, uint64_t value)
{
    struct sim_rcc *rcc = self;
    (void)line;
    (void)value;
    if (rcc->on[SIM_HSI14] || rcc->cr2 & RCC_CR2_HSI14DIS)
        return;
    rcc->on[SIM_HSI14] = true;
    sim_clocks_update(rcc);
}

// HSI it is, and the others are off (5.3.5).
static void leave_stop(struct sim_rcc *rcc)
{
    rcc->cfgr &= ~RCC_CFGR_SW;
    rcc->sws = SW_HSI;
    rcc->on[SIM_HSI] = rcc->ready[SIM_HSI] = true;
    rcc->on[SIM_HSE] = rcc->on[SIM_PLL] = rcc->on[SIM_HSI48] = false;
    sim_clocks_update(rcc);
}

void sim_clocks_hear_power_mode(void *self, unsigned line, uint64_t mode)
{
    struct sim_rcc *rcc = self;
    (void)line;
    if (mode == SIM_POWER_RUN)
        leave_stop(rcc);
    sim_clocks_apply(rcc);
}

void sim_clocks_hear_latency(void *self, unsigned line, uint64_t value)
{
    (void)line;
    (void)value;
    sim_clocks_apply(self);
}

// The clock security system (6.2.7): HSE is switched off, and if the system ran from it, by itself
// or through the PLL, it goes on with HSI.
static void lose_hse(struct sim_rcc *rcc)
{
    if (pll_input(rcc) == SIM_HSE)
        rcc->on[SIM_PLL] = false;
    if (drives_sysclk(rcc, SIM_HSE)) {
        rcc->cfgr &= ~RCC_CFGR_SW;
        rcc->sws = SW_HSI;
        rcc->on[SIM_HSI] = rcc->ready[SIM_HSI] = true;
    }
    rcc->on[SIM_HSE] = false;
    rcc->cir_flags |= RCC_CIR_CSSF;
    sim_core_pend_nmi(rcc->part->core);
}

void sim_clocks_hear_hse(void *self, unsigned line, uint64_t hz)
{
    struct sim_rcc *rcc = self;
    bool ran = rcc->ready[SIM_HSE];
    (void)line;
    rcc->hse_hz = (uint32_t)hz;
    if (!hz && ran && rcc->cr & RCC_CR_CSSON)
        lose_hse(rcc);
    sim_clocks_update(rcc);
    sim_clocks_apply(rcc);
}

// ---- what goes to others ------------------------------------------------------------------------

static uint32_t if_ready(const struct sim_rcc *rcc, enum sim_clock_source s, uint32_t hz)
{
    return rcc->ready[s] ? hz : 0;
}

// The microcontroller clock output (6.4.2, MCO); MCOPRE divides it.
static uint32_t mco_hz(const struct sim_rcc *rcc, unsigned *divider)
{
    *divider = 1u << (rcc->cfgr >> 28 & 7);
    switch (rcc->cfgr >> 24 & 15) {
    case 1:
        return if_ready(rcc, SIM_HSI14, nominal_hz(rcc, SIM_HSI14));
    case 2:
        return if_ready(rcc, SIM_LSI, nominal_hz(rcc, SIM_LSI));
    case 4:
        return is_stopped(rcc) ? 0 : sysclk_hz(rcc);
    case 5:
        return if_ready(rcc, SIM_HSI, nominal_hz(rcc, SIM_HSI));
    case 6:
        return if_ready(rcc, SIM_HSE, rcc->hse_hz);
    case 7: // PLLNODIV leaves out the division by two
        return if_ready(rcc, SIM_PLL, pll_hz(rcc) / (rcc->cfgr >> 31 ? 1 : 2));
    case 8:
        return if_ready(rcc, SIM_HSI48, nominal_hz(rcc, SIM_HSI48));
    default: // off, or LSE, which the board does not have
        return 0;
    }
}

static uint32_t rtc_hz(const struct sim_rcc *rcc, unsigned *divider)
{
    unsigned select = rcc->bdcr >> 8 & 3;
    *divider = select == 3 ? 32 : 1;
    if (select == 2)
        return if_ready(rcc, SIM_LSI, nominal_hz(rcc, SIM_LSI));
    return select == 3 ? if_ready(rcc, SIM_HSE, rcc->hse_hz) : 0;
}

static uint32_t captured_hz(const struct sim_rcc *rcc, unsigned remap, unsigned *divider)
{
    *divider = 1;
    switch (remap) { // 19.4.11
    case 1:
        return rtc_hz(rcc, divider);
    case 2:
        *divider = 32;
        return if_ready(rcc, SIM_HSE, rcc->hse_hz);
    case 3:
        return mco_hz(rcc, divider);
    default: // a pin
        return 0;
    }
}

uint64_t sim_clocks_capture(void *self, unsigned line)
{
    unsigned divider;
    return captured_hz(self, line, &divider);
}

uint64_t sim_clocks_capture_divider(void *self, unsigned line)
{
    unsigned divider;
    (void)captured_hz(self, line, &divider);
    return divider;
}

uint64_t sim_clocks_hclk(void *self, unsigned line)
{
    (void)line;
    return hclk_hz(self);
}

uint64_t sim_clocks_pclk(void *self, unsigned bus)
{
    return pclk_hz(self, bus);
}

// Twice PCLK when that is divided (6.2, figure of the clock tree).
uint64_t sim_clocks_timer(void *self, unsigned bus)
{
    return pclk_hz(self, bus) * (apb_divisor(self, bus) > 1 ? 2 : 1);
}

static unsigned bus_of_usart(const struct sim_rcc *rcc, unsigned usart)
{
    unsigned features = sim_chip_row(rcc->part->chip)->features;
    bool on_apb1 = usart != 0 || features & config_of(rcc)->usart1_on_apb1_feature;
    return on_apb1 ? SIM_ON_APB1 : SIM_ON_APB2;
}

uint64_t sim_clocks_usart(void *self, unsigned line)
{
    const struct sim_rcc *rcc = self;
    // USART1 always has a choice; USART2 only where the field is at bit 16: F07x, F09x and the
    // larger STM32F3.
    switch (rcc->cfgr3 >> (line == 0 ? 0 : 16) & 3) {
    case 1:
        return is_stopped(rcc) ? 0 : sysclk_hz(rcc);
    case 2:
        return if_ready(rcc, SIM_LSE, nominal_hz(rcc, SIM_LSE));
    case 3:
        return if_ready(rcc, SIM_HSI, nominal_hz(rcc, SIM_HSI));
    default:
        return pclk_hz(rcc, bus_of_usart(rcc, line));
    }
}

uint64_t sim_clocks_lsi(void *self, unsigned line)
{
    (void)line;
    return nominal_hz(self, SIM_LSI);
}

uint64_t sim_clocks_hsi_ready(void *self, unsigned line)
{
    const struct sim_rcc *rcc = self;
    (void)line;
    return rcc->ready[SIM_HSI];
}

uint64_t sim_clocks_adc_wait_ns(void *self, unsigned line)
{
    const struct sim_rcc *rcc = self;
    uint64_t ready_ns = rcc->ready_ns[SIM_HSI14];
    (void)line;
    if (rcc->ready[SIM_HSI14])
        return 0;
    return ready_ns == SIM_NEVER ? SIM_NEVER : ready_ns - rcc->part->clock->now_ns;
}
