// SPDX-License-Identifier: MIT
#include "swd/mem_batch.h"

#include "base/bytes.h"

#define BLOCK_COMMANDS 2u // a block, and the question for its status

void mem_batch_begin(struct mem_batch *b, const struct mem_ap *ap)
{
    b->ap = ap;
    b->count = b->once = 0;
}

static void add_access(struct mem_batch *b, uint32_t addr, uint32_t value, bool write, uint32_t *to)
{
    if (b->count < MEM_BATCH_MAX) {
        b->access[b->count] = (struct debug_probe_access){addr, value, write};
        b->to[b->count] = to;
    }
    b->count++;
}

void mem_batch_read(struct mem_batch *b, uint32_t addr, uint32_t *to)
{
    add_access(b, addr, 0, false, to);
}

void mem_batch_write(struct mem_batch *b, uint32_t addr, uint32_t value)
{
    add_access(b, addr, value, true, NULL);
}

void mem_batch_write_once(struct mem_batch *b, uint32_t addr, uint32_t value)
{
    mem_batch_write(b, addr, value);
    b->once = b->count;
}

static unsigned most_items(const struct mem_ap *ap)
{
    const struct debug_probe *probe = ap->probe;
    return probe->ops->list_items ? probe->ops->list_items(probe) : 0;
}

bool mem_batch_is_cheap(const struct mem_ap *ap)
{
    return most_items(ap) > 0;
}

static unsigned items_of(const struct debug_probe_access *a)
{
    return a->write ? DEBUG_PROBE_WRITE_ITEMS : DEBUG_PROBE_READ_ITEMS;
}

// How many accesses from `from` on go into one list, and the items that are left of it.
static unsigned list_length(const struct mem_batch *b, unsigned from, unsigned *left)
{
    unsigned n = 0;
    *left = most_items(b->ap);
    if (*left <= DEBUG_PROBE_LIST_ITEMS)
        return *left = 0;
    for (*left -= DEBUG_PROBE_LIST_ITEMS; from + n < b->count; n++) {
        const unsigned items = items_of(&b->access[from + n]);
        if (items > *left)
            break;
        *left -= items;
    }
    return n;
}

unsigned mem_batch_room(const struct mem_batch *b)
{
    unsigned from = 0, left = 0, n;
    if (b->count >= MEM_BATCH_MAX)
        return 0;
    while ((n = list_length(b, from, &left)) > 0 && from + n < b->count)
        from += n;
    const unsigned places = MEM_BATCH_MAX - b->count;
    return left < places ? left : places;
}

// Accesses from `from` on that follow each other in memory, and are of the same kind.
static unsigned run_length(const struct mem_batch *b, unsigned from)
{
    unsigned n = 1;
    while (from + n < b->count && b->access[from + n].write == b->access[from].write &&
           b->access[from + n].addr == b->access[from].addr + 4 * n)
        n++;
    return n;
}

static unsigned single_commands(const struct mem_batch *b)
{
    unsigned commands = 0;
    for (unsigned i = 0, n; i < b->count; i += n) {
        n = run_length(b, i);
        commands += n < BLOCK_COMMANDS ? n : BLOCK_COMMANDS;
    }
    return commands;
}

static enum err do_run(struct mem_batch *b, unsigned from, unsigned n)
{
    uint8_t words[4 * MEM_BATCH_MAX];
    const struct debug_probe_access *a = &b->access[from];
    if (a->write && n == 1)
        return mem_ap_write32(b->ap, a->addr, a->value);
    for (unsigned i = 0; a->write && i < n; i++)
        put_le32(words + 4 * (size_t)i, a[i].value);
    if (a->write)
        return mem_ap_write(b->ap, a->addr, words, 4 * (size_t)n);
    enum err e = n == 1 ? mem_ap_read32(b->ap, a->addr, b->to[from])
                        : mem_ap_read(b->ap, a->addr, words, 4 * (size_t)n, NULL);
    for (unsigned i = 0; !e && n > 1 && i < n; i++)
        *b->to[from + i] = get_le32(words + 4 * (size_t)i);
    return e;
}

static enum err do_singly(struct mem_batch *b, unsigned from)
{
    enum err e = ERR_OK;
    for (unsigned i = from, n; !e && i < b->count; i += n) {
        n = run_length(b, i);
        n = n > BLOCK_COMMANDS ? n : 1;
        e = do_run(b, i, n);
    }
    return e;
}

// *done: accesses that were good; *sent: those that the probe was told of.
static enum err do_lists(struct mem_batch *b, unsigned *done, unsigned *sent)
{
    unsigned left, n;
    enum err e = ERR_OK;
    *sent = 0;
    for (*done = 0; !e && *done < b->count && (n = list_length(b, *done, &left)) > 0;) {
        const unsigned from = *done;
        unsigned good;
        *sent = from + n;
        e = b->ap->probe->ops->access_list(b->ap->probe, b->ap->number, &b->access[from], n, &good);
        for (unsigned i = from; i < from + good; i++)
            if (!b->access[i].write)
                *b->to[i] = b->access[i].value;
        *done += good;
    }
    return e;
}

// Whether the rest may be done again: no write that must not be done twice may have been done. Of
// one that was answered by a WAIT it is known that it was not.
static bool may_repeat(const struct mem_batch *b, enum err e, unsigned done, unsigned sent)
{
    if (err_class(e) == ERR_CLASS_HOST || e == ERR_PROBE_LOST)
        return false;
    return b->once <= done || b->once > sent || (e == ERR_WAIT && b->once == done + 1);
}

static enum err do_batch(struct mem_batch *b)
{
    unsigned done, sent;
    if (b->count > MEM_BATCH_MAX)
        return log_fail(b->ap->probe->log, ERR_USAGE, "more than %u words at once", MEM_BATCH_MAX);
    if (!mem_batch_is_cheap(b->ap) || single_commands(b) <= DEBUG_PROBE_LIST_COMMANDS)
        return do_singly(b, 0);
    enum err e = do_lists(b, &done, &sent);
    if (e && !may_repeat(b, e, done, sent))
        return e;
    if (e)
        log_forget(b->ap->probe->log);
    return do_singly(b, done);
}

enum err mem_batch_run(struct mem_batch *b)
{
    enum err e = do_batch(b);
    b->count = b->once = 0;
    return e;
}
