// SPDX-License-Identifier: MIT
// The Data Watchpoint unit (ARMv6-M: DDI 0419, C1.7; ARMv7-M, with trace and counters: DDI 0403,
// C1.8; the packets that it makes are in sim/core/dwt_trace.c). A comparator matches an access of
// which any byte lies in what it watches: a word access to 0x20000000 matches the byte 0x20000001
// (DDI 0337G, table 11-16: "if COMP is 3, this matches a word access of 0").
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

// What a comparator of ARMv7-M has seen whose function makes trace packets.
struct sim_dwt_access {
    unsigned comparator;
    uint32_t function; // of its register
    uint32_t addr, value;
    unsigned size;
    bool is_write;
};

#define SIM_DWT_CTRL_CYCCNT        (1u << 0)
#define SIM_DWT_CTRL_POSTPRESET    1 // shift
#define SIM_DWT_CTRL_POSTINIT      5 // shift
#define SIM_DWT_CTRL_CYCTAP        (1u << 9)
#define SIM_DWT_CTRL_SYNCTAP       10 // shift
#define SIM_DWT_CTRL_PCSAMPLE      (1u << 12)
#define SIM_DWT_CTRL_EXCTRC        (1u << 16)
#define SIM_DWT_CTRL_EXCEVT        (1u << 18)
#define SIM_DWT_CTRL_SLEEPEVT      (1u << 19)
#define SIM_DWT_CTRL_CYCEVT        (1u << 22)
#define SIM_DWT_FUNCTION_EMITRANGE (1u << 5)

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
    void (*traces)(void *arg, const struct sim_dwt_access *access); // set by the owner
    void *arg;
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
// CYCCNT, when the processor has counted so many cycles.
uint32_t sim_dwt_cyccnt(const struct sim_dwt *dwt, uint64_t cycles);
// Compares the cycle counter; true when a debug event follows.
bool sim_dwt_compare_cycles(struct sim_dwt *dwt, uint64_t cycles);

#endif
