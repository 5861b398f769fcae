// SPDX-License-Identifier: MIT
// The doctor's rules on measurements made by hand: what a real probe would have reported (from logs
// of real probes, and from the documents that the rules cite), without any board behind it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/diagnosis.h"
#include "doctor/explain.h"
#include "doctor/header.h"
#include "doctor/odds.h"
#include "targets/families/fpec.h"
#include "tests/unit/choose.h"

#define ALL_DPIDR 0x0bb11477u

static struct measured_series volts(unsigned mv)
{
    return (struct measured_series){.count = 8, .min_mv = mv, .max_mv = mv, .mean_mv = mv};
}

static struct measured_answer tries(unsigned count, unsigned good, uint32_t hz)
{
    return (struct measured_answer){.tries = count,
                                    .good = good,
                                    .swclk_hz = hz,
                                    .status = good < count ? 0x09 : 0,
                                    .dpidr = good ? ALL_DPIDR : 0};
}

// A board on which all is well: a STM32F031 with a program, measured without --deep.
static struct measurements healthy(void)
{
    struct measurements m = {.asked_hz = 4000000};
    m.supply = (struct measured_supply){.known = true, .idle = volts(3290)};
    m.answer[ATTEMPT_ASKED] = tries(12, 12, 4000000);
    m.link =
        (struct measured_link){.count = 2, .safe_hz = 4000000, .writes_tested = true, .writes = 16};
    m.link.clock[0] = (struct measured_clock){.hz = 4000000, .blocks = 6, .transfers = 384};
    m.link.clock[1] = (struct measured_clock){.hz = 100000, .blocks = 6, .transfers = 384};
    m.core = (struct measured_core){
        .known = true, .dhcsr = 0x01010000, .looks = 120, .watched_us = 120000};
    m.chip =
        (struct measured_chip){.known = true,
                               .id = {.chip = &stm32f0_family.chips[2],
                                      .dpidr = ALL_DPIDR,
                                      .cpuid = 0x410cc200,
                                      .flash_size = 32768},
                               .designer_known = true,
                               .designer = 0x020,
                               .state_known = true,
                               .reg = {[FPEC_READ_CSR] = 0x0c000000, [FPEC_READ_OBR] = 0xffffff00},
                               .flash_readable = true,
                               .vector_sp = 0x20001000,
                               .vector_pc = 0x080000c1};
    return m;
}

// Status 09 whatever is tried, as of every probe without a target.
static struct measurements silent(unsigned vtref_mv)
{
    struct measurements m = {.asked_hz = 4000000};
    m.supply =
        (struct measured_supply){.known = true, .idle = volts(vtref_mv), .busy = volts(vtref_mv)};
    m.answer[ATTEMPT_ASKED] = tries(12, 0, 4000000);
    m.answer[ATTEMPT_SLOW] = tries(6, 0, 240000);
    m.answer[ATTEMPT_SLOWEST] = tries(2, 0, 5000);
    m.answer[ATTEMPT_UNDER_RESET] = tries(6, 0, 950000);
    m.answer[ATTEMPT_AFTER_RESET] = tries(3, 0, 4000000);
    return m;
}

static unsigned percent_of(const struct diagnosis *d, const char *id)
{
    for (unsigned i = 0; i < d->count; i++)
        if (strcmp(d->finding[i].rule->id, id) == 0)
            return d->finding[i].percent;
    return 0;
}

static struct diagnosis diagnose(const struct measurements *m)
{
    struct diagnosis d;
    diagnosis_make(&d, m);
    assert_true(d.count > 0);
    return d;
}

static void expect(const struct measurements *m, const char *verdict)
{
    struct diagnosis d = diagnose(m);
    assert_string_equal(d.finding[0].rule->id, verdict);
    assert_int_equal(diagnosis_is_healthy(&d), strcmp(verdict, "healthy") == 0);
}

// ---- the table ----------------------------------------------------------------------------------

static void every_verdict_has_an_id_of_its_own_a_sentence_and_an_explanation(void **state)
{
    (void)state;
    for (unsigned i = 0; i < diagnosis_rule_count; i++) {
        const struct rule *r = &diagnosis_rules[i];
        assert_ptr_equal(diagnosis_find(r->id), r);
        assert_true(strlen(r->sentence) > 10);
        assert_true(r->sentence[strlen(r->sentence) - 1] != '.');
        if (!explain_find(r->id))
            fail_msg("doc/cannot-connect.md does not explain %s", r->id);
        assert_true(strlen(explain_find(r->id)) > 60);
    }
}

