// SPDX-License-Identifier: MIT
// The virtual STM32F1 against RM0008 and PM0075 (PM0068 for two banks): what its flash controller,
// clocks, pins and debug support unit do otherwise than those of an STM32F0, whose tests have the
// rest.
#include "sim/families/programs.h"
#include "tests/unit/choose.h"
#include "tests/unit/sim_chip_bench.h"

#define KEY1 0x45670123u
#define KEY2 0xcdef89abu

#define SR_BSY      (1u << 0)
#define SR_PGERR    (1u << 2)
#define SR_WRPRTERR (1u << 4)
#define SR_EOP      (1u << 5)
#define CR_PG       (1u << 0)
#define CR_PER      (1u << 1)
#define CR_MER      (1u << 2)
#define CR_OPTPG    (1u << 4)
#define CR_OPTER    (1u << 5)
#define CR_STRT     (1u << 6)
#define CR_LOCK     (1u << 7)
#define CR_OPTWRE   (1u << 9)

#define FLASH_KEYR2 0x40022044u
#define FLASH_SR2   0x4002204cu
#define FLASH_CR2   0x40022050u
#define FLASH_AR2   0x40022054u
#define BANK2       (FLASH + 512 * 1024)

#define GPIOA     0x40010800u
#define GPIOB     0x40010c00u
#define AFIO_MAPR 0x40010004u
#define DBG_ID    0xe0042000u
#define DBG_CR    0xe0042004u
#define EXTI      0x40010400u

#define PAGE 1024u // of medium density
#define HERE (FLASH + 8 * PAGE)

static int f1_setup(void **state)
{
    *state = make_running("stm32f103c8");
    return 0;
}

#define f1_test(f) cmocka_unit_test_setup_teardown(f, f1_setup, bench_teardown)

static void unlock(struct chip_bench *b)
{
    wr(b, FLASH_KEYR, KEY1);
    wr(b, FLASH_KEYR, KEY2);
}

static void unlock_options(struct chip_bench *b)
{
    unlock(b);
    wr(b, FLASH_OPTKEYR, KEY1);
    wr(b, FLASH_OPTKEYR, KEY2);
}

static uint16_t cell(struct chip_bench *b, uint32_t addr)
{
    uint8_t bytes[2];
    assert_true(sim_chip_peek(b->chip, addr, bytes, 2));
    return get_le16(bytes);
}

static void poke16(struct chip_bench *b, uint32_t addr, uint16_t value)
{
    uint8_t bytes[2];
    put_le16(bytes, value);
    assert_true(sim_chip_poke(b->chip, addr, bytes, 2));
}

static void poke_option(struct chip_bench *b, unsigned at, uint8_t value)
{
    poke16(b, OPTIONS + at, (uint16_t)(value | (uint8_t)~value << 8));
}

static void program_option(struct chip_bench *b, unsigned at, uint8_t value, uint64_t ns)
{
    wr(b, FLASH_CR, CR_OPTWRE | CR_OPTPG);
    assert_int_equal(try_write(b, OPTIONS + at, 2, value), SIM_BUS_OK);
    run_ns(b, ns);
    assert_false(rd(b, FLASH_SR) & SR_BSY);
}

static void erase_options(struct chip_bench *b)
{
    wr(b, FLASH_CR, CR_OPTWRE | CR_OPTER);
    wr(b, FLASH_CR, CR_OPTWRE | CR_OPTER | CR_STRT);
    run_ns(b, 30 * NS_PER_MS);
}

// ---- flash --------------------------------------------------------------------------------------

