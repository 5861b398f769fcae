// SPDX-License-Identifier: MIT
// Sockets on the event loop: those that wait for connections, and a connection to which more is
// sent than it may take at once.
#ifndef SWDLINK_SERVER_TCP_H
#define SWDLINK_SERVER_TCP_H

#include <ev.h>

#include "server/acceptor.h"

struct tcp_listener {
    struct acceptor acceptor;
    ev_io watcher[ACCEPTOR_MAX];
    ev_timer pause; // nothing is accepted until it is over
    struct ev_loop *loop;
};

struct tcp_peer {
    struct ev_loop *loop;
    int fd; // -1: nobody
    ev_io readable, writable;
};

typedef void tcp_watch(struct ev_loop *loop, ev_io *w, int events);

// Watches the sockets of the acceptor, which is open. data is the watchers'.
void tcp_listener_start(struct tcp_listener *l, struct ev_loop *loop, tcp_watch *on_connection,
                        void *data);
// The next connection at the socket of the watcher, as acceptor_take(); -1 when there is none. When
// this process may open no more, that is told, and the next is looked for after a while.
int tcp_listener_take(struct tcp_listener *l, ev_io *w, char name[ACCEPTOR_NAME_SIZE],
                      struct log *log);
void tcp_listener_close(struct tcp_listener *l, struct ev_loop *loop);

// Takes over a non-blocking socket and watches what comes from it. data is the watchers'.
void tcp_peer_open(struct tcp_peer *p, struct ev_loop *loop, int fd, tcp_watch *on_readable,
                   tcp_watch *on_writable, void *data);
void tcp_peer_close(struct tcp_peer *p);
// Sends what the socket takes of the *len bytes, moves the rest to the front and watches for room
// for it. False: the peer is gone.
bool tcp_peer_send(struct tcp_peer *p, uint8_t *data, size_t *len) MUST_CHECK;
// Receives what has come, *len bytes. False: the peer is gone.
bool tcp_peer_receive(struct tcp_peer *p, uint8_t *data, size_t room, size_t *len) MUST_CHECK;

#endif
