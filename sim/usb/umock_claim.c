// SPDX-License-Identifier: MIT
// Which opener of a device node has claimed which interface.
#include <errno.h>

#include "sim/usb/umock_device.h"

bool umock_claim_is_possible(const struct umock_opener *opener, unsigned interface)
{
    return interface < 32 && usb_describe_has_interface(&opener->device->entry.usb, interface);
}

// The opener that has claimed the interface, or NULL.
struct umock_opener *umock_claim_owner(const struct umock_device *device, unsigned interface)
{
    for (struct umock_opener *o = device->openers; o; o = o->next)
        if (!o->gone && o->claimed >> interface & 1)
            return o;
    return NULL;
}

int umock_claim(struct umock_opener *opener, unsigned interface)
{
    if (!umock_claim_is_possible(opener, interface))
        return ENOENT;
    struct umock_opener *owner = umock_claim_owner(opener->device, interface);
    bool elsewhere = sim_board_usb_refusal(opener->device->queue.board) == ERR_PROBE_BUSY;
    if ((owner && owner != opener) || elsewhere)
        return EBUSY;
    opener->claimed |= 1u << interface;
    return 0;
}
