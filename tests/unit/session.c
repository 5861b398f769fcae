// SPDX-License-Identifier: MIT
// What a debugger asks and what it is answered: server/ over a fake target.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/monitor.h"
#include "server/packets.h"
#include "server/regs.h"
#include "server/stop.h"
#include "server/xfer.h"
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

#define assert_reply(b, packet, expected) assert_string_equal(bench_ask(b, packet), expected)
#define assert_has(text, part)            assert_non_null(strstr(text, part))
#define assert_error(reply)               assert_true((reply)[0] == 'E')

// ---- tables
// -----------------------------------------------------------------------------------------

static void no_packet_hides_behind_a_shorter_one(void **state)
{
    (void)state;
    for (unsigned i = 0; i < packet_count; i++)
        for (unsigned j = i + 1; j < packet_count; j++) {
            size_t len = strlen(packets[i].prefix);
            bool hides =
                strncmp(packets[i].prefix, packets[j].prefix, len) == 0 && !packets[i].exact;
            if (hides)
                fail_msg("%s hides %s", packets[i].prefix, packets[j].prefix);
        }
}

static void monitor_words_are_unique(void **state)
{
    (void)state;
    for (unsigned i = 0; i < monitor_word_count; i++)
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(monitor_words[i].word, monitor_words[j].word);
}

static void register_numbers_are_those_of_gdb(void **state)
{
    struct bench *b = *state;
    assert_int_equal(regs_gdb_number(&b->f.t, CORTEXM_PC), 15);
    assert_int_equal(regs_gdb_number(&b->f.t, CORTEXM_XPSR), 25);
    assert_int_equal(regs_gdb_number(&b->f.t, CORTEXM_MSP), 26);
    assert_int_equal(regs_gdb_number(&b->f.t, CORTEXM_CONTROL), 29);
    b->f.t.core.armv6m = false;
    assert_int_equal(regs_gdb_number(&b->f.t, CORTEXM_CONTROL), 31);
    assert_ptr_equal(regs_by_gdb_number(&b->f.t, 29), &regs_table[CORTEXM_BASEPRI]);
    assert_null(regs_by_gdb_number(&b->f.t, 16));
    assert_null(regs_by_gdb_number(&b->f.t, 32));
}

// ---- greeting
// ---------------------------------------------------------------------------------------

static void what_is_announced_is_true(void **state)
{
    struct bench *b = *state;
    const char *r = bench_ask(b, "qSupported:swbreak+");
    assert_has(r, "PacketSize=4000;");
    assert_has(r, "QStartNoAckMode+");
    assert_has(r, "vContSupported+");
    assert_has(r, "qXfer:memory-map:read+");
    assert_has(r, "binary-upload+");
    assert_null(strstr(r, "multiprocess+"));
    assert_true(b->s.knows_swbreak);
    assert_false(b->s.knows_hwbreak);
}

static void packets_are_acknowledged_until_gdb_asks_not_to(void **state)
{
    struct bench *b = *state;
    session_feed(&b->s, (const uint8_t *)"$QStartNoAckMode#b0", 19);
    assert_memory_equal(b->s.out, "+$OK#9a", 7);
    session_sent(&b->s, b->s.out_len);
    session_feed(&b->s, (const uint8_t *)"+$qC#b4", 7);
    assert_int_equal(b->s.out_len, 7);
    assert_memory_equal(b->s.out, "$QC1#c5", 7);
}

static void a_reply_that_got_lost_is_repeated(void **state)
{
    struct bench *b = *state;
    bench_raw(b, "$qC#b4", 6);
    assert_string_equal(bench_raw(b, "-", 1), "QC1");
    assert_string_equal(bench_raw(b, "-", 1), "QC1");
    assert_null(bench_raw(b, "+-", 2)); // it arrived: there is nothing to repeat
}

static void a_packet_with_a_wrong_checksum_is_asked_for_again(void **state)
{
    struct bench *b = *state;
    session_feed(&b->s, (const uint8_t *)"$qC#00", 6);
    assert_int_equal(b->s.out_len, 1);
    assert_int_equal(b->s.out[0], '-');
    assert_has(b->log_text, "wrong checksum");
    assert_string_equal(bench_raw(b, "$qC#b4", 6), "QC1");
}

static void without_acknowledgements_a_broken_packet_is_answered_with_an_error(void **state)
{
    struct bench *b = *state;
    assert_error(bench_raw(b, "$qC#00", 6));
    assert_string_equal(bench_raw(b, "$qC#b4", 6), "QC1");
}

static void a_packet_that_is_too_long_is_an_error_and_the_next_one_works(void **state)
{
    struct bench *b = *state;
    size_t len = RSP_PACKET_MAX + 1;
    char *packet = malloc(len);
    memset(packet, 'm', len);
    assert_error(bench_ask_bytes(b, packet, len));
    assert_has(b->log_text, "longer than");
    assert_reply(b, "qC", "QC1");
    memset(packet, 'n', len); // no packet begins so, but it fits
    assert_string_equal(bench_ask_bytes(b, packet, RSP_PACKET_MAX), "");
    free(packet);
}

