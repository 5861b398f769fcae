// SPDX-License-Identifier: MIT
// Getting hold of a target, and letting it go as it was found. The ladder: as asked; slower; under
// reset; caught right after a reset. Failed rungs leave evidence for the sentence that tells of it.
#include <stdio.h>
#include <string.h>

#include "base/signals.h"
#include "cortex/scs.h"
#include "targets/internal.h"

#define DHCSR_KEY 0xa05f0000u // DDI 0419, C1.6.3

#define BEST_SWCLK_HZ  4000000u // ST's tools use it with an STM32F0 at its 8 MHz after reset
#define RESET_SWCLK_HZ 1000000u // under reset, where nothing is known of the wires yet
#define SLOW_SWCLK_HZ  240000u  // for long wires, and for a core at some 100 kHz
#define NO_SUPPLY_MV   1200u    // an unpowered target is seen with up to 1.2 V at VTref

#define NRST_LOW_US     5000u
#define NRST_RELEASE_US 500000u // slow reset circuits: 100 nF and more at NRST
#define POLL_US         1000u
#define HELD_US         20000u
#define CATCH_TRIES     5u

static const char *const rung_names[TARGET_RUNGS] = {
    [TARGET_RUNG_ASKED] = "as asked",
    [TARGET_RUNG_SLOWER] = "slower",
    [TARGET_RUNG_UNDER_RESET] = "under reset",
    [TARGET_RUNG_CATCH] = "right after a reset",
};

// Why a rung was needed that nobody asked for, as far as that can be told from having climbed it.
static const char *const rung_reasons[TARGET_RUNGS] = {
    [TARGET_RUNG_SLOWER] = "only slowly: long wires, a poor ground, or a core at a low clock",
    [TARGET_RUNG_UNDER_RESET] = "under reset only: the program turns SWD off or enters a deep "
                                "sleep; it is stopped at its first "
                                "instruction",
    [TARGET_RUNG_CATCH] =
        "only right after a reset: the program turns SWD off or enters a deep sleep; it is stopped "
        "at its first instruction",
};

// What failed attempts have shown.
struct evidence {
    unsigned tried;    // bit per rung
    bool answered;     // the debug port did, once
    uint8_t status;    // of the probe, at the first failure
    uint32_t asked_hz; // the clock of the first rung, as the probe really set it
    enum err last;
    char sentence[160]; // of the last failure behind a debug port that answered
};

static bool is_probe_trouble(enum err e)
{
    return err_class(e) == ERR_CLASS_PROBE || err_class(e) == ERR_CLASS_HOST;
}

static enum err set_swclk(struct target *t, uint32_t hz)
{
    enum err e = debug_probe_set_swclk(t->probe, hz);
    // Firmware below V2J22 has one clock only, and that may do.
    if (e != ERR_UNSUPPORTED)
        return e;
    log_forget(t->log);
    return ERR_OK;
}

// While NRST is low the debug port answers and the chip does not: S_RESET_ST comes back after every
// read.
static enum err refuse_held(struct target *t, uint32_t *dhcsr)
{
    struct debug_probe *probe = t->probe;
    uint64_t deadline = debug_probe_now_us(probe) + HELD_US;
    do {
        enum err e = mem_ap_read32(&t->mem, SCS_DHCSR, dhcsr);
        if (e || !(*dhcsr & DHCSR_S_RESET_ST))
            return e;
        debug_probe_sleep_us(probe, POLL_US);
    } while (debug_probe_now_us(probe) < deadline);
    return log_fail(t->log, ERR_STATE,
                    "the chip is held in reset: something pulls NRST low (a button, a supervisor, "
                    "a solder bridge)");
}

// Takes the core as it is, and asks the chip who it is.
static enum err settle(struct target *t)
{
    t->code.valid = t->flash_written = false;
    uint32_t dhcsr;
    enum err e = refuse_held(t, &dhcsr);
    if (!e)
        e = cortexm_attach_seen(&t->core, &t->mem, dhcsr, t->log);
    t->id.cpuid = t->core.cpuid;
    return e ? e : chip_identify(&t->id, &t->mem, t->log);
}

