// SPDX-License-Identifier: MIT
// Flash jobs on virtual chips with the double-word controller at a Cortex-M4: STM32L4, L4+, G4, WB
// and WL. The figures are virtual time, with the typical times of the data sheets. Whole chips are
// programmed with SWDLINK_TEST_ALL only.
#include "tests/unit/flash_desk.h"

#include <stdlib.h>
#include <string.h>

#include "targets/options.h"
#include "tests/unit/choose.h"
#include "tests/unit/rows.h"

#define KIB 1024u

// ---- figures ------------------------------------------------------------------------------------

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

struct figure {
    const char *board;
    size_t kib, whole_kib;
    unsigned rows; // so many double words in a row; 0: none are programmed
    unsigned page_kib;
};

// 3 % more than the flash itself takes: 81.69 us for a double word, 1.91 ms for a row of 32 in the
// fast way, 22.02 ms for a page, 22.13 ms for all of it; and 20 ms for what the debugger does
// before the first byte and after the last one, among it two looks at all of the flash.
static unsigned limit_ms(const struct figure *f, unsigned pages, unsigned mass, size_t units,
                         size_t rows_of_32)
{
    uint64_t us = pages * 22020ull + mass * 22130ull + units * 8169ull / 100 + rows_of_32 * 1910ull;
    return (unsigned)(us * 103 / 100000) + 20 + (unsigned)(f->whole_kib / 16);
}

static void a_chip_is_programmed_at_the_speed_of_its_flash(void **state)
{
    const struct figure *f = *state;
    const size_t len = f->kib * KIB;
    const unsigned pages = (unsigned)(f->kib / f->page_kib);
    struct desk *d = open_desk(f->board);
    uint8_t *image = some_image(len, 1), *other = some_image(len, 2);
    assert_int_equal(d->t.bank.layout.row, 8 * f->rows);
    flash_all(d, FLASH_ERASE_AUTO, image, len); // a blank chip: an erase pays for rows
    assert_true(d->stats.by_loader);
    if (f->rows) {
        assert_in_range(took_ms(d), 1, limit_ms(f, 0, 1, 0, len / 256));
        assert_int_equal(sim_board_account(d->board)->pages_erased, 0);
    } else {
        assert_in_range(took_ms(d), 1, limit_ms(f, 0, 0, len / 8, 0));
    }
    flash_all(d, FLASH_ERASE_PAGES, other, len);
    assert_in_range(took_ms(d), 1, limit_ms(f, pages, 0, len / 8, 0));
    assert_int_equal(d->stats.verified, len);
    flash_all(d, FLASH_ERASE_AUTO, other, len);
    assert_int_equal(d->stats.skipped, len);
    assert_in_range(took_ms(d), 1, 50 + f->whole_kib / 16);
    free(image);
    free(other);
    close_desk(d);
}

static const struct figure figures[] = {
    {.board = "stm32l476rg", .kib = 64, .whole_kib = 1024, .rows = 32, .page_kib = 2},
    {.board = "stm32l432kc", .kib = 64, .whole_kib = 256, .rows = 32, .page_kib = 2},
    {.board = "stm32l4r5zi", .kib = 64, .whole_kib = 2048, .rows = 64, .page_kib = 4},
    {.board = "stm32g431kb", .kib = 64, .whole_kib = 128, .rows = 32, .page_kib = 2},
    {.board = "stm32g474re", .kib = 64, .whole_kib = 512, .rows = 32, .page_kib = 2},
    {.board = "stm32g491re", .kib = 64, .whole_kib = 512, .rows = 32, .page_kib = 2},
    {.board = "stm32wb55rg", .kib = 64, .whole_kib = 1024, .rows = 0, .page_kib = 4},
    {.board = "stm32wle5jc", .kib = 64, .whole_kib = 256, .rows = 32, .page_kib = 2},
};
enum { FIGURES = sizeof figures / sizeof figures[0] };

