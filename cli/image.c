// SPDX-License-Identifier: MIT
#include "cli/image.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum err image_add(struct image *image, uint32_t addr, const uint8_t *data, size_t len,
                   struct log *log)
{
    if (len == 0)
        return ERR_OK;
    if (len - 1 > UINT32_MAX - addr)
        return log_fail(log, ERR_FILE,
                        "%zu bytes at 0x%08x reach beyond the end of the address space", len, addr);
    image->size += len;
    if (image->size > IMAGE_MAX_FILE)
        return log_fail(log, ERR_FILE,
                        "the file's parts are more than any microcontroller's flash");
    // The common case of line after line: the end of the last one grows.
    struct image_segment *last = image->count ? &image->segment[image->count - 1] : NULL;
    if (last && addr - last->addr == last->len && addr > last->addr) {
        uint8_t *more = realloc(last->data, last->len + len);
        if (!more)
            return ERR_MEMORY;
        memcpy(more + last->len, data, len);
        last->data = more;
        last->len += (uint32_t)len;
        return ERR_OK;
    }
    struct image_segment *grown =
        realloc(image->segment, (image->count + 1) * sizeof *image->segment);
    if (!grown)
        return ERR_MEMORY;
    image->segment = grown;
    uint8_t *copy = malloc(len);
    if (!copy)
        return ERR_MEMORY;
    memcpy(copy, data, len);
    grown[image->count++] = (struct image_segment){addr, (uint32_t)len, copy};
    return ERR_OK;
}

void image_free(struct image *image)
{
    for (size_t i = 0; i < image->count; i++)
        free(image->segment[i].data);
    free(image->segment);
    *image = (struct image){0};
}

static int by_address(const void *a, const void *b)
{
    const struct image_segment *left = a, *right = b;
    return left->addr < right->addr ? -1 : left->addr > right->addr;
}

static enum err put_in_order(struct image *image, const char *path, struct log *log)
{
    if (image->count == 0)
        return log_fail(log, ERR_FILE, "%s holds no bytes for a target's memory", path);
    qsort(image->segment, image->count, sizeof *image->segment, by_address);
    for (size_t i = 1; i < image->count; i++) {
        const struct image_segment *before = &image->segment[i - 1], *s = &image->segment[i];
        if (s->addr - before->addr < before->len)
            return log_fail(
                log, ERR_FILE,
                "%s has two contents for 0x%08x: its parts at 0x%08x and 0x%08x overlap", path,
                s->addr, before->addr, s->addr);
    }
    return ERR_OK;
}

static enum err read_all(uint8_t **data, size_t *len, const char *path, struct log *log)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return log_fail(log, ERR_FILE, "%s cannot be opened: %s", path, strerror(errno));
    size_t room = 64 * 1024, n = 0;
    uint8_t *bytes = malloc(room);
    while (bytes && n < IMAGE_MAX_FILE) {
        size_t got = fread(bytes + n, 1, room - n, f);
        n += got;
        if (n < room)
            break;
        room *= 2;
        uint8_t *more = realloc(bytes, room);
        if (!more)
            free(bytes);
        bytes = more;
    }
    int failed = ferror(f) ? errno : 0;
    fclose(f);
    if (!bytes)
        return log_fail(log, ERR_MEMORY, "%s does not fit this computer's memory", path);
    *data = bytes;
    *len = n;
    if (failed)
        return log_fail(log, ERR_FILE, "%s cannot be read: %s", path, strerror(failed));
    if (n >= IMAGE_MAX_FILE)
        return log_fail(log, ERR_FILE, "%s is larger than any microcontroller's flash", path);
    return n ? ERR_OK : log_fail(log, ERR_FILE, "%s is empty", path);
}

static bool ends_in(const char *path, const char *suffix)
{
    size_t n = strlen(path), m = strlen(suffix);
    return n >= m && strcmp(path + n - m, suffix) == 0;
}

// A binary may begin with any byte, so a colon alone makes no Intel HEX.
static bool looks_like_hex(const char *path, const uint8_t *file, size_t len)
{
    if (ends_in(path, ".hex") || ends_in(path, ".ihex") || ends_in(path, ".ihx"))
        return true;
    size_t n = len < 11 ? len : 11;
    for (size_t i = 1; i < n; i++)
        if (!strchr("0123456789abcdefABCDEF", file[i]) || file[i] == '\0')
            return false;
    return n == 11 && file[0] == ':';
}

static enum err read_image(struct image *image, const char *path, bool has_address,
                           uint32_t address, const uint8_t *file, size_t len, struct log *log)
{
    bool elf = len >= 4 && memcmp(file, "\177ELF", 4) == 0;
    bool hex = !elf && looks_like_hex(path, file, len);
    image->format = elf ? "ELF" : hex ? "Intel HEX" : "binary";
    if ((elf || hex) && has_address)
        return log_fail(log, ERR_USAGE,
                        "%s is an %s file, which says itself where its bytes go: leave "
                        "--address away",
                        path, image->format);
    if (elf)
        return image_read_elf(image, path, file, len, log);
    return hex ? image_read_hex(image, path, file, len, log)
               : image_add(image, address, file, len, log);
}

enum err image_load(struct image *image, const char *path, bool has_address, uint32_t address,
                    struct log *log)
{
    *image = (struct image){0};
    uint8_t *file = NULL;
    size_t len = 0;
    enum err e = read_all(&file, &len, path, log);
    if (!e)
        e = read_image(image, path, has_address, address, file, len, log);
    free(file);
    if (!e)
        e = put_in_order(image, path, log);
    if (e)
        image_free(image);
    return e;
}
