// SPDX-License-Identifier: MIT
// Lines: found, filled, written back.
#include "sim/core/l1.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "sim/core/cpu.h"
#include "sim/core/mpu.h"

enum { LINE = SIM_L1_LINE, CODE_WAYS = 2, DATA_WAYS = 4, ITCM = 0, DTCM = 1 };

// Beside the address in a tag.
#define TAG_VALID   (1u << 0)
#define TAG_DIRTY   (1u << 1)
#define TAG_THROUGH (1u << 2) // of memory that is written through
#define TAG_ADDRESS (~(LINE - 1u))

#define SRAM_REGION  (1u << 29)
#define TCM_EN       (1u << 0)
#define CACR_SIWT    (1u << 0)
#define CACR_FORCEWT (1u << 2)

static bool create_cache(struct sim_l1_cache *c, unsigned size, unsigned ways)
{
    unsigned lines = size / LINE;
    *c = (struct sim_l1_cache){.size = size, .ways = ways, .sets = lines / ways};
    if (!size)
        return true;
    c->tag = calloc(lines, sizeof *c->tag);
    c->bytes = calloc(lines, LINE);
    c->next = calloc(c->sets, 1);
    c->known = calloc(lines, sizeof *c->known);
    return c->tag && c->bytes && c->next && c->known;
}

bool sim_l1_create(struct sim_l1 *l1, const struct sim_l1_sizes *sizes)
{
    l1->tcm[ITCM] = (struct sim_l1_tcm){.base = 0, .size = sizes->itcm};
    l1->tcm[DTCM] = (struct sim_l1_tcm){.base = SRAM_REGION, .size = sizes->dtcm};
    return create_cache(&l1->code, sizes->icache, CODE_WAYS) &&
           create_cache(&l1->data, sizes->dcache, DATA_WAYS);
}

static void destroy_cache(struct sim_l1_cache *c)
{
    free(c->tag);
    free(c->bytes);
    free(c->next);
    free(c->known);
}

void sim_l1_destroy(struct sim_l1 *l1)
{
    destroy_cache(&l1->code);
    destroy_cache(&l1->data);
}

static void forget_lines(struct sim_l1_cache *c)
{
    for (unsigned i = 0; i < c->size / LINE; i++) {
        c->tag[i] = 0;
        c->known[i] = false;
    }
}

// The size of a TCM as its register tells it: 3 is 4 KiB, and each one more doubles it.
static uint32_t size_code(uint32_t size)
{
    uint32_t code = 0;
    for (uint32_t kib = size >> 10; kib; kib >>= 1)
        code++;
    return code;
}

// Both TCMs are on from the reset on, with RMW and RETEN, as their makers' start-up code finds them
// (INITTCMEN, INITRMWEN, INITRETRYEN).
void sim_l1_reset(struct sim_l1 *l1, bool power)
{
    for (unsigned i = 0; i < 2; i++) {
        uint32_t size = l1->tcm[i].size;
        l1->tcm[i].control = size ? size_code(size) << 3 | 7 : 0;
    }
    l1->code.on = l1->data.on = false;
    l1->csselr = l1->cacr = 0;
    l1->ahbpcr = 0x9; // AHBP for 512 MiB of peripherals
    l1->ahbscr = 0x800;
    l1->fetch_window[0].size = 0;
    if (!power)
        return;
    forget_lines(&l1->code);
    forget_lines(&l1->data);
}

static void switch_cache(struct sim_l1 *l1, struct sim_l1_cache *c, bool on, const char *name)
{
    bool rises = on && !c->on && c->size;
    c->on = on && c->size;
    for (unsigned i = 0; rises && i < c->size / LINE; i++) {
        if (c->known[i])
            continue;
        sim_account_violation(l1->bus->account,
                              "the %s cache is switched on with lines that were not invalidated "
                              "since power-on, in which anything can be (DDI 0489, 5)",
                              name);
        return;
    }
}

void sim_l1_switch(struct sim_l1 *l1, bool code, bool data)
{
    switch_cache(l1, &l1->code, code, "instruction");
    switch_cache(l1, &l1->data, data, "data");
    l1->fetch_window[0].size = 0;
}

// ---- kinds of memory ----------------------------------------------------------------------------

static bool is_in(const struct sim_l1_tcm *tcm, uint32_t addr)
{
    return addr - tcm->base < tcm->size;
}

