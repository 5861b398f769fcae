// SPDX-License-Identifier: MIT
// flash/: what a job decides to do, seen by a driver that writes down what it was asked, and how
// the FPEC's driver gets over a controller that stays busy. Below them stands a chip of one array,
// linked in the place of swd/.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "flash/flash.h"
#include "flash/fpec16.h"
#include "swd/mem.h"

#define BASE  0x08000000u
#define PAGE  1024u
#define PAGES 4u
#define SIZE  (PAGES * PAGE)
#define REGS  0x40022000u
#define RCC   0x40021000u

// The chip: flash, an FPEC as far as its driver needs it, and faults to order.
struct world {
    struct stlink st; // first: the stand-ins for swd/ get only this
    struct log log;
    uint64_t now_us;
    uint8_t flash[SIZE];
    char did[1024]; // what the recording driver was asked
    unsigned reads, violations;
    bool write_lies; // programming leaves one bit as it was
    enum err fail_erase, fail_begin;
    uint32_t sr, cr, obr, wrpr, rcc_cr;
    unsigned keys;
    bool halfwords;
    unsigned wait_after; // halfwords that a write command gets in before it ends in WAIT; 0: all
};

static struct world *world_of(struct stlink *st)
{
    return (struct world *)st;
}

static void note(struct world *w, const char *what, uint32_t a, uint32_t b)
{
    size_t n = strlen(w->did);
    snprintf(&w->did[n], sizeof w->did - n, "%s %x %x\n", what, a, b);
}

// ---- the stand-ins for swd/ ----

static void fpec_write(struct world *w, uint32_t addr, uint32_t value)
{
    switch (addr) {
    case RCC:
        w->rcc_cr = value & 1 ? value | 2 : value & ~2u;
        break;
    case REGS + 0x04:
        w->keys = value == (w->keys ? 0xcdef89abu : 0x45670123u) ? w->keys + 1 : 99;
        if (w->keys == 2)
            w->cr &= ~0x80u;
        break;
    case REGS + 0x0c:
        w->sr &= ~value;
        break;
    case REGS + 0x10:
        if (w->cr & 0x80)
            w->violations++;
        w->cr = value;
        if ((value & 0x44) == 0x44) {
            memset(w->flash, 0xff, SIZE);
            w->sr |= 0x20;
        }
        break;
    case REGS + 0x14:
        memset(&w->flash[addr == REGS + 0x14 ? value - BASE : 0], 0xff, PAGE);
        w->sr |= 0x20;
        break;
    default:
        fail_msg("write to 0x%08x", addr);
    }
}

enum err mem_read32(struct stlink *st, uint32_t addr, uint32_t *value)
{
    struct world *w = world_of(st);
    switch (addr) {
    case RCC:
        *value = w->rcc_cr;
        return ERR_OK;
    case REGS + 0x0c:
        *value = w->sr;
        return ERR_OK;
    case REGS + 0x10:
        *value = w->cr;
        return ERR_OK;
    case REGS + 0x1c:
        *value = w->obr;
        return ERR_OK;
    case REGS + 0x20:
        *value = w->wrpr;
        return ERR_OK;
    default:
        return ERR_FAULT;
    }
}

enum err mem_write32(struct stlink *st, uint32_t addr, uint32_t value)
{
    fpec_write(world_of(st), addr, value);
    return ERR_OK;
}

enum err mem_write(struct stlink *st, uint32_t addr, const void *data, size_t len)
{
    const uint8_t *p = data;
    for (size_t i = 0; i < len; i += 4)
        fpec_write(world_of(st), addr + (uint32_t)i, get_le32(&p[i]));
    return ERR_OK;
}

enum err mem_read(struct stlink *st, uint32_t addr, void *data, size_t len, size_t *done)
{
    struct world *w = world_of(st);
    (void)done;
    assert_true(addr >= BASE && len <= SIZE && addr - BASE <= SIZE - len);
    w->reads++;
    memcpy(data, &w->flash[addr - BASE], len);
    return ERR_OK;
}

