// SPDX-License-Identifier: MIT
// A virtual core on a bare bus, for the tests of sim/core/core.h: 32 KiB of read-only memory at
// 0x08000000 and at 0, 4 KiB of RAM at 0x20000000, a clock, an account.
#ifndef SWDLINK_TESTS_SIM_BENCH_H
#define SWDLINK_TESTS_SIM_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "sim/core/core.h"

#define FLASH 0x08000000u
#define RAM   0x20000000u

enum { FLASH_SIZE = 0x8000, RAM_SIZE = 0x1000 };
enum { REG_SP = 13, REG_LR = 14, REG_PC = 15, REG_XPSR = 16, REG_MSP = 17, REG_PSP = 18 };
enum { REG_CONTROL_PRIMASK = 20 };

#define DHCSR 0xe000edf0u
#define DCRSR 0xe000edf4u
#define DCRDR 0xe000edf8u
#define DEMCR 0xe000edfcu
#define DFSR  0xe000ed30u
#define ICSR  0xe000ed04u
#define AIRCR 0xe000ed0cu
#define SCR   0xe000ed10u
#define SHPR2 0xe000ed1cu
#define SHPR3 0xe000ed20u

#define KEY         0xa05f0000u
#define C_MASKINTS  (1u << 3)
#define C_STEP      (1u << 2)
#define C_HALT      (1u << 1)
#define C_DEBUGEN   (1u << 0)
#define S_RESET_ST  (1u << 25)
#define S_RETIRE_ST (1u << 24)
#define S_LOCKUP    (1u << 19)
#define S_SLEEP     (1u << 18)
#define S_HALT      (1u << 17)
#define S_REGRDY    (1u << 16)

// Where the handlers of the standard vector table begin: exception n at HANDLER(n), a `B .` each.
#define HANDLER(n) (FLASH + 0x1000 + 0x20 * (n))
#define CODE       (FLASH + 0x400) // where it starts after reset
#define STACK      (RAM + RAM_SIZE)

struct bench {
    struct sim_clock clock;
    struct sim_account account;
    struct sim_bus bus;
    struct sim_core *core;
    uint8_t flash[FLASH_SIZE], ram[RAM_SIZE];
};

static inline void bench_poke16(struct bench *b, uint32_t addr, unsigned value)
{
    uint8_t *p = addr >= RAM ? &b->ram[addr - RAM] : &b->flash[addr & (FLASH_SIZE - 1)];
    put_le16(p, (uint16_t)value);
}

static inline void bench_poke32(struct bench *b, uint32_t addr, uint32_t value)
{
    bench_poke16(b, addr, value & 0xffff);
    bench_poke16(b, addr + 2, value >> 16);
}

static inline uint32_t bench_peek32(const struct bench *b, uint32_t addr)
{
    return get_le32(addr >= RAM ? &b->ram[addr - RAM] : &b->flash[addr & (FLASH_SIZE - 1)]);
}

// Instructions at an address, up to the first 0 (which as an instruction would be MOVS r0, r0).
static inline void bench_code(struct bench *b, uint32_t addr, const uint16_t *code)
{
    for (; *code; addr += 2)
        bench_poke16(b, addr, *code++);
}

#define CODE_AT(b, addr, ...) bench_code(b, addr, (const uint16_t[]){__VA_ARGS__, 0})

static inline void bench_release(struct bench *b)
{
    sim_core_release(b->core);
}

static inline int bench_setup_kind(void **state, uint32_t cpuid, unsigned interrupts)
{
    struct bench *b = calloc(1, sizeof *b);
    if (!b)
        return -1;
    memset(b->flash, 0xff, sizeof b->flash);
    b->bus.window[0] = (struct sim_window){FLASH, FLASH_SIZE, b->flash, false};
    b->bus.window[1] = (struct sim_window){0, FLASH_SIZE, b->flash, false};
    b->bus.window[2] = (struct sim_window){RAM, RAM_SIZE, b->ram, true};
    b->bus.clock = &b->clock;
    b->bus.account = &b->account;
    b->core = b->bus.core =
        sim_core_create(&b->bus, &b->clock, &b->account,
                        &(struct sim_core_config){.cpuid = cpuid, .interrupts = interrupts});
    bench_poke32(b, FLASH, STACK);
    bench_poke32(b, FLASH + 4, CODE | 1);
    for (unsigned n = 2; n < 112; n++) {
        bench_poke32(b, FLASH + 4 * n, HANDLER(n) | 1);
        bench_poke16(b, HANDLER(n), 0xe7fe);
    }
    *state = b;
    return b->core ? 0 : -1;
}

static inline int bench_setup(void **state)
{
    return bench_setup_kind(state, SIM_CPUID_M0, SIM_CORE_INTERRUPTS);
}

static inline int bench_teardown(void **state)
{
    struct bench *b = *state;
    sim_core_destroy(b->core);
    sim_account_clear(&b->account);
    free(b);
    return 0;
}

// With 8 MHz, a cycle is 125 ns.
static inline enum sim_core_event bench_run_ns(struct bench *b, uint64_t ns)
{
    uint64_t until = b->clock.now_ns + ns;
    enum sim_core_event event = SIM_CORE_TIME;
    while (b->clock.now_ns < until && event == SIM_CORE_TIME) {
        b->clock.rearmed = false;
        uint64_t next = sim_clock_next(&b->clock);
        event = sim_core_run(b->core, next < until ? next : until);
        sim_clock_move(&b->clock, b->clock.now_ns);
    }
    return event;
}

static inline void bench_run(struct bench *b)
{
    assert_int_equal(bench_run_ns(b, 100000), SIM_CORE_TIME);
}

static inline uint32_t bench_reg(const struct bench *b, unsigned regsel)
{
    return sim_core_get_reg(b->core, regsel);
}

// As the debugger.
static inline uint32_t bench_read(struct bench *b, uint32_t addr)
{
    uint32_t value;
    assert_int_equal(sim_bus_read(&b->bus, SIM_MASTER_DEBUG, addr, 4, &value), SIM_BUS_OK);
    return value;
}

static inline void bench_write(struct bench *b, uint32_t addr, uint32_t value)
{
    assert_int_equal(sim_bus_write(&b->bus, SIM_MASTER_DEBUG, addr, 4, value), SIM_BUS_OK);
}

static inline void bench_halt(struct bench *b)
{
    bench_write(b, DHCSR, KEY | C_HALT | C_DEBUGEN);
    bench_run_ns(b, 1000);
    assert_true(sim_core_is_halted(b->core));
}

static inline void bench_resume(struct bench *b)
{
    bench_write(b, DHCSR, KEY | C_DEBUGEN);
}

// Lets it go and stops it before its first instruction.
static inline void bench_start_halted(struct bench *b)
{
    bench_write(b, DHCSR, KEY | C_DEBUGEN);
    bench_write(b, DEMCR, 1);
    bench_release(b);
    assert_true(sim_core_is_halted(b->core));
    bench_write(b, DEMCR, 0);
    bench_write(b, DFSR, 0x1f);
}

static inline void bench_step(struct bench *b)
{
    bench_write(b, DHCSR, KEY | C_STEP | C_DEBUGEN);
    bench_run_ns(b, 10000);
}

#define bench_test(f) cmocka_unit_test_setup_teardown(f, bench_setup, bench_teardown)

#endif
