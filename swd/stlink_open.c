// SPDX-License-Identifier: MIT
// Opening a probe: its boot loader is left, its version is read, and it is put in no mode.
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "swd/stlink.h"
#include "swd/stlink_command.h"
#include "swd/stlink_status.h"

#define PID_V2_1        0x374bu
#define PID_V2_1_NOMS   0x3752u
#define PID_V3_FIRST    0x374du
#define NEWEST_HARDWARE 4u // that is known here: a V3PWR

static bool is_v3_pid(uint16_t pid)
{
    return pid >= PID_V3_FIRST && pid != PID_V2_1_NOMS;
}

// One question of the opening; its answer must have exactly `len` bytes.
static enum err ask_probe(struct stlink *st, uint8_t class, uint8_t sub, uint8_t *reply, size_t len,
                          unsigned timeout_ms)
{
    uint8_t room[64] = {0};
    struct usb_exchange x = {
        .command = {class, sub}, .in = room, .in_len = sizeof room, .timeout_ms = timeout_ms};
    enum err e = usb_link_transfer(&st->link, &x);
    if (e == ERR_OK && x.in_got != len)
        return ERR_PROBE_PROTOCOL;
    memcpy(reply, room, len);
    return e;
}

static enum err read_after(struct stlink *st, uint8_t class, uint8_t sub)
{
    uint8_t room[64];
    struct usb_exchange x = {
        .command = {class, sub}, .in = room, .in_len = sizeof room, .timeout_ms = 100};
    return usb_link_transfer(&st->link, &x);
}

// Leaving debug mode has no answer: what comes all the same was meant for somebody else. Nothing
// comes, as a rule. What a boot loader makes of it is not known: it may ignore it, obey or stall.
// Who stalls is a loader, and that has no answer to the command to leave it.
static void take_stale_reply(struct stlink *st)
{
    if (read_after(st, STLINK_DEBUG, STLINK_DEBUG_EXIT) == ERR_PROBE_PROTOCOL)
        (void)!read_after(st, STLINK_DFU, STLINK_DFU_EXIT);
}

// What a probe says first: hardware and firmware, and the mode that it is in.
struct greeting {
    uint8_t version[6], mode[2];
};

// A killed program may have left a reply in the pipe, and after re-opening a V2 may lose the first
// reply (its data toggle is not reset). So two questions with answers of different length are
// asked, with short time-outs, until both answers fit: one that is late then always shows. The
// second byte of the mode is the version of the boot loader while that runs, and proves nothing.
static enum err wake_up(struct stlink *st, struct greeting *g)
{
    enum err e = ERR_TIMEOUT;
    for (unsigned attempt = 0; attempt < 6; attempt++) {
        const unsigned timeout_ms = attempt < 3 ? 200 : 1000;
        e = ask_probe(st, STLINK_GET_VERSION, 0x80, g->version, sizeof g->version, timeout_ms);
        if (e == ERR_OK)
            e = ask_probe(st, STLINK_GET_MODE, 0, g->mode, sizeof g->mode, timeout_ms);
        if (e == ERR_OK && g->mode[0] <= STLINK_MODE_BOOTLOADER)
            return ERR_OK;
        if (e == ERR_PROBE_LOST)
            return log_fail(st->probe.log, e, "the ST-LINK was unplugged: plug it in again");
        take_stale_reply(st);
    }
    if (e == ERR_OK)
        return log_fail(st->probe.log, ERR_PROBE_PROTOCOL,
                        "the ST-LINK says that it is in mode %u, which swdlink does not know: "
                        "unplug it, wait a second and plug it in again",
                        g->mode[0]);
    return log_fail(
        st->probe.log, e,
        "the ST-LINK is plugged in but does not answer: unplug it, wait a second and plug it in "
        "again");
}

static enum err read_version_ex(struct stlink *st)
{
    uint8_t r[12];
    struct usb_exchange x = {.command = {STLINK_GET_VERSION_EX, 0x80},
                             .in = r,
                             .in_len = sizeof r,
                             .timeout_ms = STLINK_TIMEOUT_MS};
    enum err e = stlink_exchange(st, &x);
    if (e == ERR_OK)
        st->version = (struct stlink_version){
            .hardware = r[0],
            .swim = r[1],
            .jtag = r[2],
            .msd = r[3],
            .bridge = r[4],
            .power = r[5],
        };
    return e;
}

// On a V2-1 the low field is the mass storage version, except in firmware that only knows STM8.
static void sort_v2_1_fields(struct stlink_version *v, unsigned high, unsigned low)
{
    bool stm8_only = (high <= 22 && low == 7) || (high >= 25 && low >= 7 && low <= 12);
    v->jtag = stm8_only ? 0 : high;
    v->msd = stm8_only ? high : low;
    v->swim = stm8_only ? low : 0;
}

