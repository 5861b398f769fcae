// SPDX-License-Identifier: MIT
// The stand-in for swd/ of the tests of flash/.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "flash/drivers/fpec16.h"
#include "swd/mem_ap.h"
#include "tests/unit/flash_world.h"

static struct world *world_of(const struct mem_ap *mem)
{
    return (struct world *)mem->probe;
}

static void fpec_write(struct world *w, uint32_t addr, uint32_t value)
{
    switch (addr) {
    case RCC:
        w->rcc_cr = value & 1 ? value | 2 : value & ~2u;
        break;
    case RCC + 0x14:
        break; // clock gates
    case REGS + 0x04:
        w->keys = value == (w->keys ? 0xcdef89abu : 0x45670123u) ? w->keys + 1 : 99;
        if (w->keys == 2)
            w->cr &= ~0x80u;
        break;
    case REGS + 0x0c:
        w->sr &= ~value;
        break;
    case REGS + 0x10:
        if (w->cr & 0x80)
            w->violations++;
        w->cr = value;
        if ((value & 0x44) == 0x44) {
            memset(w->flash, 0xff, SIZE);
            w->sr |= 0x20;
        }
        break;
    case REGS + 0x14:
        memset(&w->flash[addr == REGS + 0x14 ? value - BASE : 0], 0xff, PAGE);
        w->sr |= 0x20;
        break;
    default:
        fail_msg("write to 0x%08x", addr);
    }
}

enum err mem_ap_read32(const struct mem_ap *mem, uint32_t addr, uint32_t *value)
{
    struct world *w = world_of(mem);
    switch (addr) {
    case RCC:
        *value = w->rcc_cr;
        return ERR_OK;
    case REGS + 0x0c:
        *value = w->sr;
        return ERR_OK;
    case REGS + 0x10:
        *value = w->cr;
        return ERR_OK;
    case REGS + 0x1c:
        *value = w->obr;
        return ERR_OK;
    case REGS + 0x20:
        *value = w->wrpr;
        return ERR_OK;
    default:
        return ERR_FAULT;
    }
}

enum err mem_ap_write32(const struct mem_ap *mem, uint32_t addr, uint32_t value)
{
    fpec_write(world_of(mem), addr, value);
    return ERR_OK;
}

enum err mem_ap_write(const struct mem_ap *mem, uint32_t addr, const void *data, size_t len)
{
    const uint8_t *p = data;
    for (size_t i = 0; i < len; i += 4)
        fpec_write(world_of(mem), addr + (uint32_t)i, get_le32(&p[i]));
    return ERR_OK;
}

enum err mem_ap_read(const struct mem_ap *mem, uint32_t addr, void *data, size_t len, size_t *done)
{
    struct world *w = world_of(mem);
    (void)done;
    if (addr == REGS || addr == RCC) {
        memset(data, 0, len);
        for (uint32_t i = 0; i < len; i += 4)
            if (mem_ap_read32(mem, addr + i, &(uint32_t){0}) == ERR_OK) {
                uint32_t value;
                assert_int_equal(mem_ap_read32(mem, addr + i, &value), ERR_OK);
                put_le32((uint8_t *)data + i, value);
            }
        return ERR_OK;
    }
    assert_true(addr >= BASE && len <= SIZE && addr - BASE <= SIZE - len);
    w->reads++;
    memcpy(data, &w->flash[addr - BASE], len);
    return ERR_OK;
}

enum err mem_ap_read16(const struct mem_ap *mem, uint32_t addr, uint16_t *value)
{
    uint8_t two[2];
    enum err e = mem_ap_read(mem, addr, two, 2, NULL);
    *value = get_le16(two);
    return e;
}

enum err mem_ap_write16(const struct mem_ap *mem, uint32_t addr, uint16_t value)
{
    uint8_t two[2];
    put_le16(two, value);
    return mem_ap_write_halfwords(mem, addr, two, 2);
}

enum err mem_ap_write_halfwords(const struct mem_ap *mem, uint32_t addr, const void *data,
                                size_t len)
{
    struct world *w = world_of(mem);
    const uint8_t *p = data;
    for (size_t i = 0; i < len; i += 2) {
        if (w->wait_after && i / 2 == w->wait_after)
            return ERR_WAIT;
        uint8_t *cell = &w->flash[addr - BASE + i];
        if (get_le16(cell) != 0xffff)
            w->sr |= 4;
        else
            memcpy(cell, &p[i], 2);
        w->sr |= 0x20;
    }
    return ERR_OK;
}

bool mem_ap_has_halfwords(const struct mem_ap *mem)
{
    return world_of(mem)->halfwords;
}

static uint64_t world_now_us(struct debug_probe *probe)
{
    return ++((struct world *)probe)->now_us;
}

static void world_sleep_us(struct debug_probe *probe, uint32_t us)
{
    ((struct world *)probe)->now_us += us;
}

static const struct debug_probe_ops probe_ops = {.now_us = world_now_us,
                                                 .sleep_us = world_sleep_us};

// The chip around the controller has one clock.
static enum err world_plan(struct flash_access *fa)
{
    const struct world *w = world_of(fa->mem);
    if (!(w->rcc_cr & 1))
        flash_script_write(&fa->leave, RCC, w->rcc_cr);
    return ERR_OK;
}

static enum err world_clock_on(struct flash_access *fa)
{
    world_of(fa->mem)->rcc_cr |= 3;
    return ERR_OK;
}

static const struct flash_prepare prepare = {.plan = world_plan, .clock_on = world_clock_on};
static const struct fpec16_params params = {.option_base = 0x1ffff800, .wrp_block = 4096};

void bench_open(struct bench *b, const struct flash_driver *driver)
{
    memset(b, 0, sizeof *b);
    b->w.log = log_silent();
    b->w.probe = (struct debug_probe){.ops = &probe_ops, .log = &b->w.log};
    b->w.mem = (struct mem_ap){.probe = &b->w.probe};
    b->w.cr = 0x80;
    b->w.wrpr = 0xffffffff;
    b->w.halfwords = true;
    memset(b->w.flash, 0x55, SIZE);
    b->bank = (struct flash_bank){.base = BASE,
                                  .size = SIZE,
                                  .layout = {.erased = 0xff,
                                             .unit = 2,
                                             .unit_us = 54,
                                             .mass_erase_us = 30000,
                                             .run = {{BASE, PAGE, PAGES, 20000, 30000}}},
                                  .regs = REGS,
                                  .params = &params,
                                  .prepare = &prepare,
                                  .driver = driver};
    for (unsigned i = 0; i < SIZE; i++)
        b->image[i] = (uint8_t)(i * 7 + i / PAGE);
    struct flash_access access = {.mem = &b->w.mem, .log = &b->w.log, .bank = &b->bank};
    assert_int_equal(flash_job_open(&b->job, &access), ERR_OK);
}

enum err bench_run(struct bench *b)
{
    bool more = true;
    enum err e = ERR_OK;
    while (more && !e)
        e = flash_job_step(b->job, &more);
    return e;
}

enum err bench_close(struct bench *b)
{
    return flash_job_free(b->job);
}
