// SPDX-License-Identifier: MIT
// The sample program of the README: blinks PB3 (the green LED of a Nucleo-F031K6) and computes
// things that are worth a look: a call chain, a recursion, a structure, an array, a function in
// RAM.
#include <stdint.h>

#define RCC_AHBENR  (*(volatile uint32_t *)0x40021014)
#define GPIOB_MODER (*(volatile uint32_t *)0x48000400)
#define GPIOB_BSRR  (*(volatile uint32_t *)0x48000418)

#define RCC_AHBENR_IOPBEN (1u << 18)
#define LED_PIN           3

enum { HISTORY = 8, WAIT_LOOPS = 2000 };

struct counter {
    uint32_t rounds;
    uint32_t last;
    uint8_t depth;
    const char *name;
};

struct counter counter = {.name = "sample"};
uint32_t history[HISTORY];
volatile uint32_t wait_loops = WAIT_LOOPS; // 250000 blinks at a pace that an eye can follow

static void led_init(void)
{
    RCC_AHBENR |= RCC_AHBENR_IOPBEN;
    GPIOB_MODER = (GPIOB_MODER & ~(3u << 2 * LED_PIN)) | 1u << 2 * LED_PIN;
}

static void led_set(int on)
{
    GPIOB_BSRR = on ? 1u << LED_PIN : 1u << (LED_PIN + 16);
}

__attribute__((noinline)) uint32_t factorial(uint32_t n)
{
    if (n < 2)
        return 1;
    counter.depth++;
    uint32_t smaller = factorial(n - 1);
    return n * smaller;
}

__attribute__((noinline)) uint32_t compute(uint32_t round)
{
    uint32_t n = round % 8;
    uint32_t result = factorial(n) + round;
    history[round % HISTORY] = result;
    return result;
}

__attribute__((noinline, long_call, section(".ramfunc"))) void wait_in_ram(uint32_t loops)
{
    while (loops--)
        __asm__ volatile("nop");
}

int main(void)
{
    led_init();
    for (;;) {
        counter.depth = 0;
        counter.last = compute(counter.rounds);
        counter.rounds++;
        led_set(counter.rounds & 1);
        wait_in_ram(wait_loops);
    }
}
