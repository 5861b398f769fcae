// SPDX-License-Identifier: MIT
// The parts of the virtual STM32G0, C0 and U0 beside the flash: identity, clocks, resets, boot,
// power modes, watchdogs, EXTI, USART with FIFO, capture of LSI, ADC (RM0444; RM0490; RM0503).
#include "tests/unit/choose.h"
#include "tests/unit/sim_m0p_bench.h"

#define RCC        0x40021000u
#define G0_CR      (RCC + 0x00)
#define G0_CFGR    (RCC + 0x08)
#define G0_PLLCFGR (RCC + 0x0c)
#define G0_IOPENR  (RCC + 0x34)
#define G0_APBENR1 (RCC + 0x3c)
#define G0_APBENR2 (RCC + 0x40)
#define G0_CSR     (RCC + 0x60)
#define CFGR1      0x40010000u
#define EXTI       0x40021800u
#define PWR        0x40007000u
#define DBGMCU     0x40015800u
#define WWDG       0x40002c00u
#define IWDG       0x40003000u
#define USART1     0x40013800u
#define TIM16      0x40014400u
#define ADC        0x40012400u
#define GPIOA      0x50000000u
#define ROM        0xf0000000u

#define RMVF     (1u << 23)
#define OBLRSTF  (1u << 25)
#define PINRSTF  (1u << 26)
#define PWRRSTF  (1u << 27)
#define SFTRSTF  (1u << 28)
#define IWDGRSTF (1u << 29)
#define WWDGRSTF (1u << 30)

static void pull_nrst(struct chip_bench *b)
{
    sim_chip_set_nrst(b->chip, true);
    run_ns(b, NS_PER_MS);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
}

// ---- identity -----------------------------------------------------------------------------------

static void the_core_and_two_rom_tables_say_what_it_is(void **state)
{
    struct chip_bench *b = *state;
    const struct sim_identity *identity = sim_chip_identity(b->chip);
    assert_int_equal(identity->dpidr, 0x0bc11477);
    assert_int_equal(identity->ap_idr, 0x04770031);
    assert_int_equal(identity->rom_base, 0xf0000003);
    assert_int_equal(debugger_rd(b, 0xe000ed00), 0x410cc601);
    assert_int_equal(debugger_rd(b, ROM), (0xe00ff000 - ROM) | 3);
    assert_int_equal(debugger_rd(b, ROM + 4), 0);
    assert_int_equal(debugger_rd(b, ROM + 0xfe0), 0x60); // part 0x460 of ST
    assert_int_equal(debugger_rd(b, ROM + 0xfe4), 0x04);
    assert_int_equal(debugger_rd(b, ROM + 0xfe8), 0x0a);
    assert_int_equal(debugger_rd(b, 0xe00fffe0), 0xc0); // part 0x4c0 of ARM
    assert_int_equal(debugger_rd(b, 0xe00fffe4), 0xb4);
    assert_int_equal(debugger_rd(b, 0xe00fffd0), 0x04);
}

