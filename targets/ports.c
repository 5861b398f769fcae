// SPDX-License-Identifier: MIT
// The IDs of debug port and access port: what does not answer stays unknown.
#include "swd/ap.h"
#include "targets/chip.h"

enum err chip_read_ports(struct chip_identity *id, const struct mem_ap *mem, struct log *log)
{
    enum err e = debug_probe_read_dpidr(mem->probe, &id->dpidr);
    if (!e)
        e = ap_read_idr(mem, &id->ap_idr);
    if (e && e != ERR_FAULT && e != ERR_UNSUPPORTED)
        return e;
    log_forget(log);
    return ERR_OK;
}
