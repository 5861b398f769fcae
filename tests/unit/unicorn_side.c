// SPDX-License-Identifier: MIT
// What libunicorn needs: each workaround says why. Unicorn 2.0.1 to 2.1.4.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "tests/unit/unicorn_bench.h"

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

void other_open(struct other *o, enum bench_core core, enum sim_arch arch)
{
    static const int models[] = {[BENCH_M0] = UC_CPU_ARM_CORTEX_M0,
                                 [BENCH_M3] = UC_CPU_ARM_CORTEX_M3,
                                 [BENCH_M4] = UC_CPU_ARM_CORTEX_M4,
                                 [BENCH_M7] = UC_CPU_ARM_CORTEX_M7};
    o->arch = arch;
    memory_open(&o->flash, &o->ram);
    // Not UC_MODE_MCLASS, which silently makes it a Cortex-M33.
    assert_int_equal(uc_open(UC_ARCH_ARM, UC_MODE_THUMB, &o->uc), UC_ERR_OK);
    assert_int_equal(uc_ctl_set_cpu_model(o->uc, models[core]), UC_ERR_OK);
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

void other_set(struct other *o, const struct guest *g, bool fp)
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

// Unicorn's Cortex-M0 has an APSR.Q.
static uint32_t visible_xpsr(enum sim_arch arch)
{
    uint32_t common = XPSR_N | XPSR_Z | XPSR_C | XPSR_V | XPSR_T | XPSR_IPSR;
    return arch == SIM_ARMV6M ? common : common | XPSR_Q | XPSR_IT | XPSR_GE;
}

void other_get(struct other *o, struct guest *g, bool fp)
{
    *g = (struct guest){.fpscr = 0};
    for (int i = 0; i < SP; i++)
        g->r[i] = get_reg(o, UC_ARM_REG_R0 + i);
    g->xpsr = get_reg(o, UC_ARM_REG_XPSR) & visible_xpsr(o->arch);
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
        return o->arch == SIM_ARMV6M ? SIM_CPU_FAULT : SIM_CPU_UNALIGNED;
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
    bool is_wide_hint = op[0] == 0xf3af && o->arch != SIM_ARMV6M;
    if (op[0] == 0xbf20 || (is_wide_hint && op[1] == 0x8002))
        return SIM_CPU_WFE;
    bool yields = op[0] == 0xbf10 || (is_wide_hint && op[1] == 0x8001);
    return yields ? SIM_CPU_NONE : SIM_CPU_UNDEFINED;
}

enum sim_cpu_stop other_run(struct other *o)
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