static void every_die_has_the_sizes_of_its_manual(void **state)
{
    static const struct {
        const char *name;
        unsigned dev_id, flash_kib, sram_kib, system_kib;
        uint32_t size_addr, uid_addr;
    } chips[] = {
        {"stm32g030f6", 0x466, 32, 8, 8, 0x1fff75e0, 0x1fff7590},
        {"stm32g031k8", 0x466, 64, 8, 8, 0x1fff75e0, 0x1fff7590},
        {"stm32g051c8", 0x456, 64, 18, 8, 0x1fff75e0, 0x1fff7590},
        {"stm32g071rb", 0x460, 128, 36, 28, 0x1fff75e0, 0x1fff7590},
        {"stm32g0b1re", 0x467, 512, 144, 28, 0x1fff75e0, 0x1fff7590},
        {"stm32g0b1cb", 0x467, 128, 144, 28, 0x1fff75e0, 0x1fff7590},
        {"stm32c011f4", 0x443, 16, 6, 6, 0x1fff75a0, 0x1fff7550},
        {"stm32c031c6", 0x453, 32, 12, 6, 0x1fff75a0, 0x1fff7550},
        {"stm32c051k8", 0x44c, 64, 12, 12, 0x1fff75a0, 0x1fff7550},
        {"stm32c071rb", 0x493, 128, 24, 28, 0x1fff75a0, 0x1fff7550},
        {"stm32c092rc", 0x44d, 256, 30, 16, 0x1fff75a0, 0x1fff7550},
        {"stm32u031r8", 0x459, 64, 12, 13, 0x1fff3ea0, 0x1fff3e50},
        {"stm32u083rc", 0x489, 256, 40, 26, 0x1fff6ea0, 0x1fff6e50},
    };
    (void)state;
    for (size_t i = 0; i < sizeof chips / sizeof chips[0]; i++) {
        struct chip_bench *b = make_running(chips[i].name);
        uint32_t flash_end = FLASH + chips[i].flash_kib * 1024, v;
        uint32_t sram_end = SRAM + chips[i].sram_kib * 1024;
        uint32_t system_end = 0x1fff0000 + chips[i].system_kib * 1024;
        assert_int_equal(rd(b, DBGMCU) & 0xfff, chips[i].dev_id);
        assert_int_equal(rd(b, chips[i].size_addr) & 0xffff, chips[i].flash_kib);
        assert_int_not_equal(rd(b, chips[i].uid_addr), 0xffffffff);
        assert_int_equal(try_read(b, flash_end - 4, 4, &v), SIM_BUS_OK);
        assert_int_equal(try_read(b, flash_end, 4, &v), SIM_BUS_FAULT);
        assert_int_equal(try_read(b, sram_end - 4, 4, &v), SIM_BUS_OK);
        assert_int_equal(try_read(b, sram_end, 4, &v), SIM_BUS_FAULT);
        assert_int_equal(try_read(b, system_end - 4, 4, &v), SIM_BUS_OK);
        drop_chip(b);
    }
}

static void the_vector_table_and_the_protection_unit_are_there(void **state)
{
    struct chip_bench *b = *state;
    wr(b, 0xe000ed08, 0x20000103);
    assert_int_equal(rd(b, 0xe000ed08), 0x20000100);
    assert_int_equal(rd(b, 0xe000ed90), 8 << 8); // MPU_TYPE
}

static void the_debug_unit_wants_its_clock_but_for_the_identity(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, DBGMCU), 0x20006460);
    wr(b, DBGMCU + 4, 6);
    assert_int_equal(rd(b, DBGMCU + 4), 0);
    set_bits(b, G0_APBENR1, 1u << 27);
    wr(b, DBGMCU + 4, 6);
    assert_int_equal(rd(b, DBGMCU + 4), 6);
    pull_nrst(b);
    set_bits(b, G0_APBENR1, 1u << 27);
    assert_int_equal(rd(b, DBGMCU + 4), 6); // it minds power only
    struct chip_bench *u = make_running("stm32u083rc");
    wr(u, DBGMCU + 4, 6);
    assert_int_equal(rd(u, DBGMCU + 4), 0);
    wr(u, RCC + 0x50, 1); // RCC_DBGCFGR
    wr(u, DBGMCU + 4, 6);
    assert_int_equal(rd(u, DBGMCU + 4), 6);
    drop_chip(u);
}

// ---- clocks -------------------------------------------------------------------------------------

static void each_family_starts_with_its_own_clock(void **state)
{
    static const struct {
        const char *name;
        uint32_t hz, cr;
    } chips[] = {
        {"stm32g071rb", 16000000, 0x500},
        {"stm32c031c6", 12000000, 0x1540},
        {"stm32u083rc", 4000000, 0x63},
    };
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct chip_bench *b = make_running(chips[i].name);
        assert_int_equal(sim_chip_hclk_hz(b->chip), chips[i].hz);
        assert_int_equal(rd(b, G0_CR), chips[i].cr);
        drop_chip(b);
    }
}

