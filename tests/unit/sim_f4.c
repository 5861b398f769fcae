// SPDX-License-Identifier: MIT
// The virtual STM32F4 and F2 against RM0090 and RM0033: memories, clocks, power, boot, debug
// support and what the dies have or have not. Their flash has tests of its own.
#include "tests/unit/choose.h"
#include "tests/unit/sim_f4_bench.h"

#include "sim/chip/part.h"
#include "sim/families/programs.h"

#define CCM      0x10000000u
#define SYSTEM   0x1fff0000u
#define BKPSRAM  0x40024000u
#define GPIOA    0x40020000u
#define GPIOB    0x40020400u
#define DBG_ID   0xe0042000u
#define TIM2     0x40000000u
#define TIM10    0x40014400u
#define TIM11    0x40014800u
#define PWR_CR   0x40007000u
#define PWR_CSR  0x40007004u
#define MEMRMP   0x40013800u
#define RCC(reg) (0x40023800u + (reg))
#define CR_      RCC(0x00)
#define PLLCFGR  RCC(0x04)
#define CFGR     RCC(0x08)
#define AHB1RSTR RCC(0x10)
#define AHB1ENR  RCC(0x30)
#define APB1ENR  RCC(0x40)
#define APB2ENR  RCC(0x44)
#define BDCR     RCC(0x70)
#define CSR      RCC(0x74)
#define DCKCFGR  RCC(0x8c)

#define HSEON  (1u << 16)
#define PLLON  (1u << 24)
#define DBP    (1u << 8)
#define TIMPRE (1u << 24)

static int f407_setup(void **state)
{
    *state = make_running("stm32f407vg");
    return 0;
}

#define f407_test(f) cmocka_unit_test_setup_teardown(f, f407_setup, bench_teardown)

static void registers_have_the_reset_values_of_the_manual(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, CR_) & 0xffff00ff, 0x83);
    assert_int_equal(rd(b, PLLCFGR), 0x24003010);
    assert_int_equal(rd(b, CFGR), 0);
    assert_int_equal(rd(b, AHB1ENR), 0x00100000);
    assert_int_equal(rd(b, RCC(0x50)), 0x7e6791ff);
    assert_int_equal(rd(b, CSR), 0x0e000000);
    set_bits(b, AHB1ENR, 3);
    assert_int_equal(rd(b, GPIOA), 0xa8000000);
    assert_int_equal(rd(b, GPIOA + 12), 0x64000000);
    assert_int_equal(rd(b, GPIOB), 0x280);
    set_bits(b, APB1ENR, 1u << 28);
    assert_int_equal(rd(b, PWR_CR), 0x4000);
    assert_int_equal(rd(b, PWR_CSR), 0x4000);
    assert_int_equal(rd(b, 0xe000ed00), 0x410fc241);
    assert_int_equal(rd(b, DBG_ID) & 0xfff, 0x413);
    expect_violations(b, 0);
}

static unsigned flash_kib_of_letter(char letter)
{
    static const char letters[] = "8bcdefghi";
    static const unsigned kib[] = {64, 128, 256, 384, 512, 768, 1024, 1536, 2048};
    const char *at = strchr(letters, letter);
    assert_non_null(at);
    return kib[at - letters];
}

// 150 and 38 parts ST has; the last letter of a name is the flash's size.
static void every_part_has_the_sizes_that_its_name_says(void **state)
{
    const struct sim_chip_row *row;
    unsigned parts = 0;
    (void)state;
    for (unsigned i = 0; (row = sim_chips_at(i)); i++) {
        if (strncmp(row->name, "stm32f4", 7) != 0 && strncmp(row->name, "stm32f2", 7) != 0)
            continue;
        struct chip_bench *b = make_running(row->name);
        unsigned kib = flash_kib_of_letter(row->name[strlen(row->name) - 1]);
        uint32_t v;
        assert_int_equal(rd(b, DBG_ID), row->idcode);
        assert_int_equal(rd(b, 0x1fff7a20) >> 16, kib);
        assert_int_equal(try_read(b, FLASH + kib * KIB - 4, 4, &v), SIM_BUS_OK);
        assert_int_equal(try_read(b, FLASH + kib * KIB, 4, &v), SIM_BUS_FAULT);
        assert_int_equal(sim_core_get_reg(sim_chip_core(b->chip), 15), FLASH + 8);
        drop_chip(b);
        parts++;
    }
    assert_int_equal(parts, 188 - 1);
}

