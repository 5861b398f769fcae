// SPDX-License-Identifier: MIT
// Flash jobs on virtual STM32H7: flash words of 32 and 16 bytes, two banks at once, banks that are
// swapped, words that were cut off, options and their protections. The figures are virtual time,
// with the typical times of the data sheet: 100 us for 32 bytes, 1 s for a sector of 128 KiB, 5 s
// for a bank of 1 MiB.
#include <stdlib.h>
#include <string.h>

#include "targets/options.h"
#include "tests/unit/choose.h"
#include "tests/unit/flash_desk.h"

#define KIB       1024u
#define BANK2     0x08100000u
#define RCC_AHB4  0x580244e0u
#define CRC_DR    0x58024c00u
#define CRC_INIT  0x58024c10u
#define CRC_POL   0x58024c14u
#define CCR       0xe000ed14u
#define FLASH_CR1 0x5200200cu
#define FLASH_CR2 0x5200210cu

static const char *const chips[] = {"stm32h743zi", "stm32h723zg", "stm32h7a3zi", "stm32h745zi"};

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

// The limit: 3277 ms of programming in both banks at once, and 5 s for their erase.
static void an_stm32h743_is_programmed_at_the_speed_of_both_banks(void **state)
{
    (void)state;
    const size_t len = 2048 * KIB;
    struct desk *d = open_desk("stm32h743zi,probe=v3");
    uint8_t *image = some_image(len, 1), *other = some_image(len, 2);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, len));
    assert_in_range(took_ms(d), 3277, 3277 * 110 / 100);
    assert_int_equal(d->stats.verified, len);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, len));
    assert_in_range(took_ms(d), 1, 600);
    assert_int_equal(d->stats.skipped, len);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, other, len));
    assert_in_range(took_ms(d), 8277, 8300 * 110 / 100);
    assert_chip_holds(d, FLASH, other, len);
    free(image);
    free(other);
    close_desk(d);
}

// Two sectors of each bank, of which each takes a second: two seconds.
static void sectors_of_both_banks_are_erased_at_once(void **state)
{
    (void)state;
    const size_t len = 256 * KIB;
    struct desk *d = open_desk("stm32h743zi,probe=v3");
    uint8_t *old = some_image(2048 * KIB, 1), *image = some_image(len, 2);
    fill_chip(d, old, 2048 * KIB);
    begin_job(d, FLASH_ERASE_AUTO, FLASH + 128 * KIB, (uint32_t)len);
    OK(flash_job_erase(d->job, BANK2 + 256 * KIB, (uint32_t)len));
    OK(flash_job_write(d->job, FLASH + 128 * KIB, image, len));
    OK(flash_job_write(d->job, BANK2 + 256 * KIB, image, len));
    OK(finish_job(d));
    assert_in_range(took_ms(d), 2820, 3400); // and 820 ms for 8192 flash words
    assert_chip_holds(d, FLASH + 128 * KIB, image, len);
    assert_chip_holds(d, BANK2 + 256 * KIB, image, len);
    assert_chip_holds(d, FLASH, old, 128 * KIB);
    assert_chip_holds(d, BANK2, old + 1024 * KIB, 256 * KIB);
    free(old);
    free(image);
    close_desk(d);
}

static void unchanged_sectors_are_left_alone(void **state)
{
    (void)state;
    const size_t len = 512 * KIB;
    struct desk *d = open_desk("stm32h723zg");
    uint8_t *image = some_image(len, 1);
    fill_chip(d, image, len);
    image[200000] ^= 1;
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, len));
    assert_int_equal(d->stats.erased, 128 * KIB);
    assert_int_equal(d->stats.skipped, 384 * KIB);
    assert_chip_holds(d, FLASH, image, len);
    free(image);
    close_desk(d);
}

// ---- all dies -----------------------------------------------------------------------------------

static void programs_a_part_of(const char *chip, uint32_t addr)
{
    const size_t len = 5000;
    struct desk *d = open_desk(chip);
    uint8_t *image = some_image(len, 1), *other = some_image(len, 2);
    OK(program(d, FLASH_ERASE_AUTO, addr, image, len));
    assert_true(d->stats.by_loader);
    OK(program(d, FLASH_ERASE_PAGES, addr, other, len));
    assert_true(d->stats.by_loader);
    assert_chip_holds(d, addr, other, len);
    free(image);
    free(other);
    close_desk(d);
}

