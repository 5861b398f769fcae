// SPDX-License-Identifier: MIT
#include "doctor/trace.h"
#include "cortex/scs.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/signals.h"
#include "doctor/measure.h"
#include "swd/mem_ap.h"

#define SLEEPDEEP   (1u << 2)
#define SLEEPONEXIT (1u << 1)
#define DWT_PCSR    0xe000101cu

#define EXC_RETURN_PSP (1u << 2)
#define STACKED_PC     24u

#define MANY_RESETS 4u
#define SLACK_US    1000000u

// How one start of the program ended.
enum ending { END_TIME, END_LOST, END_WRITE, END_SLEEP, END_FAULT, END_LOCKUP, END_RESETS };

struct pass {
    bool held;         // the pins are locked, and low power leaves the debug port alive
    unsigned stop_at;  // this write ends it; 0: none
    uint32_t watch_us; // and so does this time

    enum ending ending;
    bool over;
    unsigned writes, resets;
    uint32_t lived_us, last_pc;
    struct target_stop stop;
    bool standby, on_exit;
};

struct tracer {
    struct target *t;
    struct trace *r;
    const struct trace_options *options;
    const struct family_doctor *facts;
    uint32_t watched[2]; // this core has two comparators (DDI 0432, 2.2)
};

static void end_pass(struct pass *p, enum ending ending)
{
    p->over = true;
    p->ending = ending;
}

// ---- before the program starts ------------------------------------------------------------------

static enum err prepare_pass(struct tracer *x, const struct pass *p)
{
    struct target *t = x->t;
    enum err e = target_clear_all_breaks(t);
    if (!e)
        e = target_reset(t, true);
    // Low power with the debug port kept alive, or as the chip does it alone. The registers keep
    // their values over a system reset; target_disconnect() restores what was found.
    if (!e)
        e = dbgmcu_set_low_power(target_mem(t), target_identity(t)->chip->family->dbgmcu, p->held,
                                 NULL);
    if (!e && p->held)
        e = x->facts->pins->lock(x->facts->pins->port, target_mem(t));
    for (unsigned i = 0; i < 2 && !e; i++)
        e = target_set_watch(t, x->watched[i], 4, DWT_WRITE);
    if (!e)
        e = target_catch_reset(t, true);
    return e;
}

// ---- while it runs ------------------------------------------------------------------------------

static enum err read_reset_flags(struct tracer *x)
{
    const struct family_register *flags = &x->facts->reg[x->facts->reset_register];
    x->r->reset_register = flags->name;
    return flags->name ? mem_ap_read32(target_mem(x->t), flags->addr, &x->r->reset_flags) : ERR_OK;
}

static enum err take_stop(struct tracer *x, struct pass *p, const struct target_stop *stop)
{
    enum err e = ERR_OK;
    p->stop = *stop;
    switch (stop->cause) {
    case TARGET_STOP_FAULT:
        end_pass(p, END_FAULT);
        return ERR_OK;
    case TARGET_STOP_LOCKUP:
        end_pass(p, END_LOCKUP);
        return ERR_OK;
    case TARGET_STOP_WATCH:
        if (++p->writes == p->stop_at) {
            end_pass(p, END_WRITE);
            return ERR_OK;
        }
        break;
    case TARGET_STOP_RESET:
        (void)target_take_reset(x->t);
        if ((e = read_reset_flags(x)))
            return target_note_error(x->t, e);
        if (++p->resets == MANY_RESETS) {
            end_pass(p, END_RESETS);
            return ERR_OK;
        }
        break;
    default: // a BKPT of its own, which is passed
        break;
    }
    // A reset of the chip or of the port ends the lock.
    if (p->held && (e = x->facts->pins->lock(x->facts->pins->port, target_mem(x->t))))
        return target_note_error(x->t, e);
    return target_resume(x->t);
}

static enum err check_asleep(struct tracer *x, struct pass *p)
{
    const struct family_doctor *facts = x->facts;
    uint32_t scr, dhcsr, power = 0;
    enum err e = mem_ap_read32(target_mem(x->t), SCS_SCR, &scr);
    if (e || !(scr & SLEEPDEEP) || (e = target_read_dhcsr(x->t, &dhcsr)) ||
        !(dhcsr & DHCSR_S_SLEEP) || dhcsr & DHCSR_S_HALT)
        return target_note_error(x->t, e);
    if ((facts->standby_addr &&
         (e = mem_ap_read32(target_mem(x->t), facts->standby_addr, &power))) ||
        (e = target_halt(x->t)))
        return target_note_error(x->t, e);
    p->standby = facts->standby_addr && (power & facts->standby_mask) >= facts->standby_from;
    p->on_exit = scr & SLEEPONEXIT;
    p->stop = *target_last_stop(x->t);
    end_pass(p, END_SLEEP);
    return ERR_OK;
}

