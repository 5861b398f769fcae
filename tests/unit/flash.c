// SPDX-License-Identifier: MIT
// flash/job.c: what a job decides to do, seen by a driver that writes down what it was asked.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "flash/crc.h"
#include "flash/loader.h"
#include "tests/unit/choose.h"
#include "tests/unit/flash_world.h"

static struct world *world_of(const struct mem_ap *mem)
{
    return (struct world *)mem->probe;
}

static void note(struct world *w, const char *what, uint32_t a, uint32_t b)
{
    size_t n = strlen(w->did);
    snprintf(&w->did[n], sizeof w->did - n, "%s %x %x\n", what, a, b);
}

static enum err record_survey(struct flash_access *fa, bool *code_may_run)
{
    (void)fa;
    *code_may_run = false;
    return ERR_OK;
}

static enum err record_check_page(struct flash_access *fa, uint32_t addr)
{
    (void)fa;
    (void)addr;
    return ERR_OK;
}

static enum err record_begin(struct flash_access *fa)
{
    struct world *w = world_of(fa->mem);
    note(w, "begin", 0, 0);
    return w->fail_begin ? log_fail(fa->log, w->fail_begin, "no way in") : ERR_OK;
}

static enum err record_erase(struct flash_access *fa, uint32_t addr)
{
    struct world *w = world_of(fa->mem);
    note(w, "erase", addr - BASE, 0);
    if (w->fail_erase)
        return log_fail(fa->log, w->fail_erase, "the eraser broke");
    memset(&w->flash[addr - BASE], 0xff, PAGE);
    return ERR_OK;
}

static enum err record_erase_all(struct flash_access *fa)
{
    struct world *w = world_of(fa->mem);
    note(w, "erase_all", 0, 0);
    memset(w->flash, 0xff, SIZE);
    return ERR_OK;
}

static enum err record_erase_poll(struct flash_access *fa, const char *what, uint32_t addr,
                                  bool *busy)
{
    (void)fa;
    (void)what;
    (void)addr;
    *busy = false;
    return ERR_OK;
}

static enum err record_program(struct flash_access *fa, uint32_t addr, const uint8_t *data,
                               size_t len)
{
    struct world *w = world_of(fa->mem);
    note(w, "program", addr - BASE, (uint32_t)len);
    for (size_t i = 0; i < len; i++)
        w->flash[addr - BASE + i] &= data[i];
    if (w->write_lies)
        w->flash[addr - BASE + 5] |= 1;
    return ERR_OK;
}

static enum err record_end(struct flash_access *fa)
{
    note(world_of(fa->mem), "end", 0, 0);
    return log_fail(fa->log, ERR_OK, "a sentence from the end that nobody wants");
}

static const struct flash_driver recorder = {
    .name = "recorder",
    .survey = record_survey,
    .check_page = record_check_page,
    .begin = record_begin,
    .erase_start = record_erase,
    .erase_all_start = record_erase_all,
    .erase_poll = record_erase_poll,
    .program = record_program,
    .end = record_end,
};

static void a_page_is_done_when_its_data_is_complete(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    assert_int_equal(flash_job_erase(b.job, BASE, 2 * PAGE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE, b.image, 1000), ERR_OK);
    assert_int_equal(bench_run(&b), ERR_OK);
    assert_string_equal(b.w.did, "");
    assert_int_equal(flash_job_write(b.job, BASE + 1000, &b.image[1000], 1000), ERR_OK);
    assert_int_equal(bench_run(&b), ERR_OK);
    assert_string_equal(b.w.did, "begin 0 0\nerase 0 0\nprogram 0 400\n");
    flash_job_close_input(b.job);
    assert_int_equal(bench_run(&b), ERR_OK);
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

static void a_job_knows_what_it_was_given(void **state)
{
    (void)state;
    struct bench b;
    uint32_t first;
    uint8_t back[4];
    bench_open(&b, &recorder);
    assert_false(flash_job_first(b.job, &first));
    assert_int_equal(flash_job_erase(b.job, BASE, 4 * PAGE), ERR_OK);
    assert_false(flash_job_first(b.job, &first));
    assert_int_equal(flash_job_write(b.job, BASE + 3 * PAGE, "late", 4), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE + 2 * PAGE - 2, "data", 4), ERR_OK);
    assert_true(flash_job_first(b.job, &first));
    assert_int_equal(first, BASE + 2 * PAGE - 2);
    assert_false(flash_job_wrote(b.job, BASE, NULL, 0));
    assert_true(flash_job_wrote(b.job, BASE + PAGE, NULL, 0));
    assert_true(flash_job_wrote(b.job, BASE + 2 * PAGE - 2, back, 4));
    assert_memory_equal(back, "data", 4);
    assert_true(flash_job_wrote(b.job, BASE + 4 * PAGE - 1, back, 4));
    assert_memory_equal(back, "\xff\xff\xff\xff", 4);
    assert_false(flash_job_wrote(b.job, BASE - 4, back, 4));
    assert_false(flash_job_wrote(b.job, BASE + 4 * PAGE, back, 4));
    assert_false(flash_job_wrote(b.job, 0, back, 4));
    // What was carried out is known as well; what is to be erased anew is not.
    flash_job_close_input(b.job);
    assert_int_equal(bench_run(&b), ERR_OK);
    assert_true(flash_job_wrote(b.job, BASE + 2 * PAGE - 2, back, 4));
    assert_memory_equal(back, "data", 4);
    assert_int_equal(flash_job_erase(b.job, BASE, 2 * PAGE), ERR_OK);
    assert_true(flash_job_first(b.job, &first));
    assert_int_equal(first, BASE + 2 * PAGE);
    flash_job_close_input(b.job);
    assert_int_equal(bench_run(&b), ERR_OK);
    assert_int_equal(bench_close(&b), ERR_OK);
}

