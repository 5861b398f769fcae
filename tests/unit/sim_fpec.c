// SPDX-License-Identifier: MIT
// The flash controller of the virtual chip against RM0091: locks and keys, programming, erasing,
// busy times, write protection (3.2.2, 3.3.2, 3.5). Option bytes and read protection are in
// sim_options.c.
#include "sim/parts/key_lock.h"
#include "tests/unit/choose.h"
#include "tests/unit/sim_chip_bench.h"

#define KEY1 0x45670123u
#define KEY2 0xcdef89abu

#define SR_BSY      (1u << 0)
#define SR_PGERR    (1u << 2)
#define SR_WRPRTERR (1u << 4)
#define SR_EOP      (1u << 5)
#define CR_PG       (1u << 0)
#define CR_PER      (1u << 1)
#define CR_MER      (1u << 2)
#define CR_STRT     (1u << 6)
#define CR_LOCK     (1u << 7)
#define CR_OPTWRE   (1u << 9)
#define CR_ERRIE    (1u << 10)
#define CR_EOPIE    (1u << 12)
#define FLASH_IRQ   3

#define PAGE 2048u // of the STM32F072
#define HERE (FLASH + 4 * PAGE)

static void unlock(struct chip_bench *b)
{
    wr(b, FLASH_KEYR, KEY1);
    wr(b, FLASH_KEYR, KEY2);
}

static uint16_t cell(struct chip_bench *b, uint32_t addr)
{
    uint8_t bytes[2];
    assert_true(sim_chip_peek(b->chip, addr, bytes, 2));
    return get_le16(bytes);
}

static void poke_cell(struct chip_bench *b, uint32_t addr, uint16_t value)
{
    uint8_t bytes[2];
    put_le16(bytes, value);
    assert_true(sim_chip_poke(b->chip, addr, bytes, 2));
}

// Starts and waits for the end.
static void program(struct chip_bench *b, uint32_t addr, uint16_t value)
{
    assert_int_equal(try_write(b, addr, 2, value), SIM_BUS_OK);
    run_ns(b, 60 * NS_PER_US);
}

static void erase_page(struct chip_bench *b, uint32_t addr)
{
    wr(b, FLASH_CR, CR_PER);
    wr(b, FLASH_AR, addr);
    wr(b, FLASH_CR, CR_PER | CR_STRT);
}

// ---- locks (3.2.2, 3.5.2) -----------------------------------------------------------------------

static void it_is_locked_after_reset_and_two_keys_unlock_it(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, FLASH_CR), CR_LOCK);
    wr(b, FLASH_KEYR, KEY1);
    assert_int_equal(rd(b, FLASH_CR), CR_LOCK);
    wr(b, FLASH_KEYR, KEY2);
    assert_int_equal(rd(b, FLASH_CR), 0);
    expect_violations(b, 0);
}

static void writing_lock_locks_it_again_and_the_keys_work_once_more(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    wr(b, FLASH_CR, CR_LOCK);
    assert_int_equal(rd(b, FLASH_CR), CR_LOCK);
    unlock(b);
    assert_int_equal(rd(b, FLASH_CR), 0);
    expect_violations(b, 0);
}

static void a_wrong_key_is_a_bus_error_and_locks_until_the_next_reset(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(try_write(b, FLASH_KEYR, 4, 0x12345678), SIM_BUS_FAULT);
    assert_int_equal(try_write(b, FLASH_KEYR, 4, KEY1), SIM_BUS_FAULT);
    assert_int_equal(try_write(b, FLASH_KEYR, 4, KEY2), SIM_BUS_FAULT);
    assert_int_equal(rd(b, FLASH_CR), CR_LOCK);
    expect_violations(b, 3);
    sim_chip_set_nrst(b->chip, true);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
    unlock(b);
    assert_int_equal(rd(b, FLASH_CR), 0);
}

static void a_wrong_second_key_is_one_too(void **state)
{
    struct chip_bench *b = *state;
    wr(b, FLASH_KEYR, KEY1);
    assert_int_equal(try_write(b, FLASH_KEYR, 4, KEY1), SIM_BUS_FAULT);
    assert_int_equal(try_write(b, FLASH_KEYR, 4, KEY2), SIM_BUS_FAULT);
    assert_int_equal(rd(b, FLASH_CR), CR_LOCK);
}

