// SPDX-License-Identifier: MIT
// The receiver of an asynchronous serial line in a probe: a start bit, eight bits, a stop bit, each
// looked at in its middle, counted from the falling edge of the start bit. What was sent at another
// rate arrives as garbage, as with real probes. Times are in picoseconds.
#ifndef SWDLINK_SIM_PROBE_UART_RX_H
#define SWDLINK_SIM_PROBE_UART_RX_H

#include <stdbool.h>
#include <stdint.h>

struct sim_uart_rx {
    uint64_t bit_ps;
    // A byte, with the time at which its stop bit was looked at. It is taken even if that was low.
    void (*received)(void *arg, uint8_t byte, uint64_t at_ps);
    void *arg;
    bool level; // of the line since the last edge
    bool busy;
    uint64_t start_ps; // of the start bit
    unsigned looked;   // at bits of this byte
    uint8_t byte;
};

// Begins to listen, to a line of that level. bit_ps, received and arg are set by the caller.
void sim_uart_rx_start(struct sim_uart_rx *rx, bool level);
// The line changes its level. Times never go back.
void sim_uart_rx_edge(struct sim_uart_rx *rx, uint64_t at_ps, bool level);
// It was as it is up to that time.
void sim_uart_rx_run(struct sim_uart_rx *rx, uint64_t until_ps);

#endif
