// SPDX-License-Identifier: MIT
// flash/drivers/flashword.c: flash words of two sizes in one or two banks with their own registers,
// the width by the supply, words that were cut off, what the options protect, and the options.
#include "tests/unit/flashword_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/choose.h"

#define OK(call)      assert_int_equal((call), ERR_OK)
#define SAYS(b, text) assert_non_null(strstr((b)->w.log.sentence, text))

#define CR_LOCK    (1u << 0)
#define SWAP       (1u << 31)
#define LEVEL1     0x1bc655d0u
#define FACTORY    0x1bc6aad0u
#define AREA(a, b) ((uint32_t)(b) << 16 | (a))

static uint32_t *reg(struct bench *b, uint32_t offset)
{
    return &b->w.reg[offset / 4];
}

static void erase_and_write(struct bench *b, unsigned half, uint32_t at, uint32_t len)
{
    const uint32_t addr = (half ? UPPER : BASE) + at;
    OK(flash_job_erase(b->job, addr, len));
    OK(flash_job_write(b->job, addr, &b->image[half * BANK + at], len));
}

static void assert_written(struct bench *b, unsigned half, uint32_t at, uint32_t len)
{
    assert_memory_equal(&b->w.half[half].flash[at], &b->image[half * BANK + at], len);
}

static void assert_left_well(struct bench *b)
{
    for (unsigned half = 0; half < (b->w.two_banks ? 2u : 1u); half++) {
        assert_int_equal(b->w.half[half].cr, CR_LOCK);
        assert_int_equal(b->w.half[half].sr, 0);
        assert_int_equal(b->w.half[half].strobes, 0);
    }
    assert_int_equal(b->w.violations, 0);
}

static void all_is_erased_programmed_and_locked_again(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    flash_job_set_erase(b.job, FLASH_ERASE_PAGES);
    erase_and_write(&b, 0, 0, BANK);
    OK(bench_run(&b));
    OK(bench_close(&b));
    assert_written(&b, 0, 0, BANK);
    assert_left_well(&b);
    assert_string_equal(b.w.did, "erase 1:0/64 erase 1:1/64 erase 1:2/64 erase 1:3/64 "
                                 "erase 1:4/64 erase 1:5/64 erase 1:6/64 erase 1:7/64 ");
    assert_string_equal(b.w.said, "");
}

static void each_bank_has_its_own_registers(void **state)
{
    (void)state;
    for (unsigned small = 0; small < 2; small++) {
        struct bench b;
        if (small)
            bench_open_small(&b);
        else
            bench_open(&b, true);
        erase_and_write(&b, 0, 2 * KIB, KIB);
        erase_and_write(&b, 1, 5 * KIB, 2 * KIB);
        OK(bench_run(&b));
        OK(bench_close(&b));
        assert_written(&b, 0, 2 * KIB, KIB);
        assert_written(&b, 1, 5 * KIB, 2 * KIB);
        assert_int_equal(b.w.half[0].flash[KIB], 0x55);
        assert_int_equal(b.w.half[1].flash[4 * KIB], 0x55);
        assert_left_well(&b);
        assert_string_equal(b.w.did, small ? "erase 1:2/128 erase 2:5/128 erase 2:6/128 "
                                           : "erase 1:2/64 erase 2:5/64 erase 2:6/64 ");
    }
}

static void a_mass_erase_takes_both_banks_at_once(void **state)
{
    (void)state;
    for (unsigned two_banks = 0; two_banks < 2; two_banks++) {
        struct bench b;
        bench_open(&b, two_banks);
        flash_job_set_erase(b.job, FLASH_ERASE_MASS);
        erase_and_write(&b, 0, 0, BANK);
        OK(bench_run(&b));
        OK(bench_close(&b));
        assert_written(&b, 0, 0, BANK);
        assert_string_equal(b.w.did, two_banks ? "bank 1/64 bank 2/64 " : "bank 1/64 ");
        assert_int_equal(b.w.both_worked, two_banks);
        assert_int_equal(b.w.half[1].flash[0], two_banks ? 0xff : 0x55);
        assert_left_well(&b);
    }
}

static void a_flash_word_of_ones_is_left_to_the_program(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    memset(&b.image[64], 0xff, 96);
    erase_and_write(&b, 0, 0, KIB);
    OK(bench_run(&b));
    OK(bench_close(&b));
    assert_written(&b, 0, 0, KIB);
    for (unsigned i = 0; i < KIB / 16; i++)
        assert_false(b.w.half[0].spoilt[i]);
    assert_left_well(&b);
}