// OpenOCD's "stm32f1x lock" writes both pairs of keys twice, with nothing between that locks.
static void the_right_keys_again_do_nothing_while_it_is_open(void **state)
{
    struct chip_bench *b = *state;
    for (unsigned i = 0; i < 3; i++) {
        unlock(b);
        wr(b, FLASH_OPTKEYR, KEY1);
        wr(b, FLASH_OPTKEYR, KEY2);
        assert_int_equal(rd(b, FLASH_CR), CR_OPTWRE);
    }
    wr(b, FLASH_CR, CR_OPTWRE | CR_PG);
    program(b, HERE, 0x1234);
    unlock(b);
    assert_int_equal(rd(b, FLASH_CR), CR_OPTWRE | CR_PG);
    expect_violations(b, 0);
}

static void the_keys_in_the_wrong_order_lock_up_even_while_it_is_open(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    assert_int_equal(try_write(b, FLASH_KEYR, 4, KEY2), SIM_BUS_FAULT);
    assert_int_equal(rd(b, FLASH_CR), CR_LOCK);
    expect_violations(b, 1);
}

static void half_a_pair_of_keys_is_forgotten_when_lock_is_written(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    wr(b, FLASH_KEYR, KEY1);
    wr(b, FLASH_CR, CR_LOCK);
    unlock(b);
    assert_int_equal(rd(b, FLASH_CR), 0);
    expect_violations(b, 0);
}

// The rule of F2, F4 and G0, whose controllers share the lock.
static void elsewhere_the_right_keys_again_lock_up(void **state)
{
    static const struct sim_key_rule rule = {.keys = {KEY1, KEY2}, .faults_when_open = true};
    struct sim_key_lock lock;
    (void)state;
    sim_key_lock_reset(&lock);
    assert_int_equal(sim_key_lock_write(&lock, &rule, KEY1), SIM_KEY_OK);
    assert_true(lock.locked);
    assert_int_equal(sim_key_lock_write(&lock, &rule, KEY2), SIM_KEY_OK);
    assert_false(lock.locked);
    assert_int_equal(sim_key_lock_write(&lock, &rule, KEY1), SIM_KEY_WHILE_OPEN);
    assert_true(lock.locked);
    assert_int_equal(sim_key_lock_write(&lock, &rule, KEY1), SIM_KEY_AFTER_WRONG);
    sim_key_lock_reset(&lock);
    assert_int_equal(sim_key_lock_write(&lock, &rule, KEY1), SIM_KEY_OK);
}

static void a_locked_control_register_takes_nothing_and_it_is_a_violation(void **state)
{
    struct chip_bench *b = *state;
    wr(b, FLASH_CR, CR_PG);
    assert_int_equal(rd(b, FLASH_CR), CR_LOCK);
    expect_violations(b, 1);
}

static void registers_take_words_only(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    assert_int_equal(try_write(b, FLASH_KEYR, 2, KEY1 & 0xffff), SIM_BUS_FAULT);
    assert_int_equal(try_read(b, FLASH_SR, 1, &v), SIM_BUS_FAULT);
    expect_violations(b, 2);
}

static void keys_and_address_read_as_zero(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    wr(b, FLASH_AR, HERE);
    assert_int_equal(rd(b, FLASH_KEYR), 0);
    assert_int_equal(rd(b, FLASH_OPTKEYR), 0);
    assert_int_equal(rd(b, FLASH_AR), 0);
}

// ---- programming (3.2.2) ------------------------------------------------------------------------

