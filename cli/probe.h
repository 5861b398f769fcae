// SPDX-License-Identifier: MIT
// From `--probe WHICH` to an open probe and a connected target.
#ifndef SWDLINK_CLI_PROBE_H
#define SWDLINK_CLI_PROBE_H

#include <signal.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/log.h"
#include "cli/options.h"
#include "swd/stlink.h"
#include "swd/usb_link.h"
#include "targets/target.h"

struct probe {
    const struct options *options; // that it was opened with
    struct usb_identity id;
    struct stlink st;
    struct target target; // once connected
    bool is_virtual;
    bool serving;
    bool connected;
    bool vtref_known;
    unsigned vtref_mv;
    // What the last failed connection has shown, and what the doctor made of it.
    struct {
        enum err e; // ERR_OK: nothing failed yet
        uint8_t status[TARGET_STRATEGIES];
        unsigned vtref_mv;
        char why[LOG_SENTENCE_SIZE];
        const char *verdict;
    } failed;
    sigset_t before; // the signals that were blocked before
};

// "ST-LINK/V2-1", by product id; "ST-LINK" for one that we do not know.
const char *probe_model(const struct usb_identity *id);

// Soldered to a board of ST's (V2-1, V3E), not at the end of a cable.
bool probe_is_on_board(const struct usb_identity *id);

// Opens the probe that the options name; the target is not touched. serving: for a long session
// with a person who watches; otherwise connecting tells only what is not as it should be, and the
// clock of a virtual board does not wait for the wall's. From here on the signals that end us are
// blocked: what takes long asks signals_check() where it can be ended.
enum err probe_open(struct probe *p, const struct options *o, bool serving,
                    struct log *log) MUST_CHECK;
// Connects to the target of an open probe as the options say. On failure the sentence is the
// doctor's short verdict.
enum err probe_connect(struct probe *p, const struct options *o, struct log *log) MUST_CHECK;
// Whether a failed probe_connect() may succeed later, when somebody has mended the board.
bool probe_may_be_reached_later(const struct probe *p, enum err e);
// Tries once more. The doctor measures again only where something looks different now.
enum err probe_connect_again(struct probe *p, const struct options *o, struct log *log) MUST_CHECK;
// target_read_mem() in pieces of about a tenth of a second, between which a signal ends it.
enum err probe_read(struct probe *p, uint32_t addr, uint8_t *data, size_t len) MUST_CHECK;
// For the journal: something was done to the chip that may change how it answers next time.
void probe_note(const struct probe *p, const struct options *o, const char *what);
void probe_note_flashed(const struct probe *p, const struct options *o, const char *file);
// Opens a plugged-in probe that was lost, into the same st, when it is on the bus again. Until then
// the old one stays as it is: everybody who uses it hears that it is lost.
enum err probe_reopen(struct probe *p) MUST_CHECK;
// Disconnects (halted when keep_halted, else running) and closes. The signals are as before, unless
// one came: then it stays blocked, and main() tells of it.
void probe_close(struct probe *p, bool keep_halted);

#endif
