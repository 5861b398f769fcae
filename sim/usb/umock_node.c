// SPDX-License-Identifier: MIT
// The FIFOs behind the device nodes (see umock_tree.c), and which opener has which one. A program
// first opens the node and then connects to us, so that two programs which start together may have
// opened the same FIFO, though each opener that we notice makes us put a new one there. What a
// program really has open is therefore looked up in /proc.
#include "config.h" // _GNU_SOURCE

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/usb/umock_device.h"

static struct umock_node *add_node(struct umock_device *device, int fd)
{
    struct stat st;
    struct umock_node *node = calloc(1, sizeof *node);
    if (!node || fstat(fd, &st)) {
        free(node);
        close(fd);
        return NULL;
    }
    *node = (struct umock_node){.next = device->nodes, .fd = fd, .inode = st.st_ino, .users = 1};
    device->nodes = node;
    return node;
}

enum err umock_node_refresh(struct umock_device *device)
{
    int fd;
    struct umock_node *old = device->next_node;
    device->next_node = NULL;
    if (old)
        umock_node_release(device, old);
    enum err e = umock_tree_fresh_node(&device->umock->tree, &device->entry, &fd);
    if (e)
        return e;
    device->next_node = add_node(device, fd);
    if (!device->next_node)
        return log_fail(device->umock->log, ERR_MEMORY, "out of memory");
    return ERR_OK;
}

void umock_node_release(struct umock_device *device, struct umock_node *node)
{
    if (!node || --node->users > 0)
        return;
    struct umock_node **link = &device->nodes;
    while (*link != node)
        link = &(*link)->next;
    *link = node->next;
    close(node->fd);
    free(node);
}

void umock_node_set_ready(struct umock_opener *opener, bool ready)
{
    struct umock_node *node = opener->node;
    if (opener->ready == ready)
        return;
    opener->ready = ready;
    node->ready_users += ready ? 1 : -1;
    umock_tree_set_ready(node->fd, node->ready_users > 0);
}

static struct umock_node *node_of_inode(const struct umock_device *device, ino_t inode)
{
    struct umock_node *node = device->nodes;
    while (node && node->inode != inode)
        node = node->next;
    return node;
}

static bool is_taken(const struct umock_device *device, pid_t pid, ino_t inode)
{
    for (const struct umock_opener *o = device->openers; o; o = o->next)
        if (o->wire.pid == pid && o->node && o->node->inode == inode)
            return true;
    return false;
}

// Whether the descriptor at path (in /proc) is this device's node, of now or of before.
static bool is_our_fifo(const struct umock_device *device, const char *path, ino_t *inode)
{
    char node[UMOCK_PATH_SIZE], ours[UMOCK_ROOT_SIZE + UMOCK_PATH_SIZE], there[PATH_MAX];
    struct stat st;
    umock_tree_node_path(&device->entry, node);
    int len = snprintf(ours, sizeof ours, "%s%s", device->umock->tree.root, node);
    ssize_t n = readlink(path, there, sizeof there);
    if (n < len || memcmp(there, ours, (size_t)len) || stat(path, &st) || !S_ISFIFO(st.st_mode))
        return false;
    *inode = st.st_ino;
    return true;
}

// Finds among the descriptors of a process one that no opener accounts for yet, else any of ours.
static bool find_fifo(const struct umock_device *device, pid_t pid, char path[UMOCK_PATH_SIZE],
                      ino_t *inode)
{
    char dir_name[32], candidate[UMOCK_PATH_SIZE];
    snprintf(dir_name, sizeof dir_name, "/proc/%ld/fd", (long)pid);
    DIR *dir = opendir(dir_name);
    bool found = false, untaken = false;
    ino_t ino;
    for (struct dirent *d; dir && !untaken && (d = readdir(dir));) {
        snprintf(candidate, sizeof candidate, "%s/%.16s", dir_name, d->d_name);
        if (!is_our_fifo(device, candidate, &ino))
            continue;
        found = true;
        untaken = !is_taken(device, pid, ino);
        *inode = ino;
        memcpy(path, candidate, sizeof candidate);
    }
    if (dir)
        closedir(dir);
    return found;
}

struct umock_node *umock_node_of(struct umock_device *device, pid_t pid)
{
    char path[UMOCK_PATH_SIZE];
    ino_t inode;
    struct umock_node *node = device->next_node; // the likely one, when we may not look
    if (find_fifo(device, pid, path, &inode)) {
        node = node_of_inode(device, inode);
        int fd = node ? -1 : open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0)
            return add_node(device, fd);
    }
    if (node)
        node->users++;
    return node;
}
