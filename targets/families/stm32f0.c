// SPDX-License-Identifier: MIT
// STM32F0: RM0091 and RM0360 (32 for DBGMCU, 3 for the flash, 4 for the option bytes), AN2606 for
// the boot loader ROM. `tested_on_hardware` is set by whoever ran the tests on a real part.
#include "flash/drivers/fpec16.h"
#include "swd/mem_ap.h"
#include "targets/families/clock_facts.h"
#include "targets/families/fpec.h"
#include "targets/families/rcc_fpec.h"
#include "targets/families/self_measure.h"

#define KIB 1024u

// ---- dies ---------------------------------------------------------------------------------------

// Option bits nBOOT0 and BOOT_SEL, on some parts of this die at least.
#define HAS_BOOT_SEL (1u << 0)

// A halfword takes 53.5 µs (DS9773, 6.3.10).
#define PAGES(page, bytes) FPEC_PAGES(page, bytes, 54)

#define COMMON                                                                                     \
    FPEC_MEMORIES, .family = &stm32f0_family, .flash_size_addr = 0x1ffff7cc, .uid_addr = 0x1ffff7ac

static const struct chip chips[] = {
    {
        COMMON,
        .dev_id = 0x440,
        .name = "STM32F051, F058, F030x8",
        .flash_max = 64 * KIB,
        .layout = PAGES(1 * KIB, 64 * KIB),
        .sram_size = 8 * KIB,
        .system_base = 0x1fffec00,
        .system_size = 3 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x442,
        .name = "STM32F091, F098, F030xC",
        .flash_max = 256 * KIB,
        .layout = PAGES(2 * KIB, 256 * KIB),
        .sram_size = 32 * KIB,
        .system_base = 0x1fffd800,
        .system_size = 8 * KIB,
        .features = HAS_BOOT_SEL,
        .empty_check = true,
    },
    {
        COMMON,
        .dev_id = 0x444,
        .name = "STM32F031x4/x6, F030x4/x6, F038x6",
        .flash_max = 32 * KIB,
        .layout = PAGES(1 * KIB, 32 * KIB),
        .sram_size = 4 * KIB,
        .system_base = 0x1fffec00,
        .system_size = 3 * KIB,
    },
    {
        COMMON,
        .dev_id = 0x445,
        .name = "STM32F042, F048, F070x6",
        .flash_max = 32 * KIB,
        .layout = PAGES(1 * KIB, 32 * KIB),
        .sram_size = 6 * KIB,
        .system_base = 0x1fffc400,
        .system_size = 13 * KIB,
        .features = HAS_BOOT_SEL,
        .empty_check = true,
    },
    {
        COMMON,
        .dev_id = 0x448,
        .name = "STM32F071, F072, F078, F070xB",
        .flash_max = 128 * KIB,
        .layout = PAGES(2 * KIB, 128 * KIB),
        .sram_size = 16 * KIB,
        .system_base = 0x1fffc800,
        .system_size = 12 * KIB,
    },
};

// ---- debug unit (RM0091, 32.9) ------------------------------------------------------------------

#define DBGMCU                0x40015800u
#define DBGMCU_CR_DBG_STOP    (1u << 1)
#define DBGMCU_CR_DBG_STANDBY (1u << 2)
#define DBGMCU_APB1_WWDG_STOP (1u << 11)
#define DBGMCU_APB1_IWDG_STOP (1u << 12)
#define RCC_APB2ENR_DBGMCUEN  (1u << 22)

static const struct dbgmcu_layout dbgmcu = {
    .gate_addr = FPEC_RCC_APB2ENR,
    .gate_mask = RCC_APB2ENR_DBGMCUEN,
    .reg = {{.addr = DBGMCU + 4, .low_power = DBGMCU_CR_DBG_STOP | DBGMCU_CR_DBG_STANDBY},
            {.addr = DBGMCU + 8, .freeze = DBGMCU_APB1_WWDG_STOP | DBGMCU_APB1_IWDG_STOP}},
};

// ---- option bytes (RM0091, 4; RM0360, 4) --------------------------------------------------------

