// SPDX-License-Identifier: MIT
// A watchdog circuit outside the chip, which the program feeds by a pin as long as it runs: a
// model. When the core has stood still for its time it pulls NRST low, as such parts do (SLVS165,
// TPS3823: 1.6 s, and low for 200 ms), and begins anew.
#include "sim/wire/cable.h"

#define LOOKS    8u // in its time
#define PULSE_NS UINT64_C(200000000)

static bool is_fed(const struct sim_wires *w)
{
    return !w->rail_mv || w->nrst_at_pin || !sim_chip_stands_still(w->chip);
}

static void look_at_feeding(void *arg)
{
    struct sim_wires *w = arg;
    struct sim_supervisor *s = &w->supervisor;
    s->missed = s->pulls || is_fed(w) ? 0 : s->missed + 1;
    s->pulls = s->missed >= LOOKS;
    if (s->time_ns)
        sim_clock_arm_in(w->clock, &s->timer, s->pulls ? PULSE_NS : s->time_ns / LOOKS);
    sim_wires_nrst(w, w->pulls_nrst);
}

void sim_wires_set_supervisor(struct sim_wires *w, unsigned ms)
{
    w->supervisor.time_ns = UINT64_C(1000000) * ms;
    w->supervisor.missed = 0;
    look_at_feeding(w);
}

void supervisor_init(struct sim_wires *w)
{
    sim_clock_add(w->clock, &w->supervisor.timer, look_at_feeding, w);
}
