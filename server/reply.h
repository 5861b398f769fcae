// SPDX-License-Identifier: MIT
// What is said to GDB: replies, errors, console text. The one place where enum err becomes a reply
// ("Debugging with GDB", E.2 Standard Replies).
#ifndef SWDLINK_SERVER_REPLY_H
#define SWDLINK_SERVER_REPLY_H

#include "server/session.h"

// A reply in one go.
void reply_text(struct session *s, const char *text);
void reply_ok(struct session *s);
// Means: this packet is not supported. Never used for a failure.
void reply_unsupported(struct session *s);

// A reply in pieces; what does not fit is cut off, and reply_room() tells before.
void reply_begin(struct session *s);
size_t reply_room(const struct session *s);
void reply_put(struct session *s, const void *data, size_t len);
void reply_put_text(struct session *s, const char *text);
void reply_put_format(struct session *s, const char *fmt, ...) LOG_PRINTF(2, 3);
void reply_put_hex(struct session *s, const void *data, size_t len);
void reply_end(struct session *s);

// An error with its sentence: as E.text when GDB understands that, else as E01 with the sentence on
// the console where that is legal, and in our log where it is not.
void reply_error(struct session *s, enum err e);
// The same for what fails every day (GDB reads through wild pointers): not in the log.
void reply_error_quietly(struct session *s, enum err e);
// The same where GDB before 16 shows only a sentence of its own, and console text is not legal:
// ours comes as soon as it is.
void reply_error_and_later(struct session *s, enum err e);
// A breakpoint that cannot be set: such GDBs show a text for Z1, in a form of its own.
void reply_break_error(struct session *s, unsigned type, enum err e);
// An error with the sentence that waits for the console, in the E.text form whatever GDB announced:
// for g, where every GDB shows the reply as it is.
void reply_error_shown(struct session *s, enum err e);
// A packet whose arguments make no sense.
void reply_malformed(struct session *s);

// Text for GDB's console: now, or as soon as it is legal.
void reply_console(struct session *s, const char *fmt, ...) LOG_PRINTF(2, 3);
// The program's own words, as they are; lost where text is not legal.
void reply_console_bytes(struct session *s, const void *text, size_t len);
// From now on console text is legal: says what has waited.
void reply_begin_text(struct session *s);
void reply_end_text(struct session *s);
// Drops the console text that waits for its time, when it is about a program that is no more.
void reply_forget_text(struct session *s);

#endif
