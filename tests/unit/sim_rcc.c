// SPDX-License-Identifier: MIT
// Clocks and resets of the virtual chip against RM0091, 6, and how its buses treat peripherals
// without a clock and narrow accesses (2.1, 6.2.13).
#include "tests/unit/choose.h"
#include "tests/unit/sim_chip_bench.h"

#define CR_HSION    (1u << 0)
#define CR_HSIRDY   (1u << 1)
#define CR_HSEON    (1u << 16)
#define CR_HSERDY   (1u << 17)
#define CR_CSSON    (1u << 19)
#define CR_PLLON    (1u << 24)
#define CR_PLLRDY   (1u << 25)
#define CFGR_SWS    0xcu
#define PLL_HSE_X6  (1u << 16 | 4u << 18)
#define CSR_LSION   (1u << 0)
#define CSR_LSIRDY  (1u << 1)
#define CSR_RMVF    (1u << 24)
#define CSR_PINRSTF (1u << 26)
#define CSR_PORRSTF (1u << 27)
#define CSR_SFTRSTF (1u << 28)
#define CSR_FLAGS   0xfe000000u

#define GPIOB_MODER 0x48000400u
#define GPIOB_ODR   0x48000414u
#define TIM2_ARR    0x4000002cu
#define TIM2_CNT    0x40000024u
#define PWR_CR      0x40007000u

// adds r0, #1 and a branch to it: four cycles of the M0 for two instructions.
static void count_in_r0(struct chip_bench *b)
{
    static const uint8_t code[] = {0x01, 0x30, 0xfd, 0xe7};
    assert_true(sim_chip_poke(b->chip, FLASH + 8, code, sizeof code));
    run_ns(b, 10 * NS_PER_US);
}

static uint32_t counted_in_1ms(struct chip_bench *b)
{
    uint32_t before = sim_core_get_reg(sim_chip_core(b->chip), 0);
    run_ns(b, NS_PER_MS);
    return sim_core_get_reg(sim_chip_core(b->chip), 0) - before;
}

static void start_hse(struct chip_bench *b)
{
    set_bits(b, RCC_CR, CR_HSEON);
    run_ns(b, 5 * NS_PER_MS);
    assert_true(rd(b, RCC_CR) & CR_HSERDY);
}

static void start_pll_of_48_mhz(struct chip_bench *b)
{
    start_hse(b);
    wr(b, FLASH_ACR, 0x11);
    wr(b, RCC_CFGR, PLL_HSE_X6);
    set_bits(b, RCC_CR, CR_PLLON);
    run_ns(b, NS_PER_MS);
    assert_true(rd(b, RCC_CR) & CR_PLLRDY);
    wr(b, RCC_CFGR, PLL_HSE_X6 | 2);
    assert_int_equal(rd(b, RCC_CFGR) & CFGR_SWS, 2u << 2);
}

static void system_reset(struct chip_bench *b)
{
    sim_chip_set_nrst(b->chip, true);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
}

// ---- clocks (6.2) -------------------------------------------------------------------------------

static void after_reset_hsi_is_on_and_ready_and_everything_else_is_off(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, RCC_CR) & 0xffff00ff, 0x83);
    assert_int_equal(rd(b, RCC_CFGR), 0);
    assert_int_equal(rd(b, RCC_AHBENR), 0x14);
    assert_int_equal(rd(b, RCC_APB2ENR) | rd(b, RCC_APB1ENR), 0);
    assert_int_equal(rd(b, RCC_CSR) & 3, 0);
}

static void a_crystal_takes_its_time(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, RCC_CR, CR_HSEON);
    assert_false(rd(b, RCC_CR) & CR_HSERDY);
    run_ns(b, 1900 * NS_PER_US);
    assert_false(rd(b, RCC_CR) & CR_HSERDY);
    run_ns(b, 200 * NS_PER_US);
    assert_true(rd(b, RCC_CR) & CR_HSERDY);
    wr(b, RCC_CR, rd(b, RCC_CR) & ~CR_HSEON);
    assert_false(rd(b, RCC_CR) & (CR_HSEON | CR_HSERDY));
}

