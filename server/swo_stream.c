// SPDX-License-Identifier: MIT
#include "server/swo_stream.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// So many reads in a row with packets that nobody sends are no accident.
#define BAD_POLLS_DOUBT  2u
#define BAD_POLLS_REPORT 8u

static void take_text(void *user, const char *text, size_t len)
{
    struct swo_stream *s = user;
    if (s->put_text)
        s->put_text(s->user, text, len);
}

static void take_line(void *user, const char *line, size_t len)
{
    struct swo_stream *s = user;
    if (s->put_json)
        s->put_json(s->user, line, len);
}

static void take_packet(void *user, const struct itm_packet *packet)
{
    struct swo_stream *s = user;
    s->unexpected += !itm_is_expected(packet, s->sends);
    swo_text_packet(&s->text, packet);
    if (s->put_json)
        swo_json_packet(&s->json, packet);
}

static void take_itm(struct swo_stream *s, const uint8_t *bytes, size_t len)
{
    if (s->put_raw && len)
        s->put_raw(s->user, bytes, len);
    itm_push(&s->itm, bytes, len);
}

static void take_framed(void *user, unsigned id, uint8_t byte)
{
    struct swo_stream *s = user;
    if (id == s->source)
        take_itm(s, &byte, 1);
}

static void begin_decoding(struct swo_stream *s)
{
    itm_restart(&s->itm);
    tpiu_frames_init(&s->frames, take_framed, s);
}

void swo_stream_init(struct swo_stream *s, struct target *t, struct log *log)
{
    memset(s, 0, sizeof *s);
    s->t = t;
    s->log = log;
    itm_init(&s->itm, take_packet, s);
    swo_text_init(&s->text, take_text, s);
    swo_json_init(&s->json, take_line, s);
    begin_decoding(s);
}

enum err swo_stream_start(struct swo_stream *s, const struct target_swo_options *options)
{
    itm_init(&s->itm, take_packet, s);
    begin_decoding(s);
    s->bad_polls = 0;
    s->held_len = 0;
    s->left_out = 0;
    s->overflow_reported = s->overrun_reported = s->doubt_reported = false;
    return target_swo_start(s->t, options);
}

enum err swo_stream_stop(struct swo_stream *s)
{
    swo_stream_finish(s);
    return target_swo_stop(s->t);
}

// ---- what is wrong ------------------------------------------------------------------------------

static void report_overrun(struct swo_stream *s)
{
    swo_json_lost(&s->json, "probe");
    log_line(
        s->log, s->overrun_reported ? LOG_DEBUG : LOG_WARN,
        "SWO: the probe's buffer ran over, and some of what the program sent is lost: it sends "
        "more than is fetched");
    s->overrun_reported = true;
}

static void report_overflow(struct swo_stream *s)
{
    if (s->overflow_reported || !s->itm.count[ITM_OVERFLOW])
        return;
    s->overflow_reported = true;
    log_line(s->log, LOG_NOTE,
             "SWO: the ITM's own buffer runs over, and packets are lost: the program sends more "
             "than %u baud carry",
             target_swo(s->t)->baud);
}

// A poll that brought packets which nobody sends.
static void doubt(struct swo_stream *s)
{
    s->bad_polls++;
    if (s->bad_polls >= BAD_POLLS_DOUBT)
        target_swo_doubt(s->t);
    if (s->bad_polls < BAD_POLLS_REPORT || s->doubt_reported)
        return;
    s->doubt_reported = true;
    log_line(
        s->log, LOG_WARN,
        "SWO: what arrives makes no sense although chip and probe are set to the same %u baud: "
        "the core's clock is another one than %u Hz, or the wire of SWO is bad",
        target_swo(s->t)->baud, target_swo(s->t)->hz);
}

// ---- what may have come at another clock ----------------------------------------------------------

