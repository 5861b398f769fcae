// SPDX-License-Identifier: MIT
// Supply, low-power modes and what the debugger sees of them: PWR (RM0091, 5), EXTI (11.2), DBGMCU
// (32.4 and 32.9), power-on (DS9773, 6.3.3).
#include "tests/unit/choose.h"
#include "tests/unit/sim_chip_bench.h"

#define PWR_CR       0x40007000u
#define PWR_CSR      0x40007004u
#define CR_PDDS      (1u << 1)
#define CR_CWUF      (1u << 2)
#define CR_CSBF      (1u << 3)
#define CSR_WUF      (1u << 0)
#define CSR_SBF      (1u << 1)
#define CSR_EWUP1    (1u << 8)
#define SCR_DEEP     (1u << 2)
#define PWREN        (1u << 28)
#define DBGMCU_ID    0x40015800u
#define DBGMCU_CR    0x40015804u
#define DBGMCU_FZ1   0x40015808u
#define DBGMCU_FZ2   0x4001580cu
#define DBGMCUEN     (1u << 22)
#define DBG_STOP     (1u << 1)
#define DBG_STANDBY  (1u << 2)
#define EXTI_IMR     0x40010400u
#define EXTI_EMR     0x40010404u
#define EXTI_RTSR    0x40010408u
#define EXTI_FTSR    0x4001040cu
#define EXTI_SWIER   0x40010410u
#define EXTI_PR      0x40010414u
#define EXTICR1      0x40010008u
#define CSR_RMVF     (1u << 24)
#define CSR_LPWRRSTF (1u << 31)
#define CSR_PORRSTF  (1u << 27)
#define EXTI0_IRQ    5

// The program sleeps: wfi, adds r0, #1, and again.
static void put_sleeper(struct chip_bench *b)
{
    static const uint8_t code[] = {0x30, 0xbf, 0x01, 0x30, 0xfc, 0xe7};
    assert_true(sim_chip_poke(b->chip, FLASH + 8, code, sizeof code));
}

static uint32_t woken(struct chip_bench *b)
{
    return sim_core_get_reg(sim_chip_core(b->chip), 0);
}

static void go_deep(struct chip_bench *b, uint32_t pwr_cr)
{
    set_bits(b, RCC_APB1ENR, PWREN);
    wr(b, PWR_CR, pwr_cr);
    wr(b, SCR, SCR_DEEP);
    put_sleeper(b);
    run_ns(b, 100 * NS_PER_US);
}

static void keep_debugging(struct chip_bench *b, uint32_t bits)
{
    set_bits(b, RCC_APB2ENR, DBGMCUEN);
    wr(b, DBGMCU_CR, bits);
}

static void listen_to_pa0(struct chip_bench *b)
{
    wr(b, EXTI_IMR, 1);
    wr(b, EXTI_RTSR, 1);
    wr(b, NVIC_ISER, 1u << EXTI0_IRQ);
    set_bits(b, RCC_AHBENR, 1u << 17);
    sim_chip_drive_pin(b->chip, 'A', 0, false);
}

// ---- Stop and Standby (5.3) ---------------------------------------------------------------------

static void sleep_leaves_debugging_alone(void **state)
{
    struct chip_bench *b = *state;
    put_sleeper(b);
    run_ns(b, 100 * NS_PER_US);
    assert_true(sim_core_is_sleeping(sim_chip_core(b->chip)));
    assert_true(sim_chip_swd_alive(b->chip));
}

static void stop_silences_swd_unless_dbg_stop_is_set(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    go_deep(b, 0);
    assert_false(sim_chip_swd_alive(b->chip));
    assert_int_equal(sim_chip_ap_read(b->chip, SRAM, 4, &v), SIM_BUS_FAULT);
    power_cycle(b);
    keep_debugging(b, DBG_STOP);
    go_deep(b, 0);
    assert_true(sim_chip_swd_alive(b->chip));
    halt_core(b); // and the core still listens
}

static void a_pin_wakes_from_stop_and_hsi_is_the_clock(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, RCC_CR, 1u << 16);
    run_ns(b, 5 * NS_PER_MS);
    wr(b, RCC_CFGR, 1);
    listen_to_pa0(b);
    go_deep(b, 0);
    run_ns(b, 10 * NS_PER_MS);
    assert_int_equal(woken(b), 0);
    sim_chip_drive_pin(b->chip, 'A', 0, true);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, RCC_CFGR) & 0xf, 0);
    assert_false(rd(b, RCC_CR) & 1u << 16);
    assert_true(rd(b, EXTI_PR) & 1);
}

static void sram_and_registers_outlive_stop(void **state)
{
    struct chip_bench *b = *state;
    wr(b, SRAM + 0x100, 0x12345678);
    listen_to_pa0(b);
    go_deep(b, 0);
    sim_chip_drive_pin(b->chip, 'A', 0, true);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, SRAM + 0x100), 0x12345678);
    assert_int_equal(rd(b, EXTI_RTSR), 1);
}

