// SPDX-License-Identifier: MIT
// Every program is a list of words to write to registers, worked off by the same few instructions,
// and an end: Thumb code that the virtual core executes like any other.
#include "sim/families/programs.h"

#include <string.h>

#include "base/bytes.h"
#include "sim/chip/part.h"
#include "sim/core/nvic.h"

#define END_OFFSET 0x16u
#define SCB_AIRCR  0xe000ed0cu

// Walks a list of address and value to an address of 0.
static const uint16_t walk[] = {
    0xa406, // 00: adr   r4, 1c
    0xcc03, // 02: ldmia r4!, {r0, r1}
    0x2800, // 04: cmp   r0, #0
    0xd006, // 06: beq   16
    0x2801, // 08: cmp   r0, #1     SIM_PROGRAM_WAIT
    0xd001, // 0a: beq   10
    0x6001, // 0c: str   r1, [r0]
    0xe7f8, // 0e: b     02
    0x3901, // 10: subs  r1, #1
    0xd1fd, // 12: bne   10
    0xe7f5, // 14: b     02
};

static const uint16_t ends[][3] = {
    [SIM_END_RUN] = {0x3201, 0xe7fd, 0x46c0},   // 16: adds r2, #1; b 16; nop
    [SIM_END_SLEEP] = {0xbf30, 0xe7fd, 0x46c0}, // 16: wfi; b 16; nop
    [SIM_END_FAULT] = {0xde00, 0xe7fd, 0x46c0}, // 16: udf #0, in every handler as well: it locks up
};

static const struct sim_program of_any_core[] = {
    {.name = "count", .end = SIM_END_RUN},
    {.name = "sleep", .end = SIM_END_SLEEP},
    {.name = "lockup", .end = SIM_END_FAULT},
    {.name = "reset-loop", // resets itself every 20 ms at 8 MHz
     .step = {{SIM_PROGRAM_WAIT, 40000}, {SCB_AIRCR, 0x05fa0004}},
     .end = SIM_END_RUN},
    {.name = NULL},
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

static void load_program(struct sim_chip *chip, const struct sim_program *program)
{
    const struct sim_chip_row *row = sim_chip_row(chip);
    const struct sim_memory_row *sram = sim_chip_row_memory(row, SIM_MEMORY_SRAM);
    const uint32_t flash = sim_chip_row_memory(row, SIM_MEMORY_FLASH)->base;
    const unsigned vectors = SIM_EXC_IRQ0 + row->family->interrupts;
    uint32_t code = flash + 4 * vectors, addr = code;
    poke32(chip, flash, sram->base + sram->size);
    poke32(chip, flash + 4, code | 1);
    for (unsigned v = 2; v < vectors; v++)
        poke32(chip, flash + 4 * v, (code + END_OFFSET) | 1);
    for (size_t i = 0; i < sizeof walk / sizeof walk[0]; i++, addr += 2)
        poke16(chip, addr, walk[i]);
    for (size_t i = 0; i < 3; i++, addr += 2)
        poke16(chip, addr, ends[program->end][i]);
    for (size_t i = 0; i < SIM_PROGRAM_STEPS; i++, addr += 8) {
        poke32(chip, addr, program->step[i].addr);
        poke32(chip, addr + 4, program->step[i].value);
    }
    poke32(chip, addr, 0);
    poke32(chip, addr + 4, 0);
}

static const struct sim_program *find_program(const struct sim_program *list, const char *name)
{
    for (; list && list->name; list++) {
        if (strcmp(list->name, name) == 0)
            return list;
    }
    return NULL;
}

bool sim_program_load(struct sim_chip *chip, const char *name)
{
    const struct sim_program *program = find_program(of_any_core, name);
    if (!program)
        program = find_program(sim_chip_row(chip)->family->programs, name);
    if (program)
        load_program(chip, program);
    return program != NULL;
}
