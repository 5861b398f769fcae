// SPDX-License-Identifier: MIT
// The framing of the remote protocol ("Debugging with GDB", E.1): server/rsp.c.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/rsp.h"
#include "tests/unit/choose.h"

// What came out of a stream: one letter per event, and the packets one after the other.
struct seen {
    char events[256];
    size_t event_count;
    char text[4096];
};

static void push_all(struct rsp *rsp, struct seen *seen, const void *data, size_t len)
{
    static const char letter[] = {
        [RSP_PACKET] = 'P',  [RSP_INTERRUPT] = 'I', [RSP_ACK] = '+', [RSP_NAK] = '-',
        [RSP_BAD_SUM] = 'B', [RSP_TOO_LONG] = 'L',  [RSP_CUT] = 'C',
    };
    const uint8_t *p = data;
    for (size_t i = 0; i < len; i++) {
        enum rsp_event e = rsp_push(rsp, p[i]);
        if (e == RSP_NOTHING)
            continue;
        assert_true(seen->event_count < sizeof seen->events - 1);
        seen->events[seen->event_count++] = letter[e];
        if (e == RSP_PACKET) {
            strcat(seen->text, (const char *)rsp->data);
            strcat(seen->text, "|");
        }
    }
}

static struct seen see(const char *stream)
{
    struct rsp *rsp = calloc(1, sizeof *rsp);
    assert_non_null(rsp);
    struct seen seen = {0};
    push_all(rsp, &seen, stream, strlen(stream));
    free(rsp);
    return seen;
}

#define assert_stream(stream, expected_events, expected_text)                                      \
    do {                                                                                           \
        struct seen seen_ = see(stream);                                                           \
        assert_string_equal(seen_.events, expected_events);                                        \
        assert_string_equal(seen_.text, expected_text);                                            \
    } while (0)

static void a_packet_comes_out_with_its_data(void **state)
{
    (void)state;
    assert_stream("$g#67", "P", "g|");
    assert_stream("$#00", "P", "|");
    assert_stream("$qSupported:a+#fd", "P", "qSupported:a+|");
}

static void it_may_be_cut_between_any_two_bytes(void **state)
{
    (void)state;
    const char stream[] = "+$m20000000,4#4f$vCont;c#a8";
    for (size_t cut = 0; cut < sizeof stream; cut++) {
        struct rsp *rsp = calloc(1, sizeof *rsp);
        struct seen seen = {0};
        push_all(rsp, &seen, stream, cut);
        push_all(rsp, &seen, stream + cut, sizeof stream - 1 - cut);
        free(rsp);
        assert_string_equal(seen.events, "+PP");
        assert_string_equal(seen.text, "m20000000,4|vCont;c|");
    }
}

static void a_wrong_checksum_is_refused_and_the_right_one_then_taken(void **state)
{
    (void)state;
    assert_stream("$g#68$g#67", "BP", "g|");
    assert_stream("$g#6", "", "");
    assert_stream("$g#xy$g#67", "BP", "g|");
    assert_stream("$M0,1:00#a0$M0,1:00#74", "BP", "M0,1:00|");
}

static void checksum_digits_may_be_of_either_case(void **state)
{
    (void)state;
    assert_stream("$vMustReplyEmpty#3a", "P", "vMustReplyEmpty|");
    assert_stream("$vMustReplyEmpty#3A", "P", "vMustReplyEmpty|");
}

static void an_interrupt_is_one_only_outside_of_packets(void **state)
{
    (void)state;
    assert_stream("\x03$g#67\x03", "IPI", "g|");
    // As data of a binary write it is data: X0,1: and a 3.
    assert_stream("$X0,1:\x03#22", "P", "X0,1:\x03|");
}

static void an_escaped_byte_loses_its_escape(void **state)
{
    (void)state;
    assert_stream("$X}\x03#d8", "P", "X#|");
    assert_stream("$X}\x04#d9", "P", "X$|");
    assert_stream("$X}]#32", "P", "X}|");
    // An escape without its byte cannot be told from data that is lost.
    assert_stream("$X}#d5$g#67", "BP", "g|");
}