// 1 MiB in 7.85 s by rows and 21.98 s by pages: 5 % and 3 % more. Unchanged: 0.1 s.
static void a_whole_chip_keeps_the_figures(const char *chip, size_t len, unsigned rows_ms,
                                           unsigned pages_ms)
{
    struct desk *d = open_desk(chip);
    uint8_t *image = some_image(len, 1), *other = some_image(len, 2);
    flash_all(d, FLASH_ERASE_MASS, image, len);
    assert_in_range(took_ms(d), 1, rows_ms * 105 / 100);
    flash_all(d, FLASH_ERASE_PAGES, other, len);
    assert_in_range(took_ms(d), 1, pages_ms * 103 / 100);
    flash_all(d, FLASH_ERASE_AUTO, other, len);
    assert_in_range(took_ms(d), 1, 100);
    free(image);
    free(other);
    close_desk(d);
}

static void the_figures_of_an_stm32l476_are_kept(void **state)
{
    (void)state;
    a_whole_chip_keeps_the_figures("stm32l476rg", 1024 * KIB, 7850, 21980);
}

static void the_figures_of_an_stm32g474_are_kept(void **state)
{
    (void)state;
    a_whole_chip_keeps_the_figures("stm32g474re", 512 * KIB, 3934, 10991);
}

// ---- banks --------------------------------------------------------------------------------------

struct banks {
    const char *board, *option; // NULL: as the factory has it
    uint32_t value, page, bank2;
    uint32_t at[3]; // from where 8 KiB are programmed, from the start of the flash
};

static const struct banks bank_rows[] = {
    {.board = "stm32l476re",
     .option = "DUALBANK",
     .value = 1,
     .page = 2 * KIB,
     .bank2 = 256 * KIB,
     .at = {0, 252 * KIB, 504 * KIB}},
    {.board = "stm32l476re",
     .option = "DUALBANK",
     .value = 0,
     .page = 2 * KIB,
     .at = {0, 252 * KIB, 504 * KIB}},
    {.board = "stm32l4r5zi",
     .option = NULL,
     .page = 4 * KIB,
     .bank2 = 1024 * KIB,
     .at = {0, 1020 * KIB, 2040 * KIB}},
    {.board = "stm32l4r5zi",
     .option = "DBANK",
     .value = 0,
     .page = 8 * KIB,
     .at = {0, 1016 * KIB, 2040 * KIB}},
    {.board = "stm32l4r5zg",
     .option = "DB1M",
     .value = 0,
     .page = 8 * KIB,
     .at = {0, 504 * KIB, 1016 * KIB}},
    {.board = "stm32g474re",
     .option = NULL,
     .page = 2 * KIB,
     .bank2 = 256 * KIB,
     .at = {0, 252 * KIB, 504 * KIB}},
    {.board = "stm32g474re",
     .option = "DBANK",
     .value = 0,
     .page = 4 * KIB,
     .at = {0, 252 * KIB, 504 * KIB}},
    {.board = "stm32g474rc",
     .option = NULL,
     .page = 2 * KIB,
     .bank2 = 256 * KIB,
     .at = {0, 120 * KIB, 256 * KIB}}, // a gap from 128 to 256 KiB
    {.board = "stm32g474rc",
     .option = "DBANK",
     .value = 0,
     .page = 4 * KIB,
     .at = {0, 120 * KIB, 248 * KIB}},
};
enum { BANK_ROWS = sizeof bank_rows / sizeof bank_rows[0] };

// As the bus has it: with a gap the chip's memory is not in one piece.
static void assert_reads(struct desk *d, uint32_t addr, const uint8_t *image, size_t len)
{
    uint8_t back[8 * KIB];
    assert_true(len <= sizeof back);
    OK(target_read_mem(&d->t, addr, back, len, NULL));
    assert_memory_equal(back, image, len);
}