static void a_halfword_is_programmed_in_its_time_and_eop_says_so(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    wr(b, FLASH_CR, CR_PG);
    assert_int_equal(try_write(b, HERE, 2, 0x1234), SIM_BUS_OK);
    assert_int_equal(rd(b, FLASH_SR), SR_BSY);
    run_ns(b, 53400);
    assert_int_equal(rd(b, FLASH_SR), SR_BSY);
    run_ns(b, 200);
    assert_int_equal(rd(b, FLASH_SR), SR_EOP);
    assert_int_equal(cell(b, HERE), 0x1234);
    assert_int_equal(b->account.units_programmed, 1);
    wr(b, FLASH_SR, SR_EOP);
    assert_int_equal(rd(b, FLASH_SR), 0);
    expect_violations(b, 0);
}

static void flags_are_cleared_by_ones_only(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    wr(b, FLASH_CR, CR_PG);
    program(b, HERE, 0x1234);
    wr(b, FLASH_SR, SR_PGERR | SR_WRPRTERR);
    assert_int_equal(rd(b, FLASH_SR), SR_EOP);
}

static void without_pg_a_write_is_a_bus_error(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(try_write(b, HERE, 2, 0x1234), SIM_BUS_FAULT);
    unlock(b);
    assert_int_equal(try_write(b, HERE, 2, 0x1234), SIM_BUS_FAULT);
    assert_int_equal(cell(b, HERE), 0xffff);
    expect_violations(b, 2);
}

static void a_width_other_than_a_halfword_is_a_bus_error(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    wr(b, FLASH_CR, CR_PG);
    assert_int_equal(try_write(b, HERE, 4, 0x12345678), SIM_BUS_FAULT);
    assert_int_equal(try_write(b, HERE, 1, 0x12), SIM_BUS_FAULT);
    assert_int_equal(cell(b, HERE), 0xffff);
    assert_int_equal(rd(b, FLASH_SR), 0);
    expect_violations(b, 2);
}

static void a_cell_that_is_not_erased_is_skipped_with_pgerr(void **state)
{
    struct chip_bench *b = *state;
    poke_cell(b, HERE, 0xfff0);
    unlock(b);
    wr(b, FLASH_CR, CR_PG);
    program(b, HERE, 0xff00);
    assert_int_equal(rd(b, FLASH_SR), SR_PGERR);
    assert_int_equal(cell(b, HERE), 0xfff0);
    assert_int_equal(b->account.units_programmed, 0);
    expect_violations(b, 1);
}

static void zero_goes_over_anything(void **state)
{
    struct chip_bench *b = *state;
    poke_cell(b, HERE, 0xfff0);
    unlock(b);
    wr(b, FLASH_CR, CR_PG);
    program(b, HERE, 0);
    assert_int_equal(rd(b, FLASH_SR), SR_EOP);
    assert_int_equal(cell(b, HERE), 0);
    expect_violations(b, 0);
}

static void the_alias_at_zero_is_not_for_programming(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    wr(b, FLASH_CR, CR_PG);
    assert_int_equal(try_write(b, HERE - FLASH, 2, 0x1234), SIM_BUS_FAULT);
    assert_int_equal(rd(b, HERE - FLASH), 0xffffffff);
    expect_violations(b, 1);
}

// ---- busy ---------------------------------------------------------------------------------------

static void an_access_to_a_busy_flash_stalls_and_then_completes(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    unlock(b);
    wr(b, FLASH_CR, CR_PG);
    assert_int_equal(try_write(b, HERE, 2, 0x1234), SIM_BUS_OK);
    uint64_t done = b->clock.now_ns + 53500;
    assert_int_equal(try_read(b, HERE, 4, &v), SIM_BUS_STALL);
    assert_int_equal(sim_chip_stall_until_ns(b->chip), done);
    assert_int_equal(try_write(b, HERE + 2, 2, 0x5678), SIM_BUS_STALL);
    assert_int_equal(try_read(b, 0, 4, &v), SIM_BUS_STALL); // the alias is the same flash
    assert_int_equal(try_read(b, OPTIONS, 4, &v), SIM_BUS_STALL);
    assert_int_equal(try_read(b, SRAM, 4, &v), SIM_BUS_OK);
    assert_int_equal(try_read(b, RCC_CR, 4, &v), SIM_BUS_OK);
    sim_chip_run(b->chip, done);
    assert_int_equal(rd(b, HERE), 0xffff1234);
    expect_violations(b, 0);
}

