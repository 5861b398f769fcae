// SPDX-License-Identifier: MIT
#include "config.h" // _GNU_SOURCE

#include "sim/usb/umock_sysfs.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "sim/usb/umock_files.h"

// Offsets in the descriptors (USB 2.0, 9.6.1, 9.6.3, 9.6.5).
enum {
    DEVICE_USB = 2,
    DEVICE_CLASS = 4,
    DEVICE_SUBCLASS = 5,
    DEVICE_PROTOCOL = 6,
    DEVICE_MAX_PACKET = 7,
    DEVICE_VENDOR = 8,
    DEVICE_PRODUCT = 10,
    DEVICE_RELEASE = 12,
    DEVICE_CONFIGS = 17,
    CONFIG_INTERFACES = 4,
    CONFIG_VALUE = 5,
    CONFIG_ATTRIBUTES = 7,
    CONFIG_POWER = 8,
    INTERFACE_NUMBER = 2,
    INTERFACE_ALTERNATE = 3,
    INTERFACE_ENDPOINTS = 4,
    INTERFACE_CLASS = 5,
    INTERFACE_SUBCLASS = 6,
    INTERFACE_PROTOCOL = 7,
};

unsigned umock_sysfs_minor(unsigned address)
{
    return address - 1;
}

static void add_descriptors(struct umock_tree *tree, const char *dir,
                            const struct usb_description *usb)
{
    uint8_t all[sizeof usb->device + USB_MAX_CONFIG];
    memcpy(all, usb->device, sizeof usb->device);
    memcpy(all + sizeof usb->device, usb->config, usb->config_len);
    umock_files_bytes(tree, dir, "descriptors", all, sizeof usb->device + usb->config_len);
}

static void add_device_numbers(struct umock_tree *tree, const char *dir, const uint8_t *d)
{
    umock_files_text(tree, dir, "version", "%2x.%02x\n", d[DEVICE_USB + 1], d[DEVICE_USB]);
    umock_files_text(tree, dir, "bDeviceClass", "%02x\n", d[DEVICE_CLASS]);
    umock_files_text(tree, dir, "bDeviceSubClass", "%02x\n", d[DEVICE_SUBCLASS]);
    umock_files_text(tree, dir, "bDeviceProtocol", "%02x\n", d[DEVICE_PROTOCOL]);
    umock_files_text(tree, dir, "bMaxPacketSize0", "%u\n", d[DEVICE_MAX_PACKET]);
    umock_files_text(tree, dir, "idVendor", "%04x\n", get_le16(d + DEVICE_VENDOR));
    umock_files_text(tree, dir, "idProduct", "%04x\n", get_le16(d + DEVICE_PRODUCT));
    umock_files_text(tree, dir, "bcdDevice", "%04x\n", get_le16(d + DEVICE_RELEASE));
    umock_files_text(tree, dir, "bNumConfigurations", "%u\n", d[DEVICE_CONFIGS]);
}

static void add_configuration(struct umock_tree *tree, const char *dir, const uint8_t *c)
{
    umock_files_text(tree, dir, "bConfigurationValue", "%u\n", c[CONFIG_VALUE]);
    umock_files_text(tree, dir, "bNumInterfaces", "%2u\n", c[CONFIG_INTERFACES]);
    umock_files_text(tree, dir, "bmAttributes", "%2x\n", c[CONFIG_ATTRIBUTES]);
    umock_files_text(tree, dir, "bMaxPower", "%umA\n", 2u * c[CONFIG_POWER]);
    umock_files_text(tree, dir, "configuration", "%s", ""); // none of our devices names its
}

// The kernel leaves the file out when there is no such string.
static void add_string(struct umock_tree *tree, const char *dir, const char *name, const char *text)
{
    if (text[0])
        umock_files_text(tree, dir, name, "%s\n", text);
}

static void add_strings(struct umock_tree *tree, const char *dir, const struct usb_description *usb)
{
    add_string(tree, dir, "manufacturer", usb->manufacturer);
    add_string(tree, dir, "product", usb->product);
    add_string(tree, dir, "serial", usb->serial);
}

