// SPDX-License-Identifier: MIT
// What ARMv7-M has beyond ARMv6-M: configurable faults and their status, escalation, floating-point
// frames, the debug monitor (DDI 0403, B1.5, B3.2 and C1.4). Private to sim/core/.
#ifndef SWDLINK_SIM_CORE_V7M_H
#define SWDLINK_SIM_CORE_V7M_H

#include <stdbool.h>
#include <stdint.h>

struct sim_core;

struct sim_v7m {
    uint32_t actlr, ccr, cpacr;
    uint32_t cfsr, hfsr, mmfar, bfar;
    uint32_t fpccr; // but for ASPEN and LSPACT, which the engine holds
    uint32_t fpcar;
    uint32_t abfsr;  // of a Cortex-M7: where a buffered write failed
    uint32_t caught; // bits of DEMCR: what a vector catch would find in the faults not entered yet
    bool monitor_steps; // left the debug monitor for one instruction
};

#define CCR_NONBASETHRDENA (1u << 0)
#define CCR_USERSETMPEND   (1u << 1)
#define CCR_UNALIGN_TRP    (1u << 3)
#define CCR_DIV_0_TRP      (1u << 4)
#define CCR_BFHFNMIGN      (1u << 8)
#define CCR_STKALIGN       (1u << 9)
#define CCR_DC             (1u << 16) // these two of a Cortex-M7, which also has
#define CCR_IC             (1u << 17)
#define CCR_BP             (1u << 18) // branch prediction, always on

#define ACTLR_DISDEFWBUF (1u << 1)

#define ABFSR_AHBP (1u << 2)
#define ABFSR_AXIM (1u << 3)

// CFSR: MMFSR, BFSR and UFSR.
#define CFSR_IACCVIOL    (1u << 0)
#define CFSR_DACCVIOL    (1u << 1)
#define CFSR_MUNSTKERR   (1u << 3)
#define CFSR_MSTKERR     (1u << 4)
#define CFSR_MLSPERR     (1u << 5)
#define CFSR_MMARVALID   (1u << 7)
#define CFSR_IBUSERR     (1u << 8)
#define CFSR_PRECISERR   (1u << 9)
#define CFSR_IMPRECISERR (1u << 10)
#define CFSR_UNSTKERR    (1u << 11)
#define CFSR_STKERR      (1u << 12)
#define CFSR_LSPERR      (1u << 13)
#define CFSR_BFARVALID   (1u << 15)
#define CFSR_UNDEFINSTR  (1u << 16)
#define CFSR_INVSTATE    (1u << 17)
#define CFSR_INVPC       (1u << 18)
#define CFSR_NOCP        (1u << 19)
#define CFSR_UNALIGNED   (1u << 24)
#define CFSR_DIVBYZERO   (1u << 25)
#define CFSR_MEMMANAGE   0x000000ffu
#define CFSR_BUSFAULT    0x0000ff00u
#define CFSR_ALL         0x030fbfbbu

#define HFSR_DEBUGEVT (1u << 31)
#define HFSR_FORCED   (1u << 30)
#define HFSR_VECTTBL  (1u << 1)
#define HFSR_ALL      (HFSR_DEBUGEVT | HFSR_FORCED | HFSR_VECTTBL)

#define FPCCR_ASPEN  (1u << 31)
#define FPCCR_LSPEN  (1u << 30)
#define FPCCR_MONRDY (1u << 8)
#define FPCCR_BFRDY  (1u << 6)
#define FPCCR_MMRDY  (1u << 5)
#define FPCCR_HFRDY  (1u << 4)
#define FPCCR_THREAD (1u << 3)
#define FPCCR_USER   (1u << 1)
#define FPCCR_LSPACT (1u << 0)

// S0 to S15, FPSCR and a word that is reserved.
enum { SIM_FP_WORDS = 18, SIM_FP_SAVED = 17 };

enum sim_frame_result { SIM_FRAME_OK, SIM_FRAME_MPU, SIM_FRAME_BUS };

// fault_v7m.c
void sim_v7m_reset(struct sim_core *core);
// A stop of the engine that is a fault (enum sim_cpu_stop) of the instruction at PC.
void sim_v7m_fault(struct sim_core *core, unsigned stop);
// Exception n is enabled, and urgent enough to be taken now.
bool sim_v7m_is_ready(const struct sim_core *core, unsigned n);
// Bits of CFSR become set, and the exception that they belong to pending: HardFault where it is not
// enabled or not urgent enough (B1.5.4), and where that cannot be taken, lockup.
void sim_v7m_raise(struct sim_core *core, uint32_t cfsr);
// HardFault instead of an exception that cannot be taken; hfsr tells why.
void sim_v7m_escalate(struct sim_core *core, uint32_t hfsr);
// BKPT, or a comparator of the FPB, without halting debug: the monitor's, or a HardFault.
void sim_v7m_breakpoint(struct sim_core *core);
// A debug event for the monitor, if it is enabled and urgent enough. dfsr: the event's bit.
bool sim_v7m_monitor(struct sim_core *core, uint32_t dfsr);
// A buffered write has failed: a fault that waits until it may be taken.
void sim_v7m_imprecise(struct sim_core *core);

// exception_v7m.c
bool sim_v7m_take(struct sim_core *core);
void sim_v7m_return(struct sim_core *core);

// fp_frame.c
// The floating-point part of a frame, from its address on: stacked at entry, or left to be stacked
// when the handler uses the unit (lazily), and unstacked. False: it raised a fault.
bool sim_fp_push(struct sim_core *core, uint32_t addr, bool privileged);
bool sim_fp_pop(struct sim_core *core, uint32_t addr, bool privileged);
// SIM_CPU_LAZY_FP: saves what was left; false: it raised a fault.
bool sim_fp_save_lazily(struct sim_core *core);
// Words of a frame in memory, with the MPU asked.
enum sim_frame_result sim_frame_write(struct sim_core *core, uint32_t addr, const uint32_t *words,
                                      unsigned count, bool privileged);
enum sim_frame_result sim_frame_read(struct sim_core *core, uint32_t addr, uint32_t *words,
                                     unsigned count, bool privileged);

// scs_v7m.c: registers of the SCS that ARMv6-M has not, or has otherwise, by their offset from
// 0xe000e000. False: it is not one of them.
bool sim_v7m_read(struct sim_core *core, uint32_t offset, uint32_t *value);
bool sim_v7m_write(struct sim_core *core, uint32_t offset, uint32_t value);

#endif
