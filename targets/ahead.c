// SPDX-License-Identifier: MIT
// Memory that is read together with a stop. After each of them a debugger asks for the instructions
// at the PC and at the return address, and for the stack; a probe that knows lists of accesses
// reads these words along with the registers, at no further cost.
//
// What is kept must be what a read would give. Code in flash cannot change while the core is
// halted, and is kept until it runs. RAM can, because DMA goes on: it is kept for as long as a
// debugger takes to ask the questions that follow a stop, and no longer.
#include <string.h>

#include "base/bytes.h"
#include "cortex/scs.h"
#include "targets/target_private.h"

#define RAM_US 50000u

#define STACK_LINE 64u // what GDB reads of a stack at a time
#define LINE_ROOM  3u  // reads that a write takes the place of, and more

// The line of the data cache is written back before the first word of it is read. False: there is
// no room.
static bool plan_line(const struct target *t, struct mem_batch *b, uint32_t addr)
{
    for (unsigned n = 0; n < t->ahead.count; n++)
        if (((t->ahead.word[n].addr ^ addr) & ~(CACHE_LINE - 1)) == 0)
            return true;
    if (mem_batch_room(b) <= LINE_ROOM)
        return false;
    caches_add_clean(b, addr);
    return true;
}

void ahead_plan(struct target *t, struct mem_batch *b, uint32_t addr, uint32_t len)
{
    const uint32_t end = addr + len;
    for (addr &= ~3u; addr < end && mem_batch_room(b) > 0; addr += 4) {
        if (t->ahead.count == MEM_BATCH_MAX || !memory_is_plain(t, addr))
            return;
        unsigned n = 0;
        while (n < t->ahead.count && t->ahead.word[n].addr != addr)
            n++;
        if (n < t->ahead.count)
            continue;
        if (coherence_is_needed(t, addr) && !plan_line(t, b, addr))
            return;
        t->ahead.word[n].addr = addr;
        t->ahead.count++;
        mem_batch_read(b, addr, &t->ahead.word[n].value);
    }
}

void ahead_plan_breaks(struct target *t, struct mem_batch *b)
{
    for (unsigned i = 0; i < TARGET_MAX_SWBREAKS; i++)
        if (t->swbreak[i].used || t->swbreak[i].inside || t->swbreak[i].recent)
            ahead_plan(t, b, t->swbreak[i].addr, 2);
}

void ahead_plan_stop(struct target *t, struct mem_batch *b, uint32_t sp, uint32_t lr)
{
    ahead_plan(t, b, lr & ~1u, AHEAD_CODE_BYTES);
    ahead_plan_breaks(t, b);
    ahead_plan(t, b, sp & ~(STACK_LINE - 1), STACK_LINE);
    ahead_plan(t, b, (sp & ~(STACK_LINE - 1)) + STACK_LINE, STACK_LINE);
}

void ahead_keep(struct target *t)
{
    t->ahead.valid = true;
    t->ahead.runs = t->core.runs;
    t->ahead.at_us = debug_probe_now_us(t->probe);
}

void ahead_drop_cached(struct target *t, bool were_cleaned)
{
    for (unsigned n = 0; n < t->ahead.count && !were_cleaned; n++)
        if (coherence_is_needed(t, t->ahead.word[n].addr)) {
            ahead_drop(t);
            return;
        }
}

void ahead_drop(struct target *t)
{
    t->ahead.valid = false;
    t->ahead.count = 0;
}

static bool is_of_this_stop(const struct target *t)
{
    return t->ahead.valid && t->ahead.runs == t->core.runs;
}

bool ahead_word(const struct target *t, uint32_t addr, uint32_t *value)
{
    for (unsigned n = 0; is_of_this_stop(t) && n < t->ahead.count; n++)
        if (t->ahead.word[n].addr == addr) {
            *value = t->ahead.word[n].value;
            return true;
        }
    return false;
}

bool ahead_take(struct target *t, uint32_t addr, void *data, size_t len)
{
    const struct target_region *r = region_at(t, addr);
    if (!is_of_this_stop(t) || t->state != TARGET_HALTED || !r || len > sizeof t->ahead.word)
        return false;
    if (r->kind != TARGET_REGION_FLASH && debug_probe_now_us(t->probe) - t->ahead.at_us > RAM_US)
        return false;
    uint8_t *p = data;
    for (size_t at = 0; at < len;) {
        uint8_t bytes[4];
        uint32_t value;
        const uint32_t here = addr + (uint32_t)at, offset = here & 3;
        const size_t part = len - at < 4 - offset ? len - at : 4 - offset;
        if (!ahead_word(t, here & ~3u, &value))
            return false;
        put_le32(bytes, value);
        memcpy(p + at, bytes + offset, part);
        at += part;
    }
    return true;
}

static bool reads_ahead(const struct target *t)
{
    return t->options.read_ahead && mem_batch_is_cheap(&t->mem);
}

// Reads what is wanted around the registers; and DFSR and ICSR, unless they are known.
static enum err read_around(struct target *t)
{
    uint32_t dfsr, icsr, ccr = 0, pc, sp, lr;
    struct mem_batch b;
    const bool cleaned = t->core.caches.data_on;
    const bool seen = cortexm_has_seen_stop(&t->core);
    enum err e = cortexm_read_reg(&t->core, CORTEXM_PC, &pc);
    if (e || (e = cortexm_read_reg(&t->core, CORTEXM_SP, &sp)) ||
        (e = cortexm_read_reg(&t->core, CORTEXM_LR, &lr)))
        return e;
    mem_batch_begin(&b, &t->mem);
    if (!seen) {
        mem_batch_read(&b, SCS_DFSR, &dfsr);
        mem_batch_read(&b, SCS_ICSR, &icsr);
    }
    if (t->core.caches.has_data)
        mem_batch_read(&b, SCS_CCR, &ccr);
    ahead_drop(t);
    ahead_plan(t, &b, pc, AHEAD_CODE_BYTES);
    ahead_plan_stop(t, &b, sp, lr);
    e = mem_batch_run(&b);
    if (e == ERR_FAULT) { // one of the words that nobody has asked for yet
        log_forget(t->log);
        ahead_drop(t);
        return ERR_OK;
    }
    if (e)
        return e;
    if (!seen)
        cortexm_note_stop(&t->core, dfsr, &icsr);
    caches_note_ccr(&t->core.caches, ccr, t->core.runs);
    ahead_keep(t);
    ahead_drop_cached(t, cleaned);
    return ERR_OK;
}

enum err ahead_read_halt(struct target *t)
{
    return reads_ahead(t) ? read_around(t) : ERR_OK;
}

enum err ahead_read_stop(struct target *t)
{
    return reads_ahead(t) && !cortexm_has_seen_stop(&t->core) ? read_around(t) : ERR_OK;
}
