// SPDX-License-Identifier: MIT
// Flash jobs on virtual chips with the double-word controller: STM32G0, C0 and U0. The figures are
// virtual time, with the typical times of the data sheets.
#include "tests/unit/flash_desk.h"

#include <stdlib.h>
#include <string.h>

#include "targets/options.h"
#include "tests/unit/choose.h"

#define KIB       1024u
#define FLASH_ACR 0x40022000u
#define FLASH_CR  0x40022014u
#define RCC       0x40021000u
#define RCC_CFGR  0x40021008u

// ---- figures ------------------------------------------------------------------------------------

// 3 % more than the flash itself takes: 85 us for a double word, 1.7 ms for a row of 32, 22 ms for
// a page, 22.1 ms for all of it.
static unsigned limit_ms(unsigned pages, unsigned mass, size_t units, size_t rows)
{
    uint64_t us = pages * 22000ull + mass * 22100ull + units * 85ull + rows * 1700ull;
    return (unsigned)(us * 103 / 100000);
}

// As `swdlink flash` does it: a reset follows, and the SRAM need not come back.
static void flash_all(struct desk *d, enum flash_erase erase, const uint8_t *image, size_t len)
{
    begin_job(d, erase, FLASH, (uint32_t)len);
    flash_job_reset_follows(d->job);
    OK(flash_job_write(d->job, FLASH, image, len));
    OK(finish_job(d));
    OK(target_reset(&d->t, true));
    assert_chip_holds(d, FLASH, image, len);
}

// And 20 ms for what the debugger does before the first byte and after the last one, among it two
// looks at all of the flash.
#define AROUND_MS(len) (20 + (unsigned)((len) / (16 * KIB)))

static void figures_of(const char *chip, size_t len)
{
    struct desk *d = open_desk(chip);
    uint8_t *image = some_image(len, 1), *other = some_image(len, 2);
    const unsigned pages = (unsigned)(len / (2 * KIB)), around = AROUND_MS(len);
    const uint16_t row = d->t.bank.layout.row;
    flash_all(d, FLASH_ERASE_AUTO, image, len); // a blank chip: an erase pays for rows
    assert_in_range(took_ms(d), 1, limit_ms(0, 1, 0, len / 256) + around);
    assert_true(d->stats.by_loader);
    assert_int_equal(sim_board_account(d->board)->pages_erased, 0);
    flash_all(d, FLASH_ERASE_AUTO, other, len);
    assert_in_range(took_ms(d), 1, limit_ms(0, 1, 0, len / 256) + around);
    d->t.bank.layout.row = 0; // by double words
    flash_all(d, FLASH_ERASE_AUTO, image, len);
    assert_in_range(took_ms(d), 1, limit_ms(0, 1, len / 8, 0) + around);
    d->t.bank.layout.row = row;
    flash_all(d, FLASH_ERASE_PAGES, other, len);
    assert_in_range(took_ms(d), 1, limit_ms(pages, 0, len / 8, 0) + around);
    assert_int_equal(d->stats.verified, len);
    flash_all(d, FLASH_ERASE_AUTO, other, len);
    assert_int_equal(d->stats.skipped, len);
    assert_in_range(took_ms(d), 1, 60);
    free(image);
    free(other);
    close_desk(d);
}

static void an_stm32g071_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    figures_of("stm32g071rb", 128 * KIB);
}

// 1.42 s by double words, 0.92 s by rows, 2.80 s by pages, and 3 %.
static void the_figures_of_an_stm32g071_are_kept(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32g071rb");
    uint8_t *image = some_image(128 * KIB, 1), *other = some_image(128 * KIB, 2);
    flash_all(d, FLASH_ERASE_MASS, image, 128 * KIB);
    assert_in_range(took_ms(d), 1, 947);
    flash_all(d, FLASH_ERASE_PAGES, other, 128 * KIB);
    assert_in_range(took_ms(d), 1, 2884);
    d->t.bank.layout.row = 0;
    flash_all(d, FLASH_ERASE_MASS, image, 128 * KIB);
    assert_in_range(took_ms(d), 1, 1462);
    free(image);
    free(other);
    close_desk(d);
}

static void an_stm32g031_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    figures_of("stm32g031k8", 64 * KIB);
}

static void an_stm32g0b1_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    figures_of("stm32g0b1re", 512 * KIB);
}

static void an_stm32c011_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    figures_of("stm32c011f6", 32 * KIB);
}

static void an_stm32c071_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    figures_of("stm32c071rb", 128 * KIB);
}

static void an_stm32u031_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    figures_of("stm32u031r8", 64 * KIB);
}

static void an_stm32u083_is_programmed_at_the_speed_of_its_flash(void **state)
{
    (void)state;
    figures_of("stm32u083rc", 256 * KIB);
}

