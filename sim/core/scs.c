// SPDX-License-Identifier: MIT
// The System Control Space: its control block (DDI 0419, B3.2), SysTick, NVIC, MPU and debug
// registers. What ARMv7-M has beyond or otherwise is in scs_v7m.c. On ARMv6-M, what only a debugger
// may see reads as zero to the program.
#include "base/bytes.h"
#include "sim/core/core_state.h"

// Offsets in the System Control Space.
enum {
    SYST_CSR = 0x010,
    SYST_CALIB = 0x01c,
    NVIC_FIRST = 0x100,
    NVIC_LAST = 0x4ef,
    CPUID = 0xd00,
    ICSR = 0xd04,
    VTOR = 0xd08,
    AIRCR = 0xd0c,
    SCR = 0xd10,
    CCR = 0xd14,
    SHPR1 = 0xd18,
    SHPR3 = 0xd20,
    SHCSR = 0xd24,
    MPU_FIRST = 0xd90,
    MPU_LAST = 0xdb8,
    DFSR = 0xd30,
    DHCSR = 0xdf0,
    DCRSR = 0xdf4,
    DEMCR = 0xdfc,
};

#define CCR_VALUE 0x00000208u // STKALIGN, UNALIGN_TRP: fixed in ARMv6-M

#define ICSR_NMIPENDSET  (1u << 31)
#define ICSR_PENDSVSET   (1u << 28)
#define ICSR_PENDSVCLR   (1u << 27)
#define ICSR_PENDSTSET   (1u << 26)
#define ICSR_PENDSTCLR   (1u << 25)
#define ICSR_ISRPREEMPT  (1u << 23)
#define ICSR_ISRPENDING  (1u << 22)
#define ICSR_VECTPENDING 12         // shift
#define ICSR_RETTOBASE   (1u << 11) // ARMv7-M only

#define AIRCR_SYSRESETREQ   (1u << 2)
#define AIRCR_VECTCLRACTIVE (1u << 1)

#define SHCSR_SVCALLPENDED (1u << 15)

static bool is_pending(const struct sim_core *core, unsigned n)
{
    return sim_exc_has(&core->nvic.pending, n);
}

static uint32_t read_icsr(const struct sim_core *core)
{
    unsigned first = sim_nvic_first(&core->nvic, false);
    uint32_t value = core->cpu.ipsr | first << ICSR_VECTPENDING;
    value |= is_pending(core, SIM_EXC_NMI) ? ICSR_NMIPENDSET : 0;
    value |= is_pending(core, SIM_EXC_PENDSV) ? ICSR_PENDSVSET : 0;
    value |= is_pending(core, SIM_EXC_SYSTICK) ? ICSR_PENDSTSET : 0;
    value |= sim_nvic_any_interrupt_pending(&core->nvic) ? ICSR_ISRPENDING : 0;
    value |= core->debug.halted && sim_exception_preempting(core) ? ICSR_ISRPREEMPT : 0;
    if (sim_core_is_v7m(core) && core->cpu.ipsr && sim_nvic_active_count(&core->nvic) <= 1)
        value |= ICSR_RETTOBASE;
    return value;
}

static void clear_pending(struct sim_core *core, unsigned n)
{
    sim_exc_remove(&core->nvic.pending, n);
}

static void write_icsr(struct sim_core *core, uint32_t value)
{
    if (value & ICSR_NMIPENDSET)
        sim_exception_pend(core, SIM_EXC_NMI);
    if (value & ICSR_PENDSVSET)
        sim_exception_pend(core, SIM_EXC_PENDSV);
    if (value & ICSR_PENDSVCLR)
        clear_pending(core, SIM_EXC_PENDSV);
    if (value & ICSR_PENDSTSET)
        sim_exception_pend(core, SIM_EXC_SYSTICK);
    if (value & ICSR_PENDSTCLR)
        clear_pending(core, SIM_EXC_SYSTICK);
}

static void clear_active(struct sim_core *core)
{
    if (!core->debug.halted) {
        sim_account_violation(core->account, "AIRCR.VECTCLRACTIVE written while the core was not "
                                             "halted (DDI 0419, B3.2.6)");
        return;
    }
    core->nvic.active = (struct sim_exc_set){{0}};
    sim_cpu_set_mode(&core->cpu, 0, core->cpu.spsel);
}

static void write_aircr(struct sim_core *core, uint32_t value)
{
    if (value >> 16 != AIRCR_KEY)
        return;
    if (value & AIRCR_SYSRESETREQ)
        core->reset_request = true;
    if (value & AIRCR_VECTCLRACTIVE)
        clear_active(core);
}

// SHPR1 to SHPR3 are the priorities of exceptions 4 to 15, a byte each.
static bool is_shpr(uint32_t offset)
{
    return offset >= SHPR1 && offset <= SHPR3;
}