static void the_core_stands_still_while_it_fetches_from_a_busy_flash(void **state)
{
    // adds r0, #1; b to it: two instructions, three cycles.
    static const uint8_t counting[] = {0x01, 0x30, 0xfd, 0xe7};
    struct chip_bench *b = *state;
    assert_true(sim_chip_poke(b->chip, FLASH + 8, counting, sizeof counting));
    run_ns(b, 100 * NS_PER_US);
    unlock(b);
    wr(b, FLASH_CR, CR_PG);
    assert_int_equal(try_write(b, HERE, 2, 0x1234), SIM_BUS_OK);
    uint32_t before = sim_core_get_reg(sim_chip_core(b->chip), 0);
    run_ns(b, 50 * NS_PER_US);
    assert_in_range(sim_core_get_reg(sim_chip_core(b->chip), 0), before, before + 1);
    run_ns(b, 50 * NS_PER_US);
    assert_true(sim_core_get_reg(sim_chip_core(b->chip), 0) > before + 50);
}

static void registers_cannot_be_written_while_bsy(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    wr(b, FLASH_CR, CR_PG);
    assert_int_equal(try_write(b, HERE, 2, 0x1234), SIM_BUS_OK);
    wr(b, FLASH_CR, CR_PER);
    wr(b, FLASH_SR, SR_EOP);
    assert_int_equal(rd(b, FLASH_CR), CR_PG);
    expect_violations(b, 2);
}

static void the_times_are_those_of_the_data_sheet(void **state)
{
    static const struct {
        enum sim_flash_time time;
        uint64_t halfword_ns, erase_ns;
    } cases[] = {
        {SIM_FLASH_MIN, 40000, 20000000},
        {SIM_FLASH_TYP, 53500, 30000000},
        {SIM_FLASH_MAX, 60000, 40000000},
    };
    struct chip_bench *b = *state;
    unlock(b);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sim_chip_set_flash_time(b->chip, cases[i].time);
        wr(b, FLASH_CR, CR_PG);
        assert_int_equal(try_write(b, HERE, 2, 0), SIM_BUS_OK);
        run_ns(b, cases[i].halfword_ns - 1);
        assert_true(rd(b, FLASH_SR) & SR_BSY);
        run_ns(b, 1);
        assert_false(rd(b, FLASH_SR) & SR_BSY);
        erase_page(b, HERE);
        run_ns(b, cases[i].erase_ns - 1);
        assert_true(rd(b, FLASH_SR) & SR_BSY);
        run_ns(b, 1);
        assert_false(rd(b, FLASH_SR) & SR_BSY);
    }
}

static void eop_and_errors_interrupt_when_they_may(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    wr(b, FLASH_CR, CR_PG | CR_EOPIE);
    program(b, HERE, 0x1234);
    assert_true(rd(b, NVIC_ISPR) & 1u << FLASH_IRQ);
    wr(b, FLASH_SR, SR_EOP);
    wr(b, NVIC_ISPR + 0x80, 1u << FLASH_IRQ); // ICPR
    wr(b, FLASH_CR, CR_PG | CR_ERRIE);
    program(b, HERE, 0x1234);
    assert_true(rd(b, NVIC_ISPR) & 1u << FLASH_IRQ);
}

// ---- erasing (3.2.2) ----------------------------------------------------------------------------

static void a_page_is_erased_and_its_neighbours_are_not(void **state)
{
    struct chip_bench *b = *state;
    for (uint32_t addr = HERE - 2; addr <= HERE + PAGE; addr += 2)
        poke_cell(b, addr, 0);
    unlock(b);
    erase_page(b, HERE + 6); // any address of the page
    assert_int_equal(rd(b, FLASH_CR), CR_PER | CR_STRT);
    run_ns(b, 30 * NS_PER_MS);
    assert_int_equal(rd(b, FLASH_SR), SR_EOP);
    assert_int_equal(rd(b, FLASH_CR), CR_PER);
    assert_int_equal(cell(b, HERE - 2), 0);
    assert_int_equal(cell(b, HERE), 0xffff);
    assert_int_equal(cell(b, HERE + PAGE - 2), 0xffff);
    assert_int_equal(cell(b, HERE + PAGE), 0);
    assert_int_equal(b->account.pages_erased, 1);
    assert_int_equal(sim_chip_erase_count(b->chip, HERE), 1);
    assert_int_equal(sim_chip_erase_count(b->chip, HERE + PAGE), 0);
    expect_violations(b, 0);
}

