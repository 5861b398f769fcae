// SPDX-License-Identifier: MIT
// The control socket of swdlink-sim: lines of text in, one line of answer each, to change the
// boards and to look into them while a program uses them.
#ifndef SWDLINK_SIM_USB_CONTROL_H
#define SWDLINK_SIM_USB_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/log.h"
#include "sim/board/board.h"
#include "sim/usb/loop.h"

struct control;

// What the commands work on. plug() pulls or puts back the plug of a board, changed() is told that
// a board may behave differently from now on.
struct control_bench {
    struct sim_board **boards;
    unsigned count;
    enum err (*plug)(void *arg, unsigned index, bool plugged);
    void (*changed)(void *arg, unsigned index);
    void *arg;
};

// Listens on a new UNIX socket at path; it is removed again by control_close().
enum err control_open(struct control **control, struct loop *loop, const char *path,
                      const struct control_bench *bench, struct log *log) MUST_CHECK;
void control_close(struct control *control); // NULL is fine

// One command line, without its newline: a malloc()ed line of answer, NULL when out of memory.
// *selected is the board that the caller's commands are about.
char *control_answer(const struct control_bench *bench, unsigned *selected, const char *line,
                     struct log *log);

#endif
