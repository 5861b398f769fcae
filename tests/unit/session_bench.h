// SPDX-License-Identifier: MIT
// A session on the bench: a fake target below it, a well-behaved debugger above it who frames
// packets, reads replies and keeps what was written on its console.
#ifndef SWDLINK_TESTS_SESSION_BENCH_H
#define SWDLINK_TESTS_SESSION_BENCH_H

#include "server/session.h"
#include "tests/unit/fake_target.h"

struct bench {
    struct fake_target f;
    struct session s;
    struct sharing sharing;
    struct log log;
    char log_text[0x4000];
    char reply[2 * RSP_PACKET_MAX]; // the last one, unescaped, with a NUL behind
    size_t reply_len;
    unsigned replies; // since the last question, console text not counted
    char console[0x4000];
};

// A new session that has been greeted: qSupported with GDB 13's features, no acknowledgements.
struct bench *bench_open(void);
// A session of which nothing was asked yet, which acknowledges.
struct bench *bench_open_fresh(void);
// Ends the session and begins another with the same target.
void bench_reconnect(struct bench *b);
void bench_close(struct bench *b);

// Sends a packet, ticks while the session is busy, and returns the reply; NULL when there was none.
const char *bench_ask(struct bench *b, const char *packet);
const char *bench_ask_bytes(struct bench *b, const void *packet, size_t len);
// The same without any tick.
const char *bench_send(struct bench *b, const void *packet, size_t len);
// Bytes as they are; returns the reply to them as above.
const char *bench_raw(struct bench *b, const void *bytes, size_t len);
// n ticks; returns the reply that came, or NULL.
const char *bench_tick(struct bench *b, unsigned n);
// `monitor LINE`; returns OK or the error, the text is in console.
const char *bench_monitor(struct bench *b, const char *line);

#endif
