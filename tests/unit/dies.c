// SPDX-License-Identifier: MIT
// The tables of dies, parts and revisions: nothing stands twice, sizes are those that the names
// say, and every place is asked once, those of the core first.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "targets/chip.h"
#include "targets/parts.h"
#include "tests/unit/choose.h"

static void every_number_is_there_once(void **state)
{
    (void)state;
    assert_true(die_count >= 90);
    for (unsigned i = 0; i < die_count; i++) {
        assert_ptr_equal(die_find(dies[i].dev_id), &dies[i]);
        assert_true(dies[i].dev_id > 0 && dies[i].dev_id <= 0xfff);
        assert_int_equal(strncmp(dies[i].family, "STM32", 5), 0);
        assert_int_equal(strncmp(dies[i].name, "STM32", 5), 0);
        assert_true(strlen(dies[i].name) < 100);
        assert_true(dies[i].idcode_addr);
        assert_int_equal(dies[i].flash_size_addr & 1, 0);
        assert_int_equal(dies[i].uid_addr & 3, 0);
    }
    assert_null(die_find(0));
    assert_null(die_find(0xfff));
}

static void every_chip_that_can_be_programmed_is_a_die(void **state)
{
    (void)state;
    for (unsigned f = 0; f < family_count; f++)
        for (unsigned i = 0; i < families[f]->chip_count; i++) {
            const struct die *die = die_find(families[f]->chips[i].dev_id);
            assert_non_null(die);
            assert_string_equal(die->family, families[f]->name);
            assert_int_equal(die->idcode_addr, families[f]->idcode_addr);
            assert_int_equal(die->flash_size_addr, families[f]->chips[i].flash_size_addr);
            assert_int_equal(die->uid_addr, families[f]->chips[i].uid_addr);
            assert_int_equal(die_uid_has_gap(die), families[f]->chips[i].uid_last_addr != 0);
            assert_int_equal(die_flash_base(die), families[f]->chips[i].flash_base);
            const unsigned largest = parts_largest_kib(die->dev_id) * 1024;
            assert_true(!largest || largest == families[f]->chips[i].flash_max);
        }
}

static void every_place_is_asked_once_and_the_cores_own_first(void **state)
{
    (void)state;
    for (unsigned i = 0; i < die_count; i++) {
        const uint32_t cpuid = 0x41000000u | (uint32_t)dies[i].core << 4;
        const struct die_place *place;
        bool own = true, before = true, found = false, ignored;
        unsigned n = 0;
        for (; (place = die_place(cpuid, n, &own)); n++) {
            assert_true(before || !own);
            before = own;
            found |= own && place->addr == dies[i].idcode_addr;
            // What is no DBGMCU would be taken for one where another core has something else.
            assert_true(own || place->kind == DIE_ID_DBGMCU);
            for (unsigned k = 0; k < n; k++)
                assert_int_not_equal(die_place(cpuid, k, &ignored)->addr, place->addr);
        }
        assert_true(n >= (dies[i].core == DIE_CORE_M0PLUS ? 9 : 7));
        assert_true(found);
    }
    bool own;
    assert_int_equal(die_place(0x410cc200, 0, &own)->addr, 0x40015800);
    assert_true(own);
    assert_int_equal(die_place(0x411fc231, 0, &own)->addr, 0xe0042000);
}

static void every_die_is_recognised_by_its_own_id(void **state)
{
    (void)state;
    for (unsigned i = 0; i < die_count; i++) {
        const uint32_t cpuid = 0x41000000u | (uint32_t)dies[i].core << 4;
        const struct die_place *place;
        bool own;
        unsigned n = 0;
        while ((place = die_place(cpuid, n, &own)) && place->addr != dies[i].idcode_addr)
            n++;
        const uint32_t id = place->kind == DIE_ID_JTAG ? 0x02000041u | dies[i].dev_id << 12
                                                       : 0x10006000u | dies[i].dev_id;
        assert_ptr_equal(die_of_id(place->kind, id, cpuid), &dies[i]);
    }
    // The first STM32F40x, and the STM32F2 whose id it has.
    assert_int_equal(die_of_id(DIE_ID_DBGMCU, 0x20006411, 0x410fc241)->dev_id, 0x413);
    assert_int_equal(die_of_id(DIE_ID_DBGMCU, 0x20036411, 0x412fc230)->dev_id, 0x411);
    // A timer's register is no id code of ST's; the radio's M0+ is told by another word.
    assert_null(die_of_id(DIE_ID_JTAG, 0x00000000, 0x410cc601));
    assert_null(die_of_id(DIE_ID_JTAG, 0x0201e043, 0x410cc601));
    assert_int_equal(die_of_id(DIE_ID_UID64, 0x0080e115, 0x410cc601)->dev_id, 0x497);
    assert_null(die_of_id(DIE_ID_UID64, 0x0080e126, 0x410cc601));
}

