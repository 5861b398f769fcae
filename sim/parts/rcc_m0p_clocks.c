// SPDX-License-Identifier: MIT
// Oscillators that take their time and the clock tree behind them, of STM32G0, C0 and U0 (RM0444,
// 5.2; RM0490, 6.2; RM0503, 5.2). The registers are in rcc_m0p.c.
#include "sim/parts/rcc_m0p.h"

#define WAIT_STATE_HZ 24000000u // each 24 MHz more need one (RM0444, 3.3.4, range 1)

static uint32_t field(uint32_t value, unsigned shift, uint32_t mask)
{
    return value >> shift & mask;
}

// MSI: by MSIRANGE while MSIRGSEL is set, else 4 MHz (RM0503, 5.4.1).
static uint32_t msi_hz(const struct sim_rcc_m0p *rcc)
{
    static const uint32_t hz[] = {100000,  200000,  400000,   800000,   1000000,  2000000,
                                  4000000, 8000000, 16000000, 24000000, 32000000, 48000000};
    uint32_t range = rcc->cr & 1u << 3 ? field(rcc->cr, 4, 15) : 6;
    return range < sizeof hz / sizeof hz[0] ? hz[range] : 4000000;
}

static uint32_t nominal_hz(const struct sim_rcc_m0p *rcc, enum sim_m0p_clock c)
{
    if (c == SIM_M0P_HSE)
        return rcc->hse_hz;
    return c == SIM_M0P_MSI ? msi_hz(rcc) : rcc->config->clock[c].hz;
}

static enum sim_m0p_clock pll_input(const struct sim_rcc_m0p *rcc)
{
    return rcc->config->pll_source[rcc->pllcfgr & 3];
}

static uint32_t pll_vco_hz(const struct sim_rcc_m0p *rcc)
{
    enum sim_m0p_clock input = pll_input(rcc);
    uint32_t hz = input < SIM_M0P_CLOCKS ? nominal_hz(rcc, input) : 0;
    return hz / (field(rcc->pllcfgr, 4, 7) + 1) * field(rcc->pllcfgr, 8, 127);
}

// PLLRCLK, which has a switch of its own.
static uint32_t pll_hz(const struct sim_rcc_m0p *rcc)
{
    return rcc->pllcfgr & 1u << 28 ? pll_vco_hz(rcc) / (field(rcc->pllcfgr, 29, 7) + 1) : 0;
}

static uint32_t clock_hz(const struct sim_rcc_m0p *rcc, enum sim_m0p_clock c)
{
    if (c == SIM_M0P_PLL)
        return pll_hz(rcc);
    if (c == SIM_M0P_HSI && rcc->config->has_hsi_divider)
        return nominal_hz(rcc, c) >> field(rcc->cr, 11, 7);
    return c < SIM_M0P_CLOCKS ? nominal_hz(rcc, c) : 0;
}

static enum sim_m0p_clock clock_of_sw(const struct sim_rcc_m0p *rcc, unsigned sw)
{
    return rcc->config->sw[sw];
}

// SYSDIV stands in the way of HSI and HSE on the larger chips of STM32C0 only (RM0490, 6.4.1).
static uint32_t sysclk_hz(const struct sim_rcc_m0p *rcc)
{
    uint32_t divide = rcc->config->has_system_divider ? field(rcc->cr, 2, 7) + 1 : 1;
    return clock_hz(rcc, clock_of_sw(rcc, rcc->sws)) / divide;
}

static bool is_stopped(const struct sim_rcc_m0p *rcc)
{
    uint64_t mode = sim_part_level(rcc->part, SIM_POWER_MODE, 0);
    return mode != SIM_POWER_RUN && !(sim_part_level(rcc->part, SIM_DEBUG_KEEPS, 0) >> mode & 1);
}

