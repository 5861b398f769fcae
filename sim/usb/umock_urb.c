// SPDX-License-Identifier: MIT
// Transfers of a mocked device, as usbfs does them (Linux, drivers/usb/core/devio.c): submitted,
// reaped when done, discarded when the program has lost patience.
#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "sim/usb/umock_device.h"

// A USB request block: struct usbdevfs_urb in the program's memory, and its data here.
struct urb {
    struct usb_transfer transfer; // whose owner it is
    struct umock_opener *opener;
    unsigned long where, buffer; // addresses in the program: of the block, of its data
    int length;
    unsigned type, flags;
    struct urb *next_done;
};

static void urb_free(struct urb *urb)
{
    free(urb->transfer.data);
    free(urb);
}

static bool is_control(const struct urb *urb)
{
    return urb->type == USBDEVFS_URB_TYPE_CONTROL;
}

// The status that the kernel gives (Linux, Documentation/driver-api/usb/error-codes.rst).
static int status_of(const struct urb *urb)
{
    static const int errors[] = {
        [USB_DONE] = 0,
        [USB_STALLED] = -EPIPE,
        [USB_OVERFLOWN] = -EOVERFLOW,
        [USB_CANCELLED] = -ENOENT,
        [USB_GONE] = -ESHUTDOWN,
    };
    const struct usb_transfer *t = &urb->transfer;
    bool is_short = t->result == USB_DONE && usb_transfer_is_in(t) && t->actual < t->len;
    if (is_short && urb->flags & USBDEVFS_URB_SHORT_NOT_OK)
        return -EREMOTEIO;
    return errors[t->result];
}

// The program gets what came in, the status, and the address of its own block.
static void answer_reap(struct umock_opener *opener, const struct urb *urb, unsigned long arg)
{
    struct umock_answer answer = {0};
    const struct usb_transfer *t = &urb->transfer;
    size_t skip = is_control(urb) ? USB_SETUP_SIZE : 0;
    int status = status_of(urb), actual = (int)t->actual;
    if (usb_transfer_is_in(t))
        umock_wire_put(&answer, urb->buffer + skip, t->data + skip, t->actual);
    umock_wire_put(&answer, urb->where + offsetof(struct usbdevfs_urb, status), &status,
                   sizeof status);
    umock_wire_put(&answer, urb->where + offsetof(struct usbdevfs_urb, actual_length), &actual,
                   sizeof actual);
    umock_wire_put(&answer, arg, &urb->where, sizeof urb->where);
    umock_wire_finish(&opener->wire, &answer, 0, 0);
}

