// SPDX-License-Identifier: MIT
// Reset and clock control of STM32G0, C0 and U0: the registers (RM0444, 5.4; RM0490, 6.4; RM0503,
// 5.4). Where a register is, and which clocks there are, is the family's config. Oscillators and
// the clock tree are in rcc_m0p_clocks.c.
#include "sim/parts/rcc_m0p.h"

enum {
    RCC_CR = 0x00,
    RCC_ICSCR = 0x04,
    RCC_CFGR = 0x08,
    RCC_PLLCFGR = 0x0c,
    RCC_CIER = 0x18,
    RCC_CIFR = 0x1c,
    RCC_CICR = 0x20,
};

#define CFGR_SWS   (0x7u << 3)
#define CIR_CLOCKS 0x63fu // those of clocks, and of LSE's security system
#define BDCR_LSEON (1u << 0)
#define BDCR_BDRST (1u << 16)
#define CSR_LSION  (1u << 0)
#define CSR_RMVF   (1u << 23)
#define CSR_FLAGS  0xfe000000u

void sim_m0p_update_irq(struct sim_rcc_m0p *rcc)
{
    sim_part_irq(rcc->part, 0, (rcc->cifr & rcc->cier) != 0);
}

// ---- switches of clocks, which stand in several registers ---------------------------------------

// A register with switches: those of its clocks that this chip has, and their flags.
static uint32_t with_switches(const struct sim_rcc_m0p *rcc, uint32_t offset, uint32_t value)
{
    for (unsigned c = 0; c < SIM_M0P_CLOCKS; c++) {
        const struct sim_m0p_clock_config *config = &rcc->config->clock[c];
        if (!config->on_mask || config->reg != offset)
            continue;
        value &= ~(config->on_mask | config->ready_mask);
        value |= (rcc->on[c] ? config->on_mask : 0) | (rcc->ready[c] ? config->ready_mask : 0);
    }
    return value;
}

static void write_switches(struct sim_rcc_m0p *rcc, uint32_t offset, uint32_t value)
{
    for (unsigned c = 0; c < SIM_M0P_CLOCKS; c++) {
        const struct sim_m0p_clock_config *config = &rcc->config->clock[c];
        if (config->on_mask && config->reg == offset)
            sim_m0p_switch(rcc, (enum sim_m0p_clock)c, value & config->on_mask);
    }
    sim_m0p_update(rcc);
}

static void write_cr(struct sim_rcc_m0p *rcc, uint32_t value)
{
    rcc->cr = value;
    write_switches(rcc, RCC_CR, value);
    sim_m0p_apply(rcc); // HSIDIV and ranges are here
}

static void write_cfgr(struct sim_rcc_m0p *rcc, uint32_t value)
{
    rcc->cfgr = value & ~CFGR_SWS;
    sim_m0p_follow_sw(rcc);
    sim_m0p_apply(rcc);
}

static void write_pllcfgr(struct sim_rcc_m0p *rcc, uint32_t value)
{
    static const uint32_t outputs = 1u << 16 | 1u << 24 | 1u << 28;
    if (rcc->on[SIM_M0P_PLL] && (value ^ rcc->pllcfgr) & ~outputs) {
        sim_chip_violation(rcc->part->chip, "rcc: the PLL's settings changed while it is on");
        value = (value & outputs) | (rcc->pllcfgr & ~outputs);
    }
    if (value == rcc->pllcfgr)
        return;
    rcc->pllcfgr = value;
    sim_m0p_apply(rcc);
}

static void write_bdcr(struct sim_rcc_m0p *rcc, uint32_t value)
{
    if (rcc->config->backup_is_guarded && !sim_part_level(rcc->part, SIM_BACKUP_WRITABLE, 0)) {
        log_line(rcc->part->log, LOG_DEBUG, "rcc: RCC_BDCR is written while PWR_CR1.DBP is 0");
        return;
    }
    rcc->bdcr = value & BDCR_BDRST ? BDCR_BDRST : value;
    rcc->on[SIM_M0P_LSE] = rcc->bdcr & BDCR_LSEON;
    sim_m0p_update(rcc);
}

