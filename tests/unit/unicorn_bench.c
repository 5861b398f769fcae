// SPDX-License-Identifier: MIT
// The side of sim/, and what both sides are given and compared by.
#include "tests/unit/unicorn_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

enum { PAGE = 0x1000, STRIDE = 20, MOST_DIFFERENCES = 20 };

// The side of sim/.

void memory_open(uint8_t **flash, uint8_t **ram)
{
    *flash = aligned_alloc(PAGE, FLASH_SIZE);
    *ram = aligned_alloc(PAGE, RAM_SIZE);
    assert_true(*flash && *ram);
    memset(*flash, 0xff, FLASH_SIZE);
}

static void own_open(struct own *o, enum bench_core core, enum sim_arch arch, bool fp)
{
    memory_open(&o->flash, &o->ram);
    o->bus.window[0] = (struct sim_window){FLASH, FLASH_SIZE, o->flash, false};
    o->bus.window[1] = (struct sim_window){0, FLASH_SIZE, o->flash, false};
    o->bus.window[2] = (struct sim_window){RAM, RAM_SIZE, o->ram, true};
    o->bus.clock = &o->clock;
    o->bus.account = &o->account;
    o->hclk = (struct sim_hclk){.clock = &o->clock, .hz = 8000000};
    o->cpu.bus = &o->bus;
    o->cpu.hclk = &o->hclk;
    o->cpu.bpu = &o->bpu;
    o->cpu.dwt = &o->dwt;
    o->cpu.arch = arch;
    o->cpu.ipsr_mask = XPSR_IPSR;
    o->cpu.basepri_mask = 0xff;
    o->cpu.fp.present = fp;
    o->cpu.fp.has_v5 = o->cpu.fp.has_double = fp && core == BENCH_M7;
    o->cpu.fp.access = 3;
}

static void own_set(struct own *o, const struct guest *g)
{
    struct sim_cpu *cpu = &o->cpu;
    sim_cpu_set_mode(cpu, g->xpsr & XPSR_IPSR, g->control & 2);
    memcpy(cpu->r, g->r, sizeof cpu->r);
    cpu->msp = g->msp;
    cpu->psp = g->psp;
    sim_cpu_set_xpsr(cpu, g->xpsr);
    cpu->primask = g->primask;
    cpu->basepri = (uint8_t)g->basepri;
    cpu->faultmask = g->faultmask;
    sim_cpu_set_control(cpu, g->control);
    cpu->fp.fpscr = g->fpscr;
    memcpy(cpu->fp.s, g->s, sizeof cpu->fp.s);
    cpu->exclusive = false;
}

static void own_get(const struct own *o, struct guest *g)
{
    const struct sim_cpu *cpu = &o->cpu;
    *g = (struct guest){.msp = sim_cpu_get_sp(cpu, false),
                        .psp = sim_cpu_get_sp(cpu, true),
                        .xpsr = sim_cpu_get_xpsr(cpu),
                        .primask = cpu->primask,
                        .basepri = cpu->basepri,
                        .faultmask = cpu->faultmask,
                        .control = sim_cpu_get_control(cpu),
                        .fpscr = cpu->fp.fpscr};
    memcpy(g->r, cpu->r, sizeof g->r);
    memcpy(g->s, cpu->fp.s, sizeof g->s);
}

static enum sim_cpu_stop own_run(struct own *o, uint32_t start, uint32_t end, bool single)
{
    enum sim_cpu_stop stop;
    do {
        stop = sim_cpu_run(&o->cpu, 0);
    } while (!single && stop == SIM_CPU_NONE && o->cpu.r[PC] - start < end - start);
    return stop;
}

// Both.

int bench_set_up(void **state, enum bench_core core, bool fp)
{
    static const enum sim_arch archs[] = {[BENCH_M0] = SIM_ARMV6M,
                                          [BENCH_M3] = SIM_ARMV7M,
                                          [BENCH_M4] = SIM_ARMV7EM,
                                          [BENCH_M7] = SIM_ARMV7EM};
    struct unicorn_bench *b = calloc(1, sizeof *b);
    if (!b)
        return -1;
    b->seed = bench_from_environment("SIM_UNICORN_SEED", 88172645463325252u);
    b->fp = fp;
    b->core = core;
    own_open(&b->own, core, archs[core], fp);
    other_open(&b->other, core, archs[core]);
    *state = b;
    return 0;
}