// Bytes that were received at a wrong rate look like packets, too. Those of an unsure beginning are
// looked at by a decoder of their own.
struct sorter {
    unsigned sends;
    bool strict; // nothing but text of port 0 is believed
    size_t at;   // bytes so far
    size_t good; // up to the first packet that is not believed
    bool any_bad;
    int score; // the higher, the likelier it is that decoding began at the right byte
};
#define SCORE_BAD 4

static bool is_text(uint32_t byte)
{
    return (byte >= ' ' && byte < 0xf8) || (byte >= '\a' && byte <= '\r') || byte == 0x1b;
}

static void sort_packet(void *user, const struct itm_packet *p)
{
    struct sorter *sorter = user;
    const bool plain = p->kind == ITM_SOFTWARE && p->port == 0 && p->size == 1;
    bool believed = itm_is_expected(p, sorter->sends);
    if (plain)
        believed = is_text(p->value);
    else if (p->kind == ITM_SOFTWARE && sorter->strict)
        believed = false;
    sorter->any_bad |= !believed;
    sorter->score += !believed ? -SCORE_BAD : plain;
    if (!sorter->any_bad)
        sorter->good = sorter->at;
}

static struct sorter sort_held(const struct swo_stream *s, size_t from, bool strict)
{
    struct sorter sorter = {.sends = s->sends, .strict = strict};
    struct itm itm;
    itm_init(&itm, sort_packet, &sorter);
    for (size_t i = from; i < s->held_len; i++) {
        sorter.at = i + 1;
        itm_push(&itm, &s->held[i], 1);
    }
    return sorter;
}

// A program that was reset writes with the clock of a reset until it has set its own. How many
// bytes that were is seen by what makes most sense of the rest.
#define BEGINNINGS 256u
static size_t find_beginning(const struct swo_stream *s)
{
    size_t best = 0;
    int score = sort_held(s, 0, false).score;
    for (size_t from = 1; from < s->held_len && from < BEGINNINGS; from++) {
        const struct sorter sorter = sort_held(s, from, false);
        if (sorter.score <= score)
            continue;
        best = from;
        score = sorter.score;
    }
    return best;
}

// The clock is what it was taken for: what came from then on is good. It was not: what came before
// the program changed it may be.
static void release_held(struct swo_stream *s, bool right)
{
    if (s->held_len == 0)
        return;
    const size_t from = right ? find_beginning(s) : 0;
    const size_t to = right ? s->held_len : sort_held(s, 0, true).good;
    s->left_out += s->held_len - (to - from);
    take_itm(s, s->held + from, to - from);
    s->held_len = 0;
}

// The core was halted before anything was seen of its clock: what makes sense is not kept waiting.
static void release_at_halt(struct swo_stream *s)
{
    release_held(s, !sort_held(s, find_beginning(s), false).any_bad);
}

static void hold(struct swo_stream *s, const uint8_t *bytes, size_t len)
{
    if (s->held_len + len > sizeof s->held)
        release_held(s, true);
    memcpy(s->held + s->held_len, bytes, len);
    s->held_len += len;
}

// True: these bytes are not to be decoded now.
static bool is_put_aside(struct swo_stream *s, const struct target_swo_data *d)
{
    if (d->trust == TARGET_SWO_UNSURE && !d->formatted) {
        hold(s, d->data, d->len);
        if (target_state(s->t) == TARGET_HALTED)
            release_at_halt(s);
        return true;
    }
    release_held(s, d->trust != TARGET_SWO_WRONG);
    if (d->trust == TARGET_SWO_WRONG)
        s->left_out += d->len;
    return d->trust == TARGET_SWO_WRONG;
}

// ---- polls --------------------------------------------------------------------------------------

static void decode(struct swo_stream *s, const struct target_swo_data *d)
{
    s->unexpected = 0;
    s->sends = d->sends;
    s->source = d->source;
    if (d->begins && d->trust == TARGET_SWO_SURE)
        release_held(s, true);
    if (d->begins)
        begin_decoding(s);
    if (d->overrun)
        report_overrun(s);
    if (is_put_aside(s, d))
        return;
    if (d->formatted)
        tpiu_frames_push(&s->frames, d->data, d->len);
    else
        take_itm(s, d->data, d->len);
    report_overflow(s);
    if (s->unexpected)
        doubt(s);
    else if (d->len)
        s->bad_polls = 0;
}

