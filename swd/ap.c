// SPDX-License-Identifier: MIT
#include "swd/ap.h"

enum err ap_read_idr(const struct mem_ap *ap, uint32_t *idr)
{
    return ap->probe->ops->read_dap(ap->probe, ap->number, AP_IDR, idr);
}

enum err ap_read_csw(const struct mem_ap *ap, uint32_t *csw)
{
    return ap->probe->ops->read_dap(ap->probe, ap->number, AP_CSW, csw);
}

enum err ap_identify(const struct mem_ap *ap, struct ap_identity *id)
{
    struct debug_probe *probe = ap->probe;
    uint32_t base = 0;
    enum err e = ap_read_idr(ap, &id->idr);
    if (e == ERR_OK)
        e = probe->ops->read_dap(probe, ap->number, AP_BASE, &base);
    id->base = base & ~3u;
    return e;
}
