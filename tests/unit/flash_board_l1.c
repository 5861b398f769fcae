// SPDX-License-Identifier: MIT
// Flash jobs on virtual STM32L1: half pages of 128 bytes, banks side by side and with a gap, write
// protection in up to four registers, the data EEPROM of each category, wait states that need the
// wide access first. The figures are virtual time, with the typical time of the data sheets: 3.28
// ms for an erase, for half a page and for a word of EEPROM.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "targets/chip.h"
#include "targets/options.h"
#include "tests/unit/choose.h"
#include "tests/unit/flash_desk.h"

#define KIB    1024u
#define EEPROM 0x08080000u
#define PAGE   256u
#define HALF   128u
#define OP_US  3280u

#define RCC_CFGR    0x40023808u
#define RCC_APB1ENR 0x40023824u
#define PWR_CR      0x40007000u
#define FLASH_ACR   0x40023c00u

// ms of so many operations, and 4 % more; and what the scans at both ends of a job take: 0.4 ms per
// KiB.
static unsigned at_most_ms(size_t operations, size_t scanned)
{
    return (unsigned)(operations * OP_US * 104 / 100 / 1000 + 4 * scanned / 10 / KIB + 60);
}

static void figures_of(const char *chip, size_t len, unsigned banks)
{
    struct desk *d = open_desk(chip);
    uint8_t *image = some_image(len, 1), *other = some_image(len, 2);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, len));
    assert_true(d->stats.by_loader);
    assert_in_range(took_ms(d), 1, at_most_ms(len / HALF / banks, len));
    assert_int_equal(d->stats.verified, len);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, other, len));
    assert_in_range(took_ms(d), 1, at_most_ms((len / PAGE + len / HALF) / banks, len));
    assert_int_equal(sim_board_account(d->board)->pages_erased, len / PAGE);
    assert_chip_holds(d, FLASH, other, len);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, other, len));
    assert_in_range(took_ms(d), 1, at_most_ms(0, len));
    assert_int_equal(d->stats.skipped, len);
    assert_int_equal(sim_board_account(d->board)->pages_erased, len / PAGE);
    free(image);
    free(other);
    close_desk(d);
}

static void every_category_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    figures_of("stm32l100c6", 32 * KIB, 1); // 4 KiB of SRAM
    figures_of("stm32l152rb", 128 * KIB, 1);
    figures_of("stm32l151r8-a", 64 * KIB, 1);
    figures_of("stm32l162rc", 256 * KIB, 1);
    figures_of("stm32l151qc", 256 * KIB, 1); // of a die with two banks, which this part has not
}

static void both_banks_are_programmed_at_once(void **state)
{
    (void)state;
    figures_of("stm32l152rd", 384 * KIB, 2);
    figures_of("stm32l152re", 512 * KIB, 2);
}

// 192 KiB from 0x08000000 on, and as many from 0x08040000 on.
static void between_the_banks_of_category_6_there_is_no_flash(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l151vd-x");
    uint8_t *image = some_image(192 * KIB, 1);
    assert_int_equal(target_identity(&d->t)->flash_size, 384 * KIB);
    begin_job(d, FLASH_ERASE_AUTO, FLASH, 192 * KIB);
    OK(flash_job_erase(d->job, 0x08040000, 192 * KIB));
    OK(flash_job_write(d->job, FLASH, image, 192 * KIB));
    OK(flash_job_write(d->job, 0x08040000, image, 192 * KIB));
    OK(finish_job(d));
    assert_in_range(took_ms(d), 1, at_most_ms(384 * KIB / HALF / 2, 384 * KIB));
    assert_chip_holds(d, FLASH, image, 192 * KIB);
    assert_chip_holds(d, 0x08040000, image, 192 * KIB);
    begin_job(d, FLASH_ERASE_AUTO, FLASH, PAGE);
    assert_int_equal(flash_job_erase(d->job, 0x0802ff00, 2 * PAGE), ERR_USAGE);
    assert_non_null(strstr(d->log.sentence,
                           "flash is 0x08000000 to 0x0802ffff and 0x08040000 to 0x0806ffff; was"));
    OK(finish_job(d));
    free(image);
    close_desk(d);
}

