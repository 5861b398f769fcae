// SPDX-License-Identifier: MIT
// A program as a test rig runs it. What it does is said by the first letters of the name under
// which the debugger started it (SYS_GET_CMDLINE): so one program stands for all of them.
#include <stdint.h>

enum { SYS_WRITE0 = 0x04, SYS_GET_CMDLINE = 0x15, SYS_EXIT = 0x18, SYS_EXIT_EXTENDED = 0x20 };
#define APPLICATION_EXIT 0x20026u

#define IWDG_KR  (*(volatile uint32_t *)0x40003000)
#define IWDG_RLR (*(volatile uint32_t *)0x40003008)

// The control block of RTT (SEGGER UM08001, 16.3): one channel up, one down.
struct channel {
    const char *name;
    char *buffer;
    uint32_t size;
    volatile uint32_t writer, reader;
    uint32_t flags;
};
static char up_buffer[64], down_buffer[16];
static struct {
    char id[16];
    uint32_t ups, downs;
    struct channel up, down;
} rtt;

static inline uint32_t call(uint32_t number, const void *value)
{
    register uint32_t r0 __asm__("r0") = number;
    register uint32_t r1 __asm__("r1") = (uint32_t)value;
    __asm__ volatile("bkpt #0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static void say(const char *text)
{
    call(SYS_WRITE0, text);
}

static void finish(uint32_t status)
{
    uint32_t block[2] = {APPLICATION_EXIT, status};
    call(SYS_EXIT_EXTENDED, block);
}

// Letter by letter, so that no complete name of a control block lies in the flash.
static void start_rtt(void)
{
    static const char name[] = "TTR REGGES";
    rtt.ups = rtt.downs = 1;
    rtt.up = (struct channel){"Terminal", up_buffer, sizeof up_buffer, 0, 0, 2};
    rtt.down = (struct channel){"Terminal", down_buffer, sizeof down_buffer, 0, 0, 0};
    for (unsigned i = 0; i < 10; i++)
        ((volatile char *)rtt.id)[i] = name[9 - i];
}

static void put_rtt(const char *text)
{
    for (; *text; text++) {
        uint32_t next = (rtt.up.writer + 1) % sizeof up_buffer;
        while (next == rtt.up.reader)
            ;
        ((volatile char *)up_buffer)[rtt.up.writer] = *text;
        rtt.up.writer = next;
    }
}

static void wait_until_rtt_is_read(void)
{
    while (rtt.up.writer != rtt.up.reader)
        ;
}

// Says in capitals what comes down, until a line ends.
static void answer_by_rtt(void)
{
    start_rtt();
    for (char c = 0; c != '\n';) {
        while (rtt.down.reader == rtt.down.writer)
            ;
        c = ((volatile char *)down_buffer)[rtt.down.reader];
        rtt.down.reader = (rtt.down.reader + 1) % sizeof down_buffer;
        char text[2] = {c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c, '\0'};
        put_rtt(text);
    }
    wait_until_rtt_is_read();
}

__attribute__((noinline)) void reached(void)
{
    __asm__ volatile("nop");
}

__attribute__((noinline)) void hang(void)
{
    for (;;)
        __asm__ volatile("nop");
}

__attribute__((noinline)) void fault(void)
{
    volatile uint32_t addr = 0x20000001; // the compiler shall not see that it is not aligned
    *(volatile uint32_t *)addr = 1;
}

static void dog(void)
{
    IWDG_KR = 0x5555;
    IWDG_RLR = 100;
    IWDG_KR = 0xcccc;
    hang();
}

static void print_unity(void)
{
    say("test/test_math.c:12:test_adds:PASS\n");
    say("test/test_math.c:20:test_divides:FAIL: Expected 3 Was <4> & \"more\"\n");
    say("test/test_math.c:31:test_later:IGNORE: not yet\n");
    say("-----------------------\n3 Tests 1 Failures 1 Ignored \nFAIL\n");
}

static void print_plain(void)
{
    say("ok 1 - boots\nok 2 - counts # SKIP no timer\nnot ok 3 - ends\nokay, that is no "
        "result\n1..3\n");
}

static void talk_by_rtt(void)
{
    start_rtt();
    for (unsigned i = 0; i < 20; i++)
        put_rtt("a line by RTT, longer than a half of its buffer\n");
    wait_until_rtt_is_read();
}

static int begins(const char *name, const char *with)
{
    while (*with)
        if (*name++ != *with++)
            return 0;
    return 1;
}

int main(void)
{
    static char line[128];
    struct {
        char *text;
        uint32_t size;
    } block = {line, sizeof line};
    const char *name = line;
    call(SYS_GET_CMDLINE, &block);
    for (const char *p = line; *p; p++)
        if (*p == '/')
            name = p + 1;
    say("hello from the target\n");
    if (begins(name, "status"))
        finish(42);
    if (begins(name, "unity"))
        print_unity();
    if (begins(name, "plain"))
        print_plain();
    if (begins(name, "hang"))
        hang();
    if (begins(name, "fault"))
        fault();
    if (begins(name, "dog"))
        dog();
    if (begins(name, "rtt"))
        talk_by_rtt();
    if (begins(name, "echo"))
        answer_by_rtt();
    if (begins(name, "bkpt"))
        __asm__ volatile("bkpt #1");
    reached();
    finish(0);
    return 0;
}
