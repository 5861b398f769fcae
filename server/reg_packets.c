// SPDX-License-Identifier: MIT
// g, G, p, P: registers of a halted core, little-endian. Those of a running or lost one are told as
// unavailable (x), which GDB shows as such instead of giving up; all but the PC of a running one,
// without which GDB refuses to connect: that is sampled (ARMv6-M ARM, C1.8.4, DWT_PCSR), and the
// core does not notice. Of a lost one they are the last PC and SP that were known.
#include "base/bytes.h"
#include "server/packets.h"
#include "server/regs.h"
#include "server/reply.h"

#define REG_SIZE   4u
#define DWT_PCSR   0xe000101cu
#define PCSR_NO_PC 0xffffffffu // the core is halted, or must not be looked at

static bool find_pc(struct session *s, uint32_t *pc)
{
    uint8_t bytes[REG_SIZE];
    struct target *t = s->t;
    // Where it stood last: GDB does not come back from a run that lost the target without a PC.
    *pc = t->last_stop.pc;
    if (t->state == TARGET_LOST)
        return true;
    if (t->state != TARGET_RUNNING || t->released || t->core.dwt.count == 0)
        return false;
    if (target_read_mem(t, DWT_PCSR, bytes, sizeof bytes, NULL)) {
        log_forget(s->log);
        return false;
    }
    *pc = get_le32(bytes);
    return *pc != PCSR_NO_PC && *pc != 0; // 0: not implemented
}

// What GDB does not go on without, as far as it can be told of a core that is not halted.
static bool find_value(struct session *s, enum cortexm_reg reg, uint32_t *value)
{
    if (reg == CORTEXM_PC)
        return find_pc(s, value);
    *value = s->last_sp; // of a step that lost the target GDB wants to know the frame
    return reg == CORTEXM_SP && s->t->state == TARGET_LOST;
}

static enum err put_register(struct session *s, const struct regs_row *row)
{
    uint8_t bytes[REG_SIZE];
    uint32_t value = 0;
    enum err e = ERR_STATE;
    if (s->t->state == TARGET_HALTED)
        e = target_read_reg(s->t, row->reg, &value);
    if (s->t->state != TARGET_HALTED) {
        log_forget(s->log);
        if (find_value(s, row->reg, &value)) {
            put_le32(bytes, value);
            reply_put_hex(s, bytes, sizeof bytes);
            return ERR_OK;
        }
        reply_put_text(s, "xxxxxxxx");
        return ERR_OK;
    }
    put_le32(bytes, value);
    reply_put_hex(s, bytes, sizeof bytes);
    return e;
}

// The registers of the coprocessor of a GDB without a target description.
static void put_unavailable(struct session *s, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        reply_put_text(s, "xx");
}

static enum err put_builtin(struct session *s)
{
    enum err e = ERR_OK;
    for (unsigned n = 0; !e && n < REGS_BUILTIN_COUNT; n++) {
        unsigned foreign = regs_builtin_foreign(n);
        if (foreign)
            put_unavailable(s, foreign);
        else
            e = put_register(s, regs_by_gdb_number(s->t, n));
    }
    return e;
}

static enum err put_described(struct session *s)
{
    enum err e = ERR_OK;
    for (unsigned i = 0; !e && i < regs_table_count; i++)
        if (regs_exists(s->t, &regs_table[i]))
            e = put_register(s, &regs_table[i]);
    return e;
}

void packet_read_registers(struct session *s, struct cursor *args)
{
    (void)args;
    if (s->unreachable && s->t->state != TARGET_HALTED) {
        reply_error_shown(s, ERR_NO_TARGET);
        return;
    }
    reply_begin(s);
    enum err e = s->no_xml ? put_builtin(s) : put_described(s);
    if (e)
        reply_error(s, e);
    else
        reply_end(s);
}

static uint32_t take_value(struct cursor *args)
{
    uint8_t bytes[REG_SIZE];
    for (unsigned i = 0; i < REG_SIZE; i++)
        bytes[i] = cursor_hex_byte(args);
    return get_le32(bytes);
}

// The rows that a G packet brings, in its order, with NULL for what is passed over.
static const struct regs_row *written_row(const struct session *s, unsigned at)
{
    if (s->no_xml)
        return regs_builtin_foreign(at) ? NULL : regs_by_gdb_number(s->t, at);
    return regs_exists(s->t, &regs_table[at]) ? &regs_table[at] : NULL;
}

void packet_write_registers(struct session *s, struct cursor *args)
{
    uint32_t value[REGS_ROWS_MAX] = {0};
    unsigned count = s->no_xml ? REGS_BUILTIN_COUNT : regs_table_count;
    for (unsigned i = 0; i < count; i++) {
        if (written_row(s, i))
            value[i] = take_value(args);
        for (unsigned n = s->no_xml ? regs_builtin_foreign(i) : 0; n > 0; n--)
            (void)cursor_hex_byte(args);
    }
    if (!packet_args_end(s, args))
        return;
    for (unsigned i = 0; i < count; i++) {
        const struct regs_row *row = written_row(s, i);
        enum err e = row ? target_write_reg(s->t, row->reg, value[i]) : ERR_OK;
        if (e) {
            reply_error(s, e);
            return;
        }
    }
    reply_ok(s);
}

static const struct regs_row *take_register(struct session *s, struct cursor *args,
                                            uint32_t *number_out)
{
    uint32_t number = cursor_hex32(args);
    *number_out = number;
    const struct regs_row *row = args->bad ? NULL : regs_by_gdb_number(s->t, number);
    if (!args->bad && !row)
        log_fail(s->log, ERR_USAGE, "this core has no register with GDB's number %u", number);
    return row;
}

void packet_read_register(struct session *s, struct cursor *args)
{
    uint32_t number;
    const struct regs_row *row = take_register(s, args, &number);
    if (!packet_args_end(s, args))
        return;
    reply_begin(s);
    if (s->no_xml && regs_builtin_foreign(number)) {
        log_forget(s->log);
        put_unavailable(s, regs_builtin_foreign(number));
        reply_end(s);
        return;
    }
    enum err e = row ? put_register(s, row) : ERR_USAGE;
    if (e)
        reply_error(s, e);
    else
        reply_end(s);
}

void packet_write_register(struct session *s, struct cursor *args)
{
    uint32_t number;
    const struct regs_row *row = take_register(s, args, &number);
    args->bad |= !cursor_skip_text(args, "=");
    uint32_t value = take_value(args);
    if (!packet_args_end(s, args))
        return;
    enum err e = row ? target_write_reg(s->t, row->reg, value) : ERR_USAGE;
    if (e)
        reply_error(s, e);
    else
        reply_ok(s);
}
