// SPDX-License-Identifier: MIT
// Option words, read protection, write protection, PCROP and what they decide at a boot, of the
// virtual STM32L0 against RM0367, RM0376 and RM0377 (2.4, 3.4, 3.8).
#include "tests/unit/choose.h"
#include "tests/unit/sim_l0_bench.h"

#define PAGE           128u
#define SECTOR         4096u
#define HERE           (FLASH + SECTOR)
#define USER           0x8070u // as from the factory
#define BFB2           (1u << 7)
#define WDG_SW         (1u << 4)
#define STOP           (1u << 5)
#define BOOTSEL        (1u << 13)
#define NBOOT0         (1u << 14)
#define NBOOT1         (1u << 15)
#define RCC_L0_APB2ENR 0x40021034u
#define RCC_L0_CSR     0x40021050u
#define SYSCFGEN       1u

static uint32_t word(uint32_t half)
{
    return (half & 0xffff) | (~half & 0xffff) << 16;
}

static void poke_option(struct chip_bench *b, unsigned index, uint32_t half)
{
    poke32(b, L0_OPTIONS + 4 * index, word(half));
}

static void write_option(struct chip_bench *b, unsigned index, uint32_t half)
{
    wr(b, L0_OPTIONS + 4 * index, word(half));
    run_ns(b, 2 * T_PROG);
    assert_false(rd(b, NVM_SR) & SR_BSY);
}

static void launch(struct chip_bench *b)
{
    wr(b, NVM_PECR, PECR_LAUNCH);
    run_ns(b, NS_PER_MS);
}

// ---- the words ----------------------------------------------------------------------------------

static void the_factory_s_options_are_open(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, L0_OPTIONS), 0xff5500aa);
    assert_int_equal(rd(b, L0_OPTIONS + 4), 0x7f8f8070);
    assert_int_equal(rd(b, L0_OPTIONS + 8), 0xffff0000);
    assert_int_equal(rd(b, NVM_OPTR), 0x807000aa);
    assert_int_equal(rd(b, NVM_WRPROT1), 0);
    assert_int_equal(rd(b, NVM_WRPROT2), 0);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE);
}

static void a_word_counts_when_it_is_loaded(void **state)
{
    struct chip_bench *b = *state;
    unlock_options(b);
    write_option(b, 1, USER & ~STOP);
    assert_int_equal(rd(b, L0_OPTIONS + 4), word(USER & ~STOP));
    assert_int_equal(rd(b, NVM_OPTR), 0x807000aa);
    launch(b);
    assert_int_equal(rd(b, NVM_OPTR), 0x805000aa);
    assert_true(rd(b, RCC_L0_CSR) & 1u << 25); // OBLRSTF
    assert_int_equal(rd(b, NVM_PECR), PECR_PELOCK | PECR_PRGLOCK | PECR_OPTLOCK);
    expect_violations(b, 0);
}

static void a_word_is_erased_before_it_is_programmed(void **state)
{
    struct chip_bench *b = *state;
    unlock_options(b);
    wr(b, L0_OPTIONS + 8, word(1));
    run_ns(b, 2 * T_PROG - 1);
    assert_true(rd(b, NVM_SR) & SR_BSY);
    assert_int_equal(peek32(b, L0_OPTIONS + 8), 0xffff0000);
    run_ns(b, 1);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_EOP);
    assert_int_equal(rd(b, L0_OPTIONS + 8), word(1));
    wr(b, NVM_PECR, PECR_ERASE); // alone, and the word is erased
    wr(b, L0_OPTIONS + 8, 0x55);
    run_ns(b, T_PROG);
    assert_int_equal(rd(b, L0_OPTIONS + 8), 0);
    wr(b, NVM_PECR, 0);
    wr(b, L0_OPTIONS + 8, word(0)); // into erased cells
    run_ns(b, T_PROG);
    assert_int_equal(rd(b, L0_OPTIONS + 8), word(0));
    expect_violations(b, 0);
}

