// SPDX-License-Identifier: MIT
// What each command of the virtual ST-LINK does on the wires with the firmware of the captures:
// transfer lists and times as decoded from the wires between a real ST-LINK/V2 (V2J17S4) and a real
// STM32F429 and nRF51 (sigrok's example dumps). A line of a list is one transfer, its data where
// the probe makes it. The WAITs that a Cortex-M4 answers behind AP writes are not in the lists:
// they are the target's.
#include <stdio.h>

#include "sim/wire/swd_host.h"
#include "tests/unit/choose.h"
#include "tests/unit/sim_probe.h"

#define J17 "probe-fw=V2J17S4"

struct record {
    struct sim_swd_event events[512];
    unsigned count;
};

static void note(void *arg, const struct sim_swd_event *event)
{
    struct record *r = arg;
    assert_true(r->count < 512);
    r->events[r->count++] = *event;
}

struct wires {
    struct probe *p;
    struct record r;
};

static struct wires *wires_of(const char *board)
{
    struct wires *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->p = probe_open(board);
    assert_int_equal(probe_enter(w->p), STATUS_OK);
    uint32_t value;
    assert_int_equal(probe_write32(w->p, 0xe000edf0, 0xa05f0003), STATUS_OK);
    assert_int_equal(probe_read32(w->p, 0x20000000, &value), STATUS_OK); // bank 0, words
    sim_board_watch_swd(w->p->board, note, &w->r);
    return w;
}

static void end(struct wires *w)
{
    probe_close(w->p);
    free(w);
}

// "2 W AP4 e000edf0": idle clocks if there are any, request, data of a write.
static void describe(const struct sim_swd_event *e, char text[64])
{
    static const char *const dp[2][4] = {{"ABORT", "CTRL/STAT", "SELECT", "TARGETSEL"},
                                         {"DPIDR", "CTRL/STAT", "RESEND", "RDBUFF"}};
    char idle[16] = "", data[16] = "", name[16];
    if (e->idle)
        snprintf(idle, sizeof idle, "%u ", e->idle);
    if (e->kind != SIM_SWD_PACKET) {
        bool ones = e->kind == SIM_SWD_LINE_RESET;
        snprintf(text, 64, ones ? "%s%u ones" : "%s%04x", idle, e->data);
        return;
    }
    if (e->ap)
        snprintf(name, sizeof name, "AP%x", e->addr);
    else
        snprintf(name, sizeof name, "%s", dp[e->read][e->addr / 4]);
    if (!e->read)
        snprintf(data, sizeof data, " %08x", e->data);
    snprintf(text, 64, "%s%c %s%s", idle, e->read ? 'R' : 'W', name, data);
}

static void assert_list(struct wires *w, const char *const *list)
{
    unsigned at = 0;
    for (unsigned i = 0; i < w->r.count; i++) {
        char text[64];
        if (w->r.events[i].result == SWD_WAIT)
            continue;
        describe(&w->r.events[i], text);
        if (!list[at] || strcmp(text, list[at]) != 0)
            fail_msg("transfer %u is \"%s\" and not \"%s\"", at + 1, text,
                     list[at] ? list[at] : "(none)");
        at++;
    }
    if (list[at])
        fail_msg("\"%s\" does not come", list[at]);
    w->r.count = 0;
}

#define LIST(w, ...) assert_list(w, (const char *const[]){__VA_ARGS__, NULL})

static void block(struct wires *w, uint8_t op, uint32_t addr, unsigned len)
{
    uint8_t c[8] = {0xf2, op};
    put_le32(&c[2], addr);
    put_le16(&c[6], (uint16_t)len);
    probe_command(w->p, c, sizeof c);
}

static void write_block(struct wires *w, uint8_t op, uint32_t addr, unsigned len)
{
    uint8_t data[256];
    for (unsigned i = 0; i < len; i++)
        data[i] = (uint8_t)(i / 4 + 1);
    block(w, op, addr, len);
    assert_int_equal(probe_send(w->p, data, len), SIM_USB_OK);
}

