// SPDX-License-Identifier: MIT
// A program that makes the semihosting call that the debugger asks for: it sets op, argument (or
// block, whose address is taken when argument is 0) and text, and lets the program run to done().
#include <stdint.h>

volatile uint32_t op = 0x31; // SYS_TICKFREQ
volatile uint32_t argument;
volatile uint32_t block[4];
volatile uint32_t result;
volatile uint32_t rounds;
volatile char text[256];
volatile char other_text[64];
static const char hello[] = "hello from the target\n";

static inline uint32_t call(uint32_t number, uint32_t value)
{
    register uint32_t r0 __asm__("r0") = number;
    register uint32_t r1 __asm__("r1") = value;
    __asm__ volatile("bkpt #0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

__attribute__((noinline)) void done(void)
{
    rounds++;
}

// A hundred lines, for whoever counts what one costs.
__attribute__((noinline)) void chatter(void)
{
    for (uint32_t i = 0; i < 100; i++)
        call(0x04, (uint32_t)hello); // SYS_WRITE0
}

int main(void)
{
    for (;;) {
        if (op == 0)
            chatter();
        else
            result = call(op, argument ? argument : (uint32_t)block);
        done();
    }
}
