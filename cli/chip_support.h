// SPDX-License-Identifier: MIT
// What swdlink can do with a chip and how well that was tried, told to people and to programs.
#ifndef SWDLINK_CLI_CHIP_SUPPORT_H
#define SWDLINK_CLI_CHIP_SUPPORT_H

#include <jansson.h>
#include <stddef.h>

#include "targets/chip.h"

// "debug, flash, options, protection, doctor". Returns text.
const char *chip_support_text(const struct chip_support *s, char *text, size_t size);
// "on the virtual board, by other tools; never on hardware".
const char *chip_support_tried_text(const struct chip_support *s);
// A new object; NULL when out of memory.
json_t *chip_support_json(const struct chip_support *s);

#endif
