// SPDX-License-Identifier: MIT
// Reset, power and boot of the virtual chip (RM0091, 2.5, 6.1 and 32.5): who asks for a reset, what
// it takes with it, how long it lasts, and what runs afterwards.
#include "sim/chip/chip_state.h"

#define SYSTEM_RESET_NS   20000u   // the pulse of every internal reset, at least (6.1.1)
#define POWER_ON_RESET_NS 2500000u // tRSTTEMPO, typical (DS9773, 6.3.3)
#define POWER_DOWN_MV     1880u    // VPOR/PDR, falling edge, typical (DS9773, 6.3.3)

// What lies under the reset flags of a program that asks.
#define POWER_ON_FLAGS (RCC_CSR_PORRSTF | RCC_CSR_V18PWRRSTF)

static enum sim_boot boot_mode(const struct sim_chip *chip)
{
    const struct sim_options *o = &chip->options;
    unsigned features = chip->row->features;
    bool from_flash = !chip->boot0;
    if (features & SIM_HAS_BOOT_SEL && !(o->user & OPTION_BOOT_SEL))
        from_flash = o->user & OPTION_NBOOT0;
    if (o->rdp_level == 2) // nothing else is bootable (3.3.1)
        return SIM_BOOT_FLASH;
    if (from_flash)
        return features & SIM_HAS_EMPTY_CHECK && o->flash_empty ? SIM_BOOT_SYSTEM : SIM_BOOT_FLASH;
    return o->user & OPTION_NBOOT1 ? SIM_BOOT_SYSTEM : SIM_BOOT_SRAM;
}

// The supervisor looks at VDDA too, unless an option byte says otherwise (5.2.1).
static bool is_analog_supply_low(const struct sim_chip *chip)
{
    return chip->vdda_mv < POWER_DOWN_MV && chip->options.user & OPTION_VDDA_MONITOR;
}

static void release(struct sim_chip *chip)
{
    if (!chip->in_reset || chip->dead || !chip->powered || is_analog_supply_low(chip))
        return;
    if (chip->clock->now_ns < chip->release_ns)
        return;
    chip->power_on_reset = false;
    if (chip->nrst_low)
        return;
    chip->in_reset = false;
    chip->boot = boot_mode(chip);
    sim_syscfg_map(chip, chip->boot);
    if (!(chip->options.user & OPTION_WDG_SW))
        sim_iwdg_start(chip);
    sim_core_release(chip->core);
    sim_chip_follow_debug(chip);
}

static void lose_sram(struct sim_chip *chip)
{
    for (uint32_t i = 0; i < chip->row->sram_size; i++)
        chip->sram[i] = (uint8_t)sim_chip_random(chip);
}

static void abort_flash(struct sim_chip *chip)
{
    if (!sim_flash_is_busy(chip))
        return;
    sim_account_violation(chip->account, "flash: a reset while 0x%08x was programmed or erased",
                          chip->flash.addr);
    sim_flash_abort(chip);
}

// Everything back to its reset value.
static void reset_all(struct sim_chip *chip, enum sim_reset kind)
{
    chip->pwr.mode = SIM_POWER_RUN;
    sim_core_hold(chip->core, kind);
    sim_map_reset(chip, kind);
}

// Standby has switched off what a system reset keeps: SRAM, core, debug; unless DBG_STANDBY kept
// the supply on (32.9.1).
static void reset_standby(struct sim_chip *chip)
{
    struct sim_pwr pwr = chip->pwr;
    struct sim_rcc rcc = chip->rcc;
    lose_sram(chip);
    reset_all(chip, SIM_RESET_POWER);
    chip->pwr.csr = pwr.csr;
    chip->rcc.bdcr = rcc.bdcr;
    sim_rcc_flag_reset(chip, rcc.csr | RCC_CSR_V18PWRRSTF);
}

static void pull_nrst(struct sim_chip *chip, bool low)
{
    if (low == chip->pulls_nrst)
        return;
    chip->pulls_nrst = low;
    if (chip->nrst_pulled)
        chip->nrst_pulled(chip->nrst_arg, low);
}

void sim_chip_on_nrst(struct sim_chip *chip, void (*pulls)(void *arg, bool low), void *arg)
{
    chip->nrst_pulled = pulls;
    chip->nrst_arg = arg;
}

