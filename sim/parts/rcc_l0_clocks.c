// SPDX-License-Identifier: MIT
// Oscillators that take their time and the clock tree behind them, of STM32L0 (RM0367, 7.2). The
// registers are in rcc_l0.c.
#include "sim/parts/rcc_l0.h"

enum { SW_MSI, SW_HSI, SW_HSE, SW_PLL };

static const enum sim_clock_source source_of_sw[] = {SIM_MSI, SIM_HSI, SIM_HSE, SIM_PLL};

static const struct sim_rcc_config *config_of(const struct sim_rcc_l0 *rcc)
{
    return rcc->part->config;
}

bool sim_rcc_l0_has_hsi48(const struct sim_rcc_l0 *rcc)
{
    return sim_chip_row(rcc->part->chip)->features & config_of(rcc)->hsi48_feature;
}

static uint32_t msi_hz(const struct sim_rcc_l0 *rcc)
{
    static const uint32_t hz[] = {65536,   131072,  262144,  524288,
                                  1048000, 2097000, 4194000, 4194000}; // 7.2.3
    return hz[rcc->icscr >> 13 & 7];
}

static uint32_t hsi_hz(const struct sim_rcc_l0 *rcc)
{
    return config_of(rcc)->source[SIM_HSI].hz / (rcc->cr & RCC_L0_CR_DIVEN ? 4 : 1);
}

static enum sim_clock_source pll_input(const struct sim_rcc_l0 *rcc)
{
    return rcc->cfgr >> 16 & 1 ? SIM_HSE : SIM_HSI;
}

static uint32_t vco_hz(const struct sim_rcc_l0 *rcc)
{
    static const uint8_t multiply[] = {3, 4, 6, 8, 12, 16, 24, 32, 48};
    uint32_t field = rcc->cfgr >> 18 & 15;
    uint32_t input = pll_input(rcc) == SIM_HSE ? rcc->hse_hz : hsi_hz(rcc);
    return field < sizeof multiply ? input * multiply[field] : 0;
}

// PLLDIV = 0 is not allowed (7.3.4): no clock comes.
static uint32_t pll_hz(const struct sim_rcc_l0 *rcc)
{
    uint32_t divide = rcc->cfgr >> 22 & 3;
    return divide ? vco_hz(rcc) / (divide + 1) : 0;
}

static uint32_t source_hz(const struct sim_rcc_l0 *rcc, enum sim_clock_source s)
{
    switch (s) {
    case SIM_MSI:
        return msi_hz(rcc);
    case SIM_HSI:
        return hsi_hz(rcc);
    case SIM_HSE:
        return rcc->hse_hz;
    case SIM_PLL:
        return pll_hz(rcc);
    default:
        return config_of(rcc)->source[s].hz;
    }
}

static uint32_t sysclk_hz(const struct sim_rcc_l0 *rcc)
{
    return source_hz(rcc, source_of_sw[rcc->sws]);
}

static bool is_stopped(const struct sim_rcc_l0 *rcc)
{
    uint64_t mode = sim_part_level(rcc->part, SIM_POWER_MODE, 0);
    return mode != SIM_POWER_RUN && !(sim_part_level(rcc->part, SIM_DEBUG_KEEPS, 0) >> mode & 1);
}

static uint32_t hclk_hz(const struct sim_rcc_l0 *rcc)
{
    static const uint16_t divisors[] = {2, 4, 8, 16, 64, 128, 256, 512};
    uint32_t hpre = rcc->cfgr >> 4 & 15;
    if (is_stopped(rcc))
        return 0;
    return hpre < 8 ? sysclk_hz(rcc) : sysclk_hz(rcc) / divisors[hpre - 8];
}

static uint32_t apb_divisor(const struct sim_rcc_l0 *rcc, unsigned bus)
{
    uint32_t ppre = rcc->cfgr >> (bus == SIM_ON_APB2 ? 11 : 8) & 7;
    bool divided = bus == SIM_ON_APB1 || bus == SIM_ON_APB2;
    return !divided || ppre < 4 ? 1 : 2u << (ppre - 4);
}

