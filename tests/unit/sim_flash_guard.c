// SPDX-License-Identifier: MIT
// What the virtual flash controller for double words protects, its options, read protection, and
// two banks (RM0444, 3.3.9, 3.4 and 3.5; RM0490, 4.4 and 4.5).
#include "tests/unit/choose.h"
#include <unistd.h>

#include "tests/unit/sim_m0p_bench.h"

#define TARGET  (FLASH + 0x1000u) // page 2
#define LEVEL1  0xfffffebbu
#define LEVEL0  0xfffffeaau
#define CSR     0x40021060u
#define OBLRSTF (1u << 25)

// ---- options ------------------------------------------------------------------------------------

static void option_registers_take_nothing_while_locked(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    wr(b, DW_OPTR, 0);
    wr(b, DW_CR, CR_OPTSTRT);
    wr(b, DW_CR, CR_OBL);
    assert_int_equal(rd(b, DW_SR), 0);
    assert_int_equal(rd(b, DW_OPTR) & 0x3f4fffff, 0x3f4ffeaa);
    expect_violations(b, 3);
}

static void options_are_words_with_complements_and_count_when_loaded(void **state)
{
    struct chip_bench *b = *state;
    unlock_options(b);
    wr(b, DW_OPTR, 0xfffdfeaa); // IWDG_STOP
    wr(b, DW_WRP1A, 0x00050003);
    assert_int_equal(rd(b, DW_WRP1A), 0x3f); // as loaded last
    wr(b, DW_CR, CR_OPTSTRT);
    assert_int_equal(rd(b, DW_SR), SR_BSY1);
    assert_true(rd(b, DW_CR) & CR_OPTSTRT);
    run_ns(b, 100 * NS_PER_MS);
    assert_int_equal(rd(b, DW_SR), 0);
    assert_int_equal(peek32(b, DW_CELLS), 0xfffdfeaa);
    assert_int_equal(peek32(b, DW_CELLS + 4), ~0xfffdfeaau);
    assert_int_equal(peek32(b, DW_CELLS + 0x18) & 0x003f003f, 0x00050003);
    assert_int_equal(rd(b, DW_WRP1A), 0x3f);
    load_options(b);
    assert_int_equal(rd(b, DW_WRP1A), 0x00050003);
    assert_int_equal(rd(b, DW_OPTR) & 0x3f4fffff, 0x3f4dfeaa);
    assert_true(rd(b, CSR) & OBLRSTF);
    assert_int_equal(rd(b, DW_SR), 0);
    expect_violations(b, 0);
}

static void a_value_line_has_fewer_options_and_the_rest_is_as_delivered(void **state)
{
    struct chip_bench *b = make_running("stm32g030f6");
    (void)state;
    assert_int_equal(rd(b, DW_OPTR), 0xfffffeaa);
    unlock_options(b);
    wr(b, DW_OPTR, 0x00000100 | 0xaa); // BOR_EN, which is not there; all others 0
    wr(b, DW_PCROP1AS, 0);
    program_options(b);
    load_options(b);
    assert_int_equal(rd(b, DW_OPTR), 0xf8b09eaa);
    assert_int_equal(rd(b, DW_PCROP1AS), 0);
    assert_int_equal(peek32(b, DW_CELLS), 0xf8b09eaa);
    drop_chip(b);
}

// Check bits that do not fit, and what was programmed once.
static void a_store_keeps_all_of_it(void **state)
{
    struct chip_bench *b = *state;
    char path[] = "/tmp/sim_flash_guard.XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    unlock_flash(b);
    program_dw(b, DW_OTP, 0x11223344, 0x55667788);
    program_dw(b, TARGET, 0xffffffff, 0xffffffff);
    wr(b, DW_CR, CR_PG);
    wr(b, TARGET + 8, 1);
    wr(b, TARGET + 12, 2);
    sim_chip_set_power(b->chip, false); // in the middle
    assert_int_equal(sim_chip_store_write(b->chip, path), ERR_OK);
    struct chip_bench *again = make_chip("stm32g071rb");
    assert_int_equal(sim_chip_store_read(again->chip, path), ERR_OK);
    unlink(path);
    power_up(again);
    assert_int_equal(rd(again, DW_OTP), 0x11223344);
    (void)rd(again, TARGET + 8);
    assert_true(rd(again, DW_ECCR) & 3u << 30);
    unlock_flash(again);
    program_dw(again, TARGET, 1, 2);
    assert_int_equal(rd(again, DW_SR), SR_PROGERR);
    drop_chip(again);
}

