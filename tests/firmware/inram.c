// SPDX-License-Identifier: MIT
// A program that lives in SRAM altogether: loaded and debugged without touching the flash.
#include <stdint.h>

volatile uint32_t laps;

__attribute__((noinline)) uint32_t lap(uint32_t n)
{
    return n * 3 + 1;
}

int main(void)
{
    for (;;)
        laps = lap(laps);
}
