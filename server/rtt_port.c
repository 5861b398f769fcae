// SPDX-License-Identifier: MIT
#include "config.h"

#include "server/rtt_port.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

// Between two looks: when there was something, when there was nothing, and at RAM that has no
// control block (yet).
#define BUSY_S       0.0
#define ANSWER_S     0.001 // when something was typed, and the program may answer
#define ANSWER_LOOKS 20u   // and so many looks
#define QUIET_S      0.01
#define SEARCH_S     0.05

static void hang_up(struct rtt_port *port)
{
    tcp_peer_close(&port->peer);
    port->in_len = port->out_len = 0;
}

static void send_some(struct rtt_port *port)
{
    if (!tcp_peer_send(&port->peer, port->out, &port->out_len))
        hang_up(port);
}

static enum err move_down(struct rtt_port *port, bool *busy)
{
    size_t written = 0;
    enum err e =
        rtt_write(&port->all->sharing->rtt.rtt, port->channel, port->in, port->in_len, &written);
    memmove(port->in, port->in + written, port->in_len - written);
    port->in_len -= written;
    if (written > 0)
        ev_io_start(port->all->loop, &port->peer.readable);
    *busy |= written > 0;
    return e;
}

// Nothing is taken from the target while the reader has not taken what there was before.
static enum err move_up(struct rtt_port *port, bool *busy)
{
    if (port->out_len > 0)
        return ERR_OK;
    enum err e = rtt_read(&port->all->sharing->rtt.rtt, port->channel, port->out, sizeof port->out,
                          &port->out_len);
    *busy |= port->out_len > 0;
    if (port->out_len > 0)
        send_some(port);
    return e;
}

static bool anybody_there(const struct rtt_ports *p)
{
    for (unsigned i = 0; i < RTT_PORT_MAX; i++)
        if (p->port[i].used && p->port[i].peer.fd >= 0)
            return true;
    return false;
}

static bool anything_typed(const struct rtt_ports *p)
{
    for (unsigned i = 0; i < RTT_PORT_MAX; i++)
        if (p->port[i].used && p->port[i].peer.fd >= 0 && p->port[i].in_len > 0)
            return true;
    return false;
}

static enum err step_channels(struct rtt_ports *p, bool typed, double *pause)
{
    struct sharing_rtt *h = &p->sharing->rtt;
    bool found = false, busy = false;
    *pause = SEARCH_S;
    // Code of ours runs on the core while a flash job is open.
    if (!h->on || target_state(p->sharing->t) == TARGET_LOST || target_has_flash_job(p->sharing->t))
        return ERR_OK;
    enum err e = rtt_find(&h->rtt, &found);
    if (e || !found)
        return e;
    for (unsigned i = 0; i < RTT_PORT_MAX && !e; i++) {
        struct rtt_port *port = &p->port[i];
        if (port->used && port->peer.fd >= 0 && port->in_len > 0 && typed)
            e = move_down(port, &busy);
        if (!e && port->used && port->peer.fd >= 0)
            e = move_up(port, &busy);
    }
    if (typed)
        p->answers = ANSWER_LOOKS;
    *pause = busy ? BUSY_S : p->answers ? ANSWER_S : QUIET_S;
    p->answers -= p->answers > 0;
    return e;
}

static void arm_timer(struct rtt_ports *p, double pause)
{
    ev_timer_stop(p->loop, &p->tick);
    if (!anybody_there(p))
        return;
    ev_timer_set(&p->tick, pause, 0.);
    ev_timer_start(p->loop, &p->tick);
}

static void on_tick(struct ev_loop *loop, ev_timer *w, int events)
{
    (void)loop;
    (void)events;
    struct rtt_ports *p = w->data;
    double pause;
    log_forget(p->sharing->log);
    const bool typed = anything_typed(p) && sharing_may(p->sharing, NULL, "rtt input");
    if (!typed && !sharing_may(p->sharing, NULL, "rtt")) {
        arm_timer(p, QUIET_S);
        return;
    }
    enum err e = step_channels(p, typed, &pause);
    if (e) {
        log_line(p->sharing->log, p->failed ? LOG_DEBUG : LOG_WARN, "RTT: %s",
                 log_sentence(p->sharing->log, e));
        log_forget(p->sharing->log);
        pause = SEARCH_S;
    }
    p->failed = e != ERR_OK;
    arm_timer(p, pause);
    p->stepped(p->user);
}

static void on_readable(struct ev_loop *loop, ev_io *w, int events)
{
    (void)events;
    struct rtt_port *port = w->data;
    size_t got;
    bool first = port->in_len == 0;
    if (!tcp_peer_receive(&port->peer, port->in + port->in_len, sizeof port->in - port->in_len,
                          &got)) {
        hang_up(port);
        return;
    }
    port->in_len += got;
    if (first && got > 0 && !port->all->failed)
        arm_timer(port->all, BUSY_S);
    if (port->in_len == sizeof port->in)
        ev_io_stop(loop, w); // until the program has taken some
}

static void on_writable(struct ev_loop *loop, ev_io *w, int events)
{
    (void)loop;
    (void)events;
    send_some(w->data);
}

static void on_connection(struct ev_loop *loop, ev_io *w, int events)
{
    (void)events;
    struct rtt_port *port = w->data;
    char name[ACCEPTOR_NAME_SIZE];
    int fd = tcp_listener_take(&port->listener, w, name, port->all->sharing->log);
    if (fd < 0)
        return;
    if (port->peer.fd >= 0) {
        log_line(port->all->sharing->log, LOG_WARN,
                 "%s is turned away: somebody else reads RTT channel %u", name, port->channel);
        close(fd);
        return;
    }
    log_line(port->all->sharing->log, LOG_NOTE, "%s reads RTT channel %u", name, port->channel);
    tcp_peer_open(&port->peer, loop, fd, on_readable, on_writable, port);
    arm_timer(port->all, BUSY_S);
}

void rtt_ports_init(struct rtt_ports *p, struct ev_loop *loop, struct sharing *sharing)
{
    memset(p, 0, sizeof *p);
    p->loop = loop;
    p->sharing = sharing;
    ev_init(&p->tick, on_tick);
    p->tick.data = p;
}

void rtt_ports_close(struct rtt_ports *p)
{
    ev_timer_stop(p->loop, &p->tick);
    for (unsigned i = 0; i < RTT_PORT_MAX; i++) {
        struct rtt_port *port = &p->port[i];
        if (!port->used)
            continue;
        if (port->peer.fd >= 0)
            hang_up(port);
        tcp_listener_close(&port->listener, p->loop);
    }
}

enum err rtt_ports_listen(struct rtt_ports *p, const char *host, uint16_t number, unsigned channel,
                          const char *option)
{
    struct rtt_port *port = NULL;
    for (unsigned i = 0; i < RTT_PORT_MAX && !port; i++)
        if (!p->port[i].used)
            port = &p->port[i];
    if (!port)
        return log_fail(p->sharing->log, ERR_RESOURCE, "%u ports for RTT are all that there are",
                        RTT_PORT_MAX);
    enum err e = acceptor_open(&port->listener.acceptor, host, number, option, p->sharing->log);
    if (e)
        return e;
    port->all = p;
    port->used = true;
    port->channel = channel;
    port->peer.fd = -1;
    tcp_listener_start(&port->listener, p->loop, on_connection, port);
    p->sharing->rtt.on = true;
    acceptor_warn_if_open(&port->listener.acceptor, "the program's RTT", p->sharing->log);
    fprintf(stderr, "RTT channel %u on port %u\n", channel, port->listener.acceptor.port);
    fflush(stderr);
    return ERR_OK;
}
