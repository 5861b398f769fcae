// SPDX-License-Identifier: MIT
#include "sim/usb/loop.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { US_PER_S = 1000000, NS_PER_US = 1000, BACKLOG = 16 };

// select(2), of all backends, takes microseconds: --pace needs them. The descriptors are few.
enum err loop_open(struct loop *loop, struct log *log)
{
    *loop = (struct loop){.ev = ev_loop_new(EVBACKEND_SELECT | EVFLAG_NOENV), .log = log};
    return loop->ev ? ERR_OK : log_fail(log, ERR_MEMORY, "no event loop: %s", strerror(errno));
}

void loop_close(struct loop *loop)
{
    if (loop->ev)
        ev_loop_destroy(loop->ev);
    loop->ev = NULL;
}

static void source_is_ready(struct ev_loop *ev, ev_io *io, int events)
{
    const struct loop_source *source = io->data;
    (void)ev;
    (void)events;
    source->ready(source->arg);
}

void loop_add(struct loop *loop, struct loop_source *source)
{
    ev_io_init(&source->io, source_is_ready, source->fd, EV_READ);
    source->io.data = source;
    ev_io_start(loop->ev, &source->io);
}

void loop_remove(struct loop *loop, struct loop_source *source)
{
    if (source->fd < 0)
        return;
    ev_io_stop(loop->ev, &source->io);
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
    loop_add(loop, source);
    return ERR_OK;
}

void loop_run(struct loop *loop)
{
    ev_run(loop->ev, 0);
}

void loop_stop(struct loop *loop)
{
    ev_break(loop->ev, EVBREAK_ALL);
}

uint64_t loop_now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * US_PER_S + (uint64_t)t.tv_nsec / NS_PER_US;
}

static void timer_is_due(struct ev_loop *ev, ev_timer *timer, int events)
{
    const struct loop_timer *t = timer->data;
    (void)ev;
    (void)events;
    t->due(t->arg);
}

void loop_add_timer(struct loop *loop, struct loop_timer *timer)
{
    timer->ev = loop->ev;
    ev_init(&timer->timer, timer_is_due);
    timer->timer.data = timer;
}

void loop_remove_timer(struct loop_timer *timer)
{
    if (timer->ev)
        ev_timer_stop(timer->ev, &timer->timer);
    timer->ev = NULL;
}

static void start_timer(struct loop_timer *timer, double after_s, double period_s)
{
    ev_timer_stop(timer->ev, &timer->timer);
    ev_now_update(timer->ev);
    ev_timer_set(&timer->timer, after_s, period_s);
    ev_timer_start(timer->ev, &timer->timer);
}

void loop_set_timer(struct loop_timer *timer, uint64_t due_us)
{
    const uint64_t now_us = loop_now_us();
    start_timer(timer, due_us > now_us ? (double)(due_us - now_us) / US_PER_S : 0, 0);
}

void loop_set_period(struct loop_timer *timer, uint64_t period_us)
{
    const double period_s = (double)period_us / US_PER_S;
    start_timer(timer, period_s, period_s);
}
