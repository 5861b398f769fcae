// SPDX-License-Identifier: MIT
// What libunicorn needs: each workaround says why. Unicorn 2.0.1 to 2.1.4.
#include "tests/unit/unicorn_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

enum { PAGE = 0x1000, STRIDE = 20 };

// The side of sim/.

static void own_open(struct own *o, enum sim_arch arch, bool fp)
{
    o->flash = aligned_alloc(PAGE, FLASH_SIZE);
    o->ram = aligned_alloc(PAGE, RAM_SIZE);
    assert_true(o->flash && o->ram);
    memset(o->flash, 0xff, FLASH_SIZE);
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

// The side of Unicorn.

static void on_code(uc_engine *uc, uint64_t addr, uint32_t size, void *arg)
{
    struct other *o = arg;
    (void)size;
    bool inside = (uint32_t)addr - o->start < o->end - o->start;
    if (!inside || (o->ran && (uint32_t)addr <= o->at)) {
        o->stopped = true;
        uc_emu_stop(uc);
        return;
    }
    o->ran = true;
    o->at = (uint32_t)addr;
}

static void on_interrupt(uc_engine *uc, uint32_t number, void *arg)
{
    struct other *o = arg;
    o->interrupt = number;
    o->interrupted = true;
    uc_emu_stop(uc);
}

static bool on_invalid(uc_engine *uc, void *arg)
{
    (void)uc;
    (void)arg;
    return false;
}

static bool on_bad_memory(uc_engine *uc, uc_mem_type type, uint64_t addr, int size, int64_t value,
                          void *arg)
{
    (void)uc;
    (void)type;
    (void)addr;
    (void)size;
    (void)value;
    (void)arg;
    return false;
}

// A function pointer as the data pointer that uc_hook_add() wants, which ISO C has no cast for.
static void add_hook(struct other *o, int type, void (*function)(void))
{
    uc_hook hook;
    void *pointer;
    memcpy(&pointer, &function, sizeof pointer);
    assert_int_equal(uc_hook_add(o->uc, &hook, type, pointer, o, 1, 0), UC_ERR_OK);
}

static void other_open(struct other *o, enum sim_arch arch)
{
    int model = arch == SIM_ARMV7M ? UC_CPU_ARM_CORTEX_M3 : UC_CPU_ARM_CORTEX_M4;
    o->flash = aligned_alloc(PAGE, FLASH_SIZE);
    o->ram = aligned_alloc(PAGE, RAM_SIZE);
    assert_true(o->flash && o->ram);
    memset(o->flash, 0xff, FLASH_SIZE);
    // Not UC_MODE_MCLASS, which silently makes it a Cortex-M33.
    assert_int_equal(uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &o->uc), UC_ERR_OK);
    assert_int_equal(uc_ctl_set_cpu_model(o->uc, model), UC_ERR_OK);
    uc_mem_map_ptr(o->uc, FLASH, FLASH_SIZE, UC_PROT_READ | UC_PROT_EXEC, o->flash);
    uc_mem_map_ptr(o->uc, 0, FLASH_SIZE, UC_PROT_READ | UC_PROT_EXEC, o->flash);
    uc_mem_map_ptr(o->uc, RAM, RAM_SIZE, UC_PROT_ALL, o->ram);
    // `until` is a real address, and the block there is thrown away after every run: none at all.
    uc_ctl_exits_enable(o->uc);
    // Without a hook for every instruction, PC is that of the block after a fault.
    add_hook(o, UC_HOOK_CODE, (void (*)(void))on_code);
    add_hook(o, UC_HOOK_INTR, (void (*)(void))on_interrupt);
    add_hook(o, UC_HOOK_INSN_INVALID, (void (*)(void))on_invalid);
    add_hook(o, UC_HOOK_MEM_INVALID, (void (*)(void))on_bad_memory);
}

static void put_reg(struct other *o, int reg, uint32_t value)
{
    uc_reg_write(o->uc, reg, &value);
}

