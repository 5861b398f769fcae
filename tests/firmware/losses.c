// SPDX-License-Identifier: MIT
// Programs that end a debug session, one each: losses-NAME.elf calls lose_NAME(). Before that, each
// does what programs do at their start, which is harmless. The line that does it ends in "culprit".
#include <stdint.h>

#define REG32(addr) (*(volatile uint32_t *)(addr))
#define REG8(addr)  (*(volatile uint8_t *)(addr))

#define RCC_AHBENR  REG32(0x40021014)
#define RCC_APB1ENR REG32(0x4002101c)
#define RCC_AHBRSTR REG32(0x40021028)
#define GPIOA_MODER REG32(0x48000000)
#define GPIOA_AFRH  REG32(0x48000024)
#define PWR_CR      REG32(0x40007000)
#define SCB_SCR     REG32(0xe000ed10)
#define SYST_CSR    REG32(0xe000e010)
#define SYST_RVR    REG32(0xe000e014)

#define GPIOAEN     (1u << 17)
#define PWREN       (1u << 28)
#define PDDS        (1u << 1)
#define SLEEPONEXIT (1u << 1)
#define SLEEPDEEP   (1u << 2)

volatile uint32_t rounds;

// Ways that are not taken are no error: each program takes one.
#define LOSS __attribute__((noinline, unused)) static void

static void pause(uint32_t turns)
{
    for (uint32_t i = 0; i < turns; i++)
        rounds++;
}

LOSS lose_nothing(void)
{
    GPIOA_MODER |= 1u << 2;
}

LOSS lose_moder(void)
{
    pause(1000);
    GPIOA_MODER &= ~(3u << 26); // PA13: culprit
}

LOSS lose_afrh(void)
{
    GPIOA_AFRH |= 1u << 24; // PA14 becomes USART2's: culprit
}

LOSS lose_byte(void)
{
    REG8(0x48000003) = 0xbb; // PA12 to PA15, and PA14 is analog: culprit
}

// As if many pins were used as inputs and outputs by turns, and then all become analog.
LOSS lose_late(void)
{
    for (uint32_t i = 0; i < 200; i++)
        GPIOA_MODER ^= 1;
    GPIOA_MODER = 0xffffffff; // culprit
}

// Long after its start, so that a debugger gets in first.
LOSS lose_later(void)
{
    pause(1000000);
    GPIOA_MODER = 0; // culprit
}

LOSS lose_reset(void)
{
    RCC_AHBRSTR = GPIOAEN;
    RCC_AHBRSTR = 0;
    GPIOA_MODER |= 3u << 28; // PA14: culprit
}

LOSS lose_stop(void)
{
    pause(1000);
    SCB_SCR = SLEEPDEEP;
    pause(1000);
    __asm__ volatile("wfi"); // culprit
}

LOSS lose_standby(void)
{
    PWR_CR = PDDS;
    SCB_SCR = SLEEPDEEP;
    __asm__ volatile("wfi"); // culprit
}

// Asleep whenever no handler runs: there is no WFI.
LOSS lose_exit(void)
{
    SYST_RVR = 8000;
    SYST_CSR = 7;
    SCB_SCR = SLEEPDEEP | SLEEPONEXIT;
    pause(100000);
}

LOSS lose_fault(void)
{
    rounds = REG32(0x30000000); // culprit
}

void systick_handler(void);
void systick_handler(void)
{
    rounds++;
}

int main(void)
{
    RCC_AHBENR |= GPIOAEN;
    RCC_APB1ENR |= PWREN;
    GPIOA_MODER |= 1;      // PA0: an output
    GPIOA_AFRH |= 1u << 4; // PA9: USART1_TX
    LOSE();
    for (;;)
        rounds++;
}
