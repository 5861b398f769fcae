// SPDX-License-Identifier: MIT
// Steps over the virtual board, with what a debugger asks after them read along: whatever the
// instruction did, registers and memory are what the target says when it is asked by itself.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "cortex/cortexm.h"
#include "sim/board/board.h"
#include "sim/board/link.h"
#include "swd/stlink.h"
#include "targets/target.h"
#include "tests/unit/choose.h"

#define OK(call) assert_int_equal((call), ERR_OK)

#define FLASH 0x08000000u
#define CODE  0x08000200u
#define RAM   0x20000000u
#define SIZE  0x200u // of the code
#define STACK 0x20000800u

#define DELAY     8
#define OLD_LINE  16 // one takes the catch of the reset before away
#define OLD_DELAY 16
#define OLD_STEP  5 // of firmware that knows no lists

struct bench {
    struct log log;
    struct sim_board *board;
    struct stlink st;
    struct target t;
    uint32_t seed;
};

static uint32_t random32(struct bench *b)
{
    b->seed = b->seed * 1664525u + 1013904223u;
    return b->seed >> 8 ^ b->seed << 16;
}

static void bench_open(struct bench *b, const char *board)
{
    const struct target_options options = {.connect = TARGET_CONNECT_NORMAL, .read_ahead = true};
    uint8_t vectors[256];
    memset(b, 0, sizeof *b);
    b->log = log_silent();
    b->seed = 1;
    for (unsigned i = 0; i < sizeof vectors; i += 4)
        put_le32(vectors + i, i ? CODE + 1 : STACK);
    OK(sim_board_open(&b->board, board, &b->log));
    assert_true(sim_chip_poke(sim_board_chip(b->board), FLASH, vectors, sizeof vectors));
    OK(stlink_open(&b->st, sim_link_to(b->board), &b->log));
    OK(target_connect(&b->t, &b->st.probe, &options, &b->log));
}

static void bench_close(struct bench *b)
{
    target_disconnect(&b->t, false);
    stlink_close(&b->st);
    OK(sim_board_close(b->board));
}

static void put_code(struct bench *b, const uint16_t *code, unsigned count)
{
    uint8_t bytes[SIZE] = {0};
    for (unsigned i = 0; i < count; i++)
        put_le16(bytes + 2 * (size_t)i, code[i]);
    assert_true(sim_chip_poke(sim_board_chip(b->board), CODE, bytes, sizeof bytes));
    OK(target_reset(&b->t, true));
}

static struct target_stop step(struct bench *b)
{
    struct target_stop stop = {0};
    bool stopped = false;
    OK(target_step(&b->t, 0, 0));
    for (unsigned i = 0; i < 50 && !stopped; i++) {
        enum err e = target_poll(&b->t, &stopped, &stop);
        if (e)
            fail_msg("%s", log_sentence(&b->log, e));
    }
    if (!stopped) { // WFI
        OK(target_halt(&b->t));
        stop = *target_last_stop(&b->t);
    }
    return stop;
}

static void compare_memory(struct bench *b, uint32_t addr, size_t len)
{
    uint8_t told[64], is[64];
    if (target_read_mem(&b->t, addr, told, len, NULL))
        return;
    OK(mem_ap_read(&b->t.mem, addr, is, len, NULL));
    assert_memory_equal(told, is, len);
}

static uint32_t reg(struct bench *b, enum cortexm_reg which)
{
    uint32_t value = 0;
    OK(target_read_reg(&b->t, which, &value));
    return value;
}

static void compare(struct bench *b, const char *what)
{
    uint32_t raw[DEBUG_PROBE_CORE_REGS];
    OK(debug_probe_read_core_regs(&b->st.probe, raw));
    for (unsigned i = 0; i <= CORTEXM_CONTROL; i++) {
        const struct core_reg *row = &core_regs[i];
        if (!cortexm_has_reg(&b->t.core, i))
            continue;
        uint32_t is = raw[row->regsel] >> row->shift;
        is &= row->bits ? (1u << row->bits) - 1 : UINT32_MAX;
        if (reg(b, i) != is)
            fail_msg("%s: %s is 0x%08x, and told as 0x%08x", what, row->name, is, reg(b, i));
    }
    compare_memory(b, reg(b, CORTEXM_PC) & ~1u, 4);
    compare_memory(b, reg(b, CORTEXM_LR) & ~1u, 4);
    compare_memory(b, reg(b, CORTEXM_SP) & ~63u, 64);
}

