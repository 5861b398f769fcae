// SPDX-License-Identifier: MIT
// Reset and clock control of STM32F2, F4 and F7: the registers (RM0090, 6.3 and 7.3; RM0033, 5.3;
// RM0410, 5.3). The clock tree is in rcc_f4_clocks.c.
#include "sim/parts/rcc_f4.h"

enum {
    RCC_CR = 0x00,
    RCC_PLLCFGR = 0x04,
    RCC_CFGR = 0x08,
    RCC_CIR = 0x0c,
    RCC_AHB1RSTR = 0x10,
    RCC_AHB1ENR = 0x30,
    RCC_AHB1LPENR = 0x50,
    RCC_BDCR = 0x70,
    RCC_CSR = 0x74,
    RCC_SSCGR = 0x80,
};

#define CR_HSION      (1u << 0)
#define CR_HSEON      (1u << 16)
#define CR_PLLON      (1u << 24)
#define CR_PLLI2SON   (1u << 26)
#define CR_PLLSAION   (1u << 28)
#define CR_KEPT       0x000c00f8u // HSITRIM, HSEBYP, CSSON
#define CR_AT_RESET   0x80u
#define CR_HSICAL     0x5a00u // of this chip
#define PLLCFGR_RESET 0x24003010u
#define CFGR_SWS      0xcu
#define CIR_SOURCES   0x7fu
#define BDCR_KEPT     0x830du
#define BDCR_LSEDRV   0x18u // of an STM32F7
#define CSR_BORRSTF   (1u << 25)

// ---- registers ----------------------------------------------------------------------------------

static uint32_t read_cr(const struct sim_rcc_f4 *rcc)
{
    return rcc->common.cr | CR_HSICAL | sim_rcc_pair(&rcc->common, SIM_HSI, 0) |
           sim_rcc_pair(&rcc->common, SIM_HSE, 16) | sim_rcc_pair(&rcc->common, SIM_PLL, 24) |
           sim_rcc_pair(&rcc->common, SIM_PLLI2S, 26) | sim_rcc_pair(&rcc->common, SIM_PLLSAI, 28);
}

static void write_cr(struct sim_rcc_f4 *rcc, uint32_t value)
{
    const struct sim_rcc_f4_config *config = sim_rcc_f4_config(rcc);
    bool pll_was_on = rcc->common.on[SIM_PLL];
    sim_rcc_switch_clock(&rcc->common, SIM_HSI, value & CR_HSION);
    sim_rcc_switch_clock(&rcc->common, SIM_HSE, value & CR_HSEON);
    sim_rcc_switch_clock(&rcc->common, SIM_PLL, value & CR_PLLON);
    rcc->common.on[SIM_PLLI2S] = value & CR_PLLI2SON && config->plls > 1;
    rcc->common.on[SIM_PLLSAI] = value & CR_PLLSAION && config->plls > 2;
    rcc->common.cr = value & CR_KEPT;
    if (!pll_was_on && rcc->common.on[SIM_PLL])
        sim_f4_clocks_check_pll(rcc);
    sim_rcc_update_clocks(&rcc->common);
}

// Only while the PLL is off (6.3.2); the PLLs for I2S and SAI have its input, but their own
// settings.
static void write_pllcfgr(struct sim_rcc_f4 *rcc, uint32_t value)
{
    if (rcc->common.on[SIM_PLL] && value != rcc->pllcfgr)
        sim_chip_violation(rcc->common.part->chip,
                           "rcc: RCC_PLLCFGR written while the PLL is on (RM0090, 6.3.2)");
    else
        rcc->pllcfgr = value;
    sim_rcc_update_clocks(&rcc->common);
}

static void write_cfgr(struct sim_rcc_f4 *rcc, uint32_t value)
{
    rcc->common.cfgr = value & ~CFGR_SWS;
    sim_rcc_update_clocks(&rcc->common);
    sim_rcc_follow_sw(&rcc->common);
    sim_f4_clocks_apply(rcc);
}

// Reset lines, gates, and gates in sleep: five words each, with a hole behind the third.
static uint32_t *bus_word(uint32_t offset, uint32_t first, uint32_t words[SIM_F4_BUSES])
{
    static const int bus[] = {SIM_F4_ON_AHB1, SIM_F4_ON_AHB2, SIM_F4_ON_AHB3, -1,
                              SIM_F4_ON_APB1, SIM_F4_ON_APB2};
    uint32_t n = (offset - first) / 4;
    return n < sizeof bus / sizeof bus[0] && bus[n] >= 0 ? &words[bus[n]] : NULL;
}

