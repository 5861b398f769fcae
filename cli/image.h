// SPDX-License-Identifier: MIT
// What shall be in the target's memory, from a file: ELF, Intel HEX, Motorola S-records, DfuSe, UF2
// or the bytes themselves.
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

// What the user said about the file.
struct image_request {
    bool has_address; // --address
    uint32_t address;
    bool force; // --force: program also what looks like no program
};

// Segments in ascending order, none empty, none overlapping, neighbours joined.
struct image {
    struct image_segment *segment;
    size_t count;
    size_t size;        // bytes of all segments together
    const char *format; // "ELF", "Intel HEX", "S-record", "DfuSe", "UF2", "binary"
    bool is_binary;     // the file does not say where its bytes go
    bool floating;      // a binary without --address: its address is still to be added
    bool
        without_load_addresses; // an ELF whose physical addresses are all 0: the virtual ones count
};

// Reads and checks the file. What is no firmware in any known format (text, a picture, a library)
// is taken for a binary only with an address or with force. An address for a file that says itself
// where its bytes go is ERR_USAGE; ERR_FILE says what is wrong with the file. Free it with
// image_free().
enum err image_load(struct image *image, const char *path, const struct image_request *request,
                    struct log *log) MUST_CHECK;
// The same of a file that is in memory already; path only names it.
enum err image_read(struct image *image, const char *path, const struct image_request *request,
                    const uint8_t *file, size_t len, struct log *log) MUST_CHECK;
void image_free(struct image *image);

// The address of a function or object by its name, from the symbol table of an ELF file. ERR_USAGE
// when there is none of that name.
enum err image_find_symbol(const char *path, const char *name, uint32_t *addr,
                           struct log *log) MUST_CHECK;

// For the readers of formats (image_elf.c, image_hex.c, …): a copy of the bytes. ERR_FILE when they
// reach beyond the end of the address space.
enum err image_add(struct image *image, uint32_t addr, const uint8_t *data, size_t len,
                   struct log *log) MUST_CHECK;
enum err image_read_elf(struct image *image, const char *path, const uint8_t *file, size_t len,
                        struct log *log) MUST_CHECK;
enum err image_read_hex(struct image *image, const char *path, const uint8_t *file, size_t len,
                        struct log *log) MUST_CHECK;
enum err image_read_srec(struct image *image, const char *path, const uint8_t *file, size_t len,
                         struct log *log) MUST_CHECK;
enum err image_read_dfuse(struct image *image, const char *path, const uint8_t *file, size_t len,
                          struct log *log) MUST_CHECK;
enum err image_read_uf2(struct image *image, const char *path, const uint8_t *file, size_t len,
                        struct log *log) MUST_CHECK;

// The length of a binary without the suffix that USB DFU tools append to a file (USB DFU 1.1,
// appendix B); len when there is none.
size_t image_without_dfu_suffix(const uint8_t *file, size_t len);

#endif
