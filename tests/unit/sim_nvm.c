// SPDX-License-Identifier: MIT
// The NVM controller of the virtual STM32L0 against RM0367 and RM0376: locks and keys (3.3.4),
// erasing, words, half-pages, two banks, the data EEPROM, write protection (3.4). Option words and
// read protection are in sim_nvm_options.c.
#include "tests/unit/choose.h"
#include "tests/unit/sim_l0_bench.h"

#define PAGE 128u
#define HALF 64u
#define HERE (FLASH + 8 * PAGE)
#define IRQ  3

static void wait_end(struct chip_bench *b)
{
    run_ns(b, T_PROG);
    assert_false(rd(b, NVM_SR) & SR_BSY);
}

static void program_mode(struct chip_bench *b, uint32_t bits)
{
    unlock_program(b);
    wr(b, NVM_PECR, bits);
}

// ---- locks --------------------------------------------------------------------------------------

static void three_locks_are_shut_after_a_reset_and_open_one_behind_the_other(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, NVM_PECR), PECR_PELOCK | PECR_PRGLOCK | PECR_OPTLOCK);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE);
    unlock_program(b);
    assert_int_equal(rd(b, NVM_PECR), PECR_OPTLOCK);
    wr(b, NVM_OPTKEYR, 0xfbead9c8);
    wr(b, NVM_OPTKEYR, 0x24252627);
    assert_int_equal(rd(b, NVM_PECR), 0);
    expect_violations(b, 0);
}

static void pelock_shuts_all_and_prglock_only_itself(void **state)
{
    struct chip_bench *b = *state;
    unlock_program(b);
    wr(b, NVM_PECR, PECR_PROG | PECR_FPRG | PECR_ERASE | PECR_DATA);
    wr(b, NVM_PECR, rd(b, NVM_PECR) | PECR_PRGLOCK);
    assert_int_equal(rd(b, NVM_PECR), PECR_OPTLOCK | PECR_PRGLOCK | PECR_ERASE | PECR_DATA);
    wr(b, NVM_PECR, PECR_PELOCK | PECR_ERASE);
    assert_int_equal(rd(b, NVM_PECR), PECR_PELOCK | PECR_PRGLOCK | PECR_OPTLOCK);
    unlock_program(b);
    assert_int_equal(rd(b, NVM_PECR), PECR_OPTLOCK);
    expect_violations(b, 0);
}

static void a_wrong_key_faults_and_locks_until_the_next_reset(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(try_write(b, NVM_PEKEYR, 4, 0x12345678), SIM_BUS_FAULT);
    assert_int_equal(try_write(b, NVM_PEKEYR, 4, 0x89abcdef), SIM_BUS_FAULT);
    assert_int_equal(try_write(b, NVM_PEKEYR, 4, 0x02030405), SIM_BUS_FAULT);
    assert_int_equal(rd(b, NVM_PECR) & PECR_PELOCK, PECR_PELOCK);
    expect_violations(b, 3);
    sim_chip_set_nrst(b->chip, true);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
    unlock_program(b);
    assert_int_equal(rd(b, NVM_PECR), PECR_OPTLOCK);
}

static void a_wrong_second_key_of_each_lock_faults(void **state)
{
    static const struct {
        uint32_t reg, key1;
    } locks[] = {{NVM_PRGKEYR, 0x8c9daebf}, {NVM_OPTKEYR, 0xfbead9c8}, {NVM_PDKEYR, 0x04152637}};
    (void)state;
    for (size_t i = 0; i < sizeof locks / sizeof locks[0]; i++) {
        struct chip_bench *b = make_l0("stm32l011k4");
        unlock_pe(b);
        wr(b, locks[i].reg, locks[i].key1);
        assert_int_equal(try_write(b, locks[i].reg, 4, locks[i].key1), SIM_BUS_FAULT);
        assert_int_equal(rd(b, NVM_PECR), PECR_PRGLOCK | PECR_OPTLOCK);
        expect_violations(b, 1);
        drop_chip(b);
    }
}

static void a_third_key_is_one_too_many(void **state)
{
    struct chip_bench *b = *state;
    unlock_program(b);
    assert_int_equal(try_write(b, NVM_PEKEYR, 4, 0x89abcdef), SIM_BUS_FAULT);
    assert_int_equal(rd(b, NVM_PECR), PECR_PELOCK | PECR_PRGLOCK | PECR_OPTLOCK);
    expect_violations(b, 1);
}

