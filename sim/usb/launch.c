// SPDX-License-Identifier: MIT
// fork, exec, signalfd(2). The preload library is put into the environment of the program only.
#include "config.h" // _GNU_SOURCE

#include "sim/usb/launch.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/signals.h"

#define PRELOAD_NAME "libumockdev-preload.so.0"

// The dynamic loader only warns when it cannot preload, and the program would then look at the real
// USB.
enum err launch_find_preload(struct launch *launch)
{
    struct link_map *map = NULL;
    void *library = dlopen(PRELOAD_NAME, RTLD_LAZY | RTLD_LOCAL);
    if (!library || dlinfo(library, RTLD_DI_LINKMAP, &map) || strpbrk(map->l_name, ": "))
        return log_fail(launch->log, ERR_UNSUPPORTED,
                        PRELOAD_NAME " was not found. Programs see the virtual probe through it: "
                                     "install the package umockdev");
    snprintf(launch->preload, sizeof launch->preload, "%s", map->l_name);
    dlclose(library);
    return ERR_OK;
}

static void take_status(struct launch *launch)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid != launch->child)
            continue;
        launch->child = -1;
        launch->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        loop_stop(launch->loop);
    }
}

static bool ends_us(unsigned number)
{
    return number == SIGINT || number == SIGTERM || number == SIGHUP || number == SIGQUIT;
}

// Ctrl-C on a terminal goes to the program as well as to us; only what was sent to us alone is
// passed on.
static void pass_on(struct launch *launch, const struct signalfd_siginfo *info)
{
    int number = (int)info->ssi_signo;
    if (launch->child < 0 && ends_us(info->ssi_signo))
        loop_stop(launch->loop);
    else if (launch->child > 0 && launch->own_group)
        kill(-launch->child, number);
    else if (launch->child > 0 && info->ssi_code != SI_KERNEL)
        kill(launch->child, number);
}

static void take_signal(void *arg)
{
    struct launch *launch = arg;
    struct signalfd_siginfo info;
    if (read(launch->signals.fd, &info, sizeof info) != (ssize_t)sizeof info)
        return;
    if (info.ssi_signo == SIGCHLD)
        take_status(launch);
    else
        pass_on(launch, &info);
}

enum err launch_open(struct launch *launch, struct loop *loop, struct log *log)
{
    static const int taken[] = {SIGCHLD, SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,
                                SIGUSR1, SIGUSR2, SIGCONT, SIGWINCH};
    *launch = (struct launch){.loop = loop, .log = log, .child = -1};
    launch->signals.fd = -1;
    sigset_t set;
    sigemptyset(&set);
    signal(SIGCHLD, SIG_DFL); // whoever ignores it gets no status of his children
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
        if (!signals_is_ignored(taken[i]))
            sigaddset(&set, taken[i]);
    sigprocmask(SIG_BLOCK, &set, &launch->old_mask);
    launch->signals = (struct loop_source){
        .fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), .ready = take_signal, .arg = launch};
    if (launch->signals.fd < 0)
        return log_fail(log, ERR_MEMORY, "cannot wait for signals: %s", strerror(errno));
    loop_add(loop, &launch->signals);
    return ERR_OK;
}

static void set_environment(const struct launch *launch, const char *dir)
{
    char preload[2 * LAUNCH_PRELOAD_SIZE + 4096];
    const char *others = getenv("LD_PRELOAD"); // a sanitizer's runtime must stay the first
    bool any = others && *others;
    snprintf(preload, sizeof preload, "%s%s%s", any ? others : "", any ? ":" : "", launch->preload);
    setenv("LD_PRELOAD", preload, 1);
    setenv("UMOCKDEV_DIR", dir, 1);
}

// In the child: never returns.
static void become_command(const struct launch *launch, char *const argv[], const char *dir)
{
    sigprocmask(SIG_SETMASK, &launch->old_mask, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM); // without us it would hang at its next transfer
    if (dir)
        set_environment(launch, dir);
    // The preload library naps for 0 us after each ioctl; with the default slack that takes 50 us
    // and more.
    prctl(PR_SET_TIMERSLACK, 1ul);
    execvp(argv[0], argv);
    int error = errno;
    fprintf(stderr, "swdlink-sim: cannot run %s: %s\n", argv[0], strerror(error));
    _exit(error == ENOENT ? LAUNCH_NOT_FOUND : LAUNCH_CANNOT_RUN);
}

// At a terminal the program shares our process group, so that Ctrl-C and Ctrl-Z reach it. Elsewhere
// it gets its own, or it would get twice what somebody sends to a whole group (as timeout(1) does),
// once from us: st-util, for one, does not survive that.
static void choose_group(struct launch *launch)
{
    launch->own_group = tcgetpgrp(STDIN_FILENO) != getpgrp();
    if (launch->own_group)
        setpgid(launch->child, launch->child);
}

enum err launch_start(struct launch *launch, char *const argv[], const char *dir)
{
    launch->child = fork();
    if (launch->child < 0)
        return log_fail(launch->log, ERR_MEMORY, "cannot start %s: %s", argv[0], strerror(errno));
    choose_group(launch); // in the parent and in the child: whoever comes first
    if (launch->child == 0)
        become_command(launch, argv, dir);
    return ERR_OK;
}

void launch_close(struct launch *launch)
{
    if (launch->signals.fd < 0)
        return;
    loop_remove(launch->loop, &launch->signals);
    sigprocmask(SIG_SETMASK, &launch->old_mask, NULL);
}
