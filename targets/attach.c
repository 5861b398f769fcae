// SPDX-License-Identifier: MIT
// Attaching again to a core that lost its debug state.
#include <string.h>

#include "cortex/scs.h"
#include "targets/target_private.h"

// A reply that got damaged must not take away comparators that the core has.
static enum err check_units(const struct target *t, const struct cortexm *before)
{
    if (t->core.cpuid == before->cpuid && t->core.bpu.count == before->bpu.count &&
        t->core.dwt.count == before->dwt.count)
        return ERR_OK;
    return log_fail(t->log, ERR_LINK,
                    "the core says that it has other debug units than before (CPUID 0x%08x, %u and "
                    "%u comparators): an answer was damaged on its way",
                    t->core.cpuid, t->core.bpu.count, t->core.dwt.count);
}

static enum err attach_once(struct target *t, const struct cortexm *before)
{
    enum err e = cortexm_attach(&t->core, &t->mem, before->vcatch, t->log);
    if (e || (e = check_units(t, before)))
        return e;
    memcpy(t->core.bpu.comparator, before->bpu.comparator, sizeof before->bpu.comparator);
    memcpy(t->core.dwt.comparator, before->dwt.comparator, sizeof before->dwt.comparator);
    t->core.reset_seen |= before->reset_seen;
    swo_note_undone(t);
    if ((e = bpu_restore(&t->core.bpu)) || (e = dwt_restore(&t->core.dwt)))
        return e;
    if (t->dbgmcu_changed && (e = attach_set_debug_unit(t, NULL)))
        return e;
    return breaks_apply_now(t);
}

// What was set in the core is known by `before` only, until all of it is set again.
static void keep_core(struct target *t, const struct cortexm *before)
{
    const bool reset_seen = t->core.reset_seen;
    t->core = *before;
    t->core.reset_seen |= reset_seen;
    cortexm_forget_regs(&t->core);
    mem_batch_begin(&t->core.pending, &t->mem);
    bpu_doubt(&t->core.bpu);
}

enum err attach_again(struct target *t)
{
    const struct cortexm before = t->core;
    t->code.valid = t->flash_written = t->step_ended = false;
    ahead_drop(t);
    t->hidden = TARGET_HIDDEN_UNKNOWN;
    enum err e = attach_once(t, &before);
    if (!e)
        return ERR_OK;
    keep_core(t, &before);
    if (e != ERR_PROBE_LOST) { // one glitch is no loss
        log_line(t->log, LOG_DEBUG, "attaching failed (%s); trying once more",
                 log_sentence(t->log, e));
        log_forget(t->log);
        e = debug_probe_enter_swd(t->probe);
        if (!e)
            e = attach_once(t, &before);
    }
    if (e) {
        keep_core(t, &before);
        t->state = TARGET_LOST; // target_reconnect() sets everything again
    }
    return e;
}

static const struct dbgmcu_layout *debug_unit_of(const struct target *t)
{
    return t->second ? t->second->dbgmcu : t->id.chip->family->dbgmcu;
}

enum err attach_set_debug_unit(struct target *t, uint32_t *dhcsr)
{
    struct mem_batch b;
    struct dbgmcu_state found = t->seen_dbgmcu;
    const struct dbgmcu_layout *layout = debug_unit_of(t);
    // While a program runs undisturbed only the freezes are set: they act in a halt and not before.
    bool low_power = t->options.connect != TARGET_CONNECT_HOTPLUG;
    t->seen_dbgmcu.known = false;
    enum err e = found.known ? ERR_OK : dbgmcu_read(&t->mem, layout, &found);
    if (found.known && !t->dbgmcu_changed) {
        t->found_dbgmcu = found;
        t->dbgmcu_changed = true;
    }
    if (e)
        return e;
    mem_batch_begin(&b, &t->mem);
    dbgmcu_add_set(&b, layout, low_power, &found);
    if (dhcsr)
        mem_batch_read(&b, SCS_DHCSR, dhcsr);
    e = mem_batch_run(&b);
    if (!e && dhcsr)
        cortexm_note_dhcsr(&t->core, *dhcsr);
    return e;
}

enum err attach_restore_debug_unit(struct target *t)
{
    if (!t->dbgmcu_changed)
        return ERR_OK;
    t->dbgmcu_changed = false;
    return dbgmcu_put_back(&t->mem, debug_unit_of(t), &t->found_dbgmcu);
}
