// SPDX-License-Identifier: MIT
// Connecting to a target, and letting it go as it was found.
#include <string.h>

#include "cortex/scs.h"
#include "targets/connect.h"

// *seen: DHCSR was read behind it.
static enum err set_debug_unit(struct target *t, uint32_t *dhcsr, bool *seen)
{
    enum err e = t->id.chip ? attach_set_debug_unit(t, dhcsr) : ERR_OK;
    *seen = t->id.chip && !e;
    if (e == ERR_FAULT) {
        log_line(t->log, LOG_WARN,
                 "the chip's debug unit cannot be set: watchdogs go on while it is halted");
        log_forget(t->log);
        e = ERR_OK;
    }
    return e;
}

#define SETTINGS_MAX 3u // of the debug unit of a chip that resets itself again and again

// Sets the debug unit, and looks at the core. A reset shuts the clock of the unit, and what was
// written there without it is lost: then it is set once more.
static enum err set_and_look(struct target *t, uint32_t *dhcsr)
{
    bool seen;
    enum err e = set_debug_unit(t, dhcsr, &seen);
    return e || seen ? e : cortexm_read_dhcsr(&t->core, dhcsr);
}

static enum err find_state(struct target *t)
{
    uint32_t dhcsr;
    // Resets before we came are not news.
    (void)cortexm_take_reset(&t->core);
    enum err e = set_and_look(t, &dhcsr);
    for (unsigned n = 1; !e && n < SETTINGS_MAX && cortexm_take_reset(&t->core); n++)
        e = set_and_look(t, &dhcsr);
    t->state = TARGET_RUNNING;
    (void)cortexm_take_reset(&t->core);
    return !e && (dhcsr & DHCSR_S_HALT) ? run_take_stop(t, TARGET_STOP_REQUEST) : e;
}

static void report_chip(const struct target *t)
{
    char text[192];
    log_line(t->log, LOG_NOTE, "found %s", chip_describe(&t->id, text, sizeof text));
    if (!t->id.chip)
        log_line(t->log, LOG_WARN,
                 "%s: its core can be debugged, its memory read, and programs run in its RAM; its "
                 "flash cannot be programmed, and whether it is protected is not known",
                 t->id.die ? "swdlink has no flash support for this chip"
                           : "swdlink does not know this chip");
    else if (!t->id.chip->tested_on_hardware)
        log_line(t->log, LOG_DEBUG, "nobody has reported a test on real chips of this kind yet");
    if (t->id.rdp_level > 0)
        log_line(
            t->log, LOG_WARN,
            "read protection level %u is active: the flash can be neither read nor written, and a "
            "debugged program may stop running until the power is cycled",
            t->id.rdp_level);
}

// The sentence of what went wrong stays.
static void give_up(struct target *t)
{
    const struct log_mark kept = log_keep(t->log);
    target_disconnect(t, false);
    log_restore(t->log, &kept);
}

static enum err prepare_found_target(struct target *t)
{
    enum err e = find_state(t);
    if (e)
        give_up(t);
    return e;
}

#define TRIAL_BYTES 1024u // of flash: SWD has a parity bit for each word

// Whether the target answers at the clock that is set: its CPUID, and a piece of what it may read.
static bool answers_well(struct target *t)
{
    uint8_t bytes[TRIAL_BYTES];
    uint32_t id;
    enum err e = mem_ap_read32(&t->mem, SCS_CPUID, &id);
    if (!e && t->bank.size >= TRIAL_BYTES && memory_is_plain(t, t->bank.base))
        e = mem_ap_read(&t->mem, t->bank.base, bytes, sizeof bytes, NULL);
    if (e)
        log_forget(t->log);
    return !e && id == t->core.cpuid;
}

// The clock that is tried: a V3 has none of 4 MHz, but 3.3 and 8. Under reset it began with a slow
// one; where the usual one failed and a slow one did not, a reset may have made the difference.
static uint32_t next_swclk(const struct target *t, bool after_reset)
{
    const struct target_attempt *asked = &t->attempt[TARGET_STRATEGY_ASKED];
    if (t->options.swclk_hz || t->probe->swclk_hz >= BEST_SWCLK_HZ)
        return 0;
    if (asked->tried && !asked->result)
        return after_reset ? 0 : QUICK_SWCLK_HZ;
    return asked->tried && !after_reset ? 0 : BEST_SWCLK_HZ;
}

static enum err raise_swclk(struct target *t, bool after_reset)
{
    const uint32_t before = t->probe->swclk_hz, hz = next_swclk(t, after_reset);
    enum err e = hz ? debug_probe_set_swclk(t->probe, hz) : ERR_OK;
    if (e == ERR_UNSUPPORTED) { // firmware with one clock
        log_forget(t->log);
        return ERR_OK;
    }
    t->swclk_safe_hz = before;
    t->clock_raised |= t->probe->swclk_hz > before;
    if (e || t->probe->swclk_hz <= before || answers_well(t))
        return e;
    e = presence_lower_swclk(t);
    return e ? e : debug_probe_enter_swd(t->probe);
}

