// SPDX-License-Identifier: MIT
// What --probe means when it names no plugged-in ST-LINK.
#ifndef SWDLINK_CLI_PROBE_CHOICE_H
#define SWDLINK_CLI_PROBE_CHOICE_H

// The board's text when `which` names a virtual probe ("virtual", "virtual:BOARD"), else NULL.
const char *probe_virtual_board(const char *which);
// The file when `which` names a record ("replay:FILE"), else NULL.
const char *probe_replayed_file(const char *which);

#endif
