// SPDX-License-Identifier: MIT
// The virtual STM32F3 against RM0316: what its memories, clocks, pins, boot and debug support unit
// do otherwise than those of an STM32F0, whose tests have the rest.
#include "tests/unit/choose.h"
#include "tests/unit/sim_chip_bench.h"

#define CCM    0x10000000u
#define SYSTEM 0x1fffd800u
#define GPIOA  0x48000000u
#define GPIOB  0x48000400u
#define DBG_ID 0xe0042000u
#define TIM2   0x40000000u
#define TIM15  0x40014000u

#define CR_HSEON (1u << 16)
#define CR_PLLON (1u << 24)
#define PLLSRC   (1u << 16) // HSE through PREDIV

static struct chip_bench *make_f3(const char *name)
{
    struct chip_bench *b = make_chip(name);
    poke_loop(b);
    power_up(b);
    return b;
}

static int f3_setup(void **state)
{
    *state = make_f3("stm32f303cc");
    return 0;
}

#define f3_test(f) cmocka_unit_test_setup_teardown(f, f3_setup, bench_teardown)

static void registers_have_the_reset_values_of_the_manual(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, FLASH_ACR), 0x30); // the prefetch buffer is on
    assert_int_equal(rd(b, FLASH_WRPR), 0xffffffff);
    assert_int_equal(rd(b, RCC_AHBENR), 0x14);
    assert_int_equal(rd(b, RCC_CR) & 0xff, 0x83);
    set_bits(b, RCC_AHBENR, 3u << 17);
    assert_int_equal(rd(b, GPIOA), 0xa8000000);
    assert_int_equal(rd(b, GPIOA + 8), 0x0c000000);
    assert_int_equal(rd(b, GPIOA + 12), 0x64000000);
    assert_int_equal(rd(b, GPIOB), 0x280);
    assert_int_equal(rd(b, GPIOB + 12), 0x100);
    assert_int_equal(rd(b, DBG_ID), 0x10036422);
    assert_int_equal(rd(b, 0xe000ed00), 0x410fc241);
    assert_int_equal(rd(b, 0x1ffff7cc) & 0xffff, 256);
    expect_violations(b, 0);
}

// ---- memories -----------------------------------------------------------------------------------

static void core_coupled_memory_is_where_the_part_has_it(void **state)
{
    static const struct {
        const char *name;
        unsigned kib;
    } parts[] = {{"stm32f303cc", 8}, {"stm32f303re", 16}, {"stm32f334k8", 4}, {"stm32f358vc", 8},
                 {"stm32f302cc", 0}, {"stm32f373cc", 0},  {"stm32f301c8", 0}};
    (void)state;
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct chip_bench *b = make_f3(parts[i].name);
        uint32_t end = CCM + parts[i].kib * 1024, v;
        if (parts[i].kib) {
            wr(b, end - 4, 0x600df00d);
            assert_int_equal(debugger_rd(b, end - 4), 0x600df00d);
        }
        assert_int_equal(try_read(b, end, 4, &v), SIM_BUS_FAULT);
        drop_chip(b);
    }
}

// The core runs from it, too.
static void the_core_runs_in_core_coupled_memory(void **state)
{
    struct chip_bench *b = *state;
    struct sim_core *core = sim_chip_core(b->chip);
    wr(b, CCM, 0xe7fe2007); // movs r0, #7; b .
    debugger_wr(b, DHCSR, DHCSR_KEY | 3);
    sim_core_set_reg(core, 15, CCM);
    debugger_wr(b, DHCSR, DHCSR_KEY | 1);
    run_ns(b, 10 * NS_PER_US);
    assert_int_equal(sim_core_get_reg(core, 0), 7);
    assert_int_equal(sim_core_get_reg(core, 15), CCM + 2);
}

static uint32_t booted(bool boot0, uint8_t user)
{
    struct chip_bench *b = make_chip("stm32f303cc");
    const uint8_t pair[2] = {user, (uint8_t)~user};
    poke_loop(b);
    assert_true(sim_chip_poke(b->chip, OPTIONS + 2, pair, 2));
    sim_chip_set_boot0(b->chip, boot0);
    power_up(b);
    wr(b, RCC_APB2ENR, 1);
    uint32_t mode = rd(b, SYSCFG_CFGR1) & 3;
    assert_true(mode != 1 || rd(b, 4) == SYSTEM + 64 + 1);
    drop_chip(b);
    return mode;
}

static void boot0_and_nboot1_choose_what_boots(void **state)
{
    (void)state;
    assert_int_equal(booted(false, 0xff), 0);
    assert_int_equal(booted(true, 0xff), 1);
    assert_int_equal(booted(true, 0xef), 3);
    assert_int_equal(booted(false, 0xef), 0);
    // The bits 3 and 7, which an STM32F0 has here, are not there.
    assert_int_equal(booted(true, 0x77), 1);
    assert_int_equal(booted(false, 0x77), 0);
}

// ---- clocks -------------------------------------------------------------------------------------

static uint32_t hclk(struct chip_bench *b)
{
    return sim_chip_hclk_hz(b->chip);
}

// 72 MHz from the board's crystal of 8 MHz, with PPRE1 and PPRE2.
static void run_from_pll(struct chip_bench *b, uint32_t ppre)
{
    wr(b, FLASH_ACR, 0x12);
    set_bits(b, RCC_CR, CR_HSEON);
    run_ns(b, 3 * NS_PER_MS);
    wr(b, RCC_CFGR, PLLSRC | 7u << 18 | ppre); // times 9
    set_bits(b, RCC_CR, CR_PLLON);
    run_ns(b, NS_PER_MS);
    set_bits(b, RCC_CFGR, 2);
}

