// SPDX-License-Identifier: MIT
// The second core of a chip, which is debugged when asked for: behind an access port of its own,
// and held after a reset where the options say so, until a register starts it. What tells of it and
// starts it is reached by the first core's access port, by which the chip was identified.
#include "cortex/scs.h"
#include "swd/ap.h"
#include "targets/target_private.h"

#define RESET_US 10000u  // a chip needs no more for a reset by itself
#define START_US 100000u // and no core more for its first instruction
#define POLL_US  1000u

static const char *const core_names[] = {
    [TARGET_CORE_FIRST] = "first",
    [TARGET_CORE_SECOND] = "second",
    [TARGET_CORE_M7] = "m7",
    [TARGET_CORE_M4] = "m4",
};

static struct mem_ap first_mem(const struct target *t)
{
    return (struct mem_ap){.probe = t->probe};
}

static const struct family_second_core *facts_of(const struct target *t)
{
    return t->id.chip ? t->id.chip->family->second_core : NULL;
}

static enum err read_bits(const struct mem_ap *mem, const struct rcc_bits *reg, bool *set)
{
    uint32_t value;
    enum err e = mem_ap_read32(mem, reg->addr, &value);
    *set = !e && (value & reg->bits);
    return e;
}

enum err chip_find_second_core(const struct chip *chip, const struct mem_ap *first,
                               struct chip_second_core *found)
{
    const struct family_second_core *facts = chip ? chip->family->second_core : NULL;
    struct mem_ap mem = *first;
    uint32_t idr = 0;
    bool starts = false, started = false;
    *found = (struct chip_second_core){.facts = NULL};
    if (!facts)
        return ERR_OK;
    mem.number = facts->ap;
    enum err e = ap_read_idr(&mem, &idr);
    if (e == ERR_UNSUPPORTED || e == ERR_FAULT) { // firmware that does not ask, a port that is not
        log_forget(first->probe->log);
        return ERR_OK;
    }
    if (e || !idr || (e = read_bits(first, &facts->starts, &starts)) ||
        (e = read_bits(first, &facts->start, &started)))
        return e;
    const bool reached = debug_probe_check_ap(first->probe, facts->ap) == ERR_OK;
    if (!reached)
        log_forget(first->probe->log);
    *found = (struct chip_second_core){facts, starts, !starts && !started, reached};
    return ERR_OK;
}

enum err target_find_second_core(struct target *t, struct chip_second_core *found)
{
    const struct mem_ap first = first_mem(t);
    *found = (struct chip_second_core){.facts = NULL};
    enum err e = facts_of(t) ? target_claim(t) : ERR_OK;
    return e ? e : target_note_error(t, chip_find_second_core(t->id.chip, &first, found));
}

const struct family_second_core *target_second_core(const struct target *t)
{
    return t->second;
}

// Which core the options mean; an error when the chip has no such core.
static enum err wants_second(struct target *t, bool *wants)
{
    const struct family_second_core *facts = facts_of(t);
    const enum target_core core = t->options.which_core;
    const bool is_m7 = (t->id.cpuid >> 4 & 0xfff) == DIE_CORE_M7;
    *wants = core == TARGET_CORE_SECOND || core == TARGET_CORE_M4;
    if (core == TARGET_CORE_FIRST || (core == TARGET_CORE_M7 && is_m7))
        return ERR_OK;
    if (!facts && core == TARGET_CORE_M4 && (t->id.cpuid >> 4 & 0xfff) == DIE_CORE_M4) {
        *wants = false; // its only one
        return ERR_OK;
    }
    if (*wants && facts)
        return ERR_OK;
    return log_fail(t->log, ERR_USAGE,
                    "swdlink reaches no other core of this chip (%s) than its first: --core %s is "
                    "not there",
                    chip_name(&t->id), core_names[core]);
}

// Its access port answers from its start on: some of its instructions may have been executed.
static enum err halt_core(struct target *t)
{
    return mem_ap_write32(&t->mem, SCS_DHCSR, DHCSR_DBGKEY | DHCSR_C_DEBUGEN | DHCSR_C_HALT);
}

static enum err start_core(struct target *t, const struct family_second_core *facts)
{
    const struct mem_ap first = first_mem(t);
    uint32_t value;
    enum err e = mem_ap_read32(&first, facts->start.addr, &value);
    return e ? e : mem_ap_write32(&first, facts->start.addr, value | facts->start.bits);
}

static enum err attach_second(struct target *t, const struct chip_second_core *found)
{
    t->mem.number = found->facts->ap;
    if (found->held) {
        log_line(t->log, LOG_NOTE,
                 "the %s has been held since the reset (%s): it is started now, and stopped",
                 found->facts->text, found->facts->held_by);
        enum err e = start_core(t, found->facts);
        if (e || (e = halt_core(t)))
            return e;
    }
    enum err e = cortexm_attach(&t->core, &t->mem, DEMCR_VC_HARDERR, t->log);
    t->found_halted = !e && !found->held && (t->core.found_dhcsr & DHCSR_S_HALT);
    t->seen_dbgmcu.known = false; // that of the first core
    return e;
}