static void another_register_between_two_keys_spoils_them(void **state)
{
    struct chip_bench *b = *state;
    wr(b, NVM_PEKEYR, 0x89abcdef);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE); // reading is harmless
    assert_int_equal(try_write(b, NVM_SR, 4, SR_EOP), SIM_BUS_FAULT);
    assert_int_equal(try_write(b, NVM_PEKEYR, 4, 0x02030405), SIM_BUS_FAULT);
    assert_int_equal(rd(b, NVM_PECR) & PECR_PELOCK, PECR_PELOCK);
    expect_violations(b, 2);
}

static void the_inner_keys_behind_pelock_are_wrong_ones(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(try_write(b, NVM_PRGKEYR, 4, 0x8c9daebf), SIM_BUS_FAULT);
    unlock_pe(b);
    assert_int_equal(try_write(b, NVM_PRGKEYR, 4, 0x8c9daebf), SIM_BUS_FAULT);
    expect_violations(b, 2);
}

static void pecr_is_not_writable_behind_its_lock(void **state)
{
    struct chip_bench *b = *state;
    wr(b, NVM_PECR, PECR_ERASE);
    assert_int_equal(rd(b, NVM_PECR), PECR_PELOCK | PECR_PRGLOCK | PECR_OPTLOCK);
    expect_violations(b, 1);
    unlock_pe(b);
    wr(b, NVM_PECR, PECR_PROG | PECR_FPRG | PECR_DATA);
    assert_int_equal(rd(b, NVM_PECR), PECR_PRGLOCK | PECR_OPTLOCK | PECR_DATA);
    expect_violations(b, 2);
}

static void registers_take_words_only(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    assert_int_equal(try_read(b, NVM_SR, 2, &v), SIM_BUS_FAULT);
    assert_int_equal(try_write(b, NVM_PECR, 1, 0), SIM_BUS_FAULT);
    expect_violations(b, 2);
}

static void run_pd_opens_with_its_keys_and_takes_ready_away(void **state)
{
    struct chip_bench *b = *state;
    wr(b, NVM_ACR, 1u << 4);
    assert_int_equal(rd(b, NVM_ACR), 0);
    wr(b, NVM_PDKEYR, 0x04152637);
    wr(b, NVM_PDKEYR, 0xfafbfcfd);
    wr(b, NVM_ACR, 1u << 4);
    assert_int_equal(rd(b, NVM_ACR), 1u << 4);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE & ~8u);
    wr(b, NVM_ACR, 0);
    wr(b, NVM_ACR, 1u << 4); // the keys are needed again
    assert_int_equal(rd(b, NVM_ACR), 0);
}

// ---- words and pages ----------------------------------------------------------------------------

static void a_word_takes_its_time_and_then_is_there(void **state)
{
    struct chip_bench *b = *state;
    program_mode(b, PECR_PROG);
    wr(b, HERE, 0x12345678);
    assert_int_equal(rd(b, NVM_SR) & (SR_BSY | SR_EOP | 4u), SR_BSY);
    run_ns(b, T_PROG - 1);
    assert_int_equal(rd(b, NVM_SR) & SR_BSY, SR_BSY);
    assert_int_equal(peek32(b, HERE), 0);
    run_ns(b, 1);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_EOP);
    assert_int_equal(rd(b, HERE), 0x12345678);
    wr(b, NVM_SR, SR_EOP);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE);
    assert_int_equal(b->account.units_programmed, 1);
    expect_violations(b, 0);
}

static void a_word_needs_no_prog_bit(void **state) // ST's HAL writes it without
{
    struct chip_bench *b = *state;
    program_mode(b, 0);
    wr(b, HERE + 4, 7);
    wait_end(b);
    assert_int_equal(rd(b, HERE + 4), 7);
    expect_violations(b, 0);
}

