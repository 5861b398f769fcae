// SPDX-License-Identifier: MIT
// What a developer does all day, in USB commands, counted exactly over the virtual board with each
// firmware that has other commands. Nothing here depends on a wall clock.
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

#define FLASH 0x08000000u
#define RAM   0x20000000u

#define GDB                                                                                        \
    "qSupported:multiprocess+;swbreak+;hwbreak+;qRelocInsn+;fork-events+;vfork-events+;"           \
    "exec-events+;vContSupported+;QThreadEvents+;no-resumed+;memory-tagging+;xmlRegisters=i386"

// With lists of accesses; firmware without; a V3.
static const char *const firmware[] = {"", ",probe-fw=V2J31S4", ",probe=v3"};
enum { LISTS, NO_LISTS, V3, FIRMWARES };

struct desk {
    struct log log;
    struct sim_board *board;
    struct stlink st;
    struct target t;
    struct sharing sharing;
    struct session s;
    uint64_t ms;
};

static unsigned commands(const struct desk *d)
{
    return (unsigned)sim_board_account(d->board)->usb_commands;
}

static struct desk *open_board(const char *chip, unsigned fw, const uint8_t *program, size_t len)
{
    char board[96];
    struct desk *d = calloc(1, sizeof *d);
    assert_non_null(d);
    d->log = log_silent();
    snprintf(board, sizeof board, "%s%s", chip, firmware[fw]);
    OK(sim_board_open(&d->board, board, &d->log));
    struct usb_link link = sim_link_to(d->board);
    assert_true(sim_chip_poke(sim_board_chip(d->board), FLASH, program, len));
    sim_chip_set_power(sim_board_chip(d->board), false);
    sim_chip_set_power(sim_board_chip(d->board), true);
    usb_link_sleep_us(&link, 10000); // the program begins
    usb_link_close(&link);
    return d;
}

static void connect_desk(struct desk *d)
{
    const struct target_options options = {.connect = TARGET_CONNECT_NORMAL, .read_ahead = true};
    unsigned mv;
    OK(stlink_open(&d->st, sim_link_to(d->board), &d->log));
    OK(debug_probe_get_vtref(&d->st.probe, &mv)); // as every command begins
    OK(target_connect(&d->t, &d->st.probe, &options, &d->log));
}

static void close_desk(struct desk *d)
{
    session_end(&d->s);
    sharing_close(&d->sharing);
    target_disconnect(&d->t, false);
    stlink_close(&d->st);
    const struct sim_account *a = sim_board_account(d->board);
    if (a->violation_count > 0)
        fail_msg("%u violations, the first: %s", a->violation_count, a->violations[0]);
    OK(sim_board_close(d->board));
    free(d);
}

// Sends a packet; the last reply, or NULL.
static const char *ask(struct desk *d, const char *packet)
{
    uint8_t framed[1024];
    const size_t len = rsp_frame(framed, (const uint8_t *)packet, strlen(packet));
    d->s.out_len = 0;
    for (size_t taken = 0; taken < len;) {
        const size_t now = session_feed(&d->s, framed + taken, len - taken);
        taken += now;
        if (now == 0)
            session_tick(&d->s, ++d->ms);
    }
    while (d->s.state == SESSION_BUSY)
        session_tick(&d->s, ++d->ms);
    d->s.out[d->s.out_len] = '\0';
    char *reply = NULL;
    for (char *p = (char *)d->s.out; (p = strchr(p, '$')); p++)
        reply = p[1] == 'O' && p[2] != 'K' ? reply : p + 1;
    return reply;
}

static const char *run_to_stop(struct desk *d)
{
    (void)ask(d, "vCont;c:1");
    for (unsigned i = 0; i < 20000 && d->s.state != SESSION_IDLE; i++)
        session_tick(&d->s, ++d->ms);
    assert_int_equal(d->s.state, SESSION_IDLE);
    d->s.out[d->s.out_len] = '\0';
    return (char *)d->s.out;
}

