// SPDX-License-Identifier: MIT
// SWO from a target's bytes to text, JSON and raw bytes: how several ports appear, what is told of
// losses, and what raises doubts. The captures of real chips go through all of it.
#include "server/swo_stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/choose.h"
#include "tests/unit/fake_target.h"
#include "tests/unit/trace_bytes.h"

#define OK(call) assert_int_equal((call), ERR_OK)

struct bench {
    struct log log;
    struct fake_target f;
    struct swo_stream swo;
    char text[65536], json[262144];
    size_t text_len, json_len, raw_len;
    uint8_t raw[16384];
};

static void take_text(void *user, const char *text, size_t len)
{
    struct bench *b = user;
    assert_true(b->text_len + len < sizeof b->text);
    memcpy(b->text + b->text_len, text, len);
    b->text_len += len;
}

static void take_json(void *user, const char *line, size_t len)
{
    struct bench *b = user;
    assert_true(b->json_len + len < sizeof b->json);
    memcpy(b->json + b->json_len, line, len);
    b->json_len += len;
}

static void take_raw(void *user, const uint8_t *bytes, size_t len)
{
    struct bench *b = user;
    assert_true(b->raw_len + len <= sizeof b->raw);
    memcpy(b->raw + b->raw_len, bytes, len);
    b->raw_len += len;
}

static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    if (!b)
        return -1;
    b->log = log_silent();
    fake_target_init(&b->f, &b->log);
    b->f.t.state = TARGET_RUNNING;
    swo_stream_init(&b->swo, &b->f.t, &b->log);
    b->swo.put_text = take_text;
    b->swo.put_raw = take_raw;
    b->swo.put_json = take_json;
    b->swo.user = b;
    *state = b;
    return swo_stream_start(&b->swo, &(struct target_swo_options){0}) == ERR_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static bool poll_bytes(struct bench *b, const void *bytes, size_t len)
{
    bool busy;
    memcpy(b->f.swo, bytes, len);
    b->f.swo_len = len;
    OK(swo_stream_poll(&b->swo, &busy));
    return busy;
}
#define POLL(b, bytes) poll_bytes(b, bytes, sizeof(bytes) - 1)

static void assert_text(struct bench *b, const char *text)
{
    b->text[b->text_len] = '\0';
    assert_string_equal(b->text, text);
    b->text_len = 0;
}

static void assert_json(struct bench *b, const char *lines)
{
    swo_json_flush(&b->swo.json);
    b->json[b->json_len] = '\0';
    assert_string_equal(b->json, lines);
    b->json_len = 0;
}

// ---- text ---------------------------------------------------------------------------------------

static void port_0_is_plain(void **state)
{
    struct bench *b = *state;
    assert_true(POLL(b, "\x01O\x01n\x01\n\x01\x1b"));
    assert_text(b, "On\n\x1b");
    // A word of four characters, and one that is not full.
    (void)POLL(b, "\x03"
                  "abcd\x03"
                  "ef\0\0\x02gh");
    assert_text(b, "abcdefgh");
    // Nothing: neither text nor busy.
    assert_false(POLL(b, ""));
    assert_text(b, "");
}

static void other_ports_have_lines_of_their_own(void **state)
{
    struct bench *b = *state;
    (void)POLL(b, "\x01O\x09S\x01n\x09o\x11x\x01\n\x09\n");
    assert_text(b, "On\n[1] So\n");
    (void)POLL(b, "\x11\n");
    assert_text(b, "[2] x\n");
    // Behind an unfinished line of port 0; what is no text is shown as what it is.
    (void)POLL(b, "\x01$\x09"
                  "a\x09\x02\x09\r\x09\n");
    assert_text(b, "$\n[1] a\\x02\n");
    // A pause ends lines.
    (void)POLL(b, "\x09q\xf9z");
    assert_text(b, "");
    (void)POLL(b, "");
    assert_text(b, "[1] q\n[31] z\n");
}

static void numbers_are_shown_as_numbers(void **state)
{
    struct bench *b = *state;
    (void)POLL(b, "\x09S\x0b\x02\0\0\0\x0a\x34\x12\x09s\x09\n");
    assert_text(b, "[1] S 0x00000002 0x1234 s\n");
    for (unsigned i = 0; i < 12; i++)
        (void)POLL(b, "\x0b\x78\x56\x34\x12");
    (void)POLL(b, "");
    assert_text(b, "[1] 0x12345678 0x12345678 0x12345678 0x12345678 0x12345678 0x12345678 "
                   "0x12345678 0x12345678 0x12345678 0x12345678\n[1] 0x12345678 0x12345678\n");
}

