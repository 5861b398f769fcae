// SPDX-License-Identifier: MIT
// The documents behind qXfer, for their tests: each must be well-formed and true.
#ifndef SWDLINK_SERVER_QXFER_H
#define SWDLINK_SERVER_QXFER_H

#include <stddef.h>

#include "base/log.h"
#include "targets/target.h"

struct qxfer_text {
    size_t len;
    char text[8192]; // the longest document takes half of it
};

// What the memory map tells: the chip's regions, or the architecture's when nobody knows the chip.
const struct target_region *qxfer_regions(const struct target *t, unsigned *count);

void qxfer_put(struct qxfer_text *x, const char *fmt, ...) LOG_PRINTF(2, 3);
void qxfer_target_xml(struct qxfer_text *x, const struct target *t);
void qxfer_memory_map(struct qxfer_text *x, const struct target *t);
void qxfer_threads(struct qxfer_text *x, const struct target *t);

#endif
