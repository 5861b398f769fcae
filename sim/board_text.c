// SPDX-License-Identifier: MIT
// The board's text, CHIP[,KEY=VALUE…]: one table of keys.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/board_state.h"

typedef enum err setter(struct sim_board *board, const char *value);

static enum err bad_value(struct sim_board *board, const char *key, const char *value, const char *allowed)
{
    return log_fail(board->log, ERR_USAGE, "the virtual board's %s cannot be \"%s\": it is %s", key, value,
                    allowed);
}

static bool parse_number(const char *value, unsigned long most, unsigned long *number)
{
    char *end;
    *number = strtoul(value, &end, 0);
    return *value && !*end && *number <= most;
}

static const struct {
    const char *name;
    enum sim_wire_fault fault;
} wire_words[] = {{"ok", WIRE_OK},           {"open", WIRE_OPEN},     {"gnd", WIRE_GND},  {"vcc", WIRE_VCC},
                  {"swapped", WIRE_SWAPPED}, {"joined", WIRE_JOINED}, {"weak", WIRE_WEAK}};

static enum err set_wire(struct sim_board *board, enum sim_wire_fault *wire, const char *key,
                         const char *value, enum sim_wire_fault last)
{
    if (strncmp(value, "noise=", 6) == 0 && last == WIRE_WEAK) {
        char *end;
        double p = strtod(value + 6, &end);
        if (*end || !(p >= 0 && p <= 1))
            return bad_value(board, key, value, "noise=P with P from 0 to 1");
        board->wires.noise = p;
        return ERR_OK;
    }
    for (size_t i = 0; i < sizeof wire_words / sizeof wire_words[0]; i++)
        if (wire_words[i].fault <= last && strcmp(value, wire_words[i].name) == 0) {
            *wire = wire_words[i].fault;
            sim_wires_nrst(&board->wires, board->wires.probe_pulls_nrst);
            return ERR_OK;
        }
    return bad_value(board, key, value,
                     last == WIRE_WEAK ? "ok, open, gnd, vcc, swapped, joined, weak or noise=P"
                                       : "ok, open, gnd or vcc");
}

static enum err set_swdio(struct sim_board *board, const char *value)
{
    return set_wire(board, &board->wires.swdio, "swdio", value, WIRE_WEAK);
}

static enum err set_swclk(struct sim_board *board, const char *value)
{
    return set_wire(board, &board->wires.swclk, "swclk", value, WIRE_WEAK);
}

static enum err set_nrst(struct sim_board *board, const char *value)
{
    return set_wire(board, &board->wires.nrst, "nrst", value, WIRE_VCC);
}

static enum err set_gnd(struct sim_board *board, const char *value)
{
    if (strcmp(value, "ok") != 0 && strcmp(value, "open") != 0)
        return bad_value(board, "gnd", value, "ok or open");
    board->wires.gnd_open = strcmp(value, "open") == 0;
    return ERR_OK;
}

static enum err set_vtref(struct sim_board *board, const char *value)
{
    unsigned long mv;
    board->vtref_open = strcmp(value, "open") == 0;
    board->vtref_fake = strcmp(value, "fake") == 0;
    if (board->vtref_open || board->vtref_fake) {
        board_update_supply(board);
        return ERR_OK;
    }
    if (!parse_number(value, 6000, &mv))
        return bad_value(board, "vtref", value, "millivolts, open or fake");
    board->stlink.vtref_mv = (unsigned)mv;
    return ERR_OK;
}

static enum err set_vdd(struct sim_board *board, const char *value)
{
    unsigned long mv;
    board->powered_off = strcmp(value, "off") == 0;
    if (!board->powered_off && !parse_number(value, 4000, &mv))
        return bad_value(board, "vdd", value, "millivolts or off");
    board->vdd_mv = board->powered_off ? 0 : (unsigned)mv;
    board_update_supply(board);
    return ERR_OK;
}

static enum err set_chip(struct sim_board *board, const char *value)
{
    if (strcmp(value, "ok") != 0 && strcmp(value, "dead") != 0)
        return bad_value(board, "chip", value, "ok or dead");
    sim_chip_set_dead(board->chip, strcmp(value, "dead") == 0);
    return ERR_OK;
}

