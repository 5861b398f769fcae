// SPDX-License-Identifier: MIT
// The signals that end a command in good order. One that was ignored when the program was started
// stays ignored: nohup(1) and the background jobs of a script (POSIX, XCU 2.11) are started so, and
// the Ctrl-C at their terminal is meant for the program in the foreground.
#ifndef SWDLINK_BASE_SIGNALS_H
#define SWDLINK_BASE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/log.h"

// Whether the signal has no effect on us now, as it had none when we were started unless a handler
// was installed since.
bool signals_is_ignored(int number);
// SIGINT, SIGTERM and SIGHUP, without those that are ignored.
void signals_ending(sigset_t *set);
// The number of one of these that was blocked and waits, or 0.
int signals_pending_end(void);
// ERR_INTERRUPTED when one of them waits. Called between two steps of long work, wherever the
// target can be left as it was found: who blocks these signals is interrupted there and nowhere
// else, and who does not block them is never interrupted here.
enum err signals_check(struct log *log) MUST_CHECK;

#endif