enum err connect_raise_after_reset(struct target *t)
{
    if (!t->began_slowly)
        return ERR_OK;
    t->began_slowly = false; // tried once
    return raise_swclk(t, true);
}

enum err target_connect(struct target *t, struct debug_probe *probe,
                        const struct target_options *options, struct log *log)
{
    memset(t, 0, sizeof *t);
    t->probe = probe;
    t->probe->asks_little = true;
    t->mem = (struct mem_ap){.probe = probe};
    t->log = log;
    t->options = *options;
    t->state = TARGET_LOST;
    enum err e = connect_attempt(t, true);
    if (e)
        return e;
    regions_map(t);
    t->state = TARGET_RUNNING;
    t->began_slowly = t->attempt[TARGET_STRATEGY_ASKED].result != ERR_OK;
    if ((e = raise_swclk(t, false)))
        return e;
    if ((e = second_core_enter(t)) || (e = prepare_found_target(t)))
        return e;
    report_chip(t);
    return ERR_OK;
}

void target_disconnect(struct target *t, bool keep_halted)
{
    if (t->state == TARGET_LOST) {
        flash_working_area_forget(&t->working_area);
        return;
    }
    // Each is tried, whatever became of those before: what can still be left as found shall be.
    enum err first = target_take_over(t, true);
    enum err e = erratum_end_step(t);
    first = first ? first : e;
    e = breaks_end_step(t);
    first = first ? first : e;
    e = target_swo_stop(t);
    first = first ? first : e;
    e = target_clear_all_breaks(t);
    first = first ? first : e;
    e = attach_restore_debug_unit(t);
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
    swo_note_undone(t);
    // As in target_disconnect(). The watchdogs of a core that stays halted must stand still, too.
    enum err first = erratum_end_step(t);
    enum err e = breaks_end_step(t);
    first = first ? first : e;
    e = target_clear_all_breaks(t);
    first = first ? first : e;
    e = runs ? attach_restore_debug_unit(t) : ERR_OK;
    first = first ? first : e;
    e = cortexm_detach(&t->core, !runs);
    first = first ? first : e;
    t->released = t->state != TARGET_LOST;
    return target_note_error(t, first);
}

// A core that was halted may have been reset since by its NRST or its supply, and then runs.
static enum err take_hold(struct target *t)
{
    uint32_t dhcsr;
    t->core.vcatch = DEMCR_VC_HARDERR;
    enum err e = attach_again(t);
    if (e)
        return e;
    if (t->state == TARGET_RUNNING)
        return find_state(t);
    if (cortexm_take_reset(&t->core))
        t->primask_set = false;
    e = set_and_look(t, &dhcsr);
    if (!e && !(dhcsr & DHCSR_S_HALT))
        t->state = TARGET_RUNNING;
    return e;
}

enum err target_hold(struct target *t)
{
    // Who holds it already may be in the middle of a flash job, whose loader is left running.
    if (t->state != TARGET_LOST && !t->released)
        return ERR_OK;
    enum err e = target_claim(t);
    if (e)
        return e;
    t->released = false;
    e = target_note_error(t, take_hold(t));
    if (e) {
        const struct log_mark kept = log_keep(t->log);
        if (target_release(t))
            log_line(t->log, LOG_DEBUG, "what was set up so far could not be undone");
        log_restore(t->log, &kept);
    }
    return e;
}

static bool is_same_chip(const struct chip_identity *a, const struct chip_identity *b)
{
    return a->chip == b->chip && memcmp(a->uid, b->uid, sizeof a->uid) == 0;
}

enum err target_reconnect(struct target *t)
{
    struct chip_identity before = t->id;
    struct cortexm core = t->core;
    flash_working_area_forget(&t->working_area); // who knows what became of that RAM
    enum err e = connect_attempt(t, false);
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
    regions_map(t); // other options may have made other banks
    if ((e = second_core_enter(t))) {
        t->core = core; // its breakpoints are set when it is found again
        return e;
    }
    memcpy(t->core.bpu.comparator, core.bpu.comparator, sizeof core.bpu.comparator);
    memcpy(t->core.dwt.comparator, core.dwt.comparator, sizeof core.dwt.comparator);
    t->core.vcatch = core.vcatch;
    t->released = false;
    t->state = TARGET_RUNNING;
    e = attach_again(t);
    if (!e)
        e = breaks_end_step(t);
    if (!e)
        e = find_state(t);
    if (e)
        t->state = TARGET_LOST;
    return e;
}

enum err target_set_swclk(struct target *t, uint32_t hz)
{
    uint32_t before = t->probe->swclk_hz, id;
    enum err e = target_claim(t);
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
    swo_note_undone(t);
    if (e)
        return target_note_error(t, e);
    return log_fail(t->log, ERR_NO_TARGET,
                    "the target does not answer at %u kHz; the clock is %u kHz as before",
                    tried / 1000, before / 1000);
}
