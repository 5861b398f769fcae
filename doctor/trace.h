// SPDX-License-Identifier: MIT
// Who ends the debug session? The program is started again from reset and watched, twice: left to
// itself, to see when the debug port dies and after how many writes to the registers of its pins;
// then with these pins locked and with clocks kept on in Stop and
// Standby (DBGMCU_CR; RM0091, 32.9.4), so that the write, or the WFI, that killed it the first
// time can be looked at while the port lives.
#ifndef SWDLINK_DOCTOR_TRACE_H
#define SWDLINK_DOCTOR_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "targets/target.h"

enum trace_loss {
    TRACE_SURVIVED, // the debug port still answered at the end
    TRACE_PINS,     // the program took a pin of SWD
    TRACE_STOP,     // it went to sleep with SLEEPDEEP set
    TRACE_STANDBY,  // ... and PDDS
    TRACE_FAULT,    // it ended in a HardFault before it lost the port
    TRACE_LOCKUP,
    TRACE_RESETS,      // it was reset again and again
    TRACE_UNEXPLAINED, // the port died, and not by any of these
};

struct trace {
    const struct chip *chip;
    const struct family_pins *pins; // of the chip's family
    enum trace_loss loss;
    uint32_t lived_us;          // from the start of the program until the last answer, about
    uint32_t last_pc;           // where the program was seen last before the loss; 0: not known
    unsigned writes;            // to the registers of the pins that did no harm, before the loss
    unsigned resets;            // by something else than us
    const char *reset_register; // that has the flags of resets; NULL: none came, or not known
    uint32_t reset_flags;       // at the last one of these
    bool came_back;             // after the loss the chip could be connected to again
    bool lost_again;            // also with the pins locked and low power kept alive

    bool pc_known;
    uint32_t pc;
    bool exact;             // pc is the instruction that did it; else it stands a few behind it
    bool on_exit;           // asleep by SLEEPONEXIT: there is no instruction
    uint32_t register_addr; // of TRACE_PINS
    bool value_known;
    uint32_t value;   // that the register was given
    char detail[256]; // of a fault or a lockup
};

struct trace_options {
    uint32_t watch_us; // how long to wait for the loss
};

// The target is connected, and of a known chip. Its program starts again at least once; it is left
// halted at its first instruction, or lost. A failure is one of the probe, or a target that cannot
// be reset; what the program does is a result.
enum err trace_loss(struct trace *r, struct target *t,
                    const struct trace_options *options) MUST_CHECK;

// The register of TRACE_PINS, "GPIOA_MODER"; "" when there is no name.
const char *trace_register_name(const struct trace *r);
// What its value makes of the pins: "PA13 (SWDIO) becomes an output". Returns text.
const char *trace_pins_text(const struct trace *r, char *text, size_t size);

// ---- trace_store.c: the instruction behind a watchpoint -----------------------------------------

// A core that was stopped by a write to a watched word: its registers, and the code around.
struct trace_stopped {
    uint32_t reg[16]; // r0 to r12, SP, LR, PC
    uint32_t watched; // address of the word
};

struct trace_store {
    uint32_t pc;    // of the store instruction
    uint32_t addr;  // that it wrote to
    uint32_t value; // that it wrote, in its lowest size bytes
    unsigned size;  // 1, 2 or 4
};

// Reads halfwords of code; false: cannot be read.
typedef bool trace_fetch(void *user, uint32_t addr, uint16_t *halfword);

// Finds the store: a watchpoint stops the core at its instruction's end or a few instructions
// later (DDI 0419, C1.7.1), so that it stands just before the PC or, when the function has returned
// meanwhile, at the end of what was called just before the PC. False: it is not there.
bool trace_find_store(const struct trace_stopped *s, trace_fetch *fetch, void *user,
                      struct trace_store *store) MUST_CHECK;

#endif
