// SPDX-License-Identifier: MIT
// An image and a chip: what fits, what is left out, and what is no program for it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "cli/image_place.h"
#include "tests/unit/choose.h"

#define FLASH 0x08000000u
#define RAM   0x20000000u

static const struct chip chip = {
    .option_base = 0x1ffff800, .option_size = 16, .sram_base = RAM, .sram_size = 0x1000};

struct desk {
    struct target t;
    struct image image;
    struct log log;
    char warning[LOG_SENTENCE_SIZE];
    uint32_t flash_bytes, ram_bytes;
};

static void keep_line(void *user, enum log_level level, const char *line)
{
    struct desk *d = user;
    if (level == LOG_WARN)
        snprintf(d->warning, sizeof d->warning, "%s", line);
}

// 32 KiB of flash and 4 KiB of SRAM.
static struct desk *open_desk(void)
{
    struct desk *d = calloc(1, sizeof *d);
    assert_non_null(d);
    d->log = (struct log){.level = LOG_WARN, .write = keep_line, .user = d};
    d->t.id.chip = &chip;
    d->t.log = &d->log;
    d->t.bank = (struct flash_bank){
        .base = FLASH,
        .size = 0x8000,
        .layout = {.erased = 0xff, .unit = 2, .run = {{FLASH, 1024, 32, 20000, 30000}}},
        .ram_base = RAM,
        .ram_size = 0x1000};
    return d;
}

static void close_desk(struct desk *d)
{
    for (size_t i = 0; i < d->image.count; i++)
        free(d->image.segment[i].data);
    free(d->image.segment);
    free(d);
}

static void add(struct desk *d, uint32_t addr, uint32_t first, uint32_t second, uint32_t len)
{
    d->image.segment = realloc(d->image.segment, (d->image.count + 1) * sizeof *d->image.segment);
    assert_non_null(d->image.segment);
    uint8_t *bytes = calloc(1, len < 8 ? 8 : len);
    assert_non_null(bytes);
    put_le32(bytes, first);
    put_le32(bytes + 4, second);
    d->image.segment[d->image.count++] = (struct image_segment){addr, len, bytes};
    d->image.size += len;
}

static enum err check(struct desk *d, struct image_request request)
{
    image_place(&d->image, &d->t, &request, &d->log);
    return image_check(&d->image, &d->t, &request, &d->flash_bytes, &d->ram_bytes, &d->log);
}

static void expect(struct desk *d, const char *part)
{
    const struct image_request no = {.has_address = false}, force = {.force = true};
    enum err e = check(d, no);
    if (!part && e)
        fail_msg("refused: %s", d->log.sentence);
    if (part && (e != ERR_FILE || !strstr(d->log.sentence, part)))
        fail_msg("%d: '%s' does not say '%s'", (int)e, d->log.sentence, part);
    if (part)
        assert_int_equal(check(d, force), ERR_OK);
    close_desk(d);
}

// A binary of 256 bytes.
static void expect_binary(uint32_t sp, uint32_t entry, const char *part)
{
    struct desk *d = open_desk();
    d->image.is_binary = d->image.floating = true;
    add(d, 0, sp, entry, 256);
    expect(d, part);
}

static void a_program_begins_with_a_stack_and_an_entry(void **state)
{
    (void)state;
    expect_binary(0x20001000, 0x080000c1, NULL);
    expect_binary(0x20000004, 0x08000009, NULL);
    expect_binary(0x20001004, 0x080000c1, "0x20001004, should be the end of the stack");
    expect_binary(0x20000000, 0x080000c1, "should be the end of the stack");
    expect_binary(0x20000ffe, 0x080000c1, "should be the end of the stack");
    expect_binary(0x04030201, 0x08070605, "should be the end of the stack");
    expect_binary(0, 0, "should be the end of the stack");
    expect_binary(0x20001000, 0x080000c0, "0x080000c0, should be the address of its first");
    expect_binary(0x20001000, 0x08008001, "should be the address of its first");
    expect_binary(0x20001000, 0x20000101, "should be the address of its first");
    expect_binary(0x20001000, 0xffffffff, "should be the address of its first");
    expect_binary(0x20001000, 0x080020c1, "is it for another place?");
    expect_binary(0x20001000, 0x000000c1, "linked to address 0");
}

