// SPDX-License-Identifier: MIT
// A virtual chip without a board, for the tests of its peripherals: powered, past its power-on
// reset, with registers to read and write as the program (core) or as the debugger.
#ifndef SWDLINK_TESTS_SIM_CHIP_BENCH_H
#define SWDLINK_TESTS_SIM_CHIP_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/log.h"
#include "sim/families/chips.h"

#define FLASH         0x08000000u
#define SRAM          0x20000000u
#define OPTIONS       0x1ffff800u
#define FLASH_ACR     0x40022000u
#define FLASH_KEYR    0x40022004u
#define FLASH_OPTKEYR 0x40022008u
#define FLASH_SR      0x4002200cu
#define FLASH_CR      0x40022010u
#define FLASH_AR      0x40022014u
#define FLASH_OBR     0x4002201cu
#define FLASH_WRPR    0x40022020u
#define RCC_CR        0x40021000u
#define RCC_CFGR      0x40021004u
#define RCC_CIR       0x40021008u
#define RCC_APB2RSTR  0x4002100cu
#define RCC_APB1RSTR  0x40021010u
#define RCC_AHBENR    0x40021014u
#define RCC_APB2ENR   0x40021018u
#define RCC_APB1ENR   0x4002101cu
#define RCC_BDCR      0x40021020u
#define RCC_CSR       0x40021024u
#define RCC_AHBRSTR   0x40021028u
#define RCC_CFGR2     0x4002102cu
#define RCC_CFGR3     0x40021030u
#define RCC_CR2       0x40021034u
#define SYSCFG_CFGR1  0x40010000u
#define DHCSR         0xe000edf0u
#define DHCSR_KEY     0xa05f0000u
#define AIRCR         0xe000ed0cu
#define SCR           0xe000ed10u
#define NVIC_ISER     0xe000e100u
#define NVIC_ISPR     0xe000e200u

#define NS_PER_US 1000ull
#define NS_PER_MS 1000000ull

struct chip_bench {
    struct sim_clock clock;
    struct sim_account account;
    struct log log;
    struct sim_chip *chip;
};

static inline void run_ns(struct chip_bench *b, uint64_t ns)
{
    sim_chip_run(b->chip, b->clock.now_ns + ns);
}

// The program's access: with no effect on read protection.
static inline enum sim_bus_status try_read(struct chip_bench *b, uint32_t addr, unsigned size,
                                           uint32_t *value)
{
    return sim_bus_read(sim_chip_bus(b->chip), SIM_MASTER_CORE, addr, size, value);
}

static inline enum sim_bus_status try_write(struct chip_bench *b, uint32_t addr, unsigned size,
                                            uint32_t value)
{
    return sim_bus_write(sim_chip_bus(b->chip), SIM_MASTER_CORE, addr, size, value);
}

static inline uint32_t rd(struct chip_bench *b, uint32_t addr)
{
    uint32_t value;
    assert_int_equal(try_read(b, addr, 4, &value), SIM_BUS_OK);
    return value;
}

static inline void wr(struct chip_bench *b, uint32_t addr, uint32_t value)
{
    assert_int_equal(try_write(b, addr, 4, value), SIM_BUS_OK);
}

static inline void set_bits(struct chip_bench *b, uint32_t addr, uint32_t bits)
{
    wr(b, addr, rd(b, addr) | bits);
}

static inline uint32_t debugger_rd(struct chip_bench *b, uint32_t addr)
{
    uint32_t value;
    assert_int_equal(sim_chip_ap_read(b->chip, addr, 4, &value), SIM_BUS_OK);
    return value;
}

static inline void debugger_wr(struct chip_bench *b, uint32_t addr, uint32_t value)
{
    assert_int_equal(sim_chip_ap_write(b->chip, addr, 4, value), SIM_BUS_OK);
}

static inline void expect_violations(struct chip_bench *b, unsigned n)
{
    for (unsigned i = 0; i < b->account.violation_count && b->account.violation_count != n; i++)
        print_message("violation: %s\n", b->account.violations[i]);
    assert_int_equal(b->account.violation_count, n);
}

// A chip that loops at its reset vector: a stack pointer, a vector, `B .`.
static inline void poke_loop(struct chip_bench *b)
{
    uint8_t program[12];
    put_le32(program, SRAM + 0x400);
    put_le32(program + 4, FLASH + 8 + 1);
    put_le16(program + 8, 0xe7fe);
    put_le16(program + 10, 0xbf00);
    assert_true(sim_chip_poke(b->chip, FLASH, program, sizeof program));
}

static inline void power_up(struct chip_bench *b)
{
    sim_chip_set_power(b->chip, true);
    run_ns(b, 3 * NS_PER_MS);
}

static inline void power_cycle(struct chip_bench *b)
{
    sim_chip_set_power(b->chip, false);
    run_ns(b, NS_PER_MS);
    power_up(b);
}

static inline struct chip_bench *make_chip(const char *name)
{
    struct chip_bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    b->log = log_silent();
    assert_int_equal(sim_chips_create(&b->chip, name, &b->clock, &b->account, &b->log), ERR_OK);
    return b;
}

static inline void drop_chip(struct chip_bench *b)
{
    sim_chip_destroy(b->chip);
    sim_account_clear(&b->account);
    free(b);
}

static inline struct chip_bench *make_running(const char *name)
{
    struct chip_bench *b = make_chip(name);
    poke_loop(b);
    power_up(b);
    return b;
}

// Words of memories, whatever protects them.
static inline uint32_t peek32(struct chip_bench *b, uint32_t addr)
{
    uint8_t bytes[4];
    assert_true(sim_chip_peek(b->chip, addr, bytes, sizeof bytes));
    return get_le32(bytes);
}

static inline void poke32(struct chip_bench *b, uint32_t addr, uint32_t value)
{
    uint8_t bytes[4];
    put_le32(bytes, value);
    assert_true(sim_chip_poke(b->chip, addr, bytes, sizeof bytes));
}

static inline void reset_pin(struct chip_bench *b)
{
    sim_chip_set_nrst(b->chip, true);
    run_ns(b, NS_PER_MS);
    sim_chip_set_nrst(b->chip, false);
    run_ns(b, NS_PER_MS);
}

// The one of most tests: an STM32F072RB that runs a loop.
static inline int bench_setup(void **state)
{
    *state = make_running("stm32f072rb");
    return 0;
}

static inline int bench_teardown(void **state)
{
    drop_chip(*state);
    return 0;
}

static inline void halt_core(struct chip_bench *b)
{
    debugger_wr(b, DHCSR, DHCSR_KEY | 3);
    run_ns(b, 10 * NS_PER_US);
    assert_true(sim_core_is_halted(sim_chip_core(b->chip)));
}

#define bench_test(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)

#endif