static void only_the_trim_of_an_oscillator_can_be_written(void **state)
{
    static const struct {
        const char *chip;
        uint32_t reset, written; // all ones
    } rows[] = {{"stm32g071rb", 0x405a, 0x7f5a},
                {"stm32c031c6", 0x405a, 0x7f5a},
                {"stm32u083rc", 0x405a0080, 0x7f5aff80}};
    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct chip_bench *b = make_running(rows[i].chip);
        assert_int_equal(rd(b, RCC + 4), rows[i].reset);
        wr(b, RCC + 4, 0xffffffff);
        assert_int_equal(rd(b, RCC + 4), rows[i].written);
        drop_chip(b);
    }
}

static void the_pll_makes_64_mhz_behind_two_wait_states(void **state)
{
    struct chip_bench *b = *state;
    wr(b, G0_PLLCFGR, 2 | 8 << 8 | 1u << 28 | 1u << 29); // 16 MHz * 8 / 2
    set_bits(b, G0_CR, 1u << 24);
    run_ns(b, 15 * NS_PER_US - 1);
    assert_false(rd(b, G0_CR) & 1u << 25);
    run_ns(b, 1);
    assert_true(rd(b, G0_CR) & 1u << 25);
    wr(b, DW_ACR, 2);
    wr(b, G0_CFGR, 2);
    assert_int_equal(rd(b, G0_CFGR), 2 | 2 << 3);
    assert_int_equal(sim_chip_hclk_hz(b->chip), 64000000);
    expect_violations(b, 0);
    wr(b, DW_ACR, 1);
    expect_violations(b, 1);
    wr(b, G0_PLLCFGR, 2 | 9 << 8 | 1u << 28 | 1u << 29);
    expect_violations(b, 2); // not while it is on
    assert_int_equal(sim_chip_hclk_hz(b->chip), 64000000);
}

static void hsi_is_divided_and_cannot_be_switched_off_below_the_system(void **state)
{
    struct chip_bench *b = *state;
    wr(b, G0_CR, 0x500 | 3 << 11);
    assert_int_equal(sim_chip_hclk_hz(b->chip), 2000000);
    wr(b, G0_CR, 0);
    expect_violations(b, 1);
    assert_true(rd(b, G0_CR) & 1u << 8);
}

static void msi_has_ranges(void **state)
{
    struct chip_bench *b = make_running("stm32u083rc");
    (void)state;
    wr(b, DW_ACR, 1);
    wr(b, G0_CR, 1 | 1u << 3 | 11 << 4);
    assert_int_equal(sim_chip_hclk_hz(b->chip), 48000000);
    expect_violations(b, 0);
    drop_chip(b);
}

// ---- resets and boot ----------------------------------------------------------------------------

static void flags_tell_the_reset_and_stay_until_they_are_removed(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, G0_CSR), PWRRSTF | PINRSTF);
    wr(b, G0_CSR, RMVF);
    assert_int_equal(rd(b, G0_CSR), 0);
    debugger_wr(b, AIRCR, 0x05fa0004);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, G0_CSR), SFTRSTF | PINRSTF);
    pull_nrst(b);
    assert_int_equal(rd(b, G0_CSR), SFTRSTF | PINRSTF);
}

static void set_user(struct chip_bench *b, uint32_t user)
{
    uint8_t pair[8];
    put_le32(pair, user);
    put_le32(pair + 4, ~user);
    assert_true(sim_chip_poke(b->chip, DW_CELLS, pair, sizeof pair));
}

static unsigned booted(uint32_t user, bool boot0, bool empty, bool lock)
{
    struct chip_bench *b = make_chip("stm32g071rb");
    uint8_t secure[8];
    if (!empty)
        poke_loop(b);
    set_user(b, user);
    put_le32(secure, lock ? 0xffffff80 : 0xfffeff80);
    put_le32(secure + 4, lock ? 0x0000007f : 0x0001007f);
    assert_true(sim_chip_poke(b->chip, DW_CELLS + 0x70, secure, sizeof secure));
    sim_chip_set_boot0(b->chip, boot0);
    power_up(b);
    set_bits(b, G0_APBENR2, 1);
    unsigned mode = rd(b, CFGR1) & 3;
    drop_chip(b);
    return mode;
}

