// SPDX-License-Identifier: MIT
// targets/run.c and fault.c: stops and their causes, steps, and a target that gets lost.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "tests/unit/choose.h"
#include "tests/unit/targets_world.h"

#define STACK     (RAM + 0x800)
#define HANDLER   0x08000300u
#define FAULTY_PC 0x08000100u

static void calls_for_a_halted_core_refuse_a_running_one(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    struct flash_job *job;
    uint32_t value;
    world_attach(&w, &t);
    assert_int_equal(target_read_reg(&t, CORTEXM_PC, &value), ERR_STATE);
    assert_int_equal(target_write_reg(&t, CORTEXM_PC, 0), ERR_STATE);
    assert_int_equal(target_resume(&t), ERR_STATE);
    assert_int_equal(target_step(&t, 0, 0), ERR_STATE);
    assert_int_equal(target_flash_open(&t, &job), ERR_STATE);
}

static void looking_at_a_running_target_is_one_command(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    struct target_stop stop;
    bool stopped;
    world_attach(&w, &t);
    w.looks = 0;
    assert_int_equal(target_poll(&t, &stopped, &stop), ERR_OK);
    assert_false(stopped);
    assert_int_equal(w.looks, 1);
}

static void a_halt_on_request_says_so_even_when_asked_twice(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_attach_halted(&w, &t);
    assert_int_equal(world_poll_stopped(&t).cause, TARGET_STOP_REQUEST);
    assert_int_equal(target_halt(&t), ERR_OK);
    assert_int_equal(world_poll_stopped(&t).cause, TARGET_STOP_REQUEST);
}

static void a_breakpoint_hit_in_the_moment_of_a_halt_is_still_told(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_attach(&w, &t);
    assert_int_equal(target_set_break(&t, true, 0x08000100), ERR_OK);
    w.dfsr = DFSR_BKPT;
    assert_int_equal(target_halt(&t), ERR_OK);
    assert_int_equal(world_poll_stopped(&t).cause, TARGET_STOP_HWBREAK);
}

static void each_kind_of_breakpoint_is_told_apart(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_attach_halted(&w, &t);
    assert_int_equal(target_set_break(&t, false, RAM + 0x20), ERR_OK);
    assert_int_equal(target_resume(&t), ERR_OK);
    w.running = false;
    w.dfsr = DFSR_BKPT;
    w.reg[CORTEXM_PC] = RAM + 0x20;
    assert_int_equal(world_poll_stopped(&t).cause, TARGET_STOP_SWBREAK);
    w.reg[CORTEXM_PC] = 0x08000150;
    w.flash[0x150] = 0xab;
    w.flash[0x151] = 0xbe; // bkpt 0xab
    assert_int_equal(target_resume(&t), ERR_OK);
    w.running = false;
    w.dfsr = DFSR_BKPT;
    assert_int_equal(world_poll_stopped(&t).cause, TARGET_STOP_BKPT);
    assert_int_equal(target_set_watch(&t, RAM + 0x40, 4, DWT_WRITE), ERR_OK);
    assert_int_equal(target_resume(&t), ERR_OK);
    assert_int_equal(w.reg[CORTEXM_PC], 0x08000152);
    w.running = false;
    w.dfsr = DFSR_DWTTRAP;
    struct target_stop stop = world_poll_stopped(&t);
    assert_int_equal(stop.cause, TARGET_STOP_WATCH);
    assert_int_equal(stop.watch_addr, RAM + 0x40);
    assert_int_equal(stop.watch, DWT_WRITE);
}

static void resuming_at_a_breakpoint_steps_over_it_and_keeps_it(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_attach_halted(&w, &t);
    assert_int_equal(target_set_break(&t, true, 0x08000100), ERR_OK);
    assert_int_equal(target_set_break(&t, true, 0x08000100), ERR_OK);
    assert_int_equal(target_resume(&t), ERR_OK);
    assert_int_equal(w.steps, 1);
    assert_true(w.step_was_masked);
    assert_int_equal(w.resumes, 1);
    assert_int_equal(w.reg[CORTEXM_PC], 0x08000102);
    assert_int_equal(t.core.bpu.comparator[0].users, 2);
    assert_int_equal(t.state, TARGET_RUNNING);
}

static void resuming_at_a_breakpoint_in_ram_executes_what_is_under_it(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_attach_halted(&w, &t);
    w.reg[CORTEXM_PC] = RAM + 0x20;
    assert_int_equal(target_set_break(&t, false, RAM + 0x20), ERR_OK);
    assert_int_equal(target_resume(&t), ERR_OK);
    assert_int_equal(w.reg[CORTEXM_PC], RAM + 0x22);
    assert_int_equal(get_le16(&w.ram[0x20]), 0xbe00);
    assert_true(w.running);
}

