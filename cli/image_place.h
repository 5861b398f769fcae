// SPDX-License-Identifier: MIT
// An image and the chip that it shall go into: does it fit, and is it a program that this chip can
// start?
#ifndef SWDLINK_CLI_IMAGE_PLACE_H
#define SWDLINK_CLI_IMAGE_PLACE_H

#include "cli/image.h"
#include "targets/target.h"

// Gives a binary without an address the start of the chip's flash; leaves out, and says so, what is
// for the option bytes; with force moves an image for address 0, where the chip shows its flash, to
// the flash itself. Nothing is touched.
void image_place(struct image *image, const struct target *t, const struct image_request *request,
                 struct log *log);

// After image_place(). Where the image's bytes go: every one of them has to be in this chip's
// flash, in its data EEPROM or, for a program that loads itself, in its SRAM; and what is for the
// start of the flash has to be a program, unless forced. ERR_UNSUPPORTED or ERR_FILE with a
// sentence; nothing is touched.
enum err image_check(const struct image *image, const struct target *t,
                     const struct image_request *request, uint32_t *flash_bytes,
                     uint32_t *ram_bytes, struct log *log) MUST_CHECK;

#endif