static void unknown_packets_get_the_empty_reply(void **state)
{
    struct bench *b = *state;
    static const char *const unknown[] = {
        "vMustReplyEmpty",
        "qTStatus",
        "QNonStop:1",
        "b",
        "",
        "qCX",
        "gg",
        "vCont",
        "QThreadEvents:1",
        "qXfer:auxv:read::0,1000",
        "Z5,0,0",
        "?x",
    };
    for (unsigned i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        assert_reply(b, unknown[i], "");
}

static void threads_are_one(void **state)
{
    struct bench *b = *state;
    assert_reply(b, "qfThreadInfo", "m1");
    assert_reply(b, "qsThreadInfo", "l");
    assert_reply(b, "Hg0", "OK");
    assert_reply(b, "Hc-1", "OK");
    assert_reply(b, "Hg1", "OK");
    assert_error(bench_ask(b, "Hg2"));
    assert_error(bench_ask(b, "H"));
    assert_reply(b, "T1", "OK");
    assert_error(bench_ask(b, "T7"));
    assert_reply(b, "qAttached", "1");
    assert_reply(b, "qThreadExtraInfo,1", "636f72652c2068616c746564");
    assert_reply(b, "qSymbol::", "OK");
}

// ---- registers
// --------------------------------------------------------------------------------------

static void registers_are_read_all_at_once(void **state)
{
    struct bench *b = *state;
    const char *r = bench_ask(b, "g");
    assert_int_equal(strlen(r), 8 * 21); // r0-r12 sp lr pc xpsr msp psp primask control
    assert_memory_equal(r, "00030201", 8);
    assert_memory_equal(r + 8 * 15, "00010008", 8);
    assert_memory_equal(r + 8 * 20, "16030201", 8);
}

static void registers_are_written_all_at_once(void **state)
{
    struct bench *b = *state;
    char packet[2 + 8 * 21 + 8] = "G";
    for (unsigned i = 0; i < 21; i++)
        snprintf(packet + 1 + 8 * i, 9, "%02x000080", i);
    assert_reply(b, packet, "OK");
    assert_int_equal(b->f.regs[CORTEXM_R0], 0x80000000u);
    assert_int_equal(b->f.regs[CORTEXM_PRIMASK], 0x80000013u);
    assert_int_equal(b->f.regs[CORTEXM_CONTROL], 0x80000014u);
    packet[strlen(packet) - 1] = '\0';
    assert_error(bench_ask(b, packet));
    strcat(packet, "000");
    assert_error(bench_ask(b, packet));
}

static void one_register_is_read_and_written(void **state)
{
    struct bench *b = *state;
    assert_reply(b, "pf", "00010008");
    assert_reply(b, "p19", "10030201");
    assert_reply(b, "P0=78563412", "OK");
    assert_int_equal(b->f.regs[0], 0x12345678u);
    assert_error(bench_ask(b, "p10"));
    assert_error(bench_ask(b, "pffffffff"));
    assert_error(bench_ask(b, "p"));
    assert_error(bench_ask(b, "P0"));
    assert_error(bench_ask(b, "P0=123456"));
    assert_error(bench_ask(b, "P0=7856341200"));
    assert_int_equal(b->f.regs[0], 0x12345678u);
}

static void registers_of_a_running_target_are_unavailable_and_no_error(void **state)
{
    struct bench *b = *state;
    bench_monitor(b, "reset run");
    const char *r = bench_ask(b, "g");
    assert_int_equal(strlen(r), 8 * 21);
    assert_int_equal(strspn(r, "x"), 8 * 21);
    assert_reply(b, "pf", "xxxxxxxx");
}

// ---- memory
// -----------------------------------------------------------------------------------------

static void memory_is_read_as_text_and_as_bytes(void **state)
{
    struct bench *b = *state;
    memcpy(b->f.ram, "\x01#$}*\xff", 6);
    assert_reply(b, "m20000000,6", "0123247d2aff");
    assert_string_equal(bench_ask(b, "x20000000,6"), "b\x01#$}*\xff");
    assert_int_equal(b->reply_len, 7);
    assert_reply(b, "x20000000,0", "b");
}

static void a_read_that_ends_in_nothing_gives_what_there_is(void **state)
{
    struct bench *b = *state;
    b->f.ram[FAKE_RAM_SIZE - 1] = 0xab;
    assert_reply(b, "m20000fff,10", "ab");
    assert_reply(b, "m20001000,4", "E01");
    assert_reply(b, "x20001000,4", "E01");
    assert_reply(b, "mfffffffe,10", "E01");
}

static void a_read_longer_than_a_packet_is_cut_to_one(void **state)
{
    struct bench *b = *state;
    assert_int_equal(strlen(bench_ask(b, "m8000000,8000")), RSP_PACKET_MAX);
    assert_int_equal(strlen(bench_ask(b, "m8000000,ffffffff")), RSP_PACKET_MAX);
}

static void memory_is_written_as_text_and_as_bytes(void **state)
{
    struct bench *b = *state;
    assert_reply(b, "M20000010,3:0a0bff", "OK");
    assert_memory_equal(b->f.ram + 0x10, "\x0a\x0b\xff", 3);
    static const char bytes[] = "X20000020,5:#$}*\x03";
    assert_string_equal(bench_ask_bytes(b, bytes, sizeof bytes - 1), "OK");
    assert_memory_equal(b->f.ram + 0x20, "#$}*\x03", 5);
    assert_reply(b, "X20000020,0:", "OK");
}

static void a_write_that_cannot_be_done_is_an_error(void **state)
{
    struct bench *b = *state;
    assert_reply(b, "M8000000,1:00", "E01");
    assert_reply(b, "M60000000,1:00", "E01");
    assert_has(b->log_text, "0x60000000 cannot be written");
}

static void malformed_memory_packets_are_errors_and_change_nothing(void **state)
{
    struct bench *b = *state;
    static const char *const wrong[] = {
        "m",
        "m20000000",
        "m20000000,",
        "m,4",
        "m20000000,4,",
        "mz,4",
        "m20000000,z",
        "m120000000,4",
        "m20000000,100000000",
        "m20000000,0",
        "M20000000,2:00",
        "M20000000,1:0011",
        "M20000000,1:0",
        "M20000000,1:zz",
        "M20000000,ffffffff:00",
        "M20000000,80000000:00",
        "M20000000,1",
        "X20000000,2:a",
        "X20000000,1:ab",
        "X20000000,ffffffff:a",
        "X20000000:",
        "Mffffffff,2:1234",
        "x",
        "x20000000",
        "x20000000,1x",
    };
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_error(bench_ask(b, wrong[i]));
        assert_int_equal(b->replies, 1);
    }
    for (unsigned i = 0; i < FAKE_RAM_SIZE; i++)
        assert_int_equal(b->f.ram[i], 0);
}

