// SPDX-License-Identifier: MIT
// The ST-LINK's commands, from version and modes to memory blocks: one function per command, or per
// conversation that has to stay together. Knows nothing of what the target is.
// Facts: OpenOCD, stlink, pyOCD and probe-rs agree on the protocol; ST has not published it.
#ifndef SWDLINK_SWD_STLINK_H
#define SWDLINK_SWD_STLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "swd/debug_probe.h"
#include "swd/usb_link.h"

enum stlink_mode {
    STLINK_MODE_DFU = 0, // also the power-up mode of a plain V2
    STLINK_MODE_MASS = 1,
    STLINK_MODE_DEBUG = 2,
    STLINK_MODE_SWIM = 3,
    STLINK_MODE_BOOTLOADER = 4,
};

struct stlink_version {
    unsigned hardware; // 2: V2 and V2-1, 3: V3, 4: V3PWR
    unsigned jtag;     // the J number
    unsigned swim;     // the S number, 0 when the firmware has none
    unsigned msd;      // the M number, 0 when the firmware has none
    unsigned bridge;   // the B number of a V3
    unsigned power;    // the P number of a V3PWR
};

struct stlink_swclk_list {
    uint32_t hz[16]; // descending
    unsigned count;
};

struct stlink {
    struct debug_probe probe; // what the layers above use
    struct usb_link link;
    struct stlink_version version;
    unsigned garbled_replies; // that made no sense, and asked again did
    bool boot_loader;         // found so when it was opened, which therefore failed
    bool ap_open;             // INIT_AP of AP 0 was done (needed from J37 / V3J7 on)
    uint16_t other_aps;       // bit n: the same of AP n
    uint8_t ap;               // whose memory the commands below mean
    bool tracing;             // it receives SWO, with trace_baud
    bool lists_are_odd; // a list of accesses was answered in a way that nobody knows: none is sent
    uint32_t trace_baud;
};

// The functions of st->probe, set by stlink_open().
extern const struct debug_probe_ops stlink_debug_probe_ops;

// Takes over the link (also when it fails: it is closed then). Drains stale replies, reads the
// version, leaves whatever mode the probe was in. Refuses firmware that cannot debug
// (ERR_PROBE_FIRMWARE).
enum err stlink_open(struct stlink *st, struct usb_link link, struct log *log) MUST_CHECK;
// Leaves debug mode, drains, closes the link. Never fails: what cannot be said any more is left
// unsaid.
void stlink_close(struct stlink *st);

// "V2J37S7", as ST's tools print it. Returns text.
const char *stlink_version_text(const struct stlink *st, char *text, size_t size);
enum err stlink_get_mode(struct stlink *st, enum stlink_mode *mode) MUST_CHECK;
// Target supply at VTref/VAPP in mV; evidence, never a veto. ERR_UNSUPPORTED below V2J13.
enum err stlink_get_vtref(struct stlink *st, unsigned *mv) MUST_CHECK;
// The SWD clocks this probe offers.
enum err stlink_list_swclk(struct stlink *st, struct stlink_swclk_list *list) MUST_CHECK;
// Sets the highest offered clock that does not exceed hz (the lowest when all do): see
// st->probe.swclk_hz.
enum err stlink_set_swclk(struct stlink *st, uint32_t hz) MUST_CHECK;

// Line reset, JTAG-to-SWD, DPIDR: ERR_NO_TARGET when nobody answers. Opens AP 0 as the firmware
// demands.
enum err stlink_enter_swd(struct stlink *st) MUST_CHECK;
// Back to idle: pins high-Z, NRST released, APs closed.
enum err stlink_leave(struct stlink *st) MUST_CHECK;
// The level is what the probe drives (open drain); nothing says that the wire is there.
enum err stlink_drive_nrst(struct stlink *st, enum debug_probe_nrst level) MUST_CHECK;
// DPIDR as read by the last stlink_enter_swd().
enum err stlink_read_dpidr(struct stlink *st, uint32_t *dpidr) MUST_CHECK;

// SWO (stlink_trace.c): see debug_probe.h. Entering SWD breaks the firmware's trace: it is stopped
// before.
enum err stlink_trace_limits(struct stlink *st, struct debug_probe_trace *limits) MUST_CHECK;
enum err stlink_trace_start(struct stlink *st, uint32_t baud) MUST_CHECK;
enum err stlink_trace_stop(struct stlink *st) MUST_CHECK;
enum err stlink_trace_read(struct stlink *st, struct debug_probe_trace_read *read) MUST_CHECK;

// A DP (port DEBUG_PROBE_DP) or AP register. Writes are posted: a read of the DP tells what became
// of them.
enum err stlink_read_dap(struct stlink *st, uint16_t port, uint16_t addr,
                         uint32_t *value) MUST_CHECK;
enum err stlink_write_dap(struct stlink *st, uint16_t port, uint16_t addr,
                          uint32_t value) MUST_CHECK;

// ERR_UNSUPPORTED: the firmware reaches the memory behind AP 0 only (below V2J32 and V3J2).
enum err stlink_check_ap(struct stlink *st, unsigned ap) MUST_CHECK;
// Chooses the AP whose memory is meant from now on, and opens it; checks it as above.
enum err stlink_choose_ap(struct stlink *st, unsigned ap) MUST_CHECK;
// One aligned word on the AP's bus, in one command (36, 35).
enum err stlink_read_word(struct stlink *st, uint32_t addr, uint32_t *value) MUST_CHECK;
enum err stlink_write_word(struct stlink *st, uint32_t addr, uint32_t value) MUST_CHECK;
// A block of units of 1, 2 or 4 bytes; addr and len are multiples of it and len is at most
// stlink_max_block(). Asks for the status afterwards; WAITs are retried whole. ERR_FAULT sets
// st->probe.fault_address and leaves the sticky flags of the DP cleared.
enum err stlink_read_block(struct stlink *st, unsigned unit, uint32_t addr, void *data,
                           size_t len) MUST_CHECK;
enum err stlink_write_block(struct stlink *st, unsigned unit, uint32_t addr, const void *data,
                            size_t len) MUST_CHECK;
// Bytes that one block command of this unit may carry with this firmware and clock.
size_t stlink_max_block(const struct stlink *st, unsigned unit, bool write);
// False when the firmware has no 16-bit block commands (below V2J26).
bool stlink_has_halfwords(const struct stlink *st);

// Words at any places in one pair of commands (51, 52): how many items fit into one with this
// firmware and clock, or 0, and the accesses; see struct debug_probe_ops.
unsigned stlink_list_items(const struct stlink *st);
enum err stlink_access_list(struct stlink *st, struct debug_probe_access *list, unsigned count,
                            unsigned *done) MUST_CHECK;

// Core registers of a halted core; regsel as in DCRSR.REGSEL (ARM DDI 0419, C1.6.3).
enum err stlink_read_core_reg(struct stlink *st, unsigned regsel, uint32_t *value) MUST_CHECK;
enum err stlink_write_core_reg(struct stlink *st, unsigned regsel, uint32_t value) MUST_CHECK;
// All in one command: word i is the register of REGSEL i, and word 19 none. On the wires of a real
// V2J17 the probe reads REGSEL 0 to 20 in turn; Black Magic's code takes words 0 to 18 and 20.
enum err stlink_read_core_regs(struct stlink *st, uint32_t regs[DEBUG_PROBE_CORE_REGS]) MUST_CHECK;

#endif
