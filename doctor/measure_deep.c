// SPDX-License-Identifier: MIT
// VDDA and the crystal, measured by the chip itself, as far as its family can: all peripherals are
// in their reset state meanwhile, and the program starts again afterwards.
#include "base/signals.h"
#include "cortex/cortexm.h"
#include "cortex/scs.h"
#include "doctor/measure.h"
#include "targets/target.h"

static enum err measure_vdda(struct measure *b, const struct family_doctor *facts)
{
    struct measured_deep *d = &b->m->deep_results;
    struct family_vdda found = {0};
    enum err e = facts->vdda ? facts->vdda(&b->mem, &found) : ERR_OK;
    d->vdda_tried = facts->vdda;
    d->vdda_known = found.known;
    d->vdda_mv = found.mv;
    d->vrefint = found.vrefint;
    d->vrefint_cal = found.vrefint_cal;
    return e;
}

static enum err measure_hse(struct measure *b, struct target *t, const struct family_doctor *facts)
{
    struct measured_deep *d = &b->m->deep_results;
    const uint32_t *values = b->m->chip.reg;
    struct family_hse found = {0};
    if (!facts->hse)
        return ERR_OK;
    d->hse_used = values[facts->hse_register] & facts->hse_on;
    enum err e = facts->hse(t, values, &found);
    if (e && !found.runs)
        return e;
    d->hse = found.runs ? HSE_RUNS : HSE_DEAD;
    d->hse_hz = found.hz;
    return e;
}

// Long enough for usual circuits that watch a chip (1.6 s and less).
#define HALTED_US 1800000u
#define POLL_US   5000u

// S_RESET_ST tells of resets since it was read last (DDI 0419, C1.6.3).
static enum err watch_halted(struct measure *b, struct measured_deep *d)
{
    const uint64_t start = debug_probe_now_us(b->probe);
    uint32_t dhcsr;
    enum err e = mem_ap_read32(&b->mem, SCS_DHCSR, &dhcsr);
    while (!e && !d->reset_while_halted && d->halted_us < HALTED_US &&
           !(e = signals_check(b->log))) {
        debug_probe_sleep_us(b->probe, POLL_US);
        e = mem_ap_read32(&b->mem, SCS_DHCSR, &dhcsr);
        d->halted_us = (uint32_t)(debug_probe_now_us(b->probe) - start);
        d->reset_while_halted = !e && dhcsr & DHCSR_S_RESET_ST;
    }
    return e;
}

enum err measure_deep(struct measure *b)
{
    const struct target_options options = {.connect = TARGET_CONNECT_NORMAL,
                                           .swclk_hz = b->m->link.safe_hz};
    struct target t;
    enum log_level level = b->log->level;
    b->log->level = LOG_ERROR; // what connecting has to say is in the report
    enum err e = target_connect(&t, b->probe, &options, b->log);
    b->log->level = level;
    if (e)
        return e;
    const struct chip *chip = target_identity(&t)->chip;
    // What was read before is of the chip that was seen then.
    const bool is_same = chip && chip == b->m->chip.id.chip;
    const struct family_doctor *facts = is_same ? chip->family->doctor : NULL;
    e = target_reset(&t, true);
    b->m->deep_results.tested = !e && facts;
    if (!e && facts)
        e = measure_vdda(b, facts);
    if (!e && facts)
        e = measure_hse(b, &t, facts);
    if (!e)
        e = watch_halted(b, &b->m->deep_results);
    enum err again = target_reset(&t, false);
    target_disconnect(&t, false);
    return e ? e : again;
}
