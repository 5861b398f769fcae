// SPDX-License-Identifier: MIT
// How a chip measures its own supply and clock, for family_doctor: an ADC as that of the STM32F0
// looks at the internal reference, whose reading at a known voltage the factory has noted; a timer
// counts the internal oscillator between edges of another clock.
#ifndef SWDLINK_TARGETS_FAMILIES_SELF_MEASURE_H
#define SWDLINK_TARGETS_FAMILIES_SELF_MEASURE_H

#include "targets/families/family.h"

// Waits until the bits read as wanted; *came false: they never did.
enum err self_wait_bits(const struct mem_ap *mem, uint32_t addr, uint32_t bits, uint32_t wanted,
                        uint32_t most_us, bool *came) MUST_CHECK;
enum err self_set_bits(const struct mem_ap *mem, uint32_t addr, uint32_t bits) MUST_CHECK;

#define SELF_WAIT_US 20000u

struct self_adc {
    uint32_t base;
    struct rcc_bits clock; // gives it its clock
    bool regulated;        // its regulator has to be on (ADVREGEN)
    bool sequenced;        // it has SQR1 and sampling times of channels, and a deep power-down
    uint32_t ccr;          // what its common register has to hold: VREFEN, and a clock or a divisor
    uint32_t cfgr2;        // where its clock is chosen in CFGR2, and none is; else 0
    uint32_t channel;      // bit of the internal reference, or its number where it is sequenced
    uint32_t cal_addr;     // 16 bits: the reading in the factory,
    unsigned cal_mv;       // at so much
};
// Another clock that the ADC needs is on.
enum err self_measure_vdda(const struct self_adc *adc, const struct mem_ap *mem,
                           struct family_vdda *found) MUST_CHECK;

// A timer of 16 bits that runs at timer_hz: it counts between edges at its first input, of which
// each comes after so many periods of the clock that is measured.
struct self_timer {
    uint32_t base;
    struct rcc_bits clock; // gives it its clock
    uint32_t select;       // offset of the register that chooses its first input,
    uint32_t input;        // and what is written there
    uint32_t timer_hz;
    uint32_t periods;
};
#define SELF_TIMER_OR       0x50u
#define SELF_TIMER_TISEL    0x68u
#define SELF_TIMER_TISEL_G4 0x5cu
enum err self_count_clock(const struct self_timer *timer, struct target *t,
                          uint32_t *hz) MUST_CHECK;

#endif
