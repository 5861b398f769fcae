// SPDX-License-Identifier: MIT
// What the files behind targets/target.h share. The prefix of a name says in which file it is.
#ifndef SWDLINK_TARGETS_TARGET_PRIVATE_H
#define SWDLINK_TARGETS_TARGET_PRIVATE_H

#include "cortex/thumb.h"
#include "targets/target.h"

// presence.c: stops the loader of a flash job and restores the registers and the SRAM that it used,
// up to 2.3 KiB over USB (without keep_ram, when the chip is about to be reset, the SRAM is not
// restored).
enum err target_take_over(struct target *t, bool keep_ram) MUST_CHECK;
// The two guards of every call: the core is taken over from a flash job. ERR_NO_TARGET for a lost
// target, ERR_STATE for a running one, with a sentence.
enum err target_claim(struct target *t) MUST_CHECK;
enum err target_claim_halted(struct target *t) MUST_CHECK;

// attach.c: attaches again to a core that lost its debug state with its power, and sets everything
// in it that was set before.
enum err attach_again(struct target *t) MUST_CHECK;
// Sets in the chip's debug unit what debugging needs, remembering at the first time what was there,
// and puts that back. dhcsr, unless NULL: DHCSR, read behind it.
enum err attach_set_debug_unit(struct target *t, uint32_t *dhcsr) MUST_CHECK;
enum err attach_restore_debug_unit(struct target *t) MUST_CHECK;
// strategies.c: the core is reset by the NRST wire, halted at its first instruction when halt.
enum err strategy_pulse_nrst(struct target *t, bool halt) MUST_CHECK;

// second_core.c: after the chip was identified by the first core: lets that go and attaches to the
// second one, if the options ask for it. And a reset of the chip, after which the second core runs
// or, with halt, stands at its first instruction.
enum err second_core_enter(struct target *t) MUST_CHECK;
enum err second_core_reset(struct target *t, bool halt) MUST_CHECK;

// target.c: whether the first word of the flash is as after an erase.
enum err target_read_empty(const struct target *t, bool *empty) MUST_CHECK;

// connect.c: where the usual clock failed when we connected, it is tried once more after a reset.
enum err connect_raise_after_reset(struct target *t) MUST_CHECK;
// presence.c: back to the clock that we connected with, when the faster one does not do.
enum err presence_lower_swclk(struct target *t) MUST_CHECK;
// presence.c: reads DHCSR in a way that survives a glitch on the wires: the line is reset and asked
// once more. Then the target is lost.
enum err presence_read_dhcsr(struct target *t, uint32_t *dhcsr) MUST_CHECK;
// run.c: called when the core has halted: ends the step that was under way and sets t->last_stop to
// the cause, or to `plain` if only a request or a step halted it.
enum err run_take_stop(struct target *t, enum target_stop_cause plain) MUST_CHECK;

// breaks.c
enum break_kind { BREAK_NONE, BREAK_HARDWARE, BREAK_SOFTWARE };
enum break_kind breaks_at(const struct target *t, uint32_t addr);
// The breakpoint at the address stays out of the target when the core is let go, or not any more.
enum err breaks_lift(struct target *t, uint32_t addr) MUST_CHECK;
enum err breaks_put_back(struct target *t) MUST_CHECK;
// The BKPT of ours at an address, or -1; sets one, or takes one user of it away.
int breaks_find_software(const struct target *t, uint32_t addr);
enum err breaks_set_software(struct target *t, uint32_t addr) MUST_CHECK;
void breaks_clear_software(struct target *t, int i, bool all_users);
// Writes our BKPTs where they shall be and are not, and the program's own instructions back: to be
// called before the core is let go. What fits goes into the batch that lets it go.
enum err breaks_apply(struct target *t) MUST_CHECK;
// The core was let go with those that are set: a debugger takes them out for a step and sets them
// again, and what stands there is read along.
void breaks_note_go(struct target *t);
// The same at once, with the comparators: of a core that runs, or is let alone.
enum err breaks_apply_now(struct target *t) MUST_CHECK;
// Forgets a step that is under way, with its temporary comparator and lifted breakpoint.
enum err breaks_end_step(struct target *t) MUST_CHECK;
// Puts the original bytes over our BKPTs in what was read.
void breaks_hide(const struct target *t, uint32_t addr, uint8_t *data, size_t len);
// Writes memory around our BKPTs. Bytes for their addresses become the bytes that they hide.
enum err breaks_write_around(struct target *t, uint32_t addr, const uint8_t *data,
                             size_t len) MUST_CHECK;

// erratum.c: around a step of the instruction at pc with C_MASKINTS, where that is not enough:
// PRIMASK is set in the core meanwhile.
enum err erratum_mask(struct target *t, uint32_t pc) MUST_CHECK;
enum err erratum_unmask(struct target *t) MUST_CHECK;
// Nobody debugs any more: what a step that is not over has set goes first. The core may be halted
// then, until it is let go.
enum err erratum_end_step(struct target *t) MUST_CHECK;
// A core that has halted and should not have is let go again: *passed.
enum err erratum_pass_false_halt(struct target *t, uint32_t dhcsr, bool *passed) MUST_CHECK;

// coherence.c: to be called around reads and writes of memory that the core may have in its caches.
// Looks, if it has to, whether the data cache is on, which coherence_is_needed() then knows of an
// address: the line there has to be cleaned before a read, and dropped before and after a write.
enum err coherence_look(struct target *t, uint32_t addr, size_t len) MUST_CHECK;
bool coherence_is_needed(const struct target *t, uint32_t addr);
enum err coherence_before_read(struct target *t, uint32_t addr, size_t len) MUST_CHECK;
enum err coherence_before_write(struct target *t, uint32_t addr, size_t len) MUST_CHECK;
enum err coherence_after_write(struct target *t, uint32_t addr, size_t len) MUST_CHECK;
// What was written may be instructions.
void coherence_note_code(struct target *t, uint32_t addr, size_t len);

