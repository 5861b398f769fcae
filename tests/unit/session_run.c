// SPDX-License-Identifier: MIT
// Running, stopping, losing the target, coming and going: server/ over a fake target.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "server/packets.h"
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
#define assert_error(reply)               assert_true((reply)[0] == 'E')

// Running.

static void continuing_answers_when_the_target_stops(void **state)
{
    struct bench *b = *state;
    b->f.stops_after_polls = 3;
    b->f.stop = (struct target_stop){.cause = TARGET_STOP_HWBREAK};
    assert_null(bench_ask(b, "vCont;c"));
    assert_int_equal(session_wants(&b->s), SESSION_WANT_POLL);
    assert_null(bench_tick(b, 2));
    assert_string_equal(bench_tick(b, 1),
                        "T05hwbreak:;thread:1;07:07030201;0d:0d030201;0e:0e030201;"
                        "0f:00010008;19:10030201;");
    assert_int_equal(session_wants(&b->s), SESSION_WANT_BYTES);
    assert_int_equal(b->f.resumes, 1);
}

static const char *stop_with(struct bench *b, struct target_stop stop)
{
    b->f.stops_after_polls = 1;
    b->f.stop = stop;
    b->console[0] = '\0';
    assert_null(bench_ask(b, "vCont;c"));
    return bench_tick(b, 1);
}