static void memories_are_those_of_the_die(void **state)
{
    static const struct {
        const char *name;
        unsigned sram, ccm;
        bool backup;
    } dies[] = {{"stm32f407vg", 128, 64, true}, {"stm32f429zi", 192, 64, true},
                {"stm32f469ni", 320, 64, true}, {"stm32f446re", 128, 0, true},
                {"stm32f401cc", 64, 0, false},  {"stm32f401re", 96, 0, false},
                {"stm32f411ce", 128, 0, false}, {"stm32f412zg", 256, 0, false},
                {"stm32f413zh", 320, 0, false}, {"stm32f410rb", 32, 0, false},
                {"stm32f207zg", 128, 0, true}};
    (void)state;
    for (unsigned i = 0; i < sizeof dies / sizeof dies[0]; i++) {
        struct chip_bench *b = make_running(dies[i].name);
        uint32_t end = SRAM + dies[i].sram * KIB, v;
        wr(b, end - 4, 0x600df00d);
        assert_int_equal(debugger_rd(b, end - 4), 0x600df00d);
        assert_int_equal(try_read(b, end, 4, &v), SIM_BUS_FAULT);
        assert_int_equal(try_read(b, CCM, 4, &v), dies[i].ccm ? SIM_BUS_OK : SIM_BUS_FAULT);
        assert_int_equal(try_read(b, CCM + 64 * KIB - 4, 4, &v),
                         dies[i].ccm ? SIM_BUS_OK : SIM_BUS_FAULT);
        assert_int_equal(try_read(b, BKPSRAM, 4, &v), dies[i].backup ? SIM_BUS_OK : SIM_BUS_FAULT);
        drop_chip(b);
    }
}