static void without_a_crystal_hse_never_gets_ready(void **state)
{
    struct chip_bench *b = *state;
    sim_chip_set_hse(b->chip, 0);
    set_bits(b, RCC_CR, CR_HSEON);
    wr(b, RCC_CFGR, 1);
    run_ns(b, 1000 * NS_PER_MS);
    assert_int_equal(rd(b, RCC_CR) & (CR_HSEON | CR_HSERDY), CR_HSEON);
    assert_int_equal(rd(b, RCC_CFGR) & CFGR_SWS, 0);
}

static void the_switch_waits_for_its_source(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, RCC_CR, CR_HSEON);
    wr(b, RCC_CFGR, 1);
    assert_int_equal(rd(b, RCC_CFGR), 1);
    run_ns(b, 5 * NS_PER_MS);
    assert_int_equal(rd(b, RCC_CFGR), 1 | 1 << 2);
}

static void the_core_runs_at_what_the_clock_tree_says(void **state)
{
    struct chip_bench *b = *state;
    count_in_r0(b);
    uint32_t at_8_mhz = counted_in_1ms(b);
    assert_in_range(at_8_mhz, 1990, 2010);
    wr(b, RCC_CFGR, 8u << 4); // HPRE: divided by 2
    assert_in_range(counted_in_1ms(b), at_8_mhz / 2 - 2, at_8_mhz / 2 + 2);
    wr(b, RCC_CFGR, 15u << 4); // by 512
    assert_in_range(counted_in_1ms(b), at_8_mhz / 512 - 1, at_8_mhz / 512 + 1);
    wr(b, RCC_CFGR, 0);
    start_pll_of_48_mhz(b);
    assert_in_range(counted_in_1ms(b), 6 * at_8_mhz - 20, 6 * at_8_mhz + 20);
    expect_violations(b, 0);
}

static void the_crystal_s_frequency_is_what_the_board_has(void **state)
{
    struct chip_bench *b = *state;
    sim_chip_set_hse(b->chip, 16000000);
    count_in_r0(b);
    uint32_t at_8_mhz = counted_in_1ms(b);
    start_hse(b);
    wr(b, RCC_CFGR, 1);
    assert_in_range(counted_in_1ms(b), 2 * at_8_mhz - 4, 2 * at_8_mhz + 4);
    wr(b, RCC_CFGR, 0);
    wr(b, RCC_CFGR, 1u << 16 | 10u << 18);
    wr(b, RCC_CFGR2, 7);           // PREDIV: by 8; its lowest bit is also bit 17 of CFGR (6.4.2)
    set_bits(b, RCC_CR, CR_PLLON); // 16 MHz / 8 * 12
    run_ns(b, NS_PER_MS);
    set_bits(b, RCC_CFGR, 2);
    assert_in_range(counted_in_1ms(b), 3 * at_8_mhz - 10, 3 * at_8_mhz + 10);
}

static void more_than_24_mhz_wants_a_wait_state(void **state)
{
    struct chip_bench *b = *state;
    start_hse(b);
    wr(b, RCC_CFGR, PLL_HSE_X6);
    set_bits(b, RCC_CR, CR_PLLON);
    run_ns(b, NS_PER_MS);
    wr(b, RCC_CFGR, PLL_HSE_X6 | 2);
    expect_violations(b, 1);
}

static void the_source_of_sysclk_cannot_be_switched_off(void **state)
{
    struct chip_bench *b = *state;
    wr(b, RCC_CR, rd(b, RCC_CR) & ~CR_HSION);
    assert_true(rd(b, RCC_CR) & CR_HSION);
    start_pll_of_48_mhz(b);
    wr(b, RCC_CR, rd(b, RCC_CR) & ~(CR_PLLON | CR_HSEON));
    assert_true(rd(b, RCC_CR) & CR_PLLON);
    assert_true(rd(b, RCC_CR) & CR_HSEON);
    wr(b, RCC_CR, rd(b, RCC_CR) & ~CR_HSION); // not in use any more
    assert_false(rd(b, RCC_CR) & (CR_HSION | CR_HSIRDY));
    expect_violations(b, 3);
}

