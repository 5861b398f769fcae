// SPDX-License-Identifier: MIT
#include "server/break_agent.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "server/agent.h"
#include "server/regs.h"
#include "server/reply.h"
#include "server/session.h"

#define LENGTH_SIZE 2u

void break_agent_free(struct break_agent *a)
{
    free(a->bytes);
    *a = (struct break_agent){0};
}

// X LEN,EXPRESSION
static void take_expression(struct break_agent *a, struct cursor *args)
{
    const uint32_t len = cursor_hex32(args);
    args->bad |= !cursor_skip_text(args, ",") || len == 0 || 2 * (size_t)len > cursor_left(args);
    if (args->bad)
        return;
    put_le16(a->bytes + a->len, (uint16_t)len);
    a->len += LENGTH_SIZE;
    for (uint32_t i = 0; i < len; i++)
        a->bytes[a->len++] = cursor_hex_byte(args);
}

static unsigned take_expressions(struct break_agent *a, struct cursor *args)
{
    unsigned count = 0;
    for (; !args->bad && cursor_skip_text(args, "X"); count++)
        take_expression(a, args);
    return count;
}

enum err break_agent_take(struct break_agent *a, struct cursor *args)
{
    *a = (struct break_agent){0};
    if (args->bad || cursor_left(args) == 0)
        return ERR_OK;
    // An expression of n bytes takes 2 n characters and some more.
    a->bytes = malloc(cursor_left(args) + LENGTH_SIZE);
    if (!a->bytes)
        return ERR_RESOURCE;
    args->bad |= !cursor_skip_text(args, ";");
    a->conditions = take_expressions(a, args);
    const char *const cmds = a->conditions ? ";cmds:" : "cmds:";
    if (!args->bad && cursor_left(args) > 0 && cursor_skip_text(args, cmds)) {
        (void)cursor_hex32(args); // to be kept when GDB leaves: with it goes the debug session
        args->bad |= !cursor_skip_text(args, ",");
        a->commands = take_expressions(a, args);
    }
    args->bad |= cursor_left(args) > 0 || a->conditions + a->commands == 0;
    if (args->bad)
        break_agent_free(a);
    return ERR_OK;
}

// ---- evaluation ---------------------------------------------------------------------------------

static bool read_memory(void *user, uint32_t addr, uint8_t *data, size_t len)
{
    struct session *s = user;
    if (len - 1 > UINT32_MAX - addr)
        return false;
    if (target_read_mem(s->t, addr, data, len, NULL) == ERR_OK)
        return true;
    log_forget(s->log);
    return false;
}

static bool read_register(void *user, unsigned number, uint32_t *value)
{
    struct session *s = user;
    const enum cortexm_reg reg = regs_by_gdb_number(s->t, number);
    if (reg < CORTEXM_REG_COUNT && target_read_reg(s->t, reg, value) == ERR_OK)
        return true;
    log_forget(s->log);
    return false;
}

static void print(void *user, const char *text, size_t len)
{
    reply_console_bytes(user, text, len);
}

static bool run_expression(struct session *s, const uint8_t *expression, int64_t *value,
                           const char **why)
{
    const struct agent_host host = {.user = s,
                                    .read_memory = read_memory,
                                    .read_register = read_register,
                                    .print = print,
                                    .variable = s->agent_variable};
    return agent_run(&host, expression + LENGTH_SIZE, get_le16(expression), value, why);
}

static const uint8_t *behind(const uint8_t *expression)
{
    return expression + LENGTH_SIZE + get_le16(expression);
}

// What has no value counts as true: then the debugger, or its user, decides.
static bool is_true(struct session *s, struct session_break *b, const uint8_t *expression)
{
    int64_t value;
    const char *why;
    if (run_expression(s, expression, &value, &why))
        return value != 0;
    if (!b->agent.told)
        reply_console(s, "The condition of the breakpoint at 0x%08x has no value: %s.\n", b->addr,
                      why);
    b->agent.told = true;
    return true;
}

static bool any_is_true(struct session *s, struct session_break *b)
{
    const uint8_t *at = b->agent.bytes;
    bool any = b->agent.conditions == 0;
    for (unsigned i = 0; i < b->agent.conditions && !any; i++, at = behind(at))
        any = is_true(s, b, at);
    return any;
}

static void carry_out(struct session *s, struct session_break *b)
{
    int64_t value;
    const char *why;
    const uint8_t *at = b->agent.bytes;
    for (unsigned i = 0; i < b->agent.conditions; i++)
        at = behind(at);
    for (unsigned i = 0; i < b->agent.commands; i++, at = behind(at))
        if (!run_expression(s, at, &value, &why) && !b->agent.told) {
            reply_console(s, "A command of the breakpoint at 0x%08x failed: %s.\n", b->addr, why);
            b->agent.told = true;
        }
}

bool break_agent_pass(struct session *s, uint32_t pc)
{
    bool pass = true, any = false;
    for (unsigned i = 0; i < SESSION_MAX_BREAKS; i++) {
        struct session_break *b = &s->breaks[i];
        if (!b->used || b->refused || b->addr != pc || b->type > 1)
            continue;
        any = true;
        if (!any_is_true(s, b))
            continue;
        if (b->agent.commands)
            carry_out(s, b);
        else
            pass = false;
    }
    return any && pass;
}
