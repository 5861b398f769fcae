// SPDX-License-Identifier: MIT
// NRST: is it held, does pulling it do anything, and how long does it take to rise? The witness is
// S_RESET_ST (DDI 0419, C1.6.3), which a chip in reset sets again after every read. The program
// starts again.
#include "cortex/cortexm.h"
#include "cortex/scs.h"
#include "doctor/measure.h"

#define NRST_LOW_US 5000u
#define CATCH_US    20000u
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

enum err measure_release(struct measure *b)
{
    enum err e = mem_ap_write32(&b->mem, SCS_DEMCR, 0);
    return e ? e : mem_ap_write32(&b->mem, SCS_DHCSR, DHCSR_DBGKEY);
}

enum err measure_catch(struct measure *b)
{
    uint32_t dhcsr = 0;
    enum err e;
    if ((e = mem_ap_write32(&b->mem, SCS_DHCSR, DHCSR_DBGKEY | DHCSR_C_DEBUGEN)) ||
        (e = mem_ap_write32(&b->mem, SCS_DEMCR, DEMCR_VC_CORERESET)))
        return e;
    const uint64_t start = debug_probe_now_us(b->probe);
    while (!e && !(dhcsr & DHCSR_S_HALT) && debug_probe_now_us(b->probe) - start < CATCH_US)
        e = mem_ap_read32(&b->mem, SCS_DHCSR, &dhcsr);
    b->m->reset.caught = !e && dhcsr & DHCSR_S_HALT;
    return e || b->m->reset.caught ? e : measure_release(b);
}

// Whether the core is in reset because NRST is low. One that resets itself all the time could be
// caught meanwhile, too.
static enum err is_reset_by_pin(struct measure *b, bool *works)
{
    enum err e = poll_for_reset(b, works);
    if (e || !*works || !(b->m->core.resets || b->m->reset.caught))
        return e;
    const bool before = b->m->reset.caught;
    b->m->reset.caught = false;
    e = measure_catch(b);
    *works = !b->m->reset.caught;
    if (!e && b->m->reset.caught)
        e = measure_release(b);
    b->m->reset.caught = b->m->reset.caught || before;
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
    return e ? e : is_reset_by_pin(b, &b->m->reset.works);
}

// What seems to be held may be a core that resets itself all the time: that one can be caught.
static enum err is_held_by_pin(struct measure *b, bool *held)
{
    enum err e = is_held(b, held);
    if (e || !*held || b->m->asked.no_reset)
        return e;
    e = measure_catch(b);
    *held = !b->m->reset.caught;
    return !e && b->m->reset.caught ? measure_release(b) : e;
}

enum err measure_reset(struct measure *b)
{
    struct measured_reset *r = &b->m->reset;
    enum err e = r->caught ? ERR_OK : is_held_by_pin(b, &r->held_before);
    if (e)
        return e;
    r->tested = true;
    if (r->held_before) {
        r->held_after = true;
        return ERR_OK;
    }
    e = pull(b);
    enum err high = release_nrst(b);
    if (!high && r->held_after) {
        high = is_held_by_pin(b, &r->held_after);
        r->release_us = r->held_after ? r->release_us : 0; // it was not seen
    }
    return e ? e : high;
}