static void halfwords_and_pages_take_the_times_of_the_data_sheet(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, FLASH_ACR), 0x30); // the prefetch buffer is on
    unlock(b);
    wr(b, FLASH_CR, CR_PG);
    assert_int_equal(try_write(b, HERE, 2, 0x1234), SIM_BUS_OK);
    run_ns(b, 52499);
    assert_true(rd(b, FLASH_SR) & SR_BSY);
    run_ns(b, 1);
    assert_int_equal(rd(b, FLASH_SR), SR_EOP);
    assert_int_equal(cell(b, HERE), 0x1234);
    wr(b, FLASH_CR, CR_PER);
    wr(b, FLASH_AR, HERE);
    wr(b, FLASH_CR, CR_PER | CR_STRT);
    run_ns(b, 30 * NS_PER_MS - 1);
    assert_true(rd(b, FLASH_SR) & SR_BSY);
    run_ns(b, 1);
    assert_int_equal(cell(b, HERE), 0xffff);
    expect_violations(b, 0);
}

static void there_is_no_obl_launch(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    wr(b, RCC_CSR, 1u << 24);
    wr(b, FLASH_CR, 1u << 13);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, FLASH_CR), 0);
    assert_int_equal(rd(b, RCC_CSR) >> 24, 0);
}

static void option_bytes_are_loaded_at_every_reset(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, FLASH_OBR), 0x03fffffc);
    assert_int_equal(rd(b, FLASH_WRPR), 0xffffffff);
    unlock_options(b);
    erase_options(b);
    program_option(b, 0, 0xa5, 60 * NS_PER_US);
    program_option(b, 2, 0xfd, 60 * NS_PER_US); // reset instead of Stop
    program_option(b, 4, 0x5a, 60 * NS_PER_US);
    program_option(b, 8, 0xfe, 60 * NS_PER_US);
    assert_int_equal(rd(b, FLASH_OBR), 0x03fffffc);
    reset_pin(b);
    assert_int_equal(rd(b, FLASH_OBR), 0x03fc0000 | 0x5au << 10 | 0xfdu << 2);
    assert_int_equal(rd(b, FLASH_WRPR), 0xfffffffe);
    expect_violations(b, 0);
}

static void anything_but_rdprt_protects(void **state)
{
    struct chip_bench *b = *state;
    static const uint8_t values[] = {0xff, 0xaa, 0xcc, 0x00};
    uint32_t v;
    for (unsigned i = 0; i < sizeof values; i++) {
        poke_option(b, 0, values[i]);
        power_cycle(b);
        assert_int_equal(rd(b, FLASH_OBR) & 3, 2);
        assert_true(sim_chip_swd_alive(b->chip)); // 0xcc is no level 2
    }
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_OK);
    (void)debugger_rd(b, SRAM);
    assert_int_equal(sim_chip_ap_read(b->chip, FLASH, 4, &v), SIM_BUS_FAULT);
    assert_int_equal(sim_chip_set_rdp(b->chip, 2), ERR_USAGE);
}

static void the_first_pages_of_a_protected_chip_are_write_protected(void **state)
{
    struct chip_bench *b = *state;
    poke_option(b, 0, 0);
    power_cycle(b);
    unlock(b);
    wr(b, FLASH_CR, CR_PER);
    wr(b, FLASH_AR, FLASH + 3 * PAGE);
    wr(b, FLASH_CR, CR_PER | CR_STRT);
    assert_int_equal(rd(b, FLASH_SR), SR_WRPRTERR);
    wr(b, FLASH_SR, SR_WRPRTERR);
    expect_violations(b, 1);
    wr(b, FLASH_AR, FLASH + 4 * PAGE);
    wr(b, FLASH_CR, CR_PER | CR_STRT);
    assert_true(rd(b, FLASH_SR) & SR_BSY);
    expect_violations(b, 1);
}

static void rdprt_erases_a_protected_chip(void **state)
{
    struct chip_bench *b = *state;
    poke_option(b, 0, 0);
    poke16(b, HERE, 0x1234);
    power_cycle(b);
    unlock_options(b);
    erase_options(b);
    assert_int_equal(cell(b, HERE), 0x1234);
    program_option(b, 0, 0xa5, 30 * NS_PER_MS + 52500);
    assert_int_equal(cell(b, HERE), 0xffff);
    assert_int_equal(b->account.mass_erases, 1);
    reset_pin(b);
    assert_int_equal(rd(b, FLASH_OBR) & 3, 0);
    expect_violations(b, 0);
}

