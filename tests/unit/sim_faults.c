// SPDX-License-Identifier: MIT
// What a real ST-LINK reports for each fault (stlink-protocol, 5.1), reached by the virtual one
// through bits on wires: alone, in pairs, on every model, and in the middle of a session.
#include <stdio.h>

#include "tests/unit/choose.h"
#include "tests/unit/sim_probe.h"

#define RAM        0x20000000u
#define FLASH      0x08000000u
#define DHCSR      0xe000edf0u
#define S_RESET_ST (1u << 25)

static const char *const models[] = {"v2", "v2-1", "v3"};

static struct probe *open_model(unsigned model, const char *faults)
{
    char board[256];
    snprintf(board, sizeof board, "firmware=count,probe=%s,%s", models[model], faults);
    return probe_open(board);
}

// ENTER 09 and mode 1, whatever the reason: the probe cannot tell them apart.
static void faults_that_look_alike_all_end_in_09(void **state)
{
    static const char *const faults[] = {
        "swdio=open",
        "swdio=gnd",
        "swdio=vcc",
        "swdio=joined",
        "swdio=swapped",
        "swclk=open",
        "swclk=gnd",
        "swclk=vcc",
        "swclk=joined",
        "swclk=swapped",
        "swdio=gnd@board",
        "swdio=vcc@board",
        "swdio=joined@board",
        "cable=out",
        "vdd=off",
        "vdda=off",
        "chip=dead",
        "chip=rotated",
        "chip=missing",
        "rdp=2",
        "firmware=stop",
        "firmware=standby",
        "firmware=swd-off",
        "swdio=100k",
        "vdd=1700",
        // pairs
        "swdio=gnd,swclk=open",
        "swdio=open,nrst=gnd",
        "swdio=swapped,vtref=open",
        "vdd=off,swdio=gnd",
        "swdio=joined,gnd=open",
        "rdp=2,nrst=open",
        "firmware=swd-off,nrst=open",
        "swdio=swapped+joined",
        "swclk=weak,swdio=gnd",
        "chip=dead,vtref=fake",
        "vdd=off,vtref=fake",
    };
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        for (unsigned model = 0; model < 3; model++) {
            struct probe *p = open_model(model, faults[i]);
            uint8_t status = probe_enter(p);
            if (status != STATUS_NO_IDCODE || probe_mode(p) != 1)
                fail_msg("%s on %s: status %02x", faults[i], models[model], status);
            assert_int_equal(COMMAND(p, 0xf2, 0x36), SIM_USB_STALL);
            probe_close(p);
        }
}

// Those that the probe can live with.
static void other_faults_leave_the_link_alone(void **state)
{
    static const char *const faults[] = {"vtref=open",
                                         "vtref=0",
                                         "vtref=fake",
                                         "vtref=1234",
                                         "nrst=open",
                                         "nrst=vcc",
                                         "nrst=gnd",
                                         "nrst=slow",
                                         "hse=dead",
                                         "boot0=1",
                                         "rdp=1",
                                         "vdda=2400",
                                         "vdd=2000",
                                         "swdio=470",
                                         "chip=clone,probe=v2",
                                         "firmware=iwdg",
                                         "firmware=sleep",
                                         "firmware=lockup",
                                         "nrst=gnd,vtref=open"};
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct probe *p = open_model(0, faults[i]);
        uint32_t v;
        if (probe_enter(p) != STATUS_OK || probe_read32(p, DHCSR, &v) != STATUS_OK)
            fail_msg("%s is in the way", faults[i]);
        probe_close(p);
    }
}

// 5.1: SWDIO stuck in a session: 12 for accesses to the AP, 16 for the DP, again and again until
// EXIT and ENTER.
static void a_link_that_breaks_says_12_and_16(void **state)
{
    static const char *const breaks[][2] = {
        {"swdio", "gnd"},  {"swdio", "vcc"}, {"swdio", "open"},
        {"swclk", "open"}, {"swclk", "gnd"}, {"swdio", "joined"},
        {"cable", "out"},  {"chip", "dead"}, {"vdd", "off"}};
    (void)state;
    for (size_t i = 0; i < sizeof breaks / sizeof breaks[0]; i++) {
        struct probe *p = open_model(0, "vtref=ok");
        uint32_t v;
        assert_int_equal(probe_enter(p), STATUS_OK);
        assert_int_equal(probe_read32(p, RAM, &v), STATUS_OK);
        assert_int_equal(sim_board_set(p->board, breaks[i][0], breaks[i][1]), ERR_OK);
        sim_board_wait_ns(p->board, 1000000);
        for (unsigned k = 0; k < 3; k++) {
            if (probe_read32(p, RAM, &v) != 0x12)
                fail_msg("%s=%s: %02x", breaks[i][0], breaks[i][1], p->reply[0]);
            assert_int_equal(probe_write32(p, RAM, 1), 0x12);
            assert_int_equal(probe_read_port(p, PORT_DP, 0, &v), 0x16);
        }
        assert_int_equal(probe_mode(p), 2); // the probe does not leave by itself
        probe_exit(p);
        assert_int_equal(probe_enter(p), STATUS_NO_IDCODE);
        probe_close(p);
    }
}

