// SPDX-License-Identifier: MIT
// What tests of the flash controller for double words and of the other parts of STM32G0, C0 and U0
// have in common: addresses, and a chip that runs a loop.
#ifndef SWDLINK_TESTS_SIM_M0P_BENCH_H
#define SWDLINK_TESTS_SIM_M0P_BENCH_H

#include "tests/unit/sim_chip_bench.h"

#define DW_ACR      0x40022000u
#define DW_KEYR     0x40022008u
#define DW_OPTKEYR  0x4002200cu
#define DW_SR       0x40022010u
#define DW_CR       0x40022014u
#define DW_ECCR     0x40022018u
#define DW_OPTR     0x40022020u
#define DW_PCROP1AS 0x40022024u
#define DW_PCROP1AE 0x40022028u
#define DW_WRP1A    0x4002202cu
#define DW_WRP2A    0x4002204cu
#define DW_SECR     0x40022080u
#define DW_CELLS    0x1fff7800u
#define DW_OTP      0x1fff7000u

#define CR_PG       (1u << 0)
#define CR_PER      (1u << 1)
#define CR_MER1     (1u << 2)
#define CR_BKER     (1u << 13)
#define CR_MER2     (1u << 15)
#define CR_STRT     (1u << 16)
#define CR_OPTSTRT  (1u << 17)
#define CR_FSTPG    (1u << 18)
#define CR_EOPIE    (1u << 24)
#define CR_ERRIE    (1u << 25)
#define CR_OBL      (1u << 27)
#define CR_SEC_PROT (1u << 28)
#define CR_OPTLOCK  (1u << 30)
#define CR_LOCK     (1u << 31)

#define SR_EOP     (1u << 0)
#define SR_OPERR   (1u << 1)
#define SR_PROGERR (1u << 3)
#define SR_WRPERR  (1u << 4)
#define SR_PGAERR  (1u << 5)
#define SR_SIZERR  (1u << 6)
#define SR_PGSERR  (1u << 7)
#define SR_MISSERR (1u << 8)
#define SR_FASTERR (1u << 9)
#define SR_RDERR   (1u << 14)
#define SR_OPTVERR (1u << 15)
#define SR_BSY1    (1u << 16)
#define SR_BSY2    (1u << 17)
#define SR_CFGBSY  (1u << 18)

#define KEY1    0x45670123u
#define KEY2    0xcdef89abu
#define OPTKEY1 0x08192a3bu
#define OPTKEY2 0x4c5d6e7fu

#define PROGRAM_NS (85 * NS_PER_US)
#define ERASE_NS   (22 * NS_PER_MS)
#define MASS_NS    22100000ull

static inline void unlock_flash(struct chip_bench *b)
{
    wr(b, DW_KEYR, KEY1);
    wr(b, DW_KEYR, KEY2);
}

static inline void unlock_options(struct chip_bench *b)
{
    unlock_flash(b);
    wr(b, DW_OPTKEYR, OPTKEY1);
    wr(b, DW_OPTKEYR, OPTKEY2);
}

// A double word, to its end.
static inline void program_dw(struct chip_bench *b, uint32_t addr, uint32_t low, uint32_t high)
{
    wr(b, DW_CR, CR_PG);
    wr(b, addr, low);
    wr(b, addr + 4, high);
    run_ns(b, 2 * PROGRAM_NS);
}

// Options: what was written to their registers is programmed and loaded.
static inline void program_options(struct chip_bench *b)
{
    wr(b, DW_CR, CR_OPTSTRT);
    run_ns(b, 100 * NS_PER_MS);
}

static inline void load_options(struct chip_bench *b)
{
    wr(b, DW_CR, CR_OBL);
    run_ns(b, 2 * NS_PER_MS);
}

static inline int m0p_setup(void **state)
{
    *state = make_running("stm32g071rb");
    return 0;
}

#define m0p_test(f) cmocka_unit_test_setup_teardown(f, m0p_setup, bench_teardown)

#endif
