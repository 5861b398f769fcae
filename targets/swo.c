// SPDX-License-Identifier: MIT
// SWO: the pin, the trace units and the probe are set so that what the program writes to ITM ports
// arrives, whatever the core's clock. Setting up is repeated after everything that may have undone
// it: resets, losses, the end of a debug session.
#include "cortex/itm.h"
#include "swd/mem_ap.h"
#include "targets/target_private.h"

// As in all families with a Cortex-M3, M4 or M7 whose debug unit is on the private bus. Nearly all
// of them start from an oscillator of 16 MHz.
#define DBGMCU_ON_PPB 0xe0042000u
static const struct family_trace usual_trace = FAMILY_TRACE_ON_PPB(16000000);
static const struct family_trace unknown_trace = {.reset_hz = 0};

static const struct family_trace *trace_of(const struct target *t)
{
    if (t->id.chip && t->id.chip->family->trace)
        return t->id.chip->family->trace;
    return t->id.idcode_addr == DBGMCU_ON_PPB ? &usual_trace : &unknown_trace;
}

static enum err fail_without_itm(const struct target *t)
{
    return log_fail(t->log, ERR_UNSUPPORTED,
                    "nothing comes out of SWO here: a %s has no ITM; RTT (--rtt, `monitor rtt`) "
                    "needs no pin",
                    core_caps_core_name(t->core.cpuid));
}

static enum err check_core(const struct target *t)
{
    const struct core_caps *caps = target_core_caps(t);
    if (!core_caps_is_mainline(caps))
        return fail_without_itm(t);
    if (caps->arch == CORE_ARMV7M && t->id.idcode_addr == 0 && !t->id.chip)
        log_line(t->log, LOG_WARN,
                 "how this chip connects its pin SWO is not known: the program has to do it");
    else if (trace_of(t) == &unknown_trace)
        return log_fail(t->log, ERR_UNSUPPORTED,
                        "swdlink does not know how an %s connects its pin SWO", chip_name(&t->id));
    return ERR_OK;
}

static enum err take_limits(struct target *t, const struct target_swo_options *o)
{
    struct debug_probe_trace limits;
    enum err e = debug_probe_trace_limits(t->probe, &limits);
    if (e)
        return e;
    if (o->baud > limits.max_baud)
        return log_fail(t->log, ERR_UNSUPPORTED,
                        "this ST-LINK receives SWO with at most %u baud, not with %u",
                        limits.max_baud, o->baud);
    t->swo.probe_limit = limits.max_baud;
    t->swo.limit = o->baud ? o->baud : limits.usual_baud;
    return ERR_OK;
}

// ---- the chip -----------------------------------------------------------------------------------

// The bits that keep clocks alive while the core sleeps are set as well: without them neither the
// cycle counter nor the pin goes on.
static enum err connect_pin(struct target *t)
{
    const struct family_trace *trace = trace_of(t);
    uint32_t value;
    enum err e = t->id.chip ? attach_set_debug_unit(t, NULL) : ERR_OK;
    if (e || !trace->addr)
        return e;
    e = mem_ap_read32(&t->mem, trace->addr, &value);
    if (e)
        return e;
    if (!t->swo.was_set_up)
        t->swo.found_pin = value;
    return mem_ap_write32(&t->mem, trace->addr, (value & ~trace->mask) | trace->value);
}

static enum err disconnect_pin(struct target *t)
{
    const struct family_trace *trace = trace_of(t);
    uint32_t value;
    if (!trace->addr)
        return ERR_OK;
    enum err e = mem_ap_read32(&t->mem, trace->addr, &value);
    return e ? e
             : mem_ap_write32(&t->mem, trace->addr,
                              (value & ~trace->mask) | (t->swo.found_pin & trace->mask));
}

// A core that was halted by a reset starts with the clock of a reset; what its program then makes
// of it was seen before, or is seen soon.
static void take_first_clock(struct target *t)
{
    struct target_swo *s = &t->swo;
    if (s->options.core_hz && s->clock_kind != TARGET_SWO_CLOCK_MEASURED) {
        s->hz = s->options.core_hz;
        s->clock_kind = TARGET_SWO_CLOCK_GIVEN;
    } else if (s->clock_kind == TARGET_SWO_CLOCK_UNKNOWN && t->state == TARGET_HALTED &&
               t->last_stop.cause == TARGET_STOP_RESET && trace_of(t)->reset_hz) {
        s->hz = trace_of(t)->reset_hz;
        s->clock_kind = TARGET_SWO_CLOCK_ASSUMED;
    }
}