static void the_crc_is_the_one_that_gdb_makes(void **state)
{
    struct bench *b = *state;
    memcpy(b->f.ram, "123456789", 9);
    // CRC-32/MPEG-2 has the check value 0376e6e7; libiberty's xcrc32 with GDB's start value is the
    // same.
    assert_reply(b, "qCRC:20000000,9", "C0376e6e7");
    assert_reply(b, "qCRC:20000000,0", "Cffffffff");
    assert_error(bench_ask(b, "qCRC:20000000,2000"));
    assert_error(bench_ask(b, "qCRC:fffffff0,20"));
    assert_error(bench_ask(b, "qCRC:20000000"));
}

static void memory_is_searched_in_steps(void **state)
{
    struct bench *b = *state;
    memcpy(b->f.ram + 0x3fe, "needle", 6); // across the border of two steps
    assert_reply(b, "qSearch:memory:20000000;1000;needle", "1,200003fe");
    assert_reply(b, "qSearch:memory:20000000;403;needle", "0");
    assert_reply(b, "qSearch:memory:20000000;404;needle", "1,200003fe");
    assert_reply(b, "qSearch:memory:20000000;1000;pin", "0");
    assert_reply(b, "qSearch:memory:20000000;2;needle", "0");
    assert_error(bench_ask(b, "qSearch:memory:20000000;1000;"));
    assert_error(bench_ask(b, "qSearch:memory:20000000;2000;pin"));
    memcpy(b->f.ram + FAKE_RAM_SIZE - 3, "end", 3);
    assert_reply(b, "qSearch:memory:20000000;1000;end", "1,20000ffd");
}

static void a_long_search_can_be_interrupted(void **state)
{
    struct bench *b = *state;
    assert_null(bench_send(b, "qCRC:8000000,8000", 17));
    assert_null(bench_tick(b, 3));
    assert_error(bench_raw(b, "\x03", 1));
    assert_reply(b, "qC", "QC1");
}

// ---- breakpoints
// ------------------------------------------------------------------------------------

static void a_breakpoint_set_twice_is_one(void **state)
{
    struct bench *b = *state;
    assert_reply(b, "Z1,8000100,2", "OK");
    assert_reply(b, "Z1,8000100,2", "OK");
    assert_int_equal(b->f.breaks, 1);
    assert_reply(b, "z1,8000100,2", "OK");
    assert_int_equal(b->f.breaks, 0);
    assert_reply(b, "z1,8000100,2", "OK");
    assert_int_equal(b->f.breaks, 0);
}

static void watchpoints_are_told_apart_by_kind_and_length(void **state)
{
    struct bench *b = *state;
    assert_reply(b, "Z2,20000000,4", "OK");
    assert_reply(b, "Z3,20000000,4", "OK");
    assert_int_equal(b->f.watches, 2);
    assert_reply(b, "z2,20000000,2", "OK"); // another one, which is not set
    assert_int_equal(b->f.watches, 2);
    assert_reply(b, "Z4,20000000,4", "E01");
    assert_reply(b, "z2,20000000,4", "OK");
    assert_reply(b, "Z4,20000000,4", "OK");
}

static void too_many_breakpoints_are_explained(void **state)
{
    struct bench *b = *state;
    for (unsigned i = 0; i < FAKE_COMPARATORS; i++) {
        char packet[32];
        snprintf(packet, sizeof packet, "Z1,80001%02x,2", 2 * i);
        assert_reply(b, packet, "OK");
    }
    // GDB 13 shows what stands behind the second full stop.
    assert_reply(b, "Z1,8000200,2", "E.breakpoint.all 4 comparators are in use");
    bench_ask(b, "qSupported:error-message+");
    assert_reply(b, "Z1,8000200,2", "E.all 4 comparators are in use");
}