static void a_breakpoint_on_a_sleeping_wfi_does_not_stop_a_resume(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_attach_halted(&w, &t);
    assert_int_equal(target_set_break(&t, true, 0x08000100), ERR_OK);
    w.sleeps = true;
    assert_int_equal(target_resume(&t), ERR_OK);
    assert_int_equal(w.resumes, 1);
    assert_true(bpu_has(&t.core.bpu, 0x08000100));
}

static void a_step_is_masked_and_ends_as_a_step(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_attach_halted(&w, &t);
    assert_int_equal(target_step(&t, 0, 0), ERR_OK);
    assert_int_equal(t.state, TARGET_RUNNING);
    struct target_stop stop = world_poll_stopped(&t);
    assert_int_equal(stop.cause, TARGET_STOP_STEP);
    assert_int_equal(stop.pc, 0x08000102);
    assert_true(w.step_was_masked);
    assert_int_equal(w.resumes, 0);
}

static void pending_interrupts_run_before_a_step(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_attach_halted(&w, &t);
    w.interrupt_pending = true;
    assert_int_equal(target_step(&t, 0, 0), ERR_OK);
    assert_true(bpu_has(&t.core.bpu, 0x08000100));
    struct target_stop stop = world_poll_stopped(&t);
    assert_true(w.interrupts_ran);
    assert_int_equal(stop.cause, TARGET_STOP_STEP);
    assert_int_equal(stop.pc, 0x08000102);
    assert_false(bpu_has(&t.core.bpu, 0x08000100));
}

static void a_halt_while_interrupts_run_leaves_no_comparator(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_attach_halted(&w, &t);
    w.interrupt_pending = true;
    assert_int_equal(target_step(&t, 0, 0), ERR_OK);
    w.reg[CORTEXM_PC] = 0x08000400;
    w.interrupt_pending = false;
    assert_int_equal(target_halt(&t), ERR_OK);
    assert_int_equal(world_poll_stopped(&t).cause, TARGET_STOP_REQUEST);
    assert_false(bpu_has(&t.core.bpu, 0x08000100));
}

static void a_halt_at_the_temporary_comparator_is_a_request(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_attach_halted(&w, &t);
    w.interrupt_pending = true;
    assert_int_equal(target_step(&t, 0, 0), ERR_OK);
    w.dfsr = DFSR_BKPT;
    assert_int_equal(target_halt(&t), ERR_OK);
    assert_int_equal(world_poll_stopped(&t).cause, TARGET_STOP_REQUEST);
}

static void a_step_without_a_free_comparator_does_without_interrupts(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_attach_halted(&w, &t);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(target_set_break(&t, true, 0x08000800 + 2 * i), ERR_OK);
    w.interrupt_pending = true;
    assert_int_equal(target_step(&t, 0, 0), ERR_OK);
    assert_int_equal(world_poll_stopped(&t).pc, 0x08000102);
    assert_false(w.interrupts_ran);
}

static void masked_interrupts_are_not_waited_for(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_attach_halted(&w, &t);
    w.interrupt_pending = true;
    w.reg[CORTEXM_PRIMASK] = 1;
    assert_int_equal(target_step(&t, 0, 0), ERR_OK);
    assert_int_equal(world_poll_stopped(&t).pc, 0x08000102);
    assert_int_equal(w.resumes, 0);
}

static void a_range_step_ends_where_the_range_ends(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_attach_halted(&w, &t);
    assert_int_equal(target_step(&t, 0x08000100, 0x0800010a), ERR_OK);
    struct target_stop stop = world_poll_stopped(&t);
    assert_int_equal(stop.cause, TARGET_STOP_STEP);
    assert_int_equal(stop.pc, 0x0800010a);
    assert_int_equal(w.steps, 5);
}

static void a_range_step_stops_at_a_breakpoint_in_the_range(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_attach_halted(&w, &t);
    assert_int_equal(target_set_break(&t, true, 0x08000100), ERR_OK);
    assert_int_equal(target_set_break(&t, true, 0x08000104), ERR_OK);
    assert_int_equal(target_step(&t, 0x08000100, 0x0800010a), ERR_OK);
    struct target_stop stop = world_poll_stopped(&t);
    assert_int_equal(stop.cause, TARGET_STOP_HWBREAK);
    assert_int_equal(stop.pc, 0x08000104);
    assert_true(bpu_has(&t.core.bpu, 0x08000100));
}

