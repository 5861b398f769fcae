// SPDX-License-Identifier: MIT
// Flash jobs on virtual STM32L0: half pages by the loader and by the debug port, the data EEPROM,
// protection, the clock. The figures are virtual time, with the typical times of the data sheets:
// 3.28 ms for an erase, for half a page and for a word of EEPROM.
#include <stdlib.h>
#include <string.h>

#include "targets/options.h"
#include "tests/unit/choose.h"
#include "tests/unit/flash_desk.h"

#define EEPROM 0x08080000u
#define PAGE   128u
#define HALF   64u
#define OP_US  3280u

// ms of so many operations, and 5 % more.
static unsigned at_most_ms(size_t operations)
{
    return (unsigned)(operations * OP_US * 105 / 100 / 1000);
}

// more_ms: what a small flash takes beyond 5 %, because a job begins and ends.
static void figures_of(const char *chip, size_t len, unsigned more_ms)
{
    struct desk *d = open_desk(chip);
    uint8_t *image = some_image(len, 1), *other = some_image(len, 2);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, len));
    assert_true(d->stats.by_loader);
    assert_in_range(took_ms(d), 1, at_most_ms(len / HALF) + more_ms);
    assert_int_equal(d->stats.verified, len);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, other, len));
    assert_in_range(took_ms(d), 1, at_most_ms(len / PAGE + len / HALF) + more_ms);
    assert_int_equal(sim_board_account(d->board)->mass_erases, 0);
    assert_int_equal(sim_board_account(d->board)->pages_erased, len / PAGE);
    assert_chip_holds(d, FLASH, other, len);
    free(image);
    free(other);
    close_desk(d);
}

static void an_stm32l053_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    figures_of("stm32l053r8", 64 * 1024, 0);
}

// It has 2 KiB of SRAM, where the loader has smaller slots.
static void an_stm32l011_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    figures_of("stm32l011k4", 16 * 1024, 30);
}

// Two pages at once: half of the operations; and what its scans take.
static void both_banks_of_an_stm32l073_are_programmed_at_once(void **state)
{
    (void)state;
    static const struct {
        const char *chip;
        size_t len;
    } chips[] = {{"stm32l073rz", 192 * 1024}, {"stm32l072cb", 128 * 1024}};
    for (unsigned i = 0; i < 2; i++) {
        const size_t len = chips[i].len;
        struct desk *d = open_desk(chips[i].chip);
        uint8_t *image = some_image(len, 1), *other = some_image(len, 2);
        OK(program(d, FLASH_ERASE_AUTO, FLASH, image, len));
        assert_in_range(took_ms(d), 1, at_most_ms(len / HALF / 2) + 60);
        OK(program(d, FLASH_ERASE_AUTO, FLASH, other, len));
        assert_in_range(took_ms(d), 1, at_most_ms((len / PAGE + len / HALF) / 2) + 60);
        assert_int_equal(sim_board_account(d->board)->pages_erased, len / PAGE);
        assert_chip_holds(d, FLASH, other, len);
        free(image);
        free(other);
        close_desk(d);
    }
}

// As GDB brings them: pages of the first bank wait for those of the second.
static void banks_are_paired_while_the_data_still_arrives(void **state)
{
    (void)state;
    static const size_t lengths[] = {192 * 1024, 120 * 1024, 96 * 1024 + 100, 50 * 1024};
    for (unsigned i = 0; i < 4; i++) {
        const size_t len = lengths[i];
        const size_t second = len > 96 * 1024 ? len - 96 * 1024 : 0, alone = len - 2 * second;
        struct desk *d = open_desk("stm32l073rz");
        uint8_t *image = some_image(len, 7);
        begin_job(d, FLASH_ERASE_AUTO, FLASH, (uint32_t)len);
        for (size_t at = 0; at < len; at += 2000) {
            OK(flash_job_write(d->job, FLASH + (uint32_t)at, image + at,
                               len - at < 2000 ? len - at : 2000));
            OK(step_to_end(d));
        }
        assert_true(flash_job_stats(d->job)->programmed + 4096 > len);
        OK(finish_job(d));
        assert_in_range(took_ms(d), 1, at_most_ms((second + alone) / HALF) + 100);
        assert_chip_holds(d, FLASH, image, len);
        free(image);
        close_desk(d);
    }
}

