// SPDX-License-Identifier: MIT
// The clock tree, and how long its oscillators take (RM0091, 6.2; RM0316, 9.2). The registers are
// in rcc.c.
#include "sim/parts/rcc.h"

enum { SW_HSI, SW_HSE, SW_PLL, SW_HSI48 };

static const struct sim_rcc_config *config_of(const struct sim_rcc *rcc)
{
    return rcc->common.part->config;
}

bool sim_rcc_has_hsi48(const struct sim_rcc *rcc)
{
    return sim_chip_row(rcc->common.part->chip)->features & config_of(rcc)->hsi48_feature;
}

bool sim_rcc_has_hsi14(const struct sim_rcc *rcc)
{
    return config_of(rcc)->source[SIM_HSI14].hz != 0;
}

uint32_t sim_rcc_pllsrc_mask(const struct sim_rcc *rcc)
{
    unsigned feature = config_of(rcc)->hsi_prediv_feature;
    return !feature || sim_chip_row(rcc->common.part->chip)->features & feature ? 3u << 15
                                                                                : 1u << 16;
}

static uint32_t nominal_hz(const struct sim_rcc *rcc, enum sim_clock_source s)
{
    return s == SIM_HSE ? rcc->common.hse_hz : config_of(rcc)->source[s].hz;
}

static unsigned pll_input(const void *self)
{
    const struct sim_rcc *rcc = self;
    uint32_t select = rcc->common.cfgr >> 15 & 3;
    if (select == 3 && sim_rcc_has_hsi48(rcc))
        return SIM_HSI48;
    return select & 2 ? SIM_HSE : SIM_HSI;
}

static uint32_t pll_hz(const struct sim_rcc *rcc)
{
    uint32_t multiply = (rcc->common.cfgr >> 18 & 15) + 2;
    uint32_t divide = (rcc->cfgr2 & RCC_CFGR2_PREDIV) + 1;
    if (multiply > 16)
        multiply = 16;
    switch (rcc->common.cfgr >> 15 & 3) {
    case 0:
        return nominal_hz(rcc, SIM_HSI) / 2 * multiply;
    case 1:
        return nominal_hz(rcc, SIM_HSI) / divide * multiply;
    case 2:
        return rcc->common.hse_hz / divide * multiply;
    default:
        return (pll_input(rcc) == SIM_HSI48 ? nominal_hz(rcc, SIM_HSI48) : rcc->common.hse_hz) /
               divide * multiply;
    }
}

static uint32_t sysclk_hz(const struct sim_rcc *rcc)
{
    switch (rcc->common.sws) {
    case SW_HSE:
        return rcc->common.hse_hz;
    case SW_PLL:
        return pll_hz(rcc);
    case SW_HSI48:
        return nominal_hz(rcc, SIM_HSI48);
    default:
        return nominal_hz(rcc, SIM_HSI);
    }
}

static uint32_t hclk_hz(const struct sim_rcc *rcc)
{
    uint32_t hpre = rcc->common.cfgr >> 4 & 15;
    return sim_rcc_divide_hclk(&rcc->common, sysclk_hz(rcc), hpre);
}

// Where there is one APB, PPRE is that of both.
static uint32_t apb_divisor(const struct sim_rcc *rcc, unsigned bus)
{
    bool is_second = bus == SIM_ON_APB2 && config_of(rcc)->has_two_apbs;
    uint32_t ppre = rcc->common.cfgr >> (is_second ? 11 : 8) & 7;
    return sim_rcc_apb_divisor(ppre);
}

static uint32_t pclk_hz(const struct sim_rcc *rcc, unsigned bus)
{
    return hclk_hz(rcc) / apb_divisor(rcc, bus);
}

// One wait state for each no_wait_hz.
static void check_hclk(const struct sim_rcc *rcc, uint32_t hclk)
{
    uint32_t max_hz = config_of(rcc)->max_hz, step = config_of(rcc)->no_wait_hz;
    bool never_waits = sim_part_level(rcc->common.part, SIM_FLASH_LATENCY, 0) == 0;
    if (hclk <= max_hz && hclk > step && never_waits)
        sim_chip_violation(rcc->common.part->chip,
                           "rcc: HCLK of %u Hz without a flash wait state (3.5.1)", hclk);
    else
        sim_rcc_check_hclk(&rcc->common, hclk, max_hz, step);
    if (config_of(rcc)->has_two_apbs && pclk_hz(rcc, SIM_ON_APB1) > max_hz / 2)
        sim_chip_violation(rcc->common.part->chip, "rcc: PCLK1 above %u MHz", max_hz / 2000000);
}

void sim_clocks_apply(void *self)
{
    struct sim_rcc *rcc = self;
    uint32_t hclk = hclk_hz(rcc);
    check_hclk(rcc, hclk);
    sim_rcc_set_hclk(&rcc->common, hclk);
}

