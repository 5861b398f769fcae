// SPDX-License-Identifier: MIT
// cortex/caches.c: a core with caches of a few lines behind a scripted probe, whose access port
// looks into the data cache or not. What the core stores, a debugger reads, and the other way
// round.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "cortex/caches.h"
#include "swd/mem_ap.h"
#include "tests/unit/choose.h"
#include "tests/unit/scripted_probe.h"

#define OK(call) assert_int_equal((call), ERR_OK)

#define RAM      0x20010000u
#define RAM_SIZE 1024u
#define SETS     4u
#define WAYS     2u

#define CCR      0xe000ed14u
#define CCSIDR   0xe000ed80u
#define CSSELR   0xe000ed84u
#define MPU_CTRL 0xe000ed94u
#define ICIALLU  0xe000ef50u
#define DCCMVAC  0xe000ef68u
#define DCCSW    0xe000ef6cu
#define DCCIMVAC 0xe000ef70u
#define DCCISW   0xe000ef74u
#define ITCMCR   0xe000ef90u
#define DTCMCR   0xe000ef94u

#define DC (1u << 16)
#define IC (1u << 17)

struct line {
    bool valid, dirty;
    uint32_t addr;
    uint8_t bytes[CACHE_LINE];
};

struct world {
    struct scripted_probe p; // first
    struct caches caches;
    uint8_t ram[RAM_SIZE];
    struct line data[WAYS][SETS], code[RAM_SIZE / CACHE_LINE];
    uint32_t ccr, csselr, mpu_ctrl;
    bool coherent;           // the port looks into the data cache
    unsigned lines, flushes; // that were told by address; of the instruction cache
    unsigned wild; // operations on a cache that is off, of which nobody knows what it holds
};

static bool is_in_ram(uint32_t addr)
{
    return addr - RAM < RAM_SIZE;
}

// ---- the core -----------------------------------------------------------------------------------

static void write_back(struct world *w, struct line *l)
{
    if (l->valid && l->dirty)
        memcpy(&w->ram[l->addr - RAM], l->bytes, CACHE_LINE);
    l->dirty = false;
}

static struct line *find_line(struct world *w, uint32_t addr)
{
    for (unsigned way = 0; way < WAYS; way++) {
        struct line *l = &w->data[way][addr / CACHE_LINE % SETS];
        if (l->valid && l->addr == (addr & ~(CACHE_LINE - 1)))
            return l;
    }
    return NULL;
}

static uint8_t *core_byte(struct world *w, uint32_t addr)
{
    struct line *l = find_line(w, addr);
    if (!(w->ccr & DC))
        return &w->ram[addr - RAM];
    if (!l) {
        l = &w->data[addr / CACHE_LINE / SETS % WAYS][addr / CACHE_LINE % SETS];
        write_back(w, l);
        l->valid = true;
        l->addr = addr & ~(CACHE_LINE - 1);
        memcpy(l->bytes, &w->ram[l->addr - RAM], CACHE_LINE);
    }
    return &l->bytes[addr % CACHE_LINE];
}

static void core_store(struct world *w, uint32_t addr, uint8_t value)
{
    *core_byte(w, addr) = value;
    if (find_line(w, addr) && w->ccr & DC)
        find_line(w, addr)->dirty = true;
}

static uint8_t core_fetch(struct world *w, uint32_t addr)
{
    struct line *l = &w->code[(addr - RAM) / CACHE_LINE];
    if (!(w->ccr & IC))
        return w->ram[addr - RAM];
    if (!l->valid)
        memcpy(l->bytes, &w->ram[(addr - RAM) & ~(CACHE_LINE - 1)], CACHE_LINE);
    l->valid = true;
    return l->bytes[addr % CACHE_LINE];
}

// ---- the debugger's accesses --------------------------------------------------------------------

static void by_address(struct world *w, uint32_t addr, bool drop)
{
    struct line *l = find_line(w, addr);
    assert_int_equal(addr % CACHE_LINE, 0);
    w->lines++;
    w->wild += !(w->ccr & DC);
    if (!l)
        return;
    write_back(w, l);
    l->valid &= !drop;
}

static void by_set_and_way(struct world *w, uint32_t value, bool drop)
{
    const uint32_t set = value >> 5 & 0x1ffffff, way = value >> 31;
    assert_true(set < SETS);
    write_back(w, &w->data[way][set]);
    w->data[way][set].valid &= !drop;
}

static enum err write_register(struct world *w, uint32_t addr, uint32_t value)
{
    switch (addr) {
    case CCR:
        w->ccr = value;
        return ERR_OK;
    case CSSELR:
        w->csselr = value;
        return ERR_OK;
    case MPU_CTRL:
        w->mpu_ctrl = value;
        return ERR_OK;
    case ICIALLU:
        memset(w->code, 0, sizeof w->code);
        w->flushes++;
        return ERR_OK;
    case DCCMVAC:
    case DCCIMVAC:
        by_address(w, value, addr == DCCIMVAC);
        return ERR_OK;
    case DCCSW:
    case DCCISW:
        by_set_and_way(w, value, addr == DCCISW);
        return ERR_OK;
    default:
        return ERR_FAULT;
    }
}