int bench_tear_down(void **state)
{
    struct unicorn_bench *b = *state;
    uc_close(b->other.uc);
    free(b->own.flash);
    free(b->own.ram);
    free(b->other.flash);
    free(b->other.ram);
    free(b);
    return 0;
}

uint32_t bench_random(struct unicorn_bench *b)
{
    b->seed ^= b->seed << 13;
    b->seed ^= b->seed >> 7;
    b->seed ^= b->seed << 17;
    return (uint32_t)(b->seed >> 16);
}

uint32_t bench_random_value(struct unicorn_bench *b)
{
    switch (bench_random(b) % 12) {
    case 0:
    case 1:
        return bench_random(b) % 300;
    case 2:
    case 3:
    case 4:
        return RAM + (bench_random(b) % 0xf00 & ~3u);
    case 5:
        return RAM + bench_random(b) % 0xfff;
    case 6:
        return FLASH + bench_random(b) % 0x7fff;
    case 7: // edges
        return 0x7fffffff + bench_random(b) % 3;
    case 8:
        return ((bench_random(b) & 1) << 31) - bench_random(b) % 3;
    case 9: // halfwords and bytes at their edges
        return 0x7fff7fff + (bench_random(b) % 3 << 16) + bench_random(b) % 3;
    default:
        return bench_random(b) ^ bench_random(b) << 16;
    }
}

struct guest bench_random_guest(struct unicorn_bench *b, uint32_t pc)
{
    struct guest g = {.r = {0}};
    for (unsigned i = 0; i < SP; i++)
        g.r[i] = bench_random_value(b);
    g.r[LR] = bench_random(b) & 3 ? 0xffffffff : bench_random_value(b);
    g.r[PC] = pc;
    g.msp = RAM + (bench_random(b) % RAM_SIZE & ~3u);
    g.psp = RAM + (bench_random(b) % RAM_SIZE & ~3u);
    g.primask = bench_random(b) & 1;
    g.basepri = bench_random(b) & 1 ? bench_random(b) & 0xf0 : 0;
    g.faultmask = bench_random(b) % 8 == 0;
    uint32_t ipsr = bench_random(b) & 3 ? 0 : 1 + bench_random(b) % 40;
    g.control = ipsr ? 0 : bench_random(b) & 3;
    g.xpsr = (bench_random(b) & FLAGS) | XPSR_T | ipsr;
    if (b->own.cpu.arch == SIM_ARMV7EM)
        g.xpsr |= bench_random(b) & XPSR_GE;
    if (b->own.cpu.arch == SIM_ARMV6M) { // which has less
        g.xpsr &= ~XPSR_Q;
        g.basepri = g.faultmask = 0;
        g.control &= 2;
    }
    if (b->fp) {
        g.control |= 4; // a context of its own: else the first FP instruction sets FPSCR
        g.fpscr = 0;
    }
    g.r[SP] = g.control & 2 ? g.psp : g.msp;
    return g;
}

uint32_t bench_random_pc(struct unicorn_bench *b)
{
    return FLASH + (bench_random(b) % (FLASH_SIZE - 0x100) & ~1u);
}

void bench_fill_ram(struct unicorn_bench *b)
{
    for (unsigned i = 0; i < RAM_SIZE; i += 4)
        put_le32(b->own.ram + i, bench_random(b));
    bench_forgive(b);
    uc_ctl_remove_cache(b->other.uc, (uint64_t)RAM, (uint64_t)RAM + RAM_SIZE);
}

void bench_forgive(struct unicorn_bench *b)
{
    memcpy(b->other.ram, b->own.ram, RAM_SIZE);
}

