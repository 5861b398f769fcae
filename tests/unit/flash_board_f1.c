// SPDX-License-Identifier: MIT
// Flash jobs on virtual STM32F1: the FPEC at a Cortex-M3, pages of both sizes, the second
// controller of the XL density, option bytes that a reset loads, one level of read protection. The
// figures are virtual time, with the typical times of the data sheets: 52.5 us a halfword, 30 ms an
// erase.
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "targets/options.h"
#include "tests/unit/choose.h"
#include "tests/unit/flash_desk.h"

#define BANK2 0x08080000u

static void figures_of(const char *chip, size_t len, uint32_t page)
{
    struct desk *d = open_desk(chip);
    uint8_t *image = some_image(len, 1), *other = some_image(len, 2);
    const unsigned program_ms = (unsigned)(len / 2 * 525 / 10000);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, len));
    assert_true(d->stats.by_loader);
    assert_in_range(took_ms(d), 1, program_ms * 103 / 100 + 30);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, other, len));
    assert_in_range(took_ms(d), 1, (program_ms + 30) * 103 / 100 + 30);
    assert_int_equal(sim_board_account(d->board)->mass_erases, 1);
    OK(program(d, FLASH_ERASE_PAGES, FLASH, image, len));
    assert_in_range(took_ms(d), 1, (program_ms + 30 * (unsigned)(len / page)) * 103 / 100 + 30);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, len));
    assert_in_range(took_ms(d), 1, 100);
    assert_int_equal(d->stats.skipped, len);
    assert_chip_holds(d, FLASH, image, len);
    free(image);
    free(other);
    close_desk(d);
}

static void an_stm32f103_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    figures_of("stm32f103c8", 64 * 1024, 1024);
}

static void an_stm32f107_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    figures_of("stm32f107rb", 128 * 1024, 2048);
}

static void an_stm32f100_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    figures_of("stm32f100c4", 16 * 1024, 1024);
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
    struct flash_access access = {.mem = &d->t.mem, .log = &d->log, .bank = &d->t.bank};
    assert_true(sim_chip_poke(sim_board_chip(d->board), BANK2 - 4096, other, 8 * 1024));
    OK(flash_job_open(&d->job, &access));
    OK(flash_job_erase(d->job, BANK2 - 4096, 8 * 1024));
    OK(flash_job_write(d->job, BANK2 - 4096, image, 8 * 1024));
    OK(finish_job(d));
    assert_false(d->stats.by_loader);
    assert_chip_holds(d, BANK2 - 4096, image, 8 * 1024);
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
    uint8_t *image = some_image(4096, 2), word[4];
    uint32_t before[sizeof kept / sizeof kept[0]];
    put_le32(word, 0x54); // CRCEN
    OK(target_write_mem(&d->t, 0x40021014, word, 4));
    put_le32(word, 0x12345678);
    OK(target_write_mem(&d->t, 0x40023000, word, 4));
    for (unsigned i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        OK(target_read_mem(&d->t, kept[i], word, 4, NULL));
        before[i] = get_le32(word);
    }
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 4096));
    assert_true(d->stats.by_loader);
    for (unsigned i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        OK(target_read_mem(&d->t, kept[i], word, 4, NULL));
        assert_int_equal(get_le32(word), before[i]);
    }
    free(image);
    close_desk(d);
}

// ---- option bytes -------------------------------------------------------------------------------

static void set_option(struct desk *d, const char *name, uint32_t value)
{
    struct target_options_image options;
    OK(target_read_options(&d->t, &options));
    OK(target_option_set(&d->t, target_option_find(&d->t, name), &options, value));
    OK(target_write_options(&d->t, &options));
    OK(target_read_options(&d->t, &options));
    assert_int_equal(target_option_get(&d->t, target_option_find(&d->t, name), &options), value);
    OK(target_halt(&d->t));
}

static void option_bytes_are_loaded_by_a_reset(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f103c8");
    uint8_t *image = some_image(8192, 1), word[4];
    set_option(d, "nRST_STOP", 0);
    set_option(d, "DATA1", 0x42);
    OK(target_read_mem(&d->t, 0x4002201c, word, 4, NULL));
    assert_int_equal(get_le32(word) >> 18 & 0xff, 0x42); // FLASH_OBR: loaded
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
    struct desk *d = open_desk("stm32f103c8");
    uint8_t *image = some_image(1024, 1), *ones = malloc(1024), back[4];
    assert_non_null(ones);
    memset(ones, 0xff, 1024);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 1024));
    set_option(d, "RDP", 1);
    assert_int_equal(target_identity(&d->t)->rdp_level, 1);
    assert_int_equal(target_read_mem(&d->t, FLASH, back, 4, NULL), ERR_PROTECTED);
    OK(target_unlock(&d->t));
    assert_int_equal(target_identity(&d->t)->rdp_level, 0);
    assert_chip_holds(d, FLASH, ones, 1024);
    free(image);
    free(ones);
    close_desk(d);
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
    return cmocka_run_group_tests_name("flash_board_f1", tests, NULL, NULL);
}
