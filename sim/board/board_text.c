// SPDX-License-Identifier: MIT
// The board's text, CHIP[,KEY=VALUE…]: one table of keys. doc/swdlink-sim.1 describes them.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/board/board_state.h"
#include "sim/board/link.h"
#include "sim/families/programs.h"

typedef enum err setter(struct sim_board *board, const char *value);

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool is(const char *value, const char *word)
{
    return strcmp(value, word) == 0;
}

// ---- cable --------------------------------------------------------------------------------------

#define SWD_WIRE                                                                                   \
    "ok, open, flaky, gnd, vcc, joined (each of these three also @board), swapped, weak, noise=P " \
    "or "                                                                                          \
    "OHMS, with + between several"

static enum err set_wire(struct sim_board *board, struct sim_wire *wire, const char *key,
                         const char *value, const char *allowed)
{
    struct sim_wire parsed;
    enum board_wire which = wire == &board->wires.nrst  ? BOARD_WIRE_NRST
                            : wire == &board->wires.swo ? BOARD_WIRE_SWO
                                                        : BOARD_WIRE_SWD;
    if (!board_parse_wire(value, which, &parsed))
        return board_bad_value(board, key, value, allowed);
    *wire = parsed;
    sim_wires_changed(&board->wires);
    return ERR_OK;
}

static enum err set_swdio(struct sim_board *board, const char *value)
{
    return set_wire(board, &board->wires.swdio, "swdio", value, SWD_WIRE);
}

static enum err set_swclk(struct sim_board *board, const char *value)
{
    return set_wire(board, &board->wires.swclk, "swclk", value, SWD_WIRE);
}

static enum err set_nrst(struct sim_board *board, const char *value)
{
    return set_wire(board, &board->wires.nrst, "nrst", value,
                    "ok, open, gnd, vcc (both also @board), slow or OHMS, with + between several");
}

static enum err set_swo(struct sim_board *board, const char *value)
{
    return set_wire(board, &board->wires.swo, "swo", value,
                    "ok, open, gnd, vcc (both also @board), weak or OHMS, with + between several");
}

static enum err set_gnd(struct sim_board *board, const char *value)
{
    if (!is(value, "ok") && !is(value, "open"))
        return board_bad_value(board, "gnd", value, "ok or open");
    board->wires.gnd_open = is(value, "open");
    sim_wires_changed(&board->wires);
    return ERR_OK;
}

static enum err set_cable(struct sim_board *board, const char *value)
{
    if (!is(value, "in") && !is(value, "out"))
        return board_bad_value(board, "cable", value, "in or out");
    board->wires.unplugged = is(value, "out");
    sim_wires_changed(&board->wires);
    return ERR_OK;
}

static enum err set_vtref(struct sim_board *board, const char *value)
{
    unsigned long long mv = 0;
    if (is(value, "ok"))
        board->vtref = VTREF_RAIL;
    else if (is(value, "open"))
        board->vtref = VTREF_OPEN;
    else if (is(value, "fake"))
        board->vtref = VTREF_OWN;
    else if (board_parse_number(value, 6000, &mv))
        board->vtref = VTREF_FIXED;
    else if (!is(value, "adc-dead"))
        return board_bad_value(board, "vtref", value,
                               "ok, open, fake, adc-dead or millivolts up to 6000");
    board->stlink.adc_dead = is(value, "adc-dead");
    board->vtref_fixed_mv = (unsigned)mv;
    board_vcd_supply(board);
    return ERR_OK;
}

// ---- supply -------------------------------------------------------------------------------------

static enum err set_vdd(struct sim_board *board, const char *value)
{
    struct sim_supply *s = &board->supply;
    unsigned long long mv = s->regulator_mv;
    enum sim_source source = is(value, "off")     ? SOURCE_OFF
                             : is(value, "pins")  ? SOURCE_PINS
                             : is(value, "flaky") ? SOURCE_FLAKY
                                                  : SOURCE_REGULATOR;
    if (source == SOURCE_REGULATOR && !board_parse_number(value, 4000, &mv))
        return board_bad_value(board, "vdd", value, "millivolts up to 4000, off, pins or flaky");
    s->source = source;
    s->regulator_mv = (unsigned)mv;
    sim_supply_changed(s);
    return ERR_OK;
}

