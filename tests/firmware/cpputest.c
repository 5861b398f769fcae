// SPDX-License-Identifier: MIT
// A program that behaves as CppUTest's command line runner does: -v prints each test, -n NAME and
// -g GROUP choose. With --echo it prints its command line.
#include <stdint.h>

enum { SYS_WRITE0 = 0x04, SYS_GET_CMDLINE = 0x15, SYS_EXIT_EXTENDED = 0x20 };
#define APPLICATION_EXIT 0x20026u

static const struct test {
    const char *group, *name;
    int fails;
} tests[] = {{"Sum", "Adds", 0}, {"Sum", "Fails", 1}, {"Led", "IsOff", 0}};
enum { TESTS = sizeof tests / sizeof *tests };

static char line[512], *word[16];
static unsigned words;

static inline uint32_t call(uint32_t number, uint32_t value)
{
    register uint32_t r0 __asm__("r0") = number;
    register uint32_t r1 __asm__("r1") = value;
    __asm__ volatile("bkpt #0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static void say(const char *text)
{
    call(SYS_WRITE0, (uint32_t)text);
}

static void say_number(unsigned n)
{
    char digit[2] = {(char)('0' + n % 10), '\0'};
    if (n >= 10)
        say_number(n / 10);
    say(digit);
}

static int same(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

__attribute__((noreturn)) static void leave(uint32_t status)
{
    uint32_t block[2] = {APPLICATION_EXIT, status};
    for (;;)
        call(SYS_EXIT_EXTENDED, (uint32_t)block);
}

static void split(void)
{
    char *p = line;
    while (*p && words < 16) {
        while (*p == ' ')
            *p++ = '\0';
        char quote = *p == '"' || *p == '\'' ? *p++ : ' ';
        word[words++] = p;
        while (*p && *p != quote)
            p++;
        if (*p)
            *p++ = '\0';
    }
}

static const char *option(const char *name)
{
    for (unsigned i = 1; i < words; i++)
        if (same(word[i], name))
            return i + 1 < words ? word[i + 1] : "";
    return 0;
}

static void run(const struct test *t)
{
    if (option("-v")) {
        say("TEST(");
        say(t->group);
        say(", ");
        say(t->name);
        say(")");
    } else {
        say(".");
    }
    if (t->fails) {
        say("\nsum.cpp:12: error: Failure in TEST(");
        say(t->group);
        say(", ");
        say(t->name);
        say(")\n\texpected <1>\n\tbut was  <2>\n\n");
    }
    if (option("-v"))
        say(" - 0 ms\n");
}

int main(void)
{
    uint32_t block[2] = {(uint32_t)line, sizeof line};
    unsigned ran = 0, failed = 0;
    if (call(SYS_GET_CMDLINE, (uint32_t)block) != 0)
        leave(100);
    char *end = line;
    while (*end)
        end++;
    if (end - line > 6 && same(end - 6, "--echo")) {
        say(line);
        say("\n");
        leave(0);
    }
    split();
    for (unsigned i = 0; i < TESTS; i++) {
        if ((option("-n") && !same(option("-n"), tests[i].name)) ||
            (option("-g") && !same(option("-g"), tests[i].group)))
            continue;
        run(&tests[i]);
        ran++;
        failed += (unsigned)tests[i].fails;
    }
    say(failed || !ran ? "\nErrors (" : "\nOK (");
    if (failed || !ran) {
        if (ran)
            say_number(failed);
        say(ran ? " failures, " : "ran nothing, ");
    }
    say("3 tests, ");
    say_number(ran);
    say(" ran, 3 checks, 0 ignored, ");
    say_number(TESTS - ran);
    say(" filtered out, 0 ms)\n\n");
    leave(failed || !ran);
}
