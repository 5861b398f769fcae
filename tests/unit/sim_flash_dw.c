// SPDX-License-Identifier: MIT
// The flash controller for double words of the virtual STM32G0: keys, locks, erasing, programming
// and what each rule of RM0444, 3.3 (RM0490, 4.3) refuses.
#include "tests/unit/choose.h"
#include "tests/unit/sim_m0p_bench.h"

#define TARGET (FLASH + 0x1000u)

// ---- keys ---------------------------------------------------------------------------------------

static void the_keys_open_the_lock_and_the_lock_bit_shuts_it(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, DW_CR), CR_LOCK | CR_OPTLOCK);
    unlock_flash(b);
    assert_int_equal(rd(b, DW_CR), CR_OPTLOCK);
    wr(b, DW_CR, CR_LOCK);
    assert_int_equal(rd(b, DW_CR), CR_LOCK | CR_OPTLOCK);
    unlock_flash(b);
    assert_int_equal(rd(b, DW_CR), CR_OPTLOCK);
    expect_violations(b, 0);
}

static void a_wrong_key_faults_and_locks_until_the_next_reset(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(try_write(b, DW_KEYR, 4, 0x12345678), SIM_BUS_FAULT);
    assert_int_equal(try_write(b, DW_KEYR, 4, KEY1), SIM_BUS_FAULT);
    assert_int_equal(try_write(b, DW_KEYR, 4, KEY2), SIM_BUS_FAULT);
    assert_true(rd(b, DW_CR) & CR_LOCK);
    expect_violations(b, 3);
    sim_chip_set_nrst(b->chip, true);
    run_ns(b, NS_PER_MS);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
    unlock_flash(b);
    assert_false(rd(b, DW_CR) & CR_LOCK);
}

static void the_right_keys_once_more_fault_and_lock(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    assert_int_equal(try_write(b, DW_KEYR, 4, KEY1), SIM_BUS_FAULT);
    assert_true(rd(b, DW_CR) & CR_LOCK);
    expect_violations(b, 1);
}

static void option_keys_need_the_first_lock_open_and_are_other_ones(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(try_write(b, DW_OPTKEYR, 4, OPTKEY1), SIM_BUS_FAULT);
    unlock_options(b);
    assert_int_equal(rd(b, DW_CR), 0);
    wr(b, DW_CR, CR_LOCK); // takes the options' lock with it
    assert_int_equal(rd(b, DW_CR), CR_LOCK | CR_OPTLOCK);
    unlock_flash(b);
    assert_int_equal(try_write(b, DW_OPTKEYR, 4, KEY1), SIM_BUS_FAULT);
    assert_int_equal(try_write(b, DW_OPTKEYR, 4, OPTKEY1), SIM_BUS_FAULT);
    expect_violations(b, 3);
}

static void a_locked_control_register_takes_nothing(void **state)
{
    struct chip_bench *b = *state;
    wr(b, DW_CR, CR_PG);
    assert_int_equal(rd(b, DW_CR), CR_LOCK | CR_OPTLOCK);
    expect_violations(b, 1);
}

// ---- programming --------------------------------------------------------------------------------

static void a_double_word_takes_its_time_and_both_words(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    wr(b, DW_CR, CR_PG | CR_EOPIE);
    wr(b, TARGET, 0x11223344);
    assert_int_equal(rd(b, DW_SR), SR_CFGBSY);
    run_ns(b, PROGRAM_NS);
    assert_int_equal(rd(b, DW_SR), SR_CFGBSY); // it waits for the other half
    wr(b, TARGET + 4, 0x55667788);
    assert_int_equal(rd(b, DW_SR), SR_CFGBSY | SR_BSY1);
    run_ns(b, PROGRAM_NS - 1);
    assert_int_equal(rd(b, DW_SR), SR_CFGBSY | SR_BSY1);
    run_ns(b, 1);
    assert_int_equal(rd(b, DW_SR), SR_EOP);
    assert_int_equal(rd(b, TARGET), 0x11223344);
    assert_int_equal(rd(b, TARGET + 4), 0x55667788);
    assert_int_equal(b->account.units_programmed, 1);
    expect_violations(b, 0);
}

