// SPDX-License-Identifier: MIT
// targets/ and flash/ over the virtual board: probe, wires, core and flash controller behave as the
// documents say, and what silicon forbids is a violation that fails the test.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "sim/board/board.h"
#include "sim/board/link.h"
#include "swd/stlink.h"
#include "targets/target.h"
#include "tests/unit/choose.h"

#define FLASH 0x08000000u
#define RAM   0x20000000u
#define PAGE  1024u

#define APB2ENR    0x40021018u
#define DBGMCUEN   (1u << 22)
#define DBGMCU_CR  0x40015804u
#define DBGMCU_FZ1 0x40015808u

// What the program below has where.
#define RESET     0x08000040u
#define LOOP      0x08000050u
#define LOOP_END  0x08000058u
#define HARDFAULT 0x0800005au
#define FAULT     0x08000066u
#define SLEEP     0x0800006cu
#define OWN       0x08000072u

#define OTHER 0x59, 0x00, 0x00, 0x08

// clang-format off
static const uint8_t program[] = {
    0x00, 0x10, 0x00, 0x20,   // stack
    0x41, 0x00, 0x00, 0x08,   // reset
    OTHER,                    // NMI
    0x5b, 0x00, 0x00, 0x08,   // HardFault
    OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER,
    0x5f, 0x00, 0x00, 0x08,   // SysTick
    // reset: SysTick every 100 cycles
    0x0e, 0x4c,               // ldr  r4, =0x20000000
    0x0f, 0x48,               // ldr  r0, =0xe000e010
    0x63, 0x21,               // movs r1, #99
    0x41, 0x60,               // str  r1, [r0, #4]
    0x00, 0x21,               // movs r1, #0
    0x81, 0x60,               // str  r1, [r0, #8]
    0x07, 0x21,               // movs r1, #7
    0x01, 0x60,               // str  r1, [r0]
    // loop:
    0x01, 0x35,               // adds r5, #1
    0x01, 0x36,               // adds r6, #1
    0x65, 0x60,               // str  r5, [r4, #4]
    0xfb, 0xe7,               // b    loop
    // NMI and others:
    0xfe, 0xe7,               // b    .
    // HardFault: faults again
    0x0a, 0x68,               // ldr  r2, [r1]
    0xfd, 0xe7,               // b    HardFault
    // SysTick: counts in RAM
    0x20, 0x68,               // ldr  r0, [r4]
    0x01, 0x30,               // adds r0, #1
    0x20, 0x60,               // str  r0, [r4]
    0x70, 0x47,               // bx   lr
    // fault:
    0x01, 0x21,               // movs r1, #1
    0x08, 0x68,               // ldr  r0, [r1]
    0xc0, 0x46,               // nop
    // sleep:
    0x30, 0xbf,               // wfi
    0x01, 0x35,               // adds r5, #1
    0xfc, 0xe7,               // b    sleep
    // own:
    0xc0, 0x46,               // nop
    0xab, 0xbe,               // bkpt 0xab
    0x01, 0x35,               // adds r5, #1
    0xfb, 0xe7,               // b    own
    0x00, 0x00,
    0x00, 0x00, 0x00, 0x20, 0x10, 0xe0, 0x00, 0xe0, // literals
};
// clang-format on

struct bench {
    struct log log;
    struct sim_board *board;
    struct stlink st;
    struct target t;
};

static enum err bench_open(struct bench *b, const char *board, enum target_connect how)
{
    struct target_options options = {.connect = how};
    memset(b, 0, sizeof *b);
    b->log = log_silent();
    assert_int_equal(sim_board_open(&b->board, board, &b->log), ERR_OK);
    assert_true(sim_chip_poke(sim_board_chip(b->board), FLASH, program, sizeof program));
    assert_int_equal(stlink_open(&b->st, sim_link_to(b->board), &b->log), ERR_OK);
    return target_connect(&b->t, &b->st.probe, &options, &b->log);
}

static void bench_connect(struct bench *b, const char *board)
{
    enum err e = bench_open(b, board, TARGET_CONNECT_AUTO);
    if (e)
        fail_msg("%s", log_sentence(&b->log, e));
}

// A healthy board, its core at its first instruction.
static void bench_reset_halt(struct bench *b)
{
    bench_connect(b, "stm32f031k6");
    assert_int_equal(target_reset(&b->t, true), ERR_OK);
}

// Of a session in which only this may have been done that silicon forbids; NULL: nothing.
static void bench_close_but_for(struct bench *b, const char *allowed)
{
    target_disconnect(&b->t, false);
    stlink_close(&b->st);
    const struct sim_account *a = sim_board_account(b->board);
    if (a->violation_count > 0 && (!allowed || !strstr(a->violations[0], allowed)))
        fail_msg("%u violations, the first: %s", a->violation_count, a->violations[0]);
    assert_int_equal(sim_board_close(b->board), ERR_OK);
}

static void bench_close(struct bench *b)
{
    bench_close_but_for(b, NULL);
}

static struct target_stop wait_stop(struct bench *b)
{
    struct target_stop stop = {0};
    bool stopped = false;
    for (unsigned i = 0; i < 200 && !stopped; i++) {
        enum err e = target_poll(&b->t, &stopped, &stop);
        if (e)
            fail_msg("%s", log_sentence(&b->log, e));
    }
    assert_true(stopped);
    return stop;
}

static struct target_stop resume_and_wait(struct bench *b)
{
    assert_int_equal(target_resume(&b->t), ERR_OK);
    return wait_stop(b);
}

static struct target_stop step(struct bench *b, uint32_t start, uint32_t end)
{
    assert_int_equal(target_step(&b->t, start, end), ERR_OK);
    return wait_stop(b);
}