// "connect" of the STM32F429, 816.858 ms and 818.840 ms; "disconnect", 1970.081 ms. And the same at
// the nRF51.
static void a_session_begins_and_ends_as_captured(void **state)
{
    (void)state;
    struct wires *w = wires_of(J17);
    probe_exit(w->p);
    LIST(w, "53 ones", "e73c", "53 ones");
    assert_int_equal(STATUS(w->p, 0xf2, 0x30, 0xa3), STATUS_OK);
    // The two zeros behind EXIT's second line reset come before the next.
    LIST(w, "2 53 ones", "e79e", "53 ones", "2 R DPIDR", "R CTRL/STAT", "W CTRL/STAT 50000000",
         "R CTRL/STAT", "W SELECT 000000f0", "R APc", "R AP8", "R RDBUFF");
    probe_write32(w->p, 0xe000edf0, 0xa05f0003);
    LIST(w, "W SELECT 00000000", "W AP0 23000002", "W AP4 e000edf0", "W APc a05f0003",
         "2 R CTRL/STAT");
    end(w);
}

static void words_and_registers_go_as_captured(void **state)
{
    (void)state;
    struct wires *w = wires_of(J17);
    uint32_t value;
    probe_read32(w->p, 0xe000edf0, &value);
    LIST(w, "W AP4 e000edf0", "R APc", "R RDBUFF");
    probe_write32(w->p, 0xe000edfc, 1);
    LIST(w, "W AP4 e000edfc", "W APc 00000001", "2 R CTRL/STAT");
    STATUS(w->p, 0xf2, 0x33, 0x0b);
    LIST(w, "W AP4 e000edf0", "W SELECT 00000010", "W AP4 0000000b", "R AP8", "R RDBUFF");
    STATUS(w->p, 0xf2, 0x33, 0x14); // SELECT 0 opens the next command
    LIST(w, "W SELECT 00000000", "W AP4 e000edf0", "W SELECT 00000010", "W AP4 00000014", "R AP8",
         "R RDBUFF");
    STATUS(w->p, 0xf2, 0x34, 0x10, 0, 0, 0, 1);
    LIST(w, "W SELECT 00000000", "W AP4 e000edf0", "W SELECT 00000010", "W AP8 01000000",
         "W AP4 00010010", "W SELECT 00000000", "W AP4 e000edf0", "W SELECT 00000010",
         "W AP4 00000010", "R AP8", "R RDBUFF");
    probe_write32(w->p, 0xe000edfc, 0);
    LIST(w, "W SELECT 00000000", "W AP4 e000edfc", "W APc 00000000", "2 R CTRL/STAT");
    end(w);
}

// It reads REGSEL 0 to 0x14 in turn, each like 33.
static void all_registers_are_21_single_ones(void **state)
{
    (void)state;
    struct wires *w = wires_of(J17);
    STATUS(w->p, 0xf2, 0x3a);
    assert_int_equal(w->r.count, 5 + 20 * 6);
    for (unsigned i = 0; i < 21; i++) {
        const struct sim_swd_event *dcrsr = &w->r.events[i ? 5 + 6 * (i - 1) + 3 : 2];
        assert_int_equal(dcrsr->addr, 4);
        assert_int_equal(dcrsr->data, i);
    }
    w->r.count = 0;
    end(w);
}

// PC is the register that comes back changed: bit 0 is not there. That the reply says 0D then is
// what it is read back for, no capture of USB shows it.
static void what_does_not_come_back_is_reported(void **state)
{
    (void)state;
    struct wires *w = wires_of(J17);
    assert_int_equal(STATUS(w->p, 0xf2, 0x34, 0x0f, 0x04, 0, 0, 0x20), STATUS_OK);
    assert_int_equal(STATUS(w->p, 0xf2, 0x34, 0x0f, 0x05, 0, 0, 0x20), 0x0d);
    end(w);
    w = wires_of("");
    assert_int_equal(STATUS(w->p, 0xf2, 0x34, 0x0f, 0x05, 0, 0, 0x20), STATUS_OK);
    end(w);
}

