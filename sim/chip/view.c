// SPDX-License-Identifier: MIT
// What the access ports see of the chip: the first core's bus, the buses beside the cores, the bus
// of the units of debug, and the second core's bus.
#include "sim/chip/chip_state.h"

#define DEBUG_BUS   0xe00e0000u // as its access port has it (RM0433, 60.5.4)
#define DEBUG_SIZE  0x00020000u
#define PRIVATE_BUS 0xe0000000u
#define TCM_END     0x20020000u // behind ITCM and DTCM

// The debug support unit answers while the system is in reset (RM0091, 32.4.3).
static bool is_for_debug(const struct sim_chip *chip, uint32_t addr)
{
    for (unsigned i = 0; i < chip->parts; i++) {
        const struct sim_part_row *row = chip->part[i].row;
        if (row->is_for_debug && addr - row->base < sim_part_size(row))
            return true;
    }
    return false;
}

// While the system is in reset only that unit answers beside the private bus; and whoever reaches
// for the system bus is a debugger, whom read protection remembers.
enum sim_bus_status sim_view_gate(void *arg, uint32_t addr)
{
    struct sim_chip *chip = arg;
    if (chip->by_debug_bus)
        return SIM_BUS_OK;
    if (!chip->unseen && !sim_chip_level(chip, SIM_DEBUGGER_SEEN, 0)) {
        sim_signal_set(&chip->signals, SIM_DEBUGGER_SEEN, 0, true);
        sim_map_update(chip);
    }
    return !chip->in_reset || is_for_debug(chip, addr) ? SIM_BUS_OK : SIM_BUS_FAULT;
}

bool sim_chip_peek_word(struct sim_chip *chip, uint32_t addr, uint32_t *value)
{
    chip->unseen = true;
    enum sim_bus_status status = sim_chip_ap_read(chip, addr, 4, value);
    chip->unseen = false;
    return status == SIM_BUS_OK;
}

bool sim_chip_poke_word(struct sim_chip *chip, uint32_t addr, uint32_t value)
{
    chip->unseen = true;
    enum sim_bus_status status = sim_chip_ap_write(chip, addr, 4, value);
    chip->unseen = false;
    return status == SIM_BUS_OK;
}

// ITCM and DTCM are the first core's alone (RM0399, 2.1.1).
bool sim_view_is_of_first_core(const struct sim_memory_row *row)
{
    return row->kind == SIM_MEMORY_SRAM && row->base < TCM_END;
}

// The bus of an access and the address there; NULL: the port gets nowhere with it.
static struct sim_bus *bus_of(struct sim_chip *chip, enum sim_ap_view view, uint32_t *addr)
{
    switch (view) {
    case SIM_AP_SYSTEM: {
        const struct sim_memory *memory = sim_map_memory_at(chip, *addr);
        bool is_private =
            *addr >= PRIVATE_BUS || (memory && sim_view_is_of_first_core(&memory->row));
        return is_private ? NULL : &chip->bus;
    }
    case SIM_AP_DEBUG_BUS:
        if (*addr - DEBUG_BUS >= DEBUG_SIZE)
            return NULL;
        *addr += chip->row->family->debug_bus - DEBUG_BUS;
        return &chip->bus;
    case SIM_AP_SECOND_CORE:
        return sim_second_is_up(chip) || chip->in_reset ? &chip->bus2 : NULL;
    default:
        return &chip->bus;
    }
}

// What an access may have done beside.
static void follow_cores(struct sim_chip *chip)
{
    if (sim_core_take_reset_request(chip->core) || // SYSRESETREQ
        (chip->core2 && sim_core_take_reset_request(chip->core2)))
        sim_reset_request(chip, SIM_CAUSE_SOFTWARE);
    if (sim_core_is_halted(chip->core) != chip->halted ||
        sim_chip_is_second_halted(chip) != chip->halted2)
        sim_chip_follow_debug(chip);
}

enum sim_bus_status sim_chip_view_read(struct sim_chip *chip, enum sim_ap_view view, uint32_t addr,
                                       unsigned size, uint32_t *value)
{
    *value = 0;
    struct sim_bus *bus = sim_chip_swd_alive(chip) ? bus_of(chip, view, &addr) : NULL;
    if (!bus)
        return SIM_BUS_FAULT;
    chip->used_bus = bus;
    chip->by_debug_bus = view == SIM_AP_DEBUG_BUS;
    enum sim_bus_status status = sim_bus_read(bus, SIM_MASTER_DEBUG, addr, size, value);
    chip->by_debug_bus = false;
    chip->used_bus = &chip->bus;
    return status;
}

enum sim_bus_status sim_chip_view_write(struct sim_chip *chip, enum sim_ap_view view, uint32_t addr,
                                        unsigned size, uint32_t value)
{
    struct sim_bus *bus = sim_chip_swd_alive(chip) ? bus_of(chip, view, &addr) : NULL;
    if (!bus)
        return SIM_BUS_FAULT;
    chip->used_bus = bus;
    chip->by_debug_bus = view == SIM_AP_DEBUG_BUS;
    enum sim_bus_status status = sim_bus_write(bus, SIM_MASTER_DEBUG, addr, size, value);
    follow_cores(chip);
    chip->by_debug_bus = false;
    chip->used_bus = &chip->bus;
    return status;
}

enum sim_bus_status sim_chip_ap_read(struct sim_chip *chip, uint32_t addr, unsigned size,
                                     uint32_t *value)
{
    return sim_chip_view_read(chip, SIM_AP_FIRST_CORE, addr, size, value);
}

enum sim_bus_status sim_chip_ap_write(struct sim_chip *chip, uint32_t addr, unsigned size,
                                      uint32_t value)
{
    return sim_chip_view_write(chip, SIM_AP_FIRST_CORE, addr, size, value);
}
