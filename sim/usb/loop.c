// SPDX-License-Identifier: MIT
// The event loop of swdlink-sim: epoll(7) and timerfd_create(2), nothing else.
#include "sim/usb/loop.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { US_PER_S = 1000000, NS_PER_US = 1000, BACKLOG = 16 };

enum err loop_open(struct loop *loop, struct log *log)
{
    *loop = (struct loop){.epoll_fd = epoll_create1(EPOLL_CLOEXEC), .log = log};
    if (loop->epoll_fd < 0)
        return log_fail(log, ERR_MEMORY, "no event loop: %s", strerror(errno));
    return ERR_OK;
}

void loop_close(struct loop *loop)
{
    if (loop->epoll_fd >= 0)
        close(loop->epoll_fd);
    loop->epoll_fd = -1;
}

enum err loop_add(struct loop *loop, struct loop_source *source)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = source};
    if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, source->fd, &event))
        return log_fail(loop->log, ERR_MEMORY, "cannot watch a file descriptor: %s",
                        strerror(errno));
    return ERR_OK;
}

void loop_remove(struct loop *loop, struct loop_source *source)
{
    if (source->fd < 0)
        return;
    epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, source->fd, NULL);
    close(source->fd);
    source->fd = -1;
}

enum err loop_add_listener(struct loop *loop, struct loop_source *source, const char *path)
{
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof sun.sun_path)
        return log_fail(loop->log, ERR_USAGE, "the name of the socket is too long: %s", path);
    strcpy(sun.sun_path, path);
    source->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (source->fd < 0 || bind(source->fd, (struct sockaddr *)&sun, sizeof sun) ||
        listen(source->fd, BACKLOG))
        return log_fail(loop->log, ERR_FILE, "cannot listen at %s: %s", path, strerror(errno));
    return loop_add(loop, source);
}

void loop_run(struct loop *loop)
{
    struct epoll_event event;
    loop->stopped = false;
    while (!loop->stopped) {
        int n = epoll_wait(loop->epoll_fd, &event, 1, -1);
        if (n == 1) {
            struct loop_source *source = event.data.ptr;
            source->ready(source->arg);
        } else if (n < 0 && errno != EINTR) {
            return;
        }
    }
}

void loop_stop(struct loop *loop)
{
    loop->stopped = true;
}

uint64_t loop_now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * US_PER_S + (uint64_t)t.tv_nsec / NS_PER_US;
}

enum err loop_add_timer(struct loop *loop, struct loop_source *source)
{
    source->fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (source->fd < 0)
        return log_fail(loop->log, ERR_MEMORY, "no timer: %s", strerror(errno));
    return loop_add(loop, source);
}

static struct timespec to_timespec(uint64_t us)
{
    return (struct timespec){
        .tv_sec = (time_t)(us / US_PER_S),
        .tv_nsec = (long)(us % US_PER_S * NS_PER_US),
    };
}

void loop_set_timer(struct loop_source *source, uint64_t due_us)
{
    struct itimerspec spec = {.it_value = to_timespec(due_us)};
    timerfd_settime(source->fd, TFD_TIMER_ABSTIME, &spec, NULL);
}

void loop_set_period(struct loop_source *source, uint64_t period_us)
{
    struct itimerspec spec = {
        .it_value = to_timespec(period_us),
        .it_interval = to_timespec(period_us),
    };
    timerfd_settime(source->fd, 0, &spec, NULL);
}

void loop_take_timer(struct loop_source *source)
{
    uint64_t times;
    if (read(source->fd, &times, sizeof times) < 0)
        return; // re-armed meanwhile: nothing to take
}