static void an_unchanged_image_is_quick(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l053r8");
    uint8_t *image = some_image(64 * 1024, 1);
    fill_chip(d, image, 64 * 1024);
    begin_job(d, FLASH_ERASE_AUTO, FLASH, 64 * 1024);
    flash_job_reset_follows(d->job); // as `swdlink flash` has it; else SRAM has to come back
    OK(flash_job_write(d->job, FLASH, image, 64 * 1024));
    OK(finish_job(d));
    assert_in_range(took_ms(d), 1, 60);
    assert_int_equal(d->stats.skipped, 64 * 1024);
    assert_int_equal(sim_board_account(d->board)->pages_erased, 0);
    free(image);
    close_desk(d);
}

static void halves_of_zeros_cost_no_programming(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l053r8");
    uint8_t *image = some_image(4 * PAGE, 3);
    memset(image + HALF, 0, HALF);
    memset(image + 2 * PAGE, 0, PAGE);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 4 * PAGE));
    assert_int_equal(d->stats.programmed, 5 * HALF);
    assert_chip_holds(d, FLASH, image, 4 * PAGE);
    free(image);
    close_desk(d);
}

static void every_alignment_and_length_ends_up_in_the_chip(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {1, 3, 4, 63, 64, 65, 127, 128, 129, 500, 1000};
    struct desk *d = open_desk("stm32l031k6");
    uint8_t *image = some_image(2048, 3);
    for (uint32_t offset = 0; offset < 5; offset++)
        for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            OK(program(d, FLASH_ERASE_AUTO, FLASH + 1024 + offset, image + offset, lengths[i]));
            assert_chip_holds(d, FLASH + 1024 + offset, image + offset, lengths[i]);
        }
    assert_true(d->stats.by_loader);
    free(image);
    close_desk(d);
}

static void a_mass_erase_leaves_nothing_of_the_flash_and_all_of_the_eeprom(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l031k6");
    uint8_t *image = some_image(32 * 1024, 1), *zeros = calloc(1, 32 * 1024);
    fill_chip(d, image, 32 * 1024);
    assert_true(sim_chip_poke(sim_board_chip(d->board), EEPROM, image, 1024));
    OK(program(d, FLASH_ERASE_MASS, FLASH, image + 7, PAGE));
    assert_chip_holds(d, FLASH, image + 7, PAGE);
    assert_chip_holds(d, FLASH + PAGE, zeros, 32 * 1024 - PAGE);
    assert_chip_holds(d, EEPROM, image, 1024);
    free(image);
    free(zeros);
    close_desk(d);
}

// ---- without a loader ---------------------------------------------------------------------------

static void the_debug_port_alone_programs_half_pages(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l053r8");
    uint8_t *image = some_image(8 * PAGE, 4);
    fill_chip(d, image + 1, 6 * PAGE);
    program_by_debug_port(d, FLASH, image, 8 * PAGE);
    assert_int_equal(d->stats.erased, 6 * PAGE);
    free(image);
    close_desk(d);
}

// ---- what is left behind ------------------------------------------------------------------------

static void the_clock_and_the_controller_are_left_as_found(void **state)
{
    (void)state;
    static const struct {
        uint32_t addr, len;
    } kept[] = {{0x40021000, 4}, {0x4002100c, 4}, {0x4002102c, 16}, {0x40022000, 8}};
    struct desk *d = open_desk("stm32l053r8");
    uint8_t *image = some_image(1024, 2), before[4][16], now[16];
    for (unsigned i = 0; i < 4; i++)
        OK(target_read_mem(&d->t, kept[i].addr, before[i], kept[i].len, NULL));
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 1024));
    assert_true(d->stats.by_loader);
    for (unsigned i = 0; i < 4; i++) {
        OK(target_read_mem(&d->t, kept[i].addr, now, kept[i].len, NULL));
        assert_memory_equal(now, before[i], kept[i].len);
    }
    free(image);
    close_desk(d);
}

