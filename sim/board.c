// SPDX-License-Identifier: MIT
// The virtual board put together: time, supply, USB endpoints, account.
#include "sim/board.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sim/board_state.h"
#include "sim/usb_cost.h"

#define DEFAULT_CHIP    "stm32f031k6"
#define CATCH_UP_NS     100000000u
#define POWER_ON_MV     1800u // power-on reset threshold with margin (data sheet: 1.84 to 2.0 V rising, typ.)

// ---- time -----------------------------------------------------------------------------------------------

static void advance_to(struct sim_board *board, uint64_t ns)
{
    if (ns > board->clock.now_ns)
        sim_chip_run(board->chip, ns);
}

static void spend(void *arg, uint64_t ns)
{
    struct sim_board *board = arg;
    advance_to(board, board->clock.now_ns + ns);
}

static uint64_t wall_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void sim_board_set_follow(struct sim_board *board, bool on)
{
    board->follow = on;
    board->wall_start_ns = wall_ns();
    board->follow_start_ns = board->clock.now_ns;
}

// The virtual clock may run ahead of the wall (USB costs what it costs), but never stays behind.
static void follow_wall(struct sim_board *board)
{
    if (!board->follow)
        return;
    uint64_t now = board->clock.now_ns, due = board->follow_start_ns + (wall_ns() - board->wall_start_ns);
    if (due <= now)
        return;
    if (due - now > CATCH_UP_NS) { // whoever was away for longer missed it
        board->follow_start_ns -= due - now - CATCH_UP_NS;
        due = now + CATCH_UP_NS;
    }
    advance_to(board, due);
}

uint64_t sim_board_now_ns(const struct sim_board *board)
{
    return board->clock.now_ns;
}

void sim_board_wait_ns(struct sim_board *board, uint64_t ns)
{
    spend(board, ns);
}

// ---- supply ---------------------------------------------------------------------------------------------

void board_update_supply(struct sim_board *board)
{
    // An open pin floats around; a clone shows its own 3.3 V whatever is there.
    board->stlink.vtref_mv = board->vtref_fake ? 3300 : board->vtref_open ? 3 : board->vdd_mv;
    if (sim_chip_is_powered(board->chip) != (board->vdd_mv >= POWER_ON_MV) && board->plugged)
        sim_chip_set_power(board->chip, board->vdd_mv >= POWER_ON_MV);
}

// ---- opening and closing --------------------------------------------------------------------------------

static void assemble(struct sim_board *board)
{
    board->memap = (struct sim_memap){.chip = board->chip, .clock = &board->clock};
    board->dp = (struct sim_swdp){
        .ap = &board->memap, .account = &board->account, .dpidr = sim_chip_dpidr(board->chip)};
    board->wires = (struct sim_wires){.dp = &board->dp, .chip = board->chip, .seed = 1};
    sim_stlink_init(&board->stlink, &sim_stlink_models[0]);
    board->stlink.wires = &board->wires;
    board->stlink.swd.wires = &board->wires;
    board->stlink.swd.account = &board->account;
    board->stlink.swd.spend = spend;
    board->stlink.swd.arg = board;
    board->vdd_mv = 3300;
    board->reply_taken = true;
    strcpy(board->serial, "303030303030303030303031");
}

static enum err parse(struct sim_board *board, char *text)
{
    enum err e = ERR_OK;
    char *save = NULL;
    for (char *word = strtok_r(text, ",", &save); word && e == ERR_OK; word = strtok_r(NULL, ",", &save)) {
        char *equals = strchr(word, '=');
        if (!equals)
            return log_fail(board->log, ERR_USAGE,
                            "\"%s\" in the virtual board's text is not of the form KEY=VALUE", word);
        *equals = '\0';
        e = board_set(board, word, equals + 1);
    }
    return e;
}

static void destroy(struct sim_board *board)
{
    sim_chip_destroy(board->chip);
    sim_account_clear(&board->account);
    free(board);
}

enum err sim_board_open(struct sim_board **out, const char *text, struct log *log)
{
    char chip_name[64] = DEFAULT_CHIP;
    const char *comma = strchr(text, ',');
    size_t len = comma ? (size_t)(comma - text) : strlen(text);
    if (len >= sizeof chip_name)
        return log_fail(log, ERR_USAGE, "\"%s\" is no virtual board", text);
    if (len && !memchr(text, '=', len)) {
        memcpy(chip_name, text, len);
        chip_name[len] = '\0';
        text = comma ? comma + 1 : "";
    }
    struct sim_board *board = calloc(1, sizeof *board);
    char *rest = strdup(text);
    if (!board || !rest) {
        free(board);
        free(rest);
        return ERR_MEMORY;
    }
    board->log = log;
    enum err e = sim_chip_create(&board->chip, chip_name, &board->clock, &board->account, log);
    if (e == ERR_OK) {
        assemble(board);
        e = parse(board, rest);
    }
    free(rest);
    if (e != ERR_OK) {
        destroy(board);
        return e;
    }
    board->plugged = true;
    board_update_supply(board);
    if (board->vtref_open || board->vtref_fake)
        board_update_supply(board);
    *out = board;
    return ERR_OK;
}

