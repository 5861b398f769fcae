// SPDX-License-Identifier: MIT
// The clock tree, and how long its oscillators take, of the STM32H7 (RM0433, 8.5; RM0455, 8.5). The
// processor has SYSCLK behind D1CPRE; the buses have HCLK, which HPRE makes of it.
#include "sim/parts/rcc_h7.h"

enum { SW_HSI, SW_CSI, SW_HSE, SW_PLL1 };
enum { PLL_P, PLL_Q, PLL_R };

#define HSI_HZ           64000000u
#define CSI_HZ           4000000u
#define LSI_HZ           32000u
#define HSI48_HZ         48000000u
#define VCO_INPUT_MIN_HZ 1000000u
#define VCO_INPUT_MAX_HZ 16000000u
#define VCO_MIN_HZ       128000000u // 150 MHz of the narrow range
#define VCO_MAX_HZ       960000000u // 836 MHz on the STM32H72x
#define FRACTION         8192u

// ---- the PLLs -----------------------------------------------------------------------------------

static uint32_t clock_hz(const struct sim_rcc_h7 *rcc, unsigned clock);

static unsigned pll_input(const void *self)
{
    static const unsigned clocks[] = {SIM_H7_HSI, SIM_H7_CSI, SIM_H7_HSE, SIM_H7_CLOCKS};
    return clocks[sim_rcc_h7_field(self, RCC_H7_PLLCKSELR, 0, 3)];
}

static uint32_t pll_reference_hz(const struct sim_rcc_h7 *rcc, unsigned n)
{
    uint32_t m = sim_rcc_h7_field(rcc, RCC_H7_PLLCKSELR, 4 + 8 * n, 63);
    unsigned input = pll_input(rcc);
    return m && input < SIM_H7_CLOCKS ? clock_hz(rcc, input) / m : 0;
}

static uint32_t vco_hz(const struct sim_rcc_h7 *rcc, unsigned n)
{
    unsigned divr = RCC_H7_PLL1DIVR + 8 * n;
    uint64_t times = (uint64_t)(sim_rcc_h7_field(rcc, divr, 0, 0x1ff) + 1) * FRACTION;
    if (sim_rcc_h7_field(rcc, RCC_H7_PLLCFGR, 4 * n, 1)) // PLLxFRACEN
        times += sim_rcc_h7_field(rcc, divr + 4, 3, 0x1fff);
    return (uint32_t)(pll_reference_hz(rcc, n) * times / FRACTION);
}

// Of an output that is switched on.
static uint32_t pll_hz(const struct sim_rcc_h7 *rcc, unsigned n, unsigned output)
{
    unsigned divr = RCC_H7_PLL1DIVR + 8 * n;
    uint32_t divide = sim_rcc_h7_field(rcc, divr, 9, 0x7f);
    if (output != PLL_P)
        divide = sim_rcc_h7_field(rcc, divr, output == PLL_Q ? 16 : 24, 0x7f);
    bool enabled = sim_rcc_h7_field(rcc, RCC_H7_PLLCFGR, 16 + 3 * n + output, 1);
    return enabled ? vco_hz(rcc, n) / (divide + 1) : 0;
}

static bool pll_is_set(const void *self)
{
    return pll_reference_hz(self, 0) != 0;
}

void sim_h7_clocks_check_pll(const struct sim_rcc_h7 *rcc, unsigned n)
{
    uint32_t reference = pll_reference_hz(rcc, n), vco = vco_hz(rcc, n);
    if (reference && (reference < VCO_INPUT_MIN_HZ || reference > VCO_INPUT_MAX_HZ))
        sim_chip_violation(rcc->common.part->chip, "rcc: %u Hz into PLL%u; it takes 1 to 16 MHz",
                           reference, n + 1);
    else if (reference && (vco < VCO_MIN_HZ || vco > VCO_MAX_HZ))
        sim_chip_violation(rcc->common.part->chip,
                           "rcc: the VCO of PLL%u at %u Hz; 128 to 960 MHz is allowed", n + 1, vco);
}

// ---- from SYSCLK to the buses -------------------------------------------------------------------

static uint32_t clock_hz(const struct sim_rcc_h7 *rcc, unsigned clock)
{
    switch (clock) {
    case SIM_H7_HSI:
        return HSI_HZ >> (rcc->common.cr >> 3 & 3);
    case SIM_H7_CSI:
        return CSI_HZ;
    case SIM_H7_HSE:
        return rcc->common.hse_hz;
    case SIM_H7_HSI48:
        return HSI48_HZ;
    case SIM_H7_PLL1:
        return pll_hz(rcc, 0, PLL_P);
    default:
        return 0;
    }
}

