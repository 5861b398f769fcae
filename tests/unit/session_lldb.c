// SPDX-License-Identifier: MIT
// What LLDB asks beyond GDB's protocol: server/ over a fake target.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"
#include "tests/unit/choose.h"
#include "tests/unit/session_bench.h"

static int open_bench(void **state)
{
    *state = bench_open();
    return 0;
}

static int close_bench(void **state)
{
    bench_close(*state);
    return 0;
}

#define bench_test(name)                  cmocka_unit_test_setup_teardown(name, open_bench, close_bench)
#define assert_reply(b, packet, expected) assert_string_equal(bench_ask(b, packet), expected)
#define assert_has(text, part)            assert_non_null(strstr(text, part))

// As LLDB greets: it announces none of GDB's features.
static void greet_as_lldb(struct bench *b)
{
    bench_reconnect(b);
    b->s.knows_error_text = false;
    assert_reply(b, "QEnableErrorStrings", "OK");
}

static void assert_region(struct bench *b, const char *addr, const char *span, const char *rights,
                          const char *name)
{
    char packet[64], digits[64], expected[160];
    hex_encode(digits, (const uint8_t *)name, strlen(name));
    snprintf(packet, sizeof packet, "qMemoryRegionInfo:%s", addr);
    snprintf(expected, sizeof expected, "%spermissions:%s;name:%s;", span, rights, digits);
    assert_reply(b, packet, expected);
}

static void regions_are_those_of_the_memory_map(void **state)
{
    struct bench *b = *state;
    assert_region(b, "0", "start:0;size:8000;", "rx", "ROM");
    assert_region(b, "7fff", "start:0;size:8000;", "rx", "ROM");
    assert_region(b, "8000000", "start:8000000;size:8000;", "rx", "flash");
    assert_region(b, "20000fff", "start:20000000;size:1000;", "rwx", "RAM");
    b->f.t.region[3] = (struct target_region){TARGET_REGION_RAM, 0x40000000, 0x20000000, 0};
    b->f.t.region[4] = (struct target_region){TARGET_REGION_RAM, 0xe0000000, 0x20000000, 0};
    b->f.t.region_count = 5;
    assert_region(b, "40000000", "start:40000000;size:20000000;", "rw", "peripherals");
    assert_region(b, "ffffffff", "start:e0000000;size:20000000;", "rw", "peripherals");
}

static void holes_reach_from_one_region_to_the_next(void **state)
{
    struct bench *b = *state;
    assert_reply(b, "qMemoryRegionInfo:8000", "start:8000;size:7ff8000;");
    assert_reply(b, "qMemoryRegionInfo:10000000", "start:8008000;size:17ff8000;");
    assert_reply(b, "qMemoryRegionInfo:ffffffff", "start:20001000;size:dffff000;");
}

// An error would make LLDB believe that we know no regions at all.
static void beyond_the_address_space_there_is_a_hole(void **state)
{
    struct bench *b = *state;
    const char *hole = "start:100000000;size:fffffffeffffffff;";
    assert_reply(b, "qMemoryRegionInfo:100000000", hole);
    assert_reply(b, "qMemoryRegionInfo:ffffffffffffffff", hole);
}

static void malformed_addresses_are_refused(void **state)
{
    struct bench *b = *state;
    static const char *const bad[] = {"", "x", "8000000,4", "0x8", "10000000000000000", "80 0"};
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char packet[64];
        snprintf(packet, sizeof packet, "qMemoryRegionInfo:%s", bad[i]);
        assert_int_equal(bench_ask(b, packet)[0], 'E');
    }
}

static void every_address_of_an_unknown_chip_has_a_region(void **state)
{
    struct bench *b = *state;
    b->f.t.region_count = 0;
    assert_region(b, "8000000", "start:0;size:20000000;", "rx", "flash");
    assert_region(b, "20000000", "start:20000000;size:c0000000;", "rwx", "RAM");
}

static void the_host_is_the_core(void **state)
{
    struct bench *b = *state;
    static const struct {
        uint32_t cpuid;
        enum core_arch arch;
        const char *triple;
    } cores[] = {
        {0x410cc200, CORE_ARMV6M, "armv6m-none-unknown-eabi"},
        {0x410cc601, CORE_ARMV6M, "armv6m-none-unknown-eabi"},
        {0x411fc231, CORE_ARMV7M, "armv7m-none-unknown-eabi"},
        {0x410fc241, CORE_ARMV7M, "armv7em-none-unknown-eabi"},
        {0x411fc272, CORE_ARMV7M, "armv7em-none-unknown-eabi"},
        {0x410fd213, CORE_ARMV7M, "armv8m.main-none-unknown-eabi"},
        {0, CORE_ARMV6M, "armv6m-none-unknown-eabi"},
        {0, CORE_ARMV7M, "armv7m-none-unknown-eabi"},
    };
    for (unsigned i = 0; i < sizeof cores / sizeof cores[0]; i++) {
        char triple[80], start[100];
        b->f.t.core.cpuid = cores[i].cpuid;
        b->f.t.core.caps.arch = cores[i].arch;
        hex_encode(triple, (const uint8_t *)cores[i].triple, strlen(cores[i].triple));
        snprintf(start, sizeof start, "triple:%s;", triple);
        const char *reply = bench_ask(b, "qHostInfo");
        assert_memory_equal(reply, start, strlen(start));
        assert_has(reply, ";endian:little;ptrsize:4;watchpoint_exceptions_received:after;");
        assert_has(reply, ";default_packet_timeout:60;");
    }
}