static void times_are_those_of_the_data_sheet(void **state)
{
    static const struct {
        enum sim_flash_time time;
        uint64_t ns;
    } cases[] = {{SIM_FLASH_MIN, 3200000}, {SIM_FLASH_TYP, 3280000}, {SIM_FLASH_MAX, 3940000}};
    struct chip_bench *b = *state;
    program_mode(b, PECR_PROG);
    for (unsigned i = 0; i < 3; i++) {
        sim_chip_set_flash_time(b->chip, cases[i].time);
        wr(b, HERE + 4 * i, 1);
        run_ns(b, cases[i].ns - 1);
        assert_true(rd(b, NVM_SR) & SR_BSY);
        run_ns(b, 1);
        assert_false(rd(b, NVM_SR) & SR_BSY);
    }
}

static void a_word_that_is_not_erased_is_refused(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, HERE, 0x00000100);
    program_mode(b, PECR_PROG);
    wr(b, HERE, 0xffffffff);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_NOTZEROERR);
    assert_int_equal(peek32(b, HERE), 0x00000100);
    expect_violations(b, 1);
    wr(b, NVM_SR, SR_NOTZEROERR);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE);
}

static void nzdisable_programs_it_all_the_same(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, HERE, 0x00000100);
    program_mode(b, PECR_PROG | PECR_NZ_OFF);
    wr(b, HERE, 0x00000011);
    wait_end(b);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_EOP);
    assert_int_equal(rd(b, HERE), 0x00000111);
    expect_violations(b, 1); // its ECC does not fit
}

static void narrow_writes_are_refused(void **state)
{
    struct chip_bench *b = *state;
    program_mode(b, PECR_PROG);
    assert_int_equal(try_write(b, HERE, 2, 1), SIM_BUS_OK);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_SIZERR);
    wr(b, NVM_SR, SR_SIZERR);
    assert_int_equal(try_write(b, HERE, 1, 1), SIM_BUS_OK);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_SIZERR);
    assert_int_equal(peek32(b, HERE), 0);
    expect_violations(b, 2);
}

static void a_locked_flash_takes_nothing(void **state)
{
    struct chip_bench *b = *state;
    wr(b, HERE, 1);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_WRPERR);
    unlock_pe(b);
    wr(b, NVM_SR, SR_WRPERR);
    wr(b, HERE, 1);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_WRPERR);
    assert_int_equal(peek32(b, HERE), 0);
    expect_violations(b, 2);
}

static void a_page_is_erased_by_a_word_at_its_start(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, HERE, 0xffffffff);
    poke32(b, HERE + PAGE - 4, 0x55);
    poke32(b, HERE + PAGE, 0x66);
    poke32(b, HERE - 4, 0x77);
    program_mode(b, PECR_PROG | PECR_ERASE);
    wr(b, HERE, 0xdeadbeef);
    run_ns(b, T_PROG - 1);
    assert_int_equal(peek32(b, HERE), 0xffffffff);
    wait_end(b);
    assert_int_equal(peek32(b, HERE), 0);
    assert_int_equal(peek32(b, HERE + PAGE - 4), 0);
    assert_int_equal(peek32(b, HERE + PAGE), 0x66);
    assert_int_equal(peek32(b, HERE - 4), 0x77);
    assert_int_equal(sim_chip_erase_count(b->chip, HERE), 1);
    assert_int_equal(sim_chip_erase_count(b->chip, HERE + PAGE), 0);
    assert_int_equal(b->account.pages_erased, 1);
    expect_violations(b, 0);
}

static void an_erase_elsewhere_than_at_the_start_is_a_wrong_address(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, HERE, 1);
    program_mode(b, PECR_PROG | PECR_ERASE);
    wr(b, HERE + 4, 0);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_PGAERR);
    wait_end(b);
    assert_int_equal(peek32(b, HERE), 1);
    expect_violations(b, 1);
}

static void erase_without_prog_starts_nothing(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, HERE, 1);
    program_mode(b, PECR_ERASE);
    wr(b, HERE, 0);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE);
    assert_int_equal(peek32(b, HERE), 1);
    expect_violations(b, 1);
}

// OpenOCD writes an option word and then, without a look at BSY, OBL_LAUNCH.
static void a_write_to_pecr_waits_for_the_end(void **state)
{
    struct chip_bench *b = *state;
    program_mode(b, PECR_PROG);
    wr(b, HERE, 1);
    assert_int_equal(try_write(b, NVM_PECR, 4, PECR_PELOCK), SIM_BUS_STALL);
    assert_int_equal(rd(b, NVM_PECR), PECR_PROG | PECR_OPTLOCK);
    wait_end(b);
    wr(b, NVM_PECR, PECR_PELOCK);
    assert_int_equal(rd(b, NVM_PECR), PECR_PELOCK | PECR_PRGLOCK | PECR_OPTLOCK);
    expect_violations(b, 0);
}

