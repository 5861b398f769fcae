// SPDX-License-Identifier: MIT
// Options and protection of the virtual STM32H7 against RM0433 (4.4, 4.5): the change of option
// words with its checks, read protection, protected sectors, areas for execution only, and the
// exchange of the banks.
#include "tests/unit/choose.h"
#include "tests/unit/sim_h7_bench.h"

#define HERE                 (FLASH + 128 * KIB)
#define RDP(level)           ((level) << 8)
#define WITH_RDP(optsr, rdp) (((optsr) & ~RDP(0xffu)) | RDP(rdp))
#define AREA(first, last)    ((first) | (last) << 16)
#define DMEP                 (1u << 31)
#define SECURITY             (1u << 21)

static int h743_setup(void **state)
{
    *state = make_sleeping("stm32h743zi");
    return 0;
}

#define h743_test(f) cmocka_unit_test_setup_teardown(f, h743_setup, bench_teardown)

static void set_rdp(struct chip_bench *b, uint32_t byte)
{
    set_option(b, H7_OPTSR_P, WITH_RDP(rd(b, H7_OPTSR_P), byte));
}

// ---- the change ---------------------------------------------------------------------------------

static void options_have_a_lock_and_count_when_they_are_changed(void **state)
{
    struct chip_bench *b = *state;
    wr(b, H7_WPSN_P, 0xfe);
    assert_int_equal(rd(b, H7_WPSN_P), 0xff);
    expect_violations(b, 1);
    unlock_h7_options(b);
    wr(b, H7_WPSN_P, 0xfe);
    assert_int_equal(rd(b, H7_WPSN_P), 0xfe);
    assert_int_equal(rd(b, H7_WPSN), 0xff);
    wr(b, H7_OPTCR, OPTCR_START);
    assert_true(rd(b, H7_OPTSR) & OPT_BUSY);
    assert_true(rd(b, H7_SR) & SR_BSY);
    assert_int_equal(try_write(b, H7_ACR, 4, 0x37), SIM_BUS_STALL); // all writes wait
    run_ns(b, SECTOR_NS * 2 - 1);
    assert_true(rd(b, H7_OPTSR) & OPT_BUSY); // with PSIZE 0
    run_ns(b, 1);
    assert_false(rd(b, H7_OPTSR) & OPT_BUSY);
    assert_int_equal(rd(b, H7_WPSN), 0xfe);
    reset_pin(b);
    assert_int_equal(rd(b, H7_WPSN), 0xfe);
    expect_violations(b, 1);
}

static void what_was_not_started_is_lost_with_a_reset(void **state)
{
    struct chip_bench *b = *state;
    unlock_h7_options(b);
    wr(b, H7_WPSN_P, 0xfe);
    reset_pin(b);
    assert_int_equal(rd(b, H7_WPSN_P), 0xff);
}

static void the_words_of_a_bank_are_in_its_registers(void **state)
{
    struct chip_bench *b = *state;
    set_option(b, H7_WPSN_P + OF_BANK2, 0x7f);
    assert_int_equal(rd(b, H7_WPSN + OF_BANK2), 0x7f);
    assert_int_equal(rd(b, H7_WPSN), 0xff);
}

static void a_change_that_is_cut_leaves_read_protection(void **state)
{
    struct chip_bench *b = *state;
    unlock_h7_options(b);
    wr(b, H7_WPSN_P, 0xfe);
    wr(b, H7_OPTCR, OPTCR_START);
    run_ns(b, SECTOR_NS);
    power_cycle(b);
    assert_int_equal(rd(b, H7_OPTSR) >> 8 & 0xff, 0x55); // no word fits any more
    expect_violations(b, 0);
}

// ---- read protection ----------------------------------------------------------------------------

