// SPDX-License-Identifier: MIT
// The conditions behind the table of verdicts.c, by subject. Included by diagnosis.c, guide.c,
// verdicts.c and the rules*.c files only.
#ifndef SWDLINK_DOCTOR_RULES_H
#define SWDLINK_DOCTOR_RULES_H

#include "doctor/diagnosis.h"

typedef unsigned rule_condition(const struct measurements *m, struct evidence *ev);

void rules_say(struct evidence *ev, const char *fmt, ...) LOG_PRINTF(2, 3);
// The same, of what may well be as it should: it is told beside the verdict and never is the
// verdict.
void rules_note(struct evidence *ev, const char *fmt, ...) LOG_PRINTF(2, 3);
#define RULES_VTREF_ERROR_MV 50u // of a probe's converter above what a chip bears
// The lowest supply at which the chip works, and the highest that it bears with the
// error of the probe's converter.
unsigned rules_lowest_mv(const struct measurements *m);
unsigned rules_highest_mv(const struct measurements *m);
// The probe is open and VTref, SWD and the rest were tried.
bool rules_target_was_tried(const struct measurements *m);
// No attempt got an answer.
bool rules_is_silent(const struct measurements *m);
// The debug port answers without a reset, to the end.
bool rules_is_present(const struct measurements *m);
// It answers only while NRST is low.
bool rules_only_under_reset(const struct measurements *m);
// ... and not every time even then.
bool rules_shaky_under_reset(const struct measurements *m);
// Blocks failed, also at clocks that do not care for the length of a cable.
bool rules_fails_at_any_clock(const struct measurements *m);
// It answers under reset, and the link did not bear more than that.
bool rules_fails_under_reset(const struct measurements *m);
// One attempt to connect failed, and no transfer: probably not the wires.
bool rules_lone_failure(const struct measurements *m);
// "no answer in 26 tries, at 4000, 240 and 5 kHz, also under reset"
void rules_say_silence(const struct measurements *m, struct evidence *ev);

// Of a silent target: a cause with its odds, and less of it where the supply does not look right,
// or the probe is soldered to the board.
unsigned rules_odds(const struct measurements *m, struct evidence *ev, const char *id);
bool rules_vtref_is_good(const struct measurements *m);

// For verdicts that only --deep can confirm: a small possibility.
#define RULES_NOT_TESTED 3u
unsigned rules_not_tested(struct evidence *ev);
void rules_say_health(const struct measurements *m, struct evidence *ev);

// rules_probe.c
rule_condition rule_no_probe, rule_probe_unclear, rule_probe_permission, rule_probe_busy,
    rule_probe_bootloader, rule_probe_firmware, rule_probe_stuck, rule_probe_usb, rule_usb_slow,
    rule_probe_vtref, rule_probe_output;
// rules_supply.c
rule_condition rule_target_overvoltage, rule_not_connected, rule_target_unpowered,
    rule_target_undervoltage, rule_supply_unstable, rule_vtref_not_wired, rule_vdda_low,
    rule_vdda_high, rule_level_mismatch;
// rules_wires.c
rule_condition rule_no_answer, rule_gnd_open, rule_swd_swapped, rule_swclk_fault, rule_swdio_open,
    rule_swdio_low, rule_swdio_high, rule_swd_joined, rule_nrst_low, rule_nrst_not_wired,
    rule_nrst_slow, rule_link_marginal, rule_core_slow;
// rules_chip.c
rule_condition rule_foreign_chip, rule_unknown_chip, rule_chip_dead, rule_read_protected_1,
    rule_read_protected_2, rule_target_lost, rule_swd_off_by_program, rule_low_power,
    rule_reset_loop, rule_lockup, rule_blank_flash, rule_boot_system_memory, rule_hse_dead,
    rule_hse_frequency, rule_debug_locked, rule_core_elsewhere, rule_reset_while_halted;

#endif
