// SPDX-License-Identifier: MIT
// The Debug Port: who it is, its power-up handshake, its sticky errors (ARM IHI 0031, B2).
#ifndef SWDLINK_SWD_DP_H
#define SWDLINK_SWD_DP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "swd/debug_probe.h"

// Register addresses (SWD, read view unless noted).
#define DP_DPIDR     0x0u
#define DP_ABORT     0x0u // write only
#define DP_CTRL_STAT 0x4u
#define DP_SELECT    0x8u // write only
#define DP_RDBUFF    0xcu

#define DP_ABORT_ORUNERRCLR (1u << 4)
#define DP_ABORT_WDERRCLR   (1u << 3)
#define DP_ABORT_STKERRCLR  (1u << 2)
#define DP_ABORT_STKCMPCLR  (1u << 1)
#define DP_ABORT_DAPABORT   (1u << 0)

#define DP_CTRL_STAT_CSYSPWRUPACK (1u << 31)
#define DP_CTRL_STAT_CSYSPWRUPREQ (1u << 30)
#define DP_CTRL_STAT_CDBGPWRUPACK (1u << 29)
#define DP_CTRL_STAT_CDBGPWRUPREQ (1u << 28)
#define DP_CTRL_STAT_WDATAERR     (1u << 7)
#define DP_CTRL_STAT_STICKYERR    (1u << 5)
#define DP_CTRL_STAT_STICKYCMP    (1u << 4)
#define DP_CTRL_STAT_STICKYORUN   (1u << 1)

// Clears all sticky errors through ABORT. Does nothing when the probe has no command for DP
// registers (ST-LINK below V2J24).
enum err dp_clear_sticky(struct debug_probe *probe) MUST_CHECK;
enum err dp_read_ctrl_stat(struct debug_probe *probe, uint32_t *value) MUST_CHECK;

#endif