static unsigned clock_of_sw(const void *self, unsigned sw)
{
    static const unsigned clocks[] = {SIM_H7_HSI, SIM_H7_CSI, SIM_H7_HSE, SIM_H7_PLL1};
    (void)self;
    return sw < sizeof clocks / sizeof clocks[0] ? clocks[sw] : SIM_H7_CLOCKS;
}

static uint32_t cpu_hz(const struct sim_rcc_h7 *rcc)
{
    uint32_t hz = clock_hz(rcc, clock_of_sw(rcc, rcc->common.sws));
    return sim_rcc_divide_hclk(&rcc->common, hz, sim_rcc_h7_field(rcc, RCC_H7_D1CFGR, 8, 15));
}

static uint32_t hclk_hz(const struct sim_rcc_h7 *rcc)
{
    return sim_rcc_divide_hclk(&rcc->common, cpu_hz(rcc),
                               sim_rcc_h7_field(rcc, RCC_H7_D1CFGR, 0, 15));
}

static uint32_t apb_divisor(const struct sim_rcc_h7 *rcc, unsigned bus)
{
    switch (bus) {
    case SIM_H7_ON_APB3:
        return sim_rcc_apb_divisor(sim_rcc_h7_field(rcc, RCC_H7_D1CFGR, 4, 7));
    case SIM_H7_ON_APB1L:
    case SIM_H7_ON_APB1H:
        return sim_rcc_apb_divisor(sim_rcc_h7_field(rcc, RCC_H7_D2CFGR, 4, 7));
    case SIM_H7_ON_APB2:
        return sim_rcc_apb_divisor(sim_rcc_h7_field(rcc, RCC_H7_D2CFGR, 8, 7));
    case SIM_H7_ON_APB4:
        return sim_rcc_apb_divisor(sim_rcc_h7_field(rcc, RCC_H7_D3CFGR, 4, 7));
    default:
        return 1;
    }
}

// By the regulator's scale (RM0433, 6.6.2, and the data sheets' general operating conditions).
static void check_clocks(const struct sim_rcc_h7 *rcc, uint32_t cpu, uint32_t hclk)
{
    const struct sim_rcc_h7_config *config = rcc->config;
    struct sim_chip *chip = rcc->common.part->chip;
    uint64_t scale = sim_part_level(rcc->common.part, SIM_VOLTAGE_RANGE, 0) % SIM_H7_SCALES;
    if (cpu > config->max_cpu_hz[scale])
        sim_chip_violation(chip, "rcc: a processor's clock of %u Hz in VOS%u; %u MHz is allowed",
                           cpu, (unsigned)scale, config->max_cpu_hz[scale] / 1000000);
    sim_rcc_check_hclk(&rcc->common, hclk, config->max_hclk_hz[scale], config->wait_step_hz);
    for (unsigned bus = SIM_H7_ON_APB3; bus < SIM_H7_BUSES; bus++) {
        uint32_t pclk = hclk / apb_divisor(rcc, bus);
        if (pclk > config->max_pclk_hz[scale] && bus != SIM_H7_ON_APB1H)
            sim_chip_violation(chip, "rcc: an APB's clock of %u Hz; %u MHz is allowed", pclk,
                               config->max_pclk_hz[scale] / 1000000);
    }
}

void sim_h7_clocks_apply(void *self)
{
    struct sim_rcc_h7 *rcc = self;
    uint32_t cpu = cpu_hz(rcc);
    check_clocks(rcc, cpu, hclk_hz(rcc));
    sim_rcc_set_hclk(&rcc->common, cpu);
}

// ---- what goes to others ------------------------------------------------------------------------

uint64_t sim_h7_clocks_hclk(void *self, unsigned line)
{
    (void)line;
    return hclk_hz(self);
}

uint64_t sim_h7_clocks_pclk(void *self, unsigned bus)
{
    return hclk_hz(self) / apb_divisor(self, bus);
}

