// SPDX-License-Identifier: MIT
// The parts of the virtual STM32L4, L4+, G4, WB and WL beside their flash: sizes, clocks, resets,
// power modes, watchdogs, EXTI, SYSCFG, captures, the debug unit, semaphores (RM0351; RM0394;
// RM0432; RM0440; RM0434; RM0453).
#include "tests/unit/choose.h"
#include "tests/unit/sim_m4_bench.h"

#define DBGMCU   0xe0042000u
#define GPIOA    0x48000000u
#define GPIOB    0x48000400u
#define IWDG     0x40003000u
#define TIM16    0x40014400u
#define TIM17    0x40014800u
#define PINRSTF  (1u << 26)
#define BORRSTF  (1u << 27)
#define SFTRSTF  (1u << 28)
#define IWDGRSTF (1u << 29)
#define WWDGRSTF (1u << 30)
#define RMVF     (1u << 23)

// Where things are.
static const struct place {
    const char *name;
    uint32_t rcc, pwr, exti, flash;
} l476 = {"stm32l476rg", 0x40021000, 0x40007000, 0x40010400, 0x40022000},
  l432 = {"stm32l432kc", 0x40021000, 0x40007000, 0x40010400, 0x40022000},
  l4r5 = {"stm32l4r5zi", 0x40021000, 0x40007000, 0x40010400, 0x40022000},
  g474 = {"stm32g474re", 0x40021000, 0x40007000, 0x40010400, 0x40022000},
  wb55 = {"stm32wb55rg", 0x58000000, 0x58000400, 0x58000800, 0x58004000},
  wle5 = {"stm32wle5jc", 0x58000000, 0x58000400, 0x58000800, 0x58004000};
static const struct place *const places[] = {&l476, &l432, &l4r5, &g474, &wb55, &wle5};
#define PLACES (sizeof places / sizeof places[0])

#define CR       0x00u
#define CFGR     0x08u
#define PLLCFGR  0x0cu
#define AHB2ENR  0x4cu
#define APB1ENR1 0x58u
#define APB2ENR  0x60u
#define CSR      0x94u

// ---- every part ---------------------------------------------------------------------------------

static unsigned flash_kib_of(const char *name)
{
    static const struct {
        char letter;
        unsigned kib;
    } sizes[] = {{'6', 32},  {'8', 64},   {'b', 128}, {'c', 256},
                 {'e', 512}, {'g', 1024}, {'i', 2048}};
    char letter = name[strlen(name) - 1];
    if (strncmp(name, "stm32wb1", 8) == 0)
        return 320;
    if (letter == 'y')
        return 640;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        if (sizes[i].letter == letter)
            return sizes[i].kib;
    }
    return 0;
}

static bool is_trimmed_g47(const char *name, unsigned kib)
{
    return (strncmp(name, "stm32g47", 8) == 0) && kib < 512;
}

