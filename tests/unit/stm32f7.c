// SPDX-License-Identifier: MIT
// targets/families/stm32f7.c, and what flash/drivers/sector.c does on these chips only: sectors by
// size and nDBANK, the bits that protect them, both bits of a mass erase, and what a flash job
// needs of the chip around the controller.
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

#define ALIAS    0x00200000u
#define BASE     0x08000000u
#define NDBANK   (1u << 29)
#define NDBOOT   (1u << 28)
#define OPTCR2   0x40023c1cu
#define CRC_INIT 0x40023010u
#define CRC_POL  0x40023014u
#define NO_WRP   0x0fff0000u
#define CR_MER   (1u << 2)
#define CR_MER1  (1u << 15)
#define CR_STRT  (1u << 16)
#define CR_SER   (1u << 1)
#define CR_WORDS (2u << 8)
#define LEVEL0   0xaa00u

static const struct chip *chip_of(uint16_t dev_id)
{
    for (unsigned i = 0; i < stm32f7_family.chip_count; i++)
        if (stm32f7_family.chips[i].dev_id == dev_id)
            return &stm32f7_family.chips[i];
    fail_msg("no chip 0x%03x", dev_id);
    return NULL;
}

static struct family_geometry geometry_of(const struct chip *c, uint32_t kib, uint32_t optcr)
{
    struct family_geometry g = {.layout = flash_layout_cut(&c->layout, kib * KIB)};
    const uint32_t reg[FAMILY_GEOMETRY_REGS] = {optcr};
    stm32f7_family.geometry(c, kib * KIB, reg, &g);
    return g;
}

// ---- sectors ------------------------------------------------------------------------------------

static void sectors_follow_from_the_size_and_from_ndbank(void **state)
{
    (void)state;
    static const struct {
        uint16_t dev_id;
        uint32_t kib, optcr;
        unsigned sectors, banks;
        uint32_t first_kib, last, mass_ms;
    } rows[] = {
        {0x449, 1024, NDBANK, 8, 1, 32, 0x080c0000, 8000},
        {0x449, 512, 0, 6, 1, 32, 0x08040000, 4000},
        {0x449, 64, 0, 2, 1, 32, 0x08008000, 500},
        {0x451, 2048, NDBANK, 12, 1, 32, 0x081c0000, 8000},
        {0x451, 1024, NDBANK, 8, 1, 32, 0x080c0000, 4000},
        {0x451, 2048, 0, 24, 2, 16, 0x081e0000, 8000},
        {0x451, 1024, 0, 16, 2, 16, 0x080e0000, 4000},
        {0x452, 512, NDBANK, 8, 1, 16, 0x08060000, 4000},
        {0x452, 256, 0, 6, 1, 16, 0x08020000, 2000},
        {0x452, 64, 0, 4, 1, 16, 0x0800c000, 500},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct family_geometry g =
            geometry_of(chip_of(rows[i].dev_id), rows[i].kib, rows[i].optcr);
        const struct flash_layout *l = &g.layout;
        const unsigned count = flash_layout_count(l);
        assert_int_equal(flash_layout_bytes(l), rows[i].kib * KIB);
        assert_int_equal(flash_layout_span(l), rows[i].kib * KIB);
        assert_int_equal(count, rows[i].sectors);
        assert_int_equal(flash_layout_sector(l, 0).size, rows[i].first_kib * KIB);
        assert_int_equal(flash_layout_sector(l, count - 1).addr, rows[i].last);
        assert_int_equal(g.bank2, rows[i].banks == 2 ? BASE + rows[i].kib * KIB / 2 : 0);
        assert_in_range(l->mass_erase_us / 1000, rows[i].mass_ms - 5, rows[i].mass_ms + 5);
    }
}

// ---- the driver ---------------------------------------------------------------------------------

struct bench {
    struct world w;
    struct flash_access fa;
    struct flash_bank bank;
};

static void bench_open(struct bench *b, uint16_t dev_id, uint32_t kib, uint32_t optcr)
{
    const struct chip *c = chip_of(dev_id);
    const struct family_geometry g = geometry_of(c, kib, optcr);
    bool may_run;
    make(&b->w, &b->fa, &b->bank, stm32f7_family.prepare);
    b->bank.base = BASE;
    b->bank.alias = c->flash_alias;
    b->bank.size = flash_layout_span(&g.layout);
    b->bank.layout = g.layout;
    b->bank.bank2 = g.bank2;
    b->bank.regs = stm32f7_family.flash_regs;
    b->bank.params = c->flash_params;
    *cell(&b->w, OPTCR) = optcr | LEVEL0;
    OK(sector_driver.survey(&b->fa, &may_run));
}

