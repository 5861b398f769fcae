// SPDX-License-Identifier: MIT
// A list of word accesses in one pair of commands: 51 takes the list, 52 brings what became of it
// (V2J32, V3J2). One public source drives these commands, OpenOCD, and it puts the address before
// every write, as this file does: nothing shows whether the probe moves the address by itself.
#include <string.h>

#include "base/bytes.h"
#include "swd/dp.h"
#include "swd/stlink.h"
#include "swd/stlink_command.h"
#include "swd/stlink_status.h"

#define V2_ITEMS 64u
#define V3_ITEMS 1227u

// SWD clocks of one item at most: TAR, DRW, RDBUFF and what is idle between them.
#define ITEM_CLOCKS 200u

enum { ITEM_WRITE_ADDR = 1, ITEM_WRITE = 2, ITEM_READ = 3, ITEM_AP = 5 };

struct item_list {
    unsigned count;
    uint8_t opcode[V3_ITEMS];
    uint32_t payload[V3_ITEMS];
};

unsigned stlink_list_items(const struct stlink *st)
{
    if (st->lists_are_odd || !stlink_has(st, 32, 2))
        return 0;
    const unsigned most = st->version.hardware >= 3 ? V3_ITEMS : V2_ITEMS;
    if (st->probe.swclk_hz == 0)
        return most;
    // It must fit into the time-out.
    const uint64_t fit =
        (uint64_t)st->probe.swclk_hz * (STLINK_TIMEOUT_MS / 2) / 1000 / ITEM_CLOCKS;
    return fit < most ? (unsigned)fit : most;
}

static void add_item(struct item_list *l, uint8_t opcode, uint32_t payload)
{
    l->opcode[l->count] = opcode;
    l->payload[l->count++] = payload;
}

static void make_items(struct item_list *l, unsigned ap, const struct debug_probe_access *list,
                       unsigned count)
{
    l->count = 0;
    add_item(l, ITEM_AP, ap);
    for (unsigned i = 0; i < count; i++) {
        if (list[i].write)
            add_item(l, ITEM_WRITE_ADDR, list[i].addr);
        add_item(l, list[i].write ? ITEM_WRITE : ITEM_READ,
                 list[i].write ? list[i].value : list[i].addr);
    }
}

static enum err send_items(struct stlink *st, const struct item_list *l)
{
    uint8_t out[5 * V3_ITEMS + 3];
    const size_t opcodes = (l->count + 3) & ~3u;
    memset(out, 0, opcodes);
    memcpy(out, l->opcode, l->count);
    for (unsigned i = 0; i < l->count; i++)
        put_le32(out + opcodes + 4 * (size_t)i, l->payload[i]);
    struct usb_exchange x = stlink_debug_command(STLINK_DEBUG_LIST_OUT);
    put_le32(&x.command[2], l->count);
    x.out = out;
    x.out_len = opcodes + 4 * (size_t)l->count;
    return stlink_exchange(st, &x);
}

static enum err fetch_results(struct stlink *st, const struct item_list *l, uint8_t *in)
{
    struct usb_exchange x = stlink_debug_command(STLINK_DEBUG_LIST_IN);
    x.in = in;
    x.in_len = 8 * (size_t)l->count;
    return stlink_exchange(st, &x);
}

// Whether no firmware that works says this of an item: those that set something cannot fail.
static bool is_odd(uint8_t opcode, uint32_t status)
{
    if (status == STLINK_ST_OK)
        return false;
    if (status > 0xff || (opcode != ITEM_READ && opcode != ITEM_WRITE))
        return true;
    enum err e = stlink_status_err((uint8_t)status);
    return e != ERR_WAIT && err_class(e) != ERR_CLASS_TARGET && err_class(e) != ERR_CLASS_WIRE;
}

static enum err refuse_lists(struct stlink *st, const char *what)
{
    st->lists_are_odd = true;
    log_line(st->probe.log, LOG_NOTE,
             "this ST-LINK %s when it is asked for several words at once: from now on each is "
             "asked for by itself, which is slower",
             what);
    return log_fail(st->probe.log, ERR_PROBE_PROTOCOL, "the ST-LINK %s (command f2 51)", what);
}

// How many accesses were good, and the error of the one after them.
static enum err take_results(struct stlink *st, const struct item_list *l, const uint8_t *in,
                             struct debug_probe_access *list, unsigned count, unsigned *done)
{
    for (unsigned i = 0; i < l->count; i++)
        if (is_odd(l->opcode[i], get_le32(in + 4 * (size_t)(l->count + i))))
            return refuse_lists(st, "gives an answer that makes no sense");
    unsigned item = 1;
    for (*done = 0; *done < count; ++*done) {
        item += list[*done].write;
        const uint8_t status = in[4 * (size_t)(l->count + item)];
        if (status != STLINK_ST_OK) {
            enum err e = stlink_check_status(st, status, "several words at once");
            const struct log_mark kept = log_keep(st->probe.log);
            if (dp_clear_sticky(&st->probe))
                log_line(st->probe.log, LOG_DEBUG, "could not clear the debug port's sticky error");
            st->probe.last_status = status;
            log_restore(st->probe.log, &kept);
            return e;
        }
        if (!list[*done].write)
            list[*done].value = get_le32(in + 4 * (size_t)item);
        item++;
    }
    return ERR_OK;
}

enum err stlink_access_list(struct stlink *st, struct debug_probe_access *list, unsigned count,
                            unsigned *done)
{
    struct item_list items;
    uint8_t in[8 * V3_ITEMS];
    *done = 0;
    if (!st->probe.in_debug)
        return log_fail(st->probe.log, ERR_NO_TARGET, "there is no SWD connection to the target");
    make_items(&items, st->ap, list, count);
    enum err e = send_items(st, &items);
    if (!e)
        e = fetch_results(st, &items, in);
    if (e == ERR_PROBE_PROTOCOL || e == ERR_TIMEOUT)
        return refuse_lists(st, "does not answer as it should");
    return e ? e : take_results(st, &items, in, list, count, done);
}
