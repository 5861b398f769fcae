// SPDX-License-Identifier: MIT
// Flash jobs on the virtual board, with everything between: the loader really runs on the virtual
// core, and what silicon forbids is a violation that fails the test. The figures are virtual time,
// with the typical times of the data sheets.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "flash/drivers/fpec16.h"
#include "tests/unit/choose.h"
#include "tests/unit/flash_desk.h"

#define MAX (256u * 1024u)

// ---- figures ------------------------------------------------------------------------------------

// The flash's own time is what the FPEC needs: 53.5 us a halfword, 30 ms an erase.
static void figures_of(const char *chip, size_t len, unsigned blank_ms, unsigned mass_ms,
                       unsigned pages_ms)
{
    struct desk *d = open_desk(chip);
    uint8_t *image = some_image(len, 1), *other = some_image(len, 2);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, len));
    assert_in_range(took_ms(d), 1, blank_ms);
    assert_true(d->stats.by_loader);
    assert_int_equal(d->stats.verified, len);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, other, len));
    assert_in_range(took_ms(d), 1, mass_ms);
    assert_int_equal(sim_board_account(d->board)->mass_erases, 1);
    OK(program(d, FLASH_ERASE_PAGES, FLASH, image, len));
    assert_in_range(took_ms(d), 1, pages_ms);
    assert_chip_holds(d, FLASH, image, len);
    free(image);
    free(other);
    close_desk(d);
}

static void an_stm32f031_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    figures_of("stm32f031k6", 32 * 1024, 930, 970, 1900);
}

static void an_stm32f072_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    // 128 KiB: 3506 ms of programming, 30 of a mass erase, 64 pages of 30; and 3 %.
    figures_of("stm32f072rb", 128 * 1024, 3611, 3642, 5589);
}

static void an_stm32f091_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    // 256 KiB: 7012 ms of programming, 128 pages.
    figures_of("stm32f091rc", 256 * 1024, 7222, 7253, 11177);
}

static void an_unchanged_image_and_a_changed_page_are_quick(void **state)
{
    (void)state;
    struct desk *d = open_desk("");
    uint8_t *image = some_image(32 * 1024, 1);
    fill_chip(d, image, 32 * 1024);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 32 * 1024));
    assert_in_range(took_ms(d), 1, 100);
    assert_int_equal(d->stats.skipped, 32 * 1024);
    image[20000] ^= 0x10;
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 32 * 1024));
    assert_in_range(took_ms(d), 1, 160);
    assert_int_equal(d->stats.erased, 1024);
    assert_int_equal(d->stats.skipped, 31 * 1024);
    assert_chip_holds(d, FLASH, image, 32 * 1024);
    assert_int_equal(sim_board_account(d->board)->pages_erased, 1);
    free(image);
    close_desk(d);
}

static void reading_back_takes_little_more_than_its_bits(void **state)
{
    (void)state;
    struct desk *d = open_desk("");
    static uint8_t data[32 * 1024];
    struct sim_account *a = sim_board_account(d->board);
    uint64_t clocks = a->swd_clocks, start = sim_board_now_ns(d->board);
    OK(target_read_mem(&d->t, FLASH, data, sizeof data, NULL));
    uint64_t took_us = (sim_board_now_ns(d->board) - start) / 1000;
    // 4 MHz on the wires, and full-speed USB brings 19 packets of 64 bytes a millisecond. The probe
    // does one after the other.
    uint64_t allowed_us = (a->swd_clocks - clocks) / 4 + sizeof data / 64 * 1000 / 19;
    assert_in_range(took_us, 1, allowed_us * 10 / 9);
    close_desk(d);
}

// ---- the plan -----------------------------------------------------------------------------------

static void what_nobody_asked_for_is_not_erased(void **state)
{
    (void)state;
    struct desk *d = open_desk("");
    uint8_t *old = some_image(32 * 1024, 1), *image = some_image(30 * 1024, 2);
    fill_chip(d, old, 32 * 1024);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 30 * 1024));
    assert_int_equal(sim_board_account(d->board)->mass_erases, 0);
    assert_chip_holds(d, FLASH, image, 30 * 1024);
    assert_chip_holds(d, FLASH + 30 * 1024, old + 30 * 1024, 2 * 1024);
    free(old);
    free(image);
    close_desk(d);
}

static void equal_pages_are_worth_more_than_one_erase(void **state)
{
    (void)state;
    struct desk *d = open_desk("");
    uint8_t *image = some_image(32 * 1024, 1);
    fill_chip(d, image, 32 * 1024);
    for (unsigned page = 0; page < 12; page++)
        image[page * 1024] ^= 1;
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 32 * 1024));
    assert_int_equal(sim_board_account(d->board)->mass_erases, 0);
    assert_int_equal(sim_board_account(d->board)->pages_erased, 12);
    assert_chip_holds(d, FLASH, image, 32 * 1024);
    free(image);
    close_desk(d);
}