// The smaller STM32F2 have a hole between their two SRAMs.
static void the_second_sram_of_an_f2_has_its_place(void **state)
{
    struct chip_bench *b = make_running("stm32f205rb");
    uint32_t v;
    (void)state;
    assert_int_equal(try_read(b, SRAM + 48 * KIB - 4, 4, &v), SIM_BUS_OK);
    assert_int_equal(try_read(b, SRAM + 48 * KIB, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(try_read(b, SRAM + 112 * KIB, 4, &v), SIM_BUS_OK);
    assert_int_equal(try_read(b, SRAM + 128 * KIB - 4, 4, &v), SIM_BUS_OK);
    assert_int_equal(rd(b, 0xe000ed00), 0x412fc230);
    assert_int_equal(rd(b, DBG_ID) & 0xfff, 0x411);
    drop_chip(b);
}

static void the_backup_sram_wants_its_clock_and_dbp(void **state)
{
    struct chip_bench *b = *state;
    wr(b, BKPSRAM, 1);
    assert_int_equal(rd(b, BKPSRAM), 0); // no clock
    set_bits(b, AHB1ENR, 1u << 18);
    uint32_t old = rd(b, BKPSRAM + 4);
    wr(b, BKPSRAM + 4, ~old);
    assert_int_equal(rd(b, BKPSRAM + 4), old);
    set_bits(b, APB1ENR, 1u << 28);
    set_bits(b, PWR_CR, DBP);
    wr(b, BKPSRAM + 4, 0x600df00d);
    assert_int_equal(rd(b, BKPSRAM + 4), 0x600df00d);
    reset_pin(b);
    set_bits(b, AHB1ENR, 1u << 18);
    assert_int_equal(rd(b, BKPSRAM + 4), 0x600df00d);
}

static void boot0_starts_the_boot_loader(void **state)
{
    struct chip_bench *b = *state;
    sim_chip_set_boot0(b->chip, true);
    power_cycle(b);
    set_bits(b, APB2ENR, 1u << 14);
    assert_int_equal(rd(b, MEMRMP), 1);
    assert_int_equal(rd(b, 4), SYSTEM + 64 + 1);
    assert_in_range(sim_core_get_reg(sim_chip_core(b->chip), 15), SYSTEM, SYSTEM + 30 * KIB);
    wr(b, MEMRMP, 0);
    assert_int_equal(rd(b, 4), FLASH + 9);
    wr(b, MEMRMP, 3);
    wr(b, SRAM, 0x55667788);
    assert_int_equal(rd(b, 0), 0x55667788);
}

static void boot1_starts_what_is_in_the_sram(void **state)
{
    struct chip_bench *b = *state;
    sim_chip_set_boot0(b->chip, true);
    sim_chip_set_boot1(b->chip, true);
    wr(b, SRAM, 0x20000400);
    wr(b, SRAM + 4, SRAM + 9);
    wr(b, SRAM + 8, 0xe7fe2007); // movs r0, #7; b .
    reset_pin(b);
    assert_int_equal(sim_core_get_reg(sim_chip_core(b->chip), 0), 7);
    set_bits(b, APB2ENR, 1u << 14);
    assert_int_equal(rd(b, MEMRMP), 3);
}

static void without_vdda_it_stays_in_reset(void **state)
{
    struct chip_bench *b = *state;
    sim_chip_set_vdda(b->chip, 1500);
    run_ns(b, 10 * NS_PER_MS);
    assert_false(sim_chip_swd_alive(b->chip));
    sim_chip_set_vdda(b->chip, 3300);
    run_ns(b, 10 * NS_PER_MS);
    assert_true(sim_chip_swd_alive(b->chip));
}

static void a_usart_sends(void **state)
{
    struct chip_bench *b = *state;
    uint8_t byte = 0;
    set_bits(b, AHB1ENR, 4);
    set_bits(b, APB2ENR, 1u << 5);
    wr(b, 0x40020800, 2u << 12); // PC6 to USART6
    wr(b, 0x40020820, 8u << 24);
    wr(b, 0x40011408, 160); // 100 kBd of 16 MHz
    wr(b, 0x4001140c, 1u << 13 | 1u << 3);
    wr(b, 0x40011404, 'x');
    run_ns(b, 99 * NS_PER_US);
    assert_int_equal(sim_chip_take_usart(b->chip, &byte, 1), 0);
    run_ns(b, 2 * NS_PER_US);
    assert_int_equal(sim_chip_take_usart(b->chip, &byte, 1), 1);
    assert_int_equal(byte, 'x');
    wr(b, 0x4001140c, 1u << 15 | 1u << 13 | 1u << 3); // OVER8: twice as fast
    wr(b, 0x40011404, 'y');
    run_ns(b, 51 * NS_PER_US);
    assert_int_equal(sim_chip_take_usart(b->chip, &byte, 1), 1);
}

// ---- clocks -------------------------------------------------------------------------------------

static uint32_t hclk(struct chip_bench *b)
{
    return sim_chip_hclk_hz(b->chip);
}

// From the board's crystal of 8 MHz, by 8, times n, by 2.
static void run_from_pll(struct chip_bench *b, uint32_t n, uint32_t latency, uint32_t ppre)
{
    wr(b, ACR, latency);
    set_bits(b, CR_, HSEON);
    run_ns(b, 3 * NS_PER_MS);
    wr(b, PLLCFGR, 8 | n << 6 | 1u << 22 | 7u << 24);
    set_bits(b, CR_, PLLON);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, CR_) >> 24 & 3, 3);
    wr(b, CFGR, ppre);
    set_bits(b, CFGR, 2);
    assert_int_equal(rd(b, CFGR) >> 2 & 3, 2);
}

#define PPRE_4_2 (5u << 10 | 4u << 13)

