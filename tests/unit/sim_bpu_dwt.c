// SPDX-License-Identifier: MIT
// The comparators of sim/core/core.h: breakpoints (DDI 0419, C1.8) and watchpoints (C1.7). Each
// test names its section.
#include "tests/unit/choose.h"
#include "tests/unit/sim_bench.h"

enum {
    NOP = 0xbf00,
    LOOP = 0xe7fe,
    INC_R7 = 0x3701, // ADDS r7, #1
    LDR_01 = 0x6808, // LDR r0, [r1]
    STR_01 = 0x6008, // STR r0, [r1]
    LDRB_3 = 0x78c8, // LDRB r0, [r1, #3]
};

#define BP_CTRL   0xe0002000u
#define BP_COMP0  0xe0002008u
#define DWT_CTRL  0xe0001000u
#define DWT_PCSR  0xe000101cu
#define DWT_COMP0 0xe0001020u
#define LOWER     (1u << 30)
#define UPPER     (1u << 31)

enum { HALTED = 1, BREAK = 2, DWTTRAP = 4 };
enum { DWT_PC = 4, DWT_READ = 5, DWT_WRITE = 6, DWT_ACCESS = 7 };

static void set_breakpoint(struct bench *b, unsigned n, uint32_t addr)
{
    bench_write(b, BP_CTRL, 3);
    bench_write(b, BP_COMP0 + 4 * n, (addr & 0x1ffffffc) | (addr & 2 ? UPPER : LOWER) | 1);
}

static void set_watchpoint(struct bench *b, unsigned n, uint32_t addr, uint32_t mask, unsigned kind)
{
    bench_write(b, DEMCR, 1u << 24);
    bench_write(b, DWT_COMP0 + 0x10 * n, addr);
    bench_write(b, DWT_COMP0 + 0x10 * n + 4, mask);
    bench_write(b, DWT_COMP0 + 0x10 * n + 8, kind);
}

static void run_to_halt(struct bench *b)
{
    bench_resume(b);
    bench_run(b);
    assert_true(sim_core_is_halted(b->core));
}

// C1.8.2 BP_CTRL.
static void bp_ctrl_tells_four_comparators_and_wants_its_key(void **state)
{
    struct bench *b = *state;
    assert_int_equal(bench_read(b, BP_CTRL), 0x40);
    bench_write(b, BP_CTRL, 1);
    assert_int_equal(bench_read(b, BP_CTRL), 0x40);
    bench_write(b, BP_CTRL, 3);
    assert_int_equal(bench_read(b, BP_CTRL), 0x41);
    bench_write(b, BP_COMP0 + 12, 0xffffffff);
    assert_int_equal(bench_read(b, BP_COMP0 + 12), 0xdffffffd);
    bench_write(b, BP_COMP0 + 16, 0xffffffff); // there is no fifth
    assert_int_equal(bench_read(b, BP_COMP0 + 16), 0);
}

// C1.8.3 BP_COMPx.
static void each_comparator_stops_at_its_halfword_before_it_executes(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, INC_R7, INC_R7, INC_R7, INC_R7, INC_R7, INC_R7, LOOP);
    for (unsigned n = 0; n < 4; n++) {
        for (unsigned upper = 0; upper < 2; upper++) {
            sim_core_hold(b->core, SIM_RESET_POWER);
            bench_start_halted(b);
            sim_core_set_reg(b->core, 7, 0);
            set_breakpoint(b, n, CODE + 4 + 2 * upper);
            run_to_halt(b);
            assert_int_equal(bench_reg(b, REG_PC), CODE + 4 + 2 * upper);
            assert_int_equal(bench_reg(b, 7), 2 + upper);
            assert_int_equal(bench_read(b, DFSR), BREAK);
        }
    }
}

