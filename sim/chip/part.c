// SPDX-License-Identifier: MIT
// What a part of the chip asks for by its own row: its interrupts, its clock, its freeze bits.
#include "sim/chip/part.h"

void sim_part_irq(const struct sim_part *part, unsigned n, bool active)
{
    sim_core_set_irq(part->core, part->row->irq[n], active);
    sim_chip_second_irq(part->chip, part->row->irq[n], active);
}

bool sim_part_is_clocked(const struct sim_part *part)
{
    return sim_part_level(part, SIM_CLOCK_ENABLED, part->row->bus) & part->row->gate;
}

uint64_t sim_part_bus_hz(const struct sim_part *part, enum sim_signal signal)
{
    unsigned bus = part->row->bus;
    return sim_part_level(part, signal, sim_signal_is_driven(part->signals, signal, bus) ? bus : 0);
}

bool sim_part_is_frozen(const struct sim_part *part)
{
    const struct sim_part_row *row = part->row;
    uint64_t with_first = sim_part_level(part, SIM_FREEZE, row->freeze_line);
    if (sim_core_is_halted(part->core) && with_first & row->freeze)
        return true;
    return sim_chip_is_second_halted(part->chip) &&
           sim_part_level(part, SIM_FREEZE, row->freeze_line + SIM_FREEZE_OF_SECOND) & row->freeze;
}

bool sim_signal_pin_is(const struct sim_signals *signals, const struct sim_pin *pin)
{
    unsigned port = (unsigned)(pin->port - 'A');
    return sim_signal_level(signals, SIM_PORT_ALTERNATE, port) >> pin->pin & 1 &&
           (sim_signal_level(signals, SIM_PORT_FUNCTIONS, port) >> 4 * pin->pin & 15) == pin->af;
}
