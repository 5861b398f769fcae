// SPDX-License-Identifier: MIT
// The virtual flash controller of STM32F2 and F4 against RM0090 and RM0033 (3.6: keys, parallelism,
// erasing, programming; 3.8: OTP), and against what captures of an STM32F429 show of times.
#include "tests/unit/choose.h"
#include "tests/unit/sim_f4_bench.h"

#define HERE (FLASH + 16 * KIB)

static int f407_setup(void **state)
{
    *state = make_running("stm32f407vg");
    return 0;
}

static int f429_setup(void **state)
{
    *state = make_running("stm32f429zi");
    return 0;
}

#define f407_test(f) cmocka_unit_test_setup_teardown(f, f407_setup, bench_teardown)
#define f429_test(f) cmocka_unit_test_setup_teardown(f, f429_setup, bench_teardown)

// ---- locks --------------------------------------------------------------------------------------

static void registers_have_the_reset_values_of_the_manual(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(rd(b, ACR), 0);
    assert_int_equal(rd(b, SR), 0);
    assert_int_equal(rd(b, CR), CR_LOCK);
    assert_int_equal(rd(b, OPTCR), 0x0fffaaed);
    expect_violations(b, 0);
}

static void both_keys_in_their_order_open_the_controller(void **state)
{
    struct chip_bench *b = *state;
    wr(b, CR, CR_PG);
    assert_int_equal(rd(b, CR), CR_LOCK);
    expect_violations(b, 1);
    unlock(b);
    assert_int_equal(rd(b, CR), 0);
    wr(b, CR, CR_PG | CR_X16);
    assert_int_equal(rd(b, CR), CR_PG | CR_X16);
    wr(b, CR, CR_LOCK);
    assert_int_equal(rd(b, CR), CR_LOCK);
    unlock(b);
    assert_int_equal(rd(b, CR), 0);
    expect_violations(b, 1);
}

static void a_wrong_key_locks_until_the_next_reset(void **state)
{
    struct chip_bench *b = *state;
    assert_int_equal(try_write(b, KEYR, 4, KEY2), SIM_BUS_FAULT);
    assert_int_equal(try_write(b, KEYR, 4, KEY1), SIM_BUS_FAULT);
    assert_int_equal(rd(b, CR), CR_LOCK);
    reset_pin(b);
    unlock(b);
    assert_int_equal(rd(b, CR), 0);
    assert_int_equal(try_write(b, KEYR, 4, KEY1), SIM_BUS_FAULT); // it is open
    assert_int_equal(rd(b, CR), CR_LOCK);
}

// The options have keys of their own, whether FLASH_CR is open or not.
static void the_options_have_a_lock_of_their_own(void **state)
{
    struct chip_bench *b = *state;
    wr(b, OPTCR, 0);
    assert_int_equal(rd(b, OPTCR), 0x0fffaaed);
    expect_violations(b, 1);
    unlock_options(b);
    assert_int_equal(rd(b, OPTCR), 0x0fffaaec);
    assert_int_equal(rd(b, CR), CR_LOCK);
    wr(b, OPTCR, 0x0fffaaed);
    assert_int_equal(rd(b, OPTCR), 0x0fffaaed);
    assert_int_equal(try_write(b, OPTKEYR, 4, KEY1), SIM_BUS_FAULT);
    assert_int_equal(try_write(b, OPTKEYR, 4, OPTKEY1), SIM_BUS_FAULT);
}

// ---- programming --------------------------------------------------------------------------------

static void every_width_programs_with_its_parallelism(void **state)
{
    static const struct {
        unsigned size;
        uint32_t psize, value, cell;
    } widths[] = {{1, CR_X8, 0x12, 0xffffff12},
                  {2, CR_X16, 0x1234, 0xffff1234},
                  {4, CR_X32, 0x12345678, 0x12345678}};
    struct chip_bench *b = *state;
    unlock(b);
    for (unsigned i = 0; i < 3; i++) {
        wr(b, CR, CR_PG | widths[i].psize);
        assert_int_equal(try_write(b, HERE + 4 * i, widths[i].size, widths[i].value), SIM_BUS_OK);
        assert_true(rd(b, SR) & SR_BSY);
        run_ns(b, 15999);
        assert_true(rd(b, SR) & SR_BSY);
        run_ns(b, 1);
        assert_int_equal(rd(b, SR), 0); // without EOPIE there is no EOP
        assert_int_equal(peek32(b, HERE + 4 * i), widths[i].cell);
    }
    expect_violations(b, 0);
    assert_int_equal(b->account.units_programmed, 3);
}