void sim_clocks_hear_adc_wanted(void *self, unsigned line, uint64_t value)
{
    struct sim_rcc *rcc = self;
    (void)line;
    (void)value;
    if (rcc->common.on[SIM_HSI14] || rcc->cr2 & RCC_CR2_HSI14DIS)
        return;
    rcc->common.on[SIM_HSI14] = true;
    sim_rcc_update_clocks(&rcc->common);
}

// ---- what goes to others ------------------------------------------------------------------------

static uint32_t if_ready(const struct sim_rcc *rcc, enum sim_clock_source s, uint32_t hz)
{
    return rcc->common.ready[s] ? hz : 0;
}

// The microcontroller clock output (6.4.2, MCO); MCOPRE divides it.
static uint32_t mco_hz(const struct sim_rcc *rcc, unsigned *divider)
{
    *divider = 1u << (rcc->common.cfgr >> 28 & 7);
    switch (rcc->common.cfgr >> 24 & 15) {
    case 1:
        return if_ready(rcc, SIM_HSI14, nominal_hz(rcc, SIM_HSI14));
    case 2:
        return if_ready(rcc, SIM_LSI, nominal_hz(rcc, SIM_LSI));
    case 4:
        return sim_rcc_is_stopped(&rcc->common) ? 0 : sysclk_hz(rcc);
    case 5:
        return if_ready(rcc, SIM_HSI, nominal_hz(rcc, SIM_HSI));
    case 6:
        return if_ready(rcc, SIM_HSE, rcc->common.hse_hz);
    case 7: // PLLNODIV leaves out the division by two
        return if_ready(rcc, SIM_PLL, pll_hz(rcc) / (rcc->common.cfgr >> 31 ? 1 : 2));
    case 8:
        return if_ready(rcc, SIM_HSI48, nominal_hz(rcc, SIM_HSI48));
    default: // off, or LSE, which the board does not have
        return 0;
    }
}

static uint32_t rtc_hz(const struct sim_rcc *rcc, unsigned *divider)
{
    unsigned select = rcc->common.bdcr >> 8 & 3;
    *divider = select == 3 ? 32 : 1;
    if (select == 2)
        return if_ready(rcc, SIM_LSI, nominal_hz(rcc, SIM_LSI));
    return select == 3 ? if_ready(rcc, SIM_HSE, rcc->common.hse_hz) : 0;
}

static uint32_t captured_hz(const struct sim_rcc *rcc, unsigned remap, unsigned *divider)
{
    *divider = 1;
    switch (remap) { // 19.4.11
    case 1:
        return rtc_hz(rcc, divider);
    case 2:
        *divider = 32;
        return if_ready(rcc, SIM_HSE, rcc->common.hse_hz);
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
    unsigned features = sim_chip_row(rcc->common.part->chip)->features;
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
        return sim_rcc_is_stopped(&rcc->common) ? 0 : sysclk_hz(rcc);
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

uint64_t sim_clocks_adc_wait_ns(void *self, unsigned line)
{
    const struct sim_rcc *rcc = self;
    uint64_t ready_ns = rcc->common.ready_ns[SIM_HSI14];
    (void)line;
    if (rcc->common.ready[SIM_HSI14])
        return 0;
    return ready_ns == SIM_NEVER ? SIM_NEVER : ready_ns - rcc->common.part->clock->now_ns;
}

// ---- what rcc_common.c asks for ------------------------------------------------------------------

static struct sim_rcc_start start_of(const void *self, unsigned s)
{
    const struct sim_rcc *rcc = self;
    return (struct sim_rcc_start){config_of(rcc)->source[s].start_ns, s};
}

static unsigned clock_of_sw(const void *self, unsigned sw)
{
    static const enum sim_clock_source clocks[] = {SIM_HSI, SIM_HSE, SIM_PLL, SIM_HSI48};
    (void)self;
    return clocks[sw];
}

static unsigned safe_sw(const void *self, bool from_stop)
{
    (void)self;
    (void)from_stop;
    return SW_HSI;
}

const struct sim_rcc_kind sim_rcc_f0_kind = {
    .clocks = SIM_CLOCK_SOURCES,
    .lsi = SIM_LSI,
    .lse = SIM_LSE,
    .hsi = SIM_HSI,
    .hse = SIM_HSE,
    .pll = SIM_PLL,
    .off_in_stop = 1u << SIM_HSE | 1u << SIM_PLL | 1u << SIM_HSI48,
    .reset_flags = 0xfe800000,
    .rmvf = 1u << 24,
    .sw_mask = RCC_CFGR_SW,
    .cssf = RCC_CIR_CSSF,
    .start = start_of,
    .clock_of_sw = clock_of_sw,
    .pll_input = pll_input,
    .safe_sw = safe_sw,
    .apply = sim_clocks_apply,
};
