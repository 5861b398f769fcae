// SPDX-License-Identifier: MIT
// STM32L1: RM0038, 2 (memory map and boot), 3 (flash), 5 and 6 (power, clocks), 10 (interrupts), 30
// (debug), 31 (electronic signature); figures from the data sheets of STM32L151x6/8/B (DS6876) and
// STM32L151xE (DS10002). A capture of an STM32L152 decides of its identity.
//
// Everything that the virtual board knows of this family alone. Modelled are core, memories, flash
// controller with data EEPROM, clocks and voltage ranges, ports, SYSCFG, EXTI, power control,
// watchdogs, timers 2 to 7 and 9 to 11, CRC and the debug support unit. The rest are named regions.
#include "sim/families/stm32l1.h"

#include <string.h>

#include "base/bytes.h"
#include "sim/families/factory.h"
#include "sim/families/programs.h"
#include "sim/parts/parts.h"

#define KIB 1024u

// Neighbours share a row: the bus has a limited number of mappings.
#define REGIONS_OF_ALL                                                                             \
    {"LCD and RTC", 0x40002400, 0x800}, {"SPI2", 0x40003800, 0x400},                               \
        {"USART2 and USART3", 0x40004400, 0x800}, {"I2C1 and I2C2", 0x40005400, 0x800},            \
        {"USB and its memory", 0x40005c00, 0x800}, {"DAC and comparators", 0x40007400, 0x800},     \
        {"ADC1", 0x40012400, 0x400}, {"SPI1", 0x40013000, 0x400}, {"USART1", 0x40013800, 0x400},   \
    {                                                                                              \
        "DMA1", 0x40026000, 0x400                                                                  \
    }
static const struct sim_region regions[] = {REGIONS_OF_ALL, {NULL, 0, 0}};
static const struct sim_region regions_large[] = {
    REGIONS_OF_ALL,
    {"SPI3", 0x40003c00, 0x400},
    {"UART4 and UART5", 0x40004c00, 0x800},
    {"SDIO", 0x40012c00, 0x400},
    {"DMA2", 0x40026400, 0x400},
    {"AES", 0x50060000, 0x400},
    {"external memories", 0x60000000, 0x40000000},
    {"FSMC", 0xa0000000, 0x400},
    {NULL, 0, 0},
};

// ---- what the parts of this family have in particular ------------------------------------------

#define FLASH_BASE    0x08000000u
#define EEPROM_BASE   0x08080000u
#define SRAM_BASE     0x20000000u
#define SYSTEM_BASE   0x1ff00000u
#define OPTIONS_BASE  0x1ff80000u
// BOR off, IWDG by software, no reset in low-power modes, as a capture of an STM32L152RB shows it;
// and nBFB2, where there are two banks.
#define USER_ST       0x0078u
#define USER_ST_BANKS 0x00f8u

// The data sheets give a typical and a largest time (DS6876, 6.3.8); the least one is the nominal
// 3.2 ms of the manual. What a mass erase takes is not in them: two erases, a model.
#define NVM_FIELDS(wrp_words_, user_st)                                                            \
    .sector_size = 4096, .two_banks_feature = SIM_L1_HAS_TWO_BANKS, .half_page_words = 32,         \
    .wrp_words = (wrp_words_), .user_default = (user_st), .is_l1 = true,                           \
    .user_mask = {[SIM_OPTION_WATCHDOG_BY_SOFTWARE] = 1u << 4,                                     \
                  [SIM_OPTION_NO_RESET_IN_STOP] = 1u << 5,                                         \
                  [SIM_OPTION_NO_RESET_IN_STANDBY] = 1u << 6},                                     \
    .time = {[SIM_FLASH_TYP] = {3280000, 6560000},                                                 \
             [SIM_FLASH_MIN] = {3200000, 6400000},                                                 \
             [SIM_FLASH_MAX] = {3940000, 7880000}}
#define NVM(wrp_words_, user_st)                                                                   \
    {                                                                                              \
        NVM_FIELDS(wrp_words_, user_st)                                                            \
    }
