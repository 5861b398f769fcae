// SPDX-License-Identifier: MIT
// Power control of STM32G0, C0, U0, L4, G4, WB and WL (RM0444, 4; RM0490, 5; RM0503, 4; RM0351, 5;
// RM0440, 6; RM0434, 6; RM0453, 6): Stop, Standby and
// Shutdown, how the chip gets into them and what ends them. What the modes differ in beside
// (regulators, what is retained) is not modelled: Stop 0, 1 and 2 are one.
#include "sim/parts/parts.h"
#include "sim/parts/pwr_common.h"

enum {
    PWR_CR1 = 0x00,
    PWR_CR3 = 0x08,
    PWR_CR4 = 0x0c,
    PWR_SR1 = 0x10,
    PWR_SR2 = 0x14,
    PWR_SCR = 0x18,
    PWR_LAST = 0x4c, // of STM32G0
    PWR_EXTSCR = 0x88,
};

#define CR1_LPMS     0x7u
#define CR1_DBP      (1u << 8)
#define CR1_LPR      (1u << 14)
#define CR3_RESET    0x8000u // EIWUL
#define SR1_WUF      0x7fu
#define SR1_SBF      (1u << 8)
#define SR2_READY    (1u << 7) // the flash
#define SR2_REGLPF   (1u << 9)
#define SCR_CSBF     (1u << 8)
#define EXTSCR_CLEAR (1u << 0) // C1CSSF
#define EXTSCR_C1SBF (1u << 8)
#define EXTSCR_C2DS  (1u << 15) // the second core sleeps
#define REGISTERS    (PWR_EXTSCR / 4 + 1)

struct sim_pwr_m0p {
    struct sim_pwr_common common;
    const struct sim_pwr_m0p_config *config;
    uint32_t reg[REGISTERS], sr1;
};

static uint64_t level_backup_writable(void *self, unsigned line)
{
    const struct sim_pwr_m0p *p = self;
    (void)line;
    return (p->reg[PWR_CR1 / 4] & CR1_DBP) != 0;
}

// LPMS (4.4.1): 0 to 2 are kinds of Stop, 3 is Standby, the rest Shutdown.
static enum sim_power_mode wanted_mode(const struct sim_pwr_m0p *p)
{
    uint32_t lpms = p->reg[PWR_CR1 / 4] & CR1_LPMS;
    return lpms < 3 ? SIM_POWER_STOP : lpms == 3 ? SIM_POWER_STANDBY : SIM_POWER_SHUTDOWN;
}

static void enter_low_power(void *self)
{
    struct sim_pwr_m0p *p = self;
    enum sim_power_mode mode = wanted_mode(p);
    if (sim_part_level(p->common.part, SIM_FLASH_BUSY, 0)) // waits for the flash
        return;
    if (!sim_pwr_is_allowed(&p->common, mode))
        return;
    if (mode == SIM_POWER_STANDBY)
        p->sr1 |= SR1_SBF;
    sim_pwr_enter(&p->common, mode);
}

// The edge that CR4 chooses on one of the wake-up pins.
static void hear_pin(void *self, unsigned port, uint64_t value)
{
    struct sim_pwr_m0p *p = self;
    bool high = value & 1;
    for (unsigned i = 0; i < SIM_PWR_M0P_WAKEUP_PINS; i++) {
        const struct sim_pin *pin = &p->config->wakeup[i];
        bool wants_high = !(p->reg[PWR_CR4 / 4] >> i & 1);
        if (pin->port != (char)('A' + port) || pin->pin != value >> 1 ||
            !(p->reg[PWR_CR3 / 4] >> i & 1) || high != wants_high)
            continue;
        p->sr1 |= 1u << i;
        if (sim_pwr_mode(&p->common) >= SIM_POWER_STANDBY)
            sim_reset_assert(p->common.part->chip, SIM_RESET_SYSTEM,
                             sim_pwr_mode(&p->common) == SIM_POWER_SHUTDOWN ? SIM_CAUSE_SUPPLY : 0);
    }
}

// Flags and what chooses wake-up pins outlive Standby; only power clears SBF (4.4.3 to 4.4.5).
static void reset(void *self, enum sim_reset kind)
{
    struct sim_pwr_m0p *p = self;
    struct sim_pwr_m0p fresh = {.common = p->common, .config = p->config};
    fresh.reg[PWR_CR1 / 4] = p->config->cr1_reset;
    fresh.reg[PWR_CR3 / 4] = CR3_RESET;
    if (kind == SIM_RESET_STANDBY) {
        fresh.reg[PWR_CR3 / 4] = p->reg[PWR_CR3 / 4];
        fresh.reg[PWR_CR4 / 4] = p->reg[PWR_CR4 / 4];
        fresh.sr1 = p->sr1;
    } else if (kind == SIM_RESET_SYSTEM) {
        fresh.sr1 = p->sr1 & SR1_SBF;
    }
    *p = fresh;
}

static uint32_t last_register(const struct sim_pwr_m0p *p)
{
    return p->config->is_m4 ? PWR_EXTSCR - 4 : PWR_LAST;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_pwr_m0p *p = self;
    (void)size;
    if (offset == PWR_SR1)
        *value = p->config->has_extscr ? p->sr1 & ~SR1_SBF : p->sr1;
    else if (offset == PWR_SR2)
        *value =
            (p->config->is_m4 ? 0 : SR2_READY) | (p->reg[PWR_CR1 / 4] & CR1_LPR ? SR2_REGLPF : 0);
    else if (offset == PWR_EXTSCR && p->config->has_extscr)
        *value = (p->sr1 & SR1_SBF ? EXTSCR_C1SBF : 0) | EXTSCR_C2DS;
    else
        *value = offset <= last_register(p) && offset != PWR_SCR ? p->reg[offset / 4] : 0;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_pwr_m0p *p = self;
    (void)size;
    if (offset == PWR_SCR)
        p->sr1 &= ~((value & SR1_WUF) | (value & SCR_CSBF && !p->config->has_extscr ? SR1_SBF : 0));
    else if (offset == PWR_EXTSCR && p->config->has_extscr)
        p->sr1 &= ~(value & EXTSCR_CLEAR ? SR1_SBF : 0u);
    else if (offset <= last_register(p) && offset != PWR_SR1 && offset != PWR_SR2)
        p->reg[offset / 4] = value;
    return SIM_BUS_OK;
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_pwr_m0p *p = state;
    p->common = (struct sim_pwr_common){part, enter_low_power};
    p->config = part->config;
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_BACKUP_WRITABLE, 1, level_backup_writable},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_CORE_RAN, sim_pwr_hear_core},
    {SIM_WAKE, sim_pwr_hear_wake},
    {SIM_PIN_CHANGED, hear_pin},
    {0, NULL},
};

const struct sim_part_kind sim_part_pwr_m0p = {
    .name = "pwr_m0p",
    .state_size = sizeof(struct sim_pwr_m0p),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