static bool is_configurable(const struct sim_core *core, unsigned n)
{
    bool of_v7m = (n >= SIM_EXC_MEMMANAGE && n <= SIM_EXC_USAGEFAULT) || n == SIM_EXC_MONITOR;
    return n == SIM_EXC_SVCALL || n == SIM_EXC_PENDSV || n == SIM_EXC_SYSTICK ||
           (of_v7m && sim_core_is_v7m(core));
}

static uint32_t read_shpr(const struct sim_core *core, uint32_t offset)
{
    return get_le32(&core->nvic.priority[4 + offset - SHPR1]);
}

static void write_shpr(struct sim_core *core, uint32_t offset, uint32_t value)
{
    unsigned first = 4 + offset - SHPR1;
    for (unsigned i = 0; i < 4; i++) {
        if (is_configurable(core, first + i))
            core->nvic.priority[first + i] = value >> 8 * i & core->nvic.priority_mask;
    }
}

static uint32_t read_control_block(const struct sim_core *core, uint32_t offset)
{
    switch (offset) {
    case CPUID:
        return core->cpuid;
    case ICSR:
        return read_icsr(core);
    case VTOR:
        return core->vtor;
    case AIRCR:
        return AIRCR_KEYSTAT;
    case SCR:
        return core->scr;
    case CCR:
        return CCR_VALUE;
    default: // ACTLR among them: it is reserved on ARMv6-M
        return 0;
    }
}

static void write_control_block(struct sim_core *core, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case ICSR:
        write_icsr(core, value);
        break;
    case VTOR:
        core->vtor = value & core->kind->vtor_mask;
        break;
    case AIRCR:
        write_aircr(core, value);
        break;
    case SCR:
        core->scr = value & (SCR_SEVONPEND | SCR_SLEEPDEEP | SCR_SLEEPONEXIT);
        break;
    default:
        break;
    }
}

static bool is_debug_register(uint32_t offset)
{
    return offset == DFSR || (offset >= DHCSR && offset <= DEMCR);
}

static bool is_systick(uint32_t offset)
{
    return offset >= SYST_CSR && offset <= SYST_CALIB;
}

static bool is_nvic(uint32_t offset)
{
    return offset >= NVIC_FIRST && offset <= NVIC_LAST;
}

static bool is_mpu(uint32_t offset)
{
    return offset >= MPU_FIRST && offset <= MPU_LAST;
}

uint32_t sim_scs_read(struct sim_core *core, bool debugger, uint32_t offset)
{
    uint32_t value;
    if (sim_core_is_v7m(core) && sim_v7m_read(core, offset, &value))
        return value;
    if (is_systick(offset))
        return sim_systick_read(&core->systick, offset - SYST_CSR);
    if (is_nvic(offset))
        return sim_nvic_read(&core->nvic, offset);
    if (is_mpu(offset))
        return sim_mpu_read(&core->mpu, offset - MPU_FIRST);
    if (is_shpr(offset))
        return read_shpr(core, offset);
    if (is_debug_register(offset))
        return debugger || sim_core_is_v7m(core) ? sim_debug_read(core, offset) : 0;
    if (offset == SHCSR)
        return debugger && is_pending(core, SIM_EXC_SVCALL) ? SHCSR_SVCALLPENDED : 0;
    return read_control_block(core, offset);
}

static void write_shcsr(struct sim_core *core, uint32_t value)
{
    if (value & SHCSR_SVCALLPENDED)
        sim_exception_pend(core, SIM_EXC_SVCALL);
    else
        clear_pending(core, SIM_EXC_SVCALL);
}

static void write_nvic(struct sim_core *core, uint32_t offset, uint32_t value)
{
    struct sim_exc_set before = core->nvic.pending;
    sim_nvic_write(&core->nvic, offset, value);
    if (sim_exc_differs(&core->nvic, &core->nvic.pending, &before) && core->scr & SCR_SEVONPEND)
        core->cpu.event = true;
}

// A program of ARMv7-M may write DEMCR (it switches the cycle counter on), DFSR and DCRDR; halting
// debug is the debugger's alone (DDI 0403, C1.6.2).
static bool may_write_debug(const struct sim_core *core, bool debugger, uint32_t offset)
{
    return debugger || (sim_core_is_v7m(core) && offset != DHCSR && offset != DCRSR);
}

void sim_scs_write(struct sim_core *core, bool debugger, uint32_t offset, uint32_t value)
{
    if (is_debug_register(offset)) {
        if (may_write_debug(core, debugger, offset))
            sim_debug_write(core, offset, value);
        return;
    }
    if (core->held)
        return; // all but the debug registers are in reset
    if (sim_core_is_v7m(core) && sim_v7m_write(core, offset, value))
        return;
    if (is_systick(offset))
        sim_systick_write(&core->systick, offset - SYST_CSR, value, core->cpu.cycles);
    else if (is_nvic(offset))
        write_nvic(core, offset, value);
    else if (is_mpu(offset))
        sim_mpu_write(&core->mpu, offset - MPU_FIRST, value);
    else if (is_shpr(offset))
        write_shpr(core, offset, value);
    else if (offset != SHCSR)
        write_control_block(core, offset, value);
    else if (debugger)
        write_shcsr(core, value);
}
