// SPDX-License-Identifier: MIT
// Semihosting between a program, a debugger and GDB's File-I/O protocol: server/ over a fake
// target. The numbers of calls are those of ARM's specification, the texts of packets those of
// "Debugging with GDB", E.13.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "tests/unit/choose.h"
#include "tests/unit/session_bench.h"

enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_WRITEC = 0x03,
    SYS_WRITE0 = 0x04,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_READC = 0x07,
    SYS_ISTTY = 0x09,
    SYS_SEEK = 0x0a,
    SYS_FLEN = 0x0c,
    SYS_TMPNAM = 0x0d,
    SYS_REMOVE = 0x0e,
    SYS_RENAME = 0x0f,
    SYS_CLOCK = 0x10,
    SYS_TIME = 0x11,
    SYS_SYSTEM = 0x12,
    SYS_ERRNO = 0x13,
    SYS_EXIT = 0x18,
    SYS_EXIT_EXTENDED = 0x20,
};

#define PROGRAM (FAKE_FLASH_BASE + 0x100)
#define BLOCK   (FAKE_RAM_BASE + 0x100)
#define TEXT    (FAKE_RAM_BASE + 0x200)

static int open_bench(void **state)
{
    struct bench *b = bench_open();
    b->sharing.semihost.enabled = true;
    put_le16(&b->f.flash[PROGRAM - FAKE_FLASH_BASE], SEMIHOST_BKPT);
    *state = b;
    return 0;
}

static int close_bench(void **state)
{
    bench_close(*state);
    return 0;
}

#define bench_test(name)                  cmocka_unit_test_setup_teardown(name, open_bench, close_bench)
#define assert_reply(b, packet, expected) assert_string_equal(bench_ask(b, packet), expected)
#define assert_starts(text, part)         assert_memory_equal(text, part, strlen(part))

static void set_call(struct bench *b, uint32_t op, uint32_t arg)
{
    b->f.regs[CORTEXM_PC] = PROGRAM;
    b->f.regs[CORTEXM_R0] = op;
    b->f.regs[CORTEXM_R0 + 1] = arg;
    b->f.stops_after_polls = 1;
    b->f.stop = (struct target_stop){.cause = TARGET_STOP_BKPT, .pc = PROGRAM};
    b->console[0] = '\0';
}

static void set_block(struct bench *b, uint32_t w0, uint32_t w1, uint32_t w2, uint32_t w3)
{
    const uint32_t word[] = {w0, w1, w2, w3};
    for (unsigned i = 0; i < 4; i++)
        put_le32(&b->f.ram[BLOCK - FAKE_RAM_BASE + 4 * i], word[i]);
}

static void set_text(struct bench *b, const char *text)
{
    memcpy(&b->f.ram[TEXT - FAKE_RAM_BASE], text, strlen(text) + 1);
}

// Lets the program run into the call; returns what the debugger gets.
static const char *run(struct bench *b, uint32_t op, uint32_t arg)
{
    set_call(b, op, arg);
    assert_null(bench_ask(b, "vCont;c"));
    return bench_tick(b, 1);
}

static const char *run_block(struct bench *b, uint32_t op, uint32_t w0, uint32_t w1, uint32_t w2,
                             uint32_t w3)
{
    set_block(b, w0, w1, w2, w3);
    return run(b, op, BLOCK);
}

// The program is going on behind its call, with that result.
static void assert_goes_on(struct bench *b, uint32_t result)
{
    assert_int_equal(b->s.state, SESSION_RUNNING);
    assert_int_equal(b->f.t.state, TARGET_RUNNING);
    assert_int_equal(b->f.regs[CORTEXM_PC], PROGRAM + 2);
    assert_int_equal(b->f.regs[CORTEXM_R0], result);
}

static void interrupt(struct bench *b)
{
    assert_starts(bench_raw(b, "\x03", 1), "T02");
}

// The answer of GDB's host, after which the program goes on with a result.
static void assert_answered(struct bench *b, const char *answer, uint32_t result)
{
    assert_null(bench_ask(b, answer));
    assert_goes_on(b, result);
    interrupt(b);
}

