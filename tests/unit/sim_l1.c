// SPDX-License-Identifier: MIT
// The virtual STM32L1: sizes and signatures of every part, the NVM where it is another one than
// that of the STM32L0, clocks, resets, ports, captures, the debug unit (RM0038).
#include "tests/unit/choose.h"
#include "tests/unit/sim_chip_bench.h"

#include "sim/chip/chip_row.h"
#include "sim/core/core.h"

#define NVM         0x40023c00u
#define NVM_ACR     NVM
#define NVM_PECR    (NVM + 0x04)
#define NVM_PEKEYR  (NVM + 0x0c)
#define NVM_PRGKEYR (NVM + 0x10)
#define NVM_OPTKEYR (NVM + 0x14)
#define NVM_SR      (NVM + 0x18)
#define NVM_OBR     (NVM + 0x1c)
#define NVM_WRPR1   (NVM + 0x20)
#define NVM_WRPR2   (NVM + 0x80)
#define NVM_WRPR4   (NVM + 0x88)
#define EEPROM      0x08080000u
#define L1_OPTIONS  0x1ff80000u
#define PECR_PROG   (1u << 3)
#define PECR_ERASE  (1u << 9)
#define PECR_FPRG   (1u << 10)
#define PECR_PARALL (1u << 15)
#define PECR_LAUNCH (1u << 18)
#define SR_IDLE     0xcu // ENDHV, READY
#define SR_EOP      (1u << 1)
#define SR_WRPERR   (1u << 8)
#define SR_PGAERR   (1u << 9)
#define L1_RCC      0x40023800u
#define L1_CFGR     (L1_RCC + 0x08)
#define L1_AHBENR   (L1_RCC + 0x1c)
#define L1_APB2ENR  (L1_RCC + 0x20)
#define L1_APB1ENR  (L1_RCC + 0x24)
#define L1_CSR      (L1_RCC + 0x34)
#define DBGMCU      0xe0042000u
#define T_PROG      3280000ull // ns, typical

static int l1_setup(void **state)
{
    *state = make_running("stm32l152rb");
    return 0;
}
#define l1_test(f) cmocka_unit_test_setup_teardown(f, l1_setup, bench_teardown)

static void unlock_pe(struct chip_bench *b)
{
    wr(b, NVM_PEKEYR, 0x89abcdef);
    wr(b, NVM_PEKEYR, 0x02030405);
}

static void unlock_program(struct chip_bench *b)
{
    unlock_pe(b);
    wr(b, NVM_PRGKEYR, 0x8c9daebf);
    wr(b, NVM_PRGKEYR, 0x13141516);
}

static void unlock_options(struct chip_bench *b)
{
    unlock_pe(b);
    wr(b, NVM_OPTKEYR, 0xfbead9c8);
    wr(b, NVM_OPTKEYR, 0x24252627);
}

// A loop in SRAM: the core does not touch the flash.
static void run_in_sram(struct chip_bench *b)
{
    wr(b, SRAM, 0xe7fee7fe); // b .
    debugger_wr(b, DHCSR, DHCSR_KEY | 3);
    run_ns(b, 10 * NS_PER_US);
    sim_core_set_reg(sim_chip_core(b->chip), 15, SRAM);
    debugger_wr(b, DHCSR, DHCSR_KEY | 1);
    run_ns(b, NS_PER_US);
}

// ---- every part ---------------------------------------------------------------------------------

static unsigned flash_kib_of(const char *name)
{
    static const struct {
        char letter;
        unsigned kib;
    } sizes[] = {{'6', 32}, {'8', 64}, {'b', 128}, {'c', 256}, {'d', 384}, {'e', 512}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        if (sizes[i].letter == name[10])
            return sizes[i].kib;
    }
    return 0;
}

