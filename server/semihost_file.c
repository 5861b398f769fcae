// SPDX-License-Identifier: MIT
// The program's handles: the console under its name ":tt", the list of features, and files, which
// are GDB's ("Debugging with GDB", E.13) or lie in our own directory.
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/semihost_internal.h"

#define OPEN_MODES     12u
#define OPEN_FOR_WRITE 4u // the modes of fopen(): r, rb, r+, r+b, w…
#define OPEN_TO_APPEND 8u // … a…
#define TMPNAM_IDS     256u
#define TMPNAM_SIZE    32u
#define STAT_SIZE_AT   28u // st_size, 8 bytes, in GDB's struct stat (E.13.9.2)

enum { SEEK_FROM_START = 0 };

// GDB's numbers for open() (E.13.9.3).
enum gdb_open {
    GDB_RDONLY = 0x0,
    GDB_WRONLY = 0x1,
    GDB_RDWR = 0x2,
    GDB_APPEND = 0x8,
    GDB_CREAT = 0x200,
    GDB_TRUNC = 0x400,
};

static const struct {
    int gdb, here;
} open_flags[OPEN_MODES / 2] = {
    {GDB_RDONLY, O_RDONLY},
    {GDB_RDWR, O_RDWR},
    {GDB_WRONLY | GDB_CREAT | GDB_TRUNC, O_WRONLY | O_CREAT | O_TRUNC},
    {GDB_RDWR | GDB_CREAT | GDB_TRUNC, O_RDWR | O_CREAT | O_TRUNC},
    {GDB_WRONLY | GDB_CREAT | GDB_APPEND, O_WRONLY | O_CREAT | O_APPEND},
    {GDB_RDWR | GDB_CREAT | GDB_APPEND, O_RDWR | O_CREAT | O_APPEND},
};

// What a debugger tells of itself: a magic word, then bit 0 SYS_EXIT_EXTENDED, bit 1 an own
// standard error.
static const uint8_t features[] = {'S', 'H', 'F', 'B', 0x03};

static struct semihost_handle *find_handle(struct semihost *sh, uint32_t handle)
{
    if (handle - 1 >= SEMIHOST_MAX_HANDLES || sh->handle[handle - 1].kind == SEMIHOST_FREE)
        return NULL;
    return &sh->handle[handle - 1];
}

static bool is_console(const struct semihost_handle *h)
{
    return h->kind >= SEMIHOST_STDIN && h->kind <= SEMIHOST_STDERR;
}

static enum err give_handle(struct semihost *sh, enum semihost_handle_kind kind, int fd,
                            enum semihost_wait *wait)
{
    for (uint32_t i = 0; i < SEMIHOST_MAX_HANDLES; i++) {
        if (sh->handle[i].kind != SEMIHOST_FREE)
            continue;
        sh->handle[i] = (struct semihost_handle){.kind = kind, .fd = fd};
        return semihost_done(sh, i + 1, wait);
    }
    if (kind == SEMIHOST_DIR_FILE)
        close(fd);
    return semihost_fail(sh, SEMIHOST_EMFILE, wait);
}

static enum err fail_here(struct semihost *sh, enum semihost_wait *wait)
{
    return semihost_fail(sh, semihost_dir_errno(errno), wait);
}

// A name of len bytes, which in the target has a NUL behind. *fits false: it is too long.
static enum err read_name(struct semihost *sh, uint32_t addr, uint32_t len,
                          char name[SEMIHOST_NAME_SIZE], bool *fits)
{
    *fits = len < SEMIHOST_NAME_SIZE;
    name[0] = '\0';
    if (!*fits || len == 0)
        return ERR_OK;
    name[len] = '\0';
    return target_read_mem(sh->t, addr, name, len, NULL);
}

static enum err open_file(struct semihost *sh, const char *name, enum semihost_wait *wait)
{
    const uint32_t *w = sh->call.word;
    if (sh->dir_fd < 0)
        return semihost_ask(sh, false, wait, "Fopen,%x/%x,%x,1a4", w[0], w[2] + 1,
                            (unsigned)open_flags[w[1] / 2].gdb);
    int fd = semihost_dir_open(sh->dir_fd, name, open_flags[w[1] / 2].here);
    if (fd >= 0)
        return give_handle(sh, SEMIHOST_DIR_FILE, fd, wait);
    int error = errno;
    log_line(sh->log, LOG_DEBUG, "the program cannot open a file: %s", strerror(error));
    return semihost_fail(sh, semihost_dir_errno(error), wait);
}