static void all_dies_are_programmed_up_to_their_end(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof chips / sizeof chips[0]; i++) {
        const bool one_bank = strstr(chips[i], "h723");
        programs_a_part_of(chips[i], FLASH);
        programs_a_part_of(chips[i], (one_bank ? BANK2 : BANK2 + 1024 * KIB) - 8 * KIB);
    }
}

static void the_debug_port_alone_programs(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct desk *d = open_desk(chips[i]);
        uint8_t *image = some_image(6 * KIB, 1), *other = some_image(6 * KIB, 2);
        fill_chip(d, other, 6 * KIB);
        program_by_debug_port(d, FLASH, image, 6 * KIB);
        free(image);
        free(other);
        close_desk(d);
    }
}

static void a_supply_that_is_low_is_told(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32h743zi,vdd=1750");
    uint8_t *image = some_image(16 * KIB, 1);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 16 * KIB));
    assert_non_null(strstr(d->heard, "at which the flash is programmed by 32 bits"));
    assert_chip_holds(d, FLASH, image, 16 * KIB);
    free(image);
    close_desk(d);
}

static void memories_registers_and_crc_unit_are_left_as_found(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32h743zi");
    uint8_t *image = some_image(24 * KIB, 1), *ram = some_image(32 * KIB, 3),
            *back = malloc(32 * KIB);
    uint32_t regs[CORTEXM_REG_COUNT];
    assert_non_null(back);
    OK(target_write_mem(&d->t, RAM, ram, 32 * KIB));
    set_word(d, RCC_AHB4, word_at(d, RCC_AHB4) | 1u << 19);
    set_word(d, CRC_INIT, 0x12345678);
    set_word(d, CRC_DR, 0x9abcdef0);
    const uint32_t kept[] = {CRC_DR, CRC_INIT, CRC_POL, RCC_AHB4, CCR, FLASH_CR1, FLASH_CR2};
    uint32_t value[sizeof kept / sizeof kept[0]];
    for (unsigned i = 0; i < sizeof kept / sizeof kept[0]; i++)
        value[i] = word_at(d, kept[i]);
    set_registers(d, regs);
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 24 * KIB));
    assert_true(d->stats.by_loader);
    assert_registers(d, regs);
    for (unsigned i = 0; i < sizeof kept / sizeof kept[0]; i++)
        assert_int_equal(word_at(d, kept[i]), value[i]);
    OK(target_read_mem(&d->t, RAM, back, 32 * KIB, NULL));
    assert_memory_equal(back, ram, 32 * KIB);
    free(image);
    free(ram);
    free(back);
    close_desk(d);
}

static void a_loader_that_dies_is_replaced(void **state)
{
    (void)state;
    loader_that_dies_is_replaced("stm32h7a3zi", FLASH_ERASE_PAGES);
}

static void a_job_that_is_cut_off_anywhere_is_repaired(void **state)
{
    (void)state;
    job_cut_off_anywhere_is_repaired("stm32h7a3zi", 20000, 5);
    job_cut_off_anywhere_is_repaired("stm32h743zi", 5000, 61);
}

// ---- options ------------------------------------------------------------------------------------

static void options_are_loaded_and_count(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32h743zi");
    uint8_t *image = some_image(20 * KIB, 1);
    set_option(d, "BOR_LEV", 1);
    set_option(d, "nRST_STOP_D1", 0);
    set_option(d, "WRPSn1", 0xfd);
    assert_int_equal(program(d, FLASH_ERASE_AUTO, FLASH + 128 * KIB, image, 20 * KIB),
                     ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "the flash sector at 0x08020000 is write-protected"));
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 20 * KIB));
    set_option(d, "WRPSn1", 0xff);
    set_option(d, "WRPSn2", 0x7f);
    assert_int_equal(program(d, FLASH_ERASE_AUTO, BANK2 + 1004 * KIB, image, 20 * KIB),
                     ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "bit 7 of WRPSn2"));
    set_option(d, "WRPSn2", 0xff);
    OK(program(d, FLASH_ERASE_AUTO, BANK2 + 1004 * KIB, image, 20 * KIB));
    free(image);
    close_desk(d);
}

