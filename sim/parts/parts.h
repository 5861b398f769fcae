// SPDX-License-Identifier: MIT
// The kinds of parts there are, and what a family file has to say of each beside its row: the
// config of struct sim_part_row. A kind without a struct here needs none.
#ifndef SWDLINK_SIM_PARTS_PARTS_H
#define SWDLINK_SIM_PARTS_PARTS_H

#include "sim/chip/part.h"

extern const struct sim_part_kind sim_part_adc;
extern const struct sim_part_kind sim_part_adc_f1; // with CR1 and CR2: STM32F1, F2 and F4
extern const struct sim_part_kind sim_part_adc_l4; // with a sequence: STM32L4, G4 and WB
extern const struct sim_part_kind sim_part_afio;
extern const struct sim_part_kind sim_part_bkpsram;
extern const struct sim_part_kind sim_part_crc;
extern const struct sim_part_kind sim_part_dbgmcu;
extern const struct sim_part_kind sim_part_exti;
extern const struct sim_part_kind sim_part_exti_m0p;
extern const struct sim_part_kind sim_part_flash_dw;
extern const struct sim_part_kind sim_part_flash_sectors;
extern const struct sim_part_kind sim_part_flash_words; // STM32H7
extern const struct sim_part_kind sim_part_fpec;
extern const struct sim_part_kind sim_part_fpec_second; // its number is 1
extern const struct sim_part_kind sim_part_gpio;
extern const struct sim_part_kind sim_part_gpio_f1;
extern const struct sim_part_kind sim_part_hsem; // STM32WB and WL
extern const struct sim_part_kind sim_part_iwdg;
extern const struct sim_part_kind sim_part_mcu_rom;
extern const struct sim_part_kind sim_part_nvm; // STM32L0 and L1
extern const struct sim_part_kind sim_part_pwr;
extern const struct sim_part_kind sim_part_pwr_f7;
extern const struct sim_part_kind sim_part_pwr_h7;
extern const struct sim_part_kind sim_part_pwr_m0p;
extern const struct sim_part_kind sim_part_rcc;
extern const struct sim_part_kind sim_part_rcc_f1;
extern const struct sim_part_kind sim_part_rcc_f4; // STM32F2 and F7, too
extern const struct sim_part_kind sim_part_rcc_h7;
extern const struct sim_part_kind sim_part_rcc_l0;
extern const struct sim_part_kind sim_part_rcc_l1;
extern const struct sim_part_kind sim_part_rcc_m0p;
extern const struct sim_part_kind sim_part_syscfg;
extern const struct sim_part_kind sim_part_syscfg_f4; // STM32F2 and F7, too
extern const struct sim_part_kind sim_part_syscfg_h7;
extern const struct sim_part_kind sim_part_syscfg_l0;
extern const struct sim_part_kind sim_part_syscfg_l4;
extern const struct sim_part_kind sim_part_syscfg_m0p;
extern const struct sim_part_kind sim_part_tim;
extern const struct sim_part_kind sim_part_usart;
extern const struct sim_part_kind sim_part_usart_f1; // with SR and DR: STM32F1, F2 and F4
extern const struct sim_part_kind sim_part_wwdg;

#define SIM_ADC_PINS 16u
struct sim_adc_config {
    struct sim_pin channel[SIM_ADC_PINS];  // af does not matter
    uint32_t own_clock_hz;                 // of its oscillator; 0: it has none
    uint32_t reference_mv, temperature_mv; // what the internal channels show
    // The version with a regulator (RM0444, 15), else all 0: halves of cycles of each sampling
    // time, the internal channels, and by what VBAT is divided (0: it has no channel).
    const uint16_t *sampling_halves;
    uint8_t temperature_channel, reference_channel, battery_channel, battery_divider;
    uint32_t internal_ns; // the least sampling time of an internal channel; 0: 4 us
    // STM32L0 (RM0367, 14): ADCAL and ADEN start the regulator, and there is no CCRDY.
    bool regulator_starts_itself;
    uint32_t cfgr_reset; // of the kind with a sequence
};

