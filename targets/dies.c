// SPDX-License-Identifier: MIT
// Device ids: the "MCU device ID code" of each family's reference manual, and STMicroelectronics'
// CubeMX data base as stm32-data has it. Sizes are those of the smallest and the largest part.
// Flash size and unique id: the "device electronic signature" of the manuals and ST's device
// headers.
#include "targets/dies.h"

#include <stddef.h>

// Where DBGMCU_IDCODE is.
#define AT_APB     0x40015800u // of chips with a Cortex-M0 or M0+
#define AT_PPB     0xe0042000u // Cortex-M3, M4, and the M7 of the F7
#define AT_H7      0x5c001000u
#define AT_PPB_V8M 0xe0044000u // Cortex-M33 of the L5, U3, U5 and WBA
#define AT_H5      0x44024000u // and C5
#define AT_N6      0x44001000u
#define AT_MP1     0x50081000u
#define AT_WB0     0x40000004u // the id that its JTAG port gives
#define AT_UID64   0x1fff7584u // for the WL's Cortex-M0+, which does not reach the DBGMCU

// flash_size_addr and uid_addr; 0: not known.
#define SIG_F0      0x1ffff7cc, 0x1ffff7ac // and F3
#define SIG_F1      0x1ffff7e0, 0x1ffff7e8
#define SIG_F4      0x1fff7a22, 0x1fff7a10 // and F2
#define SIG_F72     0x1ff07a22, 0x1ff07a10
#define SIG_F7      0x1ff0f442, 0x1ff0f420
#define SIG_L0      0x1ff8007c, 0x1ff80050
#define SIG_L1      0x1ff8004c, 0x1ff80050 // categories 1 and 2
#define SIG_L1_CAT3 0x1ff800cc, 0x1ff800d0
#define SIG_L4      0x1fff75e0, 0x1fff7590 // and G0, G4, WB, WL
#define SIG_C0      0x1fff75a0, 0x1fff7550
#define SIG_U0      0x1fff6ea0, 0x1fff6e50
#define SIG_U031    0x1fff3ea0, 0x1fff3e50
#define SIG_L5      0x0bfa05e0, 0x0bfa0590
#define SIG_U5      0x0bfa07a0, 0x0bfa0700 // and U3, WBA6
#define SIG_WBA5    0x0bf907a0, 0x0bf90700
#define SIG_WBA2    0x0bf8d7a0, 0
#define SIG_H7      0x1ff1e880, 0x1ff1e800
#define SIG_H5      0x08fff80c, 0x08fff800 // and H7A, H7R
#define SIG_C5      0x08fff80c, 0
#define SIG_NONE    0, 0

