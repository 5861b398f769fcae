// SPDX-License-Identifier: MIT
// The flash controller for double words of the virtual STM32L4, L4+ and G4: what it has in another
// way than that of the STM32G0 (RM0351, RM0394, RM0432 and RM0440, 3).
#include "tests/unit/choose.h"
#include "tests/unit/sim_m4_bench.h"

// ---- registers ----------------------------------------------------------------------------------

static void registers_are_as_people_s_chips_show_them(void **state)
{
    static const struct {
        const char *name;
        uint32_t acr, optr, pcrop_start, pcrop_end, wrp;
    } chips[] = {
        {"stm32l476rg", 0x600, 0xffeff8aa, 0xffffffff, 0x7fff0000, 0xff00ffff},
        {"stm32l432kc", 0x600, 0xffeff8aa, 0xffffffff, 0x7fff0000, 0xff00ffff},
        {"stm32l4r5zi", 0x600, 0xffeff8aa, 0xffffffff, 0x7ffe0000, 0xff00ffff},
        // A dump of a chip that somebody has published.
        {"stm32g431kb", 0x40600, 0xffeff8aa, 0xffffffff, 0x7fffc000, 0xffc0ffff},
    };
    (void)state;
    for (size_t i = 0; i < sizeof chips / sizeof chips[0]; i++) {
        struct chip_bench *b = make_running(chips[i].name);
        assert_int_equal(rd(b, DW_ACR), chips[i].acr);
        assert_int_equal(rd(b, DW_SR), 0);
        assert_int_equal(rd(b, DW_CR), CR_LOCK | CR_OPTLOCK);
        assert_int_equal(rd(b, DW_OPTR), chips[i].optr);
        assert_int_equal(rd(b, DW_PCROP1AS), chips[i].pcrop_start);
        assert_int_equal(rd(b, DW_PCROP1AE), chips[i].pcrop_end);
        assert_int_equal(rd(b, DW_WRP1A), chips[i].wrp);
        expect_violations(b, 0);
        drop_chip(b);
    }
}

static void caches_are_reset_only_while_they_are_off(void **state)
{
    struct chip_bench *b = *state;
    wr(b, DW_ACR, 0x1e00);
    expect_violations(b, 2);
    wr(b, DW_ACR, 0);
    wr(b, DW_ACR, 0x1800);
    assert_int_equal(rd(b, DW_ACR), 0x1800);
    wr(b, DW_ACR, 0xffffffff & ~0x600u);
    assert_int_equal(rd(b, DW_ACR), 0x7907);
    expect_violations(b, 2);
}

static void a_double_word_keeps_busy_and_nothing_else_is_up(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    wr(b, DW_CR, CR_PG | CR_EOPIE);
    wr(b, FLASH + 0x1000, 1);
    assert_int_equal(rd(b, DW_SR), 0); // there is no CFGBSY
    wr(b, FLASH + 0x1004, 2);
    assert_int_equal(rd(b, DW_SR), SR_BSY1);
    run_ns(b, L4_PROGRAM_NS);
    assert_int_equal(rd(b, DW_SR), SR_EOP);
    assert_int_equal(rd(b, FLASH + 0x1000), 1);
    assert_int_equal(rd(b, FLASH + 0x1004), 2);
    program_dw(b, FLASH + 0x1000, 0, 2); // once
    assert_int_equal(rd(b, DW_SR) & SR_PROGERR, SR_PROGERR);
    expect_violations(b, 1);
}

static void half_a_double_word_is_given_up_where_nothing_tells_of_it(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    wr(b, DW_CR, CR_PG);
    wr(b, FLASH + 0x1000, 1);
    assert_int_equal(try_write(b, DW_CR, 4, 0), SIM_BUS_OK);
    expect_violations(b, 1);
    program_dw(b, FLASH + 0x1000, 3, 4);
    assert_int_equal(rd(b, FLASH + 0x1000), 3);
    expect_violations(b, 1);
}

