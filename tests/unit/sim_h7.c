// SPDX-License-Identifier: MIT
// The virtual STM32H7 beside its flash: identity, memories and their clocks, access ports, resets,
// boot addresses, clocks and scales, watchdogs, and the second core (RM0433, RM0399, RM0455).
#include "tests/unit/choose.h"
#include "tests/unit/sim_h7_bench.h"

#define RCC         0x58024400u
#define RCC_CFGR_H7 (RCC + 0x10)
#define D1CFGR      (RCC + 0x18)
#define GCR         (RCC + 0xa0)
#define RSR         (RCC + 0xd0)
#define AHB2ENR     (RCC + 0xdc)
#define AHB4ENR     (RCC + 0xe0)
#define D3CR        0x58024818u
#define PWRCR       0x5800042cu
#define DBGMCU      0x5c001000u
#define DBGMCU_APB4 (DBGMCU + 0x54)
#define IWDG1       0x58004800u
#define APB_D       0xe00e1000u // DBGMCU on the bus of the units of debug
#define BCM4        (1u << 22)
#define BCM7        (1u << 23)

static int h743_setup(void **state)
{
    *state = make_running("stm32h743zi");
    return 0;
}

// `B .` of each core, the second one's in the second bank with its stack in its own domain.
static struct chip_bench *make_two_cores(void)
{
    struct chip_bench *b = make_chip("stm32h745zi");
    poke_loop(b);
    poke32(b, BANK2, 0x30000400);
    poke32(b, BANK2 + 4, BANK2 + 8 + 1);
    poke32(b, BANK2 + 8, 0xbf00e7fe);
    power_up(b);
    return b;
}

static int h745_setup(void **state)
{
    *state = make_two_cores();
    return 0;
}

#define h743_test(f) cmocka_unit_test_setup_teardown(f, h743_setup, bench_teardown)
#define h745_test(f) cmocka_unit_test_setup_teardown(f, h745_setup, bench_teardown)

static enum sim_bus_status view_read(struct chip_bench *b, enum sim_ap_view view, uint32_t addr,
                                     uint32_t *value)
{
    return sim_chip_view_read(b->chip, view, addr, 4, value);
}

static void view_wr(struct chip_bench *b, enum sim_ap_view view, uint32_t addr, uint32_t value)
{
    assert_int_equal(sim_chip_view_write(b->chip, view, addr, 4, value), SIM_BUS_OK);
}

static uint32_t view_rd(struct chip_bench *b, enum sim_ap_view view, uint32_t addr)
{
    uint32_t v;
    assert_int_equal(view_read(b, view, addr, &v), SIM_BUS_OK);
    return v;
}

// So that seconds pass at once.
static void halt_both(struct chip_bench *b)
{
    view_wr(b, SIM_AP_SECOND_CORE, DHCSR, DHCSR_KEY | 3);
    halt_core(b);
}

// ---- what it is ---------------------------------------------------------------------------------

static void every_die_says_what_it_is(void **state)
{
    static const struct {
        const char *name;
        uint32_t dev_id, cpuid, size_reg, kib;
    } dies[] = {{"stm32h743zi", 0x450, 0x411fc271, 0x1ff1e880, 2048},
                {"stm32h750vb", 0x450, 0x411fc271, 0x1ff1e880, 128},
                {"stm32h745zi", 0x450, 0x411fc271, 0x1ff1e880, 2048},
                {"stm32h723zg", 0x483, 0x411fc272, 0x1ff1e880, 1024},
                {"stm32h7a3zi", 0x480, 0x411fc271, 0x08fff80c, 2048}};
    (void)state;
    for (unsigned i = 0; i < sizeof dies / sizeof dies[0]; i++) {
        struct chip_bench *b = make_running(dies[i].name);
        assert_int_equal(rd(b, DBGMCU) & 0xfff, dies[i].dev_id);
        assert_int_equal(debugger_rd(b, 0xe000ed00), dies[i].cpuid);
        assert_int_equal(rd(b, dies[i].size_reg) & 0xffff, dies[i].kib);
        assert_int_equal(debugger_rd(b, 0xe00fefe0), dies[i].dev_id & 0xff); // the table's part
        assert_int_equal(sim_core_get_reg(sim_chip_core(b->chip), 15), FLASH + 8);
        expect_violations(b, 0);
        drop_chip(b);
    }
}

