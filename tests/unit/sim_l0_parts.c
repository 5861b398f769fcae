// SPDX-License-Identifier: MIT
// The smaller peripherals of the virtual STM32L0 against RM0367: clocks and voltage ranges (6, 7),
// GPIO (9), SYSCFG (10), EXTI (13), ADC (14), timers (16 to 18), watchdogs (22, 23), USART and
// LPUART (24, 25), debug support and power modes (27, 6.3), the ROM tables, and what its programs
// do.
#include "sim/families/programs.h"
#include "tests/unit/choose.h"
#include "tests/unit/sim_l0_bench.h"

#define CR      0x40021000u
#define ICSCR   0x40021004u
#define CRRCR   0x40021008u
#define CFGR    0x4002100cu
#define CIER    0x40021010u
#define CIFR    0x40021014u
#define CICR    0x40021018u
#define IOPENR  0x4002102cu
#define AHBENR  0x40021030u
#define APB2ENR 0x40021034u
#define APB1ENR 0x40021038u
#define CCIPR   0x4002104cu
#define CSR     0x40021050u
#define PWR_CR  0x40007000u
#define PWR_CSR 0x40007004u
#define CFGR3   0x40010020u
#define EXTICR1 0x40010008u
#define DBG_ID  0x40015800u
#define DBG_CR  0x40015804u
#define DBG_FZ1 0x40015808u
#define DBG_FZ2 0x4001580cu
#define GPIOA   0x50000000u
#define GPIOB   0x50000400u
#define GPIOH   0x50001c00u

#define PWREN (1u << 28)
#define DBGEN (1u << 22)

static uint32_t hclk(struct chip_bench *b)
{
    return sim_chip_hclk_hz(b->chip);
}

// ---- clocks (7) ---------------------------------------------------------------------------------

static void it_comes_up_on_msi_at_2_mhz(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, CR), 0x300);
    assert_int_equal(rd(b, CFGR), 0);
    assert_int_equal(rd(b, ICSCR) >> 13 & 7, 5);
    assert_int_equal(rd(b, CSR), 0x0c000000);
    assert_int_equal(rd(b, AHBENR), 0x100);
    assert_int_equal(hclk(b), 2097000);
}

static void msi_has_seven_ranges(void **state)
{
    static const uint32_t hz[] = {65536, 131072, 262144, 524288, 1048000, 2097000, 4194000};
    struct chip_bench *b = *state;
    for (unsigned range = 0; range < 7; range++) {
        wr(b, ICSCR, (rd(b, ICSCR) & ~0xe000u) | range << 13);
        assert_int_equal(hclk(b), hz[range]);
    }
    expect_violations(b, 0);
}

static void hsi16_takes_over_when_it_is_ready_and_can_be_divided(void **state)
{
    struct chip_bench *b = *state;
    wr(b, 0x40022000, 1); // LATENCY: 16 MHz in range 2
    wr(b, CR, 0x301);
    wr(b, CFGR, 1);
    assert_int_equal(rd(b, CR), 0x301);
    assert_int_equal(rd(b, CFGR), 1);
    run_ns(b, 3700);
    assert_int_equal(rd(b, CR), 0x305);
    assert_int_equal(rd(b, CFGR), 5);
    assert_int_equal(hclk(b), 16000000);
    wr(b, CR, 0x309);
    assert_int_equal(rd(b, CR), 0x31d); // HSIDIVF
    assert_int_equal(hclk(b), 4000000);
    wr(b, CR, 0x300); // it drives the system
    assert_true(rd(b, CR) & 1);
    expect_violations(b, 1);
}

static void the_pll_multiplies_and_divides(void **state)
{
    struct chip_bench *b = *state;
    wr(b, 0x40022000, 1);
    wr(b, APB1ENR, PWREN);
    wr(b, PWR_CR, 0x0800); // range 1
    wr(b, CR, 0x301);
    run_ns(b, 3700);
    wr(b, CFGR, 1u << 18 | 1u << 22); // 16 MHz * 4 / 2
    wr(b, CR, 0x1000301);
    wr(b, CFGR, rd(b, CFGR) | 3);
    run_ns(b, 114999);
    assert_int_equal(hclk(b), 2097000);
    run_ns(b, 1);
    assert_int_equal(rd(b, CFGR) & 0xf, 0xf);
    assert_int_equal(hclk(b), 32000000);
    expect_violations(b, 0);
    wr(b, CFGR, rd(b, CFGR) & ~(3u << 22));
    assert_int_equal(hclk(b), 32000000); // not while it is on
    expect_violations(b, 1);
}