static void a_step_over_wfi_waits_until_it_is_halted(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    struct target_stop stop;
    bool stopped;
    world_attach_halted(&w, &t);
    w.sleeps = true;
    assert_int_equal(target_step(&t, 0, 0), ERR_OK);
    assert_int_equal(target_poll(&t, &stopped, &stop), ERR_OK);
    assert_false(stopped);
    assert_int_equal(target_halt(&t), ERR_OK);
    assert_int_equal(world_poll_stopped(&t).cause, TARGET_STOP_REQUEST);
}

static void a_reset_by_the_chip_itself_is_told_at_the_next_look(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    struct target_stop stop;
    bool stopped;
    world_attach(&w, &t);
    w.reset_seen = true;
    assert_int_equal(target_poll(&t, &stopped, &stop), ERR_OK);
    assert_false(stopped);
    assert_true(stop.was_reset);
    assert_int_equal(target_poll(&t, &stopped, &stop), ERR_OK);
    assert_false(stop.was_reset); // told once
    t.core.reset_seen = true;     // seen on the way to the halt
    assert_int_equal(target_halt(&t), ERR_OK);
    stop = world_poll_stopped(&t);
    assert_true(stop.was_reset);
    assert_int_equal(target_reset(&t, true), ERR_OK);
    stop = world_poll_stopped(&t);
    assert_int_equal(stop.cause, TARGET_STOP_RESET);
    assert_false(stop.was_reset);
}

static void a_lockup_is_halted_and_told(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_attach(&w, &t);
    w.lockup = true;
    w.reg[CORTEXM_XPSR] = 3;
    struct target_stop stop = world_poll_stopped(&t);
    assert_int_equal(stop.cause, TARGET_STOP_LOCKUP);
    assert_non_null(strstr(stop.detail, "inside the HardFault handler"));
    assert_int_equal(target_resume(&t), ERR_OK);
    memset(w.flash, 0xff, sizeof w.flash);
    w.lockup = true;
    assert_non_null(strstr(world_poll_stopped(&t).detail, "no program in the flash"));
    assert_int_equal(target_resume(&t), ERR_OK);
    t.id.rdp_level = 1;
    w.lockup = true;
    assert_non_null(strstr(world_poll_stopped(&t).detail, "read protection level 1"));
}

// A HardFault of the instruction, with r0 to r3 as given; r4 is 0x20000104.
static struct target_stop fault_with(uint16_t code, uint32_t r0, uint32_t r1, uint32_t xpsr,
                                     uint32_t pc)
{
    struct world w;
    struct target t;
    world_attach(&w, &t);
    uint32_t frame[8] = {r0, r1, 0, 0, 0, 0x08000123, pc, xpsr};
    for (unsigned i = 0; i < 8; i++)
        put_le32(&w.ram[STACK - RAM + 4 * i], frame[i]);
    put_le16(&w.flash[FAULTY_PC - FLASH], code);
    w.reg[4] = RAM + 0x104;
    w.reg[CORTEXM_MSP] = w.reg[CORTEXM_SP] = STACK;
    w.reg[CORTEXM_LR] = 0xfffffff9;
    w.reg[CORTEXM_PC] = HANDLER;
    w.reg[CORTEXM_XPSR] = 1u << 24 | 3;
    w.dfsr = DFSR_VCATCH;
    w.running = false;
    return world_poll_stopped(&t);
}

// A vector catch in Thread mode is a reset; at the first instruction of any fault's handler it is
// that fault.
static void a_caught_busfault_is_no_reset(void **state)
{
    (void)state;
    static const struct {
        uint32_t exception;
        enum target_stop_cause cause;
        const char *says;
    } rows[] = {{0, TARGET_STOP_RESET, ""},
                {3, TARGET_STOP_FAULT, "HardFault"},
                {5, TARGET_STOP_FAULT, "BusFault"},
                {6, TARGET_STOP_FAULT, "UsageFault"}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world w;
        struct target t;
        world_attach(&w, &t);
        t.core.caps.arch = CORE_ARMV7M;
        w.reg[CORTEXM_XPSR] = 1u << 24 | rows[i].exception;
        w.dfsr = DFSR_VCATCH;
        w.running = false;
        struct target_stop stop = world_poll_stopped(&t);
        assert_int_equal(stop.cause, rows[i].cause);
        assert_int_equal(strncmp(stop.detail, rows[i].says, strlen(rows[i].says)), 0);
    }
}