static enum err try_plain(struct target *t, uint32_t hz, struct evidence *ev)
{
    uint32_t dhcsr;
    enum err e = set_swclk(t, hz);
    if (e || (e = debug_probe_enter_swd(t->probe)))
        return e;
    ev->answered = true;
    if ((e = mem_ap_read32(&t->mem, SCS_DHCSR, &dhcsr)))
        return e;
    t->found_halted = dhcsr & DHCSR_S_HALT;
    return settle(t);
}

// Arms halting and the reset vector catch; that can be done while NRST holds the chip.
static enum err arm_reset_catch(struct target *t)
{
    enum err e = mem_ap_write32(&t->mem, SCS_DHCSR, DHCSR_KEY | DHCSR_C_DEBUGEN | DHCSR_C_HALT);
    if (e)
        return e;
    return mem_ap_write32(&t->mem, SCS_DEMCR, DEMCR_DWTENA | DEMCR_VC_CORERESET | DEMCR_VC_HARDERR);
}

// Pulls NRST low. *was_reset: the core noticed, so the wire is there; that can only be told when
// the resets before it were read away.
static enum err hold_reset(struct target *t, bool *was_reset)
{
    uint32_t dhcsr = 0;
    enum err e = debug_probe_drive_nrst(t->probe, DEBUG_PROBE_NRST_LOW);
    debug_probe_sleep_us(t->probe, NRST_LOW_US);
    if (!e)
        e = mem_ap_read32(&t->mem, SCS_DHCSR, &dhcsr);
    *was_reset = dhcsr & DHCSR_S_RESET_ST;
    return e;
}

// Lets NRST go and waits for the halt at the first instruction. While something holds NRST low,
// S_RESET_ST comes back after every read.
static enum err release_reset(struct target *t)
{
    uint32_t dhcsr = 0;
    struct debug_probe *probe = t->probe;
    enum err e = debug_probe_drive_nrst(t->probe, DEBUG_PROBE_NRST_HIGH);
    uint64_t deadline = debug_probe_now_us(probe) + NRST_RELEASE_US;
    for (bool late = false; !e && !late;) {
        late = debug_probe_now_us(probe) > deadline;
        e = mem_ap_read32(&t->mem, SCS_DHCSR, &dhcsr);
        if (!e && !(dhcsr & DHCSR_S_RESET_ST) && (dhcsr & DHCSR_S_HALT))
            return ERR_OK;
        debug_probe_sleep_us(probe, POLL_US);
    }
    if (e)
        return e;
    return log_fail(t->log, ERR_TIMEOUT,
                    "the core does not start within %u ms after reset: is NRST held low, by a "
                    "button or a large capacitor?",
                    NRST_RELEASE_US / 1000);
}

enum err connect_pulse_nrst(struct target *t, bool halt)
{
    bool was_reset;
    enum err e = hold_reset(t, &was_reset);
    if (!e && !was_reset)
        e = log_fail(t->log, ERR_TIMEOUT,
                     "the target was not reset, neither by its own request nor by NRST: is the "
                     "NRST wire connected?");
    if (!e && halt)
        e = arm_reset_catch(t);
    enum err high =
        !e && halt ? release_reset(t) : debug_probe_drive_nrst(t->probe, DEBUG_PROBE_NRST_HIGH);
    e = e ? e : high;
    // Also writes DEMCR without the catch, and drops the cached registers.
    return e ? e : connect_rearm(t);
}

static enum err enter_under_reset(struct target *t, struct evidence *ev, bool *was_reset)
{
    uint32_t dhcsr;
    // The firmware wants the level before it enters, and knows the pin only afterwards.
    if (debug_probe_drive_nrst(t->probe, DEBUG_PROBE_NRST_LOW))
        log_forget(t->log);
    debug_probe_sleep_us(t->probe, NRST_LOW_US);
    enum err e = debug_probe_enter_swd(t->probe);
    if (e)
        return e;
    ev->answered = true;
    // Letting NRST go in between shows whether it is wired; that is time enough for a program to go
    // to Standby.
    if ((e = debug_probe_drive_nrst(t->probe, DEBUG_PROBE_NRST_LOW)) ||
        (e = mem_ap_read32(&t->mem, SCS_DHCSR, &dhcsr)) || (e = arm_reset_catch(t)) ||
        (e = debug_probe_drive_nrst(t->probe, DEBUG_PROBE_NRST_HIGH)) ||
        (e = hold_reset(t, was_reset)) || (e = arm_reset_catch(t)))
        return e;
    return release_reset(t);
}

