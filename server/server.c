// SPDX-License-Identifier: MIT
// The loop: connections, timers and signals on one side, a session and its target on the other.
// Each callback takes one bounded step and returns.
#include "server/server.h"

#include <errno.h>
#include <ev.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "server/acceptor.h"
#include "server/semihost.h"
#include "server/session.h"

// How often a running target is looked at: soon after it was started, when a step or a short
// function may be over in no time, and less often after a while.
#define POLL_FIRST_S 0.001
#define POLL_LAST_S  0.005
#define POLL_FACTOR  1.25
#define RECONNECT_S  1.0
#define IN_SIZE      0x10000u
#define LINGER_TRIES 50 // of 10 ms each, to get the last reply out

struct server {
    struct ev_loop *loop;
    struct target *t;
    struct log *log;
    const struct server_options *options;
    struct acceptor acceptor;
    ev_io knock[ACCEPTOR_MAX];
    ev_signal sigint, sigterm;
    ev_timer tick, reconnect;
    bool loss_told; // why the target cannot be reached was said since it was lost
    double poll_s;
    struct semihost semihost;
    // The debugger, when there is one: fd >= 0.
    int fd;
    char name[ACCEPTOR_NAME_SIZE];
    ev_io readable, writable;
    size_t in_len;
    uint8_t in[IN_SIZE];
    struct session session;
};

static uint64_t now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000u + (uint64_t)ts.tv_nsec / 1000000u;
}

static void drop_client(struct server *sv)
{
    ev_io_stop(sv->loop, &sv->readable);
    ev_io_stop(sv->loop, &sv->writable);
    ev_timer_stop(sv->loop, &sv->tick);
    bool was_debugger = sv->session.packets > 0;
    close(sv->fd);
    sv->fd = -1;
    sv->in_len = 0;
    log_line(sv->log, LOG_NOTE, "%s has left", sv->name);
    session_end(&sv->session);
    if (sv->options->once && was_debugger)
        ev_break(sv->loop, EVBREAK_ALL);
}

