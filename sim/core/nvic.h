// SPDX-License-Identifier: MIT
// Which exceptions are pending, active and enabled, and which one comes first: system exceptions
// and the 32 interrupts alike, a bit per exception number (DDI 0419, B1.5.2 to B1.5.4, and B3.4 for
// the NVIC).
#ifndef SWDLINK_SIM_CORE_NVIC_H
#define SWDLINK_SIM_CORE_NVIC_H

#include <stdbool.h>
#include <stdint.h>

enum sim_exception_number {
    SIM_EXC_NONE = 0,
    SIM_EXC_NMI = 2,
    SIM_EXC_HARDFAULT = 3,
    SIM_EXC_SVCALL = 11,
    SIM_EXC_PENDSV = 14,
    SIM_EXC_SYSTICK = 15,
    SIM_EXC_IRQ0 = 16,
    SIM_EXC_COUNT = 48,
};

enum {
    SIM_PRIORITY_NMI = -2,
    SIM_PRIORITY_HARDFAULT = -1,
    SIM_PRIORITY_MASKED = 0, // that of a processor with PRIMASK set
    SIM_PRIORITY_NONE = 4,   // below all of the four that can be configured
};

struct sim_nvic {
    uint64_t pending, active;
    uint32_t enabled, level;         // per interrupt line
    uint8_t priority[SIM_EXC_COUNT]; // 0 to 3, where it can be configured
};

// What a reset leaves: the levels of the lines, nothing else.
void sim_nvic_reset(struct sim_nvic *nvic);
int sim_nvic_priority(const struct sim_nvic *nvic, unsigned n);
// The priority of what is being executed.
int sim_nvic_execution_priority(const struct sim_nvic *nvic, bool primask);
// The most urgent exception that is pending and enabled, or SIM_EXC_NONE. With interrupts_masked
// (C_MASKINTS), PendSV, SysTick and the interrupt lines do not count.
unsigned sim_nvic_first(const struct sim_nvic *nvic, bool interrupts_masked);
void sim_nvic_activate(struct sim_nvic *nvic, unsigned n);
void sim_nvic_deactivate(struct sim_nvic *nvic, unsigned n);
// Drives line n; true when this makes an interrupt pending that was not.
bool sim_nvic_set_level(struct sim_nvic *nvic, unsigned n, bool active);
// Lines that are active and whose interrupt is not, pend (at release from reset, after a clear).
void sim_nvic_sample_levels(struct sim_nvic *nvic);

// Registers from 0xe000e100 to 0xe000e43c, by their offset from 0xe000e000.
uint32_t sim_nvic_read(const struct sim_nvic *nvic, uint32_t offset);
void sim_nvic_write(struct sim_nvic *nvic, uint32_t offset, uint32_t value);

#endif
