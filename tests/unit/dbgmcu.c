// SPDX-License-Identifier: MIT
// The chip's debug unit and its clock gate, whatever access fails: what was opened is closed again,
// and what was found is put back.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "targets/dbgmcu.h"
#include "tests/unit/choose.h"
#include "tests/unit/scripted_probe.h"

#define OK(call) assert_int_equal((call), ERR_OK)
#define GATE     0x50000000u
#define GATE_BIT (1u << 7)
#define CONTROL  0x50001004u
#define FREEZE1  0x50001008u
#define FREEZE2  0x5000100cu
#define OTHERS   0x00000108u // that are on behind the gate

static const struct dbgmcu_layout layout = {
    .gate_addr = GATE,
    .gate_mask = GATE_BIT,
    .reg = {{.addr = CONTROL, .low_power = 6},
            {.addr = FREEZE1, .freeze = 1u << 12},
            {.addr = FREEZE2, .freeze = 1u << 3}},
};

static void make_unit(struct scripted_probe *p)
{
    scripted_probe_make(p, NULL);
    scripted_probe_set(p, GATE, OTHERS);
    scripted_probe_set(p, CONTROL, 0x10);
    scripted_probe_set(p, FREEZE1, 0x20);
    scripted_probe_set(p, FREEZE2, 0x40);
}

static void assert_registers(const struct scripted_probe *p, uint32_t control, uint32_t freeze1,
                             uint32_t freeze2)
{
    assert_int_equal(scripted_probe_get(p, CONTROL), control);
    assert_int_equal(scripted_probe_get(p, FREEZE1), freeze1);
    assert_int_equal(scripted_probe_get(p, FREEZE2), freeze2);
}

static void what_debugging_needs_is_set_and_put_back(void **state)
{
    (void)state;
    struct scripted_probe p;
    struct dbgmcu_state found;
    make_unit(&p);
    OK(dbgmcu_set(&p.mem, &layout, true, &found));
    assert_registers(&p, 0x16, 0x1020, 0x48);
    assert_int_equal(scripted_probe_get(&p, GATE), OTHERS | GATE_BIT);
    OK(dbgmcu_put_back(&p.mem, &layout, &found));
    assert_registers(&p, 0x10, 0x20, 0x40);
    assert_int_equal(scripted_probe_get(&p, GATE), OTHERS);
}

static void without_low_power_only_the_freezes_are_set(void **state)
{
    (void)state;
    struct scripted_probe p;
    struct dbgmcu_state found;
    make_unit(&p);
    OK(dbgmcu_set(&p.mem, &layout, false, &found));
    assert_registers(&p, 0x10, 0x1020, 0x48);
}

static void a_gate_that_was_open_stays_open(void **state)
{
    (void)state;
    struct scripted_probe p;
    struct dbgmcu_state found;
    make_unit(&p);
    scripted_probe_set(&p, GATE, OTHERS | GATE_BIT);
    OK(dbgmcu_set(&p.mem, &layout, true, &found));
    OK(dbgmcu_put_back(&p.mem, &layout, &found));
    OK(dbgmcu_set_low_power(&p.mem, &layout, true, NULL));
    assert_int_equal(scripted_probe_get(&p, GATE), OTHERS | GATE_BIT);
}

// Access by access: gate, gate, three registers, and what follows.
static void whatever_read_fails_nothing_is_changed_and_the_gate_is_closed(void **state)
{
    (void)state;
    for (unsigned fails_at = 1; fails_at <= 5; fails_at++) {
        struct scripted_probe p;
        struct dbgmcu_state found;
        make_unit(&p);
        p.fails_at = fails_at;
        assert_int_equal(dbgmcu_set(&p.mem, &layout, true, &found), ERR_LINK);
        assert_false(found.known);
        assert_registers(&p, 0x10, 0x20, 0x40);
        assert_int_equal(scripted_probe_get(&p, GATE), OTHERS);
        assert_string_equal(p.log.sentence, "as the test asked");
    }
}

static void whatever_write_fails_can_be_put_back(void **state)
{
    (void)state;
    struct scripted_probe p;
    struct dbgmcu_state found;
    make_unit(&p);
    OK(dbgmcu_set(&p.mem, &layout, true, &found));
    const unsigned accesses = p.accesses;
    assert_true(accesses >= 6);
    for (unsigned fails_at = 6; fails_at <= accesses; fails_at++) {
        make_unit(&p);
        p.fails_at = fails_at;
        assert_int_equal(dbgmcu_set(&p.mem, &layout, true, &found), ERR_LINK);
        assert_true(found.known);
        OK(dbgmcu_put_back(&p.mem, &layout, &found));
        assert_registers(&p, 0x10, 0x20, 0x40);
        assert_int_equal(scripted_probe_get(&p, GATE), OTHERS);
    }
}

static void a_change_of_low_power_closes_the_gate_whatever_fails_before(void **state)
{
    (void)state;
    struct scripted_probe p;
    make_unit(&p);
    OK(dbgmcu_set_low_power(&p.mem, &layout, true, NULL));
    assert_registers(&p, 0x16, 0x20, 0x40);
    const unsigned accesses = p.accesses;
    for (unsigned fails_at = 1; fails_at <= accesses - 2; fails_at++) { // but for the closing
        make_unit(&p);
        p.fails_at = fails_at;
        assert_int_equal(dbgmcu_set_low_power(&p.mem, &layout, true, NULL), ERR_LINK);
        assert_int_equal(scripted_probe_get(&p, GATE), OTHERS);
    }
}

static void a_chip_without_a_unit_is_left_alone(void **state)
{
    (void)state;
    struct scripted_probe p;
    struct dbgmcu_state found;
    make_unit(&p);
    OK(dbgmcu_set(&p.mem, NULL, true, &found));
    OK(dbgmcu_put_back(&p.mem, NULL, &found));
    OK(dbgmcu_set_low_power(&p.mem, NULL, true, NULL));
    assert_int_equal(p.accesses, 0);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_debugging_needs_is_set_and_put_back),
        cmocka_unit_test(without_low_power_only_the_freezes_are_set),
        cmocka_unit_test(a_gate_that_was_open_stays_open),
        cmocka_unit_test(whatever_read_fails_nothing_is_changed_and_the_gate_is_closed),
        cmocka_unit_test(whatever_write_fails_can_be_put_back),
        cmocka_unit_test(a_change_of_low_power_closes_the_gate_whatever_fails_before),
        cmocka_unit_test(a_chip_without_a_unit_is_left_alone),
    };
    return cmocka_run_group_tests_name("dbgmcu", tests, NULL, NULL);
}