static uint32_t reg(struct bench *b, enum cortexm_reg which)
{
    uint32_t value = 0;
    assert_int_equal(target_read_reg(&b->t, which, &value), ERR_OK);
    return value;
}

static uint32_t word(struct bench *b, uint32_t addr)
{
    uint8_t bytes[4] = {0};
    assert_int_equal(target_read_mem(&b->t, addr, bytes, 4, NULL), ERR_OK);
    return get_le32(bytes);
}

static uint64_t commands(const struct bench *b)
{
    return sim_board_account(b->board)->usb_commands;
}

static void an_stm32f031_is_recognised(void **state)
{
    (void)state;
    static const uint8_t nothing[12] = {0};
    struct bench b;
    bench_connect(&b, "stm32f031k6");
    assert_non_null(b.t.id.chip);
    assert_int_equal(b.t.id.chip->dev_id, 0x444);
    assert_int_equal(b.t.id.flash_size, 32 * 1024);
    assert_int_equal(target_read_ports(&b.t), ERR_OK);
    assert_int_equal(b.t.id.dpidr, 0x0bb11477);
    assert_int_equal(b.t.id.cpuid >> 4 & 0xfff, 0xc20);
    assert_memory_not_equal(b.t.id.uid, nothing, sizeof nothing);
    assert_int_equal(b.t.state, TARGET_RUNNING);
    bench_close(&b);
}

#define DHCSR            0xe000edf0u
#define DHCSR_S_HALT     (1u << 17)
#define DHCSR_S_RESET_ST (1u << 25)
#define WATCHDOG_MS      40u // the period of the program "iwdg", and a little more
#define NS_PER_MS        1000000u

// A reset by a watchdog shuts the clock of the debug unit, and what is written there without it is
// lost: whenever that happens, the watchdog stands still as soon as the core is halted.
static void a_watchdog_that_bites_while_it_is_being_frozen_is_frozen_all_the_same(void **state)
{
    static const char *const chips[] = {"stm32f031k6", "stm32g071rb", "stm32l053r8"};
    (void)state;
    for (unsigned i = 0; i < 3 * WATCHDOG_MS; i++) {
        struct target_options options = {.connect = TARGET_CONNECT_AUTO};
        struct bench b = {.log = log_silent()};
        char board[64];
        snprintf(board, sizeof board, "%s,firmware=iwdg", chips[i % 3]);
        assert_int_equal(sim_board_open(&b.board, board, &b.log), ERR_OK);
        struct sim_chip *chip = sim_board_chip(b.board);
        sim_chip_run(chip, sim_chip_bus(chip)->clock->now_ns + (uint64_t)(i / 3) * NS_PER_MS);
        assert_int_equal(stlink_open(&b.st, sim_link_to(b.board), &b.log), ERR_OK);
        enum err e = target_connect(&b.t, &b.st.probe, &options, &b.log);
        if (e)
            fail_msg("%s, %u ms: %s", board, i / 3, log_sentence(&b.log, e));
        assert_int_equal(target_halt(&b.t), ERR_OK);
        (void)wait_stop(&b);
        (void)word(&b, DHCSR);
        for (unsigned k = 0; k < 2 * WATCHDOG_MS; k++) // each takes a millisecond
            (void)word(&b, RAM);
        uint32_t dhcsr = word(&b, DHCSR);
        if ((dhcsr & (DHCSR_S_HALT | DHCSR_S_RESET_ST)) != DHCSR_S_HALT)
            fail_msg("%s, %u ms: DHCSR 0x%08x", board, i / 3, dhcsr);
        // A reset in the very moment of the halt: no debugger can know of it before.
        bench_close_but_for(&b, "DCRSR written while the core was not halted");
    }
}

static void reset_and_halt_stops_at_the_first_instruction(void **state)
{
    (void)state;
    struct bench b;
    bench_reset_halt(&b);
    struct target_stop stop = wait_stop(&b);
    assert_int_equal(stop.cause, TARGET_STOP_RESET);
    assert_int_equal(stop.pc, RESET);
    assert_false(stop.was_reset);
    assert_int_equal(reg(&b, CORTEXM_SP), 0x20001000);
    bench_close(&b);
}

static void connecting_under_reset_stops_at_the_first_instruction(void **state)
{
    (void)state;
    struct bench b;
    assert_int_equal(bench_open(&b, "stm32f031k6", TARGET_CONNECT_UNDER_RESET), ERR_OK);
    struct target_stop stop = wait_stop(&b);
    assert_int_equal(stop.cause, TARGET_STOP_RESET);
    assert_int_equal(stop.pc, RESET);
    bench_close(&b);
}

// A V3 offers 3.3, 8 and 24 MHz.
static void a_v3_is_driven_at_8_mhz_when_the_wires_bear_it(void **state)
{
    (void)state;
    struct bench b;
    bench_connect(&b, "stm32f031k6,probe=v3");
    assert_int_equal(target_swclk_hz(&b.t), 8000000);
    bench_close(&b);
    bench_connect(&b, "stm32f031k6,probe=v3,swdio=3000");
    assert_int_equal(target_swclk_hz(&b.t), 3300000);
    assert_int_equal(target_halt(&b.t), ERR_OK);
    bench_close(&b);
    bench_connect(&b, "stm32f031k6");
    assert_int_equal(target_swclk_hz(&b.t), 4000000);
    bench_close(&b);
}