static void a_comparator_for_both_halfwords_stops_at_each(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, NOP, NOP, NOP, NOP, LOOP);
    bench_start_halted(b);
    bench_write(b, BP_CTRL, 3);
    bench_write(b, BP_COMP0, (CODE + 4) | LOWER | UPPER | 1);
    run_to_halt(b);
    assert_int_equal(bench_reg(b, REG_PC), CODE + 4);
    sim_core_set_reg(b->core, REG_PC, CODE + 6);
    run_to_halt(b);
    assert_int_equal(bench_reg(b, REG_PC), CODE + 6);
    bench_write(b, BP_COMP0, (CODE + 4) | 1); // neither: no breakpoint
    bench_resume(b);
    bench_run(b);
    assert_false(sim_core_is_halted(b->core));
}

static void resuming_and_stepping_at_a_breakpoint_hits_it_again(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, INC_R7, INC_R7, LOOP);
    bench_start_halted(b);
    sim_core_set_reg(b->core, 7, 0);
    set_breakpoint(b, 0, CODE + 2);
    run_to_halt(b);
    bench_write(b, DFSR, 0x1f);
    run_to_halt(b);
    assert_int_equal(bench_reg(b, REG_PC), CODE + 2);
    assert_int_equal(bench_read(b, DFSR), BREAK);
    bench_write(b, DFSR, 0x1f);
    bench_step(b);
    assert_int_equal(bench_reg(b, REG_PC), CODE + 2);
    assert_int_equal(bench_reg(b, 7), 1);
    assert_int_equal(bench_read(b, DFSR), BREAK);
    bench_write(b, BP_COMP0, 0); // this is how a debugger goes on
    bench_step(b);
    assert_int_equal(bench_reg(b, REG_PC), CODE + 4);
}

static void a_pending_interrupt_comes_before_a_breakpoint(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, NOP, LOOP);
    CODE_AT(b, HANDLER(16), 0x4770);
    bench_start_halted(b);
    set_breakpoint(b, 0, CODE);
    set_breakpoint(b, 1, HANDLER(16));
    bench_write(b, 0xe000e100, 1);
    bench_write(b, 0xe000e200, 1);
    run_to_halt(b);
    assert_int_equal(bench_reg(b, REG_PC), HANDLER(16));
}

static void breakpoints_outlive_a_system_reset_only(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, NOP, NOP, LOOP);
    bench_start_halted(b);
    set_breakpoint(b, 2, CODE + 2);
    sim_core_hold(b->core, SIM_RESET_SYSTEM);
    bench_release(b);
    bench_run(b);
    assert_int_equal(bench_reg(b, REG_PC), CODE + 2);
    assert_true(sim_core_is_halted(b->core));
    sim_core_hold(b->core, SIM_RESET_POWER);
    assert_int_equal(bench_read(b, BP_CTRL), 0x40);
    assert_int_equal(bench_read(b, BP_COMP0 + 8), 0);
}

static void a_breakpoint_left_behind_without_c_debugen_is_a_hardfault(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, NOP, NOP, LOOP);
    set_breakpoint(b, 0, CODE + 2);
    bench_release(b);
    bench_run(b);
    assert_int_equal(bench_reg(b, REG_PC), HANDLER(3));
}

static void addresses_above_the_code_region_are_never_compared(void **state)
{
    struct bench *b = *state;
    bench_code(b, RAM + 0x100, (const uint16_t[]){NOP, NOP, LOOP, 0});
    bench_start_halted(b);
    sim_core_set_reg(b->core, REG_PC, RAM + 0x100);
    set_breakpoint(b, 0, RAM + 0x102); // bits 31:29 do not fit: this is 0x00000102
    bench_resume(b);
    bench_run(b);
    assert_false(sim_core_is_halted(b->core));
}

