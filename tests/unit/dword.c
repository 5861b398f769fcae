// SPDX-License-Identifier: MIT
// flash/drivers/dword.c: keys, banks, what the options protect, double words that are written once,
// and the options themselves.
#include "tests/unit/dword_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/choose.h"

#define OK(call)      assert_int_equal((call), ERR_OK)
#define SAYS(b, text) assert_non_null(strstr((b)->w.log.sentence, text))

#define LOCKED     0xc0000000u
#define CR_PG      1u
#define SR_PGSERR  (1u << 7)
#define SR_PROGERR (1u << 3)

static void erase_and_write(struct bench *b, uint32_t at, uint32_t len)
{
    OK(flash_job_erase(b->job, BASE + at, len));
    OK(flash_job_write(b->job, BASE + at, &b->image[at], len));
}

static void all_is_erased_programmed_and_locked_again(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    b.w.busy_reads = 3;
    flash_job_set_erase(b.job, FLASH_ERASE_PAGES);
    erase_and_write(&b, 0, SIZE);
    OK(bench_run(&b));
    OK(bench_close(&b));
    assert_memory_equal(b.w.flash, b.image, SIZE);
    assert_int_equal(b.w.reg[W_CR], LOCKED);
    assert_int_equal(b.w.violations, 0);
    assert_string_equal(b.w.did, "erase 1:0 erase 1:1 erase 1:2 erase 1:3 erase 1:4 erase 1:5 "
                                 "erase 1:6 erase 1:7 ");
}

static void a_mass_erase_takes_both_banks_at_once(void **state)
{
    (void)state;
    for (unsigned two_banks = 0; two_banks < 2; two_banks++) {
        struct bench b;
        bench_open(&b, two_banks);
        flash_job_set_erase(b.job, FLASH_ERASE_MASS);
        erase_and_write(&b, 0, SIZE);
        OK(bench_run(&b));
        OK(bench_close(&b));
        assert_memory_equal(b.w.flash, b.image, SIZE);
        assert_string_equal(b.w.did, two_banks ? "mass 3 " : "mass 1 ");
        assert_int_equal(b.w.violations, 0);
    }
}

static void pages_are_counted_within_their_bank(void **state)
{
    (void)state;
    for (unsigned swapped = 0; swapped < 2; swapped++) {
        struct bench b;
        bench_open(&b, true);
        if (swapped)
            b.w.reg[W_OPTR] &= ~(1u << 20);
        erase_and_write(&b, PAGE, PAGE);
        erase_and_write(&b, 5 * PAGE, 2 * PAGE);
        OK(bench_run(&b));
        OK(bench_close(&b));
        assert_memory_equal(&b.w.flash[PAGE], &b.image[PAGE], PAGE);
        assert_memory_equal(&b.w.flash[5 * PAGE], &b.image[5 * PAGE], 2 * PAGE);
        assert_int_equal(b.w.flash[0], 0x55);
        assert_string_equal(b.w.did, swapped ? "erase 2:1 erase 1:1 erase 1:2 "
                                             : "erase 1:1 erase 2:1 erase 2:2 ");
    }
}

static void an_open_controller_gets_no_keys(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    b.w.reg[W_CR] = 1u << 30 | CR_PG; // as a program left it in the middle of its work
    erase_and_write(&b, 0, PAGE);
    OK(bench_run(&b));
    OK(bench_close(&b));
    assert_int_equal(b.w.keys, 0);
    assert_int_equal(b.w.violations, 0);
    assert_memory_equal(b.w.flash, b.image, PAGE);
}

static void errors_of_before_are_cleared_first(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    b.w.reg[W_SR] = SR_PGSERR | SR_PROGERR | 1u << 15;
    erase_and_write(&b, 0, PAGE);
    OK(bench_run(&b));
    OK(bench_close(&b));
    assert_memory_equal(b.w.flash, b.image, PAGE);
    assert_int_equal(b.w.reg[W_SR], 0);
}

