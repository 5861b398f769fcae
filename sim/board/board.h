// SPDX-License-Identifier: MIT
// A board on the desk that is not there: a virtual ST-LINK, wires, a supply, a virtual STM32. This
// is what front ends, tests and the account see.
#ifndef SWDLINK_SIM_BOARD_BOARD_H
#define SWDLINK_SIM_BOARD_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "sim/chip/chip.h"
#include "sim/time/account.h"
#include "sim/time/clock.h"

struct sim_board;

// From its text: CHIP[,KEY=VALUE…], for instance "stm32f031k6,swdio=gnd,account=FILE"; empty:
// stm32f031k6. An unknown key or value is ERR_USAGE with a sentence that lists what there is.
enum err sim_board_open(struct sim_board **board, const char *text, struct log *log) MUST_CHECK;
// Writes the account= and store= files, if asked for, and frees the board. The error is of those
// files.
enum err sim_board_close(struct sim_board *board) MUST_CHECK;
// Sets one KEY to VALUE now, as in the text (faults while it runs).
enum err sim_board_set(struct sim_board *board, const char *key, const char *value) MUST_CHECK;

// USB, as the front ends use it. `control` answers standard requests (descriptors) in `data`
// (wLength bytes of room) and returns the number of bytes, or -1 for a stall.
enum sim_usb_status {
    SIM_USB_OK,
    SIM_USB_NAK, // nothing to send, or no room: try later, for ever if need be
    SIM_USB_STALL,
    SIM_USB_GONE, // unplugged
};
enum sim_usb_status sim_board_usb_out(struct sim_board *board, uint8_t ep, const uint8_t *data,
                                      size_t len);
// One reply (or a part of it when cap is smaller; the rest is then lost, as an overflow does:
// *overflow).
enum sim_usb_status sim_board_usb_in(struct sim_board *board, uint8_t ep, uint8_t *data, size_t cap,
                                     size_t *len, bool *overflow);
int sim_board_usb_control(struct sim_board *board, const uint8_t setup[8], uint8_t *data);
void sim_board_usb_clear_halt(struct sim_board *board, uint8_t ep);
void sim_board_usb_reset(struct sim_board *board); // port reset: toggles, queued replies
// A program opens the device: the host begins with new data toggles.
void sim_board_usb_open(struct sim_board *board);
// Why nobody gets it: ERR_NO_PROBE, ERR_PROBE_BUSY (another program has claimed it),
// ERR_PROBE_ACCESS; or OK.
enum err sim_board_usb_refusal(const struct sim_board *board) MUST_CHECK;
uint16_t sim_board_usb_pid(const struct sim_board *board);
const char *sim_board_usb_serial(const struct sim_board *board);
bool sim_board_usb_high_speed(const struct sim_board *board);
void sim_board_usb_plug(struct sim_board *board, bool plugged);

// Time since the board was opened. Waiting on the board's clock lets the chip run.
uint64_t sim_board_now_ns(const struct sim_board *board);
void sim_board_wait_ns(struct sim_board *board, uint64_t ns);
// On: the virtual clock keeps up with the wall (a free-running target keeps real time while a
// person watches) as far as this machine is fast enough; at most 100 ms are caught up at a time.
void sim_board_set_follow(struct sim_board *board, bool on);
// So many boards follow the wall in one thread, and share its time.
void sim_board_set_company(struct sim_board *board, unsigned boards);

// A word as the chip's debug bus master would read or write it, and no debugger was there as far as
// read protection cares; false: nothing answers there.
bool sim_board_peek(struct sim_board *board, uint32_t addr, uint32_t *value);
bool sim_board_poke(struct sim_board *board, uint32_t addr, uint32_t value);
struct sim_chip *sim_board_chip(struct sim_board *board);
struct sim_account *sim_board_account(struct sim_board *board);
// What the probe does on the SWD wires from now on, one call for each packet, line reset and
// switch.
struct sim_swd_event;
void sim_board_watch_swd(struct sim_board *board,
                         void (*watch)(void *arg, const struct sim_swd_event *event), void *arg);

#endif
