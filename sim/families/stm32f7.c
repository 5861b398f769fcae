// SPDX-License-Identifier: MIT
// STM32F7: RM0385 (F74x, F75x), RM0410 (F76x, F77x) and RM0431 (F72x, F73x): their chapters on
// memory, flash, option bytes, power, clocks, interrupts and debug support; PM0253 for the
// processor; figures of the data sheets that are named.
//
// What each die has: the parts are those of f2f4.c.
#include "sim/families/stm32f7.h"

#include "sim/families/f2f4.h"
#include "sim/families/factory.h"
#include "sim/parts/parts.h"

// ---- flash --------------------------------------------------------------------------------------

#define MS 1000000ull
#define US 1000ull

// By 8, 16 and 32 bits: a small, middle and large sector, and everything (DS10916, DS11532 and
// DS11853, 5.3.12 of each). There are no least values.
#define LARGE_SECTORS_TYP                                                                          \
    {                                                                                              \
        {400 * MS, 1100 * MS, 2100 * MS}, {250 * MS, 800 * MS, 1500 * MS},                         \
        {                                                                                          \
            200 * MS, 500 * MS, 1000 * MS                                                          \
        }                                                                                          \
    }
#define LARGE_SECTORS_MAX                                                                          \
    {                                                                                              \
        {800 * MS, 2400 * MS, 4000 * MS}, {600 * MS, 1400 * MS, 2600 * MS},                        \
        {                                                                                          \
            500 * MS, 1100 * MS, 2000 * MS                                                         \
        }                                                                                          \
    }
#define SMALL_SECTORS_TYP                                                                          \
    {                                                                                              \
        {400 * MS, 1200 * MS, 2000 * MS}, {300 * MS, 700 * MS, 1300 * MS},                         \
        {                                                                                          \
            250 * MS, 550 * MS, 1000 * MS                                                          \
        }                                                                                          \
    }
#define SMALL_SECTORS_MAX                                                                          \
    {                                                                                              \
        {800 * MS, 2400 * MS, 4000 * MS}, {600 * MS, 1400 * MS, 2600 * MS},                        \
        {                                                                                          \
            500 * MS, 1100 * MS, 2000 * MS                                                         \
        }                                                                                          \
    }
#define ALL(ms)                                                                                    \
    {                                                                                              \
        (ms) * MS, (ms)*MS, (ms)*MS                                                                \
    }
#define MASS(a, b, c)                                                                              \
    {                                                                                              \
        ALL(a), ALL(b), ALL(c)                                                                     \
    }
