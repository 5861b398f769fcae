// SPDX-License-Identifier: MIT
// Packets as GDB 13 and 16 send them, through a session to the virtual board: what a load and a
// Ctrl-C come to, and what they cost, counted exactly. Nothing here depends on a wall clock.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "server/session.h"
#include "sim/board/board.h"
#include "sim/board/link.h"
#include "swd/stlink.h"
#include "tests/unit/choose.h"

#define OK(call) assert_int_equal((call), ERR_OK)

#define FLASH      0x08000000u
#define APP        0x08008000u
#define LOAD_CHUNK 16000u // what GDB puts into one packet of 16 KiB
#define LOOP       0x08000010u

// USB commands of a step, and of five runs from a breakpoint to itself.
#define STEP_COMMANDS  2
#define FIVE_CONTINUES 40

// Counts in a register, for ever.
// clang-format off
static const uint8_t program[] = {
    0x00, 0x10, 0x00, 0x20, 0x11, 0x00, 0x00, 0x08, 0x11, 0x00, 0x00, 0x08, 0x11, 0x00, 0x00, 0x08,
    0x01, 0x30, // 10: adds r0, #1
    0x01, 0x31, // 12: adds r1, #1
    0xfc, 0xe7, // 14: b    10
    0x00, 0xbf,
};
// clang-format on

#define GDB_13                                                                                     \
    "qSupported:multiprocess+;swbreak+;hwbreak+;qRelocInsn+;fork-events+;vfork-events+;"           \
    "exec-events+;vContSupported+;QThreadEvents+;no-resumed+;memory-tagging+;xmlRegisters=i386"
#define GDB_16                                                                                     \
    "qSupported:multiprocess+;swbreak+;hwbreak+;qRelocInsn+;fork-events+;vfork-events+;"           \
    "exec-events+;vContSupported+;QThreadEvents+;QThreadOptions+;no-resumed+;memory-tagging+;"     \
    "error-message+;xmlRegisters=i386"

struct desk {
    struct log log;
    struct sim_board *board;
    struct stlink st;
    struct target t;
    struct sharing sharing;
    struct session s;
    uint64_t ms;
    uint8_t image[128 * 1024];
};

// The last reply in the output, but for text on the console.
static const char *answer(struct desk *d)
{
    d->s.out[d->s.out_len] = '\0';
    char *reply = NULL;
    for (char *p = (char *)d->s.out; (p = strchr(p, '$')); p++)
        reply = p[1] == 'O' && p[2] != 'K' ? reply : p + 1;
    if (!reply)
        return NULL;
    *strchr(reply, '#') = '\0';
    return reply;
}

// Bytes as they come; NULL when no reply did.
static const char *feed(struct desk *d, const void *bytes, size_t len)
{
    const uint8_t *from = bytes;
    d->s.out_len = 0;
    for (size_t taken = 0; taken < len;) {
        size_t now = session_feed(&d->s, from + taken, len - taken);
        taken += now;
        if (now == 0)
            session_tick(&d->s, ++d->ms);
    }
    while (d->s.state == SESSION_BUSY)
        session_tick(&d->s, ++d->ms);
    return answer(d);
}

static const char *ask_bytes(struct desk *d, const void *packet, size_t len)
{
    static uint8_t framed[RSP_FRAMED_MAX(RSP_PACKET_MAX)];
    return feed(d, framed, rsp_frame(framed, packet, len));
}

static const char *ask(struct desk *d, const char *packet)
{
    return ask_bytes(d, packet, strlen(packet));
}

static void expect(struct desk *d, const char *packet, const char *start)
{
    const char *reply = ask(d, packet);
    if (!reply || strncmp(reply, start, strlen(start)) != 0)
        fail_msg("%s was answered by %s", packet, reply ? reply : "nothing");
}

// Of a run that is to end by itself.
static const char *wait_for_stop(struct desk *d)
{
    for (unsigned i = 0; i < 1000 && d->s.state == SESSION_RUNNING; i++)
        session_tick(&d->s, ++d->ms);
    const char *reply = answer(d);
    assert_non_null(reply);
    return reply;
}