static void the_supply_decides_how_many_bits_are_programmed_at_once(void **state)
{
    (void)state;
    static const struct {
        unsigned mv, bits;
        const char *said;
    } rows[] = {
        {3300, 64, NULL},
        {1800, 64, NULL},
        {1799, 32, "supply is 1.79 V, at which the flash is programmed by 32 bits"},
        {0, 32, "the probe does not tell the target's supply"},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench b;
        char did[32];
        bench_open(&b, false);
        b.w.vtref_mv = rows[i].mv;
        erase_and_write(&b, 0, KIB, KIB);
        OK(bench_run(&b));
        OK(bench_close(&b));
        snprintf(did, sizeof did, "erase 1:1/%u ", rows[i].bits);
        assert_string_equal(b.w.did, did);
        assert_written(&b, 0, KIB, KIB);
        if (rows[i].said)
            assert_non_null(strstr(b.w.said, rows[i].said));
        else
            assert_string_equal(b.w.said, "");
    }
}

static void a_chip_without_that_choice_is_told_nothing(void **state)
{
    (void)state;
    struct bench b;
    bench_open_small(&b);
    b.w.vtref_mv = 0;
    erase_and_write(&b, 0, 0, KIB);
    OK(bench_run(&b));
    OK(bench_close(&b));
    assert_string_equal(b.w.said, "");
}

// ---- locks --------------------------------------------------------------------------------------

static void an_open_controller_gets_no_keys(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, true);
    b.w.half[0].cr = 0x02; // and the program was in the middle of a flash word
    b.w.half[0].strobes = 0xff;
    erase_and_write(&b, 0, 0, KIB);
    erase_and_write(&b, 1, 0, KIB);
    OK(bench_run(&b));
    OK(bench_close(&b));
    assert_written(&b, 0, 0, KIB);
    assert_written(&b, 1, 0, KIB);
    assert_left_well(&b);
}

static void a_key_that_was_wrong_before_is_told(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, true);
    b.w.half[1].keys = 99;
    erase_and_write(&b, 1, 0, KIB);
    assert_int_equal(bench_run(&b), ERR_FLASH);
    SAYS(&b, "the flash controller stays locked");
    OK(bench_close(&b));
}

static void an_erase_of_the_program_is_waited_for(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, true);
    b.w.half[1].busy_until = 900000;
    erase_and_write(&b, 0, 0, KIB);
    OK(bench_run(&b));
    OK(bench_close(&b));
    assert_written(&b, 0, 0, KIB);
    assert_left_well(&b);
}

// ---- what is protected --------------------------------------------------------------------------

static void a_protected_sector_is_refused_before_anything_changes(void **state)
{
    (void)state;
    static const struct {
        unsigned half;
        bool swapped;
        uint32_t offset, value;
        const char *says;
    } rows[] = {
        {0, false, R_WPSN, 0xfb, "write-protected by the chip's options, bit 2 of WRPSn1"},
        {1, false, R_WPSN + 0x100, 0xfb, "bit 2 of WRPSn2"},
        {1, true, R_WPSN + 0x100, 0xfb, "bit 2 of WRPSn1"},
        {0, false, R_PRAR, AREA(11, 12), "can only be executed (PROT_AREA1"},
        {0, true, R_PRAR, AREA(8, 8), "can only be executed (PROT_AREA2"},
        {1, false, R_PRAR + 0x100, AREA(0, 8), "only leaving read protection level 1 with DMEP2=1"},
        {0, false, R_SCAR, AREA(11, 0xfff), "in a secure area (SEC_AREA1"},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench b;
        bench_open(&b, true);
        if (rows[i].swapped)
            *reg(&b, R_OPTCR) |= SWAP;
        *reg(&b, rows[i].offset) = rows[i].value;
        erase_and_write(&b, rows[i].half, 2 * KIB, KIB);
        assert_int_equal(bench_run(&b), ERR_PROTECTED);
        SAYS(&b, rows[i].says);
        SAYS(&b, rows[i].half ? "0x08100800" : "0x08000800");
        OK(bench_close(&b));
        assert_string_equal(b.w.did, "");
    }
}

static void a_sector_beside_a_protected_one_is_not_refused(void **state)
{
    (void)state;
    static const struct {
        uint32_t offset, value;
    } rows[] = {{R_WPSN, 0xfb}, {R_PRAR, AREA(8, 11)}, {R_SCAR, AREA(8, 11)}, {R_PRAR, AREA(9, 8)}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench b;
        bench_open(&b, true);
        *reg(&b, rows[i].offset) = rows[i].value;
        erase_and_write(&b, 0, 3 * KIB, KIB);
        OK(bench_run(&b));
        OK(bench_close(&b));
        assert_written(&b, 0, 3 * KIB, KIB);
    }
}