static bool is_refused(struct bench *b, uint32_t addr)
{
    const enum err e = sector_driver.check_page(&b->fa, addr);
    assert_true(e == ERR_OK || e == ERR_PROTECTED);
    return e == ERR_PROTECTED;
}

static void a_bit_of_nwrp_has_one_sector_or_two(void **state)
{
    (void)state;
    static const struct {
        uint16_t dev_id;
        uint32_t kib, ndbank, bit;
        unsigned first, count; // of the sectors that it protects
    } rows[] = {
        {0x449, 1024, 0, 0, 0, 1},      {0x449, 1024, 0, 7, 7, 1},
        {0x452, 512, 0, 4, 4, 1},       {0x451, 2048, NDBANK, 11, 11, 1},
        {0x451, 2048, NDBANK, 6, 6, 1}, {0x451, 2048, 0, 0, 0, 2},
        {0x451, 2048, 0, 5, 10, 2},     {0x451, 2048, 0, 6, 12, 2},
        {0x451, 2048, 0, 11, 22, 2},    {0x451, 1024, 0, 3, 6, 2},
        {0x451, 1024, 0, 6, 8, 2},      {0x451, 1024, 0, 9, 14, 2},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench b;
        bench_open(&b, rows[i].dev_id, rows[i].kib,
                   (NO_WRP & ~(1u << (16 + rows[i].bit))) | rows[i].ndbank);
        for (unsigned n = 0; n < flash_layout_count(&b.bank.layout); n++)
            assert_int_equal(is_refused(&b, flash_layout_sector(&b.bank.layout, n).addr),
                             n - rows[i].first < rows[i].count);
    }
}

static void sectors_for_execution_only_have_bits_of_their_own(void **state)
{
    (void)state;
    struct bench b;
    struct flash_hidden hidden;
    bool may_run = true;
    bench_open(&b, 0x452, 512, NO_WRP);
    OK(sector_driver.find_hidden(&b.fa, BASE, 512 * KIB, &hidden));
    assert_int_equal(hidden.len, 0);
    *cell(&b.w, OPTCR2) = 0x80000000 | 6u << 1;
    OK(sector_driver.find_hidden(&b.fa, BASE, 512 * KIB, &hidden));
    assert_int_equal(hidden.addr, BASE + 2 * 16 * KIB);
    assert_int_equal(hidden.len, 2 * 16 * KIB);
    assert_string_equal(hidden.option, "PCROP");
    b.fa.enter.count = b.fa.leave.count = 0;
    OK(sector_driver.survey(&b.fa, &may_run));
    assert_false(may_run);
    for (unsigned n = 0; n < 8; n++)
        assert_int_equal(is_refused(&b, flash_layout_sector(&b.bank.layout, n).addr),
                         n == 2 || n == 3);
    assert_true(is_refused(&b, BASE + 3 * 16 * KIB));
    assert_non_null(strstr(log_sentence(&b.w.log, ERR_PROTECTED), "bit 3 of PCROP is 1"));
    assert_non_null(strstr(log_sentence(&b.w.log, ERR_PROTECTED), "PCROP_RDP=1 RDP=1"));
}

static void erases_name_their_sectors_and_all_banks(void **state)
{
    (void)state;
    static const struct {
        uint16_t dev_id;
        uint32_t kib, ndbank, addr, one, all; // FLASH_CR
    } rows[] = {
        {0x449, 1024, 0, 0x080c0000, 7u << 3, CR_MER},
        {0x452, 512, 0, 0x08010000, 4u << 3, CR_MER},
        {0x451, 2048, NDBANK, 0x081c0000, 11u << 3, CR_MER | CR_MER1},
        {0x451, 2048, 0, 0x080e0000, 11u << 3, CR_MER | CR_MER1},
        {0x451, 2048, 0, 0x08100000, 16u << 3, CR_MER | CR_MER1},
        {0x451, 1024, 0, 0x080e0000, 23u << 3, CR_MER | CR_MER1},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench b;
        bench_open(&b, rows[i].dev_id, rows[i].kib, NO_WRP | rows[i].ndbank);
        assert_int_equal(sector_driver.erase_code(&b.fa, rows[i].addr, FLASH_EXTENT_PAGE),
                         rows[i].one | CR_SER | CR_WORDS | CR_STRT);
        assert_int_equal(sector_driver.erase_code(&b.fa, BASE, FLASH_EXTENT_ALL),
                         rows[i].all | CR_WORDS | CR_STRT);
    }
}

