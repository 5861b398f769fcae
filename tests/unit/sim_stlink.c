// SPDX-License-Identifier: MIT
// The firmware of the virtual ST-LINK, byte for byte: classes, versions, modes, clocks, connection,
// reset, access ports, and what each model and version knows. Section numbers are those of the fact
// sheet that collects what ST's probes were seen to do (stlink-protocol).
#include <stdio.h>

#include "tests/unit/choose.h"
#include "tests/unit/sim_probe.h"

#define DHCSR      0xe000edf0u
#define S_RESET_ST (1u << 25)
enum { BAD_AP = 0x1d, UNKNOWN_CMD = 0x42, CMD_ERROR = 0x08, NO_DEVICE = 0x05, CONF_CHANGED = 0x40 };

static struct probe *entered(const char *board)
{
    struct probe *p = probe_open(board);
    assert_int_equal(probe_enter(p), STATUS_OK);
    return p;
}

// A stall, and the way out of it.
static void assert_stalls(struct probe *p, enum sim_usb_status usb)
{
    assert_int_equal(usb, SIM_USB_STALL);
    assert_int_equal(probe_receive(p), SIM_USB_STALL); // until it is cleared
    sim_board_usb_clear_halt(p->board, EP_IN);
}

// ---- 2.1: versions ------------------------------------------------------------------------------