static const struct sim_nvm_config nvm_128 = NVM(2, USER_ST), nvm_256 = NVM(4, USER_ST),
                                   nvm_384 = NVM(6, USER_ST_BANKS), nvm_512 = NVM(8, USER_ST_BANKS);
// The banks of category 6 begin where those of category 5 do, and have three quarters of them (ST's
// stm32l151xdx.h: FLASH_BANK1_END, FLASH_BANK2_BASE, FLASH_BANK2_END).
#define HOLE (64 * KIB)
static const struct sim_nvm_config nvm_cat_6 = {NVM_FIELDS(8, USER_ST_BANKS),
                                                .bank2_offset = 256 * KIB, .hole = HOLE};

// The debug port: PA13 and PA15 pulled up, PA14 pulled down, PB3 and PB4 (RM0038, 7.4).
static const struct sim_gpio_config gpio_a = {
    .moder = 0xa8000000, .ospeedr = 0x0c000000, .pupdr = 0x64000000};
static const struct sim_gpio_config gpio_b = {
    .moder = 0x00000280, .ospeedr = 0x000000c0, .pupdr = 0x00000100};

// Start-up times are typical ones of DS6876, 6.3.6 to 6.3.8.
static const struct sim_rcc_config rcc = {
    .source = {[SIM_LSI] = {37000, 200000},
               [SIM_LSE] = {32768, 2000000000},
               [SIM_HSI] = {16000000, 3700},
               [SIM_HSE] = {0, 1000000},
               [SIM_PLL] = {0, 115000},
               [SIM_MSI] = {0, 5000}},
    .hsi48_feature = SIM_L1_HAS_NOTHING_MORE,
};
static const struct sim_crc_config crc = {.polynomial_feature = SIM_L1_HAS_NOTHING_MORE};
static const struct sim_exti_config exti = {
    .lines = {0x0001, 0x0002, 0x0004, 0x0008, 0x0010, 0x03e0, 0xfc00}, .edges = 0x00ffffff};
static const struct sim_pwr_config pwr = {.wakeup = {{'A', 0, 0}, {'C', 13, 0}, {'E', 6, 0}},
                                          .cr_bits = 0x5ff3,
                                          .cr_reset = 0x1000,
                                          .csr_ewup = 0x700,
                                          .has_ranges = true};
static const struct sim_syscfg_l0_config syscfg = {.is_l1 = true};
// RM0038, 30.16.4; bits of peripherals that are not modelled are kept too. Bit 8 of DBGMCU_CR is in
// no manual; ST's utility sets it, and a real STM32L152 keeps it.
static const struct sim_dbgmcu_config dbgmcu = {.freeze_bits = {0x00601c3f, 0x0000001c},
                                                .more_cr_bits = 0x1e1};
static const struct sim_tim_config tim_of_4 = {16, 4, SIM_TIM_DOWN};
static const struct sim_tim_config tim5 = {32, 4, SIM_TIM_DOWN};
static const struct sim_tim_config tim_of_2 = {16, 2, 0};
static const struct sim_tim_config tim_of_1 = {16, 1, SIM_TIM_REMAPS};
static const struct sim_tim_config tim_basic = {16, 0, 0};

static const struct sim_part_config configs_256[] = {{"NVM", &nvm_256}, {NULL, NULL}};
static const struct sim_part_config configs_384[] = {{"NVM", &nvm_384}, {NULL, NULL}};
static const struct sim_part_config configs_cat_6[] = {{"NVM", &nvm_cat_6}, {NULL, NULL}};
static const struct sim_part_config configs_512[] = {{"NVM", &nvm_512}, {NULL, NULL}};

// ---- the parts (RM0038, 2.3 for addresses, 6.3 for gates, 10.1.2 for interrupts) ----------------

