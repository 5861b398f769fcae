// SPDX-License-Identifier: MIT
// Flash jobs on virtual STM32F4 and F2: sectors of three sizes in one or two banks, widths by the
// supply, erases of seconds, options and their protections. The figures are virtual time, with the
// typical times of the data sheets: 16 us for a word, 0.25 to 1 s for a sector, 8 s for 1 MiB.
#include <stdlib.h>
#include <string.h>

#include "targets/options.h"
#include "tests/unit/choose.h"
#include "tests/unit/flash_desk.h"

#define KIB     1024u
#define CCM     0x10000000u
#define APB2ENR 0x40023844u
#define MEMRMP  0x40013800u

// As the debugger sees it.
static void assert_reads(struct desk *d, uint32_t addr, const uint8_t *image, size_t len)
{
    uint8_t *chip = malloc(len);
    assert_non_null(chip);
    OK(target_read_mem(&d->t, addr, chip, len, NULL));
    assert_memory_equal(chip, image, len);
    free(chip);
}

// ---- figures ------------------------------------------------------------------------------------

static void an_stm32f407_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    const size_t len = 1024 * KIB;
    struct desk *d = open_desk("stm32f407vg");
    uint8_t *image = some_image(len, 1), *other = some_image(len, 2);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, len));
    // 4194 ms of programming, and 14 %: a V2 at 4 MHz brings 1 MiB in not much less.
    assert_in_range(took_ms(d), 4194, 4800);
    assert_int_equal(d->stats.verified, len);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, len));
    assert_in_range(took_ms(d), 1, 350);
    assert_int_equal(d->stats.skipped, len);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, other, len));
    // All sectors have to go: 8 s at once, which is less than 8.55 s one after the other.
    assert_in_range(took_ms(d), 12194, 12810);
    assert_int_equal(sim_board_account(d->board)->mass_erases, 1);
    assert_chip_holds(d, FLASH, other, len);
    free(image);
    free(other);
    close_desk(d);
}

static void unchanged_sectors_are_left_alone(void **state)
{
    (void)state;
    const size_t len = 256 * KIB;
    struct desk *d = open_desk("stm32f401cc");
    uint8_t *image = some_image(len, 1);
    fill_chip(d, image, len);
    image[70000] ^= 1;
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, len));
    assert_int_equal(d->stats.erased, 64 * KIB);
    assert_int_equal(sim_board_account(d->board)->pages_erased, 1);
    // 550 ms for the sector, 262 for its words.
    assert_in_range(took_ms(d), 812, 970);
    assert_chip_holds(d, FLASH, image, len);
    free(image);
    close_desk(d);
}

// A bank that changes altogether is erased at once, when the other one stays.
static void one_bank_of_two_is_erased_as_a_whole(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f429zi");
    uint8_t *old = some_image(2048 * KIB, 1), *image = some_image(1024 * KIB, 2);
    fill_chip(d, old, 2048 * KIB);
    OK(program(d, FLASH_ERASE_AUTO, FLASH + 1024 * KIB, image, 1024 * KIB));
    assert_int_equal(sim_board_account(d->board)->pages_erased, 0);
    assert_chip_holds(d, FLASH, old, 1024 * KIB);
    assert_chip_holds(d, FLASH + 1024 * KIB, image, 1024 * KIB);
    free(old);
    free(image);
    close_desk(d);
}

