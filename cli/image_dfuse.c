// SPDX-License-Identifier: MIT
// DfuSe files (ST's UM0391, "DfuSe File Format Specification"): a prefix, images ("targets") of
// elements {address, size, bytes}, and the suffix of USB DFU 1.1, appendix B, with a CRC-32 over
// all before it.
#include <string.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "cli/image.h"

enum { SUFFIX_SIZE = 16, SIGNATURE_SIZE = 5, TARGET_NAME_SIZE = 255, DFUSE_VERSION = 1 };

#define CRC32_REFLECTED 0xedb88320u

// As in Ethernet, without the inversion at the end.
static uint32_t dfu_crc(const uint8_t *data, size_t len)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < len; i++) {
        crc ^= data[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? CRC32_REFLECTED : 0);
    }
    return crc;
}

static bool has_suffix(const uint8_t *file, size_t len)
{
    return len >= SUFFIX_SIZE && memcmp(file + len - 8, "UFD", 3) == 0 &&
           file[len - 5] == SUFFIX_SIZE;
}

static bool is_intact(const uint8_t *file, size_t len)
{
    return has_suffix(file, len) && get_le32(file + len - 4) == dfu_crc(file, len - 4);
}

size_t image_without_dfu_suffix(const uint8_t *file, size_t len)
{
    return is_intact(file, len) ? len - SUFFIX_SIZE : len;
}

static enum err read_target(struct image *image, struct cursor *c, const char *path,
                            struct log *log)
{
    bool named = cursor_skip_text(c, "Target");
    cursor_u8(c);   // the alternate setting of a DFU device that it is for
    cursor_le32(c); // whether it has a name
    cursor_bytes(c, TARGET_NAME_SIZE);
    cursor_le32(c); // its size, which the elements say again
    uint32_t elements = cursor_le32(c);
    if (!named || c->bad)
        return log_fail(log, ERR_FILE, "%s is a damaged DfuSe file: a target in it is no target",
                        path);
    enum err e = ERR_OK;
    for (uint32_t i = 0; i < elements && !e; i++) {
        uint32_t addr = cursor_le32(c), size = cursor_le32(c);
        const uint8_t *bytes = cursor_bytes(c, size);
        if (c->bad)
            return log_fail(log, ERR_FILE, "%s is a damaged DfuSe file: it ends in an element",
                            path);
        e = image_add(image, addr, bytes, size, log);
    }
    return e;
}

enum err image_read_dfuse(struct image *image, const char *path, const uint8_t *file, size_t len,
                          struct log *log)
{
    if (!has_suffix(file, len))
        return log_fail(log, ERR_FILE, "%s is a DfuSe file that was cut off: its suffix is missing",
                        path);
    if (!is_intact(file, len))
        return log_fail(log, ERR_FILE, "%s is a damaged DfuSe file: its checksum is wrong", path);
    struct cursor c = cursor_over(file + SIGNATURE_SIZE, len - SIGNATURE_SIZE - SUFFIX_SIZE);
    unsigned version = cursor_u8(&c);
    cursor_le32(&c); // the file's size
    unsigned targets = cursor_u8(&c);
    if (version != DFUSE_VERSION)
        return log_fail(log, ERR_FILE, "%s is a DfuSe file of version %u, which is not known here",
                        path, version);
    enum err e = ERR_OK;
    for (unsigned i = 0; i < targets && !e; i++)
        e = read_target(image, &c, path, log);
    if (!e && (c.bad || cursor_left(&c)))
        e = log_fail(log, ERR_FILE, "%s is a damaged DfuSe file: it has bytes in no element", path);
    return e;
}
