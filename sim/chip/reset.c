// SPDX-License-Identifier: MIT
// Reset, power and boot of the virtual chip (RM0091, 2.5, 6.1 and 32.5): who asks for a reset, what
// it takes with it, how long it lasts, and what runs afterwards.
#include "sim/chip/chip_state.h"

// What lies under the causes of a reset for a program that asks.
#define POWER_ON_CAUSES (SIM_CAUSE_SUPPLY | SIM_CAUSE_CORE_SUPPLY)

static bool option(const struct sim_chip *chip, enum sim_option which)
{
    return sim_chip_level(chip, SIM_OPTION, which);
}

static uint32_t boot_address(const struct sim_chip *chip)
{
    return (uint32_t)sim_chip_level(chip, SIM_BOOT_ADDRESS, chip->boot0);
}

// Read protection level 2 boots the flash wherever the address is (RM0410, 2.6).
static void put_vector_table(struct sim_chip *chip, enum sim_memory_kind boot)
{
    const struct sim_memory_row *flash = sim_chip_row_memory(chip->row, SIM_MEMORY_FLASH);
    uint32_t addr = boot_address(chip);
    if (boot == SIM_MEMORY_FLASH && sim_chip_level(chip, SIM_RDP_LEVEL, 0) == 2 &&
        sim_chip_row_memory_at(chip->row, addr) != flash)
        addr = flash->alias ? flash->alias : flash->base;
    sim_core_set_initial_vtor(chip->core, addr);
}

static enum sim_memory_kind boot_memory(const struct sim_chip *chip)
{
    struct sim_boot_facts facts = {.row = chip->row,
                                   .boot0 = chip->boot0,
                                   .boot1 = sim_chip_pin_level(chip, 'B', 2),
                                   .flash_empty = sim_chip_level(chip, SIM_FLASH_EMPTY, 0),
                                   .rdp_level = (unsigned)sim_chip_level(chip, SIM_RDP_LEVEL, 0),
                                   .address = boot_address(chip)};
    for (unsigned i = 0; i < SIM_OPTIONS; i++)
        facts.option[i] = option(chip, (enum sim_option)i);
    return chip->row->family->choose_boot(&facts);
}

// The supervisor looks at VDDA too: always (DS5319, 2.3.9), or unless an option byte says otherwise
// (RM0091, 5.2.1).
static bool is_analog_supply_low(const struct sim_chip *chip)
{
    const struct sim_family *family = chip->row->family;
    return chip->vdda_mv < family->electrics.power_down_mv &&
           (family->has_reset_on_vdda || option(chip, SIM_OPTION_VDDA_MONITOR));
}

static uint64_t nrst_mode(const struct sim_chip *chip)
{
    return sim_chip_level(chip, SIM_NRST_MODE, 0);
}

static void release_reset(struct sim_chip *chip)
{
    if (!chip->in_reset || chip->dead || !chip->powered || is_analog_supply_low(chip))
        return;
    if (chip->clock->now_ns < chip->release_ns)
        return;
    chip->power_on_reset = false;
    if (chip->nrst_low && nrst_mode(chip) != SIM_NRST_PORT)
        return;
    chip->in_reset = false;
    enum sim_memory_kind boot = boot_memory(chip);
    sim_signal_put(&chip->signals, SIM_BOOTED_MEMORY, 0, boot);
    sim_signal_tell(&chip->signals, SIM_RESET_RELEASED, 0, boot);
    if (chip->row->family->boots_by_address)
        put_vector_table(chip, boot);
    if (!chip->core2 || option(chip, SIM_OPTION_BOOTS_CORE1))
        sim_core_release(chip->core);
    if (option(chip, SIM_OPTION_BOOTS_CORE2))
        sim_second_release(chip);
    sim_chip_follow_debug(chip);
}

static void lose_sram(struct sim_chip *chip)
{
    for (unsigned k = 0; k < chip->memories; k++) {
        const struct sim_memory *m = &chip->memory[k];
        for (uint32_t i = 0; sim_memory_is_ram(m->row.kind) && i < m->row.size; i++)
            m->bytes[i] = (uint8_t)sim_chip_random(chip);
    }
}

// Everything back to its reset value.
static void reset_all(struct sim_chip *chip, enum sim_reset kind)
{
    sim_signal_put(&chip->signals, SIM_POWER_MODE, 0, SIM_POWER_RUN);
    sim_core_hold(chip->core, kind == SIM_RESET_SYSTEM ? kind : SIM_RESET_POWER);
    sim_second_hold(chip, kind == SIM_RESET_SYSTEM ? kind : SIM_RESET_POWER);
    sim_map_reset(chip, kind);
}

// Standby has switched off what a system reset keeps: SRAM, core, debug; unless DBG_STANDBY kept
// the supply on (32.9.1).
static void reset_standby(struct sim_chip *chip)
{
    lose_sram(chip);
    reset_all(chip, SIM_RESET_STANDBY);
    sim_signal_tell(&chip->signals, SIM_RESET_CAUSE, 0, SIM_CAUSE_CORE_SUPPLY);
}