static void bytes_written_twice_do_not_complete_a_page(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    assert_int_equal(flash_job_erase(b.job, BASE, PAGE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE, b.image, 512), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE, b.image, 512), ERR_OK);
    assert_int_equal(bench_run(&b), ERR_OK);
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
    assert_int_equal(bench_run(&b), ERR_OK);
    assert_string_equal(b.w.did, "begin 0 0\nerase 0 0\nprogram 0 400\nerase 400 0\n");
    flash_job_close_input(b.job);
    assert_int_equal(bench_run(&b), ERR_OK);
    assert_int_equal(bench_close(&b), ERR_OK);
}

static void data_that_comes_late_still_ends_up_in_the_chip(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    assert_int_equal(flash_job_erase(b.job, BASE, 2 * PAGE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE + PAGE, &b.image[PAGE], PAGE), ERR_OK);
    assert_int_equal(bench_run(&b), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE, b.image, PAGE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(bench_run(&b), ERR_OK);
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
    assert_int_equal(bench_run(&b), ERR_OK);
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
    assert_int_equal(bench_run(&b), ERR_OK);
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
    assert_int_equal(bench_run(&b), ERR_OK);
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
    assert_int_equal(bench_run(&b), ERR_OK);
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
    assert_non_null(strstr(b.w.p.log.sentence, "whole pages"));
    assert_int_equal(flash_job_erase(b.job, BASE, SIZE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE + SIZE - 1, b.image, 2), ERR_USAGE);
    assert_int_equal(flash_job_write(b.job, BASE - 1, b.image, 2), ERR_USAGE);
    assert_int_equal(flash_job_write(b.job, BASE + 8, b.image, SIZE_MAX), ERR_USAGE);
    assert_non_null(strstr(b.w.p.log.sentence, "0x08000000 to 0x08000fff"));
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
    assert_non_null(strstr(b.w.p.log.sentence, "0x08000400"));
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
    assert_int_equal(bench_run(&b), ERR_FLASH);
    assert_non_null(strstr(b.w.p.log.sentence, "0x08000005 holds 0x01"));
    assert_int_equal(bench_close(&b), ERR_FLASH);
    assert_non_null(strstr(b.w.p.log.sentence, "0x08000005 holds 0x01"));
    assert_non_null(strstr(b.w.p.log.sentence, "incomplete: 0x08000000 to 0x080003ff"));
}

static void a_job_given_up_says_which_range_is_incomplete(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    assert_int_equal(flash_job_erase(b.job, BASE, 3 * PAGE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE, b.image, PAGE + 10), ERR_OK);
    assert_int_equal(bench_run(&b), ERR_OK);
    assert_int_equal(bench_close(&b), ERR_FLASH);
    assert_string_equal(b.w.did, "begin 0 0\nerase 0 0\nprogram 0 400\nend 0 0\n");
    assert_ptr_equal(strstr(b.w.p.log.sentence, "the flash is incomplete"), b.w.p.log.sentence);
    assert_non_null(strstr(b.w.p.log.sentence, "0x08000400 to 0x08000bff"));
}

static void a_failure_keeps_its_sentence_and_names_the_range(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    b.w.fail_erase = ERR_FLASH;
    assert_int_equal(flash_job_erase(b.job, BASE, PAGE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(bench_run(&b), ERR_FLASH);
    assert_int_equal(bench_close(&b), ERR_FLASH);
    assert_ptr_equal(strstr(b.w.p.log.sentence, "the eraser broke; the flash is incomplete"),
                     b.w.p.log.sentence);
}

static void a_job_that_could_not_begin_leaves_nothing_incomplete(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    b.w.fail_begin = ERR_PROTECTED;
    assert_int_equal(flash_job_erase(b.job, BASE, PAGE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(bench_run(&b), ERR_PROTECTED);
    assert_int_equal(bench_close(&b), ERR_OK);
    assert_string_equal(b.w.p.log.sentence, "no way in");
    assert_string_equal(b.w.did, "begin 0 0\nend 0 0\n");
}

static void a_mass_erase_that_was_asked_for_comes_first(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    memcpy(b.w.flash, b.image, PAGE);
    flash_job_set_erase(b.job, FLASH_ERASE_MASS);
    assert_int_equal(flash_job_erase(b.job, BASE, PAGE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE, b.image, PAGE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(bench_run(&b), ERR_OK);
    assert_string_equal(b.w.did, "begin 0 0\nerase_all 0 0\nprogram 0 400\n");
    assert_int_equal(flash_job_stats(b.job)->erased, SIZE);
    assert_int_equal(bench_close(&b), ERR_OK);
    assert_memory_equal(b.w.flash, b.image, PAGE);
}

static void without_leave_to_erase_a_page_in_use_is_refused_and_kept(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    memset(b.w.flash, 0xff, PAGE);
    flash_job_set_erase(b.job, FLASH_ERASE_NONE);
    assert_int_equal(flash_job_erase(b.job, BASE, 2 * PAGE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE, b.image, 2 * PAGE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(bench_run(&b), ERR_FLASH);
    assert_non_null(strstr(b.w.p.log.sentence, "0x08000400 has to change and is not blank"));
    assert_string_equal(b.w.did, "begin 0 0\nprogram 0 400\n");
    assert_int_equal(bench_close(&b), ERR_FLASH);
    assert_int_equal(b.w.flash[PAGE], 0x55);
}

static void with_pages_only_nothing_is_erased_all_at_once(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &recorder);
    flash_job_set_erase(b.job, FLASH_ERASE_PAGES);
    assert_int_equal(flash_job_erase(b.job, BASE, SIZE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(bench_run(&b), ERR_OK);
    assert_null(strstr(b.w.did, "erase_all"));
    assert_int_equal(bench_close(&b), ERR_OK);
}

static void the_crc_is_that_of_the_chips_unit(void **state)
{
    (void)state;
    // CRC-32/MPEG-2 of "123456789" has the check value 0x0376e6e7; the unit takes words, so here
    // are eight characters, swapped as the words of a little-endian memory are.
    const uint8_t text[] = {'4', '3', '2', '1', '8', '7', '6', '5'};
    uint32_t crc = flash_crc(text, sizeof text);
    for (unsigned bit = 0; bit < 8; bit++) // and '9' by hand
        crc = (crc ^ (bit == 0 ? 0x39u << 24 : 0)) & 0x80000000u
                  ? (crc ^ (bit == 0 ? 0x39u << 24 : 0)) << 1 ^ 0x04c11db7u
                  : (crc ^ (bit == 0 ? 0x39u << 24 : 0)) << 1;
    assert_int_equal(crc, 0x0376e6e7);
}

static void runs_leave_out_long_gaps_and_keep_short_ones(void **state)
{
    (void)state;
    uint8_t data[512];
    size_t start, end;
    memset(data, 0xff, sizeof data);
    assert_false(flash_next_run(&(struct flash_layout){.erased = 0xff, .unit = 2}, data,
                                sizeof data, 0, &start, &end));
    data[11] = 0;
    data[20] = 0;
    data[400] = 0;
    assert_true(flash_next_run(&(struct flash_layout){.erased = 0xff, .unit = 2}, data, sizeof data,
                               0, &start, &end));
    assert_int_equal(start, 10);
    assert_int_equal(end, 22);
    assert_true(flash_next_run(&(struct flash_layout){.erased = 0xff, .unit = 2}, data, sizeof data,
                               end, &start, &end));
    assert_int_equal(start, 400);
    assert_int_equal(end, 402);
    assert_false(flash_next_run(&(struct flash_layout){.erased = 0xff, .unit = 2}, data,
                                sizeof data, end, &start, &end));
    assert_true(flash_next_run(&(struct flash_layout){.erased = 0xff, .unit = 8}, data, sizeof data,
                               0, &start, &end));
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
        assert_true(d->survey && d->check_page);
        assert_true(!d->read_options == !d->write_options && !d->read_options == !d->option_words);
        assert_true(!d->loader == !d->explain);
        assert_true(!d->loader || (d->loader->size % 4 == 0 && d->loader->size <= LOADER_CODE_MAX));
        assert_true(d->begin && d->erase_start && d->erase_poll && d->program && d->end);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(d->name, flash_drivers[k]->name);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_done_when_its_data_is_complete),
        cmocka_unit_test(a_job_knows_what_it_was_given),
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
        cmocka_unit_test(a_mass_erase_that_was_asked_for_comes_first),
        cmocka_unit_test(without_leave_to_erase_a_page_in_use_is_refused_and_kept),
        cmocka_unit_test(with_pages_only_nothing_is_erased_all_at_once),
        cmocka_unit_test(the_crc_is_that_of_the_chips_unit),
        cmocka_unit_test(runs_leave_out_long_gaps_and_keep_short_ones),
        cmocka_unit_test(every_driver_is_complete_and_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests_name("flash", tests, NULL, NULL);
}
