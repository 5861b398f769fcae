// SPDX-License-Identifier: MIT
// Timers of the virtual chip against RM0091, 17 to 21: prescaler, reload, update events, one pulse,
// compare, and the capture of internal signals by TIM14 that measures HSE against HSI (19.4.11).
#include "tests/unit/choose.h"
#include "tests/unit/sim_chip_bench.h"

#define TIM1  0x40012c00u
#define TIM2  0x40000000u
#define TIM3  0x40000400u
#define TIM6  0x40001000u
#define TIM14 0x40002000u
#define TIM16 0x40014400u

#define CR1   0x00u
#define SMCR  0x08u
#define DIER  0x0cu
#define SR    0x10u
#define EGR   0x14u
#define CCMR1 0x18u
#define CCER  0x20u
#define CNT   0x24u
#define PSC   0x28u
#define ARR   0x2cu
#define RCR   0x30u
#define CCR1  0x34u
#define CCR2  0x38u
#define OR    0x50u

#define CEN   (1u << 0)
#define UDIS  (1u << 1)
#define URS   (1u << 2)
#define OPM   (1u << 3)
#define DIR   (1u << 4)
#define ARPE  (1u << 7)
#define UIF   (1u << 0)
#define CC1IF (1u << 1)
#define CC2IF (1u << 2)
#define CC1OF (1u << 9)

#define DBGMCU_FZ1 0x40015808u

static void clock_all(struct chip_bench *b)
{
    set_bits(b, RCC_APB1ENR, 0x133);
    set_bits(b, RCC_APB2ENR, 0x470a01);
}

// Sets prescaler and reload value, and starts.
static void start(struct chip_bench *b, uint32_t tim, uint32_t psc, uint32_t arr, uint32_t cr1)
{
    wr(b, tim + PSC, psc);
    wr(b, tim + ARR, arr);
    wr(b, tim + EGR, 1);
    wr(b, tim + SR, 0);
    wr(b, tim + CR1, cr1 | CEN);
}

static bool pends(struct chip_bench *b, unsigned irq)
{
    return rd(b, NVIC_ISPR) >> irq & 1;
}

static void it_counts_prescaled_clocks_and_wraps_behind_the_reload_value(void **state)
{
    struct chip_bench *b = *state;
    clock_all(b);
    start(b, TIM3, 7, 999, 0); // 1 MHz, a period of 1 ms
    assert_int_equal(rd(b, TIM3 + CNT), 0);
    run_ns(b, 500 * NS_PER_US);
    assert_int_equal(rd(b, TIM3 + CNT), 500);
    assert_int_equal(rd(b, TIM3 + SR) & UIF, 0);
    run_ns(b, 499 * NS_PER_US);
    assert_int_equal(rd(b, TIM3 + CNT), 999);
    assert_int_equal(rd(b, TIM3 + SR) & UIF, 0);
    run_ns(b, 1 * NS_PER_US);
    assert_int_equal(rd(b, TIM3 + CNT), 0);
    assert_int_equal(rd(b, TIM3 + SR) & UIF, UIF);
    wr(b, TIM3 + SR, ~UIF);
    assert_int_equal(rd(b, TIM3 + SR) & UIF, 0);
    run_ns(b, 7300 * NS_PER_US);
    assert_int_equal(rd(b, TIM3 + CNT), 300);
    assert_int_equal(rd(b, TIM3 + SR) & UIF, UIF);
}

static void it_stands_still_without_cen_and_without_a_clock(void **state)
{
    struct chip_bench *b = *state;
    clock_all(b);
    start(b, TIM3, 7, 0xffff, 0);
    run_ns(b, 100 * NS_PER_US);
    wr(b, TIM3 + CR1, 0);
    run_ns(b, 100 * NS_PER_US);
    assert_int_equal(rd(b, TIM3 + CNT), 100);
    wr(b, TIM3 + CR1, CEN);
    wr(b, RCC_APB1ENR, 0);
    run_ns(b, 100 * NS_PER_US);
    assert_int_equal(rd(b, TIM3 + CNT), 0); // nothing to be read
    wr(b, RCC_APB1ENR, 0x133);
    assert_int_equal(rd(b, TIM3 + CNT), 100);
}

