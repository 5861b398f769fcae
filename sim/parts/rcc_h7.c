// SPDX-License-Identifier: MIT
// Reset and clock control of the STM32H7: the registers (RM0433, 8.7; RM0399, 9.7; RM0468, 8.7;
// RM0455, 8.7). The clock tree is in rcc_h7_clocks.c. Of two cores each has gates of its own, and a
// unit has its clock when one of them wants it; that a core reaches its own at 0xd4 is not
// modelled: those are the first core's.
#include "sim/parts/rcc_h7.h"

enum {
    RCC_CR = 0x00,
    RCC_HSICFGR = 0x04,
    RCC_CRRCR = 0x08,
    RCC_CSICFGR = 0x0c,
    RCC_CIER = 0x60,
    RCC_CIFR = 0x64,
    RCC_CICR = 0x68,
    RCC_BDCR = 0x70,
    RCC_CSR = 0x74,
    RCC_AHB3RSTR = 0x7c,
    RCC_GCR = 0xa0,
    RCC_C1_RSR = 0x130,
};

#define CR_HSION       (1u << 0)
#define CR_CSION       (1u << 7)
#define CR_HSI48ON     (1u << 12)
#define CR_DOMAINS     0xc000u // D1CKRDY, D2CKRDY
#define CR_HSEON       (1u << 16)
#define CR_PLL1ON      (1u << 24)
#define CR_HSIDIVF     (1u << 5)
#define CR_KEPT        0x000c021au // HSIKERON, HSIDIV, CSIKERON, HSEBYP, HSECSSON
#define HSICFGR_CAL    0x40000345u // of this chip, with the trim's reset value
#define CSICFGR_CAL    0x20000089u
#define PLLCKSELR_INIT 0x02020200u
#define PLLCFGR_INIT   0x01ff0000u
#define PLLDIVR_INIT   0x01010280u
#define CFGR_SWS       (7u << 3)
#define CI_SOURCES     0x1ffu
#define CI_CSS         (3u << 9)
#define BDCR_KEPT      0x833du
#define RSR_RMVF       (1u << 16)
#define GCR_BOOT_C1    (1u << 2)
#define GCR_BOOT_C2    (1u << 3)

// ---- registers ----------------------------------------------------------------------------------

static uint32_t read_cr(const struct sim_rcc_h7 *rcc)
{
    const struct sim_rcc_common *c = &rcc->common;
    return c->cr | CR_HSIDIVF | CR_DOMAINS | (c->on[SIM_H7_HSI] ? CR_HSION : 0) |
           (c->ready[SIM_H7_HSI] ? 4u : 0) | sim_rcc_pair(c, SIM_H7_CSI, 7) |
           sim_rcc_pair(c, SIM_H7_HSI48, 12) | sim_rcc_pair(c, SIM_H7_HSE, 16) |
           sim_rcc_pair(c, SIM_H7_PLL1, 24) | sim_rcc_pair(c, SIM_H7_PLL2, 26) |
           sim_rcc_pair(c, SIM_H7_PLL3, 28);
}

static void write_cr(struct sim_rcc_h7 *rcc, uint32_t value)
{
    struct sim_rcc_common *c = &rcc->common;
    c->cr = value & CR_KEPT;
    sim_rcc_switch_clock(c, SIM_H7_HSI, value & CR_HSION);
    sim_rcc_switch_clock(c, SIM_H7_CSI, value & CR_CSION);
    sim_rcc_switch_clock(c, SIM_H7_HSI48, value & CR_HSI48ON);
    sim_rcc_switch_clock(c, SIM_H7_HSE, value & CR_HSEON);
    for (unsigned n = 0; n < 3; n++) {
        bool was_on = c->on[SIM_H7_PLL1 + n];
        sim_rcc_switch_clock(c, SIM_H7_PLL1 + n, value & CR_PLL1ON << 2 * n);
        if (!was_on && c->on[SIM_H7_PLL1 + n])
            sim_h7_clocks_check_pll(rcc, n);
    }
    sim_rcc_update_clocks(c);
    sim_h7_clocks_apply(rcc); // HSIDIV
}

static void write_cfgr(struct sim_rcc_h7 *rcc, uint32_t value)
{
    rcc->reg[RCC_H7_CFGR / 4] = rcc->common.cfgr = value & ~CFGR_SWS;
    sim_rcc_update_clocks(&rcc->common);
    sim_rcc_follow_sw(&rcc->common);
    sim_h7_clocks_apply(rcc);
}