static void check_part(const struct sim_chip_row *row)
{
    struct chip_bench *b = make_chip(row->name);
    unsigned kib = flash_kib_of(row->name);
    uint32_t sram = sim_chip_row_memory(row, SIM_MEMORY_SRAM)->size;
    const struct sim_memory_row *sram2 = sim_chip_row_memory(row, SIM_MEMORY_SRAM2);
    uint32_t hole = is_trimmed_g47(row->name, kib) ? 0x40000 - kib * 512 : 0, v;
    poke_loop(b);
    power_up(b);
    assert_int_equal(rd(b, DBGMCU), row->idcode);
    assert_int_equal(rd(b, 0x1fff75e0) & 0xffff, kib);
    assert_int_equal(try_read(b, FLASH + hole + kib * 1024 - 4, 4, &v), SIM_BUS_OK);
    assert_int_equal(try_read(b, FLASH + hole + kib * 1024, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(try_read(b, SRAM + sram - 4, 4, &v), SIM_BUS_OK);
    wr(b, sram2->base + sram2->size - 4, 0x600d);
    assert_int_equal(rd(b, sram2->base + sram2->size - 4), 0x600d);
    if (sram2->alias)
        assert_int_equal(rd(b, sram2->alias + sram2->size - 4), 0x600d);
    assert_int_equal(sim_core_get_reg(sim_chip_core(b->chip), 15), FLASH + 8);
    expect_violations(b, 0);
    drop_chip(b);
}

static void every_part_has_the_sizes_that_its_name_says(void **state)
{
    static const struct {
        const char *family;
        unsigned parts;
    } families[] = {
        {"STM32L4", 94}, {"STM32L4+", 45}, {"STM32G4", 93}, {"STM32WB", 16}, {"STM32WL", 16}};
    (void)state;
    for (size_t f = 0; f < sizeof families / sizeof families[0]; f++) {
        const struct sim_chip_row *row;
        unsigned parts = 0;
        for (unsigned i = 0; (row = sim_chips_at(i)); i++) {
            if (strcmp(row->family->name, families[f].family) != 0)
                continue;
            check_part(row);
            parts++;
        }
        assert_int_equal(parts, families[f].parts);
    }
}

// ---- clocks -------------------------------------------------------------------------------------

static void each_family_starts_with_its_own_clock(void **state)
{
    static const struct {
        const struct place *at;
        uint32_t hz, cr, cfgr, csr;
    } chips[] = {
        {&l476, 4000000, 0x63, 0, 0x600},   {&l432, 4000000, 0x63, 0, 0x600},
        {&l4r5, 4000000, 0x63, 0, 0x600},   {&g474, 16000000, 0x500, 5, 0},
        {&wb55, 4000000, 0x63, 0x70000, 0}, {&wle5, 4000000, 0x63, 0x70000, 0x600},
    };
    (void)state;
    for (size_t i = 0; i < sizeof chips / sizeof chips[0]; i++) {
        struct chip_bench *b = make_running(chips[i].at->name);
        uint32_t rcc = chips[i].at->rcc;
        assert_int_equal(sim_chip_hclk_hz(b->chip), chips[i].hz);
        assert_int_equal(rd(b, rcc + CR), chips[i].cr);
        assert_int_equal(rd(b, rcc + CFGR), chips[i].cfgr);
        assert_int_equal(rd(b, rcc + CSR), chips[i].csr | PINRSTF | BORRSTF);
        drop_chip(b);
    }
}

static void the_pll_makes_the_highest_clock_behind_enough_wait_states(void **state)
{
    static const struct {
        const struct place *at;
        uint32_t pllcfgr, acr, hz;
    } chips[] = {
        {&l476, 1 | 40 << 8 | 1u << 24, 4, 80000000}, // MSI of 4 MHz * 40 / 2
        {&l4r5, 2 | 3 << 4 | 60 << 8 | 1u << 24, 5, 120000000},
        {&g474, 2 | 3 << 4 | 85 << 8 | 1u << 24, 4, 170000000},
        {&wb55, 2 | 1 << 4 | 24 << 8 | 1u << 28 | 2u << 29, 3, 64000000},
        {&wle5, 2 | 1 << 4 | 12 << 8 | 1u << 28 | 1u << 29, 2, 48000000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof chips / sizeof chips[0]; i++) {
        struct chip_bench *b = make_running(chips[i].at->name);
        uint32_t rcc = chips[i].at->rcc;
        set_bits(b, rcc + CR, 1u << 8); // HSI
        run_ns(b, 10 * NS_PER_US);
        wr(b, rcc + PLLCFGR, chips[i].pllcfgr);
        set_bits(b, rcc + CR, 1u << 24);
        run_ns(b, 15 * NS_PER_US);
        assert_true(rd(b, rcc + CR) & 1u << 25);
        wr(b, chips[i].at->flash, 0x600 | chips[i].acr);
        wr(b, rcc + CFGR, 3 | 4 << 8 | 5 << 11); // APB1: half, APB2: a quarter
        assert_int_equal(rd(b, rcc + CFGR) & 15, 0xf);
        assert_int_equal(sim_chip_hclk_hz(b->chip), chips[i].hz);
        expect_violations(b, 0);
        wr(b, chips[i].at->flash, 0x600 | (chips[i].acr - 1));
        expect_violations(b, 1);
        drop_chip(b);
    }
}

// PPRE1 and PPRE2: TIM2 counts at twice APB1, TIM16 at twice APB2.
static void each_apb_has_a_prescaler(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLACES; i++) {
        struct chip_bench *b = make_running(places[i]->name);
        uint32_t rcc = places[i]->rcc, hz = sim_chip_hclk_hz(b->chip);
        set_bits(b, rcc + APB1ENR1, 1);
        set_bits(b, rcc + APB2ENR, 1u << 17);
        wr(b, rcc + CFGR, (rd(b, rcc + CFGR) & 3) | 5 << 8 | 6 << 11); // a quarter, an eighth
        wr(b, 0x40000000, 1);
        wr(b, TIM16, 1);
        run_ns(b, NS_PER_MS);
        assert_int_equal(rd(b, 0x40000024), hz / 1000 / 2);
        assert_int_equal(rd(b, TIM16 + 0x24), hz / 1000 / 4);
        drop_chip(b);
    }
}

static void msi_has_ranges(void **state)
{
    static const struct {
        const struct place *at;
        uint32_t cr;
    } chips[] = {{&l476, 0x69}, {&wb55, 0x61}, {&wle5, 0x69}};
    (void)state;
    for (size_t i = 0; i < sizeof chips / sizeof chips[0]; i++) {
        struct chip_bench *b = make_running(chips[i].at->name);
        wr(b, chips[i].at->flash, 0x602);
        wr(b, chips[i].at->rcc, (chips[i].cr & ~0xf0u) | 9 << 4);
        assert_int_equal(sim_chip_hclk_hz(b->chip), 24000000);
        expect_violations(b, 0);
        drop_chip(b);
    }
}

static void the_crystal_of_a_radio_has_32_mhz(void **state)
{
    struct chip_bench *b = make_running("stm32wb55rg");
    (void)state;
    wr(b, wb55.flash, 0x601);
    set_bits(b, wb55.rcc, 1u << 16);
    run_ns(b, NS_PER_MS);
    wr(b, wb55.rcc + CFGR, 2);
    assert_int_equal(sim_chip_hclk_hz(b->chip), 32000000);
    drop_chip(b);
    b = make_running("stm32l476rg");
    set_bits(b, l476.rcc, 1u << 16);
    run_ns(b, 2 * NS_PER_MS);
    wr(b, l476.rcc + CFGR, 2);
    assert_int_equal(sim_chip_hclk_hz(b->chip), 8000000);
    drop_chip(b);
}

// A quarter of the signals of a prescaler by 8: HSE / 32 is 250 kHz, or 1 MHz of a radio's.
static void tim17_and_tim16_capture_the_crystal(void **state)
{
    static const struct {
        const struct place *at;
        uint32_t tim, reg, choice, period_ns;
    } chips[] = {{&l476, TIM17, 0x50, 2, 4000}, {&l4r5, TIM17, 0x50, 2, 4000},
                 {&g474, TIM16, 0x5c, 3, 4000}, {&g474, TIM17, 0x5c, 3, 4000},
                 {&l432, TIM16, 0x50, 5, 4000}, {&wb55, TIM17, 0x50, 2, 1000},
                 {&wle5, TIM17, 0x50, 2, 1000}};
    (void)state;
    for (size_t i = 0; i < sizeof chips / sizeof chips[0]; i++) {
        struct chip_bench *b = make_running(chips[i].at->name);
        uint32_t rcc = chips[i].at->rcc, tim = chips[i].tim;
        uint32_t ticks = sim_chip_hclk_hz(b->chip) / 1000 * chips[i].period_ns / 1000000;
        set_bits(b, rcc, 1u << 16);
        set_bits(b, rcc + APB2ENR, 3u << 17);
        run_ns(b, 2 * NS_PER_MS);
        wr(b, tim + chips[i].reg, chips[i].choice);
        wr(b, tim + 0x18, 1); // IC1 is TI1
        wr(b, tim + 0x20, 1);
        wr(b, tim, 1);
        run_ns(b, 100 * NS_PER_US);
        uint32_t first = rd(b, tim + 0x34);
        run_ns(b, 100 * chips[i].period_ns);
        assert_int_equal((rd(b, tim + 0x34) - first) & 0xffff, 100 * ticks & 0xffff);
        drop_chip(b);
    }
}

// ---- resets, power modes, watchdogs -------------------------------------------------------------

static void flags_tell_the_reset_and_stay_until_they_are_removed(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLACES; i++) {
        struct chip_bench *b = make_running(places[i]->name);
        uint32_t csr = places[i]->rcc + CSR;
        wr(b, csr, RMVF);
        assert_int_equal(rd(b, csr) & 0xff000000, 0);
        debugger_wr(b, AIRCR, 0x05fa0004);
        run_ns(b, NS_PER_MS);
        assert_int_equal(rd(b, csr) & 0xff000000, SFTRSTF | PINRSTF);
        drop_chip(b);
    }
}

// The program goes to sleep deeply, at its next turn.
static void sleep_deeply(struct chip_bench *b, const struct place *at, uint32_t lpms)
{
    static const uint8_t wfi[4] = {0x30, 0xbf, 0xfd, 0xe7};
    if (at->pwr == l476.pwr)
        set_bits(b, at->rcc + APB1ENR1, 1u << 28);
    wr(b, at->pwr, 0x200 | lpms);
    wr(b, SCR, 4);
    assert_true(sim_chip_poke(b->chip, FLASH + 8, wfi, sizeof wfi));
    run_ns(b, NS_PER_MS);
}

static void stop_standby_and_shutdown_end_swd_unless_the_debug_unit_keeps_it(void **state)
{
    static const uint32_t lpms[] = {0, 1, 2, 3, 4};
    (void)state;
    for (size_t i = 0; i < PLACES * 5; i++) {
        const struct place *at = places[i / 5];
        struct chip_bench *b = make_running(at->name);
        sleep_deeply(b, at, lpms[i % 5]);
        assert_false(sim_chip_swd_alive(b->chip));
        drop_chip(b);
        b = make_running(at->name);
        wr(b, DBGMCU + 4, 6);
        sleep_deeply(b, at, lpms[i % 5]);
        assert_true(sim_chip_swd_alive(b->chip));
        drop_chip(b);
    }
}

static void a_pin_wakes_from_standby_and_the_flag_says_so(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLACES; i++) {
        const struct place *at = places[i];
        bool radio = at->pwr != l476.pwr;
        struct chip_bench *b = make_running(at->name);
        if (!radio)
            set_bits(b, at->rcc + APB1ENR1, 1u << 28);
        wr(b, at->pwr + 8, 0x8001); // WKUP1
        set_bits(b, at->rcc + AHB2ENR, 1);
        wr(b, GPIOA, 0xabfffffc); // PA0 is an input
        sleep_deeply(b, at, 3);
        assert_false(sim_chip_swd_alive(b->chip));
        sim_chip_drive_pin(b->chip, 'A', 0, true);
        run_ns(b, NS_PER_MS);
        assert_true(sim_chip_swd_alive(b->chip));
        if (!radio)
            set_bits(b, at->rcc + APB1ENR1, 1u << 28);
        assert_int_equal(rd(b, at->pwr + 0x10), radio ? 1 : 1u << 8 | 1);
        if (radio)
            assert_int_equal(rd(b, at->pwr + 0x88) & 1u << 8, 1u << 8);
        wr(b, at->pwr + 0x18, 1u << 8 | 1);
        wr(b, at->pwr + 0x88, 1);
        assert_int_equal(rd(b, at->pwr + 0x10), 0);
        assert_int_equal(rd(b, at->pwr + 0x88) & 1u << 8, 0);
        drop_chip(b);
    }
}