static enum err read_register(const struct world *w, uint32_t addr, uint32_t *value)
{
    static const uint32_t tcm_64_kib = 7u << 3 | 1, tcm_16_kib = 5u << 3 | 1;
    switch (addr) {
    case CCR:
        *value = w->ccr;
        return ERR_OK;
    case CSSELR:
        *value = w->csselr;
        return ERR_OK;
    case CCSIDR:
        *value = w->csselr == 0 ? (SETS - 1) << 13 | (WAYS - 1) << 3 | 1 : 0xffffffff;
        return ERR_OK;
    case MPU_CTRL:
        *value = w->mpu_ctrl;
        return ERR_OK;
    case ITCMCR:
        *value = tcm_16_kib;
        return ERR_OK;
    case DTCMCR:
        *value = tcm_64_kib;
        return ERR_OK;
    default:
        return ERR_FAULT;
    }
}

// A port that looks into the cache takes lines as the core does.
static enum err read_memory(struct scripted_probe *p, uint32_t addr, unsigned unit, void *data,
                            size_t len)
{
    struct world *w = (struct world *)p;
    uint32_t value = 0;
    (void)unit;
    for (size_t i = 0; is_in_ram(addr) && i < len; i++)
        ((uint8_t *)data)[i] =
            w->coherent ? *core_byte(w, addr + (uint32_t)i) : w->ram[addr + i - RAM];
    if (is_in_ram(addr))
        return ERR_OK;
    enum err e = read_register(w, addr, &value);
    put_le32(data, value);
    return e;
}

static enum err write_memory(struct scripted_probe *p, uint32_t addr, unsigned unit,
                             const void *data, size_t len)
{
    struct world *w = (struct world *)p;
    (void)unit;
    for (size_t i = 0; is_in_ram(addr) && i < len; i++)
        if (w->coherent)
            core_store(w, addr + (uint32_t)i, ((const uint8_t *)data)[i]);
        else
            w->ram[addr + i - RAM] = ((const uint8_t *)data)[i];
    return is_in_ram(addr) ? ERR_OK : write_register(w, addr, get_le32(data));
}

static void make(struct world *w, bool coherent)
{
    memset(w, 0, sizeof *w);
    scripted_probe_make(&w->p, NULL);
    w->p.read = read_memory;
    w->p.write = write_memory;
    w->coherent = coherent;
    w->ccr = DC | IC | 0x200;
    w->csselr = 1;
    caches_attach(&w->caches, &(struct core_caps){.dcache = true, .icache = true});
    OK(caches_look(&w->caches, &w->p.mem, 1, true));
}

// ---- tests --------------------------------------------------------------------------------------

static void what_the_core_stored_is_read(void **state)
{
    (void)state;
    for (unsigned coherent = 0; coherent < 2; coherent++) {
        struct world w;
        uint8_t read[40];
        make(&w, coherent);
        for (uint32_t i = 0; i < sizeof read; i++)
            core_store(&w, RAM + 20 + i, (uint8_t)(i + 1));
        OK(caches_clean(&w.caches, &w.p.mem, RAM + 20, sizeof read, 1));
        assert_int_equal(w.lines, 2);
        OK(mem_ap_read(&w.p.mem, RAM + 20, read, sizeof read, NULL));
        for (uint32_t i = 0; i < sizeof read; i++)
            assert_int_equal(read[i], i + 1);
    }
}

static void what_was_written_is_loaded_and_fetched_and_nothing_else_is_lost(void **state)
{
    (void)state;
    for (unsigned coherent = 0; coherent < 2; coherent++) {
        struct world w;
        const uint8_t bytes[4] = {1, 2, 3, 4};
        make(&w, coherent);
        core_store(&w, RAM + 67, 99); // beside them, in the same line
        core_store(&w, RAM + 72, 98);
        assert_int_equal(core_fetch(&w, RAM + 68), 0);
        OK(caches_drop(&w.caches, &w.p.mem, RAM + 68, 4));
        OK(mem_ap_write(&w.p.mem, RAM + 68, bytes, 4));
        OK(caches_drop(&w.caches, &w.p.mem, RAM + 68, 4));
        OK(mem_ap_write32(&w.p.mem, ICIALLU, 0));
        for (uint32_t i = 0; i < 4; i++) {
            assert_int_equal(*core_byte(&w, RAM + 68 + i), i + 1);
            assert_int_equal(core_fetch(&w, RAM + 68 + i), i + 1);
        }
        assert_int_equal(*core_byte(&w, RAM + 67), 99);
        assert_int_equal(*core_byte(&w, RAM + 72), 98);
    }
}

