// SPDX-License-Identifier: MIT
#include "cli/run_rtt.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#define RTT_PERIOD_US 5000u

enum err run_rtt_begin(struct run_rtt *r, struct target *t, uint32_t symbol, struct log *log)
{
    rtt_init(&r->rtt, t, log);
    r->log = log;
    r->found = false;
    if (symbol && rtt_may_lie_at(&r->rtt, symbol))
        rtt_set_search(&r->rtt, symbol, 0);
    return rtt_erase_blocks(&r->rtt);
}

static void read_input(struct run_rtt *r)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    if (r->input_ended || r->typed_len > 0 || poll(&input, 1, 0) != 1)
        return;
    ssize_t n = read(STDIN_FILENO, r->typed, sizeof r->typed);
    r->input_ended = n <= 0;
    r->typed_len = n > 0 ? (size_t)n : 0;
}

static enum err send_input(struct run_rtt *r)
{
    size_t written = 1;
    enum err e = ERR_OK;
    read_input(r);
    while (!e && r->typed_len > 0 && written > 0) {
        e = rtt_write(&r->rtt, 0, r->typed, r->typed_len, &written);
        r->typed_len -= written;
        memmove(r->typed, &r->typed[written], r->typed_len);
    }
    return e;
}

// defmt-rtt has channel 0, and calls it so; rtt-target may have another one of that name.
static void choose_raw_channel(struct run_rtt *r)
{
    r->raw_channel = 0;
    for (unsigned i = 0; i < r->rtt.up_count; i++)
        if (strcmp(r->rtt.up[i].name, "defmt") == 0)
            r->raw_channel = i;
}

static enum err write_raw(struct run_rtt *r, const uint8_t *data, size_t len)
{
    if (fwrite(data, 1, len, r->raw) == len && fflush(r->raw) == 0)
        return ERR_OK;
    return log_fail(r->log, ERR_FILE, "the file of --rtt-raw could not be written");
}

// What its buffer can hold, and no more: a program that prints faster than it is read would keep us
// here for ever. Then the next look is at once.
static enum err empty_channel(struct run_rtt *r, unsigned channel)
{
    uint8_t data[RTT_READ_MAX];
    size_t len = 1, most = channel < r->rtt.up_count ? r->rtt.up[channel].size : 0;
    enum err e = ERR_OK;
    for (size_t all = 0; !e && len > 0; all += len) {
        if (all > most) {
            r->due_us = 0;
            break;
        }
        e = rtt_read(&r->rtt, channel, data, sizeof data, &len);
        if (!e && len > 0 && r->raw && channel == r->raw_channel)
            e = write_raw(r, data, len);
        else if (!e && len > 0)
            r->print(r->user, (const char *)data, len);
    }
    return e;
}

static enum err empty_channels(struct run_rtt *r)
{
    enum err e = ERR_OK;
    if (!r->ever_found && r->raw)
        choose_raw_channel(r);
    r->ever_found = r->found = true;
    if (r->raw)
        e = empty_channel(r, r->raw_channel);
    if (!e && r->text && (!r->raw || r->raw_channel != 0))
        e = empty_channel(r, 0);
    return e;
}

enum err run_rtt_poll(struct run_rtt *r, uint64_t now_us)
{
    bool found;
    if (now_us < r->due_us)
        return ERR_OK;
    r->due_us = now_us + RTT_PERIOD_US;
    enum err e = rtt_find(&r->rtt, &found);
    if (!e && found)
        e = empty_channels(r);
    return e || !found || !r->text ? e : send_input(r);
}

enum err run_rtt_drain(struct run_rtt *r)
{
    bool found;
    enum err e = rtt_find_all(&r->rtt, &found);
    if (!e && found)
        e = empty_channels(r);
    r->lost |= r->found && !r->rtt.block;
    return e;
}
