// SPDX-License-Identifier: MIT
// Breakpoints and watchpoints. What a debugger calls a software breakpoint is a BKPT instruction
// where memory can be written, and a comparator in flash. A debugger takes all of them out at every
// stop and sets them again before it goes on: nothing is written before the core is let go.
#include <string.h>

#include "base/bytes.h"
#include "cortex/thumb.h"
#include "swd/mem_batch.h"
#include "targets/target_private.h"

#define PENDING_MAX 24u // writes that wait until the core is let go

int breaks_find_software(const struct target *t, uint32_t addr)
{
    for (int i = 0; i < TARGET_MAX_SWBREAKS; i++)
        if (t->swbreak[i].used && t->swbreak[i].addr == addr)
            return i;
    return -1;
}

enum break_kind breaks_at(const struct target *t, uint32_t addr)
{
    if (breaks_find_software(t, addr) >= 0)
        return BREAK_SOFTWARE;
    return bpu_has(&t->core.bpu, addr) ? BREAK_HARDWARE : BREAK_NONE;
}

enum err breaks_lift(struct target *t, uint32_t addr)
{
    t->lifted.addr = addr;
    while (bpu_has(&t->core.bpu, addr)) {
        enum err e = bpu_clear(&t->core.bpu, addr);
        if (e)
            return e;
        t->lifted.hardware_users++;
    }
    t->lifted.software = breaks_find_software(t, addr) >= 0;
    return ERR_OK;
}

enum err breaks_put_back(struct target *t)
{
    for (; t->lifted.hardware_users > 0; t->lifted.hardware_users--) {
        enum err e = bpu_set(&t->core.bpu, t->lifted.addr);
        if (e)
            return e;
    }
    t->lifted.software = false;
    return ERR_OK;
}

// The place of an address, which may still hold a BKPT that is not wanted any more, or a free one.
static int find_place(const struct target *t, uint32_t addr)
{
    int place = -1;
    for (int i = TARGET_MAX_SWBREAKS; i-- > 0;) {
        const bool taken = t->swbreak[i].used || t->swbreak[i].inside;
        if (taken && t->swbreak[i].addr == addr)
            return i;
        place = taken ? place : i;
    }
    return place;
}

enum err breaks_set_software(struct target *t, uint32_t addr)
{
    int i = breaks_find_software(t, addr);
    if (i >= 0) {
        t->swbreak[i].users++;
        return ERR_OK;
    }
    if ((i = find_place(t, addr)) < 0)
        return log_fail(t->log, ERR_RESOURCE,
                        "no breakpoint can be set at 0x%08x: all %d breakpoints in RAM are in use",
                        addr, TARGET_MAX_SWBREAKS);
    t->swbreak[i].used = true;
    t->swbreak[i].addr = addr;
    t->swbreak[i].users = 1;
    return ERR_OK;
}

void breaks_clear_software(struct target *t, int i, bool all_users)
{
    if (--t->swbreak[i].users > 0 && !all_users)
        return;
    t->swbreak[i].used = false;
    if (t->lifted.addr == t->swbreak[i].addr)
        t->lifted.software = false;
}

// ---- into the target, and out of it -------------------------------------------------------------

static bool is_wanted(const struct target *t, int i)
{
    return t->swbreak[i].used && !(t->lifted.software && t->lifted.addr == t->swbreak[i].addr);
}

// The words in which our BKPTs are, and shall be: read once, changed, and written.
struct words {
    unsigned count;
    struct {
        uint32_t addr, value;
        bool changed;
    } word[TARGET_MAX_SWBREAKS];
};

static unsigned word_at(struct words *w, uint32_t addr)
{
    unsigned n = 0;
    while (n < w->count && w->word[n].addr != (addr & ~3u))
        n++;
    if (n == w->count) {
        w->word[n].addr = addr & ~3u;
        w->word[n].changed = false;
        w->count++;
    }
    return n;
}