static enum err set_vdda(struct sim_board *board, const char *value)
{
    unsigned long long mv = 0;
    bool follows = is(value, "ok");
    if (!follows && !is(value, "off") && !board_parse_number(value, 4000, &mv))
        return board_bad_value(board, "vdda", value,
                               "ok (that is VDD), off or millivolts up to 4000");
    board->supply.vdda_follows = follows;
    board->supply.vdda_mv = (unsigned)mv;
    sim_supply_changed(&board->supply);
    return ERR_OK;
}

// ---- chip ---------------------------------------------------------------------------------------

// Another maker's copy, with its own name in the ROM table, and a part that is no STM32 at all.
#define GIGADEVICE 0x3d1u // continuation 7, code 0x51
#define NORDIC     0x144u // continuation 2, code 0x44

static void set_maker(struct sim_board *board, const char *value)
{
    struct sim_identity id = *sim_chip_identity(board->chip);
    id.designer = is(value, "clone") ? GIGADEVICE : NORDIC;
    if (is(value, "foreign"))
        id.idcode = 0;
    sim_chip_set_identity(board->chip, &id);
}

static enum err set_chip(struct sim_board *board, const char *value)
{
    static const char *const words[] = {"ok",    "dead",    "rotated", "missing",
                                        "clone", "foreign", "blank"};
    size_t i = 0;
    while (i < COUNT(words) && !is(value, words[i]))
        i++;
    if (i == COUNT(words))
        return board_bad_value(board, "chip", value,
                               "ok, dead, rotated, missing, clone, foreign or blank");
    if (is(value, "blank"))
        return sim_chip_erase(board->chip), ERR_OK;
    if (is(value, "clone") || is(value, "foreign")) {
        set_maker(board, value);
        return ERR_OK;
    }
    board->wires.no_chip = is(value, "missing");
    board->supply.shorted = is(value, "rotated");
    sim_chip_set_dead(board->chip, !is(value, "ok"));
    sim_supply_changed(&board->supply);
    sim_wires_changed(&board->wires);
    return ERR_OK;
}

static enum err parse_id(struct sim_board *board, const char *key, const char *value,
                         unsigned long long most, unsigned long long *id)
{
    if (board_parse_number(value, most, id))
        return ERR_OK;
    return board_bad_value(board, key, value, "a number such as 0x20");
}

static enum err set_id(struct sim_board *board, const char *key, const char *value, size_t offset)
{
    struct sim_identity id = *sim_chip_identity(board->chip);
    unsigned long long number = 0;
    enum err e = parse_id(board, key, value, 0xffffffff, &number);
    uint32_t word = (uint32_t)number;
    memcpy((char *)&id + offset, &word, sizeof word);
    if (e == ERR_OK)
        sim_chip_set_identity(board->chip, &id);
    return e;
}

static enum err set_dpidr(struct sim_board *board, const char *value)
{
    return set_id(board, "dpidr", value, offsetof(struct sim_identity, dpidr));
}

static enum err set_idcode(struct sim_board *board, const char *value)
{
    return set_id(board, "idcode", value, offsetof(struct sim_identity, idcode));
}

static enum err set_cpuid(struct sim_board *board, const char *value)
{
    return set_id(board, "cpuid", value, offsetof(struct sim_identity, cpuid));
}

static enum err set_designer(struct sim_board *board, const char *value)
{
    struct sim_identity id = *sim_chip_identity(board->chip);
    unsigned long long number = 0;
    enum err e = parse_id(board, "designer", value, 0x7ff, &number);
    id.designer = (uint16_t)number;
    if (e == ERR_OK)
        sim_chip_set_identity(board->chip, &id);
    return e;
}

static enum err set_rdp(struct sim_board *board, const char *value)
{
    unsigned long long level;
    if (!board_parse_number(value, 2, &level))
        return board_bad_value(board, "rdp", value, "0, 1 or 2");
    return sim_chip_set_rdp(board->chip, (unsigned)level);
}

