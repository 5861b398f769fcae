// SPDX-License-Identifier: MIT
// The shipped stack on the virtual board, without GDB: ST-LINK commands, core, memory, flash
// driver.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "cortex/cortexm.h"
#include "sim/board/board.h"
#include "sim/board/link.h"
#include "swd/ap.h"
#include "swd/dp.h"
#include "swd/mem_ap.h"
#include "swd/stlink.h"
#include "tests/unit/choose.h"

struct stack {
    struct log log;
    struct sim_board *board;
    struct stlink st;
    struct mem_ap mem;
    struct cortexm core;
};

#define OK(call) assert_int_equal((call), ERR_OK)

static struct stack *open_stack(const char *text)
{
    struct stack *s = calloc(1, sizeof *s);
    s->log = log_silent();
    OK(sim_board_open(&s->board, text, &s->log));
    OK(stlink_open(&s->st, sim_link_to(s->board), &s->log));
    s->mem = (struct mem_ap){.probe = &s->st.probe};
    return s;
}

static struct stack *attached(const char *text)
{
    struct stack *s = open_stack(text);
    OK(stlink_set_swclk(&s->st, 4000000));
    OK(stlink_enter_swd(&s->st));
    OK(cortexm_attach(&s->core, &s->mem, 0, &s->log));
    return s;
}

static void close_stack(struct stack *s, unsigned violations)
{
    stlink_close(&s->st);
    struct sim_account *a = sim_board_account(s->board);
    for (unsigned i = 0; i < a->violation_count && a->violation_count != violations; i++)
        print_message("violation: %s\n", a->violations[i]);
    assert_int_equal(a->violation_count, violations);
    OK(sim_board_close(s->board));
    free(s);
}

// r0 counts up: movs r0, #0; loop: adds r0, #1; str r0, [r1]; nop; b loop
static const uint16_t counting[] = {0x2000, 0x3001, 0x6008, 0xbf00, 0xe7fb};
#define CODE 0x20000100u

static void place_counting(struct stack *s)
{
    OK(cortexm_halt(&s->core));
    OK(mem_ap_write(&s->mem, CODE, counting, sizeof counting));
    OK(cortexm_write_reg(&s->core, CORTEXM_PC, CODE));
    OK(cortexm_write_reg(&s->core, CORTEXM_XPSR, 1u << 24));
    OK(cortexm_write_reg(&s->core, 1, 0x20000200));
    OK(cortexm_write_reg(&s->core, CORTEXM_SP, 0x20001000));
}

static void the_probe_tells_who_it_is(void **state)
{
    (void)state;
    char text[32];
    struct stack *s = open_stack("");
    assert_string_equal(stlink_version_text(&s->st, text, sizeof text), "V2J37S7");
    unsigned mv;
    OK(stlink_get_vtref(&s->st, &mv));
    assert_in_range(mv, 3290, 3310);
    close_stack(s, 0);
}

// A probe that is found in its loader, after a reply that belongs to somebody else or one that gets
// lost as well; what the loader does with a command to leave debug mode is not known.
static void a_probe_is_woken_up_whatever_its_loader_makes_of_exit(void **state)
{
    static const char *const exits[] = {"ignored", "obeyed", "stalled"};
    static const char *const probes[] = {"probe=v2", "probe=v2,probe-fw=J17", "probe=v2-1",
                                         "probe=v3", "probe=v3pwr"};
    static const char *const usb[] = {"ok", "stale-reply", "toggle-loss"};
    (void)state;
    for (unsigned i = 0; i < 3 * 5 * 3; i++) {
        char text[96];
        uint32_t dpidr;
        snprintf(text, sizeof text, "%s,loader-exit=%s,usb=%s", probes[i / 3 % 5], exits[i % 3],
                 usb[i / 15]);
        struct stack *s = attached(text);
        OK(stlink_read_dpidr(&s->st, &dpidr));
        assert_int_equal(dpidr, 0x0bb11477);
        close_stack(s, 0);
    }
}

static void the_chip_tells_who_it_is(void **state)
{
    (void)state;
    struct stack *s = attached("");
    uint32_t dpidr, idcode;
    struct ap_identity id;
    OK(stlink_read_dpidr(&s->st, &dpidr));
    assert_int_equal(dpidr, 0x0bb11477);
    OK(ap_identify(&s->mem, &id));
    assert_int_equal(id.idr, 0x04770021);
    assert_int_equal(id.base, 0xe00ff000);
    assert_int_equal(s->core.cpuid, 0x410cc200);
    assert_int_equal(s->core.bpu.count, 4);
    assert_int_equal(s->core.dwt.count, 2);
    OK(mem_ap_read32(&s->mem, 0x40015800, &idcode));
    assert_int_equal(idcode & 0xfff, 0x444);
    close_stack(s, 0);
}