static void every_finding_has_advice(void **state)
{
    (void)state;
    for (unsigned i = 0; i < diagnosis_rule_count; i++)
        if (strcmp(diagnosis_rules[i].id, "healthy") != 0)
            assert_non_null(diagnosis_rules[i].advice[0]);
}

static void every_explanation_belongs_to_a_verdict(void **state)
{
    (void)state;
    assert_int_equal(explanation_count, diagnosis_rule_count);
    for (unsigned i = 0; i < explanation_count; i++)
        assert_non_null(diagnosis_find(explanations[i].id));
}

// The percentages of a report are those of the guide's table.
static void the_odds_of_a_silent_target_are_those_of_the_table(void **state)
{
    (void)state;
    struct measurements m = silent(3290);
    struct diagnosis d = diagnose(&m);
    unsigned sum = 0;
    for (unsigned i = 0; i < odds_count; i++) {
        assert_non_null(diagnosis_find(odds_table[i].id));
        assert_int_equal(percent_of(&d, odds_table[i].id), odds_table[i].percent);
        sum += odds_table[i].percent;
    }
    assert_int_equal(sum, 100);
    assert_int_equal(d.count, odds_count + 1); // and the verdict
    m.probe.on_board = true;
    d = diagnose(&m);
    assert_in_range(percent_of(&d, "swd-swapped"), 1, 13);
}

// ---- verdicts -----------------------------------------------------------------------------------

static void a_good_board_is_healthy(void **state)
{
    (void)state;
    struct measurements m = healthy();
    expect(&m, "healthy");
}

static void silence_with_a_good_supply_names_no_single_cause(void **state)
{
    (void)state;
    static const char *const causes[] = {
        "swd-swapped",      "swclk-fault",        "swdio-open",      "swdio-low", "swdio-high",
        "swd-joined",       "gnd-open",           "chip-dead",       "nrst-low",  "low-power",
        "read-protected-2", "swd-off-by-program", "target-unpowered"};
    struct measurements m = silent(3290);
    expect(&m, "no-answer");
    struct diagnosis d = diagnose(&m);
    unsigned sum = 0;
    for (unsigned i = 0; i < sizeof causes / sizeof causes[0]; i++) {
        assert_in_range(percent_of(&d, causes[i]), 1, DIAGNOSIS_LIKELY - 1);
        sum += percent_of(&d, causes[i]);
    }
    assert_in_range(sum, 80, 100);
    for (unsigned i = sum = 0; i < d.count; i++) // of causes that exclude each other
        sum += i ? d.finding[i].percent : 0;
    assert_int_equal(sum, 100);
    assert_int_equal(percent_of(&d, "healthy"), 0);
}

static void silence_without_a_supply_is_told_as_no_supply(void **state)
{
    (void)state;
    struct measurements m = silent(0);
    expect(&m, "target-unpowered");
    struct diagnosis d = diagnose(&m);
    assert_true(percent_of(&d, "vtref-not-wired") > 0);
    assert_true(percent_of(&d, "swdio-open") > 0);
    m = silent(1200); // often seen at boards that are off
    expect(&m, "target-unpowered");
}

static void a_supply_that_the_debug_wires_lift_is_off(void **state)
{
    (void)state;
    struct measurements m = silent(400);
    m.supply.busy = volts(1500);
    expect(&m, "target-unpowered");
    struct diagnosis d = diagnose(&m);
    assert_in_range(d.finding[0].percent, 90, 100);
    assert_int_equal(percent_of(&d, "vtref-not-wired"), 0);
}

static void vtref_is_no_veto(void **state)
{
    (void)state;
    struct measurements m = healthy();
    m.supply.idle = volts(0); // as some probes show it always
    expect(&m, "healthy");
    struct diagnosis d = diagnose(&m);
    assert_string_equal(d.finding[1].rule->id, "vtref-not-wired");
    assert_true(d.finding[1].evidence.note);
    // The samples of an open wire, as in a public log: 0.003, 1.557, 0.0016 V.
    m.supply.idle =
        (struct measured_series){.count = 8, .min_mv = 2, .max_mv = 1557, .mean_mv = 700};
    expect(&m, "vtref-not-wired");
    m.supply = (struct measured_supply){.known = false};
    expect(&m, "healthy");
}

