// SPDX-License-Identifier: MIT
// The system timer (DDI 0419, B3.3; DDI 0403, B3.3). It counts processor cycles, or every eighth of
// them: on STM32F0 the reference clock is HCLK/8 (PM0215, 4.4).
#ifndef SWDLINK_SIM_CORE_SYSTICK_H
#define SWDLINK_SIM_CORE_SYSTICK_H

#include <stdbool.h>
#include <stdint.h>

struct sim_systick {
    uint32_t control, reload;
    uint32_t value;    // at `at`
    uint64_t at;       // in ticks of the chosen clock
    bool counted_down; // COUNTFLAG
    uint32_t calib;
};

// calib: what SYST_CALIB reads as; 0 for that of an STM32F0.
void sim_systick_create(struct sim_systick *st, uint32_t calib);
void sim_systick_reset(struct sim_systick *st);
// Brings the counter up to a cycle; true when the exception pends because of it.
bool sim_systick_sync(struct sim_systick *st, uint64_t cycles);
// The cycle at which the exception pends next, UINT64_MAX if never. The counter is up to date.
uint64_t sim_systick_due(const struct sim_systick *st);
// Registers from 0xe000e010, by their offset from there. The counter is up to date.
uint32_t sim_systick_read(struct sim_systick *st, uint32_t offset);
void sim_systick_write(struct sim_systick *st, uint32_t offset, uint32_t value, uint64_t cycles);

#endif
