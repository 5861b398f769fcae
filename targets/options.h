// SPDX-License-Identifier: MIT
// The option bytes of the target by the names of its reference manual.
#ifndef SWDLINK_TARGETS_OPTIONS_H
#define SWDLINK_TARGETS_OPTIONS_H

#include "targets/target.h"

// All option bytes, as they are in the chip or are to be written.
struct target_options_image {
    uint32_t value[FLASH_OPTION_WORDS];
    uint32_t intact; // bit n: word n has its right complement, or is to be written
};

// The options of this chip in their order; NULL behind the last. Names and aliases are found in
// upper and lower case.
const struct option_field *target_option_at(const struct target *t, unsigned n);
const struct option_field *target_option_find(const struct target *t, const char *name);
// The one that is the read protection level; NULL: it has no name on this chip.
const struct option_field *target_option_rdp(const struct target *t);
// RDP is its level, 0 to 2. Setting refuses level 2, and level 0 where it is 1 (ERR_USAGE).
uint32_t target_option_get(const struct target *t, const struct option_field *field,
                           const struct target_options_image *image);
enum err target_option_set(struct target *t, const struct option_field *field,
                           struct target_options_image *image, uint32_t value) MUST_CHECK;

// The greatest value that it takes on this chip.
uint32_t target_option_most(const struct target *t, const struct option_field *field);
// By name; 0 when this chip has no such option.
uint32_t target_option_value(const struct target *t, const char *name,
                             const struct target_options_image *image);

// What leaving read protection erases: "flash", or "flash and EEPROM".
const char *target_unlock_erases(const struct target *t);
// Whether areas for execution only outlast that: the name of one, or NULL, and of the option that
// would have to be 1.
enum err target_unlock_keeps(struct target *t, const char **area, const char **option) MUST_CHECK;

// Flash that can only be executed can be made more and not less: ERR_PROTECTED, with the way out.
// An area with the same start and end, which could be everything, is ERR_USAGE.
enum err target_options_refuse_freeing(struct target *t, const struct target_options_image *before,
                                       const struct target_options_image *after) MUST_CHECK;
// Warns when flash that can be read now could only be executed.
void target_options_warn_hiding(const struct target *t, const struct target_options_image *before,
                                const struct target_options_image *after);

enum err target_read_options(struct target *t, struct target_options_image *image) MUST_CHECK;
// The same before something is written: read until two answers agree, and completed. An option that
// an interrupted write has left without its complement has the value that the controller loaded at
// the last reset, or that of target_know_options(). ERR_LINK: the answers contradict each other.
enum err target_read_whole_options(struct target *t, struct target_options_image *image) MUST_CHECK;
// The options as they were before a write that was interrupted, from elsewhere.
void target_know_options(struct target *t, const struct target_options_image *before);
// Whether an option of this chip, or one that is known from elsewhere, has lost its complement.
bool target_options_are_incomplete(const struct target *t,
                                   const struct target_options_image *image);
// Halts the core, writes the bytes that are intact, resets the chip, which loads them, and connects
// again. Then the program runs. What fails in between is done once more. A loss of power in these
// about 50 ms leaves the chip read-protected at level 1.
enum err target_write_options(struct target *t,
                              const struct target_options_image *image) MUST_CHECK;

// Fails with a sentence unless the level of read protection is known here and can be changed.
enum err target_require_rdp(const struct target *t) MUST_CHECK;
// Leaves read protection level 1, which erases the flash, and connects again. ERR_USAGE when the
// chip is not protected; level 2 never gets here, because its debug port is dead.
enum err target_unlock(struct target *t) MUST_CHECK;

#endif
