// SPDX-License-Identifier: MIT
// The GDB server: one probe, one target, one libev loop (the only place with sockets and timers).
#ifndef SWDLINK_SERVER_SERVER_H
#define SWDLINK_SERVER_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/log.h"
#include "server/acceptor.h"
#include "server/sharing.h"
#include "targets/target.h"

// Where it listens.
struct server_ready {
    const struct acceptor *acceptor;
    uint16_t port;
    uint16_t rtt_port;               // 0: no RTT
    uint16_t swo_port, swo_raw_port; // 0: none
};

struct server_options {
    const char *host;     // NULL: loopback, 127.0.0.1 and ::1
    uint16_t port;        // 0: any free one, told in the readiness line
    const char *name;     // of the probe, where several servers speak; or NULL
    bool rtt;             // serve RTT channel 0, too
    const char *rtt_host; // as host
    uint16_t rtt_port;    // as port
    struct {
        bool text, raw;                    // serve them
        const char *text_host, *raw_host;  // as host
        uint16_t text_port, raw_port;      // as port
        FILE *json;                        // packets as lines; NULL: none
        struct target_swo_options options; // for `monitor swo` as well
    } swo;
    bool stdio; // one debugger, on standard input and output, and no port
    bool once;  // end after the first debugger has left
    struct {
        bool enabled;    // from the start; `monitor semihosting` changes it
        bool stdio;      // the program's console is our standard input and output, not GDB's
        const char *dir; // holds the program's files; NULL: GDB's host does
    } semihosting;
    // Opens a probe again that was unplugged, in the same struct debug_probe; called once a second
    // until it returns ERR_OK. NULL: such a probe stays lost.
    enum err (*reopen_probe)(void *user);
    // The target was not reached yet: called once a second until it returns ERR_OK. Debuggers are
    // told target_loss() meanwhile. NULL: the target is connected.
    enum err (*reach_target)(void *user);
    // For `monitor program`; offered to debuggers of this computer only. NULL: not at all. See
    // sharing.h.
    enum err (*read_image)(void *user, const char *path, const uint32_t *addr, sharing_put *put,
                           void *to);
    // Called when it listens, before the first client is served; an error ends the server. May be
    // NULL.
    enum err (*ready)(void *user, const struct server_ready *ready);
    void *user;
    // Whose turn it is to talk to the target: see sharing_may(). NULL: everybody's.
    bool (*may_talk)(void *user, const char *turn);
};

// Serves until SIGINT or SIGTERM (or, with once, until the debugger has left), then returns with
// the target as it was found. Prints the readiness lines on standard error when it listens. The
// caller connected the target (or says how it is reached) and disconnects it afterwards, and
// ignores SIGPIPE, because a reader of the messages may go away. ERR_NO_TARGET: the debugger on
// standard input has left, and the target was never reached.
enum err server_run(struct target *t, const struct server_options *options,
                    struct log *log) MUST_CHECK;

#endif