enum err swo_set_up(struct target *t)
{
    struct target_swo *s = &t->swo;
    take_first_clock(t);
    if (s->hz && !s->follows)
        swo_choose_divisor(t);
    const struct trace_units_config config = {
        .divisor = s->divisor ? s->divisor : 1,
        .events = s->options.events,
        .keep_ports = s->was_set_up,
    };
    enum err e = connect_pin(t);
    if (!e && !s->was_set_up)
        e = trace_units_find(&t->mem, &s->found);
    if (!e)
        e = trace_units_set(&t->mem, &config);
    if (!e)
        e = trace_units_read_sources(&t->mem, &s->sends, &s->source);
    if (e)
        return e;
    s->was_set_up = true;
    s->stale = s->formatted = false;
    swo_begin_trust(t);
    return s->hz ? swo_receive(t) : ERR_OK;
}

enum err swo_before_run(struct target *t)
{
    swo_clock_restart(&t->swo.clock);
    t->swo.has_before = false;
    t->swo.clock_due_us = 0;
    return t->swo.on && t->swo.stale ? swo_set_up(t) : ERR_OK;
}

// ---- the calls ----------------------------------------------------------------------------------

enum err target_swo_start(struct target *t, const struct target_swo_options *options)
{
    enum err e = target_claim(t);
    if (!e)
        e = check_core(t);
    if (e)
        return e;
    if (t->swo.on && (e = target_swo_stop(t)))
        return e;
    t->swo = (struct target_swo){.options = *options};
    e = take_limits(t, options);
    if (!e)
        e = trace_units_has_cycles(&t->mem, &t->swo.counts);
    if (!e && !t->swo.counts && !options->core_hz)
        e = log_fail(t->log, ERR_UNSUPPORTED,
                     "this core has no cycle counter, so that its clock cannot be measured: say "
                     "what it is");
    if (!e)
        e = swo_check_divisor(t);
    t->swo.on = !e;
    if (!e)
        e = swo_set_up(t);
    if (e && t->swo.on) {
        const struct log_mark kept = log_keep(t->log);
        if (target_swo_stop(t))
            log_line(t->log, LOG_DEBUG, "SWO could not be switched off again");
        log_restore(t->log, &kept);
    }
    return target_note_error(t, e);
}

enum err target_swo_stop(struct target *t)
{
    const bool set_up = t->swo.was_set_up;
    if (!t->swo.on)
        return ERR_OK;
    t->swo.on = false;
    if (t->state == TARGET_LOST)
        return ERR_OK;
    enum err first = debug_probe_trace_stop(t->probe);
    enum err e = set_up ? trace_units_put_back(&t->mem, &t->swo.found) : ERR_OK;
    first = first ? first : e;
    e = set_up ? disconnect_pin(t) : ERR_OK;
    first = first ? first : e;
    e = set_up && t->released ? attach_restore_debug_unit(t) : ERR_OK;
    return target_note_error(t, first ? first : e);
}

static enum err poll_swo(struct target *t, struct target_swo_data *d)
{
    struct target_swo *s = &t->swo;
    struct debug_probe_trace_read read = {.data = d->data, .room = DEBUG_PROBE_TRACE_MAX};
    enum err e = s->stale ? swo_set_up(t) : ERR_OK;
    if (!e)
        e = swo_follow(t);
    if (!e && s->receiving)
        e = debug_probe_trace_read(t->probe, &read);
    if (e)
        return e;
    d->len = read.len;
    d->overrun = read.overrun;
    s->bytes += read.len;
    s->overruns += read.overrun;
    d->begins = s->begins || read.overrun;
    s->begins = false;
    d->formatted = s->formatted;
    d->trust = s->trust;
    d->source = s->source;
    d->sends = s->sends;
    return ERR_OK;
}

enum err target_swo_poll(struct target *t, struct target_swo_data *d)
{
    d->len = 0;
    d->overrun = d->begins = false;
    // While a flash job is open code of ours runs on the core.
    if (!t->swo.on || t->state == TARGET_LOST || target_has_flash_job(t))
        return ERR_OK;
    return target_note_error(t, poll_swo(t, d));
}

void target_swo_doubt(struct target *t)
{
    t->swo.check_due_us = t->swo.clock_due_us = 0;
    t->swo.doubt = true;
}