static uint32_t get_reg(struct other *o, int reg)
{
    uint32_t value = 0;
    uc_reg_read(o->uc, reg, &value);
    return value;
}

static void other_set(struct other *o, const struct guest *g, bool fp)
{
    for (int i = 0; i < SP; i++)
        put_reg(o, UC_ARM_REG_R0 + i, g->r[i]);
    put_reg(o, UC_ARM_REG_LR, g->r[LR]);
    // Only while privileged can these be written, and only in Handler mode nPRIV be cleared again.
    // SPSEL can be written in Thread mode only.
    put_reg(o, UC_ARM_REG_IPSR, 1);
    put_reg(o, UC_ARM_REG_CONTROL, 0);
    put_reg(o, UC_ARM_REG_MSP, g->msp);
    put_reg(o, UC_ARM_REG_PSP, g->psp);
    put_reg(o, UC_ARM_REG_PRIMASK, g->primask);
    put_reg(o, UC_ARM_REG_BASEPRI, g->basepri);
    put_reg(o, UC_ARM_REG_FAULTMASK, g->faultmask);
    put_reg(o, UC_ARM_REG_IPSR, 0);
    put_reg(o, UC_ARM_REG_CONTROL, g->control);
    put_reg(o, UC_ARM_REG_PC, g->r[PC] | 1);
    if (fp) {
        put_reg(o, UC_ARM_REG_FPSCR, g->fpscr);
        for (int i = 0; i < 32; i++)
            put_reg(o, UC_ARM_REG_S0 + i, g->s[i]);
    }
    put_reg(o, UC_ARM_REG_XPSR, g->xpsr);
    put_reg(o, UC_ARM_REG_APSR_G, g->xpsr); // which the one before leaves out
}

static void other_get(struct other *o, struct guest *g, bool fp)
{
    *g = (struct guest){.fpscr = 0};
    for (int i = 0; i < SP; i++)
        g->r[i] = get_reg(o, UC_ARM_REG_R0 + i);
    g->xpsr = get_reg(o, UC_ARM_REG_XPSR) & (FLAGS | XPSR_T | XPSR_IT | XPSR_GE | XPSR_IPSR);
    g->r[SP] = get_reg(o, UC_ARM_REG_SP);
    g->r[LR] = get_reg(o, UC_ARM_REG_LR);
    g->r[PC] = get_reg(o, UC_ARM_REG_PC);
    g->control = get_reg(o, UC_ARM_REG_CONTROL);
    if (fp) {
        g->fpscr = get_reg(o, UC_ARM_REG_FPSCR);
        for (int i = 0; i < 32; i++)
            g->s[i] = get_reg(o, UC_ARM_REG_S0 + i);
    }
    put_reg(o, UC_ARM_REG_IPSR, 1); // unprivileged, these would read as zero
    bool process = g->control & 2 && !(g->xpsr & XPSR_IPSR);
    g->msp = get_reg(o, UC_ARM_REG_MSP);
    g->psp = get_reg(o, UC_ARM_REG_PSP);
    if (process)
        g->psp = g->r[SP];
    else
        g->msp = g->r[SP];
    g->primask = get_reg(o, UC_ARM_REG_PRIMASK);
    g->basepri = get_reg(o, UC_ARM_REG_BASEPRI);
    g->faultmask = get_reg(o, UC_ARM_REG_FAULTMASK);
}

static void last_op(const struct other *o, uint16_t op[2])
{
    op[0] = get_le16(o->flash + (o->at - FLASH));
    op[1] = get_le16(o->flash + (o->at + 2 - FLASH));
}

// BX, POP, LDM and LDR may return from an exception; BLX, MOV and ADD may not.
static bool may_return(const uint16_t op[2])
{
    if ((op[0] & 0xff87) == 0x4700 || (op[0] & 0xff00) == 0xbd00)
        return true;
    if ((op[0] & 0xfe50) == 0xe810)
        return op[1] & 0x8000;
    return (op[0] & 0xff70) == 0xf850 && op[1] >> 12 == PC;
}