static void the_pll_s_settings_stand_while_it_is_on(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, RCC_CR, CR_PLLON);
    wr(b, RCC_CFGR, 10u << 18);
    assert_int_equal(rd(b, RCC_CFGR) >> 18 & 15, 0);
    wr(b, RCC_CFGR2, 3);
    assert_int_equal(rd(b, RCC_CFGR2), 0);
    expect_violations(b, 2);
}

static void the_other_oscillators_start_where_they_exist(void **state)
{
    struct chip_bench *b = *state, *small = make_chip("stm32f031k6");
    wr(b, RCC_CSR, CSR_LSION);
    assert_false(rd(b, RCC_CSR) & CSR_LSIRDY);
    run_ns(b, 100 * NS_PER_US);
    assert_true(rd(b, RCC_CSR) & CSR_LSIRDY);
    wr(b, RCC_CR2, 1u << 0 | 1u << 16); // HSI14ON, HSI48ON
    run_ns(b, 100 * NS_PER_US);
    assert_int_equal(rd(b, RCC_CR2) & 0x30003, 0x30003);
    power_up(small);
    wr(small, RCC_CR2, 1u << 0 | 1u << 16);
    run_ns(small, 100 * NS_PER_US);
    assert_int_equal(rd(small, RCC_CR2) & 3, 3);
    assert_int_equal(rd(small, RCC_CR2) >> 17 & 1, 0);
    drop_chip(small);
}

static void ready_interrupts_come_when_enabled_and_are_cleared_by_their_bit(void **state)
{
    struct chip_bench *b = *state;
    wr(b, RCC_CSR, CSR_LSION);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, RCC_CIR), 0); // not enabled: no flag either (6.4.3)
    wr(b, RCC_CIR, 1u << 11);            // HSERDYIE
    start_hse(b);
    assert_int_equal(rd(b, RCC_CIR) & 0xff, 1u << 3);
    assert_true(rd(b, NVIC_ISPR) & 1u << 4);
    wr(b, RCC_CIR, 1u << 19); // HSERDYC
    assert_int_equal(rd(b, RCC_CIR) & 0xff, 0);
}

static void the_backup_domain_wants_dbp(void **state)
{
    struct chip_bench *b = *state;
    wr(b, RCC_BDCR, 2u << 8);
    assert_int_equal(rd(b, RCC_BDCR), 0);
    set_bits(b, RCC_APB1ENR, 1u << 28);
    wr(b, PWR_CR, 1u << 8);
    wr(b, RCC_BDCR, 2u << 8);
    assert_int_equal(rd(b, RCC_BDCR), 2u << 8);
    system_reset(b);
    assert_int_equal(rd(b, RCC_BDCR), 2u << 8); // a system reset leaves it
    power_cycle(b);
    assert_int_equal(rd(b, RCC_BDCR), 0);
}

// ---- clock security (6.2.7) ---------------------------------------------------------------------

static void a_lost_crystal_stops_a_chip_that_runs_from_it(void **state)
{
    struct chip_bench *b = *state;
    count_in_r0(b);
    start_hse(b);
    wr(b, RCC_CFGR, 1);
    sim_chip_set_hse(b->chip, 0);
    assert_int_equal(counted_in_1ms(b), 0);
}

static void with_css_it_goes_on_with_hsi_after_an_nmi(void **state)
{
    struct chip_bench *b = *state;
    uint8_t vector[4];
    put_le32(vector, FLASH + 0x40 + 1);
    assert_true(sim_chip_poke(b->chip, FLASH + 8, vector, 4)); // NMI; the program is elsewhere
    put_le32(vector, FLASH + 0x20 + 1);
    assert_true(sim_chip_poke(b->chip, FLASH + 4, vector, 4));
    static const uint8_t loop[] = {0xfe, 0xe7};
    assert_true(sim_chip_poke(b->chip, FLASH + 0x20, loop, 2));
    assert_true(sim_chip_poke(b->chip, FLASH + 0x40, loop, 2));
    system_reset(b);
    start_pll_of_48_mhz(b);
    set_bits(b, RCC_CR, CR_CSSON);
    sim_chip_set_hse(b->chip, 0);
    run_ns(b, 10 * NS_PER_US);
    assert_int_equal(rd(b, RCC_CFGR) & CFGR_SWS, 0);
    assert_false(rd(b, RCC_CR) & (CR_HSEON | CR_HSERDY | CR_PLLON | CR_PLLRDY));
    assert_true(rd(b, RCC_CIR) & 1u << 7);
    assert_int_equal(sim_core_get_reg(sim_chip_core(b->chip), 15), FLASH + 0x40);
    wr(b, RCC_CIR, 1u << 23); // CSSC
    assert_false(rd(b, RCC_CIR) & 1u << 7);
}

