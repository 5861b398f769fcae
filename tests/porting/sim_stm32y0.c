// SPDX-License-Identifier: MIT
// The virtual board's side of a family that does not exist, for tests/porting.py: parts of an
// STM32F0 at other addresses, around other memories.
#include "sim/families/stm32y0.h"

#include <string.h>

#include "base/bytes.h"
#include "sim/parts/parts.h"

#define KIB    1024u
#define SYSTEM 0x1ffe0000u
#define BIT(n) (1u << (n))

static const struct sim_region nothing_else[] = {{NULL, 0, 0}};

static const struct sim_fpec_config fpec = {
    .sector_size = 4 * KIB,
    .user_mask = {[SIM_OPTION_WATCHDOG_BY_SOFTWARE] = BIT(0), [SIM_OPTION_NBOOT1] = BIT(4)},
    .time = {[SIM_FLASH_TYP] = {53500, 30000000, 30000000},
             [SIM_FLASH_MIN] = {40000, 20000000, 20000000},
             [SIM_FLASH_MAX] = {60000, 40000000, 40000000}},
};
static const struct sim_rcc_config rcc = {
    .source = {[SIM_LSI] = {40000, 85000}, [SIM_HSI] = {8000000, 1500}, [SIM_HSE] = {0, 2000000}},
    .max_hz = 24000000,
    .no_wait_hz = 24000000,
};
// SWD is on PA5 and PA6.
static const struct sim_gpio_config gpio_a = {.moder = 0x00002800, .pupdr = 0x00002400};
static const struct sim_crc_config crc = {0};
static const struct sim_dbgmcu_config dbgmcu = {.freeze_bits = {BIT(12), 0}};

static const struct sim_part_row parts[] = {
    {.name = "FPEC",
     .kind = &sim_part_fpec,
     .base = 0x40052000,
     .lanes = SIM_LANES_RAW,
     .bus = SIM_ON_AHB,
     .irq = {3},
     .config = &fpec},
    {.name = "RCC",
     .kind = &sim_part_rcc,
     .base = 0x40051000,
     .lanes = SIM_LANES_AHB,
     .bus = SIM_ON_AHB,
     .irq = {4},
     .config = &rcc},
    {.name = "GPIOA",
     .kind = &sim_part_gpio,
     .base = 0x4c000000,
     .lanes = SIM_LANES_AHB,
     .bus = SIM_ON_AHB,
     .gate = BIT(17),
     .config = &gpio_a},
    {.name = "CRC",
     .kind = &sim_part_crc,
     .base = 0x40053000,
     .lanes = SIM_LANES_RAW,
     .bus = SIM_ON_AHB,
     .gate = BIT(6),
     .config = &crc},
    {.name = "IWDG",
     .kind = &sim_part_iwdg,
     .base = 0x40043000,
     .lanes = SIM_LANES_APB,
     .bus = SIM_ON_APB1,
     .freeze = BIT(12)},
    {.name = "DBGMCU",
     .kind = &sim_part_dbgmcu,
     .base = 0x40055800,
     .lanes = SIM_LANES_APB,
     .bus = SIM_ON_APB2,
     .gate = BIT(22),
     .config = &dbgmcu,
     .is_for_debug = true},
    {.kind = NULL},
};

static void fill_factory(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                         uint8_t *bytes)
{
    static const uint8_t options[] = {0xaa, 0x55, 0xff, 0x00, 0xff, 0x00, 0xff, 0x00,
                                      0xff, 0x00, 0xff, 0x00, 0xff, 0x00, 0xff, 0x00};
    const struct sim_memory_row *flash = sim_chip_row_memory(row, SIM_MEMORY_FLASH);
    if (memory->kind == SIM_MEMORY_OPTIONS)
        memcpy(bytes, options, sizeof options);
    if (memory->kind != SIM_MEMORY_SYSTEM)
        return;
    put_le32(bytes, 0x20001000);
    put_le32(bytes + 4, SYSTEM + 0x101);
    put_le16(bytes + 0x100, 0xe7fe); // b .
    memset(bytes + 0x1fac, 0x42, 12);
    put_le16(bytes + 0x1fcc, (uint16_t)(flash->size / KIB));
}

static enum sim_memory_kind choose_boot(const struct sim_boot_facts *facts)
{
    return facts->boot0 ? SIM_MEMORY_SYSTEM : SIM_MEMORY_FLASH;
}

static const struct sim_program programs[] = {
    {.name = "iwdg", // bites every 30 ms
     .step = {{0x40043000, 0xcccc},
              {0x40043000, 0x5555},
              {0x40043004, 0},
              {0x40043008, 300},
              {SIM_PROGRAM_WAIT, 10000},
              {0x40043000, 0xaaaa}},
     .end = SIM_END_RUN},
    {.name = NULL},
};

static const struct sim_family stm32y0 = {
    .name = "STM32Y0",
    .identity = {.dpidr = 0x0bb11477,
                 .ap_idr = 0x04770021,
                 .rom_base = 0xe00ff003,
                 .cpuid = 0x410cc200,
                 .designer = 0x020,
                 .part = 0x7f0},
    .interrupts = 8,
    .parts = parts,
    .swdio = {'A', 5, 0},
    .swclk = {'A', 6, 0},
    .electrics = {.power_on_mv = 2320,
                  .power_down_mv = 2280,
                  .running_ma = 2.0,
                  .resting_ma = 0.02,
                  .drive_ohms = 40,
                  .pull_ohms = 45000,
                  .vil_per_vdd = 0.3f,
                  .vih_per_vdd = 0.7f},
    .system_reset_ns = 20000,
    .power_on_reset_ns = 2500000,
    .choose_boot = choose_boot,
    .fill_factory = fill_factory,
    .programs = programs,
};

static const struct sim_chip_row rows[] = {{
    .name = "stm32y001a4",
    .family = &stm32y0,
    .idcode = 0x100067f0,
    .memory = {{SIM_MEMORY_FLASH, 0x08000000, 16 * KIB, 512, 0, 0},
               {SIM_MEMORY_SRAM, 0x20000000, 4 * KIB, 0, 0, 0},
               {SIM_MEMORY_SYSTEM, SYSTEM, 8 * KIB, 0, 0, 0},
               {SIM_MEMORY_OPTIONS, 0x1ffe8000, 16, 0, 0, 0}},
    .regions = nothing_else,
}};

const struct sim_chip_row *sim_stm32y0_at(unsigned index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}