static void double_words_of_ones_are_never_written(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    memset(&b.image[64], 0xff, 8);
    memset(&b.image[256], 0xff, 512);
    memset(&b.image[1024], 0xff, 4); // half a double word
    erase_and_write(&b, 0, PAGE);
    OK(bench_run(&b));
    assert_int_equal(flash_job_stats(b.job)->programmed, PAGE - 8 - 512);
    OK(bench_close(&b));
    for (unsigned i = 0; i < PAGE / 8; i++) {
        bool ones = i == 8 || (i >= 32 && i < 96);
        assert_int_equal(b.w.written[i], ones ? 0 : 1);
    }
    assert_memory_equal(b.w.flash, b.image, PAGE);
}

static void after_wait_it_goes_on_behind_the_last_good_double_word(void **state)
{
    (void)state;
    for (unsigned words = 1; words < 6; words++) { // odd: a first half is in
        struct bench b;
        bench_open(&b, false);
        b.w.wait_after = words;
        erase_and_write(&b, 0, PAGE);
        OK(bench_run(&b));
        OK(bench_close(&b));
        assert_memory_equal(b.w.flash, b.image, PAGE);
        assert_int_equal(b.w.violations, 0);
        for (unsigned i = 0; i < PAGE / 8; i++)
            assert_int_equal(b.w.written[i], 1);
    }
}

static void a_cell_that_is_not_erased_is_named(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    OK(dword_driver.survey(&b.access, &(bool){false}));
    OK(dword_driver.begin(&b.access));
    memset(b.w.flash, 0xff, 16);
    memset(b.w.written, 0, 2);
    assert_int_equal(dword_driver.program(&b.access, BASE, b.image, 32), ERR_FLASH);
    SAYS(&b, "0x08000010 could not be programmed: it holds 0x5555555555555555");
    SAYS(&b, "it was not erased");
    OK(dword_driver.end(&b.access));
    OK(bench_close(&b));
}

static void half_a_double_word_of_the_program_is_explained(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    b.w.reg[W_SR] = 1u << 18;
    OK(flash_job_erase(b.job, BASE, PAGE));
    assert_int_equal(bench_run(&b), ERR_FLASH);
    SAYS(&b, "has written the first only");
    OK(bench_close(&b));
    assert_int_equal(b.w.flash[0], 0x55);
}

static void read_protection_is_explained(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    b.w.reg[W_OPTR] = 0xffdffebb;
    OK(flash_job_erase(b.job, BASE, PAGE));
    assert_int_equal(bench_run(&b), ERR_PROTECTED);
    SAYS(&b, "read protection level 1 is active");
    SAYS(&b, "`swdlink unlock`");
    OK(bench_close(&b));
    assert_int_equal(b.w.flash[0], 0x55);
}

struct protection {
    unsigned reg;
    uint32_t value;
    bool swapped;
    uint32_t cr;
    uint32_t page; // the first that is protected; the one before is not
    const char *sentence;
};

static void protected_pages_are_refused_before_anything_changes(void **state)
{
    static const struct protection cases[] = {
        {W_WRP1A, 0x00020002, false, 0, 2,
         "0x08001000 is write-protected by the chip's options (WRP1A)"},
        {W_WRP2A, 0x00030001, false, 0, 5, "`swdlink options WRP2A_STRT=63 WRP2A_END=0`"},
        {W_WRP2A, 0x00030001, true, 0, 1, "0x08000800 is write-protected"},
        {W_PCROP1AE, 0x1ff, false, 0, 8, ""},
        {W_SECR, 0x2, false, 0, 8, ""},
        {W_SECR, 0x200001, false, 0x20000000, 4, "0x08002000 is in the securable area"},
    };
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct protection *c = &cases[i];
        struct bench b;
        bench_open(&b, true);
        b.w.reg[c->reg] = c->value;
        b.w.reg[W_CR] |= c->cr;
        if (c->swapped)
            b.w.reg[W_OPTR] &= ~(1u << 20);
        OK(dword_driver.survey(&b.access, &(bool){false}));
        if (c->page > 0)
            OK(dword_driver.check_page(&b.access, BASE + (c->page - 1) * PAGE));
        if (c->page < PAGES) {
            assert_int_equal(dword_driver.check_page(&b.access, BASE + c->page * PAGE),
                             ERR_PROTECTED);
            SAYS(&b, c->sentence);
        }
        OK(bench_close(&b));
    }
}

