// SPDX-License-Identifier: MIT
// What goes where: results to standard output, everything said about them to standard error.
#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/signals.h"

#define COLOR_RED    "\033[1;31m"
#define COLOR_YELLOW "\033[1;33m"
#define COLOR_FAINT  "\033[2m"
#define COLOR_END    "\033[0m"

static const struct {
    const char *color, *prefix;
} styles[] = {
    [LOG_ERROR] = {COLOR_RED, "error: "},
    [LOG_WARN] = {COLOR_YELLOW, "warning: "},
    [LOG_NOTE] = {"", ""},
    [LOG_DEBUG] = {COLOR_FAINT, ""},
    [LOG_TRACE] = {COLOR_FAINT, ""},
};

// Stable names for programs that read our JSON; the sentence is for people.
static const char *const kinds[ERR_COUNT] = {
    [ERR_OK] = "none",
    [ERR_USAGE] = "usage",
    [ERR_MEMORY] = "memory",
    [ERR_FILE] = "file",
    [ERR_NO_PROBE] = "no-probe",
    [ERR_SEVERAL_PROBES] = "several-probes",
    [ERR_PROBE_ACCESS] = "probe-access",
    [ERR_PROBE_BUSY] = "probe-busy",
    [ERR_PROBE_LOST] = "probe-lost",
    [ERR_PROBE_PROTOCOL] = "probe-protocol",
    [ERR_PROBE_FIRMWARE] = "probe-firmware",
    [ERR_TIMEOUT] = "timeout",
    [ERR_NO_TARGET] = "no-target",
    [ERR_LINK] = "link",
    [ERR_WAIT] = "wait",
    [ERR_FAULT] = "fault",
    [ERR_PROTECTED] = "protected",
    [ERR_FLASH] = "flash",
    [ERR_STATE] = "state",
    [ERR_RESOURCE] = "resource",
    [ERR_UNSUPPORTED] = "unsupported",
    [ERR_INTERRUPTED] = "interrupted",
};

// no-color.org: any text that is not empty; "dumb" is a terminal that would show the codes.
static bool terminal_takes_color(void)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && !(no_color && no_color[0]) && term && strcmp(term, "dumb");
}

struct output output_default(void)
{
    return (struct output){.color = terminal_takes_color()};
}

// A line may carry bytes of a client or of a chip: none of them shall steer the terminal.
static void put_printable(const char *line)
{
    for (const char *p = line; *p; p++)
        putc((unsigned char)*p < ' ' || *p == 0x7f ? '.' : *p, stderr);
}

static void write_line(void *user, enum log_level level, const char *line)
{
    const struct output *out = user;
    const bool color = out->color && styles[level].color[0];
    flockfile(stderr);
    fputs(color ? styles[level].color : "", stderr);
    fputs(out->name ? out->name : "", stderr);
    fputs(styles[level].prefix, stderr);
    put_printable(line);
    fputs(color ? COLOR_END "\n" : "\n", stderr);
    funlockfile(stderr);
}

struct log output_log(struct output *out)
{
    return (struct log){.level = LOG_NOTE, .write = write_line, .user = out};
}

void output_configure(struct output *out, struct log *log, const struct options *o)
{
    if (o->color != OPTIONS_COLOR_AUTO)
        out->color = o->color == OPTIONS_COLOR_ALWAYS;
    log->level = LOG_NOTE;
    if (o->verbose > 0)
        log->level = o->verbose == 1 ? LOG_DEBUG : LOG_TRACE;
    else if (o->quiet)
        log->level = LOG_WARN;
}

void output_error(const struct output *out, const char *sentence)
{
    fputs(out->color ? COLOR_RED "swdlink:" COLOR_END " " : "swdlink: ", stderr);
    fputs(out->name ? out->name : "", stderr);
    put_printable(sentence);
    putc('\n', stderr);
}

enum err output_json(struct output *out, json_t *document, struct log *log)
{
    if (!document)
        return log_fail(log, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
    const int failed = json_dumpf(document, stdout, JSON_INDENT(2));
    json_decref(document);
    out->json_printed = true;
    putchar('\n');
    if (failed)
        return log_fail(log, ERR_FILE, "the JSON document could not be written to standard output");
    return ERR_OK;
}

json_t *output_error_value(enum err e, const struct log *log)
{
    return json_pack("{s:s, s:s, s:s*}", "kind", kinds[e], "text", log_sentence(log, e), "verdict",
                     log->word);
}

enum err output_json_error(struct output *out, enum err e, struct log *log)
{
    json_t *error = output_error_value(e, log);
    return output_json(out, json_pack("{s:i, s:o}", "schema", OUTPUT_SCHEMA, "error", error), log);
}

enum err output_flush(struct log *log)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return ERR_OK;
    return log_fail(log, ERR_FILE, "standard output could not be written: %s", strerror(errno));
}

void output_reserve_standard_files(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        const int opened = open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        if (opened >= 0 && opened != fd) // a lower one is closed and could not be filled
            close(opened);
    }
}

void output_outlive_reader(struct output *out)
{
    out->unread_ends = !signals_is_ignored(SIGPIPE);
    signal(SIGPIPE, SIG_IGN);
}

bool output_is_unread(void)
{
    struct pollfd p = {.fd = STDOUT_FILENO};
    return ferror(stdout) && poll(&p, 1, 0) == 1 && (p.revents & POLLERR);
}

void output_end_if_unread(const struct output *out)
{
    if (!out->unread_ends || !output_is_unread())
        return;
    signal(SIGPIPE, SIG_DFL);
    raise(SIGPIPE);
}
