// SPDX-License-Identifier: MIT
// targets/run.c: breakpoints where the core stands, and BKPTs of the program's own.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "tests/unit/choose.h"
#include "tests/unit/targets_world.h"

static void whether_it_stands_at_a_breakpoint_is_told_without_running(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    bool stopped;
    world_attach_halted(&w, &t);
    assert_int_equal(target_stop_at_break(&t, &stopped), ERR_OK);
    assert_false(stopped);
    assert_int_equal(target_set_break(&t, true, w.reg[CORTEXM_PC]), ERR_OK);
    assert_int_equal(target_set_break(&t, false, RAM + 0x20), ERR_OK);
    assert_int_equal(target_stop_at_break(&t, &stopped), ERR_OK);
    assert_true(stopped);
    assert_int_equal(world_poll_stopped(&t).cause, TARGET_STOP_HWBREAK);
    w.reg[CORTEXM_PC] = RAM + 0x20;
    assert_int_equal(target_stop_at_break(&t, &stopped), ERR_OK);
    assert_true(stopped);
    struct target_stop stop = world_poll_stopped(&t);
    assert_int_equal(stop.cause, TARGET_STOP_SWBREAK);
    assert_int_equal(stop.pc, RAM + 0x20);
    assert_int_equal(w.resumes + w.steps, 0);
    assert_int_equal(target_resume(&t), ERR_OK);
    assert_int_equal(target_stop_at_break(&t, &stopped), ERR_STATE);
}

// The program's own BKPT, reached by running.
static void stop_at_own_bkpt(struct world *w, struct target *t)
{
    world_attach(w, t);
    put_le16(&w->ram[0x20], 0xbe01);
    w->reg[CORTEXM_PC] = RAM + 0x20;
    w->dfsr = DFSR_BKPT;
    w->running = false;
    struct target_stop stop = world_poll_stopped(t);
    assert_int_equal(stop.cause, TARGET_STOP_BKPT);
    assert_int_equal(stop.pc, RAM + 0x20);
    assert_false(stop.told_before);
}

static void a_bkpt_of_the_program_is_passed_where_it_stopped_and_not_elsewhere(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    stop_at_own_bkpt(&w, &t);
    assert_int_equal(target_resume(&t), ERR_OK);
    assert_int_equal(w.reg[CORTEXM_PC], RAM + 0x22);
    stop_at_own_bkpt(&w, &t);
    assert_int_equal(target_step(&t, 0, 0), ERR_OK);
    assert_int_equal(world_poll_stopped(&t).pc, RAM + 0x22);
    assert_int_equal(w.steps, 0);
    // The user has moved the PC.
    stop_at_own_bkpt(&w, &t);
    assert_int_equal(target_write_reg(&t, CORTEXM_PC, RAM + 0x40), ERR_OK);
    assert_int_equal(target_resume(&t), ERR_OK);
    assert_int_equal(w.reg[CORTEXM_PC], RAM + 0x40);
    stop_at_own_bkpt(&w, &t);
    assert_int_equal(target_write_reg(&t, CORTEXM_PC, RAM + 0x40), ERR_OK);
    assert_int_equal(target_step(&t, 0, 0), ERR_OK);
    assert_int_equal(w.steps, 1);
    assert_int_equal(world_poll_stopped(&t).pc, RAM + 0x42);
}

static void a_bkpt_of_the_program_under_a_breakpoint_is_known_to_have_been_told(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    bool stopped;
    world_attach_halted(&w, &t);
    put_le16(&w.ram[0x20], 0xbe00);
    w.reg[CORTEXM_PC] = RAM + 0x20;
    // Somebody set the PC on it: not told.
    assert_int_equal(target_step(&t, 0, 0), ERR_OK);
    struct target_stop stop = world_poll_stopped(&t);
    assert_int_equal(stop.cause, TARGET_STOP_BKPT);
    assert_false(stop.told_before);
    assert_int_equal(target_set_break(&t, false, RAM + 0x20), ERR_OK);
    assert_int_equal(target_stop_at_break(&t, &stopped), ERR_OK);
    assert_int_equal(target_clear_break(&t, false, RAM + 0x20), ERR_OK);
    assert_int_equal(target_step(&t, 0, 0), ERR_OK);
    stop = world_poll_stopped(&t);
    assert_int_equal(stop.cause, TARGET_STOP_BKPT);
    assert_true(stop.told_before);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whether_it_stands_at_a_breakpoint_is_told_without_running),
        cmocka_unit_test(a_bkpt_of_the_program_is_passed_where_it_stopped_and_not_elsewhere),
        cmocka_unit_test(a_bkpt_of_the_program_under_a_breakpoint_is_known_to_have_been_told),
    };
    return cmocka_run_group_tests_name("targets_breaks", tests, NULL, NULL);
}
