// SPDX-License-Identifier: MIT
// A Cortex-M core under a debugger: state, registers, run control, reset, vector catch. ARMv6-M
// (DDI 0419, C1) and ARMv7-M (DDI 0403, C1) where they agree. Breakpoint and watchpoint comparators
// have their own files (bpu.h, dwt.h).
#ifndef SWDLINK_CORTEX_CORTEXM_H
#define SWDLINK_CORTEX_CORTEXM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "cortex/bpu.h"
#include "cortex/caches.h"
#include "cortex/core_caps.h"
#include "cortex/core_regs.h"
#include "cortex/dwt.h"
#include "swd/mem_batch.h"

// Why a core is halted: DFSR (DDI 0419, C1.6.1), cleared, but for HALTED, by
// cortexm_take_halt_cause().
#define DFSR_EXTERNAL (1u << 4)
#define DFSR_VCATCH   (1u << 3)
#define DFSR_DWTTRAP  (1u << 2)
#define DFSR_BKPT     (1u << 1)
#define DFSR_HALTED   (1u << 0)

#define DHCSR_S_RESET_ST  (1u << 25)
#define DHCSR_S_RETIRE_ST (1u << 24)
#define DHCSR_S_LOCKUP    (1u << 19)
#define DHCSR_S_SLEEP     (1u << 18)
#define DHCSR_S_HALT      (1u << 17)
#define DHCSR_S_REGRDY    (1u << 16)
#define DHCSR_C_MASKINTS  (1u << 3)
#define DHCSR_C_STEP      (1u << 2)
#define DHCSR_C_HALT      (1u << 1)
#define DHCSR_C_DEBUGEN   (1u << 0)

#define DEMCR_DWTENA       (1u << 24) // TRCENA in ARMv7-M
#define DEMCR_VC_HARDERR   (1u << 10)
#define DEMCR_VC_INTERR    (1u << 9) // the others but CORERESET are in mainline cores only
#define DEMCR_VC_BUSERR    (1u << 8)
#define DEMCR_VC_STATERR   (1u << 7)
#define DEMCR_VC_CHKERR    (1u << 6)
#define DEMCR_VC_NOCPERR   (1u << 5)
#define DEMCR_VC_MMERR     (1u << 4)
#define DEMCR_VC_CORERESET (1u << 0)

struct cortexm {
    const struct mem_ap *mem;
    struct log *log;
    uint32_t cpuid;
    uint32_t found_dhcsr; // when we attached
    struct core_caps caps;
    uint32_t vcatch; // DEMCR.VC_* bits that are kept set while we are attached
    struct bpu bpu;
    struct dwt dwt;
    struct caches caches;
    // Cache of a halted core: valid until the next resume, step, reset or attach.
    bool regs_valid;
    struct {
        uint64_t value;
        bool known, dirty; // dirty: written here and not yet in the core
    } regs[CORTEXM_REG_COUNT];
    uint32_t runs;   // counts up whenever the core may have run: what was read before may be old
    bool masked;     // C_MASKINTS is set: it may change only while the core is halted
    bool mask_known; // unless a write of it failed
    // What is written before the core is let go: others may add to it.
    struct mem_batch pending;
    uint32_t old_cause; // bits of DFSR that were told, and are to be cleared before it goes
    // What a step has read: of the stop that cm->runs stands for.
    struct {
        uint32_t runs;
        uint32_t dfsr, icsr;
        bool icsr_known;
    } seen;
    bool reset_caught; // VC_CORERESET is set, and to be cleared before the core is let go
    bool reset_seen;   // S_RESET_ST was seen since cortexm_take_reset()
};

// Reads CPUID, counts the comparators, enables debug (C_DEBUGEN) without halting, catches the
// vectors of vc_bits, clears comparators that an earlier debugger left behind. cm->found_dhcsr is
// what DHCSR was before; S_RESET_ST in it says that the core is held in reset.
enum err cortexm_attach(struct cortexm *cm, const struct mem_ap *mem, uint32_t vc_bits,
                        struct log *log) MUST_CHECK;
// The same, but that C_DEBUGEN may still have to be written: by cm->pending, which the caller
// carries out with the next that it asks.
enum err cortexm_attach_first(struct cortexm *cm, const struct mem_ap *mem, uint32_t vc_bits,
                              struct log *log) MUST_CHECK;
// Restores what was found: comparators off, vector catch off, interrupts unmasked, running (or
// halted: keep_halted), C_DEBUGEN off unless keep_halted.
enum err cortexm_detach(struct cortexm *cm, bool keep_halted) MUST_CHECK;

// Reads DHCSR once and remembers S_RESET_ST, which reading clears.
enum err cortexm_read_dhcsr(struct cortexm *cm, uint32_t *dhcsr) MUST_CHECK;
// The same of a value that somebody else has read.
void cortexm_note_dhcsr(struct cortexm *cm, uint32_t dhcsr);
// True once after a reset of the core was seen; forgets it.
bool cortexm_take_reset(struct cortexm *cm);
// DFSR of this stop, read unless it is known. It stays as it is, or is cleared before the core is
// let go, except HALTED if it is the only bit. So HALTED may be old if other bits are set.
enum err cortexm_read_halt_cause(struct cortexm *cm, uint32_t *dfsr) MUST_CHECK;
enum err cortexm_take_halt_cause(struct cortexm *cm, uint32_t *dfsr) MUST_CHECK;