// ---- banks and pages ----------------------------------------------------------------------------

static void a_page_of_the_second_bank_is_erased_by_bker(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, FLASH + 0x80000 + 3 * 2048, 0);
    poke32(b, FLASH + 3 * 2048, 0);
    unlock_flash(b);
    erase_page(b, M4_CR_BKER, 3);
    assert_int_equal(peek32(b, FLASH + 0x80000 + 3 * 2048), 0xffffffff);
    assert_int_equal(peek32(b, FLASH + 3 * 2048), 0);
    erase_page(b, 0, 3);
    assert_int_equal(peek32(b, FLASH + 3 * 2048), 0xffffffff);
    assert_int_equal(b->account.pages_erased, 2);
    expect_violations(b, 0);
}

static void one_bank_can_be_read_while_the_other_is_erased(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    unlock_flash(b);
    wr(b, DW_CR, CR_MER2);
    wr(b, DW_CR, CR_MER2 | CR_STRT);
    assert_int_equal(rd(b, DW_SR), SR_BSY1);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_OK);
    assert_int_equal(try_read(b, FLASH + 0x80000, 4, &v), SIM_BUS_STALL);
    run_ns(b, L4_MASS_NS);
    assert_int_equal(rd(b, DW_SR), 0);
    assert_int_equal(try_read(b, FLASH + 0x80000, 4, &v), SIM_BUS_OK);
    assert_int_equal(b->account.mass_erases, 1);
    expect_violations(b, 0);
}

static void rows_need_a_mass_erase_of_their_bank_and_8_mhz(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    wr(b, DW_ACR, 0x601);
    wr(b, RCC_CR, 0x6b | 7 << 4); // MSI of 8 MHz
    wr(b, DW_CR, CR_FSTPG);
    wr(b, FLASH + 0x80000, 1);
    assert_int_equal(rd(b, DW_SR), SR_PGSERR);
    expect_violations(b, 1);
    wr(b, DW_SR, 0xffff);
    wr(b, DW_CR, CR_MER2);
    wr(b, DW_CR, CR_MER2 | CR_STRT);
    run_ns(b, L4_MASS_NS);
    write_row(b, FLASH + 0x80000, 64, L4_ROW_NS);
    assert_int_equal(peek32(b, FLASH + 0x80000 + 252), 63);
    assert_int_equal(rd(b, DW_SR), 0);
    expect_violations(b, 1);
}

static void a_row_of_an_l4_plus_has_64_double_words(void **state)
{
    struct chip_bench *b = make_running("stm32l4r5zi");
    (void)state;
    unlock_flash(b);
    wr(b, DW_ACR, 0x601);
    wr(b, RCC_CR, 0x6b | 7 << 4);
    wr(b, DW_CR, CR_MER2);
    wr(b, DW_CR, CR_MER2 | CR_STRT);
    run_ns(b, L4_MASS_NS);
    write_row(b, FLASH + 0x100000, 128, 2 * L4_ROW_NS);
    assert_int_equal(peek32(b, FLASH + 0x100000 + 508), 127);
    assert_int_equal(rd(b, DW_SR), 0);
    expect_violations(b, 0);
    drop_chip(b);
}

static void set_user_option(struct chip_bench *b, uint32_t clear, uint32_t set)
{
    uint32_t value = (rd(b, DW_OPTR) & ~clear) | set;
    unlock_options(b);
    wr(b, DW_OPTR, value);
    program_options(b);
    load_options(b);
    assert_int_equal(rd(b, DW_OPTR), value);
}