// NAME, MODE, LENGTH
enum err semihost_open(struct semihost *sh, enum semihost_wait *wait)
{
    char name[SEMIHOST_NAME_SIZE];
    bool fits;
    uint32_t mode = sh->call.word[1];
    enum err e = read_name(sh, sh->call.word[0], sh->call.word[2], name, &fits);
    if (e)
        return e;
    if (!fits)
        return semihost_fail(sh, SEMIHOST_ENAMETOOLONG, wait);
    if (mode >= OPEN_MODES)
        return semihost_fail(sh, SEMIHOST_EINVAL, wait);
    if (strcmp(name, ":semihosting-features") == 0)
        return mode < OPEN_FOR_WRITE ? give_handle(sh, SEMIHOST_FEATURES, -1, wait)
                                     : semihost_fail(sh, SEMIHOST_EACCES, wait);
    if (strcmp(name, ":tt") == 0)
        return give_handle(sh,
                           mode < OPEN_FOR_WRITE   ? SEMIHOST_STDIN
                           : mode < OPEN_TO_APPEND ? SEMIHOST_STDOUT
                                                   : SEMIHOST_STDERR,
                           -1, wait);
    return open_file(sh, name, wait);
}

enum err semihost_open_answer(struct semihost *sh, int64_t value, enum semihost_wait *wait)
{
    return give_handle(sh, SEMIHOST_GDB_FILE, (int)value, wait);
}

// HANDLE
enum err semihost_close_handle(struct semihost *sh, enum semihost_wait *wait)
{
    struct semihost_handle *h = find_handle(sh, sh->call.word[0]);
    if (!h)
        return semihost_fail(sh, SEMIHOST_EBADF, wait);
    struct semihost_handle was = *h;
    h->kind = SEMIHOST_FREE;
    if (was.kind == SEMIHOST_GDB_FILE)
        return semihost_ask(sh, false, wait, "Fclose,%x", (unsigned)was.fd);
    if (was.kind == SEMIHOST_DIR_FILE && close(was.fd))
        return fail_here(sh, wait);
    return semihost_done(sh, 0, wait);
}

// HANDLE, ADDRESS, LENGTH; the result is how many bytes were not written.
enum err semihost_write(struct semihost *sh, enum semihost_wait *wait)
{
    const uint32_t *w = sh->call.word;
    const struct semihost_handle *h = find_handle(sh, w[0]);
    if (!h || h->kind == SEMIHOST_STDIN || h->kind == SEMIHOST_FEATURES) {
        sh->last_errno = SEMIHOST_EBADF;
        return semihost_done(sh, w[2], wait);
    }
    if (w[2] == 0)
        return semihost_done(sh, 0, wait);
    if (h->kind == SEMIHOST_GDB_FILE)
        return semihost_ask(sh, false, wait, "Fwrite,%x,%x,%x", (unsigned)h->fd, w[1], w[2]);
    return semihost_write_step(sh, wait);
}

enum err semihost_write_step(struct semihost *sh, enum semihost_wait *wait)
{
    uint8_t data[SEMIHOST_CHUNK];
    const uint32_t *w = sh->call.word;
    const struct semihost_handle *h = find_handle(sh, w[0]);
    uint32_t left = w[2] - sh->call.done, n = left < sizeof data ? left : sizeof data;
    enum err e = target_read_mem(sh->t, w[1] + sh->call.done, data, n, NULL);
    if (e)
        return e;
    ssize_t put =
        is_console(h) ? (ssize_t)semihost_console_put(sh, data, n) : write(h->fd, data, n);
    if (put < 0) {
        sh->last_errno = semihost_dir_errno(errno);
        return semihost_done(sh, left, wait);
    }
    sh->call.done += (uint32_t)put;
    if (sh->call.done == w[2])
        return semihost_done(sh, 0, wait);
    *wait = put > 0 ? SEMIHOST_AGAIN : SEMIHOST_INPUT;
    return ERR_OK;
}