// ---- two banks (PM0068) -------------------------------------------------------------------------

static void unlock2(struct chip_bench *b)
{
    wr(b, FLASH_KEYR2, KEY1);
    wr(b, FLASH_KEYR2, KEY2);
}

static void the_second_bank_has_locks_and_registers_of_its_own(void **state)
{
    struct chip_bench *b = make_running("stm32f103zg");
    uint32_t v;
    (void)state;
    assert_int_equal(rd(b, FLASH_CR2), CR_LOCK);
    unlock2(b);
    assert_int_equal(rd(b, FLASH_CR2), 0);
    assert_int_equal(rd(b, FLASH_CR), CR_LOCK);
    wr(b, FLASH_KEYR2 + 4, KEY1); // no option bytes here
    wr(b, FLASH_KEYR2 + 4, KEY2);
    assert_int_equal(rd(b, FLASH_CR2), 0);
    wr(b, FLASH_CR2, CR_PG);
    assert_int_equal(try_write(b, BANK2, 2, 0x5555), SIM_BUS_OK);
    assert_int_equal(rd(b, FLASH_SR2), SR_BSY);
    assert_int_equal(rd(b, FLASH_SR), 0);
    assert_int_equal(try_read(b, BANK2, 4, &v), SIM_BUS_STALL);
    assert_int_equal(try_read(b, BANK2 - FLASH, 4, &v), SIM_BUS_STALL);
    assert_int_equal(try_read(b, BANK2 - 4, 4, &v), SIM_BUS_OK);
    run_ns(b, 52500);
    assert_int_equal(rd(b, FLASH_SR2), SR_EOP);
    assert_int_equal(rd(b, BANK2) & 0xffff, 0x5555);
    assert_int_equal(rd(b, BANK2 - FLASH) & 0xffff, 0x5555);
    assert_int_equal(try_write(b, FLASH + 0x1000, 2, 1), SIM_BUS_FAULT); // the first one is locked
    expect_violations(b, 1);
    drop_chip(b);
}

static void both_banks_work_at_once(void **state)
{
    struct chip_bench *b = make_running("stm32f103zg");
    (void)state;
    poke16(b, FLASH + 0x1000, 0x1111);
    poke16(b, BANK2 + 0x1000, 0x2222);
    unlock(b);
    unlock2(b);
    wr(b, FLASH_CR, CR_PER);
    wr(b, FLASH_AR, FLASH + 0x1000);
    wr(b, FLASH_CR2, CR_PER);
    wr(b, FLASH_AR2, BANK2 + 0x1000);
    wr(b, FLASH_CR, CR_PER | CR_STRT);
    wr(b, FLASH_CR2, CR_PER | CR_STRT);
    run_ns(b, 30 * NS_PER_MS);
    assert_int_equal(cell(b, FLASH + 0x1000), 0xffff);
    assert_int_equal(cell(b, BANK2 + 0x1000), 0xffff);
    assert_int_equal(b->account.pages_erased, 2);
    expect_violations(b, 0);
    drop_chip(b);
}

static void each_controller_erases_its_own_bank(void **state)
{
    struct chip_bench *b = make_running("stm32f103zf"); // 512 and 256 KiB
    (void)state;
    poke16(b, FLASH + 0x1000, 0x1111);
    poke16(b, BANK2 + 0x3fffe, 0x2222);
    unlock2(b);
    wr(b, FLASH_CR2, CR_PER);
    wr(b, FLASH_AR2, FLASH + 0x1000); // of the other bank
    wr(b, FLASH_CR2, CR_PER | CR_STRT);
    expect_violations(b, 1);
    wr(b, FLASH_CR2, CR_MER);
    wr(b, FLASH_CR2, CR_MER | CR_STRT);
    run_ns(b, 30 * NS_PER_MS);
    assert_int_equal(cell(b, BANK2 + 0x3fffe), 0xffff);
    assert_int_equal(cell(b, FLASH + 0x1000), 0x1111);
    assert_int_equal(sim_chip_erase_count(b->chip, BANK2), 1);
    assert_int_equal(sim_chip_erase_count(b->chip, FLASH), 0);
    drop_chip(b);
}