struct sim_adc_f1_config {
    bool is_f4;                           // F2, too: a common register, no calibration
    struct sim_pin channel[SIM_ADC_PINS]; // af does not matter
    uint32_t reference_mv, temperature_mv;
    uint8_t temperature_channel, reference_channel, battery_channel, battery_divider;
    uint32_t internal_ns; // the least sampling time of an internal channel
};

struct sim_crc_config {
    unsigned polynomial_feature; // of the chip: CRC_POL and POLYSIZE are there; 0: they always are
};

#define SIM_DBGMCU_FREEZE 8u
struct sim_dbgmcu_config {
    uint32_t freeze_bits[SIM_DBGMCU_FREEZE];  // those that exist
    uint8_t freeze_offset[SIM_DBGMCU_FREEZE]; // where; 0: from 0x08 on, one after the other
    uint32_t more_cr_bits;                    // of DBGMCU_CR, beside DBG_STOP and DBG_STANDBY
    // Of STM32H7: the trace port has its clock by TRACECLKEN, bit 20. From line 4 on freeze bits
    // are those of the second core.
    bool is_h7;
    bool freezes_in_cr; // the freeze bits of line 0 are in DBGMCU_CR, and there are no others
};

struct sim_exti_m0p_config {
    uint32_t lines[SIM_PART_INTERRUPTS]; // which lines go to the interrupts of the row
    uint32_t imr, imr2;                  // after reset: the internal lines are open
    uint32_t edges;                      // lines that have edges and pending bits
};

struct sim_exti_config {
    uint32_t lines[SIM_PART_INTERRUPTS]; // which lines go to the interrupts of the row
    uint32_t imr;                        // reset value of EXTI_IMR: the internal lines are open
    uint32_t edges;                      // lines that have edges and a pending bit; 0: 0x007bffff
    bool begins_with_edges;              // RTSR1 is the first register, IMR1 at 0x80
    bool has_pr_behind_masks;            // and PR1 at 0x88, not at 0x0c
};

// The flash controller with half-word programming, with its cells and option bytes.
struct sim_fpec_config {
    bool is_f1;                     // PM0075: one level of protection, no OBL_LAUNCH
    bool prefetches_at_reset;       // FLASH_ACR.PRFTBE is 1 after a reset
    uint32_t bank_size;             // of the first bank; what is behind it is the second's. 0: one
    uint32_t sector_size;           // of the write protection
    uint8_t user_mask[SIM_OPTIONS]; // each option's bit of the user byte; 0: it has none
    struct {
        uint64_t program_ns, erase_ns, mass_ns;
    } time[3]; // of enum sim_flash_time
};

// The words of options of the flash controller for double words.
enum sim_option_word {
    SIM_WORD_USER,
    SIM_WORD_PCROP1A_START,
    SIM_WORD_PCROP1A_END, // with PCROP_RDP
    SIM_WORD_WRP1A,
    SIM_WORD_WRP1B,
    SIM_WORD_PCROP1B_START,
    SIM_WORD_PCROP1B_END,
    SIM_WORD_PCROP2A_START,
    SIM_WORD_PCROP2A_END,
    SIM_WORD_WRP2A,
    SIM_WORD_WRP2B,
    SIM_WORD_PCROP2B_START,
    SIM_WORD_PCROP2B_END,
    SIM_WORD_SECURE,  // of bank 1, with the lock of the boot
    SIM_WORD_SECURE2, // of bank 2
    SIM_WORD_CPU2,    // of an STM32WB or WL5x: from which page on the flash is the second core's
    SIM_WORD_CPU2_MAILBOX,
    SIM_WORD_CPU2_START,
    SIM_OPTION_WORDS,
};

// Where the flag of the empty check is.
enum sim_dw_empty {
    SIM_DW_EMPTY_IN_ACR,
    SIM_DW_EMPTY_IN_SR, // a write of 1 toggles it
    SIM_DW_EMPTY_NOWHERE,
};