// HANDLE, ADDRESS, LENGTH; the result is how many bytes of the buffer were left as they were.
enum err semihost_read(struct semihost *sh, enum semihost_wait *wait)
{
    const uint32_t *w = sh->call.word;
    const struct semihost_handle *h = find_handle(sh, w[0]);
    if (!h || h->kind == SEMIHOST_STDOUT || h->kind == SEMIHOST_STDERR)
        return semihost_fail(sh, SEMIHOST_EBADF, wait);
    if (w[2] == 0)
        return semihost_done(sh, 0, wait);
    if (h->kind == SEMIHOST_GDB_FILE)
        return semihost_ask(sh, false, wait, "Fread,%x,%x,%x", (unsigned)h->fd, w[1], w[2]);
    if (h->kind == SEMIHOST_STDIN && sh->console == SEMIHOST_CONSOLE_GDB)
        return semihost_ask(sh, false, wait, "Fread,0,%x,%x", w[1], w[2]);
    return semihost_read_step(sh, wait);
}

static ssize_t read_features(struct semihost_handle *h, uint8_t *data, size_t len)
{
    size_t left = h->pos < sizeof features ? sizeof features - h->pos : 0;
    size_t n = len < left ? len : left;
    memcpy(data, features + (sizeof features - left), n);
    h->pos += (uint32_t)n;
    return (ssize_t)n;
}

enum err semihost_read_step(struct semihost *sh, enum semihost_wait *wait)
{
    uint8_t data[SEMIHOST_CHUNK];
    const uint32_t *w = sh->call.word;
    struct semihost_handle *h = find_handle(sh, w[0]);
    uint32_t left = w[2] - sh->call.done, n = left < sizeof data ? left : sizeof data;
    bool typed = h->kind == SEMIHOST_STDIN;
    ssize_t got = typed                          ? semihost_console_get(sh, data, n)
                  : h->kind == SEMIHOST_FEATURES ? read_features(h, data, n)
                                                 : read(h->fd, data, n);
    if (got < 0 && typed) {
        *wait = SEMIHOST_INPUT;
        return ERR_OK;
    }
    if (got < 0)
        return fail_here(sh, wait);
    enum err e =
        got > 0 ? target_write_mem(sh->t, w[1] + sh->call.done, data, (size_t)got) : ERR_OK;
    if (e)
        return e;
    sh->call.done += (uint32_t)got;
    // A line that was typed is a whole answer.
    if (got == 0 || typed || sh->call.done == w[2])
        return semihost_done(sh, w[2] - sh->call.done, wait);
    *wait = SEMIHOST_AGAIN;
    return ERR_OK;
}

enum err semihost_left_answer(struct semihost *sh, int64_t value, enum semihost_wait *wait)
{
    uint32_t len = sh->call.word[2];
    return semihost_done(sh, value < len ? len - (uint32_t)value : 0, wait);
}

// HANDLE
enum err semihost_istty(struct semihost *sh, enum semihost_wait *wait)
{
    const struct semihost_handle *h = find_handle(sh, sh->call.word[0]);
    if (!h)
        return semihost_fail(sh, SEMIHOST_EBADF, wait);
    if (h->kind == SEMIHOST_GDB_FILE)
        return semihost_ask(sh, false, wait, "Fisatty,%x", (unsigned)h->fd);
    return semihost_done(sh, is_console(h), wait);
}

// HANDLE, POSITION
enum err semihost_seek(struct semihost *sh, enum semihost_wait *wait)
{
    uint32_t pos = sh->call.word[1];
    struct semihost_handle *h = find_handle(sh, sh->call.word[0]);
    if (!h)
        return semihost_fail(sh, SEMIHOST_EBADF, wait);
    if (is_console(h))
        return semihost_fail(sh, SEMIHOST_ESPIPE, wait);
    if (h->kind == SEMIHOST_GDB_FILE)
        return semihost_ask(sh, false, wait, "Flseek,%x,%x,%x", (unsigned)h->fd, pos,
                            SEEK_FROM_START);
    if (h->kind == SEMIHOST_DIR_FILE && lseek(h->fd, (off_t)pos, SEEK_SET) < 0)
        return fail_here(sh, wait);
    h->pos = pos;
    return semihost_done(sh, 0, wait);
}

