// SPDX-License-Identifier: MIT
// The ARMv7-M and ARMv7E-M engine against libunicorn's Cortex-M3, M4 and M7: random instructions
// from random states, everything visible must agree. Not compared, because Unicorn is known to be
// wrong (or the manual leaves it open), each named below or in thumb2_codes.c:
// - what lists and pairs have done before a fault (UNKNOWN), and unaligned ones, which Unicorn
//   executes;
// - faults inside IT blocks, which make Unicorn forget ITSTATE;
// - encodings that this engine refuses because they are UNPREDICTABLE;
// - CPS, which Unicorn executes with the privilege of an earlier run;
// - bits 1:0 of stack pointers, which Unicorn keeps;
// - exclusive stores without a load to the same address before;
// - Q of SMLAD, and MSR FAULTMASK, in one case each.
// What is left out here is in sim_cpu_v7m.c, by the manual. A twentieth of the instructions is
// tried, all with SWDLINK_TEST_ALL=1; SIM_UNICORN_COUNT and SIM_UNICORN_SEED change number and
// sequence.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/choose.h"
#include "tests/unit/thumb2_codes.h"

static bool is_wide(uint32_t op)
{
    return op >= 0xe800;
}

// LDM, STM, PUSH, POP, LDRD, STRD and the exclusives.
static bool moves_several(const struct program *p)
{
    uint32_t op = p->op[0];
    if (is_wide(op))
        return (op & 0xfe00) == 0xe800;
    return (op & 0xfe00) == 0xb400 || (op & 0xfe00) == 0xbc00 || (op & 0xf000) == 0xc000;
}

static bool is_in_it_block(const struct guest *g)
{
    return g->xpsr & XPSR_IT;
}

// SMLAD adds the accumulator last in Unicorn, and sets Q when the two products alone overflow: the
// manual looks at the whole sum.
static bool sums_overflow_between(const struct program *p, const struct guest *g)
{
    const uint32_t lowest = 0x80008000;
    return (p->op[0] & 0xfff0) == 0xfb20 && g->r[p->op[0] & 15] == lowest &&
           g->r[p->op[1] & 15] == lowest;
}

// In NMI and HardFault MSR cannot set FAULTMASK; in Unicorn it can.
static bool sets_faultmask(const struct program *p, const struct guest *g)
{
    uint32_t ipsr = g->xpsr & XPSR_IPSR;
    return (p->op[0] & 0xfff0) == 0xf380 && p->op[1] == 0x8813 && (ipsr == 2 || ipsr == 3);
}

// Not comparable: named at the top.
static bool is_excused(const struct program *p, const struct outcome *o)
{
    enum sim_cpu_stop stop = o->own_stop;
    if (stop >= SIM_CPU_BKPT && is_in_it_block(&o->start))
        return true;
    if (sums_overflow_between(p, &o->start) || sets_faultmask(p, &o->start))
        return true;
    if (!moves_several(p))
        return false;
    return stop == SIM_CPU_UNALIGNED || (stop == SIM_CPU_FAULT && o->other_stop == stop);
}

// The last instruction of an IT block, so that stopping behind the block is stopping behind it.
static void put_into_it_block(struct unicorn_bench *b, struct guest *g)
{
    uint32_t it = bench_random(b) % 14 << 4 | 8;
    g->xpsr |= (it & 3) << 25 | (it & 0xfc) << 8;
}

// Conditional branches and the like are UNPREDICTABLE inside.
static bool may_be_in_it_block(const struct program *p)
{
    uint32_t op = p->op[0], op2 = p->op[1];
    if (!p->single || (op & 0xf500) == 0xb100 || (op & 0xf000) == 0xd000 || (op & 0xff00) == 0xb600)
        return false;
    if (!is_wide(op))
        return true;
    return (op & 0xf800) != 0xf000 || (op2 & 0xd000) != 0x8000 || (op & 0x380) == 0x380;
}

