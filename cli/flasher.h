// SPDX-License-Identifier: MIT
// Runs a flash job for a command: images into it, progress to a terminal, Ctrl-C at the next page.
#ifndef SWDLINK_CLI_FLASHER_H
#define SWDLINK_CLI_FLASHER_H

#include <jansson.h>

#include "cli/image.h"
#include "cli/options.h"
#include "targets/target.h"

// Programs the parts of the image that are for flash or data EEPROM. The core is halted before, and
// the caller resets it afterwards. SIGINT and SIGTERM end it at the next page: ERR_FLASH says which
// range is incomplete.
enum err flasher_program(struct target *t, const struct image *image, const struct options *o,
                         struct flash_stats *stats) MUST_CHECK;
// Whether the flash holds all of the image's bytes: *same. Of small images only, whose reading back
// is quicker than the planner's comparison by code on the target; false otherwise, and when a mass
// erase is asked for. What cannot be read is not the same.
enum err flasher_holds(struct target *t, const struct image *image, const struct options *o,
                       bool *same) MUST_CHECK;
// Erases whole pages; len 0: all of the flash. The EEPROM keeps its words, unless the range is
// there.
enum err flasher_erase(struct target *t, uint32_t addr, uint32_t len, const struct options *o,
                       struct flash_stats *stats) MUST_CHECK;

double flasher_seconds(const struct flash_stats *stats);
// "erased", "programmed", "skipped", "verified" (bytes) and "seconds", "kib_per_second".
json_t *flasher_json(const struct flash_stats *stats);

#endif
