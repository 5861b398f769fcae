// SPDX-License-Identifier: MIT
// swdlink read: memory to standard output or to a file. Nothing is written before all of it was
// read.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hex.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/out_file.h"
#include "cli/output.h"
#include "cli/probe.h"
#include "cli/value.h"

enum { DUMP_WIDTH = 16 };

struct range {
    uint32_t addr, len;
    uint8_t *data;
};

static enum err parse_range(struct range *r, const struct options *o, struct log *log)
{
    enum err e = value_parse_number(&r->addr, o->operand[0], "address", log);
    if (e == ERR_OK)
        e = value_parse_number(&r->len, o->operand[1], "length", log);
    if (e != ERR_OK)
        return e;
    if (r->len == 0)
        return log_fail(log, ERR_USAGE, "a length of 0 leaves nothing to read");
    if (r->len - 1 > UINT32_MAX - r->addr)
        return log_fail(log, ERR_USAGE,
                        "0x%08x and %u bytes more is beyond the end of the address space", r->addr,
                        r->len);
    return ERR_OK;
}

// USB and SWD notice what gets damaged on the wires, but not what a broken probe makes of it.
static enum err read_again(struct probe *p, const struct range *r, struct log *log)
{
    uint8_t *again = malloc(r->len);
    if (!again)
        return log_fail(log, ERR_MEMORY, "%u bytes do not fit this computer's memory", r->len);
    enum err e = probe_read(p, r->addr, again, r->len);
    uint32_t at = 0;
    while (e == ERR_OK && at < r->len && again[at] == r->data[at])
        at++;
    if (e == ERR_OK && at < r->len)
        e = log_fail(
            log, ERR_LINK,
            "two reads differ: the byte at 0x%08x is 0x%02x and then 0x%02x. Either it "
            "changes, because the program runs or it belongs to a peripheral, or an answer "
            "was damaged",
            r->addr + at, r->data[at], again[at]);
    free(again);
    return e;
}

static enum err read_target(const struct range *r, const struct options *o, struct log *log)
{
    struct probe p;
    enum err e = probe_open(&p, o, false, log);
    if (e != ERR_OK)
        return e;
    e = probe_connect(&p, o, log);
    if (e == ERR_OK)
        e = probe_read(&p, r->addr, r->data, r->len);
    if (e == ERR_OK && o->read_twice)
        e = read_again(&p, r, log);
    probe_close(&p, target_was_halted(&p.target));
    return e;
}

static void print_dump(const struct range *r)
{
    for (uint32_t at = 0; at < r->len; at += DUMP_WIDTH) {
        const uint8_t *line = r->data + at;
        const uint32_t n = r->len - at < DUMP_WIDTH ? r->len - at : DUMP_WIDTH;
        printf("%08x ", r->addr + at);
        for (uint32_t i = 0; i < DUMP_WIDTH; i++) {
            printf(i == DUMP_WIDTH / 2 ? " " : "");
            if (i < n)
                printf(" %02x", line[i]);
            else
                printf("   ");
        }
        printf("  |");
        for (uint32_t i = 0; i < n; i++)
            putchar(line[i] < 0x80 && isprint(line[i]) ? line[i] : '.');
        printf("|\n");
    }
}

static enum err write_file(const struct range *r, const char *name, struct log *log)
{
    FILE *f;
    enum err e = out_file_create(&f, name, log);
    if (e)
        return e;
    (void)!fwrite(r->data, 1, r->len, f); // what fails shows when it is closed
    e = out_file_close(f, name, ERR_OK, log);
    if (e)
        return e;
    log_line(log, LOG_NOTE, "%u bytes from 0x%08x are in %s", r->len, r->addr, name);
    return ERR_OK;
}

// With --output the bytes are in the file, so the document only says so.
static enum err print_json(struct output *out, const struct range *r, const char *file,
                           struct log *log)
{
    json_t *document = json_pack("{s:i, s:I, s:I}", "schema", OUTPUT_SCHEMA, "address",
                                 (json_int_t)r->addr, "length", (json_int_t)r->len);
    if (file) {
        json_object_set_new(document, "file", json_string(file));
        return output_json(out, document, log);
    }
    char *text = malloc(2 * (size_t)r->len + 1);
    if (!text) {
        json_decref(document);
        return log_fail(log, ERR_MEMORY, "%u bytes do not fit this computer's memory", r->len);
    }
    hex_encode(text, r->data, r->len);
    json_object_set_new(document, "hex", json_string(text));
    free(text);
    return output_json(out, document, log);
}

static enum err deliver(const struct range *r, const struct options *o, struct output *out,
                        struct log *log)
{
    enum err e = o->output ? write_file(r, o->output, log) : ERR_OK;
    if (e != ERR_OK)
        return e;
    if (o->json)
        return print_json(out, r, o->output, log);
    if (o->output)
        return ERR_OK;
    if (isatty(STDOUT_FILENO))
        print_dump(r);
    else
        fwrite(r->data, 1, r->len, stdout); // output_flush() tells when it failed
    return ERR_OK;
}

enum err cmd_read(const struct options *o, struct output *out, struct log *log)
{
    struct range r = {0};
    enum err e = parse_range(&r, o, log);
    if (e != ERR_OK)
        return e;
    r.data = malloc(r.len);
    if (!r.data)
        return log_fail(log, ERR_MEMORY, "%u bytes do not fit this computer's memory", r.len);
    e = read_target(&r, o, log);
    if (e == ERR_OK)
        e = deliver(&r, o, out, log);
    free(r.data);
    return e;
}