static void greet(struct desk *d)
{
    sharing_init(&d->sharing, &d->t, &d->log);
    assert_true(sharing_join(&d->sharing, &d->s));
    session_start(&d->s, &d->sharing, "the only");
    assert_non_null(ask(d, GDB));
    assert_non_null(ask(d, "QStartNoAckMode"));
    assert_memory_equal(ask(d, "?"), "T", 1);
}

static struct desk *open_desk(const char *chip, unsigned fw, const uint8_t *program, size_t len)
{
    struct desk *d = open_board(chip, fw, program, len);
    connect_desk(d);
    greet(d);
    return d;
}

// clang-format off
static const uint8_t counts[] = {
    0x00, 0x0f, 0x00, 0x20, 0x11, 0x00, 0x00, 0x08, 0x11, 0x00, 0x00, 0x08, 0x11, 0x00, 0x00, 0x08,
    0x01, 0x30, // 10: adds r0, #1
    0x01, 0x31, // 12: adds r1, #1
    0xfc, 0xe7, // 14: b    10
    0x00, 0xbf,
};
// clang-format on

static void expect_costs(const char *what, const unsigned is[FIRMWARES],
                         const unsigned costs[FIRMWARES])
{
    for (unsigned fw = 0; fw < FIRMWARES; fw++)
        if (is[fw] != costs[fw])
            fail_msg("%s costs %u, %u, %u commands", what, is[0], is[1], is[2]);
}

// What GDB 13 asks when it connects: the state, the code at the PC, the stack and the caller.
static void connecting_and_halting_costs_exactly_this(void **state)
{
    static const unsigned costs[FIRMWARES] = {20, 36, 25};
    unsigned is[FIRMWARES];
    (void)state;
    for (unsigned fw = 0; fw < FIRMWARES; fw++) {
        struct desk *d = open_board("stm32f031k6", fw, counts, sizeof counts);
        connect_desk(d);
        greet(d);
        assert_non_null(ask(d, "m8000010,4"));
        assert_non_null(ask(d, "g"));
        assert_non_null(ask(d, "m20000f00,40"));
        is[fw] = commands(d);
        close_desk(d);
    }
    expect_costs("connecting and halting", is, costs);
}

static void a_reset_with_a_halt_costs_exactly_this(void **state)
{
    static const unsigned costs[FIRMWARES] = {5, 8, 5};
    unsigned is[FIRMWARES];
    (void)state;
    for (unsigned fw = 0; fw < FIRMWARES; fw++) {
        struct desk *d = open_desk("stm32f031k6", fw, counts, sizeof counts);
        (void)ask(d, "vCont;c:1");
        assert_int_equal(session_feed(&d->s, (const uint8_t *)"\x03", 1), 1);
        const unsigned before = commands(d);
        OK(target_reset(&d->t, true));
        is[fw] = commands(d) - before;
        assert_int_equal(target_last_stop(&d->t)->pc, FLASH + 0x10);
        close_desk(d);
    }
    expect_costs("a reset with a halt", is, costs);
}

// GDB's `continue` from a breakpoint to the same one: it takes all out, steps, sets all again, lets
// the program go, and asks for code and stack at the stop.
static void set_all(struct desk *d, char what, unsigned count, uint32_t others)
{
    char packet[64];
    for (unsigned i = 0; i < count; i++) {
        snprintf(packet, sizeof packet, "%c%c,%x,2", what, '0', i ? others + 2 * i : FLASH + 0x10);
        assert_memory_equal(ask(d, packet), "OK#", 3);
    }
}

static unsigned cost_of_continue(struct desk *d, unsigned count, uint32_t others)
{
    set_all(d, 'Z', count, others);
    (void)run_to_stop(d);
    unsigned before = 0;
    for (unsigned round = 0; round < 2; round++) {
        before = commands(d);
        set_all(d, 'z', count, others);
        assert_non_null(ask(d, "m8000010,4"));
        (void)ask(d, "vCont;s:1");
        for (unsigned i = 0; i < 100 && d->s.state != SESSION_IDLE; i++)
            session_tick(&d->s, ++d->ms);
        set_all(d, 'Z', count, others);
        assert_non_null(strstr(run_to_stop(d), "break"));
    }
    return commands(d) - before;
}