static void another_width_is_a_parallelism_error(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    for (unsigned psize = 0; psize < 4; psize++) {
        for (unsigned size = 1; size <= 4; size *= 2) {
            wr(b, CR, CR_PG | psize << 8);
            if (size == 1u << psize)
                continue;
            assert_int_equal(try_write(b, HERE, size, 0), SIM_BUS_OK);
            assert_int_equal(rd(b, SR), SR_PGPERR);
            wr(b, SR, SR_PGPERR);
            assert_int_equal(rd(b, SR), 0);
        }
    }
    assert_int_equal(peek32(b, HERE), 0xffffffff);
    expect_violations(b, 9);
}

static void a_write_without_pg_is_a_sequence_error(void **state)
{
    struct chip_bench *b = *state;
    wr(b, HERE, 0x55555555); // locked
    assert_int_equal(rd(b, SR), SR_PGSERR);
    unlock(b);
    wr(b, SR, SR_PGSERR);
    wr(b, CR, CR_X32);
    wr(b, HERE, 0x55555555);
    assert_int_equal(rd(b, SR), SR_PGSERR);
    wr(b, SR, 0xf3);
    assert_int_equal(peek32(b, HERE), 0xffffffff);
    expect_violations(b, 2);
    wr(b, CR, CR_X32 | CR_PG | CR_SER | CR_SNB(1)); // as st-flash leaves it
    wr(b, HERE, 0x55555555);
    wait_ready(b);
    assert_int_equal(rd(b, SR), 0);
    assert_int_equal(peek32(b, HERE), 0x55555555);
    expect_violations(b, 2);
}

static void only_ones_become_zeros(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    program_word(b, HERE, 0xffff00ff);
    program_word(b, HERE, 0x0fff000f); // zeros more: no erase is needed
    assert_int_equal(peek32(b, HERE), 0x0fff000f);
    expect_violations(b, 0);
    program_word(b, HERE, 0xf0f0f0f0);
    assert_int_equal(peek32(b, HERE), 0x00f00000);
    assert_int_equal(rd(b, SR), 0); // the chip does not say so
    expect_violations(b, 1);
    assert_true(said(b, "ones need an erase"));
}

// 3.6.2: 2.1 V for halfwords, 2.7 V for words, VPP for double words.
static void a_parallelism_needs_its_supply(void **state)
{
    static const struct {
        uint32_t mv;
        unsigned widest;
    } supplies[] = {{3300, 2}, {2700, 2}, {2699, 1}, {2100, 1}, {2099, 0}, {1800, 0}};
    struct chip_bench *b = *state;
    unsigned bad = 0;
    unlock(b);
    for (unsigned i = 0; i < sizeof supplies / sizeof supplies[0]; i++) {
        sim_chip_set_vdd(b->chip, supplies[i].mv);
        for (unsigned psize = 0; psize < 3; psize++) {
            wr(b, CR, CR_PG | psize << 8);
            assert_int_equal(try_write(b, HERE, 1u << psize, 0), SIM_BUS_OK);
            wait_ready(b);
            bad += psize > supplies[i].widest;
            expect_violations(b, bad);
        }
    }
    assert_true(said(b, "by 32 bits at 1800 mV"));
    wr(b, CR, CR_SER | CR_SNB(2) | CR_X64);
    wr(b, CR, CR_SER | CR_SNB(2) | CR_X64 | CR_STRT);
    expect_violations(b, bad + 1);
    assert_true(said(b, "without VPP"));
}

// What is programmed so may look right or not.
static void what_a_low_supply_programs_may_be_wrong(void **state)
{
    struct chip_bench *b = *state;
    unsigned wrong = 0;
    unlock(b);
    sim_chip_set_vdd(b->chip, 2400);
    for (unsigned i = 0; i < 16; i++) {
        program_word(b, HERE + 4 * i, 0);
        wrong += peek32(b, HERE + 4 * i) != 0;
    }
    assert_true(wrong > 8);
    sim_chip_set_vdd(b->chip, 3300);
    erase_sector(b, 1);
    assert_int_equal(peek32(b, HERE), 0xffffffff);
}

