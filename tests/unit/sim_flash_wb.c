// SPDX-License-Identifier: MIT
// The flash controller for double words of the virtual STM32WB and WL: pages of the second core,
// and what else it has in another way than that of the STM32L4 (RM0434, 3; RM0453, 4).
#include "tests/unit/choose.h"
#include "tests/unit/sim_m4_bench.h"

#define WB_KEYR    0x58004008u
#define WB_OPTKEYR 0x5800400cu
#define WB_SR      0x58004010u
#define WB_CR      0x58004014u
#define WB_OPTR    0x58004020u
#define WB_PCROP1B 0x58004034u
#define WB_SFR     0x58004080u
#define WB_SRRVR   0x58004084u
#define SECURE     (FLASH + 0xf4000u)
#define FIRST      244u
#define PAGE       4096u

static void unlock(struct chip_bench *b)
{
    wr(b, WB_KEYR, KEY1);
    wr(b, WB_KEYR, KEY2);
}

static void unlock_with_options(struct chip_bench *b)
{
    unlock(b);
    wr(b, WB_OPTKEYR, OPTKEY1);
    wr(b, WB_OPTKEYR, OPTKEY2);
}

static void program_and_load(struct chip_bench *b)
{
    wr(b, WB_CR, CR_OPTSTRT);
    run_ns(b, 100 * NS_PER_MS);
    wr(b, WB_CR, CR_OBL);
    run_ns(b, 2 * NS_PER_MS);
}

static int wb_setup(void **state)
{
    *state = make_running("stm32wb55rg");
    return 0;
}
#define wb_test(f) cmocka_unit_test_setup_teardown(f, wb_setup, bench_teardown)

// ES0394, 2.2.9.
static void optverr_is_there_after_every_reset_and_hinders_nothing(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, WB_SR), SR_OPTVERR);
    unlock(b);
    wr(b, WB_CR, CR_PG);
    wr(b, FLASH + 0x1000, 1);
    assert_int_equal(rd(b, WB_SR), SR_OPTVERR | SR_CFGBSY);
    assert_int_equal(try_write(b, WB_CR, 4, 0), SIM_BUS_FAULT);
    wr(b, FLASH + 0x1004, 2);
    assert_int_equal(rd(b, WB_SR), SR_OPTVERR | SR_CFGBSY | SR_BSY1);
    run_ns(b, 81700);
    assert_int_equal(rd(b, FLASH + 0x1004), 2);
    wr(b, WB_SR, SR_OPTVERR);
    assert_int_equal(rd(b, WB_SR), 0);
    debugger_wr(b, AIRCR, 0x05fa0004);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, WB_SR), SR_OPTVERR);
    expect_violations(b, 1);
}

static void options_are_as_st_delivers_them(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, WB_OPTR), 0x3dfff1aa);
    assert_int_equal(rd(b, 0x1fff8000), 0x3dfff1aa);
    assert_int_equal(rd(b, 0x1fff8004), ~0x3dfff1aau);
    assert_int_equal(rd(b, WB_SFR) & 0x11ff, 0x1000 | FIRST);
    assert_int_equal((rd(b, WB_SRRVR) & 0x3ffff) * 4, SECURE - FLASH);
    assert_int_equal(rd(b, WB_PCROP1B), 0xffffffff);
}

static void pages_of_the_second_core_read_as_zeros(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    assert_int_equal(rd(b, SECURE - 4), 0xffffffff);
    assert_int_equal(rd(b, SECURE), 0);
    assert_int_equal(rd(b, FLASH + 0xffffc), 0);
    assert_int_equal(ap_read(b, SECURE, &v), SIM_BUS_OK);
    assert_int_equal(v, 0);
    expect_violations(b, 0);
}

// RM0453, table 13: a bus error, and no WRPERR.
static void their_erase_and_programming_are_bus_errors(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    wr(b, WB_SR, SR_OPTVERR);
    wr(b, WB_CR, CR_PER | (FIRST - 1) << 3);
    assert_int_equal(try_write(b, WB_CR, 4, CR_PER | (FIRST - 1) << 3 | CR_STRT), SIM_BUS_OK);
    run_ns(b, 22 * NS_PER_MS);
    wr(b, WB_CR, CR_PER | FIRST << 3);
    assert_int_equal(try_write(b, WB_CR, 4, CR_PER | FIRST << 3 | CR_STRT), SIM_BUS_FAULT);
    wr(b, WB_CR, CR_PG);
    assert_int_equal(try_write(b, SECURE, 4, 1), SIM_BUS_FAULT);
    assert_int_equal(rd(b, WB_SR), 0);
    assert_int_equal(b->account.pages_erased, 1);
    expect_violations(b, 2);
}

// RM0434, 3.3.7.
static void a_mass_erase_is_ignored_with_a_bus_error(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, FLASH + 0x1000, 0x11);
    unlock(b);
    wr(b, WB_CR, CR_MER1);
    assert_int_equal(try_write(b, WB_CR, 4, CR_MER1 | CR_STRT), SIM_BUS_FAULT);
    run_ns(b, 30 * NS_PER_MS);
    assert_int_equal(rd(b, FLASH + 0x1000), 0x11);
    assert_int_equal(b->account.mass_erases, 0);
    expect_violations(b, 1);
}

static void the_second_core_s_options_are_not_for_the_first_one(void **state)
{
    struct chip_bench *b = *state;
    unlock_with_options(b);
    wr(b, WB_SFR, 0x1fff);
    wr(b, WB_OPTR, rd(b, WB_OPTR) & ~(1u << 23));
    program_and_load(b);
    assert_int_equal(rd(b, WB_SFR) & 0x11ff, 0x1000 | FIRST);
    assert_int_equal(rd(b, WB_OPTR), 0x3d7ff1aa);
    expect_violations(b, 1);
}

