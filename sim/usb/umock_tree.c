// SPDX-License-Identifier: MIT
// The mocked /sys and /dev. Only what libudev and libusb read is there (Linux,
// Documentation/ABI/stable/ sysfs-bus-usb). The device node is a FIFO because libusb waits for
// POLLOUT on it: usbfs raises that when a transfer is done, while a regular file is always ready
// and would make every waiting program spin. A pipe of one page that holds a byte is full (not
// ready); taking the byte out makes it ready.
#include "config.h" // _GNU_SOURCE

#include "sim/usb/umock_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HUB "/devices/pci0000:00/0000:00:14.0/usb1"

enum { USB_MAJOR = 189, PIPE_SIZE = 4096, OPEN_DIRS = 16, WALK_PATH_SIZE = 256 };

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
    return entry->address - 1;
}

static void __attribute__((format(printf, 3, 4)))
below_root(const struct umock_tree *tree, char path[WALK_PATH_SIZE], const char *fmt, ...)
{
    int n = snprintf(path, WALK_PATH_SIZE, "%s", tree->root);
    va_list args;
    va_start(args, fmt);
    vsnprintf(path + n, (size_t)(WALK_PATH_SIZE - n), fmt, args);
    va_end(args);
}

static void note_failure(struct umock_tree *tree, const char *path)
{
    if (tree->failed == ERR_OK)
        tree->failed = log_fail(tree->log, ERR_FILE, "cannot make %s: %s", path, strerror(errno));
}

// Makes a directory below the root with all that lead to it.
static void make_dir(struct umock_tree *tree, const char *name)
{
    char path[WALK_PATH_SIZE];
    below_root(tree, path, "%s/", name);
    for (char *slash = path + strlen(tree->root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        if (mkdir(path, 0755) && errno != EEXIST)
            note_failure(tree, path);
        *slash = '/';
    }
}

static void make_file(struct umock_tree *tree, const char *dir, const char *name, const void *data,
                      size_t len)
{
    char path[WALK_PATH_SIZE];
    below_root(tree, path, "%s/%s", dir, name);
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, data, len) != (ssize_t)len)
        note_failure(tree, path);
    if (fd >= 0)
        close(fd);
}

static void __attribute__((format(printf, 4, 5)))
make_text(struct umock_tree *tree, const char *dir, const char *name, const char *fmt, ...)
{
    char text[256];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    make_file(tree, dir, name, text, (size_t)n);
}

static void make_link(struct umock_tree *tree, const char *name, const char *to)
{
    char path[WALK_PATH_SIZE];
    below_root(tree, path, "%s", name);
    unlink(path);
    if (symlink(to, path))
        note_failure(tree, path);
}

