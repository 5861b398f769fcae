// SPDX-License-Identifier: MIT
// Reset and clock control of STM32L1: the registers (RM0038, 6.3). The clock tree is that of the
// STM32L0, in rcc_l0_clocks.c.
#include "sim/parts/rcc_l0.h"

enum {
    RCC_CR = 0x00,
    RCC_ICSCR = 0x04,
    RCC_CFGR = 0x08,
    RCC_CIR = 0x0c,
    RCC_AHBRSTR = 0x10,
    RCC_APB1RSTR = 0x18,
    RCC_AHBENR = 0x1c,
    RCC_APB1ENR = 0x24,
    RCC_AHBLPENR = 0x28,
    RCC_APB1LPENR = 0x30,
    RCC_CSR = 0x34,
};

#define CR_HSION        (1u << 0)
#define CR_MSION        (1u << 8)
#define CR_HSEON        (1u << 16)
#define CR_PLLON        (1u << 24)
#define CR_KEPT         0x60040000u // RTCPRE and HSEBYP
#define CR_CSSON        (1u << 28)
#define ICSCR_AT_RESET  0x0000b000u // MSIRANGE 5, HSITRIM 16; calibration of this chip below
#define ICSCR_WRITABLE  0xff00ff00u // MSITRIM, MSIRANGE, HSITRIM
#define ICSCR_CAL       0x006a0061u
#define CFGR_SWS        0xcu
#define CFGR_PLL        0x00fd0000u // PLLSRC, PLLMUL, PLLDIV
#define CFGR_KEPT       0x77fd3ff3u
#define CIR_FLAGS       0xffu
#define CIR_ENABLES     8  // shift
#define CIR_CLEARS      16 // shift
#define CSR_LSE         8  // where its pair is
#define CSR_LSEON       (1u << CSR_LSE)
#define CSR_RTC_BITS    0x00431d00u // LSEON, LSEBYP, LSECSSON, LSECSSD, RTCSEL, RTCEN
#define CSR_RTCRST      (1u << 23)
#define AHBENR_AT_RESET 0x8000u // FLITF
#define CAPTURES        8u      // what TIM10_OR and TIM11_OR choose

static void write_cr(struct sim_rcc_l0 *rcc, uint32_t value)
{
    sim_rcc_switch_clock(&rcc->common, SIM_HSI, value & CR_HSION);
    sim_rcc_switch_clock(&rcc->common, SIM_MSI, value & CR_MSION);
    sim_rcc_switch_clock(&rcc->common, SIM_HSE, value & CR_HSEON);
    sim_rcc_switch_clock(&rcc->common, SIM_PLL, value & CR_PLLON);
    rcc->common.cr = (value & CR_KEPT) | (value & CR_CSSON ? SIM_RCC_CR_CSSON : 0);
    sim_rcc_update_clocks(&rcc->common);
    sim_l0_clocks_apply(rcc);
}

static uint32_t read_cr(const struct sim_rcc_l0 *rcc)
{
    return (rcc->common.cr & ~SIM_RCC_CR_CSSON) |
           (rcc->common.cr & SIM_RCC_CR_CSSON ? CR_CSSON : 0) |
           sim_rcc_pair(&rcc->common, SIM_HSI, 0) | sim_rcc_pair(&rcc->common, SIM_MSI, 8) |
           sim_rcc_pair(&rcc->common, SIM_HSE, 16) | sim_rcc_pair(&rcc->common, SIM_PLL, 24);
}

static void write_cfgr(struct sim_rcc_l0 *rcc, uint32_t value)
{
    value = sim_rcc_hold_pll(&rcc->common, rcc->common.cfgr, value, CFGR_PLL, "RM0038, 6.3.3");
    rcc->common.cfgr = value & CFGR_KEPT;
    sim_rcc_update_clocks(&rcc->common);
    sim_rcc_follow_sw(&rcc->common);
    sim_l0_clocks_apply(rcc);
}

static void write_cir(struct sim_rcc_l0 *rcc, uint32_t value)
{
    rcc->common.cir_enables = value >> CIR_ENABLES & CIR_FLAGS;
    rcc->common.cir_flags &= ~(value >> CIR_CLEARS & CIR_FLAGS);
    sim_rcc_update_irq(&rcc->common);
}

// The bits of RTC and LSE are in the backup domain: no system reset clears them, and PWR_CR.DBP
// guards them (6.3.14).
static void write_rtc_bits(struct sim_rcc_l0 *rcc, uint32_t value)
{
    if (!sim_part_level(rcc->common.part, SIM_BACKUP_WRITABLE, 0))
        return;
    rcc->common.csr &= ~(CSR_RTC_BITS | CSR_RTCRST);
    rcc->common.csr |= value & CSR_RTCRST ? CSR_RTCRST : value & CSR_RTC_BITS;
    rcc->common.on[SIM_LSE] = rcc->common.csr & CSR_LSEON;
}

