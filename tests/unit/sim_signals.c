// SPDX-License-Identifier: MIT
// sim/chip/signals.h: levels that are held or driven, and who is told of what.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/chip/signals.h"
#include "tests/unit/choose.h"

struct ear {
    struct sim_signals *signals;
    unsigned count, *order, nth;
    unsigned line;
    uint64_t value;
    bool passes_on; // as an event on another signal
};

struct fixture {
    struct sim_signals *signals;
    unsigned order;
    struct ear a, b;
};

static void hear(void *self, unsigned line, uint64_t value)
{
    struct ear *ear = self;
    ear->count++;
    ear->nth = ++*ear->order;
    ear->line = line;
    ear->value = value;
    if (ear->passes_on)
        sim_signal_tell(ear->signals, SIM_WAKE, 3, value + 1);
}

static uint64_t twice(void *self, unsigned line)
{
    const uint32_t *reg = self;
    return 2 * (uint64_t)*reg + line;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->signals = calloc(1, sizeof *f->signals);
    assert_non_null(f->signals);
    f->a = (struct ear){.signals = f->signals, .order = &f->order};
    f->b = f->a;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    free(f->signals);
    free(f);
    return 0;
}

static void a_line_that_nobody_drives_holds_what_was_set_at_first_zero(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(sim_signal_level(f->signals, SIM_HSE_HZ, 0), 0);
    sim_signal_set(f->signals, SIM_HSE_HZ, 0, 8000000);
    sim_signal_set(f->signals, SIM_HSE_HZ, 1, UINT64_MAX);
    assert_int_equal(sim_signal_level(f->signals, SIM_HSE_HZ, 0), 8000000);
    assert_true(sim_signal_level(f->signals, SIM_HSE_HZ, 1) == UINT64_MAX);
    assert_int_equal(sim_signal_level(f->signals, SIM_HCLK_HZ, 0), 0);
    assert_false(sim_signal_is_driven(f->signals, SIM_HSE_HZ, 0));
}

static void a_driven_level_is_worked_out_at_each_look(void **state)
{
    struct fixture *f = *state;
    uint32_t reg = 21;
    sim_signal_drive(f->signals, SIM_PCLK_HZ, 0, twice, &reg);
    sim_signal_drive(f->signals, SIM_PCLK_HZ, 5, twice, &reg);
    assert_int_equal(sim_signal_level(f->signals, SIM_PCLK_HZ, 0), 42);
    reg = 100;
    assert_int_equal(sim_signal_level(f->signals, SIM_PCLK_HZ, 0), 200);
    assert_int_equal(sim_signal_level(f->signals, SIM_PCLK_HZ, 5), 205);
    assert_true(sim_signal_is_driven(f->signals, SIM_PCLK_HZ, 5));
    assert_false(sim_signal_is_driven(f->signals, SIM_PCLK_HZ, 4));
    assert_int_equal(sim_signal_level(f->signals, SIM_PCLK_HZ, 4), 0);
}

static void a_change_is_told_to_the_listeners_of_that_signal_in_their_order(void **state)
{
    struct fixture *f = *state;
    struct ear other = f->a;
    sim_signal_listen(f->signals, SIM_POWER_MODE, hear, &f->b);
    sim_signal_listen(f->signals, SIM_POWER_MODE, hear, &f->a);
    sim_signal_listen(f->signals, SIM_WAKE, hear, &other);
    sim_signal_set(f->signals, SIM_POWER_MODE, 2, SIM_POWER_STOP);
    assert_int_equal(f->b.nth, 1);
    assert_int_equal(f->a.nth, 2);
    assert_int_equal(f->a.line, 2);
    assert_int_equal(f->a.value, SIM_POWER_STOP);
    assert_int_equal(other.count, 0);
}

static void the_same_level_again_is_no_news_and_putting_is_silent(void **state)
{
    struct fixture *f = *state;
    sim_signal_listen(f->signals, SIM_HSE_HZ, hear, &f->a);
    sim_signal_set(f->signals, SIM_HSE_HZ, 0, 0);
    assert_int_equal(f->a.count, 0);
    sim_signal_put(f->signals, SIM_HSE_HZ, 0, 7);
    assert_int_equal(f->a.count, 0);
    assert_int_equal(sim_signal_level(f->signals, SIM_HSE_HZ, 0), 7);
    sim_signal_set(f->signals, SIM_HSE_HZ, 0, 7);
    assert_int_equal(f->a.count, 0);
    sim_signal_set(f->signals, SIM_HSE_HZ, 0, 8);
    assert_int_equal(f->a.count, 1);
}

static void an_event_is_told_each_time_and_leaves_no_level(void **state)
{
    struct fixture *f = *state;
    sim_signal_listen(f->signals, SIM_PIN_CHANGED, hear, &f->a);
    sim_signal_tell(f->signals, SIM_PIN_CHANGED, 2, 27);
    sim_signal_tell(f->signals, SIM_PIN_CHANGED, 2, 27);
    assert_int_equal(f->a.count, 2);
    assert_int_equal(sim_signal_level(f->signals, SIM_PIN_CHANGED, 2), 0);
}

static void a_listener_may_tell_of_something_else(void **state)
{
    struct fixture *f = *state;
    f->a.passes_on = true;
    sim_signal_listen(f->signals, SIM_PIN_CHANGED, hear, &f->a);
    sim_signal_listen(f->signals, SIM_WAKE, hear, &f->b);
    sim_signal_tell(f->signals, SIM_PIN_CHANGED, 0, 4);
    assert_int_equal(f->b.count, 1);
    assert_int_equal(f->b.line, 3);
    assert_int_equal(f->b.value, 5);
}

static void a_line_beyond_the_last_one_is_low_and_stays_so(void **state)
{
    struct fixture *f = *state;
    sim_signal_set(f->signals, SIM_EXTI_PORT, SIM_SIGNAL_LINES, 1);
    assert_int_equal(sim_signal_level(f->signals, SIM_EXTI_PORT, SIM_SIGNAL_LINES), 0);
    assert_false(sim_signal_is_driven(f->signals, SIM_EXTI_PORT, SIM_SIGNAL_LINES));
    sim_signal_set(f->signals, SIM_EXTI_PORT, SIM_SIGNAL_LINES - 1, 1);
    assert_int_equal(sim_signal_level(f->signals, SIM_EXTI_PORT, SIM_SIGNAL_LINES - 1), 1);
}

static void every_signal_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SIM_SIGNALS; i++) {
        assert_non_null(sim_signal_name((enum sim_signal)i));
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(sim_signal_name((enum sim_signal)i),
                                    sim_signal_name((enum sim_signal)k));
    }
}

#define signal_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        signal_test(a_line_that_nobody_drives_holds_what_was_set_at_first_zero),
        signal_test(a_driven_level_is_worked_out_at_each_look),
        signal_test(a_change_is_told_to_the_listeners_of_that_signal_in_their_order),
        signal_test(the_same_level_again_is_no_news_and_putting_is_silent),
        signal_test(an_event_is_told_each_time_and_leaves_no_level),
        signal_test(a_listener_may_tell_of_something_else),
        signal_test(a_line_beyond_the_last_one_is_low_and_stays_so),
        cmocka_unit_test(every_signal_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
