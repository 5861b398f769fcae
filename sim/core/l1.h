// SPDX-License-Identifier: MIT
// The first level of a Cortex-M7's memory (DDI 0489, 5; DDI 0403, B2.2, B3.1 and B4.8): caches for
// instructions and for data, tightly-coupled memories beside them, and the kinds of memory that
// decide what is cached. As far as a program and a debugger can tell: lines, sets and ways are as
// in silicon, so that stale code, stale data and lines that were never written back show. Which way
// is replaced is a model (in turn), there are no speculative fills, and a hit costs what a miss
// does.
//
// A debugger's accesses go through the core (the AHBD port). They find lines of the data cache when
// they are marked cacheable (HPROT[3], bit 27 of CSW), and go past it otherwise, as users of
// OpenOCD, pyOCD, probe-rs and Black Magic Probe have seen on STM32F7 and H7. They never see or
// change the instruction cache, and they fill no lines.
#ifndef SWDLINK_SIM_CORE_L1_H
#define SWDLINK_SIM_CORE_L1_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/core/bus.h"

struct sim_cpu;
struct sim_mpu;

enum { SIM_L1_LINE = 32 };

// Of an address.
enum sim_memory_type {
    SIM_MEM_DEVICE,        // or strongly ordered: an unaligned access faults
    SIM_MEM_UNCACHED,      // normal memory; TCM among it
    SIM_MEM_THROUGH,       // written through
    SIM_MEM_BACK,          // written back, allocated by reads
    SIM_MEM_BACK_ALLOCATE, // and by writes
};

struct sim_l1_cache {
    unsigned size, ways, sets; // size 0: there is none
    bool on;
    uint32_t *tag;  // of each line, ways of a set side by side: its address, and TAG_ bits
    uint8_t *bytes; // of all lines
    uint8_t *next;  // of each set: the way that is filled next
    bool *known;    // of each line: it was invalidated since power-on
};

struct sim_l1_tcm {
    uint32_t base, size; // of the addresses that are its
    uint32_t control;    // ITCMCR, DTCMCR
};

struct sim_l1 {
    struct sim_bus *bus;
    struct sim_cpu *cpu;
    const struct sim_mpu *mpu; // NULL: it does not decide now
    struct sim_l1_cache code, data;
    struct sim_l1_tcm tcm[2];
    uint32_t csselr, cacr, ahbpcr, ahbscr;
    // The line that code is fetched from, as a window; the others stay empty.
    struct sim_window fetch_window[SIM_MAX_WINDOWS];
};

// Bytes of the caches and of the address ranges of the TCMs.
struct sim_l1_sizes {
    unsigned icache, dcache;
    uint32_t itcm, dtcm;
};

bool sim_l1_create(struct sim_l1 *l1, const struct sim_l1_sizes *sizes); // false: out of memory
void sim_l1_destroy(struct sim_l1 *l1);
// A system reset switches the caches off and leaves their lines; one of power loses them.
void sim_l1_reset(struct sim_l1 *l1, bool power);
// CCR.IC and DC.
void sim_l1_switch(struct sim_l1 *l1, bool code, bool data);

enum sim_memory_type sim_l1_type(const struct sim_l1 *l1, uint32_t addr);
// A TCM that is switched off: behind its addresses is nothing then.
bool sim_l1_is_dark(const struct sim_l1 *l1, uint32_t addr);
bool sim_l1_has_dark(const struct sim_l1 *l1);

// Where the data cache is on: the bytes that an aligned access may read or write at once, be it in
// a line (which it fills) or in memory; NULL: it has to go over the bus. A write over the bus that
// succeeds is then told to sim_l1_wrote().
uint8_t *sim_l1_bytes(struct sim_l1 *l1, uint32_t addr, bool to_write);
void sim_l1_wrote(struct sim_l1 *l1, uint32_t addr, unsigned size, uint32_t value);
// Where the instruction cache is on: a halfword of a line. False: this is not cached, or cannot be
// read at once.
bool sim_l1_fetch(struct sim_l1 *l1, uint32_t addr, uint32_t *op);
// A debugger's access that is marked cacheable. False: it goes to memory (a write through the cache
// too).
bool sim_l1_debug_read(const struct sim_l1 *l1, uint32_t addr, unsigned size, uint32_t *value);
bool sim_l1_debug_write(struct sim_l1 *l1, uint32_t addr, unsigned size, uint32_t value);

// l1_registers.c: by the offset from 0xe000e000. False: it is none of them.
bool sim_l1_read(const struct sim_l1 *l1, uint32_t offset, uint32_t *value);
bool sim_l1_write(struct sim_l1 *l1, uint32_t offset, uint32_t value);

// For it. A line: by its address, all that has it; or one by its number.
enum sim_l1_job { SIM_L1_INVALIDATE = 1, SIM_L1_CLEAN = 2 };
void sim_l1_do_address(struct sim_l1 *l1, struct sim_l1_cache *c, uint32_t addr, unsigned jobs);
void sim_l1_do_line(struct sim_l1 *l1, struct sim_l1_cache *c, unsigned line, unsigned jobs);

#endif
