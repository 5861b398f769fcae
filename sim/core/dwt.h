// SPDX-License-Identifier: MIT
// The Data Watchpoint unit (ARMv6-M: DDI 0419, C1.7; ARMv7-M, with trace and counters: DDI 0403,
// C1.8). A comparator matches an access of which any byte lies in what it watches: a word access to
// 0x20000000 matches the byte 0x20000001 (DDI 0337G, table 11-16: "if COMP is 3, this matches a
// word access of 0").
#ifndef SWDLINK_SIM_CORE_DWT_H
#define SWDLINK_SIM_CORE_DWT_H

#include <stdbool.h>
#include <stdint.h>

#define SIM_DWT_MAX 4u

enum sim_dwt_function {
    SIM_DWT_OFF = 0,
    SIM_DWT_PC = 4,
    SIM_DWT_READ = 5,
    SIM_DWT_WRITE = 6,
    SIM_DWT_ACCESS = 7,
};

// What ARMv7-M counts. CPICNT, LSUCNT and FOLDCNT read as zero: the model has no such cycles.
enum sim_dwt_counter { SIM_DWT_CYCLES, SIM_DWT_EXCEPTION, SIM_DWT_SLEEP, SIM_DWT_COUNTERS };

struct sim_dwt {
    unsigned count; // of comparators
    bool v7;
    bool enabled; // DEMCR.DWTENA, TRCENA
    struct {
        uint32_t comp, mask, function;
        bool matched;
    } comparator[SIM_DWT_MAX];
    bool watches_pc, watches_data; // some comparator does, and the unit is on
    bool hit;                      // a match that the core has not acted upon yet

    uint32_t ctrl; // of ARMv7-M, the writable bits
    struct {
        uint32_t value;
        uint64_t at; // the core's total when it had this value
    } counter[SIM_DWT_COUNTERS];
    uint64_t due; // the cycle at which CYCCNT matches comparator 0; UINT64_MAX: never
};

// What the core knows when a register is read or written.
struct sim_dwt_now {
    uint32_t pc_sample;               // what DWT_PCSR gives
    uint64_t total[SIM_DWT_COUNTERS]; // cycles since power-on: all, of exceptions, asleep
};

void sim_dwt_create(struct sim_dwt *dwt, unsigned comparators, bool v7);
void sim_dwt_reset(struct sim_dwt *dwt); // power-on only
void sim_dwt_enable(struct sim_dwt *dwt, bool on);
uint32_t sim_dwt_read(struct sim_dwt *dwt, uint32_t offset, const struct sim_dwt_now *now);
void sim_dwt_write(struct sim_dwt *dwt, uint32_t offset, uint32_t value,
                   const struct sim_dwt_now *now);
// Compares an executed instruction, or a data access (of 1, 2 or 4 bytes, aligned); true when a
// debug event follows from a match.
bool sim_dwt_compare_pc(struct sim_dwt *dwt, uint32_t pc);
bool sim_dwt_compare_data(struct sim_dwt *dwt, uint32_t addr, unsigned size, uint32_t value,
                          bool is_write);
// Compares the cycle counter; true when a debug event follows.
bool sim_dwt_compare_cycles(struct sim_dwt *dwt, uint64_t cycles);

#endif