static void each_cause_of_a_stop_is_told_truthfully(void **state)
{
    struct bench *b = *state;
    static const struct {
        struct target_stop stop;
        const char *reply;
    } cases[] = {
        {{.cause = TARGET_STOP_SWBREAK}, "T05swbreak:;thread:1;"},
        {{.cause = TARGET_STOP_BKPT}, "T05thread:1;"},
        {{.cause = TARGET_STOP_WATCH, .watch = DWT_WRITE, .watch_addr = 0x20000004},
         "T05watch:20000004;thread:1;"},
        {{.cause = TARGET_STOP_WATCH, .watch = DWT_READ, .watch_addr = 0x20000004},
         "T05rwatch:20000004;thread:1;"},
        {{.cause = TARGET_STOP_WATCH, .watch = DWT_ACCESS, .watch_addr = 0x20000004},
         "T05awatch:20000004;thread:1;"},
        {{.cause = TARGET_STOP_FAULT}, "T0bthread:1;"},
        {{.cause = TARGET_STOP_LOCKUP}, "T0athread:1;"},
        {{.cause = TARGET_STOP_RESET}, "T05thread:1;"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *reply = stop_with(b, cases[i].stop);
        assert_memory_equal(reply, cases[i].reply, strlen(cases[i].reply));
        // And again for who asks afterwards.
        assert_memory_equal(bench_ask(b, "?"), cases[i].reply, strlen(cases[i].reply));
    }
}

static void stop_reasons_that_gdb_does_not_know_are_left_out(void **state)
{
    struct bench *b = *state;
    bench_ask(b, "qSupported");
    session_start(&b->s, &b->sharing, "the first");
    bench_ask(b, "QStartNoAckMode");
    const char *reply = stop_with(b, (struct target_stop){.cause = TARGET_STOP_HWBREAK});
    assert_memory_equal(reply, "T05thread:1;", 12);
}

static void what_is_known_of_a_stop_is_on_the_console_before_the_reply(void **state)
{
    struct bench *b = *state;
    stop_with(b, (struct target_stop){.cause = TARGET_STOP_FAULT,
                                      .was_reset = true,
                                      .detail = "It jumped to ARM code."});
    assert_has(b->console, "was reset by something else than the debugger");
    assert_has(b->console, "It jumped to ARM code.\n");
}

static void a_reset_is_told_when_it_happens_and_counted_afterwards(void **state)
{
    struct bench *b = *state;
    b->f.resets_of_its_own = 3;
    b->console[0] = '\0';
    assert_null(bench_ask(b, "vCont;c"));
    assert_null(bench_tick(b, 5));
    assert_int_equal(b->s.state, SESSION_RUNNING);
    assert_has(b->console, "was reset by something else than the debugger");
    assert_null(strstr(strstr(b->console, "was reset") + 1, "was reset"));
    b->f.stop = (struct target_stop){.cause = TARGET_STOP_HWBREAK};
    b->f.stops_after_polls = 1;
    assert_non_null(bench_tick(b, 1));
    assert_int_equal(b->s.state, SESSION_IDLE);
    assert_has(b->console, "reset 3 times since it was let run");
}

static void the_forms_of_continue_and_step_are_understood(void **state)
{
    struct bench *b = *state;
    static const char *const steps[] = {"s",           "S05",          "vCont;s",    "vCont;s:1",
                                        "vCont;s:1;c", "vCont;S05:1",  "vCont;s:-1", "s8000200",
                                        "S05;8000200", "vCont;c:2;s:1"};
    for (unsigned i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        unsigned before = b->f.steps;
        assert_null(bench_ask(b, steps[i]));
        assert_int_equal(b->f.steps, before + 1);
        assert_memory_equal(bench_tick(b, 1), "T05", 3);
    }
    assert_int_equal(b->f.regs[CORTEXM_PC], 0x08000204); // 8000200, a step, and a step of vCont
    static const char *const goes[] = {"c",           "C0b",      "vCont;c",    "vCont;C0b:1;c",
                                       "vCont;c:1;s", "c8000200", "C05;8000200"};
    for (unsigned i = 0; i < sizeof goes / sizeof goes[0]; i++) {
        b->f.stops_after_polls = 1;
        unsigned before = b->f.resumes;
        assert_null(bench_ask(b, goes[i]));
        assert_int_equal(b->f.resumes, before + 1);
        assert_non_null(bench_tick(b, 1));
    }
    assert_reply(b, "vCont?", "vCont;c;C;s;S;r;t");
}

static void a_range_step_reaches_the_target_as_a_range(void **state)
{
    struct bench *b = *state;
    assert_null(bench_ask(b, "vCont;r8000100,8000120:1;c"));
    assert_int_equal(b->f.step_from, 0x08000100);
    assert_int_equal(b->f.step_to, 0x08000120);
    assert_non_null(bench_tick(b, 1));
}

// GDB takes a breakpoint out and steps when it means to go on from it.
static void a_breakpoint_at_the_pc_stops_each_resume_before_anything_ran(void **state)
{
    struct bench *b = *state;
    static const char *const resumes[] = {"vCont;c", "vCont;s:1", "vCont;r8000100,8000200:1;c",
                                          "c",       "c8000200",  "s"};
    b->f.break_here = true;
    for (unsigned i = 0; i < sizeof resumes / sizeof resumes[0]; i++)
        assert_memory_equal(bench_ask(b, resumes[i]), "T05hwbreak:;thread:1;", 21);
    assert_int_equal(b->f.resumes + b->f.steps, 0);
    b->f.break_here = false;
    assert_null(bench_ask(b, "vCont;c"));
    assert_int_equal(b->f.resumes, 1);
}

static void a_step_over_a_breakpoint_on_a_bkpt_of_the_program_ends_behind_it(void **state)
{
    struct bench *b = *state;
    uint32_t pc = b->f.regs[CORTEXM_PC];
    assert_null(bench_ask(b, "vCont;s:1"));
    b->f.regs[CORTEXM_PC] = pc;
    b->f.stop = (struct target_stop){.cause = TARGET_STOP_BKPT, .pc = pc, .told_before = true};
    assert_memory_equal(bench_tick(b, 1), "T05thread:1;", 12);
    assert_int_equal(b->f.regs[CORTEXM_PC], pc + 2);
    assert_int_equal(b->f.regs[CORTEXM_R0], 0x01020300);
}

static void malformed_runs_are_errors_and_start_nothing(void **state)
{
    struct bench *b = *state;
    static const char *const wrong[] = {"vCont;",   "vCont;x",   "vCont;r",      "vCont;r1",
                                        "vCont;c:", "vCont;c:2", "vCont;r1,2,3", "cz",
                                        "C",        "Cz0",       "S05;",         "sz",
                                        "vCont;c;", "vCont;C",   "c123456789",   "vCont;s:1x"};
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_error(bench_ask(b, wrong[i]));
        assert_int_equal(b->s.state, SESSION_IDLE);
    }
    assert_int_equal(b->f.resumes + b->f.steps, 0);
}

// GDB 13 sends a vCont that is answered with an error again and again, without end.
static void a_resume_that_fails_ends_at_once_with_its_sentence(void **state)
{
    struct bench *b = *state;
    b->f.fail_resume = ERR_LINK;
    assert_memory_equal(bench_ask(b, "vCont;c"), "T02thread:1;", 12);
    assert_string_equal(b->console, "resume was made to fail\n");
    assert_int_equal(b->s.state, SESSION_IDLE);
}

static void a_glitch_while_running_is_told_once_and_looked_past(void **state)
{
    struct bench *b = *state;
    assert_null(bench_ask(b, "vCont;c"));
    b->f.fail_poll = ERR_WAIT;
    assert_null(bench_tick(b, 1));
    b->f.fail_poll = ERR_WAIT;
    b->f.stops_after_polls = 1;
    assert_memory_equal(bench_tick(b, 2), "T05", 3);
    assert_string_equal(b->console, "poll was made to fail\n");
}