static void a_supply_that_is_low_takes_longer_and_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *board, *said;
        unsigned least_ms;
    } rows[] = {
        {"stm32f411ce,vdd=3000", NULL, 262},
        {"stm32f411ce,vdd=2400", "supply is 2.4", 524},
        {"stm32f411ce,vdd=1900", "by bytes", 1048},
        {"stm32f207zg,vdd=2400", "by halfwords", 524},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct desk *d = open_desk(rows[i].board);
        uint8_t *image = some_image(64 * KIB, 1), *other = some_image(20 * KIB, 2);
        OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 64 * KIB));
        assert_true(d->stats.by_loader);
        assert_in_range(took_ms(d), rows[i].least_ms, rows[i].least_ms * 5 / 4 + 150);
        assert_true(!rows[i].said || strstr(d->heard, rows[i].said));
        assert_true(rows[i].said || !strstr(d->heard, "supply"));
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
    static const char *const boards[] = {"stm32f407vg", "stm32f407vg,vdd=2300",
                                         "stm32f407vg,vdd=1900", "stm32f207zg"};
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
    static const struct {
        const char *chip;
        uint32_t kib;
    } rows[] = {
        {"stm32f205rb", 128},  {"stm32f207zg", 1024}, {"stm32f407ve", 512},  {"stm32f407vg", 1024},
        {"stm32f401cb", 128},  {"stm32f401cc", 256},  {"stm32f401re", 512},  {"stm32f411ce", 512},
        {"stm32f410rb", 128},  {"stm32f412zg", 1024}, {"stm32f413zh", 1536}, {"stm32f446re", 512},
        {"stm32f429zg", 1024}, {"stm32f429zi", 2048}, {"stm32f469ni", 2048}, {"stm32f469ie", 512},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        programs_a_part_of(rows[i].chip, FLASH + rows[i].kib * KIB - 5000);
}

static void one_mebibyte_can_be_in_two_banks(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f429zg");
    uint8_t *image = some_image(20 * KIB, 1);
    const struct target_region *r = NULL;
    set_option(d, "DB1M", 1);
    for (unsigned i = 0; i < d->t.region_count; i++)
        if (d->t.region[i].base == FLASH + 512 * KIB)
            r = &d->t.region[i];
    assert_non_null(r);
    assert_int_equal(r->page_size, 16 * KIB);
    OK(program(d, FLASH_ERASE_PAGES, FLASH + 512 * KIB + 16 * KIB, image, 20 * KIB));
    OK(program(d, FLASH_ERASE_PAGES, FLASH + 16 * KIB, image, 20 * KIB));
    assert_chip_holds(d, FLASH + 528 * KIB, image, 20 * KIB);
    assert_chip_holds(d, FLASH + 16 * KIB, image, 20 * KIB);
    set_option(d, "DB1M", 0);
    OK(program(d, FLASH_ERASE_PAGES, FLASH + 640 * KIB, image, 20 * KIB));
    assert_chip_holds(d, FLASH + 640 * KIB, image, 20 * KIB);
    free(image);
    close_desk(d);
}

static void banks_that_are_swapped_are_programmed_where_they_are(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f429zi");
    uint8_t *image = some_image(20 * KIB, 1), *other = some_image(20 * KIB, 2);
    OK(program(d, FLASH_ERASE_PAGES, FLASH, other, 20 * KIB));
    set_word(d, APB2ENR, 1u << 14);
    set_word(d, MEMRMP, 1u << 8);
    assert_reads(d, FLASH + 1024 * KIB, other, 20 * KIB);
    OK(program(d, FLASH_ERASE_PAGES, FLASH, other, 20 * KIB));
    OK(program(d, FLASH_ERASE_PAGES, FLASH, image, 20 * KIB));
    assert_reads(d, FLASH, image, 20 * KIB);
    assert_reads(d, FLASH + 1024 * KIB, other, 20 * KIB);
    free(image);
    free(other);
    close_desk(d);
}

// ---- what is borrowed, and what fails -----------------------------------------------------------

static void memories_clocks_caches_and_crc_unit_are_left_as_found(void **state)
{
    (void)state;
    static const uint32_t kept[] = {0x40023800, 0x40023808, 0x40023830, 0x40023840, 0x40023c00,
                                    0x40023c10, 0x40023c14, 0x40023000, CCM,        RAM};
    uint32_t before[sizeof kept / sizeof kept[0]];
    struct desk *d = open_desk("stm32f407vg");
    uint8_t *image = some_image(24 * KIB, 2), *ram = some_image(24 * KIB, 3),
            *back = malloc(24 * KIB);
    assert_non_null(back);
    OK(target_write_mem(&d->t, RAM, ram, 24 * KIB));
    set_word(d, 0x40023830, 0x00701009); // CRC, DMA1, DMA2
    set_word(d, 0x40023000, 0x12345678);
    set_word(d, 0x40023808, 0x1480); // HCLK is HSI by 2
    set_word(d, 0x40023c00, 0x700);  // prefetch and both caches
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
    loader_that_dies_is_replaced("stm32f407vg", FLASH_ERASE_PAGES);
}