// Somewhere in the code, with registers that point into the RAM as often as not.
static void begin_anywhere(struct bench *b)
{
    for (unsigned i = 0; i < 13; i++)
        OK(target_write_reg(&b->t, CORTEXM_R0 + i,
                            i % 3 ? RAM + (random32(b) & 0x7fc) : random32(b)));
    OK(target_write_reg(&b->t, CORTEXM_SP, RAM + 0x400 + (random32(b) & 0x1fc)));
    OK(target_write_reg(&b->t, CORTEXM_LR, CODE + (random32(b) & (SIZE - 2)) + 1));
    OK(target_write_reg(&b->t, CORTEXM_PC, CODE + (random32(b) & (SIZE - 2))));
    OK(target_write_reg(&b->t, CORTEXM_XPSR, 1u << 24));
}

static void step_through_noise(const char *board, unsigned rounds)
{
    struct bench b;
    bench_open(&b, board);
    for (unsigned round = 0; round < rounds; round++) {
        uint16_t code[SIZE / 2];
        for (unsigned i = 0; i < SIZE / 2; i++)
            code[i] = (uint16_t)random32(&b);
        put_code(&b, code, SIZE / 2);
        begin_anywhere(&b);
        for (unsigned n = 0; n < 60; n++) {
            char what[96];
            const uint32_t pc = reg(&b, CORTEXM_PC);
            const uint16_t *at = pc - CODE < SIZE - 2 ? &code[(pc - CODE) / 2] : NULL;
            const struct target_stop stop = step(&b);
            snprintf(what, sizeof what, "%s, round %u, %04x %04x at 0x%08x", board, round,
                     at ? at[0] : 0, at ? at[1] : 0, pc);
            compare(&b, what);
            if (stop.cause != TARGET_STOP_STEP || !at)
                break;
        }
    }
    bench_close(&b);
}

static void whatever_a_cortex_m0_executes_is_told_as_it_is(void **state)
{
    (void)state;
    step_through_noise("stm32f031k6", 150);
    step_through_noise("stm32f031k6,probe-fw=V2J31S4", 20);
}

static void whatever_a_cortex_m4_executes_is_told_as_it_is(void **state)
{
    (void)state;
    step_through_noise("stm32f303re", 150);
    step_through_noise("stm32f303re,probe=v3", 20);
}

// What a step costs with this firmware of the probe, and what is read after it as GDB does.
static unsigned cost_of_step(const char *board, const uint16_t *code, unsigned count)
{
    struct bench b;
    uint8_t bytes[64];
    bench_open(&b, board);
    put_code(&b, code, count);
    (void)step(&b); // from a reset C_MASKINTS has to be set
    const uint64_t before = sim_board_account(b.board)->usb_commands;
    (void)step(&b);
    OK(target_read_mem(&b.t, reg(&b, CORTEXM_PC), bytes, 4, NULL));
    OK(target_read_mem(&b.t, reg(&b, CORTEXM_SP) & ~63u, bytes, 64, NULL));
    const unsigned cost = (unsigned)(sim_board_account(b.board)->usb_commands - before);
    compare(&b, board);
    bench_close(&b);
    return cost;
}