static void reads_and_writes_wait_for_the_end(void **state)
{
    static const uint32_t addrs[] = {HERE, L0_EEPROM, L0_OPTIONS, 0x1ff00000, 0x1ff80050, 0};
    struct chip_bench *b = *state;
    uint32_t v;
    program_mode(b, PECR_PROG);
    wr(b, HERE, 1);
    for (size_t i = 0; i < sizeof addrs / sizeof addrs[0]; i++)
        assert_int_equal(try_read(b, addrs[i], 4, &v), SIM_BUS_STALL);
    assert_int_equal(try_write(b, HERE + 4, 4, 2), SIM_BUS_STALL);
    assert_int_equal(try_write(b, L0_EEPROM, 4, 2), SIM_BUS_STALL);
    assert_int_equal(try_write(b, L0_OPTIONS, 4, 2), SIM_BUS_STALL);
    assert_int_equal(rd(b, SRAM), 0xe7fee7fe);
    wait_end(b);
    for (size_t i = 0; i < sizeof addrs / sizeof addrs[0]; i++)
        assert_int_equal(try_read(b, addrs[i], 4, &v), SIM_BUS_OK);
    expect_violations(b, 0);
}

static void what_the_factory_wrote_is_not_written(void **state)
{
    static const uint32_t addrs[] = {0x1ff00000, 0x1ff80050};
    struct chip_bench *b = *state;
    unlock_program(b);
    for (unsigned i = 0; i < 2; i++) {
        uint32_t before = rd(b, addrs[i]);
        wr(b, addrs[i], 0);
        assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_WRPERR);
        assert_int_equal(rd(b, addrs[i]), before);
        wr(b, NVM_SR, SR_WRPERR);
    }
    expect_violations(b, 2);
}

static void ends_and_errors_interrupt(void **state)
{
    struct chip_bench *b = *state;
    program_mode(b, PECR_PROG | PECR_EOPIE);
    wr(b, HERE, 1);
    assert_false(rd(b, NVIC_ISPR) >> IRQ & 1);
    wait_end(b);
    assert_true(rd(b, NVIC_ISPR) >> IRQ & 1);
    wr(b, NVM_SR, SR_EOP);
    wr(b, 0xe000e280, 1u << IRQ);
    wr(b, NVM_PECR, PECR_PROG | PECR_ERRIE);
    wr(b, HERE, 2); // not erased
    assert_true(rd(b, NVIC_ISPR) >> IRQ & 1);
}

static void a_cut_leaves_a_mess_and_a_reset_in_the_middle_is_noted(void **state)
{
    struct chip_bench *b = *state;
    for (unsigned i = 0; i < PAGE; i += 4)
        poke32(b, HERE + i, 0xffffffff);
    program_mode(b, PECR_PROG | PECR_ERASE);
    wr(b, HERE, 0);
    run_ns(b, T_PROG / 2);
    sim_chip_set_nrst(b->chip, true);
    run_ns(b, NS_PER_MS);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, 5 * NS_PER_MS);
    unsigned erased = 0, whole = 0;
    for (unsigned i = 0; i < PAGE; i += 4) {
        erased += peek32(b, HERE + i) == 0;
        whole += peek32(b, HERE + i) == 0xffffffff;
    }
    assert_true(erased < PAGE / 4 && whole < PAGE / 4);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE);
    expect_violations(b, 1);
}

// ---- half-pages ---------------------------------------------------------------------------------

static void load(struct chip_bench *b, uint32_t addr, unsigned words, uint32_t first)
{
    for (unsigned i = 0; i < words; i++)
        assert_int_equal(try_write(b, addr + 4 * i, 4, first + i), SIM_BUS_OK);
}

