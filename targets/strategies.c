// SPDX-License-Identifier: MIT
// The strategies of getting hold of a target, gentle ones first: as asked; slower; under reset;
// caught right after a reset. A failed attempt leaves evidence for the sentence that tells of it.
#include <stdio.h>
#include <string.h>

#include "base/signals.h"
#include "cortex/scs.h"
#include "targets/connect.h"

#define RESET_SWCLK_HZ 1000000u // under reset, where nothing is known of the wires yet

#define NRST_LOW_US     5000u
#define NRST_RELEASE_US 500000u // slow reset circuits: 100 nF and more at NRST
#define POLL_US         1000u
#define HELD_US         20000u
#define CATCH_TRIES     5u

static const char *const strategy_names[TARGET_STRATEGIES] = {
    [TARGET_STRATEGY_ASKED] = "as asked",
    [TARGET_STRATEGY_SLOWER] = "slower",
    [TARGET_STRATEGY_UNDER_RESET] = "under reset",
    [TARGET_STRATEGY_CATCH] = "right after a reset",
};

// Why a strategy was needed that nobody asked for, as far as its success tells.
static const char *const strategy_reasons[TARGET_STRATEGIES] = {
    [TARGET_STRATEGY_SLOWER] = "only slowly: long wires, a poor ground, or a core at a low clock",
    [TARGET_STRATEGY_UNDER_RESET] = "under reset only: the program turns SWD off or enters a deep "
                                    "sleep; it is stopped at its first "
                                    "instruction",
    [TARGET_STRATEGY_CATCH] =
        "only right after a reset: the program turns SWD off or enters a deep sleep; it is stopped "
        "at its first instruction",
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
static enum err refuse_held(struct target *t)
{
    struct debug_probe *probe = t->probe;
    uint64_t deadline = debug_probe_now_us(probe) + HELD_US;
    while (t->core.found_dhcsr & DHCSR_S_RESET_ST) {
        if (debug_probe_now_us(probe) >= deadline)
            return log_fail(t->log, ERR_STATE,
                            "the chip is held in reset: something pulls NRST low (a button, a "
                            "supervisor, a solder bridge)");
        debug_probe_sleep_us(probe, POLL_US);
        enum err e = mem_ap_read32(&t->mem, SCS_DHCSR, &t->core.found_dhcsr);
        if (e)
            return e;
    }
    return ERR_OK;
}

// What is asked of a chip that was recognised, and what its debug unit holds, in one go.
static enum err read_facts(struct target *t, const struct chip_gates *gates)
{
    struct mem_batch b;
    struct chip_facts facts = {0};
    struct dbgmcu_state unit = {0};
    const struct dbgmcu_layout *layout = t->id.chip ? t->id.chip->family->dbgmcu : NULL;
    mem_batch_begin(&b, &t->mem);
    chip_add_facts(&t->id, &b, &facts);
    unsigned n = 0;
    while (layout && n < gates->count && gates->addr[n] != layout->gate_addr)
        n++;
    const bool with_unit = layout && (!layout->gate_addr || n < gates->count);
    if (with_unit)
        dbgmcu_add_read(&b, layout, layout->gate_addr ? gates->value[n] : 0, &unit);
    enum err e = mem_batch_run(&b);
    if (e == ERR_FAULT) { // one by one, to know which of them
        log_forget(t->log);
        return chip_read_facts(&t->id, &t->mem, t->log);
    }
    if (e)
        return e;
    chip_take_facts(&t->id, &facts, t->log);
    t->seen_dbgmcu = unit;
    t->seen_dbgmcu.known = with_unit;
    return ERR_OK;
}

// Takes the core as it is, and asks the chip who it is.
static enum err take_core_over(struct target *t)
{
    struct chip_gates gates;
    t->code.valid = t->flash_written = t->step_ended = t->seen_dbgmcu.known = false;
    ahead_drop(t);
    t->hidden = TARGET_HIDDEN_UNKNOWN;
    enum err e = cortexm_attach_first(&t->core, &t->mem, DEMCR_VC_HARDERR, t->log);
    if (!e)
        e = refuse_held(t);
    t->id = (struct chip_identity){.cpuid = t->core.cpuid};
    if (!e)
        e = chip_find(&t->id, &t->core.pending, &gates, t->log);
    if (e || (!t->id.chip && !t->id.die))
        return e;
    return mem_batch_is_cheap(&t->mem) ? read_facts(t, &gates)
                                       : chip_read_facts(&t->id, &t->mem, t->log);
}

static enum err try_plain(struct target *t, uint32_t hz, struct connect_evidence *ev)
{
    enum err e = set_swclk(t, hz);
    if (e || (e = debug_probe_enter_swd(t->probe)))
        return e;
    ev->answered = true;
    e = take_core_over(t);
    t->found_halted = t->core.found_dhcsr & DHCSR_S_HALT;
    return e;
}

// Arms halting and the reset vector catch; that can be done while NRST holds the chip.
static enum err arm_reset_catch(struct target *t)
{
    enum err e = mem_ap_write32(&t->mem, SCS_DHCSR, DHCSR_DBGKEY | DHCSR_C_DEBUGEN | DHCSR_C_HALT);
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

enum err strategy_pulse_nrst(struct target *t, bool halt)
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
    return e ? e : attach_again(t);
}

static enum err enter_under_reset(struct target *t, struct connect_evidence *ev, bool *was_reset)
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

// What was read of the debug unit is no more: the reset shuts its clock gate.
static enum err start_again(struct target *t)
{
    t->seen_dbgmcu.known = false;
    return cortexm_reset(&t->core, true);
}

static enum err try_under_reset(struct target *t, uint32_t hz, struct connect_evidence *ev)
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
    if ((e = take_core_over(t)) || was_reset)
        return e;
    log_line(t->log, LOG_WARN,
             "NRST has no effect (is the wire connected?); the chip was reset through SWD instead");
    return start_again(t);
}

