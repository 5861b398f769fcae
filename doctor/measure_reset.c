// SPDX-License-Identifier: MIT
// NRST: is it held, does pulling it do anything, and how long does it take to rise? The witness is
// S_RESET_ST (DDI 0419, C1.6.3), which a chip in reset sets again after every read. The program
// starts again.
#include "cortex/cortexm.h"
#include "cortex/scs.h"
#include "doctor/measure.h"

#define NRST_LOW_US 5000u
#define RELEASE_US  300000u
#define LOOKS       4u
#define ROUNDS      3u    // of looks
#define ROUND_US    3000u // between them: longer than a chip holds NRST at a reset of its own

static enum err read_reset_state(struct measure *b, bool *in_reset)
{
    uint32_t dhcsr = 0;
    enum err e = mem_ap_read32(&b->mem, SCS_DHCSR, &dhcsr);
    *in_reset = dhcsr & DHCSR_S_RESET_ST;
    return e;
}

// Whether S_RESET_ST comes back every time: the first look clears what was before.
static enum err poll_for_reset(struct measure *b, bool *held)
{
    enum err e = read_reset_state(b, held);
    *held = true;
    for (unsigned i = 0; i < LOOKS && !e; i++) {
        bool in_reset;
        e = read_reset_state(b, &in_reset);
        *held = *held && in_reset;
    }
    *held = *held && !e; // what was not seen is no finding
    return e;
}

// A program that resets itself again and again is in reset for a while, too, but not at every time.
static enum err is_held(struct measure *b, bool *held)
{
    enum err e = poll_for_reset(b, held);
    for (unsigned i = 1; i < ROUNDS && *held && !e; i++) {
        debug_probe_sleep_us(b->probe, ROUND_US);
        e = poll_for_reset(b, held);
    }
    return e;
}

static enum err release_nrst(struct measure *b)
{
    struct measured_reset *r = &b->m->reset;
    struct debug_probe *probe = b->probe;
    enum err e = debug_probe_drive_nrst(b->probe, DEBUG_PROBE_NRST_HIGH);
    uint64_t start = debug_probe_now_us(probe);
    r->held_after = true;
    while (!e && r->held_after && debug_probe_now_us(probe) - start < RELEASE_US)
        e = read_reset_state(b, &r->held_after);
    r->held_after = r->held_after && !e;
    r->release_us = (uint32_t)(debug_probe_now_us(probe) - start);
    return e;
}

static enum err pull(struct measure *b)
{
    enum err e = debug_probe_drive_nrst(b->probe, DEBUG_PROBE_NRST_LOW);
    debug_probe_sleep_us(b->probe, NRST_LOW_US);
    if (!e && b->m->supply.known)
        e = measure_supply(b, &b->m->supply.reset, 4);
    return e ? e : read_reset_state(b, &b->m->reset.works);
}

enum err measure_reset(struct measure *b)
{
    struct measured_reset *r = &b->m->reset;
    enum err e = is_held(b, &r->held_before);
    if (e)
        return e;
    r->tested = true;
    if (r->held_before) {
        r->held_after = true;
        return ERR_OK;
    }
    e = pull(b);
    enum err high = release_nrst(b);
    return e ? e : high;
}
