// SPDX-License-Identifier: MIT
// Every part number of the STM32H7 but those of H7R and H7S, with its memories (RM0433, 2.3;
// RM0399, 2.3; RM0468, 2.3; RM0455, 2.3). The DTCM is the first SRAM.
#include "sim/families/stm32h7.h"

#define KIB 1024u

// Where the option words are among the cells is no published fact; these are the model's.
#define MEMORIES(kib, page_kib, unit, axi_kib)                                                     \
    {SIM_MEMORY_FLASH, 0x08000000, (kib)*KIB, (page_kib)*KIB, (unit), 0},                          \
        {SIM_MEMORY_SRAM, 0x20000000, 128 * KIB, 0, 0, 0},                                         \
        {SIM_MEMORY_SYSTEM, 0x1ff00000, 128 * KIB, 0, 0, 0},                                       \
        {SIM_MEMORY_OPTIONS, 0x5200f000, 88, 0, 0, 0}, {SIM_MEMORY_SRAM, 0, 64 * KIB, 0, 0, 0},    \
    {                                                                                              \
        SIM_MEMORY_SRAM, 0x24000000, (axi_kib)*KIB, 0, 0, 0                                        \
    }
#define SRAM_AT(base, kib)                                                                         \
    {                                                                                              \
        SIM_MEMORY_SRAM, (base), (kib)*KIB, 0, 0, 0                                                \
    }

#define WITH_ADC3 (SIM_H7_HAS_ADC3 | SIM_H7_HAS_CRC_ON_AHB4)
#define PART_742(part, kib)                                                                        \
    {                                                                                              \
        .name = part, .family = &sim_h7_family_74x, .idcode = 0x20036450,                          \
        .memory = {MEMORIES(kib, 128, 32, 384), SRAM_AT(0x30000000, 32), SRAM_AT(0x30020000, 16),  \
                   SRAM_AT(0x38000000, 64)},                                                       \
        .features = WITH_ADC3, .configs = sim_h7_configs_74x, .regions = sim_h7_regions            \
    }
#define PART_74(part, kib, family_, configs_, has)                                                 \
    {                                                                                              \
        .name = part, .family = (family_), .idcode = 0x20036450,                                   \
        .memory = {MEMORIES(kib, 128, 32, 512), SRAM_AT(0x30000000, 128),                          \
                   SRAM_AT(0x30020000, 128), SRAM_AT(0x30040000, 32), SRAM_AT(0x38000000, 64)},    \
        .features = WITH_ADC3 | (has), .configs = (configs_), .regions = sim_h7_regions            \
    }
#define PART_74X(part, kib) PART_74(part, kib, &sim_h7_family_74x, sim_h7_configs_74x, 0)
#define PART_TWO_CORES(part, kib)                                                                  \
    PART_74(part, kib, &sim_h7_family_two_cores, sim_h7_configs_two_cores, SIM_H7_HAS_TWO_CORES)
#define PART_72X(part, kib)                                                                        \
    {                                                                                              \
        .name = part, .family = &sim_h7_family_72x, .idcode = 0x10016483,                          \
        .memory = {MEMORIES(kib, 128, 32, 320), SRAM_AT(0x30000000, 16), SRAM_AT(0x30004000, 16),  \
                   SRAM_AT(0x38000000, 16)},                                                       \
        .features = WITH_ADC3, .configs = sim_h7_configs_72x, .regions = sim_h7_regions            \
    }
#define PART_7AX(part, kib)                                                                        \
    {                                                                                              \
        .name = part, .family = &sim_h7_family_7ax, .idcode = 0x10006480,                          \
        .memory = {MEMORIES(kib, 8, 16, 1024),                                                     \
                   SRAM_AT(0x30000000, 64),                                                        \
                   SRAM_AT(0x30010000, 64),                                                        \
                   SRAM_AT(0x38000000, 32),                                                        \
                   {SIM_MEMORY_OTP, 0x08fff000, KIB, 0, 16, 0},                                    \
                   {SIM_MEMORY_FACTORY, 0x08fff800, 2 * KIB, 0, 0, 0}},                            \
        .features = SIM_H7_HAS_CRC_ON_AHB1, .configs = sim_h7_configs_7ax,                         \
        .regions = sim_h7_regions                                                                  \
    }