static enum err try_under_reset(struct target *t, uint32_t hz, struct evidence *ev)
{
    bool was_reset = false;
    enum err e = debug_probe_leave(t->probe);
    if (e || (e = set_swclk(t, hz)))
        return e;
    if ((e = enter_under_reset(t, ev, &was_reset))) {
        const struct log_mark kept = log_keep(t->log);
        (void)!debug_probe_drive_nrst(t->probe, DEBUG_PROBE_NRST_HIGH);
        log_restore(t->log, &kept);
        return e;
    }
    if ((e = settle(t)) || was_reset)
        return e;
    log_line(t->log, LOG_WARN,
             "NRST has no effect (is the wire connected?); the chip was reset through SWD instead");
    return cortexm_reset(&t->core, true);
}

// For a program that takes the SWD pins or goes to sleep a moment after its start, on a board or a
// chip that cannot be entered while NRST is low: be quick, halt, and start again from the first
// instruction.
static enum err try_catch(struct target *t, uint32_t hz, struct evidence *ev)
{
    enum err e = set_swclk(t, hz);
    for (unsigned i = 0; i < CATCH_TRIES; i++) {
        if (debug_probe_leave(t->probe) || debug_probe_drive_nrst(t->probe, DEBUG_PROBE_NRST_LOW))
            log_forget(t->log);
        debug_probe_sleep_us(t->probe, NRST_LOW_US);
        if ((e = debug_probe_drive_nrst(t->probe, DEBUG_PROBE_NRST_HIGH)) ||
            (e = debug_probe_enter_swd(t->probe)))
            continue;
        ev->answered = true;
        e = mem_ap_write32(&t->mem, SCS_DHCSR, DHCSR_KEY | DHCSR_C_DEBUGEN | DHCSR_C_HALT);
        if (!e)
            break;
    }
    if (e || (e = settle(t)))
        return e;
    return cortexm_reset(&t->core, true);
}

static enum err try_rung(struct target *t, enum target_rung rung, struct evidence *ev)
{
    uint32_t hz = t->options.swclk_hz ? t->options.swclk_hz : BEST_SWCLK_HZ;
    switch (rung) {
    case TARGET_RUNG_ASKED:
        return try_plain(t, hz, ev);
    case TARGET_RUNG_SLOWER:
        return try_plain(t, hz < SLOW_SWCLK_HZ ? hz : SLOW_SWCLK_HZ, ev);
    case TARGET_RUNG_UNDER_RESET:
        return try_under_reset(t, t->options.swclk_hz ? hz : RESET_SWCLK_HZ, ev);
    default:
        return try_catch(t, hz, ev);
    }
}

enum err target_set_swclk(struct target *t, uint32_t hz)
{
    uint32_t before = t->probe->swclk_hz, id;
    enum err e = target_require_present(t);
    if (!e)
        e = debug_probe_set_swclk(t->probe, hz ? hz : BEST_SWCLK_HZ);
    if (e)
        return target_note_error(t, e);
    if (mem_ap_read32(&t->mem, SCS_CPUID, &id) == ERR_OK && id == t->core.cpuid) {
        t->options.swclk_hz = hz;
        return ERR_OK;
    }
    uint32_t tried = t->probe->swclk_hz;
    e = debug_probe_set_swclk(t->probe, before);
    if (!e)
        e = debug_probe_enter_swd(t->probe);
    if (e)
        return target_note_error(t, e);
    return log_fail(t->log, ERR_NO_TARGET,
                    "the target does not answer at %u kHz; the clock is %u kHz as before",
                    tried / 1000, before / 1000);
}

// Which rungs a way of connecting may use, as bits.
static unsigned allowed_rungs(const struct target_options *o)
{
    unsigned plain = 1u << TARGET_RUNG_ASKED;
    if (!o->swclk_hz || o->swclk_hz > SLOW_SWCLK_HZ)
        plain |= 1u << TARGET_RUNG_SLOWER;
    switch (o->connect) {
    case TARGET_CONNECT_AUTO:
        return plain | 1u << TARGET_RUNG_UNDER_RESET | 1u << TARGET_RUNG_CATCH;
    case TARGET_CONNECT_UNDER_RESET:
        return 1u << TARGET_RUNG_UNDER_RESET | 1u << TARGET_RUNG_CATCH;
    default:
        return plain;
    }
}

