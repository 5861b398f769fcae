// SPDX-License-Identifier: MIT
#include "sim/wire/supply.h"

#define DIODE_MV      600
#define RAIL_UF       1.0
#define BOARD_OHMS    47.0 // what else hangs on the rail of an ordinary board
#define NOTHING_OHMS  1e6
#define CLAMPED_MV    700 // what a regulator at its limit makes of a chip put in backwards
#define STEP_NS       20000u
#define FLAKY_GOOD_NS 40000000u
#define FLAKY_DIP_NS  2000000u
#define FLAKY_DIP_MV  1000

static void follow_rail(struct sim_supply *s)
{
    if (s->wires->rail_mv != sim_supply_rail_mv(s)) {
        s->wires->rail_mv = sim_supply_rail_mv(s);
        sim_wires_changed(s->wires);
    }
    if (!s->live)
        return;
    const struct sim_electrics *chip = sim_chip_electrics(s->chip);
    bool on =
        s->rail_mv >= (sim_chip_is_powered(s->chip) ? chip->power_down_mv : chip->power_on_mv);
    if (!on)
        sim_chip_set_power(s->chip, false);
    sim_chip_set_vdd(s->chip, s->wires->rail_mv);
    sim_chip_set_vdda(s->chip, s->vdda_follows ? s->wires->rail_mv : s->vdda_mv);
    if (on)
        sim_chip_set_power(s->chip, true);
}

// The charge of the rail's capacitor after dt: what comes through the pins against what is drawn.
// The step is implicit, so that it is stable at any length.
static void charge(struct sim_supply *s, double dt_ns)
{
    double feed = sim_wires_take_feed(s->wires), from_mv = WIRES_IO_MV - DIODE_MV;
    double load = 1 / (s->source == SOURCE_PINS ? NOTHING_OHMS : BOARD_OHMS);
    const struct sim_electrics *chip = sim_chip_electrics(s->chip);
    double drawn_ma = sim_chip_is_powered(s->chip) ? chip->running_ma : chip->resting_ma;
    double c = RAIL_UF * 1000 / dt_ns; // uF / ns as 1/ohm
    if (s->rail_mv > from_mv)
        feed = 0; // diodes
    double mv = (c * s->rail_mv + feed * from_mv - drawn_ma) / (c + feed + load);
    s->rail_mv = mv > 0 ? mv : 0;
}

static uint64_t draw(struct sim_supply *s)
{
    s->seed = s->seed * 6364136223846793005ull + 1442695040888963407ull;
    return s->seed >> 33;
}

static void tick(void *arg)
{
    struct sim_supply *s = arg;
    uint64_t now = s->clock->now_ns, next = STEP_NS;
    if (s->source == SOURCE_FLAKY) {
        s->dip = !s->dip;
        s->rail_mv = s->dip ? FLAKY_DIP_MV : s->regulator_mv;
        next = s->dip ? FLAKY_DIP_NS : FLAKY_GOOD_NS / 2 + draw(s) % FLAKY_GOOD_NS;
    } else {
        charge(s, (double)(now - s->last_ns));
    }
    s->last_ns = now;
    follow_rail(s);
    sim_clock_arm(s->clock, &s->tick, now + next);
}

void sim_supply_changed(struct sim_supply *s)
{
    bool steady = s->source == SOURCE_REGULATOR;
    s->dip = false;
    if (!s->live)
        s->rail_mv = 0; // nothing has charged it yet
    if (steady || s->source == SOURCE_FLAKY)
        s->rail_mv = s->shorted && s->regulator_mv > CLAMPED_MV ? CLAMPED_MV : s->regulator_mv;
    s->last_ns = s->clock->now_ns;
    follow_rail(s);
    sim_clock_arm(s->clock, &s->tick,
                  steady
                      ? SIM_NEVER
                      : s->clock->now_ns + (s->source == SOURCE_FLAKY ? FLAKY_GOOD_NS : STEP_NS));
}

unsigned sim_supply_rail_mv(const struct sim_supply *s)
{
    return (unsigned)(s->rail_mv + 0.5);
}

void sim_supply_init(struct sim_supply *s, struct sim_wires *wires, struct sim_chip *chip,
                     struct sim_clock *clock)
{
    *s = (struct sim_supply){.wires = wires,
                             .chip = chip,
                             .clock = clock,
                             .regulator_mv = 3300,
                             .vdda_follows = true,
                             .seed = 1};
    sim_clock_add(clock, &s->tick, tick, s);
    sim_supply_changed(s);
}
