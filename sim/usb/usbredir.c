// SPDX-License-Identifier: MIT
// The usb-host side of the usbredir protocol (usbredir's docs/usb-redirection-protocol.md, version
// 0.7), with the parser that comes with it. The library's callbacks receive this file's struct as
// priv.
#include "config.h" // _GNU_SOURCE

#include "sim/usb/usbredir.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <usbredirparser.h>

#include "base/bytes.h"
#include "sim/usb/usb_describe.h"
#include "sim/usb/usbredir_announce.h"
#include "sim/usb/usbredir_strange.h"

enum { TICK_US = 10000, MAX_TRANSFER = 1 << 20, SEND_TIMEOUT_S = 2 };

struct usbredir {
    struct usbredir_peer peer_state; // first: see usbredir_strange.h
    struct loop *loop;
    struct log *log;
    struct usb_queue queue;
    struct usb_description usb;
    struct loop_source listener, peer;
    struct loop_timer tick;
    bool plugged; // the peer was told so
    char path[sizeof((struct sockaddr_un *)NULL)->sun_path];
};

// A transfer with what the answer to it repeats.
struct packet {
    struct usb_transfer transfer; // whose owner it is
    uint64_t id;
    struct usb_redir_bulk_packet_header bulk;
    struct usb_redir_control_packet_header control;
};

static void packet_free(struct packet *packet)
{
    free(packet->transfer.data);
    free(packet);
}

static struct packet *packet_new(uint64_t id, uint8_t endpoint, size_t len)
{
    struct packet *packet = calloc(1, sizeof *packet);
    uint8_t *data = calloc(1, len + 1);
    if (!packet || !data) {
        free(packet);
        free(data);
        return NULL;
    }
    packet->id = id;
    packet->transfer.endpoint = endpoint;
    packet->transfer.data = data;
    packet->transfer.len = len;
    packet->transfer.owner = packet;
    return packet;
}

static void flush_parser(struct usbredir *redir)
{
    int written = 0;
    while (redir->peer_state.parser && written >= 0 &&
           usbredirparser_has_data_to_write(redir->peer_state.parser))
        if ((written = usbredirparser_do_write(redir->peer_state.parser)) < 0)
            (void)shutdown(redir->peer.fd, SHUT_RDWR); // reading will tell
}

static uint8_t status_of(const struct usb_transfer *t)
{
    static const uint8_t statuses[] = {
        [USB_DONE] = usb_redir_success,     [USB_STALLED] = usb_redir_stall,
        [USB_OVERFLOWN] = usb_redir_babble, [USB_CANCELLED] = usb_redir_cancelled,
        [USB_GONE] = usb_redir_ioerror,
    };
    return statuses[t->result];
}

static void answer_control(struct usbredir *redir, struct packet *packet)
{
    struct usb_transfer *t = &packet->transfer;
    bool in = usb_transfer_is_in(t);
    packet->control.status = status_of(t);
    packet->control.length = (uint16_t)t->actual;
    usbredirparser_send_control_packet(redir->peer_state.parser, packet->id, &packet->control,
                                       in ? t->data + USB_SETUP_SIZE : NULL,
                                       in ? (int)t->actual : 0);
}

static void answer_bulk(struct usbredir *redir, struct packet *packet)
{
    struct usb_transfer *t = &packet->transfer;
    bool in = usb_transfer_is_in(t);
    packet->bulk.status = status_of(t);
    packet->bulk.length = (uint16_t)t->actual;
    packet->bulk.length_high = (uint16_t)(t->actual >> 16);
    usbredirparser_send_bulk_packet(redir->peer_state.parser, packet->id, &packet->bulk,
                                    in ? t->data : NULL, in ? (int)t->actual : 0);
}

static void transfer_done(void *arg, struct usb_transfer *transfer)
{
    struct usbredir *redir = arg;
    if (redir->peer_state.parser && transfer->endpoint)
        answer_bulk(redir, transfer->owner);
    else if (redir->peer_state.parser)
        answer_control(redir, transfer->owner);
    packet_free(transfer->owner);
    flush_parser(redir);
}

