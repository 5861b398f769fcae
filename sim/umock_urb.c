// SPDX-License-Identifier: MIT
// Transfers of a mocked device, as usbfs does them (Linux, drivers/usb/core/devio.c): submitted,
// carried out in order on each endpoint, reaped when done, discarded when the program has lost
// patience. A board that has nothing to send leaves a transfer pending; nothing here ends it but
// the program.
#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "sim/umock_device.h"

enum { SETUP_SIZE = 8, IN_BIT = 0x80 };

static void list_reset(struct umock_urb_list *list)
{
    list->first = NULL;
    list->end = &list->first;
}

static void list_add(struct umock_urb_list *list, struct umock_urb *urb)
{
    if (!list->first)
        list_reset(list);
    urb->next = NULL;
    *list->end = urb;
    list->end = &urb->next;
}

// Takes out the one that *link points to.
static struct umock_urb *list_take(struct umock_urb_list *list, struct umock_urb **link)
{
    struct umock_urb *urb = *link;
    *link = urb->next;
    if (!*link)
        list->end = link;
    return urb;
}

static void urb_free(struct umock_urb *urb)
{
    free(urb->data);
    free(urb);
}

static bool is_control(const struct umock_urb *urb)
{
    return urb->type == USBDEVFS_URB_TYPE_CONTROL;
}

static bool is_in(const struct umock_urb *urb)
{
    return is_control(urb) ? urb->data[0] & IN_BIT : urb->endpoint & IN_BIT;
}

// The program gets what came in, the status, and the address of its own block.
static void answer_reap(struct umock_opener *opener, struct umock_urb *urb, unsigned long arg)
{
    struct umock_answer answer = {0};
    size_t skip = is_control(urb) ? SETUP_SIZE : 0;
    if (is_in(urb))
        umock_wire_put(&answer, urb->buffer + skip, urb->data + skip, (size_t)urb->actual_length);
    umock_wire_put(&answer, urb->where + offsetof(struct usbdevfs_urb, status), &urb->status,
                   sizeof urb->status);
    umock_wire_put(&answer, urb->where + offsetof(struct usbdevfs_urb, actual_length),
                   &urb->actual_length, sizeof urb->actual_length);
    umock_wire_put(&answer, arg, &urb->where, sizeof urb->where);
    umock_wire_finish(&opener->wire, &answer, 0, 0);
}

// False when nothing is done yet and the program must wait or try again.
static bool reap_one(struct umock_opener *opener, unsigned long arg)
{
    if (!opener->done.first) {
        if (opener->gone)
            umock_wire_error(&opener->wire, ENODEV);
        return opener->gone;
    }
    struct umock_urb *urb = list_take(&opener->done, &opener->done.first);
    if (!opener->done.first)
        umock_node_set_ready(opener, false);
    answer_reap(opener, urb, arg);
    urb_free(urb);
    return true;
}

void umock_urb_reap(struct umock_opener *opener, unsigned long arg, bool wait)
{
    if (reap_one(opener, arg))
        return;
    if (wait)
        opener->waiting = arg;
    else
        umock_wire_error(&opener->wire, EAGAIN);
}

static void finish(struct umock_opener *opener, struct umock_urb *urb)
{
    list_add(&opener->done, urb);
    umock_node_set_ready(opener, true);
    if (opener->waiting && reap_one(opener, opener->waiting))
        opener->waiting = 0;
}

void umock_urb_end_all(struct umock_opener *opener, uint32_t interfaces, int status)
{
    struct umock_urb **link = &opener->flying.first;
    while (*link) {
        int interface = umock_usbfs_interface_of(opener->device, (*link)->endpoint);
        bool meant = interfaces == UMOCK_ALL || (interface >= 0 && interfaces >> interface & 1);
        if (!meant) {
            link = &(*link)->next;
            continue;
        }
        struct umock_urb *urb = list_take(&opener->flying, link);
        urb->status = status;
        finish(opener, urb);
    }
    if (opener->waiting && reap_one(opener, opener->waiting))
        opener->waiting = 0;
}