static void a_range_limits_hclk_and_asks_for_a_wait_state(void **state)
{
    struct chip_bench *b = *state;
    wr(b, APB1ENR, PWREN);
    assert_int_equal(rd(b, PWR_CR), 0x1000);
    wr(b, CR, 0x301);
    run_ns(b, 3700);
    wr(b, CFGR, 1); // 16 MHz in range 2 without LATENCY
    expect_violations(b, 1);
    wr(b, 0x40022000, 1);
    expect_violations(b, 1);
    wr(b, PWR_CR, 0x1800); // range 3 is for 4.2 MHz
    expect_violations(b, 2);
    wr(b, PWR_CR, 0x0800); // range 1
    expect_violations(b, 2);
    wr(b, 0x40022000, 0); // and needs none up to 16 MHz
    expect_violations(b, 2);
    wr(b, PWR_CR, 0); // there is no range 0
    assert_int_equal(rd(b, PWR_CR), 0x0800);
    expect_violations(b, 3);
}

static void hse_can_be_lost_and_msi_goes_on(void **state)
{
    struct chip_bench *b = *state;
    wr(b, CR, 0x300 | 1u << 16 | 1u << 19); // HSEON, CSSHSEON
    run_ns(b, 2 * NS_PER_MS);
    assert_true(rd(b, CR) & 1u << 17);
    wr(b, CFGR, 2);
    assert_int_equal(hclk(b), 8000000);
    sim_chip_set_hse(b->chip, 0);
    assert_int_equal(hclk(b), 2097000);
    assert_int_equal(rd(b, CFGR), 0);
    assert_int_equal(rd(b, CIFR), 1u << 8);
    wr(b, CICR, 1u << 8);
    assert_int_equal(rd(b, CIFR), 0);
}

static void ready_oscillators_interrupt(void **state)
{
    struct chip_bench *b = *state;
    wr(b, CIER, 1u << 2 | 1u << 0);
    wr(b, CR, 0x301);
    wr(b, CSR, 1); // LSION
    run_ns(b, 200000);
    assert_int_equal(rd(b, CIFR), 5);
    assert_true(rd(b, NVIC_ISPR) >> 4 & 1);
    assert_true(rd(b, CSR) & 2);
}

static void hsi48_is_there_where_usb_is(void **state)
{
    struct chip_bench *b = *state;
    wr(b, CRRCR, 1);
    run_ns(b, 6000);
    assert_int_equal(rd(b, CRRCR) & 3, 3);
    struct chip_bench *other = make_l0("stm32l051c8");
    wr(other, CRRCR, 1);
    run_ns(other, 6000);
    assert_int_equal(rd(other, CRRCR), 0);
    drop_chip(other);
}

static void rtc_bits_want_dbp_and_outlive_a_reset(void **state)
{
    struct chip_bench *b = *state;
    wr(b, CSR, 1u << 17 | 1u << 18);
    assert_int_equal(rd(b, CSR) & 0x70000, 0);
    wr(b, APB1ENR, PWREN);
    wr(b, PWR_CR, 0x1100);
    wr(b, CSR, 1u << 17 | 1u << 18);
    wr(b, CSR, rd(b, CSR) | 1u << 23); // RMVF
    assert_int_equal(rd(b, CSR), 0x60000);
    wr(b, AIRCR, 0x05fa0004);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, CSR), 0x14060000); // SFTRSTF, PINRSTF
    wr(b, APB1ENR, PWREN);
    wr(b, PWR_CR, 0x1100);
    wr(b, CSR, 1u << 19); // RTCRST
    assert_int_equal(rd(b, CSR) & 0xf0000, 0x80000);
}

static void peripherals_have_gates_and_resets(void **state)
{
    struct chip_bench *b = *state;
    wr(b, GPIOB + 0x14, 0x1234);
    assert_int_equal(rd(b, GPIOB + 0x14), 0);
    wr(b, IOPENR, 2);
    wr(b, GPIOB + 0x14, 0x1234);
    assert_int_equal(rd(b, GPIOB + 0x14), 0x1234);
    wr(b, 0x4002101c, 2);
    wr(b, 0x4002101c, 0);
    assert_int_equal(rd(b, GPIOB + 0x14), 0);
}

// ---- pins ---------------------------------------------------------------------------------------