static void a_packet_that_is_begun_again_is_told_and_the_new_one_taken(void **state)
{
    (void)state;
    assert_stream("$m2000$g#67", "CP", "g|");
    assert_stream("$m#$g#67", "CP", "g|");
    assert_stream("$m}$g#67", "CP", "g|");
}

static void bytes_between_packets_are_counted_and_dropped(void **state)
{
    (void)state;
    struct rsp *rsp = calloc(1, sizeof *rsp);
    struct seen seen = {0};
    push_all(rsp, &seen, "GET / HTTP/1.0\r\n$g#67", 21);
    assert_int_equal(rsp->stray, 16);
    assert_string_equal(seen.events, "P");
    free(rsp);
}

static void feed_sized(struct rsp *rsp, struct seen *seen, size_t size)
{
    push_all(rsp, seen, "$", 1);
    for (size_t i = 0; i < size; i++)
        push_all(rsp, seen, "a", 1);
    char sum[4] = {'#', "0123456789abcdef"[size * 'a' >> 4 & 0xf],
                   "0123456789abcdef"[size * 'a' & 0xf]};
    push_all(rsp, seen, sum, 3);
}

static void the_announced_size_fits_and_one_byte_more_does_not(void **state)
{
    (void)state;
    struct rsp *rsp = calloc(1, sizeof *rsp);
    enum rsp_event last = RSP_NOTHING;
    struct seen seen = {0};
    for (size_t i = 0; i < RSP_PACKET_MAX + 2; i++)
        last = rsp_push(rsp, i ? 'a' : '$');
    assert_int_equal(last, RSP_NOTHING);
    assert_int_equal(rsp->len, RSP_PACKET_MAX);
    memset(rsp, 0, sizeof *rsp);
    feed_sized(rsp, &seen, RSP_PACKET_MAX + 1);
    feed_sized(rsp, &seen, 3 * RSP_PACKET_MAX);
    assert_string_equal(seen.events, "LL");
    push_all(rsp, &seen, "$g#67", 5);
    assert_string_equal(seen.events, "LLP");
    free(rsp);
}

static void what_is_framed_comes_out_of_the_parser_unchanged(void **state)
{
    (void)state;
    struct rsp *rsp = calloc(1, sizeof *rsp);
    uint8_t data[256], framed[RSP_FRAMED_MAX(sizeof data)];
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)i;
    size_t len = rsp_frame(framed, data, sizeof data);
    enum rsp_event last = RSP_NOTHING;
    for (size_t i = 0; i < len; i++)
        last = rsp_push(rsp, framed[i]);
    assert_int_equal(last, RSP_PACKET);
    assert_int_equal(rsp->len, sizeof data);
    assert_memory_equal(rsp->data, data, sizeof data);
    free(rsp);
}

static void framing_escapes_what_a_reader_would_misread(void **state)
{
    (void)state;
    uint8_t framed[RSP_FRAMED_MAX(4)];
    size_t len = rsp_frame(framed, (const uint8_t *)"#$}*", 4);
    assert_int_equal(len, RSP_FRAMED_MAX(4));
    assert_memory_equal(framed, "$}\x03}\x04}]}\n#", 10);
}

static void what_is_logged_can_be_printed(void **state)
{
    (void)state;
    char text[8];
    assert_string_equal(rsp_printable(text, sizeof text, (const uint8_t *)"a\033b\n", 4), "a.b.");
    assert_string_equal(rsp_printable(text, sizeof text, (const uint8_t *)"abcdefg", 7), "abcdefg");
    assert_string_equal(rsp_printable(text, sizeof text, (const uint8_t *)"abcdefgh", 8),
                        "abcd...");
}

