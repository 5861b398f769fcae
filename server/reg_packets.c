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
    *pc = target_last_stop(t)->pc;
    if (target_state(t) == TARGET_LOST)
        return true;
    if (target_state(t) != TARGET_RUNNING || target_is_released(t) ||
        target_watch_comparators(t) == 0)
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
    return reg == CORTEXM_SP && target_state(s->t) == TARGET_LOST;
}

static void put_unavailable(struct session *s, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        reply_put_text(s, "xx");
}

static enum err put_register(struct session *s, enum cortexm_reg reg)
{
    uint8_t bytes[8];
    uint32_t value = 0;
    uint64_t wide = 0;
    enum err e = ERR_STATE;
    if (target_state(s->t) == TARGET_HALTED)
        e = target_read_reg64(s->t, reg, &wide);
    if (target_state(s->t) != TARGET_HALTED) {
        log_forget(s->log);
        if (find_value(s, reg, &value)) {
            put_le32(bytes, value);
            reply_put_hex(s, bytes, REG_SIZE);
            return ERR_OK;
        }
        put_unavailable(s, core_regs[reg].bytes);
        return ERR_OK;
    }
    if (!e && reg == CORTEXM_XPSR)
        session_report_xpsr(s, (uint32_t)wide);
    put_le32(&bytes[0], (uint32_t)wide);
    put_le32(&bytes[4], (uint32_t)(wide >> 32));
    reply_put_hex(s, bytes, core_regs[reg].bytes);
    return e;
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
    for (unsigned reg = 0; !e && reg < CORTEXM_REG_COUNT; reg++)
        if (regs_in_g_packet(s->t, reg))
            e = put_register(s, reg);
    return e;
}

// A debugger that finds the target lost while it stood still is told at the first register that it
// asks for. Later it gets what is unavailable, without which GDB cannot end a step.
static bool answer_with_loss(struct session *s)
{
    if (target_state(s->t) != TARGET_LOST || s->loss_told || !s->attached)
        return false;
    s->loss_told = true;
    reply_error(s, log_fail(s->log, ERR_NO_TARGET, "the target is lost: %s", target_loss(s->t)));
    return true;
}

void packet_read_registers(struct session *s, struct cursor *args)
{
    (void)args;
    if (s->unreachable && target_state(s->t) != TARGET_HALTED) {
        reply_error_shown(s, ERR_NO_TARGET);
        return;
    }
    if (answer_with_loss(s))
        return;
    reply_begin(s);
    enum err e = s->no_xml ? put_builtin(s) : put_described(s);
    if (e)
        reply_error(s, e);
    else
        reply_end(s);
}

static uint64_t take_value(struct cursor *args, unsigned size)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)cursor_hex_byte(args) << 8 * i;
    return value;
}

// The register that a G packet brings at a place of its order, or CORTEXM_REG_COUNT for what is
// passed over.
static enum cortexm_reg written_reg(const struct session *s, unsigned at)
{
    if (s->no_xml)
        return regs_builtin_foreign(at) ? CORTEXM_REG_COUNT : regs_by_gdb_number(s->t, at);
    return regs_in_g_packet(s->t, at) ? at : CORTEXM_REG_COUNT;
}

void packet_write_registers(struct session *s, struct cursor *args)
{
    uint32_t value[CORTEXM_REG_COUNT] = {0}; // those of a G packet have 4 bytes
    unsigned count = s->no_xml ? REGS_BUILTIN_COUNT : CORTEXM_REG_COUNT;
    for (unsigned i = 0; i < count; i++) {
        if (written_reg(s, i) < CORTEXM_REG_COUNT)
            value[i] = (uint32_t)take_value(args, REG_SIZE);
        for (unsigned n = s->no_xml ? regs_builtin_foreign(i) : 0; n > 0; n--)
            (void)cursor_hex_byte(args);
    }
    if (!packet_args_end(s, args))
        return;
    for (unsigned i = 0; i < count; i++) {
        enum cortexm_reg reg = written_reg(s, i);
        enum err e = reg < CORTEXM_REG_COUNT ? target_write_reg(s->t, reg, value[i]) : ERR_OK;
        if (e) {
            reply_error(s, e);
            return;
        }
    }
    reply_ok(s);
}

static enum cortexm_reg take_register(struct session *s, struct cursor *args, uint32_t *number_out)
{
    uint32_t number = cursor_hex32(args);
    *number_out = number;
    enum cortexm_reg reg = args->bad ? CORTEXM_REG_COUNT : regs_by_gdb_number(s->t, number);
    if (!args->bad && reg == CORTEXM_REG_COUNT)
        log_fail(s->log, ERR_USAGE, "this core has no register with GDB's number %u", number);
    return reg;
}

void packet_read_register(struct session *s, struct cursor *args)
{
    uint32_t number;
    enum cortexm_reg reg = take_register(s, args, &number);
    if (!packet_args_end(s, args))
        return;
    reply_begin(s);
    if (s->no_xml && regs_builtin_foreign(number)) {
        log_forget(s->log);
        put_unavailable(s, regs_builtin_foreign(number));
        reply_end(s);
        return;
    }
    if (reg < CORTEXM_REG_COUNT && answer_with_loss(s))
        return;
    enum err e = reg < CORTEXM_REG_COUNT ? put_register(s, reg) : ERR_USAGE;
    if (e)
        reply_error(s, e);
    else
        reply_end(s);
}

// With the PC (`load`, `jump`) GDB writes xPSR, too, to set its Thumb bit. Where it does not know
// that the chip was reset, it takes the rest from before: the exception, of all things, in which
// the core stood then.
static enum err write_register(struct session *s, enum cortexm_reg reg, uint64_t value)
{
    if (reg != CORTEXM_XPSR)
        return target_write_reg64(s->t, reg, value);
    uint32_t xpsr = (uint32_t)value, now = 0;
    bool thumb_only = s->xpsr_is_old && !((xpsr ^ s->told_xpsr) & ~XPSR_T);
    s->told_xpsr = xpsr;
    enum err e = thumb_only ? target_read_reg(s->t, reg, &now) : ERR_OK;
    return e ? e
             : target_write_reg(s->t, reg, thumb_only ? (now & ~XPSR_T) | (xpsr & XPSR_T) : xpsr);
}

void packet_write_register(struct session *s, struct cursor *args)
{
    uint32_t number;
    enum cortexm_reg reg = take_register(s, args, &number);
    args->bad |= !cursor_skip_text(args, "=");
    unsigned size = reg < CORTEXM_REG_COUNT ? core_regs[reg].bytes : REG_SIZE;
    uint64_t value = take_value(args, size);
    if (!packet_args_end(s, args))
        return;
    enum err e = reg < CORTEXM_REG_COUNT ? write_register(s, reg, value) : ERR_USAGE;
    if (e)
        reply_error(s, e);
    else
        reply_ok(s);
}
