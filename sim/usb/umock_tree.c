// SPDX-License-Identifier: MIT
// The mocked /sys and /dev: a USB host controller with our probes, and what programs expect beside
// it (pyOCD looks for a probe's drive in /sys/class/block). The device node is a FIFO because
// libusb waits for POLLOUT on it: usbfs raises that when a transfer is done, while a regular file
// is always ready and would make every waiting program spin. A pipe of one page that holds a byte
// is full (not ready); taking the byte out makes it ready.
#include "config.h" // _GNU_SOURCE

#include "sim/usb/umock_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/usb/umock_files.h"
#include "sim/usb/umock_sysfs.h"

#define HUB "/devices/pci0000:00/0000:00:14.0/usb1"

enum { PIPE_SIZE = 4096 };

void umock_tree_sys_path(const struct umock_entry *entry, char path[UMOCK_PATH_SIZE])
{
    snprintf(path, UMOCK_PATH_SIZE, HUB "/1-%u", entry->port);
}

void umock_tree_node_path(const struct umock_entry *entry, char path[UMOCK_PATH_SIZE])
{
    snprintf(path, UMOCK_PATH_SIZE, "/dev/bus/usb/001/%03u", entry->address);
}

unsigned umock_tree_minor(const struct umock_entry *entry)
{
    return umock_sysfs_minor(entry->address);
}

// What the kernel says of the hub that its host controller is, for lsusb -t and others that walk
// /sys. It cannot be opened, and libusb 1.0.26 takes what it cannot open for unplugged and crashes
// in libusb_exit() when a device behind it is in use; so libusb does not find it.
static const struct usb_description root_hub = {
    .high_speed = true,
    .device = {18, 1, 0x00, 0x02, 9, 0, 1, 64, 0x6b, 0x1d, 0x02, 0x00, 0x01, 0x06, 3, 2, 1, 1},
    .config = {9, 2, 25, 0, 1, 1, 0, 0xe0, 0, 9, 4, 0, 0, 1, 9, 0, 0, 0, 7, 5, 0x81, 3, 4, 0, 12},
    .config_len = 25,
    .manufacturer = "swdlink-sim",
    .product = "mocked USB host controller",
    .serial = "0000:00:14.0",
};
static const struct umock_sysfs_device hub_device = {
    .usb = &root_hub,
    .dir = HUB,
    .name = "usb1",
    .stem = "1-0",
    .address = 1,
    .children = 16,
    .walked_only = true,
};

enum err umock_tree_create(struct umock_tree *tree, struct log *log)
{
    static const char *const dirs[] = {
        "/sys/bus/usb/devices", "/sys/class/block", "/sys/dev/char",
        "/dev/bus/usb/001",     "/dev/.node",       "/ioctl/dev/bus/usb/001",
    };
    const char *tmp = getenv("TMPDIR");
    if (!tmp || !*tmp || strlen(tmp) > UMOCK_ROOT_SIZE - sizeof "/swdlink-sim.XXXXXX")
        tmp = "/tmp";
    *tree = (struct umock_tree){.log = log};
    snprintf(tree->root, sizeof tree->root, "%s/swdlink-sim.XXXXXX", tmp);
    if (!mkdtemp(tree->root)) {
        enum err e =
            log_fail(log, ERR_FILE, "cannot make a directory in %s: %s", tmp, strerror(errno));
        tree->root[0] = '\0';
        return e;
    }
    for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++)
        umock_files_dir(tree, dirs[i]);
    umock_sysfs_add(tree, &hub_device);
    return tree->failed;
}

void umock_tree_destroy(struct umock_tree *tree)
{
    if (tree->root[0])
        umock_files_remove(tree->root);
    tree->root[0] = '\0';
}

// The entry as umock_sysfs.c takes it; the names are in buffers of the caller.
static struct umock_sysfs_device sysfs_device(const struct umock_entry *entry,
                                              char dir[UMOCK_PATH_SIZE], char name[16])
{
    umock_tree_sys_path(entry, dir);
    snprintf(name, 16, "1-%u", entry->port);
    return (struct umock_sysfs_device){
        .usb = &entry->usb,
        .dir = dir,
        .name = name,
        .stem = name,
        .port = entry->port,
        .address = entry->address,
    };
}

enum err umock_tree_plug(struct umock_tree *tree, const struct umock_entry *entry)
{
    char dir[UMOCK_PATH_SIZE], name[16], node[UMOCK_WALK_SIZE], numbers[32];
    const struct umock_sysfs_device device = sysfs_device(entry, dir, name);
    tree->failed = ERR_OK;
    // Read by the preload library, to make the node look like a character device.
    snprintf(node, sizeof node, "/dev/.node/bus_usb_001_%03u", entry->address);
    snprintf(numbers, sizeof numbers, "%u:%u", UMOCK_SYSFS_MAJOR, umock_tree_minor(entry));
    umock_files_link(tree, node, numbers);
    umock_sysfs_add(tree, &device); // last: programs list the bus by it
    return tree->failed;
}

void umock_tree_unplug(struct umock_tree *tree, const struct umock_entry *entry)
{
    char dir[UMOCK_PATH_SIZE], name[16], node[UMOCK_PATH_SIZE], path[UMOCK_WALK_SIZE];
    const struct umock_sysfs_device device = sysfs_device(entry, dir, name);
    umock_sysfs_remove(tree, &device);
    umock_tree_node_path(entry, node);
    umock_files_path(tree, path, "%s", node);
    unlink(path);
    umock_files_path(tree, path, "/dev/.node/bus_usb_001_%03u", entry->address);
    unlink(path);
    umock_files_path(tree, path, "/ioctl%s", node);
    unlink(path);
}

enum err umock_tree_fresh_node(struct umock_tree *tree, const struct umock_entry *entry, int *fd)
{
    char node[UMOCK_PATH_SIZE], path[UMOCK_WALK_SIZE], fresh[UMOCK_WALK_SIZE];
    tree->failed = ERR_OK;
    umock_tree_node_path(entry, node);
    umock_files_path(tree, path, "%s", node);
    umock_files_path(tree, fresh, "/dev/.fresh");
    unlink(fresh);
    *fd = -1;
    if (!mkfifo(fresh, 0666))
        *fd = open(fresh, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (*fd < 0 || fcntl(*fd, F_SETPIPE_SZ, PIPE_SIZE) < 0)
        umock_files_failed(tree, path);
    umock_tree_set_ready(*fd, false);
    if (rename(fresh, path))
        umock_files_failed(tree, path);
    return tree->failed;
}

void umock_tree_set_ready(int fd, bool ready)
{
    char byte = 0;
    ssize_t n = ready ? read(fd, &byte, 1) : write(fd, &byte, 1);
    (void)n; // EAGAIN: it is so already
}
