// SPDX-License-Identifier: MIT
// Reset and clock control of STM32L0: the registers (RM0367, 7.3). The clock tree is in
// rcc_l0_clocks.c.
#include "sim/parts/rcc_l0.h"

enum {
    RCC_CR = 0x00,
    RCC_ICSCR = 0x04,
    RCC_CRRCR = 0x08,
    RCC_CFGR = 0x0c,
    RCC_CIER = 0x10,
    RCC_CIFR = 0x14,
    RCC_CICR = 0x18,
    RCC_IOPRSTR = 0x1c,
    RCC_AHBRSTR = 0x20,
    RCC_APB2RSTR = 0x24,
    RCC_APB1RSTR = 0x28,
    RCC_IOPENR = 0x2c,
    RCC_AHBENR = 0x30,
    RCC_APB2ENR = 0x34,
    RCC_APB1ENR = 0x38,
    RCC_IOPSMENR = 0x3c,
    RCC_AHBSMENR = 0x40,
    RCC_APB2SMENR = 0x44,
    RCC_APB1SMENR = 0x48,
    RCC_CCIPR = 0x4c,
    RCC_CSR = 0x50,
};

#define CR_HSION        (1u << 0)
#define CR_HSIRDY       (1u << 2)
#define CR_DIVF         (1u << 4)
#define CR_MSION        (1u << 8)
#define CR_HSEON        (1u << 16)
#define CR_PLLON        (1u << 24)
#define CR_KEPT         0x003c002au // HSIKERON, HSIDIVEN, HSIOUTEN, HSEBYP, CSSHSEON, RTCPRE
#define ICSCR_AT_RESET  0x0040b000u // MSIRANGE 5, HSITRIM 16; calibration of this chip below
#define ICSCR_WRITABLE  0xff00ff00u // MSITRIM, MSIRANGE, HSITRIM
#define ICSCR_CAL       0x00720059u
#define CRRCR_ON        (1u << 0)
#define CRRCR_KEPT      (1u << 2)
#define CRRCR_CAL       0x4100u
#define CFGR_SWS        0xcu
#define CFGR_PLL        0x00fd0000u // PLLSRC, PLLMUL, PLLDIV
#define CIFR_SOURCES    0x7fu
#define CIER_BITS       0xffu
#define CSR_LSE         8 // where its pair is
#define CSR_LSEON       (1u << CSR_LSE)
#define CSR_RTC_BITS    0x00073d00u // LSEON to CSSLSEON, RTCSEL, RTCEN
#define CSR_RTCRST      (1u << 19)
#define AHBENR_AT_RESET 0x100u // MIF: the NVM's interface

static void write_cr(struct sim_rcc_l0 *rcc, uint32_t value)
{
    sim_rcc_switch_clock(&rcc->common, SIM_HSI, value & CR_HSION);
    sim_rcc_switch_clock(&rcc->common, SIM_MSI, value & CR_MSION);
    sim_rcc_switch_clock(&rcc->common, SIM_HSE, value & CR_HSEON);
    sim_rcc_switch_clock(&rcc->common, SIM_PLL, value & CR_PLLON);
    rcc->common.cr = value & CR_KEPT;
    sim_rcc_update_clocks(&rcc->common);
    sim_l0_clocks_apply(rcc);
}

static uint32_t read_cr(const struct sim_rcc_l0 *rcc)
{
    bool hsi_ready = rcc->common.ready[SIM_HSI];
    return rcc->common.cr | (rcc->common.on[SIM_HSI] ? CR_HSION : 0) | (hsi_ready ? CR_HSIRDY : 0) |
           (rcc->common.cr & RCC_L0_CR_DIVEN && hsi_ready ? CR_DIVF : 0) |
           sim_rcc_pair(&rcc->common, SIM_MSI, 8) | sim_rcc_pair(&rcc->common, SIM_HSE, 16) |
           sim_rcc_pair(&rcc->common, SIM_PLL, 24);
}

