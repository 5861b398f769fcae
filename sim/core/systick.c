// SPDX-License-Identifier: MIT
// A counter that is not counted: its value is worked out from the cycle counter when somebody
// looks, and the core asks when it is due.
#include "sim/core/systick.h"

enum { SYST_CSR = 0x0, SYST_RVR = 0x4, SYST_CVR = 0x8, SYST_CALIB = 0xc };

#define SYST_CSR_COUNTFLAG (1u << 16)
#define SYST_CSR_CLKSOURCE (1u << 2) // 1: the processor clock
#define SYST_CSR_TICKINT   (1u << 1)
#define SYST_CSR_ENABLE    (1u << 0)

#define SYST_COUNT_MASK 0x00ffffffu
#define SYST_CALIB_F0   (1u << 30 | 6000u) // SKEW; 1 ms of 48 MHz / 8 (RM0091, 11.1.1)

void sim_systick_create(struct sim_systick *st, uint32_t calib)
{
    *st = (struct sim_systick){.calib = calib ? calib : SYST_CALIB_F0};
}

void sim_systick_reset(struct sim_systick *st)
{
    *st = (struct sim_systick){.calib = st->calib};
}

static unsigned systick_divider(const struct sim_systick *st)
{
    return st->control & SYST_CSR_CLKSOURCE ? 1 : 8;
}

// Counts down: to 0, then from the reload value again one tick later. Returns whether 0 was
// reached.
static bool count_ticks(struct sim_systick *st, uint64_t ticks)
{
    bool reached = false;
    if (st->value) {
        if (ticks < st->value) {
            st->value -= (uint32_t)ticks;
            return false;
        }
        ticks -= st->value;
        st->value = 0;
        reached = true;
    }
    if (st->reload == 0)
        return reached;
    uint64_t period = (uint64_t)st->reload + 1;
    uint32_t rest = (uint32_t)(ticks % period);
    st->value = rest ? st->reload + 1 - rest : 0;
    return reached || ticks >= period;
}

bool sim_systick_sync(struct sim_systick *st, uint64_t cycles)
{
    uint64_t tick = cycles / systick_divider(st);
    uint64_t passed = tick - st->at;
    st->at = tick;
    if (!(st->control & SYST_CSR_ENABLE) || passed == 0 || !count_ticks(st, passed))
        return false;
    st->counted_down = true;
    return st->control & SYST_CSR_TICKINT;
}

uint64_t sim_systick_due(const struct sim_systick *st)
{
    if (!(st->control & SYST_CSR_ENABLE) || !(st->control & SYST_CSR_TICKINT))
        return UINT64_MAX;
    if (st->value == 0 && st->reload == 0)
        return UINT64_MAX;
    uint64_t ticks = st->value ? st->value : (uint64_t)st->reload + 1;
    return (st->at + ticks) * systick_divider(st);
}

uint32_t sim_systick_read(struct sim_systick *st, uint32_t offset)
{
    uint32_t value;
    switch (offset) {
    case SYST_CSR:
        value = st->control | (st->counted_down ? SYST_CSR_COUNTFLAG : 0);
        st->counted_down = false;
        return value;
    case SYST_RVR:
        return st->reload;
    case SYST_CVR:
        return st->value;
    case SYST_CALIB:
        return st->calib;
    default:
        return 0;
    }
}

void sim_systick_write(struct sim_systick *st, uint32_t offset, uint32_t value, uint64_t cycles)
{
    switch (offset) {
    case SYST_CSR:
        st->control = value & (SYST_CSR_CLKSOURCE | SYST_CSR_TICKINT | SYST_CSR_ENABLE);
        st->at = cycles / systick_divider(st);
        break;
    case SYST_RVR:
        st->reload = value & SYST_COUNT_MASK;
        break;
    case SYST_CVR: // any write clears it, without an exception
        st->value = 0;
        st->counted_down = false;
        break;
    default:
        break;
    }
}