static void the_last_bit_of_wrpr_covers_the_second_bank(void **state)
{
    struct chip_bench *b = make_running("stm32f103zg");
    (void)state;
    poke_option(b, 14, 0x7f);
    power_cycle(b);
    unlock2(b);
    wr(b, FLASH_CR2, CR_PER);
    wr(b, FLASH_AR2, BANK2);
    wr(b, FLASH_CR2, CR_PER | CR_STRT);
    assert_int_equal(rd(b, FLASH_SR2), SR_WRPRTERR);
    expect_violations(b, 1);
    drop_chip(b);
}

static void unprotecting_erases_both_banks(void **state)
{
    struct chip_bench *b = make_running("stm32f103zg");
    (void)state;
    poke_option(b, 0, 0);
    poke16(b, BANK2, 0x2222);
    power_cycle(b);
    unlock_options(b);
    erase_options(b);
    program_option(b, 0, 0xa5, 30 * NS_PER_MS + 52500);
    assert_int_equal(cell(b, BANK2), 0xffff);
    drop_chip(b);
}

static void chips_of_one_bank_have_one_controller(void **state)
{
    struct chip_bench *b = make_running("stm32f103ze");
    uint32_t v;
    (void)state;
    assert_int_equal(try_read(b, FLASH_CR2, 4, &v), SIM_BUS_FAULT);
    drop_chip(b);
}

// ---- clocks (7) ---------------------------------------------------------------------------------

static void the_pll_makes_72_mhz_of_the_crystal(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(sim_chip_hclk_hz(b->chip), 8000000);
    wr(b, FLASH_ACR, 0x12);
    wr(b, RCC_CR, rd(b, RCC_CR) | 1u << 16);
    run_ns(b, 2 * NS_PER_MS);
    wr(b, RCC_CFGR, 7u << 18 | 1u << 16 | 4u << 8); // HSE * 9, APB1 half
    wr(b, RCC_CR, rd(b, RCC_CR) | 1u << 24);
    run_ns(b, 200 * NS_PER_US);
    wr(b, RCC_CFGR, rd(b, RCC_CFGR) | 2);
    assert_int_equal(rd(b, RCC_CFGR) & 0xf, 0xa);
    assert_int_equal(sim_chip_hclk_hz(b->chip), 72000000);
    expect_violations(b, 0);
    wr(b, RCC_CFGR, rd(b, RCC_CFGR) & ~(7u << 8)); // 72 MHz on APB1
    expect_violations(b, 1);
    wr(b, FLASH_ACR, 0x11); // and one wait state is not enough
    assert_true(b->account.violation_count > 1);
}

static void hsi_is_halved_before_the_pll(void **state)
{
    struct chip_bench *b = *state;
    wr(b, FLASH_ACR, 0x12);
    wr(b, RCC_CFGR, 15u << 18 | 4u << 8); // 4 MHz * 16
    wr(b, RCC_CR, rd(b, RCC_CR) | 1u << 24);
    run_ns(b, 200 * NS_PER_US);
    wr(b, RCC_CFGR, rd(b, RCC_CFGR) | 2);
    assert_int_equal(sim_chip_hclk_hz(b->chip), 64000000);
    expect_violations(b, 0);
}