static void every_part_boots_and_has_its_last_cell(void **state)
{
    const struct sim_chip_row *row;
    unsigned parts = 0;
    (void)state;
    for (unsigned i = 0; (row = sim_chips_at(i)); i++) {
        if (strcmp(row->family->name, "STM32H7") != 0)
            continue;
        struct chip_bench *b = make_running(row->name);
        uint32_t size = sim_chip_row_memory(row, SIM_MEMORY_FLASH)->size, v;
        bool two = size > 128 * KIB && !strstr(row->name, "h72") && !strstr(row->name, "h73");
        uint32_t end = two ? BANK2 + size / 2 : FLASH + size;
        assert_int_equal(sim_core_get_reg(sim_chip_core(b->chip), 15), FLASH + 8);
        assert_int_equal(try_read(b, end - 4, 4, &v), SIM_BUS_OK);
        assert_int_equal(try_read(b, end, 4, &v), SIM_BUS_FAULT);
        drop_chip(b);
        parts++;
    }
    assert_int_equal(parts, 113);
}

// ---- memories -----------------------------------------------------------------------------------

static void memories_of_the_second_domain_need_their_clock(void **state)
{
    static const uint32_t bases[] = {0x30000000, 0x30020000, 0x30040000};
    struct chip_bench *b = *state;
    for (unsigned i = 0; i < 3; i++) {
        wr(b, bases[i], 0x12345678);
        assert_int_equal(rd(b, bases[i]), 0);
        set_bits(b, AHB2ENR, 1u << (29 + i));
        wr(b, bases[i], 0x12345678);
        assert_int_equal(rd(b, bases[i]), 0x12345678);
        wr(b, AHB2ENR, 0);
        assert_int_equal(rd(b, bases[i]), 0);
    }
    wr(b, 0x38000000, 1); // the third domain's is always on
    assert_int_equal(rd(b, 0x38000000), 1);
    wr(b, 0, 2); // ITCM
    assert_int_equal(rd(b, 0), 2);
    assert_int_equal(rd(b, 0x38800000), 0); // backup SRAM
    expect_violations(b, 0);
}

// ---- access ports -------------------------------------------------------------------------------

static void the_ports_reach_what_they_are_connected_to(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    unsigned more;
    const struct sim_ap_row *ap = sim_chip_more_aps(b->chip, &more);
    assert_int_equal(more, 2);
    assert_int_equal(ap[1].idr, 0x54770002);
    assert_int_equal(view_rd(b, SIM_AP_FIRST_CORE, 0xe000ed00), 0x411fc271);
    assert_int_equal(view_read(b, SIM_AP_SYSTEM, 0xe000ed00, &v), SIM_BUS_FAULT);
    assert_int_equal(view_read(b, SIM_AP_SYSTEM, SRAM, &v), SIM_BUS_FAULT); // DTCM
    assert_int_equal(view_read(b, SIM_AP_SYSTEM, 0, &v), SIM_BUS_FAULT);    // ITCM
    view_wr(b, SIM_AP_SYSTEM, 0x24000000, 0x12345678);
    assert_int_equal(view_rd(b, SIM_AP_FIRST_CORE, 0x24000000), 0x12345678);
    assert_int_equal(view_rd(b, SIM_AP_DEBUG_BUS, APB_D) & 0xfff, 0x450);
    assert_int_equal(view_read(b, SIM_AP_DEBUG_BUS, DBGMCU, &v), SIM_BUS_FAULT);
    assert_int_equal(view_rd(b, SIM_AP_DEBUG_BUS, 0xe00e0000), 0x3003); // SWO, of the ROM table
    assert_int_equal(view_read(b, SIM_AP_SECOND_CORE, 0xe000ed00, &v), SIM_BUS_FAULT);
}

// OpenOCD's file for the chips says so: 0x5c001000 is behind the AXI, which a reset takes away.
static void in_reset_only_the_bus_of_debug_reaches_dbgmcu(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    sim_chip_set_nrst(b->chip, true);
    run_ns(b, NS_PER_MS);
    assert_int_equal(view_read(b, SIM_AP_FIRST_CORE, DBGMCU, &v), SIM_BUS_FAULT);
    assert_int_equal(view_rd(b, SIM_AP_DEBUG_BUS, APB_D) & 0xfff, 0x450);
    view_wr(b, SIM_AP_DEBUG_BUS, APB_D + 4, 0x00600007);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, DBGMCU + 4), 0x00600007);
}

// ---- resets and boot ----------------------------------------------------------------------------

static void resets_leave_their_flags(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, RSR), 0x00fa0000);
    wr(b, RSR, 1u << 16);
    assert_int_equal(rd(b, RSR), 0);
    reset_pin(b);
    assert_int_equal(rd(b, RSR), 0x00420000);
    wr(b, RSR, 1u << 16);
    debugger_wr(b, AIRCR, 0x05fa0004);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, RSR), 0x01420000);
}

