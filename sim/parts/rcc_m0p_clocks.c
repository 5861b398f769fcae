// SPDX-License-Identifier: MIT
// The clock tree, and how long its oscillators take, of STM32G0, C0, U0, L4, G4, WB and WL
// (RM0444, 5.2; RM0490, 6.2; RM0503, 5.2; RM0351, 6.2; RM0440, 7.2; RM0434, 8.2; RM0453, 7.2). The
// registers are in rcc_m0p.c.
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
    bool chosen = rcc->config->msi_follows_range || rcc->common.cr & 1u << 3;
    uint32_t range = chosen ? field(rcc->common.cr, 4, 15) : 6;
    return range < sizeof hz / sizeof hz[0] ? hz[range] : 4000000;
}

static uint32_t nominal_hz(const struct sim_rcc_m0p *rcc, enum sim_m0p_clock c)
{
    if (c == SIM_M0P_HSE)
        return rcc->common.hse_hz;
    return c == SIM_M0P_MSI ? msi_hz(rcc) : rcc->config->clock[c].hz;
}

static unsigned pll_input(const void *self)
{
    const struct sim_rcc_m0p *rcc = self;
    return rcc->config->pll_source[rcc->pllcfgr & 3];
}

static uint32_t pll_vco_hz(const struct sim_rcc_m0p *rcc)
{
    unsigned input = pll_input(rcc);
    uint32_t hz = input < SIM_M0P_CLOCKS ? nominal_hz(rcc, input) : 0;
    uint32_t pllm = rcc->config->pllm_mask ? rcc->config->pllm_mask : 7;
    return hz / (field(rcc->pllcfgr, 4, pllm) + 1) * field(rcc->pllcfgr, 8, 127);
}

// Of P, Q and R.
uint32_t sim_m0p_pll_outputs(const struct sim_rcc_m0p *rcc)
{
    return rcc->config->has_even_pll ? 1u << 16 | 1u << 20 | 1u << 24
                                     : 1u << 16 | 1u << 24 | 1u << 28;
}

// PLLRCLK, which has a switch of its own.
static uint32_t pll_hz(const struct sim_rcc_m0p *rcc)
{
    if (rcc->config->has_even_pll)
        return rcc->pllcfgr & 1u << 24 ? pll_vco_hz(rcc) / (2 * (field(rcc->pllcfgr, 25, 3) + 1))
                                       : 0;
    return rcc->pllcfgr & 1u << 28 ? pll_vco_hz(rcc) / (field(rcc->pllcfgr, 29, 7) + 1) : 0;
}

static uint32_t clock_hz(const struct sim_rcc_m0p *rcc, enum sim_m0p_clock c)
{
    if (c == SIM_M0P_PLL)
        return pll_hz(rcc);
    if (c == SIM_M0P_HSI && rcc->config->has_hsi_divider)
        return nominal_hz(rcc, c) >> field(rcc->common.cr, 11, 7);
    return c < SIM_M0P_CLOCKS ? nominal_hz(rcc, c) : 0;
}

static unsigned clock_of_sw(const void *self, unsigned sw)
{
    const struct sim_rcc_m0p *rcc = self;
    return rcc->config->sw[sw];
}

// SYSDIV stands in the way of HSI and HSE on the larger chips of STM32C0 only (RM0490, 6.4.1).
static uint32_t sysclk_hz(const struct sim_rcc_m0p *rcc)
{
    uint32_t divide = rcc->config->has_system_divider ? field(rcc->common.cr, 2, 7) + 1 : 1;
    return clock_hz(rcc, clock_of_sw(rcc, rcc->common.sws)) / divide;
}

static uint32_t hclk_hz(const struct sim_rcc_m0p *rcc)
{
    uint32_t hpre = field(rcc->common.cfgr, rcc->config->is_m4 ? 4 : 8, 15);
    return sim_rcc_divide_hclk(&rcc->common, sysclk_hz(rcc), hpre);
}

// Of a bus: with one for all, or with PPRE1 and PPRE2.
static uint32_t apb_divisor(const struct sim_rcc_m0p *rcc, unsigned bus)
{
    unsigned shift = !rcc->config->is_m4 ? 12 : bus == SIM_M0P_ON_APB2 ? 11 : 8;
    return sim_rcc_apb_divisor(field(rcc->common.cfgr, shift, 7));
}

void sim_m0p_apply(void *self)
{
    struct sim_rcc_m0p *rcc = self;
    uint32_t hclk = hclk_hz(rcc);
    uint32_t step = rcc->config->wait_step_hz ? rcc->config->wait_step_hz : WAIT_STATE_HZ;
    sim_rcc_check_hclk(&rcc->common, hclk, rcc->config->max_hz, step);
    sim_rcc_set_hclk(&rcc->common, hclk);
}

// ---- what goes to others ------------------------------------------------------------------------

static uint32_t if_ready(const struct sim_rcc_m0p *rcc, enum sim_m0p_clock c)
{
    return c < SIM_M0P_CLOCKS && rcc->common.ready[c] ? clock_hz(rcc, c) : 0;
}

static uint32_t mco_hz(const struct sim_rcc_m0p *rcc, unsigned *divider)
{
    unsigned select = field(rcc->common.cfgr, 24, 15);
    *divider = 1u << field(rcc->common.cfgr, 28, 7);
    if (select == 1)
        return sim_rcc_is_stopped(&rcc->common) ? 0 : sysclk_hz(rcc);
    return if_ready(rcc, rcc->config->mco[select]);
}

