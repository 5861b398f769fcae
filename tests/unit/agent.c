// SPDX-License-Identifier: MIT
// GDB's agent expressions: every instruction, what it does wrong, and noise.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "server/agent.h"
#include "tests/unit/choose.h"

#define RAM  0x20000000u
#define SIZE 64u

struct world {
    uint8_t ram[SIZE];
    unsigned reads;
    uint32_t read_end; // behind the last byte that was asked for
    char printed[2 * AGENT_OUTPUT];
    int64_t variable[AGENT_VARIABLES];
};

static bool read_memory(void *user, uint32_t addr, uint8_t *data, size_t len)
{
    struct world *w = user;
    w->reads++;
    w->read_end = addr + (uint32_t)len;
    if (addr < RAM || addr - RAM > SIZE || len > SIZE - (addr - RAM))
        return false;
    memcpy(data, w->ram + (addr - RAM), len);
    return true;
}

static bool read_register(void *user, unsigned number, uint32_t *value)
{
    (void)user;
    *value = 0x80000000u + number;
    return number < 17;
}

static void print(void *user, const char *text, size_t len)
{
    struct world *w = user;
    const size_t before = strlen(w->printed);
    assert_true(before + len < sizeof w->printed);
    memcpy(w->printed + before, text, len);
    w->printed[before + len] = '\0';
}

static bool run(struct world *w, const uint8_t *code, size_t len, int64_t *value, const char **why)
{
    const struct agent_host host = {.user = w,
                                    .read_memory = read_memory,
                                    .read_register = read_register,
                                    .print = print,
                                    .variable = w->variable};
    return agent_run(&host, code, len, value, why);
}

static void make(struct world *w)
{
    memset(w, 0, sizeof *w);
    for (unsigned i = 0; i < SIZE; i++)
        w->ram[i] = (uint8_t)(0xf0 + i);
}

static size_t bytes_of(const char *text, uint8_t *code)
{
    size_t n = 0;
    unsigned byte;
    for (int used; sscanf(text, " %2x%n", &byte, &used) == 1; text += used)
        code[n++] = (uint8_t)byte;
    return n;
}

struct row {
    const char *code;
    int64_t value;
    const char *why; // NULL: it has the value
};

#define M1  "25 ffffffffffffffff " // const64 -1
#define MIN "25 8000000000000000 "
#define AT  "24 20000000 " // const32, the RAM

