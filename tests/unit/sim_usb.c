// SPDX-License-Identifier: MIT
// The board's USB side: what transfers cost (sim/probe/usb_cost.h), descriptors by model and form
// of serial number (USB 2.0, 9.6; stlink-protocol, 1.1, 1.2), and what goes wrong on the bus (1.6).
#include <stdio.h>
#include <time.h>

#include "sim/board/link.h"
#include "sim/probe/usb_cost.h"
#include "tests/unit/choose.h"
#include "tests/unit/sim_probe.h"

#define US 1000u

// ---- cost ---------------------------------------------------------------------------------------

// USB 2.0, 5.8.4: 19 packets of 64 bytes in a millisecond at full speed, 13 of 512 in 125 us at
// high speed. The host takes 60 (30) us from one transfer to the next.
static void an_out_transfer_costs_its_packets(void **state)
{
    (void)state;
    assert_int_equal(sim_usb_done_ns(false, false, 16, 0) / US, 60 + 52);
    assert_int_equal(sim_usb_done_ns(false, false, 6144, 0) / US, 60 + 97 * 1000 / 19);
    assert_int_equal(sim_usb_done_ns(true, false, 16, 0) / US, 30 + 9);
    assert_int_equal(sim_usb_done_ns(true, false, 6144, 0) / US, 30 + 13 * 125 / 13);
}

// An answer is fetched in a frame after the command: the recorded 1.15 to 1.37 ms.
static void an_in_transfer_waits_for_the_next_frame(void **state)
{
    (void)state;
    assert_int_equal(sim_usb_done_ns(false, true, 2, 100000) / US, 1000 + 52);
    assert_int_equal(sim_usb_done_ns(false, true, 2, 990000) / US, 2000 + 52);
    assert_int_equal(sim_usb_done_ns(true, true, 2, 1000) / US, 125 + 9);
    assert_int_equal(sim_usb_done_ns(true, true, 2, 120000) / US, 250 + 9);
}

static uint64_t command_us(struct probe *p)
{
    uint64_t before = sim_board_now_ns(p->board);
    assert_int_equal(COMMAND(p, 0xf5), SIM_USB_OK);
    return (sim_board_now_ns(p->board) - before) / US;
}

// 6.2: a command is 1 to 2 ms at full speed, a fraction of that at high speed.
static void a_command_costs_a_frame_or_a_few_microframes(void **state)
{
    (void)state;
    struct probe *p = probe_open("probe=v2-1");
    for (unsigned i = 0; i < 10; i++)
        assert_in_range(command_us(p), 900, 2100);
    probe_close(p);
    p = probe_open("probe=v3");
    for (unsigned i = 0; i < 10; i++)
        assert_in_range(command_us(p), 100, 400);
    probe_close(p);
}

static void the_account_counts_commands_transfers_and_bytes(void **state)
{
    (void)state;
    struct probe *p = probe_open("");
    const struct sim_account *a = sim_board_account(p->board);
    assert_int_equal(sim_board_now_ns(p->board), 0);
    assert_int_equal(a->instructions, 0);
    COMMAND(p, 0xf1);
    COMMAND(p, 0xf3, 0x07);
    assert_int_equal(a->usb_commands, 2);
    assert_int_equal(a->usb_transfers, 3);
    assert_int_equal(a->usb_bytes_out, 32);
    assert_int_equal(a->usb_bytes_in, 6);
    probe_close(p);
}

// ---- descriptors --------------------------------------------------------------------------------

static int get_descriptor(struct probe *p, uint8_t type, uint8_t index, uint8_t *data, uint16_t len)
{
    uint8_t setup[8] = {0x80, 6, index, type};
    put_le16(&setup[6], len);
    return sim_board_usb_control(p->board, setup, data);
}

