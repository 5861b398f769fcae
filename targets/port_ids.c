// SPDX-License-Identifier: MIT
// The IDs of debug port and access port.
#include "swd/ap.h"
#include "swd/mem_ap.h"
#include "targets/chip.h"

enum err chip_read_ports(struct chip_identity *id, const struct mem_ap *mem, struct log *log)
{
    enum err e = debug_probe_read_dpidr(mem->probe, &id->dpidr);
    if (!e)
        e = ap_read_idr(mem, &id->ap_idr);
    // Firmware without the command, and ports that refuse it, merely leave them unknown.
    if (e && e != ERR_FAULT && e != ERR_UNSUPPORTED)
        return e;
    log_forget(log);
    return ERR_OK;
}