static void both_apbs_have_a_prescaler(void **state)
{
    struct chip_bench *b = *state;
    run_from_pll(b, 4u << 8 | 5u << 11); // 36 and 18 MHz
    assert_int_equal(hclk(b), 72000000);
    set_bits(b, RCC_APB1ENR, 1);
    set_bits(b, RCC_APB2ENR, 1u << 16);
    wr(b, TIM15 + 0x2c, 0xffff);
    wr(b, TIM2, 1);
    wr(b, TIM15, 1);
    run_ns(b, 100 * NS_PER_US);
    assert_in_range(rd(b, TIM2 + 0x24), 7199, 7201);  // twice 36 MHz
    assert_in_range(rd(b, TIM15 + 0x24), 3599, 3601); // twice 18 MHz
    expect_violations(b, 0);
}

static void limits_of_the_clocks_are_told(void **state)
{
    struct chip_bench *b = *state;
    run_from_pll(b, 0); // PCLK1 of 72 MHz
    expect_violations(b, 1);
    assert_non_null(strstr(b->account.violations[0], "PCLK1 above 36 MHz"));
    wr(b, RCC_CFGR, rd(b, RCC_CFGR) | 4u << 8);
    expect_violations(b, 1);
    wr(b, FLASH_ACR, 0x11);
    expect_violations(b, 2);
    assert_non_null(strstr(b->account.violations[1], "72000000 Hz with 1 flash wait states"));
}

// Bit 15 of RCC_CFGR: HSI through PREDIV, on F302xD to F398 alone.
static void pllsrc_has_two_bits_on_the_largest_die(void **state)
{
    static const char *const names[] = {"stm32f303re", "stm32f303cc", "stm32f373cc"};
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct chip_bench *b = make_f3(names[i]);
        wr(b, RCC_CFGR, 1u << 15 | 1u << 18); // times 3
        set_bits(b, RCC_CR, CR_PLLON);
        run_ns(b, NS_PER_MS);
        set_bits(b, RCC_CFGR, 2);
        assert_int_equal(rd(b, RCC_CFGR) & 1u << 15, i == 0 ? 1u << 15 : 0);
        assert_int_equal(hclk(b), i == 0 ? 24000000 : 12000000);
        drop_chip(b);
    }
}

static void there_is_no_hsi14(void **state)
{
    struct chip_bench *b = *state;
    wr(b, RCC_CR2, 1);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, RCC_CR2), 0);
    wr(b, RCC_CFGR2, 0xffffffff);
    assert_int_equal(rd(b, RCC_CFGR2), 0x3fff);
}

// ---- debug support ------------------------------------------------------------------------------

static void watchdogs_and_timers_stop_by_registers_of_their_own(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, RCC_APB1ENR, 1);
    set_bits(b, RCC_APB2ENR, 1u << 16);
    wr(b, TIM2, 1);
    wr(b, TIM15, 1);
    debugger_wr(b, DBG_ID + 4, 0xffffffff);
    assert_int_equal(debugger_rd(b, DBG_ID + 4), 0xe7);
    debugger_wr(b, DBG_ID + 8, 1);        // TIM2
    debugger_wr(b, DBG_ID + 12, 1u << 2); // TIM15
    debugger_wr(b, DHCSR, DHCSR_KEY | 3);
    run_ns(b, NS_PER_US); // up to the end of the core's instruction
    uint32_t count = rd(b, TIM2 + 0x24), other = rd(b, TIM15 + 0x24);
    run_ns(b, 100 * NS_PER_US);
    assert_int_equal(rd(b, TIM2 + 0x24), count);
    assert_int_equal(rd(b, TIM15 + 0x24), other);
    debugger_wr(b, DBG_ID + 12, 0);
    run_ns(b, 100 * NS_PER_US);
    assert_int_equal(rd(b, TIM2 + 0x24), count);
    assert_int_not_equal(rd(b, TIM15 + 0x24), other);
}

static void only_the_larger_dies_have_a_protection_unit(void **state)
{
    static const struct {
        const char *name;
        unsigned regions;
    } parts[] = {{"stm32f303cc", 8}, {"stm32f303re", 8}, {"stm32f373cc", 8},
                 {"stm32f334k8", 0}, {"stm32f303k8", 0}, {"stm32f301c8", 0}};
    (void)state;
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct chip_bench *b = make_f3(parts[i].name);
        assert_int_equal(rd(b, 0xe000ed90) >> 8 & 0xff, parts[i].regions);
        drop_chip(b);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        f3_test(registers_have_the_reset_values_of_the_manual),
        cmocka_unit_test(core_coupled_memory_is_where_the_part_has_it),
        f3_test(the_core_runs_in_core_coupled_memory),
        cmocka_unit_test(boot0_and_nboot1_choose_what_boots),
        f3_test(both_apbs_have_a_prescaler),
        f3_test(limits_of_the_clocks_are_told),
        cmocka_unit_test(pllsrc_has_two_bits_on_the_largest_die),
        f3_test(there_is_no_hsi14),
        f3_test(watchdogs_and_timers_stop_by_registers_of_their_own),
        cmocka_unit_test(only_the_larger_dies_have_a_protection_unit),
    };
    return cmocka_run_group_tests_name("sim_f3", tests, NULL, NULL);
}