// ---- JSON ---------------------------------------------------------------------------------------

static void packets_are_lines(void **state)
{
    struct bench *b = *state;
    (void)POLL(b, "\x01"
                  "A\x0e\x2c\x10\x0e\x0f\x20\x17\x16\x02\0\x08\x15\0\x70\x05\x21"
                  "\0\0\0\0\0\x80\x4e\x14\x10\x8f\x64\0\0\0\x47\x90\x02\0\x08");
    assert_json(
        b, "{\"kind\":\"software\",\"port\":0,\"size\":1,\"value\":65}\n"
           "{\"kind\":\"exception\",\"number\":44,\"name\":\"IRQ28\",\"action\":\"enter\"}\n"
           "{\"kind\":\"exception\",\"number\":15,\"name\":\"SysTick\",\"action\":\"exit\"}\n"
           "{\"kind\":\"pc-sample\",\"pc\":134218262}\n"
           "{\"kind\":\"pc-sample\",\"asleep\":true}\n"
           "{\"kind\":\"overflow\"}\n"
           "{\"kind\":\"events\",\"counters\":[\"cpi\",\"cycles\"]}\n"
           "{\"kind\":\"data-address\",\"comparator\":0,\"offset\":4116}\n"
           "{\"kind\":\"data-value\",\"comparator\":0,\"write\":true,\"size\":4,\"value\":100}\n"
           "{\"kind\":\"data-pc\",\"comparator\":0,\"pc\":134218384}\n");
}

static void timestamps_are_for_what_came_before(void **state)
{
    struct bench *b = *state;
    b->f.swo_sends = ITM_SENDS_TIME;
    (void)POLL(b, "\x01"
                  "A\x01"
                  "B\xc0\xe4\x00\x01"
                  "C\x60");
    assert_json(b, "{\"kind\":\"software\",\"port\":0,\"size\":1,\"value\":65,\"cycles\":100}\n"
                   "{\"kind\":\"software\",\"port\":0,\"size\":1,\"value\":66,\"cycles\":100}\n"
                   "{\"kind\":\"software\",\"port\":0,\"size\":1,\"value\":67,\"cycles\":106}\n");
    for (unsigned i = 0; i < SWO_JSON_WAITING + 1; i++)
        (void)POLL(b, "\x01x");
    assert_true(b->json_len > 0); // they do not wait for ever
    assert_int_equal(b->swo.json.waiting, 1);
}

// ---- captures -----------------------------------------------------------------------------------

static void a_capture_with_frames(void **state)
{
    struct bench *b = *state;
    size_t len;
    uint8_t *bytes = trace_bytes_all("f105_swo.bytes", &len);
    assert_non_null(bytes);
    b->f.swo_formatted = true;
    b->f.swo_sends = ITM_SENDS_HARDWARE;
    for (size_t at = 0, n; at < len; at += n) {
        n = len - at < 700 ? len - at : 700;
        (void)poll_bytes(b, bytes + at, n);
    }
    (void)POLL(b, "");
    free(bytes);
    assert_int_equal(b->raw_len, 2619); // the ITM's, without frames
    assert_int_equal(b->f.swo_doubts, 0);
    b->text[b->text_len] = '\0';
    assert_non_null(strstr(b->text, "[1] Sort 0x00000002 0x00000002 0x0000000b 0x00000023 "
                                    "0x000000eb"));
    unsigned lines = 0;
    for (size_t i = 0; i < b->json_len; i++)
        lines += b->json[i] == '\n';
    swo_json_flush(&b->swo.json);
    assert_true(lines >= 586 - SWO_JSON_WAITING);
    char status[SWO_STREAM_STATUS_SIZE];
    assert_non_null(
        strstr(swo_stream_status(&b->swo, status), "97 software packets, 16 exceptions, 393 PC"));
    assert_non_null(strstr(status, "14 overflows of the ITM, 0 of the probe; 0 bytes that are no"));
}