// ahead.c: words that were read together with a stop, because a debugger will ask for them.
#define AHEAD_CODE_BYTES 8u // an instruction, wherever it lies in its word, and the one behind it
// Plans to read len bytes from addr on in the batch, as far as there is room; only memory that may
// be read in any portion.
void ahead_plan(struct target *t, struct mem_batch *b, uint32_t addr, uint32_t len);
void ahead_plan_breaks(struct target *t, struct mem_batch *b);
// What was planned has been read, or shall not be used.
void ahead_keep(struct target *t);
void ahead_drop(struct target *t);
// The same, if one of them may be in the data cache, of which was not known that it is on when they
// were planned.
void ahead_drop_cached(struct target *t, bool were_cleaned);
// A word that was read at this stop. Memory, as a debugger may still be told it.
bool ahead_word(const struct target *t, uint32_t addr, uint32_t *value);
bool ahead_take(struct target *t, uint32_t addr, void *data, size_t len);
// Reads all that of a stop that nobody has looked at yet, and why it came; and of a core that was
// just halted.
enum err ahead_read_stop(struct target *t) MUST_CHECK;
enum err ahead_read_halt(struct target *t) MUST_CHECK;
// Plans what is wanted around registers with these values.
void ahead_plan_stop(struct target *t, struct mem_batch *b, uint32_t sp, uint32_t lr);

// foreseen.c: a variable of the running program, and with it those that were asked for after it the
// last time. Whether that may be done with a piece of RAM; what was read along is not used any
// more.
bool foreseen_applies(const struct target *t, uint32_t addr, size_t len);
enum err foreseen_read(struct target *t, uint32_t addr, void *data, size_t len) MUST_CHECK;
void foreseen_drop(struct target *t);

// breaks.c: takes the comparators of range_prepare() away.
void breaks_clear_exits(struct target *t);
// range.c: prepares to leave the range of a range step from pc on at full speed. *ready: the
// comparators are set, and the core may be let go.
enum err range_prepare(struct target *t, uint32_t pc, bool *ready) MUST_CHECK;
// Whether one of them waits there; whether the core, which stands there, is where the step began.
bool range_is_exit(const struct target *t, uint32_t addr);
enum err range_is_left(struct target *t, bool *left) MUST_CHECK;

// pass.c: the core has halted. *passed: at a breakpoint of ours about which the filter was asked,
// for no other reason; it runs again, or is still halted and to be resumed.
enum err pass_filter_break(struct target *t, bool *passed) MUST_CHECK;
// step.c: what stands at pc; false: it cannot be read.
bool step_decode(struct target *t, uint32_t pc, uint16_t *first, struct thumb *insn);

// step.c: steps the instruction at pc and reads all that is asked after it, if that can be done in
// one batch. *done: it was, and t->step_ended says whether it is over.
enum err step_at_once(struct target *t, uint32_t pc, bool *done) MUST_CHECK;
// Whether the instruction at pc may sleep or wait.
bool step_may_last(struct target *t, uint32_t pc);
// Whether a BKPT stands at pc, or code that cannot be read.
bool step_may_be_bkpt(struct target *t, uint32_t pc);

// regions.c: the regions and the flash bank of the chip in t->id.
void regions_map(struct target *t);
// The region of an address, or NULL.
const struct target_region *region_at(const struct target *t, uint32_t addr);
// Whether a BKPT can be written there.
bool region_is_ram(const struct target *t, uint32_t addr);
// Memory that may be read in any portion: not registers; r may be NULL.
bool region_is_plain(const struct target *t, const struct target_region *r);
// The same of an address, and a read there does nothing but read: no flag of a protection is set.
bool memory_is_plain(const struct target *t, uint32_t addr);

// eeprom.c: whether an address is in the data EEPROM; and a write that waits for its end.
bool eeprom_holds(const struct target *t, uint32_t addr);
enum err eeprom_write_now(struct target *t, uint32_t addr, const void *data, size_t len) MUST_CHECK;

// registers.c: what is neither RAM nor flash, with accesses that its bus takes. *done: good bytes
// from the start when a later one faulted.
enum err registers_read(struct target *t, uint32_t addr, void *data, size_t len,
                        size_t *done) MUST_CHECK;
enum err registers_write(struct target *t, uint32_t addr, const void *data, size_t len) MUST_CHECK;

// swo.c: sets pin, trace units and probe. What was set may be undone: it is set again before the
// core runs, or at the next poll. Called before the core runs.
enum err swo_set_up(struct target *t) MUST_CHECK;
static inline void swo_note_undone(struct target *t)
{
    t->swo.stale = t->swo.on;
}
enum err swo_before_run(struct target *t) MUST_CHECK;
// swo_follow.c: a divisor for the clock that is known; whether there is one for a clock that was
// given; the probe receives at the rate that follows; and what is to be looked at now and then.
void swo_choose_divisor(struct target *t);
enum err swo_check_divisor(struct target *t) MUST_CHECK;
enum err swo_receive(struct target *t) MUST_CHECK;
enum err swo_follow(struct target *t) MUST_CHECK;
// The chip was set up: what the core's clock is has to be seen again.
void swo_begin_trust(struct target *t);

// fault.c: a sentence about the HardFault at whose first instruction the core was caught, or about
// a lockup. Left empty when even that cannot be read.
void fault_explain(struct target *t, char *text, size_t size);
void fault_explain_lockup(struct target *t, char *text, size_t size);

#endif