static void a_job_that_is_cut_off_anywhere_is_repaired(void **state)
{
    (void)state;
    job_cut_off_anywhere_is_repaired("stm32f401cc", 5000, 41);
}

// Ctrl-C is looked for between steps: none takes long, though the erase takes seconds.
static void an_erase_of_seconds_can_be_interrupted(void **state)
{
    (void)state;
    static const enum flash_erase ways[] = {FLASH_ERASE_PAGES, FLASH_ERASE_MASS};
    for (unsigned i = 0; i < 2; i++) {
        struct desk *d = open_desk("stm32f407vg");
        uint8_t *old = some_image(1024 * KIB, 1);
        bool more = true;
        unsigned steps = 0;
        fill_chip(d, old, 1024 * KIB);
        begin_job(d, ways[i], FLASH + 128 * KIB, 128 * KIB);
        flash_job_close_input(d->job);
        for (; more; steps++) {
            const uint64_t before = target_now_us(&d->t);
            OK(flash_job_step(d->job, &more));
            // The first one starts the loader and scans 1 MiB; verifying scans some.
            assert_in_range(target_now_us(&d->t) - before, 1, steps ? 60000 : 250000);
        }
        assert_in_range(steps, ways[i] == FLASH_ERASE_MASS ? 120 : 16, 200);
        OK(finish_job(d));
        // Who leaves in the middle waits for the end.
        fill_chip(d, old, 1024 * KIB);
        begin_job(d, ways[i], FLASH, 16 * KIB);
        flash_job_close_input(d->job);
        OK(flash_job_step(d->job, &more));
        OK(flash_job_step(d->job, &more));
        assert_true(more);
        OK(target_flash_close(&d->t, d->job));
        assert_non_null(strstr(d->heard, "waiting for its end"));
        assert_int_equal(word_at(d, FLASH), 0xffffffff);
        d->job = NULL;
        free(old);
        close_desk(d);
    }
}

// ---- options ------------------------------------------------------------------------------------

static void options_are_loaded_and_count(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f429zi");
    uint8_t *image = some_image(20 * KIB, 1);
    set_option(d, "BOR_LEV", 1);
    set_option(d, "nRST_STOP", 0);
    set_option(d, "nWRP", 0xffd);
    assert_int_equal(program(d, FLASH_ERASE_AUTO, FLASH, image, 20 * KIB), ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "the flash sector at 0x08004000 is write-protected"));
    OK(program(d, FLASH_ERASE_AUTO, FLASH + 32 * KIB, image, 20 * KIB));
    set_option(d, "nWRP", 0xfff);
    set_option(d, "nWRP2", 0x7ff);
    assert_int_equal(program(d, FLASH_ERASE_AUTO, FLASH + 2028 * KIB, image, 20 * KIB),
                     ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "bit 11 of nWRP2"));
    set_option(d, "nWRP2", 0xfff);
    OK(program(d, FLASH_ERASE_AUTO, FLASH + 2028 * KIB, image, 20 * KIB));
    free(image);
    close_desk(d);
}

static void read_protection_is_set_and_left(void **state)
{
    (void)state;
    static const char *const chips[] = {"stm32f407vg", "stm32f401cc", "stm32f429zi", "stm32f207zg"};
    for (unsigned i = 0; i < sizeof chips / sizeof chips[0]; i++)
        fpec_is_protected_and_opened(chips[i]);
}