static void data_that_arrives_piece_by_piece_is_worked_on_meanwhile(void **state)
{
    (void)state;
    struct desk *d = open_desk("");
    uint8_t *image = some_image(32 * 1024, 1);
    begin_job(d, FLASH_ERASE_AUTO, FLASH, 32 * 1024);
    for (uint32_t at = 0; at < 32 * 1024; at += 500) {
        uint32_t len = 32 * 1024 - at < 500 ? 32 * 1024 - at : 500;
        OK(flash_job_write(d->job, FLASH + at, image + at, len));
        OK(step_to_end(d));
    }
    assert_true(flash_job_stats(d->job)->programmed > 30 * 1024);
    OK(finish_job(d));
    assert_chip_holds(d, FLASH, image, 32 * 1024);
    free(image);
    close_desk(d);
}

static void every_alignment_and_length_ends_up_in_the_chip(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {1,   2,   3,    5,    510,  511,  512,
                                       513, 514, 1023, 1024, 1025, 1537, 2050};
    struct desk *d = open_desk("");
    uint8_t *image = some_image(4096, 3);
    for (uint32_t offset = 0; offset < 6; offset++)
        for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            OK(program(d, FLASH_ERASE_AUTO, FLASH + 1024 + offset, image + offset, lengths[i]));
            assert_chip_holds(d, FLASH + 1024 + offset, image + offset, lengths[i]);
        }
    assert_true(d->stats.by_loader);
    free(image);
    close_desk(d);
}

static void stretches_of_ones_cost_no_programming(void **state)
{
    (void)state;
    struct desk *d = open_desk("");
    uint8_t *image = some_image(2048, 3);
    memset(image + 300, 0xff, 1000);
    image[600] = 0x12;
    uint64_t before = sim_board_account(d->board)->units_programmed;
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 2048));
    assert_int_equal(sim_board_account(d->board)->units_programmed - before, (300 + 2 + 748) / 2);
    assert_chip_holds(d, FLASH, image, 2048);
    free(image);
    close_desk(d);
}

// ---- what was borrowed --------------------------------------------------------------------------

static void ram_and_registers_come_back(void **state)
{
    (void)state;
    struct desk *d = open_desk("");
    uint8_t *ram = some_image(4096, 9), *image = some_image(8192, 2), back[4096];
    uint32_t regs[CORTEXM_REG_COUNT];
    OK(target_write_mem(&d->t, RAM, ram, 4096));
    set_registers(d, regs);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 8192));
    assert_true(d->stats.by_loader);
    assert_registers(d, regs);
    OK(target_read_mem(&d->t, RAM, back, sizeof back, NULL));
    assert_memory_equal(back, ram, sizeof back);
    free(ram);
    free(image);
    close_desk(d);
}

static void ram_read_in_the_middle_of_a_job_is_the_programs(void **state)
{
    (void)state;
    struct desk *d = open_desk("");
    uint8_t *ram = some_image(4096, 9), *image = some_image(32768, 2), back[4096];
    uint32_t pc;
    OK(target_write_mem(&d->t, RAM, ram, 4096));
    OK(target_write_reg(&d->t, CORTEXM_PC, 0x20000ff0));
    begin_job(d, FLASH_ERASE_AUTO, FLASH, 32768);
    OK(flash_job_write(d->job, FLASH, image, 16384));
    OK(step_to_end(d));
    OK(target_read_mem(&d->t, RAM, back, sizeof back, NULL));
    assert_memory_equal(back, ram, sizeof back);
    ram[7] = 0x77;
    OK(target_write_mem(&d->t, RAM + 7, &ram[7], 1));
    OK(target_read_reg(&d->t, CORTEXM_PC, &pc));
    assert_int_equal(pc, 0x20000ff0);
    OK(flash_job_write(d->job, FLASH + 16384, image + 16384, 16384));
    OK(finish_job(d));
    OK(target_read_mem(&d->t, RAM, back, sizeof back, NULL));
    assert_memory_equal(back, ram, sizeof back);
    assert_chip_holds(d, FLASH, image, 32768);
    free(ram);
    free(image);
    close_desk(d);
}