static void a_continue_costs_exactly_this(void **state)
{
    static const struct {
        unsigned count;
        uint32_t others;
        unsigned costs[FIRMWARES];
    } rows[] = {{1, FLASH + 0x10, {8, 14, 8}},
                {4, FLASH + 0x20, {8, 16, 8}},
                {11, RAM + 0x100, {8, 22, 8}}};
    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        unsigned is[FIRMWARES];
        char what[64];
        for (unsigned fw = 0; fw < FIRMWARES; fw++) {
            struct desk *d = open_desk("stm32f031k6", fw, counts, sizeof counts);
            is[fw] = cost_of_continue(d, rows[i].count, rows[i].others);
            close_desk(d);
        }
        snprintf(what, sizeof what, "a continue with %u breakpoints", rows[i].count);
        expect_costs(what, is, rows[i].costs);
    }
}

// clang-format off
static const uint8_t says[] = {
    0x00, 0x10, 0x00, 0x20, 0x11, 0x00, 0x00, 0x08, 0x11, 0x00, 0x00, 0x08, 0x11, 0x00, 0x00, 0x08,
    0x04, 0x20, // 10: movs r0, #4
    0x02, 0xa1, // 12: adr  r1, 1c
    0xab, 0xbe, // 14: bkpt 0xab
    0x01, 0x32, // 16: adds r2, #1
    0xfa, 0xe7, // 18: b    10
    0x00, 0xbf,
    'T', 'w', 'e', 'n', 't', 'y', '-', 't', 'w', 'o', ' ', 'c', 'h', 'a', 'r', 'a', 'c', 't', 'e', 'r', 's', '\n', 0, 0,
};
// clang-format on

#define CALLS 8u

static void a_line_by_semihosting_costs_exactly_this(void **state)
{
    static const unsigned costs[FIRMWARES] = {4, 5, 4};
    unsigned is[FIRMWARES];
    (void)state;
    for (unsigned fw = 0; fw < FIRMWARES; fw++) {
        struct desk *d = open_desk("stm32f031k6", fw, says, sizeof says);
        d->sharing.semihost.enabled = true;
        (void)ask(d, "vCont;c:1");
        unsigned first = 0, last = 0;
        for (unsigned lines = 0, i = 0; lines <= CALLS + 1 && i < 1000; i++) {
            d->s.out_len = 0;
            session_tick(&d->s, ++d->ms);
            d->s.out[d->s.out_len] = '\0';
            if (!strstr((char *)d->s.out, "$O"))
                continue;
            last = commands(d);
            first = lines++ == 1 ? last : first;
        }
        is[fw] = (last - first + CALLS - 1) / CALLS;
        close_desk(d);
    }
    expect_costs("a line of 22 characters", is, costs);
}

// A breakpoint in the loop that counts, with `$r0 == 2000`: no turn of the debugger for each round.
static void a_false_condition_costs_exactly_this(void **state)
{
    static const unsigned costs[FIRMWARES] = {4, 12, 4};
    unsigned is[FIRMWARES];
    (void)state;
    for (unsigned fw = 0; fw < FIRMWARES; fw++) {
        struct desk *d = open_desk("stm32f031k6", fw, counts, sizeof counts);
        OK(target_reset(&d->t, true));
        OK(target_write_reg(&d->t, CORTEXM_R0, 0));
        // reg 0; zero_ext 32; const16 2000; equal; end
        assert_memory_equal(ask(d, "Z1,8000012,2;Xa,2600002a202307d01327"), "OK#", 3);
        const unsigned before = commands(d);
        assert_non_null(strstr(run_to_stop(d), "T05"));
        uint32_t r0;
        OK(target_read_reg(&d->t, CORTEXM_R0, &r0));
        assert_int_equal(r0, 2000);
        is[fw] = (commands(d) - before) / 2000;
        close_desk(d);
    }
    expect_costs("a false condition", is, costs);
}