static void boot0_chooses_between_two_addresses(void **state)
{
    struct chip_bench *b = *state;
    struct sim_core *core = sim_chip_core(b->chip);
    sim_chip_set_boot0(b->chip, true);
    reset_pin(b);
    assert_int_equal(sim_core_get_reg(core, 15) >> 20, 0x1ff); // the boot loader
    sim_chip_set_boot0(b->chip, false);
    poke32(b, BANK2, SRAM + 0x400);
    poke32(b, BANK2 + 4, BANK2 + 8 + 1);
    poke32(b, BANK2 + 8, 0xbf00e7fe);
    halt_core(b); // the seconds pass at once
    set_option(b, H7_BOOT_P, 0x1ff00810);
    reset_pin(b);
    assert_int_equal(sim_core_get_reg(core, 15), BANK2 + 8);
    assert_int_equal(debugger_rd(b, 0xe000ed08), BANK2); // VTOR
    expect_violations(b, 0);
}

static void the_watchdog_stops_with_the_core_where_dbgmcu_says_so(void **state)
{
    struct chip_bench *b = *state;
    wr(b, IWDG1, 0xcccc);
    wr(b, DBGMCU_APB4, 1u << 18);
    halt_core(b);
    run_ns(b, 2000 * NS_PER_MS);
    assert_false(rd(b, RSR) & 1u << 26);
    wr(b, DBGMCU_APB4, 0);
    run_ns(b, 2000 * NS_PER_MS);
    assert_true(rd(b, RSR) & 1u << 26);
}

// ---- clocks -------------------------------------------------------------------------------------

// HSI / 8 * DIVN1 / 2 for the processor, and half of it for the buses.
static void run_from_pll(struct chip_bench *b, uint32_t divn)
{
    wr(b, RCC + 0x28, 8u << 4);
    wr(b, RCC + 0x30, (divn - 1) | 1u << 9);
    wr(b, D1CFGR, 8 | 4u << 4);
    wr(b, RCC + 0x1c, 4u << 4 | 4u << 8);
    wr(b, RCC + 0x20, 4u << 4);
    set_bits(b, RCC, 1u << 24);
    run_ns(b, NS_PER_MS);
    assert_true(rd(b, RCC) & 1u << 25);
    wr(b, RCC_CFGR_H7, 3);
    assert_int_equal(rd(b, RCC_CFGR_H7) >> 3 & 7, 3);
}

static void fast_clocks_need_their_scale(void **state)
{
    struct chip_bench *b = *state;
    wr(b, D3CR, 3u << 14);
    run_from_pll(b, 100);
    assert_int_equal(sim_chip_hclk_hz(b->chip), 200000000);
    expect_violations(b, 0);
    wr(b, D3CR, 1u << 14); // VOS3: the processor's clock, HCLK, and four APBs
    expect_violations(b, 6);
}

static void the_over_drive_lets_it_run_at_480_mhz(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, RCC + 0xf4, 2); // SYSCFGEN
    wr(b, D3CR, 3u << 14);
    wr(b, PWRCR, 1);
    run_from_pll(b, 120);
    assert_int_equal(sim_chip_hclk_hz(b->chip), 240000000);
    expect_violations(b, 0);
    wr(b, PWRCR, 0);
    expect_violations(b, 6);
}

// ---- the second core ----------------------------------------------------------------------------

static void both_cores_start_from_their_own_addresses(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(sim_core_get_reg(sim_chip_core(b->chip), 15), FLASH + 8);
    assert_int_equal(sim_core_get_reg(sim_chip_second_core(b->chip), 15), BANK2 + 8);
    assert_int_equal(view_rd(b, SIM_AP_SECOND_CORE, 0xe000ed00), 0x410fc241);
    assert_int_equal(view_rd(b, SIM_AP_FIRST_CORE, 0xe000ed00), 0x411fc271);
    expect_violations(b, 0);
}

static void each_core_is_halted_for_itself(void **state)
{
    struct chip_bench *b = *state;
    view_wr(b, SIM_AP_SECOND_CORE, DHCSR, DHCSR_KEY | 3);
    run_ns(b, 10 * NS_PER_US);
    assert_true(sim_core_is_halted(sim_chip_second_core(b->chip)));
    assert_false(sim_core_is_halted(sim_chip_core(b->chip)));
    view_wr(b, SIM_AP_SECOND_CORE, DHCSR, DHCSR_KEY | 1);
    halt_core(b);
    assert_false(sim_core_is_halted(sim_chip_second_core(b->chip)));
}