const struct die dies[] = {
    {0x440, DIE_CORE_M0, AT_APB, SIG_F0, "STM32F0", "STM32F030, F051, F058, 16 to 64 KiB"},
    {0x442, DIE_CORE_M0, AT_APB, SIG_F0, "STM32F0", "STM32F030, F091, F098, 128 to 256 KiB"},
    {0x444, DIE_CORE_M0, AT_APB, SIG_F0, "STM32F0", "STM32F030, F031, F038, 16 to 32 KiB"},
    {0x445, DIE_CORE_M0, AT_APB, SIG_F0, "STM32F0", "STM32F042, F048, F070, 16 to 32 KiB"},
    {0x448, DIE_CORE_M0, AT_APB, SIG_F0, "STM32F0", "STM32F070, F071, F072, F078, 64 to 128 KiB"},
    {0x410, DIE_CORE_M3, AT_PPB, SIG_F1, "STM32F1", "STM32F101, F102, F103, 64 to 128 KiB"},
    {0x412, DIE_CORE_M3, AT_PPB, SIG_F1, "STM32F1", "STM32F101, F102, F103, 16 to 32 KiB"},
    {0x414, DIE_CORE_M3, AT_PPB, SIG_F1, "STM32F1", "STM32F101, F103, 256 to 512 KiB"},
    {0x418, DIE_CORE_M3, AT_PPB, SIG_F1, "STM32F1", "STM32F105, F107, 64 to 256 KiB"},
    {0x420, DIE_CORE_M3, AT_PPB, SIG_F1, "STM32F1", "STM32F100, 16 to 128 KiB"},
    {0x428, DIE_CORE_M3, AT_PPB, SIG_F1, "STM32F1", "STM32F100, 256 to 512 KiB"},
    {0x430, DIE_CORE_M3, AT_PPB, SIG_F1, "STM32F1", "STM32F101, F103, 768 to 1024 KiB"},
    {0x411, DIE_CORE_M3, AT_PPB, SIG_F4, "STM32F2", "STM32F205, F207, F215, F217, 128 to 1024 KiB"},
    {0x422, DIE_CORE_M4, AT_PPB, SIG_F0, "STM32F3", "STM32F302, F303, F358, 128 to 256 KiB"},
    {0x432, DIE_CORE_M4, AT_PPB, SIG_F0, "STM32F3", "STM32F373, F378, 64 to 256 KiB"},
    {0x438, DIE_CORE_M4, AT_PPB, SIG_F0, "STM32F3", "STM32F303, F328, F334, 16 to 64 KiB"},
    {0x439, DIE_CORE_M4, AT_PPB, SIG_F0, "STM32F3", "STM32F301, F302, F318, 32 to 64 KiB"},
    {0x446, DIE_CORE_M4, AT_PPB, SIG_F0, "STM32F3", "STM32F302, F303, F398, 384 to 512 KiB"},
    {0x413, DIE_CORE_M4, AT_PPB, SIG_F4, "STM32F4", "STM32F405, F407, F415, F417, 512 to 1024 KiB"},
    {0x419, DIE_CORE_M4, AT_PPB, SIG_F4, "STM32F4", "STM32F427, F429, F437, F439, 512 to 2048 KiB"},
    {0x421, DIE_CORE_M4, AT_PPB, SIG_F4, "STM32F4", "STM32F446, 256 to 512 KiB"},
    {0x423, DIE_CORE_M4, AT_PPB, SIG_F4, "STM32F4", "STM32F401, 128 to 256 KiB"},
    {0x431, DIE_CORE_M4, AT_PPB, SIG_F4, "STM32F4", "STM32F411, 256 to 512 KiB"},
    {0x433, DIE_CORE_M4, AT_PPB, SIG_F4, "STM32F4", "STM32F401, 384 to 512 KiB"},
    {0x434, DIE_CORE_M4, AT_PPB, SIG_F4, "STM32F4", "STM32F469, F479, 512 to 2048 KiB"},
    {0x441, DIE_CORE_M4, AT_PPB, SIG_F4, "STM32F4", "STM32F412, 512 to 1024 KiB"},
    {0x458, DIE_CORE_M4, AT_PPB, SIG_F4, "STM32F4", "STM32F410, 64 to 128 KiB"},
    {0x463, DIE_CORE_M4, AT_PPB, SIG_F4, "STM32F4", "STM32F413, F423, 1024 to 1536 KiB"},
    {0x449, DIE_CORE_M7, AT_PPB, SIG_F7, "STM32F7", "STM32F745, F746, F750, F756, 64 to 1024 KiB"},
    {0x451, DIE_CORE_M7, AT_PPB, SIG_F7, "STM32F7",
     "STM32F765, F767, F768, F769, F777, F778, F779, 1024 to 2048 KiB"},
    {0x452, DIE_CORE_M7, AT_PPB, SIG_F72, "STM32F7",
     "STM32F722, F723, F730, F732, F733, 64 to 512 KiB"},
    {0x456, DIE_CORE_M0PLUS, AT_APB, SIG_L4, "STM32G0", "STM32G050, G051, G061, 32 to 64 KiB"},
    {0x460, DIE_CORE_M0PLUS, AT_APB, SIG_L4, "STM32G0", "STM32G070, G071, G081, 32 to 128 KiB"},
    {0x466, DIE_CORE_M0PLUS, AT_APB, SIG_L4, "STM32G0", "STM32G030, G031, G041, 16 to 64 KiB"},
    {0x467, DIE_CORE_M0PLUS, AT_APB, SIG_L4, "STM32G0", "STM32G0B0, G0B1, G0C1, 128 to 512 KiB"},
    {0x468, DIE_CORE_M4, AT_PPB, SIG_L4, "STM32G4", "STM32G431, G441, 32 to 128 KiB"},
    {0x469, DIE_CORE_M4, AT_PPB, SIG_L4, "STM32G4",
     "STM32G471, G473, G474, G483, G484, 128 to 512 KiB"},
    {0x479, DIE_CORE_M4, AT_PPB, SIG_L4, "STM32G4", "STM32G491, G4A1, 256 to 512 KiB"},
    {0x443, DIE_CORE_M0PLUS, AT_APB, SIG_C0, "STM32C0", "STM32C011, 16 to 32 KiB"},
    {0x44c, DIE_CORE_M0PLUS, AT_APB, SIG_C0, "STM32C0", "STM32C051, 32 to 64 KiB"},
    {0x44d, DIE_CORE_M0PLUS, AT_APB, SIG_C0, "STM32C0", "STM32C091, C092, 128 to 256 KiB"},
    {0x453, DIE_CORE_M0PLUS, AT_APB, SIG_C0, "STM32C0", "STM32C031, 16 to 32 KiB"},
    {0x493, DIE_CORE_M0PLUS, AT_APB, SIG_C0, "STM32C0", "STM32C071, 64 to 128 KiB"},
    {0x459, DIE_CORE_M0PLUS, AT_APB, SIG_U031, "STM32U0", "STM32U031, 16 to 64 KiB"},
    {0x489, DIE_CORE_M0PLUS, AT_APB, SIG_U0, "STM32U0", "STM32U073, U083, 64 to 256 KiB"},
    {0x417, DIE_CORE_M0PLUS, AT_APB, SIG_L0, "STM32L0",
     "STM32L010, L051, L052, L053, L062, L063, 32 to 64 KiB"},
    {0x425, DIE_CORE_M0PLUS, AT_APB, SIG_L0, "STM32L0", "STM32L010, L031, L041, 16 to 32 KiB"},
    {0x447, DIE_CORE_M0PLUS, AT_APB, SIG_L0, "STM32L0",
     "STM32L010, L071, L072, L073, L081, L082, L083, 64 to 192 KiB"},
    {0x457, DIE_CORE_M0PLUS, AT_APB, SIG_L0, "STM32L0", "STM32L010, L011, L021, 8 to 16 KiB"},
    {0x416, DIE_CORE_M3, AT_PPB, SIG_L1, "STM32L1", "STM32L100, L151, L152, 32 to 128 KiB"},
    {0x427, DIE_CORE_M3, AT_PPB, SIG_L1_CAT3, "STM32L1", "STM32L100, L151, L152, L162, 256 KiB"},
    {0x429, DIE_CORE_M3, AT_PPB, SIG_L1, "STM32L1", "STM32L100, L151, L152, 32 to 128 KiB"},
    {0x436, DIE_CORE_M3, AT_PPB, SIG_L1_CAT3, "STM32L1", "STM32L151, L152, L162, 256 to 384 KiB"},
    {0x437, DIE_CORE_M3, AT_PPB, SIG_L1_CAT3, "STM32L1", "STM32L151, L152, L162, 384 to 512 KiB"},
    {0x415, DIE_CORE_M4, AT_PPB, SIG_L4, "STM32L4", "STM32L471, L475, L476, L486, 256 to 1024 KiB"},
    {0x435, DIE_CORE_M4, AT_PPB, SIG_L4, "STM32L4",
     "STM32L431, L432, L433, L442, L443, 128 to 256 KiB"},
    {0x461, DIE_CORE_M4, AT_PPB, SIG_L4, "STM32L4", "STM32L496, L4A6, 512 to 1024 KiB"},
    {0x462, DIE_CORE_M4, AT_PPB, SIG_L4, "STM32L4", "STM32L451, L452, L462, 256 to 512 KiB"},
    {0x464, DIE_CORE_M4, AT_PPB, SIG_L4, "STM32L4", "STM32L412, L422, 64 to 128 KiB"},
    {0x470, DIE_CORE_M4, AT_PPB, SIG_L4, "STM32L4+",
     "STM32L4R5, L4R7, L4R9, L4S5, L4S7, L4S9, 1024 to 2048 KiB"},
    {0x471, DIE_CORE_M4, AT_PPB, SIG_L4, "STM32L4+", "STM32L4P5, L4Q5, 512 to 1024 KiB"},
    {0x472, DIE_CORE_M33, AT_PPB_V8M, SIG_L5, "STM32L5", "STM32L552, L562, 256 to 512 KiB"},
    {0x42a, DIE_CORE_M33, AT_PPB_V8M, SIG_U5, "STM32U3", "STM32U3B5, U3C5, 1024 to 2048 KiB"},
    {0x454, DIE_CORE_M33, AT_PPB_V8M, SIG_U5, "STM32U3", "STM32U375, U385, 512 to 1024 KiB"},
    {0x455, DIE_CORE_M33, AT_PPB_V8M, SIG_U5, "STM32U5", "STM32U535, U545, 128 to 512 KiB"},
    {0x476, DIE_CORE_M33, AT_PPB_V8M, SIG_U5, "STM32U5",
     "STM32U5F7, U5F9, U5G7, U5G9, 2048 to 4096 KiB"},
    {0x481, DIE_CORE_M33, AT_PPB_V8M, SIG_U5, "STM32U5",
     "STM32U595, U599, U5A5, U5A9, 2048 to 4096 KiB"},
    {0x482, DIE_CORE_M33, AT_PPB_V8M, SIG_U5, "STM32U5", "STM32U575, U585, 1024 to 2048 KiB"},
    {0x474, DIE_CORE_M33, AT_H5, SIG_H5, "STM32H5", "STM32H503, 128 KiB"},
    {0x478, DIE_CORE_M33, AT_H5, SIG_H5, "STM32H5", "STM32H523, H533, 256 to 512 KiB"},
    {0x484, DIE_CORE_M33, AT_H5, SIG_H5, "STM32H5", "STM32H562, H563, H573, 1024 to 2048 KiB"},
    {0x44e, DIE_CORE_M33, AT_H5, SIG_C5, "STM32C5", "STM32C551, C552, C562, 256 to 512 KiB"},
    {0x44f, DIE_CORE_M33, AT_H5, SIG_C5, "STM32C5", "STM32C531, C532, C542, 128 to 256 KiB"},
    {0x45a, DIE_CORE_M33, AT_H5, SIG_C5, "STM32C5", "STM32C591, C593, C5A3, 512 to 1024 KiB"},
    {0x450, DIE_CORE_M7, AT_H7, SIG_H7, "STM32H7",
     "STM32H742, H743, H745, H747, H750, H753, H755, H757, 128 to 2048 KiB"},
    {0x480, DIE_CORE_M7, AT_H7, SIG_H5, "STM32H7", "STM32H7A3, H7B0, H7B3, 128 to 2048 KiB"},
    {0x483, DIE_CORE_M7, AT_H7, SIG_H7, "STM32H7",
     "STM32H723, H725, H730, H733, H735, 128 to 1024 KiB"},
    {0x485, DIE_CORE_M7, AT_H7, SIG_H5, "STM32H7", "STM32H7R3, H7R7, H7S3, H7S7, 64 KiB"},
    {0x494, DIE_CORE_M4, AT_PPB, SIG_L4, "STM32WB", "STM32WB10, WB15, 320 KiB"},
    {0x495, DIE_CORE_M4, AT_PPB, SIG_L4, "STM32WB", "STM32WB30, WB35, WB50, WB55, 256 to 1024 KiB"},
    {0x01e, DIE_CORE_M0PLUS, AT_WB0, SIG_NONE, "STM32WB0", "STM32WB06, WB07, 256 KiB"},
    {0x028, DIE_CORE_M0PLUS, AT_WB0, SIG_NONE, "STM32WB0", "STM32WB05, 192 KiB"},
    {0x032, DIE_CORE_M0PLUS, AT_WB0, SIG_NONE, "STM32WB0", "STM32WB09, 512 KiB"},
    {0x492, DIE_CORE_M33, AT_PPB_V8M, SIG_WBA5, "STM32WBA",
     "STM32WBA50, WBA52, WBA54, WBA55, 512 to 1024 KiB"},
    {0x4b0, DIE_CORE_M33, AT_PPB_V8M, SIG_U5, "STM32WBA",
     "STM32WBA62, WBA63, WBA64, WBA65, 1024 to 2048 KiB"},
    {0x496, DIE_CORE_M4, AT_PPB, SIG_L4, "STM32WB", "STM32WB30, WB35, 256 to 512 KiB"},
    {0x4b2, DIE_CORE_M33, AT_PPB_V8M, SIG_WBA2, "STM32WBA", "STM32WBA2x"},
    {0x497, DIE_CORE_M4, AT_PPB, SIG_L4, "STM32WL", "STM32WL54, WL55, WLE4, WLE5, 64 to 256 KiB"},
    {0x486, DIE_CORE_M55, AT_N6, SIG_NONE, "STM32N6", "STM32N645, N647, N655, N657"},
    {0x500, DIE_CORE_M4, AT_MP1, SIG_NONE, "STM32MP1", "STM32MP151, MP153, MP157"},
};