// For a program that takes the SWD pins or goes to sleep a moment after its start, on a board or a
// chip that cannot be entered while NRST is low: be quick, halt, and start again from the first
// instruction.
static enum err try_catch(struct target *t, uint32_t hz, struct connect_evidence *ev)
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
        e = mem_ap_write32(&t->mem, SCS_DHCSR, DHCSR_DBGKEY | DHCSR_C_DEBUGEN | DHCSR_C_HALT);
        if (!e)
            break;
    }
    if (e || (e = take_core_over(t)))
        return e;
    return start_again(t);
}

static enum err strategy_try(struct target *t, enum target_strategy strategy,
                             struct connect_evidence *ev)
{
    uint32_t hz = t->options.swclk_hz ? t->options.swclk_hz : BEST_SWCLK_HZ;
    switch (strategy) {
    case TARGET_STRATEGY_ASKED:
        return try_plain(t, hz, ev);
    case TARGET_STRATEGY_SLOWER:
        return try_plain(t, hz < SLOW_SWCLK_HZ ? hz : SLOW_SWCLK_HZ, ev);
    case TARGET_STRATEGY_UNDER_RESET:
        return try_under_reset(t, t->options.swclk_hz ? hz : RESET_SWCLK_HZ, ev);
    default:
        return try_catch(t, hz, ev);
    }
}

// Which strategies a kind of connecting may use, as bits.
static unsigned allowed_strategies(const struct target_options *o)
{
    unsigned plain = 1u << TARGET_STRATEGY_ASKED;
    if (!o->swclk_hz || o->swclk_hz > SLOW_SWCLK_HZ)
        plain |= 1u << TARGET_STRATEGY_SLOWER;
    switch (o->connect) {
    case TARGET_CONNECT_AUTO:
        return plain | 1u << TARGET_STRATEGY_UNDER_RESET | 1u << TARGET_STRATEGY_CATCH;
    case TARGET_CONNECT_UNDER_RESET:
        return 1u << TARGET_STRATEGY_UNDER_RESET | 1u << TARGET_STRATEGY_CATCH;
    default:
        return plain;
    }
}

static void report_success(struct target *t, enum target_strategy strategy, bool asked)
{
    unsigned khz = t->probe->swclk_hz / 1000;
    if (strategy_reasons[strategy] && !asked)
        log_line(t->log, LOG_WARN, "connected %s (at %u kHz; `swdlink doctor` tells more)",
                 strategy_reasons[strategy], khz);
    else
        log_line(t->log, LOG_DEBUG, "connected %s, at %u kHz", strategy_names[strategy], khz);
}

// What gets lost between this computer and the probe is no reason to go on 16 times slower.
static enum err try_strategy(struct target *t, enum target_strategy strategy,
                             struct connect_evidence *ev)
{
    enum err e = strategy_try(t, strategy, ev);
    if (strategy != TARGET_STRATEGY_ASKED || (e != ERR_TIMEOUT && e != ERR_PROBE_PROTOCOL))
        return e;
    log_line(t->log, LOG_DEBUG, "connecting failed on USB (%s); trying once more",
             log_sentence(t->log, e));
    if (debug_probe_leave(t->probe))
        log_forget(t->log);
    return strategy_try(t, strategy, ev);
}

// interruptible: nothing has to be put back yet when it ends between two attempts.
static enum err try_strategies(struct target *t, struct connect_evidence *ev, bool interruptible)
{
    memset(t->attempt, 0, sizeof t->attempt);
    for (unsigned strategy = 0; strategy < TARGET_STRATEGIES; strategy++) {
        struct target_attempt *attempt = &t->attempt[strategy];
        if (!(allowed_strategies(&t->options) & 1u << strategy))
            continue;
        if (interruptible && (ev->last = signals_check(t->log)))
            return ev->last;
        t->found_halted = false;
        ev->last = try_strategy(t, strategy, ev);
        *attempt =
            (struct target_attempt){true, ev->last, t->probe->last_status, t->probe->swclk_hz};
        if (!ev->last) {
            report_success(t, strategy, !ev->tried);
            log_forget(t->log);
            return ERR_OK;
        }
        log_line(t->log, LOG_DEBUG, "connecting %s failed: %s", strategy_names[strategy],
                 log_sentence(t->log, ev->last));
        if (is_probe_trouble(ev->last))
            return ev->last;
        if (!ev->tried) {
            ev->status = t->probe->last_status;
            ev->asked_hz = t->probe->swclk_hz;
        }
        ev->tried |= 1u << strategy;
        if (ev->last == ERR_FAULT && t->probe->in_debug && !ev->closed && !ev->elsewhere) {
            const struct log_mark kept = log_keep(t->log);
            connect_examine_port(t, ev);
            log_restore(t->log, &kept);
        }
        if (ev->answered)
            snprintf(ev->sentence, sizeof ev->sentence, "%s", log_sentence(t->log, ev->last));
        if (t->probe->in_debug && debug_probe_leave(t->probe))
            log_forget(t->log);
    }
    return ev->last;
}

enum err connect_attempt(struct target *t, bool interruptible)
{
    struct connect_evidence ev = {0};
    t->mem.number = 0;
    t->second = NULL;
    enum err e = try_strategies(t, &ev, interruptible);
    if (!e || is_probe_trouble(e))
        return e;
    e = connect_fail(t, &ev);
    const struct log_mark kept = log_keep(t->log);
    (void)!debug_probe_leave(t->probe);
    log_restore(t->log, &kept);
    return e;
}