static void small_sectors_are_protected_by_fours(void **state)
{
    (void)state;
    struct bench b;
    bench_open_small(&b);
    *reg(&b, R_WPSN + 0x100) = 0xfffffffd;
    erase_and_write(&b, 1, 3 * KIB, KIB);
    OK(bench_run(&b));
    erase_and_write(&b, 1, 4 * KIB, KIB);
    assert_int_equal(bench_run(&b), ERR_PROTECTED);
    SAYS(&b, "bit 1 of WRPSn2");
    (void)!bench_close(&b);
}

static void areas_that_nobody_may_read_are_found(void **state)
{
    (void)state;
    struct flash_hidden h;
    struct bench b;
    bench_open(&b, true);
    OK(flashword_driver.find_hidden(&b.access, BASE, b.bank.size, &h));
    assert_int_equal(h.len, 0);
    *reg(&b, R_SCAR + 0x100) = AREA(4, 5);
    OK(flashword_driver.find_hidden(&b.access, BASE, b.bank.size, &h));
    assert_int_equal(h.addr, UPPER + KIB);
    assert_int_equal(h.len, 512);
    assert_string_equal(h.option, "SEC_AREA2");
    *reg(&b, R_PRAR) = AREA(7, 7);
    OK(flashword_driver.find_hidden(&b.access, BASE, b.bank.size, &h));
    assert_int_equal(h.addr, BASE);
    assert_int_equal(h.len, BANK);
    assert_string_equal(h.option, "PROT_AREA1");
    OK(flashword_driver.find_hidden(&b.access, UPPER, KIB, &h));
    assert_int_equal(h.len, 0);
    OK(bench_close(&b));
}

static void read_protection_is_told(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    *reg(&b, R_OPTSR) = LEVEL1;
    erase_and_write(&b, 0, 0, KIB);
    assert_int_equal(bench_run(&b), ERR_PROTECTED);
    SAYS(&b, "read protection level 1 is active");
    OK(bench_close(&b));
    assert_string_equal(b.w.did, "");
}

// ---- what goes wrong ----------------------------------------------------------------------------

static const struct {
    uint32_t sr;
    const char *says;
} errors[] = {
    {1u << 17, "is write-protected (WRPERR)"},
    {1u << 18, "was not set up for it"},
    {1u << 19, "the same bytes came twice"},
    {1u << 21, "was left before it was complete"},
    {1u << 22, "the operation failed: does the supply drop? (OPERR)"},
    {1u << 23, "can only be executed (RDPERR)"},
    {1u << 24, "in a secure area, which nobody else may read (RDSERR)"},
};

static void each_error_of_the_controller_has_its_sentence(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2 * sizeof errors / sizeof errors[0]; i++) {
        struct bench b;
        const bool blank = i % 2; // then it is the programming that fails
        bench_open(&b, true);
        if (blank)
            memset(b.w.half[1].flash, 0xff, BANK);
        erase_and_write(&b, 1, 0, KIB);
        b.w.fail_with = errors[i / 2].sr;
        assert_int_equal(bench_run(&b), i / 2 == 0 ? ERR_PROTECTED : ERR_FLASH);
        SAYS(&b, errors[i / 2].says);
        if (i / 2)
            SAYS(&b, blank ? "programming the flash" : "erasing the flash page at 0x08100000");
        (void)!bench_close(&b);
    }
}

static void what_a_loader_met_is_told_as_the_same(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        struct bench b;
        bench_open(&b, true);
        b.w.said[0] = '\0';
        *reg(&b, R_OPTSR) = FACTORY;
        const uint32_t status = errors[i].sr >> 17;
        // The survey has noted what is protected.
        bool may_run;
        OK(flashword_driver.survey(&b.access, &may_run));
        assert_true(may_run);
        assert_int_equal(flashword_driver.explain(&b.access, UPPER, NULL, KIB, status),
                         i == 0 ? ERR_PROTECTED : ERR_FLASH);
        SAYS(&b, errors[i].says);
        OK(bench_close(&b));
    }
}

static void a_write_that_stopped_within_a_flash_word_completes_it(void **state)
{
    (void)state;
    for (unsigned words = 1; words < 20; words++)
        for (unsigned small = 0; small < 2; small++) {
            struct bench b;
            if (small)
                bench_open_small(&b);
            else
                bench_open(&b, true);
            b.w.wait_after = words;
            erase_and_write(&b, 1, 0, KIB);
            OK(bench_run(&b));
            OK(bench_close(&b));
            assert_written(&b, 1, 0, KIB);
            for (unsigned i = 0; i < KIB / 16; i++)
                assert_false(b.w.half[1].spoilt[i]);
            assert_left_well(&b);
        }
}

