// SPDX-License-Identifier: MIT
// Reset and clock control of STM32G0, C0, U0, L4, G4, WB and WL: the registers (RM0444, 5.4;
// RM0490, 6.4; RM0503, 5.4; RM0351, 6.4; RM0440, 7.4; RM0434, 8.4; RM0453, 7.4). Where a register
// is, and which clocks there are, is the family's config. The clock tree is in rcc_m0p_clocks.c.
#include "sim/parts/rcc_m0p.h"

enum {
    RCC_CR = 0x00,
    RCC_ICSCR = 0x04,
    RCC_CFGR = 0x08,
    RCC_PLLCFGR = 0x0c,
    RCC_CIER = 0x18,
    RCC_CIFR = 0x1c,
    RCC_CICR = 0x20,
    RCC_EXTCFGR = 0x108,
};

#define CIR_CLOCKS 0x63fu // those of clocks, and of LSE's security system

// ---- switches of clocks, which stand in several registers ---------------------------------------

// A register with switches: those of its clocks that this chip has, and their flags.
static uint32_t with_switches(const struct sim_rcc_m0p *rcc, uint32_t offset, uint32_t value)
{
    for (unsigned c = 0; c < SIM_M0P_CLOCKS; c++) {
        const struct sim_m0p_clock_config *config = &rcc->config->clock[c];
        if (!config->on_mask || config->reg != offset)
            continue;
        value &= ~(config->on_mask | config->ready_mask);
        value |= (rcc->common.on[c] ? config->on_mask : 0) |
                 (rcc->common.ready[c] ? config->ready_mask : 0);
    }
    return value;
}

static void write_switches(struct sim_rcc_m0p *rcc, uint32_t offset, uint32_t value)
{
    for (unsigned c = 0; c < SIM_M0P_CLOCKS; c++) {
        const struct sim_m0p_clock_config *config = &rcc->config->clock[c];
        if (config->on_mask && config->reg == offset)
            sim_rcc_switch_clock(&rcc->common, (enum sim_m0p_clock)c, value & config->on_mask);
    }
    sim_rcc_update_clocks(&rcc->common);
}

static void write_cr(struct sim_rcc_m0p *rcc, uint32_t value)
{
    rcc->common.cr = value;
    write_switches(rcc, RCC_CR, value);
    sim_m0p_apply(rcc); // HSIDIV and ranges are here
}

// Where RCC_CFGR.SWS is.
static unsigned sws_shift(const struct sim_rcc_m0p *rcc)
{
    return rcc->config->is_m4 ? 2 : 3;
}

static void write_cfgr(struct sim_rcc_m0p *rcc, uint32_t value)
{
    rcc->common.cfgr = value & ~(rcc->common.kind->sw_mask << sws_shift(rcc));
    sim_rcc_follow_sw(&rcc->common);
    sim_m0p_apply(rcc);
}

static void write_pllcfgr(struct sim_rcc_m0p *rcc, uint32_t value)
{
    uint32_t outputs = sim_m0p_pll_outputs(rcc);
    if (rcc->common.on[SIM_M0P_PLL] && (value ^ rcc->pllcfgr) & ~outputs) {
        sim_chip_violation(rcc->common.part->chip,
                           "rcc: the PLL's settings changed while it is on");
        value = (value & outputs) | (rcc->pllcfgr & ~outputs);
    }
    if (value == rcc->pllcfgr)
        return;
    rcc->pllcfgr = value;
    sim_m0p_apply(rcc);
}

static void write_bdcr(struct sim_rcc_m0p *rcc, uint32_t value)
{
    if (rcc->config->backup_is_guarded &&
        !sim_part_level(rcc->common.part, SIM_BACKUP_WRITABLE, 0)) {
        log_line(rcc->common.part->log, LOG_DEBUG,
                 "rcc: RCC_BDCR is written while PWR_CR1.DBP is 0");
        return;
    }
    sim_rcc_set_bdcr(&rcc->common, value, UINT32_MAX);
}

// ---- the bus ------------------------------------------------------------------------------------

// Registers without a side effect of their own but that of clocks and resets, or NULL.
static uint32_t *plain(struct sim_rcc_m0p *rcc, uint32_t offset)
{
    const struct sim_rcc_m0p_config *config = rcc->config;
    for (unsigned bus = 0; bus < SIM_M0P_BUSES; bus++) {
        if (config->enr[bus] && offset == config->enr[bus])
            return &rcc->common.enr[bus];
        if (config->rstr[bus] && offset == config->rstr[bus])
            return &rcc->common.rstr[bus];
    }
    if (offset == config->ccipr)
        return &rcc->ccipr;
    if (offset == config->ccipr + 4u)
        return &rcc->ccipr2;
    if (offset == RCC_CIER)
        return &rcc->common.cir_enables;
    return NULL;
}

