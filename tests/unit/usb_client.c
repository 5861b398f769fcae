// SPDX-License-Identifier: MIT
// An ordinary libusb program, which knows nothing of mocks. It carries out the cases named on its
// command line against the stand-in board (fake_board.c) that swdlink-sim has plugged in;
// usb_front.sh runs it.
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <libusb.h>

enum { VID = 0x0483, PID = 0x3748, OUT = 0x02, IN = 0x81, TRACE = 0x83, PATIENCE_MS = 20000 };

struct client {
    libusb_context *usb;
    libusb_device_handle *probe; // interface 0 claimed, unless the case opens it itself
    bool failed;
};

#define CHECK(c, condition) check(c, condition, __LINE__, #condition)

static bool check(struct client *c, bool condition, int line, const char *text)
{
    if (!condition) {
        fprintf(stderr, "usb_client.c:%d: not so: %s\n", line, text);
        c->failed = true;
    }
    return condition;
}

static int send_command(struct client *c, uint8_t code, unsigned arg, unsigned timeout_ms)
{
    uint8_t command[16] = {code, (uint8_t)arg, (uint8_t)(arg >> 8)};
    int n = 0;
    int e = libusb_bulk_transfer(c->probe, OUT, command, sizeof command, &n, timeout_ms);
    return e ? e : n == sizeof command ? 0 : LIBUSB_ERROR_OTHER;
}

// Asks for `len` bytes counted upwards.
static int ask_for(struct client *c, unsigned len)
{
    uint8_t command[16] = {0xf2, 0x07, 0, 0, 0, 0, (uint8_t)len, (uint8_t)(len >> 8)};
    int n = 0;
    return libusb_bulk_transfer(c->probe, OUT, command, sizeof command, &n, PATIENCE_MS);
}

static int receive(struct client *c, uint8_t *data, int cap, int *n, unsigned timeout_ms)
{
    *n = 0;
    return libusb_bulk_transfer(c->probe, IN, data, cap, n, timeout_ms);
}

static void expect_version(struct client *c)
{
    static const uint8_t version[6] = {0x29, 0x47, 0x83, 0x04, 0x48, 0x37};
    uint8_t data[64];
    int n;
    CHECK(c, send_command(c, 0xf1, 0, PATIENCE_MS) == 0);
    CHECK(c, receive(c, data, sizeof data, &n, PATIENCE_MS) == 0);
    CHECK(c, n == 6 && !memcmp(data, version, 6));
}

static void version(struct client *c)
{
    expect_version(c);
    CHECK(c, send_command(c, 0xf5, 0, PATIENCE_MS) == 0);
    uint8_t data[2];
    int n;
    CHECK(c, receive(c, data, 2, &n, PATIENCE_MS) == 0 && n == 2 && data[0] == 1);
}

static void serial(struct client *c)
{
    struct libusb_device_descriptor d;
    unsigned char text[64];
    CHECK(c, libusb_get_device_descriptor(libusb_get_device(c->probe), &d) == 0);
    CHECK(c,
          libusb_get_string_descriptor_ascii(c->probe, d.iSerialNumber, text, sizeof text) == 24);
    CHECK(c, !strcmp((char *)text, "48FF6C064983485321390187"));
    CHECK(c, libusb_control_transfer(c->probe, 0xc0, 77, 0, 0, text, 1, PATIENCE_MS) ==
                 LIBUSB_ERROR_PIPE);
    expect_version(c);
}

// The endpoint has nothing to send. Meanwhile poll() must see nothing to do, or libusb would spin.
static void timeout(struct client *c)
{
    uint8_t data[64];
    int n;
    CHECK(c, receive(c, data, sizeof data, &n, 50) == LIBUSB_ERROR_TIMEOUT);
    expect_version(c);
    CHECK(c, receive(c, data, sizeof data, &n, 50) == LIBUSB_ERROR_TIMEOUT);
}

static void LIBUSB_CALL note_done(struct libusb_transfer *t)
{
    *(int *)t->user_data = 1;
}

static struct libusb_transfer *start(struct client *c, uint8_t ep, uint8_t *data, int len,
                                     int *done)
{
    struct libusb_transfer *t = libusb_alloc_transfer(0);
    libusb_fill_bulk_transfer(t, c->probe, ep, data, len, note_done, done, PATIENCE_MS);
    CHECK(c, libusb_submit_transfer(t) == 0);
    return t;
}

