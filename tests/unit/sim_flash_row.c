// SPDX-License-Identifier: MIT
// Fast programming of the virtual flash controller for double words: 32 of them in a row, in time,
// upwards, behind an erase (RM0444, 3.3.8; RM0490, 4.3.6).
#include "tests/unit/choose.h"
#include "tests/unit/sim_m0p_bench.h"

#define ROW_NS      1700000ull
#define WORD_NS     (ROW_NS / 32)
#define ROW         (FLASH + 0x1000u)
#define ROW_SIZE    256u
#define LAST_OF_ROW (ROW + ROW_SIZE - 8)

// One of a program's writes, which the bus holds up as long as is needed.
static void put(struct chip_bench *b, uint32_t addr, uint32_t value)
{
    while (try_write(b, addr, 4, value) == SIM_BUS_STALL)
        run_ns(b, sim_chip_stall_until_ns(b->chip) - b->clock.now_ns);
}

static void put_dw(struct chip_bench *b, uint32_t addr, uint32_t value)
{
    put(b, addr, value);
    put(b, addr + 4, ~value);
}

static void begin_rows(struct chip_bench *b)
{
    unlock_flash(b);
    wr(b, DW_CR, CR_MER1 | CR_STRT);
    run_ns(b, MASS_NS);
    wr(b, DW_CR, CR_FSTPG | CR_EOPIE);
}

static void put_row(struct chip_bench *b, uint32_t addr)
{
    for (uint32_t at = 0; at < ROW_SIZE; at += 8)
        put_dw(b, addr + at, addr + at);
}

static void a_row_takes_the_time_of_the_data_sheet(void **state)
{
    struct chip_bench *b = *state;
    begin_rows(b);
    uint64_t begin = b->clock.now_ns;
    put_row(b, ROW);
    while (rd(b, DW_SR) & SR_BSY1)
        run_ns(b, 1);
    assert_int_equal(b->clock.now_ns - begin, 32 * WORD_NS);
    assert_int_equal(rd(b, DW_SR), SR_EOP);
    for (uint32_t at = 0; at < ROW_SIZE; at += 8) {
        assert_int_equal(peek32(b, ROW + at), ROW + at);
        assert_int_equal(peek32(b, ROW + at + 4), ~(ROW + at));
    }
    assert_int_equal(b->account.units_programmed, 32);
    expect_violations(b, 0);
}

static void the_bus_holds_what_comes_too_early(void **state)
{
    struct chip_bench *b = *state;
    begin_rows(b);
    put_dw(b, ROW, 1);
    put_dw(b, ROW + 8, 2);
    assert_int_equal(try_write(b, ROW + 16, 4, 3), SIM_BUS_STALL);
    run_ns(b, WORD_NS);
    assert_int_equal(try_write(b, ROW + 16, 4, 3), SIM_BUS_OK);
    assert_int_equal(try_write(b, DW_CR, 4, 0), SIM_BUS_STALL);
}

static void what_comes_too_late_is_missed(void **state)
{
    struct chip_bench *b = *state;
    begin_rows(b);
    put_dw(b, ROW, 1);
    run_ns(b, WORD_NS - 1);
    assert_int_equal(rd(b, DW_SR), SR_BSY1 | SR_CFGBSY);
    run_ns(b, 1);
    assert_int_equal(rd(b, DW_SR), SR_MISSERR | SR_FASTERR);
    assert_int_equal(peek32(b, ROW), 1); // what was there in time is programmed
    expect_violations(b, 1);
}

static void half_of_the_next_double_word_is_too_late_as_well(void **state)
{
    struct chip_bench *b = *state;
    begin_rows(b);
    put_dw(b, ROW, 1);
    put(b, ROW + 8, 2);
    run_ns(b, WORD_NS);
    assert_int_equal(rd(b, DW_SR), SR_MISSERR | SR_FASTERR);
    assert_int_equal(peek32(b, ROW + 8), 0xffffffff);
}

static void without_a_mass_erase_it_is_a_sequence_error(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    wr(b, DW_CR, CR_PER | 2 << 3 | CR_STRT);
    run_ns(b, ERASE_NS);
    wr(b, DW_CR, CR_FSTPG);
    wr(b, ROW, 1);
    assert_int_equal(rd(b, DW_SR), SR_PGSERR);
    expect_violations(b, 1);
}

static void a_reset_takes_the_permission_of_the_mass_erase_away(void **state)
{
    struct chip_bench *b = *state;
    begin_rows(b);
    sim_chip_set_nrst(b->chip, true);
    run_ns(b, NS_PER_MS);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
    unlock_flash(b);
    wr(b, DW_CR, CR_FSTPG);
    wr(b, ROW, 1);
    assert_int_equal(rd(b, DW_SR), SR_PGSERR);
}

static void a_row_begins_where_rows_do(void **state)
{
    struct chip_bench *b = *state;
    begin_rows(b);
    wr(b, ROW + 8, 1);
    assert_int_equal(rd(b, DW_SR), SR_PGAERR | SR_FASTERR);
    expect_violations(b, 1);
}