static void locked_options_and_narrow_writes_are_refused(void **state)
{
    struct chip_bench *b = *state;
    wr(b, L0_OPTIONS + 4, word(0));
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_WRPERR);
    wr(b, NVM_SR, SR_WRPERR);
    unlock_options(b);
    assert_int_equal(try_write(b, L0_OPTIONS + 4, 2, 0), SIM_BUS_OK);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_SIZERR);
    assert_int_equal(peek32(b, L0_OPTIONS + 4), word(USER));
    expect_violations(b, 2);
}

static void a_wrong_complement_is_noted_and_loaded_as_what_is_safe(void **state)
{
    struct chip_bench *b = *state;
    unlock_options(b);
    wr(b, L0_OPTIONS + 8, 0x00000001);
    run_ns(b, 2 * T_PROG);
    expect_violations(b, 1);
    poke32(b, L0_OPTIONS + 4, 0);
    launch(b);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_OPTVERR);
    assert_int_equal(rd(b, NVM_WRPROT1), 0xffff);
    assert_int_equal(rd(b, NVM_OPTR), 0x807000aa);
    wr(b, NVM_SR, SR_OPTVERR);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE);
    poke32(b, L0_OPTIONS, 0); // level 1, with PCROP
    power_cycle(b);
    assert_int_equal(rd(b, NVM_OPTR), 0x80700100);
}

static void obl_launch_needs_its_lock(void **state)
{
    struct chip_bench *b = *state;
    unlock_pe(b);
    launch(b);
    assert_int_equal(rd(b, NVM_PECR), PECR_PRGLOCK | PECR_OPTLOCK);
    expect_violations(b, 1);
    wr(b, NVM_OPTKEYR, 0xfbead9c8);
    wr(b, NVM_OPTKEYR, 0x24252627);
    write_option(b, 2, 2);
    launch(b);
    assert_int_equal(rd(b, NVM_WRPROT1), 2);
    expect_violations(b, 1);
}

// ---- read protection (3.4.1) --------------------------------------------------------------------

static void level_1_shuts_flash_and_eeprom_to_a_debugger(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    assert_int_equal(sim_chip_set_rdp(b->chip, 1), ERR_OK);
    power_cycle(b);
    assert_int_equal(rd(b, NVM_OPTR) & 0xff, 0);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_OK); // nobody is there
    assert_int_equal(try_read(b, L0_EEPROM, 4, &v), SIM_BUS_OK);
    assert_int_equal(sim_chip_ap_read(b->chip, 0x40015800, 4, &v), SIM_BUS_OK);
    assert_int_equal(sim_chip_ap_read(b->chip, FLASH, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(sim_chip_ap_read(b->chip, L0_EEPROM, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_FAULT); // the program, too
    assert_int_equal(sim_chip_ap_read(b->chip, L0_OPTIONS, 4, &v), SIM_BUS_OK);
    assert_int_equal(sim_chip_ap_read(b->chip, 0x1ff8007c, 2, &v), SIM_BUS_OK);
    assert_int_equal(sim_chip_ap_read(b->chip, SRAM, 4, &v), SIM_BUS_OK);
    expect_violations(b, 0);
    unlock_program(b);
    wr(b, HERE, 1);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_WRPERR);
    wr(b, NVM_SR, SR_WRPERR);
    wr(b, L0_EEPROM, 1);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_WRPERR);
    expect_violations(b, 2);
}

static void back_to_level_0_erases_flash_and_eeprom_first(void **state)
{
    struct chip_bench *b = *state;
    poke_option(b, 0, 0x00bb);
    poke_option(b, 2, 0x0004);
    poke32(b, HERE, 0x11);
    poke32(b, L0_EEPROM, 0x22);
    power_cycle(b);
    (void)debugger_rd(b, 0x40015800);
    unlock_options(b);
    wr(b, L0_OPTIONS, word(0x00aa));
    run_ns(b, 6560000 + 2 * T_PROG - 1);
    assert_true(rd(b, NVM_SR) & SR_BSY);
    assert_int_equal(peek32(b, HERE), 0x11);
    run_ns(b, 1);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_EOP);
    assert_int_equal(peek32(b, HERE), 0);
    assert_int_equal(peek32(b, L0_EEPROM), 0);
    assert_int_equal(peek32(b, L0_OPTIONS), 0xff5500aa);
    assert_int_equal(peek32(b, L0_OPTIONS + 8), word(4)); // not touched (3.4.4)
    assert_int_equal(b->account.mass_erases, 1);
    assert_int_equal(sim_chip_erase_count(b->chip, HERE), 1);
    launch(b);
    assert_int_equal(rd(b, NVM_OPTR) & 0xff, 0xaa);
    expect_violations(b, 0);
}

