// SPDX-License-Identifier: MIT
// What a debugger asks at first, registers, memory, breakpoints: server/ over a fake target.
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

// Tables.

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
    b->f.t.core.caps.arch = CORE_ARMV7M;
    assert_int_equal(regs_gdb_number(&b->f.t, CORTEXM_CONTROL), 31);
    assert_int_equal(regs_by_gdb_number(&b->f.t, 29), CORTEXM_BASEPRI);
    assert_int_equal(regs_by_gdb_number(&b->f.t, 16), CORTEXM_REG_COUNT);
    assert_int_equal(regs_by_gdb_number(&b->f.t, 32), CORTEXM_REG_COUNT);
}

// Greeting.

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

// A packet full of words of EEPROM has to be answered before GDB gives up.
static void packets_are_shorter_where_an_eeprom_takes_them_slowly(void **state)
{
    struct bench *b = *state;
    b->f.t.eeprom = (struct flash_bank){.base = 0x08080000, .size = 6144};
    assert_has(bench_ask(b, "qSupported:swbreak+"), "PacketSize=500;");
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

// Registers.

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

// r0-r15, f0-f7 of 12 bytes, fps, cpsr.
#define BUILTIN_DIGITS (2 * (16 * 4 + 8 * 12 + 4 + 4))
#define FPA_DIGITS     (2 * (8 * 12 + 4))

static void a_gdb_without_xml_gets_the_layout_that_it_was_built_with(void **state)
{
    struct bench *b = *state;
    const char *r = bench_ask(b, "qSupported:multiprocess+;swbreak+;hwbreak+;qRelocInsn+");
    assert_null(strstr(r, "qXfer"));
    assert_non_null(strstr(r, "PacketSize="));
    r = bench_ask(b, "g");
    assert_int_equal(strlen(r), BUILTIN_DIGITS);
    assert_memory_equal(r, "00030201", 8);
    assert_memory_equal(r + 8 * 15, "00010008", 8);
    assert_int_equal(strspn(r + 8 * 16, "x"), FPA_DIGITS);
    assert_memory_equal(r + BUILTIN_DIGITS - 8, "10030201", 8);
    assert_int_equal(strlen(bench_ask(b, "p10")), 24);
    assert_int_equal(strlen(bench_ask(b, "p17")), 24);
    assert_reply(b, "p18", "xxxxxxxx");
    assert_reply(b, "p19", "10030201");
    assert_error(bench_ask(b, "P10=000000000000000000000000"));
    // Those that have no place in the layout can still be asked for by number.
    assert_reply(b, "p1a", "11030201");
}

static void a_gdb_without_xml_writes_that_layout(void **state)
{
    struct bench *b = *state;
    char packet[1 + BUILTIN_DIGITS + 4] = "G";
    bench_ask(b, "qSupported:multiprocess+;swbreak+");
    memset(packet + 1, '0', BUILTIN_DIGITS);
    memcpy(packet + 1, "78563412", 8);
    memcpy(packet + 1 + 8 * 13, "00080020", 8);
    memcpy(packet + 1 + BUILTIN_DIGITS - 8, "00000081", 8);
    uint32_t msp = b->f.regs[CORTEXM_MSP];
    assert_reply(b, packet, "OK");
    assert_int_equal(b->f.regs[CORTEXM_R0], 0x12345678u);
    assert_int_equal(b->f.regs[CORTEXM_SP], 0x20000800u);
    assert_int_equal(b->f.regs[CORTEXM_XPSR], 0x81000000u);
    assert_int_equal(b->f.regs[CORTEXM_MSP], msp);
    packet[strlen(packet) - 8] = '\0';
    assert_error(bench_ask(b, packet));
}

static void a_gdb_without_xml_is_told_how_to_program(void **state)
{
    struct bench *b = *state;
    bench_ask(b, "qSupported:multiprocess+;error-message+");
    const char *r = bench_ask(b, "X8000000,4:abcd");
    assert_non_null(strstr(r, "swdlink flash"));
    bench_ask(b, "qSupported:multiprocess+;error-message+;xmlRegisters=i386");
    r = bench_ask(b, "X8000000,4:abcd");
    assert_null(strstr(r, "swdlink flash"));
}

static void other_clients_get_the_described_layout(void **state)
{
    struct bench *b = *state;
    assert_non_null(strstr(bench_ask(b, "qSupported:swbreak+"), "qXfer:features:read+"));
    assert_int_equal(strlen(bench_ask(b, "g")), 8 * 21);
}

// Memory.

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

// Breakpoints.

static void the_reason_of_a_refused_register_is_in_the_answer_that_gdb_shows(void **state)
{
    struct bench *b = *state;
    b->f.t.state = TARGET_RUNNING;
    assert_reply(b, "P3=05000000", "E.the target is running");
    assert_memory_equal(bench_ask(b, "p77"), "E.this core has no register", 27);
    session_start(&b->s, &b->sharing, "another");
    bench_ask(b, "QStartNoAckMode");
    assert_reply(b, "P3=05000000", "E01");
}

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
    assert_reply(b, "z2,20000000,4", "OK");
    assert_reply(b, "Z4,20000000,4", "OK");
    assert_int_equal(b->f.watches, 2);
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

// GDB shows the reason of a refusal for Z1 alone. It sends Z2 and the vCont behind it for one
// `continue`: the latter is where text is legal.
static void a_watchpoint_that_gdb_cannot_have_is_refused_with_its_reason_at_once(void **state)
{
    struct bench *b = *state;
    static const char *const resumes[] = {"vCont;c", "vCont;s:1", "vCont;r8000100,8000110:1"};
    bench_ask(b, "Z2,20000000,4");
    bench_ask(b, "Z2,20000004,4");
    assert_reply(b, "Z3,20000008,4", "OK");
    assert_reply(b, "Z3,20000008,4", "OK");
    assert_string_equal(b->console, ""); // console text is not legal here
    for (unsigned i = 0; i < sizeof resumes / sizeof resumes[0]; i++) {
        b->console[0] = '\0';
        assert_memory_equal(bench_ask(b, resumes[i]), "T02thread:1;", 12);
        assert_string_equal(b->console, "Could not insert hardware watchpoint at 0x20000008: both "
                                        "watchpoint comparators are in use\n");
    }
    assert_int_equal(b->f.resumes + b->f.steps, 0);
    // As soon as there is room it is set.
    assert_reply(b, "z2,20000000,4", "OK");
    assert_int_equal(b->f.watches, 1);
    assert_null(bench_ask(b, "vCont;c"));
    assert_int_equal(b->f.watches, 2);
    bench_raw(b, "\x03", 1);
    assert_reply(b, "z3,20000008,4", "OK");
    assert_int_equal(b->f.watches, 1);
}

static void a_watchpoint_that_is_taken_back_refuses_nothing(void **state)
{
    struct bench *b = *state;
    bench_ask(b, "qSupported:swbreak+;error-message+");
    bench_ask(b, "Z2,20000000,4");
    bench_ask(b, "Z2,20000004,4");
    assert_reply(b, "Z4,20000008,4", "OK");
    assert_reply(b, "z4,20000008,4", "OK");
    assert_int_equal(b->f.watches, 2);
    assert_null(bench_ask(b, "vCont;c"));
}

// Others get the error where they ask.
static void another_debugger_is_refused_a_watchpoint_where_it_asks(void **state)
{
    struct bench *b = *state;
    session_start(&b->s, &b->sharing, "LLDB");
    bench_ask(b, "QStartNoAckMode");
    bench_ask(b, "Z2,20000000,4");
    bench_ask(b, "Z2,20000004,4");
    assert_error(bench_ask(b, "Z2,20000008,4"));
    assert_null(bench_ask(b, "vCont;c"));
}

static void malformed_breakpoints_are_errors(void **state)
{
    struct bench *b = *state;
    static const char *const wrong[] = {
        "Z", "Z0", "Z0,", "Z0,8000000", "Z0,8000000,", "Z0,x,2", "Z2,20000000,2;X1,00", "z",
        "z1,8000000",
        // Conditions and commands: lengths that are not there, digits that are none, what is
        // behind.
        "Z1,8000000,2;", "Z1,8000000,2;X", "Z1,8000000,2;X1", "Z1,8000000,2;X1,",
        "Z1,8000000,2;X0,", "Z1,8000000,2;X2,27", "Z1,8000000,2;Xffffffff,27",
        "Z1,8000000,2;X80000001,27", "Z1,8000000,2;X1,2g", "Z1,8000000,2;X1,27,",
        "Z1,8000000,2;X1,27;", "Z1,8000000,2;X1,27;cmds:", "Z1,8000000,2;cmds:0,",
        "Z1,8000000,2;cmds:0,X1,", "Z1,8000000,2;cmds:0X1,27",
        "Z1,8000000,2;X1,27;cmds:0,X1,27;X1,27", "Z1,8000000,2;Y1,27"};
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_error(bench_ask(b, wrong[i]));
    assert_int_equal(b->f.breaks, 0);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_packet_hides_behind_a_shorter_one),
        cmocka_unit_test(monitor_words_are_unique),
        bench_test(register_numbers_are_those_of_gdb),
        fresh_bench_test(what_is_announced_is_true),
        fresh_bench_test(packets_are_shorter_where_an_eeprom_takes_them_slowly),
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
        bench_test(a_gdb_without_xml_gets_the_layout_that_it_was_built_with),
        bench_test(a_gdb_without_xml_writes_that_layout),
        bench_test(a_gdb_without_xml_is_told_how_to_program),
        bench_test(other_clients_get_the_described_layout),
        bench_test(memory_is_read_as_text_and_as_bytes),
        bench_test(a_read_that_ends_in_nothing_gives_what_there_is),
        bench_test(a_read_longer_than_a_packet_is_cut_to_one),
        bench_test(memory_is_written_as_text_and_as_bytes),
        bench_test(a_write_that_cannot_be_done_is_an_error),
        bench_test(malformed_memory_packets_are_errors_and_change_nothing),
        bench_test(the_crc_is_the_one_that_gdb_makes),
        bench_test(memory_is_searched_in_steps),
        bench_test(a_long_search_can_be_interrupted),
        bench_test(the_reason_of_a_refused_register_is_in_the_answer_that_gdb_shows),
        bench_test(a_breakpoint_set_twice_is_one),
        bench_test(watchpoints_are_told_apart_by_kind_and_length),
        bench_test(too_many_breakpoints_are_explained),
        bench_test(a_watchpoint_that_gdb_cannot_have_is_refused_with_its_reason_at_once),
        bench_test(a_watchpoint_that_is_taken_back_refuses_nothing),
        bench_test(another_debugger_is_refused_a_watchpoint_where_it_asks),
        bench_test(malformed_breakpoints_are_errors),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
