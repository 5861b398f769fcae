// SPDX-License-Identifier: MIT
#include "swd/ap.h"

enum err ap_identify(const struct mem_ap *ap, struct ap_identity *id)
{
    struct debug_probe *probe = ap->probe;
    uint32_t base = 0;
    enum err e = probe->ops->read_dap(probe, ap->number, AP_IDR, &id->idr);
    if (e == ERR_OK)
        e = probe->ops->read_dap(probe, ap->number, AP_BASE, &base);
    id->base = base & ~3u;
    return e;
}
