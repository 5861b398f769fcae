// SPDX-License-Identifier: MIT
// Which of the plugged-in probes is meant, whatever their serial numbers are.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "swd/usb_choose.h"

static const struct usb_model model = {.name = "ST-LINK/V2", .debugger = true};
static const struct usb_model loader = {.name = "ST-LINK/V3 boot loader"};

enum { COUNT = 6 };

// Two with one serial number, two without, one that is the beginning of another's.
static void make(struct usb_found found[COUNT])
{
    static const struct {
        const char *serial, *location;
    } probes[COUNT] = {{"0670FF", "1-1"}, {"0670FF", "1-2.4"}, {"", "2-1"},
                       {"", "2-10"},      {"0670FF12", "3-1"}, {"??x", "3-2"}};
    for (unsigned i = 0; i < COUNT; i++) {
        found[i] = (struct usb_found){.model = &model};
        snprintf(found[i].id.serial, sizeof found[i].id.serial, "%s", probes[i].serial);
        snprintf(found[i].id.location, sizeof found[i].id.location, "%s", probes[i].location);
    }
    usb_choose_note_shared(found, COUNT);
}

// The index, or how it fails, below zero.
static int choose(const struct usb_found *found, size_t count, const char *which, struct log *log)
{
    size_t chosen = 0;
    enum err e = usb_choose(found, count, which, &chosen, log);
    return e ? -(int)e : (int)chosen;
}

static void each_has_a_name_that_means_it_alone(void **state)
{
    (void)state;
    static const char *const names[COUNT] = {"usb:1-1",  "usb:1-2.4", "usb:2-1",
                                             "usb:2-10", "0670FF12",  "??x"};
    struct usb_found found[COUNT];
    struct log log = log_silent();
    make(found);
    for (int i = 0; i < COUNT; i++) {
        char name[USB_CHOOSE_NAME_SIZE];
        assert_string_equal(usb_choose_name(&found[i].id, name), names[i]);
        assert_int_equal(choose(found, COUNT, name, &log), i);
    }
}

static void places_are_taken_whole(void **state)
{
    (void)state;
    struct usb_found found[COUNT];
    struct log log = log_silent();
    make(found);
    assert_int_equal(choose(found, COUNT, "1-2.4", &log), 1);
    assert_int_equal(choose(found, COUNT, "USB:2-1", &log), 2);
    static const char *const nowhere[] = {
        "usb:1", "usb:1-2", "usb:", "usb:1-1.", "usb:0670FF12", "usb:9-9"};
    for (unsigned i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++) {
        assert_int_equal(choose(found, COUNT, nowhere[i], &log), -ERR_NO_PROBE);
        assert_non_null(strstr(log.sentence, "no ST-LINK at that place"));
        assert_non_null(strstr(log.sentence, "ST-LINK/V2 0670FF at usb:1-2.4"));
    }
}

static void serial_numbers_are_taken_in_part(void **state)
{
    (void)state;
    struct usb_found found[COUNT];
    struct log log = log_silent();
    make(found);
    assert_int_equal(choose(found, COUNT, "0670ff12", &log), 4);
    assert_int_equal(choose(found, COUNT, "F12", &log), 4);
    assert_int_equal(choose(found, COUNT, "x", &log), 5);
    assert_int_equal(choose(found, COUNT, "0670FF", &log), -ERR_SEVERAL_PROBES); // of two it is all
    assert_non_null(strstr(log.sentence, "--probe usb:BUS-PORT"));
    assert_int_equal(choose(found, COUNT, "0670", &log), -ERR_SEVERAL_PROBES);
    assert_int_equal(choose(found, COUNT, "", &log), -ERR_NO_PROBE);
    assert_non_null(strstr(log.sentence, "no ST-LINK with that serial number"));
    // All of one counts more than the beginning of another.
    assert_int_equal(choose(found + 1, COUNT - 1, "0670FF", &log), 0);
}

static void without_a_wish_it_is_the_only_debugger(void **state)
{
    (void)state;
    struct usb_found found[COUNT];
    struct log log = log_silent();
    make(found);
    assert_int_equal(choose(found, COUNT, NULL, &log), -ERR_SEVERAL_PROBES);
    assert_int_equal(choose(found, 0, NULL, &log), -ERR_NO_PROBE);
    assert_non_null(strstr(log.sentence, "no ST-LINK is plugged in"));
    found[0].model = &loader;
    assert_int_equal(choose(found, 2, NULL, &log), 1);
    assert_int_equal(choose(found, 1, NULL, &log), -ERR_NO_PROBE);
    assert_non_null(strstr(log.sentence, "no ST-LINK that can debug"));
}

static void without_a_place_there_is_the_serial_number(void **state)
{
    (void)state;
    char name[USB_CHOOSE_NAME_SIZE];
    struct usb_identity id = {.serial = "0670FF", .serial_shared = true};
    assert_string_equal(usb_choose_name(&id, name), "0670FF");
    id.serial[0] = '\0';
    assert_string_equal(usb_choose_name(&id, name), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_a_name_that_means_it_alone),
        cmocka_unit_test(places_are_taken_whole),
        cmocka_unit_test(serial_numbers_are_taken_in_part),
        cmocka_unit_test(without_a_wish_it_is_the_only_debugger),
        cmocka_unit_test(without_a_place_there_is_the_serial_number),
    };
    return cmocka_run_group_tests_name("usb_choose", tests, NULL, NULL);
}