static void ram_and_registers_come_back(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l011k4");
    uint8_t *ram = some_image(2048, 9), *image = some_image(4096, 2), back[2048];
    uint32_t value;
    OK(target_write_mem(&d->t, RAM, ram, 2048));
    for (unsigned r = 0; r < 13; r++)
        OK(target_write_reg(&d->t, CORTEXM_R0 + r, 0x20000100u + 8 * r));
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 4096));
    assert_true(d->stats.by_loader);
    OK(target_read_mem(&d->t, RAM, back, sizeof back, NULL));
    assert_memory_equal(back, ram, sizeof back);
    for (unsigned r = 0; r < 13; r++) {
        OK(target_read_reg(&d->t, CORTEXM_R0 + r, &value));
        assert_int_equal(value, 0x20000100u + 8 * r);
    }
    free(ram);
    free(image);
    close_desk(d);
}

// ---- protection ---------------------------------------------------------------------------------

// The chip loads its option bytes by a reset of the power.
static void a_write_protected_sector_is_refused_before_anything_changes(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l053r8");
    uint8_t *image = some_image(8192, 1);
    fill_chip(d, image, 8192);
    set_option(d, "WRPROT1", 2);
    image[4096 + 5] ^= 1;
    assert_int_equal(program(d, FLASH_ERASE_AUTO, FLASH, image, 8192), ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "0x08001000 is write-protected"));
    assert_int_equal(sim_board_account(d->board)->pages_erased, 0);
    set_option(d, "WRPROT1", 0);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 8192));
    assert_chip_holds(d, FLASH, image, 8192);
    free(image);
    close_desk(d);
}

// With WPRMOD a clear bit protects a sector from being read, too: nothing looks at it.
static void code_that_is_hidden_is_left_alone_and_the_rest_is_programmed(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l053r8");
    uint8_t *image = some_image(4096, 1);
    struct target_options_image options;
    OK(program(d, FLASH_ERASE_AUTO, FLASH + 0x8000, image, 4096));
    OK(target_read_options(&d->t, &options));
    OK(target_option_set(&d->t, target_option_find(&d->t, "WPRMOD"), &options, 1));
    OK(target_option_set(&d->t, target_option_find(&d->t, "WRPROT1"), &options, 0xfeff));
    OK(target_write_options(&d->t, &options));
    OK(target_reset(&d->t, true));
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 4096));
    assert_chip_holds(d, FLASH, image, 4096);
    image[0] ^= 1;
    assert_int_equal(program(d, FLASH_ERASE_AUTO, FLASH + 0x8000, image, 4096), ERR_PROTECTED);
    assert_non_null(
        strstr(d->log.sentence, "0x08008000 can only be executed, because WPRMOD is 1"));
    image[0] ^= 1;
    assert_chip_holds(d, FLASH + 0x8000, image, 4096);
    free(image);
    close_desk(d);
}

static void leaving_level_1_erases_flash_and_eeprom(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l053r8");
    uint8_t *image = some_image(2048, 1), *zeros = calloc(1, 2048), back[4];
    struct target_options_image options;
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 2048));
    OK(target_write_mem(&d->t, EEPROM, image, 64));
    OK(target_read_options(&d->t, &options));
    OK(target_option_set(&d->t, target_option_rdp(&d->t), &options, 1));
    OK(target_write_options(&d->t, &options));
    assert_int_equal(target_identity(&d->t)->rdp_level, 1);
    assert_int_equal(target_read_mem(&d->t, FLASH, back, 4, NULL), ERR_PROTECTED);
    assert_int_equal(target_read_mem(&d->t, EEPROM, back, 4, NULL), ERR_PROTECTED);
    OK(target_halt(&d->t));
    assert_int_equal(target_write_mem(&d->t, EEPROM, image, 4), ERR_PROTECTED);
    OK(target_unlock(&d->t));
    assert_int_equal(target_identity(&d->t)->rdp_level, 0);
    assert_chip_holds(d, FLASH, zeros, 2048);
    assert_chip_holds(d, EEPROM, zeros, 2048);
    free(image);
    free(zeros);
    close_desk(d);
}

// ---- the EEPROM ---------------------------------------------------------------------------------

static void write_eeprom(struct desk *d, uint32_t addr, const uint8_t *data, size_t len)
{
    bool more = true;
    OK(target_eeprom_write(&d->t, addr, data, len, &d->job));
    if (!d->job)
        return;
    while (more)
        OK(flash_job_step(d->job, &more));
    d->stats = *flash_job_stats(d->job);
    OK(target_flash_close(&d->t, d->job));
    d->job = NULL;
}