static void the_bus_of_the_itcm_leads_to_the_same_flash(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, 0x449, 1024, NO_WRP);
    assert_int_equal(flash_bank_addr(&b.bank, ALIAS), BASE);
    assert_int_equal(flash_bank_addr(&b.bank, ALIAS + 1024 * KIB - 1), BASE + 1024 * KIB - 1);
    assert_int_equal(flash_bank_addr(&b.bank, ALIAS + 1024 * KIB), ALIAS + 1024 * KIB);
    assert_int_equal(flash_bank_addr(&b.bank, BASE + 4), BASE + 4);
    assert_int_equal(flash_bank_addr(&b.bank, 4), 4);
}

static void option_words_are_as_many_as_the_chip_has(void **state)
{
    (void)state;
    static const struct {
        uint16_t dev_id;
        uint32_t intact;
    } rows[] = {{0x449, 3}, {0x451, 3}, {0x452, 7}};
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct bench b;
        uint32_t value[FLASH_OPTION_WORDS] = {0}, intact;
        bench_open(&b, rows[i].dev_id, 512, NO_WRP);
        *cell(&b.w, OPTCR + 4) = 0x00400080;
        *cell(&b.w, OPTCR2) = 0x80000001;
        OK(sector_driver.read_options(&b.fa, value, &intact));
        assert_int_equal(intact, rows[i].intact);
        assert_int_equal(value[1], 0x00400080);
        assert_int_equal(value[2], rows[i].intact >> 2 ? 0x80000001 : 0);
    }
}

// ---- around the controller ----------------------------------------------------------------------

static void the_second_bank_may_come_first(void **state)
{
    (void)state;
    static const struct {
        uint32_t enr, optcr, memrmp;
        bool swapped;
        unsigned writes;
    } rows[] = {
        {0, NDBOOT, 1u << 8, false, 0}, // nobody can have set it
        {0, 0, 1u << 8, true, 2},
        {0, 0, 0, false, 2},
        {1u << 14, NDBOOT, 1u << 8, true, 0},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct world w;
        struct flash_access fa;
        struct flash_bank bank;
        bool swapped;
        make(&w, &fa, &bank, stm32f7_family.prepare);
        *cell(&w, RCC_APB2ENR) = rows[i].enr;
        *cell(&w, OPTCR) = rows[i].optcr;
        *cell(&w, MEMRMP) = rows[i].memrmp;
        OK(bank.prepare->find_swap(&fa, &swapped));
        assert_int_equal(swapped, rows[i].swapped);
        assert_int_equal(w.writes, rows[i].writes);
    }
}

static void a_job_gets_a_crc_unit_as_it_wants_it_and_gives_it_back(void **state)
{
    (void)state;
    struct world w;
    struct flash_access fa;
    struct flash_bank bank;
    make(&w, &fa, &bank, stm32f7_family.prepare);
    *cell(&w, RCC_AHB1ENR) = 0x7e7010ff | 1u << 20; // CRC, DTCM, DMA, Ethernet, USB
    *cell(&w, CRC_INIT) = 0x1234;
    *cell(&w, CRC_POL) = 0x8005;
    *cell(&w, CRC_CR) = 0x88;
    OK(bank.prepare->plan(&fa));
    assert_int_equal(w.writes, 0);
    OK(flash_sequence_run(&fa.enter, &w.mem));
    assert_int_equal(*cell(&w, CRC_INIT), 0xffffffff);
    assert_int_equal(*cell(&w, CRC_POL), 0x04c11db7);
    assert_int_equal(*cell(&w, RCC_AHB1ENR), 0x401010ff);
    OK(flash_sequence_run(&fa.leave, &w.mem));
    assert_int_equal(*cell(&w, CRC_INIT), 0x1234);
    assert_int_equal(*cell(&w, CRC_POL), 0x8005);
    assert_int_equal(*cell(&w, CRC_CR), 0x88);
    assert_int_equal(*cell(&w, RCC_AHB1ENR), 0x7e7010ff | 1u << 20);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sectors_follow_from_the_size_and_from_ndbank),
        cmocka_unit_test(a_bit_of_nwrp_has_one_sector_or_two),
        cmocka_unit_test(sectors_for_execution_only_have_bits_of_their_own),
        cmocka_unit_test(erases_name_their_sectors_and_all_banks),
        cmocka_unit_test(the_bus_of_the_itcm_leads_to_the_same_flash),
        cmocka_unit_test(option_words_are_as_many_as_the_chip_has),
        cmocka_unit_test(the_second_bank_may_come_first),
        cmocka_unit_test(a_job_gets_a_crc_unit_as_it_wants_it_and_gives_it_back),
    };
    return cmocka_run_group_tests_name("stm32f7", tests, NULL, NULL);
}