static void the_debug_unit_freezes_the_watchdog_and_timers_while_the_core_is_halted(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLACES; i++) {
        const struct place *at = places[i];
        struct chip_bench *b = make_running(at->name);
        bool radio = at->pwr != l476.pwr;
        wr(b, at->rcc + CSR, RMVF);
        wr(b, DBGMCU + (radio ? 0x3c : 8), 0xffffffff);
        wr(b, DBGMCU + (radio ? 0x4c : 0x10), 1u << 17);
        assert_int_equal(rd(b, DBGMCU + (radio ? 0x4c : 0x10)), 1u << 17);
        assert_int_equal(rd(b, DBGMCU + (radio ? 0x3c : 8)) & 0x1801, 0x1801);
        set_bits(b, at->rcc + APB1ENR1, 1);
        set_bits(b, at->rcc + APB2ENR, 1u << 17);
        wr(b, 0x40000000, 1);
        wr(b, TIM16, 1);
        wr(b, IWDG, 0xcccc);
        debugger_wr(b, DHCSR, DHCSR_KEY | 3);
        run_ns(b, 10 * NS_PER_US);
        uint32_t tim2 = rd(b, 0x40000024), tim16 = rd(b, TIM16 + 0x24);
        run_ns(b, 2000 * NS_PER_MS);
        assert_int_equal(rd(b, at->rcc + CSR) & IWDGRSTF, 0);
        assert_int_equal(rd(b, 0x40000024), tim2);
        assert_int_equal(rd(b, TIM16 + 0x24), tim16);
        debugger_wr(b, DHCSR, DHCSR_KEY | 1);
        run_ns(b, 520 * NS_PER_MS);
        assert_int_equal(rd(b, at->rcc + CSR) & IWDGRSTF, IWDGRSTF);
        drop_chip(b);
    }
}