static void interrupts_want_their_flags(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    wr(b, CR, CR_PG | CR_X32 | CR_EOPIE | CR_ERRIE);
    wr(b, HERE, 1);
    run_ns(b, 16 * NS_PER_US);
    assert_int_equal(rd(b, SR), SR_EOP);
    assert_int_equal(rd(b, NVIC_ISPR) & 1u << 4, 1u << 4);
    wr(b, SR, SR_EOP);
    wr(b, NVIC_ISPR + 0x80, 1u << 4);
    assert_int_equal(try_write(b, HERE + 4, 2, 0), SIM_BUS_OK);
    assert_int_equal(rd(b, SR), SR_OPERR | SR_PGPERR);
    assert_int_equal(rd(b, NVIC_ISPR) & 1u << 4, 1u << 4);
}

// ---- erasing ------------------------------------------------------------------------------------

static void sectors_are_where_the_manual_has_them(void **state)
{
    static const struct {
        unsigned snb, first_kib, kib, ms;
    } sectors[] = {{0, 0, 16, 250},  {1, 16, 16, 250},    {3, 48, 16, 250},
                   {4, 64, 64, 550}, {5, 128, 128, 1000}, {11, 896, 128, 1000}};
    struct chip_bench *b = *state;
    unlock(b);
    for (unsigned i = 0; i < sizeof sectors / sizeof sectors[0]; i++) {
        uint32_t first = FLASH + sectors[i].first_kib * KIB, end = first + sectors[i].kib * KIB;
        const uint32_t at[] = {first - 4, first, end - 4, end};
        for (unsigned k = 0; k < 4; k++) {
            if (at[k] - FLASH < 1024 * KIB)
                poke32(b, at[k], 0x12345678);
        }
        wr(b, CR, CR_SER | CR_SNB(sectors[i].snb) | CR_X32);
        wr(b, CR, CR_SER | CR_SNB(sectors[i].snb) | CR_X32 | CR_STRT);
        assert_int_equal(rd(b, CR) & CR_STRT, CR_STRT);
        assert_int_equal(busy_us(b), sectors[i].ms * 1000);
        assert_int_equal(rd(b, CR) & CR_STRT, 0);
        assert_int_equal(peek32(b, first), 0xffffffff);
        assert_int_equal(peek32(b, end - 4), 0xffffffff);
        assert_true(first == FLASH || peek32(b, first - 4) == 0x12345678);
        assert_true(end - FLASH == 1024 * KIB || peek32(b, end) == 0x12345678);
        assert_int_equal(sim_chip_erase_count(b->chip, first), 1);
        assert_int_equal(sim_chip_erase_count(b->chip, end - 4), 1);
    }
    assert_int_equal(b->account.pages_erased, 6);
    expect_violations(b, 0);
}

static void narrower_is_slower(void **state)
{
    static const unsigned ms[] = {400, 300, 250};
    struct chip_bench *b = *state;
    unlock(b);
    for (unsigned psize = 0; psize < 3; psize++) {
        wr(b, CR, CR_SER | CR_SNB(1) | psize << 8 | CR_STRT);
        assert_int_equal(busy_us(b), ms[psize] * 1000);
    }
    sim_chip_set_flash_time(b->chip, SIM_FLASH_MAX);
    wr(b, CR, CR_SER | CR_SNB(1) | CR_X32 | CR_STRT);
    assert_int_equal(busy_us(b), 500000);
    wr(b, CR, CR_PG | CR_X32);
    wr(b, HERE, 0);
    assert_int_equal(busy_us(b), 100);
}

static void a_sector_that_is_none_is_refused(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    for (unsigned snb = 12; snb < 16; snb++) {
        wr(b, CR, CR_SER | CR_SNB(snb) | CR_X32 | CR_STRT);
        assert_int_equal(rd(b, SR), SR_WRPERR);
        wr(b, SR, SR_WRPERR);
    }
    expect_violations(b, 4);
    wr(b, CR, CR_SER | CR_MER | CR_X32 | CR_STRT); // both: neither
    assert_int_equal(rd(b, SR), 0);
    wr(b, CR, CR_X32 | CR_STRT);
    assert_int_equal(rd(b, SR), 0);
    expect_violations(b, 6);
}