static uint32_t open_file(struct bench *b, const char *name, const char *request)
{
    set_text(b, name);
    assert_string_equal(run_block(b, SYS_OPEN, TEXT, 6, (uint32_t)strlen(name), 0), request);
    assert_null(bench_ask(b, "F5"));
    uint32_t handle = b->f.regs[CORTEXM_R0];
    interrupt(b);
    return handle;
}

static void text_goes_to_the_console_and_the_program_goes_on(void **state)
{
    struct bench *b = *state;
    set_text(b, "some words\n");
    assert_null(run(b, SYS_WRITE0, TEXT));
    assert_string_equal(b->console, "some words\n");
    assert_goes_on(b, SYS_WRITE0);
    assert_int_equal(session_wants(&b->s), SESSION_WANT_STEP); // the next word is not far
    interrupt(b);
    assert_null(run(b, SYS_WRITEC, TEXT));
    assert_string_equal(b->console, "s");
    assert_goes_on(b, SYS_WRITEC);
}

static void a_string_may_end_with_the_memory(void **state)
{
    struct bench *b = *state;
    memcpy(&b->f.ram[FAKE_RAM_SIZE - 4], "end", 4);
    assert_null(run(b, SYS_WRITE0, FAKE_RAM_BASE + FAKE_RAM_SIZE - 4));
    assert_string_equal(b->console, "end");
}

static void a_long_string_takes_several_steps(void **state)
{
    struct bench *b = *state;
    memset(&b->f.ram[TEXT - FAKE_RAM_BASE], 'a', 1000);
    b->f.ram[TEXT - FAKE_RAM_BASE + 1000] = 0;
    run(b, SYS_WRITE0, TEXT);
    assert_int_equal(b->s.state, SESSION_CALL);
    assert_int_equal(session_wants(&b->s), SESSION_WANT_STEP);
    bench_tick(b, 20);
    assert_int_equal(strlen(b->console), 1000);
    assert_goes_on(b, SYS_WRITE0);
}

static void when_disabled_it_is_a_stop_and_can_be_made_later(void **state)
{
    struct bench *b = *state;
    set_text(b, "late\n");
    b->sharing.semihost.enabled = false;
    assert_starts(run(b, SYS_WRITE0, TEXT), "T05");
    assert_non_null(strstr(b->console, "`monitor semihosting enable`"));
    assert_string_equal(bench_monitor(b, "semihosting enable"), "OK");
    b->console[0] = '\0';
    assert_null(bench_ask(b, "vCont;c"));
    assert_string_equal(b->console, "late\n");
    assert_goes_on(b, SYS_WRITE0);
}

static void another_bkpt_is_a_stop(void **state)
{
    struct bench *b = *state;
    put_le16(&b->f.flash[PROGRAM - FAKE_FLASH_BASE], 0xbeaa);
    assert_starts(run(b, SYS_WRITE0, TEXT), "T05");
    assert_int_equal(b->f.regs[CORTEXM_PC], PROGRAM);
}

static void a_breakpoint_behind_the_call_is_told(void **state)
{
    struct bench *b = *state;
    b->f.break_behind = true;
    assert_starts(run(b, SYS_WRITEC, TEXT), "T05hwbreak:;");
    assert_int_equal(b->f.regs[CORTEXM_PC], PROGRAM + 2);
}

static void a_step_ends_behind_the_call(void **state)
{
    struct bench *b = *state;
    set_text(b, "x");
    b->f.t.last_stop = (struct target_stop){.cause = TARGET_STOP_BKPT, .pc = PROGRAM};
    set_call(b, SYS_WRITEC, TEXT);
    assert_starts(bench_ask(b, "vCont;s"), "T05thread:1;");
    assert_string_equal(b->console, "x");
    assert_int_equal(b->f.regs[CORTEXM_PC], PROGRAM + 2);
    assert_int_equal(b->f.steps, 0);
}

