// SPDX-License-Identifier: MIT
#include "cortex/bpu.h"

#include <stdio.h>

#include "base/bytes.h"
#include "swd/mem_batch.h"

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

static uint32_t comparator_word(const struct bpu *bpu, unsigned i)
{
    return bpu->comparator[i].used ? enabled_word(bpu, bpu->comparator[i].addr) : 0;
}

static void hold(struct bpu *bpu, unsigned i, uint32_t value)
{
    bpu->held[i].known = true;
    bpu->held[i].value = value;
}

static bool is_as_wanted(const struct bpu *bpu, unsigned i)
{
    return bpu->held[i].known && bpu->held[i].value == comparator_word(bpu, i);
}

static void begin(struct bpu *bpu, const struct mem_ap *mem, uint32_t ctrl, struct log *log)
{
    *bpu = (struct bpu){.mem = mem, .log = log};
    bpu->count = (ctrl >> 4 & 15) | (ctrl >> 8 & 0x70);
    if (bpu->count > BPU_MAX)
        bpu->count = BPU_MAX;
    bpu->revision2 = ctrl >> 28 == 1;
    bpu->enabled = ctrl & CTRL_ENABLE;
}

// As one block: what lies between the two, and what a core does not have, reads as 0.
enum err bpu_attach(struct bpu *bpu, const struct mem_ap *mem, struct log *log)
{
    struct bpu_found found;
    uint8_t unit[BP_COMP0 - BP_CTRL + sizeof found.comparator];
    enum err e = mem_ap_read(mem, BP_CTRL, unit, sizeof unit, NULL);
    if (e)
        return e;
    found.ctrl = get_le32(unit);
    for (unsigned i = 0; i < BPU_LOOK; i++)
        found.comparator[i] = get_le32(unit + (BP_COMP0 - BP_CTRL) + 4 * (size_t)i);
    return bpu_attach_seen(bpu, mem, &found, log);
}

void bpu_add_look(struct mem_batch *b, struct bpu_found *found)
{
    mem_batch_read(b, BP_CTRL, &found->ctrl);
    for (unsigned i = 0; i < BPU_LOOK; i++)
        mem_batch_read(b, BP_COMP0 + 4 * i, &found->comparator[i]);
}

enum err bpu_attach_seen(struct bpu *bpu, const struct mem_ap *mem, const struct bpu_found *found,
                         struct log *log)
{
    begin(bpu, mem, found->ctrl, log);
    if (bpu->count > BPU_LOOK)
        return bpu_restore(bpu);
    for (unsigned i = 0; i < bpu->count; i++)
        hold(bpu, i, found->comparator[i]);
    return bpu_apply(bpu);
}

static bool has_any(const struct bpu *bpu)
{
    for (unsigned i = 0; i < bpu->count; i++)
        if (bpu->comparator[i].used)
            return true;
    return false;
}

void bpu_add_changes(struct bpu *bpu, struct mem_batch *b)
{
    for (unsigned i = 0; i < bpu->count; i++) {
        if (is_as_wanted(bpu, i))
            continue;
        hold(bpu, i, comparator_word(bpu, i));
        mem_batch_write(b, BP_COMP0 + 4 * i, bpu->held[i].value);
    }
    if (bpu->enabled || !has_any(bpu))
        return;
    bpu->enabled = true;
    mem_batch_write(b, BP_CTRL, CTRL_KEY | CTRL_ENABLE);
}

void bpu_doubt(struct bpu *bpu)
{
    bpu->enabled = false;
    for (unsigned i = 0; i < BPU_MAX; i++)
        bpu->held[i].known = false;
}

enum err bpu_apply(struct bpu *bpu)
{
    struct mem_batch b;
    mem_batch_begin(&b, bpu->mem);
    bpu_add_changes(bpu, &b);
    enum err e = mem_batch_run(&b);
    if (e)
        bpu_doubt(bpu);
    return e;
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

// The free comparator that holds this address still, or any other; -1: all are used.
static int find_free(const struct bpu *bpu, uint32_t addr)
{
    int any = -1;
    for (unsigned i = bpu->count; i-- > 0;) {
        if (bpu->comparator[i].used)
            continue;
        if (bpu->held[i].known && bpu->held[i].value == enabled_word(bpu, addr))
            return (int)i;
        any = (int)i;
    }
    return any;
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
    if ((at = find_free(bpu, addr)) < 0)
        return all_used(bpu);
    bpu->comparator[at].used = true;
    bpu->comparator[at].addr = addr;
    bpu->comparator[at].users = 1;
    return ERR_OK;
}

enum err bpu_clear(struct bpu *bpu, uint32_t addr)
{
    addr &= ~1u;
    int at = find_comparator(bpu, addr);
    if (at < 0)
        return log_fail(bpu->log, ERR_USAGE, "there is no hardware breakpoint at 0x%08x", addr);
    if (--bpu->comparator[at].users == 0)
        bpu->comparator[at].used = false;
    return ERR_OK;
}

unsigned bpu_count_free(const struct bpu *bpu)
{
    unsigned n = 0;
    for (unsigned i = 0; i < bpu->count; i++)
        n += !bpu->comparator[i].used;
    return n;
}

static enum err clear_comparator(struct bpu *bpu, unsigned i)
{
    bpu->comparator[i].used = false;
    bpu->comparator[i].users = 0;
    if (is_as_wanted(bpu, i))
        return ERR_OK;
    enum err e = mem_ap_write32(bpu->mem, BP_COMP0 + 4 * i, 0);
    if (e == ERR_OK)
        hold(bpu, i, 0);
    return e;
}

enum err bpu_clear_all(struct bpu *bpu)
{
    enum err first = ERR_OK, e = ERR_OK;
    for (unsigned i = 0; i < bpu->count; i++) {
        e = clear_comparator(bpu, i);
        first = first == ERR_OK ? e : first;
    }
    e = bpu->enabled ? mem_ap_write32(bpu->mem, BP_CTRL, CTRL_KEY) : ERR_OK;
    bpu->enabled &= e != ERR_OK;
    return first == ERR_OK ? e : first;
}

bool bpu_has(const struct bpu *bpu, uint32_t addr)
{
    return find_comparator(bpu, addr & ~1u) >= 0;
}

enum err bpu_restore(struct bpu *bpu)
{
    uint8_t held[4 * BPU_MAX];
    enum err e = bpu->count ? mem_ap_read(bpu->mem, BP_COMP0, held, 4 * bpu->count, NULL) : ERR_OK;
    for (unsigned i = 0; i < bpu->count && e == ERR_OK; i++)
        hold(bpu, i, get_le32(held + 4 * i));
    if (e != ERR_OK)
        return e;
    bpu->enabled &= !has_any(bpu); // or not known
    return bpu_apply(bpu);
}
