// SPDX-License-Identifier: MIT
// The chip of the tests of flash/drivers/dword.c.
#include "tests/unit/dword_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "swd/mem_ap.h"

#define SR_BSY1    (1u << 16)
#define SR_CFGBSY  (1u << 18)
#define SR_PGSERR  (1u << 7)
#define SR_WRPERR  (1u << 4)
#define SR_PROGERR (1u << 3)
#define SR_ERRORS  0x3fau
#define SR_FLAGS   0xc3fbu

#define CR_LOCK    (1u << 31)
#define CR_OPTLOCK (1u << 30)
#define CR_OBL     (1u << 27)
#define CR_OPTSTRT (1u << 17)
#define CR_STRT    (1u << 16)
#define CR_MER2    (1u << 15)
#define CR_BKER    (1u << 13)
#define CR_MER1    (1u << 2)
#define CR_PER     (1u << 1)
#define CR_PG      (1u << 0)

static struct world *world_of(const struct mem_ap *mem)
{
    return (struct world *)mem->probe;
}

static void note(struct world *w, const char *text)
{
    strncat(w->did, text, sizeof w->did - strlen(w->did) - 1);
}

// ---- the controller -----------------------------------------------------------------------------

static unsigned banks(const struct world *w)
{
    return w->two_banks ? 2 : 1;
}

// Where a page of a bank is: with swapped banks (nSWAP_BANK 0) the second one comes first.
static uint32_t place(const struct world *w, unsigned bank, uint32_t page)
{
    bool swapped = w->two_banks && !(w->reg[W_OPTR] & 1u << 20);
    return (swapped ? 1 - bank : bank) * SIZE / 2 + page * PAGE;
}

static bool is_write_protected(const struct world *w, uint32_t at)
{
    for (uint32_t bank = 0; bank < banks(w); bank++) {
        uint32_t wrp = w->reg[bank ? W_WRP2A : W_WRP1A];
        for (uint32_t page = wrp & 0x7f; page <= (wrp >> 16 & 0x7f) && page < PAGES / banks(w);
             page++)
            if (at - place(w, bank, page) < PAGE)
                return true;
    }
    return false;
}

static void erase(struct world *w, uint32_t at, uint32_t len)
{
    for (uint32_t i = at; i < at + len; i += PAGE)
        if (is_write_protected(w, i)) {
            w->reg[W_SR] |= SR_WRPERR;
            return;
        }
    memset(&w->flash[at], 0xff, len);
    memset(&w->written[at / 8], 0, len / 8);
}

static void start(struct world *w, uint32_t cr)
{
    char text[32];
    const uint32_t bank = cr & CR_BKER ? 1 : 0, page = cr >> 3 & 0x3ff;
    w->busy = w->busy_reads;
    if (w->reg[W_SR] & SR_ERRORS) {
        w->reg[W_SR] |= SR_PGSERR;
        return;
    }
    if (cr & CR_PER) {
        snprintf(text, sizeof text, "erase %u:%u ", bank + 1, page);
        assert_true(bank < banks(w) && page < PAGES / banks(w));
        erase(w, place(w, bank, page), PAGE);
    } else {
        snprintf(text, sizeof text, "mass %u ", (cr & CR_MER1 ? 1 : 0) + (cr & CR_MER2 ? 2 : 0));
        assert_true(cr & (CR_MER1 | CR_MER2) && (w->two_banks || !(cr & CR_MER2)));
        for (uint32_t b = 0; b < banks(w); b++)
            if (cr & (b ? CR_MER2 : CR_MER1))
                erase(w, place(w, b, 0), SIZE / banks(w));
    }
    note(w, text);
}

static void burn_options(struct world *w)
{
    w->busy = w->busy_reads;
    if (w->options_fail) {
        w->reg[W_SR] |= SR_PGSERR;
        return;
    }
    if ((w->reg[W_OPTR] & 0xff) != 0xaa && (w->next_option[W_OPTR] & 0xff) == 0xaa) {
        memset(w->flash, 0xff, SIZE);
        memset(w->written, 0, sizeof w->written);
    }
    memcpy(w->stored_option, w->next_option, sizeof w->stored_option);
    note(w, "burn ");
}

static void write_cr(struct world *w, uint32_t value)
{
    if ((w->reg[W_CR] & CR_LOCK) || w->busy || (w->reg[W_SR] & SR_CFGBSY) ||
        ((value & (CR_OPTSTRT | CR_OBL)) && (w->reg[W_CR] & CR_OPTLOCK))) {
        w->violations++;
        return;
    }
    if (value & CR_LOCK) {
        value |= CR_OPTLOCK;
        w->keys = w->option_keys = 0;
    }
    w->reg[W_CR] = (value & ~(CR_STRT | CR_OPTSTRT)) | (w->reg[W_CR] & CR_OPTLOCK);
    if (value & CR_STRT)
        start(w, value);
    if (value & CR_OPTSTRT)
        burn_options(w);
    if (value & CR_OBL) {
        w->resets++;
        memcpy(&w->reg[W_OPTR], &w->stored_option[W_OPTR], sizeof w->reg - W_OPTR * 4);
        w->reg[W_CR] = CR_LOCK | CR_OPTLOCK;
    }
}

