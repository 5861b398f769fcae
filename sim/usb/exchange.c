// SPDX-License-Identifier: MIT
#include "config.h"

#include "sim/usb/exchange.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "sim/board/link.h"

#define MAX_DATA    8192u
#define MAX_LINE    (2 * (MAX_DATA + USB_LINK_COMMAND_SIZE) + 16)
#define MAX_WAIT_US 10000000u
#define TIMEOUT_MS  1000u

enum kind { EXCHANGE, TRACE, WAIT };

struct request {
    enum kind kind;
    uint32_t wait_us;
    struct usb_exchange x;
    uint8_t out[MAX_DATA], in[MAX_DATA];
};

// The bytes of a word of digits; false when it is none, or too long.
static bool get_bytes(const char *word, uint8_t *data, size_t most, size_t *len)
{
    const size_t digits = strlen(word);
    *len = digits / 2;
    return digits > 0 && digits % 2 == 0 && *len <= most && hex_decode(data, word, *len);
}

static bool get_number(const char *word, unsigned long most, unsigned long *value)
{
    char *end;
    errno = 0;
    *value = strtoul(word, &end, 10);
    return *word >= '0' && *word <= '9' && !*end && !errno && *value <= most;
}

static bool parse_room(struct request *r, const char *word, unsigned long most)
{
    unsigned long number = 0;
    r->x.in = r->in;
    const bool good = word && *word == '<' && get_number(word + 1, most, &number);
    r->x.in_len = number;
    return good;
}

static bool parse_request(struct request *r, char *line)
{
    char *rest;
    const char *word = strtok_r(line, " \t\r\n", &rest), *more = strtok_r(NULL, " \t\r\n", &rest);
    unsigned long number = 0;
    size_t len;
    r->x = (struct usb_exchange){.timeout_ms = TIMEOUT_MS};
    r->kind = !word                    ? EXCHANGE
              : !strcmp(word, "wait")  ? WAIT
              : !strcmp(word, "trace") ? TRACE
                                       : EXCHANGE;
    if (!word || (more && strtok_r(NULL, " \t\r\n", &rest)))
        return false;
    if (r->kind == WAIT) {
        const bool good = more && get_number(more, MAX_WAIT_US, &number);
        r->wait_us = (uint32_t)number;
        return good;
    }
    if (r->kind == TRACE)
        return parse_room(r, more, USB_LINK_TRACE_MAX) && r->x.in_len;
    if (!get_bytes(word, r->x.command, sizeof r->x.command, &len))
        return false;
    if (more && *more == '=') {
        r->x.out = r->out;
        return get_bytes(more + 1, r->out, MAX_DATA, &r->x.out_len);
    }
    if (!more)
        return true;
    return parse_room(r, more, MAX_DATA);
}

// The bytes of the trace endpoint.
static enum err read_trace(struct usb_link *link, struct request *r)
{
    struct usb_trace_read t = {.in = r->in, .in_len = r->x.in_len, .timeout_ms = r->x.timeout_ms};
    enum err e = usb_link_read_trace(link, &t);
    r->x.in_got = t.in_got;
    return e;
}

static void answer_request(struct usb_link *link, struct request *r, FILE *out)
{
    char digits[2 * MAX_DATA + 1];
    if (r->kind == WAIT) {
        usb_link_sleep_us(link, r->wait_us);
        fputs("ok\n", out);
        return;
    }
    switch (r->kind == TRACE ? read_trace(link, r) : usb_link_transfer(link, &r->x)) {
    case ERR_OK:
        hex_encode(digits, r->in, r->x.in_got);
        fprintf(out, "ok%s%s\n", r->x.in_got ? " " : "", digits);
        break;
    case ERR_TIMEOUT:
        fputs("timeout\n", out);
        break;
    case ERR_PROBE_PROTOCOL:
        fputs("stall\n", out);
        break;
    default:
        fputs("lost\n", out);
        break;
    }
}

static enum err run_lines(struct usb_link *link, struct request *r, FILE *in, FILE *out,
                          struct log *log)
{
    char line[MAX_LINE];
    for (unsigned number = 1; fgets(line, sizeof line, in); number++) {
        if (!parse_request(r, line))
            return log_fail(log, ERR_USAGE,
                            "line %u is no command: BYTES, BYTES =DATA, BYTES <ROOM, trace <ROOM "
                            "or wait MICROSECONDS",
                            number);
        answer_request(link, r, out);
    }
    if (ferror(in) || fflush(out) != 0)
        return log_fail(log, ERR_FILE, "the commands or the answers: %s", strerror(errno));
    return ERR_OK;
}

enum err exchange_run(struct sim_board *board, FILE *in, FILE *out, struct log *log)
{
    struct request *r = calloc(1, sizeof *r);
    if (!r)
        return log_fail(log, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
    struct usb_link link = sim_link_to(board);
    enum err e = run_lines(&link, r, in, out, log);
    usb_link_close(&link);
    free(r);
    return e;
}
