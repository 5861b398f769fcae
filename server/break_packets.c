// SPDX-License-Identifier: MIT
// Z and z: breakpoints and watchpoints. GDB may send each twice and means one ("Debugging with
// GDB", E.2: implemented in an idempotent way); the target counts, so the session remembers what
// GDB has set.
#include <stdio.h>

#include "server/packets.h"
#include "server/reply.h"

enum break_type {
    BREAK_SOFTWARE = 0,
    BREAK_HARDWARE = 1,
    BREAK_WATCH_WRITE = 2,
    BREAK_WATCH_READ = 3,
    BREAK_WATCH_ACCESS = 4,
};

// GDB compares the value of what is written, and goes on without a word when it is the old one.
static enum dwt_access access_of(const struct session *s, unsigned type)
{
    if (type == BREAK_WATCH_WRITE)
        return session_is_gdb(s) ? DWT_CHANGE : DWT_WRITE;
    return type == BREAK_WATCH_READ ? DWT_READ : DWT_ACCESS;
}

// TYPE,ADDR,LEN, and what of a breakpoint is to be evaluated here.
static bool take_break(struct session *s, struct cursor *args, struct session_break *b)
{
    *b = (struct session_break){.used = true};
    uint32_t type = cursor_hex32(args);
    args->bad |= !cursor_skip_text(args, ",");
    b->addr = cursor_hex32(args);
    args->bad |= !cursor_skip_text(args, ",");
    b->len = cursor_hex32(args);
    b->type = type;
    if (type <= BREAK_HARDWARE && break_agent_take(&b->agent, args)) {
        reply_error(s, log_fail(s->log, ERR_RESOURCE, "there is no memory for a breakpoint"));
        return false;
    }
    if (!packet_args_end(s, args)) {
        break_agent_free(&b->agent);
        return false;
    }
    // Those elsewhere, of a step for instance, change nothing about the stop that GDB goes on from.
    if (type <= BREAK_HARDWARE && b->addr == s->told_break.pc)
        s->told_break.any = false;
    if (type <= BREAK_WATCH_ACCESS)
        return true;
    reply_unsupported(s); // a kind that GDB may learn one day
    return false;
}

// A breakpoint's length is the kind of instruction under it, and does not tell two of them apart.
static bool is_same(const struct session_break *a, const struct session_break *b)
{
    return a->used && a->type == b->type && a->addr == b->addr &&
           (a->type <= BREAK_HARDWARE || a->len == b->len);
}

static struct session_break *find_break(struct session *s, const struct session_break *b)
{
    for (unsigned i = 0; i < SESSION_MAX_BREAKS; i++)
        if (is_same(&s->breaks[i], b))
            return &s->breaks[i];
    return NULL;
}

static void forget_break(struct session_break *b)
{
    break_agent_free(&b->agent);
    b->used = false;
}

void packet_forget_breaks(struct session *s)
{
    for (unsigned i = 0; i < SESSION_MAX_BREAKS; i++)
        forget_break(&s->breaks[i]);
}

static struct session_break *free_place(struct session *s)
{
    for (unsigned i = 0; i < SESSION_MAX_BREAKS; i++)
        if (!s->breaks[i].used)
            return &s->breaks[i];
    return NULL;
}

static enum err set_break(struct session *s, const struct session_break *b)
{
    if (b->type <= BREAK_HARDWARE)
        return target_set_break(s->t, b->type == BREAK_HARDWARE, b->addr);
    return target_set_watch(s->t, b->addr, b->len, access_of(s, b->type));
}

static enum err clear_break(struct session *s, const struct session_break *b)
{
    if (b->type <= BREAK_HARDWARE)
        return target_clear_break(s->t, b->type == BREAK_HARDWARE, b->addr);
    return target_clear_watch(s->t, b->addr, b->len, access_of(s, b->type));
}

// GDB 13 and 16 show the reason of a refusal for Z1 alone, and text is not legal here. What takes a
// comparator that is not there is therefore accepted from GDB, and refused with its reason when the
// program shall go on: GDB sends both for one `continue`.
static bool is_refused_later(const struct session *s, unsigned type, enum err e)
{
    return e == ERR_RESOURCE && type != BREAK_HARDWARE && session_is_gdb(s);
}

enum err packet_retry_breaks(struct session *s, char *text, size_t size)
{
    for (unsigned i = 0; i < SESSION_MAX_BREAKS; i++) {
        struct session_break *b = &s->breaks[i];
        if (!b->used || !b->refused)
            continue;
        enum err e = set_break(s, b);
        b->refused = e != ERR_OK;
        if (e) {
            snprintf(text, size, "Could not insert %s at 0x%08x",
                     b->type == BREAK_SOFTWARE ? "breakpoint" : "hardware watchpoint", b->addr);
            return e;
        }
    }
    return ERR_OK;
}

void packet_set_break(struct session *s, struct cursor *args)
{
    struct session_break b;
    if (!take_break(s, args, &b))
        return;
    struct session_break *place = find_break(s, &b);
    if (place) { // perhaps with another condition
        break_agent_free(&place->agent);
        place->agent = b.agent;
        reply_ok(s);
        return;
    }
    place = free_place(s);
    enum err e =
        place ? set_break(s, &b)
              : log_fail(s->log, ERR_RESOURCE, "all %u breakpoints that a session may set are used",
                         SESSION_MAX_BREAKS);
    b.refused = place && is_refused_later(s, b.type, e);
    if (e && !b.refused) {
        break_agent_free(&b.agent);
        reply_break_error(s, b.type, e);
        return;
    }
    *place = b;
    reply_ok(s);
}

void packet_clear_break(struct session *s, struct cursor *args)
{
    struct session_break b;
    if (!take_break(s, args, &b))
        return;
    break_agent_free(&b.agent);
    struct session_break *set = find_break(s, &b);
    enum err e = set && !set->refused ? clear_break(s, set) : ERR_OK;
    if (e) {
        reply_error(s, e);
        return;
    }
    if (set)
        forget_break(set);
    reply_ok(s);
}

enum err packet_drop_breaks(struct session *s)
{
    packet_forget_breaks(s);
    return target_state(s->t) == TARGET_LOST ? ERR_OK : target_clear_all_breaks(s->t);
}