static void a_cut_in_the_mass_erase_leaves_level_1(void **state)
{
    struct chip_bench *b = *state;
    poke_option(b, 0, 0x00bb);
    for (unsigned i = 0; i < PAGE; i += 4)
        poke32(b, HERE + i, 0xffffffff);
    power_cycle(b);
    unlock_options(b);
    wr(b, L0_OPTIONS, word(0x00aa));
    run_ns(b, T_PROG);
    power_cycle(b);
    assert_int_equal(peek32(b, L0_OPTIONS), word(0x00bb));
    unsigned whole = 0;
    for (unsigned i = 0; i < PAGE; i += 4)
        whole += peek32(b, HERE + i) == 0xffffffff;
    assert_true(whole < PAGE / 4);
}

static void another_word_for_level_1_erases_nothing(void **state)
{
    struct chip_bench *b = *state;
    poke_option(b, 0, 0x00bb);
    poke32(b, HERE, 0x11);
    power_cycle(b);
    unlock_options(b);
    write_option(b, 0, 0x0012);
    assert_int_equal(peek32(b, HERE), 0x11);
    wr(b, L0_OPTIONS, 0x000000aa); // its complement is missing: it is no level 0
    run_ns(b, 4 * T_PROG);
    assert_int_equal(peek32(b, HERE), 0x11);
    expect_violations(b, 1);
}

static void level_2_has_no_debug_port_and_takes_no_option(void **state)
{
    struct chip_bench *b = *state;
    assert_true(sim_chip_swd_alive(b->chip));
    unlock_options(b);
    write_option(b, 0, 0x00cc);
    assert_true(sim_chip_swd_alive(b->chip)); // not loaded yet
    launch(b);
    assert_false(sim_chip_swd_alive(b->chip));
    unlock_options(b);
    wr(b, L0_OPTIONS, word(0x00aa));
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_WRPERR);
    run_ns(b, 4 * T_PROG);
    assert_int_equal(peek32(b, L0_OPTIONS), word(0x00cc));
    expect_violations(b, 1);
}

// ---- write protection and PCROP (3.4.2 to 3.4.4) ------------------------------------------------

static void a_protected_sector_is_neither_programmed_nor_erased(void **state)
{
    struct chip_bench *b = *state;
    poke_option(b, 2, 1u << 1);
    power_cycle(b);
    assert_int_equal(rd(b, NVM_WRPROT1), 2);
    run_in_sram(b);
    unlock_program(b);
    wr(b, HERE, 1);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_WRPERR);
    wr(b, NVM_SR, SR_WRPERR);
    wr(b, NVM_PECR, PECR_PROG | PECR_ERASE);
    wr(b, HERE + SECTOR - PAGE, 0);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_WRPERR);
    wr(b, NVM_SR, SR_WRPERR);
    expect_violations(b, 2);
    wr(b, HERE + SECTOR, 0); // the next one is open
    run_ns(b, T_PROG);
    wr(b, HERE - PAGE, 0); // and so is the one before
    run_ns(b, T_PROG);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_EOP);
    expect_violations(b, 2);
}