static void double_words_follow_one_another(void **state)
{
    struct chip_bench *b = *state;
    begin_rows(b);
    put_dw(b, ROW, 1);
    wr(b, ROW + 16, 2);
    assert_int_equal(rd(b, DW_SR) & (SR_PGAERR | SR_FASTERR), SR_PGAERR | SR_FASTERR);
    run_ns(b, WORD_NS);
    assert_int_equal(peek32(b, ROW), 1);
    assert_int_equal(peek32(b, ROW + 16), 0xffffffff);
    assert_false(rd(b, DW_SR) & SR_BSY1);
    expect_violations(b, 1);
}

static void rows_go_upwards(void **state)
{
    struct chip_bench *b = *state;
    begin_rows(b);
    put_row(b, ROW);
    run_ns(b, ROW_NS);
    put_row(b, ROW + 2 * ROW_SIZE);
    run_ns(b, ROW_NS);
    assert_int_equal(rd(b, DW_SR), SR_EOP);
    wr(b, ROW + ROW_SIZE, 1);
    assert_int_equal(rd(b, DW_SR) & SR_PGAERR, SR_PGAERR);
    expect_violations(b, 1);
}

static void words_only(void **state)
{
    struct chip_bench *b = *state;
    begin_rows(b);
    assert_int_equal(try_write(b, ROW, 2, 1), SIM_BUS_OK);
    assert_int_equal(rd(b, DW_SR), SR_SIZERR | SR_FASTERR);
    wr(b, DW_SR, SR_SIZERR | SR_FASTERR);
    put_dw(b, ROW, 1);
    assert_int_equal(try_write(b, ROW + 8, 1, 1), SIM_BUS_OK);
    assert_int_equal(rd(b, DW_SR) & (SR_SIZERR | SR_FASTERR), SR_SIZERR | SR_FASTERR);
    expect_violations(b, 2);
}

static void nobody_looks_at_what_is_there_and_the_check_bits_tell(void **state)
{
    struct chip_bench *b = *state;
    begin_rows(b);
    wr(b, DW_CR, CR_PG);
    wr(b, ROW, 0x0f0f0f0f);
    wr(b, ROW + 4, 0x0f0f0f0f);
    run_ns(b, PROGRAM_NS);
    wr(b, DW_CR, CR_FSTPG);
    put_row(b, ROW);
    run_ns(b, ROW_NS);
    assert_int_equal(rd(b, DW_SR), 0);
    assert_int_equal(rd(b, ROW), ROW & 0x0f0f0f0f);
    assert_true(rd(b, DW_ECCR) & 1u << 31);
}

static void a_slow_clock_is_not_allowed(void **state)
{
    struct chip_bench *b = *state;
    begin_rows(b);
    wr(b, 0x40021008, 9u << 8); // HPRE: 4 MHz
    wr(b, ROW, 1);
    expect_violations(b, 1);
}

static void what_can_be_programmed_once_takes_no_rows(void **state)
{
    struct chip_bench *b = *state;
    begin_rows(b);
    wr(b, DW_OTP, 1);
    wr(b, DW_OTP + 4, 1);
    run_ns(b, PROGRAM_NS);
    assert_int_equal(rd(b, DW_SR), SR_PGSERR);
    assert_int_equal(peek32(b, DW_OTP), 0xffffffff);
}

static void on_stm32c0_a_page_erase_will_do(void **state)
{
    struct chip_bench *b = make_running("stm32c031c6");
    (void)state;
    unlock_flash(b);
    wr(b, DW_CR, CR_PER | 2 << 3 | CR_STRT);
    run_ns(b, ERASE_NS);
    wr(b, DW_CR, CR_FSTPG);
    put_row(b, ROW);
    run_ns(b, ROW_NS);
    assert_int_equal(rd(b, DW_SR), 0);
    assert_int_equal(peek32(b, LAST_OF_ROW), LAST_OF_ROW);
    expect_violations(b, 0);
    drop_chip(b);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        m0p_test(a_row_takes_the_time_of_the_data_sheet),
        m0p_test(the_bus_holds_what_comes_too_early),
        m0p_test(what_comes_too_late_is_missed),
        m0p_test(half_of_the_next_double_word_is_too_late_as_well),
        m0p_test(without_a_mass_erase_it_is_a_sequence_error),
        m0p_test(a_reset_takes_the_permission_of_the_mass_erase_away),
        m0p_test(a_row_begins_where_rows_do),
        m0p_test(double_words_follow_one_another),
        m0p_test(rows_go_upwards),
        m0p_test(words_only),
        m0p_test(nobody_looks_at_what_is_there_and_the_check_bits_tell),
        m0p_test(a_slow_clock_is_not_allowed),
        m0p_test(what_can_be_programmed_once_takes_no_rows),
        cmocka_unit_test(on_stm32c0_a_page_erase_will_do),
    };
    return cmocka_run_group_tests_name("sim_flash_row", tests, NULL, NULL);
}