static void eop_comes_only_with_its_interrupt(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    program_dw(b, TARGET, 1, 2);
    assert_int_equal(rd(b, DW_SR), 0);
    wr(b, NVIC_ISER, 1u << 3);
    wr(b, DW_CR, CR_PG | CR_EOPIE);
    wr(b, TARGET + 8, 1);
    wr(b, TARGET + 12, 2);
    run_ns(b, PROGRAM_NS);
    assert_int_equal(rd(b, DW_SR), SR_EOP);
    wr(b, DW_SR, SR_EOP);
    assert_int_equal(rd(b, DW_SR), 0);
}

static void a_double_word_is_programmed_once(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    program_dw(b, TARGET, 0x11223344, 0xffffffff);
    program_dw(b, TARGET, 0x11223344, 0x55667788);
    assert_int_equal(rd(b, DW_SR), SR_PROGERR);
    assert_int_equal(peek32(b, TARGET + 4), 0xffffffff);
    expect_violations(b, 1);
}

static void zeros_go_over_what_is_programmed_and_half_of_them_does_not(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    program_dw(b, TARGET, 0x11223344, 0x55667788);
    program_dw(b, TARGET, 0, 0);
    assert_int_equal(rd(b, DW_SR), 0);
    assert_int_equal(peek32(b, TARGET), 0);
    assert_int_equal(peek32(b, TARGET + 4), 0);
    expect_violations(b, 0);
    program_dw(b, TARGET + 8, 0x11223344, 0x55667788);
    program_dw(b, TARGET + 8, 0, 0x55667788);
    assert_int_equal(rd(b, DW_SR), SR_PROGERR);
    expect_violations(b, 1);
}

static void ones_that_were_programmed_look_erased_and_are_not(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    program_dw(b, TARGET, 0xffffffff, 0xffffffff);
    assert_int_equal(rd(b, DW_SR), 0);
    program_dw(b, TARGET, 0, 0);
    assert_int_equal(rd(b, DW_SR), SR_PROGERR);
    wr(b, DW_SR, SR_PROGERR);
    program_dw(b, TARGET, 1, 2);
    assert_int_equal(rd(b, DW_SR), SR_PROGERR);
    assert_int_equal(peek32(b, TARGET), 0xffffffff);
    expect_violations(b, 2);
}

static void bytes_and_halfwords_are_size_errors(void **state)
{
    static const unsigned sizes[] = {1, 2};
    struct chip_bench *b = *state;
    unlock_flash(b);
    wr(b, DW_CR, CR_PG);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(try_write(b, TARGET, sizes[i], 0x11), SIM_BUS_OK);
        assert_int_equal(rd(b, DW_SR), SR_SIZERR);
        wr(b, DW_SR, SR_SIZERR);
    }
    assert_int_equal(peek32(b, TARGET), 0xffffffff);
    expect_violations(b, 2);
}

static void a_double_word_begins_at_its_address_and_ends_in_it(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    wr(b, DW_CR, CR_PG);
    wr(b, TARGET + 4, 1);
    assert_int_equal(rd(b, DW_SR), SR_PGAERR);
    wr(b, TARGET + 8, 1); // the error is still there
    assert_int_equal(rd(b, DW_SR), SR_PGAERR | SR_PGSERR);
    wr(b, DW_SR, SR_PGAERR | SR_PGSERR);
    wr(b, TARGET, 1);
    wr(b, TARGET + 12, 2);
    assert_int_equal(rd(b, DW_SR), SR_PGAERR);
    expect_violations(b, 3);
}