static void the_value_line_divides_hse_and_stops_at_24_mhz(void **state)
{
    struct chip_bench *b = make_running("stm32f100rb");
    (void)state;
    wr(b, RCC_CR, rd(b, RCC_CR) | 1u << 16);
    run_ns(b, 2 * NS_PER_MS);
    wr(b, RCC_CFGR2, 1); // by 2, which PLLXTPRE shows
    wr(b, RCC_CFGR, 4u << 18 | 3u << 16);
    wr(b, RCC_CR, rd(b, RCC_CR) | 1u << 24);
    run_ns(b, 200 * NS_PER_US);
    wr(b, RCC_CFGR, rd(b, RCC_CFGR) | 2);
    assert_int_equal(sim_chip_hclk_hz(b->chip), 24000000);
    expect_violations(b, 0);
    drop_chip(b);
    b = make_running("stm32f103c8");
    wr(b, RCC_CFGR2, 1);
    assert_int_equal(rd(b, RCC_CFGR2), 0);
    drop_chip(b);
}

static void reset_flags_have_no_bit_for_options(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, RCC_CSR), 0x0c000000);
    wr(b, RCC_CSR, 1u << 24);
    wr(b, AIRCR, 0x05fa0004);
    run_ns(b, NS_PER_MS);
    assert_int_equal(rd(b, RCC_CSR), 0x14000000);
}

// ---- pins (9) -----------------------------------------------------------------------------------

static void ports_have_four_bits_a_pin(void **state)
{
    struct chip_bench *b = *state;
    wr(b, RCC_APB2ENR, 1u << 3);
    assert_int_equal(rd(b, GPIOB), 0x44444444);
    wr(b, GPIOB, 0x44444481); // PB0 output, PB1 input with a pull
    wr(b, GPIOB + 0x10, 1u << 0 | 1u << 1);
    assert_int_equal(rd(b, GPIOB + 8) & 3, 3);
    assert_true(sim_chip_pin_level(b->chip, 'B', 0));
    wr(b, GPIOB + 0x14, 1u << 0 | 1u << 1); // low, and pulled down
    assert_int_equal(rd(b, GPIOB + 8) & 3, 0);
    sim_chip_drive_pin(b->chip, 'B', 1, true);
    assert_int_equal(rd(b, GPIOB + 8) & 3, 2);
    wr(b, GPIOB, 0x44444401); // analog
    assert_int_equal(rd(b, GPIOB + 8) & 3, 0);
    wr(b, GPIOB, 0x44444445); // open drain
    wr(b, GPIOB + 0x0c, 1);
    assert_int_equal(rd(b, GPIOB + 8) & 1, 0);
    sim_chip_drive_pin(b->chip, 'B', 0, true);
    assert_int_equal(rd(b, GPIOB + 8) & 1, 1);
    expect_violations(b, 0);
}

static void a_locked_pin_keeps_its_configuration(void **state)
{
    struct chip_bench *b = *state;
    wr(b, RCC_APB2ENR, 1u << 3);
    wr(b, GPIOB + 0x18, 1u << 16 | 1u << 9);
    wr(b, GPIOB + 0x18, 1u << 9);
    wr(b, GPIOB + 0x18, 1u << 16 | 1u << 9);
    wr(b, GPIOB + 4, 0x11111111);
    assert_int_equal(rd(b, GPIOB + 4), 0x11111141);
}

static void swj_cfg_gives_the_debug_port_s_pins_away(void **state)
{
    struct chip_bench *b = *state;
    wr(b, RCC_APB2ENR, 5);
    assert_true(sim_chip_swd_alive(b->chip));
    wr(b, AFIO_MAPR, 2u << 24); // SWD without JTAG
    assert_true(sim_chip_swd_alive(b->chip));
    wr(b, GPIOA + 4, 0x11111111); // the port's bits do not count while SWD has the pins
    assert_true(sim_chip_swd_alive(b->chip));
    wr(b, AFIO_MAPR, 4u << 24);
    assert_false(sim_chip_swd_alive(b->chip));
    assert_int_equal(rd(b, AFIO_MAPR), 0); // cannot be read
    wr(b, GPIOA + 4, 0xbbbbbbbb);          // an alternate function is another one
    assert_false(sim_chip_swd_alive(b->chip));
    reset_pin(b);
    assert_true(sim_chip_swd_alive(b->chip));
}

