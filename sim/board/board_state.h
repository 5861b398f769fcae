// SPDX-License-Identifier: MIT
// The inside of the virtual board, shared by board.c (time and assembly), board_usb.c (endpoints
// and their faults), board_text.c and wire_text.c (its text) and descriptors.c. Nobody else
// includes it.
#ifndef SWDLINK_SIM_BOARD_BOARD_STATE_H
#define SWDLINK_SIM_BOARD_BOARD_STATE_H

#include "sim/board/board.h"
#include "sim/probe/stlink.h"
#include "sim/wire/supply.h"

enum sim_usb_fault {
    USB_FAULT_UNPLUG,
    USB_FAULT_STALL,
    USB_FAULT_TIMEOUT,
    USB_FAULT_SHORT,
    USB_FAULT_GARBAGE,
    USB_FAULT_LATE,
    USB_FAULT_COUNT,
};

// What pin 1 of the probe is connected to.
enum sim_vtref { VTREF_RAIL, VTREF_OPEN, VTREF_OWN, VTREF_FIXED };

// How the probe's serial number stands in its string descriptor.
enum sim_serial_form { SERIAL_TEXT, SERIAL_RAW, SERIAL_NONE };

struct sim_usb_side {
    bool plugged, in_halted;
    uint64_t fault_at[USB_FAULT_COUNT]; // the number of a command, 0: never
    bool slow, busy, forbidden, wedges, toggle_loss;
    bool stuck;        // until it is unplugged
    bool in_toggle;    // of the next IN packet of the probe
    bool next_in_lost; // the host takes it for one that it has had
    uint64_t reply_due_ns;
    bool own_latency; // latency_ns for each command, in the place of turnarounds and frames
    uint64_t latency_ns;
    uint8_t left[512]; // a packet that stayed in the endpoint when a new command came
    size_t left_len;
};

struct sim_board {
    struct log *log;
    struct sim_clock clock;
    struct sim_account account;
    struct sim_chip *chip;
    struct sim_memap memap[SIM_MAX_APS];
    struct sim_swdp dp;
    struct sim_wires wires;
    struct sim_supply supply;
    struct sim_stlink stlink;
    struct sim_usb_side usb;
    enum sim_vtref vtref;
    unsigned vtref_fixed_mv;
    bool follow;
    unsigned uptime_ms; // since when it has had its supply, when it is opened
    uint64_t opened_ns;
    uint64_t wall_start_ns, follow_start_ns, follow_ended_ns;
    unsigned company; // boards in this thread, this one among them; 0: alone
    char serial[32];
    enum sim_serial_form serial_form;
    char account_file[256], store_file[256], vcd_file[256];
    bool opened; // been switched on
    uint64_t seed;
};

// board.c
void board_advance_to(struct sim_board *board, uint64_t ns);
void board_follow_wall(struct sim_board *board);
uint64_t board_random(struct sim_board *board);

// board_text.c: one KEY=VALUE.
enum err board_set(struct sim_board *board, const char *key, const char *value) MUST_CHECK;
// The sentence for a value that the key does not take, and what it takes.
enum err board_bad_value(struct sim_board *board, const char *key, const char *value,
                         const char *allowed) MUST_CHECK;
bool board_parse_number(const char *value, unsigned long long most, unsigned long long *number);
// probe_text.c: the keys of the probe.
enum err board_set_probe(struct sim_board *board, const char *value) MUST_CHECK;
enum err board_set_probe_fw(struct sim_board *board, const char *value) MUST_CHECK;
enum err board_set_probe_mode(struct sim_board *board, const char *value) MUST_CHECK;
enum err board_set_loader_exit(struct sim_board *board, const char *value) MUST_CHECK;
enum err board_set_usb_latency(struct sim_board *board, const char *value) MUST_CHECK;
enum err board_set_serial(struct sim_board *board, const char *value) MUST_CHECK;
// board_vcd.c: the key, its beginning when the board is on, its end; and what has another voltage.
enum err board_set_vcd(struct sim_board *board, const char *value) MUST_CHECK;
enum err board_vcd_begin(struct sim_board *board) MUST_CHECK;
enum err board_vcd_close(struct sim_board *board) MUST_CHECK;
void board_vcd_supply(struct sim_board *board);
// wire_text.c: false when that is not what such a wire can be.
enum board_wire { BOARD_WIRE_SWD, BOARD_WIRE_NRST, BOARD_WIRE_SWO };
bool board_parse_wire(const char *text, enum board_wire which, struct sim_wire *wire);

#endif
