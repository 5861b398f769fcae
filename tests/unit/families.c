// SPDX-License-Identifier: MIT
// The table of families, walked: unique ids, geometry that adds up, fields that fit their words.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "targets/families/family.h"
#include "tests/unit/choose.h"

static void check_chip(const struct family *f, const struct chip *c)
{
    assert_ptr_equal(c->family, f);
    assert_true(c->name && strncmp(c->name, "STM32", 5) == 0);
    assert_true(c->dev_id > 0 && c->dev_id <= 0xfff);
    assert_int_equal(flash_layout_bytes(&c->layout), c->flash_max);
    assert_int_equal(c->layout.run[0].base, c->flash_base);
    assert_true(c->layout.unit >= 2 && c->layout.unit <= FLASH_MAX_UNIT);
    for (unsigned run = 0; run < FLASH_RUNS; run++)
        assert_int_equal(c->layout.run[run].size % c->layout.unit, 0);
    assert_true(c->sram_base && c->sram_size >= 2048);
    assert_true(c->system_base && c->system_size && c->uid_addr && c->flash_size_addr);
    assert_int_equal(c->flash_size_addr & 1, 0);
}

static void every_chip_has_an_id_of_its_own_and_a_geometry_that_adds_up(void **state)
{
    (void)state;
    unsigned count = 0;
    for (unsigned f = 0; f < family_count; f++)
        for (unsigned i = 0; i < families[f]->chip_count; i++, count++) {
            const struct family *family = families[f];
            check_chip(family, &family->chips[i]);
            for (unsigned k = 0; k < i; k++)
                assert_int_not_equal(family->chips[k].dev_id, family->chips[i].dev_id);
        }
    assert_true(count >= 5);
}

static void no_two_families_answer_to_the_same_id(void **state)
{
    (void)state;
    for (unsigned f = 0; f < family_count; f++)
        for (unsigned g = 0; g < f; g++) {
            assert_string_not_equal(families[f]->name, families[g]->name);
            for (unsigned i = 0; i < families[f]->chip_count; i++)
                for (unsigned k = 0; k < families[g]->chip_count; k++)
                    assert_false(families[f]->idcode_addr == families[g]->idcode_addr &&
                                 families[f]->idcode_ap == families[g]->idcode_ap &&
                                 families[f]->chips[i].dev_id == families[g]->chips[k].dev_id);
        }
}

static void every_driver_of_a_family_is_in_the_table_of_drivers(void **state)
{
    (void)state;
    for (unsigned f = 0; f < family_count; f++) {
        bool found = false;
        for (unsigned k = 0; k < flash_driver_count; k++)
            found |= flash_drivers[k] == families[f]->driver;
        assert_true(found);
        assert_true(families[f]->flash_regs);
        assert_in_range(families[f]->vdd_min_mv, 1000, families[f]->vdd_max_mv);
    }
}

static void check_fields_of_chip(const struct family *family, const struct chip *chip)
{
    uint32_t taken[FLASH_OPTION_WORDS] = {0};
    for (unsigned i = 0; i < family->option_count; i++) {
        const struct option_field *o = &family->options[i];
        if (o->feature && !(chip->features & o->feature))
            continue;
        const uint32_t mask = (uint32_t)(((1ull << o->bits) - 1) << o->shift);
        assert_int_equal(taken[o->word] & mask, 0);
        taken[o->word] |= mask;
    }
}

static void option_fields_fit_their_words_and_do_not_overlap(void **state)
{
    (void)state;
    for (unsigned f = 0; f < family_count; f++) {
        const struct family *family = families[f];
        for (unsigned i = 0; i < family->option_count; i++) {
            const struct option_field *o = &family->options[i];
            assert_true(o->name && o->what);
            assert_true(o->word < family->driver->option_words);
            assert_true(o->bits > 0 && o->shift + o->bits <= 32);
            assert_true(!o->is_rdp || family->rdp);
        }
        for (unsigned c = 0; c < family->chip_count; c++)
            check_fields_of_chip(family, &family->chips[c]);
    }
}

static void check_code(const struct rdp_code *code)
{
    assert_true(code->bits > 0 && code->shift + code->bits <= 32);
    assert_true(code->level0 != RDP_NO_LEVEL && code->level0 != code->level2);
}

static void read_protection_has_a_value_for_levels_0_and_1(void **state)
{
    (void)state;
    for (unsigned f = 0; f < family_count; f++) {
        const struct rdp_scheme *rdp = families[f]->rdp;
        if (!rdp)
            continue;
        check_code(&rdp->status);
        check_code(&rdp->option);
        assert_true(rdp->status_addr && rdp->option_word < families[f]->driver->option_words);
        assert_int_not_equal(rdp->option_level1, rdp->option.level0);
        assert_int_not_equal(rdp->option_level1, rdp->option.level2);
    }
}

static void a_debug_unit_names_each_register_once(void **state)
{
    (void)state;
    for (unsigned f = 0; f < family_count; f++) {
        const struct dbgmcu_layout *l = families[f]->dbgmcu;
        assert_true(!l || !l->gate_addr == !l->gate_mask);
        for (unsigned i = 0; l && i < DBGMCU_MAX_REGS && l->reg[i].addr; i++) {
            assert_true(l->reg[i].low_power | l->reg[i].freeze);
            for (unsigned k = 0; k < i; k++)
                assert_int_not_equal(l->reg[i].addr, l->reg[k].addr);
        }
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_chip_has_an_id_of_its_own_and_a_geometry_that_adds_up),
        cmocka_unit_test(no_two_families_answer_to_the_same_id),
        cmocka_unit_test(every_driver_of_a_family_is_in_the_table_of_drivers),
        cmocka_unit_test(option_fields_fit_their_words_and_do_not_overlap),
        cmocka_unit_test(read_protection_has_a_value_for_levels_0_and_1),
        cmocka_unit_test(a_debug_unit_names_each_register_once),
    };
    return cmocka_run_group_tests_name("families", tests, NULL, NULL);
}