static void an_error_of_before_stops_the_next_operation(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    program_dw(b, TARGET, 1, 2);
    program_dw(b, TARGET, 3, 4);
    assert_int_equal(rd(b, DW_SR), SR_PROGERR);
    wr(b, DW_CR, CR_PG);
    wr(b, TARGET + 8, 1);
    assert_int_equal(rd(b, DW_SR), SR_PROGERR | SR_PGSERR);
    wr(b, DW_CR, CR_PER | 2 << 3 | CR_STRT);
    assert_int_equal(b->account.pages_erased, 0);
    wr(b, DW_SR, SR_PROGERR | SR_PGSERR);
    program_dw(b, TARGET + 8, 1, 2);
    assert_int_equal(rd(b, DW_SR), 0);
    assert_int_equal(peek32(b, TARGET + 8), 1);
}

static void without_its_bit_a_write_is_a_sequence_error(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    wr(b, TARGET, 1);
    assert_int_equal(rd(b, DW_SR), SR_PGSERR);
    wr(b, DW_SR, SR_PGSERR);
    wr(b, DW_CR, CR_PG | CR_PER);
    wr(b, TARGET, 1);
    assert_int_equal(rd(b, DW_SR), SR_PGSERR);
    assert_int_equal(peek32(b, TARGET), 0xffffffff);
    expect_violations(b, 2);
}

static void half_a_double_word_into_locked_flash_keeps_the_control_register_shut(void **state)
{
    struct chip_bench *b = *state;
    wr(b, TARGET, 1);
    assert_int_equal(rd(b, DW_SR), SR_PGSERR | SR_CFGBSY);
    unlock_flash(b);
    assert_int_equal(try_write(b, DW_CR, 4, CR_PG), SIM_BUS_FAULT);
    wr(b, TARGET + 4, 1); // the other half, of which nothing comes either
    assert_int_equal(rd(b, DW_SR), SR_PGSERR);
    wr(b, DW_SR, SR_PGSERR);
    wr(b, DW_CR, CR_PG);
    assert_int_equal(peek32(b, TARGET), 0xffffffff);
}

static void the_control_register_waits_while_it_is_busy_and_faults_in_between(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    wr(b, DW_CR, CR_PG);
    wr(b, TARGET, 1);
    assert_int_equal(try_write(b, DW_CR, 4, 0), SIM_BUS_FAULT);
    wr(b, TARGET + 4, 2);
    assert_int_equal(try_write(b, DW_CR, 4, 0), SIM_BUS_STALL);
    assert_int_equal(sim_chip_stall_until_ns(b->chip), b->clock.now_ns + PROGRAM_NS);
    run_ns(b, PROGRAM_NS);
    wr(b, DW_CR, 0);
    expect_violations(b, 1);
}

static void reads_and_writes_wait_for_the_end(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    unlock_flash(b);
    wr(b, DW_CR, CR_PG);
    wr(b, TARGET, 1);
    wr(b, TARGET + 4, 2);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_STALL);
    assert_int_equal(try_read(b, 0, 4, &v), SIM_BUS_STALL); // at its alias, too
    assert_int_equal(try_write(b, TARGET + 8, 4, 1), SIM_BUS_STALL);
    assert_int_equal(try_read(b, SRAM, 4, &v), SIM_BUS_OK);
    run_ns(b, PROGRAM_NS);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_OK);
    expect_violations(b, 0);
}

static void operr_comes_only_with_its_interrupt(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    wr(b, TARGET, 1);
    assert_int_equal(rd(b, DW_SR), SR_PGSERR);
    wr(b, DW_SR, SR_PGSERR);
    wr(b, DW_CR, CR_ERRIE);
    wr(b, TARGET, 1);
    assert_int_equal(rd(b, DW_SR), SR_PGSERR | SR_OPERR);
}