// The second one's program adds to a word of SRAM4, which the first one sees.
static void what_the_second_core_writes_the_first_one_reads(void **state)
{
    static const uint16_t program[] = {0x2000, 0x4902, 0x3001, 0x6008, 0xe7fc, 0xbf00, 0, 0x3800};
    struct chip_bench *b = *state;
    assert_true(sim_chip_poke(b->chip, BANK2 + 8, program, sizeof program));
    reset_pin(b);
    uint32_t first = rd(b, 0x38000000);
    run_ns(b, NS_PER_MS);
    assert_true(rd(b, 0x38000000) > first + 1000);
    assert_int_equal(view_rd(b, SIM_AP_SECOND_CORE, 0x38000000), rd(b, 0x38000000));
}

// DTCM and the boot loader's memory are not the second one's; its own domain's it has twice.
static void the_second_core_has_its_own_map(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    assert_int_equal(view_read(b, SIM_AP_SECOND_CORE, SRAM, &v), SIM_BUS_FAULT);
    assert_int_equal(view_read(b, SIM_AP_SECOND_CORE, 0x1ff1e880, &v), SIM_BUS_FAULT);
    view_wr(b, SIM_AP_SECOND_CORE, 0x10000000, 0x12345678);
    assert_int_equal(view_rd(b, SIM_AP_SECOND_CORE, 0x30000000), 0x12345678);
    assert_int_equal(rd(b, 0x30000000), 0x12345678);
}

// BCM4 = 0 holds it until RCC_GCR lets it go, and its port reaches nothing so long.
static void the_options_hold_the_second_core_and_rcc_lets_it_go(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    halt_both(b);
    set_option(b, H7_OPTSR_P, rd(b, H7_OPTSR_P) & ~BCM4);
    reset_pin(b);
    assert_int_equal(view_read(b, SIM_AP_SECOND_CORE, 0xe000ed00, &v), SIM_BUS_FAULT);
    wr(b, GCR, 1u << 3);
    run_ns(b, 10 * NS_PER_US);
    assert_int_equal(view_rd(b, SIM_AP_SECOND_CORE, 0xe000ed00), 0x410fc241);
    assert_int_equal(sim_core_get_reg(sim_chip_second_core(b->chip), 15), BANK2 + 8);
    expect_violations(b, 0);
}

static void the_options_hold_the_first_core(void **state)
{
    struct chip_bench *b = *state;
    halt_both(b);
    set_option(b, H7_OPTSR_P, rd(b, H7_OPTSR_P) & ~BCM7);
    reset_pin(b);
    assert_true(sim_core_is_held(sim_chip_core(b->chip)));
    assert_int_equal(sim_core_get_reg(sim_chip_second_core(b->chip), 15), BANK2 + 8);
    view_wr(b, SIM_AP_SECOND_CORE, GCR, 1u << 2);
    run_ns(b, 10 * NS_PER_US);
    assert_false(sim_core_is_held(sim_chip_core(b->chip)));
}

static void either_core_resets_the_chip(void **state)
{
    struct chip_bench *b = *state;
    wr(b, RSR, 1u << 16);
    view_wr(b, SIM_AP_SECOND_CORE, AIRCR, 0x05fa0004);
    run_ns(b, NS_PER_MS);
    assert_true(rd(b, RSR) & 1u << 24);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_die_says_what_it_is),
        cmocka_unit_test(every_part_boots_and_has_its_last_cell),
        h743_test(memories_of_the_second_domain_need_their_clock),
        h743_test(the_ports_reach_what_they_are_connected_to),
        h743_test(in_reset_only_the_bus_of_debug_reaches_dbgmcu),
        h743_test(resets_leave_their_flags),
        h743_test(boot0_chooses_between_two_addresses),
        h743_test(the_watchdog_stops_with_the_core_where_dbgmcu_says_so),
        h743_test(fast_clocks_need_their_scale),
        h743_test(the_over_drive_lets_it_run_at_480_mhz),
        h745_test(both_cores_start_from_their_own_addresses),
        h745_test(each_core_is_halted_for_itself),
        h745_test(what_the_second_core_writes_the_first_one_reads),
        h745_test(the_second_core_has_its_own_map),
        h745_test(the_options_hold_the_second_core_and_rcc_lets_it_go),
        h745_test(the_options_hold_the_first_core),
        h745_test(either_core_resets_the_chip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
