// SPDX-License-Identifier: MIT
// The tables of `monitor` words: our own, and those of other servers. A handler prints with
// reply_console() and returns; OK or the error is answered for it (except after
// session_begin_work()).
#ifndef SWDLINK_SERVER_MONITOR_H
#define SWDLINK_SERVER_MONITOR_H

#include "server/session.h"

// One row. Exactly one of run, run_sized, as, note and refusal says what becomes of the word.
struct monitor_word {
    const char *word; // one or several, in lower case: they are compared without regard to case.
                      // A * stands for letters up to a blank or a dot
    const char *of;   // whose word it is; NULL: our own
    bool control;     // only from the debugger that controls the target
    bool whole;       // what destroys data is never meant by an abbreviation or a guess
    const char *usage, *help; // of our own; NULL: understood, but not told
    enum err (*run)(struct session *s, const char *args);
    enum err (*run_sized)(struct session *s, const char *args, unsigned unit);
    unsigned unit;       // bytes, for run_sized
    const char *as;      // stands for these words of ours; the arguments follow them
    const char *note;    // there is nothing to do: OK, and this on the console (may be empty)
    const char *refusal; // it cannot be done here: an error with this sentence
};

extern const struct monitor_word monitor_words[];
extern const unsigned monitor_word_count;
extern const struct monitor_word monitor_foreign[]; // monitor_foreign.c
extern const unsigned monitor_foreign_count;

// monitor_find.c: the rows of both tables, one after the other.
unsigned monitor_row_count(void);
const struct monitor_word *monitor_row_at(unsigned i);
// The row that fits most words of the line, or NULL; *args is what stands behind them.
const struct monitor_word *monitor_find(const char *line, const char **args);

// monitor_args.c, for handlers: the next word of the arguments, when it is this one, is passed
// over. Case does not matter.
bool monitor_take_word(const char **args, const char *word);
// A number, decimal or behind 0x; = and , before it are passed over, as J-Link's users write them.
bool monitor_take_number(const char **args, uint32_t *value);
// ERR_STATE when the core runs.
enum err monitor_require_halted(struct session *s) MUST_CHECK;

// monitor_run.c
enum err monitor_reset(struct session *s, const char *args) MUST_CHECK;
enum err monitor_halt(struct session *s, const char *args) MUST_CHECK;
enum err monitor_resume(struct session *s, const char *args) MUST_CHECK;
enum err monitor_step(struct session *s, const char *args) MUST_CHECK;
enum err monitor_wait_halt(struct session *s, const char *args) MUST_CHECK;
enum err monitor_state(struct session *s, const char *args) MUST_CHECK;
enum err monitor_sleep(struct session *s, const char *args) MUST_CHECK;
enum err monitor_speed(struct session *s, const char *args) MUST_CHECK;
enum err monitor_frequency(struct session *s, const char *args) MUST_CHECK;
enum err monitor_vector_catch(struct session *s, const char *args) MUST_CHECK;
enum err monitor_vector_catch_only(struct session *s, const char *args) MUST_CHECK;
enum err monitor_vector_letters(struct session *s, const char *args) MUST_CHECK;

// monitor_memory.c
enum err monitor_reg(struct session *s, const char *args) MUST_CHECK;
enum err monitor_read(struct session *s, const char *args, unsigned unit) MUST_CHECK;
enum err monitor_write(struct session *s, const char *args, unsigned unit) MUST_CHECK;
// OpenOCD's mmw ADDR SET CLEAR.
enum err monitor_modify(struct session *s, const char *args) MUST_CHECK;
// J-Link's MemU32 ADDR [= VALUE], pyOCD's rw ADDR [BYTES].
enum err monitor_access(struct session *s, const char *args, unsigned unit) MUST_CHECK;
enum err monitor_read_bytes(struct session *s, const char *args, unsigned unit) MUST_CHECK;

// monitor_flash.c
enum err monitor_erase(struct session *s, const char *args) MUST_CHECK;
enum err monitor_erase_all(struct session *s, const char *args) MUST_CHECK;
enum err monitor_erase_range(struct session *s, const char *args) MUST_CHECK;
enum err monitor_erase_sectors(struct session *s, const char *args) MUST_CHECK;
enum err monitor_program(struct session *s, const char *args) MUST_CHECK;
enum err monitor_banks(struct session *s, const char *args) MUST_CHECK;
enum err monitor_unlock(struct session *s, const char *args) MUST_CHECK;

// monitor_chip.c
enum err monitor_info(struct session *s, const char *args) MUST_CHECK;
enum err monitor_uid(struct session *s, const char *args) MUST_CHECK;
enum err monitor_option(struct session *s, const char *args) MUST_CHECK;
enum err monitor_option_of_bank(struct session *s, const char *args) MUST_CHECK;
enum err monitor_swdp_scan(struct session *s, const char *args) MUST_CHECK;
enum err monitor_connect_rst(struct session *s, const char *args) MUST_CHECK;
enum err monitor_power(struct session *s, const char *args) MUST_CHECK;
enum err monitor_endian(struct session *s, const char *args) MUST_CHECK;
enum err monitor_core(struct session *s, const char *args) MUST_CHECK;

// monitor_rtt.c
enum err monitor_rtt(struct session *s, const char *args) MUST_CHECK;
enum err monitor_rtt_at(struct session *s, const char *args) MUST_CHECK;

// monitor_swo.c
enum err monitor_swo(struct session *s, const char *args) MUST_CHECK;
// Switches SWO, and the polling of it; when it is on, its state goes to the console.
enum err monitor_swo_start(struct session *s, const struct target_swo_options *options) MUST_CHECK;
enum err monitor_swo_stop(struct session *s) MUST_CHECK;
// monitor_swo_foreign.c
enum err monitor_swo_jlink(struct session *s, const char *args) MUST_CHECK;
enum err monitor_swo_jlink_off(struct session *s, const char *args) MUST_CHECK;
enum err monitor_swo_cortex_debug(struct session *s, const char *args) MUST_CHECK;
enum err monitor_swo_tpiu_config(struct session *s, const char *args) MUST_CHECK;
enum err monitor_swo_tpiu(struct session *s, const char *args) MUST_CHECK;

#endif
