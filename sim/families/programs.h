// SPDX-License-Identifier: MIT
// Programs that a virtual chip can be given by name: each does to a debugger what programs in the
// field do.
#ifndef SWDLINK_SIM_FAMILIES_PROGRAMS_H
#define SWDLINK_SIM_FAMILIES_PROGRAMS_H

#include <stdbool.h>

#include "sim/chip/chip.h"

// Puts the program of that name into the flash, as if it had been programmed before; false: there
// is none. count, sleep, lockup and reset-loop run on any core, the others are the family's own:
// swd-off, stop, standby, iwdg, slow-clock, and shutdown where there is such a mode.
bool sim_program_load(struct sim_chip *chip, const char *name);

// A row of a family's programs: "iwdg" starts the independent watchdog, whose registers are at the
// same place in all families (RM0091, 23), and feeds it after so many turns.
#define SIM_PROGRAM_IWDG(reload, turns)                                                            \
    {                                                                                              \
        .name = "iwdg",                                                                            \
        .step = {{0x40003000, 0xcccc}, {0x40003000, 0x5555},        {0x40003004, 0},               \
                 {0x40003008, reload}, {SIM_PROGRAM_WAIT, (turns)}, {0x40003000, 0xaaaa}},         \
        .end = SIM_END_RUN                                                                         \
    }

// A row of a family's programs: writes PWR_CR (PWR_CR1), asks for deep sleep, and sleeps 5 ms after
// reset, which is so many turns. In all families PWR is at the same place and has the same bit of
// the enable register, whose address differs.
#define SIM_PROGRAM_DEEP_SLEEP(name_, enable_addr, pwr_cr, turns)                                  \
    {                                                                                              \
        .name = name_,                                                                             \
        .step = {{enable_addr, 1u << 28},                                                          \
                 {0x40007000, pwr_cr},                                                             \
                 {0xe000ed10, 4}, /* SCB_SCR: SLEEPDEEP */                                         \
                 {SIM_PROGRAM_WAIT, turns}},                                                       \
        .end = SIM_END_SLEEP                                                                       \
    }

#endif
