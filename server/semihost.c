// SPDX-License-Identifier: MIT
#include "config.h"

#include "server/semihost.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "server/semihost_internal.h"

#define STOPPED_APPLICATION_EXIT 0x20026u // ADP_Stopped_ApplicationExit
#define TICKS_PER_SECOND         1000000u
#define US_PER_CENTISECOND       10000u
#define MAX_STATUS               255u
#define SRAM_BASE                0x20000000u // DDI 0419, B3.1: below it lies what is not rewritten

static uint64_t elapsed_us(const struct semihost *sh)
{
    return target_now_us(sh->t) - sh->started_us;
}

static enum err is_error(struct semihost *sh, enum semihost_wait *wait)
{
    return semihost_done(sh, (int32_t)sh->call.word[0] < 0, wait);
}

static enum err answer_clock(struct semihost *sh, enum semihost_wait *wait)
{
    return semihost_done(sh, (uint32_t)(elapsed_us(sh) / US_PER_CENTISECOND), wait);
}

static enum err answer_elapsed(struct semihost *sh, enum semihost_wait *wait)
{
    uint8_t ticks[8];
    uint64_t us = elapsed_us(sh);
    put_le32(ticks, (uint32_t)us);
    put_le32(ticks + 4, (uint32_t)(us >> 32));
    enum err e = target_write_mem(sh->t, sh->call.arg, ticks, sizeof ticks);
    return e ? e : semihost_done(sh, 0, wait);
}

static enum err answer_tick_frequency(struct semihost *sh, enum semihost_wait *wait)
{
    return semihost_done(sh, TICKS_PER_SECOND, wait);
}

// Whether it is GDB whose host answers what the directory does not.
static bool has_gdbs_host(const struct semihost *sh)
{
    return sh->dir_fd < 0 && sh->console != SEMIHOST_CONSOLE_OWNER;
}

// The time of where the files are; where there is no GDB, it is ours.
static enum err answer_time(struct semihost *sh, enum semihost_wait *wait)
{
    if (has_gdbs_host(sh))
        return semihost_ask(sh, true, wait, "Fgettimeofday,%x,0", SEMIHOST_WINDOW);
    return semihost_done(sh, (uint32_t)time(NULL), wait);
}

static enum err time_answer(struct semihost *sh, int64_t value, enum semihost_wait *wait)
{
    (void)value;
    const uint8_t *p = sh->call.window; // a struct timeval, big-endian, seconds first
    return semihost_done(sh, (uint32_t)get_be16(p) << 16 | get_be16(p + 2), wait);
}

static enum err answer_errno(struct semihost *sh, enum semihost_wait *wait)
{
    return semihost_done(sh, sh->last_errno, wait);
}

// BUFFER, LENGTH; the length that was used goes back into the block.
static enum err answer_cmdline(struct semihost *sh, enum semihost_wait *wait)
{
    uint8_t word[4];
    uint32_t len = (uint32_t)strlen(sh->cmdline);
    if (len >= sh->call.word[1]) {
        log_line(sh->log, LOG_WARN,
                 "the program has room for %u bytes of its command line, and that has %u",
                 sh->call.word[1], len + 1);
        return semihost_fail(sh, SEMIHOST_EINVAL, wait);
    }
    put_le32(word, len);
    enum err e = target_write_mem(sh->t, sh->call.word[0], sh->cmdline, len + 1);
    if (!e)
        e = target_write_mem(sh->t, sh->call.arg + 4, word, sizeof word);
    return e ? e : semihost_done(sh, 0, wait);
}

// Zeros: where heap and stack lie is for the program's own linker script to say.
static enum err answer_heap_info(struct semihost *sh, enum semihost_wait *wait)
{
    static const uint8_t zeros[16];
    enum err e = target_write_mem(sh->t, sh->call.word[0], zeros, sizeof zeros);
    return e ? e : semihost_done(sh, 0, wait);
}

// COMMAND, LENGTH. Nothing is ever run by us; GDB does so where its user has allowed it.
static enum err run_system(struct semihost *sh, enum semihost_wait *wait)
{
    const uint32_t *w = sh->call.word;
    if (has_gdbs_host(sh))
        return semihost_ask(sh, false, wait, "Fsystem,%x/%x", w[0], w[1] + 1);
    log_line(sh->log, LOG_NOTE, "the program wants a shell command to be run: refused");
    return semihost_fail(sh, SEMIHOST_EPERM, wait);
}