static void a_half_page_starts_with_its_last_word_and_takes_the_time_of_one(void **state)
{
    struct chip_bench *b = *state;
    program_mode(b, PECR_PROG | PECR_FPRG);
    load(b, HERE + HALF, 15, 100);
    run_ns(b, T_PROG);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE);
    assert_int_equal(peek32(b, HERE + HALF), 0);
    wr(b, HERE + HALF + 60, 115);
    assert_true(rd(b, NVM_SR) & SR_BSY);
    run_ns(b, T_PROG - 1);
    assert_true(rd(b, NVM_SR) & SR_BSY);
    run_ns(b, 1);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_EOP);
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(peek32(b, HERE + HALF + 4 * i), 100 + i);
    assert_int_equal(peek32(b, HERE), 0);
    assert_int_equal(peek32(b, HERE + PAGE), 0);
    assert_int_equal(b->account.units_programmed, 1);
    expect_violations(b, 0);
}

static void its_words_count_as_they_come(void **state) // ST's HAL writes all to the first address
{
    struct chip_bench *b = *state;
    program_mode(b, PECR_PROG | PECR_FPRG);
    for (unsigned i = 0; i < 16; i++)
        wr(b, HERE, 50 + i);
    wait_end(b);
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(peek32(b, HERE + 4 * i), 50 + i);
    expect_violations(b, 0);
}

static void a_half_page_begins_at_its_start(void **state)
{
    struct chip_bench *b = *state;
    program_mode(b, PECR_PROG | PECR_FPRG);
    wr(b, HERE + 4, 1);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_PGAERR);
    wr(b, NVM_SR, SR_PGAERR);
    load(b, HERE, 16, 1); // and the next one is whole
    wait_end(b);
    assert_int_equal(peek32(b, HERE), 1);
    expect_violations(b, 1);
}

static void a_word_outside_gives_the_half_page_up(void **state)
{
    struct chip_bench *b = *state;
    program_mode(b, PECR_PROG | PECR_FPRG);
    load(b, HERE, 8, 1);
    wr(b, HERE + HALF, 9);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_PGAERR);
    wait_end(b);
    assert_int_equal(peek32(b, HERE), 0);
    assert_int_equal(peek32(b, HERE + HALF), 0);
    expect_violations(b, 1);
}

static void a_narrow_word_gives_it_up_too(void **state)
{
    struct chip_bench *b = *state;
    program_mode(b, PECR_PROG | PECR_FPRG);
    load(b, HERE, 8, 1);
    assert_int_equal(try_write(b, HERE + 32, 2, 9), SIM_BUS_OK);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_SIZERR);
    load(b, HERE + 32, 8, 9); // does not complete it, and does not begin one
    assert_false(rd(b, NVM_SR) & SR_BSY);
    assert_int_equal(peek32(b, HERE), 0);
}

static void a_half_page_that_is_not_erased_is_refused_as_a_whole(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, HERE + 60, 1);
    program_mode(b, PECR_PROG | PECR_FPRG);
    load(b, HERE, 16, 1);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_NOTZEROERR);
    assert_int_equal(peek32(b, HERE), 0);
    expect_violations(b, 1);
}

static void a_read_in_between_aborts_it(void **state)
{
    static const uint32_t addrs[] = {FLASH, HERE, L0_EEPROM, 0x1ff00000};
    struct chip_bench *b = *state;
    uint32_t v;
    program_mode(b, PECR_PROG | PECR_FPRG);
    for (size_t i = 0; i < sizeof addrs / sizeof addrs[0]; i++) {
        load(b, HERE, 15, 1);
        assert_int_equal(sim_chip_ap_read(b->chip, addrs[i], 4, &v), SIM_BUS_OK);
        assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_FWWERR);
        wr(b, NVM_SR, SR_FWWERR);
        expect_violations(b, (unsigned)i + 1);
    }
    assert_int_equal(peek32(b, HERE), 0);
    load(b, HERE, 16, 1);
    wait_end(b);
    assert_int_equal(peek32(b, HERE), 1);
}

static void a_program_that_runs_from_flash_aborts_it_by_its_fetches(void **state)
{
    struct chip_bench *b = *state;
    halt_core(b);
    sim_core_set_reg(sim_chip_core(b->chip), 15, FLASH + 8);
    debugger_wr(b, DHCSR, DHCSR_KEY | 1);
    program_mode(b, PECR_PROG | PECR_FPRG);
    load(b, HERE, 15, 1);
    run_ns(b, 10 * NS_PER_US);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_FWWERR);
    expect_violations(b, 1);
}

