// SPDX-License-Identifier: MIT
// Models of the virtual ST-LINK: ids and endpoints as seen in descriptor dumps and in every peer's tables.
#include "sim/stlink.h"

const struct sim_stlink_model sim_stlink_models[] = {
    {.name = "v2", .product = "STM32 STLink", .pid = 0x3748, .hardware = 2, .jtag = 37, .swim = 7,
     .ep_out = 0x02, .ep_in = 0x81, .ep_trace = 0x83, .power_up_mode = 0},
    {.name = "v2-1", .product = "STM32 STLink", .pid = 0x374b, .hardware = 2, .jtag = 37, .msd = 26,
     .ep_out = 0x01, .ep_in = 0x81, .ep_trace = 0x82, .power_up_mode = 1},
    {.name = "v3", .product = "STLINK-V3", .pid = 0x374f, .hardware = 3, .jtag = 7, .msd = 3, .bridge = 5,
     .ep_out = 0x01, .ep_in = 0x81, .ep_trace = 0x82, .high_speed = true, .power_up_mode = 1},
    {.name = "v3e", .product = "STLINK-V3", .pid = 0x374e, .hardware = 3, .jtag = 7, .msd = 3,
     .ep_out = 0x01, .ep_in = 0x81, .ep_trace = 0x82, .high_speed = true, .power_up_mode = 1},
    {.name = "v3pwr", .product = "STLINK-V3", .pid = 0x3757, .hardware = 4, .jtag = 4, .msd = 1, .bridge = 2,
     .ep_out = 0x01, .ep_in = 0x81, .ep_trace = 0x82, .high_speed = true, .power_up_mode = 1},
};
const unsigned sim_stlink_model_count = sizeof sim_stlink_models / sizeof sim_stlink_models[0];
