// SPDX-License-Identifier: MIT
// The clock tree, and how long its oscillators take, of STM32L0 (RM0367, 7.2) and L1 (RM0038, 6.2).
// The registers are in rcc_l0.c and rcc_l1.c.
#include "sim/parts/rcc_l0.h"

enum { SW_MSI, SW_HSI, SW_HSE, SW_PLL };

static const enum sim_clock_source source_of_sw[] = {SIM_MSI, SIM_HSI, SIM_HSE, SIM_PLL};

static const struct sim_rcc_config *config_of(const struct sim_rcc_l0 *rcc)
{
    return rcc->common.part->config;
}

bool sim_rcc_l0_has_hsi48(const struct sim_rcc_l0 *rcc)
{
    return sim_chip_row(rcc->common.part->chip)->features & config_of(rcc)->hsi48_feature;
}

static uint32_t msi_hz(const struct sim_rcc_l0 *rcc)
{
    static const uint32_t hz[] = {65536,   131072,  262144,  524288,
                                  1048000, 2097000, 4194000, 4194000}; // 7.2.3
    return hz[rcc->icscr >> 13 & 7];
}

static uint32_t hsi_hz(const struct sim_rcc_l0 *rcc)
{
    return config_of(rcc)->source[SIM_HSI].hz / (rcc->common.cr & RCC_L0_CR_DIVEN ? 4 : 1);
}

static unsigned pll_input(const void *self)
{
    const struct sim_rcc_l0 *rcc = self;
    return rcc->common.cfgr >> 16 & 1 ? SIM_HSE : SIM_HSI;
}

static uint32_t vco_hz(const struct sim_rcc_l0 *rcc)
{
    static const uint8_t multiply[] = {3, 4, 6, 8, 12, 16, 24, 32, 48};
    uint32_t field = rcc->common.cfgr >> 18 & 15;
    uint32_t input = pll_input(rcc) == SIM_HSE ? rcc->common.hse_hz : hsi_hz(rcc);
    return field < sizeof multiply ? input * multiply[field] : 0;
}

// PLLDIV = 0 is not allowed (7.3.4): no clock comes.
static uint32_t pll_hz(const struct sim_rcc_l0 *rcc)
{
    uint32_t divide = rcc->common.cfgr >> 22 & 3;
    return divide ? vco_hz(rcc) / (divide + 1) : 0;
}

uint32_t sim_l0_clocks_of(const struct sim_rcc_l0 *rcc, enum sim_clock_source s)
{
    switch (s) {
    case SIM_MSI:
        return msi_hz(rcc);
    case SIM_HSI:
        return hsi_hz(rcc);
    case SIM_HSE:
        return rcc->common.hse_hz;
    case SIM_PLL:
        return pll_hz(rcc);
    default:
        return config_of(rcc)->source[s].hz;
    }
}

static uint32_t sysclk_hz(const struct sim_rcc_l0 *rcc)
{
    return sim_l0_clocks_of(rcc, source_of_sw[rcc->common.sws]);
}

static uint32_t hclk_hz(const struct sim_rcc_l0 *rcc)
{
    uint32_t hpre = rcc->common.cfgr >> 4 & 15;
    return sim_rcc_divide_hclk(&rcc->common, sysclk_hz(rcc), hpre);
}

static uint32_t apb_divisor(const struct sim_rcc_l0 *rcc, unsigned bus)
{
    uint32_t ppre = rcc->common.cfgr >> (bus == SIM_ON_APB2 ? 11 : 8) & 7;
    bool divided = bus == SIM_ON_APB1 || bus == SIM_ON_APB2;
    return divided ? sim_rcc_apb_divisor(ppre) : 1;
}