enum err mem_read16(struct stlink *st, uint32_t addr, uint16_t *value)
{
    uint8_t two[2];
    enum err e = mem_read(st, addr, two, 2, NULL);
    *value = get_le16(two);
    return e;
}

enum err mem_write_halfwords(struct stlink *st, uint32_t addr, const void *data, size_t len)
{
    struct world *w = world_of(st);
    const uint8_t *p = data;
    for (size_t i = 0; i < len; i += 2) {
        if (w->wait_after && i / 2 == w->wait_after)
            return ERR_WAIT;
        uint8_t *cell = &w->flash[addr - BASE + i];
        if (get_le16(cell) != 0xffff)
            w->sr |= 4;
        else
            memcpy(cell, &p[i], 2);
        w->sr |= 0x20;
    }
    return ERR_OK;
}

bool stlink_has_halfwords(const struct stlink *st)
{
    return ((const struct world *)st)->halfwords;
}

static uint64_t now_us(void *self)
{
    struct world *w = self;
    return ++w->now_us;
}

static void sleep_us(void *self, uint32_t us)
{
    ((struct world *)self)->now_us += us;
}

static const struct usb_link_ops link_ops = {.now_us = now_us, .sleep_us = sleep_us};

// ---- the driver that writes down what it was asked ----

static enum err record_begin(struct flash_access *fa)
{
    struct world *w = world_of(fa->st);
    note(w, "begin", 0, 0);
    return w->fail_begin ? log_fail(fa->log, w->fail_begin, "no way in") : ERR_OK;
}

static enum err record_erase(struct flash_access *fa, uint32_t addr)
{
    struct world *w = world_of(fa->st);
    note(w, "erase", addr - BASE, 0);
    if (w->fail_erase)
        return log_fail(fa->log, w->fail_erase, "the eraser broke");
    memset(&w->flash[addr - BASE], 0xff, PAGE);
    return ERR_OK;
}

static enum err record_erase_all(struct flash_access *fa)
{
    struct world *w = world_of(fa->st);
    note(w, "erase_all", 0, 0);
    memset(w->flash, 0xff, SIZE);
    return ERR_OK;
}

static enum err record_program(struct flash_access *fa, uint32_t addr, const uint8_t *data,
                               size_t len)
{
    struct world *w = world_of(fa->st);
    note(w, "program", addr - BASE, (uint32_t)len);
    for (size_t i = 0; i < len; i++)
        w->flash[addr - BASE + i] &= data[i];
    if (w->write_lies)
        w->flash[addr - BASE + 5] |= 1;
    return ERR_OK;
}

static enum err record_end(struct flash_access *fa)
{
    note(world_of(fa->st), "end", 0, 0);
    return log_fail(fa->log, ERR_OK, "a sentence from the end that nobody wants");
}

static const struct flash_driver recorder = {
    .name = "recorder",
    .unit = 2,
    .begin = record_begin,
    .erase_page = record_erase,
    .erase_all = record_erase_all,
    .program = record_program,
    .end = record_end,
};

// ---- the tests ----

struct bench {
    struct world w;
    struct flash_bank bank;
    struct flash_job *job;
    uint8_t image[SIZE];
};

static void bench_open(struct bench *b, const struct flash_driver *driver)
{
    memset(b, 0, sizeof *b);
    b->w.log = log_silent();
    b->w.st.log = &b->w.log;
    b->w.st.link = (struct usb_link){.ops = &link_ops, .self = &b->w};
    b->w.cr = 0x80;
    b->w.wrpr = 0xffffffff;
    b->w.halfwords = true;
    memset(b->w.flash, 0x55, SIZE);
    b->bank = (struct flash_bank){
        .base = BASE, .size = SIZE, .page_size = PAGE, .regs = REGS, .driver = driver};
    for (unsigned i = 0; i < SIZE; i++)
        b->image[i] = (uint8_t)(i * 7 + i / PAGE);
    assert_int_equal(flash_job_open(&b->job, &b->bank, &b->w.st, &b->w.log), ERR_OK);
}