static void pins_are_analog_after_a_reset_but_for_the_debug_port(void **state)
{
    struct chip_bench *b = *state;
    wr(b, IOPENR, 0x8f);
    assert_int_equal(rd(b, GPIOA), 0xebfffcff);
    assert_int_equal(rd(b, GPIOA + 8), 0x0c000000);
    assert_int_equal(rd(b, GPIOA + 12), 0x24000000);
    assert_int_equal(rd(b, GPIOB), 0xffffffff);
    assert_int_equal(rd(b, GPIOH), 0xffffffff);
}

static void exti_listens_to_port_h_by_its_own_code(void **state)
{
    struct chip_bench *b = *state;
    wr(b, IOPENR, 0x80);
    wr(b, APB2ENR, 1);
    assert_int_equal(rd(b, 0x40010400), 0x3f840000);
    wr(b, GPIOH, 0xfffffff0); // PH0 and PH1 are inputs
    wr(b, EXTICR1, 0x5);
    wr(b, 0x40010400, 1);
    wr(b, 0x40010408, 1); // rising
    sim_chip_drive_pin(b->chip, 'H', 0, true);
    assert_int_equal(rd(b, 0x40010414), 1);
    assert_true(rd(b, NVIC_ISPR) >> 5 & 1);
}

static void syscfg_locks_the_reference(void **state)
{
    struct chip_bench *b = *state;
    wr(b, APB2ENR, 1);
    assert_int_equal(rd(b, CFGR3), 0);
    wr(b, CFGR3, 0x80000101);
    assert_int_equal(rd(b, CFGR3), 0xc0000101); // VREFINT_RDYF
    wr(b, CFGR3, 0);
    assert_int_equal(rd(b, CFGR3), 0xc0000101);
}

static void mem_mode_moves_what_address_0_shows(void **state)
{
    struct chip_bench *b = *state;
    wr(b, APB2ENR, 1);
    assert_int_equal(rd(b, 0), rd(b, FLASH));
    wr(b, SYSCFG_CFGR1, 1);
    assert_int_equal(rd(b, 0), rd(b, 0x1ff00000));
    wr(b, SYSCFG_CFGR1, 3);
    assert_int_equal(rd(b, 0), rd(b, SRAM));
}

// ---- USARTs -------------------------------------------------------------------------------------

static void send(struct chip_bench *b, uint32_t base, uint32_t brr, uint8_t byte)
{
    wr(b, base + 0x0c, brr);
    wr(b, base, 9); // UE, TE
    wr(b, base + 0x28, byte);
}

static void usart1_sends_on_pa9(void **state)
{
    struct chip_bench *b = *state;
    uint8_t out[2];
    wr(b, IOPENR, 1);
    wr(b, APB2ENR, 1u << 14);
    wr(b, GPIOA, 0xebfbfcff);      // PA9 alternate
    wr(b, GPIOA + 0x24, 0x40);     // AF4
    send(b, 0x40013800, 218, 'x'); // 9600 baud of 2.097 MHz
    run_ns(b, NS_PER_MS);
    assert_int_equal(sim_chip_take_usart(b->chip, out, 2), 0);
    run_ns(b, NS_PER_MS / 10);
    assert_int_equal(sim_chip_take_usart(b->chip, out, 2), 1);
    assert_int_equal(out[0], 'x');
    expect_violations(b, 0);
}

static void lpuart1_counts_256ths_of_a_clock(void **state)
{
    struct chip_bench *b = *state;
    uint8_t out[2];
    wr(b, IOPENR, 2);
    wr(b, APB1ENR, 1u << 18);
    wr(b, GPIOB, 0xffefffff);                  // PB10 alternate
    wr(b, GPIOB + 0x24, 0x400);                // AF4
    send(b, 0x40004800, 256 * 2097 / 96, 'y'); // 96 kbaud / 1000 of 2.097 MHz: 9600 * 10
    run_ns(b, 100 * NS_PER_US);
    assert_int_equal(sim_chip_take_usart(b->chip, out, 2), 0);
    run_ns(b, 10 * NS_PER_US);
    assert_int_equal(sim_chip_take_usart(b->chip, out, 2), 1);
    assert_int_equal(out[0], 'y');
    expect_violations(b, 0);
    wr(b, 0x40004800, 0);
    send(b, 0x40004800, 0x2ff, 'z');
    expect_violations(b, 1);
}