static enum err poll_program(struct tracer *x, struct pass *p)
{
    struct target_stop stop;
    bool stopped;
    enum err e = target_poll(x->t, &stopped, &stop);
    if (e)
        return e;
    if (stopped)
        return take_stop(x, p, &stop);
    if (p->held)
        return check_asleep(x, p);
    uint32_t pc;
    if ((e = mem_ap_read32(target_mem(x->t), DWT_PCSR, &pc)))
        return target_note_error(x->t, e);
    // Not every core has it; the others read as zero or, asleep, as all ones (DDI 0419, C1.7.5).
    if (pc != 0 && pc != 0xffffffffu)
        p->last_pc = pc;
    return ERR_OK;
}

// One start of the program. Lost: the target is, and the probe is not.
static enum err run_pass(struct tracer *x, struct pass *p)
{
    struct debug_probe *probe = target_mem(x->t)->probe;
    enum err e = prepare_pass(x, p);
    if (!e)
        e = target_resume(x->t);
    uint64_t start = debug_probe_now_us(probe);
    while (!e && !p->over) {
        e = signals_check(target_log(x->t));
        if (!e)
            e = poll_program(x, p);
        uint32_t now = (uint32_t)(debug_probe_now_us(probe) - start);
        if (!e)
            p->lived_us = now;
        if (!e && !p->over && now >= p->watch_us)
            end_pass(p, END_TIME);
    }
    if (e && !measure_is_fatal(e) && target_state(x->t) == TARGET_LOST) {
        log_forget(target_log(x->t));
        end_pass(p, END_LOST);
        return ERR_OK;
    }
    return e ? e : target_catch_reset(x->t, false);
}

// ---- what did it --------------------------------------------------------------------------------

static bool fetch_halfword(void *user, uint32_t addr, uint16_t *halfword)
{
    struct target *t = user;
    uint8_t b[2];
    if (target_read_mem(t, addr, b, sizeof b, NULL)) {
        log_forget(target_log(t));
        return false;
    }
    *halfword = get_le16(b);
    return true;
}

// What the whole register was given, where only a part of it was written: the rest is what it
// holds, because the two pins' fields are locked, and they are what matters.
static enum err complete_value(struct target *t, const struct trace_store *store, uint32_t *value)
{
    uint32_t shift = 8 * (store->addr & 3);
    uint32_t mask = (store->size < 4 ? (1u << 8 * store->size) - 1 : 0xffffffffu) << shift;
    enum err e = mem_ap_read32(target_mem(t), store->addr & ~3u, value);
    *value = (*value & ~mask) | (store->value << shift & mask);
    return e;
}

static enum err name_store(struct tracer *x, const struct pass *p)
{
    struct trace_stopped stopped = {.watched = p->stop.watch_addr};
    struct trace_store store;
    enum err e = ERR_OK;
    for (unsigned i = 0; i < 16 && !e; i++)
        e = target_read_reg(x->t, (enum cortexm_reg)i, &stopped.reg[i]);
    if (e)
        return e;
    x->r->pc = p->stop.pc;
    x->r->pc_known = true;
    x->r->register_addr = p->stop.watch_addr;
    if (!trace_find_store(&stopped, fetch_halfword, x->t, &store))
        return ERR_OK;
    x->r->pc = store.pc;
    x->r->exact = true;
    e = complete_value(x->t, &store, &x->r->value);
    // A register that was changed since would tell something else than what was measured.
    x->r->value_known =
        !e && x->facts->pins->taken(x->facts->pins->port, x->r->register_addr, x->r->value);
    return e;
}

static void name_sleep(struct tracer *x, const struct pass *p)
{
    uint16_t op;
    x->r->pc = p->stop.pc;
    x->r->pc_known = true;
    // A halt ends WFI and WFE (DDI 0419, B1.5.17), so that the PC stands behind or still on it.
    for (uint32_t back = 0; back <= 2 && !x->r->exact; back += 2)
        if (fetch_halfword(x->t, p->stop.pc - back, &op) && (op == 0xbf30 || op == 0xbf20)) {
            x->r->pc -= back;
            x->r->exact = true;
        }
    x->r->on_exit = p->on_exit && !x->r->exact;
}

// The PC that was stacked at the fault (DDI 0419, B1.5.6).
static enum err name_fault(struct tracer *x)
{
    uint32_t lr, sp = 0;
    uint8_t pc[4];
    enum err e = target_read_reg(x->t, CORTEXM_LR, &lr);
    if (!e)
        e = target_read_reg(x->t, lr & EXC_RETURN_PSP ? CORTEXM_PSP : CORTEXM_MSP, &sp);
    if (e)
        return e;
    if (target_read_mem(x->t, sp + STACKED_PC, pc, sizeof pc, NULL)) {
        log_forget(target_log(x->t));
        return ERR_OK; // the stack pointer leads nowhere
    }
    x->r->pc = get_le32(pc);
    x->r->pc_known = x->r->exact = true;
    return ERR_OK;
}