static enum err run(struct bench *b)
{
    bool more = true;
    enum err e = ERR_OK;
    while (more && !e)
        e = flash_job_step(b->job, &more);
    return e;
}

static enum err bench_close(struct bench *b)
{
    return flash_job_free(b->job);
}

static void a_page_is_done_when_its_data_is_complete(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    assert_int_equal(flash_job_erase(b.job, BASE, 2 * PAGE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE, b.image, 1000), ERR_OK);
    assert_int_equal(run(&b), ERR_OK);
    assert_string_equal(b.w.did, "");
    assert_int_equal(flash_job_write(b.job, BASE + 1000, &b.image[1000], 1000), ERR_OK);
    assert_int_equal(run(&b), ERR_OK);
    assert_string_equal(b.w.did, "begin 0 0\nerase 0 0\nprogram 0 400\n");
    flash_job_close_input(b.job);
    assert_int_equal(run(&b), ERR_OK);
    const struct flash_stats *s = flash_job_stats(b.job);
    assert_int_equal(s->erased, 2 * PAGE);
    assert_int_equal(s->programmed, 2000);
    assert_int_equal(s->verified, 2 * PAGE);
    assert_true(s->ended_us > s->started_us);
    assert_int_equal(bench_close(&b), ERR_OK);
    assert_memory_equal(b.w.flash, b.image, 2000);
    for (unsigned i = 2000; i < 2 * PAGE; i++)
        assert_int_equal(b.w.flash[i], 0xff);
    assert_int_equal(b.w.flash[2 * PAGE], 0x55);
}

static void bytes_written_twice_do_not_complete_a_page(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    assert_int_equal(flash_job_erase(b.job, BASE, PAGE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE, b.image, 512), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE, b.image, 512), ERR_OK);
    assert_int_equal(run(&b), ERR_OK);
    assert_string_equal(b.w.did, "");
    assert_int_equal(bench_close(&b), ERR_OK);
}

static void a_page_that_later_data_passed_by_is_due(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    assert_int_equal(flash_job_erase(b.job, BASE, 3 * PAGE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE, b.image, 16), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE + 2 * PAGE, b.image, 16), ERR_OK);
    assert_int_equal(run(&b), ERR_OK);
    assert_string_equal(b.w.did, "begin 0 0\nerase 0 0\nprogram 0 400\nerase 400 0\n");
    flash_job_close_input(b.job);
    assert_int_equal(run(&b), ERR_OK);
    assert_int_equal(bench_close(&b), ERR_OK);
}

