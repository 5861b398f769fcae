// SPDX-License-Identifier: MIT
// The server's side of the USB/IP protocol (Linux, Documentation/usb/usbip_protocol.rst, version
// 1.1.1). All numbers on the wire are big-endian. A connection asks for the list of devices, or
// imports one and then carries its transfers, until either side closes it.
#include "config.h" // _GNU_SOURCE

#include "sim/usb/usbip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "sim/usb/tcp_listen.h"
#include "sim/usb/usb_describe.h"

enum { TICK_US = 10000, MAX_TRANSFER = 1 << 16, MAX_PEERS = 8, SEND_TIMEOUT_S = 2 };

enum {
    PROTOCOL_VERSION = 0x0111,
    OP_REQ_DEVLIST = 0x8005,
    OP_REP_DEVLIST = 0x0005,
    OP_REQ_IMPORT = 0x8003,
    OP_REP_IMPORT = 0x0003,
    OP_SIZE = 8, // version, code, status
    BUS_ID_SIZE = 32,
    PATH_SIZE = 256,
    DEVICE_SIZE = PATH_SIZE + BUS_ID_SIZE + 24,
    MAX_INTERFACES = 8,
};

enum {
    CMD_SUBMIT = 1,
    CMD_UNLINK = 2,
    RET_SUBMIT = 3,
    RET_UNLINK = 4,
    URB_SIZE = 48, // the header of each
};

// Where the fields lie in that header.
enum {
    AT_COMMAND = 0,
    AT_SEQNUM = 4,
    AT_DIRECTION = 12, // 0: OUT, 1: IN
    AT_ENDPOINT = 16,
    AT_STATUS = 20, // of an answer; an unlink has the other one's number there
    AT_LENGTH = 24,
    AT_PACKETS = 32,
    AT_SETUP = 40,
};

enum { BUS_NUMBER = 1, DEVICE_NUMBER = 2, SPEED_FULL = 2, SPEED_HIGH = 3 };
#define NO_PACKETS 0xffffffffu // the transfer is not isochronous

struct peer {
    struct usbip *ip;
    struct loop_source source; // fd -1: free
    bool imported;             // it has the device
    size_t len;
    uint8_t in[URB_SIZE + MAX_TRANSFER];
};

struct usbip {
    struct loop *loop;
    struct log *log;
    struct usb_queue queue;
    struct usb_description usb;
    struct loop_source listener;
    struct loop_timer tick;
    struct peer peer[MAX_PEERS];
    bool plugged;
};

// A transfer with what the answer to it repeats.
struct urb {
    struct usb_transfer transfer; // whose owner it is
    uint32_t seqnum;
    uint32_t room; // of the other side, without a setup packet
};

static uint32_t get_be32(const uint8_t *p)
{
    return (uint32_t)get_be16(p) << 16 | get_be16(p + 2);
}

static void put_be32(uint8_t *p, uint32_t v)
{
    put_be16(p, (uint16_t)(v >> 16));
    put_be16(p + 2, (uint16_t)v);
}

// ---- connections --------------------------------------------------------------------------------

static struct peer *importer(struct usbip *ip)
{
    for (unsigned i = 0; i < MAX_PEERS; i++)
        if (ip->peer[i].source.fd >= 0 && ip->peer[i].imported)
            return &ip->peer[i];
    return NULL;
}

static void hang_up(struct peer *peer)
{
    bool imported = peer->imported;
    peer->imported = false; // what ends now has nobody to tell
    loop_remove(peer->ip->loop, &peer->source);
    if (imported)
        usb_queue_end_all(&peer->ip->queue, USB_CANCELLED);
}

static void send_all(struct peer *peer, const uint8_t *data, size_t len)
{
    while (len > 0 && peer->source.fd >= 0) {
        ssize_t n = send(peer->source.fd, data, len, MSG_NOSIGNAL);
        if (n <= 0) {
            log_line(peer->ip->log, LOG_WARN, "usbip: the other side does not take our answers");
            hang_up(peer);
            return;
        }
        data += n;
        len -= (size_t)n;
    }
}

static void unplug_device(void *arg)
{
    struct usbip *ip = arg;
    ip->plugged = false;
    usb_queue_end_all(&ip->queue, USB_GONE);
    struct peer *peer = importer(ip); // one that takes no answers has gone just now
    if (peer)
        hang_up(peer); // which is how the other kernel hears of it
}