static void write_csr(struct sim_rcc_m0p *rcc, uint32_t value)
{
    if (value & CSR_RMVF)
        rcc->csr = 0;
    rcc->on[SIM_M0P_LSI] = value & CSR_LSION || sim_part_level(rcc->part, SIM_WATCHDOG_RUNNING, 0);
    sim_m0p_update(rcc);
}

// ---- the bus ------------------------------------------------------------------------------------

// Registers without a side effect of their own but that of clocks and resets, or NULL.
static uint32_t *plain(struct sim_rcc_m0p *rcc, uint32_t offset)
{
    const struct sim_rcc_m0p_config *config = rcc->config;
    for (unsigned bus = 0; bus < SIM_M0P_BUSES; bus++) {
        if (config->enr[bus] && offset == config->enr[bus])
            return &rcc->enr[bus];
        if (config->rstr[bus] && offset == config->rstr[bus])
            return &rcc->rstr[bus];
    }
    if (offset == config->ccipr)
        return &rcc->ccipr;
    if (offset == config->ccipr + 4u)
        return &rcc->ccipr2;
    return offset == RCC_CIER ? &rcc->cier : NULL;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_rcc_m0p *rcc = self;
    uint32_t *reg = plain(rcc, offset);
    (void)size;
    *value = reg ? *reg : 0;
    if (offset == RCC_CR)
        *value = rcc->cr;
    else if (offset == RCC_ICSCR)
        *value = rcc->icscr;
    else if (offset == RCC_CFGR)
        *value = rcc->cfgr | rcc->sws << 3;
    else if (offset == RCC_PLLCFGR && rcc->config->clock[SIM_M0P_PLL].on_mask)
        *value = rcc->pllcfgr;
    else if (offset == RCC_CIFR)
        *value = rcc->cifr;
    else if (offset == rcc->config->bdcr)
        *value = rcc->bdcr;
    else if (offset == rcc->config->csr)
        *value = rcc->csr;
    *value = with_switches(rcc, offset, *value);
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_rcc_m0p *rcc = self;
    uint32_t *reg = plain(rcc, offset);
    (void)size;
    if (reg) {
        *reg = value;
        sim_chip_follow_resets(rcc->part->chip);
        sim_part_tell(rcc->part, SIM_CLOCKS_CHANGED, 0, 0);
        sim_chip_follow_debug(rcc->part->chip);
    } else if (offset == RCC_CR) {
        write_cr(rcc, value);
    } else if (offset == RCC_ICSCR) {
        rcc->icscr = (rcc->icscr & ~rcc->config->icscr_trim) | (value & rcc->config->icscr_trim);
    } else if (offset == RCC_CFGR) {
        write_cfgr(rcc, value);
    } else if (offset == RCC_PLLCFGR && rcc->config->clock[SIM_M0P_PLL].on_mask) {
        write_pllcfgr(rcc, value);
    } else if (offset == RCC_CICR) {
        rcc->cifr &= ~value;
    } else if (offset == rcc->config->bdcr) {
        write_bdcr(rcc, value);
    } else if (offset == rcc->config->csr) {
        write_csr(rcc, value);
    } else {
        write_switches(rcc, offset, value);
    }
    sim_m0p_update_irq(rcc);
    return SIM_BUS_OK;
}

// ---- reset --------------------------------------------------------------------------------------