// DIVM, DIVN and the outputs' switches stand while a PLL is on; FRACN may change (8.7.11).
static void write_setting(struct sim_rcc_h7 *rcc, uint32_t offset, uint32_t value)
{
    bool is_fraction = offset > RCC_H7_PLL1DIVR && (offset - RCC_H7_PLL1DIVR) % 8 == 4;
    bool on = rcc->common.on[SIM_H7_PLL1];
    if (offset > RCC_H7_PLLCFGR && offset < RCC_H7_D1CCIPR)
        on = rcc->common.on[SIM_H7_PLL1 + (offset - RCC_H7_PLL1DIVR) / 8];
    bool of_pll = offset >= RCC_H7_PLLCKSELR && offset < RCC_H7_D1CCIPR;
    bool of_others = offset == RCC_H7_PLLCFGR; // it has bits of all three
    if (of_pll && on && !is_fraction && !of_others && value != rcc->reg[offset / 4]) {
        sim_chip_violation(rcc->common.part->chip,
                           "rcc: the PLL's settings changed while it is on (RM0433, 8.7.11)");
        return;
    }
    rcc->reg[offset / 4] = value;
    sim_rcc_update_clocks(&rcc->common);
    sim_h7_clocks_apply(rcc);
}

static uint32_t *word_of(uint32_t offset, uint32_t first, uint32_t words[SIM_H7_BUSES])
{
    uint32_t n = (offset - first) / 4;
    return offset >= first && n < SIM_H7_BUSES ? &words[n] : NULL;
}

// Gates and reset lines; NULL: another register.
static uint32_t *bus_word(struct sim_rcc_h7 *rcc, uint32_t offset)
{
    const struct sim_rcc_h7_config *config = rcc->config;
    uint32_t *word = word_of(offset, RCC_AHB3RSTR, rcc->common.rstr);
    if (!word)
        word = word_of(offset, config->rsr + 4u, rcc->common.enr);
    if (!word && config->rsr != RCC_C1_RSR)
        word = word_of(offset, RCC_C1_RSR + 4u, rcc->common.enr);
    if (!word && config->second_core)
        word = word_of(offset, config->second_core + 4u, rcc->enr2);
    return word;
}

static bool is_rsr(const struct sim_rcc_h7 *rcc, uint32_t offset)
{
    return offset == rcc->config->rsr || offset == RCC_C1_RSR ||
           (rcc->config->second_core && offset == rcc->config->second_core);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_rcc_h7 *rcc = self;
    const uint32_t *word = bus_word(rcc, offset);
    (void)size;
    *value = 0;
    if (offset == RCC_CR)
        *value = read_cr(rcc);
    else if (offset == RCC_H7_CFGR)
        *value = rcc->common.cfgr | rcc->common.sws << 3;
    else if (offset == RCC_CIER)
        *value = rcc->common.cir_enables;
    else if (offset == RCC_CIFR)
        *value = rcc->common.cir_flags;
    else if (offset == RCC_BDCR)
        *value = sim_rcc_read_bdcr(&rcc->common);
    else if (offset == RCC_CSR)
        *value = sim_rcc_pair(&rcc->common, SIM_H7_LSI, 0);
    else if (is_rsr(rcc, offset))
        *value = rcc->common.csr;
    else if (word)
        *value = *word;
    else if (offset / 4 < RCC_H7_REGISTERS)
        *value = rcc->reg[offset / 4];
    return SIM_BUS_OK;
}

// A core that the options hold is let go; it is not held again (RM0399, 9.7.38).
static void write_gcr(struct sim_rcc_h7 *rcc, uint32_t value)
{
    static const uint32_t bits[] = {GCR_BOOT_C1, GCR_BOOT_C2};
    rcc->reg[RCC_GCR / 4] |= value & 0xf;
    for (unsigned n = 0; n < 2; n++) {
        if (!(value & bits[n]) || rcc->starts_core[n])
            continue;
        rcc->starts_core[n] = true;
        sim_part_tell(rcc->common.part, SIM_CORE_LET_GO, n, 1);
    }
}

