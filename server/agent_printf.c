// SPDX-License-Identifier: MIT
// printf of an agent expression: GDB's dprintf with `set dprintf-style agent`. Its format comes
// from outside, and is taken apart here: no format of anybody else reaches the C library.
#include <stdio.h>
#include <string.h>

#include "server/agent_private.h"

#define ARGS_MAX   16u
#define WIDTH_MAX  99u
#define STRING_MAX 200u // characters of a string in the target
#define CHUNK      16u

struct output {
    char text[AGENT_OUTPUT];
    size_t len;
};

static void append_text(struct output *o, const char *text, size_t len)
{
    const size_t room = sizeof o->text - o->len;
    len = len < room ? len : room;
    memcpy(o->text + o->len, text, len);
    o->len += len;
}

// One conversion: flags, width and precision in `spec`, how long the number is, and its letter.
struct conversion {
    char flags[6];
    unsigned width, precision;
    bool has_precision;
    unsigned bits; // of an integer
    char letter;
};

static unsigned take_number(const char **p, unsigned max)
{
    unsigned n = 0;
    for (; **p >= '0' && **p <= '9'; ++*p)
        n = n > max ? n : n * 10 + (unsigned)(**p - '0');
    return n < max ? n : max;
}

// An int or a long of the target has 32 bits, and so have what z and t stand for.
static unsigned take_bits(const char **p)
{
    unsigned bits = 32;
    for (; **p && strchr("hlzjt", **p); ++*p) {
        if (**p == 'h')
            bits = bits == 32 ? 16 : 8;
        else if (**p == 'j' || (**p == 'l' && (*p)[1] == 'l'))
            bits = 64;
    }
    return bits;
}

static void take_conversion(const char **p, struct conversion *c)
{
    size_t n = 0;
    *c = (struct conversion){0};
    for (; **p && strchr("-+ #0", **p); ++*p)
        if (n + 1 < sizeof c->flags)
            c->flags[n++] = **p;
    c->width = take_number(p, WIDTH_MAX);
    c->has_precision = **p == '.';
    if (c->has_precision) {
        ++*p;
        c->precision = take_number(p, STRING_MAX);
    }
    c->bits = take_bits(p);
    c->letter = **p;
    *p += **p != '\0';
}

static void put_padded(struct output *o, const struct conversion *c, const char *text, size_t len)
{
    const size_t pad = c->width > len ? c->width - len : 0;
    const bool is_left = strchr(c->flags, '-') != NULL;
    for (size_t i = 0; !is_left && i < pad; i++)
        append_text(o, " ", 1);
    append_text(o, text, len);
    for (size_t i = 0; is_left && i < pad; i++)
        append_text(o, " ", 1);
}

static void put_string(struct agent_machine *m, struct output *o, const struct conversion *c,
                       uint64_t addr)
{
    char text[STRING_MAX];
    const size_t most = c->has_precision ? c->precision : sizeof text;
    size_t len = 0, end = 0;
    while (end == len && len < most) {
        // None across the end of a memory.
        size_t part = CHUNK - (size_t)(addr % CHUNK);
        part = part < most - len ? part : most - len;
        if (!agent_read(m, addr, (uint8_t *)text + len, part))
            return;
        end = len + strnlen(text + len, part);
        len += part;
        addr += part;
    }
    put_padded(o, c, text, end);
}

static uint64_t cut_integer(uint64_t value, unsigned bits, bool is_signed)
{
    const unsigned unused = 64 - bits;
    return is_signed ? (uint64_t)((int64_t)(value << unused) >> unused) : value << unused >> unused;
}

