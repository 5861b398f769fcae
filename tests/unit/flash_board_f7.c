// SPDX-License-Identifier: MIT
// Flash jobs on virtual STM32F7: sectors in one bank or two, widths by the supply, options and
// their protections, and a core whose caches and MPU are on. The figures are virtual time, with the
// typical times of the data sheets: 16 us for a word, 0.25 to 1 s for a sector, 8 s for 1 or 2 MiB.
#include <stdlib.h>
#include <string.h>

#include "targets/options.h"
#include "tests/unit/choose.h"
#include "tests/unit/flash_desk.h"

#define KIB   1024u
#define ALIAS 0x00200000u
#define SRAM1 0x20020000u

// ---- figures ------------------------------------------------------------------------------------

static void an_stm32f767_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    const size_t len = 2048 * KIB;
    struct desk *d = open_desk("stm32f767zi");
    uint8_t *image = some_image(len, 1), *other = some_image(len, 2);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, len));
    // 8389 ms of programming, and 12 %: a V2 at 4 MHz brings 2 MiB in not much less.
    assert_in_range(took_ms(d), 8389, 9400);
    assert_int_equal(d->stats.verified, len);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, len));
    assert_in_range(took_ms(d), 1, 600);
    assert_int_equal(d->stats.skipped, len);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, other, len));
    // All sectors have to go: 8 s at once, and 6 %.
    assert_in_range(took_ms(d), 16389, 17370);
    assert_int_equal(sim_board_account(d->board)->mass_erases, 1);
    assert_chip_holds(d, FLASH, other, len);
    free(image);
    free(other);
    close_desk(d);
}

static void a_supply_that_is_low_takes_longer_and_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *board, *said;
        unsigned least_ms;
    } rows[] = {
        {"stm32f746zg,vdd=3000", NULL, 262},
        {"stm32f746zg,vdd=2400", "by halfwords", 524},
        {"stm32f722ze,vdd=1900", "by bytes", 1048},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk *d = open_desk(rows[i].board);
        uint8_t *image = some_image(64 * KIB, 1), *other = some_image(20 * KIB, 2);
        OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 64 * KIB));
        assert_true(d->stats.by_loader);
        assert_in_range(took_ms(d), rows[i].least_ms, rows[i].least_ms * 5 / 4 + 200);
        assert_true(!rows[i].said || strstr(d->heard, rows[i].said));
        OK(program(d, FLASH_ERASE_PAGES, FLASH, other, 20 * KIB));
        assert_chip_holds(d, FLASH, other, 20 * KIB);
        free(image);
        free(other);
        close_desk(d);
    }
}

static void the_debug_port_alone_programs_at_any_supply(void **state)
{
    (void)state;
    static const char *const boards[] = {"stm32f722ze", "stm32f746zg,vdd=2300",
                                         "stm32f767zi,vdd=1900"};
    for (unsigned i = 0; i < sizeof boards / sizeof boards[0]; i++) {
        struct desk *d = open_desk(boards[i]);
        uint8_t *image = some_image(24 * KIB, 1), *other = some_image(24 * KIB, 2);
        fill_chip(d, other, 24 * KIB);
        program_by_debug_port(d, FLASH, image, 24 * KIB);
        free(image);
        free(other);
        close_desk(d);
    }
}

// ---- dies and banks -----------------------------------------------------------------------------

static void programs_parts_of(struct desk *d, uint32_t addr)
{
    uint8_t *image = some_image(5000, 1), *other = some_image(5000, 2);
    OK(program(d, FLASH_ERASE_AUTO, addr, image, 5000));
    assert_true(d->stats.by_loader);
    OK(program(d, FLASH_ERASE_PAGES, addr, other, 5000));
    assert_chip_holds(d, addr, other, 5000);
    free(image);
    free(other);
}

static void all_dies_are_programmed_up_to_their_end(void **state)
{
    (void)state;
    static const struct {
        const char *chip;
        uint32_t kib;
    } rows[] = {{"stm32f722ze", 512}, {"stm32f746zg", 1024}, {"stm32f767zi", 2048}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk *d = open_desk(rows[i].chip);
        programs_parts_of(d, FLASH + rows[i].kib * KIB - 5000);
        close_desk(d);
    }
}

