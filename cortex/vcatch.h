// SPDX-License-Identifier: MIT
// Vector catches: the events at which DEMCR can halt a core (DDI 0419, C1.6.4; DDI 0403, C1.6.5).
#ifndef SWDLINK_CORTEX_VCATCH_H
#define SWDLINK_CORTEX_VCATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "cortex/core_caps.h"

struct vcatch {
    const char *name;  // as `monitor vector_catch` takes it
    const char *event; // at which the core halts
    uint32_t bit;      // of DEMCR
    bool mainline;     // not in ARMv6-M and ARMv8-M baseline
};

extern const struct vcatch vcatch_table[];
extern const unsigned vcatch_count;

bool vcatch_exists(const struct core_caps *caps, const struct vcatch *v);

#endif