static void versions_are_as_documented(void **state)
{
    static const struct {
        const char *board;
        uint8_t reply[6];
    } cases[] = {
        {"probe-fw=V2J28S7", {0x27, 0x07, 0x83, 0x04, 0x48, 0x37}}, // two replies of real probes
        {"probe-fw=J24S0", {0x26, 0x00, 0x83, 0x04, 0x48, 0x37}},
        {"", {0x29, 0x47, 0x83, 0x04, 0x48, 0x37}},
        {"probe=v2-1", {0x29, 0x5a, 0x83, 0x04, 0x4b, 0x37}}, // V2J37M26
        {"probe=v2-1,probe-fw=M25S8",
         {0x26, 0x48, 0x83, 0x04, 0x4b, 0x37}}, // STM8 only: 25 and 8 (4.10)
        {"probe=v3", {0x30, 0x00, 0x83, 0x04, 0x4f, 0x37}},
        {"probe=v3e", {0x30, 0x00, 0x83, 0x04, 0x4e, 0x37}},
        {"probe=v3pwr", {0x40, 0x00, 0x83, 0x04, 0x57, 0x37}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct probe *p = probe_open(cases[i].board);
        for (unsigned byte1 = 0; byte1 <= 0x80; byte1 += 0x80) {
            assert_int_equal(COMMAND(p, 0xf1, (uint8_t)byte1), SIM_USB_OK);
            assert_int_equal(p->len, 6);
            assert_memory_equal(p->reply, cases[i].reply, 6);
        }
        probe_close(p);
    }
}

static void the_extended_version_is_a_v3s(void **state)
{
    (void)state;
    struct probe *p = probe_open("probe=v3,probe-fw=V3J7M3B5S1");
    assert_int_equal(COMMAND(p, 0xfb, 0x80), SIM_USB_OK);
    EXPECT(p, 3, 1, 7, 3, 5, 0, 0, 0, 0x83, 0x04, 0x4f, 0x37);
    probe_close(p);
    p = probe_open("probe=v3pwr,probe-fw=J4M1B2P5");
    assert_int_equal(COMMAND(p, 0xfb), SIM_USB_OK);
    EXPECT(p, 4, 0, 4, 1, 2, 5, 0, 0, 0x83, 0x04, 0x57, 0x37);
    probe_close(p);
    p = probe_open("probe=v3pwr"); // as in a log of a real one
    assert_int_equal(COMMAND(p, 0xfb, 0x80), SIM_USB_OK);
    EXPECT(p, 4, 0, 6, 0, 2, 6, 0, 0, 0x83, 0x04, 0x57, 0x37);
    probe_close(p);
    p = probe_open("probe=v2");
    assert_stalls(p, COMMAND(p, 0xfb, 0x80));
    probe_close(p);
}

// ---- 1.5, 2.1: modes ----------------------------------------------------------------------------

static void a_v2_powers_up_in_dfu_and_the_others_idle(void **state)
{
    // The second byte as real probes have it: gnuk-users 2015-02 (V2), stlink-tool's logs (V2-1 and
    // V3 in their loaders), a log of a V3PWR in pyOCD's issue 1781.
    static const struct {
        const char *board;
        uint8_t mode, second;
    } cases[] = {{"probe=v2", 0, 1},
                 {"probe=v2-1", 1, 0},
                 {"probe=v3", 1, 0},
                 {"probe=v3e", 1, 0},
                 {"probe=v3pwr", 1, 4},
                 {"probe=v2,probe-mode=dfu", 0, 1},
                 {"probe=v2,probe-mode=mass", 1, 0},
                 {"probe=v2,probe-mode=debug", 2, 0},
                 {"probe=v2-1,probe-mode=dfu", 0, 2},
                 {"probe=v3,probe-mode=dfu", 0, 4},
                 {"probe=v3pwr,probe-mode=dfu", 0, 4}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct probe *p = probe_open(cases[i].board);
        assert_int_equal(COMMAND(p, 0xf5), SIM_USB_OK);
        EXPECT(p, cases[i].mode, cases[i].second);
        probe_close(p);
    }
}

// What its loader does when it is told to leave debug mode no log tells.
static void exit_in_the_loader_is_a_choice(void **state)
{
    (void)state;
    struct probe *p = probe_open(""); // ignored: the hardest for a driver
    probe_exit(p);
    assert_int_equal(probe_mode(p), 0);
    probe_close(p);
    p = probe_open("loader-exit=obeyed");
    probe_exit(p);
    assert_int_equal(probe_mode(p), 1);
    probe_close(p);
    p = probe_open("loader-exit=stalled");
    assert_stalls(p, COMMAND(p, 0xf2, 0x21));
    assert_int_equal(probe_mode(p), 0);
    COMMAND(p, 0xf3, 0x07);
    assert_int_equal(STATUS(p, 0xf2, 0x30, 0xa3), STATUS_OK);
    probe_exit(p);
    assert_int_equal(probe_mode(p), 1);
    probe_close(p);
}

static void the_loader_knows_no_debug_commands(void **state)
{
    static const uint8_t subs[] = {0x30, 0x20, 0x3c, 0x43, 0x36, 0x31, 0x32, 0x56};
    (void)state;
    struct probe *p = probe_open("");
    for (size_t i = 0; i < sizeof subs; i++)
        assert_stalls(p, COMMAND(p, 0xf2, subs[i]));
    assert_int_equal(probe_mode(p), 0);
    probe_close(p);
}

static void dfu_is_left_without_a_reply_or_a_new_id(void **state)
{
    (void)state;
    struct probe *p = probe_open("");
    assert_int_equal(COMMAND(p, 0xf3, 0x07), SIM_USB_NAK);
    assert_int_equal(COMMAND(p, 0xf5), SIM_USB_OK);
    EXPECT(p, 0x01, 0x00);
    assert_int_equal(sim_board_usb_pid(p->board), 0x3748);
    assert_int_equal(COMMAND(p, 0xf3, 0x07), SIM_USB_NAK); // once more is harmless
    assert_int_equal(probe_mode(p), 1);
    probe_close(p);
}

static void swim_is_entered_and_left(void **state)
{
    (void)state;
    struct probe *p = probe_open("probe=v2-1");
    assert_int_equal(COMMAND(p, 0xf4, 0x00), SIM_USB_NAK);
    assert_int_equal(probe_mode(p), 3);
    assert_int_equal(COMMAND(p, 0xf4, 0x01), SIM_USB_NAK);
    assert_int_equal(probe_mode(p), 1);
    probe_close(p);
}

static void a_probe_can_be_found_in_any_mode(void **state)
{
    static const char *const words[] = {"dfu", "mass", "debug", "swim", "bootloader"};
    (void)state;
    for (uint8_t mode = 0; mode < 5; mode++) {
        char board[64];
        snprintf(board, sizeof board, "probe=v2-1,probe-mode=%s", words[mode]);
        struct probe *p = probe_open(board);
        assert_int_equal(probe_mode(p), mode);
        probe_close(p);
    }
}

static void a_probe_without_its_application_stays_in_the_loader(void **state)
{
    static const struct {
        const char *board;
        uint16_t pid;
    } cases[] = {{"probe=v2,probe-mode=dfu", 0x3748},
                 {"probe=v2-1,probe-mode=dfu", 0x3748},
                 {"probe=v3,probe-mode=dfu", 0x374d},
                 {"probe=v2,probe-mode=bootloader", 0x3748}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct probe *p = probe_open(cases[i].board);
        assert_int_equal(sim_board_usb_pid(p->board), cases[i].pid);
        uint8_t mode = probe_mode(p);
        assert_int_equal(COMMAND(p, 0xf3, 0x07), SIM_USB_NAK);
        assert_int_equal(probe_mode(p), mode);
        assert_stalls(p, COMMAND(p, 0xf2, 0x30, 0xa3));
        sim_board_usb_plug(p->board, false);
        sim_board_usb_plug(p->board, true);
        assert_int_equal(probe_mode(p), mode);
        probe_close(p);
    }
}

// F1 names the product id (logs of stlink-tool: "Loader version : 14152" and 14157), and F3 08 the
// electronic signature of the probe's own STM32; the firmware does not answer that.
static void the_loader_tells_who_it_is(void **state)
{
    static const struct {
        const char *board;
        uint8_t pid_low, type;
    } cases[] = {{"probe=v2", 0x48, 'O'},
                 {"probe=v2-1,probe-mode=dfu", 0x48, 'D'},
                 {"probe=v3,probe-mode=dfu", 0x4d, 'F'}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct probe *p = probe_open(cases[i].board);
        assert_int_equal(COMMAND(p, 0xf1, 0x80), SIM_USB_OK);
        assert_int_equal(p->len, 6);
        assert_int_equal(get_le16(&p->reply[4]), 0x3700 | cases[i].pid_low);
        assert_int_equal(COMMAND(p, 0xf3, 0x08), SIM_USB_OK);
        assert_int_equal(p->len, 20);
        assert_int_equal(p->reply[4], cases[i].type);
        probe_close(p);
    }
    struct probe *p = probe_open("probe-mode=mass");
    assert_int_equal(COMMAND(p, 0xf3, 0x08), SIM_USB_NAK);
    probe_close(p);
}

static void stm8_firmware_knows_no_debug_commands(void **state)
{
    (void)state;
    struct probe *p = probe_open("probe=v2-1,probe-fw=M25S8");
    assert_int_equal(probe_mode(p), 1);
    assert_stalls(p, COMMAND(p, 0xf2, 0x30, 0xa3));
    assert_stalls(p, COMMAND(p, 0xf2, 0x43, 0x01));
    probe_close(p);
}

// ---- 4.9: voltage -------------------------------------------------------------------------------

static void the_voltage_is_a_pair_of_readings(void **state)
{
    (void)state;
    struct probe *p = probe_open("vtref=3249");
    assert_stalls(p, COMMAND(p, 0xf7)); // refused in mode 0
    COMMAND(p, 0xf3, 0x07);
    assert_int_equal(COMMAND(p, 0xf7), SIM_USB_OK);
    EXPECT(p, 0xf1, 0x05, 0, 0, 0x0b, 0x08, 0, 0); // a reply of a real probe
    probe_close(p);
    p = probe_open("vtref=3302,probe=v2-1");
    assert_int_equal(COMMAND(p, 0xf7), SIM_USB_OK);
    assert_int_equal(get_le32(&p->reply[4]), 2093); // 2092.6
    probe_close(p);
    p = probe_open("vtref=adc-dead,probe=v2-1");
    assert_int_equal(COMMAND(p, 0xf7), SIM_USB_OK);
    EXPECT(p, 0, 0, 0, 0, 0, 0, 0, 0);
    probe_close(p);
    p = probe_open("probe-fw=J12");
    COMMAND(p, 0xf3, 0x07);
    assert_stalls(p, COMMAND(p, 0xf7)); // since J13
    probe_close(p);
}

// ---- 2.2: connection ----------------------------------------------------------------------------

static void enter_and_exit_change_the_mode(void **state)
{
    (void)state;
    struct probe *p = probe_open("");
    COMMAND(p, 0xf3, 0x07);
    assert_int_equal(COMMAND(p, 0xf2, 0x30, 0xa3, 0x00), SIM_USB_OK);
    EXPECT(p, 0x80, 0x00);
    assert_int_equal(probe_mode(p), 2);
    assert_int_equal(COMMAND(p, 0xf2, 0x30, 0xa3, 0x00), SIM_USB_OK); // again is allowed
    EXPECT(p, 0x80, 0x00);
    assert_int_equal(COMMAND(p, 0xf2, 0x21), SIM_USB_NAK);
    assert_int_equal(probe_mode(p), 1);
    probe_close(p);
}

// A Cortex-M0 has no JTAG port; every unknown parameter means JTAG, too.
static void jtag_finds_nobody(void **state)
{
    static const uint8_t parameters[] = {0xa4, 0x00, 0x77};
    (void)state;
    for (size_t i = 0; i < sizeof parameters; i++) {
        struct probe *p = probe_open("probe=v2-1");
        assert_int_equal(COMMAND(p, 0xf2, 0x30, parameters[i]), SIM_USB_OK);
        EXPECT(p, 0x09, 0x00);
        assert_int_equal(probe_mode(p), 1);
        probe_close(p);
    }
}

// 5.1: this conversation was recorded with a V2J28S7 whose wires hung in the air.
static void without_a_target_it_goes_as_recorded(void **state)
{
    (void)state;
    struct probe *p = probe_open("probe-fw=V2J28S7,cable=out");
    COMMAND(p, 0xf3, 0x07);
    assert_int_equal(COMMAND(p, 0xf5), SIM_USB_OK);
    EXPECT(p, 0x01, 0x00);
    assert_int_equal(COMMAND(p, 0xf7), SIM_USB_OK);
    assert_int_equal(p->len, 8);
    assert_int_equal(COMMAND(p, 0xf2, 0x43, 0x01), SIM_USB_OK);
    EXPECT(p, 0x80, 0x00);
    assert_int_equal(COMMAND(p, 0xf2, 0x30, 0xa3), SIM_USB_OK);
    EXPECT(p, 0x09, 0x00);
    assert_int_equal(COMMAND(p, 0xf5), SIM_USB_OK);
    EXPECT(p, 0x01, 0x00);
    assert_stalls(p, COMMAND(p, 0xf2, 0x22));
    probe_close(p);
}

// 5.1: firmware from J14 to J23 goes into debug mode all the same and reads zeros.
static void old_firmware_does_not_notice_that_nobody_is_there(void **state)
{
    (void)state;
    struct probe *p = probe_open("probe-fw=J21S4,swdio=open");
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_int_equal(probe_mode(p), 2);
    assert_int_equal(COMMAND(p, 0xf2, 0x22), SIM_USB_OK);
    EXPECT(p, 0, 0, 0, 0);
    probe_close(p);
}

static void idcodes_are_read(void **state)
{
    (void)state;
    struct probe *p = entered("");
    assert_int_equal(COMMAND(p, 0xf2, 0x31), SIM_USB_OK);
    EXPECT(p, 0x80, 0, 0, 0, 0x77, 0x14, 0xb1, 0x0b, 0, 0, 0, 0);
    assert_int_equal(COMMAND(p, 0xf2, 0x22), SIM_USB_OK);
    EXPECT(p, 0x77, 0x14, 0xb1, 0x0b); // the old command: no status
    probe_close(p);
}

// 1.6, 5.1: what is not in the list there stalls outside of debug mode.
static void debug_commands_outside_of_debug_mode_stall(void **state)
{
    static const uint8_t subs[] = {0x07, 0x08, 0x0c, 0x0d, 0x22, 0x31, 0x33, 0x34, 0x35,
                                   0x36, 0x3a, 0x3b, 0x3e, 0x40, 0x41, 0x42, 0x45, 0x46,
                                   0x47, 0x48, 0x4b, 0x4c, 0x50, 0x51, 0x52, 0x53, 0x54};
    static const uint8_t fine[] = {0x30, 0x32, 0x3c, 0x43, 0x44, 0x56};
    (void)state;
    struct probe *p = probe_open("probe=v2-1");
    for (size_t i = 0; i < sizeof subs; i++) {
        if (COMMAND(p, 0xf2, subs[i]) != SIM_USB_STALL)
            fail_msg("command %02x does not stall in mode 1", subs[i]);
        sim_board_usb_clear_halt(p->board, EP_IN);
    }
    for (size_t i = 0; i < sizeof fine; i++) {
        probe_exit(p);
        assert_int_equal(COMMAND(p, 0xf2, fine[i]), SIM_USB_OK);
    }
    probe_close(p);
    p = probe_open("probe=v3");
    for (uint8_t sub = 0x61; sub <= 0x63; sub++)
        assert_int_equal(COMMAND(p, 0xf2, sub), SIM_USB_OK);
    probe_close(p);
}

// ---- 2.2 to 2.5: which version knows what -------------------------------------------------------

static const struct {
    uint8_t sub;
    unsigned v2, v3; // since when; 0: always, 99: never
} gates[] = {{0x07, 0, 0},   {0x30, 0, 0},   {0x36, 0, 0},  {0x3b, 0, 0},  {0x40, 13, 0},
             {0x41, 13, 0},  {0x42, 13, 0},  {0x3e, 15, 0}, {0x43, 22, 0}, {0x44, 24, 0},
             {0x45, 24, 0},  {0x46, 24, 0},  {0x47, 26, 0}, {0x48, 26, 0}, {0x50, 26, 0},
             {0x4b, 28, 0},  {0x4c, 28, 0},  {0x51, 32, 2}, {0x52, 32, 2}, {0x53, 32, 2},
             {0x54, 32, 2},  {0x56, 36, 6},  {0x61, 99, 0}, {0x62, 99, 0}, {0x63, 99, 0},
             {0x0b, 99, 99}, {0x7f, 99, 99}, {0xff, 99, 99}};

// Unknown: 42 00 from J24 on, a stall before.
static bool knows(struct probe *p, uint8_t sub, bool old)
{
    enum sim_usb_status usb = COMMAND(p, 0xf2, sub);
    bool unknown = old ? usb == SIM_USB_STALL : usb == SIM_USB_OK && p->reply[0] == UNKNOWN_CMD;
    if (unknown && !old)
        assert_int_equal(p->len, 2);
    sim_board_usb_clear_halt(p->board, EP_IN);
    sim_board_usb_reset(p->board); // it may wait for data
    return !unknown;
}

static void commands_appear_with_their_versions(void **state)
{
    static const unsigned v2[] = {12, 13, 14, 15, 21, 22, 23, 24, 25,
                                  26, 27, 28, 31, 32, 35, 36, 37, 45};
    static const unsigned v3[] = {1, 2, 5, 6, 7, 10};
    (void)state;
    for (unsigned i = 0; i < sizeof v2 / sizeof v2[0] + sizeof v3 / sizeof v3[0]; i++) {
        bool is_v3 = i >= sizeof v2 / sizeof v2[0];
        unsigned version = is_v3 ? v3[i - sizeof v2 / sizeof v2[0]] : v2[i];
        char board[64];
        snprintf(board, sizeof board, "probe=%s,probe-fw=J%u", is_v3 ? "v3" : "v2-1", version);
        struct probe *p = entered(board);
        for (size_t g = 0; g < sizeof gates / sizeof gates[0]; g++) {
            bool wanted = version >= (is_v3 ? gates[g].v3 : gates[g].v2);
            if (knows(p, gates[g].sub, !is_v3 && version < 24) != wanted)
                fail_msg("%s and command %02x", board, gates[g].sub);
        }
        probe_close(p);
    }
}

static void unknown_classes_stall(void **state)
{
    (void)state;
    struct probe *p = probe_open("");
    assert_stalls(p, COMMAND(p, 0x00));
    assert_stalls(p, COMMAND(p, 0xf0));
    assert_stalls(p, COMMAND(p, 0xff));
    probe_close(p);
}

static void the_board_identifiers_are_empty(void **state)
{
    (void)state;
    struct probe *p = probe_open("probe=v2-1");
    assert_int_equal(COMMAND(p, 0xf2, 0x56), SIM_USB_OK);
    assert_int_equal(p->len, 128);
    assert_int_equal(p->reply[0], STATUS_OK);
    for (unsigned i = 1; i < 128; i++)
        assert_int_equal(p->reply[i], 0);
    probe_close(p);
}

static void trace_hears_nothing(void **state)
{
    (void)state;
    struct probe *p = entered("");
    assert_int_equal(COMMAND(p, 0xf2, 0x40, 0x00, 0x10, 0x80, 0x84, 0x1e, 0x00), SIM_USB_OK);
    EXPECT(p, 0x80, 0x00);
    assert_int_equal(COMMAND(p, 0xf2, 0x42), SIM_USB_OK);
    EXPECT(p, 0x00, 0x00); // a count, without a status
    assert_int_equal(COMMAND(p, 0xf2, 0x41), SIM_USB_OK);
    EXPECT(p, 0x80, 0x00);
    probe_close(p);
}

// ---- 4.12: clocks -------------------------------------------------------------------------------

// The clock, by how long it takes to read 4 KiB.
static unsigned measured_khz(struct probe *p)
{
    uint64_t clocks = sim_board_account(p->board)->swd_clocks, ns = sim_board_now_ns(p->board);
    assert_int_equal(COMMAND(p, 0xf2, 0x07, 0, 0, 0, 0x20, 0x00, 0x10), SIM_USB_OK);
    assert_int_equal(p->len, 4096);
    clocks = sim_board_account(p->board)->swd_clocks - clocks;
    ns = sim_board_now_ns(p->board) - ns;
    return (unsigned)(clocks * 1000000 / ns);
}

static void v2_divisors_make_their_clocks(void **state)
{
    static const struct {
        uint16_t divisor;
        unsigned khz;
    } cases[] = {{1, 1800},
                 {2, 1200},
                 {3, 950},
                 {5, 650},
                 {7, 480},
                 {9, 400},
                 {10, 360},
                 {15, 240},
                 {25, 150},
                 {31, 125},
                 {40, 100},
                 {79, 50},
                 {158, 25},
                 {265, 15},
                 {798, 5},
                 // Black Magic computes divisors; every one is taken.
                 {4, 800},
                 {6, 571},
                 {8, 444},
                 {35, 111},
                 {1000, 4}};
    (void)state;
    struct probe *p = entered("");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        probe_set_divisor(p, cases[i].divisor);
        unsigned khz = measured_khz(p); // with what USB costs, so a little less
        assert_in_range(khz, cases[i].khz * 85 / 100, cases[i].khz);
    }
    probe_set_divisor(p, 0); // 4 MHz: the calls themselves take a quarter
    assert_in_range(measured_khz(p), 2800, 4000);
    probe_close(p);
    p = probe_open("probe=v3");
    assert_int_equal(STATUS(p, 0xf2, 0x43, 0x04, 0x00), CMD_ERROR); // which has its own command
    probe_close(p);
}