#define TIMES(sectors, a, b, c)                                                                    \
    {                                                                                              \
        [SIM_FLASH_TYP] = {16 * US, sectors##_TYP, MASS(a, b, c)},                                 \
        [SIM_FLASH_MIN] = {16 * US, sectors##_TYP, MASS(a, b, c)}, [SIM_FLASH_MAX] = {             \
            100 * US,                                                                              \
            sectors##_MAX,                                                                         \
            MASS(2 * (a), 2 * (b), 2 * (c))                                                        \
        }                                                                                          \
    }

#define OPTIONS   0xc000fffcu // IWDG_STOP, IWDG_STDBY, RDP, what resets, watchdogs, BOR_LEV
#define WRP_OF_8  0x00ff0000u
#define WRP_OF_12 0x0fff0000u
#define NDBANK    0x20000000u
#define NDBOOT    0x10000000u
#define PCROP     0x800000ffu

static const struct sim_flash_sectors_config flash_f72x = {
    .snb_mask = 0x78,
    .latency_mask = 0xf,
    .option_mask = {OPTIONS | WRP_OF_8, 0xffffffff, PCROP},
    .wrp_mask = WRP_OF_8,
    .time = TIMES(SMALL_SECTORS, 8000, 5500, 4000),
    .is_f7 = true,
};
static const struct sim_flash_sectors_config flash_f74x = {
    .snb_mask = 0x78,
    .latency_mask = 0xf,
    .option_mask = {OPTIONS | WRP_OF_8, 0xffffffff},
    .wrp_mask = WRP_OF_8,
    .time = TIMES(LARGE_SECTORS, 8000, 5600, 4000),
    .is_f7 = true,
    .small_kib = 32,
    .otp_block = 64,
};
static const struct sim_flash_sectors_time f76x_banks_time[3] =
    TIMES(SMALL_SECTORS, 16000, 11000, 8000);
static const struct sim_flash_sectors_config flash_f76x = {
    .snb_mask = 0xf8,
    .latency_mask = 0xf,
    .option_mask = {OPTIONS | WRP_OF_12 | NDBANK | NDBOOT, 0xffffffff},
    .wrp_mask = WRP_OF_12,
    .has_second_bank = true,
    .time = TIMES(LARGE_SECTORS, 16000, 11000, 8000),
    .is_f7 = true,
    .small_kib = 32,
    .otp_block = 64,
    .banks_time = f76x_banks_time,
};

// ---- clocks and system configuration ------------------------------------------------------------

// Start-up times are the typical ones of DS11532, 5.3.8 to 5.3.10; HCLK by VOS, from code 0 on,
// then with over-drive (RM0410, 4.1.4); gates in sleep as RM0410, 5.3.17 to 5.3.21, has them.
#define MHZ(n) ((n)*1000000u)
static const struct sim_rcc_f4_config rcc = {
    .source = {[SIM_LSI] = {32000, 15000},
               [SIM_LSE] = {32768, 2000000000},
               [SIM_HSI] = {16000000, 2200},
               [SIM_HSE] = {0, 2000000},
               [SIM_PLL] = {0, 200000},
               [SIM_PLLI2S] = {0, 200000},
               [SIM_PLLSAI] = {0, 200000}},
    .max_hz = {MHZ(144), MHZ(144), MHZ(168), MHZ(180), MHZ(144), MHZ(144), MHZ(180), MHZ(216)},
    .max_pclk_hz = {[SIM_F4_ON_APB1] = MHZ(54), [SIM_F4_ON_APB2] = MHZ(108)},
    .vco_min_hz = MHZ(100),
    .plls = 3,
    .has_timpre = true,
    .is_f7 = true,
    .ahb1enr_reset = 0x00100000, // DTCM
    .lpenr_reset = {0x7ef7b7ff, 0xf1, 0x3, 0xffffcbff, 0x04f77f33},
};
static const struct sim_syscfg_f4_config syscfg = {.is_f7 = true};
static const struct sim_syscfg_f4_config syscfg_two_banks = {.has_fb_mode = true, .is_f7 = true};

// ---- what the factory writes --------------------------------------------------------------------

// 1.21 V, and 0.76 V at 25 degrees with 2.5 mV more for each, at 3.3 V (DS10916, 5.3.24 to 5.3.26).
#define SIGNATURE(uid_, size, vrefint, ts)                                                         \
    {                                                                                              \
        .uid = (uid_), .flash_size = (size), .ts_cal1 = (ts), .ts_cal2 = (ts) + 2,                 \
        .vrefint_cal = (vrefint), .cal_vdda_mv = 3300, .ts_cal1_mv = 773, .ts_cal2_mv = 973,       \
        .vrefint_mv = 1210                                                                         \
    }
static const struct sim_factory_signature signature =
    SIGNATURE(0x1ff0f420, 0x1ff0f442, 0x1ff0f44a, 0x1ff0f44c);
static const struct sim_factory_signature signature_f72x =
    SIGNATURE(0x1ff07a10, 0x1ff07a22, 0x1ff07a2a, 0x1ff07a2c);

// Level 0, no hardware watchdog, no brown-out reset, no sector protected, one bank, the boot pin
// between the flash and the boot loader (RM0410, 3.4.1; RM0431, 3.4.1).
static void put_options(uint32_t upper, uint8_t *bytes)
{
    const uint16_t words[] = {0xaaff, (uint16_t)upper, 0x0080, 0x0040, 0, 0x8000};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        sim_f2f4_put_option_word(bytes + 8 * (size_t)i, words[i]);
}

static void fill_memory(const struct sim_factory_signature *s, uint32_t upper_options,
                        const struct sim_chip_row *row, const struct sim_memory_row *memory,
                        uint8_t *bytes)
{
    if (memory->kind == SIM_MEMORY_OPTIONS)
        put_options(upper_options, bytes);
    else if (memory->kind == SIM_MEMORY_SYSTEM)
        sim_factory_put_boot_loader(row, memory, bytes);
    else if (memory->kind == SIM_MEMORY_FACTORY)
        sim_factory_put_signature(s, sim_factory_uid, row, memory, bytes);
}

static void fill_f72x(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                      uint8_t *bytes)
{
    fill_memory(&signature_f72x, 0xc0ff, row, memory, bytes);
}

static void fill_f74x(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                      uint8_t *bytes)
{
    fill_memory(&signature, 0xc0ff, row, memory, bytes);
}

static void fill_f76x(const struct sim_chip_row *row, const struct sim_memory_row *memory,
                      uint8_t *bytes)
{
    fill_memory(&signature, 0xffff, row, memory, bytes);
}

// Whatever memory the address is in; of an address where nothing is, RAM, which the program that
// is not there would be loaded into (RM0410, 2.6). Level 2 boots the flash and nothing else.
static enum sim_memory_kind choose_boot(const struct sim_boot_facts *facts)
{
    const struct sim_memory_row *memory = sim_chip_row_memory_at(facts->row, facts->address);
    if (facts->rdp_level == 2)
        return SIM_MEMORY_FLASH;
    return memory ? memory->kind : SIM_MEMORY_SRAM;
}

// ---- dies ---------------------------------------------------------------------------------------

#define CONFIGS(name, flash, syscfg_)                                                              \
    static const struct sim_part_config name[] = {{"FLASH", &(flash)},                             \
                                                  {"RCC", &rcc},                                   \
                                                  {"SYSCFG", &(syscfg_)},                          \
                                                  {"ADC1", &sim_f2f4_adc_f42x},                    \
                                                  {NULL, NULL}}
CONFIGS(configs_f72x, flash_f72x, syscfg);
CONFIGS(configs_f74x, flash_f74x, syscfg);
CONFIGS(configs_f76x, flash_f76x, syscfg_two_banks);

// The ITCM bus has 4 MiB of addresses: RAM at 0, the boot loader, the flash (RM0410, 2.2.2).
#define ITCM_SPACE 0x00400000u
#define KIB(n)     ((n)*1024u)

#define FAMILY(name_, id, cpuid_, irqs, cache_kib, dtcm_kib, single, fill_)                        \
    static const struct sim_family name_ = {                                                       \
        .name = "STM32F7",                                                                         \
        .identity = {.dpidr = 0x5ba02477, /* SW-DP of the Cortex-M7 (RM0410, 40.8.5) */            \
                     .ap_idr = 0x74770001,                                                         \
                     .rom_base = 0xe00fd003,                                                       \
                     .cpuid = (cpuid_),                                                            \
                     .designer = 0x020,                                                            \
                     .part = (id)},                                                                \
        .interrupts = (irqs),                                                                      \
        .has_single_fpu = (single),                                                                \
        .l1 = {KIB(cache_kib), KIB(cache_kib), ITCM_SPACE, KIB(dtcm_kib)},                         \
        .systick_calib = 0x40000000 | 18750, /* RM0410, 10.1.1, SKEW: 1 ms is not exact */         \
        .parts = sim_f7_parts,                                                                     \
        .swdio = {'A', 13, 0},                                                                     \
        .swclk = {'A', 14, 0},                                                                     \
        .hse_hz = 25000000, /* of ST's discovery kits, and what its libraries assume */            \
        .electrics = SIM_F2F4_ELECTRICS,                                                           \
        .system_reset_ns = 20000,       /* the least pulse (RM0410, 5.1.1) */                      \
        .power_on_reset_ns = 1500000,   /* TRSTTEMPO, typical (DS11532, 5.3.5) */                  \
        .loads_options_at_reset = true, /* RM0410, 3.4.1 */                                        \
        .boots_by_address = true,                                                                  \
        .has_reset_on_vdda = true, /* DS11532, 2.18 */                                             \
        .choose_boot = choose_boot,                                                                \
        .fill_factory = (fill_),                                                                   \
        .programs = sim_f2f4_programs,                                                             \
    }

// r1p0, r0p1 and r1p0 (PM0253, introduction).
FAMILY(f72x, 0x452, 0x411fc270, 104, 8, 64, true, fill_f72x);
FAMILY(f74x, 0x449, 0x410fc271, 98, 4, 64, true, fill_f74x);
FAMILY(f76x, 0x451, 0x411fc270, 110, 16, 128, false, fill_f76x);

#define LARGE                                                                                      \
    (SIM_F4_HAS_PORTS_D_E | SIM_F4_HAS_PORTS_F_G | SIM_F4_HAS_PORT_I | SIM_F4_HAS_TIM6 |           \
     SIM_F4_HAS_TIM7 | SIM_F4_HAS_TIM8 | SIM_F4_HAS_USART3 | SIM_F4_HAS_BACKUP_SRAM)
#define LARGEST (LARGE | SIM_F4_HAS_PORTS_J_K)

// What a die is: its smallest sector with one bank, DTCM and the SRAM behind it, and where OTP and
// signature are.
#define F72X f72x, 0x10006452, 16, 64, 192, 0x7800, 528, 0x7800, 0x5f0, LARGE, configs_f72x
#define F74X f74x, 0x10016449, 32, 64, 256, 0xedc0, 1056, 0xf000, 0x40, LARGEST, configs_f74x
#define F76X f76x, 0x10016451, 32, 128, 384, 0xedc0, 1056, 0xf000, 0x40, LARGEST, configs_f76x

#define SYSTEM      0x1ff00000u
#define SYSTEM_ITCM 0x00100000u

#define PART(part, die, kib)      PART_WITH(part, kib, die)
#define PART_WITH(part, kib, ...) PART_OF(part, kib, __VA_ARGS__)
#define PART_OF(part, kib, family_, id, page, dtcm, sram, boot_size, otp_size, otp, factory, has,  \
                configs_)                                                                          \
    {                                                                                              \
        .name = part, .family = &(family_), .idcode = (id),                                        \
        .memory = {{SIM_MEMORY_FLASH, 0x08000000, KIB(kib), KIB(page), 0, 0x00200000},             \
                   {SIM_MEMORY_SRAM, 0x20000000, KIB(dtcm), 0, 0, 0},                              \
                   {SIM_MEMORY_SRAM, 0x20000000 + KIB(dtcm), KIB(sram), 0, 0, 0},                  \
                   {SIM_MEMORY_SRAM, 0, KIB(16), 0, 0, 0},                                         \
                   {SIM_MEMORY_SYSTEM, SYSTEM, boot_size, 0, 0, SYSTEM_ITCM},                      \
                   {SIM_MEMORY_OTP, SYSTEM + (otp), otp_size, 0, 0, 0},                            \
                   {SIM_MEMORY_FACTORY, SYSTEM + (otp) + (otp_size), factory, 0, 0, 0},            \
                   {SIM_MEMORY_OPTIONS, 0x1fff0000, 48, 0, 0, 0}},                                 \
        .features = (has), .configs = (configs_), .regions = sim_f2f4_regions                      \
    }

