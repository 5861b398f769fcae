// SPDX-License-Identifier: MIT
// sim/wire/network.h, sim/wire/wires.h and sim/wire/supply.h: voltages from Ohm's and Kirchhoff's
// laws, what each fault of the cable makes the probe's pin read, how errors grow with the clock,
// and the board's supply. Pulls and thresholds: STM32F031 data sheet (DS9773), 6.3.14; power-on
// reset: 6.3.3.
#include <stdio.h>

#include "sim/families/chips.h"
#include "sim/wire/network.h"
#include "sim/wire/wires.h"
#include "tests/unit/choose.h"
#include "tests/unit/sim_probe.h"

// ---- network ------------------------------------------------------------------------------------

static void assert_near(double value, double wanted, double tolerance)
{
    if (value < wanted - tolerance || value > wanted + tolerance)
        fail_msg("%f is not %f", value, wanted);
}

static void two_resistors_divide_a_voltage(void **state)
{
    struct network n;
    double mv[NETWORK_NODES];
    (void)state;
    network_clear(&n);
    network_source(&n, 0, 3000, 1000);
    network_source(&n, 0, 0, 2000);
    network_solve(&n, mv);
    assert_near(mv[0], 2000, 0.1);
    assert_near(network_resistance(&n, 0), 2000.0 / 3, 0.1);
    network_connect(&n, 0, 1, 500);
    assert_near(network_resistance(&n, 1), 500 + 2000.0 / 3, 0.1);
}

static void a_bridge_is_solved(void **state)
{
    struct network n;
    double mv[NETWORK_NODES];
    (void)state;
    network_clear(&n);
    network_source(&n, 0, 3300, 100);
    network_connect(&n, 0, 1, 200);
    network_connect(&n, 1, 2, 300);
    network_source(&n, 2, 0, 400);
    network_solve(&n, mv);
    assert_near(mv[0], 2970, 0.1); // 3.3 mA through 1000 ohms
    assert_near(mv[1], 2310, 0.1);
    assert_near(mv[2], 1320, 0.1);
    assert_near(mv[3], 0, 0.1); // nothing there
}

static void two_drivers_against_each_other_meet_in_the_middle(void **state)
{
    struct network n;
    double mv[NETWORK_NODES];
    (void)state;
    network_clear(&n);
    network_source(&n, 0, 3300, 100);
    network_source(&n, 0, 0, 100);
    network_solve(&n, mv);
    assert_near(mv[0], 1650, 0.1);
}

// ---- what a pin reads ---------------------------------------------------------------------------

struct rig {
    struct sim_clock clock;
    struct sim_account account;
    struct log log;
    struct sim_chip *chip;
    struct sim_memap ap;
    struct sim_swdp dp;
    struct sim_wires wires;
};

static struct rig *rig_open(void)
{
    struct rig *r = calloc(1, sizeof *r);
    r->log = log_silent();
    assert_int_equal(sim_chips_create(&r->chip, "stm32f031k6", &r->clock, &r->account, &r->log),
                     ERR_OK);
    r->ap = (struct sim_memap){.chip = r->chip, .clock = &r->clock};
    r->dp = (struct sim_swdp){.ap = &r->ap, .account = &r->account};
    sim_wires_init(&r->wires, &r->dp, r->chip, &r->clock);
    r->wires.rail_mv = 3300;
    sim_chip_set_power(r->chip, true);
    sim_chip_run(r->chip, 10000000);
    return r;
}

static void rig_close(struct rig *r)
{
    sim_chip_destroy(r->chip);
    sim_account_clear(&r->account);
    free(r);
}

// What the probe reads while nobody drives, after it has driven `level` itself and waited a while.
static bool listened(struct rig *r, bool level)
{
    sim_wires_changed(&r->wires);
    r->wires.swclk_hz = 5000; // slow enough for a pull-up
    for (unsigned i = 0; i < 4; i++)
        sim_wires_cycle(&r->wires, true, level);
    sim_wires_cycle(&r->wires, false, false);
    return sim_wires_cycle(&r->wires, false, false);
}