static void only_tim2_has_32_bits(void **state)
{
    struct chip_bench *b = *state;
    clock_all(b);
    wr(b, TIM2 + ARR, 0x12345678);
    wr(b, TIM3 + ARR, 0x12345678);
    assert_int_equal(rd(b, TIM2 + ARR), 0x12345678);
    assert_int_equal(rd(b, TIM3 + ARR), 0x5678);
    start(b, TIM2, 0, 0xffffffff, 0);
    run_ns(b, 100 * NS_PER_MS);
    assert_int_equal(rd(b, TIM2 + CNT), 800000);
}

static void a_reload_value_of_zero_blocks_the_counter(void **state)
{
    struct chip_bench *b = *state;
    clock_all(b);
    start(b, TIM3, 0, 0, 0);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, TIM3 + CNT), 0);
    assert_int_equal(rd(b, TIM3 + SR) & UIF, 0);
}

static void the_prescaler_takes_effect_with_the_next_update(void **state)
{
    struct chip_bench *b = *state;
    clock_all(b);
    start(b, TIM3, 7, 99, 0);
    wr(b, TIM3 + PSC, 79);
    run_ns(b, 100 * NS_PER_US); // a round of 100 us, then 10 us a count
    assert_int_equal(rd(b, TIM3 + CNT), 0);
    run_ns(b, 55 * NS_PER_US);
    assert_int_equal(rd(b, TIM3 + CNT), 5);
}

static void arpe_keeps_the_reload_value_until_the_update(void **state)
{
    struct chip_bench *b = *state;
    clock_all(b);
    start(b, TIM3, 7, 99, ARPE);
    wr(b, TIM3 + ARR, 9);
    run_ns(b, 50 * NS_PER_US);
    assert_int_equal(rd(b, TIM3 + CNT), 50);
    run_ns(b, 53 * NS_PER_US);
    assert_int_equal(rd(b, TIM3 + CNT), 3);
    run_ns(b, 10 * NS_PER_US);
    assert_int_equal(rd(b, TIM3 + CNT), 3);
    wr(b, TIM3 + CR1, CEN);
    wr(b, TIM3 + ARR, 99); // without ARPE at once
    run_ns(b, 20 * NS_PER_US);
    assert_int_equal(rd(b, TIM3 + CNT), 23);
}

static void ug_starts_anew_and_urs_keeps_it_quiet(void **state)
{
    struct chip_bench *b = *state;
    clock_all(b);
    start(b, TIM3, 7, 999, 0);
    run_ns(b, 50 * NS_PER_US);
    wr(b, TIM3 + EGR, 1);
    assert_int_equal(rd(b, TIM3 + CNT), 0);
    assert_int_equal(rd(b, TIM3 + SR) & UIF, UIF);
    wr(b, TIM3 + SR, 0);
    wr(b, TIM3 + CR1, CEN | URS);
    wr(b, TIM3 + EGR, 1);
    assert_int_equal(rd(b, TIM3 + SR) & UIF, 0);
}

static void udis_lets_it_wrap_without_an_update(void **state)
{
    struct chip_bench *b = *state;
    clock_all(b);
    start(b, TIM3, 7, 99, UDIS);
    wr(b, TIM3 + PSC, 15);
    run_ns(b, 150 * NS_PER_US);
    assert_int_equal(rd(b, TIM3 + CNT), 50);
    assert_int_equal(rd(b, TIM3 + SR) & UIF, 0);
}