static struct desk *open_desk(const char *board, const char *supported)
{
    struct desk *d = calloc(1, sizeof *d);
    assert_non_null(d);
    d->log = log_silent();
    struct target_options options = {.connect = TARGET_CONNECT_NORMAL, .read_ahead = true};
    OK(sim_board_open(&d->board, board, &d->log));
    OK(stlink_open(&d->st, sim_link_to(d->board), &d->log));
    OK(target_connect(&d->t, &d->st.probe, &options, &d->log));
    sharing_init(&d->sharing, &d->t, &d->log);
    assert_true(sharing_join(&d->sharing, &d->s));
    session_start(&d->s, &d->sharing, "the only");
    expect(d, supported, "PacketSize");
    expect(d, "QStartNoAckMode", "OK");
    expect(d, "?", "T");
    uint32_t seed = 1;
    for (size_t i = 0; i < sizeof d->image; i++, seed = seed * 1664525u + 1013904223u)
        d->image[i] = (uint8_t)(seed >> 24);
    return d;
}

static void close_desk(struct desk *d)
{
    session_end(&d->s);
    sharing_close(&d->sharing);
    stlink_close(&d->st);
    OK(sim_board_close(d->board));
    free(d);
}

static uint64_t commands(const struct desk *d)
{
    return sim_board_account(d->board)->usb_commands;
}

// GDB's `load`; gives the USB commands that it took.
static unsigned load(struct desk *d, uint32_t addr, const uint8_t *data, uint32_t len,
                     uint32_t page)
{
    char packet[64 + LOAD_CHUNK];
    uint64_t before = commands(d);
    snprintf(packet, sizeof packet, "vFlashErase:%08x,%08x", addr, (len + page - 1) / page * page);
    expect(d, packet, "OK");
    for (uint32_t at = 0; at < len; at += LOAD_CHUNK) {
        uint32_t part = len - at < LOAD_CHUNK ? len - at : LOAD_CHUNK;
        int n = snprintf(packet, sizeof packet, "vFlashWrite:%x:", addr + at);
        memcpy(packet + n, data + at, part);
        assert_string_equal(ask_bytes(d, packet, (size_t)n + part), "OK");
    }
    expect(d, "vFlashDone", "OK");
    return (unsigned)(commands(d) - before);
}

static uint32_t reg(struct desk *d, enum cortexm_reg which)
{
    uint32_t value = 0;
    OK(target_read_reg(&d->t, which, &value));
    return value;
}

// The RAM loader is started once for all packets, and an image that is there already costs nine
// packets and one look at each page by the chip's own CRC.
static void a_load_of_many_packets_keeps_one_loader_running(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f091rc", GDB_13);
    assert_int_equal(load(d, APP, d->image, 128 * 1024, 2048), 3290);
    assert_int_equal(load(d, APP, d->image, 128 * 1024, 2048), 27);
    d->image[70000] ^= 0x55;
    assert_int_equal(load(d, APP, d->image, 128 * 1024, 2048), 91);
    close_desk(d);
}

static void a_load_in_one_packet_costs_exactly_this(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f031k6", GDB_16);
    assert_int_equal(load(d, FLASH + 0x4000, d->image, 1024, 1024), 42);
    assert_int_equal(load(d, FLASH + 0x4000, d->image, 8 * 1024, 1024), 207);
    close_desk(d);
}

// The same image twice: the second time the program is replaced by itself, and starts afresh.
static void the_reset_behind_a_load_costs_exactly_this(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f031k6", GDB_16);
    (void)load(d, FLASH, program, sizeof program, 1024);
    assert_int_equal(reg(d, CORTEXM_PC), LOOP);
    assert_null(ask(d, "vCont;c"));
    assert_memory_equal(feed(d, "\x03", 1), "T02", 3);
    assert_true(reg(d, CORTEXM_R0) > 0);
    assert_int_equal(load(d, FLASH, program, sizeof program, 1024), 30);
    assert_int_equal(reg(d, CORTEXM_R0), 3338);
    assert_int_equal(reg(d, CORTEXM_PC), LOOP);
    assert_int_equal(reg(d, CORTEXM_SP), 0x20001000);
    assert_memory_equal(ask(d, "x8000010,4"), "b\x01\x30\x01\x31", 5);
    close_desk(d);
}

// What each further one costs, when it is done without a pause.
static unsigned cost_of(struct desk *d, const char *packet, bool runs)
{
    uint64_t before = commands(d);
    const char *reply = ask(d, packet);
    if (runs && !reply)
        reply = wait_for_stop(d);
    assert_non_null(reply);
    assert_true(reply[0] != 'E');
    return (unsigned)(commands(d) - before);
}

