// SPDX-License-Identifier: MIT
// The program's console: GDB's, or our own standard input and output. Neither is ever waited for.
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "server/semihost_internal.h"

#define STRING_CHUNK 64u // what is read at once of a string whose length nobody knows
#define READS_AT_END 3u
#define PIPE_CHUNK   512u // what a pipe that has room takes without waiting (POSIX, PIPE_BUF)

static bool is_ready(int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};
    return poll(&p, 1, 0) == 1;
}

size_t semihost_console_put(struct semihost *sh, const void *data, size_t len)
{
    if (sh->console != SEMIHOST_CONSOLE_STDIO) {
        sh->print(sh->user, data, len);
        return len;
    }
    if (!is_ready(STDOUT_FILENO, POLLOUT))
        return 0;
    ssize_t n = write(STDOUT_FILENO, data, len < PIPE_CHUNK ? len : PIPE_CHUNK);
    if (n > 0)
        return (size_t)n;
    if (errno == EINTR || errno == EAGAIN)
        return 0;
    // Nobody reads any more: the program goes on without.
    if (!sh->stdout_broken)
        log_line(sh->log, LOG_WARN, "the program's output cannot be written: %s", strerror(errno));
    sh->stdout_broken = true;
    return len;
}

// A program may well ask once more after the end; one that goes on and on waits for what never
// comes.
static void note_end(struct semihost *sh)
{
    if (++sh->reads_at_end == READS_AT_END)
        log_line(sh->log, LOG_WARN,
                 "the program goes on reading its console, although standard input has ended: "
                 "nothing will come (`swdlink run --timeout SECONDS` ends a program that waits "
                 "for ever)");
}

int semihost_console_get(struct semihost *sh, void *data, size_t len)
{
    if (!is_ready(STDIN_FILENO, POLLIN))
        return -1;
    ssize_t n = read(STDIN_FILENO, data, len);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return -1;
    if (n <= 0)
        note_end(sh);
    return n < 0 ? 0 : (int)n;
}

enum err semihost_writec(struct semihost *sh, enum semihost_wait *wait)
{
    uint8_t c;
    enum err e = target_read_mem(sh->t, sh->call.arg, &c, 1, NULL);
    if (e)
        return e;
    if (semihost_console_put(sh, &c, 1) == 1)
        return semihost_done(sh, sh->call.op, wait); // R0 is left as it is
    *wait = SEMIHOST_INPUT;
    return ERR_OK;
}

// Chunk by chunk, none across the end of a memory.
enum err semihost_write0(struct semihost *sh, enum semihost_wait *wait)
{
    uint8_t text[STRING_CHUNK];
    uint32_t addr = sh->call.arg + sh->call.done;
    size_t len = STRING_CHUNK - (addr & (STRING_CHUNK - 1));
    enum err e = target_read_mem(sh->t, addr, text, len, NULL);
    if (e)
        return e;
    const uint8_t *end = memchr(text, '\0', len);
    if (end)
        len = (size_t)(end - text);
    size_t put = len > 0 ? semihost_console_put(sh, text, len) : 0;
    sh->call.done += (uint32_t)put;
    if (end && put == len)
        return semihost_done(sh, sh->call.op, wait);
    *wait = put > 0 ? SEMIHOST_AGAIN : SEMIHOST_INPUT;
    return ERR_OK;
}

enum err semihost_readc(struct semihost *sh, enum semihost_wait *wait)
{
    uint8_t c;
    if (sh->console == SEMIHOST_CONSOLE_GDB)
        return semihost_ask(sh, true, wait, "Fread,0,%x,1", SEMIHOST_WINDOW);
    int n = semihost_console_get(sh, &c, 1);
    if (n >= 0)
        return semihost_done(sh, n > 0 ? c : SEMIHOST_FAILED, wait);
    *wait = SEMIHOST_INPUT;
    return ERR_OK;
}

enum err semihost_readc_answer(struct semihost *sh, int64_t value, enum semihost_wait *wait)
{
    return semihost_done(sh, value > 0 ? sh->call.window[0] : SEMIHOST_FAILED, wait);
}
