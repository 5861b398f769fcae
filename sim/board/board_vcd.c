// SPDX-License-Identifier: MIT
// The key vcd=FILE: what is on the wires of the board, over time, in a file.
#include <string.h>

#include "sim/board/board_state.h"
#include "sim/wire/vcd.h"

// The probe's pin 1; a pin that is connected to nothing floats, and is shown as 0 V.
static uint32_t shown_vtref_mv(const struct sim_board *board)
{
    switch (board->vtref) {
    case VTREF_OPEN:
        return 0;
    case VTREF_OWN:
        return WIRES_IO_MV;
    case VTREF_FIXED:
        return board->vtref_fixed_mv;
    default:
        return board->wires.unplugged ? 0 : sim_supply_rail_mv(&board->supply);
    }
}

void board_vcd_supply(struct sim_board *board)
{
    struct sim_vcd *vcd = board->wires.vcd;
    if (!vcd)
        return;
    sim_vcd_change(vcd, board->clock.now_ns, SIM_VCD_VTREF, shown_vtref_mv(board));
    sim_vcd_change(vcd, board->clock.now_ns, SIM_VCD_VDD, sim_supply_rail_mv(&board->supply));
}

static void supply_changed(void *arg)
{
    board_vcd_supply(arg);
}

// Everything as it is now.
static void show_all(struct sim_board *board)
{
    board->wires.changed = supply_changed;
    board->wires.changed_arg = board;
    sim_wires_show(&board->wires);
    board_vcd_supply(board);
    sim_vcd_reached(board->wires.vcd, board->clock.now_ns);
}

enum err board_vcd_close(struct sim_board *board)
{
    struct sim_vcd *vcd = board->wires.vcd;
    board->wires.vcd = NULL;
    board->wires.changed = NULL;
    return vcd ? sim_vcd_close(vcd, board->clock.now_ns) : ERR_OK;
}

// A board that is being put together begins with it when it has been switched on.
enum err board_vcd_begin(struct sim_board *board)
{
    if (!board->vcd_file[0] || !board->opened)
        return ERR_OK;
    enum err e = board_vcd_close(board);
    if (e == ERR_OK)
        e = sim_vcd_open(&board->wires.vcd, board->vcd_file, board->opened_ns, board->log);
    if (e == ERR_OK)
        show_all(board);
    return e;
}

enum err board_set_vcd(struct sim_board *board, const char *value)
{
    if (!*value || strlen(value) >= sizeof board->vcd_file)
        return board_bad_value(board, "vcd", value, "the name of a file, of 1 to 255 characters");
    strcpy(board->vcd_file, value);
    return board_vcd_begin(board);
}
