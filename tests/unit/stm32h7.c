// SPDX-License-Identifier: MIT
// targets/families/stm32h7.c and stm32h7_prepare.c: banks by size, and what a flash job needs of
// the chip around the controller.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "targets/families/family.h"
#include "tests/unit/choose.h"
#include "tests/unit/reg_world.h"

#define C1_AHB3ENR 0x58024534u
#define C1_AHB1ENR 0x58024538u
#define C1_AHB4ENR 0x58024540u
#define C1_APB3ENR 0x58024544u
#define WWDG1_CR   0x50003000u
#define WWDG1_CFR  0x50003004u
#define CRC_INIT   0x10u
#define CRC_POL    0x14u

static const struct chip *chip_of(uint16_t dev_id)
{
    for (unsigned i = 0; i < stm32h7_family.chip_count; i++)
        if (stm32h7_family.chips[i].dev_id == dev_id)
            return &stm32h7_family.chips[i];
    fail();
    return NULL;
}

static void half_of_the_flash_is_in_each_bank_and_the_smallest_have_one(void **state)
{
    (void)state;
    static const struct {
        uint16_t dev_id;
        unsigned kib, first, second;
        uint32_t mass_us;
    } rows[] = {
        {0x450, 2048, 8, 8, 5000000},    {0x450, 1024, 4, 4, 4000000},  {0x450, 128, 1, 0, 1000000},
        {0x483, 1024, 8, 0, 5000000},    {0x483, 512, 4, 0, 4000000},   {0x483, 128, 1, 0, 1000000},
        {0x480, 2048, 128, 128, 256000}, {0x480, 1024, 64, 64, 128000}, {0x480, 128, 16, 0, 32000},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct chip *chip = chip_of(rows[i].dev_id);
        const uint32_t size = rows[i].kib * 1024, reg[FAMILY_GEOMETRY_REGS] = {0};
        struct family_geometry g = {.layout = flash_layout_cut(&chip->layout, size)};
        stm32h7_family.geometry(chip, size, reg, &g);
        assert_int_equal(g.layout.run[0].count, rows[i].first);
        assert_int_equal(g.layout.run[1].count, rows[i].second);
        assert_int_equal(g.bank2, rows[i].second ? 0x08100000 : 0);
        assert_int_equal(flash_layout_bytes(&g.layout), size);
        assert_int_equal(g.layout.mass_erase_us, rows[i].mass_us);
    }
}

