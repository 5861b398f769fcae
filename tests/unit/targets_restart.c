// SPDX-License-Identifier: MIT
// targets/restart.c: which load replaces the program, and where the new one is started.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "tests/unit/choose.h"
#include "tests/unit/targets_world.h"

#define PAGE    1024u
#define APP     (FLASH + 0x4000u)
#define DATA    (FLASH + 0x6000u)
#define STACK   (RAM + 0x800u)
#define AT_BOOT 0x08000200u // where the fixture's resets end

struct desk {
    struct world w;
    struct target t;
    struct flash_job *job;
    bool restarted;
};

// The core stands in Thread mode behind the flash's first page.
static void open_desk(struct desk *d)
{
    world_attach_halted(&d->w, &d->t);
    d->w.reg[CORTEXM_PC] = FLASH + 0x1000;
    d->w.reg[CORTEXM_XPSR] = 1u << 24;
    d->w.reg[CORTEXM_MSP] = d->w.reg[CORTEXM_SP] = RAM + 0x300;
    assert_int_equal(target_flash_open(&d->t, &d->job), ERR_OK);
}

static void give(struct desk *d, uint32_t addr, uint32_t word0, uint32_t word1)
{
    uint8_t bytes[8];
    put_le32(bytes, word0);
    put_le32(bytes + 4, word1);
    assert_int_equal(flash_job_erase(d->job, addr & ~(PAGE - 1), PAGE), ERR_OK);
    assert_int_equal(flash_job_write(d->job, addr, bytes, sizeof bytes), ERR_OK);
}

static void finish(struct desk *d)
{
    assert_int_equal(target_flash_finish(&d->t, d->job, &d->restarted), ERR_OK);
    assert_int_equal(d->t.state, TARGET_HALTED);
    assert_null(d->t.job);
}

static void expect_untouched(struct desk *d)
{
    assert_false(d->restarted);
    assert_int_equal(d->w.reg[CORTEXM_PC], FLASH + 0x1000);
    assert_int_equal(d->w.reg[CORTEXM_MSP], RAM + 0x300);
}

static void expect_started_at(struct desk *d, uint32_t pc, uint32_t msp, uint32_t vtor)
{
    assert_true(d->restarted);
    assert_int_equal(d->w.reg[CORTEXM_PC], pc);
    assert_int_equal(world_poll_stopped(&d->t).pc, pc);
    assert_int_equal(d->w.reg[CORTEXM_MSP], msp);
    assert_int_equal(d->w.vtor, vtor);
    assert_int_equal(d->w.reg[CORTEXM_XPSR], 1u << 24);
}

static void a_load_of_what_the_chip_starts_is_started_by_the_reset(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d);
    give(&d, FLASH, RAM + 0x300, AT_BOOT + 1);
    finish(&d);
    expect_started_at(&d, AT_BOOT, RAM + 0x300, 0);
}

static void where_the_reset_leads_elsewhere_the_program_is_started_by_its_vectors(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d);
    give(&d, FLASH, STACK, FLASH + 0x101);
    finish(&d);
    expect_started_at(&d, FLASH + 0x100, STACK, 0);
}

static void vectors_that_are_none_leave_it_to_the_reset(void **state)
{
    (void)state;
    static const uint32_t words[][2] = {
        {0x10000000, FLASH + 0x101}, // no RAM
        {STACK + 2, FLASH + 0x101},  // not aligned
        {STACK, FLASH + 0x100},      // not Thumb
        {STACK, FLASH + 0x5001},     // not of this load
    };
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct desk d;
        open_desk(&d);
        give(&d, FLASH, words[i][0], words[i][1]);
        finish(&d);
        expect_started_at(&d, AT_BOOT, RAM + 0x300, 0);
    }
}

static void data_and_a_second_program_leave_the_core_as_it_is(void **state)
{
    (void)state;
    static const uint32_t words[][2] = {{1, 2}, {STACK, APP + 0x101}};
    for (unsigned i = 0; i < 2; i++) {
        struct desk d;
        open_desk(&d);
        give(&d, APP, words[i][0], words[i][1]);
        give(&d, DATA, 3, 4);
        finish(&d);
        expect_untouched(&d);
    }
}

static void a_job_that_only_erases_leaves_the_core_as_it_is(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d);
    assert_int_equal(flash_job_erase(d.job, FLASH, 4 * PAGE), ERR_OK);
    finish(&d);
    expect_untouched(&d);
}

// Behind a boot loader, on a core that has VTOR.
static void a_load_of_the_vectors_in_use_starts_that_program(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d);
    d.w.vtor = APP;
    give(&d, APP, STACK, APP + 0x101);
    finish(&d);
    expect_started_at(&d, APP + 0x100, STACK, APP);
}

// The same on one without: the PC tells.
static void a_load_over_the_code_at_the_pc_starts_that_program(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d);
    d.w.reg[CORTEXM_PC] = APP + 0x200;
    give(&d, APP, STACK, APP + 0x101);
    finish(&d);
    expect_started_at(&d, APP + 0x100, STACK, APP);
}

static void a_program_for_a_core_in_a_handler_or_in_nowhere_is_started_in_thread_mode(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct desk d;
        open_desk(&d);
        d.w.reg[CORTEXM_XPSR] |= i ? 3 : 0;
        d.w.reg[CORTEXM_PC] = i ? FLASH + 0x1000 : 0xfffffffe;
        give(&d, APP, STACK, APP + 0x101);
        finish(&d);
        expect_started_at(&d, APP + 0x100, STACK, APP);
    }
}

static void data_that_is_written_from_a_handler_leaves_it_in_there(void **state)
{
    (void)state;
    struct desk d;
    open_desk(&d);
    d.w.reg[CORTEXM_XPSR] |= 15;
    give(&d, DATA, 1, 2);
    finish(&d);
    expect_untouched(&d);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_load_of_what_the_chip_starts_is_started_by_the_reset),
        cmocka_unit_test(where_the_reset_leads_elsewhere_the_program_is_started_by_its_vectors),
        cmocka_unit_test(vectors_that_are_none_leave_it_to_the_reset),
        cmocka_unit_test(data_and_a_second_program_leave_the_core_as_it_is),
        cmocka_unit_test(a_job_that_only_erases_leaves_the_core_as_it_is),
        cmocka_unit_test(a_load_of_the_vectors_in_use_starts_that_program),
        cmocka_unit_test(a_load_over_the_code_at_the_pc_starts_that_program),
        cmocka_unit_test(a_program_for_a_core_in_a_handler_or_in_nowhere_is_started_in_thread_mode),
        cmocka_unit_test(data_that_is_written_from_a_handler_leaves_it_in_there),
    };
    return cmocka_run_group_tests_name("targets_restart", tests, NULL, NULL);
}
