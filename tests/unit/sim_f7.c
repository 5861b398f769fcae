// SPDX-License-Identifier: MIT
// The virtual STM32F7 against RM0385, RM0410 and RM0431: what its flash, options, boot, clocks,
// power, memories and debug support have that those of an STM32F4 have not. What they share is in
// sim_flash_sectors.c, sim_sector_options.c and sim_f4.c; the processor in sim_m7.c.
#include "tests/unit/choose.h"
#include "tests/unit/sim_f4_bench.h"

#include "sim/families/programs.h"

#define OPTCR2     0x40023c1cu
#define ITCM       0x00200000u
#define SYSTEM     0x1ff00000u
#define F7_OTP     0x1ff0f000u
#define OPTIONS_AT 0x1fff0000u
#define VTOR       0xe000ed08u
#define CPUID      0xe000ed00u
#define CCSIDR     0xe000ed80u
#define ITCMCR     0xe000ef90u
#define MVFR0      0xe000ef40u
#define DBG_ID     0xe0042000u
#define DBG_FZ1    0xe0042008u
#define ROM        0xe00fd000u
#define RCC(reg)   (0x40023800u + (reg))
#define PWR(reg)   (0x40007000u + (reg))
#define MEMRMP     0x40013800u
#define USART1     0x40011000u
#define GPIOA      0x40020000u

#define NDBANK    (1u << 29)
#define WWDG_SW   (1u << 4)
#define PCROP_RDP (1u << 31)
#define ARTEN     (1u << 9)
#define ARTRST    (1u << 11)
#define PWREN     (1u << 28)
#define SYSCFGEN  (1u << 14)
#define USART1EN  (1u << 4)
#define FB_MODE   (1u << 8)
#define BACKUP    0x40024000u

enum { NOP = 0xbf00, INC_R7 = 0x3701, INC2_R7 = 0x3702, LOOP = 0xe7fe };

static int f767_setup(void **state)
{
    *state = make_running("stm32f767zi");
    return 0;
}

static int f746_setup(void **state)
{
    *state = make_running("stm32f746zg");
    return 0;
}

static int f722_setup(void **state)
{
    *state = make_running("stm32f722ze");
    return 0;
}

static struct sim_core *core_of(struct chip_bench *b)
{
    return sim_chip_core(b->chip);
}

static void load_options(struct chip_bench *b, uint32_t optcr)
{
    unlock_options(b);
    program_options(b, optcr);
    reset_pin(b);
}

// ---- identity and memories ----------------------------------------------------------------------

static void three_dies_are_what_they_are(void **state)
{
    static const struct {
        const char *name;
        uint32_t idcode, cpuid, dcache, mvfr0, size_at, uid;
        unsigned kib, interrupts;
    } dies[] = {
        {"stm32f722ze", 0x10006452, 0x411fc270, 0xf007e019, 0x10110021, 0x1ff07a22, 0x1ff07a10, 512,
         104},
        {"stm32f746zg", 0x10016449, 0x410fc271, 0xf003e019, 0x10110021, 0x1ff0f442, 0x1ff0f420,
         1024, 98},
        {"stm32f767zi", 0x10016451, 0x411fc270, 0xf00fe019, 0x10110221, 0x1ff0f442, 0x1ff0f420,
         2048, 110},
    };
    (void)state;
    for (unsigned i = 0; i < sizeof dies / sizeof dies[0]; i++) {
        struct chip_bench *b = make_running(dies[i].name);
        uint32_t v;
        assert_int_equal(rd(b, DBG_ID), dies[i].idcode);
        assert_int_equal(rd(b, CPUID), dies[i].cpuid);
        assert_int_equal(rd(b, CCSIDR), dies[i].dcache);
        assert_int_equal(rd(b, MVFR0), dies[i].mvfr0);
        assert_int_equal(try_read(b, dies[i].size_at, 2, &v), SIM_BUS_OK);
        assert_int_equal(v, dies[i].kib);
        assert_int_not_equal(rd(b, dies[i].uid), 0xffffffff);
        assert_int_equal(rd(b, 0xe000e004), (dies[i].interrupts + 31) / 32 - 1);
        assert_int_equal(debugger_rd(b, ROM), 0x1003);         // the processor's table
        assert_int_equal(debugger_rd(b, ROM + 4), 0xfff43003); // TPIU
        assert_int_equal(debugger_rd(b, ROM + 8), 0);
        assert_int_equal(debugger_rd(b, ROM + 0xfe0), dies[i].idcode & 0xff);
        assert_int_equal(debugger_rd(b, ROM + 0xfd0), 0);
        assert_int_equal(debugger_rd(b, 0xe00fffe0), 0xc7);
        expect_violations(b, 0);
        drop_chip(b);
    }
}

