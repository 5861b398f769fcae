// SPDX-License-Identifier: MIT
// A probe made of paper: a struct usb_link whose every transfer is written down beforehand, byte
// for byte, with its answer. A transfer that is not the next one in the script fails the test and
// shows both. It has a clock of its own, which only sleeping and time-outs advance.
#ifndef SWDLINK_TESTS_SCRIPT_LINK_H
#define SWDLINK_TESTS_SCRIPT_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "swd/mem_ap.h"
#include "swd/stlink.h"

#define OK(call) assert_int_equal((call), ERR_OK)

struct script_step {
    uint8_t command[USB_LINK_COMMAND_SIZE];
    uint8_t *out, *in; // copies
    size_t out_len;
    size_t wanted; // how much the caller must ask for
    size_t in_len; // how much comes
    enum err result;
    bool trace; // a read of the trace endpoint, without a command
};

struct script {
    struct script_step *steps;
    size_t count;
    size_t at;    // the next one
    bool forever; // the last one is repeated without end
    uint64_t now_us;
    unsigned sleeps;
    bool closed;
    struct log log;
    struct stlink st;
    struct mem_ap mem; // AP 0 of st
};

// With a probe that is open already and in SWD mode: V<hardware>J<jtag>, 4 MHz.
void script_start(struct script *s, unsigned hardware, unsigned jtag);
struct usb_link script_link(struct script *s, uint16_t pid);
// Fails when something of the script was not asked for; forgets it.
void script_end(struct script *s);

// Commands are hexadecimal text, as far as they are not zero: "f2 30 a3". So are replies.
void script_send(struct script *s, const char *command);
void script_read(struct script *s, const char *command, const char *reply);
// A reply whose size is not what was asked for: too short, or room for more than usual.
void script_read_sized(struct script *s, const char *command, size_t wanted, const char *reply);
void script_read_data(struct script *s, const char *command, const void *data, size_t len);
void script_write(struct script *s, const char *command, const void *data, size_t len);
// ERR_TIMEOUT, ERR_PROBE_PROTOCOL (a stall), ERR_PROBE_LOST. wanted 0: a command without a reply.
void script_refuse(struct script *s, const char *command, size_t wanted, enum err result);
// A read of the trace endpoint that asks for as many bytes as come.
void script_trace(struct script *s, const char *bytes);
void script_trace_data(struct script *s, const void *data, size_t len);
// One that fails: ERR_TIMEOUT, ERR_PROBE_PROTOCOL, ERR_PROBE_LOST.
void script_refuse_trace(struct script *s, size_t wanted, enum err result);
// The step before is answered in the same way however often it comes, to the end of the test.
void script_forever(struct script *s);

// One word on the target's bus: commands 36 and 35.
void script_word(struct script *s, uint32_t addr, uint32_t value);
void script_word_status(struct script *s, uint32_t addr, uint8_t status);
void script_write_word(struct script *s, uint32_t addr, uint32_t value);
void script_write_word_status(struct script *s, uint32_t addr, uint32_t value, uint8_t status);
// A block and the question how it went (3E), with that status and fault address.
struct script_block {
    uint8_t opcode;
    uint32_t addr;
    size_t len;
    uint8_t status;
    uint32_t fault;
};
void script_block_read(struct script *s, struct script_block b, const void *data);
void script_block_write(struct script *s, struct script_block b, const void *data);

#endif