static void forty_eight_sectors_have_three_words(void **state)
{
    struct chip_bench *b = make_l0("stm32l072cz");
    (void)state;
    poke_option(b, 3, 1u << 4);  // sector 20
    poke_option(b, 4, 1u << 15); // sector 47
    power_cycle(b);
    run_in_sram(b);
    assert_int_equal(rd(b, NVM_WRPROT1), 1u << 20);
    assert_int_equal(rd(b, NVM_WRPROT2), 1u << 15);
    unlock_program(b);
    wr(b, FLASH + 20 * SECTOR, 1);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_WRPERR);
    wr(b, NVM_SR, SR_WRPERR);
    wr(b, FLASH + 47 * SECTOR, 1);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_WRPERR);
    wr(b, NVM_SR, SR_WRPERR);
    wr(b, FLASH + 46 * SECTOR, 1);
    assert_true(rd(b, NVM_SR) & SR_BSY);
    expect_violations(b, 2);
    drop_chip(b);
}

static void pcrop_turns_the_bits_over_and_shuts_reads(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    poke_option(b, 0, 0x01aa);
    poke_option(b, 2, 0xffff & ~(1u << 1)); // sector 1
    power_cycle(b);
    run_in_sram(b);
    assert_int_equal(sim_chip_ap_read(b->chip, FLASH, 4, &v), SIM_BUS_OK);
    assert_int_equal(sim_chip_ap_read(b->chip, HERE, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_RDERR);
    wr(b, NVM_SR, SR_RDERR);
    assert_int_equal(try_read(b, HERE, 4, &v), SIM_BUS_FAULT); // of data, by the core
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_RDERR);
    wr(b, NVM_SR, SR_RDERR);
    sim_chip_bus(b->chip)->fetch = true;
    assert_int_equal(try_read(b, HERE, 4, &v), SIM_BUS_OK);
    sim_chip_bus(b->chip)->fetch = false;
    unlock_program(b);
    wr(b, HERE, 1);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_WRPERR);
    expect_violations(b, 1);
}

static void pcrop_grows_and_ends_with_a_mass_erase_only(void **state)
{
    struct chip_bench *b = *state;
    poke_option(b, 0, 0x01aa);
    poke_option(b, 2, 0xfffd);
    power_cycle(b);
    unlock_options(b);
    wr(b, L0_OPTIONS, word(0x00aa));
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_WRPERR);
    wr(b, NVM_SR, SR_WRPERR);
    wr(b, L0_OPTIONS + 8, word(0xffff));
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_WRPERR);
    wr(b, NVM_SR, SR_WRPERR);
    expect_violations(b, 2);
    write_option(b, 2, 0xfffc);
    write_option(b, 0, 0x01bb); // level 1
    launch(b);
    unlock_options(b);
    wr(b, L0_OPTIONS, word(0x00aa));
    run_ns(b, 6560000 + 2 * T_PROG);
    launch(b);
    assert_int_equal(rd(b, NVM_OPTR), 0x807000aa);
    expect_violations(b, 2);
}

// ---- what the user word decides -----------------------------------------------------------------

enum { MAIN = 0, SYSTEM = 1, IN_SRAM = 3 };

static unsigned boot_mode(struct chip_bench *b)
{
    wr(b, RCC_L0_APB2ENR, SYSCFGEN);
    unsigned mode = rd(b, SYSCFG_CFGR1);
    assert_int_equal(mode >> 8 & 3, mode & 3); // BOOT_MODE is what MEM_MODE began with
    return mode & 3;
}

static unsigned booted(const char *name, bool boot0, uint32_t user, bool blank)
{
    struct chip_bench *b = make_chip(name);
    if (!blank)
        poke_loop(b);
    poke_option(b, 1, user);
    sim_chip_set_boot0(b->chip, boot0);
    power_up(b);
    unsigned mode = boot_mode(b);
    drop_chip(b);
    return mode;
}

static void boot0_and_nboot1_choose_what_boots(void **state)
{
    (void)state;
    assert_int_equal(booted("stm32l053r8", false, USER, false), MAIN);
    assert_int_equal(booted("stm32l053r8", true, USER, false), SYSTEM);
    assert_int_equal(booted("stm32l053r8", true, USER & ~NBOOT1, false), IN_SRAM);
    assert_int_equal(booted("stm32l053r8", false, USER & ~NBOOT1, false), MAIN);
    assert_int_equal(booted("stm32l053r8", true, USER | BOOTSEL | NBOOT0, false), SYSTEM);
    assert_int_equal(booted("stm32l053r8", false, USER, true), MAIN); // no empty check
}

