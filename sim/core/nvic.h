// SPDX-License-Identifier: MIT
// Which exceptions are pending, active and enabled, and which one comes first: system exceptions
// and interrupts alike, a bit per exception number (DDI 0419, B1.5.2 to B1.5.4, and B3.4 for the
// NVIC; DDI 0403, B3.4 for more than 32 interrupts). How many interrupts there are is the core's
// configuration: 32 at most on ARMv6-M, 240 on processors of ARMv7-M; the sets are as long as that
// needs.
#ifndef SWDLINK_SIM_CORE_NVIC_H
#define SWDLINK_SIM_CORE_NVIC_H

#include <stdbool.h>
#include <stdint.h>

enum sim_exception_number {
    SIM_EXC_NONE = 0,
    SIM_EXC_NMI = 2,
    SIM_EXC_HARDFAULT = 3,
    SIM_EXC_MEMMANAGE = 4, // the next three, and the monitor: ARMv7-M only
    SIM_EXC_BUSFAULT = 5,
    SIM_EXC_USAGEFAULT = 6,
    SIM_EXC_SVCALL = 11,
    SIM_EXC_MONITOR = 12,
    SIM_EXC_PENDSV = 14,
    SIM_EXC_SYSTICK = 15,
    SIM_EXC_IRQ0 = 16,
};

#define SIM_MAX_INTERRUPTS 240u
#define SIM_MAX_EXCEPTIONS (16u + SIM_MAX_INTERRUPTS)
#define SIM_EXC_WORDS      (SIM_MAX_EXCEPTIONS / 64)

// A set of exceptions. A number that the program made up (IPSR has nine bits) is in none.
struct sim_exc_set {
    uint64_t word[SIM_EXC_WORDS];
};

enum {
    SIM_PRIORITY_NMI = -2,
    SIM_PRIORITY_HARDFAULT = -1,
    SIM_PRIORITY_MASKED = 0, // that of a processor with PRIMASK set
    SIM_PRIORITY_NONE = 256, // below all that can be configured
};

struct sim_nvic {
    unsigned interrupts, words; // words: of the sets, those that are in use
    struct sim_exc_set pending, active;
    struct sim_exc_set enabled, level; // of interrupts
    uint32_t system_off; // exceptions below the interrupts that are not enabled (SHCSR), by number
    uint32_t system_off_at_reset;
    uint8_t priority[SIM_MAX_EXCEPTIONS]; // a byte as in the registers, where it can be configured
    uint8_t priority_mask;                // the upper bits of it that this processor has
    bool shows_active;                    // there are IABR registers: ARMv7-M
    unsigned prigroup; // AIRCR.PRIGROUP: bits 7 to prigroup + 1 decide who preempts
};

static inline bool sim_exc_has(const struct sim_exc_set *set, unsigned n)
{
    return n < SIM_MAX_EXCEPTIONS && set->word[n / 64] >> n % 64 & 1;
}
static inline void sim_exc_add(struct sim_exc_set *set, unsigned n)
{
    set->word[n / 64] |= 1ull << n % 64;
}
static inline void sim_exc_remove(struct sim_exc_set *set, unsigned n)
{
    if (n < SIM_MAX_EXCEPTIONS)
        set->word[n / 64] &= ~(1ull << n % 64);
}
// Of an exception below the interrupts: those that SHCSR does not switch always are.
static inline bool sim_nvic_is_enabled(const struct sim_nvic *nvic, unsigned n)
{
    return !(nvic->system_off >> n & 1);
}
// Is there one in a that is not in b?
bool sim_exc_differs(const struct sim_nvic *nvic, const struct sim_exc_set *a,
                     const struct sim_exc_set *b);

// interrupts: up to SIM_MAX_INTERRUPTS; what exceeds it counts as that.
void sim_nvic_create(struct sim_nvic *nvic, unsigned interrupts);
// How many bits of a priority there are: two at first, which is what ARMv6-M has.
void sim_nvic_set_priority_bits(struct sim_nvic *nvic, unsigned bits);
// The bits of xPSR that hold an exception number: six on ARMv6-M, nine on ARMv7-M (B1.4.2).
static inline uint32_t sim_nvic_ipsr_mask(const struct sim_nvic *nvic)
{
    return nvic->interrupts > 32 ? 0x1ff : 0x3f;
}
// What a reset leaves: the levels of the lines, nothing else.
void sim_nvic_reset(struct sim_nvic *nvic);
int sim_nvic_priority(const struct sim_nvic *nvic, unsigned n);
// The part of a priority that decides who preempts whom (DDI 0403, B1.5.4).
int sim_nvic_group(const struct sim_nvic *nvic, int priority);
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
// How many exceptions are active, one within the other.
unsigned sim_nvic_active_count(const struct sim_nvic *nvic);
bool sim_nvic_any_interrupt_pending(const struct sim_nvic *nvic);

// Registers from 0xe000e100 to 0xe000e4ef, by their offset from 0xe000e000.
uint32_t sim_nvic_read(const struct sim_nvic *nvic, uint32_t offset);
void sim_nvic_write(struct sim_nvic *nvic, uint32_t offset, uint32_t value);

#endif