static void after_a_break_only_a_new_connection_helps(void **state)
{
    (void)state;
    struct probe *p = open_model(0, "vtref=ok");
    uint32_t v;
    assert_int_equal(probe_enter(p), STATUS_OK);
    // The request is cut off in the middle: the target waits for a line reset.
    assert_int_equal(sim_board_set(p->board, "swdio", "noise=0.2"), ERR_OK);
    for (unsigned i = 0; i < 10; i++)
        probe_read32(p, RAM, &v);
    assert_int_equal(sim_board_set(p->board, "swdio", "ok"), ERR_OK);
    assert_int_not_equal(probe_read32(p, RAM, &v), STATUS_OK);
    assert_int_not_equal(probe_read32(p, RAM, &v), STATUS_OK);
    probe_exit(p);
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_int_equal(probe_read32(p, RAM, &v), STATUS_OK);
    probe_close_after(p, sim_board_account(p->board)->violation_count);
}

// 5.1: bad contact, long wires: a mix of 09, 12, 13, 16, 17 in one session.
static void a_bad_contact_gives_a_mix_of_codes(void **state)
{
    (void)state;
    struct probe *p = open_model(0, "swdio=noise=0.004");
    unsigned seen[256] = {0};
    for (unsigned i = 0; i < 400; i++) {
        uint32_t v;
        if (probe_mode(p) != 2 || probe_read_port(p, PORT_DP, 0, &v) != STATUS_OK) {
            seen[probe_mode(p) == 2 ? p->reply[0] : 0]++;
            probe_exit(p);
            seen[probe_enter(p)]++;
        }
        if (probe_mode(p) == 2)
            seen[probe_read32(p, RAM, &v)]++;
    }
    assert_true(seen[STATUS_OK] > 100);
    assert_true(seen[STATUS_NO_IDCODE] > 0);
    assert_true(seen[0x12] > 0);
    assert_true(seen[0x13] > 0);
    probe_close_after(p, sim_board_account(p->board)->violation_count);
}

// 5.1: what belongs to debugging answers, the rest faults, S_RESET_ST comes back every time.
static void nrst_held_low_from_outside(void **state)
{
    static const uint32_t dead[] = {RAM, FLASH, 0x40021000};
    (void)state;
    for (unsigned model = 0; model < 3; model++) {
        struct probe *p = open_model(model, "nrst=gnd");
        uint32_t v;
        assert_int_equal(probe_enter(p), STATUS_OK);
        for (unsigned i = 0; i < 3; i++) {
            assert_int_equal(probe_read32(p, DHCSR, &v), STATUS_OK);
            assert_true(v & S_RESET_ST);
            assert_int_equal(probe_write32(p, DHCSR, 0xa05f0003), STATUS_OK);
            assert_false(v & 1u << 17); // never halts
        }
        for (unsigned i = 0; i < 3; i++)
            assert_int_equal(probe_read32(p, dead[i], &v), 0x11);
        assert_int_equal(probe_read32(p, 0xe0001000, &v), STATUS_OK); // DWT
        probe_close(p);
    }
}

static void read_protection_level_1_hides_the_flash_only(void **state)
{
    (void)state;
    struct probe *p = open_model(0, "rdp=1");
    uint32_t v;
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_int_equal(probe_read32(p, 0xe000ed00, &v), STATUS_OK); // CPUID
    assert_int_equal(probe_read32(p, RAM, &v), STATUS_OK);
    assert_int_equal(probe_read32(p, 0x40022000, &v), STATUS_OK);
    assert_int_equal(probe_read32(p, 0x1ffff800, &v), STATUS_OK); // option bytes
    assert_int_equal(probe_read32(p, FLASH, &v), 0x11);
    assert_int_equal(COMMAND(p, 0xf2, 0x07, 0, 0, 0, 8, 0x40, 0), SIM_USB_OK);
    assert_int_equal(p->len, 0x40);
    assert_int_equal(STATUS(p, 0xf2, 0x3e), 0x11);
    assert_int_equal(get_le32(&p->reply[4]), FLASH);
    probe_close(p);
}