static void afio_chooses_the_ports_of_seven_interrupts(void **state)
{
    static const struct {
        unsigned pin, irq;
    } lines[] = {{0, 6}, {1, 7}, {2, 8}, {3, 9}, {4, 10}, {5, 23}, {9, 23}, {10, 40}, {15, 40}};
    struct chip_bench *b = *state;
    wr(b, RCC_APB2ENR, 9);
    for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        unsigned pin = lines[i].pin;
        wr(b, 0x40010008 + 4 * (pin / 4), 1u << 4 * (pin % 4)); // port B
        wr(b, EXTI, 1u << pin);
        wr(b, EXTI + 8, 1u << pin);
        sim_chip_drive_pin(b->chip, 'B', pin, true);
        assert_true(rd(b, NVIC_ISPR + 4 * (lines[i].irq / 32)) >> lines[i].irq % 32 & 1);
        sim_chip_drive_pin(b->chip, 'B', pin, false);
        wr(b, EXTI + 0x14, 1u << pin);
        wr(b, 0xe000e280 + 4 * (lines[i].irq / 32), 1u << lines[i].irq % 32);
    }
}

// ---- debug support (31.16) ----------------------------------------------------------------------

static void the_debug_unit_is_on_the_private_bus(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(debugger_rd(b, DBG_ID), 0x20036410);
    debugger_wr(b, DBG_CR, 0xffffffff);
    assert_int_equal(debugger_rd(b, DBG_CR), 0x0fffffe7);
    assert_int_equal(debugger_rd(b, 0xe0042008), 0); // there are no other freeze registers
    reset_pin(b);
    assert_int_equal(debugger_rd(b, DBG_CR), 0x0fffffe7);
    power_cycle(b);
    assert_int_equal(debugger_rd(b, DBG_CR), 0);
}

static void its_control_register_freezes_the_watchdogs(void **state)
{
    struct chip_bench *b = *state;
    wr(b, 0x40003000, 0xcccc);
    halt_core(b);
    debugger_wr(b, DBG_CR, 1u << 8);
    run_ns(b, 2000 * NS_PER_MS);
    assert_false(debugger_rd(b, RCC_CSR) >> 29 & 1);
    debugger_wr(b, DBG_CR, 0);
    run_ns(b, 450 * NS_PER_MS);
    assert_true(debugger_rd(b, RCC_CSR) >> 29 & 1);
}

static void programs_do_what_their_names_say(void **state)
{
    static const struct {
        const char *name;
        uint32_t keep; // of DBGMCU_CR, with which SWD goes on
    } programs[] = {{"swd-off", 0}, {"stop", 2}, {"standby", 4}};
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct chip_bench *b = make_chip("stm32f103c8");
        assert_true(sim_program_load(b->chip, programs[i].name));
        power_up(b);
        assert_true(sim_chip_swd_alive(b->chip));
        run_ns(b, 10 * NS_PER_MS);
        assert_false(sim_chip_swd_alive(b->chip));
        power_cycle(b);
        debugger_wr(b, DBG_CR, programs[i].keep);
        run_ns(b, 10 * NS_PER_MS);
        assert_int_equal(sim_chip_swd_alive(b->chip), programs[i].keep != 0);
        expect_violations(b, 0);
        drop_chip(b);
    }
}