static void use_own_ram(struct target *t, const struct family_second_core *facts)
{
    t->bank.ram_base = facts->ram_base;
    t->bank.ram_size = facts->ram_size;
}

// *wants false: the first core is meant, and stays attached.
static enum err find_wanted(struct target *t, bool *wants, struct chip_second_core *found)
{
    enum err e = wants_second(t, wants);
    if (e || !*wants || (e = target_find_second_core(t, found)))
        return e;
    if (!found->facts)
        return log_fail(t->log, ERR_UNSUPPORTED,
                        "there is no second core behind access port %u of this chip (%s), or the "
                        "probe's firmware does not reach it",
                        facts_of(t)->ap, chip_name(&t->id));
    return debug_probe_check_ap(t->probe, found->facts->ap);
}

// It may be attached in part, and its units are not known. Attaching halts it only where it was
// held before: then it runs.
static enum err detach_second(struct target *t, bool was_held)
{
    uint32_t dhcsr;
    enum err e = mem_ap_read32(&t->mem, SCS_DHCSR, &dhcsr);
    if (e || (e = mem_ap_write32(&t->mem, SCS_DEMCR, 0)))
        return e;
    const bool halted = dhcsr & DHCSR_S_HALT && !was_held;
    return mem_ap_write32(&t->mem, SCS_DHCSR,
                          DHCSR_DBGKEY | (halted ? DHCSR_C_DEBUGEN | DHCSR_C_HALT : 0));
}

// What is left of an attempt: nothing. The sentence of what went wrong stays.
static void end_attempt(struct target *t, enum err detached)
{
    const struct log_mark kept = log_keep(t->log);
    const enum err left = debug_probe_leave(t->probe);
    if (detached || left)
        log_line(t->log, LOG_WARN, "the target may not be as it was found: %s",
                 log_sentence(t->log, detached ? detached : left));
    log_restore(t->log, &kept);
    t->mem.number = 0;
    t->state = TARGET_LOST;
}

static enum err leave_first(struct target *t)
{
    const struct log_mark kept = log_keep(t->log);
    const enum err e = cortexm_detach(&t->core, t->found_halted);
    log_restore(t->log, &kept);
    return e;
}

static enum err leave_second(struct target *t, bool was_held)
{
    const struct log_mark kept = log_keep(t->log);
    const enum err e = detach_second(t, was_held);
    log_restore(t->log, &kept);
    return e;
}

// The first core goes on as it was found.
enum err second_core_enter(struct target *t)
{
    struct chip_second_core found;
    bool wants;
    enum err e = find_wanted(t, &wants, &found);
    if (!e && !wants)
        return ERR_OK;
    if (e || (e = cortexm_detach(&t->core, t->found_halted))) {
        end_attempt(t, leave_first(t));
        return e;
    }
    if ((e = attach_second(t, &found))) {
        end_attempt(t, leave_second(t, found.held));
        return e;
    }
    t->second = found.facts;
    use_own_ram(t, found.facts);
    return ERR_OK;
}

// ---- reset --------------------------------------------------------------------------------------

static enum err wait_start(struct target *t, bool halt)
{
    const uint64_t deadline = debug_probe_now_us(t->probe) + START_US;
    uint32_t dhcsr = 0;
    enum err e = ERR_OK;
    for (bool late = false; !e && !late;) {
        late = debug_probe_now_us(t->probe) > deadline;
        e = cortexm_read_dhcsr(&t->core, &dhcsr);
        if (!e && (!halt || dhcsr & DHCSR_S_HALT))
            return ERR_OK;
        debug_probe_sleep_us(t->probe, POLL_US);
    }
    return e ? e
             : log_fail(t->log, ERR_TIMEOUT, "the %s does not stop at its first instruction",
                        t->second->text);
}

// The access itself may fail although the reset came.
static enum err ask_for_reset(struct target *t, const struct mem_ap *first)
{
    enum err e = mem_ap_write32(first, SCS_AIRCR, AIRCR_VECTKEY | AIRCR_SYSRESETREQ);
    if (!e || e == ERR_PROBE_LOST)
        return e;
    log_forget(t->log);
    return ERR_OK;
}

// A core that is held after a reset is reset by the first one's request, and started. Its
// breakpoints are written while its port still answers, and outlive the reset.
static enum err reset_and_start(struct target *t, bool halt)
{
    const struct mem_ap first = first_mem(t);
    enum err e = breaks_apply_now(t);
    if (!e && halt)
        e = cortexm_catch_reset(&t->core, true);
    cortexm_forget_regs(&t->core);
    t->core.runs++; // what was seen of the last stop is past
    if (!e)
        e = ask_for_reset(t, &first);
    debug_probe_sleep_us(t->probe, RESET_US);
    if (!e)
        e = start_core(t, t->second);
    if (!e)
        e = wait_start(t, halt);
    const enum err off = halt ? cortexm_catch_reset(&t->core, false) : ERR_OK;
    return e ? e : off;
}

enum err second_core_reset(struct target *t, bool halt)
{
    const struct mem_ap first = first_mem(t);
    bool starts;
    enum err e = read_bits(&first, &t->second->starts, &starts);
    if (e)
        return e;
    return starts ? cortexm_reset(&t->core, halt) : reset_and_start(t, halt);
}