static void check_part(const struct sim_chip_row *row)
{
    struct chip_bench *b = make_running(row->name);
    unsigned kib = flash_kib_of(row->name), die = row->idcode & 0xfff;
    uint32_t sram = sim_chip_row_memory(row, SIM_MEMORY_SRAM)->size, v;
    uint32_t late = die == 0x416 || die == 0x429 ? 0 : 0x80;
    unsigned size = die != 0x436 ? kib : kib == 256 ? 1 : 0;
    assert_int_equal(rd(b, DBGMCU), row->idcode);
    assert_int_equal(rd(b, 0x1ff8004c + late) & 0xffff, size);
    assert_int_not_equal(rd(b, 0x1ff80050 + late), 0xffffffff);
    assert_int_not_equal(rd(b, 0x1ff80064 + late), 0xffffffff);
    assert_int_equal(try_read(b, FLASH + kib * 1024 - 4, 4, &v), SIM_BUS_OK);
    assert_int_equal(v, 0);
    assert_int_equal(try_read(b, SRAM + sram - 4, 4, &v), SIM_BUS_OK);
    assert_int_equal(try_read(b, SRAM + sram, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(sim_core_get_reg(sim_chip_core(b->chip), 15), FLASH + 8);
    expect_violations(b, 0);
    drop_chip(b);
}

static void every_part_has_the_sizes_that_its_name_says(void **state)
{
    const struct sim_chip_row *row;
    unsigned parts = 0;
    (void)state;
    for (unsigned i = 0; (row = sim_chips_at(i)); i++) {
        if (strcmp(row->family->name, "STM32L1") != 0)
            continue;
        check_part(row);
        parts++;
    }
    assert_int_equal(parts, 87);
}

// Of captures of an STM32L152.
static void registers_are_as_a_real_stm32l152_shows_them(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, 0xe000ed00), 0x412fc230);
    assert_int_equal(rd(b, DBGMCU), 0x10186416);
    assert_int_equal(rd(b, 0x1ff8004c), 0x80);
    assert_int_equal(rd(b, NVM_OBR), 0x007800aa);
    wr(b, DBGMCU + 4, 0x107);
    assert_int_equal(rd(b, DBGMCU + 4), 0x107);
    wr(b, DBGMCU + 4, 0x127);
    assert_int_equal(rd(b, DBGMCU + 4), 0x127);
}

// ---- NVM ----------------------------------------------------------------------------------------

static void registers_at_reset(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, NVM_ACR), 0);
    assert_int_equal(rd(b, NVM_PECR), 7);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE);
    assert_int_equal(rd(b, NVM_WRPR1), 0);
    assert_int_equal(rd(b, L1_OPTIONS), 0xff5500aa);
    assert_int_equal(rd(b, L1_OPTIONS + 4), 0xff870078);
}

// RM0038, 3.9.1.
static void latency_and_prefetch_need_acc64(void **state)
{
    struct chip_bench *b = *state;
    wr(b, NVM_ACR, 3);
    assert_int_equal(rd(b, NVM_ACR), 0);
    expect_violations(b, 1);
    wr(b, NVM_ACR, 4);
    wr(b, NVM_ACR, 7);
    assert_int_equal(rd(b, NVM_ACR), 7);
    expect_violations(b, 1);
}

static void a_half_page_has_32_words(void **state)
{
    struct chip_bench *b = *state;
    run_in_sram(b);
    unlock_program(b);
    wr(b, NVM_PECR, PECR_FPRG | PECR_PROG);
    for (unsigned i = 0; i < 31; i++)
        wr(b, FLASH + 0x180 + 4 * i, i + 1);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE);
    wr(b, FLASH + 0x180 + 4 * 31, 32);
    assert_int_equal(rd(b, NVM_SR) & 1, 1);
    run_ns(b, T_PROG);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_EOP);
    assert_int_equal(peek32(b, FLASH + 0x180), 1);
    assert_int_equal(peek32(b, FLASH + 0x1fc), 32);
    wr(b, FLASH + 0x140, 1); // begins no half-page
    assert_int_equal(rd(b, NVM_SR) & SR_PGAERR, SR_PGAERR);
    expect_violations(b, 1);
}