// Erases and programs where the pages are; and in the end all of it is erased.
static void pages_and_banks_are_as_the_options_say(void **state)
{
    const struct banks *row = *state;
    struct desk *d = open_desk(row->board);
    uint8_t *image = some_image(8 * KIB, 1), *other = some_image(8 * KIB, 2), ones[8 * KIB];
    memset(ones, 0xff, sizeof ones);
    if (row->option)
        set_option(d, row->option, row->value);
    assert_int_equal(d->t.bank.layout.run[0].size, row->page);
    assert_int_equal(d->t.bank.bank2, row->bank2 ? FLASH + row->bank2 : 0);
    for (unsigned i = 0; i < 3; i++)
        OK(program(d, FLASH_ERASE_PAGES, FLASH + row->at[i], image, 8 * KIB));
    OK(program(d, FLASH_ERASE_PAGES, FLASH + row->at[1], other, 8 * KIB));
    assert_reads(d, FLASH + row->at[0], image, 8 * KIB);
    assert_reads(d, FLASH + row->at[1], other, 8 * KIB);
    assert_reads(d, FLASH + row->at[2], image, 8 * KIB);
    OK(target_flash_open(&d->t, &d->job));
    flash_job_set_erase(d->job, FLASH_ERASE_MASS);
    OK(flash_job_erase(d->job, d->t.bank.base, d->t.bank.size));
    OK(finish_job(d));
    for (unsigned i = 0; i < 3; i++)
        assert_reads(d, FLASH + row->at[i], ones, 8 * KIB);
    free(image);
    free(other);
    close_desk(d);
}

// As the boot loader leaves them that starts the second bank (BFB2).
static void banks_that_syscfg_has_exchanged_are_programmed_where_they_are_seen(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l476rg");
    uint8_t *image = some_image(8 * KIB, 1), *other = some_image(8 * KIB, 2);
    set_word(d, 0x40021060, 1);       // RCC_APB2ENR: SYSCFGEN
    set_word(d, 0x40010000, 1u << 8); // SYSCFG_MEMRMP: FB_MODE
    for (unsigned again = 0; again < 2; again++) {
        uint8_t *first = again ? other : image, *second = again ? image : other;
        OK(program(d, FLASH_ERASE_PAGES, FLASH, first, 8 * KIB));
        OK(program(d, FLASH_ERASE_PAGES, FLASH + 512 * KIB, second, 8 * KIB));
        assert_reads(d, FLASH, first, 8 * KIB);
        assert_reads(d, FLASH + 512 * KIB, second, 8 * KIB);
    }
    OK(target_reset(&d->t, true)); // they are in their order again
    assert_reads(d, FLASH, image, 8 * KIB);
    free(image);
    free(other);
    close_desk(d);
}

static void a_bank_is_erased_as_a_whole_beside_one_that_is_in_use(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32g474rb"); // 128 KiB, with a gap
    uint8_t *old = some_image(8 * KIB, 1), *image = some_image(64 * KIB, 2);
    OK(program(d, FLASH_ERASE_PAGES, FLASH + 256 * KIB, old, 8 * KIB));
    const uint64_t pages = sim_board_account(d->board)->pages_erased;
    for (unsigned again = 0; again < 2; again++) {
        image[again] ^= 0x55;
        memset(&image[2 * KIB], 0x33 + (int)again, 60 * KIB);
        OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 64 * KIB));
        assert_reads(d, FLASH, image, 8 * KIB);
        assert_reads(d, FLASH + 56 * KIB, &image[56 * KIB], 8 * KIB);
        assert_reads(d, FLASH + 256 * KIB, old, 8 * KIB);
    }
    assert_int_equal(sim_board_account(d->board)->pages_erased, pages);
    free(old);
    free(image);
    close_desk(d);
}

static void a_gap_between_the_banks_cannot_be_programmed(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32g474rc");
    uint8_t byte = 0;
    OK(target_flash_open(&d->t, &d->job));
    assert_int_equal(flash_job_erase(d->job, FLASH + 128 * KIB, 2 * KIB), ERR_USAGE);
    assert_int_equal(flash_job_write(d->job, FLASH + 200 * KIB, &byte, 1), ERR_USAGE);
    OK(finish_job(d));
    close_desk(d);
}

