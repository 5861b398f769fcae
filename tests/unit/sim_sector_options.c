// SPDX-License-Identifier: MIT
// Option bytes and protection of the virtual STM32F2 and F4 against RM0090, 3.7 and 3.9.10: when
// they count, what guards what, and the ways between the levels.
#include "tests/unit/choose.h"
#include "tests/unit/sim_f4_bench.h"

#define HERE     (FLASH + 16 * KIB)
#define CELLS    0x1fffc000u
#define CELLS2   0x1ffec000u
#define BKPSRAM  0x40024000u
#define AHB1ENR  0x40023830u
#define APB1ENR  0x40023840u
#define APB2ENR  0x40023844u
#define PWR_CR   0x40007000u
#define RCC_CSR4 0x40023874u
#define MEMRMP   0x40013800u
#define IDCODE   0xe0042000u

static int f407_setup(void **state)
{
    *state = make_running("stm32f407vg");
    return 0;
}

static int f429_setup(void **state)
{
    *state = make_running("stm32f429zi");
    return 0;
}

#define f407_test(f) cmocka_unit_test_setup_teardown(f, f407_setup, bench_teardown)
#define f429_test(f) cmocka_unit_test_setup_teardown(f, f429_setup, bench_teardown)

static uint32_t options(struct chip_bench *b)
{
    return rd(b, OPTCR) & ~OPTLOCK;
}

static void set_options(struct chip_bench *b, uint32_t optcr)
{
    unlock_options(b);
    program_options(b, optcr);
    set_bits(b, OPTCR, OPTLOCK);
}

static bool erase_is_refused(struct chip_bench *b, unsigned snb)
{
    unlock(b);
    erase_sector(b, snb);
    bool refused = rd(b, SR) & SR_WRPERR;
    wr(b, SR, SR_WRPERR);
    wr(b, CR, CR_LOCK);
    return refused;
}

// ---- writing options ----------------------------------------------------------------------------

static void options_are_programmed_by_optstrt(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, CELLS), 0x5510aaef);
    assert_int_equal(rd(b, CELLS + 4), 0x5510aaef);
    assert_int_equal(rd(b, CELLS + 8), 0xf0000fff);
    unlock_options(b);
    wr(b, OPTCR, 0x0ff7aae0); // BOR_LEV 0, sector 3
    assert_int_equal(rd(b, OPTCR), 0x0ff7aae0);
    assert_int_equal(rd(b, CELLS), 0x5510aaef); // nothing yet
    wr(b, OPTCR, 0x0ff7aae0 | OPTSTRT);
    assert_int_equal(rd(b, OPTCR) & OPTSTRT, OPTSTRT);
    assert_int_equal(busy_us(b), 400000); // by 8 bits
    assert_int_equal(rd(b, OPTCR), 0x0ff7aae0);
    assert_int_equal(rd(b, CELLS) & 0xffff, 0xaae3);
    assert_int_equal(rd(b, CELLS + 8) & 0xffff, 0x0ff7);
    reset_pin(b);
    assert_int_equal(options(b), 0x0ff7aae0);
    expect_violations(b, 0);
}

static void what_was_not_programmed_is_lost_with_a_reset(void **state)
{
    struct chip_bench *b = *state;
    unlock_options(b);
    wr(b, OPTCR, 0x0000aae0);
    reset_pin(b);
    assert_int_equal(rd(b, OPTCR), 0x0fffaaed);
}

// ST's HAL writes them by bytes and halfwords.
static void the_register_takes_bytes_and_halfwords(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    unlock_options(b);
    assert_int_equal(try_write(b, OPTCR + 1, 1, 0x55), SIM_BUS_OK);
    assert_int_equal(try_write(b, OPTCR + 2, 2, 0x0ffe), SIM_BUS_OK);
    assert_int_equal(rd(b, OPTCR), 0x0ffe55ec);
    assert_int_equal(try_read(b, OPTCR + 2, 2, &v), SIM_BUS_OK);
    assert_int_equal(v, 0x0ffe);
    expect_violations(b, 0);
}

