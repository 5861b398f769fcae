// SPDX-License-Identifier: MIT
// Flash jobs on virtual STM32F3: the FPEC at a Cortex-M4, pages of 2 KiB, option bytes that
// OBL_LAUNCH loads, two levels of read protection that can be left. The figures are virtual time,
// with the typical times of the data sheets: 53.5 us a halfword, 30 ms an erase.
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "targets/options.h"
#include "tests/unit/choose.h"
#include "tests/unit/flash_desk.h"

#define CCM 0x10000000u

static void figures_of(const char *chip, size_t len)
{
    struct desk *d = open_desk(chip);
    uint8_t *image = some_image(len, 1), *other = some_image(len, 2);
    const unsigned program_ms = (unsigned)(len / 2 * 535 / 10000);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, len));
    assert_true(d->stats.by_loader);
    assert_in_range(took_ms(d), 1, program_ms * 103 / 100 + 30);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, other, len));
    assert_in_range(took_ms(d), 1, (program_ms + 30) * 103 / 100 + 30);
    assert_int_equal(sim_board_account(d->board)->mass_erases, 1);
    OK(program(d, FLASH_ERASE_PAGES, FLASH, image, len));
    assert_in_range(took_ms(d), 1, (program_ms + 30 * (unsigned)(len / 2048)) * 103 / 100 + 30);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, len));
    assert_in_range(took_ms(d), 1, 150);
    assert_int_equal(d->stats.skipped, len);
    assert_chip_holds(d, FLASH, image, len);
    free(image);
    free(other);
    close_desk(d);
}

static void an_stm32f303_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    figures_of("stm32f303cc", 256 * 1024);
}

static void an_stm32f334_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    figures_of("stm32f334k4", 16 * 1024);
}

static void an_stm32f373_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    figures_of("stm32f373c8", 64 * 1024);
}

static void programs_a_part_of(const char *chip, uint32_t addr)
{
    struct desk *d = open_desk(chip);
    uint8_t *image = some_image(5000, 1), *other = some_image(5000, 2);
    OK(program(d, FLASH_ERASE_AUTO, addr, image, 5000));
    assert_true(d->stats.by_loader);
    OK(program(d, FLASH_ERASE_PAGES, addr, other, 5000));
    assert_chip_holds(d, addr, other, 5000);
    free(image);
    free(other);
    close_desk(d);
}

static void all_dies_are_programmed_up_to_their_end(void **state)
{
    (void)state;
    programs_a_part_of("stm32f302vc", FLASH + 256 * 1024 - 5000);
    programs_a_part_of("stm32f378cc", FLASH + 256 * 1024 - 5000);
    programs_a_part_of("stm32f303k6", FLASH + 32 * 1024 - 5000);
    programs_a_part_of("stm32f301k6", FLASH + 32 * 1024 - 5000);
    programs_a_part_of("stm32f398ve", FLASH + 512 * 1024 - 5000);
}

static void the_debug_port_alone_programs(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f303re");
    uint8_t *image = some_image(8192, 1), *other = some_image(8192, 2);
    struct flash_access access = {.mem = &d->t.mem, .log = &d->log, .bank = &d->t.bank};
    assert_true(sim_chip_poke(sim_board_chip(d->board), FLASH, other, 8192));
    OK(flash_job_open(&d->job, &access));
    OK(flash_job_erase(d->job, FLASH, 8192));
    OK(flash_job_write(d->job, FLASH, image, 8192));
    OK(finish_job(d));
    assert_false(d->stats.by_loader);
    assert_chip_holds(d, FLASH, image, 8192);
    free(image);
    free(other);
    close_desk(d);
}

// Core-coupled memory is no working area: what is in it stays.
static void memories_clocks_and_crc_unit_are_left_as_found(void **state)
{
    (void)state;
    static const uint32_t kept[] = {0x40021000, 0x40021004, 0x40021014, 0x4002102c,
                                    0x40022000, 0x40022010, 0x40023000};
    struct desk *d = open_desk("stm32f303re");
    uint8_t *image = some_image(8192, 2), *coupled = some_image(16 * 1024, 3), word[4], back[64];
    uint32_t before[sizeof kept / sizeof kept[0]];
    OK(target_write_mem(&d->t, CCM, coupled, 16 * 1024));
    put_le32(word, 0x54); // CRCEN
    OK(target_write_mem(&d->t, 0x40021014, word, 4));
    put_le32(word, 0x12345678);
    OK(target_write_mem(&d->t, 0x40023000, word, 4));
    for (unsigned i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        OK(target_read_mem(&d->t, kept[i], word, 4, NULL));
        before[i] = get_le32(word);
    }
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 8192));
    assert_true(d->stats.by_loader);
    for (unsigned i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        OK(target_read_mem(&d->t, kept[i], word, 4, NULL));
        assert_int_equal(get_le32(word), before[i]);
    }
    for (unsigned at = 0; at < 16 * 1024; at += sizeof back) {
        OK(target_read_mem(&d->t, CCM + at, back, sizeof back, NULL));
        assert_memory_equal(back, coupled + at, sizeof back);
    }
    free(image);
    free(coupled);
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

static void option_bytes_are_loaded_and_count(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f303cc");
    const size_t len = 256 * 1024;
    uint8_t *image = some_image(len, 1), word[4];
    set_option(d, "nRST_STOP", 0);
    set_option(d, "DATA1", 0x42);
    OK(target_read_mem(&d->t, 0x4002201c, word, 4, NULL));
    assert_int_equal(get_le32(word) >> 24, 0x42); // FLASH_OBR
    set_option(d, "WRP0", 0xfd);
    assert_int_equal(program(d, FLASH_ERASE_AUTO, FLASH, image, 8192), ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "0x08001000 is write-protected"));
    set_option(d, "WRP0", 0xff);
    set_option(d, "WRP3", 0x7f); // from page 62 to the end
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 62 * 2048));
    assert_int_equal(program(d, FLASH_ERASE_AUTO, FLASH + len - 2048, image, 2048), ERR_PROTECTED);
    set_option(d, "WRP3", 0xff);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, len));
    free(image);
    close_desk(d);
}

static void read_protection_is_set_and_left(void **state)
{
    (void)state;
    static const char *const chips[] = {"stm32f303cc", "stm32f373cc", "stm32f334k8"};
    for (unsigned i = 0; i < sizeof chips / sizeof chips[0]; i++) {
        struct desk *d = open_desk(chips[i]);
        uint8_t *image = some_image(2048, 1), *ones = malloc(2048), back[4];
        assert_non_null(ones);
        memset(ones, 0xff, 2048);
        OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 2048));
        set_option(d, "RDP", 1);
        assert_int_equal(target_identity(&d->t)->rdp_level, 1);
        assert_int_equal(target_read_mem(&d->t, FLASH, back, 4, NULL), ERR_PROTECTED);
        OK(target_unlock(&d->t));
        assert_int_equal(target_identity(&d->t)->rdp_level, 0);
        assert_chip_holds(d, FLASH, ones, 2048);
        free(image);
        free(ones);
        close_desk(d);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_stm32f303_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(an_stm32f334_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(an_stm32f373_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(all_dies_are_programmed_up_to_their_end),
        cmocka_unit_test(the_debug_port_alone_programs),
        cmocka_unit_test(memories_clocks_and_crc_unit_are_left_as_found),
        cmocka_unit_test(option_bytes_are_loaded_and_count),
        cmocka_unit_test(read_protection_is_set_and_left),
    };
    return cmocka_run_group_tests_name("flash_board_f3", tests, NULL, NULL);
}