static void the_clock_starts_at_1800_khz_and_survives_exit(void **state)
{
    (void)state;
    struct probe *p = entered("");
    assert_in_range(measured_khz(p), 1530, 1800);
    probe_set_divisor(p, 40);
    probe_exit(p);
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_in_range(measured_khz(p), 95, 100);
    sim_board_usb_plug(p->board, false);
    sim_board_usb_plug(p->board, true);
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_in_range(measured_khz(p), 1530, 1800);
    probe_close(p);
}

static void jtag_divisors_are_known(void **state)
{
    (void)state;
    struct probe *p = probe_open("probe=v2-1");
    for (unsigned divisor = 2; divisor <= 256; divisor *= 2)
        assert_int_equal(STATUS(p, 0xf2, 0x44, (uint8_t)divisor, (uint8_t)(divisor >> 8)),
                         STATUS_OK);
    assert_int_equal(STATUS(p, 0xf2, 0x44, 3, 0), CMD_ERROR);
    probe_close(p);
}

static void a_v3_lists_its_clocks(void **state)
{
    static const uint32_t khz[] = {24000, 8000, 3300, 1000, 200, 50, 5};
    (void)state;
    struct probe *p = probe_open("probe=v3");
    assert_int_equal(COMMAND(p, 0xf2, 0x62, 0x00), SIM_USB_OK);
    assert_int_equal(p->len, 52);
    assert_int_equal(p->reply[0], STATUS_OK);
    assert_int_equal(get_le32(&p->reply[4]), 1000);
    assert_int_equal(get_le32(&p->reply[8]), 7);
    for (unsigned i = 0; i < 7; i++)
        assert_int_equal(get_le32(&p->reply[12 + 4 * i]), khz[i]);
    probe_close(p);
}