static void another_pecr_gives_it_up(void **state)
{
    struct chip_bench *b = *state;
    program_mode(b, PECR_PROG | PECR_FPRG);
    load(b, HERE, 15, 1);
    wr(b, NVM_PECR, PECR_PROG);
    wr(b, HERE + 60, 16); // a word of its own
    wait_end(b);
    assert_int_equal(peek32(b, HERE), 0);
    assert_int_equal(peek32(b, HERE + 60), 16);
    expect_violations(b, 1);
}

// ---- two banks ----------------------------------------------------------------------------------

#define BANK2 (FLASH + 96 * 1024)

static void one_bank_is_read_while_the_other_one_works(void **state)
{
    struct chip_bench *b = make_l0("stm32l072cz");
    uint32_t v;
    (void)state;
    program_mode(b, PECR_PROG);
    wr(b, BANK2, 1);
    assert_int_equal(try_read(b, BANK2 - 4, 4, &v), SIM_BUS_OK);
    assert_int_equal(try_read(b, L0_EEPROM, 4, &v), SIM_BUS_OK);
    assert_int_equal(try_read(b, BANK2, 4, &v), SIM_BUS_STALL);
    assert_int_equal(try_read(b, L0_EEPROM + 3072, 4, &v), SIM_BUS_STALL);
    assert_int_equal(try_write(b, FLASH + PAGE, 4, 1), SIM_BUS_STALL);
    expect_violations(b, 0);
    drop_chip(b);
}

static void two_half_pages_are_programmed_at_once(void **state)
{
    struct chip_bench *b = make_l0("stm32l073rz");
    (void)state;
    program_mode(b, PECR_PROG | PECR_FPRG | PECR_PARALLEL);
    assert_true(rd(b, NVM_PECR) & PECR_PARALLEL);
    load(b, HERE, 16, 1);
    assert_false(rd(b, NVM_SR) & SR_BSY);
    load(b, BANK2 + HALF, 16, 101);
    assert_true(rd(b, NVM_SR) & SR_BSY);
    wait_end(b);
    assert_int_equal(peek32(b, HERE + 60), 16);
    assert_int_equal(peek32(b, BANK2 + HALF + 60), 116);
    expect_violations(b, 0);
    drop_chip(b);
}

static void two_pages_are_erased_at_once(void **state)
{
    struct chip_bench *b = make_l0("stm32l073rz");
    (void)state;
    poke32(b, HERE, 1);
    poke32(b, BANK2, 2);
    program_mode(b, PECR_PROG | PECR_ERASE | PECR_PARALLEL);
    wr(b, BANK2, 0);
    assert_false(rd(b, NVM_SR) & SR_BSY);
    wr(b, HERE, 0);
    wait_end(b);
    assert_int_equal(peek32(b, HERE), 0);
    assert_int_equal(peek32(b, BANK2), 0);
    assert_int_equal(b->account.pages_erased, 2);
    expect_violations(b, 0);
    drop_chip(b);
}

static void two_of_one_bank_are_a_wrong_address(void **state)
{
    struct chip_bench *b = make_l0("stm32l073rz");
    (void)state;
    program_mode(b, PECR_PROG | PECR_FPRG | PECR_PARALLEL);
    load(b, HERE, 16, 1);
    wr(b, HERE + HALF, 1);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_PGAERR);
    assert_int_equal(peek32(b, HERE), 0);
    wr(b, NVM_PECR, PECR_PROG | PECR_ERASE | PECR_PARALLEL);
    wr(b, NVM_SR, SR_PGAERR);
    wr(b, HERE, 0);
    wr(b, HERE + PAGE, 0);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_PGAERR);
    expect_violations(b, 2);
    drop_chip(b);
}

static void chips_of_one_bank_have_no_parallelbank(void **state)
{
    static const char *const names[] = {"stm32l053r8", "stm32l071c8", "stm32l011k4"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct chip_bench *b = make_l0(names[i]);
        program_mode(b, PECR_PROG | PECR_PARALLEL);
        assert_int_equal(rd(b, NVM_PECR), PECR_PROG | PECR_OPTLOCK);
        drop_chip(b);
    }
}

