// SPDX-License-Identifier: MIT
// The virtual flash controller of the STM32H7 against RM0433, RM0455 and RM0468: locks, the write
// buffer and its errors, the queue, erasing, two banks at a time, check bits, cuts, the CRC unit.
#include "tests/unit/choose.h"
#include "tests/unit/sim_h7_bench.h"

#define HERE (FLASH + 128 * KIB)

static int h743_setup(void **state)
{
    *state = make_sleeping("stm32h743zi");
    return 0;
}

static int h7a3_setup(void **state)
{
    *state = make_sleeping("stm32h7a3zi");
    return 0;
}

#define h743_test(f) cmocka_unit_test_setup_teardown(f, h743_setup, bench_teardown)
#define h7a3_test(f) cmocka_unit_test_setup_teardown(f, h7a3_setup, bench_teardown)

// ---- locks --------------------------------------------------------------------------------------

static void registers_have_the_reset_values_of_the_manual(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, H7_ACR), 0x37);
    for (uint32_t bank = 0; bank <= OF_BANK2; bank += OF_BANK2) {
        assert_int_equal(rd(b, H7_CR + bank), CR_LOCK);
        assert_int_equal(rd(b, H7_SR + bank), 0);
        assert_int_equal(rd(b, H7_OPTCR + bank), OPTCR_LOCK);
        assert_int_equal(rd(b, H7_OPTSR + bank) >> 8 & 0xff, 0xaa);
        assert_int_equal(rd(b, H7_OPTSR_P + bank), rd(b, H7_OPTSR));
        assert_int_equal(rd(b, H7_PRAR + bank), 0xff);
        assert_int_equal(rd(b, H7_WPSN + bank), 0xff);
        assert_int_equal(rd(b, H7_CRCCR + bank), 0x1c0000);
    }
    assert_int_equal(rd(b, H7_BOOT_P), 0x1ff00800);
    expect_violations(b, 0);
}

static void each_bank_has_a_lock_of_its_own(void **state)
{
    struct chip_bench *b = *state;
    unlock_bank(b, OF_BANK2);
    assert_int_equal(rd(b, H7_CR), CR_LOCK);
    assert_int_equal(rd(b, H7_CR + OF_BANK2), 0);
    wr(b, H7_CR, CR_PG);
    assert_int_equal(rd(b, H7_CR), CR_LOCK);
    expect_violations(b, 1);
    wr(b, H7_CR + OF_BANK2, CR_LOCK);
    assert_int_equal(rd(b, H7_CR + OF_BANK2), CR_LOCK);
}

static void a_wrong_key_and_a_second_pair_lock_until_the_next_reset(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(try_write(b, H7_KEYR, 4, 0xcdef89ab), SIM_BUS_FAULT);
    assert_int_equal(try_write(b, H7_KEYR, 4, 0x45670123), SIM_BUS_FAULT);
    assert_int_equal(rd(b, H7_CR), CR_LOCK);
    unlock_bank(b, OF_BANK2); // the other one is not concerned
    assert_int_equal(try_write(b, H7_KEYR + OF_BANK2, 4, 0x45670123), SIM_BUS_FAULT);
    assert_int_equal(rd(b, H7_CR + OF_BANK2), CR_LOCK);
    reset_pin(b);
    unlock_bank(b, 0);
    assert_int_equal(rd(b, H7_CR), 0);
}

// ---- the write buffer ---------------------------------------------------------------------------

static void a_full_buffer_is_programmed_in_its_time(void **state)
{
    struct chip_bench *b = *state;
    unlock_bank(b, 0);
    wr(b, H7_CR, CR_PG | CR_X64);
    write_flash_word(b, HERE, 28, 0x11111100);
    assert_int_equal(rd(b, H7_SR), SR_WBNE);
    wr(b, HERE + 28, 0x1111111c);
    assert_int_equal(rd(b, H7_SR), SR_WORKS);
    run_ns(b, WORD_NS - 1);
    assert_int_equal(rd(b, H7_SR), SR_WORKS);
    assert_int_equal(peek32(b, HERE), 0xffffffff);
    run_ns(b, 1);
    assert_int_equal(rd(b, H7_SR), SR_EOP);
    for (unsigned i = 0; i < 32; i += 4)
        assert_int_equal(rd(b, HERE + i), 0x11111100 + i);
    wr(b, H7_CCR, SR_EOP);
    assert_int_equal(rd(b, H7_SR), 0);
    expect_violations(b, 0);
    assert_int_equal(b->account.units_programmed, 1);
}

