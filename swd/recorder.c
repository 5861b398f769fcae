// SPDX-License-Identifier: MIT
// The recorder. Each event is one line and one write, so that a program that breaks down leaves all
// lines but perhaps the last one. What the clock said is kept too: who replays the record makes the
// same decisions about time.
#include "config.h"

#include "swd/recorder.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/hex.h"
#include "swd/record.h"

#define BUFFER_SIZE (2 * RECORD_MAX_LINE)

struct recorder {
    FILE *file;
    char *path;
    char *fresh; // the name until a probe was opened; NULL: it has its own
    struct log *log;
    bool begun; // base_us is known
    uint64_t base_us;
    uint64_t last_us;            // when the last event was over
    int problem;                 // errno of the first write that failed
    enum err refusal;            // the last event, when that was a refusal
    char turn[RECORD_TURN_SIZE]; // of the next event; empty: as before
    uint32_t now_count;
    uint64_t now_us[RECORD_MAX_NOW];
};

struct recorded_link {
    struct recorder *recorder;
    struct usb_link inner;
};

// Told at once, and once: the conversation goes on without its record.
static void note_problem(struct recorder *r, int problem)
{
    if (r->problem)
        return;
    r->problem = problem ? problem : EIO;
    log_line(r->log, LOG_ERROR, "the record %s ends here, it cannot be written: %s", r->path,
             strerror(r->problem));
}

static void write_line(struct recorder *r, json_t *object)
{
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    if (!text)
        note_problem(r, ENOMEM);
    else if (!r->problem &&
             (fputs(text, r->file) < 0 || putc('\n', r->file) == EOF || fflush(r->file) != 0))
        note_problem(r, errno);
    free(text);
    json_decref(object);
}

static uint64_t since_base(const struct recorder *r, uint64_t now_us)
{
    return now_us > r->base_us ? now_us - r->base_us : 0;
}