static void a_step_and_what_follows_it_cost_exactly_this(void **state)
{
    (void)state;
    static const uint16_t moves[] = {0x2001, 0x2002, 0x2003, 0xe7fb};
    static const uint16_t stores[] = {0xb082, 0x9000, 0x9001, 0xe7fb}; // sub sp; str; str
    static const uint16_t pops[] = {0xb08e, 0xbcff, 0x2001, 0xe7fb};   // sub sp; pop {r0-r7}
    static const uint16_t wide[] = {0x2001, 0xea4f, 0x0001, 0xe7fb};   // mov.w r0, r1
    static const uint16_t calls[] = {0x2001, 0xf000, 0xf802, 0xe7fb, 0xe7fe, 0x4770};
    assert_int_equal(cost_of_step("stm32f031k6", moves, 4), 2);
    assert_int_equal(cost_of_step("stm32f031k6", stores, 4), 2);
    assert_int_equal(cost_of_step("stm32f031k6", pops, 4), 2);
    assert_int_equal(cost_of_step("stm32f031k6", calls, 6), 2);
    assert_int_equal(cost_of_step("stm32f303re", wide, 4), 3);
    assert_int_equal(cost_of_step("stm32f031k6,probe=v3", moves, 4), 2);
    assert_int_equal(cost_of_step("stm32f031k6,probe-fw=V2J31S4", moves, 4), OLD_STEP);
}

// Instructions change under the debugger's feet: by the program, and by the debugger.
static void code_that_changes_is_seen(void **state)
{
    (void)state;
    // In RAM: str r1, [r0]; nop; nop; where r0 is the address of what follows.
    static const uint16_t code[] = {0x6001, 0xbf00, 0xbf00, 0xbf00};
    struct bench b;
    uint8_t bytes[8];
    bench_open(&b, "stm32f031k6");
    put_code(&b, code, 4);
    for (unsigned i = 0; i < 4; i++)
        put_le16(bytes + 2 * (size_t)i, code[i]);
    OK(target_write_mem(&b.t, RAM + 0x100, bytes, 8));
    OK(target_write_reg(&b.t, CORTEXM_R0, RAM + 0x104));
    OK(target_write_reg(&b.t, CORTEXM_R0 + 1, 0x22072106)); // movs r1, #6; movs r2, #7
    OK(target_write_reg(&b.t, CORTEXM_PC, RAM + 0x100));
    (void)step(&b);
    OK(target_read_mem(&b.t, RAM + 0x104, bytes, 4, NULL));
    assert_int_equal(get_le32(bytes), 0x22072106);
    (void)step(&b);
    (void)step(&b);
    assert_int_equal(reg(&b, CORTEXM_R0 + 1), 6);
    put_le32(bytes, 0x22002309); // movs r3, #9
    OK(target_write_mem(&b.t, RAM + 0x106, bytes, 2));
    (void)step(&b);
    assert_int_equal(reg(&b, CORTEXM_R0 + 3), 9);
    compare(&b, "after it");
    bench_close(&b);
}

// DMA goes on while the core is halted: what it writes into the stack is seen a moment later.
static void a_stack_that_changes_in_a_halt_is_seen(void **state)
{
    (void)state;
    static const uint16_t code[] = {0x2001, 0x2002, 0x2003, 0xe7fb};
    struct bench b;
    uint8_t bytes[4], dma[4] = {1, 2, 3, 4};
    bench_open(&b, "stm32f031k6");
    put_code(&b, code, 4);
    OK(target_write_reg(&b.t, CORTEXM_SP, RAM + 0x410));
    (void)step(&b);
    OK(target_read_mem(&b.t, RAM + 0x410, bytes, 4, NULL));
    assert_true(sim_chip_poke(sim_board_chip(b.board), RAM + 0x410, dma, 4));
    sim_board_wait_ns(b.board, 60000000);
    OK(target_read_mem(&b.t, RAM + 0x410, bytes, 4, NULL));
    assert_memory_equal(bytes, dma, 4);
    dma[0] = 9;
    assert_true(sim_chip_poke(sim_board_chip(b.board), RAM + 0x410, dma, 4));
    (void)step(&b); // which reads it anew
    OK(target_read_mem(&b.t, RAM + 0x410, bytes, 4, NULL));
    assert_memory_equal(bytes, dma, 4);
    bench_close(&b);
}