static enum err end_program(struct semihost *sh, uint32_t reason, uint32_t status,
                            enum semihost_wait *wait)
{
    if (reason != STOPPED_APPLICATION_EXIT) {
        log_line(sh->log, LOG_NOTE, "the program has ended itself for the reason 0x%x", reason);
        status = 1;
    }
    // As exit() has it, but what is no success never becomes one.
    sh->call.status = (status & MAX_STATUS) || !status ? status & MAX_STATUS : MAX_STATUS;
    if (status > MAX_STATUS)
        log_line(sh->log, LOG_NOTE, "its exit status %d is told as %u", (int)status,
                 sh->call.status);
    *wait = SEMIHOST_EXIT;
    return ERR_OK;
}

static enum err exit_plainly(struct semihost *sh, enum semihost_wait *wait)
{
    return end_program(sh, sh->call.arg, 0, wait);
}

// REASON, SUBCODE
static enum err exit_with_status(struct semihost *sh, enum semihost_wait *wait)
{
    return end_program(sh, sh->call.word[0], sh->call.word[1], wait);
}

static const struct semihost_op ops[] = {
    [0x01] = {"SYS_OPEN", 3, semihost_open, NULL, semihost_open_answer},
    [0x02] = {"SYS_CLOSE", 1, semihost_close_handle, NULL, semihost_zero_answer},
    [0x03] = {"SYS_WRITEC", 0, semihost_writec, semihost_writec, NULL},
    [0x04] = {"SYS_WRITE0", 0, semihost_write0, semihost_write0, NULL},
    [0x05] = {"SYS_WRITE", 3, semihost_write, semihost_write_step, semihost_left_answer},
    [0x06] = {"SYS_READ", 3, semihost_read, semihost_read_step, semihost_left_answer},
    [0x07] = {"SYS_READC", 0, semihost_readc, semihost_readc, semihost_readc_answer},
    [0x08] = {"SYS_ISERROR", 1, is_error, NULL, NULL},
    [0x09] = {"SYS_ISTTY", 1, semihost_istty, NULL, semihost_pass_on},
    [0x0a] = {"SYS_SEEK", 2, semihost_seek, NULL, semihost_zero_answer},
    [0x0c] = {"SYS_FLEN", 1, semihost_flen, NULL, semihost_flen_answer},
    [0x0d] = {"SYS_TMPNAM", 3, semihost_tmpnam, NULL, NULL},
    [0x0e] = {"SYS_REMOVE", 2, semihost_remove, NULL, semihost_zero_answer},
    [0x0f] = {"SYS_RENAME", 4, semihost_rename, NULL, semihost_zero_answer},
    [0x10] = {"SYS_CLOCK", 0, answer_clock, NULL, NULL},
    [0x11] = {"SYS_TIME", 0, answer_time, NULL, time_answer},
    [0x12] = {"SYS_SYSTEM", 2, run_system, NULL, semihost_pass_on},
    [0x13] = {"SYS_ERRNO", 0, answer_errno, NULL, NULL},
    [0x15] = {"SYS_GET_CMDLINE", 2, answer_cmdline, NULL, NULL},
    [0x16] = {"SYS_HEAPINFO", 1, answer_heap_info, NULL, NULL},
    [0x18] = {"SYS_EXIT", 0, exit_plainly, NULL, NULL},
    [0x20] = {"SYS_EXIT_EXTENDED", 2, exit_with_status, NULL, NULL},
    [0x30] = {"SYS_ELAPSED", 0, answer_elapsed, NULL, NULL},
    [0x31] = {"SYS_TICKFREQ", 0, answer_tick_frequency, NULL, NULL},
};

static const struct semihost_op *find_op(uint32_t op)
{
    return op < sizeof ops / sizeof ops[0] && ops[op].name ? &ops[op] : NULL;
}

const char *semihost_name(uint32_t op)
{
    const struct semihost_op *found = find_op(op);
    return found ? found->name : NULL;
}

void semihost_init(struct semihost *sh, struct target *t, struct log *log)
{
    *sh = (struct semihost){.t = t, .log = log, .dir_fd = -1, .cmdline = "program"};
    semihost_restart(sh);
}

enum err semihost_open_dir(struct semihost *sh, const char *path)
{
    sh->dir_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (sh->dir_fd >= 0)
        return ERR_OK;
    return log_fail(sh->log, ERR_FILE,
                    "%s cannot be the directory of the program's files (--semihosting-dir): %s",
                    path, strerror(errno));
}

void semihost_restart(struct semihost *sh)
{
    for (unsigned i = 0; i < SEMIHOST_MAX_HANDLES; i++) {
        if (sh->handle[i].kind == SEMIHOST_DIR_FILE)
            close(sh->handle[i].fd);
        sh->handle[i].kind = SEMIHOST_FREE;
    }
    semihost_abort(sh);
    sh->last_errno = 0;
    sh->sites = 0;
    sh->reads_at_end = 0;
    sh->started_us = target_now_us(sh->t);
}

void semihost_close(struct semihost *sh)
{
    semihost_restart(sh);
    if (sh->dir_fd >= 0)
        close(sh->dir_fd);
    sh->dir_fd = -1;
}

