// SPDX-License-Identifier: MIT
// Reset and clock control of STM32F0 and F3: the registers (RM0091, 6.4; RM0316, 9.4). The clock
// tree is in rcc_clocks.c.
#include "sim/parts/rcc.h"

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
    RCC_AHBRSTR = 0x28,
    RCC_CFGR2 = 0x2c,
    RCC_CFGR3 = 0x30,
    RCC_CR2 = 0x34,
};

#define CR_HSION     (1u << 0)
#define CR_HSITRIM   0xf8u
#define CR_HSICAL    0x5a00u // of this chip
#define CR_HSEON     (1u << 16)
#define CR_HSEBYP    (1u << 18)
#define CR_PLLON     (1u << 24)
#define CR_KEPT      (CR_HSION | CR_HSITRIM | CR_HSEON | CR_HSEBYP | SIM_RCC_CR_CSSON | CR_PLLON)
#define CR_AT_RESET  0x80u // HSITRIM; HSION and HSIRDY are kept elsewhere
#define CFGR_SWS     0xcu
#define CFGR_PLL     0x003f8000u // PLLSRC, PLLXTPRE, PLLMUL
#define CFGR_PLLSRC  0x00018000u
#define CIR_FLAGS    0x7fu // of the sources; CSSF has no enable bit
#define CR2_HSI14ON  (1u << 0)
#define CR2_HSI48ON  (1u << 16)
#define CR2_KEPT     0x000100fdu
#define BDCR_KEPT    0x0001831du
#define AHBENR_RESET 0x14u // SRAM and FLITF

static void write_cr(struct sim_rcc *rcc, uint32_t value)
{
    sim_rcc_switch_clock(&rcc->common, SIM_HSI, value & CR_HSION);
    sim_rcc_switch_clock(&rcc->common, SIM_HSE, value & CR_HSEON);
    sim_rcc_switch_clock(&rcc->common, SIM_PLL, value & CR_PLLON);
    rcc->common.cr = value & CR_KEPT;
    sim_rcc_update_clocks(&rcc->common);
}

static uint32_t read_cr(const struct sim_rcc *rcc)
{
    return (rcc->common.cr & ~(CR_HSION | CR_HSEON | CR_PLLON)) | CR_HSICAL |
           sim_rcc_pair(&rcc->common, SIM_HSI, 0) | sim_rcc_pair(&rcc->common, SIM_HSE, 16) |
           sim_rcc_pair(&rcc->common, SIM_PLL, 24);
}

static void write_cfgr(struct sim_rcc *rcc, uint32_t value)
{
    value = sim_rcc_hold_pll(&rcc->common, rcc->common.cfgr, value, CFGR_PLL, "6.4.2");
    rcc->common.cfgr = value & ~CFGR_SWS & (~CFGR_PLLSRC | sim_rcc_pllsrc_mask(rcc));
    // PLLXTPRE is the lowest bit of PREDIV.
    rcc->cfgr2 = (rcc->cfgr2 & ~1u) | (value >> 17 & 1);
    sim_rcc_update_clocks(&rcc->common);
    sim_rcc_follow_sw(&rcc->common);
    sim_clocks_apply(rcc);
}

static void write_cfgr2(struct sim_rcc *rcc, uint32_t value)
{
    if (rcc->common.on[SIM_PLL] && (value ^ rcc->cfgr2) & RCC_CFGR2_PREDIV) {
        sim_chip_violation(rcc->common.part->chip,
                           "rcc: PREDIV changed while the PLL is on (6.4.12)");
        return;
    }
    const struct sim_rcc_config *config = rcc->common.part->config;
    rcc->cfgr2 = value & (RCC_CFGR2_PREDIV | config->more_cfgr2_bits);
    rcc->common.cfgr = (rcc->common.cfgr & ~(1u << 17)) | (value & 1) << 17;
}

static void write_cir(struct sim_rcc *rcc, uint32_t value)
{
    rcc->common.cir_enables = value >> 8 & CIR_FLAGS;
    rcc->common.cir_flags &= ~(value >> 16 & (CIR_FLAGS | RCC_CIR_CSSF));
    sim_rcc_update_irq(&rcc->common);
}

static void write_cr2(struct sim_rcc *rcc, uint32_t value)
{
    if (!sim_rcc_has_hsi14(rcc))
        return;
    rcc->cr2 = value & CR2_KEPT;
    rcc->common.on[SIM_HSI14] = value & CR2_HSI14ON;
    if (sim_rcc_has_hsi48(rcc))
        sim_rcc_switch_clock(&rcc->common, SIM_HSI48, value & CR2_HSI48ON);
    sim_rcc_update_clocks(&rcc->common);
}

