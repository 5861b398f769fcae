// SPDX-License-Identifier: MIT
// What the virtual STM32F2, F4 and F7 have alike: the parts and where they are, the memory map beside
// flash and SRAM, what the factory writes, from where they boot, and programs. stm32f2.c, stm32f4.c
// and stm32f7.c say of each die how much of it there is.
#ifndef SWDLINK_SIM_FAMILIES_F2F4_H
#define SWDLINK_SIM_FAMILIES_F2F4_H

#include "sim/chip/part.h"
#include "sim/parts/parts.h"

// What a die has: .features of its chips.
enum {
    SIM_F4_HAS_PORTS_D_E = 1 << 0, // and timers 2 to 4 and 10
    SIM_F4_HAS_PORTS_F_G = 1 << 1,
    SIM_F4_HAS_PORT_I = 1 << 2,
    SIM_F4_HAS_PORTS_J_K = 1 << 3,
    SIM_F4_HAS_TIM6 = 1 << 4,
    SIM_F4_HAS_TIM7 = 1 << 5,
    SIM_F4_HAS_TIM8 = 1 << 6, // and timers 12 to 14
    SIM_F4_HAS_USART3 = 1 << 7,
    SIM_F4_HAS_BACKUP_SRAM = 1 << 8,
    SIM_F4_HAS_16_SECTORS = 1 << 9, // in its one bank
    SIM_F4_HAS_NO_CALIBRATION = 1 << 10,
};

extern const struct sim_part_row sim_f2f4_parts[], sim_f7_parts[];
extern const struct sim_program sim_f2f4_programs[];
extern const struct sim_adc_f1_config sim_f2f4_adc_f40x, sim_f2f4_adc_f42x; // of the ADC
extern const struct sim_region sim_f2f4_regions[];

enum sim_memory_kind sim_f2f4_choose_boot(const struct sim_boot_facts *facts);
// A word of option bytes: its complement is above it, and the word is there twice.
void sim_f2f4_put_option_word(uint8_t *bytes, uint16_t value);
void sim_f2f4_fill_factory(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                           uint8_t *bytes);

// The memories of a part (RM0090, 2.3 and 3.3; RM0033, 2.3): all SRAM but the core-coupled one is
// in one piece.
#define SIM_F2F4_MEMORIES(kib, sram_kib, ccm_kib)                                                  \
    {                                                                                              \
        {SIM_MEMORY_FLASH, 0x08000000, (kib)*1024u, 16 * 1024u, 0, 0},                             \
            {SIM_MEMORY_SRAM, 0x20000000, (sram_kib)*1024u, 0, 0, 0},                              \
            {SIM_MEMORY_SYSTEM, 0x1fff0000, 30 * 1024u, 0, 0, 0},                                  \
            {SIM_MEMORY_OTP, 0x1fff7800, 528, 0, 0, 0},                                            \
            {SIM_MEMORY_FACTORY, 0x1fff7a10, 0x5f0, 0, 0, 0},                                      \
            {SIM_MEMORY_OPTIONS, 0x1fffc000, 32, 0, 0, 0},                                         \
        {                                                                                          \
            SIM_MEMORY_SRAM, 0x10000000, (ccm_kib)*1024u, 0, 0, 0                                  \
        }                                                                                          \
    }

// Supply and pins: DS8626 (F405, F407), 5.3; the other data sheets differ little.
#define SIM_F2F4_ELECTRICS                                                                         \
    {                                                                                              \
        .power_on_mv = 1720,                          /* VPOR/PDR, typical (5.3.5) */              \
            .power_down_mv = 1680, .running_ma = 5.0, /* at 16 MHz (5.3.6) */                      \
            .resting_ma = 0.05, .drive_ohms = 50, .pull_ohms = 40000, /* 30 to 50 k (5.3.16) */    \
            .vil_per_vdd = 0.3f, .vih_per_vdd = 0.7f                                               \
    }

#endif
