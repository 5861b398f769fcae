// SPDX-License-Identifier: MIT
// Files of lines in hexadecimal digits, with a checksum each: what Intel HEX and Motorola S-records
// have in common.
#ifndef SWDLINK_CLI_IMAGE_TEXT_H
#define SWDLINK_CLI_IMAGE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"

struct image_text {
    const char *path;
    const uint8_t *at, *end;
    unsigned line;
    unsigned images; // end records so far
    bool ended;      // the last record was an end record
    struct log *log;
};

struct image_text image_text_over(const char *path, const uint8_t *file, size_t len,
                                  struct log *log);
// Passes over white space; before the first line over the mark that some editors put there (UTF-8,
// EF BB BF). False: the file ends, or only padding follows (NUL, Ctrl-Z).
bool image_text_next(struct image_text *t);
// Pairs of hexadecimal digits up to white space or the end, at most `room` bytes.
enum err image_text_bytes(struct image_text *t, uint8_t *bytes, size_t room,
                          size_t *count) MUST_CHECK;
// ERR_FILE, with the file's name and the line before `what`.
enum err image_text_fail(const struct image_text *t, const char *what) MUST_CHECK;
void image_text_note_end(struct image_text *t);
// The last check: the file has to end with an end record. Says so when it holds several images.
enum err image_text_finish(const struct image_text *t) MUST_CHECK;

#endif
