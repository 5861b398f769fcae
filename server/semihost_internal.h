// SPDX-License-Identifier: MIT
// What the files of semihosting know of each other.
#ifndef SWDLINK_SERVER_SEMIHOST_INTERNAL_H
#define SWDLINK_SERVER_SEMIHOST_INTERNAL_H

#include "server/semihost.h"

// The numbers of GDB's File-I/O protocol ("Debugging with GDB", E.13.9.4), which newlib uses too.
enum semihost_errno {
    SEMIHOST_EPERM = 1,
    SEMIHOST_ENOENT = 2,
    SEMIHOST_EINTR = 4,
    SEMIHOST_EBADF = 9,
    SEMIHOST_EACCES = 13,
    SEMIHOST_EFAULT = 14,
    SEMIHOST_EBUSY = 16,
    SEMIHOST_EEXIST = 17,
    SEMIHOST_ENODEV = 19,
    SEMIHOST_ENOTDIR = 20,
    SEMIHOST_EISDIR = 21,
    SEMIHOST_EINVAL = 22,
    SEMIHOST_ENFILE = 23,
    SEMIHOST_EMFILE = 24,
    SEMIHOST_EFBIG = 27,
    SEMIHOST_ENOSPC = 28,
    SEMIHOST_ESPIPE = 29,
    SEMIHOST_EROFS = 30,
    SEMIHOST_ENAMETOOLONG = 91,
    SEMIHOST_EUNKNOWN = 9999,
};

#define SEMIHOST_FAILED UINT32_MAX // -1

// A row of the table of operations. Each function answers with what the call waits for.
struct semihost_op {
    const char *name;
    unsigned words; // of the argument block; 0: R1 is the argument itself, or its address
    enum err (*begin)(struct semihost *sh, enum semihost_wait *wait);
    enum err (*step)(struct semihost *sh, enum semihost_wait *wait);
    // After SEMIHOST_GDB, when GDB's host has succeeded.
    enum err (*answer)(struct semihost *sh, int64_t value, enum semihost_wait *wait);
};

// semihost_outcome.c
enum err semihost_done(struct semihost *sh, uint32_t result, enum semihost_wait *wait) MUST_CHECK;
enum err semihost_fail(struct semihost *sh, uint32_t error, enum semihost_wait *wait) MUST_CHECK;
// A request for GDB's host. window: the call's window takes the place of target memory.
enum err semihost_ask(struct semihost *sh, bool window, enum semihost_wait *wait, const char *fmt,
                      ...) LOG_PRINTF(4, 5) MUST_CHECK;
// An answer handler for calls whose result is GDB's.
enum err semihost_pass_on(struct semihost *sh, int64_t value, enum semihost_wait *wait) MUST_CHECK;

// semihost_console.c: how many of the bytes were taken; 0 when the reader is slow.
size_t semihost_console_put(struct semihost *sh, const void *data, size_t len);
// Bytes typed at our standard input: how many, 0 at its end, -1 when there are none yet.
int semihost_console_get(struct semihost *sh, void *data, size_t len);
enum err semihost_writec(struct semihost *sh, enum semihost_wait *wait) MUST_CHECK;
enum err semihost_write0(struct semihost *sh, enum semihost_wait *wait) MUST_CHECK;
enum err semihost_readc(struct semihost *sh, enum semihost_wait *wait) MUST_CHECK;
enum err semihost_readc_answer(struct semihost *sh, int64_t value,
                               enum semihost_wait *wait) MUST_CHECK;

// semihost_file.c
enum err semihost_open(struct semihost *sh, enum semihost_wait *wait) MUST_CHECK;
enum err semihost_open_answer(struct semihost *sh, int64_t value,
                              enum semihost_wait *wait) MUST_CHECK;
enum err semihost_close_handle(struct semihost *sh, enum semihost_wait *wait) MUST_CHECK;
enum err semihost_write(struct semihost *sh, enum semihost_wait *wait) MUST_CHECK;
enum err semihost_write_step(struct semihost *sh, enum semihost_wait *wait) MUST_CHECK;
enum err semihost_read(struct semihost *sh, enum semihost_wait *wait) MUST_CHECK;
enum err semihost_read_step(struct semihost *sh, enum semihost_wait *wait) MUST_CHECK;
enum err semihost_left_answer(struct semihost *sh, int64_t value,
                              enum semihost_wait *wait) MUST_CHECK;
enum err semihost_istty(struct semihost *sh, enum semihost_wait *wait) MUST_CHECK;
enum err semihost_seek(struct semihost *sh, enum semihost_wait *wait) MUST_CHECK;
enum err semihost_zero_answer(struct semihost *sh, int64_t value,
                              enum semihost_wait *wait) MUST_CHECK;
enum err semihost_flen(struct semihost *sh, enum semihost_wait *wait) MUST_CHECK;
enum err semihost_flen_answer(struct semihost *sh, int64_t value,
                              enum semihost_wait *wait) MUST_CHECK;
enum err semihost_tmpnam(struct semihost *sh, enum semihost_wait *wait) MUST_CHECK;
enum err semihost_remove(struct semihost *sh, enum semihost_wait *wait) MUST_CHECK;
enum err semihost_rename(struct semihost *sh, enum semihost_wait *wait) MUST_CHECK;

// semihost_dir.c: files within the one directory, whatever the name says. A file descriptor or 0;
// -1 with errno.
int semihost_dir_open(int dir_fd, const char *name, int flags);
int semihost_dir_remove(int dir_fd, const char *name);
int semihost_dir_rename(int dir_fd, const char *from, const char *to);
// errno in GDB's numbers.
uint32_t semihost_dir_errno(int error);

#endif
