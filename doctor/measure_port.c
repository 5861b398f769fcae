// SPDX-License-Identifier: MIT
// What the first access port says of itself (ARM IHI 0031, C2.6): a debug port may answer, and the
// way behind it be closed. Reads only, and nothing behind the port.
#include "doctor/measure.h"
#include "swd/ap.h"

static enum err read_port(const struct mem_ap *mem, struct measured_port *port)
{
    enum err e = ap_read_idr(mem, &port->idr);
    return e ? e : ap_read_csw(mem, &port->csw);
}

// A bit that was disturbed on its way closes no port: both looks have to say the same.
enum err measure_port(struct measure *b)
{
    struct measured_port *port = &b->m->port, again = {.known = true};
    struct mem_ap next = b->mem;
    uint32_t next_idr = 0;
    enum err e = read_port(&b->mem, port);
    if (!e)
        e = read_port(&b->mem, &again);
    if (!e && port->idr && port->idr == again.idr && port->csw == again.csw) {
        port->known = true;
        port->closed = !(port->csw & AP_CSW_DEVICE_EN);
    }
    next.number++;
    if (!e && port->known && (port->idr & AP_IDR_TYPE) == AP_IDR_TYPE_APB)
        e = ap_read_idr(&next, &next_idr);
    port->elsewhere = !e && next_idr && (next_idr & AP_IDR_TYPE) != AP_IDR_TYPE_APB;
    if (measure_is_fatal(e))
        return e;
    log_forget(b->log);
    return ERR_OK;
}