static void what_was_not_programmed_is_gone_with_a_reset(void **state)
{
    struct chip_bench *b = *state;
    unlock_options(b);
    wr(b, DW_WRP1A, 0x00050003);
    load_options(b);
    assert_int_equal(rd(b, DW_WRP1A), 0x3f);
    unlock_options(b);
    program_options(b);
    assert_int_equal(peek32(b, DW_CELLS + 0x18) & 0x003f003f, 0x3f);
}

static void words_that_do_not_fit_make_it_safe_and_say_so(void **state)
{
    static const uint8_t broken[8] = {0xaa, 0xfe, 0xff, 0xff, 0, 0, 0, 0};
    struct chip_bench *b = make_chip("stm32g071rb");
    (void)state;
    poke_loop(b);
    assert_true(sim_chip_poke(b->chip, DW_CELLS, broken, 8));
    power_up(b);
    assert_int_equal(rd(b, DW_SR), SR_OPTVERR);
    wr(b, DW_SR, SR_OPTVERR);
    assert_int_equal(rd(b, DW_SR), 0);
    sim_chip_set_nrst(b->chip, true);
    run_ns(b, NS_PER_MS);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, DW_SR), SR_OPTVERR);     // again at each reset
    assert_int_equal(rd(b, DW_OPTR) & 0x1ff, 0xff); // level 1, no BOR
    uint32_t v;
    assert_int_equal(sim_chip_ap_read(b->chip, FLASH, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(debugger_rd(b, SRAM + 0x100), peek32(b, SRAM + 0x100)); // but not shut out
    drop_chip(b);
}

static void the_cells_of_options_take_no_writes(void **state)
{
    struct chip_bench *b = *state;
    unlock_options(b);
    wr(b, DW_CR, CR_PG);
    assert_int_equal(try_write(b, DW_CELLS, 4, 0), SIM_BUS_FAULT);
    expect_violations(b, 1);
}

static void a_cut_leaves_options_that_do_not_fit(void **state)
{
    struct chip_bench *b = *state;
    unlock_options(b);
    wr(b, DW_WRP1A, 0x00050003);
    wr(b, DW_CR, CR_OPTSTRT);
    run_ns(b, 10 * NS_PER_MS);
    power_cycle(b);
    assert_true(rd(b, DW_SR) & SR_OPTVERR);
}

// ---- write protection ---------------------------------------------------------------------------

static void protect_pages_2_to_3(struct chip_bench *b)
{
    unlock_options(b);
    wr(b, DW_WRP1A, 0x00030002);
    program_options(b);
    load_options(b);
    unlock_flash(b);
}

static void a_protected_page_is_neither_programmed_nor_erased(void **state)
{
    struct chip_bench *b = *state;
    protect_pages_2_to_3(b);
    wr(b, DW_CR, CR_PG);
    wr(b, TARGET, 1);
    assert_int_equal(rd(b, DW_SR), SR_WRPERR);
    wr(b, DW_SR, SR_WRPERR);
    wr(b, DW_CR, CR_PER | 3 << 3 | CR_STRT);
    assert_int_equal(rd(b, DW_SR), SR_WRPERR);
    wr(b, DW_SR, SR_WRPERR);
    wr(b, DW_CR, CR_MER1 | CR_STRT);
    assert_int_equal(rd(b, DW_SR), SR_WRPERR);
    wr(b, DW_SR, SR_WRPERR);
    expect_violations(b, 3);
    program_dw(b, TARGET - 8, 1, 2);
    program_dw(b, TARGET + 0x1000, 1, 2);
    wr(b, DW_CR, CR_PER | 4 << 3 | CR_STRT);
    run_ns(b, ERASE_NS);
    assert_int_equal(rd(b, DW_SR), 0);
    assert_int_equal(peek32(b, TARGET - 8), 1);
    assert_int_equal(peek32(b, TARGET + 0x1000), 0xffffffff);
}

static void start_and_end_alike_are_one_page(void **state)
{
    struct chip_bench *b = *state;
    unlock_options(b);
    wr(b, DW_WRP1A, 0x00020002);
    program_options(b);
    load_options(b);
    unlock_flash(b);
    wr(b, DW_CR, CR_PER | 2 << 3 | CR_STRT);
    assert_int_equal(rd(b, DW_SR), SR_WRPERR);
    wr(b, DW_SR, SR_WRPERR);
    wr(b, DW_CR, CR_PER | 3 << 3 | CR_STRT);
    assert_int_equal(rd(b, DW_SR) & SR_WRPERR, 0);
}

// Subpages 8 to 11 are page 2.
static void an_execute_only_area_is_fetched_alone_and_only_grows(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    unlock_flash(b);
    program_dw(b, TARGET, 0x11223344, 0);
    wr(b, DW_OPTKEYR, OPTKEY1);
    wr(b, DW_OPTKEYR, OPTKEY2);
    wr(b, DW_PCROP1AS, 8);
    wr(b, DW_PCROP1AE, 11);
    program_options(b);
    load_options(b);
    assert_int_equal(sim_chip_ap_read(b->chip, TARGET, 4, &v), SIM_BUS_OK);
    assert_int_equal(v, 0);
    assert_int_equal(rd(b, DW_SR), SR_RDERR);
    assert_int_equal(rd(b, TARGET), 0);
    sim_chip_bus(b->chip)->fetch = true;
    assert_int_equal(rd(b, TARGET), 0x11223344);
    sim_chip_bus(b->chip)->fetch = false;
    assert_int_equal(debugger_rd(b, TARGET + 0x800), 0xffffffff);
    unlock_options(b);
    wr(b, DW_CR, CR_PER | 2 << 3 | CR_STRT);
    assert_int_equal(rd(b, DW_SR) & SR_WRPERR, SR_WRPERR);
    wr(b, DW_SR, SR_WRPERR | SR_RDERR);
    wr(b, DW_PCROP1AS, 0xff);
    wr(b, DW_PCROP1AE, 0);
    program_options(b);
    load_options(b);
    assert_int_equal(rd(b, DW_PCROP1AS), 8);
    assert_int_equal(rd(b, DW_PCROP1AE), 11);
}

static void the_secured_area_is_shut_until_the_next_reset(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    unlock_options(b);
    wr(b, DW_SECR, 2); // two pages
    program_options(b);
    load_options(b);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_OK);
    unlock_flash(b);
    sim_chip_set_nrst(b->chip, true); // the program stands in it
    run_ns(b, NS_PER_MS);
    wr(b, DW_KEYR, KEY1);
    wr(b, DW_KEYR, KEY2);
    wr(b, DW_CR, CR_SEC_PROT);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(try_read(b, FLASH + 0x1000, 4, &v), SIM_BUS_OK);
    assert_int_equal(try_write(b, DW_CR, 4, CR_PER | CR_STRT), SIM_BUS_FAULT);
    assert_int_equal(try_write(b, DW_CR, 4, CR_MER1 | CR_STRT), SIM_BUS_FAULT);
    wr(b, DW_CR, CR_PG);
    assert_int_equal(try_write(b, FLASH + 0xff8, 4, 1), SIM_BUS_FAULT);
    assert_int_equal(rd(b, DW_SR), 0);
    assert_true(rd(b, DW_CR) & CR_SEC_PROT);
    expect_violations(b, 3);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
    sim_chip_set_nrst(b->chip, true);
    run_ns(b, NS_PER_MS);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_OK);
}