static void otp_is_programmed_once_and_not_even_zeros_go_over_it(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    program_dw(b, DW_OTP + 8, 0x11223344, 0x55667788);
    assert_int_equal(rd(b, DW_SR), 0);
    assert_int_equal(rd(b, DW_OTP + 8), 0x11223344);
    program_dw(b, DW_OTP + 8, 0, 0);
    assert_int_equal(rd(b, DW_SR), SR_PROGERR);
    assert_int_equal(rd(b, DW_OTP + 12), 0x55667788);
    expect_violations(b, 1);
}

// ---- erasing ------------------------------------------------------------------------------------

static void a_page_is_erased_by_its_number(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    program_dw(b, TARGET, 1, 2);
    program_dw(b, TARGET + 0x800, 3, 4);
    wr(b, DW_CR, CR_PER | 2 << 3 | CR_STRT);
    assert_int_equal(rd(b, DW_SR), SR_CFGBSY | SR_BSY1);
    assert_true(rd(b, DW_CR) & CR_STRT);
    run_ns(b, ERASE_NS - 1);
    assert_int_equal(rd(b, DW_SR), SR_CFGBSY | SR_BSY1);
    run_ns(b, 1);
    assert_int_equal(rd(b, DW_SR), 0);
    assert_false(rd(b, DW_CR) & CR_STRT);
    assert_int_equal(peek32(b, TARGET), 0xffffffff);
    assert_int_equal(peek32(b, TARGET + 0x800), 3);
    assert_int_equal(sim_chip_erase_count(b->chip, TARGET), 1);
    expect_violations(b, 0);
    program_dw(b, TARGET, 5, 6);
    assert_int_equal(peek32(b, TARGET), 5);
}

static void a_mass_erase_takes_all_but_what_can_be_programmed_once(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    program_dw(b, FLASH + 0x1fff8, 1, 2);
    program_dw(b, DW_OTP, 1, 2);
    wr(b, DW_CR, CR_MER1 | CR_STRT);
    run_ns(b, MASS_NS - 1);
    assert_true(rd(b, DW_SR) & SR_BSY1);
    run_ns(b, 1);
    assert_int_equal(rd(b, DW_SR), 0);
    assert_int_equal(peek32(b, FLASH), 0xffffffff);
    assert_int_equal(peek32(b, FLASH + 0x1fff8), 0xffffffff);
    assert_int_equal(peek32(b, DW_OTP), 1);
    assert_int_equal(b->account.mass_erases, 1);
    expect_violations(b, 0);
}

static void strt_with_other_bits_starts_nothing(void **state)
{
    static const uint32_t modes[] = {0, CR_PG, CR_PG | CR_PER, CR_PER | CR_MER1,
                                     CR_FSTPG | CR_MER1};
    struct chip_bench *b = *state;
    unlock_flash(b);
    for (unsigned i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        wr(b, DW_CR, modes[i] | CR_STRT);
        assert_int_equal(rd(b, DW_SR), SR_PGSERR);
        wr(b, DW_SR, SR_PGSERR);
    }
    assert_int_equal(b->account.pages_erased + b->account.mass_erases, 0);
    expect_violations(b, 5);
}

static void a_page_that_is_not_there_is_refused(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    wr(b, DW_CR, CR_PER | 64 << 3 | CR_STRT);
    assert_int_equal(rd(b, DW_SR), SR_PGSERR);
    expect_violations(b, 1);
}

static void the_maximum_of_the_data_sheet_can_be_had(void **state)
{
    struct chip_bench *b = *state;
    sim_chip_set_flash_time(b->chip, SIM_FLASH_MAX);
    unlock_flash(b);
    wr(b, DW_CR, CR_PER | 2 << 3 | CR_STRT);
    run_ns(b, 40 * NS_PER_MS - 1);
    assert_true(rd(b, DW_SR) & SR_BSY1);
    run_ns(b, 1);
    assert_false(rd(b, DW_SR) & SR_BSY1);
    wr(b, DW_CR, CR_PG);
    wr(b, TARGET, 1);
    wr(b, TARGET + 4, 1);
    run_ns(b, 125 * NS_PER_US - 1);
    assert_true(rd(b, DW_SR) & SR_BSY1);
    run_ns(b, 1);
    assert_false(rd(b, DW_SR) & SR_BSY1);
}