static void add_place(struct umock_tree *tree, const char *dir,
                      const struct umock_sysfs_device *device)
{
    umock_files_text(tree, dir, "busnum", "1\n");
    umock_files_text(tree, dir, "devnum", "%u\n", device->address);
    umock_files_text(tree, dir, "devpath", "%u\n", device->port);
    umock_files_text(tree, dir, "maxchild", "%u\n", device->children);
    umock_files_text(tree, dir, "speed", "%s\n", device->usb->high_speed ? "480" : "12");
    umock_files_text(tree, dir, "rx_lanes", "1\n");
    umock_files_text(tree, dir, "tx_lanes", "1\n");
    umock_files_text(tree, dir, "dev", "%u:%u\n", UMOCK_SYSFS_MAJOR,
                     umock_sysfs_minor(device->address));
}

// The lines that a device and its interfaces have in common in their uevent files.
static int common_uevent(char *text, size_t size, const uint8_t *d)
{
    return snprintf(text, size, "PRODUCT=%x/%x/%x\nTYPE=%u/%u/%u\n", get_le16(d + DEVICE_VENDOR),
                    get_le16(d + DEVICE_PRODUCT), get_le16(d + DEVICE_RELEASE), d[DEVICE_CLASS],
                    d[DEVICE_SUBCLASS], d[DEVICE_PROTOCOL]);
}

static void add_device_uevent(struct umock_tree *tree, const char *dir,
                              const struct umock_sysfs_device *device)
{
    char common[128];
    common_uevent(common, sizeof common, device->usb->device);
    umock_files_text(tree, dir, "uevent",
                     "MAJOR=%u\nMINOR=%u\nDEVNAME=bus/usb/001/%03u\nDEVTYPE=usb_device\n"
                     "DRIVER=usb\n%sBUSNUM=001\nDEVNUM=%03u\n",
                     UMOCK_SYSFS_MAJOR, umock_sysfs_minor(device->address), device->address, common,
                     device->address);
}

static void interface_name(const struct umock_sysfs_device *device, const uint8_t *interface,
                           char name[32])
{
    snprintf(name, 32, "%s:%u.%u", device->stem, device->usb->config[CONFIG_VALUE],
             interface[INTERFACE_NUMBER]);
}

static void add_interface_uevent(struct umock_tree *tree, const char *dir, const uint8_t *d,
                                 const uint8_t *i)
{
    char common[128], alias[96];
    common_uevent(common, sizeof common, d);
    snprintf(alias, sizeof alias, "usb:v%04Xp%04Xd%04Xdc%02Xdsc%02Xdp%02Xic%02Xisc%02Xip%02Xin%02X",
             get_le16(d + DEVICE_VENDOR), get_le16(d + DEVICE_PRODUCT),
             get_le16(d + DEVICE_RELEASE), d[DEVICE_CLASS], d[DEVICE_SUBCLASS], d[DEVICE_PROTOCOL],
             i[INTERFACE_CLASS], i[INTERFACE_SUBCLASS], i[INTERFACE_PROTOCOL], i[INTERFACE_NUMBER]);
    umock_files_text(tree, dir, "modalias", "%s\n", alias);
    umock_files_text(tree, dir, "uevent",
                     "DEVTYPE=usb_interface\n%sINTERFACE=%u/%u/%u\nMODALIAS=%s\n", common,
                     i[INTERFACE_CLASS], i[INTERFACE_SUBCLASS], i[INTERFACE_PROTOCOL], alias);
}

static void link_from_bus(struct umock_tree *tree, const char *name, const char *target)
{
    char link[UMOCK_WALK_SIZE], to[UMOCK_WALK_SIZE];
    snprintf(link, sizeof link, "/sys/bus/usb/devices/%s", name);
    snprintf(to, sizeof to, "../../..%.240s", target);
    umock_files_link(tree, link, to);
}

