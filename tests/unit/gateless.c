// SPDX-License-Identifier: MIT
// A chip whose debug unit has no clock gate (all families but STM32F0 and a few): nobody may look
// for one. The row of the virtual board's chip is changed for that.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "doctor/diagnosis.h"
#include "doctor/measure.h"
#include "doctor/trace.h"
#include "flash/drivers/fpec16.h"
#include "sim/board/board.h"
#include "sim/board/link.h"
#include "targets/families/family.h"
#include "tests/unit/choose.h"

// Instead of targets/families/families.c.
static struct family gateless;
static const struct dbgmcu_layout dbgmcu = {
    .reg = {{.addr = 0x40015804, .low_power = 6}, {.addr = 0x40015808, .freeze = 3u << 11}}};
static const struct chip chip = {
    .family = &gateless,
    .dev_id = 0x444,
    .name = "STM32F031 without a gate",
    .flash_base = 0x08000000,
    .flash_size_addr = 0x1ffff7cc,
    .flash_max = 32768,
    .layout = {.erased = 0xff, .unit = 2, .run = {{.base = 0x08000000, .size = 1024, .count = 32}}},
    .sram_base = 0x20000000,
    .sram_size = 4096,
    .system_base = 0x1fffec00,
    .system_size = 3072,
    .uid_addr = 0x1ffff7ac,
};
static struct family gateless = {
    .name = "gateless",
    .idcode_addr = 0x40015800,
    .chips = &chip,
    .chip_count = 1,
    .dbgmcu = &dbgmcu,
    .flash_regs = 0x40022000,
    .driver = &fpec16_driver,
    .vdd_min_mv = 2000,
    .vdd_max_mv = 3600,
};
const struct family *const families[] = {&gateless};
const unsigned family_count = 1;

struct bench {
    struct log log;
    struct sim_board *board;
    struct stlink st;
};

static void bench_open(struct bench *b, const char *board)
{
    memset(b, 0, sizeof *b);
    b->log = log_silent();
    assert_int_equal(sim_board_open(&b->board, board, &b->log), ERR_OK);
    assert_int_equal(stlink_open(&b->st, sim_link_to(b->board), &b->log), ERR_OK);
}

static void bench_close(struct bench *b)
{
    stlink_close(&b->st);
    const struct sim_account *a = sim_board_account(b->board);
    if (a->violation_count > 0)
        fail_msg("%u violations, the first: %s", a->violation_count, a->violations[0]);
    assert_int_equal(sim_board_close(b->board), ERR_OK);
}

static void the_trace_of_a_loss_opens_no_gate(void **state)
{
    (void)state;
    struct bench b;
    struct target t;
    struct trace r;
    const struct target_options options = {.connect = TARGET_CONNECT_AUTO};
    const struct trace_options watch = {.watch_us = 1000000};
    bench_open(&b, "stm32f031k6,firmware=standby");
    assert_int_equal(target_connect(&t, &b.st.probe, &options, &b.log), ERR_OK);
    enum err e = trace_loss(&r, &t, &watch);
    if (e)
        fail_msg("%s", log_sentence(&b.log, e));
    target_disconnect(&t, false);
    bench_close(&b);
}

static void the_watch_over_a_program_that_ends_swd_opens_no_gate(void **state)
{
    (void)state;
    struct bench b;
    struct measurements m = {0};
    bench_open(&b, "stm32f031k6,firmware=standby");
    m.probe.version = b.st.version;
    assert_int_equal(measure_all(&m, &b.st, &(struct measure_options){0}, &b.log), ERR_OK);
    assert_true(m.survival.tested);
    bench_close(&b);
}

// What needs facts of the chip is left out, and said where somebody asks for it.
static void a_family_without_facts_for_the_doctor_is_measured_as_far_as_that_goes(void **state)
{
    (void)state;
    struct bench b;
    struct target t;
    struct trace r;
    struct measurements m = {0};
    struct diagnosis d;
    const struct target_options options = {.connect = TARGET_CONNECT_AUTO};
    const struct measure_options deep = {.deep = true};
    gateless.doctor = NULL;
    bench_open(&b, "stm32f031k6,firmware=count");
    m.probe.version = b.st.version;
    assert_int_equal(measure_all(&m, &b.st, &deep, &b.log), ERR_OK);
    assert_ptr_equal(m.chip.id.chip, &chip);
    assert_null(measure_facts(&m));
    assert_int_equal(m.chip.reg[0], 0);
    assert_false(m.deep_results.vdda_known);
    assert_int_equal(m.deep_results.hse, HSE_NOT_TESTED);
    diagnosis_make(&d, &m);
    assert_string_equal(d.finding[0].rule->id, "healthy");
    assert_int_equal(target_connect(&t, &b.st.probe, &options, &b.log), ERR_OK);
    assert_int_equal(trace_loss(&r, &t, &(struct trace_options){.watch_us = 1000}),
                     ERR_UNSUPPORTED);
    assert_non_null(strstr(log_sentence(&b.log, ERR_UNSUPPORTED), "the pins of SWD"));
    target_disconnect(&t, false);
    bench_close(&b);
    gateless.doctor = stm32f0_family.doctor;
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    gateless.doctor = stm32f0_family.doctor;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_trace_of_a_loss_opens_no_gate),
        cmocka_unit_test(the_watch_over_a_program_that_ends_swd_opens_no_gate),
        cmocka_unit_test(a_family_without_facts_for_the_doctor_is_measured_as_far_as_that_goes),
    };
    return cmocka_run_group_tests_name("gateless", tests, NULL, NULL);
}