static void unplug_device(void *arg)
{
    struct usbredir *redir = arg;
    if (!redir->plugged)
        return;
    redir->plugged = false;
    usb_queue_end_all(&redir->queue, USB_GONE);
    if (redir->peer_state.parser)
        usbredirparser_send_device_disconnect(redir->peer_state.parser);
    flush_parser(redir);
}

static void hear_hello(void *priv, struct usb_redir_hello_header *peer)
{
    struct usbredir *redir = priv;
    log_line(redir->log, LOG_DEBUG, "usbredir: connected to %.63s", peer->version);
    if (redir->plugged)
        usbredir_announce(redir->peer_state.parser, &redir->usb);
}

static void reset_device(void *priv)
{
    struct usbredir *redir = priv;
    usb_queue_end_all(&redir->queue, USB_CANCELLED);
    sim_board_usb_reset(redir->queue.board);
}

static void answer_configuration(struct usbredir *redir, uint64_t id, uint8_t configuration)
{
    struct usb_redir_configuration_status_header status = {
        .status = configuration == redir->usb.config[5] ? usb_redir_success : usb_redir_inval,
        .configuration = redir->usb.config[5],
    };
    usbredirparser_send_configuration_status(redir->peer_state.parser, id, &status);
}

static void set_configuration(void *priv, uint64_t id, struct usb_redir_set_configuration_header *h)
{
    answer_configuration(priv, id, h->configuration);
}

static void get_configuration(void *priv, uint64_t id)
{
    struct usbredir *redir = priv;
    answer_configuration(redir, id, redir->usb.config[5]);
}

static void answer_alt_setting(struct usbredir *redir, uint64_t id, uint8_t interface, uint8_t alt)
{
    struct usb_redir_alt_setting_status_header status = {
        .status = alt ? usb_redir_inval : usb_redir_success, .interface = interface};
    usbredirparser_send_alt_setting_status(redir->peer_state.parser, id, &status);
}

static void set_alt_setting(void *priv, uint64_t id, struct usb_redir_set_alt_setting_header *h)
{
    answer_alt_setting(priv, id, h->interface, h->alt);
}

static void get_alt_setting(void *priv, uint64_t id, struct usb_redir_get_alt_setting_header *h)
{
    answer_alt_setting(priv, id, h->interface, 0);
}

enum { REQUEST_CLEAR_FEATURE = 1, RECIPIENT_ENDPOINT = 2, FEATURE_HALT = 0 };

// The guest's kernel clears a halt by a request of its own, which never reaches a function of the
// board.
static bool is_clear_halt(const struct usb_redir_control_packet_header *h)
{
    return h->requesttype == RECIPIENT_ENDPOINT && h->request == REQUEST_CLEAR_FEATURE &&
           h->value == FEATURE_HALT;
}

static bool add_packet(struct usbredir *redir, struct packet *packet)
{
    if (usb_queue_add(&redir->queue, &packet->transfer))
        return true;
    packet_free(packet);
    usbredir_note_strange(redir);
    return false;
}

static void control_packet(void *priv, uint64_t id, struct usb_redir_control_packet_header *h,
                           uint8_t *data, int data_len)
{
    struct usbredir *redir = priv;
    struct packet *packet = packet_new(id, 0, USB_SETUP_SIZE + h->length);
    if (packet) {
        uint8_t *setup = packet->transfer.data;
        packet->control = *h;
        setup[0] = h->requesttype;
        setup[1] = h->request;
        put_le16(setup + 2, h->value);
        put_le16(setup + 4, h->index);
        put_le16(setup + 6, h->length);
        if (data_len > 0 && data_len <= h->length)
            memcpy(setup + USB_SETUP_SIZE, data, (size_t)data_len);
        if (is_clear_halt(h))
            sim_board_usb_clear_halt(redir->queue.board, (uint8_t)h->index);
        if (add_packet(redir, packet) && is_clear_halt(h))
            usb_queue_end(&redir->queue, &packet->transfer, USB_DONE);
    }
    usbredirparser_free_packet_data(redir->peer_state.parser, data);
}

