// SPDX-License-Identifier: MIT
#include "sim/wire/wires.h"

#include "sim/wire/cable.h"
#include "sim/wire/vcd.h"

#define HUM_MV          3000 // between grounds that are not connected, at 50 Hz
#define HUM_PERIOD_NS   20000000u
#define HUM_STEP_MV     64
#define FLAKY_CLOSED    30000000u // ns, on the average
#define FLAKY_OPEN      10000000u
#define OUTPUT_DELAY_NS 8 // of the target behind the rising edge: a model

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
    cable_build(w);
}

void sim_wires_changed(struct sim_wires *w)
{
    w->stale = true;
    sim_wires_nrst(w, w->pulls_nrst);
    nrst_show(w);
    swo_rebuild(w);
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
static void settle_levels(struct sim_wires *w, const struct sim_wires_state *s)
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
    settle_levels(w, s);
    if (clock_was || !w->level[CLK_FAR] || !w->built_alive)
        return;
    target_cycle(w);
    const struct sim_wires_state *after = state_now(w);
    if (after == s)
        return;
    for (unsigned node = 0; node < WIRES_NODES; node++)
        w->mv[node] = before[node];
    settle_levels(w, after);
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
    nrst_show(w);
    swo_show(w);
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
    if (!cable_conducts(w, wire, contact) || wire->shorted == SHORT_GND || w->no_chip || !total_ns)
        return 0;
    double share = high_ns < total_ns ? (double)high_ns / (double)total_ns : 1;
    return share / (PROBE_DRIVE + cable_series(wire));
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
    nrst_init(w);
    supervisor_init(w);
    swo_init(w);
}