static void level_2_is_never_set(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f407vg");
    struct target_options_image image;
    OK(target_read_options(&d->t, &image));
    assert_int_equal(target_option_set(&d->t, target_option_find(&d->t, "RDP"), &image, 2),
                     ERR_USAGE);
    assert_non_null(strstr(d->log.sentence, "swdlink does not set it"));
    close_desk(d);
}

static void code_that_can_only_be_executed_is_told_and_left_by_unlock(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f411ce");
    uint8_t *image = some_image(32 * KIB, 1), back[4];
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 32 * KIB));
    struct target_options_image o;
    OK(target_read_options(&d->t, &o));
    OK(target_option_set(&d->t, target_option_find(&d->t, "SPRMOD"), &o, 1));
    OK(target_option_set(&d->t, target_option_find(&d->t, "nWRP"), &o, 2));
    OK(target_write_options(&d->t, &o));
    OK(target_halt(&d->t));
    assert_int_equal(target_read_mem(&d->t, FLASH + 16 * KIB, back, 4, NULL), ERR_PROTECTED);
    assert_int_equal(program(d, FLASH_ERASE_PAGES, FLASH + 16 * KIB, image, 5000), ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "SPRMOD"));
    struct target_options_image freed = o;
    OK(target_option_set(&d->t, target_option_find(&d->t, "nWRP"), &freed, 0));
    assert_int_equal(target_write_options(&d->t, &freed), ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "can be made more and not less"));
    OK(target_option_set(&d->t, target_option_find(&d->t, "nWRP"), &o, 6));
    OK(target_write_options(&d->t, &o));
    OK(target_halt(&d->t));
    set_option(d, "RDP", 1);
    OK(target_unlock(&d->t));
    OK(target_read_options(&d->t, &o));
    assert_int_equal(target_option_value(&d->t, "SPRMOD", &o), 0);
    assert_int_equal(target_option_value(&d->t, "nWRP", &o), 0xff);
    OK(target_halt(&d->t));
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 32 * KIB));
    free(image);
    close_desk(d);
}

static void otp_is_not_written(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32f407vg");
    assert_int_equal(target_write_mem(&d->t, 0x1fff7800, "abcd", 4), ERR_USAGE);
    assert_non_null(strstr(d->log.sentence, "programmed once (OTP)"));
    assert_int_equal(target_write_mem(&d->t, 0x1fff7a0c, "abcd", 4), ERR_USAGE);
    assert_non_null(strstr(d->log.sentence, "programmed once (OTP)"));
    assert_int_equal(target_write_mem(&d->t, 0x1fff7a10, "abcd", 4), ERR_USAGE);
    assert_non_null(strstr(d->log.sentence, "read-only memory"));
    assert_int_equal(word_at(d, 0x1fff7800), 0xffffffff);
    close_desk(d);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_stm32f407_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(unchanged_sectors_are_left_alone),
        cmocka_unit_test(one_bank_of_two_is_erased_as_a_whole),
        cmocka_unit_test(a_supply_that_is_low_takes_longer_and_is_told),
        cmocka_unit_test(the_debug_port_alone_programs_at_any_supply),
        cmocka_unit_test(all_dies_are_programmed_up_to_their_end),
        cmocka_unit_test(one_mebibyte_can_be_in_two_banks),
        cmocka_unit_test(banks_that_are_swapped_are_programmed_where_they_are),
        cmocka_unit_test(memories_clocks_caches_and_crc_unit_are_left_as_found),
        cmocka_unit_test(a_loader_that_dies_is_replaced),
        cmocka_unit_test(a_job_that_is_cut_off_anywhere_is_repaired),
        cmocka_unit_test(an_erase_of_seconds_can_be_interrupted),
        cmocka_unit_test(options_are_loaded_and_count),
        cmocka_unit_test(read_protection_is_set_and_left),
        cmocka_unit_test(level_2_is_never_set),
        cmocka_unit_test(code_that_can_only_be_executed_is_told_and_left_by_unlock),
        cmocka_unit_test(otp_is_not_written),
    };
    return run_tests_or_sample(argc, "flash_board_f4", tests, sizeof tests / sizeof tests[0]);
}