static void ndbank_makes_two_banks_of_one(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f767zi");
    uint8_t *old = some_image(2048 * KIB, 1), *image = some_image(20 * KIB, 2);
    set_option(d, "nDBANK", 0);
    assert_int_equal(d->t.bank.bank2, FLASH + 1024 * KIB);
    fill_chip(d, old, 2048 * KIB);
    // One sector of each bank, of 16 KiB.
    OK(program(d, FLASH_ERASE_PAGES, FLASH + 16 * KIB, image, 16 * KIB));
    OK(program(d, FLASH_ERASE_PAGES, FLASH + 1040 * KIB, image, 16 * KIB));
    assert_int_equal(d->stats.erased, 16 * KIB);
    memcpy(old + 16 * KIB, image, 16 * KIB);
    memcpy(old + 1040 * KIB, image, 16 * KIB);
    assert_chip_holds(d, FLASH, old, 2048 * KIB);
    programs_parts_of(d, FLASH + 2043 * KIB);
    set_option(d, "nDBANK", 1);
    assert_int_equal(d->t.bank.bank2, 0);
    programs_parts_of(d, FLASH + 2043 * KIB);
    free(old);
    free(image);
    close_desk(d);
}

static void what_is_for_the_bus_of_the_itcm_goes_into_the_flash(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f746zg");
    uint8_t *image = some_image(32 * KIB, 1), back[4];
    OK(target_flash_open(&d->t, &d->job));
    OK(flash_job_erase(d->job, ALIAS, 32 * KIB));
    OK(flash_job_write(d->job, ALIAS, image, 32 * KIB));
    flash_job_close_input(d->job);
    OK(step_to_end(d));
    OK(finish_job(d));
    assert_chip_holds(d, FLASH, image, 32 * KIB);
    OK(target_read_mem(&d->t, ALIAS + 100, back, 4, NULL));
    assert_memory_equal(back, image + 100, 4);
    assert_int_equal(target_write_mem(&d->t, ALIAS, back, 4), ERR_USAGE);
    assert_non_null(strstr(d->log.sentence, "is flash"));
    free(image);
    close_desk(d);
}

// ---- what is borrowed, and what fails -----------------------------------------------------------

static void memories_clocks_and_units_are_left_as_found(void **state)
{
    (void)state;
    static const uint32_t kept[] = {0x40023800, 0x40023808, 0x40023830, 0x40023840, 0x40023c00,
                                    0x40023c10, 0x40023c14, 0x40023000, 0x40023010, 0x40023014,
                                    0xe000ed14, 0xe000ed94, SRAM1,      RAM,        0};
    uint32_t before[sizeof kept / sizeof kept[0]];
    struct desk *d = open_desk("stm32f767zi");
    uint8_t *image = some_image(24 * KIB, 2), *ram = some_image(24 * KIB, 3),
            *back = malloc(24 * KIB);
    assert_non_null(back);
    OK(target_write_mem(&d->t, RAM, ram, 24 * KIB));
    set_word(d, 0x40023830, 0x00701009 | 1u << 20); // CRC, DMA1, DMA2, DTCM
    set_word(d, 0x40023010, 0x1234);
    set_word(d, 0x40023000, 0x12345678);
    set_word(d, 0x40023808, 0x1480); // HCLK is HSI by 2
    set_word(d, 0x40023c00, 0x300);  // prefetch and ART
    set_word(d, 0xe000ed94, 5);      // MPU
    for (unsigned i = 0; i < sizeof kept / sizeof kept[0]; i++)
        before[i] = word_at(d, kept[i]);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 24 * KIB));
    assert_true(d->stats.by_loader);
    for (unsigned i = 0; i < sizeof kept / sizeof kept[0]; i++)
        assert_int_equal(word_at(d, kept[i]), before[i]);
    OK(target_read_mem(&d->t, RAM, back, 24 * KIB, NULL));
    assert_memory_equal(back, ram, 24 * KIB);
    free(image);
    free(ram);
    free(back);
    close_desk(d);
}

static void a_loader_that_dies_is_replaced(void **state)
{
    (void)state;
    loader_that_dies_is_replaced("stm32f746zg", FLASH_ERASE_PAGES);
}

static void a_job_that_is_cut_off_anywhere_is_repaired(void **state)
{
    (void)state;
    job_cut_off_anywhere_is_repaired("stm32f722ze", 5000, 61);
}

// ---- options ------------------------------------------------------------------------------------