// "wait_retry" of the nRF51, 27.415 ms, and "chip_erase" of the STM32F429, 632.145 ms.
static void blocks_are_read_in_rounds_of_16_bytes(void **state)
{
    (void)state;
    struct wires *w = wires_of(J17);
    block(w, 0x07, 0x20000004, 48);
    LIST(w, "W AP4 20000004", "R APc", "R RDBUFF", "W AP4 20000008", "R APc", "R RDBUFF",
         "W AP4 2000000c", "R APc", "R RDBUFF", "W AP4 20000010", "W SELECT 00000010", "R AP0",
         "R AP4", "R AP8", "R APc", "R RDBUFF", "W SELECT 00000000", "W AP4 20000020",
         "W SELECT 00000010", "R AP0", "R AP4", "R AP8", "R APc", "R RDBUFF", "W SELECT 00000000",
         "W AP4 20000030", "R APc", "R RDBUFF");
    block(w, 0x0c, 0x20000002, 2);
    LIST(w, "W AP0 23000000", "W AP4 20000002", "R APc", "R RDBUFF", "W AP4 20000003", "R APc",
         "R RDBUFF");
    block(w, 0x07, 0x20000000, 4);
    LIST(w, "W AP0 23000002", "W AP4 20000000", "R APc", "R RDBUFF");
    end(w);
}

// "chip_erase", 677.259 ms: the first packet of the 2,004 bytes at 20000004; "init_write" of the
// nRF51, 19.850 ms.
static void blocks_are_written_by_usb_packet(void **state)
{
    (void)state;
    struct wires *w = wires_of(J17);
    write_block(w, 0x08, 0x20000004, 68);
    LIST(w, "W AP4 20000004", "W APc 01010101", "2 R CTRL/STAT", "W AP4 20000008", "W APc 02020202",
         "2 R CTRL/STAT", "W AP4 2000000c", "W APc 03030303", "2 R CTRL/STAT", "W AP4 20000010",
         "W SELECT 00000010", "W AP0 04040404", "W AP4 05050505", "W AP8 06060606",
         "W APc 07070707", "W SELECT 00000000", "W AP4 20000020", "W SELECT 00000010",
         "W AP0 08080808", "W AP4 09090909", "W AP8 0a0a0a0a", "W APc 0b0b0b0b",
         "W SELECT 00000000", "W AP4 20000030", "W SELECT 00000010", "W AP0 0c0c0c0c",
         "W AP4 0d0d0d0d", "W AP8 0e0e0e0e", "W APc 0f0f0f0f", "2 W SELECT 00000000",
         "W AP4 20000040", "W APc 10101010", "2 R CTRL/STAT", "W AP4 20000044", "W APc 11111111",
         "2 R CTRL/STAT");
    write_block(w, 0x08, 0x20000080, 16);
    LIST(w, "W AP4 20000080", "W SELECT 00000010", "W AP0 01010101", "W AP4 02020202",
         "W AP8 03030303", "W APc 04040404");
    uint32_t value;
    probe_read32(w->p, 0x20000084, &value);
    assert_int_equal(value, 0x02020202);
    LIST(w, "2 W SELECT 00000000", "W AP4 20000084", "R APc", "R RDBUFF");
    end(w);
}

// The packets of a block are written as they come: a host that goes away leaves half of it.
static void half_a_block_is_half_written(void **state)
{
    (void)state;
    static const uint8_t data[64] = {1, 2, 3, 4};
    static const char *const boards[] = {J17, ""};
    for (unsigned i = 0; i < 2; i++) {
        struct wires *w = wires_of(boards[i]);
        block(w, 0x08, 0x20000100, 128);
        assert_int_equal(probe_send(w->p, data, sizeof data), SIM_USB_OK);
        uint32_t value;
        assert_true(sim_board_peek(w->p->board, 0x20000100, &value));
        assert_int_equal(value == 0x04030201, i == 0);
        assert_int_equal(probe_send(w->p, data, sizeof data), SIM_USB_OK);
        assert_true(sim_board_peek(w->p->board, 0x20000140, &value));
        assert_int_equal(value, 0x04030201);
        end(w);
    }
}

