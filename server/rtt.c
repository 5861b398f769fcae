// SPDX-License-Identifier: MIT
#include "server/rtt.h"

#include <string.h>

#include "base/bytes.h"

// The control block: 16 bytes of name, the numbers of up and down channels, then the channels.
#define ID_SIZE     16u
#define HEADER_SIZE 24u
static const uint8_t id[ID_SIZE] = "SEGGER RTT";

// A channel: name, buffer, size, offset of the writer, offset of the reader, flags; all words.
enum { NAME = 0, BUFFER = 4, SIZE = 8, WRITER = 12, READER = 16, CHANNEL_SIZE = 24 };

#define SEARCH_STEP   4096u
#define RTT_SPARE_MAX 512u // bytes that are read along sooner than the ring in two pieces

void rtt_init(struct rtt *r, struct target *t, struct log *log)
{
    *r = (struct rtt){.t = t, .log = log};
    uint32_t base, size;
    if (target_find_sram(t, &base, &size))
        rtt_set_search(r, base, size);
}

void rtt_set_search(struct rtt *r, uint32_t addr, uint32_t len)
{
    r->search_base = r->search_at = addr;
    r->search_size = len ? len : HEADER_SIZE;
    r->block = 0;
}

void rtt_forget(struct rtt *r)
{
    r->block = 0;
    r->search_at = r->search_base;
}

static bool in_ram(const struct rtt *r, uint32_t addr, uint32_t len)
{
    return target_is_ram(r->t, addr, len);
}

// The name is for people: what cannot be read, or is none, is left away.
static void read_name(struct rtt *r, uint32_t addr, char name[RTT_NAME_SIZE])
{
    name[0] = '\0';
    if (addr == 0)
        return;
    if (target_read_mem(r->t, addr, name, RTT_NAME_SIZE - 1, NULL) != ERR_OK) {
        log_forget(r->log);
        name[0] = '\0';
    }
    name[RTT_NAME_SIZE - 1] = '\0';
    for (char *p = name; *p; p++)
        if (*p < ' ' || *p > '~')
            *p = '\0';
}

static enum err read_channel(struct rtt *r, uint32_t addr, struct rtt_channel *c, bool *good)
{
    uint8_t d[CHANNEL_SIZE];
    enum err e = target_read_mem(r->t, addr, d, sizeof d, NULL);
    if (e)
        return e;
    *c = (struct rtt_channel){
        .descriptor = addr, .buffer = get_le32(&d[BUFFER]), .size = get_le32(&d[SIZE])};
    // An unused channel has no buffer.
    *good = c->size == 0 || in_ram(r, c->buffer, c->size);
    if (c->size)
        read_name(r, get_le32(&d[NAME]), c->name);
    return ERR_OK;
}

static enum err read_block(struct rtt *r, uint32_t addr, bool *good)
{
    uint8_t header[HEADER_SIZE];
    *good = false;
    if (!in_ram(r, addr, HEADER_SIZE))
        return ERR_OK;
    enum err e = target_read_mem(r->t, addr, header, sizeof header, NULL);
    if (e || memcmp(header, id, ID_SIZE) != 0)
        return e;
    uint32_t up = get_le32(&header[16]), down = get_le32(&header[20]);
    if (up > RTT_MAX_CHANNELS || down > RTT_MAX_CHANNELS || up + down == 0)
        return ERR_OK;
    *good = in_ram(r, addr, HEADER_SIZE + (up + down) * CHANNEL_SIZE);
    r->up_count = up;
    r->down_count = down;
    for (uint32_t i = 0; i < up + down && *good && !e; i++)
        e = read_channel(r, addr + HEADER_SIZE + i * CHANNEL_SIZE,
                         i < up ? &r->up[i] : &r->down[i - up], good);
    *good &= !e;
    return e;
}

static void log_found_block(const struct rtt *r)
{
    log_line(r->log, LOG_NOTE, "RTT: control block at 0x%08x, %u channels up, %u down", r->block,
             r->up_count, r->down_count);
    for (unsigned i = 0; i < r->up_count; i++)
        log_line(r->log, LOG_DEBUG, "RTT: up channel %u '%s', %u bytes", i, r->up[i].name,
                 r->up[i].size);
}

// A step of a search. RAM may end sooner than the table of parts, or a person, says: what can be
// read is searched, and from then on no more than that.
static enum err read_step(struct rtt *r, uint32_t at, uint8_t *ram, uint32_t *n)
{
    size_t good = 0;
    enum err e = target_read_mem(r->t, at, ram, *n, &good);
    if (e != ERR_FAULT)
        return e;
    log_forget(r->log);
    *n = (uint32_t)good;
    r->search_size = at - r->search_base + *n;
    log_line(r->log, LOG_DEBUG, "RTT: the RAM ends at 0x%08x", at + *n);
    return ERR_OK;
}

enum err rtt_find(struct rtt *r, bool *found)
{
    uint8_t ram[SEARCH_STEP];
    *found = r->block != 0;
    if (*found || r->search_size < HEADER_SIZE)
        return ERR_OK;
    uint32_t left = r->search_size - (r->search_at - r->search_base);
    uint32_t n = left < SEARCH_STEP ? left : SEARCH_STEP;
    enum err e = read_step(r, r->search_at, ram, &n);
    for (uint32_t i = 0; !e && i + ID_SIZE <= n && !*found; i += 4)
        if (memcmp(&ram[i], id, ID_SIZE) == 0) {
            e = read_block(r, r->search_at + i, found);
            r->block = *found ? r->search_at + i : 0;
            if (e != ERR_FAULT)
                continue;
            log_forget(r->log); // words that look like a block, and the end of RAM in the middle
            e = ERR_OK;
        }
    if (*found)
        log_found_block(r);
    // The next step begins where a name that crosses the end of this one would.
    r->search_at += n > ID_SIZE ? n - ID_SIZE + 4 : n;
    if (r->search_size - (r->search_at - r->search_base) < HEADER_SIZE)
        r->search_at = r->search_base;
    return e;
}

