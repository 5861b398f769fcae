// SPDX-License-Identifier: MIT
// The firmware of the virtual ST-LINK: 16-byte commands in, replies out. Written from the logs and
// sources that document the protocol (ST has not published it); it shares nothing with the driver
// in swd/.
#ifndef SWDLINK_SIM_PROBE_STLINK_H
#define SWDLINK_SIM_PROBE_STLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/probe/stlink_trace.h"
#include "sim/wire/swd_host.h"

#define SIM_STLINK_COMMAND    16u
#define SIM_STLINK_ROOM       6144u
#define SIM_STLINK_MISC_ITEMS 1227u // of a V3

struct sim_stlink_model {
    const char *name; // "v2", as in the board's text
    const char *product;
    uint16_t pid;
    uint8_t hardware, jtag, swim, msd, bridge, power;
    uint8_t ep_out, ep_in, ep_trace;
    bool high_speed;
    uint8_t power_up_mode;
    uint8_t loader;         // the version of its boot loader
    bool tells_loader_ever; // and not in the loader alone
    char type;              // of its firmware, as the loader has it
    bool stm8_only;         // its firmware knows SWIM and nothing else
};

extern const struct sim_stlink_model sim_stlink_models[];
extern const unsigned sim_stlink_model_count;

// What a boot loader makes of F2 21 (EXIT): no log tells.
enum sim_stlink_exit { STLINK_EXIT_IGNORED, STLINK_EXIT_OBEYED, STLINK_EXIT_STALLED };

struct sim_stlink {
    struct sim_stlink_model model; // a copy: the version can be set
    struct sim_swd_host swd;
    struct sim_wires *wires;
    uint8_t mode;
    uint16_t ap_open;  // a bit for each access port that INIT_AP has opened
    uint16_t ap_there; // and for those that were seen
    uint32_t dpidr;
    uint8_t block_left[2]; // bytes 2 and 3 of the last block, in the buffer of the replies
    uint8_t rw_status;     // of the last memory command
    uint32_t rw_fault;
    unsigned vtref_mv;
    bool target_known;   // looked at since ENTER
    bool refuses_target; // the part is not made by ST
    bool in_loader;      // the application is not there: only the boot loader answers
    bool enter_failed;   // and nobody has said EXIT since
    enum sim_stlink_exit loader_exit;
    bool adc_dead;
    unsigned adc_reference; // its reading of the 1.2 V reference; each probe has its own
    unsigned prescaler;     // of a V3: 1, 2 or 4

    // The conversation: a command may be followed by data from the host, or leaves a reply.
    uint8_t command[SIM_STLINK_COMMAND];
    size_t out_wanted, out_got, out_done; // done: written to the target
    uint8_t out[65535];                   // the longest block of words
    uint8_t reply[8 * SIM_STLINK_MISC_ITEMS];
    size_t reply_len;
    bool stall;          // the IN endpoint is halted
    bool mute;           // a command too long: the firmware never answers
    unsigned misc_items; // of the last scatter/gather command
    uint8_t misc_result[8 * SIM_STLINK_MISC_ITEMS];
    struct sim_stlink_trace trace;
};

void sim_stlink_init(struct sim_stlink *s, const struct sim_stlink_model *model);
// One OUT transfer, a command or its data.
void sim_stlink_out(struct sim_stlink *s, const uint8_t *data, size_t len);
// Power gone or port reset: back to the power-up mode, nothing pending.
void sim_stlink_restart(struct sim_stlink *s);

#endif