// Bits 1:0 are no options, and neither is what the die does not have.
static void bits_that_do_not_exist_read_as_0(void **state)
{
    struct chip_bench *b = *state;
    unlock_options(b);
    wr(b, OPTCR, 0xfffffffc & ~OPTSTRT);
    assert_int_equal(rd(b, OPTCR), 0x0fffffec);
    wr(b, OPTCR1, 0);
    assert_int_equal(rd(b, OPTCR1), 0);
    expect_violations(b, 0);
}

static void their_cells_are_not_written_like_flash(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    wr(b, CR, CR_PG | CR_X32);
    wr(b, CELLS, 0);
    assert_int_equal(rd(b, SR), SR_WRPERR);
    assert_int_equal(rd(b, CELLS), 0x5510aaef);
    expect_violations(b, 1);
}

static void the_hardware_watchdog_starts_with_the_next_reset(void **state)
{
    struct chip_bench *b = *state;
    set_options(b, 0x0fffaaec & ~WDG_SW);
    run_ns(b, 1000 * NS_PER_MS);
    wr(b, RCC_CSR4, 1u << 24);
    reset_pin(b);
    wr(b, RCC_CSR4, 1u << 24);
    run_ns(b, 1000 * NS_PER_MS); // 4096 of 32 kHz / 4: 0.512 s
    assert_int_equal(rd(b, RCC_CSR4) & 1u << 29, 1u << 29);
}

// ---- sectors ------------------------------------------------------------------------------------

static void protected_sectors_keep_what_they_hold(void **state)
{
    struct chip_bench *b = *state;
    set_options(b, 0x0fffaaec & ~NWRP(1) & ~NWRP(11));
    assert_true(erase_is_refused(b, 1));
    assert_true(erase_is_refused(b, 11));
    assert_false(erase_is_refused(b, 2));
    expect_violations(b, 2);
    unlock(b);
    program_word(b, HERE, 0);
    assert_int_equal(rd(b, SR), SR_WRPERR);
    assert_int_equal(rd(b, HERE), 0xffffffff);
    wr(b, SR, SR_WRPERR);
    wr(b, CR, CR_MER | CR_X32 | CR_STRT);
    assert_int_equal(rd(b, SR), SR_WRPERR);
    wr(b, SR, SR_WRPERR);
    expect_violations(b, 4);
    wr(b, CR, CR_LOCK);
    set_options(b, 0x0fffaaec); // without a reset in between
    assert_false(erase_is_refused(b, 1));
    expect_violations(b, 4);
}

static void the_second_bank_has_a_register_of_its_own(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, OPTCR1), 0x0fff0000);
    assert_int_equal(rd(b, CELLS2 + 8), 0xf0000fff);
    wr(b, OPTCR1, 0);
    expect_violations(b, 1); // it is locked as OPTCR is
    unlock_options(b);
    wr(b, OPTCR1, 0x0fff0000 & ~NWRP(4));
    program_options(b, 0x0fffaaec & ~NWRP(0));
    assert_int_equal(rd(b, CELLS2 + 8) & 0xffff, 0x0fef);
    assert_true(erase_is_refused(b, 0));
    assert_false(erase_is_refused(b, 1));
    assert_true(erase_is_refused(b, 20));
    assert_false(erase_is_refused(b, 16));
    unlock(b);
    wr(b, CR, CR_MER1 | CR_X32 | CR_STRT);
    assert_int_equal(rd(b, SR), SR_WRPERR);
    reset_pin(b);
    assert_int_equal(rd(b, OPTCR1), 0x0fef0000);
}

// The last bit of the F413 stands for two sectors, and the others begin where they do elsewhere.
static void fifteen_bits_stand_for_sixteen_sectors(void **state)
{
    struct chip_bench *b = make_running("stm32f413zh");
    (void)state;
    assert_int_equal(rd(b, OPTCR), 0x7fffaaed);
    set_options(b, 0x7fffaaec & ~NWRP(14));
    assert_false(erase_is_refused(b, 13));
    assert_true(erase_is_refused(b, 14));
    assert_true(erase_is_refused(b, 15));
    poke32(b, FLASH + 1408 * KIB, 0);
    set_options(b, 0x7fffaaec);
    assert_false(erase_is_refused(b, 15));
    assert_int_equal(rd(b, FLASH + 1408 * KIB), 0xffffffff);
    drop_chip(b);
}

// ---- sectors that may only be executed (3.7.5) --------------------------------------------------

