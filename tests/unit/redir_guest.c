// SPDX-License-Identifier: MIT
// Plays QEMU: connects to swdlink-sim --usbredir SOCKET and uses the stand-in board (fake_board.c)
// as a guest's kernel would. usb_front.sh runs it.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <usbredirparser.h>

struct guest {
    struct usbredirparser *parser;
    int fd;
    bool connected, disconnected, configured;
    uint16_t vid, pid;
    uint8_t ep_type[32];
    uint64_t last_id; // of the last answer
    unsigned answers;
    uint8_t status, data[256];
    int len;
    bool failed;
};

#define CHECK(g, condition) check(g, condition, __LINE__, #condition)

static void check(struct guest *g, bool condition, int line, const char *text)
{
    if (condition)
        return;
    fprintf(stderr, "redir_guest.c:%d: not so: %s\n", line, text);
    g->failed = true;
}

static void on_log(void *priv, int level, const char *text)
{
    (void)priv;
    if (level <= usbredirparser_warning)
        fprintf(stderr, "%s\n", text);
}

static int on_read(void *priv, uint8_t *data, int count)
{
    struct guest *g = priv;
    return (int)recv(g->fd, data, (size_t)count, MSG_DONTWAIT);
}

static int on_write(void *priv, uint8_t *data, int count)
{
    struct guest *g = priv;
    return (int)send(g->fd, data, (size_t)count, MSG_NOSIGNAL);
}

static void on_hello(void *priv, struct usb_redir_hello_header *h)
{
    struct guest *g = priv;
    CHECK(g, !strcmp(h->version, "swdlink-sim"));
}

static void on_connect(void *priv, struct usb_redir_device_connect_header *h)
{
    struct guest *g = priv;
    g->connected = true;
    g->vid = h->vendor_id;
    g->pid = h->product_id;
    CHECK(g, h->speed == usb_redir_speed_full);
}

static void on_disconnect(void *priv)
{
    struct guest *g = priv;
    g->disconnected = true;
}

static void on_interfaces(void *priv, struct usb_redir_interface_info_header *h)
{
    struct guest *g = priv;
    CHECK(g, h->interface_count == 1 && h->interface_class[0] == 0xff);
}

static void on_endpoints(void *priv, struct usb_redir_ep_info_header *h)
{
    struct guest *g = priv;
    memcpy(g->ep_type, h->type, sizeof g->ep_type);
}

static void on_configured(void *priv, uint64_t id, struct usb_redir_configuration_status_header *h)
{
    struct guest *g = priv;
    (void)id;
    g->configured = h->status == usb_redir_success && h->configuration == 1;
}

static void note_answer(struct guest *g, uint64_t id, uint8_t status, uint8_t *data, int len)
{
    g->answers++;
    g->last_id = id;
    g->status = status;
    g->len = len;
    if (len > 0 && len <= (int)sizeof g->data)
        memcpy(g->data, data, (size_t)len);
    usbredirparser_free_packet_data(g->parser, data);
}

static void on_control(void *priv, uint64_t id, struct usb_redir_control_packet_header *h,
                       uint8_t *data, int len)
{
    note_answer(priv, id, h->status, data, len);
}

static void on_bulk(void *priv, uint64_t id, struct usb_redir_bulk_packet_header *h, uint8_t *data,
                    int len)
{
    note_answer(priv, id, h->status, data, len);
}

// Sends what waits and takes in what comes, until there is something to look at.
static void turn(struct guest *g)
{
    char byte;
    while (usbredirparser_has_data_to_write(g->parser))
        if (usbredirparser_do_write(g->parser) < 0)
            exit(1);
    if (recv(g->fd, &byte, 1, MSG_PEEK) != 1)
        exit(1);
    usbredirparser_do_read(g->parser);
}

static void wait_answers(struct guest *g, unsigned count)
{
    while (g->answers < count && !g->disconnected)
        turn(g);
    g->answers = 0;
}

static void bulk(struct guest *g, uint64_t id, uint8_t ep, uint8_t *data, uint16_t len)
{
    struct usb_redir_bulk_packet_header h = {.endpoint = ep, .length = len};
    usbredirparser_send_bulk_packet(g->parser, id, &h, ep & 0x80 ? NULL : data,
                                    ep & 0x80 ? 0 : len);
}

static void command(struct guest *g, uint64_t id, uint8_t code)
{
    uint8_t bytes[16] = {code};
    bulk(g, id, 0x02, bytes, sizeof bytes);
}