static void level_1_keeps_a_debugger_out_at_once(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    set_rdp(b, 0x55);
    assert_int_equal(rd(b, FLASH), SRAM + 0x400); // the program's
    assert_int_equal(sim_chip_ap_read(b->chip, FLASH, 4, &v), SIM_BUS_FAULT);
    assert_true(rd(b, H7_SR) & SR_RDPERR);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_FAULT); // now there was one
    unlock_bank(b, 0);
    wr(b, H7_CR, CR_PG);
    assert_int_equal(try_write(b, HERE, 4, 0), SIM_BUS_FAULT);
    wr(b, H7_CR, CR_SER | CR_START);
    assert_true(rd(b, H7_SR) & SR_WRPERR);
    expect_violations(b, 2);
}

static void the_way_back_to_level_0_erases_both_banks(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, BANK2, 0);
    set_rdp(b, 0x55);
    unlock_bank(b, 0);
    wr(b, H7_CR, CR_X64);
    debugger_wr(b, H7_OPTSR_P, WITH_RDP(rd(b, H7_OPTSR_P), 0xaa));
    debugger_wr(b, H7_OPTCR, OPTCR_START);
    run_ns(b, BANK_NS + SECTOR_NS - 1);
    assert_true(rd(b, H7_OPTSR) & OPT_BUSY);
    run_ns(b, 1);
    assert_false(rd(b, H7_OPTSR) & OPT_BUSY);
    assert_int_equal(debugger_rd(b, FLASH), 0xffffffff);
    assert_int_equal(debugger_rd(b, BANK2), 0xffffffff);
    assert_int_equal(b->account.mass_erases, 1);
    expect_violations(b, 0);
}

static void level_2_ends_debugging_and_keeps_all_options_but_swap(void **state)
{
    struct chip_bench *b = *state;
    set_rdp(b, 0xcc);
    assert_false(sim_chip_swd_alive(b->chip));
    wr(b, H7_WPSN_P, 0xfe);
    wr(b, H7_OPTCR, OPTCR_START);
    assert_true(rd(b, H7_OPTSR) & OPT_FAILED);
    expect_violations(b, 1);
    wr(b, H7_WPSN_P, 0xff);
    wr(b, H7_OPTCCR, OPT_FAILED);
    set_option(b, H7_OPTSR_P, rd(b, H7_OPTSR_P) | OPT_SWAP);
    assert_true(rd(b, H7_OPTSR) & OPT_SWAP);
    expect_violations(b, 1);
}

static void a_refused_change_has_to_be_cleared_before_the_next_one(void **state)
{
    struct chip_bench *b = *state;
    set_option(b, H7_OPTSR_P, rd(b, H7_OPTSR_P) | SECURITY);
    set_option(b, H7_OPTSR_P, rd(b, H7_OPTSR_P) & ~SECURITY);
    assert_true(rd(b, H7_OPTSR) & OPT_FAILED);
    assert_true(rd(b, H7_OPTSR) & SECURITY);
    wr(b, H7_OPTSR_P, rd(b, H7_OPTSR_P) | SECURITY);
    set_option(b, H7_WPSN_P, 0xfe);
    assert_int_equal(rd(b, H7_WPSN), 0xff);
    wr(b, H7_OPTCCR, OPT_FAILED);
    assert_false(rd(b, H7_OPTSR) & OPT_FAILED);
    set_option(b, H7_WPSN_P, 0xfe);
    assert_int_equal(rd(b, H7_WPSN), 0xfe);
    expect_violations(b, 2);
}

// ---- sectors and areas --------------------------------------------------------------------------

static void a_protected_sector_is_neither_programmed_nor_erased(void **state)
{
    struct chip_bench *b = *state;
    set_option(b, H7_WPSN_P, 0xfd);
    unlock_bank(b, 0);
    wr(b, H7_CR, CR_PG | CR_X64);
    wr(b, HERE, 0);
    assert_int_equal(rd(b, H7_SR), SR_WRPERR);
    wr(b, H7_CCR, ALL_FLAGS);
    wr(b, H7_CR, CR_SER | CR_SNB(1) | CR_START);
    assert_int_equal(rd(b, H7_SR), SR_WRPERR);
    wr(b, H7_CCR, ALL_FLAGS);
    wr(b, H7_CR, CR_BER | CR_START);
    assert_int_equal(rd(b, H7_SR), SR_WRPERR);
    wr(b, H7_CCR, ALL_FLAGS);
    program_word(b, 0, HERE + 128 * KIB, 0);
    run_ns(b, WORD_NS);
    assert_int_equal(rd(b, H7_SR), SR_EOP);
    expect_violations(b, 3);
}