static void an_interrupt_that_is_not_enabled_wakes_nobody(void **state)
{
    struct chip_bench *b = *state;
    listen_to_pa0(b);
    wr(b, NVIC_ISER + 0x80, 1u << EXTI0_IRQ); // ICER
    go_deep(b, 0);
    sim_chip_drive_pin(b->chip, 'A', 0, true);
    run_ns(b, 10 * NS_PER_MS);
    assert_int_equal(woken(b), 0);
    assert_false(sim_chip_swd_alive(b->chip));
}

static void standby_loses_everything_and_says_so_in_sbf(void **state)
{
    struct chip_bench *b = *state;
    wr(b, SRAM + 0x100, 0x12345678);
    set_bits(b, RCC_APB1ENR, PWREN);
    sim_chip_drive_pin(b->chip, 'A', 0, true);
    wr(b, PWR_CSR, CSR_EWUP1);
    go_deep(b, CR_PDDS);
    assert_false(sim_chip_swd_alive(b->chip));
    sim_chip_drive_pin(b->chip, 'A', 0, false);
    run_ns(b, NS_PER_MS);
    assert_false(sim_chip_swd_alive(b->chip));
    sim_chip_drive_pin(b->chip, 'A', 0, true); // WKUP1, by its rising edge
    run_ns(b, NS_PER_MS);
    assert_true(sim_chip_swd_alive(b->chip));
    set_bits(b, RCC_APB1ENR, PWREN);
    assert_true(rd(b, PWR_CSR) & CSR_SBF);
    assert_true(rd(b, PWR_CSR) & CSR_WUF);
    assert_int_not_equal(rd(b, SRAM + 0x100), 0x12345678);
    sim_chip_set_nrst(b->chip, true);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
    set_bits(b, RCC_APB1ENR, PWREN);
    assert_int_equal(rd(b, PWR_CSR) & CSR_SBF, CSR_SBF); // only power or CSBF clears it (5.4.2)
    wr(b, PWR_CR, CR_CSBF | CR_CWUF);
    assert_int_equal(rd(b, PWR_CSR) & 3, 0);
}

static void with_dbg_standby_the_debugger_stays(void **state)
{
    struct chip_bench *b = *state;
    keep_debugging(b, DBG_STANDBY);
    go_deep(b, CR_PDDS);
    assert_true(sim_chip_swd_alive(b->chip));
}

static void an_option_byte_turns_stop_and_standby_into_a_reset(void **state)
{
    static const struct {
        uint8_t user;
        uint32_t pwr_cr;
    } cases[] = {{0xfd, 0}, {0xfb, CR_PDDS}};
    struct chip_bench *b = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const uint8_t pair[2] = {cases[i].user, (uint8_t)~cases[i].user};
        assert_true(sim_chip_poke(b->chip, OPTIONS + 2, pair, 2));
        poke_loop(b);
        power_cycle(b);
        wr(b, RCC_CSR, CSR_RMVF);
        go_deep(b, cases[i].pwr_cr);
        assert_true(rd(b, RCC_CSR) & CSR_LPWRRSTF);
        assert_true(sim_chip_swd_alive(b->chip));
    }
}

static void nrst_ends_stop(void **state)
{
    struct chip_bench *b = *state;
    go_deep(b, 0);
    sim_chip_set_nrst(b->chip, true);
    run_ns(b, 100 * NS_PER_US);
    assert_true(sim_chip_swd_alive(b->chip)); // under reset
}

static void pwr_registers_want_their_clock(void **state)
{
    struct chip_bench *b = *state;
    wr(b, PWR_CR, CR_PDDS);
    set_bits(b, RCC_APB1ENR, PWREN);
    assert_int_equal(rd(b, PWR_CR), 0);
    wr(b, PWR_CR, CR_PDDS);
    assert_int_equal(rd(b, PWR_CR), CR_PDDS);
}

// ---- EXTI (11.2) --------------------------------------------------------------------------------

static void edges_pend_on_the_chosen_port_and_direction(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, RCC_AHBENR, 1u << 17 | 1u << 18);
    set_bits(b, RCC_APB2ENR, 1);
    wr(b, EXTICR1, 1u << 4); // line 1 listens to port B
    wr(b, EXTI_IMR, 1u << 1);
    wr(b, EXTI_FTSR, 1u << 1);
    sim_chip_drive_pin(b->chip, 'B', 1, true);
    assert_int_equal(rd(b, EXTI_PR), 0);
    sim_chip_drive_pin(b->chip, 'A', 1, true);
    sim_chip_drive_pin(b->chip, 'A', 1, false);
    assert_int_equal(rd(b, EXTI_PR), 0);
    sim_chip_drive_pin(b->chip, 'B', 1, false);
    assert_int_equal(rd(b, EXTI_PR), 1u << 1);
    assert_true(rd(b, NVIC_ISPR) & 1u << EXTI0_IRQ);
    wr(b, EXTI_PR, 1u << 1);
    assert_int_equal(rd(b, EXTI_PR), 0);
}

