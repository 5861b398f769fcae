// SPDX-License-Identifier: MIT
// After a reset the core is looked at from outside, with debugging switched off, so that what is
// seen is what happens when nobody is there: DHCSR tells of a lockup and of resets, ICSR of the
// exception that is active (DDI 0419, B3.2.4 and C1.6.3).
#include "targets/outcome.h"

#include <stdio.h>

#include "cortex/scs.h"
#include "swd/mem_ap.h"
#include "targets/target_private.h"

#define WATCH_US 50000u
#define POLL_US  5000u
#define SAMPLES  4u

#define SCS_VECTACTIVE  0x1ffu // of ICSR
#define FIRST_FAULT     3u     // HardFault, and on ARMv7-M and later the four behind it
#define LAST_FAULT      7u
#define DWT_PCSR        0xe000101cu // DDI 0419, C1.8.4
#define PCSR_NO_PC      0xffffffffu // the core is halted, or must not be looked at
#define HARDFAULT_ENTRY 12u         // of the vector table

static const char *const names[TARGET_OUTCOME_KINDS] = {
    [TARGET_OUTCOME_RUNS] = "running",     [TARGET_OUTCOME_BOOT_ROM] = "boot-rom",
    [TARGET_OUTCOME_FAULT] = "fault",      [TARGET_OUTCOME_LOCKUP] = "locked-up",
    [TARGET_OUTCOME_RESETS] = "resetting", [TARGET_OUTCOME_SILENT] = "no-answer",
};

static const char *const fault_names[LAST_FAULT - FIRST_FAULT + 1] = {
    "HardFault", "MemManage fault", "BusFault", "UsageFault", "SecureFault"};

const char *target_outcome_name(enum target_outcome_kind kind)
{
    return names[kind];
}

bool target_is_boot_rom(const struct target *t, uint32_t addr)
{
    const struct chip *c = t->id.chip;
    return c && (addr - c->system_base < c->system_size ||
                 (c->system_alias && addr - c->system_alias < c->system_size));
}

// A flash without a program is reason enough on chips that look (RM0091, 2.5).
const char *target_why_boot_rom(struct target *t)
{
    bool empty = false;
    if (t->id.chip && t->id.chip->empty_check && t->bank.size && t->id.rdp_level == 0 &&
        target_read_empty(t, &empty) != ERR_OK)
        log_forget(t->log);
    return empty ? "the flash holds none" : "BOOT0 is high, or the option bytes choose it";
}

static bool is_fault(unsigned exception)
{
    return exception >= FIRST_FAULT && exception <= LAST_FAULT;
}

// Polls until the time is over or the core is locked up. A fault counts when it is still there at
// the end: its handler may be one that goes on.
static enum err watch_program(struct target *t, struct target_outcome *o)
{
    uint64_t start = debug_probe_now_us(t->probe);
    bool over = false;
    while (!over) {
        uint32_t dhcsr, icsr = 0;
        debug_probe_sleep_us(t->probe, POLL_US);
        enum err e = presence_read_dhcsr(t, &dhcsr);
        if (!e && !(dhcsr & DHCSR_S_LOCKUP))
            e = mem_ap_read32(&t->mem, SCS_ICSR, &icsr);
        if (e)
            return e;
        over = (dhcsr & DHCSR_S_LOCKUP) || debug_probe_now_us(t->probe) - start >= WATCH_US;
        o->exception = icsr & SCS_VECTACTIVE;
        if (dhcsr & DHCSR_S_LOCKUP)
            o->kind = TARGET_OUTCOME_LOCKUP;
        else if (cortexm_take_reset(&t->core))
            o->kind = TARGET_OUTCOME_RESETS;
    }
    if (o->kind == TARGET_OUTCOME_RUNS && is_fault(o->exception))
        o->kind = TARGET_OUTCOME_FAULT;
    return ERR_OK;
}

// At the first instruction of a handler that waits there, the registers are still those of the
// fault.
static enum err explain_fault(struct target *t, struct target_outcome *o)
{
    uint32_t handler = 0;
    enum err e = mem_ap_read32(&t->mem, t->bank.base + HARDFAULT_ENTRY, &handler);
    if (!e && o->exception == FIRST_FAULT && t->bank.size && (handler & ~1u) == o->pc)
        fault_explain(t, o->detail, sizeof o->detail);
    return e;
}

