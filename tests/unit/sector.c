// SPDX-License-Identifier: MIT
// flash/drivers/sector.c: sectors of three sizes in one or two banks, widths by the supply, erases
// of seconds, what the options protect, and the options themselves.
#include "tests/unit/sector_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/choose.h"

#define OK(call)      assert_int_equal((call), ERR_OK)
#define SAYS(b, text) assert_non_null(strstr((b)->w.log.sentence, text))

#define CR_LOCK   (1u << 31)
#define CR_PG     1u
#define SR_OPERR  (1u << 1)
#define SR_WRPERR (1u << 4)
#define SR_PGAERR (1u << 5)
#define SR_PGPERR (1u << 6)
#define SR_PGSERR (1u << 7)
#define SR_RDERR  (1u << 8)
#define NWRP(n)   (1u << (16 + (n)))
#define SPRMOD    (1u << 31)

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
    flash_job_set_erase(b.job, FLASH_ERASE_PAGES);
    erase_and_write(&b, 0, BANK);
    OK(bench_run(&b));
    OK(bench_close(&b));
    assert_memory_equal(b.w.flash, b.image, BANK);
    assert_int_equal(b.w.reg[W_CR], CR_LOCK);
    assert_int_equal(b.w.violations, 0);
    assert_int_equal(b.w.reg[W_SR], 0);
    assert_string_equal(b.w.did, "erase 1:0/4 erase 1:1/4 erase 1:2/4 erase 1:3/4 erase 1:4/4 "
                                 "erase 1:5/4 erase 1:6/4 ");
    assert_string_equal(b.w.said, "");
}

static void caches_are_off_meanwhile_and_empty_afterwards(void **state)
{
    (void)state;
    for (unsigned on = 0; on < 2; on++) {
        struct bench b;
        bool more;
        const uint32_t acr = on ? 0x705 : 0x005;
        bench_open(&b, false);
        b.w.reg[W_ACR] = acr;
        erase_and_write(&b, 0, KIB);
        flash_job_close_input(b.job);
        OK(flash_job_step(b.job, &more));
        assert_int_equal(b.w.reg[W_ACR], 5);
        OK(bench_run(&b));
        OK(bench_close(&b));
        assert_int_equal(b.w.reg[W_ACR], acr);
        assert_int_equal(b.w.flushes, on);
        assert_int_equal(b.w.violations, 0);
    }
}

static void the_supply_decides_how_many_bytes_are_programmed_at_once(void **state)
{
    (void)state;
    static const struct {
        unsigned mv, width;
        bool no_halfwords;
        const char *said;
    } rows[] = {
        {3300, 4, false, NULL},
        {2700, 4, false, NULL},
        {2699, 2, false, "supply is 2.69 V, at which the flash is programmed by halfwords"},
        {2100, 2, false, "supply is 2.10 V, at which the flash is programmed by halfwords"},
        {2099, 1, false, "supply is 2.09 V, at which the flash is programmed by bytes"},
        {2500, 1, true, "supply is 2.50 V, at which the flash is programmed by bytes"},
        {0, 1, false, "the probe does not tell the target's supply"},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench b;
        char did[32];
        bench_open(&b, false);
        b.w.vtref_mv = rows[i].mv;
        b.w.no_halfwords = rows[i].no_halfwords;
        erase_and_write(&b, KIB, KIB);
        OK(bench_run(&b));
        OK(bench_close(&b));
        snprintf(did, sizeof did, "erase 1:1/%u ", rows[i].width);
        assert_string_equal(b.w.did, did);
        assert_memory_equal(&b.w.flash[KIB], &b.image[KIB], KIB);
        assert_int_equal(b.w.written[rows[i].width], KIB / rows[i].width);
        assert_int_equal(b.w.violations, 0);
        if (rows[i].said)
            assert_non_null(strstr(b.w.said, rows[i].said));
        else
            assert_string_equal(b.w.said, "");
    }
}

static void the_width_is_told_once_in_a_job(void **state)
{
    (void)state;
    struct bench b;
    bool more = true;
    bench_open(&b, false);
    b.w.vtref_mv = 2000;
    erase_and_write(&b, 0, 2 * KIB);
    flash_job_close_input(b.job);
    while (more) {
        OK(flash_job_step(b.job, &more));
        OK(flash_job_pause(b.job));
    }
    OK(bench_close(&b));
    assert_null(strstr(strstr(b.w.said, "by bytes") + 1, "by bytes"));
}