// The fastest HCLK and VCO of a voltage range, and HCLK without a wait state (RM0367, 3.6.3, 6.1.4
// and 7.2.4).
static void judge_clocks(const struct sim_rcc_l0 *rcc, uint32_t hclk)
{
    static const struct {
        uint32_t max_hz, no_wait_hz, max_vco_hz;
    } ranges[] = {{0, 0, 0},
                  {32000000, 16000000, 96000000},
                  {16000000, 8000000, 48000000},
                  {4200000, 4200000, 24000000}};
    unsigned range = (unsigned)sim_part_level(rcc->part, SIM_VOLTAGE_RANGE, 0) & 3;
    if (!range)
        return;
    if (hclk > ranges[range].max_hz)
        sim_chip_violation(rcc->part->chip, "rcc: HCLK of %u Hz; voltage range %u allows %u Hz",
                           hclk, range, ranges[range].max_hz);
    else if (hclk > ranges[range].no_wait_hz && !sim_part_level(rcc->part, SIM_FLASH_LATENCY, 0))
        sim_chip_violation(rcc->part->chip,
                           "rcc: HCLK of %u Hz without a flash wait state in voltage range %u",
                           hclk, range);
    if (rcc->on[SIM_PLL] && vco_hz(rcc) > ranges[range].max_vco_hz)
        sim_chip_violation(rcc->part->chip, "rcc: the PLL's VCO at %u Hz; range %u allows %u Hz",
                           vco_hz(rcc), range, ranges[range].max_vco_hz);
}

void sim_l0_clocks_apply(struct sim_rcc_l0 *rcc)
{
    uint32_t hclk = hclk_hz(rcc);
    judge_clocks(rcc, hclk);
    sim_core_set_hclk(rcc->part->core, hclk);
    sim_part_tell(rcc->part, SIM_CLOCKS_CHANGED, 0, 0);
}

static bool source_can_start(const struct sim_rcc_l0 *rcc, enum sim_clock_source s)
{
    if (s == SIM_HSE)
        return rcc->hse_hz != 0;
    if (s == SIM_PLL)
        return rcc->ready[pll_input(rcc)] && pll_hz(rcc);
    return s != SIM_LSE; // the board has no 32 kHz crystal
}

// The switch happens when what SW asks for is ready (7.2.6).
void sim_l0_clocks_follow_sw(struct sim_rcc_l0 *rcc)
{
    unsigned sw = rcc->cfgr & RCC_L0_CFGR_SW;
    if (rcc->ready[source_of_sw[sw]])
        rcc->sws = sw;
}