// Under reset it begins with 950 kHz, because nothing is known of the wires.
static void the_clock_is_raised_when_it_was_slow_for_the_beginning_only(void **state)
{
    (void)state;
    struct bench b;
    assert_int_equal(bench_open(&b, "stm32f031k6", TARGET_CONNECT_UNDER_RESET), ERR_OK);
    assert_int_equal(target_swclk_hz(&b.t), 4000000);
    bench_close(&b);
    assert_int_equal(bench_open(&b, "stm32f031k6,swdio=9000", TARGET_CONNECT_UNDER_RESET), ERR_OK);
    assert_int_equal(target_swclk_hz(&b.t), 950000);
    bench_close(&b);
    // As it was asked for it did not answer: a reset may have changed that, and is believed once.
    bench_connect(&b, "stm32f031k6,swdio=9000");
    assert_int_equal(target_swclk_hz(&b.t), 240000);
    assert_int_equal(target_reset(&b.t, true), ERR_OK);
    assert_int_equal(target_swclk_hz(&b.t), 240000);
    assert_int_equal(wait_stop(&b).pc, RESET);
    bench_close(&b);
    bench_connect(&b, "stm32f031k6,swdio=9000");
    assert_int_equal(sim_board_set(b.board, "swdio", "ok"), ERR_OK);
    assert_int_equal(target_reset(&b.t, true), ERR_OK);
    assert_int_equal(target_swclk_hz(&b.t), 4000000);
    assert_int_equal(wait_stop(&b).pc, RESET);
    bench_close(&b);
}

static void connecting_under_reset_works_without_the_nrst_wire(void **state)
{
    (void)state;
    struct bench b;
    assert_int_equal(bench_open(&b, "stm32f031k6,nrst=open", TARGET_CONNECT_UNDER_RESET), ERR_OK);
    assert_int_equal(wait_stop(&b).pc, RESET);
    bench_close(&b);
}

// The DBGMCU shows itself only while its clock is on (RM0360, RCC_APB2ENR.DBGMCUEN).
static uint32_t dbgmcu(struct bench *b, uint32_t addr)
{
    struct sim_bus *bus = sim_chip_bus(sim_board_chip(b->board));
    uint32_t gate = 0, value = 0;
    assert_int_equal(sim_bus_read(bus, SIM_MASTER_DEBUG, APB2ENR, 4, &gate), SIM_BUS_OK);
    assert_int_equal(sim_bus_write(bus, SIM_MASTER_DEBUG, APB2ENR, 4, gate | DBGMCUEN), SIM_BUS_OK);
    assert_int_equal(sim_bus_read(bus, SIM_MASTER_DEBUG, addr, 4, &value), SIM_BUS_OK);
    assert_int_equal(sim_bus_write(bus, SIM_MASTER_DEBUG, APB2ENR, 4, gate), SIM_BUS_OK);
    return value;
}

// A reset after the chip was asked for everything shuts the clock of its debug unit.
static void the_debug_unit_is_set_also_behind_a_reset_of_our_own(void **state)
{
    (void)state;
    struct bench b;
    assert_int_equal(bench_open(&b, "stm32f031k6,nrst=open", TARGET_CONNECT_UNDER_RESET), ERR_OK);
    assert_int_equal(dbgmcu(&b, DBGMCU_CR), 6);
    assert_int_equal(dbgmcu(&b, DBGMCU_FZ1), 0x1800);
    bench_close(&b);
}

// Standby, with its first instructions: PWREN, PDDS, SLEEPDEEP, WFI. RM0091, 6.3 (Standby mode).
static void a_program_that_sleeps_at_once_is_caught_at_its_first_instruction(void **state)
{
    (void)state;
    // clang-format off
    static const uint8_t sleeper[] = {
        0x04, 0x48,               // ldr  r0, =RCC_APB1ENR
        0x05, 0x49,               // ldr  r1, =PWREN
        0x01, 0x60,               // str  r1, [r0]
        0x05, 0x48,               // ldr  r0, =PWR_CR
        0x06, 0x21,               // movs r1, #6
        0x01, 0x60,               // str  r1, [r0]
        0x04, 0x48,               // ldr  r0, =SCB_SCR
        0x04, 0x21,               // movs r1, #4
        0x01, 0x60,               // str  r1, [r0]
        0x30, 0xbf,               // wfi
        0x1c, 0x10, 0x02, 0x40, 0x00, 0x00, 0x00, 0x10, 0x00, 0x70, 0x00, 0x40, 0x10, 0xed, 0x00, 0xe0,
    };
    // clang-format on
    struct target_options options = {.connect = TARGET_CONNECT_AUTO};
    struct bench b = {.log = log_silent()};
    assert_int_equal(sim_board_open(&b.board, "stm32f031k6", &b.log), ERR_OK);
    struct sim_chip *chip = sim_board_chip(b.board);
    assert_true(sim_chip_poke(chip, FLASH, program, sizeof program));
    assert_true(sim_chip_poke(chip, RESET, sleeper, sizeof sleeper));
    sim_chip_set_nrst(chip, true);
    sim_chip_set_nrst(chip, false);
    sim_board_wait_ns(b.board, 5000000);
    assert_false(sim_chip_swd_alive(chip));
    assert_int_equal(stlink_open(&b.st, sim_link_to(b.board), &b.log), ERR_OK);
    enum err e = target_connect(&b.t, &b.st.probe, &options, &b.log);
    if (e)
        fail_msg("%s", log_sentence(&b.log, e));
    assert_int_equal(b.t.state, TARGET_HALTED);
    assert_int_equal(reg(&b, CORTEXM_PC), RESET);
    bench_close(&b);
}