static void every_model_has_its_ids_and_endpoints(void **state)
{
    static const struct {
        const char *board;
        uint16_t pid;
        uint8_t out, in, trace;
        unsigned packet;
    } cases[] = {{"probe=v2", 0x3748, 0x02, 0x81, 0x83, 64},
                 {"probe=v2-1", 0x374b, 0x01, 0x81, 0x82, 64},
                 {"probe=v3", 0x374f, 0x01, 0x81, 0x82, 512},
                 {"probe=v3e", 0x374e, 0x01, 0x81, 0x82, 512},
                 {"probe=v3pwr", 0x3757, 0x01, 0x81, 0x82, 512}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct probe *p = probe_open(cases[i].board);
        uint8_t d[64];
        assert_int_equal(get_descriptor(p, 1, 0, d, sizeof d), 18);
        assert_int_equal(get_le16(&d[8]), 0x0483);
        assert_int_equal(get_le16(&d[10]), cases[i].pid);
        assert_int_equal(sim_board_usb_pid(p->board), cases[i].pid);
        assert_int_equal(sim_board_usb_high_speed(p->board), cases[i].packet == 512);
        static const uint8_t strings[3] = {1, 2, 3}; // manufacturer, product, serial
        assert_memory_equal(&d[14], strings, 3);
        int len = get_descriptor(p, 2, 0, d, sizeof d);
        assert_int_equal(len, get_le16(&d[2])); // wTotalLength
        assert_int_equal(len, 39);
        assert_int_equal(d[5], 1);     // configuration 1
        assert_int_equal(d[9 + 2], 0); // interface 0
        assert_int_equal(d[9 + 5], 0xff);
        unsigned seen = 0;
        for (const uint8_t *e = d + 18; e < d + len; e += e[0]) {
            assert_int_equal(e[1], 5);
            assert_int_equal(e[3], 2); // bulk
            assert_int_equal(get_le16(&e[4]), cases[i].packet);
            seen |= e[2] == cases[i].out     ? 1u
                    : e[2] == cases[i].in    ? 2u
                    : e[2] == cases[i].trace ? 4u
                                             : 8u;
        }
        assert_int_equal(seen, 7);
        probe_close(p);
    }
}

static void a_request_gets_no_more_than_it_asks_for(void **state)
{
    (void)state;
    struct probe *p = probe_open("");
    uint8_t d[64];
    memset(d, 0xaa, sizeof d);
    assert_int_equal(get_descriptor(p, 2, 0, d, 9), 9);
    assert_int_equal(d[9], 0xaa);
    assert_int_equal(get_descriptor(p, 1, 0, d, 8), 8);
    assert_int_equal(get_descriptor(p, 6, 0, d, 10), -1);  // device qualifier: there is none
    assert_int_equal(get_descriptor(p, 3, 99, d, 10), -1); // nor string 99
    assert_int_equal(get_descriptor(p, 3, 0, d, 64), 4);
    assert_int_equal(get_le16(&d[2]), 0x0409);
    probe_close(p);
}

// 1.2: 24 hex digits in 50 bytes; old firmware: 12 raw bytes, each in the lower half of a unit,
// in 26.
static void serial_numbers_come_in_their_forms(void **state)
{
    uint8_t d[64];
    (void)state;
    struct probe *p = probe_open("serial=48FF6C064983485321390187");
    assert_int_equal(get_descriptor(p, 3, 3, d, sizeof d), 50);
    assert_int_equal(d[0], 50);
    assert_int_equal(d[1], 3);
    assert_int_equal(d[2], '4');
    assert_int_equal(d[48], '7');
    assert_int_equal(d[49], 0);
    assert_string_equal(sim_board_usb_serial(p->board), "48FF6C064983485321390187");
    assert_int_equal(sim_board_set(p->board, "serial", "raw"), ERR_OK);
    assert_int_equal(get_descriptor(p, 3, 3, d, sizeof d), 26);
    static const uint8_t raw[24] = {0x48, 0, 0xff, 0, 0x6c, 0, 0x06, 0, 0x49, 0, 0x83, 0,
                                    0x48, 0, 0x53, 0, 0x21, 0, 0x39, 0, 0x01, 0, 0x87, 0};
    assert_int_equal(d[0], 26);
    assert_memory_equal(&d[2], raw, 24);
    assert_int_equal(sim_board_set(p->board, "serial", "0123"), ERR_OK);
    assert_int_equal(get_descriptor(p, 3, 3, d, sizeof d), 6);
    assert_int_equal(sim_board_set(p->board, "serial", "none"), ERR_OK);
    assert_int_equal(get_descriptor(p, 3, 3, d, sizeof d), -1);
    assert_int_equal(get_descriptor(p, 1, 0, d, sizeof d), 18);
    assert_int_equal(d[16], 0); // iSerialNumber
    assert_string_equal(sim_board_usb_serial(p->board), "");
    probe_close(p);
}

static void names_are_those_of_the_makers(void **state)
{
    (void)state;
    struct probe *p = probe_open("");
    uint8_t d[64];
    static const char name[] = "STM32 STLink";
    assert_int_equal(get_descriptor(p, 3, 2, d, sizeof d), 2 + 2 * 12);
    for (unsigned i = 0; i < 12; i++)
        assert_int_equal(d[2 + 2 * i], name[i]);
    probe_close(p);
}

