// SPDX-License-Identifier: MIT
// Reset and clock control of the STM32F1: the registers (RM0008, 7.3; RM0041, 6.3 for the value
// line). The clock tree is in rcc_f1_clocks.c.
#include "sim/parts/rcc_f1.h"

enum {
    RCC_CR = 0x00,
    RCC_CFGR = 0x04,
    RCC_CIR = 0x08,
    RCC_APB2RSTR = 0x0c,
    RCC_APB1RSTR = 0x10,
    RCC_AHBENR = 0x14,
    RCC_APB2ENR = 0x18,
    RCC_APB1ENR = 0x1c,
    RCC_BDCR = 0x20,
    RCC_CSR = 0x24,
    RCC_CFGR2 = 0x2c,
};

#define CR_HSION     (1u << 0)
#define CR_HSEON     (1u << 16)
#define CR_PLLON     (1u << 24)
#define CR_KEPT      0x000c00f8u // HSITRIM, HSEBYP, CSSON
#define CR_AT_RESET  0x80u
#define CR_HSICAL    0x5a00u // of this chip
#define CFGR_SWS     0xcu
#define CFGR_PLL     0x003f0000u
#define CIR_SOURCES  0x1fu
#define BDCR_KEPT    0x8305u
#define AHBENR_RESET 0x14u // SRAM and FLITF

// ---- registers ----------------------------------------------------------------------------------

static void write_cr(struct sim_rcc_f1 *rcc, uint32_t value)
{
    sim_rcc_switch_clock(&rcc->common, SIM_HSI, value & CR_HSION);
    sim_rcc_switch_clock(&rcc->common, SIM_HSE, value & CR_HSEON);
    sim_rcc_switch_clock(&rcc->common, SIM_PLL, value & CR_PLLON);
    rcc->common.cr = value & CR_KEPT;
    sim_rcc_update_clocks(&rcc->common);
}

static void write_cfgr(struct sim_rcc_f1 *rcc, uint32_t value)
{
    value = sim_rcc_hold_pll(&rcc->common, rcc->common.cfgr, value, CFGR_PLL, "RM0008, 7.3.2");
    rcc->common.cfgr = value & ~CFGR_SWS;
    rcc->cfgr2 = (rcc->cfgr2 & ~1u) | (value >> 17 & 1);
    sim_rcc_update_clocks(&rcc->common);
    sim_rcc_follow_sw(&rcc->common);
    sim_f1_clocks_apply(rcc);
}

static void write_cfgr2(struct sim_rcc_f1 *rcc, uint32_t value)
{
    if (!sim_rcc_f1_has_predivider(rcc))
        return;
    rcc->cfgr2 = value & 15;
    rcc->common.cfgr = (rcc->common.cfgr & ~RCC_F1_CFGR_XTPRE) | (value & 1) << 17;
}

static uint32_t *plain(struct sim_rcc_f1 *rcc, uint32_t offset)
{
    switch (offset) {
    case RCC_APB2RSTR:
        return &rcc->common.rstr[SIM_ON_APB2];
    case RCC_APB1RSTR:
        return &rcc->common.rstr[SIM_ON_APB1];
    case RCC_AHBENR:
        return &rcc->common.enr[SIM_ON_AHB];
    case RCC_APB2ENR:
        return &rcc->common.enr[SIM_ON_APB2];
    case RCC_APB1ENR:
        return &rcc->common.enr[SIM_ON_APB1];
    default:
        return NULL;
    }
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_rcc_f1 *rcc = self;
    (void)size;
    switch (offset) {
    case RCC_CR:
        *value = rcc->common.cr | CR_HSICAL | sim_rcc_pair(&rcc->common, SIM_HSI, 0) |
                 sim_rcc_pair(&rcc->common, SIM_HSE, 16) | sim_rcc_pair(&rcc->common, SIM_PLL, 24);
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
    case RCC_CFGR2:
        *value = sim_rcc_f1_has_predivider(rcc) ? rcc->cfgr2 : 0;
        break;
    default:
        *value = plain(rcc, offset) ? *plain(rcc, offset) : 0;
        break;
    }
    return SIM_BUS_OK;
}

static void write_plain(struct sim_rcc_f1 *rcc, uint32_t offset, uint32_t value)
{
    if (plain(rcc, offset))
        *plain(rcc, offset) = value;
    sim_rcc_gates_changed(&rcc->common);
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_rcc_f1 *rcc = self;
    (void)size;
    switch (offset) {
    case RCC_CR:
        write_cr(rcc, value);
        break;
    case RCC_CFGR:
        write_cfgr(rcc, value);
        break;
    case RCC_CIR:
        rcc->common.cir_enables = value >> 8 & CIR_SOURCES;
        rcc->common.cir_flags &= ~(value >> 16 & (CIR_SOURCES | RCC_F1_CIR_CSSF));
        sim_rcc_update_irq(&rcc->common);
        break;
    case RCC_BDCR:
        sim_rcc_write_guarded_bdcr(&rcc->common, value, BDCR_KEPT);
        break;
    case RCC_CSR:
        sim_rcc_write_csr(&rcc->common, value);
        break;
    case RCC_CFGR2:
        write_cfgr2(rcc, value);
        break;
    default:
        write_plain(rcc, offset, value);
        break;
    }
    return SIM_BUS_OK;
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_rcc_f1 *rcc = self;
    struct sim_rcc_f1 fresh = {.common = sim_rcc_fresh(&rcc->common, kind)};
    fresh.common.cr = CR_AT_RESET;
    *rcc = fresh;
    rcc->common.enr[SIM_ON_AHB] = AHBENR_RESET;
    sim_rcc_run_from(&rcc->common, SIM_HSI, rcc->common.bdcr & SIM_RCC_BDCR_LSEON);
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_rcc_f1 *rcc = state;
    sim_rcc_create(&rcc->common, part, &sim_rcc_f1_kind);
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_CLOCK_ENABLED, SIM_RCC_BUSES, sim_rcc_enabled},
    {SIM_RESET_HELD, SIM_RCC_BUSES, sim_rcc_held},
    {SIM_HCLK_HZ, 1, sim_f1_clocks_hclk},
    {SIM_PCLK_HZ, SIM_RCC_BUSES, sim_f1_clocks_pclk},
    {SIM_TIMER_HZ, SIM_RCC_BUSES, sim_f1_clocks_timer},
    {SIM_LSI_HZ, 1, sim_f1_clocks_lsi},
    {SIM_ADC_HZ, 1, sim_f1_clocks_adc},
    {SIM_HSI_READY, 1, sim_rcc_hsi_ready},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_RESET_CAUSE, sim_rcc_hear_reset},    {SIM_POWER_MODE, sim_rcc_hear_power_mode},
    {SIM_FLASH_LATENCY, sim_rcc_hear_change}, {SIM_LSI_WANTED, sim_rcc_hear_lsi_wanted},
    {SIM_HSE_HZ, sim_rcc_hear_hse},           {0, NULL},
};

const struct sim_part_kind sim_part_rcc_f1 = {
    .name = "rcc_f1",
    .state_size = sizeof(struct sim_rcc_f1),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
