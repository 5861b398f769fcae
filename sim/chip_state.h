// SPDX-License-Identifier: MIT
// The inside of the virtual chip, shared by chip.c and the files of its peripherals. Nobody else includes it.
#ifndef SWDLINK_SIM_CHIP_STATE_H
#define SWDLINK_SIM_CHIP_STATE_H

#include "sim/chip.h"
#include "sim/chips.h"

#define SIM_FLASH_BASE  0x08000000u
#define SIM_SRAM_BASE   0x20000000u
#define SIM_OPTION_BASE 0x1ffff800u
#define SIM_OPTION_SIZE 16u
#define SIM_MAX_PAGES   256u
#define SIM_USART_ROOM  65536u
#define SIM_GPIO_PORTS  6u

enum { WINDOW_FLASH, WINDOW_SRAM, WINDOW_BOOT, WINDOW_SYSTEM };

// What a program or erase of the FPEC takes, in ns.
struct sim_flash_times {
    uint64_t halfword, page, mass;
};

struct sim_fpec {
    struct sim_chip *chip;
    uint32_t acr, cr, sr, ar, obr, wrpr;
    unsigned key_step, optkey_step;
    bool locked_out, option_locked_out; // a wrong key was written: locked until the next reset
    bool unlocked, options_unlocked;
    uint64_t busy_until;
    // What is under way, for a power cut in the middle.
    enum { FPEC_IDLE, FPEC_HALFWORD, FPEC_PAGE, FPEC_MASS, FPEC_OPTIONS } job;
    uint32_t job_addr;
    struct sim_timer done;
    struct sim_flash_times times;
};

struct sim_rcc {
    struct sim_chip *chip;
    uint32_t cr, cfgr, cir, apb2rstr, apb1rstr, ahbenr, apb2enr, apb1enr, bdcr, csr, ahbrstr;
    uint32_t cfgr2, cfgr3, cr2;
    uint32_t hse_hz; // 0: no crystal
};

struct sim_gpio {
    struct sim_chip *chip;
    unsigned port;
    uint32_t moder, otyper, ospeedr, pupdr, odr, afr[2];
    uint32_t pins; // what the outside drives
};

struct sim_usart {
    struct sim_chip *chip;
    unsigned irq;
    uint32_t cr1, cr2, cr3, brr, isr;
    struct sim_timer sent;
};

struct sim_iwdg {
    struct sim_chip *chip;
    bool running, unlocked;
    uint32_t pr, rlr;
    uint64_t frozen_at; // 0: counts
    struct sim_timer bites;
};

struct sim_crc {
    struct sim_chip *chip;
    uint32_t dr, idr, cr, init;
};

struct sim_chip {
    const struct sim_chip_row *row;
    struct sim_clock *clock;
    struct sim_account *account;
    struct log *log;
    struct sim_bus bus;
    struct sim_core *core;

    bool powered, dead, nrst_low, boot0;
    uint32_t vdda_mv;
    struct sim_identity identity;
    bool intruded; // RDP level 1: the debugger has touched the system bus since power-on
    unsigned rdp_level; // as loaded from the option bytes
    uint32_t reset_flags; // to be shown in RCC_CSR after the reset that is under way
    uint64_t seed;

    uint8_t *flash, *sram, *system;
    uint8_t option[SIM_OPTION_SIZE];
    unsigned erase_count[SIM_MAX_PAGES];

    uint32_t dbgmcu_cr, dbgmcu_apb1_fz, dbgmcu_apb2_fz;
    uint32_t syscfg_cfgr1;
    uint32_t pwr_cr, pwr_csr;
    struct sim_fpec fpec;
    struct sim_rcc rcc;
    struct sim_gpio gpio[SIM_GPIO_PORTS];
    struct sim_usart usart1;
    struct sim_iwdg iwdg;
    struct sim_crc crc;

    uint8_t *usart_out;
    size_t usart_len;
};

// chip.c
uint32_t chip_random(struct sim_chip *chip);
// A system reset by the chip itself (watchdog, option loading); flags are those of RCC_CSR.
void chip_reset_from_inside(struct sim_chip *chip, uint32_t csr_flag);
// Flash windows shown or hidden, after anything that blocks or frees them.
void chip_update_windows(struct sim_chip *chip);
// Flash content is out of reach for this master because of read protection.
bool chip_flash_is_protected(const struct sim_chip *chip);
// The peripheral clock of a bit in AHBENR, APB2ENR or APB1ENR.
bool chip_clock_on(const uint32_t *enr, unsigned bit);

// One device table per peripheral file.
extern const struct sim_device fpec_device, fpec_flash_device, fpec_option_device, rcc_device, dbgmcu_device, syscfg_device,
    pwr_device, gpio_device, usart_device, iwdg_device, crc_device;

// fpec.c
void fpec_power_cut(struct sim_fpec *fpec);
void fpec_load_options(struct sim_fpec *fpec);
bool fpec_is_busy(const struct sim_fpec *fpec);

// rcc.c
#define RCC_CSR_OBLRSTF  (1u << 25)
#define RCC_CSR_PINRSTF  (1u << 26)
#define RCC_CSR_PORRSTF  (1u << 27)
#define RCC_CSR_SFTRSTF  (1u << 28)
#define RCC_CSR_IWDGRSTF (1u << 29)
void rcc_apply_clock(struct sim_rcc *rcc);
bool rcc_hsi_is_on(const struct sim_rcc *rcc);

// iwdg.c: the core was halted or let go, and freezing may have changed.
void iwdg_freeze(struct sim_iwdg *iwdg, bool frozen);
void iwdg_start(struct sim_iwdg *iwdg);

// gpio.c
bool gpio_swd_pins_are_swd(const struct sim_gpio *port_a);

#endif
