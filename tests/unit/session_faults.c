// SPDX-License-Identifier: MIT
// A debugger that comes back while the probe has a glitch: at each USB command, with each fault.
// The server survives, every packet is answered, and what is set afterwards is in the target.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/session.h"
#include "sim/board/board.h"
#include "sim/board/link.h"
#include "swd/stlink.h"
#include "tests/unit/choose.h"

#define OK(call) assert_int_equal((call), ERR_OK)

enum { PATIENCE = 2000 }; // ticks

struct desk {
    struct log log;
    struct sim_board *board;
    struct stlink st;
    struct target t;
    struct sharing sharing;
    struct session s;
    uint64_t ms;
    char what[96]; // for a failure
};

static const char *ask(struct desk *d, const char *packet)
{
    uint8_t framed[RSP_FRAMED_MAX(128)];
    const size_t len = rsp_frame(framed, (const uint8_t *)packet, strlen(packet));
    d->s.out_len = 0;
    for (size_t taken = 0; taken < len;) {
        const size_t now = session_feed(&d->s, framed + taken, len - taken);
        taken += now;
        if (now == 0)
            session_tick(&d->s, ++d->ms);
    }
    for (unsigned i = 0; i < PATIENCE && session_wants(&d->s) != SESSION_WANT_BYTES; i++)
        session_tick(&d->s, ++d->ms);
    d->s.out[d->s.out_len] = '\0';
    char *reply = NULL;
    for (char *p = (char *)d->s.out; (p = strchr(p, '$')); p++)
        reply = p[1] == 'O' && p[2] != 'K' ? reply : p + 1;
    if (!reply)
        fail_msg("%s: %s was not answered", d->what, packet);
    *strchr(reply, '#') = '\0';
    return reply;
}

static void open_desk(struct desk *d, const char *fault, uint64_t at)
{
    char board[128];
    const struct target_options options = {.connect = TARGET_CONNECT_NORMAL, .read_ahead = true};
    *d = (struct desk){.log = log_silent()};
    snprintf(d->what, sizeof d->what, "%s@%u", fault, (unsigned)at);
    snprintf(board, sizeof board, "stm32f031k6,firmware=count%s%s", at ? ",usb=" : "",
             at ? d->what : "");
    OK(sim_board_open(&d->board, board, &d->log));
    OK(stlink_open(&d->st, sim_link_to(d->board), &d->log));
    OK(target_connect(&d->t, &d->st.probe, &options, &d->log));
    sharing_init(&d->sharing, &d->t, &d->log);
    assert_true(sharing_join(&d->sharing, &d->s));
    session_start(&d->s, &d->sharing, "the only");
    assert_string_equal(ask(d, "QStartNoAckMode"), "OK");
    assert_memory_equal(ask(d, "?"), "T05", 3);
}

static void close_desk(struct desk *d)
{
    session_end(&d->s);
    sharing_close(&d->sharing);
    stlink_close(&d->st);
    OK(sim_board_close(d->board));
}

// What the server does once a second with a target that was lost.
static void find_again(struct desk *d)
{
    if (target_state(&d->t) != TARGET_LOST)
        return;
    if (target_reconnect(&d->t) != ERR_OK)
        fail_msg("%s: the target is not found again: %s", d->what, log_sentence(&d->log, ERR_LINK));
    session_target_is_back(&d->s);
}

// What fails once because of the fault succeeds when it is asked for again.
static void insist(struct desk *d, const char *packet)
{
    const char *reply = ask(d, packet);
    if (strcmp(reply, "OK") == 0)
        return;
    find_again(d);
    reply = ask(d, packet);
    if (strcmp(reply, "OK") != 0)
        fail_msg("%s: %s was answered by %s", d->what, packet, reply);
}

static void come_back(struct desk *d, uint32_t pc)
{
    char packet[32];
    insist(d, "D");
    (void)ask(d, "?");
    find_again(d);
    snprintf(packet, sizeof packet, "Z1,%x,2", pc);
    insist(d, "Z2,20000010,4");
    insist(d, packet);
    insist(d, "z2,20000010,4");
    if (strncmp(ask(d, "?"), "T05", 3) != 0) {
        find_again(d);
        assert_memory_equal(ask(d, "?"), "T05", 3);
    }
}

static uint64_t commands(const struct desk *d)
{
    return sim_board_account(d->board)->usb_commands;
}

static void one_point(const char *fault, uint64_t at, uint32_t pc)
{
    struct desk d;
    open_desk(&d, fault, at);
    come_back(&d, pc);
    const char *reply = ask(&d, "vCont;c");
    if (strncmp(reply, "T05", 3) != 0 || target_last_stop(&d.t)->pc != pc) {
        find_again(&d);
        reply = ask(&d, "vCont;c");
    }
    if (strncmp(reply, "T05", 3) != 0 || target_last_stop(&d.t)->pc != pc)
        fail_msg("%s: the program went on to 0x%08x (%s) instead of its breakpoint", d.what,
                 target_last_stop(&d.t)->pc, reply);
    close_desk(&d);
}

static void a_glitch_while_a_debugger_comes_back_costs_an_error_at_most(void **state)
{
    static const char *const faults[] = {"stall", "timeout", "short", "garbage"};
    struct desk d;
    uint32_t pc;
    (void)state;
    open_desk(&d, "", 0);
    OK(target_read_reg(&d.t, CORTEXM_PC, &pc));
    const uint64_t first = commands(&d);
    come_back(&d, pc);
    const uint64_t last = commands(&d);
    assert_true(last > first + 20);
    close_desk(&d);
    for (uint64_t at = first + 1; at <= last; at++)
        for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
            one_point(faults[i], at, pc);
}

// The clock that a connection gets is not made slow by what was lost on USB.
static void a_glitch_at_connecting_costs_no_speed(void **state)
{
    static const char *const faults[] = {"stall", "timeout", "short"};
    (void)state;
    unsigned slow = 0;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        for (unsigned at = 1; at < 40; at++) {
            struct desk d = {.log = log_silent()};
            char board[64];
            const struct target_options options = {.connect = TARGET_CONNECT_AUTO};
            snprintf(board, sizeof board, "stm32f031k6,usb=%s@%u", faults[i], at);
            OK(sim_board_open(&d.board, board, &d.log));
            enum err e = stlink_open(&d.st, sim_link_to(d.board), &d.log);
            const bool opened = e == ERR_OK;
            if (!e)
                e = target_connect(&d.t, &d.st.probe, &options, &d.log);
            slow += !e && d.st.probe.swclk_hz < 1000000;
            if (!e)
                target_disconnect(&d.t, false);
            if (opened)
                stlink_close(&d.st);
            OK(sim_board_close(d.board));
        }
    assert_int_equal(slow, 0);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_glitch_while_a_debugger_comes_back_costs_an_error_at_most),
        cmocka_unit_test(a_glitch_at_connecting_costs_no_speed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
