// SPDX-License-Identifier: MIT
#include "sim/wire/wires.h"

#include "sim/wire/network.h"
#include "sim/wire/vcd.h"

// Ohms, pF and mV. Pulls and thresholds of the target: STM32F031 data sheet (DS9773), 6.3.14: pulls
// of 25 to 55 k, inputs with VIL = 0.475 VDD - 0.2 V and VIH = 0.5 VDD + 0.2 V. The probe is an
// STM32F103 behind series resistors: DS5319, 5.3.14, VIL = 0.32 (VDD - 2 V) + 0.75 V, VIH = 0.42
// (VDD - 2 V) + 1 V.
#define PROBE_DRIVE        100.0
#define PROBE_PULL_UP      100000.0 // that an open SWDIO reads as high is in the logs
#define PROBE_VIL          1166.0
#define PROBE_VIH          1546.0
#define TARGET_DRIVE       50.0
#define TARGET_PULL        40000.0
#define CONTACT            1.0
#define SHORT              1.0
#define CLAMP              50.0
#define DIODE_MV           600.0
#define PIN_PF             50.0
#define LONG_CABLE         220.0 // a long cable: what it puts in series, its capacitance, what it picks up
#define LONG_CABLE_PF      1000.0
#define LONG_CABLE_RMS     250.0
#define NOISE_RMS          30.0
#define HUM_MV             3000 // between grounds that are not connected, at 50 Hz
#define HUM_PERIOD_NS      20000000u
#define HUM_STEP_MV        64
#define FLAKY_CLOSED       30000000u // ns, on the average
#define FLAKY_OPEN         10000000u
#define OUTPUT_DELAY_NS    8 // of the target behind the rising edge: a model
#define SETTLED            0.001f
#define SURE               6 // standard deviations of the noise
// NRST with the capacitor of an ordinary board, about 100 nF: times from the RESET# wire of an
// STM32F429 that pulls it low for its own resets (5.5 us to fall; with a pulse of 20 us low
// for 1.09 to 1.10 ms), the probe's weaker driver by its resistance. With ten times as much at the
// internal pull-up: a model; that the chip empties it within its pulse belongs to it.
#define NRST_CHIP_FALL_NS  5500u
#define NRST_PROBE_FALL_NS 11000u
#define NRST_RISE_NS       1080000u
#define SLOW_CHIP_FALL_NS  15000u
#define SLOW_PROBE_FALL_NS 90000u
#define SLOW_RISE_NS       33000000u

enum { DIO_NEAR, CLK_NEAR, DIO_FAR, CLK_FAR };

// ---- chance -------------------------------------------------------------------------------------

static uint64_t draw(struct sim_wires *w)
{
    uint64_t x = w->seed ? w->seed : 1;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    w->seed = x;
    return x * 0x2545f4914f6cdd1dull;
}

static bool chance(struct sim_wires *w, double p)
{
    return p > 0 && (double)(draw(w) >> 11) / (double)(1ull << 53) < p;
}

// Normally distributed, of variance 1: twelve uniform numbers.
static float gauss(struct sim_wires *w)
{
    float sum = -6;
    for (unsigned i = 0; i < 3; i++) {
        uint64_t x = draw(w);
        for (unsigned k = 0; k < 4; k++, x >>= 16)
            sum += (float)(x & 0xffff) / 65536.0f;
    }
    return sum;
}

// ---- the network for one combination of drivers -------------------------------------------------

static double series(const struct sim_wire *wire)
{
    return CONTACT + wire->ohms + (wire->long_cable ? LONG_CABLE : 0);
}

static bool conducts(const struct sim_wires *w, const struct sim_wire *wire, bool contact)
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

