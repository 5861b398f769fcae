// SPDX-License-Identifier: MIT
// Power control (RM0091, 5; RM0367, 6; RM0090, 5): Stop and Standby, how the chip gets into them
// and what ends them, and the voltage ranges and scales of STM32L0, F2 and F4.
#include "sim/parts/parts.h"
#include "sim/parts/pwr_common.h"

enum { PWR_CR = 0x0, PWR_CSR = 0x4 };

#define CR_PDDS        (1u << 1)
#define CR_CWUF        (1u << 2)
#define CR_CSBF        (1u << 3)
#define CR_DBP         (1u << 8)
#define CR_VOS         11 // shift
#define CR_LPRUN       (1u << 14)
#define CR_SCALE       14 // shift: VOS of STM32F4
#define CR_ODEN        (1u << 16)
#define CR_ODSWEN      (1u << 17)
#define CSR_WUF        (1u << 0)
#define CSR_SBF        (1u << 1)
#define CSR_VREFINTRDY (1u << 3)
#define CSR_BRR        (1u << 3) // of STM32F2 and F4, with BRE
#define CSR_BRE        (1u << 9)
#define CSR_VOSRDY     (1u << 14)
#define CSR_ODRDY      (1u << 16)
#define CSR_ODSWRDY    (1u << 17)
#define CSR_REGLPF     (1u << 5)
#define CSR_EWUP1      (1u << 8)
#define LPRUN_MAX_HZ   131072u // RM0367, 6.3.2

struct sim_pwr {
    struct sim_pwr_common common;
    uint32_t cr, csr;
};

static uint64_t level_backup_writable(void *self, unsigned line)
{
    const struct sim_pwr *p = self;
    (void)line;
    return (p->cr & CR_DBP) != 0;
}

static const struct sim_pwr_config *config_of(const struct sim_pwr *p)
{
    return p->common.part->config;
}

// Of STM32F4: VOS, and 4 more in over-drive (RM0090, 5.1.4).
static uint64_t scale(const struct sim_pwr *p)
{
    uint32_t over_drive = CR_ODEN | CR_ODSWEN;
    return (p->cr >> CR_SCALE & 3) | ((p->cr & over_drive) == over_drive ? 4 : 0);
}

static uint64_t level_range(void *self, unsigned line)
{
    const struct sim_pwr *p = self;
    (void)line;
    if (config_of(p)->has_scales)
        return scale(p);
    return config_of(p)->has_ranges ? p->cr >> CR_VOS & 3 : 0;
}

static void enter_low_power(void *self)
{
    struct sim_pwr *p = self;
    enum sim_power_mode mode = p->cr & CR_PDDS ? SIM_POWER_STANDBY : SIM_POWER_STOP;
    if (sim_part_level(p->common.part, SIM_FLASH_BUSY, 0) ||
        sim_part_level(p->common.part, SIM_FLASH_BUSY, 1)) // waits for the flash (5.3.5)
        return;
    if (!sim_pwr_is_allowed(&p->common, mode))
        return;
    if (mode == SIM_POWER_STANDBY)
        p->csr |= CSR_SBF;
    sim_pwr_enter(&p->common, mode);
}

// A rising edge on one of the wake-up pins.
static void hear_pin(void *self, unsigned port, uint64_t value)
{
    struct sim_pwr *p = self;
    const struct sim_pwr_config *config = config_of(p);
    uint32_t enable = 0;
    for (unsigned i = 0; i < SIM_PWR_WAKEUP_PINS; i++) {
        const struct sim_pin *pin = &config->wakeup[i];
        if (pin->port == (char)('A' + port) && pin->pin == value >> 1)
            enable = config->has_scales ? CSR_EWUP1 >> i : CSR_EWUP1 << i;
    }
    if (!(value & 1) || !(p->csr & enable))
        return;
    p->csr |= CSR_WUF;
    if (sim_pwr_mode(&p->common) == SIM_POWER_STANDBY)
        sim_reset_assert(p->common.part->chip, SIM_RESET_SYSTEM, 0);
}

// SBF and WUF tell a program that it comes from Standby; only power clears SBF (5.4.2).
static void reset(void *self, enum sim_reset kind)
{
    struct sim_pwr *p = self;
    uint32_t kept = kind == SIM_RESET_SYSTEM ? p->csr & CSR_SBF : 0;
    if (kind == SIM_RESET_STANDBY)
        kept = p->csr;
    uint32_t reference = config_of(p)->has_scales ? 0 : CSR_VREFINTRDY;
    *p = (struct sim_pwr){
        .common = p->common, .cr = config_of(p)->cr_reset, .csr = kept | reference};
}

// The regulators of STM32F2 and F4 are ready at once.
static uint32_t ready_flags(const struct sim_pwr *p)
{
    if (!config_of(p)->has_scales)
        return config_of(p)->has_ranges && p->cr & CR_LPRUN ? CSR_REGLPF : 0;
    return (config_of(p)->cr_bits >> CR_SCALE & 3 ? CSR_VOSRDY : 0) |
           (p->csr & CSR_BRE ? CSR_BRR : 0) | (p->cr & CR_ODEN ? CSR_ODRDY : 0) |
           (p->cr & CR_ODSWEN ? CSR_ODSWRDY : 0);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_pwr *p = self;
    (void)size;
    *value = offset == PWR_CR ? p->cr : offset == PWR_CSR ? p->csr | ready_flags(p) : 0;
    return SIM_BUS_OK;
}

// Range 0 is forbidden (RM0367, 6.4.1); the clocks have to fit a range and low-power run.
static void write_cr(struct sim_pwr *p, uint32_t value)
{
    const struct sim_pwr_config *config = config_of(p);
    if (config->has_ranges && !(value >> CR_VOS & 3)) {
        sim_chip_violation(p->common.part->chip, "pwr: VOS = 0, which is forbidden");
        value |= p->cr & 3u << CR_VOS;
    }
    if (config->has_ranges && value & ~p->cr & CR_LPRUN &&
        sim_part_level(p->common.part, SIM_HCLK_HZ, 0) > LPRUN_MAX_HZ)
        sim_chip_violation(p->common.part->chip, "pwr: LPRUN set with HCLK above 131 kHz");
    uint64_t before = level_range(p, 0);
    p->cr = value & config->cr_bits;
    p->csr &= ~((value & CR_CWUF ? CSR_WUF : 0) | (value & CR_CSBF ? CSR_SBF : 0));
    if (level_range(p, 0) != before) // the clocks are judged again
        sim_part_tell(p->common.part, SIM_VOLTAGE_RANGE, 0, level_range(p, 0));
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_pwr *p = self;
    (void)size;
    uint32_t ewup = config_of(p)->csr_ewup;
    if (offset == PWR_CR)
        write_cr(p, value);
    else if (offset == PWR_CSR)
        p->csr = (p->csr & ~ewup) | (value & ewup);
    return SIM_BUS_OK;
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_pwr *p = state;
    p->common = (struct sim_pwr_common){part, enter_low_power};
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_BACKUP_WRITABLE, 1, level_backup_writable},
    {SIM_VOLTAGE_RANGE, 1, level_range},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_CORE_RAN, sim_pwr_hear_core},
    {SIM_WAKE, sim_pwr_hear_wake},
    {SIM_PIN_CHANGED, hear_pin},
    {0, NULL},
};

const struct sim_part_kind sim_part_pwr = {
    .name = "pwr",
    .state_size = sizeof(struct sim_pwr),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
