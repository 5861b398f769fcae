// SPDX-License-Identifier: MIT
// Variables that are watched while the program runs. Who shows some of them asks for one after the
// other, and again a moment later: from the second time on, all that follow are read together with
// the first. So they are of one moment, too, and cost one pair of commands.
//
// A word that was read along answers one question, and a few milliseconds long.
#include <string.h>

#include "base/bytes.h"
#include "targets/target_private.h"

#define FRESH_US  5000u
#define WORTH_IT  3u // words: fewer cost as much one by one
#define WATCH_MAX 4u // bytes of a variable

static int find_watched(const struct target *t, uint32_t addr)
{
    for (unsigned i = 0; i < t->watched.count; i++)
        if (t->watched.word[i].addr == addr)
            return (int)i;
    return -1;
}

// The place of a word, a new one if need be: that of the one that was longest there.
static unsigned note_watched(struct target *t, uint32_t addr)
{
    int i = find_watched(t, addr);
    if (i >= 0)
        return (unsigned)i;
    const unsigned at = t->watched.next++ % TARGET_WATCHED;
    t->watched.count += t->watched.count < TARGET_WATCHED;
    t->watched.word[at].addr = addr;
    t->watched.word[at].follows = at;
    t->watched.word[at].fresh = false;
    return at;
}

// Reads the word and those that follow it, as they were asked for before.
static enum err read_row(struct target *t, unsigned first)
{
    struct mem_batch b;
    unsigned n = 0, at = first;
    mem_batch_begin(&b, &t->mem);
    do {
        mem_batch_read(&b, t->watched.word[at].addr, &t->watched.word[at].value);
        at = t->watched.word[at].follows;
    } while (++n < TARGET_WATCHED && at != first && at < t->watched.count);
    if (n < WORTH_IT)
        return mem_ap_read32(&t->mem, t->watched.word[first].addr, &t->watched.word[first].value);
    enum err e = mem_batch_run(&b);
    if (e == ERR_FAULT) { // a word of another program's time
        log_forget(t->log);
        t->watched.word[first].follows = first;
        return mem_ap_read32(&t->mem, t->watched.word[first].addr, &t->watched.word[first].value);
    }
    const uint64_t now = debug_probe_now_us(t->probe);
    for (at = t->watched.word[first].follows; !e && n-- > 1; at = t->watched.word[at].follows) {
        t->watched.word[at].fresh = true;
        t->watched.word[at].at_us = now;
    }
    return e;
}

// Only of what may be read in any portion, and of a word that is wholly memory.
bool foreseen_applies(const struct target *t, uint32_t addr, size_t len)
{
    return t->state == TARGET_RUNNING && mem_batch_is_cheap(&t->mem) && len <= WATCH_MAX &&
           !t->core.caches.has_data && addr / 4 == (addr + len - 1) / 4;
}

enum err foreseen_read(struct target *t, uint32_t addr, void *data, size_t len)
{
    uint8_t bytes[4];
    enum err e = ERR_OK;
    const unsigned at = note_watched(t, addr & ~3u);
    const uint64_t age = debug_probe_now_us(t->probe) - t->watched.word[at].at_us;
    const bool known =
        t->watched.word[at].fresh && age <= FRESH_US && t->watched.runs == t->core.runs;
    t->watched.word[t->watched.last].follows = at;
    t->watched.last = at;
    t->watched.word[at].fresh = false;
    t->watched.runs = t->core.runs;
    if (!known)
        e = read_row(t, at);
    put_le32(bytes, t->watched.word[at].value);
    memcpy(data, bytes + (addr & 3), len);
    return e;
}

void foreseen_drop(struct target *t)
{
    for (unsigned i = 0; i < t->watched.count; i++)
        t->watched.word[i].fresh = false;
}
