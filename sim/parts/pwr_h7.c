// SPDX-License-Identifier: MIT
// Power control of the STM32H7 (RM0433, 6; RM0399, 7; RM0468, 6; RM0455, 6): the regulator's
// scales, Stop and Standby. The domains go together: the chip is in Stop when its first processor
// sleeps deeply, and in Standby when PWR_CPUCR lets all domains go there. A second core keeps no
// domain awake here.
#include "sim/parts/parts_h7.h"
#include "sim/parts/pwr_common.h"

enum {
    PWR_CR1 = 0x00,
    PWR_CSR1 = 0x04,
    PWR_CR2 = 0x08,
    PWR_CR3 = 0x0c,
    PWR_CPUCR = 0x10,
    PWR_CPU2CR = 0x14,
    PWR_D3CR = 0x18,
    PWR_WKUPCR = 0x20,
    PWR_WKUPFR = 0x24,
    PWR_WKUPEPR = 0x28,
    PWR_REGISTERS = 0x2c,
};

#define CR1_RESET    0xf000c000u
#define CR1_DBP      (1u << 8)
#define CR2_BREN     (1u << 0)
#define CR2_BRRDY    (1u << 16)
#define CR3_RESET    0x6u // LDOEN, SCUEN
#define CR3_ONCE     0x3fu
#define CR3_USB33DEN (1u << 24)
#define CR3_USB33RDY (1u << 26)
#define CPUCR_KEPT   0x807u // with RUN_D3
#define CPUCR_STOPF  (1u << 5)
#define CPUCR_SBF    (1u << 6)
#define CPUCR_FLAGS  (CPUCR_STOPF | CPUCR_SBF | 3u << 7)
#define CPUCR_CSSF   (1u << 9)
#define VOS          14 // shift, in D3CR and as ACTVOS
#define VOS_READY    (1u << 13)
#define WKUP_PINS    6u

struct sim_pwr_h7 {
    struct sim_pwr_common common;
    uint32_t reg[PWR_REGISTERS / 4], flags, wkupfr;
    bool supply_is_set; // PWR_CR3 is written once after power-on (RM0433, 6.8.4)
};

static const struct sim_pwr_h7_config *config_of(const struct sim_pwr_h7 *p)
{
    return p->common.part->config;
}

static uint64_t level_backup_writable(void *self, unsigned line)
{
    const struct sim_pwr_h7 *p = self;
    (void)line;
    return (p->reg[PWR_CR1 / 4] & CR1_DBP) != 0;
}

// VOS0 is VOS1 with the over-drive on the STM32H74x, and a value of its own on the others.
static uint64_t level_scale(void *self, unsigned line)
{
    const struct sim_pwr_h7 *p = self;
    uint64_t scale = config_of(p)->scale_of_vos[p->reg[PWR_D3CR / 4] >> VOS & 3];
    (void)line;
    bool boosts = config_of(p)->has_overdrive && sim_part_level(p->common.part, SIM_OVERDRIVE, 0);
    return boosts && scale == 1 ? 0 : scale;
}

static void enter_low_power(void *self)
{
    struct sim_pwr_h7 *p = self;
    uint32_t all = config_of(p)->standby_mask;
    bool standby = (p->reg[PWR_CPUCR / 4] & all) == all;
    enum sim_power_mode mode = standby ? SIM_POWER_STANDBY : SIM_POWER_STOP;
    if (sim_part_level(p->common.part, SIM_FLASH_BUSY, 0)) // waits for the flash
        return;
    if (!sim_pwr_is_allowed(&p->common, mode))
        return;
    p->flags |= standby ? CPUCR_SBF | 3u << 7 : CPUCR_STOPF;
    sim_pwr_enter(&p->common, mode);
}

