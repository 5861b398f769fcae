// SPDX-License-Identifier: MIT
// The `monitor` words for memory and registers, behind GDB's back: what was written does not reach
// GDB's caches before it looks again.
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"
#include "server/monitor.h"
#include "server/regs.h"
#include "server/reply.h"

#define MEMORY_MAX 1024u // bytes of one word: more would hold up the loop
#define LINE_BYTES 32u   // of memory in a line, as OpenOCD prints it
#define REGS_LINE  4u    // registers in a line

static uint32_t get_le(const uint8_t *p, unsigned unit)
{
    return unit == 4 ? get_le32(p) : unit == 2 ? get_le16(p) : *p;
}

static enum err print_memory(struct session *s, uint32_t addr, uint32_t count, unsigned unit)
{
    uint8_t data[MEMORY_MAX];
    char line[16 + 3 * LINE_BYTES];
    if (addr % unit)
        return log_fail(s->log, ERR_USAGE, "0x%08x is no multiple of %u", addr, unit);
    if (count == 0 || count > MEMORY_MAX / unit)
        return log_fail(s->log, ERR_USAGE, "at most %u bytes at a time: GDB's x shows any number",
                        MEMORY_MAX);
    enum err e = target_read_mem(s->t, addr, data, (size_t)count * unit, NULL);
    for (uint32_t at = 0; !e && at < count * unit;) {
        int used = snprintf(line, sizeof line, "0x%08x:", addr + at);
        for (unsigned n = 0; n < LINE_BYTES && at < count * unit; n += unit, at += unit)
            used += snprintf(line + used, sizeof line - (size_t)used, " %0*x", 2 * (int)unit,
                             get_le(data + at, unit));
        reply_console(s, "%s\n", line);
    }
    return e;
}

// ADDR [COUNT]; OpenOCD's may have "phys" before it.
enum err monitor_read(struct session *s, const char *args, unsigned unit)
{
    uint32_t addr, count = 1;
    (void)monitor_take_word(&args, "phys");
    if (!monitor_take_number(&args, &addr) || (*args && !monitor_take_number(&args, &count)) ||
        *args)
        return log_fail(s->log, ERR_USAGE, "wanted: an address and, perhaps, a count");
    return print_memory(s, addr, count, unit);
}

// ADDR [LEN], in bytes.
enum err monitor_read_bytes(struct session *s, const char *args, unsigned unit)
{
    uint32_t addr, len = unit;
    if (!monitor_take_number(&args, &addr) || (*args && !monitor_take_number(&args, &len)) || *args)
        return log_fail(s->log, ERR_USAGE, "wanted: an address and, perhaps, a length in bytes");
    return print_memory(s, addr, (len + unit - 1) / unit, unit);
}

// ADDR VALUE [COUNT]: each in an access of its own.
enum err monitor_write(struct session *s, const char *args, unsigned unit)
{
    uint32_t addr, value, count = 1;
    uint8_t bytes[4];
    (void)monitor_take_word(&args, "phys");
    if (!monitor_take_number(&args, &addr) || !monitor_take_number(&args, &value) ||
        (*args && !monitor_take_number(&args, &count)) || *args)
        return log_fail(s->log, ERR_USAGE, "wanted: an address, a value and, perhaps, a count");
    if (addr % unit)
        return log_fail(s->log, ERR_USAGE, "0x%08x is no multiple of %u", addr, unit);
    if (unit < 4 && value >> 8 * unit)
        return log_fail(s->log, ERR_USAGE, "0x%x does not fit into %u bits", value, 8 * unit);
    if (count == 0 || count > MEMORY_MAX / unit)
        return log_fail(s->log, ERR_USAGE, "at most %u bytes at a time", MEMORY_MAX);
    put_le32(bytes, value);
    enum err e = ERR_OK;
    for (uint32_t i = 0; !e && i < count; i++)
        e = target_write_mem(s->t, addr + i * unit, bytes, unit);
    return e;
}

