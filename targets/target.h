// SPDX-License-Identifier: MIT
// The one door: everything above (doctor, server, cli) asks here for memory, registers, run
// control, breakpoints and flash. Synchronous and bounded: no call takes longer than about 50 ms
// with a healthy probe, except reset, connect and a page of flash (up to about 100 ms). Nothing
// here waits for the program: a running target is looked at with target_poll(). Every call that
// reads or writes the target takes the core over from a flash job first: that stops the job's
// loader, and writes the registers and the SRAM that it borrowed back; the job goes on with a new
// start.
#ifndef SWDLINK_TARGETS_TARGET_H
#define SWDLINK_TARGETS_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "cortex/cortexm.h"
#include "flash/flash.h"
#include "swd/debug_probe.h"
#include "swd/mem_ap.h"
#include "targets/chip.h"
#include "targets/dbgmcu.h"

enum target_connect {
    TARGET_CONNECT_AUTO, // as asked; slower; under reset; under reset, caught at the first
                         // instruction
    TARGET_CONNECT_NORMAL,
    TARGET_CONNECT_UNDER_RESET,
    TARGET_CONNECT_HOTPLUG, // attach without disturbing the running program
};

// The strategies of connecting, gentle ones first.
enum target_strategy {
    TARGET_STRATEGY_ASKED,
    TARGET_STRATEGY_SLOWER,
    TARGET_STRATEGY_UNDER_RESET,
    TARGET_STRATEGY_CATCH, // right after a reset
    TARGET_STRATEGIES,
};

// What came of one of them.
struct target_attempt {
    bool tried;
    enum err result;
    uint8_t status;    // of the probe, when it failed
    uint32_t swclk_hz; // as the probe really set it
};

struct target_options {
    enum target_connect connect;
    uint32_t swclk_hz; // 0: the probe's best for this chip
};

enum target_state {
    TARGET_RUNNING,
    TARGET_HALTED,
    TARGET_LOST, // the probe or the target stopped answering; target_reconnect() may bring it back
};

enum target_stop_cause {
    TARGET_STOP_REQUEST, // target_halt(), or found halted
    TARGET_STOP_STEP,    // a step or a range step ended
    TARGET_STOP_HWBREAK, // a comparator of ours
    TARGET_STOP_SWBREAK, // a BKPT instruction of ours
    TARGET_STOP_BKPT,    // a BKPT instruction of the program's own (semihosting is BKPT 0xab)
    TARGET_STOP_WATCH,   // watch_addr and watch tell which
    TARGET_STOP_FAULT,   // vector catch of HardFault: detail says what is known of the cause
    TARGET_STOP_LOCKUP,  // locked up (and now halted)
    TARGET_STOP_RESET,   // caught by VC_CORERESET
};

struct target_stop {
    enum target_stop_cause cause;
    uint32_t pc;
    uint32_t watch_addr;
    enum dwt_access watch;
    bool
        told_before; // a BKPT of the program's own, at which a breakpoint of ours stopped it before
    bool was_reset;  // the target was reset by something else than us since the last stop
    char detail[256]; // of a fault or a lockup: a sentence for the console; or empty
};

enum target_region_kind { TARGET_REGION_RAM, TARGET_REGION_ROM, TARGET_REGION_FLASH };

struct target_region {
    enum target_region_kind kind;
    uint32_t base, size;
    uint32_t page_size; // flash only
};

// All that a debugger may look at is in a region: memories, the code alias at 0, the peripherals
// (as RAM).
#define TARGET_MAX_REGIONS  (7 + FLASH_RUNS)
#define TARGET_MAX_SWBREAKS 64
#define TARGET_CODE_LINE    32u