static void a_mass_erase_takes_all(void **state)
{
    struct chip_bench *b = *state;
    poke32(b, FLASH + 1024 * KIB - 4, 0);
    poke32(b, OTP, 0);
    unlock(b);
    wr(b, CR, CR_MER | CR_X32);
    wr(b, CR, CR_MER | CR_X32 | CR_STRT);
    assert_int_equal(busy_us(b), 8000000);
    assert_int_equal(peek32(b, FLASH), 0xffffffff);
    assert_int_equal(peek32(b, FLASH + 1024 * KIB - 4), 0xffffffff);
    assert_int_equal(peek32(b, OTP), 0);
    assert_int_equal(b->account.mass_erases, 1);
    assert_int_equal(sim_chip_erase_count(b->chip, FLASH + 1024 * KIB - 4), 1);
    wr(b, CR, CR_MER1 | CR_X32); // this chip has no such bit
    assert_int_equal(rd(b, CR), CR_X32);
    expect_violations(b, 0);
}

// ---- while it is busy ---------------------------------------------------------------------------

static void flash_and_its_control_stall_while_it_is_busy(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    unlock(b);
    wr(b, CR, CR_PG | CR_X32);
    wr(b, HERE, 0x1234);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_STALL);
    assert_int_equal(sim_chip_stall_until_ns(b->chip), b->clock.now_ns + 16000);
    assert_int_equal(try_read(b, 0, 4, &v), SIM_BUS_STALL);
    assert_int_equal(try_read(b, OTP, 4, &v), SIM_BUS_STALL);
    assert_int_equal(try_write(b, HERE + 4, 4, 0), SIM_BUS_STALL);
    assert_int_equal(try_write(b, CR, 4, 0), SIM_BUS_STALL);
    assert_int_equal(try_write(b, OPTCR, 4, 0), SIM_BUS_STALL);
    assert_int_equal(try_read(b, SRAM, 4, &v), SIM_BUS_OK);
    run_ns(b, 16 * NS_PER_US);
    assert_int_equal(rd(b, HERE), 0x1234);
    expect_violations(b, 0);
}

static void a_cut_leaves_chance(void **state)
{
    struct chip_bench *b = *state;
    unsigned ones = 0;
    for (uint32_t at = 0; at < 16 * KIB; at += 4)
        poke32(b, HERE + at, 0);
    unlock(b);
    wr(b, CR, CR_SER | CR_SNB(1) | CR_X32 | CR_STRT);
    run_ns(b, 100 * NS_PER_MS);
    reset_pin(b);
    expect_violations(b, 1);
    assert_true(said(b, "a reset while 0x08004000"));
    assert_int_equal(rd(b, SR), 0);
    for (uint32_t at = 0; at < 16 * KIB; at += 4)
        ones += peek32(b, HERE + at) == 0xffffffff;
    assert_true(ones < 16);
    assert_int_not_equal(peek32(b, HERE), 0);
}

// ---- two banks ----------------------------------------------------------------------------------

static void the_second_bank_has_codes_behind_a_gap(void **state)
{
    static const struct {
        unsigned snb, first_kib, kib, ms;
    } sectors[] = {{11, 896, 128, 1000}, {16, 1024, 16, 209},   {19, 1072, 16, 209},
                   {20, 1088, 64, 550},  {21, 1152, 128, 1000}, {27, 1920, 128, 1000}};
    struct chip_bench *b = *state;
    unlock(b);
    for (unsigned i = 0; i < sizeof sectors / sizeof sectors[0]; i++) {
        uint32_t first = FLASH + sectors[i].first_kib * KIB;
        poke32(b, first, 0);
        poke32(b, first + sectors[i].kib * KIB - 4, 0);
        wr(b, CR, CR_SER | CR_SNB(sectors[i].snb) | CR_X32 | CR_STRT);
        assert_int_equal(busy_us(b), sectors[i].ms * 1000);
        assert_int_equal(peek32(b, first), 0xffffffff);
        assert_int_equal(peek32(b, first + sectors[i].kib * KIB - 4), 0xffffffff);
    }
    expect_violations(b, 0);
    for (unsigned snb = 12; snb < 32; snb += snb == 15 ? 13 : 1) {
        wr(b, CR, CR_SER | CR_SNB(snb) | CR_X32 | CR_STRT);
        assert_int_equal(rd(b, SR), SR_WRPERR);
        wr(b, SR, SR_WRPERR);
    }
    expect_violations(b, 8);
}