static void with_sprmod_a_bit_of_1_keeps_readers_out(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, HERE, 0x600df00d);
    unlock_options(b);
    wr(b, OPTCR1, 0);
    program_options(b, 0x0000aaec | SPRMOD | NWRP(1));
    assert_int_equal(rd(b, HERE), 0);
    assert_int_equal(rd(b, SR), SR_RDERR);
    wr(b, SR, SR_RDERR);
    assert_int_equal(rd(b, FLASH + 32 * KIB), 0xffffffff);
    assert_int_equal(rd(b, SR), 0);
    assert_true(erase_is_refused(b, 1));
    assert_false(erase_is_refused(b, 2)); // and a bit of 0 protects nothing
    expect_violations(b, 1);
    // It is there to stay: neither the mode nor a sector is given up.
    program_options(b, 0x0000aaec | NWRP(1));
    assert_int_equal(rd(b, SR) & SR_WRPERR, SR_WRPERR);
    program_options(b, 0x0000aaec | SPRMOD);
    expect_violations(b, 3);
    assert_int_equal(options(b), 0x0000aaec | SPRMOD | NWRP(1));
    program_options(b, 0x0000aaec | SPRMOD | NWRP(1) | NWRP(2)); // one more may be added
    expect_violations(b, 3);
    reset_pin(b);
    assert_int_equal(rd(b, HERE), 0);
}

static void code_there_runs(void **state)
{
    struct chip_bench *b = *state;
    struct sim_core *core = sim_chip_core(b->chip);
    poke32(b, HERE, 0xe7fe2007); // movs r0, #7; b .
    unlock_options(b);
    program_options(b, 0x0000aaec | SPRMOD | NWRP(1));
    halt_core(b);
    sim_core_set_reg(core, 15, HERE);
    debugger_wr(b, DHCSR, DHCSR_KEY | 1);
    run_ns(b, 10 * NS_PER_US);
    assert_int_equal(sim_core_get_reg(core, 0), 7);
    assert_int_equal(debugger_rd(b, HERE), 0);
}

static void leaving_read_protection_ends_it(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, HERE, 0x600df00d);
    unlock_options(b);
    wr(b, OPTCR1, 0x0fff0000);
    program_options(b, 0x00005500 | 0xec | SPRMOD | NWRP(1));
    reset_pin(b);
    set_options(b, 0x0fffaaec);
    reset_pin(b);
    assert_int_equal(rd(b, HERE), 0xffffffff);
    assert_false(erase_is_refused(b, 1));
    expect_violations(b, 0);
}

// ---- read protection ----------------------------------------------------------------------------

static const uint32_t level1 = 0x0fff00ec | RDP(0x55);

