// SPDX-License-Identifier: MIT
// Loads bytes as a file with cli/image.h: for the tests of the readers.
#ifndef SWDLINK_TESTS_UNIT_IMAGE_DESK_H
#define SWDLINK_TESTS_UNIT_IMAGE_DESK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/image.h"

struct desk {
    struct log log;
    struct image image;
    char path[64];
};

static inline enum err load(struct desk *d, const char *suffix, const void *bytes, size_t len)
{
    d->log = log_silent();
    snprintf(d->path, sizeof d->path, "/tmp/swdlink-image-XXXXXX%s", suffix);
    int fd = mkstemps(d->path, (int)strlen(suffix));
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
    const struct image_request request = {.has_address = false};
    enum err e = image_load(&d->image, d->path, &request, &d->log);
    unlink(d->path);
    return e;
}

static inline void assert_segment(const struct desk *d, size_t n, uint32_t addr, const void *bytes,
                                  uint32_t len)
{
    assert_true(n < d->image.count);
    assert_int_equal(d->image.segment[n].addr, addr);
    assert_int_equal(d->image.segment[n].len, len);
    assert_memory_equal(d->image.segment[n].data, bytes, len);
}

static inline void assert_refused(struct desk *d, enum err e, const char *part)
{
    assert_int_equal(e, ERR_FILE);
    assert_int_equal(d->image.count, 0);
    if (!strstr(d->log.sentence, part))
        fail_msg("'%s' does not say '%s'", d->log.sentence, part);
}

#endif