static void a_long_range_takes_the_whole_cache_once(void **state)
{
    (void)state;
    struct world w;
    uint8_t read[RAM_SIZE];
    make(&w, false);
    for (uint32_t i = 0; i < RAM_SIZE; i++)
        core_store(&w, RAM + i, (uint8_t)(i * 7));
    OK(caches_clean(&w.caches, &w.p.mem, RAM, RAM_SIZE, 1));
    assert_int_equal(w.lines, 0);
    OK(mem_ap_read(&w.p.mem, RAM, read, sizeof read, NULL));
    for (uint32_t i = 0; i < RAM_SIZE; i++)
        assert_int_equal(read[i], (uint8_t)(i * 7));
    const unsigned before = w.p.accesses;
    OK(caches_clean(&w.caches, &w.p.mem, RAM, RAM_SIZE, 1)); // it has not run since
    assert_int_equal(w.p.accesses, before);
    core_store(&w, RAM + 5, 200);
    OK(caches_clean(&w.caches, &w.p.mem, RAM, 32, 2));
    assert_int_equal(w.ram[5], 200);
}

static void only_memory_that_can_be_held_counts(void **state)
{
    (void)state;
    static const struct {
        uint32_t addr;
        bool held;
    } rows[] = {
        {0, false},          {0x3fff, false},     {0x4000, true},      {0x08000000, true},
        {0x20000000, false}, {0x2000ffff, false}, {0x20010000, true},  {0x40020000, false},
        {0x60000000, true},  {0x9fffffff, true},  {0xa0000000, false}, {0xbfffffff, false},
        {0xc0000000, true},  {0xdfffffff, true},  {0xe000ed14, false},
    };
    struct world w;
    make(&w, false);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(caches_may_hold_data(&w.caches, rows[i].addr), rows[i].held);
        assert_int_equal(caches_may_hold_code(&w.caches, rows[i].addr), rows[i].held);
    }
    assert_int_equal(w.csselr, 1); // as the program had it
}

static void a_cache_that_is_off_is_left_alone(void **state)
{
    (void)state;
    struct world w;
    make(&w, false);
    w.ccr = IC;
    OK(caches_look(&w.caches, &w.p.mem, 2, true));
    assert_false(caches_may_hold_data(&w.caches, RAM));
    assert_true(caches_may_hold_code(&w.caches, RAM));
    struct caches_held held = {.held = false};
    OK(caches_hold(&w.caches, &w.p.mem, &held));
    assert_int_equal(w.ccr, 0);
    OK(caches_give_back(&w.caches, &w.p.mem, &held));
    assert_int_equal(w.ccr, IC);
    assert_int_equal(w.wild, 0);
}

static void the_state_is_asked_once_in_a_stop(void **state)
{
    (void)state;
    struct world w;
    make(&w, false);
    unsigned before = w.p.accesses;
    OK(caches_look(&w.caches, &w.p.mem, 1, true));
    assert_int_equal(w.p.accesses, before);
    OK(caches_look(&w.caches, &w.p.mem, 2, true));
    assert_int_equal(w.p.accesses, before + 1);
    OK(caches_look(&w.caches, &w.p.mem, 2, false)); // it runs
    OK(caches_look(&w.caches, &w.p.mem, 2, false));
    assert_int_equal(w.p.accesses, before + 3);
    caches_attach(&w.caches, &(struct core_caps){.dcache = false});
    before = w.p.accesses;
    OK(caches_look(&w.caches, &w.p.mem, 3, true));
    assert_int_equal(w.p.accesses, before);
}

static void all_is_off_for_a_flash_job_and_as_before_afterwards(void **state)
{
    (void)state;
    struct world w;
    struct caches_held held = {.held = false};
    make(&w, false);
    w.mpu_ctrl = 5;
    core_store(&w, RAM + 100, 77);
    (void)core_fetch(&w, RAM + 200);
    OK(caches_hold(&w.caches, &w.p.mem, &held));
    OK(caches_hold(&w.caches, &w.p.mem, &held)); // once
    assert_int_equal(w.ccr, 0x200);
    assert_int_equal(w.mpu_ctrl, 4);
    assert_int_equal(w.ram[100], 77);
    assert_true(w.caches.stale_code);
    w.ram[200] = 5; // what the job does
    OK(caches_give_back(&w.caches, &w.p.mem, &held));
    assert_int_equal(w.ccr, DC | IC | 0x200);
    assert_int_equal(w.mpu_ctrl, 5);
    assert_int_equal(*core_byte(&w, RAM + 200), 5);
    assert_int_equal(core_fetch(&w, RAM + 200), 5);
    assert_int_equal(w.flushes, 1);
    OK(caches_give_back(&w.caches, &w.p.mem, &held)); // nothing is held
    assert_int_equal(w.flushes, 1);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_core_stored_is_read),
        cmocka_unit_test(what_was_written_is_loaded_and_fetched_and_nothing_else_is_lost),
        cmocka_unit_test(a_long_range_takes_the_whole_cache_once),
        cmocka_unit_test(only_memory_that_can_be_held_counts),
        cmocka_unit_test(a_cache_that_is_off_is_left_alone),
        cmocka_unit_test(the_state_is_asked_once_in_a_stop),
        cmocka_unit_test(all_is_off_for_a_flash_job_and_as_before_afterwards),
    };
    return cmocka_run_group_tests_name("caches", tests, NULL, NULL);
}