static void level_1_counts_from_the_next_reset_and_keeps_debuggers_out(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    poke32(b, HERE, 0x600df00d);
    set_options(b, level1);
    assert_int_equal(debugger_rd(b, HERE), 0x600df00d);
    reset_pin(b);
    assert_int_equal(options(b), level1);
    assert_int_equal(sim_chip_ap_read(b->chip, HERE, 4, &v), SIM_BUS_FAULT); // it was here before
    assert_int_equal(sim_chip_ap_read(b->chip, 4, 4, &v), SIM_BUS_FAULT);
    power_cycle(b);
    assert_int_equal(rd(b, HERE), 0x600df00d); // the program
    (void)debugger_rd(b, SRAM);
    assert_int_equal(try_read(b, HERE, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(debugger_rd(b, OPTCR) & ~OPTLOCK, level1);
    assert_int_equal(debugger_rd(b, IDCODE) & 0xfff, rd(b, IDCODE) & 0xfff);
    assert_int_equal(debugger_rd(b, 0x1fff7a20) >> 16, 1024);
    expect_violations(b, 0);
    assert_true(erase_is_refused(b, 1));
    unlock(b);
    program_word(b, HERE + 4, 0);
    assert_int_equal(rd(b, SR), SR_WRPERR);
    assert_int_equal(peek32(b, HERE), 0x600df00d);
    expect_violations(b, 2);
}

static void a_program_of_the_flash_may_write_it_at_level_1(void **state)
{
    struct chip_bench *b = *state;
    set_options(b, level1);
    power_cycle(b);
    assert_false(erase_is_refused(b, 1));
    unlock(b);
    program_word(b, HERE, 0x12345678);
    assert_int_equal(rd(b, HERE), 0x12345678);
    expect_violations(b, 0);
}

static void the_boot_loader_sees_no_flash_at_level_1(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    set_options(b, level1);
    sim_chip_set_boot0(b->chip, true);
    power_cycle(b);
    assert_int_equal(try_read(b, HERE, 4, &v), SIM_BUS_FAULT);
}

static void the_way_back_to_level_0_erases_everything(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    poke32(b, HERE, 0x600df00d);
    poke32(b, OTP, 0x01020304);
    set_options(b, level1);
    power_cycle(b);
    set_bits(b, APB1ENR, 1u << 28);
    set_bits(b, AHB1ENR, 1u << 18);
    wr(b, PWR_CR, 1u << 8);
    wr(b, BKPSRAM, 0x600df00d);
    assert_int_equal(rd(b, BKPSRAM), 0x600df00d);
    (void)debugger_rd(b, SRAM);
    assert_int_equal(sim_chip_ap_read(b->chip, BKPSRAM, 4, &v), SIM_BUS_FAULT);
    unlock(b);
    wr(b, CR, CR_X32);
    unlock_options(b);
    wr(b, OPTCR, 0x0fffaaec | OPTSTRT);
    assert_int_equal(busy_us(b), 8250000); // all sectors, then the options
    assert_int_equal(sim_chip_ap_read(b->chip, FLASH, 4, &v), SIM_BUS_FAULT); // up to a reset
    reset_pin(b);
    assert_int_equal(debugger_rd(b, HERE), 0xffffffff);
    assert_int_equal(debugger_rd(b, OTP), 0x01020304);
    set_bits(b, AHB1ENR, 1u << 18);
    assert_int_equal(debugger_rd(b, BKPSRAM), 0);
    assert_int_equal(b->account.mass_erases, 1);
    expect_violations(b, 0);
}

// From 0 to 1, and between values of level 1, nothing is erased.
static void the_way_up_erases_nothing(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, HERE, 0x600df00d);
    set_options(b, level1);
    reset_pin(b);
    set_options(b, 0x0fff00ec | RDP(0x12));
    reset_pin(b);
    assert_int_equal(options(b), 0x0fff00ec | RDP(0x12));
    assert_int_equal(peek32(b, HERE), 0x600df00d);
    assert_int_equal(b->account.mass_erases, 0);
}

static void a_cut_on_the_way_to_level_0_leaves_level_1_or_an_erased_chip(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, HERE, 0);
    set_options(b, level1);
    power_cycle(b);
    unlock_options(b);
    wr(b, OPTCR, 0x0fffaaec | OPTSTRT);
    run_ns(b, 1000 * NS_PER_MS);
    sim_chip_set_power(b->chip, false);
    run_ns(b, NS_PER_MS);
    power_up(b);
    assert_int_equal(options(b), level1);
    assert_int_not_equal(peek32(b, HERE), 0);
    expect_violations(b, 0); // power is nobody's fault
}

static void level_2_is_for_good(void **state)
{
    struct chip_bench *b = *state;
    set_options(b, 0x0fff00ec | RDP(0xcc));
    assert_true(sim_chip_swd_alive(b->chip));
    sim_chip_set_boot0(b->chip, true);
    power_cycle(b);
    assert_false(sim_chip_swd_alive(b->chip));
    set_bits(b, APB2ENR, 1u << 14);
    assert_int_equal(rd(b, MEMRMP), 0); // it boots its flash, whatever BOOT0 is
    unlock_options(b);
    program_options(b, 0x0fffaaec);
    assert_int_equal(rd(b, SR), SR_WRPERR);
    assert_int_equal(options(b), 0x0fff00ec | RDP(0xcc));
    expect_violations(b, 1);
    power_cycle(b);
    assert_false(sim_chip_swd_alive(b->chip));
}

static void the_board_can_start_with_a_level(void **state)
{
    struct chip_bench *b = *state;
    for (unsigned level = 0; level < 3; level++) {
        assert_int_equal(sim_chip_set_rdp(b->chip, level), ERR_OK);
        power_cycle(b);
        assert_int_equal(sim_chip_swd_alive(b->chip), level < 2);
    }
    assert_int_equal(options(b), 0x0fffccec);
}

// ---- two banks ----------------------------------------------------------------------------------

