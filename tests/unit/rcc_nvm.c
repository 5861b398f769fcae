// SPDX-License-Identifier: MIT
// targets/families/rcc_nvm.c: from whatever state a program left clocks, voltage range, watchdog
// and CRC unit in, a job on an STM32L0 or L1 gets a clock that the core bears, by steps that it
// bears, and the program gets its state back.
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

#define PWR_CR    0x40007000u
#define WWDG_CR   0x40002c00u
#define PWREN     (1u << 28)
#define REGISTERS 128
#define MSI_HZ    2097152u

struct kind {
    const struct family *family;
    uint32_t cr, cfgr, ahbenr, apb1enr; // addresses
    uint32_t hsi_ready, nvm_gate, masters;
    uint32_t wide; // bit of ACR without which there may be no wait state
};

static const struct kind kinds[] = {
    {&stm32l0_family, 0x40021000, 0x4002100c, 0x40021030, 0x40021038, 1u << 2, 1u << 8, 1u << 0, 0},
    {&stm32l1_family, 0x40023800, 0x40023808, 0x4002381c, 0x40023824, 1u << 1, 1u << 15, 3u << 24,
     1u << 2},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

// Registers that hold what is written, ready bits that follow their switches, and the rules of the
// clock.
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
    struct flash_bank bank;
    struct flash_access fa;
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

static uint32_t hclk(uint32_t cfgr)
{
    static const uint32_t source[] = {MSI_HZ, 16000000, 8000000, 32000000};
    const uint32_t hpre = cfgr >> 4 & 15;
    static const uint16_t divisor[] = {2, 4, 8, 16, 64, 128, 256, 512};
    return source[cfgr & 3] / (hpre & 8 ? divisor[hpre & 7] : 1);
}

// Four times as fast at once is too much; more than 8 MHz wants a wait state in range 2, and in
// range 3 there is no more than 4.2 MHz.
static void check_clock(struct world *w, uint32_t before, uint32_t after)
{
    assert_true(before < MSI_HZ || after <= before || after < 4 * before);
    const uint32_t acr = *cell(w, w->kind->family->flash_regs);
    assert_true(after <= 8000000 || (acr & 1));
    assert_true(after <= 4200000 || (*cell(w, PWR_CR) >> 11 & 3) != 3);
}

static bool is_dead(struct world *w, uint32_t addr)
{
    return addr == PWR_CR && !(*cell(w, w->kind->apb1enr) & PWREN);
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
    const struct kind *k = w->kind;
    (void)ap;
    if (is_dead(w, addr))
        return ERR_OK;
    if (addr == k->cr)
        value = (value & ~k->hsi_ready) | (value & 1 ? k->hsi_ready : 0);
    if (addr == k->cfgr) {
        value = (value & ~0x0cu) | (value & 3) << 2;
        check_clock(w, hclk(*cell(w, addr)), hclk(value));
    }
    if (addr == k->family->flash_regs && (value & 1)) // LATENCY
        assert_int_equal(*cell(w, addr) & k->wide, k->wide);
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

static uint64_t now_us(struct debug_probe *probe)
{
    return ((struct world *)probe)->now_us++;
}

static void sleep_us(struct debug_probe *probe, uint32_t us)
{
    ((struct world *)probe)->now_us += us;
}

static const struct debug_probe_ops ops = {.read_word = read_word,
                                           .write_word = write_word,
                                           .read_block = read_block,
                                           .max_block = max_block,
                                           .has_halfwords = has_halfwords,
                                           .now_us = now_us,
                                           .sleep_us = sleep_us};

// What a program may have done since the reset.
struct state {
    const char *name;
    uint32_t cfgr, apb1enr, vos, ahbenr, wwdg, acr;
    bool fast; // HSI is switched on for the job
};

static const struct state states[] = {
    {"after a reset", 0, 0, 2, 0, 0, 0, true},
    {"MSI, divided by 16", 0xb0, PWREN, 2, 1u << 12, 0, 0, true},
    {"HSI", 0x1, 0, 2, 0, 0, 5, false},
    {"HSI, halved", 0x81, PWREN, 1, 3u << 24 | 1, 0, 0, true},
    {"PLL", 0x3, PWREN | 1u << 11, 1, 1u << 12, 0xff, 7, false},
    {"PLL, divided by 64", 0xc3, 0, 1, 0, 0, 5, true},
    {"range 3", 0, PWREN, 3, 0, 0, 0, false},
    {"range 3, PWR without a clock", 0, 0, 3, 0, 0, 0, false},
};
enum { STATES = sizeof states / sizeof states[0] };

static void make_world(struct world *w, const struct kind *k, const struct state *s)
{
    memset(w, 0, sizeof *w);
    w->log = log_silent();
    w->probe = (struct debug_probe){.ops = &ops, .log = &w->log};
    w->mem = (struct mem_ap){.probe = &w->probe};
    w->kind = k;
    *cell(w, k->cr) = 0x300 | (s->cfgr & 3 ? 1 | k->hsi_ready : 0);
    *cell(w, k->cfgr) = s->cfgr | (s->cfgr & 3) << 2;
    *cell(w, k->ahbenr) = s->ahbenr | k->nvm_gate;
    *cell(w, k->apb1enr) = s->apb1enr;
    *cell(w, PWR_CR) = s->vos << 11;
    *cell(w, WWDG_CR) = s->wwdg;
    *cell(w, k->family->flash_regs) = s->acr;
    w->bank = (struct flash_bank){.base = 0x08000000,
                                  .size = 65536,
                                  .regs = k->family->flash_regs,
                                  .driver = k->family->driver,
                                  .prepare = k->family->prepare,
                                  .params = k->family->flash_params};
    w->fa = (struct flash_access){.mem = &w->mem, .log = &w->log, .bank = &w->bank};
    w->fa.saved[0] = s->acr; // as survey() notes it
}

static void check_state(const struct kind *k, const struct state *s)
{
    struct world w;
    uint32_t before[REGISTERS];
    make_world(&w, k, s);
    const unsigned count = w.count;
    for (unsigned i = 0; i < count; i++)
        before[i] = w.reg[i].value;
    OK(k->family->prepare->plan(&w.fa));
    OK(flash_sequence_run(&w.fa.enter, &w.mem));
    const uint32_t cfgr = *cell(&w, k->cfgr), ahbenr = *cell(&w, k->ahbenr);
    if (hclk(cfgr) != (s->fast ? 16000000 : hclk(s->cfgr)))
        fail_msg("%s of %s: %u Hz", s->name, k->family->name, hclk(cfgr));
    assert_int_equal(ahbenr & k->masters, 0);
    assert_int_equal(ahbenr & (k->nvm_gate | 1u << 12), k->nvm_gate | 1u << 12);
    assert_int_equal(w.fa.watchdog[1][0] == WWDG_CR, s->wwdg != 0);
    OK(flash_sequence_run(&w.fa.leave, &w.mem));
    for (unsigned i = 0; i < count; i++)
        if (w.reg[i].value != before[i])
            fail_msg("%s of %s: 0x%08x at 0x%08x, which was 0x%08x", s->name, k->family->name,
                     w.reg[i].value, w.reg[i].addr, before[i]);
}

static void whatever_a_program_left_comes_back(void **state)
{
    (void)state;
    for (unsigned k = 0; k < KINDS; k++)
        for (unsigned i = 0; i < STATES; i++)
            check_state(&kinds[k], &states[i]);
}

static void the_controller_gets_its_clock(void **state)
{
    (void)state;
    for (unsigned k = 0; k < KINDS; k++) {
        struct world w;
        make_world(&w, &kinds[k], &states[0]);
        *cell(&w, kinds[k].ahbenr) = 0x1000;
        OK(kinds[k].family->prepare->clock_on(&w.fa));
        assert_int_equal(*cell(&w, kinds[k].ahbenr), 0x1000 | kinds[k].nvm_gate);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_a_program_left_comes_back),
        cmocka_unit_test(the_controller_gets_its_clock),
    };
    return cmocka_run_group_tests_name("rcc_nvm", tests, NULL, NULL);
}