static void a_page_is_1_kib_on_the_small_dies(void **state)
{
    struct chip_bench *b = make_chip("stm32f031k6");
    (void)state;
    poke_loop(b);
    power_up(b);
    poke_cell(b, FLASH + 0x800, 0);
    poke_cell(b, FLASH + 0xc00, 0);
    unlock(b);
    erase_page(b, FLASH + 0x800);
    run_ns(b, 30 * NS_PER_MS);
    assert_int_equal(cell(b, FLASH + 0x800), 0xffff);
    assert_int_equal(cell(b, FLASH + 0xc00), 0);
    drop_chip(b);
}

static void a_mass_erase_takes_all_of_the_flash_and_no_option_byte(void **state)
{
    struct chip_bench *b = *state;
    poke_cell(b, FLASH + 128 * 1024 - 2, 0);
    unlock(b);
    wr(b, FLASH_CR, CR_MER);
    wr(b, FLASH_CR, CR_MER | CR_STRT);
    run_ns(b, 30 * NS_PER_MS);
    assert_int_equal(rd(b, FLASH_SR), SR_EOP);
    assert_int_equal(cell(b, FLASH), 0xffff);
    assert_int_equal(cell(b, FLASH + 128 * 1024 - 2), 0xffff);
    assert_int_equal(rd(b, OPTIONS), 0x00ff55aa);
    assert_int_equal(b->account.mass_erases, 1);
    assert_int_equal(sim_chip_erase_count(b->chip, FLASH), 1);
}

static void nothing_starts_without_one_of_the_modes_or_outside_of_the_flash(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    wr(b, FLASH_CR, CR_STRT);
    wr(b, FLASH_CR, CR_PER | CR_MER | CR_STRT);
    erase_page(b, FLASH + 128 * 1024);
    assert_int_equal(rd(b, FLASH_SR), 0);
    assert_int_equal(cell(b, FLASH), get_le16((const uint8_t[]){0x00, 0x04}));
    expect_violations(b, 3);
}

static void without_hsi_nothing_is_programmed_or_erased(void **state)
{
    struct chip_bench *b = *state;
    wr(b, RCC_CR, rd(b, RCC_CR) | 1u << 16); // HSEON
    run_ns(b, 5 * NS_PER_MS);
    wr(b, RCC_CFGR, 1); // SYSCLK from HSE
    wr(b, RCC_CR, rd(b, RCC_CR) & ~1u);
    assert_false(rd(b, RCC_CR) & 2u);
    unlock(b);
    wr(b, FLASH_CR, CR_PG);
    program(b, HERE, 0x1234);
    assert_int_equal(cell(b, HERE), 0xffff);
    erase_page(b, HERE);
    assert_int_equal(rd(b, FLASH_SR), 0);
    expect_violations(b, 2);
}

// ---- write protection (3.3.2) -------------------------------------------------------------------

static void protect(struct chip_bench *b, unsigned bit)
{
    uint8_t pair[2];
    pair[0] = (uint8_t) ~(1u << bit % 8);
    pair[1] = (uint8_t)~pair[0];
    assert_true(sim_chip_poke(b->chip, OPTIONS + 8 + 2 * (bit / 8), pair, 2));
    power_cycle(b);
}