// What has no meaning here: clocks of peripherals in sleep, more PLLs, the second core's.
static uint32_t *other(struct sim_rcc_m0p *rcc, uint32_t offset)
{
    return rcc->config->is_m4 && offset / 4 < SIM_M0P_OTHERS ? &rcc->other[offset / 4] : NULL;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_rcc_m0p *rcc = self;
    uint32_t *reg = plain(rcc, offset), *kept = other(rcc, offset);
    (void)size;
    *value = reg ? *reg : kept ? *kept : 0;
    if (offset == RCC_CR)
        *value = rcc->common.cr;
    else if (offset == RCC_ICSCR)
        *value = rcc->icscr;
    else if (offset == RCC_CFGR)
        *value = rcc->common.cfgr | rcc->common.sws << sws_shift(rcc) | rcc->config->cfgr_more;
    else if (offset == RCC_PLLCFGR && rcc->config->clock[SIM_M0P_PLL].on_mask)
        *value = rcc->pllcfgr;
    else if (offset == RCC_EXTCFGR)
        *value |= rcc->config->extcfgr_more;
    else if (offset == RCC_CIFR)
        *value = rcc->common.cir_flags;
    else if (offset == rcc->config->bdcr)
        *value = rcc->common.bdcr;
    else if (offset == rcc->config->csr)
        *value = rcc->common.csr | rcc->config->csr_more;
    *value = with_switches(rcc, offset, *value);
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_rcc_m0p *rcc = self;
    uint32_t *reg = plain(rcc, offset), *kept = other(rcc, offset);
    (void)size;
    if (kept)
        *kept = value;
    if (reg) {
        *reg = value;
        sim_rcc_gates_changed(&rcc->common);
        sim_chip_follow_debug(rcc->common.part->chip);
    } else if (offset == RCC_CR) {
        write_cr(rcc, value);
    } else if (offset == RCC_ICSCR) {
        rcc->icscr = (rcc->icscr & ~rcc->config->icscr_trim) | (value & rcc->config->icscr_trim);
    } else if (offset == RCC_CFGR) {
        write_cfgr(rcc, value);
    } else if (offset == RCC_PLLCFGR && rcc->config->clock[SIM_M0P_PLL].on_mask) {
        write_pllcfgr(rcc, value);
    } else if (offset == RCC_CICR) {
        rcc->common.cir_flags &= ~value;
    } else if (offset == rcc->config->bdcr) {
        write_bdcr(rcc, value);
    } else if (offset == rcc->config->csr) {
        sim_rcc_write_csr(&rcc->common, value);
    } else {
        write_switches(rcc, offset, value);
    }
    sim_rcc_update_irq(&rcc->common);
    return SIM_BUS_OK;
}

// ---- reset --------------------------------------------------------------------------------------

static void reset(void *self, enum sim_reset kind)
{
    struct sim_rcc_m0p *rcc = self;
    const struct sim_rcc_m0p_config *config = rcc->config;
    struct sim_rcc_m0p fresh = {.common = sim_rcc_fresh(&rcc->common, kind),
                                .config = config,
                                .icscr = config->icscr_reset,
                                .pllcfgr = config->pllcfgr_reset ? config->pllcfgr_reset : 0x1000};
    fresh.common.cr = config->cr_reset;
    while (config->sw[fresh.common.sws] != config->first_clock)
        fresh.common.sws++;
    fresh.common.cfgr = fresh.common.sws; // SW
    *rcc = fresh;
    bool says = false;
    for (unsigned bus = 0; bus < SIM_M0P_BUSES; bus++) {
        rcc->common.enr[bus] = config->enr_reset[bus];
        says |= config->enr_reset[bus] != 0;
    }
    if (!says)
        rcc->common.enr[SIM_M0P_ON_AHB] = 1u << 8; // the flash interface
    sim_rcc_run_from(&rcc->common, config->first_clock, rcc->common.bdcr & SIM_RCC_BDCR_LSEON);
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_rcc_m0p *rcc = state;
    rcc->config = part->config;
    sim_rcc_create(&rcc->common, part, rcc->config->is_m4 ? &sim_rcc_m4_kind : &sim_rcc_m0p_kind);
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_CLOCK_ENABLED, SIM_M0P_BUSES, sim_rcc_enabled},
    {SIM_RESET_HELD, SIM_M0P_BUSES, sim_rcc_held},
    {SIM_HCLK_HZ, 1, sim_m0p_hclk},
    {SIM_PCLK_HZ, SIM_M0P_BUSES, sim_m0p_pclk},
    {SIM_TIMER_HZ, SIM_M0P_BUSES, sim_m0p_timer},
    {SIM_USART_HZ, SIM_M0P_USARTS, sim_m0p_usart},
    {SIM_ADC_HZ, 1, sim_m0p_adc},
    {SIM_LSI_HZ, 1, sim_m0p_lsi},
    {SIM_CAPTURE_HZ, SIM_M0P_CAPTURES, sim_m0p_capture},
    {SIM_CAPTURE_DIVIDER, SIM_M0P_CAPTURES, sim_m0p_capture_divider},
    {SIM_HSI_READY, 1, sim_rcc_hsi_ready},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_RESET_CAUSE, sim_rcc_hear_reset},    {SIM_POWER_MODE, sim_rcc_hear_power_mode},
    {SIM_FLASH_LATENCY, sim_rcc_hear_change}, {SIM_LSI_WANTED, sim_rcc_hear_lsi_wanted},
    {SIM_HSE_HZ, sim_rcc_hear_hse},           {0, NULL},
};

const struct sim_part_kind sim_part_rcc_m0p = {
    .name = "rcc_m0p",
    .state_size = sizeof(struct sim_rcc_m0p),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
