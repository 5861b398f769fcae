// SPDX-License-Identifier: MIT
// Parts of captures of real ST-LINKs, as tables in tests/captures/, played into the virtual probe:
// the replies of a V2J16 on USB, and what a V2J17 makes on the wires of the same commands. Whole
// captures are played by tests/scenarios/captured_commands.py.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/command_player.h"

static struct command_counts play(const char *name)
{
    struct command_counts n;
    char path[512];
    const char *top = getenv("top_srcdir");
    snprintf(path, sizeof path, "%s/tests/captures/%s.commands", top ? top : ".", name);
    FILE *f = fopen(path, "r");
    if (!f)
        fail_msg("%s cannot be opened", path);
    bool played = command_play(f, &n, stderr, 10);
    fclose(f);
    assert_true(played);
    print_message("%s: %u replies, %u lists of %u transfers, %u times\n", name, n.replies, n.lists,
                  n.transfers, n.times);
    assert_int_equal(n.replies_equal, n.replies);
    assert_int_equal(n.lists_equal, n.lists);
    assert_int_equal(n.times_equal, n.times);
    assert_int_equal(n.traces_equal, n.traces);
    return n;
}

static void a_probe_plugged_in_just_now_replies_as_a_real_one(void **state)
{
    (void)state;
    struct command_counts n = play("usb_poweron");
    assert_int_equal(n.commands, 57);
    assert_int_equal(n.replies, 46);
}

static void swv_is_started_and_stopped_with_the_replies_of_a_real_one(void **state)
{
    (void)state;
    struct command_counts n = play("usb_swv");
    assert_int_equal(n.commands, 70);
    assert_int_equal(n.replies, 59);
    assert_int_equal(n.traces, 9);
}

static void openocds_commands_make_the_transfers_of_a_real_probe(void **state)
{
    (void)state;
    struct command_counts n = play("nrf51_write");
    assert_int_equal(n.lists, 45);
    assert_int_equal(n.transfers, 245);
    assert_int_equal(n.times, 44);
}

static void a_step_and_all_registers_make_the_transfers_of_a_real_probe(void **state)
{
    (void)state;
    struct command_counts n = play("f429_step");
    assert_int_equal(n.lists, 12);
    assert_int_equal(n.transfers, 209);
    assert_int_equal(n.times, 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_probe_plugged_in_just_now_replies_as_a_real_one),
        cmocka_unit_test(swv_is_started_and_stopped_with_the_replies_of_a_real_one),
        cmocka_unit_test(openocds_commands_make_the_transfers_of_a_real_probe),
        cmocka_unit_test(a_step_and_all_registers_make_the_transfers_of_a_real_probe),
    };
    return cmocka_run_group_tests_name("capture_commands", tests, NULL, NULL);
}
