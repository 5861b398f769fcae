// SPDX-License-Identifier: MIT
// Reads the file of a recorded conversation. The file may come from anybody: every field and every
// length is checked here, so that the player need not.
#include "swd/record.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"

#define MAX_TIME_US (UINT64_C(1) << 53)

static const struct {
    enum err result;
    const char *name;
} results[] = {
    {ERR_OK, "ok"},
    {ERR_USAGE, "usage"},
    {ERR_MEMORY, "memory"},
    {ERR_FILE, "file"},
    {ERR_NO_PROBE, "no-probe"},
    {ERR_SEVERAL_PROBES, "several-probes"},
    {ERR_PROBE_ACCESS, "access"},
    {ERR_PROBE_BUSY, "busy"},
    {ERR_PROBE_LOST, "lost"},
    {ERR_PROBE_PROTOCOL, "stall"},
    {ERR_PROBE_FIRMWARE, "firmware"},
    {ERR_TIMEOUT, "timeout"},
    {ERR_UNSUPPORTED, "unsupported"},
};

const char *record_result_name(enum err result)
{
    for (size_t i = 0; i < sizeof results / sizeof *results; i++)
        if (results[i].result == result)
            return results[i].name;
    return NULL;
}

struct reader {
    const char *path;
    unsigned line;
    struct log *log;
    size_t room; // for events
};

static enum err bad(const struct reader *r, const char *what)
{
    return log_fail(r->log, ERR_FILE, "%.200s is no record that swdlink can replay: line %u %s",
                    r->path, r->line, what);
}

static bool get_number(const json_t *object, const char *key, uint64_t most, uint64_t *value)
{
    const json_t *v = json_object_get(object, key);
    if (!json_is_integer(v) || json_integer_value(v) < 0 || (uint64_t)json_integer_value(v) > most)
        return false;
    *value = (uint64_t)json_integer_value(v);
    return true;
}

// The bytes of a member of hexadecimal digits; none when there is no such member.
static bool get_bytes(const json_t *object, const char *key, size_t most, uint8_t **data,
                      uint32_t *len)
{
    const json_t *v = json_object_get(object, key);
    *data = NULL;
    *len = 0;
    if (!v)
        return true;
    const size_t digits = json_string_length(v);
    if (!json_is_string(v) || digits % 2 || digits / 2 > most)
        return false;
    *data = malloc(digits / 2 + 1);
    if (!*data || !hex_decode(*data, json_string_value(v), digits / 2))
        return false;
    *len = (uint32_t)(digits / 2);
    return true;
}

static bool get_result(const json_t *object, enum err *result)
{
    const json_t *v = json_object_get(object, "error");
    *result = ERR_OK;
    if (!v)
        return true;
    for (size_t i = 1; json_is_string(v) && i < sizeof results / sizeof *results; i++)
        if (strcmp(results[i].name, json_string_value(v)) == 0) {
            *result = results[i].result;
            return true;
        }
    return false;
}

static bool get_clock(const json_t *object, struct record_event *e)
{
    const json_t *list = json_object_get(object, "now");
    if (!list)
        return true;
    const size_t count = json_array_size(list);
    if (!json_is_array(list) || count > RECORD_MAX_NOW)
        return false;
    e->now_us = calloc(count + 1, sizeof *e->now_us);
    if (!e->now_us)
        return false;
    for (size_t i = 0; i < count; i++) {
        const json_t *v = json_array_get(list, i);
        if (!json_is_integer(v) || json_integer_value(v) < 0 ||
            (uint64_t)json_integer_value(v) > MAX_TIME_US)
            return false;
        e->now_us[i] = (uint64_t)json_integer_value(v);
    }
    e->now_count = (uint32_t)count;
    return true;
}