void sim_reset_assert(struct sim_chip *chip, enum sim_reset kind, uint32_t csr_flags)
{
    bool standby = chip->pwr.mode == SIM_POWER_STANDBY && kind == SIM_RESET_SYSTEM;
    bool lost = standby && !(chip->dbgmcu.cr & DBGMCU_CR_DBG_STANDBY);
    abort_flash(chip);
    chip->power_resets += lost || kind == SIM_RESET_POWER;
    if (lost)
        reset_standby(chip);
    else
        reset_all(chip, kind);
    // Whatever the reason, the chip pulls its own NRST low (6.1.1).
    sim_rcc_flag_reset(chip, csr_flags | RCC_CSR_PINRSTF);
    pull_nrst(chip, true);
    if (kind == SIM_RESET_POWER || standby || chip->reload_options)
        sim_options_load(chip);
    chip->reload_options = false;
    chip->reset_flags = 0;
    chip->in_reset = true;
    chip->release_ns =
        chip->clock->now_ns + (kind == SIM_RESET_POWER ? POWER_ON_RESET_NS : SYSTEM_RESET_NS);
    sim_clock_arm(chip->clock, &chip->reset_timer, chip->release_ns);
    sim_map_update(chip);
}

void sim_reset_request(struct sim_chip *chip, uint32_t csr_flags)
{
    if (chip->in_reset)
        return;
    chip->reset_flags |= csr_flags;
    bool by_debugger = chip->bus.master == SIM_MASTER_DEBUG;
    sim_clock_arm(chip->clock, &chip->reset_timer,
                  chip->clock->now_ns + (by_debugger ? chip->clock->ahead_ns : 0));
}

// Either a reset was asked for, or the chip's own pulse is over; NRST then says how long it lasts.
static void timer_fired(void *arg)
{
    struct sim_chip *chip = arg;
    if (chip->reset_flags) {
        sim_reset_assert(chip, SIM_RESET_SYSTEM, chip->reset_flags);
        return;
    }
    pull_nrst(chip, false);
    release(chip);
}

void sim_reset_create(struct sim_chip *chip)
{
    chip->in_reset = true;
    sim_clock_add(chip->clock, &chip->reset_timer, timer_fired, chip);
}

static void power_on(struct sim_chip *chip)
{
    lose_sram(chip);
    chip->intruded = false;
    chip->power_on_reset = true;
    sim_reset_assert(chip, SIM_RESET_POWER, POWER_ON_FLAGS);
}

static void power_off(struct sim_chip *chip)
{
    sim_flash_abort(chip);
    reset_all(chip, SIM_RESET_POWER);
    chip->in_reset = true;
    chip->reset_flags = 0;
    sim_clock_arm(chip->clock, &chip->reset_timer, SIM_NEVER);
    pull_nrst(chip, false);
    sim_map_update(chip);
}

void sim_chip_set_power(struct sim_chip *chip, bool on)
{
    if (on == chip->powered)
        return;
    chip->powered = on;
    if (on)
        power_on(chip);
    else
        power_off(chip);
}

unsigned sim_chip_power_resets(const struct sim_chip *chip)
{
    return chip->power_resets;
}

void sim_chip_set_vdda(struct sim_chip *chip, uint32_t mv)
{
    chip->vdda_mv = mv;
    if (chip->powered && !chip->power_on_reset && is_analog_supply_low(chip))
        power_on(chip);
    else
        release(chip);
}

void sim_chip_set_nrst(struct sim_chip *chip, bool low)
{
    if (low == chip->nrst_low)
        return;
    chip->nrst_low = low;
    if (chip->powered && low && !chip->in_reset) // or it is the pulse of its own
        sim_reset_assert(chip, SIM_RESET_SYSTEM, 0);
    else if (!low)
        release(chip);
}

void sim_chip_set_boot0(struct sim_chip *chip, bool high)
{
    chip->boot0 = high;
}

void sim_chip_set_dead(struct sim_chip *chip, bool dead)
{
    chip->dead = dead;
    if (chip->powered) {
        power_off(chip);
        power_on(chip);
    }
}
