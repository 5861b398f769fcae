// SPDX-License-Identifier: MIT
// STM32F1: RM0008 and RM0041 (F100), PM0075 and PM0063 for flash and option bytes, AN2606 for the
// boot loader ROM. ST sorts the dies by density: 0x412 low, 0x410 medium, 0x414 high, 0x418
// connectivity line, 0x420 and 0x428 value line, 0x430 XL, whose second bank has a controller of
// its own (PM0068). `tested_on_hardware` is set by whoever ran the tests on a real part.
#include "flash/drivers/fpec16.h"
#include "targets/families/fpec.h"
#include "targets/families/rcc_fpec.h"

#define KIB 1024u

// ---- dies ---------------------------------------------------------------------------------------

#define HAS_BFB2 (1u << 0)

// A halfword takes 40 to 70 µs, typically 52.5 µs (DS5319, memory characteristics).
#define PAGES(page, bytes) FPEC_PAGES(page, bytes, 53)

#define COMMON                                                                                     \
    FPEC_MEMORIES, .family = &stm32f1_family, .flash_size_addr = 0x1ffff7e0, .uid_addr = 0x1ffff7e8

#define BOOT_LOADER .system_base = 0x1ffff000, .system_size = 2 * KIB

static const struct chip chips[] = {
    {
        COMMON,
        BOOT_LOADER,
        .dev_id = 0x412,
        .name = "STM32F101, F102, F103, 16 to 32 KiB",
        .flash_max = 32 * KIB,
        .layout = PAGES(1 * KIB, 32 * KIB),
        .sram_size = 10 * KIB,
    },
    {
        COMMON,
        BOOT_LOADER,
        .dev_id = 0x410,
        .name = "STM32F101, F102, F103, 64 to 128 KiB",
        .flash_max = 128 * KIB,
        .layout = PAGES(1 * KIB, 128 * KIB),
        .sram_size = 20 * KIB,
    },
    {
        COMMON,
        BOOT_LOADER,
        .dev_id = 0x414,
        .name = "STM32F101, F103, 256 to 512 KiB",
        .flash_max = 512 * KIB,
        .layout = PAGES(2 * KIB, 512 * KIB),
        .sram_size = 64 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x418,
        .name = "STM32F105, F107, 64 to 256 KiB",
        .flash_max = 256 * KIB,
        .layout = PAGES(2 * KIB, 256 * KIB),
        .sram_size = 64 * KIB,
        .system_base = 0x1fffb000,
        .system_size = 18 * KIB,
    },
    {
        COMMON,
        BOOT_LOADER,
        .dev_id = 0x420,
        .name = "STM32F100, 16 to 128 KiB",
        .flash_max = 128 * KIB,
        .layout = PAGES(1 * KIB, 128 * KIB),
        .sram_size = 8 * KIB,
    },
    {
        COMMON,
        BOOT_LOADER,
        .dev_id = 0x428,
        .name = "STM32F100, 256 to 512 KiB",
        .flash_max = 512 * KIB,
        .layout = PAGES(2 * KIB, 512 * KIB),
        .sram_size = 32 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x430,
        .name = "STM32F101, F103, 768 to 1024 KiB",
        .features = HAS_BFB2,
        .flash_max = 1024 * KIB,
        .layout = PAGES(2 * KIB, 1024 * KIB),
        .sram_size = 96 * KIB,
        .system_base = 0x1fffe000,
        .system_size = 6 * KIB,
    },
};

// ---- debug unit (RM0008, debug support) -----------------------------------------------------------

#define DBGMCU                0xe0042000u
#define DBGMCU_CR_DBG_SLEEP   (1u << 0)
#define DBGMCU_CR_DBG_STOP    (1u << 1)
#define DBGMCU_CR_DBG_STANDBY (1u << 2)
#define DBGMCU_CR_IWDG_STOP   (1u << 8)
#define DBGMCU_CR_WWDG_STOP   (1u << 9)

static const struct dbgmcu_layout dbgmcu = {
    .reg = {{.addr = DBGMCU + 4,
             .low_power = DBGMCU_CR_DBG_SLEEP | DBGMCU_CR_DBG_STOP | DBGMCU_CR_DBG_STANDBY,
             .freeze = DBGMCU_CR_IWDG_STOP | DBGMCU_CR_WWDG_STOP}},
};

// ---- option bytes (PM0075, 2.5) -------------------------------------------------------------------

static const struct option_field options[] = {
    FPEC_OPTION_RDP(": 0 or 1"),
    FPEC_OPTIONS_WATCHDOG_AND_RESETS,
    {.name = "BFB2",
     FPEC_OPTION_BIT(3, "0: start from bank 2, when that has a program"),
     .feature = HAS_BFB2},
    FPEC_OPTIONS_DATA_AND_WRP,
};

// FLASH_OBR bit 1 (PM0075, 3.7), and the byte RDP, which has one value for a chip that is open.
static const struct rdp_scheme rdp = {
    .status_addr = FPEC_FLASH_OBR,
    .status = {.shift = 1, .bits = 1, .level0 = 0, .level2 = RDP_NO_LEVEL},
    .option_word = FPEC_RDP,
    .option = {.shift = 0, .bits = 8, .level0 = 0xa5, .level2 = RDP_NO_LEVEL},
    .option_level1 = 0x00,
};

// ---- flash controller ---------------------------------------------------------------------------

static const struct fpec16_params flash_params = {
    .option_base = FPEC_OPTION_BYTES,
    .obr_user = 2,
    .second_bank = 0x08080000,
    .latency = 1,
    .no_launch = true,
    // One WRPR bit protects 4 KiB, the last one all that follows (PM0075, 2.4.2).
    .wrp_block = 4 * KIB,
};

// 6 times half of HSI: 24 MHz, which no F1 is too slow for, and no bus of it.
static const struct rcc_fpec rcc = {
    .prepare = RCC_FPEC_PREPARE,
    .pll_mask = 0x3fu << 16, // PLLMUL, PLLXTPRE, PLLSRC
    .pll = 4u << 18,
    .masters = 1u << 14 | 3u, // Ethernet, DMA1, DMA2
    .keeps_prescaler = true,
    .plain_crc = true,
};

// ---- doctor -------------------------------------------------------------------------------------

// What its ADC and timers could measure has no factory values to compare with, and AFIO_MAPR, which
// takes the pins of SWD, cannot be read back: the doctor leaves these out.
static const struct family_trace trace = FAMILY_TRACE_ON_PPB(8000000);

static const struct family_doctor doctor = {
    FPEC_DOCTOR(0),
    .hsi_percent = 3,
};

const struct family stm32f1_family = {
    .name = "STM32F1",
    .idcode_addr = DBGMCU,
    .chips = chips,
    .chip_count = sizeof chips / sizeof chips[0],
    .dbgmcu = &dbgmcu,
    .trace = &trace,
    .flash_regs = FPEC_FLASH_REGS,
    .driver = &fpec16_driver,
    .flash_params = &flash_params,
    .prepare = &rcc.prepare,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .rdp = &rdp,
    .vdd_min_mv = 2000, // DS5319, general operating conditions
    .vdd_max_mv = 3600,
    .doctor = &doctor,
    .tried = FAMILY_TRIED_ON_BOARD | FAMILY_TRIED_BY_OTHERS,
};