static void pages_are_twice_as_large_with_one_bank(void **state)
{
    static const struct {
        const char *name;
        uint32_t dbank, page;
    } chips[] = {{"stm32g474re", 1u << 22, 2048},
                 {"stm32l4r5zi", 1u << 22, 4096},
                 {"stm32l4r5zg", 1u << 21, 4096},
                 {"stm32l4p5ce", 1u << 21, 4096}};
    (void)state;
    for (size_t i = 0; i < sizeof chips / sizeof chips[0]; i++) {
        struct chip_bench *b = make_running(chips[i].name);
        uint32_t page = chips[i].page;
        for (unsigned n = 4; n < 8; n++)
            poke32(b, FLASH + n * page, 0);
        unlock_flash(b);
        erase_page(b, 0, 4);
        assert_int_equal(peek32(b, FLASH + 4 * page), 0xffffffff);
        assert_int_equal(peek32(b, FLASH + 5 * page), 0);
        wr(b, DW_CR, CR_LOCK);
        set_user_option(b, chips[i].dbank, 0);
        unlock_flash(b);
        erase_page(b, 0, 3); // that of 6 and 7
        assert_int_equal(peek32(b, FLASH + 5 * page), 0);
        assert_int_equal(peek32(b, FLASH + 6 * page), 0xffffffff);
        assert_int_equal(peek32(b, FLASH + 7 * page), 0xffffffff);
        assert_int_equal(sim_chip_erase_count(b->chip, FLASH + 7 * page), 1);
        expect_violations(b, 0);
        erase_page(b, M4_CR_BKER, 3);
        assert_int_equal(rd(b, DW_SR), SR_PGSERR);
        expect_violations(b, 1);
        drop_chip(b);
    }
}