static enum err set_boot0(struct sim_board *board, const char *value)
{
    unsigned long long high;
    if (!board_parse_number(value, 1, &high))
        return board_bad_value(board, "boot0", value, "0 or 1");
    sim_chip_set_boot0(board->chip, high);
    return ERR_OK;
}

static enum err set_boot1(struct sim_board *board, const char *value)
{
    unsigned long long high;
    if (!board_parse_number(value, 1, &high))
        return board_bad_value(board, "boot1", value, "0 or 1");
    sim_chip_set_boot1(board->chip, high);
    return ERR_OK;
}

static enum err set_supervisor(struct sim_board *board, const char *value)
{
    unsigned long long ms = 0;
    if (strcmp(value, "none") != 0 && (!board_parse_number(value, 60000, &ms) || ms < 10))
        return board_bad_value(board, "supervisor", value,
                               "none, or milliseconds from 10 to 60000");
    sim_wires_set_supervisor(&board->wires, (unsigned)ms);
    return ERR_OK;
}

static enum err set_ap(struct sim_board *board, const char *value)
{
    struct sim_identity id = *sim_chip_identity(board->chip);
    id.ap_closed = strcmp(value, "closed") == 0;
    if (!id.ap_closed && strcmp(value, "ok") != 0)
        return board_bad_value(board, "ap", value, "ok or closed");
    sim_chip_set_identity(board->chip, &id);
    return ERR_OK;
}

static enum err set_uptime(struct sim_board *board, const char *value)
{
    unsigned long long ms;
    if (!board_parse_number(value, 60000, &ms))
        return board_bad_value(board, "uptime", value, "milliseconds up to 60000");
    board->uptime_ms = (unsigned)ms;
    return ERR_OK;
}

static enum err set_hse(struct sim_board *board, const char *value)
{
    unsigned long long hz = 0;
    if (!is(value, "dead") && !is(value, "none") &&
        (!board_parse_number(value, 50000000, &hz) || hz < 1000000))
        return board_bad_value(board, "hse", value, "none, dead or 1000000 to 50000000 Hz");
    sim_chip_set_hse(board->chip, (uint32_t)hz);
    return ERR_OK;
}

static enum err set_flash_time(struct sim_board *board, const char *value)
{
    static const char *const words[] = {
        [SIM_FLASH_TYP] = "typ", [SIM_FLASH_MIN] = "min", [SIM_FLASH_MAX] = "max"};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(value, words[i]) == 0) {
            sim_chip_set_flash_time(board->chip, i);
            return ERR_OK;
        }
    return board_bad_value(board, "flash-time", value, "min, typ or max");
}

static enum err set_firmware(struct sim_board *board, const char *value)
{
    return sim_program_load(board->chip, value) ? ERR_OK
                                                : sim_chip_load_firmware(board->chip, value);
}

// ---- USB ----------------------------------------------------------------------------------------

static bool set_usb_at(struct sim_usb_side *usb, const char *value)
{
    static const char *const words[USB_FAULT_COUNT] = {
        [USB_FAULT_UNPLUG] = "unplug@",   [USB_FAULT_STALL] = "stall@",
        [USB_FAULT_TIMEOUT] = "timeout@", [USB_FAULT_SHORT] = "short@",
        [USB_FAULT_GARBAGE] = "garbage@", [USB_FAULT_LATE] = "late@"};
    unsigned long long n;
    for (size_t i = 0; i < USB_FAULT_COUNT; i++) {
        size_t len = strlen(words[i]);
        if (strncmp(value, words[i], len) != 0 ||
            !board_parse_number(value + len, UINT64_MAX, &n) || n == 0)
            continue;
        usb->fault_at[i] = n;
        return true;
    }
    return false;
}

// The rest of an answer that a program left behind when it was killed.
static void leave_stale_reply(struct sim_usb_side *usb)
{
    static const uint8_t reply[8] = {0x80, 0, 0, 0, 0x03, 0x00, 0x03, 0x00};
    memcpy(usb->left, reply, sizeof reply);
    usb->left_len = sizeof reply;
}