// ---- a second core's flash ----------------------------------------------------------------------

static void the_second_core_s_pages_are_left_alone(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32wb55rg");
    const uint32_t end = d->t.bank.base + d->t.bank.size;
    uint8_t *image = some_image(8 * KIB, 1), ones[4 * KIB], before[4 * KIB], after[4 * KIB];
    memset(ones, 0xff, sizeof ones);
    assert_int_equal(d->t.bank.size, 0xf4 * 4 * KIB);
    assert_int_equal(d->t.bank.taken, 12 * 4 * KIB);
    assert_true(sim_chip_peek(sim_board_chip(d->board), end, before, sizeof before));
    OK(target_flash_open(&d->t, &d->job));
    assert_int_equal(flash_job_erase(d->job, end, 4 * KIB), ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "the flash from 0x080f4000 on belongs to the second "
                                            "core"));
    assert_int_equal(flash_job_erase(d->job, end - 4 * KIB, 8 * KIB), ERR_PROTECTED);
    OK(finish_job(d));
    // Its last own page, and then all that is the user's.
    OK(program(d, FLASH_ERASE_AUTO, end - 8 * KIB, image, 8 * KIB));
    assert_chip_holds(d, end - 8 * KIB, image, 8 * KIB);
    OK(target_flash_open(&d->t, &d->job));
    flash_job_set_erase(d->job, FLASH_ERASE_MASS);
    OK(flash_job_erase(d->job, d->t.bank.base, d->t.bank.size));
    OK(finish_job(d));
    assert_non_null(strstr(d->heard, "the flash from 0x080f4000 on stays"));
    assert_int_equal(sim_board_account(d->board)->mass_erases, 0);
    assert_chip_holds(d, end - 4 * KIB, ones, 4 * KIB);
    assert_true(sim_chip_peek(sim_board_chip(d->board), end, after, sizeof after));
    assert_memory_equal(before, after, sizeof after);
    free(image);
    close_desk(d);
}

static void what_the_second_core_is_made_of_is_not_changed(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32wb55rg");
    struct target_options_image options;
    OK(target_read_options(&d->t, &options));
    assert_int_equal(target_option_set(&d->t, target_option_find(&d->t, "SFSA"), &options, 0xff),
                     ERR_USAGE);
    assert_non_null(strstr(d->log.sentence, "SFSA is not changed by swdlink"));
    OK(target_option_set(&d->t, target_option_find(&d->t, "SFSA"), &options, 0xf4));
    close_desk(d);
}

// ---- what was borrowed --------------------------------------------------------------------------

struct place {
    const char *board;
    uint32_t rcc, flash;
};
static const struct place places[] = {
    {.board = "stm32l432kc", .rcc = 0x40021000, .flash = 0x40022000},
    {.board = "stm32l4r5zi", .rcc = 0x40021000, .flash = 0x40022000},
    {.board = "stm32g474re", .rcc = 0x40021000, .flash = 0x40022000},
    {.board = "stm32wb55rg", .rcc = 0x58000000, .flash = 0x58004000},
    {.board = "stm32wle5jc", .rcc = 0x58000000, .flash = 0x58004000},
};
enum { PLACES = sizeof places / sizeof places[0] };

