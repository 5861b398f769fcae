// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "cli/image_format.h"

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