// RM0376, 10.2.1: UFB in SYSCFG_CFGR1.
static void ufb_exchanges_the_banks_of_flash_and_eeprom(void **state)
{
    struct chip_bench *b = make_l0("stm32l072cz");
    (void)state;
    poke32(b, HERE, 0x11);
    poke32(b, BANK2 + (HERE - FLASH), 0x22);
    poke32(b, L0_EEPROM, 0x33);
    poke32(b, L0_EEPROM + 3072, 0x44);
    wr(b, 0x40021034, 1);
    wr(b, SYSCFG_CFGR1, 1u << 3);
    assert_int_equal(rd(b, HERE), 0x22);
    assert_int_equal(rd(b, HERE - FLASH), 0x22);
    assert_int_equal(rd(b, BANK2 + (HERE - FLASH)), 0x11);
    assert_int_equal(rd(b, L0_EEPROM), 0x44);
    assert_int_equal(rd(b, L0_EEPROM + 3072), 0x33);
    program_mode(b, PECR_PROG);
    wr(b, HERE + 4, 0x55);
    run_ns(b, T_PROG);
    assert_int_equal(rd(b, HERE + 4), 0x55);
    assert_int_equal(peek32(b, BANK2 + (HERE - FLASH) + 4), 0x55);
    wr(b, SYSCFG_CFGR1, 0);
    assert_int_equal(rd(b, HERE), 0x11);
    expect_violations(b, 0);
    drop_chip(b);
}

// ---- data EEPROM --------------------------------------------------------------------------------

static void eeprom_word(struct chip_bench *b, uint32_t addr, uint32_t value, unsigned periods)
{
    wr(b, addr, value);
    run_ns(b, periods * T_PROG - 1);
    assert_true(rd(b, NVM_SR) & SR_BSY);
    run_ns(b, 1);
    assert_false(rd(b, NVM_SR) & SR_BSY);
    assert_int_equal(rd(b, addr), value);
}

static void the_eeprom_needs_pelock_only_and_erases_by_itself(void **state)
{
    struct chip_bench *b = *state;
    unlock_pe(b);
    eeprom_word(b, L0_EEPROM, 0x11111111, 1); // erased before
    eeprom_word(b, L0_EEPROM, 0x22222222, 2);
    eeprom_word(b, L0_EEPROM, 0, 1); // the erase is all
    eeprom_word(b, L0_EEPROM + 2044, 5, 1);
    wr(b, NVM_PECR, PECR_FIX);
    eeprom_word(b, L0_EEPROM, 0x33333333, 2); // a fixed time
    expect_violations(b, 0);
}

static void bytes_and_halfwords_of_the_eeprom_leave_their_neighbours(void **state)
{
    struct chip_bench *b = *state;
    unlock_pe(b);
    poke32(b, L0_EEPROM + 8, 0x44332211);
    assert_int_equal(try_write(b, L0_EEPROM + 9, 1, 0xaa), SIM_BUS_OK);
    run_ns(b, 2 * T_PROG);
    assert_int_equal(rd(b, L0_EEPROM + 8), 0x4433aa11);
    assert_int_equal(try_write(b, L0_EEPROM + 10, 2, 0xbbcc), SIM_BUS_OK);
    run_ns(b, 2 * T_PROG);
    assert_int_equal(rd(b, L0_EEPROM + 8), 0xbbccaa11);
    expect_violations(b, 0);
}

static void erase_with_data_clears_a_word_of_the_eeprom(void **state)
{
    struct chip_bench *b = *state;
    unlock_pe(b);
    poke32(b, L0_EEPROM + 4, 1);
    wr(b, NVM_PECR, PECR_ERASE | PECR_DATA);
    wr(b, L0_EEPROM + 4, 0x1234);
    run_ns(b, T_PROG);
    assert_int_equal(rd(b, L0_EEPROM + 4), 0);
    expect_violations(b, 0);
    wr(b, NVM_PECR, PECR_ERASE);
    poke32(b, L0_EEPROM + 4, 1);
    wr(b, L0_EEPROM + 4, 0);
    assert_int_equal(rd(b, NVM_SR) & SR_BSY, 0);
    assert_int_equal(peek32(b, L0_EEPROM + 4), 1);
    expect_violations(b, 1);
}