static void note_success(struct target *t, enum target_rung rung, bool asked)
{
    unsigned khz = t->probe->swclk_hz / 1000;
    if (rung_reasons[rung] && !asked)
        log_line(t->log, LOG_WARN, "connected %s (at %u kHz; `swdlink doctor` tells more)",
                 rung_reasons[rung], khz);
    else
        log_line(t->log, LOG_DEBUG, "connected %s, at %u kHz", rung_names[rung], khz);
}

// interruptible: nothing has to be put back yet when it ends between two attempts.
static enum err climb(struct target *t, struct evidence *ev, bool interruptible)
{
    memset(t->attempt, 0, sizeof t->attempt);
    for (unsigned rung = 0; rung < TARGET_RUNGS; rung++) {
        struct target_attempt *attempt = &t->attempt[rung];
        if (!(allowed_rungs(&t->options) & 1u << rung))
            continue;
        if (interruptible && (ev->last = signals_check(t->log)))
            return ev->last;
        t->found_halted = false;
        ev->last = try_rung(t, rung, ev);
        *attempt =
            (struct target_attempt){true, ev->last, t->probe->last_status, t->probe->swclk_hz};
        if (!ev->last) {
            note_success(t, rung, !ev->tried);
            log_forget(t->log);
            return ERR_OK;
        }
        log_line(t->log, LOG_DEBUG, "connecting %s failed: %s", rung_names[rung],
                 log_sentence(t->log, ev->last));
        if (is_probe_trouble(ev->last))
            return ev->last;
        if (!ev->tried) {
            ev->status = t->probe->last_status;
            ev->asked_hz = t->probe->swclk_hz;
        }
        ev->tried |= 1u << rung;
        if (ev->answered)
            snprintf(ev->sentence, sizeof ev->sentence, "%s", log_sentence(t->log, ev->last));
        if (t->probe->in_debug && debug_probe_leave(t->probe))
            log_forget(t->log);
    }
    return ev->last;
}

// The probe's own words for what it met on the wires.
static const char *status_words(uint8_t status)
{
    switch (status) {
    case 0x05:
        return "no device, or one that ST did not make";
    case 0x09:
        return "no valid identification on SWD";
    case 0x0b:
        return "the debug port does not power up";
    case 0x10:
    case 0x14:
        return "the target keeps asking to wait";
    case 0x11:
    case 0x15:
    case 0x19:
        return "the target refuses the access";
    case 0x12:
    case 0x16:
        return "no acknowledge on SWD";
    case 0x13:
    case 0x17:
        return "garbled data on SWD";
    default:
        return "an unusual error";
    }
}

static void describe_tries(const struct evidence *ev, char *text, size_t size)
{
    static const enum target_rung plain[] = {TARGET_RUNG_ASKED, TARGET_RUNG_SLOWER};
    size_t n = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < 2; i++)
        if (ev->tried & 1u << plain[i])
            n += (size_t)snprintf(&text[n], size - n, "%sat %u kHz", n ? ", " : "",
                                  (i ? SLOW_SWCLK_HZ : ev->asked_hz) / 1000);
    if (ev->tried & 1u << TARGET_RUNG_UNDER_RESET)
        n += (size_t)snprintf(&text[n], size - n, "%sunder reset", n ? ", " : "");
    if (ev->tried & 1u << TARGET_RUNG_CATCH)
        snprintf(&text[n], size - n, "%sright after reset", n ? ", " : "");
}