static void an_option_starts_the_window_watchdog(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLACES; i++) {
        struct chip_bench *b = make_running(places[i]->name);
        uint32_t flash = places[i]->flash;
        uint32_t user = rd(b, flash + 0x20) & ~(1u << 19);
        wr(b, flash + 0x08, KEY1);
        wr(b, flash + 0x08, KEY2);
        wr(b, flash + 0x0c, OPTKEY1);
        wr(b, flash + 0x0c, OPTKEY2);
        wr(b, flash + 0x20, user);
        wr(b, flash + 0x14, CR_OPTSTRT);
        run_ns(b, 50 * NS_PER_MS);
        wr(b, flash + 0x14, CR_OBL);
        run_ns(b, NS_PER_MS);
        wr(b, places[i]->rcc + CSR, RMVF);
        run_ns(b, 70 * NS_PER_MS); // 64 counts of 4096 periods of 4 MHz
        assert_true(rd(b, places[i]->rcc + CSR) & WWDGRSTF);
        drop_chip(b);
    }
}

// ---- the rest -----------------------------------------------------------------------------------

static void an_edge_pends_on_the_port_that_syscfg_chooses(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLACES; i++) {
        const struct place *at = places[i];
        bool radio = at->pwr != l476.pwr;
        uint32_t imr = at->exti + (radio ? 0x80 : 0x00), rtsr = at->exti + (radio ? 0x00 : 0x08);
        uint32_t pr = at->exti + (radio ? 0x0c : 0x14);
        struct chip_bench *b = make_running(at->name);
        set_bits(b, at->rcc + AHB2ENR, 3);
        if (!radio)
            set_bits(b, at->rcc + APB2ENR, 1);
        wr(b, GPIOB, 0xfffffffc);
        wr(b, 0x40010008, 1); // EXTI0: port B
        wr(b, rtsr, 1);
        wr(b, imr, 1);
        assert_int_equal(rd(b, imr), 1);
        sim_chip_drive_pin(b->chip, 'A', 0, true);
        assert_int_equal(rd(b, pr), 0);
        sim_chip_drive_pin(b->chip, 'B', 0, true);
        assert_int_equal(rd(b, pr), 1);
        assert_int_equal(rd(b, NVIC_ISPR), 1u << 6);
        wr(b, pr, 1);
        assert_int_equal(rd(b, pr), 0);
        drop_chip(b);
    }
}

