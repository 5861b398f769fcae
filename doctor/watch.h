// SPDX-License-Identifier: MIT
// The live meter's instrument: one quick sample of supply and wires, for a hand that wiggles a
// cable.
#ifndef SWDLINK_DOCTOR_WATCH_H
#define SWDLINK_DOCTOR_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "swd/debug_probe.h"

#define WATCH_CLOCKS 3
#define WATCH_READS  8u

struct watch_sample {
    bool vtref_known;
    unsigned vtref_mv;
    bool answers;   // at any clock
    uint32_t dpidr; // when it does
    struct {
        uint32_t hz;
        unsigned reads, good;
    } clock[WATCH_CLOCKS]; // fastest first
};

// Takes some 20 ms, writes nothing to the target and leaves the probe idle. An error is one of the
// probe.
enum err watch_sample(struct debug_probe *probe, struct watch_sample *sample) MUST_CHECK;

#endif
