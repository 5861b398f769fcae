// SPDX-License-Identifier: MIT
// The SWO wire: from a pin of the chip to an input of the probe. The probe's pull-up is a model; a
// resistance in the wire makes edges late, and swallows what is shorter than that.
#include "sim/wire/cable.h"
#include "sim/wire/vcd.h"

#define PULL_UP   100000.0
#define PIN_PF    50.0
#define LONG_PF   1000.0
#define HALFWAY   0.69 // of a time constant
#define SOON_PS   1000u
#define PS_PER_NS 1000u

enum { NEAR, FAR };

static enum sim_drive drive_now(const struct sim_wires *w)
{
    bool level;
    if (w->no_chip || !sim_chip_swo(w->chip, &level))
        return DRIVE_NONE;
    return level ? DRIVE_HIGH : DRIVE_LOW;
}

static void build_network(const struct sim_wires *w, enum sim_drive drive, struct network *n)
{
    double ground = sim_wires_ground_mv(w);
    network_clear(n);
    network_source(n, NEAR, WIRES_IO_MV, PULL_UP);
    if (drive != DRIVE_NONE)
        network_source(n, FAR, ground + (drive == DRIVE_HIGH ? w->rail_mv : 0),
                       sim_chip_electrics(w->chip)->drive_ohms);
    if (cable_conducts(w, &w->swo, true))
        network_connect(n, NEAR, FAR, cable_series(&w->swo));
    cable_add_short(w, n, &w->swo, NEAR, FAR);
}

static void build_state(struct sim_wires *w, enum sim_drive drive)
{
    struct network n;
    double mv[NETWORK_NODES];
    build_network(w, drive, &n);
    network_solve(&n, mv);
    double pf = PIN_PF + (w->swo.long_cable ? LONG_PF : 0);
    double delay = HALFWAY * network_resistance(&n, NEAR) * pf;
    w->swo_mv[drive] = (float)mv[NEAR];
    w->swo_delay_ps[drive] = drive == DRIVE_NONE || delay < SOON_PS ? 0 : (uint64_t)delay;
}

static void build_states(struct sim_wires *w)
{
    for (unsigned drive = 0; drive < DRIVE_COUNT; drive++)
        build_state(w, drive);
}

static bool level_at_probe(struct sim_wires *w, enum sim_drive drive)
{
    if (w->gnd_open) // which hums
        build_state(w, drive);
    if (w->swo_mv[drive] >= PROBE_VIH)
        return true;
    return w->swo_mv[drive] > PROBE_VIL && w->swo_at_probe;
}

static void show_swo(struct sim_wires *w, uint64_t at_ps)
{
    bool floats = w->swo_drive == DRIVE_NONE && w->swo.shorted == SHORT_NONE;
    floats |= !cable_conducts(w, &w->swo, true) && w->swo.shorted == SHORT_NONE;
    if (w->vcd)
        sim_vcd_change(w->vcd, at_ps / PS_PER_NS, SIM_VCD_SWO,
                       floats ? SIM_VCD_FLOATING : w->swo_at_probe);
}

static void arrive(struct sim_wires *w, uint64_t at_ps, bool level)
{
    bool changes = level != w->swo_at_probe;
    w->swo_at_probe = level;
    w->swo_waits = false;
    show_swo(w, at_ps);
    if (changes && w->swo_changed)
        w->swo_changed(w->swo_arg, at_ps, level);
}

static void arrive_until(struct sim_wires *w, uint64_t until_ps)
{
    if (w->swo_waits && w->swo_wait_ps <= until_ps)
        arrive(w, w->swo_wait_ps, !w->swo_at_probe);
}

static void follow_pin(struct sim_wires *w, uint64_t at_ps, enum sim_drive drive)
{
    arrive_until(w, at_ps);
    w->swo_drive = drive;
    bool level = level_at_probe(w, drive);
    uint64_t delay_ps = w->swo_delay_ps[drive];
    w->swo_waits = level != w->swo_at_probe && delay_ps;
    w->swo_wait_ps = at_ps + delay_ps;
    if (!w->swo_waits)
        arrive(w, at_ps, level);
}

// The trace port has another level: that matters where it has the pin.
static void swo_changed(void *arg, uint64_t at_ps, bool level)
{
    struct sim_wires *w = arg;
    bool now;
    if (!w->no_chip && sim_chip_swo(w->chip, &now))
        follow_pin(w, at_ps, level ? DRIVE_HIGH : DRIVE_LOW);
}

void sim_wires_run_swo(struct sim_wires *w)
{
    uint64_t now_ps = w->clock->now_ns * PS_PER_NS;
    sim_chip_run_trace(w->chip);
    if (drive_now(w) != w->swo_drive)
        follow_pin(w, now_ps, drive_now(w));
    arrive_until(w, now_ps);
}

bool sim_wires_swo_level(const struct sim_wires *w)
{
    return w->swo_at_probe;
}

void swo_show(struct sim_wires *w)
{
    show_swo(w, w->clock->now_ns * PS_PER_NS);
}

void swo_rebuild(struct sim_wires *w)
{
    build_states(w);
    follow_pin(w, w->clock->now_ns * PS_PER_NS, drive_now(w));
}

void swo_init(struct sim_wires *w)
{
    w->swo_at_probe = true;
    w->swo_drive = DRIVE_NONE;
    build_states(w);
    sim_chip_on_swo(w->chip, swo_changed, w);
}