static void pins_are_analog_but_for_the_debug_port(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLACES; i++) {
        struct chip_bench *b = make_running(places[i]->name);
        set_bits(b, places[i]->rcc + AHB2ENR, 7);
        assert_int_equal(rd(b, GPIOA), 0xabffffff);
        assert_int_equal(rd(b, GPIOB), 0xfffffebf);
        assert_int_equal(rd(b, GPIOB + 0x400), 0xffffffff);
        drop_chip(b);
    }
}

static void registers_without_a_meaning_keep_what_is_written(void **state)
{
    struct chip_bench *b = *state;
    wr(b, l476.rcc + 0x68, 0x11); // AHB1SMENR
    wr(b, l476.pwr + 4, 1);       // its clock is off
    set_bits(b, l476.rcc + APB1ENR1, 1u << 28);
    assert_int_equal(rd(b, l476.rcc + 0x68), 0x11);
    assert_int_equal(rd(b, l476.pwr + 4), 0);
    wr(b, l476.pwr + 0x20, 0x8);
    assert_int_equal(rd(b, l476.pwr + 0x20), 0x8);
    assert_int_equal(rd(b, l476.pwr), 0x200);
}

// RM0434, 37.3.2 and 37.3.3.
static void a_semaphore_is_taken_once_and_only_its_owner_lets_go(void **state)
{
    struct chip_bench *b = make_running("stm32wb55rg");
    const uint32_t r = 0x58001400 + 4 * 2, rlr = r + 0x80;
    (void)state;
    assert_int_equal(rd(b, r), 0);
    wr(b, r, 1u << 31 | 0x405); // process 5
    wr(b, r, 1u << 31 | 0x406);
    assert_int_equal(rd(b, r), 1u << 31 | 0x405);
    wr(b, r, 0x406);
    assert_int_equal(rd(b, rlr), 1u << 31 | 0x405);
    wr(b, r, 0x405);
    assert_int_equal(rd(b, r), 0);
    wr(b, r, 1u << 31 | 0x805); // the other core cannot be here
    assert_int_equal(rd(b, r), 0);
    assert_int_equal(rd(b, rlr), 1u << 31 | 0x400);
    wr(b, r, 0x400);
    assert_int_equal(rd(b, r), 0);
    drop_chip(b);
}

