// SPDX-License-Identifier: MIT
// The two watchdogs of the virtual chip against RM0091, 23 and 24.
#include "tests/unit/choose.h"
#include "tests/unit/sim_chip_bench.h"

#define IWDG_KR    0x40003000u
#define IWDG_PR    0x40003004u
#define IWDG_RLR   0x40003008u
#define IWDG_SR    0x4000300cu
#define IWDG_WINR  0x40003010u
#define WWDG_CR    0x40002c00u
#define WWDG_CFR   0x40002c04u
#define WWDG_SR    0x40002c08u
#define DBGMCU_FZ1 0x40015808u

#define CSR_RMVF     (1u << 24)
#define CSR_PINRSTF  (1u << 26)
#define CSR_IWDGRSTF (1u << 29)
#define CSR_WWDGRSTF (1u << 30)
#define FZ_WWDG      (1u << 11)
#define FZ_IWDG      (1u << 12)
#define WDGA         (1u << 7)
#define EWI          (1u << 9)

#define UPDATE_NS 130000u // five periods of LSI and a little

static bool was_reset(struct chip_bench *b, uint32_t flag)
{
    return rd(b, RCC_CSR) & flag;
}

static void forget_resets(struct chip_bench *b)
{
    wr(b, RCC_CSR, CSR_RMVF);
}

// ---- IWDG ---------------------------------------------------------------------------------------

static void set_iwdg(struct chip_bench *b, uint32_t pr, uint32_t rlr)
{
    wr(b, IWDG_KR, 0x5555);
    wr(b, IWDG_PR, pr);
    wr(b, IWDG_RLR, rlr);
    run_ns(b, UPDATE_NS);
}

static void it_bites_after_its_period(void **state)
{
    static const struct {
        uint32_t pr, rlr;
        uint64_t us;
    } cases[] = {{0, 0, 100}, {0, 0xfff, 409600}, {3, 624, 500000}, {6, 155, 998400}, {7, 0, 6400}};
    struct chip_bench *b = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        forget_resets(b);
        set_iwdg(b, cases[i].pr, cases[i].rlr);
        wr(b, IWDG_KR, 0xcccc);
        run_ns(b, cases[i].us * NS_PER_US - 10000);
        assert_false(was_reset(b, CSR_IWDGRSTF));
        run_ns(b, 50000);
        assert_true(was_reset(b, CSR_IWDGRSTF));
        assert_true(was_reset(b, CSR_PINRSTF));
        run_ns(b, 10 * NS_PER_MS);
    }
}

static void feeding_keeps_it_quiet_and_nothing_stops_it(void **state)
{
    struct chip_bench *b = *state;
    forget_resets(b);
    set_iwdg(b, 0, 99); // 10 ms
    wr(b, IWDG_KR, 0xcccc);
    for (unsigned i = 0; i < 10; i++) {
        run_ns(b, 9 * NS_PER_MS);
        wr(b, IWDG_KR, 0xaaaa);
    }
    assert_false(was_reset(b, CSR_IWDGRSTF));
    wr(b, IWDG_KR, 0);
    wr(b, RCC_CSR, 0); // LSI cannot be switched off (23.3, 6.2.5)
    assert_true(rd(b, RCC_CSR) & 1);
    run_ns(b, 11 * NS_PER_MS);
    assert_true(was_reset(b, CSR_IWDGRSTF));
}

static void a_reset_stops_it_and_restores_its_registers(void **state)
{
    struct chip_bench *b = *state;
    set_iwdg(b, 3, 99);
    wr(b, IWDG_KR, 0xcccc);
    sim_chip_set_nrst(b->chip, true);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
    forget_resets(b);
    assert_int_equal(rd(b, IWDG_PR), 0);
    assert_int_equal(rd(b, IWDG_RLR), 0xfff);
    run_ns(b, 1000 * NS_PER_MS);
    assert_false(was_reset(b, CSR_IWDGRSTF));
}

static void its_registers_want_the_key_and_any_other_key_closes_them(void **state)
{
    struct chip_bench *b = *state;
    wr(b, IWDG_RLR, 5);
    assert_int_equal(rd(b, IWDG_RLR), 0xfff);
    wr(b, IWDG_KR, 0x5555);
    wr(b, IWDG_RLR, 5);
    assert_int_equal(rd(b, IWDG_RLR), 5);
    run_ns(b, UPDATE_NS);
    wr(b, IWDG_KR, 0xaaaa);
    wr(b, IWDG_RLR, 6);
    assert_int_equal(rd(b, IWDG_RLR), 5);
}

static void an_update_takes_five_lsi_periods(void **state)
{
    struct chip_bench *b = *state;
    wr(b, IWDG_KR, 0x5555);
    wr(b, IWDG_PR, 1);
    wr(b, IWDG_RLR, 5);
    assert_int_equal(rd(b, IWDG_SR), 3);
    wr(b, IWDG_RLR, 6);
    expect_violations(b, 1);
    run_ns(b, 120 * NS_PER_US);
    assert_int_equal(rd(b, IWDG_SR), 3);
    run_ns(b, 10 * NS_PER_US);
    assert_int_equal(rd(b, IWDG_SR), 0);
    assert_int_equal(rd(b, IWDG_RLR), 5);
}