static void an_event_wakes_a_wfe_without_an_interrupt(void **state)
{
    static const uint8_t code[] = {0x20, 0xbf, 0x01, 0x30, 0xfe, 0xe7}; // wfe, adds r0, #1, b .
    struct chip_bench *b = *state;
    set_bits(b, RCC_AHBENR, 1u << 17);
    sim_chip_drive_pin(b->chip, 'A', 0, false);
    wr(b, EXTI_RTSR, 1);
    wr(b, SCR, SCR_DEEP);
    assert_true(sim_chip_poke(b->chip, FLASH + 8, code, sizeof code));
    run_ns(b, NS_PER_MS);
    assert_false(sim_chip_swd_alive(b->chip));
    sim_chip_drive_pin(b->chip, 'A', 0, true); // no EMR yet
    run_ns(b, NS_PER_MS);
    assert_false(sim_chip_swd_alive(b->chip));
    sim_chip_drive_pin(b->chip, 'A', 0, false);
    wr(b, EXTI_EMR, 1);
    sim_chip_drive_pin(b->chip, 'A', 0, true);
    run_ns(b, NS_PER_MS);
    assert_int_equal(woken(b), 1);
    assert_int_equal(rd(b, NVIC_ISPR), 0);
    assert_true(sim_chip_swd_alive(b->chip));
}

static void software_triggers_and_lines_have_their_own_interrupts(void **state)
{
    static const struct {
        unsigned line, irq;
    } cases[] = {{0, 5}, {1, 5}, {2, 6}, {3, 6}, {4, 7}, {15, 7}};
    struct chip_bench *b = *state;
    wr(b, EXTI_SWIER, 1); // masked: nothing (11.3.5)
    assert_int_equal(rd(b, EXTI_PR), 0);
    wr(b, EXTI_IMR, 0xffff);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        wr(b, EXTI_SWIER, 1u << cases[i].line);
        assert_int_equal(rd(b, NVIC_ISPR), 1u << cases[i].irq);
        wr(b, EXTI_PR, 1u << cases[i].line);
        wr(b, NVIC_ISPR + 0x80, 0xffffffff);
    }
}

// ---- DBGMCU (32.4, 32.9) ------------------------------------------------------------------------

static void the_identity_reads_without_a_clock_and_the_rest_wants_one(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, DBGMCU_ID), 0x20016448);
    wr(b, DBGMCU_CR, DBG_STOP);
    set_bits(b, RCC_APB2ENR, DBGMCUEN);
    assert_int_equal(rd(b, DBGMCU_CR), 0);
    wr(b, DBGMCU_CR, 0xffffffff);
    wr(b, DBGMCU_FZ1, 0xffffffff);
    wr(b, DBGMCU_FZ2, 0xffffffff);
    assert_int_equal(rd(b, DBGMCU_CR), DBG_STOP | DBG_STANDBY); // no DBG_SLEEP on F0
    assert_int_equal(rd(b, DBGMCU_FZ1), 0x02201d33);
    assert_int_equal(rd(b, DBGMCU_FZ2), 0x00070800);
}

static void its_registers_outlive_a_system_reset_and_not_power(void **state)
{
    struct chip_bench *b = *state;
    keep_debugging(b, DBG_STOP);
    sim_chip_set_nrst(b->chip, true);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
    set_bits(b, RCC_APB2ENR, DBGMCUEN);
    assert_int_equal(rd(b, DBGMCU_CR), DBG_STOP);
    power_cycle(b);
    set_bits(b, RCC_APB2ENR, DBGMCUEN);
    assert_int_equal(rd(b, DBGMCU_CR), 0);
}