enum err umock_tree_create(struct umock_tree *tree, struct log *log)
{
    static const char *const dirs[] = {
        ("/sys" HUB), "/sys/bus/usb/devices",   "/sys/class", "/sys/dev/char", "/dev/bus/usb/001",
        "/dev/.node", "/ioctl/dev/bus/usb/001",
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
        make_dir(tree, dirs[i]);
    return tree->failed;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void remove_all(const char *path)
{
    nftw(path, remove_one, OPEN_DIRS, FTW_DEPTH | FTW_PHYS);
}

void umock_tree_destroy(struct umock_tree *tree)
{
    if (tree->root[0])
        remove_all(tree->root);
    tree->root[0] = '\0';
}

static void fill_sys_dir(struct umock_tree *tree, const char *dir, const struct umock_entry *entry)
{
    uint8_t descriptors[sizeof entry->usb.device + USB_MAX_CONFIG];
    memcpy(descriptors, entry->usb.device, sizeof entry->usb.device);
    memcpy(descriptors + sizeof entry->usb.device, entry->usb.config, entry->usb.config_len);
    make_file(tree, dir, "descriptors", descriptors,
              sizeof entry->usb.device + entry->usb.config_len);
    make_text(tree, dir, "busnum", "1\n");
    make_text(tree, dir, "devnum", "%u\n", entry->address);
    make_text(tree, dir, "devpath", "%u\n", entry->port);
    make_text(tree, dir, "speed", "%s\n", entry->usb.high_speed ? "480" : "12");
    make_text(tree, dir, "dev", "%u:%u\n", USB_MAJOR, umock_tree_minor(entry));
    make_text(tree, dir, "bConfigurationValue", "1\n");
    make_text(tree, dir, "bNumConfigurations", "%u\n", entry->usb.device[17]);
    make_text(tree, dir, "idVendor", "%02x%02x\n", entry->usb.device[9], entry->usb.device[8]);
    make_text(tree, dir, "idProduct", "%02x%02x\n", entry->usb.device[11], entry->usb.device[10]);
    make_text(tree, dir, "uevent",
              "MAJOR=%u\nMINOR=%u\nDEVNAME=bus/usb/001/%03u\nDEVTYPE=usb_device\nDRIVER=usb\n"
              "BUSNUM=001\nDEVNUM=%03u\n",
              USB_MAJOR, umock_tree_minor(entry), entry->address, entry->address);
}

static void device_numbers(const struct umock_entry *entry, char numbers[UMOCK_PATH_SIZE])
{
    snprintf(numbers, UMOCK_PATH_SIZE, "%u:%u", USB_MAJOR, umock_tree_minor(entry));
}

enum err umock_tree_plug(struct umock_tree *tree, const struct umock_entry *entry)
{
    char sys[UMOCK_PATH_SIZE], dir[WALK_PATH_SIZE], name[WALK_PATH_SIZE], to[WALK_PATH_SIZE];
    char numbers[UMOCK_PATH_SIZE];
    tree->failed = ERR_OK;
    umock_tree_sys_path(entry, sys);
    device_numbers(entry, numbers);
    snprintf(dir, sizeof dir, "/sys%s", sys);
    make_dir(tree, dir);
    fill_sys_dir(tree, dir, entry);
    snprintf(name, sizeof name, "/sys%s/subsystem", sys);
    make_link(tree, name, "../../../../../bus/usb");
    snprintf(name, sizeof name, "/sys/bus/usb/devices/1-%u", entry->port);
    snprintf(to, sizeof to, "../../..%s", sys);
    make_link(tree, name, to);
    snprintf(name, sizeof name, "/sys/dev/char/%s", numbers);
    snprintf(to, sizeof to, "../..%s", sys);
    make_link(tree, name, to);
    // Read by the preload library, to make the node look like a character device.
    snprintf(name, sizeof name, "/dev/.node/bus_usb_001_%03u", entry->address);
    make_link(tree, name, numbers);
    return tree->failed;
}

void umock_tree_unplug(struct umock_tree *tree, const struct umock_entry *entry)
{
    char sys[UMOCK_PATH_SIZE], node[UMOCK_PATH_SIZE], numbers[UMOCK_PATH_SIZE];
    char path[WALK_PATH_SIZE];
    umock_tree_sys_path(entry, sys);
    umock_tree_node_path(entry, node);
    device_numbers(entry, numbers);
    below_root(tree, path, "%s", node);
    unlink(path);
    below_root(tree, path, "/dev/.node/bus_usb_001_%03u", entry->address);
    unlink(path);
    below_root(tree, path, "/ioctl%s", node);
    unlink(path);
    below_root(tree, path, "/sys/bus/usb/devices/1-%u", entry->port);
    unlink(path);
    below_root(tree, path, "/sys/dev/char/%s", numbers);
    unlink(path);
    below_root(tree, path, "/sys%s", sys);
    remove_all(path);
}

enum err umock_tree_fresh_node(struct umock_tree *tree, const struct umock_entry *entry, int *fd)
{
    char node[UMOCK_PATH_SIZE], path[WALK_PATH_SIZE], fresh[WALK_PATH_SIZE];
    tree->failed = ERR_OK;
    umock_tree_node_path(entry, node);
    below_root(tree, path, "%s", node);
    below_root(tree, fresh, "/dev/.fresh");
    unlink(fresh);
    *fd = -1;
    if (!mkfifo(fresh, 0666))
        *fd = open(fresh, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (*fd < 0 || fcntl(*fd, F_SETPIPE_SZ, PIPE_SIZE) < 0)
        note_failure(tree, path);
    umock_tree_set_ready(*fd, false);
    if (rename(fresh, path))
        note_failure(tree, path);
    return tree->failed;
}

void umock_tree_set_ready(int fd, bool ready)
{
    char byte = 0;
    ssize_t n = ready ? read(fd, &byte, 1) : write(fd, &byte, 1);
    (void)n; // EAGAIN: it is so already
}