static void everything_is_left_as_it_was_found(void **state)
{
    (void)state;
    struct bench b;
    bench_reset_halt(&b);
    assert_int_equal(target_set_break(&b.t, true, LOOP), ERR_OK);
    assert_int_equal(dbgmcu(&b, DBGMCU_FZ1), 3u << 11); // both watchdogs
    target_disconnect(&b.t, false);
    assert_int_equal(dbgmcu(&b, DBGMCU_CR), 0);
    assert_int_equal(dbgmcu(&b, DBGMCU_FZ1), 0);
    sim_board_wait_ns(b.board, 1000000);
    struct sim_core *core = sim_chip_core(sim_board_chip(b.board));
    assert_false(sim_core_debug_enabled(core));
    assert_false(sim_core_is_halted(core));
    assert_false(sim_core_is_locked_up(core));
    assert_true(sim_core_get_reg(core, 5) > 100);
    bench_close(&b);
}

static void steps_never_end_in_an_interrupt_and_interrupts_run(void **state)
{
    (void)state;
    struct bench b;
    bench_reset_halt(&b);
    uint32_t before = reg(&b, CORTEXM_R0 + 5);
    for (unsigned i = 0; i < 400; i++) {
        struct target_stop stop = step(&b, 0, 0);
        assert_int_equal(stop.cause, TARGET_STOP_STEP);
        assert_in_range(stop.pc, RESET, LOOP_END - 2);
    }
    assert_int_equal(reg(&b, CORTEXM_R0 + 5) - before, (400 - 8) / 4);
    assert_true(word(&b, RAM) > 0);
    bench_close(&b);
}

static void a_range_step_runs_until_it_leaves_the_range(void **state)
{
    (void)state;
    struct bench b;
    bench_reset_halt(&b);
    struct target_stop stop = step(&b, RESET, LOOP);
    assert_int_equal(stop.cause, TARGET_STOP_STEP);
    assert_int_equal(stop.pc, LOOP);
    assert_int_equal(target_set_break(&b.t, true, LOOP + 4), ERR_OK);
    stop = step(&b, LOOP, LOOP_END);
    assert_int_equal(stop.cause, TARGET_STOP_HWBREAK);
    assert_int_equal(stop.pc, LOOP + 4);
    bench_close(&b);
}

static void a_breakpoint_in_flash_is_hit_every_time(void **state)
{
    (void)state;
    struct bench b;
    bench_reset_halt(&b);
    assert_int_equal(target_set_break(&b.t, false, LOOP + 2), ERR_OK);
    uint32_t before = reg(&b, CORTEXM_R0 + 5);
    for (unsigned i = 1; i <= 3; i++) {
        struct target_stop stop = resume_and_wait(&b);
        assert_int_equal(stop.cause, TARGET_STOP_HWBREAK);
        assert_int_equal(stop.pc, LOOP + 2);
        assert_int_equal(reg(&b, CORTEXM_R0 + 5), before + i);
    }
    assert_int_equal(target_reset(&b.t, true), ERR_OK);
    assert_int_equal(resume_and_wait(&b).pc, LOOP + 2);
    bench_close(&b);
}

static void the_fifth_breakpoint_in_flash_is_refused(void **state)
{
    (void)state;
    struct bench b;
    bench_reset_halt(&b);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(target_set_break(&b.t, false, LOOP + 2 * i), ERR_OK);
    assert_int_equal(target_set_break(&b.t, false, SLEEP), ERR_RESOURCE);
    assert_non_null(strstr(log_sentence(&b.log, ERR_RESOURCE), "4"));
    assert_int_equal(step(&b, 0, 0).cause, TARGET_STOP_STEP);
    bench_close(&b);
}

static void a_breakpoint_in_ram_is_hit_every_time(void **state)
{
    (void)state;
    static const uint8_t code[] = {0x01, 0x35, 0x01, 0x36, 0xfc, 0xe7}; // adds, adds, b
    uint8_t back[sizeof code];
    struct bench b;
    bench_reset_halt(&b);
    assert_int_equal(target_write_mem(&b.t, RAM + 0x100, code, sizeof code), ERR_OK);
    assert_int_equal(target_write_reg(&b.t, CORTEXM_PC, RAM + 0x100), ERR_OK);
    assert_int_equal(target_set_break(&b.t, false, RAM + 0x102), ERR_OK);
    uint32_t before = reg(&b, CORTEXM_R0 + 6);
    for (unsigned i = 0; i < 3; i++) {
        struct target_stop stop = resume_and_wait(&b);
        assert_int_equal(stop.cause, TARGET_STOP_SWBREAK);
        assert_int_equal(stop.pc, RAM + 0x102);
        assert_int_equal(reg(&b, CORTEXM_R0 + 6), before + i);
    }
    assert_int_equal(target_read_mem(&b.t, RAM + 0x100, back, sizeof back, NULL), ERR_OK);
    assert_memory_equal(back, code, sizeof code);
    assert_int_equal(target_set_break(&b.t, true, RAM + 0x104), ERR_UNSUPPORTED);
    bench_close(&b);
}

static void a_watchpoint_tells_its_address(void **state)
{
    (void)state;
    struct bench b;
    bench_reset_halt(&b);
    assert_int_equal(target_set_watch(&b.t, RAM + 4, 4, DWT_WRITE), ERR_OK);
    struct target_stop stop = resume_and_wait(&b);
    assert_int_equal(stop.cause, TARGET_STOP_WATCH);
    assert_int_equal(stop.watch_addr, RAM + 4);
    assert_int_equal(stop.watch, DWT_WRITE);
    assert_int_equal(target_clear_watch(&b.t, RAM + 4, 4, DWT_WRITE), ERR_OK);
    bench_close(&b);
}