// The flash controller that programs double words with check bits, or rows of them.
#define SIM_DW_MORE_CELLS 0x80u
struct sim_flash_dw_config {
    struct {
        uint8_t reg, cell;   // offsets, among the registers and among the cells
        uint32_t mask;       // bits that exist; 0: the word does not
        uint32_t factory;    // of the user word, with those that do not exist
        uint32_t mismatched; // and in place of cells that do not fit their complement
    } word[SIM_OPTION_WORDS];
    uint32_t option_mask[SIM_OPTIONS]; // of the user word; 0: the option does not exist, and is 1
    uint32_t nrst_mode_mask;           // of the user word; 0: NRST is both input and output
    uint32_t dual_bank_mask, no_swap_mask;     // of the user word; 0: there is one bank
    uint32_t page_mask, bank_mask, mass2_mask; // of FLASH_CR: PNB, BKER, MER2
    uint32_t secure_size_mask; // of SIM_WORD_SECURE, in pages; the lock of the boot is bit 16
    uint32_t more_cells_base;  // address of the cells from SIM_DW_MORE_CELLS on; 0: with the others
    bool unused_are_ones;      // the registers of options read so where they have no bits
    // Where the area has a switch (HDP1EN): its field and the value that means off. The size is
    // then that of the last page. 0: there is no switch.
    uint32_t secure_switch_mask, secure_off;
    bool has_ecc_register, has_debug_switch;
    // A row can be programmed where the pages were erased one by one (RM0490, 4.3.6); else the bank
    // has to be erased as a whole.
    bool row_after_page_erase;
    uint32_t row_hz;                 // the least HCLK for rows
    unsigned row_words;              // double words of a row; 0: 32
    uint32_t pcrop_unit;             // bytes that the fields of PCROP count; 0: 512
    uint32_t acr_at_reset, acr_kept; // of FLASH_ACR; 0: as on STM32G0
    enum sim_dw_empty empty;
    bool lacks_cfgbsy, has_one_busy_bit; // of FLASH_SR
    bool fails_options_at_reset;         // OPTVERR is there without a reason (ES0394, 2.2.9)
    bool has_two_banks_always;           // whatever dual_bank_mask says
    // As one bank the pages and units of PCROP are twice as large, and both banks' areas count.
    bool doubles_as_one_bank;
    uint32_t bank2_offset;     // from the start of the flash on; 0: it follows the first one
    bool swapped_by_syscfg;    // FB_MODE
    bool guards_sram2;         // by read protection; its fall to level 0 clears it
    uint32_t cpu2_secure_mask; // of the user word: the second core's pages are closed (ESE)
    uint32_t cpu2_page_mask, cpu2_off_mask; // of SIM_WORD_CPU2: SFSA, and FSD
    struct {
        uint64_t program_ns, row_ns, erase_ns, mass_ns; // row_ns: of a whole row, in fast mode
    } time[3];                                          // of enum sim_flash_time
};

// The flash controller of STM32F2, F4 and F7: sectors of three sizes, programmed and erased with a
// parallelism of 8, 16 or 32 bits.
#define SIM_SECTORS_SPEEDS     3u
#define SIM_SECTORS_BOTH_BANKS 2u
struct sim_flash_sectors_time {
    uint64_t program_ns;                      // of a unit of any width
    uint64_t erase_ns[SIM_SECTORS_SPEEDS][3]; // by parallelism; a small, middle and large sector
    uint64_t mass_ns[SIM_SECTORS_SPEEDS][3];  // the first (or only) bank, the second, both
};
struct sim_flash_sectors_config {
    uint32_t snb_mask;       // of FLASH_CR
    uint32_t latency_mask;   // of FLASH_ACR
    uint32_t option_mask[3]; // the options that exist in FLASH_OPTCR, OPTCR1 and OPTCR2
    uint32_t wrp_mask;       // the bits of sectors there
    bool has_second_bank;    // on parts that are large enough
    struct sim_flash_sectors_time time[3]; // of enum sim_flash_time
    // An STM32F7: BOOT_ADD in OPTCR1, PCROP in OPTCR2, one more place for the flash (ITCM), whose
    // accelerator is there alone. Its sectors are larger, small_kib of the first ones (0: 16), and
    // with two banks, which are those of nDBANK, half as large.
    bool is_f7;
    unsigned small_kib;
    unsigned otp_block;                              // bytes; 0: 32
    const struct sim_flash_sectors_time *banks_time; // with two banks; NULL: as with one
};

