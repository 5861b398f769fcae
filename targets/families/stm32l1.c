// SPDX-License-Identifier: MIT
// STM32L1: RM0038 (and PM0062, its older chapter on flash, EEPROM and option bytes). ST sorts the
// parts into categories, of which 3 and 4 share a die, and 5 and 6: 0x416 is category 1, 0x429 2,
// 0x427 and 0x436 up to 256 KiB 3, 0x436 beyond 4, 0x437 with 512 KiB 5 and with 384 6.
// `tested_on_hardware` is set by whoever ran the tests on a real part.
#include "flash/drivers/nvm.h"
#include "targets/families/doctor_nvm.h"
#include "targets/families/rcc_nvm.h"
#include "targets/target.h"

#define KIB  1024u
#define BASE 0x08000000u

// Addresses: RM0038, 2.3.
#define RCC_CR      0x40023800u
#define RCC_ICSCR   0x40023804u
#define RCC_CFGR    0x40023808u
#define RCC_AHBRSTR 0x40023810u
#define RCC_AHBENR  0x4002381cu
#define RCC_APB2ENR 0x40023820u
#define RCC_APB1ENR 0x40023824u
#define RCC_CSR     0x40023834u
#define FLASH_REGS  0x40023c00u
#define FLASH_OBR   (FLASH_REGS + 0x1c)

// ---- flash controller ---------------------------------------------------------------------------

// Of SR EOP, and all errors: WRPERR to OPTVERRUSR, RDERR. ACC64 of ACR has to be set before
// LATENCY, and one wait state is right for up to 32 MHz in range 1, 16 MHz in range 2
// (RM0038, 3.3.1).
#define NVM_PARAMS                                                                                 \
    .option_base = 0x1ff80000, .option_far = 0x80, .wrprot = {0x20, 0x80, 0x84, 0x88},             \
    .wrp_block = 4 * KIB, .flags = 0x3f02, .wide = 1u << 2, .latency = 1, .wrp = "WRP"

static const struct nvm_params params = {NVM_PARAMS};
static const struct nvm_params params_pcrop = {NVM_PARAMS, .pcrop = "SPRMOD"};

static const struct rcc_nvm around = {
    .prepare = RCC_NVM_PREPARE,
    .cr = RCC_CR,
    .cfgr = RCC_CFGR,
    .ahbenr = RCC_AHBENR,
    .apb1enr = RCC_APB1ENR,
    .csr = RCC_CSR,
    .hsi_ready = 1u << 1,
    .nvm_gate = 1u << 15, // FLASHEN
    .masters = 3u << 24,  // DMA1, DMA2
    .plain_crc = true,
};

// ---- dies ---------------------------------------------------------------------------------------

#define HAS_BANKS (1u << 0) // nBFB2
#define HAS_PCROP (1u << 1) // SPRMOD (ST's stm32l100xba.h, stm32l151xc.h: FLASH_OBR_SPRMOD)

// An erase, half a page and a word of EEPROM take the same time: 3.28 ms, at most 3.94 ms (DS6876,
// memory characteristics).
#define RUN(at, bytes, page)                                                                       \
    {                                                                                              \
        .base = (at), .size = (page), .count = (bytes) / (page), .erase_min_us = 3200,             \
        .erase_us = 3280                                                                           \
    }
#define PAGES(bytes)                                                                               \
    {                                                                                              \
        .erased = 0x00, .unit = 128, .unit_us = 3280, .run = { RUN(BASE, bytes, 256) }             \
    }
#define WORDS(bytes)                                                                               \
    {                                                                                              \
        .erased = 0x00, .unit = 4, .unit_us = 3280, .run = { RUN(0x08080000, bytes, 4) }           \
    }

// Behind the option bytes stand the factory's values: size, unique number, calibration.
#define COMMON                                                                                     \
    .family = &stm32l1_family, .flash_base = BASE, .sram_base = 0x20000000,                        \
    .system_base = 0x1ff00000, .option_base = 0x1ff80000
#define CATEGORIES_1_2                                                                             \
    .flash_size_addr = 0x1ff8004c, .uid_addr = 0x1ff80050, .uid_last_addr = 0x1ff80064,            \
    .system_size = 4 * KIB, .option_size = 128
#define CATEGORIES_3_TO_6                                                                          \
    .flash_size_addr = 0x1ff800cc, .uid_addr = 0x1ff800d0, .uid_last_addr = 0x1ff800e4,            \
    .system_size = 8 * KIB, .option_size = 256