static void files_become_requests_to_gdbs_host(void **state)
{
    struct bench *b = *state;
    // O_RDWR, O_CREAT, O_TRUNC; rw-r--r--; the length counts the NUL.
    uint32_t f = open_file(b, "a.txt", "Fopen,20000200/6,602,1a4");
    assert_true(f > 0);
    assert_string_equal(run_block(b, SYS_WRITE, f, TEXT, 8, 0), "Fwrite,5,20000200,8");
    assert_answered(b, "F6", 2);
    assert_string_equal(run_block(b, SYS_READ, f, TEXT, 16, 0), "Fread,5,20000200,10");
    assert_reply(b, "M20000200,2:6869", "OK"); // as GDB does before it answers
    assert_reply(b, "X20000202,2:jk", "OK");
    assert_reply(b, "m20000200,4", "68696a6b");
    assert_answered(b, "F4", 12);
    assert_string_equal(run_block(b, SYS_SEEK, f, 0x123, 0, 0), "Flseek,5,123,0");
    assert_answered(b, "F123", 0);
    assert_string_equal(run_block(b, SYS_ISTTY, f, 0, 0, 0), "Fisatty,5");
    assert_answered(b, "F0", 0);
    assert_string_equal(run_block(b, SYS_CLOSE, f, 0, 0, 0), "Fclose,5");
    assert_answered(b, "F0", 0);
    assert_string_equal(run_block(b, SYS_REMOVE, TEXT, 5, 0, 0), "Funlink,20000200/6");
    assert_answered(b, "F-1,2", UINT32_MAX);
    assert_null(run(b, SYS_ERRNO, 0));
    assert_goes_on(b, 2);
    interrupt(b);
    assert_string_equal(run_block(b, SYS_RENAME, TEXT, 5, TEXT, 3),
                        "Frename,20000200/6,20000200/4");
    assert_answered(b, "F0", 0);
    assert_string_equal(run_block(b, SYS_SYSTEM, TEXT, 5, 0, 0), "Fsystem,20000200/6");
    assert_answered(b, "F-1,1", UINT32_MAX);
}

static void each_mode_of_opening_has_its_flags(void **state)
{
    struct bench *b = *state;
    static const char *const flags[] = {"0",   "0",   "2",   "2",   "601", "601",
                                        "602", "602", "209", "209", "20a", "20a"};
    set_text(b, "f");
    for (uint32_t mode = 0; mode < 12; mode++) {
        char request[64];
        snprintf(request, sizeof request, "Fopen,20000200/2,%s,1a4", flags[mode]);
        assert_string_equal(run_block(b, SYS_OPEN, TEXT, mode, 1, 0), request);
        assert_answered(b, "F-1,d", UINT32_MAX);
    }
    assert_null(run_block(b, SYS_OPEN, TEXT, 12, 1, 0));
    assert_goes_on(b, UINT32_MAX);
}

static void what_the_target_has_no_room_for_goes_through_the_window(void **state)
{
    struct bench *b = *state;
    uint32_t f = open_file(b, "a", "Fopen,20000200/2,602,1a4");
    assert_string_equal(run_block(b, SYS_FLEN, f, 0, 0, 0), "Ffstat,5,5fffff00");
    assert_reply(b, "M5fffff1c,8:0000000000012345", "OK"); // st_size
    assert_true(bench_ask(b, "M5fffff40,1:00")[0] == 'E'); // behind the window
    assert_answered(b, "F0", 0x12345);
    assert_true(bench_ask(b, "M5fffff1c,1:00")[0] == 'E'); // the window is closed
    assert_string_equal(run(b, SYS_READC, 0), "Fread,0,5fffff00,1");
    assert_reply(b, "M5fffff00,1:7a", "OK");
    assert_answered(b, "F1", 'z');
    assert_string_equal(run(b, SYS_TIME, 0), "Fgettimeofday,5fffff00,0");
    assert_reply(b, "M5fffff00,c:123456780000000000000000", "OK");
    assert_answered(b, "F0", 0x12345678);
}

static void control_c_in_gdbs_host_stops_at_the_call_which_is_made_again(void **state)
{
    struct bench *b = *state;
    assert_string_equal(run(b, SYS_READC, 0), "Fread,0,5fffff00,1");
    assert_starts(bench_ask(b, "F-1,4,C"), "T02");
    assert_int_equal(b->f.regs[CORTEXM_PC], PROGRAM);
    assert_reply(b, "vCont;c", "Fread,0,5fffff00,1");
    assert_answered(b, "F0", UINT32_MAX);
}