static void pull_nrst(struct sim_chip *chip, bool low)
{
    if (low == chip->pulls_nrst || (low && nrst_mode(chip) != SIM_NRST_BOTH))
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

void sim_reset_assert(struct sim_chip *chip, enum sim_reset kind, unsigned causes)
{
    const struct sim_family *family = chip->row->family;
    uint64_t mode = sim_chip_level(chip, SIM_POWER_MODE, 0);
    bool standby = mode >= SIM_POWER_STANDBY && kind == SIM_RESET_SYSTEM;
    bool kept = sim_chip_level(chip, SIM_DEBUG_KEEPS, 0) >> mode & 1;
    bool lost = standby && !kept;
    bool reload = (causes | chip->reset_causes) & SIM_CAUSE_OPTIONS;
    sim_signal_tell(&chip->signals, SIM_FLASH_CUT, 0, true);
    chip->power_resets += lost || kind == SIM_RESET_POWER;
    if (lost)
        reset_standby(chip);
    else
        reset_all(chip, kind);
    // Whatever the reason, the chip pulls its own NRST low (6.1.1), where that is an output.
    if (nrst_mode(chip) == SIM_NRST_BOTH)
        causes |= SIM_CAUSE_PIN;
    sim_signal_tell(&chip->signals, SIM_RESET_CAUSE, 0, causes);
    pull_nrst(chip, true);
    if (kind == SIM_RESET_POWER || standby || reload || family->loads_options_at_reset)
        sim_signal_tell(&chip->signals, SIM_OPTIONS_RELOAD, 0, 0);
    chip->reset_causes = 0;
    chip->in_reset = true;
    chip->release_ns = chip->clock->now_ns + (kind == SIM_RESET_POWER ? family->power_on_reset_ns
                                                                      : family->system_reset_ns);
    sim_clock_arm(chip->clock, &chip->reset_timer, chip->release_ns);
    sim_map_update(chip);
}

void sim_reset_request(struct sim_chip *chip, unsigned causes)
{
    if (chip->in_reset)
        return;
    chip->reset_causes |= causes;
    bool by_debugger = chip->used_bus->master == SIM_MASTER_DEBUG;
    sim_clock_arm(chip->clock, &chip->reset_timer,
                  chip->clock->now_ns + (by_debugger ? chip->clock->ahead_ns : 0));
}

// Either a reset was asked for, or the chip's own pulse is over; NRST then says how long it lasts.
static void timer_fired(void *arg)
{
    struct sim_chip *chip = arg;
    if (chip->reset_causes) {
        sim_reset_assert(chip, SIM_RESET_SYSTEM, chip->reset_causes);
        return;
    }
    pull_nrst(chip, false);
    release_reset(chip);
}

static void hear_let_go(void *self, unsigned core, uint64_t value)
{
    struct sim_chip *chip = self;
    (void)value;
    if (chip->in_reset)
        return;
    if (core == 0)
        sim_core_release(chip->core);
    else
        sim_second_release(chip);
    sim_chip_follow_debug(chip);
}

void sim_reset_create(struct sim_chip *chip)
{
    sim_signal_listen(&chip->signals, SIM_CORE_LET_GO, hear_let_go, chip);
    chip->in_reset = true;
    sim_clock_add(chip->clock, &chip->reset_timer, timer_fired, chip);
}

static void power_on(struct sim_chip *chip)
{
    lose_sram(chip);
    sim_signal_put(&chip->signals, SIM_DEBUGGER_SEEN, 0, false);
    chip->power_on_reset = true;
    sim_reset_assert(chip, SIM_RESET_POWER, POWER_ON_CAUSES);
}

static void power_off(struct sim_chip *chip)
{
    sim_signal_tell(&chip->signals, SIM_FLASH_CUT, 0, false);
    reset_all(chip, SIM_RESET_POWER);
    chip->in_reset = true;
    chip->reset_causes = 0;
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
        release_reset(chip);
}

void sim_chip_set_nrst(struct sim_chip *chip, bool low)
{
    if (low == chip->nrst_low)
        return;
    chip->nrst_low = low;
    if (nrst_mode(chip) == SIM_NRST_PORT)
        return;
    if (chip->powered && low && !chip->in_reset) // or it is the pulse of its own
        sim_reset_assert(chip, SIM_RESET_SYSTEM, SIM_CAUSE_PIN);
    else if (!low)
        release_reset(chip);
}

void sim_chip_set_boot0(struct sim_chip *chip, bool high)
{
    chip->boot0 = high;
}

void sim_chip_set_boot1(struct sim_chip *chip, bool high)
{
    sim_chip_drive_pin(chip, 'B', 2, high);
}

void sim_chip_set_dead(struct sim_chip *chip, bool dead)
{
    chip->dead = dead;
    if (chip->powered) {
        power_off(chip);
        power_on(chip);
    }
}