// CONTROL says that the process stack is in use and PRIMASK that interrupts are off; both are kept
// when one of them is written. The chip is read behind the probe's back.
static void control_and_primask_are_read_and_written(void **state)
{
    (void)state;
    static const char *const boards[] = {"probe-fw=J17", "", "probe=v3"};
    for (unsigned i = 0; i < sizeof boards / sizeof boards[0]; i++) {
        struct stack *s = attached(boards[i]);
        uint32_t value;
        place_counting(s);
        OK(cortexm_write_reg(&s->core, CORTEXM_CONTROL, 2));
        OK(cortexm_write_reg(&s->core, CORTEXM_PSP, 0x20000800));
        OK(cortexm_flush_regs(&s->core));
        s->core.regs_valid = false;
        OK(cortexm_read_reg(&s->core, CORTEXM_CONTROL, &value));
        assert_int_equal(value, 2);
        OK(cortexm_read_reg(&s->core, CORTEXM_SP, &value));
        assert_int_equal(value, 0x20000800);
        OK(cortexm_write_reg(&s->core, CORTEXM_PRIMASK, 1));
        OK(cortexm_flush_regs(&s->core));
        OK(stlink_read_core_reg(&s->st, 20, &value));
        assert_int_equal(value, 0x02000001);
        s->core.regs_valid = false;
        OK(cortexm_read_reg(&s->core, CORTEXM_PRIMASK, &value));
        assert_int_equal(value, 1);
        OK(cortexm_read_reg(&s->core, CORTEXM_MSP, &value));
        assert_int_equal(value, 0x20001000);
        close_stack(s, 0);
    }
}

static void memory_of_every_alignment_goes_there_and_back(void **state)
{
    (void)state;
    struct stack *s = attached("");
    uint8_t out[300], in[300];
    for (unsigned i = 0; i < sizeof out; i++)
        out[i] = (uint8_t)(i * 7 + 1);
    for (unsigned offset = 0; offset < 5; offset++)
        for (size_t len = 1; len < 140; len += 1 + len / 3) {
            OK(mem_ap_write(&s->mem, 0x200003c0 + offset, out, len));
            memset(in, 0, sizeof in);
            OK(mem_ap_read(&s->mem, 0x200003c0 + offset, in, len, NULL));
            assert_memory_equal(in, out, len);
        }
    close_stack(s, 0);
}

static void a_fault_names_its_address_and_the_next_access_works(void **state)
{
    (void)state;
    struct stack *s = attached("");
    uint8_t data[64];
    size_t done;
    uint32_t word;
    assert_int_equal(mem_ap_read(&s->mem, 0x20000fe0, data, 64, &done), ERR_FAULT);
    assert_int_equal(done, 32);
    assert_int_equal(s->st.probe.fault_address, 0x20001000);
    assert_non_null(strstr(s->log.sentence, "0x20001000"));
    OK(mem_ap_read32(&s->mem, 0x20000ffc, &word));
    assert_int_equal(mem_ap_read32(&s->mem, 0x30000000, &word), ERR_FAULT);
    OK(mem_ap_read32(&s->mem, 0x20000ffc, &word));
    close_stack(s, 0);
}

static void steps_run_and_halts_are_exact(void **state)
{
    (void)state;
    struct stack *s = attached("");
    uint32_t pc, r0, dhcsr;
    place_counting(s);
    for (unsigned i = 0; i < 6; i++) {
        OK(cortexm_start_step(&s->core, true));
        OK(cortexm_read_dhcsr(&s->core, &dhcsr));
        assert_true(dhcsr & DHCSR_S_HALT);
    }
    OK(cortexm_read_reg(&s->core, CORTEXM_PC, &pc));
    OK(cortexm_read_reg(&s->core, 0, &r0));
    assert_int_equal(pc, CODE + 4);
    assert_int_equal(r0, 2);
    OK(cortexm_resume(&s->core));
    sim_board_wait_ns(s->board, 1000000);
    OK(cortexm_halt(&s->core));
    OK(cortexm_read_reg(&s->core, 0, &r0));
    assert_true(r0 > 500);
    close_stack(s, 0);
}

static void a_watchpoint_stops_after_the_write(void **state)
{
    (void)state;
    struct stack *s = attached("");
    uint32_t dhcsr, dfsr, addr, pc;
    enum dwt_access access;
    bool hit;
    place_counting(s);
    OK(dwt_set(&s->core.dwt, 0x20000200, 4, DWT_WRITE));
    OK(cortexm_take_halt_cause(&s->core, &dfsr));
    OK(cortexm_resume(&s->core));
    OK(cortexm_read_dhcsr(&s->core, &dhcsr));
    assert_true(dhcsr & DHCSR_S_HALT);
    OK(cortexm_take_halt_cause(&s->core, &dfsr));
    assert_int_equal(dfsr & ~DFSR_HALTED, DFSR_DWTTRAP);
    OK(dwt_take_hit(&s->core.dwt, &hit, &addr, &access));
    assert_true(hit);
    assert_int_equal(addr, 0x20000200);
    OK(cortexm_read_reg(&s->core, CORTEXM_PC, &pc));
    assert_int_equal(pc, CODE + 6);
    close_stack(s, 0);
}

