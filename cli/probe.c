// SPDX-License-Identifier: MIT
// From `--probe WHICH` to an open probe and a connected target.
#include "cli/probe.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/signals.h"
#include "cli/conversation.h"
#include "cli/journal.h"
#include "cli/probe_choice.h"
#include "doctor/diagnosis.h"
#include "swd/usb_choose.h"
#include "swd/usb_libusb.h"

#define WAIT_POLL_NS 50000000L

enum {
    CLOCKS_PER_WORD = 46,
    WORD_SIZE = 4,
    PIECES_PER_SECOND = 10,
    PIECE_UNIT = 64,
    PIECE_MAX = 24 * 1024, // four of the largest blocks
};

const char *probe_model(const struct usb_identity *id)
{
    const struct usb_model *model = usb_libusb_model(id->pid);
    return model ? model->name : "ST-LINK";
}

bool probe_is_on_board(const struct usb_identity *id)
{
    const char *model = probe_model(id);
    return strstr(model, "V2-1") || strstr(model, "V3E");
}

static uint64_t wall_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

// Another job has it, or it is about to be plugged in: both may change while --wait lasts. There is
// no link yet whose clock could be asked.
static enum err wait_for_link(struct probe *p, struct usb_link *link, struct log *log)
{
    const struct options *o = p->options;
    const struct timespec pause = {.tv_nsec = WAIT_POLL_NS};
    uint64_t started = wall_us();
    bool told = false;
    for (;;) {
        enum err e = conversation_open_link(o, NULL, p->serving, link, &p->is_virtual, log);
        bool may_change = e == ERR_NO_PROBE || e == ERR_PROBE_BUSY;
        if (!may_change || wall_us() - started >= o->wait_us)
            return e;
        enum err interrupted = signals_check(log);
        if (interrupted)
            return interrupted;
        if (!told)
            log_line(log, LOG_NOTE, "waiting: %s", log_sentence(log, e));
        told = true;
        log_forget(log);
        nanosleep(&pause, NULL);
    }
}

// Who is interrupted while he takes hold of a target, or lets it go, leaves it as it should not be
// left.
static void block_signals(struct probe *p)
{
    sigset_t set;
    signals_ending(&set);
    sigprocmask(SIG_BLOCK, &set, &p->before);
}

static void unblock_signals(const struct probe *p)
{
    if (!signals_pending_end())
        sigprocmask(SIG_SETMASK, &p->before, NULL);
}

static enum err open_link(struct probe *p, struct log *log)
{
    struct usb_link link;
    enum err e = wait_for_link(p, &link, log);
    if (e != ERR_OK)
        return e;
    p->id = link.id;
    e = stlink_open(&p->st, link, log);
    if (e != ERR_OK)
        return e;
    e = stlink_get_vtref(&p->st, &p->vtref_mv);
    p->vtref_known = e == ERR_OK;
    if (e == ERR_OK)
        return ERR_OK;
    if (e == ERR_UNSUPPORTED) { // old firmware; a missing measurement stops nobody
        log_forget(log);
        return ERR_OK;
    }
    stlink_close(&p->st);
    return e;
}

enum err probe_open(struct probe *p, const struct options *o, bool serving, struct log *log)
{
    *p = (struct probe){.options = o, .serving = serving};
    block_signals(p);
    enum err e = open_link(p, log);
    if (e != ERR_OK)
        unblock_signals(p);
    return e;
}

// Every strategy failed: the doctor measures, and its short verdict is the sentence.
// What it cannot explain keeps the sentence that it has.
static enum err explain_failure(struct probe *p, const struct options *o, enum err e,
                                struct log *log)
{
    const struct measure_options options = {
        .swclk_hz = o->target.swclk_hz,
        .no_reset = o->target.connect == TARGET_CONNECT_NORMAL ||
                    o->target.connect == TARGET_CONNECT_HOTPLUG,
    };
    const struct log_mark kept = log_keep(log);
    struct measurements m = {.probe = {.on_board = probe_is_on_board(&p->id)}};
    struct diagnosis d;
    char text[LOG_SENTENCE_SIZE];
    enum err measured = measure_all(&m, &p->st, &options, log);
    log_restore(log, &kept);
    if (measured == ERR_INTERRUPTED)
        return signals_check(log);
    if (measured != ERR_OK)
        return e;
    diagnosis_make(&d, &m);
    if (diagnosis_is_healthy(&d))
        return e;
    e = log_fail(log, e, "%s", diagnosis_summarize(&d, text, sizeof text));
    log_tag(log, d.finding[0].rule->id);
    return e;
}

// What there is to measure. ERR_PROTECTED: the chip itself says that it lets nobody in.
static bool is_target_trouble(enum err e)
{
    if (e == ERR_PROTECTED)
        return false;
    return err_class(e) == ERR_CLASS_WIRE || err_class(e) == ERR_CLASS_TARGET;
}

static struct journal_state state_of(const struct probe *p)
{
    return (struct journal_state){.serial = p->id.serial,
                                  .id = target_identity(&p->target),
                                  .swclk_hz = p->st.probe.swclk_hz,
                                  .vtref_mv = p->vtref_known ? p->vtref_mv : 0};
}