static void ram_registers_and_clocks_come_back(void **state)
{
    const struct place *p = *state;
    struct desk *d = open_desk(p->board);
    uint8_t *ram = some_image(8 * KIB, 9), *image = some_image(8 * KIB, 2), back[8 * KIB];
    uint32_t regs[CORTEXM_REG_COUNT], rcc[26];
    OK(target_write_mem(&d->t, RAM, ram, 8 * KIB));
    set_registers(d, regs);
    for (unsigned i = 0; i < 26; i++)
        rcc[i] = word_at(d, p->rcc + 4 * i);
    const uint32_t acr = word_at(d, p->flash);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 8 * KIB));
    assert_true(d->stats.by_loader);
    assert_registers(d, regs);
    for (unsigned i = 0; i < 26; i++)
        assert_int_equal(word_at(d, p->rcc + 4 * i), rcc[i]);
    assert_int_equal(word_at(d, p->flash), acr);
    assert_int_equal(word_at(d, p->flash + 0x14), 0xc0000000);
    OK(target_read_mem(&d->t, RAM, back, sizeof back, NULL));
    assert_memory_equal(back, ram, sizeof back);
    free(ram);
    free(image);
    close_desk(d);
}

static void the_debug_port_alone_can_do_it(void **state)
{
    const struct place *p = *state;
    struct desk *d = open_desk(p->board);
    uint8_t *image = some_image(8 * KIB, 2), *other = some_image(8 * KIB, 3);
    program_by_debug_port(d, FLASH, image, 8 * KIB);
    memset(&other[1000], 0xff, 3000);
    program_by_debug_port(d, FLASH, other, 8 * KIB);
    OK(target_reset(&d->t, true));
    free(image);
    free(other);
    close_desk(d);
}

static void a_loader_that_dies_is_replaced_by_the_debug_port(void **state)
{
    (void)state;
    loader_that_dies_is_replaced("stm32l432kc", FLASH_ERASE_PAGES);
}

// ---- protection, options ------------------------------------------------------------------------

static void protected_pages_are_refused_before_anything_changes(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32g474re");
    uint8_t *old = some_image(16 * KIB, 1), *image = some_image(16 * KIB, 2);
    const uint32_t at = FLASH + 256 * KIB;
    OK(program(d, FLASH_ERASE_AUTO, at, old, 16 * KIB));
    set_option(d, "WRP2A_STRT", 5);
    set_option(d, "WRP2A_END", 6);
    assert_int_equal(program(d, FLASH_ERASE_AUTO, at, image, 16 * KIB), ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "0x08042800 is write-protected by the chip's options "
                                            "(WRP2A)"));
    assert_chip_holds(d, at, old, 16 * KIB);
    set_option(d, "WRP2A_END", 0);
    OK(program(d, FLASH_ERASE_AUTO, at, image, 16 * KIB));
    assert_chip_holds(d, at, image, 16 * KIB);
    free(old);
    free(image);
    close_desk(d);
}

static void an_area_for_execution_only_is_named(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32l476rg");
    uint8_t *image = some_image(4 * KIB, 1), word[4];
    OK(program(d, FLASH_ERASE_AUTO, FLASH + 512 * KIB, image, 4 * KIB));
    set_option(d, "PCROP2_STRT", 16);
    set_option(d, "PCROP2_END", 31);
    assert_int_equal(target_read_mem(&d->t, FLASH + 512 * KIB + 128, word, 4, NULL), ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "0x08080080 to 0x080800ff cannot be read: the chip's "
                                            "options (PCROP2)"));
    OK(target_read_mem(&d->t, FLASH + 512 * KIB, word, 4, NULL));
    assert_memory_equal(word, image, 4);
    assert_int_equal(program(d, FLASH_ERASE_AUTO, FLASH + 512 * KIB, image + 4, 2 * KIB),
                     ERR_PROTECTED);
    free(image);
    close_desk(d);
}

static void a_first_program_starts(void **state)
{
    static const uint8_t endless[] = {0x00, 0x10, 0x00, 0x20, 0x09, 0x00, 0x00, 0x08, 0xfe, 0xe7};
    const struct place *p = *state;
    struct desk *d = open_desk(p->board);
    uint32_t pc;
    OK(program(d, FLASH_ERASE_AUTO, FLASH, endless, sizeof endless));
    OK(target_reset(&d->t, true));
    OK(target_read_reg(&d->t, CORTEXM_PC, &pc));
    assert_int_equal(pc, 0x08000008);
    OK(target_reset(&d->t, true)); // and does so again
    OK(target_read_reg(&d->t, CORTEXM_PC, &pc));
    assert_int_equal(pc, 0x08000008);
    close_desk(d);
}