// The debugger's interrupt comes between two rounds that are passed.
static void an_interrupt_comes_between(void **state)
{
    (void)state;
    for (unsigned fw = 0; fw < FIRMWARES; fw++) {
        struct desk *d = open_desk("stm32f031k6", fw, counts, sizeof counts);
        assert_memory_equal(ask(d, "Z1,8000012,2;X3,220027"), "OK#", 3);
        (void)ask(d, "vCont;c:1");
        for (unsigned i = 0; i < 50; i++)
            session_tick(&d->s, ++d->ms);
        assert_int_equal(d->s.state, SESSION_RUNNING);
        d->s.out_len = 0;
        assert_int_equal(session_feed(&d->s, (const uint8_t *)"\x03", 1), 1);
        for (unsigned i = 0; i < 100 && d->s.state != SESSION_IDLE; i++)
            session_tick(&d->s, ++d->ms);
        assert_int_equal(d->s.state, SESSION_IDLE);
        d->s.out[d->s.out_len] = '\0';
        assert_non_null(strstr((char *)d->s.out, "$T0"));
        close_desk(d);
    }
}

// printf("r1=%d\n", $r1) as a command: the text comes, and the program goes on.
static void a_command_prints_and_goes_on(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f031k6", LISTS, counts, sizeof counts);
    OK(target_reset(&d->t, true));
    OK(target_write_reg(&d->t, CORTEXM_R0 + 1, 41));
    assert_memory_equal(ask(d, "Z1,8000014,2;cmds:0,X13,26000122002200340100"
                               "0772313d25640a00"
                               "27"),
                        "OK#", 3);
    (void)ask(d, "vCont;c:1");
    for (unsigned i = 0; i < 20; i++)
        session_tick(&d->s, ++d->ms);
    assert_int_equal(d->s.state, SESSION_RUNNING);
    d->s.out[d->s.out_len] = '\0';
    assert_non_null(strstr((char *)d->s.out, "$O72313d34320a#")); // r1=42
    assert_non_null(strstr((char *)d->s.out, "$O72313d34330a#"));
    close_desk(d);
}

// As a live view shows them: one question each, again and again. The first time nobody knows what
// comes; what is told is never older than the question for the first one.
static void four_variables_of_a_running_program_cost_exactly_this(void **state)
{
    static const unsigned costs[FIRMWARES] = {2, 4, 2};
    unsigned is[FIRMWARES];
    (void)state;
    for (unsigned fw = 0; fw < FIRMWARES; fw++) {
        struct desk *d = open_desk("stm32f031k6", fw, counts, sizeof counts);
        OK(target_resume(&d->t));
        for (unsigned round = 0; round < 3; round++) {
            const unsigned before = commands(d);
            uint8_t value[4] = {0};
            for (uint32_t i = 0; i < 4; i++) {
                const uint8_t new[4] = {(uint8_t)round, (uint8_t)i, 0, 0};
                if (i == 0)
                    for (uint32_t k = 0; k < 4; k++)
                        assert_true(
                            sim_chip_poke(sim_board_chip(d->board), RAM + 64 * k,
                                          (const uint8_t[]){(uint8_t)round, (uint8_t)k, 0, 0}, 4));
                OK(target_read_mem(&d->t, RAM + 64 * i, value, 4, NULL));
                assert_memory_equal(value, new, 4);
            }
            is[fw] = commands(d) - before;
        }
        close_desk(d);
    }
    expect_costs("a look at four variables", is, costs);
}

