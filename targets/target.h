// SPDX-License-Identifier: MIT
// The interface to a target for everything above (doctor, server, cli): memory, registers, run
// control, breakpoints and flash. Calls are synchronous and bounded: none takes longer than about
// 50 ms with a healthy probe, except reset, connect and a page of flash (up to about 100 ms). No
// call waits for the program: target_poll() polls a running target. Every call that reads or writes
// the target first takes the core over from a flash job: it stops the job's loader and restores the
// registers and the SRAM that the loader used. The job starts the loader again later.
#ifndef SWDLINK_TARGETS_TARGET_H
#define SWDLINK_TARGETS_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "cortex/cortexm.h"
#include "cortex/thumb.h"
#include "flash/flash.h"
#include "swd/debug_probe.h"
#include "swd/mem_batch.h"
#include "targets/chip.h"
#include "targets/dbgmcu.h"
#include "targets/swo.h"

enum target_connect {
    TARGET_CONNECT_AUTO, // as asked; slower; under reset; under reset, caught at the first
                         // instruction
    TARGET_CONNECT_NORMAL,
    TARGET_CONNECT_UNDER_RESET,
    TARGET_CONNECT_HOTPLUG, // attach without disturbing the running program
};

// The connect strategies, the gentlest first.
enum target_strategy {
    TARGET_STRATEGY_ASKED,
    TARGET_STRATEGY_SLOWER,
    TARGET_STRATEGY_UNDER_RESET,
    TARGET_STRATEGY_CATCH, // right after a reset
    TARGET_STRATEGIES,
};

// The result of one of them.
struct target_attempt {
    bool tried;
    enum err result;
    uint8_t status;    // of the probe, when it failed
    uint32_t swclk_hz; // the clock that the probe has set
};

// Of a chip with two. M7 and M4 are the first and the second where they are such.
enum target_core { TARGET_CORE_FIRST, TARGET_CORE_SECOND, TARGET_CORE_M7, TARGET_CORE_M4 };

