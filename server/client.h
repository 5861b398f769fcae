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
    // After each step: what it did may concern other clients, and this one may be gone.
    void (*stepped)(void *user);
    void *user;
    char name[ACCEPTOR_NAME_SIZE];
    int in_fd, out_fd; // the same, of a socket
    bool gone;
    bool put_off; // until something else was said to the target: see hub_may()
    bool stuck;   // what came in cannot be taken before something else happens
    ev_io readable, writable;
    ev_timer tick;
    double poll_s;
    size_t in_len;
    uint8_t in[CLIENT_IN_SIZE];
    struct session session;
};

// Takes over the file descriptors, which do not block. NULL: no memory, or no room in the hub; then
// they are still the caller's.
struct client *client_open(struct ev_loop *loop, struct hub *hub, int in_fd, int out_fd,
                           const char *name);
// Ends the session and frees it all.
void client_close(struct client *c);
// Sends what is to be sent and arms what is waited for; sets gone.
void client_settle(struct client *c);
// Reads what has come by now; sets gone.
void client_look(struct client *c);
// Up to half a second for the last words.
void client_say_goodbye(struct client *c);
// It has said something that a debugger says.
bool client_is_debugger(const struct client *c);

#endif