static void the_clock_and_the_controller_are_left_as_found(void **state)
{
    (void)state;
    struct desk *d = open_desk("");
    uint8_t *image = some_image(1024, 2), rcc[56], fpec[36], now[56];
    OK(target_read_mem(&d->t, 0x40021000, rcc, sizeof rcc, NULL));
    OK(target_read_mem(&d->t, 0x40022000, fpec, sizeof fpec, NULL));
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 1024));
    OK(target_read_mem(&d->t, 0x40021000, now, sizeof now, NULL));
    assert_int_equal(get_le32(&now[0]), get_le32(&rcc[0]));       // CR
    assert_int_equal(get_le32(&now[4]), get_le32(&rcc[4]));       // CFGR
    assert_int_equal(get_le32(&now[0x14]), get_le32(&rcc[0x14])); // AHBENR
    OK(target_read_mem(&d->t, 0x40022000, now, sizeof fpec, NULL));
    assert_int_equal(get_le32(&now[0]), get_le32(&fpec[0]));       // ACR
    assert_int_equal(get_le32(&now[0x10]), get_le32(&fpec[0x10])); // CR: locked
    free(image);
    close_desk(d);
}

static void a_program_that_uses_the_crc_unit_gets_its_sum_back(void **state)
{
    (void)state;
    struct desk *d = open_desk("");
    uint8_t *image = some_image(2048, 2), word[4];
    static const uint32_t set[][2] = {
        {0x40021014, 0x54}, {0x40023008, 1}, {0x40023000, 0x12345678}};
    for (unsigned i = 0; i < 3; i++) {
        put_le32(word, set[i][1]);
        OK(target_write_mem(&d->t, set[i][0], word, 4));
    }
    OK(target_read_mem(&d->t, 0x40023000, word, 4, NULL));
    uint32_t sum = get_le32(word);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 2048));
    OK(target_read_mem(&d->t, 0x40023000, word, 4, NULL));
    assert_int_equal(get_le32(word), sum);
    OK(target_read_mem(&d->t, 0x40023010, word, 4, NULL));
    assert_int_equal(get_le32(word), 0xffffffff);
    free(image);
    close_desk(d);
}

static void watchpoints_do_not_stop_the_loader_and_still_work(void **state)
{
    (void)state;
    struct desk *d = open_desk("");
    uint8_t *image = some_image(2048, 2), word[4];
    OK(target_set_watch(&d->t, RAM, 4, DWT_ACCESS));
    OK(target_set_watch(&d->t, RAM + 0x400, 4, DWT_ACCESS));
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 2048));
    assert_true(d->stats.by_loader);
    OK(target_read_mem(&d->t, 0xe000edfc, word, 4, NULL));
    assert_true(get_le32(word) & 1u << 24); // DWTENA
    free(image);
    close_desk(d);
}

// ---- hard circumstances -------------------------------------------------------------------------

static void a_running_watchdog_is_fed(void **state)
{
    (void)state;
    struct desk *d = open_desk("");
    uint8_t *image = some_image(32768, 2);
    set_word(d, 0x40003000, 0x5555); // IWDG: shortest prescaler, 25 ms
    set_word(d, 0x40003004, 0);
    set_word(d, 0x40003008, 250);
    set_word(d, 0x40003000, 0xcccc);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 32768));
    assert_true(d->stats.by_loader);
    assert_chip_holds(d, FLASH, image, 32768);
    uint32_t dhcsr;
    OK(cortexm_read_dhcsr(&d->t.core, &dhcsr));
    assert_false(cortexm_take_reset(&d->t.core));
    free(image);
    close_desk(d);
}

static void a_window_watchdog_is_fed_and_gets_its_window_back(void **state)
{
    (void)state;
    struct desk *d = open_desk("");
    uint8_t *image = some_image(32768, 2), cfr[4];
    uint32_t dhcsr;
    set_word(d, 0x4002101c, 1u << 11); // APB1ENR: WWDGEN
    set_word(d, 0x40002c04, 0x1d0);    // CFR: 8 MHz / 4096 / 8; not to be fed before 0x50
    set_word(d, 0x40002c00, 0xff);     // CR: 262 ms, 192 ms of them too early
    OK(cortexm_read_dhcsr(&d->t.core, &dhcsr));
    (void)cortexm_take_reset(&d->t.core); // of before
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 32768));
    assert_true(d->stats.by_loader);
    assert_chip_holds(d, FLASH, image, 32768);
    OK(cortexm_read_dhcsr(&d->t.core, &dhcsr));
    assert_false(cortexm_take_reset(&d->t.core));
    OK(target_read_mem(&d->t, 0x40002c04, cfr, 4, NULL));
    assert_int_equal(get_le32(cfr), 0x1d0);
    free(image);
    close_desk(d);
}

