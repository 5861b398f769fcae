// SPDX-License-Identifier: MIT
// The chip's debug unit (RM0091, 32.9): it keeps debugging alive in Stop and Standby and stops the
// watchdogs while the core is halted. Its registers survive everything but a power-on reset, so
// that what is not put back stays wrong in the field. Its clock gate has to be open for a write; a
// system reset closes it.
#include "swd/mem_ap.h"
#include "targets/internal.h"

#define DBGMCU_CR  0x4u
#define DBGMCU_FZ1 0x8u

static enum err open_gate(struct target *t, bool *was_closed)
{
    const struct chip *c = t->id.chip;
    uint32_t gate;
    *was_closed = false;
    if (!c->dbgmcu_gate_addr)
        return ERR_OK;
    enum err e = mem_ap_read32(&t->mem, c->dbgmcu_gate_addr, &gate);
    if (e || (gate & c->dbgmcu_gate_bit))
        return e;
    *was_closed = true;
    return mem_ap_write32(&t->mem, c->dbgmcu_gate_addr, gate | c->dbgmcu_gate_bit);
}

enum err dbgmcu_set(struct target *t)
{
    const struct chip *c = t->id.chip;
    bool closed, first = !t->dbgmcu_changed;
    uint32_t cr, fz;
    // While a program runs undisturbed only the freezes are set: they act in a halt and not before.
    bool sleep = t->options.connect != TARGET_CONNECT_HOTPLUG;
    enum err e = open_gate(t, &closed);
    if (e || (e = mem_ap_read32(&t->mem, c->dbgmcu_base + DBGMCU_CR, &cr)) ||
        (e = mem_ap_read32(&t->mem, c->dbgmcu_base + DBGMCU_FZ1, &fz)))
        return e;
    if (first) {
        t->found_dbgmcu_cr = cr;
        t->found_dbgmcu_fz = fz;
        t->found_dbgmcu_gate_off = closed;
        t->dbgmcu_changed = true;
    }
    if (sleep)
        e = mem_ap_write32(&t->mem, c->dbgmcu_base + DBGMCU_CR, cr | c->dbgmcu_cr);
    return e ? e : mem_ap_write32(&t->mem, c->dbgmcu_base + DBGMCU_FZ1, fz | c->dbgmcu_apb1_fz);
}

enum err dbgmcu_restore(struct target *t)
{
    const struct chip *c = t->id.chip;
    bool closed;
    uint32_t gate;
    if (!t->dbgmcu_changed)
        return ERR_OK;
    t->dbgmcu_changed = false;
    enum err e = open_gate(t, &closed);
    if (e || (e = mem_ap_write32(&t->mem, c->dbgmcu_base + DBGMCU_CR, t->found_dbgmcu_cr)) ||
        (e = mem_ap_write32(&t->mem, c->dbgmcu_base + DBGMCU_FZ1, t->found_dbgmcu_fz)))
        return e;
    if (!c->dbgmcu_gate_addr || !(t->found_dbgmcu_gate_off || closed))
        return ERR_OK;
    e = mem_ap_read32(&t->mem, c->dbgmcu_gate_addr, &gate);
    return e ? e : mem_ap_write32(&t->mem, c->dbgmcu_gate_addr, gate & ~c->dbgmcu_gate_bit);
}