static void a_job_gets_its_crc_unit_and_no_mdma_and_all_is_as_before(void **state)
{
    (void)state;
    static const struct {
        uint16_t dev_id;
        uint32_t crc_unit, crc_clock, crc_bit;
    } rows[] = {{0x450, 0x58024c00, C1_AHB4ENR, 1u << 19},
                {0x483, 0x58024c00, C1_AHB4ENR, 1u << 19},
                {0x480, 0x40023000, C1_AHB1ENR, 1u << 9}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (unsigned used = 0; used < 2; used++) {
            const struct chip *chip = chip_of(rows[i].dev_id);
            struct world w;
            struct flash_access fa;
            struct flash_bank bank;
            make(&w, &fa, &bank, chip->prepare ? chip->prepare : stm32h7_family.prepare);
            *cell(&w, C1_AHB3ENR) = 0x80000001;
            *cell(&w, rows[i].crc_clock) = 1 | (used ? rows[i].crc_bit : 0);
            *cell(&w, C1_APB3ENR) = 1u << 6;
            *cell(&w, WWDG1_CR) = 0xff;
            *cell(&w, WWDG1_CFR) = 0x50;
            *cell(&w, rows[i].crc_unit + CRC_INIT) = 0x1234;
            *cell(&w, rows[i].crc_unit + CRC_POL) = 0x8005;
            assert_int_equal(bank.prepare->crc_unit, rows[i].crc_unit);
            OK(bank.prepare->plan(&fa));
            assert_int_equal(w.writes, 0);
            assert_int_equal(fa.watchdog[0][0], 0x58004800);
            assert_int_equal(fa.watchdog[1][0], WWDG1_CR);
            OK(flash_sequence_run(&fa.enter, &w.mem));
            assert_int_equal(*cell(&w, C1_AHB3ENR), 0x80000000);
            assert_int_equal(*cell(&w, rows[i].crc_clock), 1 | rows[i].crc_bit);
            assert_int_equal(*cell(&w, WWDG1_CFR), 0x7f);
            assert_int_equal(*cell(&w, rows[i].crc_unit + CRC_POL), used ? 0x04c11db7 : 0x8005);
            OK(flash_sequence_run(&fa.leave, &w.mem));
            assert_int_equal(*cell(&w, C1_AHB3ENR), 0x80000001);
            assert_int_equal(*cell(&w, rows[i].crc_clock), 1 | (used ? rows[i].crc_bit : 0));
            assert_int_equal(*cell(&w, WWDG1_CFR), 0x50);
            assert_int_equal(*cell(&w, rows[i].crc_unit + CRC_POL), 0x8005);
        }
}

static void the_core_s_supply_is_told(void **state)
{
    (void)state;
    static const struct {
        uint32_t cr3;
        const char *says;
    } rows[] = {{1, "from outside"},
                {2, "the LDO (PWR_CR3.LDOEN)"},
                {4, "the SMPS (PWR_CR3.SDEN)"},
                {6, "not chosen since power-on"},
                {0x16, "of 1.8 V"},
                {0x26, "of 2.5 V"},
                {0, ""}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t value[FAMILY_REGISTERS];
        char text[160];
        for (unsigned n = 0; n < FAMILY_REGISTERS; n++)
            value[n] = strcmp(stm32h7_family.doctor->reg[n].name, "PWR_CR3") ? 0 : rows[i].cr3;
        const char *said = stm32h7_family.doctor->core_supply(value, text, sizeof text);
        assert_non_null(strstr(said, rows[i].says));
        assert_true(rows[i].says[0] || !said[0]);
    }
}

static void what_slows_the_core_is_told(void **state)
{
    (void)state;
    static const struct {
        uint32_t cr, cfgr, d1cfgr;
        const char *says;
    } rows[] = {{0, 0, 0, ""},
                {3u << 3, 0, 0, "RCC_CR divides HSI, from which the core runs, by 8"},
                {3u << 3, 3u << 3, 0, ""}, // it runs from the PLL
                {0, 1u << 3, 0, "from CSI, at 4 MHz"},
                {0, 0, 8u << 8 | 9u, "RCC_D1CFGR divides the clock of the core and its bus by 8"}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t value[FAMILY_REGISTERS] = {0};
        char text[160];
        for (unsigned n = 0; n < FAMILY_REGISTERS; n++) {
            const char *name = stm32h7_family.doctor->reg[n].name;
            value[n] = strcmp(name, "RCC_CR") == 0       ? rows[i].cr
                       : strcmp(name, "RCC_CFGR") == 0   ? rows[i].cfgr
                       : strcmp(name, "RCC_D1CFGR") == 0 ? rows[i].d1cfgr
                                                         : 0;
        }
        const char *said = stm32h7_family.doctor->slow_clock(value, text, sizeof text);
        assert_non_null(strstr(said, rows[i].says));
        assert_true(rows[i].says[0] || !said[0]);
    }
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(half_of_the_flash_is_in_each_bank_and_the_smallest_have_one),
        cmocka_unit_test(a_job_gets_its_crc_unit_and_no_mdma_and_all_is_as_before),
        cmocka_unit_test(the_core_s_supply_is_told),
        cmocka_unit_test(what_slows_the_core_is_told),
    };
    return cmocka_run_group_tests_name("stm32h7", tests, NULL, NULL);
}
