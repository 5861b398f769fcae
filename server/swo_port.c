// SPDX-License-Identifier: MIT
#include "config.h"

#include "server/swo_port.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "server/reply.h"

// Between two polls: when something came, when nothing did, and of a target that is lost.
#define BUSY_S  0.0
#define QUIET_S 0.01
#define LOST_S  0.05

static const char *const kind_names[SWO_PORT_KINDS] = {
    [SWO_PORT_TEXT] = "the text of SWO",
    [SWO_PORT_RAW] = "the bytes of SWO",
};

// ---- readers ------------------------------------------------------------------------------------

static void report_loss(struct swo_reader *r)
{
    if (r->lost)
        log_line(r->port->all->sharing->log, LOG_WARN,
                 "%s took %s too slowly: %" PRIu64 " bytes did not reach it", r->name,
                 kind_names[r->port->kind], r->lost);
}

static void hang_up(struct swo_reader *r)
{
    tcp_peer_close(&r->peer);
    report_loss(r);
}

static void send_some(struct swo_reader *r)
{
    if (!tcp_peer_send(&r->peer, r->out, &r->out_len))
        hang_up(r);
}

// A decoder that missed bytes needs a place to begin at, and should know of the loss: a
// synchronization and an overflow packet (DDI 0403, D4.2).
static const uint8_t after_loss[] = {0, 0, 0, 0, 0, 0x80, 0x70};

static void give_reader(struct swo_reader *r, const void *data, size_t len)
{
    const size_t mark = r->losing && r->port->kind == SWO_PORT_RAW ? sizeof after_loss : 0;
    r->losing = r->out_len + mark + len > sizeof r->out;
    if (r->losing) {
        r->lost += len;
        return;
    }
    memcpy(r->out + r->out_len, after_loss, mark);
    memcpy(r->out + r->out_len + mark, data, len);
    r->out_len += mark + len;
}

static void give_all(struct swo_port *port, const void *data, size_t len)
{
    for (unsigned i = 0; i < SWO_PORT_READERS; i++)
        if (port->open && port->reader[i].peer.fd >= 0)
            give_reader(&port->reader[i], data, len);
}

static void send_all(struct swo_ports *p)
{
    for (unsigned k = 0; k < SWO_PORT_KINDS; k++)
        for (unsigned i = 0; p->port[k].open && i < SWO_PORT_READERS; i++)
            if (p->port[k].reader[i].peer.fd >= 0 && p->port[k].reader[i].out_len > 0)
                send_some(&p->port[k].reader[i]);
}

// ---- what comes ---------------------------------------------------------------------------------

// A program must not be stopped by what it prints: what has no room is lost, the latest first.
static void keep_for_console(struct swo_ports *p, const char *text, size_t len)
{
    const size_t room = sizeof p->console - p->console_len, n = len < room ? len : room;
    memcpy(p->console + p->console_len, text, n);
    p->console_len += n;
}

static void print_to_debugger(struct swo_ports *p)
{
    struct session *holder = p->sharing->holder;
    if (p->console_len == 0 || !holder || !holder->text_legal)
        return;
    reply_console_bytes(holder, p->console, p->console_len);
    p->console_len = 0;
}

static void take_text(void *user, const char *text, size_t len)
{
    struct swo_ports *p = user;
    if (p->port[SWO_PORT_TEXT].open)
        give_all(&p->port[SWO_PORT_TEXT], text, len);
    else if (!p->port[SWO_PORT_RAW].open && !p->json)
        keep_for_console(p, text, len);
}

static void take_raw(void *user, const uint8_t *bytes, size_t len)
{
    struct swo_ports *p = user;
    give_all(&p->port[SWO_PORT_RAW], bytes, len);
}

static void take_json(void *user, const char *line, size_t len)
{
    struct swo_ports *p = user;
    if (p->json_failed || fwrite(line, 1, len, p->json) == len)
        return;
    p->json_failed = true;
    log_line(p->sharing->log, LOG_WARN, "the file of --swo-json could not be written: %s",
             strerror(errno));
}

// ---- polls --------------------------------------------------------------------------------------

static void arm_timer(struct swo_ports *p, double pause)
{
    ev_timer_stop(p->loop, &p->tick);
    if (!target_swo(p->sharing->t)->on)
        return;
    ev_timer_set(&p->tick, pause, 0.);
    ev_timer_start(p->loop, &p->tick);
}

static void note_failure(struct swo_ports *p, enum err e)
{
    if (e) {
        log_line(p->sharing->log, p->failed ? LOG_DEBUG : LOG_WARN, "SWO: %s",
                 log_sentence(p->sharing->log, e));
        log_forget(p->sharing->log);
    }
    p->failed = e != ERR_OK;
}

static void on_tick(struct ev_loop *loop, ev_timer *w, int events)
{
    (void)loop;
    (void)events;
    struct swo_ports *p = w->data;
    bool busy = false;
    if (target_state(p->sharing->t) == TARGET_LOST || !sharing_may(p->sharing, NULL, "swo")) {
        arm_timer(p, target_state(p->sharing->t) == TARGET_LOST ? LOST_S : QUIET_S);
        return;
    }
    log_forget(p->sharing->log);
    const enum err e = swo_stream_poll(&p->sharing->swo.swo, &busy);
    note_failure(p, e);
    print_to_debugger(p);
    send_all(p);
    if (p->json && !busy)
        fflush(p->json);
    arm_timer(p, e ? LOST_S : busy ? BUSY_S : QUIET_S);
    p->stepped(p->user);
}

