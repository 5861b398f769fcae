// SPDX-License-Identifier: MIT
// Power control of the STM32F7 (RM0410, 4.4): Stop and Standby, over-drive and scales as on the
// STM32F4, six wake-up pins with a polarity each.
#include "sim/parts/parts.h"
#include "sim/parts/pwr_common.h"

enum { PWR_CR1 = 0x0, PWR_CSR1 = 0x4, PWR_CR2 = 0x8, PWR_CSR2 = 0xc };

#define CR1_PDDS     (1u << 1)
#define CR1_CSBF     (1u << 3)
#define CR1_DBP      (1u << 8)
#define CR1_VOS      14 // shift
#define CR1_ODEN     (1u << 16)
#define CR1_ODSWEN   (1u << 17)
#define CR1_KEPT     0x000feff3u
#define CR1_RESET    0xc000u
#define CSR1_SBF     (1u << 1)
#define CSR1_BRR     (1u << 3)
#define CSR1_EIWUP   (1u << 8)
#define CSR1_BRE     (1u << 9)
#define CSR1_VOSRDY  (1u << 14)
#define CSR1_ODRDY   (1u << 16)
#define CSR1_ODSWRDY (1u << 17)
#define PIN_BITS     8 // shift of WUPP and EWUP
#define PINS         6u
#define ALL_PINS     ((1u << PINS) - 1)

struct sim_pwr_f7 {
    struct sim_pwr_common common;
    uint32_t cr1, csr1; // the bits that can be written, and SBF
    uint32_t polarity, enabled, flags;
};

static uint64_t level_backup_writable(void *self, unsigned line)
{
    const struct sim_pwr_f7 *p = self;
    (void)line;
    return (p->cr1 & CR1_DBP) != 0;
}

// VOS, and 4 more in over-drive.
static uint64_t level_range(void *self, unsigned line)
{
    const struct sim_pwr_f7 *p = self;
    const uint32_t over_drive = CR1_ODEN | CR1_ODSWEN;
    (void)line;
    return (p->cr1 >> CR1_VOS & 3) | ((p->cr1 & over_drive) == over_drive ? 4 : 0);
}

static void enter_low_power(void *self)
{
    struct sim_pwr_f7 *p = self;
    enum sim_power_mode mode = p->cr1 & CR1_PDDS ? SIM_POWER_STANDBY : SIM_POWER_STOP;
    if (sim_part_level(p->common.part, SIM_FLASH_BUSY, 0)) // waits for the flash
        return;
    if (!sim_pwr_is_allowed(&p->common, mode))
        return;
    if (mode == SIM_POWER_STANDBY)
        p->csr1 |= CSR1_SBF;
    sim_pwr_enter(&p->common, mode);
}

static void hear_pin(void *self, unsigned port, uint64_t value)
{
    static const struct sim_pin pins[PINS] = {{'A', 0, 0},  {'A', 2, 0}, {'C', 1, 0},
                                              {'C', 13, 0}, {'I', 8, 0}, {'I', 11, 0}};
    struct sim_pwr_f7 *p = self;
    uint32_t woken = 0;
    for (unsigned i = 0; i < PINS; i++) {
        bool falls = p->polarity >> i & 1;
        if (pins[i].port == (char)('A' + port) && pins[i].pin == value >> 1 && falls != (value & 1))
            woken |= p->enabled & 1u << i;
    }
    if (!woken)
        return;
    p->flags |= woken;
    if (sim_pwr_mode(&p->common) == SIM_POWER_STANDBY)
        sim_reset_assert(p->common.part->chip, SIM_RESET_SYSTEM, 0);
}

// SBF and the flags of the pins tell a program that it comes from Standby; only power, or a
// program, clears them.
static void reset(void *self, enum sim_reset kind)
{
    struct sim_pwr_f7 *p = self;
    struct sim_pwr_f7 fresh = {.common = p->common, .cr1 = CR1_RESET};
    if (kind != SIM_RESET_POWER) {
        fresh.csr1 = kind == SIM_RESET_STANDBY ? p->csr1 : p->csr1 & CSR1_SBF;
        fresh.flags = p->flags;
        fresh.enabled = p->enabled;
        fresh.polarity = p->polarity;
    }
    *p = fresh;
}

// The regulators are ready at once.
static uint32_t ready_flags(const struct sim_pwr_f7 *p)
{
    return CSR1_VOSRDY | (p->csr1 & CSR1_BRE ? CSR1_BRR : 0) |
           (p->cr1 & CR1_ODEN ? CSR1_ODRDY : 0) | (p->cr1 & CR1_ODSWEN ? CSR1_ODSWRDY : 0);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_pwr_f7 *p = self;
    (void)size;
    switch (offset) {
    case PWR_CR1:
        *value = p->cr1;
        break;
    case PWR_CSR1:
        *value = p->csr1 | ready_flags(p);
        break;
    case PWR_CR2:
        *value = p->polarity << PIN_BITS;
        break;
    case PWR_CSR2:
        *value = p->flags | p->enabled << PIN_BITS;
        break;
    default:
        *value = 0;
        break;
    }
    return SIM_BUS_OK;
}

static void write_cr1(struct sim_pwr_f7 *p, uint32_t value)
{
    uint64_t before = level_range(p, 0);
    p->cr1 = value & CR1_KEPT;
    if (value & CR1_CSBF)
        p->csr1 &= ~CSR1_SBF;
    if (level_range(p, 0) != before) // the clocks are judged again
        sim_part_tell(p->common.part, SIM_VOLTAGE_RANGE, 0, level_range(p, 0));
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_pwr_f7 *p = self;
    const uint32_t csr1_bits = CSR1_EIWUP | CSR1_BRE;
    (void)size;
    switch (offset) {
    case PWR_CR1:
        write_cr1(p, value);
        break;
    case PWR_CSR1:
        p->csr1 = (p->csr1 & ~csr1_bits) | (value & csr1_bits);
        break;
    case PWR_CR2:
        p->polarity = value >> PIN_BITS & ALL_PINS;
        p->flags &= ~(value & ALL_PINS);
        break;
    case PWR_CSR2:
        p->enabled = value >> PIN_BITS & ALL_PINS;
        break;
    default:
        break;
    }
    return SIM_BUS_OK;
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_pwr_f7 *p = state;
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

const struct sim_part_kind sim_part_pwr_f7 = {
    .name = "pwr_f7",
    .state_size = sizeof(struct sim_pwr_f7),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