static bool set_usb_word(struct sim_board *board, const char *value)
{
    struct sim_usb_side *usb = &board->usb;
    if (is(value, "ok")) {
        memset(usb->fault_at, 0, sizeof usb->fault_at);
        usb->slow = usb->busy = usb->forbidden = usb->wedges = usb->toggle_loss =
            usb->next_in_lost = false;
    } else if (is(value, "slow")) {
        usb->slow = true;
    } else if (is(value, "busy")) {
        usb->busy = true;
    } else if (is(value, "forbidden")) {
        usb->forbidden = true;
    } else if (is(value, "wedges")) {
        usb->wedges = true;
    } else if (is(value, "stuck")) {
        usb->stuck = true;
    } else if (is(value, "toggle-loss")) {
        usb->toggle_loss = usb->in_toggle = true; // an odd number of packets has gone before
    } else if (is(value, "stale-reply")) {
        leave_stale_reply(usb);
    } else {
        return false;
    }
    return true;
}

static enum err set_usb(struct sim_board *board, const char *value)
{
    if (set_usb_word(board, value) || set_usb_at(&board->usb, value))
        return ERR_OK;
    return board_bad_value(
        board, "usb", value,
        "ok, busy, forbidden, slow, stale-reply, stuck, toggle-loss, wedges, or at "
        "the N-th command "
        "unplug@N, stall@N, timeout@N, short@N, garbage@N or late@N");
}

// ---- other --------------------------------------------------------------------------------------

static enum err set_seed(struct sim_board *board, const char *value)
{
    unsigned long long n;
    if (!board_parse_number(value, UINT64_MAX, &n))
        return board_bad_value(board, "seed", value, "a number");
    board->seed = board->wires.seed = board->supply.seed = n;
    sim_chip_set_seed(board->chip, n ? n : 1);
    return ERR_OK;
}

static enum err set_file(struct sim_board *board, char file[256], const char *value)
{
    if (!*value || strlen(value) >= 256)
        return log_fail(board->log, ERR_USAGE,
                        "the name of the virtual board's file is empty or too long");
    strcpy(file, value);
    return ERR_OK;
}

static enum err set_account(struct sim_board *board, const char *value)
{
    return set_file(board, board->account_file, value);
}

static enum err set_store(struct sim_board *board, const char *value)
{
    enum err e = set_file(board, board->store_file, value);
    return e == ERR_OK ? sim_chip_store_read(board->chip, value) : e;
}

static const struct {
    const char *key;
    setter *set;
} keys[] = {
    {"account", set_account},
    {"ap", set_ap},
    {"boot0", set_boot0},
    {"boot1", set_boot1},
    {"cable", set_cable},
    {"chip", set_chip},
    {"cpuid", set_cpuid},
    {"designer", set_designer},
    {"dpidr", set_dpidr},
    {"firmware", set_firmware},
    {"gnd", set_gnd},
    {"flash-time", set_flash_time},
    {"hse", set_hse},
    {"idcode", set_idcode},
    {"loader-exit", board_set_loader_exit},
    {"nrst", set_nrst},
    {"probe", board_set_probe},
    {"probe-fw", board_set_probe_fw},
    {"probe-mode", board_set_probe_mode},
    {"rdp", set_rdp},
    {"seed", set_seed},
    {"serial", board_set_serial},
    {"store", set_store},
    {"supervisor", set_supervisor},
    {"swclk", set_swclk},
    {"swo", set_swo},
    {"swdio", set_swdio},
    {"uptime", set_uptime},
    {"usb", set_usb},
    {"usb-latency", board_set_usb_latency},
    {"vcd", board_set_vcd},
    {"vdd", set_vdd},
    {"vdda", set_vdda},
    {"vtref", set_vtref},
};

const char *sim_board_key_at(unsigned n)
{
    return n < COUNT(keys) ? keys[n].key : NULL;
}

enum err board_set(struct sim_board *board, const char *key, const char *value)
{
    char known[512] = "";
    size_t at = 0;
    for (size_t i = 0; i < COUNT(keys); i++) {
        if (is(key, keys[i].key))
            return keys[i].set(board, value);
        at += (size_t)snprintf(known + at, sizeof known - at, "%s%s", i ? ", " : "", keys[i].key);
    }
    return log_fail(board->log, ERR_USAGE, "the virtual board has no \"%s\"; it has %s", key,
                    known);
}