// The short form, which a V3 leaves empty.
static void take_version(struct stlink *st, const uint8_t r[6])
{
    unsigned packed = get_be16(r), high = packed >> 6 & 63, low = packed & 63;
    st->version = (struct stlink_version){.hardware = packed >> 12, .jtag = high, .swim = low};
    uint16_t pid = st->link.id.pid;
    if (st->version.hardware == 2 && (pid == PID_V2_1 || pid == PID_V2_1_NOMS))
        sort_v2_1_fields(&st->version, high, low);
}

static enum err check_version(struct stlink *st)
{
    const struct stlink_version *v = &st->version;
    if (v->hardware < 2)
        return log_fail(st->probe.log, ERR_PROBE_FIRMWARE,
                        "this is an ST-LINK/V1, which swdlink does not drive: use a V2 or V3");
    if (v->jtag == 0)
        return log_fail(
            st->probe.log, ERR_PROBE_FIRMWARE,
            "this ST-LINK's firmware cannot debug an STM32 (it is for STM8 only): update it with "
            "ST's STSW-LINK007");
    if (v->hardware == 2 && v->jtag < 15)
        return log_fail(
            st->probe.log, ERR_PROBE_FIRMWARE,
            "this ST-LINK's firmware V2J%u is too old: update it with ST's STSW-LINK007 to "
            "V2J15 at least, better the newest",
            v->jtag);
    return ERR_OK;
}

static enum err read_version(struct stlink *st, const struct greeting *g)
{
    enum err e = ERR_OK;
    if (is_v3_pid(st->link.id.pid))
        e = read_version_ex(st);
    else
        take_version(st, g->version);
    return e ? e : check_version(st);
}

// Before a probe is refused, or taken, for a version that no probe has: one reply may have been
// garbled.
static enum err ask_version_again(struct stlink *st, struct greeting *g)
{
    const struct log_mark kept = log_keep(st->probe.log);
    enum err e = wake_up(st, g);
    if (!e)
        e = read_version(st, g);
    if (e == ERR_PROBE_FIRMWARE)
        log_restore(st->probe.log, &kept);
    else if (!e)
        log_forget(st->probe.log);
    st->garbled_replies += !e && st->version.hardware <= NEWEST_HARDWARE;
    return e;
}

static enum err leave_any_mode(struct stlink *st, enum stlink_mode mode)
{
    enum err e = ERR_OK;
    st->boot_loader = mode == STLINK_MODE_BOOTLOADER;
    if (st->boot_loader)
        return log_fail(st->probe.log, ERR_PROBE_FIRMWARE,
                        "the ST-LINK is in its boot loader: unplug it and plug it in again");
    if (mode == STLINK_MODE_DFU)
        e = stlink_send(st, STLINK_DFU, STLINK_DFU_EXIT);
    else if (mode == STLINK_MODE_DEBUG)
        e = stlink_send(st, STLINK_DEBUG, STLINK_DEBUG_EXIT);
    else if (mode == STLINK_MODE_SWIM)
        e = stlink_send(st, STLINK_SWIM, STLINK_SWIM_EXIT);
    // Leaving DFU takes the firmware a moment, without re-enumeration.
    for (unsigned i = 0; e == ERR_OK && mode == STLINK_MODE_DFU && i < 50; i++) {
        usb_link_sleep_us(&st->link, i ? 10000 : 0);
        e = stlink_get_mode(st, &mode);
    }
    if (e == ERR_OK && mode == STLINK_MODE_DFU) {
        st->boot_loader = true;
        e = log_fail(st->probe.log, ERR_PROBE_FIRMWARE,
                     "the ST-LINK does not leave its DFU mode: unplug it and plug it in again");
    }
    return e;
}

enum err stlink_open(struct stlink *st, struct usb_link link, struct log *log)
{
    *st = (struct stlink){.probe = {.ops = &stlink_debug_probe_ops, .log = log}, .link = link};
    struct greeting g;
    enum err e = wake_up(st, &g);
    if (e == ERR_OK)
        e = read_version(st, &g);
    if (e == ERR_PROBE_FIRMWARE || (!e && st->version.hardware > NEWEST_HARDWARE))
        e = ask_version_again(st, &g);
    if (e == ERR_OK)
        e = leave_any_mode(st, (enum stlink_mode)g.mode[0]);
    if (e != ERR_OK)
        usb_link_close(&st->link);
    return e;
}
