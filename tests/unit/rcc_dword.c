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
#define PWR       0x40007000u
#define FLASH     0x40022000u
#define CRC       0x40023000u
#define WWDG      0x40002c00u
#define REGISTERS 512

// Where an STM32WB and WL have them.
#define RCC_W   0x58000000u
#define PWR_W   0x58000400u
#define FLASH_W 0x58004000u
#define HSEM_R2 0x58001408u

struct kind {
    const struct family *family;
    uint32_t cr, cfgr;                     // after a reset
    uint32_t rcc, ahbenr, apbenr1, iopenr; // addresses
    uint32_t pwr;                          // 0: there are no ranges
    uint32_t flash;
    uint32_t fast_sws;      // of CFGR, where nothing of the program's is in the way
    uint32_t state_cfgr[2]; // prescaled, and from 32 kHz or else slow
    bool narrow;            // CFGR has two bits of SW
    bool gated;             // PWR has a clock gate
};

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
    const struct kind *kind;
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

// Whether PWR and SYSCFG have no clock: then reads give 0 and writes are lost.
static bool is_dead(struct world *w, uint32_t addr)
{
    if (addr == 0x40010000) // SYSCFG
        return !(*cell(w, RCC + 0x60) & 1);
    const struct kind *k = w->kind;
    return k->pwr && (addr == k->pwr || addr == k->pwr + 0x14) && k->gated &&
           !(*cell(w, k->apbenr1) & 1u << 28);
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
    if (addr == w->kind->rcc)
        value = (value & ~(1u << 10 | 1u << 25)) | (value >> 8 & 1) << 10 | (value >> 24 & 1) << 25;
    if (addr == w->kind->rcc + 8 && w->kind->narrow)
        value = (value & ~0x0cu) | (value & 3) << 2;
    else if (addr == w->kind->rcc + 8)
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

#define M0PLUS(f, cr_reset, gates, apb, io, ranges, sws)                                           \
    {                                                                                              \
        .family = (f), .cr = (cr_reset), .cfgr = 0, .rcc = RCC, .ahbenr = RCC + (gates),           \
        .apbenr1 = RCC + (apb), .iopenr = RCC + (io), .pwr = (ranges), .flash = FLASH,             \
        .fast_sws = (sws), .state_cfgr = {0x700, 0x1b}, .gated = true                              \
    }
#define M4(f, cr_reset, cfgr_reset, base, power, controller, gate)                                 \
    {                                                                                              \
        .family = (f), .cr = (cr_reset), .cfgr = (cfgr_reset), .rcc = (base),                      \
        .ahbenr = (base) + 0x48, .apbenr1 = (base) + 0x58, .iopenr = (base) + 0x4c,                \
        .pwr = (power), .flash = (controller), .fast_sws = 3 << 2,                                 \
        .state_cfgr = {(cfgr_reset) | 0x90, (cfgr_reset) | 0xf0}, .narrow = true, .gated = (gate)  \
    }

static const struct kind kinds[] = {
    M0PLUS(&stm32g0_family, 0x00000500, 0x38, 0x3c, 0x34, PWR, 2 << 3),
    M0PLUS(&stm32c0_family, 0x00001540, 0x38, 0x3c, 0x34, 0, 0 << 3),
    M0PLUS(&stm32u0_family, 0x00000063, 0x48, 0x58, 0x4c, PWR, 3 << 3),
    M4(&stm32l4_family, 0x00000063, 0, RCC, PWR, FLASH, true),
    M4(&stm32l4plus_family, 0x00000063, 0, RCC, PWR, FLASH, true),
    M4(&stm32g4_family, 0x00000500, 0x05, RCC, PWR, FLASH, true),
    M4(&stm32wb_family, 0x00000061, 0x00070000, RCC_W, PWR_W, FLASH_W, false),
    M4(&stm32wl_family, 0x00000061, 0x00070000, RCC_W, PWR_W, FLASH_W, false),
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

// A program's state: registers that differ from those after a reset.
struct state {
    const char *name;
    unsigned cfgr;     // of kind.state_cfgr, from 1 on
    uint32_t acr_more; // of ACR
    bool crc, wwdg, slow_range;
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
                                  .regs = k->flash,
                                  .params = k->family->flash_params,
                                  .prepare = k->family->prepare,
                                  .driver = k->family->driver};
    b->fa = (struct flash_access){.mem = &b->w.mem, .log = &b->w.log, .bank = &b->bank};
    b->w.kind = k;
    *cell(&b->w, k->flash) = 0x00040600 | s->acr_more;
    *cell(&b->w, k->flash + 0x14) = 0xc0000000;
    *cell(&b->w, k->flash + 0x20) = 0xfffffeaa;
    *cell(&b->w, k->rcc) = k->cr;
    *cell(&b->w, k->rcc + 8) = s->cfgr ? k->state_cfgr[s->cfgr - 1] : k->cfgr;
    *cell(&b->w, k->ahbenr) = 0x00000103; // DMA
    *cell(&b->w, k->apbenr1) = 0;
    *cell(&b->w, k->pwr) = 0x00000208;
    if (s->slow_range) {
        *cell(&b->w, k->pwr) = 0x00004408; // LPR, range 2
        *cell(&b->w, k->iopenr) = 1;       // of a program that has been at work
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
    {.name = "after a reset"},
    {.name = "all of it in use", .crc = true, .wwdg = true, .slow_range = true},
    {.name = "a prescaler", .cfgr = 1},
    {.name = "slow", .cfgr = 2}, // LSI on the G0 and C0
    {.name = "another wait state", .acr_more = 0x101},
};

static void assert_back(struct bench *b, struct bench *before, uint32_t addr)
{
    assert_int_equal(*cell(&b->w, addr), *cell(&before->w, addr));
}

static void check_back(struct bench *b, struct bench *before)
{
    assert_back(b, before, b->kind->rcc);
    assert_back(b, before, b->kind->rcc + 8);
    assert_back(b, before, b->kind->rcc + 0x0c);
    assert_back(b, before, b->kind->ahbenr);
    assert_back(b, before, b->kind->apbenr1);
    assert_back(b, before, b->kind->pwr);
    assert_back(b, before, b->kind->flash);
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
            assert_int_equal(*cell(&b.w, kinds[k].rcc + 8) & (kinds[k].narrow ? 0xfcu : 0xf38u),
                             kinds[k].fast_sws);
            assert_int_equal(*cell(&b.w, kinds[k].rcc) & 7u << 11, 0);      // not divided
            assert_int_equal(*cell(&b.w, kinds[k].flash) & 1u << 10, 0);    // no data cache
            assert_int_equal(*cell(&b.w, b.kind->ahbenr) & 0x1103, 0x1100); // CRC, no DMA
            if (kinds[k].pwr)
                assert_int_equal(*cell(&b.w, kinds[k].pwr) & 0x4600, 0x0200);
            assert_int_equal(b.fa.watchdog[1][0], states[i].wwdg ? WWDG : 0x40003000);
            OK(flash_sequence_run(&b.fa.leave, &b.w.mem));
            check_back(&b, &before);
        }
}

static void a_pll_of_the_program_stays(void **state)
{
    static const struct state running = {.name = ""};
    (void)state;
    struct bench b, before;
    bool may_run;
    open_bench(&b, &kinds[0], &running);
    open_bench(&before, &kinds[0], &running);
    for (unsigned i = 0; i < 2; i++) {
        struct world *w = i ? &before.w : &b.w;
        *cell(w, RCC) = 0x03000500;
        *cell(w, RCC_CFGR) = 0x812;
    }
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
    static const struct state slow = {.slow_range = true};
    (void)state;
    for (unsigned k = 0; k < KINDS; k++) {
        struct bench b, before;
        bool may_run;
        open_bench(&b, &kinds[k], &slow);
        open_bench(&before, &kinds[k], &slow);
        OK(b.bank.driver->survey(&b.fa, &may_run));
        OK(b.bank.prepare->plan(&b.fa));
        OK(b.bank.prepare->clock_on(&b.fa));
        assert_back(&b, &before, kinds[k].rcc + 8);
        if (kinds[k].pwr)
            assert_int_equal(*cell(&b.w, kinds[k].pwr), 0x0208);
        OK(flash_sequence_run(&b.fa.leave, &b.w.mem));
        check_back(&b, &before);
    }
}

// At 80 MHz or more, with a prescaler: wait states and clock are the program's.
static void a_pll_that_may_be_faster_keeps_its_prescaler_and_wait_states(void **state)
{
    static const struct state none = {.name = ""};
    (void)state;
    for (unsigned k = 3; k < KINDS; k++)
        for (unsigned divided = 0; divided < 2; divided++) {
            struct bench b, before;
            bool may_run;
            const uint32_t rcc = kinds[k].rcc, cfgr = 0x0f | (divided ? 0xa0u : 0);
            open_bench(&b, &kinds[k], &none);
            open_bench(&before, &kinds[k], &none);
            for (unsigned i = 0; i < 2; i++) {
                struct world *w = i ? &before.w : &b.w;
                *cell(w, rcc) = 0x03000500;
                *cell(w, rcc + 8) = cfgr;
                *cell(w, kinds[k].flash) = 0x00040604;
            }
            OK(b.bank.driver->survey(&b.fa, &may_run));
            OK(b.bank.prepare->plan(&b.fa));
            assert_int_equal(b.fa.rows, !divided);
            OK(flash_sequence_run(&b.fa.enter, &b.w.mem));
            assert_int_equal(*cell(&b.w, rcc + 8), cfgr);
            assert_int_equal(*cell(&b.w, kinds[k].flash) & 15, 4);
            OK(flash_sequence_run(&b.fa.leave, &b.w.mem));
            check_back(&b, &before);
        }
}

// ---- a second core ------------------------------------------------------------------------------

#define WB 6u // of kinds

static void open_wb_with_second_core(struct bench *b)
{
    static const struct state none = {.name = ""};
    open_bench(b, &kinds[WB], &none);
    *cell(&b->w, PWR_W + 0x0c) = 1u << 15; // C2BOOT
}

static void the_clocks_of_a_second_core_stay_and_its_semaphore_is_taken(void **state)
{
    (void)state;
    struct bench b, before;
    bool may_run;
    open_wb_with_second_core(&b);
    open_wb_with_second_core(&before);
    OK(b.bank.driver->survey(&b.fa, &may_run));
    OK(b.bank.prepare->plan(&b.fa));
    assert_false(b.fa.rows);
    assert_int_equal(*cell(&b.w, HSEM_R2), 0);
    OK(flash_sequence_run(&b.fa.enter, &b.w.mem));
    assert_int_equal(*cell(&b.w, HSEM_R2), 0x80000400);
    assert_back(&b, &before, RCC_W);
    assert_back(&b, &before, RCC_W + 8);
    OK(flash_sequence_run(&b.fa.leave, &b.w.mem));
    assert_int_equal(*cell(&b.w, HSEM_R2), 0x00000400);
    check_back(&b, &before);
}

static void the_debug_port_takes_the_semaphore_too(void **state)
{
    (void)state;
    struct bench b;
    bool may_run;
    open_wb_with_second_core(&b);
    OK(b.bank.driver->survey(&b.fa, &may_run));
    OK(b.bank.prepare->plan(&b.fa));
    OK(b.bank.prepare->clock_on(&b.fa));
    assert_int_equal(*cell(&b.w, HSEM_R2), 0x80000400);
}

static void a_second_core_that_writes_the_flash_is_not_disturbed(void **state)
{
    (void)state;
    struct bench b;
    bool may_run;
    open_wb_with_second_core(&b);
    *cell(&b.w, HSEM_R2) = 0x80000800;
    OK(b.bank.driver->survey(&b.fa, &may_run));
    assert_int_equal(b.bank.prepare->plan(&b.fa), ERR_FLASH);
    assert_non_null(
        strstr(b.w.log.sentence, "the second core is erasing or programming the flash"));
    assert_int_equal(*cell(&b.w, HSEM_R2), 0x80000800);
}

// ---- exchanged banks ----------------------------------------------------------------------------

static void exchanged_banks_are_found_also_without_the_clock_of_syscfg(void **state)
{
    static const struct state none = {.name = ""};
    (void)state;
    for (unsigned k = 3; k < WB; k++)
        for (unsigned clocked = 0; clocked < 2; clocked++) {
            struct bench b;
            bool swapped = false;
            open_bench(&b, &kinds[k], &none);
            *cell(&b.w, RCC + 0x60) = clocked;
            *cell(&b.w, 0x40010000) = 1u << 8;
            OK(b.bank.prepare->find_swap(&b.fa, &swapped));
            assert_true(swapped);
            assert_int_equal(*cell(&b.w, RCC + 0x60), clocked);
            *cell(&b.w, 0x40010000) = 0;
            OK(b.bank.prepare->find_swap(&b.fa, &swapped));
            assert_false(swapped);
        }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_is_fast_and_the_program_gets_everything_back),
        cmocka_unit_test(a_pll_of_the_program_stays),
        cmocka_unit_test(without_a_loader_only_the_voltage_is_changed),
        cmocka_unit_test(a_pll_that_may_be_faster_keeps_its_prescaler_and_wait_states),
        cmocka_unit_test(the_clocks_of_a_second_core_stay_and_its_semaphore_is_taken),
        cmocka_unit_test(the_debug_port_takes_the_semaphore_too),
        cmocka_unit_test(a_second_core_that_writes_the_flash_is_not_disturbed),
        cmocka_unit_test(exchanged_banks_are_found_also_without_the_clock_of_syscfg),
    };
    return cmocka_run_group_tests_name("rcc_dword", tests, NULL, NULL);
}