// Whatever came before, a good packet after it is taken: at the latest after the $ of the next.
static void after_any_garbage_the_next_packet_is_understood(void **state)
{
    (void)state;
    uint32_t seed = 0x2545f491u;
    struct rsp *rsp = calloc(1, sizeof *rsp);
    for (unsigned round = 0; round < 2000; round++) {
        for (unsigned i = 0; i < 40; i++) {
            seed = seed * 1664525u + 1013904223u;
            static const uint8_t favoured[] = "$#}+-\x03";
            uint8_t byte = (uint8_t)(seed >> 24);
            (void)rsp_push(rsp, seed & 0x100000u ? favoured[byte % 6] : byte);
            assert_true(rsp->len <= RSP_PACKET_MAX);
        }
        enum rsp_event last = RSP_NOTHING;
        const char *good = "$g#67";
        for (size_t i = 0; good[i]; i++)
            last = rsp_push(rsp, (uint8_t)good[i]);
        assert_int_equal(last, RSP_PACKET);
        assert_string_equal(rsp->data, "g");
    }
    free(rsp);
}

// As GDB reads a reply: expands runs between $ and #.
static size_t expand(uint8_t *out, const uint8_t *framed, size_t len)
{
    size_t n = 0;
    for (size_t i = 1; i < len - 3; i++) {
        if (framed[i] != '*') {
            out[n++] = framed[i];
            continue;
        }
        unsigned repeats = framed[++i] - 29u;
        assert_in_range(repeats, 3, 97);
        memset(out + n, out[n - 1], repeats);
        n += repeats;
    }
    return n;
}

static void runs_are_shortened_where_that_gains_something(void **state)
{
    (void)state;
    static const struct {
        const char *data, *framed;
    } cases[] = {
        {"", "$#00"},
        {"0", "$0#30"},
        {"000", "$000#90"},
        {"0000", "$0* #7a"},
        {"00001111", "$0* 1* #f5"},
        {"000000", "$0*\"#7c"},
        {"0000000", "$0*\"0#ac"},   // six repeats would be #
        {"00000000", "$0*\"00#dc"}, // seven would be $
        {"000000000", "$0*%#7f"},
        {"ab####", "$ab}\x03}\x03}\x03}\x03#c3"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t framed[RSP_FRAMED_MAX(16)];
        size_t len = rsp_frame_short(framed, (const uint8_t *)cases[i].data, strlen(cases[i].data));
        framed[len] = '\0';
        assert_string_equal((const char *)framed, cases[i].framed);
    }
}

static void runs_of_every_length_come_out_as_they_were(void **state)
{
    (void)state;
    uint8_t data[300], framed[RSP_FRAMED_MAX(sizeof data)], out[sizeof framed];
    for (size_t len = 0; len < sizeof data; len++) {
        memset(data, 'x', sizeof data);
        data[len] = 'y';
        size_t n = rsp_frame_short(framed, data, sizeof data);
        for (size_t i = 1; i < n - 3; i++)
            assert_false(framed[i] == '#' || framed[i] == '$' || framed[i] == '}' ||
                         framed[i] > '~');
        assert_int_equal(expand(out, framed, n), sizeof data);
        assert_memory_equal(out, data, sizeof data);
        assert_true(n < sizeof data / 10 + 20);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_packet_comes_out_with_its_data),
        cmocka_unit_test(it_may_be_cut_between_any_two_bytes),
        cmocka_unit_test(a_wrong_checksum_is_refused_and_the_right_one_then_taken),
        cmocka_unit_test(checksum_digits_may_be_of_either_case),
        cmocka_unit_test(an_interrupt_is_one_only_outside_of_packets),
        cmocka_unit_test(an_escaped_byte_loses_its_escape),
        cmocka_unit_test(a_packet_that_is_begun_again_is_told_and_the_new_one_taken),
        cmocka_unit_test(bytes_between_packets_are_counted_and_dropped),
        cmocka_unit_test(the_announced_size_fits_and_one_byte_more_does_not),
        cmocka_unit_test(runs_are_shortened_where_that_gains_something),
        cmocka_unit_test(runs_of_every_length_come_out_as_they_were),
        cmocka_unit_test(what_is_framed_comes_out_of_the_parser_unchanged),
        cmocka_unit_test(framing_escapes_what_a_reader_would_misread),
        cmocka_unit_test(what_is_logged_can_be_printed),
        cmocka_unit_test(after_any_garbage_the_next_packet_is_understood),
    };
    return cmocka_run_group_tests_name("rsp", tests, NULL, NULL);
}