static void options_and_the_pin_choose_what_boots(void **state)
{
    enum { MAIN = 0, SYSTEM = 1, IN_SRAM = 3 };
    const uint32_t st = 0xfffffeaa, by_pin = st & ~(1u << 24), nboot0 = 1u << 26, nboot1 = 1u << 25;
    (void)state;
    assert_int_equal(booted(st, true, false, false), MAIN); // nBOOT_SEL: the pin does not count
    assert_int_equal(booted(st & ~nboot0, false, false, false), SYSTEM);
    assert_int_equal(booted(st & ~(nboot0 | nboot1), false, false, false), IN_SRAM);
    assert_int_equal(booted(by_pin, true, false, false), SYSTEM);
    assert_int_equal(booted(by_pin, false, false, false), MAIN);
    assert_int_equal(booted(st, false, true, false), SYSTEM); // empty
    assert_int_equal(booted(st & ~nboot0, false, true, true), MAIN);
}

static void the_empty_flag_is_looked_at_with_the_options_and_can_be_written(void **state)
{
    struct chip_bench *b = make_chip("stm32g071rb");
    (void)state;
    power_up(b);
    assert_true(rd(b, DW_ACR) & 1u << 16);
    poke_loop(b);
    pull_nrst(b);
    set_bits(b, G0_APBENR2, 1);
    assert_int_equal(rd(b, CFGR1) & 3, 1);
    wr(b, DW_ACR, rd(b, DW_ACR) & ~(1u << 16));
    pull_nrst(b);
    set_bits(b, G0_APBENR2, 1);
    assert_int_equal(rd(b, CFGR1) & 3, 0);
    drop_chip(b);
}

static unsigned nrst_pulls;
static void count_pulls(void *arg, bool low)
{
    (void)arg;
    nrst_pulls += low;
}

static void nrst_is_what_the_options_make_of_it(void **state)
{
    static const struct {
        uint32_t mode;
        bool resets, pulls;
    } modes[] = {{3, true, true}, {1, true, false}, {2, false, false}};
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct chip_bench *b = make_chip("stm32g071rb");
        poke_loop(b);
        set_user(b, (0xfffffeaa & ~(3u << 27)) | modes[i].mode << 27);
        power_up(b);
        wr(b, G0_CSR, RMVF);
        pull_nrst(b);
        assert_int_equal((rd(b, G0_CSR) & PINRSTF) != 0, modes[i].resets);
        wr(b, G0_CSR, RMVF);
        nrst_pulls = 0;
        sim_chip_on_nrst(b->chip, count_pulls, NULL);
        debugger_wr(b, AIRCR, 0x05fa0004);
        run_ns(b, NS_PER_MS);
        assert_int_equal(nrst_pulls, modes[i].pulls);
        assert_int_equal(rd(b, G0_CSR), SFTRSTF | (modes[i].pulls ? PINRSTF : 0));
        drop_chip(b);
    }
}

// ---- power modes --------------------------------------------------------------------------------

// The program goes to sleep deeply, at its next turn.
static void sleep_deeply(struct chip_bench *b, uint32_t lpms)
{
    static const uint8_t wfi[4] = {0x30, 0xbf, 0xfd, 0xe7};
    set_bits(b, G0_APBENR1, 1u << 28);
    wr(b, PWR, 0x208 | lpms);
    wr(b, SCR, 4);
    assert_true(sim_chip_poke(b->chip, FLASH + 8, wfi, sizeof wfi));
    run_ns(b, NS_PER_MS);
}