static unsigned kib_of_letter(char letter)
{
    static const char letters[] = "8cegi";
    static const unsigned kib[] = {64, 256, 512, 1024, 2048};
    const char *at = strchr(letters, letter);
    assert_non_null(at);
    return kib[at - letters];
}

static void every_part_has_the_size_that_its_name_says(void **state)
{
    const struct sim_chip_row *row;
    unsigned parts = 0;
    (void)state;
    for (unsigned i = 0; (row = sim_chips_at(i)); i++) {
        if (strncmp(row->name, "stm32f7", 7) != 0)
            continue;
        struct chip_bench *b = make_running(row->name);
        unsigned kib = kib_of_letter(row->name[strlen(row->name) - 1]);
        uint32_t v;
        assert_int_equal(try_read(b, FLASH + kib * KIB - 4, 4, &v), SIM_BUS_OK);
        assert_int_equal(try_read(b, FLASH + kib * KIB, 4, &v), SIM_BUS_FAULT);
        assert_int_equal(try_read(b, ITCM + kib * KIB - 4, 4, &v), SIM_BUS_OK);
        assert_int_equal(try_read(b, ITCM + kib * KIB, 4, &v), SIM_BUS_FAULT);
        assert_int_equal(sim_core_get_reg(core_of(b), 15), FLASH + 8);
        drop_chip(b);
        parts++;
    }
    assert_int_equal(parts, 88);
}

static void memories_are_those_of_the_die(void **state)
{
    static const struct {
        const char *name;
        unsigned dtcm, sram;
    } dies[] = {{"stm32f722ze", 64, 192}, {"stm32f746zg", 64, 256}, {"stm32f767zi", 128, 384}};
    (void)state;
    for (unsigned i = 0; i < sizeof dies / sizeof dies[0]; i++) {
        struct chip_bench *b = make_running(dies[i].name);
        uint32_t end = SRAM + (dies[i].dtcm + dies[i].sram) * KIB, v;
        wr(b, end - 4, 0x600df00d);
        assert_int_equal(debugger_rd(b, end - 4), 0x600df00d);
        assert_int_equal(try_read(b, end, 4, &v), SIM_BUS_FAULT);
        wr(b, 16 * KIB - 4, 0x600df00d); // ITCM RAM, at 0
        assert_int_equal(debugger_rd(b, 16 * KIB - 4), 0x600df00d);
        assert_int_equal(try_read(b, 16 * KIB, 4, &v), SIM_BUS_FAULT);
        assert_int_equal(rd(b, SYSTEM), rd(b, 0x00100000));
        drop_chip(b);
    }
}

static void the_flash_is_read_at_two_places_and_written_at_one(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    program_word(b, FLASH + 0x8000, 0x12345678);
    assert_int_equal(rd(b, ITCM + 0x8000), 0x12345678);
    expect_violations(b, 0);
    wr(b, CR, CR_PG | CR_X32);
    assert_int_equal(try_write(b, ITCM + 0x8004, 4, 1), SIM_BUS_FAULT);
    assert_true(said(b, "can only be read"));
    assert_int_equal(rd(b, FLASH + 0x8004), 0xffffffff);
}

