// SPDX-License-Identifier: MIT
// What the doctor measures: plain data without any judgement, and the functions that gather it.
// Each function leaves the probe idle and the target as it was found, and its comment says what it
// disturbs. A measurement that could not be made is marked as such, and never guessed.
#ifndef SWDLINK_DOCTOR_MEASURE_H
#define SWDLINK_DOCTOR_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "swd/mem_ap.h"
#include "swd/stlink.h"
#include "targets/chip.h"

// ---- the probe and its way onto the USB bus -----------------------------------------------------

struct measured_probe {
    enum err opening;                 // ERR_OK: the probe is open, and all else could be measured
    char sentence[LOG_SENTENCE_SIZE]; // of that failure
    char model[40], serial[USB_LINK_SERIAL_SIZE], firmware[32]; // empty when unknown
    struct stlink_version version;
    unsigned plugged_in; // ST-LINKs on the bus; 0 also for a virtual probe
    bool boot_loader;
    bool on_board; // the model is one that is soldered to a board (V2-1, V3E), not at the end of a
                   // cable
    // What the operating system says of the device node; node empty: not checked.
    char node[32], owner[32], group[32];
    unsigned mode;
    bool group_lacks_you; // the group may write, and this user is not in it
    bool rule_installed;  // one of udev's rules names ST's vendor id
    unsigned commands,
        usb_errors; // exchanges that were counted, and of those: stalls, short replies, nonsense
    unsigned stalled_entries; // attempts to connect that the firmware did not understand at all
    uint32_t command_us;      // what a command costs, about
#define MEASURE_SLOW_COMMAND_US 5000u // behind a bad hub: fewer tries have to do
    unsigned holder_pid;              // another process that has the node open; 0: none seen
    char holder[64];
};

// ---- supply -------------------------------------------------------------------------------------

#define MEASURE_MAX_SAMPLES 96

struct measured_series {
    unsigned count, min_mv, max_mv, mean_mv; // without the odd sample when there is only one
    unsigned odd;                            // samples that are far from the median
    uint16_t sample[MEASURE_MAX_SAMPLES];    // the first of them, in mV, in ascending order
};

struct measured_supply {
    bool known;                   // this probe measures VTref
    bool broken;                  // ... and should, but its converter reads nothing
    struct measured_series idle;  // nothing is driven
    struct measured_series busy;  // between attempts to connect; count 0: not measured
    struct measured_series reset; // while NRST is pulled low; count 0: not measured
    struct measured_series later; // now and then while the link was measured; count 0: not measured
};

// ---- does the debug port answer -----------------------------------------------------------------

enum measured_attempt {
    ATTEMPT_ASKED,       // the clock that was asked for
    ATTEMPT_SLOW,        // a quarter of a megahertz or so
    ATTEMPT_SLOWEST,     // the slowest clock of the probe
    ATTEMPT_UNDER_RESET, // NRST pulled low
    ATTEMPT_AFTER_RESET, // NRST released a moment ago
    ATTEMPT_COUNT,
};

struct measured_answer {
    unsigned tries, good; // 0 tries: this attempt was not needed
    unsigned recovered;   // of good: after one that was not
    uint32_t swclk_hz;
    uint8_t status;   // of the probe, at the last failure
    unsigned refused; // of tries: a chip answered, and the probe's firmware would not have it
    uint32_t dpidr;   // of the last good answer
    bool dpidr_varies;
};

// ---- quality of the link ------------------------------------------------------------------------

#define MEASURE_MAX_CLOCKS 16

struct measured_clock {
    uint32_t hz;
    unsigned blocks, failed; // of blocks: failed in any way
    unsigned silent;         // of failed: no acknowledge
    unsigned garbled;        // of failed: parity errors
    unsigned waited;         // of failed: the chip asked to wait until the probe gave up
    unsigned wrong;          // of failed: reported good, and the data was not what came before
    unsigned transfers;      // SWD transfers that the blocks consisted of, about
};