static void an_area_for_execution_only_is_explained(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    b.w.reg[W_PCROP1AS] = 7; // from 0x0e00 to 0x13ff: pages 1 and 2
    b.w.reg[W_PCROP1AE] = 9;
    OK(dword_driver.survey(&b.access, &(bool){false}));
    OK(dword_driver.check_page(&b.access, BASE));
    OK(dword_driver.check_page(&b.access, BASE + 3 * PAGE));
    for (unsigned page = 1; page < 3; page++)
        assert_int_equal(dword_driver.check_page(&b.access, BASE + page * PAGE), ERR_PROTECTED);
    SAYS(&b, "can only be executed (PCROP1A");
    flash_job_set_erase(b.job, FLASH_ERASE_MASS);
    OK(flash_job_erase(b.job, BASE, SIZE));
    assert_int_equal(bench_run(&b), ERR_PROTECTED);
    OK(bench_close(&b));
    assert_string_equal(b.w.did, "");
}

static void what_is_hidden_is_found_where_its_bank_is(void **state)
{
    (void)state;
    for (unsigned swapped = 0; swapped < 2; swapped++) {
        struct bench b;
        struct flash_hidden h;
        bench_open(&b, true);
        const uint32_t start = BASE + (swapped ? SIZE / 2 : 0);
        OK(dword_driver.find_hidden(&b.access, BASE, SIZE, &h));
        assert_int_equal(h.len, 0);
        b.w.reg[W_PCROP1AS] = 2;
        b.w.reg[W_PCROP1AE] = 3;
        if (swapped)
            b.w.reg[W_OPTR] &= ~(1u << 20);
        OK(dword_driver.find_hidden(&b.access, BASE, SIZE, &h));
        assert_int_equal(h.addr, start + 0x400);
        assert_int_equal(h.len, 0x400);
        assert_string_equal(h.option, "PCROP1A");
        OK(dword_driver.find_hidden(&b.access, start + 0x7ff, 1, &h));
        assert_int_equal(h.len, 0x400);
        OK(dword_driver.find_hidden(&b.access, start, 0x400, &h));
        assert_int_equal(h.len, 0);
        OK(dword_driver.find_hidden(&b.access, start + 0x800, 0x400, &h));
        assert_int_equal(h.len, 0);
        OK(bench_close(&b));
    }
}

static void the_cache_is_emptied_and_the_register_left_as_found(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    erase_and_write(&b, 0, PAGE);
    OK(bench_run(&b));
    OK(bench_close(&b));
    assert_int_equal(b.w.reg[W_ACR], 0x00040600);
    OK(dword_driver.survey(&b.access, &(bool){false}));
    bool reset = false;
    for (unsigned i = 0; i < b.access.leave.count; i++)
        if (b.access.leave.step[i].addr == REGS)
            reset |= (b.access.leave.step[i].value & (1u << 11 | 1u << 9)) == 1u << 11;
    assert_true(reset); // ICRST while ICEN is 0
}

static void an_erase_that_is_refused_is_explained(void **state)
{
    (void)state;
    struct bench b;
    bool busy;
    bench_open(&b, false);
    OK(dword_driver.survey(&b.access, &(bool){false}));
    b.w.reg[W_SR] = SR_PGSERR;
    assert_int_equal(dword_driver.erase_poll(&b.access, "the flash page", BASE, &busy), ERR_FLASH);
    SAYS(&b, "did not take place (FLASH_SR 0x00080)");
    b.w.reg[W_SR] = 1u << 4;
    assert_int_equal(dword_driver.erase_poll(&b.access, "the flash page", BASE, &busy),
                     ERR_PROTECTED);
    OK(bench_close(&b));
}

// ---- options ------------------------------------------------------------------------------------