// ---- the converter (RM0351, 18; RM0440, 21) -----------------------------------------------------

static uint32_t adc_of(const struct place *at)
{
    return at == &g474 ? 0x50000000 : 0x50040000;
}

// As ST's HAL does it; the clock is HCLK.
static void start_adc(struct chip_bench *b, const struct place *at, bool calibrated)
{
    uint32_t adc = adc_of(at);
    set_bits(b, at->rcc + AHB2ENR, 1u << 13);
    assert_int_equal(rd(b, adc + 8), 1u << 29); // DEEPPWD
    wr(b, adc + 8, 0);
    wr(b, adc + 8, 1u << 28);
    run_ns(b, 20 * NS_PER_US);
    wr(b, adc + 0x308, 1u << 16 | 7u << 22);
    if (calibrated) {
        wr(b, adc + 8, 1u << 31 | 1u << 28);
        run_ns(b, 116 * 250);
        assert_int_equal(rd(b, adc + 8), 1u << 28);
    }
    set_bits(b, adc + 8, 1);
    run_ns(b, 10 * NS_PER_US);
    assert_true(rd(b, adc) & 1);
}

static uint32_t convert(struct chip_bench *b, const struct place *at, unsigned channel)
{
    uint32_t adc = adc_of(at);
    wr(b, adc + (channel < 10 ? 0x14 : 0x18), 7u << 3 * (channel % 10));
    wr(b, adc + 0x30, channel << 6);
    set_bits(b, adc + 8, 4);
    run_ns(b, 653 * NS_PER_US / 4);
    assert_int_equal(rd(b, adc) & 4, 4);
    uint32_t value = rd(b, adc + 0x40);
    assert_int_equal(rd(b, adc) & 4, 0);
    assert_int_equal(rd(b, adc) & 8, 8);
    wr(b, adc, 8);
    return value;
}

