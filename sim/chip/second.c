// SPDX-License-Identifier: MIT
// A second core: it has its own bus, on which the same parts are, and its own clock. The cores take
// turns of some hundred cycles, the first one in front; what the second one does to a part happens
// at the end of the turn.
#include "sim/chip/chip_state.h"

#define TURN_NS 2000u

static bool runs(const struct sim_chip *chip)
{
    return sim_second_is_up(chip) && !sim_core_is_halted(chip->core2);
}

bool sim_second_create(struct sim_chip *chip)
{
    const struct sim_second_core *second = chip->row->family->second_core;
    if (!second)
        return true;
    const struct sim_core_config config = {.cpuid = second->cpuid,
                                           .interrupts = second->interrupts,
                                           .systick_calib = second->systick_calib};
    chip->bus2 = chip->bus;
    chip->bus2.core = NULL;
    chip->bus2.clock = &chip->clock2;
    chip->clock2.now_ns = chip->clock->now_ns;
    chip->core2 = sim_core_create(&chip->bus2, &chip->clock2, chip->account, &config);
    return chip->core2 != NULL;
}

void sim_second_hold(struct sim_chip *chip, enum sim_reset kind)
{
    if (chip->core2)
        sim_core_hold(chip->core2, kind);
}

void sim_second_release(struct sim_chip *chip)
{
    if (!chip->core2)
        return;
    chip->clock2.now_ns = chip->clock->now_ns;
    sim_core_set_initial_vtor(chip->core2,
                              (uint32_t)sim_chip_level(chip, SIM_BOOT_ADDRESS, 2u + chip->boot0));
    chip->used_bus = &chip->bus2;
    sim_core_release(chip->core2);
    chip->used_bus = &chip->bus;
}

bool sim_second_is_up(const struct sim_chip *chip)
{
    return chip->core2 && !sim_core_is_held(chip->core2);
}

uint64_t sim_second_limit(const struct sim_chip *chip, uint64_t until_ns)
{
    uint64_t turn = chip->clock->now_ns + TURN_NS;
    return runs(chip) && turn < until_ns ? turn : until_ns;
}

void sim_second_run(struct sim_chip *chip)
{
    struct sim_bus *before = chip->used_bus;
    if (!chip->core2)
        return;
    sim_core_set_hclk(chip->core2, sim_chip_hclk_hz(chip));
    chip->used_bus = &chip->bus2;
    while (chip->clock2.now_ns < chip->clock->now_ns) {
        if (sim_core_run(chip->core2, chip->clock->now_ns) == SIM_CORE_RESET_REQUEST)
            sim_reset_request(chip, SIM_CAUSE_SOFTWARE);
        if (sim_chip_is_second_halted(chip) != chip->halted2)
            sim_chip_follow_debug(chip);
    }
    chip->used_bus = before;
}

struct sim_core *sim_chip_second_core(struct sim_chip *chip)
{
    return chip->core2;
}

bool sim_chip_is_second_halted(const struct sim_chip *chip)
{
    return chip->core2 && sim_core_is_halted(chip->core2);
}

void sim_chip_second_irq(struct sim_chip *chip, unsigned n, bool active)
{
    if (chip->core2)
        sim_core_set_irq(chip->core2, n, active);
}