static bool compare_instruction(struct unicorn_bench *b, code_group *group)
{
    struct program p = {.single = true};
    struct outcome o = {.pc = bench_random_pc(b)};
    group(b, &p);
    o.start = bench_random_guest(b, o.pc);
    if (bench_random(b) & 1 && may_be_in_it_block(&p))
        put_into_it_block(b, &o.start);
    bench_run(b, &p, &o);
    if (is_excused(&p, &o) || (group == code_any_wide && o.own_stop == SIM_CPU_UNDEFINED)) {
        bench_forgive(b);
        return true;
    }
    if (bench_agrees(b, &o))
        return true;
    bench_tell(&p, &o);
    bench_forgive(b);
    return false;
}

static void compare_many(struct unicorn_bench *b, code_group *group, uint64_t whole)
{
    bench_compare(b, compare_instruction, group, bench_count(whole));
}

static void narrow_instructions(void **state)
{
    compare_many(*state, code_narrow, 500000);
}

static void data_processing(void **state)
{
    compare_many(*state, code_data, 500000);
}

static void loads_and_stores(void **state)
{
    compare_many(*state, code_memory, 500000);
}

static void branches_and_special_registers(void **state)
{
    compare_many(*state, code_system, 100000);
}

static void dsp_instructions(void **state)
{
    compare_many(*state, code_dsp, 400000);
}

static void any_wide_instructions(void **state)
{
    compare_many(*state, code_any_wide, 200000);
}

// A block of one to four instructions, all conditions; what is skipped is not executed.
static bool compare_block(struct unicorn_bench *b, code_group *group)
{
    struct program p = {.single = false};
    uint32_t mask = 1 + bench_random(b) % 15;
    program_add(&p, 0xbf00 | bench_random(b) % 14 << 4 | mask);
    for (int n = 4 - __builtin_ctz(mask); n > 0; n--)
        group(b, &p);
    struct outcome o = {.pc = bench_random_pc(b)};
    o.start = bench_random_guest(b, o.pc);
    bench_run(b, &p, &o);
    if (bench_agrees(b, &o))
        return true;
    bench_tell(&p, &o);
    return false;
}

static void it_blocks(void **state)
{
    bench_compare(*state, compare_block, code_in_block, bench_count(100000));
}

static int set_up_m3(void **state)
{
    return bench_set_up(state, BENCH_M3, false);
}

static int set_up_m4(void **state)
{
    return bench_set_up(state, BENCH_M4, true);
}

static int set_up_m7(void **state)
{
    return bench_set_up(state, BENCH_M7, true);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(narrow_instructions, set_up_m3, bench_tear_down),
        cmocka_unit_test_setup_teardown(data_processing, set_up_m3, bench_tear_down),
        cmocka_unit_test_setup_teardown(loads_and_stores, set_up_m3, bench_tear_down),
        cmocka_unit_test_setup_teardown(branches_and_special_registers, set_up_m3, bench_tear_down),
        cmocka_unit_test_setup_teardown(it_blocks, set_up_m3, bench_tear_down),
        cmocka_unit_test_setup_teardown(any_wide_instructions, set_up_m3, bench_tear_down),
        cmocka_unit_test_setup_teardown(data_processing, set_up_m4, bench_tear_down),
        cmocka_unit_test_setup_teardown(branches_and_special_registers, set_up_m4, bench_tear_down),
        cmocka_unit_test_setup_teardown(it_blocks, set_up_m4, bench_tear_down),
        cmocka_unit_test_setup_teardown(dsp_instructions, set_up_m4, bench_tear_down),
        cmocka_unit_test_setup_teardown(any_wide_instructions, set_up_m4, bench_tear_down),
        cmocka_unit_test_setup_teardown(narrow_instructions, set_up_m7, bench_tear_down),
        cmocka_unit_test_setup_teardown(data_processing, set_up_m7, bench_tear_down),
        cmocka_unit_test_setup_teardown(loads_and_stores, set_up_m7, bench_tear_down),
        cmocka_unit_test_setup_teardown(branches_and_special_registers, set_up_m7, bench_tear_down),
        cmocka_unit_test_setup_teardown(it_blocks, set_up_m7, bench_tear_down),
        cmocka_unit_test_setup_teardown(dsp_instructions, set_up_m7, bench_tear_down),
        cmocka_unit_test_setup_teardown(any_wide_instructions, set_up_m7, bench_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
