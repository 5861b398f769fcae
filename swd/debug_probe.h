// SPDX-License-Identifier: MIT
// What the layers above need of a debug probe, whatever its make: the SWD connection, NRST, DP and
// AP registers, memory and core registers of the target. swd/stlink_probe.c implements it for the
// ST-LINK; the unit tests have implementations of their own.
//
// Addresses are of the target's bus, sizes in bytes, clocks in Hz, voltages in mV, times in µs.
// Every function that can fail writes the sentence for the user into the probe's log.
#ifndef SWDLINK_SWD_DEBUG_PROBE_H
#define SWDLINK_SWD_DEBUG_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"

enum debug_probe_nrst {
    DEBUG_PROBE_NRST_LOW = 0,
    DEBUG_PROBE_NRST_HIGH = 1,
    DEBUG_PROBE_NRST_PULSE = 2,
};

#define DEBUG_PROBE_DP        0xffffu // port of read_dap() that means the DP and not an AP
#define DEBUG_PROBE_CORE_REGS 21u     // what read_core_regs() delivers

// What the probe receives of SWO, as a UART.
struct debug_probe_trace {
    uint32_t usual_baud; // that any probe of this kind receives well
    uint32_t max_baud;
};

#define DEBUG_PROBE_TRACE_MAX 8192u // bytes of one read

// One read of it.
struct debug_probe_trace_read {
    uint8_t *data;
    size_t room;  // DEBUG_PROBE_TRACE_MAX at least
    size_t len;   // set
    bool overrun; // set: bytes before or behind these are lost
};

struct debug_probe;

// A word that is read, or written, as part of a list.
struct debug_probe_access {
    uint32_t addr, value;
    bool write;
};

// What a list of accesses takes: items for itself and for each access, and USB commands.
#define DEBUG_PROBE_LIST_ITEMS    1u
#define DEBUG_PROBE_READ_ITEMS    1u
#define DEBUG_PROBE_WRITE_ITEMS   2u
#define DEBUG_PROBE_LIST_COMMANDS 2u

struct debug_probe_ops {
    // The firmware's version as the maker prints it, for instance "V2J37S7". Returns text.
    const char *(*version_text)(const struct debug_probe *probe, char *text, size_t size);
    // What a status byte (last_status) means: a short phrase in plain words.
    const char *(*status_text)(uint8_t status);
    // Supply of the target at VTref. ERR_UNSUPPORTED when the probe does not measure it.
    enum err (*get_vtref)(struct debug_probe *probe, unsigned *mv);
    // Sets the highest clock of the probe that does not exceed hz (the lowest if all do).
    // probe->swclk_hz is then that clock.
    enum err (*set_swclk)(struct debug_probe *probe, uint32_t hz);
    // Line reset, JTAG-to-SWD sequence, DPIDR; the AP is ready afterwards. ERR_NO_TARGET when no
    // target answers.
    enum err (*enter_swd)(struct debug_probe *probe);
    // Back to idle: pins high-Z, NRST released.
    enum err (*leave)(struct debug_probe *probe);
    // Sets the level that the probe drives (open drain). The result does not say that the wire
    // exists.
    enum err (*drive_nrst)(struct debug_probe *probe, enum debug_probe_nrst level);
    // DPIDR as the last enter_swd() read it.
    enum err (*read_dpidr)(struct debug_probe *probe, uint32_t *dpidr);
    // A register of the DP (port DEBUG_PROBE_DP) or of the AP `port`. Writes are posted.
    // ERR_UNSUPPORTED when the firmware has no command for it.
    enum err (*read_dap)(struct debug_probe *probe, uint16_t port, uint16_t addr, uint32_t *value);
    enum err (*write_dap)(struct debug_probe *probe, uint16_t port, uint16_t addr, uint32_t value);

    // Whether the firmware reaches the memory behind AP number `ap`: ERR_UNSUPPORTED, with a
    // sentence, when it does not. Asks nobody.
    enum err (*check_ap)(struct debug_probe *probe, unsigned ap);

    // Memory through MEM-AP number `ap`. An aligned word, in one access.
    enum err (*read_word)(struct debug_probe *probe, unsigned ap, uint32_t addr, uint32_t *value);
    enum err (*write_word)(struct debug_probe *probe, unsigned ap, uint32_t addr, uint32_t value);
    // A block in accesses of `unit` bytes (1, 2 or 4), of which addr and len are multiples; len is
    // at most max_block(). ERR_FAULT sets probe->fault_address.
    enum err (*read_block)(struct debug_probe *probe, unsigned ap, unsigned unit, uint32_t addr,
                           void *data, size_t len);
    enum err (*write_block)(struct debug_probe *probe, unsigned ap, unsigned unit, uint32_t addr,
                            const void *data, size_t len);
    // The largest block of that unit, in bytes.
    size_t (*max_block)(const struct debug_probe *probe, unsigned unit, bool write);
    // False when blocks of unit 2 are not supported; then blocks also end at 1 KiB boundaries (ARM
    // IHI 0031, C2.2.2).
    bool (*has_halfwords)(const struct debug_probe *probe);

    // Words at any places in one go (both may be NULL): how many items a list may have, 0 when the
    // firmware knows none; and the accesses, done in their order. *done: how many of them were
    // good. ERR_PROBE_PROTOCOL: nobody knows what was done, and list_items() is 0 from now on.
    unsigned (*list_items)(const struct debug_probe *probe);
    enum err (*access_list)(struct debug_probe *probe, unsigned ap, struct debug_probe_access *list,
                            unsigned count, unsigned *done);

