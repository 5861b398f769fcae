// SPDX-License-Identifier: MIT
// sim/time/account.h: counters and violations, and the JSON that benchmarks read.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "sim/time/account.h"
#include "tests/unit/choose.h"

static json_t *parsed(const struct sim_account *a, uint64_t virtual_ns)
{
    char *text = sim_account_json(a, virtual_ns);
    assert_non_null(text);
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    free(text);
    return root;
}

static void the_json_has_the_keys_of_the_contract(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "usb_commands", "usb_transfers",    "usb_bytes_out", "usb_bytes_in",
        "swd_packets",  "swd_clocks",       "swd_waits",     "pages_erased",
        "mass_erases",  "units_programmed", "instructions",  "virtual_ns",
    };
    // Each counter gets another value, so that none can stand in for another.
    struct sim_account a = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, {NULL}};
    json_t *root = parsed(&a, 12);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        assert_int_equal(json_integer_value(json_object_get(root, keys[i])), i + 1);
    assert_true(json_is_array(json_object_get(root, "violations")));
    assert_int_equal(json_array_size(json_object_get(root, "violations")), 0);
    json_decref(root);
}

static void violations_keep_their_text_whatever_is_in_it(void **state)
{
    (void)state;
    struct sim_account a = {0};
    const char *text = "page \"0\" of C:\\flash\n\x01 53.5 \xc2\xb5s";
    sim_account_violation(&a, "%s", text);
    sim_account_violation(&a, "word %u at 0x%08x", 7u, 0x08000000u);
    json_t *root = parsed(&a, 0), *list = json_object_get(root, "violations");
    assert_string_equal(json_string_value(json_array_get(list, 0)), text);
    assert_string_equal(json_string_value(json_array_get(list, 1)), "word 7 at 0x08000000");
    json_decref(root);
    sim_account_clear(&a);
    assert_int_equal(a.violation_count, 0);
}

static void violations_beyond_the_room_are_counted(void **state)
{
    (void)state;
    struct sim_account a = {0};
    for (unsigned i = 0; i < SIM_MAX_VIOLATIONS + 3; i++)
        sim_account_violation(&a, "number %u", i);
    assert_int_equal(a.violation_count, SIM_MAX_VIOLATIONS + 3);
    json_t *root = parsed(&a, 0);
    assert_int_equal(json_array_size(json_object_get(root, "violations")), SIM_MAX_VIOLATIONS);
    json_t *count = json_object_get(root, "violation_count");
    assert_int_equal(json_integer_value(count), SIM_MAX_VIOLATIONS + 3);
    json_decref(root);
    sim_account_clear(&a);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_json_has_the_keys_of_the_contract),
        cmocka_unit_test(violations_keep_their_text_whatever_is_in_it),
        cmocka_unit_test(violations_beyond_the_room_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