void umock_urb_free_all(struct umock_opener *opener)
{
    while (opener->flying.first)
        urb_free(list_take(&opener->flying, &opener->flying.first));
    while (opener->done.first)
        urb_free(list_take(&opener->done, &opener->done.first));
}

// What usbfs refuses at once. 0, or an errno.
static int check(struct umock_opener *opener, const struct umock_urb *urb)
{
    if (urb->length < 0 || (urb->length > 0 && !urb->buffer))
        return EINVAL;
    if ((unsigned)urb->length > UMOCK_MAX_TRANSFER)
        return ENOMEM;
    if (is_control(urb))
        return urb->length < SETUP_SIZE ? EINVAL : 0;
    if (urb->type != USBDEVFS_URB_TYPE_BULK)
        return EINVAL; // an ST-LINK has no endpoints of other types
    int interface = umock_usbfs_interface_of(opener->device, urb->endpoint);
    return interface < 0 ? ENOENT : umock_usbfs_claim(opener, (unsigned)interface);
}

static int fetch_data(struct umock_opener *opener, struct umock_urb *urb)
{
    size_t len = (size_t)urb->length;
    urb->data = calloc(1, len + 1);
    if (!urb->data)
        return ENOMEM;
    if (!is_control(urb) && is_in(urb))
        return 0;
    if (!umock_wire_get(&opener->wire, urb->buffer, urb->data, len))
        return EFAULT;
    bool too_long = is_control(urb) && get_le16(urb->data + 6) + (size_t)SETUP_SIZE > len;
    return too_long ? EINVAL : 0;
}

static int fetch_block(struct umock_opener *opener, struct umock_urb *urb)
{
    struct usbdevfs_urb block;
    if (!umock_wire_get(&opener->wire, urb->where, &block, sizeof block))
        return EFAULT;
    urb->type = block.type;
    urb->endpoint = block.endpoint;
    urb->flags = block.flags;
    urb->buffer = (unsigned long)block.buffer;
    urb->length = block.buffer_length;
    return 0;
}

void umock_urb_submit(struct umock_opener *opener, unsigned long where)
{
    struct umock_urb *urb = calloc(1, sizeof *urb);
    if (!urb) {
        umock_wire_error(&opener->wire, ENOMEM);
        return;
    }
    urb->where = where;
    int error = fetch_block(opener, urb);
    if (!error)
        error = check(opener, urb);
    if (!error)
        error = fetch_data(opener, urb);
    if (error) {
        urb_free(urb);
        umock_wire_error(&opener->wire, error);
        return;
    }
    list_add(&opener->flying, urb);
    umock_wire_return(&opener->wire, 0); // first, so that the program goes on while the board works
    umock_urb_run(opener->device);
}

void umock_urb_discard(struct umock_opener *opener, unsigned long where)
{
    struct umock_urb **link = &opener->flying.first;
    while (*link && (*link)->where != where)
        link = &(*link)->next;
    if (!*link) {
        umock_wire_error(&opener->wire, EINVAL);
        return;
    }
    struct umock_urb *urb = list_take(&opener->flying, link);
    urb->status = -ENOENT;
    urb->actual_length = 0;
    finish(opener, urb);
    umock_wire_return(&opener->wire, 0);
}

static enum sim_usb_status run_control(struct sim_board *board, struct umock_urb *urb)
{
    int n = sim_board_usb_control(board, urb->data, urb->data + SETUP_SIZE);
    if (n < 0)
        return SIM_USB_STALL;
    urb->actual_length = n;
    return SIM_USB_OK;
}

static enum sim_usb_status run_in(struct sim_board *board, struct umock_urb *urb)
{
    size_t cap = (size_t)urb->length, len = 0;
    bool overflow = false;
    enum sim_usb_status status =
        sim_board_usb_in(board, urb->endpoint, urb->data, cap, &len, &overflow);
    urb->actual_length = (int)len;
    if (overflow)
        urb->status = -EOVERFLOW;
    else if (len < cap && urb->flags & USBDEVFS_URB_SHORT_NOT_OK)
        urb->status = -EREMOTEIO;
    return status;
}

