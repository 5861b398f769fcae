// SPDX-License-Identifier: MIT
// Every program is a list of words to write to registers, worked off by the same few instructions,
// and an end: Thumb code that the virtual core executes like any other.
#include "sim/families/programs.h"

#include <string.h>

#include "base/bytes.h"

#define FLASH      0x08000000u
#define STACK      0x20001000u // the end of the smallest SRAM
#define VECTORS    48u
#define CODE       (FLASH + 4 * VECTORS)
#define END_OFFSET 0x16u
#define MAX_STEPS  8u

#define RCC_CFGR      0x40021004u
#define RCC_AHBENR    0x40021014u
#define RCC_APB1ENR   0x4002101cu
#define PWREN         (1u << 28)
#define GPIOAEN_RESET 0x00020014u // with SRAM and FLITF, which are on after reset
#define GPIOA_MODER   0x48000000u
#define PWR_CR        0x40007000u
#define IWDG_KR       0x40003000u
#define IWDG_PR       0x40003004u
#define IWDG_RLR      0x40003008u
#define SCB_AIRCR     0xe000ed0cu
#define SCB_SCR       0xe000ed10u
#define WAIT          1u // in place of an address: wait for that many turns of 4 cycles

// Walks a list of address and value to an address of 0.
static const uint16_t walk[] = {
    0xa406, // 00: adr   r4, 1c
    0xcc03, // 02: ldmia r4!, {r0, r1}
    0x2800, // 04: cmp   r0, #0
    0xd006, // 06: beq   16
    0x2801, // 08: cmp   r0, #1
    0xd001, // 0a: beq   10
    0x6001, // 0c: str   r1, [r0]
    0xe7f8, // 0e: b     02
    0x3901, // 10: subs  r1, #1
    0xd1fd, // 12: bne   10
    0xe7f5, // 14: b     02
};

enum end { END_RUN, END_SLEEP, END_FAULT };
static const uint16_t ends[][3] = {
    [END_RUN] = {0x3201, 0xe7fd, 0x46c0},   // 16: adds r2, #1; b 16; nop
    [END_SLEEP] = {0xbf30, 0xe7fd, 0x46c0}, // 16: wfi; b 16; nop
    [END_FAULT] = {0xde00, 0xe7fd,
                   0x46c0}, // 16: udf #0, in every handler as well: the core locks up
};

static const struct {
    const char *name;
    struct {
        uint32_t addr, value;
    } step[MAX_STEPS];
    enum end end;
} programs[] = {
    {.name = "count", .end = END_RUN},
    {.name = "swd-off", // 5 ms after reset PA13 and PA14 become analog inputs
     .step = {{RCC_AHBENR, GPIOAEN_RESET}, {WAIT, 10000}, {GPIOA_MODER, 0x3c000000}},
     .end = END_RUN},
    {.name = "sleep", .end = END_SLEEP},
    {.name = "stop",
     .step = {{RCC_APB1ENR, PWREN}, {PWR_CR, 1}, {SCB_SCR, 4}, {WAIT, 10000}},
     .end = END_SLEEP},
    {.name = "standby",
     .step = {{RCC_APB1ENR, PWREN}, {PWR_CR, 6}, {SCB_SCR, 4}, {WAIT, 10000}},
     .end = END_SLEEP},
    {.name = "iwdg", // bites every 30 ms
     .step = {{IWDG_KR, 0xcccc},
              {IWDG_KR, 0x5555},
              {IWDG_PR, 0},
              {IWDG_RLR, 300},
              {WAIT, 10000},
              {IWDG_KR, 0xaaaa}},
     .end = END_RUN},
    {.name = "slow-clock", // 5 ms after reset HCLK is 15.6 kHz
     .step = {{WAIT, 10000}, {RCC_CFGR, 0xf0}},
     .end = END_RUN},
    {.name = "lockup", .end = END_FAULT},
    {.name = "reset-loop", // resets itself every 20 ms
     .step = {{WAIT, 40000}, {SCB_AIRCR, 0x05fa0004}},
     .end = END_RUN},
};

static void poke16(struct sim_chip *chip, uint32_t addr, uint16_t value)
{
    uint8_t b[2];
    put_le16(b, value);
    sim_chip_poke(chip, addr, b, sizeof b);
}

static void poke32(struct sim_chip *chip, uint32_t addr, uint32_t value)
{
    poke16(chip, addr, (uint16_t)value);
    poke16(chip, addr + 2, (uint16_t)(value >> 16));
}

static void load(struct sim_chip *chip, size_t n)
{
    uint32_t addr = CODE;
    poke32(chip, FLASH, STACK);
    poke32(chip, FLASH + 4, CODE | 1);
    for (unsigned v = 2; v < VECTORS; v++)
        poke32(chip, FLASH + 4 * v, (CODE + END_OFFSET) | 1);
    for (size_t i = 0; i < sizeof walk / sizeof walk[0]; i++, addr += 2)
        poke16(chip, addr, walk[i]);
    for (size_t i = 0; i < 3; i++, addr += 2)
        poke16(chip, addr, ends[programs[n].end][i]);
    for (size_t i = 0; i < MAX_STEPS; i++, addr += 8) {
        poke32(chip, addr, programs[n].step[i].addr);
        poke32(chip, addr + 4, programs[n].step[i].value);
    }
    poke32(chip, addr, 0);
    poke32(chip, addr + 4, 0);
}

bool sim_program_load(struct sim_chip *chip, const char *name)
{
    for (size_t n = 0; n < sizeof programs / sizeof programs[0]; n++)
        if (strcmp(programs[n].name, name) == 0) {
            load(chip, n);
            return true;
        }
    return false;
}
