// SPDX-License-Identifier: MIT
// How one ST-LINK command is sent and its reply checked, for the stlink*.c files; swd/player.c
// takes the numbers of commands from here.
#ifndef SWDLINK_SWD_STLINK_COMMAND_H
#define SWDLINK_SWD_STLINK_COMMAND_H

#include "swd/stlink.h"

// Classes (first byte) and sub-commands of the debug class (second byte).
enum {
    STLINK_GET_VERSION = 0xf1,
    STLINK_DEBUG = 0xf2,
    STLINK_DFU = 0xf3,
    STLINK_SWIM = 0xf4,
    STLINK_GET_MODE = 0xf5,
    STLINK_GET_VOLTAGE = 0xf7,
    STLINK_GET_VERSION_EX = 0xfb,
    STLINK_DFU_EXIT = 0x07,
    STLINK_SWIM_EXIT = 0x01,
    STLINK_DEBUG_READMEM_32 = 0x07,
    STLINK_DEBUG_WRITEMEM_32 = 0x08,
    STLINK_DEBUG_READMEM_8 = 0x0c,
    STLINK_DEBUG_WRITEMEM_8 = 0x0d,
    STLINK_DEBUG_EXIT = 0x21,
    STLINK_DEBUG_ENTER = 0x30,
    STLINK_DEBUG_READ_IDCODES = 0x31,
    STLINK_DEBUG_READREG = 0x33,
    STLINK_DEBUG_WRITEREG = 0x34,
    STLINK_DEBUG_WRITEDEBUGREG = 0x35,
    STLINK_DEBUG_READDEBUGREG = 0x36,
    STLINK_DEBUG_READALLREGS = 0x3a,
    STLINK_DEBUG_LAST_RW_STATUS = 0x3b,
    STLINK_DEBUG_DRIVE_NRST = 0x3c,
    STLINK_DEBUG_LAST_RW_STATUS2 = 0x3e,
    STLINK_DEBUG_START_TRACE = 0x40,
    STLINK_DEBUG_STOP_TRACE = 0x41,
    STLINK_DEBUG_GET_TRACE_NB = 0x42,
    STLINK_DEBUG_SWD_SET_FREQ = 0x43,
    STLINK_DEBUG_READ_DAP_REG = 0x45,
    STLINK_DEBUG_WRITE_DAP_REG = 0x46,
    STLINK_DEBUG_READMEM_16 = 0x47,
    STLINK_DEBUG_WRITEMEM_16 = 0x48,
    STLINK_DEBUG_INIT_AP = 0x4b,
    STLINK_DEBUG_LIST_OUT = 0x51,
    STLINK_DEBUG_LIST_IN = 0x52,
    STLINK_DEBUG_SET_COM_FREQ = 0x61,
    STLINK_DEBUG_GET_COM_FREQ = 0x62,
    STLINK_ENTER_SWD = 0xa3,
};

#define STLINK_TIMEOUT_MS 3000u

// True when the firmware is at least v2 (on V2, V2-1) or v3 (on V3 and later).
bool stlink_has(const struct stlink *st, unsigned v2_jtag, unsigned v3_jtag);
// A command of the debug class with up to 14 further bytes already at x->command[2].
struct usb_exchange stlink_debug_command(uint8_t sub);
// One exchange; a short reply is ERR_PROBE_PROTOCOL. No status is looked at.
enum err stlink_exchange(struct stlink *st, struct usb_exchange *x) MUST_CHECK;
// A command of two bytes that has no reply.
enum err stlink_send(struct stlink *st, uint8_t class, uint8_t sub) MUST_CHECK;
// Translates a status byte, remembers it, and writes the sentence: "<what>: <meaning>".
enum err stlink_check_status(struct stlink *st, uint8_t status, const char *what) MUST_CHECK;
// True when the same command may work if it is sent again. waited: it was answered WAIT before;
// V3J7 then reports a bus that is still busy as a fault.
bool stlink_is_busy(const struct stlink *st, uint8_t status, bool waited);
// Exchange plus status in byte 0 of the reply (x->in); WAITs are repeated until a deadline.
enum err stlink_do(struct stlink *st, struct usb_exchange *x, const char *what) MUST_CHECK;

// stlink_trace.c: ends the reception of SWO before the mode changes; never mind how it goes.
void stlink_trace_give_up(struct stlink *st);

#endif
