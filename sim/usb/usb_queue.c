// SPDX-License-Identifier: MIT
// USB transfers on a board. Without pace the board does its work at once, in no time on the wall;
// with pace the queue waits as long as the board's own clock says.
#include "sim/usb/usb_queue.h"

#include "base/hex.h"

enum { IN_BIT = 0x80, NS_PER_US = 1000, TRACED_BYTES = 32 };

static void timer_fired(void *arg)
{
    struct usb_queue *queue = arg;
    usb_queue_run(queue);
}

void usb_queue_open(struct usb_queue *queue)
{
    queue->first = NULL;
    queue->busy_until_us = 0;
    queue->timer = (struct loop_timer){.due = timer_fired, .arg = queue};
    sim_board_set_follow(queue->board, queue->options.follow);
    loop_add_timer(queue->loop, &queue->timer);
}

void usb_queue_close(struct usb_queue *queue)
{
    loop_remove_timer(&queue->timer);
}

bool usb_queue_add(struct usb_queue *queue, struct usb_transfer *transfer)
{
    struct usb_transfer **link = &queue->first;
    unsigned count = 0;
    for (; *link; link = &(*link)->next)
        count++;
    if (count >= USB_QUEUE_MAX)
        return false;
    transfer->next = NULL;
    transfer->ran = false;
    transfer->due_us = 0;
    transfer->actual = 0;
    transfer->result = USB_DONE;
    *link = transfer;
    return true;
}

void usb_queue_take(struct usb_queue *queue, struct usb_transfer *transfer)
{
    struct usb_transfer **link = &queue->first;
    while (*link != transfer)
        link = &(*link)->next;
    *link = transfer->next;
}

static void trace_transfer(struct usb_queue *queue, const struct usb_transfer *t)
{
    static const char *const results[] = {
        [USB_DONE] = "",
        [USB_STALLED] = ", stalled",
        [USB_OVERFLOWN] = ", too long",
        [USB_CANCELLED] = ", cancelled",
        [USB_GONE] = ", gone",
    };
    char hex[2 * TRACED_BYTES + 1];
    size_t len = t->endpoint ? t->actual : USB_SETUP_SIZE;
    hex_encode(hex, t->data, len < TRACED_BYTES ? len : TRACED_BYTES);
    log_line(queue->log, LOG_TRACE, "usb %02x %zu%s %s%s", (unsigned)t->endpoint, t->actual,
             results[t->result], hex, len > TRACED_BYTES ? "..." : "");
}

void usb_queue_end(struct usb_queue *queue, struct usb_transfer *transfer, enum usb_result result)
{
    usb_queue_take(queue, transfer);
    transfer->result = result;
    transfer->actual = 0;
    trace_transfer(queue, transfer);
    queue->done(queue->arg, transfer);
}

void usb_queue_end_all(struct usb_queue *queue, enum usb_result result)
{
    while (queue->first)
        usb_queue_end(queue, queue->first, result);
}

bool usb_transfer_is_in(const struct usb_transfer *transfer)
{
    return (transfer->endpoint ? transfer->endpoint : transfer->data[0]) & IN_BIT;
}

static enum sim_usb_status run_control(struct sim_board *board, struct usb_transfer *t)
{
    int n = sim_board_usb_control(board, t->data, t->data + USB_SETUP_SIZE);
    if (n < 0)
        return SIM_USB_STALL;
    t->actual = (size_t)n;
    return SIM_USB_OK;
}

static enum sim_usb_status run_in(struct sim_board *board, struct usb_transfer *t)
{
    bool overflow = false;
    enum sim_usb_status status =
        sim_board_usb_in(board, t->endpoint, t->data, t->len, &t->actual, &overflow);
    if (overflow)
        t->result = USB_OVERFLOWN;
    return status;
}

