// SPDX-License-Identifier: MIT
// targets/families/stm32f4.c, stm32f2.c and rcc_f4.c: sectors by size and options, and what a flash
// job needs of the chip around the controller.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flash/drivers/sector.h"
#include "targets/families/family.h"
#include "tests/unit/choose.h"
#include "tests/unit/reg_world.h"

#define DB1M (1u << 30)
#define BFB2 (1u << 4)

static const struct chip *chip_of(uint16_t dev_id)
{
    for (unsigned f = 0; f < 2; f++) {
        const struct family *family = f ? &stm32f2_family : &stm32f4_family;
        for (unsigned i = 0; i < family->chip_count; i++)
            if (family->chips[i].dev_id == dev_id)
                return &family->chips[i];
    }
    fail_msg("no chip 0x%03x", dev_id);
    return NULL;
}

// ---- sectors ------------------------------------------------------------------------------------

static void sectors_follow_from_the_size_and_from_the_options(void **state)
{
    (void)state;
    static const struct {
        uint16_t dev_id;
        uint32_t kib, optcr;
        unsigned sectors, banks; // and the last sector:
        uint32_t last, mass_ms;
    } rows[] = {
        {0x413, 1024, 0, 12, 1, 0x080e0000, 8000},    {0x413, 512, 0, 8, 1, 0x08060000, 4000},
        {0x411, 128, 0, 5, 1, 0x08010000, 1000},      {0x411, 768, 0, 10, 1, 0x080a0000, 6000},
        {0x419, 2048, 0, 24, 2, 0x081e0000, 8000},    {0x419, 1024, 0, 12, 1, 0x080e0000, 8000},
        {0x419, 1024, DB1M, 16, 2, 0x080e0000, 4000}, {0x419, 512, DB1M, 8, 1, 0x08060000, 4000},
        {0x434, 2048, DB1M, 24, 2, 0x081e0000, 8000}, {0x434, 1024, DB1M, 16, 2, 0x080e0000, 4000},
        {0x423, 256, 0, 6, 1, 0x08020000, 2000},      {0x423, 128, 0, 5, 1, 0x08010000, 1000},
        {0x433, 384, 0, 7, 1, 0x08040000, 3000},      {0x431, 512, DB1M, 8, 1, 0x08060000, 4000},
        {0x421, 256, 0, 6, 1, 0x08020000, 2000},      {0x441, 1024, DB1M, 12, 1, 0x080e0000, 8000},
        {0x458, 64, 0, 4, 1, 0x0800c000, 500},        {0x458, 128, 0, 5, 1, 0x08010000, 1000},
        {0x463, 1536, 0, 16, 1, 0x08160000, 12000},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct chip *c = chip_of(rows[i].dev_id);
        struct family_geometry g = {.layout = flash_layout_cut(&c->layout, rows[i].kib * KIB)};
        const uint32_t reg[FAMILY_GEOMETRY_REGS] = {rows[i].optcr};
        c->family->geometry(c, rows[i].kib * KIB, reg, &g);
        const struct flash_layout l = g.layout;
        const unsigned count = flash_layout_count(&l);
        assert_int_equal(flash_layout_bytes(&l), rows[i].kib * KIB);
        assert_int_equal(flash_layout_span(&l), rows[i].kib * KIB);
        assert_int_equal(count, rows[i].sectors);
        assert_int_equal(flash_layout_sector(&l, count - 1).addr, rows[i].last);
        assert_int_equal(flash_layout_sector(&l, count / rows[i].banks - 1).addr +
                             flash_layout_sector(&l, count / rows[i].banks - 1).size,
                         0x08000000 + rows[i].kib * KIB / rows[i].banks);
        assert_int_equal(g.bank2, rows[i].banks == 2 ? 0x08000000 + rows[i].kib * KIB / 2 : 0);
        assert_in_range(l.mass_erase_us / 1000, rows[i].mass_ms - 5, rows[i].mass_ms + 5);
    }
}

static void every_sector_has_a_bit_that_protects_it(void **state)
{
    (void)state;
    static const uint16_t dev_ids[] = {0x411, 0x413, 0x419, 0x421, 0x423, 0x431,
                                       0x433, 0x434, 0x441, 0x458, 0x463};
    for (unsigned i = 0; i < sizeof dev_ids / sizeof dev_ids[0]; i++) {
        const struct chip *c = chip_of(dev_ids[i]);
        const struct sector_params *p = c->flash_params ? c->flash_params : c->family->flash_params;
        const unsigned count = flash_layout_count(&c->layout) / (p->option_regs == 2 ? 2 : 1);
        unsigned bits = 0;
        for (unsigned k = 0; k < c->family->option_count; k++) {
            const struct option_field *o = &c->family->options[k];
            if (strcmp(o->name, "nWRP") == 0 && (!o->feature || c->features & o->feature))
                bits = o->bits;
        }
        assert_int_equal(bits, p->last_wrp_bit + 1);
        assert_in_range(count, bits, bits + (dev_ids[i] == 0x463));
    }
}

