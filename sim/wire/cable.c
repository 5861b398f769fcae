// SPDX-License-Identifier: MIT
// The wires as a network of resistors: what each combination of drivers, pulls, shorts and broken
// wires makes of the voltages.
#include "sim/wire/cable.h"

#define PROBE_PULL_UP  100000.0 // that an open SWDIO reads as high is in the logs
#define CONTACT        1.0
#define SHORT          1.0
#define CLAMP          50.0
#define DIODE_MV       600.0
#define PIN_PF         50.0
#define LONG_CABLE     220.0 // a long cable: what it puts in series, its capacitance, what it picks up
#define LONG_CABLE_PF  1000.0
#define LONG_CABLE_RMS 250.0
#define NOISE_RMS      30.0
#define SETTLED        0.001f

double cable_series(const struct sim_wire *wire)
{
    return CONTACT + wire->ohms + (wire->long_cable ? LONG_CABLE : 0);
}

bool cable_conducts(const struct sim_wires *w, const struct sim_wire *wire, bool contact)
{
    return !wire->open && !w->unplugged && (!wire->flaky || contact);
}

static bool is_swapped(const struct sim_wires *w)
{
    return w->swdio.swapped || w->swclk.swapped;
}

static void add_drive(struct network *n, unsigned node, enum sim_drive drive, double low,
                      double high, double ohms)
{
    if (drive != DRIVE_NONE)
        network_source(n, node, drive == DRIVE_HIGH ? high : low, ohms);
}

void cable_add_short(const struct sim_wires *w, struct network *n, const struct sim_wire *wire,
                     unsigned near, unsigned far)
{
    bool at_board = wire->shorted_at_board;
    double ground = at_board ? w->built_hum_mv : 0;
    if (wire->shorted == SHORT_GND)
        network_source(n, at_board ? far : near, ground, SHORT);
    else if (wire->shorted == SHORT_VCC && (at_board || !w->unplugged))
        network_source(n, at_board ? far : near, w->rail_mv + w->built_hum_mv, SHORT);
}

static void add_cable(const struct sim_wires *w, struct network *n)
{
    const struct sim_wire *dio = &w->swdio, *clk = &w->swclk;
    bool swapped = is_swapped(w);
    if (cable_conducts(w, dio, w->dio_contact))
        network_connect(n, DIO_NEAR, swapped ? CLK_FAR : DIO_FAR, cable_series(dio));
    if (cable_conducts(w, clk, w->clk_contact))
        network_connect(n, CLK_NEAR, swapped ? DIO_FAR : CLK_FAR, cable_series(clk));
    cable_add_short(w, n, dio, DIO_NEAR, DIO_FAR);
    cable_add_short(w, n, clk, CLK_NEAR, CLK_FAR);
    if (dio->joined || clk->joined)
        network_connect(n, DIO_NEAR, CLK_NEAR, SHORT);
    if (dio->joined_at_board || clk->joined_at_board)
        network_connect(n, DIO_FAR, CLK_FAR, SHORT);
}

// Pins above the supply conduct into it.
static bool add_clamps(const struct sim_wires *w, struct network *n, const double mv[WIRES_NODES])
{
    double limit = w->rail_mv + w->built_hum_mv + DIODE_MV;
    bool clamped = false;
    for (unsigned node = DIO_FAR; node <= CLK_FAR && !w->no_chip; node++)
        if (mv[node] > limit) {
            network_source(n, node, limit, CLAMP);
            clamped = true;
        }
    return clamped;
}

float cable_vil_mv(const struct sim_wires *w)
{
    const struct sim_electrics *chip = sim_chip_electrics(w->chip);
    return chip->vil_per_vdd * (float)w->rail_mv + chip->vil_mv;
}

float cable_vih_mv(const struct sim_wires *w)
{
    const struct sim_electrics *chip = sim_chip_electrics(w->chip);
    return chip->vih_per_vdd * (float)w->rail_mv + chip->vih_mv;
}

