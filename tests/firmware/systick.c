// SPDX-License-Identifier: MIT
// A main loop under a fast SysTick: whoever steps through main must not land in the handler, and
// whoever waits for a tick by stepping must see it come.
#include <stdint.h>

#define SYST_CSR (*(volatile uint32_t *)0xe000e010)
#define SYST_RVR (*(volatile uint32_t *)0xe000e014)
#define SYST_CVR (*(volatile uint32_t *)0xe000e018)

volatile uint32_t ticks;
volatile uint32_t steps;

void systick_handler(void)
{
    ticks++;
}

__attribute__((noinline)) void wait_for_tick(void)
{
    uint32_t now = ticks;
    while (ticks == now)
        ;
}

int main(void)
{
    SYST_RVR = 200 - 1;
    SYST_CVR = 0;
    SYST_CSR = 7;
    for (;;) {
        steps++;
        steps += 2;
        steps += 3;
        steps -= 5;
        wait_for_tick();
    }
}