static void a_page_of_256_bytes_is_erased_to_zeros(void **state)
{
    struct chip_bench *b = *state;
    uint8_t ones[0x300];
    memset(ones, 0xff, sizeof ones);
    assert_true(sim_chip_poke(b->chip, FLASH + 0x100, ones, sizeof ones));
    run_in_sram(b);
    unlock_program(b);
    wr(b, NVM_PECR, PECR_ERASE | PECR_PROG);
    wr(b, FLASH + 0x200, 0);
    run_ns(b, T_PROG);
    assert_int_equal(peek32(b, FLASH + 0x1fc), 0xffffffff);
    assert_int_equal(peek32(b, FLASH + 0x200), 0);
    assert_int_equal(peek32(b, FLASH + 0x2fc), 0);
    assert_int_equal(peek32(b, FLASH + 0x300), 0xffffffff);
    wr(b, FLASH + 0x280, 0);
    assert_int_equal(rd(b, NVM_SR) & SR_PGAERR, SR_PGAERR);
    expect_violations(b, 1);
}

// No NOTZEROERR tells of it: both are mixed.
static void a_word_that_is_not_erased_is_programmed_all_the_same(void **state)
{
    struct chip_bench *b = *state;
    run_in_sram(b);
    unlock_program(b);
    wr(b, FLASH + 0x100, 0x0f);
    run_ns(b, T_PROG);
    wr(b, FLASH + 0x100, 0xf0);
    run_ns(b, T_PROG);
    assert_int_equal(peek32(b, FLASH + 0x100), 0xff);
    assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_EOP);
    expect_violations(b, 1);
}

static void the_eeprom_is_written_behind_pelock(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, EEPROM + 0xffc), 0);
    unlock_pe(b);
    wr(b, EEPROM + 0xffc, 0x1234);
    run_ns(b, 2 * T_PROG);
    assert_int_equal(rd(b, EEPROM + 0xffc), 0x1234);
    expect_violations(b, 0);
}

// Options: words with their complements; WRPR4 has its own, later.
static void write_protection_has_a_bit_for_4_kib_and_four_registers(void **state)
{
    struct chip_bench *b = make_running("stm32l152re");
    static const struct {
        uint32_t option, reg, sector;
    } cases[] = {{0x08, NVM_WRPR1, 0},      {0x0c, NVM_WRPR1, 16}, {0x10, NVM_WRPR2, 32},
                 {0x18, NVM_WRPR2 + 4, 64}, {0x80, NVM_WRPR4, 96}, {0x84, NVM_WRPR4, 112}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        run_in_sram(b);
        unlock_options(b);
        wr(b, L1_OPTIONS + cases[i].option, 0xfffe0001);
        run_ns(b, 3 * T_PROG);
        wr(b, NVM_PECR, PECR_LAUNCH);
        run_ns(b, 5 * NS_PER_MS);
        assert_int_equal(rd(b, cases[i].reg) >> cases[i].sector % 32 & 1, 1);
        run_in_sram(b);
        unlock_program(b);
        wr(b, NVM_PECR, PECR_ERASE | PECR_PROG);
        wr(b, FLASH + cases[i].sector * 4096, 0);
        assert_int_equal(rd(b, NVM_SR) & SR_WRPERR, SR_WRPERR);
        expect_violations(b, (unsigned)i + 1);
        wr(b, NVM_SR, SR_WRPERR);
        wr(b, FLASH + (cases[i].sector + 2) * 4096, 0);
        run_ns(b, T_PROG);
        assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_EOP);
        wr(b, NVM_PECR, 1); // PELOCK
    }
    drop_chip(b);
}

static void two_half_pages_are_programmed_at_once(void **state)
{
    static const struct {
        const char *name;
        uint32_t bank2;
    } chips[] = {{"stm32l152re", 0x40000}, {"stm32l152rd", 0x30000}, {"stm32l151vd-x", 0x40000}};
    (void)state;
    for (size_t i = 0; i < sizeof chips / sizeof chips[0]; i++) {
        struct chip_bench *b = make_running(chips[i].name);
        run_in_sram(b);
        unlock_program(b);
        wr(b, NVM_PECR, PECR_PARALL | PECR_FPRG | PECR_PROG);
        assert_int_equal(rd(b, NVM_PECR) & PECR_PARALL, PECR_PARALL);
        for (unsigned k = 0; k < 64; k++)
            wr(b, FLASH + 0x1000 + k / 32 * chips[i].bank2 + 4 * (k % 32), k + 1);
        run_ns(b, T_PROG);
        assert_int_equal(rd(b, NVM_SR), SR_IDLE | SR_EOP);
        assert_int_equal(peek32(b, FLASH + 0x1000), 1);
        assert_int_equal(peek32(b, FLASH + 0x1000 + chips[i].bank2 + 124), 64);
        expect_violations(b, 0);
        drop_chip(b);
    }
    struct chip_bench *b = make_running("stm32l100rc");
    unlock_program(b);
    wr(b, NVM_PECR, PECR_PARALL);
    assert_int_equal(rd(b, NVM_PECR) & PECR_PARALL, 0);
    drop_chip(b);
}

