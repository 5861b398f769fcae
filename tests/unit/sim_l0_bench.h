// SPDX-License-Identifier: MIT
// What the tests of the virtual STM32L0 share: its addresses, and a bench on an STM32L053R8.
#ifndef SWDLINK_TESTS_SIM_L0_BENCH_H
#define SWDLINK_TESTS_SIM_L0_BENCH_H

#include "tests/unit/sim_chip_bench.h"

#define NVM_ACR     0x40022000u
#define NVM_PECR    0x40022004u
#define NVM_PDKEYR  0x40022008u
#define NVM_PEKEYR  0x4002200cu
#define NVM_PRGKEYR 0x40022010u
#define NVM_OPTKEYR 0x40022014u
#define NVM_SR      0x40022018u
#define NVM_OPTR    0x4002201cu
#define NVM_WRPROT1 0x40022020u
#define NVM_WRPROT2 0x40022080u
#define L0_OPTIONS  0x1ff80000u
#define L0_EEPROM   0x08080000u

#define PECR_PELOCK   (1u << 0)
#define PECR_PRGLOCK  (1u << 1)
#define PECR_OPTLOCK  (1u << 2)
#define PECR_PROG     (1u << 3)
#define PECR_DATA     (1u << 4)
#define PECR_FIX      (1u << 8)
#define PECR_ERASE    (1u << 9)
#define PECR_FPRG     (1u << 10)
#define PECR_PARALLEL (1u << 15)
#define PECR_EOPIE    (1u << 16)
#define PECR_ERRIE    (1u << 17)
#define PECR_LAUNCH   (1u << 18)
#define PECR_NZ_OFF   (1u << 23)
#define SR_BSY        (1u << 0)
#define SR_EOP        (1u << 1)
#define SR_IDLE       0xcu // ENDHV, READY
#define SR_WRPERR     (1u << 8)
#define SR_PGAERR     (1u << 9)
#define SR_SIZERR     (1u << 10)
#define SR_OPTVERR    (1u << 11)
#define SR_RDERR      (1u << 13)
#define SR_NOTZEROERR (1u << 16)
#define SR_FWWERR     (1u << 17)

#define T_PROG 3280000ull // ns, typical

static inline void unlock_pe(struct chip_bench *b)
{
    wr(b, NVM_PEKEYR, 0x89abcdef);
    wr(b, NVM_PEKEYR, 0x02030405);
}

static inline void unlock_program(struct chip_bench *b)
{
    unlock_pe(b);
    wr(b, NVM_PRGKEYR, 0x8c9daebf);
    wr(b, NVM_PRGKEYR, 0x13141516);
}

static inline void unlock_options(struct chip_bench *b)
{
    unlock_pe(b);
    wr(b, NVM_OPTKEYR, 0xfbead9c8);
    wr(b, NVM_OPTKEYR, 0x24252627);
}

// A loop in SRAM: the core does not touch the flash.
static inline void run_in_sram(struct chip_bench *b)
{
    struct sim_core *core = sim_chip_core(b->chip);
    wr(b, SRAM, 0xe7fee7fe); // b .
    halt_core(b);
    sim_core_set_reg(core, 15, SRAM);
    debugger_wr(b, DHCSR, DHCSR_KEY | 1);
    run_ns(b, NS_PER_US);
}

static inline struct chip_bench *make_l0(const char *name)
{
    struct chip_bench *b = make_running(name);
    run_in_sram(b);
    return b;
}

static inline int l0_setup(void **state)
{
    *state = make_l0("stm32l053r8");
    return 0;
}

#define l0_test(f) cmocka_unit_test_setup_teardown(f, l0_setup, bench_teardown)

#endif
