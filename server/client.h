// SPDX-License-Identifier: MIT
// One debugger at the server: its connection, its session, and the timer that drives both. Each
// callback takes one bounded step, so that others get their turn.
#ifndef SWDLINK_SERVER_CLIENT_H
#define SWDLINK_SERVER_CLIENT_H

#include <ev.h>

#include "server/acceptor.h"
#include "server/session.h"

#define CLIENT_IN_SIZE 0x10000u

struct client {
    struct ev_loop *loop;
    // Called after each step, which may concern other clients, and after which this client may be
    // gone.
    void (*stepped)(void *user);
    void *user;
    char name[ACCEPTOR_NAME_SIZE];
    uint64_t number;   // the owner's: of this connection
    int in_fd, out_fd; // the same, of a socket
    bool gone;
    bool put_off; // until something else was said to the target: see sharing_may()
    bool stuck;   // what came in cannot be taken before something else happens
    ev_io readable, writable;
    ev_timer tick;
    double poll_s;
    size_t in_len;
    uint8_t in[CLIENT_IN_SIZE];
    struct session session;
};

// Takes over the file descriptors, which do not block. NULL: no memory, or no room for another one;
// then they are still the caller's.
struct client *client_open(struct ev_loop *loop, struct sharing *sharing, int in_fd, int out_fd,
                           const char *name);
// Ends the session and frees the client.
void client_close(struct client *c);
// Sends output and starts the watchers that the session needs; may set gone.
void client_update(struct client *c);
// Reads what has arrived; may set gone.
void client_poll(struct client *c);
// Waits up to half a second until all output is sent.
void client_end_session(struct client *c);
// Whether the client has sent a packet.
bool client_is_debugger(const struct client *c);
// Whether nothing at all has come from it.
bool client_is_silent(const struct client *c);

#endif