static void one_pulse_mode_stops_at_the_update(void **state)
{
    struct chip_bench *b = *state;
    clock_all(b);
    start(b, TIM3, 7, 99, OPM);
    run_ns(b, 99 * NS_PER_US);
    assert_int_equal(rd(b, TIM3 + CR1) & CEN, CEN);
    run_ns(b, 500 * NS_PER_US);
    assert_int_equal(rd(b, TIM3 + CR1) & CEN, 0);
    assert_int_equal(rd(b, TIM3 + CNT), 0);
    assert_int_equal(rd(b, TIM3 + SR) & UIF, UIF);
}

static void those_that_can_count_down_do(void **state)
{
    struct chip_bench *b = *state;
    clock_all(b);
    start(b, TIM3, 7, 99, DIR);
    wr(b, TIM3 + EGR, 1);
    wr(b, TIM3 + SR, 0);
    assert_int_equal(rd(b, TIM3 + CNT), 99);
    run_ns(b, 60 * NS_PER_US);
    assert_int_equal(rd(b, TIM3 + CNT), 39);
    run_ns(b, 40 * NS_PER_US);
    assert_int_equal(rd(b, TIM3 + CNT), 99);
    assert_int_equal(rd(b, TIM3 + SR) & UIF, UIF);
}

static void the_repetition_counter_lets_every_third_overflow_through(void **state)
{
    struct chip_bench *b = *state;
    clock_all(b);
    wr(b, TIM1 + RCR, 2);
    start(b, TIM1, 7, 99, 0);
    run_ns(b, 250 * NS_PER_US);
    assert_int_equal(rd(b, TIM1 + SR) & UIF, 0);
    run_ns(b, 60 * NS_PER_US);
    assert_int_equal(rd(b, TIM1 + SR) & UIF, UIF);
    assert_int_equal(rd(b, TIM1 + CNT), 10);
}

static void an_update_interrupts_on_time(void **state)
{
    static const struct {
        uint32_t tim;
        unsigned irq;
    } cases[] = {{TIM1, 13}, {TIM2, 15}, {TIM3, 16}, {TIM6, 17}, {TIM14, 19}, {TIM16, 21}};
    struct chip_bench *b = *state;
    clock_all(b);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start(b, cases[i].tim, 7, 99, 0);
        wr(b, cases[i].tim + DIER, UIF);
        run_ns(b, 99 * NS_PER_US);
        assert_false(pends(b, cases[i].irq));
        run_ns(b, 2 * NS_PER_US);
        assert_true(pends(b, cases[i].irq));
        wr(b, cases[i].tim + CR1, 0);
        wr(b, cases[i].tim + SR, 0);
    }
}

static void a_handler_runs_once_a_period(void **state)
{
    struct chip_bench *b = *state;
    // ldr r1, =TIM3; movs r2, #0; str r2, [r1, #SR]; adds r4, #1; bx lr
    static const uint16_t handler[] = {0x4902, 0x2200, 0x610a, 0x3401,
                                       0x4770, 0xbf00, 0x0400, 0x4000};
    uint8_t code[sizeof handler], word[4];
    for (size_t i = 0; i < sizeof handler / sizeof handler[0]; i++)
        put_le16(code + 2 * i, handler[i]);
    assert_true(sim_chip_poke(b->chip, FLASH + 0x100, code, sizeof code));
    put_le32(word, FLASH + 0x101);
    assert_true(sim_chip_poke(b->chip, FLASH + 4 * (16 + 16), word, 4));
    clock_all(b);
    start(b, TIM3, 7, 99, 0);
    wr(b, TIM3 + DIER, UIF);
    wr(b, NVIC_ISER, 1u << 16);
    uint32_t before = sim_core_get_reg(sim_chip_core(b->chip), 4);
    run_ns(b, 1050 * NS_PER_US);
    assert_int_equal(sim_core_get_reg(sim_chip_core(b->chip), 4) - before, 10);
}

