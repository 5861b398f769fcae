// SPDX-License-Identifier: MIT
// The loop: connections, signals, a target that was lost, and the debuggers that are there.
#include "config.h"

#include "server/server.h"

#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/signals.h"
#include "server/acceptor.h"
#include "server/client.h"
#include "server/rtt_port.h"
#include "server/service.h"
#include "server/sharing.h"
#include "server/swo_port.h"

#define RECONNECT_S 1.0

struct server {
    struct ev_loop *loop;
    struct target *t;
    struct log *log;
    const struct server_options *options;
    struct sharing sharing;
    struct tcp_listener listener;
    struct rtt_ports rtt;
    struct swo_ports swo;
    ev_signal ending[3];
    ev_timer reconnect;
    bool loss_told;  // that the target is lost was said since it was lost
    bool retry_told; // and why it is not found again
    bool never_reached;
    bool handed; // by a service manager: its sockets are not those of the options
    struct client *client[SHARING_MAX_SESSIONS];
    uint64_t connections; // so far
};

static unsigned count_debuggers(const struct server *sv)
{
    unsigned count = 0;
    for (unsigned i = 0; i < SHARING_MAX_SESSIONS; i++)
        count += sv->client[i] && client_is_debugger(sv->client[i]);
    return count;
}

// With --once the first debugger ends us when it leaves; one that only looks on does not.
static void drop_client(struct server *sv, unsigned i)
{
    struct client *c = sv->client[i];
    bool ends = client_is_debugger(c) &&
                (sharing_has_control(&sv->sharing, &c->session) || count_debuggers(sv) == 1);
    client_close(c);
    sv->client[i] = NULL;
    if (sv->options->stdio || ((sv->options->once || sv->sharing.ends) && ends))
        ev_break(sv->loop, EVBREAK_ALL);
}

static void start_reconnecting(struct server *sv)
{
    if (!sv->loss_told && !sv->never_reached)
        log_line(sv->log, LOG_WARN, "the target is lost: %s", target_loss(sv->t));
    sv->loss_told = true;
    ev_timer_again(sv->loop, &sv->reconnect);
}

// After every step: what one debugger does may end another's wait, and one that leaves may leave
// the target to others.
static void update_all_clients(void *user)
{
    struct server *sv = user;
    for (unsigned i = 0; i < SHARING_MAX_SESSIONS; i++) {
        if (sv->client[i])
            client_update(sv->client[i]);
        if (sv->client[i] && sv->client[i]->gone)
            drop_client(sv, i);
    }
    if (target_state(sv->t) == TARGET_LOST && !ev_is_active(&sv->reconnect))
        start_reconnecting(sv);
}

// A chip, or a probe, without SWO is no reason not to debug: it is told.
static void switch_swo_on(struct server *sv)
{
    const struct server_options *o = sv->options;
    if (!o->swo.text && !o->swo.raw && !o->swo.json)
        return;
    if (swo_stream_start(&sv->sharing.swo.swo, &o->swo.options))
        log_line(sv->log, LOG_WARN, "SWO is off: %s", log_sentence(sv->log, ERR_UNSUPPORTED));
    log_forget(sv->log);
    sv->sharing.swo.switched(sv->sharing.swo.user);
}

static enum err reach_or_reconnect(struct server *sv)
{
    return sv->never_reached ? sv->options->reach_target(sv->options->user)
                             : target_reconnect(sv->t);
}

static enum err find_again(struct server *sv)
{
    enum err e = reach_or_reconnect(sv);
    if (e == ERR_PROBE_LOST && sv->options->reopen_probe) {
        e = sv->options->reopen_probe(sv->options->user);
        if (!e)
            e = reach_or_reconnect(sv);
    }
    if (!e && !sv->sharing.holder)
        e = target_release(sv->t);
    return e;
}

// Tells the person at the server, who sees it also when no debugger asks for anything.
static void note_retry(struct server *sv, enum err e)
{
    // Once per loss for everybody to see: it is the short verdict.
    log_line(sv->log, sv->retry_told || sv->never_reached ? LOG_DEBUG : LOG_WARN, "still lost: %s",
             log_sentence(sv->log, e));
    sv->retry_told = true;
    target_set_loss(sv->t, log_sentence(sv->log, e));
    log_forget(sv->log);
}