static void sectors_of_the_second_bank_have_numbers_behind_a_gap(void **state)
{
    (void)state;
    for (unsigned swapped = 0; swapped < 2; swapped++) {
        struct bench b;
        bench_open(&b, true);
        b.w.swapped = swapped;
        erase_and_write(&b, 2 * KIB, KIB);
        erase_and_write(&b, BANK + 3 * KIB, 5 * KIB);
        OK(bench_run(&b));
        OK(bench_close(&b));
        assert_memory_equal(&b.w.flash[2 * KIB], &b.image[2 * KIB], KIB);
        assert_memory_equal(&b.w.flash[BANK + 3 * KIB], &b.image[BANK + 3 * KIB], 5 * KIB);
        assert_int_equal(b.w.flash[KIB], 0x55);
        assert_int_equal(b.w.flash[BANK + 2 * KIB], 0x55);
        assert_string_equal(b.w.did, swapped ? "erase 2:2/4 erase 1:3/4 erase 1:4/4 "
                                             : "erase 1:2/4 erase 2:3/4 erase 2:4/4 ");
    }
}

static void a_mass_erase_takes_both_banks_at_once(void **state)
{
    (void)state;
    for (unsigned two_banks = 0; two_banks < 2; two_banks++) {
        struct bench b;
        bench_open(&b, two_banks);
        flash_job_set_erase(b.job, FLASH_ERASE_MASS);
        erase_and_write(&b, 0, b.bank.size);
        OK(bench_run(&b));
        OK(bench_close(&b));
        assert_memory_equal(b.w.flash, b.image, b.bank.size);
        assert_string_equal(b.w.did, two_banks ? "mass 3/4 " : "mass 1/4 ");
        assert_int_equal(b.w.violations, 0);
    }
}

static void an_erase_of_seconds_goes_on_from_step_to_step(void **state)
{
    (void)state;
    for (unsigned mass = 0; mass < 2; mass++) {
        struct bench b;
        bench_open(&b, true);
        b.w.erase_us = 1700000;
        flash_job_set_erase(b.job, mass ? FLASH_ERASE_MASS : FLASH_ERASE_PAGES);
        erase_and_write(&b, 8 * KIB, 8 * KIB);
        OK(bench_run(&b));
        OK(bench_close(&b));
        assert_memory_equal(&b.w.flash[8 * KIB], &b.image[8 * KIB], 8 * KIB);
        assert_in_range(b.w.now_us, 1700000, 1900000);
        assert_in_range(b.w.longest_us, 1, 60000);
    }
}

static void an_erase_that_never_ends_is_told(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    b.w.erase_us = 3000000000u;
    erase_and_write(&b, 0, KIB);
    assert_int_equal(bench_run(&b), ERR_FLASH);
    SAYS(&b, "erasing the flash page at 0x08000000 has taken more than 2600 ms");
    assert_int_equal(bench_close(&b), ERR_FLASH);
    SAYS(&b, "has taken more than 2600 ms");
    SAYS(&b, "0x08000000 to 0x080003ff was not written to the end");
}

static void who_gives_up_in_an_erase_waits_for_its_end_and_leaves_a_locked_controller(void **state)
{
    (void)state;
    struct bench b;
    bool more;
    bench_open(&b, false);
    b.w.erase_us = 2000000;
    erase_and_write(&b, 0, KIB);
    flash_job_close_input(b.job);
    OK(flash_job_step(b.job, &more));
    OK(flash_job_step(b.job, &more));
    assert_true(more);
    assert_int_equal(bench_close(&b), ERR_FLASH);
    SAYS(&b, "the flash is incomplete: 0x08000000 to 0x080003ff");
    assert_in_range(b.w.now_us, 2000000, 2010000);
    assert_int_equal(b.w.reg[W_CR], CR_LOCK);
    assert_int_equal(b.w.reg[W_ACR], 0x705);
    assert_int_equal(b.w.violations, 0);
}

static void an_open_controller_gets_no_keys(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    b.w.reg[W_CR] = CR_PG; // as a program left it in the middle of its work
    erase_and_write(&b, 0, KIB);
    OK(bench_run(&b));
    OK(bench_close(&b));
    assert_int_equal(b.w.keys, 0);
    assert_int_equal(b.w.violations, 0);
    assert_memory_equal(b.w.flash, b.image, KIB);
}

static void an_erase_of_the_program_is_waited_for(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    b.w.busy_until = 700000;
    b.w.reg[W_SR] = SR_PGSERR | SR_PGPERR; // and errors of before are cleared
    erase_and_write(&b, 0, KIB);
    OK(bench_run(&b));
    OK(bench_close(&b));
    assert_int_equal(b.w.violations, 0);
    assert_int_equal(b.w.reg[W_SR], 0);
    assert_memory_equal(b.w.flash, b.image, KIB);
}

