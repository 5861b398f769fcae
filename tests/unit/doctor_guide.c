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
    int answer;          // ... to that of several choices
    const char *cure;    // the step that cures it; "board": another board has not got the fault
    const char *key;     // ... and what it changes
    const char *good;    // ... to this
    const char *bad;     // ... from this
    const char *where;
    unsigned most;       // steps; 0: 9
    bool no_other_board; // the person has none
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

static int answer_question(const struct row *row, const struct guide_step *step)
{
    const bool unusual = row->unusual && strcmp(row->unusual, step->id) == 0;
    if (step->kind == GUIDE_CHOICE)
        return unusual ? row->answer : GUIDE_NONE;
    // A good board: what would be a cause is not so, and its program works.
    const bool good = strcmp(step->id, "steady") == 0 || strcmp(step->id, "alive") == 0 ||
                      (!step->if_yes && strcmp(step->id, "where") != 0);
    return good != unusual ? GUIDE_YES : GUIDE_NO;
}

static enum err ask(void *self, const struct guide_step *step, bool undo, int *answer)
{
    struct bench *b = self;
    const struct row *row = b->row;
    b->steps += !undo;
    *answer = GUIDE_YES;
    if (step->kind != GUIDE_ACTION) {
        *answer = answer_question(row, step);
    } else if (strcmp(step->id, "board") == 0 && row->no_other_board) {
        *answer = GUIDE_UNKNOWN;
    } else if (row->cure && strcmp(row->cure, step->id) == 0) {
        assert_int_equal(sim_board_set(b->board, row->key, undo ? row->bad : row->good), ERR_OK);
        if (strcmp(step->id, "boot") == 0 || strcmp(row->key, "rdp") == 0)
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
    struct guide_end end;
    char text[200];
    snprintf(text, sizeof text, "stm32f031k6,firmware=count%s%s", *row->board ? "," : "",
             row->board);
    assert_int_equal(sim_board_open(&board, text, &log), ERR_OK);
    assert_int_equal(stlink_open(&st, sim_link_to(board), &log), ERR_OK);
    struct bench b = {row, board, &st, &log, 0};
    assert_int_equal(look(&b, &m, false), ERR_OK);
    assert_int_equal(guide_run(&(struct guide_hands){&b, ask, look, may_disturb}, &m, &end),
                     ERR_OK);
    stlink_close(&st);
    assert_int_equal(sim_board_close(board), ERR_OK);
    if (strcmp(end.cause, row->cause) != 0)
        print_message("%s after %u steps; wanted %s\n", end.cause, b.steps, row->cause);
    assert_string_equal(end.cause, row->cause);
    assert_string_equal(end.where ? end.where : "", row->where ? row->where : "");
    assert_in_range(b.steps, 0, row->most ? row->most : 9);
    assert_non_null(diagnosis_find(end.cause));
}

#define CABLE "in the cable"
#define BOARD "on the board"

static const struct row rows[] = {
    {.board = "", .cause = "healthy"},
    {.board = "vtref=fake", .cause = "healthy"},
    {.board = "cable=out",
     .cause = "not-connected",
     .cure = "plug",
     .key = "cable",
     .good = "in",
     .bad = "out",
     .most = 1},
    {.board = "chip=rotated", .cause = "chip-dead", .unusual = "hot", .most = 1},
    {.board = "vdd=off", .cause = "target-unpowered", .unusual = "lamp", .most = 2},
    {.board = "vdd=1000", .cause = "target-unpowered", .unusual = "lamp", .most = 2},
    {.board = "vdd=off,vtref=fake",
     .cause = "target-unpowered",
     .unusual = "volts",
     .answer = 0,
     .cure = "board",
     .key = "vdd",
     .good = "3300",
     .bad = "off",
     .most = 3},
    {.board = "vdd=pins", .cause = "target-unpowered"},
    {.board = "vdd=1800", .cause = "target-undervoltage"},
    {.board = "vdda=off",
     .cause = "vdda-low",
     .unusual = "volts",
     .answer = 1,
     .cure = "board",
     .key = "vdda",
     .good = "3300",
     .bad = "off",
     .most = 3},
    {.board = "vdda=1500",
     .cause = "vdda-low",
     .unusual = "volts",
     .answer = 1,
     .no_other_board = true,
     .most = 3},
    {.board = "vdda=2600", .cause = "vdda-low"},
    {.board = "gnd=open",
     .cause = "gnd-open",
     .cure = "ground",
     .key = "gnd",
     .good = "ok",
     .bad = "open",
     .most = 1},
    {.board = "gnd=open,vtref=fake",
     .cause = "gnd-open",
     .unusual = "cable-ends",
     .answer = 2,
     .where = CABLE,
     .most = 4},
    {.board = "gnd=open,vtref=fake",
     .cause = "gnd-open",
     .cure = "extra-ground",
     .key = "gnd",
     .good = "ok",
     .bad = "open",
     .no_other_board = true,
     .most = 9},
    {.board = "vtref=open", .cause = "vtref-not-wired"},
    {.board = "vtref=0", .cause = "vtref-not-wired"},
    {.board = "vdd=flaky", .cause = "supply-unstable", .unusual = "steady"},
    {.board = "swdio=swapped",
     .cause = "swd-swapped",
     .cure = "swap",
     .key = "swdio",
     .good = "ok",
     .bad = "swapped",
     .most = 1},
    {.board = "swdio=joined",
     .cause = "swd-joined",
     .unusual = "cable-pairs",
     .answer = 0,
     .where = CABLE,
     .most = 3},
    {.board = "swdio=joined@board",
     .cause = "swd-joined",
     .unusual = "board-pairs",
     .answer = 0,
     .cure = "board",
     .key = "swdio",
     .good = "ok",
     .bad = "joined@board",
     .where = BOARD,
     .most = 5},
    {.board = "swdio=gnd",
     .cause = "swdio-low",
     .unusual = "cable-pairs",
     .answer = 1,
     .where = CABLE,
     .most = 3},
    {.board = "swdio=gnd@board",
     .cause = "swdio-low",
     .unusual = "joint-pairs",
     .answer = 1,
     .where = BOARD,
     .no_other_board = true,
     .most = 6},
    {.board = "swdio=vcc",
     .cause = "swdio-high",
     .unusual = "cable-pairs",
     .answer = 2,
     .where = CABLE,
     .most = 3},
    {.board = "swclk=gnd",
     .cause = "swclk-fault",
     .unusual = "cable-pairs",
     .answer = 3,
     .where = CABLE,
     .most = 3},
    {.board = "swclk=vcc",
     .cause = "swclk-fault",
     .unusual = "cable-pairs",
     .answer = 3,
     .where = CABLE,
     .most = 3},
    {.board = "swdio=open",
     .cause = "swdio-open",
     .unusual = "cable-ends",
     .answer = 0,
     .where = CABLE,
     .most = 4},
    {.board = "swclk=open",
     .cause = "swclk-fault",
     .unusual = "cable-ends",
     .answer = 1,
     .where = CABLE,
     .most = 4},
    {.board = "swdio=open",
     .cause = "swdio-open",
     .unusual = "ends",
     .answer = 0,
     .no_other_board = true,
     .most = 6},
    {.board = "firmware=swd-off,nrst=open",
     .cause = "swd-off-by-program",
     .cure = "boot",
     .key = "boot0",
     .good = "1",
     .bad = "0",
     .no_other_board = true},
    {.board = "firmware=stop,nrst=open",
     .cause = "low-power",
     .unusual = "current",
     .cure = "boot",
     .key = "boot0",
     .good = "1",
     .bad = "0",
     .no_other_board = true},
    {.board = "firmware=standby,nrst=open",
     .cause = "low-power",
     .unusual = "current",
     .cure = "boot",
     .key = "boot0",
     .good = "1",
     .bad = "0",
     .no_other_board = true},
    {.board = "swdio=noise=0.01",
     .cause = "link-marginal",
     .cure = "cable",
     .key = "swdio",
     .good = "ok",
     .bad = "noise=0.01",
     .where = CABLE},
    {.board = "chip=dead",
     .cause = "chip-dead",
     .unusual = "alive",
     .cure = "board",
     .key = "chip",
     .good = "ok",
     .bad = "dead",
     .most = 6},
    {.board = "chip=dead",
     .cause = "chip-dead",
     .unusual = "alive",
     .no_other_board = true,
     .most = 8},
    {.board = "rdp=2",
     .cause = "read-protected-2",
     .cure = "board",
     .key = "rdp",
     .good = "0",
     .bad = "2"},
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

// What nobody can tell is not found: the list of causes stays.
static enum err know_nothing(void *self, const struct guide_step *step, bool undo, int *answer)
{
    (void)self;
    (void)step;
    (void)undo;
    *answer = GUIDE_UNKNOWN;
    return ERR_OK;
}

static void who_cannot_tell_gets_no_cause(void **state)
{
    (void)state;
    struct log log = log_silent();
    struct sim_board *board;
    struct stlink st;
    struct measurements m;
    struct guide_end end;
    assert_int_equal(sim_board_open(&board, "stm32f031k6,swdio=gnd", &log), ERR_OK);
    assert_int_equal(stlink_open(&st, sim_link_to(board), &log), ERR_OK);
    struct bench b = {NULL, board, &st, &log, 0};
    assert_int_equal(look(&b, &m, false), ERR_OK);
    const struct guide_hands hands = {&b, know_nothing, look, may_disturb};
    assert_int_equal(guide_run(&hands, &m, &end), ERR_OK);
    stlink_close(&st);
    assert_int_equal(sim_board_close(board), ERR_OK);
    assert_string_equal(end.cause, "no-answer");
    assert_false(end.found);
}

// A program that ends debugging answers under reset: no experiment with the wires has cured that.
static void an_answer_under_reset_is_no_cure(void **state)
{
    (void)state;
    struct measurements m = {.asked_hz = 4000000};
    m.answer[ATTEMPT_ASKED].tries = 12;
    m.answer[ATTEMPT_UNDER_RESET] = (struct measured_answer){.tries = 6, .good = 6};
    struct guide_end end;
    struct bench b = {.row = &(struct row){.board = ""}};
    const struct guide_hands hands = {&b, ask, NULL, NULL};
    assert_int_equal(guide_run(&hands, &m, &end), ERR_OK);
    assert_int_equal(b.steps, 0);
    assert_string_equal(end.cause, "swd-off-by-program");
}

static void every_cause_of_the_guide_is_a_verdict(void **state)
{
    (void)state;
    for (unsigned i = 0; i < guide_step_count; i++) {
        const struct guide_step *step = &guide_steps[i];
        assert_true(!step->if_yes || diagnosis_find(step->if_yes));
        assert_true(!step->if_no || diagnosis_find(step->if_no));
        for (const struct guide_choice *c = step->choice; c && c->text; c++)
            assert_non_null(diagnosis_find(c->cause));
    }
}

int main(int argc, char **argv)
{
    enum { ROWS = sizeof rows / sizeof rows[0] };
    struct row_name names[ROWS];
    struct CMUnitTest tests[ROWS + 3] = {cmocka_unit_test(every_cause_of_the_guide_is_a_verdict),
                                         cmocka_unit_test(who_cannot_tell_gets_no_cause),
                                         cmocka_unit_test(an_answer_under_reset_is_no_cure)};
    choose_tests(argc, argv);
    for (unsigned i = 0; i < ROWS; i++)
        tests[i + 3] = (struct CMUnitTest){
            .name = name_row(&names[i], rows[i].board, rows[i].no_other_board ? "v2-alone" : "v2"),
            .test_func = check_row,
            .initial_state = (void *)(uintptr_t)&rows[i], // only read
        };
    return cmocka_run_group_tests_name("doctor_guide", tests, NULL, NULL);
}
