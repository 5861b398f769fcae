// SPDX-License-Identifier: MIT
#include "cli/run_swo.h"

#include <errno.h>
#include <string.h>

// A V2 collects 4096 bytes, which at 2 Mbaud is 20 ms.
#define SWO_PERIOD_US 5000u
// What is still in the ITM, in the TPIU and on the wire when the core halts: a few bytes.
#define DRAIN_US      2000u
#define DRAIN_POLLS   64u

static void print_text(void *user, const char *text, size_t len)
{
    struct run_swo *r = user;
    r->print(r->user, text, len);
}

static void write_line(void *user, const char *line, size_t len)
{
    struct run_swo *r = user;
    r->json_failed |= fwrite(line, 1, len, r->json) != len;
}

enum err run_swo_begin(struct run_swo *r, struct target *t, struct log *log)
{
    r->log = log;
    swo_stream_init(&r->swo, t, log);
    r->swo.put_text = r->text ? print_text : NULL;
    r->swo.put_json = r->json ? write_line : NULL;
    r->swo.user = r;
    r->options.events = r->json;
    return swo_stream_start(&r->swo, &r->options);
}

static enum err poll_once(struct run_swo *r, bool *busy)
{
    enum err e = swo_stream_poll(&r->swo, busy);
    if (!e && r->json && !*busy)
        r->json_failed |= fflush(r->json) != 0;
    if (!e && r->json_failed)
        return log_fail(r->log, ERR_FILE, "the file of --swo-json could not be written: %s",
                        strerror(errno));
    return e;
}

enum err run_swo_poll(struct run_swo *r, uint64_t now_us)
{
    bool busy;
    if (now_us < r->due_us)
        return ERR_OK;
    enum err e = poll_once(r, &busy);
    r->due_us = busy ? 0 : now_us + SWO_PERIOD_US;
    return e;
}

enum err run_swo_drain(struct run_swo *r)
{
    bool busy = true;
    enum err e = ERR_OK;
    for (unsigned i = 0; i < DRAIN_POLLS && busy && !e; i++) {
        target_sleep_us(r->swo.t, DRAIN_US);
        e = poll_once(r, &busy);
    }
    swo_stream_finish(&r->swo);
    if (r->json)
        r->json_failed |= fflush(r->json) != 0;
    return e;
}