static void a_watchpoint_that_failed_is_explained_at_the_next_chance(void **state)
{
    struct bench *b = *state;
    bench_ask(b, "Z2,20000000,4");
    bench_ask(b, "Z2,20000004,4");
    assert_reply(b, "Z2,20000008,4", "E01");
    assert_reply(b, "Z2,20000008,4", "E01");
    assert_string_equal(b->console, ""); // console text is not legal here
    assert_null(bench_ask(b, "vCont;c"));
    assert_string_equal(b->console, "both watchpoint comparators are in use\n");
}

static void malformed_breakpoints_are_errors(void **state)
{
    struct bench *b = *state;
    static const char *const wrong[] = {
        "Z", "Z0",        "Z0,", "Z0,8000000", "Z0,8000000,", "Z0,x,2", "Z1,8000000,2;X1,00",
        "z", "z1,8000000"};
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_error(bench_ask(b, wrong[i]));
    assert_int_equal(b->f.breaks, 0);
}

// ---- running
// ----------------------------------------------------------------------------------------

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
    session_start(&b->s, &b->f.t, &b->log);
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

static void an_interrupt_halts_and_says_so(void **state)
{
    struct bench *b = *state;
    assert_null(bench_ask(b, "vCont;c"));
    assert_null(bench_tick(b, 5));
    assert_memory_equal(bench_raw(b, "\x03", 1), "T02thread:1;", 12);
    assert_int_equal(b->f.halts, 1);
}

static void a_stop_that_came_before_the_interrupt_is_the_one_that_is_told(void **state)
{
    struct bench *b = *state;
    b->f.stops_after_polls = 1;
    b->f.stop = (struct target_stop){.cause = TARGET_STOP_HWBREAK};
    assert_null(bench_ask(b, "vCont;c"));
    assert_memory_equal(bench_raw(b, "\x03", 1), "T05hwbreak:;", 12);
    assert_int_equal(b->f.halts, 0);
}