static void the_h7a3_protects_four_sectors_with_a_bit(void **state)
{
    struct chip_bench *b = make_sleeping("stm32h7a3zi");
    (void)state;
    set_option(b, H7_WPSN_P, 0xfffffffd);
    unlock_bank(b, 0);
    for (unsigned n = 3; n <= 8; n++) {
        wr(b, H7_CR, CR_SER | n << 6 | 1u << 5);
        run_ns(b, 20 * NS_PER_MS);
        assert_int_equal(rd(b, H7_SR), n >= 4 && n < 8 ? SR_WRPERR : SR_EOP);
        wr(b, H7_CCR, ALL_FLAGS);
    }
    expect_violations(b, 4);
    drop_chip(b);
}

static void make_area(struct chip_bench *b, uint32_t more)
{
    poke32(b, HERE, 0x12345678);
    poke32(b, HERE + 0x300, 0x12345678);
    set_option(b, H7_PRAR_P, AREA(0x200u, 0x201u) | more); // blocks of 256 bytes
}

static void an_area_for_execution_only_is_not_read(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    make_area(b, 0);
    assert_int_equal(try_read(b, HERE, 4, &v), SIM_BUS_FAULT);
    assert_true(rd(b, H7_SR) & SR_RDPERR);
    assert_int_equal(try_read(b, HERE + 0x1fc, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(rd(b, HERE + 0x300), 0x12345678);
    assert_int_equal(try_read(b, HERE - 4, 4, &v), SIM_BUS_OK);
    struct sim_bus *bus = sim_chip_bus(b->chip);
    bus->fetch = true;
    assert_int_equal(rd(b, HERE), 0x12345678);
    bus->fetch = false;
    expect_violations(b, 0);
}

static void an_area_stays_as_it_is(void **state)
{
    struct chip_bench *b = *state;
    make_area(b, 0);
    set_option(b, H7_PRAR_P, AREA(0xffu, 0u));
    assert_true(rd(b, H7_OPTSR) & OPT_FAILED);
    assert_int_equal(rd(b, H7_PRAR), AREA(0x200u, 0x201u));
    expect_violations(b, 1);
    wr(b, H7_OPTCCR, OPT_FAILED);
    set_option(b, H7_PRAR_P, AREA(0x200u, 0x201u) | DMEP); // the bit may come
    assert_int_equal(rd(b, H7_PRAR), AREA(0x200u, 0x201u) | DMEP);
    set_option(b, H7_PRAR_P, AREA(0x200u, 0x201u)); // and does not go
    assert_true(rd(b, H7_OPTSR) & OPT_FAILED);
    expect_violations(b, 2);
}

static void the_way_to_level_0_keeps_an_area_without_dmep(void **state)
{
    struct chip_bench *b = *state;
    make_area(b, 0);
    set_rdp(b, 0x55);
    set_rdp(b, 0xaa);
    assert_int_equal(peek32(b, HERE), 0x12345678);
    assert_int_equal(peek32(b, HERE + 0x300), 0xffffffff);
    assert_int_equal(rd(b, H7_PRAR), AREA(0x200u, 0x201u));
    expect_violations(b, 0);
}

static void the_way_to_level_0_takes_an_area_with_dmep(void **state)
{
    struct chip_bench *b = *state;
    make_area(b, DMEP);
    set_rdp(b, 0x55);
    wr(b, H7_PRAR_P, AREA(0xffu, 0u));
    set_rdp(b, 0xaa);
    assert_int_equal(peek32(b, HERE), 0xffffffff);
    assert_int_equal(rd(b, H7_PRAR), AREA(0xffu, 0u));
    expect_violations(b, 0);
}

// 4.3.10: DMEP, an area that ends before it starts, no protected sector, then BER and START. This
// is how a user got his chip back.
static void a_bank_erase_can_take_protection_away(void **state)
{
    struct chip_bench *b = *state;
    make_area(b, 0);
    set_option(b, H7_WPSN_P, 0xfd);
    unlock_bank(b, 0);
    wr(b, H7_PRAR_P, AREA(2u, 0u) | DMEP);
    wr(b, H7_WPSN_P, 0xff);
    wr(b, H7_CR, CR_BER | CR_X64 | CR_START);
    run_ns(b, BANK_NS);
    assert_int_equal(rd(b, H7_SR), SR_EOP);
    assert_int_equal(rd(b, HERE), 0xffffffff);
    assert_int_equal(rd(b, H7_PRAR), AREA(2u, 0u) | DMEP);
    assert_int_equal(rd(b, H7_WPSN), 0xff);
    reset_pin(b);
    assert_int_equal(rd(b, H7_PRAR), AREA(2u, 0u) | DMEP);
    expect_violations(b, 0);
}

static void the_area_for_secure_software_is_not_for_others_to_change(void **state)
{
    struct chip_bench *b = *state;
    set_option(b, H7_SCAR_P, AREA(0u, 1u));
    assert_true(rd(b, H7_OPTSR) & OPT_FAILED);
    expect_violations(b, 1);
}

// ---- the exchange of the banks ------------------------------------------------------------------

static void banks_are_exchanged_by_a_reset_with_their_registers(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, HERE, 0x11111111);
    poke32(b, BANK2 + 128 * KIB, 0x22222222);
    poke32(b, BANK2, SRAM + 0x400);
    poke32(b, BANK2 + 4, FLASH + 8 + 1);
    poke32(b, BANK2 + 8, 0xe7fdbf30);
    set_option(b, H7_OPTSR_P, rd(b, H7_OPTSR_P) | OPT_SWAP);
    assert_int_equal(rd(b, HERE), 0x11111111);
    assert_false(rd(b, H7_OPTCR) & OPT_SWAP);
    reset_pin(b);
    assert_true(rd(b, H7_OPTCR) & OPT_SWAP);
    assert_int_equal(rd(b, HERE), 0x22222222);
    assert_int_equal(rd(b, BANK2 + 128 * KIB), 0x11111111);
    unlock_bank(b, 0);
    wr(b, H7_CR, CR_SER | CR_X64 | CR_SNB(1) | CR_START);
    run_ns(b, SECTOR_NS);
    assert_int_equal(rd(b, HERE), 0xffffffff);
    assert_int_equal(peek32(b, HERE), 0x11111111); // by its cells
    expect_violations(b, 0);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        h743_test(options_have_a_lock_and_count_when_they_are_changed),
        h743_test(what_was_not_started_is_lost_with_a_reset),
        h743_test(the_words_of_a_bank_are_in_its_registers),
        h743_test(a_change_that_is_cut_leaves_read_protection),
        h743_test(level_1_keeps_a_debugger_out_at_once),
        h743_test(the_way_back_to_level_0_erases_both_banks),
        h743_test(level_2_ends_debugging_and_keeps_all_options_but_swap),
        h743_test(a_refused_change_has_to_be_cleared_before_the_next_one),
        h743_test(a_protected_sector_is_neither_programmed_nor_erased),
        cmocka_unit_test(the_h7a3_protects_four_sectors_with_a_bit),
        h743_test(an_area_for_execution_only_is_not_read),
        h743_test(an_area_stays_as_it_is),
        h743_test(the_way_to_level_0_keeps_an_area_without_dmep),
        h743_test(the_way_to_level_0_takes_an_area_with_dmep),
        h743_test(a_bank_erase_can_take_protection_away),
        h743_test(the_area_for_secure_software_is_not_for_others_to_change),
        h743_test(banks_are_exchanged_by_a_reset_with_their_registers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