static void feeding_outside_of_the_window_is_a_reset(void **state)
{
    struct chip_bench *b = *state;
    forget_resets(b);
    set_iwdg(b, 0, 99);
    wr(b, IWDG_KR, 0xcccc);
    wr(b, IWDG_KR, 0x5555);
    wr(b, IWDG_WINR, 50);
    run_ns(b, 6 * NS_PER_MS);
    wr(b, IWDG_KR, 0xaaaa); // 60 counts have gone
    run_ns(b, 100 * NS_PER_US);
    assert_false(was_reset(b, CSR_IWDGRSTF));
    run_ns(b, 3 * NS_PER_MS);
    wr(b, IWDG_KR, 0xaaaa);
    run_ns(b, 100 * NS_PER_US);
    assert_true(was_reset(b, CSR_IWDGRSTF));
}

static void the_core_s_halt_freezes_it_only_with_its_bit(void **state)
{
    struct chip_bench *b = *state;
    forget_resets(b);
    set_bits(b, RCC_APB2ENR, 1u << 22);
    wr(b, DBGMCU_FZ1, FZ_IWDG);
    set_iwdg(b, 0, 99);
    wr(b, IWDG_KR, 0xcccc);
    run_ns(b, 5 * NS_PER_MS);
    halt_core(b);
    run_ns(b, 100 * NS_PER_MS);
    assert_false(was_reset(b, CSR_IWDGRSTF));
    debugger_wr(b, DHCSR, DHCSR_KEY | 1);
    run_ns(b, 4900 * NS_PER_US); // what was left is left
    assert_false(was_reset(b, CSR_IWDGRSTF));
    run_ns(b, 300 * NS_PER_US);
    assert_true(was_reset(b, CSR_IWDGRSTF));
}

static void without_the_bit_it_bites_a_halted_core(void **state)
{
    struct chip_bench *b = *state;
    forget_resets(b);
    set_iwdg(b, 0, 99);
    wr(b, IWDG_KR, 0xcccc);
    halt_core(b);
    run_ns(b, 11 * NS_PER_MS);
    assert_true(was_reset(b, CSR_IWDGRSTF));
    assert_false(sim_core_is_halted(sim_chip_core(b->chip)));
}

static void a_breakpoint_freezes_it_at_once(void **state)
{
    // The program halts itself in the middle of a long run.
    static const uint8_t bkpt[] = {0x00, 0xbe};
    struct chip_bench *b = *state;
    forget_resets(b);
    set_bits(b, RCC_APB2ENR, 1u << 22);
    wr(b, DBGMCU_FZ1, FZ_IWDG);
    set_iwdg(b, 0, 99);
    wr(b, IWDG_KR, 0xcccc);
    debugger_wr(b, DHCSR, DHCSR_KEY | 1);
    assert_true(sim_chip_poke(b->chip, FLASH + 8, bkpt, 2));
    run_ns(b, 1000 * NS_PER_MS);
    assert_true(sim_core_is_halted(sim_chip_core(b->chip)));
    assert_false(was_reset(b, CSR_IWDGRSTF));
}

static void it_counts_on_in_stop(void **state)
{
    static const uint8_t sleeper[] = {0x30, 0xbf, 0xfd, 0xe7};
    struct chip_bench *b = *state;
    forget_resets(b);
    set_iwdg(b, 0, 99);
    wr(b, IWDG_KR, 0xcccc);
    wr(b, SCR, 1u << 2);
    assert_true(sim_chip_poke(b->chip, FLASH + 8, sleeper, sizeof sleeper));
    run_ns(b, NS_PER_MS);
    assert_false(sim_chip_swd_alive(b->chip));
    run_ns(b, 10 * NS_PER_MS);
    assert_true(was_reset(b, CSR_IWDGRSTF));
}

// ---- WWDG: PCLK 8 MHz, a count is 512 us at the least prescaler ---------------------------------

static void start_wwdg(struct chip_bench *b, uint32_t cfr, uint32_t count)
{
    forget_resets(b);
    set_bits(b, RCC_APB1ENR, 1u << 11);
    wr(b, WWDG_CFR, cfr);
    wr(b, WWDG_CR, WDGA | count);
}

