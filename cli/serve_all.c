// SPDX-License-Identifier: MIT
// swdlink serve --all: a process for each ST-LINK, so that a crash or a hang stays with its board.
// This one looks after them: it starts one for each new serial number, on a port that stays the
// serial number's own, starts it again when it broke down, and ends them all when it is ended.
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/signals.h"
#include "cli/serve.h"
#include "server/service.h"
#include "swd/usb_choose.h"
#include "swd/usb_libusb.h"

#define MAX_PROBES 64u
#define LOOK_S     1 // between looks at the bus
#define RESTARTS_S 5 // at least, between two starts of the same process

struct child {
    char name[USB_CHOOSE_NAME_SIZE]; // as for --probe
    char location[USB_LINK_PLACE_SIZE];
    uint16_t port;
    pid_t pid; // 0: it has ended
    time_t started;
};

struct keeper {
    const struct options *options;
    struct output *out;
    struct log *log;
    struct child child[MAX_PROBES];
    unsigned count;
    uint64_t seen; // what was on the bus
    bool looked;
};

static time_t now_s(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec;
}

static void watched_signals(sigset_t *set)
{
    signals_ending(set);
    sigaddset(set, SIGCHLD);
}

// In the new process. An own process group: Ctrl-C at the terminal is for the keeper, who passes it
// on once, so that nobody is interrupted while he puts things back.
static _Noreturn void be_child(const struct keeper *k, const struct child *c, pid_t keeper)
{
    char name[USB_CHOOSE_NAME_SIZE + 16];
    struct options options = *k->options;
    struct output out = *k->out;
    struct log log = output_log(&out);
    setpgid(0, 0);
    signal(SIGTERM, SIG_DFL); // by which the keeper ends it, also where the keeper ignores it
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != keeper)
        _exit(1);
    service_forget();
    int null = open("/dev/null", O_RDONLY);
    if (null >= 0)
        dup2(null, STDIN_FILENO);
    if (c->port)
        snprintf(name, sizeof name, "%s port %u: ", c->name, c->port);
    else
        snprintf(name, sizeof name, "%s: ", c->name);
    setvbuf(stderr, NULL, _IOLBF, BUFSIZ); // whole lines, beside those of the others
    output_configure(&out, &log, &options);
    out.name = name;
    options.probe = c->name;
    options.port = c->port;
    enum err e = serve_one(&options, true, &out, &log);
    if (e)
        output_error(&out, log_sentence(&log, e));
    fflush(NULL);
    _exit(e ? 1 : 0);
}

static void start_child(struct keeper *k, struct child *c)
{
    pid_t keeper = getpid();
    fflush(NULL);
    c->started = now_s();
    c->pid = fork();
    if (c->pid == 0)
        be_child(k, c, keeper);
    if (c->pid < 0) {
        log_line(k->log, LOG_ERROR, "no process for %s can be started: %s", c->name,
                 strerror(errno));
        c->pid = 0;
    }
}

// A probe keeps the process that it has, also when another one with its serial number comes.
static bool is_known(const struct keeper *k, const struct usb_found *f, const char *name)
{
    for (unsigned i = 0; i < k->count; i++) {
        const struct child *c = &k->child[i];
        bool same_place = f->id.location[0] && strcmp(c->location, f->id.location) == 0;
        if (strcmp(c->name, name) == 0 || (same_place && strcmp(c->name, f->id.serial) == 0))
            return true;
    }
    return false;
}

static void take_probe(struct keeper *k, const struct usb_found *f)
{
    char name[USB_CHOOSE_NAME_SIZE];
    if (!f->model->debugger)
        return;
    usb_choose_name(&f->id, name);
    if (f->access != ERR_OK || !name[0]) {
        log_line(k->log, LOG_WARN, "the %s at bus %u device %u cannot be served: %s",
                 f->model->name, f->id.bus, f->id.address, err_text(f->access));
        return;
    }
    if (is_known(k, f, name))
        return;
    if (k->count == MAX_PROBES) {
        log_line(k->log, LOG_WARN, "%s is not served: %u are enough for one computer", name,
                 MAX_PROBES);
        return;
    }
    struct child *c = &k->child[k->count];
    unsigned port = k->options->port ? k->options->port + k->count : 0;
    *c = (struct child){.port = (uint16_t)port};
    if (port > UINT16_MAX) {
        log_line(k->log, LOG_WARN, "%s is not served: there is no port behind 65535", name);
        return;
    }
    snprintf(c->name, sizeof c->name, "%s", name);
    snprintf(c->location, sizeof c->location, "%s", f->id.location);
    k->count++;
    start_child(k, c);
}