// A text without control characters that fits; an absent one is empty.
static bool get_text(const json_t *object, const char *key, char *text, size_t size)
{
    const json_t *v = json_object_get(object, key);
    text[0] = '\0';
    if (!v)
        return true;
    const char *s = json_string_value(v);
    if (!s || json_string_length(v) >= size || strlen(s) != json_string_length(v))
        return false;
    for (const char *c = s; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return false;
    memcpy(text, s, strlen(s) + 1);
    return true;
}

static enum err read_open(const struct reader *r, const json_t *object, struct record_event *e)
{
    const json_t *who = json_object_get(object, "open");
    uint64_t vid, pid, bus, address;
    char sentence[RECORD_SENTENCE];
    e->kind = RECORD_OPEN;
    if (!get_result(object, &e->result))
        return bad(r, "has an error of an unknown name");
    if (e->result) {
        if (!get_text(object, "sentence", sentence, sizeof sentence))
            return bad(r, "has a sentence that is none");
        e->open.sentence = sentence[0] ? strdup(sentence) : NULL;
        return ERR_OK;
    }
    if (!json_is_object(who) || !get_number(who, "vid", UINT16_MAX, &vid) ||
        !get_number(who, "pid", UINT16_MAX, &pid) || !get_number(who, "bus", UINT8_MAX, &bus) ||
        !get_number(who, "address", UINT8_MAX, &address) ||
        !get_text(who, "serial", e->open.id.serial, sizeof e->open.id.serial) ||
        !get_text(who, "location", e->open.id.location, sizeof e->open.id.location))
        return bad(r, "opens a probe and does not say which");
    e->open.id.vid = (uint16_t)vid;
    e->open.id.pid = (uint16_t)pid;
    e->open.id.bus = (uint8_t)bus;
    e->open.id.address = (uint8_t)address;
    e->open.id.serial_shared = json_is_true(json_object_get(who, "serial_shared"));
    e->open.is_virtual = json_is_true(json_object_get(who, "virtual"));
    return ERR_OK;
}

// What an exchange and a trace read have in common, behind the command.
static enum err read_data(const struct reader *r, const json_t *object, struct record_event *e)
{
    uint64_t room = 0;
    if (!get_bytes(object, "data", RECORD_MAX_DATA, &e->exchange.out, &e->exchange.out_len) ||
        !get_bytes(object, "reply", RECORD_MAX_DATA, &e->exchange.in, &e->exchange.in_got))
        return bad(r, "has data that are no hexadecimal digits, or too many");
    if (json_object_get(object, "room") && !get_number(object, "room", RECORD_MAX_DATA, &room))
        return bad(r, "has a room that is no number of bytes");
    const bool none_out = room || e->kind == RECORD_TRACE;
    if (e->exchange.in_got > room || (none_out && e->exchange.out_len))
        return bad(r, "has more data than its command can have");
    e->exchange.in_len = (uint32_t)room;
    return get_result(object, &e->result) ? ERR_OK : bad(r, "has an error of an unknown name");
}

static enum err read_exchange(const struct reader *r, const json_t *object, struct record_event *e)
{
    uint8_t *command;
    uint32_t len;
    e->kind = RECORD_EXCHANGE;
    const bool fits =
        get_bytes(object, "send", USB_LINK_COMMAND_SIZE, &command, &len) && command && len > 0;
    if (fits)
        memcpy(e->exchange.command, command, len);
    free(command);
    if (!fits)
        return bad(r, "has a command that is not 1 to 16 bytes in hexadecimal digits");
    return read_data(r, object, e);
}

static enum err read_event(const struct reader *r, const json_t *object, struct record_event *e)
{
    uint64_t took = 0;
    enum err result;
    *e = (struct record_event){.line = r->line};
    if (json_object_get(object, "send"))
        result = read_exchange(r, object, e);
    else if (json_object_get(object, "open"))
        result = read_open(r, object, e);
    else if (json_is_true(json_object_get(object, "trace")))
        e->kind = RECORD_TRACE, result = read_data(r, object, e);
    else if (json_is_true(json_object_get(object, "close")))
        e->kind = RECORD_CLOSE, result = ERR_OK;
    else
        result = bad(r, "is neither open, send, trace nor close");
    if (result)
        return result;
    if (!get_number(object, "at", MAX_TIME_US, &e->at_us) || !get_clock(object, e) ||
        (json_object_get(object, "took") && !get_number(object, "took", UINT32_MAX, &took)))
        return bad(r, "has a time that is no number of microseconds");
    if (!get_text(object, "turn", e->turn, sizeof e->turn))
        return bad(r, "has a turn that is no short word");
    e->took_us = (uint32_t)took;
    return ERR_OK;
}

static void free_event(struct record_event *e)
{
    free(e->now_us);
    if (e->kind == RECORD_OPEN)
        free(e->open.sentence);
    if (e->kind == RECORD_EXCHANGE || e->kind == RECORD_TRACE) {
        free(e->exchange.out);
        free(e->exchange.in);
    }
}

static enum err add_event(struct reader *r, struct record *record, const json_t *object)
{
    struct record_event e;
    if (record->count == r->room) {
        const size_t room = r->room ? 2 * r->room : 256;
        struct record_event *more = realloc(record->event, room * sizeof *more);
        if (!more)
            return log_fail(r->log, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
        record->event = more;
        r->room = room;
    }
    enum err result = read_event(r, object, &e);
    if (result)
        free_event(&e);
    else
        record->event[record->count++] = e;
    return result;
}

static void join_words(char *text, size_t size, const json_t *command, const json_t *words)
{
    const char *name = json_string_value(command);
    size_t used = (size_t)snprintf(text, size, "%s", name ? name : ""), i;
    json_t *word;
    json_array_foreach(words, i, word)
    {
        const char *s = json_string_value(word);
        if (s && used < size)
            used += (size_t)snprintf(text + used, size - used, " %s", s);
    }
}

static enum err read_header(const struct reader *r, struct record *record, const json_t *object)
{
    const char *format = json_string_value(json_object_get(object, "format"));
    uint64_t version;
    if (!format || strcmp(format, "swdlink-record") != 0 ||
        !get_number(object, "version", UINT16_MAX, &version))
        return bad(r, "does not say \"format\":\"swdlink-record\"");
    if (version != RECORD_VERSION)
        return log_fail(r->log, ERR_FILE,
                        "%.200s has version %u of the format, and this swdlink knows version %d",
                        r->path, (unsigned)version, RECORD_VERSION);
    if (!get_text(object, "program", record->program, sizeof record->program) ||
        !get_text(object, "date", record->date, sizeof record->date))
        return bad(r, "has a text that is none");
    join_words(record->command, sizeof record->command, json_object_get(object, "command"),
               json_object_get(object, "arguments"));
    return ERR_OK;
}

// What the program wrote when it broke down is worth having: only the last line may be cut.
static enum err read_line(struct reader *r, struct record *record, const char *text, size_t len)
{
    if (len > RECORD_MAX_LINE)
        return bad(r, "is too long");
    if (text[len - 1] != '\n' && r->line > 1) {
        record->cut = true;
        return ERR_OK;
    }
    json_t *object = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    enum err e = !json_is_object(object) ? bad(r, "is no JSON object")
                 : r->line == 1          ? read_header(r, record, object)
                                         : add_event(r, record, object);
    json_decref(object);
    return e;
}

// One line with its end; more than a record's longest line is not taken in. 0: the end.
static size_t get_line(FILE *file, char *text)
{
    size_t len = 0;
    int c = 0;
    while (len <= RECORD_MAX_LINE && c != '\n' && (c = getc(file)) != EOF)
        text[len++] = (char)c;
    return len;
}

static enum err read_lines(struct reader *r, struct record *record, FILE *file)
{
    size_t len;
    enum err e = ERR_OK;
    char *text = malloc(RECORD_MAX_LINE + 1);
    if (!text)
        return log_fail(r->log, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
    while (!e && (len = get_line(file, text)) > 0) {
        r->line++;
        e = read_line(r, record, text, len);
    }
    free(text);
    return e;
}

enum err record_load(struct record *record, const char *path, struct log *log)
{
    struct reader r = {.path = path, .log = log};
    *record = (struct record){0};
    FILE *file = fopen(path, "re");
    enum err e = file ? read_lines(&r, record, file) : ERR_FILE;
    if (!file || ferror(file))
        e = log_fail(log, ERR_FILE, "the record %.200s cannot be read: %s", path, strerror(errno));
    else if (!e && r.line == 0)
        e = log_fail(log, ERR_FILE, "the record %.200s is empty", path);
    if (file)
        fclose(file);
    if (e)
        record_free(record);
    return e;
}

void record_free(struct record *record)
{
    for (size_t i = 0; i < record->count; i++)
        free_event(&record->event[i]);
    free(record->event);
    *record = (struct record){0};
}
