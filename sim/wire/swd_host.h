// SPDX-License-Identifier: MIT
// The probe's end of the SWD wires: packets made of clock cycles, and register and memory accesses
// made of packets (ARM IHI 0031, B4). All it knows of the target it reads from the wire.
#ifndef SWDLINK_SIM_WIRE_SWD_HOST_H
#define SWDLINK_SIM_WIRE_SWD_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/time/account.h"
#include "sim/wire/wires.h"

enum sim_swd_result {
    SWD_OK = 1,
    SWD_WAIT = 2,
    SWD_FAULT = 4,
    SWD_SILENT = 7, // no acknowledge that makes sense
    SWD_PARITY = 8,
};

struct sim_swd_host {
    struct sim_wires *wires;
    struct sim_account *account;
    uint32_t swclk_hz;
    // Lets the target's time pass while bits are clocked.
    void (*spend)(void *arg, uint64_t ns);
    void *arg;
    uint32_t select, csw; // as last written, so that they are not written again
    bool select_known, csw_known;
    uint32_t csw_high; // the upper 24 bits for memory accesses; 0: as usual
    bool last_was_ap;  // of a failed access, for the status code
};

// Line reset, JTAG-to-SWD, line reset, DPIDR, power-up. False: nobody there.
bool sim_swd_connect(struct sim_swd_host *h, uint32_t *dpidr);
// DP or AP register with WAITs retried as the firmware does. AP reads are completed through RDBUFF.
enum sim_swd_result sim_swd_read(struct sim_swd_host *h, bool ap, uint32_t addr, uint32_t *value);
enum sim_swd_result sim_swd_write(struct sim_swd_host *h, bool ap, uint32_t addr, uint32_t value);
// Memory in units of 1, 2 or 4 bytes; the address stands still with increment off. On failure *at
// is the offset of the unit that failed.
enum sim_swd_result sim_swd_read_memory(struct sim_swd_host *h, unsigned unit, bool increment,
                                        uint32_t addr, uint8_t *data, size_t len, size_t *at);
enum sim_swd_result sim_swd_write_memory(struct sim_swd_host *h, unsigned unit, bool increment,
                                         uint32_t addr, const uint8_t *data, size_t len,
                                         size_t *at);
// ABORT: all sticky flags cleared.
void sim_swd_clear_sticky(struct sim_swd_host *h);

#endif