static int by_serial(const void *a, const void *b)
{
    const struct usb_found *left = a, *right = b;
    int order = strcmp(left->id.serial, right->id.serial);
    return order ? order : strcmp(left->id.location, right->id.location);
}

// The devices are opened, to read their serial numbers, only when others are there than before.
static enum err find_probes(struct keeper *k)
{
    struct usb_found *found;
    uint64_t seen;
    size_t count;
    enum err e = usb_libusb_fingerprint(&seen, k->log);
    if (e || (k->looked && seen == k->seen))
        return e;
    e = usb_libusb_list(&found, &count, k->log);
    if (e)
        return e;
    if (!k->looked && count == 0)
        log_line(k->log, LOG_NOTE, "no ST-LINK is plugged in yet: waiting for one");
    k->looked = true;
    k->seen = seen;
    if (count > 1)
        qsort(found, count, sizeof *found, by_serial);
    for (size_t i = 0; i < count; i++)
        take_probe(k, &found[i]);
    free(found);
    return ERR_OK;
}

static void bury(struct keeper *k)
{
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        for (unsigned i = 0; i < k->count; i++) {
            struct child *c = &k->child[i];
            if (c->pid != pid)
                continue;
            c->pid = 0;
            if (WIFSIGNALED(status))
                log_line(k->log, LOG_ERROR, "the server of %s was ended by signal %d", c->name,
                         WTERMSIG(status));
        }
}

static void restart_children(struct keeper *k)
{
    for (unsigned i = 0; i < k->count; i++)
        if (k->child[i].pid == 0 && now_s() - k->child[i].started >= RESTARTS_S)
            start_child(k, &k->child[i]);
}

static void end_all(struct keeper *k)
{
    for (unsigned i = 0; i < k->count; i++)
        if (k->child[i].pid > 0)
            kill(k->child[i].pid, SIGTERM);
    for (unsigned i = 0; i < k->count; i++)
        if (k->child[i].pid > 0)
            waitpid(k->child[i].pid, NULL, 0);
}

static enum err keep_children(struct keeper *k)
{
    sigset_t set;
    const struct timespec pause = {.tv_sec = LOOK_S};
    watched_signals(&set);
    for (;;) {
        enum err e = find_probes(k);
        if (e)
            return e;
        restart_children(k);
        int signal = sigtimedwait(&set, NULL, &pause);
        if (signal == SIGCHLD)
            bury(k);
        else if (signal > 0)
            break;
    }
    log_line(k->log, LOG_NOTE, "ending");
    return ERR_OK;
}

enum err serve_all(const struct options *o, struct output *out, struct log *log)
{
    sigset_t set, before;
    if (o->probe || o->once || o->record)
        return log_fail(log, ERR_USAGE, "--all does not go with %s",
                        o->probe    ? "a probe of your choice"
                        : o->record ? "--record: serve one probe"
                                    : "--once");
    if (service_has_sockets())
        return log_fail(log, ERR_USAGE,
                        "--all opens a port for each probe, and takes no socket over: start "
                        "a service for each probe, or one without a socket");
    struct keeper *k = calloc(1, sizeof *k);
    if (!k)
        return log_fail(log, ERR_MEMORY, "%s", err_text(ERR_MEMORY));
    *k = (struct keeper){.options = o, .out = out, .log = log};
    watched_signals(&set);
    signal(SIGCHLD, SIG_DFL); // whoever ignores it gets no status of his children
    sigprocmask(SIG_BLOCK, &set, &before);
    service_tell("READY=1");
    enum err e = keep_children(k);
    service_tell("STOPPING=1");
    end_all(k);
    sigprocmask(SIG_SETMASK, &before, NULL);
    free(k);
    return e;
}