static void control_c_behind_a_finished_request_stops_behind_the_call(void **state)
{
    struct bench *b = *state;
    uint32_t f = open_file(b, "a", "Fopen,20000200/2,602,1a4");
    run_block(b, SYS_WRITE, f, TEXT, 8, 0);
    assert_starts(bench_ask(b, "F8,0,C"), "T02");
    assert_int_equal(b->f.regs[CORTEXM_PC], PROGRAM + 2);
    assert_int_equal(b->f.regs[CORTEXM_R0], 0);
}

static void an_interrupt_that_meets_a_call_is_not_lost(void **state)
{
    struct bench *b = *state;
    set_call(b, SYS_WRITEC, TEXT);
    assert_null(bench_ask(b, "vCont;c"));
    assert_starts(bench_raw(b, "\x03", 1), "T02");
    assert_int_equal(b->f.regs[CORTEXM_PC], PROGRAM + 2);
}

// Behind the call waits a breakpoint, which GDB may pass by without a word.
static void an_interrupt_of_a_call_before_a_breakpoint_is_answered_at_the_resume(void **state)
{
    struct bench *b = *state;
    set_text(b, "a.txt");
    assert_string_equal(run_block(b, SYS_REMOVE, TEXT, 5, 0, 0), "Funlink,20000200/6");
    b->f.break_behind = true;
    assert_null(bench_raw(b, "\x03", 1));
    assert_starts(bench_ask(b, "F0"), "T05hwbreak:;");
    assert_starts(bench_ask(b, "vCont;c"), "T02");
}

static void an_answer_that_nobody_asked_for_is_malformed(void **state)
{
    struct bench *b = *state;
    assert_true(bench_ask(b, "F0")[0] == 'E');
    run(b, SYS_READC, 0);
    assert_true(bench_ask(b, "Fxyz")[0] == 'E');
    assert_true(bench_ask(b, "vCont;c")[0] == 'E');
    assert_answered(b, "F0;some attachment", UINT32_MAX);
}

static void a_malformed_answer_is_an_error_and_the_call_waits_on(void **state)
{
    struct bench *b = *state;
    static const char *const malformed[] = {
        "F",     "F,",     "F-",      "F--1", "F-,4",       "Fxyz",         "F1,",   "F1,,C",
        "F1,4,", "F1,4,D", "F1,4,CC", "F1 ",  "F123456789", "F1,123456789", "F1x;y",
    };
    set_text(b, "a.txt");
    assert_string_equal(run_block(b, SYS_REMOVE, TEXT, 5, 0, 0), "Funlink,20000200/6");
    for (unsigned i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        const char *reply = bench_ask(b, malformed[i]);
        if (!reply || reply[0] != 'E')
            fail_msg("%s: %s", malformed[i], reply ? reply : "no answer");
        assert_int_equal(b->s.state, SESSION_CALL);
    }
    assert_answered(b, "F0", 0);
    assert_starts(bench_ask(b, "F0"), "E"); // once only
}

static void the_console_has_handles_of_its_own(void **state)
{
    struct bench *b = *state;
    uint32_t handle[3];
    set_text(b, ":tt");
    for (uint32_t i = 0; i < 3; i++) {
        assert_null(run_block(b, SYS_OPEN, TEXT, 4 * i, 3, 0));
        handle[i] = b->f.regs[CORTEXM_R0];
        interrupt(b);
    }
    assert_string_equal(run_block(b, SYS_READ, handle[0], TEXT, 16, 0), "Fread,0,20000200,10");
    assert_answered(b, "F3", 13);
    for (uint32_t i = 1; i < 3; i++) {
        set_text(b, "both");
        assert_null(run_block(b, SYS_WRITE, handle[i], TEXT, 4, 0));
        assert_string_equal(b->console, "both");
        assert_goes_on(b, 0);
        interrupt(b);
    }
    assert_null(run_block(b, SYS_WRITE, handle[0], TEXT, 4, 0));
    assert_goes_on(b, 4);
}