static void the_pll_makes_168_mhz(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(hclk(b), 16000000);
    run_from_pll(b, 336, 5, PPRE_4_2);
    assert_int_equal(hclk(b), 168000000);
    wr(b, CFGR, rd(b, CFGR) | 8u << 4); // by 2
    assert_int_equal(hclk(b), 84000000);
    expect_violations(b, 0);
}

static void limits_of_the_clocks_are_told(void **state)
{
    struct chip_bench *b = *state;
    run_from_pll(b, 336, 4, PPRE_4_2);
    expect_violations(b, 1);
    assert_true(said(b, "168000000 Hz with 4 flash wait states"));
    wr(b, ACR, 5);
    expect_violations(b, 1);
    wr(b, CFGR, 2 | 5u << 10); // PCLK2 of 168 MHz
    expect_violations(b, 2);
    assert_true(said(b, "PCLK2 of 168000000 Hz; 84 MHz is allowed"));
    wr(b, CFGR, 2 | PPRE_4_2);
    set_bits(b, APB1ENR, 1u << 28);
    wr(b, PWR_CR, 0); // the other scale
    expect_violations(b, 3);
    assert_true(said(b, "the chip is made for 144 MHz"));
    wr(b, PLLCFGR, 8 | 100u << 6);
    expect_violations(b, 4);
    assert_true(said(b, "while the PLL is on"));
}

static void the_pll_has_limits_of_its_own(void **state)
{
    static const struct {
        uint32_t pllcfgr;
        const char *words;
    } settings[] = {{0x24003001, "PLLON with RCC_PLLCFGR"},
                    {4 | 192u << 6, "4000000 Hz into the PLL"},
                    {16 | 50u << 6, "VCO at 50000000 Hz"},
                    {8 | 400u << 6, "VCO at 800000000 Hz"}};
    struct chip_bench *b = *state;
    for (unsigned i = 0; i < 4; i++) {
        wr(b, PLLCFGR, settings[i].pllcfgr);
        set_bits(b, CR_, PLLON);
        expect_violations(b, i + 1);
        assert_true(said(b, settings[i].words));
        wr(b, CR_, rd(b, CR_) & ~PLLON);
    }
}

// With less of a supply the flash is slower (3.5.1).
static void a_low_supply_needs_more_wait_states(void **state)
{
    struct chip_bench *b = *state;
    sim_chip_set_vdd(b->chip, 2000);
    run_from_pll(b, 336, 7, PPRE_4_2);
    expect_violations(b, 1);
    assert_true(said(b, "with 7 flash wait states"));
}

static void scales_and_over_drive_allow_180_mhz(void **state)
{
    struct chip_bench *b = make_running("stm32f429zi");
    (void)state;
    set_bits(b, APB1ENR, 1u << 28);
    assert_int_equal(rd(b, PWR_CR), 0xc000);
    set_bits(b, PWR_CR, 1u << 16);
    assert_int_equal(rd(b, PWR_CSR) >> 16 & 3, 1);
    set_bits(b, PWR_CR, 1u << 17);
    assert_int_equal(rd(b, PWR_CSR) >> 16 & 3, 3);
    run_from_pll(b, 360, 5, PPRE_4_2);
    assert_int_equal(hclk(b), 180000000);
    expect_violations(b, 0);
    wr(b, PWR_CR, 0xc000);
    expect_violations(b, 1);
    drop_chip(b);
}

static void the_system_runs_from_pllr_on_an_f446_alone(void **state)
{
    static const char *const names[] = {"stm32f446re", "stm32f407vg"};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct chip_bench *b = make_running(names[i]);
        wr(b, PLLCFGR, 16 | 192u << 6 | 4u << 28); // 192 MHz by 4
        set_bits(b, CR_, PLLON);
        run_ns(b, NS_PER_MS);
        wr(b, ACR, 5);
        set_bits(b, CFGR, 3);
        assert_int_equal(rd(b, CFGR) >> 2 & 3, i == 0 ? 3 : 0);
        assert_int_equal(hclk(b), i == 0 ? 48000000 : 16000000);
        drop_chip(b);
    }
}