// 5.1: under reset the program does not run, and cannot take the pins or fall asleep.
static void under_reset_programs_cannot_hide(void **state)
{
    static const char *const programs[] = {"firmware=swd-off", "firmware=stop", "firmware=standby"};
    (void)state;
    for (unsigned i = 0; i < 3; i++)
        for (unsigned wired = 0; wired < 2; wired++) {
            struct probe *p = open_model(1, programs[i]);
            assert_int_equal(sim_board_set(p->board, "nrst", wired ? "ok" : "open"), ERR_OK);
            assert_int_equal(probe_enter(p), STATUS_NO_IDCODE);
            assert_int_equal(STATUS(p, 0xf2, 0x3c, 0x00), STATUS_OK);
            assert_int_equal(probe_enter(p), wired ? STATUS_OK : STATUS_NO_IDCODE);
            probe_close(p);
        }
}

static void the_pins_are_lost_in_the_middle_of_a_session(void **state)
{
    (void)state;
    struct probe *p = open_model(1, "firmware=swd-off");
    uint32_t v;
    STATUS(p, 0xf2, 0x3c, 0x00);
    assert_int_equal(probe_enter(p), STATUS_OK);
    STATUS(p, 0xf2, 0x3c, 0x01);
    assert_int_equal(probe_read32(p, DHCSR, &v), STATUS_OK);
    sim_board_wait_ns(p->board, 20000000);
    assert_int_equal(probe_write32(p, DHCSR, 0xa05f0003), 0x12);
    assert_int_equal(probe_write32(p, DHCSR, 0xa05f0003), 0x12);
    probe_close(p);
}

// The supply comes and goes while a program watches: first silence, then a port that wants to be
// connected to.
static void faults_can_come_and_go(void **state)
{
    static const char *const keys[][3] = {{"swdio", "gnd", "ok"}, {"swclk", "vcc", "ok"},
                                          {"vdd", "off", "3300"}, {"cable", "out", "in"},
                                          {"chip", "dead", "ok"}, {"gnd", "open", "ok"}};
    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        struct probe *p = open_model(1, "vtref=ok");
        uint32_t v;
        for (unsigned round = 0; round < 3; round++) {
            assert_int_equal(sim_board_set(p->board, keys[i][0], keys[i][1]), ERR_OK);
            sim_board_wait_ns(p->board, 7000000);
            probe_enter(p);
            assert_int_equal(sim_board_set(p->board, keys[i][0], keys[i][2]), ERR_OK);
            sim_board_wait_ns(p->board, 10000000);
            probe_exit(p);
            if (probe_enter(p) != STATUS_OK || probe_read32(p, RAM, &v) != STATUS_OK)
                fail_msg("%s=%s does not come back", keys[i][0], keys[i][2]);
        }
        probe_close(p);
    }
}

// A burst of halfwords into flash that is busy erasing: longer than the firmware repeats (3, 4.5).
static void a_bus_that_is_too_slow_ends_in_wait(void **state)
{
    static const uint32_t unlock_and_erase[][2] = {{0x40022004, 0x45670123},
                                                   {0x40022004, 0xcdef89ab},
                                                   {0x40022010, 2},
                                                   {0x40022014, FLASH},
                                                   {0x40022010, 0x42}};
    (void)state;
    struct probe *p = open_model(0, "vtref=ok");
    uint32_t v;
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_int_equal(probe_write32(p, DHCSR, 0xa05f0003), STATUS_OK);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(probe_write32(p, unlock_and_erase[i][0], unlock_and_erase[i][1]),
                         STATUS_OK);
    uint8_t status = probe_read32(p, FLASH + 0x800, &v);
    assert_true(status == 0x10 || status == 0x14);
    sim_board_wait_ns(p->board, 50000000);
    probe_exit(p);
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_int_equal(probe_read32(p, FLASH + 0x800, &v), STATUS_OK);
    probe_close(p);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_that_look_alike_all_end_in_09),
        cmocka_unit_test(other_faults_leave_the_link_alone),
        cmocka_unit_test(a_link_that_breaks_says_12_and_16),
        cmocka_unit_test(after_a_break_only_a_new_connection_helps),
        cmocka_unit_test(a_bad_contact_gives_a_mix_of_codes),
        cmocka_unit_test(nrst_held_low_from_outside),
        cmocka_unit_test(read_protection_level_1_hides_the_flash_only),
        cmocka_unit_test(under_reset_programs_cannot_hide),
        cmocka_unit_test(the_pins_are_lost_in_the_middle_of_a_session),
        cmocka_unit_test(faults_can_come_and_go),
        cmocka_unit_test(a_bus_that_is_too_slow_ends_in_wait),
    };
    return cmocka_run_group_tests_name("sim_faults", tests, NULL, NULL);
}
