// SPDX-License-Identifier: MIT
#include "targets/families/packages.h"

// STM32_open_pin_data of STMicroelectronics, mcu/: STM32F031K6Tx.xml, STM32F031F(4-6)Px.xml,
// STM32F051R8Tx.xml, STM32F103C(8-B)Tx.xml, STM32G071K(6-8-B)Tx.xml. Where VDDA is no pin of its
// own it is 0.
static const struct package_pins rows[] = {
    {.dev_id = 0x444, .package = "TSSOP20", .swdio = 19, .swclk = 20, .nrst = 4, .vdda = 5},
    {.dev_id = 0x444, .package = "LQFP32", .swdio = 23, .swclk = 24, .nrst = 4, .vdda = 5},
    {.dev_id = 0x440, .package = "LQFP64", .swdio = 46, .swclk = 49, .nrst = 7, .vdda = 13},
    {.dev_id = 0x410, .package = "LQFP48", .swdio = 34, .swclk = 37, .nrst = 7, .vdda = 9},
    {.dev_id = 0x460, .package = "LQFP32", .swdio = 24, .swclk = 25, .nrst = 6, .vdda = 0},
};

const struct package_pins *package_pins_of(uint16_t dev_id, unsigned n)
{
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].dev_id == dev_id && n-- == 0)
            return &rows[i];
    return NULL;
}
