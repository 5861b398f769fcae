// SPDX-License-Identifier: MIT
// The instruction engine of the virtual Cortex-M0: every ARMv6-M instruction (DDI 0419, A6) and nothing of
// exceptions, which belong to sim/core.c. One call executes one instruction; what it cannot finish itself it
// returns as an event, with the PC as noted.
#ifndef SWDLINK_SIM_CPU_H
#define SWDLINK_SIM_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/bus.h"

enum sim_cpu_event {
    SIM_CPU_NONE,   // done
    SIM_CPU_STALL,  // the bus stalled: nothing has changed, try again later
    SIM_CPU_BKPT,   // PC = the instruction
    SIM_CPU_UNDEF,  // PC = the instruction
    SIM_CPU_FAULT,  // a bus error or an unaligned access; PC = the instruction, nothing has changed
    SIM_CPU_NOT_THUMB, // EPSR.T is 0; PC = the instruction
    SIM_CPU_SVC,    // PC = the next instruction, as for those below
    SIM_CPU_WFI,
    SIM_CPU_WFE,
    SIM_CPU_SEV,
    SIM_CPU_EXCEPTION_RETURN, // BX or POP of 0xfxxxxxxx in handler mode: the value is in exc_return
};

// A data access that the DWT may want to see.
struct sim_cpu_access {
    uint32_t addr;
    uint8_t size;
    bool write;
};

struct sim_cpu {
    uint32_t r[16];  // r[13] is the active stack pointer, r[15] the address of the next instruction
    uint32_t other_sp; // the stack pointer that is not active
    bool sp_is_psp;    // which of the two r[13] is
    bool n, z, c, v, t;
    uint32_t ipsr;
    bool primask;
    bool unmasked;     // set when PRIMASK was cleared: pending exceptions must be looked at
    uint32_t control;  // only SPSEL (bit 1) exists without the unprivileged extension
    uint32_t exc_return;
    unsigned cycles;   // of the last instruction (DDI 0432, 3.3)
    struct sim_bus *bus;
    // The accesses of the last instruction, for the watchpoints.
    struct sim_cpu_access access[9];
    unsigned access_count;
    // Called before the bus is used outside of the windows, so that the clock is right.
    void (*sync)(void *arg);
    void *sync_arg;
};

enum sim_cpu_event sim_cpu_step(struct sim_cpu *cpu);

// Flags, T and IPSR as xPSR and back.
uint32_t sim_cpu_xpsr(const struct sim_cpu *cpu);
void sim_cpu_set_flags(struct sim_cpu *cpu, uint32_t xpsr);
// The two stack pointers by name, whichever is active.
uint32_t sim_cpu_msp(const struct sim_cpu *cpu);
uint32_t sim_cpu_psp(const struct sim_cpu *cpu);
void sim_cpu_set_msp(struct sim_cpu *cpu, uint32_t value);
void sim_cpu_set_psp(struct sim_cpu *cpu, uint32_t value);
// Makes MSP or PSP the active one.
void sim_cpu_select_sp(struct sim_cpu *cpu, bool psp);

#endif