enum err swo_stream_poll(struct swo_stream *s, bool *busy)
{
    uint8_t bytes[DEBUG_PROBE_TRACE_MAX];
    struct target_swo_data d = {.data = bytes};
    *busy = false;
    enum err e = target_swo_poll(s->t, &d);
    if (e)
        return e;
    *busy = d.len > 0;
    const bool settled =
        s->held_len && (d.trust != TARGET_SWO_UNSURE || target_state(s->t) == TARGET_HALTED);
    if (d.len || d.begins || d.overrun || settled)
        decode(s, &d);
    else if (d.formatted)
        tpiu_frames_pause(&s->frames);
    if (d.len == 0)
        swo_text_flush(&s->text);
    return ERR_OK;
}

void swo_stream_finish(struct swo_stream *s)
{
    const struct target_swo *t = target_swo(s->t);
    release_held(s, !sort_held(s, 0, false).any_bad);
    tpiu_frames_pause(&s->frames);
    swo_text_flush(&s->text);
    if (s->put_json)
        swo_json_flush(&s->json);
    if (s->left_out)
        log_line(s->log, LOG_WARN,
                 "SWO: %" PRIu64 " bytes came while the core had another clock than was known, and "
                 "are left out: --swo-clock tells it beforehand",
                 s->left_out);
    if (s->itm.count[ITM_OVERFLOW] || t->overruns)
        log_line(s->log, LOG_WARN,
                 "SWO: the ITM's buffer ran over %" PRIu32
                 " times, the probe's %u times: what came "
                 "is not all",
                 s->itm.count[ITM_OVERFLOW], t->overruns);
}

// ---- status -------------------------------------------------------------------------------------

static const char *clock_text(const struct target_swo *t, char *text, size_t size)
{
    switch (t->clock_kind) {
    case TARGET_SWO_CLOCK_GIVEN:
        snprintf(text, size, "%u Hz, as given", t->hz);
        break;
    case TARGET_SWO_CLOCK_ASSUMED:
        snprintf(text, size, "%u Hz, as after a reset; it is measured while the program runs",
                 t->hz);
        break;
    case TARGET_SWO_CLOCK_MEASURED:
        snprintf(text, size, "%u Hz, measured within %u.%02u %%", t->hz, t->clock.error_ppm / 10000,
                 t->clock.error_ppm / 100 % 100);
        break;
    default:
        snprintf(text, size, "not known yet; it is measured while the program runs");
    }
    return text;
}

const char *swo_stream_status(const struct swo_stream *s, char text[SWO_STREAM_STATUS_SIZE])
{
    char clock[96], baud[64] = "nothing is received yet";
    const struct target_swo *t = target_swo(s->t);
    const uint32_t *n = s->itm.count;
    if (!t->on) {
        snprintf(text, SWO_STREAM_STATUS_SIZE, "SWO is off.\n");
        return text;
    }
    if (t->receiving)
        snprintf(baud, sizeof baud, "%u baud, the clock by %u%s", t->baud, t->divisor,
                 t->follows ? " as the program has set it" : "");
    snprintf(text, SWO_STREAM_STATUS_SIZE,
             "SWO is on: %s.\nCore clock: %s.\n%" PRIu64 " bytes, %" PRIu32
             " software packets, %" PRIu32 " exceptions, %" PRIu32 " PC samples.\n%" PRIu32
             " overflows of the ITM, %u of the probe; %" PRIu32
             " bytes that are no packets, %" PRIu64 " left out.\n",
             baud, clock_text(t, clock, sizeof clock), t->bytes, n[ITM_SOFTWARE], n[ITM_EXCEPTION],
             n[ITM_PC_SAMPLE], n[ITM_OVERFLOW], t->overruns, n[ITM_MALFORMED] + n[ITM_RESERVED],
             s->left_out);
    return text;
}