// Captured: 8.442 to 8.457 s, 8.317 to 8.332 s, 8.473 to 8.488 s.
static void banks_are_erased_alone_or_together(void **state)
{
    static const struct {
        uint32_t bits, first, second, ms;
    } erases[] = {{CR_MER, 0xffffffff, 0, 8450},
                  {CR_MER1, 0, 0xffffffff, 8325},
                  {CR_MER | CR_MER1, 0xffffffff, 0xffffffff, 8480}};
    struct chip_bench *b = *state;
    unlock(b);
    for (unsigned i = 0; i < 3; i++) {
        poke32(b, BANK2 - 4, 0);
        poke32(b, BANK2, 0);
        wr(b, CR, erases[i].bits | CR_X32 | CR_STRT);
        uint64_t from = b->clock.now_ns;
        wait_ready(b);
        assert_int_equal((b->clock.now_ns - from) / NS_PER_MS, erases[i].ms);
        assert_int_equal(peek32(b, BANK2 - 4), erases[i].first);
        assert_int_equal(peek32(b, BANK2), erases[i].second);
    }
    expect_violations(b, 0);
    assert_int_equal(b->account.mass_erases, 3);
}

static void one_bank_is_read_while_the_other_one_is_worked_on(void **state)
{
    struct chip_bench *b = *state;
    uint32_t v;
    unlock(b);
    wr(b, CR, CR_SER | CR_SNB(16) | CR_X32 | CR_STRT);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_OK);
    assert_int_equal(try_read(b, BANK2, 4, &v), SIM_BUS_STALL);
    assert_int_equal(try_read(b, BANK2 + 1020 * KIB, 4, &v), SIM_BUS_STALL);
    assert_int_equal(try_write(b, FLASH + 16 * KIB, 4, 0), SIM_BUS_STALL);
    wait_ready(b);
    wr(b, CR, CR_PG | CR_X32);
    wr(b, FLASH + 16 * KIB, 0);
    assert_int_equal(try_read(b, BANK2, 4, &v), SIM_BUS_OK);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_STALL);
    wait_ready(b);
    wr(b, CR, CR_MER | CR_MER1 | CR_X32 | CR_STRT);
    assert_int_equal(try_read(b, BANK2, 4, &v), SIM_BUS_STALL);
    assert_int_equal(try_read(b, FLASH, 4, &v), SIM_BUS_STALL);
    expect_violations(b, 0);
}

// The loop in bank 1 goes on while bank 2 is erased, and stands still while its own is.
static void the_core_runs_on_in_the_other_bank(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    wr(b, CR, CR_SER | CR_SNB(16) | CR_X32 | CR_STRT);
    uint64_t before = b->account.instructions;
    run_ns(b, NS_PER_MS);
    assert_true(b->account.instructions > before + 1000);
    wait_ready(b);
    wr(b, CR, CR_SER | CR_SNB(1) | CR_X32 | CR_STRT);
    run_ns(b, NS_PER_US);
    before = b->account.instructions;
    run_ns(b, NS_PER_MS);
    assert_int_equal(b->account.instructions, before);
}

// ---- the instruction cache (3.5.2) --------------------------------------------------------------

#define ICEN  (1u << 9)
#define ICRST (1u << 11)

// Halted in its loop, with the cache on or off; another loop comes in its place.
static void replace_the_loop(struct chip_bench *b, uint32_t acr)
{
    wr(b, ACR, acr);
    run_ns(b, 10 * NS_PER_US);
    halt_core(b);
    unlock(b);
    erase_sector(b, 0);
    program_word(b, FLASH + 8, 0xe7fe2007); // movs r0, #7; b .
    wr(b, CR, CR_LOCK);
}

static uint32_t r0_after_running(struct chip_bench *b)
{
    struct sim_core *core = sim_chip_core(b->chip);
    sim_core_set_reg(core, 0, 0);
    sim_core_set_reg(core, 15, FLASH + 8);
    debugger_wr(b, DHCSR, DHCSR_KEY | 1);
    run_ns(b, 10 * NS_PER_US);
    halt_core(b);
    return sim_core_get_reg(core, 0);
}

static void the_cache_keeps_instructions_until_it_is_reset(void **state)
{
    struct chip_bench *b = *state;
    replace_the_loop(b, ICEN);
    assert_int_equal(debugger_rd(b, FLASH + 8), 0xe7fe2007); // the debugger sees the cells
    assert_int_equal(r0_after_running(b), 0);                // and the core what was there
    wr(b, ACR, 0);
    wr(b, ACR, ICRST);
    wr(b, ACR, ICEN);
    assert_int_equal(r0_after_running(b), 7);
    expect_violations(b, 0);
    wr(b, ACR, ICEN | ICRST);
    expect_violations(b, 1);
    assert_true(said(b, "reset while it is on"));
}