// clang-format off
static const struct sim_chip_row rows[] = {
    PART("stm32f722ic", F72X, 256),
    PART("stm32f722ie", F72X, 512),
    PART("stm32f722rc", F72X, 256),
    PART("stm32f722re", F72X, 512),
    PART("stm32f722vc", F72X, 256),
    PART("stm32f722ve", F72X, 512),
    PART("stm32f722zc", F72X, 256),
    PART("stm32f722ze", F72X, 512),
    PART("stm32f723ic", F72X, 256),
    PART("stm32f723ie", F72X, 512),
    PART("stm32f723vc", F72X, 256),
    PART("stm32f723ve", F72X, 512),
    PART("stm32f723zc", F72X, 256),
    PART("stm32f723ze", F72X, 512),
    PART("stm32f730i8", F72X, 64),
    PART("stm32f730r8", F72X, 64),
    PART("stm32f730v8", F72X, 64),
    PART("stm32f730z8", F72X, 64),
    PART("stm32f732ie", F72X, 512),
    PART("stm32f732re", F72X, 512),
    PART("stm32f732ve", F72X, 512),
    PART("stm32f732ze", F72X, 512),
    PART("stm32f733ie", F72X, 512),
    PART("stm32f733ve", F72X, 512),
    PART("stm32f733ze", F72X, 512),
    PART("stm32f745ie", F74X, 512),
    PART("stm32f745ig", F74X, 1024),
    PART("stm32f745ve", F74X, 512),
    PART("stm32f745vg", F74X, 1024),
    PART("stm32f745ze", F74X, 512),
    PART("stm32f745zg", F74X, 1024),
    PART("stm32f746be", F74X, 512),
    PART("stm32f746bg", F74X, 1024),
    PART("stm32f746ie", F74X, 512),
    PART("stm32f746ig", F74X, 1024),
    PART("stm32f746ne", F74X, 512),
    PART("stm32f746ng", F74X, 1024),
    PART("stm32f746ve", F74X, 512),
    PART("stm32f746vg", F74X, 1024),
    PART("stm32f746ze", F74X, 512),
    PART("stm32f746zg", F74X, 1024),
    PART("stm32f750n8", F74X, 64),
    PART("stm32f750v8", F74X, 64),
    PART("stm32f750z8", F74X, 64),
    PART("stm32f756bg", F74X, 1024),
    PART("stm32f756ig", F74X, 1024),
    PART("stm32f756ng", F74X, 1024),
    PART("stm32f756vg", F74X, 1024),
    PART("stm32f756zg", F74X, 1024),
    PART("stm32f765bg", F76X, 1024),
    PART("stm32f765bi", F76X, 2048),
    PART("stm32f765ig", F76X, 1024),
    PART("stm32f765ii", F76X, 2048),
    PART("stm32f765ng", F76X, 1024),
    PART("stm32f765ni", F76X, 2048),
    PART("stm32f765vg", F76X, 1024),
    PART("stm32f765vi", F76X, 2048),
    PART("stm32f765zg", F76X, 1024),
    PART("stm32f765zi", F76X, 2048),
    PART("stm32f767bg", F76X, 1024),
    PART("stm32f767bi", F76X, 2048),
    PART("stm32f767ig", F76X, 1024),
    PART("stm32f767ii", F76X, 2048),
    PART("stm32f767ng", F76X, 1024),
    PART("stm32f767ni", F76X, 2048),
    PART("stm32f767vg", F76X, 1024),
    PART("stm32f767vi", F76X, 2048),
    PART("stm32f767zg", F76X, 1024),
    PART("stm32f767zi", F76X, 2048),
    PART("stm32f768ai", F76X, 2048),
    PART("stm32f769ag", F76X, 1024),
    PART("stm32f769ai", F76X, 2048),
    PART("stm32f769bg", F76X, 1024),
    PART("stm32f769bi", F76X, 2048),
    PART("stm32f769ig", F76X, 1024),
    PART("stm32f769ii", F76X, 2048),
    PART("stm32f769ng", F76X, 1024),
    PART("stm32f769ni", F76X, 2048),
    PART("stm32f777bi", F76X, 2048),
    PART("stm32f777ii", F76X, 2048),
    PART("stm32f777ni", F76X, 2048),
    PART("stm32f777vi", F76X, 2048),
    PART("stm32f777zi", F76X, 2048),
    PART("stm32f778ai", F76X, 2048),
    PART("stm32f779ai", F76X, 2048),
    PART("stm32f779bi", F76X, 2048),
    PART("stm32f779ii", F76X, 2048),
    PART("stm32f779ni", F76X, 2048),
};
// clang-format on

const struct sim_chip_row *sim_stm32f7_at(unsigned index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}
