// SPDX-License-Identifier: MIT
// Flash of every geometry: the layout's own arithmetic, and whole jobs over a controller of a few
// lines with sectors of several sizes, with pages that read 0x00 when erased, and with two banks of
// 16-byte units and a gap between them. Its erases take their time, which a job must not wait for
// in one step.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flash/flash.h"
#include "tests/unit/choose.h"
#include "tests/unit/scripted_probe.h"

#define OK(call) assert_int_equal((call), ERR_OK)
#define KIB      1024u
#define BASE     0x08000000u
#define NOWHERE  0xffffffffu

// STM32F405: 4 of 16 KiB, one of 64 KiB, 7 of 128 KiB; words.
static const struct flash_layout sectors = {
    .erased = 0xff,
    .unit = 4,
    .unit_us = 16,
    .mass_erase_us = 8000000,
    .run = {{BASE, 16 * KIB, 4, 200000, 400000},
            {BASE + 64 * KIB, 64 * KIB, 1, 500000, 1100000},
            {BASE + 128 * KIB, 128 * KIB, 7, 1000000, 2000000}},
};
// STM32L053: 128-byte pages, erased to 0x00, words.
static const struct flash_layout small_pages = {
    .erased = 0x00,
    .unit = 4,
    .unit_us = 3200,
    .mass_erase_us = 3200,
    .run = {{BASE, 128, 512, 3000, 3200}},
};
// Two banks of 2 KiB pages with 16-byte units, and a gap behind the first.
static const struct flash_layout two_banks = {
    .erased = 0xff,
    .unit = 16,
    .unit_us = 118,
    .mass_erase_us = 3000,
    .run = {{BASE, 2 * KIB, 16, 1500, 1700}, {BASE + 64 * KIB, 2 * KIB, 16, 1500, 1700}},
};

// A probe and a flash controller; the memory spans the layout, gaps included.
struct fixture {
    struct scripted_probe p; // first: the fixture is found by it
    const struct flash_layout *layout;
    struct flash_bank bank;
    struct flash_job *job;
    uint8_t *flash, *image;
    uint32_t erasing; // NOWHERE: nothing; BASE + span: everything
    uint64_t erase_ends_us;
    bool stuck; // an erase that never ends
    unsigned erases, mass_erases, units, violations;
    uint64_t longest_step_us;
};

static struct fixture *of(const struct flash_access *fa)
{
    return (struct fixture *)fa->mem->probe;
}

static enum err read_flash(struct scripted_probe *p, uint32_t addr, unsigned unit, void *data,
                           size_t len)
{
    const struct fixture *f = (const struct fixture *)p;
    (void)unit;
    if (!flash_layout_contains(f->layout, addr, len) || f->erasing != NOWHERE)
        return ERR_FAULT;
    memcpy(data, f->flash + (addr - BASE), len);
    return ERR_OK;
}

static enum err fake_survey(struct flash_access *fa, bool *code_may_run)
{
    (void)fa;
    *code_may_run = false;
    return ERR_OK;
}

static enum err fake_check_page(struct flash_access *fa, uint32_t addr)
{
    (void)fa;
    (void)addr;
    return ERR_OK;
}

static enum err fake_nothing(struct flash_access *fa)
{
    (void)fa;
    return ERR_OK;
}

static enum err start_erase(struct fixture *f, uint32_t addr, uint32_t us)
{
    f->violations += f->erasing != NOWHERE;
    f->erasing = addr;
    f->erase_ends_us = f->p.now_us + us;
    return ERR_OK;
}

static enum err fake_erase_start(struct flash_access *fa, uint32_t addr)
{
    struct fixture *f = of(fa);
    unsigned n;
    if (!flash_layout_find(f->layout, addr, &n) || flash_layout_sector(f->layout, n).addr != addr)
        f->violations++;
    f->erases++;
    return start_erase(f, addr, flash_layout_sector(f->layout, n).run->erase_us);
}

static enum err fake_erase_all_start(struct flash_access *fa)
{
    struct fixture *f = of(fa);
    f->mass_erases++;
    return start_erase(f, BASE + flash_layout_span(f->layout), f->layout->mass_erase_us);
}

