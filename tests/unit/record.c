// SPDX-License-Identifier: MIT
// Records of conversations: what is written, that it plays back, and that no file can break the
// reader.
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "swd/recorder.h"
#include "tests/unit/choose.h"
#include "tests/unit/record_bench.h"

static void record_a_conversation(struct record_bench *f)
{
    static const char *const words[] = {"--probe", "x", NULL};
    uint8_t r[16];
    size_t got;
    struct recorder *recorder;
    struct script *s = &f->script;
    script_read_sized(s, "f1 80", 6, "29 47 83 04 48 37");
    script_write(s, "f2 08", "\x01\x02\x03", 3);
    script_trace(s, "01 38");
    script_refuse_trace(s, 4, ERR_TIMEOUT);
    script_refuse(s, "f2 36", 8, ERR_TIMEOUT);
    script_refuse(s, "f2 31", 8, ERR_PROBE_PROTOCOL);
    script_refuse(s, "f5", 2, ERR_PROBE_LOST);
    OK(recorder_create(&recorder, f->path, "swdlink 1", "info", words, &f->log));
    struct usb_link link = script_link(s, 0x3748);
    recorder_take_link(recorder, &link, false);
    recorder_name_turn(recorder, "client 0");
    OK(record_bench_ask(&link, "\xf1\x80", r, 6, NULL));
    usb_link_sleep_us(&link, 250);
    assert_int_equal(usb_link_now_us(&link), s->now_us);
    OK(record_bench_send(&link, "\xf2\x08", "\x01\x02\x03", 3));
    OK(record_bench_trace(&link, r, 2, &got));
    assert_int_equal(record_bench_trace(&link, r, 4, &got), ERR_TIMEOUT);
    assert_int_equal(record_bench_ask(&link, "\xf2\x36", r, 8, NULL), ERR_TIMEOUT);
    assert_int_equal(record_bench_ask(&link, "\xf2\x31", r, 8, NULL), ERR_PROBE_PROTOCOL);
    assert_int_equal(record_bench_ask(&link, "\xf5\0", r, 2, NULL), ERR_PROBE_LOST);
    usb_link_close(&link);
    assert_true(s->closed);
    OK(recorder_end(recorder, &f->log));
}