static uint32_t hclk_hz(const struct sim_rcc_m0p *rcc)
{
    static const uint16_t divisors[] = {2, 4, 8, 16, 64, 128, 256, 512};
    uint32_t hpre = field(rcc->cfgr, 8, 15);
    if (is_stopped(rcc))
        return 0;
    return hpre < 8 ? sysclk_hz(rcc) : sysclk_hz(rcc) / divisors[hpre - 8];
}

static uint32_t apb_divisor(const struct sim_rcc_m0p *rcc)
{
    uint32_t ppre = field(rcc->cfgr, 12, 7);
    return ppre < 4 ? 1 : 2u << (ppre - 4);
}

void sim_m0p_apply(struct sim_rcc_m0p *rcc)
{
    uint32_t hclk = hclk_hz(rcc), max_hz = rcc->config->max_hz;
    uint64_t latency = sim_part_level(rcc->part, SIM_FLASH_LATENCY, 0);
    if (hclk > max_hz)
        sim_chip_violation(rcc->part->chip, "rcc: HCLK of %u Hz; the chip is made for %u MHz", hclk,
                           max_hz / 1000000);
    else if (hclk > (latency + 1) * WAIT_STATE_HZ)
        sim_chip_violation(rcc->part->chip, "rcc: HCLK of %u Hz with %u flash wait states", hclk,
                           (unsigned)latency);
    sim_core_set_hclk(rcc->part->core, hclk);
    sim_part_tell(rcc->part, SIM_CLOCKS_CHANGED, 0, 0);
}

static bool can_start(const struct sim_rcc_m0p *rcc, enum sim_m0p_clock c)
{
    if (c == SIM_M0P_HSE)
        return rcc->hse_hz != 0;
    if (c == SIM_M0P_PLL)
        return pll_input(rcc) < SIM_M0P_CLOCKS && rcc->ready[pll_input(rcc)];
    return c != SIM_M0P_LSE; // the board has no 32 kHz crystal
}

// The switch happens when what SW asks for is ready (5.2.8).
void sim_m0p_follow_sw(struct sim_rcc_m0p *rcc)
{
    unsigned sw = rcc->cfgr & M0P_CFGR_SW;
    enum sim_m0p_clock wanted = clock_of_sw(rcc, sw);
    if (wanted < SIM_M0P_CLOCKS && rcc->ready[wanted] && clock_hz(rcc, wanted))
        rcc->sws = sw;
}

void sim_m0p_update(struct sim_rcc_m0p *rcc)
{
    uint64_t now = rcc->part->clock->now_ns, next = SIM_NEVER;
    for (unsigned c = 0; c < SIM_M0P_CLOCKS; c++) {
        bool starts = rcc->on[c] && can_start(rcc, (enum sim_m0p_clock)c);
        if (!starts) {
            rcc->ready[c] = false;
            rcc->ready_ns[c] = SIM_NEVER;
        } else if (!rcc->ready[c] && rcc->ready_ns[c] == SIM_NEVER) {
            rcc->ready_ns[c] = now + rcc->config->clock[c].start_ns;
        }
        if (!rcc->ready[c] && rcc->ready_ns[c] < next)
            next = rcc->ready_ns[c];
    }
    sim_clock_arm(rcc->part->clock, &rcc->timer, next);
    sim_part_tell(rcc->part, SIM_CLOCKS_CHANGED, 0, 0);
}

void sim_m0p_clock_ready(void *arg)
{
    struct sim_rcc_m0p *rcc = arg;
    for (unsigned c = 0; c < SIM_M0P_CLOCKS; c++) {
        if (rcc->ready[c] || rcc->ready_ns[c] > rcc->part->clock->now_ns)
            continue;
        rcc->ready[c] = true;
        rcc->cifr |= rcc->cier & 1u << rcc->config->clock[c].flag;
    }
    sim_m0p_update(rcc);
    sim_m0p_update_irq(rcc);
    unsigned before = rcc->sws;
    sim_m0p_follow_sw(rcc);
    if (rcc->sws != before)
        sim_m0p_apply(rcc);
}