static const struct row rows[] = {
    // Constants, and the stack.
    {"22 ff 27", 255, NULL},
    {"23 1234 27", 0x1234, NULL},
    {"24 89abcdef 27", 0x89abcdef, NULL},
    {"25 0123456789abcdef 27", 0x0123456789abcdef, NULL},
    {"22 01 22 02 29 27", 1, NULL},
    {"22 01 22 02 2b 03 27", 1, NULL},
    {"22 07 28 02 27", 14, NULL},
    {"22 05 22 06 22 07 32 02 27", 5, NULL},
    {"22 05 32 00 02 27", 10, NULL},
    {"22 01 22 02 22 03 33 27", 2, NULL},
    {"22 01 22 02 22 03 33 29 27", 1, NULL},
    {"22 01 22 02 22 03 33 29 29 27", 3, NULL},
    {"27", 0, NULL},
    // Arithmetic.
    {"22 05 22 07 02 27", 12, NULL},
    {"22 05 22 07 03 27", -2, NULL},
    {"22 05 22 07 04 27", 35, NULL},
    {M1 "22 02 05 27", 0, NULL},
    {"25 fffffffffffffff9 22 02 05 27", -3, NULL},
    {"25 fffffffffffffff9 22 02 07 27", -1, NULL},
    {M1 "22 02 06 27", INT64_MAX, NULL},
    {M1 "22 0a 08 27", 5, NULL},
    {MIN M1 "05 27", INT64_MIN, NULL},
    {MIN M1 "07 27", 0, NULL},
    {"22 01 22 00 05 27", 0, "divides by zero"},
    {"22 01 22 00 06 27", 0, "divides by zero"},
    {"22 01 22 00 07 27", 0, "divides by zero"},
    {"22 01 22 00 08 27", 0, "divides by zero"},
    {"22 01 22 3f 09 27", INT64_MIN, NULL},
    {"22 01 22 40 09 27", 0, NULL},
    {MIN "22 3f 0a 27", -1, NULL},
    {MIN "22 40 0a 27", -1, NULL},
    {MIN "22 3f 0b 27", 1, NULL},
    {MIN M1 "0b 27", 0, NULL},
    {"22 00 0e 27", 1, NULL},
    {"22 09 0e 27", 0, NULL},
    {"22 0c 22 0a 0f 27", 8, NULL},
    {"22 0c 22 0a 10 27", 14, NULL},
    {"22 0c 22 0a 11 27", 6, NULL},
    {"22 00 12 27", -1, NULL},
    {"22 03 22 03 13 27", 1, NULL},
    {M1 "22 00 14 27", 1, NULL},
    {M1 "22 00 15 27", 0, NULL},
    {"22 80 16 08 27", -128, NULL},
    {"22 7f 16 08 27", 127, NULL},
    {"23 1280 2a 08 27", 0x80, NULL},
    {M1 "16 40 27", -1, NULL},
    {M1 "2a 40 27", -1, NULL},
    {"22 01 16 00 27", 0, "extends"},
    {"22 01 2a 41 27", 0, "extends"},
    // Jumps.
    {"21 0005 22 07 22 08 27", 8, NULL},
    {"22 01 20 0007 22 03 22 04 27", 4, NULL},
    {"22 00 20 0008 22 03 27 22 04 27", 3, NULL},
    {"21 0000", 0, "takes too long"},
    {"21 0003", 0, "jumps out"},
    {"21 ffff", 0, "jumps out"},
    // Memory and registers.
    {AT "17 27", 0xf0, NULL},
    {AT "18 27", 0xf1f0, NULL},
    {AT "19 27", 0xf3f2f1f0, NULL},
    {AT "1a 27", (int64_t)0xf7f6f5f4f3f2f1f0u, NULL},
    {"24 2000003d 19 27", 0, "memory"},
    {M1 "17 27", 0, "memory"},
    {"25 0000000120000000 17 27", 0, "memory"},
    {"26 000d 27", 0x8000000d, NULL},
    {"26 ffff 27", 0, "register"},
    // Trace state, and what is traced.
    {"2c 0003 27", 0, NULL},
    {"22 2a 2d 0003 29 2c 0003 27", 42, NULL},
    {"22 2a 2d 0003 27", 42, NULL},
    {"22 2a 2d 0010 27", 0, "variables"},
    {"22 09 22 01 22 02 0c 27", 9, NULL},
    {"22 09 22 01 22 02 2f 27", 9, NULL},
    {"22 09 0d 04 27", 9, NULL},
    {"22 09 30 0004 27", 9, NULL},
    {"22 09 2e 0004 27", 9, NULL},
    // What is wrong.
    {"", 0, "ends in the middle"},
    {"22", 0, "ends in the middle"},
    {"23 12", 0, "ends in the middle"},
    {"25 00112233445566", 0, "ends in the middle"},
    {"22 01", 0, "ends in the middle"},
    {"02 27", 0, "stack is empty"},
    {"22 01 02 27", 0, "stack is empty"},
    {"28 27", 0, "not so deep"},
    {"22 01 32 01 27", 0, "not so deep"},
    {"22 01 33 27", 0, "stack is empty"},
    {"22 01 21 0000", 0, "overflows"},
    {AT "29 " AT "17 29 21 0006", 0, "too often"},
    {"01 27", 0, "floating point"},
    {AT "1b 27", 0, "floating point"},
    {"22 01 1e 27", 0, "floating point"},
    {"00 27", 0, "not known"},
    {"31 27", 0, "not known"},
    {"35 27", 0, "not known"},
    {"ff 27", 0, "not known"},
    // printf: counts and lengths that are not there.
    {"34", 0, "ends in the middle"},
    {"22 00 22 00 34 00 0000 27", 0, "format"},
    {"22 00 22 00 34 00 0005 61 00 27", 0, "format"},
    {"22 00 22 00 34 00 0002 61 62 27", 0, "format"},
    {"22 00 22 00 34 11 0001 00 27", 0, "too many values"},
    {"22 00 34 00 0001 00 27", 0, "stack is empty"},
    {"22 00 22 00 34 01 0001 00 27", 0, "stack is empty"},
    {"22 00 22 00 34 00 0003 25 64 00 27", 0, "more values"},
    {"22 05 22 00 22 00 34 01 0003 25 66 00 27", 0, "cannot be printed"},
    {"22 05 22 00 22 00 34 01 0003 25 6e 00 27", 0, "cannot be printed"},
    {"22 05 22 00 22 00 34 01 0002 25 00 27", 0, "cannot be printed"},
};

