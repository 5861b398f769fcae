// SPDX-License-Identifier: MIT
// A program for an STM32F103 or F407 that writes to ITM ports: text to port 0, words and text to
// port 1. It starts with the clock of a reset, and with FAST goes on with a faster one.
// It ends by semihosting, unless it is ENDLESS. What a
// debugger may set: `divisor`, of the TPIU, as a program that initializes its trace itself does.
#include <stdint.h>

#define REG(addr)   (*(volatile uint32_t *)(addr))
#define REG8(addr)  (*(volatile uint8_t *)(addr))
#define ITM_PORT(n) (0xe0000000 + 4 * (n))
#define ITM_TER     REG(0xe0000e00)
#define ITM_TCR     REG(0xe0000e80)
#define TPIU_ACPR   REG(0xe0040010)
#define SYST_CSR    REG(0xe000e010)
#define SYST_RVR    REG(0xe000e014)
#define SYST_CVR    REG(0xe000e018)
#define ROUNDS      60u

extern uint32_t stack_top[], bss_start[], bss_end[];

volatile uint32_t rounds, ticks;
volatile uint32_t divisor;

static void put_byte(unsigned port, uint8_t byte)
{
    if (!(ITM_TCR & 1) || !(ITM_TER >> port & 1))
        return;
    while (!(REG(ITM_PORT(port)) & 1))
        ;
    REG8(ITM_PORT(port)) = byte;
}

static void put_word(unsigned port, uint32_t word)
{
    if (!(ITM_TCR & 1) || !(ITM_TER >> port & 1))
        return;
    while (!(REG(ITM_PORT(port)) & 1))
        ;
    REG(ITM_PORT(port)) = word;
}

static void put_text(unsigned port, const char *text)
{
    for (; *text; text++)
        put_byte(port, (uint8_t)*text);
}

// A V2 fetches some 40 KiB a second.
#ifdef FAST
#define LOOPS_A_ROUND 20000u
#else
#define LOOPS_A_ROUND 4000u
#endif

#ifdef FAST
#ifdef F407
#define RCC 0x40023800u
// From 16 MHz by the PLL: 16 / 8 * 168 / 2 = 168 MHz (RM0090, 7.3).
static void go_fast(void)
{
    REG(0x40023c00) = 5;         // FLASH_ACR: wait states
    REG(RCC + 0x40) |= 1u << 28; // PWREN
    REG(RCC + 4) = 8u | 168u << 6 | 7u << 24;
    REG(RCC) |= 1u << 24;
    while (!(REG(RCC) & 1u << 25))
        ;
    REG(RCC + 8) = 5u << 10 | 4u << 13;
    REG(RCC + 8) |= 2;
    while ((REG(RCC + 8) & 0xc) != 8)
        ;
}
#else
#define RCC 0x40021000u
// From 8 MHz by the PLL: 8 / 2 * 16 = 64 MHz (RM0008, 7.3).
static void go_fast(void)
{
    REG(0x40022000) = 0x12; // FLASH_ACR: wait states
    REG(RCC + 4) = 14u << 18 | 4u << 8;
    REG(RCC) |= 1u << 24;
    while (!(REG(RCC) & 1u << 25))
        ;
    REG(RCC + 4) |= 2;
    while ((REG(RCC + 4) & 0xc) != 8)
        ;
}
#endif

#endif

static void wait(void)
{
    for (volatile uint32_t i = 0; i < LOOPS_A_ROUND; i++)
        ;
}

static void put_number(unsigned port, uint32_t n)
{
    char text[4] = {(char)('0' + n / 100 % 10), (char)('0' + n / 10 % 10), (char)('0' + n % 10), 0};
    put_text(port, text);
}

__attribute__((noinline)) void round_is_over(void)
{
    rounds++;
}

#ifndef ENDLESS
static void leave(uint32_t status)
{
    register uint32_t r0 __asm__("r0") = 0x20; // SYS_EXIT_EXTENDED
    uint32_t block[2] = {0x20026, status};
    register uint32_t *r1 __asm__("r1") = block;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}
#endif

void reset_handler(void);
void reset_handler(void)
{
    for (uint32_t *p = bss_start; p < bss_end; p++)
        *p = 0;
    put_text(0, "start\n");
#ifdef FAST
    go_fast();
#endif
    SYST_RVR = 40000;
    SYST_CVR = 0;
    SYST_CSR = 7;
    for (;;) {
        if (divisor) {
            TPIU_ACPR = divisor - 1;
            divisor = 0;
        }
        put_text(0, "round ");
        put_number(0, rounds);
        put_byte(0, '\n');
        put_text(1, "at");
        put_word(1, rounds);
        put_byte(1, '\n');
        wait();
        round_is_over();
#ifndef ENDLESS
        if (rounds == ROUNDS) {
            put_text(0, "the end\n");
            leave(7);
        }
#endif
    }
}

static void systick_handler(void)
{
    ticks++;
}

static void stop_here(void)
{
    for (;;)
        ;
}

typedef void (*const vector)(void);

__attribute__((section(".vectors"), used)) static vector vectors[16] = {
    (vector)(uintptr_t)stack_top,
    reset_handler,
    stop_here,
    stop_here,
    stop_here,
    stop_here,
    stop_here,
    [15] = systick_handler,
};