static void a_compare_value_sets_its_flag_and_interrupts(void **state)
{
    struct chip_bench *b = *state;
    clock_all(b);
    wr(b, TIM3 + CCR1, 30);
    wr(b, TIM3 + CCR2, 60);
    start(b, TIM3, 7, 99, 0);
    wr(b, TIM3 + DIER, CC2IF);
    run_ns(b, 30 * NS_PER_US);
    assert_int_equal(rd(b, TIM3 + SR) & (CC1IF | CC2IF), CC1IF);
    assert_false(pends(b, 16));
    run_ns(b, 31 * NS_PER_US);
    assert_true(pends(b, 16));
    assert_int_equal(rd(b, TIM3 + SR) & CC2IF, CC2IF);
}

static void a_match_long_ago_is_not_forgotten(void **state)
{
    struct chip_bench *b = *state;
    clock_all(b);
    wr(b, TIM3 + CCR1, 50);
    start(b, TIM3, 7, 99, 0);
    run_ns(b, 60 * NS_PER_US);
    wr(b, TIM3 + SR, 0);
    run_ns(b, 1060 * NS_PER_US); // ten rounds and a bit, in which nobody looks
    assert_int_equal(rd(b, TIM3 + CNT), 20);
    assert_int_equal(rd(b, TIM3 + SR) & (CC1IF | UIF), CC1IF | UIF);
}

static void a_compare_value_beyond_the_reload_value_matches_at_the_overflow(void **state)
{
    struct chip_bench *b = *state;
    clock_all(b);
    wr(b, TIM3 + CCR1, 200);
    start(b, TIM3, 7, 99, 0);
    wr(b, TIM3 + DIER, CC1IF);
    run_ns(b, 99 * NS_PER_US);
    assert_int_equal(rd(b, TIM3 + SR) & CC1IF, 0);
    run_ns(b, 2 * NS_PER_US);
    assert_true(pends(b, 16));
    assert_int_equal(rd(b, TIM3 + SR) & CC1IF, CC1IF);
}

static void a_frozen_timer_waits_for_the_core(void **state)
{
    struct chip_bench *b = *state;
    clock_all(b);
    start(b, TIM2, 7, 0xffffffff, 0);
    start(b, TIM3, 7, 0xffff, 0);
    wr(b, DBGMCU_FZ1, 1u << 1); // TIM3 only
    halt_core(b);
    uint32_t tim2 = rd(b, TIM2 + CNT), tim3 = rd(b, TIM3 + CNT);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, TIM2 + CNT) - tim2, 1000);
    assert_int_equal(rd(b, TIM3 + CNT), tim3);
    debugger_wr(b, DHCSR, DHCSR_KEY | 1);
    run_ns(b, NS_PER_MS);
    assert_in_range(rd(b, TIM3 + CNT) - tim3, 999, 1000);
}

static void the_timers_of_a_divided_bus_run_at_twice_its_clock(void **state)
{
    struct chip_bench *b = *state;
    clock_all(b);
    wr(b, RCC_CFGR, 5u << 8); // PPRE: HCLK / 4
    start(b, TIM3, 0, 0xffff, 0);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, TIM3 + CNT), 4000);
}

static void a_change_of_clock_keeps_what_was_counted(void **state)
{
    struct chip_bench *b = *state;
    clock_all(b);
    start(b, TIM3, 7, 0xffff, 0);
    run_ns(b, 100 * NS_PER_US);
    wr(b, RCC_CFGR, 8u << 4); // HCLK / 2
    run_ns(b, 100 * NS_PER_US);
    assert_int_equal(rd(b, TIM3 + CNT), 150);
}

static void a_timer_as_a_slave_of_nothing_stands_still(void **state)
{
    struct chip_bench *b = *state;
    clock_all(b);
    start(b, TIM3, 7, 0xffff, 0);
    wr(b, TIM3 + SMCR, 7);
    run_ns(b, 100 * NS_PER_US);
    assert_int_equal(rd(b, TIM3 + CNT), 0);
}