static void a_usart_can_run_from_hsi16(void **state)
{
    struct chip_bench *b = *state;
    uint8_t out[2];
    wr(b, IOPENR, 1);
    wr(b, APB1ENR, 1u << 17);
    wr(b, GPIOA, 0xebffffef & 0xebfffcef); // PA2 alternate
    wr(b, GPIOA + 0x20, 0x400);            // AF4
    wr(b, CR, 0x301);
    run_ns(b, 3700);
    wr(b, CCIPR, 2u << 2);
    send(b, 0x40004400, 160, 'h'); // 100 kbaud
    run_ns(b, 99 * NS_PER_US);
    assert_int_equal(sim_chip_take_usart(b->chip, out, 2), 0);
    run_ns(b, NS_PER_US);
    assert_int_equal(sim_chip_take_usart(b->chip, out, 2), 1);
}

// ---- timers and watchdogs -----------------------------------------------------------------------

static void timers_count_their_own_bus(void **state)
{
    struct chip_bench *b = *state;
    wr(b, CFGR, 4u << 8); // PPRE1: half; its timers run at HCLK
    wr(b, APB1ENR, 1u << 0 | 1u << 4);
    wr(b, APB2ENR, 1u << 2 | 1u << 5);
    wr(b, CFGR, 5u << 8 | 0u << 11); // PPRE1: a quarter, its timers half; APB2 whole
    wr(b, 0x40000000, 1);
    wr(b, 0x40010800, 1);
    run_ns(b, NS_PER_MS);
    assert_in_range(rd(b, 0x40000024), 1047, 1049);
    assert_in_range(rd(b, 0x40010824), 2096, 2098);
    wr(b, 0x40011400 + 0x2c, 99); // TIM22
    assert_int_equal(rd(b, 0x40011400 + 0x2c), 99);
    wr(b, 0x40001000 + 0x2c, 98); // TIM6
    assert_int_equal(rd(b, 0x40001000 + 0x2c), 98);
}

static void the_watchdog_counts_37_khz_and_freezes_with_the_core(void **state)
{
    struct chip_bench *b = *state;
    wr(b, 0x40003000, 0xcccc);
    halt_core(b);
    debugger_wr(b, APB2ENR, DBGEN);
    debugger_wr(b, DBG_FZ1, 1u << 12);
    run_ns(b, 10000 * NS_PER_MS);
    assert_false(debugger_rd(b, CSR) >> 29 & 1);
    debugger_wr(b, DBG_FZ1, 0);
    run_ns(b, 4096ull * 4 * 1000000000 / 37000 + NS_PER_MS);
    assert_true(debugger_rd(b, CSR) >> 29 & 1);
}

static void the_window_watchdog_counts_pclk(void **state)
{
    struct chip_bench *b = *state;
    wr(b, APB1ENR, 1u << 11);
    wr(b, 0x40002c00, 0xff);
    run_ns(b, 64ull * 4096 * 1000000000 / 2097000 - 100 * NS_PER_US);
    assert_false(rd(b, CSR) >> 30 & 1);
    run_ns(b, NS_PER_MS);
    assert_true(rd(b, CSR) >> 30 & 1);
}

// ---- ADC (14) -----------------------------------------------------------------------------------

static uint32_t measure(struct chip_bench *b, unsigned channel)
{
    wr(b, 0x40012428, 1u << channel);
    wr(b, 0x40012408, rd(b, 0x40012408) | 4);
    run_ns(b, 20 * NS_PER_US);
    assert_true(rd(b, 0x40012400) & 4);
    return rd(b, 0x40012440);
}

static void vdda_is_measured_with_the_reference(void **state)
{
    struct chip_bench *b = *state;
    uint32_t calibration = rd(b, 0x1ff80078) & 0xffff;
    assert_int_equal(calibration, (1224 * 4095 + 1500) / 3000);
    wr(b, APB2ENR, 1u << 9);
    wr(b, CR, 0x301); // HSI16 is the ADC's clock
    run_ns(b, 3700);
    wr(b, 0x40012708, 1u << 22);               // VREFEN
    wr(b, 0x40012408, 0x80000000);             // ADCAL
    assert_true(rd(b, 0x40012408) & 1u << 28); // it has started the regulator
    run_ns(b, 10 * NS_PER_US);
    assert_true(rd(b, 0x40012400) & 1u << 11); // EOCAL
    wr(b, 0x40012408, 1);
    run_ns(b, 10 * NS_PER_US);
    assert_int_equal(rd(b, 0x40012400) & 1, 1);
    wr(b, 0x40012414, 7);
    assert_in_range(3000 * calibration / measure(b, 17), 3290, 3310);
    sim_chip_set_vdda(b->chip, 2400);
    assert_in_range(3000 * calibration / measure(b, 17), 2390, 2410);
    wr(b, 0x40012414, 0); // sampled for too short
    assert_not_in_range(3000 * calibration / measure(b, 17), 2390, 2410);
    expect_violations(b, 0);
}