static void note_return(struct server *sv)
{
    const bool first = sv->never_reached;
    log_line(sv->log, LOG_NOTE, first ? "the target answers now" : "the target is back");
    sv->loss_told = sv->retry_told = sv->never_reached = false;
    if (first)
        switch_swo_on(sv);
    for (unsigned i = 0; i < SHARING_MAX_SESSIONS; i++)
        if (sv->client[i])
            session_target_is_back(&sv->client[i]->session);
}

static void on_reconnect(struct ev_loop *loop, ev_timer *w, int events)
{
    (void)events;
    struct server *sv = w->data;
    (void)sharing_may(&sv->sharing, NULL, "reconnect");
    enum err e = find_again(sv);
    if (e) {
        note_retry(sv, e);
        return;
    }
    ev_timer_stop(loop, w);
    note_return(sv);
    update_all_clients(sv);
}

// False: there is no room for another one.
static bool add_client(struct server *sv, int in_fd, int out_fd, const char *name)
{
    unsigned i = 0;
    while (i < SHARING_MAX_SESSIONS && sv->client[i])
        i++;
    if (i == SHARING_MAX_SESSIONS)
        return false;
    sv->client[i] = client_open(sv->loop, &sv->sharing, in_fd, out_fd, name);
    if (!sv->client[i])
        return false;
    sv->client[i]->number = sv->connections++;
    sv->client[i]->stepped = update_all_clients;
    sv->client[i]->user = sv;
    log_line(sv->log, LOG_NOTE, "%s has connected", name);
    return true;
}

// GDB at the other end of a pipe. The file descriptors are closed with the client, so it gets
// copies.
static bool add_stdio_client(struct server *sv)
{
    int in = dup(STDIN_FILENO), out = dup(STDOUT_FILENO);
    if (in >= 0 && out >= 0 && fcntl(in, F_SETFL, fcntl(in, F_GETFL) | O_NONBLOCK) == 0 &&
        fcntl(out, F_SETFL, fcntl(out, F_GETFL) | O_NONBLOCK) == 0 &&
        add_client(sv, in, out, "GDB at standard input"))
        return true;
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return false;
}

// Connections that never said anything (a port scanner's, a browser's, one of a hung program) make
// room for others, the oldest first.
static void make_room(struct server *sv)
{
    int oldest = -1;
    for (int i = 0; i < (int)SHARING_MAX_SESSIONS; i++) {
        if (!sv->client[i])
            return;
        if (!client_is_silent(sv->client[i]))
            continue;
        if (oldest < 0 || sv->client[i]->number < sv->client[oldest]->number)
            oldest = i;
    }
    if (oldest < 0)
        return;
    log_line(sv->log, LOG_WARN, "%s never said anything, and makes room for others",
             sv->client[oldest]->name);
    drop_client(sv, (unsigned)oldest);
}

static void on_connection(struct ev_loop *loop, ev_io *w, int events)
{
    (void)loop;
    (void)events;
    struct server *sv = w->data;
    char name[ACCEPTOR_NAME_SIZE];
    int fd = tcp_listener_take(&sv->listener, w, name, sv->log);
    if (fd < 0)
        return;
    // Whoever controls the target may have closed the connection just now, and connects again.
    for (unsigned i = 0; i < SHARING_MAX_SESSIONS; i++)
        if (sv->client[i])
            client_poll(sv->client[i]);
    update_all_clients(sv);
    make_room(sv);
    if (!add_client(sv, fd, fd, name)) {
        log_line(sv->log, LOG_WARN, "%s is turned away: there are %u debuggers already", name,
                 SHARING_MAX_SESSIONS);
        close(fd);
    }
}

static void on_signal(struct ev_loop *loop, ev_signal *w, int events)
{
    (void)events;
    struct server *sv = w->data;
    log_line(sv->log, LOG_NOTE, "ending (%s)",
             w->signum == SIGINT   ? "interrupted"
             : w->signum == SIGHUP ? "its terminal has gone"
                                   : "terminated");
    ev_break(loop, EVBREAK_ALL);
}