// ---- TIM14 measures (19.4.11) -------------------------------------------------------------------

enum { SIGNAL_PIN, SIGNAL_RTC, SIGNAL_HSE_32, SIGNAL_MCO };

// Clocks of the timer between two captures.
static uint32_t measure(struct chip_bench *b, unsigned signal, unsigned ic1psc)
{
    clock_all(b);
    wr(b, TIM14 + CR1, 0);
    start(b, TIM14, 0, 0xffff, 0);
    wr(b, TIM14 + OR, signal);
    wr(b, TIM14 + CCMR1, 1 | ic1psc << 2);
    wr(b, TIM14 + CCER, 1);
    uint32_t capture[2];
    for (unsigned i = 0; i < 2; i++) {
        for (unsigned n = 0; n < 20000 && !(rd(b, TIM14 + SR) & CC1IF); n++)
            run_ns(b, 500);
        if (!(rd(b, TIM14 + SR) & CC1IF))
            return 0;
        capture[i] = rd(b, TIM14 + CCR1);
    }
    return (capture[1] - capture[0]) & 0xffff;
}

static void start_hse(struct chip_bench *b, uint32_t hz)
{
    sim_chip_set_hse(b->chip, hz);
    set_bits(b, RCC_CR, 1u << 16);
    run_ns(b, 5 * NS_PER_MS);
}

static void hse_over_32_is_measured_in_clocks_of_hsi(void **state)
{
    static const uint32_t hz[] = {8000000, 16000000, 12000000, 4000000, 7990000};
    struct chip_bench *b = *state;
    for (size_t i = 0; i < sizeof hz / sizeof hz[0]; i++) {
        start_hse(b, hz[i]);
        uint32_t expected = (uint32_t)(8000000ull * 32 * 8 / hz[i]);
        assert_in_range(measure(b, SIGNAL_HSE_32, 3), expected - 1, expected + 1);
        assert_in_range(measure(b, SIGNAL_HSE_32, 0), expected / 8 - 1, expected / 8 + 1);
    }
}

static void without_a_crystal_there_is_nothing_to_capture(void **state)
{
    struct chip_bench *b = *state;
    start_hse(b, 0);
    assert_int_equal(measure(b, SIGNAL_HSE_32, 0), 0);
    assert_int_equal(measure(b, SIGNAL_PIN, 0), 0);
}

static void the_rtc_s_clock_can_be_captured(void **state)
{
    struct chip_bench *b = *state;
    wr(b, RCC_CSR, 1);
    wr(b, RCC_APB1ENR, 1u << 28);
    wr(b, 0x40007000, 1u << 8);
    wr(b, RCC_BDCR, 2u << 8); // LSI
    run_ns(b, NS_PER_MS);
    assert_in_range(measure(b, SIGNAL_RTC, 0), 199, 201); // 8 MHz / 40 kHz
}

static void mco_brings_any_clock_with_its_prescaler(void **state)
{
    static const struct {
        uint32_t cfgr;
        uint32_t hz;
    } cases[] = {
        {4u << 24 | 7u << 28, 8000000 / 128},  // SYSCLK
        {5u << 24 | 6u << 28, 8000000 / 64},   // HSI
        {6u << 24 | 7u << 28, 12000000 / 128}, // HSE
        {2u << 24, 40000},                     // LSI
        {1u << 24 | 7u << 28, 14000000 / 128}, // HSI14
    };
    struct chip_bench *b = *state;
    start_hse(b, 12000000);
    wr(b, RCC_CSR, 1);
    wr(b, RCC_CR2, 1);
    run_ns(b, NS_PER_MS);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wr(b, RCC_CFGR, cases[i].cfgr);
        uint32_t expected = 8000000 / cases[i].hz;
        assert_in_range(measure(b, SIGNAL_MCO, 0), expected - 1, expected + 1);
    }
}