static void put_integer(struct output *o, const struct conversion *c, uint64_t value)
{
    char spec[24], text[STRING_MAX + 32], precision[8] = "";
    const bool is_signed = c->letter == 'd' || c->letter == 'i';
    value = cut_integer(value, c->bits, is_signed);
    if (c->has_precision)
        snprintf(precision, sizeof precision, ".%u", c->precision);
    snprintf(spec, sizeof spec, "%%%s%.0u%sll%c", c->flags, c->width, precision, c->letter);
    // spec was made of known parts just above.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    const int n = snprintf(text, sizeof text, spec, (unsigned long long)value);
#pragma GCC diagnostic pop
    append_text(o, text, n > 0 ? (size_t)n : 0);
}

// As GDB shows one.
static void put_pointer(struct output *o, const struct conversion *c, uint32_t addr)
{
    char text[16] = "(nil)";
    if (addr)
        snprintf(text, sizeof text, "0x%x", addr);
    put_padded(o, c, text, strlen(text));
}

static void put_conversion(struct agent_machine *m, struct output *o, const struct conversion *c,
                           uint64_t value)
{
    const char character = (char)value;
    if (c->letter == 's')
        put_string(m, o, c, value);
    else if (c->letter == 'c')
        put_padded(o, c, &character, 1);
    else if (c->letter == 'p')
        put_pointer(o, c, (uint32_t)value);
    else if (c->letter && strchr("diuxXo", c->letter))
        put_integer(o, c, value);
    else
        agent_fail(m, "its format has something that cannot be printed");
}

// What the backslash at *p stands for. GDB knows these letters, and refuses others when they are
// typed; C has numbers as well. Anything else stays as it is.
static char take_escape(const char **p)
{
    static const char letters[] = "abefnrtv\\\"", means[] = "\a\b\033\f\n\r\t\v\\\"";
    unsigned number = 0, digits = 0;
    ++*p;
    for (; digits < 3 && **p >= '0' && **p <= '7'; digits++, ++*p)
        number = number * 8 + (unsigned)(**p - '0');
    if (digits > 0)
        return (char)number;
    const char *const known = **p ? strchr(letters, **p) : NULL;
    *p += known != NULL;
    return known ? means[known - letters] : '\\';
}

// False: it was the byte that ends a text.
static bool put_escape(struct output *o, const char **p)
{
    const char byte = take_escape(p);
    append_text(o, &byte, byte != '\0');
    return byte != '\0';
}

static void print_all(struct agent_machine *m, const char *p, const uint64_t *arg, unsigned args)
{
    struct output o = {.len = 0};
    struct conversion c;
    unsigned used = 0;
    bool ends = false;
    while (*p && !ends && !m->why) {
        const size_t plain = strcspn(p, "%\\");
        append_text(&o, p, plain);
        p += plain;
        if (*p == '\\') {
            ends = !put_escape(&o, &p);
        } else if (*p == '%' && p[1] == '%') {
            append_text(&o, p, 1);
            p += 2;
        } else if (*p == '%') {
            p++;
            take_conversion(&p, &c);
            if (used == args)
                agent_fail(m, "its format wants more values than there are");
            else
                put_conversion(m, &o, &c, arg[used++]);
        }
    }
    if (!m->why)
        m->host->print(m->host->user, o.text, o.len);
}

// On the stack: the values, the last one first, then two that name a function and a channel.
void agent_printf(struct agent_machine *m)
{
    uint64_t arg[ARGS_MAX] = {0};
    const unsigned args = (unsigned)agent_operand(m, 1);
    const size_t len = (size_t)agent_operand(m, 2);
    const char *format = (const char *)m->code + m->pc;
    if (args > ARGS_MAX)
        agent_fail(m, "it prints too many values");
    else if (len == 0 || len > m->len - m->pc || format[len - 1] != '\0')
        agent_fail(m, "it ends in the middle of a format");
    if (m->why)
        return;
    m->pc += len;
    (void)agent_pop(m);
    (void)agent_pop(m);
    for (unsigned i = 0; i < args; i++)
        arg[i] = agent_pop(m);
    if (!m->why)
        print_all(m, format, arg, args);
}