// The STM32L100 have less EEPROM and SRAM than others with the same die, and nothing in the chip
// says which one it is: what is offered here is that of the others.
static const struct chip chips[] = {
    {
        COMMON,
        CATEGORIES_1_2,
        .dev_id = 0x416,
        .name = "STM32L100, L151, L152, 32 to 128 KiB",
        .flash_max = 128 * KIB,
        .layout = PAGES(128 * KIB),
        .eeprom = WORDS(4 * KIB),
        .sram_size = 16 * KIB,
    },
    {
        COMMON,
        CATEGORIES_3_TO_6,
        .dev_id = 0x427,
        .name = "STM32L100, L151, L152, L162, 256 KiB",
        .features = HAS_PCROP,
        .flash_max = 256 * KIB,
        .layout = PAGES(256 * KIB),
        .eeprom = WORDS(8 * KIB),
        .sram_size = 32 * KIB,
        .flash_params = &params_pcrop,
    },
    {
        COMMON,
        CATEGORIES_1_2,
        .dev_id = 0x429,
        .name = "STM32L100, L151, L152, 32 to 128 KiB",
        .features = HAS_PCROP,
        .flash_max = 128 * KIB,
        .layout = PAGES(128 * KIB),
        .eeprom = WORDS(4 * KIB),
        .sram_size = 32 * KIB,
        .flash_params = &params_pcrop,
    },
    {
        COMMON,
        CATEGORIES_3_TO_6,
        .dev_id = 0x436,
        .name = "STM32L151, L152, L162, 256 to 384 KiB",
        .features = HAS_BANKS,
        .flash_max = 384 * KIB,
        .layout = PAGES(384 * KIB),
        .eeprom = WORDS(12 * KIB),
        .eeprom_small_to = 256 * KIB,
        .eeprom_small = 8 * KIB,
        .sram_size = 48 * KIB,
    },
    {
        COMMON,
        CATEGORIES_3_TO_6,
        .dev_id = 0x437,
        .name = "STM32L151, L152, L162, 384 to 512 KiB",
        .features = HAS_BANKS,
        .flash_max = 512 * KIB,
        .layout = PAGES(512 * KIB),
        .eeprom = WORDS(16 * KIB),
        .sram_size = 80 * KIB,
    },
};

// The banks of 0x436 with 384 KiB follow each other, those of 0x437 begin 256 KiB apart, so that
// one with 384 KiB has a gap (ST's stm32l151xd.h, stm32l151xdx.h: FLASH_BANK1_END,
// FLASH_BANK2_BASE).
static void geometry(const struct chip *chip, uint32_t size,
                     const uint32_t reg[FAMILY_GEOMETRY_REGS], struct family_geometry *g)
{
    (void)reg;
    if (!(chip->features & HAS_BANKS) || size <= 256 * KIB)
        return;
    if (chip->flash_max <= 384 * KIB) {
        g->bank2 = BASE + size / 2;
        return;
    }
    g->bank2 = BASE + 256 * KIB;
    g->layout.run[0] = (struct flash_run)RUN(BASE, size / 2, 256);
    g->layout.run[1] = (struct flash_run)RUN(BASE + 256 * KIB, size / 2, 256);
}

// ---- debug unit (RM0038, 30.16) -----------------------------------------------------------------

#define DBGMCU              0xe0042000u
#define DBGMCU_CR_LOW_POWER 7u         // DBG_SLEEP, DBG_STOP, DBG_STANDBY
#define DBGMCU_APB1_FZ_DOGS (3u << 11) // DBG_WWDG_STOP, DBG_IWDG_STOP

static const struct dbgmcu_layout dbgmcu = {
    .reg = {{.addr = DBGMCU + 4, .low_power = DBGMCU_CR_LOW_POWER},
            {.addr = DBGMCU + 8, .freeze = DBGMCU_APB1_FZ_DOGS}},
};

// MSI runs with 2.1 MHz after a reset.
static const struct family_trace trace = FAMILY_TRACE_ON_PPB(2097152);

// ---- option bytes (RM0038, 3: FLASH_OBR, FLASH_WRPR1 to 4) ----------------------------

// The driver's words: OBR, WRPR1 to WRPR4.
#define WRP(n, over)                                                                               \
    {                                                                                              \
        .name = "WRP" #n, .alias = "WRPR" #n, .word = (n), .bits = 32, .flash_over = (over),       \
        .flash_per_half = 64 * KIB, .unlock_clears_with = "SPRMOD",                                \
        .what = "1 bits: write-protected sectors of 4 KiB, from sector " WRP_FIRST_##n " on"       \
    }
#define WRP_FIRST_1 "0"
#define WRP_FIRST_2 "32"
#define WRP_FIRST_3 "64"
#define WRP_FIRST_4 "96"

static const struct option_field options[] = {
    {.name = "RDP",
     .alias = "RDPRT",
     .word = 0,
     .bits = 8,
     .what = "read protection level",
     .is_rdp = true},
    {.name = "SPRMOD",
     .word = 0,
     .shift = 8,
     .bits = 1,
     .feature = HAS_PCROP,
     .unlock_clears_with = "SPRMOD",
     .what = "1: WRP protects code from being read, too, and its bits are inverted"},
    {.name = "BOR_LEV",
     .word = 0,
     .shift = 16,
     .bits = 4,
     .what = "brown-out reset: 0 to 7 off, 8 (1.7 V) to 12 (2.8 V)"},
    {.name = "IWDG_SW",
     .alias = "WDG_SW",
     .word = 0,
     .shift = 20,
     .bits = 1,
     .what = "1: the watchdog is started by software"},
    {.name = "nRST_STOP",
     .word = 0,
     .shift = 21,
     .bits = 1,
     .what = "0: reset instead of Stop mode"},
    {.name = "nRST_STDBY",
     .word = 0,
     .shift = 22,
     .bits = 1,
     .what = "0: reset instead of Standby mode"},
    {.name = "nBFB2",
     .alias = "BFB2",
     .word = 0,
     .shift = 23,
     .bits = 1,
     .what = "0: start from bank 2, when that has a program",
     .feature = HAS_BANKS,
     .flash_over = 256 * KIB},
    WRP(1, 0),
    WRP(2, 128 * KIB),
    WRP(3, 256 * KIB),
    WRP(4, 384 * KIB),
};

