// SPDX-License-Identifier: MIT
// Leaving a range of addresses (a line of the source) at full speed. Wherever the core can get to
// from where it stands is followed through the range: temporary comparators wait at the places
// where it leaves it, and at the instructions of which nobody knows where they lead. Interrupts are
// let in. If there are not enough comparators, or the code cannot be read, the range is stepped.
#include "base/bytes.h"
#include "cortex/thumb.h"
#include "targets/target_private.h"

#define RANGE_MAX  512u  // bytes of a range that is followed
#define STACK_NEAR 1024u // how far the stack may move in a line; another thread's is elsewhere

struct walk {
    uint32_t start, end, pc;
    uint8_t code[RANGE_MAX + 2];
    bool seen[RANGE_MAX / 2], waiting[RANGE_MAX / 2];
    unsigned exits;
    uint32_t exit[TARGET_RANGE_EXITS + 1];
};

static void add_exit(struct walk *w, uint32_t addr)
{
    for (unsigned i = 0; i < w->exits; i++)
        if (w->exit[i] == addr)
            return;
    if (w->exits <= TARGET_RANGE_EXITS)
        w->exit[w->exits++] = addr;
}

static void go_to(struct walk *w, uint32_t addr)
{
    if (addr < w->start || addr >= w->end)
        add_exit(w, addr);
    else if (!w->seen[(addr - w->start) / 2])
        w->waiting[(addr - w->start) / 2] = true;
}

static void visit(struct walk *w, uint32_t addr)
{
    const uint8_t *at = w->code + (addr - w->start);
    const uint16_t first = get_le16(at);
    // The second half of an instruction that begins at the end of the range lies behind it.
    const struct thumb insn = thumb_decode(addr, first, get_le16(at + 2));
    w->seen[(addr - w->start) / 2] = true;
    w->waiting[(addr - w->start) / 2] = false;
    if (insn.flow == THUMB_ANY) {
        add_exit(w, addr);
        return;
    }
    go_to(w, addr + insn.size);
    if (insn.flow == THUMB_BRANCH)
        go_to(w, insn.target);
}

static void follow_branches(struct walk *w)
{
    bool more = true;
    go_to(w, w->pc);
    while (more && w->exits <= TARGET_RANGE_EXITS) {
        more = false;
        for (unsigned i = 0; i < (w->end - w->start) / 2; i++)
            if (w->waiting[i]) {
                visit(w, w->start + 2 * i);
                more = true;
            }
    }
}

// False: there are too few, or this core compares no such addresses.
static bool set_exits(struct target *t, const struct walk *w)
{
    if (w->exits > TARGET_RANGE_EXITS || w->exits > bpu_count_free(&t->core.bpu))
        return false;
    for (unsigned i = 0; i < w->exits; i++) {
        // At the place where it stands it would not move.
        if (w->exit[i] == w->pc || bpu_set(&t->core.bpu, w->exit[i])) {
            log_forget(t->log);
            breaks_clear_exits(t);
            return false;
        }
        t->leaving.exit[t->leaving.exits++] = w->exit[i];
    }
    return true;
}

enum err range_prepare(struct target *t, uint32_t pc, bool *ready)
{
    struct walk w = {.start = t->range_start, .end = t->range_end, .pc = pc};
    *ready = false;
    if (!t->options.read_ahead || pc < w.start || pc >= w.end || w.end - w.start > RANGE_MAX ||
        w.start % 2 || w.end % 2 || !memory_is_plain(t, w.start) || !memory_is_plain(t, w.end) ||
        breaks_at(t, pc) != BREAK_NONE)
        return ERR_OK;
    enum err e = target_read_mem(t, w.start, w.code, w.end - w.start + 2, NULL);
    if (err_class(e) == ERR_CLASS_TARGET) {
        log_forget(t->log);
        return ERR_OK;
    }
    if (e || (e = cortexm_read_reg(&t->core, CORTEXM_XPSR, &t->leaving.xpsr)) ||
        (e = cortexm_read_reg(&t->core, CORTEXM_SP, &t->leaving.sp)))
        return e;
    follow_branches(&w);
    *ready = set_exits(t, &w);
    return ERR_OK;
}

bool range_is_exit(const struct target *t, uint32_t addr)
{
    for (unsigned i = 0; i < t->leaving.exits; i++)
        if (t->leaving.exit[i] == addr)
            return true;
    return false;
}

// A handler, or another thread, may come by the same place.
enum err range_is_left(struct target *t, bool *left)
{
    uint32_t xpsr, sp;
    *left = false;
    enum err e = cortexm_read_reg(&t->core, CORTEXM_XPSR, &xpsr);
    if (e || (e = cortexm_read_reg(&t->core, CORTEXM_SP, &sp)))
        return e;
    *left = ((xpsr ^ t->leaving.xpsr) & XPSR_EXCEPTION) == 0 &&
            sp - t->leaving.sp + STACK_NEAR <= 2 * STACK_NEAR;
    return ERR_OK;
}
