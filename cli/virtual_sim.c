// SPDX-License-Identifier: MIT
// The virtual probe of a build that has sim/.
#include "cli/virtual.h"

#include "sim/board/link.h"

enum err virtual_open(struct usb_link *link, const char *board_text, bool follow, struct log *log)
{
    enum err e = sim_link_open(link, board_text, log);
    if (e == ERR_OK)
        sim_board_set_follow(sim_link_board(link), follow);
    return e;
}