static void every_instruction_does_what_the_manual_says(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world w;
        uint8_t code[64];
        int64_t value = 0;
        const char *why = NULL;
        make(&w);
        const bool good = run(&w, code, bytes_of(rows[i].code, code), &value, &why);
        if (good != !rows[i].why || (!good && !strstr(why, rows[i].why)))
            fail_msg("%s: %s", rows[i].code, good ? "has a value" : why);
        if (good && value != rows[i].value)
            fail_msg("%s gives %lld", rows[i].code, (long long)value);
    }
}

static void expect_printed(const char *code, const char *text)
{
    struct world w;
    uint8_t bytes[128];
    int64_t value;
    const char *why = "";
    make(&w);
    memcpy(w.ram, "hello\0", 6);
    if (!run(&w, bytes, bytes_of(code, bytes), &value, &why))
        fail_msg("%s: %s", code, why);
    assert_string_equal(w.printed, text);
}

static void printf_prints_what_c_would(void **state)
{
    (void)state;
    // "%d %u %x|%5d|%-5d|%05d": pushed from the last value on
    expect_printed("22 07 22 07 22 07 22 ff " M1 M1 "22 00 22 00 34 06 0018"
                   "2564 20 2575 20 2578 7c 253564 7c 252d3564 7c 25303564 7c 00 27",
                   "-1 4294967295 ff|    7|7    |00007|");
    // "%lld %ld %.3d %% %c %p"
    expect_printed("22 10 22 41 22 05 " MIN MIN "22 00 22 00 34 05 0017"
                   "256c6c64 20 256c64 20 252e3364 2025 25 20 2563 202570 00 27",
                   "-9223372036854775808 0 005 % A 0x10");
    // "<%s>"
    expect_printed(AT "22 00 22 00 34 01 0005 3c 2573 3e 00 27", "<hello>");
    // A width that nobody can want is cut: "%999999999d"
    expect_printed("22 05 22 00 22 00 34 01 000c 25 393939393939393939 64 00 27",
                   "                                                                              "
                   "                    5");
}

// Runs printf of a format and two values, the second one below the first on the stack.
static bool run_format(struct world *w, const char *format, uint64_t first, uint64_t second,
                       const char **why)
{
    uint8_t code[128];
    int64_t value;
    size_t n = 0;
    const size_t len = strlen(format) + 1;
    const uint64_t values[2] = {second, first};
    for (unsigned i = 0; i < 2; i++) {
        code[n++] = 0x25;
        for (int shift = 56; shift >= 0; shift -= 8)
            code[n++] = (uint8_t)(values[i] >> shift);
    }
    const uint8_t rest[] = {0x22, 0, 0x22, 0, 0x34, 2, 0, (uint8_t)len};
    memcpy(code + n, rest, sizeof rest);
    n += sizeof rest;
    memcpy(code + n, format, len);
    n += len;
    code[n++] = 0x27;
    return run(w, code, n, &value, why);
}