static void a_core_that_runs_from_a_slow_clock_is_not_slow(void **state)
{
    (void)state;
    struct desk *d = open_desk("");
    uint8_t *image = some_image(32768, 2), word[4];
    set_word(d, 0x40021004, 0xd0); // HPRE: 8 MHz / 128
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 32768));
    assert_in_range(took_ms(d), 1, 1050); // until the clock is set, the debug port has to WAIT
    OK(target_read_mem(&d->t, 0x40021004, word, 4, NULL));
    assert_int_equal(get_le32(word), 0xd0);
    free(image);
    close_desk(d);
}

static void hsi_that_the_program_switched_off_is_on_for_the_job(void **state)
{
    (void)state;
    struct desk *d = open_desk("");
    uint8_t *image = some_image(2048, 2), word[4];
    set_word(d, 0x40021000, 0x00010083); // HSEON
    sim_board_wait_ns(d->board, 10000000);
    set_word(d, 0x40021004, 1);          // SYSCLK is HSE
    set_word(d, 0x40021000, 0x00010082); // HSI off
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 2048));
    assert_chip_holds(d, FLASH, image, 2048);
    OK(target_read_mem(&d->t, 0x40021000, word, 4, NULL));
    assert_int_equal(get_le32(word) & 3, 0);
    free(image);
    close_desk(d);
}

static void with_the_parity_check_on_the_debug_port_does_it_all(void **state)
{
    (void)state;
    struct desk *d = open_desk("");
    uint8_t *image = some_image(4096, 2);
    // A reserved bit, which reads 0 as RAM_PARITY_CHECK does when the check is on.
    struct fpec16_params params = *(const struct fpec16_params *)d->t.bank.params;
    params.parity_off = 1u << 3;
    d->t.bank.params = &params;
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 4096));
    assert_false(d->stats.by_loader);
    assert_non_null(strstr(d->heard, "the debug port does all of it"));
    assert_chip_holds(d, FLASH, image, 4096);
    free(image);
    close_desk(d);
}

static void a_loader_that_dies_is_replaced_by_the_debug_port(void **state)
{
    (void)state;
    loader_that_dies_is_replaced("", FLASH_ERASE_AUTO);
}

static void a_write_protected_page_is_refused_before_anything_changes(void **state)
{
    (void)state;
    struct desk *d = open_desk("");
    uint8_t *old = some_image(32768, 1), *image = some_image(32768, 2);
    fill_chip(d, old, 32768);
    static const uint8_t wrp[2] = {0xfe, 0x01}; // WRP0: the first 4 KiB
    assert_true(sim_chip_poke(sim_board_chip(d->board), 0x1ffff808, wrp, 2));
    sim_chip_set_power(sim_board_chip(d->board), false);
    sim_chip_set_power(sim_board_chip(d->board), true);
    OK(target_reconnect(&d->t));
    OK(target_halt(&d->t));
    assert_int_equal(program(d, FLASH_ERASE_AUTO, FLASH, image, 32768), ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "0x08000000 is write-protected"));
    assert_chip_holds(d, FLASH, old, 32768);
    free(old);
    free(image);
    close_desk(d);
}

static void protect(struct desk *d, unsigned block_of_4_kib)
{
    const uint8_t wrp[2] = {(uint8_t) ~(1u << block_of_4_kib), (uint8_t)(1u << block_of_4_kib)};
    assert_true(sim_chip_poke(sim_board_chip(d->board), 0x1ffff808, wrp, 2));
    sim_chip_set_power(sim_board_chip(d->board), false);
    sim_chip_set_power(sim_board_chip(d->board), true);
    OK(target_reconnect(&d->t));
    OK(target_halt(&d->t));
}

static void a_protected_page_behind_others_is_refused_before_anything_changes(void **state)
{
    (void)state;
    struct desk *d = open_desk("");
    uint8_t *old = some_image(32768, 1), *image = some_image(32768, 2);
    fill_chip(d, old, 32768);
    protect(d, 3);
    assert_int_equal(program(d, FLASH_ERASE_PAGES, FLASH, image, 32768), ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "0x08003000 is write-protected"));
    assert_chip_holds(d, FLASH, old, 32768);
    // The same data in it is no change.
    memcpy(&image[0x3000], &old[0x3000], 0x1000);
    OK(program(d, FLASH_ERASE_PAGES, FLASH, image, 32768));
    assert_chip_holds(d, FLASH, image, 32768);
    free(old);
    free(image);
    close_desk(d);
}