// ---- endpoints ----------------------------------------------------------------------------------

static void wrong_endpoints_stall(void **state)
{
    (void)state;
    struct probe *p = probe_open("probe=v2");
    uint8_t c[16] = {0xf5}, room[16];
    size_t len;
    bool overflow;
    assert_int_equal(sim_board_usb_out(p->board, 0x01, c, 16), SIM_USB_STALL);
    assert_int_equal(sim_board_usb_in(p->board, 0x82, room, 16, &len, &overflow), SIM_USB_STALL);
    assert_int_equal(sim_board_usb_in(p->board, 0x83, room, 16, &len, &overflow),
                     SIM_USB_NAK); // no trace
    probe_close(p);
}

static void an_answer_that_does_not_fit_is_an_overflow(void **state)
{
    (void)state;
    struct probe *p = probe_open("");
    uint8_t c[16] = {0xf1}, room[16];
    size_t len;
    bool overflow;
    probe_send(p, c, 16);
    assert_int_equal(sim_board_usb_in(p->board, EP_IN, room, 4, &len, &overflow), SIM_USB_OK);
    assert_true(overflow);
    assert_int_equal(len, 4);
    assert_int_equal(probe_receive(p), SIM_USB_NAK); // the rest is lost
    probe_close(p);
}

static void without_a_command_there_is_no_answer(void **state)
{
    (void)state;
    struct probe *p = probe_open("");
    assert_int_equal(probe_receive(p), SIM_USB_NAK);
    assert_int_equal(COMMAND(p, 0xf5), SIM_USB_OK);
    assert_int_equal(probe_receive(p), SIM_USB_NAK); // nor a second one
    probe_close(p);
}

// ---- what goes wrong ----------------------------------------------------------------------------

static void faults_strike_at_their_command(void **state)
{
    static const struct {
        const char *usb;
        enum sim_usb_status status;
    } cases[] = {{"usb=stall@3", SIM_USB_STALL},
                 {"usb=timeout@3", SIM_USB_NAK},
                 {"usb=short@3", SIM_USB_OK},
                 {"usb=garbage@3", SIM_USB_OK}};
    static const uint8_t version[6] = {0x29, 0x47, 0x83, 0x04, 0x48, 0x37};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct probe *p = probe_open(cases[i].usb);
        for (unsigned n = 1; n <= 5; n++) {
            enum sim_usb_status status = COMMAND(p, 0xf1);
            if (n != 3) {
                assert_int_equal(status, SIM_USB_OK);
                assert_int_equal(p->len, 6);
                assert_memory_equal(p->reply, version, 6);
                continue;
            }
            assert_int_equal(status, cases[i].status);
            if (status == SIM_USB_OK)
                assert_true(p->len != 6 || memcmp(p->reply, version, 6) != 0);
            sim_board_usb_clear_halt(p->board, EP_IN);
        }
        probe_close(p);
    }
}

static void a_pulled_plug_is_gone_until_it_is_back(void **state)
{
    (void)state;
    struct probe *p = probe_open("probe=v2-1,usb=unplug@3");
    uint8_t c[16] = {0xf5}, d[18];
    assert_int_equal(probe_enter(p), STATUS_OK);
    assert_int_equal(probe_send(p, c, 16), SIM_USB_GONE);
    assert_int_equal(probe_receive(p), SIM_USB_GONE);
    assert_int_equal(get_descriptor(p, 1, 0, d, 18), -1);
    assert_int_equal(sim_board_usb_refusal(p->board), ERR_NO_PROBE);
    sim_board_usb_plug(p->board, true);
    assert_int_equal(probe_mode(p), 1); // as at power-up
    probe_close(p);
}

// The probe lives on USB: what it drove, it drives no longer.
static void unplugging_lets_nrst_go(void **state)
{
    (void)state;
    uint32_t v;
    struct probe *p = probe_open("");
    assert_int_equal(probe_enter(p), STATUS_OK);
    STATUS(p, 0xf2, 0x3c, 0x00);
    assert_int_equal(probe_read32(p, 0x20000000, &v), 0x11);
    sim_board_usb_plug(p->board, false);
    sim_board_usb_plug(p->board, true);
    assert_int_equal(probe_enter(p), STATUS_OK);
    sim_board_wait_ns(p->board, 1000000);
    assert_int_equal(probe_read32(p, 0x20000000, &v), STATUS_OK);
    probe_close(p);
}