struct sim_gpio_config {            // NULL: all zero
    uint32_t moder, ospeedr, pupdr; // after reset
};

// The controller of non-volatile memory that is erased to 0, with data EEPROM and option words.
struct sim_nvm_config {
    uint32_t sector_size;       // of the write protection
    unsigned two_banks_feature; // of the chip
    uint32_t bank2_offset;      // where the second bank of flash begins; 0: in the middle
    uint32_t hole;              // bytes without flash before it
    unsigned half_page_words;   // 0: 16
    unsigned wrp_words;         // option words of write protection; 0: 3
    uint16_t user_default;      // of the user word, when it does not fit; 0: 0x8070
    bool is_l1;                 // nothing refuses to program what is not erased, ACC64, no FWWERR
    uint16_t user_mask[SIM_OPTIONS]; // each option's bit of the user word; 0: it has none
    struct {
        uint64_t program_ns, mass_ns; // an erase takes as long as programming
    } time[3];                        // of enum sim_flash_time
};

// The chip maker's ROM table: the components that it names, with a 0 behind them; NULL: the core's
// table.
struct sim_mcu_rom_config {
    uint32_t entry[5];
    uint32_t part; // of the table; 0: that of the chip
};

#define SIM_PWR_WAKEUP_PINS 3u
struct sim_pwr_config {
    struct sim_pin wakeup[SIM_PWR_WAKEUP_PINS]; // from WKUP1 on; af does not matter
    uint32_t cr_bits, cr_reset;                 // of PWR_CR: what is kept, and its reset value
    uint32_t csr_ewup;                          // of PWR_CSR
    bool has_ranges;                            // VOS and LPRUN of STM32L0
    bool has_scales; // of STM32F2 and F4: VOS and over-drive; EWUP of later pins is further right
};

// In the order of the bits of RCC_CIR.
enum sim_clock_source {
    SIM_LSI,
    SIM_LSE,
    SIM_HSI,
    SIM_HSE,
    SIM_PLL,
    SIM_HSI14,
    SIM_MSI = SIM_HSI14,    // of STM32L0, whose RCC_CIER has it there
    SIM_PLLI2S = SIM_HSI14, // of STM32F2 and F4
    SIM_HSI48,
    SIM_PLLSAI = SIM_HSI48, // of STM32F4
    SIM_CLOCK_SOURCES,
};

enum sim_rcc_bus { SIM_ON_AHB, SIM_ON_APB2, SIM_ON_APB1, SIM_RCC_BUSES };
enum sim_rcc_l0_bus { SIM_ON_IOP = SIM_RCC_BUSES, SIM_RCC_L0_BUSES };

struct sim_rcc_config {
    struct {
        uint32_t hz; // 0: the board's crystal, or made of others
        uint64_t start_ns;
    } source[SIM_CLOCK_SOURCES];
    uint32_t max_hz;             // of HCLK
    uint32_t no_wait_hz;         // above it the flash needs a wait state
    unsigned hsi48_feature;      // of the chip
    unsigned predivider_feature; // of an STM32F1: CFGR2.PREDIV1
    // The kind of STM32F0 and F3. Whose PLLSRC has two bits, with HSI through PREDIV; 0: all.
    unsigned hsi_prediv_feature;
    unsigned usart1_on_apb1_feature; // with has_two_apbs: whose USART1 runs from PCLK1
    bool has_two_apbs;               // PPRE1 for APB1, at most at half the clock, PPRE2 for APB2
    uint32_t more_cfgr2_bits;        // beside PREDIV
};

