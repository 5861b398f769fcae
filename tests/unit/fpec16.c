// SPDX-License-Identifier: MIT
// flash/drivers/fpec16.c: keys, locks, protection, and a controller that stays busy.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "flash/drivers/fpec16.h"
#include "tests/unit/choose.h"
#include "tests/unit/flash_world.h"

static void fpec16_unlocks_writes_and_locks_again(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &fpec16_driver);
    assert_int_equal(flash_job_erase(b.job, BASE, SIZE), ERR_OK);
    assert_int_equal(flash_job_write(b.job, BASE, b.image, SIZE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(bench_run(&b), ERR_OK);
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
    assert_int_equal(bench_run(&b), ERR_OK);
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
    assert_int_equal(bench_run(&b), ERR_OK);
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
    assert_int_equal(bench_run(&b), ERR_PROTECTED);
    assert_non_null(strstr(b.w.p.log.sentence, "read protection level 1 is active"));
    assert_non_null(strstr(b.w.p.log.sentence, "`swdlink unlock`"));
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
    assert_int_equal(bench_run(&b), ERR_PROTECTED);
    assert_non_null(strstr(b.w.p.log.sentence, "0x08000400 is write-protected"));
    assert_int_equal(bench_close(&b), ERR_OK);
    assert_int_equal(b.w.flash[PAGE], 0x55);
}

static void fpec16_names_the_firmware_that_an_old_probe_needs(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, &fpec16_driver);
    b.w.p.halfwords = false;
    assert_int_equal(flash_job_erase(b.job, BASE, PAGE), ERR_OK);
    flash_job_close_input(b.job);
    assert_int_equal(bench_run(&b), ERR_UNSUPPORTED);
    assert_non_null(strstr(b.w.p.log.sentence, "V2J26"));
    assert_int_equal(bench_close(&b), ERR_OK);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fpec16_unlocks_writes_and_locks_again),
        cmocka_unit_test(fpec16_sends_no_keys_to_an_open_controller),
        cmocka_unit_test(fpec16_goes_on_behind_the_last_good_halfword_after_wait),
        cmocka_unit_test(fpec16_explains_read_protection),
        cmocka_unit_test(fpec16_names_the_write_protected_page),
        cmocka_unit_test(fpec16_names_the_firmware_that_an_old_probe_needs),
    };
    return cmocka_run_group_tests_name("fpec16", tests, NULL, NULL);
}