void probe_note(const struct probe *p, const struct options *o, const char *what)
{
    const struct journal_state s = state_of(p);
    journal_note(o, &s, what);
}

void probe_note_flashed(const struct probe *p, const struct options *o, const char *file)
{
    char what[128];
    const char *slash = strrchr(file, '/');
    snprintf(what, sizeof what, "you flashed %s", slash ? slash + 1 : file);
    probe_note(p, o, what);
}

static enum err connect_once(struct probe *p, const struct options *o, struct log *log)
{
    const enum log_level level = log->level;
    if (!p->serving && level == LOG_NOTE)
        log->level = LOG_WARN;
    struct target_options how = o->target;
    how.read_ahead = p->serving && !o->no_cache;
    enum err e = target_connect(&p->target, &p->st.probe, &how, log);
    log->level = level;
    p->connected = e == ERR_OK;
    if (e == ERR_OK && p->target.attempt[TARGET_STRATEGY_ASKED].tried &&
        p->target.attempt[TARGET_STRATEGY_ASKED].result == ERR_OK) {
        const struct journal_state good = state_of(p);
        journal_keep_good(o, &good);
    }
    return e;
}

#define VTREF_CHANGE_MV 300u // between two looks at one board; a steady supply varies by less

// Keeps what a failure looks like. True: it looks as the last one did.
static bool looks_as_before(struct probe *p, enum err e, struct log *log)
{
    bool same = p->failed.e == e;
    unsigned mv;
    for (unsigned i = 0; i < TARGET_STRATEGIES; i++) {
        same &= p->failed.status[i] == p->target.attempt[i].status;
        p->failed.status[i] = p->target.attempt[i].status;
    }
    p->failed.e = e;
    const struct log_mark kept = log_keep(log);
    if (p->vtref_known && stlink_get_vtref(&p->st, &mv) == ERR_OK) {
        const unsigned before = p->failed.vtref_mv;
        const bool moved = (mv > before ? mv - before : before - mv) > VTREF_CHANGE_MV;
        p->failed.vtref_mv = moved || !same ? mv : before;
        same &= !moved;
    }
    log_restore(log, &kept);
    return same;
}

enum err probe_connect_again(struct probe *p, const struct options *o, struct log *log)
{
    enum err e = connect_once(p, o, log);
    if (!is_target_trouble(e))
        return e;
    if (looks_as_before(p, e, log)) {
        e = log_fail(log, e, "%s", p->failed.why);
        log_tag(log, p->failed.verdict);
        return e;
    }
    e = explain_failure(p, o, e, log);
    snprintf(p->failed.why, sizeof p->failed.why, "%s", log_sentence(log, e));
    p->failed.verdict = log->word;
    return e;
}

enum err probe_connect(struct probe *p, const struct options *o, struct log *log)
{
    memset(&p->failed, 0, sizeof p->failed);
    return probe_connect_again(p, o, log);
}

bool probe_may_be_reached_later(const struct probe *p, enum err e)
{
    const bool may_change = is_target_trouble(e) || e == ERR_PROTECTED; // it may be another chip
    return may_change && !probe_replayed_file(p->options->probe);
}

// A word costs 46 clocks (ARM IHI 0031, 4.3): header, acknowledge, data and turnarounds.
static size_t piece_size(const struct probe *p)
{
    size_t bytes = p->st.probe.swclk_hz / CLOCKS_PER_WORD * WORD_SIZE / PIECES_PER_SECOND;
    bytes -= bytes % PIECE_UNIT;
    return bytes < PIECE_UNIT ? PIECE_UNIT : bytes > PIECE_MAX ? PIECE_MAX : bytes;
}

enum err probe_read(struct probe *p, uint32_t addr, uint8_t *data, size_t len)
{
    enum err e = ERR_OK;
    for (size_t at = 0, n; at < len && !e; at += n) {
        n = len - at < piece_size(p) ? len - at : piece_size(p);
        e = signals_check(p->st.probe.log);
        if (!e)
            e = target_read_mem(&p->target, addr + (uint32_t)at, data + at, n, NULL);
    }
    return e;
}

enum err probe_reopen(struct probe *p)
{
    struct log *log = p->st.probe.log;
    char name[USB_CHOOSE_NAME_SIZE];
    struct usb_link link;
    struct stlink fresh;
    enum err e = conversation_open_link(p->options, usb_choose_name(&p->id, name), p->serving,
                                        &link, &p->is_virtual, log);
    if (e == ERR_OK)
        e = stlink_open(&fresh, link, log);
    if (e != ERR_OK)
        return e;
    stlink_close(&p->st);
    p->st = fresh;
    return ERR_OK;
}

void probe_close(struct probe *p, bool keep_halted)
{
    // What a command failed with is not to be lost behind what closing fails with.
    struct log *log = p->st.probe.log;
    const struct log_mark kept = log_keep(log);
    if (p->connected)
        target_disconnect(&p->target, keep_halted);
    p->connected = false;
    stlink_close(&p->st);
    log_restore(log, &kept);
    unblock_signals(p);
}