void sim_l0_clocks_update(struct sim_rcc_l0 *rcc)
{
    uint64_t now = rcc->part->clock->now_ns, next = SIM_NEVER;
    for (unsigned s = 0; s < SIM_CLOCK_SOURCES; s++) {
        bool starts = rcc->on[s] && source_can_start(rcc, (enum sim_clock_source)s);
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

void sim_l0_clocks_source_ready(void *arg)
{
    struct sim_rcc_l0 *rcc = arg;
    for (unsigned s = 0; s < SIM_CLOCK_SOURCES; s++) {
        if (rcc->ready[s] || rcc->ready_ns[s] > rcc->part->clock->now_ns)
            continue;
        rcc->ready[s] = true;
        rcc->cifr |= rcc->cier & 1u << s; // "set when the enable bit is" (7.3.6)
    }
    sim_l0_clocks_update(rcc);
    sim_rcc_l0_update_irq(rcc);
    unsigned before = rcc->sws;
    sim_l0_clocks_follow_sw(rcc);
    if (rcc->sws != before)
        sim_l0_clocks_apply(rcc);
}

static bool drives_sysclk(const struct sim_rcc_l0 *rcc, enum sim_clock_source s)
{
    return source_of_sw[rcc->sws] == s || (rcc->sws == SW_PLL && pll_input(rcc) == s);
}

// On or off, unless the system runs from it (7.3.1: such a bit cannot be cleared).
void sim_l0_clocks_switch(struct sim_rcc_l0 *rcc, enum sim_clock_source s, bool on)
{
    if (!on && drives_sysclk(rcc, s))
        sim_chip_violation(rcc->part->chip, "rcc: switching off a clock that the system runs from");
    else
        rcc->on[s] = on;
}

void sim_l0_clocks_hear_lsi_wanted(void *self, unsigned line, uint64_t value)
{
    struct sim_rcc_l0 *rcc = self;
    (void)line;
    (void)value;
    rcc->on[SIM_LSI] = true;
    sim_l0_clocks_update(rcc);
}

static void run_from(struct sim_rcc_l0 *rcc, unsigned sw)
{
    enum sim_clock_source source = source_of_sw[sw];
    rcc->cfgr = (rcc->cfgr & ~RCC_L0_CFGR_SW) | sw;
    rcc->sws = sw;
    rcc->on[source] = rcc->ready[source] = true;
}

// MSI or, with STOPWUCK, HSI16 it is, and the others are off (6.3.9).
static void leave_stop(struct sim_rcc_l0 *rcc)
{
    rcc->on[SIM_HSE] = rcc->on[SIM_PLL] = rcc->on[SIM_HSI48] = false;
    rcc->on[SIM_HSI] = rcc->on[SIM_MSI] = false;
    run_from(rcc, rcc->cfgr >> 15 & 1 ? SW_HSI : SW_MSI);
    sim_l0_clocks_update(rcc);
}

void sim_l0_clocks_hear_power_mode(void *self, unsigned line, uint64_t mode)
{
    struct sim_rcc_l0 *rcc = self;
    (void)line;
    if (mode == SIM_POWER_RUN)
        leave_stop(rcc);
    sim_l0_clocks_apply(rcc);
}

void sim_l0_clocks_hear_change(void *self, unsigned line, uint64_t value)
{
    (void)line;
    (void)value;
    sim_l0_clocks_apply(self);
}

// The clock security system (7.2.8): HSE is switched off, and if the system ran from it, by itself
// or through the PLL, it goes on with MSI.
static void lose_hse(struct sim_rcc_l0 *rcc)
{
    if (drives_sysclk(rcc, SIM_HSE))
        run_from(rcc, SW_MSI);
    if (pll_input(rcc) == SIM_HSE)
        rcc->on[SIM_PLL] = false;
    rcc->on[SIM_HSE] = false;
    rcc->cifr |= RCC_L0_CIFR_CSSF;
    sim_core_pend_nmi(rcc->part->core);
}

void sim_l0_clocks_hear_hse(void *self, unsigned line, uint64_t hz)
{
    struct sim_rcc_l0 *rcc = self;
    bool ran = rcc->ready[SIM_HSE];
    (void)line;
    rcc->hse_hz = (uint32_t)hz;
    if (!hz && ran && rcc->cr & RCC_L0_CR_CSSON)
        lose_hse(rcc);
    sim_l0_clocks_update(rcc);
    sim_l0_clocks_apply(rcc);
}

// ---- what goes to others ------------------------------------------------------------------------

static uint32_t if_ready(const struct sim_rcc_l0 *rcc, enum sim_clock_source s)
{
    return rcc->ready[s] ? source_hz(rcc, s) : 0;
}

uint64_t sim_l0_clocks_hclk(void *self, unsigned line)
{
    (void)line;
    return hclk_hz(self);
}

uint64_t sim_l0_clocks_pclk(void *self, unsigned bus)
{
    return hclk_hz(self) / apb_divisor(self, bus);
}

// Twice PCLK when that is divided (7.2, figure of the clock tree).
uint64_t sim_l0_clocks_timer(void *self, unsigned bus)
{
    return sim_l0_clocks_pclk(self, bus) * (apb_divisor(self, bus) > 1 ? 2 : 1);
}

uint64_t sim_l0_clocks_usart(void *self, unsigned line)
{
    static const struct {
        unsigned shift, bus;
    } selects[] = {{0, SIM_ON_APB2}, {2, SIM_ON_APB1}, {10, SIM_ON_APB1}}; // 7.3.19
    const struct sim_rcc_l0 *rcc = self;
    switch (rcc->ccipr >> selects[line].shift & 3) {
    case 1:
        return is_stopped(rcc) ? 0 : sysclk_hz(rcc);
    case 2:
        return if_ready(rcc, SIM_HSI);
    case 3:
        return if_ready(rcc, SIM_LSE);
    default:
        return sim_l0_clocks_pclk(self, selects[line].bus);
    }
}

uint64_t sim_l0_clocks_lsi(void *self, unsigned line)
{
    (void)line;
    return source_hz(self, SIM_LSI);
}

uint64_t sim_l0_clocks_hsi_ready(void *self, unsigned line)
{
    const struct sim_rcc_l0 *rcc = self;
    (void)line;
    return rcc->ready[SIM_HSI];
}

uint64_t sim_l0_clocks_adc(void *self, unsigned line)
{
    (void)line;
    return if_ready(self, SIM_HSI); // 14.3.5
}
