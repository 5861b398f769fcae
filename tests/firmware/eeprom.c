// SPDX-License-Identifier: MIT
// A program of an STM32L0 or L1 whose settings are in data EEPROM.
#include <stdint.h>

#define IN_EEPROM __attribute__((section(".eeprom"), used))

IN_EEPROM volatile uint32_t settings[100] = {11, 22, 33, [99] = 99};
IN_EEPROM volatile uint16_t odd_one = 0x1234;
IN_EEPROM volatile char letter = 'x';

volatile uint32_t seen;

__attribute__((noinline)) void look(uint32_t value)
{
    seen = value;
}

int main(void)
{
    for (;;)
        look(settings[1] + settings[99]);
}
