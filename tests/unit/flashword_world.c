// SPDX-License-Identifier: MIT
// The chip of the tests of flash/drivers/flashword.c.
#include "tests/unit/flashword_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

#define CR_LOCK   (1u << 0)
#define CR_PG     (1u << 1)
#define CR_SER    (1u << 2)
#define CR_BER    (1u << 3)
#define SR_BSY    (1u << 0)
#define SR_WBNE   (1u << 1)
#define SR_QW     (1u << 2)
#define SR_WRPERR (1u << 17)
#define SR_PGSERR (1u << 18)
#define SR_STRB   (1u << 19)
#define SR_INC    (1u << 21)
#define SR_DBECC  (1u << 26)

#define OPTLOCK   (1u << 0)
#define OPTSTART  (1u << 1)
#define SWAP      (1u << 31)
#define CHANGEERR (1u << 30)

#define AIRCR 0xe000ed0cu

static struct world *world_of(struct debug_probe *probe)
{
    return (struct world *)probe;
}

static void note(struct world *w, const char *text)
{
    strncat(w->did, text, sizeof w->did - strlen(w->did) - 1);
}

static uint32_t *reg(struct world *w, uint32_t offset)
{
    assert_true(offset < W_REGS && offset % 4 == 0);
    return &w->reg[offset / 4];
}

static unsigned unit_of(const struct world *w)
{
    return w->small ? 16 : 32;
}

static bool is_busy(const struct world *w, const struct half *h)
{
    return w->now_us < h->busy_until;
}

static void begin_work(struct world *w, struct half *h, unsigned us)
{
    h->busy_until = w->now_us + us;
    w->both_worked |= is_busy(w, &w->half[0]) && is_busy(w, &w->half[1]);
    h->sr |= w->fail_with;
}

// ---- the controller -----------------------------------------------------------------------------

static bool is_protected(struct world *w, unsigned half, unsigned sector)
{
    return !(*reg(w, R_WPSN + 0x100 * half) >> (w->small ? sector / 4 : sector) & 1);
}

static void erase_sector(struct world *w, unsigned half, unsigned sector)
{
    struct half *h = &w->half[half];
    if (is_protected(w, half, sector)) {
        h->sr |= SR_WRPERR;
        return;
    }
    memset(&h->flash[sector * KIB], 0xff, KIB);
    memset(&h->spoilt[sector * KIB / 16], 0, KIB / 16);
}

static void start_erase(struct world *w, unsigned half, uint32_t cr)
{
    char text[32];
    const unsigned width = w->small ? 128 : 8u << (cr >> 4 & 3);
    const unsigned sector = w->small ? cr >> 6 & 127 : cr >> 8 & 7;
    assert_true(!(cr & CR_SER) != !(cr & CR_BER) && sector < SECTORS);
    if (cr & CR_SER) {
        snprintf(text, sizeof text, "erase %u:%u/%u ", half + 1, sector, width);
        erase_sector(w, half, sector);
    } else {
        snprintf(text, sizeof text, "bank %u/%u ", half + 1, width);
        for (unsigned i = 0; i < SECTORS; i++)
            erase_sector(w, half, i);
    }
    begin_work(w, &w->half[half], w->erase_us);
    note(w, text);
}

static void write_cr(struct world *w, unsigned half, uint32_t value)
{
    struct half *h = &w->half[half];
    const uint32_t start = w->small ? 1u << 5 : 1u << 7;
    if (h->cr & CR_LOCK || is_busy(w, h)) {
        w->violations++;
        return;
    }
    if (value & CR_LOCK) { // the others stay
        h->cr |= CR_LOCK;
        h->keys = 0;
        return;
    }
    h->cr = value & ~start;
    if (!(value & CR_PG))
        h->strobes = 0;
    if (value & start)
        start_erase(w, half, value);
}