// ---- the device, for the list and for an import -------------------------------------------------

static unsigned list_interfaces(const struct usbip *ip, uint8_t *out)
{
    unsigned count = 0;
    for (const uint8_t *d = NULL; (d = usb_describe_next(&ip->usb, d));) {
        if (d[1] != USB_DESCRIPTOR_INTERFACE || d[0] < 9 || d[3] != 0 || count >= MAX_INTERFACES)
            continue;
        if (out)
            memcpy(out + 4 * count, d + 5, 3); // class, subclass, protocol, and a byte of padding
        count++;
    }
    return count;
}

static void describe_device(const struct usbip *ip, uint8_t out[DEVICE_SIZE])
{
    const uint8_t *d = ip->usb.device;
    memset(out, 0, DEVICE_SIZE);
    strcpy((char *)out, "/sys/devices/virtual/swdlink-sim/usb1/" USBIP_BUS_ID);
    strcpy((char *)out + PATH_SIZE, USBIP_BUS_ID);
    uint8_t *p = out + PATH_SIZE + BUS_ID_SIZE;
    put_be32(p, BUS_NUMBER);
    put_be32(p + 4, DEVICE_NUMBER);
    put_be32(p + 8, ip->usb.high_speed ? SPEED_HIGH : SPEED_FULL);
    put_be16(p + 12, get_le16(d + 8));
    put_be16(p + 14, get_le16(d + 10));
    put_be16(p + 16, get_le16(d + 12));
    memcpy(p + 18, d + 4, 3); // class, subclass, protocol
    p[21] = ip->usb.config[5];
    p[22] = d[17];
    p[23] = (uint8_t)list_interfaces(ip, NULL);
}

static void put_op(uint8_t *p, uint16_t code, uint32_t status)
{
    put_be16(p, PROTOCOL_VERSION);
    put_be16(p + 2, code);
    put_be32(p + 4, status);
}

static void answer_list(struct peer *peer)
{
    uint8_t reply[OP_SIZE + 4 + DEVICE_SIZE + 4 * MAX_INTERFACES] = {0};
    size_t len = OP_SIZE + 4;
    put_op(reply, OP_REP_DEVLIST, 0);
    put_be32(reply + OP_SIZE, peer->ip->plugged);
    if (peer->ip->plugged) {
        describe_device(peer->ip, reply + len);
        len += DEVICE_SIZE;
        len += 4 * (size_t)list_interfaces(peer->ip, reply + len);
    }
    send_all(peer, reply, len);
}

static void answer_import(struct peer *peer, const uint8_t *bus_id)
{
    struct usbip *ip = peer->ip;
    uint8_t reply[OP_SIZE + DEVICE_SIZE];
    bool known = ip->plugged && memcmp(bus_id, USBIP_BUS_ID, sizeof USBIP_BUS_ID) == 0;
    bool given = known && !importer(ip);
    if (known && !given)
        log_line(ip->log, LOG_WARN, "usbip: the probe is in use; a second machine is refused");
    put_op(reply, OP_REP_IMPORT, given ? 0 : 1);
    if (given)
        describe_device(ip, reply + OP_SIZE);
    peer->imported = given;
    send_all(peer, reply, given ? sizeof reply : OP_SIZE);
    if (peer->imported)
        sim_board_usb_reset(ip->queue.board); // as a hub does when something is plugged in
}

// ---- transfers ----------------------------------------------------------------------------------

static int32_t status_of(const struct usb_transfer *t)
{
    static const int statuses[] = {
        [USB_DONE] = 0,
        [USB_STALLED] = -EPIPE,
        [USB_OVERFLOWN] = -EOVERFLOW,
        [USB_CANCELLED] = -ECONNRESET,
        [USB_GONE] = -ESHUTDOWN,
    };
    return statuses[t->result];
}

static void urb_free(struct urb *urb)
{
    free(urb->transfer.data);
    free(urb);
}