static enum err set_rdp(struct sim_board *board, const char *value)
{
    unsigned long level;
    if (!parse_number(value, 2, &level))
        return bad_value(board, "rdp", value, "0, 1 or 2");
    return sim_chip_set_rdp(board->chip, (unsigned)level);
}

static enum err set_boot0(struct sim_board *board, const char *value)
{
    unsigned long high;
    if (!parse_number(value, 1, &high))
        return bad_value(board, "boot0", value, "0 or 1");
    sim_chip_set_boot0(board->chip, high);
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
    return bad_value(board, "flash-time", value, "min, typ or max");
}

static enum err set_firmware(struct sim_board *board, const char *value)
{
    return sim_chip_load_firmware(board->chip, value);
}

static enum err set_probe(struct sim_board *board, const char *value)
{
    for (unsigned i = 0; i < sim_stlink_model_count; i++)
        if (strcmp(sim_stlink_models[i].name, value) == 0) {
            struct sim_swd_host swd = board->stlink.swd;
            struct sim_wires *wires = board->stlink.wires;
            sim_stlink_init(&board->stlink, &sim_stlink_models[i]);
            uint32_t hz = board->stlink.swd.swclk_hz;
            board->stlink.swd = swd;
            board->stlink.swd.swclk_hz = hz;
            board->stlink.wires = wires;
            board_update_supply(board);
            return ERR_OK;
        }
    return bad_value(board, "probe", value, "v2, v2-1 or v3");
}

static enum err set_probe_fw(struct sim_board *board, const char *value)
{
    unsigned long jtag;
    if (*value != 'J' || !parse_number(value + 1, 63, &jtag))
        return bad_value(board, "probe-fw", value, "J and a number up to 63, like J37");
    board->stlink.model.jtag = (uint8_t)jtag;
    return ERR_OK;
}

static enum err set_usb(struct sim_board *board, const char *value)
{
    static const struct {
        const char *name;
        enum sim_usb_fault fault;
    } words[] = {{"unplug@", USB_FAULT_UNPLUG}, {"stall@", USB_FAULT_STALL},
                 {"timeout@", USB_FAULT_TIMEOUT}, {"short@", USB_FAULT_SHORT}};
    unsigned long n;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t len = strlen(words[i].name);
        if (strncmp(value, words[i].name, len) != 0 || !parse_number(value + len, ~0ul, &n))
            continue;
        board->fault = words[i].fault;
        board->fault_at = n;
        return ERR_OK;
    }
    return bad_value(board, "usb", value, "unplug@N, stall@N, timeout@N or short@N, at the N-th command");
}

static enum err set_seed(struct sim_board *board, const char *value)
{
    unsigned long n;
    if (!parse_number(value, ~0ul, &n))
        return bad_value(board, "seed", value, "a number");
    board->seed = board->wires.seed = n;
    return ERR_OK;
}

static enum err set_file(struct sim_board *board, char file[256], const char *value)
{
    if (!*value || strlen(value) >= 256)
        return log_fail(board->log, ERR_USAGE, "the name of the virtual board's file is empty or too long");
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
    {"account", set_account},   {"boot0", set_boot0}, {"chip", set_chip},   {"firmware", set_firmware},
    {"flash-time", set_flash_time},
    {"gnd", set_gnd},           {"nrst", set_nrst},   {"probe", set_probe}, {"probe-fw", set_probe_fw},
    {"rdp", set_rdp},           {"seed", set_seed},   {"store", set_store}, {"swclk", set_swclk},
    {"swdio", set_swdio},       {"usb", set_usb},     {"vdd", set_vdd},     {"vtref", set_vtref},
};

enum err board_set(struct sim_board *board, const char *key, const char *value)
{
    char known[256] = "";
    size_t at = 0;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strcmp(keys[i].key, key) == 0)
            return keys[i].set(board, value);
        at += (size_t)snprintf(known + at, sizeof known - at, "%s%s", i ? ", " : "", keys[i].key);
    }
    return log_fail(board->log, ERR_USAGE, "the virtual board has no \"%s\"; it has %s", key, known);
}
