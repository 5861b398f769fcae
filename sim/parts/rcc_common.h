// SPDX-License-Identifier: MIT
// What the reset and clock controls of all families have alike: gates and reset lines, the flags of
// resets, oscillators that take their time, the switch of the system clock, and the way back from
// Stop and from a dead crystal. rcc.c, rcc_f1.c, rcc_f4.c, rcc_h7.c, rcc_l0.c, rcc_l1.c and
// rcc_m0p.c have the registers, their *_clocks.c the clock trees; nobody else includes this.
#ifndef SWDLINK_SIM_PARTS_RCC_COMMON_H
#define SWDLINK_SIM_PARTS_RCC_COMMON_H

#include "sim/chip/part.h"
#include "sim/parts/parts.h"
#include "sim/parts/parts_h7.h"

#define SIM_RCC_MOST_CLOCKS SIM_M0P_CLOCKS
#define SIM_RCC_MOST_BUSES  SIM_H7_BUSES
#define SIM_RCC_CR_CSSON    (1u << 19)
#define SIM_RCC_BDCR_LSEON  (1u << 0)

struct sim_rcc_start {
    uint64_t ns;   // that a clock takes
    unsigned flag; // its bit among the interrupt's flags
};

// How a family does it. self is its state, which begins with a struct sim_rcc_common; clocks are
// numbers of the family's own enum.
struct sim_rcc_kind {
    unsigned clocks; // how many there are; as a clock: none
    unsigned lsi, lse, hsi, hse, pll;
    uint32_t off_in_stop; // a bit for each clock that is off after Stop
    uint32_t reset_flags; // those that RCC_CSR has
    uint32_t rmvf;        // the bit of RCC_CSR that clears them
    uint32_t sw_mask;     // of RCC_CFGR
    uint32_t cssf;        // the flag of the clock security system
    struct sim_rcc_start (*start)(const void *self, unsigned clock);
    unsigned (*clock_of_sw)(const void *self, unsigned sw);
    bool (*can_use)(const void *self, unsigned clock); // for the system; NULL: each one
    unsigned (*pll_input)(const void *self);
    bool (*pll_is_set)(const void *self);                  // to something that runs; NULL: always
    unsigned (*safe_sw)(const void *self, bool from_stop); // what the system falls back to
    void (*apply)(void *self); // after anything that changes a frequency
};

// The first member of each family's state.
struct sim_rcc_common {
    const struct sim_rcc_kind *kind;
    struct sim_part *part;
    uint32_t cr, cfgr, csr, cir_flags, cir_enables;
    uint32_t bdcr; // not of STM32L0 and L1: RCC_CSR has its bits
    uint32_t rstr[SIM_RCC_MOST_BUSES], enr[SIM_RCC_MOST_BUSES];
    unsigned sws;
    bool on[SIM_RCC_MOST_CLOCKS], ready[SIM_RCC_MOST_CLOCKS];
    uint64_t ready_ns[SIM_RCC_MOST_CLOCKS]; // SIM_NEVER: not on its way
    uint32_t hse_hz;                        // of the crystal; 0: none, or dead
    struct sim_timer timer;
};

void sim_rcc_create(struct sim_rcc_common *rcc, struct sim_part *part,
                    const struct sim_rcc_kind *kind);
// As after a reset: all clocks are off, and what does not belong to the chip stays. The flags and
// the backup domain are kept by any reset but that of power.
struct sim_rcc_common sim_rcc_fresh(const struct sim_rcc_common *rcc, enum sim_reset kind);
// The end of a reset: the first clock runs, LSE starts where the backup domain has it on.
void sim_rcc_run_from(struct sim_rcc_common *rcc, unsigned first_clock, bool lse_on);

void sim_rcc_update_irq(struct sim_rcc_common *rcc);
// After a write to a gate or a reset line.
void sim_rcc_gates_changed(struct sim_rcc_common *rcc);
// Starts what is on and can start, stops what is off, and asks to be woken for the next one.
void sim_rcc_update_clocks(struct sim_rcc_common *rcc);
// On or off, unless the system runs from it.
void sim_rcc_switch_clock(struct sim_rcc_common *rcc, unsigned clock, bool on);
void sim_rcc_follow_sw(struct sim_rcc_common *rcc); // to what SW asks for, if that is ready
// A clock's switch at a bit of a register, and behind it the bit that tells that it is ready.
uint32_t sim_rcc_pair(const struct sim_rcc_common *rcc, unsigned clock, unsigned bit);
// RCC_CSR: its flags, and LSI, which a watchdog keeps on.
void sim_rcc_write_csr(struct sim_rcc_common *rcc, uint32_t value);
uint32_t sim_rcc_read_csr(const struct sim_rcc_common *rcc);
// RCC_BDCR: kept are the bits that the register has. Where PWR guards it, it asks first.
void sim_rcc_set_bdcr(struct sim_rcc_common *rcc, uint32_t value, uint32_t kept);
void sim_rcc_write_guarded_bdcr(struct sim_rcc_common *rcc, uint32_t value, uint32_t kept);
uint32_t sim_rcc_read_bdcr(const struct sim_rcc_common *rcc);
// What is written to a register with settings of the PLL: while that is on, they stay as they are.
uint32_t sim_rcc_hold_pll(const struct sim_rcc_common *rcc, uint32_t old, uint32_t value,
                          uint32_t settings, const char *section);
// Makes it the core's, and tells the others.
void sim_rcc_set_hclk(struct sim_rcc_common *rcc, uint32_t hclk);

bool sim_rcc_is_stopped(const struct sim_rcc_common *rcc);
// By the field HPRE; 0 while it is stopped.
uint32_t sim_rcc_divide_hclk(const struct sim_rcc_common *rcc, uint32_t sysclk_hz, uint32_t hpre);
uint32_t sim_rcc_apb_divisor(uint32_t ppre); // by the field PPRE
// A violation above max_hz, or with less than a flash wait state for each step_hz more.
void sim_rcc_check_hclk(const struct sim_rcc_common *rcc, uint32_t hclk, uint32_t max_hz,
                        uint32_t step_hz);

sim_signal_level_fn sim_rcc_enabled, sim_rcc_held, sim_rcc_hsi_ready;
sim_signal_heard_fn sim_rcc_hear_reset, sim_rcc_hear_power_mode, sim_rcc_hear_change,
    sim_rcc_hear_lsi_wanted, sim_rcc_hear_hse;

#endif