// ---- read protection ----------------------------------------------------------------------------

static void set_level(struct chip_bench *b, uint32_t user)
{
    unlock_options(b);
    wr(b, DW_OPTR, user);
    program_options(b);
}

static void level_1_shuts_the_flash_for_a_debugger_and_not_for_the_program(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    set_level(b, LEVEL1);
    load_options(b);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_OK);
    assert_int_equal(sim_chip_ap_read(b->chip, FLASH, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(debugger_rd(b, 0x40015800) & 0xfff, 0x460);
    assert_int_equal(debugger_rd(b, SRAM), peek32(b, SRAM));
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_FAULT); // from now on the program, too
    unlock_flash(b);
    wr(b, DW_CR, CR_PG);
    assert_int_equal(try_write(b, TARGET, 4, 1), SIM_BUS_FAULT);
    assert_int_equal(rd(b, DW_SR), SR_WRPERR);
    wr(b, DW_SR, SR_WRPERR);
    assert_int_equal(try_write(b, DW_CR, 4, CR_PER | CR_STRT), SIM_BUS_FAULT);
    assert_int_equal(rd(b, DW_SR), SR_WRPERR);
    expect_violations(b, 2);
    power_cycle(b);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_OK);
}

// The manual wants a power-on reset here, since the debugger was seen (RM0490, 4.5.1).
static void level_1_by_a_debugger_locks_up_until_power_is_cut(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    (void)debugger_rd(b, SRAM);
    set_level(b, LEVEL1);
    load_options(b);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_FAULT);
    power_cycle(b);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_OK);
}