static void a_key_that_was_wrong_before_is_told(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    b.w.keys = 99;
    erase_and_write(&b, 0, KIB);
    assert_int_equal(bench_run(&b), ERR_FAULT);
    (void)!bench_close(&b);
}

static void a_protected_sector_is_refused_before_anything_changes(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, true);
    b.w.reg[W_OPTCR1] &= ~NWRP(4);
    flash_job_set_erase(b.job, FLASH_ERASE_MASS);
    erase_and_write(&b, 0, KIB);
    assert_int_equal(bench_run(&b), ERR_PROTECTED);
    SAYS(&b, "the flash sector at 0x08007000 is write-protected");
    SAYS(&b, "bit 4 of nWRP2");
    OK(bench_close(&b));
    assert_string_equal(b.w.did, "");
    bench_open(&b, true);
    b.w.reg[W_OPTCR] &= ~NWRP(3);
    erase_and_write(&b, 3 * KIB, KIB);
    assert_int_equal(bench_run(&b), ERR_PROTECTED);
    SAYS(&b, "bit 3 of nWRP:");
    OK(bench_close(&b));
    assert_string_equal(b.w.did, "");
    bench_open(&b, true); // the options of a bank go with its cells
    b.w.swapped = true;
    b.w.reg[W_OPTCR] &= ~NWRP(3);
    erase_and_write(&b, 3 * KIB, KIB);
    OK(bench_run(&b));
    OK(bench_close(&b));
}

static void the_last_bit_may_have_several_sectors(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    b.params.last_wrp_bit = 5;
    b.w.reg[W_OPTCR] &= ~NWRP(5);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(sector_driver.survey(&b.access, &(bool){false}), ERR_OK);
        assert_int_equal(sector_driver.check_page(&b.access, BASE + (i + 1) * 8 * KIB),
                         ERR_PROTECTED);
        SAYS(&b, "bit 5 of nWRP:");
        b.access.enter.count = b.access.leave.count = 0;
    }
    OK(sector_driver.check_page(&b.access, BASE + 4 * KIB));
    OK(bench_close(&b));
}

static void code_that_can_only_be_executed_is_left_alone(void **state)
{
    (void)state;
    struct bench b;
    struct flash_hidden hidden;
    bool may_run = true;
    bench_open(&b, true);
    b.w.reg[W_OPTCR] = (b.w.reg[W_OPTCR] & 0xffff) | SPRMOD | NWRP(2) | NWRP(3) | NWRP(4);
    b.w.reg[W_OPTCR1] = NWRP(0);
    OK(sector_driver.find_hidden(&b.access, BASE, SIZE, &hidden));
    assert_int_equal(hidden.addr, BASE + 2 * KIB);
    assert_int_equal(hidden.len, 6 * KIB);
    assert_string_equal(hidden.option, "SPRMOD");
    OK(sector_driver.find_hidden(&b.access, BASE + 8 * KIB, SIZE - 8 * KIB, &hidden));
    assert_int_equal(hidden.addr, BASE + BANK);
    assert_int_equal(hidden.len, KIB);
    OK(sector_driver.find_hidden(&b.access, BASE + 8 * KIB, 8 * KIB, &hidden));
    assert_int_equal(hidden.len, 0);
    OK(sector_driver.survey(&b.access, &may_run));
    assert_false(may_run); // it would look at all of the flash
    assert_int_equal(sector_driver.check_page(&b.access, BASE + BANK), ERR_PROTECTED);
    SAYS(&b, "can only be executed, because SPRMOD is 1 and bit 0 of nWRP2 is 1");
    OK(sector_driver.check_page(&b.access, BASE));
    OK(bench_close(&b));
    bench_open(&b, false);
    b.w.reg[W_OPTCR] &= ~SPRMOD & ~NWRP(2);
    OK(sector_driver.find_hidden(&b.access, BASE, SIZE, &hidden));
    assert_int_equal(hidden.len, 0);
    b.params.pcrop_mode = 0;
    b.w.reg[W_OPTCR] |= SPRMOD; // which this chip does not have
    OK(sector_driver.find_hidden(&b.access, BASE, SIZE, &hidden));
    assert_int_equal(hidden.len, 0);
    OK(bench_close(&b));
}

static void read_protection_is_told(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    b.w.reg[W_OPTCR] = (b.w.reg[W_OPTCR] & ~0xff00u) | 0x5500;
    erase_and_write(&b, 0, KIB);
    assert_int_equal(bench_run(&b), ERR_PROTECTED);
    SAYS(&b, "read protection level 1 is active");
    OK(bench_close(&b));
    assert_string_equal(b.w.did, "");
}

