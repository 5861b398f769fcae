// SPDX-License-Identifier: MIT
#include "cortex/caches.h"

#include "cortex/scs.h"
#include "swd/mem_ap.h"

#define CCR_DC (1u << 16)
#define CCR_IC (1u << 17)

#define MPU_CTRL        0xe000ed94u
#define MPU_CTRL_ENABLE (1u << 0)

#define CCSIDR    0xe000ed80u
#define CSSELR    0xe000ed84u
#define CSSELR_L1 0u // the data cache of the first level
#define ITCMCR    0xe000ef90u
#define DTCMCR    0xe000ef94u
#define TCMCR_EN  (1u << 0)
#define DCCMVAC   0xe000ef68u
#define DCCSW     0xe000ef6cu
#define DCCIMVAC  0xe000ef70u
#define DCCISW    0xe000ef74u
// A set's number begins at bit 5, a way's ends at bit 31 (DDI 0403, B2.2.7).
#define SET_SHIFT 5u

#define BATCH 100u // lines

void caches_attach(struct caches *c, const struct core_caps *caps)
{
    *c = (struct caches){.has_data = caps->dcache, .has_code = caps->icache};
}

void caches_note_ccr(struct caches *c, uint32_t ccr, uint32_t runs)
{
    c->seen = true;
    c->seen_runs = runs;
    c->data_on = ccr & CCR_DC;
}

// Bits 6:3: 0: none; else 512 bytes to the power of that (DDI 0489, TCM control registers).
static uint32_t tcm_size(uint32_t tcmcr)
{
    const uint32_t size = tcmcr >> 3 & 15;
    return size && tcmcr & TCMCR_EN ? 512u << size : 0;
}

// CSSELR is the program's, and may be in use.
static enum err learn(struct caches *c, const struct mem_ap *mem)
{
    uint32_t csselr, ccsidr, itcmcr, dtcmcr;
    struct mem_batch b;
    mem_batch_begin(&b, mem);
    mem_batch_read(&b, CSSELR, &csselr);
    mem_batch_read(&b, ITCMCR, &itcmcr);
    mem_batch_read(&b, DTCMCR, &dtcmcr);
    mem_batch_write(&b, CSSELR, CSSELR_L1);
    mem_batch_read(&b, CCSIDR, &ccsidr);
    enum err e = mem_batch_run(&b);
    if (!e)
        e = mem_ap_write32(mem, CSSELR, csselr);
    if (e)
        return e;
    c->itcm_size = tcm_size(itcmcr);
    c->dtcm_size = tcm_size(dtcmcr);
    c->sets = (ccsidr >> 13 & 0x7fff) + 1;
    c->ways = (ccsidr >> 3 & 0x3ff) + 1;
    c->learnt = true;
    return ERR_OK;
}

enum err caches_look(struct caches *c, const struct mem_ap *mem, uint32_t runs, bool halted)
{
    uint32_t ccr;
    enum err e = ERR_OK;
    if (!c->has_data)
        return ERR_OK;
    if (!halted || !c->seen || c->seen_runs != runs) {
        e = mem_ap_read32(mem, SCS_CCR, &ccr);
        if (!e)
            caches_note_ccr(c, ccr, runs);
        c->seen &= halted;
    }
    return !e && c->data_on && !c->learnt ? learn(c, mem) : e;
}

// ---- which addresses ----------------------------------------------------------------------------

#define DTCM_BASE       0x20000000u
#define PERIPHERAL_BASE 0x40000000u
#define EXTERNAL_BASE   0x60000000u
#define EXTERNAL_END    0xa0000000u
#define SDRAM_BASE      0xc0000000u
#define SDRAM_END       0xe0000000u

// The memories of the system address map (DDI 0403, B3.1): an MPU can only make less of it
// cacheable. SDRAM at 0xc0000000 is of the devices there, and programs make it memory by the MPU.
static bool is_cacheable(const struct caches *c, uint32_t addr)
{
    const bool memory = addr < PERIPHERAL_BASE || (addr >= EXTERNAL_BASE && addr < EXTERNAL_END) ||
                        (addr >= SDRAM_BASE && addr < SDRAM_END);
    return memory && addr >= c->itcm_size && addr - DTCM_BASE >= c->dtcm_size;
}

bool caches_may_hold_data(const struct caches *c, uint32_t addr)
{
    return c->has_data && c->data_on && is_cacheable(c, addr);
}

bool caches_may_hold_code(const struct caches *c, uint32_t addr)
{
    return c->has_code && is_cacheable(c, addr);
}

// ---- lines --------------------------------------------------------------------------------------