static void any_order_and_any_width_fill_it(void **state)
{
    struct chip_bench *b = *state;
    unlock_bank(b, 0);
    wr(b, H7_CR, CR_PG | CR_X64);
    for (unsigned i = 0; i < 32; i += 2) {
        unsigned at = 30 - i;
        unsigned size = at < 16 ? 1 : 2;
        for (unsigned k = 0; k < 2; k += size)
            assert_int_equal(try_write(b, HERE + at + k, size, size == 1 ? at + k : 0x4321),
                             SIM_BUS_OK);
    }
    run_ns(b, WORD_NS);
    assert_int_equal(rd(b, HERE), 0x03020100);
    assert_int_equal(rd(b, HERE + 28), 0x43214321);
    expect_violations(b, 0);
}

static void the_parallelism_decides_the_time(void **state)
{
    static const unsigned us[] = {290, 180, 130, 100};
    struct chip_bench *b = *state;
    unlock_bank(b, 0);
    for (unsigned p = 0; p < 4; p++) {
        wr(b, H7_CR, CR_PG | p << 4);
        write_flash_word(b, HERE + 32 * p, 32, 0);
        run_ns(b, us[p] * NS_PER_US - 1);
        assert_true(rd(b, H7_SR) & SR_BSY);
        run_ns(b, 1);
        assert_false(rd(b, H7_SR) & SR_BSY);
    }
}

static void fw_pads_with_ones(void **state)
{
    struct chip_bench *b = *state;
    unlock_bank(b, 0);
    wr(b, H7_CR, CR_PG | CR_X64);
    wr(b, H7_CR, CR_PG | CR_X64 | CR_FW); // of an empty buffer: nothing
    assert_int_equal(rd(b, H7_SR), 0);
    wr(b, HERE + 4, 0x12345678);
    wr(b, H7_CR, CR_PG | CR_X64 | CR_FW);
    assert_int_equal(rd(b, H7_SR), SR_WORKS);
    assert_int_equal(rd(b, H7_CR), CR_PG | CR_X64);
    run_ns(b, WORD_NS);
    assert_int_equal(rd(b, HERE), 0xffffffff);
    assert_int_equal(rd(b, HERE + 4), 0x12345678);
    assert_int_equal(b->account.units_programmed, 1);
    expect_violations(b, 0);
}

static void without_pg_nothing_is_written_and_the_buffer_is_lost(void **state)
{
    struct chip_bench *b = *state;
    wr(b, HERE, 0); // locked
    assert_int_equal(rd(b, H7_SR), SR_PGSERR);
    unlock_bank(b, 0);
    wr(b, H7_CCR, ALL_FLAGS);
    wr(b, HERE, 0);
    assert_int_equal(rd(b, H7_SR), SR_PGSERR);
    wr(b, H7_CCR, ALL_FLAGS);
    expect_violations(b, 2);
    wr(b, H7_CR, CR_PG);
    wr(b, HERE, 0);
    assert_int_equal(rd(b, H7_SR), SR_WBNE);
    wr(b, H7_CR, 0);
    assert_int_equal(rd(b, H7_SR), 0);
    expect_violations(b, 2);
}

// Both are lost, and nothing is taken until the flag is cleared (4.7.3, 4.7.5).
static void another_flash_word_in_between_is_an_inconsistency(void **state)
{
    struct chip_bench *b = *state;
    unlock_bank(b, 0);
    wr(b, H7_CR, CR_PG | CR_X64);
    wr(b, HERE, 0x55555555);
    wr(b, HERE + 32, 0x55555555);
    assert_int_equal(rd(b, H7_SR), SR_INCERR);
    wr(b, HERE, 0x55555555);
    assert_int_equal(rd(b, H7_SR), SR_INCERR | SR_PGSERR);
    wr(b, H7_CCR, SR_INCERR | SR_PGSERR);
    program_word(b, 0, HERE, 0x100);
    run_ns(b, WORD_NS);
    assert_int_equal(rd(b, HERE), 0x100);
    assert_int_equal(peek32(b, HERE + 32), 0xffffffff);
    expect_violations(b, 2);
}