static void banks_that_are_swapped_are_programmed_where_they_are(void **state)
{
    (void)state;
    static const char *const two_banks[] = {"stm32h743zi", "stm32h7a3zi"};
    for (unsigned i = 0; i < 2; i++) {
        struct desk *d = open_desk(two_banks[i]);
        uint8_t *one = some_image(9000, 1), *two = some_image(9000, 2);
        OK(program(d, FLASH_ERASE_AUTO, FLASH, one, 9000));
        OK(program(d, FLASH_ERASE_AUTO, BANK2, two, 9000));
        set_option(d, "SWAP_BANK", 1);
        assert_reads(d, FLASH, two, 9000);
        assert_reads(d, BANK2, one, 9000);
        one[7] ^= 1;
        OK(program(d, FLASH_ERASE_PAGES, BANK2, one, 9000));
        assert_reads(d, BANK2, one, 9000);
        assert_reads(d, FLASH, two, 9000);
        // Of bank 1, which is at the upper addresses now.
        set_option(d, i ? "WRPSGn1" : "WRPSn1", i ? 0xfffffffe : 0xfe);
        assert_int_equal(program(d, FLASH_ERASE_PAGES, BANK2, two, 9000), ERR_PROTECTED);
        OK(program(d, FLASH_ERASE_PAGES, FLASH, one, 9000));
        set_option(d, i ? "WRPSGn1" : "WRPSn1", i ? 0xffffffff : 0xff);
        set_option(d, "SWAP_BANK", 0);
        assert_reads(d, BANK2, one, 9000);
        free(one);
        free(two);
        close_desk(d);
    }
}

static void read_protection_is_set_and_left(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof chips / sizeof chips[0]; i++)
        fpec_is_protected_and_opened(chips[i]);
}

static void code_that_can_only_be_executed_is_told_and_left_by_unlock(void **state)
{
    (void)state;
    struct desk *d = open_desk("stm32h743zi");
    uint8_t *image = some_image(32 * KIB, 1), back[4];
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 32 * KIB));
    struct target_options_image o;
    OK(target_read_options(&d->t, &o));
    OK(target_option_set(&d->t, target_option_find(&d->t, "PROT_AREA_START1"), &o, 16));
    OK(target_option_set(&d->t, target_option_find(&d->t, "PROT_AREA_END1"), &o, 31));
    OK(target_option_set(&d->t, target_option_find(&d->t, "DMEP1"), &o, 1));
    OK(target_write_options(&d->t, &o));
    OK(target_halt(&d->t));
    assert_int_equal(target_read_mem(&d->t, FLASH + 5 * KIB, back, 4, NULL), ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "PROT_AREA1"));
    assert_int_equal(program(d, FLASH_ERASE_PAGES, FLASH, image, 5000), ERR_PROTECTED);
    struct target_options_image freed = o;
    OK(target_option_set(&d->t, target_option_find(&d->t, "PROT_AREA_END1"), &freed, 20));
    assert_int_equal(target_write_options(&d->t, &freed), ERR_PROTECTED);
    assert_non_null(strstr(d->log.sentence, "can be made more and not less"));
    assert_non_null(strstr(d->log.sentence, "DMEP1=1 RDP=1"));
    set_option(d, "RDP", 1);
    OK(target_unlock(&d->t));
    OK(target_halt(&d->t));
    OK(program(d, FLASH_ERASE_AUTO, FLASH, image, 32 * KIB));
    free(image);
    close_desk(d);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_stm32h743_is_programmed_at_the_speed_of_both_banks),
        cmocka_unit_test(sectors_of_both_banks_are_erased_at_once),
        cmocka_unit_test(unchanged_sectors_are_left_alone),
        cmocka_unit_test(all_dies_are_programmed_up_to_their_end),
        cmocka_unit_test(the_debug_port_alone_programs),
        cmocka_unit_test(a_supply_that_is_low_is_told),
        cmocka_unit_test(memories_registers_and_crc_unit_are_left_as_found),
        cmocka_unit_test(a_loader_that_dies_is_replaced),
        cmocka_unit_test(a_job_that_is_cut_off_anywhere_is_repaired),
        cmocka_unit_test(options_are_loaded_and_count),
        cmocka_unit_test(banks_that_are_swapped_are_programmed_where_they_are),
        cmocka_unit_test(read_protection_is_set_and_left),
        cmocka_unit_test(code_that_can_only_be_executed_is_told_and_left_by_unlock),
    };
    return run_tests_or_sample(argc, "flash_board_h7", tests, sizeof tests / sizeof tests[0]);
}