// The way up from a folder of /sys to /sys itself.
static void link_subsystem(struct umock_tree *tree, const char *dir)
{
    char link[UMOCK_WALK_SIZE], to[UMOCK_WALK_SIZE] = "";
    size_t len = 0;
    for (const char *p = dir + sizeof "/sys" - 1; *p; p++)
        if (*p == '/')
            len += (size_t)snprintf(to + len, sizeof to - len, "../");
    snprintf(to + len, sizeof to - len, "bus/usb");
    snprintf(link, sizeof link, "%s/subsystem", dir);
    umock_files_link(tree, link, to);
}

static void add_interface(struct umock_tree *tree, const struct umock_sysfs_device *device,
                          const uint8_t *i)
{
    char name[32], target[UMOCK_WALK_SIZE], dir[UMOCK_WALK_SIZE];
    interface_name(device, i, name);
    snprintf(target, sizeof target, "%.200s/%s", device->dir, name);
    snprintf(dir, sizeof dir, "/sys%.248s", target);
    umock_files_dir(tree, dir);
    umock_files_text(tree, dir, "bInterfaceNumber", "%02x\n", i[INTERFACE_NUMBER]);
    umock_files_text(tree, dir, "bAlternateSetting", "%2u\n", i[INTERFACE_ALTERNATE]);
    umock_files_text(tree, dir, "bNumEndpoints", "%02x\n", i[INTERFACE_ENDPOINTS]);
    umock_files_text(tree, dir, "bInterfaceClass", "%02x\n", i[INTERFACE_CLASS]);
    umock_files_text(tree, dir, "bInterfaceSubClass", "%02x\n", i[INTERFACE_SUBCLASS]);
    umock_files_text(tree, dir, "bInterfaceProtocol", "%02x\n", i[INTERFACE_PROTOCOL]);
    add_interface_uevent(tree, dir, device->usb->device, i);
    link_subsystem(tree, dir);
    link_from_bus(tree, name, target);
}

// The alternate setting that is in force is 0: nobody chooses another.
static bool is_interface(const uint8_t *descriptor)
{
    return descriptor[1] == USB_DESCRIPTOR_INTERFACE && descriptor[INTERFACE_ALTERNATE] == 0;
}

void umock_sysfs_add(struct umock_tree *tree, const struct umock_sysfs_device *device)
{
    char dir[UMOCK_WALK_SIZE], link[UMOCK_WALK_SIZE], to[UMOCK_WALK_SIZE];
    snprintf(dir, sizeof dir, "/sys%.248s", device->dir);
    umock_files_dir(tree, dir);
    add_device_numbers(tree, dir, device->usb->device);
    add_configuration(tree, dir, device->usb->config);
    add_strings(tree, dir, device->usb);
    add_place(tree, dir, device);
    if (!device->walked_only) {
        add_descriptors(tree, dir, device->usb);
        add_device_uevent(tree, dir, device);
    }
    link_subsystem(tree, dir);
    for (const uint8_t *d = NULL; (d = usb_describe_next(device->usb, d));)
        if (is_interface(d))
            add_interface(tree, device, d);
    link_from_bus(tree, device->name, device->dir);
    snprintf(link, sizeof link, "/sys/dev/char/%u:%u", UMOCK_SYSFS_MAJOR,
             umock_sysfs_minor(device->address));
    snprintf(to, sizeof to, "../..%.248s", device->dir);
    umock_files_link(tree, link, to);
}

void umock_sysfs_remove(struct umock_tree *tree, const struct umock_sysfs_device *device)
{
    char path[UMOCK_WALK_SIZE], name[32];
    for (const uint8_t *d = NULL; (d = usb_describe_next(device->usb, d));) {
        if (!is_interface(d))
            continue;
        interface_name(device, d, name);
        umock_files_path(tree, path, "/sys/bus/usb/devices/%s", name);
        unlink(path);
    }
    umock_files_path(tree, path, "/sys/bus/usb/devices/%s", device->name);
    unlink(path);
    umock_files_path(tree, path, "/sys/dev/char/%u:%u", UMOCK_SYSFS_MAJOR,
                     umock_sysfs_minor(device->address));
    unlink(path);
    umock_files_path(tree, path, "/sys%s", device->dir);
    umock_files_remove(path);
}