// ---- sectors ------------------------------------------------------------------------------------

static void expect_sector(struct chip_bench *b, unsigned snb, uint32_t offset, uint32_t size)
{
    if (offset)
        poke32(b, FLASH + offset - 4, 0);
    poke32(b, FLASH + offset, 0);
    poke32(b, FLASH + offset + size - 4, 0);
    erase_sector(b, snb);
    assert_int_equal(rd(b, FLASH + offset), 0xffffffff);
    assert_int_equal(rd(b, FLASH + offset + size - 4), 0xffffffff);
    if (offset)
        assert_int_equal(rd(b, FLASH + offset - 4), 0);
}

static void one_bank_has_sectors_of_32_128_and_256_kib(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    expect_sector(b, 0, 0, 32 * KIB);
    expect_sector(b, 3, 96 * KIB, 32 * KIB);
    expect_sector(b, 4, 128 * KIB, 128 * KIB);
    expect_sector(b, 5, 256 * KIB, 256 * KIB);
    expect_sector(b, 11, 1792 * KIB, 256 * KIB);
    expect_violations(b, 0);
    wr(b, CR, CR_SER | CR_SNB(12) | CR_X32 | CR_STRT);
    assert_true(said(b, "erase of sector 12, which there is none of"));
    wr(b, CR, CR_MER1 | CR_X32 | CR_STRT);
    assert_true(said(b, "MER1 on a chip with one bank"));
}

static void without_ndbank_two_banks_have_sectors_of_16_64_and_128_kib(void **state)
{
    struct chip_bench *b = *state;
    load_options(b, rd(b, OPTCR) & ~NDBANK);
    unlock(b);
    expect_sector(b, 0, 0, 16 * KIB);
    expect_sector(b, 4, 64 * KIB, 64 * KIB);
    expect_sector(b, 11, 896 * KIB, 128 * KIB);
    expect_sector(b, 16, 1024 * KIB, 16 * KIB); // sector 12
    expect_sector(b, 20, 1088 * KIB, 64 * KIB);
    expect_sector(b, 27, 1920 * KIB, 128 * KIB);
    expect_violations(b, 0);
    poke32(b, FLASH + 64, 0);
    poke32(b, BANK2 + 64, 0);
    wr(b, CR, CR_MER1 | CR_X32);
    wr(b, CR, CR_MER1 | CR_X32 | CR_STRT);
    assert_int_equal(rd(b, FLASH + 64), 0); // which can be read meanwhile
    wait_ready(b);
    assert_int_equal(rd(b, BANK2 + 64), 0xffffffff);
    assert_int_equal(rd(b, FLASH + 64), 0);
}

// nWRP: with two banks a bit is for two sectors.
static void a_bit_protects_one_sector_or_two(void **state)
{
    struct chip_bench *b = *state;
    unlock_options(b);
    program_options(b, rd(b, OPTCR) & ~NWRP(1));
    unlock(b);
    erase_sector(b, 1);
    assert_true(said(b, "erase of 32 KiB at 0x08008000 with write-protected sectors"));
    assert_int_equal(rd(b, SR) & SR_WRPERR, SR_WRPERR);
    wr(b, SR, SR_WRPERR);
    erase_sector(b, 2);
    expect_violations(b, 1);
    reset_pin(b);
    load_options(b, rd(b, OPTCR) & ~NDBANK);
    unlock(b);
    erase_sector(b, 2);
    assert_true(said(b, "erase of 16 KiB at 0x08008000 with write-protected sectors"));
    erase_sector(b, 3);
    assert_true(said(b, "erase of 16 KiB at 0x0800c000 with write-protected sectors"));
    unsigned violations = b->account.violation_count;
    erase_sector(b, 1);
    erase_sector(b, 4);
    expect_violations(b, violations);
}