static void a_hardfault_is_explained_by_its_instruction(void **state)
{
    (void)state;
    static const struct {
        uint16_t code;
        uint32_t r0, r1;
        const char *says;
    } cases[] = {
        {0x6808, 0, 0x20000001, "read 4 bytes at 0x20000001, which is not aligned"}, // ldr r0, [r1]
        {0x8048, 0, 0x20000001,
         "write 2 bytes at 0x20000003, which is not aligned"},                   // strh r0,[r1,#2]
        {0x5840, 0x60000000, 4, "read 0x60000004, where this chip has nothing"}, // ldr r0, [r0, r1]
        {0x7008, 0, 0x08000010, "write to 0x08000010, which is read-only"},      // strb r0, [r1]
        {0x6048, 0, 0x40000000, "write 0x40000004, and nothing there answered"}, // str r0, [r1, #4]
        {0xc102, 0, 0x20001002, "write 4 bytes at 0x20001002"},                  // stm r1!, {r1}
        {0x9802, 0, 0, "read 0x20000828"},                                       // ldr r0, [sp, #8]
        {0xb410, 0, 0, "write 0x2000081c"},                                      // push {r4}
        {0xde01, 0, 0, "0xde01 is no instruction"},                              // udf
        {0xb108, 0, 0, "0xb108 is no instruction"},                              // cbz
        {0xf8d0, 0, 0, "0xf8d0 is no instruction"},                              // ldr.w
        {0xdf03, 0, 0, "an SVC where"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct target_stop s =
            fault_with(cases[i].code, cases[i].r0, cases[i].r1, 1u << 24, FAULTY_PC);
        assert_int_equal(s.cause, TARGET_STOP_FAULT);
        assert_non_null(strstr(s.detail, "HardFault at pc 0x08000100, called from lr 0x08000123"));
        if (!strstr(s.detail, cases[i].says))
            fail_msg("\"%s\" does not say \"%s\"", s.detail, cases[i].says);
    }
}

static void a_hardfault_after_a_bad_jump_says_where_it_went(void **state)
{
    (void)state;
    struct target_stop s = fault_with(0, 0, 0, 0, FAULTY_PC);
    assert_non_null(strstr(s.detail, "without the Thumb bit"));
    s = fault_with(0, 0, 0, 1u << 24, 0x30000000);
    assert_non_null(strstr(s.detail, "pc 0x30000000"));
    assert_non_null(strstr(s.detail, "there is no code"));
}

// The entry has left out a word to align the stack to 8 bytes, and says so in bit 9 of the stacked
// xPSR (DDI 0419, B1.5.7).
static void the_stack_before_a_hardfault_counts_the_word_that_aligned_it(void **state)
{
    (void)state;
    struct target_stop s = fault_with(0x9802, 0, 0, 1u << 24, FAULTY_PC); // ldr r0, [sp, #8]
    assert_non_null(strstr(s.detail, "read 0x20000828"));
    s = fault_with(0x9802, 0, 0, 1u << 24 | 1u << 9, FAULTY_PC);
    assert_non_null(strstr(s.detail, "read 0x2000082c"));
}

// ---- losing the target --------------------------------------------------------------------------

static void one_glitch_does_not_end_the_session(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    struct target_stop stop;
    bool stopped;
    world_attach(&w, &t);
    w.glitches = 1;
    assert_int_equal(target_poll(&t, &stopped, &stop), ERR_OK);
    assert_int_equal(t.state, TARGET_RUNNING);
    w.glitches = 1;
    uint8_t byte;
    assert_int_equal(target_read_mem(&t, RAM, &byte, 1, NULL), ERR_LINK);
    assert_int_equal(t.state, TARGET_RUNNING);
}

static void a_target_that_is_gone_is_lost_and_comes_back_with_its_breakpoints(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    struct target_stop stop;
    bool stopped;
    world_attach(&w, &t);
    assert_int_equal(target_set_break(&t, true, FLASH + 0x100), ERR_OK);
    assert_int_equal(target_set_break(&t, false, RAM + 0x100), ERR_OK);
    w.dead = true;
    assert_int_equal(target_poll(&t, &stopped, &stop), ERR_NO_TARGET);
    assert_int_equal(t.state, TARGET_LOST);
    assert_int_equal(target_halt(&t), ERR_NO_TARGET);
    world_assert_says(&w, "cannot be reached");
    assert_int_equal(target_reconnect(&t), ERR_NO_TARGET);
    w.dead = false;
    memset(w.ram, 0x11, sizeof w.ram);
    w.dbgmcu_cr = w.dbgmcu_fz = 0;
    assert_int_equal(target_reconnect(&t), ERR_OK);
    assert_int_equal(t.state, TARGET_RUNNING);
    assert_true(bpu_has(&t.core.bpu, FLASH + 0x100));
    assert_int_equal(get_le16(&w.ram[0x100]), 0xbe00);
    assert_int_equal(t.core.vcatch, DEMCR_VC_HARDERR);
    assert_int_equal(w.dbgmcu_cr, 6);
    target_disconnect(&t, false);
    assert_int_equal(get_le16(&w.ram[0x100]), 0x1111);
}

static void another_chip_is_not_taken_for_the_one_that_was_lost(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    world_attach(&w, &t);
    t.state = TARGET_LOST;
    w.idcode = 0x20006440;
    assert_int_equal(target_reconnect(&t), ERR_USAGE);
    world_assert_says(&w, "another chip");
    assert_int_equal(t.state, TARGET_LOST);
}

static void another_board_of_the_same_type_is_not_taken_for_the_one_that_was_lost(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 12; byte++) {
        struct world w;
        struct target t;
        world_attach(&w, &t);
        t.state = TARGET_LOST;
        w.uid[byte] ^= 0x10;
        assert_int_equal(target_reconnect(&t), ERR_USAGE);
        world_assert_says(&w, "another chip");
        assert_int_equal(t.state, TARGET_LOST);
        w.uid[byte] ^= 0x10; // the board of before is plugged in again
        assert_int_equal(target_reconnect(&t), ERR_OK);
    }
}