static bool any_fd_ready(struct client *c)
{
    const struct libusb_pollfd **fds = libusb_get_pollfds(c->usb);
    bool ready = false;
    for (int i = 0; fds[i]; i++) {
        struct pollfd p = {.fd = fds[i]->fd, .events = fds[i]->events};
        ready |= fds[i]->events & POLLOUT && poll(&p, 1, 0) == 1;
    }
    libusb_free_pollfds(fds);
    return ready;
}

static void wait_for(struct client *c, int *done)
{
    struct timeval patience = {PATIENCE_MS / 1000, 0};
    while (!*done)
        if (!CHECK(c, libusb_handle_events_timeout_completed(c->usb, &patience, done) == 0))
            return;
}

static void cancel(struct client *c)
{
    uint8_t data[64];
    int done = 0;
    struct libusb_transfer *t = start(c, TRACE, data, sizeof data, &done);
    CHECK(c, !any_fd_ready(c));
    expect_version(c);
    CHECK(c, !any_fd_ready(c));
    CHECK(c, !done);
    CHECK(c, libusb_cancel_transfer(t) == 0);
    CHECK(c, any_fd_ready(c));
    wait_for(c, &done);
    CHECK(c, t->status == LIBUSB_TRANSFER_CANCELLED);
    libusb_free_transfer(t);
}

static void in_before_out(struct client *c)
{
    uint8_t data[64], command[16] = {0xf1};
    int in_done = 0, out_done = 0;
    struct libusb_transfer *in = start(c, IN, data, sizeof data, &in_done);
    struct libusb_transfer *out = start(c, OUT, command, sizeof command, &out_done);
    wait_for(c, &out_done);
    wait_for(c, &in_done);
    CHECK(c, in->status == LIBUSB_TRANSFER_COMPLETED && in->actual_length == 6);
    CHECK(c, out->status == LIBUSB_TRANSFER_COMPLETED && out->actual_length == 16);
    libusb_free_transfer(in);
    libusb_free_transfer(out);
}

static void lengths(struct client *c)
{
    static const int wanted[] = {1, 63, 64, 65, 6144, 16384, 16385, 40000};
    static uint8_t data[65536];
    int n;
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        CHECK(c, ask_for(c, (unsigned)wanted[i]) == 0);
        CHECK(c, receive(c, data, sizeof data, &n, PATIENCE_MS) == 0);
        CHECK(c, n == wanted[i]);
        CHECK(c, n > 0 && data[n - 1] == (uint8_t)(n - 1));
    }
}

static void overflow(struct client *c)
{
    uint8_t data[64];
    int n;
    CHECK(c, ask_for(c, 6) == 0);
    CHECK(c, receive(c, data, 4, &n, PATIENCE_MS) == LIBUSB_ERROR_OVERFLOW);
    expect_version(c);
}

// The trace endpoint: nothing, then what waits there, however long, while replies come as ever.
static void trace(struct client *c)
{
    static const int wanted[] = {1, 64, 4096};
    static uint8_t data[8192];
    int n;
    CHECK(c, libusb_bulk_transfer(c->probe, TRACE, data, 64, &n, 50) == LIBUSB_ERROR_TIMEOUT);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        CHECK(c, send_command(c, 0xe3, (unsigned)wanted[i], PATIENCE_MS) == 0);
        expect_version(c);
        CHECK(c, libusb_bulk_transfer(c->probe, TRACE, data, sizeof data, &n, PATIENCE_MS) == 0);
        CHECK(c, n == wanted[i]);
        CHECK(c, n > 0 && data[n - 1] == (uint8_t)(n - 1));
    }
    CHECK(c, libusb_bulk_transfer(c->probe, TRACE, data, 64, &n, 50) == LIBUSB_ERROR_TIMEOUT);
    expect_version(c);
}

static void stall(struct client *c)
{
    uint8_t data[64];
    int n;
    CHECK(c, send_command(c, 0xe0, 0, PATIENCE_MS) == 0);
    CHECK(c, receive(c, data, sizeof data, &n, PATIENCE_MS) == LIBUSB_ERROR_PIPE);
    CHECK(c, receive(c, data, sizeof data, &n, PATIENCE_MS) == LIBUSB_ERROR_PIPE);
    CHECK(c, libusb_clear_halt(c->probe, IN) == 0);
    CHECK(c, libusb_clear_halt(c->probe, 0x85) == LIBUSB_ERROR_NOT_FOUND);
    expect_version(c);
}

static void no_room(struct client *c)
{
    CHECK(c, send_command(c, 0xf1, 0, 50) == LIBUSB_ERROR_TIMEOUT);
}

