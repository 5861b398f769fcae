// SPDX-License-Identifier: MIT
// Runs a raw binary on sim/core/core.h with the memory map of QEMU's microbit (flash at 0, 16 KiB
// of RAM at 0x20000000) and serves its semihosting: SYS_WRITE0 to standard output, SYS_EXIT. A
// helper of qemu_order.sh, not a test by itself.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "sim/core/core.h"

#define RAM      0x20000000u
#define DHCSR    0xe000edf0u
#define DEBUGEN  0xa05f0001u
#define LIMIT_NS 10000000000ull
#define SLICE_NS 1000000ull

enum { FLASH_SIZE = 0x8000, RAM_SIZE = 0x4000 };
enum { SYS_WRITE0 = 0x04, SYS_EXIT = 0x18, BKPT_SEMIHOSTING = 0xbeab, PC = 15 };

struct machine {
    struct sim_clock clock;
    struct sim_account account;
    struct sim_bus bus;
    uint8_t flash[FLASH_SIZE], ram[RAM_SIZE];
};

static uint32_t read_memory(struct machine *m, uint32_t addr, unsigned size)
{
    uint32_t value = 0;
    if (sim_bus_read(&m->bus, SIM_MASTER_DEBUG, addr, size, &value) != SIM_BUS_OK)
        fprintf(stderr, "cannot read 0x%08x\n", (unsigned)addr);
    return value;
}

// False when the program is done, or halted for anything but semihosting.
static bool serve_semihosting(struct machine *m)
{
    struct sim_core *core = m->bus.core;
    uint32_t pc = sim_core_get_reg(core, PC), argument = sim_core_get_reg(core, 1);
    if (read_memory(m, pc, 2) != BKPT_SEMIHOSTING) {
        fprintf(stderr, "halted at 0x%08x\n", (unsigned)pc);
        return false;
    }
    if (sim_core_get_reg(core, 0) != SYS_WRITE0)
        return false;
    for (uint32_t c; (c = read_memory(m, argument, 1)) != 0; argument++)
        putchar((int)c);
    sim_core_set_reg(core, PC, pc + 2);
    sim_bus_write(&m->bus, SIM_MASTER_DEBUG, DHCSR, 4, DEBUGEN);
    return true;
}

static bool run(struct machine *m)
{
    struct sim_core *core = m->bus.core;
    while (m->clock.now_ns < LIMIT_NS) {
        sim_core_run(core, m->clock.now_ns + SLICE_NS);
        if (sim_core_is_halted(core) && !serve_semihosting(m))
            return sim_core_get_reg(core, 0) == SYS_EXIT;
    }
    fprintf(stderr, "it does not end\n");
    return false;
}

static bool load(struct machine *m, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    bool ok = fread(m->flash, 1, FLASH_SIZE, f) > 0;
    fclose(f);
    return ok;
}

// 0: there is no such core.
static uint32_t core_named(const char *name)
{
    static const struct {
        const char *name;
        uint32_t cpuid;
    } cores[] = {{"m0", SIM_CPUID_M0},
                 {"m0plus", SIM_CPUID_M0PLUS},
                 {"m3", SIM_CPUID_M3},
                 {"m4", SIM_CPUID_M4},
                 {"m7", SIM_CPUID_M7}};
    for (size_t i = 0; i < sizeof cores / sizeof cores[0]; i++) {
        if (strcmp(cores[i].name, name) == 0)
            return cores[i].cpuid;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct machine *m = calloc(1, sizeof *m);
    uint32_t cpuid = argc == 3 ? core_named(argv[2]) : SIM_CPUID_M0;
    if (!m || argc < 2 || argc > 3 || !cpuid || !load(m, argv[1])) {
        fprintf(stderr, "usage: sim_firmware FILE [m0|m0plus|m3|m4|m7]\n");
        free(m);
        return 2;
    }
    m->bus.window[0] = (struct sim_window){0, FLASH_SIZE, m->flash, false};
    m->bus.window[1] = (struct sim_window){RAM, RAM_SIZE, m->ram, true};
    m->bus.clock = &m->clock;
    m->bus.account = &m->account;
    m->bus.core = sim_core_create(
        &m->bus, &m->clock, &m->account,
        &(struct sim_core_config){.cpuid = cpuid, .interrupts = SIM_CORE_INTERRUPTS});
    if (!m->bus.core)
        return 2;
    sim_bus_write(&m->bus, SIM_MASTER_DEBUG, DHCSR, 4, DEBUGEN);
    sim_core_release(m->bus.core);
    bool ok = run(m);
    for (unsigned i = 0; i < m->account.violation_count && i < SIM_MAX_VIOLATIONS; i++)
        fprintf(stderr, "violation: %s\n", m->account.violations[i]);
    ok = ok && m->account.violation_count == 0;
    sim_core_destroy(m->bus.core);
    sim_account_clear(&m->account);
    free(m);
    return ok ? 0 : 1;
}