static void each_error_of_the_controller_has_its_sentence(void **state)
{
    (void)state;
    static const struct {
        uint32_t sr;
        enum err wanted;
        const char *said;
    } rows[] = {
        {SR_PGSERR, ERR_FLASH, "(PGSERR)"}, {SR_PGPERR, ERR_FLASH, "(PGPERR)"},
        {SR_PGAERR, ERR_FLASH, "(PGAERR)"}, {SR_RDERR, ERR_FLASH, "(RDERR)"},
        {SR_OPERR, ERR_FLASH, "(OPERR)"},   {SR_WRPERR, ERR_PROTECTED, "(WRPERR)"},
    };
    for (unsigned i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
        struct bench b;
        bench_open(&b, false);
        if (i % 2)
            memset(b.w.flash, 0xff, KIB); // it fails at programming, not at erasing
        b.w.fail_with = rows[i / 2].sr;
        erase_and_write(&b, 0, KIB);
        assert_int_equal(bench_run(&b), rows[i / 2].wanted);
        SAYS(&b, rows[i / 2].said);
        if (rows[i / 2].wanted == ERR_FLASH)
            SAYS(&b, i % 2 ? "programming the flash at 0x08000000 did not take place"
                           : "erasing the flash page at 0x08000000 did not take place");
        (void)!bench_close(&b);
        assert_int_equal(b.w.reg[W_CR], CR_LOCK);
    }
}

static void what_a_loader_met_is_told_as_the_same(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    OK(sector_driver.survey(&b.access, &(bool){false}));
    memset(b.w.flash, 0xff, KIB);
    memcpy(b.w.flash, b.image, 32);
    assert_int_equal(sector_driver.explain(&b.access, BASE, b.image, KIB, SR_PGSERR >> 1),
                     ERR_FLASH);
    SAYS(&b, "programming the flash at 0x08000020 did not take place (FLASH_SR 0x00080)");
    assert_int_equal(sector_driver.explain(&b.access, BASE, NULL, 0, SR_OPERR >> 1), ERR_FLASH);
    SAYS(&b, "(OPERR)");
    assert_int_equal(sector_driver.explain(&b.access, BASE, NULL, 0, SR_RDERR >> 1), ERR_FLASH);
    SAYS(&b, "(RDERR)");
    OK(bench_close(&b));
}

static void a_write_that_stopped_in_the_middle_goes_on_behind_it(void **state)
{
    (void)state;
    for (unsigned mv = 2000; mv < 3000; mv += 400) {
        struct bench b;
        bench_open(&b, false);
        b.w.vtref_mv = mv;
        b.w.wait_after = 7;
        erase_and_write(&b, 0, KIB);
        OK(bench_run(&b));
        OK(bench_close(&b));
        assert_memory_equal(b.w.flash, b.image, KIB);
        assert_int_equal(b.w.violations, 0);
    }
}

static void a_cell_that_stays_as_it_is_is_told(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    memset(b.w.flash, 0xff, KIB);
    OK(sector_driver.survey(&b.access, &(bool){false}));
    OK(sector_driver.begin(&b.access));
    b.w.flash[9] = 0;
    b.image[9] = 0xff;
    OK(sector_driver.program(&b.access, BASE, b.image, KIB)); // no flag tells: verifying does
    assert_int_equal(sector_driver.explain(&b.access, BASE, b.image, KIB, 0), ERR_FLASH);
    SAYS(&b, "the flash at 0x08000008 could not be programmed: it holds");
    OK(sector_driver.end(&b.access));
    OK(bench_close(&b));
}

// ---- options ------------------------------------------------------------------------------------

static void options_are_read_without_their_lock(void **state)
{
    (void)state;
    struct bench b;
    uint32_t value[FLASH_OPTION_WORDS] = {0}, intact;
    bench_open(&b, true);
    OK(sector_driver.read_options(&b.access, value, &intact));
    assert_int_equal(value[0], 0x0fffaaec);
    assert_int_equal(value[1], 0x0fff0000);
    assert_int_equal(intact, 3);
    b.params.option_regs = 1;
    OK(sector_driver.read_options(&b.access, value, &intact));
    assert_int_equal(value[1], 0);
    assert_int_equal(intact, 1);
    OK(bench_close(&b));
}