static void a_low_supply_is_a_finding_with_and_without_an_answer(void **state)
{
    (void)state;
    struct measurements m = healthy();
    m.supply.idle = volts(1900);
    expect(&m, "target-undervoltage");
    m.supply.idle = volts(1800); // an STM32F038 is on the same die, and made for it
    expect(&m, "healthy");
    m.link.clock[1].failed = 1;
    expect(&m, "target-undervoltage");
    m = silent(1600);
    expect(&m, "target-undervoltage");
    m = silent(1800); // an STM32L0 would answer, an STM32F0 does not
    expect(&m, "target-undervoltage");
}

static void five_volts_at_vtref_come_before_all_else(void **state)
{
    (void)state;
    struct measurements m = healthy();
    m.supply.idle = volts(5010);
    m.chip.flash_blank = true;
    expect(&m, "target-overvoltage");
}

static void errors_at_fast_clocks_only_are_a_marginal_link(void **state)
{
    (void)state;
    struct measurements m = healthy();
    m.link.clock[0].failed = 3;
    m.link.clock[0].garbled = 3;
    m.link.safe_hz = 100000;
    expect(&m, "link-marginal");
    struct diagnosis d = diagnose(&m);
    assert_int_equal(percent_of(&d, "gnd-open"), 0);
    // Errors at every clock may as well be a missing ground.
    m.link.clock[1].failed = 3;
    m.link.safe_hz = 0;
    expect(&m, "link-marginal");
    d = diagnose(&m);
    assert_true(percent_of(&d, "gnd-open") > 0);
}

static void a_clock_that_only_a_v3_has_may_fail(void **state)
{
    (void)state;
    struct measurements m = healthy();
    m.link.clock[0] =
        (struct measured_clock){.hz = 24000000, .blocks = 6, .failed = 6, .transfers = 384};
    m.link.safe_hz = 8000000;
    expect(&m, "healthy");
}

static void a_core_that_is_held_in_reset_is_told(void **state)
{
    (void)state;
    struct measurements m = healthy();
    m.chip.state_known = m.chip.flash_readable = false;
    m.chip.id_refused = true;
    m.core.resets = 119;
    m.reset = (struct measured_reset){.tested = true, .held_before = true, .held_after = true};
    expect(&m, "nrst-low");
    struct diagnosis d = diagnose(&m);
    assert_int_equal(percent_of(&d, "reset-loop"), 0);
}

static void nrst_without_effect_is_a_note_once_it_was_tested(void **state)
{
    (void)state;
    struct measurements m = healthy();
    struct diagnosis d = diagnose(&m);
    assert_in_range(percent_of(&d, "nrst-not-wired"), 1, DIAGNOSIS_LIKELY - 1);
    m.reset = (struct measured_reset){.tested = true}; // a cable of four wires
    expect(&m, "healthy");
    d = diagnose(&m);
    assert_string_equal(d.finding[1].rule->id, "nrst-not-wired");
    assert_true(d.finding[1].evidence.note);
    m.reset = (struct measured_reset){.tested = true, .works = true, .release_us = 2000};
    d = diagnose(&m);
    assert_int_equal(percent_of(&d, "nrst-not-wired"), 0);
    m.reset.release_us = 80000;
    expect(&m, "nrst-slow");
}

static struct measurements answers_under_reset(void)
{
    struct measurements m = silent(3290);
    m.answer[ATTEMPT_UNDER_RESET].good = 6;
    m.answer[ATTEMPT_AFTER_RESET] = (struct measured_answer){0};
    m.reset = (struct measured_reset){.tested = true, .works = true};
    m.chip = healthy().chip;
    return m;
}

static void a_port_that_dies_after_the_start_was_turned_off(void **state)
{
    (void)state;
    struct measurements m = answers_under_reset();
    m.survival = (struct measured_survival){.tested = true, .survived = false, .lived_us = 3000};
    expect(&m, "swd-off-by-program");
}