static void halves_of_zeros_cost_no_programming(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l152re");
    uint8_t *image = some_image(4 * PAGE, 3), *other = some_image(4 * PAGE, 4);
    memset(image + HALF, 0, HALF);
    memset(image + 2 * PAGE, 0, PAGE);
    memset(other, 0, HALF);
    begin_job(d, FLASH_ERASE_AUTO, FLASH, 4 * PAGE);
    OK(flash_job_erase(d->job, 0x08040000, 4 * PAGE));
    OK(flash_job_write(d->job, FLASH, image, 4 * PAGE));
    OK(flash_job_write(d->job, 0x08040000, other, 4 * PAGE));
    OK(finish_job(d));
    assert_int_equal(d->stats.programmed, 12 * HALF);
    assert_chip_holds(d, FLASH, image, 4 * PAGE);
    assert_chip_holds(d, 0x08040000, other, 4 * PAGE);
    free(image);
    free(other);
    close_desk(d);
}

static void every_alignment_and_length_ends_up_in_the_chip(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {1, 3, 4, 127, 128, 129, 255, 256, 257, 500, 1000};
    struct desk *d = open_desk("stm32l152re");
    uint8_t *image = some_image(2048, 3);
    for (uint32_t offset = 0; offset < 5; offset++)
        for (unsigned i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            const uint32_t addr = 0x08040000 - 2 * PAGE + offset; // into the second bank
            OK(program(d, FLASH_ERASE_AUTO, addr, image + offset, lengths[i]));
            assert_chip_holds(d, addr, image + offset, lengths[i]);
        }
    assert_true(d->stats.by_loader);
    free(image);
    close_desk(d);
}

static void the_debug_port_alone_programs_half_pages(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l151cb-a");
    uint8_t *image = some_image(8 * PAGE, 4);
    fill_chip(d, image + 1, 6 * PAGE);
    program_by_debug_port(d, FLASH, image, 8 * PAGE);
    assert_int_equal(d->stats.erased, 6 * PAGE);
    free(image);
    close_desk(d);
}

// ---- what is left behind ------------------------------------------------------------------------

static void program_and_find_all_as_before(struct desk *d)
{
    static const struct {
        uint32_t addr, len;
    } kept[] = {{0x40023800, 12}, {0x4002381c, 12}, {FLASH_ACR, 8}, {PWR_CR, 4}};
    uint8_t *image = some_image(1024, 2), before[4][16], now[16];
    for (unsigned i = 0; i < 4; i++)
        OK(target_read_mem(&d->t, kept[i].addr, before[i], kept[i].len, NULL));
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 1024));
    assert_true(d->stats.by_loader);
    for (unsigned i = 0; i < 4; i++) {
        OK(target_read_mem(&d->t, kept[i].addr, now, kept[i].len, NULL));
        assert_memory_equal(now, before[i], kept[i].len);
    }
    assert_chip_holds(d, FLASH, image, 1024);
    free(image);
}

static void the_clock_and_the_controller_are_left_as_found(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l152rb");
    program_and_find_all_as_before(d);
    close_desk(d);
}

// ACC64 is there already, and a wait state with it.
static void a_program_s_own_wait_states_stay(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l152rb");
    set_word(d, FLASH_ACR, 4);
    set_word(d, FLASH_ACR, 5);
    set_word(d, FLASH_ACR, 7);
    program_and_find_all_as_before(d);
    assert_int_equal(word_at(d, FLASH_ACR), 7);
    close_desk(d);
}

// Of the core's supply: no more than 4.2 MHz, so that the clock stays.
static void voltage_range_3_keeps_its_slow_clock(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l152rb");
    set_word(d, RCC_APB1ENR, 1u << 28);
    set_word(d, PWR_CR, 3u << 11);
    program_and_find_all_as_before(d);
    close_desk(d);
}