static enum sim_usb_status run_out(struct sim_board *board, struct usb_transfer *t)
{
    enum sim_usb_status status = sim_board_usb_out(board, t->endpoint, t->data, t->len);
    t->actual = status == SIM_USB_OK ? t->len : 0;
    return status;
}

// With pace, the board is busy for as long as it took on its own clock. It takes what is sent to it
// at the beginning of that time, and gives its answer at the end: a command that is long makes the
// next transfer wait and not itself.
static void set_due(struct usb_queue *queue, struct usb_transfer *t, uint64_t took_ns)
{
    uint64_t now = loop_now_us();
    queue->busy_until_us = now + took_ns / NS_PER_US;
    t->due_us = usb_transfer_is_in(t) ? queue->busy_until_us : now;
}

static enum sim_usb_status run_transfer(struct usb_queue *queue, struct usb_transfer *t)
{
    struct sim_board *board = queue->board;
    if (queue->options.follow)
        sim_board_wait_ns(board, 0); // catches up, so that what follows is the transfer's own time
    uint64_t before = sim_board_now_ns(board);
    enum sim_usb_status status = !t->endpoint            ? run_control(board, t)
                                 : usb_transfer_is_in(t) ? run_in(board, t)
                                                         : run_out(board, t);
    if (status == SIM_USB_STALL) {
        t->result = USB_STALLED;
        t->actual = 0;
    }
    t->ran = status == SIM_USB_OK || status == SIM_USB_STALL;
    if (t->ran)
        trace_transfer(queue, t);
    if (t->ran && queue->options.pace)
        set_due(queue, t, sim_board_now_ns(board) - before);
    return status;
}

static uint32_t endpoint_bit(const struct usb_transfer *t)
{
    return 1u << (t->endpoint & 0xf) << (t->endpoint & IN_BIT ? 16 : 0);
}

enum progress { PROGRESS_NONE, PROGRESS_SOME, PROGRESS_GONE };

// One look at each transfer, the oldest first. A transfer waits for those before it on its
// endpoint; with pace all wait until the board has spent the time of the last one.
static enum progress run_each(struct usb_queue *queue, uint64_t now)
{
    enum progress progress = PROGRESS_NONE;
    uint32_t taken = 0;
    for (struct usb_transfer *t = queue->first; t; t = t->next) {
        bool may_run = !t->ran && !(taken & endpoint_bit(t)) && queue->busy_until_us <= now;
        if (may_run && run_transfer(queue, t) == SIM_USB_GONE)
            return PROGRESS_GONE;
        if (may_run && t->ran)
            progress = PROGRESS_SOME;
        taken |= endpoint_bit(t);
    }
    return progress;
}

static struct usb_transfer *find_due(const struct usb_queue *queue, uint64_t now)
{
    struct usb_transfer *t = queue->first;
    while (t && !(t->ran && t->due_us <= now))
        t = t->next;
    return t;
}

// Whoever is told may end others: the search begins at the front each time.
static enum progress run_once(struct usb_queue *queue, uint64_t now)
{
    enum progress progress = run_each(queue, now);
    for (struct usb_transfer *t; (t = find_due(queue, now));) {
        usb_queue_take(queue, t);
        queue->done(queue->arg, t);
    }
    return progress;
}

void usb_queue_run(struct usb_queue *queue)
{
    enum progress progress = PROGRESS_SOME;
    uint64_t now = 0; // without pace nothing is ever due later
    while (progress == PROGRESS_SOME) {
        if (queue->options.pace)
            now = loop_now_us();
        progress = run_once(queue, now);
    }
    if (progress == PROGRESS_GONE)
        queue->gone(queue->arg);
    else if (queue->busy_until_us > now)
        loop_set_timer(&queue->timer, queue->busy_until_us);
}

void usb_queue_tick(struct usb_queue *queue)
{
    if (queue->options.follow)
        sim_board_wait_ns(queue->board, 0);
    if (queue->first)
        usb_queue_run(queue);
}
