// SPDX-License-Identifier: MIT
// The scripted probe: see script_link.h.
#include "tests/unit/script_link.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

#define TEXT_SIZE 128

// As much as fits of data, in hexadecimal.
static const char *hex_of(char text[TEXT_SIZE], const uint8_t *data, size_t len)
{
    size_t at = 0;
    text[0] = '\0';
    for (size_t i = 0; i < len && at + 8 < TEXT_SIZE; i++)
        at += (size_t)snprintf(text + at, TEXT_SIZE - at, "%02x ", data[i]);
    if (len * 3 + 8 > TEXT_SIZE)
        snprintf(text + at, TEXT_SIZE - at, "...");
    return text;
}

static size_t parse_hex(const char *text, uint8_t *bytes, size_t size)
{
    size_t len = 0;
    unsigned byte;
    int used;
    for (; sscanf(text, " %2x%n", &byte, &used) == 1; text += used) {
        assert_true(len < size);
        bytes[len++] = (uint8_t)byte;
    }
    return len;
}

static void compare_command(const struct script *s, const struct script_step *step,
                            const struct usb_exchange *x)
{
    char want[TEXT_SIZE], got[TEXT_SIZE];
    if (step->trace)
        fail_msg(
            "command %zu of the script\n  expected a read of the trace endpoint\n  got      %s",
            s->at + 1, hex_of(got, x->command, sizeof x->command));
    if (memcmp(x->command, step->command, sizeof step->command) != 0)
        fail_msg("command %zu of the script\n  expected %s\n  got      %s", s->at + 1,
                 hex_of(want, step->command, sizeof step->command),
                 hex_of(got, x->command, sizeof x->command));
    if (x->in_len != step->wanted)
        fail_msg("command %zu of the script, %s: expected to be asked for %zu bytes, not %zu",
                 s->at + 1, hex_of(want, step->command, sizeof step->command), step->wanted,
                 x->in_len);
}

static void compare_out(const struct script *s, const struct script_step *step,
                        const struct usb_exchange *x)
{
    char command[TEXT_SIZE], want[TEXT_SIZE], got[TEXT_SIZE];
    if (x->out_len == step->out_len &&
        (x->out_len == 0 || memcmp(x->out, step->out, x->out_len) == 0))
        return;
    size_t from = 0;
    while (from < x->out_len && from < step->out_len && x->out[from] == step->out[from])
        from++;
    fail_msg(
        "command %zu of the script, %s: expected %zu bytes of data, got %zu; from byte %zu on\n"
        "  expected %s\n  got      %s",
        s->at + 1, hex_of(command, step->command, sizeof step->command), step->out_len, x->out_len,
        from, hex_of(want, step->out ? step->out + from : NULL, step->out_len - from),
        hex_of(got, x->out ? x->out + from : NULL, x->out_len - from));
}

static void next_step(struct script *s)
{
    if (!s->forever || s->at + 1 < s->count)
        s->at++;
}

static enum err link_transfer(void *self, struct usb_exchange *x)
{
    struct script *s = self;
    char got[TEXT_SIZE];
    assert_false(s->closed);
    assert_true(x->timeout_ms > 0);
    if (s->at == s->count)
        fail_msg("the script has %zu commands and then came %s", s->count,
                 hex_of(got, x->command, sizeof x->command));
    const struct script_step *step = &s->steps[s->at];
    compare_command(s, step, x);
    compare_out(s, step, x);
    x->in_got = step->in_len;
    if (step->in_len)
        memcpy(x->in, step->in, step->in_len);
    if (step->result == ERR_TIMEOUT)
        s->now_us += (uint64_t)x->timeout_ms * 1000;
    next_step(s);
    return step->result;
}

static enum err link_read_trace(void *self, struct usb_trace_read *r)
{
    struct script *s = self;
    assert_false(s->closed);
    assert_true(r->timeout_ms > 0);
    const struct script_step *step = s->at < s->count ? &s->steps[s->at] : NULL;
    if (!step || !step->trace)
        fail_msg("a read of the trace endpoint came where the script has command %zu of %zu",
                 s->at + 1, s->count);
    if (r->in_len != step->wanted)
        fail_msg("command %zu of the script: expected a read of %zu bytes of trace, not %zu",
                 s->at + 1, step->wanted, r->in_len);
    r->in_got = step->in_len;
    if (step->in_len)
        memcpy(r->in, step->in, step->in_len);
    if (step->result == ERR_TIMEOUT)
        s->now_us += (uint64_t)r->timeout_ms * 1000;
    next_step(s);
    return step->result;
}

static uint64_t link_now_us(void *self)
{
    return ((struct script *)self)->now_us;
}

static void link_sleep_us(void *self, uint32_t us)
{
    struct script *s = self;
    s->now_us += us;
    s->sleeps++;
}

static void link_close(void *self)
{
    struct script *s = self;
    assert_false(s->closed);
    s->closed = true;
}

static const struct usb_link_ops ops = {
    .transfer = link_transfer,
    .read_trace = link_read_trace,
    .now_us = link_now_us,
    .sleep_us = link_sleep_us,
    .close = link_close,
};

struct usb_link script_link(struct script *s, uint16_t pid)
{
    return (struct usb_link){.ops = &ops, .self = s, .id = {.vid = 0x0483, .pid = pid}};
}

