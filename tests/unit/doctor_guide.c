// SPDX-License-Identifier: MIT
// The guide at the virtual board: a script does with the board what the steps say, and answers what
// a voltmeter would show. Each single fault ends in its one cause: one test per row.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/guide.h"
#include "sim/board/board.h"
#include "sim/board/link.h"
#include "tests/unit/choose.h"
#include "tests/unit/rows.h"

struct row {
    const char *board;   // what is wrong with it
    const char *cause;   // where it has to end
    const char *unusual; // the question whose answer is not that of a good board
    const char *cure;    // the step that cures it
    const char *key;     // ... and what it changes
    const char *good;    // ... to this
    const char *bad;     // ... from this
};

struct bench {
    const struct row *row;
    struct sim_board *board;
    struct stlink *st;
    struct log *log;
    unsigned steps;
};

static void cycle_power(struct sim_board *board)
{
    assert_int_equal(sim_board_set(board, "vdd", "off"), ERR_OK);
    sim_board_wait_ns(board, 100000000);
    assert_int_equal(sim_board_set(board, "vdd", "3300"), ERR_OK);
    sim_board_wait_ns(board, 100000000);
}

static enum err ask(void *self, const struct guide_step *step, bool undo, bool *yes)
{
    struct bench *b = self;
    b->steps++;
    if (!step->action) {
        // A good board: what would be a cause is not so.
        bool good = strcmp(step->id, "steady") == 0 || !step->if_yes;
        bool unusual = b->row->unusual && strcmp(b->row->unusual, step->id) == 0;
        *yes = good != unusual;
        return ERR_OK;
    }
    if (b->row->cure && strcmp(b->row->cure, step->id) == 0) {
        const char *value = undo ? b->row->bad : b->row->good;
        assert_int_equal(sim_board_set(b->board, b->row->key, value), ERR_OK);
        if (strcmp(step->id, "boot") == 0 || strcmp(b->row->key, "rdp") == 0)
            cycle_power(b->board);
    }
    return ERR_OK;
}

static enum err look(void *self, struct measurements *m, bool deep)
{
    struct bench *b = self;
    *m = (struct measurements){.probe = {.version = b->st->version}};
    return measure_all(m, b->st, &(struct measure_options){.deep = deep}, b->log);
}

static enum err may_disturb(void *self, bool *yes)
{
    (void)self;
    *yes = true;
    return ERR_OK;
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct log log = log_silent();
    struct sim_board *board;
    struct stlink st;
    struct measurements m;
    const char *cause = "none";
    char text[200];
    snprintf(text, sizeof text, "stm32f031k6,firmware=count%s%s", *row->board ? "," : "",
             row->board);
    assert_int_equal(sim_board_open(&board, text, &log), ERR_OK);
    assert_int_equal(stlink_open(&st, sim_link_to(board), &log), ERR_OK);
    struct bench b = {row, board, &st, &log, 0};
    assert_int_equal(look(&b, &m, false), ERR_OK);
    assert_int_equal(guide_run(&(struct guide_hands){&b, ask, look, may_disturb}, &m, &cause),
                     ERR_OK);
    stlink_close(&st);
    assert_int_equal(sim_board_close(board), ERR_OK);
    if (strcmp(cause, row->cause) != 0)
        print_message("%s after %u steps; wanted %s\n", cause, b.steps, row->cause);
    assert_string_equal(cause, row->cause);
    assert_non_null(diagnosis_find(cause));
}