static void write_others(struct sim_rcc_h7 *rcc, uint32_t offset, uint32_t value)
{
    uint32_t *word = bus_word(rcc, offset);
    if (word) {
        *word = value;
        sim_rcc_gates_changed(&rcc->common);
    } else if (offset == RCC_GCR) {
        write_gcr(rcc, value);
    } else if (offset != RCC_HSICFGR && offset != RCC_CRRCR && offset != RCC_CSICFGR &&
               offset / 4 < RCC_H7_REGISTERS) {
        write_setting(rcc, offset, value);
    }
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_rcc_h7 *rcc = self;
    (void)size;
    if (is_rsr(rcc, offset)) {
        rcc->common.csr &= value & RSR_RMVF ? 0 : UINT32_MAX;
        return SIM_BUS_OK;
    }
    switch (offset) {
    case RCC_CR:
        write_cr(rcc, value);
        break;
    case RCC_H7_CFGR:
        write_cfgr(rcc, value);
        break;
    case RCC_CIER:
        rcc->common.cir_enables = value & CI_SOURCES;
        sim_rcc_update_irq(&rcc->common);
        break;
    case RCC_CICR:
        rcc->common.cir_flags &= ~(value & (CI_SOURCES | CI_CSS));
        sim_rcc_update_irq(&rcc->common);
        break;
    case RCC_BDCR:
        sim_rcc_write_guarded_bdcr(&rcc->common, value, BDCR_KEPT);
        break;
    case RCC_CSR:
        sim_rcc_write_csr(&rcc->common, value);
        break;
    default:
        write_others(rcc, offset, value);
        break;
    }
    return SIM_BUS_OK;
}

// ---- resets -------------------------------------------------------------------------------------

static void reset(void *self, enum sim_reset kind)
{
    struct sim_rcc_h7 *rcc = self;
    struct sim_rcc_h7 fresh = {.common = sim_rcc_fresh(&rcc->common, kind), .config = rcc->config};
    fresh.reg[RCC_HSICFGR / 4] = HSICFGR_CAL;
    fresh.reg[RCC_CSICFGR / 4] = CSICFGR_CAL;
    fresh.reg[RCC_H7_PLLCKSELR / 4] = PLLCKSELR_INIT;
    fresh.reg[RCC_H7_PLLCFGR / 4] = PLLCFGR_INIT;
    for (unsigned n = 0; n < 3; n++)
        fresh.reg[(RCC_H7_PLL1DIVR + 8 * n) / 4] = PLLDIVR_INIT;
    *rcc = fresh;
    sim_rcc_run_from(&rcc->common, SIM_H7_HSI, rcc->common.bdcr & SIM_RCC_BDCR_LSEON);
}

// RM0433, 8.4.6, table of the flags: each reset shows the processor's and the pin's, that of power
// both domains', too.
static void hear_reset(void *self, unsigned line, uint64_t causes)
{
    static const struct {
        unsigned cause;
        uint32_t flag;
    } flags[] = {
        {SIM_CAUSE_SUPPLY, 1u << 23 | 1u << 21}, // PORRSTF, BORRSTF
        {SIM_CAUSE_PIN, 1u << 22},               // PINRSTF
        {SIM_CAUSE_SOFTWARE, 1u << 24},          // SFTRSTF
        {SIM_CAUSE_WATCHDOG, 1u << 26},          // IWDG1RSTF
        {SIM_CAUSE_WINDOW_WATCHDOG, 1u << 28},   // WWDG1RSTF
        {SIM_CAUSE_LOW_POWER, 1u << 30},         // LPWRRSTF
    };
    struct sim_rcc_h7 *rcc = self;
    (void)line;
    for (unsigned i = 0; i < sizeof flags / sizeof flags[0]; i++)
        rcc->common.csr |= causes & flags[i].cause ? flags[i].flag : 0;
    if (rcc->config->has_cpu_domain_flags)
        rcc->common.csr |= 1u << 17 | (causes & SIM_CAUSE_SUPPLY ? 3u << 19 : 0);
    else
        rcc->common.csr |= causes & SIM_CAUSE_SUPPLY ? 1u << 19 : 0; // CDRSTF
}

static uint64_t level_enabled(void *self, unsigned line)
{
    const struct sim_rcc_h7 *rcc = self;
    return rcc->common.enr[line] | rcc->enr2[line];
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_rcc_h7 *rcc = state;
    rcc->config = part->config;
    sim_rcc_create(&rcc->common, part, &sim_rcc_h7_kind);
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_CLOCK_ENABLED, SIM_H7_BUSES, level_enabled},
    {SIM_RESET_HELD, SIM_H7_BUSES, sim_rcc_held},
    {SIM_HCLK_HZ, 1, sim_h7_clocks_hclk},
    {SIM_PCLK_HZ, SIM_H7_BUSES, sim_h7_clocks_pclk},
    {SIM_TIMER_HZ, SIM_H7_BUSES, sim_h7_clocks_timer},
    {SIM_USART_HZ, SIM_SIGNAL_LINES, sim_h7_clocks_usart},
    {SIM_LSI_HZ, 1, sim_h7_clocks_lsi},
    {SIM_HSI_READY, 1, sim_rcc_hsi_ready},
    {SIM_ADC_HZ, 1, sim_h7_clocks_adc},
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

const struct sim_part_kind sim_part_rcc_h7 = {
    .name = "rcc_h7",
    .state_size = sizeof(struct sim_rcc_h7),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