static void the_fall_to_level_0_erases_everything(void **state)
{
    struct chip_bench *b = *state;
    set_level(b, LEVEL1);
    load_options(b);
    (void)debugger_rd(b, SRAM);
    unlock_options(b);
    wr(b, DW_OPTR, LEVEL0);
    wr(b, DW_CR, CR_OPTSTRT);
    run_ns(b, 30 * NS_PER_MS);
    assert_int_equal(rd(b, DW_SR), SR_BSY1);
    run_ns(b, 30 * NS_PER_MS);
    assert_int_equal(rd(b, DW_SR), 0);
    assert_int_equal(peek32(b, FLASH), 0xffffffff);
    assert_int_equal(b->account.mass_erases, 1);
    load_options(b);
    uint32_t v;
    assert_int_equal(sim_chip_ap_read(b->chip, FLASH, 4, &v), SIM_BUS_OK);
    expect_violations(b, 0);
}

static void level_1_to_another_value_of_level_1_erases_nothing(void **state)
{
    struct chip_bench *b = *state;
    set_level(b, LEVEL1);
    load_options(b);
    set_level(b, 0xfffffe55);
    load_options(b);
    assert_int_equal(rd(b, DW_OPTR) & 0xff, 0x55);
    assert_int_equal(peek32(b, FLASH), SRAM + 0x400);
    assert_int_equal(b->account.mass_erases, 0);
}

static void level_2_kills_the_debug_port_and_keeps_the_options(void **state)
{
    struct chip_bench *b = *state;
    set_level(b, 0xfffffecc);
    assert_true(sim_chip_swd_alive(b->chip));
    load_options(b);
    assert_false(sim_chip_swd_alive(b->chip));
    set_level(b, LEVEL0);
    assert_int_equal(rd(b, DW_SR), SR_WRPERR);
    expect_violations(b, 1);
    power_cycle(b);
    assert_false(sim_chip_swd_alive(b->chip));
}