static void banks_can_be_swapped(void **state)
{
    struct chip_bench *b = *state;
    load_options(b, rd(b, OPTCR) & ~NDBANK);
    poke32(b, FLASH + 0x100, 1);
    poke32(b, BANK2 + 0x100, 2);
    set_bits(b, RCC(0x44), SYSCFGEN);
    wr(b, MEMRMP, FB_MODE);
    assert_int_equal(rd(b, FLASH + 0x100), 2);
    assert_int_equal(rd(b, ITCM + 0x100), 2);
    assert_int_equal(rd(b, BANK2 + 0x100), 1);
    wr(b, MEMRMP, 0);
    assert_int_equal(rd(b, FLASH + 0x100), 1);
}

static void times_are_those_of_the_data_sheet(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    wr(b, CR, CR_SER | CR_SNB(0) | CR_X32);
    wr(b, CR, CR_SER | CR_SNB(0) | CR_X32 | CR_STRT);
    assert_in_range(busy_us(b), 199900, 200100);
    wr(b, CR, CR_SER | CR_SNB(5) | CR_X8);
    wr(b, CR, CR_SER | CR_SNB(5) | CR_X8 | CR_STRT);
    assert_in_range(busy_us(b), 2099900, 2100100);
    wr(b, CR, CR_PG | CR_X32);
    wr(b, FLASH + 0x100, 0);
    assert_in_range(busy_us(b), 15, 17);
}

// ---- options ------------------------------------------------------------------------------------

static void options_have_the_factory_values(void **state)
{
    static const struct {
        const char *name;
        uint32_t optcr, optcr2;
    } dies[] = {{"stm32f722ze", 0xc0ffaafd, 0x80000000},
                {"stm32f746zg", 0xc0ffaafd, 0},
                {"stm32f767zi", 0xffffaafd, 0}};
    (void)state;
    for (unsigned i = 0; i < sizeof dies / sizeof dies[0]; i++) {
        struct chip_bench *b = make_running(dies[i].name);
        assert_int_equal(rd(b, OPTCR), dies[i].optcr);
        assert_int_equal(rd(b, OPTCR1), 0x00400080);
        assert_int_equal(rd(b, OPTCR2), dies[i].optcr2);
        assert_int_equal(rd(b, OPTIONS_AT) & 0xffff, 0xaaff);
        assert_int_equal(rd(b, OPTIONS_AT + 8) & 0xffff, dies[i].optcr >> 16);
        assert_int_equal(rd(b, OPTIONS_AT + 0x10) & 0xffff, 0x0080);
        assert_int_equal(rd(b, OPTIONS_AT + 0x18) & 0xffff, 0x0040);
        drop_chip(b);
    }
}

static void all_option_registers_are_locked_and_programmed_together(void **state)
{
    struct chip_bench *b = *state;
    wr(b, OPTCR1, 0);
    assert_true(said(b, "FLASH_OPTCR1 written (0x00000000) while locked"));
    wr(b, OPTCR2, 0);
    assert_true(said(b, "FLASH_OPTCR2 written (0x00000000) while locked"));
    unlock_options(b);
    wr(b, OPTCR1, 0x00410082);
    wr(b, OPTCR2, PCROP_RDP | 0x80);
    program_options(b, rd(b, OPTCR));
    assert_int_equal(rd(b, OPTIONS_AT + 0x10), ~0x0082u << 16 | 0x0082);
    assert_int_equal(rd(b, OPTIONS_AT + 0x20) & 0xffff, 0x0080);
    assert_int_equal(rd(b, OPTIONS_AT + 0x28) & 0xffff, 0x8000);
    reset_pin(b);
    assert_int_equal(rd(b, OPTCR1), 0x00410082);
    assert_int_equal(rd(b, OPTCR2), PCROP_RDP | 0x80);
    expect_violations(b, 2);
}