// ---- debug support and power modes (27, 6.3) ----------------------------------------------------

static void the_debug_unit_has_a_clock_gate(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, DBG_ID) & 0xfff, 0x417);
    wr(b, DBG_CR, 7);
    assert_int_equal(rd(b, DBG_CR), 0);
    wr(b, APB2ENR, DBGEN);
    wr(b, DBG_CR, 0xff);
    wr(b, DBG_FZ1, 0xffffffff);
    wr(b, DBG_FZ2, 0xffffffff);
    assert_int_equal(rd(b, DBG_CR), 7);
    assert_int_equal(rd(b, DBG_FZ1), 0xc0601c33);
    assert_int_equal(rd(b, DBG_FZ2), 0x24);
    wr(b, AIRCR, 0x05fa0004);
    run_ns(b, NS_PER_MS);
    wr(b, APB2ENR, DBGEN);
    assert_int_equal(rd(b, DBG_CR), 7); // only power clears it
    power_cycle(b);
    wr(b, APB2ENR, DBGEN);
    assert_int_equal(rd(b, DBG_CR), 0);
}

static void two_rom_tables_lead_to_the_core(void **state)
{
    static const uint32_t id[] = {0x17, 0x04, 0x0a};
    struct chip_bench *b = *state;
    assert_int_equal(sim_chip_identity(b->chip)->rom_base, 0xf0000003);
    assert_int_equal(debugger_rd(b, 0xf0000000), 0xf00ff003);
    assert_int_equal(debugger_rd(b, 0xf0000004), 0);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(debugger_rd(b, 0xf0000fe0 + 4 * i), id[i]);
    assert_int_equal(debugger_rd(b, 0xf0000ff4), 0x10);
    assert_int_equal(debugger_rd(b, 0xe00fffe0), 0xc0);
    assert_int_equal(debugger_rd(b, 0xe00fffe4), 0xb4);
    assert_int_equal(debugger_rd(b, 0xe000ed00), 0x410cc601);
}

static struct chip_bench *with_program(const char *name)
{
    struct chip_bench *b = make_chip("stm32l053r8");
    assert_true(sim_program_load(b->chip, name));
    power_up(b);
    return b;
}

static void low_power_modes_end_swd_unless_the_debug_unit_keeps_it(void **state)
{
    static const struct {
        const char *program;
        uint32_t keep;
    } modes[] = {{"stop", 2}, {"standby", 4}};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct chip_bench *b = with_program(modes[i].program);
        assert_true(sim_chip_swd_alive(b->chip));
        run_ns(b, 10 * NS_PER_MS);
        assert_false(sim_chip_swd_alive(b->chip));
        power_cycle(b);
        debugger_wr(b, APB2ENR, DBGEN);
        debugger_wr(b, DBG_CR, modes[i].keep);
        run_ns(b, 10 * NS_PER_MS);
        assert_true(sim_chip_swd_alive(b->chip));
        expect_violations(b, 0);
        drop_chip(b);
    }
}

static void stop_ends_on_msi_or_hsi16(void **state)
{
    struct chip_bench *b = *state;
    for (unsigned wakes_on_hsi = 0; wakes_on_hsi < 2; wakes_on_hsi++) {
        wr(b, 0x40022000, 1);
        wr(b, CFGR, wakes_on_hsi << 15);
        wr(b, IOPENR, 1);
        wr(b, GPIOA, 0xebfffcfc); // PA0 is an input
        wr(b, 0x40010400, 0x3f840001);
        wr(b, 0x40010408, 1);
        wr(b, 0x40010414, 1);
        wr(b, APB1ENR, PWREN);
        wr(b, PWR_CR, 0x1001);
        wr(b, SCR, 4);
        wr(b, SRAM + 4, 0xe7fdbf30); // wfi; b .-2
        halt_core(b);
        sim_core_set_reg(sim_chip_core(b->chip), 15, SRAM + 4);
        debugger_wr(b, DHCSR, DHCSR_KEY | 0);
        run_ns(b, NS_PER_MS);
        assert_int_equal(hclk(b), 0);
        sim_chip_drive_pin(b->chip, 'A', 0, true);
        assert_int_equal(hclk(b), wakes_on_hsi ? 16000000 : 2097000);
        sim_chip_drive_pin(b->chip, 'A', 0, false);
        wr(b, SCR, 0);
    }
    expect_violations(b, 0);
}