// ---- gates and resets of peripherals (6.2.13, 6.4) ----------------------------------------------

static void a_peripheral_without_its_clock_reads_as_zero_and_takes_nothing(void **state)
{
    struct chip_bench *b = *state;
    wr(b, GPIOB_MODER, 0x55);
    set_bits(b, RCC_AHBENR, 1u << 18);
    assert_int_equal(rd(b, GPIOB_MODER), 0);
    wr(b, GPIOB_MODER, 0x55);
    assert_int_equal(rd(b, GPIOB_MODER), 0x55);
    wr(b, RCC_AHBENR, 0x14);
    assert_int_equal(rd(b, GPIOB_MODER), 0);
    set_bits(b, RCC_AHBENR, 1u << 18); // what it held, it still holds
    assert_int_equal(rd(b, GPIOB_MODER), 0x55);
}

static void a_reset_bit_resets_its_peripheral_and_holds_it(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, RCC_AHBENR, 1u << 18);
    set_bits(b, RCC_APB1ENR, 1u << 0);
    wr(b, GPIOB_MODER, 0x55);
    wr(b, TIM2_ARR, 77);
    wr(b, RCC_AHBRSTR, 1u << 18);
    wr(b, GPIOB_MODER, 0x55);
    wr(b, RCC_AHBRSTR, 0);
    assert_int_equal(rd(b, GPIOB_MODER), 0);
    assert_int_equal(rd(b, TIM2_ARR), 77);
    wr(b, RCC_APB1RSTR, 1u << 0);
    wr(b, RCC_APB1RSTR, 0);
    assert_int_equal(rd(b, TIM2_ARR), 0xffffffff);
}

static void the_apb_bridge_duplicates_narrow_writes_and_ahb_does_not(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    set_bits(b, RCC_AHBENR, 1u << 18);
    set_bits(b, RCC_APB1ENR, 1u << 0);
    assert_int_equal(try_write(b, TIM2_ARR, 2, 0x1234), SIM_BUS_OK);
    assert_int_equal(rd(b, TIM2_ARR), 0x12341234);
    assert_int_equal(try_write(b, TIM2_ARR + 1, 1, 0x56), SIM_BUS_OK);
    assert_int_equal(rd(b, TIM2_ARR), 0x56565656);
    wr(b, GPIOB_MODER, 0);
    assert_int_equal(try_write(b, GPIOB_MODER + 1, 1, 0x55), SIM_BUS_OK);
    assert_int_equal(rd(b, GPIOB_MODER), 0x5500);
    assert_int_equal(try_read(b, GPIOB_MODER + 1, 1, &v), SIM_BUS_OK);
    assert_int_equal(v, 0x55);
}

// ---- reset flags (6.1, 6.4.10) ------------------------------------------------------------------

static void power_on_sets_por_and_pin_and_rmvf_clears_them(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, RCC_CSR) & CSR_FLAGS, CSR_PORRSTF | CSR_PINRSTF);
    wr(b, RCC_CSR, CSR_LSION);
    assert_int_equal(rd(b, RCC_CSR) & CSR_FLAGS, CSR_PORRSTF | CSR_PINRSTF);
    wr(b, RCC_CSR, CSR_RMVF);
    assert_int_equal(rd(b, RCC_CSR) & CSR_FLAGS, 0);
}