// C1.7.2 to C1.7.6: DWT.
static void the_dwt_is_silent_without_dwtena(void **state)
{
    struct bench *b = *state;
    bench_write(b, DWT_COMP0, 0x1234);
    assert_int_equal(bench_read(b, DWT_CTRL), 0);
    bench_write(b, DEMCR, 1u << 24);
    assert_int_equal(bench_read(b, DWT_CTRL), 0x20000000);
    assert_int_equal(bench_read(b, DWT_COMP0), 0);
    bench_write(b, DWT_COMP0 + 0x14, 0xffffffff);
    assert_int_equal(bench_read(b, DWT_COMP0 + 0x14), 0x1f);
}

static void watchpoints_tell_reads_from_writes_and_halt_behind_the_access(void **state)
{
    struct bench *b = *state;
    static const struct {
        unsigned kind;
        uint32_t pc;
    } row[] = {{DWT_READ, CODE + 4}, {DWT_WRITE, CODE + 8}, {DWT_ACCESS, CODE + 4}};
    CODE_AT(b, CODE, NOP, LDR_01, NOP, STR_01, NOP, LOOP);
    for (unsigned i = 0; i < 6; i++) {
        sim_core_hold(b->core, SIM_RESET_POWER);
        bench_start_halted(b);
        sim_core_set_reg(b->core, 1, RAM + 0x20);
        set_watchpoint(b, i % 2, RAM + 0x20, 2, row[i / 2].kind);
        run_to_halt(b);
        assert_int_equal(bench_reg(b, REG_PC), row[i / 2].pc);
        assert_int_equal(bench_read(b, DFSR), DWTTRAP);
        uint32_t function = DWT_COMP0 + 0x10 * (i % 2) + 8;
        assert_int_equal(bench_read(b, function), row[i / 2].kind | 1u << 24);
        assert_int_equal(bench_read(b, function), row[i / 2].kind); // MATCHED cleared by reading
        assert_int_equal(bench_read(b, DWT_COMP0 + 0x10 * (1 - i % 2) + 8), 0);
    }
}

static void the_mask_hides_low_address_bits(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LDRB_3, LDRB_3, LOOP);
    for (unsigned mask = 0; mask <= 2; mask++) {
        sim_core_hold(b->core, SIM_RESET_POWER);
        bench_start_halted(b);
        sim_core_set_reg(b->core, 1, RAM + 0x20);
        set_watchpoint(b, 0, RAM + 0x20, mask, DWT_READ);
        bench_resume(b);
        bench_run(b);
        assert_int_equal(sim_core_is_halted(b->core), mask == 2);
    }
}

// Any byte of the access that lies in any byte of the block: each width, place and mask.
static void a_comparator_matches_an_access_of_which_any_byte_is_watched(void **state)
{
    struct bench *b = *state;
    static const struct {
        uint16_t code; // of r0 at r1
        unsigned size, kind;
    } access[] = {{0x6808, 4, DWT_READ},  {0x8808, 2, DWT_READ},  {0x7808, 1, DWT_READ},
                  {0x6008, 4, DWT_WRITE}, {0x8008, 2, DWT_WRITE}, {0x7008, 1, DWT_WRITE}};
    for (unsigned i = 0; i < sizeof access / sizeof access[0]; i++)
        for (uint32_t at = 0; at < 8; at += access[i].size)
            for (uint32_t mask = 0; mask <= 2; mask++)
                for (uint32_t comp = 0; comp < 8; comp += 1u << mask) {
                    CODE_AT(b, CODE, access[i].code, LOOP);
                    sim_core_hold(b->core, SIM_RESET_POWER);
                    bench_start_halted(b);
                    sim_core_set_reg(b->core, 1, RAM + 0x20 + at);
                    set_watchpoint(b, 0, RAM + 0x20 + comp, mask, access[i].kind);
                    bench_resume(b);
                    bench_run(b);
                    bool hit = comp < at + access[i].size && at < comp + (1u << mask);
                    if (sim_core_is_halted(b->core) != hit)
                        fail_msg("%u bytes at +%u, watched +%u with mask %u: %s", access[i].size,
                                 at, comp, mask, hit ? "no hit" : "a hit");
                }
}