static void every_part_has_the_sizes_of_its_name(void **state)
{
    static const struct {
        char letter;
        unsigned kib;
    } sizes[] = {{'4', 16},  {'6', 32},  {'8', 64},  {'b', 128}, {'c', 256},
                 {'d', 384}, {'e', 512}, {'f', 768}, {'g', 1024}};
    const struct sim_chip_row *row;
    unsigned parts = 0;
    (void)state;
    for (unsigned i = 0; (row = sim_chips_at(i)); i++) {
        if (strcmp(row->family->name, "STM32F1") != 0)
            continue;
        struct chip_bench *b = make_running(row->name);
        unsigned k = 0;
        while (sizes[k].letter != row->name[strlen(row->name) - 1])
            k++;
        uint32_t end = FLASH + sizes[k].kib * 1024, v;
        assert_int_equal(rd(b, 0x1ffff7e0) & 0xffff, sizes[k].kib);
        assert_int_equal(rd(b, DBG_ID) & 0xfff, row->family->identity.part);
        assert_int_equal(try_read(b, end - 4, 4, &v), SIM_BUS_OK);
        assert_int_equal(try_read(b, end, 4, &v), SIM_BUS_FAULT);
        assert_int_equal(sim_core_get_reg(sim_chip_core(b->chip), 15), FLASH + 8);
        drop_chip(b);
        parts++;
    }
    assert_int_equal(parts, 95);
}

// ---- boot, supply, USART, advanced timers -------------------------------------------------------

static uint32_t word_at_0(struct chip_bench *b)
{
    return rd(b, 0);
}

static void boot1_chooses_between_boot_loader_and_sram(void **state)
{
    struct chip_bench *b = *state;
    uint32_t in_flash = word_at_0(b);
    sim_chip_set_boot1(b->chip, true);
    reset_pin(b);
    assert_int_equal(word_at_0(b), in_flash); // BOOT0 is low
    sim_chip_set_boot0(b->chip, true);
    wr(b, SRAM, 0x20000400);
    wr(b, SRAM + 4, SRAM + 9);
    wr(b, SRAM + 8, 0xe7fe2007); // movs r0, #7; b .
    reset_pin(b);
    assert_int_equal(word_at_0(b), 0x20000400);
    assert_int_equal(sim_core_get_reg(sim_chip_core(b->chip), 0), 7);
    sim_chip_set_boot1(b->chip, false);
    reset_pin(b);
    assert_int_equal(word_at_0(b), rd(b, 0x1ffff000));
}

// VDDA feeds the reset block (DS5319, 2.3.9).
static void without_vdda_it_stays_in_reset(void **state)
{
    struct chip_bench *b = *state;
    sim_chip_set_vdda(b->chip, 1500);
    run_ns(b, 10 * NS_PER_MS);
    assert_false(sim_chip_swd_alive(b->chip));
    sim_chip_set_vdda(b->chip, 3300);
    run_ns(b, 10 * NS_PER_MS);
    assert_true(sim_chip_swd_alive(b->chip));
    assert_int_equal(rd(b, RCC_CSR) >> 27 & 1, 1); // a power-on reset
}

#define USART1 0x40013800u
#define TC     (1u << 6)
#define TXE    (1u << 7)

static void send_on(struct chip_bench *b, uint32_t port, unsigned pin, char byte)
{
    uint32_t shift = 4 * (pin % 8), cr = port + 4 * (pin / 8);
    set_bits(b, RCC_APB2ENR, 1u << 14 | 1u << 3 | 1u << 2 | 1);
    wr(b, cr, (rd(b, cr) & ~(15u << shift)) | 11u << shift); // alternate output
    wr(b, USART1 + 0x08, 80);                                // 100 kBd
    wr(b, USART1 + 0x0c, 1u << 13 | 1u << 3);
    (void)rd(b, USART1);
    wr(b, USART1 + 0x04, (uint32_t)byte);
}

static char sent(struct chip_bench *b)
{
    uint8_t byte = 0;
    return sim_chip_take_usart(b->chip, &byte, 1) ? (char)byte : 0;
}