#define ON_AHB(gate_)     .lanes = SIM_LANES_AHB, .bus = SIM_ON_AHB, .gate = (gate_)
#define RAW_ON_AHB(gate_) .lanes = SIM_LANES_RAW, .bus = SIM_ON_AHB, .gate = (gate_)
#define ON_APB1(gate_)    .lanes = SIM_LANES_APB, .bus = SIM_ON_APB1, .gate = (gate_)
#define ON_APB2(gate_)    .lanes = SIM_LANES_APB, .bus = SIM_ON_APB2, .gate = (gate_)
#define BIT(n)            (1u << (n))
#define FREEZE(line, bit) .freeze_line = (line), .freeze = BIT(bit)

#define GPIO(letter, n, at, gate_, has, more)                                                      \
    {                                                                                              \
        .name = "GPIO" letter, .kind = &sim_part_gpio, .base = 0x40020000 + 0x400 * (at),          \
        ON_AHB(BIT(gate_)), .features = (has), .number = (n), .config = (more)                     \
    }

// In the order in which the bus looks, the parts are reset and timers that are due at the same time
// fire.
// clang-format off
static const struct sim_part_row parts[] = {
    {.name = "NVM", .kind = &sim_part_nvm, .base = 0x40023c00, RAW_ON_AHB(0), .irq = {4},
     .config = &nvm_128},
    {.name = "PWR", .kind = &sim_part_pwr, .base = 0x40007000, ON_APB1(BIT(28)), .config = &pwr},
    {.name = "RCC", .kind = &sim_part_rcc_l1, .base = 0x40023800, ON_AHB(0), .irq = {5},
     .config = &rcc},
    GPIO("A", 0, 0, 0, 0, &gpio_a),
    GPIO("B", 1, 1, 1, 0, &gpio_b),
    GPIO("C", 2, 2, 2, 0, NULL),
    GPIO("D", 3, 3, 3, 0, NULL),
    GPIO("E", 4, 4, 4, 0, NULL),
    GPIO("H", 7, 5, 5, 0, NULL),
    GPIO("F", 5, 6, 6, SIM_L1_HAS_PORTS_F_G, NULL),
    GPIO("G", 6, 7, 7, SIM_L1_HAS_PORTS_F_G, NULL),
    {.name = "IWDG", .kind = &sim_part_iwdg, .base = 0x40003000, ON_APB1(0), FREEZE(0, 12)},
    {.name = "WWDG", .kind = &sim_part_wwdg, .base = 0x40002c00, ON_APB1(BIT(11)), .irq = {0},
     FREEZE(0, 11)},
    {.name = "TIM2", .kind = &sim_part_tim, .base = 0x40000000, ON_APB1(BIT(0)), .irq = {28},
     FREEZE(0, 0), .config = &tim_of_4},
    {.name = "TIM3", .kind = &sim_part_tim, .base = 0x40000400, ON_APB1(BIT(1)), .irq = {29},
     FREEZE(0, 1), .config = &tim_of_4},
    {.name = "TIM4", .kind = &sim_part_tim, .base = 0x40000800, ON_APB1(BIT(2)), .irq = {30},
     FREEZE(0, 2), .config = &tim_of_4},
    {.name = "TIM5", .kind = &sim_part_tim, .base = 0x40000c00, ON_APB1(BIT(3)), .irq = {46},
     FREEZE(0, 3), .config = &tim5, .features = SIM_L1_HAS_TIM5},
    {.name = "TIM6", .kind = &sim_part_tim, .base = 0x40001000, ON_APB1(BIT(4)), .irq = {43},
     FREEZE(0, 4), .config = &tim_basic},
    {.name = "TIM7", .kind = &sim_part_tim, .base = 0x40001400, ON_APB1(BIT(5)), .irq = {44},
     FREEZE(0, 5), .config = &tim_basic},
    {.name = "TIM9", .kind = &sim_part_tim, .base = 0x40010800, ON_APB2(BIT(2)), .irq = {25},
     FREEZE(1, 2), .config = &tim_of_2},
    {.name = "TIM10", .kind = &sim_part_tim, .base = 0x40010c00, ON_APB2(BIT(3)), .irq = {26},
     FREEZE(1, 3), .config = &tim_of_1, .number = 0},
    {.name = "TIM11", .kind = &sim_part_tim, .base = 0x40011000, ON_APB2(BIT(4)), .irq = {27},
     FREEZE(1, 4), .config = &tim_of_1, .number = 1},
    {.name = "CRC", .kind = &sim_part_crc, .base = 0x40023000, RAW_ON_AHB(BIT(12)),
     .config = &crc},
    {.name = "EXTI", .kind = &sim_part_exti, .base = 0x40010400, ON_APB2(0),
     .irq = {6, 7, 8, 9, 10, 23, 40}, .config = &exti},
    {.name = "SYSCFG", .kind = &sim_part_syscfg_l0, .base = 0x40010000, ON_APB2(BIT(0)),
     .config = &syscfg},
    {.name = "DBGMCU", .kind = &sim_part_dbgmcu, .base = 0xe0042000, .lanes = SIM_LANES_AHB,
     .config = &dbgmcu, .is_for_debug = true},
    {.kind = NULL},
};
// clang-format on