// 1.6: pyOCD drains the endpoint at open for this.
static void a_stale_reply_comes_first(void **state)
{
    (void)state;
    struct probe *p = probe_open("usb=stale-reply");
    assert_int_equal(COMMAND(p, 0xf5), SIM_USB_OK);
    assert_int_equal(p->len, 8); // not an answer to this
    assert_int_equal(probe_receive(p), SIM_USB_OK);
    EXPECT(p, 0, 1);
    assert_int_equal(COMMAND(p, 0xf5), SIM_USB_OK);
    EXPECT(p, 0, 1);
    probe_close(p);
}

static void an_answer_that_nobody_fetched_becomes_stale(void **state)
{
    (void)state;
    struct probe *p = probe_open("");
    uint8_t version[16] = {0xf1}, mode[16] = {0xf5};
    probe_send(p, version, 16);
    probe_send(p, mode, 16);
    assert_int_equal(probe_receive(p), SIM_USB_OK);
    assert_int_equal(p->len, 6);
    assert_int_equal(probe_receive(p), SIM_USB_OK);
    EXPECT(p, 0, 1);
    probe_send(p, version, 16);
    probe_send(p, mode, 16);
    sim_board_usb_reset(p->board); // but not over a reset of the port
    assert_int_equal(COMMAND(p, 0xf5), SIM_USB_OK);
    EXPECT(p, 0, 1);
    probe_close(p);
}

// 1.6: the host begins with a new toggle, the probe does not: every other opening loses the first
// answer.
static void toggle_loss_eats_the_first_answer(void **state)
{
    (void)state;
    struct probe *p = probe_open("usb=toggle-loss");
    sim_board_usb_open(p->board);
    assert_int_equal(COMMAND(p, 0xf5), SIM_USB_NAK);
    assert_int_equal(probe_receive(p), SIM_USB_NAK);
    assert_int_equal(COMMAND(p, 0xf5), SIM_USB_OK);
    assert_int_equal(COMMAND(p, 0xf5), SIM_USB_OK);
    sim_board_usb_open(p->board);
    assert_int_equal(COMMAND(p, 0xf5), SIM_USB_OK); // an even number of packets
    sim_board_usb_open(p->board);
    assert_int_equal(COMMAND(p, 0xf5), SIM_USB_NAK);
    COMMAND(p, 0xf5);
    sim_board_usb_open(p->board);
    sim_board_usb_clear_halt(p->board, EP_IN); // sets both back
    assert_int_equal(COMMAND(p, 0xf5), SIM_USB_OK);
    probe_close(p);
}

// It is packets that count: an answer of two leaves the toggle as it was.
static void toggles_count_packets(void **state)
{
    (void)state;
    struct probe *p = probe_open("usb=toggle-loss,probe=v2-1");
    sim_board_usb_clear_halt(p->board, EP_IN);
    assert_int_equal(probe_enter(p), STATUS_OK); // two answers of a packet each
    assert_int_equal(COMMAND(p, 0xf2, 0x07, 0, 0, 0, 0x20, 128, 0), SIM_USB_OK);
    sim_board_usb_open(p->board);
    assert_int_equal(COMMAND(p, 0xf5), SIM_USB_OK);
    assert_int_equal(COMMAND(p, 0xf2, 0x07, 0, 0, 0, 0x20, 128, 0), SIM_USB_OK);
    sim_board_usb_open(p->board);
    assert_int_equal(COMMAND(p, 0xf5), SIM_USB_NAK);
    probe_close(p);
}

static void a_stuck_probe_needs_a_replug(void **state)
{
    static const char *const models[] = {"v2", "v3"};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        char board[64];
        uint8_t c[16] = {0xf5};
        snprintf(board, sizeof board, "usb=stuck,probe=%s", models[i]);
        struct probe *p = probe_open(board);
        assert_int_equal(probe_send(p, c, 16), i == 0 ? SIM_USB_OK : SIM_USB_NAK);
        assert_int_equal(probe_receive(p), SIM_USB_NAK);
        sim_board_usb_reset(p->board);
        sim_board_usb_clear_halt(p->board, EP_IN);
        probe_send(p, c, 16);
        assert_int_equal(probe_receive(p), SIM_USB_NAK);
        uint8_t d[18];
        assert_int_equal(get_descriptor(p, 1, 0, d, 18), 18); // it is there all the same
        sim_board_usb_plug(p->board, false);
        sim_board_usb_plug(p->board, true);
        assert_int_equal(COMMAND(p, 0xf5), SIM_USB_OK);
        probe_close(p);
    }
}