// A wrong key, or one that comes when nothing is locked, locks until the next reset.
static void write_key(unsigned *keys, uint32_t *lock, const uint32_t right[2], uint32_t value)
{
    if (!(*lock & 1) || *keys >= 2 || value != right[*keys]) {
        *keys = 99;
        *lock |= 1;
    } else if (++*keys == 2) {
        *lock &= ~1u;
    }
}

static void load_options(struct world *w)
{
    w->resets++;
    w->swapped = *reg(w, R_OPTSR) & SWAP;
    w->half[0].cr = w->half[1].cr = CR_LOCK;
    w->half[0].keys = w->half[1].keys = w->option_keys = 0;
    *reg(w, R_OPTCR) = OPTLOCK | (w->swapped ? SWAP : 0);
}

// Each register with what shall be is behind the one with what is.
static void burn(struct world *w)
{
    static const uint8_t of_bank[] = {R_PRAR, R_SCAR, R_WPSN},
                         others[] = {R_OPTSR, R_BOOT, R_BOOT4, R_OPTSR2};
    if (w->options_fail) {
        *reg(w, R_OPTSR) |= CHANGEERR;
        return;
    }
    const bool leaves =
        (*reg(w, R_OPTSR) & 0xff00) != 0xaa00 && (*reg(w, R_OPTSR + 4) & 0xff00) == 0xaa00;
    for (unsigned i = 0; i < sizeof others; i++)
        *reg(w, others[i]) = *reg(w, others[i] + 4);
    for (unsigned i = 0; i < sizeof of_bank; i++)
        for (unsigned half = 0; half < 2; half++)
            *reg(w, of_bank[i] + 0x100 * half) = *reg(w, of_bank[i] + 4 + 0x100 * half);
    for (unsigned half = 0; half < 2 && leaves; half++)
        memset(w->half[half].flash, 0xff, BANK);
    note(w, "burn ");
}

static void write_optcr(struct world *w, uint32_t value)
{
    if (*reg(w, R_OPTCR) & OPTLOCK || is_busy(w, &w->half[0]) || is_busy(w, &w->half[1])) {
        w->violations++;
        return;
    }
    *reg(w, R_OPTCR) = (*reg(w, R_OPTCR) & SWAP) | (value & ~(SWAP | OPTSTART));
    if (value & OPTLOCK)
        w->option_keys = 0;
    if (!(value & OPTSTART))
        return;
    begin_work(w, &w->half[0], w->erase_us);
    burn(w);
}

static void write_reg(struct world *w, uint32_t offset, uint32_t value)
{
    static const uint32_t keys[2] = {0x45670123, 0xcdef89ab};
    static const uint32_t option_keys[2] = {0x08192a3b, 0x4c5d6e7f};
    const unsigned half = offset >> 8;
    struct half *h = &w->half[half];
    const uint32_t of_bank = offset & 0xff;
    assert_true(!half || w->two_banks);
    if (of_bank == R_KEYR)
        write_key(&h->keys, &h->cr, keys, value);
    else if (of_bank == R_CR)
        write_cr(w, half, value);
    else if (of_bank == R_CCR)
        h->sr &= ~value;
    else if (offset == R_OPTKEYR)
        write_key(&w->option_keys, reg(w, R_OPTCR), option_keys, value);
    else if (offset == R_OPTCR)
        write_optcr(w, value);
    else if (offset == R_OPTCCR)
        *reg(w, R_OPTSR) &= ~value;
    else if (*reg(w, R_OPTCR) & OPTLOCK)
        w->violations++;
    else
        *reg(w, offset) = value;
}

static uint32_t read_reg(struct world *w, uint32_t offset)
{
    const struct half *h = &w->half[offset >> 8];
    const uint32_t of_bank = offset & 0xff;
    assert_true(!(offset >> 8) || w->two_banks);
    if (of_bank == R_CR)
        return h->cr;
    if (of_bank == R_SR)
        return (is_busy(w, h) ? SR_BSY | SR_QW : h->sr) | (h->strobes ? SR_WBNE : 0);
    if (offset == R_OPTSR)
        return *reg(w, offset) | (is_busy(w, h) ? 1 : 0);
    return *reg(w, offset);
}

