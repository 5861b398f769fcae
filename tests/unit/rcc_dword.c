// SPDX-License-Identifier: MIT
// targets/families/rcc_dword.c: from whatever state a program left clocks, voltage range,
// watchdogs and CRC unit in, a job gets a fast clock, and the program gets its state back.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "swd/mem_ap.h"
#include "targets/families/family.h"
#include "tests/unit/choose.h"

#define OK(call) assert_int_equal((call), ERR_OK)

#define RCC       0x40021000u
#define RCC_CFGR  (RCC + 8)
#define PWR_CR1   0x40007000u
#define PWR_SR2   0x40007014u
#define FLASH     0x40022000u
#define FLASH_ACR FLASH
#define CRC       0x40023000u
#define WWDG      0x40002c00u
#define REGISTERS 512

// Registers that hold what is written, and ready bits that follow their switches.
struct world {
    struct debug_probe probe; // first
    struct mem_ap mem;
    struct log log;
    uint64_t now_us;
    struct {
        uint32_t addr, value;
    } reg[REGISTERS];
    unsigned count;
    uint32_t pwr_gate; // address of the register whose bit 28 gives PWR its clock
};

static uint32_t *cell(struct world *w, uint32_t addr)
{
    unsigned i = 0;
    while (i < w->count && w->reg[i].addr != addr)
        i++;
    assert_true(i < REGISTERS);
    if (i == w->count)
        w->reg[w->count++].addr = addr;
    return &w->reg[i].value;
}

// Whether PWR has its clock; without it reads give 0 and writes are lost.
static bool is_dead(struct world *w, uint32_t addr)
{
    return (addr == PWR_CR1 || addr == PWR_SR2) && w->pwr_gate &&
           !(*cell(w, w->pwr_gate) & 1u << 28);
}

static enum err read_word(struct debug_probe *probe, unsigned ap, uint32_t addr, uint32_t *value)
{
    struct world *w = (struct world *)probe;
    (void)ap;
    *value = is_dead(w, addr) ? 0 : *cell(w, addr);
    return ERR_OK;
}

static enum err write_word(struct debug_probe *probe, unsigned ap, uint32_t addr, uint32_t value)
{
    struct world *w = (struct world *)probe;
    (void)ap;
    if (is_dead(w, addr))
        return ERR_OK;
    if (addr == RCC)
        value = (value & ~(1u << 10 | 1u << 25)) | (value >> 8 & 1) << 10 | (value >> 24 & 1) << 25;
    if (addr == RCC_CFGR)
        value = (value & ~0x38u) | (value & 7) << 3;
    *cell(w, addr) = value;
    return ERR_OK;
}

static enum err read_block(struct debug_probe *probe, unsigned ap, unsigned unit, uint32_t addr,
                           void *data, size_t len)
{
    assert_int_equal(unit, 4);
    for (size_t i = 0; i < len; i += 4) {
        uint32_t word;
        OK(read_word(probe, ap, addr + (uint32_t)i, &word));
        put_le32((uint8_t *)data + i, word);
    }
    return ERR_OK;
}

static size_t max_block(const struct debug_probe *probe, unsigned unit, bool write)
{
    (void)probe;
    (void)unit;
    (void)write;
    return 4096;
}

static bool has_halfwords(const struct debug_probe *probe)
{
    (void)probe;
    return true;
}

static uint64_t world_now_us(struct debug_probe *probe)
{
    return ++((struct world *)probe)->now_us;
}

static void world_sleep_us(struct debug_probe *probe, uint32_t us)
{
    ((struct world *)probe)->now_us += us;
}

static const struct debug_probe_ops probe_ops = {
    .read_word = read_word,
    .write_word = write_word,
    .read_block = read_block,
    .max_block = max_block,
    .has_halfwords = has_halfwords,
    .now_us = world_now_us,
    .sleep_us = world_sleep_us,
};

struct kind {
    const struct family *family;
    uint32_t cr, cfgr, ahbenr, apbenr1, iopenr; // after a reset; and the addresses of the gates
    bool has_ranges;
    uint32_t fast_sws; // of CFGR, where nothing of the program's is in the way
};