// ---- what the factory writes --------------------------------------------------------------------

// RM0038, 31; DS6876, 3.11 for the calibration values, at 3 V. The signature of the dies from
// category 3 on stands 0x80 higher. The unique number is not in one piece: it stands in the words
// at 0x00, 0x04 and 0x14 of its place.
#define SIGNATURE(at)                                                                              \
    {                                                                                              \
        .flash_size = 0x1ff8004c + (at), .vrefint_cal = 0x1ff80078 + (at),                         \
        .ts_cal1 = 0x1ff8007a + (at), .ts_cal2 = 0x1ff8007e + (at), .cal_vdda_mv = 3000,           \
        .ts_cal1_mv = 626, .ts_cal2_mv = 755, .vrefint_mv = 1224                                   \
    }
#define FACTORY      0x1ff80020u
#define FACTORY_LATE 0x1ff800a0u
#define LATE         0x80u
#define UID_OFFSET   0x30u // from these on
#define SIZE_OFFSET  0x2cu

static void fill_identity(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                          uint8_t *bytes)
{
    static const struct sim_factory_signature early = SIGNATURE(0), late = SIGNATURE(LATE);
    uint8_t *uid = bytes + UID_OFFSET;
    bool is_late = memory->base == FACTORY_LATE;
    memset(bytes, 0, memory->size); // erased
    memcpy(uid, sim_factory_uid + 4, 8);
    memcpy(uid + 0x14, sim_factory_uid, 4);
    sim_factory_put_signature(is_late ? &late : &early, NULL, row, memory, bytes);
    if ((row->idcode & 0xfff) == 0x436) // RM0038, 31.1.1: 0 stands for 384 KiB, 1 for 256
        put_le16(bytes + SIZE_OFFSET, row->memory[0].size == 256 * KIB);
    else if (row->features & SIM_L1_HAS_HOLE)
        put_le16(bytes + SIZE_OFFSET, (uint16_t)((row->memory[0].size - HOLE) / KIB));
}

static void fill_options(const struct sim_chip_row *row, const struct sim_memory_row *options,
                         uint8_t *bytes)
{
    bool is_late =
        row->configs == configs_384 || row->configs == configs_512 || row->configs == configs_cat_6;
    // RDP; USER; no sector is protected
    const uint16_t words[] = {0x00aa, is_late ? USER_ST_BANKS : USER_ST};
    for (unsigned i = 0; i < options->size / 4; i++) {
        uint16_t half = i < sizeof words / sizeof words[0] ? words[i] : 0;
        put_le16(bytes + 4 * i, half);
        put_le16(bytes + 4 * i + 2, (uint16_t)~half);
    }
}

static void fill_factory(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                         uint8_t *bytes)
{
    switch (memory->kind) {
    case SIM_MEMORY_FLASH:
    case SIM_MEMORY_EEPROM:
        memset(bytes, 0, memory->size); // erased
        break;
    case SIM_MEMORY_SYSTEM:
        memset(bytes, 0, memory->size);
        sim_factory_put_boot_loader(row, memory, bytes);
        break;
    case SIM_MEMORY_FACTORY:
        fill_identity(row, memory, bytes);
        break;
    case SIM_MEMORY_OPTIONS:
        fill_options(row, memory, bytes);
        break;
    default:
        break;
    }
}

