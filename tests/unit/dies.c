// SPDX-License-Identifier: MIT
// The table of dies says nothing twice and nothing against the table of chips, and every address is
// asked once, those of the core first.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "targets/chip.h"

static void every_number_is_there_once(void **state)
{
    (void)state;
    assert_true(die_count >= 88);
    for (unsigned i = 0; i < die_count; i++) {
        assert_ptr_equal(die_find(dies[i].dev_id), &dies[i]);
        assert_true(dies[i].dev_id > 0 && dies[i].dev_id <= 0xfff);
        assert_int_equal(strncmp(dies[i].family, "STM32", 5), 0);
        assert_int_equal(strncmp(dies[i].name, "STM32", 5), 0);
        assert_true(strlen(dies[i].name) < 100);
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
        }
}

static void every_place_is_asked_once_and_the_cores_own_first(void **state)
{
    (void)state;
    for (unsigned i = 0; i < die_count; i++) {
        uint32_t cpuid = 0x41000000u | (uint32_t)dies[i].core << 4, addr;
        bool own = true, before = true, found = dies[i].idcode_addr == 0;
        unsigned n = 0;
        for (; (addr = die_idcode_addr(cpuid, n, &own)); n++) {
            assert_true(before || !own);
            before = own;
            found |= own && addr == dies[i].idcode_addr;
            for (unsigned k = 0; k < n; k++) {
                bool ignored;
                assert_int_not_equal(die_idcode_addr(cpuid, k, &ignored), addr);
            }
        }
        assert_true(n >= 7);
        assert_true(found);
    }
    bool own;
    assert_int_equal(die_idcode_addr(0x410cc200, 0, &own), 0x40015800);
    assert_true(own);
    assert_int_equal(die_idcode_addr(0x411fc231, 0, &own), 0xe0042000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_is_there_once),
        cmocka_unit_test(every_chip_that_can_be_programmed_is_a_die),
        cmocka_unit_test(every_place_is_asked_once_and_the_cores_own_first),
    };
    return cmocka_run_group_tests_name("dies", tests, NULL, NULL);
}