static void a_hardfault_stops_and_explains_itself(void **state)
{
    (void)state;
    struct bench b;
    bench_reset_halt(&b);
    assert_int_equal(target_write_reg(&b.t, CORTEXM_PC, FAULT), ERR_OK);
    struct target_stop stop = resume_and_wait(&b);
    assert_int_equal(stop.cause, TARGET_STOP_FAULT);
    assert_int_equal(stop.pc, HARDFAULT);
    assert_non_null(strstr(stop.detail, "HardFault at pc 0x08000068"));
    assert_non_null(strstr(stop.detail, "read 4 bytes at 0x00000001, which is not aligned"));
    stop = resume_and_wait(&b);
    assert_int_equal(stop.cause, TARGET_STOP_LOCKUP);
    assert_non_null(strstr(stop.detail, "inside the HardFault handler"));
    assert_int_equal(target_reset(&b.t, true), ERR_OK);
    assert_int_equal(wait_stop(&b).pc, RESET);
    bench_close(&b);
}

static void a_step_over_wfi_lasts_until_it_is_halted(void **state)
{
    (void)state;
    struct bench b;
    struct target_stop stop;
    bool stopped;
    bench_reset_halt(&b);
    assert_int_equal(target_write_reg(&b.t, CORTEXM_PC, SLEEP), ERR_OK);
    assert_int_equal(target_step(&b.t, 0, 0), ERR_OK);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(target_poll(&b.t, &stopped, &stop), ERR_OK);
        assert_false(stopped);
    }
    assert_int_equal(target_halt(&b.t), ERR_OK);
    stop = wait_stop(&b);
    assert_int_equal(stop.cause, TARGET_STOP_REQUEST);
    assert_int_equal(stop.pc, SLEEP + 2);
    bench_close(&b);
}

static void a_bkpt_of_the_program_is_told_and_passed(void **state)
{
    (void)state;
    struct bench b;
    bench_reset_halt(&b);
    assert_int_equal(target_write_reg(&b.t, CORTEXM_PC, OWN), ERR_OK);
    uint32_t before = reg(&b, CORTEXM_R0 + 5);
    for (unsigned i = 0; i < 3; i++) {
        struct target_stop stop = resume_and_wait(&b);
        assert_int_equal(stop.cause, TARGET_STOP_BKPT);
        assert_int_equal(stop.pc, OWN + 2);
        assert_int_equal(reg(&b, CORTEXM_R0 + 5), before + i);
    }
    assert_int_equal(step(&b, 0, 0).pc, OWN + 4);
    bench_close(&b);
}

// Only where it stopped is a BKPT passed over: one to which $pc was moved stops the program.
static void a_bkpt_to_which_pc_was_moved_is_met(void **state)
{
    (void)state;
    static const uint8_t code[] = {0x01, 0xbe, 0x02, 0xbe, 0xfe, 0xe7}; // bkpt 1, bkpt 2, b .
    struct bench b;
    bench_reset_halt(&b);
    assert_int_equal(target_write_mem(&b.t, RAM, code, sizeof code), ERR_OK);
    assert_int_equal(target_write_reg(&b.t, CORTEXM_PC, OWN), ERR_OK);
    assert_int_equal(resume_and_wait(&b).pc, OWN + 2);
    assert_int_equal(target_write_reg(&b.t, CORTEXM_PC, RAM), ERR_OK);
    struct target_stop stop = resume_and_wait(&b);
    assert_int_equal(stop.cause, TARGET_STOP_BKPT);
    assert_int_equal(stop.pc, RAM);
    assert_int_equal(target_write_reg(&b.t, CORTEXM_PC, OWN + 2), ERR_OK); // back to the first one
    assert_int_equal(resume_and_wait(&b).pc, OWN + 2);
    assert_int_equal(target_write_reg(&b.t, CORTEXM_PC, RAM + 2),
                     ERR_OK); // and a step meets it, too
    stop = step(&b, 0, 0);
    assert_int_equal(stop.cause, TARGET_STOP_BKPT);
    assert_int_equal(stop.pc, RAM + 2);
    bench_close(&b);
}

// A server that was killed at a BKPT leaves its bit in DFSR, which outlives a reset by the chip: no
// instruction is left out for it.
static void a_bkpt_that_stopped_another_debugger_passes_over_nothing(void **state)
{
    (void)state;
    struct bench b;
    bench_reset_halt(&b);
    const struct mem_ap mem = {.probe = &b.st.probe};
    const struct target_options options = {.connect = TARGET_CONNECT_NORMAL};
    assert_int_equal(target_write_reg(&b.t, CORTEXM_PC, OWN), ERR_OK);
    assert_int_equal(resume_and_wait(&b).cause, TARGET_STOP_BKPT);
    assert_int_equal(mem_ap_write32(&mem, 0xe000ed0c, 0x05fa0004), ERR_OK);
    debug_probe_sleep_us(&b.st.probe, 1000);
    assert_int_equal(target_connect(&b.t, &b.st.probe, &options, &b.log), ERR_OK);
    assert_int_equal(target_halt(&b.t), ERR_OK);
    const uint32_t pc = wait_stop(&b).pc, rounds = reg(&b, CORTEXM_R0 + 5);
    assert_in_range(pc, LOOP, LOOP_END - 2); // adds r5, #1 is the first
    const uint32_t next = pc + 2 < LOOP_END ? pc + 2 : LOOP;
    assert_int_equal(target_set_break(&b.t, true, next), ERR_OK);
    assert_int_equal(resume_and_wait(&b).pc, next);
    assert_int_equal(reg(&b, CORTEXM_R0 + 5), rounds + (pc == LOOP));
    bench_close(&b);
}

