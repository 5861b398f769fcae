// SPDX-License-Identifier: MIT
// The address map of the virtual chip: memories as windows and devices, parts in their slots, and
// by name what is not modelled.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/chip/chip_state.h"

const struct sim_memory_row *sim_chip_row_memory(const struct sim_chip_row *row,
                                                 enum sim_memory_kind kind)
{
    for (unsigned i = 0; i < SIM_MAX_MEMORIES && row->memory[i].size; i++) {
        if (row->memory[i].kind == kind)
            return &row->memory[i];
    }
    return NULL;
}

const struct sim_memory_row *sim_chip_row_memory_at(const struct sim_chip_row *row, uint32_t addr)
{
    for (unsigned i = 0; i < SIM_MAX_MEMORIES && row->memory[i].size; i++) {
        const struct sim_memory_row *m = &row->memory[i];
        if (addr - m->base < m->size || (m->alias && addr - m->alias < m->size))
            return m;
    }
    return NULL;
}

struct sim_memory *sim_chip_memory(const struct sim_chip *chip, enum sim_memory_kind kind)
{
    for (unsigned i = 0; i < chip->memories; i++) {
        if (chip->memory[i].row.kind == kind)
            return (struct sim_memory *)(uintptr_t)&chip->memory[i];
    }
    return NULL;
}

void sim_map_fill_factory(const struct sim_chip *chip, const struct sim_memory *m)
{
    memset(m->bytes, 0xff, m->row.size);
    chip->row->family->fill_factory(chip->row, &m->row, m->bytes);
}

static bool create_memory(struct sim_chip *chip, const struct sim_memory_row *row)
{
    struct sim_memory *m = &chip->memory[chip->memories++];
    m->row = *row;
    m->bytes = malloc(row->size);
    if (!m->bytes)
        return false;
    if (sim_memory_is_ram(row->kind)) {
        memset(m->bytes, 0, row->size);
        return true;
    }
    sim_map_fill_factory(chip, m);
    if (row->unit && !(m->unit_state = calloc(row->size / row->unit, 1)))
        return false;
    if (!row->page_size)
        return true;
    size_t pages = row->size / row->page_size;
    m->erase_count = calloc(pages > SIM_STORE_PAGES ? pages : SIM_STORE_PAGES, sizeof(unsigned));
    return m->erase_count != NULL;
}

bool sim_map_create_memories(struct sim_chip *chip)
{
    for (unsigned i = 0; i < SIM_MAX_MEMORIES && chip->row->memory[i].size; i++) {
        if (!create_memory(chip, &chip->row->memory[i]))
            return false;
    }
    return true;
}

void sim_map_destroy_memories(struct sim_chip *chip)
{
    for (unsigned i = 0; i < chip->memories; i++) {
        free(chip->memory[i].bytes);
        free(chip->memory[i].erase_count);
        free(chip->memory[i].unit_state);
    }
}

void sim_chip_map(struct sim_chip *chip, const char *name, uint32_t base, uint32_t size,
                  const struct sim_device *device, void *self)
{
    sim_bus_map(&chip->bus, name, base, size, device, self);
    if (chip->core2)
        sim_bus_map(&chip->bus2, name, base, size, device, self);
}

// ---- memories with a clock of their own ---------------------------------------------------------

static const struct sim_memory_gate *gate_of(const struct sim_chip *chip, uint32_t base)
{
    const struct sim_memory_gate *g = chip->row->family->gates;
    while (g && g->gate && g->base != base)
        g++;
    return g && g->gate ? g : NULL;
}

// A second core that runs keeps those of its own domain on.
static bool has_clock(const struct sim_chip *chip, const struct sim_memory *m)
{
    const struct sim_memory_gate *g = gate_of(chip, m->row.base);
    return !g || sim_chip_level(chip, SIM_CLOCK_ENABLED, g->bus) & g->gate ||
           sim_second_is_up(chip);
}

static enum sim_bus_status read_without_clock(void *self, uint32_t offset, unsigned size,
                                              uint32_t *value)
{
    (void)self;
    (void)offset;
    (void)size;
    *value = 0;
    return SIM_BUS_OK;
}

static enum sim_bus_status write_without_clock(void *self, uint32_t offset, unsigned size,
                                               uint32_t value)
{
    struct sim_chip *chip = self;
    (void)value;
    log_line(chip->log, LOG_DEBUG, "a memory is written (%u bytes at +0x%x) while its clock is off",
             size, offset);
    return SIM_BUS_OK;
}

static const struct sim_device without_clock = {NULL, read_without_clock, write_without_clock};

static void hear_clocks(void *self, unsigned line, uint64_t value)
{
    (void)line;
    (void)value;
    sim_map_update(self);
}

void sim_map_follow_gates(struct sim_chip *chip)
{
    for (unsigned i = 0; i < chip->memories; i++) {
        const struct sim_memory_row *row = &chip->memory[i].row;
        if (gate_of(chip, row->base))
            sim_chip_map(chip, "a memory without its clock", row->base, row->size, &without_clock,
                         chip);
    }
    if (chip->row->family->gates)
        sim_signal_listen(&chip->signals, SIM_CLOCKS_CHANGED, hear_clocks, chip);
}

// ---- the map ------------------------------------------------------------------------------------

