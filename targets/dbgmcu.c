// SPDX-License-Identifier: MIT
#include "targets/dbgmcu.h"

static const struct dbgmcu_layout no_debug_unit;

// The only place where the gate is opened. Without one nothing is read or written.
static enum err open_dbgmcu_gate(const struct mem_ap *mem, const struct dbgmcu_layout *l,
                                 bool *was_closed)
{
    uint32_t gate;
    *was_closed = false;
    if (!l->gate_addr)
        return ERR_OK;
    enum err e = mem_ap_read32(mem, l->gate_addr, &gate);
    if (e || (gate & l->gate_mask))
        return e;
    *was_closed = true;
    return mem_ap_write32(mem, l->gate_addr, gate | l->gate_mask);
}

static enum err close_dbgmcu_gate(const struct mem_ap *mem, const struct dbgmcu_layout *l)
{
    uint32_t gate;
    enum err e = mem_ap_read32(mem, l->gate_addr, &gate);
    return e ? e : mem_ap_write32(mem, l->gate_addr, gate & ~l->gate_mask);
}

// After what was done behind the gate: closes it again, and keeps the first error's sentence.
static enum err close_after(const struct mem_ap *mem, const struct dbgmcu_layout *l, enum err e)
{
    const struct log_mark kept = log_keep(mem->probe->log);
    enum err end = close_dbgmcu_gate(mem, l);
    if (e)
        log_restore(mem->probe->log, &kept);
    return e ? e : end;
}

static unsigned count_registers(const struct dbgmcu_layout *l)
{
    unsigned n = 0;
    while (n < DBGMCU_MAX_REGS && l->reg[n].addr)
        n++;
    return n;
}

enum err dbgmcu_read(const struct mem_ap *mem, const struct dbgmcu_layout *layout,
                     struct dbgmcu_state *state)
{
    const struct dbgmcu_layout *l = layout ? layout : &no_debug_unit;
    enum err e = open_dbgmcu_gate(mem, l, &state->gate_was_closed);
    for (unsigned n = 0; n < count_registers(l) && !e; n++)
        e = mem_ap_read32(mem, l->reg[n].addr, &state->value[n]);
    state->known = !e;
    return e && state->gate_was_closed ? close_after(mem, l, e) : e;
}

void dbgmcu_add_read(struct mem_batch *b, const struct dbgmcu_layout *layout, uint32_t gate,
                     struct dbgmcu_state *found)
{
    const struct dbgmcu_layout *l = layout ? layout : &no_debug_unit;
    found->gate_was_closed = l->gate_addr && !(gate & l->gate_mask);
    if (found->gate_was_closed)
        mem_batch_write(b, l->gate_addr, gate | l->gate_mask);
    for (unsigned n = 0; n < count_registers(l); n++)
        mem_batch_read(b, l->reg[n].addr, &found->value[n]);
}

void dbgmcu_add_set(struct mem_batch *b, const struct dbgmcu_layout *layout, bool low_power,
                    const struct dbgmcu_state *found)
{
    const struct dbgmcu_layout *l = layout ? layout : &no_debug_unit;
    for (unsigned n = 0; n < count_registers(l); n++) {
        uint32_t bits = l->reg[n].freeze | (low_power ? l->reg[n].low_power : 0);
        if (bits)
            mem_batch_write(b, l->reg[n].addr, found->value[n] | bits);
    }
}

enum err dbgmcu_set(const struct mem_ap *mem, const struct dbgmcu_layout *layout, bool low_power,
                    struct dbgmcu_state *found)
{
    struct mem_batch b;
    enum err e = dbgmcu_read(mem, layout, found);
    mem_batch_begin(&b, mem);
    dbgmcu_add_set(&b, layout, low_power, found);
    return e ? e : mem_batch_run(&b);
}

enum err dbgmcu_set_low_power(const struct mem_ap *mem, const struct dbgmcu_layout *layout, bool on,
                              struct dbgmcu_state *found)
{
    const struct dbgmcu_layout *l = layout ? layout : &no_debug_unit;
    struct dbgmcu_state here;
    enum err e = dbgmcu_read(mem, l, &here);
    for (unsigned n = 0; n < count_registers(l) && !e; n++) {
        uint32_t bits = l->reg[n].low_power;
        if (bits)
            e = mem_ap_write32(mem, l->reg[n].addr,
                               on ? here.value[n] | bits : here.value[n] & ~bits);
    }
    if (found)
        *found = here;
    return here.known && here.gate_was_closed ? close_after(mem, l, e) : e;
}

enum err dbgmcu_put_back(const struct mem_ap *mem, const struct dbgmcu_layout *layout,
                         const struct dbgmcu_state *found)
{
    const struct dbgmcu_layout *l = layout ? layout : &no_debug_unit;
    bool closed;
    enum err e = open_dbgmcu_gate(mem, l, &closed);
    for (unsigned n = 0; n < count_registers(l) && !e; n++)
        if (l->reg[n].low_power | l->reg[n].freeze)
            e = mem_ap_write32(mem, l->reg[n].addr, found->value[n]);
    return closed || found->gate_was_closed ? close_after(mem, l, e) : e;
}