// Such a word cannot even be read.
static void a_flash_word_that_was_cut_off_is_erased(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, true);
    memset(b.w.half[1].flash, 0xff, BANK);
    b.w.half[1].spoilt[3 * KIB / 16] = true;
    erase_and_write(&b, 1, 2 * KIB, 2 * KIB);
    OK(bench_run(&b));
    OK(bench_close(&b));
    assert_written(&b, 1, 2 * KIB, 2 * KIB);
    assert_string_equal(b.w.did, "erase 2:3/64 ");
    assert_left_well(&b);
}

// ---- for the loader -----------------------------------------------------------------------------

static void the_loader_is_told_both_banks_in_one_word(void **state)
{
    (void)state;
    struct bench b;
    bool may_run;
    bench_open(&b, true);
    OK(flashword_driver.survey(&b.access, &may_run));
    const struct flash_access *fa = &b.access;
    assert_int_equal(flashword_driver.erase_code(fa, BASE + 3 * KIB, FLASH_EXTENT_PAGE), 0x3b4);
    assert_int_equal(flashword_driver.erase_code(fa, UPPER + KIB, FLASH_EXTENT_PAGE), 0x1b40000);
    assert_int_equal(flashword_driver.erase_code(fa, UPPER, FLASH_EXTENT_BANK), 0xb80000);
    assert_int_equal(flashword_driver.erase_code(fa, BASE, FLASH_EXTENT_ALL), 0xb800b8);
    assert_int_equal(fa->code_word[0], 0x300020);
    assert_int_equal(fa->code_word[1], 0x100);
    assert_int_equal(flashword_driver.second_bank(fa->bank), UPPER);
    assert_int_equal(flashword_driver.bank_bytes(fa), BANK);
    OK(bench_close(&b));
    bench_open(&b, false);
    OK(flashword_driver.survey(&b.access, &may_run));
    assert_int_equal(flashword_driver.erase_code(fa, BASE, FLASH_EXTENT_ALL), 0xb8);
    assert_int_equal(fa->code_word[1], 0);
    OK(bench_close(&b));
    bench_open_small(&b);
    OK(flashword_driver.survey(&b.access, &may_run));
    assert_int_equal(flashword_driver.erase_code(fa, UPPER + 7 * KIB, FLASH_EXTENT_PAGE),
                     0x1e40000);
    assert_int_equal(fa->code_word[0], 0x10);
    OK(bench_close(&b));
}

static void no_code_runs_where_some_of_the_flash_is_hidden(void **state)
{
    (void)state;
    struct bench b;
    bool may_run = true;
    bench_open(&b, true);
    *reg(&b, R_PRAR + 0x100) = AREA(1, 2);
    OK(flashword_driver.survey(&b.access, &may_run));
    assert_false(may_run);
    OK(bench_close(&b));
}

// ---- options ------------------------------------------------------------------------------------

static void options_of_a_bank_stay_its_own_when_the_banks_are_swapped(void **state)
{
    (void)state;
    for (unsigned swapped = 0; swapped < 2; swapped++) {
        struct bench b;
        uint32_t value[FLASH_OPTION_WORDS], intact;
        bench_open(&b, true);
        *reg(&b, R_OPTCR) |= swapped ? SWAP : 0;
        *reg(&b, R_WPSN + (swapped ? 0x100 : 0)) = 0xfe;
        *reg(&b, R_OPTSR) |= 1u << 30 | 1u; // no options
        OK(flashword_driver.read_options(&b.access, value, &intact));
        assert_int_equal(intact, 0x1ff);
        assert_int_equal(value[FLASHWORD_OPTSR], FACTORY);
        assert_int_equal(value[FLASHWORD_WPSN1], 0xfe);
        assert_int_equal(value[FLASHWORD_WPSN2], 0xff);
        assert_int_equal(value[FLASHWORD_BOOT], 0x1ff00800);
        value[FLASHWORD_WPSN2] = 0x7f;
        OK(flashword_driver.write_options(&b.access, value, 1u << FLASHWORD_WPSN2));
        assert_int_equal(*reg(&b, R_WPSN + (swapped ? 0 : 0x100)), 0x7f);
        assert_int_equal(*reg(&b, R_WPSN + (swapped ? 0x100 : 0)), 0xfe);
        assert_string_equal(b.w.did, "burn ");
        assert_int_equal(b.w.resets, 1);
        assert_int_equal(b.w.violations, 0);
        OK(bench_close(&b));
    }
}

