// SPDX-License-Identifier: MIT
// The clock tree, and how long its oscillators take, of STM32F2, F4 and F7 (RM0090, 6.2 and 7.2;
// RM0410, 5.2).
#include "sim/parts/rcc_f4.h"

enum { SW_HSI, SW_HSE, SW_PLL, SW_PLLR };

#define VCO_INPUT_MIN_HZ 950000u // DS8626, 5.3.10
#define VCO_INPUT_MAX_HZ 2100000u
#define VCO_MAX_HZ       432000000u
#define TIM11_HSE        2u // TI1_RMP of the timer with number 0: HSE divided for the RTC

// ---- the clock tree -----------------------------------------------------------------------------

static unsigned pll_input(const void *self)
{
    const struct sim_rcc_f4 *rcc = self;
    return rcc->pllcfgr & RCC_F4_PLLCFGR_HSE ? SIM_HSE : SIM_HSI;
}

static uint32_t hsi_hz(const struct sim_rcc_f4 *rcc)
{
    return sim_rcc_f4_config(rcc)->source[SIM_HSI].hz;
}

static uint32_t vco_input_hz(const struct sim_rcc_f4 *rcc)
{
    uint32_t m = rcc->pllcfgr & 63;
    uint32_t input = pll_input(rcc) == SIM_HSE ? rcc->common.hse_hz : hsi_hz(rcc);
    return m ? input / m : 0;
}

static uint32_t vco_hz(const struct sim_rcc_f4 *rcc)
{
    uint32_t m = rcc->pllcfgr & 63, n = rcc->pllcfgr >> 6 & 0x1ff;
    uint32_t input = pll_input(rcc) == SIM_HSE ? rcc->common.hse_hz : hsi_hz(rcc);
    return m ? (uint32_t)((uint64_t)input * n / m) : 0;
}

static uint32_t pllr_hz(const struct sim_rcc_f4 *rcc)
{
    uint32_t r = rcc->pllcfgr >> 28 & 7;
    return r ? vco_hz(rcc) / r : 0;
}

static uint32_t pll_hz(const struct sim_rcc_f4 *rcc)
{
    return vco_hz(rcc) / (2 * ((rcc->pllcfgr >> 16 & 3) + 1));
}

// M from 2 on, N up to 432: other settings give no clock.
static bool pll_is_set(const void *self)
{
    const struct sim_rcc_f4 *rcc = self;
    uint32_t m = rcc->pllcfgr & 63, n = rcc->pllcfgr >> 6 & 0x1ff;
    return m >= 2 && n >= 50 && n <= 432;
}

void sim_f4_clocks_check_pll(const struct sim_rcc_f4 *rcc)
{
    uint32_t input = vco_input_hz(rcc), vco = vco_hz(rcc);
    uint32_t least = sim_rcc_f4_config(rcc)->vco_min_hz;
    if (!pll_is_set(rcc))
        sim_chip_violation(rcc->common.part->chip, "rcc: PLLON with RCC_PLLCFGR = 0x%08x",
                           rcc->pllcfgr);
    else if (input && (input < VCO_INPUT_MIN_HZ || input > VCO_INPUT_MAX_HZ))
        sim_chip_violation(rcc->common.part->chip, "rcc: %u Hz into the PLL; it takes 1 to 2 MHz",
                           input);
    else if (input && (vco < least || vco > VCO_MAX_HZ))
        sim_chip_violation(rcc->common.part->chip,
                           "rcc: the PLL's VCO at %u Hz; %u to %u MHz is "
                           "allowed",
                           vco, least / 1000000, VCO_MAX_HZ / 1000000);
}

static uint32_t sysclk_hz(const struct sim_rcc_f4 *rcc)
{
    switch (rcc->common.sws) {
    case SW_HSE:
        return rcc->common.hse_hz;
    case SW_PLL:
        return pll_hz(rcc);
    case SW_PLLR:
        return pllr_hz(rcc);
    default:
        return hsi_hz(rcc);
    }
}

static uint32_t hclk_hz(const struct sim_rcc_f4 *rcc)
{
    return sim_rcc_divide_hclk(&rcc->common, sysclk_hz(rcc), rcc->common.cfgr >> 4 & 15);
}

static uint32_t apb_divisor(const struct sim_rcc_f4 *rcc, unsigned bus)
{
    uint32_t ppre = rcc->common.cfgr >> (bus == SIM_F4_ON_APB2 ? 13 : 10) & 7;
    bool divided = bus == SIM_F4_ON_APB1 || bus == SIM_F4_ON_APB2;
    return divided ? sim_rcc_apb_divisor(ppre) : 1;
}

// HCLK for each wait state by the supply (RM0090, 3.5.1), and the most that the regulator's scale
// allows (5.1.3).
static void check_hclk(const struct sim_rcc_f4 *rcc, uint32_t hclk)
{
    const struct sim_rcc_f4_config *config = sim_rcc_f4_config(rcc);
    uint32_t mv = sim_chip_vdd_mv(rcc->common.part->chip);
    uint32_t step = mv >= 2700   ? 30000000
                    : mv >= 2400 ? 24000000
                    : mv >= 2100 ? 22000000
                                 : 20000000;
    uint64_t scale = sim_part_level(rcc->common.part, SIM_VOLTAGE_RANGE, 0) % SIM_F4_SCALES;
    sim_rcc_check_hclk(&rcc->common, hclk, config->max_hz[scale], step);
    for (unsigned bus = SIM_F4_ON_APB1; bus <= SIM_F4_ON_APB2; bus++) {
        uint32_t pclk = hclk / apb_divisor(rcc, bus), max_hz = config->max_pclk_hz[bus];
        if (pclk > max_hz)
            sim_chip_violation(rcc->common.part->chip, "rcc: PCLK%u of %u Hz; %u MHz is allowed",
                               bus == SIM_F4_ON_APB1 ? 1 : 2, pclk, max_hz / 1000000);
    }
}