// What a V2 received at 2 Mbaud of a chip that sent 3.
static void a_wrong_baud_rate_raises_doubts(void **state)
{
    struct bench *b = *state;
    struct trace_bytes t;
    uint8_t line[128];
    unsigned number = 0, at_first = 0;
    assert_true(trace_bytes_open(&t, "usb_swv.bytes"));
    for (size_t n; (n = trace_bytes_line(&t, line)) > 0; number++) {
        (void)poll_bytes(b, line, n);
        if (!at_first && b->f.swo_doubts)
            at_first = number;
        if (number == 8)
            assert_int_equal(b->f.swo_doubts, 0);
    }
    fclose(t.f);
    // Nine good reads, seventeen bad ones, fourteen good ones.
    assert_int_equal(at_first, 10);
    assert_int_equal(b->f.swo_doubts, 10);
    assert_true(b->swo.doubt_reported);
    assert_int_equal(b->swo.bad_polls, 0);
}

static void losses_are_told(void **state)
{
    struct bench *b = *state;
    char status[SWO_STREAM_STATUS_SIZE];
    b->f.swo_overrun = true;
    (void)POLL(b, "\x01z");
    assert_true(b->swo.overrun_reported);
    assert_json(b, "{\"kind\":\"lost\",\"by\":\"probe\"}\n"
                   "{\"kind\":\"software\",\"port\":0,\"size\":1,\"value\":122}\n");
    (void)POLL(b, "\x70\x70");
    assert_true(b->swo.overflow_reported);
    assert_non_null(
        strstr(swo_stream_status(&b->swo, status), "2 overflows of the ITM, 1 of the probe"));
    OK(swo_stream_stop(&b->swo));
    assert_string_equal(swo_stream_status(&b->swo, status), "SWO is off.\n");
    (void)POLL(b, "\x01z");
    assert_int_equal(b->f.swo_polls, 2);
}

// ---- the clock ----------------------------------------------------------------------------------

static void nothing_is_shown_before_the_clock_is_seen(void **state)
{
    struct bench *b = *state;
    b->f.swo_trust = TARGET_SWO_UNSURE;
    (void)POLL(b, "\x01s\x01t\x01"
                  "a");
    assert_text(b, "");
    b->f.swo_trust = TARGET_SWO_SURE;
    (void)POLL(b, "\x01r\x01t");
    assert_text(b, "start");
    // A halt ends the wait as well.
    b->f.swo_trust = TARGET_SWO_UNSURE;
    (void)POLL(b, "\x01h");
    assert_text(b, "");
    b->f.t.state = TARGET_HALTED;
    (void)POLL(b, "\x01i");
    assert_text(b, "hi");
}

// The program has changed its clock behind its first line: of what came with the new one nothing is
// shown, until it is known.
static void another_clock_is_left_out(void **state)
{
    struct bench *b = *state;
    char status[SWO_STREAM_STATUS_SIZE];
    b->f.swo_trust = TARGET_SWO_UNSURE;
    (void)POLL(b, "\x01o\x01k\x01\n\x62\xc7\x62\xe0\x01\x9f");
    b->f.swo_trust = TARGET_SWO_WRONG;
    (void)POLL(b, "\x62\xe1\x62");
    assert_text(b, "ok\n");
    b->f.swo_trust = TARGET_SWO_SURE;
    (void)POLL(b, "\x01g\x01o");
    assert_text(b, "go");
    assert_non_null(strstr(swo_stream_status(&b->swo, status), ", 9 left out."));
}

// After a reset, while its known clock is expected: the first bytes came at that of a reset, and
// the last of them would swallow text.
static void the_beginning_is_found_behind_the_clock_of_a_reset(void **state)
{
    struct bench *b = *state;
    b->f.swo_trust = TARGET_SWO_UNSURE;
    (void)POLL(b, "\x80\x0a\x01r\x01o\x01u\x01n\x01"
                  "d\x0b\1\0\0\0\x01\n");
    b->f.swo_trust = TARGET_SWO_SURE;
    (void)POLL(b, "");
    assert_text(b, "round\n[1] 0x00000001\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        TEST(port_0_is_plain),
        TEST(other_ports_have_lines_of_their_own),
        TEST(numbers_are_shown_as_numbers),
        TEST(packets_are_lines),
        TEST(timestamps_are_for_what_came_before),
        TEST(a_capture_with_frames),
        TEST(a_wrong_baud_rate_raises_doubts),
        TEST(losses_are_told),
        TEST(nothing_is_shown_before_the_clock_is_seen),
        TEST(another_clock_is_left_out),
        TEST(the_beginning_is_found_behind_the_clock_of_a_reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
