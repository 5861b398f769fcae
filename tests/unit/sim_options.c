// SPDX-License-Identifier: MIT
// Option bytes and read protection of the virtual chip against RM0091 (3.2.2, 3.3.1, 3.5.5, 3.5.7
// and 4).
#include "tests/unit/choose.h"
#include "tests/unit/sim_chip_bench.h"

#define KEY1 0x45670123u
#define KEY2 0xcdef89abu

#define SR_BSY        (1u << 0)
#define SR_PGERR      (1u << 2)
#define SR_WRPRTERR   (1u << 4)
#define SR_EOP        (1u << 5)
#define CR_PG         (1u << 0)
#define CR_PER        (1u << 1)
#define CR_MER        (1u << 2)
#define CR_OPTPG      (1u << 4)
#define CR_OPTER      (1u << 5)
#define CR_STRT       (1u << 6)
#define CR_LOCK       (1u << 7)
#define CR_OPTWRE     (1u << 9)
#define CR_OBL_LAUNCH (1u << 13)
#define CSR_OBLRSTF   (1u << 25)
#define CSR_RMVF      (1u << 24)

static void unlock_options(struct chip_bench *b)
{
    wr(b, FLASH_KEYR, KEY1);
    wr(b, FLASH_KEYR, KEY2);
    wr(b, FLASH_OPTKEYR, KEY1);
    wr(b, FLASH_OPTKEYR, KEY2);
}

static void erase_options(struct chip_bench *b)
{
    wr(b, FLASH_CR, CR_OPTWRE | CR_OPTER);
    wr(b, FLASH_CR, CR_OPTWRE | CR_OPTER | CR_STRT);
    run_ns(b, 40 * NS_PER_MS);
}

static void program_option(struct chip_bench *b, unsigned at, uint16_t value)
{
    wr(b, FLASH_CR, CR_OPTWRE | CR_OPTPG);
    assert_int_equal(try_write(b, OPTIONS + at, 2, value), SIM_BUS_OK);
    run_ns(b, 100 * NS_PER_MS);
}

static void launch(struct chip_bench *b)
{
    wr(b, FLASH_CR, CR_OBL_LAUNCH);
    run_ns(b, NS_PER_MS);
}

static uint16_t option(struct chip_bench *b, unsigned at)
{
    uint8_t bytes[2];
    assert_true(sim_chip_peek(b->chip, OPTIONS + at, bytes, 2));
    return get_le16(bytes);
}

static void poke_option(struct chip_bench *b, unsigned at, uint8_t value, uint8_t complement)
{
    const uint8_t pair[2] = {value, complement};
    assert_true(sim_chip_poke(b->chip, OPTIONS + at, pair, 2));
}

// ---- locks and cells ----------------------------------------------------------------------------

static void the_factory_s_bytes_are_level_0_and_ones(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, OPTIONS), 0x00ff55aa);
    assert_int_equal(rd(b, OPTIONS + 12), 0x00ff00ff);
    assert_int_equal(rd(b, FLASH_OBR), 0xffffff00);
    assert_int_equal(rd(b, FLASH_WRPR), 0xffffffff);
}

static void options_have_a_lock_of_their_own_with_the_same_keys(void **state)
{
    struct chip_bench *b = *state;
    wr(b, FLASH_KEYR, KEY1);
    wr(b, FLASH_KEYR, KEY2);
    assert_int_equal(rd(b, FLASH_CR), 0);
    wr(b, FLASH_OPTKEYR, KEY1);
    wr(b, FLASH_OPTKEYR, KEY2);
    assert_int_equal(rd(b, FLASH_CR), CR_OPTWRE);
    wr(b, FLASH_CR, 0); // OPTWRE is cleared by writing 0
    assert_int_equal(rd(b, FLASH_CR), 0);
    wr(b, FLASH_OPTKEYR, KEY1);
    wr(b, FLASH_OPTKEYR, KEY2);
    wr(b, FLASH_CR, CR_OPTWRE | CR_LOCK);
    assert_int_equal(rd(b, FLASH_CR), CR_LOCK);
    expect_violations(b, 0);
}