static void data_that_arrives_piece_by_piece_is_worked_on_meanwhile(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32g071rb");
    uint8_t *image = some_image(128 * KIB, 1);
    begin_job(d, FLASH_ERASE_AUTO, FLASH, 128 * KIB);
    for (uint32_t at = 0; at < 128 * KIB; at += 1000) {
        uint32_t len = 128 * KIB - at < 1000 ? 128 * KIB - at : 1000;
        OK(flash_job_write(d->job, FLASH + at, &image[at], len));
        OK(step_to_end(d));
        sim_board_wait_ns(d->board, 1000000); // GDB's own time for a packet
    }
    OK(finish_job(d));
    assert_in_range(took_ms(d), 1, limit_ms(0, 1, 0, 512) + 120); // the first 8 pages decide
    assert_chip_holds(d, FLASH, image, 128 * KIB);
    free(image);
    close_desk(d);
}

// ---- double words -------------------------------------------------------------------------------

static void double_words_of_ones_stay_free_for_the_program(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32g071rb");
    uint8_t *image = some_image(16 * KIB, 1);
    memset(&image[0x1008], 0xff, 8);    // one in a row
    memset(&image[0x2000], 0xff, 2048); // a page
    memset(&image[0x3ff0], 0xff, 16);   // the end
    OK(program(d, FLASH_ERASE_MASS, FLASH, image, 16 * KIB));
    assert_chip_holds(d, FLASH, image, 16 * KIB);
    assert_int_equal(d->stats.programmed, 16 * KIB - 8 - 2048 - 16);
    assert_int_equal(sim_board_account(d->board)->units_programmed, d->stats.programmed / 8);
    close_desk(d);
    free(image);
}

static void every_alignment_and_length_ends_up_in_the_chip(void **state)
{
    static const struct {
        uint32_t at, len;
    } cases[] = {{0, 1}, {3, 5}, {7, 2}, {8, 8}, {2047, 2}, {255, 514}, {4096, 1024}, {100, 5000}};
    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (unsigned mass = 0; mass < 2; mass++) {
            struct desk *d = open_desk("stm32g031k8");
            uint8_t *image = some_image(cases[i].len, i + 1);
            OK(program(d, mass ? FLASH_ERASE_MASS : FLASH_ERASE_AUTO, FLASH + cases[i].at, image,
                       cases[i].len));
            assert_chip_holds(d, FLASH + cases[i].at, image, cases[i].len);
            free(image);
            close_desk(d);
        }
}

static void the_debug_port_alone_can_do_it(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32g071rb");
    uint8_t *image = some_image(8 * KIB, 2), *other = some_image(8 * KIB, 3);
    set_option(d, "RAM_PARITY_CHECK", 0);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 8 * KIB));
    assert_false(d->stats.by_loader);
    assert_non_null(strstr(d->heard, "the debug port does all of it"));
    assert_chip_holds(d, FLASH, image, 8 * KIB);
    memset(&other[1000], 0xff, 3000);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, other, 8 * KIB));
    assert_chip_holds(d, FLASH, other, 8 * KIB);
    free(image);
    free(other);
    close_desk(d);
}

// ---- banks --------------------------------------------------------------------------------------

static void swapped_banks_are_programmed_where_they_are_seen(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32g0b1re");
    uint8_t *image = some_image(300 * KIB, 1), *other = some_image(4 * KIB, 2), *back;
    set_option(d, "nSWAP_BANK", 0);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 300 * KIB));
    OK(program(d, FLASH_ERASE_PAGES, FLASH + 2 * KIB, other, 4 * KIB));
    memcpy(&image[2 * KIB], other, 4 * KIB);
    back = malloc(300 * KIB);
    assert_non_null(back);
    OK(target_read_mem(&d->t, FLASH, back, 300 * KIB, NULL));
    assert_memory_equal(back, image, 300 * KIB);
    free(image);
    free(other);
    free(back);
    close_desk(d);
}

static void a_bank_is_erased_as_a_whole_beside_one_that_is_in_use(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32g0b1re");
    uint8_t *old = some_image(512 * KIB, 1), *image = some_image(256 * KIB, 2);
    for (unsigned bank = 0; bank < 2; bank++) {
        const uint32_t at = FLASH + bank * 256 * KIB;
        fill_chip(d, old, 512 * KIB);
        const uint64_t pages = sim_board_account(d->board)->pages_erased;
        OK(program(d, FLASH_ERASE_AUTO, at, image, 256 * KIB));
        assert_int_equal(sim_board_account(d->board)->pages_erased, pages);
        assert_int_equal(d->stats.erased, 256 * KIB);
        assert_in_range(took_ms(d), 1, limit_ms(0, 1, 0, 1024) + 80);
        assert_chip_holds(d, at, image, 256 * KIB);
        const uint32_t other = (1 - bank) * 256 * KIB;
        assert_chip_holds(d, FLASH + other, &old[other], 256 * KIB);
    }
    // A page of it that nobody asked for is in use, too.
    fill_chip(d, old, 512 * KIB);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 254 * KIB));
    assert_chip_holds(d, FLASH, image, 254 * KIB);
    assert_chip_holds(d, FLASH + 254 * KIB, &old[254 * KIB], 258 * KIB);
    free(old);
    free(image);
    close_desk(d);
}

