// SPDX-License-Identifier: MIT
// What runs before main() in every test program: the vector table of an STM32F031 (RM0091, 11.1.3)
// and the copy of initialised data and RAM functions. A program takes an interrupt by defining its
// handler. In a program that lies wholly in RAM, the debugger sets only the PC: so the stack
// pointer is set here, and the vectors are found at address 0 after SYSCFG has mapped SRAM there
// (RM0091, 9.1.1).
#include <stdint.h>

extern uint32_t data_load[], data_start[], data_end[], bss_start[], bss_end[], stack_top[];

#define RCC_APB2ENR  (*(volatile uint32_t *)0x40021018)
#define SYSCFG_CFGR1 (*(volatile uint32_t *)0x40010000)

#define RCC_APB2ENR_SYSCFGEN  (1u << 0)
#define SYSCFG_CFGR1_MEM_SRAM 3u

#define SRAM_BASE 0x20000000u

int main(void);
void start_in_c(void);

// Where an exception ends that the program did not expect. Its number is in IPSR.
void unexpected_exception(void);
void unexpected_exception(void)
{
    for (;;)
        ;
}

#define HANDLER(name) void name(void) __attribute__((weak, alias("unexpected_exception")))

HANDLER(nmi_handler);
HANDLER(hardfault_handler);
HANDLER(svcall_handler);
HANDLER(pendsv_handler);
HANDLER(systick_handler);
HANDLER(exti0_1_handler);
HANDLER(exti2_3_handler);
HANDLER(exti4_15_handler);
HANDLER(tim2_handler);
HANDLER(tim3_handler);
HANDLER(tim14_handler);
HANDLER(tim16_handler);
HANDLER(tim17_handler);
HANDLER(usart1_handler);

void reset_handler(void) __attribute__((naked, noreturn));
void reset_handler(void)
{
    __asm__ volatile("ldr r0, =stack_top\n\t"
                     "mov sp, r0\n\t"
                     "bl start_in_c\n\t"
                     ".ltorg");
}

typedef void (*const vector)(void);

enum { FIRST_INTERRUPT = 16 };

__attribute__((section(".vectors"), used)) static vector vectors[48] = {
    [0] = (vector)(uintptr_t)stack_top,
    [1] = reset_handler,
    [2] = nmi_handler,
    [3] = hardfault_handler,
    [11] = svcall_handler,
    [14] = pendsv_handler,
    [15] = systick_handler,
    [FIRST_INTERRUPT + 5] = exti0_1_handler,
    [FIRST_INTERRUPT + 6] = exti2_3_handler,
    [FIRST_INTERRUPT + 7] = exti4_15_handler,
    [FIRST_INTERRUPT + 15] = tim2_handler,
    [FIRST_INTERRUPT + 16] = tim3_handler,
    [FIRST_INTERRUPT + 19] = tim14_handler,
    [FIRST_INTERRUPT + 21] = tim16_handler,
    [FIRST_INTERRUPT + 22] = tim17_handler,
    [FIRST_INTERRUPT + 27] = usart1_handler,
};

void start_in_c(void)
{
    // volatile: the compiler must not turn these loops into calls of memcpy() and memset().
    volatile uint32_t *to = data_start;
    for (const uint32_t *from = data_load; to < data_end && to != from; to++, from++)
        *to = *from;
    for (volatile uint32_t *p = bss_start; p < bss_end; p++)
        *p = 0;
    if ((uintptr_t)vectors >= SRAM_BASE) {
        RCC_APB2ENR |= RCC_APB2ENR_SYSCFGEN;
        SYSCFG_CFGR1 = SYSCFG_CFGR1_MEM_SRAM;
    }
    main();
    for (;;)
        ;
}