static void steps_stops_and_reads_cost_exactly_this(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f031k6", GDB_13);
    (void)load(d, FLASH, program, sizeof program, 1024);
    (void)cost_of(d, "vCont;s:1", true);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(cost_of(d, "vCont;s:1", true), STEP_COMMANDS);
    expect(d, "Z1,8000010,2", "OK");
    (void)cost_of(d, "vCont;c:1", true);
    // GDB takes the breakpoint at the PC out, steps, sets it again and lets the program go.
    unsigned cost = 0;
    for (unsigned i = 0; i < 5; i++)
        cost += cost_of(d, "z1,8000010,2", false) + cost_of(d, "vCont;s:1", true) +
                cost_of(d, "Z1,8000010,2", false) + cost_of(d, "vCont;c:1", true);
    assert_int_equal(cost, FIVE_CONTINUES);
    assert_int_equal(cost_of(d, "m20000000,400", false), 2);
    assert_int_equal(cost_of(d, "m20000000,4", false), 1);
    close_desk(d);
}

// A blank chip stood locked up; GDB sets PC, and the Thumb bit in its copy of xPSR.
static void load_and_continue_start_the_program_as_gdb_sends_them(void **state)
{
    (void)state;
    static const char *const greetings[] = {GDB_13, GDB_16};
    for (unsigned i = 0; i < 2; i++) {
        struct desk *d = open_desk("stm32f031k6", greetings[i]);
        expect(d, "p19", "");
        (void)load(d, FLASH, program, sizeof program, 1024);
        expect(d, "Pf=10000008", "OK");
        expect(d, "Z1,8000014,2", "OK");
        assert_null(ask(d, "vCont;c"));
        assert_memory_equal(wait_for_stop(d), "T05hwbreak:;", 12);
        assert_int_equal(reg(d, CORTEXM_R0 + 1), 1);
        assert_int_equal(reg(d, CORTEXM_XPSR) & 0x1ff, 0);
        // The next round: out, step, in, on.
        expect(d, "z1,8000014,2", "OK");
        expect(d, "vCont;s:1", "T05thread"); // at once
        expect(d, "Z1,8000014,2", "OK");
        assert_null(ask(d, "vCont;c"));
        assert_memory_equal(wait_for_stop(d), "T05hwbreak:;", 12);
        assert_int_equal(reg(d, CORTEXM_R0 + 1), 2);
        close_desk(d);
    }
}

static void ctrl_c_ends_every_kind_of_run(void **state)
{
    (void)state;
    static const char *const runs[] = {"vCont;c", "vCont;r8000010,8000016:1;c", "vCont;s:1"};
    struct desk *d = open_desk("stm32f031k6", GDB_16);
    (void)load(d, FLASH, program, sizeof program, 1024);
    for (unsigned i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        char both[64];
        (void)ask(d, runs[i]);
        session_tick(&d->s, ++d->ms);
        if (d->s.state == SESSION_RUNNING)
            assert_memory_equal(feed(d, "\x03", 1), "T02", 3);
        // In one piece with the resume, before and behind it.
        size_t n = rsp_frame((uint8_t *)both, (const uint8_t *)runs[i], strlen(runs[i]));
        both[n] = '\x03';
        const bool was_over = runs[i][6] == 's'; // so that the next resume is answered with it
        assert_memory_equal(feed(d, both, n + 1), was_over ? "T05" : "T02", 3);
        if (was_over)
            expect(d, runs[i], "T02");
        memmove(both + 1, both, n);
        both[0] = '\x03';
        assert_memory_equal(feed(d, both, n + 1), "T02", 3);
        assert_int_equal(d->t.state, TARGET_HALTED);
    }
    close_desk(d);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_load_of_many_packets_keeps_one_loader_running),
        cmocka_unit_test(a_load_in_one_packet_costs_exactly_this),
        cmocka_unit_test(the_reset_behind_a_load_costs_exactly_this),
        cmocka_unit_test(steps_stops_and_reads_cost_exactly_this),
        cmocka_unit_test(load_and_continue_start_the_program_as_gdb_sends_them),
        cmocka_unit_test(ctrl_c_ends_every_kind_of_run),
    };
    return cmocka_run_group_tests_name("session_board", tests, NULL, NULL);
}