static void a_wrong_option_key_locks_the_options_until_the_next_reset(void **state)
{
    struct chip_bench *b = *state;
    wr(b, FLASH_KEYR, KEY1);
    wr(b, FLASH_KEYR, KEY2);
    assert_int_equal(try_write(b, FLASH_OPTKEYR, 4, 0x08192a3b), SIM_BUS_FAULT);
    assert_int_equal(try_write(b, FLASH_OPTKEYR, 4, KEY1), SIM_BUS_FAULT);
    assert_int_equal(rd(b, FLASH_CR), 0); // the flash itself stays open
}

static void an_option_key_wants_the_flash_unlocked(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(try_write(b, FLASH_OPTKEYR, 4, KEY1), SIM_BUS_FAULT);
    expect_violations(b, 1);
}

static void a_locked_option_byte_cannot_be_written_or_erased(void **state)
{
    struct chip_bench *b = *state;
    wr(b, FLASH_KEYR, KEY1);
    wr(b, FLASH_KEYR, KEY2);
    wr(b, FLASH_CR, CR_OPTPG);
    assert_int_equal(try_write(b, OPTIONS + 4, 2, 0), SIM_BUS_FAULT);
    wr(b, FLASH_CR, CR_OPTER | CR_STRT);
    assert_int_equal(rd(b, FLASH_SR), 0);
    assert_int_equal(option(b, 4), 0x00ff);
    expect_violations(b, 2);
}

static void the_hardware_makes_the_complement(void **state)
{
    struct chip_bench *b = *state;
    unlock_options(b);
    erase_options(b);
    assert_int_equal(rd(b, FLASH_SR), SR_EOP);
    assert_int_equal(option(b, 0), 0xffff);
    assert_int_equal(option(b, 14), 0xffff);
    program_option(b, 0, 0x00aa);
    program_option(b, 4, 0xbe12); // the upper byte does not matter
    assert_int_equal(option(b, 0), 0x55aa);
    assert_int_equal(option(b, 4), 0xed12);
    expect_violations(b, 0);
}

static void an_option_byte_is_programmed_once(void **state)
{
    struct chip_bench *b = *state;
    unlock_options(b);
    program_option(b, 4, 0x12);
    assert_int_equal(rd(b, FLASH_SR), SR_PGERR);
    assert_int_equal(option(b, 4), 0x00ff);
    expect_violations(b, 1);
}

static void an_option_byte_takes_halfwords(void **state)
{
    struct chip_bench *b = *state;
    unlock_options(b);
    erase_options(b);
    wr(b, FLASH_CR, CR_OPTWRE | CR_OPTPG);
    assert_int_equal(try_write(b, OPTIONS + 4, 4, 0), SIM_BUS_FAULT);
    assert_int_equal(try_write(b, OPTIONS + 4, 1, 0), SIM_BUS_FAULT);
    assert_int_equal(option(b, 4), 0xffff);
}

// ---- loading (4, 3.5.5) -------------------------------------------------------------------------

static void what_is_programmed_counts_after_a_launch_and_not_after_a_reset(void **state)
{
    struct chip_bench *b = *state;
    unlock_options(b);
    erase_options(b);
    program_option(b, 0, 0xaa);
    program_option(b, 2, 0xef); // nBOOT1 = 0
    program_option(b, 4, 0x34);
    program_option(b, 6, 0x12);
    assert_int_equal(rd(b, FLASH_OBR), 0xffffff00);
    sim_chip_set_nrst(b->chip, true);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, FLASH_OBR), 0xffffff00);
    wr(b, RCC_CSR, CSR_RMVF);
    launch(b);
    assert_int_equal(rd(b, FLASH_OBR), 0x1234ef00);
    assert_true(rd(b, RCC_CSR) & CSR_OBLRSTF);
    expect_violations(b, 0);
}