static uint16_t half_of(const struct words *w, unsigned n, uint32_t addr)
{
    return (uint16_t)(w->word[n].value >> (addr & 2 ? 16 : 0));
}

static void put_half(struct words *w, unsigned n, uint32_t addr, uint16_t value)
{
    const unsigned shift = addr & 2 ? 16 : 0;
    w->word[n].value = (w->word[n].value & ~(0xffffu << shift)) | (uint32_t)value << shift;
    w->word[n].changed = true;
}

#define SPAN_MAX 1024u // bytes that are read in one piece sooner than word by word

static enum err read_span(struct target *t, struct words *w, uint32_t from, uint32_t len)
{
    uint8_t bytes[SPAN_MAX];
    enum err e = coherence_before_read(t, from, len);
    if (!e)
        e = mem_ap_read(&t->mem, from, bytes, len, NULL);
    for (unsigned n = 0; n < w->count && !e; n++)
        w->word[n].value = get_le32(bytes + (w->word[n].addr - from));
    return e;
}

// What was read at this stop is as it was then: nobody has run since.
static enum err read_all_words(struct target *t, struct words *w)
{
    struct mem_batch b;
    uint32_t low = UINT32_MAX, high = 0;
    mem_batch_begin(&b, &t->mem);
    for (unsigned n = 0; n < w->count; n++) {
        low = w->word[n].addr < low ? w->word[n].addr : low;
        high = w->word[n].addr > high ? w->word[n].addr : high;
        if (ahead_word(t, w->word[n].addr, &w->word[n].value))
            continue;
        if (coherence_is_needed(t, w->word[n].addr))
            caches_add_clean(&b, w->word[n].addr);
        mem_batch_read(&b, w->word[n].addr, &w->word[n].value);
    }
    if (b.count > 2 && !mem_batch_is_cheap(&t->mem) && high + 4 - low <= SPAN_MAX)
        return read_span(t, w, low, high + 4 - low);
    return mem_batch_run(&b);
}

static void add_write(struct target *t, struct mem_batch *b, uint32_t addr, uint32_t value)
{
    const bool cached = coherence_is_needed(t, addr);
    coherence_note_code(t, addr, sizeof value);
    if (cached)
        caches_add_drop(b, addr);
    mem_batch_write(b, addr, value);
    if (cached)
        caches_add_drop(b, addr);
}

static enum err write_changed(struct target *t, const struct words *w)
{
    struct mem_batch now;
    const bool later = mem_batch_is_cheap(&t->mem);
    mem_batch_begin(&now, &t->mem);
    for (unsigned n = 0; n < w->count; n++) {
        const bool waits = later && t->core.pending.count < PENDING_MAX;
        if (w->word[n].changed)
            add_write(t, waits ? &t->core.pending : &now, w->word[n].addr, w->word[n].value);
    }
    return mem_batch_run(&now);
}

// A program that has copied its code there since (startup code does) must not get the old bytes
// back, and gets the BKPT anew.
static void change_half(struct target *t, struct words *w, int i)
{
    const uint32_t addr = t->swbreak[i].addr;
    const unsigned n = word_at(w, addr);
    const uint16_t found = half_of(w, n, addr);
    t->swbreak[i].inside &= found == THUMB_BKPT;
    if (is_wanted(t, i) && !t->swbreak[i].inside) {
        t->swbreak[i].original = found;
        t->swbreak[i].inside = true;
        if (found != THUMB_BKPT)
            put_half(w, n, addr, THUMB_BKPT);
    } else if (!is_wanted(t, i) && t->swbreak[i].inside) {
        t->swbreak[i].inside = false;
        put_half(w, n, addr, t->swbreak[i].original);
    }
}

