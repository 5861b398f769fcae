// SPDX-License-Identifier: MIT
// The instruction engine against another one: random instructions from random states are executed
// by sim/core/cpu.h and by libunicorn's Cortex-M0 and everything visible must agree. Left out are
// encodings that the manual leaves UNPREDICTABLE and the known deviations of Unicorn (each named in
// is_comparable()). SIM_UNICORN_COUNT in the environment changes the number, SIM_UNICORN_SEED the
// sequence.
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unicorn/unicorn.h>

#include "base/bytes.h"
#include "sim/core/cpu.h"
#include "tests/unit/choose.h"

#define FLASH 0x08000000u
#define RAM   0x20000000u

enum { FLASH_SIZE = 0x8000, RAM_SIZE = 0x1000, PAGE = 0x1000, DEFAULT_COUNT = 1000000 };
enum { SP = 13, LR = 14, PC = 15 };

struct guest {
    uint32_t r[16], msp, psp, xpsr, primask, control;
};

struct own {
    struct sim_clock clock;
    struct sim_account account;
    struct sim_bus bus;
    struct sim_hclk hclk;
    struct sim_bpu bpu;
    struct sim_dwt dwt;
    struct sim_cpu cpu;
    uint8_t *flash, *ram;
};

struct other {
    uc_engine *uc;
    uint8_t *flash, *ram;
    bool ran, stopped, interrupted;
    uint32_t interrupt, at;
};

struct state {
    uint64_t seed;
    struct own own;
    struct other other;
};

static uint32_t random32(struct state *s)
{
    s->seed ^= s->seed << 13;
    s->seed ^= s->seed >> 7;
    s->seed ^= s->seed << 17;
    return (uint32_t)(s->seed >> 16);
}

// The side of sim/.

static void own_open(struct own *o)
{
    o->flash = aligned_alloc(PAGE, FLASH_SIZE);
    o->ram = aligned_alloc(PAGE, RAM_SIZE);
    assert_true(o->flash && o->ram);
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
}

static void own_set(struct own *o, const struct guest *g)
{
    struct sim_cpu *cpu = &o->cpu;
    memcpy(cpu->r, g->r, sizeof cpu->r);
    cpu->msp = g->msp;
    cpu->psp = g->psp;
    cpu->ipsr = g->xpsr & XPSR_IPSR;
    cpu->thumb = g->xpsr & XPSR_T;
    cpu->primask = g->primask;
    cpu->spsel = g->control & 2;
    sim_cpu_set_flags(cpu, g->xpsr);
}

static void own_get(const struct own *o, struct guest *g)
{
    memcpy(g->r, o->cpu.r, sizeof g->r);
    g->msp = sim_cpu_get_sp(&o->cpu, false);
    g->psp = sim_cpu_get_sp(&o->cpu, true);
    g->xpsr = sim_cpu_get_xpsr(&o->cpu);
    g->primask = o->cpu.primask;
    g->control = o->cpu.spsel ? 2 : 0;
}

// The side of Unicorn.