static void the_lock_of_the_boot_with_level_1_keeps_debuggers_out(void **state)
{
    struct chip_bench *b = *state;
    unlock_options(b);
    wr(b, DW_OPTR, LEVEL1);
    wr(b, DW_SECR, 1u << 16);
    program_options(b);
    load_options(b);
    assert_false(sim_chip_swd_alive(b->chip));
    assert_false(rd(b, DW_ACR) & 1u << 18);
    wr(b, DW_ACR, 0x600 | 1u << 18); // the program lets them in
    assert_true(sim_chip_swd_alive(b->chip));
    wr(b, DW_ACR, 0x600);
    assert_false(sim_chip_swd_alive(b->chip));
    // In level 1 it cannot be taken back.
    unlock_options(b);
    wr(b, DW_SECR, 0);
    program_options(b);
    load_options(b);
    assert_int_equal(rd(b, DW_SECR), 1u << 16);
}

// ---- two banks (STM32G0B1) ----------------------------------------------------------------------

#define BANK2 (FLASH + 0x40000u)

static void one_bank_is_read_while_the_other_is_erased(void **state)
{
    struct chip_bench *b = make_running("stm32g0b1re");
    uint32_t v;
    (void)state;
    unlock_flash(b);
    program_dw(b, BANK2 + 0x800, 1, 2);
    wr(b, DW_CR, CR_PER | CR_BKER | 1 << 3 | CR_STRT);
    assert_int_equal(rd(b, DW_SR), SR_BSY2 | SR_CFGBSY);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_OK);
    assert_int_equal(v, SRAM + 0x400);
    assert_int_equal(try_read(b, BANK2, 4, &v), SIM_BUS_STALL);
    run_ns(b, ERASE_NS);
    assert_int_equal(peek32(b, BANK2 + 0x800), 0xffffffff);
    assert_int_equal(sim_chip_erase_count(b->chip, BANK2 + 0x800), 1);
    expect_violations(b, 0);
    drop_chip(b);
}

static void banks_are_erased_one_by_one_or_both_at_once(void **state)
{
    struct chip_bench *b = make_running("stm32g0b1re");
    (void)state;
    unlock_flash(b);
    program_dw(b, BANK2, 1, 2);
    wr(b, DW_CR, CR_MER2 | CR_STRT);
    assert_int_equal(rd(b, DW_SR), SR_BSY2 | SR_CFGBSY);
    run_ns(b, MASS_NS);
    assert_int_equal(peek32(b, FLASH), SRAM + 0x400);
    assert_int_equal(peek32(b, BANK2), 0xffffffff);
    wr(b, DW_CR, CR_MER1 | CR_MER2 | CR_STRT);
    assert_int_equal(rd(b, DW_SR), SR_BSY1 | SR_BSY2 | SR_CFGBSY);
    run_ns(b, MASS_NS);
    assert_int_equal(rd(b, DW_SR), 0);
    assert_int_equal(peek32(b, FLASH), 0xffffffff);
    drop_chip(b);
}

static void swapped_banks_exchange_their_addresses_and_boot_the_other_one(void **state)
{
    struct chip_bench *b = make_running("stm32g0b1re");
    static const uint8_t other[8] = {0x00, 0x08, 0, 0x20, 0x09, 0, 0, 0x08};
    static const uint8_t loop[4] = {0xfe, 0xe7, 0, 0xbf};
    (void)state;
    assert_true(sim_chip_poke(b->chip, BANK2, other, 8));
    assert_true(sim_chip_poke(b->chip, BANK2 + 8, loop, 4));
    unlock_options(b);
    wr(b, DW_OPTR, 0xffeffeaa); // nSWAP_BANK
    program_options(b);
    assert_int_equal(rd(b, FLASH), SRAM + 0x400); // not yet
    load_options(b);
    assert_int_equal(rd(b, FLASH), SRAM + 0x800);
    assert_int_equal(rd(b, 0), SRAM + 0x800);
    assert_int_equal(rd(b, BANK2), SRAM + 0x400);
    assert_int_equal(sim_core_get_reg(sim_chip_core(b->chip), 13), SRAM + 0x800);
    // The numbers of banks and pages stay with the cells.
    unlock_flash(b);
    wr(b, DW_CR, CR_PER | 0 << 3 | CR_STRT);
    run_ns(b, ERASE_NS);
    assert_int_equal(rd(b, BANK2), 0xffffffff);
    assert_int_equal(rd(b, FLASH), SRAM + 0x800);
    expect_violations(b, 0);
    drop_chip(b);
}