static void transfer_done(void *arg, struct usb_transfer *t)
{
    struct usbip *ip = arg;
    struct urb *urb = t->owner;
    struct peer *peer = importer(ip);
    uint8_t reply[URB_SIZE] = {0};
    uint32_t actual = t->actual < urb->room ? (uint32_t)t->actual : urb->room;
    if (peer) {
        put_be32(reply + AT_COMMAND, RET_SUBMIT);
        put_be32(reply + AT_SEQNUM, urb->seqnum);
        put_be32(reply + AT_STATUS, (uint32_t)status_of(t));
        put_be32(reply + AT_LENGTH, actual);
        put_be32(reply + AT_PACKETS, NO_PACKETS);
        send_all(peer, reply, sizeof reply);
        if (usb_transfer_is_in(t))
            send_all(peer, t->data + (t->endpoint ? 0 : USB_SETUP_SIZE), actual);
    }
    urb_free(urb);
}

static struct urb *urb_new(const uint8_t *header, const uint8_t *sent, uint32_t len, bool in)
{
    uint8_t endpoint = (uint8_t)get_be32(header + AT_ENDPOINT);
    const uint8_t *setup = header + AT_SETUP;
    size_t front = endpoint ? 0 : USB_SETUP_SIZE;
    size_t size = len;
    if (!endpoint && get_le16(setup + 6) > size)
        size = get_le16(setup + 6); // the board writes as much as the setup packet asks for
    struct urb *urb = calloc(1, sizeof *urb);
    uint8_t *data = calloc(1, front + size + 1);
    if (!urb || !data) {
        free(urb);
        free(data);
        return NULL;
    }
    memcpy(data, setup, front);
    if (!in)
        memcpy(data + front, sent, len);
    urb->seqnum = get_be32(header + AT_SEQNUM);
    urb->room = len;
    urb->transfer = (struct usb_transfer){
        .endpoint = endpoint && in ? endpoint | 0x80 : endpoint,
        .data = data,
        .len = front + len,
        .owner = urb,
    };
    return urb;
}

static void submit_urb(struct peer *peer, const uint8_t *header, uint32_t len, bool in)
{
    struct urb *urb = urb_new(header, header + URB_SIZE, len, in);
    if (urb && usb_queue_add(&peer->ip->queue, &urb->transfer))
        return;
    log_line(peer->ip->log, LOG_WARN,
             "usbip: the other side has more transfers under way than fit");
    if (urb)
        urb_free(urb);
    hang_up(peer);
}

// The answer tells whether it came in time; then there is none to the transfer itself.
static void unlink_urb(struct peer *peer, const uint8_t *header)
{
    uint8_t reply[URB_SIZE] = {0};
    struct usb_queue *queue = &peer->ip->queue;
    int32_t status = 0;
    for (struct usb_transfer *t = queue->first; t && !status; t = t->next) {
        struct urb *urb = t->owner;
        if (urb->seqnum != get_be32(header + AT_STATUS))
            continue;
        usb_queue_take(queue, t);
        urb_free(urb);
        status = -ECONNRESET;
        break;
    }
    put_be32(reply + AT_COMMAND, RET_UNLINK);
    put_be32(reply + AT_SEQNUM, get_be32(header + AT_SEQNUM));
    put_be32(reply + AT_STATUS, (uint32_t)status);
    send_all(peer, reply, sizeof reply);
}

// ---- what comes in ------------------------------------------------------------------------------

// Takes one message from the front of the input. 0: it is not complete; -1: it makes no sense.
static int take_op(struct peer *peer)
{
    if (peer->len < OP_SIZE)
        return 0;
    unsigned code = get_be16(peer->in + 2);
    if (code == OP_REQ_DEVLIST) {
        answer_list(peer);
        return OP_SIZE;
    }
    if (code != OP_REQ_IMPORT)
        return -1;
    if (peer->len < OP_SIZE + BUS_ID_SIZE)
        return 0;
    answer_import(peer, peer->in + OP_SIZE);
    return OP_SIZE + BUS_ID_SIZE;
}

static int take_urb(struct peer *peer)
{
    if (peer->len < URB_SIZE)
        return 0;
    const uint8_t *h = peer->in;
    uint32_t command = get_be32(h + AT_COMMAND), len = get_be32(h + AT_LENGTH);
    uint32_t packets = get_be32(h + AT_PACKETS);
    bool in = get_be32(h + AT_DIRECTION) == 1;
    if (command == CMD_UNLINK) {
        unlink_urb(peer, h);
        return URB_SIZE;
    }
    if (command != CMD_SUBMIT || len > MAX_TRANSFER || get_be32(h + AT_ENDPOINT) > 15 ||
        (packets != 0 && packets != NO_PACKETS))
        return -1;
    if (!in && peer->len < URB_SIZE + len)
        return 0;
    submit_urb(peer, h, len, in);
    return URB_SIZE + (in ? 0 : (int)len);
}

