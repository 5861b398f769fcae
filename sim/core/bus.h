// SPDX-License-Identifier: MIT
// The bus of the virtual chip: memories that the core reaches directly, devices behind functions,
// and named holes. Masters are the core and the debugger's MEM-AP.
#ifndef SWDLINK_SIM_CORE_BUS_H
#define SWDLINK_SIM_CORE_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "sim/time/account.h"
#include "sim/time/clock.h"

enum sim_master { SIM_MASTER_CORE, SIM_MASTER_DEBUG };

enum sim_bus_status {
    SIM_BUS_OK,
    SIM_BUS_FAULT, // error response
    SIM_BUS_STALL, // nothing happened; try again at bus->stall_until_ns
};

enum sim_reset {
    SIM_RESET_POWER,   // everything
    SIM_RESET_SYSTEM,  // all but the debug parts and what the manuals exempt
    SIM_RESET_STANDBY, // leaving Standby: as SIM_RESET_POWER, but the backup domain and flags stay
};

// A peripheral. Offsets are from its base; size is 1, 2 or 4 and the access is aligned.
struct sim_device {
    void (*reset)(void *self, enum sim_reset kind);
    enum sim_bus_status (*read)(void *self, uint32_t offset, unsigned size, uint32_t *value);
    enum sim_bus_status (*write)(void *self, uint32_t offset, unsigned size, uint32_t value);
};

#define SIM_MAX_WINDOWS  14
#define SIM_MAX_MAPPINGS 96

// Memory that is reached without a function call. The chip sets size to 0 while an access must take
// the slow way (flash busy, read protection): so a window that answers is always right.
struct sim_window {
    uint32_t base, size;
    uint8_t *bytes;
    bool writable;
};

struct sim_mapping {
    const char *name;
    uint32_t base, size;
    const struct sim_device
        *device; // NULL: not modelled; touching it is logged by name, reads give 0
    void *self;
    bool touched; // a region that is not modelled was logged once
};

struct sim_core;
struct sim_l1;

struct sim_bus {
    struct sim_window window[SIM_MAX_WINDOWS];
    struct sim_mapping mapping[SIM_MAX_MAPPINGS];
    unsigned mapping_count;
    struct sim_core *core; // owner of 0xe0000000 to 0xe00fffff
    struct sim_clock *clock;
    struct sim_account *account;
    // A Cortex-M3 or M4: each word of the aliases at 0x22000000 and 0x42000000 is a bit of the
    // first megabyte of SRAM and of the peripherals.
    bool bit_bands;
    struct log *log;         // NULL: nobody hears of regions that are not modelled
    struct sim_l1 *l1;       // a Cortex-M7's, which a debugger's accesses go through; or NULL
    bool debug_cacheable;    // and whether they are marked cacheable
    enum sim_master master;  // of the access under way, for devices that care
    bool fetch;              // it is the core's, of an instruction
    uint64_t stall_until_ns; // set with SIM_BUS_STALL
    // Asked before every access of the debugger to the system bus (not the PPB); NULL: always
    // allowed.
    enum sim_bus_status (*debug_gate)(void *arg, uint32_t addr);
    void *debug_gate_arg;
};

void sim_bus_map(struct sim_bus *bus, const char *name, uint32_t base, uint32_t size,
                 const struct sim_device *device, void *self);
// size 1, 2 or 4; an unaligned address is SIM_BUS_FAULT. value is right-aligned.
enum sim_bus_status sim_bus_read(struct sim_bus *bus, enum sim_master master, uint32_t addr,
                                 unsigned size, uint32_t *value);
enum sim_bus_status sim_bus_write(struct sim_bus *bus, enum sim_master master, uint32_t addr,
                                  unsigned size, uint32_t value);

#endif