static void another_master_in_between_is_an_inconsistency(void **state)
{
    struct chip_bench *b = *state;
    unlock_bank(b, 0);
    wr(b, H7_CR, CR_PG | CR_X64);
    wr(b, HERE, 0x55555555);
    debugger_wr(b, HERE + 4, 0x55555555);
    assert_int_equal(rd(b, H7_SR), SR_INCERR);
    expect_violations(b, 1);
}

static void a_byte_that_comes_twice_is_a_strobe_error_and_counts(void **state)
{
    struct chip_bench *b = *state;
    unlock_bank(b, 0);
    wr(b, H7_CR, CR_PG | CR_X64);
    wr(b, HERE, 0x11111111);
    wr(b, HERE, 0x22222222);
    assert_int_equal(rd(b, H7_SR), SR_STRBERR | SR_WBNE);
    write_flash_word(b, HERE + 4, 28, 0);
    run_ns(b, WORD_NS);
    assert_int_equal(rd(b, HERE), 0x22222222);
    expect_violations(b, 1);
}

// One operation is done and one waits; the last write of a third one stalls the bus.
static void a_second_flash_word_waits_and_a_third_one_stalls(void **state)
{
    struct chip_bench *b = *state;
    unlock_bank(b, 0);
    program_word(b, 0, HERE, 0);
    write_flash_word(b, HERE + 32, 32, 0x1000);
    write_flash_word(b, HERE + 64, 28, 0x2000);
    assert_int_equal(try_write(b, HERE + 64 + 28, 4, 0x201c), SIM_BUS_STALL);
    assert_int_equal(rd(b, H7_SR), SR_WORKS | SR_WBNE);
    run_ns(b, WORD_NS);
    wr(b, HERE + 64 + 28, 0x201c);
    run_ns(b, 2 * WORD_NS - 1);
    assert_int_equal(rd(b, H7_SR), SR_WORKS | SR_EOP);
    run_ns(b, 1);
    assert_int_equal(rd(b, H7_SR), SR_EOP);
    assert_int_equal(rd(b, HERE + 64 + 28), 0x201c);
    expect_violations(b, 0);
}

static void the_h7a3_has_flash_words_of_16_bytes(void **state)
{
    struct chip_bench *b = *state;
    unlock_bank(b, 0);
    wr(b, H7_CR, CR_PG);
    write_flash_word(b, FLASH + 8 * KIB, 16, 0x100);
    assert_int_equal(rd(b, H7_SR), SR_WORKS);
    run_ns(b, 20 * NS_PER_US);
    assert_int_equal(rd(b, H7_SR), SR_EOP);
    assert_int_equal(rd(b, FLASH + 8 * KIB + 12), 0x10c);
    wr(b, FLASH + 8 * KIB + 16, 0); // FW is bit 4, and there is no PSIZE
    wr(b, H7_CR, CR_PG | 1u << 4);
    run_ns(b, 20 * NS_PER_US);
    assert_int_equal(rd(b, FLASH + 8 * KIB + 20), 0xffffffff);
    wr(b, H7_CR, CR_SER | 1u << 6 | 1u << 5);
    run_ns(b, 2 * NS_PER_MS);
    assert_int_equal(rd(b, FLASH + 8 * KIB), 0xffffffff);
    assert_int_equal(sim_chip_erase_count(b->chip, FLASH + 8 * KIB), 1);
    assert_int_equal(sim_chip_erase_count(b->chip, FLASH), 0);
    expect_violations(b, 0);
}

static void the_h7a3_programs_otp_with_pg_otp_alone(void **state)
{
    struct chip_bench *b = *state;
    unlock_bank(b, 0);
    wr(b, H7_CR, CR_PG);
    wr(b, 0x08fff000, 0);
    assert_int_equal(rd(b, H7_SR), SR_WRPERR);
    wr(b, H7_CCR, ALL_FLAGS);
    unlock_h7_options(b);
    wr(b, H7_OPTCR, 1u << 5);
    write_flash_word(b, 0x08fff000, 16, 0x500);
    run_ns(b, 20 * NS_PER_US);
    assert_int_equal(rd(b, 0x08fff00c), 0x50c);
    expect_violations(b, 1);
}

