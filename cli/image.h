// SPDX-License-Identifier: MIT
// What shall be in the target's memory, from a file: ELF, Intel HEX or the bytes themselves.
#ifndef SWDLINK_CLI_IMAGE_H
#define SWDLINK_CLI_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"

#define IMAGE_MAX_FILE (64u * 1024u * 1024u) // bytes; more is surely the wrong file

struct image_segment {
    uint32_t addr;
    uint32_t len;
    uint8_t *data;
};

// Segments in ascending order, none empty, none overlapping, neighbours joined.
struct image {
    struct image_segment *segment;
    size_t count;
    size_t size;        // bytes of all segments together
    const char *format; // "ELF", "Intel HEX", "binary"
};

// address: where the bytes of a binary file go; other files say that themselves, and giving it then
// (has_address) is ERR_USAGE. ERR_FILE says what is wrong with the file. Free it with image_free().
enum err image_load(struct image *image, const char *path, bool has_address, uint32_t address,
                    struct log *log) MUST_CHECK;
void image_free(struct image *image);

// The address of a function or object by its name, from the symbol table of an ELF file. ERR_USAGE
// when there is none of that name.
enum err image_find_symbol(const char *path, const char *name, uint32_t *addr,
                           struct log *log) MUST_CHECK;

// For the readers of formats (image_elf.c, image_hex.c): a copy of the bytes. ERR_FILE when they
// reach beyond the end of the address space.
enum err image_add(struct image *image, uint32_t addr, const uint8_t *data, size_t len,
                   struct log *log) MUST_CHECK;
enum err image_read_elf(struct image *image, const char *path, const uint8_t *file, size_t len,
                        struct log *log) MUST_CHECK;
enum err image_read_hex(struct image *image, const char *path, const uint8_t *file, size_t len,
                        struct log *log) MUST_CHECK;

#endif