static void the_boot_pin_chooses_between_two_addresses(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, VTOR), ITCM);
    assert_int_equal(sim_core_get_reg(core_of(b), 15), FLASH + 8);
    sim_chip_set_boot0(b->chip, true);
    reset_pin(b);
    assert_int_equal(rd(b, VTOR), 0x00100000);
    assert_in_range(sim_core_get_reg(core_of(b), 15), SYSTEM, SYSTEM + 0xedc0);
    unlock_options(b);
    wr(b, OPTCR1,
       0x20000000u >> 14 << 16 | FLASH >> 14); // DTCM, and the flash where it can be written
    program_options(b, rd(b, OPTCR));
    assert_int_equal(rd(b, VTOR), 0x00100000);
    wr(b, SRAM, SRAM + 0x400);
    wr(b, SRAM + 4, SRAM + 9);
    wr(b, SRAM + 8, LOOP);
    reset_pin(b);
    assert_int_equal(rd(b, VTOR), SRAM);
    assert_int_equal(sim_core_get_reg(core_of(b), 15), SRAM + 8);
    sim_chip_set_boot0(b->chip, false);
    reset_pin(b);
    assert_int_equal(rd(b, VTOR), FLASH);
    assert_int_equal(sim_core_get_reg(core_of(b), 15), FLASH + 8);
}

static void level_2_boots_the_flash_whatever_the_address_is(void **state)
{
    struct chip_bench *b = *state;
    unlock_options(b);
    wr(b, OPTCR1, 0x20000000u >> 14 << 16 | 0x20000000u >> 14);
    program_options(b, (rd(b, OPTCR) & ~RDP_MASK) | RDP(0xcc));
    reset_pin(b);
    assert_int_equal(rd(b, VTOR), ITCM);
    assert_false(sim_chip_swd_alive(b->chip));
}

static void a_window_watchdog_by_option_starts_with_the_chip(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, RCC(0x40), 1u << 11);
    assert_int_equal(rd(b, 0x40002c00) & 0x80, 0);
    unlock_options(b);
    program_options(b, rd(b, OPTCR) & ~WWDG_SW);
    sim_chip_set_nrst(b->chip, true);
    run_ns(b, NS_PER_MS);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, 100 * NS_PER_US);
    set_bits(b, RCC(0x40), 1u << 11);
    assert_int_equal(rd(b, 0x40002c00) & 0x80, 0x80);
}

static void otp_has_blocks_of_64_bytes(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    program_word(b, F7_OTP + 60, 0x11111111);
    program_word(b, F7_OTP + 0x400, 0xffffff00); // locks block 0
    wr(b, CR, CR_PG | CR_X32);
    wr(b, F7_OTP + 56, 0);
    assert_true(said(b, "write-protected"));
    assert_int_equal(rd(b, F7_OTP + 56), 0xffffffff);
    unsigned violations = b->account.violation_count;
    wr(b, SR, SR_WRPERR);
    program_word(b, F7_OTP + 64, 0x22222222);
    assert_int_equal(rd(b, F7_OTP + 64), 0x22222222);
    assert_int_equal(rd(b, F7_OTP + 60), 0x11111111);
    expect_violations(b, violations);
}

// ---- PCROP --------------------------------------------------------------------------------------

static void program_pcrop(struct chip_bench *b, uint32_t optcr2)
{
    wr(b, OPTCR2, optcr2);
    program_options(b, rd(b, OPTCR));
}

static void a_pcrop_sector_reads_as_zeros_and_is_never_written(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, FLASH + 0x4000, 0x12345678);
    poke32(b, FLASH + 0x8000, 0x12345678);
    unlock_options(b);
    program_pcrop(b, PCROP_RDP | 2);
    assert_int_equal(rd(b, FLASH + 0x4000), 0);
    assert_int_equal(rd(b, ITCM + 0x4000), 0);
    assert_int_equal(rd(b, SR) & SR_RDERR, SR_RDERR);
    assert_int_equal(rd(b, FLASH + 0x8000), 0x12345678);
    unlock(b);
    erase_sector(b, 1);
    assert_true(said(b, "with write-protected sectors"));
    wr(b, SR, SR_WRPERR | SR_RDERR);
    program_pcrop(b, PCROP_RDP); // it cannot be taken away
    assert_true(said(b, "that take away from execute-only sectors"));
    assert_int_equal(rd(b, OPTCR2), PCROP_RDP | 2);
    wr(b, SR, SR_WRPERR);
    program_pcrop(b, PCROP_RDP | 6); // but more can come
    assert_int_equal(rd(b, FLASH + 0x8000), 0);
}

