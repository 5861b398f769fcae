// SPDX-License-Identifier: MIT
// The breakpoints and watchpoints that a debugger sets.
#include "targets/target_private.h"

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
    return target_note_error(t, e);
}

enum err target_clear_break(struct target *t, bool hardware, uint32_t addr)
{
    enum err e = target_claim(t);
    if (e)
        return e;
    int i = hardware ? -1 : breaks_find_software(t, addr);
    if (i >= 0) {
        e = breaks_clear_software(t, i, false);
    } else if (t->lifted.hardware_users > 0 && t->lifted.addr == addr) {
        t->lifted.hardware_users--;
    } else {
        e = bpu_clear(&t->core.bpu, addr);
    }
    return target_note_error(t, e);
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
    for (int i = 0; i < TARGET_MAX_SWBREAKS; i++) {
        enum err one = t->swbreak[i].used ? breaks_clear_software(t, i, true) : ERR_OK;
        e = e ? e : one;
    }
    return target_note_error(t, e);
}
