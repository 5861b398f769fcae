// SPDX-License-Identifier: MIT
// Attaching again to a core that lost its debug state.
#include <string.h>

#include "targets/internal.h"

enum err attach_again(struct target *t)
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
