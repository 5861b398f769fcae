// SPDX-License-Identifier: MIT
// Reset and clock control of the STM32F1: the registers (RM0008, 7.3; RM0041, 6.3 for the value
// line). Oscillators and the clock tree are in rcc_f1_clocks.c.
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
#define BDCR_LSEON   (1u << 0)
#define BDCR_BDRST   (1u << 16)
#define BDCR_KEPT    0x8305u
#define CSR_LSION    (1u << 0)
#define CSR_RMVF     (1u << 24)
#define AHBENR_RESET 0x14u // SRAM and FLITF

void sim_rcc_f1_update_irq(struct sim_rcc_f1 *rcc)
{
    sim_part_irq(rcc->part, 0, (rcc->cir_flags & rcc->cir_enables) != 0);
}

// ---- registers ----------------------------------------------------------------------------------

static uint32_t pair(const struct sim_rcc_f1 *rcc, enum sim_clock_source s, unsigned bit)
{
    return (rcc->on[s] ? 1u << bit : 0) | (rcc->ready[s] ? 2u << bit : 0);
}

static void write_cr(struct sim_rcc_f1 *rcc, uint32_t value)
{
    sim_f1_clocks_switch(rcc, SIM_HSI, value & CR_HSION);
    sim_f1_clocks_switch(rcc, SIM_HSE, value & CR_HSEON);
    sim_f1_clocks_switch(rcc, SIM_PLL, value & CR_PLLON);
    rcc->cr = value & CR_KEPT;
    sim_f1_clocks_update(rcc);
}

static void write_cfgr(struct sim_rcc_f1 *rcc, uint32_t value)
{
    if (rcc->on[SIM_PLL] && (value ^ rcc->cfgr) & CFGR_PLL) {
        sim_chip_violation(rcc->part->chip,
                           "rcc: the PLL's settings changed while it is on (RM0008, 7.3.2)");
        value = (value & ~CFGR_PLL) | (rcc->cfgr & CFGR_PLL);
    }
    rcc->cfgr = value & ~CFGR_SWS;
    rcc->cfgr2 = (rcc->cfgr2 & ~1u) | (value >> 17 & 1);
    sim_f1_clocks_update(rcc);
    sim_f1_clocks_follow_sw(rcc);
    sim_f1_clocks_apply(rcc);
}

static void write_cfgr2(struct sim_rcc_f1 *rcc, uint32_t value)
{
    if (!sim_rcc_f1_has_predivider(rcc))
        return;
    rcc->cfgr2 = value & 15;
    rcc->cfgr = (rcc->cfgr & ~RCC_F1_CFGR_XTPRE) | (value & 1) << 17;
}

static void write_bdcr(struct sim_rcc_f1 *rcc, uint32_t value)
{
    if (!sim_part_level(rcc->part, SIM_BACKUP_WRITABLE, 0)) {
        log_line(rcc->part->log, LOG_DEBUG, "rcc: RCC_BDCR is written while PWR_CR.DBP is 0");
        return;
    }
    rcc->bdcr = value & BDCR_BDRST ? BDCR_BDRST : value & BDCR_KEPT;
    rcc->on[SIM_LSE] = rcc->bdcr & BDCR_LSEON;
    sim_f1_clocks_update(rcc);
}

static void write_csr(struct sim_rcc_f1 *rcc, uint32_t value)
{
    if (value & CSR_RMVF)
        rcc->csr = 0;
    rcc->on[SIM_LSI] = value & CSR_LSION || sim_part_level(rcc->part, SIM_WATCHDOG_RUNNING, 0);
    sim_f1_clocks_update(rcc);
}

