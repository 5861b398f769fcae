// SPDX-License-Identifier: MIT
// Receiving SWO, command by command: as ST's tool did it with a real V2J16 (the same bytes), what
// each model may do, and what becomes of a firmware that has lost its place.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "swd/stlink_command.h"
#include "tests/unit/choose.h"
#include "tests/unit/script_link.h"

#define READING                                                                                    \
    uint8_t data[DEBUG_PROBE_TRACE_MAX];                                                           \
    struct debug_probe_trace_read r = {.data = data, .room = sizeof data}

static void assert_says(const struct script *s, const char *part)
{
    if (!strstr(s->log.sentence, part))
        fail_msg("\"%s\" does not say \"%s\"", s->log.sentence, part);
}

static void a_v2_as_captured(void **state)
{
    (void)state;
    struct script s;
    READING;
    script_start(&s, 2, 16);
    script_read(&s, "f2 40 00 10 80 84 1e 00", "80 00");
    OK(debug_probe_trace_start(&s.st.probe, 2000000));
    script_read(&s, "f2 42", "00 00");
    OK(debug_probe_trace_read(&s.st.probe, &r));
    assert_int_equal(r.len, 0);
    script_read(&s, "f2 42", "08 00");
    script_trace(&s, "01 30 00 00 00 00 00 80");
    OK(debug_probe_trace_read(&s.st.probe, &r));
    assert_true(r.len == 8 && !r.overrun);
    assert_memory_equal(data, "\x01\x30\0\0\0\0\0\x80", 8);
    script_read(&s, "f2 41", "80 00");
    OK(debug_probe_trace_stop(&s.st.probe));
    // What is stopped is not asked, and not stopped again.
    OK(debug_probe_trace_read(&s.st.probe, &r));
    OK(debug_probe_trace_stop(&s.st.probe));
    assert_int_equal(r.len, 0);
    script_end(&s);
}

static void another_baud_rate_stops_first(void **state)
{
    (void)state;
    struct script s;
    script_start(&s, 3, 7);
    script_read(&s, "f2 40 00 20 80 84 1e 00", "80 00");
    OK(debug_probe_trace_start(&s.st.probe, 2000000));
    script_read(&s, "f2 41", "80 00");
    script_read(&s, "f2 40 00 20 00 36 6e 01", "80 00");
    OK(debug_probe_trace_start(&s.st.probe, 24000000));
    script_end(&s);
}

static void limits_by_model_and_firmware(void **state)
{
    (void)state;
    struct script s;
    struct debug_probe_trace limits;
    script_start(&s, 2, 13);
    OK(debug_probe_trace_limits(&s.st.probe, &limits));
    assert_true(limits.usual_baud == 2000000 && limits.max_baud == 2250000);
    assert_int_equal(debug_probe_trace_start(&s.st.probe, 2250001), ERR_UNSUPPORTED);
    assert_says(&s, "at most 2250000 baud, not with 2250001");
    script_end(&s);
    script_start(&s, 2, 12);
    assert_int_equal(debug_probe_trace_start(&s.st.probe, 2000000), ERR_UNSUPPORTED);
    assert_says(&s, "V2J12, does not receive SWO: V2J13 is the first");
    script_end(&s);
    script_start(&s, 3, 1);
    OK(debug_probe_trace_limits(&s.st.probe, &limits));
    assert_int_equal(limits.max_baud, 24000000);
    script_end(&s);
}

static void what_the_probe_refuses(void **state)
{
    (void)state;
    struct script s;
    READING;
    script_start(&s, 2, 37);
    script_read(&s, "f2 40 00 10 80 84 1e 00", "20 00");
    assert_int_equal(debug_probe_trace_start(&s.st.probe, 2000000), ERR_UNSUPPORTED);
    assert_says(&s, "trace is not available");
    OK(debug_probe_trace_read(&s.st.probe, &r));
    script_end(&s);
}

static void start_usual(struct script *s)
{
    script_start(s, 2, 37);
    script_read(s, "f2 40 00 10 80 84 1e 00", "80 00");
    OK(debug_probe_trace_start(&s->st.probe, 2000000));
}

static void bytes_that_do_not_come(void **state)
{
    (void)state;
    struct script s;
    READING;
    start_usual(&s);
    script_read(&s, "f2 42", "02 00");
    script_refuse_trace(&s, 2, ERR_TIMEOUT);
    assert_int_equal(debug_probe_trace_read(&s.st.probe, &r), ERR_TIMEOUT);
    assert_says(&s, "has 2 bytes of SWO and does not give them");
    script_read(&s, "f2 42", "02 00");
    script_refuse_trace(&s, 2, ERR_PROBE_LOST);
    assert_int_equal(debug_probe_trace_read(&s.st.probe, &r), ERR_PROBE_LOST);
    script_end(&s);
}

// A full buffer is read, and told, and the probe starts afresh; of more than it can hold nothing is
// believed.
static void overruns(void **state)
{
    (void)state;
    struct script s;
    READING;
    uint8_t full[4096];
    memset(full, 0x55, sizeof full);
    start_usual(&s);
    script_read(&s, "f2 42", "00 10");
    script_trace_data(&s, full, sizeof full);
    script_read(&s, "f2 41", "80 00");
    script_read(&s, "f2 40 00 10 80 84 1e 00", "80 00");
    OK(debug_probe_trace_read(&s.st.probe, &r));
    assert_true(r.len == 4096 && r.overrun);
    script_read(&s, "f2 42", "f0 fe");
    script_read(&s, "f2 41", "80 00");
    script_read(&s, "f2 40 00 10 80 84 1e 00", "80 00");
    OK(debug_probe_trace_read(&s.st.probe, &r));
    assert_true(r.len == 0 && r.overrun);
    script_end(&s);
}

static void it_stops_before_the_mode_changes(void **state)
{
    (void)state;
    struct script s;
    start_usual(&s);
    script_read(&s, "f2 41", "80 00");
    script_read(&s, "f2 30 a3", "80 00");
    script_read(&s, "f5", "02 00");
    script_read(&s, "f2 4b", "80 00");
    OK(stlink_enter_swd(&s.st));
    script_read(&s, "f2 40 00 10 80 84 1e 00", "80 00");
    OK(debug_probe_trace_start(&s.st.probe, 2000000));
    script_read(&s, "f2 41", "81 00"); // and what becomes of it does not matter
    script_send(&s, "f2 21");
    OK(stlink_leave(&s.st));
    script_end(&s);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_v2_as_captured),
        cmocka_unit_test(another_baud_rate_stops_first),
        cmocka_unit_test(limits_by_model_and_firmware),
        cmocka_unit_test(what_the_probe_refuses),
        cmocka_unit_test(bytes_that_do_not_come),
        cmocka_unit_test(overruns),
        cmocka_unit_test(it_stops_before_the_mode_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
