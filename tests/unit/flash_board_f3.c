// SPDX-License-Identifier: MIT
// Flash jobs on virtual STM32F3: the FPEC at a Cortex-M4, pages of 2 KiB, option bytes that
// OBL_LAUNCH loads, two levels of read protection that can be left. The figures are virtual time,
// with the typical times of the data sheets: 53.5 us a halfword, 30 ms an erase.
#include <stdlib.h>
#include <string.h>

#include "tests/unit/choose.h"
#include "tests/unit/flash_desk.h"

#define CCM 0x10000000u

static void an_stm32f303_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    fpec_keeps_its_figures("stm32f303cc", 256 * 1024, 2048, 53500, 150);
}

static void an_stm32f334_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    fpec_keeps_its_figures("stm32f334k4", 16 * 1024, 2048, 53500, 150);
}

static void an_stm32f373_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    fpec_keeps_its_figures("stm32f373c8", 64 * 1024, 2048, 53500, 150);
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
    fill_chip(d, other, 8192);
    program_by_debug_port(d, FLASH, image, 8192);
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
    uint8_t *coupled = some_image(16 * 1024, 3), back[64];
    OK(target_write_mem(&d->t, CCM, coupled, 16 * 1024));
    fpec_leaves_as_found(d, kept, sizeof kept / sizeof kept[0]);
    for (unsigned at = 0; at < 16 * 1024; at += sizeof back) {
        OK(target_read_mem(&d->t, CCM + at, back, sizeof back, NULL));
        assert_memory_equal(back, coupled + at, sizeof back);
    }
    free(coupled);
    close_desk(d);
}

// ---- option bytes -------------------------------------------------------------------------------

static void option_bytes_are_loaded_and_count(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f303cc");
    const size_t len = 256 * 1024;
    uint8_t *image = some_image(len, 1);
    set_option(d, "nRST_STOP", 0);
    set_option(d, "DATA1", 0x42);
    assert_int_equal(word_at(d, 0x4002201c) >> 24, 0x42); // FLASH_OBR
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
    for (unsigned i = 0; i < sizeof chips / sizeof chips[0]; i++)
        fpec_is_protected_and_opened(chips[i]);
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
    return run_tests_or_sample(argc, "flash_board_f3", tests, sizeof tests / sizeof tests[0]);
}
