// SPDX-License-Identifier: MIT
// A semihosting call between the program that makes it, whoever serves it, and the debugger that
// waits for the program to stop.
#ifndef SWDLINK_SERVER_SEMIHOST_SESSION_H
#define SWDLINK_SERVER_SEMIHOST_SESSION_H

#include "server/session.h"

// False: this stop is no call, or one that shall not be served, and is to be told. True: the call
// is under way or even done.
bool semihost_session_take(struct session *s, const struct target_stop *stop);
// The same for a halted target that is to go on from a call at which it stopped before.
bool semihost_session_take_again(struct session *s);
void semihost_session_step(struct session *s);
// GDB's Ctrl-C. A call that waits for input is given up, to be made again; others are finished
// first.
void semihost_session_interrupt(struct session *s);
// The debugger leaves in the middle of it.
void semihost_session_drop(struct session *s);

#endif
