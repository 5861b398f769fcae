// SPDX-License-Identifier: MIT
// A debug probe for unit tests: the test says what the target's memory does, and everything from
// swd/mem_ap.c up is the real code. Time moves by a microsecond whenever somebody looks at it.
#ifndef SWDLINK_TESTS_UNIT_SCRIPTED_PROBE_H
#define SWDLINK_TESTS_UNIT_SCRIPTED_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "swd/debug_probe.h"
#include "swd/mem_ap.h"

#define SCRIPTED_WORDS 32u

struct scripted_probe;

// What a word or a block that is read or written does; unit is 1, 2 or 4 bytes.
typedef enum err scripted_read(struct scripted_probe *p, uint32_t addr, unsigned unit, void *data,
                               size_t len);
typedef enum err scripted_write(struct scripted_probe *p, uint32_t addr, unsigned unit,
                                const void *data, size_t len);

struct scripted_probe {
    struct debug_probe probe; // first: the operations find the rest by it
    struct mem_ap mem;        // AP 0
    struct log log;
    uint64_t now_us;
    bool halfwords;
    // NULL: the words below are all that there is; anything else is ERR_FAULT.
    scripted_read *read;
    scripted_write *write;
    struct {
        uint32_t addr, value;
    } word[SCRIPTED_WORDS];
    unsigned words;
    unsigned accesses; // reads and writes so far
    unsigned fails_at; // the access with that number fails with ERR_LINK; 0: none
};

// With halfwords, without words. *ops may have more operations than those of memory and time; NULL:
// none.
void scripted_probe_make(struct scripted_probe *p, const struct debug_probe_ops *more);
// Adds a word, or changes it.
void scripted_probe_set(struct scripted_probe *p, uint32_t addr, uint32_t value);
uint32_t scripted_probe_get(const struct scripted_probe *p, uint32_t addr);

// For tables of operations of tests' own.
#define SCRIPTED_PROBE_OPS                                                                         \
    .read_word = scripted_read_word, .write_word = scripted_write_word,                            \
    .read_block = scripted_read_block, .write_block = scripted_write_block,                        \
    .max_block = scripted_max_block, .has_halfwords = scripted_has_halfwords,                      \
    .now_us = scripted_now_us, .sleep_us = scripted_sleep_us
enum err scripted_read_word(struct debug_probe *probe, unsigned ap, uint32_t addr, uint32_t *value);
enum err scripted_write_word(struct debug_probe *probe, unsigned ap, uint32_t addr, uint32_t value);
enum err scripted_read_block(struct debug_probe *probe, unsigned ap, unsigned unit, uint32_t addr,
                             void *data, size_t len);
enum err scripted_write_block(struct debug_probe *probe, unsigned ap, unsigned unit, uint32_t addr,
                              const void *data, size_t len);
size_t scripted_max_block(const struct debug_probe *probe, unsigned unit, bool write);
bool scripted_has_halfwords(const struct debug_probe *probe);
uint64_t scripted_now_us(struct debug_probe *probe);
void scripted_sleep_us(struct debug_probe *probe, uint32_t us);

#endif