// The first access port: who it is, and what it says of itself.
struct measured_port {
    bool known;     // this probe's firmware reads it, and two looks agreed
    bool closed;    // it permits no transfers
    bool elsewhere; // it leads to debug units, and another port to the core
    uint32_t idr, csw;
};

struct measured_link {
    unsigned count;                                  // 0: not measured
    struct measured_clock clock[MEASURE_MAX_CLOCKS]; // fastest first
    uint32_t safe_hz; // the fastest from which on, downwards, nothing failed; 0: none
    bool writes_tested;
    unsigned writes, writes_wrong; // patterns through DCRDR at safe_hz
};

// ---- core, chip, program ------------------------------------------------------------------------

struct measured_core {
    bool known;
    uint32_t dhcsr;                                         // the first look
    unsigned looks, resets, sleeping, lockup, halted, lost; // of the looks
    uint32_t watched_us,
        reset_period_us; // mean between the resets that were seen; 0: fewer than two
};

// A target that answered at first, and later at no clock any more.
struct measured_loss {
    bool seen;
    uint32_t heard_us; // its last good transfer, from the first attempt on
};

struct measured_chip {
    bool known;
    struct chip_identity id;
    bool id_refused;   // the core answers and the chip's own registers do not: held in reset, or no
                       // clock
    uint32_t rom_base; // of the ROM table
    bool designer_known;
    unsigned designer, part; // of the ROM table: JEP106 continuation << 7 | id (ARM IHI 0031, D1)
    bool state_known;        // the registers below
    uint32_t reg[FAMILY_REGISTERS]; // those of the family's struct family_doctor, in its order
    uint32_t scr;
    struct chip_second_core second; // facts NULL: none, as far as the probe can tell
    bool flash_readable;
    bool flash_blank;  // its first page
    bool vectors_tell; // and not what stands at address 0, of the following:
    bool boots_system; // at address 0 stands what is in the boot loader ROM, and not what is in the
                       // flash
    uint32_t vector_sp, vector_pc;
};

// ---- reset --------------------------------------------------------------------------------------

struct measured_reset {
    bool tested;
    bool caught; // S_RESET_ST came back after every read, and yet the core could be halted at its
                 // first instruction: it is reset again and again
    bool held_before;    // S_RESET_ST comes back after every read, without our doing
    bool works;          // pulling NRST resets the core
    bool held_after;     // ... and it does not come back
    uint32_t release_us; // from releasing NRST until the core is out of reset
};

// Whether the program ends the debug session: it was started again, and watched with the debug unit
// set to keep clocks and power in low-power modes.
struct measured_survival {
    bool tested;
    unsigned failed; // attempts that the link did not bear
    bool survived;   // the debug port still answered at the end
    bool deep_sleep; // seen: sleeping with SLEEPDEEP
    bool standby;    // ... and PDDS
    uint32_t lived_us;
};

// ---- only with --deep ---------------------------------------------------------------------------

enum measured_hse { HSE_NOT_TESTED, HSE_DEAD, HSE_RUNS };

struct measured_deep {
    bool tested;     // the core was halted and the clocks were switched
    bool vdda_tried; // the family has a way to measure it
    bool vdda_known;
    unsigned vdda_mv;
    unsigned vrefint, vrefint_cal; // raw: now, and in the factory
    enum measured_hse hse;
    uint32_t hse_hz;         // against the chip's internal oscillator
    bool hse_used;           // the program had it switched on
    uint32_t halted_us;      // so long the core was kept halted, with its watchdogs frozen
    bool reset_while_halted; // ... and was reset at the end of it, by nobody who asked for it
};

struct measure_options {
    bool no_reset;     // not even a target that does not answer
    bool deep;         // also halt and reset a target that answers
    uint32_t swclk_hz; // 0: the best
    uint32_t hse_hz;   // the crystal's frequency as the user knows it; 0: unknown
};

struct measurements {
    struct measure_options asked;
    uint32_t asked_hz; // never 0
    struct measured_probe probe;
    struct measured_supply supply;
    struct measured_answer answer[ATTEMPT_COUNT];
    struct measured_port port;
    struct measured_link link;
    struct measured_core core;
    struct measured_loss loss;
    struct measured_chip chip;
    struct measured_reset reset;
    struct measured_survival survival;
    struct measured_deep deep_results;
    uint32_t took_us; // on the probe's clock
};

