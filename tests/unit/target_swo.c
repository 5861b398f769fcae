// SPDX-License-Identifier: MIT
// SWO of a target behind a scripted probe: what is written to the chip's registers, which baud rate
// follows from a clock that is measured, and what becomes of resets, of a clock that changes, and
// of a program that sets the TPIU itself.
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cortex/itm.h"
#include "targets/target_private.h"
#include "tests/unit/choose.h"
#include "tests/unit/scripted_probe.h"

#define OK(call) assert_int_equal((call), ERR_OK)

#define DEMCR     0xe000edfcu
#define DBGMCU_CR 0xe0042004u
#define TER       0xe0000e00u
#define TPR       0xe0000e40u
#define TCR       0xe0000e80u
#define LAR       0xe0000fb0u
#define DWT_CTRL  0xe0001000u
#define CYCCNT    0xe0001004u
#define CSPSR     0xe0040004u
#define ACPR      0xe0040010u
#define SPPR      0xe00400f0u
#define FFCR      0xe0040304u

struct bench {
    struct scripted_probe p; // first: the operations find the rest by it
    struct target t;
    uint32_t core_hz;
    uint64_t cycles_us; // when the counter stood at cycles
    uint32_t cycles;
    uint32_t reading_us; // how long a read of the target takes
    uint32_t max_baud;
    // What the probe was told.
    uint32_t baud;
    unsigned starts, stops, reads, accesses;
    bool tracing;
    const char *bytes; // that the next read gives
    uint8_t data[DEBUG_PROBE_TRACE_MAX];
};

static struct bench *bench_of(void *p)
{
    return p;
}

static uint32_t count_cycles(struct bench *b)
{
    const uint64_t us = b->p.now_us - b->cycles_us;
    return b->cycles + (b->t.state == TARGET_RUNNING ? (uint32_t)(us * b->core_hz / 1000000u) : 0);
}

static enum err read_bus(struct scripted_probe *p, uint32_t addr, unsigned unit, void *data,
                         size_t len)
{
    struct bench *b = bench_of(p);
    assert_int_equal(unit, 4);
    b->accesses++;
    p->now_us += b->reading_us / 2;
    const uint32_t value = addr == CYCCNT ? count_cycles(b) : scripted_probe_get(p, addr);
    p->now_us += b->reading_us - b->reading_us / 2;
    memcpy(data, &value, len);
    return ERR_OK;
}

static enum err write_bus(struct scripted_probe *p, uint32_t addr, unsigned unit, const void *data,
                          size_t len)
{
    uint32_t value;
    assert_true(unit == 4 && len == 4);
    bench_of(p)->accesses++;
    memcpy(&value, data, 4);
    scripted_probe_set(p, addr, value);
    return ERR_OK;
}

static enum err trace_limits(struct debug_probe *probe, struct debug_probe_trace *limits)
{
    *limits = (struct debug_probe_trace){2000000, bench_of(probe)->max_baud};
    return ERR_OK;
}

static enum err trace_start(struct debug_probe *probe, uint32_t baud)
{
    struct bench *b = bench_of(probe);
    b->baud = baud;
    b->starts++;
    b->tracing = true;
    return ERR_OK;
}

static enum err trace_stop(struct debug_probe *probe)
{
    bench_of(probe)->stops++;
    bench_of(probe)->tracing = false;
    return ERR_OK;
}

static enum err trace_read(struct debug_probe *probe, struct debug_probe_trace_read *r)
{
    struct bench *b = bench_of(probe);
    b->reads++;
    r->len = b->bytes ? strlen(b->bytes) : 0;
    if (b->bytes)
        memcpy(r->data, b->bytes, r->len);
    b->bytes = NULL;
    return ERR_OK;
}

static const struct debug_probe_ops ops = {
    .trace_limits = trace_limits,
    .trace_start = trace_start,
    .trace_stop = trace_stop,
    .trace_read = trace_read,
    SCRIPTED_PROBE_OPS,
};