static void a_v3_takes_the_highest_that_is_no_faster(void **state)
{
    static const struct {
        uint32_t asked, got;
    } cases[] = {{24000, 24000}, {23999, 8000}, {4000, 3300},       {1000, 1000},
                 {999, 200},     {5, 5},        {0xffffffff, 24000}};
    (void)state;
    struct probe *p = entered("probe=v3");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t c[8] = {0xf2, 0x61};
        put_le32(&c[4], cases[i].asked);
        assert_int_equal(probe_command(p, c, 8), SIM_USB_OK);
        assert_int_equal(p->len, 8);
        assert_int_equal(p->reply[0], STATUS_OK);
        assert_int_equal(get_le32(&p->reply[4]), cases[i].got);
        assert_int_equal(COMMAND(p, 0xf2, 0x62, 0x00), SIM_USB_OK);
        assert_int_equal(get_le32(&p->reply[4]), cases[i].got);
    }
    assert_int_equal(STATUS(p, 0xf2, 0x61, 0, 0, 4, 0, 0, 0), CMD_ERROR); // below the lowest
    assert_int_equal(p->len, 8);
    assert_int_equal(STATUS(p, 0xf2, 0x43, 0x01), CMD_ERROR); // the V2's command
    probe_close(p);
}

static void jtag_has_a_clock_of_its_own_on_v3(void **state)
{
    (void)state;
    struct probe *p = probe_open("probe=v3");
    assert_int_equal(STATUS(p, 0xf2, 0x61, 0x01, 0, 0xc0, 0x5d, 0, 0), STATUS_OK);
    assert_int_equal(COMMAND(p, 0xf2, 0x62, 0x00), SIM_USB_OK);
    assert_int_equal(get_le32(&p->reply[4]), 1000);
    probe_close(p);
}

