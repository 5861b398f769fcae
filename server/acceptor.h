// SPDX-License-Identifier: MIT
// The sockets to which debuggers connect: loopback in both internet protocols, or all addresses of
// a host.
#ifndef SWDLINK_SERVER_ACCEPTOR_H
#define SWDLINK_SERVER_ACCEPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"

#define ACCEPTOR_MAX       16u
#define ACCEPTOR_NAME_SIZE 64u

struct acceptor {
    int fd[ACCEPTOR_MAX]; // non-blocking
    unsigned count;
    uint16_t port; // 0: local sockets only
};

// Listens on every address of the host: both protocols for a name that has both, and for "::" and
// "*", which are all addresses of this machine. host NULL: 127.0.0.1 and, where there is one, ::1.
// port 0: a free one, the same for all. An address that this machine does not have is left out when
// another one remains; a port that is in use at one of them is an error (ERR_RESOURCE), which tells
// about each address. option: what the user would choose another port with, for the sentence.
enum err acceptor_open(struct acceptor *a, const char *host, uint16_t port, const char *option,
                       struct log *log) MUST_CHECK;
// Adds a socket that somebody else has opened, of TCP or of the local kind (AF_UNIX), on which it
// listens already; it is ours from then on. ERR_USAGE: it is none.
enum err acceptor_adopt(struct acceptor *a, int fd, struct log *log) MUST_CHECK;
void acceptor_close(struct acceptor *a);
// Only programs of this machine can connect.
bool acceptor_is_loopback(const struct acceptor *a);
// Warns when others can: whoever reaches it reads what, and may write to it.
void acceptor_warn_if_open(const struct acceptor *a, const char *what, struct log *log);
// The same of one of them, and its port (0: a local socket).
bool acceptor_is_loopback_at(const struct acceptor *a, unsigned i);
uint16_t acceptor_port_at(const struct acceptor *a, unsigned i);
// The address of a listening socket as text, or the path of a local one; returns text.
const char *acceptor_address(const struct acceptor *a, unsigned i, char text[ACCEPTOR_NAME_SIZE]);
#define ACCEPTOR_EXHAUSTED (-2) // this process may open no more: the connection waits
// The next connection, non-blocking, prepared, with its address as text; -1 when there is none.
int acceptor_take(int listening_fd, char name[ACCEPTOR_NAME_SIZE]);

#endif
