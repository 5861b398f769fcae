// SPDX-License-Identifier: MIT
// Ctrl-C, whenever it comes: server/ over a fake target.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/choose.h"
#include "tests/unit/session_bench.h"

static int open_bench(void **state)
{
    *state = bench_open();
    return 0;
}

static int open_fresh_bench(void **state)
{
    *state = bench_open_fresh();
    return 0;
}

static int close_bench(void **state)
{
    bench_close(*state);
    return 0;
}

#define bench_test(name)                  cmocka_unit_test_setup_teardown(name, open_bench, close_bench)
#define fresh_bench_test(name)            cmocka_unit_test_setup_teardown(name, open_fresh_bench, close_bench)
#define assert_reply(b, packet, expected) assert_string_equal(bench_ask(b, packet), expected)
#define assert_has(text, part)            assert_non_null(strstr(text, part))

static void an_interrupt_halts_and_says_so(void **state)
{
    struct bench *b = *state;
    assert_null(bench_ask(b, "vCont;c"));
    assert_null(bench_tick(b, 5));
    assert_memory_equal(bench_raw(b, "\x03", 1), "T02thread:1;", 12);
    assert_int_equal(b->f.halts, 1);
}

// GDB may go on from a stop without a word to its user (a condition that is false, a software
// watchpoint, `stepi 1000`): what came before or beside the stop is answered at the next resume.
static void
a_stop_that_came_before_the_interrupt_is_told_and_the_next_resume_is_interrupted(void **state)
{
    struct bench *b = *state;
    b->f.stops_after_polls = 1;
    b->f.stop = (struct target_stop){.cause = TARGET_STOP_HWBREAK};
    assert_null(bench_ask(b, "vCont;c"));
    assert_memory_equal(bench_raw(b, "\x03", 1), "T05hwbreak:;", 12);
    assert_int_equal(b->f.halts, 0);
    assert_memory_equal(bench_ask(b, "vCont;c"), "T02thread:1;", 12);
    assert_int_equal(b->f.resumes, 1);
    assert_null(bench_ask(b, "vCont;c")); // once only
    assert_int_equal(b->f.resumes, 2);
}

static void an_interrupt_of_a_halted_target_waits_for_its_resume(void **state)
{
    struct bench *b = *state;
    static const char *const resumes[] = {
        "vCont;c", "vCont;s:1", "c", "s", "vCont;r8000100,8000200:1;c", "C05",
    };
    for (unsigned i = 0; i < sizeof resumes / sizeof resumes[0]; i++) {
        assert_null(bench_raw(b, "\x03\x03", 2));
        assert_reply(b, "qC", "QC1");
        assert_memory_equal(bench_ask(b, resumes[i]), "T02thread:1;", 12);
        assert_int_equal(b->f.resumes + b->f.steps, 0);
    }
}

static void an_interrupt_that_comes_with_the_resume_is_answered(void **state)
{
    struct bench *b = *state;
    assert_memory_equal(bench_raw(b, "$vCont;c#a8\x03", 12), "T02thread:1;", 12);
    assert_int_equal(b->f.t.state, TARGET_HALTED);
    assert_memory_equal(bench_raw(b, "\x03$vCont;c#a8", 12), "T02thread:1;", 12);
    assert_int_equal(b->f.resumes, 1);
}

// Also where replies are acknowledged.
static void an_interrupt_beside_acknowledgements_is_answered(void **state)
{
    struct bench *b = *state;
    assert_memory_equal(bench_ask(b, "?"), "T05thread:1;", 12);
    assert_memory_equal(bench_raw(b, "+\x03+$vCont;c#a8", 14), "T02thread:1;", 12);
    assert_memory_equal(bench_raw(b, "+$vCont;c#a8+\x03+", 15), "T02thread:1;", 12);
    assert_int_equal(b->f.resumes, 1);
}

// `stepi 100000000` and `next` over a loop: the step is done when Ctrl-C comes.
static void an_interrupt_that_meets_the_end_of_a_step_is_told(void **state)
{
    struct bench *b = *state;
    static const char *const steps[] = {"vCont;s:1", "vCont;r8000100,8000200:1", "s"};
    for (unsigned i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        assert_null(bench_ask(b, steps[i]));
        assert_memory_equal(bench_raw(b, "\x03", 1), "T02thread:1;", 12);
        assert_null(bench_ask(b, steps[i]));
        assert_memory_equal(bench_tick(b, 1), "T05thread:1;", 12);
    }
}

static void an_interrupt_is_for_the_program_that_runs_and_not_for_the_next(void **state)
{
    struct bench *b = *state;
    static const char *const ends[] = {"?", "vRun;", "D", "vKill;1"};
    bench_ask(b, "!");
    for (unsigned i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        assert_null(bench_raw(b, "\x03", 1));
        assert_non_null(bench_ask(b, ends[i]));
        assert_non_null(bench_ask(b, "vAttach;1"));
        assert_null(bench_ask(b, "vCont;c"));
        bench_raw(b, "\x03", 1);
    }
}

// A target that runs already (`monitor reset run`) is halted for it.
static void an_interrupt_before_the_resume_of_a_running_target_halts_it(void **state)
{
    struct bench *b = *state;
    b->f.t.state = TARGET_RUNNING;
    assert_null(bench_raw(b, "\x03", 1));
    assert_memory_equal(bench_ask(b, "vCont;c"), "T02thread:1;", 12);
    assert_int_equal(b->f.halts, 1);
}

static void a_halt_that_fails_is_told_and_can_be_tried_again(void **state)
{
    struct bench *b = *state;
    assert_null(bench_ask(b, "vCont;c"));
    b->f.fail_halt = ERR_TIMEOUT;
    assert_null(bench_raw(b, "\x03", 1));
    assert_has(b->console, "halt was made to fail");
    assert_memory_equal(bench_raw(b, "\x03", 1), "T02", 3);
}

static void a_halt_that_failed_is_tried_again_at_the_next_poll(void **state)
{
    struct bench *b = *state;
    assert_null(bench_ask(b, "vCont;c"));
    b->f.fail_halt = ERR_TIMEOUT;
    assert_null(bench_raw(b, "\x03", 1));
    b->f.resets_of_its_own = 2; // held in reset meanwhile: there is nothing to halt
    b->console[0] = '\0';
    assert_null(bench_tick(b, 2));
    assert_int_equal(b->f.halts, 0);
    assert_memory_equal(bench_tick(b, 1), "T02", 3);
    assert_null(strstr(b->console, "halt was made to fail"));
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        bench_test(an_interrupt_halts_and_says_so),
        bench_test(
            a_stop_that_came_before_the_interrupt_is_told_and_the_next_resume_is_interrupted),
        bench_test(an_interrupt_of_a_halted_target_waits_for_its_resume),
        bench_test(an_interrupt_that_comes_with_the_resume_is_answered),
        fresh_bench_test(an_interrupt_beside_acknowledgements_is_answered),
        bench_test(an_interrupt_that_meets_the_end_of_a_step_is_told),
        bench_test(an_interrupt_is_for_the_program_that_runs_and_not_for_the_next),
        bench_test(an_interrupt_before_the_resume_of_a_running_target_halts_it),
        bench_test(a_halt_that_fails_is_told_and_can_be_tried_again),
        bench_test(a_halt_that_failed_is_tried_again_at_the_next_poll),
    };
    return cmocka_run_group_tests_name("session_interrupt", tests, NULL, NULL);
}