struct target {
    struct debug_probe *probe;
    struct mem_ap mem; // of the core
    struct log *log;
    struct target_options options;
    struct cortexm core;
    struct target_attempt attempt[TARGET_STRATEGIES]; // of the last time that we connected
    struct chip_identity id;
    struct flash_bank bank; // size 0 when there is no flash that we can write
    struct target_region region[TARGET_MAX_REGIONS];
    unsigned region_count;
    enum target_state state;
    // Software breakpoints in RAM.
    struct {
        bool used;
        uint32_t addr;
        uint16_t original;
        unsigned users;
    } swbreak[TARGET_MAX_SWBREAKS];
    // A breakpoint that is taken out while the instruction under it is stepped.
    struct {
        bool software;
        unsigned hardware_users;
        uint32_t addr;
    } lifted;
    // The flash around the last code that was read: it cannot change while the core is halted.
    struct {
        bool valid;
        uint32_t runs; // core.runs when it was read
        uint32_t base;
        uint8_t bytes[TARGET_CODE_LINE];
    } code;
    bool found_empty; // an empty-check chip that had no program when its option bytes were loaded
    struct flash_job *job;     // open; while code of ours runs on the core, nobody else may use it
    struct flash_loan loan;    // SRAM that a flash job has borrowed, and nobody needed since
    bool flash_changed;        // a flash job was opened since we connected
    bool flash_written;        // a flash job was opened since the core ran last: nothing is kept
    uint32_t flash_written_at; // core.runs then
    struct dbgmcu_state found_dbgmcu; // to leave as found
    bool dbgmcu_changed;
    bool released;       // nobody debugs: see target_release()
    bool found_halted;   // the core was halted when we came
    bool stepping;       // a step was started and its end not yet seen
    bool caught_running; // an interrupt was let in before a step: a temporary comparator waits at
                         // step_pc
    uint32_t step_pc;
    bool left_break;     // the step began where a breakpoint that is gone had stopped the core
    uint32_t step_start; // the PC then
    uint32_t range_start, range_end; // of a range step; both 0: single
    struct target_stop last_stop;    // of a halted core
};

// Connects by the strategies above (or by the one that is forced), identifies the chip and attaches
// to the core. The core runs or is halted as it was found (under reset: halted at its first
// instruction). While we are attached a HardFault halts it, the watchdogs stand still while it is
// halted and, except with hotplug, which must not change what the program draws, debugging goes on
// in Stop and Standby. On failure the sentence says what was measured and what to try, and the
// probe is idle again.
enum err target_connect(struct target *t, struct debug_probe *probe,
                        const struct target_options *options, struct log *log) MUST_CHECK;
// Leaves everything as found: breakpoints, vector catch, DBGMCU bits, masks. Then the core runs,
// unless keep_halted, and the probe is idle. A lost target is only forgotten.
void target_disconnect(struct target *t, bool keep_halted);
// After TARGET_LOST: connects again with the same options and restores comparators. ERR_USAGE when
// another chip (UID) answers. A probe that was unplugged has to be opened again before, in the same
// struct debug_probe.
enum err target_reconnect(struct target *t) MUST_CHECK;

// Nobody debugs for a while: the core is left as found, without breakpoints, catches and masks, and
// when it runs also without debug enable and with the chip's debug unit as it was. Memory can still
// be read and written. target_hold() takes hold of it again.
enum err target_release(struct target *t) MUST_CHECK;
enum err target_hold(struct target *t) MUST_CHECK;

// Run control. Calls that need a halted core answer ERR_STATE when it runs.
enum err target_halt(struct target *t) MUST_CHECK;
// Ends a call that the program made of its debugger by a BKPT of its own, at which it stopped:
// sets R0 and the PC behind the BKPT. *stop, which is the last stop from now on, tells whether a
// breakpoint of ours waits there; else it is TARGET_STOP_STEP.
enum err target_pass_bkpt(struct target *t, uint32_t r0, struct target_stop *stop) MUST_CHECK;
// A breakpoint at the current PC is stepped over first, and a BKPT of the program's own at which it
// stopped is passed. When that step itself ends in a stop, target_poll() tells it.
enum err target_resume(struct target *t) MUST_CHECK;
// *stopped: the halted target stands at a breakpoint of ours, which is its last stop from now on.
// A debugger that means to go on from a breakpoint takes it out, steps, and sets it again; where it
// leaves it in (`jump`, `set $pc`, after a reset), it wants that stop, and nothing may run before.
enum err target_stop_at_break(struct target *t, bool *stopped) MUST_CHECK;
// Starts a step of one instruction, or of instructions while the PC stays in [start, end). Does not
// fall into interrupts: ones that are pending in Thread mode are let run to their end first (behind
// a temporary comparator, if one is free), and the instruction itself is stepped masked. Ends by
// target_poll(); a step over WFI may take for ever, and is then ended by target_halt().
enum err target_step(struct target *t, uint32_t start, uint32_t end) MUST_CHECK;
// One bounded look at a running target; *stopped with *stop filled when it halted. While it runs
// only stop->was_reset means something: it was reset by something else since the look before. While
// a range step is under way it goes on with it for at most about 20 ms. Reports lockup (halting the
// core). Of a target that is halted already (found so, or by target_halt()) it tells the last stop
// again, free of cost.
enum err target_poll(struct target *t, bool *stopped, struct target_stop *stop) MUST_CHECK;
// Resets the chip; halt: stopped at its first instruction. Breakpoints stay set.
enum err target_reset(struct target *t, bool halt) MUST_CHECK;