static enum sim_usb_status run_out(struct sim_board *board, struct umock_urb *urb)
{
    size_t len = (size_t)urb->length;
    enum sim_usb_status status = sim_board_usb_out(board, urb->endpoint, urb->data, len);
    if (status == SIM_USB_OK)
        urb->actual_length = (int)len;
    return status;
}

// With pace, the board is busy for as long as it took on its own clock. It takes what is sent to it
// at the beginning of that time, and gives its answer at the end: a command that is long makes the
// next transfer wait and not itself.
static void set_due(struct umock_device *device, struct umock_urb *urb, uint64_t took_ns)
{
    uint64_t now = loop_now_us();
    device->busy_until_us = now + took_ns / 1000;
    urb->due_us = is_in(urb) ? device->busy_until_us : now;
}

static enum sim_usb_status run_on_board(struct umock_device *device, struct umock_urb *urb)
{
    struct sim_board *board = device->board;
    if (device->umock->options.follow)
        sim_board_wait_ns(board, 0); // so that what follows is the transfer's own time
    uint64_t before = sim_board_now_ns(board);
    enum sim_usb_status status = is_control(urb) ? run_control(board, urb)
                                 : is_in(urb)    ? run_in(board, urb)
                                                 : run_out(board, urb);
    if (status == SIM_USB_STALL) {
        urb->status = -EPIPE;
        urb->actual_length = 0;
    }
    urb->ran = status == SIM_USB_OK || status == SIM_USB_STALL;
    if (urb->ran && device->umock->options.pace)
        set_due(device, urb, sim_board_now_ns(board) - before);
    return status;
}

static uint32_t endpoint_bit(const struct umock_urb *urb)
{
    unsigned ep = is_control(urb) ? 0 : urb->endpoint;
    return 1u << (ep & 0xf) << (ep & IN_BIT ? 16 : 0);
}

enum progress { PROGRESS_NONE, PROGRESS_SOME, PROGRESS_GONE };

// One look at each transfer of a program, the oldest first. A transfer waits for those before it on
// its endpoint; with pace all wait until the board has spent the time of the last one.
static enum progress run_opener(struct umock_device *device, struct umock_opener *opener,
                                uint64_t now)
{
    enum progress progress = PROGRESS_NONE;
    uint32_t taken = 0;
    struct umock_urb **link = &opener->flying.first;
    while (*link) {
        struct umock_urb *urb = *link;
        bool may_run = !urb->ran && !(taken & endpoint_bit(urb)) && device->busy_until_us <= now;
        if (may_run) {
            if (run_on_board(device, urb) == SIM_USB_GONE)
                return PROGRESS_GONE;
            progress = urb->ran ? PROGRESS_SOME : progress;
        }
        taken |= endpoint_bit(urb);
        if (urb->ran && urb->due_us <= now)
            finish(opener, list_take(&opener->flying, link));
        else
            link = &urb->next;
    }
    return progress;
}

void umock_urb_run(struct umock_device *device)
{
    enum progress progress = PROGRESS_SOME;
    uint64_t now = 0; // without pace nothing is ever due later
    while (progress == PROGRESS_SOME) {
        progress = PROGRESS_NONE;
        if (device->umock->options.pace)
            now = loop_now_us();
        for (struct umock_opener *o = device->openers; o && progress != PROGRESS_GONE;
             o = o->next) {
            enum progress own = run_opener(device, o, now);
            progress = own > progress ? own : progress;
        }
    }
    if (progress == PROGRESS_GONE)
        umock_device_unplug(device);
    else if (device->busy_until_us > now)
        loop_set_timer(&device->timer, device->busy_until_us);
}

bool umock_urb_any_flying(const struct umock_device *device)
{
    for (const struct umock_opener *o = device->openers; o; o = o->next)
        if (o->flying.first)
            return true;
    return false;
}
