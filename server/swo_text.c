// SPDX-License-Identifier: MIT
#include "server/swo_text.h"

#include <stdio.h>
#include <string.h>

void swo_text_init(struct swo_text *t, void (*put)(void *user, const char *text, size_t len),
                   void *user)
{
    memset(t, 0, sizeof *t);
    t->put = put;
    t->user = user;
}

// Several characters in one packet (ITM_SendX of a packed text) come in the order of memory; what
// is not used is 0.
static void put_plain(struct swo_text *t, const struct itm_packet *p)
{
    char text[4];
    size_t len = 0;
    for (unsigned i = 0; i < p->size && i < sizeof text; i++)
        text[len++] = (char)(p->value >> 8 * i);
    while (len > 1 && text[len - 1] == '\0')
        len--;
    t->put(t->user, text, len);
    t->in_line = text[len - 1] != '\n';
}

static void end_line(struct swo_text *t, unsigned i)
{
    char head[16];
    const int n = snprintf(head, sizeof head, "%s[%u] ", t->in_line ? "\n" : "", t->line[i].port);
    t->put(t->user, head, (size_t)n);
    t->put(t->user, t->line[i].text, t->line[i].len);
    t->put(t->user, "\n", 1);
    t->in_line = false;
    t->line[i].len = 0;
    t->line[i].word = false;
}

static void append_text(struct swo_text *t, unsigned i, const char *text)
{
    const size_t len = strlen(text);
    if (t->line[i].len + len > SWO_TEXT_LINE)
        end_line(t, i);
    memcpy(t->line[i].text + t->line[i].len, text, len);
    t->line[i].len += len;
}

static void append_byte(struct swo_text *t, unsigned i, uint8_t byte)
{
    char text[8];
    const bool shown = byte >= ' ' || byte == '\t';
    if (byte == '\r')
        return;
    if (byte == '\n') {
        end_line(t, i);
        return;
    }
    snprintf(text, sizeof text, shown ? "%s%c" : "%s\\x%02x", t->line[i].word ? " " : "", byte);
    t->line[i].word = false;
    append_text(t, i, text);
}

static void append_number(struct swo_text *t, unsigned i, const struct itm_packet *p)
{
    char text[16];
    const int digits = (int)(2 * p->size);
    if (t->line[i].len + sizeof text > SWO_TEXT_LINE)
        end_line(t, i);
    snprintf(text, sizeof text, "%s0x%0*x", t->line[i].len ? " " : "", digits, p->value);
    append_text(t, i, text);
    t->line[i].word = true;
}

void swo_text_packet(struct swo_text *t, const struct itm_packet *p)
{
    if (p->kind != ITM_SOFTWARE)
        return;
    if (p->port == 0) {
        put_plain(t, p);
        return;
    }
    const unsigned i = p->port % SWO_TEXT_PORTS;
    if (t->line[i].len && t->line[i].port != p->port)
        end_line(t, i);
    t->line[i].port = p->port;
    if (p->size == 1)
        append_byte(t, i, (uint8_t)p->value);
    else
        append_number(t, i, p);
}

void swo_text_flush(struct swo_text *t)
{
    for (unsigned i = 0; i < SWO_TEXT_PORTS; i++)
        if (t->line[i].len)
            end_line(t, i);
}
