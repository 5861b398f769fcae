// SPDX-License-Identifier: MIT
// The instruction engine against another one: random instructions from random states are executed
// by sim/core/cpu.h and by libunicorn's Cortex-M0 and everything visible must agree. Left out are
// encodings that the manual leaves UNPREDICTABLE and the known deviations of Unicorn (each named in
// is_comparable(), and bits 1:0 of stack pointers, which Unicorn keeps). SIM_UNICORN_COUNT in the
// environment changes the number, SIM_UNICORN_SEED the sequence.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/choose.h"
#include "tests/unit/unicorn_bench.h"

enum { DEFAULT_COUNT = 1000000 };

static uint16_t random_op(struct unicorn_bench *b)
{
    uint16_t x = (uint16_t)bench_random(b);
    switch (bench_random(b) & 7) {
    case 0: // more of the register operations
        return 0x4000 | (x & 0x7ff);
    case 1: // more of the miscellaneous
        return 0xb000 | (x & 0xfff);
    case 2: // more loads and stores
        return 0x5000 | (x & 0x3fff);
    default:
        return x;
    }
}

static void random_wide(struct unicorn_bench *b, uint16_t op[2])
{
    if (bench_random(b) & 3)
        op[0] = 0xf000 | (op[0] & 0x7ff);
    op[1] |= 0x8000;
    if (bench_random(b) & 3)
        return;
    unsigned sysm = bench_random(b) % 3 ? bench_random(b) % 21 : bench_random(b) & 0xff;
    if (bench_random(b) & 1) { // MRS
        op[0] = 0xf3ef;
        op[1] = (uint16_t)(0x8000 | (bench_random(b) & 15) << 8 | sysm);
    } else { // MSR
        op[0] = (uint16_t)(0xf380 | (bench_random(b) & 15));
        op[1] = (uint16_t)(0x8800 | sysm);
    }
}

static bool is_comparable_system(uint16_t op, uint16_t op2)
{
    unsigned sysm = op2 & 0xff;
    bool msr = (op & 0xffe0) == 0xf380, mrs = op == 0xf3ef;
    if (!msr && !mrs)
        return true;
    if (msr && ((op & 15) >= SP || sysm == 7))
        return false; // UNPREDICTABLE
    if (mrs && (op2 >> 8 & 15) >= SP)
        return false;
    // IEPSR's reserved number, and registers of ARMv7-M that Unicorn accepts on the M0.
    return sysm != 4 && (sysm < 10 || sysm == 16 || sysm == 20);
}

static bool is_comparable(uint16_t op, uint16_t op2)
{
    if ((op & 0xf0ff) == 0xc000 || (op & 0xfdff) == 0xb400 || (op & 0xfdff) == 0xbc00)
        return false; // empty register lists are UNPREDICTABLE
    if ((op & 0xff00) == 0xb600 && (op & 0xffef) != 0xb662)
        return false; // Unicorn executes SETEND and CPS F
    if ((op & 0xf500) == 0xb100 || ((op & 0xff00) == 0xbf00 && op & 15))
        return false; // and CBZ, CBNZ, IT
    if ((op & 0xfff8) == 0x47f0)
        return false; // BLX LR with an EXC_RETURN value is no exception return
    return op >> 11 < 29 || is_comparable_system(op, op2);
}

static void code_v6m(struct unicorn_bench *b, struct program *p)
{
    uint16_t op[2];
    bool is_wide;
    do {
        op[0] = random_op(b);
        op[1] = (uint16_t)bench_random(b);
        is_wide = op[0] >> 11 >= 29;
        if (is_wide)
            random_wide(b, op);
    } while (!is_comparable(op[0], op[1]));
    program_add(p, op[0]);
    if (is_wide)
        program_add(p, op[1]);
}

static bool moves_a_list(uint16_t op)
{
    return (op & 0xfe00) == 0xb400 || (op & 0xfe00) == 0xbc00 || (op & 0xf000) == 0xc000;
}

static bool agree(struct unicorn_bench *b, const struct program *p, const struct outcome *o)
{
    if (o->own_stop != SIM_CPU_FAULT || !moves_a_list(p->op[0]))
        return bench_agrees(b, o);
    bench_forgive(b); // what a list has done before its fault is UNKNOWN
    return o->other_stop == o->own_stop && o->own.r[PC] == o->other.r[PC] &&
           o->own.r[SP] == o->other.r[SP];
}

static bool compare_instruction(struct unicorn_bench *b, code_group *group)
{
    struct program p = {.single = true};
    struct outcome o = {.pc = bench_random_pc(b)};
    group(b, &p);
    o.start = bench_random_guest(b, o.pc);
    bench_run(b, &p, &o);
    if (agree(b, &p, &o))
        return true;
    bench_tell(&p, &o);
    bench_forgive(b);
    return false;
}

static void random_instructions_do_what_they_do_in_unicorn(void **state)
{
    uint64_t count = bench_from_environment("SIM_UNICORN_COUNT", DEFAULT_COUNT);
    bench_compare(*state, compare_instruction, code_v6m, count);
}

static int set_up(void **state)
{
    return bench_set_up(state, BENCH_M0, false);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(random_instructions_do_what_they_do_in_unicorn, set_up,
                                        bench_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
