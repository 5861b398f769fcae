// SPDX-License-Identifier: MIT
// The probe's end of the SWD wires: packets made of clock cycles, and register accesses made of
// packets (ARM IHI 0031, B4). Memory and core registers are in swd_memory.c. All it knows of the
// target it reads from the wire.
//
// Firmware before V2J22 is as captures of V2J16 and V2J17 show it, on the wires of an STM32F429 and
// an nRF51: which transfers a command makes, the idle clocks, SWCLK's shape, the times. Of newer
// firmware no capture is known: that is a model, of published throughput and of what ARM's
// documents propose.
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

// What happened on the wires, for tests.
struct sim_swd_event {
    enum { SIM_SWD_PACKET, SIM_SWD_LINE_RESET, SIM_SWD_SWITCH } kind;
    uint64_t begin_ns, end_ns;
    unsigned idle; // clocks before it
    bool ap, read;
    uint8_t addr;
    enum sim_swd_result result;
    uint32_t data; // of a packet; the number of ones; the switch sequence
};

struct sim_swd_host {
    struct sim_wires *wires;
    struct sim_account *account;
    bool captured; // clocks and transfers as in the captures; then swclk_hz means nothing
    uint32_t swclk_hz;
    // Lets the target's time pass while bits are clocked.
    void (*spend)(void *arg, uint64_t ns);
    void *arg;
    void (*watch)(void *arg, const struct sim_swd_event *event); // NULL: nobody does
    void *watch_arg;
    uint8_t port;         // the access port of all accesses
    uint32_t select, csw; // as last written, so that they are not written again
    bool select_known, csw_known;
    uint32_t csw_high;  // the upper 24 bits for memory accesses; 0: as usual
    bool last_was_ap;   // of a failed access, for the status code
    unsigned idle;      // clocks since the last packet
    uint32_t pause_ns;  // what the firmware takes before the next packet
    uint64_t packet_ns; // when the one under way began
};

// Line reset, JTAG-to-SWD, line reset, DPIDR, power-up. False: nobody there.
bool sim_swd_connect(struct sim_swd_host *h, uint32_t *dpidr);
// What EXIT leaves on the wires.
void sim_swd_disconnect(struct sim_swd_host *h);
// DP or AP register with WAITs retried as the firmware does. AP reads are completed through RDBUFF.
enum sim_swd_result sim_swd_read(struct sim_swd_host *h, bool ap, uint32_t addr, uint32_t *value);
enum sim_swd_result sim_swd_write(struct sim_swd_host *h, bool ap, uint32_t addr, uint32_t value);
// One packet of the register A[3:2] of the bank that is selected, WAITs retried.
enum sim_swd_result sim_swd_transfer(struct sim_swd_host *h, bool ap, bool read, uint32_t addr,
                                     uint32_t *value);
// The access port from now on.
void sim_swd_use_port(struct sim_swd_host *h, uint8_t port);
// The bank of an AP register, if another is selected.
enum sim_swd_result sim_swd_select(struct sim_swd_host *h, uint32_t addr);
// Clocks with SWDIO low.
void sim_swd_idle(struct sim_swd_host *h, unsigned count);

// swd_memory.c: memory in units of 1, 2 or 4 bytes; the address stands still with increment off. On
// failure *at is the offset of the unit that failed.
enum sim_swd_result sim_swd_read_memory(struct sim_swd_host *h, unsigned unit, bool increment,
                                        uint32_t addr, uint8_t *data, size_t len, size_t *at);
enum sim_swd_result sim_swd_write_memory(struct sim_swd_host *h, unsigned unit, bool increment,
                                         uint32_t addr, const uint8_t *data, size_t len,
                                         size_t *at);
// Core registers through DCRSR and DCRDR (ARM DDI 0419, C1.6.4). A running core never completes the
// transfer; the firmware does not look, and hands over what stands in DCRDR.
enum sim_swd_result sim_swd_read_reg(struct sim_swd_host *h, unsigned regsel, uint32_t *value);
// *back is what the firmware read afterwards; value itself where it does not.
enum sim_swd_result sim_swd_write_reg(struct sim_swd_host *h, unsigned regsel, uint32_t value,
                                      uint32_t *back);
// ABORT: all sticky flags cleared.
void sim_swd_clear_sticky(struct sim_swd_host *h);

#endif