static bool drives_sysclk(const struct sim_rcc_m0p *rcc, enum sim_m0p_clock c)
{
    enum sim_m0p_clock used = clock_of_sw(rcc, rcc->sws);
    return used == c || (used == SIM_M0P_PLL && pll_input(rcc) == c);
}

// Such a bit cannot be cleared (5.4.1).
void sim_m0p_switch(struct sim_rcc_m0p *rcc, enum sim_m0p_clock c, bool on)
{
    if (!on && rcc->on[c] && drives_sysclk(rcc, c))
        sim_chip_violation(rcc->part->chip, "rcc: switching off a clock that the system runs from");
    else
        rcc->on[c] = on;
}

void sim_m0p_hear_lsi_wanted(void *self, unsigned line, uint64_t value)
{
    struct sim_rcc_m0p *rcc = self;
    (void)line;
    (void)value;
    rcc->on[SIM_M0P_LSI] = true;
    sim_m0p_update(rcc);
}

// The system goes on with the clock it has after Stop, and the others are off (RM0444, 4.3.6).
static void fall_back(struct sim_rcc_m0p *rcc)
{
    enum sim_m0p_clock c = rcc->config->first_clock;
    if (rcc->config->has_stop_choice && rcc->cfgr & 1u << 15) // STOPWUCK
        c = SIM_M0P_HSI;
    for (unsigned sw = 0; sw < 8; sw++) {
        if (clock_of_sw(rcc, sw) == c)
            rcc->sws = sw;
    }
    rcc->cfgr = (rcc->cfgr & ~M0P_CFGR_SW) | rcc->sws;
    rcc->on[c] = rcc->ready[c] = true;
}

void sim_m0p_hear_power_mode(void *self, unsigned line, uint64_t mode)
{
    struct sim_rcc_m0p *rcc = self;
    (void)line;
    if (mode == SIM_POWER_RUN) {
        fall_back(rcc);
        rcc->on[SIM_M0P_HSE] = rcc->on[SIM_M0P_PLL] = rcc->on[SIM_M0P_HSI48] = false;
        sim_m0p_update(rcc);
    }
    sim_m0p_apply(rcc);
}

void sim_m0p_hear_latency(void *self, unsigned line, uint64_t value)
{
    (void)line;
    (void)value;
    sim_m0p_apply(self);
}

// The clock security system (5.2.9): HSE is switched off, and the system goes on without it.
static void lose_hse(struct sim_rcc_m0p *rcc)
{
    if (pll_input(rcc) == SIM_M0P_HSE)
        rcc->on[SIM_M0P_PLL] = false;
    if (drives_sysclk(rcc, SIM_M0P_HSE))
        fall_back(rcc);
    rcc->on[SIM_M0P_HSE] = false;
    rcc->cifr |= M0P_CIFR_CSSF;
    sim_core_pend_nmi(rcc->part->core);
}

void sim_m0p_hear_hse(void *self, unsigned line, uint64_t hz)
{
    struct sim_rcc_m0p *rcc = self;
    bool ran = rcc->ready[SIM_M0P_HSE];
    (void)line;
    rcc->hse_hz = (uint32_t)hz;
    if (!hz && ran && rcc->cr & M0P_CR_CSSON)
        lose_hse(rcc);
    sim_m0p_update(rcc);
    sim_m0p_apply(rcc);
}

// ---- what goes to others ------------------------------------------------------------------------

static uint32_t if_ready(const struct sim_rcc_m0p *rcc, enum sim_m0p_clock c)
{
    return c < SIM_M0P_CLOCKS && rcc->ready[c] ? clock_hz(rcc, c) : 0;
}

static uint32_t mco_hz(const struct sim_rcc_m0p *rcc, unsigned *divider)
{
    unsigned select = field(rcc->cfgr, 24, 15);
    *divider = 1u << field(rcc->cfgr, 28, 7);
    if (select == 1)
        return is_stopped(rcc) ? 0 : sysclk_hz(rcc);
    return if_ready(rcc, rcc->config->mco[select]);
}

