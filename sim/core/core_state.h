// SPDX-License-Identifier: MIT
// The inside of the core, shared by the files that make it up: core.c (the run loop and the public
// functions), exception*.c, fault_v7m.c, fp_frame.c, debug.c, scs*.c, ppb.c. Nobody else includes
// this.
#ifndef SWDLINK_SIM_CORE_CORE_STATE_H
#define SWDLINK_SIM_CORE_CORE_STATE_H

#include "sim/core/bpu.h"
#include "sim/core/core.h"
#include "sim/core/cpu.h"
#include "sim/core/dwt.h"
#include "sim/core/hclk.h"
#include "sim/core/kind.h"
#include "sim/core/mpu.h"
#include "sim/core/nvic.h"
#include "sim/core/systick.h"
#include "sim/core/trace.h"
#include "sim/core/v7m.h"

#define SIM_LOCKUP_PC 0xfffffffeu
#define DESIGNER_ARM  0x23bu // JEP106

enum sim_sleep { SIM_AWAKE, SIM_SLEEP_WFI, SIM_SLEEP_WFE };

struct sim_debug {
    bool enabled;              // C_DEBUGEN
    bool halt, step, maskints; // C_HALT, C_STEP, C_MASKINTS
    bool halted;               // in Debug state
    bool stepping;             // left Debug state for one instruction
    bool reset_seen;           // S_RESET_ST
    bool reg_ready;            // S_REGRDY
    uint64_t retired_seen;     // instruction count when DHCSR was read last, for S_RETIRE_ST
    uint32_t dfsr, demcr, dcrdr;
};

struct sim_core {
    struct sim_cpu cpu;
    struct sim_hclk hclk;
    struct sim_nvic nvic;
    struct sim_systick systick;
    struct sim_debug debug;
    struct sim_bpu bpu;
    struct sim_dwt dwt;
    struct sim_mpu mpu;
    struct sim_l1 l1;           // of a Cortex-M7 only
    struct sim_trace trace;     // nothing of it on ARMv6-M
    struct sim_v7m v7m;         // nothing of it on ARMv6-M
    struct sim_cpu_guard guard; // what the engine is given while the MPU decides
    const struct sim_core_kind *kind;
    struct sim_bus *bus;
    struct sim_account *account;

    uint32_t cpuid;
    unsigned designer, part; // of the ROM table
    bool held;               // in reset
    bool reset_pending;      // let go, and the vector table could not be read yet
    bool reset_request;
    bool local_reset; // AIRCR.VECTRESET was written
    bool locked_up;
    enum sim_sleep sleep;
    bool sleep_told; // sim_core_run() has returned once since it fell asleep
    uint32_t scr, vtor, initial_vtor;
    bool dwt_open, fpb_open; // to the program: their locks are open (a Cortex-M7's)
    bool stalled;            // an instruction waits for the bus: nothing comes between
    uint64_t stall_until_ns;
    uint64_t instructions_told;              // to the account
    uint64_t exception_cycles, sleep_cycles; // since power-on, for the DWT
};

// ARMv7-M or ARMv7E-M.
static inline bool sim_core_is_v7m(const struct sim_core *core)
{
    return core->kind->arch != SIM_ARMV6M;
}

#define AIRCR_KEY     0x05fau // in the upper half of a write
#define AIRCR_KEYSTAT 0xfa050000u

#define SCR_SEVONPEND   (1u << 4)
#define SCR_SLEEPDEEP   (1u << 2)
#define SCR_SLEEPONEXIT (1u << 1)

#define DFSR_EXTERNAL (1u << 4)
#define DFSR_VCATCH   (1u << 3)
#define DFSR_DWTTRAP  (1u << 2)
#define DFSR_BKPT     (1u << 1)
#define DFSR_HALTED   (1u << 0)
#define DFSR_ALL      0x1fu