static void a_port_that_lives_with_the_low_power_bits_was_asleep(void **state)
{
    (void)state;
    struct measurements m = answers_under_reset();
    m.survival = (struct measured_survival){.tested = true, .survived = true, .deep_sleep = true};
    expect(&m, "low-power");
    struct diagnosis d = diagnose(&m);
    assert_int_equal(percent_of(&d, "swd-off-by-program"), 0);
}

static void watchdog_resets_are_a_loop(void **state)
{
    (void)state;
    struct measurements m = healthy();
    m.core.resets = 3;
    m.core.reset_period_us = 40000;
    m.chip.reg[FPEC_READ_CSR] = 0x24000000;
    expect(&m, "reset-loop");
    struct diagnosis d = diagnose(&m);
    assert_non_null(strstr(d.finding[0].evidence.text, "independent watchdog"));
    // One that bites seldom was not seen at work; its flag stays.
    m.core.resets = 0;
    expect(&m, "reset-loop");
}

// Each flag of RCC_CSR (RM0091, 6.4.10) stands for what resets the chip. PINRSTF comes with any.
static void resets_are_by_what_the_flags_say(void **state)
{
    static const struct {
        uint32_t csr;
        const char *who;
    } rows[] = {
        {.csr = 0x04000000, .who = "by the NRST pin"},
        {.csr = 0x06000000, .who = "by the loading of option bytes"},
        {.csr = 0x0c000000, .who = "by the supply or the NRST pin"},
        {.csr = 0x14000000, .who = "by the program itself"},
        {.csr = 0x24000000, .who = "by the independent watchdog"},
        {.csr = 0x44000000, .who = "by the window watchdog"},
        {.csr = 0x84000000, .who = "by an entry into Stop or Standby that the option bytes forbid"},
    };
    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct measurements m = healthy();
        m.core.resets = 3;
        m.core.reset_period_us = 40000;
        m.chip.reg[FPEC_READ_CSR] = rows[i].csr;
        expect(&m, "reset-loop");
        struct diagnosis d = diagnose(&m);
        assert_non_null(strstr(d.finding[0].evidence.text, rows[i].who));
    }
}

// A family whose registers, flags and pins are others: the findings name its own.
static const char *slow(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size)
{
    snprintf(text, size, value[1] == 5 ? "MADE_CFGR makes it slow" : "%s", "");
    return text;
}

static const struct family_doctor made_up_facts = {
    .reg = {{"MADE_SR", 0x5c000000}, {"MADE_CFGR", 0x5c000004}, {"MADE_FLAGS", 0x5c000008}},
    .reset_register = 2,
    .reset_flag = {{1u << 3, "the dog of the yard", true}},
    .reset_otherwise = "nobody",
    .slow_clock = slow,
};
static const struct rdp_scheme made_up_rdp = {.status_addr = 0x5c000000};
static const struct family made_up = {.name = "made up",
                                      .rdp = &made_up_rdp,
                                      .swdio = "PC7",
                                      .swclk = "PC8",
                                      .vdd_min_mv = 1700,
                                      .vdd_max_mv = 3600,
                                      .doctor = &made_up_facts};
static const struct chip made_up_chip = {.family = &made_up, .layout = {.erased = 0x00}};

static struct measurements made_up_board(void)
{
    struct measurements m = healthy();
    m.chip.id.chip = &made_up_chip;
    memset(m.chip.reg, 0, sizeof m.chip.reg);
    return m;
}

static void findings_name_the_registers_of_the_chip_s_family(void **state)
{
    (void)state;
    struct measurements m = made_up_board();
    m.chip.reg[2] = 1u << 3;
    expect(&m, "reset-loop");
    struct diagnosis d = diagnose(&m);
    assert_string_equal(
        d.finding[0].evidence.text,
        "MADE_FLAGS is 0x00000008: a reset by the dog of the yard, and 0 seen in 120 ms");
    m = made_up_board();
    m.chip.reg[0] = 0xcafe;
    m.chip.id.rdp_level = 1;
    expect(&m, "read-protected-1");
    d = diagnose(&m);
    assert_string_equal(d.finding[0].evidence.text, "MADE_SR is 0x0000cafe");
    m = made_up_board();
    m.link.clock[0].failed = m.link.clock[0].waited = 3;
    m.chip.reg[1] = 5;
    expect(&m, "core-slow");
    d = diagnose(&m);
    assert_non_null(strstr(d.finding[0].evidence.text, "; MADE_CFGR makes it slow"));
    m = made_up_board();
    m.chip.flash_blank = true;
    expect(&m, "blank-flash");
    d = diagnose(&m);
    assert_string_equal(d.finding[0].evidence.text, "the first bytes of the flash are all 0x00");
}