// Returns false when the connection is broken.
static bool send_some(struct server *sv)
{
    struct session *s = &sv->session;
    while (s->out_len > 0) {
        ssize_t n = send(sv->fd, s->out, s->out_len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK;
        session_sent(s, (size_t)n);
    }
    return true;
}

static void feed(struct server *sv)
{
    size_t taken = session_feed(&sv->session, sv->in, sv->in_len);
    memmove(sv->in, sv->in + taken, sv->in_len - taken);
    sv->in_len -= taken;
}

static void set_watched(struct server *sv, ev_io *w, bool wanted)
{
    if (wanted && !ev_is_active(w))
        ev_io_start(sv->loop, w);
    else if (!wanted && ev_is_active(w))
        ev_io_stop(sv->loop, w);
}

static void set_tick(struct server *sv)
{
    enum session_want want = session_wants(&sv->session);
    if (want == SESSION_WANT_BYTES) {
        sv->poll_s = POLL_FIRST_S;
        ev_timer_stop(sv->loop, &sv->tick);
        return;
    }
    if (ev_is_active(&sv->tick))
        return;
    double after = want == SESSION_WANT_STEP ? 0. : sv->poll_s;
    if (want == SESSION_WANT_STEP)
        sv->poll_s = POLL_FIRST_S;
    ev_timer_set(&sv->tick, after, 0.);
    ev_timer_start(sv->loop, &sv->tick);
}

// After anything that may have changed the session: gets its replies out and arms what it waits
// for.
static void settle(struct server *sv)
{
    if (sv->fd < 0)
        return;
    bool alive = send_some(sv);
    if (alive && sv->in_len > 0 && !session_is_over(&sv->session)) {
        feed(sv);
        alive = send_some(sv);
    }
    if (!alive || (session_is_over(&sv->session) && sv->session.out_len == 0)) {
        drop_client(sv);
        return;
    }
    set_watched(sv, &sv->writable, sv->session.out_len > 0);
    set_watched(sv, &sv->readable, sv->in_len < IN_SIZE && !session_is_over(&sv->session));
    set_tick(sv);
    if (sv->t->state == TARGET_LOST && !ev_is_active(&sv->reconnect))
        ev_timer_again(sv->loop, &sv->reconnect);
}

// Returns false when the debugger is gone.
static bool read_some(struct server *sv)
{
    if (sv->in_len == IN_SIZE)
        return true;
    ssize_t n = recv(sv->fd, sv->in + sv->in_len, IN_SIZE - sv->in_len, 0);
    if (n < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    sv->in_len += (size_t)n;
    return n > 0;
}

static void on_readable(struct ev_loop *loop, ev_io *w, int events)
{
    (void)loop;
    (void)events;
    struct server *sv = w->data;
    if (!read_some(sv)) {
        drop_client(sv);
        return;
    }
    feed(sv);
    // A target that was just started may have stopped already.
    if (session_wants(&sv->session) == SESSION_WANT_POLL && !ev_is_active(&sv->tick))
        session_tick(&sv->session, now_ms());
    settle(sv);
}

static void on_writable(struct ev_loop *loop, ev_io *w, int events)
{
    (void)loop;
    (void)events;
    settle(w->data);
}

static void on_tick(struct ev_loop *loop, ev_timer *w, int events)
{
    (void)loop;
    (void)events;
    struct server *sv = w->data;
    sv->poll_s = sv->poll_s * POLL_FACTOR < POLL_LAST_S ? sv->poll_s * POLL_FACTOR : POLL_LAST_S;
    session_tick(&sv->session, now_ms());
    settle(sv);
}

static void on_reconnect(struct ev_loop *loop, ev_timer *w, int events)
{
    (void)events;
    struct server *sv = w->data;
    enum err e = target_reconnect(sv->t);
    if (e == ERR_PROBE_LOST && sv->options->reopen_probe) {
        e = sv->options->reopen_probe(sv->options->user, sv->t->st);
        if (!e)
            e = target_reconnect(sv->t);
    }
    if (e) {
        // Once per loss for everybody to see: it is the short verdict.
        log_line(sv->log, sv->loss_told ? LOG_DEBUG : LOG_WARN, "still lost: %s",
                 log_sentence(sv->log, e));
        sv->loss_told = true;
        log_forget(sv->log);
        return;
    }
    ev_timer_stop(loop, w);
    sv->loss_told = false;
    log_line(sv->log, LOG_NOTE, "the target is back");
    if (sv->fd >= 0)
        session_target_is_back(&sv->session);
    settle(sv);
}

static void welcome(struct server *sv, int fd, const char *name)
{
    sv->fd = fd;
    snprintf(sv->name, sizeof sv->name, "%s", name);
    sv->in_len = 0;
    sv->poll_s = POLL_FIRST_S;
    session_start(&sv->session, sv->t, &sv->semihost, sv->log);
    ev_io_set(&sv->readable, fd, EV_READ);
    ev_io_set(&sv->writable, fd, EV_WRITE);
    ev_io_start(sv->loop, &sv->readable);
    log_line(sv->log, LOG_NOTE, "%s has connected", name);
}

// Whoever holds the target may have closed his connection just now, and knocks again.
static bool is_gone(struct server *sv)
{
    size_t before;
    do {
        before = sv->in_len;
        if (!read_some(sv))
            return true;
    } while (sv->in_len > before);
    return false;
}

static void on_knock(struct ev_loop *loop, ev_io *w, int events)
{
    (void)loop;
    (void)events;
    struct server *sv = w->data;
    char name[ACCEPTOR_NAME_SIZE];
    int fd = acceptor_take(w->fd, name);
    if (fd < 0)
        return;
    if (sv->fd >= 0 && is_gone(sv)) {
        feed(sv); // his last words
        drop_client(sv);
    }
    if (sv->fd >= 0) {
        log_line(sv->log, LOG_WARN, "%s is turned away: %s is debugging, and there is room for one",
                 name, sv->name);
        close(fd);
        on_readable(sv->loop, &sv->readable, EV_READ);
        return;
    }
    welcome(sv, fd, name);
}

static void on_signal(struct ev_loop *loop, ev_signal *w, int events)
{
    (void)events;
    struct server *sv = w->data;
    log_line(sv->log, LOG_NOTE, "ending (%s)", w->signum == SIGINT ? "interrupted" : "terminated");
    ev_break(loop, EVBREAK_ALL);
}

static void start_watchers(struct server *sv)
{
    for (unsigned i = 0; i < sv->acceptor.count; i++) {
        ev_io_init(&sv->knock[i], on_knock, sv->acceptor.fd[i], EV_READ);
        sv->knock[i].data = sv;
        ev_io_start(sv->loop, &sv->knock[i]);
    }
    ev_signal_init(&sv->sigint, on_signal, SIGINT);
    ev_signal_init(&sv->sigterm, on_signal, SIGTERM);
    ev_init(&sv->readable, on_readable);
    ev_init(&sv->writable, on_writable);
    ev_init(&sv->tick, on_tick);
    ev_timer_init(&sv->reconnect, on_reconnect, RECONNECT_S, RECONNECT_S);
    sv->sigint.data = sv->sigterm.data = sv;
    sv->readable.data = sv->writable.data = sv;
    sv->tick.data = sv->reconnect.data = sv;
    ev_signal_start(sv->loop, &sv->sigint);
    ev_signal_start(sv->loop, &sv->sigterm);
}

// What IDEs wait for: Cortex-Debug matches "Listening at *", the cdt-gdb-adapter "Listening on port
// N".
static void announce(const struct server *sv)
{
    const char *host = sv->options->host, *name = sv->options->name;
    fprintf(stderr, "Listening at *:%u%s%s ", sv->acceptor.port, name ? " for " : "",
            name ? name : "");
    if (host)
        fprintf(stderr, "(address %s: whoever reaches it can debug)\n", host);
    else
        fprintf(stderr, "(loopback only)\n");
    fprintf(stderr, "Listening on port %u\n", sv->acceptor.port);
    fflush(stderr);
}

// The last words of a session that is ended by us are worth half a second.
static void say_goodbye(struct server *sv)
{
    if (sv->fd < 0)
        return;
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    for (int i = 0; i < LINGER_TRIES && send_some(sv) && sv->session.out_len > 0; i++)
        nanosleep(&pause, NULL);
    drop_client(sv);
}

// A caller who blocks the signals that end us is not interrupted while he connects and disconnects.
static enum err run_loop(struct server *sv)
{
    sigset_t set, before;
    sv->loop = ev_loop_new(EVFLAG_AUTO);
    if (!sv->loop)
        return log_fail(sv->log, ERR_MEMORY, "the event loop could not be made");
    start_watchers(sv);
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_UNBLOCK, &set, &before);
    announce(sv);
    ev_run(sv->loop, 0);
    sigprocmask(SIG_SETMASK, &before, NULL);
    say_goodbye(sv);
    ev_loop_destroy(sv->loop);
    return ERR_OK;
}

static enum err prepare_semihosting(struct server *sv)
{
    const struct server_options *o = sv->options;
    semihost_init(&sv->semihost, sv->t, sv->log);
    sv->semihost.enabled = o->semihosting.enabled;
    if (o->semihosting.stdio)
        sv->semihost.console = SEMIHOST_CONSOLE_STDIO;
    return o->semihosting.dir ? semihost_open_dir(&sv->semihost, o->semihosting.dir) : ERR_OK;
}

enum err server_run(struct target *t, const struct server_options *options, struct log *log)
{
    struct server *sv = calloc(1, sizeof *sv);
    if (!sv)
        return log_fail(log, ERR_MEMORY, "out of memory");
    sv->t = t;
    sv->log = log;
    sv->options = options;
    sv->fd = -1;
    enum err e = prepare_semihosting(sv);
    if (!e)
        e = acceptor_open(&sv->acceptor, options->host, options->port, log);
    if (!e) {
        struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
        sigaction(SIGPIPE, &ignore, &before); // a reader of our messages may go away, too
        e = run_loop(sv);
        sigaction(SIGPIPE, &before, NULL);
        acceptor_close(&sv->acceptor);
    }
    semihost_close(&sv->semihost);
    free(sv);
    return e;
}
