// SPDX-License-Identifier: MIT
// The player. After the first difference the probe is as good as lost: nobody knows what it would
// have answered.
#include "swd/player.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "swd/stlink_command.h"

#define MAX_ASKED        16u
// How often a debugger is put off without anything being said, a millisecond each.
#define MOST_FOR_POLLS   1000u
#define MOST_FOR_CLIENTS 50u

struct player {
    struct record record;
    char *path;
    struct log *log;
    size_t next; // event
    bool patient;
    unsigned put_off;
    size_t put_off_at; // the event that was next then
    bool has_turns;    // the record names them, as those of a server do
    char difference[LOG_SENTENCE_SIZE];
    uint64_t clock_us;
    uint32_t now_next; // answer of the clock before the next event
    // Questions since the last command that changes something, each with its last answer.
    size_t asked[MAX_ASKED];
    size_t asked_count;
};

struct played {
    struct player *player;
    bool lost; // it was in the record, too: one that is opened later is another
};

static const uint8_t question_classes[] = {STLINK_GET_VERSION, STLINK_GET_MODE, STLINK_GET_VOLTAGE,
                                           STLINK_GET_VERSION_EX};
static const uint8_t question_commands[] = {
    STLINK_DEBUG_READMEM_32,   STLINK_DEBUG_READMEM_8,      STLINK_DEBUG_READMEM_16,
    STLINK_DEBUG_READ_IDCODES, STLINK_DEBUG_READREG,        STLINK_DEBUG_READDEBUGREG,
    STLINK_DEBUG_READALLREGS,  STLINK_DEBUG_LAST_RW_STATUS, STLINK_DEBUG_LAST_RW_STATUS2,
    STLINK_DEBUG_READ_DAP_REG, STLINK_DEBUG_GET_TRACE_NB,
};

// A command that may be repeated: it asks and moves nothing.
static bool is_question(const uint8_t command[USB_LINK_COMMAND_SIZE])
{
    return command[0] == STLINK_DEBUG
               ? memchr(question_commands, command[1], sizeof question_commands) != NULL
               : memchr(question_classes, command[0], sizeof question_classes) != NULL;
}

static const struct record_event *next_event(const struct player *p)
{
    return p->next < p->record.count ? &p->record.event[p->next] : NULL;
}

static bool is_exchange(const struct record_event *e)
{
    return e && e->kind == RECORD_EXCHANGE;
}

static bool same_command(const struct record_event *a, const struct record_event *b)
{
    return memcmp(a->exchange.command, b->exchange.command, USB_LINK_COMMAND_SIZE) == 0;
}

static bool same_answer(const struct record_event *a, const struct record_event *b)
{
    return a->result == b->result && a->exchange.in_got == b->exchange.in_got &&
           (!a->exchange.in_got || memcmp(a->exchange.in, b->exchange.in, a->exchange.in_got) == 0);
}

static bool is_trace_count(const struct record_event *e)
{
    return e->exchange.command[0] == STLINK_DEBUG &&
           e->exchange.command[1] == STLINK_DEBUG_GET_TRACE_NB;
}

static bool has_room(const struct record_event *e, size_t room)
{
    return room <= e->exchange.in_len || e->exchange.in_got < e->exchange.in_len;
}

// What goes over the cable is compared. How much room the host has for a reply is not seen there;
// but a reply that filled the recorded room may have been longer.
static bool event_fits(const struct record_event *e, const struct usb_exchange *x)
{
    return is_exchange(e) && memcmp(e->exchange.command, x->command, USB_LINK_COMMAND_SIZE) == 0 &&
           e->exchange.out_len == x->out_len &&
           (!x->out_len || memcmp(e->exchange.out, x->out, x->out_len) == 0) &&
           !e->exchange.in_len == !x->in_len && has_room(e, x->in_len);
}

