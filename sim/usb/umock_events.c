// SPDX-License-Identifier: MIT
// Uevents as libudev's monitor expects them from udevd (systemd, sd-device/device-monitor.c: a
// header with magic 0xfeedcafe and hashes to filter by, then NUL-ended properties). The preload
// library turns a program's netlink socket into a UNIX socket at ROOT/event<fd>. Two programs whose
// descriptors have the same number would take that name from each other, so each socket is given a
// name of its own at once.
#include "sim/usb/umock_events.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glob.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/bytes.h"

struct header {
    char prefix[8];
    uint32_t magic, header_size, properties_offset, properties_len;
    uint32_t subsystem_hash, devtype_hash, tag_bloom_high, tag_bloom_low;
};

#define HEADER_MAGIC 0xfeedcafeu
#define HASH_FACTOR  0x5bd1e995u

uint32_t umock_events_hash(const char *text)
{
    const uint8_t *p = (const uint8_t *)text;
    size_t len = strlen(text);
    uint32_t h = (uint32_t)len;
    for (; len >= 4; p += 4, len -= 4) {
        uint32_t k = get_le32(p) * HASH_FACTOR;
        h = h * HASH_FACTOR ^ (k ^ k >> 24) * HASH_FACTOR;
    }
    uint32_t rest = 0;
    for (size_t i = 0; i < len; i++)
        rest |= (uint32_t)p[i] << 8 * i;
    if (len > 0)
        h = (h ^ rest) * HASH_FACTOR;
    h = (h ^ h >> 13) * HASH_FACTOR;
    return h ^ h >> 15;
}

static bool is_fresh_socket(const char *name)
{
    return !strncmp(name, "event", 5) && name[5] >= '0' && name[5] <= '9';
}

static void give_own_name(struct umock_events *events, const char *name)
{
    char from[2 * UMOCK_PATH_SIZE], to[UMOCK_PATH_SIZE];
    snprintf(from, sizeof from, "%s/%s", events->tree->root, name);
    snprintf(to, sizeof to, "%s/event.%u", events->tree->root, events->renamed++);
    rename(from, to);
}

static void take_news_of_root(void *arg)
{
    struct umock_events *events = arg;
    char buffer[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
    ssize_t n = read(events->watch.fd, buffer, sizeof buffer);
    for (ssize_t at = 0; at < n;) {
        const struct inotify_event *event = (const struct inotify_event *)(void *)(buffer + at);
        if (event->len > 0 && is_fresh_socket(event->name))
            give_own_name(events, event->name);
        at += (ssize_t)(sizeof *event + event->len);
    }
}

enum err umock_events_open(struct umock_events *events, struct loop *loop, struct umock_tree *tree)
{
    *events = (struct umock_events){.loop = loop, .tree = tree};
    events->watch.ready = take_news_of_root;
    events->watch.arg = events;
    events->watch.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (events->watch.fd < 0 || inotify_add_watch(events->watch.fd, tree->root, IN_CREATE) < 0)
        return log_fail(tree->log, ERR_FILE, "cannot watch %s: %s", tree->root, strerror(errno));
    loop_add(loop, &events->watch);
    return ERR_OK;
}

void umock_events_close(struct umock_events *events)
{
    if (events->loop)
        loop_remove(events->loop, &events->watch);
}

static size_t write_properties(struct umock_events *events, const struct umock_entry *entry,
                               bool added, char *text, size_t size)
{
    char sys[UMOCK_PATH_SIZE], node[UMOCK_PATH_SIZE];
    umock_tree_sys_path(entry, sys);
    umock_tree_node_path(entry, node);
    // Newlines become the NULs of the message.
    int n = snprintf(text, size,
                     "ACTION=%s\nDEVPATH=%s\nSUBSYSTEM=usb\nDEVNAME=%s\nDEVTYPE=usb_device\n"
                     "SEQNUM=%lu\nBUSNUM=001\nDEVNUM=%03u\nMAJOR=189\nMINOR=%u\n",
                     added ? "add" : "remove", sys, node, ++events->sequence, entry->address,
                     umock_tree_minor(entry));
    for (int i = 0; i < n; i++)
        if (text[i] == '\n')
            text[i] = '\0';
    return (size_t)n;
}

static void send_to(const char *path, struct iovec *iov)
{
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    snprintf(sun.sun_path, sizeof sun.sun_path, "%s", path);
    struct msghdr msg = {
        .msg_name = &sun, .msg_namelen = sizeof sun, .msg_iov = iov, .msg_iovlen = 2};
    if (sendmsg(fd, &msg, MSG_NOSIGNAL) < 0 && errno == ECONNREFUSED)
        unlink(path); // its program has ended
    close(fd);
}

void umock_events_send(struct umock_events *events, const struct umock_entry *entry, bool added)
{
    char properties[1024], pattern[UMOCK_PATH_SIZE];
    size_t len = write_properties(events, entry, added, properties, sizeof properties);
    struct header header = {
        .prefix = "libudev",
        .magic = htonl(HEADER_MAGIC),
        .header_size = sizeof header,
        .properties_offset = sizeof header,
        .properties_len = (uint32_t)len,
        .subsystem_hash = htonl(umock_events_hash("usb")),
        .devtype_hash = htonl(umock_events_hash("usb_device")),
    };
    struct iovec iov[2] = {
        {.iov_base = &header, .iov_len = sizeof header},
        {.iov_base = properties, .iov_len = len},
    };
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/event*", events->tree->root);
    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            send_to(found.gl_pathv[i], iov);
    globfree(&found);
}