static void a_launch_needs_no_unlocking_and_resets_the_core(void **state)
{
    struct chip_bench *b = *state;
    halt_core(b);
    debugger_wr(b, FLASH_CR, CR_OBL_LAUNCH);
    run_ns(b, NS_PER_MS);
    assert_false(sim_core_is_halted(sim_chip_core(b->chip)));
    assert_true(debugger_rd(b, DHCSR) & 1u << 25); // S_RESET_ST
    expect_violations(b, 0);
}

static void a_complement_that_does_not_fit_loads_as_ones_with_opterr(void **state)
{
    struct chip_bench *b = *state;
    poke_option(b, 4, 0x12, 0x34);
    poke_option(b, 8, 0x00, 0xfe);
    launch(b);
    assert_int_equal(rd(b, FLASH_OBR), 0xffffff01);
    assert_int_equal(rd(b, FLASH_WRPR), 0xffffffff);
}

static void erased_option_bytes_load_as_ones_without_an_error(void **state)
{
    struct chip_bench *b = *state;
    for (unsigned at = 2; at < 16; at += 2)
        poke_option(b, at, 0xff, 0xff);
    launch(b);
    assert_int_equal(rd(b, FLASH_OBR), 0xffffff00);
}

static void wdg_sw_0_starts_the_watchdog_with_the_chip(void **state)
{
    struct chip_bench *b = *state;
    poke_option(b, 2, 0xfe, 0x01);
    launch(b);
    wr(b, RCC_CSR, CSR_RMVF);
    run_ns(b, 420 * NS_PER_MS); // 4096 counts of LSI / 4
    assert_true(rd(b, RCC_CSR) & 1u << 29);
}

// ---- read protection (3.3.1) --------------------------------------------------------------------

static struct chip_bench *at_level(unsigned level)
{
    struct chip_bench *b = make_chip("stm32f072rb");
    poke_loop(b);
    assert_int_equal(sim_chip_set_rdp(b->chip, level), ERR_OK);
    power_up(b);
    return b;
}

static void anything_but_aa_and_cc_is_level_1(void **state)
{
    static const struct {
        uint8_t rdp, complement;
        unsigned bits;
    } cases[] = {{0xaa, 0x55, 0}, {0x00, 0xff, 1}, {0xff, 0xff, 1}, {0xaa, 0x54, 1},
                 {0xbb, 0x44, 1}, {0xcc, 0x32, 1}, {0xa5, 0x5a, 1}, {0xcc, 0x33, 3}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct chip_bench *b = make_chip("stm32f031k6");
        poke_loop(b);
        poke_option(b, 0, cases[i].rdp, cases[i].complement);
        power_up(b);
        assert_int_equal(rd(b, FLASH_OBR) >> 1 & 3, cases[i].bits);
        drop_chip(b);
    }
}