static void the_fall_of_read_protection_erases_flash_and_eeprom(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    unlock_options(b);
    wr(b, EEPROM, 0x11);
    run_ns(b, 2 * T_PROG);
    wr(b, L1_OPTIONS, 0xffff0000);
    run_ns(b, 3 * T_PROG);
    wr(b, NVM_PECR, PECR_LAUNCH);
    run_ns(b, 5 * NS_PER_MS);
    assert_int_equal(sim_chip_ap_read(b->chip, FLASH, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(sim_chip_ap_read(b->chip, EEPROM, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(debugger_rd(b, NVM_OBR), 0x00780000);
    run_in_sram(b);
    unlock_options(b);
    wr(b, L1_OPTIONS, 0xff5500aa);
    run_ns(b, 20 * NS_PER_MS);
    wr(b, NVM_PECR, PECR_LAUNCH);
    run_ns(b, 5 * NS_PER_MS);
    assert_int_equal(debugger_rd(b, FLASH), 0);
    assert_int_equal(debugger_rd(b, EEPROM), 0);
    assert_int_equal(debugger_rd(b, NVM_OBR), 0x007800aa);
    expect_violations(b, 0);
}

// ---- clocks and the rest ------------------------------------------------------------------------

static void msi_is_the_first_clock_and_the_pll_makes_32_mhz(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(sim_chip_hclk_hz(b->chip), 2097000);
    assert_int_equal(rd(b, L1_RCC), 0x300);
    assert_int_equal(rd(b, L1_CFGR), 0);
    assert_int_equal(rd(b, L1_CSR), 1u << 26 | 1u << 27);
    set_bits(b, L1_APB1ENR, 1u << 28);
    wr(b, 0x40007000, 0x0800); // range 1
    wr(b, NVM_ACR, 4);
    wr(b, NVM_ACR, 7);
    set_bits(b, L1_RCC, 1); // HSI
    run_ns(b, 10 * NS_PER_US);
    wr(b, L1_CFGR, 2 << 18 | 2 << 22); // * 6 / 3
    set_bits(b, L1_RCC, 1u << 24);
    run_ns(b, 200 * NS_PER_US);
    assert_int_equal(rd(b, L1_RCC), 0x03000303);
    set_bits(b, L1_CFGR, 3);
    assert_int_equal(rd(b, L1_CFGR) & 15, 15);
    assert_int_equal(sim_chip_hclk_hz(b->chip), 32000000);
    expect_violations(b, 0);
    wr(b, NVM_ACR, 4);
    expect_violations(b, 1);
}

static void flags_tell_the_reset_until_rmvf_at_bit_24(void **state)
{
    struct chip_bench *b = *state;
    wr(b, L1_CSR, 1u << 23);
    assert_int_equal(rd(b, L1_CSR) & 0xff000000, 0x0c000000);
    wr(b, L1_CSR, 1u << 24);
    assert_int_equal(rd(b, L1_CSR) & 0xff000000, 0);
    debugger_wr(b, AIRCR, 0x05fa0004);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, L1_CSR) & 0xff000000, 0x14000000);
}

static void ready_clocks_interrupt_by_the_bits_of_cir(void **state)
{
    struct chip_bench *b = *state;
    wr(b, L1_RCC + 0x0c, 1u << 10); // HSIRDYIE
    set_bits(b, L1_RCC, 1);
    run_ns(b, 10 * NS_PER_US);
    assert_int_equal(rd(b, L1_RCC + 0x0c), 1u << 10 | 1u << 2);
    assert_int_equal(rd(b, NVIC_ISPR), 1u << 5);
    wr(b, L1_RCC + 0x0c, 1u << 10 | 1u << 18);
    assert_int_equal(rd(b, L1_RCC + 0x0c), 1u << 10);
}

static void tim11_captures_the_crystal_and_tim10_lsi(void **state)
{
    struct chip_bench *b = *state;
    const uint32_t tim10 = 0x40010c00, tim11 = 0x40011000;
    wr(b, L1_RCC, rd(b, L1_RCC) | 1u << 16 | 3u << 29); // HSE / 16: 500 kHz
    set_bits(b, L1_CSR, 1);
    set_bits(b, L1_APB2ENR, 3u << 3);
    run_ns(b, 2 * NS_PER_MS);
    wr(b, L1_CFGR, 2); // the crystal, 8 MHz
    for (unsigned i = 0; i < 2; i++) {
        uint32_t tim = i ? tim11 : tim10;
        wr(b, tim + 0x50, i ? 2 : 1);
        wr(b, tim + 0x18, 1);
        wr(b, tim + 0x20, 1);
        wr(b, tim, 1);
        run_ns(b, NS_PER_MS);
        uint32_t first = rd(b, tim + 0x34);
        run_ns(b, NS_PER_MS); // 500 periods of 16, or 37 of 216
        uint32_t ticks = (rd(b, tim + 0x34) - first) & 0xffff;
        assert_int_equal(ticks, i ? 8000 : 37 * 8000000 / 37000);
    }
}

static void ports_f_and_g_have_the_codes_behind_h(void **state)
{
    struct chip_bench *b = make_running("stm32l152ze");
    static const struct {
        char port;
        uint32_t base, code;
    } ports[] = {{'H', 0x40021400, 5}, {'F', 0x40021800, 6}, {'G', 0x40021c00, 7}};
    (void)state;
    wr(b, L1_AHBENR, 0x80ff);
    set_bits(b, L1_APB2ENR, 1);
    wr(b, 0x40010408, 1); // RTSR
    for (unsigned i = 0; i < 3; i++) {
        wr(b, 0x40010008, ports[i].code);
        sim_chip_drive_pin(b->chip, ports[i].port, 0, true);
        assert_int_equal(rd(b, 0x40010414), 1);
        assert_int_equal(rd(b, ports[i].base + 0x10) & 1, 1);
        wr(b, 0x40010414, 1);
    }
    drop_chip(b);
}

static void the_debug_unit_freezes_the_watchdog(void **state)
{
    struct chip_bench *b = *state;
    wr(b, L1_CSR, 1u << 24);
    wr(b, DBGMCU + 8, 1u << 12);
    wr(b, 0x40003000, 0xcccc);
    debugger_wr(b, DHCSR, DHCSR_KEY | 3);
    run_ns(b, 2000 * NS_PER_MS);
    assert_int_equal(rd(b, L1_CSR) & 1u << 29, 0);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_has_the_sizes_that_its_name_says),
        l1_test(registers_are_as_a_real_stm32l152_shows_them),
        l1_test(registers_at_reset),
        l1_test(latency_and_prefetch_need_acc64),
        l1_test(a_half_page_has_32_words),
        l1_test(a_page_of_256_bytes_is_erased_to_zeros),
        l1_test(a_word_that_is_not_erased_is_programmed_all_the_same),
        l1_test(the_eeprom_is_written_behind_pelock),
        cmocka_unit_test(write_protection_has_a_bit_for_4_kib_and_four_registers),
        cmocka_unit_test(two_half_pages_are_programmed_at_once),
        l1_test(the_fall_of_read_protection_erases_flash_and_eeprom),
        l1_test(msi_is_the_first_clock_and_the_pll_makes_32_mhz),
        l1_test(flags_tell_the_reset_until_rmvf_at_bit_24),
        l1_test(ready_clocks_interrupt_by_the_bits_of_cir),
        l1_test(tim11_captures_the_crystal_and_tim10_lsi),
        cmocka_unit_test(ports_f_and_g_have_the_codes_behind_h),
        l1_test(the_debug_unit_freezes_the_watchdog),
    };
    return cmocka_run_group_tests_name("sim_l1", tests, NULL, NULL);
}