static void stop_standby_and_shutdown_end_swd_unless_the_debug_unit_keeps_it(void **state)
{
    static const uint32_t lpms[] = {0, 1, 3, 4};
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct chip_bench *b = make_running("stm32g071rb");
        sleep_deeply(b, lpms[i]);
        assert_false(sim_chip_swd_alive(b->chip));
        assert_int_equal(sim_chip_hclk_hz(b->chip), 0);
        drop_chip(b);
        b = make_running("stm32g071rb");
        set_bits(b, G0_APBENR1, 1u << 27);
        wr(b, DBGMCU + 4, 6);
        sleep_deeply(b, lpms[i]);
        assert_true(sim_chip_swd_alive(b->chip));
        drop_chip(b);
    }
}

static void a_pin_wakes_from_standby_and_the_flag_says_so(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, G0_APBENR1, 1u << 28);
    wr(b, G0_CSR, RMVF);
    wr(b, PWR + 8, 0x8001); // WKUP1
    set_bits(b, G0_IOPENR, 1);
    wr(b, GPIOA, 0xebfffffc); // PA0 is an input
    sleep_deeply(b, 3);
    assert_false(sim_chip_swd_alive(b->chip));
    sim_chip_drive_pin(b->chip, 'A', 0, true);
    run_ns(b, NS_PER_MS);
    assert_true(sim_chip_swd_alive(b->chip));
    set_bits(b, G0_APBENR1, 1u << 28);
    assert_int_equal(rd(b, PWR + 0x10), 1u << 8 | 1);
    wr(b, PWR + 0x18, 1u << 8 | 1);
    assert_int_equal(rd(b, PWR + 0x10), 0);
    assert_false(rd(b, G0_CSR) & PWRRSTF);
}

static void a_mode_that_an_option_forbids_is_a_reset(void **state)
{
    struct chip_bench *b = make_chip("stm32g071rb");
    (void)state;
    poke_loop(b);
    set_user(b, 0xfffffeaa & ~(1u << 13)); // nRST_STOP
    power_up(b);
    wr(b, G0_CSR, RMVF);
    sleep_deeply(b, 0);
    assert_true(rd(b, G0_CSR) & 1u << 31);
    drop_chip(b);
}

// ---- watchdogs ----------------------------------------------------------------------------------

static void the_independent_watchdog_counts_32_khz(void **state)
{
    struct chip_bench *b = *state;
    wr(b, G0_CSR, RMVF);
    wr(b, IWDG, 0xcccc); // 4096 counts of 4 periods: 512 ms
    run_ns(b, 511 * NS_PER_MS);
    assert_int_equal(rd(b, G0_CSR) & IWDGRSTF, 0);
    run_ns(b, 2 * NS_PER_MS);
    assert_int_equal(rd(b, G0_CSR) & IWDGRSTF, IWDGRSTF);
}

static void the_debug_unit_freezes_it_while_the_core_is_halted(void **state)
{
    struct chip_bench *b = *state;
    wr(b, G0_CSR, RMVF);
    set_bits(b, G0_APBENR1, 1u << 27);
    wr(b, DBGMCU + 8, 1u << 12);
    wr(b, IWDG, 0xcccc);
    halt_core(b);
    run_ns(b, 2000 * NS_PER_MS);
    assert_int_equal(rd(b, G0_CSR) & IWDGRSTF, 0);
}

static void an_option_starts_the_window_watchdog(void **state)
{
    struct chip_bench *b = make_chip("stm32g071rb");
    (void)state;
    poke_loop(b);
    set_user(b, 0xfffffeaa & ~(1u << 19)); // WWDG_SW
    power_up(b);
    run_ns(b, 20 * NS_PER_MS); // 64 counts of 4096 periods of 16 MHz: 16.4 ms
    assert_true(rd(b, G0_CSR) & WWDGRSTF);
    drop_chip(b);
}

static void the_window_watchdog_has_three_bits_of_prescaler(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, G0_APBENR1, 1u << 11);
    wr(b, WWDG + 4, 0x7f | 7u << 11);
    assert_int_equal(rd(b, WWDG + 4), 0x7f | 7u << 11);
    wr(b, WWDG, 0xff);
    run_ns(b, 2000 * NS_PER_MS); // 64 * 4096 * 128 / 16 MHz: 2.1 s
    assert_false(rd(b, G0_CSR) & WWDGRSTF);
    run_ns(b, 200 * NS_PER_MS);
    assert_true(rd(b, G0_CSR) & WWDGRSTF);
}