const unsigned die_count = sizeof dies / sizeof dies[0];

const struct die *die_find(uint32_t dev_id)
{
    for (unsigned i = 0; i < die_count; i++)
        if (dies[i].dev_id == dev_id)
            return &dies[i];
    return NULL;
}

// On a Cortex-M0+, WB0 is asked last: elsewhere a timer is at its address, and is only read.
static const struct die_place places[] = {
    {AT_APB, {DIE_CORE_M0, DIE_CORE_M0PLUS}, DIE_ID_DBGMCU},
    {AT_PPB, {DIE_CORE_M3, DIE_CORE_M4, DIE_CORE_M7}, DIE_ID_DBGMCU},
    {AT_H7, {DIE_CORE_M7, DIE_CORE_M4}, DIE_ID_DBGMCU},
    {AT_PPB_V8M, {DIE_CORE_M33}, DIE_ID_DBGMCU},
    {AT_H5, {DIE_CORE_M33}, DIE_ID_DBGMCU},
    {AT_N6, {DIE_CORE_M55}, DIE_ID_DBGMCU},
    {AT_MP1, {DIE_CORE_M4}, DIE_ID_DBGMCU},
    {AT_UID64, {DIE_CORE_M0PLUS}, DIE_ID_UID64},
    {AT_WB0, {DIE_CORE_M0PLUS}, DIE_ID_JTAG},
};

