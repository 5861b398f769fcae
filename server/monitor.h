// SPDX-License-Identifier: MIT
// The table of `monitor` words. A handler prints with reply_console() and returns; OK or the error
// is answered for it (except after session_begin_work()).
#ifndef SWDLINK_SERVER_MONITOR_H
#define SWDLINK_SERVER_MONITOR_H

#include "server/session.h"

struct monitor_word {
    const char *word;
    bool control;             // only from the debugger that controls the target
    const char *usage, *help; // NULL: understood, but not told
    enum err (*run)(struct session *s, const char *args);
};

extern const struct monitor_word monitor_words[];
extern const unsigned monitor_word_count;

// monitor_chip.c
enum err monitor_uid(struct session *s, const char *args) MUST_CHECK;
enum err monitor_option(struct session *s, const char *args) MUST_CHECK;
enum err monitor_erase_mass(struct session *s, const char *args) MUST_CHECK;
enum err monitor_rtt(struct session *s, const char *args) MUST_CHECK; // monitor_rtt.c
enum err monitor_swdp_scan(struct session *s, const char *args) MUST_CHECK;
enum err monitor_connect_rst(struct session *s, const char *args) MUST_CHECK;

unsigned monitor_distance(const char *a, const char *b);

#endif
