// SPDX-License-Identifier: MIT
// STM32F3: RM0316 (F303, F358, F398, F328), RM0313 (F37x), RM0364 (F334), RM0365 (F302), RM0366
// (F301, F318); chapters 3 and 4 of each for flash and option bytes, AN2606 for the boot loader
// ROM. `tested_on_hardware` is set by whoever ran the tests on a real part.
#include "flash/drivers/fpec16.h"
#include "targets/families/fpec.h"
#include "targets/families/rcc_fpec.h"

#define KIB 1024u

// ---- dies ---------------------------------------------------------------------------------------

#define HAS_SDADC (1u << 0) // F37x

// A halfword takes 53.5 µs (DS9118, memory characteristics).
#define PAGES(bytes) FPEC_PAGES(2 * KIB, bytes, 54)

#define COMMON                                                                                     \
    FPEC_MEMORIES, .family = &stm32f3_family, .flash_size_addr = 0x1ffff7cc,                       \
                   .uid_addr = 0x1ffff7ac, .system_base = 0x1fffd800, .system_size = 8 * KIB

static const struct chip chips[] = {
    {
        COMMON,
        .dev_id = 0x422,
        .name = "STM32F302, F303, F358, 128 to 256 KiB",
        .flash_max = 256 * KIB,
        .layout = PAGES(256 * KIB),
        .sram_size = 40 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x432,
        .name = "STM32F373, F378, 64 to 256 KiB",
        .features = HAS_SDADC,
        .flash_max = 256 * KIB,
        .layout = PAGES(256 * KIB),
        .sram_size = 32 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x438,
        .name = "STM32F303, F328, F334, 16 to 64 KiB",
        .flash_max = 64 * KIB,
        .layout = PAGES(64 * KIB),
        .sram_size = 12 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x439,
        .name = "STM32F301, F302, F318, 32 to 64 KiB",
        .flash_max = 64 * KIB,
        .layout = PAGES(64 * KIB),
        .sram_size = 16 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x446,
        .name = "STM32F302, F303, F398, 384 to 512 KiB",
        .flash_max = 512 * KIB,
        .layout = PAGES(512 * KIB),
        .sram_size = 64 * KIB,
    },
};

// ---- debug unit (RM0316, debug support) -----------------------------------------------------------

#define DBGMCU                0xe0042000u
#define DBGMCU_CR_DBG_SLEEP   (1u << 0)
#define DBGMCU_CR_DBG_STOP    (1u << 1)
#define DBGMCU_CR_DBG_STANDBY (1u << 2)
#define DBGMCU_APB1_WWDG_STOP (1u << 11)
#define DBGMCU_APB1_IWDG_STOP (1u << 12)

static const struct dbgmcu_layout dbgmcu = {
    .reg = {{.addr = DBGMCU + 4,
             .low_power = DBGMCU_CR_DBG_SLEEP | DBGMCU_CR_DBG_STOP | DBGMCU_CR_DBG_STANDBY},
            {.addr = DBGMCU + 8, .freeze = DBGMCU_APB1_WWDG_STOP | DBGMCU_APB1_IWDG_STOP}},
};

// ---- option bytes (RM0316, 4) ---------------------------------------------------------------------

static const struct option_field options[] = {
    FPEC_OPTION_RDP(" level"),
    FPEC_OPTIONS_WATCHDOG_AND_RESETS,
    {.name = "nBOOT1", FPEC_OPTION_BIT(4, "with BOOT0 high, 1: system memory, 0: SRAM")},
    {.name = "VDDA_MONITOR", FPEC_OPTION_BIT(5, "1: VDDA is supervised")},
    {.name = "SRAM_PE",
     .alias = "SRAM_PARITY_CHECK",
     FPEC_OPTION_BIT(6, "0: SRAM parity is checked")},
    {.name = "SDADC12_VDD_MONITOR",
     FPEC_OPTION_BIT(7, "1: the supply of the SDADCs is supervised"),
     .feature = HAS_SDADC},
    FPEC_OPTIONS_DATA_AND_WRP,
};

// ---- flash controller ---------------------------------------------------------------------------

static const struct fpec16_params flash_params = {
    .option_base = FPEC_OPTION_BYTES,
    .obr_user = 8,
    .parity_off = 1u << 14, // 0: SRAM has a parity check
    .latency = 1,
    // One WRPR bit protects two pages, the last one all that follows (RM0316, 3.3.2).
    .wrp_block = 4 * KIB,
};

// 6 times half of HSI: 24 MHz.
static const struct rcc_fpec rcc = {
    .prepare = RCC_FPEC_PREPARE,
    .pll_mask = 0x7fu << 15, // PLLMUL, PLLXTPRE, PLLSRC
    .pll = 4u << 18,
    .masters = 3, // DMA1, DMA2
    .keeps_prescaler = true,
};

// ---- doctor -------------------------------------------------------------------------------------

static const struct family_trace trace = FAMILY_TRACE_ON_PPB(8000000);

static const struct family_doctor doctor = {
    FPEC_DOCTOR(1u << 25),
    .hsi_percent = 4,
    .pins = &fpec_pins,
};

const struct family stm32f3_family = {
    .name = "STM32F3",
    .tried = FAMILY_TRIED_ON_BOARD | FAMILY_TRIED_BY_OTHERS,
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
    .rdp = &fpec_rdp,
    .vdd_min_mv = 2000, // DS9118, general operating conditions
    .vdd_max_mv = 3600,
    .low_supply_line = '8',
    .doctor = &doctor,
};
