// SPDX-License-Identifier: MIT
// A chip of the STM32F2, F4 and F7 as far as the files of their families need it: registers that
// hold what is written, SYSCFG only with its clock. For tests of targets/families/.
#ifndef SWDLINK_TESTS_UNIT_REG_WORLD_H
#define SWDLINK_TESTS_UNIT_REG_WORLD_H

#include "base/bytes.h"
#include "flash/flash.h"
#include "swd/mem_ap.h"

#define OK(call) assert_int_equal((call), ERR_OK)

#define KIB 1024u

#define RCC_CFGR    0x40023808u
#define RCC_AHB1ENR 0x40023830u
#define RCC_APB1ENR 0x40023840u
#define RCC_APB2ENR 0x40023844u
#define CRC_DR      0x40023000u
#define CRC_CR      0x40023008u
#define OPTCR       0x40023c14u
#define MEMRMP      0x40013800u
#define WWDG_CR     0x40002c00u

struct world {
    struct debug_probe probe; // first
    struct mem_ap mem;
    struct log log;
    struct {
        uint32_t addr, value;
    } reg[64];
    unsigned count, writes;
};

static uint32_t *cell(struct world *w, uint32_t addr)
{
    unsigned i = 0;
    while (i < w->count && w->reg[i].addr != addr)
        i++;
    assert_true(i < sizeof w->reg / sizeof w->reg[0]);
    if (i == w->count)
        w->reg[w->count++].addr = addr;
    return &w->reg[i].value;
}

static enum err read_word(struct debug_probe *probe, unsigned ap, uint32_t addr, uint32_t *value)
{
    struct world *w = (struct world *)probe;
    (void)ap;
    const bool dead = addr == MEMRMP && !(*cell(w, RCC_APB2ENR) & 1u << 14);
    *value = dead ? 0 : *cell(w, addr);
    return ERR_OK;
}

static enum err write_word(struct debug_probe *probe, unsigned ap, uint32_t addr, uint32_t value)
{
    struct world *w = (struct world *)probe;
    (void)ap;
    w->writes++;
    *cell(w, addr) = value;
    return ERR_OK;
}

static enum err read_block(struct debug_probe *probe, unsigned ap, unsigned unit, uint32_t addr,
                           void *data, size_t len)
{
    assert_int_equal(unit, 4);
    for (size_t i = 0; i < len; i += 4) {
        uint32_t word;
        OK(read_word(probe, ap, addr + (uint32_t)i, &word));
        put_le32((uint8_t *)data + i, word);
    }
    return ERR_OK;
}

static size_t max_block(const struct debug_probe *probe, unsigned unit, bool write)
{
    (void)probe;
    (void)unit;
    (void)write;
    return 4096;
}

static bool has_halfwords(const struct debug_probe *probe)
{
    (void)probe;
    return true;
}

static uint64_t now_us(struct debug_probe *probe)
{
    (void)probe;
    return 0;
}

static enum err get_vtref(struct debug_probe *probe, unsigned *mv)
{
    (void)probe;
    *mv = 3300;
    return ERR_OK;
}

static const struct debug_probe_ops probe_ops = {
    .get_vtref = get_vtref,
    .read_word = read_word,
    .write_word = write_word,
    .read_block = read_block,
    .max_block = max_block,
    .has_halfwords = has_halfwords,
    .now_us = now_us,
};

static void make(struct world *w, struct flash_access *fa, struct flash_bank *bank,
                 const struct flash_prepare *prepare)
{
    *w = (struct world){.log = log_silent()};
    w->probe = (struct debug_probe){.ops = &probe_ops, .log = &w->log};
    w->mem = (struct mem_ap){.probe = &w->probe};
    *bank = (struct flash_bank){.prepare = prepare};
    *fa = (struct flash_access){.mem = &w->mem, .log = &w->log, .bank = bank};
}

#endif