void sim_map_build(struct sim_chip *chip)
{
    for (unsigned i = 0; i < chip->parts; i++) {
        struct sim_part *part = &chip->part[i];
        sim_chip_map(chip, part->row->name, part->row->base, sim_part_size(part->row),
                     &sim_slot_device, part);
    }
    for (const struct sim_region *r = chip->row->regions; r->name; r++)
        sim_chip_map(chip, r->name, r->base, r->size, NULL, NULL);
}

// Option bytes and what can be programmed once have no window: their cells are the flash
// controller's business.
static bool has_window(enum sim_memory_kind kind)
{
    return kind != SIM_MEMORY_OPTIONS && kind != SIM_MEMORY_OTP;
}

static struct sim_window window_of(const struct sim_chip *chip, const struct sim_memory *m)
{
    bool open = !sim_chip_level(chip, SIM_FLASH_CLOSED, m->row.kind) && has_clock(chip, m);
    return (struct sim_window){m->row.base, open ? m->row.size : 0, m->bytes,
                               sim_memory_is_ram(m->row.kind)};
}

// The second core's: without the first one's own, and with what it has at other addresses, too.
static void update_second(struct sim_chip *chip)
{
    const struct sim_second_core *second = chip->row->family->second_core;
    unsigned n = 0;
    for (unsigned i = 0; i < chip->memories; i++) {
        const struct sim_memory *m = &chip->memory[i];
        if (!has_window(m->row.kind) || sim_view_is_of_first_core(&m->row) ||
            m->row.kind == SIM_MEMORY_SYSTEM)
            continue;
        struct sim_window window = window_of(chip, m);
        chip->bus2.window[n++] = window;
        for (unsigned k = 0; k < SIM_SECOND_ALIASES && second->alias[k].alias; k++) {
            if (second->alias[k].base != m->row.base)
                continue;
            chip->bus2.window[n] = window;
            chip->bus2.window[n++].base = second->alias[k].alias;
        }
    }
    assert(n <= SIM_MAX_WINDOWS);
    for (; n < SIM_MAX_WINDOWS; n++)
        chip->bus2.window[n].size = 0;
}

void sim_map_update(struct sim_chip *chip)
{
    uint64_t mapped = sim_chip_level(chip, SIM_MAPPED_MEMORY, 0);
    unsigned n = 0;
    for (unsigned i = 0; i < chip->memories; i++) {
        if (!has_window(chip->memory[i].row.kind))
            continue;
        chip->bus.window[n++] = window_of(chip, &chip->memory[i]);
        if (!chip->memory[i].row.alias)
            continue;
        chip->bus.window[n] = chip->bus.window[n - 1];
        chip->bus.window[n++].base = chip->memory[i].row.alias;
    }
    if (chip->core2)
        update_second(chip);
    if (chip->row->family->boots_by_address)
        return;
    assert(n < SIM_MAX_WINDOWS);
    chip->bus.window[n] = window_of(chip, sim_chip_memory(chip, (enum sim_memory_kind)mapped));
    chip->bus.window[n].base = 0;
}

void sim_map_reset(struct sim_chip *chip, enum sim_reset kind)
{
    for (unsigned i = 0; i < chip->parts; i++)
        chip->part[i].row->kind->device.reset(chip->part[i].state, kind);
}

// Of an address, which may be that of its alias; not below its size: it is elsewhere.
static uint32_t offset_in(const struct sim_memory *m, uint32_t addr)
{
    bool by_alias = m->row.alias && addr - m->row.alias < m->row.size;
    return addr - (by_alias ? m->row.alias : m->row.base);
}

// The memory that has all of a range, whatever stands in the way of the bus; NULL: none.
static const struct sim_memory *memory_at(const struct sim_chip *chip, uint32_t addr, size_t len)
{
    for (unsigned i = 0; i < chip->memories; i++) {
        const struct sim_memory *m = &chip->memory[i];
        uint32_t offset = offset_in(m, addr);
        if (offset < m->row.size && len <= m->row.size - offset)
            return m;
    }
    return NULL;
}

bool sim_chip_peek(const struct sim_chip *chip, uint32_t addr, void *data, size_t len)
{
    const struct sim_memory *m = memory_at(chip, addr, len);
    if (m)
        memcpy(data, m->bytes + offset_in(m, addr), len);
    return m != NULL;
}

// The check bits fit what was put there.
bool sim_chip_poke(struct sim_chip *chip, uint32_t addr, const void *data, size_t len)
{
    const struct sim_memory *m = memory_at(chip, addr, len);
    if (!m)
        return false;
    memcpy(m->bytes + offset_in(m, addr), data, len);
    for (size_t i = 0; m->unit_state && i < len; i++)
        m->unit_state[(addr - m->row.base + i) / m->row.unit] = SIM_UNIT_FITS;
    return true;
}

const struct sim_memory *sim_map_memory_at(const struct sim_chip *chip, uint32_t addr)
{
    return memory_at(chip, addr, 1);
}

unsigned sim_chip_erase_count(const struct sim_chip *chip, uint32_t addr)
{
    for (unsigned i = 0; i < chip->memories; i++) {
        const struct sim_memory *m = &chip->memory[i];
        if (m->erase_count && addr - m->row.base < m->row.size)
            return m->erase_count[(addr - m->row.base) / m->row.page_size];
    }
    return 0;
}
