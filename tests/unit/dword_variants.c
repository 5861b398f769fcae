// SPDX-License-Identifier: MIT
// flash/drivers/dword.c on what STM32L4, L4+, G4, WB and WL have more than the G0: a data cache, a
// flag of an empty flash beside the busy one, suspended operations, banks that are made one or have
// a gap between them.
#include "tests/unit/dword_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/choose.h"

#define OK(call)      assert_int_equal((call), ERR_OK)
#define SAYS(b, text) assert_non_null(strstr((b)->w.log.sentence, text))

// A data cache would answer with what was there before: it is off from before the first read that
// counts, emptied while it is off, and on again.
static void the_data_cache_is_off_during_a_job(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    b.w.reg[W_ACR] = 0x00000604;
    OK(dword_driver.survey(&b.access, &(bool){false}));
    OK(flash_sequence_run(&b.access.enter, &b.w.mem));
    assert_int_equal(b.w.reg[W_ACR], 0x00000204); // the program's wait states are more
    bool emptied = false;
    for (unsigned i = 0; i < b.access.leave.count; i++)
        emptied |= b.access.leave.step[i].addr == REGS &&
                   (b.access.leave.step[i].value & 0x1e00) == 0x1800;
    assert_true(emptied); // ICRST, DCRST; neither ICEN nor DCEN
    OK(flash_sequence_run(&b.access.leave, &b.w.mem));
    assert_int_equal(b.w.reg[W_ACR], 0x00000604);
    OK(dword_driver.survey(&b.access, &(bool){false}));
    OK(dword_driver.begin(&b.access));
    assert_int_equal(b.w.reg[W_ACR] & 1u << 10, 0);
    OK(dword_driver.end(&b.access));
    assert_int_equal(b.w.reg[W_ACR], 0x00000604);
    OK(bench_close(&b));
}

#define SR_PEMPTY (1u << 17)
#define SR_PESD   (1u << 19)
#define ACR_PES   (1u << 15)

// On an STM32L4 the bit of BSY2 is PEMPTY, which a one toggles.
static void a_flash_that_was_found_empty_is_not_busy(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    b.params.busy = 1u << 16;
    b.bank.driver = &dword_pempty_driver;
    b.w.reg[W_SR] = SR_PEMPTY;
    OK(flash_job_erase(b.job, BASE, PAGE));
    OK(flash_job_write(b.job, BASE, b.image, PAGE));
    OK(bench_run(&b));
    OK(bench_close(&b));
    assert_memory_equal(b.w.flash, b.image, PAGE);
    assert_int_equal(b.w.reg[W_SR], SR_PEMPTY);
    assert_int_equal(dword_pempty_driver.busy_mask & SR_PEMPTY, 0);
    assert_int_equal(dword_pempty_driver.empty_mask, SR_PEMPTY);
    assert_true(dword_pempty_driver.empty_toggles);
}

static void what_the_program_has_suspended_is_allowed_for_the_job(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    b.params.suspended = SR_PESD;
    b.w.reg[W_ACR] |= ACR_PES;
    b.w.reg[W_SR] = SR_PESD;
    const uint32_t acr = b.w.reg[W_ACR];
    OK(dword_driver.survey(&b.access, &(bool){false}));
    OK(flash_sequence_run(&b.access.enter, &b.w.mem));
    assert_int_equal(b.w.reg[W_ACR] & ACR_PES, 0);
    OK(flash_sequence_run(&b.access.leave, &b.w.mem));
    assert_int_equal(b.w.reg[W_ACR], acr);
    OK(bench_close(&b));
}

static void a_second_core_that_suspends_for_ever_is_explained(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    b.params.suspended = SR_PESD;
    b.w.reg[W_SR] = SR_PESD;
    assert_int_equal(dword_driver.survey(&b.access, &(bool){false}), ERR_FLASH);
    SAYS(&b, "the second core does not let the flash be erased or programmed (FLASH_SR.PESD)");
    b.w.reg[W_SR] = 0;
    OK(bench_close(&b));
}

// Two banks that are made one: both bits erase it, and the areas of the second are two more.
static void banks_that_are_made_one_are_erased_and_protected_as_one(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, false);
    b.bank.joined = b.params.joined_areas = true;
    b.params.pcrop_unit_joined = 1024;
    OK(dword_driver.survey(&b.access, &(bool){false}));
    assert_int_equal(dword_driver.erase_code(&b.access, BASE, FLASH_EXTENT_ALL),
                     1u << 16 | 1u << 15 | 1u << 2);
    assert_int_equal(dword_driver.erase_code(&b.access, BASE + 5 * PAGE, FLASH_EXTENT_PAGE),
                     1u << 16 | 5u << 3 | 1u << 1);
    b.w.reg[W_WRP2A] = 5 << 16 | 5;
    b.w.reg[W_PCROP1AS] = 2; // page 1
    b.w.reg[W_PCROP1AE] = 3;
    OK(dword_driver.survey(&b.access, &(bool){false}));
    for (unsigned page = 0; page < PAGES; page++)
        assert_int_equal(dword_driver.check_page(&b.access, BASE + page * PAGE),
                         page == 1 || page == 5 ? ERR_PROTECTED : ERR_OK);
    b.bank.joined = false; // registers of a bank that a chip does not have
    b.w.reg[W_PCROP1AS] = 0x1ff;
    OK(dword_driver.survey(&b.access, &(bool){false}));
    OK(dword_driver.check_page(&b.access, BASE + 5 * PAGE));
    OK(bench_close(&b));
}

static void a_bank_behind_a_gap_is_counted_from_its_start(void **state)
{
    (void)state;
    struct bench b;
    uint32_t start;
    bench_open(&b, true);
    b.bank.bank2 = start = BASE + 0x40000;
    b.bank.layout.run[0].count = PAGES / 2;
    b.bank.layout.run[1] = b.bank.layout.run[0];
    b.bank.layout.run[1].base = start;
    b.bank.size = 0x40000 + SIZE / 2;
    OK(dword_driver.survey(&b.access, &(bool){false}));
    assert_int_equal(dword_driver.erase_code(&b.access, start + PAGE, FLASH_EXTENT_PAGE),
                     1u << 16 | 1u << 13 | 1u << 3 | 1u << 1);
    assert_int_equal(dword_driver.bank_bytes(&b.access), SIZE / 2);
    OK(bench_close(&b));
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_data_cache_is_off_during_a_job),
        cmocka_unit_test(a_flash_that_was_found_empty_is_not_busy),
        cmocka_unit_test(what_the_program_has_suspended_is_allowed_for_the_job),
        cmocka_unit_test(a_second_core_that_suspends_for_ever_is_explained),
        cmocka_unit_test(banks_that_are_made_one_are_erased_and_protected_as_one),
        cmocka_unit_test(a_bank_behind_a_gap_is_counted_from_its_start),
    };
    return cmocka_run_group_tests_name("dword_variants", tests, NULL, NULL);
}