static void without_dual_bank_pages_are_numbered_through(void **state)
{
    struct chip_bench *b = make_running("stm32g0b1re");
    uint32_t v;
    (void)state;
    unlock_options(b);
    wr(b, DW_OPTR, 0xffdffeaa);
    program_options(b);
    load_options(b);
    unlock_flash(b);
    program_dw(b, BANK2 + 0x800, 1, 2);
    wr(b, DW_CR, CR_PER | 129 << 3 | CR_STRT);
    assert_int_equal(rd(b, DW_SR), SR_BSY1 | SR_CFGBSY);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_STALL);
    run_ns(b, ERASE_NS);
    assert_int_equal(peek32(b, BANK2 + 0x800), 0xffffffff);
    wr(b, DW_CR, CR_PER | CR_BKER | 1 << 3 | CR_STRT);
    assert_int_equal(rd(b, DW_SR), SR_PGSERR);
    drop_chip(b);
}

static void each_bank_has_its_protected_areas(void **state)
{
    struct chip_bench *b = make_running("stm32g0b1re");
    (void)state;
    unlock_options(b);
    wr(b, DW_WRP2A, 0x00020001);
    program_options(b);
    load_options(b);
    unlock_flash(b);
    wr(b, DW_CR, CR_PER | 1 << 3 | CR_STRT);
    run_ns(b, ERASE_NS);
    assert_int_equal(rd(b, DW_SR), 0);
    wr(b, DW_CR, CR_PER | CR_BKER | 1 << 3 | CR_STRT);
    assert_int_equal(rd(b, DW_SR), SR_WRPERR);
    drop_chip(b);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        m0p_test(option_registers_take_nothing_while_locked),
        m0p_test(options_are_words_with_complements_and_count_when_loaded),
        cmocka_unit_test(a_value_line_has_fewer_options_and_the_rest_is_as_delivered),
        m0p_test(a_store_keeps_all_of_it),
        m0p_test(what_was_not_programmed_is_gone_with_a_reset),
        cmocka_unit_test(words_that_do_not_fit_make_it_safe_and_say_so),
        m0p_test(the_cells_of_options_take_no_writes),
        m0p_test(a_cut_leaves_options_that_do_not_fit),
        m0p_test(a_protected_page_is_neither_programmed_nor_erased),
        m0p_test(start_and_end_alike_are_one_page),
        m0p_test(an_execute_only_area_is_fetched_alone_and_only_grows),
        m0p_test(the_secured_area_is_shut_until_the_next_reset),
        m0p_test(level_1_shuts_the_flash_for_a_debugger_and_not_for_the_program),
        m0p_test(level_1_by_a_debugger_locks_up_until_power_is_cut),
        m0p_test(the_fall_to_level_0_erases_everything),
        m0p_test(level_1_to_another_value_of_level_1_erases_nothing),
        m0p_test(level_2_kills_the_debug_port_and_keeps_the_options),
        m0p_test(the_lock_of_the_boot_with_level_1_keeps_debuggers_out),
        cmocka_unit_test(one_bank_is_read_while_the_other_is_erased),
        cmocka_unit_test(banks_are_erased_one_by_one_or_both_at_once),
        cmocka_unit_test(swapped_banks_exchange_their_addresses_and_boot_the_other_one),
        cmocka_unit_test(without_dual_bank_pages_are_numbered_through),
        cmocka_unit_test(each_bank_has_its_protected_areas),
    };
    return cmocka_run_group_tests_name("sim_flash_guard", tests, NULL, NULL);
}