static void write_cfgr(struct sim_rcc_l0 *rcc, uint32_t value)
{
    value = sim_rcc_hold_pll(&rcc->common, rcc->common.cfgr, value, CFGR_PLL, "RM0367, 7.3.4");
    rcc->common.cfgr = value & ~CFGR_SWS;
    sim_rcc_update_clocks(&rcc->common);
    sim_rcc_follow_sw(&rcc->common);
    sim_l0_clocks_apply(rcc);
}

static void write_icscr(struct sim_rcc_l0 *rcc, uint32_t value)
{
    rcc->icscr = value & ICSCR_WRITABLE;
    sim_l0_clocks_apply(rcc);
}

static void write_crrcr(struct sim_rcc_l0 *rcc, uint32_t value)
{
    if (!sim_rcc_l0_has_hsi48(rcc))
        return;
    rcc->crrcr = value & CRRCR_KEPT;
    rcc->common.on[SIM_HSI48] = value & CRRCR_ON;
    sim_rcc_update_clocks(&rcc->common);
}

static uint32_t read_crrcr(const struct sim_rcc_l0 *rcc)
{
    if (!sim_rcc_l0_has_hsi48(rcc))
        return 0;
    return rcc->crrcr | CRRCR_CAL | sim_rcc_pair(&rcc->common, SIM_HSI48, 0);
}

// The bits of RTC and LSE are in the backup domain: no system reset clears them, and PWR_CR.DBP
// guards them (7.3.20).
static void write_rtc_bits(struct sim_rcc_l0 *rcc, uint32_t value)
{
    if (!sim_part_level(rcc->common.part, SIM_BACKUP_WRITABLE, 0)) {
        if ((value ^ rcc->common.csr) & (CSR_RTC_BITS | CSR_RTCRST))
            log_line(rcc->common.part->log, LOG_DEBUG,
                     "rcc: RCC_CSR is written while PWR_CR.DBP is 0");
        return;
    }
    rcc->common.csr &= ~(CSR_RTC_BITS | CSR_RTCRST);
    rcc->common.csr |= value & CSR_RTCRST ? CSR_RTCRST : value & CSR_RTC_BITS;
    rcc->common.on[SIM_LSE] = rcc->common.csr & CSR_LSEON;
}

static void write_csr(struct sim_rcc_l0 *rcc, uint32_t value)
{
    write_rtc_bits(rcc, value);
    sim_rcc_write_csr(&rcc->common, value);
}

// Registers without a side effect of their own.
static uint32_t *plain(struct sim_rcc_l0 *rcc, uint32_t offset)
{
    static const unsigned order[] = {SIM_ON_IOP, SIM_ON_AHB, SIM_ON_APB2, SIM_ON_APB1};
    unsigned bus = order[(offset - RCC_IOPRSTR) / 4 % 4];
    if (offset == RCC_CCIPR)
        return &rcc->ccipr;
    if (offset >= RCC_IOPRSTR && offset <= RCC_APB1RSTR)
        return &rcc->common.rstr[bus];
    if (offset >= RCC_IOPENR && offset <= RCC_APB1ENR)
        return &rcc->common.enr[bus];
    if (offset >= RCC_IOPSMENR && offset <= RCC_APB1SMENR)
        return &rcc->smenr[bus];
    return NULL;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_rcc_l0 *rcc = self;
    (void)size;
    switch (offset) {
    case RCC_CR:
        *value = read_cr(rcc);
        break;
    case RCC_ICSCR:
        *value = rcc->icscr | ICSCR_CAL;
        break;
    case RCC_CRRCR:
        *value = read_crrcr(rcc);
        break;
    case RCC_CFGR:
        *value = rcc->common.cfgr | rcc->common.sws << 2;
        break;
    case RCC_CIER:
        *value = rcc->common.cir_enables;
        break;
    case RCC_CIFR:
        *value = rcc->common.cir_flags;
        break;
    case RCC_CSR:
        *value = sim_rcc_read_csr(&rcc->common) | sim_rcc_pair(&rcc->common, SIM_LSE, CSR_LSE);
        break;
    default:
        *value = plain(rcc, offset) ? *plain(rcc, offset) : 0;
        break;
    }
    return SIM_BUS_OK;
}