// Twice PCLK when that is divided; with TIMPRE four times, and HCLK up to a divisor of four
// (8.7.6).
uint64_t sim_h7_clocks_timer(void *self, unsigned bus)
{
    const struct sim_rcc_h7 *rcc = self;
    uint32_t divisor = apb_divisor(rcc, bus);
    uint32_t most = rcc->common.cfgr >> 15 & 1 ? 4 : divisor > 1 ? 2 : 1;
    return hclk_hz(rcc) / divisor * (most < divisor ? most : divisor);
}

uint64_t sim_h7_clocks_lsi(void *self, unsigned line)
{
    (void)self;
    (void)line;
    return LSI_HZ;
}

static uint64_t if_ready(const struct sim_rcc_h7 *rcc, unsigned clock, uint32_t hz)
{
    return rcc->common.ready[clock] ? hz : 0;
}

// USART1 and 6 (lines 0 and 5) choose together, and all others (8.7.19).
uint64_t sim_h7_clocks_usart(void *self, unsigned line)
{
    const struct sim_rcc_h7 *rcc = self;
    bool first = line == 0 || line == 5;
    switch (sim_rcc_h7_field(rcc, RCC_H7_D2CCIP2R, first ? 3 : 0, 7)) {
    case 0:
        return sim_h7_clocks_pclk(self, first ? SIM_H7_ON_APB2 : SIM_H7_ON_APB1L);
    case 1:
        return if_ready(rcc, SIM_H7_PLL2, pll_hz(rcc, 1, PLL_Q));
    case 2:
        return if_ready(rcc, SIM_H7_PLL3, pll_hz(rcc, 2, PLL_Q));
    case 3:
        return if_ready(rcc, SIM_H7_HSI, clock_hz(rcc, SIM_H7_HSI));
    case 4:
        return if_ready(rcc, SIM_H7_CSI, CSI_HZ);
    default: // the board has no 32 kHz crystal
        return 0;
    }
}

static uint64_t per_ck_hz(const struct sim_rcc_h7 *rcc)
{
    static const unsigned clocks[] = {SIM_H7_HSI, SIM_H7_CSI, SIM_H7_HSE, SIM_H7_CLOCKS};
    unsigned clock = clocks[sim_rcc_h7_field(rcc, RCC_H7_D1CCIPR, 28, 3)];
    return clock < SIM_H7_CLOCKS ? if_ready(rcc, clock, clock_hz(rcc, clock)) : 0;
}

uint64_t sim_h7_clocks_adc(void *self, unsigned line)
{
    const struct sim_rcc_h7 *rcc = self;
    (void)line;
    switch (sim_rcc_h7_field(rcc, RCC_H7_D3CCIPR, 16, 3)) {
    case 0:
        return if_ready(rcc, SIM_H7_PLL2, pll_hz(rcc, 1, PLL_P));
    case 1:
        return if_ready(rcc, SIM_H7_PLL3, pll_hz(rcc, 2, PLL_R));
    case 2:
        return per_ck_hz(rcc);
    default:
        return 0;
    }
}

// ---- what rcc_common.c asks for ------------------------------------------------------------------

static struct sim_rcc_start start_of(const void *self, unsigned clock)
{
    const struct sim_rcc_h7 *rcc = self;
    return (struct sim_rcc_start){rcc->config->start_ns[clock], clock};
}

// STOPWUCK (8.7.6).
static unsigned safe_sw(const void *self, bool from_stop)
{
    const struct sim_rcc_h7 *rcc = self;
    return from_stop && rcc->common.cfgr >> 6 & 1 ? SW_CSI : SW_HSI;
}

const struct sim_rcc_kind sim_rcc_h7_kind = {
    .clocks = SIM_H7_CLOCKS,
    .lsi = SIM_H7_LSI,
    .lse = SIM_H7_LSE,
    .hsi = SIM_H7_HSI,
    .hse = SIM_H7_HSE,
    .pll = SIM_H7_PLL1,
    .off_in_stop = 1u << SIM_H7_HSE | 1u << SIM_H7_PLL1 | 1u << SIM_H7_PLL2 | 1u << SIM_H7_PLL3 |
                   1u << SIM_H7_HSI48,
    .reset_flags = 0,
    .rmvf = 0, // RCC_RSR is a register of its own
    .sw_mask = 7,
    .cssf = 1u << 10,
    .start = start_of,
    .clock_of_sw = clock_of_sw,
    .pll_input = pll_input,
    .pll_is_set = pll_is_set,
    .safe_sw = safe_sw,
    .apply = sim_h7_clocks_apply,
};
