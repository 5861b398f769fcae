// SPDX-License-Identifier: MIT
// A core of the virtual chip: Cortex-M0 or M0+ (ARMv6-M, DDI 0419; DDI 0432 and DDI 0484 for the
// processors), Cortex-M3, M4 with FPU or M7 (ARMv7-M, DDI 0403; DDI 0337, DDI 0439 and DDI 0489):
// instructions, exceptions, NVIC, SysTick, MPU, sleep, lockup, debug and its comparators.
// Everything between 0xe0000000 and 0xe00fffff is here, but for what the chip's maker has put
// there.
#ifndef SWDLINK_SIM_CORE_CORE_H
#define SWDLINK_SIM_CORE_CORE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/core/bus.h"
#include "sim/core/l1.h"
#include "sim/time/account.h"
#include "sim/time/clock.h"

struct sim_core;

enum sim_core_event {
    SIM_CORE_TIME, // until_ns is reached, or a timer was armed: ask the clock for the next one
    SIM_CORE_RESET_REQUEST, // AIRCR.SYSRESETREQ was written (by the program or the debugger)
};

#define SIM_CORE_INTERRUPTS 32u         // of a Cortex-M0 with all that it can have
#define SIM_CPUID_M0        0x410cc200u // r0p0 (DDI 0432, 4.2)
#define SIM_CPUID_M0PLUS    0x410cc601u // r0p1 (DDI 0484, 4.2)
#define SIM_CPUID_M3        0x411fc231u // r1p1, as in an STM32F103
#define SIM_CPUID_M4        0x410fc241u // r0p1, as captured of an STM32F429
#define SIM_CPUID_M7        0x411fc271u // r1p1, as in an STM32H743

// What a chip maker decides of a processor.
struct sim_core_config {
    uint32_t cpuid;         // of it, the kind of core is taken (sim/core/kind.h)
    unsigned interrupts;    // how many lines it has, up to 240
    bool no_mpu, no_fpu;    // made without a unit that its kind can have
    unsigned priority_bits; // 0: as many as STMicroelectronics gives the kind
    uint32_t systick_calib; // SYST_CALIB; 0: that of an STM32F0
    unsigned mpu_regions;   // 0: as many as the kind usually has
    bool single_only;       // an FPv5 without double precision
    struct sim_l1_sizes l1; // of a Cortex-M7
};

// NULL when out of memory. The core starts in power-on reset, held, as bus->core.
struct sim_core *sim_core_create(struct sim_bus *bus, struct sim_clock *clock,
                                 struct sim_account *account, const struct sim_core_config *config);
void sim_core_destroy(struct sim_core *core);

// Holds the core in reset or lets it go; letting go fetches SP and PC from the vector table
// (through the bus, address 0). SIM_RESET_POWER also clears the debug registers; SIM_RESET_SYSTEM
// keeps C_DEBUGEN, DEMCR, DFSR, BPU and DWT (DDI 0419, B1.5.16 and C1) and sets S_RESET_ST. C_HALT,
// C_STEP and C_MASKINTS are cleared, and cannot be set while the core is held: DEMCR.VC_CORERESET
// halts it at its first instruction. A vector table that stalls the bus is waited for in
// sim_core_run().
void sim_core_hold(struct sim_core *core, enum sim_reset kind);
void sim_core_release(struct sim_core *core);
bool sim_core_is_held(const struct sim_core *core);

// Runs until the clock stands at until_ns. While running, clock->now_ns is up to date at every bus
// access outside the windows. A halted, locked up, sleeping or held core lets the time pass
// (SysTick counts in sleep, not while halted). Returns early when clock->rearmed, on a reset
// request, when the core halts, so that the chip can stop its watchdogs, and once when it falls
// asleep, so that the chip can look at sim_core_deep_sleep(). The processor may be ahead of the
// clock by the part of its last instruction that lies behind until_ns.
enum sim_core_event sim_core_run(struct sim_core *core, uint64_t until_ns);
// True once after SYSRESETREQ was written: for a request by the debugger while the core does not
// run.
bool sim_core_take_reset_request(struct sim_core *core);
// Core clock; takes effect from now on. 0: stopped (Stop mode).
void sim_core_set_hclk(struct sim_core *core, uint32_t hz);

// Interrupt line n goes active or inactive; a level pends when it goes active, again when
// its handler returns while it is active, and stays pending (latched) when it goes inactive before.
void sim_core_set_irq(struct sim_core *core, unsigned n, bool active);
void sim_core_pend_nmi(struct sim_core *core);
// RXEV: an event from outside, which ends or keeps off a WFE (DDI 0419, B1.5.18).
void sim_core_send_event(struct sim_core *core);
// Whether the private bus answers this master now: not an unprivileged program.
bool sim_core_may_use_ppb(const struct sim_core *core, enum sim_master master);
// An access by the core or the debugger to the private peripheral bus. ARMv6-M: words only,
// anything else is a bus error and a violation, and registers that only the debugger may see
// (DHCSR, DCRSR, DCRDR, DEMCR, DFSR, BPU, DWT) read as zero to the core. ARMv7-M: all widths are
// read, and registers that are made of bytes are written so; a program may use all but halting
// debug.
enum sim_bus_status sim_core_ppb_read(struct sim_core *core, enum sim_master master, uint32_t addr,
                                      unsigned size, uint32_t *value);
enum sim_bus_status sim_core_ppb_write(struct sim_core *core, enum sim_master master, uint32_t addr,
                                       unsigned size, uint32_t value);

// Where the vector table is after a reset from now on, that of a core that is held among them
// (INITVTOR of a Cortex-M7); 0 at first.
void sim_core_set_initial_vtor(struct sim_core *core, uint32_t addr);

// CPUID, and the ROM table's designer (JEP106) and part, which are the chip maker's, or with a
// designer of 0 ARM's. It changes what the core says, and not its kind.
void sim_core_set_identity(struct sim_core *core, uint32_t cpuid, unsigned designer, unsigned part);

// The SWO pin of ARMv7-M: swo is called for each change of its level, with the time in picoseconds,
// late but in order. The trace port goes on while the processor is halted: whoever wants to know
// lets it.
void sim_core_on_swo(struct sim_core *core, void (*swo)(void *arg, uint64_t at_ps, bool level),
                     void *arg);
void sim_core_run_trace(struct sim_core *core, uint64_t until_ns);
// Whether the trace port has the processor's clock, as it has at first, or none.
void sim_core_clock_trace(struct sim_core *core, bool clocked);
// False: this core has no trace.
bool sim_core_swo_level(const struct sim_core *core, bool *level);

// For the chip and for tests.
bool sim_core_is_halted(const struct sim_core *core);
bool sim_core_is_locked_up(const struct sim_core *core);
bool sim_core_is_sleeping(const struct sim_core *core);   // WFI, WFE, sleep-on-exit
bool sim_core_deep_sleep(const struct sim_core *core);    // sleeping with SCR.SLEEPDEEP
bool sim_core_debug_enabled(const struct sim_core *core); // C_DEBUGEN
// Registers by DCRSR.REGSEL number (0-15, 16 xPSR, 17 MSP, 18 PSP, 20 CONTROL:…:PRIMASK; with an
// FPU 33 FPSCR, 64-95 S0 to S31).
uint32_t sim_core_get_reg(const struct sim_core *core, unsigned regsel);
void sim_core_set_reg(struct sim_core *core, unsigned regsel, uint32_t value);

#endif
