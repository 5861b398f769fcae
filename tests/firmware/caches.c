// SPDX-License-Identifier: MIT
// A program for a Cortex-M7 with both caches on: it counts in memory that is written back, adds up
// by code that it has put there, and repeats what a debugger writes. With its own start and no
// parts of a chip but the core's.
#include <stdint.h>

#define REG(addr) (*(volatile uint32_t *)(addr))
#define CCR       REG(0xe000ed14)
#define CCSIDR    REG(0xe000ed80)
#define CSSELR    REG(0xe000ed84)
#define ICIALLU   REG(0xe000ef50)
#define DCISW     REG(0xe000ef60)
#define DCCMVAU   REG(0xe000ef64)

enum { CCR_DC = 1 << 16, CCR_IC = 1 << 17, LINE = 32 };

extern uint32_t stack_top[];

// Behind the DTCM of an STM32F74x, where the caches are in the way.
struct shared {
    volatile uint32_t rounds, wanted, seen, sum;
    volatile uint32_t apart[4];
    uint16_t code[16];
};
#define shared ((struct shared *)0x20010000)

static void barrier(void)
{
    __asm volatile("dsb\n isb" ::: "memory");
}

static void switch_caches_on(void)
{
    CSSELR = 0;
    barrier();
    uint32_t sets = CCSIDR >> 13 & 0x7fff;
    for (uint32_t way = 0; way < 4; way++) {
        for (uint32_t set = 0; set <= sets; set++)
            DCISW = way << 30 | set << 5;
    }
    ICIALLU = 0;
    barrier();
    CCR |= CCR_IC | CCR_DC;
    barrier();
}

// NOP, NOP, ADDS r0, #3, BX lr.
static void put_code(void)
{
    static const uint16_t code[] = {0xbf00, 0xbf00, 0x3003, 0x4770};
    for (unsigned i = 0; i < sizeof code / sizeof code[0]; i++)
        shared->code[i] = code[i];
    DCCMVAU = (uint32_t)shared->code;
    barrier();
    ICIALLU = 0;
    barrier();
}

__attribute__((noinline)) void round_is_over(void)
{
    __asm volatile("" ::: "memory");
}

int main(void)
{
    uint32_t (*add)(uint32_t) = (uint32_t(*)(uint32_t))((uint32_t)shared->code | 1);
    switch_caches_on();
    for (unsigned i = 0; i < sizeof *shared / 4; i++)
        ((volatile uint32_t *)shared)[i] = 0;
    put_code();
    for (;;) {
        shared->rounds++;
        shared->sum = add(shared->sum);
        shared->seen = shared->wanted;
        round_is_over();
    }
}

__attribute__((noreturn)) void reset_handler(void)
{
    main();
    for (;;)
        __asm volatile("nop");
}

static void fault(void)
{
    for (;;)
        __asm volatile("nop");
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    stack_top,
    (void *)reset_handler,
    (void *)fault,
    (void *)fault,
    (void *)fault,
    (void *)fault,
    (void *)fault,
    0,
    0,
    0,
    0,
    (void *)fault,
    (void *)fault,
    0,
    (void *)fault,
    (void *)fault};
