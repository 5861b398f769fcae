// SPDX-License-Identifier: MIT
// The state of the virtual Cortex-M0, shared by the files that make it up: core.c (running), exception.c,
// systick.c, scs.c (system control space), debug.c (halting debug, BPU, DWT). Nobody else includes it.
#ifndef SWDLINK_SIM_CORE_STATE_H
#define SWDLINK_SIM_CORE_STATE_H

#include "sim/core.h"
#include "sim/cpu.h"

enum {
    EXC_RESET = 1,
    EXC_NMI = 2,
    EXC_HARDFAULT = 3,
    EXC_SVCALL = 11,
    EXC_PENDSV = 14,
    EXC_SYSTICK = 15,
    EXC_IRQ0 = 16,
    EXC_COUNT = 48,
};

#define BPU_COMPARATORS 4
#define DWT_COMPARATORS 2

// DHCSR (DDI 0419, C1.6.3)
#define DHCSR_DBGKEY      0xa05fu
#define DHCSR_S_RESET_ST  (1u << 25)
#define DHCSR_S_RETIRE_ST (1u << 24)
#define DHCSR_S_LOCKUP    (1u << 19)
#define DHCSR_S_SLEEP     (1u << 18)
#define DHCSR_S_HALT      (1u << 17)
#define DHCSR_S_REGRDY    (1u << 16)
#define DHCSR_C_MASKINTS  (1u << 3)
#define DHCSR_C_STEP      (1u << 2)
#define DHCSR_C_HALT      (1u << 1)
#define DHCSR_C_DEBUGEN   (1u << 0)

// DFSR (C1.6.1)
#define DFSR_VCATCH  (1u << 3)
#define DFSR_DWTTRAP (1u << 2)
#define DFSR_BKPT    (1u << 1)
#define DFSR_HALTED  (1u << 0)

// DEMCR (C1.6.6)
#define DEMCR_DWTENA       (1u << 24)
#define DEMCR_VC_HARDERR   (1u << 10)
#define DEMCR_VC_CORERESET (1u << 0)

struct sim_core {
    struct sim_cpu cpu;
    struct sim_bus *bus;
    struct sim_clock *clock;
    struct sim_account *account;

    // Time: the clock stands at base_ns + (cycles - base_cycles) / hclk while the core runs.
    uint32_t hclk_hz;
    uint64_t cycles, base_cycles, base_ns;

    bool held;          // reset is asserted
    bool halted;        // debug state
    bool locked_up;
    bool sleeping;
    bool waits_for_event; // sleeping by WFE
    bool event;         // the event register
    bool attention;     // something changed that the run loop must look at before the next instruction
    bool reset_request;

    // Exceptions, one bit per exception number.
    uint64_t pending, active;
    uint32_t enabled, irq_level;
    uint8_t priority[EXC_COUNT]; // 0, 0x40, 0x80, 0xc0 for those that can be configured
    uint32_t scr;

    // SysTick, in core cycles.
    uint32_t syst_csr, syst_rvr, syst_cvr;
    uint64_t syst_at; // the cycle count that syst_cvr belongs to

    // Debug.
    uint32_t dhcsr;   // C_ bits only
    bool reset_st, retire_st, regrdy;
    uint32_t dcrdr, demcr, dfsr;
    bool stepping;
    bool bpu_enabled;
    uint32_t bp_comp[BPU_COMPARATORS];
    unsigned bp_used; // number of enabled comparators
    struct {
        uint32_t comp, mask, function;
        bool matched;
    } dwt[DWT_COMPARATORS];
    bool dwt_used;
};

// core.c
uint64_t core_now_ns(const struct sim_core *core);
void core_rebase(struct sim_core *core);
void core_wake(struct sim_core *core);

// exception.c
int exception_current_priority(const struct sim_core *core);
// The pending exception that would be taken next, or 0. C_MASKINTS counts.
unsigned exception_next(const struct sim_core *core);
// True when a pending exception would wake the core from WFI: PRIMASK does not count (DDI 0419, B1.5.17).
bool exception_would_wake(const struct sim_core *core);
void exception_enter(struct sim_core *core, unsigned number);
void exception_return(struct sim_core *core, uint32_t exc_return);
// A synchronous fault: HardFault, or lockup when that cannot be taken.
void exception_fault(struct sim_core *core);
void exception_svcall(struct sim_core *core);
void exception_pend(struct sim_core *core, unsigned number);

// systick.c
void systick_sync(struct sim_core *core);
// Cycles until the counter wraps and pends, UINT64_MAX when it never does.
uint64_t systick_due(const struct sim_core *core);
uint32_t systick_read(struct sim_core *core, uint32_t offset);
void systick_write(struct sim_core *core, uint32_t offset, uint32_t value);

// debug.c
void debug_reset(struct sim_core *core, enum sim_reset kind);
void debug_halt(struct sim_core *core, uint32_t dfsr);
bool debug_bpu_matches(const struct sim_core *core, uint32_t pc);
void debug_watch(struct sim_core *core);
// Registers that only the debugger sees. False: not one of these.
bool debug_read(struct sim_core *core, uint32_t addr, uint32_t *value);
bool debug_write(struct sim_core *core, uint32_t addr, uint32_t value);

static inline bool core_debug_enabled(const struct sim_core *core)
{
    return core->dhcsr & DHCSR_C_DEBUGEN;
}

#endif