// Flags outlive every reset but that of power (5.4.24).
static void hear_reset(void *self, unsigned line, uint64_t causes)
{
    static const struct {
        unsigned cause;
        uint32_t flag;
    } flags[] = {
        {SIM_CAUSE_OPTIONS, 1u << 25},         // OBLRSTF
        {SIM_CAUSE_PIN, 1u << 26},             // PINRSTF
        {SIM_CAUSE_SUPPLY, 1u << 27},          // PWRRSTF
        {SIM_CAUSE_SOFTWARE, 1u << 28},        // SFTRSTF
        {SIM_CAUSE_WATCHDOG, 1u << 29},        // IWDGRSTF
        {SIM_CAUSE_WINDOW_WATCHDOG, 1u << 30}, // WWDGRSTF
        {SIM_CAUSE_LOW_POWER, 1u << 31},       // LPWRRSTF
    };
    struct sim_rcc_m0p *rcc = self;
    (void)line;
    for (unsigned i = 0; i < sizeof flags / sizeof flags[0]; i++)
        rcc->csr |= causes & flags[i].cause ? flags[i].flag : 0;
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_rcc_m0p *rcc = self;
    const struct sim_rcc_m0p_config *config = rcc->config;
    struct sim_rcc_m0p fresh = {.part = rcc->part,
                                .config = config,
                                .hse_hz = rcc->hse_hz,
                                .timer = rcc->timer,
                                .cr = config->cr_reset,
                                .icscr = config->icscr_reset,
                                .pllcfgr = 0x1000};
    if (kind != SIM_RESET_POWER) { // the backup domain and the flags stay
        fresh.csr = rcc->csr & CSR_FLAGS;
        fresh.bdcr = rcc->bdcr;
    }
    *rcc = fresh;
    rcc->enr[SIM_M0P_ON_AHB] = 1u << 8; // the flash interface
    for (unsigned c = 0; c < SIM_M0P_CLOCKS; c++)
        rcc->ready_ns[c] = SIM_NEVER;
    rcc->on[config->first_clock] = rcc->ready[config->first_clock] = true;
    rcc->on[SIM_M0P_LSE] = rcc->bdcr & BDCR_LSEON;
    sim_m0p_update(rcc);
    sim_m0p_update_irq(rcc);
    sim_m0p_apply(rcc);
}

static uint64_t level_enabled(void *self, unsigned line)
{
    const struct sim_rcc_m0p *rcc = self;
    return rcc->enr[line];
}

static uint64_t level_held(void *self, unsigned line)
{
    const struct sim_rcc_m0p *rcc = self;
    return rcc->rstr[line];
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_rcc_m0p *rcc = state;
    rcc->part = part;
    rcc->config = part->config;
    rcc->hse_hz = (uint32_t)sim_part_level(part, SIM_HSE_HZ, 0);
    sim_clock_add(part->clock, &rcc->timer, sim_m0p_clock_ready, rcc);
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_CLOCK_ENABLED, SIM_M0P_BUSES, level_enabled},
    {SIM_RESET_HELD, SIM_M0P_BUSES, level_held},
    {SIM_HCLK_HZ, 1, sim_m0p_hclk},
    {SIM_PCLK_HZ, 1, sim_m0p_pclk},
    {SIM_TIMER_HZ, 1, sim_m0p_timer},
    {SIM_USART_HZ, SIM_M0P_USARTS, sim_m0p_usart},
    {SIM_ADC_HZ, 1, sim_m0p_adc},
    {SIM_LSI_HZ, 1, sim_m0p_lsi},
    {SIM_CAPTURE_HZ, SIM_M0P_CAPTURES, sim_m0p_capture},
    {SIM_CAPTURE_DIVIDER, SIM_M0P_CAPTURES, sim_m0p_capture_divider},
    {SIM_HSI_READY, 1, sim_m0p_hsi_ready},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_RESET_CAUSE, hear_reset},
    {SIM_POWER_MODE, sim_m0p_hear_power_mode},
    {SIM_FLASH_LATENCY, sim_m0p_hear_latency},
    {SIM_LSI_WANTED, sim_m0p_hear_lsi_wanted},
    {SIM_HSE_HZ, sim_m0p_hear_hse},
    {0, NULL},
};

const struct sim_part_kind sim_part_rcc_m0p = {
    .name = "rcc_m0p",
    .state_size = sizeof(struct sim_rcc_m0p),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