static void category_1_has_nboot_sel_and_an_empty_check(void **state)
{
    (void)state;
    assert_int_equal(booted("stm32l011k4", true, USER | BOOTSEL | NBOOT0, false), MAIN);
    assert_int_equal(booted("stm32l011k4", false, USER | BOOTSEL, false), SYSTEM);
    assert_int_equal(booted("stm32l011k4", false, USER, false), MAIN);
    assert_int_equal(booted("stm32l011k4", false, USER, true), SYSTEM);
    assert_int_equal(booted("stm32l021f4", true, USER, false), SYSTEM);
    assert_int_equal(booted("stm32l031k6", false, USER, true), MAIN);
}

#define BANK2 (FLASH + 96 * 1024)

static void bfb2_boots_the_second_bank_if_that_holds_a_program(void **state)
{
    struct chip_bench *b = make_chip("stm32l073rz");
    (void)state;
    poke_loop(b);
    poke_option(b, 1, USER | BFB2);
    power_up(b);
    wr(b, RCC_L0_APB2ENR, SYSCFGEN);
    assert_int_equal(rd(b, SYSCFG_CFGR1) & 8, 0); // nothing there
    poke32(b, BANK2, SRAM + 0x500);
    poke32(b, BANK2 + 4, FLASH + 0x11);
    poke32(b, BANK2 + 0x10, 0xe7fee7fe);
    power_cycle(b);
    wr(b, RCC_L0_APB2ENR, SYSCFGEN);
    assert_int_equal(rd(b, SYSCFG_CFGR1), 8); // UFB
    assert_int_equal(sim_core_get_reg(sim_chip_core(b->chip), 15), FLASH + 0x10);
    assert_int_equal(sim_core_get_reg(sim_chip_core(b->chip), 13), SRAM + 0x500);
    assert_int_equal(rd(b, FLASH), SRAM + 0x500);
    poke_option(b, 1, USER);
    power_cycle(b);
    assert_int_equal(sim_core_get_reg(sim_chip_core(b->chip), 15), FLASH + 8);
    expect_violations(b, 0);
    drop_chip(b);
}

static void the_watchdog_can_be_started_by_hardware(void **state)
{
    struct chip_bench *b = *state;
    poke_option(b, 1, USER & ~WDG_SW);
    power_cycle(b);
    // 4096 counts of 4 periods of 37 kHz.
    run_ns(b, 4096ull * 4 * 1000000000 / 37000 + 10 * NS_PER_MS);
    assert_true(rd(b, RCC_L0_CSR) & 1u << 29);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        l0_test(the_factory_s_options_are_open),
        l0_test(a_word_counts_when_it_is_loaded),
        l0_test(a_word_is_erased_before_it_is_programmed),
        l0_test(locked_options_and_narrow_writes_are_refused),
        l0_test(a_wrong_complement_is_noted_and_loaded_as_what_is_safe),
        l0_test(obl_launch_needs_its_lock),
        l0_test(level_1_shuts_flash_and_eeprom_to_a_debugger),
        l0_test(back_to_level_0_erases_flash_and_eeprom_first),
        l0_test(a_cut_in_the_mass_erase_leaves_level_1),
        l0_test(another_word_for_level_1_erases_nothing),
        l0_test(level_2_has_no_debug_port_and_takes_no_option),
        l0_test(a_protected_sector_is_neither_programmed_nor_erased),
        cmocka_unit_test(forty_eight_sectors_have_three_words),
        l0_test(pcrop_turns_the_bits_over_and_shuts_reads),
        l0_test(pcrop_grows_and_ends_with_a_mass_erase_only),
        cmocka_unit_test(boot0_and_nboot1_choose_what_boots),
        cmocka_unit_test(category_1_has_nboot_sel_and_an_empty_check),
        cmocka_unit_test(bfb2_boots_the_second_bank_if_that_holds_a_program),
        l0_test(the_watchdog_can_be_started_by_hardware),
    };
    return cmocka_run_group_tests_name("sim_nvm_options", tests, NULL, NULL);
}