// An STM32F407 that runs.
static int set_up(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    if (!b)
        return -1;
    scripted_probe_make(&b->p, &ops);
    b->p.read = read_bus;
    b->p.write = write_bus;
    b->t = (struct target){.probe = &b->p.probe,
                           .mem = {.probe = &b->p.probe},
                           .log = &b->p.log,
                           .state = TARGET_RUNNING,
                           .id = {.idcode_addr = 0xe0042000}};
    b->t.core.mem = &b->t.mem;
    b->t.core.log = &b->p.log;
    b->t.core.caps.arch = CORE_ARMV7M;
    b->core_hz = 168000000;
    b->reading_us = 300;
    b->max_baud = 2250000;
    static const uint32_t words[][2] = {
        {DEMCR, 0x01000400},    {DBGMCU_CR, 0xc7}, {TER, 0},  {TPR, 0},  {TCR, 0},      {LAR, 0},
        {DWT_CTRL, 0x40000000}, {CSPSR, 1},        {ACPR, 0}, {SPPR, 1}, {FFCR, 0x102},
    };
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
        scripted_probe_set(&b->p, words[i][0], words[i][1]);
    for (uint32_t i = 0; i < 4; i++)
        scripted_probe_set(&b->p, 0xe0001028 + 16 * i, 0);
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static uint32_t word(struct bench *b, uint32_t addr)
{
    return scripted_probe_get(&b->p, addr);
}

static struct target_swo_data poll_once(struct bench *b)
{
    struct target_swo_data d = {.data = b->data};
    OK(target_swo_poll(&b->t, &d));
    return d;
}

// Polls every 5 ms, for so long.
static void poll_for(struct bench *b, uint32_t ms)
{
    for (uint32_t at = 0; at < ms; at += 5) {
        (void)poll_once(b);
        b->p.now_us += 5000;
    }
}

static void start_given(struct bench *b, uint32_t hz)
{
    OK(target_swo_start(&b->t, &(struct target_swo_options){.core_hz = hz}));
}

static void change_clock(struct bench *b, uint32_t hz)
{
    b->cycles = count_cycles(b);
    b->cycles_us = b->p.now_us;
    b->core_hz = hz;
}

static void assert_said(const struct bench *b, const char *part)
{
    if (!strstr(b->p.log.sentence, part))
        fail_msg("\"%s\" does not say \"%s\"", b->p.log.sentence, part);
}

// ---- setting up ---------------------------------------------------------------------------------

static void all_registers(void **state)
{
    struct bench *b = *state;
    start_given(b, 168000000);
    assert_int_equal(word(b, DEMCR), 0x01000400);
    assert_int_equal(word(b, DBGMCU_CR), 0x27);
    assert_int_equal(word(b, LAR), 0xc5acce55);
    assert_int_equal(word(b, TER), 0xffffffff);
    assert_int_equal(word(b, TPR), 0);
    assert_int_equal(word(b, TCR), 0x00010005);
    assert_int_equal(word(b, DWT_CTRL), 0x40000401);
    assert_int_equal(word(b, CSPSR), 1);
    assert_int_equal(word(b, ACPR), 83);
    assert_int_equal(word(b, SPPR), 2);
    assert_int_equal(word(b, FFCR), 0x100);
    assert_true(b->tracing && b->baud == 2000000);
    OK(target_swo_stop(&b->t));
    // As it was found, and the probe receives nothing any more.
    assert_false(b->tracing);
    assert_int_equal(word(b, DBGMCU_CR), 0xc7);
    assert_int_equal(word(b, TER), 0);
    assert_int_equal(word(b, TCR), 0);
    assert_int_equal(word(b, DWT_CTRL), 0x40000000);
    assert_int_equal(word(b, ACPR), 0);
    assert_int_equal(word(b, SPPR), 1);
    assert_int_equal(word(b, FFCR), 0x102);
}

static void events_are_asked_for(void **state)
{
    struct bench *b = *state;
    OK(target_swo_start(&b->t, &(struct target_swo_options){.core_hz = 72000000, .events = true}));
    assert_int_equal(word(b, TCR), 0x0001000f);
    // Exceptions, PC samples every 16,384 cycles.
    assert_int_equal(word(b, DWT_CTRL), 0x4001161f);
    const struct target_swo_data d = poll_once(b);
    assert_int_equal(d.sends, ITM_SENDS_TIME | ITM_SENDS_HARDWARE);
    assert_int_equal(d.source, 1);
}

struct rate {
    uint32_t hz, wanted, divisor, baud;
};

static void rates_that_fit_both(void **state)
{
    struct bench *b = *state;
    static const struct rate rows[] = {
        {72000000, 0, 36, 2000000},
        {8000000, 0, 4, 2000000},
        {84000000, 0, 42, 2000000},
        {4000000, 0, 2, 2000000},
        {2100000, 0, 2, 1050000},
        {3000000, 0, 2, 1500000},
        {32768, 0, 1, 32800},
        {180000000, 115200, 1548, 115200},
        {48000000, 2250000, 22, 2181800},
        {64000000, 9600, 6601, 9600},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        OK(target_swo_start(
            &b->t, &(struct target_swo_options){.core_hz = rows[i].hz, .baud = rows[i].wanted}));
        assert_int_equal(word(b, ACPR), rows[i].divisor - 1);
        assert_int_equal(b->baud, rows[i].baud);
    }
}

static void what_cannot_be(void **state)
{
    struct bench *b = *state;
    assert_int_equal(target_swo_start(&b->t, &(struct target_swo_options){.baud = 3000000}),
                     ERR_UNSUPPORTED);
    assert_said(b, "at most 2250000 baud, not with 3000000");
    assert_int_equal(
        target_swo_start(&b->t, &(struct target_swo_options){.baud = 9600, .core_hz = 168000000}),
        ERR_USAGE);
    assert_said(b, "20508 is the least");
    scripted_probe_set(&b->p, DWT_CTRL, 0x42000000);
    assert_int_equal(target_swo_start(&b->t, &(struct target_swo_options){0}), ERR_UNSUPPORTED);
    assert_said(b, "no cycle counter");
    b->t.core.caps.arch = CORE_ARMV6M;
    b->t.core.cpuid = 0x410cc200;
    const unsigned before = b->accesses;
    assert_int_equal(target_swo_start(&b->t, &(struct target_swo_options){0}), ERR_UNSUPPORTED);
    assert_said(b, "a Cortex-M0 has no ITM; RTT");
    b->t.core.caps.arch = CORE_ARMV8M_MAIN;
    b->t.id.idcode_addr = 0xe0044000;
    assert_int_equal(target_swo_start(&b->t, &(struct target_swo_options){0}), ERR_UNSUPPORTED);
    assert_said(b, "does not know how");
    assert_int_equal(b->accesses, before);
    assert_false(b->t.swo.on || b->tracing);
}

// ---- the clock ----------------------------------------------------------------------------------

static void the_clock_is_measured(void **state)
{
    struct bench *b = *state;
    OK(target_swo_start(&b->t, &(struct target_swo_options){0}));
    assert_false(b->tracing); // nothing that could be read comes yet
    poll_for(b, 60);
    assert_true(b->tracing);
    assert_int_equal(b->t.swo.clock_kind, TARGET_SWO_CLOCK_MEASURED);
    assert_int_equal(b->t.swo.hz, 168000000);
    assert_int_equal(word(b, ACPR), 83);
    assert_int_equal(b->baud, 2000000);
    assert_true(b->t.swo.clock.error_ppm < 25000);
    poll_for(b, 1500);
    assert_true(b->t.swo.clock.error_ppm < 1000);
    assert_int_equal(b->starts, 1);
}

static void odd_clocks_too(void **state)
{
    struct bench *b = *state;
    static const uint32_t clocks[] = {7940000, 16200000, 31900000, 71300000, 216000000, 4000000};
    for (unsigned i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
        change_clock(b, clocks[i]);
        OK(target_swo_start(&b->t, &(struct target_swo_options){0}));
        poll_for(b, 300);
        const uint32_t hz = b->t.swo.hz, real = clocks[i] / (word(b, ACPR) + 1);
        assert_true(hz > clocks[i] - clocks[i] / 80 && hz < clocks[i] + clocks[i] / 80);
        // The two ends are no farther apart than a UART bears.
        assert_true(b->baud > real - real / 33 && b->baud < real + real / 33);
    }
}

// What the clock may be off by, and what the usual rate is off by, are together what a UART bears.
static void a_coarse_clock_has_its_own_rate(void **state)
{
    struct bench *b = *state;
    OK(target_swo_start(&b->t, &(struct target_swo_options){0}));
    b->t.swo.hz = 65000000;
    swo_choose_divisor(&b->t);
    assert_int_equal(b->t.swo.divisor, 33);
    b->t.swo.clock.error_ppm = 20000;
    OK(swo_receive(&b->t));
    assert_int_equal(b->baud, 1969700);
    b->t.swo.clock.error_ppm = 1000;
    OK(swo_receive(&b->t));
    assert_int_equal(b->baud, 2000000);
}

static void a_clock_that_changes_is_followed(void **state)
{
    struct bench *b = *state;
    b->core_hz = 16000000;
    OK(target_swo_start(&b->t, &(struct target_swo_options){0}));
    poll_for(b, 300);
    assert_int_equal(word(b, ACPR), 7);
    change_clock(b, 168000000);
    poll_for(b, 400);
    assert_int_equal(b->t.swo.hz, 168000000);
    assert_int_equal(word(b, ACPR), 83);
    assert_int_equal(b->baud, 2000000);
}

// A debugger that halts the core now and then: the counter stands still meanwhile.
static void halts_do_not_mislead(void **state)
{
    struct bench *b = *state;
    OK(target_swo_start(&b->t, &(struct target_swo_options){0}));
    poll_for(b, 100);
    const unsigned starts = b->starts;
    for (unsigned i = 0; i < 20; i++) {
        change_clock(b, 0);
        b->p.now_us += 7000;
        change_clock(b, 168000000);
        OK(swo_before_run(&b->t));
        poll_for(b, 10 + 7 * i);
    }
    assert_int_equal(b->t.swo.hz, 168000000);
    assert_int_equal(b->starts, starts);
}

static void a_counter_that_stands_still_gives_nothing(void **state)
{
    struct bench *b = *state;
    change_clock(b, 0);
    OK(target_swo_start(&b->t, &(struct target_swo_options){0}));
    poll_for(b, 1000);
    assert_false(b->tracing);
    assert_int_equal(b->t.swo.clock_kind, TARGET_SWO_CLOCK_UNKNOWN);
    assert_true(b->t.swo.uneven_reported);
}

// ---- resets -------------------------------------------------------------------------------------

static void a_reset_is_set_up_before_the_program_runs(void **state)
{
    struct bench *b = *state;
    OK(target_swo_start(&b->t, &(struct target_swo_options){0}));
    poll_for(b, 100);
    b->t.state = TARGET_HALTED;
    b->t.last_stop.cause = TARGET_STOP_RESET;
    swo_note_undone(&b->t);
    scripted_probe_set(&b->p, TER, 3); // a debugger's choice
    scripted_probe_set(&b->p, TCR, 0);
    scripted_probe_set(&b->p, ACPR, 0);
    scripted_probe_set(&b->p, DBGMCU_CR, 0);
    OK(swo_before_run(&b->t));
    // The clock that its program had is expected again.
    assert_int_equal(word(b, ACPR), 83);
    assert_int_equal(word(b, TCR), 0x00010005);
    assert_int_equal(word(b, TER), 3);
    assert_int_equal(word(b, DBGMCU_CR), 0x20);
    assert_int_equal(b->starts, 2);
    const unsigned before = b->accesses;
    OK(swo_before_run(&b->t));
    assert_int_equal(b->accesses, before);
    assert_true(poll_once(b).begins);
    assert_false(poll_once(b).begins);
}

static void at_its_first_instruction_the_clock_of_a_reset_is_assumed(void **state)
{
    struct bench *b = *state;
    b->t.state = TARGET_HALTED;
    b->t.last_stop.cause = TARGET_STOP_RESET;
    OK(target_swo_start(&b->t, &(struct target_swo_options){0}));
    assert_int_equal(b->t.swo.clock_kind, TARGET_SWO_CLOCK_ASSUMED);
    assert_int_equal(word(b, ACPR), 7);
    assert_true(b->tracing && b->baud == 2000000);
}

// ---- others -------------------------------------------------------------------------------------

static void a_rate_of_the_programs_is_followed(void **state)
{
    struct bench *b = *state;
    start_given(b, 168000000);
    scripted_probe_set(&b->p, ACPR, 167);
    poll_for(b, 260);
    assert_int_equal(b->baud, 1000000);
    assert_int_equal(word(b, ACPR), 167);
    assert_true(b->t.swo.follows);
    // After a reset its rate is expected again.
    swo_note_undone(&b->t);
    scripted_probe_set(&b->p, ACPR, 0);
    poll_for(b, 5);
    assert_int_equal(word(b, ACPR), 167);
    assert_int_equal(b->baud, 1000000);
}

// As in the capture of an STM32L152: 24 MHz by 8, of which a V2 receives 2 at most.
static void a_rate_that_is_too_high_is_set_back(void **state)
{
    struct bench *b = *state;
    change_clock(b, 24000000);
    start_given(b, 24000000);
    assert_int_equal(word(b, ACPR), 11);
    scripted_probe_set(&b->p, ACPR, 7);
    poll_for(b, 260);
    assert_int_equal(word(b, ACPR), 11);
    assert_int_equal(b->baud, 2000000);
    assert_int_equal(b->t.swo.told_divisor, 8);
    assert_false(b->t.swo.follows);
}

// Doubt brings the look at once.
static void doubt_and_other_protocols(void **state)
{
    struct bench *b = *state;
    start_given(b, 168000000);
    (void)poll_once(b);
    scripted_probe_set(&b->p, SPPR, 1);
    scripted_probe_set(&b->p, FFCR, 0x102);
    (void)poll_once(b);
    assert_int_equal(word(b, SPPR), 1);
    target_swo_doubt(&b->t);
    (void)poll_once(b);
    assert_int_equal(word(b, SPPR), 2);
    scripted_probe_set(&b->p, FFCR, 0x102);
    target_swo_doubt(&b->t);
    const struct target_swo_data d = poll_once(b);
    assert_true(d.formatted && d.begins && d.source == 1);
}

static void bytes_come_through_and_a_poll_costs_one_command(void **state)
{
    struct bench *b = *state;
    start_given(b, 168000000);
    b->bytes = "\x01"
               "A";
    const struct target_swo_data d = poll_once(b);
    assert_int_equal(d.len, 2);
    assert_memory_equal(b->data,
                        "\x01"
                        "A",
                        2);
    const unsigned before = b->accesses;
    for (unsigned i = 0; i < 10; i++)
        (void)poll_once(b);
    assert_int_equal(b->accesses, before);
    assert_int_equal(b->reads, 11);
    b->t.state = TARGET_LOST;
    (void)poll_once(b);
    assert_int_equal(b->reads, 11);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        TEST(all_registers),
        TEST(events_are_asked_for),
        TEST(rates_that_fit_both),
        TEST(what_cannot_be),
        TEST(the_clock_is_measured),
        TEST(odd_clocks_too),
        TEST(a_coarse_clock_has_its_own_rate),
        TEST(a_clock_that_changes_is_followed),
        TEST(halts_do_not_mislead),
        TEST(a_counter_that_stands_still_gives_nothing),
        TEST(a_reset_is_set_up_before_the_program_runs),
        TEST(at_its_first_instruction_the_clock_of_a_reset_is_assumed),
        TEST(a_rate_of_the_programs_is_followed),
        TEST(a_rate_that_is_too_high_is_set_back),
        TEST(doubt_and_other_protocols),
        TEST(bytes_come_through_and_a_poll_costs_one_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