static void leave_level_1(struct chip_bench *b)
{
    program_options(b, (rd(b, OPTCR) & ~RDP_MASK) | RDP(0x55));
    reset_pin(b);
    unlock_options(b);
    program_options(b, (rd(b, OPTCR) & ~RDP_MASK) | RDP(0xaa));
    reset_pin(b);
}

static void with_pcrop_rdp_the_end_of_protection_erases_and_opens_it(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, FLASH + 0x4000, 0x12345678);
    unlock_options(b);
    program_pcrop(b, PCROP_RDP | 2);
    leave_level_1(b);
    assert_int_equal(rd(b, OPTCR2), PCROP_RDP);
    assert_int_equal(peek32(b, FLASH + 0x4000), 0xffffffff);
    assert_int_equal(peek32(b, FLASH), 0xffffffff);
}

static void without_pcrop_rdp_the_sector_outlives_it(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, FLASH + 0x4000, 0x12345678);
    unlock_options(b);
    program_pcrop(b, 2);
    leave_level_1(b);
    assert_int_equal(rd(b, OPTCR2), 2);
    assert_int_equal(peek32(b, FLASH + 0x4000), 0x12345678);
    assert_int_equal(peek32(b, FLASH), 0xffffffff);
    assert_int_equal(peek32(b, FLASH + 0x8000), 0xffffffff);
}

// ---- the accelerator, and the core's caches -----------------------------------------------------

static uint32_t steps_to(struct chip_bench *b, uint32_t addr)
{
    sim_core_set_reg(core_of(b), 7, 0);
    sim_core_set_reg(core_of(b), 15, addr);
    debugger_wr(b, DHCSR, DHCSR_KEY | 5);
    run_ns(b, 10 * NS_PER_US);
    return sim_core_get_reg(core_of(b), 7);
}

static void poke_code(struct chip_bench *b, uint32_t addr, uint32_t op)
{
    poke32(b, addr, (uint32_t)LOOP << 16 | op);
}

static void reprogram(struct chip_bench *b, uint32_t addr, uint32_t op)
{
    erase_sector(b, 1);
    program_word(b, addr, (uint32_t)LOOP << 16 | op);
}

static void the_accelerator_keeps_old_code_on_the_itcm_only(void **state)
{
    struct chip_bench *b = *state;
    poke_code(b, FLASH + 0x8000, INC_R7);
    halt_core(b);
    wr(b, ACR, ARTEN);
    assert_int_equal(steps_to(b, ITCM + 0x8000), 1);
    sim_core_set_reg(core_of(b), 15, ITCM + 0x8000);
    unlock(b);
    reprogram(b, FLASH + 0x8000, INC2_R7);
    assert_int_equal(steps_to(b, FLASH + 0x8000), 2);
    assert_int_equal(steps_to(b, ITCM + 0x8000), 1);
    assert_int_equal(rd(b, ITCM + 0x8000) & 0xffff, INC2_R7);
    wr(b, ACR, 0);
    wr(b, ACR, ARTRST);
    wr(b, ACR, ARTEN);
    assert_int_equal(steps_to(b, ITCM + 0x8000), 2);
    expect_violations(b, 0);
}

// DDI 0489: nothing tells the caches that the flash is another one.
static void code_and_data_in_the_cores_caches_outlive_the_flash(void **state)
{
    struct chip_bench *b = *state;
    poke_code(b, FLASH + 0x8000, INC_R7);
    halt_core(b);
    debugger_wr(b, 0xe000ef50, 0);
    debugger_wr(b, 0xe000ed14, 1u << 17 | 0x200);
    assert_int_equal(steps_to(b, FLASH + 0x8000), 1);
    unlock(b);
    reprogram(b, FLASH + 0x8000, INC2_R7);
    assert_int_equal(steps_to(b, FLASH + 0x8000), 1);
    assert_int_equal(steps_to(b, ITCM + 0x8000), 2); // which is not cached
    debugger_wr(b, 0xe000ef50, 0);
    assert_int_equal(steps_to(b, FLASH + 0x8000), 2);
    expect_violations(b, 0);
}