static void the_pins_of_swd_are_those_of_the_chip(void **state)
{
    (void)state;
    struct measurements m = made_up_board();
    struct diagnosis d = diagnose(&m);
    struct header_wire wires[HEADER_WIRES];
    char text[DIAGNOSIS_TEXT], few[9];
    header_describe(wires, &m, &d);
    assert_string_equal(wires[1].board, "PC8");
    assert_string_equal(wires[3].board, "PC7");
    assert_string_equal(
        diagnosis_name_pins("{SWDIO} and {SWCLK}, {SW", &made_up_chip, text, sizeof text),
        "PC7 and PC8, {SW");
    assert_string_equal(diagnosis_name_pins("{SWDIO}{SWCLK}", NULL, text, sizeof text), "PA13PA14");
    assert_string_equal(diagnosis_name_pins("12345{SWDIO}", NULL, few, sizeof few), "12345PA1");
    for (unsigned i = 0; i < diagnosis_rule_count; i++)
        for (unsigned k = 0; k < DIAGNOSIS_MAX_ADVICE && diagnosis_rules[i].advice[k]; k++) {
            (void)diagnosis_name_pins(diagnosis_rules[i].advice[k], NULL, text, sizeof text);
            assert_null(strstr(text, "{SW"));
            assert_true(strlen(text) < sizeof text - 1);
        }
}

// All advice to a measurement, one line each.
static const char *advice_of(const struct measurements *m, char *all, size_t size)
{
    struct diagnosis d = diagnose(m);
    size_t used = 0;
    all[0] = '\0';
    for (unsigned i = 0; i < DIAGNOSIS_MAX_ADVICE && used < size; i++) {
        char text[DIAGNOSIS_TEXT];
        if (diagnosis_advise(d.finding[0].rule, i, m, text, sizeof text))
            used += (size_t)snprintf(all + used, size - used, "%s\n", text);
    }
    return all;
}

static void advice_fits_what_was_measured(void **state)
{
    (void)state;
    char all[2000];
    struct measurements m = healthy();
    m.link.clock[0].failed = 3;
    m.link.safe_hz = 1200000;
    assert_non_null(strstr(advice_of(&m, all, sizeof all), "--speed 1200k\n"));
    assert_null(strstr(all, "--watch"));
    m.link.safe_hz = 2000000;
    assert_non_null(strstr(advice_of(&m, all, sizeof all), "--speed 2M\n"));
    m.link.clock[1].failed = 4; // at all clocks: a slower one is no help
    m.link.safe_hz = 0;
    assert_null(strstr(advice_of(&m, all, sizeof all), "--speed"));
    assert_int_equal(strncmp(all, "a contact is loose", 18), 0);
    assert_non_null(strstr(all, "--watch"));
    assert_null(strstr(all, "{"));
}

static void what_the_program_lacks_is_told(void **state)
{
    (void)state;
    struct measurements m = healthy();
    m.chip.flash_blank = true;
    m.core.dhcsr |= 1u << 19;
    expect(&m, "blank-flash");
    m.chip.flash_blank = false;
    expect(&m, "lockup");
    m = healthy();
    m.chip.boots_system = true;
    expect(&m, "boot-system-memory");
}

static void read_protection_is_told_before_the_lockup_that_it_causes(void **state)
{
    (void)state;
    struct measurements m = healthy();
    m.chip.id.rdp_level = 1;
    m.chip.flash_readable = false;
    m.core.dhcsr |= 1u << 19;
    expect(&m, "read-protected-1");
}