static void switched(void *user)
{
    struct swo_ports *p = user;
    send_all(p);
    arm_timer(p, BUSY_S);
}

// ---- connections --------------------------------------------------------------------------------

// Nothing that a reader could say means anything.
static void on_readable(struct ev_loop *loop, ev_io *w, int events)
{
    (void)loop;
    (void)events;
    struct swo_reader *r = w->data;
    uint8_t nothing[256];
    size_t len;
    if (!tcp_peer_receive(&r->peer, nothing, sizeof nothing, &len))
        hang_up(r);
}

static void on_writable(struct ev_loop *loop, ev_io *w, int events)
{
    (void)loop;
    (void)events;
    send_some(w->data);
}

static struct swo_reader *find_free_reader(struct swo_port *port)
{
    for (unsigned i = 0; i < SWO_PORT_READERS; i++)
        if (port->reader[i].peer.fd < 0)
            return &port->reader[i];
    return NULL;
}

static void on_connection(struct ev_loop *loop, ev_io *w, int events)
{
    (void)events;
    struct swo_port *port = w->data;
    struct swo_reader *r = find_free_reader(port);
    char name[ACCEPTOR_NAME_SIZE];
    const int fd = tcp_listener_take(&port->listener, w, name, port->all->sharing->log);
    if (fd < 0)
        return;
    if (!r) {
        log_line(port->all->sharing->log, LOG_WARN, "%s is turned away: %u others read %s", name,
                 SWO_PORT_READERS, kind_names[port->kind]);
        close(fd);
        return;
    }
    log_line(port->all->sharing->log, LOG_NOTE, "%s reads %s", name, kind_names[port->kind]);
    snprintf(r->name, sizeof r->name, "%s", name);
    r->out_len = 0;
    r->lost = 0;
    r->losing = false;
    tcp_peer_open(&r->peer, loop, fd, on_readable, on_writable, r);
}

static void close_port(struct swo_port *port)
{
    for (unsigned i = 0; i < SWO_PORT_READERS; i++)
        if (port->reader[i].peer.fd >= 0)
            hang_up(&port->reader[i]);
    tcp_listener_close(&port->listener, port->all->loop);
}

void swo_ports_close(struct swo_ports *p)
{
    ev_timer_stop(p->loop, &p->tick);
    if (target_swo(p->sharing->t)->on)
        swo_stream_finish(&p->sharing->swo.swo);
    send_all(p);
    for (unsigned k = 0; k < SWO_PORT_KINDS; k++)
        if (p->port[k].open)
            close_port(&p->port[k]);
    if (p->json && fflush(p->json) != 0 && !p->json_failed)
        log_line(p->sharing->log, LOG_WARN, "the file of --swo-json could not be written: %s",
                 strerror(errno));
}

enum err swo_ports_listen(struct swo_ports *p, enum swo_port_kind kind, const char *host,
                          uint16_t number, const char *option)
{
    struct swo_port *port = &p->port[kind];
    if (port->open && (number == 0 || number == port->listener.acceptor.port))
        return ERR_OK;
    if (port->open)
        return log_fail(p->sharing->log, ERR_RESOURCE, "%s is at port %u already", kind_names[kind],
                        port->listener.acceptor.port);
    enum err e = acceptor_open(&port->listener.acceptor, host, number, option, p->sharing->log);
    if (e)
        return e;
    port->all = p;
    port->kind = kind;
    port->open = true;
    for (unsigned i = 0; i < SWO_PORT_READERS; i++) {
        port->reader[i].port = port;
        port->reader[i].peer.fd = -1;
    }
    tcp_listener_start(&port->listener, p->loop, on_connection, port);
    acceptor_warn_if_open(&port->listener.acceptor, "the chip's SWO", p->sharing->log);
    fprintf(stderr, "SWO %s on port %u\n", kind == SWO_PORT_TEXT ? "text" : "bytes",
            port->listener.acceptor.port);
    fflush(stderr);
    return ERR_OK;
}

static enum err listen_raw(void *user, uint16_t port)
{
    return swo_ports_listen(user, SWO_PORT_RAW, NULL, port, "`:PORT` of the monitor command");
}

void swo_ports_init(struct swo_ports *p, struct ev_loop *loop, struct sharing *sharing, FILE *json)
{
    struct swo_stream *swo = &sharing->swo.swo;
    memset(p, 0, sizeof *p);
    p->loop = loop;
    p->sharing = sharing;
    p->json = json;
    ev_init(&p->tick, on_tick);
    p->tick.data = p;
    swo->put_text = take_text;
    swo->put_raw = take_raw;
    swo->put_json = json ? take_json : NULL;
    swo->user = p;
    sharing->swo.switched = switched;
    sharing->swo.listen = listen_raw;
    sharing->swo.user = p;
}
