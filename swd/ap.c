// SPDX-License-Identifier: MIT
#include "swd/ap.h"

enum err ap_identify(struct stlink *st, unsigned ap, struct ap_identity *id)
{
    uint32_t base = 0;
    enum err e = stlink_read_dap(st, (uint16_t)ap, AP_IDR, &id->idr);
    if (e == ERR_OK)
        e = stlink_read_dap(st, (uint16_t)ap, AP_BASE, &base);
    id->base = base & ~3u;
    return e;
}