struct target_options {
    enum target_connect connect;
    enum target_core which_core;
    uint32_t swclk_hz; // 0: the probe's best for this chip
    bool read_ahead;   // what a debugger asks after each stop is read together with the stop
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

enum target_region_kind {
    TARGET_REGION_RAM,
    TARGET_REGION_ROM,
    TARGET_REGION_FLASH,
    TARGET_REGION_EEPROM, // written like RAM, but slowly
};

struct target_region {
    enum target_region_kind kind;
    uint32_t base, size;
    uint32_t page_size; // flash only
};

// The regions hold everything that a debugger may access: memories, the code alias at 0, the
// peripherals (as RAM).
#define TARGET_MAX_REGIONS  (10 + CHIP_RAMS + 2 * FLASH_RUNS)
#define TARGET_MAX_SWBREAKS 64
#define TARGET_RANGE_EXITS  8
#define TARGET_CODE_LINE    32u
#define TARGET_CODE_LINES   8u
#define TARGET_WATCHED      16u

struct target {
    struct debug_probe *probe;
    struct mem_ap mem; // of the core
    struct log *log;
    struct target_options options;
    struct cortexm core;
    struct target_attempt attempt[TARGET_STRATEGIES]; // of the last time that we connected
    struct chip_identity id;
    const struct family_second_core *second; // it is debugged; NULL: the first core is
    struct flash_bank bank;                  // size 0 when there is no flash that we can write
    struct flash_bank eeprom;                // size 0 when there is none
    struct target_region region[TARGET_MAX_REGIONS];
    unsigned region_count;
    enum target_state state;
    char loss[LOG_SENTENCE_SIZE]; // of a lost target: what was seen of it last; or empty
    // Software breakpoints in RAM. inside: the BKPT is in the target's memory. recent: it was set
    // when the core was let go.
    struct {
        bool used, inside, recent;
        uint32_t addr;
        uint16_t original;
        unsigned users;
    } swbreak[TARGET_MAX_SWBREAKS];
    // A breakpoint that is removed while the core steps the instruction under it.
    struct {
        bool software;
        unsigned hardware_users;
        uint32_t addr;
    } lifted;
    // Lines of flash that were read at this stop. They cannot change while the core is halted.
    struct {
        bool valid;
        uint32_t runs; // core.runs when they were read
        unsigned count, next;
        struct {
            uint32_t base;
            uint8_t bytes[TARGET_CODE_LINE];
        } line[TARGET_CODE_LINES];
    } code;
    // Words that were read together with the stop at which core.runs was `runs`.
    struct {
        bool valid;
        uint32_t runs;
        uint64_t at_us;
        unsigned count;
        struct {
            uint32_t addr, value;
        } word[MEM_BATCH_MAX];
    } ahead;
    // Variables of the running program, each with the one that was asked for after it.
    struct {
        uint32_t runs; // core.runs when the last one was read
        unsigned count, next, last;
        struct {
            uint32_t addr, value;
            uint64_t at_us;
            unsigned follows;
            bool fresh; // it was read along, and nobody has asked for it since
        } word[TARGET_WATCHED];
    } watched;
    bool clock_raised; // the SWD clock is faster than it was when we connected, which was
    uint32_t swclk_safe_hz;
    bool began_slowly; // the usual clock did not do before the first reset
    bool primask_set;  // in the core, and not by the program: see erratum.c
    bool primask_told;
    bool step_ended; // a step is over, and what is asked of it was read with it
    // Whether options hide flash from reads (PCROP): asked at the first read of the connection that
    // may have met it.
    enum { TARGET_HIDDEN_UNKNOWN, TARGET_HIDDEN_NONE, TARGET_HIDDEN_SOME } hidden;
    bool found_empty; // an empty-check chip that had no program when its option bytes were loaded
    struct flash_job *job; // open; while code of ours runs on the core, nobody else may use it
    struct flash_working_area
        working_area;          // SRAM that a flash job has borrowed, and nobody needed since
    bool flash_changed;        // a flash job was opened since we connected
    bool flash_written;        // a flash job was opened since the core ran last: nothing is kept
    uint32_t flash_written_at; // core.runs then
    // Options that somebody has kept: see target_know_options(). No bit of intact: none.
    struct {
        uint32_t value[FLASH_OPTION_WORDS], intact;
    } known_options;
    struct dbgmcu_state found_dbgmcu; // to leave as found
    bool dbgmcu_changed;
    struct dbgmcu_state seen_dbgmcu; // known: just now, with its gate open
    struct target_swo swo;
    bool released;       // nobody debugs: see target_release()
    bool found_halted;   // the core was halted when we came
    bool stepping;       // a step was started and its end not yet seen
    bool caught_running; // an interrupt was let in before a step: a temporary comparator waits at
                         // step_pc
    uint32_t step_pc;
    bool left_break;     // the step began where a breakpoint that is gone had stopped the core
    uint32_t step_start; // the PC then
    uint32_t range_start, range_end; // of a range step; both 0: single
    // A range that is left at full speed: temporary comparators wait where it ends.
    struct {
        bool running;
        unsigned exits;
        uint32_t exit[TARGET_RANGE_EXITS];
        uint32_t xpsr, sp; // when it began
    } leaving;
    // Asked at breakpoints of ours that a running program meets; NULL: all stop it.
    bool (*pass_break)(void *user, uint32_t pc);
    void *pass_user;
    // The instruction at the breakpoint that was passed last.
    struct {
        bool known;
        uint32_t pc;
        uint16_t first;
        struct thumb insn;
    } passing;
    bool at_exit;                 // the core stands at one of them
    struct target_stop last_stop; // of a halted core
};

// Connects by the strategies above (or by the one that is forced), identifies the chip and attaches
// to the core. The core stays running or halted as it was found (under reset: halted at its first
// instruction). While we are attached, a HardFault halts the core, the watchdogs stop while it is
// halted, and debugging goes on in Stop and Standby (not with hotplug, which must not change the
// supply current of the program). On failure the sentence says what was measured and what to try,
// and the probe is idle again.
enum err target_connect(struct target *t, struct debug_probe *probe,
                        const struct target_options *options, struct log *log) MUST_CHECK;
// Restores what was found: breakpoints, vector catch, DBGMCU bits, masks. Then the core runs,
// unless keep_halted, and the probe is idle. Nothing is sent to a lost target.
void target_disconnect(struct target *t, bool keep_halted);
// After TARGET_LOST: connects again with the same options and restores comparators. ERR_USAGE when
// another chip (UID) answers. A probe that was unplugged has to be opened again before, in the same
// struct debug_probe.
enum err target_reconnect(struct target *t) MUST_CHECK;

// Pauses debugging: the core has no breakpoints, catches and masks; a running core also has
// debugging disabled and the chip's debug unit as it was found. Memory can still be read and
// written. target_hold() resumes debugging.
enum err target_release(struct target *t) MUST_CHECK;
enum err target_hold(struct target *t) MUST_CHECK;

// Whether the core runs, and where and why a halted one stopped.
static inline enum target_state target_state(const struct target *t)
{
    return t->state;
}
// A step that was started is over already, and target_poll() will tell how without asking.
static inline bool target_step_is_over(const struct target *t)
{
    return t->state == TARGET_RUNNING && t->step_ended;
}
static inline const struct target_stop *target_last_stop(const struct target *t)
{
    return &t->last_stop;
}
static inline bool target_is_released(const struct target *t)
{
    return t->released;
}
// Why a lost target cannot be reached: a sentence, also for a debugger that asks for something.
// Whoever knows better than the call that lost it may set another one.
const char *target_loss(const struct target *t);
void target_set_loss(struct target *t, const char *why);
// The options with which it was connected, and how it is connected the next time.
static inline const struct target_options *target_options_of(const struct target *t)
{
    return &t->options;
}
static inline void target_set_connect(struct target *t, enum target_connect how)
{
    t->options.connect = how;
}
// The regions of its memory; NULL, and none, for a chip that is not known.
static inline const struct target_region *target_regions(const struct target *t, unsigned *count)
{
    *count = t->region_count;
    return *count ? t->region : NULL;
}

// Run control. Calls that need a halted core return ERR_STATE when it runs.
enum err target_halt(struct target *t) MUST_CHECK;
// Ends a semihosting call, by which the program stopped at a BKPT of its own: sets R0, and the PC
// behind the BKPT. *stop, which becomes the last stop, tells whether a breakpoint of ours is there;
// else it is TARGET_STOP_STEP.
enum err target_pass_bkpt(struct target *t, uint32_t r0, struct target_stop *stop) MUST_CHECK;
// A breakpoint at the current PC is stepped over first, and a BKPT of the program's own at which it
// stopped is passed. If that step itself ends in a stop, target_poll() reports it.
enum err target_resume(struct target *t) MUST_CHECK;
// *stopped: the halted target is at a breakpoint of ours, which becomes its last stop. A debugger
// that goes on from a breakpoint removes it, steps, and sets it again. If it leaves the breakpoint
// in place (`jump`, `set $pc`, after a reset), it wants that stop, and no instruction may run
// before.
enum err target_stop_at_break(struct target *t, bool *stopped) MUST_CHECK;
// Starts a step of one instruction, or of instructions while the PC stays in [start, end). Does not
// stop in interrupt handlers: those that are pending in Thread mode run to their end first (behind
// a temporary comparator, if one is free), and the instruction itself is stepped with interrupts
// masked. target_poll() reports the end. A step over WFI may last for ever; target_halt() ends it.
enum err target_step(struct target *t, uint32_t start, uint32_t end) MUST_CHECK;
// Polls a running target once. *stopped: it has halted, and *stop says why. While it runs only
// stop->was_reset is valid: something else has reset it since the poll before. A range step that is
// under way goes on for at most about 20 ms. A lockup is reported, and the core halted. For a
// target that is halted already, the last stop is reported again, without any access.
enum err target_poll(struct target *t, bool *stopped, struct target_stop *stop) MUST_CHECK;
// Asked by target_poll() when the program, and not a step, has come to a breakpoint of ours and
// nothing else has stopped it: registers and memory can be read. True: nobody needs to know of it,
// and the program goes on at once. NULL: nobody is asked.
static inline void target_filter_breaks(struct target *t, bool (*pass)(void *user, uint32_t pc),
                                        void *user)
{
    t->pass_break = pass;
    t->pass_user = user;
}
// Resets the chip; halt: stopped at its first instruction. Breakpoints stay set.
enum err target_reset(struct target *t, bool halt) MUST_CHECK;

// Registers of a halted core.
enum err target_read_reg(struct target *t, enum cortexm_reg reg, uint32_t *value) MUST_CHECK;
enum err target_write_reg(struct target *t, enum cortexm_reg reg, uint32_t value) MUST_CHECK;
// The same for registers of 8 bytes too (core_regs.h).
enum err target_read_reg64(struct target *t, enum cortexm_reg reg, uint64_t *value) MUST_CHECK;
enum err target_write_reg64(struct target *t, enum cortexm_reg reg, uint64_t value) MUST_CHECK;

// All of the range is RAM, as far as that is known: of a chip that is known by its name only, all
// that can be.
bool target_is_ram(const struct target *t, uint32_t addr, uint32_t len);
// The SRAM that the chip has in any case: of parts with the same flash, that of the smallest.
// False: it is not known.
bool target_find_sram(const struct target *t, uint32_t *base, uint32_t *size);
// Memory, also while the target runs. Reads show the program's bytes instead of our software
// breakpoints, and writes keep these breakpoints. *done (may be NULL): good bytes from the start
// when a later one faulted. Flash is written only through a flash job: ERR_USAGE with a sentence.
// Words of EEPROM are written at once, with up to 7 ms for each that changes; the core has to be
// halted.
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
// The data EEPROM: size 0 when there is none.
const struct flash_bank *target_eeprom(const struct target *t);
// Reads who made the chip, for target_identity()->maker. Not known (ERR_OK): nothing tells.
enum err target_read_maker(struct target *t) MUST_CHECK;
// Reads the IDs of debug port and access port, for target_identity(): 0 until then.
enum err target_read_ports(struct target *t) MUST_CHECK;
// Fails with a sentence: that swdlink cannot do `what` ("program the flash of") this chip.
enum err target_fail_unknown_flash(const struct target *t, const char *what) MUST_CHECK;
const struct core_caps *target_core_caps(const struct target *t);
uint32_t target_cpuid(const struct target *t);
unsigned target_break_comparators(const struct target *t);
unsigned target_watch_comparators(const struct target *t);
// A flash job is open: code of ours may run on the core.
bool target_has_flash_job(const struct target *t);

// The second core of the chip, whichever is debugged.
enum err target_find_second_core(struct target *t, struct chip_second_core *found) MUST_CHECK;
// The second core when that is the one that is debugged; else NULL.
const struct family_second_core *target_second_core(const struct target *t);

// The core's debug unit. DHCSR as it is now; unlike every other call, this one leaves a flash job's
// loader alone and does not note an error.
enum err target_read_dhcsr(struct target *t, uint32_t *dhcsr) MUST_CHECK;
// The DEMCR.VC_* bits that are kept set while we are attached.
uint32_t target_vector_catch(const struct target *t);
enum err target_set_vector_catch(struct target *t, uint32_t bits) MUST_CHECK;
// Whether the core stops at its first instruction after later resets; and whether it was reset
// since the last call.
enum err target_catch_reset(struct target *t, bool on) MUST_CHECK;
bool target_take_reset(struct target *t);

// SWO: what the program writes to ITM ports, and what the DWT tells, by the trace pin and the
// probe. Chip, core and probe are set up so that it arrives, and again after resets and losses,
// until it is stopped or the target is disconnected. The core's clock is measured while the program
// runs, and followed. ERR_UNSUPPORTED, with a sentence, where chip, core or probe cannot. May be
// called again with other options.
enum err target_swo_start(struct target *t, const struct target_swo_options *options) MUST_CHECK;
// Leaves the trace units and the pin as they were found.
enum err target_swo_stop(struct target *t) MUST_CHECK;
// What has come since the last poll, running or halted: *d. Nothing while it is off.
enum err target_swo_poll(struct target *t, struct target_swo_data *d) MUST_CHECK;
// What came makes no sense: the next poll looks at clock and baud rate first.
void target_swo_doubt(struct target *t);
static inline const struct target_swo *target_swo(const struct target *t)
{
    return &t->swo;
}

// The probe: its firmware's version as its maker prints it (returns text), the nominal SWD clock in
// Hz, the supply at VTref in mV (ERR_UNSUPPORTED when the probe does not measure it), and the clock
// in µs that all waiting goes by.
const char *target_probe_version(const struct target *t, char *text, size_t size);
uint32_t target_swclk_hz(const struct target *t);
// Changes that clock, also for later connections; 0: the default. If the target does not answer at
// the new clock, the old one is restored, and the error says so.
enum err target_set_swclk(struct target *t, uint32_t hz) MUST_CHECK;
enum err target_get_vtref(struct target *t, unsigned *mv) MUST_CHECK;
uint64_t target_now_us(struct target *t);
// Whether the core was halted when we connected.
bool target_was_halted(const struct target *t);
// Whether a flash job was opened since we connected.
bool target_flash_was_opened(const struct target *t);
// Where sentences about this target go.
struct log *target_log(const struct target *t);
// The memory of the core past the door: it stops no loader, gives no borrowed memory back, and
// notes no error (target_note_error()). For the doctor, which watches registers while a program
// runs.
const struct mem_ap *target_mem(const struct target *t);
void target_sleep_us(struct target *t, uint32_t us);

// Flash: a job on the chip's bank. The core must be halted. ERR_UNSUPPORTED for a chip whose flash
// is not known here; ERR_PROTECTED says what to do.
enum err target_flash_open(struct target *t, struct flash_job **job) MUST_CHECK;
// The same on the data EEPROM. ERR_STATE while another job is open.
enum err target_eeprom_open(struct target *t, struct flash_job **job) MUST_CHECK;
// A job, whose input is closed, that writes these bytes into the EEPROM and keeps what stands
// beside them; NULL when it holds them already. To be stepped and closed as any other, also when
// this fails with a job.
enum err target_eeprom_write(struct target *t, uint32_t addr, const void *data, size_t len,
                             struct flash_job **job) MUST_CHECK;
// flash_job_free(), with the target's state set right by what it returns.
enum err target_flash_close(struct target *t, struct flash_job *job) MUST_CHECK;
// The same for a job that a debugger has completed (`load`, then `continue`). If the job replaced
// the program that the core was executing, the chip is reset and the core halted at the new
// program's first instruction, with the registers, interrupts and peripherals of a reset; RAM,
// breakpoints and vector catches stay. Else (a second file, data) the core stays as it is.
enum err target_flash_finish(struct target *t, struct flash_job *job, bool *restarted) MUST_CHECK;
// Makes a core that was halted by a reset ready to run the program in RAM whose vector table is
// there: stack pointer, PC and, where the core has one, VTOR. ERR_FILE: there is none.
enum err target_start_in_ram(struct target *t, uint32_t vectors) MUST_CHECK;
// Sets TARGET_LOST if e means that the connection is lost; returns e. For layers above that talk to
// the probe directly (doctor).
enum err target_note_error(struct target *t, enum err e) MUST_CHECK;

#endif