// A wrong key, or one that comes when nothing is locked, is a bus error.
static enum err write_key(unsigned *keys, uint32_t *cr, uint32_t lock, const uint32_t right[2],
                          uint32_t value)
{
    if (!(*cr & lock) || *keys >= 2 || value != right[*keys]) {
        *keys = 99;
        return ERR_FAULT;
    }
    if (++*keys == 2)
        *cr &= ~lock;
    return ERR_OK;
}

static enum err write_reg(struct world *w, unsigned n, uint32_t value)
{
    static const uint32_t keys[2] = {0x45670123, 0xcdef89ab};
    static const uint32_t option_keys[2] = {0x08192a3b, 0x4c5d6e7f};
    if (n == W_KEYR)
        return write_key(&w->keys, &w->reg[W_CR], CR_LOCK, keys, value);
    if (n == W_OPTKEYR && !(w->reg[W_CR] & CR_LOCK))
        return write_key(&w->option_keys, &w->reg[W_CR], CR_OPTLOCK, option_keys, value);
    if (n == W_SR)
        w->reg[W_SR] &= ~(value & SR_FLAGS);
    else if (n == W_CR)
        write_cr(w, value);
    else if (n == W_ACR)
        w->reg[W_ACR] = value;
    else if (n >= W_OPTR && !(w->reg[W_CR] & CR_OPTLOCK))
        w->next_option[n] = value;
    else
        w->violations++;
    return ERR_OK;
}

// A double word is complete with its second half.
static void program(struct world *w, uint32_t at, uint32_t low, uint32_t high)
{
    if (w->reg[W_SR] & SR_ERRORS || is_write_protected(w, at)) {
        w->reg[W_SR] |= is_write_protected(w, at) ? SR_WRPERR : SR_PGSERR;
        return;
    }
    if (w->written[at / 8]++ || get_le64(&w->flash[at]) != UINT64_MAX) {
        w->reg[W_SR] |= SR_PROGERR;
        return;
    }
    put_le32(&w->flash[at], low);
    put_le32(&w->flash[at + 4], high);
}

static void write_flash_word(struct world *w, uint32_t at, uint32_t value)
{
    if (!(w->reg[W_CR] & CR_PG) || (w->reg[W_CR] & CR_LOCK)) {
        w->reg[W_SR] |= SR_PGSERR;
        w->violations++;
    } else if (!(w->reg[W_SR] & SR_CFGBSY)) {
        assert_int_equal(at % 8, 0);
        w->half_at = at;
        w->half = value;
        w->reg[W_SR] |= SR_CFGBSY;
    } else {
        assert_int_equal(at, w->half_at + 4);
        w->reg[W_SR] &= ~SR_CFGBSY;
        program(w, w->half_at, w->half, value);
    }
}

// ---- in the place of swd/ -----------------------------------------------------------------------

enum err mem_ap_read32(const struct mem_ap *mem, uint32_t addr, uint32_t *value)
{
    struct world *w = world_of(mem);
    if (addr - BASE < SIZE) {
        *value = get_le32(&w->flash[addr - BASE]);
        return ERR_OK;
    }
    assert_true(addr - REGS < 4 * W_REGS && addr % 4 == 0);
    unsigned n = (addr - REGS) / 4;
    *value = w->reg[n];
    if (n == W_SR && w->busy) {
        w->busy--;
        *value |= SR_BSY1;
    }
    return ERR_OK;
}

enum err mem_ap_write32(const struct mem_ap *mem, uint32_t addr, uint32_t value)
{
    struct world *w = world_of(mem);
    if (addr - BASE < SIZE)
        write_flash_word(w, addr - BASE, value);
    else
        return write_reg(w, (addr - REGS) / 4, value);
    return ERR_OK;
}

enum err mem_ap_write(const struct mem_ap *mem, uint32_t addr, const void *data, size_t len)
{
    struct world *w = world_of(mem);
    const uint8_t *p = data;
    assert_true(addr - BASE < SIZE && len % 4 == 0);
    for (size_t i = 0; i < len; i += 4) {
        if (w->wait_after && i / 4 == w->wait_after)
            return ERR_WAIT;
        write_flash_word(w, addr - BASE + (uint32_t)i, get_le32(&p[i]));
    }
    return ERR_OK;
}