// Without read_ahead nothing is told that was not read for the question.
static void nothing_is_kept_when_nobody_wants_it(void **state)
{
    (void)state;
    static const uint16_t code[] = {0x2001, 0x2002, 0x2003, 0xe7fb};
    struct bench b;
    uint8_t bytes[4], other[4] = {1, 2, 3, 4};
    bench_open(&b, "stm32f031k6");
    b.t.options.read_ahead = false;
    put_code(&b, code, 4);
    OK(target_write_reg(&b.t, CORTEXM_SP, RAM + 0x410));
    (void)step(&b);
    assert_true(sim_chip_poke(sim_board_chip(b.board), RAM + 0x410, other, 4));
    OK(target_read_mem(&b.t, RAM + 0x410, bytes, 4, NULL));
    assert_memory_equal(bytes, other, 4);
    bench_close(&b);
}

// A program that reads WFI, BKPT or SVC into its way is stepped as it should be.
static void what_may_last_is_waited_for(void **state)
{
    (void)state;
    static const uint16_t code[] = {0xbf30, 0xdf01, 0xbe01, 0xe7fb};
    struct bench b;
    bench_open(&b, "stm32f031k6");
    put_code(&b, code, 4);
    assert_int_equal(reg(&b, CORTEXM_PC), CODE);
    (void)step(&b); // halted out of its sleep
    OK(target_write_reg(&b.t, CORTEXM_PC, CODE + 2));
    assert_int_equal(step(&b).cause, TARGET_STOP_STEP);
    assert_int_equal(reg(&b, CORTEXM_XPSR) & 0x1ff, 11);
    OK(target_write_reg(&b.t, CORTEXM_PC, CODE + 4));
    assert_int_equal(step(&b).cause, TARGET_STOP_BKPT);
    bench_close(&b);
}

// GDB's `next` without a call: the commands that it takes up to its end, and where that is.
static struct target_stop range_step(struct bench *b, uint32_t from, uint32_t to)
{
    struct target_stop stop = {0};
    bool stopped = false;
    OK(target_step(&b->t, from, to));
    for (unsigned i = 0; i < 100 && !stopped; i++) {
        enum err e = target_poll(&b->t, &stopped, &stop);
        if (e)
            fail_msg("%s", log_sentence(&b->log, e));
    }
    if (!stopped)
        OK(target_halt(&b->t));
    return *target_last_stop(&b->t);
}

static unsigned cost_of_range(const char *board, const uint16_t *code, unsigned count, uint32_t end)
{
    struct bench b;
    uint8_t bytes[64];
    bench_open(&b, board);
    put_code(&b, code, count);
    const uint64_t before = sim_board_account(b.board)->usb_commands;
    const struct target_stop stop = range_step(&b, CODE, CODE + end);
    assert_int_equal(stop.cause, TARGET_STOP_STEP);
    assert_int_equal(stop.pc, CODE + end);
    OK(target_read_mem(&b.t, stop.pc, bytes, 4, NULL));
    OK(target_read_mem(&b.t, reg(&b, CORTEXM_SP) & ~63u, bytes, 64, NULL));
    const unsigned cost = (unsigned)(sim_board_account(b.board)->usb_commands - before);
    compare(&b, board);
    bench_close(&b);
    return cost;
}

static void a_line_costs_exactly_this(void **state)
{
    (void)state;
    static const uint16_t ten[] = {0x2000, 0x2101, 0x2202, 0x2303, 0x2404, 0x3001,
                                   0x3101, 0x3201, 0x3301, 0x3401, 0xe7fe};
    // movs r0, #250; lsls r0, #2; subs r0, #1; nop; nop; bne: 1,000 rounds
    static const uint16_t delay[] = {0x20fa, 0x0080, 0x3801, 0xbf00, 0xbf00, 0xd1fb, 0xe7fe};
    assert_int_equal(cost_of_range("stm32f031k6", ten, 11, 20), 8);
    assert_int_equal(cost_of_range("stm32f031k6,probe=v3", ten, 11, 20), 8);
    assert_int_equal(cost_of_range("stm32f031k6,probe-fw=V2J31S4", ten, 11, 20), OLD_LINE);
    assert_int_equal(cost_of_range("stm32f031k6", delay, 7, 12), DELAY);
    assert_int_equal(cost_of_range("stm32f031k6,probe-fw=V2J31S4", delay, 7, 12), OLD_DELAY);
}