enum err rtt_find_all(struct rtt *r, bool *found)
{
    enum err e;
    if (!r->block)
        r->search_at = r->search_base;
    do
        e = rtt_find(r, found);
    while (!e && !*found && r->search_at != r->search_base);
    return e;
}

static const uint8_t zeros[ID_SIZE];

enum err rtt_retire(struct rtt *r)
{
    uint32_t block = r->block;
    if (!block)
        return rtt_erase_blocks(r);
    rtt_forget(r);
    return target_write_mem(r->t, block, zeros, ID_SIZE);
}

enum err rtt_erase_blocks(struct rtt *r)
{
    uint8_t ram[SEARCH_STEP];
    rtt_forget(r);
    for (uint32_t at = 0; at + ID_SIZE <= r->search_size; at += SEARCH_STEP - ID_SIZE) {
        uint32_t left = r->search_size - at, n = left < SEARCH_STEP ? left : SEARCH_STEP;
        enum err e = read_step(r, r->search_base + at, ram, &n);
        for (uint32_t i = 0; !e && i + ID_SIZE <= n; i += 4)
            if (memcmp(&ram[i], id, ID_SIZE) == 0)
                e = target_write_mem(r->t, r->search_base + at + i, zeros, ID_SIZE);
        if (e)
            return e;
    }
    return ERR_OK;
}

bool rtt_may_lie_at(const struct rtt *r, uint32_t addr)
{
    return in_ram(r, addr, HEADER_SIZE);
}

// The two offsets. A block that does not make sense any more is forgotten: *good false.
static enum err read_offsets(struct rtt *r, const struct rtt_channel *c, uint32_t *writer,
                             uint32_t *reader, bool *good)
{
    uint8_t d[CHANNEL_SIZE];
    enum err e = target_read_mem(r->t, c->descriptor, d, sizeof d, NULL);
    *writer = get_le32(&d[WRITER]);
    *reader = get_le32(&d[READER]);
    *good = !e && get_le32(&d[BUFFER]) == c->buffer && get_le32(&d[SIZE]) == c->size &&
            *writer < c->size && *reader < c->size;
    if (!e && !*good) {
        log_line(r->log, LOG_DEBUG, "RTT: the control block at 0x%08x is no more", r->block);
        rtt_forget(r);
    }
    return e;
}

static enum err write_offset(struct rtt *r, uint32_t addr, uint32_t value)
{
    uint8_t word[4];
    put_le32(word, value);
    return target_write_mem(r->t, addr, word, sizeof word);
}

// From `reader` on, around the end of the buffer: as one piece of memory, of which what is in the
// middle is read along, when that is cheaper than two.
static enum err read_around(struct rtt *r, const struct rtt_channel *c, uint32_t reader,
                            uint8_t *data, uint32_t n)
{
    uint8_t ring[RTT_READ_MAX];
    const uint32_t to_end = c->size - reader;
    enum err e = target_read_mem(r->t, c->buffer, ring, c->size, NULL);
    if (e)
        return e;
    memcpy(data, ring + reader, to_end);
    memcpy(data + to_end, ring, n - to_end);
    return ERR_OK;
}

enum err rtt_read(struct rtt *r, unsigned channel, uint8_t *data, size_t cap, size_t *len)
{
    *len = 0;
    if (!r->block || channel >= r->up_count || r->up[channel].size == 0)
        return ERR_OK;
    const struct rtt_channel *c = &r->up[channel];
    uint32_t writer, reader;
    bool good;
    enum err e = read_offsets(r, c, &writer, &reader, &good);
    if (e || !good || writer == reader)
        return e;
    const uint32_t waits = (writer + c->size - reader) % c->size, to_end = c->size - reader;
    uint32_t n = waits < RTT_READ_MAX ? waits : RTT_READ_MAX;
    if (n > cap)
        n = (uint32_t)cap;
    const bool around = n > to_end && c->size <= RTT_READ_MAX && c->size - n <= RTT_SPARE_MAX;
    if (n > to_end && !around) // what wrapped around comes with the next step
        n = to_end;
    e = around ? read_around(r, c, reader, data, n)
               : target_read_mem(r->t, c->buffer + reader, data, n, NULL);
    if (!e)
        e = write_offset(r, c->descriptor + READER, (reader + n) % c->size);
    *len = e ? 0 : n;
    return e;
}

enum err rtt_write(struct rtt *r, unsigned channel, const uint8_t *data, size_t len,
                   size_t *written)
{
    *written = 0;
    if (!r->block || channel >= r->down_count || r->down[channel].size == 0 || len == 0)
        return ERR_OK;
    const struct rtt_channel *c = &r->down[channel];
    uint32_t writer, reader;
    bool good;
    enum err e = read_offsets(r, c, &writer, &reader, &good);
    if (e || !good)
        return e;
    // One byte stays free: equal offsets mean empty.
    uint32_t room = (reader + c->size - writer - 1) % c->size, to_end = c->size - writer;
    uint32_t n = room < to_end ? room : to_end;
    if (n > len)
        n = (uint32_t)len;
    if (n == 0)
        return ERR_OK;
    e = target_write_mem(r->t, c->buffer + writer, data, n);
    if (!e)
        e = write_offset(r, c->descriptor + WRITER, (writer + n) % c->size);
    *written = e ? 0 : n;
    return e;
}