// One that was ignored when we were started stays ignored.
static void start_signals(struct server *sv)
{
    static const int number[] = {SIGINT, SIGTERM, SIGHUP};
    for (unsigned i = 0; i < sizeof number / sizeof number[0]; i++) {
        if (signals_is_ignored(number[i]))
            continue;
        ev_signal_init(&sv->ending[i], on_signal, number[i]);
        sv->ending[i].data = sv;
        ev_signal_start(sv->loop, &sv->ending[i]);
    }
}

static void start_watchers(struct server *sv)
{
    tcp_listener_start(&sv->listener, sv->loop, on_connection, sv);
    ev_timer_init(&sv->reconnect, on_reconnect, RECONNECT_S, RECONNECT_S);
    sv->reconnect.data = sv;
    if (sv->never_reached)
        start_reconnecting(sv);
    start_signals(sv);
}

// What IDEs wait for: Cortex-Debug matches "Listening at *", the cdt-gdb-adapter "Listening on port
// N".
// What was handed over may be many, and of several kinds.
static void announce_handed(const struct acceptor *a)
{
    char text[ACCEPTOR_NAME_SIZE];
    for (unsigned i = 0; i < a->count; i++) {
        const uint16_t port = acceptor_port_at(a, i);
        const char *address = acceptor_address(a, i, text);
        if (port)
            fprintf(stderr, "Listening at %s port %u%s\n", address, port,
                    acceptor_is_loopback_at(a, i) ? "" : " (whoever reaches it can debug)");
        else
            fprintf(stderr, "Listening at %s\n", address);
    }
}

static void announce_address(const struct server *sv, const struct acceptor *a)
{
    const char *host = sv->options->host, *name = sv->options->name;
    fprintf(stderr, "Listening at *:%u%s%s ", a->port, name ? " for " : "", name ? name : "");
    if (!acceptor_is_loopback(a))
        fprintf(stderr, "(address %s: whoever reaches it can debug)\n", host);
    else
        fprintf(stderr, "(loopback only)\n");
}

static enum err announce_port(const struct server *sv)
{
    const struct acceptor *a = &sv->listener.acceptor;
    if (sv->handed)
        announce_handed(a);
    else
        announce_address(sv, a);
    if (a->port)
        fprintf(stderr, "Listening on port %u\n", a->port);
    fflush(stderr);
    service_tell("READY=1");
    const struct server_ready ready = {
        .acceptor = &sv->listener.acceptor,
        .port = sv->listener.acceptor.port,
        .rtt_port = sv->options->rtt ? sv->rtt.port[0].listener.acceptor.port : 0,
        .swo_port = sv->options->swo.text ? sv->swo.port[SWO_PORT_TEXT].listener.acceptor.port : 0,
        .swo_raw_port =
            sv->options->swo.raw ? sv->swo.port[SWO_PORT_RAW].listener.acceptor.port : 0,
    };
    return sv->options->ready ? sv->options->ready(sv->options->user, &ready) : ERR_OK;
}

// The last words of sessions that are ended by us.
static void end_all_sessions(struct server *sv)
{
    for (unsigned i = 0; i < SHARING_MAX_SESSIONS; i++) {
        if (!sv->client[i])
            continue;
        client_end_session(sv->client[i]);
        client_close(sv->client[i]);
        sv->client[i] = NULL;
    }
}

static enum err listen_rtt(void *user, uint16_t port, unsigned channel)
{
    struct server *sv = user;
    return rtt_ports_listen(&sv->rtt, sv->options->rtt_host, port, channel,
                            "`monitor rtt server start PORT CHANNEL`");
}

// Both before any of them is opened: all of them are closed when one cannot be.
static void prepare_ports(struct server *sv)
{
    rtt_ports_init(&sv->rtt, sv->loop, &sv->sharing);
    sv->rtt.stepped = update_all_clients;
    sv->rtt.user = sv;
    sv->sharing.rtt.listen = listen_rtt;
    sv->sharing.rtt.user = sv;
    swo_ports_init(&sv->swo, sv->loop, &sv->sharing, sv->options->swo.json);
    sv->swo.stepped = update_all_clients;
    sv->swo.user = sv;
    sv->sharing.swo.options = sv->options->swo.options;
}

