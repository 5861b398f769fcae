// SPDX-License-Identifier: MIT
// base/: the cursor over untrusted bytes, hexadecimal text, error sentences.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/crc32.h"
#include "base/cursor.h"
#include "base/err.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/near.h"
#include "base/signals.h"
#include "tests/unit/choose.h"

static void every_error_has_a_sentence_of_its_own(void **state)
{
    (void)state;
    for (int e = 0; e < ERR_COUNT; e++) {
        assert_string_not_equal(err_text((enum err)e), "unknown error");
        for (int f = 0; f < e; f++)
            assert_string_not_equal(err_text((enum err)e), err_text((enum err)f));
    }
    for (unsigned e = 1; e < ERR_COUNT; e++)
        assert_int_not_equal(err_class((enum err)e), ERR_CLASS_NONE);
    assert_int_equal(err_class(ERR_OK), ERR_CLASS_NONE);
    assert_int_equal(err_class(ERR_PROBE_LOST), ERR_CLASS_PROBE);
    assert_int_equal(err_class(ERR_NO_TARGET), ERR_CLASS_WIRE);
    assert_string_equal(err_text((enum err)ERR_COUNT), "unknown error");
    assert_string_equal(err_text((enum err) - 1), "unknown error");
}

static void cursor_reads_integers_and_sticks_at_the_end(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7};
    struct cursor c = cursor_over(bytes, sizeof bytes);
    assert_int_equal(cursor_u8(&c), 1);
    assert_int_equal(cursor_le16(&c), 0x0302);
    assert_int_equal(cursor_le32(&c), 0x07060504);
    assert_false(c.bad);
    assert_int_equal(cursor_u8(&c), 0);
    assert_true(c.bad);
}

static void cursor_that_is_bad_stays_bad(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {1, 2, 3};
    struct cursor c = cursor_over(bytes, sizeof bytes);
    assert_int_equal(cursor_le32(&c), 0);
    assert_true(c.bad);
    assert_int_equal(cursor_u8(&c), 0);
    assert_null(cursor_bytes(&c, 1));
}

static void cursor_reads_hexadecimal_text(void **state)
{
    (void)state;
    struct cursor c = cursor_over("20000fFc,4", 10);
    assert_int_equal(cursor_hex32(&c), 0x20000ffc);
    assert_true(cursor_skip_text(&c, ","));
    assert_false(cursor_skip_text(&c, ","));
    assert_int_equal(cursor_hex32(&c), 4);
    assert_false(c.bad);
    assert_int_equal(cursor_left(&c), 0);
}

static void cursor_refuses_numbers_beyond_32_bits_and_empty_ones(void **state)
{
    (void)state;
    struct cursor c = cursor_over("123456789", 9);
    assert_int_equal(cursor_hex32(&c), 0);
    assert_true(c.bad);
    c = cursor_over("ffffffff", 8);
    assert_int_equal(cursor_hex32(&c), 0xffffffff);
    assert_false(c.bad);
    c = cursor_over(",", 1);
    assert_int_equal(cursor_hex32(&c), 0);
    assert_true(c.bad);
    c = cursor_over("4x", 2);
    assert_int_equal(cursor_hex_byte(&c), 0);
    assert_true(c.bad);
}

static void hex_goes_there_and_back(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x00, 0x7f, 0x80, 0xff};
    char text[9];
    uint8_t back[4];
    hex_encode(text, bytes, sizeof bytes);
    assert_string_equal(text, "007f80ff");
    assert_true(hex_decode(back, "007F80fF", 4));
    assert_memory_equal(back, bytes, 4);
    assert_false(hex_decode(back, "0g", 1));
    assert_false(hex_decode(back, "0", 1));
}

static void bytes_are_little_or_big_endian_as_named(void **state)
{
    (void)state;
    uint8_t b[4];
    put_le32(b, 0xf1020304);
    assert_int_equal(b[0], 4);
    assert_int_equal(get_le32(b), 0xf1020304);
    assert_int_equal(get_le16(b), 0x0304);
    assert_int_equal(get_be16(b), 0x0403);
    put_be16(b, 0x1234);
    assert_int_equal(b[0], 0x12);
    put_le16(b, 0x1234);
    assert_int_equal(b[0], 0x34);
}

static void bytes_of_a_given_size_leave_their_neighbours_alone(void **state)
{
    (void)state;
    uint8_t b[4];
    put_le_sized(b, 4, 0xf1020304);
    assert_int_equal(get_le_sized(b, 4), 0xf1020304);
    assert_int_equal(get_le_sized(b, 2), 0x0304);
    assert_int_equal(get_le_sized(b, 1), 0x04);
    put_le_sized(b, 2, 0x1111abcd);
    assert_int_equal(get_le32(b), 0xf102abcd);
    put_le_sized(b, 1, 0x22222299);
    assert_int_equal(get_le32(b), 0xf102ab99);
}

struct heard {
    unsigned lines;
    char last[256];
};

static void hear(void *user, enum log_level level, const char *line)
{
    struct heard *h = user;
    (void)level;
    h->lines++;
    strncpy(h->last, line, sizeof h->last - 1);
}

static void log_keeps_the_sentence_of_the_last_failure(void **state)
{
    (void)state;
    struct heard h = {0};
    struct log log = {.level = LOG_NOTE, .write = hear, .user = &h};
    assert_string_equal(log_sentence(&log, ERR_FAULT), err_text(ERR_FAULT));
    assert_int_equal(log_fail(&log, ERR_FAULT, "no memory at 0x%08x", 0x30000000u), ERR_FAULT);
    assert_int_equal(h.lines, 0);
    assert_string_equal(log_sentence(&log, ERR_FAULT), "no memory at 0x30000000");
    assert_int_equal(log_fail(&log, ERR_FLASH, "page: %s", log.sentence), ERR_FLASH);
    assert_string_equal(log.sentence, "page: no memory at 0x30000000");
    const struct log_mark kept = log_keep(&log);
    assert_int_equal(log_fail(&log, ERR_LINK, "another one"), ERR_LINK);
    log_restore(&log, &kept);
    assert_string_equal(log.sentence, "page: no memory at 0x30000000");
    log_forget(&log);
    assert_string_equal(log_sentence(&log, ERR_FAULT), err_text(ERR_FAULT));
}