static enum err load(struct bench *b, const uint8_t *image, uint32_t len, struct flash_stats *stats)
{
    struct flash_job *job;
    bool more = true;
    assert_int_equal(target_halt(&b->t), ERR_OK);
    enum err e = target_flash_open(&b->t, &job);
    if (e)
        return e;
    e = flash_job_erase(job, FLASH, (len + PAGE - 1) / PAGE * PAGE);
    if (!e)
        e = flash_job_write(job, FLASH, image, len);
    flash_job_close_input(job);
    while (!e && more)
        e = flash_job_step(job, &more);
    *stats = *flash_job_stats(job);
    enum err end = target_flash_close(&b->t, job);
    return e ? e : end;
}

static void a_program_is_loaded_and_the_second_time_nothing_is_left_to_do(void **state)
{
    (void)state;
    static uint8_t image[5000], back[5000];
    struct bench b;
    struct flash_stats stats;
    bench_connect(&b, "stm32f031k6");
    memcpy(image, program, sizeof program);
    for (unsigned i = sizeof program; i < sizeof image; i++)
        image[i] = i > 2000 && i < 2500 ? 0xff : (uint8_t)(i * 31 + i / 256);
    assert_int_equal(load(&b, image, sizeof image, &stats), ERR_OK);
    assert_true(sim_chip_peek(sim_board_chip(b.board), FLASH, back, sizeof back));
    assert_memory_equal(back, image, sizeof image);
    assert_int_equal(stats.erased, PAGE);
    assert_int_equal(stats.verified, 5 * PAGE);
    assert_true(stats.programmed < sizeof image - 400);
    assert_int_equal(sim_chip_erase_count(sim_board_chip(b.board), FLASH), 1);
    assert_int_equal(load(&b, image, sizeof image, &stats), ERR_OK);
    assert_int_equal(stats.programmed, 0);
    assert_int_equal(stats.skipped, 5 * PAGE);
    assert_int_equal(sim_chip_erase_count(sim_board_chip(b.board), FLASH), 1);
    uint32_t cr = 0;
    struct sim_bus *bus = sim_chip_bus(sim_board_chip(b.board));
    assert_int_equal(sim_bus_read(bus, SIM_MASTER_DEBUG, 0x40022010, 4, &cr), SIM_BUS_OK);
    assert_int_equal(cr, 0x80);
    bench_close(&b);
}

// A program that writes its own flash (a boot loader, an EEPROM in flash) is shown as it is: code
// that was read is kept while the core is halted, and no longer.
static void code_that_the_program_may_have_changed_is_read_again(void **state)
{
    (void)state;
    static const uint8_t other[4] = {0x01, 0x35, 0xc0, 0x46};
    struct bench b;
    bench_reset_halt(&b);
    uint32_t before = word(&b, LOOP);
    uint64_t counted = commands(&b);
    assert_int_equal(word(&b, LOOP), before);
    assert_int_equal(word(&b, LOOP + 4), 0xe7fb6065);
    assert_int_equal(commands(&b) - counted, 0);
    assert_true(sim_chip_poke(sim_board_chip(b.board), LOOP, other, sizeof other));
    (void)step(&b, 0, 0);
    assert_int_equal(word(&b, LOOP), 0x46c03501);
    assert_int_equal(target_resume(&b.t), ERR_OK);
    assert_true(sim_chip_poke(sim_board_chip(b.board), LOOP, program + (LOOP - FLASH), 4));
    assert_int_equal(word(&b, LOOP), before); // while it runs
    assert_int_equal(target_halt(&b.t), ERR_OK);
    assert_int_equal(word(&b, LOOP), before);
    assert_true(sim_chip_poke(sim_board_chip(b.board), LOOP, other, sizeof other));
    assert_int_equal(target_reset(&b.t, true), ERR_OK);
    assert_int_equal(word(&b, LOOP), 0x46c03501);
    bench_close(&b);
}

static void the_whole_flash_is_erased_at_once(void **state)
{
    (void)state;
    static const uint8_t blank[8] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    uint8_t back[8];
    struct bench b;
    bench_connect(&b, "stm32f031k6");
    assert_int_equal(target_halt(&b.t), ERR_OK);
    struct flash_job *job;
    bool more = true;
    assert_int_equal(target_flash_open(&b.t, &job), ERR_OK);
    assert_int_equal(flash_job_erase(job, FLASH, 32 * PAGE), ERR_OK);
    flash_job_close_input(job);
    while (more)
        assert_int_equal(flash_job_step(job, &more), ERR_OK);
    assert_int_equal(target_flash_close(&b.t, job), ERR_OK);
    assert_true(sim_chip_peek(sim_board_chip(b.board), FLASH, back, sizeof back));
    assert_memory_equal(back, blank, sizeof back);
    assert_int_equal(sim_board_account(b.board)->mass_erases, 1);
    assert_int_equal(sim_board_account(b.board)->pages_erased, 0);
    bench_close(&b);
}

static void protected_flash_is_refused_with_the_way_out(void **state)
{
    (void)state;
    struct bench b;
    struct flash_stats stats;
    uint8_t data[4];
    bench_connect(&b, "stm32f031k6,rdp=1");
    assert_int_equal(b.t.id.rdp_level, 1);
    assert_int_equal(target_read_mem(&b.t, FLASH, data, 4, NULL), ERR_PROTECTED);
    assert_non_null(strstr(b.log.sentence, "`swdlink unlock`"));
    assert_int_equal(target_read_mem(&b.t, RAM, data, 4, NULL), ERR_OK);
    assert_int_equal(load(&b, program, sizeof program, &stats), ERR_PROTECTED);
    bench_close(&b);
}