// False when nothing is done yet and the program must wait or try again.
static bool reap_one(struct umock_opener *opener, unsigned long arg)
{
    struct urb *urb = opener->done;
    if (!urb) {
        if (opener->gone)
            umock_wire_error(&opener->wire, ENODEV);
        return opener->gone;
    }
    opener->done = urb->next_done;
    if (!opener->done)
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

void umock_urb_wake(struct umock_opener *opener)
{
    if (opener->waiting && reap_one(opener, opener->waiting))
        opener->waiting = 0;
}

void umock_urb_done(void *arg, struct usb_transfer *transfer)
{
    (void)arg;
    struct urb *urb = transfer->owner;
    struct urb **end = &urb->opener->done;
    while (*end)
        end = &(*end)->next_done;
    *end = urb;
    umock_node_set_ready(urb->opener, true);
    umock_urb_wake(urb->opener);
}

void umock_urb_end_interfaces(struct umock_opener *opener, uint32_t interfaces)
{
    struct umock_device *device = opener->device;
    struct usb_transfer *next;
    for (struct usb_transfer *t = device->queue.first; t; t = next) {
        const struct urb *urb = t->owner;
        int interface = usb_describe_interface_of(&device->entry.usb, t->endpoint);
        next = t->next;
        if (urb->opener == opener && interface >= 0 && interfaces >> interface & 1)
            usb_queue_end(&device->queue, t, USB_CANCELLED);
    }
}

void umock_urb_free_all(struct umock_opener *opener)
{
    struct usb_queue *queue = &opener->device->queue;
    struct usb_transfer *next;
    for (struct usb_transfer *t = queue->first; t; t = next) {
        struct urb *urb = t->owner;
        next = t->next;
        if (urb->opener != opener)
            continue;
        usb_queue_take(queue, t);
        urb_free(urb);
    }
    while (opener->done) {
        struct urb *urb = opener->done;
        opener->done = urb->next_done;
        urb_free(urb);
    }
}

static int fetch_block(struct umock_opener *opener, struct urb *urb)
{
    struct usbdevfs_urb block;
    if (!umock_wire_get(&opener->wire, urb->where, &block, sizeof block))
        return EFAULT;
    urb->type = block.type;
    urb->flags = block.flags;
    urb->buffer = (unsigned long)block.buffer;
    urb->length = block.buffer_length;
    urb->transfer.endpoint = is_control(urb) ? 0 : block.endpoint;
    return 0;
}

// What usbfs refuses at once. 0, or an errno.
static int check_urb(struct umock_opener *opener, const struct urb *urb)
{
    if (urb->length < 0 || (urb->length > 0 && !urb->buffer))
        return EINVAL;
    if ((unsigned)urb->length > UMOCK_MAX_TRANSFER)
        return ENOMEM;
    if (is_control(urb))
        return urb->length < (int)USB_SETUP_SIZE ? EINVAL : 0;
    if (urb->type != USBDEVFS_URB_TYPE_BULK)
        return EINVAL; // an ST-LINK has no endpoints of other types
    int interface = usb_describe_interface_of(&opener->device->entry.usb, urb->transfer.endpoint);
    return interface < 0 ? ENOENT : umock_claim(opener, (unsigned)interface);
}

static int fetch_data(struct umock_opener *opener, struct urb *urb)
{
    struct usb_transfer *t = &urb->transfer;
    t->len = (size_t)urb->length;
    t->data = calloc(1, t->len + 1);
    if (!t->data)
        return ENOMEM;
    if (t->endpoint && usb_transfer_is_in(t))
        return 0;
    if (!umock_wire_get(&opener->wire, urb->buffer, t->data, t->len))
        return EFAULT;
    bool too_long = is_control(urb) && get_le16(t->data + 6) + USB_SETUP_SIZE > t->len;
    return too_long ? EINVAL : 0;
}

void umock_urb_submit(struct umock_opener *opener, unsigned long where)
{
    struct urb *urb = calloc(1, sizeof *urb);
    if (!urb) {
        umock_wire_error(&opener->wire, ENOMEM);
        return;
    }
    urb->opener = opener;
    urb->where = where;
    urb->transfer.owner = urb;
    int error = fetch_block(opener, urb);
    if (!error)
        error = check_urb(opener, urb);
    if (!error)
        error = fetch_data(opener, urb);
    if (!error && !usb_queue_add(&opener->device->queue, &urb->transfer))
        error = ENOMEM;
    if (error) {
        urb_free(urb);
        umock_wire_error(&opener->wire, error);
        return;
    }
    umock_wire_return(&opener->wire, 0); // first, so that the program goes on while the board works
    usb_queue_run(&opener->device->queue);
}

void umock_urb_discard(struct umock_opener *opener, unsigned long where)
{
    struct usb_queue *queue = &opener->device->queue;
    for (struct usb_transfer *t = queue->first; t; t = t->next) {
        const struct urb *urb = t->owner;
        if (urb->opener != opener || urb->where != where)
            continue;
        usb_queue_end(queue, t, USB_CANCELLED);
        umock_wire_return(&opener->wire, 0);
        return;
    }
    umock_wire_error(&opener->wire, EINVAL);
}