// A bench: what the instruments work with.
struct measure {
    struct stlink *st; // for what only an ST-LINK can tell; all else goes through probe and mem
    struct debug_probe *probe;
    struct mem_ap mem;
    struct log *log;
    struct measurements *m;
    uint64_t began_us; // the first attempt
};

// Takes all measurements that the results so far call for, in a sensible order. Errors are those of
// the probe (unplugged, stuck); faults of the target are measurements.
enum err measure_all(struct measurements *m, struct stlink *st,
                     const struct measure_options *options, struct log *log) MUST_CHECK;

// ---- the instruments, one file each -------------------------------------------------------------

// What the operating system says of the probe that could not be opened (or of all that are plugged
// in).
void measure_usb(struct measured_probe *p, const char *which, struct log *log);
// Takes more samples of VTref.
enum err measure_supply(struct measure *b, struct measured_series *series,
                        unsigned samples) MUST_CHECK;
// Tries to get DPIDR. ATTEMPT_UNDER_RESET and ATTEMPT_AFTER_RESET reset the target.
enum err measure_answer(struct measure *b, enum measured_attempt attempt,
                        unsigned tries) MUST_CHECK;
bool measure_answers(const struct measurements *m, enum measured_attempt attempt);
// Whether the firmware refuses the chip every time: once may be an error on the wires.
bool measure_refuses(const struct measurements *m);
// Asks the access port whether it permits transfers. Needs a connection.
enum err measure_port(struct measure *b) MUST_CHECK;
// Reads at every clock of the probe. Leaves the clock at the fastest safe one.
enum err measure_link(struct measure *b) MUST_CHECK;
// Reads DHCSR repeatedly, for so long or, where resets is not 0, until so many resets were seen.
// Needs a connection, as all functions below do.
enum err measure_core(struct measure *b, uint32_t watch_us, unsigned resets) MUST_CHECK;
// Notes that the target has just answered.
void measure_heard(struct measure *b);
// Tries whether a target that has answered at first still does. What had an error on its wires from
// the beginning is not asked: silence would be chance.
enum err measure_loss(struct measure *b) MUST_CHECK;
// Identity, option bytes, reset flags, clocks, vector table: reads only.
enum err measure_chip(struct measure *b) MUST_CHECK;
// Pulls NRST low and checks the effect.
enum err measure_reset(struct measure *b) MUST_CHECK;
// Of a core that is in reset at every look: tries to halt it at its first instruction, as can be
// done with one that leaves reset for a moment, and never with one that is held. It is halted then.
enum err measure_catch(struct measure *b) MUST_CHECK;
// Lets a core go that was caught.
enum err measure_release(struct measure *b) MUST_CHECK;
// Starts the program from reset and watches whether the debug port survives. Tries a few times
// where the link does not bear it.
enum err measure_survival(struct measure *b) MUST_CHECK;
// Resets the chip, measures VDDA and HSE before the first instruction, and resets it again.
enum err measure_deep(struct measure *b) MUST_CHECK;

// What the family of the chip says about the registers that were read; NULL: they were not, or the
// family is not known.
const struct family_doctor *measure_facts(const struct measurements *m);
// The name and the value of the register that has the flags of resets; NULL: not known.
const char *measure_reset_register(const struct measurements *m, uint32_t *value);
// The cause of the last reset, as its register has it; NULL: none that has a flag.
const struct reset_flag *measure_reset_flag(const struct measurements *m);
bool measure_was_reset_by(const struct measurements *m, enum reset_by who);

// True for an error after which measuring makes no sense: of the probe, or of this computer.
bool measure_is_fatal(enum err e);
// Counts an exchange, and whether it failed on USB.
void measure_count(struct measure *b, enum err e);
// Connects at the clock; ERR_NO_TARGET and the like are results.
enum err measure_connect(struct measure *b, uint32_t swclk_hz) MUST_CHECK;

#endif
