// SPDX-License-Identifier: MIT
// What a service manager hands over to us and is told by us, where one has started us: systemd's
// sd_listen_fds(3) and sd_notify(3). Without one, and in a build without libsystemd, nothing.
#ifndef SWDLINK_SERVER_SERVICE_H
#define SWDLINK_SERVER_SERVICE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/log.h"
#include "server/acceptor.h"

// Takes over the sockets at which it listens for us, once; *handed says whether there were any.
// ERR_USAGE: one of them is no listening socket.
enum err service_sockets(struct acceptor *a, bool *handed, struct log *log) MUST_CHECK;
// There are such sockets, which nobody has taken over yet.
bool service_has_sockets(void);
// Tells it a state: "READY=1", "STOPPING=1".
void service_tell(const char *state);
// In a child process: it was not started by the service manager.
void service_forget(void);

#endif
