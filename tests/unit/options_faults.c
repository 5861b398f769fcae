// SPDX-License-Identifier: MIT
// Option bytes while the probe has a glitch: at each USB command, with each fault. What was not
// asked for is kept, the level of read protection is never another one than was asked for, and a
// command that failed is made good by repeating it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/board/board.h"
#include "sim/board/link.h"
#include "swd/stlink.h"
#include "targets/options.h"
#include "tests/unit/choose.h"

#define OK(call) assert_int_equal((call), ERR_OK)

struct row {
    const char *chip;
    struct {
        const char *name;
        uint32_t value;
    } kept[3], changed; // no option of this name: the row's end
};

static const struct row rows[] = {
    {"stm32f031k6", {{"DATA1", 0x77}, {"nRST_STOP", 0}, {"WRP0", 0xfe}}, {"DATA0", 0x5a}},
    {"stm32f103c8", {{"DATA1", 0x77}, {"nRST_STOP", 0}, {"WRP0", 0xfe}}, {"DATA0", 0x5a}},
    {"stm32f303cc", {{"DATA1", 0x77}, {"nRST_STOP", 0}, {"WRP0", 0xfe}}, {"DATA0", 0x5a}},
    {"stm32l053r8", {{"WRPROT1", 0x10}, {NULL, 0}, {NULL, 0}}, {"BOR_LEV", 9}},
    {"stm32g071rb", {{"nRST_STOP", 0}, {NULL, 0}, {NULL, 0}}, {"nBOOT1", 0}},
    {"stm32f401cb", {{"nRST_STOP", 0}, {NULL, 0}, {NULL, 0}}, {"BOR_LEV", 1}},
};

static const char *const faults[] = {"stall", "timeout", "short", "garbage"};

struct desk {
    struct log log;
    struct sim_board *board;
    struct stlink st;
    struct target t;
    char what[96];
};

static void connect_desk(struct desk *d)
{
    const struct target_options options = {.connect = TARGET_CONNECT_NORMAL};
    OK(stlink_open(&d->st, sim_link_to(d->board), &d->log));
    OK(target_connect(&d->t, &d->st.probe, &options, &d->log));
}

static void leave_desk(struct desk *d)
{
    target_disconnect(&d->t, false);
    stlink_close(&d->st);
}

static uint32_t option(struct desk *d, const char *name)
{
    struct target_options_image image;
    OK(target_read_options(&d->t, &image));
    assert_non_null(target_option_find(&d->t, name));
    return target_option_value(&d->t, name, &image);
}

static enum err write_option(struct desk *d, const char *name, uint32_t value)
{
    struct target_options_image image;
    const struct option_field *field = target_option_find(&d->t, name);
    assert_non_null(field);
    enum err e = target_read_whole_options(&d->t, &image);
    if (!e)
        e = target_option_set(&d->t, field, &image, value);
    return e ? e : target_write_options(&d->t, &image);
}

static void open_desk(struct desk *d, const struct row *row)
{
    *d = (struct desk){.log = log_silent()};
    OK(sim_board_open(&d->board, row->chip, &d->log));
    connect_desk(d);
    for (unsigned i = 0; i < 3 && row->kept[i].name; i++)
        OK(write_option(d, row->kept[i].name, row->kept[i].value));
}

static void close_desk(struct desk *d)
{
    leave_desk(d);
    OK(sim_board_close(d->board));
}

static uint64_t commands(const struct desk *d)
{
    return sim_board_account(d->board)->usb_commands;
}

static void set_fault(struct desk *d, const struct row *row, const char *fault, unsigned at)
{
    char value[32];
    snprintf(value, sizeof value, "%s@%llu", fault, (unsigned long long)commands(d) + at);
    snprintf(d->what, sizeof d->what, "%s %s@+%u", row->chip, fault, at);
    OK(sim_board_set(d->board, "usb", value));
}

static void check_kept(struct desk *d, const struct row *row)
{
    for (unsigned i = 0; i < 3 && row->kept[i].name; i++)
        if (option(d, row->kept[i].name) != row->kept[i].value)
            fail_msg("%s: %s is 0x%x and was 0x%x", d->what, row->kept[i].name,
                     option(d, row->kept[i].name), row->kept[i].value);
    if (target_identity(&d->t)->rdp_level)
        fail_msg("%s: the chip is at level %u", d->what, target_identity(&d->t)->rdp_level);
}

// A new connection sees what the chip holds, without the fault.
static void connect_anew(struct desk *d)
{
    leave_desk(d);
    OK(sim_board_set(d->board, "usb", "ok"));
    connect_desk(d);
}

static void repeat(struct desk *d, enum err e)
{
    if (e)
        fail_msg("%s: repeating it says: %s", d->what, log_sentence(&d->log, e));
}

static bool write_point(const struct row *row, const char *fault, unsigned at)
{
    struct desk d;
    open_desk(&d, row);
    const uint64_t before = commands(&d);
    if (at)
        set_fault(&d, row, fault, at);
    const enum err e = write_option(&d, row->changed.name, row->changed.value);
    const bool reached = at && commands(&d) >= before + at;
    connect_anew(&d);
    if (e)
        repeat(&d, write_option(&d, row->changed.name, row->changed.value));
    if (option(&d, row->changed.name) != row->changed.value)
        fail_msg("%s: %s was not written", d.what, row->changed.name);
    check_kept(&d, row);
    // And at the next power-on.
    leave_desk(&d);
    OK(sim_board_set(d.board, "vdd", "off"));
    sim_board_wait_ns(d.board, 100000000);
    OK(sim_board_set(d.board, "vdd", "3300"));
    sim_board_wait_ns(d.board, 100000000);
    connect_desk(&d);
    check_kept(&d, row);
    close_desk(&d);
    return reached;
}

// Each fault at every fourth command, and with SWDLINK_TEST_ALL at each; far out it only waits.
static void sweep(bool (*point)(const struct row *row, const char *fault, unsigned at))
{
    enum { KINDS = sizeof faults / sizeof *faults };
    const unsigned kinds = getenv("SWDLINK_TEST_ALL") ? KINDS : 1;
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        bool reached = true;
        for (unsigned n = 0, at = 1; reached; n++, at += sample_stride() + at / 6)
            for (unsigned k = 0; k < kinds; k++)
                reached = point(&rows[r], faults[(n + r + k) % KINDS], at) || at < 20;
    }
}

static void a_glitch_while_options_are_written_loses_none(void **state)
{
    (void)state;
    sweep(write_point);
}

static bool unlock_point(const struct row *row, const char *fault, unsigned at)
{
    struct desk d;
    open_desk(&d, row);
    OK(write_option(&d, "RDP", 1));
    const uint64_t before = commands(&d);
    set_fault(&d, row, fault, at);
    enum err e = target_unlock(&d.t);
    const bool reached = commands(&d) >= before + at;
    connect_anew(&d);
    if (e && target_identity(&d.t)->rdp_level)
        repeat(&d, target_unlock(&d.t));
    check_kept(&d, row);
    close_desk(&d);
    return reached;
}

static void a_glitch_while_a_chip_is_unlocked_loses_no_option(void **state)
{
    (void)state;
    sweep(unlock_point);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_glitch_while_options_are_written_loses_none),
        cmocka_unit_test(a_glitch_while_a_chip_is_unlocked_loses_no_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
