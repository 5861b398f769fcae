// SPDX-License-Identifier: MIT
// What was good last: per probe and chip, in $XDG_STATE_HOME/swdlink, so that the doctor can say
// what is different now. Whatever goes wrong here is no failure of the command.
#ifndef SWDLINK_CLI_JOURNAL_H
#define SWDLINK_CLI_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/options.h"
#include "targets/chip.h"

struct journal_state {
    const char *serial;             // of the probe
    const struct chip_identity *id; // of the chip; NULL: it did not answer
    uint32_t swclk_hz;
    unsigned vtref_mv; // 0: not known
};

// The target answered as asked. What was noted before is forgotten.
void journal_keep_good(const struct options *o, const struct journal_state *good);
// Something was done to the chip that may change how it answers: "you flashed app.elf".
void journal_note(const struct options *o, const struct journal_state *s, const char *what);
// "worked today at 14:02 with 4000 kHz, VTref 3.29 V; since then you flashed app.elf"; of the chip
// that was there last when it is not known which one it is; empty when nothing is known. Returns
// text.
const char *journal_recall(const struct options *o, const struct journal_state *s, char *text,
                           size_t size);

#define JOURNAL_PATH_SIZE 512
#define JOURNAL_KEY_SIZE  40

// The folder, which is made when it is not there. A virtual probe is remembered only where somebody
// names the place. False: no journal.
bool journal_folder(const struct options *o, char *path, size_t size);
// The name of a chip in it. A chip without a unique id that could be read is one of its kind.
const char *journal_key(const struct chip_identity *id, char key[JOURNAL_KEY_SIZE]);

#endif