// ---- which bank comes first ---------------------------------------------------------------------

static void the_second_bank_may_come_first(void **state)
{
    (void)state;
    static const struct {
        uint32_t enr, optcr, memrmp;
        bool swapped;
        unsigned writes;
    } rows[] = {
        {0, 0, 1u << 8, false, 0}, // nobody can have set it
        {0, BFB2, 1u << 8, true, 2},     {0, BFB2, 0, false, 2},
        {1u << 14, 0, 1u << 8, true, 0}, {1u << 14, BFB2, 3, false, 0},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world w;
        struct flash_access fa;
        struct flash_bank bank;
        bool swapped;
        make(&w, &fa, &bank, stm32f4_family.prepare);
        *cell(&w, RCC_APB2ENR) = rows[i].enr | 0x100;
        *cell(&w, OPTCR) = rows[i].optcr;
        *cell(&w, MEMRMP) = rows[i].memrmp;
        OK(bank.prepare->find_swap(&fa, &swapped));
        assert_int_equal(swapped, rows[i].swapped);
        assert_int_equal(w.writes, rows[i].writes);
        assert_int_equal(*cell(&w, RCC_APB2ENR), rows[i].enr | 0x100);
    }
}

// ---- what a job needs ---------------------------------------------------------------------------

static void a_job_gets_its_clock_and_the_program_its_state_back(void **state)
{
    (void)state;
    static const struct {
        uint32_t cfgr, during; // RCC_CFGR
    } rows[] = {
        {0, 0},           {0xf0, 0x00}, // HSI by 512: too slow for the flash
        {0x1480, 0x1400},               // HSI by 2, and prescalers of buses
        {0x85, 0x85},     {0xfa, 0xfa}, // HSE, PLL: as fast as the program wants it
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world w;
        struct flash_access fa;
        struct flash_bank bank;
        make(&w, &fa, &bank, stm32f4_family.prepare);
        *cell(&w, RCC_CFGR) = rows[i].cfgr;
        *cell(&w, RCC_AHB1ENR) = 0x7e7410ff; // CRC, DMA, Ethernet, USB
        *cell(&w, RCC_APB1ENR) = 1u << 11;
        *cell(&w, WWDG_CR) = 0xc5;
        *cell(&w, WWDG_CR + 4) = 0x1c1;
        *cell(&w, CRC_DR) = 0x12345678;
        OK(bank.prepare->plan(&fa));
        assert_int_equal(w.writes, 0);
        OK(flash_sequence_run(&fa.enter, &w.mem));
        assert_int_equal(*cell(&w, RCC_CFGR), rows[i].during);
        assert_int_equal(*cell(&w, RCC_AHB1ENR), 0x401410ff);
        assert_int_equal(*cell(&w, WWDG_CR + 4), 0x1ff);
        assert_int_equal(fa.watchdog[0][0], 0x40003000);
        assert_int_equal(fa.watchdog[1][0], WWDG_CR);
        OK(flash_sequence_run(&fa.leave, &w.mem));
        assert_int_equal(*cell(&w, RCC_CFGR), rows[i].cfgr);
        assert_int_equal(*cell(&w, RCC_AHB1ENR), 0x7e7410ff);
        assert_int_equal(*cell(&w, WWDG_CR + 4), 0x1c1);
        assert_int_equal(*cell(&w, CRC_CR), 1);
    }
}

static void without_a_loader_the_flash_gets_a_clock_that_is_fast_enough(void **state)
{
    (void)state;
    struct world w;
    struct flash_access fa;
    struct flash_bank bank;
    make(&w, &fa, &bank, stm32f4_family.prepare);
    *cell(&w, RCC_CFGR) = 0x14f0;
    OK(bank.prepare->clock_on(&fa));
    assert_int_equal(*cell(&w, RCC_CFGR), 0x1400);
    OK(bank.prepare->clock_on(&fa));
    assert_int_equal(w.writes, 1);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sectors_follow_from_the_size_and_from_the_options),
        cmocka_unit_test(every_sector_has_a_bit_that_protects_it),
        cmocka_unit_test(the_second_bank_may_come_first),
        cmocka_unit_test(a_job_gets_its_clock_and_the_program_its_state_back),
        cmocka_unit_test(without_a_loader_the_flash_gets_a_clock_that_is_fast_enough),
    };
    return cmocka_run_group_tests_name("stm32f4", tests, NULL, NULL);
}