// The short form of the doctor's verdict. Voltage is evidence and never a veto: some probes always
// report 0 V, others always 3.3 V.
static enum err fail_connect(struct target *t, const struct evidence *ev)
{
    char tries[96], vtref[64] = "VTref unknown";
    unsigned mv = 0;
    bool known = debug_probe_get_vtref(t->probe, &mv) == ERR_OK;
    enum err e = ev->answered ? ev->last : ERR_NO_TARGET;
    describe_tries(ev, tries, sizeof tries);
    if (known)
        snprintf(vtref, sizeof vtref, "VTref is %u.%02u V", mv / 1000, mv % 1000 / 10);
    if (known && mv < NO_SUPPLY_MV && !ev->answered)
        return log_fail(
            t->log, e,
            "no connection to the target (tried %s), and %s: the target is not powered, or the "
            "VTref wire is missing. The probe says: %s (0x%02x). Check the supply and GND; "
            "`swdlink doctor` tells more",
            tries, vtref, status_words(ev->status), ev->status);
    if (ev->answered)
        return log_fail(
            t->log, e,
            "the debug port answers, but the core behind it cannot be taken over (tried %s): "
            "%s. %s. Likely causes: NRST held low, a supply that drops, wires too long for the "
            "clock (try --speed 100k); `swdlink doctor` tells more",
            tries, ev->sentence, vtref);
    return log_fail(
        t->log, e,
        "no target answers on SWD (tried %s). %s; the probe says: %s (0x%02x). Likely causes, in "
        "this order: SWDIO or SWCLK open or swapped, no common GND or supply, NRST not wired "
        "or held low, the program sleeps or turns SWD off, read protection level 2; `swdlink "
        "doctor` tells "
        "more",
        tries, vtref, status_words(ev->status), ev->status);
}

static enum err ladder(struct target *t, bool interruptible)
{
    struct evidence ev = {0};
    enum err e = climb(t, &ev, interruptible);
    if (!e || is_probe_trouble(e))
        return e;
    e = fail_connect(t, &ev);
    const struct log_mark kept = log_keep(t->log);
    (void)!debug_probe_leave(t->probe);
    log_restore(t->log, &kept);
    return e;
}

enum err connect_rearm(struct target *t)
{
    struct cortexm before = t->core;
    t->code.valid = t->flash_written = false;
    enum err e = cortexm_attach(&t->core, &t->mem, t->log);
    if (e)
        return e;
    memcpy(t->core.bpu.slot, before.bpu.slot, sizeof before.bpu.slot);
    memcpy(t->core.dwt.slot, before.dwt.slot, sizeof before.dwt.slot);
    t->core.reset_seen |= before.reset_seen;
    if ((e = bpu_restore(&t->core.bpu)) || (e = dwt_restore(&t->core.dwt)) ||
        (e = cortexm_set_vcatch(&t->core, before.vcatch)))
        return e;
    if (t->dbgmcu_changed && (e = dbgmcu_set(t)))
        return e;
    return breaks_restore_software(t);
}

// What every debugger wants of a target that is there.
static enum err prepare(struct target *t)
{
    enum err e = cortexm_set_vcatch(&t->core, DEMCR_VC_HARDERR);
    if (!e && t->id.chip && (e = dbgmcu_set(t)) == ERR_FAULT) {
        log_line(t->log, LOG_WARN,
                 "the chip's debug unit cannot be set: watchdogs go on while it is halted");
        log_forget(t->log);
        e = ERR_OK;
    }
    return e;
}

static enum err find_state(struct target *t)
{
    uint32_t dhcsr;
    enum err e = cortexm_read_dhcsr(&t->core, &dhcsr);
    t->state = TARGET_RUNNING;
    // Resets before we came are not news.
    (void)cortexm_take_reset(&t->core);
    return !e && (dhcsr & DHCSR_S_HALT) ? run_take_stop(t, TARGET_STOP_REQUEST) : e;
}

static void report(const struct target *t)
{
    char text[192];
    log_line(t->log, LOG_NOTE, "found %s", chip_describe(&t->id, text, sizeof text));
    if (!t->id.chip)
        log_line(t->log, LOG_WARN,
                 "of this chip swdlink knows %s: its core can be debugged, its memory read, and "
                 "programs run in its RAM; its flash and its protection are not known",
                 t->id.die ? "the name only" : "not even the name");
    else if (!t->id.chip->tested_on_hardware)
        log_line(t->log, LOG_DEBUG, "nobody has reported a test on real chips of this kind yet");
    if (t->id.rdp_level > 0)
        log_line(
            t->log, LOG_WARN,
            "read protection level %u is active: the flash can be neither read nor written, and a "
            "debugged program may stop running until the power is cycled",
            t->id.rdp_level);
}