static void flags_of_resets_add_up(void **state)
{
    struct chip_bench *b = *state;
    wr(b, RCC_CSR, CSR_RMVF);
    system_reset(b);
    assert_int_equal(rd(b, RCC_CSR) & CSR_FLAGS, CSR_PINRSTF);
    wr(b, RCC_CSR, CSR_RMVF);
    wr(b, AIRCR, 0x05fa0004);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, RCC_CSR) & CSR_FLAGS, CSR_SFTRSTF | CSR_PINRSTF);
    power_cycle(b);
    assert_int_equal(rd(b, RCC_CSR) & CSR_FLAGS, CSR_PORRSTF | CSR_PINRSTF);
}

static void a_reset_by_the_debugger_works_on_a_halted_core(void **state)
{
    struct chip_bench *b = *state;
    wr(b, RCC_CSR, CSR_RMVF);
    halt_core(b);
    debugger_wr(b, AIRCR, 0x05fa0004);
    run_ns(b, NS_PER_MS);
    assert_int_equal(debugger_rd(b, RCC_CSR) & CSR_FLAGS, CSR_SFTRSTF | CSR_PINRSTF);
    assert_false(sim_core_is_halted(sim_chip_core(b->chip)));
}

static void a_system_reset_puts_the_clocks_back_to_hsi(void **state)
{
    struct chip_bench *b = *state;
    start_pll_of_48_mhz(b);
    set_bits(b, RCC_AHBENR, 1u << 18);
    wr(b, GPIOB_MODER, 0x55);
    system_reset(b);
    assert_int_equal(rd(b, RCC_CR) & 0xffff00ff, 0x83);
    assert_int_equal(rd(b, RCC_CFGR), 0);
    assert_int_equal(rd(b, FLASH_ACR), 0);
    set_bits(b, RCC_AHBENR, 1u << 18);
    assert_int_equal(rd(b, GPIOB_MODER), 0);
}

static void a_short_pulse_on_nrst_still_makes_a_whole_reset(void **state)
{
    struct chip_bench *b = *state;
    sim_chip_set_nrst(b->chip, true);
    sim_chip_set_nrst(b->chip, false);
    assert_true(sim_core_is_held(sim_chip_core(b->chip)));
    run_ns(b, 19 * NS_PER_US); // 20 us at least (6.1.1)
    assert_true(sim_core_is_held(sim_chip_core(b->chip)));
    run_ns(b, 2 * NS_PER_US);
    assert_false(sim_core_is_held(sim_chip_core(b->chip)));
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        bench_test(after_reset_hsi_is_on_and_ready_and_everything_else_is_off),
        bench_test(a_crystal_takes_its_time),
        bench_test(without_a_crystal_hse_never_gets_ready),
        bench_test(the_switch_waits_for_its_source),
        bench_test(the_core_runs_at_what_the_clock_tree_says),
        bench_test(the_crystal_s_frequency_is_what_the_board_has),
        bench_test(more_than_24_mhz_wants_a_wait_state),
        bench_test(the_source_of_sysclk_cannot_be_switched_off),
        bench_test(the_pll_s_settings_stand_while_it_is_on),
        bench_test(the_other_oscillators_start_where_they_exist),
        bench_test(ready_interrupts_come_when_enabled_and_are_cleared_by_their_bit),
        bench_test(the_backup_domain_wants_dbp),
        bench_test(a_lost_crystal_stops_a_chip_that_runs_from_it),
        bench_test(with_css_it_goes_on_with_hsi_after_an_nmi),
        bench_test(a_peripheral_without_its_clock_reads_as_zero_and_takes_nothing),
        bench_test(a_reset_bit_resets_its_peripheral_and_holds_it),
        bench_test(the_apb_bridge_duplicates_narrow_writes_and_ahb_does_not),
        bench_test(power_on_sets_por_and_pin_and_rmvf_clears_them),
        bench_test(flags_of_resets_add_up),
        bench_test(a_reset_by_the_debugger_works_on_a_halted_core),
        bench_test(a_system_reset_puts_the_clocks_back_to_hsi),
        bench_test(a_short_pulse_on_nrst_still_makes_a_whole_reset),
    };
    return cmocka_run_group_tests_name("sim_rcc", tests, NULL, NULL);
}
