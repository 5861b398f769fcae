// SPDX-License-Identifier: MIT
// The NRST wire: the pulse that the chip itself makes at each of its resets (RM0091, 6.1.1),
// against the RESET# wire in captures of an STM32F429, and what the probe, the capacitor and faults
// do to it.
#include "sim/board/board_state.h"
#include "tests/unit/choose.h"
#include "tests/unit/sim_probe.h"

#define AIRCR      0xe000ed0cu
#define DHCSR      0xe000edf0u
#define S_RESET_ST (1u << 25)
#define STEP_NS    100u

enum { SYSRESETREQ = 0x05fa0004, VECTRESET = 0x05fa0001, IWDG_KEY = 0xcccc };

// ---- a host that clocks its packets at the wires ------------------------------------------------

static void send(struct sim_wires *w, uint64_t bits, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        sim_wires_cycle(w, true, bits >> i & 1);
}

static void receive(struct sim_wires *w, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        sim_wires_cycle(w, false, true);
}

static void pass(struct sim_board *b, uint64_t ns)
{
    sim_wires_caught_up(&b->wires);
    board_advance_to(b, b->clock.now_ns + ns);
}

// A write packet without idle cycles; its bits are on the wire, and the board's time stands at its
// first one.
static void clock_write(struct sim_board *b, bool ap, unsigned addr, uint32_t value)
{
    unsigned bits = (unsigned)ap | (addr >> 2 & 3) << 2;
    send(&b->wires, 0x81 | bits << 1 | (unsigned)__builtin_parity(bits) << 5, 8);
    receive(&b->wires, 5);
    send(&b->wires, value | (uint64_t)__builtin_parity(value) << 32, 33);
}

static uint64_t packet_ns(const struct sim_board *b)
{
    return 46 * (uint64_t)(1000000000u / b->wires.swclk_hz);
}

static void write_packet(struct sim_board *b, bool ap, unsigned addr, uint32_t value)
{
    clock_write(b, ap, addr, value);
    pass(b, packet_ns(b));
}

static struct sim_board *connect(struct probe *p, uint32_t swclk_hz)
{
    struct sim_board *b = p->board;
    b->wires.swclk_hz = swclk_hz;
    send(&b->wires, ~0ull, 53);
    send(&b->wires, 0, 2);
    send(&b->wires, 0xa5, 8); // DPIDR
    receive(&b->wires, 38);
    pass(b, 101 * (uint64_t)(1000000000u / swclk_hz));
    write_packet(b, false, 4, 0x50000000);
    write_packet(b, true, 0, 2);
    return b;
}

// From now on: until NRST is as wanted, in nanoseconds. Fails after `limit_ns`.
static uint64_t wait_for(struct sim_board *b, bool low, uint64_t limit_ns)
{
    uint64_t from = b->clock.now_ns;
    while (sim_wires_nrst_is_low(&b->wires) != low) {
        if (b->clock.now_ns - from > limit_ns)
            fail_msg("NRST is not %s after %llu ns", low ? "low" : "high",
                     (unsigned long long)limit_ns);
        pass(b, STEP_NS);
    }
    return b->clock.now_ns - from;
}

static bool stays_high(struct sim_board *b, uint64_t ns)
{
    for (uint64_t t = 0; t < ns; t += STEP_NS) {
        pass(b, STEP_NS);
        if (sim_wires_nrst_is_low(&b->wires))
            return false;
    }
    return true;
}

// ---- the captures -------------------------------------------------------------------------------

// Microseconds from the start of the packet that writes SYSRESETREQ to AIRCR to the falling edge of
// RESET#, and how long it is low, at 8 MHz: every pulse in the captures of the STM32F429.
static void the_pulse_is_that_of_the_captures(void **state)
{
    static const struct {
        const char *capture;
        double fall_us, low_us;
    } pulse[] = {
        {"chip_erase", 45.50, 1094.12},
        {"connect", 45.00, 1089.75},
        {"core_system_reset", 45.00, 1094.38},
        {"erase_bank1", 45.38, 1095.25},
        {"erase_bank2", 45.50, 1096.00},
        {"program_file_verify_after_programming", 45.38, 1091.25},
        {"program_file_verify_after_programming", 45.38, 1099.00},
        {"program_file_verify_after_programming", 45.50, 1099.88},
        {"program_file_verify_while_programming", 45.50, 1096.38},
        {"program_file_verify_while_programming", 45.50, 1091.00},
        {"program_file_verify_while_programming", 45.50, 1095.25},
    };
    (void)state;
    struct probe *p = probe_open("");
    struct sim_board *b = connect(p, 1155000); // 46 cycles in 39.8 us, as there
    unsigned equal = 0;
    for (size_t i = 0; i < sizeof pulse / sizeof pulse[0]; i++) {
        write_packet(b, true, 4, AIRCR);
        clock_write(b, true, 0xc, SYSRESETREQ);
        sim_wires_caught_up(&b->wires);
        double fall_us = (double)wait_for(b, true, 100000) / 1000;
        double low_us = (double)wait_for(b, false, 2000000) / 1000;
        if (fall_us < pulse[i].fall_us - 1 || fall_us > pulse[i].fall_us + 1 ||
            low_us < pulse[i].low_us - 6 || low_us > pulse[i].low_us + 6)
            fail_msg("%s: falls after %.2f us and not %.2f, is low for %.2f us and not %.2f",
                     pulse[i].capture, fall_us, pulse[i].fall_us, low_us, pulse[i].low_us);
        equal++;
    }
    print_message("# %u NRST pulses of captures compared (fall within 1 us, length within 6 us)\n",
                  equal);
    assert_int_equal(equal, 11);
    probe_close(p);
}