// ADDR SET CLEAR: bits of one word.
enum err monitor_modify(struct session *s, const char *args)
{
    uint32_t addr, set, clear;
    uint8_t word[4];
    if (!monitor_take_number(&args, &addr) || !monitor_take_number(&args, &set) ||
        !monitor_take_number(&args, &clear) || *args)
        return log_fail(s->log, ERR_USAGE, "wanted: an address, the bits to set, those to clear");
    if (addr % 4)
        return log_fail(s->log, ERR_USAGE, "0x%08x is no multiple of 4", addr);
    enum err e = target_read_mem(s->t, addr, word, sizeof word, NULL);
    if (e)
        return e;
    put_le32(word, (get_le32(word) & ~clear) | set);
    return target_write_mem(s->t, addr, word, sizeof word);
}

enum err monitor_access(struct session *s, const char *args, unsigned unit)
{
    uint32_t addr;
    const char *rest = args;
    if (monitor_take_number(&rest, &addr) && *rest)
        return monitor_write(s, args, unit);
    return monitor_read(s, args, unit);
}

// By its name (r13 to r15 have two) or GDB's number. CORTEXM_REG_COUNT: none.
static enum cortexm_reg find_reg(struct session *s, const char *name, size_t len)
{
    static const char *const numbered[] = {"r13", "r14", "r15"};
    for (unsigned i = 0; i < 3; i++)
        if (len == 3 && strncasecmp(name, numbered[i], len) == 0)
            return CORTEXM_SP + i;
    for (unsigned i = 0; i < CORTEXM_REG_COUNT; i++)
        if (regs_exists(s->t, i) && strlen(core_regs[i].name) == len &&
            strncasecmp(name, core_regs[i].name, len) == 0)
            return i;
    uint32_t number;
    return monitor_take_number(&name, &number) ? regs_by_gdb_number(s->t, number)
                                               : CORTEXM_REG_COUNT;
}

// Those of the g packet: the others cost more, and are shown when they are asked for.
static enum err print_all(struct session *s)
{
    char line[REGS_LINE * 32] = "";
    unsigned in_line = 0;
    enum err e = ERR_OK;
    for (unsigned i = 0; !e && i < CORTEXM_REG_COUNT; i++) {
        uint32_t value;
        if (!regs_in_g_packet(s->t, i) || (e = target_read_reg(s->t, i, &value)))
            continue;
        size_t used = strlen(line);
        snprintf(line + used, sizeof line - used, "%-9s 0x%08x  ", core_regs[i].name, value);
        if (++in_line % REGS_LINE == 0) {
            reply_console(s, "%s\n", line);
            line[0] = '\0';
        }
    }
    if (!e && line[0])
        reply_console(s, "%s\n", line);
    return e;
}

// VALUE; J-Link's (ADDR) is the word there.
static enum err take_value(struct session *s, const char **args, uint32_t *value)
{
    uint8_t word[4];
    bool at = (*args)[0] == '(';
    *args += at;
    if (!monitor_take_number(args, value) || (at && *(*args)++ != ')'))
        return log_fail(s->log, ERR_USAGE, "a value is wanted, or an address in ( )");
    if (!at)
        return ERR_OK;
    enum err e = target_read_mem(s->t, *value, word, sizeof word, NULL);
    if (!e)
        *value = get_le32(word);
    return e;
}

// [NAME [VALUE]], also NAME = VALUE, and OpenOCD's "force" behind it.
enum err monitor_reg(struct session *s, const char *args)
{
    uint32_t value;
    (void)monitor_take_word(&args, "force");
    enum err e = monitor_require_halted(s);
    if (e || !*args)
        return e ? e : print_all(s);
    size_t len = strcspn(args, " =");
    enum cortexm_reg reg = find_reg(s, args, len);
    if (reg == CORTEXM_REG_COUNT)
        return log_fail(s->log, ERR_USAGE, "this core has no register \"%.*s\"", (int)len, args);
    args += len + strspn(args + len, " =");
    (void)monitor_take_word(&args, "force");
    if (*args) {
        e = sharing_take_control(s->sharing, s);
        if (!e)
            e = take_value(s, &args, &value);
        (void)monitor_take_word(&args, "force");
        if (!e && *args)
            e = log_fail(s->log, ERR_USAGE, "nobody knows what \"%s\" means here", args);
        if (!e)
            e = target_write_reg(s->t, reg, value);
    }
    if (!e)
        e = target_read_reg(s->t, reg, &value);
    if (!e)
        reply_console(s, "%s: 0x%08x\n", core_regs[reg].name, value);
    return e;
}