static void chips_of_other_makers_are_told(void **state)
{
    (void)state;
    struct measurements m = healthy();
    m.chip.designer = 0x751;
    expect(&m, "foreign-chip");
    m.chip.designer = 0x23b; // ARM's: the ROM table of a core, behind which no other stands
    expect(&m, "healthy");
    m = silent(3290);
    m.answer[ATTEMPT_ASKED] = tries(12, 12, 4000000);
    m.answer[ATTEMPT_ASKED].refused = m.answer[ATTEMPT_ASKED].tries;
    expect(&m, "foreign-chip");
    m = healthy();
    m.chip.id.dpidr = m.answer[ATTEMPT_ASKED].dpidr = 0x17631477;
    expect(&m, "foreign-chip");
    m = healthy();
    m.chip.id.chip = NULL;
    m.chip.state_known = m.chip.flash_readable = false;
    m.chip.id.die = NULL;
    expect(&m, "unknown-chip");
    m.chip.id.die = die_find(0x440); // of ST's, and not programmed here
    expect(&m, "healthy");
    m.chip.id.die = die_find(0x413); // the id of a chip with another core
    expect(&m, "unknown-chip");
}

// Noise that changes a bit of DPIDR and its parity makes no other chip.
static void a_dpidr_that_only_one_answer_had_is_no_foreign_chip(void **state)
{
    (void)state;
    struct measurements m = healthy();
    m.chip.id.dpidr = 0x17631477;
    struct diagnosis d = diagnose(&m);
    assert_int_equal(percent_of(&d, "foreign-chip"), 0);
    m.answer[ATTEMPT_ASKED].dpidr = 0x17631477;
    m.answer[ATTEMPT_ASKED].dpidr_varies = true;
    d = diagnose(&m);
    assert_int_equal(percent_of(&d, "foreign-chip"), 0);
}

static void what_only_deep_measures_is_told(void **state)
{
    (void)state;
    struct measurements m = healthy();
    m.asked.deep = true;
    m.reset = (struct measured_reset){.tested = true, .works = true};
    m.deep_results = (struct measured_deep){
        .tested = true, .vdda_known = true, .vdda_mv = 3280, .hse = HSE_RUNS, .hse_hz = 8000000};
    expect(&m, "healthy");
    m.deep_results.vdda_mv = 2000;
    expect(&m, "vdda-low");
    m.deep_results.vdda_mv = 3280;
    m.deep_results.hse = HSE_DEAD;
    m.deep_results.hse_used = true;
    expect(&m, "hse-dead");
}

// Nothing behind such a port was measured.
static void a_port_that_is_closed_or_leads_elsewhere_is_told(void **state)
{
    (void)state;
    struct measurements m = {.asked_hz = 4000000};
    m.supply = (struct measured_supply){.known = true, .idle = volts(3290)};
    m.answer[ATTEMPT_ASKED] = tries(12, 12, 4000000);
    m.port = (struct measured_port){.known = true, .closed = true, .idr = 0x24770011};
    expect(&m, "debug-locked");
    m.port = (struct measured_port){.known = true, .elsewhere = true, .idr = 0x54770002};
    expect(&m, "core-elsewhere");
}

static void a_reset_of_a_halted_core_is_the_board_s(void **state)
{
    (void)state;
    struct measurements m = healthy();
    m.asked.deep = true;
    m.reset = (struct measured_reset){.tested = true, .works = true};
    m.deep_results = (struct measured_deep){
        .tested = true, .halted_us = 1600000, .hse = HSE_RUNS, .hse_hz = 8000000};
    expect(&m, "healthy");
    m.deep_results.reset_while_halted = true;
    expect(&m, "reset-while-halted");
    m.core.resets = 3; // it is reset anyway
    expect(&m, "reset-loop");
}

// One pin is VDD and VDDA of an STM32G0; an STM32F0 has two.
static void a_supply_that_vtref_does_not_show_is_told(void **state)
{
    (void)state;
    struct measurements m = healthy();
    m.asked.deep = true;
    m.reset = (struct measured_reset){.tested = true, .works = true};
    m.deep_results = (struct measured_deep){
        .tested = true, .vdda_known = true, .vdda_mv = 2500, .hse = HSE_RUNS, .hse_hz = 8000000};
    expect(&m, "vdda-low");
    struct diagnosis d = diagnose(&m);
    assert_in_range(percent_of(&d, "level-mismatch"), 1, 49);
    m.chip.id.chip = &stm32g0_family.chips[0];
    m.chip.id.cpuid = 0x410cc601;
    m.chip.id.dpidr = m.answer[ATTEMPT_ASKED].dpidr = 0x0bc11477;
    m.deep_results.vdda_mv = 1800;
    expect(&m, "level-mismatch");
    m.deep_results.vdda_mv = 3250;
    expect(&m, "healthy");
}