static void under_reset_the_debugger_may_write_them_and_nothing_else_answers(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    sim_chip_set_nrst(b->chip, true);
    run_ns(b, NS_PER_MS);
    debugger_wr(b, DBGMCU_CR, DBG_STOP);
    assert_int_equal(debugger_rd(b, DBGMCU_CR), DBG_STOP);
    assert_int_equal(sim_chip_ap_read(b->chip, SRAM, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(sim_chip_ap_read(b->chip, RCC_CR, 4, &v), SIM_BUS_FAULT);
    assert_true(debugger_rd(b, DHCSR) & 1u << 25); // S_RESET_ST
    assert_true(debugger_rd(b, DHCSR) & 1u << 25); // for as long as it lasts
}

// ---- supply -------------------------------------------------------------------------------------

static void power_on_takes_milliseconds_and_the_debug_port_waits_for_it(void **state)
{
    struct chip_bench *b = make_chip("stm32f031k6");
    (void)state;
    assert_false(sim_chip_swd_alive(b->chip));
    sim_chip_set_power(b->chip, true);
    assert_false(sim_chip_swd_alive(b->chip));
    run_ns(b, 2400 * NS_PER_US); // tRSTTEMPO
    assert_false(sim_chip_swd_alive(b->chip));
    run_ns(b, 200 * NS_PER_US);
    assert_true(sim_chip_swd_alive(b->chip));
    drop_chip(b);
}

static void nrst_held_low_through_power_on_leaves_the_debug_port_alive(void **state)
{
    struct chip_bench *b = make_chip("stm32f031k6");
    (void)state;
    sim_chip_set_nrst(b->chip, true);
    power_up(b);
    assert_true(sim_chip_swd_alive(b->chip));
    assert_true(sim_core_is_held(sim_chip_core(b->chip)));
    sim_chip_set_nrst(b->chip, false);
    assert_false(sim_core_is_held(sim_chip_core(b->chip)));
    drop_chip(b);
}

static void sram_is_lost_with_power_and_kept_by_a_reset(void **state)
{
    struct chip_bench *b = *state;
    wr(b, SRAM + 0x100, 0x12345678);
    sim_chip_set_nrst(b->chip, true);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, SRAM + 0x100), 0x12345678);
    power_cycle(b);
    assert_int_not_equal(rd(b, SRAM + 0x100), 0x12345678);
}

static void too_little_vdda_holds_the_chip_in_reset(void **state)
{
    struct chip_bench *b = *state;
    wr(b, RCC_CSR, CSR_RMVF);
    sim_chip_set_vdda(b->chip, 1500);
    run_ns(b, 100 * NS_PER_MS);
    assert_false(sim_chip_swd_alive(b->chip));
    assert_true(sim_core_is_held(sim_chip_core(b->chip)));
    sim_chip_set_vdda(b->chip, 3300);
    run_ns(b, 3 * NS_PER_MS);
    assert_true(sim_chip_swd_alive(b->chip));
    assert_true(rd(b, RCC_CSR) & CSR_PORRSTF);
}

static void an_option_byte_makes_vdda_not_matter(void **state)
{
    static const uint8_t pair[2] = {0xdf, 0x20}; // VDDA_MONITOR = 0
    struct chip_bench *b = *state;
    assert_true(sim_chip_poke(b->chip, OPTIONS + 2, pair, 2));
    sim_chip_set_vdda(b->chip, 1500);
    power_cycle(b);
    assert_true(sim_chip_swd_alive(b->chip));
    sim_chip_set_vdda(b->chip, 0);
    assert_true(sim_chip_swd_alive(b->chip));
}

static void a_dead_chip_does_not_answer(void **state)
{
    struct chip_bench *b = *state;
    sim_chip_set_dead(b->chip, true);
    run_ns(b, 10 * NS_PER_MS);
    assert_false(sim_chip_swd_alive(b->chip));
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        bench_test(sleep_leaves_debugging_alone),
        bench_test(stop_silences_swd_unless_dbg_stop_is_set),
        bench_test(a_pin_wakes_from_stop_and_hsi_is_the_clock),
        bench_test(sram_and_registers_outlive_stop),
        bench_test(an_interrupt_that_is_not_enabled_wakes_nobody),
        bench_test(standby_loses_everything_and_says_so_in_sbf),
        bench_test(with_dbg_standby_the_debugger_stays),
        bench_test(an_option_byte_turns_stop_and_standby_into_a_reset),
        bench_test(nrst_ends_stop),
        bench_test(pwr_registers_want_their_clock),
        bench_test(edges_pend_on_the_chosen_port_and_direction),
        bench_test(an_event_wakes_a_wfe_without_an_interrupt),
        bench_test(software_triggers_and_lines_have_their_own_interrupts),
        bench_test(the_identity_reads_without_a_clock_and_the_rest_wants_one),
        bench_test(its_registers_outlive_a_system_reset_and_not_power),
        bench_test(under_reset_the_debugger_may_write_them_and_nothing_else_answers),
        bench_test(power_on_takes_milliseconds_and_the_debug_port_waits_for_it),
        bench_test(nrst_held_low_through_power_on_leaves_the_debug_port_alive),
        bench_test(sram_is_lost_with_power_and_kept_by_a_reset),
        bench_test(too_little_vdda_holds_the_chip_in_reset),
        bench_test(an_option_byte_makes_vdda_not_matter),
        bench_test(a_dead_chip_does_not_answer),
    };
    return cmocka_run_group_tests_name("sim_power", tests, NULL, NULL);
}