enum { PLACES = sizeof places / sizeof places[0] };

static bool is_own(const struct die_place *place, uint32_t cpuid)
{
    for (unsigned i = 0; i < DIE_PLACE_CORES; i++)
        if (place->cores[i] == (cpuid >> 4 & 0xfff))
            return true;
    return false;
}

const struct die_place *die_place(uint32_t cpuid, unsigned n, bool *own)
{
    for (unsigned pass = 0; pass < 2; pass++)
        for (unsigned i = 0; i < PLACES; i++) {
            *own = pass == 0;
            if (!*own && places[i].kind != DIE_ID_DBGMCU)
                continue;
            if (is_own(&places[i], cpuid) == *own && n-- == 0)
                return &places[i];
        }
    return NULL;
}

// A JTAG id code is a version, a part number of 16 bits, ST's number (JEP106: 0x20) and a 1.
#define JTAG_ST       0x041u
#define JTAG_ST_MASK  0xfffu
#define JTAG_PART(id) ((id) >> 12 & 0xfffu)
// The second word of the STM32WL's 64-bit id (RM0453): ST's number, 0x0080e1, and the device's.
#define UID64_WL      0x0080e115u
#define DEV_WL        0x497u

static uint16_t dev_id_of(enum die_id_kind kind, uint32_t value)
{
    if (kind == DIE_ID_JTAG)
        return (value & JTAG_ST_MASK) == JTAG_ST ? JTAG_PART(value) : 0;
    if (kind == DIE_ID_UID64)
        return value == UID64_WL ? DEV_WL : 0;
    return value & 0xfff;
}

