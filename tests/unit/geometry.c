// SPDX-License-Identifier: MIT
// What options make of the flash (family.geometry): pages, banks, gaps, and what belongs to a
// second core, for each die whose manual says that it depends.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "targets/families/family.h"
#include "tests/unit/choose.h"

#define KIB  1024u
#define BASE 0x08000000u

#define DUALBANK (1u << 21)
#define DBANK    (1u << 22)
#define ESE      (1u << 8)

struct expected {
    const char *what;
    const struct family *family;
    uint16_t dev_id;
    uint32_t kib, optr, sfr;
    uint32_t page, bytes, bank2; // bank2: from BASE
    uint32_t second_run;         // from BASE; 0: there is one run
    bool joined, by_pages, taken;
};

static const struct expected rows[] = {
    // RM0444, 3.3.1
    {.what = "G0B1 of 512 KiB",
     .family = &stm32g0_family,
     .dev_id = 0x467,
     .kib = 512,
     .page = 2 * KIB,
     .bytes = 512 * KIB,
     .bank2 = 256 * KIB},
    {.what = "G0B1 of 256 KiB, one bank",
     .family = &stm32g0_family,
     .dev_id = 0x467,
     .kib = 256,
     .page = 2 * KIB,
     .bytes = 256 * KIB},
    {.what = "G0B1 of 256 KiB, two banks",
     .family = &stm32g0_family,
     .dev_id = 0x467,
     .kib = 256,
     .optr = DUALBANK,
     .page = 2 * KIB,
     .bytes = 256 * KIB,
     .bank2 = 128 * KIB},
    {.what = "G071",
     .family = &stm32g0_family,
     .dev_id = 0x460,
     .kib = 128,
     .optr = DUALBANK,
     .page = 2 * KIB,
     .bytes = 128 * KIB},
    // RM0351, 3.3.1
    {.what = "L476 of 1 MiB",
     .family = &stm32l4_family,
     .dev_id = 0x415,
     .kib = 1024,
     .page = 2 * KIB,
     .bytes = 1024 * KIB,
     .bank2 = 512 * KIB},
    {.what = "L476 of 512 KiB, two banks",
     .family = &stm32l4_family,
     .dev_id = 0x415,
     .kib = 512,
     .optr = DUALBANK,
     .page = 2 * KIB,
     .bytes = 512 * KIB,
     .bank2 = 256 * KIB},
    {.what = "L476 of 512 KiB, one bank",
     .family = &stm32l4_family,
     .dev_id = 0x415,
     .kib = 512,
     .page = 2 * KIB,
     .bytes = 512 * KIB,
     .joined = true},
    {.what = "L432: its bit 21 is reserved",
     .family = &stm32l4_family,
     .dev_id = 0x435,
     .kib = 256,
     .optr = DUALBANK,
     .page = 2 * KIB,
     .bytes = 256 * KIB},
    {.what = "L452 of 512 KiB",
     .family = &stm32l4_family,
     .dev_id = 0x462,
     .kib = 512,
     .optr = DUALBANK,
     .page = 2 * KIB,
     .bytes = 512 * KIB},
    // RM0432, 3.3.1
    {.what = "L4R5 of 2 MiB, two banks",
     .family = &stm32l4plus_family,
     .dev_id = 0x470,
     .kib = 2048,
     .optr = DBANK,
     .page = 4 * KIB,
     .bytes = 2048 * KIB,
     .bank2 = 1024 * KIB},
    {.what = "L4R5 of 2 MiB, one bank",
     .family = &stm32l4plus_family,
     .dev_id = 0x470,
     .kib = 2048,
     .optr = DUALBANK,
     .page = 8 * KIB,
     .bytes = 2048 * KIB,
     .joined = true},
    {.what = "L4R5 of 1 MiB, two banks by DB1M",
     .family = &stm32l4plus_family,
     .dev_id = 0x470,
     .kib = 1024,
     .optr = DUALBANK,
     .page = 4 * KIB,
     .bytes = 1024 * KIB,
     .bank2 = 512 * KIB},
    {.what = "L4R5 of 1 MiB, one bank",
     .family = &stm32l4plus_family,
     .dev_id = 0x470,
     .kib = 1024,
     .optr = DBANK,
     .page = 8 * KIB,
     .bytes = 1024 * KIB,
     .joined = true},
    {.what = "L4P5 of 512 KiB, two banks by DB512K",
     .family = &stm32l4plus_family,
     .dev_id = 0x471,
     .kib = 512,
     .optr = DUALBANK,
     .page = 4 * KIB,
     .bytes = 512 * KIB,
     .bank2 = 256 * KIB},
    // RM0440, 3.3.1
    {.what = "G431",
     .family = &stm32g4_family,
     .dev_id = 0x468,
     .kib = 128,
     .optr = DBANK,
     .page = 2 * KIB,
     .bytes = 128 * KIB},
    {.what = "G474 of 512 KiB, two banks",
     .family = &stm32g4_family,
     .dev_id = 0x469,
     .kib = 512,
     .optr = DBANK,
     .page = 2 * KIB,
     .bytes = 512 * KIB,
     .bank2 = 256 * KIB},
    {.what = "G474 of 256 KiB, two banks with a gap",
     .family = &stm32g4_family,
     .dev_id = 0x469,
     .kib = 256,
     .optr = DBANK,
     .page = 2 * KIB,
     .bytes = 256 * KIB,
     .bank2 = 256 * KIB,
     .second_run = 256 * KIB},
    {.what = "G474 of 128 KiB, two banks with a gap",
     .family = &stm32g4_family,
     .dev_id = 0x469,
     .kib = 128,
     .optr = DBANK,
     .page = 2 * KIB,
     .bytes = 128 * KIB,
     .bank2 = 256 * KIB,
     .second_run = 256 * KIB},
    {.what = "G474 of 512 KiB, one bank",
     .family = &stm32g4_family,
     .dev_id = 0x469,
     .kib = 512,
     .page = 4 * KIB,
     .bytes = 512 * KIB,
     .joined = true},
    {.what = "G491: one bank, whatever bit 22 means",
     .family = &stm32g4_family,
     .dev_id = 0x479,
     .kib = 512,
     .optr = DBANK,
     .page = 2 * KIB,
     .bytes = 512 * KIB},
    // RM0434, 3.10
    {.what = "WB55, its firmware from page 0xca on",
     .family = &stm32wb_family,
     .dev_id = 0x495,
     .kib = 1024,
     .optr = ESE,
     .sfr = 0xca,
     .page = 4 * KIB,
     .bytes = 0xca * 4 * KIB,
     .by_pages = true,
     .taken = true},
    {.what = "WB55 without one (FSD)",
     .family = &stm32wb_family,
     .dev_id = 0x495,
     .kib = 1024,
     .optr = ESE,
     .sfr = 1u << 8 | 0xca,
     .page = 4 * KIB,
     .bytes = 1024 * KIB,
     .by_pages = true},
    {.what = "WB55 without security (ESE)",
     .family = &stm32wb_family,
     .dev_id = 0x495,
     .kib = 1024,
     .sfr = 0xca,
     .page = 4 * KIB,
     .bytes = 1024 * KIB,
     .by_pages = true},
    {.what = "WB15",
     .family = &stm32wb_family,
     .dev_id = 0x494,
     .kib = 320,
     .optr = ESE,
     .sfr = 0x6c,
     .page = 2 * KIB,
     .bytes = 0x6c * 2 * KIB,
     .by_pages = true,
     .taken = true},
    // RM0453, 4.10; RM0461
    {.what = "WL55, its second half for the second core",
     .family = &stm32wl_family,
     .dev_id = 0x497,
     .kib = 256,
     .optr = ESE,
     .sfr = 0x40,
     .page = 2 * KIB,
     .bytes = 128 * KIB,
     .by_pages = true,
     .taken = true},
    {.what = "WL55 without one (FSD)",
     .family = &stm32wl_family,
     .dev_id = 0x497,
     .kib = 256,
     .optr = ESE,
     .sfr = 1u << 7 | 0x40,
     .page = 2 * KIB,
     .bytes = 256 * KIB},
    {.what = "WLE5",
     .family = &stm32wl_family,
     .dev_id = 0x497,
     .kib = 256,
     .page = 2 * KIB,
     .bytes = 256 * KIB},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static const struct chip *chip_of(const struct expected *e)
{
    for (unsigned i = 0; i < e->family->chip_count; i++)
        if (e->family->chips[i].dev_id == e->dev_id)
            return &e->family->chips[i];
    fail_msg("%s has no die 0x%03x", e->family->name, e->dev_id);
    return NULL;
}

static void flash_is_as_its_options_say(void **state)
{
    const struct expected *e = *state;
    const struct chip *chip = chip_of(e);
    const uint32_t reg[FAMILY_GEOMETRY_REGS] = {e->optr, e->sfr};
    struct family_geometry g = {.layout = flash_layout_cut(&chip->layout, e->kib * KIB)};
    e->family->geometry(chip, e->kib * KIB, reg, &g);
    assert_int_equal(g.layout.run[0].base, BASE);
    assert_int_equal(g.layout.run[0].size, e->page);
    assert_int_equal(flash_layout_bytes(&g.layout), e->bytes);
    assert_int_equal(g.bank2, e->bank2 ? BASE + e->bank2 : 0);
    assert_int_equal(g.layout.run[1].count ? g.layout.run[1].base - BASE : 0, e->second_run);
    if (e->second_run)
        assert_int_equal(g.layout.run[1].count, g.layout.run[0].count);
    assert_int_equal(g.joined, e->joined);
    assert_int_equal(g.by_pages, e->by_pages);
    assert_int_equal(g.taken_by != NULL, e->taken);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    struct CMUnitTest tests[ROWS];
    for (unsigned i = 0; i < ROWS; i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].what,
                                       .test_func = flash_is_as_its_options_say,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests_name("geometry", tests, NULL, NULL);
}