// ---- the rest -----------------------------------------------------------------------------------

static void edges_pend_apart_and_ports_are_chosen_there(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, G0_IOPENR, 3);
    wr(b, GPIOA + 0x400, 0xfffffff0); // PB0 and PB1 are inputs
    wr(b, EXTI + 0x60, 1);            // EXTI0: port B
    wr(b, EXTI, 1);
    wr(b, EXTI + 4, 1);
    sim_chip_drive_pin(b->chip, 'B', 0, true);
    assert_int_equal(rd(b, EXTI + 0x0c), 1);
    assert_int_equal(rd(b, EXTI + 0x10), 0);
    wr(b, EXTI + 0x0c, 1);
    sim_chip_drive_pin(b->chip, 'B', 0, false);
    assert_int_equal(rd(b, EXTI + 0x0c), 0);
    assert_int_equal(rd(b, EXTI + 0x10), 1);
    assert_int_equal(rd(b, EXTI + 0x80), 0xfff80000);
}

static void the_fifo_of_the_transmitter_takes_eight(void **state)
{
    struct chip_bench *b = *state;
    uint8_t out[16];
    set_bits(b, G0_IOPENR, 1);
    wr(b, GPIOA, (0xebffffff & ~(3u << 18)) | 2u << 18); // PA9
    wr(b, GPIOA + 0x24, 1u << 4);
    set_bits(b, G0_APBENR2, 1u << 14);
    wr(b, USART1 + 0x0c, 139); // 115200 baud
    wr(b, USART1, 1u << 29 | 1u << 3 | 1);
    assert_true(rd(b, USART1 + 0x1c) & 1u << 23);
    for (unsigned i = 0; i < 9; i++) { // one is under way
        assert_true(rd(b, USART1 + 0x1c) & 1u << 7);
        wr(b, USART1 + 0x28, 'a' + i);
    }
    assert_false(rd(b, USART1 + 0x1c) & 1u << 7);
    run_ns(b, 2 * NS_PER_MS);
    assert_true(rd(b, USART1 + 0x1c) & 1u << 6);
    assert_int_equal(sim_chip_take_usart(b->chip, out, sizeof out), 9);
    assert_memory_equal(out, "abcdefghi", 9);
    expect_violations(b, 0);
}

static void lsi_is_captured_by_tim16(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, G0_CSR, 1);
    run_ns(b, NS_PER_MS);
    set_bits(b, G0_APBENR2, 1u << 17);
    wr(b, TIM16 + 0x68, 1); // TISEL: LSI
    wr(b, TIM16 + 0x18, 1);
    wr(b, TIM16 + 0x20, 1);
    wr(b, TIM16, 1);
    run_ns(b, 100 * NS_PER_US);
    uint32_t first = rd(b, TIM16 + 0x34);
    run_ns(b, 31250);                                              // a period of 32 kHz
    assert_int_equal((rd(b, TIM16 + 0x34) - first) & 0xffff, 500); // of 16 MHz
}

static void start_adc(struct chip_bench *b)
{
    set_bits(b, G0_APBENR2, 1u << 20);
    wr(b, ADC + 0x08, 1u << 28); // regulator
    run_ns(b, 20 * NS_PER_US);
    wr(b, ADC + 0x08, 1u << 28 | 1u << 31);
    run_ns(b, 100 * NS_PER_US);
    assert_false(rd(b, ADC + 0x08) & 1u << 31);
    wr(b, ADC + 0x08, 1u << 28 | 1);
    run_ns(b, 10 * NS_PER_US);
    assert_true(rd(b, ADC) & 1);
}

static uint32_t convert(struct chip_bench *b, unsigned channel)
{
    wr(b, ADC + 0x308, 1u << 22);
    run_ns(b, 20 * NS_PER_US);
    wr(b, ADC + 0x14, 7);
    wr(b, ADC + 0x28, 1u << channel);
    assert_true(rd(b, ADC) & 1u << 13); // CCRDY
    wr(b, ADC + 0x08, 1u << 28 | 1u << 2 | 1);
    run_ns(b, 50 * NS_PER_US);
    return rd(b, ADC + 0x40);
}