// RM0038, 2.8: BOOT0 alone; BOOT1, a pin, is low. nBFB2 is not modelled.
static enum sim_memory_kind choose_boot(const struct sim_boot_facts *facts)
{
    return facts->rdp_level == 2 || !facts->boot0 ? SIM_MEMORY_FLASH : SIM_MEMORY_SYSTEM;
}

// ---- programs that these chips can be given -----------------------------------------------------

#define RCC_CFGR    0x40023808u
#define RCC_AHBENR  0x4002381cu
#define RCC_APB1ENR 0x40023824u
#define GPIOA_MODER 0x40020000u

static const struct sim_program programs[] = {
    {.name = "swd-off", // 5 ms after reset PA13 and PA14 become analog inputs
     .step = {{RCC_AHBENR, 0x8001}, {SIM_PROGRAM_WAIT, 2600}, {GPIOA_MODER, 0xbc000000}},
     .end = SIM_END_RUN},
    SIM_PROGRAM_DEEP_SLEEP("stop", RCC_APB1ENR, 0x1001, 2600),
    SIM_PROGRAM_DEEP_SLEEP("standby", RCC_APB1ENR, 0x1006, 2600),
    SIM_PROGRAM_IWDG(277, 2600), // bites every 30 ms
    {.name = "slow-clock",       // 5 ms after reset HCLK is 16.4 kHz
     .step = {{SIM_PROGRAM_WAIT, 2600}, {RCC_CFGR, 0xd0}},
     .end = SIM_END_RUN},
    {.name = NULL},
};

// ---- the chips ----------------------------------------------------------------------------------

#define FAMILY(variable, id, irqs)                                                                 \
    static const struct sim_family variable = {                                                    \
        .name = "STM32L1",                                                                         \
        .identity = {.dpidr = 0x2ba01477, /* target/stm32l1.cfg of OpenOCD */                      \
                     .ap_idr = 0x24770011,                                                         \
                     .rom_base = 0xe00ff003,                                                       \
                     .cpuid = 0x412fc230, /* Cortex-M3 r2p0, from a capture */                     \
                     .designer = 0x020,                                                            \
                     .part = (id)},                                                                \
        .interrupts = (irqs),                                                                      \
        .systick_calib = 0x40000000 | 4000,                                                        \
        .parts = parts,                                                                            \
        .swdio = {'A', 13, 0},                                                                     \
        .swclk = {'A', 14, 0},                                                                     \
        .electrics = {.power_on_mv = 1500, /* VPOR/PDR without BOR, typical (DS6876, 6.3.3) */     \
                      .power_down_mv = 1500,                                                       \
                      .running_ma = 0.8, /* at 2.1 MHz */                                          \
                      .resting_ma = 0.01,                                                          \
                      .drive_ohms = 50,                                                            \
                      .pull_ohms = 45000, /* 30 to 60 k; thresholds of inputs */                   \
                      .vil_per_vdd = 0.3f,                                                         \
                      .vil_mv = 0,                                                                 \
                      .vih_per_vdd = 0.7f,                                                         \
                      .vih_mv = 0},                                                                \
        .system_reset_ns = 20000,     /* of every internal reset, at least (RM0038, 6.1.1) */      \
        .power_on_reset_ns = 1000000, /* tRSTTEMPO without BOR, about (DS6876, 6.3.3) */           \
        .choose_boot = choose_boot,                                                                \
        .fill_factory = fill_factory,                                                              \
        .programs = programs,                                                                      \
    }
FAMILY(die_416, 0x416, 45);
FAMILY(die_429, 0x429, 45);
FAMILY(die_427, 0x427, 57);
FAMILY(die_436, 0x436, 57);
FAMILY(die_437, 0x437, 57);