// ---- parts --------------------------------------------------------------------------------------

// What the letter of a part's name says (data sheets, "ordering information").
static unsigned kib_of_letter(char letter)
{
    static const struct {
        char letter;
        unsigned kib;
    } sizes[] = {{'3', 8},   {'4', 16},   {'6', 32},   {'8', 64},   {'B', 128},
                 {'Z', 192}, {'C', 256},  {'D', 384},  {'E', 512},  {'Y', 640},
                 {'F', 768}, {'G', 1024}, {'H', 1536}, {'I', 2048}, {'J', 4096}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        if (sizes[i].letter == letter)
            return sizes[i].kib;
    return 0;
}

// WB10 and WB15 have 320 KiB under the letter C.
static bool is_letter_right(const struct part_row *row)
{
    return row->flash_kib == kib_of_letter(row->size[1]) || !row->flash_kib ||
           (row->dev_id == 0x494 && row->flash_kib == 320);
}

static void every_part_belongs_to_a_die_and_is_named_by_its_size(void **state)
{
    (void)state;
    for (unsigned i = 0; i < part_row_count; i++) {
        const struct part_row *row = &part_rows[i], *before = row - 1;
        const struct die *die = die_find(row->dev_id);
        assert_non_null(die);
        assert_int_equal(row->size[0], 'x');
        assert_true(is_letter_right(row));
        assert_true(row->ram_kib >= 2 || !row->flash_kib);
        if (i > 0 && before->dev_id == row->dev_id)
            assert_true(before->flash_kib <= row->flash_kib);
        for (unsigned k = 0; k + 1 < i; k++) // the rows of a die stand together
            assert_false(part_rows[k].dev_id == row->dev_id && before->dev_id != row->dev_id);
    }
}

// The lines of a die are those of its name, and its name's sizes the smallest and the largest.
static void the_name_of_a_die_is_that_of_its_parts(void **state)
{
    (void)state;
    unsigned without = 0;
    for (unsigned i = 0; i < die_count; i++) {
        const struct part_row *row;
        unsigned least = 0, most = 0, n = 0;
        char sizes[40], line[PART_NAME_SIZE], lines[100] = "";
        for (; (row = parts_of(dies[i].dev_id, n)); n++) {
            least = n == 0 ? row->flash_kib : least;
            most = row->flash_kib;
            for (const char *p = row->lines; *p; p += *p == ' ') {
                snprintf(line, sizeof line, "%.*s", (int)strcspn(p, " "), p);
                assert_non_null(strstr(dies[i].name, line));
                p += strlen(line);
                if (!strstr(lines, line))
                    strcat(lines, line);
            }
        }
        without += n == 0;
        if (n == 0)
            continue;
        // No line stands in the name that no part has: their letters are as many.
        size_t letters = 0;
        snprintf(sizes, sizeof sizes, least == most ? ", %u KiB" : ", %u to %u KiB", least, most);
        const char *tail = most ? strstr(dies[i].name, sizes) : dies[i].name + strlen(dies[i].name);
        assert_non_null(tail);
        for (const char *p = dies[i].name + strlen("STM32"); p < tail; p++)
            letters += *p != ' ' && *p != ',';
        assert_int_equal(letters, strlen(lines));
    }
    assert_true(without >= 1); // the STM32WBA2x
}

static void assert_parts(uint16_t dev_id, unsigned kib, const char *wanted)
{
    char text[200];
    assert_string_equal(parts_text(dev_id, kib, text, sizeof text), wanted);
}

static void the_parts_that_fit_are_named(void **state)
{
    (void)state;
    unsigned least, most;
    assert_parts(0x466, 64, "STM32G030x8, G031x8 or G041x8");
    assert_parts(0x410, 64, "STM32F101x8, F102x8 or F103x8");
    assert_parts(0x421, 512, "STM32F446xE");
    assert_parts(0x437, 384, "STM32L151xD-X, L152xD-X or L162xD-X");
    assert_parts(0x486, 0, "STM32N645, N647, N655 or N657");
    assert_parts(0x466, 48, "");
    assert_parts(0x4b2, 512, "");
    char small[12];
    parts_text(0x466, 64, small, sizeof small);
    assert_string_equal(small, "STM32G030x8");
    assert_true(parts_ram_kib(0x410, 64, &least, &most));
    assert_int_equal(least, 10);
    assert_int_equal(most, 20);
    assert_false(parts_ram_kib(0x4b2, 0, &least, &most));
    assert_true(parts_have_one_size(0x032));
    assert_false(parts_have_one_size(0x444));
    assert_false(parts_have_one_size(0x4b2));
}

static void the_register_of_the_flash_size_is_read_as_each_die_means_it(void **state)
{
    (void)state;
    assert_int_equal(die_flash_kib(die_find(0x444), 32), 32);
    assert_int_equal(die_flash_kib(die_find(0x436), 0), 384);
    assert_int_equal(die_flash_kib(die_find(0x436), 1), 256);
    assert_int_equal(die_flash_kib(die_find(0x429), 0x4180), 128);
}

static void a_revision_has_its_letter_or_none(void **state)
{
    (void)state;
    assert_string_equal(die_revision(0x450, 0x2003), "V");
    assert_string_equal(die_revision(0x410, 0x0000), "A");
    assert_string_equal(die_revision(0x460, 0x1000), "A/Z");
    assert_null(die_revision(0x450, 0x2004));
    assert_null(die_revision(0x999, 0x1000));
}

// ---- what is said of it -------------------------------------------------------------------------

static void assert_said(const struct chip_identity *id, const char *wanted)
{
    char text[192];
    assert_string_equal(chip_describe(id, text, sizeof text), wanted);
}

static void a_chip_is_described_by_what_is_known_of_it(void **state)
{
    (void)state;
    struct chip_identity id = {.die = die_find(0x413),
                               .cpuid = 0x410fc241,
                               .idcode = 0x10016413,
                               .idcode_addr = 0xe0042000,
                               .flash_size = 1024 * 1024};
    assert_said(&id, "STM32F405xG, F407xG, F415xG or F417xG, rev Z, 1024 KiB flash");
    id.flash_size = 0;
    assert_said(&id, "STM32F405, F407, F415, F417, 512 to 1024 KiB, rev Z");
    id.cpuid = 0x411fc231;
    assert_said(&id, "STM32F405, F407, F415, F417, 512 to 1024 KiB, rev Z, by its id, but with "
                     "another core: by another maker?");
    id.maker = (struct chip_maker){.known = true, .designer = 7u << 7 | 0x51};
    assert_said(&id, "STM32F405, F407, F415, F417, 512 to 1024 KiB, rev Z, by its id, but its ROM "
                     "table names GigaDevice (JEP106 0x3d1) as the maker");
    id = (struct chip_identity){.cpuid = 0x411fc231, .idcode = 0x12345abc};
    assert_said(&id, "unknown chip (CPUID 0x411fc231, DBGMCU_IDCODE 0x12345abc)");
}

static void a_debug_port_that_st_does_not_have_is_doubted(void **state)
{
    (void)state;
    char text[CHIP_DOUBT_SIZE];
    struct chip_identity id = {
        .die = die_find(0x410), .cpuid = 0x411fc231, .dpidr = 0x1ba01477, .idcode = 0x20036410};
    assert_null(chip_doubt(&id, text, sizeof text));
    id.dpidr = 0x2ba01477;
    assert_non_null(strstr(chip_doubt(&id, text, sizeof text), "0x2ba01477"));
    // A known maker decides.
    id.maker = (struct chip_maker){.known = true, .designer = CHIP_MAKER_ST, .part = 0x410};
    assert_non_null(chip_doubt(&id, text, sizeof text));
}

static void what_is_supported_is_what_the_tables_have(void **state)
{
    (void)state;
    const struct chip_support f0 = chip_support_of(die_find(0x444));
    const struct chip_support h5 = chip_support_of(die_find(0x484));
    assert_true(f0.flash && f0.options && f0.protection && f0.doctor && f0.tried_on_board);
    assert_false(f0.tried_on_hardware);
    assert_false(h5.flash || h5.options || h5.protection || h5.doctor || h5.tried_on_board);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_is_there_once),
        cmocka_unit_test(every_chip_that_can_be_programmed_is_a_die),
        cmocka_unit_test(every_place_is_asked_once_and_the_cores_own_first),
        cmocka_unit_test(every_die_is_recognised_by_its_own_id),
        cmocka_unit_test(every_part_belongs_to_a_die_and_is_named_by_its_size),
        cmocka_unit_test(the_name_of_a_die_is_that_of_its_parts),
        cmocka_unit_test(the_parts_that_fit_are_named),
        cmocka_unit_test(the_register_of_the_flash_size_is_read_as_each_die_means_it),
        cmocka_unit_test(a_revision_has_its_letter_or_none),
        cmocka_unit_test(a_chip_is_described_by_what_is_known_of_it),
        cmocka_unit_test(a_debug_port_that_st_does_not_have_is_doubted),
        cmocka_unit_test(what_is_supported_is_what_the_tables_have),
    };
    return cmocka_run_group_tests_name("dies", tests, NULL, NULL);
}