    // Core registers of a halted core; regsel as in DCRSR.REGSEL (ARM DDI 0419, C1.6.3).
    enum err (*read_core_reg)(struct debug_probe *probe, unsigned regsel, uint32_t *value);
    enum err (*write_core_reg)(struct debug_probe *probe, unsigned regsel, uint32_t value);
    // regs[i] is the register whose REGSEL is i; regs[20] holds CONTROL, FAULTMASK, BASEPRI and
    // PRIMASK.
    enum err (*read_core_regs)(struct debug_probe *probe, uint32_t regs[DEBUG_PROBE_CORE_REGS]);

    // SWO. ERR_UNSUPPORTED, with a sentence, when the probe cannot receive it, or not so fast. Once
    // started it goes on until it is stopped or SWD is left or entered.
    enum err (*trace_limits)(struct debug_probe *probe, struct debug_probe_trace *limits);
    enum err (*trace_start)(struct debug_probe *probe, uint32_t baud);
    enum err (*trace_stop)(struct debug_probe *probe);
    // What has come since the last read; nothing when it is not started.
    enum err (*trace_read)(struct debug_probe *probe, struct debug_probe_trace_read *read);

    // Time belongs to the probe's link: see swd/usb_link.h.
    uint64_t (*now_us)(struct debug_probe *probe);
    void (*sleep_us)(struct debug_probe *probe, uint32_t us);
};

struct debug_probe {
    const struct debug_probe_ops *ops;
    struct log *log;
    uint32_t swclk_hz;      // nominal, as last set
    unsigned patience_ms;   // limit of one command; 0: the usual one
    bool asks_little;       // what the next answer shows is not asked: set by who only debugs
    bool in_debug;          // enter_swd() succeeded and leave() has not been called since
    uint8_t last_status;    // the probe's own status byte of the last command that has one
    uint32_t fault_address; // of the last block that failed with ERR_FAULT
};

static inline const char *debug_probe_version_text(const struct debug_probe *probe, char *text,
                                                   size_t size)
{
    return probe->ops->version_text(probe, text, size);
}

static inline const char *debug_probe_status_text(const struct debug_probe *probe, uint8_t status)
{
    return probe->ops->status_text(status);
}

MUST_CHECK static inline enum err debug_probe_get_vtref(struct debug_probe *probe, unsigned *mv)
{
    return probe->ops->get_vtref(probe, mv);
}

MUST_CHECK static inline enum err debug_probe_set_swclk(struct debug_probe *probe, uint32_t hz)
{
    return probe->ops->set_swclk(probe, hz);
}

MUST_CHECK static inline enum err debug_probe_enter_swd(struct debug_probe *probe)
{
    return probe->ops->enter_swd(probe);
}

MUST_CHECK static inline enum err debug_probe_leave(struct debug_probe *probe)
{
    return probe->ops->leave(probe);
}

MUST_CHECK static inline enum err debug_probe_drive_nrst(struct debug_probe *probe,
                                                         enum debug_probe_nrst level)
{
    return probe->ops->drive_nrst(probe, level);
}

MUST_CHECK static inline enum err debug_probe_read_dpidr(struct debug_probe *probe, uint32_t *dpidr)
{
    return probe->ops->read_dpidr(probe, dpidr);
}

MUST_CHECK static inline enum err debug_probe_check_ap(struct debug_probe *probe, unsigned ap)
{
    return probe->ops->check_ap(probe, ap);
}

MUST_CHECK static inline enum err debug_probe_read_core_reg(struct debug_probe *probe,
                                                            unsigned regsel, uint32_t *value)
{
    return probe->ops->read_core_reg(probe, regsel, value);
}

MUST_CHECK static inline enum err debug_probe_write_core_reg(struct debug_probe *probe,
                                                             unsigned regsel, uint32_t value)
{
    return probe->ops->write_core_reg(probe, regsel, value);
}

MUST_CHECK static inline enum err debug_probe_read_core_regs(struct debug_probe *probe,
                                                             uint32_t regs[DEBUG_PROBE_CORE_REGS])
{
    return probe->ops->read_core_regs(probe, regs);
}

MUST_CHECK static inline enum err debug_probe_trace_limits(struct debug_probe *probe,
                                                           struct debug_probe_trace *limits)
{
    return probe->ops->trace_limits(probe, limits);
}

MUST_CHECK static inline enum err debug_probe_trace_start(struct debug_probe *probe, uint32_t baud)
{
    return probe->ops->trace_start(probe, baud);
}

MUST_CHECK static inline enum err debug_probe_trace_stop(struct debug_probe *probe)
{
    return probe->ops->trace_stop(probe);
}

MUST_CHECK static inline enum err debug_probe_trace_read(struct debug_probe *probe,
                                                         struct debug_probe_trace_read *read)
{
    return probe->ops->trace_read(probe, read);
}

static inline uint64_t debug_probe_now_us(struct debug_probe *probe)
{
    return probe->ops->now_us(probe);
}

static inline void debug_probe_sleep_us(struct debug_probe *probe, uint32_t us)
{
    probe->ops->sleep_us(probe, us);
}

#endif