static void bulk_packet(void *priv, uint64_t id, struct usb_redir_bulk_packet_header *h,
                        uint8_t *data, int data_len)
{
    struct usbredir *redir = priv;
    size_t len = h->length | (size_t)h->length_high << 16;
    // Endpoint 0 is for control transfers, whose data begins with a setup packet.
    const bool fits = len <= MAX_TRANSFER && h->endpoint & ~0x80;
    struct packet *packet = fits ? packet_new(id, h->endpoint, len) : NULL;
    if (packet) {
        packet->bulk = *h;
        if (data_len > 0 && (size_t)data_len <= len)
            memcpy(packet->transfer.data, data, (size_t)data_len);
        add_packet(redir, packet);
    } else {
        usbredir_note_strange(redir);
    }
    usbredirparser_free_packet_data(redir->peer_state.parser, data);
}

static void cancel_packet(void *priv, uint64_t id)
{
    struct usbredir *redir = priv;
    for (struct usb_transfer *t = redir->queue.first; t; t = t->next) {
        const struct packet *packet = t->owner;
        if (packet->id != id)
            continue;
        usb_queue_end(&redir->queue, t, USB_CANCELLED);
        return;
    }
}

static void disconnect_ack(void *priv)
{
    (void)priv;
}

static void filter_reject(void *priv)
{
    struct usbredir *redir = priv;
    log_line(redir->log, LOG_WARN, "usbredir: the filter of the other side rejects the probe");
}

static void filter_filter(void *priv, struct usbredirfilter_rule *rules, int count)
{
    (void)priv;
    (void)count;
    free(rules);
}

static void parser_log(void *priv, int level, const char *text)
{
    struct usbredir *redir = priv;
    if (level <= usbredirparser_warning)
        log_line(redir->log, LOG_WARN, "usbredir: %s", text);
}

static int parser_read(void *priv, uint8_t *data, int count)
{
    struct usbredir *redir = priv;
    ssize_t n = recv(redir->peer.fd, data, (size_t)count, MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN)
        return 0;
    return n > 0 ? (int)n : -1;
}

static int parser_write(void *priv, uint8_t *data, int count)
{
    struct usbredir *redir = priv;
    return (int)send(redir->peer.fd, data, (size_t)count, MSG_NOSIGNAL);
}

static void hang_up(struct usbredir *redir)
{
    struct usbredirparser *parser = redir->peer_state.parser;
    redir->peer_state.parser = NULL;
    redir->peer_state.strange = false;
    usb_queue_end_all(&redir->queue, USB_CANCELLED);
    usbredirparser_destroy(parser);
    loop_remove(redir->loop, &redir->peer);
}

static void peer_ready(void *arg)
{
    struct usbredir *redir = arg;
    int result = usbredirparser_do_read(redir->peer_state.parser);
    usb_queue_run(&redir->queue);
    flush_parser(redir);
    if (result < 0 || redir->peer_state.strange)
        hang_up(redir);
}

static struct usbredirparser *new_parser(struct usbredir *redir)
{
    uint32_t caps[USB_REDIR_CAPS_SIZE] = {0};
    static const int offered[] = {
        usb_redir_cap_connect_device_version,
        usb_redir_cap_filter,
        usb_redir_cap_device_disconnect_ack,
        usb_redir_cap_ep_info_max_packet_size,
        usb_redir_cap_64bits_ids,
        usb_redir_cap_32bits_bulk_length,
    };
    struct usbredirparser *p = usbredirparser_create();
    if (!p)
        return NULL;
    p->priv = redir;
    p->log_func = parser_log;
    p->read_func = parser_read;
    p->write_func = parser_write;
    p->hello_func = hear_hello;
    p->reset_func = reset_device;
    p->set_configuration_func = set_configuration;
    p->get_configuration_func = get_configuration;
    p->set_alt_setting_func = set_alt_setting;
    p->get_alt_setting_func = get_alt_setting;
    p->control_packet_func = control_packet;
    p->bulk_packet_func = bulk_packet;
    p->cancel_data_packet_func = cancel_packet;
    p->device_disconnect_ack_func = disconnect_ack;
    p->filter_reject_func = filter_reject;
    p->filter_filter_func = filter_filter;
    usbredir_refuse_what_is_not_offered(p);
    for (size_t i = 0; i < sizeof offered / sizeof offered[0]; i++)
        usbredirparser_caps_set_cap(caps, offered[i]);
    usbredirparser_init(p, "swdlink-sim", caps, USB_REDIR_CAPS_SIZE, usbredirparser_fl_usb_host);
    return p;
}

