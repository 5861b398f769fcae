// SPDX-License-Identifier: MIT
// A virtual STM32F4, F2 or F7 that loops in its flash, and the registers of its flash controller.
#ifndef SWDLINK_TESTS_SIM_F4_BENCH_H
#define SWDLINK_TESTS_SIM_F4_BENCH_H

#include "tests/unit/sim_chip_bench.h"

#define ACR     0x40023c00u
#define KEYR    0x40023c04u
#define OPTKEYR 0x40023c08u
#define SR      0x40023c0cu
#define CR      0x40023c10u
#define OPTCR   0x40023c14u
#define OPTCR1  0x40023c18u

#define KEY1    0x45670123u
#define KEY2    0xcdef89abu
#define OPTKEY1 0x08192a3bu
#define OPTKEY2 0x4c5d6e7fu

#define SR_EOP    (1u << 0)
#define SR_OPERR  (1u << 1)
#define SR_WRPERR (1u << 4)
#define SR_PGPERR (1u << 6)
#define SR_PGSERR (1u << 7)
#define SR_RDERR  (1u << 8)
#define SR_BSY    (1u << 16)
#define CR_PG     (1u << 0)
#define CR_SER    (1u << 1)
#define CR_MER    (1u << 2)
#define CR_SNB(n) ((uint32_t)(n) << 3)
#define CR_X8     (0u << 8)
#define CR_X16    (1u << 8)
#define CR_X32    (2u << 8)
#define CR_X64    (3u << 8)
#define CR_MER1   (1u << 15)
#define CR_STRT   (1u << 16)
#define CR_EOPIE  (1u << 24)
#define CR_ERRIE  (1u << 25)
#define CR_LOCK   (1u << 31)
#define OPTLOCK   (1u << 0)
#define OPTSTRT   (1u << 1)
#define BFB2      (1u << 4)
#define WDG_SW    (1u << 5)
#define RDP(byte) ((uint32_t)(byte) << 8)
#define RDP_MASK  0xff00u
#define NWRP(n)   (1u << (16 + (n)))
#define DB1M      (1u << 30)
#define SPRMOD    (1u << 31)

#define KIB   1024u
#define OTP   0x1fff7800u
#define BANK2 (FLASH + 1024 * KIB)

static inline void unlock(struct chip_bench *b)
{
    wr(b, KEYR, KEY1);
    wr(b, KEYR, KEY2);
}

static inline void unlock_options(struct chip_bench *b)
{
    wr(b, OPTKEYR, OPTKEY1);
    wr(b, OPTKEYR, OPTKEY2);
}

static inline void wait_ready(struct chip_bench *b)
{
    while (rd(b, SR) & SR_BSY)
        run_ns(b, NS_PER_MS);
}

// How long it is busy, in microseconds.
static inline uint64_t busy_us(struct chip_bench *b)
{
    uint64_t from = b->clock.now_ns;
    while (rd(b, SR) & SR_BSY)
        run_ns(b, NS_PER_US);
    return (b->clock.now_ns - from) / NS_PER_US;
}

static inline void erase_sector(struct chip_bench *b, unsigned snb)
{
    wr(b, CR, CR_SER | CR_SNB(snb) | CR_X32);
    wr(b, CR, CR_SER | CR_SNB(snb) | CR_X32 | CR_STRT);
    wait_ready(b);
    wr(b, CR, 0);
}

static inline void program_word(struct chip_bench *b, uint32_t addr, uint32_t value)
{
    wr(b, CR, CR_PG | CR_X32);
    wr(b, addr, value);
    wait_ready(b);
    wr(b, CR, 0);
}

static inline void program_options(struct chip_bench *b, uint32_t optcr)
{
    wr(b, OPTCR, optcr & ~(OPTLOCK | OPTSTRT));
    wr(b, OPTCR, (optcr & ~OPTLOCK) | OPTSTRT);
    wait_ready(b);
}

static inline bool said(const struct chip_bench *b, const char *words)
{
    unsigned n = b->account.violation_count;
    return n && strstr(b->account.violations[n - 1], words);
}

#endif
