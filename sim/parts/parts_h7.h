// SPDX-License-Identifier: MIT
// What a family file has to say of the parts that the STM32H7 alone has, beside their rows: see
// parts.h.
#ifndef SWDLINK_SIM_PARTS_PARTS_H7_H
#define SWDLINK_SIM_PARTS_PARTS_H7_H

#include "sim/parts/parts.h"

// The words of options of the flash controller for flash words; 1 and 2 are banks.
enum sim_words_option {
    SIM_WORDS_OPTSR,
    SIM_WORDS_PRAR1,
    SIM_WORDS_PRAR2,
    SIM_WORDS_SCAR1,
    SIM_WORDS_SCAR2,
    SIM_WORDS_WPSN1,
    SIM_WORDS_WPSN2,
    SIM_WORDS_BOOT,
    SIM_WORDS_BOOT4, // of the second core
    SIM_WORDS_OPTSR2,
    SIM_WORDS_OTPBL,
    SIM_WORDS_OPTIONS,
};

// The flash controller of the STM32H7.
#define SIM_WORDS_SPEEDS 4u
struct sim_flash_words_time {              // by parallelism: 8, 16, 32 and 64 bits
    uint64_t program_ns[SIM_WORDS_SPEEDS]; // of a flash word
    uint64_t sector_ns[SIM_WORDS_SPEEDS], bank_ns[SIM_WORDS_SPEEDS];
};
struct sim_flash_words_config {
    uint32_t unit;                      // bytes of a flash word
    uint32_t psize_mask, sector_mask;   // of FLASH_CR; psize_mask 0: there is no choice
    uint32_t fw, start;                 // the same
    unsigned sector_shift, wrp_sectors; // sectors that a bit of protection stands for
    bool has_second_bank;               // on parts that are large enough
    uint32_t acr_reset, acr_mask;
    struct {
        uint32_t mask, factory; // bits that exist; mask 0: the word does not
    } option[SIM_WORDS_OPTIONS];
    uint32_t option_mask[SIM_OPTIONS];   // of FLASH_OPTSR; 0: the option does not exist, and is 1
    struct sim_flash_words_time time[3]; // of enum sim_flash_time
};

// STM32H7: CSI, and three PLLs with three outputs each.
enum sim_h7_clock {
    SIM_H7_LSI,
    SIM_H7_LSE,
    SIM_H7_HSI,
    SIM_H7_HSE,
    SIM_H7_CSI,
    SIM_H7_HSI48,
    SIM_H7_PLL1,
    SIM_H7_PLL2,
    SIM_H7_PLL3,
    SIM_H7_CLOCKS,
};
// In the order of their registers.
enum sim_h7_bus {
    SIM_H7_ON_AHB3,
    SIM_H7_ON_AHB1,
    SIM_H7_ON_AHB2,
    SIM_H7_ON_AHB4,
    SIM_H7_ON_APB3,
    SIM_H7_ON_APB1L,
    SIM_H7_ON_APB1H,
    SIM_H7_ON_APB2,
    SIM_H7_ON_APB4,
    SIM_H7_BUSES,
};
#define SIM_H7_SCALES 4u // VOS0 to VOS3
struct sim_rcc_h7_config {
    uint64_t start_ns[SIM_H7_CLOCKS];
    uint32_t max_cpu_hz[SIM_H7_SCALES], max_hclk_hz[SIM_H7_SCALES], max_pclk_hz[SIM_H7_SCALES];
    uint32_t wait_step_hz;     // of HCLK for each wait state of the flash
    uint16_t rsr;              // offset of RCC_RSR, behind which the gates are; 0xd0: and at 0x130
    uint16_t second_core;      // offset of the second core's RCC_RSR; 0: there is none
    bool has_cpu_domain_flags; // CPURSTF, D1RSTF and D2RSTF
};

struct sim_pwr_h7_config {
    // The scale (0: VOS0) of each value of the field VOS, and of VOS1 with the over-drive of
    // SYSCFG.
    uint8_t scale_of_vos[4];
    bool has_overdrive;    // SYSCFG_PWRCR.ODEN
    uint32_t standby_mask; // of PWR_CPUCR: all of it set, all domains go to Standby
    uint32_t d3cr_reset;
};

#endif