bool sim_l1_is_dark(const struct sim_l1 *l1, uint32_t addr)
{
    for (unsigned i = 0; i < 2; i++) {
        if (is_in(&l1->tcm[i], addr))
            return !(l1->tcm[i].control & TCM_EN);
    }
    return false;
}

bool sim_l1_has_dark(const struct sim_l1 *l1)
{
    return sim_l1_is_dark(l1, l1->tcm[ITCM].base) || sim_l1_is_dark(l1, l1->tcm[DTCM].base);
}

// The default map, by 512 MiB (DDI 0403, B3.1, table B3-1).
static enum sim_memory_type default_type(uint32_t addr)
{
    static const enum sim_memory_type types[8] = {
        SIM_MEM_THROUGH, SIM_MEM_BACK_ALLOCATE, SIM_MEM_DEVICE, SIM_MEM_BACK_ALLOCATE,
        SIM_MEM_THROUGH, SIM_MEM_DEVICE,        SIM_MEM_DEVICE, SIM_MEM_DEVICE,
    };
    return types[addr >> 29];
}

// Shared memory is not cached, or with SIWT written through (DDI 0489, CACR).
static enum sim_memory_type adjusted(const struct sim_l1 *l1, enum sim_memory_type type,
                                     bool shared)
{
    if (type < SIM_MEM_THROUGH)
        return type;
    if (shared)
        return l1->cacr & CACR_SIWT ? SIM_MEM_THROUGH : SIM_MEM_UNCACHED;
    return l1->cacr & CACR_FORCEWT ? SIM_MEM_THROUGH : type;
}

enum sim_memory_type sim_l1_type(const struct sim_l1 *l1, uint32_t addr)
{
    enum sim_memory_type type;
    bool shared = false;
    if (is_in(&l1->tcm[ITCM], addr) || is_in(&l1->tcm[DTCM], addr))
        return SIM_MEM_UNCACHED;
    if (!l1->mpu || !sim_mpu_type(l1->mpu, addr, &type, &shared))
        type = default_type(addr);
    return adjusted(l1, type, shared);
}

// ---- lines --------------------------------------------------------------------------------------

// The number of the line that has an address, or -1.
static int find_line(const struct sim_l1_cache *c, uint32_t addr)
{
    unsigned first = (addr / LINE & (c->sets - 1)) * c->ways;
    uint32_t wanted = (addr & TAG_ADDRESS) | TAG_VALID;
    for (unsigned i = first; i < first + c->ways; i++) {
        if ((c->tag[i] & (TAG_ADDRESS | TAG_VALID)) == wanted)
            return (int)i;
    }
    return -1;
}

static uint8_t *bytes_of(const struct sim_l1_cache *c, unsigned line, uint32_t addr)
{
    return c->bytes + (size_t)line * LINE + addr % LINE;
}

static const struct sim_window *window_at(const struct sim_bus *bus, uint32_t addr, bool to_write)
{
    for (unsigned i = 0; i < SIM_MAX_WINDOWS; i++) {
        const struct sim_window *w = &bus->window[i];
        if (addr - w->base < w->size && (w->writable || !to_write))
            return w;
    }
    return NULL;
}

// A write that fails has nobody waiting for it: an imprecise fault.
static void write_back(struct sim_l1 *l1, const struct sim_l1_cache *c, unsigned line)
{
    uint32_t addr = c->tag[line] & TAG_ADDRESS;
    for (unsigned i = 0; i < LINE; i += 4) {
        if (sim_bus_write(l1->bus, SIM_MASTER_CORE, addr + i, 4,
                          get_le32(bytes_of(c, line, addr + i))) == SIM_BUS_OK)
            continue;
        l1->cpu->fault = (struct sim_cpu_fault){.addr = addr + i};
        l1->cpu->imprecise = l1->cpu->attention = true;
    }
}

void sim_l1_do_line(struct sim_l1 *l1, struct sim_l1_cache *c, unsigned line, unsigned jobs)
{
    uint32_t *tag = &c->tag[line];
    if (jobs & SIM_L1_CLEAN && *tag & TAG_VALID && *tag & TAG_DIRTY) {
        write_back(l1, c, line);
        *tag &= ~TAG_DIRTY;
    }
    if (!(jobs & SIM_L1_INVALIDATE))
        return;
    *tag = 0;
    c->known[line] = true;
    if (c == &l1->code)
        l1->fetch_window[0].size = 0;
}

void sim_l1_do_address(struct sim_l1 *l1, struct sim_l1_cache *c, uint32_t addr, unsigned jobs)
{
    int line = c->size ? find_line(c, addr) : -1;
    if (line >= 0)
        sim_l1_do_line(l1, c, (unsigned)line, jobs);
}

