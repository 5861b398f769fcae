// SPDX-License-Identifier: MIT
// Where a peripheral sits on its bus: its clock gate and reset line in RCC (RM0091, 6.4), and what
// the bus does with accesses narrower than a register (2.1). Behind a slot a device sees whole
// words only, unless it asks for the raw width.
#include "sim/chip/chip_state.h"

static void *self_of(const struct sim_slot *slot)
{
    return (char *)slot->chip + slot->kind->self;
}

// Without its clock, a peripheral reads as 0 and takes no writes (6.2.13). The core of DBGMCU is
// always clocked, and while the system is in reset the debugger may write all of it (32.4.3).
static bool is_clocked(struct sim_slot *slot, uint32_t offset, bool to_write)
{
    const struct sim_peripheral *k = slot->kind;
    struct sim_chip *chip = slot->chip;
    if (!k->gate || chip->rcc.enr[k->bus] & k->gate)
        return !(chip->rcc.rstr[k->bus] & k->gate);
    if (k->device == &sim_dbgmcu_device && (chip->in_reset || (offset == 0 && !to_write)))
        return true;
    if (!slot->told)
        log_line(chip->log, LOG_DEBUG, "%s is %s at +0x%02x while its clock is off in RCC", k->name,
                 to_write ? "written" : "read", offset);
    slot->told = true;
    return false;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_slot *slot = self;
    const struct sim_peripheral *k = slot->kind;
    *value = 0;
    if (!is_clocked(slot, offset & ~3u, false))
        return SIM_BUS_OK;
    if (k->lanes == SIM_LANES_RAW)
        return k->device->read(self_of(slot), offset, size, value);
    enum sim_bus_status status = k->device->read(self_of(slot), offset & ~3u, 4, value);
    *value >>= 8 * (offset & 3);
    if (size < 4)
        *value &= (1u << 8 * size) - 1;
    return status;
}

// The word that a narrow write amounts to.
static uint32_t widen(struct sim_slot *slot, uint32_t offset, unsigned size, uint32_t value)
{
    if (slot->kind->lanes == SIM_LANES_APB)
        return size == 1 ? value * 0x01010101u : value * 0x00010001u;
    uint32_t old = 0, mask = ((1u << 8 * size) - 1) << 8 * (offset & 3);
    (void)slot->kind->device->read(self_of(slot), offset & ~3u, 4, &old);
    return (old & ~mask) | value << 8 * (offset & 3);
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_slot *slot = self;
    const struct sim_peripheral *k = slot->kind;
    if (!is_clocked(slot, offset & ~3u, true))
        return SIM_BUS_OK;
    if (k->lanes == SIM_LANES_RAW)
        return k->device->write(self_of(slot), offset, size, value);
    if (size < 4)
        value = widen(slot, offset, size, value);
    return k->device->write(self_of(slot), offset & ~3u, 4, value);
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_slot *slot = self;
    slot->kind->device->reset(self_of(slot), kind);
}

void sim_slot_follow_resets(struct sim_chip *chip)
{
    for (unsigned i = 0; i < chip->slot_count; i++) {
        const struct sim_peripheral *k = chip->slot[i].kind;
        if (k->gate & chip->rcc.rstr[k->bus])
            reset(&chip->slot[i], SIM_RESET_SYSTEM);
    }
}

bool sim_slot_is_clocked(const struct sim_chip *chip, const void *self)
{
    for (unsigned i = 0; i < chip->slot_count; i++) {
        const struct sim_peripheral *k = chip->slot[i].kind;
        if (self_of(&chip->slot[i]) == self)
            return chip->rcc.enr[k->bus] & k->gate;
    }
    return false;
}

const struct sim_device sim_slot_device = {reset, read, write};
