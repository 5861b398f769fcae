// SPDX-License-Identifier: MIT
// Runs a raw binary on the ARMv7-M engine alone, with the memory of QEMU's mps2-an385, mps2-an386
// and mps2-an500 (code at 0, RAM at 0x20000000), up to an address; writes its registers to standard
// output and its RAM to a file. A helper of qemu_programs_v7m.py, not a test by itself. How many
// instructions a second that were is in its last line.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "sim/core/cpu.h"

#define RAM   0x20000000u
#define CPACR 0xe000ed88u

enum { CODE_SIZE = 0x20000, RAM_SIZE = 0x4000, LIMIT = 200000000 };
enum { PC = 15 };

struct machine {
    struct sim_clock clock;
    struct sim_account account;
    struct sim_bus bus;
    struct sim_hclk hclk;
    struct sim_bpu bpu;
    struct sim_dwt dwt;
    struct sim_cpu cpu;
    uint8_t code[CODE_SIZE], ram[RAM_SIZE];
};

static enum sim_bus_status read_cpacr(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct machine *m = self;
    (void)size;
    *value = offset ? 0 : m->cpu.fp.access * 5 << 20;
    return SIM_BUS_OK;
}

static enum sim_bus_status write_cpacr(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct machine *m = self;
    (void)size;
    if (offset == 0)
        m->cpu.fp.access = value >> 20 & 3;
    return SIM_BUS_OK;
}

static const struct sim_device cpacr = {.read = read_cpacr, .write = write_cpacr};

// m3, m4 or m7.
static void set_up(struct machine *m, const char *core)
{
    bool is_m3 = strcmp(core, "m3") == 0, is_m7 = strcmp(core, "m7") == 0;
    m->bus.window[0] = (struct sim_window){0, CODE_SIZE, m->code, false};
    m->bus.window[1] = (struct sim_window){RAM, RAM_SIZE, m->ram, true};
    m->bus.clock = &m->clock;
    m->bus.account = &m->account;
    sim_bus_map(&m->bus, "CPACR", CPACR, 4, &cpacr, m);
    m->hclk = (struct sim_hclk){.clock = &m->clock, .hz = 8000000};
    m->cpu.bus = &m->bus;
    m->cpu.hclk = &m->hclk;
    m->cpu.bpu = &m->bpu;
    m->cpu.dwt = &m->dwt;
    m->cpu.arch = is_m3 ? SIM_ARMV7M : SIM_ARMV7EM;
    m->cpu.ipsr_mask = XPSR_IPSR;
    m->cpu.basepri_mask = 0xff;
    m->cpu.fp.present = m->cpu.fp.aspen = !is_m3;
    m->cpu.fp.has_v5 = m->cpu.fp.has_double = is_m7;
    m->cpu.thumb = true;
    m->cpu.r[13] = get_le32(m->code);
    m->cpu.r[PC] = get_le32(m->code + 4) & ~1u;
}

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

static bool run(struct machine *m, uint32_t done)
{
    m->bpu.stop[0] = done;
    m->bpu.stop_count = 1;
    enum sim_cpu_stop stop = SIM_CPU_NONE;
    while (stop == SIM_CPU_NONE && m->cpu.cycles < LIMIT) {
        m->cpu.attention = false;
        stop = sim_cpu_run(&m->cpu, LIMIT);
    }
    if (stop == SIM_CPU_BREAKPOINT)
        return true;
    fprintf(stderr, "stop %d at 0x%08" PRIx32 "\n", (int)stop, m->cpu.r[PC]);
    return false;
}

static void print_registers(const struct machine *m)
{
    for (unsigned n = 0; n < PC - 2; n++)
        printf("r%u %08" PRIx32 "\n", n, m->cpu.r[n]);
    printf("sp %08" PRIx32 "\nlr %08" PRIx32 "\npc %08" PRIx32 "\nxpsr %08" PRIx32 "\n",
           m->cpu.r[13], m->cpu.r[14], m->cpu.r[PC], sim_cpu_get_xpsr(&m->cpu));
}

// In processor time, which other programs on this machine do not take from it.
static double measure(struct machine *m, const char *core, const char *path)
{
    uint64_t cycles = m->cpu.cycles, instructions = m->cpu.instructions;
    memset(m, 0, sizeof *m);
    if (!load(m, path))
        return 0;
    set_up(m, core);
    clock_t start = clock();
    while (m->cpu.cycles < cycles) {
        m->cpu.attention = false;
        if (sim_cpu_run(&m->cpu, cycles))
            return 0;
    }
    double s = (double)(clock() - start) / CLOCKS_PER_SEC;
    return s > 0 && m->cpu.instructions == instructions ? (double)instructions / s / 1e6 : 0;
}

int main(int argc, char **argv)
{
    struct machine *m = calloc(1, sizeof *m);
    if (!m || argc != 5 || !load(m, argv[2])) {
        fprintf(stderr, "usage: engine_program m3|m4|m7 FILE END RAM-FILE\n");
        free(m);
        return 2;
    }
    set_up(m, argv[1]);
    bool ok = run(m, (uint32_t)strtoul(argv[3], NULL, 0));
    ok = save(m, argv[4]) && ok;
    print_registers(m);
    printf("instructions %" PRIu64 "\n", m->cpu.instructions);
    if (ok)
        printf("millions-a-second %.1f\n", measure(m, argv[1], argv[2]));
    free(m);
    return ok ? 0 : 1;
}