static void at_level_1_the_program_owns_its_flash_until_a_debugger_comes(void **state)
{
    struct chip_bench *b = at_level(1);
    uint32_t v;
    (void)state;
    assert_int_equal(rd(b, FLASH + 8) & 0xffff, 0xe7fe);
    // The private bus does not count as access (stm32-facts, and reports on G0).
    debugger_rd(b, DHCSR);
    uint32_t word;
    assert_true(sim_chip_peek_word(b->chip, SRAM, &word)); // that is no debugger
    assert_true(sim_chip_poke_word(b->chip, SRAM, word));
    assert_int_equal(rd(b, FLASH + 8) & 0xffff, 0xe7fe);
    debugger_rd(b, SRAM);
    assert_int_equal(try_read(b, FLASH + 8, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(try_read(b, 8, 4, &v), SIM_BUS_FAULT);
    run_ns(b, NS_PER_MS);
    assert_true(sim_core_is_locked_up(sim_chip_core(b->chip)));
    drop_chip(b);
}

static void a_debugger_at_level_1_reads_all_but_the_flash(void **state)
{
    struct chip_bench *b = at_level(1);
    uint32_t v;
    (void)state;
    assert_int_equal(sim_chip_ap_read(b->chip, FLASH, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(debugger_rd(b, 0x40015800) & 0xfff, 0x448);
    assert_int_equal(debugger_rd(b, 0x1ffff7cc) & 0xffff, 128);
    assert_int_equal(debugger_rd(b, FLASH_OBR) & 6, 2);
    assert_int_equal(debugger_rd(b, OPTIONS) & 0xff, 0xbb);
    debugger_wr(b, SRAM, 0x12345678);
    assert_int_equal(debugger_rd(b, SRAM), 0x12345678);
    halt_core(b);
    drop_chip(b);
}

static void at_level_1_erasing_and_programming_set_pgerr(void **state)
{
    struct chip_bench *b = at_level(1);
    (void)state;
    debugger_wr(b, FLASH_KEYR, KEY1);
    debugger_wr(b, FLASH_KEYR, KEY2);
    debugger_wr(b, FLASH_CR, CR_PG);
    assert_int_equal(sim_chip_ap_write(b->chip, FLASH + 0x1000, 2, 0x1234), SIM_BUS_OK);
    assert_int_equal(debugger_rd(b, FLASH_SR), SR_PGERR);
    debugger_wr(b, FLASH_SR, SR_PGERR);
    debugger_wr(b, FLASH_CR, CR_MER);
    debugger_wr(b, FLASH_CR, CR_MER | CR_STRT);
    assert_int_equal(debugger_rd(b, FLASH_SR), SR_PGERR);
    debugger_wr(b, FLASH_SR, SR_PGERR);
    debugger_wr(b, FLASH_CR, CR_PER);
    debugger_wr(b, FLASH_AR, FLASH);
    debugger_wr(b, FLASH_CR, CR_PER | CR_STRT);
    assert_int_equal(debugger_rd(b, FLASH_SR), SR_PGERR);
    assert_int_equal(b->account.mass_erases + b->account.pages_erased, 0);
    drop_chip(b);
}

static void level_1_forgets_the_debugger_with_power_and_not_with_a_reset(void **state)
{
    struct chip_bench *b = at_level(1);
    uint32_t v;
    (void)state;
    debugger_rd(b, SRAM);
    sim_chip_set_nrst(b->chip, true);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_FAULT);
    power_cycle(b);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_OK);
    drop_chip(b);
}

static void at_level_1_a_boot_loader_sees_no_flash(void **state)
{
    struct chip_bench *b = at_level(1);
    uint32_t v;
    (void)state;
    // A program that maps SRAM to address 0 has still been booted from flash (9.1.1).
    wr(b, RCC_APB2ENR, 1);
    wr(b, SYSCFG_CFGR1, 3);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_OK);
    sim_chip_set_boot0(b->chip, true);
    power_cycle(b);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_FAULT);
    drop_chip(b);
}

static void leaving_level_1_erases_the_flash_first(void **state)
{
    struct chip_bench *b = at_level(1);
    (void)state;
    debugger_rd(b, SRAM);
    unlock_options(b);
    erase_options(b);
    wr(b, FLASH_CR, CR_OPTWRE | CR_OPTPG);
    assert_int_equal(try_write(b, OPTIONS, 2, 0xaa), SIM_BUS_OK);
    run_ns(b, 30 * NS_PER_MS);
    assert_int_equal(rd(b, FLASH_SR) & SR_BSY, SR_BSY); // the halfword comes behind the mass erase
    run_ns(b, 60 * NS_PER_US);
    assert_int_equal(rd(b, FLASH_SR), SR_EOP);
    assert_int_equal(b->account.mass_erases, 1);
    assert_int_equal(rd(b, FLASH_OBR) & 6, 2); // still
    launch(b);
    assert_int_equal(rd(b, FLASH_OBR) & 6, 0);
    assert_int_equal(rd(b, FLASH), 0xffffffff);
    drop_chip(b);
}