static enum err fake_erase_poll(struct flash_access *fa, const char *what, uint32_t addr,
                                bool *busy)
{
    struct fixture *f = of(fa);
    (void)what;
    (void)addr;
    *busy = f->stuck || f->p.now_us < f->erase_ends_us;
    if (*busy)
        return ERR_OK;
    unsigned n;
    if (flash_layout_find(f->layout, f->erasing, &n)) {
        struct flash_sector s = flash_layout_sector(f->layout, n);
        memset(f->flash + (s.addr - BASE), f->layout->erased, s.size);
    } else {
        memset(f->flash, f->layout->erased, flash_layout_span(f->layout));
    }
    f->erasing = NOWHERE;
    return ERR_OK;
}

static enum err fake_program(struct flash_access *fa, uint32_t addr, const uint8_t *data,
                             size_t len)
{
    struct fixture *f = of(fa);
    const unsigned unit = f->layout->unit;
    f->violations += addr % unit || len % unit || !flash_layout_contains(f->layout, addr, len);
    size_t start, end = 0;
    while (flash_next_run(f->layout, data, len, end, &start, &end))
        for (size_t i = start; i < end; i += unit) {
            uint8_t *cell = f->flash + (addr - BASE) + i;
            f->violations += !flash_layout_is_erased(f->layout, cell, unit);
            memcpy(cell, data + i, unit);
            f->units++;
        }
    return ERR_OK;
}

static const struct flash_driver fake = {
    .name = "fake",
    .survey = fake_survey,
    .check_page = fake_check_page,
    .begin = fake_nothing,
    .erase_start = fake_erase_start,
    .erase_all_start = fake_erase_all_start,
    .erase_poll = fake_erase_poll,
    .program = fake_program,
    .end = fake_nothing,
};

static void set_up(struct fixture *f, const struct flash_layout *layout)
{
    uint32_t span = flash_layout_span(layout);
    memset(f, 0, sizeof *f);
    scripted_probe_make(&f->p, NULL);
    f->p.read = read_flash;
    f->layout = layout;
    f->erasing = NOWHERE;
    f->flash = malloc(span);
    f->image = malloc(span);
    assert_true(f->flash && f->image);
    memset(f->flash, 0x5a, span);
    for (uint32_t i = 0; i < span; i++)
        f->image[i] = (uint8_t)(i * 7 + i / 1000 + 1);
    f->bank = (struct flash_bank){.base = BASE, .size = span, .layout = *layout, .driver = &fake};
    struct flash_access access = {.mem = &f->p.mem, .log = &f->p.log, .bank = &f->bank};
    OK(flash_job_open(&f->job, &access));
}

static void tear_down(struct fixture *f, enum err wanted)
{
    assert_int_equal(flash_job_free(f->job), wanted);
    assert_int_equal(f->violations, 0);
    free(f->flash);
    free(f->image);
}

static enum err run_job(struct fixture *f)
{
    bool more = true;
    enum err e = ERR_OK;
    while (more && !e) {
        uint64_t before = f->p.now_us;
        e = flash_job_step(f->job, &more);
        if (f->p.now_us - before > f->longest_step_us)
            f->longest_step_us = f->p.now_us - before;
    }
    return e;
}

static enum err write_range(struct fixture *f, uint32_t addr, uint32_t len)
{
    uint32_t start, bytes;
    assert_true(flash_layout_widen(f->layout, addr, len, &start, &bytes));
    enum err e = flash_job_erase(f->job, start, bytes);
    if (!e)
        e = flash_job_write(f->job, addr, f->image + (addr - BASE), len);
    flash_job_close_input(f->job);
    return e ? e : run_job(f);
}

static void assert_holds(const struct fixture *f, uint32_t addr, uint32_t len)
{
    assert_memory_equal(f->flash + (addr - BASE), f->image + (addr - BASE), len);
}