// ---- erasing ------------------------------------------------------------------------------------

static void a_sector_is_erased_in_its_time(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, HERE, 0);
    poke32(b, HERE + 128 * KIB - 4, 0);
    poke32(b, HERE + 128 * KIB, 0);
    unlock_bank(b, 0);
    wr(b, H7_CR, CR_SER | CR_X64 | CR_SNB(1));
    assert_int_equal(rd(b, H7_SR), 0);
    wr(b, H7_CR, CR_SER | CR_X64 | CR_SNB(1) | CR_START);
    assert_int_equal(rd(b, H7_SR), SR_WORKS);
    run_ns(b, SECTOR_NS - 1);
    assert_int_equal(rd(b, H7_SR), SR_WORKS);
    run_ns(b, 1);
    assert_int_equal(rd(b, H7_SR), SR_EOP);
    assert_int_equal(peek32(b, HERE), 0xffffffff);
    assert_int_equal(peek32(b, HERE + 128 * KIB - 4), 0xffffffff);
    assert_int_equal(peek32(b, HERE + 128 * KIB), 0);
    assert_int_equal(b->account.pages_erased, 1);
    expect_violations(b, 0);
}

static void ber_erases_a_bank_and_comes_before_ser(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, BANK2, 0);
    poke32(b, BANK2 + 1023 * KIB, 0);
    unlock_bank(b, OF_BANK2);
    wr(b, H7_CR + OF_BANK2, CR_SER | CR_BER | CR_X64 | CR_START);
    run_ns(b, BANK_NS - 1);
    assert_true(rd(b, H7_SR + OF_BANK2) & SR_BSY);
    run_ns(b, 1);
    assert_int_equal(peek32(b, BANK2), 0xffffffff);
    assert_int_equal(peek32(b, BANK2 + 1023 * KIB), 0xffffffff);
    assert_int_not_equal(peek32(b, FLASH), 0xffffffff);
    assert_int_equal(b->account.mass_erases, 1);
}

static void start_alone_starts_nothing(void **state)
{
    struct chip_bench *b = *state;
    unlock_bank(b, 0);
    wr(b, H7_CR, CR_START);
    assert_int_equal(rd(b, H7_SR), 0);
    expect_violations(b, 1);
}

// Both work for themselves: the same time as one (4.3.3).
static void both_banks_work_at_the_same_time(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, BANK2 + 128 * KIB, 0);
    unlock_bank(b, 0);
    unlock_bank(b, OF_BANK2);
    wr(b, H7_CR + OF_BANK2, CR_SER | CR_X64 | CR_SNB(1) | CR_START);
    program_word(b, 0, HERE, 0x1000);
    run_ns(b, WORD_NS);
    assert_int_equal(rd(b, H7_SR), SR_EOP);
    assert_int_equal(rd(b, HERE), 0x1000); // and the other one can be read
    uint32_t v;
    assert_int_equal(try_read(b, BANK2, 4, &v), SIM_BUS_STALL);
    assert_int_equal(rd(b, H7_SR + OF_BANK2), SR_WORKS);
    run_ns(b, SECTOR_NS - WORD_NS);
    assert_int_equal(rd(b, H7_SR + OF_BANK2), SR_EOP);
    assert_int_equal(rd(b, BANK2 + 128 * KIB), 0xffffffff);
    expect_violations(b, 0);
}

static void mer_erases_both_banks_in_the_time_of_one(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, BANK2, 0);
    unlock_h7_options(b);
    unlock_bank(b, 0);
    wr(b, H7_OPTCR, OPTCR_MER); // the second one is locked
    assert_int_equal(rd(b, H7_SR), 0);
    expect_violations(b, 1);
    unlock_bank(b, OF_BANK2);
    wr(b, H7_CR, CR_X64);
    wr(b, H7_CR + OF_BANK2, CR_X64);
    wr(b, H7_OPTCR, OPTCR_MER);
    run_ns(b, BANK_NS);
    assert_int_equal(rd(b, H7_SR), SR_EOP);
    assert_int_equal(rd(b, H7_SR + OF_BANK2), SR_EOP);
    assert_int_equal(rd(b, FLASH), 0xffffffff);
    assert_int_equal(rd(b, BANK2), 0xffffffff);
    assert_int_equal(b->account.mass_erases, 2);
}

