// SPDX-License-Identifier: MIT
// Attaching again to a core that lost its debug state.
#include <string.h>

#include "targets/target_private.h"

enum err attach_again(struct target *t)
{
    struct cortexm before = t->core;
    t->code.valid = t->flash_written = t->step_ended = false;
    ahead_drop(t);
    t->hidden = TARGET_HIDDEN_UNKNOWN;
    enum err e = cortexm_attach(&t->core, &t->mem, t->log);
    if (e)
        return e;
    memcpy(t->core.bpu.comparator, before.bpu.comparator, sizeof before.bpu.comparator);
    memcpy(t->core.dwt.comparator, before.dwt.comparator, sizeof before.dwt.comparator);
    t->core.reset_seen |= before.reset_seen;
    swo_note_undone(t);
    if ((e = bpu_restore(&t->core.bpu)) || (e = dwt_restore(&t->core.dwt)) ||
        (e = cortexm_set_vcatch(&t->core, before.vcatch)))
        return e;
    if (t->dbgmcu_changed && (e = attach_set_debug_unit(t)))
        return e;
    return breaks_apply_now(t);
}

enum err attach_set_debug_unit(struct target *t)
{
    struct dbgmcu_state found = {0};
    // While a program runs undisturbed only the freezes are set: they act in a halt and not before.
    bool low_power = t->options.connect != TARGET_CONNECT_HOTPLUG;
    enum err e = dbgmcu_set(&t->mem, t->id.chip->family->dbgmcu, low_power, &found);
    if (found.known && !t->dbgmcu_changed) {
        t->found_dbgmcu = found;
        t->dbgmcu_changed = true;
    }
    return e;
}

enum err attach_restore_debug_unit(struct target *t)
{
    if (!t->dbgmcu_changed)
        return ERR_OK;
    t->dbgmcu_changed = false;
    return dbgmcu_put_back(&t->mem, t->id.chip->family->dbgmcu, &t->found_dbgmcu);
}