static void handles_run_out_and_come_back_when_the_program_starts_afresh(void **state)
{
    struct bench *b = *state;
    set_text(b, ":tt");
    for (unsigned i = 0; i < SEMIHOST_MAX_HANDLES; i++) {
        run_block(b, SYS_OPEN, TEXT, 4, 3, 0);
        assert_goes_on(b, i + 1);
        interrupt(b);
    }
    run_block(b, SYS_OPEN, TEXT, 4, 3, 0);
    assert_goes_on(b, UINT32_MAX);
    interrupt(b);
    bench_monitor(b, "reset halt");
    run_block(b, SYS_OPEN, TEXT, 4, 3, 0);
    assert_goes_on(b, 1);
}

static void the_clock_counts_from_the_programs_start(void **state)
{
    struct bench *b = *state;
    b->f.now_us = 5000000;
    bench_monitor(b, "reset halt");
    b->f.now_us += 1234567;
    run(b, SYS_CLOCK, 0);
    assert_goes_on(b, 123);
}

static void the_end_of_the_program_is_told_with_its_status(void **state)
{
    struct bench *b = *state;
    static const struct {
        uint32_t op, arg, reason, subcode;
        const char *reply;
    } ends[] = {
        {SYS_EXIT, 0x20026, 0, 0, "W00"},
        {SYS_EXIT, 0x20023, 0, 0, "W01"},
        {SYS_EXIT_EXTENDED, BLOCK, 0x20026, 0, "W00"},
        {SYS_EXIT_EXTENDED, BLOCK, 0x20026, 255, "Wff"},
        {SYS_EXIT_EXTENDED, BLOCK, 0x20026, 0x100, "Wff"},
        {SYS_EXIT_EXTENDED, BLOCK, 0x20026, UINT32_MAX, "Wff"},
        {SYS_EXIT_EXTENDED, BLOCK, 0x20023, 7, "W01"},
    };
    for (unsigned i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        bench_ask(b, "Z1,8000200,2");
        set_block(b, ends[i].reason, ends[i].subcode, 0, 0);
        assert_string_equal(run(b, ends[i].op, ends[i].arg), ends[i].reply);
        assert_int_equal(b->f.breaks, 0); // GDB forgets them, too
        assert_int_equal(b->s.state, SESSION_IDLE);
        assert_starts(bench_ask(b, "vRun;"), "T05");
    }
}

// Until another is attached, run or restarted there is no thread to tell of.
static void after_the_end_of_the_program_there_is_no_thread(void **state)
{
    struct bench *b = *state;
    static const char *const ends[] = {NULL, "vKill;1", "D"};
    static const char *const begins[] = {"vRun;", "vAttach;1", "R00"};
    static const char one[] = "l<?xml version=\"1.0\"?>\n<threads>\n<thread id=\"1\"";
    bench_ask(b, "!");
    for (unsigned i = 0; i < 3; i++)
        for (unsigned k = 0; k < 3; k++) {
            b->f.stop.cause = b->f.t.last_stop.cause = TARGET_STOP_REQUEST; // no call to make again
            if (ends[i])
                assert_string_equal(bench_ask(b, ends[i]), "OK");
            else
                assert_string_equal(run(b, SYS_EXIT, 0x20026), "W00");
            assert_string_equal(bench_ask(b, "qfThreadInfo"), "l");
            assert_string_equal(bench_ask(b, "qC"), "");
            assert_string_equal(bench_ask(b, "qXfer:threads:read::0,1000"),
                                "l<?xml version=\"1.0\"?>\n<threads>\n</threads>\n");
            assert_string_equal(bench_ask(b, "jThreadsInfo"), "[]");
            assert_starts(bench_ask(b, "T1"), "E");
            assert_starts(bench_ask(b, "vFlashErase:8000000,400"), "E");
            assert_starts(bench_ask(b, "Hg1"), "E");
            assert_string_equal(bench_ask(b, "Hg0"), "OK");
            assert_string_equal(bench_ask(b, "Hc-1"), "OK");
            if (!ends[i])
                assert_string_equal(bench_ask(b, "?"), "W00");
            (void)bench_ask(b, begins[k]);
            assert_string_equal(bench_ask(b, "qfThreadInfo"), "m1");
            assert_string_equal(bench_ask(b, "qC"), "QC1");
            assert_starts(bench_ask(b, "qXfer:threads:read::0,1000"), one);
            assert_string_equal(bench_ask(b, "T1"), "OK");
            assert_string_equal(bench_ask(b, "Hg1"), "OK");
            assert_starts(bench_ask(b, "?"), "T");
        }
}

