// SPDX-License-Identifier: MIT
// For the tests of records: a folder with one file, a log, a probe made of paper, and how to talk.
#ifndef SWDLINK_TESTS_RECORD_BENCH_H
#define SWDLINK_TESTS_RECORD_BENCH_H

#include <stdbool.h>

#include "swd/player.h"
#include "tests/unit/script_link.h"

#define HEADER                                                                                     \
    "{\"format\":\"swdlink-record\",\"version\":1,\"program\":\"p\",\"date\":\"d\","               \
    "\"command\":\"info\",\"arguments\":[\"-q\"]}\n"
#define OPEN                                                                                       \
    "{\"open\":{\"vid\":1155,\"pid\":14152,\"serial\":\"A1\",\"bus\":1,\"address\":2,"             \
    "\"virtual\":false},\"at\":0}\n"
#define CLOSE "{\"close\":true,\"at\":9000}\n"

struct record_bench {
    char folder[64], path[96];
    struct log log;
    struct script script;
};

int record_bench_open(void **state);
int record_bench_close(void **state);
// The file.
void record_bench_write(const struct record_bench *f, const char *text, size_t len);
char *record_bench_read(const struct record_bench *f);
// Fails when the last sentence does not have the part.
void record_bench_says(const struct record_bench *f, const char *part);
// Writes the text into the file and opens its probe.
struct usb_link record_bench_play(struct record_bench *f, struct player **player, bool patient,
                                  const char *text);
// Commands of two bytes.
enum err record_bench_ask(struct usb_link *link, const char *two_bytes, uint8_t *reply, size_t room,
                          size_t *got);
enum err record_bench_send(struct usb_link *link, const char *two_bytes, const void *data,
                           size_t len);
// A read of the trace endpoint.
enum err record_bench_trace(struct usb_link *link, uint8_t *bytes, size_t room, size_t *got);

#endif