// ---- times -------------------------------------------------------------------------------------

static uint64_t took_ns(struct wires *w)
{
    const struct record *r = &w->r;
    uint64_t ns = r->events[r->count - 1].end_ns - r->events[0].begin_ns;
    w->r.count = 0;
    return ns;
}

static void assert_near(uint64_t ns, uint64_t wanted_ns)
{
    if (ns < wanted_ns * 99 / 100 || ns > wanted_ns * 101 / 100)
        fail_msg("%llu ns, and not %llu within 1%%", (unsigned long long)ns,
                 (unsigned long long)wanted_ns);
}

// Means of the captures (F429 "connect": 3,713 writes and 6,083 reads that follow each other): a
// write 39.6 to 39.8 us, a read 36.1 to 36.4 us and 0.083 us more for each one.
static void packets_take_the_times_of_the_captures(void **state)
{
    (void)state;
    struct wires *w = wires_of(J17);
    uint32_t value;
    static const struct {
        uint32_t word;
        unsigned read_ns;
    } reads[] = {{0, 36200}, {0xffffffff, 36200 + 32 * 83}, {0x0f0f0f0f, 36200 + 16 * 83}};
    for (unsigned i = 0; i < 3; i++) {
        probe_write32(w->p, 0x20000010, reads[i].word);
        const struct sim_swd_event *e = w->r.events;
        assert_near(e[1].end_ns - e[1].begin_ns, 39600);
        w->r.count = 0;
        probe_read32(w->p, 0x20000010, &value);
        assert_near(e[2].end_ns - e[2].begin_ns, reads[i].read_ns);
        w->r.count = 0;
    }
    end(w);
}

// Times of commands on the wires: nRF51 "init_write" 3.303, 3.909, 8.545 and 0.785 ms and
// "wait_retry" 27.415 and 48.969 ms, each from the first clock to the last.
static void commands_take_the_times_of_the_captures(void **state)
{
    (void)state;
    struct wires *w = wires_of("stm32f091rc," J17);
    uint32_t value;
    for (unsigned i = 0; i < 256; i++)
        assert_true(sim_board_poke(w->p->board, 0x20000000 + 4 * i, 0));
    probe_read32(w->p, 0x20000000, &value);
    assert_near(took_ns(w), 112500);
    probe_write32(w->p, 0x20000000, 0);
    assert_near(took_ns(w), 117000);
    STATUS(w->p, 0xf2, 0x33, 0x01);
    w->r.count = 0;
    STATUS(w->p, 0xf2, 0x33, 0x01);
    assert_near(took_ns(w), 231500);
    block(w, 0x07, 0x20000000, 1024); // less what the ones in the capture's data take
    assert_near(took_ns(w), 19680000 - 5632 * 83);
    block(w, 0x0c, 0x20000000, 64);
    assert_near(took_ns(w), 7660000 - 1408 * 83);
    probe_exit(w->p);
    assert_near(took_ns(w), 72300);
    assert_int_equal(STATUS(w->p, 0xf2, 0x30, 0xa3), STATUS_OK);
    assert_near(took_ns(w), 375000);
    end(w);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_begins_and_ends_as_captured),
        cmocka_unit_test(words_and_registers_go_as_captured),
        cmocka_unit_test(all_registers_are_21_single_ones),
        cmocka_unit_test(what_does_not_come_back_is_reported),
        cmocka_unit_test(blocks_are_read_in_rounds_of_16_bytes),
        cmocka_unit_test(blocks_are_written_by_usb_packet),
        cmocka_unit_test(half_a_block_is_half_written),
        cmocka_unit_test(packets_take_the_times_of_the_captures),
        cmocka_unit_test(commands_take_the_times_of_the_captures),
    };
    return cmocka_run_group_tests_name("sim_swd_host", tests, NULL, NULL);
}
