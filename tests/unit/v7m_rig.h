// SPDX-License-Identifier: MIT
// An ARMv7-M engine with 256 bytes of flash and RAM, and a device that counts what it is asked.
#ifndef SWDLINK_TESTS_UNIT_V7M_RIG_H
#define SWDLINK_TESTS_UNIT_V7M_RIG_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/bytes.h"
#include "sim/core/cpu.h"

#define FLASH 0x08000000u
#define RAM   0x20000000u
#define DEV   0x40000000u
#define START (FLASH + 0x40)

enum { SP = 13, LR = 14, PC = 15 };
enum { REG_SPECIAL = 20, REG_FPSCR = 33, REG_S0 = 64 };

struct rig {
    struct sim_clock clock;
    struct sim_account account;
    struct sim_bus bus;
    struct sim_hclk hclk;
    struct sim_bpu bpu;
    struct sim_dwt dwt;
    struct sim_cpu cpu;
    uint8_t flash[256], ram[256];
    unsigned accesses, stall_at; // the device stalls its stall_at-th access, once
    unsigned size[16];           // of each access
    uint32_t last[16];
    uint32_t next; // where the next instruction is put
};

static inline enum sim_bus_status rig_access(struct rig *rig, uint32_t offset, unsigned size)
{
    if (offset >= 64)
        return SIM_BUS_FAULT;
    if (rig->accesses + 1 == rig->stall_at) {
        rig->stall_at = 0;
        return SIM_BUS_STALL;
    }
    rig->size[rig->accesses++ % 16] = size;
    return SIM_BUS_OK;
}

// Every reading gives one more, so that a repetition shows.
static inline enum sim_bus_status rig_read(void *self, uint32_t offset, unsigned size,
                                           uint32_t *value)
{
    struct rig *rig = self;
    enum sim_bus_status status = rig_access(rig, offset, size);
    if (status == SIM_BUS_OK)
        *value = ++rig->last[offset / 4];
    return status;
}

static inline enum sim_bus_status rig_write(void *self, uint32_t offset, unsigned size,
                                            uint32_t value)
{
    struct rig *rig = self;
    enum sim_bus_status status = rig_access(rig, offset, size);
    if (status == SIM_BUS_OK)
        rig->last[offset / 4] += value;
    return status;
}

static const struct sim_device rig_device = {.read = rig_read, .write = rig_write};

static inline void set_up(struct rig *rig, enum sim_arch arch)
{
    memset(rig, 0, sizeof *rig);
    memset(rig->flash, 0xff, sizeof rig->flash);
    rig->bus.window[0] = (struct sim_window){FLASH, sizeof rig->flash, rig->flash, false};
    rig->bus.window[1] = (struct sim_window){RAM, sizeof rig->ram, rig->ram, true};
    sim_bus_map(&rig->bus, "device", DEV, 256, &rig_device, rig);
    rig->bus.clock = &rig->clock;
    rig->hclk = (struct sim_hclk){.clock = &rig->clock, .hz = 8000000};
    rig->cpu.bus = &rig->bus;
    rig->cpu.hclk = &rig->hclk;
    rig->cpu.bpu = &rig->bpu;
    rig->cpu.dwt = &rig->dwt;
    rig->cpu.arch = arch;
    rig->cpu.thumb = true;
    rig->cpu.ipsr_mask = XPSR_IPSR;
    rig->cpu.basepri_mask = 0xf0;
    rig->cpu.fp.present = arch == SIM_ARMV7EM;
    rig->cpu.fp.access = 3;
    rig->cpu.r[SP] = RAM + 0x80;
    rig->cpu.r[LR] = 0xffffffff;
    rig->cpu.r[PC] = rig->next = START;
}

// Behind the instructions that were put before.
static inline void put(struct rig *rig, uint32_t op)
{
    put_le16(&rig->flash[rig->next - FLASH], (uint16_t)op);
    rig->next += 2;
}

static inline void put_wide(struct rig *rig, uint32_t op, uint32_t op2)
{
    put(rig, op);
    put(rig, op2);
}

static inline enum sim_cpu_stop run_one(struct rig *rig)
{
    return sim_cpu_run(&rig->cpu, 0);
}

// One instruction from START, whatever was there.
static inline enum sim_cpu_stop run_narrow(struct rig *rig, uint32_t op)
{
    rig->cpu.r[PC] = rig->next = START;
    put(rig, op);
    return run_one(rig);
}

static inline enum sim_cpu_stop run_wide(struct rig *rig, uint32_t op, uint32_t op2)
{
    rig->cpu.r[PC] = rig->next = START;
    put_wide(rig, op, op2);
    return run_one(rig);
}

#endif