static struct measurements unopened(enum err e)
{
    struct measurements m = {.probe = {.opening = e, .plugged_in = 1}};
    strcpy(m.probe.sentence, "the sentence of opening");
    strcpy(m.probe.model, "ST-LINK/V2");
    return m;
}

static void a_probe_that_cannot_be_opened_is_the_finding(void **state)
{
    (void)state;
    struct measurements m = unopened(ERR_NO_PROBE);
    expect(&m, "probe-unclear");
    m.probe.plugged_in = 0;
    expect(&m, "no-probe");
    m = unopened(ERR_SEVERAL_PROBES);
    expect(&m, "probe-unclear");
    m = unopened(ERR_PROBE_ACCESS);
    expect(&m, "probe-permission");
    strcpy(m.probe.node, "/dev/bus/usb/001/004");
    strcpy(m.probe.group, "plugdev");
    m.probe.mode = 0660;
    m.probe.group_lacks_you = true;
    struct diagnosis locked_out = diagnose(&m);
    assert_non_null(strstr(locked_out.finding[0].evidence.text, "usermod -aG plugdev"));
    m = unopened(ERR_PROBE_BUSY);
    m.probe.holder_pid = 4711;
    strcpy(m.probe.holder, "openocd");
    expect(&m, "probe-busy");
    struct diagnosis d = diagnose(&m);
    assert_non_null(strstr(d.finding[0].evidence.text, "4711 (openocd)"));
    m = unopened(ERR_PROBE_FIRMWARE);
    expect(&m, "probe-firmware");
    m.probe.boot_loader = true;
    expect(&m, "probe-bootloader");
    m = unopened(ERR_TIMEOUT);
    expect(&m, "probe-stuck");
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_verdict_has_an_id_of_its_own_a_sentence_and_an_explanation),
        cmocka_unit_test(every_finding_has_advice),
        cmocka_unit_test(every_explanation_belongs_to_a_verdict),
        cmocka_unit_test(the_odds_of_a_silent_target_are_those_of_the_table),
        cmocka_unit_test(a_good_board_is_healthy),
        cmocka_unit_test(silence_with_a_good_supply_names_no_single_cause),
        cmocka_unit_test(silence_without_a_supply_is_told_as_no_supply),
        cmocka_unit_test(a_supply_that_the_debug_wires_lift_is_off),
        cmocka_unit_test(vtref_is_no_veto),
        cmocka_unit_test(a_low_supply_is_a_finding_with_and_without_an_answer),
        cmocka_unit_test(five_volts_at_vtref_come_before_all_else),
        cmocka_unit_test(errors_at_fast_clocks_only_are_a_marginal_link),
        cmocka_unit_test(a_clock_that_only_a_v3_has_may_fail),
        cmocka_unit_test(a_core_that_is_held_in_reset_is_told),
        cmocka_unit_test(nrst_without_effect_is_a_note_once_it_was_tested),
        cmocka_unit_test(a_port_that_dies_after_the_start_was_turned_off),
        cmocka_unit_test(a_port_that_lives_with_the_low_power_bits_was_asleep),
        cmocka_unit_test(watchdog_resets_are_a_loop),
        cmocka_unit_test(resets_are_by_what_the_flags_say),
        cmocka_unit_test(findings_name_the_registers_of_the_chip_s_family),
        cmocka_unit_test(the_pins_of_swd_are_those_of_the_chip),
        cmocka_unit_test(advice_fits_what_was_measured),
        cmocka_unit_test(what_the_program_lacks_is_told),
        cmocka_unit_test(read_protection_is_told_before_the_lockup_that_it_causes),
        cmocka_unit_test(chips_of_other_makers_are_told),
        cmocka_unit_test(a_dpidr_that_only_one_answer_had_is_no_foreign_chip),
        cmocka_unit_test(what_only_deep_measures_is_told),
        cmocka_unit_test(a_port_that_is_closed_or_leads_elsewhere_is_told),
        cmocka_unit_test(a_reset_of_a_halted_core_is_the_board_s),
        cmocka_unit_test(a_supply_that_vtref_does_not_show_is_told),
        cmocka_unit_test(a_probe_that_cannot_be_opened_is_the_finding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