static const struct option_field options[] = {
    FPEC_OPTION_RDP(" level"),
    FPEC_OPTIONS_WATCHDOG_AND_RESETS,
    {.name = "nBOOT0",
     FPEC_OPTION_BIT(3, "BOOT0, inverted, when BOOT_SEL is 0"),
     .feature = HAS_BOOT_SEL},
    {.name = "nBOOT1", FPEC_OPTION_BIT(4, "with BOOT0 high, 1: system memory, 0: SRAM")},
    {.name = "VDDA_MONITOR", FPEC_OPTION_BIT(5, "1: VDDA is supervised")},
    {.name = "RAM_PARITY_CHECK", FPEC_OPTION_BIT(6, "0: SRAM parity is checked")},
    {.name = "BOOT_SEL",
     FPEC_OPTION_BIT(7, "1: BOOT0 is the pin, 0: nBOOT0"),
     .feature = HAS_BOOT_SEL},
    FPEC_OPTIONS_DATA_AND_WRP,
};

// ---- flash controller ---------------------------------------------------------------------------

static const struct fpec16_params flash_params = {
    .option_base = FPEC_OPTION_BYTES,
    .obr_user = 8,
    // 0: SRAM has a parity check (RM0091, 4.1.2).
    .parity_off = 1u << 14,
    // One WRPR bit protects 4 KiB, the last one all that follows (RM0091, 3.3.2).
    .wrp_block = 4 * KIB,
    .latency = 1, // right for 24 to 48 MHz (RM0091, 3.5.1)
};

// 12 times half of HSI: 48 MHz (RM0091, 6.4.2).
static const struct rcc_fpec rcc = {
    .prepare = RCC_FPEC_PREPARE,
    .pll_mask = 0x7fu << 15, // PLLMUL, PLLXTPRE, PLLSRC
    .pll = 10u << 18,
    .masters = 3, // DMA1, DMA2
};

// ---- doctor -------------------------------------------------------------------------------------

// VDDA and the crystal are measured by the chip itself: its ADC looks at the internal reference,
// whose reading at 3.3 V the factory has noted (RM0091, 13.8; DS9773, 3.10.2); its TIM14 counts HSI
// between edges of HSE / 32 (20.4.10, TIM14_OR).
#define HSI_HZ       8000000u
#define RCC_CR2      0x40021034u
#define CR2_HSI14ON  (1u << 0)
#define CR2_HSI14RDY (1u << 1)

static const struct self_adc adc = {
    .base = 0x40012400,
    .clock = {FPEC_RCC_APB2ENR, 1u << 9}, // ADCEN
    .ccr = 1u << 22,                      // VREFEN
    .channel = 1u << 17,                  // VREFINT
    .cal_addr = 0x1ffff7ba,
    .cal_mv = 3300,
};

static enum err measure_vdda(const struct mem_ap *mem, struct family_vdda *found)
{
    bool ready;
    enum err e = self_set_bits(mem, RCC_CR2, CR2_HSI14ON);
    if (!e)
        e = self_wait_bits(mem, RCC_CR2, CR2_HSI14RDY, CR2_HSI14RDY, SELF_WAIT_US, &ready);
    return e || !ready ? e : self_measure_vdda(&adc, mem, found);
}

// TIM14 at HSE / 32.
static const struct self_timer timer = {
    .base = 0x40002000,
    .clock = {FPEC_RCC_APB1ENR, 1u << 8}, // TIM14EN
    .select = SELF_TIMER_OR,
    .input = 2,
    .timer_hz = HSI_HZ,
    .periods = 32,
};

static enum err measure_hse(struct target *t, const uint32_t value[FAMILY_REGISTERS],
                            struct family_hse *found)
{
    return clock_measure_hse(&timer, FPEC_RCC_CR, value[FPEC_READ_CR], t, found);
}

static const struct family_doctor doctor = {
    FPEC_DOCTOR(1u << 25),
    // 1 % at room temperature and 3 % at the ends of the range (DS9773, 6.3.8).
    .hsi_percent = 3,
    .vdda = measure_vdda,
    .hse = measure_hse,
    .pins = &fpec_pins,
};

const struct family stm32f0_family = {
    .name = "STM32F0",
    .idcode_addr = DBGMCU,
    .chips = chips,
    .chip_count = sizeof chips / sizeof chips[0],
    .dbgmcu = &dbgmcu,
    .flash_regs = FPEC_FLASH_REGS,
    .driver = &fpec16_driver,
    .flash_params = &flash_params,
    .prepare = &rcc.prepare,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .rdp = &fpec_rdp,
    .vdd_min_mv = 2000, // DS9773, 6.3.1
    .vdd_max_mv = 3600,
    .low_supply_line = '8',
    .doctor = &doctor,
    .tried = FAMILY_TRIED_ON_BOARD | FAMILY_TRIED_BY_OTHERS,
};