static void a_protected_sector_gives_wrprterr_and_its_neighbour_does_not(void **state)
{
    struct chip_bench *b = *state;
    protect(b, 9);
    assert_int_equal(rd(b, FLASH_WRPR), ~(1u << 9));
    unlock(b);
    wr(b, FLASH_CR, CR_PG);
    program(b, FLASH + 9 * 4096, 0x1234);
    assert_int_equal(rd(b, FLASH_SR), SR_WRPRTERR);
    wr(b, FLASH_SR, SR_WRPRTERR);
    program(b, FLASH + 10 * 4096 - 2, 0x1234);
    assert_int_equal(rd(b, FLASH_SR), SR_WRPRTERR);
    wr(b, FLASH_SR, SR_WRPRTERR);
    erase_page(b, FLASH + 9 * 4096 + PAGE);
    assert_int_equal(rd(b, FLASH_SR), SR_WRPRTERR);
    wr(b, FLASH_SR, SR_WRPRTERR);
    wr(b, FLASH_CR, CR_PG);
    program(b, FLASH + 10 * 4096, 0x1234);
    assert_int_equal(rd(b, FLASH_SR), SR_EOP);
}

static void a_mass_erase_with_a_protected_sector_erases_nothing(void **state)
{
    struct chip_bench *b = *state;
    protect(b, 31);
    unlock(b);
    wr(b, FLASH_CR, CR_MER);
    wr(b, FLASH_CR, CR_MER | CR_STRT);
    run_ns(b, 40 * NS_PER_MS);
    assert_int_equal(rd(b, FLASH_SR), SR_WRPRTERR);
    assert_int_equal(b->account.mass_erases, 0);
    assert_int_not_equal(cell(b, FLASH), 0xffff);
}

static void the_last_bit_protects_all_of_the_rest(void **state)
{
    struct chip_bench *b = make_chip("stm32f091rc");
    (void)state;
    poke_loop(b);
    power_up(b);
    protect(b, 31);
    unlock(b);
    wr(b, FLASH_CR, CR_PG);
    program(b, FLASH + 31 * 4096 - 2, 0x1234);
    assert_int_equal(rd(b, FLASH_SR), SR_EOP);
    program(b, FLASH + 31 * 4096, 0x1234);
    assert_true(rd(b, FLASH_SR) & SR_WRPRTERR);
    wr(b, FLASH_SR, SR_WRPRTERR);
    program(b, FLASH + 256 * 1024 - 2, 0x1234);
    assert_true(rd(b, FLASH_SR) & SR_WRPRTERR);
    protect(b, 0);
    unlock(b);
    wr(b, FLASH_CR, CR_PG);
    program(b, FLASH + 63 * 4096, 0x1234); // still bit 31's
    assert_int_equal(rd(b, FLASH_SR), SR_WRPRTERR);
    drop_chip(b);
    b = make_chip("stm32f091rc");
    poke_loop(b);
    protect(b, 0);
    unlock(b);
    wr(b, FLASH_CR, CR_PG);
    program(b, FLASH + 32 * 4096, 0x1234);
    assert_int_equal(rd(b, FLASH_SR), SR_EOP);
    drop_chip(b);
}

// ---- cut in the middle --------------------------------------------------------------------------

// Not documented; flash cells that were on their way are somewhere.
static void a_power_cut_during_an_erase_leaves_a_mess(void **state)
{
    struct chip_bench *b = *state;
    unsigned old = 0, erased = 0, between = 0;
    for (uint32_t addr = HERE; addr < HERE + PAGE; addr += 2)
        poke_cell(b, addr, 0);
    unlock(b);
    erase_page(b, HERE);
    run_ns(b, 10 * NS_PER_MS);
    power_cycle(b);
    for (uint32_t addr = HERE; addr < HERE + PAGE; addr += 2) {
        uint16_t v = cell(b, addr);
        old += v == 0;
        erased += v == 0xffff;
        between += v != 0 && v != 0xffff;
    }
    assert_true(between > PAGE / 4);
    assert_true(old < PAGE / 4 && erased < PAGE / 4);
    assert_int_equal(cell(b, FLASH + 8), 0xe7fe);
    assert_int_equal(rd(b, FLASH_SR), 0);
}

static void a_power_cut_during_programming_leaves_some_of_the_bits(void **state)
{
    struct chip_bench *b = *state;
    unsigned between = 0;
    for (unsigned i = 0; i < 16; i++) {
        unlock(b);
        wr(b, FLASH_CR, CR_PG);
        assert_int_equal(try_write(b, HERE + 2 * i, 2, 0x5500), SIM_BUS_OK);
        run_ns(b, 20 * NS_PER_US);
        power_cycle(b);
        uint16_t v = cell(b, HERE + 2 * i);
        assert_int_equal(v & 0x5500, 0x5500);
        between += v != 0x5500 && v != 0xffff;
    }
    assert_true(between > 8);
}

