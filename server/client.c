// SPDX-License-Identifier: MIT
#include "config.h"

#include "server/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// How often a running target is looked at: soon after it was started, when a step or a short
// function may be over in no time, and less often after a while.
#define POLL_FIRST_S 0.001
#define POLL_LAST_S  0.005
#define POLL_FACTOR  1.25
// A program that runs for longer is looked at less often: after two seconds 25 times a second.
#define POLL_RARE_S  0.040
#define POLL_RARER   1.02
#define PUT_OFF_S    0.001
#define LINGER_TRIES 50 // of 10 ms each, to get the last reply out

static uint64_t now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000u + (uint64_t)ts.tv_nsec / 1000000u;
}

static bool would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static void send_some(struct client *c)
{
    struct session *s = &c->session;
    while (s->out_len > 0 && !c->gone) {
        ssize_t n = write(c->out_fd, s->out, s->out_len);
        if (n < 0) {
            c->gone = !would_block();
            return;
        }
        session_sent(s, (size_t)n);
        c->stuck = false;
    }
}

static void read_some(struct client *c)
{
    if (c->in_len == CLIENT_IN_SIZE || c->gone)
        return;
    ssize_t n = read(c->in_fd, c->in + c->in_len, CLIENT_IN_SIZE - c->in_len);
    if (n > 0) {
        c->in_len += (size_t)n;
        c->stuck = false;
    } else {
        c->gone = n == 0 || !would_block();
    }
}

static void feed_session(struct client *c)
{
    size_t taken = session_feed(&c->session, c->in, c->in_len);
    memmove(c->in, c->in + taken, c->in_len - taken);
    c->in_len -= taken;
    c->stuck = taken == 0;
}

// The next packet, unless a replay has something else before it.
static void feed_in_turn(struct client *c)
{
    const char *what = c->session.state == SESSION_BUSY ? "interrupt" : "client";
    c->put_off = !sharing_may(c->session.sharing, &c->session, what);
    if (!c->put_off)
        feed_session(c);
}

static void tick_in_turn(struct client *c)
{
    const bool polls = c->session.state == SESSION_RUNNING;
    if (sharing_may(c->session.sharing, &c->session, polls ? "poll" : "step") || !polls)
        session_tick(&c->session, now_ms());
}

static void set_watched(struct client *c, ev_io *w, bool wanted)
{
    if (wanted && !ev_is_active(w))
        ev_io_start(c->loop, w);
    else if (!wanted && ev_is_active(w))
        ev_io_stop(c->loop, w);
}

static void set_tick(struct client *c)
{
    enum session_want want = session_wants(&c->session);
    bool now = want == SESSION_WANT_STEP || (c->in_len > 0 && !c->stuck);
    if (want != SESSION_WANT_POLL)
        c->poll_s = POLL_FIRST_S;
    if (want == SESSION_WANT_BYTES && !now) {
        ev_timer_stop(c->loop, &c->tick);
        return;
    }
    if (ev_is_active(&c->tick) && !now)
        return;
    ev_timer_stop(c->loop, &c->tick);
    ev_timer_set(&c->tick, c->put_off ? PUT_OFF_S : now ? 0. : c->poll_s, 0.);
    ev_timer_start(c->loop, &c->tick);
}

void client_update(struct client *c)
{
    struct session *s = &c->session;
    send_some(c);
    // Of a session that is broken nobody takes the rest: what there was to send has just been
    // tried.
    c->gone |= session_is_over(s) && (s->out_len == 0 || s->broken);
    set_watched(c, &c->writable, s->out_len > 0 && !c->gone);
    set_watched(c, &c->readable, c->in_len < CLIENT_IN_SIZE && !session_is_over(s) && !c->gone);
    if (!c->gone)
        set_tick(c);
}

void client_poll(struct client *c)
{
    size_t before;
    do {
        before = c->in_len;
        read_some(c);
    } while (c->in_len > before);
}

static void on_readable(struct ev_loop *loop, ev_io *w, int events)
{
    (void)loop;
    (void)events;
    struct client *c = w->data;
    read_some(c);
    feed_in_turn(c);
    // A target that was just started may have stopped already.
    if (session_wants(&c->session) == SESSION_WANT_POLL && !ev_is_active(&c->tick))
        tick_in_turn(c);
    c->stepped(c->user);
}

static void on_writable(struct ev_loop *loop, ev_io *w, int events)
{
    (void)loop;
    (void)events;
    struct client *c = w->data;
    c->stepped(c->user);
}

static double next_poll(const struct client *c)
{
    if (c->poll_s < POLL_LAST_S)
        return c->poll_s * POLL_FACTOR < POLL_LAST_S ? c->poll_s * POLL_FACTOR : POLL_LAST_S;
    const bool runs = c->session.state == SESSION_RUNNING && !c->session.interrupted;
    if (!runs)
        return POLL_LAST_S;
    return c->poll_s * POLL_RARER < POLL_RARE_S ? c->poll_s * POLL_RARER : POLL_RARE_S;
}

static void on_tick(struct ev_loop *loop, ev_timer *w, int events)
{
    (void)loop;
    (void)events;
    struct client *c = w->data;
    if (c->in_len > 0 && !c->stuck)
        feed_in_turn(c);
    if (c->in_len == 0 || c->stuck || c->put_off) {
        c->poll_s = next_poll(c);
        tick_in_turn(c);
        c->stuck = false;
    }
    c->stepped(c->user);
}

struct client *client_open(struct ev_loop *loop, struct sharing *sharing, int in_fd, int out_fd,
                           const char *name)
{
    struct client *c = calloc(1, sizeof *c);
    if (!c || !sharing_join(sharing, &c->session)) {
        free(c);
        return NULL;
    }
    c->loop = loop;
    c->in_fd = in_fd;
    c->out_fd = out_fd;
    c->poll_s = POLL_FIRST_S;
    snprintf(c->name, sizeof c->name, "%s", name);
    session_start(&c->session, sharing, c->name);
    ev_io_init(&c->readable, on_readable, in_fd, EV_READ);
    ev_io_init(&c->writable, on_writable, out_fd, EV_WRITE);
    ev_init(&c->tick, on_tick);
    c->readable.data = c->writable.data = c->tick.data = c;
    ev_io_start(loop, &c->readable);
    return c;
}

void client_close(struct client *c)
{
    struct sharing *sharing = c->session.sharing;
    (void)sharing_may(sharing, &c->session, "client");
    // What it sent before it closed the connection.
    for (size_t before = 0;
         c->in_len > 0 && c->in_len != before && !session_is_over(&c->session);) {
        before = c->in_len;
        feed_session(c);
    }
    ev_io_stop(c->loop, &c->readable);
    ev_io_stop(c->loop, &c->writable);
    ev_timer_stop(c->loop, &c->tick);
    session_end(&c->session);
    sharing_leave(sharing, &c->session);
    log_line(sharing->log, LOG_NOTE, "%s has left", c->name);
    close(c->in_fd);
    if (c->out_fd != c->in_fd)
        close(c->out_fd);
    free(c);
}

void client_end_session(struct client *c)
{
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    send_some(c);
    for (int i = 0; i < LINGER_TRIES && !c->gone && c->session.out_len > 0; i++) {
        nanosleep(&pause, NULL);
        send_some(c);
    }
}

bool client_is_silent(const struct client *c)
{
    return c->session.packets == 0 && c->in_len == 0 && c->session.rsp.state == RSP_OUTSIDE &&
           c->in_fd == c->out_fd;
}

bool client_is_debugger(const struct client *c)
{
    return c->session.packets > 0;
}