static void a_layout_knows_its_sectors(void **state)
{
    (void)state;
    unsigned n;
    uint32_t start, bytes;
    assert_int_equal(flash_layout_count(&sectors), 12);
    assert_int_equal(flash_layout_bytes(&sectors), 1024 * KIB);
    assert_int_equal(flash_layout_largest(&sectors), 128 * KIB);
    assert_int_equal(flash_layout_longest_us(&sectors), 8000000); // all of it
    struct flash_layout no_mass_erase = sectors;
    no_mass_erase.mass_erase_us = 0;
    assert_int_equal(flash_layout_longest_us(&no_mass_erase), 2000000);
    assert_int_equal(flash_layout_sector(&sectors, 4).addr, BASE + 64 * KIB);
    assert_int_equal(flash_layout_sector(&sectors, 11).addr, BASE + 896 * KIB);
    assert_true(flash_layout_find(&sectors, BASE + 128 * KIB - 1, &n));
    assert_int_equal(n, 4);
    assert_false(flash_layout_find(&sectors, BASE - 1, &n));
    assert_false(flash_layout_find(&sectors, BASE + 1024 * KIB, &n));
    assert_true(flash_layout_widen(&sectors, BASE + 60 * KIB, 10 * KIB, &start, &bytes));
    assert_int_equal(start, BASE + 48 * KIB);
    assert_int_equal(bytes, 80 * KIB);
    assert_false(flash_layout_widen(&sectors, BASE + 1024 * KIB - 1, 2, &start, &bytes));
    assert_false(flash_layout_widen(&sectors, BASE, 0, &start, &bytes));
    assert_false(flash_layout_contains(&sectors, BASE + 4, (size_t)-4));
}

static void a_gap_between_banks_is_no_flash(void **state)
{
    (void)state;
    unsigned n;
    uint32_t start, bytes;
    assert_int_equal(flash_layout_bytes(&two_banks), 64 * KIB);
    assert_int_equal(flash_layout_span(&two_banks), 96 * KIB);
    assert_false(flash_layout_find(&two_banks, BASE + 32 * KIB, &n));
    assert_true(flash_layout_find(&two_banks, BASE + 64 * KIB, &n));
    assert_int_equal(n, 16);
    assert_true(flash_layout_contains(&two_banks, BASE, 32 * KIB));
    assert_false(flash_layout_contains(&two_banks, BASE, 32 * KIB + 1));
    assert_false(flash_layout_widen(&two_banks, BASE + 30 * KIB, 40 * KIB, &start, &bytes));
}

static void a_smaller_part_has_the_first_sectors(void **state)
{
    (void)state;
    struct flash_layout half = flash_layout_cut(&sectors, 512 * KIB);
    assert_int_equal(flash_layout_count(&half), 8);
    assert_int_equal(flash_layout_bytes(&half), 512 * KIB);
    struct flash_layout tiny = flash_layout_cut(&sectors, 64 * KIB);
    assert_int_equal(flash_layout_count(&tiny), 4);
    assert_int_equal(flash_layout_largest(&tiny), 16 * KIB);
}

// From the last 16 KiB sector over the one of 64 KiB into one of 128 KiB.
static void sectors_of_several_sizes_are_programmed(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, &sectors);
    OK(write_range(&f, BASE + 60 * KIB, 100 * KIB));
    assert_int_equal(f.erases, 3);
    assert_int_equal(f.mass_erases, 0);
    assert_holds(&f, BASE + 60 * KIB, 100 * KIB);
    assert_int_equal(f.flash[60 * KIB - 1], 0xff); // the rest of what was erased
    assert_int_equal(f.flash[48 * KIB - 1], 0x5a); // and nothing more
    assert_int_equal(f.flash[256 * KIB], 0x5a);
    assert_int_equal(f.units, 100 * KIB / 4);
    // Seconds of erasing, and yet no step that holds a server up.
    assert_true(f.p.now_us > 3000000);
    assert_true(f.longest_step_us < 60000);
    tear_down(&f, ERR_OK);
}

