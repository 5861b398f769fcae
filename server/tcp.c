// SPDX-License-Identifier: MIT
#include "config.h"

#include "server/tcp.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define EXHAUSTED_S 1.0

static void start_accepting(struct tcp_listener *l)
{
    for (unsigned i = 0; i < l->acceptor.count; i++)
        ev_io_start(l->loop, &l->watcher[i]);
}

static void stop_accepting(struct tcp_listener *l)
{
    for (unsigned i = 0; i < l->acceptor.count; i++)
        ev_io_stop(l->loop, &l->watcher[i]);
}

static void on_pause_over(struct ev_loop *loop, ev_timer *w, int events)
{
    (void)loop;
    (void)events;
    start_accepting(w->data);
}

void tcp_listener_start(struct tcp_listener *l, struct ev_loop *loop, tcp_watch *on_connection,
                        void *data)
{
    for (unsigned i = 0; i < l->acceptor.count; i++) {
        ev_io_init(&l->watcher[i], on_connection, l->acceptor.fd[i], EV_READ);
        l->watcher[i].data = data;
    }
    l->loop = loop;
    ev_timer_init(&l->pause, on_pause_over, EXHAUSTED_S, 0.);
    l->pause.data = l;
    start_accepting(l);
}

int tcp_listener_take(struct tcp_listener *l, ev_io *w, char name[ACCEPTOR_NAME_SIZE],
                      struct log *log)
{
    const int fd = acceptor_take(w->fd, name);
    if (fd != ACCEPTOR_EXHAUSTED)
        return fd;
    log_line(log, LOG_WARN,
             "somebody connects to port %u, and this process may open no more files (ulimit -n): "
             "he has to wait",
             l->acceptor.port);
    stop_accepting(l);
    ev_timer_set(&l->pause, EXHAUSTED_S, 0.);
    ev_timer_start(l->loop, &l->pause);
    return -1;
}

void tcp_listener_close(struct tcp_listener *l, struct ev_loop *loop)
{
    if (l->loop) {
        ev_timer_stop(loop, &l->pause);
        stop_accepting(l);
    }
    acceptor_close(&l->acceptor);
}

void tcp_peer_open(struct tcp_peer *p, struct ev_loop *loop, int fd, tcp_watch *on_readable,
                   tcp_watch *on_writable, void *data)
{
    p->loop = loop;
    p->fd = fd;
    ev_io_init(&p->readable, on_readable, fd, EV_READ);
    ev_io_init(&p->writable, on_writable, fd, EV_WRITE);
    p->readable.data = p->writable.data = data;
    ev_io_start(loop, &p->readable);
}

void tcp_peer_close(struct tcp_peer *p)
{
    ev_io_stop(p->loop, &p->readable);
    ev_io_stop(p->loop, &p->writable);
    close(p->fd);
    p->fd = -1;
}

static bool would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

bool tcp_peer_send(struct tcp_peer *p, uint8_t *data, size_t *len)
{
    const ssize_t n = send(p->fd, data, *len, MSG_NOSIGNAL);
    if (n < 0 && !would_block())
        return false;
    if (n > 0) {
        memmove(data, data + n, *len - (size_t)n);
        *len -= (size_t)n;
    }
    if (*len > 0)
        ev_io_start(p->loop, &p->writable);
    else
        ev_io_stop(p->loop, &p->writable);
    return true;
}

bool tcp_peer_receive(struct tcp_peer *p, uint8_t *data, size_t room, size_t *len)
{
    const ssize_t n = recv(p->fd, data, room, 0);
    *len = n > 0 ? (size_t)n : 0;
    return n > 0 || (n < 0 && would_block());
}