static void data_that_comes_late_still_ends_up_in_the_chip(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    assert_int_equal(flash_job_erase(b.job, BASE, 2 * PAGE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE + PAGE, &b.image[PAGE], PAGE), ERR_OK);
    assert_int_equal(run(&b), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE, b.image, PAGE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(run(&b), ERR_OK);
    assert_int_equal(bench_close(&b), ERR_OK);
    assert_memory_equal(b.w.flash, b.image, 2 * PAGE);
}

static void a_page_that_holds_its_data_is_left_alone(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    memcpy(&b.w.flash[PAGE], &b.image[PAGE], PAGE);
    assert_int_equal(flash_job_erase(b.job, BASE, 2 * PAGE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE, b.image, 2 * PAGE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(run(&b), ERR_OK);
    assert_string_equal(b.w.did, "begin 0 0\nerase 0 0\nprogram 0 400\n");
    assert_int_equal(flash_job_stats(b.job)->skipped, PAGE);
    assert_int_equal(bench_close(&b), ERR_OK);
}

static void a_blank_page_is_not_erased(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    memset(b.w.flash, 0xff, 2 * PAGE);
    assert_int_equal(flash_job_erase(b.job, BASE, 2 * PAGE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE, b.image, PAGE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(run(&b), ERR_OK);
    assert_string_equal(b.w.did, "begin 0 0\nprogram 0 400\n");
    assert_int_equal(flash_job_stats(b.job)->erased, 0);
    assert_int_equal(flash_job_stats(b.job)->skipped, PAGE);
    assert_int_equal(bench_close(&b), ERR_OK);
}

static void one_step_does_at_most_one_page(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    assert_int_equal(flash_job_erase(b.job, BASE, 3 * PAGE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE, b.image, 3 * PAGE), ERR_OK);
    bool more;
    assert_int_equal(flash_job_step(b.job, &more), ERR_OK);
    assert_true(more);
    assert_string_equal(b.w.did, "begin 0 0\nerase 0 0\nprogram 0 400\n");
    assert_int_equal(flash_job_step(b.job, &more), ERR_OK);
    assert_int_equal(flash_job_step(b.job, &more), ERR_OK);
    assert_false(more);
    assert_int_equal(flash_job_stats(b.job)->verified, 0);
    flash_job_close_input(b.job);
    assert_int_equal(run(&b), ERR_OK);
    assert_int_equal(flash_job_stats(b.job)->verified, 3 * PAGE);
    assert_int_equal(bench_close(&b), ERR_OK);
}

static void erasing_everything_is_one_mass_erase(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    assert_int_equal(flash_job_erase(b.job, BASE, SIZE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(run(&b), ERR_OK);
    assert_string_equal(b.w.did, "begin 0 0\nerase_all 0 0\n");
    assert_int_equal(flash_job_stats(b.job)->erased, SIZE);
    assert_int_equal(flash_job_stats(b.job)->verified, SIZE);
    assert_int_equal(bench_close(&b), ERR_OK);
}

static void addresses_outside_the_bank_are_refused(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    assert_int_equal(flash_job_erase(b.job, BASE - PAGE, 2 * PAGE), ERR_USAGE);
    assert_int_equal(flash_job_erase(b.job, BASE, SIZE + PAGE), ERR_USAGE);
    assert_int_equal(flash_job_erase(b.job, BASE + SIZE, PAGE), ERR_USAGE);
    assert_int_equal(flash_job_erase(b.job, BASE + PAGE, 0xfffffc00u), ERR_USAGE);
    assert_int_equal(flash_job_erase(b.job, BASE + 4, PAGE), ERR_USAGE);
    assert_non_null(strstr(b.w.log.sentence, "whole pages"));
    assert_int_equal(flash_job_erase(b.job, BASE, SIZE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE + SIZE - 1, b.image, 2), ERR_USAGE);
    assert_int_equal(flash_job_write(b.job, BASE - 1, b.image, 2), ERR_USAGE);
    assert_int_equal(flash_job_write(b.job, BASE + 8, b.image, SIZE_MAX), ERR_USAGE);
    assert_non_null(strstr(b.w.log.sentence, "0x08000000 to 0x08000fff"));
    assert_int_equal(bench_close(&b), ERR_OK);
    assert_string_equal(b.w.did, "");
}

static void writing_what_was_not_erased_is_refused(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    assert_int_equal(flash_job_erase(b.job, BASE, PAGE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE + PAGE - 1, b.image, 2), ERR_USAGE);
    assert_non_null(strstr(b.w.log.sentence, "0x08000400"));
    assert_int_equal(bench_close(&b), ERR_OK);
}

static void a_byte_that_did_not_stick_fails_the_verification(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    b.w.write_lies = true;
    memset(b.image, 0, PAGE);
    assert_int_equal(flash_job_erase(b.job, BASE, PAGE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE, b.image, PAGE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(run(&b), ERR_FLASH);
    assert_non_null(strstr(b.w.log.sentence, "0x08000005 holds 0x01"));
    assert_int_equal(bench_close(&b), ERR_FLASH);
    assert_non_null(strstr(b.w.log.sentence, "0x08000005 holds 0x01"));
    assert_non_null(strstr(b.w.log.sentence, "incomplete: 0x08000000 to 0x080003ff"));
}

static void a_job_given_up_says_which_range_is_incomplete(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    assert_int_equal(flash_job_erase(b.job, BASE, 3 * PAGE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE, b.image, PAGE + 10), ERR_OK);
    assert_int_equal(run(&b), ERR_OK);
    assert_int_equal(bench_close(&b), ERR_FLASH);
    assert_string_equal(b.w.did, "begin 0 0\nerase 0 0\nprogram 0 400\nend 0 0\n");
    assert_ptr_equal(strstr(b.w.log.sentence, "the flash is incomplete"), b.w.log.sentence);
    assert_non_null(strstr(b.w.log.sentence, "0x08000400 to 0x08000bff"));
}

static void a_failure_keeps_its_sentence_and_names_the_range(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    b.w.fail_erase = ERR_FLASH;
    assert_int_equal(flash_job_erase(b.job, BASE, PAGE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(run(&b), ERR_FLASH);
    assert_int_equal(bench_close(&b), ERR_FLASH);
    assert_ptr_equal(strstr(b.w.log.sentence, "the eraser broke; the flash is incomplete"),
                     b.w.log.sentence);
}

static void a_job_that_could_not_begin_leaves_nothing_incomplete(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    b.w.fail_begin = ERR_PROTECTED;
    assert_int_equal(flash_job_erase(b.job, BASE, PAGE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(run(&b), ERR_PROTECTED);
    assert_int_equal(bench_close(&b), ERR_OK);
    assert_string_equal(b.w.log.sentence, "no way in");
    assert_string_equal(b.w.did, "begin 0 0\nend 0 0\n");
}

static void runs_leave_out_long_gaps_and_keep_short_ones(void **state)
{
    (void)state;
    uint8_t data[512];
    size_t start, end;
    memset(data, 0xff, sizeof data);
    assert_false(flash_next_run(data, sizeof data, 2, 0, &start, &end));
    data[11] = 0;
    data[20] = 0;
    data[400] = 0;
    assert_true(flash_next_run(data, sizeof data, 2, 0, &start, &end));
    assert_int_equal(start, 10);
    assert_int_equal(end, 22);
    assert_true(flash_next_run(data, sizeof data, 2, end, &start, &end));
    assert_int_equal(start, 400);
    assert_int_equal(end, 402);
    assert_false(flash_next_run(data, sizeof data, 2, end, &start, &end));
    assert_true(flash_next_run(data, sizeof data, 8, 0, &start, &end));
    assert_int_equal(start, 8);
    assert_int_equal(end, 24);
}

static void every_driver_is_complete_and_has_a_name_of_its_own(void **state)
{
    (void)state;
    assert_true(flash_driver_count > 0);
    for (unsigned i = 0; i < flash_driver_count; i++) {
        const struct flash_driver *d = flash_drivers[i];
        assert_non_null(d->name);
        assert_true(d->unit > 0 && (d->unit & (d->unit - 1)) == 0);
        assert_true(d->begin && d->erase_page && d->erase_all && d->program && d->end);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(d->name, flash_drivers[k]->name);
    }
}

static void fpec16_unlocks_writes_and_locks_again(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &fpec16_driver);
    assert_int_equal(flash_job_erase(b.job, BASE, SIZE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE, b.image, SIZE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(run(&b), ERR_OK);
    assert_int_equal(b.w.rcc_cr, 3);
    assert_int_equal(bench_close(&b), ERR_OK);
    assert_memory_equal(b.w.flash, b.image, SIZE);
    assert_int_equal(b.w.cr, 0x80);
    assert_int_equal(b.w.rcc_cr, 0);
    assert_int_equal(b.w.violations, 0);
}

static void fpec16_sends_no_keys_to_an_open_controller(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &fpec16_driver);
    b.w.cr = 0;
    b.w.rcc_cr = 3;
    assert_int_equal(flash_job_erase(b.job, BASE, SIZE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(run(&b), ERR_OK);
    assert_int_equal(bench_close(&b), ERR_OK);
    assert_int_equal(b.w.keys, 0);
    assert_int_equal(b.w.rcc_cr, 3);
}

static void fpec16_goes_on_behind_the_last_good_halfword_after_wait(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &fpec16_driver);
    b.w.wait_after = 100;
    assert_int_equal(flash_job_erase(b.job, BASE, PAGE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE, b.image, PAGE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(run(&b), ERR_OK);
    assert_int_equal(b.w.sr & 4, 0);
    assert_int_equal(bench_close(&b), ERR_OK);
    assert_memory_equal(b.w.flash, b.image, PAGE);
}

static void fpec16_explains_read_protection(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &fpec16_driver);
    b.w.obr = 2;
    assert_int_equal(flash_job_erase(b.job, BASE, PAGE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(run(&b), ERR_PROTECTED);
    assert_non_null(strstr(b.w.log.sentence, "read protection level 1 is active"));
    assert_non_null(strstr(b.w.log.sentence, "`swdlink unlock`"));
    assert_int_equal(bench_close(&b), ERR_OK);
    assert_int_equal(b.w.flash[0], 0x55);
}

static void fpec16_names_the_write_protected_page(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &fpec16_driver);
    b.w.wrpr = ~1u;
    assert_int_equal(flash_job_erase(b.job, BASE + PAGE, PAGE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(run(&b), ERR_PROTECTED);
    assert_non_null(strstr(b.w.log.sentence, "0x08000400 is write-protected"));
    assert_int_equal(bench_close(&b), ERR_OK);
    assert_int_equal(b.w.flash[PAGE], 0x55);
}

static void fpec16_names_the_firmware_that_an_old_probe_needs(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &fpec16_driver);
    b.w.halfwords = false;
    assert_int_equal(flash_job_erase(b.job, BASE, PAGE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(run(&b), ERR_UNSUPPORTED);
    assert_non_null(strstr(b.w.log.sentence, "V2J26"));
    assert_int_equal(bench_close(&b), ERR_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_done_when_its_data_is_complete),
        cmocka_unit_test(bytes_written_twice_do_not_complete_a_page),
        cmocka_unit_test(a_page_that_later_data_passed_by_is_due),
        cmocka_unit_test(data_that_comes_late_still_ends_up_in_the_chip),
        cmocka_unit_test(a_page_that_holds_its_data_is_left_alone),
        cmocka_unit_test(a_blank_page_is_not_erased),
        cmocka_unit_test(one_step_does_at_most_one_page),
        cmocka_unit_test(erasing_everything_is_one_mass_erase),
        cmocka_unit_test(addresses_outside_the_bank_are_refused),
        cmocka_unit_test(writing_what_was_not_erased_is_refused),
        cmocka_unit_test(a_byte_that_did_not_stick_fails_the_verification),
        cmocka_unit_test(a_job_given_up_says_which_range_is_incomplete),
        cmocka_unit_test(a_failure_keeps_its_sentence_and_names_the_range),
        cmocka_unit_test(a_job_that_could_not_begin_leaves_nothing_incomplete),
        cmocka_unit_test(runs_leave_out_long_gaps_and_keep_short_ones),
        cmocka_unit_test(every_driver_is_complete_and_has_a_name_of_its_own),
        cmocka_unit_test(fpec16_unlocks_writes_and_locks_again),
        cmocka_unit_test(fpec16_sends_no_keys_to_an_open_controller),
        cmocka_unit_test(fpec16_goes_on_behind_the_last_good_halfword_after_wait),
        cmocka_unit_test(fpec16_explains_read_protection),
        cmocka_unit_test(fpec16_names_the_write_protected_page),
        cmocka_unit_test(fpec16_names_the_firmware_that_an_old_probe_needs),
    };
    return cmocka_run_group_tests_name("flash", tests, NULL, NULL);
}
