// SPDX-License-Identifier: MIT
// The program's files within one directory of this computer. The program may be anybody's: each
// name is walked part by part, no symbolic link is followed, nothing goes up, and only regular
// files are opened.
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/semihost_internal.h"

#define NEW_FILE_MODE 0666 // less the umask

static int refuse_operation(int fd, int error)
{
    if (fd >= 0)
        close(fd);
    errno = error;
    return -1;
}

// One part further: closes fd, whatever happens.
static int enter_folder(int fd, const char *part)
{
    int next = openat(fd, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return next < 0 ? refuse_operation(fd, errno) : (close(fd), next);
}

// Opens the directory in which the name's last part lies, and copies that part. "" and "." have
// none.
static int walk(int dir_fd, const char *name, char leaf[SEMIHOST_NAME_SIZE])
{
    if (name[0] == '/')
        return refuse_operation(-1, EACCES);
    int fd = fcntl(dir_fd, F_DUPFD_CLOEXEC, 0);
    leaf[0] = '\0';
    while (fd >= 0 && *name) {
        size_t len = strcspn(name, "/");
        bool last = name[len + strspn(name + len, "/")] == '\0';
        if (len == 2 && memcmp(name, "..", 2) == 0)
            return refuse_operation(fd, EACCES);
        snprintf(leaf, SEMIHOST_NAME_SIZE, "%.*s", (int)len, name);
        name += len + strspn(name + len, "/");
        if (strcmp(leaf, ".") == 0)
            leaf[0] = '\0';
        else if (!last)
            fd = enter_folder(fd, leaf);
    }
    if (fd >= 0 && !leaf[0])
        return refuse_operation(fd, EISDIR);
    return fd;
}

// What a symbolic link says (ELOOP) is that we do not go there.
static int leave_directory(int parent, int result)
{
    int error = errno == ELOOP ? EACCES : errno;
    close(parent);
    errno = error;
    return result;
}

int semihost_dir_open(int dir_fd, const char *name, int flags)
{
    char leaf[SEMIHOST_NAME_SIZE];
    struct stat st;
    int parent = walk(dir_fd, name, leaf);
    if (parent < 0)
        return -1;
    // O_NONBLOCK: a FIFO must not keep us waiting.
    int fd =
        openat(parent, leaf, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, NEW_FILE_MODE);
    fd = leave_directory(parent, fd);
    if (fd >= 0 && (fstat(fd, &st) || !S_ISREG(st.st_mode)))
        return refuse_operation(fd, S_ISDIR(st.st_mode) ? EISDIR : EACCES);
    return fd;
}

int semihost_dir_remove(int dir_fd, const char *name)
{
    char leaf[SEMIHOST_NAME_SIZE];
    int parent = walk(dir_fd, name, leaf);
    return parent < 0 ? -1 : leave_directory(parent, unlinkat(parent, leaf, 0));
}

int semihost_dir_rename(int dir_fd, const char *from, const char *to)
{
    char leaf_from[SEMIHOST_NAME_SIZE], leaf_to[SEMIHOST_NAME_SIZE];
    int parent_from = walk(dir_fd, from, leaf_from);
    if (parent_from < 0)
        return -1;
    int parent_to = walk(dir_fd, to, leaf_to);
    if (parent_to < 0)
        return refuse_operation(parent_from, errno);
    int result = leave_directory(parent_to, renameat(parent_from, leaf_from, parent_to, leaf_to));
    return leave_directory(parent_from, result);
}

uint32_t semihost_dir_errno(int error)
{
    static const struct {
        int here;
        uint32_t there;
    } numbers[] = {
        {EPERM, SEMIHOST_EPERM},   {ENOENT, SEMIHOST_ENOENT}, {EINTR, SEMIHOST_EINTR},
        {EBADF, SEMIHOST_EBADF},   {EACCES, SEMIHOST_EACCES}, {EBUSY, SEMIHOST_EBUSY},
        {EEXIST, SEMIHOST_EEXIST}, {ENODEV, SEMIHOST_ENODEV}, {ENOTDIR, SEMIHOST_ENOTDIR},
        {EISDIR, SEMIHOST_EISDIR}, {EINVAL, SEMIHOST_EINVAL}, {ENFILE, SEMIHOST_ENFILE},
        {EMFILE, SEMIHOST_EMFILE}, {EFBIG, SEMIHOST_EFBIG},   {ENOSPC, SEMIHOST_ENOSPC},
        {ESPIPE, SEMIHOST_ESPIPE}, {EROFS, SEMIHOST_EROFS},   {ENAMETOOLONG, SEMIHOST_ENAMETOOLONG},
    };
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (numbers[i].here == error)
            return numbers[i].there;
    return SEMIHOST_EUNKNOWN;
}
