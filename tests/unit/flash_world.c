// SPDX-License-Identifier: MIT
// The chip of the tests of flash/.
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

static enum err fpec_read(struct world *w, uint32_t addr, uint32_t *value)
{
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

static bool is_flash(uint32_t addr, size_t len)
{
    return addr >= BASE && len <= SIZE && addr - BASE <= SIZE - len;
}

// Of several registers at once those that are none read as zero.
static enum err world_read(struct scripted_probe *p, uint32_t addr, unsigned unit, void *data,
                           size_t len)
{
    struct world *w = (struct world *)p;
    uint32_t value = 0;
    if (is_flash(addr, len)) {
        memcpy(data, &w->flash[addr - BASE], len);
        return ERR_OK;
    }
    assert_int_equal(unit, 4);
    for (uint32_t i = 0; i < len; i += 4) {
        value = 0;
        enum err e = fpec_read(w, addr + i, &value);
        if (e && len == 4)
            return e;
        put_le32((uint8_t *)data + i, value);
    }
    return ERR_OK;
}

static enum err program(struct world *w, uint32_t addr, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i += 2) {
        if (w->wait_after && i / 2 == w->wait_after)
            return ERR_WAIT;
        uint8_t *cell = &w->flash[addr - BASE + i];
        if (get_le16(cell) != 0xffff)
            w->sr |= 4;
        else
            memcpy(cell, &data[i], 2);
        w->sr |= 0x20;
    }
    return ERR_OK;
}

static enum err world_write(struct scripted_probe *p, uint32_t addr, unsigned unit,
                            const void *data, size_t len)
{
    struct world *w = (struct world *)p;
    if (is_flash(addr, len)) {
        assert_int_equal(unit, 2);
        return program(w, addr, data, len);
    }
    assert_int_equal(unit, 4);
    for (size_t i = 0; i < len; i += 4)
        fpec_write(w, addr + (uint32_t)i, get_le32((const uint8_t *)data + i));
    return ERR_OK;
}

// The chip around the controller has one clock.
static enum err world_plan(struct flash_access *fa)
{
    const struct world *w = world_of(fa->mem);
    if (!(w->rcc_cr & 1))
        flash_sequence_write(&fa->leave, RCC, w->rcc_cr);
    return ERR_OK;
}

static enum err world_clock_on(struct flash_access *fa)
{
    world_of(fa->mem)->rcc_cr |= 3;
    return ERR_OK;
}

static const struct flash_prepare prepare = {.plan = world_plan, .clock_on = world_clock_on};
static const struct fpec16_params params = {
    .option_base = 0x1ffff800, .wrp_block = 4096, .latency = 1};

void bench_open(struct bench *b, const struct flash_driver *driver)
{
    memset(b, 0, sizeof *b);
    scripted_probe_make(&b->w.p, NULL);
    b->w.p.read = world_read;
    b->w.p.write = world_write;
    b->w.cr = 0x80;
    b->w.wrpr = 0xffffffff;
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
    struct flash_access access = {.mem = &b->w.p.mem, .log = &b->w.p.log, .bank = &b->bank};
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