static void an_erase_that_does_not_end_is_an_error(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, &sectors);
    f.stuck = true;
    assert_int_equal(write_range(&f, BASE, 16), ERR_FLASH);
    assert_non_null(strstr(f.p.log.sentence, "the flash page at 0x08000000"));
    assert_non_null(strstr(f.p.log.sentence, "more than 4100 ms"));
    f.violations = 0; // the driver is ended in the middle of it
    tear_down(&f, ERR_FLASH);
}

static void a_mass_erase_of_seconds_is_many_steps(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, &sectors);
    OK(flash_job_erase(f.job, BASE, 1024 * KIB));
    flash_job_close_input(f.job);
    OK(run_job(&f));
    assert_int_equal(f.mass_erases, 1);
    assert_int_equal(f.erases, 0);
    assert_true(f.longest_step_us < 60000);
    assert_true(f.p.now_us > 8000000);
    assert_true(flash_layout_is_erased(&sectors, f.flash, 1024 * KIB));
    tear_down(&f, ERR_OK);
}

static void erased_may_be_zero(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, &small_pages);
    memset(f.image + 1000, 0, 500);
    OK(write_range(&f, BASE + 128, 3000));
    assert_holds(&f, BASE + 128, 3000);
    assert_int_equal(f.flash[3128], 0x00); // behind the data, in the last page
    assert_int_equal(f.flash[24 * 128 + 128], 0x5a);
    assert_int_equal(f.erases, 24);
    const struct flash_stats *s = flash_job_stats(f.job);
    assert_int_equal(s->erased, 24 * 128);
    assert_true(s->programmed < 2560); // words of zeros are there already
    tear_down(&f, ERR_OK);
    // What is blank (all zeros) is not erased.
    set_up(&f, &small_pages);
    memset(f.flash, 0, 1280);
    OK(write_range(&f, BASE, 1280));
    assert_int_equal(f.erases, 0);
    assert_holds(&f, BASE, 1280);
    tear_down(&f, ERR_OK);
}

static void units_of_16_bytes_in_two_banks(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, &two_banks);
    OK(flash_job_erase(f.job, BASE + 30 * KIB, 2 * KIB));
    OK(flash_job_erase(f.job, BASE + 64 * KIB, 2 * KIB));
    OK(flash_job_write(f.job, BASE + 30 * KIB + 5, f.image + 30 * KIB + 5, 100));
    OK(flash_job_write(f.job, BASE + 64 * KIB, f.image + 64 * KIB, 2 * KIB));
    flash_job_close_input(f.job);
    OK(run_job(&f));
    assert_holds(&f, BASE + 30 * KIB + 5, 100);
    assert_holds(&f, BASE + 64 * KIB, 2 * KIB);
    assert_int_equal(f.units, 7 + 128);
    assert_int_equal(f.erases, 2);
    assert_int_equal(flash_job_write(f.job, BASE + 40 * KIB, f.image, 4), ERR_USAGE);
    assert_int_equal(flash_job_erase(f.job, BASE + 30 * KIB, 36 * KIB), ERR_USAGE);
    tear_down(&f, ERR_OK);
}

static void a_part_of_a_sector_cannot_be_erased(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f, &sectors);
    assert_int_equal(flash_job_erase(f.job, BASE + 64 * KIB, 16 * KIB), ERR_USAGE);
    assert_non_null(strstr(f.p.log.sentence, "has 65536 bytes from 0x08010000 on"));
    tear_down(&f, ERR_OK);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_layout_knows_its_sectors),
        cmocka_unit_test(a_gap_between_banks_is_no_flash),
        cmocka_unit_test(a_smaller_part_has_the_first_sectors),
        cmocka_unit_test(sectors_of_several_sizes_are_programmed),
        cmocka_unit_test(an_erase_that_does_not_end_is_an_error),
        cmocka_unit_test(a_mass_erase_of_seconds_is_many_steps),
        cmocka_unit_test(erased_may_be_zero),
        cmocka_unit_test(units_of_16_bytes_in_two_banks),
        cmocka_unit_test(a_part_of_a_sector_cannot_be_erased),
    };
    return cmocka_run_group_tests_name("flash_layout", tests, NULL, NULL);
}