// 5.1: ENTER failed, the program went, the next one finds a deaf V3; EXIT before leaving avoids it.
static void a_failed_connection_wedges_the_next_program(void **state)
{
    uint8_t c[16] = {0xf5};
    (void)state;
    for (unsigned polite = 0; polite < 2; polite++) {
        struct probe *p = probe_open("usb=wedges,probe=v3,cable=out");
        sim_board_usb_open(p->board);
        assert_int_equal(probe_enter(p), STATUS_NO_IDCODE);
        if (polite)
            probe_exit(p);
        sim_board_usb_open(p->board);
        assert_int_equal(probe_send(p, c, 16), polite ? SIM_USB_OK : SIM_USB_NAK);
        probe_close(p);
    }
}

static void slow_and_late_answers_come_in_the_end(void **state)
{
    (void)state;
    struct probe *p = probe_open("usb=slow");
    assert_int_equal(COMMAND(p, 0xf5), SIM_USB_NAK);
    sim_board_wait_ns(p->board, 25000000);
    assert_int_equal(probe_receive(p), SIM_USB_OK);
    EXPECT(p, 0, 1);
    probe_close(p);
    p = probe_open("usb=late@1");
    assert_int_equal(COMMAND(p, 0xf5), SIM_USB_NAK);
    sim_board_wait_ns(p->board, 2000000000);
    assert_int_equal(probe_receive(p), SIM_USB_NAK);
    sim_board_wait_ns(p->board, 1500000000);
    assert_int_equal(probe_receive(p), SIM_USB_OK);
    assert_int_equal(COMMAND(p, 0xf5), SIM_USB_OK);
    probe_close(p);
}

static void a_link_waits_for_an_answer_as_long_as_it_may(void **state)
{
    (void)state;
    struct log log = log_silent();
    struct usb_link link;
    uint8_t reply[2];
    struct usb_exchange x = {.command = {0xf5}, .in = reply, .in_len = 2, .timeout_ms = 100};
    assert_int_equal(sim_link_open(&link, "usb=slow,usb=late@2", &log, &log), ERR_OK);
    assert_int_equal(link.ops->transfer(link.self, &x), ERR_OK);
    assert_int_equal(x.in_got, 2);
    uint64_t before = link.ops->now_us(link.self);
    assert_int_equal(link.ops->transfer(link.self, &x), ERR_TIMEOUT);
    assert_in_range(link.ops->now_us(link.self) - before, 100000, 110000);
    link.ops->close(link.self);
}

static void who_may_not_have_the_probe_is_told_why(void **state)
{
    static const struct {
        const char *board;
        enum err e;
    } cases[] = {
        {"usb=busy", ERR_PROBE_BUSY}, {"usb=forbidden", ERR_PROBE_ACCESS}, {"usb=ok", ERR_OK}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct log log = log_silent();
        struct usb_link link;
        assert_int_equal(sim_link_open(&link, cases[i].board, &log, &log), cases[i].e);
        if (cases[i].e == ERR_OK)
            link.ops->close(link.self);
        else
            assert_true(strlen(log.sentence) > 20);
    }
}

static void ok_ends_the_faults_of_the_bus(void **state)
{
    (void)state;
    struct probe *p = probe_open("usb=busy,usb=slow,usb=stall@1,usb=ok");
    assert_int_equal(sim_board_usb_refusal(p->board), ERR_OK);
    assert_int_equal(COMMAND(p, 0xf5), SIM_USB_OK);
    probe_close(p);
}

// What a front end asks for before a transfer, so that the catching up is not taken for a part of
// it.
static void a_board_that_follows_catches_up_when_somebody_waits(void **state)
{
    (void)state;
    struct probe *p = probe_open("");
    struct timespec nap = {.tv_nsec = 2000000};
    sim_board_set_follow(p->board, true);
    uint64_t before = sim_board_now_ns(p->board);
    while (nanosleep(&nap, &nap))
        continue;
    sim_board_wait_ns(p->board, 0);
    assert_true(sim_board_now_ns(p->board) - before >= 2000000);
    probe_close(p);
}

// ---- usb-latency --------------------------------------------------------------------------------