static void a_reset_during_an_erase_aborts_it_and_is_a_violation(void **state)
{
    struct chip_bench *b = *state;
    poke_cell(b, HERE, 0);
    unlock(b);
    erase_page(b, HERE);
    sim_chip_set_nrst(b->chip, true);
    assert_int_equal(b->account.violation_count, 1);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, FLASH_SR), 0);
    assert_int_equal(rd(b, FLASH_CR), CR_LOCK);
}

static void what_is_left_depends_on_the_seed_only(void **state)
{
    uint16_t left[3];
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct chip_bench *b = make_chip("stm32f031k6");
        sim_chip_set_seed(b->chip, i < 2 ? 7 : 8);
        power_up(b);
        poke_cell(b, FLASH, 0);
        unlock(b);
        erase_page(b, FLASH);
        power_cycle(b);
        left[i] = cell(b, FLASH);
        drop_chip(b);
    }
    assert_int_equal(left[0], left[1]);
    assert_int_not_equal(left[0], left[2]);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        bench_test(it_is_locked_after_reset_and_two_keys_unlock_it),
        bench_test(writing_lock_locks_it_again_and_the_keys_work_once_more),
        bench_test(a_wrong_key_is_a_bus_error_and_locks_until_the_next_reset),
        bench_test(a_wrong_second_key_is_one_too),
        bench_test(the_right_keys_again_do_nothing_while_it_is_open),
        bench_test(the_keys_in_the_wrong_order_lock_up_even_while_it_is_open),
        bench_test(half_a_pair_of_keys_is_forgotten_when_lock_is_written),
        cmocka_unit_test(elsewhere_the_right_keys_again_lock_up),
        bench_test(a_locked_control_register_takes_nothing_and_it_is_a_violation),
        bench_test(registers_take_words_only),
        bench_test(keys_and_address_read_as_zero),
        bench_test(a_halfword_is_programmed_in_its_time_and_eop_says_so),
        bench_test(flags_are_cleared_by_ones_only),
        bench_test(without_pg_a_write_is_a_bus_error),
        bench_test(a_width_other_than_a_halfword_is_a_bus_error),
        bench_test(a_cell_that_is_not_erased_is_skipped_with_pgerr),
        bench_test(zero_goes_over_anything),
        bench_test(the_alias_at_zero_is_not_for_programming),
        bench_test(an_access_to_a_busy_flash_stalls_and_then_completes),
        bench_test(the_core_stands_still_while_it_fetches_from_a_busy_flash),
        bench_test(registers_cannot_be_written_while_bsy),
        bench_test(the_times_are_those_of_the_data_sheet),
        bench_test(eop_and_errors_interrupt_when_they_may),
        bench_test(a_page_is_erased_and_its_neighbours_are_not),
        cmocka_unit_test(a_page_is_1_kib_on_the_small_dies),
        bench_test(a_mass_erase_takes_all_of_the_flash_and_no_option_byte),
        bench_test(nothing_starts_without_one_of_the_modes_or_outside_of_the_flash),
        bench_test(without_hsi_nothing_is_programmed_or_erased),
        bench_test(a_protected_sector_gives_wrprterr_and_its_neighbour_does_not),
        bench_test(a_mass_erase_with_a_protected_sector_erases_nothing),
        cmocka_unit_test(the_last_bit_protects_all_of_the_rest),
        bench_test(a_power_cut_during_an_erase_leaves_a_mess),
        bench_test(a_power_cut_during_programming_leaves_some_of_the_bits),
        bench_test(a_reset_during_an_erase_aborts_it_and_is_a_violation),
        cmocka_unit_test(what_is_left_depends_on_the_seed_only),
    };
    return cmocka_run_group_tests_name("sim_fpec", tests, NULL, NULL);
}
