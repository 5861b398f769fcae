// SPDX-License-Identifier: MIT
// The tests of a program that was built with Rust's embedded-test: what they are called and how one
// of them is asked for. Since version 0.7 (protocol 1) the ELF file's section ".embedded_test"
// lists them; before (protocol 0) the program does, when its command line is "list".
#ifndef SWDLINK_CLI_EMBEDDED_TEST_H
#define SWDLINK_CLI_EMBEDDED_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"

struct embedded_test {
    char *name;    // MODULE::NAME, without the crate
    char *command; // the command line that runs it
    bool ignored;
    bool should_panic;
    uint32_t timeout_s;
};

struct embedded_tests {
    bool is_used; // the program is one of these
    uint32_t protocol;
    struct embedded_test *test; // by name
    size_t count;
};

// Leaves *t empty for any other file. ERR_FILE for one that cannot be read, ERR_UNSUPPORTED for a
// protocol that is not known.
enum err embedded_tests_read(struct embedded_tests *t, const char *path,
                             struct log *log) MUST_CHECK;
// What a program of protocol 0 lists: a JSON array. ERR_FILE when it is none.
enum err embedded_tests_parse(struct embedded_tests *t, const char *json, size_t len,
                              struct log *log) MUST_CHECK;
void embedded_tests_free(struct embedded_tests *t);

#endif
