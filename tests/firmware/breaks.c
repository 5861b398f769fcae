// SPDX-License-Identifier: MIT
// Places for breakpoints and watchpoints that are not the easy ones: a BKPT of the program's own in
// flash and in RAM, bytes that are written as a word, and an array that no aligned block fits.
#include <stdint.h>

volatile uint32_t rounds;
volatile uint32_t armed; // bit 0: the BKPT in flash is executed; bit 1: the one in RAM
volatile union {
    uint8_t b[4];
    uint16_t h[2];
    uint32_t w;
} mixed;
volatile struct {
    uint32_t before;
    char text[64]; // on 4, not on 64
    uint32_t behind;
} __attribute__((aligned(64))) box;

__attribute__((noinline)) void stop_in_flash(void)
{
    rounds++;
    __asm__ volatile("bkpt #1");
    rounds++; // behind the BKPT
}

__attribute__((noinline, section(".ramfunc"))) void stop_in_ram(void)
{
    rounds++;
    __asm__ volatile("bkpt #2");
    rounds++; // behind the BKPT in RAM
}

__attribute__((noinline)) void write_all(uint32_t n)
{
    mixed.w = n << 8; // mixed.b[1] changes
    __asm__ volatile("nop\n\tnop\n\tnop");
    box.before = n;
    __asm__ volatile("nop\n\tnop\n\tnop");
    box.behind = n;
    __asm__ volatile("nop\n\tnop\n\tnop");
    box.text[n & 63] = (char)n; // the text changes
    __asm__ volatile("nop\n\tnop\n\tnop");
}

int main(void)
{
    for (uint32_t n = 1;; n++) {
        write_all(n);
        if (armed & 1)
            stop_in_flash();
        if (armed & 2)
            stop_in_ram();
    }
}