static void while_it_runs_memory_can_be_read_and_the_rest_is_refused(void **state)
{
    struct bench *b = *state;
    assert_null(bench_ask(b, "vCont;c"));
    assert_reply(b, "m20000000,2", "0000");
    assert_error(bench_ask(b, "M20000000,1:00"));
    assert_error(bench_ask(b, "vCont;c"));
    assert_error(bench_ask(b, "Z1,8000100,2"));
    assert_reply(b, "qC", "QC1");
    assert_int_equal(b->s.state, SESSION_RUNNING);
}

// Loss.

static void a_lost_target_ends_the_run_with_a_reason(void **state)
{
    struct bench *b = *state;
    assert_null(bench_ask(b, "vCont;c"));
    b->f.lose_at_poll = true;
    assert_string_equal(bench_tick(b, 1), "T1dthread:1;"); // SIGLOST
    assert_has(b->console, "the ST-LINK was unplugged");
    // All but the last PC and SP that were known: GDB 13 keeps believing that it runs without.
    const char *registers = bench_ask(b, "g");
    assert_int_equal(strspn(registers, "x"), 8 * 13);
    assert_int_equal(strspn(registers + 8 * 14, "x"), 8);
    assert_int_equal(strspn(registers + 8 * 16, "x"), 8 * 5);
    assert_error(bench_ask(b, "m20000000,4"));
    assert_reply(b, "vCont;c", "T1dthread:1;");
}

static void a_target_that_comes_back_is_halted_as_gdb_believes(void **state)
{
    struct bench *b = *state;
    bench_ask(b, "vCont;c");
    b->f.lose_at_poll = true;
    bench_tick(b, 1);
    assert_int_equal(target_reconnect(&b->f.t), ERR_OK);
    session_target_is_back(&b->s);
    assert_int_equal(b->f.t.state, TARGET_HALTED);
    b->console[0] = '\0';
    bench_ask(b, "vCont;c");
    assert_has(b->console, "The target is back");
    assert_memory_equal(bench_raw(b, "\x03", 1), "T02", 3);
}

static void detaching_from_a_lost_target_is_fine(void **state)
{
    struct bench *b = *state;
    b->f.t.state = TARGET_LOST;
    assert_reply(b, "D", "OK");
}

// Coming and going.

static void connecting_halts_only_when_the_debugger_asks_for_the_state(void **state)
{
    struct bench *b = *state;
    b->f.t.state = TARGET_RUNNING;
    bench_ask(b, "qSupported");
    assert_int_equal(b->f.halts, 0);
    assert_memory_equal(bench_ask(b, "?"), "T05thread:1;", 12);
    assert_int_equal(b->f.halts, 1);
}

static void who_connects_to_a_target_that_is_out_of_reach_gets_a_stop_and_the_reason(void **state)
{
    struct bench *b = *state;
    b->f.t.state = TARGET_LOST;
    assert_reply(b, "?", "T1dthread:1;");         // an error here would make GDB 13 spin
    assert_reply(b, "g", "E.the target is lost"); // every GDB shows this one as it stands
    bench_monitor(b, "version");
    assert_has(b->console, "the target is lost");
    b->f.t.state = TARGET_RUNNING;
    b->f.fail_halt = ERR_TIMEOUT;
    assert_reply(b, "?", "T00thread:1;");
    assert_reply(b, "g", "E.halt was made to fail");
}

static void detaching_leaves_it_running_without_breakpoints(void **state)
{
    struct bench *b = *state;
    bench_ask(b, "Z1,8000100,2");
    assert_reply(b, "D", "OK");
    assert_int_equal(b->f.t.state, TARGET_RUNNING);
    assert_int_equal(b->f.breaks, 0);
    assert_int_equal(b->f.resumes, 1);
    // In extended-remote the connection stays, and it can attach again.
    assert_memory_equal(bench_ask(b, "vAttach;1"), "T05thread:1;", 12);
    assert_int_equal(b->f.t.state, TARGET_HALTED);
}

static void a_debugger_that_vanishes_leaves_a_halted_target_halted(void **state)
{
    struct bench *b = *state;
    bench_ask(b, "Z1,8000100,2");
    session_end(&b->s);
    assert_int_equal(b->f.t.state, TARGET_HALTED);
    assert_int_equal(b->f.breaks, 0);
    assert_has(b->log_text, "stays halted");
}

static void a_debugger_that_vanishes_leaves_a_running_target_running(void **state)
{
    struct bench *b = *state;
    bench_ask(b, "Z1,8000100,2");
    bench_ask(b, "vCont;c");
    session_end(&b->s);
    assert_int_equal(b->f.t.state, TARGET_RUNNING);
    assert_int_equal(b->f.breaks, 0);
    assert_int_equal(b->f.halts, 0);
}