static void the_prescaler_changes_the_list(void **state)
{
    (void)state;
    struct probe *p = probe_open("probe=v3");
    assert_int_equal(STATUS(p, 0xf2, 0x63, 1), STATUS_OK); // as it is
    assert_int_equal(p->len, 8);
    assert_int_equal(STATUS(p, 0xf2, 0x63, 2), CONF_CHANGED);
    assert_int_equal(COMMAND(p, 0xf2, 0x62, 0x00), SIM_USB_OK);
    assert_int_equal(get_le32(&p->reply[8]), 6);
    assert_int_equal(get_le32(&p->reply[12]), 12000);
    assert_int_equal(STATUS(p, 0xf2, 0x63, 4), CONF_CHANGED);
    assert_int_equal(COMMAND(p, 0xf2, 0x62, 0x00), SIM_USB_OK);
    assert_int_equal(get_le32(&p->reply[12]), 6000);
    assert_int_equal(get_le32(&p->reply[4]), 850); // the highest that is no faster than before
    assert_int_equal(STATUS(p, 0xf2, 0x63, 3), CMD_ERROR);
    probe_close(p);
}

// ---- 2.2, 4.8: reset ----------------------------------------------------------------------------

static bool reset_was_seen(struct probe *p)
{
    uint32_t dhcsr;
    assert_int_equal(probe_read32(p, DHCSR, &dhcsr), STATUS_OK);
    return dhcsr & S_RESET_ST;
}