static void the_window_watchdog_bites_when_t6_falls(void **state)
{
    static const struct {
        uint32_t wdgtb, count;
        uint64_t us;
    } cases[] = {{0, 0x7f, 64 * 512}, {0, 0x40, 512}, {3, 0x41, 2 * 4096}};
    struct chip_bench *b = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        start_wwdg(b, 0x7f | cases[i].wdgtb << 7, cases[i].count);
        // The prescaler runs freely, so that up to one count is missing.
        run_ns(b, (cases[i].us - (512ull << cases[i].wdgtb)) * NS_PER_US);
        assert_false(was_reset(b, CSR_WWDGRSTF));
        run_ns(b, (512ull << cases[i].wdgtb) * NS_PER_US + 30000);
        assert_true(was_reset(b, CSR_WWDGRSTF));
        assert_false(rd(b, WWDG_CR) & WDGA);
    }
}

static void a_refresh_in_the_window_is_right_and_before_it_a_reset(void **state)
{
    struct chip_bench *b = *state;
    start_wwdg(b, 0x50, 0x7f);
    run_ns(b, (0x7f - 0x50 + 1) * 512 * NS_PER_US);
    wr(b, WWDG_CR, WDGA | 0x7f);
    run_ns(b, NS_PER_MS);
    assert_false(was_reset(b, CSR_WWDGRSTF));
    wr(b, WWDG_CR, WDGA | 0x7f);
    run_ns(b, NS_PER_MS);
    assert_true(was_reset(b, CSR_WWDGRSTF));
}

static void writing_a_count_without_t6_is_a_reset(void **state)
{
    struct chip_bench *b = *state;
    start_wwdg(b, 0x7f, 0x3f);
    run_ns(b, 100 * NS_PER_US);
    assert_true(was_reset(b, CSR_WWDGRSTF));
}

static void an_early_warning_comes_at_0x40(void **state)
{
    struct chip_bench *b = *state;
    start_wwdg(b, EWI | 0x7f, 0x42);
    run_ns(b, 512 * NS_PER_US);
    assert_int_equal(rd(b, WWDG_SR), 0);
    run_ns(b, 513 * NS_PER_US);
    assert_int_equal(rd(b, WWDG_SR), 1);
    assert_true(rd(b, NVIC_ISPR) & 1);
    wr(b, WWDG_CR, WDGA | 0x7f); // in time
    wr(b, WWDG_SR, 0);
    assert_int_equal(rd(b, WWDG_SR), 0);
    run_ns(b, 10 * NS_PER_MS);
    assert_false(was_reset(b, CSR_WWDGRSTF));
}

static void without_wdga_it_only_counts(void **state)
{
    struct chip_bench *b = *state;
    forget_resets(b);
    set_bits(b, RCC_APB1ENR, 1u << 11);
    assert_int_equal(rd(b, WWDG_CFR), 0x7f);
    uint32_t first = rd(b, WWDG_CR);
    run_ns(b, 10 * 512 * NS_PER_US);
    assert_int_equal((first - rd(b, WWDG_CR)) & 0x7f, 10);
    run_ns(b, 200 * NS_PER_MS);
    assert_false(was_reset(b, CSR_WWDGRSTF));
}

static void wdga_cannot_be_cleared(void **state)
{
    struct chip_bench *b = *state;
    start_wwdg(b, 0x7f, 0x7f);
    wr(b, WWDG_CR, 0x7f);
    assert_true(rd(b, WWDG_CR) & WDGA);
}

static void the_core_s_halt_freezes_the_window_watchdog_with_its_bit(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, RCC_APB2ENR, 1u << 22);
    wr(b, DBGMCU_FZ1, FZ_WWDG);
    start_wwdg(b, 0x7f, 0x7f);
    halt_core(b);
    run_ns(b, 1000 * NS_PER_MS);
    assert_false(was_reset(b, CSR_WWDGRSTF));
    debugger_wr(b, DHCSR, DHCSR_KEY | 1);
    run_ns(b, 34 * NS_PER_MS);
    assert_true(was_reset(b, CSR_WWDGRSTF));
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        bench_test(it_bites_after_its_period),
        bench_test(feeding_keeps_it_quiet_and_nothing_stops_it),
        bench_test(a_reset_stops_it_and_restores_its_registers),
        bench_test(its_registers_want_the_key_and_any_other_key_closes_them),
        bench_test(an_update_takes_five_lsi_periods),
        bench_test(feeding_outside_of_the_window_is_a_reset),
        bench_test(the_core_s_halt_freezes_it_only_with_its_bit),
        bench_test(without_the_bit_it_bites_a_halted_core),
        bench_test(a_breakpoint_freezes_it_at_once),
        bench_test(it_counts_on_in_stop),
        bench_test(the_window_watchdog_bites_when_t6_falls),
        bench_test(a_refresh_in_the_window_is_right_and_before_it_a_reset),
        bench_test(writing_a_count_without_t6_is_a_reset),
        bench_test(an_early_warning_comes_at_0x40),
        bench_test(without_wdga_it_only_counts),
        bench_test(wdga_cannot_be_cleared),
        bench_test(the_core_s_halt_freezes_the_window_watchdog_with_its_bit),
    };
    return cmocka_run_group_tests_name("sim_watchdogs", tests, NULL, NULL);
}