static void a_reset_is_caught_at_the_first_instruction(void **state)
{
    (void)state;
    struct stack *s = attached("");
    static const uint32_t vectors[2] = {0x20001000, 0x08000101};
    static const uint16_t loop = 0xe7fe;
    sim_chip_poke(sim_board_chip(s->board), 0x08000000, vectors, sizeof vectors);
    sim_chip_poke(sim_board_chip(s->board), 0x08000100, &loop, sizeof loop);
    uint32_t pc;
    OK(cortexm_reset(&s->core, true));
    OK(cortexm_read_reg(&s->core, CORTEXM_PC, &pc));
    assert_int_equal(pc, 0x08000100);
    OK(cortexm_reset(&s->core, false));
    uint32_t dhcsr;
    OK(cortexm_read_dhcsr(&s->core, &dhcsr));
    assert_false(dhcsr & DHCSR_S_HALT);
    close_stack(s, 0);
}

static void a_blank_chip_locks_up_and_says_so(void **state)
{
    (void)state;
    struct stack *s = attached("");
    uint32_t dhcsr;
    OK(cortexm_read_dhcsr(&s->core, &dhcsr));
    assert_true(dhcsr & DHCSR_S_LOCKUP);
    close_stack(s, 0);
}

static void wires_that_are_wrong_give_no_answer(void **state)
{
    (void)state;
    static const char *const boards[] = {"swdio=gnd",    "swdio=vcc", "swdio=open", "swdio=swapped",
                                         "swdio=joined", "swclk=gnd", "swclk=open", "vdd=off",
                                         "chip=dead",    "rdp=2"};
    for (size_t i = 0; i < sizeof boards / sizeof boards[0]; i++) {
        struct stack *s = open_stack(boards[i]);
        assert_int_equal(stlink_enter_swd(&s->st), ERR_NO_TARGET);
        assert_int_equal(s->st.probe.last_status, 0x09);
        close_stack(s, 0);
    }
}

static void nrst_held_low_shows_in_dhcsr(void **state)
{
    (void)state;
    struct stack *s = open_stack("nrst=gnd");
    OK(stlink_enter_swd(&s->st));
    uint32_t v;
    for (unsigned i = 0; i < 3; i++) {
        OK(mem_ap_read32(&s->mem, 0xe000edf0, &v));
        assert_true(v & DHCSR_S_RESET_ST);
    }
    assert_int_equal(mem_ap_read32(&s->mem, 0x20000000, &v), ERR_FAULT);
    close_stack(s, 0);
}

// ICSR.ISRPENDING also tells of interrupts that are not enabled, which the core never takes;
// VECTPENDING names only what is pending and enabled (DDI 0419, ICSR).
static void an_interrupt_that_is_not_enabled_is_not_due(void **state)
{
    (void)state;
    struct stack *s = attached("");
    bool due = true;
    OK(cortexm_halt(&s->core));
    OK(mem_ap_write32(&s->mem, 0xe000e200, 1u << 5)); // NVIC_ISPR
    OK(cortexm_interrupt_pending(&s->core, true, &due));
    assert_false(due);
    OK(mem_ap_write32(&s->mem, 0xe000e100, 1u << 5)); // NVIC_ISER
    OK(cortexm_interrupt_pending(&s->core, true, &due));
    assert_true(due);
    OK(mem_ap_write32(&s->mem, 0xe000e280, 1u << 5)); // NVIC_ICPR
    OK(cortexm_interrupt_pending(&s->core, true, &due));
    assert_false(due);
    OK(mem_ap_write32(&s->mem, 0xe000ed04, 1u << 26)); // ICSR.PENDSTSET
    OK(cortexm_interrupt_pending(&s->core, true, &due));
    assert_true(due);
    close_stack(s, 0);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_probe_tells_who_it_is),
        cmocka_unit_test(a_probe_is_woken_up_whatever_its_loader_makes_of_exit),
        cmocka_unit_test(the_chip_tells_who_it_is),
        cmocka_unit_test(control_and_primask_are_read_and_written),
        cmocka_unit_test(memory_of_every_alignment_goes_there_and_back),
        cmocka_unit_test(a_fault_names_its_address_and_the_next_access_works),
        cmocka_unit_test(steps_run_and_halts_are_exact),
        cmocka_unit_test(a_watchpoint_stops_after_the_write),
        cmocka_unit_test(a_reset_is_caught_at_the_first_instruction),
        cmocka_unit_test(a_blank_chip_locks_up_and_says_so),
        cmocka_unit_test(wires_that_are_wrong_give_no_answer),
        cmocka_unit_test(nrst_held_low_shows_in_dhcsr),
        cmocka_unit_test(an_interrupt_that_is_not_enabled_is_not_due),
    };
    return cmocka_run_group_tests_name("stack", tests, NULL, NULL);
}
