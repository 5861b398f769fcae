// SPDX-License-Identifier: MIT
// What the fuzz targets share: each is LLVMFuzzerTestOneInput() over one border. libFuzzer calls it
// (tests/fuzz/run), and corpus_main.c does so with what is in tests/fuzz/corpus.
#ifndef SWDLINK_TESTS_FUZZ_H
#define SWDLINK_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_input {
    const uint8_t *at, *end;
};

static inline size_t fuzz_left(const struct fuzz_input *in)
{
    return (size_t)(in->end - in->at);
}

// Zeros behind the end.
static inline uint8_t fuzz_byte(struct fuzz_input *in)
{
    return fuzz_left(in) ? *in->at++ : 0;
}

static inline uint16_t fuzz_half(struct fuzz_input *in)
{
    const uint8_t low = fuzz_byte(in);
    return (uint16_t)(low | fuzz_byte(in) << 8);
}

// The next bytes, at most so many; *len is how many there are.
static inline const uint8_t *fuzz_bytes(struct fuzz_input *in, size_t most, size_t *len)
{
    const uint8_t *from = in->at;
    *len = most < fuzz_left(in) ? most : fuzz_left(in);
    in->at += *len;
    return from;
}

// What must hold does not: the sanitizers' way to tell.
#define FUZZ_CHECK(condition)                                                                      \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