static uint32_t *plain(struct sim_rcc_f1 *rcc, uint32_t offset)
{
    switch (offset) {
    case RCC_APB2RSTR:
        return &rcc->rstr[SIM_ON_APB2];
    case RCC_APB1RSTR:
        return &rcc->rstr[SIM_ON_APB1];
    case RCC_AHBENR:
        return &rcc->enr[SIM_ON_AHB];
    case RCC_APB2ENR:
        return &rcc->enr[SIM_ON_APB2];
    case RCC_APB1ENR:
        return &rcc->enr[SIM_ON_APB1];
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
        *value = rcc->cr | CR_HSICAL | pair(rcc, SIM_HSI, 0) | pair(rcc, SIM_HSE, 16) |
                 pair(rcc, SIM_PLL, 24);
        break;
    case RCC_CFGR:
        *value = rcc->cfgr | rcc->sws << 2;
        break;
    case RCC_CIR:
        *value = rcc->cir_flags | rcc->cir_enables << 8;
        break;
    case RCC_BDCR:
        *value = rcc->bdcr | (rcc->ready[SIM_LSE] ? 2u : 0);
        break;
    case RCC_CSR:
        *value = rcc->csr | pair(rcc, SIM_LSI, 0);
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
    sim_chip_follow_resets(rcc->part->chip);
    sim_part_tell(rcc->part, SIM_CLOCKS_CHANGED, 0, 0);
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
        rcc->cir_enables = value >> 8 & CIR_SOURCES;
        rcc->cir_flags &= ~(value >> 16 & (CIR_SOURCES | RCC_F1_CIR_CSSF));
        sim_rcc_f1_update_irq(rcc);
        break;
    case RCC_BDCR:
        write_bdcr(rcc, value);
        break;
    case RCC_CSR:
        write_csr(rcc, value);
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

// Flags outlive every reset but that of power (7.3.10).
static void hear_reset(void *self, unsigned line, uint64_t causes)
{
    static const struct {
        unsigned cause;
        uint32_t flag;
    } flags[] = {
        {SIM_CAUSE_PIN, 1u << 26},
        {SIM_CAUSE_SUPPLY, 1u << 27},
        {SIM_CAUSE_SOFTWARE, 1u << 28},
        {SIM_CAUSE_WATCHDOG, 1u << 29},
        {SIM_CAUSE_WINDOW_WATCHDOG, 1u << 30},
        {SIM_CAUSE_LOW_POWER, 1u << 31},
    };
    struct sim_rcc_f1 *rcc = self;
    (void)line;
    for (unsigned i = 0; i < sizeof flags / sizeof flags[0]; i++)
        rcc->csr |= causes & flags[i].cause ? flags[i].flag : 0;
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_rcc_f1 *rcc = self;
    struct sim_rcc_f1 fresh = {
        .part = rcc->part, .hse_hz = rcc->hse_hz, .timer = rcc->timer, .cr = CR_AT_RESET};
    if (kind != SIM_RESET_POWER) { // the backup domain and the flags stay
        fresh.csr = rcc->csr;
        fresh.bdcr = rcc->bdcr;
    }
    *rcc = fresh;
    rcc->enr[SIM_ON_AHB] = AHBENR_RESET;
    for (unsigned s = 0; s < SIM_F1_SOURCES; s++)
        rcc->ready_ns[s] = SIM_NEVER;
    rcc->on[SIM_HSI] = rcc->ready[SIM_HSI] = true;
    rcc->on[SIM_LSE] = rcc->bdcr & BDCR_LSEON;
    sim_f1_clocks_update(rcc);
    sim_rcc_f1_update_irq(rcc);
    sim_f1_clocks_apply(rcc);
}

static uint64_t level_enabled(void *self, unsigned line)
{
    const struct sim_rcc_f1 *rcc = self;
    return rcc->enr[line];
}

static uint64_t level_held(void *self, unsigned line)
{
    const struct sim_rcc_f1 *rcc = self;
    return rcc->rstr[line];
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_rcc_f1 *rcc = state;
    rcc->part = part;
    rcc->hse_hz = (uint32_t)sim_part_level(part, SIM_HSE_HZ, 0);
    sim_clock_add(part->clock, &rcc->timer, sim_f1_clocks_source_ready, rcc);
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_CLOCK_ENABLED, SIM_RCC_BUSES, level_enabled},
    {SIM_RESET_HELD, SIM_RCC_BUSES, level_held},
    {SIM_HCLK_HZ, 1, sim_f1_clocks_hclk},
    {SIM_PCLK_HZ, SIM_RCC_BUSES, sim_f1_clocks_pclk},
    {SIM_TIMER_HZ, SIM_RCC_BUSES, sim_f1_clocks_timer},
    {SIM_LSI_HZ, 1, sim_f1_clocks_lsi},
    {SIM_HSI_READY, 1, sim_f1_clocks_hsi_ready},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_RESET_CAUSE, hear_reset},
    {SIM_POWER_MODE, sim_f1_clocks_hear_power_mode},
    {SIM_FLASH_LATENCY, sim_f1_clocks_hear_latency},
    {SIM_LSI_WANTED, sim_f1_clocks_hear_lsi_wanted},
    {SIM_HSE_HZ, sim_f1_clocks_hear_hse},
    {0, NULL},
};

const struct sim_part_kind sim_part_rcc_f1 = {
    .name = "rcc_f1",
    .state_size = sizeof(struct sim_rcc_f1),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
