// SPDX-License-Identifier: MIT
// sim/time/clock.h: timers fire once, in order, at their own time.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/time/clock.h"
#include "tests/unit/choose.h"

struct probe {
    struct sim_clock *clock;
    struct sim_timer timer;
    uint64_t fired_at[4];
    unsigned count, *order;
    unsigned nth;      // in which order it fired last
    uint64_t again_ns; // 0, or arms itself this much later, once
};

static void fire(void *arg)
{
    struct probe *p = arg;
    p->fired_at[p->count++ % 4] = p->clock->now_ns;
    p->nth = ++*p->order;
    if (p->again_ns)
        sim_clock_arm(p->clock, &p->timer, p->clock->now_ns + p->again_ns);
    p->again_ns = 0;
}

struct fixture {
    struct sim_clock clock;
    unsigned order;
    struct probe a, b;
};

static void set_up(struct fixture *f)
{
    *f = (struct fixture){.order = 0};
    f->a.clock = f->b.clock = &f->clock;
    f->a.order = f->b.order = &f->order;
    sim_clock_add(&f->clock, &f->a.timer, fire, &f->a);
    sim_clock_add(&f->clock, &f->b.timer, fire, &f->b);
}

static void a_clock_without_armed_timers_has_nothing_next(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    assert_true(sim_clock_next(&f.clock) == SIM_NEVER);
    sim_clock_move(&f.clock, 500);
    assert_int_equal(f.clock.now_ns, 500);
    assert_int_equal(f.a.count, 0);
}

static void timers_fire_in_order_with_the_clock_at_their_own_time(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    sim_clock_arm(&f.clock, &f.a.timer, 300);
    sim_clock_arm(&f.clock, &f.b.timer, 200);
    assert_int_equal(sim_clock_next(&f.clock), 200);
    sim_clock_move(&f.clock, 1000);
    assert_int_equal(f.a.fired_at[0], 300);
    assert_int_equal(f.b.fired_at[0], 200);
    assert_int_equal(f.b.nth, 1);
    assert_int_equal(f.a.nth, 2);
    assert_int_equal(f.clock.now_ns, 1000);
}

static void a_timer_fires_once_and_not_before_it_is_due(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    sim_clock_arm(&f.clock, &f.a.timer, 300);
    sim_clock_move(&f.clock, 299);
    assert_int_equal(f.a.count, 0);
    sim_clock_move(&f.clock, 300);
    sim_clock_move(&f.clock, 900);
    assert_int_equal(f.a.count, 1);
}

static void a_timer_that_arms_itself_fires_again_within_the_same_move(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    f.a.again_ns = 50;
    sim_clock_arm(&f.clock, &f.a.timer, 100);
    sim_clock_move(&f.clock, 200);
    assert_int_equal(f.a.count, 2);
    assert_int_equal(f.a.fired_at[1], 150);
}

static void a_timer_due_in_the_past_fires_now_and_time_does_not_go_back(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    sim_clock_move(&f.clock, 1000);
    sim_clock_arm(&f.clock, &f.a.timer, 10);
    sim_clock_move(&f.clock, 500);
    // Due at 10, and asked to go to 500: both lie behind.
    assert_int_equal(f.a.fired_at[0], 1000);
    assert_int_equal(f.clock.now_ns, 1000);
}

static void arming_tells_the_runner_and_disarming_does_not(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    assert_false(f.clock.rearmed);
    sim_clock_arm(&f.clock, &f.a.timer, 100);
    assert_true(f.clock.rearmed);
    f.clock.rearmed = false;
    sim_clock_arm(&f.clock, &f.a.timer, SIM_NEVER);
    assert_false(f.clock.rearmed);
    sim_clock_move(&f.clock, 200);
    assert_int_equal(f.a.count, 0);
}

static void timers_due_together_fire_in_the_order_they_were_added(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    sim_clock_arm(&f.clock, &f.b.timer, 100);
    sim_clock_arm(&f.clock, &f.a.timer, 100);
    sim_clock_move(&f.clock, 100);
    assert_int_equal(f.a.nth, 1);
    assert_int_equal(f.b.nth, 2);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clock_without_armed_timers_has_nothing_next),
        cmocka_unit_test(timers_fire_in_order_with_the_clock_at_their_own_time),
        cmocka_unit_test(a_timer_fires_once_and_not_before_it_is_due),
        cmocka_unit_test(a_timer_that_arms_itself_fires_again_within_the_same_move),
        cmocka_unit_test(a_timer_due_in_the_past_fires_now_and_time_does_not_go_back),
        cmocka_unit_test(arming_tells_the_runner_and_disarming_does_not),
        cmocka_unit_test(timers_due_together_fire_in_the_order_they_were_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