void semihost_abort(struct semihost *sh)
{
    sh->call.active = sh->call.window_open = false;
}

static bool is_known_site(const struct semihost *sh, uint32_t pc)
{
    for (unsigned i = 0; i < sh->sites && i < SEMIHOST_SITES; i++)
        if (sh->site[i] == pc)
            return true;
    return false;
}

enum err semihost_check(struct semihost *sh, bool *is_call)
{
    uint32_t pc;
    uint8_t code[2];
    *is_call = false;
    enum err e = target_read_reg(sh->t, CORTEXM_PC, &pc);
    if (!e && is_known_site(sh, pc)) {
        *is_call = true;
        return ERR_OK;
    }
    bool known = pc >= sh->code_base && pc - sh->code_base + sizeof code <= sh->code_len;
    if (!e && known)
        memcpy(code, sh->code + (pc - sh->code_base), sizeof code);
    else if (!e)
        e = target_read_mem(sh->t, pc, code, sizeof code, NULL);
    if (e)
        return e;
    *is_call = get_le16(code) == SEMIHOST_BKPT;
    if (*is_call && pc < SRAM_BASE)
        sh->site[sh->sites++ % SEMIHOST_SITES] = pc;
    return ERR_OK;
}

// A program that gives a wrong address made a mistake of its own, and is told so.
static enum err end_call_with_error(struct semihost *sh, enum err e, enum semihost_wait *wait)
{
    if (e == ERR_FAULT || e == ERR_USAGE || e == ERR_PROTECTED) {
        const char *op = semihost_name(sh->call.op);
        log_line(sh->log, LOG_WARN, "the program's %s fails: %s", op ? op : "call",
                 log_sentence(sh->log, e));
        log_forget(sh->log);
        e = semihost_fail(sh, SEMIHOST_EFAULT, wait);
    }
    const char *name = semihost_name(sh->call.op);
    if (!e && *wait == SEMIHOST_DONE && name)
        log_line(sh->log, LOG_TRACE, "semihosting: %s(0x%x) = 0x%x", name, sh->call.arg,
                 sh->call.result);
    if (e || *wait == SEMIHOST_DONE || *wait == SEMIHOST_EXIT)
        semihost_abort(sh);
    return e;
}

static enum err read_block(struct semihost *sh, unsigned words)
{
    uint8_t block[sizeof sh->call.word];
    enum err e = words > 0 ? target_read_mem(sh->t, sh->call.arg, block, 4 * words, NULL) : ERR_OK;
    for (unsigned i = 0; !e && i < words; i++)
        sh->call.word[i] = get_le32(block + 4 * i);
    return e;
}

enum err semihost_begin(struct semihost *sh, enum semihost_wait *wait)
{
    sh->call = (struct semihost_call){.active = true};
    enum err e = target_read_reg(sh->t, CORTEXM_R0, &sh->call.op);
    if (!e)
        e = target_read_reg(sh->t, CORTEXM_R0 + 1, &sh->call.arg);
    if (e)
        return end_call_with_error(sh, e, wait);
    const struct semihost_op *op = find_op(sh->call.op);
    uint32_t result;
    if (!op && sh->extension) {
        e = sh->extension(sh->extension_user, sh->call.op, sh->call.arg, &result);
        return e ? end_call_with_error(sh, e, wait)
                 : end_call_with_error(sh, semihost_done(sh, result, wait), wait);
    }
    if (!op) {
        log_line(sh->log, LOG_WARN,
                 "the program makes a semihosting call that does not exist (0x%x)", sh->call.op);
        return end_call_with_error(sh, semihost_fail(sh, SEMIHOST_EUNKNOWN, wait), wait);
    }
    e = read_block(sh, op->words);
    if (!e)
        e = op->begin(sh, wait);
    return end_call_with_error(sh, e, wait);
}

enum err semihost_step(struct semihost *sh, enum semihost_wait *wait)
{
    const struct semihost_op *op = find_op(sh->call.op);
    return end_call_with_error(sh, op->step(sh, wait), wait);
}

// A call whose value is a count of what was left undone fails with all of it.
static uint32_t failed_value(const struct semihost *sh)
{
    return find_op(sh->call.op)->begin == semihost_write ? sh->call.word[2] : SEMIHOST_FAILED;
}

enum err semihost_answer(struct semihost *sh, int64_t value, uint32_t error,
                         enum semihost_wait *wait)
{
    sh->call.window_open = false;
    if (value >= 0)
        return end_call_with_error(sh, find_op(sh->call.op)->answer(sh, value, wait), wait);
    sh->last_errno = error ? error : SEMIHOST_EUNKNOWN;
    return end_call_with_error(sh, semihost_done(sh, failed_value(sh), wait), wait);
}
