// SPDX-License-Identifier: MIT
// Which kind of file it is: firmware in a format that can be read, a binary, or something else
// altogether.
#ifndef SWDLINK_CLI_IMAGE_FORMAT_H
#define SWDLINK_CLI_IMAGE_FORMAT_H

#include "cli/image.h"

struct image_format {
    const char *name;
    enum err (*read)(struct image *image, const char *path, const uint8_t *file, size_t len,
                     struct log *log); // NULL: a binary
};

// By what is in the file; its name counts where that says nothing, so that a damaged text file is
// not taken for a binary. Never NULL.
const struct image_format *image_format_of(const char *path, const uint8_t *file, size_t len);

// ERR_FILE, with what it is, for a file that cannot be meant for a chip's flash.
enum err image_refuse_foreign(const char *path, const uint8_t *file, size_t len,
                              struct log *log) MUST_CHECK;

#endif
