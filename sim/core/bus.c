// SPDX-License-Identifier: MIT
// Address decoding of the virtual chip: the core's private peripheral bus first (DDI 0419, B3.1),
// then the windows, then the mapped devices; nothing there is a bus error.
#include "sim/core/bus.h"

#include <assert.h>

#include "base/bytes.h"
#include "sim/core/core.h"
#include "sim/core/l1.h"

#define PPB_BASE     0xe0000000u
#define PPB_SIZE     0x00100000u
#define PPB_EXTERNAL 0x00042000u // behind TPIU and ETM (DDI 0403, B3.1)

void sim_bus_map(struct sim_bus *bus, const char *name, uint32_t base, uint32_t size,
                 const struct sim_device *device, void *self)
{
    assert(bus->mapping_count < SIM_MAX_MAPPINGS);
    bus->mapping[bus->mapping_count++] = (struct sim_mapping){
        .name = name, .base = base, .size = size, .device = device, .self = self};
}

// The bytes behind an address that a window answers for, or NULL.
static uint8_t *window_bytes(struct sim_bus *bus, uint32_t addr, bool to_write)
{
    for (unsigned i = 0; i < SIM_MAX_WINDOWS; i++) {
        struct sim_window *w = &bus->window[i];
        if (addr - w->base < w->size && (w->writable || !to_write))
            return w->bytes + (addr - w->base);
    }
    return NULL;
}

static struct sim_mapping *mapping_at(struct sim_bus *bus, uint32_t addr)
{
    for (unsigned i = 0; i < bus->mapping_count; i++) {
        if (addr - bus->mapping[i].base < bus->mapping[i].size)
            return &bus->mapping[i];
    }
    return NULL;
}

static bool is_aligned(uint32_t addr, unsigned size)
{
    return (size == 1 || size == 2 || size == 4) && addr % size == 0;
}

static bool is_private(const struct sim_bus *bus, uint32_t addr)
{
    return bus->core && addr - PPB_BASE < PPB_SIZE;
}

// What the chip maker has put on the private bus beside the core's own (DDI 0403, B3.1: the
// external private peripheral bus): a DBGMCU at 0xe0042000. It follows the bus's rules.
static struct sim_mapping *private_mapping(struct sim_bus *bus, uint32_t addr)
{
    return addr - PPB_BASE >= PPB_EXTERNAL ? mapping_at(bus, addr) : NULL;
}

static enum sim_bus_status read_private(struct sim_bus *bus, enum sim_master master, uint32_t addr,
                                        unsigned size, uint32_t *value)
{
    struct sim_mapping *m = private_mapping(bus, addr);
    if (!m || !m->device)
        return sim_core_ppb_read(bus->core, master, addr, size, value);
    if (!sim_core_may_use_ppb(bus->core, master))
        return SIM_BUS_FAULT;
    return m->device->read(m->self, addr - m->base, size, value);
}

static enum sim_bus_status write_private(struct sim_bus *bus, enum sim_master master, uint32_t addr,
                                         unsigned size, uint32_t value)
{
    struct sim_mapping *m = private_mapping(bus, addr);
    if (!m || !m->device)
        return sim_core_ppb_write(bus->core, master, addr, size, value);
    if (!sim_core_may_use_ppb(bus->core, master))
        return SIM_BUS_FAULT;
    return m->device->write(m->self, addr - m->base, size, value);
}

static enum sim_bus_status ask_gate(struct sim_bus *bus, enum sim_master master, uint32_t addr)
{
    if (master != SIM_MASTER_DEBUG || !bus->debug_gate)
        return SIM_BUS_OK;
    return bus->debug_gate(bus->debug_gate_arg, addr);
}

// The way of a debugger's access through a Cortex-M7: a TCM that is off is nowhere, and a line of
// the data cache answers what is marked cacheable. True: there is nothing left to do.
static bool read_through_core(struct sim_bus *bus, enum sim_master master, uint32_t addr,
                              unsigned size, uint32_t *value, enum sim_bus_status *status)
{
    *status = SIM_BUS_OK;
    if (master != SIM_MASTER_DEBUG || !bus->l1)
        return false;
    if (sim_l1_is_dark(bus->l1, addr)) {
        *status = SIM_BUS_FAULT;
        return true;
    }
    return bus->debug_cacheable && sim_l1_debug_read(bus->l1, addr, size, value);
}

static bool write_through_core(struct sim_bus *bus, enum sim_master master, uint32_t addr,
                               unsigned size, uint32_t value, enum sim_bus_status *status)
{
    *status = SIM_BUS_OK;
    if (master != SIM_MASTER_DEBUG || !bus->l1)
        return false;
    if (sim_l1_is_dark(bus->l1, addr)) {
        *status = SIM_BUS_FAULT;
        return true;
    }
    return bus->debug_cacheable && sim_l1_debug_write(bus->l1, addr, size, value);
}