static void program_word(struct world *w, unsigned half, uint32_t at)
{
    struct half *h = &w->half[half];
    const unsigned unit = unit_of(w);
    if (is_protected(w, half, at / KIB)) {
        h->sr |= SR_WRPERR;
        return;
    }
    for (unsigned i = 0; i < unit; i++) { // a second time spoils the check bits
        h->spoilt[at / 16] |= h->flash[at + i] != 0xff;
        h->flash[at + i] &= h->buffer[i];
    }
    begin_work(w, h, 100);
}

// A word into the write buffer; a complete one goes to the flash.
static void fill_buffer(struct world *w, unsigned half, uint32_t at, const uint8_t *data)
{
    struct half *h = &w->half[half];
    const unsigned unit = unit_of(w), byte = at % unit;
    if (h->cr & CR_LOCK || !(h->cr & CR_PG)) {
        h->sr |= SR_PGSERR;
        return;
    }
    if (h->strobes && h->buffer_at != at - byte) {
        h->sr |= SR_INC;
        h->strobes = 0;
        return;
    }
    if (h->strobes >> byte & 1) {
        h->sr |= SR_STRB;
        return;
    }
    if (is_busy(w, h)) // the bus waits
        w->now_us = h->busy_until;
    memcpy(&h->buffer[byte], data, 4);
    h->strobes |= 15u << byte;
    h->buffer_at = at - byte;
    if (h->strobes != (w->small ? 0xffffu : 0xffffffffu))
        return;
    h->strobes = 0;
    program_word(w, half, at - byte);
}

// ---- the probe ----------------------------------------------------------------------------------

static struct half *flash_at(struct world *w, uint32_t addr, uint32_t *at)
{
    *at = addr & 0xfffff;
    const unsigned half = addr >= UPPER;
    return addr - BASE < 2 * (UPPER - BASE) && *at < BANK && (!half || w->two_banks)
               ? &w->half[half]
               : NULL;
}

static enum err read_word(struct debug_probe *probe, unsigned ap, uint32_t addr, uint32_t *value)
{
    struct world *w = world_of(probe);
    uint32_t at;
    struct half *h = flash_at(w, addr, &at);
    (void)ap;
    w->now_us++;
    if (!h) {
        assert_true(addr - REGS < W_REGS);
        *value = read_reg(w, addr - REGS);
        return ERR_OK;
    }
    *value = get_le32(&h->flash[at]);
    if (!h->spoilt[at / unit_of(w) * unit_of(w) / 16])
        return ERR_OK;
    h->sr |= SR_DBECC;
    return log_fail(probe->log, ERR_FAULT, "a bus error at 0x%08x", addr);
}

static enum err write_word(struct debug_probe *probe, unsigned ap, uint32_t addr, uint32_t value)
{
    struct world *w = world_of(probe);
    uint32_t at;
    uint8_t bytes[4];
    struct half *h = flash_at(w, addr, &at);
    (void)ap;
    w->now_us++;
    put_le32(bytes, value);
    if (addr == AIRCR) {
        assert_int_equal(value, 0x05fa0004);
        load_options(w);
    } else if (h) {
        fill_buffer(w, h == &w->half[1], at, bytes);
    } else {
        assert_true(addr - REGS < W_REGS);
        write_reg(w, addr - REGS, value);
    }
    return ERR_OK;
}

static enum err read_block(struct debug_probe *probe, unsigned ap, unsigned unit, uint32_t addr,
                           void *data, size_t len)
{
    enum err e = ERR_OK;
    assert_int_equal(unit, 4);
    for (size_t i = 0; i < len && !e; i += 4) {
        uint32_t word;
        e = read_word(probe, ap, addr + (uint32_t)i, &word);
        put_le32((uint8_t *)data + i, word);
    }
    return e;
}