static void a_protected_page_that_nobody_asked_for_is_no_hindrance(void **state)
{
    (void)state;
    struct desk *d = open_desk("");
    uint8_t *old = some_image(16384, 1), *image = some_image(16384, 2);
    fill_chip(d, old, 16384);
    protect(d, 7);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 16384));
    assert_int_equal(sim_board_account(d->board)->mass_erases, 0);
    assert_chip_holds(d, FLASH, image, 16384);
    free(old);
    free(image);
    close_desk(d);
}

static void an_empty_checked_chip_starts_its_new_program(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f042k6");
    static const uint8_t endless[] = {0x00, 0x10, 0x00, 0x20, 0x09, 0x00, 0x00, 0x08, 0xfe, 0xe7};
    OK(program(d, FLASH_ERASE_AUTO, FLASH, endless, sizeof endless));
    OK(target_reset(&d->t, true));
    uint32_t pc;
    OK(target_read_reg(&d->t, CORTEXM_PC, &pc));
    assert_int_equal(pc, 0x08000008);
    close_desk(d);
}

// The virtual board counts a reset in the middle of an operation as a violation.
static void a_reset_waits_until_the_running_program_has_erased_its_page(void **state)
{
    static const uint8_t endless[] = {0x00, 0x10, 0x00, 0x20, 0x09, 0x00, 0x00, 0x08, 0xfe, 0xe7};
    (void)state;
    struct desk *d = open_desk("");
    fill_chip(d, endless, sizeof endless);
    for (unsigned halt = 0; halt < 2; halt++) {
        OK(target_reset(&d->t, false));
        OK(mem_ap_write32(&d->t.mem, 0x40022004, 0x45670123)); // as such a program does it
        OK(mem_ap_write32(&d->t.mem, 0x40022004, 0xcdef89ab));
        OK(mem_ap_write32(&d->t.mem, 0x40022010, 2));
        OK(mem_ap_write32(&d->t.mem, 0x40022014, FLASH + 0x400));
        OK(mem_ap_write32(&d->t.mem, 0x40022010, 0x42));
        OK(target_reset(&d->t, halt));
        assert_int_equal(d->t.state, halt ? TARGET_HALTED : TARGET_RUNNING);
    }
    // The halt asks for the registers in the same list; what it brings of a core that stalls is
    // dropped.
    close_desk_but_for(d, "DCRSR written while the core was not halted");
}

// ---- cut off ------------------------------------------------------------------------------------

static void a_job_cut_off_anywhere_is_repaired_by_the_next(void **state)
{
    (void)state;
    job_cut_off_anywhere_is_repaired("", 3 * 1024, 1);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_stm32f031_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(an_stm32f072_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(an_stm32f091_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(an_unchanged_image_and_a_changed_page_are_quick),
        cmocka_unit_test(reading_back_takes_little_more_than_its_bits),
        cmocka_unit_test(what_nobody_asked_for_is_not_erased),
        cmocka_unit_test(equal_pages_are_worth_more_than_one_erase),
        cmocka_unit_test(data_that_arrives_piece_by_piece_is_worked_on_meanwhile),
        cmocka_unit_test(every_alignment_and_length_ends_up_in_the_chip),
        cmocka_unit_test(stretches_of_ones_cost_no_programming),
        cmocka_unit_test(ram_and_registers_come_back),
        cmocka_unit_test(ram_read_in_the_middle_of_a_job_is_the_programs),
        cmocka_unit_test(the_clock_and_the_controller_are_left_as_found),
        cmocka_unit_test(a_program_that_uses_the_crc_unit_gets_its_sum_back),
        cmocka_unit_test(watchpoints_do_not_stop_the_loader_and_still_work),
        cmocka_unit_test(a_running_watchdog_is_fed),
        cmocka_unit_test(a_window_watchdog_is_fed_and_gets_its_window_back),
        cmocka_unit_test(a_core_that_runs_from_a_slow_clock_is_not_slow),
        cmocka_unit_test(hsi_that_the_program_switched_off_is_on_for_the_job),
        cmocka_unit_test(with_the_parity_check_on_the_debug_port_does_it_all),
        cmocka_unit_test(a_loader_that_dies_is_replaced_by_the_debug_port),
        cmocka_unit_test(a_write_protected_page_is_refused_before_anything_changes),
        cmocka_unit_test(a_protected_page_behind_others_is_refused_before_anything_changes),
        cmocka_unit_test(a_protected_page_that_nobody_asked_for_is_no_hindrance),
        cmocka_unit_test(an_empty_checked_chip_starts_its_new_program),
        cmocka_unit_test(a_reset_waits_until_the_running_program_has_erased_its_page),
        cmocka_unit_test(a_job_cut_off_anywhere_is_repaired_by_the_next),
    };
    return run_tests_or_sample(argc, "flash_board", tests, sizeof tests / sizeof tests[0]);
}