#define DEMCR_DWTENA       (1u << 24) // TRCENA in ARMv7-M
#define DEMCR_MON_REQ      (1u << 19) // the monitor and the catches but two: ARMv7-M only
#define DEMCR_MON_STEP     (1u << 18)
#define DEMCR_MON_PEND     (1u << 17)
#define DEMCR_MON_EN       (1u << 16)
#define DEMCR_VC_HARDERR   (1u << 10)
#define DEMCR_VC_INTERR    (1u << 9)
#define DEMCR_VC_BUSERR    (1u << 8)
#define DEMCR_VC_STATERR   (1u << 7)
#define DEMCR_VC_CHKERR    (1u << 6)
#define DEMCR_VC_NOCPERR   (1u << 5)
#define DEMCR_VC_MMERR     (1u << 4)
#define DEMCR_VC_CORERESET (1u << 0)

// core.c
// What stands between the engine and its memory from now on (the MPU, the FPB, CCR.BFHFNMIGN):
// after what changes one of them or the priority.
void sim_core_sync_memory(struct sim_core *core);

// exception.c
// Resets the processor: registers, then SP and PC from the vector table. False: the bus stalled.
bool sim_exception_take_reset(struct sim_core *core);
void sim_exception_pend(struct sim_core *core, unsigned n);
// The priority of what is executed, with PRIMASK as given.
int sim_exception_priority(const struct sim_core *core, bool primask);
// Whether exception n would be taken now, were it pending.
bool sim_exception_preempts(const struct sim_core *core, unsigned n);
// A fault of the instruction at PC: of ARMv6-M it pends HardFault, or locks up.
void sim_exception_fault(struct sim_core *core, enum sim_cpu_stop stop);
void sim_exception_lock_up(struct sim_core *core);
// Counts as inside exception n, without having entered it.
void sim_exception_lock_up_in(struct sim_core *core, unsigned n);
enum sim_cpu_stop sim_exception_read_vector(struct sim_core *core, unsigned n, uint32_t *vector);
// A breakpoint without halting debug.
void sim_exception_breakpoint(struct sim_core *core);
void sim_exception_svc(struct sim_core *core);
// A branch to an EXC_RETURN value in Handler mode.
void sim_exception_return(struct sim_core *core);
// The exception that is to be entered now, or SIM_EXC_NONE.
unsigned sim_exception_preempting(const struct sim_core *core);
// Enters the most urgent pending exception, if it is more urgent than what executes. False: the bus
// stalled, and nothing has happened.
bool sim_exception_take(struct sim_core *core);
// True when an exception is pending that ends this sleep (B1.5.17 to B1.5.19).
bool sim_exception_wakes(const struct sim_core *core);

// ExceptionTaken(): the processor is in the handler of exception n.
void sim_exception_enter(struct sim_core *core, unsigned n, uint32_t vector, uint32_t exc_return);
// The eight words of a frame: r0 to r3, r12, LR, PC, xPSR. mark: bit 9 of xPSR, or 0. Restoring
// leaves xPSR and the stack pointers to the caller.
enum { SIM_FRAME_WORDS = 8, SIM_FRAME_SIZE = 32 };
void sim_exception_make_frame(const struct sim_cpu *cpu, uint32_t mark,
                              uint32_t frame[SIM_FRAME_WORDS]);
void sim_exception_restore_frame(struct sim_cpu *cpu, const uint32_t frame[SIM_FRAME_WORDS]);

// scs.c: by the offset from 0xe000e000.
uint32_t sim_scs_read(struct sim_core *core, bool debugger, uint32_t offset);
void sim_scs_write(struct sim_core *core, bool debugger, uint32_t offset, uint32_t value);

// debug.c
void sim_debug_reset(struct sim_core *core, enum sim_reset kind);
// Enters Debug state, if debug is enabled; cause is of DFSR.
bool sim_debug_enter(struct sim_core *core, uint32_t cause);
bool sim_debug_catches(const struct sim_core *core, uint32_t demcr_bit);
// By the offset from 0xe000e000.
uint32_t sim_debug_read(struct sim_core *core, uint32_t offset);
void sim_debug_write(struct sim_core *core, uint32_t offset, uint32_t value);

#endif
