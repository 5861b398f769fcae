// SPDX-License-Identifier: MIT
// Chips of which the core, the memories, the debug unit and the identity alone are modelled, for
// debuggers of chips that they cannot program: nothing else answers, and the flash is a memory that
// nobody can erase or write. RM0351 (memory map, debug support, device electronic signature);
// identities of ports and ROM tables as people's logs show them.
#include "sim/families/bare.h"

#include "sim/families/factory.h"
#include "sim/parts/parts.h"

#define KIB         1024u
#define FLASH_BASE  0x08000000u
#define SRAM_BASE   0x20000000u
#define CCM_BASE    0x10000000u
#define DBGMCU      0xe0042000u
#define SWD_PINS    .swdio = {'A', 13, 0}, .swclk = {'A', 14, 0}
#define SKEW        0x40000000u // of SYST_CALIB: 1 ms is not exact
#define RESET_NS    20000u
#define POWER_ON_NS 2500000u

static const struct sim_factory_signature l4 = {.uid = 0x1fff7590, .flash_size = 0x1fff75e0};

static void put_signature(const struct sim_factory_signature *signature,
                          const struct sim_chip_row *row, const struct sim_memory_row *memory,
                          uint8_t *bytes)
{
    static const uint8_t uid[] = {0x32, 0x00, 0x1b, 0x00, 0x11, 0x51, '3', '4', '3', '8', '3', '4'};
    if (memory->kind == SIM_MEMORY_FACTORY)
        sim_factory_put_signature(signature, uid, row, memory, bytes);
}

static void fill_l4(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                    uint8_t *bytes)
{
    put_signature(&l4, row, memory, bytes);
}

static enum sim_memory_kind boot_from_flash(const struct sim_boot_facts *facts)
{
    return facts->boot0 ? SIM_MEMORY_SYSTEM : SIM_MEMORY_FLASH;
}

// ---- parts --------------------------------------------------------------------------------------

static const struct sim_bare_config msi_4m = {4000000};
static const struct sim_dbgmcu_config dbgmcu = {
    .freeze_bits = {0xffffffff, 0xffffffff}, .more_cr_bits = 0xe1}; // DBG_SLEEP, TRACE_IOEN, _MODE

#define PARTS(clock)                                                                               \
    {                                                                                              \
        {.name = "DBGMCU",                                                                         \
         .kind = &sim_part_dbgmcu,                                                                 \
         .base = DBGMCU,                                                                           \
         .lanes = SIM_LANES_RAW,                                                                   \
         .config = &dbgmcu,                                                                        \
         .is_for_debug = true},                                                                    \
            {.name = "clock",                                                                      \
             .kind = &sim_part_bare,                                                               \
             .base = 0xe0043000,                                                                   \
             .lanes = SIM_LANES_RAW,                                                               \
             .config = &(clock)},                                                                  \
        {                                                                                          \
            .kind = NULL                                                                           \
        }                                                                                          \
    }

static const struct sim_part_row parts_l4[] = PARTS(msi_4m);

// ---- families -----------------------------------------------------------------------------------

// The ports' typical values of a 3.3 V part; where they matter to a verdict, the families that are
// modelled whole have their own.
#define ELECTRICS                                                                                  \
    .electrics = {.power_on_mv = 1720,                                                             \
                  .power_down_mv = 1680,                                                           \
                  .running_ma = 5.0,                                                               \
                  .resting_ma = 0.05,                                                              \
                  .drive_ohms = 50,                                                                \
                  .pull_ohms = 40000,                                                              \
                  .vil_per_vdd = 0.3f,                                                             \
                  .vih_per_vdd = 0.7f}
#define COMMON                                                                                     \
    SWD_PINS, ELECTRICS, .system_reset_ns = RESET_NS, .power_on_reset_ns = POWER_ON_NS,            \
                         .choose_boot = boot_from_flash

static const struct sim_family stm32l4 = {
    .name = "STM32L4",
    .identity = {.dpidr = 0x2ba01477,
                 .ap_idr = 0x24770011,
                 .rom_base = 0xe00ff003,
                 .cpuid = 0x410fc241,
                 .designer = 0x020,
                 .part = 0x415},
    .interrupts = 82,
    .systick_calib = SKEW | 9999, // RM0351, 13.2
    .parts = parts_l4,
    .fill_factory = fill_l4,
    COMMON,
};

// ---- chips --------------------------------------------------------------------------------------

// All peripherals in one: reads give 0, and the log says once that they are not modelled.
static const struct sim_region regions[] = {{"the peripherals", 0x40000000, 0x20000000},
                                            {NULL, 0, 0}};

static const struct sim_chip_row rows[] = {
    {.name = "stm32l476rg",
     .family = &stm32l4,
     .idcode = 0x10076415,
     .memory = {{SIM_MEMORY_FLASH, FLASH_BASE, 1024 * KIB, 2 * KIB, 0},
                {SIM_MEMORY_SRAM, SRAM_BASE, 96 * KIB, 0, 0},
                {SIM_MEMORY_SRAM, CCM_BASE, 32 * KIB, 0, 0},
                {SIM_MEMORY_SYSTEM, 0x1fff0000, 28 * KIB, 0, 0},
                {SIM_MEMORY_FACTORY, 0x1fff7500, 0x300, 0, 0}},
     .regions = regions},
};

const struct sim_chip_row *sim_bare_at(unsigned index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}
