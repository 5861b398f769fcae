// SPDX-License-Identifier: MIT
// The chip of the tests of flash/drivers/sector.c.
#include "tests/unit/sector_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

#define SR_WRPERR (1u << 4)
#define SR_PGPERR (1u << 6)
#define SR_PGSERR (1u << 7)
#define SR_BSY    (1u << 16)
#define SR_ERRORS 0x1f2u

#define CR_LOCK (1u << 31)
#define CR_STRT (1u << 16)
#define CR_MER1 (1u << 15)
#define CR_MER  (1u << 2)
#define CR_SER  (1u << 1)
#define CR_PG   (1u << 0)

#define ACR_CACHES (3u << 9)
#define ACR_RESETS (3u << 11)

#define OPTLOCK (1u << 0)
#define OPTSTRT (1u << 1)
#define SPRMOD  (1u << 31)

#define AIRCR 0xe000ed0cu

static struct world *world_of(struct debug_probe *probe)
{
    return (struct world *)probe;
}

static void note(struct world *w, const char *text)
{
    strncat(w->did, text, sizeof w->did - strlen(w->did) - 1);
}

static bool is_busy(const struct world *w)
{
    return w->now_us < w->busy_until;
}

// ---- the controller -----------------------------------------------------------------------------

static uint32_t sector_at(unsigned n, uint32_t *size)
{
    *size = n < 4 ? KIB : n == 4 ? 4 * KIB : 8 * KIB;
    return n < 4 ? n * KIB : n == 4 ? 4 * KIB : 8 * KIB * (n - 4);
}

// Where a bank's cells are among the addresses.
static uint32_t place(const struct world *w, unsigned bank)
{
    return bank != w->swapped ? BANK : 0;
}

static bool is_protected(const struct world *w, unsigned bank, unsigned n)
{
    const bool one = w->reg[bank ? W_OPTCR1 : W_OPTCR] >> (16 + n) & 1;
    return one == ((w->reg[W_OPTCR] & SPRMOD) != 0);
}

static void erase(struct world *w, unsigned bank, unsigned n)
{
    uint32_t size, at = sector_at(n, &size);
    if (is_protected(w, bank, n))
        w->reg[W_SR] |= SR_WRPERR;
    else
        memset(&w->flash[place(w, bank) + at], 0xff, size);
}

static void start(struct world *w, uint32_t cr)
{
    char text[32];
    const unsigned width = 1u << (cr >> 8 & 3);
    const unsigned snb = cr >> 3 & 31, bank = snb >= 16, n = snb - 16 * bank;
    w->busy_until = w->now_us + w->erase_us;
    if (cr & CR_SER) {
        snprintf(text, sizeof text, "erase %u:%u/%u ", bank + 1, n, width);
        assert_true(n < SECTORS && (!bank || w->two_banks) && !(cr & (CR_MER | CR_MER1)));
        erase(w, bank, n);
    } else {
        const unsigned banks = (cr & CR_MER ? 1 : 0) + (cr & CR_MER1 ? 2 : 0);
        snprintf(text, sizeof text, "mass %u/%u ", banks, width);
        assert_true(banks && (w->two_banks || banks == 1));
        for (unsigned i = 0; i < 2 * SECTORS; i++)
            if (banks >> i / SECTORS & 1)
                erase(w, i / SECTORS, i % SECTORS);
    }
    w->reg[W_SR] |= w->fail_with;
    note(w, text);
}

static void write_cr(struct world *w, uint32_t value)
{
    if (w->reg[W_CR] & CR_LOCK || is_busy(w)) {
        w->violations++;
        return;
    }
    if (value & CR_LOCK)
        w->keys = 0;
    // The erase is set up before it is started.
    w->violations += value & CR_STRT && (w->reg[W_CR] | CR_STRT) != value;
    w->reg[W_CR] = value & ~CR_STRT;
    if (value & CR_STRT)
        start(w, value);
}

static void write_acr(struct world *w, uint32_t value)
{
    if (value & ACR_RESETS) {
        w->violations += (value | w->reg[W_ACR]) & ACR_CACHES ? 1 : 0;
        w->flushes++;
    }
    w->reg[W_ACR] = value;
}

static void load_options(struct world *w)
{
    w->resets++;
    w->reg[W_CR] = CR_LOCK;
    w->reg[W_OPTCR] = w->stored[0] | OPTLOCK;
    w->reg[W_OPTCR1] = w->stored[1];
    w->option_keys = w->keys = 0;
}