static void resetsys_resets_the_target(void **state)
{
    (void)state;
    struct probe *p = entered("firmware=count");
    reset_was_seen(p);
    assert_false(reset_was_seen(p));
    assert_int_equal(COMMAND(p, 0xf2, 0x32), SIM_USB_OK);
    EXPECT(p, 0x80, 0x00);
    sim_board_wait_ns(p->board, 1000000);
    assert_true(reset_was_seen(p));
    assert_false(reset_was_seen(p));
    probe_close(p);
}

// Black Magic sends it before it enters debug mode, at every start.
static void resetsys_while_idle_is_answered_and_does_nothing(void **state)
{
    (void)state;
    struct probe *p = probe_open("probe=v2-1,firmware=count");
    uint64_t packets = sim_board_account(p->board)->swd_packets;
    assert_int_equal(COMMAND(p, 0xf2, 0x32), SIM_USB_OK);
    EXPECT(p, 0x80, 0x00);
    assert_int_equal(probe_mode(p), 1);
    assert_int_equal(sim_board_account(p->board)->swd_packets, packets);
    probe_close(p);
}

// Logs of a V2J37S7 with a G070 and of an F030 show CSW's reset value once the port is open: what
// the firmware looks at to know the part leaves it alone.
static void opening_the_access_port_leaves_csw_alone(void **state)
{
    static const char *const boards[] = {"", "probe=v3", "probe-fw=J28"};
    (void)state;
    for (size_t i = 0; i < sizeof boards / sizeof boards[0]; i++) {
        uint32_t csw;
        struct probe *p = entered(boards[i]);
        assert_int_equal(STATUS(p, 0xf2, 0x4b, 0x00), STATUS_OK);
        assert_int_equal(probe_read_port(p, 0, 0, &csw), STATUS_OK);
        assert_int_equal(csw, 0x03000040);
        probe_close(p);
    }
}

// As in the log of gnuk's tool with a V2J17S4: enter, halt, registers, run, status.
static void commands_of_api_version_1_work_on_an_old_v2(void **state)
{
    (void)state;
    struct probe *p = probe_open("firmware=count,probe-fw=V2J17S4");
    COMMAND(p, 0xf3, 0x07);
    assert_int_equal(COMMAND(p, 0xf2, 0x20, 0xa3), SIM_USB_NAK);
    assert_int_equal(probe_mode(p), 2);
    COMMAND(p, 0xf2, 0x01);
    EXPECT(p, 0x80, 0x00); // it runs
    COMMAND(p, 0xf2, 0x02);
    EXPECT(p, 0x80, 0x00);
    COMMAND(p, 0xf2, 0x01);
    EXPECT(p, 0x81, 0x00); // it is halted
    COMMAND(p, 0xf2, 0x06, 0x03, 0x44, 0x33, 0x22, 0x11);
    EXPECT(p, 0x80, 0x00);
    COMMAND(p, 0xf2, 0x05, 0x03);
    EXPECT(p, 0x44, 0x33, 0x22, 0x11);
    COMMAND(p, 0xf2, 0x09);
    EXPECT(p, 0x80, 0x00);
    COMMAND(p, 0xf2, 0x01);
    EXPECT(p, 0x80, 0x00);
    reset_was_seen(p);
    COMMAND(p, 0xf2, 0x03);
    EXPECT(p, 0x80, 0x00);
    sim_board_wait_ns(p->board, 2000000);
    assert_true(reset_was_seen(p));
    probe_close(p);
    static const uint8_t subs[] = {0x01, 0x02, 0x03, 0x05, 0x06, 0x09, 0x20};
    p = entered("");
    for (size_t i = 0; i < sizeof subs; i++)
        assert_int_equal(STATUS(p, 0xf2, subs[i]), UNKNOWN_CMD);
    probe_close(p);
}

