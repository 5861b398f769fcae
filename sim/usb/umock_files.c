// SPDX-License-Identifier: MIT
#include "config.h" // _GNU_SOURCE

#include "sim/usb/umock_files.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_DIRS = 16, TEXT_SIZE = 512 };

void umock_files_path(const struct umock_tree *tree, char path[UMOCK_WALK_SIZE], const char *fmt,
                      ...)
{
    int n = snprintf(path, UMOCK_WALK_SIZE, "%s", tree->root);
    va_list args;
    va_start(args, fmt);
    vsnprintf(path + n, (size_t)(UMOCK_WALK_SIZE - n), fmt, args);
    va_end(args);
}

void umock_files_failed(struct umock_tree *tree, const char *path)
{
    if (tree->failed == ERR_OK)
        tree->failed = log_fail(tree->log, ERR_FILE, "cannot make %s: %s", path, strerror(errno));
}

void umock_files_dir(struct umock_tree *tree, const char *name)
{
    char path[UMOCK_WALK_SIZE];
    umock_files_path(tree, path, "%s/", name);
    for (char *slash = path + strlen(tree->root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        if (mkdir(path, 0755) && errno != EEXIST)
            umock_files_failed(tree, path);
        *slash = '/';
    }
}

void umock_files_bytes(struct umock_tree *tree, const char *dir, const char *name, const void *data,
                       size_t len)
{
    char path[UMOCK_WALK_SIZE];
    umock_files_path(tree, path, "%s/%s", dir, name);
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, data, len) != (ssize_t)len)
        umock_files_failed(tree, path);
    if (fd >= 0)
        close(fd);
}

void umock_files_text(struct umock_tree *tree, const char *dir, const char *name, const char *fmt,
                      ...)
{
    char text[TEXT_SIZE];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    umock_files_bytes(tree, dir, name, text, n < TEXT_SIZE ? (size_t)n : TEXT_SIZE - 1);
}

void umock_files_link(struct umock_tree *tree, const char *name, const char *to)
{
    char path[UMOCK_WALK_SIZE];
    umock_files_path(tree, path, "%s", name);
    unlink(path);
    if (symlink(to, path))
        umock_files_failed(tree, path);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void umock_files_remove(const char *path)
{
    nftw(path, remove_one, OPEN_DIRS, FTW_DEPTH | FTW_PHYS);
}