// ---- cuts and check bits ------------------------------------------------------------------------

static void a_reset_in_the_middle_spoils_the_check_bits(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    wr(b, DW_CR, CR_PG);
    wr(b, TARGET, 0x11223344);
    wr(b, TARGET + 4, 0x55667788);
    sim_chip_set_nrst(b->chip, true);
    run_ns(b, NS_PER_MS);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
    expect_violations(b, 1);
    assert_int_equal(rd(b, DW_ECCR), 0);
    (void)rd(b, TARGET);
    uint32_t eccr = rd(b, DW_ECCR);
    assert_true(eccr & 3u << 30);
    assert_int_equal(eccr & 0x3fff, (TARGET - FLASH) / 8);
    wr(b, DW_ECCR, 3u << 30);
    assert_int_equal(rd(b, DW_ECCR) & 3u << 30, 0);
    (void)rd(b, TARGET + 8); // its neighbour is as it was
    assert_int_equal(rd(b, DW_ECCR) & 3u << 30, 0);
}

static void an_erase_makes_check_bits_fit_again(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    wr(b, DW_CR, CR_PER | 2 << 3 | CR_STRT);
    run_ns(b, NS_PER_MS);
    power_cycle(b);
    (void)rd(b, TARGET + 0x7f8);
    assert_true(rd(b, DW_ECCR) & 3u << 30);
    wr(b, DW_ECCR, 3u << 30);
    unlock_flash(b);
    wr(b, DW_CR, CR_PER | 2 << 3 | CR_STRT);
    run_ns(b, ERASE_NS);
    assert_int_equal(rd(b, TARGET + 0x7f8), 0xffffffff);
    assert_int_equal(rd(b, DW_ECCR) & 3u << 30, 0);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        m0p_test(the_keys_open_the_lock_and_the_lock_bit_shuts_it),
        m0p_test(a_wrong_key_faults_and_locks_until_the_next_reset),
        m0p_test(the_right_keys_once_more_fault_and_lock),
        m0p_test(option_keys_need_the_first_lock_open_and_are_other_ones),
        m0p_test(a_locked_control_register_takes_nothing),
        m0p_test(a_double_word_takes_its_time_and_both_words),
        m0p_test(eop_comes_only_with_its_interrupt),
        m0p_test(a_double_word_is_programmed_once),
        m0p_test(zeros_go_over_what_is_programmed_and_half_of_them_does_not),
        m0p_test(ones_that_were_programmed_look_erased_and_are_not),
        m0p_test(bytes_and_halfwords_are_size_errors),
        m0p_test(a_double_word_begins_at_its_address_and_ends_in_it),
        m0p_test(an_error_of_before_stops_the_next_operation),
        m0p_test(without_its_bit_a_write_is_a_sequence_error),
        m0p_test(half_a_double_word_into_locked_flash_keeps_the_control_register_shut),
        m0p_test(the_control_register_waits_while_it_is_busy_and_faults_in_between),
        m0p_test(reads_and_writes_wait_for_the_end),
        m0p_test(operr_comes_only_with_its_interrupt),
        m0p_test(otp_is_programmed_once_and_not_even_zeros_go_over_it),
        m0p_test(a_page_is_erased_by_its_number),
        m0p_test(a_mass_erase_takes_all_but_what_can_be_programmed_once),
        m0p_test(strt_with_other_bits_starts_nothing),
        m0p_test(a_page_that_is_not_there_is_refused),
        m0p_test(the_maximum_of_the_data_sheet_can_be_had),
        m0p_test(a_reset_in_the_middle_spoils_the_check_bits),
        m0p_test(an_erase_makes_check_bits_fit_again),
    };
    return cmocka_run_group_tests_name("sim_flash_dw", tests, NULL, NULL);
}