// Registers of a halted core.
enum err target_read_reg(struct target *t, enum cortexm_reg reg, uint32_t *value) MUST_CHECK;
enum err target_write_reg(struct target *t, enum cortexm_reg reg, uint32_t value) MUST_CHECK;
// The same for registers of 8 bytes too (core_regs.h).
enum err target_read_reg64(struct target *t, enum cortexm_reg reg, uint64_t *value) MUST_CHECK;
enum err target_write_reg64(struct target *t, enum cortexm_reg reg, uint64_t value) MUST_CHECK;

// Memory, also while the target runs. Software breakpoints do not show in what is read and survive
// what is written. *done (may be NULL): good bytes from the start when a later one faulted. Flash
// is written only through a flash job: ERR_USAGE with a sentence.
enum err target_read_mem(struct target *t, uint32_t addr, void *data, size_t len,
                         size_t *done) MUST_CHECK;
enum err target_write_mem(struct target *t, uint32_t addr, const void *data, size_t len) MUST_CHECK;

// Breakpoints. Hardware: a comparator. Software: BKPT in RAM; for an address in flash a comparator
// serves as well. ERR_RESOURCE names the limit.
enum err target_set_break(struct target *t, bool hardware, uint32_t addr) MUST_CHECK;
enum err target_clear_break(struct target *t, bool hardware, uint32_t addr) MUST_CHECK;
enum err target_set_watch(struct target *t, uint32_t addr, uint32_t len,
                          enum dwt_access access) MUST_CHECK;
enum err target_clear_watch(struct target *t, uint32_t addr, uint32_t len,
                            enum dwt_access access) MUST_CHECK;
// All of ours, when a debugger leaves.
enum err target_clear_all_breaks(struct target *t) MUST_CHECK;

// What is known of the target since we connected. The flash: size 0 when there is none that we can
// write. The comparators: how many the core has for breakpoints and for watchpoints.
const struct chip_identity *target_identity(const struct target *t);
const struct flash_bank *target_flash(const struct target *t);
const struct core_caps *target_core_caps(const struct target *t);
uint32_t target_cpuid(const struct target *t);
unsigned target_break_comparators(const struct target *t);
unsigned target_watch_comparators(const struct target *t);
// A flash job is open: code of ours may run on the core.
bool target_has_flash_job(const struct target *t);

// The core's debug unit. DHCSR as it is now; unlike every other call, this one leaves a flash job's
// loader alone and does not note an error.
enum err target_read_dhcsr(struct target *t, uint32_t *dhcsr) MUST_CHECK;
// The DEMCR.VC_* bits that are kept set while we are attached.
uint32_t target_vector_catch(const struct target *t);
enum err target_set_vector_catch(struct target *t, uint32_t bits) MUST_CHECK;
// The core stops at its first instruction after the resets from now on, or no longer; whether it
// was reset since it was asked last.
enum err target_catch_reset(struct target *t, bool on) MUST_CHECK;
bool target_take_reset(struct target *t);

// The probe: its firmware's version as its maker prints it (returns text), the nominal SWD clock in
// Hz, the supply at VTref in mV (ERR_UNSUPPORTED when the probe does not measure it), and the clock
// in µs that all waiting goes by.
const char *target_probe_version(const struct target *t, char *text, size_t size);
uint32_t target_swclk_hz(const struct target *t);
// Changes that clock, also for later connections; 0: what is usual. When the target does not answer
// at it, the clock is as before and the error says so.
enum err target_set_swclk(struct target *t, uint32_t hz) MUST_CHECK;
enum err target_get_vtref(struct target *t, unsigned *mv) MUST_CHECK;
uint64_t target_now_us(struct target *t);
void target_sleep_us(struct target *t, uint32_t us);

// Flash: a job on the chip's bank. The core must be halted. ERR_UNSUPPORTED for an unknown chip;
// ERR_PROTECTED says what to do.
enum err target_flash_open(struct target *t, struct flash_job **job) MUST_CHECK;
// flash_job_free(), with the target's state set right by what it returns.
enum err target_flash_close(struct target *t, struct flash_job *job) MUST_CHECK;
// The same for a job that a debugger has written to the end, as people type it: `load`, `continue`.
// When it replaced the program that the core was in the middle of, the chip is reset and the core
// stands at the new program's first instruction, with the registers, interrupts and peripherals of
// a reset; RAM, breakpoints and vector catches stay. Else (a second file beside it, data) the core
// stays as it is.
enum err target_flash_finish(struct target *t, struct flash_job *job, bool *restarted) MUST_CHECK;
// Leaves the connection as TARGET_LOST when err is one that means so; returns e. For layers above
// that talk to the probe directly (doctor).
enum err target_note_error(struct target *t, enum err e) MUST_CHECK;

#endif
