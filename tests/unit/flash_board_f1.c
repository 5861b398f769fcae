// SPDX-License-Identifier: MIT
// Flash jobs on virtual STM32F1: the FPEC at a Cortex-M3, pages of both sizes, the second
// controller of the XL density, option bytes that a reset loads, one level of read protection. The
// figures are virtual time, with the typical times of the data sheets: 52.5 us a halfword, 30 ms an
// erase.
#include <stdlib.h>
#include <string.h>

#include "tests/unit/choose.h"
#include "tests/unit/flash_desk.h"

#define BANK2 0x08080000u

static void an_stm32f103_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    fpec_keeps_its_figures("stm32f103c8", 64 * 1024, 1024, 52500, 100);
}

static void an_stm32f107_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    fpec_keeps_its_figures("stm32f107rb", 128 * 1024, 2048, 52500, 100);
}

static void an_stm32f100_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    fpec_keeps_its_figures("stm32f100c4", 16 * 1024, 1024, 52500, 100);
}

// ---- two controllers ----------------------------------------------------------------------------

static void both_banks_are_programmed_each_by_its_controller(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f103rf");
    uint8_t *image = some_image(12 * 1024, 1), *other = some_image(12 * 1024, 2);
    OK(program(d, FLASH_ERASE_AUTO, BANK2 - 5000, image, 12 * 1024));
    assert_true(d->stats.by_loader);
    OK(program(d, FLASH_ERASE_PAGES, BANK2 - 5000, other, 12 * 1024));
    assert_chip_holds(d, BANK2 - 5000, other, 12 * 1024);
    free(image);
    free(other);
    close_desk(d);
}

static void the_debug_port_alone_programs_both_banks(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f103rf");
    uint8_t *image = some_image(8 * 1024, 1), *other = some_image(8 * 1024, 2);
    assert_true(sim_chip_poke(sim_board_chip(d->board), BANK2 - 4096, other, 8 * 1024));
    program_by_debug_port(d, BANK2 - 4096, image, 8 * 1024);
    free(image);
    free(other);
    close_desk(d);
}

static void expect_all_erased(struct desk *d)
{
    uint8_t *ones = malloc(768 * 1024);
    assert_non_null(ones);
    memset(ones, 0xff, 768 * 1024);
    assert_chip_holds(d, FLASH, ones, 768 * 1024);
    free(ones);
}

static void a_mass_erase_is_one_of_both_banks(void **state)
{
    (void)state;
    static const bool by_loader[] = {true, false};
    uint8_t *image = some_image(8 * 1024, 1);
    for (unsigned i = 0; i < 2; i++) {
        struct desk *d = open_desk("stm32f103rf");
        struct flash_access access = {.mem = &d->t.mem,
                                      .log = &d->log,
                                      .bank = &d->t.bank,
                                      .core = by_loader[i] ? &d->t.core : NULL,
                                      .working_area = &d->t.working_area};
        assert_true(sim_chip_poke(sim_board_chip(d->board), BANK2 - 4096, image, 8 * 1024));
        OK(flash_job_open(&d->job, &access));
        flash_job_set_erase(d->job, FLASH_ERASE_MASS);
        OK(flash_job_erase(d->job, FLASH, 768 * 1024));
        OK(finish_job(d));
        assert_int_equal(d->stats.by_loader, by_loader[i]);
        assert_int_equal(sim_board_account(d->board)->mass_erases, 2);
        expect_all_erased(d);
        close_desk(d);
    }
    free(image);
}

// ---- what is left behind ------------------------------------------------------------------------

static void clock_controller_and_crc_unit_are_left_as_found(void **state)
{
    (void)state;
    static const uint32_t kept[] = {0x40021000, 0x40021004, 0x40021014, 0x40022000,
                                    0x40022010, 0x40022050, 0x40023000};
    struct desk *d = open_desk("stm32f103rf");
    fpec_leaves_as_found(d, kept, sizeof kept / sizeof kept[0]);
    close_desk(d);
}

// ---- option bytes -------------------------------------------------------------------------------

static void option_bytes_are_loaded_by_a_reset(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f103c8");
    uint8_t *image = some_image(8192, 1);
    set_option(d, "nRST_STOP", 0);
    set_option(d, "DATA1", 0x42);
    assert_int_equal(word_at(d, 0x4002201c) >> 18 & 0xff, 0x42); // FLASH_OBR: loaded
    set_option(d, "WRP0", 0xfd);
    assert_int_equal(program(d, FLASH_ERASE_AUTO, FLASH, image, 8192), ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "0x08001000 is write-protected"));
    set_option(d, "WRP0", 0xff);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 8192));
    free(image);
    close_desk(d);
}

static void there_is_one_level_of_read_protection(void **state)
{
    (void)state;
    fpec_is_protected_and_opened("stm32f103c8");
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_stm32f103_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(an_stm32f107_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(an_stm32f100_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(both_banks_are_programmed_each_by_its_controller),
        cmocka_unit_test(the_debug_port_alone_programs_both_banks),
        cmocka_unit_test(a_mass_erase_is_one_of_both_banks),
        cmocka_unit_test(clock_controller_and_crc_unit_are_left_as_found),
        cmocka_unit_test(option_bytes_are_loaded_by_a_reset),
        cmocka_unit_test(there_is_one_level_of_read_protection),
    };
    return run_tests_or_sample(argc, "flash_board_f1", tests, sizeof tests / sizeof tests[0]);
}