static void write_plain(struct sim_rcc_l0 *rcc, uint32_t offset, uint32_t value)
{
    if (plain(rcc, offset))
        *plain(rcc, offset) = value;
    sim_rcc_gates_changed(&rcc->common);
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_rcc_l0 *rcc = self;
    (void)size;
    switch (offset) {
    case RCC_CR:
        write_cr(rcc, value);
        break;
    case RCC_ICSCR:
        write_icscr(rcc, value);
        break;
    case RCC_CRRCR:
        write_crrcr(rcc, value);
        break;
    case RCC_CFGR:
        write_cfgr(rcc, value);
        break;
    case RCC_CIER:
        rcc->common.cir_enables = value & CIER_BITS;
        sim_rcc_update_irq(&rcc->common);
        break;
    case RCC_CICR:
        rcc->common.cir_flags &= ~value;
        sim_rcc_update_irq(&rcc->common);
        break;
    case RCC_CSR:
        write_csr(rcc, value);
        break;
    default:
        write_plain(rcc, offset, value);
        break;
    }
    return SIM_BUS_OK;
}

static void reset(void *self, enum sim_reset kind)
{
    static const uint32_t sleeping[SIM_RCC_L0_BUSES] = {[SIM_ON_AHB] = 0x01111301,
                                                        [SIM_ON_APB2] = 0x00405225,
                                                        [SIM_ON_APB1] = 0xf8e6ca33,
                                                        [SIM_ON_IOP] = 0x9f};
    struct sim_rcc_l0 *rcc = self;
    struct sim_rcc_l0 fresh = {.common = sim_rcc_fresh(&rcc->common, kind),
                               .icscr = ICSCR_AT_RESET & ICSCR_WRITABLE};
    *rcc = fresh;
    rcc->common.enr[SIM_ON_AHB] = AHBENR_AT_RESET;
    for (unsigned bus = 0; bus < SIM_RCC_L0_BUSES; bus++)
        rcc->smenr[bus] = sleeping[bus];
    sim_rcc_run_from(&rcc->common, SIM_MSI, rcc->common.csr & CSR_LSEON);
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_rcc_l0 *rcc = state;
    sim_rcc_create(&rcc->common, part, &sim_rcc_l0_kind);
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_CLOCK_ENABLED, SIM_RCC_L0_BUSES, sim_rcc_enabled},
    {SIM_RESET_HELD, SIM_RCC_L0_BUSES, sim_rcc_held},
    {SIM_HCLK_HZ, 1, sim_l0_clocks_hclk},
    {SIM_PCLK_HZ, SIM_RCC_L0_BUSES, sim_l0_clocks_pclk},
    {SIM_TIMER_HZ, SIM_RCC_L0_BUSES, sim_l0_clocks_timer},
    {SIM_USART_HZ, SIM_RCC_L0_USARTS, sim_l0_clocks_usart},
    {SIM_LSI_HZ, 1, sim_l0_clocks_lsi},
    {SIM_HSI_READY, 1, sim_rcc_hsi_ready},
    {SIM_ADC_HZ, 1, sim_l0_clocks_adc},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_RESET_CAUSE, sim_rcc_hear_reset},
    {SIM_POWER_MODE, sim_rcc_hear_power_mode},
    {SIM_FLASH_LATENCY, sim_rcc_hear_change},
    {SIM_VOLTAGE_RANGE, sim_rcc_hear_change},
    {SIM_LSI_WANTED, sim_rcc_hear_lsi_wanted},
    {SIM_HSE_HZ, sim_rcc_hear_hse},
    {0, NULL},
};

const struct sim_part_kind sim_part_rcc_l0 = {
    .name = "rcc_l0",
    .state_size = sizeof(struct sim_rcc_l0),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
