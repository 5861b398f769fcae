// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/record_bench.h"

int record_bench_open(void **state)
{
    struct record_bench *f = calloc(1, sizeof *f);
    assert_non_null(f);
    strcpy(f->folder, "/tmp/record.XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    snprintf(f->path, sizeof f->path, "%s/file", f->folder);
    f->log = log_silent();
    script_start(&f->script, 2, 37);
    *state = f;
    return 0;
}

int record_bench_close(void **state)
{
    struct record_bench *f = *state;
    script_end(&f->script);
    unlink(f->path);
    assert_int_equal(rmdir(f->folder), 0); // nothing else was left there
    free(f);
    return 0;
}

void record_bench_write(const struct record_bench *f, const char *text, size_t len)
{
    FILE *file = fopen(f->path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

char *record_bench_read(const struct record_bench *f)
{
    char *text = calloc(1, 65536);
    FILE *file = fopen(f->path, "r");
    assert_non_null(file);
    assert_true(fread(text, 1, 65535, file) > 0);
    fclose(file);
    return text;
}

void record_bench_says(const struct record_bench *f, const char *part)
{
    if (!strstr(f->log.sentence, part))
        fail_msg("\"%s\" does not say \"%s\"", f->log.sentence, part);
}

enum err record_bench_ask(struct usb_link *link, const char *two_bytes, uint8_t *reply, size_t room,
                          size_t *got)
{
    struct usb_exchange x = {.in = reply, .in_len = room, .timeout_ms = 100};
    memcpy(x.command, two_bytes, 2);
    enum err e = usb_link_transfer(link, &x);
    if (got)
        *got = x.in_got;
    return e;
}

enum err record_bench_send(struct usb_link *link, const char *two_bytes, const void *data,
                           size_t len)
{
    struct usb_exchange x = {.out = data, .out_len = len, .timeout_ms = 100};
    memcpy(x.command, two_bytes, 2);
    return usb_link_transfer(link, &x);
}

enum err record_bench_trace(struct usb_link *link, uint8_t *bytes, size_t room, size_t *got)
{
    struct usb_trace_read r = {.in = bytes, .in_len = room, .timeout_ms = 100};
    enum err e = usb_link_read_trace(link, &r);
    *got = r.in_got;
    return e;
}

struct usb_link record_bench_play(struct record_bench *f, struct player **player, bool patient,
                                  const char *text)
{
    struct usb_link link;
    bool is_virtual;
    record_bench_write(f, text, strlen(text));
    enum err e = player_create(player, f->path, &f->log);
    if (e)
        fail_msg("%s", f->log.sentence);
    OK(player_open_link(*player, patient, &link, &is_virtual, &f->log));
    return link;
}