// The end of a range that is left at full speed is that of one that is stepped.
static void a_range_ends_where_its_steps_end(void **state)
{
    (void)state;
    static const char *const boards[] = {"stm32f031k6", "stm32f303re"};
    for (unsigned i = 0; i < 240; i++) {
        struct bench quick, slow;
        uint16_t code[SIZE / 2];
        bench_open(&quick, boards[i % 2]);
        bench_open(&slow, boards[i % 2]);
        quick.seed = slow.seed = i + 1;
        slow.t.options.read_ahead = false;
        for (unsigned k = 0; k < SIZE / 2; k++)
            code[k] = (uint16_t)random32(&quick);
        slow.seed = quick.seed;
        put_code(&quick, code, SIZE / 2);
        put_code(&slow, code, SIZE / 2);
        begin_anywhere(&quick);
        begin_anywhere(&slow);
        const uint32_t from = reg(&quick, CORTEXM_PC) & ~31u, to = from + 64;
        const struct target_stop a = range_step(&quick, from, to), b = range_step(&slow, from, to);
        if (b.cause != TARGET_STOP_REQUEST && (a.cause != b.cause || a.pc != b.pc))
            fail_msg("round %u: cause %u at 0x%08x, and by steps %u at 0x%08x", i,
                     (unsigned)a.cause, a.pc, (unsigned)b.cause, b.pc);
        for (unsigned r = 0; b.cause == TARGET_STOP_STEP && r <= CORTEXM_LR; r++)
            assert_int_equal(reg(&quick, r), reg(&slow, r));
        compare(&quick, boards[i % 2]);
        bench_close(&quick);
        bench_close(&slow);
    }
}

// Breakpoints of the user in the range, or at its end, are told as such, and those that were lent
// for it are gone afterwards.
static void breakpoints_in_a_line_are_told(void **state)
{
    (void)state;
    static const uint16_t code[] = {0x2000, 0x2101, 0x2202, 0x2303, 0xe7fe};
    struct bench b;
    bench_open(&b, "stm32f031k6");
    put_code(&b, code, 5);
    OK(target_set_break(&b.t, true, CODE + 4));
    struct target_stop stop = range_step(&b, CODE, CODE + 8);
    assert_int_equal(stop.cause, TARGET_STOP_HWBREAK);
    assert_int_equal(stop.pc, CODE + 4);
    OK(target_clear_break(&b.t, true, CODE + 4));
    OK(target_set_break(&b.t, true, CODE + 8));
    stop = range_step(&b, CODE, CODE + 8);
    assert_int_equal(stop.cause, TARGET_STOP_HWBREAK);
    assert_int_equal(stop.pc, CODE + 8);
    for (unsigned i = 0; i < 3; i++) // all others are free
        OK(target_set_break(&b.t, true, CODE + 0x100 + 2 * i));
    assert_int_equal(target_set_break(&b.t, true, CODE + 0x200), ERR_RESOURCE);
    // And with none free the range is stepped.
    OK(target_write_reg(&b.t, CORTEXM_PC, CODE));
    OK(target_clear_break(&b.t, true, CODE + 8));
    OK(target_set_break(&b.t, true, CODE + 0x120));
    stop = range_step(&b, CODE, CODE + 8);
    assert_int_equal(stop.cause, TARGET_STOP_STEP);
    assert_int_equal(stop.pc, CODE + 8);
    bench_close(&b);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_a_cortex_m0_executes_is_told_as_it_is),
        cmocka_unit_test(whatever_a_cortex_m4_executes_is_told_as_it_is),
        cmocka_unit_test(a_step_and_what_follows_it_cost_exactly_this),
        cmocka_unit_test(code_that_changes_is_seen),
        cmocka_unit_test(a_stack_that_changes_in_a_halt_is_seen),
        cmocka_unit_test(nothing_is_kept_when_nobody_wants_it),
        cmocka_unit_test(what_may_last_is_waited_for),
        cmocka_unit_test(a_line_costs_exactly_this),
        cmocka_unit_test(a_range_ends_where_its_steps_end),
        cmocka_unit_test(breakpoints_in_a_line_are_told),
    };
    return cmocka_run_group_tests_name("steps_board", tests, NULL, NULL);
}
