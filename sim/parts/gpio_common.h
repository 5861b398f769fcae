// SPDX-License-Identifier: MIT
// What the ports of all families have alike: the lock of the configuration, and the report of
// levels that change. gpio.c and gpio_f1.c have the rest.
#ifndef SWDLINK_SIM_PARTS_GPIO_COMMON_H
#define SWDLINK_SIM_PARTS_GPIO_COMMON_H

#include "sim/chip/part.h"

#define SIM_GPIO_LCKK (1u << 16)

struct sim_gpio_lock {
    uint32_t lckr;
    unsigned step; // of the key sequence
};

// A write to LCKR: once its key sequence is complete, LCKK is set until the next reset.
void sim_gpio_write_lock(struct sim_gpio_lock *lock, uint32_t value);

// Reports each pin whose level is not the one that was reported last, and remembers the new levels.
void sim_gpio_report_changes(struct sim_part *part, uint16_t levels, uint16_t *reported);

#endif