static void pcrop_counts_pages_of_2_kib_and_has_two_areas(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, FLASH + 0x2800, 0x11);
    poke32(b, FLASH + 0x3000, 0x22);
    unlock_with_options(b);
    wr(b, WB_PCROP1B, 4);
    wr(b, WB_PCROP1B + 4, 5);
    program_and_load(b);
    assert_int_equal(rd(b, FLASH + 0x2800), 0);
    assert_int_equal(rd(b, FLASH + 0x3000), 0x22);
    assert_int_equal(rd(b, WB_SR), SR_RDERR | SR_OPTVERR);
}

static void smaller_parts_have_the_second_core_s_pages_at_their_end(void **state)
{
    static const struct {
        const char *name;
        uint32_t kib, page_kib;
    } parts[] = {{"stm32wb55rc", 256, 4},
                 {"stm32wb55re", 512, 4},
                 {"stm32wb55vy", 640, 4},
                 {"stm32wb15cc", 320, 2}};
    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct chip_bench *b = make_running(parts[i].name);
        uint32_t secure = FLASH + (parts[i].kib - 48) * 1024;
        assert_int_equal(rd(b, secure - 4), 0xffffffff);
        assert_int_equal(rd(b, secure), 0);
        assert_int_equal((rd(b, WB_SFR) & 0xff) * parts[i].page_kib, parts[i].kib - 48);
        drop_chip(b);
    }
}

// ---- STM32WL ------------------------------------------------------------------------------------

static void an_stm32wl_has_no_such_pages_and_is_erased_as_a_whole(void **state)
{
    static const char *const names[] = {"stm32wle5jc", "stm32wl55jc"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct chip_bench *b = make_running(names[i]);
        assert_int_equal(rd(b, WB_SR), 0);
        assert_int_equal(rd(b, WB_OPTR), 0x3ffff0aa);
        assert_int_equal(rd(b, 0x1fff7584), 0x0080e115); // UID64
        assert_int_equal(rd(b, WB_SFR) != 0, i == 1);
        unlock(b);
        wr(b, WB_CR, CR_MER1);
        wr(b, WB_CR, CR_MER1 | CR_STRT);
        run_ns(b, 22100000);
        assert_int_equal(rd(b, FLASH + 0x3fffc), 0xffffffff);
        assert_int_equal(b->account.mass_erases, 1);
        wr(b, 0x58004000, 0x601);
        wr(b, 0x58000000, 0x6b | 7 << 4); // MSI of 8 MHz
        wr(b, WB_CR, CR_FSTPG);
        for (unsigned k = 0; k < 64; k++) {
            wr(b, FLASH + 4 * k, k);
            if (k % 2 && k > 1)
                run_ns(b, 1910000 / 32);
        }
        run_ns(b, L4_ROW_NS);
        assert_int_equal(rd(b, WB_SR), 0);
        assert_int_equal(rd(b, FLASH + 252), 63);
        expect_violations(b, 0);
        drop_chip(b);
    }
}

// With ESE, the pages from SFSA on are the second core's.
static void security_of_a_wl55_closes_the_pages_that_its_options_say(void **state)
{
    struct chip_bench *b = make_running("stm32wl55jc");
    (void)state;
    unlock_with_options(b);
    wr(b, WB_SFR, 0x80ff0040); // page 64, FSD = 0
    wr(b, WB_OPTR, rd(b, WB_OPTR) | 0x100);
    program_and_load(b);
    assert_int_equal(rd(b, FLASH + 0x1fffc), 0xffffffff);
    assert_int_equal(rd(b, FLASH + 0x20000), 0);
    unlock_with_options(b);
    wr(b, WB_SFR, 0x80ff00ff);
    expect_violations(b, 1);
    drop_chip(b);
}

static void boot_lock_of_an_stm32wl_boots_the_flash(void **state)
{
    struct chip_bench *b = make_running("stm32wle5jc");
    (void)state;
    sim_chip_set_boot0(b->chip, true);
    unlock_with_options(b);
    wr(b, WB_OPTR, rd(b, WB_OPTR));
    program_and_load(b);
    assert_int_equal(rd(b, M4_SYSCFG_MEMRMP), 1);
    unlock_with_options(b);
    wr(b, WB_OPTR, rd(b, WB_OPTR) | 1u << 30);
    program_and_load(b);
    assert_int_equal(rd(b, M4_SYSCFG_MEMRMP), 0);
    drop_chip(b);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        wb_test(optverr_is_there_after_every_reset_and_hinders_nothing),
        wb_test(options_are_as_st_delivers_them),
        wb_test(pages_of_the_second_core_read_as_zeros),
        wb_test(their_erase_and_programming_are_bus_errors),
        wb_test(a_mass_erase_is_ignored_with_a_bus_error),
        wb_test(the_second_core_s_options_are_not_for_the_first_one),
        wb_test(pcrop_counts_pages_of_2_kib_and_has_two_areas),
        cmocka_unit_test(smaller_parts_have_the_second_core_s_pages_at_their_end),
        cmocka_unit_test(an_stm32wl_has_no_such_pages_and_is_erased_as_a_whole),
        cmocka_unit_test(security_of_a_wl55_closes_the_pages_that_its_options_say),
        cmocka_unit_test(boot_lock_of_an_stm32wl_boots_the_flash),
    };
    return cmocka_run_group_tests_name("sim_flash_wb", tests, NULL, NULL);
}