enum err semihost_zero_answer(struct semihost *sh, int64_t value, enum semihost_wait *wait)
{
    (void)value;
    return semihost_done(sh, 0, wait);
}

// HANDLE
enum err semihost_flen(struct semihost *sh, enum semihost_wait *wait)
{
    struct stat st;
    const struct semihost_handle *h = find_handle(sh, sh->call.word[0]);
    if (!h)
        return semihost_fail(sh, SEMIHOST_EBADF, wait);
    if (h->kind == SEMIHOST_GDB_FILE)
        return semihost_ask(sh, true, wait, "Ffstat,%x,%x", (unsigned)h->fd, SEMIHOST_WINDOW);
    if (is_console(h))
        return semihost_done(sh, 0, wait);
    if (h->kind == SEMIHOST_FEATURES)
        return semihost_done(sh, sizeof features, wait);
    return fstat(h->fd, &st) ? fail_here(sh, wait) : semihost_done(sh, (uint32_t)st.st_size, wait);
}

enum err semihost_flen_answer(struct semihost *sh, int64_t value, enum semihost_wait *wait)
{
    (void)value;
    uint32_t size = 0; // its low half: big-endian, as all of the structure
    for (unsigned i = 4; i < 8; i++)
        size = size << 8 | sh->call.window[STAT_SIZE_AT + i];
    return semihost_done(sh, size, wait);
}

// BUFFER, ID, LENGTH
enum err semihost_tmpnam(struct semihost *sh, enum semihost_wait *wait)
{
    const uint32_t *w = sh->call.word;
    char name[TMPNAM_SIZE];
    uint32_t secret = sh->tmpnam_secret;
    // At GDB's host the name is opened as it is, in a folder where others may have left a link.
    if (!secret && getrandom(&secret, sizeof secret, 0) != sizeof secret)
        return semihost_fail(sh, SEMIHOST_EINVAL, wait);
    sh->tmpnam_secret = secret;
    int len = snprintf(name, sizeof name, "%ssl%08x-%02x", sh->dir_fd < 0 ? "/tmp/" : "", secret,
                       w[1] & (TMPNAM_IDS - 1));
    if (w[1] >= TMPNAM_IDS || (uint32_t)len >= w[2])
        return semihost_fail(sh, SEMIHOST_EINVAL, wait);
    enum err e = target_write_mem(sh->t, w[0], name, (size_t)len + 1);
    return e ? e : semihost_done(sh, 0, wait);
}

// NAME, LENGTH
enum err semihost_remove(struct semihost *sh, enum semihost_wait *wait)
{
    const uint32_t *w = sh->call.word;
    char name[SEMIHOST_NAME_SIZE];
    bool fits;
    if (sh->dir_fd < 0)
        return semihost_ask(sh, false, wait, "Funlink,%x/%x", w[0], w[1] + 1);
    enum err e = read_name(sh, w[0], w[1], name, &fits);
    if (e)
        return e;
    if (!fits)
        return semihost_fail(sh, SEMIHOST_ENAMETOOLONG, wait);
    return semihost_dir_remove(sh->dir_fd, name) ? fail_here(sh, wait) : semihost_done(sh, 0, wait);
}

// OLD NAME, LENGTH, NEW NAME, LENGTH
enum err semihost_rename(struct semihost *sh, enum semihost_wait *wait)
{
    const uint32_t *w = sh->call.word;
    char from[SEMIHOST_NAME_SIZE], to[SEMIHOST_NAME_SIZE];
    bool from_fits, to_fits;
    if (sh->dir_fd < 0)
        return semihost_ask(sh, false, wait, "Frename,%x/%x,%x/%x", w[0], w[1] + 1, w[2], w[3] + 1);
    enum err e = read_name(sh, w[0], w[1], from, &from_fits);
    if (!e)
        e = read_name(sh, w[2], w[3], to, &to_fits);
    if (e)
        return e;
    if (!from_fits || !to_fits)
        return semihost_fail(sh, SEMIHOST_ENAMETOOLONG, wait);
    return semihost_dir_rename(sh->dir_fd, from, to) ? fail_here(sh, wait)
                                                     : semihost_done(sh, 0, wait);
}