// The fastest HCLK and VCO of a voltage range, and HCLK without a wait state (RM0367, 3.6.3, 6.1.4
// and 7.2.4).
static void check_clocks(const struct sim_rcc_l0 *rcc, uint32_t hclk)
{
    static const struct {
        uint32_t max_hz, no_wait_hz, max_vco_hz;
    } ranges[] = {{0, 0, 0},
                  {32000000, 16000000, 96000000},
                  {16000000, 8000000, 48000000},
                  {4200000, 4200000, 24000000}};
    unsigned range = (unsigned)sim_part_level(rcc->common.part, SIM_VOLTAGE_RANGE, 0) & 3;
    if (!range)
        return;
    if (hclk > ranges[range].max_hz)
        sim_chip_violation(rcc->common.part->chip,
                           "rcc: HCLK of %u Hz; voltage range %u allows %u Hz", hclk, range,
                           ranges[range].max_hz);
    else if (hclk > ranges[range].no_wait_hz &&
             !sim_part_level(rcc->common.part, SIM_FLASH_LATENCY, 0))
        sim_chip_violation(rcc->common.part->chip,
                           "rcc: HCLK of %u Hz without a flash wait state in voltage range %u",
                           hclk, range);
    if (rcc->common.on[SIM_PLL] && vco_hz(rcc) > ranges[range].max_vco_hz)
        sim_chip_violation(rcc->common.part->chip,
                           "rcc: the PLL's VCO at %u Hz; range %u allows %u Hz", vco_hz(rcc), range,
                           ranges[range].max_vco_hz);
}

void sim_l0_clocks_apply(void *self)
{
    struct sim_rcc_l0 *rcc = self;
    uint32_t hclk = hclk_hz(rcc);
    check_clocks(rcc, hclk);
    sim_rcc_set_hclk(&rcc->common, hclk);
}

// ---- what goes to others ------------------------------------------------------------------------

static uint32_t if_ready(const struct sim_rcc_l0 *rcc, enum sim_clock_source s)
{
    return rcc->common.ready[s] ? sim_l0_clocks_of(rcc, s) : 0;
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
        return sim_rcc_is_stopped(&rcc->common) ? 0 : sysclk_hz(rcc);
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
    return sim_l0_clocks_of(self, SIM_LSI);
}

uint64_t sim_l0_clocks_adc(void *self, unsigned line)
{
    (void)line;
    return if_ready(self, SIM_HSI); // 14.3.5
}

// ---- what rcc_common.c asks for ------------------------------------------------------------------

static struct sim_rcc_start start_of(const void *self, unsigned s)
{
    const struct sim_rcc_l0 *rcc = self;
    return (struct sim_rcc_start){config_of(rcc)->source[s].start_ns, s};
}

static unsigned clock_of_sw(const void *self, unsigned sw)
{
    (void)self;
    return source_of_sw[sw];
}

static bool pll_is_set(const void *self)
{
    return pll_hz(self) != 0;
}

// MSI or, after Stop with STOPWUCK, HSI16 (6.3.9).
static unsigned safe_sw(const void *self, bool from_stop)
{
    const struct sim_rcc_l0 *rcc = self;
    return from_stop && rcc->common.cfgr >> 15 & 1 ? SW_HSI : SW_MSI;
}

// clang-format off
#define KIND(cssf_, rmvf_)                                                                         \
    {                                                                                              \
        .clocks = SIM_CLOCK_SOURCES, .lsi = SIM_LSI, .lse = SIM_LSE, .hsi = SIM_HSI,               \
        .hse = SIM_HSE, .pll = SIM_PLL,                                                            \
        .off_in_stop = 1u << SIM_HSI | 1u << SIM_HSE | 1u << SIM_PLL | 1u << SIM_MSI |             \
                       1u << SIM_HSI48,                                                            \
        .reset_flags = 0xfe000000, .rmvf = (rmvf_), .sw_mask = RCC_L0_CFGR_SW, .cssf = (cssf_),    \
        .start = start_of, .clock_of_sw = clock_of_sw, .pll_input = pll_input,                     \
        .pll_is_set = pll_is_set, .safe_sw = safe_sw, .apply = sim_l0_clocks_apply,                \
    }
// clang-format on
const struct sim_rcc_kind sim_rcc_l0_kind = KIND(RCC_L0_CIFR_CSSF, 1u << 23),
                          sim_rcc_l1_kind = KIND(RCC_L1_CIR_CSSF, 1u << 24);
