// SPDX-License-Identifier: MIT
// targets/erratum.c: a Cortex-M7 of revision r0p1 steps with PRIMASK set, and one of any revision
// that halts in a handler without a breakpoint goes on.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "tests/unit/choose.h"
#include "tests/unit/targets_world.h"

#define OK(call) assert_int_equal((call), ERR_OK)

#define PC 0x08000100u

static void attach(struct world *w, struct target *t, uint16_t first, uint16_t second)
{
    world_attach_halted(w, t);
    put_le16(&w->flash[PC - FLASH], first);
    put_le16(&w->flash[PC - FLASH + 2], second);
    t->core.caps.masks_late = t->core.caps.halts_in_handlers = true;
    t->core.cpuid = 0x410fc271;
    w->reg[CORTEXM_PC] = PC;
}

static void a_step_keeps_interrupts_out_by_primask(void **state)
{
    (void)state;
    static const struct {
        uint16_t first, second;
        uint32_t primask, during; // as the program has it
    } rows[] = {
        {0x1c40, 0xbf00, 0, 1}, // ADDS r0, r0, #1
        {0x6801, 0xbf00, 0, 1}, // LDR r1, [r0]
        {0xf8d0, 0x1004, 0, 1}, // LDR.W r1, [r0, #4]
        {0xf000, 0xf801, 0, 1}, // BL
        {0xb662, 0xbf00, 0, 0}, // CPSIE i
        {0xb672, 0xbf00, 0, 0}, // CPSID i
        {0xdf01, 0xbf00, 0, 0}, // SVC
        {0xde00, 0xbf00, 0, 0}, // UDF
        {0xf380, 0x8810, 0, 0}, // MSR PRIMASK, r0
        {0xf3ef, 0x8010, 0, 0}, // MRS r0, PRIMASK
        {0x1c40, 0xbf00, 1, 1}, {0xb662, 0xbf00, 1, 1},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world w;
        struct target t;
        attach(&w, &t, rows[i].first, rows[i].second);
        w.reg[CORTEXM_PRIMASK] = rows[i].primask;
        OK(target_step(&t, 0, 0));
        assert_int_equal(world_poll_stopped(&t).cause, TARGET_STOP_STEP);
        assert_int_equal(w.steps, 1);
        assert_true(w.step_was_masked);
        assert_int_equal(w.step_primask, rows[i].during);
        assert_int_equal(w.reg[CORTEXM_PRIMASK], rows[i].primask);
    }
}

static void other_revisions_step_without_it(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    attach(&w, &t, 0x1c40, 0xbf00);
    t.core.caps.masks_late = false;
    OK(target_step(&t, 0, 0));
    (void)world_poll_stopped(&t);
    assert_int_equal(w.step_primask, 0);
}

static void a_range_and_a_sleep_leave_primask_as_it_was(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    attach(&w, &t, 0x1c40, 0x1c40);
    OK(target_step(&t, PC, PC + 4));
    assert_int_equal(world_poll_stopped(&t).pc, PC + 4);
    assert_int_equal(w.step_primask, 1);
    assert_int_equal(w.reg[CORTEXM_PRIMASK], 0);
    attach(&w, &t, 0xbf30, 0xbf00); // WFI
    w.sleeps = true;
    OK(target_step(&t, 0, 0));
    assert_int_equal(w.reg[CORTEXM_PRIMASK], 1);
    OK(target_halt(&t));
    assert_int_equal(w.reg[CORTEXM_PRIMASK], 0);
}

static void a_debugger_that_leaves_during_a_step_leaves_primask_as_it_was(void **state)
{
    (void)state;
    for (unsigned disconnects = 0; disconnects < 2; disconnects++) {
        struct world w;
        struct target t;
        attach(&w, &t, 0xbf30, 0xbf00); // WFI
        w.sleeps = true;
        OK(target_step(&t, 0, 0));
        assert_int_equal(w.reg[CORTEXM_PRIMASK], 1);
        if (disconnects)
            target_disconnect(&t, false);
        else
            OK(target_release(&t));
        assert_int_equal(w.reg[CORTEXM_PRIMASK], 0);
        assert_true(w.running);
    }
}

static void what_a_reset_has_cleared_is_not_taken_back(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    attach(&w, &t, 0xbf30, 0xbf00); // WFI
    w.sleeps = true;
    OK(target_step(&t, 0, 0));
    OK(target_reset(&t, false));
    w.reg[CORTEXM_PRIMASK] = 1; // by the program
    OK(target_halt(&t));
    assert_int_equal(w.reg[CORTEXM_PRIMASK], 1);
}

static void a_halt_in_a_handler_without_a_breakpoint_is_passed(void **state)
{
    (void)state;
    static const struct {
        uint32_t dfsr, exception;
        bool set, own, passed; // a breakpoint of ours, a BKPT of the program's
    } rows[] = {
        {DFSR_BKPT, 15, false, false, true},
        {DFSR_BKPT | DFSR_HALTED, 31, false, false, true},
        {DFSR_BKPT, 0, false, false, false},
        {DFSR_BKPT, 15, true, false, false},
        {DFSR_BKPT, 15, false, true, false},
        {DFSR_BKPT | DFSR_VCATCH, 3, false, false, false},
        {DFSR_BKPT | DFSR_DWTTRAP, 15, false, false, false},
        {DFSR_HALTED, 15, false, false, false},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world w;
        struct target t;
        struct target_stop stop;
        bool stopped;
        attach(&w, &t, rows[i].own ? 0xbe00 : 0x1c40, 0xbf00);
        OK(target_resume(&t));
        if (rows[i].set)
            OK(target_set_break(&t, true, PC));
        w.running = false;
        w.dfsr = rows[i].dfsr;
        w.reg[CORTEXM_XPSR] = 1u << 24 | rows[i].exception;
        OK(target_poll(&t, &stopped, &stop));
        assert_int_equal(stopped, !rows[i].passed);
        assert_int_equal(w.resumes, 1 + rows[i].passed);
        assert_int_equal(w.running, rows[i].passed);
        if (rows[i].passed)
            assert_int_equal(w.dfsr, 0);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_keeps_interrupts_out_by_primask),
        cmocka_unit_test(other_revisions_step_without_it),
        cmocka_unit_test(a_range_and_a_sleep_leave_primask_as_it_was),
        cmocka_unit_test(a_debugger_that_leaves_during_a_step_leaves_primask_as_it_was),
        cmocka_unit_test(what_a_reset_has_cleared_is_not_taken_back),
        cmocka_unit_test(a_halt_in_a_handler_without_a_breakpoint_is_passed),
    };
    return cmocka_run_group_tests_name("errata", tests, NULL, NULL);
}