static void a_usart_sends_on_the_pin_that_mapr_says(void **state)
{
    struct chip_bench *b = *state;
    send_on(b, GPIOA, 9, 'x');
    assert_int_equal(rd(b, USART1), TXE); // gone to the shift register
    run_ns(b, 99 * NS_PER_US);
    assert_int_equal(sent(b), 0);
    run_ns(b, 2 * NS_PER_US);
    assert_int_equal(rd(b, USART1), TC | TXE);
    assert_int_equal(sent(b), 'x');
    wr(b, AFIO_MAPR, 1u << 2); // PB6
    send_on(b, GPIOA, 9, 'y');
    run_ns(b, 200 * NS_PER_US);
    assert_int_equal(sent(b), 0);
    send_on(b, GPIOB, 6, 'z');
    run_ns(b, 200 * NS_PER_US);
    assert_int_equal(sent(b), 'z');
    wr(b, USART1, ~TC); // TC is cleared by a 0
    assert_int_equal(rd(b, USART1), TXE);
    wr(b, USART1 + 0x0c, 0);
    wr(b, USART1 + 0x04, 'q');
    expect_violations(b, 1);
}

static void an_f103_has_advanced_timers_and_an_f101_has_not(void **state)
{
    static const struct {
        const char *name;
        bool tim1, tim8;
    } parts[] = {{"stm32f103c8", true, false},
                 {"stm32f103ze", true, true},
                 {"stm32f101c8", false, false},
                 {"stm32f100rb", true, false},
                 {"stm32f105rb", true, false}};
    (void)state;
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct chip_bench *b = make_running(parts[i].name);
        const uint32_t timers[] = {0x40012c00, 0x40013400};
        const bool there[] = {parts[i].tim1, parts[i].tim8};
        set_bits(b, RCC_APB2ENR, 1u << 11 | 1u << 13);
        for (unsigned k = 0; k < 2; k++) {
            uint32_t v;
            assert_int_equal(try_read(b, timers[k], 4, &v), there[k] ? SIM_BUS_OK : SIM_BUS_FAULT);
            if (!there[k])
                continue;
            wr(b, timers[k] + 0x30, 3); // RCR: only these have it
            assert_int_equal(rd(b, timers[k] + 0x30), 3);
            wr(b, timers[k], 1);
            run_ns(b, 100 * NS_PER_US);
            assert_in_range(rd(b, timers[k] + 0x24), 799, 801);
        }
        drop_chip(b);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        f1_test(halfwords_and_pages_take_the_times_of_the_data_sheet),
        f1_test(there_is_no_obl_launch),
        f1_test(option_bytes_are_loaded_at_every_reset),
        f1_test(anything_but_rdprt_protects),
        f1_test(the_first_pages_of_a_protected_chip_are_write_protected),
        f1_test(rdprt_erases_a_protected_chip),
        cmocka_unit_test(the_second_bank_has_locks_and_registers_of_its_own),
        cmocka_unit_test(both_banks_work_at_once),
        cmocka_unit_test(each_controller_erases_its_own_bank),
        cmocka_unit_test(the_last_bit_of_wrpr_covers_the_second_bank),
        cmocka_unit_test(unprotecting_erases_both_banks),
        cmocka_unit_test(chips_of_one_bank_have_one_controller),
        f1_test(the_pll_makes_72_mhz_of_the_crystal),
        f1_test(hsi_is_halved_before_the_pll),
        cmocka_unit_test(the_value_line_divides_hse_and_stops_at_24_mhz),
        f1_test(reset_flags_have_no_bit_for_options),
        f1_test(ports_have_four_bits_a_pin),
        f1_test(a_locked_pin_keeps_its_configuration),
        f1_test(swj_cfg_gives_the_debug_port_s_pins_away),
        f1_test(afio_chooses_the_ports_of_seven_interrupts),
        f1_test(the_debug_unit_is_on_the_private_bus),
        f1_test(its_control_register_freezes_the_watchdogs),
        cmocka_unit_test(programs_do_what_their_names_say),
        cmocka_unit_test(every_part_has_the_sizes_of_its_name),
        f1_test(boot1_chooses_between_boot_loader_and_sram),
        f1_test(without_vdda_it_stays_in_reset),
        f1_test(a_usart_sends_on_the_pin_that_mapr_says),
        cmocka_unit_test(an_f103_has_advanced_timers_and_an_f101_has_not),
    };
    return cmocka_run_group_tests_name("sim_f1", tests, NULL, NULL);
}