static void one_bank_of_256_kib_and_two_of_128_are_told_apart(void **state)
{
    (void)state;
    for (unsigned dual = 0; dual < 2; dual++) {
        struct desk *d = open_desk("stm32g0b1rc");
        uint8_t *image = some_image(256 * KIB, 1);
        set_option(d, "DUAL_BANK", dual);
        OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 256 * KIB));
        image[200 * KIB] ^= 0x10;
        OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 256 * KIB));
        assert_int_equal(d->stats.erased, 2 * KIB);
        assert_chip_holds(d, FLASH, image, 256 * KIB);
        free(image);
        close_desk(d);
    }
}

// ---- what was borrowed --------------------------------------------------------------------------

static void ram_registers_and_clocks_come_back(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32g071rb");
    uint8_t *ram = some_image(8 * KIB, 9), *image = some_image(8 * KIB, 2), back[8 * KIB];
    uint32_t regs[CORTEXM_REG_COUNT], rcc[24];
    OK(target_write_mem(&d->t, RAM, ram, 8 * KIB));
    set_registers(d, regs);
    for (unsigned i = 0; i < 24; i++)
        rcc[i] = word_at(d, RCC + 4 * i);
    const uint32_t acr = word_at(d, FLASH_ACR);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 8 * KIB));
    assert_true(d->stats.by_loader);
    assert_registers(d, regs);
    for (unsigned i = 0; i < 24; i++)
        assert_int_equal(word_at(d, RCC + 4 * i), rcc[i]);
    assert_int_equal(word_at(d, FLASH_ACR), acr);
    assert_int_equal(word_at(d, FLASH_CR), 0xc0000000);
    OK(target_read_mem(&d->t, RAM, back, sizeof back, NULL));
    assert_memory_equal(back, ram, sizeof back);
    free(ram);
    free(image);
    close_desk(d);
}

// ---- hard circumstances -------------------------------------------------------------------------

static void a_program_on_32_khz_or_in_the_low_voltage_range_is_no_hindrance(void **state)
{
    (void)state;
    for (unsigned range_2 = 0; range_2 < 2; range_2++) {
        struct desk *d = open_desk("stm32g071rb");
        uint8_t *image = some_image(64 * KIB, 2);
        if (range_2) {
            set_word(d, RCC + 0x3c, word_at(d, RCC + 0x3c) | 1u << 28); // PWREN
            set_word(d, 0x40007000, 0x408);                             // VOS: range 2
        } else {
            set_word(d, RCC + 0x60, 1); // LSION
            sim_board_wait_ns(d->board, 1000000);
            set_word(d, RCC_CFGR, 3); // SYSCLK: LSI
        }
        OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 64 * KIB));
        assert_true(d->stats.by_loader);
        assert_in_range(took_ms(d), 1, range_2 ? 600 : 900); // at 32 kHz the debug port has to WAIT
        assert_chip_holds(d, FLASH, image, 64 * KIB);
        assert_int_equal(word_at(d, RCC_CFGR) & 0x3f, range_2 ? 0 : 3 << 3 | 3);
        if (range_2)
            assert_int_equal(word_at(d, 0x40007000), 0x408);
        free(image);
        close_desk(d);
    }
}

static void a_running_watchdog_is_fed(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32g071rb");
    uint8_t *image = some_image(128 * KIB, 2);
    uint32_t dhcsr;
    set_word(d, 0x40003000, 0xcccc); // IWDG: 31 ms
    set_word(d, 0x40003000, 0x5555);
    set_word(d, 0x40003004, 0);
    set_word(d, 0x40003008, 250);
    OK(cortexm_read_dhcsr(&d->t.core, &dhcsr));
    (void)cortexm_take_reset(&d->t.core);
    OK(program(d, FLASH_ERASE_PAGES, FLASH, image, 128 * KIB));
    assert_true(d->stats.by_loader);
    assert_chip_holds(d, FLASH, image, 128 * KIB);
    OK(cortexm_read_dhcsr(&d->t.core, &dhcsr));
    assert_false(cortexm_take_reset(&d->t.core));
    free(image);
    close_desk(d);
}

static void a_loader_that_dies_is_replaced_by_the_debug_port(void **state)
{
    (void)state;
    loader_that_dies_is_replaced("stm32g071rb", FLASH_ERASE_PAGES);
}