static void claims(struct client *c)
{
    libusb_device *device = libusb_get_device(c->probe);
    libusb_device_handle *other;
    uint8_t command[16] = {0xf1};
    int n;
    if (!CHECK(c, libusb_open(device, &other) == 0))
        return;
    CHECK(c, libusb_claim_interface(other, 0) == LIBUSB_ERROR_BUSY);
    CHECK(c, libusb_bulk_transfer(other, OUT, command, 16, &n, PATIENCE_MS) < 0);
    CHECK(c, libusb_claim_interface(c->probe, 7) == LIBUSB_ERROR_NOT_FOUND);
    CHECK(c, libusb_kernel_driver_active(c->probe, 0) == 0);
    CHECK(c, libusb_set_configuration(c->probe, 1) == LIBUSB_ERROR_BUSY);
    CHECK(c, libusb_release_interface(c->probe, 0) == 0);
    CHECK(c, libusb_set_configuration(c->probe, 1) == 0);
    // Without a claim usbfs claims at the first transfer.
    CHECK(c, libusb_bulk_transfer(other, OUT, command, 16, &n, PATIENCE_MS) == 0);
    CHECK(c, libusb_claim_interface(c->probe, 0) == LIBUSB_ERROR_BUSY);
    libusb_close(other);
    CHECK(c, libusb_claim_interface(c->probe, 0) == 0);
    uint8_t data[64];
    CHECK(c, receive(c, data, sizeof data, &n, PATIENCE_MS) == 0 && n == 6);
    expect_version(c);
}

static void reset(struct client *c)
{
    CHECK(c, send_command(c, 0xf1, 0, PATIENCE_MS) == 0);
    CHECK(c, libusb_reset_device(c->probe) == 0);
    expect_version(c);
}

static void reopen(struct client *c)
{
    for (int i = 0; i < 100; i++) {
        libusb_close(c->probe);
        c->probe = libusb_open_device_with_vid_pid(c->usb, VID, PID);
        if (!CHECK(c, c->probe && libusb_claim_interface(c->probe, 0) == 0))
            return;
        expect_version(c);
    }
}

static void unplug(struct client *c)
{
    uint8_t data[64];
    int done = 0, n;
    struct libusb_transfer *t = start(c, IN, data, sizeof data, &done);
    send_command(c, 0xe1, 0, PATIENCE_MS);
    wait_for(c, &done);
    CHECK(c, t->status == LIBUSB_TRANSFER_NO_DEVICE);
    CHECK(c, send_command(c, 0xf1, 0, PATIENCE_MS) == LIBUSB_ERROR_NO_DEVICE);
    CHECK(c, receive(c, data, sizeof data, &n, PATIENCE_MS) == LIBUSB_ERROR_NO_DEVICE);
    CHECK(c, !any_fd_ready(c));
    libusb_free_transfer(t);
    libusb_device **list;
    CHECK(c, libusb_get_device_list(c->usb, &list) == 0);
    libusb_free_device_list(list, 1);
}

static void two(struct client *c)
{
    libusb_device **list;
    unsigned char text[2][64] = {{0}, {0}};
    ssize_t count = libusb_get_device_list(c->usb, &list);
    CHECK(c, count == 2);
    for (ssize_t i = 0; i < count && i < 2; i++) {
        libusb_close(c->probe);
        c->probe = NULL;
        if (!CHECK(c, libusb_open(list[i], &c->probe) == 0))
            break;
        CHECK(c, libusb_claim_interface(c->probe, 0) == 0);
        CHECK(c, libusb_get_string_descriptor_ascii(c->probe, 3, text[i], 64) == 24);
        expect_version(c);
    }
    CHECK(c, strcmp((char *)text[0], (char *)text[1]) != 0);
    libusb_free_device_list(list, 1);
}

// On --pace: the answer of a long command comes late, and is not lost when nobody waits for it.
static void late(struct client *c)
{
    uint8_t data[64];
    int n;
    CHECK(c, send_command(c, 0xe2, 1000, PATIENCE_MS) == 0);
    CHECK(c, receive(c, data, sizeof data, &n, 20) == LIBUSB_ERROR_TIMEOUT);
    CHECK(c, receive(c, data, sizeof data, &n, PATIENCE_MS) == 0 && n == 2);
    expect_version(c);
}