static void a_chip_with_one_bank_has_no_options_of_a_second(void **state)
{
    (void)state;
    struct bench b;
    uint32_t value[FLASH_OPTION_WORDS], intact;
    bench_open(&b, false);
    OK(flashword_driver.read_options(&b.access, value, &intact));
    assert_int_equal(intact, 0x18f);
    OK(flashword_driver.write_options(&b.access, value, 1));
    assert_int_equal(b.w.violations, 0);
    OK(bench_close(&b));
}

static void leaving_read_protection_takes_as_long_as_the_flash(void **state)
{
    (void)state;
    struct bench b;
    uint32_t value[FLASH_OPTION_WORDS] = {FACTORY};
    bench_open(&b, true);
    *reg(&b, R_OPTSR) = LEVEL1;
    b.w.erase_us = 20000000;
    OK(flashword_driver.write_options(&b.access, value, 1));
    assert_int_equal(*reg(&b, R_OPTSR), FACTORY);
    assert_int_equal(b.w.half[1].flash[100], 0xff);
    assert_int_equal(b.w.resets, 1);
    OK(bench_close(&b));
}

static void a_change_that_the_chip_refuses_is_told(void **state)
{
    (void)state;
    struct bench b;
    uint32_t value[FLASH_OPTION_WORDS] = {FACTORY};
    bench_open(&b, true);
    b.w.options_fail = true;
    assert_int_equal(flashword_driver.write_options(&b.access, value, 1), ERR_FLASH);
    SAYS(&b, "the chip refuses this change of its options (OPTCHANGEERR) and has changed nothing");
    assert_int_equal(b.w.resets, 0);
    assert_int_equal(*reg(&b, R_OPTSR), FACTORY); // the flag is cleared
    assert_int_equal(*reg(&b, R_OPTCR), 1);       // and the lock closed
    OK(bench_close(&b));
    bench_open(&b, true);
    b.w.option_keys = 99;
    assert_int_equal(flashword_driver.write_options(&b.access, value, 1), ERR_FLASH);
    SAYS(&b, "the options stay locked");
    OK(bench_close(&b));
    bench_open(&b, true);
    *reg(&b, R_OPTCR) = 0; // open: no keys
    OK(flashword_driver.write_options(&b.access, value, 1));
    assert_int_equal(b.w.violations, 0);
    OK(bench_close(&b));
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_erased_programmed_and_locked_again),
        cmocka_unit_test(each_bank_has_its_own_registers),
        cmocka_unit_test(a_mass_erase_takes_both_banks_at_once),
        cmocka_unit_test(a_flash_word_of_ones_is_left_to_the_program),
        cmocka_unit_test(the_supply_decides_how_many_bits_are_programmed_at_once),
        cmocka_unit_test(a_chip_without_that_choice_is_told_nothing),
        cmocka_unit_test(an_open_controller_gets_no_keys),
        cmocka_unit_test(a_key_that_was_wrong_before_is_told),
        cmocka_unit_test(an_erase_of_the_program_is_waited_for),
        cmocka_unit_test(a_protected_sector_is_refused_before_anything_changes),
        cmocka_unit_test(a_sector_beside_a_protected_one_is_not_refused),
        cmocka_unit_test(small_sectors_are_protected_by_fours),
        cmocka_unit_test(areas_that_nobody_may_read_are_found),
        cmocka_unit_test(read_protection_is_told),
        cmocka_unit_test(each_error_of_the_controller_has_its_sentence),
        cmocka_unit_test(what_a_loader_met_is_told_as_the_same),
        cmocka_unit_test(a_write_that_stopped_within_a_flash_word_completes_it),
        cmocka_unit_test(a_flash_word_that_was_cut_off_is_erased),
        cmocka_unit_test(the_loader_is_told_both_banks_in_one_word),
        cmocka_unit_test(no_code_runs_where_some_of_the_flash_is_hidden),
        cmocka_unit_test(options_of_a_bank_stay_its_own_when_the_banks_are_swapped),
        cmocka_unit_test(a_chip_with_one_bank_has_no_options_of_a_second),
        cmocka_unit_test(leaving_read_protection_takes_as_long_as_the_flash),
        cmocka_unit_test(a_change_that_the_chip_refuses_is_told),
    };
    return cmocka_run_group_tests_name("flashword", tests, NULL, NULL);
}