enum sim_f4_bus {
    SIM_F4_ON_AHB1,
    SIM_F4_ON_AHB2,
    SIM_F4_ON_AHB3,
    SIM_F4_ON_APB1,
    SIM_F4_ON_APB2,
    SIM_F4_BUSES,
};
#define SIM_F4_SCALES 8u
struct sim_rcc_f4_config {
    struct {
        uint32_t hz; // 0: the board's crystal, or made of others
        uint64_t start_ns;
    } source[SIM_CLOCK_SOURCES];
    uint32_t max_hz[SIM_F4_SCALES];     // of HCLK, by VOS and over-drive (SIM_VOLTAGE_RANGE)
    uint32_t max_pclk_hz[SIM_F4_BUSES]; // of the APBs
    uint32_t vco_min_hz;
    unsigned plls;             // PLL, PLLI2S, PLLSAI
    bool has_pllr, has_timpre; // the system can run from PLLR; DCKCFGR.TIMPRE
    bool is_f7;                // each USART chooses its clock, LSEDRV
    uint32_t ahb1enr_reset, lpenr_reset[SIM_F4_BUSES];
};

// STM32G0, C0, U0, and the later L4, G4, WB and WL: what the system can run from, and what they
// have beside.
enum sim_m0p_clock {
    SIM_M0P_LSI,
    SIM_M0P_LSE,
    SIM_M0P_MSI,
    SIM_M0P_HSI,
    SIM_M0P_HSE,
    SIM_M0P_PLL,
    SIM_M0P_HSI48,
    SIM_M0P_PLLSAI1,
    SIM_M0P_PLLSAI2,
    SIM_M0P_CLOCKS, // and none
};
enum sim_m0p_bus {
    SIM_M0P_ON_IO,  // AHB2 of STM32L4 and later
    SIM_M0P_ON_AHB, // AHB1
    SIM_M0P_ON_APB1,
    SIM_M0P_ON_APB2,
    SIM_M0P_ON_DEBUG, // where it has a register of its own
    SIM_M0P_ON_AHB3,
    SIM_M0P_ON_MORE_APB1, // APB1ENR2
    SIM_M0P_BUSES,
};
enum sim_m0p_capture {
    SIM_M0P_CAPTURE_NONE,
    SIM_M0P_CAPTURE_LSI,
    SIM_M0P_CAPTURE_RTC,
    SIM_M0P_CAPTURE_HSE32,
    SIM_M0P_CAPTURE_MCO,
    SIM_M0P_CAPTURE_MSI,
};
enum sim_m0p_adc_clock {
    SIM_M0P_ADC_NONE,
    SIM_M0P_ADC_SYSCLK,
    SIM_M0P_ADC_PLLP,
    SIM_M0P_ADC_HSI,
};
#define SIM_M0P_USARTS   2u
#define SIM_M0P_CAPTURES 12u
struct sim_rcc_m0p_config {
    struct sim_m0p_clock_config {
        uint32_t hz; // 0: the board's crystal, or made of others
        uint64_t start_ns;
        uint8_t reg, flag;            // where its switch is, and its bit in RCC_CIFR
        uint32_t on_mask, ready_mask; // there; 0: the chip does not have it
    } clock[SIM_M0P_CLOCKS];
    enum sim_m0p_clock first_clock;                   // after a reset
    enum sim_m0p_clock sw[8], pll_source[4], mco[16]; // by field; SIM_M0P_CLOCKS: none
    enum sim_m0p_capture capture[SIM_M0P_CAPTURES];   // of SIM_CAPTURE_HZ
    uint32_t cr_reset, icscr_reset, icscr_trim;       // the trim is what can be written
    uint8_t enr[SIM_M0P_BUSES], rstr[SIM_M0P_BUSES], ccipr, bdcr, csr; // offsets
    bool has_hsi_divider, has_system_divider, has_kernel_divider;      // HSIDIV, SYSDIV, HSIKERDIV
    bool has_stop_choice;                                              // STOPWUCK
    bool backup_is_guarded;                                            // by PWR_CR1.DBP
    uint8_t adc_select_shift;
    enum sim_m0p_adc_clock adc_clock[4]; // with is_m4: by the field
    uint32_t max_hz;                     // of HCLK
    uint32_t wait_step_hz;               // each so many more need a flash wait state; 0: 24 MHz
    // RCC of the Cortex-M4 (RM0351, 6.4): SW of two bits, HPRE, PPRE1 and PPRE2 right above, and
    // registers without a meaning here keep what is written to them.
    bool is_m4;
    bool has_even_pll;      // PLLR is 2, 4, 6 or 8, and the outputs' switches are at 16, 20, 24
    bool msi_follows_range; // MSIRANGE counts without MSIRGSEL (STM32WB)
    uint32_t pllm_mask;     // of the field; 0: three bits
    uint32_t pllcfgr_reset; // 0: 0x1000
    uint32_t csr_more;      // of RCC_CSR, as it always reads
    uint32_t cfgr_more;     // of RCC_CFGR, likewise
    uint32_t extcfgr_more;  // of RCC_EXTCFGR, where there is a second core
    uint32_t enr_reset[SIM_M0P_BUSES]; // all 0: the flash's, on the AHB
};