// An empty way, or the ways in turn.
static unsigned choose_way(struct sim_l1_cache *c, uint32_t addr)
{
    unsigned set = addr / LINE & (c->sets - 1), first = set * c->ways;
    for (unsigned i = first; i < first + c->ways; i++) {
        if (!(c->tag[i] & TAG_VALID))
            return i;
    }
    unsigned way = c->next[set];
    c->next[set] = (uint8_t)((way + 1) % c->ways);
    return first + way;
}

// The line of an address from plain memory; -1: it cannot be read at once.
static int fill_line(struct sim_l1 *l1, struct sim_l1_cache *c, uint32_t addr,
                     enum sim_memory_type type)
{
    uint32_t base = addr & TAG_ADDRESS;
    const struct sim_window *w = window_at(l1->bus, base, false);
    if (!w || w->size - (base - w->base) < LINE)
        return -1;
    unsigned line = choose_way(c, addr);
    sim_l1_do_line(l1, c, line, SIM_L1_CLEAN | SIM_L1_INVALIDATE);
    memcpy(bytes_of(c, line, base), w->bytes + (base - w->base), LINE);
    c->tag[line] = base | TAG_VALID | (type == SIM_MEM_THROUGH ? TAG_THROUGH : 0);
    return (int)line;
}

// ---- accesses -----------------------------------------------------------------------------------

static uint8_t *memory_bytes(const struct sim_l1 *l1, uint32_t addr, bool to_write)
{
    const struct sim_window *w = window_at(l1->bus, addr, to_write);
    return w ? w->bytes + (addr - w->base) : NULL;
}

static uint8_t *hit_bytes(struct sim_l1 *l1, unsigned line, uint32_t addr, bool to_write)
{
    if (to_write && l1->data.tag[line] & TAG_THROUGH)
        return NULL;
    if (to_write)
        l1->data.tag[line] |= TAG_DIRTY;
    return bytes_of(&l1->data, line, addr);
}

uint8_t *sim_l1_bytes(struct sim_l1 *l1, uint32_t addr, bool to_write)
{
    int line = find_line(&l1->data, addr);
    if (line >= 0)
        return hit_bytes(l1, (unsigned)line, addr, to_write);
    enum sim_memory_type type = sim_l1_type(l1, addr);
    bool fills = type >= SIM_MEM_THROUGH && (!to_write || type == SIM_MEM_BACK_ALLOCATE);
    if (fills)
        line = fill_line(l1, &l1->data, addr, type);
    if (line >= 0)
        return hit_bytes(l1, (unsigned)line, addr, to_write);
    return memory_bytes(l1, addr, to_write);
}

void sim_l1_wrote(struct sim_l1 *l1, uint32_t addr, unsigned size, uint32_t value)
{
    int line = l1->data.on ? find_line(&l1->data, addr) : -1;
    if (line >= 0)
        put_le_sized(bytes_of(&l1->data, (unsigned)line, addr), size, value);
}

bool sim_l1_fetch(struct sim_l1 *l1, uint32_t addr, uint32_t *op)
{
    int line = find_line(&l1->code, addr);
    if (line < 0 && sim_l1_type(l1, addr) >= SIM_MEM_THROUGH)
        line = fill_line(l1, &l1->code, addr, SIM_MEM_THROUGH);
    if (line < 0)
        return false;
    *op = get_le16(bytes_of(&l1->code, (unsigned)line, addr));
    l1->fetch_window[0] = (struct sim_window){addr & TAG_ADDRESS, LINE,
                                              bytes_of(&l1->code, (unsigned)line, 0), false};
    return true;
}

bool sim_l1_debug_read(const struct sim_l1 *l1, uint32_t addr, unsigned size, uint32_t *value)
{
    int line = l1->data.on ? find_line(&l1->data, addr) : -1;
    if (line >= 0)
        *value = get_le_sized(bytes_of(&l1->data, (unsigned)line, addr), size);
    return line >= 0;
}

bool sim_l1_debug_write(struct sim_l1 *l1, uint32_t addr, unsigned size, uint32_t value)
{
    int line = l1->data.on ? find_line(&l1->data, addr) : -1;
    if (line < 0)
        return false;
    put_le_sized(bytes_of(&l1->data, (unsigned)line, addr), size, value);
    if (l1->data.tag[line] & TAG_THROUGH)
        return false;
    l1->data.tag[line] |= TAG_DIRTY;
    return true;
}
