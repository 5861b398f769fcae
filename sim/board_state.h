// SPDX-License-Identifier: MIT
// The inside of the virtual board, shared by board.c (time and USB), board_text.c (its text) and
// descriptors.c. Nobody else includes it.
#ifndef SWDLINK_SIM_BOARD_STATE_H
#define SWDLINK_SIM_BOARD_STATE_H

#include "sim/board.h"
#include "sim/stlink.h"

enum sim_usb_fault { USB_FAULT_NONE, USB_FAULT_UNPLUG, USB_FAULT_STALL, USB_FAULT_TIMEOUT, USB_FAULT_SHORT };

struct sim_board {
    struct log *log;
    struct sim_clock clock;
    struct sim_account account;
    struct sim_chip *chip;
    struct sim_memap memap;
    struct sim_swdp dp;
    struct sim_wires wires;
    struct sim_stlink stlink;
    bool plugged, in_halted;
    bool reply_taken; // the last reply was fetched
    enum sim_usb_fault fault; // at the n-th command
    uint64_t fault_at;
    bool vtref_open, vtref_fake;
    unsigned vdd_mv;
    bool powered_off;
    bool follow;
    uint64_t wall_start_ns, follow_start_ns;
    char serial[32];
    char account_file[256], store_file[256];
    uint64_t seed;
};

// board_text.c: one KEY=VALUE.
enum err board_set(struct sim_board *board, const char *key, const char *value);
// board.c
void board_update_supply(struct sim_board *board);

#endif