static void whoever_only_connects_changes_nothing(void **state)
{
    struct bench *b = *state;
    b->s.packets = 0; // as one that has just connected
    bench_raw(b, "GET / HTTP/1.0\r\n\r\n$vCont;c#a8", 29);
    assert_true(session_is_over(&b->s));
    session_end(&b->s);
    assert_int_equal(b->f.clears + b->f.halts + b->f.resumes, 0);
    assert_has(b->log_text, "is no debugger: it begins with 'GET / HTTP/1.0");
}

static void control_is_not_granted_when_the_target_could_not_be_held(void **state)
{
    struct bench *b = *state;
    sharing_release(&b->sharing, &b->s);
    b->f.t.released = true;
    static const char *const needs_control[] = {"Z1,8000100,2", "vCont;s", "vCont;c", "k"};
    for (unsigned i = 0; i < sizeof needs_control / sizeof needs_control[0]; i++) {
        b->f.fail_hold = ERR_LINK;
        bench_ask(b, needs_control[i]);
        if (b->f.fail_hold)
            fail_msg("%s does not hold the target", needs_control[i]);
        assert_null(b->sharing.holder);
        assert_int_not_equal(b->s.state, SESSION_RUNNING);
    }
}

static void killing_resets_and_lets_it_run(void **state)
{
    struct bench *b = *state;
    bench_ask(b, "Z1,8000100,2");
    assert_reply(b, "vKill;1", "OK");
    assert_int_equal(b->f.t.state, TARGET_RUNNING);
    assert_int_equal(b->f.resets, 1);
    assert_int_equal(b->f.breaks, 0);
    assert_false(session_is_over(&b->s));
    assert_null(bench_ask(b, "k"));
    assert_true(session_is_over(&b->s));
}

static void an_extended_session_outlives_its_program(void **state)
{
    struct bench *b = *state;
    assert_reply(b, "!", "OK");
    assert_null(bench_ask(b, "k"));
    assert_false(session_is_over(&b->s));
    assert_memory_equal(bench_ask(b, "vRun;"), "T05thread:1;", 12);
    assert_int_equal(b->f.reset_halts, 1);
    assert_int_equal(b->f.t.state, TARGET_HALTED);
    assert_null(bench_ask(b, "R00"));
    assert_int_equal(b->f.reset_halts, 2);
    b->f.fail_reset = ERR_TIMEOUT;
    assert_error(bench_ask(b, "vRun;6162"));
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        bench_test(continuing_answers_when_the_target_stops),
        bench_test(each_cause_of_a_stop_is_told_truthfully),
        bench_test(stop_reasons_that_gdb_does_not_know_are_left_out),
        bench_test(a_reset_is_told_when_it_happens_and_counted_afterwards),
        bench_test(what_is_known_of_a_stop_is_on_the_console_before_the_reply),
        bench_test(the_forms_of_continue_and_step_are_understood),
        bench_test(a_range_step_reaches_the_target_as_a_range),
        bench_test(a_breakpoint_at_the_pc_stops_each_resume_before_anything_ran),
        bench_test(a_step_over_a_breakpoint_on_a_bkpt_of_the_program_ends_behind_it),
        bench_test(malformed_runs_are_errors_and_start_nothing),
        bench_test(a_resume_that_fails_ends_at_once_with_its_sentence),
        bench_test(a_glitch_while_running_is_told_once_and_looked_past),
        bench_test(while_it_runs_memory_can_be_read_and_the_rest_is_refused),
        bench_test(a_lost_target_ends_the_run_with_a_reason),
        bench_test(a_target_that_comes_back_is_halted_as_gdb_believes),
        bench_test(detaching_from_a_lost_target_is_fine),
        fresh_bench_test(connecting_halts_only_when_the_debugger_asks_for_the_state),
        bench_test(who_connects_to_a_target_that_is_out_of_reach_gets_a_stop_and_the_reason),
        bench_test(detaching_leaves_it_running_without_breakpoints),
        bench_test(a_debugger_that_vanishes_leaves_a_halted_target_halted),
        bench_test(a_debugger_that_vanishes_leaves_a_running_target_running),
        fresh_bench_test(whoever_only_connects_changes_nothing),
        bench_test(control_is_not_granted_when_the_target_could_not_be_held),
        bench_test(killing_resets_and_lets_it_run),
        bench_test(an_extended_session_outlives_its_program),
    };
    return cmocka_run_group_tests_name("session_run", tests, NULL, NULL);
}
