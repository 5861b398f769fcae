// SPDX-License-Identifier: MIT
// What tests of the flash controller and of the other parts of STM32L4, G4, WB and WL have in
// common: addresses beside those of the STM32G0, times, and what is done often.
#ifndef SWDLINK_TESTS_SIM_M4_BENCH_H
#define SWDLINK_TESTS_SIM_M4_BENCH_H

#include "sim/chip/chip_row.h"
#include "sim/core/core.h"
#include "tests/unit/sim_m0p_bench.h"

#define M4_CR_BKER       (1u << 11)
#define M4_SR_PEMPTY     (1u << 17)
#define M4_SEC1R         0x40022070u
#define M4_SEC2R         0x40022074u
#define M4_SRAM2         0x10000000u
#define M4_RCC_APB2ENR   0x40021060u
#define M4_SYSCFG_MEMRMP 0x40010000u
#define L4_PROGRAM_NS    81690ull
#define L4_ERASE_NS      22020000ull
#define L4_MASS_NS       22130000ull
#define L4_ROW_NS        1910000ull

static inline enum sim_bus_status ap_read(struct chip_bench *b, uint32_t addr, uint32_t *value)
{
    return sim_chip_ap_read(b->chip, addr, 4, value);
}

// To its end, or to its refusal. bank: of FLASH_CR, 0 or BKER.
static inline void erase_page(struct chip_bench *b, uint32_t bank, unsigned page)
{
    wr(b, DW_CR, CR_PER | bank | page << 3);
    wr(b, DW_CR, CR_PER | bank | page << 3 | CR_STRT);
    run_ns(b, L4_ERASE_NS);
}

// So many words, with their numbers as contents; the row takes so long.
static inline void write_row(struct chip_bench *b, uint32_t addr, unsigned words, uint64_t row_ns)
{
    wr(b, DW_CR, CR_FSTPG);
    for (unsigned i = 0; i < words; i++) {
        wr(b, addr + 4 * i, i);
        if (i % 2 && i > 1)
            run_ns(b, 2 * row_ns / words); // one is programmed, and one waits
    }
    run_ns(b, row_ns);
}

static inline int l476_setup(void **state)
{
    *state = make_running("stm32l476rg");
    return 0;
}

#define l476_test(f) cmocka_unit_test_setup_teardown(f, l476_setup, bench_teardown)

#endif
