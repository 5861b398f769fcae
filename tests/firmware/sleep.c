// SPDX-License-Identifier: MIT
// A program that sleeps with WFI and is woken by SysTick; with `ticking` zero it sleeps for ever.
#include <stdint.h>

#define SYST_CSR (*(volatile uint32_t *)0xe000e010)
#define SYST_RVR (*(volatile uint32_t *)0xe000e014)
#define SYST_CVR (*(volatile uint32_t *)0xe000e018)

volatile uint32_t ticks;
volatile uint32_t wakeups;
volatile uint32_t ticking = 1;

void systick_handler(void)
{
    ticks++;
}

__attribute__((noinline)) void sleep_once(void)
{
    __asm__ volatile("wfi");
    wakeups++;
}

int main(void)
{
    if (ticking) {
        SYST_RVR = 8000 - 1; // 1 ms at 8 MHz
        SYST_CVR = 0;
        SYST_CSR = 7;
    }
    for (;;)
        sleep_once();
}