enum err breaks_apply(struct target *t)
{
    struct words w = {0};
    for (int i = 0; i < TARGET_MAX_SWBREAKS; i++)
        if (t->swbreak[i].inside || is_wanted(t, i))
            (void)word_at(&w, t->swbreak[i].addr);
    enum err e = ERR_OK;
    for (unsigned n = 0; n < w.count && !e; n++)
        e = coherence_look(t, w.word[n].addr, 4);
    if (!e && w.count)
        e = read_all_words(t, &w);
    if (e)
        return e;
    for (int i = 0; i < TARGET_MAX_SWBREAKS; i++)
        if (t->swbreak[i].inside || is_wanted(t, i))
            change_half(t, &w, i);
    return write_changed(t, &w);
}

void breaks_note_go(struct target *t)
{
    for (int i = 0; i < TARGET_MAX_SWBREAKS; i++)
        t->swbreak[i].recent = t->swbreak[i].used;
}

enum err breaks_apply_now(struct target *t)
{
    ahead_drop(t);
    enum err e = breaks_apply(t);
    enum err all = mem_batch_run(&t->core.pending);
    e = e ? e : all;
    all = bpu_apply(&t->core.bpu);
    return e ? e : all;
}

void breaks_hide(const struct target *t, uint32_t addr, uint8_t *data, size_t len)
{
    uint8_t bkpt[THUMB_BKPT_SIZE];
    put_le16(bkpt, THUMB_BKPT);
    for (int i = 0; i < TARGET_MAX_SWBREAKS; i++) {
        uint8_t original[THUMB_BKPT_SIZE];
        bool still_there = t->swbreak[i].inside;
        for (uint32_t k = 0; k < THUMB_BKPT_SIZE && still_there; k++) {
            uint32_t at = t->swbreak[i].addr + k - addr;
            still_there = at >= len || data[at] == bkpt[k];
        }
        if (!still_there)
            continue; // or overwritten by the program
        put_le16(original, t->swbreak[i].original);
        for (uint32_t k = 0; k < THUMB_BKPT_SIZE; k++) {
            uint32_t at = t->swbreak[i].addr + k - addr;
            if (at < len)
                data[at] = original[k];
        }
    }
}

// The first of our BKPTs that begins or ends in the range, or -1.
static int next_software(const struct target *t, uint32_t addr, size_t len)
{
    int next = -1;
    for (int i = 0; i < TARGET_MAX_SWBREAKS; i++) {
        uint32_t b = t->swbreak[i].addr;
        if (t->swbreak[i].inside && b + THUMB_BKPT_SIZE > addr && b < addr + len &&
            (next < 0 || b < t->swbreak[next].addr))
            next = i;
    }
    return next;
}

enum err breaks_write_around(struct target *t, uint32_t addr, const uint8_t *data, size_t len)
{
    while (len > 0) {
        int i = next_software(t, addr, len);
        uint32_t b = i < 0 ? 0 : t->swbreak[i].addr;
        size_t before = i < 0 ? len : b > addr ? b - addr : 0;
        enum err e = before ? mem_ap_write(&t->mem, addr, data, before) : ERR_OK;
        if (e || i < 0)
            return e;
        addr += (uint32_t)before;
        data += before;
        len -= before;
        uint8_t original[THUMB_BKPT_SIZE];
        put_le16(original, t->swbreak[i].original);
        for (uint32_t k = addr - b; k < THUMB_BKPT_SIZE && len > 0; k++, addr++, data++, len--)
            original[k] = *data;
        t->swbreak[i].original = get_le16(original);
    }
    return ERR_OK;
}

void breaks_clear_exits(struct target *t)
{
    for (unsigned i = 0; i < t->leaving.exits; i++)
        if (bpu_clear(&t->core.bpu, t->leaving.exit[i]))
            log_forget(t->log);
    t->leaving.exits = 0;
    t->leaving.running = false;
}

enum err breaks_end_step(struct target *t)
{
    t->stepping = t->at_exit = false;
    t->range_start = t->range_end = 0;
    breaks_clear_exits(t);
    if (t->caught_running) {
        enum err e = bpu_clear(&t->core.bpu, t->step_pc);
        if (e)
            return e;
        t->caught_running = false;
    }
    return breaks_put_back(t);
}