static size_t command_text(char *text, size_t size, const uint8_t command[USB_LINK_COMMAND_SIZE])
{
    size_t len = USB_LINK_COMMAND_SIZE, used = 0;
    while (len > 2 && !command[len - 1])
        len--;
    for (size_t i = 0; i < len && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%02x", i ? " " : "", command[i]);
    return used;
}

// "command f2 36 with 4 bytes of data (first difference in byte 2)".
static void describe_event(char *text, size_t size, const struct record_event *e)
{
    if (!e) {
        snprintf(text, size, "the end of the record");
    } else if (e->kind == RECORD_OPEN) {
        snprintf(text, size, "an opening of the probe");
    } else if (e->kind == RECORD_CLOSE) {
        snprintf(text, size, "the end of the conversation");
    } else if (e->kind == RECORD_TRACE) {
        snprintf(text, size, "a read of %u bytes of trace", e->exchange.in_len);
    } else {
        size_t used = (size_t)snprintf(text, size, "command ");
        used += command_text(text + used, size - used, e->exchange.command);
        if (e->exchange.out_len && used < size)
            snprintf(text + used, size - used, " with %u bytes of data", e->exchange.out_len);
    }
}

static void describe_asked(char *text, size_t size, const struct record_event *e,
                           const struct usb_exchange *x)
{
    size_t used = (size_t)snprintf(text, size, "command "), i = 0;
    used += command_text(text + used, size - used, x->command);
    if (x->out_len && used < size)
        used += (size_t)snprintf(text + used, size - used, " with %zu bytes of data", x->out_len);
    if (!is_exchange(e) || memcmp(e->exchange.command, x->command, USB_LINK_COMMAND_SIZE) != 0)
        return;
    if (e->exchange.out_len == x->out_len && x->out_len) {
        while (i < x->out_len && e->exchange.out[i] == x->out[i])
            i++;
        if (i < x->out_len && used < size)
            used += (size_t)snprintf(text + used, size - used,
                                     ", of which byte %zu is %02x and not %02x", i, x->out[i],
                                     e->exchange.out[i]);
    }
    if (used < size && x->in_len != e->exchange.in_len)
        snprintf(text + used, size - used, " and room for %zu bytes of reply instead of %u",
                 x->in_len, e->exchange.in_len);
}

static void note_difference(struct player *p, const char *came)
{
    char expected[112];
    const struct record_event *e = next_event(p);
    if (p->difference[0])
        return;
    describe_event(expected, sizeof expected, e);
    const unsigned last = p->record.count ? p->record.event[p->record.count - 1].line : 1;
    snprintf(p->difference, sizeof p->difference,
             "this conversation differs from the record %.60s at line %u: expected was %s; what "
             "came is %s",
             p->path, e ? e->line : last + 1, expected, came);
    if (p->patient)
        log_line(p->log, LOG_ERROR, "%s", p->difference);
}

static void note_asked(struct player *p, const struct usb_exchange *x)
{
    char came[200];
    describe_asked(came, sizeof came, next_event(p), x);
    note_difference(p, came);
}

static void set_clock(struct player *p, uint64_t us)
{
    if (us > p->clock_us)
        p->clock_us = us;
}

static const struct record_event *asked_before(const struct player *p,
                                               const uint8_t command[USB_LINK_COMMAND_SIZE])
{
    for (size_t i = p->asked_count; i-- > 0;) {
        const struct record_event *e = &p->record.event[p->asked[i]];
        if (memcmp(e->exchange.command, command, USB_LINK_COMMAND_SIZE) == 0)
            return e;
    }
    return NULL;
}

// Notes the question of the next event, with the answer that it now has.
static void remember_question(struct player *p)
{
    const struct record_event *e = next_event(p);
    size_t i = 0;
    while (i < p->asked_count && !same_command(&p->record.event[p->asked[i]], e))
        i++;
    if (i == MAX_ASKED) {
        memmove(p->asked, p->asked + 1, sizeof p->asked - sizeof p->asked[0]);
        i--;
    } else if (i == p->asked_count) {
        p->asked_count++;
    }
    p->asked[i] = p->next;
}

// Of a run of the same question with the same answer the last one stands for all.
static void pass_over_repeats(struct player *p)
{
    while (p->next + 1 < p->record.count) {
        const struct record_event *e = next_event(p), *after = e + 1;
        if (!is_exchange(after) || !same_command(e, after) || !same_answer(e, after))
            return;
        p->next++;
    }
}

// The program went on before the recorded one did: passes over repeated questions if what it asks
// stands behind them.
static bool pass_over_questions(struct player *p, const struct usb_exchange *x)
{
    size_t i = p->next;
    while (i < p->record.count && !event_fits(&p->record.event[i], x)) {
        const struct record_event *e = &p->record.event[i];
        if (!is_exchange(e) || !asked_before(p, e->exchange.command))
            return false;
        i++;
    }
    if (i == p->record.count)
        return false;
    p->next = i;
    return true;
}

// At most room bytes of the recorded reply; how many.
static size_t give_reply(const struct record_event *e, uint8_t *in, size_t room)
{
    const size_t len = e->exchange.in_got < room ? e->exchange.in_got : room;
    if (len)
        memcpy(in, e->exchange.in, len);
    return len;
}

static enum err give_answer(const struct record_event *e, struct usb_exchange *x)
{
    x->in_got = give_reply(e, x->in, x->in_len);
    return e->result;
}

static const struct record_event *pass_event(struct player *p)
{
    const struct record_event *e = next_event(p);
    p->next++;
    p->now_next = 0;
    set_clock(p, e->at_us + e->took_us);
    return e;
}

// The event that answers x: the next one as a rule. NULL: none does.
static const struct record_event *find_answer(struct player *p, const struct usb_exchange *x)
{
    if (!event_fits(next_event(p), x) && !(p->patient && pass_over_questions(p, x)))
        return NULL;
    if (!is_question(x->command)) {
        p->asked_count = 0;
    } else if (p->patient) {
        pass_over_repeats(p);
        remember_question(p);
    }
    return pass_event(p);
}

static enum err answer_exchange(struct player *p, bool lost, struct usb_exchange *x)
{
    // A recorded loss goes on in the record for as long as the program asked.
    if (p->difference[0] || (lost && !event_fits(next_event(p), x)))
        return ERR_PROBE_LOST;
    const struct record_event *e = find_answer(p, x);
    if (e)
        return give_answer(e, x);
    e = p->patient ? asked_before(p, x->command) : NULL;
    if (!e) {
        note_asked(p, x);
        return ERR_PROBE_LOST;
    }
    p->clock_us += e->took_us + 1;
    return give_answer(e, x);
}

static enum err played_transfer(void *self, struct usb_exchange *x)
{
    struct played *l = self;
    x->in_got = 0;
    enum err e = answer_exchange(l->player, l->lost, x);
    l->lost |= e == ERR_PROBE_LOST;
    return e;
}

// What waited in the probe was taken: how much waits now is another question.
static void forget_trace_count(struct player *p)
{
    size_t left = 0;
    for (size_t i = 0; i < p->asked_count; i++)
        if (!is_trace_count(&p->record.event[p->asked[i]]))
            p->asked[left++] = p->asked[i];
    p->asked_count = left;
}

static bool is_trace_read(const struct record_event *e, size_t room)
{
    return e && e->kind == RECORD_TRACE && has_room(e, room);
}

// A patient program's trace read may come before the repeated questions that stand before it.
static void pass_over_to_trace(struct player *p)
{
    size_t i = p->next;
    while (i < p->record.count && is_exchange(&p->record.event[i]) &&
           asked_before(p, p->record.event[i].exchange.command))
        i++;
    if (i < p->record.count && p->record.event[i].kind == RECORD_TRACE)
        p->next = i;
}

static enum err played_read_trace(void *self, struct usb_trace_read *r)
{
    struct played *l = self;
    struct player *p = l->player;
    char came[64];
    if (p->patient)
        pass_over_to_trace(p);
    if (p->difference[0] || l->lost || !is_trace_read(next_event(p), r->in_len)) {
        snprintf(came, sizeof came, "a read of %zu bytes of trace", r->in_len);
        if (!l->lost)
            note_difference(p, came);
        l->lost = true;
        return ERR_PROBE_LOST;
    }
    forget_trace_count(p);
    const struct record_event *e = pass_event(p);
    r->in_got = give_reply(e, r->in, r->in_len);
    l->lost = e->result == ERR_PROBE_LOST;
    return e->result;
}

// The recorded answers first: the program then decides about time as the recorded one did.
static uint64_t played_now_us(void *self)
{
    struct player *p = ((struct played *)self)->player;
    const struct record_event *e = next_event(p);
    if (e && p->now_next < e->now_count)
        set_clock(p, e->now_us[p->now_next++]);
    return p->clock_us;
}

static void played_sleep_us(void *self, uint32_t us)
{
    struct player *p = ((struct played *)self)->player;
    p->clock_us += us;
}

// What a patient program need not ask again, and what nobody can ask a probe that is gone.
static bool may_be_left_out(const struct player *p, const struct record_event *e)
{
    return is_exchange(e) &&
           (e->result == ERR_PROBE_LOST || (p->patient && asked_before(p, e->exchange.command)));
}

// A record may end before its conversation did (the recorded program broke down).
static void played_close(void *self)
{
    struct player *p = ((struct played *)self)->player;
    while (may_be_left_out(p, next_event(p)))
        p->next++;
    const struct record_event *e = next_event(p);
    if (e && e->kind == RECORD_CLOSE)
        p->next++;
    else if (e)
        note_difference(p, "the end of the conversation");
    free(self);
}

static const struct usb_link_ops played_ops = {
    .transfer = played_transfer,
    .read_trace = played_read_trace,
    .now_us = played_now_us,
    .sleep_us = played_sleep_us,
    .close = played_close,
};

enum err player_create(struct player **player, const char *path, struct log *log)
{
    struct player *p = calloc(1, sizeof *p);
    *player = NULL;
    if (!p || !(p->path = strdup(path))) {
        free(p);
        return log_fail(log, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
    }
    p->log = log;
    enum err e = record_load(&p->record, path, log);
    if (e) {
        free(p->path);
        free(p);
        return e;
    }
    for (size_t i = 0; i < p->record.count; i++)
        p->has_turns |= p->record.event[i].turn[0] != '\0';
    *player = p;
    return ERR_OK;
}

const struct record *player_record(const struct player *player)
{
    return &player->record;
}

static bool begins_with(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

static bool is_background(const char *turn)
{
    return begins_with(turn, "poll") || begins_with(turn, "rtt") || begins_with(turn, "swo");
}

static bool is_put_off_enough(struct player *p, unsigned most)
{
    p->put_off = p->put_off_at == p->next ? p->put_off + 1 : 1;
    p->put_off_at = p->next;
    return p->put_off > most;
}

bool player_has_turn(struct player *p, const char *turn)
{
    const struct record_event *e = next_event(p);
    if (!e || p->difference[0] || !p->has_turns)
        return true;
    if (is_background(turn))
        return strcmp(e->turn, turn) == 0;
    if (begins_with(turn, "client") && is_background(e->turn))
        return is_put_off_enough(p, MOST_FOR_POLLS);
    // A packet for which nothing is said to the probe is not in the record: so not for long.
    if (begins_with(turn, "client") && begins_with(e->turn, "client") && strcmp(e->turn, turn) != 0)
        return is_put_off_enough(p, MOST_FOR_CLIENTS);
    if (begins_with(turn, "interrupt") && strcmp(e->turn, turn) != 0)
        return is_put_off_enough(p, MOST_FOR_POLLS);
    return true;
}

static enum err refuse_to_open(struct player *p, const struct record_event *e, struct log *log)
{
    if (p->difference[0])
        return log_fail(log, ERR_FILE, "%s", p->difference);
    if (!e || e->kind != RECORD_OPEN)
        return log_fail(log, ERR_NO_PROBE, "the record %s has no probe that was opened here",
                        p->path);
    return e->open.sentence ? log_fail(log, e->result, "%s", e->open.sentence) : e->result;
}

enum err player_open_link(struct player *p, bool patient, struct usb_link *link, bool *is_virtual,
                          struct log *log)
{
    const struct record_event *e = next_event(p);
    struct played *played = calloc(1, sizeof *played);
    p->patient = patient;
    if (!played)
        return log_fail(log, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
    p->now_next = 0;
    if (p->difference[0] || !e || e->kind != RECORD_OPEN || e->result) {
        free(played);
        p->next += e && e->kind == RECORD_OPEN;
        return refuse_to_open(p, e, log);
    }
    p->next++;
    p->asked_count = 0;
    set_clock(p, e->at_us);
    played->player = p;
    *is_virtual = e->open.is_virtual;
    *link = (struct usb_link){.ops = &played_ops, .self = played, .id = e->open.id};
    return ERR_OK;
}

enum err player_end(struct player *p, struct log *log)
{
    if (!p->difference[0] && p->next < p->record.count)
        note_difference(p, "the end of the conversation");
    enum err e = p->difference[0] ? log_fail(log, ERR_FILE, "%s", p->difference) : ERR_OK;
    record_free(&p->record);
    free(p->path);
    free(p);
    return e;
}