static uint32_t counted_in_100_us(struct chip_bench *b, uint32_t tim)
{
    wr(b, tim + 0x2c, 0xffff);
    wr(b, tim + 0x24, 0);
    wr(b, tim, 1);
    run_ns(b, 100 * NS_PER_US);
    wr(b, tim, 0);
    return rd(b, tim + 0x24);
}

static void timers_have_clocks_of_their_own(void **state)
{
    struct chip_bench *b = make_running("stm32f429zi");
    (void)state;
    run_from_pll(b, 336, 5, PPRE_4_2);
    set_bits(b, APB1ENR, 1);
    set_bits(b, APB2ENR, 1u << 17);
    assert_in_range(counted_in_100_us(b, TIM2), 8399, 8401);    // twice 42 MHz
    assert_in_range(counted_in_100_us(b, TIM10), 16799, 16801); // twice 84 MHz
    set_bits(b, DCKCFGR, TIMPRE);
    assert_in_range(counted_in_100_us(b, TIM2), 16799, 16801); // HCLK
    assert_in_range(counted_in_100_us(b, TIM10), 16799, 16801);
    drop_chip(b);
}

// TIM11 can look at the crystal, divided for the RTC (RM0090, 19.5.11).
static void timer_11_captures_the_crystal(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, CR_, HSEON);
    run_ns(b, 3 * NS_PER_MS);
    wr(b, CFGR, 16u << 16); // by 16
    set_bits(b, APB2ENR, 1u << 18);
    wr(b, TIM11 + 0x50, 2);
    wr(b, TIM11 + 0x18, 0x0d); // every eighth edge of TI1
    wr(b, TIM11 + 0x20, 1);
    wr(b, TIM11, 1);
    run_ns(b, 100 * NS_PER_US);
    uint32_t first = rd(b, TIM11 + 0x34);
    run_ns(b, 16 * NS_PER_US);
    uint32_t second = rd(b, TIM11 + 0x34);
    assert_int_equal((second - first) & 0xffff, 256); // 8 periods of 500 kHz in 16 MHz
}

static void reset_flags_tell_why(void **state)
{
    struct chip_bench *b = *state;
    wr(b, CSR, 1u << 24);
    assert_int_equal(rd(b, CSR), 0);
    reset_pin(b);
    assert_int_equal(rd(b, CSR), 1u << 26);
    debugger_wr(b, AIRCR, 0x05fa0004);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, CSR), 1u << 28 | 1u << 26);
    power_cycle(b);
    assert_int_equal(rd(b, CSR), 0x0e000000);
}

// ---- power, debug support -----------------------------------------------------------------------

static void stop_and_standby_silence_the_debug_port_unless_they_are_kept(void **state)
{
    static const uint32_t modes[] = {0, 2}; // PDDS
    (void)state;
    for (unsigned m = 0; m < 4; m++) {
        struct chip_bench *b = make_running("stm32f407vg");
        debugger_wr(b, DBG_ID + 4, m & 1 ? 6 : 0);
        set_bits(b, APB1ENR, 1u << 28);
        wr(b, PWR_CR, 0x4000 | modes[m / 2]);
        wr(b, SCR, 4);
        poke32(b, FLASH + 8, 0xe7fdbf30); // wfi; b .-2
        run_ns(b, NS_PER_MS);
        assert_int_equal(sim_chip_swd_alive(b->chip), m & 1);
        drop_chip(b);
    }
}

static void programs_do_what_their_names_say(void **state)
{
    static const struct {
        const char *name;
        uint32_t keep; // of DBGMCU_CR, with which SWD goes on
    } programs[] = {{"swd-off", 0}, {"stop", 2}, {"standby", 4}};
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct chip_bench *b = make_chip("stm32f407vg");
        assert_true(sim_program_load(b->chip, programs[i].name));
        power_up(b);
        assert_true(sim_chip_swd_alive(b->chip));
        run_ns(b, 10 * NS_PER_MS);
        assert_false(sim_chip_swd_alive(b->chip));
        power_cycle(b);
        debugger_wr(b, DBG_ID + 4, programs[i].keep);
        run_ns(b, 10 * NS_PER_MS);
        assert_int_equal(sim_chip_swd_alive(b->chip), programs[i].keep != 0);
        expect_violations(b, 0);
        drop_chip(b);
    }
}