static void control(struct guest *g, uint64_t id, uint8_t type, uint8_t request, uint16_t value,
                    uint16_t index, uint16_t len)
{
    struct usb_redir_control_packet_header h = {.endpoint = type & 0x80,
                                                .requesttype = type,
                                                .request = request,
                                                .value = value,
                                                .index = index,
                                                .length = len};
    usbredirparser_send_control_packet(g->parser, id, &h, NULL, 0);
}

static void enumerates(struct guest *g)
{
    CHECK(g, g->vid == 0x0483 && g->pid == 0x3748);
    CHECK(g, g->ep_type[2] == usb_redir_type_bulk && g->ep_type[17] == usb_redir_type_bulk);
    struct usb_redir_set_configuration_header h = {.configuration = 1};
    usbredirparser_send_set_configuration(g->parser, 1, &h);
    while (!g->configured)
        turn(g);
    control(g, 2, 0x80, 6, 0x0100, 0, 18);
    wait_answers(g, 1);
    CHECK(g, g->last_id == 2 && g->status == usb_redir_success && g->len == 18 && g->data[0] == 18);
    control(g, 3, 0xc0, 77, 0, 0, 4);
    wait_answers(g, 1);
    CHECK(g, g->status == usb_redir_stall);
}

static void asks_version(struct guest *g, uint64_t id)
{
    bulk(g, id, 0x81, NULL, 64); // before its command, as some hosts do
    command(g, id + 1, 0xf1);
    wait_answers(g, 2);
    CHECK(g, g->last_id == id && g->status == usb_redir_success && g->len == 6);
    CHECK(g, g->data[0] == 0x29);
}

static void cancels(struct guest *g)
{
    bulk(g, 20, 0x81, NULL, 64);
    usbredirparser_send_cancel_data_packet(g->parser, 20);
    wait_answers(g, 1);
    CHECK(g, g->last_id == 20 && g->status == usb_redir_cancelled);
}

static void clears_stalls(struct guest *g)
{
    command(g, 30, 0xe0);
    bulk(g, 31, 0x81, NULL, 64);
    wait_answers(g, 2);
    CHECK(g, g->last_id == 31 && g->status == usb_redir_stall);
    control(g, 32, 0x02, 1, 0, 0x81, 0);
    wait_answers(g, 1);
    CHECK(g, g->status == usb_redir_success);
    asks_version(g, 33);
}

static void overflows(struct guest *g)
{
    command(g, 40, 0xf1);
    bulk(g, 41, 0x81, NULL, 4);
    wait_answers(g, 2);
    CHECK(g, g->status == usb_redir_babble);
}

static void sees_unplug(struct guest *g)
{
    bulk(g, 50, 0x81, NULL, 64);
    command(g, 51, 0xe1);
    while (!g->disconnected)
        turn(g);
}

static void open_parser(struct guest *g)
{
    uint32_t caps[USB_REDIR_CAPS_SIZE] = {0};
    struct usbredirparser *p = g->parser = usbredirparser_create();
    p->priv = g;
    p->log_func = on_log;
    p->read_func = on_read;
    p->write_func = on_write;
    p->hello_func = on_hello;
    p->device_connect_func = on_connect;
    p->device_disconnect_func = on_disconnect;
    p->interface_info_func = on_interfaces;
    p->ep_info_func = on_endpoints;
    p->configuration_status_func = on_configured;
    p->control_packet_func = on_control;
    p->bulk_packet_func = on_bulk;
    usbredirparser_caps_set_cap(caps, usb_redir_cap_connect_device_version);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_ep_info_max_packet_size);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_64bits_ids);
    usbredirparser_caps_set_cap(caps, usb_redir_cap_32bits_bulk_length);
    usbredirparser_init(p, "redir_guest", caps, USB_REDIR_CAPS_SIZE, 0);
}

int main(int argc, char **argv)
{
    struct guest g = {.fd = socket(AF_UNIX, SOCK_STREAM, 0)};
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    if (argc != 2)
        return 2;
    snprintf(sun.sun_path, sizeof sun.sun_path, "%s", argv[1]);
    if (g.fd < 0 || connect(g.fd, (struct sockaddr *)&sun, sizeof sun))
        return 2;
    open_parser(&g);
    while (!g.connected)
        turn(&g);
    enumerates(&g);
    asks_version(&g, 10);
    cancels(&g);
    clears_stalls(&g);
    overflows(&g);
    sees_unplug(&g);
    usbredirparser_destroy(g.parser);
    close(g.fd);
    return g.failed;
}
