// SPDX-License-Identifier: MIT
// A chip of a family that does not exist, by the porting guide: its id stands where no other chip
// has it, its flash has sectors of three sizes, its key for read protection is another, and it has
// neither a clock gate for its debug unit nor named options. The engines take it from its table.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "swd/mem_ap.h"
#include "targets/options.h"
#include "targets/target_private.h"
#include "tests/unit/choose.h"
#include "tests/unit/targets_world.h"

#define IDCODE     0x5c00f000u
#define SIZE_REG   0x5c00f100u
#define STATUS     0x5c00f300u // level in bits 15:8
#define OPTION0    0x5c00f400u
#define OPTION1    0x5c00f404u // level in bits 15:8
#define DBG_CR     0x5c00f004u
#define LEVEL0_KEY 0xa5u

static const uint32_t option_addr[] = {OPTION0, OPTION1};

static enum err read_options(struct flash_access *fa, uint32_t value[FLASH_OPTION_WORDS],
                             uint32_t *intact)
{
    *intact = 3;
    enum err e = mem_ap_read32(fa->mem, OPTION0, &value[0]);
    return e ? e : mem_ap_read32(fa->mem, OPTION1, &value[1]);
}

// The chip loads what was written by a reset; its status follows.
static enum err write_options(struct flash_access *fa, const uint32_t value[FLASH_OPTION_WORDS],
                              uint32_t which)
{
    enum err e = ERR_OK;
    for (unsigned i = 0; i < 2 && !e; i++)
        if (which >> i & 1)
            e = mem_ap_write32(fa->mem, option_addr[i], value[i]);
    return e ? e : mem_ap_write32(fa->mem, STATUS, value[1]);
}

static const struct flash_driver driver = {
    .name = "made-up",
    .option_words = 2,
    .read_options = read_options,
    .write_options = write_options,
};

static const struct rdp_scheme rdp = {
    .status_addr = STATUS,
    .status = {.shift = 8, .bits = 8, .level0 = LEVEL0_KEY, .level2 = RDP_NO_LEVEL},
    .option_word = 1,
    .option = {.shift = 8, .bits = 8, .level0 = LEVEL0_KEY, .level2 = RDP_NO_LEVEL},
    .option_level1 = 0xff,
};

static const struct dbgmcu_layout dbgmcu = {
    .reg = {{.addr = DBG_CR, .low_power = 1u << 0, .freeze = 1u << 8}},
};

static const struct family made_up;
static const struct chip chip = {
    .family = &made_up,
    .dev_id = 0x7ff,
    .name = "STM32Y001",
    .flash_base = 0x08000000,
    .flash_size_addr = SIZE_REG,
    .flash_max = 32768,
    .layout = {.erased = 0x00,
               .unit = 8,
               .run = {{.base = 0x08000000, .size = 4096, .count = 2},
                       {.base = 0x08002000, .size = 8192, .count = 1},
                       {.base = 0x08004000, .size = 16384, .count = 1}}},
    .sram_base = 0x20000000,
    .sram_size = 4096,
    .system_base = 0x1fff0000,
    .system_size = 4096,
    .uid_addr = 0x1ffff7ac,
};

static const struct family made_up = {
    .name = "STM32Y0",
    .idcode_addr = IDCODE,
    .chips = &chip,
    .chip_count = 1,
    .dbgmcu = &dbgmcu,
    .flash_regs = 0x5c00e000,
    .driver = &driver,
    .rdp = &rdp,
    .vdd_min_mv = 1650,
    .vdd_max_mv = 3600,
};

// Instead of targets/families/families.c.
const struct family *const families[] = {&made_up};
const unsigned family_count = 1;

static void attach_made_up(struct world *w, struct target *t, uint32_t level_key)
{
    world_make(w);
    w->idcode = 0; // nothing where an STM32F0 has it
    const struct {
        uint32_t addr, value;
    } more[] = {{IDCODE, 0x200007ff},
                {SIZE_REG, 32},
                {STATUS, level_key << 8},
                {OPTION0, 0x12345678},
                {OPTION1, 0xcafe0033 | level_key << 8},
                {DBG_CR, 0x40}};
    _Static_assert(sizeof more <= sizeof w->more, "room for the registers");
    memcpy(w->more, more, sizeof more);
    assert_int_equal(world_connect(w, t, TARGET_CONNECT_AUTO), ERR_OK);
}