// Halts and waits until it is halted (ERR_TIMEOUT after about 100 ms: held in reset, clock
// stopped).
enum err cortexm_halt(struct cortexm *cm) MUST_CHECK;
// Writes back changed registers and lets the core run.
enum err cortexm_resume(struct cortexm *cm) MUST_CHECK;
// Starts one instruction; mask_interrupts: with C_MASKINTS, which stays set until another kind of
// step or run, so that the next masked step costs one command. cortexm_read_dhcsr() says when it is
// done, which may take long (WFI).
enum err cortexm_start_step(struct cortexm *cm, bool mask_interrupts) MUST_CHECK;
// A masked step as part of the next cortexm_resume(), which goes on behind it, with a probe that
// knows lists: of an instruction that is over at once and can cause no exception. *dhcsr, between
// the two, says whether it was.
void cortexm_add_step(struct cortexm *cm, uint32_t *dhcsr);
// One instruction, interrupts masked, and all that is asked after it, in one batch of a probe that
// knows lists: cm->pending, to which more reads may be added between the two calls. `changes`:
// those of r0 to r12 that the instruction may change, when only they and sp, lr, pc and xPSR can;
// NULL: nothing is known of it, and no register is read along. *halted false: the step is not over
// yet, or came to something else; then only what cortexm_read_dhcsr() tells is known. *all_read
// false: what was added could not be read.
struct cortexm_step {
    bool with_regs;
    uint16_t changes;
    uint32_t dhcsr, dfsr, icsr, ccr;
    uint32_t general[13];
    uint32_t sp, lr, pc, xpsr;
};
enum err cortexm_prepare_step(struct cortexm *cm, const uint16_t *changes,
                              struct cortexm_step *step) MUST_CHECK;
enum err cortexm_do_step(struct cortexm *cm, struct cortexm_step *step, bool *halted,
                         bool *all_read) MUST_CHECK;
// What was read of a halted core by somebody else: why it halted, and, unless NULL, what is
// pending.
static inline void cortexm_note_stop(struct cortexm *cm, uint32_t dfsr, const uint32_t *icsr)
{
    cm->seen.runs = cm->runs;
    cm->seen.dfsr = dfsr;
    cm->seen.icsr = icsr ? *icsr : 0;
    cm->seen.icsr_known = icsr != NULL;
}
// Whether that, or a step, told it of this stop: then DFSR costs nothing.
static inline bool cortexm_has_seen_stop(const struct cortexm *cm)
{
    return cm->seen.runs == cm->runs;
}

// Of a halted core, through the cache; the basic ones are fetched with one command. Of a register
// of 8 bytes the 32-bit functions give and set the lower half (and clear the upper one).
// ERR_UNSUPPORTED when this core has no such register.
enum err cortexm_read_reg(struct cortexm *cm, enum cortexm_reg reg, uint32_t *value) MUST_CHECK;
enum err cortexm_write_reg(struct cortexm *cm, enum cortexm_reg reg, uint32_t value) MUST_CHECK;
enum err cortexm_read_reg64(struct cortexm *cm, enum cortexm_reg reg, uint64_t *value) MUST_CHECK;
enum err cortexm_write_reg64(struct cortexm *cm, enum cortexm_reg reg, uint64_t value) MUST_CHECK;
bool cortexm_has_reg(const struct cortexm *cm, enum cortexm_reg reg);
// Sends the changed registers to the core; or as part of a batch of a probe that knows lists.
enum err cortexm_flush_regs(struct cortexm *cm) MUST_CHECK;
void cortexm_add_flush(struct cortexm *cm, struct mem_batch *b);
// After a step: the registers are what they were, but for those that the step has read.
void cortexm_take_step_regs(struct cortexm *cm, const struct cortexm_step *step);
// Drops the cache, with what was not flushed.
void cortexm_forget_regs(struct cortexm *cm);
// cortexm_whole.c: reads of a core that is halted by then, added to a batch; and what they brought,
// once it is known that it was halted. r0 to xPSR, PSP, and what shares a word with CONTROL.
#define CORTEXM_WHOLE_REGS 17u
struct cortexm_whole {
    uint32_t reg[CORTEXM_WHOLE_REGS], psp, special;
    uint32_t dfsr, icsr;
};
void cortexm_add_whole(struct mem_batch *b, struct cortexm_whole *w);
void cortexm_add_reg_read(struct mem_batch *b, unsigned regsel, uint32_t *to);
enum err cortexm_take_whole(struct cortexm *cm, const struct cortexm_whole *w) MUST_CHECK;

// Which DEMCR.VC_* events halt the core; kept until changed or detached.
enum err cortexm_set_vcatch(struct cortexm *cm, uint32_t vc_bits) MUST_CHECK;
// Switches the watchpoints off (DEMCR.DWTENA) while code of the debugger runs, and on again.
enum err cortexm_pause_watchpoints(struct cortexm *cm, bool pause) MUST_CHECK;
// Sets VC_CORERESET beside the kept events: after the next reset, from any source, the core stops
// at its first instruction.
enum err cortexm_catch_reset(struct cortexm *cm, bool on) MUST_CHECK;
// SYSRESETREQ (AIRCR), with the core caught at its first instruction when halt. Waits until the
// reset was seen; comparators and debug enable survive it (DDI 0419, B1.5.16).
enum err cortexm_reset(struct cortexm *cm, bool halt) MUST_CHECK;
// The same by another register write that resets the chip.
enum err cortexm_reset_by(struct cortexm *cm, bool halt, uint32_t addr, uint32_t value) MUST_CHECK;
// True when an exception is pending and enabled (ICSR.VECTPENDING); PRIMASK is not considered. May
// be answered by what the last step has read; `fresh` asks the core.
enum err cortexm_interrupt_pending(struct cortexm *cm, bool fresh, bool *pending) MUST_CHECK;

#endif