static void ram_and_registers_come_back(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l100c6");
    uint8_t *ram = some_image(4096, 9), *image = some_image(4096, 2), back[4096];
    uint32_t value;
    OK(target_write_mem(&d->t, RAM, ram, 4096));
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

// A sector of 4 KiB by the last bit that the chip has in that register.
static void sector_is_protected_by(const char *chip, const char *option, unsigned bit,
                                   uint32_t addr)
{
    struct desk *d = open_desk(chip);
    uint8_t *image = some_image(4096, 1);
    char told[64];
    set_option(d, option, 1u << bit);
    const uint64_t before = sim_board_account(d->board)->units_programmed; // option words, too
    assert_int_equal(program(d, FLASH_ERASE_AUTO, addr, image, 4096), ERR_PROTECTED);
    snprintf(told, sizeof told, "bit %u of %s", bit, option);
    assert_non_null(strstr(d->log.sentence, told));
    assert_int_equal(sim_board_account(d->board)->units_programmed, before);
    OK(program(d, FLASH_ERASE_AUTO, addr - 4096, image, 4096));
    set_option(d, option, 0);
    OK(program(d, FLASH_ERASE_AUTO, addr, image, 4096));
    assert_chip_holds(d, addr, image, 4096);
    free(image);
    close_desk(d);
}

static void write_protection_has_up_to_four_registers(void **state)
{
    (void)state;
    sector_is_protected_by("stm32l100c6", "WRP1", 7, 0x08007000);
    sector_is_protected_by("stm32l152rb", "WRP1", 31, 0x0801f000);
    sector_is_protected_by("stm32l162rc", "WRP2", 31, 0x0803f000);
    sector_is_protected_by("stm32l152rd", "WRP3", 31, 0x0805f000);
    sector_is_protected_by("stm32l152re", "WRP4", 1, 0x08061000);
    sector_is_protected_by("stm32l152re", "WRP4", 31, 0x0807f000);
    sector_is_protected_by("stm32l151vd-x", "WRP4", 15, 0x0806f000);
}

static const char *missing_option(struct desk *d, const char *const *names)
{
    for (unsigned i = 0; names[i]; i++)
        if (!target_option_find(&d->t, names[i]))
            return names[i];
    return NULL;
}

// As many as there are: a register that is not there could be written without an effect.
static void a_part_has_the_options_of_its_flash_and_die(void **state)
{
    (void)state;
    static const struct {
        const char *chip;
        const char *has[8], *first_missing;
        uint32_t last_most;
    } parts[] = {
        {"stm32l100c6", {"RDP", "IWDG_SW", "WRP1", "WRP2"}, "WRP2", 0xffff},
        {"stm32l152rb", {"WRP1", "SPRMOD"}, "SPRMOD", 0xffffffff},
        {"stm32l151cb-a", {"SPRMOD", "WRP1", "nBFB2"}, "nBFB2", 0xffffffff},
        {"stm32l162rc", {"SPRMOD", "WRP2", "WRP3"}, "WRP3", 0xffffffff},
        {"stm32l151qc", {"WRP1", "WRP2", "nBFB2"}, "nBFB2", 0xffffffff},
        {"stm32l152rd", {"nBFB2", "WRP3", "WRP4"}, "WRP4", 0xffffffff},
        {"stm32l152re", {"nBFB2", "WRP4", "SPRMOD"}, "SPRMOD", 0xffffffff},
        {"stm32l151vd-x", {"nBFB2", "WRP4", "SPRMOD"}, "SPRMOD", 0xffff},
    };
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct desk *d = open_desk(parts[i].chip);
        const struct option_field *last = NULL, *field;
        for (unsigned n = 0; (field = target_option_at(&d->t, n)); n++)
            last = field;
        assert_string_equal(missing_option(d, parts[i].has), parts[i].first_missing);
        assert_int_equal(target_option_most(&d->t, last), parts[i].last_most);
        close_desk(d);
    }
}

// With SPRMOD a clear bit protects a sector from being read, too: nothing looks at it.
static void code_that_is_hidden_is_left_alone_and_the_rest_is_programmed(void **state)
{
    (void)state;
    static const char *const chips[] = {"stm32l151cb-a", "stm32l152rc"};
    for (unsigned i = 0; i < 2; i++) {
        struct desk *d = open_desk(chips[i]);
        uint8_t *image = some_image(4096, 1);
        struct target_options_image options;
        OK(program(d, FLASH_ERASE_AUTO, FLASH + 0x8000, image, 4096));
        OK(target_read_options(&d->t, &options));
        OK(target_option_set(&d->t, target_option_find(&d->t, "SPRMOD"), &options, 1));
        OK(target_option_set(&d->t, target_option_find(&d->t, "WRP1"), &options, 0xfffffeff));
        if (i)
            OK(target_option_set(&d->t, target_option_find(&d->t, "WRP2"), &options, 0xffffffff));
        OK(target_write_options(&d->t, &options));
        OK(target_reset(&d->t, true));
        OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 4096));
        assert_chip_holds(d, FLASH, image, 4096);
        image[0] ^= 1;
        assert_int_equal(program(d, FLASH_ERASE_AUTO, FLASH + 0x8000, image, 4096), ERR_PROTECTED);
        assert_non_null(
            strstr(d->log.sentence,
                   "0x08008000 can only be executed, because SPRMOD is 1 and bit 8 of WRP1"));
        free(image);
        close_desk(d);
    }
}

