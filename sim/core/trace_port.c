// SPDX-License-Identifier: MIT
#include "sim/core/trace_port.h"

enum {
    ITM_STIM_END = 0x080,
    ITM_TER = 0xe00,
    ITM_TPR = 0xe40,
    ITM_TCR = 0xe80,
    ITM_LAR = 0xfb0,
    ITM_LSR = 0xfb4,
};
enum {
    TPIU_SSPSR = 0x000,
    TPIU_CSPSR = 0x004,
    TPIU_ACPR = 0x010,
    TPIU_SPPR = 0x0f0,
    TPIU_FFSR = 0x300,
    TPIU_FFCR = 0x304,
    TPIU_DEVID = 0xfc8,
};

#define ITM_TCR_BITS 0x007f0f1fu // but for BUSY
#define ITM_LAR_KEY  0xc5acce55u
#define ITM_LSR_SLK  (1u << 1) // locked
#define ITM_LSR_SLI  (1u << 0) // there is a lock

#define TPIU_SSPSR_VALUE 0x0000000fu // one to four pins
#define TPIU_FFSR_VALUE  0x00000008u // the formatter cannot be stopped
#define TPIU_FFCR_RESET  0x00000102u
#define TPIU_DEVID_VALUE 0x00000ca1u // NRZ, Manchester, an asynchronous trace clock

void sim_trace_port_reset(struct sim_trace_port *port)
{
    *port = (struct sim_trace_port){.cspsr = 1, .sppr = 1, .ffcr = TPIU_FFCR_RESET};
}

uint32_t sim_itm_read(const struct sim_trace_port *port, uint32_t offset)
{
    switch (offset) {
    case ITM_TER:
        return port->ter;
    case ITM_TPR:
        return port->tpr;
    case ITM_TCR:
        return port->tcr;
    case ITM_LSR:
        return ITM_LSR_SLI | (port->unlocked ? 0 : ITM_LSR_SLK);
    default:
        return offset < ITM_STIM_END; // FIFOREADY
    }
}

void sim_itm_write(struct sim_trace_port *port, uint32_t offset, uint32_t value, bool debugger)
{
    if (offset == ITM_LAR)
        port->unlocked = value == ITM_LAR_KEY;
    if (!port->unlocked && !debugger)
        return;
    switch (offset) {
    case ITM_TER:
        port->ter = value;
        break;
    case ITM_TPR:
        port->tpr = value & 0xf;
        break;
    case ITM_TCR:
        port->tcr = value & ITM_TCR_BITS;
        break;
    default:
        break;
    }
}

bool sim_itm_is_open(const struct sim_trace_port *port, uint32_t offset)
{
    return offset < ITM_STIM_END && !(port->tpr >> offset / (4 * 8) & 1);
}

uint32_t sim_tpiu_read(const struct sim_trace_port *port, uint32_t offset)
{
    switch (offset) {
    case TPIU_SSPSR:
        return TPIU_SSPSR_VALUE;
    case TPIU_CSPSR:
        return port->cspsr;
    case TPIU_ACPR:
        return port->acpr;
    case TPIU_SPPR:
        return port->sppr;
    case TPIU_FFSR:
        return TPIU_FFSR_VALUE;
    case TPIU_FFCR:
        return port->ffcr;
    case TPIU_DEVID:
        return TPIU_DEVID_VALUE;
    default:
        return 0;
    }
}

void sim_tpiu_write(struct sim_trace_port *port, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case TPIU_CSPSR: // one of the widths that there are
        if (value == 1 || value == 2 || value == 4 || value == 8)
            port->cspsr = value;
        break;
    case TPIU_ACPR:
        port->acpr = value & 0x1fff;
        break;
    case TPIU_SPPR:
        port->sppr = value & 3;
        break;
    case TPIU_FFCR:
        port->ffcr = (value & 0x02) | 0x100;
        break;
    default:
        break;
    }
}