static void accept_peer(void *arg)
{
    struct usbredir *redir = arg;
    int fd = accept4(redir->listener.fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    struct usbredirparser *parser = redir->peer_state.parser ? NULL : new_parser(redir);
    if (!parser) {
        log_line(redir->log, LOG_WARN, "usbredir: the probe is in use; a second guest is refused");
        close(fd);
        return;
    }
    const struct timeval patience = {.tv_sec = SEND_TIMEOUT_S};
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    redir->peer_state.parser = parser;
    redir->peer = (struct loop_source){.fd = fd, .ready = peer_ready, .arg = redir};
    loop_add(redir->loop, &redir->peer);
    flush_parser(redir); // our hello
}

static void tick_queue(void *arg)
{
    struct usbredir *redir = arg;
    usb_queue_tick(&redir->queue);
    flush_parser(redir);
}

static enum err listen_at(struct usbredir *redir, const char *path)
{
    redir->listener = (struct loop_source){.fd = -1, .ready = accept_peer, .arg = redir};
    enum err e = loop_add_listener(redir->loop, &redir->listener, path);
    if (!e)
        snprintf(redir->path, sizeof redir->path, "%s", path);
    return e;
}

enum err usbredir_open(struct usbredir **redir, struct loop *loop, const char *path,
                       struct sim_board *board, const struct usb_options *options, struct log *log)
{
    struct usbredir *r = calloc(1, sizeof *r);
    *redir = NULL;
    if (!r)
        return log_fail(log, ERR_MEMORY, "out of memory");
    *r = (struct usbredir){
        .loop = loop,
        .peer_state = {.log = log},
        .log = log,
        .queue = {.board = board,
                  .loop = loop,
                  .log = log,
                  .options = *options,
                  .done = transfer_done,
                  .gone = unplug_device,
                  .arg = r},
        .listener = {.fd = -1},
        .peer = {.fd = -1},
        .tick = {.due = tick_queue, .arg = r},
        .plugged = true,
    };
    enum err e = usb_describe(&r->usb, board, log);
    if (!e)
        usb_queue_open(&r->queue);
    loop_add_timer(loop, &r->tick);
    if (!e)
        e = listen_at(r, path);
    if (e) {
        usbredir_close(r);
        return e;
    }
    loop_set_period(&r->tick, TICK_US);
    *redir = r;
    return ERR_OK;
}

enum err usbredir_set_plugged(struct usbredir *redir, bool plugged)
{
    sim_board_usb_plug(redir->queue.board, plugged);
    if (!plugged) {
        unplug_device(redir);
        return ERR_OK;
    }
    enum err e = usb_describe(&redir->usb, redir->queue.board, redir->log);
    if (e || redir->plugged)
        return e;
    redir->plugged = true;
    if (redir->peer_state.parser && usbredirparser_have_peer_caps(redir->peer_state.parser))
        usbredir_announce(redir->peer_state.parser, &redir->usb);
    flush_parser(redir);
    return ERR_OK;
}

void usbredir_board_changed(struct usbredir *redir)
{
    usb_queue_run(&redir->queue);
    flush_parser(redir);
}

void usbredir_close(struct usbredir *redir)
{
    if (!redir)
        return;
    if (redir->peer_state.parser)
        hang_up(redir);
    usb_queue_close(&redir->queue);
    loop_remove_timer(&redir->tick);
    loop_remove(redir->loop, &redir->listener);
    if (redir->path[0])
        unlink(redir->path);
    free(redir);
}