#define PART(part, die, id, kib, sram, eeprom, system, options, factory, has, configs_, regions_)  \
    {                                                                                              \
        .name = part, .family = &(die), .idcode = (id),                                            \
        .memory = {{SIM_MEMORY_FLASH, FLASH_BASE, (kib)*KIB, 256, 0, 0},                           \
                   {SIM_MEMORY_SRAM, SRAM_BASE, (sram)*KIB, 0, 0, 0},                              \
                   {SIM_MEMORY_SYSTEM, SYSTEM_BASE, (system)*KIB, 0, 0, 0},                        \
                   {SIM_MEMORY_OPTIONS, OPTIONS_BASE, options, 0, 0, 0},                           \
                   {SIM_MEMORY_EEPROM, EEPROM_BASE, (eeprom)*KIB, 0, 0, 0},                        \
                   {SIM_MEMORY_FACTORY, factory, 0x60, 0, 0, 0}},                                  \
        .features = (has), .configs = (configs_), .regions = (regions_)                            \
    }
// The id of 0x416 is from a capture; the others have its revision in the logs of people's boards.
#define L416(part, kib, sram, eeprom)                                                              \
    PART(part, die_416, 0x10186416, kib, sram, eeprom, 4, 32, FACTORY, 0, NULL, regions)
#define L429(part, kib, sram, eeprom)                                                              \
    PART(part, die_429, 0x10186429, kib, sram, eeprom, 4, 32, FACTORY, 0, NULL, regions)
#define LARGE (SIM_L1_HAS_TIM5 | SIM_L1_HAS_PORTS_F_G)
#define L427(part, kib, sram, eeprom)                                                              \
    PART(part, die_427, 0x10186427, kib, sram, eeprom, 8, 32, FACTORY_LATE, LARGE, configs_256,    \
         regions_large)
#define L436(part, kib, sram, eeprom, has)                                                         \
    PART(part, die_436, 0x10186436, kib, sram, eeprom, 8, 32, FACTORY_LATE, LARGE | (has),         \
         configs_384, regions_large)
#define L437(part, kib, sram, eeprom)                                                              \
    PART(part, die_437, 0x10186437, kib, sram, eeprom, 8, 0x88, FACTORY_LATE,                      \
         LARGE | SIM_L1_HAS_TWO_BANKS, configs_512, regions_large)
// With 384 KiB of flash, and the hole between them.
#define CAT_6(part)                                                                                \
    PART(part, die_437, 0x10186437, 448, 80, 16, 8, 0x88, FACTORY_LATE,                            \
         LARGE | SIM_L1_HAS_TWO_BANKS | SIM_L1_HAS_HOLE, configs_cat_6, regions_large)