static void write_optcr(struct world *w, unsigned n, uint32_t value)
{
    if (w->reg[W_OPTCR] & OPTLOCK || is_busy(w)) {
        w->violations++;
        return;
    }
    w->reg[n] = value & ~(n == W_OPTCR ? OPTSTRT : 0);
    if (n != W_OPTCR || !(value & OPTSTRT))
        return;
    w->busy_until = w->now_us + w->erase_us;
    if (w->options_fail) {
        w->reg[W_SR] |= SR_PGSERR;
        return;
    }
    if ((w->stored[0] & 0xff00) != 0xaa00 && (value & 0xff00) == 0xaa00)
        memset(w->flash, 0xff, SIZE);
    w->stored[0] = w->reg[W_OPTCR] & ~3u;
    w->stored[1] = w->reg[W_OPTCR1];
    note(w, "burn ");
}

// A wrong key, or one that comes when nothing is locked, is a bus error.
static enum err write_key(unsigned *keys, uint32_t *reg, uint32_t lock, const uint32_t right[2],
                          uint32_t value)
{
    if (!(*reg & lock) || *keys >= 2 || value != right[*keys]) {
        *keys = 99;
        return ERR_FAULT;
    }
    if (++*keys == 2)
        *reg &= ~lock;
    return ERR_OK;
}

static enum err write_reg(struct world *w, unsigned n, uint32_t value)
{
    static const uint32_t keys[2] = {0x45670123, 0xcdef89ab};
    static const uint32_t option_keys[2] = {0x08192a3b, 0x4c5d6e7f};
    if (n == W_KEYR)
        return write_key(&w->keys, &w->reg[W_CR], CR_LOCK, keys, value);
    if (n == W_OPTKEYR)
        return write_key(&w->option_keys, &w->reg[W_OPTCR], OPTLOCK, option_keys, value);
    if (n == W_SR)
        w->reg[W_SR] &= ~value;
    else if (n == W_CR)
        write_cr(w, value);
    else if (n == W_ACR)
        write_acr(w, value);
    else
        write_optcr(w, n, value);
    return ERR_OK;
}

// One access. Cells only lose ones.
static void program(struct world *w, uint32_t at, const uint8_t *data, unsigned unit)
{
    const uint32_t cr = w->reg[W_CR];
    unsigned n = 0, bank = 0;
    uint32_t size, offset = at % BANK;
    while (offset - sector_at(n, &size) >= size)
        n++;
    bank = (at >= BANK) != w->swapped;
    if (cr & CR_LOCK || !(cr & CR_PG) || is_busy(w))
        w->reg[W_SR] |= SR_PGSERR;
    else if (unit != 1u << (cr >> 8 & 3))
        w->reg[W_SR] |= SR_PGPERR;
    else if (is_protected(w, bank, n))
        w->reg[W_SR] |= SR_WRPERR;
    else
        for (unsigned i = 0; i < unit; i++)
            w->flash[at + i] &= data[i];
    w->reg[W_SR] |= w->fail_with;
    w->written[unit]++;
}

// ---- the probe ----------------------------------------------------------------------------------

static enum err read_word(struct debug_probe *probe, unsigned ap, uint32_t addr, uint32_t *value)
{
    struct world *w = world_of(probe);
    (void)ap;
    w->now_us++;
    if (addr - BASE < SIZE) {
        *value = get_le32(&w->flash[addr - BASE]);
        return ERR_OK;
    }
    assert_true(addr - REGS < 4 * W_REGS && addr % 4 == 0);
    *value = w->reg[(addr - REGS) / 4];
    if (addr == REGS + 4 * W_SR && is_busy(w))
        *value = (*value & ~SR_ERRORS) | SR_BSY;
    return ERR_OK;
}

static enum err write_word(struct debug_probe *probe, unsigned ap, uint32_t addr, uint32_t value)
{
    struct world *w = world_of(probe);
    (void)ap;
    w->now_us++;
    if (addr == AIRCR) {
        assert_int_equal(value, 0x05fa0004);
        load_options(w);
        return ERR_OK;
    }
    assert_true(addr - REGS < 4 * W_REGS && addr % 4 == 0);
    return write_reg(w, (addr - REGS) / 4, value);
}

static enum err read_block(struct debug_probe *probe, unsigned ap, unsigned unit, uint32_t addr,
                           void *data, size_t len)
{
    assert_int_equal(unit, 4);
    for (size_t i = 0; i < len; i += 4) {
        uint32_t word;
        assert_int_equal(read_word(probe, ap, addr + (uint32_t)i, &word), ERR_OK);
        put_le32((uint8_t *)data + i, word);
    }
    return ERR_OK;
}

static enum err write_block(struct debug_probe *probe, unsigned ap, unsigned unit, uint32_t addr,
                            const void *data, size_t len)
{
    struct world *w = world_of(probe);
    (void)ap;
    for (size_t i = 0; i < len; i += unit) {
        if (w->wait_after && i / unit == w->wait_after)
            return ERR_WAIT;
        assert_true(addr + i - BASE < SIZE);
        program(w, addr - BASE + (uint32_t)i, (const uint8_t *)data + i, unit);
    }
    return ERR_OK;
}