static void on_code(uc_engine *uc, uint64_t addr, uint32_t size, void *arg)
{
    struct other *o = arg;
    (void)size;
    if (o->ran) {
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

static void other_open(struct other *o)
{
    o->flash = aligned_alloc(PAGE, FLASH_SIZE);
    o->ram = aligned_alloc(PAGE, RAM_SIZE);
    assert_true(o->flash && o->ram);
    // Not UC_MODE_MCLASS, which silently makes it a Cortex-M33.
    assert_int_equal(uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &o->uc), UC_ERR_OK);
    assert_int_equal(uc_ctl_set_cpu_model(o->uc, UC_CPU_ARM_CORTEX_M0), UC_ERR_OK);
    uc_mem_map_ptr(o->uc, FLASH, FLASH_SIZE, UC_PROT_READ | UC_PROT_EXEC, o->flash);
    uc_mem_map_ptr(o->uc, 0, FLASH_SIZE, UC_PROT_READ | UC_PROT_EXEC, o->flash);
    uc_mem_map_ptr(o->uc, RAM, RAM_SIZE, UC_PROT_ALL, o->ram);
    uc_ctl_exits_enable(o->uc);
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

static void other_set(struct other *o, const struct guest *g)
{
    for (int i = 0; i < SP; i++)
        put_reg(o, UC_ARM_REG_R0 + i, g->r[i]);
    put_reg(o, UC_ARM_REG_LR, g->r[LR]);
    put_reg(o, UC_ARM_REG_IPSR, 0); // CONTROL can be written in Thread mode only
    put_reg(o, UC_ARM_REG_CONTROL, g->control);
    put_reg(o, UC_ARM_REG_MSP, g->msp);
    put_reg(o, UC_ARM_REG_PSP, g->psp);
    put_reg(o, UC_ARM_REG_PRIMASK, g->primask);
    put_reg(o, UC_ARM_REG_PC, g->r[PC] | 1);
    put_reg(o, UC_ARM_REG_XPSR, g->xpsr);
}

static void other_get(struct other *o, struct guest *g)
{
    for (int i = 0; i < SP; i++)
        g->r[i] = get_reg(o, UC_ARM_REG_R0 + i);
    g->control = get_reg(o, UC_ARM_REG_CONTROL);
    g->msp = get_reg(o, UC_ARM_REG_MSP);
    g->psp = get_reg(o, UC_ARM_REG_PSP);
    g->primask = get_reg(o, UC_ARM_REG_PRIMASK);
    g->r[SP] = get_reg(o, UC_ARM_REG_SP);
    g->r[LR] = get_reg(o, UC_ARM_REG_LR);
    g->r[PC] = get_reg(o, UC_ARM_REG_PC);
    g->xpsr = get_reg(o, UC_ARM_REG_XPSR) & (0xf0000000u | XPSR_T | XPSR_IPSR);
}

// BX and POP {pc} to 0xfxxxxxxx in Handler mode; Unicorn reports it as one of three different
// things.
static bool is_exception_return(struct other *o, uint16_t op)
{
    return get_reg(o, UC_ARM_REG_PC) >= 0xf0000000u && get_reg(o, UC_ARM_REG_IPSR) != 0 &&
           ((op & 0xff87) == 0x4700 || (op & 0xff00) == 0xbd00);
}

// A fault in fetching the instruction after a branch is the next instruction's business.
static enum sim_cpu_stop after_branch(struct other *o, uint16_t op)
{
    return is_exception_return(o, op) ? SIM_CPU_EXC_RETURN : SIM_CPU_NONE;
}

static enum sim_cpu_stop other_interrupt(struct other *o, uint16_t op)
{
    switch (o->interrupt) {
    case 7:
        return SIM_CPU_BKPT;
    case 2:
        return SIM_CPU_SVC;
    case 3:
    case 8:
        return after_branch(o, op);
    case 4:
        put_reg(o, UC_ARM_REG_PC, o->at | 1);
        return SIM_CPU_FAULT;
    default:
        return SIM_CPU_UNDEFINED;
    }
}

static enum sim_cpu_stop other_invalid(struct other *o, uint16_t op)
{
    if (!(get_reg(o, UC_ARM_REG_XPSR) & XPSR_T))
        return SIM_CPU_NONE; // the instruction was a branch to an even address
    if (op == 0xbf20)
        return SIM_CPU_WFE;
    return op == 0xbf10 ? SIM_CPU_NONE : SIM_CPU_UNDEFINED;
}

static enum sim_cpu_stop other_run(struct other *o, uint32_t pc, uint16_t op)
{
    o->ran = o->stopped = o->interrupted = false;
    uc_err e = uc_emu_start(o->uc, pc | 1, 0xfffffffe, 0, 0);
    if (o->stopped)
        return SIM_CPU_NONE;
    if (o->interrupted)
        return other_interrupt(o, op);
    switch (e) {
    case UC_ERR_OK:
        return SIM_CPU_WFI;
    case UC_ERR_INSN_INVALID:
        return other_invalid(o, op);
    case UC_ERR_FETCH_UNMAPPED:
    case UC_ERR_FETCH_PROT:
    case UC_ERR_EXCEPTION:
        return after_branch(o, op);
    default:
        put_reg(o, UC_ARM_REG_PC, o->at | 1);
        return SIM_CPU_FAULT;
    }
}

// What is executed.

static uint16_t random_op(struct state *s)
{
    uint16_t x = (uint16_t)random32(s);
    switch (random32(s) & 7) {
    case 0: // more of the register operations
        return 0x4000 | (x & 0x7ff);
    case 1: // more of the miscellaneous
        return 0xb000 | (x & 0xfff);
    case 2: // more loads and stores
        return 0x5000 | (x & 0x3fff);
    default:
        return x;
    }
}

static void random_wide(struct state *s, uint16_t op[2])
{
    if (random32(s) & 3)
        op[0] = 0xf000 | (op[0] & 0x7ff);
    op[1] |= 0x8000;
    if (random32(s) & 3)
        return;
    unsigned sysm = random32(s) % 3 ? random32(s) % 21 : random32(s) & 0xff;
    if (random32(s) & 1) { // MRS
        op[0] = 0xf3ef;
        op[1] = (uint16_t)(0x8000 | (random32(s) & 15) << 8 | sysm);
    } else { // MSR
        op[0] = (uint16_t)(0xf380 | (random32(s) & 15));
        op[1] = (uint16_t)(0x8800 | sysm);
    }
}

static bool is_comparable_system(uint16_t op, uint16_t op2)
{
    unsigned sysm = op2 & 0xff;
    bool msr = (op & 0xffe0) == 0xf380, mrs = op == 0xf3ef;
    if (!msr && !mrs)
        return true;
    if (msr && ((op & 15) >= SP || sysm == 7 || sysm == 8 || sysm == 9))
        return false; // UNPREDICTABLE; Unicorn keeps bits 1:0 of stack pointers
    if (mrs && (op2 >> 8 & 15) >= SP)
        return false;
    // IEPSR's reserved number, and registers of ARMv7-M that Unicorn accepts on the M0.
    return sysm != 4 && (sysm < 10 || sysm == 16 || sysm == 20);
}

static bool is_comparable(uint16_t op, uint16_t op2)
{
    if ((op & 0xf0ff) == 0xc000 || (op & 0xfdff) == 0xb400 || (op & 0xfdff) == 0xbc00)
        return false; // empty register lists are UNPREDICTABLE
    if ((op & 0xff00) == 0xb600 && (op & 0xffef) != 0xb662)
        return false; // Unicorn executes SETEND and CPS F
    if ((op & 0xf500) == 0xb100 || ((op & 0xff00) == 0xbf00 && op & 15))
        return false; // and CBZ, CBNZ, IT
    if ((op & 0xfd87) == 0x4485)
        return false; // ADD and MOV to SP: it keeps bits 1:0
    if ((op & 0xfff8) == 0x47f0)
        return false; // BLX LR with an EXC_RETURN value is no exception return
    return op >> 11 < 29 || is_comparable_system(op, op2);
}

static uint32_t random_value(struct state *s)
{
    switch (random32(s) % 10) {
    case 0:
    case 1:
    case 2:
        return random32(s) % 300;
    case 3:
    case 4:
    case 5:
        return RAM + (random32(s) % 0xf00 & ~3u);
    case 6:
        return RAM + random32(s) % 0xfff;
    case 7:
        return FLASH + random32(s) % 0x7fff;
    default:
        return random32(s) ^ random32(s) << 16;
    }
}

static struct guest random_guest(struct state *s, uint32_t pc)
{
    struct guest g = {.r = {0}};
    for (unsigned i = 0; i < SP; i++)
        g.r[i] = random_value(s);
    g.r[LR] = random32(s) & 3 ? 0xffffffff : random_value(s);
    g.r[PC] = pc;
    g.msp = RAM + (random32(s) % RAM_SIZE & ~3u);
    g.psp = RAM + (random32(s) % RAM_SIZE & ~3u);
    g.primask = random32(s) & 1;
    uint32_t ipsr = random32(s) & 3 ? 0 : 1 + random32(s) % 40;
    g.control = ipsr ? 0 : random32(s) & 2;
    g.xpsr = (random32(s) & 0xf0000000u) | XPSR_T | ipsr;
    g.r[SP] = g.control ? g.psp : g.msp;
    return g;
}

static void random_code(struct state *s, uint16_t op[2])
{
    do {
        op[0] = random_op(s);
        op[1] = (uint16_t)random32(s);
        if (op[0] >> 11 >= 29)
            random_wide(s, op);
    } while (!is_comparable(op[0], op[1]));
}

static void place_code(struct state *s, uint32_t pc, const uint16_t op[2])
{
    uint8_t *p = s->own.flash + (pc - FLASH), *q = s->other.flash + (pc - FLASH);
    const uint16_t code[3] = {op[0], op[1], 0xbf00};
    for (unsigned i = 0; i < 3; i++) {
        put_le16(p + 2 * i, code[i]);
        put_le16(q + 2 * i, code[i]);
    }
    uc_ctl_remove_cache(s->other.uc, (uint64_t)pc, (uint64_t)pc + 6);
}

static void fill_ram(struct state *s)
{
    for (unsigned i = 0; i < RAM_SIZE; i += 4)
        put_le32(s->own.ram + i, random32(s));
    memcpy(s->other.ram, s->own.ram, RAM_SIZE);
    uc_ctl_remove_cache(s->other.uc, (uint64_t)RAM, (uint64_t)RAM + RAM_SIZE);
}

// Comparison.

static bool moves_a_list(uint16_t op)
{
    return (op & 0xfe00) == 0xb400 || (op & 0xfe00) == 0xbc00 || (op & 0xf000) == 0xc000;
}

static bool agree(struct state *s, uint16_t op, enum sim_cpu_stop stop, const struct guest *a,
                  const struct guest *b)
{
    bool same_ram = memcmp(s->own.ram, s->other.ram, RAM_SIZE) == 0;
    if (stop == SIM_CPU_FAULT && moves_a_list(op)) {
        // What a list has done before its fault is UNKNOWN.
        memcpy(s->other.ram, s->own.ram, RAM_SIZE);
        return a->r[PC] == b->r[PC] && a->r[SP] == b->r[SP];
    }
    struct guest c = *b;
    if (stop == SIM_CPU_EXC_RETURN) {
        c.r[PC] &= ~1u;
        c.xpsr = (c.xpsr & ~XPSR_T) | (a->xpsr & XPSR_T);
    }
    return same_ram && memcmp(a, &c, sizeof c) == 0;
}

static void tell(const uint16_t op[2], const struct guest *g, const struct guest *a,
                 const struct guest *b, enum sim_cpu_stop sa, enum sim_cpu_stop sb)
{
    print_error("%04x %04x: stop %d, Unicorn %d", op[0], op[1], (int)sa, (int)sb);
    const uint32_t *pg = (const uint32_t *)g, *pa = (const uint32_t *)a, *pb = (const uint32_t *)b;
    for (unsigned i = 0; i < sizeof *g / 4; i++) {
        if (pa[i] != pb[i])
            print_error("; [%u] was %08x is %08x, Unicorn %08x", i, pg[i], pa[i], pb[i]);
    }
    print_error("\n");
}

static bool compare_one(struct state *s)
{
    uint32_t pc = FLASH + (random32(s) % 0x7f00 & ~1u);
    uint16_t op[2];
    random_code(s, op);
    place_code(s, pc, op);
    struct guest g = random_guest(s, pc), a, b;
    own_set(&s->own, &g);
    enum sim_cpu_stop sa = sim_cpu_run(&s->own.cpu, 0);
    own_get(&s->own, &a);
    other_set(&s->other, &g);
    enum sim_cpu_stop sb = other_run(&s->other, pc, op[0]);
    other_get(&s->other, &b);
    bool same = agree(s, op[0], sa, &a, &b);
    if (sa == sb && same)
        return true;
    tell(op, &g, &a, &b, sa, sb);
    memcpy(s->other.ram, s->own.ram, RAM_SIZE);
    return false;
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 0) : otherwise;
}

static void random_instructions_do_what_they_do_in_unicorn(void **state)
{
    struct state *s = *state;
    uint64_t count = from_environment("SIM_UNICORN_COUNT", DEFAULT_COUNT);
    unsigned differences = 0;
    for (uint64_t i = 0; i < count && differences < 20; i++) {
        if (i % 64 == 0)
            fill_ram(s);
        differences += !compare_one(s);
    }
    assert_int_equal(differences, 0);
}

static int setup(void **state)
{
    struct state *s = calloc(1, sizeof *s);
    if (!s)
        return -1;
    s->seed = from_environment("SIM_UNICORN_SEED", 88172645463325252u);
    own_open(&s->own);
    other_open(&s->other);
    memset(s->own.flash, 0xff, FLASH_SIZE);
    memset(s->other.flash, 0xff, FLASH_SIZE);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct state *s = *state;
    uc_close(s->other.uc);
    free(s->own.flash);
    free(s->own.ram);
    free(s->other.flash);
    free(s->other.ram);
    free(s);
    return 0;
}

int main(int argc, char **argv)
{
    choose_tests(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(random_instructions_do_what_they_do_in_unicorn, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