static void add_short(const struct sim_wires *w, struct network *n, const struct sim_wire *wire,
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
    if (conducts(w, dio, w->dio_contact))
        network_connect(n, DIO_NEAR, swapped ? CLK_FAR : DIO_FAR, series(dio));
    if (conducts(w, clk, w->clk_contact))
        network_connect(n, CLK_NEAR, swapped ? DIO_FAR : CLK_FAR, series(clk));
    add_short(w, n, dio, DIO_NEAR, DIO_FAR);
    add_short(w, n, clk, CLK_NEAR, CLK_FAR);
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

static struct sim_wires_input input_at(const struct sim_wires *w, unsigned node)
{
    bool dio = node == DIO_NEAR || node == DIO_FAR, far = node >= DIO_FAR;
    const struct sim_wire *wire = dio != (far && is_swapped(w)) ? &w->swdio : &w->swclk;
    float ground = far ? (float)w->built_hum_mv : 0, rail = (float)w->rail_mv;
    return (struct sim_wires_input){
        .vil_mv = far ? ground + 0.475f * rail - 200 : PROBE_VIL,
        .vih_mv = far ? ground + 0.5f * rail + 200 : PROBE_VIH,
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
    struct network n;
    network_clear(&n);
    network_source(&n, DIO_NEAR, WIRES_IO_MV, PROBE_PULL_UP);
    add_drive(&n, DIO_NEAR, dio, 0, WIRES_IO_MV, PROBE_DRIVE);
    add_drive(&n, CLK_NEAR, clk, 0, WIRES_IO_MV, PROBE_DRIVE);
    if (w->built_alive) {
        network_source(&n, DIO_FAR, rail, TARGET_PULL);
        network_source(&n, CLK_FAR, ground, TARGET_PULL);
        add_drive(&n, DIO_FAR, target, ground, rail, TARGET_DRIVE);
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

// ---- what changes by itself ---------------------------------------------------------------------

static uint64_t now_of(const struct sim_wires *w)
{
    return w->clock->now_ns + w->clock->ahead_ns;
}

// A rounded triangle is close enough to a sine.
int sim_wires_ground_mv(const struct sim_wires *w)
{
    if (!w->gnd_open)
        return 0;
    double x = (double)(now_of(w) % HUM_PERIOD_NS) / (HUM_PERIOD_NS / 2.0);
    double half = x < 1 ? x : x - 1;
    double mv = 4 * half * (1 - half) * HUM_MV;
    return (int)(x < 1 ? mv : -mv) / HUM_STEP_MV * HUM_STEP_MV;
}

static void turn_contact(struct sim_wires *w, const struct sim_wire *wire, bool *contact,
                         uint64_t *turn_ns)
{
    if (!wire->flaky || now_of(w) < *turn_ns)
        return;
    *contact = !*contact;
    *turn_ns = now_of(w) + draw(w) % (2ull * (*contact ? FLAKY_CLOSED : FLAKY_OPEN));
    w->stale = true;
}

static void rebuild(struct sim_wires *w)
{
    bool alive = !w->no_chip && sim_chip_swd_alive(w->chip);
    int hum_mv = sim_wires_ground_mv(w);
    if (w->power_resets != sim_chip_power_resets(w->chip))
        sim_swdp_power_on(w->dp);
    w->power_resets = sim_chip_power_resets(w->chip);
    turn_contact(w, &w->swdio, &w->dio_contact, &w->dio_turn_ns);
    turn_contact(w, &w->swclk, &w->clk_contact, &w->clk_turn_ns);
    if (!w->stale && alive == w->built_alive && hum_mv == w->built_hum_mv &&
        w->swclk_hz == w->built_hz && w->shapes == w->built_shapes)
        return;
    w->stale = false;
    w->built_alive = alive;
    w->built_hum_mv = hum_mv;
    w->built_hz = w->swclk_hz;
    w->built_shapes = w->shapes;
    for (unsigned node = 0; node < WIRES_NODES; node++)
        w->input[node] = input_at(w, node);
    for (unsigned i = 0; i < WIRES_STATES; i++)
        build_state(w, i / DRIVE_COUNT / DRIVE_COUNT, i / DRIVE_COUNT % DRIVE_COUNT,
                    i % DRIVE_COUNT);
}

static void show_nrst(struct sim_wires *w)
{
    if (w->vcd)
        sim_vcd_change(w->vcd, w->clock->now_ns, SIM_VCD_NRST, w->rail_mv && !w->nrst_at_pin);
}

void sim_wires_changed(struct sim_wires *w)
{
    w->stale = true;
    sim_wires_nrst(w, w->pulls_nrst);
    show_nrst(w);
    if (w->changed)
        w->changed(w->changed_arg);
}

// ---- a cycle ------------------------------------------------------------------------------------

static enum sim_drive drive_of(bool level)
{
    return level ? DRIVE_HIGH : DRIVE_LOW;
}

static const struct sim_wires_state *state_now(const struct sim_wires *w)
{
    bool level;
    enum sim_drive target = DRIVE_NONE;
    if (w->built_alive && sim_swdp_drives(w->dp, &level))
        target = drive_of(level);
    return &w->state[(w->dio * DRIVE_COUNT + w->clk) * DRIVE_COUNT + target];
}

// Noise matters only near a threshold; between the two an input keeps what it read before.
static void sense(struct sim_wires *w, unsigned node)
{
    const struct sim_wires_input *in = &w->input[node];
    float mv = w->mv[node], reach = SURE * in->rms_mv;
    if (mv > in->vil_mv - reach && mv < in->vih_mv + reach)
        mv += gauss(w) * in->rms_mv;
    if (mv >= in->vih_mv)
        w->level[node] = true;
    else if (mv <= in->vil_mv)
        w->level[node] = false;
}

static enum sim_wires_pace pace_of(const struct sim_wires *w)
{
    if (w->only_clocks)
        return WIRES_CLOCKING;
    return w->dio == DRIVE_NONE ? WIRES_LISTENING : WIRES_DRIVING;
}

// Half a clock passes.
static void settle(struct sim_wires *w, const struct sim_wires_state *s)
{
    const float *keep = s->keep[2 * pace_of(w) + (w->clk == DRIVE_HIGH)];
    for (unsigned node = 0; node < WIRES_NODES; node++) {
        if (s->solid[node]) {
            w->mv[node] = s->mv[node];
            w->level[node] = s->level[node];
            continue;
        }
        w->mv[node] = s->mv[node] + (w->mv[node] - s->mv[node]) * keep[node];
        if (node != CLK_NEAR) // where nobody listens
            sense(w, node);
    }
}

static void target_cycle(struct sim_wires *w)
{
    bool disturbed = chance(w, w->swclk.noise);
    bool missed = disturbed && draw(w) >> 63;
    for (unsigned edges = missed ? 0 : disturbed ? 2 : 1; edges; edges--)
        sim_swdp_cycle(w->dp, w->level[DIO_FAR] != chance(w, w->swdio.noise));
}

// Half a clock with the pins as they are; a rising edge on the target's clock pin is a cycle for
// it, after which it may drive SWDIO.
static void half_cycle(struct sim_wires *w)
{
    bool clock_was = w->level[CLK_FAR];
    float before[WIRES_NODES];
    for (unsigned node = 0; node < WIRES_NODES; node++)
        before[node] = w->mv[node];
    const struct sim_wires_state *s = state_now(w);
    settle(w, s);
    if (clock_was || !w->level[CLK_FAR] || !w->built_alive)
        return;
    target_cycle(w);
    const struct sim_wires_state *after = state_now(w);
    if (after == s)
        return;
    for (unsigned node = 0; node < WIRES_NODES; node++)
        w->mv[node] = before[node];
    settle(w, after);
}

// What an analyser at the probe's plug makes of a voltage.
static bool is_high(float mv)
{
    return mv >= (float)(PROBE_VIL + PROBE_VIH) / 2;
}

// A cycle: SWCLK falls and the probe changes SWDIO, SWCLK rises, and the target changes SWDIO a
// little later. `sample` is what the probe took.
static void show_cycle(struct sim_wires *w, bool clk_low, bool sample, uint64_t cycle_ns,
                       uint64_t high_ns)
{
    uint64_t begin_ns = now_of(w), rise_ns = begin_ns + cycle_ns - high_ns;
    sim_vcd_change(w->vcd, begin_ns, SIM_VCD_SWCLK, clk_low);
    sim_vcd_change(w->vcd, begin_ns, SIM_VCD_SWDIO, sample);
    sim_vcd_change(w->vcd, rise_ns, SIM_VCD_SWCLK, is_high(w->mv[CLK_NEAR]));
    sim_vcd_change(w->vcd, rise_ns + OUTPUT_DELAY_NS, SIM_VCD_SWDIO, w->level[DIO_NEAR]);
}

// Not of a cycle: the pins as they come to rest.
static void show_pins(struct sim_wires *w)
{
    const struct sim_wires_state *s = state_now(w);
    sim_vcd_change(w->vcd, now_of(w), SIM_VCD_SWCLK, is_high(s->mv[CLK_NEAR]));
    sim_vcd_change(w->vcd, now_of(w), SIM_VCD_SWDIO, is_high(s->mv[DIO_NEAR]));
}

void sim_wires_show(struct sim_wires *w)
{
    rebuild(w);
    show_pins(w);
    show_nrst(w);
}

static void count_time(struct sim_wires *w, bool clk_low, bool sample)
{
    uint64_t cycle_ns = 1000000000u / w->swclk_hz, high_ns = cycle_ns / 2;
    if (w->shapes) {
        high_ns = w->shapes[pace_of(w)].high_ns;
        cycle_ns = w->shapes[pace_of(w)].low_ns + high_ns + w->stretch_ns;
    }
    w->stretch_ns = 0;
    if (w->vcd)
        show_cycle(w, clk_low, sample, cycle_ns, high_ns);
    w->clock->ahead_ns += cycle_ns;
    w->driven_ns += cycle_ns;
    w->clk_high_ns += high_ns;
    if (w->dio == DRIVE_HIGH)
        w->dio_high_ns += cycle_ns;
}

bool sim_wires_cycle(struct sim_wires *w, bool host_drives, bool level)
{
    rebuild(w);
    w->dio = host_drives ? drive_of(level) : DRIVE_NONE;
    w->clk = DRIVE_LOW;
    half_cycle(w);
    bool sample = w->level[DIO_NEAR], clk_low = is_high(w->mv[CLK_NEAR]);
    w->clk = DRIVE_HIGH;
    half_cycle(w);
    sample ^= chance(w, w->swdio.noise);
    count_time(w, clk_low, sample);
    return sample;
}

void sim_wires_caught_up(struct sim_wires *w)
{
    w->clock->ahead_ns = 0;
}

void sim_wires_release(struct sim_wires *w)
{
    w->dio = w->clk = DRIVE_NONE;
    if (w->vcd)
        show_pins(w);
}

// ---- what the pins feed -------------------------------------------------------------------------

static double feed_of(const struct sim_wires *w, const struct sim_wire *wire, bool contact,
                      uint64_t high_ns, uint64_t total_ns)
{
    if (!conducts(w, wire, contact) || wire->shorted == SHORT_GND || w->no_chip || !total_ns)
        return 0;
    double share = high_ns < total_ns ? (double)high_ns / (double)total_ns : 1;
    return share / (PROBE_DRIVE + series(wire));
}

double sim_wires_take_feed(struct sim_wires *w)
{
    uint64_t now = now_of(w), total = now - w->feed_since_ns;
    uint64_t idle = total > w->driven_ns ? total - w->driven_ns : 0;
    uint64_t dio = w->dio_high_ns + (w->dio == DRIVE_HIGH ? idle : 0);
    uint64_t clk = w->clk_high_ns + (w->clk == DRIVE_HIGH ? idle : 0);
    double g = feed_of(w, &w->swdio, w->dio_contact, dio, total) +
               feed_of(w, &w->swclk, w->clk_contact, clk, total);
    w->dio_high_ns = w->clk_high_ns = w->driven_ns = 0;
    w->feed_since_ns = now;
    return g;
}

// ---- NRST ---------------------------------------------------------------------------------------

static bool nrst_goes_low(const struct sim_wires *w)
{
    const struct sim_wire *wire = &w->nrst;
    struct network n;
    double mv[NETWORK_NODES];
    network_clear(&n);
    network_source(&n, 1, w->rail_mv, TARGET_PULL);
    if (w->pulls_nrst)
        network_source(&n, 0, 0, PROBE_DRIVE);
    if (w->chip_pulls_nrst)
        network_source(&n, 1, 0, TARGET_DRIVE);
    if (conducts(w, wire, true))
        network_connect(&n, 0, 1, series(wire));
    add_short(w, &n, wire, 0, 1);
    network_solve(&n, mv);
    return mv[1] <= 0.475 * w->rail_mv - 200;
}

static void nrst_arrives(void *arg)
{
    struct sim_wires *w = arg;
    w->nrst_at_pin = w->nrst_low;
    show_nrst(w);
    sim_chip_set_nrst(w->chip, w->nrst_low);
}

bool sim_wires_nrst_is_low(const struct sim_wires *w)
{
    return w->nrst_at_pin;
}

static uint64_t nrst_takes_ns(const struct sim_wires *w, bool low)
{
    bool slow = w->nrst.slow;
    if (!low)
        return slow ? SLOW_RISE_NS : NRST_RISE_NS;
    if (w->chip_pulls_nrst)
        return slow ? SLOW_CHIP_FALL_NS : NRST_CHIP_FALL_NS;
    return slow ? SLOW_PROBE_FALL_NS : NRST_PROBE_FALL_NS;
}

static void follow_nrst(struct sim_wires *w)
{
    bool low = w->rail_mv && nrst_goes_low(w);
    if (low == w->nrst_low)
        return;
    w->nrst_low = low;
    sim_clock_arm(w->clock, &w->nrst_timer, w->clock->now_ns + nrst_takes_ns(w, low));
}

static void chip_pulls_nrst(void *arg, bool low)
{
    struct sim_wires *w = arg;
    w->chip_pulls_nrst = low;
    follow_nrst(w);
}

void sim_wires_nrst(struct sim_wires *w, bool pull)
{
    w->pulls_nrst = pull;
    follow_nrst(w);
}

void sim_wires_init(struct sim_wires *w, struct sim_swdp *dp, struct sim_chip *chip,
                    struct sim_clock *clock)
{
    *w = (struct sim_wires){.dp = dp,
                            .chip = chip,
                            .clock = clock,
                            .seed = 1,
                            .swclk_hz = 1000000,
                            .dio_contact = true,
                            .clk_contact = true,
                            .stale = true};
    sim_clock_add(clock, &w->nrst_timer, nrst_arrives, w);
    sim_chip_on_nrst(chip, chip_pulls_nrst, w);
}