static void db1m_halves_a_megabyte_from_the_next_reset_on(void **state)
{
    struct chip_bench *b = make_running("stm32f429zg");
    (void)state;
    unlock(b);
    wr(b, CR, CR_SER | CR_SNB(16) | CR_X32 | CR_STRT);
    assert_int_equal(rd(b, SR), SR_WRPERR); // one bank of 12 sectors
    wr(b, SR, SR_WRPERR);
    wr(b, CR, CR_LOCK);
    set_options(b, 0x0fffaaec | DB1M);
    assert_true(erase_is_refused(b, 16));
    reset_pin(b);
    expect_violations(b, 2);
    poke32(b, FLASH + 512 * KIB, 0);
    poke32(b, FLASH + 528 * KIB, 0);
    assert_false(erase_is_refused(b, 16));
    assert_int_equal(peek32(b, FLASH + 512 * KIB), 0xffffffff);
    assert_int_equal(peek32(b, FLASH + 528 * KIB), 0);
    assert_true(erase_is_refused(b, 8)); // each bank has 8
    assert_false(erase_is_refused(b, 23));
    assert_true(erase_is_refused(b, 24));
    drop_chip(b);
}

static uint32_t stack_at_0(struct chip_bench *b)
{
    return rd(b, 0);
}

static void bfb2_boots_the_second_bank_if_there_is_a_program(void **state)
{
    struct chip_bench *b = *state;
    uint32_t first = rd(b, 0);
    set_options(b, 0x0fffaaec | BFB2);
    reset_pin(b);
    assert_int_equal(stack_at_0(b), first); // bank 2 is empty
    poke32(b, BANK2, 0x20000800);
    poke32(b, BANK2 + 4, FLASH + 9);
    poke32(b, BANK2 + 8, 0xe7fe2207); // movs r2, #7; b .
    reset_pin(b);
    assert_int_equal(stack_at_0(b), 0x20000800);
    assert_int_equal(rd(b, FLASH), 0x20000800);
    assert_int_equal(rd(b, BANK2), first);
    assert_int_equal(sim_core_get_reg(sim_chip_core(b->chip), 2), 7);
    set_bits(b, APB2ENR, 1u << 14);
    assert_int_equal(rd(b, MEMRMP), 1u << 8);
    // Sectors are those of the silicon.
    assert_false(erase_is_refused(b, 16));
    assert_int_equal(rd(b, FLASH), 0xffffffff);
    unlock(b);
    program_word(b, FLASH, 0x11223344);
    assert_int_equal(peek32(b, BANK2), 0x11223344);
    wr(b, MEMRMP, 0);
    assert_int_equal(rd(b, FLASH), first);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        f407_test(options_are_programmed_by_optstrt),
        f407_test(what_was_not_programmed_is_lost_with_a_reset),
        f407_test(the_register_takes_bytes_and_halfwords),
        f407_test(bits_that_do_not_exist_read_as_0),
        f407_test(their_cells_are_not_written_like_flash),
        f407_test(the_hardware_watchdog_starts_with_the_next_reset),
        f407_test(protected_sectors_keep_what_they_hold),
        f429_test(the_second_bank_has_a_register_of_its_own),
        cmocka_unit_test(fifteen_bits_stand_for_sixteen_sectors),
        f429_test(with_sprmod_a_bit_of_1_keeps_readers_out),
        f429_test(code_there_runs),
        f429_test(leaving_read_protection_ends_it),
        f407_test(level_1_counts_from_the_next_reset_and_keeps_debuggers_out),
        f407_test(a_program_of_the_flash_may_write_it_at_level_1),
        f407_test(the_boot_loader_sees_no_flash_at_level_1),
        f407_test(the_way_back_to_level_0_erases_everything),
        f407_test(the_way_up_erases_nothing),
        f407_test(a_cut_on_the_way_to_level_0_leaves_level_1_or_an_erased_chip),
        f407_test(level_2_is_for_good),
        f407_test(the_board_can_start_with_a_level),
        cmocka_unit_test(db1m_halves_a_megabyte_from_the_next_reset_on),
        f429_test(bfb2_boots_the_second_bank_if_there_is_a_program),
    };
    return cmocka_run_group_tests_name("sim_sector_options", tests, NULL, NULL);
}