static void a_cache_that_is_off_keeps_nothing(void **state)
{
    struct chip_bench *b = *state;
    replace_the_loop(b, 0);
    assert_int_equal(r0_after_running(b), 7);
    expect_violations(b, 0);
}

static void a_reset_leaves_it_empty(void **state)
{
    struct chip_bench *b = *state;
    replace_the_loop(b, ICEN);
    unlock(b);
    program_word(b, FLASH, SRAM + 0x400);
    program_word(b, FLASH + 4, FLASH + 9);
    reset_pin(b);
    assert_int_equal(r0_after_running(b), 7);
    expect_violations(b, 0);
}

static void other_code_replaces_what_it_keeps(void **state)
{
    struct chip_bench *b = *state;
    struct sim_core *core = sim_chip_core(b->chip);
    for (uint32_t at = 0; at < 2048; at += 4)
        poke32(b, HERE + at, 0xbf00bf00);
    poke32(b, HERE + 2048, 0xe7fee7fe);
    replace_the_loop(b, ICEN);
    assert_int_equal(r0_after_running(b), 0);
    sim_core_set_reg(core, 15, HERE);
    debugger_wr(b, DHCSR, DHCSR_KEY | 1);
    run_ns(b, 200 * NS_PER_US);
    halt_core(b);
    assert_int_equal(sim_core_get_reg(core, 15), HERE + 2048);
    assert_int_equal(r0_after_running(b), 7);
}

// ---- OTP (3.8) ----------------------------------------------------------------------------------

static void otp_is_programmed_once_and_locked_by_blocks(void **state)
{
    struct chip_bench *b = *state;
    unlock(b);
    program_word(b, OTP + 32, 0x12345678);
    assert_int_equal(rd(b, OTP + 32), 0x12345678);
    wr(b, CR, CR_PG | CR_X8);
    assert_int_equal(try_write(b, OTP + 512 + 1, 1, 0), SIM_BUS_OK);
    wait_ready(b);
    wr(b, CR, CR_PG | CR_X32);
    wr(b, OTP + 36, 0);
    assert_int_equal(rd(b, SR), SR_WRPERR);
    wr(b, SR, SR_WRPERR);
    wr(b, OTP + 60, 0);
    assert_int_equal(rd(b, SR), SR_WRPERR);
    wr(b, SR, SR_WRPERR);
    expect_violations(b, 2);
    wr(b, OTP + 64, 0); // the next block
    wait_ready(b);
    assert_int_equal(rd(b, OTP + 36), 0xffffffff);
    assert_int_equal(rd(b, OTP + 64), 0);
    assert_int_equal(rd(b, OTP + 512), 0xffff00ff);
    expect_violations(b, 2);
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        f407_test(registers_have_the_reset_values_of_the_manual),
        f429_test(registers_have_the_reset_values_of_the_manual),
        f407_test(both_keys_in_their_order_open_the_controller),
        f407_test(a_wrong_key_locks_until_the_next_reset),
        f407_test(the_options_have_a_lock_of_their_own),
        f407_test(every_width_programs_with_its_parallelism),
        f407_test(another_width_is_a_parallelism_error),
        f407_test(a_write_without_pg_is_a_sequence_error),
        f407_test(only_ones_become_zeros),
        f407_test(a_parallelism_needs_its_supply),
        f407_test(what_a_low_supply_programs_may_be_wrong),
        f407_test(interrupts_want_their_flags),
        f407_test(sectors_are_where_the_manual_has_them),
        f407_test(narrower_is_slower),
        f407_test(a_sector_that_is_none_is_refused),
        f407_test(a_mass_erase_takes_all),
        f407_test(flash_and_its_control_stall_while_it_is_busy),
        f407_test(a_cut_leaves_chance),
        f429_test(the_second_bank_has_codes_behind_a_gap),
        f429_test(banks_are_erased_alone_or_together),
        f429_test(one_bank_is_read_while_the_other_one_is_worked_on),
        f429_test(the_core_runs_on_in_the_other_bank),
        f407_test(the_cache_keeps_instructions_until_it_is_reset),
        f407_test(a_cache_that_is_off_keeps_nothing),
        f407_test(a_reset_leaves_it_empty),
        f407_test(other_code_replaces_what_it_keeps),
        f407_test(otp_is_programmed_once_and_locked_by_blocks),
    };
    return cmocka_run_group_tests_name("sim_flash_sectors", tests, NULL, NULL);
}