// WKUPPUPD is not modelled: only what drives a pin wakes.
static void hear_pin(void *self, unsigned port, uint64_t value)
{
    static const struct sim_pin pins[WKUP_PINS] = {{'A', 0, 0},  {'A', 2, 0},  {'I', 8, 0},
                                                   {'C', 13, 0}, {'I', 11, 0}, {'C', 1, 0}};
    struct sim_pwr_h7 *p = self;
    uint32_t settings = p->reg[PWR_WKUPEPR / 4];
    for (unsigned i = 0; i < WKUP_PINS; i++) {
        bool falling = settings >> (8 + i) & 1;
        if (pins[i].port != (char)('A' + port) || pins[i].pin != value >> 1 ||
            !(settings >> i & 1) || (value & 1) == falling)
            continue;
        p->wkupfr |= 1u << i;
        if (sim_pwr_mode(&p->common) == SIM_POWER_STANDBY)
            sim_reset_assert(p->common.part->chip, SIM_RESET_SYSTEM, 0);
    }
}

// The flags tell a program that it comes from Standby; the supply's settings stay until power goes.
static void reset(void *self, enum sim_reset kind)
{
    struct sim_pwr_h7 *p = self;
    struct sim_pwr_h7 before = *p;
    *p = (struct sim_pwr_h7){.common = before.common};
    p->reg[PWR_CR1 / 4] = CR1_RESET;
    p->reg[PWR_CR3 / 4] = CR3_RESET;
    p->reg[PWR_D3CR / 4] = config_of(p)->d3cr_reset;
    if (kind == SIM_RESET_POWER)
        return;
    p->flags = before.flags;
    p->wkupfr = before.wkupfr;
    p->reg[PWR_CR3 / 4] = before.reg[PWR_CR3 / 4];
    p->supply_is_set = before.supply_is_set;
}

// The regulators are ready at once.
static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_pwr_h7 *p = self;
    (void)size;
    *value = offset < PWR_REGISTERS ? p->reg[offset / 4] : 0;
    if (offset == PWR_CSR1)
        *value = VOS_READY | (p->reg[PWR_D3CR / 4] & 3u << VOS);
    else if (offset == PWR_CR2)
        *value |= *value & CR2_BREN ? CR2_BRRDY : 0;
    else if (offset == PWR_CR3)
        *value |= *value & CR3_USB33DEN ? CR3_USB33RDY : 0;
    else if (offset == PWR_CPUCR || offset == PWR_CPU2CR)
        *value |= p->flags;
    else if (offset == PWR_D3CR)
        *value |= VOS_READY;
    else if (offset == PWR_WKUPFR)
        *value = p->wkupfr;
    return SIM_BUS_OK;
}

static void write_cr3(struct sim_pwr_h7 *p, uint32_t value)
{
    uint32_t *cr3 = &p->reg[PWR_CR3 / 4];
    if (p->supply_is_set)
        value = (value & ~CR3_ONCE) | (*cr3 & CR3_ONCE);
    *cr3 = value & ~CR3_USB33RDY;
    p->supply_is_set = true;
}

static void write_cpucr(struct sim_pwr_h7 *p, uint32_t offset, uint32_t value)
{
    p->reg[offset / 4] = value & CPUCR_KEPT;
    if (value & CPUCR_CSSF)
        p->flags &= ~CPUCR_FLAGS;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_pwr_h7 *p = self;
    (void)size;
    switch (offset) {
    case PWR_CR1:
    case PWR_CR2:
    case PWR_WKUPEPR:
        p->reg[offset / 4] = value;
        break;
    case PWR_CR3:
        write_cr3(p, value);
        break;
    case PWR_CPUCR:
    case PWR_CPU2CR:
        write_cpucr(p, offset, value);
        break;
    case PWR_D3CR:
        p->reg[offset / 4] = value & 3u << VOS;
        sim_part_tell(p->common.part, SIM_VOLTAGE_RANGE, 0, level_scale(p, 0)); // judged again
        break;
    case PWR_WKUPCR:
        p->wkupfr &= ~value;
        break;
    default:
        break;
    }
    return SIM_BUS_OK;
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_pwr_h7 *p = state;
    p->common = (struct sim_pwr_common){part, enter_low_power};
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_BACKUP_WRITABLE, 1, level_backup_writable},
    {SIM_VOLTAGE_RANGE, 1, level_scale},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_CORE_RAN, sim_pwr_hear_core},
    {SIM_WAKE, sim_pwr_hear_wake},
    {SIM_PIN_CHANGED, hear_pin},
    {0, NULL},
};

const struct sim_part_kind sim_part_pwr_h7 = {
    .name = "pwr_h7",
    .state_size = sizeof(struct sim_pwr_h7),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
