// SPDX-License-Identifier: MIT
// The instruction engine of the Cortex-M cores: ARMv6-M (DDI 0419, A5 to A7), ARMv7-M and ARMv7E-M
// with or without FPv4-SP or FPv5 (DDI 0403, A5 to A7). It executes instructions and knows nothing
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
#include "sim/core/l1.h"

#define XPSR_IPSR  0x1ffu // of which ARMv6-M uses six bits
#define XPSR_N     (1u << 31)
#define XPSR_Z     (1u << 30)
#define XPSR_C     (1u << 29)
#define XPSR_V     (1u << 28)
#define XPSR_T     (1u << 24)
#define XPSR_ALIGN (1u << 9) // only in a stacked xPSR

// ICI and IT share these bits: [26:25] are the low two bits of ITSTATE, [15:10] the high six.
#define XPSR_IT 0x0600fc00u
#define XPSR_Q  (1u << 27)
#define XPSR_GE 0x000f0000u

#define SIM_FPSCR_BITS 0xf7c0009fu // that exist

enum sim_arch { SIM_ARMV6M, SIM_ARMV7M, SIM_ARMV7EM };

enum sim_cpu_stop {
    SIM_CPU_NONE, // the limit is reached, or somebody asked for attention
    // Done; PC and ITSTATE are those of the next instruction.
    SIM_CPU_SVC,
    SIM_CPU_WFI,
    SIM_CPU_WFE,
    SIM_CPU_EXC_RETURN, // cpu->exc_return was branched to in Handler mode
    // Nothing happened; PC and ITSTATE are the instruction's own. What a list or a pair of loads
    // and stores had done before its fault is done again when the instruction is.
    SIM_CPU_BREAKPOINT, // a comparator of the BPU
    SIM_CPU_BKPT,
    SIM_CPU_UNDEFINED, // no such instruction; ARMv6-M: or the Thumb bit is clear
    SIM_CPU_FAULT,     // refused: cpu->fault tells by whom; ARMv6-M: or unaligned
    SIM_CPU_STALL,     // the bus is busy until bus->stall_until_ns
    // As these, ARMv7-M only. Each is one bit of UFSR.
    SIM_CPU_INVALID_STATE,  // the Thumb bit is clear, or ICI bits meet another instruction
    SIM_CPU_NO_COPROCESSOR, // there is none, or CPACR does not let the program use it
    SIM_CPU_UNALIGNED,      // by CCR.UNALIGN_TRP, or an instruction that never may
    SIM_CPU_DIVIDE_BY_ZERO, // by CCR.DIV_0_TRP
    // An FP instruction while lazy state is to be saved (FPCCR.LSPACT): save it, clear
    // cpu->fp.lspact and go on.
    SIM_CPU_LAZY_FP,
};

enum sim_access { SIM_ACCESS_FETCH, SIM_ACCESS_READ, SIM_ACCESS_WRITE };

// Why an access was refused (SIM_CPU_FAULT).
struct sim_cpu_fault {
    bool protection; // by the guard or in an execute-never region: MemManage. Else by the bus
    bool fetch;      // of an instruction: MMFAR and BFAR do not get the address
    uint32_t addr;
};

// What stands between the engine and its memory when the MPU or the FPB are on. Either
// function may be NULL.
struct sim_cpu_guard {
    void *arg;
    // The MPU: may this byte be accessed? An access that crosses into other bytes asks for its
    // first and its last one.
    bool (*permits)(void *arg, uint32_t addr, enum sim_access access, bool privileged);
    // The FPB: where a literal or an instruction of the code region really is read.
    uint32_t (*remap)(void *arg, uint32_t addr, enum sim_access access);
};

// The floating-point unit (DDI 0403, A2.5 and B1.5.7), and what its registers in the SCS ask for.
struct sim_cpu_fp {
    bool present;
    bool has_v5, has_double; // FPv5, and double precision, besides FPv4-SP
    unsigned access;         // CPACR.CP10: 0 nobody, 1 privileged, 3 everybody
    bool aspen, lspact;      // FPCCR
    bool fpca;               // CONTROL
    uint32_t s[32], fpscr, fpdscr;
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
    uint64_t cycles;
    uint32_t exc_return;
    uint32_t ipsr_mask; // of xPSR: as many bits as the exceptions need
    struct sim_cpu_fault fault;
    uint64_t instructions; // apart from cycles: adding to both at once would wait for cycles