static void a_short_power_loss_is_noticed_and_mended(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    struct target_stop stop;
    bool stopped;
    world_attach(&w, &t);
    assert_int_equal(target_set_break(&t, true, FLASH + 0x100), ERR_OK);
    w.debug_enabled = false;
    w.reset_seen = true;
    w.dbgmcu_fz = 0;
    assert_int_equal(target_poll(&t, &stopped, &stop), ERR_OK);
    assert_true(stop.was_reset);
    assert_true(w.debug_enabled);
    assert_int_equal(w.dbgmcu_fz, 3u << 11);
    assert_true(bpu_has(&t.core.bpu, FLASH + 0x100));
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_for_a_halted_core_refuse_a_running_one),
        cmocka_unit_test(looking_at_a_running_target_is_one_command),
        cmocka_unit_test(a_halt_on_request_says_so_even_when_asked_twice),
        cmocka_unit_test(a_breakpoint_hit_in_the_moment_of_a_halt_is_still_told),
        cmocka_unit_test(each_kind_of_breakpoint_is_told_apart),
        cmocka_unit_test(resuming_at_a_breakpoint_steps_over_it_and_keeps_it),
        cmocka_unit_test(resuming_at_a_breakpoint_in_ram_executes_what_is_under_it),
        cmocka_unit_test(a_breakpoint_on_a_sleeping_wfi_does_not_stop_a_resume),
        cmocka_unit_test(a_step_is_masked_and_ends_as_a_step),
        cmocka_unit_test(pending_interrupts_run_before_a_step),
        cmocka_unit_test(a_halt_while_interrupts_run_leaves_no_comparator),
        cmocka_unit_test(a_halt_at_the_temporary_comparator_is_a_request),
        cmocka_unit_test(a_step_without_a_free_comparator_does_without_interrupts),
        cmocka_unit_test(masked_interrupts_are_not_waited_for),
        cmocka_unit_test(a_range_step_ends_where_the_range_ends),
        cmocka_unit_test(a_range_step_stops_at_a_breakpoint_in_the_range),
        cmocka_unit_test(a_step_over_wfi_waits_until_it_is_halted),
        cmocka_unit_test(a_reset_by_the_chip_itself_is_told_at_the_next_look),
        cmocka_unit_test(a_lockup_is_halted_and_told),
        cmocka_unit_test(a_caught_busfault_is_no_reset),
        cmocka_unit_test(a_hardfault_is_explained_by_its_instruction),
        cmocka_unit_test(a_hardfault_after_a_bad_jump_says_where_it_went),
        cmocka_unit_test(the_stack_before_a_hardfault_counts_the_word_that_aligned_it),
        cmocka_unit_test(one_glitch_does_not_end_the_session),
        cmocka_unit_test(a_target_that_is_gone_is_lost_and_comes_back_with_its_breakpoints),
        cmocka_unit_test(another_chip_is_not_taken_for_the_one_that_was_lost),
        cmocka_unit_test(another_board_of_the_same_type_is_not_taken_for_the_one_that_was_lost),
        cmocka_unit_test(a_short_power_loss_is_noticed_and_mended),
    };
    return cmocka_run_group_tests_name("targets_run", tests, NULL, NULL);
}