// Once a region, so that a polling loop does not flood the log.
static void note_not_modelled(struct sim_bus *bus, struct sim_mapping *m, const char *what,
                              uint32_t addr)
{
    if (m->touched)
        return;
    m->touched = true;
    if (bus->log)
        log_line(bus->log, LOG_NOTE, "%s of %s at 0x%08x, which is not modelled (reads as 0)", what,
                 m->name, addr);
}

// A bit behind its alias (DDI 0337, 4.2 and 14.4.1): the transfer has the size of the access, and a
// write is a reading and a writing that nobody comes between.
struct bit {
    uint32_t addr;
    unsigned shift;
};

#define ALIAS_SIZE 0x02000000u

static bool is_alias(const struct sim_bus *bus, uint32_t addr)
{
    return bus->bit_bands && (addr - 0x22000000u < ALIAS_SIZE || addr - 0x42000000u < ALIAS_SIZE);
}

static struct bit bit_behind(uint32_t alias, unsigned size)
{
    uint32_t byte = (alias & (ALIAS_SIZE - 1)) >> 5;
    struct bit b = {(alias & 0xf0000000u) + (byte & ~(size - 1)), alias >> 2 & 7};
    b.shift += 8 * (byte & (size - 1));
    return b;
}

static enum sim_bus_status read_bit(struct sim_bus *bus, enum sim_master master, uint32_t alias,
                                    unsigned size, uint32_t *value)
{
    struct bit b = bit_behind(alias, size);
    enum sim_bus_status status = sim_bus_read(bus, master, b.addr, size, value);
    *value = *value >> b.shift & 1;
    return status;
}

static enum sim_bus_status write_bit(struct sim_bus *bus, enum sim_master master, uint32_t alias,
                                     unsigned size, uint32_t value)
{
    struct bit b = bit_behind(alias, size);
    uint32_t all;
    enum sim_bus_status status = sim_bus_read(bus, master, b.addr, size, &all);
    if (status != SIM_BUS_OK)
        return status;
    all = (all & ~(1u << b.shift)) | (value & 1) << b.shift;
    return sim_bus_write(bus, master, b.addr, size, all);
}

enum sim_bus_status sim_bus_read(struct sim_bus *bus, enum sim_master master, uint32_t addr,
                                 unsigned size, uint32_t *value)
{
    *value = 0;
    if (!is_aligned(addr, size))
        return SIM_BUS_FAULT;
    bus->master = master;
    if (is_private(bus, addr))
        return read_private(bus, master, addr, size, value);
    if (is_alias(bus, addr))
        return read_bit(bus, master, addr, size, value);
    enum sim_bus_status gate = ask_gate(bus, master, addr);
    if (gate != SIM_BUS_OK || read_through_core(bus, master, addr, size, value, &gate))
        return gate;
    const uint8_t *p = window_bytes(bus, addr, false);
    if (p) {
        *value = get_le_sized(p, size);
        return SIM_BUS_OK;
    }
    struct sim_mapping *m = mapping_at(bus, addr);
    if (!m)
        return SIM_BUS_FAULT;
    if (m->device)
        return m->device->read(m->self, addr - m->base, size, value);
    note_not_modelled(bus, m, "read", addr);
    return SIM_BUS_OK;
}

enum sim_bus_status sim_bus_write(struct sim_bus *bus, enum sim_master master, uint32_t addr,
                                  unsigned size, uint32_t value)
{
    if (!is_aligned(addr, size))
        return SIM_BUS_FAULT;
    if (size < 4)
        value &= (1u << 8 * size) - 1;
    bus->master = master;
    if (is_private(bus, addr))
        return write_private(bus, master, addr, size, value);
    if (is_alias(bus, addr))
        return write_bit(bus, master, addr, size, value);
    enum sim_bus_status gate = ask_gate(bus, master, addr);
    if (gate != SIM_BUS_OK || write_through_core(bus, master, addr, size, value, &gate))
        return gate;
    uint8_t *p = window_bytes(bus, addr, true);
    if (p) {
        put_le_sized(p, size, value);
        return SIM_BUS_OK;
    }
    struct sim_mapping *m = mapping_at(bus, addr);
    if (!m)
        return SIM_BUS_FAULT;
    if (m->device)
        return m->device->write(m->self, addr - m->base, size, value);
    note_not_modelled(bus, m, "write", addr);
    return SIM_BUS_OK;
}