// ---- clocks and power ---------------------------------------------------------------------------

static void registers_have_the_reset_values_of_the_manual(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, RCC(0x00)) & 0xffff00ff, 0x83);
    assert_int_equal(rd(b, RCC(0x04)), 0x24003010);
    assert_int_equal(rd(b, RCC(0x30)), 0x00100000);
    assert_int_equal(rd(b, RCC(0x74)), 0x0e000000);
    set_bits(b, RCC(0x40), PWREN);
    assert_int_equal(rd(b, PWR(0)), 0xc000);
    assert_int_equal(rd(b, PWR(4)), 0x4000);
    assert_int_equal(rd(b, PWR(12)), 0);
    set_bits(b, RCC(0x44), SYSCFGEN);
    assert_int_equal(rd(b, MEMRMP), 0);
    debugger_wr(b, DBG_FZ1, 0xffffffff);
    assert_int_equal(debugger_rd(b, DBG_FZ1), 0x07e03fff);
    expect_violations(b, 0);
}

// 216 MHz, as ST's examples have it: HSE of 25 MHz, M 25, N 432, P 2, over-drive, 7 wait states.
static void the_fastest_clock_needs_over_drive(void **state)
{
    struct chip_bench *b = *state;
    set_bits(b, RCC(0x40), PWREN);
    wr(b, ACR, 7);
    set_bits(b, RCC(0x00), 1u << 16);
    run_ns(b, 5 * NS_PER_MS);
    wr(b, RCC(0x04), 1u << 22 | 9u << 24 | 432u << 6 | 25);
    set_bits(b, RCC(0x00), 1u << 24);
    run_ns(b, NS_PER_MS);
    set_bits(b, PWR(0), 1u << 16);
    set_bits(b, PWR(0), 1u << 17);
    wr(b, RCC(0x08), 5u << 10 | 4u << 13);
    set_bits(b, RCC(0x08), 2);
    assert_int_equal(rd(b, RCC(0x08)) >> 2 & 3, 2);
    assert_int_equal(sim_chip_hclk_hz(b->chip), 216000000);
    expect_violations(b, 0);
    wr(b, PWR(0), rd(b, PWR(0)) & ~(3u << 16)); // and without it that is too much
    assert_int_equal(b->account.violation_count, 1);
}

static void a_usart_chooses_its_clock(void **state)
{
    struct chip_bench *b = *state;
    uint8_t byte;
    set_bits(b, RCC(0x30), 1);
    set_bits(b, RCC(0x44), USART1EN);
    wr(b, GPIOA, (rd(b, GPIOA) & ~(3u << 18)) | 2u << 18);
    wr(b, GPIOA + 0x24, 7u << 4);
    wr(b, RCC(0x90), 2); // HSI
    wr(b, USART1 + 0x0c, 139);
    wr(b, USART1, 9);
    wr(b, USART1 + 0x28, 'x');
    wr(b, RCC(0x08), 5u << 13); // PCLK2 is another one now
    run_ns(b, 85 * NS_PER_US);
    assert_int_equal(rd(b, USART1 + 0x1c) & 0x40, 0);
    run_ns(b, 5 * NS_PER_US); // 10 bits of 139 cycles of 16 MHz: 86.9 us
    assert_int_equal(rd(b, USART1 + 0x1c) & 0x40, 0x40);
    assert_int_equal(sim_chip_take_usart(b->chip, &byte, 1), 1);
    assert_int_equal(byte, 'x');
}