static size_t max_block(const struct debug_probe *probe, unsigned unit, bool write)
{
    (void)probe;
    (void)write;
    return unit == 1 ? 64 : 4096;
}

static bool has_halfwords(const struct debug_probe *probe)
{
    return !((const struct world *)probe)->no_halfwords;
}

static enum err get_vtref(struct debug_probe *probe, unsigned *mv)
{
    *mv = world_of(probe)->vtref_mv;
    return *mv ? ERR_OK : log_fail(probe->log, ERR_UNSUPPORTED, "this probe measures nothing");
}

static uint64_t now_us(struct debug_probe *probe)
{
    return world_of(probe)->now_us;
}

static void sleep_us(struct debug_probe *probe, uint32_t us)
{
    world_of(probe)->now_us += us;
}

static const struct debug_probe_ops probe_ops = {
    .get_vtref = get_vtref,
    .read_word = read_word,
    .write_word = write_word,
    .read_block = read_block,
    .write_block = write_block,
    .max_block = max_block,
    .has_halfwords = has_halfwords,
    .now_us = now_us,
    .sleep_us = sleep_us,
};

// ---- the bench ----------------------------------------------------------------------------------

static enum err find_swap(struct flash_access *fa, bool *swapped)
{
    *swapped = world_of(fa->mem->probe)->swapped;
    return ERR_OK;
}

static enum err plan_nothing(struct flash_access *fa)
{
    (void)fa;
    return ERR_OK;
}

static const struct flash_prepare prepare = {.plan = plan_nothing, .find_swap = find_swap};

static void hear(void *user, enum log_level level, const char *line)
{
    struct world *w = user;
    (void)level;
    strncat(w->said, line, sizeof w->said - strlen(w->said) - 1);
}

#define RUNS(at)                                                                                   \
    {(at), KIB, 4, 200000, 250000}, {(at) + 4 * KIB, 4 * KIB, 1, 440000, 550000},                  \
    {                                                                                              \
        (at) + 8 * KIB, 8 * KIB, 2, 800000, 1000000                                                \
    }

void bench_open(struct bench *b, bool two_banks)
{
    memset(b, 0, sizeof *b);
    b->w.log = (struct log){.level = LOG_NOTE, .write = hear, .user = &b->w};
    b->w.probe = (struct debug_probe){.ops = &probe_ops, .log = &b->w.log};
    b->w.mem = (struct mem_ap){.probe = &b->w.probe};
    b->w.vtref_mv = 3300;
    b->w.erase_us = 250000;
    b->w.two_banks = two_banks;
    b->w.reg[W_ACR] = 0x705; // prefetch, both caches, wait states
    b->w.stored[0] = 0x0fffaaec;
    b->w.stored[1] = 0x0fff0000;
    load_options(&b->w);
    b->w.resets = 0;
    memset(b->w.flash, 0x55, SIZE);
    b->params = (struct sector_params){
        .option_regs = 2,
        .last_wrp_bit = 11,
        .rderr = true,
        .caches = 7u << 8,
        .cache_reset = 3u << 11,
        .pcrop_mode = SPRMOD,
    };
    b->bank = (struct flash_bank){
        .base = BASE,
        .size = two_banks ? SIZE : BANK,
        .bank2 = two_banks ? BASE + BANK : 0,
        .layout = {.erased = 0xff,
                   .unit = 4,
                   .unit_us = 16,
                   .mass_erase_us = 400000,
                   .run = {RUNS(BASE), RUNS(BASE + BANK)}},
        .regs = REGS,
        .params = &b->params,
        .prepare = &prepare,
        .driver = &sector_driver,
    };
    b->bank.layout = flash_layout_cut(&b->bank.layout, b->bank.size);
    for (unsigned i = 0; i < SIZE; i++)
        b->image[i] = (uint8_t)(i * 7 + i / KIB);
    b->access = (struct flash_access){.mem = &b->w.mem, .log = &b->w.log, .bank = &b->bank};
    assert_int_equal(flash_job_open(&b->job, &b->access), ERR_OK);
}

enum err bench_run(struct bench *b)
{
    bool more = true;
    enum err e = ERR_OK;
    flash_job_close_input(b->job);
    while (more && !e) {
        const uint64_t before = b->w.now_us;
        e = flash_job_step(b->job, &more);
        if (b->w.now_us - before > b->w.longest_us)
            b->w.longest_us = (unsigned)(b->w.now_us - before);
    }
    return e;
}

enum err bench_close(struct bench *b)
{
    return flash_job_free(b->job);
}