static void options_are_read_from_the_registers_that_exist(void **state)
{
    (void)state;
    struct bench b;
    uint32_t value[FLASH_OPTION_WORDS], intact;
    bench_open(&b, false);
    OK(dword_driver.read_options(&b.access, value, &intact));
    assert_int_equal(intact, 1u << DWORD_OPTR | 1u << DWORD_PCROP1AS | 1u << DWORD_PCROP1AE |
                                 1u << DWORD_WRP1A | 1u << DWORD_WRP2A | 1u << DWORD_SECR);
    assert_int_equal(value[DWORD_OPTR], b.w.reg[W_OPTR]);
    assert_int_equal(value[DWORD_WRP1A], 0x7f);
    OK(bench_close(&b));
}

static void options_are_written_and_loaded(void **state)
{
    (void)state;
    struct bench b;
    uint32_t value[FLASH_OPTION_WORDS], intact;
    bench_open(&b, false);
    b.w.busy_reads = 2;
    OK(dword_driver.read_options(&b.access, value, &intact));
    value[DWORD_OPTR] = (value[DWORD_OPTR] & ~0xffu) | 0xbb;
    value[DWORD_WRP1A] = 0x00010000;
    OK(dword_driver.write_options(&b.access, value, intact));
    assert_string_equal(b.w.did, "burn ");
    assert_int_equal(b.w.resets, 1);
    assert_int_equal(b.w.violations, 0);
    assert_int_equal(b.w.reg[W_OPTR] & 0xff, 0xbb);
    assert_int_equal(b.w.reg[W_WRP1A], 0x00010000);
    assert_int_equal(b.w.reg[W_WRP2A], 0x7f);
    OK(bench_close(&b));
}

static void options_that_could_not_be_written_are_not_loaded(void **state)
{
    (void)state;
    struct bench b;
    uint32_t value[FLASH_OPTION_WORDS], intact;
    bench_open(&b, false);
    b.w.options_fail = true;
    OK(dword_driver.read_options(&b.access, value, &intact));
    value[DWORD_WRP1A] = 0;
    assert_int_equal(dword_driver.write_options(&b.access, value, intact), ERR_FLASH);
    SAYS(&b, "the options could not be written (FLASH_SR 0x00080)");
    assert_int_equal(b.w.resets, 0);
    OK(bench_close(&b));
}

static void options_behind_a_wrong_key_are_explained(void **state)
{
    (void)state;
    struct bench b;
    uint32_t value[FLASH_OPTION_WORDS], intact;
    bench_open(&b, false);
    OK(dword_driver.read_options(&b.access, value, &intact));
    b.w.keys = 99;
    assert_int_not_equal(dword_driver.write_options(&b.access, value, intact), ERR_OK);
    assert_int_equal(b.w.resets, 0);
    OK(bench_close(&b));
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_erased_programmed_and_locked_again),
        cmocka_unit_test(a_mass_erase_takes_both_banks_at_once),
        cmocka_unit_test(pages_are_counted_within_their_bank),
        cmocka_unit_test(an_open_controller_gets_no_keys),
        cmocka_unit_test(errors_of_before_are_cleared_first),
        cmocka_unit_test(double_words_of_ones_are_never_written),
        cmocka_unit_test(after_wait_it_goes_on_behind_the_last_good_double_word),
        cmocka_unit_test(a_cell_that_is_not_erased_is_named),
        cmocka_unit_test(half_a_double_word_of_the_program_is_explained),
        cmocka_unit_test(read_protection_is_explained),
        cmocka_unit_test(protected_pages_are_refused_before_anything_changes),
        cmocka_unit_test(an_area_for_execution_only_is_explained),
        cmocka_unit_test(what_is_hidden_is_found_where_its_bank_is),
        cmocka_unit_test(the_cache_is_emptied_and_the_register_left_as_found),
        cmocka_unit_test(an_erase_that_is_refused_is_explained),
        cmocka_unit_test(options_are_read_from_the_registers_that_exist),
        cmocka_unit_test(options_are_written_and_loaded),
        cmocka_unit_test(options_that_could_not_be_written_are_not_loaded),
        cmocka_unit_test(options_behind_a_wrong_key_are_explained),
    };
    return cmocka_run_group_tests_name("dword", tests, NULL, NULL);
}
