// SPDX-License-Identifier: MIT
// The virtual probe of a build that has sim/.
#include "cli/virtual.h"

#include "sim/board/link.h"
#include "sim/families/chips.h"

enum err virtual_open(struct usb_link *link, const char *board_text, bool follow,
                      struct log *closing, struct log *log)
{
    enum err e = sim_link_open(link, board_text, closing, log);
    if (e == ERR_OK)
        sim_board_set_follow(sim_link_board(link), follow);
    return e;
}

const char *virtual_chip_at(unsigned n)
{
    const struct sim_chip_row *row = sim_chips_at(n);
    return row ? row->name : NULL;
}

const char *virtual_key_at(unsigned n)
{
    return sim_board_key_at(n);
}
