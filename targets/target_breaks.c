// SPDX-License-Identifier: MIT
// The breakpoints and watchpoints that a debugger sets.
#include "targets/target_private.h"

// What a halted core need not see before it goes on is written then.
static enum err apply_if_it_runs(struct target *t)
{
    return t->state == TARGET_HALTED ? ERR_OK : target_note_error(t, breaks_apply_now(t));
}

enum err target_set_break(struct target *t, bool hardware, uint32_t addr)
{
    enum err e = target_claim(t);
    if (e)
        return e;
    if (addr % 2)
        return log_fail(t->log, ERR_USAGE, "a breakpoint at the odd address 0x%08x has no meaning",
                        addr);
    if (!hardware && region_is_ram(t, addr))
        e = breaks_set_software(t, addr);
    else
        e = bpu_set(&t->core.bpu, addr);
    return e ? target_note_error(t, e) : apply_if_it_runs(t);
}

enum err target_clear_break(struct target *t, bool hardware, uint32_t addr)
{
    enum err e = target_claim(t);
    if (e)
        return e;
    int i = hardware ? -1 : breaks_find_software(t, addr);
    if (i >= 0) {
        breaks_clear_software(t, i, false);
    } else if (t->lifted.hardware_users > 0 && t->lifted.addr == addr) {
        t->lifted.hardware_users--;
    } else {
        e = bpu_clear(&t->core.bpu, addr);
    }
    return e ? target_note_error(t, e) : apply_if_it_runs(t);
}

enum err target_set_watch(struct target *t, uint32_t addr, uint32_t len, enum dwt_access access)
{
    enum err e = target_claim(t);
    return e ? e : target_note_error(t, dwt_set(&t->core.dwt, addr, len, access));
}

enum err target_clear_watch(struct target *t, uint32_t addr, uint32_t len, enum dwt_access access)
{
    enum err e = target_claim(t);
    return e ? e : target_note_error(t, dwt_clear(&t->core.dwt, addr, len, access));
}

enum err target_clear_all_breaks(struct target *t)
{
    enum err e = target_claim(t);
    if (e)
        return e;
    // Each is tried, whatever became of those before; the first error is told.
    t->lifted.hardware_users = 0;
    t->caught_running = false;
    e = bpu_clear_all(&t->core.bpu);
    enum err watches = dwt_clear_all(&t->core.dwt);
    e = e ? e : watches;
    for (int i = 0; i < TARGET_MAX_SWBREAKS; i++)
        if (t->swbreak[i].used)
            breaks_clear_software(t, i, true);
    enum err out = breaks_apply_now(t);
    return target_note_error(t, e ? e : out);
}