static uint32_t look_at(const struct target *t, uint32_t addr)
{
    uint32_t value = 0;
    assert_int_equal(mem_ap_read32(&t->mem, addr, &value), ERR_OK);
    return value;
}

static void it_is_recognised_by_its_own_address(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    char text[128];
    attach_made_up(&w, &t, LEVEL0_KEY);
    assert_ptr_equal(t.id.chip, &chip);
    assert_int_equal(t.id.idcode_addr, IDCODE);
    assert_int_equal(t.id.flash_size, 32768);
    assert_true(t.id.rdp_known);
    assert_int_equal(t.id.rdp_level, 0);
    assert_string_equal(chip_describe(&t.id, text, sizeof text),
                        "STM32Y001, rev 2.0, 32 KiB flash, 4 KiB SRAM");
}

static void its_sectors_are_the_regions_of_its_flash(void **state)
{
    (void)state;
    static const uint32_t want[][3] = {
        {0x08000000, 8192, 4096}, {0x08002000, 8192, 8192}, {0x08004000, 16384, 16384}};
    struct world w;
    struct target t;
    unsigned found = 0;
    attach_made_up(&w, &t, LEVEL0_KEY);
    for (unsigned i = 0; i < t.region_count; i++) {
        if (t.region[i].kind != TARGET_REGION_FLASH)
            continue;
        assert_in_range(found, 0, 2);
        assert_int_equal(t.region[i].base, want[found][0]);
        assert_int_equal(t.region[i].size, want[found][1]);
        assert_int_equal(t.region[i].page_size, want[found][2]);
        found++;
    }
    assert_int_equal(found, 3);
}

static void its_debug_unit_is_set_and_put_back_without_any_gate(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    attach_made_up(&w, &t, LEVEL0_KEY);
    assert_int_equal(look_at(&t, DBG_CR), 0x141);
    target_disconnect(&t, false);
    assert_int_equal(look_at(&t, DBG_CR), 0x40);
    assert_int_equal(w.gate, 0); // of an STM32F0
    assert_int_equal(w.dbgmcu_cr, 1);
}

static void it_has_no_options_by_name(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    attach_made_up(&w, &t, LEVEL0_KEY);
    assert_null(target_option_at(&t, 0));
    assert_null(target_option_find(&t, "RDP"));
    assert_null(target_option_rdp(&t));
}

static void unlock_writes_its_own_key_and_keeps_the_rest(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    attach_made_up(&w, &t, 0x00);
    assert_int_equal(t.id.rdp_level, 1);
    assert_int_equal(target_unlock(&t), ERR_OK);
    assert_int_equal(t.id.rdp_level, 0);
    assert_int_equal(look_at(&t, OPTION0), 0x12345678);
    assert_int_equal(look_at(&t, OPTION1), 0xcafe0033 | LEVEL0_KEY << 8);
    assert_int_equal(target_unlock(&t), ERR_USAGE);
}

static void the_key_of_another_family_is_level_1(void **state)
{
    (void)state;
    struct world w;
    struct target t;
    attach_made_up(&w, &t, 0xaa); // level 0 of an STM32F0
    assert_int_equal(t.id.rdp_level, 1);
    attach_made_up(&w, &t, 0xcc); // its level 2
    assert_int_equal(t.id.rdp_level, 1);
}

static void the_supply_of_an_unknown_chip_is_the_widest(void **state)
{
    (void)state;
    unsigned least, most;
    family_supply(NULL, &least, &most);
    assert_int_equal(least, 1650);
    assert_int_equal(most, 3600);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_recognised_by_its_own_address),
        cmocka_unit_test(its_sectors_are_the_regions_of_its_flash),
        cmocka_unit_test(its_debug_unit_is_set_and_put_back_without_any_gate),
        cmocka_unit_test(it_has_no_options_by_name),
        cmocka_unit_test(unlock_writes_its_own_key_and_keeps_the_rest),
        cmocka_unit_test(the_key_of_another_family_is_level_1),
        cmocka_unit_test(the_supply_of_an_unknown_chip_is_the_widest),
    };
    return cmocka_run_group_tests_name("made_up_family", tests, NULL, NULL);
}
