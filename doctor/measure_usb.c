// SPDX-License-Identifier: MIT
// What the operating system knows of an ST-LINK: whether it is there, who may open it, and who has
// it open. Linux shows this in /dev/bus/usb, /proc and the folders of udev; elsewhere these are
// missing and nothing is told.
#include "config.h"

#include "doctor/measure.h"

#include <dirent.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "swd/usb_choose.h"
#include "swd/usb_libusb.h"

static const char *const rule_folders[] = {"/etc/udev/rules.d", "/run/udev/rules.d",
                                           "/usr/lib/udev/rules.d", "/lib/udev/rules.d"};

static bool file_names_st(const char *folder, const char *name)
{
    char path[512], line[512];
    bool found = false;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "re");
    while (f && !found && fgets(line, sizeof line, f))
        found = line[0] != '#' && strstr(line, "0483") && strstr(line, "37");
    if (f)
        fclose(f);
    return found;
}

static bool any_rule_names_st(void)
{
    bool found = false;
    for (unsigned i = 0; i < sizeof rule_folders / sizeof rule_folders[0] && !found; i++) {
        DIR *dir = opendir(rule_folders[i]);
        const struct dirent *entry;
        while (dir && !found && (entry = readdir(dir)))
            found =
                strstr(entry->d_name, ".rules") && file_names_st(rule_folders[i], entry->d_name);
        if (dir)
            closedir(dir);
    }
    return found;
}

static bool is_member(gid_t wanted)
{
    gid_t groups[256];
    int count = getgroups(256, groups);
    for (int i = 0; i < count; i++)
        if (groups[i] == wanted)
            return true;
    return getegid() == wanted;
}

static void check_device_node(struct measured_probe *p)
{
    struct stat st;
    if (stat(p->node, &st) != 0) {
        p->node[0] = '\0';
        return;
    }
    const struct passwd *user = getpwuid(st.st_uid);
    const struct group *group = getgrgid(st.st_gid);
    p->mode = st.st_mode & 07777;
    snprintf(p->owner, sizeof p->owner, "%s", user ? user->pw_name : "?");
    snprintf(p->group, sizeof p->group, "%s", group ? group->gr_name : "?");
    p->group_lacks_you = st.st_mode & S_IWGRP && st.st_gid != 0 && !is_member(st.st_gid);
    p->rule_installed = any_rule_names_st();
}

static bool ends_with(const char *text, const char *end)
{
    size_t have = strlen(text), want = strlen(end);
    return have >= want && strcmp(text + have - want, end) == 0;
}

static bool process_has_open(const char *pid, const char *node)
{
    char folder[64], path[384], target[256];
    snprintf(folder, sizeof folder, "/proc/%.20s/fd", pid);
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    bool found = false;
    while (dir && !found && (entry = readdir(dir))) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        ssize_t len = readlink(path, target, sizeof target - 1);
        if (len <= 0)
            continue;
        target[len] = '\0';
        found = ends_with(target, node);
    }
    if (dir)
        closedir(dir);
    return found;
}

static void read_name(const char *pid, char *name, size_t size)
{
    char path[64];
    name[0] = '\0';
    snprintf(path, sizeof path, "/proc/%.20s/comm", pid);
    FILE *f = fopen(path, "re");
    if (f && fgets(name, (int)size, f))
        name[strcspn(name, "\n")] = '\0';
    if (f)
        fclose(f);
}

static void find_holder(struct measured_probe *p)
{
    DIR *dir = opendir("/proc");
    const struct dirent *entry;
    while (dir && !p->holder_pid && (entry = readdir(dir))) {
        unsigned long pid = strtoul(entry->d_name, NULL, 10);
        if (!pid || pid == (unsigned long)getpid() || !process_has_open(entry->d_name, p->node))
            continue;
        p->holder_pid = (unsigned)pid;
        read_name(entry->d_name, p->holder, sizeof p->holder);
    }
    if (dir)
        closedir(dir);
}

static bool is_meant(const struct usb_found *f, const char *which)
{
    static const size_t prefix = sizeof USB_CHOOSE_PREFIX - 1;
    if (!which || strstr(f->id.serial, which))
        return true;
    return strncmp(which, USB_CHOOSE_PREFIX, prefix) == 0 &&
           strcmp(f->id.location, which + prefix) == 0;
}

static void take_probe(struct measured_probe *p, const struct usb_found *f)
{
    snprintf(p->model, sizeof p->model, "%s", f->model->name);
    snprintf(p->serial, sizeof p->serial, "%s", f->id.serial);
    snprintf(p->node, sizeof p->node, "/dev/bus/usb/%03u/%03u", f->id.bus, f->id.address);
    // The product id of a V3 tells it; a V2 says so itself, when it is asked for its mode.
    if (strstr(f->model->name, "boot loader"))
        p->boot_loader = true;
}

void measure_usb(struct measured_probe *p, const char *which, struct log *log)
{
    struct usb_found *found = NULL;
    size_t count = 0;
    if (usb_libusb_list(&found, &count, log) != ERR_OK)
        return;
    p->plugged_in = (unsigned)count;
    for (size_t i = 0; i < count; i++)
        if (is_meant(&found[i], which) && (count == 1 || which)) {
            take_probe(p, &found[i]);
            break;
        }
    free(found);
    if (!p->node[0])
        return;
    check_device_node(p);
    if (p->opening == ERR_PROBE_BUSY)
        find_holder(p);
}
