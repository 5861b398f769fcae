// SPDX-License-Identifier: MIT
// How a run ends: looking at the running target, interrupting it, and telling GDB why it stands
// still
// ("Debugging with GDB", E.3 Stop Reply Packets).
#ifndef SWDLINK_SERVER_STOP_H
#define SWDLINK_SERVER_STOP_H

#include "server/session.h"

// GDB's own signal numbers (include/gdb/signals.def), which are those of no system.
enum stop_signal {
    STOP_SIGNAL_NONE = 0,
    STOP_SIGNAL_INT = 2,
    STOP_SIGNAL_TRAP = 5,
    STOP_SIGNAL_BUS = 10,
    STOP_SIGNAL_SEGV = 11,
    STOP_SIGNAL_LOST = 29,
};

// One look at the running target; answers the run when it has stopped or is lost.
void stop_poll(struct session *s);
// GDB's Ctrl-C while it waits for the end of a run.
void stop_interrupt(struct session *s);
// Another session that waits for the end of the run that this one controls, or NULL.
struct session *stop_next_waiting(const struct session *s);
// Answers the run, for all who wait for it: with a stop, with the loss of the target, or, where
// only the way to it broke down, with the last stop.
void stop_finish(struct session *s, const struct target_stop *stop, bool asked);
// Answers it with the stop that Ctrl-C asked for, wherever the halted target stands.
void stop_finish_interrupt(struct session *s);
void stop_finish_error(struct session *s, enum err e);
// Answers a run that was refused because of e: GDB 13 repeats a vCont for ever that is answered
// with an error, and goes on stepping through a line until a signal comes. The target stays as it
// is.
void stop_refuse(struct session *s, enum err e);
// What is to be said of a stop on the console.
void stop_say(struct session *s, const struct target_stop *stop);
// Answers with the reason of the last stop of a halted target.
void stop_report(struct session *s);
// Answers that the program has ended.
void stop_report_exit(struct session *s);
// Answers, where a stop reply is due, that the target runs.
void stop_report_running(struct session *s);
// Answers for a target that cannot be brought to stand still, because of e, where a stop reply is
// due and an error is none: GDB 13 spins for ever when ? is answered with one.
void stop_report_unknown(struct session *s, enum err e);
// The signal that stands for a cause; `asked`: the debugger interrupted.
enum stop_signal stop_signal_of(enum target_stop_cause cause, bool asked);

#endif