static void a_locked_eeprom_takes_nothing(void **state)
{
    struct chip_bench *b = *state;
    wr(b, L0_EEPROM, 1);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_WRPERR);
    assert_int_equal(peek32(b, L0_EEPROM), 0);
    expect_violations(b, 1);
}

static void the_eeprom_has_the_size_of_the_part(void **state)
{
    static const struct {
        const char *name;
        unsigned size;
    } parts[] = {{"stm32l010f4", 128},  {"stm32l010c6", 256},  {"stm32l010rb", 512},
                 {"stm32l011k4", 512},  {"stm32l031k6", 1024}, {"stm32l053r8", 2048},
                 {"stm32l072cz", 6144}, {"stm32l071c8", 3072}};
    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct chip_bench *b = make_l0(parts[i].name);
        uint32_t v;
        assert_int_equal(try_read(b, L0_EEPROM + parts[i].size - 4, 4, &v), SIM_BUS_OK);
        assert_int_equal(v, 0);
        assert_int_equal(try_read(b, L0_EEPROM + parts[i].size, 4, &v), SIM_BUS_FAULT);
        drop_chip(b);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        l0_test(three_locks_are_shut_after_a_reset_and_open_one_behind_the_other),
        l0_test(pelock_shuts_all_and_prglock_only_itself),
        l0_test(a_wrong_key_faults_and_locks_until_the_next_reset),
        cmocka_unit_test(a_wrong_second_key_of_each_lock_faults),
        l0_test(a_third_key_is_one_too_many),
        l0_test(another_register_between_two_keys_spoils_them),
        l0_test(the_inner_keys_behind_pelock_are_wrong_ones),
        l0_test(pecr_is_not_writable_behind_its_lock),
        l0_test(registers_take_words_only),
        l0_test(run_pd_opens_with_its_keys_and_takes_ready_away),
        l0_test(a_word_takes_its_time_and_then_is_there),
        l0_test(a_word_needs_no_prog_bit),
        l0_test(times_are_those_of_the_data_sheet),
        l0_test(a_word_that_is_not_erased_is_refused),
        l0_test(nzdisable_programs_it_all_the_same),
        l0_test(narrow_writes_are_refused),
        l0_test(a_locked_flash_takes_nothing),
        l0_test(a_page_is_erased_by_a_word_at_its_start),
        l0_test(an_erase_elsewhere_than_at_the_start_is_a_wrong_address),
        l0_test(erase_without_prog_starts_nothing),
        l0_test(a_write_to_pecr_waits_for_the_end),
        l0_test(reads_and_writes_wait_for_the_end),
        l0_test(what_the_factory_wrote_is_not_written),
        l0_test(ends_and_errors_interrupt),
        l0_test(a_cut_leaves_a_mess_and_a_reset_in_the_middle_is_noted),
        l0_test(a_half_page_starts_with_its_last_word_and_takes_the_time_of_one),
        l0_test(its_words_count_as_they_come),
        l0_test(a_half_page_begins_at_its_start),
        l0_test(a_word_outside_gives_the_half_page_up),
        l0_test(a_narrow_word_gives_it_up_too),
        l0_test(a_half_page_that_is_not_erased_is_refused_as_a_whole),
        l0_test(a_read_in_between_aborts_it),
        l0_test(a_program_that_runs_from_flash_aborts_it_by_its_fetches),
        l0_test(another_pecr_gives_it_up),
        cmocka_unit_test(one_bank_is_read_while_the_other_one_works),
        cmocka_unit_test(two_half_pages_are_programmed_at_once),
        cmocka_unit_test(two_pages_are_erased_at_once),
        cmocka_unit_test(two_of_one_bank_are_a_wrong_address),
        cmocka_unit_test(chips_of_one_bank_have_no_parallelbank),
        cmocka_unit_test(ufb_exchanges_the_banks_of_flash_and_eeprom),
        l0_test(the_eeprom_needs_pelock_only_and_erases_by_itself),
        l0_test(bytes_and_halfwords_of_the_eeprom_leave_their_neighbours),
        l0_test(erase_with_data_clears_a_word_of_the_eeprom),
        l0_test(a_locked_eeprom_takes_nothing),
        cmocka_unit_test(the_eeprom_has_the_size_of_the_part),
    };
    return cmocka_run_group_tests_name("sim_nvm", tests, NULL, NULL);
}