void program_add(struct program *p, uint32_t op)
{
    assert_true(p->halfwords < CODE_SIZE / 2);
    p->op[p->halfwords++] = (uint16_t)op;
}

void program_add_wide(struct program *p, uint32_t op, uint32_t op2)
{
    program_add(p, op);
    program_add(p, op2);
}

static void place(struct unicorn_bench *b, uint32_t pc, const struct program *p)
{
    uint8_t *own = b->own.flash + (pc - FLASH), *other = b->other.flash + (pc - FLASH);
    for (unsigned i = 0; i < p->halfwords + 2; i++) {
        uint16_t op = i < p->halfwords ? p->op[i] : 0xbf00;
        put_le16(own + 2 * (size_t)i, op);
        put_le16(other + 2 * (size_t)i, op);
    }
    // Memory that is written from outside is not noticed.
    uc_ctl_remove_cache(b->other.uc, (uint64_t)pc, (uint64_t)pc + 2 * p->halfwords + 4);
}

void bench_run(struct unicorn_bench *b, const struct program *p, struct outcome *o)
{
    place(b, o->pc, p);
    b->other.start = o->pc;
    b->other.end = o->pc + 2 * p->halfwords;
    own_set(&b->own, &o->start);
    o->own_stop = own_run(&b->own, b->other.start, b->other.end, p->single);
    own_get(&b->own, &o->own);
    other_set(&b->other, &o->start, b->fp);
    o->other_stop = other_run(&b->other);
    other_get(&b->other, &o->other, b->fp);
}

bool bench_agrees(struct unicorn_bench *b, const struct outcome *o)
{
    struct guest other = o->other, own = o->own;
    other.r[SP] &= ~3u; // Unicorn keeps bits 1:0 of stack pointers
    other.msp &= ~3u;
    other.psp &= ~3u;
    if (o->own_stop == SIM_CPU_EXC_RETURN) {
        other.r[PC] &= ~1u;
        other.xpsr = (other.xpsr & ~XPSR_T) | (own.xpsr & XPSR_T);
    }
    if (!b->fp) {
        memset(own.s, 0, sizeof own.s);
        own.fpscr = 0;
        other.control &= 3;
    }
    return o->own_stop == o->other_stop && memcmp(b->own.ram, b->other.ram, RAM_SIZE) == 0 &&
           memcmp(&own, &other, sizeof own) == 0;
}

void bench_tell(const struct program *p, const struct outcome *o)
{
    for (unsigned i = 0; i < p->halfwords; i++)
        print_error("%04x ", p->op[i]);
    print_error(": stop %d, Unicorn %d", (int)o->own_stop, (int)o->other_stop);
    uint32_t start[sizeof o->start / 4], own[sizeof o->own / 4], other[sizeof o->other / 4];
    memcpy(start, &o->start, sizeof start);
    memcpy(own, &o->own, sizeof own);
    memcpy(other, &o->other, sizeof other);
    for (unsigned i = 0; i < sizeof start / sizeof *start; i++) {
        if (own[i] != other[i])
            print_error("; [%u] was %08x is %08x, Unicorn %08x", i, start[i], own[i], other[i]);
    }
    print_error("\n");
}

void bench_compare(struct unicorn_bench *b, compare_one *compare, code_group *group, uint64_t count)
{
    unsigned differences = 0;
    for (uint64_t i = 0; i < count && differences < MOST_DIFFERENCES; i++) {
        if (i % 64 == 0)
            bench_fill_ram(b);
        differences += !compare(b, group);
    }
    assert_int_equal(differences, 0);
}

uint64_t bench_from_environment(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 0) : otherwise;
}

uint64_t bench_count(uint64_t whole)
{
    const char *all = getenv("SWDLINK_TEST_ALL");
    const uint64_t stride =
        all && *all ? 1 : STRIDE * bench_from_environment("SWDLINK_TEST_SAMPLE", 1);
    if (stride > 1)
        printf("# sampled: one of %u instructions\n", (unsigned)stride);
    return bench_from_environment("SIM_UNICORN_COUNT", whole / stride);
}