static uint32_t *plain(struct sim_rcc_f4 *rcc, uint32_t offset)
{
    if (offset >= RCC_SSCGR && (offset - RCC_SSCGR) / 4 < RCC_F4_KEPT)
        return &rcc->kept[(offset - RCC_SSCGR) / 4];
    if (offset >= RCC_AHB1LPENR)
        return bus_word(offset, RCC_AHB1LPENR, rcc->lpenr);
    if (offset >= RCC_AHB1ENR)
        return bus_word(offset, RCC_AHB1ENR, rcc->common.enr);
    return offset >= RCC_AHB1RSTR ? bus_word(offset, RCC_AHB1RSTR, rcc->common.rstr) : NULL;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_rcc_f4 *rcc = self;
    (void)size;
    switch (offset) {
    case RCC_CR:
        *value = read_cr(rcc);
        break;
    case RCC_PLLCFGR:
        *value = rcc->pllcfgr;
        break;
    case RCC_CFGR:
        *value = rcc->common.cfgr | rcc->common.sws << 2;
        break;
    case RCC_CIR:
        *value = rcc->common.cir_flags | rcc->common.cir_enables << 8;
        break;
    case RCC_BDCR:
        *value = sim_rcc_read_bdcr(&rcc->common);
        break;
    case RCC_CSR:
        *value = sim_rcc_read_csr(&rcc->common);
        break;
    default:
        *value = plain(rcc, offset) ? *plain(rcc, offset) : 0;
        break;
    }
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_rcc_f4 *rcc = self;
    (void)size;
    switch (offset) {
    case RCC_CR:
        write_cr(rcc, value);
        break;
    case RCC_PLLCFGR:
        write_pllcfgr(rcc, value);
        break;
    case RCC_CFGR:
        write_cfgr(rcc, value);
        break;
    case RCC_CIR:
        rcc->common.cir_enables = value >> 8 & CIR_SOURCES;
        rcc->common.cir_flags &= ~(value >> 16 & (CIR_SOURCES | RCC_F4_CIR_CSSF));
        sim_rcc_update_irq(&rcc->common);
        break;
    case RCC_BDCR:
        sim_rcc_write_guarded_bdcr(&rcc->common, value,
                                   BDCR_KEPT | (sim_rcc_f4_config(rcc)->is_f7 ? BDCR_LSEDRV : 0));
        break;
    case RCC_CSR:
        sim_rcc_write_csr(&rcc->common, value);
        break;
    default:
        if (plain(rcc, offset))
            *plain(rcc, offset) = value;
        sim_rcc_gates_changed(&rcc->common);
        break;
    }
    return SIM_BUS_OK;
}

// The gates in sleep are open (6.3.16 to 6.3.20): this model gates nothing in sleep.
static void reset(void *self, enum sim_reset kind)
{
    struct sim_rcc_f4 *rcc = self;
    struct sim_rcc_f4 fresh = {.common = sim_rcc_fresh(&rcc->common, kind),
                               .pllcfgr = PLLCFGR_RESET};
    const struct sim_rcc_f4_config *config = sim_rcc_f4_config(rcc);
    fresh.common.cr = CR_AT_RESET;
    *rcc = fresh;
    rcc->common.enr[SIM_F4_ON_AHB1] = config->ahb1enr_reset;
    for (unsigned bus = 0; bus < SIM_F4_BUSES; bus++)
        rcc->lpenr[bus] = config->lpenr_reset[bus];
    sim_rcc_run_from(&rcc->common, SIM_HSI, rcc->common.bdcr & SIM_RCC_BDCR_LSEON);
}

// At power-on the supply rises through the brown-out level (6.1.2).
static void hear_reset(void *self, unsigned line, uint64_t causes)
{
    struct sim_rcc_f4 *rcc = self;
    sim_rcc_hear_reset(self, line, causes);
    if (causes & SIM_CAUSE_SUPPLY)
        rcc->common.csr |= CSR_BORRSTF;
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_rcc_f4 *rcc = state;
    sim_rcc_create(&rcc->common, part, &sim_rcc_f4_kind);
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_CLOCK_ENABLED, SIM_F4_BUSES, sim_rcc_enabled},
    {SIM_RESET_HELD, SIM_F4_BUSES, sim_rcc_held},
    {SIM_HCLK_HZ, 1, sim_f4_clocks_hclk},
    {SIM_PCLK_HZ, SIM_F4_BUSES, sim_f4_clocks_pclk},
    {SIM_TIMER_HZ, SIM_F4_BUSES, sim_f4_clocks_timer},
    {SIM_USART_HZ, SIM_F7_USARTS, sim_f4_clocks_usart},
    {SIM_LSI_HZ, 1, sim_f4_clocks_lsi},
    {SIM_HSI_READY, 1, sim_rcc_hsi_ready},
    {SIM_CAPTURE_HZ, SIM_SIGNAL_LINES, sim_f4_clocks_capture},
    {SIM_CAPTURE_DIVIDER, SIM_SIGNAL_LINES, sim_f4_clocks_capture_divider},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_RESET_CAUSE, hear_reset},
    {SIM_POWER_MODE, sim_rcc_hear_power_mode},
    {SIM_FLASH_LATENCY, sim_rcc_hear_change},
    {SIM_LSI_WANTED, sim_rcc_hear_lsi_wanted},
    {SIM_HSE_HZ, sim_rcc_hear_hse},
    {SIM_VOLTAGE_RANGE, sim_rcc_hear_change},
    {0, NULL},
};

const struct sim_part_kind sim_part_rcc_f4 = {
    .name = "rcc_f4",
    .state_size = sizeof(struct sim_rcc_f4),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