static void watchdogs_and_timers_stop_with_the_core(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, APB1ENR, 1);
    set_bits(b, APB2ENR, 1u << 17);
    wr(b, TIM2, 1);
    wr(b, TIM10, 1);
    debugger_wr(b, DBG_ID + 4, 0xffffffff);
    assert_int_equal(debugger_rd(b, DBG_ID + 4), 0xe7);
    debugger_wr(b, DBG_ID + 8, 0xffffffff);
    assert_int_equal(debugger_rd(b, DBG_ID + 8) & 0x1dff, 0x1dff);
    debugger_wr(b, DBG_ID + 8, 1);
    debugger_wr(b, DBG_ID + 12, 1u << 17);
    debugger_wr(b, DHCSR, DHCSR_KEY | 3);
    run_ns(b, NS_PER_US);
    uint32_t count = rd(b, TIM2 + 0x24), other = rd(b, TIM10 + 0x24);
    run_ns(b, 100 * NS_PER_US);
    assert_int_equal(rd(b, TIM2 + 0x24), count);
    assert_int_equal(rd(b, TIM10 + 0x24), other);
    debugger_wr(b, DBG_ID + 12, 0);
    run_ns(b, 100 * NS_PER_US);
    assert_int_not_equal(rd(b, TIM10 + 0x24), other);
}

static void small_dies_have_less(void **state)
{
    static const struct {
        const char *name;
        uint32_t addr;
        bool there;
    } things[] = {{"stm32f410rb", 0x40020c00, false},                                     // GPIOD
                  {"stm32f401cc", 0x40020c00, true},  {"stm32f401cc", 0x40021400, false}, // GPIOF
                  {"stm32f446re", 0x40021400, true},  {"stm32f446re", 0x40022000, false}, // GPIOI
                  {"stm32f407vg", 0x40022000, true},  {"stm32f407vg", 0x40022400, false}, // GPIOJ
                  {"stm32f429zi", 0x40022400, true}};
    (void)state;
    for (unsigned i = 0; i < sizeof things / sizeof things[0]; i++) {
        struct chip_bench *b = make_running(things[i].name);
        uint32_t v;
        assert_int_equal(try_read(b, things[i].addr, 4, &v),
                         things[i].there ? SIM_BUS_OK : SIM_BUS_FAULT);
        drop_chip(b);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        f407_test(registers_have_the_reset_values_of_the_manual),
        cmocka_unit_test(every_part_has_the_sizes_that_its_name_says),
        cmocka_unit_test(memories_are_those_of_the_die),
        cmocka_unit_test(the_second_sram_of_an_f2_has_its_place),
        f407_test(the_backup_sram_wants_its_clock_and_dbp),
        f407_test(boot0_starts_the_boot_loader),
        f407_test(boot1_starts_what_is_in_the_sram),
        f407_test(without_vdda_it_stays_in_reset),
        f407_test(a_usart_sends),
        f407_test(the_pll_makes_168_mhz),
        f407_test(limits_of_the_clocks_are_told),
        f407_test(the_pll_has_limits_of_its_own),
        f407_test(a_low_supply_needs_more_wait_states),
        cmocka_unit_test(scales_and_over_drive_allow_180_mhz),
        cmocka_unit_test(the_system_runs_from_pllr_on_an_f446_alone),
        cmocka_unit_test(timers_have_clocks_of_their_own),
        f407_test(timer_11_captures_the_crystal),
        f407_test(reset_flags_tell_why),
        cmocka_unit_test(stop_and_standby_silence_the_debug_port_unless_they_are_kept),
        cmocka_unit_test(programs_do_what_their_names_say),
        f407_test(watchdogs_and_timers_stop_with_the_core),
        cmocka_unit_test(small_dies_have_less),
    };
    return cmocka_run_group_tests_name("sim_f4", tests, NULL, NULL);
}
