// SPDX-License-Identifier: MIT
// A program as people have them, with a startup of its own that relies on what a reset leaves:
//   ST_STARTUP: as ST's startup files do it (the stack pointer first, then .data, .bss,
//   SystemInit); else: as compilers and cortex-m-rt do it, pushing at once to the stack that the
//   vectors name.
// It runs wholly by interrupts: without them `ticks` stays 0.
#include <stdint.h>

#define SYST_CSR     (*(volatile uint32_t *)0xe000e010)
#define SYST_RVR     (*(volatile uint32_t *)0xe000e014)
#define SYST_CVR     (*(volatile uint32_t *)0xe000e018)
#define RCC_CR       (*(volatile uint32_t *)0x40021000)
#define RCC_CFGR     (*(volatile uint32_t *)0x40021004)
#define RCC_CR_HSION 1u

extern uint32_t data_load[], data_start[], data_end[], bss_start[], bss_end[], stack_top[];

volatile uint32_t ticks;
volatile uint32_t initialised = 0x600df00d;
volatile uint32_t found_cfgr; // as the reset left it, or somebody else

int main(void);
void reset_handler(void);

void systick_handler(void)
{
    ticks++;
}

__attribute__((noinline)) void ticked(void)
{
    __asm__ volatile("nop");
}

int main(void)
{
    while (initialised != 0x600df00d)
        ;
    SYST_RVR = 400 - 1;
    SYST_CVR = 0;
    SYST_CSR = 7;
    for (;;) {
        uint32_t now = ticks;
        while (ticks == now)
            ;
        ticked();
    }
}

static void unexpected_exception(void)
{
    for (;;)
        ;
}

__attribute__((noinline)) void system_init(void)
{
    found_cfgr = RCC_CFGR;
    RCC_CR |= RCC_CR_HSION;
}

__attribute__((noinline, used)) static void copy_and_go(void)
{
    volatile uint32_t *to = data_start;
    for (const uint32_t *from = data_load; to < data_end; to++, from++)
        *to = *from;
    for (volatile uint32_t *p = bss_start; p < bss_end; p++)
        *p = 0;
    system_init();
    main();
}

#ifdef ST_STARTUP
__attribute__((naked)) void reset_handler(void)
{
    __asm__ volatile("ldr r0, =stack_top\n\t"
                     "mov sp, r0\n\t"
                     "bl copy_and_go\n\t"
                     ".ltorg");
}
#else
__attribute__((naked)) void reset_handler(void)
{
    __asm__ volatile("push {r4, r7, lr}\n\t"
                     "bl copy_and_go");
}
#endif

typedef void (*const vector)(void);

__attribute__((section(".vectors"), used)) static vector vectors[48] = {
    [0] = (vector)(uintptr_t)stack_top,
    [1] = reset_handler,
    [2] = unexpected_exception,
    [3] = unexpected_exception,
    [11] = unexpected_exception,
    [14] = unexpected_exception,
    [15] = systick_handler,
};