void caches_add_clean(struct mem_batch *b, uint32_t addr)
{
    mem_batch_write(b, DCCMVAC, addr & ~(CACHE_LINE - 1));
}

void caches_add_drop(struct mem_batch *b, uint32_t addr)
{
    mem_batch_write(b, DCCIMVAC, addr & ~(CACHE_LINE - 1));
}

static enum err each_line(const struct mem_ap *mem, void (*add)(struct mem_batch *b, uint32_t addr),
                          uint32_t addr, size_t lines)
{
    struct mem_batch b;
    enum err e = ERR_OK;
    mem_batch_begin(&b, mem);
    for (size_t n = 0; n < lines && !e; n++) {
        add(&b, addr + (uint32_t)n * CACHE_LINE);
        if (b.count == BATCH || n + 1 == lines)
            e = mem_batch_run(&b);
    }
    return e;
}

static unsigned way_shift(const struct caches *c)
{
    unsigned bits = 0;
    while (1u << bits < c->ways)
        bits++;
    return 32 - bits;
}

static enum err each_set_and_way(const struct caches *c, const struct mem_ap *mem, uint32_t op)
{
    struct mem_batch b;
    enum err e = ERR_OK;
    const unsigned shift = way_shift(c);
    mem_batch_begin(&b, mem);
    for (uint32_t n = 0; n < c->sets * c->ways && !e; n++) {
        const uint32_t way = c->ways > 1 ? n / c->sets << shift : 0;
        mem_batch_write(&b, op, way | n % c->sets << SET_SHIFT);
        if (b.count == BATCH || n + 1 == c->sets * c->ways)
            e = mem_batch_run(&b);
    }
    return e;
}

static size_t lines_of(uint32_t addr, size_t len)
{
    return ((addr & (CACHE_LINE - 1)) + len + CACHE_LINE - 1) / CACHE_LINE;
}

enum err caches_clean(struct caches *c, const struct mem_ap *mem, uint32_t addr, size_t len,
                      uint32_t runs)
{
    const size_t lines = lines_of(addr, len);
    if (c->cleaned && c->cleaned_runs == runs)
        return ERR_OK;
    if (lines <= (size_t)c->sets * c->ways)
        return each_line(mem, caches_add_clean, addr, lines);
    enum err e = each_set_and_way(c, mem, DCCSW);
    c->cleaned = !e;
    c->cleaned_runs = runs;
    return e;
}

enum err caches_drop(struct caches *c, const struct mem_ap *mem, uint32_t addr, size_t len)
{
    const size_t lines = lines_of(addr, len);
    return lines <= (size_t)c->sets * c->ways ? each_line(mem, caches_add_drop, addr, lines)
                                              : each_set_and_way(c, mem, DCCISW);
}

// ---- all off for a while ------------------------------------------------------------------------

static enum err switch_off(struct caches *c, const struct mem_ap *mem,
                           const struct caches_held *held)
{
    enum err e = ERR_OK;
    if (held->ccr & CCR_DC && !c->learnt)
        e = learn(c, mem);
    if (!e && held->mpu_ctrl & MPU_CTRL_ENABLE)
        e = mem_ap_write32(mem, MPU_CTRL, held->mpu_ctrl & ~MPU_CTRL_ENABLE);
    if (!e && held->ccr & (CCR_DC | CCR_IC))
        e = mem_ap_write32(mem, SCS_CCR, held->ccr & ~(CCR_DC | CCR_IC));
    return e || !(held->ccr & CCR_DC) ? e : each_set_and_way(c, mem, DCCISW);
}

enum err caches_hold(struct caches *c, const struct mem_ap *mem, struct caches_held *held)
{
    if (held->held || !(c->has_data || c->has_code))
        return ERR_OK;
    enum err e = mem_ap_read32(mem, SCS_CCR, &held->ccr);
    if (!e)
        e = mem_ap_read32(mem, MPU_CTRL, &held->mpu_ctrl);
    if (e)
        return e;
    held->held = true;
    c->stale_code = c->has_code;
    c->seen = false;
    return switch_off(c, mem, held);
}

enum err caches_give_back(struct caches *c, const struct mem_ap *mem, struct caches_held *held)
{
    enum err e = ERR_OK;
    if (!held->held)
        return ERR_OK;
    held->held = c->seen = false;
    if (c->has_code)
        e = mem_ap_write32(mem, SCS_ICIALLU, 0);
    if (!e && held->ccr & (CCR_DC | CCR_IC))
        e = mem_ap_write32(mem, SCS_CCR, held->ccr);
    return e || !(held->mpu_ctrl & MPU_CTRL_ENABLE) ? e
                                                    : mem_ap_write32(mem, MPU_CTRL, held->mpu_ctrl);
}
