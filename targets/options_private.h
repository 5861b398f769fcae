// SPDX-License-Identifier: MIT
// What the files of the option bytes share: options.c has the fields and reads them,
// options_write.c writes them.
#ifndef SWDLINK_TARGETS_OPTIONS_PRIVATE_H
#define SWDLINK_TARGETS_OPTIONS_PRIVATE_H

#include "flash/flash.h"
#include "targets/options.h"

// Claims the target; ERR_UNSUPPORTED: swdlink does not know its options.
enum err options_require(struct target *t) MUST_CHECK;
// Reads them until two answers in a row are the same. ERR_LINK: there are none.
enum err options_read_surely(struct target *t, struct target_options_image *image) MUST_CHECK;
struct flash_access options_access(struct target *t);

// The level of read protection that an image stands for, and the other way round: code is one of
// the scheme's values for a level.
unsigned option_level_in(const struct rdp_scheme *rdp, const struct target_options_image *image);
void option_put_level(const struct rdp_scheme *rdp, struct target_options_image *image,
                      uint32_t code);
void option_put_bits(struct target_options_image *image, unsigned word, unsigned shift,
                     unsigned bits, uint32_t value);

#endif
