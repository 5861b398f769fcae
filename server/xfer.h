// SPDX-License-Identifier: MIT
// The documents behind qXfer, for their tests: each must be well-formed and true.
#ifndef SWDLINK_SERVER_XFER_H
#define SWDLINK_SERVER_XFER_H

#include <stddef.h>

#include "base/log.h"
#include "targets/target.h"

struct xfer_text {
    size_t len;
    char text[8192]; // the longest document takes half of it
};

// What the memory map tells: the chip's regions, or the architecture's when nobody knows the chip.
const struct target_region *xfer_regions(const struct target *t, unsigned *count);

void xfer_put(struct xfer_text *x, const char *fmt, ...) LOG_PRINTF(2, 3);
void xfer_target_xml(struct xfer_text *x, const struct target *t);
void xfer_memory_map(struct xfer_text *x, const struct target *t);
void xfer_threads(struct xfer_text *x, const struct target *t);

#endif