// What was read along is not told in place of what was written since, nor much later.
static void what_was_read_along_does_not_grow_old(void **state)
{
    uint8_t value[4];
    const uint8_t seven[4] = {7};
    (void)state;
    struct desk *d = open_desk("stm32f031k6", LISTS, counts, sizeof counts);
    OK(target_resume(&d->t));
    for (unsigned round = 0; round < 3; round++)
        for (uint32_t i = 0; i < 4; i++)
            OK(target_read_mem(&d->t, RAM + 64 * i, value, 4, NULL));
    OK(target_read_mem(&d->t, RAM, value, 4, NULL));
    OK(target_write_mem(&d->t, RAM + 64, seven, 4));
    OK(target_read_mem(&d->t, RAM + 64, value, 4, NULL));
    assert_memory_equal(value, seven, 4);
    OK(target_read_mem(&d->t, RAM, value, 4, NULL));
    assert_true(
        sim_chip_poke(sim_board_chip(d->board), RAM + 64, (const uint8_t[]){9, 0, 0, 0}, 4));
    debug_probe_sleep_us(&d->st.probe, 6000);
    OK(target_read_mem(&d->t, RAM + 64, value, 4, NULL));
    assert_int_equal(value[0], 9);
    close_desk(d);
}

#define RTT_BLOCK (RAM + 0x100)
#define RTT_RING  (RAM + 0x200)

static void put_words(struct desk *d, uint32_t addr, const uint32_t *words, unsigned count)
{
    uint8_t bytes[64];
    for (unsigned i = 0; i < count; i++)
        put_le32(bytes + 4 * (size_t)i, words[i]);
    assert_true(sim_chip_poke(sim_board_chip(d->board), addr, bytes, 4 * (size_t)count));
}

// A ring of a KiB that is full, wherever its end is.
static void a_kibibyte_of_rtt_costs_exactly_this(void **state)
{
    static const unsigned costs[FIRMWARES] = {5, 5, 5};
    unsigned is[FIRMWARES];
    (void)state;
    for (unsigned fw = 0; fw < FIRMWARES; fw++) {
        struct desk *d = open_desk("stm32f031k6", fw, counts, sizeof counts);
        struct rtt *rtt = &d->sharing.rtt.rtt;
        uint8_t data[RTT_READ_MAX];
        size_t len;
        bool found;
        const uint32_t channel[6] = {0, RTT_RING, 1024, 0, 0, 0};
        assert_true(sim_chip_poke(sim_board_chip(d->board), RTT_BLOCK,
                                  (const uint8_t *)"SEGGER RTT\0\0\0\0\0\0", 16));
        put_words(d, RTT_BLOCK + 16, (const uint32_t[]){1, 0}, 2);
        put_words(d, RTT_BLOCK + 24, channel, 6);
        rtt_init(rtt, &d->t, &d->log);
        OK(rtt_find_all(rtt, &found));
        assert_true(found);
        OK(target_resume(&d->t));
        for (uint32_t reader = 0; reader < 1024; reader += 341) {
            put_words(d, RTT_BLOCK + 24 + 12, (const uint32_t[]){(reader + 1023) % 1024, reader},
                      2);
            const unsigned before = commands(d);
            OK(rtt_read(rtt, 0, data, sizeof data, &len));
            assert_int_equal(len, 1023);
            is[fw] = commands(d) - before;
        }
        close_desk(d);
    }
    expect_costs("a KiB of RTT", is, costs);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connecting_and_halting_costs_exactly_this),
        cmocka_unit_test(a_reset_with_a_halt_costs_exactly_this),
        cmocka_unit_test(a_continue_costs_exactly_this),
        cmocka_unit_test(a_false_condition_costs_exactly_this),
        cmocka_unit_test(an_interrupt_comes_between),
        cmocka_unit_test(a_command_prints_and_goes_on),
        cmocka_unit_test(four_variables_of_a_running_program_cost_exactly_this),
        cmocka_unit_test(what_was_read_along_does_not_grow_old),
        cmocka_unit_test(a_kibibyte_of_rtt_costs_exactly_this),
        cmocka_unit_test(a_line_by_semihosting_costs_exactly_this),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