static void the_eeprom_is_written_word_by_word_at_its_speed(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l053r8");
    uint8_t *first = some_image(2048, 5), *second = some_image(2048, 6);
    write_eeprom(d, EEPROM, first, 2048);
    assert_true(d->stats.by_loader);
    assert_in_range(took_ms(d), 1, at_most_ms(512) + 60);
    assert_chip_holds(d, EEPROM, first, 2048);
    write_eeprom(d, EEPROM, second, 2048);
    assert_in_range(took_ms(d), 1, at_most_ms(1024) + 60);
    assert_chip_holds(d, EEPROM, second, 2048);
    free(first);
    free(second);
    close_desk(d);
}

static void bytes_of_the_eeprom_are_written_like_ram_and_their_neighbours_stay(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l073rz");
    uint8_t image[64], back[64];
    for (unsigned i = 0; i < sizeof image; i++)
        image[i] = (uint8_t)(i + 1);
    OK(target_write_mem(&d->t, EEPROM + 0x17c0, image, sizeof image)); // its end, in bank 2
    for (unsigned at = 0; at < 8; at++)
        for (unsigned len = 1; len < 6; len++) {
            memset(&image[at], (int)(16 * len + at), len);
            OK(target_write_mem(&d->t, EEPROM + 0x17c0 + at, &image[at], len));
            OK(target_read_mem(&d->t, EEPROM + 0x17c0, back, sizeof back, NULL));
            assert_memory_equal(back, image, sizeof back);
        }
    assert_int_equal(target_write_mem(&d->t, EEPROM + 0x17fe, image, 4), ERR_USAGE);
    assert_non_null(strstr(d->log.sentence, "0x08080000 to 0x080817ff"));
    close_desk(d);
}

static void what_the_eeprom_holds_already_is_not_written(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l053r8");
    const uint8_t image[] = {1, 2, 3, 4, 0, 0, 0, 0};
    write_eeprom(d, EEPROM + 8, image, sizeof image);
    const uint64_t before = sim_board_account(d->board)->units_programmed;
    struct flash_job *job;
    OK(target_eeprom_write(&d->t, EEPROM + 8, image, sizeof image, &job));
    assert_null(job);
    assert_int_equal(sim_board_account(d->board)->units_programmed, before);
    close_desk(d);
}

static void a_running_core_keeps_the_eeprom_from_being_written(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l053r8");
    const uint8_t image[] = {1, 2, 3, 4};
    OK(target_reset(&d->t, false));
    assert_int_equal(target_write_mem(&d->t, EEPROM, image, sizeof image), ERR_STATE);
    OK(target_halt(&d->t));
    OK(target_write_mem(&d->t, EEPROM, image, sizeof image));
    close_desk(d);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_stm32l053_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(an_stm32l011_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(both_banks_of_an_stm32l073_are_programmed_at_once),
        cmocka_unit_test(banks_are_paired_while_the_data_still_arrives),
        cmocka_unit_test(an_unchanged_image_is_quick),
        cmocka_unit_test(halves_of_zeros_cost_no_programming),
        cmocka_unit_test(every_alignment_and_length_ends_up_in_the_chip),
        cmocka_unit_test(a_mass_erase_leaves_nothing_of_the_flash_and_all_of_the_eeprom),
        cmocka_unit_test(the_debug_port_alone_programs_half_pages),
        cmocka_unit_test(the_clock_and_the_controller_are_left_as_found),
        cmocka_unit_test(ram_and_registers_come_back),
        cmocka_unit_test(a_write_protected_sector_is_refused_before_anything_changes),
        cmocka_unit_test(code_that_is_hidden_is_left_alone_and_the_rest_is_programmed),
        cmocka_unit_test(leaving_level_1_erases_flash_and_eeprom),
        cmocka_unit_test(the_eeprom_is_written_word_by_word_at_its_speed),
        cmocka_unit_test(bytes_of_the_eeprom_are_written_like_ram_and_their_neighbours_stay),
        cmocka_unit_test(what_the_eeprom_holds_already_is_not_written),
        cmocka_unit_test(a_running_core_keeps_the_eeprom_from_being_written),
    };
    return run_tests_or_sample(argc, "flash_board_l0", tests, sizeof tests / sizeof tests[0]);
}