static void both_edges_are_captured_twice_as_often(void **state)
{
    struct chip_bench *b = *state;
    wr(b, RCC_CSR, 1);
    run_ns(b, NS_PER_MS);
    wr(b, RCC_CFGR, 2u << 24);
    assert_in_range(measure(b, SIGNAL_MCO, 0), 199, 201);
    wr(b, TIM14 + CCER, 0xb); // CC1P and CC1NP
    run_ns(b, 30 * NS_PER_US);
    uint32_t first = rd(b, TIM14 + CCR1);
    run_ns(b, 12500);
    assert_in_range((rd(b, TIM14 + CCR1) - first) & 0xffff, 99, 101);
}

static void a_capture_that_nobody_took_is_an_overcapture(void **state)
{
    struct chip_bench *b = *state;
    start_hse(b, 8000000);
    measure(b, SIGNAL_HSE_32, 0);
    wr(b, TIM14 + SR, 0);
    rd(b, TIM14 + CCR1);
    run_ns(b, 4 * NS_PER_US);
    assert_int_equal(rd(b, TIM14 + SR) & (CC1IF | CC1OF), CC1IF);
    run_ns(b, 4 * NS_PER_US);
    assert_int_equal(rd(b, TIM14 + SR) & (CC1IF | CC1OF), CC1IF | CC1OF);
    rd(b, TIM14 + CCR1); // takes the capture, and leaves the overcapture
    assert_int_equal(rd(b, TIM14 + SR) & (CC1IF | CC1OF), CC1OF);
}

static void a_capture_interrupts(void **state)
{
    struct chip_bench *b = *state;
    start_hse(b, 8000000);
    measure(b, SIGNAL_HSE_32, 3);
    rd(b, TIM14 + CCR1);
    wr(b, TIM14 + DIER, CC1IF);
    run_ns(b, 33 * NS_PER_US);
    assert_true(pends(b, 19));
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        bench_test(it_counts_prescaled_clocks_and_wraps_behind_the_reload_value),
        bench_test(it_stands_still_without_cen_and_without_a_clock),
        bench_test(only_tim2_has_32_bits),
        bench_test(a_reload_value_of_zero_blocks_the_counter),
        bench_test(the_prescaler_takes_effect_with_the_next_update),
        bench_test(arpe_keeps_the_reload_value_until_the_update),
        bench_test(ug_starts_anew_and_urs_keeps_it_quiet),
        bench_test(udis_lets_it_wrap_without_an_update),
        bench_test(one_pulse_mode_stops_at_the_update),
        bench_test(those_that_can_count_down_do),
        bench_test(the_repetition_counter_lets_every_third_overflow_through),
        bench_test(an_update_interrupts_on_time),
        bench_test(a_handler_runs_once_a_period),
        bench_test(a_compare_value_sets_its_flag_and_interrupts),
        bench_test(a_match_long_ago_is_not_forgotten),
        bench_test(a_compare_value_beyond_the_reload_value_matches_at_the_overflow),
        bench_test(a_frozen_timer_waits_for_the_core),
        bench_test(the_timers_of_a_divided_bus_run_at_twice_its_clock),
        bench_test(a_change_of_clock_keeps_what_was_counted),
        bench_test(a_timer_as_a_slave_of_nothing_stands_still),
        bench_test(hse_over_32_is_measured_in_clocks_of_hsi),
        bench_test(without_a_crystal_there_is_nothing_to_capture),
        bench_test(the_rtc_s_clock_can_be_captured),
        bench_test(mco_brings_any_clock_with_its_prescaler),
        bench_test(both_edges_are_captured_twice_as_often),
        bench_test(a_capture_that_nobody_took_is_an_overcapture),
        bench_test(a_capture_interrupts),
    };
    return cmocka_run_group_tests_name("sim_timers", tests, NULL, NULL);
}