static void the_converter_measures_reference_temperature_and_battery(void **state)
{
    static const struct {
        const struct place *at;
        unsigned reference, temperature, battery;
    } chips[] = {{&l476, 0, 17, 18}, {&l4r5, 0, 17, 18}, {&g474, 18, 16, 17}, {&wb55, 0, 17, 18}};
    (void)state;
    for (size_t i = 0; i < sizeof chips / sizeof chips[0]; i++) {
        struct chip_bench *b = make_running(chips[i].at->name);
        start_adc(b, chips[i].at, true);
        assert_int_equal(convert(b, chips[i].at, chips[i].reference), 1504); // 1.212 of 3.3 V
        assert_int_equal(convert(b, chips[i].at, chips[i].temperature), 927);
        assert_int_equal(convert(b, chips[i].at, chips[i].battery), 1365);
        expect_violations(b, 0);
        drop_chip(b);
    }
}

static void the_converter_wants_its_regulator_and_a_calibration(void **state)
{
    struct chip_bench *b = *state;
    uint32_t adc = adc_of(&l476);
    set_bits(b, l476.rcc + AHB2ENR, 1u << 13);
    wr(b, adc + 8, 1u << 28);
    wr(b, adc + 8, 1u << 28 | 1); // at once
    assert_int_equal(rd(b, adc + 8), 1u << 28);
    expect_violations(b, 1);
    wr(b, adc + 8, 1u << 29);
    start_adc(b, &l476, false);
    assert_int_equal(convert(b, &l476, 0), 1504 + 12);
    wr(b, adc + 8, rd(b, adc + 8) | 1u << 31); // while it is on
    expect_violations(b, 2);
    set_bits(b, adc + 8, 2); // ADDIS
    assert_int_equal(rd(b, adc + 8), 1u << 28);
}

static void a_sequence_ends_with_eos_and_overruns_when_nobody_reads(void **state)
{
    struct chip_bench *b = *state;
    uint32_t adc = adc_of(&l476);
    start_adc(b, &l476, true);
    wr(b, adc + 0x14, 7);
    wr(b, adc + 0x18, 0x3fffffff);
    wr(b, adc + 0x30, 2 | 0 << 6 | 17u << 12 | 18u << 18);
    set_bits(b, adc + 8, 4);
    run_ns(b, 653 * NS_PER_US / 4);
    assert_int_equal(rd(b, adc + 0x40), 1504);
    run_ns(b, 653 * NS_PER_US / 4);
    assert_int_equal(rd(b, adc) & 0x1c, 4);
    run_ns(b, 653 * NS_PER_US / 4);
    assert_int_equal(rd(b, adc) & 0x1c, 0x1c);
    assert_int_equal(rd(b, adc + 0x40), 927); // what was not read stays
    assert_int_equal(rd(b, adc + 8) & 4, 0);
    expect_violations(b, 0);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_has_the_sizes_that_its_name_says),
        cmocka_unit_test(each_family_starts_with_its_own_clock),
        cmocka_unit_test(the_pll_makes_the_highest_clock_behind_enough_wait_states),
        cmocka_unit_test(each_apb_has_a_prescaler),
        cmocka_unit_test(msi_has_ranges),
        cmocka_unit_test(the_crystal_of_a_radio_has_32_mhz),
        cmocka_unit_test(tim17_and_tim16_capture_the_crystal),
        cmocka_unit_test(flags_tell_the_reset_and_stay_until_they_are_removed),
        cmocka_unit_test(stop_standby_and_shutdown_end_swd_unless_the_debug_unit_keeps_it),
        cmocka_unit_test(a_pin_wakes_from_standby_and_the_flag_says_so),
        cmocka_unit_test(the_debug_unit_freezes_the_watchdog_and_timers_while_the_core_is_halted),
        cmocka_unit_test(an_option_starts_the_window_watchdog),
        cmocka_unit_test(an_edge_pends_on_the_port_that_syscfg_chooses),
        cmocka_unit_test(pins_are_analog_but_for_the_debug_port),
        l476_test(registers_without_a_meaning_keep_what_is_written),
        cmocka_unit_test(a_semaphore_is_taken_once_and_only_its_owner_lets_go),
        cmocka_unit_test(the_converter_measures_reference_temperature_and_battery),
        l476_test(the_converter_wants_its_regulator_and_a_calibration),
        l476_test(a_sequence_ends_with_eos_and_overruns_when_nobody_reads),
    };
    return cmocka_run_group_tests_name("sim_m4", tests, NULL, NULL);
}
