// SPDX-License-Identifier: MIT
// For the tests of the virtual STM32H7: its registers, and the steps of its flash controller as
// ST's manual has them.
#ifndef SWDLINK_TESTS_SIM_H7_BENCH_H
#define SWDLINK_TESTS_SIM_H7_BENCH_H

#include "tests/unit/sim_chip_bench.h"

#define KIB   1024u
#define BANK2 0x08100000u

// Of bank 1; those of bank 2 are 0x100 behind.
#define H7_REGS    0x52002000u
#define H7_ACR     (H7_REGS + 0x00)
#define H7_KEYR    (H7_REGS + 0x04)
#define H7_OPTKEYR (H7_REGS + 0x08)
#define H7_CR      (H7_REGS + 0x0c)
#define H7_SR      (H7_REGS + 0x10)
#define H7_CCR     (H7_REGS + 0x14)
#define H7_OPTCR   (H7_REGS + 0x18)
#define H7_OPTSR   (H7_REGS + 0x1c)
#define H7_OPTSR_P (H7_REGS + 0x20)
#define H7_OPTCCR  (H7_REGS + 0x24)
#define H7_PRAR    (H7_REGS + 0x28)
#define H7_PRAR_P  (H7_REGS + 0x2c)
#define H7_SCAR_P  (H7_REGS + 0x34)
#define H7_WPSN    (H7_REGS + 0x38)
#define H7_WPSN_P  (H7_REGS + 0x3c)
#define H7_BOOT_P  (H7_REGS + 0x44)
#define H7_CRCCR   (H7_REGS + 0x50)
#define H7_CRCSADD (H7_REGS + 0x54)
#define H7_CRCEADD (H7_REGS + 0x58)
#define H7_CRCDATA (H7_REGS + 0x5c)
#define H7_ECC_FA  (H7_REGS + 0x60)
#define OF_BANK2   0x100u

#define SR_BSY      (1u << 0)
#define SR_WBNE     (1u << 1)
#define SR_QW       (1u << 2)
#define SR_EOP      (1u << 16)
#define SR_WRPERR   (1u << 17)
#define SR_PGSERR   (1u << 18)
#define SR_STRBERR  (1u << 19)
#define SR_INCERR   (1u << 21)
#define SR_RDPERR   (1u << 23)
#define SR_SNECCERR (1u << 25)
#define SR_DBECCERR (1u << 26)
#define SR_CRCEND   (1u << 27)
#define SR_WORKS    (SR_BSY | SR_QW)
#define ALL_FLAGS   0x1fff0000u

#define CR_LOCK   (1u << 0)
#define CR_PG     (1u << 1)
#define CR_SER    (1u << 2)
#define CR_BER    (1u << 3)
#define CR_X64    (3u << 4)
#define CR_FW     (1u << 6)
#define CR_START  (1u << 7)
#define CR_SNB(n) ((n) << 8)
#define CR_CRC_EN (1u << 15)

#define OPTCR_LOCK  (1u << 0)
#define OPTCR_START (1u << 1)
#define OPTCR_MER   (1u << 4)
#define OPT_BUSY    (1u << 0)
#define OPT_FAILED  (1u << 30)
#define OPT_SWAP    (1u << 31)

#define WORD_NS   (100 * NS_PER_US) // of H743, by 64 bits
#define SECTOR_NS (1000 * NS_PER_MS)
#define BANK_NS   (5000 * NS_PER_MS)

// A chip whose program sleeps: `WFI` and back, so that seconds pass at once.
static inline struct chip_bench *make_sleeping(const char *name)
{
    struct chip_bench *b = make_chip(name);
    poke_loop(b);
    poke32(b, FLASH + 8, 0xe7fdbf30);
    power_up(b);
    return b;
}

static inline void unlock_bank(struct chip_bench *b, uint32_t bank)
{
    wr(b, H7_KEYR + bank, 0x45670123);
    wr(b, H7_KEYR + bank, 0xcdef89ab);
}

static inline void unlock_h7_options(struct chip_bench *b)
{
    wr(b, H7_OPTKEYR, 0x08192a3b);
    wr(b, H7_OPTKEYR, 0x4c5d6e7f);
}

// A flash word of words that count up from value on.
static inline void write_flash_word(struct chip_bench *b, uint32_t addr, unsigned bytes,
                                    uint32_t value)
{
    for (unsigned i = 0; i < bytes; i += 4)
        wr(b, addr + i, value + i);
}

// PG by 64 bits, and a flash word, of which nothing is waited for.
static inline void program_word(struct chip_bench *b, uint32_t bank, uint32_t addr, uint32_t value)
{
    wr(b, H7_CR + bank, CR_PG | CR_X64);
    write_flash_word(b, addr, 32, value);
}

static inline void change_options(struct chip_bench *b)
{
    wr(b, H7_OPTCR, OPTCR_START);
    assert_true(rd(b, H7_OPTSR) & (OPT_BUSY | OPT_FAILED));
    run_ns(b, 16000 * NS_PER_MS); // by 8 bits, with an erase of all
    assert_false(rd(b, H7_OPTSR) & OPT_BUSY);
}

// As OpenOCD does it: keys, the word, OPTSTART.
static inline void set_option(struct chip_bench *b, uint32_t reg, uint32_t value)
{
    if (rd(b, H7_OPTCR) & OPTCR_LOCK)
        unlock_h7_options(b);
    wr(b, reg, value);
    change_options(b);
}

#endif