static void a_broken_wire_is_told_with_the_voltage(void **state)
{
    (void)state;
    static const char *const boards[] = {"stm32f031k6,swdio=gnd", "stm32f031k6,swclk=open",
                                         "stm32f031k6,chip=dead"};
    struct bench b;
    for (unsigned i = 0; i < sizeof boards / sizeof boards[0]; i++) {
        assert_int_equal(bench_open(&b, boards[i], TARGET_CONNECT_AUTO), ERR_NO_TARGET);
        assert_non_null(strstr(b.log.sentence, "no target answers on SWD"));
        assert_non_null(strstr(b.log.sentence, "VTref is 3."));
        assert_non_null(strstr(b.log.sentence, "`swdlink doctor`"));
        stlink_close(&b.st);
        assert_int_equal(sim_board_close(b.board), ERR_OK);
    }
    assert_int_equal(bench_open(&b, "stm32f031k6,vdd=off", TARGET_CONNECT_AUTO), ERR_NO_TARGET);
    assert_non_null(strstr(b.log.sentence, "the target is not powered"));
    stlink_close(&b.st);
    assert_int_equal(sim_board_close(b.board), ERR_OK);
}

static void a_power_cut_is_survived(void **state)
{
    (void)state;
    struct bench b;
    struct target_stop stop;
    bool stopped;
    bench_reset_halt(&b);
    assert_int_equal(target_set_break(&b.t, true, LOOP + 2), ERR_OK);
    assert_int_equal(target_resume(&b.t), ERR_OK);
    assert_int_equal(sim_board_set(b.board, "vdd", "off"), ERR_OK);
    assert_int_not_equal(target_poll(&b.t, &stopped, &stop), ERR_OK);
    assert_int_equal(b.t.state, TARGET_LOST);
    assert_int_equal(sim_board_set(b.board, "vdd", "3300"), ERR_OK);
    assert_int_equal(target_reconnect(&b.t), ERR_OK);
    assert_int_equal(target_reset(&b.t, true), ERR_OK);
    stop = resume_and_wait(&b);
    assert_int_equal(stop.cause, TARGET_STOP_HWBREAK);
    assert_int_equal(stop.pc, LOOP + 2);
    bench_close(&b);
}

#define SCB       0xe000ed00u
#define SHPR3     0xe000ed20u
#define NVIC_ISER 0xe000e100u
#define NVIC_ICER 0xe000e180u
#define FPEC      0x40022000u
#define FPEC_AR   0x40022014u
#define GPIOB_ODR 0x48000414u
#define AHBENR    0x40021014u
#define APB1ENR   0x4002101cu
#define TIM3_ARR  0x4000042cu

static void poke_word(struct bench *b, uint32_t addr, uint32_t value)
{
    uint8_t bytes[4];
    put_le32(bytes, value);
    assert_int_equal(target_write_mem(&b->t, addr, bytes, 4), ERR_OK);
}

// Every length from every address of a few words, against the words themselves; the board counts
// what the bus forbids as violations.
static void registers_are_read_in_any_portion(void **state)
{
    (void)state;
    static const uint32_t places[] = {SCB, FPEC, GPIOB_ODR - 0x14, TIM3_ARR - 0x2c, 0xe0001000u};
    struct bench b;
    bench_reset_halt(&b);
    for (unsigned p = 0; p < sizeof places / sizeof places[0]; p++) {
        uint8_t whole[32];
        for (unsigned i = 0; i < sizeof whole; i += 4)
            put_le32(whole + i, word(&b, places[p] + i));
        for (uint32_t from = 0; from < 8; from++)
            for (size_t len = 1; len + from <= sizeof whole; len++) {
                uint8_t part[sizeof whole];
                size_t done;
                assert_int_equal(target_read_mem(&b.t, places[p] + from, part, len, &done), ERR_OK);
                assert_int_equal(done, len);
                assert_memory_equal(part, whole + from, len);
            }
    }
    bench_close(&b);
}

static void a_read_that_runs_into_a_hole_gives_what_comes_before_it(void **state)
{
    (void)state;
    struct bench b;
    uint8_t bytes[64];
    size_t done;
    bench_reset_halt(&b);
    assert_int_equal(target_read_mem(&b.t, 0x480007fd, bytes, 3 + 0x400 - 0x3f0, &done), ERR_OK);
    assert_int_equal(target_read_mem(&b.t, 0x48000bf1, bytes, 20, &done), ERR_FAULT);
    assert_int_equal(done, 15);
    assert_int_equal(target_read_mem(&b.t, 0x48000c01, bytes, 20, &done), ERR_FAULT);
    assert_int_equal(done, 0);
    bench_close(&b);
}

static void write_part(struct bench *b, uint32_t addr, const char *bytes, size_t len)
{
    assert_int_equal(target_write_mem(&b->t, addr, bytes, len), ERR_OK);
}

static void a_part_of_a_register_is_written_and_the_rest_stays(void **state)
{
    (void)state;
    struct bench b;
    bench_reset_halt(&b);
    poke_word(&b, AHBENR, word(&b, AHBENR) | 1u << 18);
    poke_word(&b, APB1ENR, word(&b, APB1ENR) | 1u << 1);
    // The bus takes words only.
    poke_word(&b, SHPR3, 0x40800000);
    write_part(&b, SHPR3 + 3, "\xc0", 1);
    assert_int_equal(word(&b, SHPR3), 0xc0800000);
    write_part(&b, SHPR3 + 1, "\x00\x40", 2);
    assert_int_equal(word(&b, SHPR3), 0xc0400000);
    // The controller does.
    poke_word(&b, FPEC_AR, 0x08001234);
    write_part(&b, FPEC_AR + 1, "\x56", 1);
    write_part(&b, FPEC_AR + 2, "\x01\x08", 2);
    // Three bytes and a byte of the next register but one.
    poke_word(&b, GPIOB_ODR, 0x5a5a);
    write_part(&b, GPIOB_ODR, "\x21", 1);
    assert_int_equal(word(&b, GPIOB_ODR), 0x5a21);
    // An APB bridge copies a byte into all lanes: as for the core, when one byte is asked for.
    poke_word(&b, TIM3_ARR, 0x1234);
    write_part(&b, TIM3_ARR, "\x56", 1);
    assert_int_equal(word(&b, TIM3_ARR), 0x5656);
    write_part(&b, TIM3_ARR, "\x78\x9a\x00", 3);
    assert_int_equal(word(&b, TIM3_ARR), 0x9a78);
    bench_close(&b);
}

