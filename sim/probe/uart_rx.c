// SPDX-License-Identifier: MIT
#include "sim/probe/uart_rx.h"

enum { START_BIT = 0, STOP_BIT = 9 };

void sim_uart_rx_start(struct sim_uart_rx *rx, bool level)
{
    rx->level = level;
    rx->busy = false;
}

// Of the bit that is looked at next.
static uint64_t middle_ps(const struct sim_uart_rx *rx)
{
    return rx->start_ps + rx->looked * rx->bit_ps + rx->bit_ps / 2;
}

static void sample_line(struct sim_uart_rx *rx)
{
    uint64_t at_ps = middle_ps(rx);
    unsigned bit = rx->looked++;
    if (bit == START_BIT) {
        rx->busy = !rx->level; // or it was a glitch
    } else if (bit < STOP_BIT) {
        rx->byte = (uint8_t)(rx->byte >> 1 | (rx->level ? 0x80 : 0));
    } else {
        rx->busy = false;
        rx->received(rx->arg, rx->byte, at_ps);
    }
}

void sim_uart_rx_run(struct sim_uart_rx *rx, uint64_t until_ps)
{
    while (rx->busy && middle_ps(rx) <= until_ps)
        sample_line(rx);
}

// A line that was low at the stop bit has to rise before it can begin another byte.
void sim_uart_rx_edge(struct sim_uart_rx *rx, uint64_t at_ps, bool level)
{
    sim_uart_rx_run(rx, at_ps);
    bool falls = rx->level && !level;
    rx->level = level;
    if (rx->busy || !falls)
        return;
    rx->busy = true;
    rx->start_ps = at_ps;
    rx->looked = 0;
}
