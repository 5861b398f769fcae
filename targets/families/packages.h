// SPDX-License-Identifier: MIT
// At which pins of a package debugging is, for a person with an ohmmeter. A chip does not say which
// package it has.
#ifndef SWDLINK_TARGETS_FAMILIES_PACKAGES_H
#define SWDLINK_TARGETS_FAMILIES_PACKAGES_H

#include <stddef.h>
#include <stdint.h>

struct package_pins {
    uint16_t dev_id;
    const char *package;              // "LQFP32"
    uint8_t swdio, swclk, nrst, vdda; // 0: no pin of its own
};

// The nth package of a die of which the pins are known; NULL behind the last one.
const struct package_pins *package_pins_of(uint16_t dev_id, unsigned n);

#endif
