// SPDX-License-Identifier: MIT
// The pins of SWD on ports with MODER, AFR and LCKR: all families but STM32F1. For family_doctor.
#ifndef SWDLINK_TARGETS_FAMILIES_GPIO_PINS_H
#define SWDLINK_TARGETS_FAMILIES_GPIO_PINS_H

#include "targets/families/family.h"

// Port A, its clock gate, and the register in which a bit resets it.
struct gpio_port {
    uint32_t base;
    uint32_t clock_addr, clock_mask;
    const char *reset_name; // "RCC_AHBRSTR"
    uint32_t reset_addr;
};

// The lock sequence. The port's clock is as it was afterwards.
enum err gpio_pins_lock(const struct gpio_port *port, const struct mem_ap *mem) MUST_CHECK;
// As family_pins has them.
bool gpio_pins_taken(const struct gpio_port *port, uint32_t addr, uint32_t value);
const char *gpio_pins_register_name(const struct gpio_port *port, uint32_t addr);
const char *gpio_pins_text(const struct gpio_port *port, uint32_t addr, uint32_t value, char *text,
                           size_t size);

// A family_pins of a port at that address. A reset of the port unlocks its pins: then the second
// pair watches that, too.
#define GPIO_PINS(port_a, base, reset)                                                             \
    {                                                                                              \
        .watch = {{(base) + 0x00u, (base) + 0x24u}, {(reset), (base) + 0x00u}}, .port = (port_a),  \
        .lock = gpio_pins_lock, .taken = gpio_pins_taken,                                          \
        .register_name = gpio_pins_register_name, .text = gpio_pins_text,                          \
    }

#endif