static void nrst_is_driven_low_high_and_in_pulses(void **state)
{
    (void)state;
    struct probe *p = entered("firmware=count");
    reset_was_seen(p);
    for (uint8_t how = 0; how <= 2; how++) {
        assert_int_equal(COMMAND(p, 0xf2, 0x3c, how), SIM_USB_OK);
        EXPECT(p, 0x80, 0x00);
        sim_board_wait_ns(p->board, 1000000);
        reset_was_seen(p);
        bool held = reset_was_seen(p);
        assert_int_equal(held, how == 0);
        assert_int_equal(STATUS(p, 0xf2, 0x3c, 0x02), STATUS_OK);
        assert_true(reset_was_seen(p));
        sim_board_wait_ns(p->board, 1000000);
        reset_was_seen(p);
        if (how == 0)
            assert_false(reset_was_seen(p)); // the pulse ends with the pin let go
    }
    probe_close(p);
}

static void the_answer_does_not_tell_whether_nrst_is_wired(void **state)
{
    (void)state;
    struct probe *p = entered("nrst=open,firmware=count");
    reset_was_seen(p);
    assert_int_equal(COMMAND(p, 0xf2, 0x3c, 0x00), SIM_USB_OK);
    EXPECT(p, 0x80, 0x00);
    assert_false(reset_was_seen(p));
    probe_close(p);
}

// 2.2, 4.8: EXIT lets NRST go, also when it was pulled before ENTER.
static void exit_lets_nrst_go(void **state)
{
    (void)state;
    struct probe *p = probe_open("probe=v2-1,firmware=count");
    assert_int_equal(STATUS(p, 0xf2, 0x3c, 0x00), STATUS_OK);
    assert_int_equal(probe_enter(p), STATUS_OK);
    reset_was_seen(p);
    assert_true(reset_was_seen(p));
    probe_exit(p);
    assert_int_equal(probe_enter(p), STATUS_OK);
    sim_board_wait_ns(p->board, 1000000);
    reset_was_seen(p);
    assert_false(reset_was_seen(p));
    probe_close(p);
}

// ---- 4.7: access ports --------------------------------------------------------------------------

static void an_access_port_must_be_opened_from_j37_on(void **state)
{
    static const struct {
        const char *board;
        uint8_t unopened;
    } cases[] = {{"probe-fw=J36S7", STATUS_OK},
                 {"probe-fw=J37S7", BAD_AP},
                 {"probe=v3,probe-fw=J6", STATUS_OK},
                 {"probe=v3,probe-fw=J7", BAD_AP}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t v;
        struct probe *p = entered(cases[i].board);
        assert_int_equal(probe_read_port(p, 0, 0x00, &v), cases[i].unopened);
        assert_int_equal(probe_write_port(p, 0, 0x04, 0x20000000), cases[i].unopened);
        assert_int_equal(probe_read_port(p, 0, 0xfc, &v), STATUS_OK); // but IDR
        assert_int_equal(v, 0x04770021);
        assert_int_equal(COMMAND(p, 0xf2, 0x4b, 0x00, 0x00), SIM_USB_OK);
        EXPECT(p, 0x80, 0x00);
        assert_int_equal(probe_read_port(p, 0, 0x00, &v), STATUS_OK);
        probe_exit(p); // closes it
        assert_int_equal(probe_enter(p), STATUS_OK);
        assert_int_equal(probe_read_port(p, 0, 0x00, &v), cases[i].unopened);
        probe_close(p);
    }
}

static void closing_an_access_port_works_but_on_j28(void **state)
{
    (void)state;
    uint32_t v;
    struct probe *p = entered("");
    assert_int_equal(STATUS(p, 0xf2, 0x4b, 0), STATUS_OK);
    assert_int_equal(COMMAND(p, 0xf2, 0x4c, 0), SIM_USB_OK);
    EXPECT(p, 0x80, 0x00);
    assert_int_equal(probe_read_port(p, 0, 0x00, &v), BAD_AP);
    probe_close(p);
    p = entered("probe-fw=J28");
    assert_int_equal(STATUS(p, 0xf2, 0x4c, 0), BAD_AP);
    probe_close(p);
}

static void only_so_many_access_ports_exist(void **state)
{
    uint32_t v;
    (void)state;
    struct probe *p = entered("");
    assert_int_equal(STATUS(p, 0xf2, 0x4b, 8), STATUS_OK);
    assert_int_equal(STATUS(p, 0xf2, 0x4b, 9), BAD_AP);
    assert_int_equal(probe_read_port(p, 9, 0xfc, &v), BAD_AP);
    assert_int_equal(probe_read_port(p, 1, 0xfc, &v), STATUS_OK);
    assert_int_equal(v, 0); // nobody there
    probe_close(p);
    p = entered("probe-fw=J29");
    assert_int_equal(STATUS(p, 0xf2, 0x4b, 3), STATUS_OK);
    assert_int_equal(STATUS(p, 0xf2, 0x4b, 4), BAD_AP);
    probe_close(p);
}

static void debug_port_registers_are_reached(void **state)
{
    uint32_t v;
    (void)state;
    struct probe *p = entered("");
    assert_int_equal(probe_read_port(p, PORT_DP, 0x0, &v), STATUS_OK);
    assert_int_equal(v, 0x0bb11477);
    assert_int_equal(probe_read_port(p, PORT_DP, 0x4, &v), STATUS_OK);
    assert_int_equal(v & 0xf0000000, 0xf0000000); // ENTER has powered the debug domain
    assert_int_equal(STATUS(p, 0xf2, 0x4b, 0), STATUS_OK);
    assert_int_equal(probe_write_port(p, 0, 0x04, 0x20000010), STATUS_OK);
    assert_int_equal(probe_read_port(p, 0, 0x04, &v), STATUS_OK);
    assert_int_equal(v, 0x20000010);
    probe_close(p);
}