// The first STM32F40x (revision A) have the id of the STM32F2, which has a Cortex-M3 (ES0182).
#define DEV_F2  0x411u
#define DEV_F40 0x413u

const struct die *die_of_id(enum die_id_kind kind, uint32_t value, uint32_t cpuid)
{
    const uint16_t dev_id = dev_id_of(kind, value);
    bool is_m4 = (cpuid >> 4 & 0xfff) == DIE_CORE_M4;
    return die_find(dev_id == DEV_F2 && is_m4 ? DEV_F40 : dev_id);
}

static const struct {
    uint16_t dev_id, core;
    const char *note;
} second_cores[] = {
    {0x450, DIE_CORE_M4, "H745, H747, H755 and H757 have a Cortex-M7 and a Cortex-M4"},
    {0x497, DIE_CORE_M0PLUS, "WL54 and WL55 have a Cortex-M4 and a Cortex-M0+"},
    {0x494, 0, "beside it a Cortex-M0+ runs the radio, which no debugger reaches"},
    {0x495, 0, "beside it a Cortex-M0+ runs the radio, which no debugger reaches"},
    {0x496, 0, "beside it a Cortex-M0+ runs the radio, which no debugger reaches"},
    {0x500, 0, "beside it one or two Cortex-A7 run"},
};