static enum err write_block(struct debug_probe *probe, unsigned ap, unsigned unit, uint32_t addr,
                            const void *data, size_t len)
{
    struct world *w = world_of(probe);
    assert_int_equal(unit, 4);
    for (size_t i = 0; i < len; i += 4) {
        if (w->wait_after && i / 4 == w->wait_after)
            return ERR_WAIT;
        assert_int_equal(
            write_word(probe, ap, addr + (uint32_t)i, get_le32((const uint8_t *)data + i)), ERR_OK);
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
    (void)probe;
    return true;
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

static void hear(void *user, enum log_level level, const char *line)
{
    struct world *w = user;
    (void)level;
    strncat(w->said, line, sizeof w->said - strlen(w->said) - 1);
}

static void factory_options(struct world *w)
{
    for (unsigned half = 0; half < 2; half++) {
        *reg(w, R_PRAR + 0x100 * half) = 0x00000fff; // the start above the end: none
        *reg(w, R_SCAR + 0x100 * half) = 0x00000fff;
        *reg(w, R_WPSN + 0x100 * half) = w->small ? 0xffffffff : 0xff;
    }
    *reg(w, R_OPTSR) = 0x1bc6aad0;
    *reg(w, R_BOOT) = 0x1ff00800;
    *reg(w, R_BOOT4) = 0x10000810;
    load_options(w);
    w->resets = 0;
}

static void open_world(struct bench *b, bool two_banks, bool small)
{
    const struct flash_run run = {BASE, KIB, SECTORS, 200000, 250000};
    memset(b, 0, sizeof *b);
    b->w.log = (struct log){.level = LOG_NOTE, .write = hear, .user = &b->w};
    b->w.probe = (struct debug_probe){.ops = &probe_ops, .log = &b->w.log};
    b->w.mem = (struct mem_ap){.probe = &b->w.probe};
    b->w.vtref_mv = 3300;
    b->w.erase_us = 250000;
    b->w.two_banks = two_banks;
    b->w.small = small;
    factory_options(&b->w);
    memset(b->w.half[0].flash, 0x55, BANK);
    memset(b->w.half[1].flash, 0x55, BANK);
    b->params = (struct flashword_params){
        .start = small ? 1u << 5 : 1u << 7,
        .sector_shift = small ? 6 : 8,
        .parallelism = !small,
        .sectors_of_wrp = small ? 4 : 1,
        .options = 0x1ff,
    };
    b->bank = (struct flash_bank){
        .base = BASE,
        .size = two_banks ? UPPER - BASE + BANK : BANK,
        .bank2 = two_banks ? UPPER : 0,
        .layout = {.erased = 0xff,
                   .unit = small ? 16 : 32,
                   .once = true,
                   .unit_us = 100,
                   .mass_erase_us = 400000,
                   .run = {run}},
        .regs = REGS,
        .params = &b->params,
        .driver = &flashword_driver,
    };
    if (two_banks) {
        b->bank.layout.run[1] = run;
        b->bank.layout.run[1].base = UPPER;
    }
    for (unsigned i = 0; i < sizeof b->image; i++)
        b->image[i] = (uint8_t)(i * 7 + i / KIB);
    b->access = (struct flash_access){.mem = &b->w.mem, .log = &b->w.log, .bank = &b->bank};
    assert_int_equal(flash_job_open(&b->job, &b->access), ERR_OK);
}

void bench_open(struct bench *b, bool two_banks)
{
    open_world(b, two_banks, false);
}

void bench_open_small(struct bench *b)
{
    open_world(b, true, true);
}

enum err bench_run(struct bench *b)
{
    bool more = true;
    enum err e = ERR_OK;
    flash_job_close_input(b->job);
    while (more && !e)
        e = flash_job_step(b->job, &more);
    return e;
}

enum err bench_close(struct bench *b)
{
    return flash_job_free(b->job);
}