static void leaving_in_the_middle_of_a_call_leaves_no_call_behind(void **state)
{
    struct bench *b = *state;
    run(b, SYS_READC, 0);
    assert_reply(b, "D", "OK");
    assert_false(b->sharing.semihost.call.active);
    bench_reconnect(b);
    run(b, SYS_READC, 0);
    bench_reconnect(b);
    assert_false(b->sharing.semihost.call.active);
    assert_int_equal(b->s.state, SESSION_IDLE);
}

// GDB never does: it waits for the program. What a reset closes, the call would still want to use.
static void a_reset_in_the_middle_of_a_call_is_refused(void **state)
{
    struct bench *b = *state;
    static const char *const lines[] = {"reset halt", "reset run", "halt",
                                        "resume",     "sleep 1",   "erase_mass"};
    set_text(b, ":tt");
    assert_null(run_block(b, SYS_OPEN, TEXT, 4, 3, 0));
    uint32_t handle = b->f.regs[CORTEXM_R0];
    interrupt(b);
    run_block(b, SYS_WRITE, handle, FAKE_RAM_BASE, FAKE_RAM_SIZE, 0);
    for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_int_equal(b->s.state, SESSION_CALL);
        char packet[64] = "qRcmd,", *end = packet + strlen(packet);
        for (const char *c = lines[i]; *c; c++)
            end += snprintf(end, 3, "%02x", (unsigned)*c);
        assert_starts(bench_send(b, packet, strlen(packet)), "E");
    }
    bench_tick(b, 100);
    assert_goes_on(b, 0);
}

static void the_words_of_vrun_are_the_command_line(void **state)
{
    struct bench *b = *state;
    assert_string_equal(b->sharing.semihost.cmdline, "program");
    bench_ask(b, "vRun;;6f6e65;74776f");
    assert_string_equal(b->sharing.semihost.cmdline, "program one two");
    bench_ask(b, "vRun;2f62696e;78");
    assert_string_equal(b->sharing.semihost.cmdline, "/bin x");
    bench_ask(b, "vRun");
    assert_string_equal(b->sharing.semihost.cmdline, "/bin x");
    bench_ask(b, "vRun;");
    assert_string_equal(b->sharing.semihost.cmdline, "program");
    assert_true(bench_ask(b, "vRun;xyz")[0] == 'E');
    bench_monitor(b, "arm semihosting_cmdline a b c");
    assert_string_equal(b->sharing.semihost.cmdline, "a b c");
}

// Lets the program print until nobody wants a step any more; returns how often it did.
static unsigned print_until_held_up(struct bench *b, const char *text, unsigned most)
{
    unsigned printed = 0;
    while (printed < most && session_wants(&b->s) != SESSION_WANT_BYTES) {
        const bool calls = b->s.state == SESSION_RUNNING;
        if (calls) {
            set_text(b, text);
            set_call(b, SYS_WRITE0, TEXT);
        }
        for (unsigned i = 0; i < 64 && session_wants(&b->s) != SESSION_WANT_BYTES; i++) {
            session_tick(&b->s, i);
            if (b->s.state == SESSION_RUNNING && b->f.regs[CORTEXM_PC] == PROGRAM + 2)
                break;
        }
        printed += calls && b->f.regs[CORTEXM_PC] == PROGRAM + 2;
    }
    return printed;
}

static unsigned count_text(struct bench *b, const char *hex)
{
    unsigned count = 0;
    b->s.out[b->s.out_len] = '\0';
    for (const char *p = (char *)b->s.out; (p = strstr(p, hex)); p++)
        count++;
    session_sent(&b->s, b->s.out_len);
    return count;
}

