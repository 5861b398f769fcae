// SPDX-License-Identifier: MIT
// What a debugger reads and writes is what the program reads and writes, whatever the caches of a
// Cortex-M7 hold (cortex/caches.h says what that takes).
#include "targets/target_private.h"

static enum err look_at_data_cache(struct target *t)
{
    return caches_look(&t->core.caches, &t->mem, t->core.runs, t->state == TARGET_HALTED);
}

static bool holds_data(const struct target *t, uint32_t addr, size_t len)
{
    const struct caches *c = &t->core.caches;
    return len > 0 &&
           (caches_may_hold_data(c, addr) || caches_may_hold_data(c, addr + (uint32_t)(len - 1)));
}

// Only of memory that might be held, were the cache on: what has no cache costs nothing.
static bool is_worth_a_look(const struct target *t, uint32_t addr, size_t len)
{
    struct caches c = t->core.caches;
    c.data_on = true;
    return len > 0 &&
           (caches_may_hold_data(&c, addr) || caches_may_hold_data(&c, addr + (uint32_t)(len - 1)));
}

enum err coherence_look(struct target *t, uint32_t addr, size_t len)
{
    return is_worth_a_look(t, addr, len) ? look_at_data_cache(t) : ERR_OK;
}

bool coherence_is_needed(const struct target *t, uint32_t addr)
{
    return caches_may_hold_data(&t->core.caches, addr);
}

enum err coherence_before_read(struct target *t, uint32_t addr, size_t len)
{
    enum err e = coherence_look(t, addr, len);
    if (e || !holds_data(t, addr, len))
        return e;
    // A core that runs may have written again since.
    const bool halted = t->state == TARGET_HALTED;
    t->core.caches.cleaned &= halted;
    e = caches_clean(&t->core.caches, &t->mem, addr, len, t->core.runs);
    t->core.caches.cleaned &= halted;
    return e;
}

enum err coherence_before_write(struct target *t, uint32_t addr, size_t len)
{
    enum err e = coherence_look(t, addr, len);
    return e || !holds_data(t, addr, len) ? e : caches_drop(&t->core.caches, &t->mem, addr, len);
}

void coherence_note_code(struct target *t, uint32_t addr, size_t len)
{
    struct caches *c = &t->core.caches;
    c->stale_code |= caches_may_hold_code(c, addr) ||
                     (len > 0 && caches_may_hold_code(c, addr + (uint32_t)(len - 1)));
}

enum err coherence_after_write(struct target *t, uint32_t addr, size_t len)
{
    coherence_note_code(t, addr, len);
    return holds_data(t, addr, len) ? caches_drop(&t->core.caches, &t->mem, addr, len) : ERR_OK;
}