static bool ask_control(const char *line, char *answer, size_t size)
{
    const char *path = getenv("CONTROL");
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    snprintf(sun.sun_path, sizeof sun.sun_path, "%s", path ? path : "");
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    bool good = fd >= 0 && connect(fd, (struct sockaddr *)&sun, sizeof sun) == 0 &&
                send(fd, line, strlen(line), 0) > 0;
    ssize_t n = good ? recv(fd, answer, size - 1, 0) : 0;
    answer[n > 0 ? n : 0] = '\0';
    close(fd);
    return n > 0;
}

static void control(struct client *c)
{
    char answer[512];
    CHECK(c, ask_control("set swdio gnd\n", answer, sizeof answer) && !strcmp(answer, "ok\n"));
    CHECK(c, ask_control("set colour red\n", answer, sizeof answer));
    CHECK(c, !strcmp(answer, "error there is no key colour\n"));
    CHECK(c, ask_control("dance\n", answer, sizeof answer) && !strncmp(answer, "error ", 6));
    CHECK(c, ask_control("\n", answer, sizeof answer) && !strncmp(answer, "error ", 6));
    CHECK(c, ask_control("probe 2\n", answer, sizeof answer) && !strncmp(answer, "error ", 6));
    expect_version(c);
    CHECK(c, ask_control("account\n", answer, sizeof answer));
    CHECK(c, !strncmp(answer, "ok {\"usb_commands\": 1, ", 23));
    CHECK(c, ask_control("wait 5\n", answer, sizeof answer) && !strcmp(answer, "ok\n"));
    CHECK(c, ask_control("now\n", answer, sizeof answer) && !strcmp(answer, "ok 5000\n"));
    CHECK(c, ask_control("serial\n", answer, sizeof answer));
    CHECK(c, !strcmp(answer, "ok 48FF6C064983485321390187\n"));
}

struct news {
    int arrived, left;
};

static int LIBUSB_CALL note_news(libusb_context *usb, libusb_device *device,
                                 libusb_hotplug_event event, void *arg)
{
    struct news *news = arg;
    (void)usb;
    (void)device;
    *(event == LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED ? &news->arrived : &news->left) = 1;
    return 0;
}

static void hotplug(struct client *c)
{
    libusb_hotplug_callback_handle handle;
    struct news news = {0};
    char answer[64];
    int events = LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT;
    CHECK(c, libusb_hotplug_register_callback(c->usb, events, 0, VID, PID, LIBUSB_HOTPLUG_MATCH_ANY,
                                              note_news, &news, &handle) == 0);
    CHECK(c, ask_control("unplug\n", answer, sizeof answer) && !strcmp(answer, "ok\n"));
    wait_for(c, &news.left);
    CHECK(c, send_command(c, 0xf1, 0, PATIENCE_MS) == LIBUSB_ERROR_NO_DEVICE);
    libusb_close(c->probe);
    c->probe = libusb_open_device_with_vid_pid(c->usb, VID, PID);
    CHECK(c, !c->probe);
    CHECK(c, ask_control("plug\n", answer, sizeof answer) && !strcmp(answer, "ok\n"));
    wait_for(c, &news.arrived);
    c->probe = libusb_open_device_with_vid_pid(c->usb, VID, PID);
    if (CHECK(c, c->probe && libusb_claim_interface(c->probe, 0) == 0))
        expect_version(c);
    libusb_hotplug_deregister_callback(c->usb, handle);
}

static const struct {
    const char *name;
    void (*run)(struct client *c);
} cases[] = {
    {"version", version},     {"serial", serial},   {"timeout", timeout},   {"cancel", cancel},
    {"async", in_before_out}, {"lengths", lengths}, {"overflow", overflow}, {"stall", stall},
    {"no-room", no_room},     {"claims", claims},   {"reset", reset},       {"reopen", reopen},
    {"unplug", unplug},       {"two", two},         {"late", late},         {"control", control},
    {"hotplug", hotplug},     {"trace", trace},
};

int main(int argc, char **argv)
{
    struct client c = {0};
    if (argc != 2 || libusb_init(&c.usb))
        return 2;
    c.probe = libusb_open_device_with_vid_pid(c.usb, VID, PID);
    bool found = false;
    if (CHECK(&c, c.probe && libusb_claim_interface(c.probe, 0) == 0))
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
            if (!strcmp(cases[i].name, argv[1])) {
                found = true;
                cases[i].run(&c);
            }
    CHECK(&c, found);
    if (c.probe)
        libusb_close(c.probe);
    libusb_exit(c.usb);
    return c.failed;
}