static void a_wake_up_pin_ends_standby(void **state)
{
    struct chip_bench *b = with_program("standby");
    (void)state;
    wr(b, APB1ENR, PWREN);
    wr(b, PWR_CSR, 1u << 8);
    wr(b, IOPENR, 1);
    wr(b, GPIOA, 0xebfffcfc);
    run_ns(b, 10 * NS_PER_MS);
    assert_false(sim_chip_swd_alive(b->chip));
    sim_chip_drive_pin(b->chip, 'A', 0, true);
    run_ns(b, NS_PER_MS);
    assert_true(sim_chip_swd_alive(b->chip));
    wr(b, APB1ENR, PWREN);
    assert_int_equal(rd(b, PWR_CSR) & 2, 2); // SBF; the program clears WUF
    drop_chip(b);
}

static void low_power_run_is_for_131_khz(void **state)
{
    struct chip_bench *b = *state;
    wr(b, APB1ENR, PWREN);
    wr(b, PWR_CR, 0x1000 | 1u << 14);
    expect_violations(b, 1);
    wr(b, PWR_CR, 0x1000);
    wr(b, ICSCR, 1u << 13);
    wr(b, PWR_CR, 0x1000 | 1u << 14);
    assert_true(rd(b, PWR_CSR) & 1u << 5);
    expect_violations(b, 1);
}

static void programs_do_what_their_names_say(void **state)
{
    struct chip_bench *b = with_program("swd-off");
    (void)state;
    assert_true(sim_chip_swd_alive(b->chip));
    run_ns(b, 5 * NS_PER_MS);
    assert_false(sim_chip_swd_alive(b->chip));
    drop_chip(b);
    b = with_program("slow-clock");
    run_ns(b, 5 * NS_PER_MS);
    assert_int_equal(hclk(b), 2097000 / 128);
    drop_chip(b);
    b = with_program("iwdg");
    run_ns(b, 50 * NS_PER_MS);
    assert_true(rd(b, CSR) >> 29 & 1);
    drop_chip(b);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        l0_test(it_comes_up_on_msi_at_2_mhz),
        l0_test(msi_has_seven_ranges),
        l0_test(hsi16_takes_over_when_it_is_ready_and_can_be_divided),
        l0_test(the_pll_multiplies_and_divides),
        l0_test(a_range_limits_hclk_and_asks_for_a_wait_state),
        l0_test(hse_can_be_lost_and_msi_goes_on),
        l0_test(ready_oscillators_interrupt),
        l0_test(hsi48_is_there_where_usb_is),
        l0_test(rtc_bits_want_dbp_and_outlive_a_reset),
        l0_test(peripherals_have_gates_and_resets),
        l0_test(pins_are_analog_after_a_reset_but_for_the_debug_port),
        l0_test(exti_listens_to_port_h_by_its_own_code),
        l0_test(syscfg_locks_the_reference),
        l0_test(mem_mode_moves_what_address_0_shows),
        l0_test(usart1_sends_on_pa9),
        l0_test(lpuart1_counts_256ths_of_a_clock),
        l0_test(a_usart_can_run_from_hsi16),
        l0_test(timers_count_their_own_bus),
        l0_test(the_watchdog_counts_37_khz_and_freezes_with_the_core),
        l0_test(the_window_watchdog_counts_pclk),
        l0_test(vdda_is_measured_with_the_reference),
        l0_test(the_debug_unit_has_a_clock_gate),
        l0_test(two_rom_tables_lead_to_the_core),
        cmocka_unit_test(low_power_modes_end_swd_unless_the_debug_unit_keeps_it),
        l0_test(stop_ends_on_msi_or_hsi16),
        cmocka_unit_test(a_wake_up_pin_ends_standby),
        l0_test(low_power_run_is_for_131_khz),
        cmocka_unit_test(programs_do_what_their_names_say),
    };
    return cmocka_run_group_tests_name("sim_l0_parts", tests, NULL, NULL);
}
