// SPDX-License-Identifier: MIT
// What an instruction can do, as far as a debugger needs to know it before a step: where the core
// may go from it, and which registers it may change (DDI 0419, A5; DDI 0403, A5). Of what is not
// sure the worst is said.
#ifndef SWDLINK_CORTEX_THUMB_H
#define SWDLINK_CORTEX_THUMB_H

#include <stdbool.h>
#include <stdint.h>

#define THUMB_BKPT      0xbe00u // BKPT #0 (DDI 0419, A6.7.12)
#define THUMB_BKPT_SIZE 2u

enum thumb_flow {
    THUMB_NEXT,   // to the instruction behind it
    THUMB_BRANCH, // there, or to `target`
    THUMB_ANY,    // anywhere: by a register, by memory, by an exception
};

struct thumb {
    unsigned size; // 2 or 4
    enum thumb_flow flow;
    uint32_t target;
    bool stores;   // it writes memory
    bool may_last; // it may sleep or wait, or asks for an exception or the debugger
    // Changes nothing but the `writes` of r0 to r12, sp, lr, pc, xPSR and memory, unless it causes
    // an exception.
    bool is_plain;
    uint16_t writes; // only of a plain one, as is `stores`
};

// The instruction at addr, of which the two halfwords are given; the second only matters when the
// first says that there is one.
struct thumb thumb_decode(uint32_t addr, uint16_t first, uint16_t second);
static inline bool thumb_is_wide(uint16_t first)
{
    return first >> 11 >= 0x1d;
}
// BKPT with any number.
static inline bool thumb_is_bkpt(uint16_t first)
{
    return (first & 0xff00u) == THUMB_BKPT;
}

#endif
