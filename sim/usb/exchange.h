// SPDX-License-Identifier: MIT
// The virtual probe without any USB: commands come as lines of text, replies go as lines of text.
// For programs that ask what the probe would have answered.
#ifndef SWDLINK_SIM_USB_EXCHANGE_H
#define SWDLINK_SIM_USB_EXCHANGE_H

#include <stdio.h>

#include "base/err.h"
#include "base/log.h"
#include "sim/board/board.h"

// Reads lines until their end and answers each on `out`:
//   COMMAND         1 to 16 bytes in hexadecimal digits, without trailing zeros
//   COMMAND =DATA   with data after it, also in digits
//   COMMAND <ROOM   with a reply of at most that many bytes
//   trace <ROOM     a read of the trace endpoint
//   wait MICROSECONDS
// The answers are "ok", "ok REPLY", "timeout", "stall", "lost"; a wait is answered "ok". ERR_USAGE
// names the line that is none of these, ERR_FILE is of the files.
enum err exchange_run(struct sim_board *board, FILE *in, FILE *out, struct log *log) MUST_CHECK;

#endif