static void log_drops_lines_above_its_level(void **state)
{
    (void)state;
    struct heard h = {0};
    struct log log = {.level = LOG_NOTE, .write = hear, .user = &h};
    log_line(&log, LOG_DEBUG, "hidden");
    assert_int_equal(h.lines, 0);
    log_line(&log, LOG_WARN, "seen %d", 1);
    assert_int_equal(h.lines, 1);
    assert_string_equal(h.last, "seen 1");
    struct log quiet = log_silent();
    log_line(&quiet, LOG_ERROR, "nobody listens");
}

static void signals_that_were_ignored_end_nothing(void **state)
{
    (void)state;
    sigset_t set, before;
    struct sigaction ignore = {.sa_handler = SIG_IGN}, old;
    assert_int_equal(sigaction(SIGINT, &ignore, &old), 0);
    assert_true(signals_is_ignored(SIGINT));
    assert_false(signals_is_ignored(SIGTERM));
    signals_ending(&set);
    assert_false(sigismember(&set, SIGINT));
    assert_true(sigismember(&set, SIGTERM));
    assert_true(sigismember(&set, SIGHUP));
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, &before);
    raise(SIGINT); // waits all the same, as long as it is blocked
    assert_int_equal(signals_pending_end(), 0);
    raise(SIGHUP);
    assert_int_equal(signals_pending_end(), SIGHUP);
    assert_int_equal(sigaction(SIGHUP, &ignore, NULL), 0); // forgets it
    sigprocmask(SIG_SETMASK, &before, NULL);
    assert_int_equal(signals_pending_end(), 0);
    sigaction(SIGINT, &old, NULL);
    sigaction(SIGHUP, &old, NULL);
}

static void distances_between_words_are_counted_in_letters(void **state)
{
    (void)state;
    assert_int_equal(near_distance("reset", "reset"), 0);
    assert_int_equal(near_distance("rest", "reset"), 1);
    assert_int_equal(near_distance("rseet", "reset"), 1);
    assert_int_equal(near_distance("", "halt"), 4);
    assert_int_equal(near_distance("halt", ""), 4);
    assert_int_equal(near_distance("kitten", "sitting"), 3);
    char longest[100] = "";
    memset(longest, 'a', sizeof longest - 1);
    assert_int_equal(near_distance(longest, ""), 31);
    assert_true(near_is_slip("hlat", "halt"));
    assert_true(near_is_slip("porbe", "probe"));
    assert_false(near_is_slip("go", "to"));
    assert_false(near_is_slip("poll", "help"));
    assert_false(near_is_slip("quit", "uid"));
    assert_false(near_is_slip("att", "rtt"));
    assert_true(near_is_slip("rst", "rtt"));
    assert_true(near_is_abbreviation("rst", "reset"));
    assert_true(near_is_abbreviation("hlt", "halt"));
    assert_false(near_is_abbreviation("reset", "reset"));
    assert_false(near_is_abbreviation("rse", "reset"));
    assert_false(near_is_abbreviation("st", "start"));
    assert_false(near_is_abbreviation("rtst", "reset"));
    unsigned how_far;
    assert_true(near_is_meant("rst", "reset", &how_far));
    assert_int_equal(how_far, 0);
    assert_true(near_is_meant("rst", "rtt", &how_far));
    assert_int_equal(how_far, 1);
    assert_false(near_is_meant("att", "rtt", &how_far));
}

// CRC-32/MPEG-2 has the check value 0376e6e7 for "123456789".
static void the_crc_is_that_of_the_catalogue_byte_by_byte_and_in_words(void **state)
{
    (void)state;
    static const uint8_t text[] = "123456789", words[] = "43218765";
    assert_int_equal(crc32_bytes(CRC32_START, text, 9), 0x0376e6e7);
    for (size_t cut = 0; cut <= 9; cut++)
        assert_int_equal(crc32_bytes(crc32_bytes(CRC32_START, text, cut), text + cut, 9 - cut),
                         0x0376e6e7);
    assert_int_equal(crc32_bytes(CRC32_START, text, 0), CRC32_START);
    assert_int_equal(crc32_words(CRC32_START, words, 8), crc32_bytes(CRC32_START, text, 8));
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_error_has_a_sentence_of_its_own),
        cmocka_unit_test(cursor_reads_integers_and_sticks_at_the_end),
        cmocka_unit_test(cursor_that_is_bad_stays_bad),
        cmocka_unit_test(cursor_reads_hexadecimal_text),
        cmocka_unit_test(cursor_refuses_numbers_beyond_32_bits_and_empty_ones),
        cmocka_unit_test(hex_goes_there_and_back),
        cmocka_unit_test(bytes_are_little_or_big_endian_as_named),
        cmocka_unit_test(bytes_of_a_given_size_leave_their_neighbours_alone),
        cmocka_unit_test(log_keeps_the_sentence_of_the_last_failure),
        cmocka_unit_test(log_drops_lines_above_its_level),
        cmocka_unit_test(distances_between_words_are_counted_in_letters),
        cmocka_unit_test(the_crc_is_that_of_the_catalogue_byte_by_byte_and_in_words),
        cmocka_unit_test(signals_that_were_ignored_end_nothing),
    };
    return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