static void a_quiet_line_reads_as_each_fault_makes_it(void **state)
{
    const struct {
        const char *what;
        struct sim_wire dio, clk;
        bool no_chip, unplugged, high;
    } cases[] = {
        {"all is well: both ends pull up", .high = true},
        {"SWDIO open: the probe's own pull-up", .dio = {.open = true}, .high = true},
        {"SWDIO on ground", .dio = {.shorted = SHORT_GND}, .high = false},
        {"SWDIO on ground on the board", .dio = {.shorted = SHORT_GND, .shorted_at_board = true},
         .high = false},
        {"the same, with the cable off", .dio = {.shorted = SHORT_GND, .shorted_at_board = true},
         .unplugged = true, .high = true},
        {"a short in the cable stays with it", .dio = {.shorted = SHORT_GND}, .unplugged = true,
         .high = false},
        {"SWDIO on the supply", .dio = {.shorted = SHORT_VCC}, .high = true},
        {"SWDIO touches SWCLK, which is low just then", .dio = {.joined = true}, .high = false},
        {"the same on the board", .clk = {.joined_at_board = true}, .high = false},
        {"the same with the cable off", .clk = {.joined_at_board = true}, .unplugged = true,
         .high = true},
        {"swapped: SWCLK's pull-down of 40 k against 100 k", .dio = {.swapped = true},
         .high = false},
        {"a short behind a broken wire",
         .dio = {.open = true, .shorted = SHORT_GND, .shorted_at_board = true}, .high = true},
        {"no chip", .no_chip = true, .high = true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct rig *r = rig_open();
        r->wires.swdio = cases[i].dio;
        r->wires.swclk = cases[i].clk;
        r->wires.no_chip = cases[i].no_chip;
        r->wires.unplugged = cases[i].unplugged;
        if (listened(r, true) != cases[i].high || listened(r, false) != cases[i].high)
            fail_msg("%s: not %u", cases[i].what, cases[i].high);
        rig_close(r);
    }
}

// Without supply the pin's diode conducts at 0.6 V, which is a low level.
static void an_unpowered_chip_pulls_the_line_low(void **state)
{
    struct rig *r = rig_open();
    (void)state;
    sim_chip_set_power(r->chip, false);
    r->wires.rail_mv = 0;
    assert_false(listened(r, true));
    r->wires.unplugged = true;
    assert_true(listened(r, true));
    rig_close(r);
}

static void a_line_keeps_its_level_for_a_moment(void **state)
{
    struct rig *r = rig_open();
    (void)state;
    sim_wires_changed(&r->wires);
    r->wires.swclk_hz = 4000000;
    for (unsigned i = 0; i < 3; i++)
        sim_wires_cycle(&r->wires, true, false);
    assert_false(sim_wires_cycle(&r->wires, false, false)); // 28 k and 100 pF: 3 us
    for (unsigned i = 0; i < 40; i++)
        sim_wires_cycle(&r->wires, false, false);
    assert_true(sim_wires_cycle(&r->wires, false, false));
    rig_close(r);
}

// With every bit inverted, zeros are a line reset.
static void noise_reaches_the_target_too(void **state)
{
    struct rig *r = rig_open();
    (void)state;
    r->wires.swdio.noise = 1;
    sim_wires_changed(&r->wires);
    for (unsigned i = 0; i < 60; i++)
        sim_wires_cycle(&r->wires, true, false);
    assert_true(r->dp.fresh);
    rig_close(r);
}

// ---- whole packets through the cable ------------------------------------------------------------

static unsigned passes(const char *board, unsigned divisor, unsigned count)
{
    struct probe *p = probe_open(board);
    assert_int_equal(COMMAND(p, 0xf3, 0x07), SIM_USB_NAK);
    probe_set_divisor(p, divisor);
    unsigned n = probe_pass_count(p, count);
    // A packet that arrives disturbed may ask for what is forbidden.
    probe_close_after(p, sim_board_account(p->board)->violation_count);
    return n;
}

static void a_good_cable_passes_everything(void **state)
{
    static const unsigned divisors[] = {0, 1, 3, 15, 798};
    (void)state;
    for (size_t i = 0; i < sizeof divisors / sizeof divisors[0]; i++)
        assert_int_equal(passes("stm32f031k6", divisors[i], 50), 50);
}

static void a_long_cable_fails_more_the_faster_it_goes(void **state)
{
    (void)state;
    static const char *const boards[] = {"swclk=weak", "swdio=weak", "swdio=4.7k",
                                         "swdio=weak,swclk=weak"};
    static const unsigned divisors[] = {0, 1, 2, 3, 7, 40};
    for (size_t i = 0; i < sizeof boards / sizeof boards[0]; i++) {
        unsigned before = 0;
        for (size_t d = 0; d < sizeof divisors / sizeof divisors[0]; d++) {
            unsigned n = passes(boards[i], divisors[d], 200);
            if (n + 6 < before)
                fail_msg("%s: %u of 200 at divisor %u, after %u", boards[i], n, divisors[d],
                         before);
            before = n;
        }
        assert_int_equal(before, 200);
        assert_in_range(passes(boards[i], 0, 50), 0, 5);
    }
}

static void a_resistor_matters_with_the_clock(void **state)
{
    (void)state;
    assert_int_equal(passes("swdio=470,swclk=470", 0, 50), 50);
    assert_int_equal(passes("swdio=4.7k", 1, 50), 50);
    assert_int_equal(passes("swdio=100k", 798, 20), 0); // against pull-ups it never gets low
}

static void a_loose_contact_fails_at_every_clock(void **state)
{
    (void)state;
    static const unsigned divisors[] = {0, 1, 3, 15};
    for (size_t i = 0; i < sizeof divisors / sizeof divisors[0]; i++) {
        assert_in_range(passes("swdio=flaky", divisors[i], 200), 60, 195);
        assert_in_range(passes("swclk=flaky", divisors[i], 200), 60, 195);
    }
    assert_in_range(passes("swdio=flaky", 798, 40), 0, 15); // a packet takes 10 ms there
}

static void without_ground_packets_pass_by_luck(void **state)
{
    (void)state;
    assert_in_range(passes("gnd=open", 0, 200), 10, 120);
    assert_in_range(passes("gnd=open", 3, 200), 10, 120);
    assert_int_equal(passes("gnd=open", 798, 10), 0); // a packet outlasts the quiet moment
}

static void noise_disturbs_as_often_as_it_says(void **state)
{
    (void)state;
    assert_int_equal(passes("swdio=noise=0", 1, 100), 100);
    assert_in_range(passes("swdio=noise=0.001", 1, 400), 320, 396);
    assert_in_range(passes("swclk=noise=0.001", 1, 400), 320, 396);
    assert_in_range(passes("swdio=noise=0.05", 1, 100), 0, 30);
}

static void the_seed_decides(void **state)
{
    (void)state;
    unsigned a = passes("swdio=noise=0.004,seed=1", 1, 300),
             b = passes("swdio=noise=0.004,seed=1", 1, 300);
    assert_int_equal(a, b);
    unsigned differ = 0;
    for (unsigned seed = 2; seed < 8; seed++) {
        char board[64];
        snprintf(board, sizeof board, "swdio=noise=0.004,seed=%u", seed);
        differ += passes(board, 1, 300) != a;
    }
    assert_true(differ > 0);
}

// ---- NRST ---------------------------------------------------------------------------------------

#define DHCSR      0xe000edf0u
#define S_RESET_ST (1u << 25)

// Whether the reset wire, pulled or let go by the probe, keeps the chip in reset: its bus is then
// dead.
static bool is_in_reset(struct probe *p)
{
    uint32_t v;
    uint8_t status = probe_read32(p, 0x20000000, &v);
    assert_true(status == STATUS_OK || status == 0x11);
    return status != STATUS_OK;
}

static void nrst_does_what_its_wire_allows(void **state)
{
    static const struct {
        const char *board;
        bool pulled, let_go;
    } cases[] = {
        {"nrst=ok", true, false},        {"nrst=open", false, false},
        {"nrst=gnd", true, true},        {"nrst=gnd@board", true, true},
        {"nrst=vcc", false, false},      {"nrst=470", true, false},
        {"nrst=open+gnd", false, false}, {"nrst=open+gnd@board", true, true},
        {"nrst=100k", false, false}, // against a pull-up of 40 k
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct probe *p = probe_open(cases[i].board);
        assert_int_equal(probe_enter(p), STATUS_OK);
        assert_int_equal(STATUS(p, 0xf2, 0x3c, 0x00), STATUS_OK);
        if (is_in_reset(p) != cases[i].pulled)
            fail_msg("%s, pulled: not %u", cases[i].board, cases[i].pulled);
        assert_int_equal(STATUS(p, 0xf2, 0x3c, 0x01), STATUS_OK);
        sim_board_wait_ns(p->board, 1000000);
        if (is_in_reset(p) != cases[i].let_go)
            fail_msg("%s, let go: not %u", cases[i].board, cases[i].let_go);
        probe_close(p);
    }
}

static void a_capacitor_on_nrst_takes_its_time(void **state)
{
    (void)state;
    struct probe *p = probe_open("nrst=slow");
    assert_int_equal(probe_enter(p), STATUS_OK);
    STATUS(p, 0xf2, 0x3c, 0x00);
    sim_board_wait_ns(p->board, 1000000);
    assert_true(is_in_reset(p));
    STATUS(p, 0xf2, 0x3c, 0x01);
    sim_board_wait_ns(p->board, 10000000);
    assert_true(is_in_reset(p));
    sim_board_wait_ns(p->board, 50000000);
    assert_false(is_in_reset(p));
    probe_close(p);
}

static void a_wire_that_is_repaired_works(void **state)
{
    (void)state;
    struct probe *p = probe_open("swdio=gnd,nrst=gnd");
    assert_int_equal(probe_enter(p), STATUS_NO_IDCODE);
    assert_int_equal(sim_board_set(p->board, "swdio", "ok"), ERR_OK);
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_true(is_in_reset(p));
    assert_int_equal(sim_board_set(p->board, "nrst", "ok"), ERR_OK);
    sim_board_wait_ns(p->board, 1000000);
    assert_false(is_in_reset(p));
    probe_close(p);
}

// ---- supply -------------------------------------------------------------------------------------

static void power_on_reset_has_a_threshold(void **state)
{
    static const struct {
        const char *board;
        bool answers;
    } cases[] = {{"vdd=1800", false}, {"vdd=1900", false},  {"vdd=1930", true},
                 {"vdd=3600", true},  {"vdda=1800", false}, {"vdda=1930", true},
                 {"vdda=off", false}, {"vdd=off", false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct probe *p = probe_open(cases[i].board);
        if ((probe_enter(p) == STATUS_OK) != cases[i].answers)
            fail_msg("%s: not %u", cases[i].board, cases[i].answers);
        probe_close(p);
    }
}

static void set(struct probe *p, const char *key, const char *value)
{
    assert_int_equal(sim_board_set(p->board, key, value), ERR_OK);
}

// Rising 1.92 V, falling 1.88 V: between the two it stays as it is.
static void power_on_reset_has_hysteresis(void **state)
{
    (void)state;
    struct probe *p = probe_open("");
    assert_int_equal(probe_enter(p), STATUS_OK);
    set(p, "vdd", "1900");
    assert_int_equal(probe_enter(p), STATUS_OK);
    set(p, "vdd", "1870");
    assert_int_equal(probe_enter(p), STATUS_NO_IDCODE);
    set(p, "vdd", "1900");
    sim_board_wait_ns(p->board, 10000000);
    assert_int_equal(probe_enter(p), STATUS_NO_IDCODE);
    set(p, "vdd", "3300");
    sim_board_wait_ns(p->board, 10000000);
    assert_int_equal(probe_enter(p), STATUS_OK);
    probe_close(p);
}

// The debug port loses its state with the supply: it must be connected to and powered up anew.
static void a_power_cycle_disconnects(void **state)
{
    (void)state;
    struct probe *p = probe_open("");
    uint32_t v;
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_int_equal(probe_read32(p, DHCSR, &v), STATUS_OK);
    set(p, "vdd", "off");
    sim_board_wait_ns(p->board, 10000000);
    set(p, "vdd", "3300");
    sim_board_wait_ns(p->board, 10000000);
    assert_int_not_equal(probe_read32(p, DHCSR, &v), STATUS_OK);
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_int_equal(probe_read32(p, DHCSR, &v), STATUS_OK);
    probe_close(p);
}

static void a_rail_without_a_source_runs_empty(void **state)
{
    (void)state;
    struct probe *p = probe_open("");
    probe_enter(p);
    assert_in_range(probe_vtref_mv(p), 3290, 3310);
    probe_exit(p);
    set(p, "vdd", "off");
    sim_board_wait_ns(p->board, 20000000);
    assert_in_range(probe_vtref_mv(p), 0, 50);
    probe_close(p);
}

// Through the diodes of its pins the chip gets up to the probe's 3.3 V less 0.6 V.
static void pins_feed_a_chip_that_has_no_supply(void **state)
{
    (void)state;
    struct probe *p = probe_open("vdd=pins");
    assert_int_equal(COMMAND(p, 0xf3, 0x07), SIM_USB_NAK);
    assert_in_range(probe_vtref_mv(p), 0, 50);
    probe_set_divisor(p, 798);
    for (unsigned i = 0; i < 3; i++)
        probe_enter(p);
    assert_in_range(probe_vtref_mv(p), 1200, 2700);
    assert_int_equal(probe_mode(p), 2);
    probe_close(p);
    p = probe_open("vdd=pins,swdio=open,probe=v2-1"); // SWCLK alone feeds half as much
    probe_set_divisor(p, 798);
    probe_enter(p);
    assert_in_range(probe_vtref_mv(p), 800, 2700);
    sim_board_wait_ns(p->board, 300000000); // after a failed connection the pins are let go
    assert_in_range(probe_vtref_mv(p), 0, 100);
    probe_close(p);
    p = probe_open("vdd=pins,uptime=0,probe=v2-1"); // nothing has ever charged it
    assert_in_range(probe_vtref_mv(p), 0, 50);
    probe_close(p);
    p = probe_open("vdd=pins,cable=out");
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(probe_enter(p), STATUS_NO_IDCODE);
    probe_close(p);
}

static void a_supply_that_drops_out_resets_the_chip(void **state)
{
    (void)state;
    struct probe *p = probe_open("vdd=flaky,firmware=count");
    uint32_t csr = 0;
    unsigned lost = 0;
    for (unsigned i = 0; i < 40; i++) {
        sim_board_wait_ns(p->board, 10000000);
        lost += probe_mode(p) == 2 && probe_read32(p, DHCSR, &csr) != STATUS_OK;
        probe_enter(p);
    }
    assert_in_range(lost, 2, 35);
    sim_board_wait_ns(p->board, 3000000);
    while (probe_enter(p) != STATUS_OK)
        sim_board_wait_ns(p->board, 1000000);
    assert_int_equal(probe_read32(p, 0x40021024, &csr), STATUS_OK); // RCC_CSR: PORRSTF
    assert_true(csr >> 27 & 1);
    probe_close(p);
}

// ---- VTref --------------------------------------------------------------------------------------

static unsigned vtref(const char *board)
{
    struct probe *p = probe_open(board);
    COMMAND(p, 0xf3, 0x07);
    unsigned mv = probe_vtref_mv(p);
    probe_close(p);
    return mv;
}

static void vtref_tells_what_its_wire_is_connected_to(void **state)
{
    (void)state;
    assert_in_range(vtref("vdd=2800"), 2798, 2802);
    assert_in_range(vtref("vtref=2800"), 2798, 2802);
    assert_in_range(vtref("vtref=fake,vdd=off"), 3298, 3302);
    assert_in_range(vtref("vdd=1800"), 1798, 1802);
    assert_int_equal(vtref("vtref=0"), 0);
    assert_in_range(vtref("chip=rotated"), 600, 900);
    assert_int_equal(vtref("vtref=adc-dead"), 0);
}

static void an_open_vtref_wanders(void **state)
{
    static const char *const boards[] = {"vtref=open", "cable=out", "gnd=open"};
    (void)state;
    for (unsigned k = 0; k < 3; k++) {
        struct probe *p = probe_open(boards[k]);
        COMMAND(p, 0xf3, 0x07);
        unsigned least = 9999, most = 0;
        for (unsigned i = 0; i < 16; i++) {
            unsigned mv = probe_vtref_mv(p);
            least = mv < least ? mv : least;
            most = mv > most ? mv : most;
        }
        assert_true(most > least + 300);
        probe_close(p);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_resistors_divide_a_voltage),
        cmocka_unit_test(a_bridge_is_solved),
        cmocka_unit_test(two_drivers_against_each_other_meet_in_the_middle),
        cmocka_unit_test(a_quiet_line_reads_as_each_fault_makes_it),
        cmocka_unit_test(an_unpowered_chip_pulls_the_line_low),
        cmocka_unit_test(a_line_keeps_its_level_for_a_moment),
        cmocka_unit_test(noise_reaches_the_target_too),
        cmocka_unit_test(a_good_cable_passes_everything),
        cmocka_unit_test(a_long_cable_fails_more_the_faster_it_goes),
        cmocka_unit_test(a_resistor_matters_with_the_clock),
        cmocka_unit_test(a_loose_contact_fails_at_every_clock),
        cmocka_unit_test(without_ground_packets_pass_by_luck),
        cmocka_unit_test(noise_disturbs_as_often_as_it_says),
        cmocka_unit_test(the_seed_decides),
        cmocka_unit_test(nrst_does_what_its_wire_allows),
        cmocka_unit_test(a_capacitor_on_nrst_takes_its_time),
        cmocka_unit_test(a_wire_that_is_repaired_works),
        cmocka_unit_test(power_on_reset_has_a_threshold),
        cmocka_unit_test(power_on_reset_has_hysteresis),
        cmocka_unit_test(a_power_cycle_disconnects),
        cmocka_unit_test(a_rail_without_a_source_runs_empty),
        cmocka_unit_test(pins_feed_a_chip_that_has_no_supply),
        cmocka_unit_test(a_supply_that_drops_out_resets_the_chip),
        cmocka_unit_test(vtref_tells_what_its_wire_is_connected_to),
        cmocka_unit_test(an_open_vtref_wanders),
    };
    return cmocka_run_group_tests_name("sim_wires", tests, NULL, NULL);
}