static uint32_t read_cr2(const struct sim_rcc *rcc)
{
    return (rcc->cr2 & ~(CR2_HSI14ON | CR2_HSI48ON)) | sim_rcc_pair(&rcc->common, SIM_HSI14, 0) |
           sim_rcc_pair(&rcc->common, SIM_HSI48, 16);
}

// Registers without a side effect of their own.
static uint32_t *plain(struct sim_rcc *rcc, uint32_t offset)
{
    switch (offset) {
    case RCC_APB2RSTR:
        return &rcc->common.rstr[SIM_ON_APB2];
    case RCC_APB1RSTR:
        return &rcc->common.rstr[SIM_ON_APB1];
    case RCC_AHBRSTR:
        return &rcc->common.rstr[SIM_ON_AHB];
    case RCC_APB2ENR:
        return &rcc->common.enr[SIM_ON_APB2];
    case RCC_APB1ENR:
        return &rcc->common.enr[SIM_ON_APB1];
    case RCC_AHBENR:
        return &rcc->common.enr[SIM_ON_AHB];
    case RCC_CFGR3:
        return &rcc->cfgr3;
    default:
        return NULL;
    }
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_rcc *rcc = self;
    (void)size;
    switch (offset) {
    case RCC_CR:
        *value = read_cr(rcc);
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
        *value = rcc->cfgr2;
        break;
    case RCC_CR2:
        *value = read_cr2(rcc);
        break;
    default:
        *value = plain(rcc, offset) ? *plain(rcc, offset) : 0;
        break;
    }
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_rcc *rcc = self;
    (void)size;
    switch (offset) {
    case RCC_CR:
        write_cr(rcc, value);
        break;
    case RCC_CFGR:
        write_cfgr(rcc, value);
        break;
    case RCC_CIR:
        write_cir(rcc, value);
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
    case RCC_CR2:
        write_cr2(rcc, value);
        break;
    default:
        if (plain(rcc, offset))
            *plain(rcc, offset) = value;
        sim_rcc_gates_changed(&rcc->common);
        break;
    }
    return SIM_BUS_OK;
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_rcc *rcc = self;
    struct sim_rcc fresh = {.common = sim_rcc_fresh(&rcc->common, kind),
                            .cr2 = sim_rcc_has_hsi14(rcc) ? 0x80 : 0};
    fresh.common.cr = CR_AT_RESET;
    *rcc = fresh;
    rcc->common.enr[SIM_ON_AHB] = AHBENR_RESET;
    sim_rcc_run_from(&rcc->common, SIM_HSI, rcc->common.bdcr & SIM_RCC_BDCR_LSEON);
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_rcc *rcc = state;
    sim_rcc_create(&rcc->common, part, &sim_rcc_f0_kind);
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_CLOCK_ENABLED, SIM_RCC_BUSES, sim_rcc_enabled},
    {SIM_RESET_HELD, SIM_RCC_BUSES, sim_rcc_held},
    {SIM_HCLK_HZ, 1, sim_clocks_hclk},
    {SIM_PCLK_HZ, SIM_RCC_BUSES, sim_clocks_pclk},
    {SIM_TIMER_HZ, SIM_RCC_BUSES, sim_clocks_timer},
    {SIM_USART_HZ, SIM_RCC_USARTS, sim_clocks_usart},
    {SIM_LSI_HZ, 1, sim_clocks_lsi},
    {SIM_CAPTURE_HZ, SIM_RCC_CAPTURES, sim_clocks_capture},
    {SIM_CAPTURE_DIVIDER, SIM_RCC_CAPTURES, sim_clocks_capture_divider},
    {SIM_HSI_READY, 1, sim_rcc_hsi_ready},
    {SIM_ADC_CLOCK_WAIT_NS, 1, sim_clocks_adc_wait_ns},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_RESET_CAUSE, sim_rcc_hear_reset},
    {SIM_POWER_MODE, sim_rcc_hear_power_mode},
    {SIM_FLASH_LATENCY, sim_rcc_hear_change},
    {SIM_LSI_WANTED, sim_rcc_hear_lsi_wanted},
    {SIM_ADC_CLOCK_WANTED, sim_clocks_hear_adc_wanted},
    {SIM_HSE_HZ, sim_rcc_hear_hse},
    {0, NULL},
};

const struct sim_part_kind sim_part_rcc = {
    .name = "rcc",
    .state_size = sizeof(struct sim_rcc),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
