// SPDX-License-Identifier: MIT
// RTT channels as TCP ports, beside the debuggers: what the program writes to an up channel is
// sent, what comes in goes to the down channel of the same number. While nobody is connected the
// target is not looked at, and what the program prints waits in its buffer.
#ifndef SWDLINK_SERVER_RTT_PORT_H
#define SWDLINK_SERVER_RTT_PORT_H

#include <ev.h>

#include "server/sharing.h"
#include "server/tcp.h"

#define RTT_PORT_MAX     4u
#define RTT_PORT_IN_SIZE 256u

struct rtt_ports;

struct rtt_port {
    struct rtt_ports *all;
    bool used;
    unsigned channel;
    struct tcp_listener listener;
    struct tcp_peer peer;
    size_t in_len, out_len;
    uint8_t in[RTT_PORT_IN_SIZE];
    uint8_t out[RTT_READ_MAX];
};

struct rtt_ports {
    struct ev_loop *loop;
    struct sharing *sharing;
    // After each step: the target may have been lost in it.
    void (*stepped)(void *user);
    void *user;
    bool failed;      // told once, not at each step
    unsigned answers; // looks that come soon: something was typed
    ev_timer tick;
    struct rtt_port port[RTT_PORT_MAX];
};

void rtt_ports_init(struct rtt_ports *p, struct ev_loop *loop, struct sharing *sharing);
void rtt_ports_close(struct rtt_ports *p);
// Opens a port for a channel (host NULL: loopback; port 0: a free one) and says so. option: what
// the user would choose another port with, for the sentence.
enum err rtt_ports_listen(struct rtt_ports *p, const char *host, uint16_t port, unsigned channel,
                          const char *option) MUST_CHECK;

#endif
