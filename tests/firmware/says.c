// SPDX-License-Identifier: MIT
// A program that prints a text and ends in a certain way, both of which a test writes into the
// file: `script` is found there by its mark.
#include <stdint.h>

enum {
    SYS_WRITEC = 0x03,
    SYS_WRITE0 = 0x04,
    SYS_READC = 0x07,
    SYS_EXIT = 0x18,
    SYS_EXIT_EXTENDED = 0x20
};
#define APPLICATION_EXIT 0x20026u
#define RUN_TIME_ERROR   0x20023u

#define SCB_ICSR  (*(volatile uint32_t *)0xe000ed04)
#define SCB_AIRCR (*(volatile uint32_t *)0xe000ed0c)
#define IWDG_KR   (*(volatile uint32_t *)0x40003000)
#define IWDG_RLR  (*(volatile uint32_t *)0x40003008)

enum channel { BY_CONSOLE, BY_LETTERS, BY_RTT, BY_RTT_THAT_DROPS };
enum ending {
    EXIT_EXTENDED,
    EXIT,
    EXIT_ERROR,
    BREAK,
    FAULT,
    LOCKUP,
    RESET,
    WATCHDOG,
    HANG,
    EXIT_FOR_EVER,
    SAY_FOR_EVER,
    LOSE_RTT,
    READ // the console, until it has ended `status` times
};

const volatile struct {
    char mark[16];
    uint32_t channel, ending, status;
    char text[3000];
} script = {"swdlink script:", BY_CONSOLE, EXIT_EXTENDED, 0, ""};

struct rtt_channel {
    const char *name;
    char *buffer;
    uint32_t size;
    volatile uint32_t writer, reader;
    uint32_t flags;
};
static char up_buffer[256];
struct {
    volatile char id[16];
    uint32_t ups, downs;
    struct rtt_channel up;
} _SEGGER_RTT;

static inline uint32_t call(uint32_t number, uint32_t value)
{
    register uint32_t r0 __asm__("r0") = number;
    register uint32_t r1 __asm__("r1") = value;
    __asm__ volatile("bkpt #0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

static void print_console(const volatile char *p)
{
    char piece[33];
    while (*p) {
        unsigned n = 0;
        while (*p && n < sizeof piece - 1)
            piece[n++] = *p++;
        piece[n] = '\0';
        call(SYS_WRITE0, (uint32_t)piece);
    }
}

static void print_letters(const volatile char *p)
{
    for (; *p; p++) {
        char letter = *p;
        call(SYS_WRITEC, (uint32_t)&letter);
    }
}

// The name is written last, and backward, so that nobody finds it before the rest is there.
static void start_rtt(void)
{
    static const char name[] = "TTR REGGES";
    int drops = script.channel == BY_RTT_THAT_DROPS;
    if (script.channel != BY_RTT && !drops)
        return;
    _SEGGER_RTT.ups = 1;
    _SEGGER_RTT.up =
        (struct rtt_channel){"Terminal", up_buffer, sizeof up_buffer, 0, 0, drops ? 0 : 2};
    for (unsigned i = 0; i < 10; i++)
        _SEGGER_RTT.id[9 - i] = name[i];
}

static void print_rtt(const volatile char *p, int drops)
{
    for (; *p; p++) {
        uint32_t next = (_SEGGER_RTT.up.writer + 1) % sizeof up_buffer;
        while (next == _SEGGER_RTT.up.reader && !drops)
            ;
        if (next == _SEGGER_RTT.up.reader)
            continue;
        ((volatile char *)up_buffer)[_SEGGER_RTT.up.writer] = *p;
        _SEGGER_RTT.up.writer = next;
    }
}

__attribute__((noinline)) void reached(void)
{
    __asm__ volatile("nop");
}

static void fault(void)
{
    volatile uint32_t addr = 0x20000001; // the compiler shall not see that it is not aligned
    *(volatile uint32_t *)addr = 1;
}

// A fault at the priority of the NMI locks the core up.
void nmi_handler(void)
{
    fault();
}

static void end(void)
{
    uint32_t block[2] = {APPLICATION_EXIT, script.status};
    switch (script.ending) {
    case EXIT_EXTENDED:
        call(SYS_EXIT_EXTENDED, (uint32_t)block);
        break;
    case EXIT:
        call(SYS_EXIT, APPLICATION_EXIT);
        break;
    case EXIT_ERROR:
        call(SYS_EXIT, RUN_TIME_ERROR);
        break;
    case EXIT_FOR_EVER:
        for (;;)
            call(SYS_EXIT_EXTENDED, (uint32_t)block);
    case LOSE_RTT:
        _SEGGER_RTT.up.size = 0x40000000;
        call(SYS_EXIT_EXTENDED, (uint32_t)block);
        break;
    case READ:
        block[1] = 0;
        for (unsigned ends = 0; ends < script.status;)
            ends += call(SYS_READC, 0) == 0xffffffff;
        call(SYS_EXIT_EXTENDED, (uint32_t)block);
        break;
    case BREAK:
        __asm__ volatile("bkpt #0");
        break;
    case FAULT:
        fault();
        break;
    case LOCKUP:
        SCB_ICSR = 1u << 31;
        break;
    case RESET:
        SCB_AIRCR = 0x05fa0004;
        break;
    case WATCHDOG:
        IWDG_KR = 0x5555;
        IWDG_RLR = 20;
        IWDG_KR = 0xcccc;
        break;
    }
}

static void print(void)
{
    switch (script.channel) {
    case BY_CONSOLE:
        print_console(script.text);
        break;
    case BY_LETTERS:
        print_letters(script.text);
        break;
    default:
        print_rtt(script.text, script.channel == BY_RTT_THAT_DROPS);
    }
}

int main(void)
{
    start_rtt();
    do
        print();
    while (script.ending == SAY_FOR_EVER);
    reached();
    end();
    for (;;)
        __asm__ volatile("nop");
}