enum { SECOND_CORES = sizeof second_cores / sizeof second_cores[0] };

bool die_has_core(const struct die *die, uint32_t cpuid)
{
    const uint16_t core = cpuid >> 4 & 0xfff;
    for (unsigned i = 0; i < SECOND_CORES; i++)
        if (second_cores[i].dev_id == die->dev_id && second_cores[i].core == core)
            return true;
    return die->core == core;
}

const char *die_cores_note(const struct die *die)
{
    for (unsigned i = 0; i < SECOND_CORES; i++)
        if (second_cores[i].dev_id == die->dev_id)
            return second_cores[i].note;
    return NULL;
}

uint32_t die_flash_base(const struct die *die)
{
    return die->idcode_addr == AT_WB0 ? 0x10040000u : 0x08000000u;
}

// RAM below 0x20000000, of the largest part: the core-coupled memories and SRAM2 of the manuals'
// memory maps.
static const struct {
    uint16_t dev_id, kib;
    uint32_t base;
} code_rams[] = {
    {0x422, 8, 0x10000000},  {0x438, 4, 0x10000000},   {0x446, 16, 0x10000000},
    {0x413, 64, 0x10000000}, {0x419, 64, 0x10000000},  {0x434, 64, 0x10000000},
    {0x449, 16, 0},          {0x451, 16, 0},           {0x452, 16, 0},
    {0x450, 64, 0},          {0x480, 64, 0},           {0x483, 64, 0},
    {0x485, 192, 0},         {0x468, 10, 0x10000000},  {0x469, 32, 0x10000000},
    {0x479, 16, 0x10000000}, {0x415, 32, 0x10000000},  {0x435, 16, 0x10000000},
    {0x461, 64, 0x10000000}, {0x462, 32, 0x10000000},  {0x464, 8, 0x10000000},
    {0x494, 36, 0x10000000}, {0x495, 64, 0x10000000},  {0x496, 64, 0x10000000},
    {0x497, 32, 0x10000000}, {0x500, 256, 0x10000000},
};

uint32_t die_code_ram(const struct die *die, uint32_t *base)
{
    for (unsigned i = 0; i < sizeof code_rams / sizeof code_rams[0]; i++)
        if (code_rams[i].dev_id == die->dev_id) {
            *base = code_rams[i].base;
            return code_rams[i].kib * 1024u;
        }
    return 0;
}

// L0 and L1 (RM0367 and RM0038, device electronic signature): the third word is at 0x14.
bool die_uid_has_gap(const struct die *die)
{
    return die->uid_addr >> 16 == 0x1ff8;
}

#define DEV_L1_CAT2  0x429u
#define DEV_L1_CAT34 0x436u

unsigned die_flash_kib(const struct die *die, uint16_t size)
{
    if (die->dev_id == DEV_L1_CAT34 && size < 2) // RM0038, flash size register
        return size == 0 ? 384 : 256;
    if (die->dev_id == DEV_L1_CAT2) // the same: bits 7:0
        return size & 0xff;
    return size;
}