static const struct row rows[] = {
    {.board = "", .cause = "healthy"},
    {.board = "vtref=fake", .cause = "healthy"},
    {"cable=out", "not-connected", NULL, "plug", "cable", "in", "out"},
    {.board = "chip=rotated", .cause = "chip-dead", .unusual = "hot"},
    {.board = "vdd=off", .cause = "target-unpowered", .unusual = "vdd"},
    {.board = "vdd=1000", .cause = "target-unpowered", .unusual = "vdd"},
    {.board = "vdd=off,vtref=fake", .cause = "target-unpowered", .unusual = "vdd"},
    {.board = "vdd=pins", .cause = "target-unpowered"},
    {.board = "vdd=1800", .cause = "target-undervoltage"},
    {.board = "vdda=off", .cause = "vdda-low", .unusual = "vdda"},
    {.board = "vdda=1500", .cause = "vdda-low", .unusual = "vdda"},
    {.board = "vdda=2600", .cause = "vdda-low"},
    {"gnd=open", "gnd-open", NULL, "ground", "gnd", "ok", "open"},
    {"gnd=open,vtref=fake", "gnd-open", NULL, "ground", "gnd", "ok", "open"},
    {.board = "vtref=open", .cause = "vtref-not-wired"},
    {.board = "vtref=0", .cause = "vtref-not-wired"},
    {.board = "vdd=flaky", .cause = "supply-unstable", .unusual = "steady"},
    {"swdio=swapped", "swd-swapped", NULL, "swap", "swdio", "ok", "swapped"},
    {.board = "swdio=joined", .cause = "swd-joined", .unusual = "joined"},
    {.board = "swdio=joined@board", .cause = "swd-joined", .unusual = "joined"},
    {.board = "swdio=gnd", .cause = "swdio-low", .unusual = "swdio-gnd"},
    {.board = "swdio=vcc", .cause = "swdio-high", .unusual = "swdio-vdd"},
    {.board = "swclk=gnd", .cause = "swclk-fault", .unusual = "swclk-short"},
    {.board = "swclk=vcc", .cause = "swclk-fault", .unusual = "swclk-short"},
    {.board = "swdio=open", .cause = "swdio-open", .unusual = "swdio-end"},
    {.board = "swclk=open", .cause = "swclk-fault", .unusual = "swclk-end"},
    {"firmware=swd-off,nrst=open", "swd-off-by-program", NULL, "boot", "boot0", "1", "0"},
    {"firmware=stop,nrst=open", "low-power", "current", "boot", "boot0", "1", "0"},
    {"firmware=standby,nrst=open", "low-power", "current", "boot", "boot0", "1", "0"},
    {"swdio=noise=0.01", "link-marginal", NULL, "cable", "swdio", "ok", "noise=0.01"},
    {"chip=dead", "chip-dead", NULL, "board", "chip", "ok", "dead"},
    {"rdp=2", "read-protected-2", "alive", "board", "rdp", "0", "2"},
    {.board = "swdio=weak", .cause = "link-marginal"},
    {.board = "swdio=noise=0.001", .cause = "link-marginal"},
    {.board = "swdio=flaky", .cause = "link-marginal"},
    {.board = "nrst=gnd", .cause = "nrst-low"},
    {.board = "nrst=open", .cause = "nrst-not-wired"},
    {.board = "nrst=slow", .cause = "nrst-slow"},
    {.board = "hse=none", .cause = "hse-dead"},
    {.board = "hse=12000000", .cause = "hse-frequency"},
    {.board = "firmware=swd-off", .cause = "swd-off-by-program"},
    {.board = "firmware=stop", .cause = "low-power"},
    {.board = "firmware=iwdg", .cause = "reset-loop"},
    {.board = "firmware=lockup", .cause = "lockup"},
    {.board = "rdp=1", .cause = "read-protected-1"},
    {.board = "boot0=1", .cause = "boot-system-memory"},
    {.board = "chip=blank", .cause = "blank-flash"},
    {.board = "chip=clone", .cause = "foreign-chip"},
    // Nothing that the steps ask is unusual: the probe itself reaches no board.
    {.board = "swdio=47k", .cause = "probe-output"},
};

static void every_cause_of_the_guide_is_a_verdict(void **state)
{
    (void)state;
    for (unsigned i = 0; i < guide_step_count; i++) {
        const struct guide_step *step = &guide_steps[i];
        assert_true(!step->if_yes || diagnosis_find(step->if_yes));
        assert_true(!step->if_no || diagnosis_find(step->if_no));
    }
}

int main(int argc, char **argv)
{
    enum { ROWS = sizeof rows / sizeof rows[0] };
    struct row_name names[ROWS];
    struct CMUnitTest tests[ROWS + 1] = {cmocka_unit_test(every_cause_of_the_guide_is_a_verdict)};
    choose_tests(argc, argv);
    for (unsigned i = 0; i < ROWS; i++)
        tests[i + 1] = (struct CMUnitTest){
            .name = name_row(&names[i], rows[i].board, "v2"),
            .test_func = check_row,
            .initial_state = (void *)(uintptr_t)&rows[i], // only read
        };
    return cmocka_run_group_tests_name("doctor_guide", tests, NULL, NULL);
}