static void watchpoints_are_counted(void **state)
{
    struct bench *b = *state;
    b->f.t.core.dwt.count = 2;
    assert_reply(b, "qWatchpointSupportInfo:", "num:2;");
}

static void errors_carry_their_sentence_in_hex(void **state)
{
    struct bench *b = *state;
    char sentence[256] = "";
    greet_as_lldb(b);
    const char *reply = bench_ask(b, "m30000000,4");
    assert_memory_equal(reply, "E01;", 4);
    size_t len = strlen(reply + 4) / 2;
    assert_true(len > 10 && len < sizeof sentence);
    assert_true(hex_decode((uint8_t *)sentence, reply + 4, len));
    assert_has(sentence, "0x30000000");
}

// LLDB 14 does not show the sentence of a refused breakpoint: it comes with the next console text.
static void a_refused_breakpoint_is_explained_on_the_console(void **state)
{
    struct bench *b = *state;
    greet_as_lldb(b);
    for (unsigned i = 0; i < FAKE_COMPARATORS; i++) {
        char packet[32];
        snprintf(packet, sizeof packet, "Z1,%x,2", 0x08000100 + 4 * i);
        assert_reply(b, packet, "OK");
    }
    assert_memory_equal(bench_ask(b, "Z1,8000200,2"), "E01;", 4);
    assert_string_equal(b->console, "");
    b->f.stops_after_polls = 1;
    bench_ask(b, "c");
    assert_has(b->console, "comparators");
}

static void without_asking_for_sentences_lldb_gets_a_number(void **state)
{
    struct bench *b = *state;
    bench_reconnect(b);
    b->s.knows_error_text = false;
    assert_reply(b, "m30000000,4", "E01");
}

static void stop_with(struct bench *b, struct target_stop stop)
{
    b->f.t.state = TARGET_HALTED;
    b->f.t.last_stop = stop;
}

static void threads_are_told_with_their_registers(void **state)
{
    struct bench *b = *state;
    for (unsigned i = 0; i < CORTEXM_REG_COUNT; i++)
        b->f.regs[i] = 0x01020300 + i;
    stop_with(b, (struct target_stop){.cause = TARGET_STOP_HWBREAK});
    const char *reply = bench_ask(b, "jThreadsInfo");
    assert_has(reply, "[{\"tid\":1,\"name\":\"core\",\"signal\":5,\"reason\":\"breakpoint\","
                      "\"registers\":{\"0\":\"00030201\",\"1\":\"01030201\",");
    assert_has(reply, "\"15\":\"0f030201\",\"25\":\"10030201\"}}]");
}

static void the_reason_is_in_the_words_of_lldb(void **state)
{
    struct bench *b = *state;
    static const struct {
        struct target_stop stop;
        const char *text;
    } stops[] = {
        {{.cause = TARGET_STOP_REQUEST}, "\"signal\":5,\"registers\""},
        {{.cause = TARGET_STOP_STEP}, "\"signal\":5,\"reason\":\"trace\",\"registers\""},
        {{.cause = TARGET_STOP_SWBREAK}, "\"signal\":5,\"reason\":\"breakpoint\",\"registers\""},
        {{.cause = TARGET_STOP_WATCH, .watch_addr = 0x20000040},
         "\"signal\":5,\"reason\":\"watchpoint\",\"description\":\"536870976\",\"registers\""},
        {{.cause = TARGET_STOP_FAULT}, "\"signal\":11,\"registers\""},
        {{.cause = TARGET_STOP_LOCKUP, .detail = "it said \"no\\way\"\n"},
         "\"signal\":10,\"reason\":\"exception\",\"description\":\"it said noway\",\"registers\""},
        {{.cause = TARGET_STOP_RESET}, "\"signal\":5,\"registers\""},
    };
    for (unsigned i = 0; i < sizeof stops / sizeof stops[0]; i++) {
        stop_with(b, stops[i].stop);
        assert_has(bench_ask(b, "jThreadsInfo"), stops[i].text);
    }
}

static void a_running_thread_has_no_registers_to_tell(void **state)
{
    struct bench *b = *state;
    b->f.t.state = TARGET_RUNNING;
    assert_reply(b, "jThreadsInfo", "[{\"tid\":1,\"name\":\"core\"}]");
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        bench_test(regions_are_those_of_the_memory_map),
        bench_test(holes_reach_from_one_region_to_the_next),
        bench_test(beyond_the_address_space_there_is_a_hole),
        bench_test(malformed_addresses_are_refused),
        bench_test(every_address_of_an_unknown_chip_has_a_region),
        bench_test(the_host_is_the_core),
        bench_test(watchpoints_are_counted),
        bench_test(errors_carry_their_sentence_in_hex),
        bench_test(a_refused_breakpoint_is_explained_on_the_console),
        bench_test(without_asking_for_sentences_lldb_gets_a_number),
        bench_test(threads_are_told_with_their_registers),
        bench_test(the_reason_is_in_the_words_of_lldb),
        bench_test(a_running_thread_has_no_registers_to_tell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