// A fault in fetching the instruction after a branch is the next instruction's business; and an
// exception return is reported as one of three different things.
static enum sim_cpu_stop after_branch(struct other *o)
{
    uint16_t op[2];
    last_op(o, op);
    bool returns = get_reg(o, UC_ARM_REG_PC) >= 0xf0000000u && get_reg(o, UC_ARM_REG_IPSR) != 0;
    return returns && may_return(op) ? SIM_CPU_EXC_RETURN : SIM_CPU_NONE;
}

// Numbers of exceptions inside of Unicorn.
enum {
    EXCP_UDEF = 1,
    EXCP_SWI = 2,
    EXCP_PREFETCH = 3,
    EXCP_DATA = 4,
    EXCP_BKPT = 7,
    EXCP_EXIT = 8
};
enum { EXCP_NOCP = 17, EXCP_INVSTATE = 18 };

static enum sim_cpu_stop other_interrupt(struct other *o)
{
    switch (o->interrupt) {
    case EXCP_BKPT:
        return SIM_CPU_BKPT;
    case EXCP_SWI:
        return SIM_CPU_SVC;
    case EXCP_PREFETCH:
    case EXCP_EXIT:
        return after_branch(o);
    case EXCP_DATA:
        put_reg(o, UC_ARM_REG_PC, o->at | 1);
        return SIM_CPU_UNALIGNED;
    case EXCP_NOCP:
        return SIM_CPU_NO_COPROCESSOR;
    case EXCP_INVSTATE:
        return SIM_CPU_NONE; // the instruction was a branch to an even address
    default:
        return SIM_CPU_UNDEFINED;
    }
}

static enum sim_cpu_stop other_invalid(struct other *o)
{
    uint16_t op[2];
    last_op(o, op);
    if (!(get_reg(o, UC_ARM_REG_XPSR) & XPSR_T))
        return SIM_CPU_NONE; // as above
    if (op[0] == 0xbf20 || (op[0] == 0xf3af && op[1] == 0x8002))
        return SIM_CPU_WFE;
    bool yields = op[0] == 0xbf10 || (op[0] == 0xf3af && op[1] == 0x8001);
    return yields ? SIM_CPU_NONE : SIM_CPU_UNDEFINED;
}

static enum sim_cpu_stop other_run(struct other *o)
{
    o->ran = o->stopped = o->interrupted = false;
    o->at = o->start;
    uc_err e = uc_emu_start(o->uc, o->start | 1, 0xfffffffe, 0, 0);
    if (o->stopped)
        return SIM_CPU_NONE;
    if (o->interrupted)
        return other_interrupt(o);
    switch (e) {
    case UC_ERR_OK:
        return SIM_CPU_WFI;
    case UC_ERR_INSN_INVALID:
        return other_invalid(o);
    case UC_ERR_FETCH_UNMAPPED:
    case UC_ERR_FETCH_PROT:
    case UC_ERR_EXCEPTION:
        return after_branch(o);
    default:
        put_reg(o, UC_ARM_REG_PC, o->at | 1);
        return SIM_CPU_FAULT;
    }
}

// Both.

void bench_open(struct unicorn_bench *b, enum sim_arch arch, bool fp)
{
    memset(b, 0, sizeof *b);
    b->seed = bench_from_environment("SIM_UNICORN_SEED", 88172645463325252u);
    b->fp = fp;
    own_open(&b->own, arch, fp);
    other_open(&b->other, arch);
}

void bench_close(struct unicorn_bench *b)
{
    uc_close(b->other.uc);
    free(b->own.flash);
    free(b->own.ram);
    free(b->other.flash);
    free(b->other.ram);
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

uint64_t bench_from_environment(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 0) : otherwise;
}

uint64_t bench_count(uint64_t whole)
{
    const char *all = getenv("SWDLINK_TEST_ALL");
    return bench_from_environment("SIM_UNICORN_COUNT", all && *all ? whole : whole / STRIDE);
}