// FLASH_OBR bits 7:0, and the same in the option bytes (RM0038, 3).
static const struct rdp_scheme rdp = {
    .status_addr = FLASH_OBR,
    .status = {.shift = 0, .bits = 8, .level0 = 0xaa, .level2 = 0xcc},
    .option_word = 0,
    .option = {.shift = 0, .bits = 8, .level0 = 0xaa, .level2 = 0xcc},
    .option_level1 = 0xbb,
};

static const struct family_execute_only execute_only = {.mode = "SPRMOD", .sectors = "WRP"};

// ---- doctor -------------------------------------------------------------------------------------

static const struct nvm_rcc rcc = {RCC_CR, RCC_CFGR, 1u << 1};

#define HSI_HZ           16000000u
#define CR_RTCPRE_16     (3u << 29)
#define APB2ENR_TIM11EN  (1u << 4)
#define ACR_ACC64        (1u << 2)
#define ACR_ACC64_1_WAIT (ACR_ACC64 | 1u << 0)

static const struct self_timer timer = {
    .base = 0x40011000,
    .clock = {RCC_APB2ENR, APB2ENR_TIM11EN},
    .select = SELF_TIMER_OR,
    .input = 2, // TI1_RMP: HSE_RTC (RM0038, TIM11_OR)
    .timer_hz = HSI_HZ,
    .periods = 16,
};

// HSE / 16 by the prescaler of the RTC, which cannot be changed while HSE runs (RM0038, RCC_CR).
// The core gets HSI, with a wait state, so that it sees each capture.
static enum err measure_hse(struct target *t, const uint32_t value[FAMILY_REGISTERS],
                            struct family_hse *d)
{
    const struct mem_ap *mem = &t->mem;
    bool ready;
    enum err e = self_set_bits(mem, RCC_CR, CR_RTCPRE_16);
    if (e || (e = clock_start_hse(mem, RCC_CR, value[NVM_READ_CR], &d->runs)) || !d->runs ||
        (e = mem_ap_write32(mem, FLASH_REGS, ACR_ACC64)) ||
        (e = mem_ap_write32(mem, FLASH_REGS, ACR_ACC64_1_WAIT)) ||
        (e = nvm_run_from_hsi(&rcc, mem, 0, &ready)) || !ready)
        return e;
    return self_count_clock(&timer, t, &d->hz);
}

#define GPIOA 0x40020000u

static const struct gpio_port port_a = {
    .base = GPIOA,
    .clock_addr = RCC_AHBENR,
    .clock_mask = 1u << 0, // GPIOAEN
    .reset_name = "RCC_AHBRSTR",
    .reset_addr = RCC_AHBRSTR,
};

static const struct family_pins pins = GPIO_PINS(&port_a, GPIOA, RCC_AHBRSTR);

static const struct family_doctor doctor = {
    NVM_DOCTOR,
    .reg = {[NVM_READ_CSR] = {"RCC_CSR", RCC_CSR},
            [NVM_READ_CR] = {"RCC_CR", RCC_CR},
            [NVM_READ_CFGR] = {"RCC_CFGR", RCC_CFGR},
            [NVM_READ_ICSCR] = {"RCC_ICSCR", RCC_ICSCR},
            [NVM_READ_OPTIONS] = {"FLASH_OBR", FLASH_OBR}},
    .reset_flag = {NVM_RESETS_BY_WATCHDOGS, NVM_OTHER_RESETS}, // RM0038, RCC_CSR
    .hsi_percent = 4, // over all ranges (DS6876, high-speed internal oscillator)
    .hse = measure_hse,
    .pins = &pins,
};

const struct family stm32l1_family = {
    .name = "STM32L1",
    .idcode_addr = DBGMCU,
    .chips = chips,
    .chip_count = sizeof chips / sizeof chips[0],
    .dbgmcu = &dbgmcu,
    .trace = &trace,
    .geometry = geometry,
    .flash_regs = FLASH_REGS,
    .driver = &nvm128_driver,
    .eeprom_driver = &nvm_data_driver,
    .flash_params = &params,
    .prepare = &around.prepare,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .rdp = &rdp,
    .execute_only = &execute_only,
    .vdd_min_mv = 1650, // DS6876, general operating conditions
    .vdd_max_mv = 3600,
    .doctor = &doctor,
    .tried = FAMILY_TRIED_ON_BOARD | FAMILY_TRIED_BY_OTHERS,
};