static void read_protection_is_set_and_left(void **state)
{
    const struct place *p = *state;
    struct desk *d = open_desk(p->board);
    uint8_t *image = some_image(4 * KIB, 2), word[4];
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 4 * KIB));
    set_option(d, "RDP", 1);
    assert_int_equal(d->t.id.rdp_level, 1);
    assert_int_not_equal(target_read_mem(&d->t, FLASH, word, 4, NULL), ERR_OK);
    OK(target_unlock(&d->t));
    assert_int_equal(d->t.id.rdp_level, 0);
    assert_int_equal(word_at(d, FLASH), 0xffffffff);
    free(image);
    close_desk(d);
}

// ---- the tests ----------------------------------------------------------------------------------

#define MOST        64u
#define WHOLE_CHIPS 2u // of the tests in main(), the first ones: with SWDLINK_TEST_ALL only
struct list {
    struct CMUnitTest test[MOST];
    struct row_name name[MOST];
    size_t count;
};

static void add_test(struct list *l, const char *what, const char *board,
                     CMUnitTestFunction function, const void *state)
{
    assert_true(l->count < MOST);
    const char *name = name_row(&l->name[l->count], what, board);
    l->test[l->count++] = (struct CMUnitTest){
        .name = name, .test_func = function, .initial_state = (void *)(uintptr_t)state};
}

static void add_tests(struct list *l)
{
    for (unsigned i = 0; i < FIGURES; i++)
        add_test(l, "it_is_programmed_at_the_speed_of_its_flash", figures[i].board,
                 a_chip_is_programmed_at_the_speed_of_its_flash, &figures[i]);
    for (unsigned i = 0; i < BANK_ROWS; i++)
        add_test(l, "pages_and_banks_are_as_the_options_say", bank_rows[i].board,
                 pages_and_banks_are_as_the_options_say, &bank_rows[i]);
    for (unsigned i = 0; i < PLACES; i++) {
        const char *board = places[i].board;
        add_test(l, "ram_registers_and_clocks_come_back", board, ram_registers_and_clocks_come_back,
                 &places[i]);
        add_test(l, "the_debug_port_alone_can_do_it", board, the_debug_port_alone_can_do_it,
                 &places[i]);
        add_test(l, "a_first_program_starts", board, a_first_program_starts, &places[i]);
        add_test(l, "read_protection_is_set_and_left", board, read_protection_is_set_and_left,
                 &places[i]);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(the_figures_of_an_stm32l476_are_kept),
        cmocka_unit_test(the_figures_of_an_stm32g474_are_kept),
        cmocka_unit_test(banks_that_syscfg_has_exchanged_are_programmed_where_they_are_seen),
        cmocka_unit_test(a_bank_is_erased_as_a_whole_beside_one_that_is_in_use),
        cmocka_unit_test(a_gap_between_the_banks_cannot_be_programmed),
        cmocka_unit_test(the_second_core_s_pages_are_left_alone),
        cmocka_unit_test(what_the_second_core_is_made_of_is_not_changed),
        cmocka_unit_test(a_loader_that_dies_is_replaced_by_the_debug_port),
        cmocka_unit_test(protected_pages_are_refused_before_anything_changes),
        cmocka_unit_test(an_area_for_execution_only_is_named),
    };
    struct list l = {.count = 0};
    add_tests(&l);
    for (unsigned i = getenv("SWDLINK_TEST_ALL") ? 0 : WHOLE_CHIPS;
         i < sizeof others / sizeof others[0]; i++)
        l.test[l.count++] = others[i];
    return run_tests_or_sample(argc, "flash_board_m4dword", l.test, l.count);
}
