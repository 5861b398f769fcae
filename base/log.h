// SPDX-License-Identifier: MIT
// Messages of the program. A log belongs to its owner (there is no global one). It passes lines to
// a writer and remembers the sentence of the last failure. The rule: the lowest layer that knows
// the detail writes the sentence with log_fail(), layers above only pass the error on, the top
// prints it once.
#ifndef SWDLINK_BASE_LOG_H
#define SWDLINK_BASE_LOG_H

#include <stdarg.h>

#include "base/err.h"

#define LOG_SENTENCE_SIZE     512
#define LOG_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

enum log_level {
    LOG_ERROR, // something failed
    LOG_WARN,  // it goes on, but the user should know
    LOG_NOTE,  // normal news: who connected, what was found
    LOG_DEBUG, // --verbose: decisions and recoveries
    LOG_TRACE, // --verbose twice: every packet and USB command
};

struct log {
    enum log_level level;                                              // lines above it are dropped
    void (*write)(void *user, enum log_level level, const char *line); // one line, no newline
    void *user;
    char sentence[LOG_SENTENCE_SIZE]; // of the last log_fail(), without a newline
    const char *word;                 // the same for programs, such as a verdict's id; NULL: none
};

// A log that drops every line and still remembers failures: for tests and for silent callers.
struct log log_silent(void);
void log_line(struct log *log, enum log_level level, const char *fmt, ...) LOG_PRINTF(3, 4);
// Keeps the sentence (it says what happened, what it means, what to try), prints nothing, returns
// e.
enum err log_fail(struct log *log, enum err e, const char *fmt, ...) LOG_PRINTF(3, 4);
// Adds a word for programs to the sentence that log_fail() has just kept. It has to live on.
void log_tag(struct log *log, const char *word);
// The sentence for e: the remembered one when there is one, else err_text(e).
const char *log_sentence(const struct log *log, enum err e);
// Forgets the remembered sentence: called where a failure was handled and did not matter.
void log_forget(struct log *log);

// The remembered sentence, to be restored after calls whose own failures say nothing new.
struct log_mark {
    char sentence[LOG_SENTENCE_SIZE];
    const char *word;
};
struct log_mark log_keep(const struct log *log);
void log_restore(struct log *log, const struct log_mark *mark);

#endif