static void an_interrupt_of_a_halted_target_is_no_news(void **state)
{
    struct bench *b = *state;
    assert_null(bench_raw(b, "\x03\x03", 2));
    assert_reply(b, "qC", "QC1");
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

static void a_resume_that_fails_is_an_error_with_its_sentence(void **state)
{
    struct bench *b = *state;
    b->f.fail_resume = ERR_LINK;
    assert_reply(b, "vCont;c", "E01");
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

// ---- loss
// -------------------------------------------------------------------------------------------

static void a_lost_target_ends_the_run_with_a_reason(void **state)
{
    struct bench *b = *state;
    assert_null(bench_ask(b, "vCont;c"));
    b->f.lose_at_poll = true;
    assert_string_equal(bench_tick(b, 1), "T1dthread:1;"); // SIGLOST
    assert_has(b->console, "the ST-LINK was unplugged");
    assert_int_equal(strspn(bench_ask(b, "g"), "x"), 8 * 21);
    assert_error(bench_ask(b, "m20000000,4"));
    assert_reply(b, "vCont;c", "E01");
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

// ---- coming and going
// -------------------------------------------------------------------------------

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

static void whoever_only_knocks_changes_nothing(void **state)
{
    struct bench *b = *state;
    bench_raw(b, "GET / HTTP/1.0\r\n\r\n", 18);
    session_end(&b->s);
    assert_int_equal(b->f.clears + b->f.halts + b->f.resumes, 0);
    assert_has(b->log_text, "outside of packets");
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

// ---- flash
// ------------------------------------------------------------------------------------------

static const char *flash_write(struct bench *b, uint32_t addr, const uint8_t *data, size_t len)
{
    uint8_t *packet = malloc(32 + len);
    int n = snprintf((char *)packet, 32, "vFlashWrite:%x:", addr);
    memcpy(packet + n, data, len);
    const char *reply = bench_ask_bytes(b, packet, (size_t)n + len);
    free(packet);
    return reply;
}

static void flash_is_programmed_page_by_page_as_the_data_comes(void **state)
{
    struct bench *b = *state;
    uint8_t data[0xc00];
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7);
    assert_reply(b, "vFlashErase:08000000,00001000", "OK");
    assert_string_equal(flash_write(b, 0x08000000, data, sizeof data), "OK");
    assert_memory_equal(b->f.flash, data, sizeof data); // before vFlashDone
    assert_int_equal(b->f.flash_steps, 3);
    assert_string_equal(flash_write(b, 0x08000c00, data, 10), "OK");
    assert_reply(b, "vFlashDone", "OK");
    assert_memory_equal(b->f.flash + 0xc00, data, 10);
    assert_int_equal(b->f.flash_jobs, 0);
    assert_has(b->log_text, "flash:");
}

static void other_packets_wait_while_a_page_is_done(void **state)
{
    struct bench *b = *state;
    uint8_t packet[64 + 0x800] = "vFlashWrite:8000000:";
    bench_ask(b, "vFlashErase:8000000,800");
    assert_null(bench_send(b, packet, 20 + 0x800));
    assert_int_equal(session_wants(&b->s), SESSION_WANT_STEP);
    assert_int_equal(session_feed(&b->s, (const uint8_t *)"$qC#b4", 6), 0);
    assert_null(bench_tick(b, 1));
    assert_string_equal(bench_tick(b, 1), "OK");
    assert_string_equal(bench_raw(b, "$qC#b4", 6), "QC1");
}

static void an_interrupt_ends_programming_and_the_next_load_works(void **state)
{
    struct bench *b = *state;
    uint8_t packet[64 + 0x800] = "vFlashWrite:8000000:";
    bench_ask(b, "vFlashErase:8000000,800");
    assert_null(bench_send(b, packet, 20 + 0x800));
    assert_null(bench_tick(b, 1));
    assert_error(bench_raw(b, "\x03", 1));
    assert_int_equal(b->f.flash_jobs, 0);
    assert_has(b->log_text, "incomplete");
    bench_ask(b, "vFlashErase:8000000,800");
    assert_string_equal(flash_write(b, 0x08000000, packet, 4), "OK");
    assert_reply(b, "vFlashDone", "OK");
}

static void a_connection_cut_while_programming_ends_the_job(void **state)
{
    struct bench *b = *state;
    uint8_t packet[64 + 0x800] = "vFlashWrite:8000000:";
    bench_ask(b, "vFlashErase:8000000,800");
    bench_send(b, packet, 20 + 0x800);
    session_end(&b->s);
    assert_int_equal(b->f.flash_jobs, 0);
    assert_has(b->log_text, "incomplete");
    // In the middle of the packet itself, too.
    bench_reconnect(b);
    bench_ask(b, "vFlashErase:8000000,800");
    bench_raw(b, "$vFlashWrite:8000000:abc", 24);
    session_end(&b->s);
    assert_int_equal(b->f.flash_jobs, 0);
    assert_has(b->log_text, "in the middle of a packet");
}

static void programming_that_is_left_unfinished_ends_before_the_program_runs(void **state)
{
    struct bench *b = *state;
    uint8_t data[8] = {0};
    bench_ask(b, "vFlashErase:8000000,400");
    flash_write(b, 0x08000000, data, sizeof data);
    assert_null(bench_ask(b, "vCont;c"));
    assert_int_equal(b->f.flash_jobs, 0);
    assert_has(b->console, "Programming was given up before its end: the flash is incomplete");
}

static void a_page_that_fails_is_an_error_that_is_explained(void **state)
{
    struct bench *b = *state;
    uint8_t data[0x400] = {0};
    bench_ask(b, "vFlashErase:8000000,400");
    b->f.fail_flash_step = ERR_FLASH;
    assert_string_equal(flash_write(b, 0x08000000, data, sizeof data), "E01");
    assert_has(b->log_text, "flash was made to fail; the flash is incomplete");
    assert_error(bench_ask(b, "vFlashDone"));
    bench_monitor(b, "version");
    assert_has(b->console, "flash was made to fail");
}

static void flash_packets_out_of_place_are_errors(void **state)
{
    struct bench *b = *state;
    uint8_t data[4] = {0};
    assert_error(bench_ask(b, "vFlashDone"));
    assert_error(flash_write(b, 0x08000000, data, 4));
    assert_error(bench_ask(b, "vFlashErase:"));
    assert_error(bench_ask(b, "vFlashErase:8000000"));
    assert_error(bench_ask(b, "vFlashErase:8000000,400x"));
    assert_error(bench_ask(b, "vFlashErase:20000000,400"));
    assert_error(bench_ask(b, "vFlashErase:8000000,ffffffff"));
    assert_error(bench_ask(b, "vFlashWrite:"));
    assert_int_equal(b->f.flash_jobs, 0);
    bench_ask(b, "vFlashErase:8000000,400");
    assert_error(flash_write(b, 0x08000400, data, 4)); // not erased
    assert_int_equal(b->f.flash_jobs, 0);
}

static void a_protected_chip_says_what_to_do(void **state)
{
    struct bench *b = *state;
    b->f.t.id.rdp_level = 1;
    assert_reply(b, "vFlashErase:8000000,400", "E01");
    assert_has(b->log_text, "swdlink unlock");
    bench_monitor(b, "halt");
    assert_has(b->console, "swdlink unlock");
    bench_ask(b, "qSupported:error-message+");
    assert_reply(b, "vFlashErase:8000000,400", "E.read protection is active: `swdlink unlock`");
}

// ---- descriptions
// -----------------------------------------------------------------------------------

// Elements open and close in order, attributes are quoted: enough for documents without text
// content tricks.
static void assert_well_formed(const char *xml)
{
    const char *open[16];
    size_t depth = 0, elements = 0;
    for (const char *p = strchr(xml, '<'); p; p = strchr(p, '<')) {
        const char *end = strchr(p, '>');
        assert_non_null(end);
        if (p[1] == '?' || p[1] == '!') {
            p = end;
            continue;
        }
        bool closing = p[1] == '/';
        const char *name = p + 1 + closing;
        size_t len = strcspn(name, " />");
        unsigned quotes = 0;
        for (const char *q = p; q < end; q++)
            quotes += *q == '"';
        assert_int_equal(quotes % 2, 0);
        if (closing) {
            assert_true(depth > 0);
            depth--;
            assert_memory_equal(open[depth], name, len);
        } else if (end[-1] != '/') {
            assert_true(depth < 16);
            open[depth++] = name;
            elements++;
        }
        p = end;
    }
    assert_int_equal(depth, 0);
    assert_true(elements > 0);
}

static void the_documents_are_well_formed(void **state)
{
    struct bench *b = *state;
    void (*const make[])(struct xfer_text *,
                         const struct target *) = {xfer_target_xml, xfer_memory_map, xfer_threads};
    for (unsigned i = 0; i < 3; i++) {
        struct xfer_text x = {.len = 0};
        make[i](&x, &b->f.t);
        assert_int_equal(strlen(x.text), x.len);
        assert_true(x.len < sizeof x.text / 2);
        assert_well_formed(x.text);
    }
}

static void the_target_description_has_the_registers_of_this_core(void **state)
{
    struct bench *b = *state;
    struct xfer_text x = {.len = 0};
    xfer_target_xml(&x, &b->f.t);
    assert_has(x.text, "<architecture>arm</architecture>\n<osabi>none</osabi>");
    assert_has(x.text, "<feature name=\"org.gnu.gdb.arm.m-profile\">");
    assert_has(x.text, "<reg name=\"xpsr\" bitsize=\"32\" regnum=\"25\"");
    assert_has(x.text, "<reg name=\"control\" bitsize=\"32\" regnum=\"29\"");
    assert_null(strstr(x.text, "basepri"));
    b->f.t.core.armv6m = false;
    x.len = 0;
    xfer_target_xml(&x, &b->f.t);
    assert_has(x.text, "basepri");
}

static void the_memory_map_tells_the_true_geometry(void **state)
{
    struct bench *b = *state;
    struct xfer_text x = {.len = 0};
    xfer_memory_map(&x, &b->f.t);
    assert_has(x.text, "<memory type=\"flash\" start=\"0x08000000\" length=\"0x8000\"><property "
                       "name=\"blocksize\">0x400</property></memory>");
    assert_has(x.text, "<memory type=\"ram\" start=\"0x20000000\" length=\"0x1000\"/>");
    b->f.t.region_count = 0; // a chip that nobody knows
    x.len = 0;
    xfer_memory_map(&x, &b->f.t);
    assert_null(strstr(x.text, "flash"));
    assert_has(x.text, "<memory type=\"rom\" start=\"0x00000000\"");
}

static void documents_come_in_pieces(void **state)
{
    struct bench *b = *state;
    struct xfer_text x = {.len = 0};
    xfer_memory_map(&x, &b->f.t);
    char whole[sizeof x.text] = "", packet[64];
    for (size_t offset = 0;; offset = strlen(whole)) {
        snprintf(packet, sizeof packet, "qXfer:memory-map:read::%zx,40", offset);
        const char *r = bench_ask(b, packet);
        assert_true(r[0] == 'm' || r[0] == 'l');
        strcat(whole, r + 1);
        if (r[0] == 'l')
            break;
    }
    assert_string_equal(whole, x.text);
    assert_true(bench_ask(b, "qXfer:threads:read::0,ffffffff")[0] == 'l');
    assert_true(bench_ask(b, "qXfer:features:read:target.xml:0,ffff")[0] == 'l');
}

static void pieces_out_of_a_document_are_errors(void **state)
{
    struct bench *b = *state;
    struct xfer_text x = {.len = 0};
    char packet[64];
    xfer_memory_map(&x, &b->f.t);
    snprintf(packet, sizeof packet, "qXfer:memory-map:read::%zx,10", x.len);
    assert_reply(b, packet, "l");
    snprintf(packet, sizeof packet, "qXfer:memory-map:read::%zx,10", x.len + 1);
    assert_error(bench_ask(b, packet));
    assert_error(bench_ask(b, "qXfer:memory-map:read::ffffffff,ffffffff"));
    assert_error(bench_ask(b, "qXfer:memory-map:read::0"));
    assert_error(bench_ask(b, "qXfer:memory-map:read::"));
    assert_error(bench_ask(b, "qXfer:memory-map:read:x:0,10"));
    assert_error(bench_ask(b, "qXfer:features:read:other.xml:0,10"));
}

// ---- monitor
// ----------------------------------------------------------------------------------------

static void monitor_help_lists_the_words(void **state)
{
    struct bench *b = *state;
    assert_string_equal(bench_monitor(b, "help"), "OK");
    assert_has(b->console, "reset [halt|run]");
    assert_has(b->console, "vector_catch");
    assert_string_equal(bench_monitor(b, ""), "OK");
    assert_has(b->console, "reset [halt|run]");
}

static void monitor_reset_halts_unless_told_to_run(void **state)
{
    struct bench *b = *state;
    static const char *const halting[] = {"reset", "reset halt", "reset init", " reset  halt ",
                                          "jtag_reset"};
    for (unsigned i = 0; i < sizeof halting / sizeof halting[0]; i++) {
        assert_string_equal(bench_monitor(b, halting[i]), "OK");
        assert_int_equal(b->f.reset_halts, i + 1);
        assert_has(b->console, "0x08000100");
    }
    assert_string_equal(bench_monitor(b, "reset run"), "OK");
    assert_int_equal(b->f.t.state, TARGET_RUNNING);
    assert_string_equal(bench_monitor(b, "halt"), "OK");
    assert_int_equal(b->f.t.state, TARGET_HALTED);
    assert_string_equal(bench_monitor(b, "reset hlat"), "E01");
    assert_has(b->console, "hlat");
}

static void a_target_let_run_by_monitor_can_be_waited_for(void **state)
{
    struct bench *b = *state;
    bench_monitor(b, "resume");
    assert_int_equal(b->f.resumes, 1);
    assert_null(bench_ask(b, "vCont;c"));
    assert_int_equal(b->f.resumes, 1);
    assert_memory_equal(bench_raw(b, "\x03", 1), "T02", 3);
}

static void an_unknown_word_is_an_error_that_names_the_nearest(void **state)
{
    struct bench *b = *state;
    assert_string_equal(bench_monitor(b, "rest halt"), "E01");
    assert_has(b->console, "did you mean `monitor reset`?");
    assert_string_equal(bench_monitor(b, "xyzzyxyzzyxyzzyxyzzyxyzzyxyzzyxyzzyxyzzy"), "E01");
    assert_null(strstr(b->console, "did you mean"));
    assert_has(b->console, "monitor help");
}

static void distances_between_words_are_counted_in_letters(void **state)
{
    (void)state;
    assert_int_equal(monitor_distance("reset", "reset"), 0);
    assert_int_equal(monitor_distance("rest", "reset"), 1);
    assert_int_equal(monitor_distance("rseet", "reset"), 2);
    assert_int_equal(monitor_distance("", "halt"), 4);
    assert_int_equal(monitor_distance("halt", ""), 4);
    assert_int_equal(monitor_distance("kitten", "sitting"), 3);
}

static void what_ides_send_by_habit_is_answered_with_ok(void **state)
{
    struct bench *b = *state;
    static const char *const words[] = {
        "init",    "gdb_sync", "semihosting enable", "arm semihosting enable", "rtt start", "tpiu",
        "sleep 5", "delay 5"};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        assert_string_equal(bench_monitor(b, words[i]), "OK");
}

static void sleeping_waits_and_can_be_cut_short(void **state)
{
    struct bench *b = *state;
    assert_null(bench_send(b, "qRcmd,736c656570203130", 22)); // sleep 10
    session_tick(&b->s, 1000);
    session_tick(&b->s, 1009);
    assert_null(bench_raw(b, "", 0));
    session_tick(&b->s, 1010);
    assert_string_equal(bench_raw(b, "", 0), "OK");
    assert_null(bench_send(b, "qRcmd,736c656570203130", 22));
    assert_string_equal(bench_raw(b, "\x03", 1), "OK");
    assert_string_equal(bench_monitor(b, "sleep"), "E01");
    assert_string_equal(bench_monitor(b, "sleep 99999999999"), "E01");
}

static void after_gdb_sync_a_step_only_fetches_the_state(void **state)
{
    struct bench *b = *state;
    bench_monitor(b, "gdb_sync");
    assert_memory_equal(bench_ask(b, "vCont;s:1"), "T05", 3);
    assert_int_equal(b->f.steps, 0);
    assert_null(bench_ask(b, "vCont;s:1"));
    assert_int_equal(b->f.steps, 1);
}

static void monitor_info_tells_what_there_is(void **state)
{
    struct bench *b = *state;
    assert_string_equal(bench_monitor(b, "info"), "OK");
    assert_has(b->console, "a chip that is not there");
    assert_has(b->console, "V2J37S7");
    assert_has(b->console, "3.29 V");
}

static void vector_catch_is_shown_and_changed(void **state)
{
    struct bench *b = *state;
    assert_string_equal(bench_monitor(b, "vector_catch hard"), "OK");
    assert_int_equal(b->f.t.core.vcatch, DEMCR_VC_HARDERR);
    assert_has(b->console, "HardFault yes, reset no");
    bench_monitor(b, "vector_catch none");
    assert_int_equal(b->f.t.core.vcatch, 0);
    assert_string_equal(bench_monitor(b, "vector_catch soft"), "E01");
}

static void malformed_monitor_packets_are_errors(void **state)
{
    struct bench *b = *state;
    assert_error(bench_ask(b, "qRcmd,7"));
    assert_error(bench_ask(b, "qRcmd,zz"));
    char packet[6 + 2 * 600 + 1] = "qRcmd,";
    memset(packet + 6, '6', 2 * 600);
    assert_error(bench_ask(b, packet));
    assert_reply(b, "qC", "QC1");
}

static void a_client_that_does_not_read_is_not_answered_without_end(void **state)
{
    struct bench *b = *state;
    const char packet[] = "$m8000000,2000#b3";
    unsigned asked = 0;
    while (asked < 1000 && session_feed(&b->s, (const uint8_t *)packet, sizeof packet - 1) > 0)
        asked++;
    assert_true(asked > 1 && asked < 10);
    assert_true(b->s.out_len < SESSION_OUT_SIZE);
    session_sent(&b->s, b->s.out_len);
    assert_reply(b, "qC", "QC1");
}

#define bench_test(name)       cmocka_unit_test_setup_teardown(name, open_bench, close_bench)
#define fresh_bench_test(name) cmocka_unit_test_setup_teardown(name, open_fresh_bench, close_bench)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_packet_hides_behind_a_shorter_one),
        cmocka_unit_test(monitor_words_are_unique),
        bench_test(register_numbers_are_those_of_gdb),
        fresh_bench_test(what_is_announced_is_true),
        fresh_bench_test(packets_are_acknowledged_until_gdb_asks_not_to),
        fresh_bench_test(a_reply_that_got_lost_is_repeated),
        fresh_bench_test(a_packet_with_a_wrong_checksum_is_asked_for_again),
        bench_test(without_acknowledgements_a_broken_packet_is_answered_with_an_error),
        bench_test(a_packet_that_is_too_long_is_an_error_and_the_next_one_works),
        bench_test(unknown_packets_get_the_empty_reply),
        bench_test(threads_are_one),
        bench_test(registers_are_read_all_at_once),
        bench_test(registers_are_written_all_at_once),
        bench_test(one_register_is_read_and_written),
        bench_test(registers_of_a_running_target_are_unavailable_and_no_error),
        bench_test(memory_is_read_as_text_and_as_bytes),
        bench_test(a_read_that_ends_in_nothing_gives_what_there_is),
        bench_test(a_read_longer_than_a_packet_is_cut_to_one),
        bench_test(memory_is_written_as_text_and_as_bytes),
        bench_test(a_write_that_cannot_be_done_is_an_error),
        bench_test(malformed_memory_packets_are_errors_and_change_nothing),
        bench_test(the_crc_is_the_one_that_gdb_makes),
        bench_test(memory_is_searched_in_steps),
        bench_test(a_long_search_can_be_interrupted),
        bench_test(a_breakpoint_set_twice_is_one),
        bench_test(watchpoints_are_told_apart_by_kind_and_length),
        bench_test(too_many_breakpoints_are_explained),
        bench_test(a_watchpoint_that_failed_is_explained_at_the_next_chance),
        bench_test(malformed_breakpoints_are_errors),
        bench_test(continuing_answers_when_the_target_stops),
        bench_test(each_cause_of_a_stop_is_told_truthfully),
        bench_test(stop_reasons_that_gdb_does_not_know_are_left_out),
        bench_test(what_is_known_of_a_stop_is_on_the_console_before_the_reply),
        bench_test(the_forms_of_continue_and_step_are_understood),
        bench_test(a_range_step_reaches_the_target_as_a_range),
        bench_test(malformed_runs_are_errors_and_start_nothing),
        bench_test(an_interrupt_halts_and_says_so),
        bench_test(a_stop_that_came_before_the_interrupt_is_the_one_that_is_told),
        bench_test(an_interrupt_of_a_halted_target_is_no_news),
        bench_test(a_halt_that_fails_is_told_and_can_be_tried_again),
        bench_test(a_resume_that_fails_is_an_error_with_its_sentence),
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
        fresh_bench_test(whoever_only_knocks_changes_nothing),
        bench_test(killing_resets_and_lets_it_run),
        bench_test(an_extended_session_outlives_its_program),
        bench_test(flash_is_programmed_page_by_page_as_the_data_comes),
        bench_test(other_packets_wait_while_a_page_is_done),
        bench_test(an_interrupt_ends_programming_and_the_next_load_works),
        bench_test(a_connection_cut_while_programming_ends_the_job),
        bench_test(programming_that_is_left_unfinished_ends_before_the_program_runs),
        bench_test(a_page_that_fails_is_an_error_that_is_explained),
        bench_test(flash_packets_out_of_place_are_errors),
        bench_test(a_protected_chip_says_what_to_do),
        bench_test(the_documents_are_well_formed),
        bench_test(the_target_description_has_the_registers_of_this_core),
        bench_test(the_memory_map_tells_the_true_geometry),
        bench_test(documents_come_in_pieces),
        bench_test(pieces_out_of_a_document_are_errors),
        bench_test(monitor_help_lists_the_words),
        bench_test(monitor_reset_halts_unless_told_to_run),
        bench_test(a_target_let_run_by_monitor_can_be_waited_for),
        bench_test(an_unknown_word_is_an_error_that_names_the_nearest),
        cmocka_unit_test(distances_between_words_are_counted_in_letters),
        bench_test(what_ides_send_by_habit_is_answered_with_ok),
        bench_test(sleeping_waits_and_can_be_cut_short),
        bench_test(after_gdb_sync_a_step_only_fetches_the_state),
        bench_test(monitor_info_tells_what_there_is),
        bench_test(vector_catch_is_shown_and_changed),
        bench_test(malformed_monitor_packets_are_errors),
        bench_test(a_client_that_does_not_read_is_not_answered_without_end),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
