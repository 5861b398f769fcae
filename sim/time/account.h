// SPDX-License-Identifier: MIT
// What a session with the virtual board has cost, exactly, and what it did that silicon forbids.
#ifndef SWDLINK_SIM_TIME_ACCOUNT_H
#define SWDLINK_SIM_TIME_ACCOUNT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SIM_MAX_VIOLATIONS 64

struct sim_account {
    uint64_t usb_commands, usb_transfers, usb_bytes_out, usb_bytes_in;
    uint64_t swd_packets, swd_clocks, swd_waits;
    uint64_t pages_erased, mass_erases, units_programmed;
    uint64_t instructions;
    unsigned violation_count; // all of them; the first SIM_MAX_VIOLATIONS are kept
    char *violations[SIM_MAX_VIOLATIONS];
};

// Notes something that silicon refuses or leaves undefined, with the reason.
void sim_account_violation(struct sim_account *a, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
// The JSON document with the keys of the contract (usb_commands … violations); virtual_ns is the
// board's time. malloc()ed, NULL when out of memory.
char *sim_account_json(const struct sim_account *a, uint64_t virtual_ns);
void sim_account_clear(struct sim_account *a); // also frees

#endif