static const struct {
    const char *format;
    uint64_t first, second;
    const char *text;
} formats[] = {
    // Escapes, which GDB hands over as they were typed.
    {"%d\\n%d\\r\\t|", 1, 2, "1\n2\r\t|"},
    {"\\a\\b\\e\\f\\v|", 0, 0, "\a\b\033\f\v|"},
    {"\\\\n \\\"%d\\\"", 5, 0, "\\n \"5\""},
    {"\\101\\60%d\\0601\\7", 5, 0, "A0501\a"},
    {"\\q%d\\", 5, 0, "\\q5\\"},
    {"a\\0b", 0, 0, "a"},
    {"\\045d%d", 5, 0, "%d5"},
    // Width and precision of what is no number.
    {"%8s|%-8s|", RAM, RAM, "   hello|hello   |"},
    {"%2s|%.3s|", RAM, RAM, "hello|hel|"},
    {"%6.2s|%-6.2s|", RAM, RAM, "    he|he    |"},
    {"%.0s|%3.s|", 0, 0, "|   |"},
    {"%5c|%-5c|", 'A', 'B', "    A|B    |"},
    {"%.1c|%c|", 'A', 'B', "A|B|"},
    {"%10p|%-8p|", 0x1000, 0x10, "    0x1000|0x10    |"},
    {"%p|%8p|", 0, 0, "(nil)|   (nil)|"},
    // Lengths.
    {"%hd|%hu|", 0x18000, 0x18000, "-32768|32768|"},
    {"%hhd|%hhu|", 0x180, 0x180, "-128|128|"},
    {"%hx|%hhX|", 0x12345, 0x123ab, "2345|AB|"},
    {"%zu|%td|", 0x100000005u, UINT64_MAX, "5|-1|"},
    {"%jd|%lx|", 0x100000005u, 0x100000005u, "4294967301|5|"},
};

static void formats_mean_what_they_mean_to_gdb(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        struct world w;
        const char *why = "";
        make(&w);
        memcpy(w.ram, "hello\0", 6);
        if (!run_format(&w, formats[i].format, formats[i].first, formats[i].second, &why))
            fail_msg("%s: %s", formats[i].format, why);
        if (strcmp(w.printed, formats[i].text) != 0)
            fail_msg("%s prints %s", formats[i].format, w.printed);
    }
}

static void a_precision_ends_what_is_read(void **state)
{
    (void)state;
    struct world w;
    const char *why = "";
    make(&w);
    memset(w.ram, 'x', sizeof w.ram);
    assert_true(run_format(&w, "%.3s", RAM + 2, 0, &why));
    assert_string_equal(w.printed, "xxx");
    assert_int_equal(w.read_end, RAM + 5);
    assert_true(run_format(&w, "%.40s", RAM + SIZE - 40, 0, &why));
    assert_int_equal(strlen(w.printed), 43);
    assert_int_equal(w.read_end, RAM + SIZE);
    w.reads = 0;
    assert_true(run_format(&w, "%.0s", RAM, 0, &why));
    assert_int_equal(w.reads, 0);
    // One more than there is, and more than is ever read.
    assert_false(run_format(&w, "%.41s", RAM + SIZE - 40, 0, &why));
    assert_false(run_format(&w, "%.999s", RAM, 0, &why));
}

// Whatever the bytes are, it ends, within its limits. Half of them are instructions that exist.
static void noise_ends_within_its_limits(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (unsigned round = 0; round < 200000; round++) {
        struct world w;
        uint8_t code[48];
        int64_t value;
        const char *why = NULL;
        const size_t len = (size_t)(round % sizeof code);
        make(&w);
        for (size_t i = 0; i < len; i++) {
            seed = seed * 1664525u + 1013904223u;
            code[i] = seed & 0x100 ? (uint8_t)((seed >> 16) % 0x36) : (uint8_t)(seed >> 24);
        }
        const bool good = run(&w, code, len, &value, &why);
        assert_true(good == !why);
        assert_in_range(w.reads, 0, AGENT_READS);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_instruction_does_what_the_manual_says),
        cmocka_unit_test(printf_prints_what_c_would),
        cmocka_unit_test(formats_mean_what_they_mean_to_gdb),
        cmocka_unit_test(a_precision_ends_what_is_read),
        cmocka_unit_test(noise_ends_within_its_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
