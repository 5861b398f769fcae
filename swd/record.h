// SPDX-License-Identifier: MIT
// A recorded conversation with a probe: the file's format (doc/records.md) and how it is read back.
// swd/recorder.c writes such files, swd/player.c plays them.
#ifndef SWDLINK_SWD_RECORD_H
#define SWDLINK_SWD_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "swd/usb_link.h"

#define RECORD_VERSION   1
#define RECORD_MAX_DATA  16384u  // bytes of one data phase
#define RECORD_MAX_LINE  131072u // characters
#define RECORD_MAX_NOW   1024u   // answers of the clock between two events
#define RECORD_MAX_WORDS 64u     // of the command line
#define RECORD_SENTENCE  512u
#define RECORD_TURN_SIZE 24u

enum record_kind {
    RECORD_OPEN,     // the probe was opened; result says how
    RECORD_EXCHANGE, // one command
    RECORD_TRACE,    // one read of the trace endpoint
    RECORD_CLOSE,
};

struct record_event {
    enum record_kind kind;
    enum err result;
    unsigned line;    // of the file, counted from 1
    uint64_t at_us;   // when it began, since the first event
    uint32_t took_us; // until it was over
    uint32_t now_count;
    char turn[RECORD_TURN_SIZE]; // why it was said: "poll 0"; empty: as the event before
    uint64_t *now_us;            // what the clock said when it was asked since the event before
    union {
        struct {
            struct usb_identity id;
            bool is_virtual;
            char *sentence; // why it could not be opened; NULL: none
        } open;
        struct {
            uint8_t command[USB_LINK_COMMAND_SIZE]; // of a trace read: none, zeros
            uint8_t *out, *in;
            uint32_t out_len, in_got;
            uint32_t in_len; // how much was asked for
        } exchange;
    };
};

struct record {
    char program[64]; // "swdlink 0.1.0"
    char date[32];
    char command[256]; // the command line, for people
    struct record_event *event;
    size_t count;
    bool cut; // the last line is unfinished and was left out: the program broke down
};

// "timeout", "stall": the name of a result in the file; NULL for one that no link gives.
const char *record_result_name(enum err result);
// Reads a file and checks every field of it. ERR_FILE with a sentence that names the line.
enum err record_load(struct record *record, const char *path, struct log *log) MUST_CHECK;
void record_free(struct record *record);

#endif