static enum err settle_down(struct target *t)
{
    enum err e = prepare(t);
    if (!e)
        e = find_state(t);
    if (e) {
        const struct log_mark kept = log_keep(t->log);
        target_disconnect(t, false);
        log_restore(t->log, &kept);
    }
    return e;
}

enum err target_connect(struct target *t, struct debug_probe *probe,
                        const struct target_options *options, struct log *log)
{
    memset(t, 0, sizeof *t);
    t->probe = probe;
    t->mem = (struct mem_ap){.probe = probe};
    t->log = log;
    t->options = *options;
    t->state = TARGET_LOST;
    enum err e = ladder(t, true);
    if (e)
        return e;
    memory_map(t);
    t->state = TARGET_RUNNING;
    if ((e = settle_down(t)))
        return e;
    report(t);
    return ERR_OK;
}

void target_disconnect(struct target *t, bool keep_halted)
{
    if (t->state == TARGET_LOST) {
        flash_loan_drop(&t->loan);
        return;
    }
    // Each is tried, whatever became of those before: what can still be left as found shall be.
    enum err first = target_settle(t, true);
    enum err e = run_end_step(t);
    first = first ? first : e;
    e = target_clear_all_breaks(t);
    first = first ? first : e;
    e = dbgmcu_restore(t);
    first = first ? first : e;
    e = cortexm_detach(&t->core, keep_halted);
    first = first ? first : e;
    e = debug_probe_leave(t->probe);
    first = first ? first : e;
    if (first)
        log_line(t->log, LOG_WARN, "the target may not be as it was found: %s",
                 log_sentence(t->log, first));
    t->state = TARGET_LOST;
}

enum err target_release(struct target *t)
{
    bool runs = t->state == TARGET_RUNNING;
    if (t->state == TARGET_LOST || t->released)
        return ERR_OK;
    // As in target_disconnect(). The watchdogs of a core that stays halted must stand still, too.
    enum err first = run_end_step(t);
    enum err e = target_clear_all_breaks(t);
    first = first ? first : e;
    e = runs ? dbgmcu_restore(t) : ERR_OK;
    first = first ? first : e;
    e = cortexm_detach(&t->core, !runs);
    first = first ? first : e;
    t->released = t->state != TARGET_LOST;
    return target_note_error(t, first);
}

// A core that was halted may have been reset since by its NRST or its supply, and then runs.
enum err target_hold(struct target *t)
{
    uint32_t dhcsr;
    // Who holds it already may be in the middle of a flash job, whose loader is left running.
    if (t->state != TARGET_LOST && !t->released)
        return ERR_OK;
    enum err e = target_require_present(t);
    if (e)
        return e;
    t->released = false;
    if ((e = connect_rearm(t)) || (e = prepare(t)))
        return target_note_error(t, e);
    if (t->state == TARGET_RUNNING)
        return target_note_error(t, find_state(t));
    e = cortexm_read_dhcsr(&t->core, &dhcsr);
    if (!e && !(dhcsr & DHCSR_S_HALT))
        t->state = TARGET_RUNNING;
    return target_note_error(t, e);
}

static bool is_same_chip(const struct chip_identity *a, const struct chip_identity *b)
{
    return a->chip == b->chip && memcmp(a->uid, b->uid, sizeof a->uid) == 0;
}

enum err target_reconnect(struct target *t)
{
    struct chip_identity before = t->id;
    struct cortexm core = t->core;
    flash_loan_drop(&t->loan); // who knows what became of that RAM
    enum err e = ladder(t, false);
    if (e) {
        t->id = before;
        t->core = core;
        return e;
    }
    if (!is_same_chip(&before, &t->id)) {
        t->id = before;
        t->core = core;
        (void)!debug_probe_leave(t->probe);
        return log_fail(t->log, ERR_USAGE,
                        "another chip answers than the one that was lost: start again to debug it");
    }
    memcpy(t->core.bpu.slot, core.bpu.slot, sizeof core.bpu.slot);
    memcpy(t->core.dwt.slot, core.dwt.slot, sizeof core.dwt.slot);
    t->core.vcatch = core.vcatch;
    t->released = false;
    t->state = TARGET_RUNNING;
    e = connect_rearm(t);
    if (!e)
        e = run_end_step(t);
    if (!e)
        e = find_state(t);
    if (e)
        t->state = TARGET_LOST;
    return e;
}