static void options_are_written_and_loaded_by_a_reset(void **state)
{
    (void)state;
    struct bench b;
    uint32_t value[FLASH_OPTION_WORDS] = {0x0ff7aae8, 0x0ffe0000};
    bench_open(&b, true);
    b.w.reg[W_SR] = SR_RDERR; // of a read before
    OK(sector_driver.write_options(&b.access, value, 3));
    assert_int_equal(b.w.stored[0], 0x0ff7aae8);
    assert_int_equal(b.w.stored[1], 0x0ffe0000);
    assert_int_equal(b.w.resets, 1);
    value[0] = 0;
    value[1] = 0x0ffd0000; // alone
    OK(sector_driver.write_options(&b.access, value, 2));
    assert_int_equal(b.w.stored[0], 0x0ff7aae8);
    assert_int_equal(b.w.stored[1], 0x0ffd0000);
    assert_string_equal(b.w.did, "burn burn ");
    assert_int_equal(b.w.violations, 0);
    OK(bench_close(&b));
}

static void leaving_read_protection_may_take_as_long_as_the_flash(void **state)
{
    (void)state;
    struct bench b;
    uint32_t value[FLASH_OPTION_WORDS] = {0x0fffaaec, 0x0fff0000};
    bench_open(&b, true);
    b.w.stored[0] = 0x0fff55ec;
    b.w.reg[W_OPTCR] = 0x0fff55ed;
    b.w.erase_us = 33000000;
    OK(sector_driver.write_options(&b.access, value, 3));
    assert_int_equal(b.w.stored[0], 0x0fffaaec);
    assert_int_equal(b.w.flash[100], 0xff);
    assert_int_equal(b.w.resets, 1);
    OK(bench_close(&b));
}

static void options_that_fail_or_stay_locked_are_told(void **state)
{
    (void)state;
    struct bench b;
    uint32_t value[FLASH_OPTION_WORDS] = {0x0fffaae8, 0x0fff0000};
    bench_open(&b, true);
    b.w.options_fail = true;
    assert_int_equal(sector_driver.write_options(&b.access, value, 3), ERR_FLASH);
    SAYS(&b, "the options could not be written (FLASH_SR 0x00080)");
    assert_int_equal(b.w.resets, 0);
    OK(bench_close(&b));
    bench_open(&b, true);
    b.w.option_keys = 99;
    assert_int_equal(sector_driver.write_options(&b.access, value, 3), ERR_FAULT);
    assert_int_equal(b.w.stored[0], 0x0fffaaec);
    OK(bench_close(&b));
    bench_open(&b, true);
    b.w.reg[W_OPTCR] &= ~1u; // open: no keys
    OK(sector_driver.write_options(&b.access, value, 3));
    assert_int_equal(b.w.stored[0], 0x0fffaae8);
    assert_int_equal(b.w.violations, 0);
    OK(bench_close(&b));
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_erased_programmed_and_locked_again),
        cmocka_unit_test(caches_are_off_meanwhile_and_empty_afterwards),
        cmocka_unit_test(the_supply_decides_how_many_bytes_are_programmed_at_once),
        cmocka_unit_test(the_width_is_told_once_in_a_job),
        cmocka_unit_test(sectors_of_the_second_bank_have_numbers_behind_a_gap),
        cmocka_unit_test(a_mass_erase_takes_both_banks_at_once),
        cmocka_unit_test(an_erase_of_seconds_goes_on_from_step_to_step),
        cmocka_unit_test(an_erase_that_never_ends_is_told),
        cmocka_unit_test(who_gives_up_in_an_erase_waits_for_its_end_and_leaves_a_locked_controller),
        cmocka_unit_test(an_open_controller_gets_no_keys),
        cmocka_unit_test(an_erase_of_the_program_is_waited_for),
        cmocka_unit_test(a_key_that_was_wrong_before_is_told),
        cmocka_unit_test(a_protected_sector_is_refused_before_anything_changes),
        cmocka_unit_test(the_last_bit_may_have_several_sectors),
        cmocka_unit_test(code_that_can_only_be_executed_is_left_alone),
        cmocka_unit_test(read_protection_is_told),
        cmocka_unit_test(each_error_of_the_controller_has_its_sentence),
        cmocka_unit_test(what_a_loader_met_is_told_as_the_same),
        cmocka_unit_test(a_write_that_stopped_in_the_middle_goes_on_behind_it),
        cmocka_unit_test(a_cell_that_stays_as_it_is_is_told),
        cmocka_unit_test(options_are_read_without_their_lock),
        cmocka_unit_test(options_are_written_and_loaded_by_a_reset),
        cmocka_unit_test(leaving_read_protection_may_take_as_long_as_the_flash),
        cmocka_unit_test(options_that_fail_or_stay_locked_are_told),
    };
    return cmocka_run_group_tests_name("sector", tests, NULL, NULL);
}