static void take_messages(struct peer *peer)
{
    int taken = 1;
    while (taken > 0 && peer->source.fd >= 0) {
        taken = peer->imported ? take_urb(peer) : take_op(peer);
        if (taken < 0) {
            log_line(peer->ip->log, LOG_WARN, "usbip: what the other side says makes no sense");
            hang_up(peer);
        } else {
            peer->len -= (size_t)taken;
            memmove(peer->in, peer->in + taken, peer->len);
        }
    }
}

static void peer_ready(void *arg)
{
    struct peer *peer = arg;
    ssize_t n =
        recv(peer->source.fd, peer->in + peer->len, sizeof peer->in - peer->len, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        hang_up(peer);
        return;
    }
    peer->len += (size_t)n;
    take_messages(peer);
    usb_queue_run(&peer->ip->queue);
}

static void accept_peer(void *arg)
{
    struct usbip *ip = arg;
    int fd = accept4(ip->listener.fd, NULL, NULL, SOCK_CLOEXEC);
    struct timeval patience = {.tv_sec = SEND_TIMEOUT_S};
    if (fd < 0)
        return;
    struct peer *peer = NULL;
    for (unsigned i = 0; i < MAX_PEERS && !peer; i++)
        if (ip->peer[i].source.fd < 0)
            peer = &ip->peer[i];
    if (!peer) {
        close(fd);
        return;
    }
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    peer->source = (struct loop_source){.fd = fd, .ready = peer_ready, .arg = peer};
    peer->imported = false;
    peer->len = 0;
    loop_add(ip->loop, &peer->source);
}

static void tick_queue(void *arg)
{
    struct usbip *ip = arg;
    usb_queue_tick(&ip->queue);
}

// ---- opening and closing ------------------------------------------------------------------------

enum err usbip_open(struct usbip **ip, struct loop *loop, const char *where,
                    struct sim_board *board, const struct usb_options *options, struct log *log)
{
    struct usbip *u = calloc(1, sizeof *u);
    *ip = NULL;
    if (!u)
        return log_fail(log, ERR_MEMORY, "out of memory");
    u->loop = loop;
    u->log = log;
    u->queue = (struct usb_queue){.board = board,
                                  .loop = loop,
                                  .log = log,
                                  .options = *options,
                                  .done = transfer_done,
                                  .gone = unplug_device,
                                  .arg = u};
    u->listener = (struct loop_source){.fd = -1, .ready = accept_peer, .arg = u};
    u->tick = (struct loop_timer){.due = tick_queue, .arg = u};
    loop_add_timer(loop, &u->tick);
    u->plugged = true;
    for (unsigned i = 0; i < MAX_PEERS; i++) {
        u->peer[i].ip = u;
        u->peer[i].source.fd = -1;
    }
    enum err e = usb_describe(&u->usb, board, log);
    if (!e)
        usb_queue_open(&u->queue);
    if (!e)
        e = tcp_listen(&u->listener.fd, "--usbip", where, log);
    if (e) {
        usbip_close(u);
        return e;
    }
    loop_add(loop, &u->listener);
    loop_set_period(&u->tick, TICK_US);
    *ip = u;
    return ERR_OK;
}

const char *usbip_where(const struct usbip *ip, char text[TCP_NAME_SIZE])
{
    return tcp_listen_name(ip->listener.fd, text);
}

enum err usbip_set_plugged(struct usbip *ip, bool plugged)
{
    sim_board_usb_plug(ip->queue.board, plugged);
    if (!plugged) {
        unplug_device(ip);
        return ERR_OK;
    }
    enum err e = usb_describe(&ip->usb, ip->queue.board, ip->log);
    ip->plugged = !e;
    return e;
}

void usbip_board_changed(struct usbip *ip)
{
    usb_queue_run(&ip->queue);
}

void usbip_close(struct usbip *ip)
{
    if (!ip)
        return;
    for (unsigned i = 0; i < MAX_PEERS; i++)
        if (ip->peer[i].source.fd >= 0)
            hang_up(&ip->peer[i]);
    usb_queue_close(&ip->queue);
    loop_remove_timer(&ip->tick);
    loop_remove(ip->loop, &ip->listener);
    free(ip);
}