static uint32_t rtc_hz(const struct sim_rcc_m0p *rcc, unsigned *divider)
{
    unsigned select = field(rcc->common.bdcr, 8, 3);
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
    case SIM_M0P_CAPTURE_MSI:
        return if_ready(rcc, SIM_M0P_MSI);
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
    return hclk_hz(self) / apb_divisor(self, line);
}

// Twice PCLK when that is divided.
uint64_t sim_m0p_timer(void *self, unsigned line)
{
    uint32_t divisor = apb_divisor(self, line);
    return hclk_hz(self) / divisor * (divisor > 1 ? 2 : 1);
}

// PCLK, SYSCLK, HSI (by HSIKERDIV on STM32C0) or LSE, for USARTs that have the choice.
uint64_t sim_m0p_usart(void *self, unsigned line)
{
    const struct sim_rcc_m0p *rcc = self;
    uint32_t kernel = rcc->config->has_kernel_divider ? field(rcc->common.cr, 5, 7) + 1 : 1;
    switch (field(rcc->ccipr, 2 * line, 3)) {
    case 1:
        return sim_rcc_is_stopped(&rcc->common) ? 0 : sysclk_hz(rcc);
    case 2:
        return rcc->common.ready[SIM_M0P_HSI] ? nominal_hz(rcc, SIM_M0P_HSI) / kernel : 0;
    case 3:
        return if_ready(rcc, SIM_M0P_LSE);
    default:
        return sim_m0p_pclk(self, line == 0 ? SIM_M0P_ON_APB2 : SIM_M0P_ON_APB1);
    }
}

// What STM32G0, C0 and U0 can choose.
static const enum sim_m0p_adc_clock adc_clocks[4] = {SIM_M0P_ADC_SYSCLK, SIM_M0P_ADC_PLLP,
                                                     SIM_M0P_ADC_HSI, SIM_M0P_ADC_NONE};

// SYSCLK, PLLP or HSI.
uint64_t sim_m0p_adc(void *self, unsigned line)
{
    const struct sim_rcc_m0p *rcc = self;
    const enum sim_m0p_adc_clock *choices =
        rcc->config->is_m4 ? rcc->config->adc_clock : adc_clocks;
    uint32_t kernel = rcc->config->has_kernel_divider ? field(rcc->common.cr, 5, 7) + 1 : 1;
    (void)line;
    switch (choices[field(rcc->ccipr, rcc->config->adc_select_shift, 3)]) {
    case SIM_M0P_ADC_SYSCLK:
        return sim_rcc_is_stopped(&rcc->common) ? 0 : sysclk_hz(rcc);
    case SIM_M0P_ADC_PLLP:
        return rcc->common.ready[SIM_M0P_PLL] && rcc->pllcfgr & 1u << 16
                   ? pll_vco_hz(rcc) / (field(rcc->pllcfgr, 17, 31) + 1)
                   : 0;
    case SIM_M0P_ADC_HSI:
        return rcc->common.ready[SIM_M0P_HSI] ? nominal_hz(rcc, SIM_M0P_HSI) / kernel : 0;
    default:
        return 0;
    }
}

uint64_t sim_m0p_lsi(void *self, unsigned line)
{
    (void)line;
    return nominal_hz(self, SIM_M0P_LSI);
}

// ---- what rcc_common.c asks for ------------------------------------------------------------------

static struct sim_rcc_start start_of(const void *self, unsigned c)
{
    const struct sim_rcc_m0p *rcc = self;
    return (struct sim_rcc_start){rcc->config->clock[c].start_ns, rcc->config->clock[c].flag};
}

static bool can_use(const void *self, unsigned c)
{
    return clock_hz(self, (enum sim_m0p_clock)c) != 0;
}

// The clock of a reset or, with STOPWUCK, HSI (RM0444, 4.3.6).
static unsigned safe_sw(const void *self, bool from_stop)
{
    const struct sim_rcc_m0p *rcc = self;
    bool is_hsi = rcc->config->has_stop_choice && rcc->common.cfgr & 1u << 15;
    unsigned wanted = is_hsi ? SIM_M0P_HSI : rcc->config->first_clock, found = rcc->common.sws;
    (void)from_stop;
    for (unsigned sw = 0; sw <= rcc->common.kind->sw_mask; sw++)
        found = clock_of_sw(rcc, sw) == wanted ? sw : found;
    return found;
}

// clang-format off
#define KIND(sw_mask_)                                                                             \
    {                                                                                              \
        .clocks = SIM_M0P_CLOCKS, .lsi = SIM_M0P_LSI, .lse = SIM_M0P_LSE, .hsi = SIM_M0P_HSI,      \
        .hse = SIM_M0P_HSE, .pll = SIM_M0P_PLL,                                                    \
        .off_in_stop = 1u << SIM_M0P_HSE | 1u << SIM_M0P_PLL | 1u << SIM_M0P_HSI48 |               \
                       1u << SIM_M0P_PLLSAI1 | 1u << SIM_M0P_PLLSAI2,                              \
        .reset_flags = 0xfe000000, .rmvf = 1u << 23, .sw_mask = (sw_mask_),                        \
        .cssf = M0P_CIFR_CSSF, .start = start_of, .clock_of_sw = clock_of_sw, .can_use = can_use,  \
        .pll_input = pll_input, .safe_sw = safe_sw, .apply = sim_m0p_apply,                        \
    }
// clang-format on
const struct sim_rcc_kind sim_rcc_m0p_kind = KIND(M0P_CFGR_SW), sim_rcc_m4_kind = KIND(3);