static void a_record_has_all_that_was_said(void **state)
{
    struct record_bench *f = *state;
    record_a_conversation(f);
    char *text = record_bench_read(f);
    assert_non_null(strstr(text, "\"program\":\"swdlink 1\""));
    assert_non_null(strstr(text, "\"command\":\"info\",\"arguments\":[\"--probe\",\"x\"]}\n"));
    assert_non_null(strstr(text, "\n{\"open\":{\"vid\":1155,\"pid\":14152,"));
    assert_non_null(strstr(text, "\n{\"send\":\"f180\",\"room\":6,\"reply\":\"294783044837\","
                                 "\"timeout_ms\":100,\"at\":0,\"turn\":\"client 0\"}\n"));
    assert_non_null(strstr(text, "\n{\"send\":\"f208\",\"data\":\"010203\",\"timeout_ms\":100,"
                                 "\"at\":250,\"now\":[250]}\n"));
    assert_non_null(strstr(text, "\n{\"trace\":true,\"room\":2,\"reply\":\"0138\","
                                 "\"timeout_ms\":100,\"at\":250}\n"));
    assert_non_null(strstr(text, "\n{\"trace\":true,\"room\":4,\"error\":\"timeout\","
                                 "\"timeout_ms\":100,\"at\":250,\"took\":100000}\n"));
    assert_non_null(strstr(text, "\n{\"send\":\"f236\",\"room\":8,\"error\":\"timeout\","
                                 "\"timeout_ms\":100,\"at\":100250,\"took\":100000}\n"));
    assert_non_null(strstr(text, "\"error\":\"stall\""));
    assert_non_null(strstr(text, "\"error\":\"lost\""));
    assert_non_null(strstr(text, "\n{\"close\":true,\"at\":200250}\n"));
    free(text);
    struct stat st;
    assert_int_equal(stat(f->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void a_record_plays_back_with_its_errors_and_times(void **state)
{
    struct record_bench *f = *state;
    struct player *player;
    struct usb_link link;
    bool is_virtual = true;
    uint8_t r[16] = {0};
    size_t got;
    record_a_conversation(f);
    OK(player_create(&player, f->path, &f->log));
    assert_string_equal(player_record(player)->command, "info --probe x");
    OK(player_open_link(player, false, &link, &is_virtual, &f->log));
    assert_false(is_virtual);
    assert_int_equal(link.id.pid, 0x3748);
    OK(record_bench_ask(&link, "\xf1\x80", r, 6, &got));
    assert_int_equal(got, 6);
    assert_memory_equal(r, "\x29\x47\x83\x04\x48\x37", 6);
    assert_int_equal(usb_link_now_us(&link), 250); // as the recorded program was told
    OK(record_bench_send(&link, "\xf2\x08", "\x01\x02\x03", 3));
    usb_link_sleep_us(&link, 1000);
    assert_int_equal(usb_link_now_us(&link), 1250);
    OK(record_bench_trace(&link, r, 2, &got));
    assert_int_equal(got, 2);
    assert_memory_equal(r, "\x01\x38", 2);
    assert_int_equal(record_bench_trace(&link, r, 4, &got), ERR_TIMEOUT);
    assert_int_equal(got, 0);
    assert_int_equal(record_bench_ask(&link, "\xf2\x36", r, 8, &got), ERR_TIMEOUT);
    assert_int_equal(got, 0);
    assert_int_equal(usb_link_now_us(&link), 200250);
    assert_int_equal(record_bench_ask(&link, "\xf2\x31", r, 8, NULL), ERR_PROBE_PROTOCOL);
    assert_int_equal(record_bench_ask(&link, "\xf5\0", r, 2, NULL), ERR_PROBE_LOST);
    assert_int_equal(record_bench_ask(&link, "\xf5\0", r, 2, NULL),
                     ERR_PROBE_LOST); // and so it stays
    usb_link_close(&link);
    OK(player_end(player, &f->log));
}

// ---- the file of the recorder -------------------------------------------------------------------

static void a_file_that_was_there_stays_until_a_probe_was_opened(void **state)
{
    struct record_bench *f = *state;
    struct recorder *recorder;
    record_bench_write(f, "precious\n", 9);
    OK(recorder_create(&recorder, f->path, "p", "info", NULL, &f->log));
    recorder_note_refusal(recorder, ERR_PROBE_ACCESS, "no permission");
    OK(recorder_end(recorder, &f->log));
    char *text = record_bench_read(f);
    assert_string_equal(text, "precious\n");
    free(text);
    record_a_conversation(f);
    text = record_bench_read(f);
    assert_memory_equal(text, "{\"format\"", 9);
    free(text);
}

static void why_a_probe_could_not_be_opened_is_recorded(void **state)
{
    struct record_bench *f = *state;
    struct recorder *recorder;
    struct player *player;
    struct usb_link link;
    bool is_virtual;
    OK(recorder_create(&recorder, f->path, "p", "info", NULL, &f->log));
    for (unsigned i = 0; i < 3; i++)
        recorder_note_refusal(recorder, ERR_PROBE_ACCESS, "no permission for \xff this");
    OK(recorder_end(recorder, &f->log));
    char *text = record_bench_read(f);
    const char *refused = strstr(text, "\"error\":\"access\"");
    assert_non_null(refused);
    assert_null(strstr(refused + 1, "\"error\"")); // once
    free(text);
    OK(player_create(&player, f->path, &f->log));
    assert_int_equal(player_open_link(player, false, &link, &is_virtual, &f->log),
                     ERR_PROBE_ACCESS);
    OK(player_end(player, &f->log));
}

static void a_record_that_cannot_be_written_is_told(void **state)
{
    struct record_bench *f = *state;
    struct recorder *recorder;
    OK(recorder_create(&recorder, "/dev/full", "p", "info", NULL, &f->log));
    assert_int_equal(recorder_end(recorder, &f->log), ERR_FILE);
    record_bench_says(f, "the record /dev/full is not complete: No space left on device");
    assert_int_equal(recorder_create(&recorder, "/nowhere/file", "p", "info", NULL, &f->log),
                     ERR_FILE);
    record_bench_says(f, "the record /nowhere/file cannot be written: No such file or directory");
}

// ---- files of strangers -------------------------------------------------------------------------

static void every_field_of_a_file_is_checked(void **state)
{
    struct record_bench *f = *state;
    struct player *player;
    static const struct {
        const char *text, *sentence;
    } bad[] = {
        {"", "is empty"},
        {"hello\n", "line 1 is no JSON object"},
        {"[]\n", "line 1 is no JSON object"},
        {"{\"format\":\"pcap\"}\n", "line 1 does not say"},
        {"{\"format\":\"swdlink-record\"}\n", "line 1 does not say"},
        {"{\"format\":\"swdlink-record\",\"version\":2}\n", "version 2"},
        {HEADER "{}\n", "line 2 is neither"},
        {HEADER "{\"close\":false,\"at\":1}\n", "line 2 is neither"},
        {HEADER "{\"close\":true}\n", "line 2 has a time"},
        {HEADER "{\"close\":true,\"at\":-1}\n", "line 2 has a time"},
        {HEADER "{\"close\":true,\"at\":1.5}\n", "line 2 has a time"},
        {HEADER "{\"close\":true,\"at\":99999999999999999}\n", "line 2 has a time"},
        {HEADER "{\"close\":true,\"at\":1,\"took\":\"x\"}\n", "line 2 has a time"},
        {HEADER "{\"close\":true,\"at\":1,\"now\":7}\n", "line 2 has a time"},
        {HEADER "{\"close\":true,\"at\":1,\"now\":[true]}\n", "line 2 has a time"},
        {HEADER "{\"close\":true,\"at\":1,\"at\":2}\n", "line 2 is no JSON object"},
        {HEADER "{\"close\":true,\"at\":1,\"turn\":7}\n", "line 2 has a turn"},
        {HEADER "{\"close\":true,\"at\":1,\"turn\":\"much too long for the name of a turn\"}\n",
         "line 2 has a turn"},
        {HEADER OPEN "{\"send\":\"\",\"at\":1}\n", "line 3 has a command"},
        {HEADER OPEN "{\"send\":7,\"at\":1}\n", "line 3 has a command"},
        {HEADER OPEN "{\"send\":\"f\",\"at\":1}\n", "line 3 has a command"},
        {HEADER OPEN "{\"send\":\"zz\",\"at\":1}\n", "line 3 has a command"},
        {HEADER OPEN "{\"send\":\"0000000000000000000000000000000000\",\"at\":1}\n",
         "line 3 has a command"},
        {HEADER OPEN "{\"send\":\"f5\",\"data\":\"0\",\"at\":1}\n", "line 3 has data"},
        {HEADER OPEN "{\"send\":\"f5\",\"reply\":[],\"at\":1}\n", "line 3 has data"},
        {HEADER OPEN "{\"send\":\"f5\",\"reply\":\"00\",\"at\":1}\n", "line 3 has more data"},
        {HEADER OPEN "{\"send\":\"f5\",\"room\":1,\"reply\":\"0000\",\"at\":1}\n",
         "line 3 has more data"},
        {HEADER OPEN "{\"send\":\"f5\",\"room\":1,\"data\":\"0000\",\"at\":1}\n",
         "line 3 has more data"},
        {HEADER OPEN "{\"send\":\"f5\",\"room\":99999999,\"at\":1}\n", "line 3 has a room"},
        {HEADER OPEN "{\"send\":\"f5\",\"error\":\"tired\",\"at\":1}\n", "line 3 has an error"},
        {HEADER OPEN "{\"send\":\"f5\",\"error\":1,\"at\":1}\n", "line 3 has an error"},
        {HEADER OPEN "{\"trace\":false,\"at\":1}\n", "line 3 is neither"},
        {HEADER OPEN "{\"trace\":true,\"reply\":\"00\",\"at\":1}\n", "line 3 has more data"},
        {HEADER OPEN "{\"trace\":true,\"data\":\"00\",\"at\":1}\n", "line 3 has more data"},
        {HEADER OPEN "{\"trace\":true,\"room\":-1,\"at\":1}\n", "line 3 has a room"},
        {HEADER OPEN "{\"trace\":true,\"room\":1,\"reply\":\"0\",\"at\":1}\n", "line 3 has data"},
        {HEADER OPEN "{\"trace\":true,\"room\":1,\"error\":\"?\",\"at\":1}\n",
         "line 3 has an error"},
        {HEADER OPEN "{\"trace\":true,\"room\":1,\"reply\":\"00\"}\n", "line 3 has a time"},
        {HEADER "{\"open\":null,\"at\":1}\n", "line 2 opens a probe"},
        {HEADER "{\"open\":{\"vid\":1155},\"at\":1}\n", "line 2 opens a probe"},
        {HEADER "{\"open\":{\"vid\":1155,\"pid\":65536,\"bus\":1,\"address\":1},\"at\":1}\n",
         "line 2 opens a probe"},
        {HEADER "{\"open\":{\"vid\":1,\"pid\":1,\"bus\":1,\"address\":1,\"serial\":\"\\u001b\"},"
                "\"at\":1}\n",
         "line 2 opens a probe"},
        {HEADER "{\"open\":{\"vid\":1,\"pid\":1,\"bus\":1,\"address\":1,\"serial\":"
                "\"0123456789012345678901234567890123456789012345678901234567890123\"},"
                "\"at\":1}\n",
         "line 2 opens a probe"},
        {HEADER "{\"open\":null,\"error\":\"busy\",\"sentence\":5,\"at\":1}\n",
         "line 2 has a sentence"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        record_bench_write(f, bad[i].text, strlen(bad[i].text));
        if (player_create(&player, f->path, &f->log) != ERR_FILE)
            fail_msg("taken: %s", bad[i].text);
        record_bench_says(f, bad[i].sentence);
    }
    unlink(f->path);
    assert_int_equal(player_create(&player, f->path, &f->log), ERR_FILE);
    record_bench_says(f, "cannot be read: No such file");
    assert_int_equal(player_create(&player, "/", &f->log), ERR_FILE);
    record_bench_says(f, "cannot be read: Is a directory");
}

static void a_line_without_end_is_not_taken_in(void **state)
{
    struct record_bench *f = *state;
    struct player *player;
    const size_t len = 4 * RECORD_MAX_LINE;
    char *text = malloc(len);
    memset(text, ' ', len);
    memcpy(text, HEADER, strlen(HEADER));
    record_bench_write(f, text, len);
    free(text);
    assert_int_equal(player_create(&player, f->path, &f->log), ERR_FILE);
    record_bench_says(f, "line 2 is too long");
}

// Talks as if the file were as it was. What comes of it does not matter.
static void play_anything(struct record_bench *f)
{
    struct player *player;
    struct usb_link link;
    bool is_virtual;
    uint8_t r[16];
    size_t got;
    f->log = log_silent();
    if (player_create(&player, f->path, &f->log))
        return;
    if (player_open_link(player, strlen(f->path) % 2, &link, &is_virtual, &f->log) == ERR_OK) {
        (void)!record_bench_ask(&link, "\xf1\x80", r, 6, NULL);
        (void)!record_bench_send(&link, "\xf2\x08", "\x01\x02\x03", 3);
        (void)usb_link_now_us(&link);
        (void)!record_bench_trace(&link, r, 2, &got);
        (void)!record_bench_trace(&link, r, 4, &got);
        (void)!record_bench_ask(&link, "\xf2\x36", r, 8, NULL);
        (void)!record_bench_ask(&link, "\xf2\x31", r, 8, NULL);
        usb_link_close(&link);
    }
    (void)!player_end(player, &f->log);
}

static void no_file_breaks_the_reader(void **state)
{
    struct record_bench *f = *state;
    uint32_t seed = 1;
    char *path = strdup(f->path);
    record_a_conversation(f);
    char *whole = record_bench_read(f);
    const int fd = memfd_create("record", 0); // thousands of files would wear a disk
    snprintf(f->path, sizeof f->path, "/proc/self/fd/%d", fd);
    const size_t len = strlen(whole);
    char *changed = malloc(len + 1);
    for (size_t cut = 0; cut < len; cut++) {
        record_bench_write(f, whole, cut);
        play_anything(f);
    }
    for (unsigned round = 0; round < 4000; round++) {
        memcpy(changed, whole, len + 1);
        for (unsigned n = 0; n <= round % 3; n++) {
            seed = seed * 1664525u + 1013904223u;
            changed[(seed >> 8) % len] =
                round % 2 ? "\"{}[],:0fa9\n"[seed >> 28 & 11] : (char)(seed >> 24);
        }
        record_bench_write(f, changed, len);
        play_anything(f);
    }
    close(fd);
    strcpy(f->path, path);
    free(path);
    free(changed);
    free(whole);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
#define ENTRY(name) cmocka_unit_test_setup_teardown(name, record_bench_open, record_bench_close)
    const struct CMUnitTest tests[] = {
        ENTRY(a_record_has_all_that_was_said),
        ENTRY(a_record_plays_back_with_its_errors_and_times),
        ENTRY(a_file_that_was_there_stays_until_a_probe_was_opened),
        ENTRY(why_a_probe_could_not_be_opened_is_recorded),
        ENTRY(a_record_that_cannot_be_written_is_told),
        ENTRY(every_field_of_a_file_is_checked),
        ENTRY(a_line_without_end_is_not_taken_in),
        ENTRY(no_file_breaks_the_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
