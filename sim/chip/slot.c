// SPDX-License-Identifier: MIT
// Where a part sits on its bus: its clock gate and reset line (RM0091, 6.4), and what the bus does
// with accesses narrower than a register (2.1). Behind a slot a part sees whole words only, unless
// it asks for the raw width. And the making of parts from the family's rows.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/chip/chip_state.h"

// Without its clock, a part reads as 0 and takes no writes (6.2.13). The core of DBGMCU is always
// clocked, and while the system is in reset the debugger may write all of it (32.4.3).
static bool is_accessible(struct sim_part *part, uint32_t offset, bool to_write)
{
    const struct sim_part_row *row = part->row;
    if (!row->gate || sim_part_is_clocked(part))
        return !(sim_part_level(part, SIM_RESET_HELD, row->bus) & row->gate);
    if (row->is_for_debug && (part->chip->in_reset || (offset == 0 && !to_write)))
        return true;
    if (!part->gate_reported)
        log_line(part->log, LOG_DEBUG, "%s is %s at +0x%02x while its clock is off in RCC",
                 row->name, to_write ? "written" : "read", offset);
    part->gate_reported = true;
    return false;
}

static enum sim_bus_status slot_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_part *part = self;
    const struct sim_device *device = &part->row->kind->device;
    *value = 0;
    if (!is_accessible(part, offset & ~3u, false))
        return SIM_BUS_OK;
    if (part->row->lanes == SIM_LANES_RAW)
        return device->read(part->state, offset, size, value);
    enum sim_bus_status status = device->read(part->state, offset & ~3u, 4, value);
    *value >>= 8 * (offset & 3);
    if (size < 4)
        *value &= (1u << 8 * size) - 1;
    return status;
}

// The word that a narrow write amounts to.
static uint32_t widen(const struct sim_part *part, uint32_t offset, unsigned size, uint32_t value)
{
    if (part->row->lanes == SIM_LANES_APB)
        return size == 1 ? value * 0x01010101u : value * 0x00010001u;
    uint32_t old = 0, mask = ((1u << 8 * size) - 1) << 8 * (offset & 3);
    (void)part->row->kind->device.read(part->state, offset & ~3u, 4, &old);
    return (old & ~mask) | value << 8 * (offset & 3);
}

static enum sim_bus_status slot_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_part *part = self;
    const struct sim_device *device = &part->row->kind->device;
    if (!is_accessible(part, offset & ~3u, true))
        return SIM_BUS_OK;
    if (part->row->lanes == SIM_LANES_RAW)
        return device->write(part->state, offset, size, value);
    if (size < 4)
        value = widen(part, offset, size, value);
    return device->write(part->state, offset & ~3u, 4, value);
}

static void slot_reset(void *self, enum sim_reset kind)
{
    struct sim_part *part = self;
    part->row->kind->device.reset(part->state, kind);
}

const struct sim_device sim_slot_device = {slot_reset, slot_read, slot_write};

void sim_chip_follow_resets(struct sim_chip *chip)
{
    for (unsigned i = 0; i < chip->parts; i++) {
        const struct sim_part_row *row = chip->part[i].row;
        if (row->gate & sim_chip_level(chip, SIM_RESET_HELD, row->bus))
            slot_reset(&chip->part[i], SIM_RESET_SYSTEM);
    }
}

// ---- making -------------------------------------------------------------------------------------

static void connect_signals(struct sim_part *part)
{
    const struct sim_part_drives *d = part->row->kind->drives;
    const struct sim_part_listens *l = part->row->kind->listens;
    for (; d && d->level; d++) {
        if (!d->lines)
            sim_signal_drive(part->signals, d->signal, part->row->number, d->level, part->state);
        for (unsigned line = 0; line < d->lines; line++)
            sim_signal_drive(part->signals, d->signal, line, d->level, part->state);
    }
    for (; l && l->heard; l++)
        sim_signal_listen(part->signals, l->signal, l->heard, part->state);
}

static const void *config_of(const struct sim_chip_row *chip, const struct sim_part_row *part)
{
    for (const struct sim_part_config *c = chip->configs; c && c->part; c++) {
        if (strcmp(c->part, part->name) == 0)
            return c->config;
    }
    return part->config;
}

static bool create_part(struct sim_chip *chip, const struct sim_part_row *row)
{
    assert(chip->parts < SIM_MAX_PARTS);
    void *state = calloc(1, row->kind->state_size);
    struct sim_part *part = &chip->part[chip->parts];
    if (!state)
        return false;
    *part = (struct sim_part){.chip = chip,
                              .row = row,
                              .config = config_of(chip->row, row),
                              .clock = chip->clock,
                              .core = chip->core,
                              .account = chip->account,
                              .signals = &chip->signals,
                              .log = chip->log,
                              .state = state};
    chip->parts++;
    connect_signals(part);
    return row->kind->create(state, part);
}

bool sim_slot_create_parts(struct sim_chip *chip)
{
    for (const struct sim_part_row *row = chip->row->family->parts; row->kind; row++) {
        bool is_there = (row->features & ~chip->row->features) == 0;
        if (is_there && !create_part(chip, row))
            return false;
    }
    return true;
}

void sim_slot_destroy_parts(struct sim_chip *chip)
{
    for (unsigned i = 0; i < chip->parts; i++) {
        if (chip->part[i].row->kind->destroy)
            chip->part[i].row->kind->destroy(chip->part[i].state);
        free(chip->part[i].state);
    }
}