static void the_debuggers_own_accesses_are_not_watched(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    bench_start_halted(b);
    set_watchpoint(b, 0, RAM + 0x20, 2, DWT_ACCESS);
    bench_resume(b);
    bench_run(b);
    bench_write(b, RAM + 0x20, 5);
    bench_read(b, RAM + 0x20);
    bench_run(b);
    assert_false(sim_core_is_halted(b->core));
    assert_int_equal(bench_read(b, DWT_COMP0 + 8), DWT_ACCESS);
}

static void a_pc_watchpoint_halts_behind_the_instruction(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, NOP, INC_R7, NOP, LOOP);
    bench_start_halted(b);
    sim_core_set_reg(b->core, 7, 0);
    set_watchpoint(b, 1, CODE + 2, 0, DWT_PC);
    run_to_halt(b);
    assert_int_equal(bench_reg(b, REG_PC), CODE + 4);
    assert_int_equal(bench_reg(b, 7), 1);
    assert_int_equal(bench_read(b, DFSR), DWTTRAP);
}

static void a_step_that_trips_a_watchpoint_has_two_causes(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, STR_01, LOOP);
    bench_start_halted(b);
    sim_core_set_reg(b->core, 1, RAM + 0x20);
    set_watchpoint(b, 0, RAM + 0x20, 2, DWT_WRITE);
    bench_step(b);
    assert_int_equal(bench_read(b, DFSR), DWTTRAP | HALTED);
    assert_int_equal(bench_reg(b, REG_PC), CODE + 2);
}

static void without_c_debugen_a_match_is_noted_and_nothing_stops(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, STR_01, LOOP);
    bench_release(b);
    sim_core_set_reg(b->core, 1, RAM + 0x20);
    set_watchpoint(b, 0, RAM + 0x20, 2, DWT_WRITE);
    bench_run(b);
    assert_int_equal(bench_reg(b, REG_PC), CODE + 2);
    assert_int_equal(bench_read(b, DWT_COMP0 + 8), DWT_WRITE | 1u << 24);
}

// C1.7.3 DWT_PCSR.
static void pcsr_samples_a_running_core_only(void **state)
{
    struct bench *b = *state;
    CODE_AT(b, CODE, LOOP);
    bench_release(b);
    bench_write(b, DEMCR, 1u << 24);
    bench_run(b);
    assert_int_equal(bench_read(b, DWT_PCSR), CODE);
    bench_halt(b);
    assert_int_equal(bench_read(b, DWT_PCSR), 0xffffffff);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        bench_test(bp_ctrl_tells_four_comparators_and_wants_its_key),
        bench_test(each_comparator_stops_at_its_halfword_before_it_executes),
        bench_test(a_comparator_for_both_halfwords_stops_at_each),
        bench_test(resuming_and_stepping_at_a_breakpoint_hits_it_again),
        bench_test(a_pending_interrupt_comes_before_a_breakpoint),
        bench_test(breakpoints_outlive_a_system_reset_only),
        bench_test(a_breakpoint_left_behind_without_c_debugen_is_a_hardfault),
        bench_test(addresses_above_the_code_region_are_never_compared),
        bench_test(the_dwt_is_silent_without_dwtena),
        bench_test(watchpoints_tell_reads_from_writes_and_halt_behind_the_access),
        bench_test(the_mask_hides_low_address_bits),
        bench_test(a_comparator_matches_an_access_of_which_any_byte_is_watched),
        bench_test(the_debuggers_own_accesses_are_not_watched),
        bench_test(a_pc_watchpoint_halts_behind_the_instruction),
        bench_test(a_step_that_trips_a_watchpoint_has_two_causes),
        bench_test(without_c_debugen_a_match_is_noted_and_nothing_stops),
        bench_test(pcsr_samples_a_running_core_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
