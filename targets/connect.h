// SPDX-License-Identifier: MIT
// What the files that connect know of each other: strategies.c makes the attempts,
// connect_failure.c says why all failed, connect.c does what comes before and after.
#ifndef SWDLINK_TARGETS_CONNECT_H
#define SWDLINK_TARGETS_CONNECT_H

#include "targets/target_private.h"

#define QUICK_SWCLK_HZ 8000000u // of a probe that has no 4 MHz: tried when a slower one works
#define BEST_SWCLK_HZ  4000000u // ST's tools use it with an STM32F0 at its 8 MHz after reset
#define SLOW_SWCLK_HZ  240000u  // for long wires, and for a core at some 100 kHz

// What failed attempts have shown.
struct connect_evidence {
    unsigned tried;    // bit per strategy
    bool answered;     // the debug port did, once
    uint8_t status;    // of the probe, at the first failure
    uint32_t asked_hz; // the clock of the first strategy, as the probe really set it
    enum err last;
    char sentence[160]; // of the last failure behind a debug port that answered
    bool closed;        // its access port says that transfers are not permitted
    bool elsewhere;     // its first access port leads to debug units, and another one to the core
};

// Tries the strategies that the options allow, one after the other, and makes the sentence when
// none succeeds; then the probe is idle again. interruptible: nothing has to be put back yet when a
// signal ends it between two attempts.
enum err connect_attempt(struct target *t, bool interruptible) MUST_CHECK;
// While the connection is there: what the access port itself says of a core that does not answer.
void connect_examine_port(struct target *t, struct connect_evidence *ev);
// Returns the error that fits the evidence, with the short form of the doctor's verdict.
enum err connect_fail(struct target *t, const struct connect_evidence *ev) MUST_CHECK;

#endif
