// SPDX-License-Identifier: MIT
// SWO as TCP ports, beside the debuggers: one with the text of all ITM ports, one with the ITM's
// bytes as they are, which Cortex-Debug and orbuculum decode themselves. SWO is polled while it is
// on, whoever reads: in the probe there is no room for what nobody takes. A reader that is too slow
// loses bytes, in numbers. Without any port the text goes to the console of the debugger in
// control.
#ifndef SWDLINK_SERVER_SWO_PORT_H
#define SWDLINK_SERVER_SWO_PORT_H

#include <ev.h>
#include <stdio.h>

#include "server/sharing.h"
#include "server/tcp.h"

#define SWO_PORT_READERS  4u
#define SWO_PORT_OUT_SIZE 65536u
#define SWO_CONSOLE_SIZE  4096u

enum swo_port_kind { SWO_PORT_TEXT, SWO_PORT_RAW, SWO_PORT_KINDS };

struct swo_ports;
struct swo_port;

struct swo_reader {
    struct swo_port *port;
    struct tcp_peer peer;
    char name[ACCEPTOR_NAME_SIZE];
    size_t out_len;
    uint64_t lost; // bytes
    bool losing;   // the last bytes did not fit
    uint8_t out[SWO_PORT_OUT_SIZE];
};

struct swo_port {
    struct swo_ports *all;
    enum swo_port_kind kind;
    bool open;
    struct tcp_listener listener;
    struct swo_reader reader[SWO_PORT_READERS];
};

struct swo_ports {
    struct ev_loop *loop;
    struct sharing *sharing;
    void (*stepped)(void *user); // after each poll: the target may have been lost in it
    void *user;
    bool failed; // told once, not at each poll
    ev_timer tick;
    struct swo_port port[SWO_PORT_KINDS];
    FILE *json; // NULL: none
    bool json_failed;
    size_t console_len; // text that waits until the debugger may be told
    char console[SWO_CONSOLE_SIZE];
};

void swo_ports_init(struct swo_ports *p, struct ev_loop *loop, struct sharing *sharing, FILE *json);
// Says how much readers have lost.
void swo_ports_close(struct swo_ports *p);
// Opens a port (host NULL: loopback; port 0: a free one) and says so. option: as for
// rtt_ports_listen().
enum err swo_ports_listen(struct swo_ports *p, enum swo_port_kind kind, const char *host,
                          uint16_t port, const char *option) MUST_CHECK;

#endif