// 4.10: foreign parts connect, and are refused as soon as their access port is wanted.
static void foreign_parts_are_refused_by_new_firmware(void **state)
{
    static const struct {
        const char *board;
        bool refused;
    } cases[] = {
        {"chip=ok", false},
        {"chip=foreign,probe-fw=J36", false},
        {"chip=foreign", true},
        {"chip=foreign,probe=v3,probe-fw=J6", false},
        {"chip=foreign,probe=v3", true},
        {"chip=clone", false}, // GD32: works on V2, refused on V3
        {"chip=clone,probe=v3", true},
        {"designer=0x23b,idcode=0", true},
        {"designer=0x020,idcode=0", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t v;
        struct probe *p = entered(cases[i].board);
        assert_int_equal(COMMAND(p, 0xf2, 0x31), SIM_USB_OK);
        assert_int_equal(p->reply[0], STATUS_OK);
        uint8_t wanted = cases[i].refused ? NO_DEVICE : STATUS_OK;
        if (STATUS(p, 0xf2, 0x4b, 0) != wanted)
            fail_msg("%s: INIT_AP gives %02x", cases[i].board, p->reply[0]);
        assert_int_equal(probe_read32(p, 0x20000000, &v), wanted);
        assert_int_equal(COMMAND(p, 0xf2, 0x07, 0, 0, 0, 0x20, 4, 0), SIM_USB_OK);
        assert_int_equal(p->len, 4); // the data phase takes place
        assert_int_equal(STATUS(p, 0xf2, 0x3e), wanted);
        probe_close(p);
    }
}

// The firmware looks at the part once, not at every access.
static void the_part_is_looked_at_once(void **state)
{
    (void)state;
    uint32_t v;
    struct probe *p = entered("");
    probe_read32(p, 0x20000000, &v);
    uint64_t before = sim_board_account(p->board)->swd_packets;
    probe_read32(p, 0x20000000, &v);
    assert_in_range(sim_board_account(p->board)->swd_packets - before, 2, 6);
    probe_close(p);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_are_as_documented),
        cmocka_unit_test(the_extended_version_is_a_v3s),
        cmocka_unit_test(a_v2_powers_up_in_dfu_and_the_others_idle),
        cmocka_unit_test(exit_in_the_loader_is_a_choice),
        cmocka_unit_test(the_loader_knows_no_debug_commands),
        cmocka_unit_test(dfu_is_left_without_a_reply_or_a_new_id),
        cmocka_unit_test(swim_is_entered_and_left),
        cmocka_unit_test(a_probe_can_be_found_in_any_mode),
        cmocka_unit_test(a_probe_without_its_application_stays_in_the_loader),
        cmocka_unit_test(the_loader_tells_who_it_is),
        cmocka_unit_test(stm8_firmware_knows_no_debug_commands),
        cmocka_unit_test(the_voltage_is_a_pair_of_readings),
        cmocka_unit_test(enter_and_exit_change_the_mode),
        cmocka_unit_test(jtag_finds_nobody),
        cmocka_unit_test(without_a_target_it_goes_as_recorded),
        cmocka_unit_test(old_firmware_does_not_notice_that_nobody_is_there),
        cmocka_unit_test(idcodes_are_read),
        cmocka_unit_test(debug_commands_outside_of_debug_mode_stall),
        cmocka_unit_test(commands_appear_with_their_versions),
        cmocka_unit_test(unknown_classes_stall),
        cmocka_unit_test(the_board_identifiers_are_empty),
        cmocka_unit_test(trace_hears_nothing),
        cmocka_unit_test(v2_divisors_make_their_clocks),
        cmocka_unit_test(the_clock_starts_at_1800_khz_and_survives_exit),
        cmocka_unit_test(jtag_divisors_are_known),
        cmocka_unit_test(a_v3_lists_its_clocks),
        cmocka_unit_test(a_v3_takes_the_highest_that_is_no_faster),
        cmocka_unit_test(jtag_has_a_clock_of_its_own_on_v3),
        cmocka_unit_test(the_prescaler_changes_the_list),
        cmocka_unit_test(resetsys_resets_the_target),
        cmocka_unit_test(resetsys_while_idle_is_answered_and_does_nothing),
        cmocka_unit_test(opening_the_access_port_leaves_csw_alone),
        cmocka_unit_test(commands_of_api_version_1_work_on_an_old_v2),
        cmocka_unit_test(nrst_is_driven_low_high_and_in_pulses),
        cmocka_unit_test(the_answer_does_not_tell_whether_nrst_is_wired),
        cmocka_unit_test(exit_lets_nrst_go),
        cmocka_unit_test(an_access_port_must_be_opened_from_j37_on),
        cmocka_unit_test(closing_an_access_port_works_but_on_j28),
        cmocka_unit_test(only_so_many_access_ports_exist),
        cmocka_unit_test(debug_port_registers_are_reached),
        cmocka_unit_test(the_part_is_looked_at_once),
        cmocka_unit_test(foreign_parts_are_refused_by_new_firmware),
    };
    return cmocka_run_group_tests_name("sim_stlink", tests, NULL, NULL);
}