static void options_are_loaded_and_count(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f767zi");
    uint8_t *image = some_image(20 * KIB, 1);
    struct target_options_image o;
    set_option(d, "BOR_LEV", 1);
    set_option(d, "IWDG_STOP", 0);
    set_option(d, "BOOT_ADD0", 0x2000);
    set_option(d, "nWRP", 0xffd);
    OK(target_read_options(&d->t, &o));
    assert_int_equal(target_option_value(&d->t, "BOOT_ADD0", &o), 0x2000);
    assert_int_equal(target_option_value(&d->t, "BOOT_ADD1", &o), 0x40);
    assert_int_equal(program(d, FLASH_ERASE_AUTO, FLASH + 32 * KIB, image, 20 * KIB),
                     ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "the flash sector at 0x08008000 is write-protected"));
    OK(program(d, FLASH_ERASE_AUTO, FLASH + 64 * KIB, image, 20 * KIB));
    set_option(d, "nDBANK", 0);
    assert_int_equal(program(d, FLASH_ERASE_AUTO, FLASH + 48 * KIB, image, 16 * KIB),
                     ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "bit 1 of nWRP"));
    OK(program(d, FLASH_ERASE_AUTO, FLASH + 16 * KIB, image, 16 * KIB));
    free(image);
    close_desk(d);
}

static void read_protection_is_set_and_left(void **state)
{
    (void)state;
    static const char *const chips[] = {"stm32f722ze", "stm32f746zg", "stm32f767zi"};
    for (unsigned i = 0; i < sizeof chips / sizeof chips[0]; i++)
        fpec_is_protected_and_opened(chips[i]);
}

static void code_that_can_only_be_executed_is_told_and_left_by_unlock(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f722ze");
    uint8_t *image = some_image(32 * KIB, 1), back[4];
    struct target_options_image o, freed;
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 32 * KIB));
    set_option(d, "PCROP_RDP", 1);
    set_option(d, "PCROP", 2);
    assert_int_equal(target_read_mem(&d->t, FLASH + 16 * KIB, back, 4, NULL), ERR_PROTECTED);
    assert_int_equal(target_read_mem(&d->t, ALIAS + 16 * KIB, back, 4, NULL), ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "0x00204000 to 0x00207fff cannot be read"));
    assert_int_equal(program(d, FLASH_ERASE_PAGES, FLASH + 16 * KIB, image, 5000), ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "bit 1 of PCROP is 1"));
    OK(target_read_options(&d->t, &o));
    freed = o;
    OK(target_option_set(&d->t, target_option_find(&d->t, "PCROP"), &freed, 0));
    assert_int_equal(target_write_options(&d->t, &freed), ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "can be made more and not less"));
    set_option(d, "RDP", 1);
    OK(target_unlock(&d->t));
    OK(target_read_options(&d->t, &o));
    assert_int_equal(target_option_value(&d->t, "PCROP", &o), 0);
    OK(target_halt(&d->t));
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 32 * KIB));
    free(image);
    close_desk(d);
}

static void otp_is_not_written(void **state)
{
    (void)state;
    static const struct {
        const char *chip;
        uint32_t first, last;
    } rows[] = {{"stm32f746zg", 0x1ff0f000, 0x1ff0f41c}, {"stm32f722ze", 0x1ff07800, 0x1ff07a0c}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk *d = open_desk(rows[i].chip);
        assert_int_equal(target_write_mem(&d->t, rows[i].first, "abcd", 4), ERR_USAGE);
        assert_non_null(strstr(d->log.sentence, "programmed once (OTP)"));
        assert_int_equal(target_write_mem(&d->t, rows[i].last, "abcd", 4), ERR_USAGE);
        assert_non_null(strstr(d->log.sentence, "programmed once (OTP)"));
        assert_int_equal(target_write_mem(&d->t, rows[i].last + 4, "abcd", 4), ERR_USAGE);
        assert_non_null(strstr(d->log.sentence, "read-only memory"));
        assert_int_equal(word_at(d, rows[i].first), 0xffffffff);
        close_desk(d);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_stm32f767_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(a_supply_that_is_low_takes_longer_and_is_told),
        cmocka_unit_test(the_debug_port_alone_programs_at_any_supply),
        cmocka_unit_test(all_dies_are_programmed_up_to_their_end),
        cmocka_unit_test(ndbank_makes_two_banks_of_one),
        cmocka_unit_test(what_is_for_the_bus_of_the_itcm_goes_into_the_flash),
        cmocka_unit_test(memories_clocks_and_units_are_left_as_found),
        cmocka_unit_test(a_loader_that_dies_is_replaced),
        cmocka_unit_test(a_job_that_is_cut_off_anywhere_is_repaired),
        cmocka_unit_test(options_are_loaded_and_count),
        cmocka_unit_test(read_protection_is_set_and_left),
        cmocka_unit_test(code_that_can_only_be_executed_is_told_and_left_by_unlock),
        cmocka_unit_test(otp_is_not_written),
    };
    return run_tests_or_sample(argc, "flash_board_f7", tests, sizeof tests / sizeof tests[0]);
}