// At GDB's host such a name is opened in /tmp, where anybody may have left a link.
static void names_of_temporary_files_cannot_be_foretold(void **state)
{
    struct bench *b = *state;
    char first[64], again[64];
    const char *name = (const char *)&b->f.ram[TEXT - FAKE_RAM_BASE];
    run_block(b, SYS_TMPNAM, TEXT, 7, 64, 0);
    assert_goes_on(b, 0);
    memcpy(first, name, sizeof first);
    assert_starts(first, "/tmp/sl");
    assert_int_equal(strlen(first), strlen("/tmp/sl01234567-07"));
    interrupt(b);
    run_block(b, SYS_TMPNAM, TEXT, 7, 64, 0); // the same for the same number
    memcpy(again, name, sizeof again);
    assert_string_equal(first, again);
    interrupt(b);
    bench_reconnect(b);
    b->sharing.semihost.tmpnam_secret = 0; // as another run of the server begins
    assert_starts(bench_ask(b, "?"), "T");
    run_block(b, SYS_TMPNAM, TEXT, 7, 64, 0);
    assert_string_not_equal(first, name);
    interrupt(b);
}

static void a_debugger_that_does_not_read_holds_the_program_up_and_loses_nothing(void **state)
{
    struct bench *b = *state;
    unsigned printed = 0, came = 0;
    assert_null(bench_ask(b, "vCont;c"));
    for (unsigned i = 0; i < 10; i++) {
        printed += print_until_held_up(b, "a line of text that is not short\n", 100000);
        assert_int_equal(session_wants(&b->s), SESSION_WANT_BYTES);
        assert_in_range(b->s.out_len, SESSION_OUT_HIGH, SESSION_OUT_HIGH + 4096);
        assert_false(session_is_over(&b->s));
        const size_t before = b->s.out_len;
        session_tick(&b->s, 1);
        assert_int_equal(b->s.out_len, before);
        came += count_text(b, "73686f72740a"); // "short", newline
    }
    assert_true(printed > 1000);
    assert_in_range(came, printed, printed + 10); // a call may have printed, and not be over yet
    interrupt(b);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        bench_test(text_goes_to_the_console_and_the_program_goes_on),
        bench_test(a_string_may_end_with_the_memory),
        bench_test(names_of_temporary_files_cannot_be_foretold),
        bench_test(a_debugger_that_does_not_read_holds_the_program_up_and_loses_nothing),
        bench_test(a_long_string_takes_several_steps),
        bench_test(when_disabled_it_is_a_stop_and_can_be_made_later),
        bench_test(another_bkpt_is_a_stop),
        bench_test(a_breakpoint_behind_the_call_is_told),
        bench_test(a_step_ends_behind_the_call),
        bench_test(files_become_requests_to_gdbs_host),
        bench_test(each_mode_of_opening_has_its_flags),
        bench_test(what_the_target_has_no_room_for_goes_through_the_window),
        bench_test(control_c_in_gdbs_host_stops_at_the_call_which_is_made_again),
        bench_test(control_c_behind_a_finished_request_stops_behind_the_call),
        bench_test(an_interrupt_that_meets_a_call_is_not_lost),
        bench_test(an_interrupt_of_a_call_before_a_breakpoint_is_answered_at_the_resume),
        bench_test(an_answer_that_nobody_asked_for_is_malformed),
        bench_test(a_malformed_answer_is_an_error_and_the_call_waits_on),
        bench_test(the_console_has_handles_of_its_own),
        bench_test(handles_run_out_and_come_back_when_the_program_starts_afresh),
        bench_test(the_clock_counts_from_the_programs_start),
        bench_test(the_end_of_the_program_is_told_with_its_status),
        bench_test(after_the_end_of_the_program_there_is_no_thread),
        bench_test(leaving_in_the_middle_of_a_call_leaves_no_call_behind),
        bench_test(a_reset_in_the_middle_of_a_call_is_refused),
        bench_test(the_words_of_vrun_are_the_command_line),
    };
    return cmocka_run_group_tests_name("session_semihost", tests, NULL, NULL);
}