// ST's linker scripts for an STM32H7 take the AXI SRAM.
static void the_stack_may_be_in_any_ram_of_the_chip(void **state)
{
    static const struct chip h7 = {
        .sram_base = RAM, .sram_size = 0x1000, .more_ram = {{.base = 0x24000000, .size = 0x80000}}};
    (void)state;
    for (uint32_t over = 0; over <= 4; over += 4) {
        struct desk *d = open_desk();
        d->t.id.chip = &h7;
        d->image.is_binary = d->image.floating = true;
        add(d, 0, 0x24080000 + over, 0x080000c1, 256);
        expect(d, over ? "should be the end of the stack" : NULL);
    }
}

static void a_few_bytes_are_no_program(void **state)
{
    (void)state;
    struct desk *d = open_desk();
    d->image.is_binary = d->image.floating = true;
    add(d, 0, 0x20001000, 0, 7);
    expect(d, "7 bytes are too few");
    d = open_desk(); // a patch, which says where it goes
    add(d, FLASH, 0x20001000, 0, 4);
    expect(d, NULL);
}

static void other_files_may_be_made_of_parts(void **state)
{
    (void)state;
    struct desk *d = open_desk();
    add(d, FLASH, 0x20001000, 0x08000401, 0x40);
    add(d, FLASH + 0x400, 0, 0, 0x40);
    add(d, RAM + 0x100, 0, 0, 0x20);
    expect(d, NULL);
    d = open_desk();
    add(d, FLASH + 0x400, 1, 2, 0x40); // behind a boot loader
    expect(d, NULL);
    d = open_desk();
    add(d, FLASH, 1, 2, 0x40);
    expect(d, "no program for this chip");
}

static void an_address_for_a_binary_is_taken_at_its_word(void **state)
{
    (void)state;
    struct desk *d = open_desk();
    d->image.is_binary = true;
    add(d, FLASH, 1, 2, 0x40);
    assert_int_equal(check(d, (struct image_request){.has_address = true, .address = FLASH}),
                     ERR_OK);
    assert_int_equal(d->flash_bytes, 0x40);
    close_desk(d);
}

static void an_empty_start_is_told(void **state)
{
    (void)state;
    struct desk *d = open_desk();
    add(d, FLASH, 0xffffffff, 0xffffffff, 0x40);
    assert_int_equal(check(d, (struct image_request){.force = false}), ERR_OK);
    assert_non_null(strstr(d->warning, "no program starts"));
    close_desk(d);
    d = open_desk(); // a flash that is erased to zeros
    d->t.bank.layout.erased = 0x00;
    add(d, FLASH, 0, 0, 0x40);
    assert_int_equal(check(d, (struct image_request){.force = false}), ERR_OK);
    assert_non_null(strstr(d->warning, "no program starts"));
    close_desk(d);
    d = open_desk();
    d->t.bank.layout.erased = 0x00;
    add(d, FLASH, 0xffffffff, 0xffffffff, 0x40);
    assert_int_equal(check(d, (struct image_request){.force = false}), ERR_FILE);
    close_desk(d);
}

static void option_bytes_are_left_out(void **state)
{
    (void)state;
    struct desk *d = open_desk();
    add(d, FLASH, 0x20001000, 0x08000009, 0x40);
    add(d, 0x1ffff800, 0, 0, 16);
    assert_int_equal(check(d, (struct image_request){.force = false}), ERR_OK);
    assert_int_equal(d->image.count, 1);
    assert_int_equal(d->image.size, 0x40);
    assert_non_null(strstr(d->warning, "16 bytes of the file, for 0x1ffff800, are option bytes"));
    close_desk(d);
    d = open_desk();
    add(d, 0x1ffff800, 0, 0, 16);
    assert_int_equal(check(d, (struct image_request){.force = false}), ERR_FILE);
    assert_non_null(strstr(d->log.sentence, "nothing in the file but option bytes"));
    close_desk(d);
}

