// SPDX-License-Identifier: MIT
#include "server/swo_json.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/log.h"

struct line {
    char text[SWO_JSON_LINE];
    size_t len;
};

LOG_PRINTF(2, 3)
static void append(struct line *l, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    const int n = vsnprintf(l->text + l->len, sizeof l->text - l->len, fmt, ap);
    va_end(ap);
    if (n > 0 && (size_t)n < sizeof l->text - l->len)
        l->len += (size_t)n;
}

void swo_json_init(struct swo_json *j, void (*put)(void *user, const char *line, size_t len),
                   void *user)
{
    *j = (struct swo_json){.put = put, .user = user};
}

// Names of DDI 0403, table B1-4; the interrupts of the chip behind them.
static void append_exception(struct line *l, const struct itm_packet *p)
{
    static const char *const names[16] = {
        [0] = "Thread",    [1] = "Reset",         [2] = "NMI",        [3] = "HardFault",
        [4] = "MemManage", [5] = "BusFault",      [6] = "UsageFault", [7] = "SecureFault",
        [11] = "SVCall",   [12] = "DebugMonitor", [14] = "PendSV",    [15] = "SysTick",
    };
    append(l, ",\"number\":%u,\"name\":\"", p->number);
    if (p->number >= 16)
        append(l, "IRQ%u", p->number - 16);
    else
        append(l, "%s", names[p->number] ? names[p->number] : "reserved");
    append(l, "\",\"action\":\"%s\"", itm_action_name(p->action));
}

static void append_events(struct line *l, const struct itm_packet *p)
{
    bool first = true;
    append(l, ",\"counters\":[");
    for (unsigned i = 0; i < ITM_COUNTERS; i++) {
        if (!(p->value >> i & 1))
            continue;
        append(l, "%s\"%s\"", first ? "" : ",", itm_counter_name((enum itm_counter)i));
        first = false;
    }
    append(l, "]");
}

static void append_fields(struct line *l, const struct itm_packet *p)
{
    switch (p->kind) {
    case ITM_SOFTWARE:
        append(l, ",\"port\":%u,\"size\":%u,\"value\":%u", p->port, p->size, p->value);
        break;
    case ITM_EXCEPTION:
        append_exception(l, p);
        break;
    case ITM_PC_SAMPLE:
        if (p->asleep)
            append(l, ",\"asleep\":true");
        else
            append(l, ",\"pc\":%u", p->value);
        break;
    case ITM_EVENTS:
        append_events(l, p);
        break;
    case ITM_DATA_PC:
        append(l, ",\"comparator\":%u,\"pc\":%u", p->comparator, p->value);
        break;
    case ITM_DATA_ADDRESS:
        append(l, ",\"comparator\":%u,\"offset\":%u", p->comparator, p->value);
        break;
    case ITM_DATA_VALUE:
        append(l, ",\"comparator\":%u,\"write\":%s,\"size\":%u,\"value\":%u", p->comparator,
               p->write ? "true" : "false", p->size, p->value);
        break;
    case ITM_GLOBAL_TIME:
        append(l, ",\"time\":%" PRIu64, p->time);
        break;
    default:
        append(l, ",\"value\":%u", p->value);
        break;
    }
}

static void put_packet(struct swo_json *j, const struct itm_packet *p, bool timed)
{
    struct line l = {.len = 0};
    append(&l, "{\"kind\":\"%s\"", itm_kind_name(p->kind));
    if (p->kind != ITM_OVERFLOW)
        append_fields(&l, p);
    if (timed)
        append(&l, ",\"cycles\":%" PRIu64, j->cycles);
    append(&l, "}\n");
    j->put(j->user, l.text, l.len);
}

static void put_waiting(struct swo_json *j, bool timed)
{
    for (unsigned i = 0; i < j->waiting; i++)
        put_packet(j, &j->packet[i], timed);
    j->waiting = 0;
}

void swo_json_packet(struct swo_json *j, const struct itm_packet *p)
{
    switch (p->kind) {
    case ITM_SYNC:
    case ITM_EXTENSION: // its page is in the port
        return;
    case ITM_LOCAL_TIME:
        j->cycles += p->value;
        put_waiting(j, true);
        return;
    default:
        if (j->waiting == SWO_JSON_WAITING)
            put_waiting(j, false);
        j->packet[j->waiting++] = *p;
    }
}

void swo_json_lost(struct swo_json *j, const char *who)
{
    struct line l = {.len = 0};
    put_waiting(j, false);
    append(&l, "{\"kind\":\"lost\",\"by\":\"%s\"}\n", who);
    j->put(j->user, l.text, l.len);
}

void swo_json_flush(struct swo_json *j)
{
    put_waiting(j, false);
}