static enum err write_account(struct sim_board *board)
{
    char *json = sim_account_json(&board->account, board->clock.now_ns);
    FILE *f = json ? fopen(board->account_file, "w") : NULL;
    bool ok = f && fprintf(f, "%s\n", json) > 0;
    if (f)
        ok &= fclose(f) == 0;
    free(json);
    if (ok)
        return ERR_OK;
    return log_fail(board->log, ERR_FILE, "the virtual board's account %s could not be written: %s",
                    board->account_file, strerror(errno));
}

enum err sim_board_close(struct sim_board *board)
{
    enum err e = board->account_file[0] ? write_account(board) : ERR_OK;
    if (board->store_file[0]) {
        enum err stored = sim_chip_store_write(board->chip, board->store_file);
        e = e == ERR_OK ? stored : e;
    }
    destroy(board);
    return e;
}

enum err sim_board_set(struct sim_board *board, const char *key, const char *value)
{
    return board_set(board, key, value);
}

// ---- USB ------------------------------------------------------------------------------------------------

static bool fault_is_due(struct sim_board *board, enum sim_usb_fault fault)
{
    if (board->fault != fault || board->account.usb_commands < board->fault_at)
        return false;
    board->fault = USB_FAULT_NONE;
    return true;
}

static void pay(struct sim_board *board, bool in, size_t len)
{
    board->account.usb_transfers++;
    *(in ? &board->account.usb_bytes_in : &board->account.usb_bytes_out) += len;
    advance_to(board, sim_usb_done_ns(board->stlink.model.high_speed, in, len, board->clock.now_ns));
}

enum sim_usb_status sim_board_usb_out(struct sim_board *board, uint8_t ep, const uint8_t *data, size_t len)
{
    struct sim_stlink *s = &board->stlink;
    bool is_command = s->out_wanted == 0;
    if (!board->plugged)
        return SIM_USB_GONE;
    if (ep != s->model.ep_out)
        return SIM_USB_STALL;
    follow_wall(board);
    pay(board, false, len);
    if (is_command) {
        board->account.usb_commands++;
        board->reply_taken = false;
        advance_to(board, board->clock.now_ns + SIM_USB_FIRMWARE_NS);
        if (fault_is_due(board, USB_FAULT_UNPLUG)) {
            sim_board_usb_plug(board, false);
            return SIM_USB_GONE;
        }
    }
    sim_stlink_out(s, data, len);
    if (is_command && fault_is_due(board, USB_FAULT_STALL))
        s->stall = true;
    if (is_command && fault_is_due(board, USB_FAULT_TIMEOUT))
        s->mute = true;
    if (is_command && s->reply_len && fault_is_due(board, USB_FAULT_SHORT))
        s->reply_len /= 2;
    board->in_halted |= s->stall;
    return SIM_USB_OK;
}

enum sim_usb_status sim_board_usb_in(struct sim_board *board, uint8_t ep, uint8_t *data, size_t cap,
                                     size_t *len, bool *overflow)
{
    struct sim_stlink *s = &board->stlink;
    *len = 0;
    *overflow = false;
    if (!board->plugged)
        return SIM_USB_GONE;
    follow_wall(board);
    if (ep != s->model.ep_in)
        return ep == s->model.ep_trace ? SIM_USB_NAK : SIM_USB_STALL;
    if (board->in_halted)
        return SIM_USB_STALL;
    if (s->mute || s->reply_len == 0 || s->out_wanted)
        return SIM_USB_NAK;
    *len = s->reply_len < cap ? s->reply_len : cap;
    *overflow = s->reply_len > cap;
    memcpy(data, s->reply, *len);
    pay(board, true, *len);
    s->reply_len = 0;
    board->reply_taken = true;
    return SIM_USB_OK;
}

void sim_board_usb_clear_halt(struct sim_board *board, uint8_t ep)
{
    if (ep == board->stlink.model.ep_in) {
        board->in_halted = board->stlink.stall = false;
        board->stlink.reply_len = 0;
    }
}

void sim_board_usb_reset(struct sim_board *board)
{
    board->in_halted = board->stlink.stall = board->stlink.mute = false;
    board->stlink.reply_len = board->stlink.out_wanted = 0;
}

void sim_board_usb_plug(struct sim_board *board, bool plugged)
{
    if (plugged == board->plugged)
        return;
    board->plugged = plugged;
    if (!plugged)
        return;
    board->in_halted = false;
    sim_wires_nrst(&board->wires, false);
    sim_stlink_restart(&board->stlink);
}

uint16_t sim_board_usb_pid(const struct sim_board *board)
{
    return board->stlink.model.pid;
}

const char *sim_board_usb_serial(const struct sim_board *board)
{
    return board->serial;
}

bool sim_board_usb_high_speed(const struct sim_board *board)
{
    return board->stlink.model.high_speed;
}

struct sim_chip *sim_board_chip(struct sim_board *board)
{
    return board->chip;
}

struct sim_account *sim_board_account(struct sim_board *board)
{
    return &board->account;
}