static void write_csr(struct sim_rcc_l0 *rcc, uint32_t value)
{
    write_rtc_bits(rcc, value);
    sim_rcc_write_csr(&rcc->common, value);
}

// Registers without a side effect of their own: AHB, APB2, APB1 of resets, clocks, clocks in sleep.
static uint32_t *plain(struct sim_rcc_l0 *rcc, uint32_t offset)
{
    static const unsigned order[] = {SIM_ON_AHB, SIM_ON_APB2, SIM_ON_APB1};
    if (offset >= RCC_AHBRSTR && offset <= RCC_APB1RSTR)
        return &rcc->common.rstr[order[(offset - RCC_AHBRSTR) / 4]];
    if (offset >= RCC_AHBENR && offset <= RCC_APB1ENR)
        return &rcc->common.enr[order[(offset - RCC_AHBENR) / 4]];
    if (offset >= RCC_AHBLPENR && offset <= RCC_APB1LPENR)
        return &rcc->smenr[order[(offset - RCC_AHBLPENR) / 4]];
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
    case RCC_CFGR:
        *value = rcc->common.cfgr | rcc->common.sws << 2;
        break;
    case RCC_CIR:
        *value = rcc->common.cir_flags | rcc->common.cir_enables << CIR_ENABLES;
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

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_rcc_l0 *rcc = self;
    (void)size;
    switch (offset) {
    case RCC_CR:
        write_cr(rcc, value);
        break;
    case RCC_ICSCR:
        rcc->icscr = value & ICSCR_WRITABLE;
        sim_l0_clocks_apply(rcc);
        break;
    case RCC_CFGR:
        write_cfgr(rcc, value);
        break;
    case RCC_CIR:
        write_cir(rcc, value);
        break;
    case RCC_CSR:
        write_csr(rcc, value);
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
    static const uint32_t sleeping[SIM_RCC_L0_BUSES] = {
        [SIM_ON_AHB] = 0x0101903f, [SIM_ON_APB2] = 0x0000521d, [SIM_ON_APB1] = 0xb0e64a37};
    struct sim_rcc_l0 *rcc = self;
    struct sim_rcc_l0 fresh = {.common = sim_rcc_fresh(&rcc->common, kind),
                               .icscr = ICSCR_AT_RESET & ICSCR_WRITABLE};
    *rcc = fresh;
    rcc->common.enr[SIM_ON_AHB] = AHBENR_AT_RESET;
    for (unsigned bus = 0; bus < SIM_RCC_L0_BUSES; bus++)
        rcc->smenr[bus] = sleeping[bus];
    sim_rcc_run_from(&rcc->common, SIM_MSI, rcc->common.csr & CSR_LSEON);
}

// TIM10_OR chooses LSI, LSE or the RTC's wake-up, TIM11_OR MSI or HSE as the RTC has it, divided by
// 2, 4, 8 or 16 (RM0038, 18.4.17).
static uint64_t level_capture(void *self, unsigned line)
{
    const struct sim_rcc_l0 *rcc = self;
    static const enum sim_clock_source sources[CAPTURES] = {
        [1] = SIM_LSI, [2] = SIM_LSE, [5] = SIM_MSI, [6] = SIM_HSE};
    bool is_clock = line == 1 || line == 2 || line == 5 || line == 6;
    return is_clock && rcc->common.ready[sources[line]] ? sim_l0_clocks_of(rcc, sources[line]) : 0;
}

static uint64_t level_capture_divider(void *self, unsigned line)
{
    const struct sim_rcc_l0 *rcc = self;
    return line == 6 ? 2u << (rcc->common.cr >> 29 & 3) : 1;
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_rcc_l0 *rcc = state;
    sim_rcc_create(&rcc->common, part, &sim_rcc_l1_kind);
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_CLOCK_ENABLED, SIM_RCC_BUSES, sim_rcc_enabled},
    {SIM_RESET_HELD, SIM_RCC_BUSES, sim_rcc_held},
    {SIM_HCLK_HZ, 1, sim_l0_clocks_hclk},
    {SIM_PCLK_HZ, SIM_RCC_BUSES, sim_l0_clocks_pclk},
    {SIM_TIMER_HZ, SIM_RCC_BUSES, sim_l0_clocks_timer},
    {SIM_LSI_HZ, 1, sim_l0_clocks_lsi},
    {SIM_HSI_READY, 1, sim_rcc_hsi_ready},
    {SIM_CAPTURE_HZ, CAPTURES, level_capture},
    {SIM_CAPTURE_DIVIDER, CAPTURES, level_capture_divider},
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

const struct sim_part_kind sim_part_rcc_l1 = {
    .name = "rcc_l1",
    .state_size = sizeof(struct sim_rcc_l0),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
