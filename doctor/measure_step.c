// SPDX-License-Identifier: MIT
// What every measurement does.
#include "doctor/measure.h"

bool measure_is_fatal(enum err e)
{
    switch (e) {
    case ERR_MEMORY:
    case ERR_FILE:
    case ERR_NO_PROBE:
    case ERR_SEVERAL_PROBES:
    case ERR_PROBE_ACCESS:
    case ERR_PROBE_BUSY:
    case ERR_PROBE_LOST:
    case ERR_PROBE_FIRMWARE:
    case ERR_INTERRUPTED:
    case ERR_TIMEOUT: // below targets/ only the USB cable knows this one
        return true;
    default:
        return false;
    }
}

void measure_count(struct measure *b, enum err e)
{
    b->m->probe.commands++;
    b->m->probe.usb_errors += e == ERR_PROBE_PROTOCOL;
}

void measure_heard(struct measure *b)
{
    b->m->loss.heard_us = (uint32_t)(debug_probe_now_us(b->probe) - b->began_us);
}

enum err measure_connect(struct measure *b, uint32_t swclk_hz)
{
    enum err e = debug_probe_set_swclk(b->probe, swclk_hz);
    if (e == ERR_UNSUPPORTED) // firmware below V2J22 has one clock only
        e = ERR_OK;
    return e ? e : debug_probe_enter_swd(b->probe);
}