// RM0440, 3.3.1: the second bank of a trimmed part stays where it is.
static void a_trimmed_g474_has_a_hole_between_its_banks(void **state)
{
    struct chip_bench *b = make_running("stm32g474rc");
    uint32_t v;
    (void)state;
    assert_int_equal(try_read(b, FLASH + 0x1fffc, 4, &v), SIM_BUS_OK);
    assert_int_equal(try_read(b, FLASH + 0x20000, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(try_read(b, FLASH + 0x3fffc, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(try_read(b, FLASH + 0x5fffc, 4, &v), SIM_BUS_OK);
    assert_int_equal(try_read(b, FLASH + 0x60000, 4, &v), SIM_BUS_FAULT);
    unlock_flash(b);
    program_dw(b, FLASH + 0x40008, 0x11, 0x22);
    assert_int_equal(rd(b, FLASH + 0x40008), 0x11);
    erase_page(b, M4_CR_BKER, 0);
    assert_int_equal(rd(b, FLASH + 0x40008), 0xffffffff);
    expect_violations(b, 0);
    erase_page(b, 0, 64);
    assert_int_equal(rd(b, DW_SR), SR_PGSERR);
    wr(b, DW_SR, 0xffff);
    wr(b, DW_CR, CR_LOCK);
    set_user_option(b, 1u << 22, 0);
    assert_int_equal(try_read(b, FLASH + 0x3fffc, 4, &v), SIM_BUS_OK);
    assert_int_equal(try_read(b, FLASH + 0x40000, 4, &v), SIM_BUS_FAULT);
    expect_violations(b, 1);
    drop_chip(b);
}

static void fb_mode_exchanges_the_banks(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, FLASH + 0x100, 1);
    poke32(b, FLASH + 0x80100, 2);
    wr(b, M4_RCC_APB2ENR, 1);
    wr(b, M4_SYSCFG_MEMRMP, 0x100);
    assert_int_equal(rd(b, FLASH + 0x100), 2);
    assert_int_equal(rd(b, FLASH + 0x80100), 1);
    unlock_flash(b);
    erase_page(b, M4_CR_BKER, 0); // of the bank, wherever it is seen
    assert_int_equal(rd(b, FLASH + 0x100), 0xffffffff);
    wr(b, M4_SYSCFG_MEMRMP, 0);
    assert_int_equal(rd(b, FLASH + 0x100), 1);
    expect_violations(b, 0);
}

static void bfb2_boots_a_second_bank_that_holds_a_program(void **state)
{
    struct chip_bench *b = *state;
    set_user_option(b, 0, 1u << 20);
    wr(b, M4_RCC_APB2ENR, 1);
    assert_int_equal(rd(b, M4_SYSCFG_MEMRMP), 0); // there is none
    poke32(b, FLASH + 0x80000, 0x20001000);
    poke32(b, FLASH + 0x80004, FLASH + 0x101);
    poke32(b, FLASH + 0x80100, 0xe7fee7fe);
    power_cycle(b);
    wr(b, M4_RCC_APB2ENR, 1);
    assert_int_equal(rd(b, M4_SYSCFG_MEMRMP), 0x100);
    assert_int_equal(sim_core_get_reg(sim_chip_core(b->chip), 15), FLASH + 0x100);
    expect_violations(b, 0);
}

// ---- the empty check ----------------------------------------------------------------------------

// RM0394, 2.6 and 3.7.5.
static void check_pempty(const char *name)
{
    struct chip_bench *b = make_chip(name);
    power_up(b);
    assert_int_equal(rd(b, DW_SR), M4_SR_PEMPTY);
    wr(b, M4_RCC_APB2ENR, 1);
    assert_int_equal(rd(b, M4_SYSCFG_MEMRMP), 1);
    wr(b, DW_SR, M4_SR_PEMPTY);
    assert_int_equal(rd(b, DW_SR), 0);
    wr(b, DW_SR, 0xffffffff);
    assert_int_equal(rd(b, DW_SR), M4_SR_PEMPTY);
    poke_loop(b);
    unlock_options(b);
    load_options(b);
    assert_int_equal(rd(b, DW_SR), 0);
    wr(b, M4_RCC_APB2ENR, 1);
    assert_int_equal(rd(b, M4_SYSCFG_MEMRMP), 0);
    drop_chip(b);
}

// Those that ST's HAL gives FLASH_FLAG_PEMPTY.
static void pempty_is_toggled_by_a_one_and_boots_the_system_memory(void **state)
{
    (void)state;
    check_pempty("stm32l432kc");
    check_pempty("stm32l452re");
    check_pempty("stm32l412kb");
    check_pempty("stm32l496zg");
    check_pempty("stm32l4r5zi");
    struct chip_bench *b = make_chip("stm32l476rg"); // has no such check
    power_up(b);
    assert_int_equal(rd(b, DW_SR), 0);
    wr(b, M4_RCC_APB2ENR, 1);
    assert_int_equal(rd(b, M4_SYSCFG_MEMRMP), 0);
    drop_chip(b);
}

static void boot0_and_the_options_choose_what_boots(void **state)
{
    static const struct {
        const char *name;
        bool boot0;
        uint32_t clear;
        unsigned mem_mode;
    } cases[] = {
        {"stm32l476rg", false, 0, 0},          {"stm32l476rg", true, 0, 1},
        {"stm32l476rg", true, 1u << 23, 3},    {"stm32l432kc", true, 1u << 26, 0},
        {"stm32l432kc", false, 3u << 26, 1},   {"stm32g474re", false, 3u << 26, 1},
        {"stm32g474re", false, 0x0c800000, 3}, {"stm32g474re", true, 0x04800000, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct chip_bench *b = make_running(cases[i].name);
        sim_chip_set_boot0(b->chip, cases[i].boot0);
        uint32_t value = rd(b, DW_OPTR) & ~cases[i].clear;
        unlock_options(b);
        wr(b, DW_OPTR, value);
        program_options(b);
        load_options(b);
        wr(b, M4_RCC_APB2ENR, 1);
        assert_int_equal(rd(b, M4_SYSCFG_MEMRMP) & 7, cases[i].mem_mode);
        drop_chip(b);
    }
}

// ---- protection ---------------------------------------------------------------------------------

static void write_protection_is_of_the_pages_of_its_bank(void **state)
{
    struct chip_bench *b = *state;
    unlock_options(b);
    wr(b, DW_WRP2A, 0x00050004); // pages 4 and 5 of bank 2
    program_options(b);
    load_options(b);
    assert_int_equal(rd(b, DW_WRP2A), 0xff05ff04);
    assert_int_equal(rd(b, 0x1ffff818), 0xff05ff04);
    unlock_flash(b);
    erase_page(b, 0, 4);
    assert_int_equal(rd(b, DW_SR), 0);
    erase_page(b, M4_CR_BKER, 4);
    assert_int_equal(rd(b, DW_SR), SR_WRPERR);
    wr(b, DW_SR, 0xffff);
    wr(b, DW_CR, CR_MER2);
    wr(b, DW_CR, CR_MER2 | CR_STRT);
    assert_int_equal(rd(b, DW_SR), SR_WRPERR);
    wr(b, DW_SR, 0xffff);
    wr(b, DW_CR, CR_PG);
    wr(b, FLASH + 0x80000 + 4 * 2048, 1);
    assert_int_equal(rd(b, DW_SR), SR_WRPERR);
    expect_violations(b, 3);
}

static void an_area_for_execution_only_counts_double_words(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, FLASH + 0x2000 - 8, 0x11);
    poke32(b, FLASH + 0x2000, 0x22);
    poke32(b, FLASH + 0x2018, 0x33);
    unlock_options(b);
    wr(b, DW_PCROP1AS, 0x400);
    wr(b, DW_PCROP1AE, 0x402);
    program_options(b);
    load_options(b);
    assert_int_equal(rd(b, FLASH + 0x2000 - 8), 0x11);
    assert_int_equal(rd(b, FLASH + 0x2000), 0);
    assert_int_equal(rd(b, DW_SR), SR_RDERR);
    assert_int_equal(rd(b, FLASH + 0x2018), 0x33);
    unlock_flash(b);
    erase_page(b, 0, 4);
    assert_int_equal(rd(b, DW_SR) & SR_WRPERR, SR_WRPERR);
    expect_violations(b, 1);
}

// With one bank all four areas count from the start of the flash on.
static void with_one_bank_the_areas_of_both_banks_protect(void **state)
{
    struct chip_bench *b = make_running("stm32g474re");
    (void)state;
    set_user_option(b, 1u << 22, 0);
    unlock_options(b);
    wr(b, DW_WRP2A, 0x00050005);
    program_options(b);
    load_options(b);
    unlock_flash(b);
    erase_page(b, 0, 4);
    assert_int_equal(rd(b, DW_SR), 0);
    erase_page(b, 0, 5);
    assert_int_equal(rd(b, DW_SR), SR_WRPERR);
    expect_violations(b, 1);
    drop_chip(b);
}

static void read_protection_guards_sram2_and_its_fall_clears_it(void **state)
{
    static const char *const names[] = {"stm32l476rg", "stm32l432kc", "stm32g431kb", "stm32l4r5zi"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct chip_bench *b = make_running(names[i]);
        uint32_t alias = sim_chip_row_memory(sim_chips_find(names[i]), SIM_MEMORY_SRAM2)->alias, v;
        wr(b, M4_SRAM2, 0x12345678);
        if (alias)
            assert_int_equal(rd(b, alias), 0x12345678);
        set_user_option(b, 0xff, 0xbb);
        assert_int_equal(ap_read(b, M4_SRAM2, &v), SIM_BUS_FAULT);
        assert_int_equal(ap_read(b, FLASH, &v), SIM_BUS_FAULT);
        assert_int_equal(ap_read(b, SRAM, &v), SIM_BUS_OK);
        if (alias)
            assert_int_equal(ap_read(b, alias, &v), SIM_BUS_FAULT);
        uint32_t value = (rd(b, DW_OPTR) & ~0xffu) | 0xaa;
        unlock_options(b);
        wr(b, DW_OPTR, value);
        wr(b, DW_CR, CR_OPTSTRT);
        run_ns(b, 200 * NS_PER_MS);
        load_options(b);
        assert_int_equal(ap_read(b, M4_SRAM2, &v), SIM_BUS_OK);
        assert_int_equal(v, 0);
        assert_int_equal(ap_read(b, FLASH, &v), SIM_BUS_OK);
        assert_int_equal(v, 0xffffffff);
        expect_violations(b, 0);
        drop_chip(b);
    }
}

// ---- securable areas of the STM32G4 (RM0440, 3.5.4) ---------------------------------------------

static void each_bank_of_a_g474_has_a_securable_area(void **state)
{
    struct chip_bench *b = make_running("stm32g474re");
    uint32_t v;
    (void)state;
    unlock_options(b);
    wr(b, M4_SEC1R, 2);
    wr(b, M4_SEC2R, 1);
    program_options(b);
    load_options(b);
    unlock_flash(b);
    assert_int_equal(try_read(b, FLASH + 0x40000, 4, &v), SIM_BUS_OK);
    wr(b, DW_CR, 1u << 29); // SEC_PROT2
    assert_int_equal(rd(b, DW_CR), 1u << 29 | CR_OPTLOCK);
    assert_int_equal(try_read(b, FLASH + 0x40000, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(try_read(b, FLASH + 0x40800, 4, &v), SIM_BUS_OK);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_OK);
    wr(b, DW_CR, CR_PER | M4_CR_BKER);
    assert_int_equal(try_write(b, DW_CR, 4, CR_PER | M4_CR_BKER | CR_STRT), SIM_BUS_FAULT);
    wr(b, DW_CR, CR_SEC_PROT);
    assert_int_equal(try_read(b, FLASH + 0x0ffc, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(try_read(b, FLASH + 0x1000, 4, &v), SIM_BUS_OK);
    expect_violations(b, 1);
    drop_chip(b);
}

static void an_l4_has_neither_securable_area_nor_its_bits(void **state)
{
    struct chip_bench *b = *state;
    unlock_flash(b);
    wr(b, DW_CR, CR_SEC_PROT | 1u << 29);
    assert_int_equal(rd(b, DW_CR), CR_OPTLOCK);
    assert_int_equal(rd(b, M4_SEC1R), 0);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registers_are_as_people_s_chips_show_them),
        l476_test(caches_are_reset_only_while_they_are_off),
        l476_test(a_double_word_keeps_busy_and_nothing_else_is_up),
        l476_test(half_a_double_word_is_given_up_where_nothing_tells_of_it),
        l476_test(a_page_of_the_second_bank_is_erased_by_bker),
        l476_test(one_bank_can_be_read_while_the_other_is_erased),
        l476_test(rows_need_a_mass_erase_of_their_bank_and_8_mhz),
        cmocka_unit_test(a_row_of_an_l4_plus_has_64_double_words),
        cmocka_unit_test(pages_are_twice_as_large_with_one_bank),
        cmocka_unit_test(a_trimmed_g474_has_a_hole_between_its_banks),
        l476_test(fb_mode_exchanges_the_banks),
        l476_test(bfb2_boots_a_second_bank_that_holds_a_program),
        cmocka_unit_test(pempty_is_toggled_by_a_one_and_boots_the_system_memory),
        cmocka_unit_test(boot0_and_the_options_choose_what_boots),
        l476_test(write_protection_is_of_the_pages_of_its_bank),
        l476_test(an_area_for_execution_only_counts_double_words),
        cmocka_unit_test(with_one_bank_the_areas_of_both_banks_protect),
        cmocka_unit_test(read_protection_guards_sram2_and_its_fall_clears_it),
        cmocka_unit_test(each_bank_of_a_g474_has_a_securable_area),
        l476_test(an_l4_has_neither_securable_area_nor_its_bits),
    };
    return cmocka_run_group_tests_name("sim_flash_l4", tests, NULL, NULL);
}