static struct sim_wires_input input_at(const struct sim_wires *w, unsigned node)
{
    bool dio = node == DIO_NEAR || node == DIO_FAR, far = node >= DIO_FAR;
    const struct sim_wire *wire = dio != (far && is_swapped(w)) ? &w->swdio : &w->swclk;
    float ground = far ? (float)w->built_hum_mv : 0;
    return (struct sim_wires_input){
        .vil_mv = far ? ground + cable_vil_mv(w) : PROBE_VIL,
        .vih_mv = far ? ground + cable_vih_mv(w) : PROBE_VIH,
        .rms_mv = wire->long_cable ? LONG_CABLE_RMS : NOISE_RMS,
        .pf = wire->long_cable ? LONG_CABLE_PF : PIN_PF,
    };
}

// exp(-x) for x >= 0: 1 / exp(x / 64) to the 64th, with four terms of the series.
static double decay(double x)
{
    if (x > 40)
        return 0;
    x /= 64;
    double e = 1 / (1 + x * (1 + x / 2 * (1 + x / 3)));
    for (unsigned i = 0; i < 6; i++)
        e *= e;
    return e;
}

// Without shapes all halves are alike.
static double half_ns(const struct sim_wires *w, unsigned half)
{
    if (!w->shapes)
        return 500000000.0 / w->swclk_hz;
    const struct sim_wires_shape *shape = &w->shapes[half / 2];
    return half % 2 ? shape->high_ns : shape->low_ns;
}

// Returns what is left of the way after the shortest half.
static float build_keep(const struct sim_wires *w, struct sim_wires_state *s, unsigned node,
                        double tau_ns)
{
    float most = 0;
    for (unsigned half = 0; half < WIRES_HALVES; half++) {
        bool as_before = half && !w->shapes;
        s->keep[half][node] =
            as_before ? s->keep[0][node] : (float)decay(half_ns(w, half) / tau_ns);
        if (s->keep[half][node] > most)
            most = s->keep[half][node];
    }
    return most;
}

static void build_state(struct sim_wires *w, enum sim_drive dio, enum sim_drive clk,
                        enum sim_drive target)
{
    struct sim_wires_state *s = &w->state[(dio * DRIVE_COUNT + clk) * DRIVE_COUNT + target];
    double ground = w->built_hum_mv, rail = w->rail_mv + ground, mv[WIRES_NODES];
    const struct sim_electrics *chip = sim_chip_electrics(w->chip);
    struct network n;
    network_clear(&n);
    network_source(&n, DIO_NEAR, WIRES_IO_MV, PROBE_PULL_UP);
    add_drive(&n, DIO_NEAR, dio, 0, WIRES_IO_MV, PROBE_DRIVE);
    add_drive(&n, CLK_NEAR, clk, 0, WIRES_IO_MV, PROBE_DRIVE);
    if (w->built_alive) {
        network_source(&n, DIO_FAR, rail, chip->pull_ohms);
        network_source(&n, CLK_FAR, ground, chip->pull_ohms);
        add_drive(&n, DIO_FAR, target, ground, rail, chip->drive_ohms);
    }
    add_cable(w, &n);
    network_solve(&n, mv);
    if (add_clamps(w, &n, mv))
        network_solve(&n, mv);
    for (unsigned node = 0; node < WIRES_NODES; node++) {
        const struct sim_wires_input *in = &w->input[node];
        double tau_ns = network_resistance(&n, node) * in->pf / 1000;
        s->mv[node] = (float)mv[node];
        float keep = build_keep(w, s, node, tau_ns);
        s->level[node] = s->mv[node] >= in->vih_mv;
        s->solid[node] = keep < SETTLED && (s->mv[node] > in->vih_mv + SURE * in->rms_mv ||
                                            s->mv[node] < in->vil_mv - SURE * in->rms_mv);
    }
}

void cable_build(struct sim_wires *w)
{
    for (unsigned node = 0; node < WIRES_NODES; node++)
        w->input[node] = input_at(w, node);
    for (unsigned i = 0; i < WIRES_STATES; i++)
        build_state(w, i / DRIVE_COUNT / DRIVE_COUNT, i / DRIVE_COUNT % DRIVE_COUNT,
                    i % DRIVE_COUNT);
}
