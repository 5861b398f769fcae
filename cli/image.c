// SPDX-License-Identifier: MIT
#include "cli/image.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/image_format.h"

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

// Takes the segment that begins within or right behind the one before into that. The same bytes
// said twice are no contradiction.
static enum err join(struct image_segment *before, struct image_segment *s, const char *path,
                     struct log *log)
{
    uint32_t offset = s->addr - before->addr, common = before->len - offset;
    if (common > s->len)
        common = s->len;
    for (uint32_t i = 0; i < common; i++)
        if (before->data[offset + i] != s->data[i])
            return log_fail(
                log, ERR_FILE,
                "%s has two contents for 0x%08x: its parts at 0x%08x and 0x%08x overlap", path,
                s->addr + i, before->addr, s->addr);
    uint32_t more = s->len - common;
    uint8_t *grown = more ? realloc(before->data, (size_t)before->len + more) : before->data;
    if (!grown)
        return ERR_MEMORY;
    memcpy(grown + before->len, s->data + common, more);
    before->data = grown;
    before->len += more;
    free(s->data);
    s->data = NULL;
    return ERR_OK;
}

static enum err put_in_order(struct image *image, const char *path, struct log *log)
{
    if (image->count == 0)
        return log_fail(log, ERR_FILE, "%s holds no bytes for a target's memory", path);
    qsort(image->segment, image->count, sizeof *image->segment, by_address);
    size_t kept = 0;
    image->size = image->segment[0].len;
    for (size_t i = 1; i < image->count; i++) {
        struct image_segment *before = &image->segment[kept], *s = &image->segment[i];
        uint32_t old = before->len;
        if (s->addr - before->addr > before->len) {
            image->segment[++kept] = *s;
            image->size += s->len;
            if (i != kept)
                s->data = NULL; // moved
            continue;
        }
        enum err e = join(before, s, path, log);
        if (e)
            return e;
        image->size += before->len - old;
    }
    image->count = kept + 1;
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

static enum err read_bytes(struct image *image, const char *path,
                           const struct image_request *request, const uint8_t *file, size_t len,
                           struct log *log)
{
    const struct image_format *format = image_format_of(path, file, len);
    image->format = format->name;
    image->is_binary = !format->read;
    image->floating = image->is_binary && !request->has_address;
    if (format->read && request->has_address)
        return log_fail(log, ERR_USAGE,
                        "%s is an %s file, which says itself where its bytes go: leave "
                        "--address away",
                        path, image->format);
    if (format->read)
        return format->read(image, path, file, len, log);
    enum err e = request->has_address || request->force
                     ? ERR_OK
                     : image_refuse_foreign(path, file, len, log);
    return e ? e
             : image_add(image, request->has_address ? request->address : 0, file,
                         image_without_dfu_suffix(file, len), log);
}

enum err image_read(struct image *image, const char *path, const struct image_request *request,
                    const uint8_t *file, size_t len, struct log *log)
{
    *image = (struct image){0};
    enum err e = read_bytes(image, path, request, file, len, log);
    if (!e)
        e = put_in_order(image, path, log);
    if (e)
        image_free(image);
    return e;
}

enum err image_load(struct image *image, const char *path, const struct image_request *request,
                    struct log *log)
{
    *image = (struct image){0};
    uint8_t *file = NULL;
    size_t len = 0;
    enum err e = read_all(&file, &len, path, log);
    if (!e)
        e = image_read(image, path, request, file, len, log);
    free(file);
    return e;
}