// The members that every event has.
static json_t *with_times(struct recorder *r, json_t *object, uint64_t at_us, uint64_t took_us)
{
    int failed = !object ||
                 json_object_set_new(object, "at", json_integer((json_int_t)since_base(r, at_us)));
    if (!failed && took_us)
        failed = json_object_set_new(object, "took", json_integer((json_int_t)took_us));
    json_t *list = r->now_count ? json_array() : NULL;
    for (uint32_t i = 0; i < r->now_count; i++)
        failed |= json_array_append_new(list, json_integer((json_int_t)r->now_us[i]));
    if (list)
        failed |= json_object_set_new(object, "now", list);
    if (r->turn[0])
        failed |= json_object_set_new(object, "turn", json_string(r->turn));
    r->turn[0] = '\0';
    r->now_count = 0;
    r->last_us = at_us + took_us;
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

// JSON is UTF-8; the system's texts need not be.
static json_t *text_value(const char *text)
{
    json_t *value = json_string(text);
    return value ? value : json_string("(not UTF-8)");
}

static int set_hex(json_t *object, const char *key, const uint8_t *data, size_t len)
{
    char *text = malloc(2 * len + 1);
    if (!text)
        return -1;
    hex_encode(text, data, len);
    int failed = json_object_set_new(object, key, json_string(text));
    free(text);
    return failed;
}

// Trailing zeros of a command say nothing.
static size_t command_length(const uint8_t command[USB_LINK_COMMAND_SIZE])
{
    size_t len = USB_LINK_COMMAND_SIZE;
    while (len > 1 && !command[len - 1])
        len--;
    return len;
}

static int set_result(json_t *object, enum err result, unsigned timeout_ms)
{
    const char *name = record_result_name(result);
    int failed = 0;
    if (result)
        failed = json_object_set_new(object, "error", json_string(name ? name : "stall"));
    failed |= json_object_set_new(object, "timeout_ms", json_integer((json_int_t)timeout_ms));
    return failed;
}

static json_t *describe_exchange(const struct usb_exchange *x, enum err result)
{
    json_t *object = json_object();
    int failed = set_hex(object, "send", x->command, command_length(x->command));
    if (x->out_len)
        failed |= set_hex(object, "data", x->out, x->out_len);
    if (x->in_len)
        failed |= json_object_set_new(object, "room", json_integer((json_int_t)x->in_len));
    if (x->in_len && result == ERR_OK)
        failed |= set_hex(object, "reply", x->in, x->in_got);
    failed |= set_result(object, result, x->timeout_ms);
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

static json_t *describe_trace_read(const struct usb_trace_read *t, enum err result)
{
    json_t *object = json_object();
    int failed = json_object_set_new(object, "trace", json_true());
    failed |= json_object_set_new(object, "room", json_integer((json_int_t)t->in_len));
    if (result == ERR_OK)
        failed |= set_hex(object, "reply", t->in, t->in_got);
    failed |= set_result(object, result, t->timeout_ms);
    if (!failed)
        return object;
    json_decref(object);
    return NULL;
}

static enum err recorded_transfer(void *self, struct usb_exchange *x)
{
    struct recorded_link *l = self;
    struct recorder *r = l->recorder;
    const uint64_t at = usb_link_now_us(&l->inner);
    enum err e = usb_link_transfer(&l->inner, x);
    const uint64_t took = usb_link_now_us(&l->inner) - at;
    r->refusal = ERR_OK;
    write_line(r, with_times(r, describe_exchange(x, e), at, took));
    return e;
}

static enum err recorded_read_trace(void *self, struct usb_trace_read *t)
{
    struct recorded_link *l = self;
    struct recorder *r = l->recorder;
    const uint64_t at = usb_link_now_us(&l->inner);
    enum err e = usb_link_read_trace(&l->inner, t);
    const uint64_t took = usb_link_now_us(&l->inner) - at;
    r->refusal = ERR_OK;
    write_line(r, with_times(r, describe_trace_read(t, e), at, took));
    return e;
}

static uint64_t recorded_now_us(void *self)
{
    struct recorded_link *l = self;
    struct recorder *r = l->recorder;
    const uint64_t now = usb_link_now_us(&l->inner);
    if (r->now_count < RECORD_MAX_NOW)
        r->now_us[r->now_count++] = since_base(r, now);
    return now;
}

static void recorded_sleep_us(void *self, uint32_t us)
{
    struct recorded_link *l = self;
    usb_link_sleep_us(&l->inner, us);
}

static void recorded_close(void *self)
{
    struct recorded_link *l = self;
    struct recorder *r = l->recorder;
    const uint64_t at = usb_link_now_us(&l->inner);
    usb_link_close(&l->inner);
    r->refusal = ERR_OK;
    write_line(r, with_times(r, json_pack("{s:b}", "close", 1), at, 0));
    free(l);
}

static const struct usb_link_ops recorded_ops = {
    .transfer = recorded_transfer,
    .read_trace = recorded_read_trace,
    .now_us = recorded_now_us,
    .sleep_us = recorded_sleep_us,
    .close = recorded_close,
};

// The record takes the place of what was there before.
static void take_place(struct recorder *r)
{
    if (!r->fresh)
        return;
    if (rename(r->fresh, r->path) != 0)
        note_problem(r, errno);
    free(r->fresh);
    r->fresh = NULL;
}

void recorder_take_link(struct recorder *r, struct usb_link *link, bool is_virtual)
{
    struct recorded_link *l = calloc(1, sizeof *l);
    const uint64_t at = usb_link_now_us(link);
    const struct usb_identity *id = &link->id;
    take_place(r);
    r->refusal = ERR_OK;
    if (!r->begun)
        r->base_us = at;
    r->begun = true;
    json_t *who = json_pack("{s:i, s:i, s:o, s:i, s:i, s:s, s:b, s:b}", "vid", id->vid, "pid",
                            id->pid, "serial", text_value(id->serial), "bus", id->bus, "address",
                            id->address, "location", id->location, "serial_shared",
                            id->serial_shared, "virtual", is_virtual);
    write_line(r, with_times(r, json_pack("{s:o}", "open", who), at, 0));
    if (!l) {
        note_problem(r, ENOMEM);
        return;
    }
    *l = (struct recorded_link){.recorder = r, .inner = *link};
    *link = (struct usb_link){.ops = &recorded_ops, .self = l, .id = l->inner.id};
}

void recorder_note_refusal(struct recorder *r, enum err refusal, const char *sentence)
{
    const char *name = record_result_name(refusal);
    if (refusal == r->refusal || err_class(refusal) == ERR_CLASS_HOST)
        return;
    r->refusal = refusal;
    json_t *object = json_pack("{s:n, s:s, s:o}", "open", "error", name ? name : "stall",
                               "sentence", text_value(sentence));
    write_line(r, with_times(r, object, r->last_us, 0));
}

void recorder_name_turn(struct recorder *r, const char *turn)
{
    snprintf(r->turn, sizeof r->turn, "%s", turn);
}

static void write_header(struct recorder *r, const char *program, const char *command,
                         const char *const *words)
{
    char date[32] = "";
    const time_t now = time(NULL);
    struct tm tm;
    if (gmtime_r(&now, &tm))
        (void)!strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &tm);
    json_t *list = json_array();
    for (size_t i = 0; words && words[i] && i < RECORD_MAX_WORDS; i++)
        json_array_append_new(list, text_value(words[i]));
    write_line(r, json_pack("{s:s, s:i, s:s, s:s, s:s, s:o}", "format", "swdlink-record", "version",
                            RECORD_VERSION, "program", program, "date", date, "command", command,
                            "arguments", list));
}

// Beside the file that it will replace, so that renaming it is one step. What is no ordinary file
// (a pipe, a terminal) is written to as it is.
static int open_file(struct recorder *r)
{
    struct stat st;
    char *real = realpath(r->path, NULL);
    if (real && stat(real, &st) == 0 && !S_ISREG(st.st_mode)) {
        free(real);
        r->file = fopen(r->path, "we");
        return r->file ? 0 : errno;
    }
    // Who made it read-only does not want it replaced.
    if (real && access(real, W_OK) != 0) {
        const int refused = errno;
        free(real);
        return refused;
    }
    if (real) { // a symbolic link stays one
        free(r->path);
        r->path = real;
    }
    if (asprintf(&r->fresh, "%s.XXXXXX", r->path) < 0) {
        r->fresh = NULL;
        return ENOMEM;
    }
    const int fd = mkstemp(r->fresh);
    const int problem = errno;
    r->file = fd < 0 ? NULL : fdopen(fd, "w");
    return r->file ? 0 : problem;
}

static void recorder_free(struct recorder *r)
{
    free(r->fresh);
    free(r->path);
    free(r);
}

enum err recorder_create(struct recorder **recorder, const char *path, const char *program,
                         const char *command, const char *const *words, struct log *log)
{
    struct recorder *r = calloc(1, sizeof *r);
    *recorder = NULL;
    if (!r || !(r->path = strdup(path))) {
        free(r);
        return log_fail(log, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
    }
    r->log = log;
    const int problem = open_file(r);
    if (problem) {
        recorder_free(r);
        return log_fail(log, ERR_FILE, "the record %s cannot be written: %s", path,
                        strerror(problem));
    }
    (void)setvbuf(r->file, NULL, _IOFBF, BUFFER_SIZE);
    write_header(r, program, command, words);
    *recorder = r;
    return ERR_OK;
}

enum err recorder_end(struct recorder *r, struct log *log)
{
    // No probe was opened: why not is worth a file, but not the one that was there before.
    const bool there = r->fresh && access(r->path, F_OK) == 0;
    if (there)
        log_line(r->log, LOG_NOTE, "%s stays as it was: no probe was opened", r->path);
    if (there || (r->fresh && !r->refusal))
        (void)unlink(r->fresh);
    else
        take_place(r);
    if (fclose(r->file) != 0)
        note_problem(r, errno);
    enum err e = r->problem ? log_fail(log, ERR_FILE, "the record %s is not complete: %s", r->path,
                                       strerror(r->problem))
                            : ERR_OK;
    recorder_free(r);
    return e;
}