// clang-format off
static const struct sim_chip_row rows[] = {
    L429("stm32l100c6-a", 32, 4, 2), L416("stm32l100c6", 32, 4, 2), L429("stm32l100r8-a", 64, 8, 2),
    L416("stm32l100r8", 64, 8, 2), L429("stm32l100rb-a", 128, 16, 2),
    L416("stm32l100rb", 128, 10, 2), L427("stm32l100rc", 256, 16, 4),
    L429("stm32l151c6-a", 32, 16, 4), L416("stm32l151c6", 32, 10, 4),
    L429("stm32l151c8-a", 64, 32, 4), L416("stm32l151c8", 64, 10, 4),
    L429("stm32l151cb-a", 128, 32, 4), L416("stm32l151cb", 128, 16, 4),
    L427("stm32l151cc", 256, 32, 8), L436("stm32l151qc", 256, 32, 8, 0),
    L436("stm32l151qd", 384, 48, 12, SIM_L1_HAS_TWO_BANKS), L437("stm32l151qe", 512, 80, 16),
    L429("stm32l151r6-a", 32, 16, 4), L416("stm32l151r6", 32, 10, 4),
    L429("stm32l151r8-a", 64, 32, 4), L416("stm32l151r8", 64, 10, 4),
    L429("stm32l151rb-a", 128, 32, 4), L416("stm32l151rb", 128, 16, 4),
    L436("stm32l151rc-a", 256, 32, 8, 0), L427("stm32l151rc", 256, 32, 8),
    L436("stm32l151rd", 384, 48, 12, SIM_L1_HAS_TWO_BANKS), L437("stm32l151re", 512, 80, 16),
    L427("stm32l151uc", 256, 32, 8), L429("stm32l151v8-a", 64, 32, 4),
    L416("stm32l151v8", 64, 10, 4), L429("stm32l151vb-a", 128, 32, 4),
    L416("stm32l151vb", 128, 16, 4), L436("stm32l151vc-a", 256, 32, 8, 0),
    L427("stm32l151vc", 256, 32, 8), CAT_6("stm32l151vd-x"),
    L436("stm32l151vd", 384, 48, 12, SIM_L1_HAS_TWO_BANKS), L437("stm32l151ve", 512, 80, 16),
    L436("stm32l151zc", 256, 32, 8, 0), L436("stm32l151zd", 384, 48, 12, SIM_L1_HAS_TWO_BANKS),
    L437("stm32l151ze", 512, 80, 16), L429("stm32l152c6-a", 32, 16, 4),
    L416("stm32l152c6", 32, 10, 4), L429("stm32l152c8-a", 64, 32, 4),
    L416("stm32l152c8", 64, 10, 4), L429("stm32l152cb-a", 128, 32, 4),
    L416("stm32l152cb", 128, 16, 4), L427("stm32l152cc", 256, 32, 8),
    L436("stm32l152qc", 256, 32, 8, 0), L436("stm32l152qd", 384, 48, 12, SIM_L1_HAS_TWO_BANKS),
    L437("stm32l152qe", 512, 80, 16), L429("stm32l152r6-a", 32, 16, 4),
    L416("stm32l152r6", 32, 10, 4), L429("stm32l152r8-a", 64, 32, 4),
    L416("stm32l152r8", 64, 10, 4), L429("stm32l152rb-a", 128, 32, 4),
    L416("stm32l152rb", 128, 16, 4), L436("stm32l152rc-a", 256, 32, 8, 0),
    L427("stm32l152rc", 256, 32, 8), L436("stm32l152rd", 384, 48, 12, SIM_L1_HAS_TWO_BANKS),
    L437("stm32l152re", 512, 80, 16), L427("stm32l152uc", 256, 32, 8),
    L429("stm32l152v8-a", 64, 32, 4), L416("stm32l152v8", 64, 10, 4),
    L429("stm32l152vb-a", 128, 32, 4), L416("stm32l152vb", 128, 16, 4),
    L436("stm32l152vc-a", 256, 32, 8, 0), L427("stm32l152vc", 256, 32, 8),
    CAT_6("stm32l152vd-x"), L436("stm32l152vd", 384, 48, 12, SIM_L1_HAS_TWO_BANKS),
    L437("stm32l152ve", 512, 80, 16), L436("stm32l152zc", 256, 32, 8, 0),
    L436("stm32l152zd", 384, 48, 12, SIM_L1_HAS_TWO_BANKS), L437("stm32l152ze", 512, 80, 16),
    L436("stm32l162qc", 256, 32, 8, 0), L436("stm32l162qd", 384, 48, 12, SIM_L1_HAS_TWO_BANKS),
    L436("stm32l162rc-a", 256, 32, 8, 0), L427("stm32l162rc", 256, 32, 8),
    L436("stm32l162rd", 384, 48, 12, SIM_L1_HAS_TWO_BANKS), L437("stm32l162re", 512, 80, 16),
    L436("stm32l162vc-a", 256, 32, 8, 0), L427("stm32l162vc", 256, 32, 8),
    CAT_6("stm32l162vd-x"), L436("stm32l162vd", 384, 48, 12, SIM_L1_HAS_TWO_BANKS),
    L437("stm32l162ve", 512, 80, 16), L436("stm32l162zc", 256, 32, 8, 0),
    L436("stm32l162zd", 384, 48, 12, SIM_L1_HAS_TWO_BANKS), L437("stm32l162ze", 512, 80, 16),
};
// clang-format on

const struct sim_chip_row *sim_stm32l1_at(unsigned index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}