static void of_a_trimmed_part_the_second_bank_is_in_its_place(void **state)
{
    struct chip_bench *b = make_sleeping("stm32h743zg");
    uint32_t v;
    (void)state;
    unlock_bank(b, OF_BANK2);
    program_word(b, OF_BANK2, BANK2, 0x700);
    run_ns(b, WORD_NS);
    assert_int_equal(rd(b, BANK2), 0x700);
    assert_int_equal(peek32(b, FLASH + 512 * KIB), 0x700); // by its cells
    assert_int_equal(try_read(b, FLASH + 512 * KIB, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(try_read(b, BANK2 + 512 * KIB, 4, &v), SIM_BUS_FAULT);
    wr(b, H7_CR + OF_BANK2, CR_SER | CR_SNB(4u) | CR_START);
    assert_true(rd(b, H7_SR + OF_BANK2) & SR_WRPERR);
    expect_violations(b, 1);
    drop_chip(b);
}

static void a_part_with_one_bank_has_no_second_one(void **state)
{
    static const char *const parts[] = {"stm32h723zg", "stm32h750vb", "stm32h7b0vb"};
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct chip_bench *b = make_sleeping(parts[i]);
        uint32_t v;
        assert_int_equal(try_read(b, BANK2, 4, &v), SIM_BUS_FAULT);
        drop_chip(b);
    }
    struct chip_bench *b = make_sleeping("stm32h723zg");
    assert_int_equal(rd(b, H7_CR + OF_BANK2), 0);
    drop_chip(b);
}

// ---- check bits ---------------------------------------------------------------------------------

// Nothing refuses it, and a read is a bus error then, with the address among the flash words.
static void a_word_that_is_programmed_twice_is_a_bus_error(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    unlock_bank(b, 0);
    program_word(b, 0, HERE, 0x1000);
    run_ns(b, WORD_NS);
    program_word(b, 0, HERE, 0x1000); // the same once more changes nothing
    run_ns(b, WORD_NS);
    expect_violations(b, 0);
    assert_int_equal(rd(b, HERE), 0x1000);
    program_word(b, 0, HERE, 0x2000);
    expect_violations(b, 1);
    run_ns(b, WORD_NS);
    assert_int_equal(try_read(b, HERE + 8, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(rd(b, H7_SR) & ~SR_EOP, SR_DBECCERR);
    assert_int_equal(rd(b, H7_ECC_FA), 128 * KIB / 32);
    assert_int_equal(try_read(b, HERE + 32, 4, &v), SIM_BUS_OK);
    wr(b, H7_CCR, SR_DBECCERR);
    assert_int_equal(rd(b, H7_ECC_FA), 0);
    wr(b, H7_CR, CR_SER | CR_X64 | CR_SNB(1) | CR_START);
    run_ns(b, SECTOR_NS);
    assert_int_equal(rd(b, HERE), 0xffffffff);
}

static void programmed_ones_are_no_erased_word(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    unlock_bank(b, 0);
    wr(b, H7_CR, CR_PG | CR_X64);
    for (unsigned i = 0; i < 32; i += 4)
        wr(b, HERE + i, 0xffffffff);
    run_ns(b, WORD_NS);
    assert_int_equal(rd(b, HERE), 0xffffffff);
    program_word(b, 0, HERE, 0x1000);
    expect_violations(b, 1);
    run_ns(b, WORD_NS);
    assert_int_equal(try_read(b, HERE, 4, &v), SIM_BUS_FAULT);
}

static unsigned faults_in(struct chip_bench *b, uint32_t addr, uint32_t length)
{
    unsigned faults = 0;
    uint32_t v;
    for (uint32_t at = 0; at < length; at += 32)
        faults += try_read(b, addr + at, 4, &v) == SIM_BUS_FAULT;
    return faults;
}

static void a_power_cut_leaves_words_that_fault(void **state)
{
    struct chip_bench *b = *state;
    unlock_bank(b, 0);
    wr(b, H7_CR, CR_SER | CR_X64 | CR_SNB(1) | CR_START);
    run_ns(b, SECTOR_NS / 2);
    power_cycle(b);
    unsigned faults = faults_in(b, HERE, 4 * KIB);
    assert_true(faults > 64 && faults < 128); // one of four has one wrong bit
    assert_true(rd(b, H7_SR) & SR_SNECCERR);
    assert_int_equal(faults_in(b, HERE + 128 * KIB, 4 * KIB), 0);
    expect_violations(b, 0);
    unlock_bank(b, 0);
    program_word(b, 0, HERE + 128 * KIB, 0);
    run_ns(b, WORD_NS / 2);
    reset_pin(b); // a reset in the middle is a violation
    expect_violations(b, 1);
}

// ---- the CRC unit -------------------------------------------------------------------------------

static void the_crc_unit_adds_up_what_its_registers_say(void **state)
{
    struct chip_bench *b = *state;
    wr(b, H7_CRCCR, 1u << 16); // without CRC_EN nothing
    assert_int_equal(rd(b, H7_SR), 0);
    unlock_bank(b, 0);
    wr(b, H7_CR, CR_CRC_EN);
    wr(b, H7_CRCSADD, 128 * KIB);
    wr(b, H7_CRCEADD, 128 * KIB);
    wr(b, H7_CRCCR, 1u << 16 | 1u << 17);
    assert_int_equal(rd(b, H7_SR), 1u << 3);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, H7_SR), SR_CRCEND);
    uint32_t one_word = rd(b, H7_CRCDATA);
    wr(b, H7_CRCCR, 1u << 8 | 1u << 9 | 1u << 17 | 1); // sector 1, by sectors
    wr(b, H7_CRCCR, 1u << 8 | 1u << 16);
    run_ns(b, 10 * NS_PER_MS);
    assert_int_not_equal(rd(b, H7_CRCDATA), one_word);
    wr(b, H7_CR, 0);
    assert_int_equal(rd(b, H7_CRCDATA), 0);
}

// The polynomial from 0 on, highest bit first: of one word with one bit it is the polynomial.
static void the_crc_of_a_single_bit_is_the_polynomial(void **state)
{
    struct chip_bench *b = *state;
    for (unsigned i = 0; i < 32; i += 4)
        poke32(b, HERE + i, i == 28 ? 1 : 0);
    unlock_bank(b, 0);
    wr(b, H7_CR, CR_CRC_EN);
    wr(b, H7_CRCSADD, 128 * KIB);
    wr(b, H7_CRCEADD, 128 * KIB);
    wr(b, H7_CRCCR, 1u << 16);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, H7_CRCDATA), 0x04c11db7);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        h743_test(registers_have_the_reset_values_of_the_manual),
        h743_test(each_bank_has_a_lock_of_its_own),
        h743_test(a_wrong_key_and_a_second_pair_lock_until_the_next_reset),
        h743_test(a_full_buffer_is_programmed_in_its_time),
        h743_test(any_order_and_any_width_fill_it),
        h743_test(the_parallelism_decides_the_time),
        h743_test(fw_pads_with_ones),
        h743_test(without_pg_nothing_is_written_and_the_buffer_is_lost),
        h743_test(another_flash_word_in_between_is_an_inconsistency),
        h743_test(another_master_in_between_is_an_inconsistency),
        h743_test(a_byte_that_comes_twice_is_a_strobe_error_and_counts),
        h743_test(a_second_flash_word_waits_and_a_third_one_stalls),
        h7a3_test(the_h7a3_has_flash_words_of_16_bytes),
        h7a3_test(the_h7a3_programs_otp_with_pg_otp_alone),
        h743_test(a_sector_is_erased_in_its_time),
        h743_test(ber_erases_a_bank_and_comes_before_ser),
        h743_test(start_alone_starts_nothing),
        h743_test(both_banks_work_at_the_same_time),
        h743_test(mer_erases_both_banks_in_the_time_of_one),
        cmocka_unit_test(of_a_trimmed_part_the_second_bank_is_in_its_place),
        cmocka_unit_test(a_part_with_one_bank_has_no_second_one),
        h743_test(a_word_that_is_programmed_twice_is_a_bus_error),
        h743_test(programmed_ones_are_no_erased_word),
        h743_test(a_power_cut_leaves_words_that_fault),
        h743_test(the_crc_unit_adds_up_what_its_registers_say),
        h743_test(the_crc_of_a_single_bit_is_the_polynomial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
