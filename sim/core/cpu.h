// SPDX-License-Identifier: MIT
// The ARMv6-M instruction engine (DDI 0419, A5 to A7). It executes instructions and knows nothing
// of exceptions, sleep and debug state: what it cannot do alone it returns as a stop, with an exact
// PC.
#ifndef SWDLINK_SIM_CORE_CPU_H
#define SWDLINK_SIM_CORE_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/core/bpu.h"
#include "sim/core/bus.h"
#include "sim/core/dwt.h"
#include "sim/core/hclk.h"

#define XPSR_IPSR  0x1ffu // of which ARMv6-M uses six bits
#define XPSR_N     (1u << 31)
#define XPSR_Z     (1u << 30)
#define XPSR_C     (1u << 29)
#define XPSR_V     (1u << 28)
#define XPSR_T     (1u << 24)
#define XPSR_ALIGN (1u << 9) // only in a stacked xPSR

enum sim_cpu_stop {
    SIM_CPU_NONE, // the limit is reached, or somebody asked for attention
    // Done; PC is the next instruction.
    SIM_CPU_SVC,
    SIM_CPU_WFI,
    SIM_CPU_WFE,
    SIM_CPU_EXC_RETURN, // cpu->exc_return was branched to in Handler mode
    // Nothing happened; PC is the instruction's own.
    SIM_CPU_BREAKPOINT, // a comparator of the BPU
    SIM_CPU_BKPT,
    SIM_CPU_UNDEFINED, // no such instruction, or the Thumb bit is clear
    SIM_CPU_FAULT,     // unaligned, refused by the bus, or not executable
    SIM_CPU_STALL,     // the bus is busy until bus->stall_until_ns
};

struct sim_cpu {
    uint32_t r[16];    // r[13]: the stack pointer in use; r[15]: the next instruction
    uint32_t msp, psp; // of these the one in use is stale: see sim_cpu_get_sp()
    uint32_t n, z;     // N is bit 31 of n; Z is set when z is 0
    uint32_t c, v;     // C is 0 or 1; V is bit 31 of v
    uint32_t ipsr;
    bool thumb, primask, spsel;
    bool event; // the event register (DDI 0419, B1.5.18)

    bool attention; // come back after this instruction
    uint64_t cycles, instructions;
    uint32_t exc_return;
    uint32_t ipsr_mask; // of xPSR: as many bits as the exceptions need

    struct sim_bus *bus;
    struct sim_hclk *hclk;
    const struct sim_bpu *bpu;
    struct sim_dwt *dwt;
    unsigned fetch_window; // where the last instruction came from
    // Words of an LDM, STM, PUSH or POP that the bus has done when it stalls in the middle.
    unsigned list_done;
    uint32_t list_value[9];
};

// Executes until the cycle counter reaches limit (at least one instruction), or a stop.
enum sim_cpu_stop sim_cpu_run(struct sim_cpu *cpu, uint64_t limit);

uint32_t sim_cpu_get_xpsr(const struct sim_cpu *cpu);
// The flags only (MSR APSR, exception return).
void sim_cpu_set_flags(struct sim_cpu *cpu, uint32_t xpsr);
uint32_t sim_cpu_get_sp(const struct sim_cpu *cpu, bool process);
void sim_cpu_set_sp(struct sim_cpu *cpu, bool process, uint32_t value);
bool sim_cpu_uses_psp(const struct sim_cpu *cpu);
// Changes exception number and CONTROL.SPSEL, and with them the stack pointer in use.
void sim_cpu_set_mode(struct sim_cpu *cpu, uint32_t ipsr, bool spsel);
// A word access of the processor outside of an instruction (stacking, vectors).
enum sim_cpu_stop sim_cpu_read_word(struct sim_cpu *cpu, uint32_t addr, uint32_t *value);
enum sim_cpu_stop sim_cpu_write_word(struct sim_cpu *cpu, uint32_t addr, uint32_t value);

#endif