static void leaving_level_1_erases_flash_and_eeprom(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l152re");
    uint8_t *image = some_image(2048, 1), *zeros = calloc(1, 2048), back[4];
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 2048));
    OK(target_write_mem(&d->t, EEPROM, image, 64));
    set_option(d, "RDP", 1);
    assert_int_equal(target_identity(&d->t)->rdp_level, 1);
    assert_int_equal(target_read_mem(&d->t, FLASH, back, 4, NULL), ERR_PROTECTED);
    assert_int_equal(target_read_mem(&d->t, EEPROM, back, 4, NULL), ERR_PROTECTED);
    OK(target_halt(&d->t));
    OK(target_unlock(&d->t));
    assert_int_equal(target_identity(&d->t)->rdp_level, 0);
    assert_chip_holds(d, FLASH, zeros, 2048);
    assert_chip_holds(d, EEPROM, zeros, 2048);
    free(image);
    free(zeros);
    close_desk(d);
}

// ---- the EEPROM ---------------------------------------------------------------------------------

static void the_eeprom_has_the_size_of_its_category(void **state)
{
    (void)state;
    static const struct {
        const char *chip;
        unsigned kib;
    } parts[] = {{"stm32l152rb", 4},   {"stm32l151cb-a", 4}, {"stm32l162rc", 8},
                 {"stm32l151qc", 8},   {"stm32l152rd", 12},  {"stm32l152re", 16},
                 {"stm32l162vd-x", 16}};
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct desk *d = open_desk(parts[i].chip);
        const uint32_t size = parts[i].kib * KIB;
        const uint8_t image[] = {1, 2, 3, 4, 5, 6, 7};
        uint8_t back[7];
        assert_int_equal(chip_eeprom_size(target_identity(&d->t)), size);
        OK(target_write_mem(&d->t, EEPROM + size - 7, image, 7));
        OK(target_read_mem(&d->t, EEPROM + size - 7, back, 7, NULL));
        assert_memory_equal(back, image, 7);
        assert_int_equal(target_write_mem(&d->t, EEPROM + size - 3, image, 4), ERR_USAGE);
        close_desk(d);
    }
}

static void the_eeprom_is_written_word_by_word_at_its_speed(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l152re");
    uint8_t *image = some_image(2048, 5);
    bool more = true;
    OK(target_eeprom_write(&d->t, EEPROM + 8 * KIB, image, 2048, &d->job));
    while (more)
        OK(flash_job_step(d->job, &more));
    d->stats = *flash_job_stats(d->job);
    OK(target_flash_close(&d->t, d->job));
    d->job = NULL;
    assert_true(d->stats.by_loader);
    // Its 4096 words are scanned one by one, which takes 0.4 s.
    assert_in_range(took_ms(d), 1, at_most_ms(512, 0) + 400);
    assert_chip_holds(d, EEPROM + 8 * KIB, image, 2048);
    free(image);
    close_desk(d);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_category_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(both_banks_are_programmed_at_once),
        cmocka_unit_test(between_the_banks_of_category_6_there_is_no_flash),
        cmocka_unit_test(halves_of_zeros_cost_no_programming),
        cmocka_unit_test(every_alignment_and_length_ends_up_in_the_chip),
        cmocka_unit_test(the_debug_port_alone_programs_half_pages),
        cmocka_unit_test(the_clock_and_the_controller_are_left_as_found),
        cmocka_unit_test(a_program_s_own_wait_states_stay),
        cmocka_unit_test(voltage_range_3_keeps_its_slow_clock),
        cmocka_unit_test(ram_and_registers_come_back),
        cmocka_unit_test(write_protection_has_up_to_four_registers),
        cmocka_unit_test(a_part_has_the_options_of_its_flash_and_die),
        cmocka_unit_test(code_that_is_hidden_is_left_alone_and_the_rest_is_programmed),
        cmocka_unit_test(leaving_level_1_erases_flash_and_eeprom),
        cmocka_unit_test(the_eeprom_has_the_size_of_its_category),
        cmocka_unit_test(the_eeprom_is_written_word_by_word_at_its_speed),
    };
    return run_tests_or_sample(argc, "flash_board_l1", tests, sizeof tests / sizeof tests[0]);
}