static void an_image_for_address_0_is_moved_only_by_force(void **state)
{
    (void)state;
    struct desk *d = open_desk();
    add(d, 0, 0x20001000, 0x41, 0x80);
    add(d, RAM, 0, 0, 4);
    assert_int_equal(check(d, (struct image_request){.force = false}), ERR_FILE);
    assert_non_null(strstr(d->log.sentence, "linked to address 0x00000000"));
    assert_non_null(strstr(d->log.sentence, "linker script"));
    assert_int_equal(check(d, (struct image_request){.force = true}), ERR_OK);
    assert_int_equal(d->image.segment[0].addr, FLASH);
    assert_int_equal(d->image.segment[1].addr, RAM);
    close_desk(d);
}

static void what_does_not_fit_is_refused_also_by_force(void **state)
{
    (void)state;
    static const struct {
        uint32_t addr, len;
    } places[] = {{FLASH + 0x7ffc, 8}, {FLASH + 0x8000, 8}, {RAM + 0xffc, 8},
                  {FLASH - 4, 8},      {0x7ffc, 8},         {0xfffffff8, 8}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct desk *d = open_desk();
        add(d, places[i].addr, 0, 0, places[i].len);
        assert_int_equal(check(d, (struct image_request){.force = true}), ERR_FILE);
        assert_non_null(strstr(d->log.sentence, "is the file for another chip?"));
        close_desk(d);
    }
}

static void what_reaches_into_otp_is_refused_as_such(void **state)
{
    (void)state;
    static const struct {
        uint32_t addr, len;
        const char *told;
    } places[] = {{0x1fff7800, 8, "programmed once (OTP)"},
                  {0x1fff7a08, 8, "programmed once (OTP)"},
                  {0x1fff77fc, 8, "programmed once (OTP)"},
                  {0x1fff7a10, 8, "another chip?"},
                  {0x1fff7700, 256, "another chip?"}};
    struct chip with_otp = chip;
    with_otp.factory_base = 0x1fff7800;
    with_otp.otp_size = 528;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct desk *d = open_desk();
        d->t.id.chip = &with_otp;
        add(d, FLASH, 0x20001000, 0x08000009, 0x40);
        add(d, places[i].addr, 0, 0, places[i].len);
        assert_int_equal(check(d, (struct image_request){.force = true}), ERR_FILE);
        assert_non_null(strstr(d->log.sentence, places[i].told));
        close_desk(d);
    }
}

static void variables_without_a_load_address_are_refused(void **state)
{
    (void)state;
    struct desk *d = open_desk();
    d->image.without_load_addresses = true;
    add(d, FLASH, 0x20001000, 0x08000009, 0x40);
    add(d, RAM, 0, 0, 4);
    expect(d, "all physical addresses in the file are 0");
}

static void an_unknown_chip_is_told(void **state)
{
    (void)state;
    struct desk *d = open_desk();
    d->t.bank.size = 0;
    d->t.id.chip = NULL;
    d->t.id.idcode = 0x1234;
    d->image.is_binary = d->image.floating = true;
    add(d, 0, 0, 0, 16);
    assert_int_equal(check(d, (struct image_request){.force = true}), ERR_UNSUPPORTED);
    assert_int_equal(d->image.segment[0].addr, FLASH); // to be compared there
    close_desk(d);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_begins_with_a_stack_and_an_entry),
        cmocka_unit_test(the_stack_may_be_in_any_ram_of_the_chip),
        cmocka_unit_test(a_few_bytes_are_no_program),
        cmocka_unit_test(other_files_may_be_made_of_parts),
        cmocka_unit_test(an_address_for_a_binary_is_taken_at_its_word),
        cmocka_unit_test(an_empty_start_is_told),
        cmocka_unit_test(option_bytes_are_left_out),
        cmocka_unit_test(an_image_for_address_0_is_moved_only_by_force),
        cmocka_unit_test(what_does_not_fit_is_refused_also_by_force),
        cmocka_unit_test(what_reaches_into_otp_is_refused_as_such),
        cmocka_unit_test(variables_without_a_load_address_are_refused),
        cmocka_unit_test(an_unknown_chip_is_told),
    };
    return cmocka_run_group_tests_name("image_place", tests, NULL, NULL);
}