static uint32_t rtc_hz(const struct sim_rcc_m0p *rcc, unsigned *divider)
{
    unsigned select = field(rcc->bdcr, 8, 3);
    *divider = select == 3 ? 32 : 1;
    return select == 2 ? if_ready(rcc, SIM_M0P_LSI) : select == 3 ? if_ready(rcc, SIM_M0P_HSE) : 0;
}

static uint32_t captured_hz(const struct sim_rcc_m0p *rcc, unsigned line, unsigned *divider)
{
    *divider = 1;
    switch (rcc->config->capture[line]) {
    case SIM_M0P_CAPTURE_LSI:
        return if_ready(rcc, SIM_M0P_LSI);
    case SIM_M0P_CAPTURE_RTC:
        return rtc_hz(rcc, divider);
    case SIM_M0P_CAPTURE_HSE32:
        *divider = 32;
        return if_ready(rcc, SIM_M0P_HSE);
    case SIM_M0P_CAPTURE_MCO:
        return mco_hz(rcc, divider);
    default: // a pin
        return 0;
    }
}

uint64_t sim_m0p_capture(void *self, unsigned line)
{
    unsigned divider;
    return captured_hz(self, line, &divider);
}

uint64_t sim_m0p_capture_divider(void *self, unsigned line)
{
    unsigned divider;
    (void)captured_hz(self, line, &divider);
    return divider;
}

uint64_t sim_m0p_hclk(void *self, unsigned line)
{
    (void)line;
    return hclk_hz(self);
}

uint64_t sim_m0p_pclk(void *self, unsigned line)
{
    (void)line;
    return hclk_hz(self) / apb_divisor(self);
}

// Twice PCLK when that is divided.
uint64_t sim_m0p_timer(void *self, unsigned line)
{
    (void)line;
    return hclk_hz(self) / apb_divisor(self) * (apb_divisor(self) > 1 ? 2 : 1);
}

// PCLK, SYSCLK, HSI (by HSIKERDIV on STM32C0) or LSE, for USARTs that have the choice.
uint64_t sim_m0p_usart(void *self, unsigned line)
{
    const struct sim_rcc_m0p *rcc = self;
    uint32_t kernel = rcc->config->has_kernel_divider ? field(rcc->cr, 5, 7) + 1 : 1;
    switch (field(rcc->ccipr, 2 * line, 3)) {
    case 1:
        return is_stopped(rcc) ? 0 : sysclk_hz(rcc);
    case 2:
        return rcc->ready[SIM_M0P_HSI] ? nominal_hz(rcc, SIM_M0P_HSI) / kernel : 0;
    case 3:
        return if_ready(rcc, SIM_M0P_LSE);
    default:
        return sim_m0p_pclk(self, 0);
    }
}

// SYSCLK, PLLP or HSI.
uint64_t sim_m0p_adc(void *self, unsigned line)
{
    const struct sim_rcc_m0p *rcc = self;
    uint32_t kernel = rcc->config->has_kernel_divider ? field(rcc->cr, 5, 7) + 1 : 1;
    (void)line;
    switch (field(rcc->ccipr, rcc->config->adc_select_shift, 3)) {
    case 0:
        return is_stopped(rcc) ? 0 : sysclk_hz(rcc);
    case 1:
        return rcc->ready[SIM_M0P_PLL] && rcc->pllcfgr & 1u << 16
                   ? pll_vco_hz(rcc) / (field(rcc->pllcfgr, 17, 31) + 1)
                   : 0;
    case 2:
        return rcc->ready[SIM_M0P_HSI] ? nominal_hz(rcc, SIM_M0P_HSI) / kernel : 0;
    default:
        return 0;
    }
}

uint64_t sim_m0p_lsi(void *self, unsigned line)
{
    (void)line;
    return nominal_hz(self, SIM_M0P_LSI);
}

uint64_t sim_m0p_hsi_ready(void *self, unsigned line)
{
    const struct sim_rcc_m0p *rcc = self;
    (void)line;
    return rcc->ready[SIM_M0P_HSI];
}
