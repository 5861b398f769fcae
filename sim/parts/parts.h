// SPDX-License-Identifier: MIT
// The kinds of parts there are, and what a family file has to say of each beside its row: the
// config of struct sim_part_row. A kind without a struct here needs none.
#ifndef SWDLINK_SIM_PARTS_PARTS_H
#define SWDLINK_SIM_PARTS_PARTS_H

#include "sim/chip/part.h"

extern const struct sim_part_kind sim_part_adc;
extern const struct sim_part_kind sim_part_crc;
extern const struct sim_part_kind sim_part_dbgmcu;
extern const struct sim_part_kind sim_part_exti;
extern const struct sim_part_kind sim_part_fpec;
extern const struct sim_part_kind sim_part_gpio;
extern const struct sim_part_kind sim_part_iwdg;
extern const struct sim_part_kind sim_part_mcu_rom;
extern const struct sim_part_kind sim_part_nvm; // STM32L0
extern const struct sim_part_kind sim_part_pwr;
extern const struct sim_part_kind sim_part_rcc;
extern const struct sim_part_kind sim_part_rcc_l0;
extern const struct sim_part_kind sim_part_syscfg;
extern const struct sim_part_kind sim_part_syscfg_l0;
extern const struct sim_part_kind sim_part_tim;
extern const struct sim_part_kind sim_part_usart;
extern const struct sim_part_kind sim_part_wwdg;

#define SIM_ADC_PINS 16u
struct sim_adc_config {
    struct sim_pin channel[SIM_ADC_PINS]; // af does not matter
    uint32_t own_clock_hz;
    uint32_t reference_mv, temperature_mv; // what the internal channels show
};

struct sim_crc_config {
    unsigned polynomial_feature; // of the chip: CRC_POL and POLYSIZE are there
};

#define SIM_DBGMCU_FREEZE 2u
struct sim_dbgmcu_config {
    uint32_t freeze_bits[SIM_DBGMCU_FREEZE]; // those that exist
    uint32_t more_cr_bits;                   // of DBGMCU_CR, beside DBG_STOP and DBG_STANDBY
};

struct sim_exti_config {
    uint32_t lines[SIM_PART_INTERRUPTS]; // which lines go to the interrupts of the row
    uint32_t imr;                        // reset value of EXTI_IMR: the internal lines are open
};

// The flash controller with half-word programming, with its cells and option bytes.
struct sim_fpec_config {
    uint32_t sector_size;           // of the write protection
    uint8_t user_mask[SIM_OPTIONS]; // each option's bit of the user byte; 0: it has none
    struct {
        uint64_t program_ns, erase_ns, mass_ns;
    } time[3]; // of enum sim_flash_time
};

struct sim_gpio_config {            // NULL: all zero
    uint32_t moder, ospeedr, pupdr; // after reset
};

// The controller of non-volatile memory that is erased to 0, with data EEPROM and option words.
struct sim_nvm_config {
    uint32_t sector_size;            // of the write protection
    unsigned two_banks_feature;      // of the chip
    uint16_t user_mask[SIM_OPTIONS]; // each option's bit of the user word; 0: it has none
    struct {
        uint64_t program_ns, mass_ns; // an erase takes as long as programming
    } time[3];                        // of enum sim_flash_time
};

#define SIM_PWR_WAKEUP_PINS 3u
struct sim_pwr_config {
    struct sim_pin wakeup[SIM_PWR_WAKEUP_PINS]; // from WKUP1 on; af does not matter
    uint32_t cr_bits, cr_reset;                 // of PWR_CR: what is kept, and its reset value
    uint32_t csr_ewup;                          // of PWR_CSR
    bool has_ranges;                            // VOS and LPRUN of STM32L0
};

// In the order of the bits of RCC_CIR.
enum sim_clock_source {
    SIM_LSI,
    SIM_LSE,
    SIM_HSI,
    SIM_HSE,
    SIM_PLL,
    SIM_HSI14,
    SIM_MSI = SIM_HSI14, // of STM32L0, whose RCC_CIER has it there
    SIM_HSI48,
    SIM_CLOCK_SOURCES,
};

enum sim_rcc_bus { SIM_ON_AHB, SIM_ON_APB2, SIM_ON_APB1, SIM_RCC_BUSES };
enum sim_rcc_l0_bus { SIM_ON_IOP = SIM_RCC_BUSES, SIM_RCC_L0_BUSES };

struct sim_rcc_config {
    struct {
        uint32_t hz; // 0: the board's crystal, or made of others
        uint64_t start_ns;
    } source[SIM_CLOCK_SOURCES];
    uint32_t max_hz;        // of HCLK
    uint32_t no_wait_hz;    // above it the flash needs a wait state
    unsigned hsi48_feature; // of the chip
};

enum sim_tim_has {
    SIM_TIM_DOWN = 1,
    SIM_TIM_REPEATS = 2,
    SIM_TIM_REMAPS = 4,
    SIM_TIM_TWO_IRQS = 8, // one for updates, one for captures and compares
};
struct sim_tim_config {
    unsigned bits, channels;
    unsigned has; // of enum sim_tim_has
};

struct sim_usart_config {
    const struct sim_pin *tx; // the pins that can be TX, with an end of the list; NULL: none
    bool is_low_power;        // a LPUART: BRR counts 256ths of a clock
};

#endif