static void a_part_of_a_clearing_register_clears_nothing_else(void **state)
{
    (void)state;
    struct bench b;
    bench_reset_halt(&b);
    poke_word(&b, NVIC_ISER, 0x00010101);
    write_part(&b, NVIC_ICER + 1, "\x01", 1);
    assert_int_equal(word(&b, NVIC_ISER), 0x00010001);
    write_part(&b, NVIC_ISER + 3, "\x02", 1);
    assert_int_equal(word(&b, NVIC_ISER), 0x02010001);
    bench_close(&b);
}

// A peripheral view of 65 bytes costs no more than the words.
static void odd_lengths_of_registers_cost_two_reads(void **state)
{
    (void)state;
    struct bench b;
    uint8_t bytes[65];
    bench_reset_halt(&b);
    uint64_t before = commands(&b);
    assert_int_equal(target_read_mem(&b.t, SCB, bytes, 64, NULL), ERR_OK);
    uint64_t words = commands(&b) - before;
    before = commands(&b);
    assert_int_equal(target_read_mem(&b.t, SCB, bytes, 65, NULL), ERR_OK);
    assert_int_equal(commands(&b) - before, words + 1);
    bench_close(&b);
}

// The numbers of the day: whoever makes one of them smaller, lowers it here.
static void operations_cost_few_usb_commands(void **state)
{
    (void)state;
    struct bench b;
    struct target_stop stop;
    bool stopped;
    bench_reset_halt(&b);
    step(&b, 0, 0);
    uint64_t before = commands(&b);
    step(&b, 0, 0);
    reg(&b, CORTEXM_PC);
    assert_in_range(commands(&b) - before, 1, 8);
    assert_int_equal(target_resume(&b.t), ERR_OK);
    before = commands(&b);
    assert_int_equal(target_poll(&b.t, &stopped, &stop), ERR_OK);
    assert_int_equal(commands(&b) - before, 1);
    bench_close(&b);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_stm32f031_is_recognised),
        cmocka_unit_test(a_watchdog_that_bites_while_it_is_being_frozen_is_frozen_all_the_same),
        cmocka_unit_test(reset_and_halt_stops_at_the_first_instruction),
        cmocka_unit_test(connecting_under_reset_stops_at_the_first_instruction),
        cmocka_unit_test(a_v3_is_driven_at_8_mhz_when_the_wires_bear_it),
        cmocka_unit_test(the_clock_is_raised_when_it_was_slow_for_the_beginning_only),
        cmocka_unit_test(connecting_under_reset_works_without_the_nrst_wire),
        cmocka_unit_test(a_program_that_sleeps_at_once_is_caught_at_its_first_instruction),
        cmocka_unit_test(the_debug_unit_is_set_also_behind_a_reset_of_our_own),
        cmocka_unit_test(everything_is_left_as_it_was_found),
        cmocka_unit_test(steps_never_end_in_an_interrupt_and_interrupts_run),
        cmocka_unit_test(a_range_step_runs_until_it_leaves_the_range),
        cmocka_unit_test(a_breakpoint_in_flash_is_hit_every_time),
        cmocka_unit_test(the_fifth_breakpoint_in_flash_is_refused),
        cmocka_unit_test(a_breakpoint_in_ram_is_hit_every_time),
        cmocka_unit_test(a_watchpoint_tells_its_address),
        cmocka_unit_test(a_hardfault_stops_and_explains_itself),
        cmocka_unit_test(a_step_over_wfi_lasts_until_it_is_halted),
        cmocka_unit_test(a_bkpt_of_the_program_is_told_and_passed),
        cmocka_unit_test(a_bkpt_to_which_pc_was_moved_is_met),
        cmocka_unit_test(a_bkpt_that_stopped_another_debugger_passes_over_nothing),
        cmocka_unit_test(a_program_is_loaded_and_the_second_time_nothing_is_left_to_do),
        cmocka_unit_test(code_that_the_program_may_have_changed_is_read_again),
        cmocka_unit_test(the_whole_flash_is_erased_at_once),
        cmocka_unit_test(protected_flash_is_refused_with_the_way_out),
        cmocka_unit_test(a_broken_wire_is_told_with_the_voltage),
        cmocka_unit_test(a_power_cut_is_survived),
        cmocka_unit_test(registers_are_read_in_any_portion),
        cmocka_unit_test(a_read_that_runs_into_a_hole_gives_what_comes_before_it),
        cmocka_unit_test(a_part_of_a_register_is_written_and_the_rest_stays),
        cmocka_unit_test(a_part_of_a_clearing_register_clears_nothing_else),
        cmocka_unit_test(odd_lengths_of_registers_cost_two_reads),
        cmocka_unit_test(operations_cost_few_usb_commands),
    };
    return cmocka_run_group_tests_name("target_board", tests, NULL, NULL);
}