static void the_reference_tells_the_supply(void **state)
{
    static const struct {
        const char *name;
        unsigned channel;
        uint32_t cal;
    } chips[] = {{"stm32g071rb", 13, 0x1fff75aa}, {"stm32c031c6", 10, 0x1fff756a}};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct chip_bench *b = make_running(chips[i].name);
        uint32_t cal;
        assert_int_equal(try_read(b, chips[i].cal, 2, &cal), SIM_BUS_OK);
        start_adc(b);
        assert_in_range(3000 * cal / convert(b, chips[i].channel), 3295, 3305);
        expect_violations(b, 0);
        drop_chip(b);
    }
}

static void the_adc_waits_for_its_regulator(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, G0_APBENR2, 1u << 20);
    wr(b, ADC + 0x08, 1u << 31);
    wr(b, ADC + 0x08, 1u << 28 | 1u << 31); // at once
    expect_violations(b, 2);
    assert_false(rd(b, ADC + 0x08) & 1u << 31);
}

static void the_crc_unit_is_on_its_bus(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, RCC + 0x38, 1u << 12);
    wr(b, 0x40023008, 1);
    wr(b, 0x40023000, 0x12345678);
    assert_int_equal(rd(b, 0x40023000), 0xdf8a8a2b);
}

static void pins_are_analog_but_for_the_debug_port(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, G0_IOPENR, 3);
    assert_int_equal(rd(b, GPIOA), 0xebffffff);
    assert_int_equal(rd(b, GPIOA + 0x400), 0xffffffff);
    wr(b, GPIOA, 0xffffffff);
    assert_false(sim_chip_swd_alive(b->chip));
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        m0p_test(the_core_and_two_rom_tables_say_what_it_is),
        cmocka_unit_test(every_die_has_the_sizes_of_its_manual),
        m0p_test(the_vector_table_and_the_protection_unit_are_there),
        m0p_test(the_debug_unit_wants_its_clock_but_for_the_identity),
        cmocka_unit_test(each_family_starts_with_its_own_clock),
        m0p_test(only_the_trim_of_an_oscillator_can_be_written),
        m0p_test(the_pll_makes_64_mhz_behind_two_wait_states),
        m0p_test(hsi_is_divided_and_cannot_be_switched_off_below_the_system),
        cmocka_unit_test(msi_has_ranges),
        m0p_test(flags_tell_the_reset_and_stay_until_they_are_removed),
        cmocka_unit_test(options_and_the_pin_choose_what_boots),
        cmocka_unit_test(the_empty_flag_is_looked_at_with_the_options_and_can_be_written),
        cmocka_unit_test(nrst_is_what_the_options_make_of_it),
        cmocka_unit_test(stop_standby_and_shutdown_end_swd_unless_the_debug_unit_keeps_it),
        m0p_test(a_pin_wakes_from_standby_and_the_flag_says_so),
        cmocka_unit_test(a_mode_that_an_option_forbids_is_a_reset),
        m0p_test(the_independent_watchdog_counts_32_khz),
        m0p_test(the_debug_unit_freezes_it_while_the_core_is_halted),
        cmocka_unit_test(an_option_starts_the_window_watchdog),
        m0p_test(the_window_watchdog_has_three_bits_of_prescaler),
        m0p_test(edges_pend_apart_and_ports_are_chosen_there),
        m0p_test(the_fifo_of_the_transmitter_takes_eight),
        m0p_test(lsi_is_captured_by_tim16),
        cmocka_unit_test(the_reference_tells_the_supply),
        m0p_test(the_adc_waits_for_its_regulator),
        m0p_test(the_crc_unit_is_on_its_bus),
        m0p_test(pins_are_analog_but_for_the_debug_port),
    };
    return cmocka_run_group_tests_name("sim_m0p", tests, NULL, NULL);
}