static uint64_t ns_of_ten(const char *board, const uint8_t *command, size_t len)
{
    struct probe *p = probe_open(board);
    assert_int_equal(probe_enter(p), STATUS_OK);
    uint64_t ns = sim_board_now_ns(p->board);
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(probe_command(p, command, len), SIM_USB_OK);
    ns = sim_board_now_ns(p->board) - ns;
    probe_close(p);
    return ns;
}

// A command without anything on the wires: its latency, two packets, and the firmware's 20 us. At
// full speed a packet takes a nineteenth of a millisecond, at high speed a thirteenth of 125 us.
static void a_latency_of_the_hosts_own_is_exact(void **state)
{
    static const uint8_t mode[1] = {0xf5}, max_items[2] = {0xf2, 0x53};
    (void)state;
    assert_int_equal(ns_of_ten("usb-latency=0", mode, 1), 10 * (20000 + 2 * 52631));
    assert_int_equal(ns_of_ten("usb-latency=390", mode, 1), 10 * (390000 + 20000 + 2 * 52631));
    assert_int_equal(ns_of_ten("usb-latency=390,probe=v3", mode, 1),
                     10 * (390000 + 20000 + 2 * 9615));
    assert_int_equal(ns_of_ten("usb-latency=7,probe=v3", max_items, 2),
                     10 * (7000 + 20000 + 2 * 9615));
    assert_int_equal(ns_of_ten("usb-latency=390,usb-latency=frames", mode, 1),
                     ns_of_ten("", mode, 1));
}

// It comes once a command, however many transfers there are; the data brings its packets.
static void data_costs_packets_and_no_latency(void **state)
{
    static const uint8_t data[256] = {0};
    (void)state;
    uint64_t ns[2];
    for (unsigned i = 0; i < 2; i++) {
        struct probe *p = probe_open(i ? "usb-latency=1000" : "usb-latency=0");
        assert_int_equal(probe_enter(p), STATUS_OK);
        ns[i] = sim_board_now_ns(p->board);
        COMMAND(p, 0xf2, 0x08, 0x00, 0x00, 0x00, 0x20, 0x00, 0x01);
        assert_int_equal(probe_send(p, data, sizeof data), SIM_USB_OK);
        assert_int_equal(STATUS(p, 0xf2, 0x3e), STATUS_OK);
        ns[i] = sim_board_now_ns(p->board) - ns[i];
        probe_close(p);
    }
    assert_int_equal(ns[1] - ns[0], 2000000);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_latency_of_the_hosts_own_is_exact),
        cmocka_unit_test(data_costs_packets_and_no_latency),
        cmocka_unit_test(an_out_transfer_costs_its_packets),
        cmocka_unit_test(an_in_transfer_waits_for_the_next_frame),
        cmocka_unit_test(a_command_costs_a_frame_or_a_few_microframes),
        cmocka_unit_test(the_account_counts_commands_transfers_and_bytes),
        cmocka_unit_test(every_model_has_its_ids_and_endpoints),
        cmocka_unit_test(a_request_gets_no_more_than_it_asks_for),
        cmocka_unit_test(serial_numbers_come_in_their_forms),
        cmocka_unit_test(names_are_those_of_the_makers),
        cmocka_unit_test(wrong_endpoints_stall),
        cmocka_unit_test(an_answer_that_does_not_fit_is_an_overflow),
        cmocka_unit_test(without_a_command_there_is_no_answer),
        cmocka_unit_test(faults_strike_at_their_command),
        cmocka_unit_test(a_pulled_plug_is_gone_until_it_is_back),
        cmocka_unit_test(unplugging_lets_nrst_go),
        cmocka_unit_test(a_stale_reply_comes_first),
        cmocka_unit_test(an_answer_that_nobody_fetched_becomes_stale),
        cmocka_unit_test(toggle_loss_eats_the_first_answer),
        cmocka_unit_test(toggles_count_packets),
        cmocka_unit_test(a_stuck_probe_needs_a_replug),
        cmocka_unit_test(a_failed_connection_wedges_the_next_program),
        cmocka_unit_test(slow_and_late_answers_come_in_the_end),
        cmocka_unit_test(a_link_waits_for_an_answer_as_long_as_it_may),
        cmocka_unit_test(who_may_not_have_the_probe_is_told_why),
        cmocka_unit_test(ok_ends_the_faults_of_the_bus),
        cmocka_unit_test(a_board_that_follows_catches_up_when_somebody_waits),
    };
    return cmocka_run_group_tests_name("sim_usb", tests, NULL, NULL);
}