static void close_ports(struct server *sv)
{
    rtt_ports_close(&sv->rtt);
    swo_ports_close(&sv->swo);
}

static enum err open_ports(struct server *sv)
{
    const struct server_options *o = sv->options;
    enum err e = o->rtt ? rtt_ports_listen(&sv->rtt, o->rtt_host, o->rtt_port, 0, "--rtt") : ERR_OK;
    if (!e && o->swo.text)
        e = swo_ports_listen(&sv->swo, SWO_PORT_TEXT, o->swo.text_host, o->swo.text_port, "--swo");
    if (!e && o->swo.raw)
        e = swo_ports_listen(&sv->swo, SWO_PORT_RAW, o->swo.raw_host, o->swo.raw_port, "--swo-raw");
    if (!e && !sv->never_reached)
        switch_swo_on(sv);
    return e;
}

// A caller who blocks the signals that end us is not interrupted while he connects and disconnects.
static enum err run_loop(struct server *sv)
{
    sigset_t set, before;
    sv->loop = ev_loop_new(EVFLAG_AUTO);
    if (!sv->loop)
        return log_fail(sv->log, ERR_MEMORY, "the event loop could not be made");
    prepare_ports(sv);
    enum err e = open_ports(sv);
    if (e) {
        close_ports(sv);
        ev_loop_destroy(sv->loop);
        return e;
    }
    start_watchers(sv);
    signals_ending(&set);
    sigprocmask(SIG_UNBLOCK, &set, &before);
    if (!sv->options->stdio)
        e = announce_port(sv);
    if (!e && (!sv->options->stdio || add_stdio_client(sv)))
        ev_run(sv->loop, 0);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (!e && sv->never_reached && sv->options->stdio)
        e = log_fail(sv->log, ERR_NO_TARGET, "%s", target_loss(sv->t));
    if (!sv->options->stdio)
        service_tell("STOPPING=1");
    end_all_sessions(sv);
    close_ports(sv);
    ev_loop_destroy(sv->loop);
    return e;
}

static enum err prepare_semihosting(struct server *sv)
{
    const struct server_options *o = sv->options;
    struct semihost *sh = &sv->sharing.semihost;
    sh->enabled = o->semihosting.enabled;
    if (o->semihosting.stdio)
        sh->console = SEMIHOST_CONSOLE_STDIO;
    return o->semihosting.dir ? semihost_open_dir(sh, o->semihosting.dir) : ERR_OK;
}

static enum err listen_for_debuggers(struct server *sv)
{
    enum err e = service_sockets(&sv->listener.acceptor, &sv->handed, sv->log);
    if (e || sv->handed)
        return e;
    return acceptor_open(&sv->listener.acceptor, sv->options->host, sv->options->port, "--listen",
                         sv->log);
}

enum err server_run(struct target *t, const struct server_options *options, struct log *log)
{
    struct server *sv = calloc(1, sizeof *sv);
    if (!sv)
        return log_fail(log, ERR_MEMORY, "out of memory");
    sv->t = t;
    sv->log = log;
    sv->options = options;
    sv->never_reached = options->reach_target != NULL;
    sharing_init(&sv->sharing, t, log);
    sv->sharing.may_talk = options->may_talk;
    sv->sharing.may_user = options->user;
    enum err e = prepare_semihosting(sv);
    if (!e && !options->stdio)
        e = listen_for_debuggers(sv);
    if (options->stdio || acceptor_is_loopback(&sv->listener.acceptor)) {
        sv->sharing.read_image = options->read_image;
        sv->sharing.image_user = options->user;
    }
    if (!e) {
        e = run_loop(sv);
        acceptor_close(&sv->listener.acceptor);
    }
    (void)sharing_may(&sv->sharing, NULL, "end");
    sharing_close(&sv->sharing);
    free(sv);
    return e;
}