    struct sim_bus *bus;
    struct sim_hclk *hclk;
    const struct sim_bpu *bpu;
    struct sim_dwt *dwt;
    const struct sim_window *windows;       // that accesses may go straight to: the engine's own
    const struct sim_window *fetch_windows; // the same for instructions,
    unsigned fetch_window;                  // and where the last one came from
    struct sim_l1 *l1;                      // a Cortex-M7's caches and TCMs; NULL: there are none
    struct sim_l1 *dcache; // that, while data goes through a cache and no guard is asked
    // What the kind of core has (sim/core/kind.h).
    bool has_npriv, short_pipeline;
    // Words of an LDM, STM, PUSH or POP that the bus has done when it stalls in the middle.
    unsigned list_done;
    uint32_t list_value[32];

    // ARMv7-M: zero in ARMv6-M, but for arch, and for npriv and guard of a Cortex-M0+.
    enum sim_arch arch;
    uint32_t it;     // ITSTATE, or ICI when bits 3:0 are clear
    uint32_t svc_it; // that of the last SVC, to which ITSTATE goes back if it cannot be taken
    uint32_t q;      // 0 or 1
    uint32_t ge;     // GE[3:0]
    bool npriv, faultmask;
    uint8_t basepri;
    uint8_t basepri_mask; // bits of BASEPRI that this processor has
    bool exclusive;       // the local monitor, which keeps no address, as a Cortex-M3's and M4's
    uint32_t at;          // the instruction that is executed
    const struct sim_cpu_guard *guard; // NULL: neither MPU nor FPB remapping is on
    bool unalign_trp, div_0_trp;       // CCR
    bool buffers_writes;               // ACTLR.DISDEFWBUF is clear
    // A buffered write was refused by the bus: an imprecise BusFault. The engine sets it and
    // attention; whoever handles it clears it.
    bool imprecise;
    bool ignores_bus_faults; // of data: CCR.BFHFNMIGN, below priority 0
    bool unprivileged;       // the access under way is that of LDRT, STRT
    struct sim_cpu_fp fp;
};

// Executes until the cycle counter reaches limit (at least one instruction), or a stop.
enum sim_cpu_stop sim_cpu_run(struct sim_cpu *cpu, uint64_t limit);

// IPSR, flags, T; in ARMv7-M Q, ITSTATE (ICI) and in ARMv7E-M GE.
uint32_t sim_cpu_get_xpsr(const struct sim_cpu *cpu);
// All of it, as the debugger writes it and an exception return restores it. The exception number
// moves with it, and so the stack pointer in use.
void sim_cpu_set_xpsr(struct sim_cpu *cpu, uint32_t xpsr);
// The flags only (MSR APSR).
void sim_cpu_set_flags(struct sim_cpu *cpu, uint32_t xpsr);
uint32_t sim_cpu_get_sp(const struct sim_cpu *cpu, bool process);
void sim_cpu_set_sp(struct sim_cpu *cpu, bool process, uint32_t value);
bool sim_cpu_uses_psp(const struct sim_cpu *cpu);
// Changes exception number and CONTROL.SPSEL, and with them the stack pointer in use.
void sim_cpu_set_mode(struct sim_cpu *cpu, uint32_t ipsr, bool spsel);
// CONTROL, of which ARMv6-M has SPSEL, ARMv7-M nPRIV, and a processor with FPU has FPCA.
uint32_t sim_cpu_get_control(const struct sim_cpu *cpu);
void sim_cpu_set_control(struct sim_cpu *cpu, uint32_t value);
// Registers by DCRSR.REGSEL (DDI 0403, C1.6.3): 0 to 15, 16 xPSR, 17 MSP, 18 PSP,
// 20 CONTROL:FAULTMASK:BASEPRI:PRIMASK, with an FPU 33 FPSCR and 64 to 95 S0 to S31. False: this
// processor has no such register.
bool sim_cpu_has_reg(const struct sim_cpu *cpu, unsigned regsel);
uint32_t sim_cpu_get_reg(const struct sim_cpu *cpu, unsigned regsel);
void sim_cpu_set_reg(struct sim_cpu *cpu, unsigned regsel, uint32_t value);
// Handler mode, or Thread mode without CONTROL.nPRIV. The second one is asked by the private
// peripheral bus: it counts what LDRT and STRT access as unprivileged.
bool sim_cpu_is_privileged(const struct sim_cpu *cpu);
bool sim_cpu_access_is_privileged(const struct sim_cpu *cpu);
// What a reset sets to zero, besides the exception number and the stack pointers.
void sim_cpu_reset(struct sim_cpu *cpu);
// A word access of the processor outside of an instruction (stacking, vectors). The guard is not
// asked.
enum sim_cpu_stop sim_cpu_read_word(struct sim_cpu *cpu, uint32_t addr, uint32_t *value);
enum sim_cpu_stop sim_cpu_write_word(struct sim_cpu *cpu, uint32_t addr, uint32_t value);

#endif