// clang-format off
static const struct sim_chip_row rows[] = {
    PART_72X("stm32h723ve", 512),
    PART_72X("stm32h723vg", 1024),
    PART_72X("stm32h723ze", 512),
    PART_72X("stm32h723zg", 1024),
    PART_72X("stm32h725ae", 512),
    PART_72X("stm32h725ag", 1024),
    PART_72X("stm32h725ie", 512),
    PART_72X("stm32h725ig", 1024),
    PART_72X("stm32h725re", 512),
    PART_72X("stm32h725rg", 1024),
    PART_72X("stm32h725ve", 512),
    PART_72X("stm32h725vg", 1024),
    PART_72X("stm32h725ze", 512),
    PART_72X("stm32h725zg", 1024),
    PART_72X("stm32h730ab", 128),
    PART_72X("stm32h730ib", 128),
    PART_72X("stm32h730vb", 128),
    PART_72X("stm32h730zb", 128),
    PART_72X("stm32h733vg", 1024),
    PART_72X("stm32h733zg", 1024),
    PART_72X("stm32h735ag", 1024),
    PART_72X("stm32h735ig", 1024),
    PART_72X("stm32h735rg", 1024),
    PART_72X("stm32h735vg", 1024),
    PART_72X("stm32h735zg", 1024),
    PART_742("stm32h742ag", 1024),
    PART_742("stm32h742ai", 2048),
    PART_742("stm32h742bg", 1024),
    PART_742("stm32h742bi", 2048),
    PART_742("stm32h742ig", 1024),
    PART_742("stm32h742ii", 2048),
    PART_742("stm32h742vg", 1024),
    PART_742("stm32h742vi", 2048),
    PART_742("stm32h742xg", 1024),
    PART_742("stm32h742xi", 2048),
    PART_742("stm32h742zg", 1024),
    PART_742("stm32h742zi", 2048),
    PART_74X("stm32h743ag", 1024),
    PART_74X("stm32h743ai", 2048),
    PART_74X("stm32h743bg", 1024),
    PART_74X("stm32h743bi", 2048),
    PART_74X("stm32h743ig", 1024),
    PART_74X("stm32h743ii", 2048),
    PART_74X("stm32h743vg", 1024),
    PART_74X("stm32h743vi", 2048),
    PART_74X("stm32h743xg", 1024),
    PART_74X("stm32h743xi", 2048),
    PART_74X("stm32h743zg", 1024),
    PART_74X("stm32h743zi", 2048),
    PART_TWO_CORES("stm32h745bg", 1024),
    PART_TWO_CORES("stm32h745bi", 2048),
    PART_TWO_CORES("stm32h745ig", 1024),
    PART_TWO_CORES("stm32h745ii", 2048),
    PART_TWO_CORES("stm32h745xg", 1024),
    PART_TWO_CORES("stm32h745xi", 2048),
    PART_TWO_CORES("stm32h745zg", 1024),
    PART_TWO_CORES("stm32h745zi", 2048),
    PART_TWO_CORES("stm32h747ag", 1024),
    PART_TWO_CORES("stm32h747ai", 2048),
    PART_TWO_CORES("stm32h747bg", 1024),
    PART_TWO_CORES("stm32h747bi", 2048),
    PART_TWO_CORES("stm32h747ig", 1024),
    PART_TWO_CORES("stm32h747ii", 2048),
    PART_TWO_CORES("stm32h747xg", 1024),
    PART_TWO_CORES("stm32h747xi", 2048),
    PART_TWO_CORES("stm32h747zi", 2048),
    PART_74X("stm32h750ib", 128),
    PART_74X("stm32h750vb", 128),
    PART_74X("stm32h750xb", 128),
    PART_74X("stm32h750zb", 128),
    PART_74X("stm32h753ai", 2048),
    PART_74X("stm32h753bi", 2048),
    PART_74X("stm32h753ii", 2048),
    PART_74X("stm32h753vi", 2048),
    PART_74X("stm32h753xi", 2048),
    PART_74X("stm32h753zi", 2048),
    PART_TWO_CORES("stm32h755bi", 2048),
    PART_TWO_CORES("stm32h755ii", 2048),
    PART_TWO_CORES("stm32h755xi", 2048),
    PART_TWO_CORES("stm32h755zi", 2048),
    PART_TWO_CORES("stm32h757ai", 2048),
    PART_TWO_CORES("stm32h757bi", 2048),
    PART_TWO_CORES("stm32h757ii", 2048),
    PART_TWO_CORES("stm32h757xi", 2048),
    PART_TWO_CORES("stm32h757zi", 2048),
    PART_7AX("stm32h7a3ag", 1024),
    PART_7AX("stm32h7a3ai", 2048),
    PART_7AX("stm32h7a3ig", 1024),
    PART_7AX("stm32h7a3ii", 2048),
    PART_7AX("stm32h7a3lg", 1024),
    PART_7AX("stm32h7a3li", 2048),
    PART_7AX("stm32h7a3ng", 1024),
    PART_7AX("stm32h7a3ni", 2048),
    PART_7AX("stm32h7a3qi", 2048),
    PART_7AX("stm32h7a3rg", 1024),
    PART_7AX("stm32h7a3ri", 2048),
    PART_7AX("stm32h7a3vg", 1024),
    PART_7AX("stm32h7a3vi", 2048),
    PART_7AX("stm32h7a3zg", 1024),
    PART_7AX("stm32h7a3zi", 2048),
    PART_7AX("stm32h7b0ab", 128),
    PART_7AX("stm32h7b0ib", 128),
    PART_7AX("stm32h7b0rb", 128),
    PART_7AX("stm32h7b0vb", 128),
    PART_7AX("stm32h7b0zb", 128),
    PART_7AX("stm32h7b3ai", 2048),
    PART_7AX("stm32h7b3ii", 2048),
    PART_7AX("stm32h7b3li", 2048),
    PART_7AX("stm32h7b3ni", 2048),
    PART_7AX("stm32h7b3qi", 2048),
    PART_7AX("stm32h7b3ri", 2048),
    PART_7AX("stm32h7b3vi", 2048),
    PART_7AX("stm32h7b3zi", 2048),
};
// clang-format on

const struct sim_chip_row *sim_stm32h7_at(unsigned index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}