static void vectreset_makes_none(void **state)
{
    (void)state;
    struct probe *p = probe_open("");
    struct sim_board *b = connect(p, 1000000);
    write_packet(b, true, 4, AIRCR);
    write_packet(b, true, 0xc, VECTRESET);
    assert_true(stays_high(b, 2000000));
    probe_close(p);
}

// ---- every reset of the chip --------------------------------------------------------------------

static void a_watchdog_makes_one_too(void **state)
{
    (void)state;
    struct probe *p = probe_open("");
    assert_true(sim_board_poke(p->board, 0x40003000, 0x5555));
    assert_true(sim_board_poke(p->board, 0x40003008, 1));
    assert_true(sim_board_poke(p->board, 0x40003000, IWDG_KEY));
    wait_for(p->board, true, 100000000);
    assert_int_equal(wait_for(p->board, false, 2000000), 1094500);
    probe_close(p);
}

// While it lasts the debug port answers, and the chip does not.
static void the_chip_stays_in_reset_for_as_long_as_the_pulse(void **state)
{
    (void)state;
    struct probe *p = probe_open("");
    uint32_t v;
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_int_equal(probe_write32(p, AIRCR, SYSRESETREQ), STATUS_OK);
    assert_true(sim_wires_nrst_is_low(&p->board->wires));
    assert_true(sim_core_is_held(sim_chip_core(sim_board_chip(p->board))));
    wait_for(p->board, false, 2000000);
    assert_false(sim_core_is_held(sim_chip_core(sim_board_chip(p->board))));
    assert_int_equal(probe_read32(p, DHCSR, &v), STATUS_OK);
    assert_true(v & S_RESET_ST);
    assert_int_equal(probe_read32(p, DHCSR, &v), STATUS_OK);
    assert_false(v & S_RESET_ST);
    probe_close(p);
}

static void what_hangs_at_nrst_makes_it_longer_or_keeps_it_off(void **state)
{
    static const struct {
        const char *board;
        bool falls;
        uint64_t low_ns;
    } cases[] = {
        {"nrst=ok", true, 1094500},   {"nrst=slow", true, 33005000},
        {"nrst=open", true, 1094500}, // the capacitor is on the board
        {"nrst=vcc@board", false, 0}, {"nrst=open+slow", true, 33005000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct probe *p = probe_open(cases[i].board);
        assert_false(sim_wires_nrst_is_low(&p->board->wires));
        struct sim_board *b = connect(p, 1000000);
        write_packet(b, true, 4, AIRCR);
        write_packet(b, true, 0xc, SYSRESETREQ);
        if (!cases[i].falls) {
            assert_true(stays_high(b, 2000000));
            assert_false(sim_core_is_held(sim_chip_core(sim_board_chip(b))));
        } else {
            wait_for(b, true, 100000);
            assert_int_equal(wait_for(b, false, 50000000), cases[i].low_ns);
        }
        probe_close(p);
    }
}

// The probe holds NRST through the chip's own pulse.
static void the_probe_can_hold_it_longer(void **state)
{
    (void)state;
    struct probe *p = probe_open("");
    struct sim_board *b = p->board;
    sim_wires_nrst(&b->wires, true);
    assert_int_equal(wait_for(b, true, 100000), 11000);
    pass(b, 5000000);
    assert_true(sim_wires_nrst_is_low(&b->wires));
    sim_wires_nrst(&b->wires, false);
    assert_int_equal(wait_for(b, false, 2000000), 1080000);
    probe_close(p);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_pulse_is_that_of_the_captures),
        cmocka_unit_test(vectreset_makes_none),
        cmocka_unit_test(a_watchdog_makes_one_too),
        cmocka_unit_test(the_chip_stays_in_reset_for_as_long_as_the_pulse),
        cmocka_unit_test(what_hangs_at_nrst_makes_it_longer_or_keeps_it_off),
        cmocka_unit_test(the_probe_can_hold_it_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
