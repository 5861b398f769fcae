// SPDX-License-Identifier: MIT
// Breakpoints and watchpoints. What a debugger calls a software breakpoint is a BKPT instruction
// where memory can be written, and a comparator in flash.
#include <string.h>

#include "base/bytes.h"
#include "swd/mem_ap.h"
#include "targets/target_private.h"

#define BKPT_INSTRUCTION 0xbe00u // BKPT #0 (DDI 0419, A6.7.12)
#define BKPT_SIZE        2u

int breaks_find_software(const struct target *t, uint32_t addr)
{
    for (int i = 0; i < TARGET_MAX_SWBREAKS; i++)
        if (t->swbreak[i].used && t->swbreak[i].addr == addr)
            return i;
    return -1;
}

enum break_kind breaks_at(const struct target *t, uint32_t addr)
{
    if (breaks_find_software(t, addr) >= 0)
        return BREAK_SOFTWARE;
    return bpu_has(&t->core.bpu, addr) ? BREAK_HARDWARE : BREAK_NONE;
}

enum err breaks_lift(struct target *t, uint32_t addr)
{
    t->lifted.addr = addr;
    while (bpu_has(&t->core.bpu, addr)) {
        enum err e = bpu_clear(&t->core.bpu, addr);
        if (e)
            return e;
        t->lifted.hardware_users++;
    }
    int i = breaks_find_software(t, addr);
    if (i < 0)
        return ERR_OK;
    t->lifted.software = true;
    return mem_ap_write16(&t->mem, addr, t->swbreak[i].original);
}

enum err breaks_put_back(struct target *t)
{
    for (; t->lifted.hardware_users > 0; t->lifted.hardware_users--) {
        enum err e = bpu_set(&t->core.bpu, t->lifted.addr);
        if (e)
            return e;
    }
    if (!t->lifted.software)
        return ERR_OK;
    enum err e = mem_ap_write16(&t->mem, t->lifted.addr, BKPT_INSTRUCTION);
    t->lifted.software = e != ERR_OK;
    return e;
}

enum err breaks_set_software(struct target *t, uint32_t addr)
{
    int i = breaks_find_software(t, addr);
    if (i >= 0) {
        t->swbreak[i].users++;
        return ERR_OK;
    }
    for (i = 0; i < TARGET_MAX_SWBREAKS && t->swbreak[i].used;)
        i++;
    if (i == TARGET_MAX_SWBREAKS)
        return log_fail(t->log, ERR_RESOURCE,
                        "no breakpoint can be set at 0x%08x: all %d breakpoints in RAM are in use",
                        addr, TARGET_MAX_SWBREAKS);
    uint16_t original;
    enum err e = mem_ap_read16(&t->mem, addr, &original);
    if (e || (e = mem_ap_write16(&t->mem, addr, BKPT_INSTRUCTION)))
        return e;
    t->swbreak[i].used = true;
    t->swbreak[i].addr = addr;
    t->swbreak[i].original = original;
    t->swbreak[i].users = 1;
    return ERR_OK;
}

enum err breaks_clear_software(struct target *t, int i, bool all_users)
{
    if (--t->swbreak[i].users > 0 && !all_users)
        return ERR_OK;
    t->swbreak[i].used = false;
    if (t->lifted.software && t->lifted.addr == t->swbreak[i].addr) {
        t->lifted.software = false;
        return ERR_OK;
    }
    // A program that has copied its code there since (startup code does) must not get the old bytes
    // back.
    uint16_t found;
    enum err e = mem_ap_read16(&t->mem, t->swbreak[i].addr, &found);
    if (e || found != BKPT_INSTRUCTION)
        return e;
    return mem_ap_write16(&t->mem, t->swbreak[i].addr, t->swbreak[i].original);
}

enum err breaks_restore_software(struct target *t)
{
    for (int i = 0; i < TARGET_MAX_SWBREAKS; i++) {
        uint16_t found;
        if (!t->swbreak[i].used)
            continue;
        enum err e = mem_ap_read16(&t->mem, t->swbreak[i].addr, &found);
        if (e)
            return e;
        if (found == BKPT_INSTRUCTION)
            continue;
        t->swbreak[i].original = found;
        if ((e = mem_ap_write16(&t->mem, t->swbreak[i].addr, BKPT_INSTRUCTION)))
            return e;
    }
    return ERR_OK;
}

void breaks_hide(const struct target *t, uint32_t addr, uint8_t *data, size_t len)
{
    uint8_t bkpt[BKPT_SIZE];
    put_le16(bkpt, BKPT_INSTRUCTION);
    for (int i = 0; i < TARGET_MAX_SWBREAKS; i++) {
        uint8_t original[BKPT_SIZE];
        bool still_there = t->swbreak[i].used;
        for (uint32_t k = 0; k < BKPT_SIZE && still_there; k++) {
            uint32_t at = t->swbreak[i].addr + k - addr;
            still_there = at >= len || data[at] == bkpt[k];
        }
        if (!still_there)
            continue; // or overwritten by the program
        put_le16(original, t->swbreak[i].original);
        for (uint32_t k = 0; k < BKPT_SIZE; k++) {
            uint32_t at = t->swbreak[i].addr + k - addr;
            if (at < len)
                data[at] = original[k];
        }
    }
}

// The first of our BKPTs that begins or ends in the range, or -1.
static int next_software(const struct target *t, uint32_t addr, size_t len)
{
    int next = -1;
    for (int i = 0; i < TARGET_MAX_SWBREAKS; i++) {
        uint32_t b = t->swbreak[i].addr;
        if (t->swbreak[i].used && b + BKPT_SIZE > addr && b < addr + len &&
            (next < 0 || b < t->swbreak[next].addr))
            next = i;
    }
    return next;
}

enum err breaks_write_around(struct target *t, uint32_t addr, const uint8_t *data, size_t len)
{
    while (len > 0) {
        int i = next_software(t, addr, len);
        uint32_t b = i < 0 ? 0 : t->swbreak[i].addr;
        size_t before = i < 0 ? len : b > addr ? b - addr : 0;
        enum err e = before ? mem_ap_write(&t->mem, addr, data, before) : ERR_OK;
        if (e || i < 0)
            return e;
        addr += (uint32_t)before;
        data += before;
        len -= before;
        uint8_t original[BKPT_SIZE];
        put_le16(original, t->swbreak[i].original);
        for (uint32_t k = addr - b; k < BKPT_SIZE && len > 0; k++, addr++, data++, len--)
            original[k] = *data;
        t->swbreak[i].original = get_le16(original);
    }
    return ERR_OK;
}

enum err breaks_end_step(struct target *t)
{
    t->stepping = false;
    t->range_start = t->range_end = 0;
    if (t->caught_running) {
        enum err e = bpu_clear(&t->core.bpu, t->step_pc);
        if (e)
            return e;
        t->caught_running = false;
    }
    return breaks_put_back(t);
}