#define SIM_PWR_M0P_WAKEUP_PINS 7u
struct sim_pwr_m0p_config {
    struct sim_pin wakeup[SIM_PWR_M0P_WAKEUP_PINS]; // WKUP1 to WKUP7; port 0: none
    uint32_t cr1_reset;
    bool is_m4;      // PWR_CR3 and CR4 of STM32L4 and later: no FLASH_RDY, more registers
    bool has_extscr; // STM32WB and WL: the flag of Standby is C1SBF in PWR_EXTSCR
};

// STM32L4, G4, WB and WL.
struct sim_syscfg_l4_config {
    uint32_t cfgr1_reset;
    bool has_banks; // FB_MODE
};

struct sim_syscfg_l0_config { // NULL: STM32L0
    bool is_l1;               // the codes of its ports, and no UFB
};

struct sim_syscfg_f4_config {
    bool has_fb_mode; // the banks of the flash can be swapped
    bool is_f7;       // address 0 shows nothing
};

// The watchdogs of the families whose options say more of them.
struct sim_iwdg_config { // NULL: nothing of it
    bool stops_in_stop;  // by an option
};
struct sim_wwdg_config { // NULL: WDGTB has two bits at 7, and no option starts it
    unsigned prescaler_shift, prescaler_mask;
    bool starts_by_option;
};

enum sim_tim_has {
    SIM_TIM_DOWN = 1,
    SIM_TIM_REPEATS = 2,
    SIM_TIM_REMAPS = 4,         // captures the lines from 4 * its number on of SIM_CAPTURE_HZ
    SIM_TIM_TWO_IRQS = 8,       // one for updates, one for captures and compares
    SIM_TIM_SELECTS = 16,       // what it captures by TIM_TISEL, and not by TIM_OR
    SIM_TIM_SELECTS_EARLY = 32, // TIM_TISEL is at 0x5c (STM32G4)
    SIM_TIM_REMAPS_WIDELY = 64, // eight lines, by three bits of TIM_OR or by TIM_TISEL
};
struct sim_tim_config {
    unsigned bits, channels;
    unsigned has; // of enum sim_tim_has
};

struct sim_usart_f1_config {
    const struct sim_pin *tx; // the pins that can be TX, with an end of the list
    // Of an STM32F1: the field of AFIO_MAPR, whose value for a pin is its af. Mask 0: none.
    unsigned remap_shift, remap_mask;
    bool has_over8;
};

struct sim_usart_config {
    const struct sim_pin *tx; // the pins that can be TX, with an end of the list; NULL: none
    bool is_low_power;        // a LPUART: BRR counts 256ths of a clock
    unsigned fifo;            // how many bytes the one of the transmitter holds; 0: there is none
    bool has_prescaler;
};

#endif
