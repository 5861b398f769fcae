// SPDX-License-Identifier: MIT
#include "swd/dp.h"

enum err dp_clear_sticky(struct debug_probe *probe)
{
    const struct log_mark kept = log_keep(probe->log);
    enum err e = probe->ops->write_dap(probe, DEBUG_PROBE_DP, DP_ABORT,
                                       DP_ABORT_ORUNERRCLR | DP_ABORT_WDERRCLR |
                                           DP_ABORT_STKERRCLR | DP_ABORT_STKCMPCLR);
    if (e != ERR_UNSUPPORTED)
        return e;
    log_restore(probe->log, &kept);
    return ERR_OK;
}

enum err dp_read_ctrl_stat(struct debug_probe *probe, uint32_t *value)
{
    return probe->ops->read_dap(probe, DEBUG_PROBE_DP, DP_CTRL_STAT, value);
}