static void a_cut_during_the_mass_erase_leaves_level_1(void **state)
{
    struct chip_bench *b = at_level(1);
    (void)state;
    unlock_options(b);
    erase_options(b);
    wr(b, FLASH_CR, CR_OPTWRE | CR_OPTPG);
    assert_int_equal(try_write(b, OPTIONS, 2, 0xaa), SIM_BUS_OK);
    run_ns(b, 10 * NS_PER_MS);
    power_cycle(b);
    assert_int_equal(rd(b, FLASH_OBR) & 6, 2);
    drop_chip(b);
}

static void programming_aa_at_level_0_erases_nothing(void **state)
{
    struct chip_bench *b = *state;
    unlock_options(b);
    erase_options(b);
    program_option(b, 0, 0xaa);
    assert_int_equal(b->account.mass_erases, 0);
    launch(b);
    assert_int_equal(rd(b, FLASH_OBR) & 6, 0);
    assert_int_equal(rd(b, FLASH + 8) & 0xffff, 0xe7fe);
}

static void at_level_2_the_debug_port_is_dead_under_reset_too(void **state)
{
    struct chip_bench *b = at_level(2);
    uint32_t v;
    (void)state;
    assert_false(sim_chip_swd_alive(b->chip));
    assert_int_equal(sim_chip_ap_read(b->chip, SRAM, 4, &v), SIM_BUS_FAULT);
    sim_chip_set_nrst(b->chip, true);
    assert_false(sim_chip_swd_alive(b->chip));
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, FLASH + 8) & 0xffff, 0xe7fe); // the program runs
    drop_chip(b);
}

static void at_level_2_only_the_flash_boots_and_options_stay(void **state)
{
    struct chip_bench *b = at_level(2);
    (void)state;
    sim_chip_set_boot0(b->chip, true);
    power_cycle(b);
    assert_int_equal(rd(b, 0), rd(b, FLASH));
    unlock_options(b);
    erase_options(b);
    assert_int_equal(rd(b, FLASH_SR), SR_WRPRTERR);
    assert_int_equal(option(b, 0), 0x33cc);
    drop_chip(b);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        bench_test(the_factory_s_bytes_are_level_0_and_ones),
        bench_test(options_have_a_lock_of_their_own_with_the_same_keys),
        bench_test(a_wrong_option_key_locks_the_options_until_the_next_reset),
        bench_test(an_option_key_wants_the_flash_unlocked),
        bench_test(a_locked_option_byte_cannot_be_written_or_erased),
        bench_test(the_hardware_makes_the_complement),
        bench_test(an_option_byte_is_programmed_once),
        bench_test(an_option_byte_takes_halfwords),
        bench_test(what_is_programmed_counts_after_a_launch_and_not_after_a_reset),
        bench_test(a_launch_needs_no_unlocking_and_resets_the_core),
        bench_test(a_complement_that_does_not_fit_loads_as_ones_with_opterr),
        bench_test(erased_option_bytes_load_as_ones_without_an_error),
        bench_test(wdg_sw_0_starts_the_watchdog_with_the_chip),
        cmocka_unit_test(anything_but_aa_and_cc_is_level_1),
        cmocka_unit_test(at_level_1_the_program_owns_its_flash_until_a_debugger_comes),
        cmocka_unit_test(a_debugger_at_level_1_reads_all_but_the_flash),
        cmocka_unit_test(at_level_1_erasing_and_programming_set_pgerr),
        cmocka_unit_test(level_1_forgets_the_debugger_with_power_and_not_with_a_reset),
        cmocka_unit_test(at_level_1_a_boot_loader_sees_no_flash),
        cmocka_unit_test(leaving_level_1_erases_the_flash_first),
        cmocka_unit_test(a_cut_during_the_mass_erase_leaves_level_1),
        bench_test(programming_aa_at_level_0_erases_nothing),
        cmocka_unit_test(at_level_2_the_debug_port_is_dead_under_reset_too),
        cmocka_unit_test(at_level_2_only_the_flash_boots_and_options_stay),
    };
    return cmocka_run_group_tests_name("sim_options", tests, NULL, NULL);
}
