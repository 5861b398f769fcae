// SPDX-License-Identifier: MIT
#include "swd/dp.h"

#include "swd/stlink_command.h"

enum err dp_clear_sticky(struct stlink *st)
{
    if (!stlink_has(st, 24, 0))
        return ERR_OK;
    return stlink_write_dap(st, STLINK_PORT_DP, DP_ABORT,
                            DP_ABORT_ORUNERRCLR | DP_ABORT_WDERRCLR | DP_ABORT_STKERRCLR |
                                DP_ABORT_STKCMPCLR);
}

enum err dp_read_ctrl_stat(struct stlink *st, uint32_t *value)
{
    return stlink_read_dap(st, STLINK_PORT_DP, DP_CTRL_STAT, value);
}
