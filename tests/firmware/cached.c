// SPDX-License-Identifier: MIT
// A program for a Cortex-M7 that runs with both caches on, from memory that they hold: its
// variables and its stack are in SRAM1, and it executes code from there and from the ITCM.
#include <stdint.h>

#define REG(addr) (*(volatile uint32_t *)(addr))
#define CCR       REG(0xe000ed14)
#define CCSIDR    REG(0xe000ed80)
#define CSSELR    REG(0xe000ed84)
#define CPACR     REG(0xe000ed88)
#define ICIALLU   REG(0xe000ef50)
#define DCISW     REG(0xe000ef60)
#define DCCIMVAC  REG(0xe000ef70)

#define ADDS_1 0x3001u // adds r0, #1
#define BX_LR  0x4770u

typedef uint32_t (*adder)(uint32_t value);

extern uint32_t stack_top[], bss_start[], bss_end[];

volatile uint32_t rounds, sum, itcm_sum, asked, seen;
volatile double product;
__attribute__((aligned(32))) volatile uint16_t code[16];

__attribute__((noinline)) void met(void)
{
    __asm volatile("nop");
}

__attribute__((noinline)) void deeper(uint32_t n)
{
    volatile uint32_t kept = n * 3;
    if (n > 0)
        deeper(n - 1);
    else
        met();
    seen = asked + 0 * kept;
}

static void switch_caches_on(void)
{
    CSSELR = 0;
    __asm volatile("dsb");
    const uint32_t sets = (CCSIDR >> 13 & 0x7fff) + 1;
    for (uint32_t set = 0; set < sets; set++)
        for (uint32_t way = 0; way < 4; way++)
            DCISW = way << 30 | set << 5;
    ICIALLU = 0;
    __asm volatile("dsb\n\tisb");
    CCR |= 3u << 16;
    __asm volatile("dsb\n\tisb");
}

// From there it is fetched: what has been written may be in the data cache.
static void put_code(volatile uint16_t *to)
{
    to[0] = ADDS_1;
    to[1] = BX_LR;
    DCCIMVAC = (uint32_t)(uintptr_t)to;
    __asm volatile("dsb");
    ICIALLU = 0;
    __asm volatile("dsb\n\tisb");
}

#define ITCM_CODE 0x100u

int main(void)
{
    volatile uint16_t *volatile itcm = (volatile uint16_t *)ITCM_CODE;
    switch_caches_on();
    put_code(code);
    put_code(itcm);
    for (;;) {
        sum = ((adder)((uintptr_t)code | 1))(sum);
        itcm_sum = ((adder)((uintptr_t)itcm | 1))(itcm_sum);
        product = (double)sum * 1.5;
        deeper(3);
        rounds++;
    }
}

void reset_handler(void);
void reset_handler(void)
{
    for (volatile uint32_t *p = bss_start; p < bss_end; p++)
        *p = 0;
#if defined __ARM_FP
    CPACR = 0x00f00000;
    __asm volatile("dsb\n\tisb");
#endif
    main();
}

void fault_handler(void);
void fault_handler(void)
{
    for (;;)
        ;
}

typedef void (*const vector)(void);

__attribute__((section(".vectors"), used)) static vector vectors[16] = {
    (vector)(uintptr_t)stack_top,
    reset_handler,
    fault_handler,
    fault_handler,
    fault_handler,
    fault_handler,
    fault_handler,
    [15] = fault_handler,
};