static void protected_pages_are_refused_before_anything_changes(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32g071rb");
    uint8_t *old = some_image(32 * KIB, 1), *image = some_image(32 * KIB, 2);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, old, 32 * KIB));
    set_option(d, "WRP1B_STRT", 5);
    set_option(d, "WRP1B_END", 6);
    assert_int_equal(program(d, FLASH_ERASE_AUTO, FLASH, image, 32 * KIB), ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "0x08002800 is write-protected by the chip's options "
                                            "(WRP1B)"));
    assert_chip_holds(d, FLASH, old, 32 * KIB);
    set_option(d, "WRP1B_END", 0);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 32 * KIB));
    assert_chip_holds(d, FLASH, image, 32 * KIB);
    free(old);
    free(image);
    close_desk(d);
}

static void a_first_program_starts(void **state)
{
    static const uint8_t endless[] = {0x00, 0x10, 0x00, 0x20, 0x09, 0x00, 0x00, 0x08, 0xfe, 0xe7};
    (void)state;
    struct desk *d = open_desk("stm32g031k8");
    uint32_t pc;
    assert_int_equal(word_at(d, FLASH_ACR) >> 16 & 1, 1); // EMPTY
    OK(program(d, FLASH_ERASE_AUTO, FLASH, endless, sizeof endless));
    OK(target_reset(&d->t, true));
    OK(target_read_reg(&d->t, CORTEXM_PC, &pc));
    assert_int_equal(pc, 0x08000008);
    assert_int_equal(word_at(d, FLASH_ACR) >> 16 & 1, 0);
    close_desk(d);
}

// ---- options ------------------------------------------------------------------------------------

static void read_protection_is_set_and_left(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32g071rb");
    uint8_t *image = some_image(4 * KIB, 2), word[4];
    struct target_options_image options;
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 4 * KIB));
    OK(target_read_options(&d->t, &options));
    OK(target_option_set(&d->t, target_option_rdp(&d->t), &options, 1));
    OK(target_write_options(&d->t, &options));
    assert_int_equal(d->t.id.rdp_level, 1);
    assert_int_not_equal(target_read_mem(&d->t, FLASH, word, 4, NULL), ERR_OK);
    OK(target_unlock(&d->t));
    assert_int_equal(d->t.id.rdp_level, 0);
    assert_int_equal(word_at(d, FLASH), 0xffffffff);
    free(image);
    close_desk(d);
}

static void a_pair_that_would_end_debugging_is_refused(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32g071rb");
    struct target_options_image before, options;
    OK(target_read_options(&d->t, &before));
    options = before;
    OK(target_option_set(&d->t, target_option_find(&d->t, "boot_lock"), &options, 1));
    OK(target_option_set(&d->t, target_option_rdp(&d->t), &options, 1));
    assert_int_equal(target_write_options(&d->t, &options), ERR_USAGE);
    assert_non_null(strstr(d->log.sentence, "BOOT_LOCK=1 together with read protection level 1"));
    OK(target_read_options(&d->t, &options));
    assert_memory_equal(&options, &before, sizeof before);
    set_option(d, "BOOT_LOCK", 1); // alone it is allowed
    close_desk(d);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_figures_of_an_stm32g071_are_kept),
        cmocka_unit_test(an_stm32g071_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(an_stm32g031_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(an_stm32g0b1_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(an_stm32c011_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(an_stm32c071_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(an_stm32u031_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(an_stm32u083_is_programmed_at_the_speed_of_its_flash),
        cmocka_unit_test(data_that_arrives_piece_by_piece_is_worked_on_meanwhile),
        cmocka_unit_test(double_words_of_ones_stay_free_for_the_program),
        cmocka_unit_test(every_alignment_and_length_ends_up_in_the_chip),
        cmocka_unit_test(the_debug_port_alone_can_do_it),
        cmocka_unit_test(swapped_banks_are_programmed_where_they_are_seen),
        cmocka_unit_test(a_bank_is_erased_as_a_whole_beside_one_that_is_in_use),
        cmocka_unit_test(one_bank_of_256_kib_and_two_of_128_are_told_apart),
        cmocka_unit_test(ram_registers_and_clocks_come_back),
        cmocka_unit_test(a_program_on_32_khz_or_in_the_low_voltage_range_is_no_hindrance),
        cmocka_unit_test(a_running_watchdog_is_fed),
        cmocka_unit_test(a_loader_that_dies_is_replaced_by_the_debug_port),
        cmocka_unit_test(protected_pages_are_refused_before_anything_changes),
        cmocka_unit_test(a_first_program_starts),
        cmocka_unit_test(read_protection_is_set_and_left),
        cmocka_unit_test(a_pair_that_would_end_debugging_is_refused),
    };
    return run_tests_or_sample(argc, "flash_board_dword", tests, sizeof tests / sizeof tests[0]);
}