static const struct kind kinds[] = {
    {&stm32g0_family, 0x00000500, 0, RCC + 0x38, RCC + 0x3c, RCC + 0x34, true, 2 << 3},
    {&stm32c0_family, 0x00001540, 0, RCC + 0x38, RCC + 0x3c, RCC + 0x34, false, 0 << 3},
    {&stm32u0_family, 0x00000063, 0, RCC + 0x48, RCC + 0x58, RCC + 0x4c, true, 3 << 3},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

// A program's state: registers that differ from those after a reset.
struct state {
    const char *name;
    uint32_t reg[6][2];
    bool crc, wwdg, slow_range;
    uint32_t sws; // that a job works with; 8: the fastest
};

struct bench {
    struct world w;
    struct flash_bank bank;
    struct flash_access fa;
    const struct kind *kind;
};

static void open_bench(struct bench *b, const struct kind *k, const struct state *s)
{
    memset(b, 0, sizeof *b);
    b->kind = k;
    b->w.log = log_silent();
    b->w.probe = (struct debug_probe){.ops = &probe_ops, .log = &b->w.log};
    b->w.mem = (struct mem_ap){.probe = &b->w.probe};
    b->bank = (struct flash_bank){.base = 0x08000000,
                                  .size = k->family->chips[0].flash_max,
                                  .layout = k->family->chips[0].layout,
                                  .regs = FLASH,
                                  .params = k->family->flash_params,
                                  .prepare = k->family->prepare,
                                  .driver = k->family->driver};
    b->fa = (struct flash_access){.mem = &b->w.mem, .log = &b->w.log, .bank = &b->bank};
    *cell(&b->w, FLASH_ACR) = 0x00040600;
    *cell(&b->w, FLASH + 0x14) = 0xc0000000;
    *cell(&b->w, FLASH + 0x20) = 0xfffffeaa;
    *cell(&b->w, RCC) = k->cr;
    *cell(&b->w, RCC_CFGR) = k->cfgr;
    *cell(&b->w, k->ahbenr) = 0x00000103; // DMA
    *cell(&b->w, k->apbenr1) = 0;
    *cell(&b->w, PWR_CR1) = 0x00000208;
    b->w.pwr_gate = k->apbenr1;
    for (unsigned i = 0; i < 6 && s->reg[i][0]; i++)
        *cell(&b->w, s->reg[i][0]) = s->reg[i][1];
    if (s->slow_range) {
        *cell(&b->w, PWR_CR1) = 0x00004408; // LPR, range 2
        *cell(&b->w, k->iopenr) = 1;        // of a program that has been at work
    }
    if (s->crc) {
        *cell(&b->w, k->ahbenr) |= 1u << 12;
        *cell(&b->w, CRC + 0x10) = 0x1234;
        *cell(&b->w, CRC + 0x14) = 0x8005;
    }
    if (s->wwdg) {
        *cell(&b->w, k->apbenr1) |= 1u << 11;
        *cell(&b->w, WWDG) = 0xc5;
        *cell(&b->w, WWDG + 4) = 0x50;
    }
}

static const struct state states[] = {
    {"after a reset", .sws = 8},
    {"all of it in use", .crc = true, .wwdg = true, .slow_range = true, .sws = 8},
    {"a prescaler", {{RCC_CFGR, 0x700}}, .sws = 8},
    {"32 kHz", {{RCC_CFGR, 0x1b}}, .sws = 8}, // LSI on the G0 and C0
    {"another wait state", {{FLASH_ACR, 0x00000701}}, .sws = 8},
};

static void assert_back(struct bench *b, struct bench *before, uint32_t addr)
{
    assert_int_equal(*cell(&b->w, addr), *cell(&before->w, addr));
}

static void check_back(struct bench *b, struct bench *before)
{
    assert_back(b, before, RCC);
    assert_back(b, before, RCC_CFGR);
    assert_back(b, before, RCC + 0x0c);
    assert_back(b, before, b->kind->ahbenr);
    assert_back(b, before, b->kind->apbenr1);
    assert_back(b, before, PWR_CR1);
    assert_back(b, before, FLASH_ACR);
    assert_back(b, before, CRC + 8);
    assert_back(b, before, CRC + 0x10);
    assert_back(b, before, CRC + 0x14);
    assert_back(b, before, WWDG + 4);
}

static void a_job_is_fast_and_the_program_gets_everything_back(void **state)
{
    (void)state;
    for (unsigned k = 0; k < KINDS; k++)
        for (unsigned i = 0; i < sizeof states / sizeof states[0]; i++) {
            struct bench b, before;
            bool may_run;
            open_bench(&b, &kinds[k], &states[i]);
            open_bench(&before, &kinds[k], &states[i]);
            OK(b.bank.driver->survey(&b.fa, &may_run));
            OK(b.bank.prepare->plan(&b.fa));
            assert_true(b.fa.rows);
            check_back(&b, &before); // nothing is changed yet
            assert_in_range(b.fa.enter.count, 1, FLASH_SEQUENCE_MAX - 1);
            assert_in_range(b.fa.leave.count, 1, FLASH_SEQUENCE_MAX - 1);
            OK(flash_sequence_run(&b.fa.enter, &b.w.mem));
            assert_int_equal(*cell(&b.w, RCC_CFGR) & 0xf38, kinds[k].fast_sws);
            assert_int_equal(*cell(&b.w, RCC) & 7u << 11, 0);               // not divided
            assert_int_equal(*cell(&b.w, b.kind->ahbenr) & 0x1103, 0x1100); // CRC, no DMA
            if (kinds[k].has_ranges)
                assert_int_equal(*cell(&b.w, PWR_CR1) & 0x4600, 0x0200);
            assert_int_equal(b.fa.watchdog[1][0], states[i].wwdg ? WWDG : 0x40003000);
            OK(flash_sequence_run(&b.fa.leave, &b.w.mem));
            check_back(&b, &before);
        }
}

static void a_pll_of_the_program_stays(void **state)
{
    static const struct state running = {"", {{RCC, 0x03000500}, {RCC_CFGR, 0x812}}, .sws = 2};
    (void)state;
    struct bench b, before;
    bool may_run;
    open_bench(&b, &kinds[0], &running);
    open_bench(&before, &kinds[0], &running);
    OK(b.bank.driver->survey(&b.fa, &may_run));
    OK(b.bank.prepare->plan(&b.fa));
    OK(flash_sequence_run(&b.fa.enter, &b.w.mem));
    assert_int_equal(*cell(&b.w, RCC_CFGR), 0x012);
    assert_int_equal(*cell(&b.w, RCC), 0x03000500);
    OK(flash_sequence_run(&b.fa.leave, &b.w.mem));
    check_back(&b, &before);
}

static void without_a_loader_only_the_voltage_is_changed(void **state)
{
    static const struct state slow = {"", .slow_range = true};
    (void)state;
    for (unsigned k = 0; k < KINDS; k++) {
        struct bench b, before;
        bool may_run;
        open_bench(&b, &kinds[k], &slow);
        open_bench(&before, &kinds[k], &slow);
        OK(b.bank.driver->survey(&b.fa, &may_run));
        OK(b.bank.prepare->plan(&b.fa));
        OK(b.bank.prepare->clock_on(&b.fa));
        assert_back(&b, &before, RCC_CFGR);
        if (kinds[k].has_ranges)
            assert_int_equal(*cell(&b.w, PWR_CR1), 0x0208);
        else
            assert_int_equal(*cell(&b.w, PWR_CR1), 0x4408);
        OK(flash_sequence_run(&b.fa.leave, &b.w.mem));
        check_back(&b, &before);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_is_fast_and_the_program_gets_everything_back),
        cmocka_unit_test(a_pll_of_the_program_stays),
        cmocka_unit_test(without_a_loader_only_the_voltage_is_changed),
    };
    return cmocka_run_group_tests_name("rcc_dword", tests, NULL, NULL);
}
