// SPDX-License-Identifier: MIT
// UF2 (Microsoft's "USB Flashing Format"): blocks of 512 bytes, each with an address and up to 476
// bytes of data, in any order.
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "cli/image.h"

enum { BLOCK_SIZE = 512, DATA_OFFSET = 32, DATA_MAX = 476, END_OFFSET = 508 };

#define MAGIC_FIRST  0x0a324655u
#define MAGIC_SECOND 0x9e5d5157u
#define MAGIC_END    0x0ab16f30u

#define FLAG_NOT_FLASH 0x00000001u // a comment
#define FLAG_FILE      0x00001000u // a part of a file on the board's disk
#define FLAG_FAMILY    0x00002000u

// Microsoft's list of families, uf2families.json.
static const struct {
    uint32_t id;
    const char *name;
    bool stm32;
} families[] = {
    {0x647824b6, "STM32F0", true},     {0x5ee21072, "STM32F1", true},
    {0x5d1a0a2e, "STM32F2", true},     {0x6b846188, "STM32F3", true},
    {0x57755a57, "STM32F4", true},     {0x6d0922fa, "STM32F407", true},
    {0x8fb060fe, "STM32F407VG", true}, {0x06d1097b, "STM32F411xC", true},
    {0x2dc309c5, "STM32F411xE", true}, {0x53b80f00, "STM32F7", true},
    {0x300f5633, "STM32G0", true},     {0x4c71240a, "STM32G4", true},
    {0x4e8f1c5d, "STM32H5", true},     {0x6db66082, "STM32H7", true},
    {0x202e3a91, "STM32L0", true},     {0x1e1f432d, "STM32L1", true},
    {0x00ff6919, "STM32L4", true},     {0x04240bdf, "STM32L5", true},
    {0x70d16653, "STM32WB", true},     {0x21460ff0, "STM32WL", true},
    {0xe48bff56, "RP2040", false},     {0x68ed2b88, "SAMD21", false},
    {0x55114460, "SAMD51", false},     {0xada52840, "nRF52840", false},
    {0x1c5f21b0, "ESP32", false},      {0xbfdd4eee, "ESP32-S2", false},
    {0xc47e5767, "ESP32-S3", false},
};

struct uf2_reader {
    const char *path;
    const uint8_t *file;
    size_t blocks;
    bool *seen;     // by block number, in the file that is read
    uint32_t count; // of blocks of that file, of which several may have been joined into one
    uint32_t family;
    bool has_family;
    struct log *log;
};

static enum err fail_block(const struct uf2_reader *r, size_t i, const char *what)
{
    return log_fail(r->log, ERR_FILE, "%s is a damaged UF2 file: block %zu %s", r->path, i, what);
}

static enum err check_family(const struct uf2_reader *r, uint32_t family)
{
    if (r->has_family && r->family != family)
        return log_fail(r->log, ERR_FILE,
                        "%s holds programs for several kinds of chips (UF2 families 0x%08x and "
                        "0x%08x): give the file for this one",
                        r->path, r->family, family);
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (families[i].id == family && !families[i].stm32)
            return log_fail(r->log, ERR_FILE, "%s is a program for an %s, which is no STM32",
                            r->path, families[i].name);
    return ERR_OK;
}

static enum err read_block(struct image *image, struct uf2_reader *r, size_t i)
{
    const uint8_t *b = r->file + i * BLOCK_SIZE;
    uint32_t flags = get_le32(b + 8), addr = get_le32(b + 12), size = get_le32(b + 16);
    uint32_t number = get_le32(b + 20), family = get_le32(b + 28);
    if (get_le32(b) != MAGIC_FIRST || get_le32(b + 4) != MAGIC_SECOND ||
        get_le32(b + END_OFFSET) != MAGIC_END)
        return fail_block(r, i, "does not begin and end as it should");
    if (size > DATA_MAX)
        return fail_block(r, i, "says that it is longer than it can be");
    if (get_le32(b + 24) != r->count || number >= r->count || r->seen[number])
        return fail_block(r, i, "does not fit the number of blocks: some are missing or twice");
    r->seen[number] = true;
    if (flags & FLAG_FILE)
        return log_fail(r->log, ERR_FILE,
                        "%s holds files for a disk, and no program for a chip's memory", r->path);
    if (flags & FLAG_NOT_FLASH)
        return ERR_OK;
    enum err e = flags & FLAG_FAMILY ? check_family(r, family) : ERR_OK;
    if (flags & FLAG_FAMILY) {
        r->has_family = true;
        r->family = family;
    }
    return e ? e : image_add(image, addr, b + DATA_OFFSET, size, r->log);
}

// The blocks of one file, from `first` on.
static enum err read_file(struct image *image, struct uf2_reader *r, size_t first)
{
    r->count = get_le32(r->file + first * BLOCK_SIZE + 24);
    if (r->count == 0 || r->count > r->blocks - first)
        return fail_block(r, first, "says that there are more blocks than there are");
    memset(r->seen, 0, r->count * sizeof *r->seen);
    enum err e = ERR_OK;
    for (size_t i = 0; i < r->count && !e; i++)
        e = read_block(image, r, first + i);
    return e;
}

enum err image_read_uf2(struct image *image, const char *path, const uint8_t *file, size_t len,
                        struct log *log)
{
    struct uf2_reader r = {.path = path, .file = file, .blocks = len / BLOCK_SIZE, .log = log};
    if (len % BLOCK_SIZE || len == 0)
        return log_fail(log, ERR_FILE,
                        "%s is a UF2 file that was cut off: its blocks have %d bytes each, and the "
                        "last one is shorter",
                        path, BLOCK_SIZE);
    r.seen = calloc(r.blocks, sizeof *r.seen);
    if (!r.seen)
        return log_fail(log, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
    enum err e = ERR_OK;
    for (size_t i = 0; i < r.blocks && !e; i += r.count)
        e = read_file(image, &r, i);
    free(r.seen);
    return e;
}