enum err mem_ap_read(const struct mem_ap *mem, uint32_t addr, void *data, size_t len, size_t *done)
{
    enum err e = ERR_OK;
    (void)done;
    for (size_t i = 0; i < len && !e; i += 4) {
        uint32_t word;
        e = mem_ap_read32(mem, addr + (uint32_t)i, &word);
        put_le32((uint8_t *)data + i, word);
    }
    return e;
}

static enum err not_here(void)
{
    fail_msg("halfwords and bytes do not exist here");
    return ERR_STATE;
}

enum err mem_ap_read16(const struct mem_ap *mem, uint32_t addr, uint16_t *value)
{
    (void)mem;
    (void)addr;
    (void)value;
    return not_here();
}

enum err mem_ap_write16(const struct mem_ap *mem, uint32_t addr, uint16_t value)
{
    (void)mem;
    (void)addr;
    (void)value;
    return not_here();
}

enum err mem_ap_write_halfwords(const struct mem_ap *mem, uint32_t addr, const void *data,
                                size_t len)
{
    (void)mem;
    (void)addr;
    (void)data;
    (void)len;
    return not_here();
}

enum err mem_ap_write_bytes(const struct mem_ap *mem, uint32_t addr, const void *data, size_t len)
{
    (void)mem;
    (void)addr;
    (void)data;
    (void)len;
    return not_here();
}

bool mem_ap_has_halfwords(const struct mem_ap *mem)
{
    (void)mem;
    return false;
}

static uint64_t world_now_us(struct debug_probe *probe)
{
    return ++((struct world *)probe)->now_us;
}

static void world_sleep_us(struct debug_probe *probe, uint32_t us)
{
    ((struct world *)probe)->now_us += us;
}

static const struct debug_probe_ops probe_ops = {.now_us = world_now_us,
                                                 .sleep_us = world_sleep_us};

// ---- the bench ----------------------------------------------------------------------------------

static uint32_t securable(const uint32_t secr[2], unsigned bank)
{
    return secr[0] >> (bank ? 20 : 0) & 0xff;
}

static const struct dword_params params = {
    .option_reg = {[DWORD_OPTR] = 0x20,
                   [DWORD_PCROP1AS] = 0x24,
                   [DWORD_PCROP1AE] = 0x28,
                   [DWORD_WRP1A] = 0x2c,
                   [DWORD_WRP2A] = 0x4c,
                   [DWORD_SECR] = 0x80},
    .busy = 3u << 16,
    .bker = CR_BKER,
    .mer2 = CR_MER2,
    .not_swapped = 1u << 20,
    .pcrop_unit = 512,
    .latency = 2,
    .securable = securable,
    .sec_prot = {1u << 28, 1u << 29},
};

void bench_open(struct bench *b, bool two_banks)
{
    memset(b, 0, sizeof *b);
    b->w.log = log_silent();
    b->w.probe = (struct debug_probe){.ops = &probe_ops, .log = &b->w.log};
    b->w.mem = (struct mem_ap){.probe = &b->w.probe};
    b->w.two_banks = two_banks;
    b->w.reg[W_ACR] = 0x00040600;
    b->w.reg[W_CR] = CR_LOCK | CR_OPTLOCK;
    b->w.reg[W_OPTR] = 0xffdffeaau | (two_banks ? 1u << 21 : 0);
    b->w.reg[W_PCROP1AS] = 0x1ff;
    b->w.reg[W_WRP1A] = b->w.reg[W_WRP2A] = 0x7f;
    memcpy(b->w.next_option, b->w.reg, sizeof b->w.reg);
    memcpy(b->w.stored_option, b->w.reg, sizeof b->w.reg);
    memset(b->w.flash, 0x55, SIZE);
    memset(b->w.written, 1, UNITS);
    b->params = params;
    b->bank = (struct flash_bank){.base = BASE,
                                  .size = SIZE,
                                  .largest = 256 * 1024,
                                  .layout = {.erased = 0xff,
                                             .unit = 8,
                                             .once = true,
                                             .unit_us = 85,
                                             .mass_erase_us = 22100,
                                             .run = {{BASE, PAGE, PAGES, 20000, 22000}}},
                                  .bank2 = two_banks ? BASE + SIZE / 2 : 0,
                                  .regs = REGS,
                                  .params = &b->params,
                                  .driver = &dword_driver};
    for (unsigned i = 0; i < SIZE; i++)
        b->image[i] = (uint8_t)(i * 7 + i / PAGE);
    b->access = (struct flash_access){.mem = &b->w.mem, .log = &b->w.log, .bank = &b->bank};
    assert_int_equal(flash_job_open(&b->job, &b->access), ERR_OK);
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
