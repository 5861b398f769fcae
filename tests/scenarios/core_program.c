// SPDX-License-Identifier: MIT
// Runs a raw binary on sim/core/core.h as a Cortex-M3, M4 or M7, with the memory of QEMU's
// mps2-an385, mps2-an386 and mps2-an500 (code at 0, RAM at 0x20000000), up to an address; writes
// its registers to standard output and its RAM to a file. m7-cached has both caches on, which QEMU
// has not, and cleans them at the end. A helper of qemu_programs_v7m.py, not a test by itself.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "sim/core/core.h"

#define RAM      0x20000000u
#define DHCSR    0xe000edf0u
#define DEBUGEN  0xa05f0001u
#define FP_CTRL  0xe0002000u
#define FP_COMP0 0xe0002008u
#define CCR      0xe000ed14u
#define ICIALLU  0xe000ef50u
#define DCISW    0xe000ef60u
#define DCCSW    0xe000ef6cu
#define LIMIT_NS 20000000000ull
#define SLICE_NS 1000000ull

enum { CODE_SIZE = 0x20000, RAM_SIZE = 0x4000, PRIORITY_BITS = 8 };
enum { XPSR = 16 };
enum { CACHE_SIZE = 4096, LINE = 32, WAYS = 4, WAY_SHIFT = 30, SET_SHIFT = 5 };
#define CCR_CACHES 0x00030200u // IC, DC, STKALIGN

#define CPUID_M3 0x412fc230u // r2p0, as QEMU's resets CCR.STKALIGN to 1

struct machine {
    struct sim_clock clock;
    struct sim_account account;
    struct sim_bus bus;
    uint8_t code[CODE_SIZE], ram[RAM_SIZE];
};

static bool load(struct machine *m, const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return false;
    bool ok = fread(m->code, 1, CODE_SIZE, f) > 0;
    fclose(f);
    return ok;
}

static bool save(const struct machine *m, const char *path)
{
    FILE *f = fopen(path, "wb");
    if (!f)
        return false;
    bool ok = fwrite(m->ram, 1, RAM_SIZE, f) == RAM_SIZE;
    return fclose(f) == 0 && ok;
}

static void write_word(struct machine *m, uint32_t addr, uint32_t value)
{
    if (sim_bus_write(&m->bus, SIM_MASTER_DEBUG, addr, 4, value) != SIM_BUS_OK)
        fprintf(stderr, "cannot write 0x%08" PRIx32 "\n", addr);
}

static void do_all_lines(struct machine *m, uint32_t job)
{
    for (uint32_t way = 0; way < WAYS; way++) {
        for (uint32_t set = 0; set < CACHE_SIZE / LINE / WAYS; set++)
            write_word(m, job, way << WAY_SHIFT | set << SET_SHIFT);
    }
}

static void switch_caches_on(struct machine *m)
{
    write_word(m, ICIALLU, 0);
    do_all_lines(m, DCISW);
    write_word(m, CCR, CCR_CACHES);
}

static const struct kind {
    const char *name;
    uint32_t cpuid;
    bool cached;
} kinds[] = {{"m3", CPUID_M3, false},
             {"m4", SIM_CPUID_M4, false},
             {"m7", SIM_CPUID_M7, false},
             {"m7-cached", SIM_CPUID_M7, true}};

static const struct kind *kind_named(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    }
    return NULL;
}

static bool set_up(struct machine *m, const struct kind *kind, uint32_t end)
{
    struct sim_core_config config = {.cpuid = kind->cpuid,
                                     .interrupts = SIM_CORE_INTERRUPTS,
                                     .priority_bits = PRIORITY_BITS,
                                     .l1 = {.icache = CACHE_SIZE, .dcache = CACHE_SIZE}};
    bool any_address = kind->cpuid == SIM_CPUID_M7; // of a comparator: FPB version 2
    // The code is in RAM there, which the window on the flash of a chip is not.
    m->bus.window[0] = (struct sim_window){0, CODE_SIZE, m->code, true};
    m->bus.window[1] = (struct sim_window){RAM, RAM_SIZE, m->ram, true};
    m->bus.clock = &m->clock;
    m->bus.account = &m->account;
    m->bus.core = sim_core_create(&m->bus, &m->clock, &m->account, &config);
    if (!m->bus.core)
        return false;
    write_word(m, DHCSR, DEBUGEN);
    write_word(m, FP_CTRL, 3);
    write_word(m, FP_COMP0, any_address ? end | 1 : (end & ~3u) | (end & 2 ? 2u : 1u) << 30 | 1);
    sim_core_release(m->bus.core);
    if (kind->cached)
        switch_caches_on(m);
    return true;
}

static bool run(struct machine *m, uint32_t end)
{
    struct sim_core *core = m->bus.core;
    while (m->clock.now_ns < LIMIT_NS && !sim_core_is_halted(core) && !sim_core_is_locked_up(core))
        sim_core_run(core, m->clock.now_ns + SLICE_NS);
    uint32_t pc = sim_core_get_reg(core, 15);
    if (pc != end)
        fprintf(stderr, "it ends at 0x%08" PRIx32 "\n", pc);
    return pc == end;
}

static void print_registers(const struct sim_core *core)
{
    static const char names[][4] = {"sp", "lr", "pc"};
    for (unsigned n = 0; n < 13; n++)
        printf("r%u %08" PRIx32 "\n", n, sim_core_get_reg(core, n));
    for (unsigned n = 13; n < XPSR; n++)
        printf("%s %08" PRIx32 "\n", names[n - 13], sim_core_get_reg(core, n));
    printf("xpsr %08" PRIx32 "\n", sim_core_get_reg(core, XPSR));
}

int main(int argc, char **argv)
{
    struct machine *m = calloc(1, sizeof *m);
    const struct kind *kind = argc == 5 ? kind_named(argv[1]) : NULL;
    if (!m || !kind || !load(m, argv[2])) {
        fprintf(stderr, "usage: core_program m3|m4|m7|m7-cached FILE END RAM-FILE\n");
        free(m);
        return 2;
    }
    uint32_t end = (uint32_t)strtoul(argv[3], NULL, 0);
    bool ok = set_up(m, kind, end) && run(m, end);
    if (kind->cached)
        do_all_lines(m, DCCSW);
    for (unsigned i = 0; i < m->account.violation_count && i < SIM_MAX_VIOLATIONS; i++)
        fprintf(stderr, "violation: %s\n", m->account.violations[i]);
    ok = save(m, argv[4]) && ok && m->account.violation_count == 0;
    print_registers(m->bus.core);
    printf("instructions %" PRIu64 "\n", m->account.instructions);
    sim_core_destroy(m->bus.core);
    sim_account_clear(&m->account);
    free(m);
    return ok ? 0 : 1;
}