void script_start(struct script *s, unsigned hardware, unsigned jtag)
{
    *s = (struct script){.log = log_silent(), .now_us = 1000000};
    s->st = (struct stlink){
        .probe = {.ops = &stlink_debug_probe_ops,
                  .log = &s->log,
                  .swclk_hz = 4000000,
                  .in_debug = true},
        .link = script_link(s, hardware < 3 ? 0x3748 : 0x374f),
        .version = {.hardware = hardware, .jtag = jtag},
        .ap_open = true,
    };
    s->mem = (struct mem_ap){.probe = &s->st.probe};
}

void script_end(struct script *s)
{
    char command[TEXT_SIZE];
    if (s->at < s->count && !(s->forever && s->at + 1 == s->count))
        fail_msg("%zu of %zu commands of the script did not come; the next is %s", s->count - s->at,
                 s->count, hex_of(command, s->steps[s->at].command, USB_LINK_COMMAND_SIZE));
    for (size_t i = 0; i < s->count; i++) {
        free(s->steps[i].in);
        free(s->steps[i].out);
    }
    free(s->steps);
    *s = (struct script){0};
}

static uint8_t *copy_of(const void *data, size_t len)
{
    uint8_t *copy = len ? malloc(len) : NULL;
    if (copy)
        memcpy(copy, data, len);
    return copy;
}

static struct script_step *add(struct script *s, const char *command)
{
    s->steps = realloc(s->steps, (s->count + 1) * sizeof *s->steps);
    assert_non_null(s->steps);
    struct script_step *step = &s->steps[s->count++];
    *step = (struct script_step){.result = ERR_OK};
    parse_hex(command, step->command, sizeof step->command);
    return step;
}

void script_send(struct script *s, const char *command)
{
    add(s, command);
}

void script_read_data(struct script *s, const char *command, const void *data, size_t len)
{
    struct script_step *step = add(s, command);
    step->wanted = step->in_len = len;
    step->in = copy_of(data, len);
}

void script_read_sized(struct script *s, const char *command, size_t wanted, const char *reply)
{
    uint8_t bytes[256];
    size_t len = parse_hex(reply, bytes, sizeof bytes);
    script_read_data(s, command, bytes, len);
    s->steps[s->count - 1].wanted = wanted;
}

void script_read(struct script *s, const char *command, const char *reply)
{
    uint8_t bytes[256];
    script_read_sized(s, command, parse_hex(reply, bytes, sizeof bytes), reply);
}

void script_write(struct script *s, const char *command, const void *data, size_t len)
{
    struct script_step *step = add(s, command);
    step->out_len = len;
    step->out = copy_of(data, len);
}

void script_refuse(struct script *s, const char *command, size_t wanted, enum err result)
{
    struct script_step *step = add(s, command);
    step->wanted = wanted;
    step->result = result;
}

void script_trace(struct script *s, const char *bytes)
{
    uint8_t data[256];
    script_trace_data(s, data, parse_hex(bytes, data, sizeof data));
}

void script_trace_data(struct script *s, const void *data, size_t len)
{
    script_read_data(s, "", data, len);
    s->steps[s->count - 1].trace = true;
}

void script_refuse_trace(struct script *s, size_t wanted, enum err result)
{
    script_refuse(s, "", wanted, result);
    s->steps[s->count - 1].trace = true;
}

void script_forever(struct script *s)
{
    s->forever = true;
}

static void add_word(struct script *s, uint32_t addr, uint8_t status, uint32_t value)
{
    uint8_t reply[8] = {status};
    put_le32(reply + 4, value);
    script_read_data(s, "f2 36", reply, sizeof reply);
    put_le32(&s->steps[s->count - 1].command[2], addr);
}

void script_word(struct script *s, uint32_t addr, uint32_t value)
{
    add_word(s, addr, 0x80, value);
}

void script_word_status(struct script *s, uint32_t addr, uint8_t status)
{
    add_word(s, addr, status, 0xdeadbeef);
}

void script_write_word_status(struct script *s, uint32_t addr, uint32_t value, uint8_t status)
{
    script_read_data(s, "f2 35", (uint8_t[2]){status}, 2);
    put_le32(&s->steps[s->count - 1].command[2], addr);
    put_le32(&s->steps[s->count - 1].command[6], value);
}

void script_write_word(struct script *s, uint32_t addr, uint32_t value)
{
    script_write_word_status(s, addr, value, 0x80);
}

static void add_block(struct script *s, struct script_block b, const void *data, bool write)
{
    char command[] = "f2 00";
    snprintf(command, sizeof command, "f2 %02x", b.opcode);
    if (write)
        script_write(s, command, data, b.len);
    else
        script_read_data(s, command, data, b.len);
    put_le32(&s->steps[s->count - 1].command[2], b.addr);
    put_le16(&s->steps[s->count - 1].command[6], (uint16_t)b.len);
    uint8_t status[12] = {b.status ? b.status : 0x80};
    put_le32(status + 4, b.fault);
    script_read_data(s, "f2 3e", status, sizeof status);
}

void script_block_read(struct script *s, struct script_block b, const void *data)
{
    add_block(s, b, data, false);
}

void script_block_write(struct script *s, struct script_block b, const void *data)
{
    add_block(s, b, data, true);
}