static void pins_wake_from_standby_with_either_edge(void **state)
{
    struct chip_bench *b = *state;
    for (unsigned falling = 0; falling < 2; falling++) {
        assert_true(sim_program_load(b->chip, "standby"));
        sim_chip_drive_pin(b->chip, 'C', 13, falling);
        reset_pin(b);
        set_bits(b, RCC(0x40), PWREN);
        wr(b, PWR(8), 0x3f | falling << 11); // WKUP4
        wr(b, PWR(12), 1u << 11);
        run_ns(b, 20 * NS_PER_MS);
        assert_true(sim_core_deep_sleep(core_of(b)));
        sim_chip_drive_pin(b->chip, 'C', 13, !falling);
        run_ns(b, 3 * NS_PER_MS);
        assert_false(sim_core_deep_sleep(core_of(b)));
        set_bits(b, RCC(0x40), PWREN);
        assert_int_equal(rd(b, PWR(4)) & 2, 2); // SBF
        assert_int_equal(rd(b, PWR(12)) & 0x3f, 1u << 3);
        wr(b, PWR(8), 1u << 3);
        wr(b, PWR(0), rd(b, PWR(0)) | 8);
        assert_int_equal(rd(b, PWR(12)) & 0x3f, 0);
        assert_int_equal(rd(b, PWR(4)) & 2, 0);
    }
}

static void every_program_for_it_can_be_loaded_and_runs(void **state)
{
    static const char *const names[] = {"count", "sleep",   "lockup", "reset-loop", "swd-off",
                                        "stop",  "standby", "iwdg",   "slow-clock"};
    (void)state;
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct chip_bench *b = make_chip("stm32f767zi");
        assert_true(sim_program_load(b->chip, names[i]));
        power_up(b);
        run_ns(b, 20 * NS_PER_MS);
        assert_int_equal(sim_core_is_locked_up(core_of(b)), strcmp(names[i], "lockup") == 0);
        expect_violations(b, 0);
        drop_chip(b);
    }
}

#define f767_test(f) cmocka_unit_test_setup_teardown(f, f767_setup, bench_teardown)
#define f746_test(f) cmocka_unit_test_setup_teardown(f, f746_setup, bench_teardown)
#define f722_test(f) cmocka_unit_test_setup_teardown(f, f722_setup, bench_teardown)

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(three_dies_are_what_they_are),
        cmocka_unit_test(every_part_has_the_size_that_its_name_says),
        cmocka_unit_test(memories_are_those_of_the_die),
        f767_test(the_flash_is_read_at_two_places_and_written_at_one),
        f767_test(one_bank_has_sectors_of_32_128_and_256_kib),
        f767_test(without_ndbank_two_banks_have_sectors_of_16_64_and_128_kib),
        f767_test(a_bit_protects_one_sector_or_two),
        f767_test(banks_can_be_swapped),
        f746_test(times_are_those_of_the_data_sheet),
        cmocka_unit_test(options_have_the_factory_values),
        f722_test(all_option_registers_are_locked_and_programmed_together),
        f746_test(the_boot_pin_chooses_between_two_addresses),
        f746_test(level_2_boots_the_flash_whatever_the_address_is),
        f746_test(a_window_watchdog_by_option_starts_with_the_chip),
        f746_test(otp_has_blocks_of_64_bytes),
        f722_test(a_pcrop_sector_reads_as_zeros_and_is_never_written),
        f722_test(with_pcrop_rdp_the_end_of_protection_erases_and_opens_it),
        f722_test(without_pcrop_rdp_the_sector_outlives_it),
        f746_test(the_accelerator_keeps_old_code_on_the_itcm_only),
        f746_test(code_and_data_in_the_cores_caches_outlive_the_flash),
        f767_test(registers_have_the_reset_values_of_the_manual),
        f767_test(the_fastest_clock_needs_over_drive),
        f767_test(a_usart_chooses_its_clock),
        f767_test(pins_wake_from_standby_with_either_edge),
        cmocka_unit_test(every_program_for_it_can_be_loaded_and_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