// Halts the core for a moment.
static enum err inspect(struct target *t, struct target_outcome *o)
{
    enum err e = target_hold(t);
    if (!e)
        e = target_halt(t);
    if (e)
        return e;
    o->pc_known = true;
    o->pc = t->last_stop.pc;
    if (o->kind == TARGET_OUTCOME_LOCKUP)
        snprintf(o->detail, sizeof o->detail, "%s", t->last_stop.detail);
    if (o->kind == TARGET_OUTCOME_FAULT && (e = explain_fault(t, o)))
        return e;
    e = target_resume(t);
    return e ? e : target_release(t);
}

// The PC of the running core, which not every core shows.
static enum err sample_pc(struct target *t, struct target_outcome *o)
{
    enum err e = mem_ap_write32(&t->mem, SCS_DEMCR, DEMCR_DWTENA);
    for (unsigned i = 0; i < SAMPLES && !e && !o->pc_known; i++) {
        uint32_t pc = 0;
        e = mem_ap_read32(&t->mem, DWT_PCSR, &pc);
        o->pc_known = !e && pc != 0 && pc != PCSR_NO_PC;
        o->pc = pc & ~1u;
    }
    if (e == ERR_FAULT) {
        log_forget(t->log);
        e = ERR_OK;
    }
    enum err back = mem_ap_write32(&t->mem, SCS_DEMCR, 0);
    return e ? e : back;
}

static enum err find_outcome(struct target *t, struct target_outcome *o)
{
    enum err e = target_release(t);
    if (!e)
        e = watch_program(t, o);
    if (e || o->kind == TARGET_OUTCOME_RESETS)
        return e;
    if (o->kind == TARGET_OUTCOME_RUNS)
        e = sample_pc(t, o);
    if (!e && !o->pc_known)
        e = inspect(t, o);
    if (e || o->kind != TARGET_OUTCOME_RUNS || !target_is_boot_rom(t, o->pc))
        return e;
    o->kind = TARGET_OUTCOME_BOOT_ROM;
    o->why = target_why_boot_rom(t);
    return ERR_OK;
}

enum err target_watch_outcome(struct target *t, struct target_outcome *o)
{
    *o = (struct target_outcome){.kind = TARGET_OUTCOME_RUNS};
    enum err e = target_note_error(t, find_outcome(t, o));
    if (err_class(e) != ERR_CLASS_WIRE && err_class(e) != ERR_CLASS_TARGET)
        return e;
    log_forget(t->log);
    // A fault or a lockup that could not be looked into is one all the same.
    if (o->kind == TARGET_OUTCOME_RUNS)
        o->kind = TARGET_OUTCOME_SILENT;
    return ERR_OK;
}

static void describe_fault(const struct target_outcome *o, char *text, size_t size)
{
    const char *name = fault_names[o->exception - FIRST_FAULT];
    if (o->detail[0])
        snprintf(text, size, "the program ended in a %s", o->detail);
    else if (o->pc_known)
        snprintf(text, size, "the program ended in a %s, whose handler stands at 0x%08x", name,
                 o->pc);
    else
        snprintf(text, size, "the program ended in a %s", name);
}

const char *target_outcome_text(const struct target_outcome *o, char *text, size_t size)
{
    switch (o->kind) {
    case TARGET_OUTCOME_BOOT_ROM:
        snprintf(text, size,
                 "the boot loader in the chip's ROM runs (at 0x%08x), and not the program: %s",
                 o->pc, o->why);
        break;
    case TARGET_OUTCOME_FAULT:
        describe_fault(o, text, size);
        break;
    case TARGET_OUTCOME_LOCKUP:
        snprintf(text, size, "%s", o->detail[0] ? o->detail : "the core is locked up");
        break;
    case TARGET_OUTCOME_RESETS:
        snprintf(text, size,
                 "it was reset again within %u ms: by a watchdog, by its supply or by the program "
                 "itself",
                 WATCH_US / 1000);
        break;
    case TARGET_OUTCOME_SILENT:
        snprintf(
            text, size,
            "the debug port does not answer any more: the program has turned SWD off or sleeps "
            "deeply, or the chip has lost its supply");
        break;
    default:
        snprintf(text, size, "it runs");
        break;
    }
    return text;
}