// Connects again after a loss. That it cannot is a result, too.
static enum err come_back(struct tracer *x)
{
    enum err e = target_reconnect(x->t);
    x->r->came_back = !e;
    if (e && !measure_is_fatal(e)) {
        log_forget(target_log(x->t));
        return ERR_OK;
    }
    return e;
}

// Once alone and once held, with the same two registers watched.
static enum err try_pair(struct tracer *x, struct pass *alone, struct pass *held)
{
    enum err e = run_pass(x, alone);
    if (e || alone->ending != END_LOST || (e = come_back(x)) || !x->r->came_back)
        return e;
    held->held = true;
    held->stop_at = alone->writes + 1;
    held->watch_us = 2 * alone->lived_us + SLACK_US;
    e = run_pass(x, held);
    if (!e && held->ending == END_LOST)
        e = come_back(x);
    return e;
}

static enum err name_loss_when_held(struct tracer *x, const struct pass *held)
{
    if (held->ending == END_WRITE) {
        x->r->loss = TRACE_PINS;
        return name_store(x, held);
    }
    if (held->ending == END_SLEEP) {
        x->r->loss = held->standby ? TRACE_STANDBY : TRACE_STOP;
        name_sleep(x, held);
    }
    return ERR_OK;
}

static enum err name_loss(struct tracer *x, const struct pass *alone, const struct pass *held)
{
    static const enum trace_loss losses[] = {
        [END_TIME] = TRACE_SURVIVED,    [END_LOST] = TRACE_UNEXPLAINED, [END_FAULT] = TRACE_FAULT,
        [END_LOCKUP] = TRACE_LOCKUP,    [END_RESETS] = TRACE_RESETS,    [END_WRITE] = TRACE_PINS,
        [END_SLEEP] = TRACE_UNEXPLAINED};
    struct trace *r = x->r;
    r->loss = losses[alone->ending];
    r->lived_us = alone->lived_us;
    r->writes = alone->writes;
    r->resets = alone->resets;
    r->last_pc = alone->last_pc;
    if (alone->ending == END_LOST)
        return name_loss_when_held(x, held);
    snprintf(r->detail, sizeof r->detail, "%s", alone->stop.detail);
    return alone->ending == END_FAULT ? name_fault(x) : ERR_OK;
}

static enum err trace_program(struct tracer *x)
{
    enum err e = ERR_OK;
    bool again = true;
    for (unsigned i = 0; i < 2 && !e && again; i++) {
        struct pass alone = {.watch_us = x->options->watch_us}, held = {0};
        memcpy(x->watched, x->facts->pins->watch[i], sizeof x->watched);
        e = try_pair(x, &alone, &held);
        again = alone.ending == END_LOST && x->r->came_back && held.ending == END_LOST;
        x->r->lost_again = held.ending == END_LOST && held.held;
        if (!e)
            e = name_loss(x, &alone, &held);
    }
    return e;
}

enum err trace_loss(struct trace *r, struct target *t, const struct trace_options *options)
{
    struct log *log = target_log(t);
    const struct chip *chip = target_identity(t)->chip;
    const enum log_level level = log->level;
    struct tracer x = {
        .t = t, .r = r, .options = options, .facts = chip ? chip->family->doctor : NULL};
    if (!x.facts || !x.facts->pins)
        return log_fail(log, ERR_UNSUPPORTED,
                        "of this chip (%s) is not known which registers hold the pins of SWD, so "
                        "that the loss cannot be traced",
                        chip_name(target_identity(t)));
    *r = (struct trace){.chip = chip, .pins = x.facts->pins};
    // Losing and finding the target again is what this is about, and no news.
    if (level < LOG_DEBUG)
        log->level = LOG_ERROR;
    enum err e = trace_program(&x);
    const struct log_mark kept = log_keep(log);
    enum err last = target_state(t) == TARGET_LOST ? ERR_OK : target_reset(t, true);
    if (e)
        log_restore(log, &kept);
    log->level = level;
    return e ? e : last;
}

// ---- words --------------------------------------------------------------------------------------

const char *trace_register_name(const struct trace *r)
{
    return r->pins ? r->pins->register_name(r->pins->port, r->register_addr) : "";
}

const char *trace_pins_text(const struct trace *r, char *text, size_t size)
{
    text[0] = '\0';
    return r->pins ? r->pins->text(r->pins->port, r->register_addr, r->value, text, size) : text;
}
