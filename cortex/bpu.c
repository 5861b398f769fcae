// SPDX-License-Identifier: MIT
#include "cortex/bpu.h"

#include <stdio.h>

#include "base/bytes.h"
#include "swd/mem_ap.h"

#define BP_CTRL     0xe0002000u
#define BP_COMP0    0xe0002008u
#define CTRL_KEY    (1u << 1)
#define CTRL_ENABLE (1u << 0)
// Revision 1: bits 31:30 select the halfword, 28:2 hold the address, bit 0 enables (DDI 0419,
// C1.9.4).
#define COMP_LOWER  (1u << 30)
#define COMP_UPPER  (2u << 30)
#define COMP_ADDR   0x1ffffffcu
#define COMP_ENABLE (1u << 0)

static uint32_t enabled_word(const struct bpu *bpu, uint32_t addr)
{
    if (bpu->revision2)
        return (addr & ~1u) | COMP_ENABLE;
    return (addr & COMP_ADDR) | (addr & 2 ? COMP_UPPER : COMP_LOWER) | COMP_ENABLE;
}

static enum err enable_unit(struct bpu *bpu, bool on)
{
    if (bpu->enabled == on)
        return ERR_OK;
    enum err e = mem_ap_write32(bpu->mem, BP_CTRL, CTRL_KEY | (on ? CTRL_ENABLE : 0));
    if (e == ERR_OK)
        bpu->enabled = on;
    return e;
}

static uint32_t comparator_word(const struct bpu *bpu, unsigned i)
{
    return bpu->comparator[i].used ? enabled_word(bpu, bpu->comparator[i].addr) : 0;
}

static enum err write_comparator(struct bpu *bpu, unsigned i)
{
    return mem_ap_write32(bpu->mem, BP_COMP0 + 4 * i, comparator_word(bpu, i));
}

enum err bpu_attach(struct bpu *bpu, const struct mem_ap *mem, struct log *log)
{
    *bpu = (struct bpu){.mem = mem, .log = log};
    uint32_t ctrl;
    enum err e = mem_ap_read32(mem, BP_CTRL, &ctrl);
    if (e != ERR_OK)
        return e;
    bpu->count = (ctrl >> 4 & 15) | (ctrl >> 8 & 0x70);
    if (bpu->count > BPU_MAX)
        bpu->count = BPU_MAX;
    bpu->revision2 = ctrl >> 28 == 1;
    bpu->enabled = ctrl & CTRL_ENABLE;
    return bpu_restore(bpu);
}

static int find_comparator(const struct bpu *bpu, uint32_t addr)
{
    for (unsigned i = 0; i < bpu->count; i++)
        if (bpu->comparator[i].used && bpu->comparator[i].addr == addr)
            return (int)i;
    return -1;
}

static enum err all_used(struct bpu *bpu)
{
    char list[160] = "";
    size_t at = 0;
    for (unsigned i = 0; i < bpu->count && at < sizeof list; i++)
        at += (size_t)snprintf(list + at, sizeof list - at, "%s0x%08x", i ? ", " : "",
                               bpu->comparator[i].addr);
    return log_fail(
        bpu->log, ERR_RESOURCE,
        "this core has %u breakpoint comparators and all are in use (%s): delete a breakpoint "
        "first, or put the code into RAM, where breakpoints are not limited",
        bpu->count, list);
}

// What could not be set may have arrived all the same.
static void take_back(struct bpu *bpu, unsigned i)
{
    const struct log_mark kept = log_keep(bpu->log);
    bpu->comparator[i].used = false;
    (void)!write_comparator(bpu, i);
    log_restore(bpu->log, &kept);
}

enum err bpu_set(struct bpu *bpu, uint32_t addr)
{
    addr &= ~1u;
    int at = find_comparator(bpu, addr);
    if (at >= 0) {
        bpu->comparator[at].users++;
        return ERR_OK;
    }
    if (!bpu->revision2 && addr >= 0x20000000)
        return log_fail(
            bpu->log, ERR_UNSUPPORTED,
            "a hardware breakpoint of this core works below 0x20000000 only, not at 0x%08x", addr);
    for (unsigned i = 0; i < bpu->count; i++) {
        if (bpu->comparator[i].used)
            continue;
        bpu->comparator[i].used = true;
        bpu->comparator[i].addr = addr;
        bpu->comparator[i].users = 1;
        enum err e = write_comparator(bpu, i);
        if (e == ERR_OK)
            e = enable_unit(bpu, true);
        if (e != ERR_OK)
            take_back(bpu, i);
        return e;
    }
    return all_used(bpu);
}

enum err bpu_clear(struct bpu *bpu, uint32_t addr)
{
    addr &= ~1u;
    int at = find_comparator(bpu, addr);
    if (at < 0)
        return log_fail(bpu->log, ERR_USAGE, "there is no hardware breakpoint at 0x%08x", addr);
    if (bpu->comparator[at].users > 1) {
        bpu->comparator[at].users--;
        return ERR_OK;
    }
    bpu->comparator[at].used = false;
    enum err e = write_comparator(bpu, (unsigned)at);
    bpu->comparator[at].used = e != ERR_OK; // it may still be set
    return e;
}

enum err bpu_clear_all(struct bpu *bpu)
{
    enum err first = ERR_OK, e;
    for (unsigned i = 0; i < bpu->count; i++) {
        bool was_used = bpu->comparator[i].used;
        bpu->comparator[i].used = false;
        bpu->comparator[i].users = 0;
        e = was_used ? write_comparator(bpu, i) : ERR_OK;
        first = first == ERR_OK ? e : first;
    }
    e = enable_unit(bpu, false);
    return first == ERR_OK ? e : first;
}

bool bpu_has(const struct bpu *bpu, uint32_t addr)
{
    return find_comparator(bpu, addr & ~1u) >= 0;
}

enum err bpu_restore(struct bpu *bpu)
{
    uint8_t held[4 * BPU_MAX];
    bool any = false;
    enum err e = bpu->count ? mem_ap_read(bpu->mem, BP_COMP0, held, 4 * bpu->count, NULL) : ERR_OK;
    for (unsigned i = 0; i < bpu->count && e == ERR_OK; i++) {
        any |= bpu->comparator[i].used;
        if (get_le32(held + 4 * i) != comparator_word(bpu, i))
            e = write_comparator(bpu, i);
    }
    if (e != ERR_OK || !any)
        return e;
    bpu->enabled = false; // or not known
    return enable_unit(bpu, true);
}