void sim_f4_clocks_apply(void *self)
{
    struct sim_rcc_f4 *rcc = self;
    uint32_t hclk = hclk_hz(rcc);
    check_hclk(rcc, hclk);
    sim_rcc_set_hclk(&rcc->common, hclk);
}

// ---- what goes to others ------------------------------------------------------------------------

uint64_t sim_f4_clocks_hclk(void *self, unsigned line)
{
    (void)line;
    return hclk_hz(self);
}

uint64_t sim_f4_clocks_pclk(void *self, unsigned bus)
{
    return hclk_hz(self) / apb_divisor(self, bus);
}

// Twice PCLK when that is divided; with TIMPRE four times, and HCLK up to a divisor of four
// (7.3.25).
uint64_t sim_f4_clocks_timer(void *self, unsigned bus)
{
    const struct sim_rcc_f4 *rcc = self;
    uint32_t divisor = apb_divisor(rcc, bus);
    bool fast =
        sim_rcc_f4_config(rcc)->has_timpre && rcc->kept[RCC_F4_DCKCFGR] & RCC_F4_DCKCFGR_TIMPRE;
    uint32_t most = fast ? 4 : divisor > 1 ? 2 : 1;
    return hclk_hz(rcc) / divisor * (most < divisor ? most : divisor);
}

uint64_t sim_f4_clocks_lsi(void *self, unsigned line)
{
    const struct sim_rcc_f4 *rcc = self;
    (void)line;
    return sim_rcc_f4_config(rcc)->source[SIM_LSI].hz;
}

// Of an STM32F7: PCLK, SYSCLK, HSI or LSE, by USARTnSEL; the first and the sixth are on APB2.
uint64_t sim_f4_clocks_usart(void *self, unsigned line)
{
    const struct sim_rcc_f4 *rcc = self;
    unsigned bus = line == 0 || line == 5 ? SIM_F4_ON_APB2 : SIM_F4_ON_APB1;
    switch (rcc->kept[RCC_F7_DCKCFGR2] >> 2 * line & 3) {
    case 1:
        return sysclk_hz(rcc);
    case 2:
        return rcc->common.ready[SIM_HSI] ? hsi_hz(rcc) : 0;
    case 3:
        return rcc->common.ready[SIM_LSE] ? sim_rcc_f4_config(rcc)->source[SIM_LSE].hz : 0;
    default:
        return hclk_hz(rcc) / apb_divisor(rcc, bus);
    }
}

static uint32_t rtc_divisor(const struct sim_rcc_f4 *rcc)
{
    return rcc->common.cfgr >> 16 & 31; // RTCPRE: none below 2
}

uint64_t sim_f4_clocks_capture(void *self, unsigned line)
{
    const struct sim_rcc_f4 *rcc = self;
    bool runs = line == TIM11_HSE && rcc->common.ready[SIM_HSE] && rtc_divisor(rcc) >= 2;
    return runs ? rcc->common.hse_hz : 0;
}

uint64_t sim_f4_clocks_capture_divider(void *self, unsigned line)
{
    const struct sim_rcc_f4 *rcc = self;
    return line == TIM11_HSE && rtc_divisor(rcc) ? rtc_divisor(rcc) : 1;
}

// ---- what rcc_common.c asks for ------------------------------------------------------------------

static struct sim_rcc_start start_of(const void *self, unsigned s)
{
    return (struct sim_rcc_start){sim_rcc_f4_config(self)->source[s].start_ns, s};
}

static unsigned clock_of_sw(const void *self, unsigned sw)
{
    const struct sim_rcc_f4 *rcc = self;
    if (sw == SW_PLLR)
        return sim_rcc_f4_config(rcc)->has_pllr && pllr_hz(rcc) ? SIM_PLL : SIM_CLOCK_SOURCES;
    return sw == SW_PLL ? SIM_PLL : sw == SW_HSE ? SIM_HSE : SIM_HSI;
}

static unsigned safe_sw(const void *self, bool from_stop)
{
    (void)self;
    (void)from_stop;
    return SW_HSI;
}

const struct sim_rcc_kind sim_rcc_f4_kind = {
    .clocks = SIM_CLOCK_SOURCES,
    .lsi = SIM_LSI,
    .lse = SIM_LSE,
    .hsi = SIM_HSI,
    .hse = SIM_HSE,
    .pll = SIM_PLL,
    .off_in_stop = 1u << SIM_HSE | 1u << SIM_PLL | 1u << SIM_PLLI2S | 1u << SIM_PLLSAI,
    .reset_flags = 0xfe000000, // BORRSTF among them
    .rmvf = 1u << 24,
    .sw_mask = RCC_F4_CFGR_SW,
    .cssf = RCC_F4_CIR_CSSF,
    .start = start_of,
    .clock_of_sw = clock_of_sw,
    .pll_input = pll_input,
    .pll_is_set = pll_is_set,
    .safe_sw = safe_sw,
    .apply = sim_f4_clocks_apply,
};
