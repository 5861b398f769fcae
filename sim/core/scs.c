// SPDX-License-Identifier: MIT
// The private peripheral bus: the System Control Space with its control block (DDI 0419, B3.2),
// SysTick, NVIC and debug registers, the DWT, the BPU, and the ROM table by which a debugger finds
// them (C1.2). Registers take words only. What only a debugger may see reads as zero to the
// program.
#include "sim/core/core_state.h"

#define PAGE_DWT 0xe0001000u
#define PAGE_BPU 0xe0002000u
#define PAGE_SCS 0xe000e000u
#define PAGE_ROM 0xe00ff000u

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
    SHPR2 = 0xd1c,
    SHPR3 = 0xd20,
    SHCSR = 0xd24,
    MPU_FIRST = 0xd90,
    MPU_LAST = 0xdb8,
    DFSR = 0xd30,
    DHCSR = 0xdf0,
    DEMCR = 0xdfc,
};

#define DESIGNER_ARM 0x23bu
#define CCR_VALUE    0x00000208u // STKALIGN, UNALIGN_TRP: fixed in ARMv6-M

#define ICSR_NMIPENDSET  (1u << 31)
#define ICSR_PENDSVSET   (1u << 28)
#define ICSR_PENDSVCLR   (1u << 27)
#define ICSR_PENDSTSET   (1u << 26)
#define ICSR_PENDSTCLR   (1u << 25)
#define ICSR_ISRPREEMPT  (1u << 23)
#define ICSR_ISRPENDING  (1u << 22)
#define ICSR_VECTPENDING 12 // shift

#define AIRCR_KEY           0x05fau // in the upper half of a write
#define AIRCR_KEYSTAT       0xfa050000u
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

static uint32_t read_shpr(const struct sim_core *core, uint32_t offset)
{
    const uint8_t *p = core->nvic.priority;
    if (offset == SHPR2)
        return (uint32_t)p[SIM_EXC_SVCALL] << 30;
    return (uint32_t)p[SIM_EXC_SYSTICK] << 30 | (uint32_t)p[SIM_EXC_PENDSV] << 22;
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
    case SHPR2:
    case SHPR3:
        return read_shpr(core, offset);
    default: // ACTLR among them: it is reserved on ARMv6-M
        return 0;
    }
}

static void write_control_block(struct sim_core *core, uint32_t offset, uint32_t value)
{
    uint8_t *p = core->nvic.priority;
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
    case SHPR2:
        p[SIM_EXC_SVCALL] = value >> 30;
        break;
    case SHPR3:
        p[SIM_EXC_SYSTICK] = value >> 30;
        p[SIM_EXC_PENDSV] = value >> 22 & 3;
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

static uint32_t read_scs(struct sim_core *core, bool debugger, uint32_t offset)
{
    if (is_systick(offset))
        return sim_systick_read(&core->systick, offset - SYST_CSR);
    if (is_nvic(offset))
        return sim_nvic_read(&core->nvic, offset);
    if (is_mpu(offset))
        return sim_mpu_read(&core->mpu, offset - MPU_FIRST);
    if (is_debug_register(offset))
        return debugger ? sim_debug_read(core, offset) : 0;
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

static void write_scs(struct sim_core *core, bool debugger, uint32_t offset, uint32_t value)
{
    if (is_debug_register(offset)) {
        if (debugger)
            sim_debug_write(core, offset, value);
        return;
    }
    if (core->held)
        return; // all but the debug registers are in reset
    if (is_systick(offset))
        sim_systick_write(&core->systick, offset - SYST_CSR, value, core->cpu.cycles);
    else if (is_nvic(offset))
        write_nvic(core, offset, value);
    else if (is_mpu(offset))
        sim_mpu_write(&core->mpu, offset - MPU_FIRST, value);
    else if (offset != SHCSR)
        write_control_block(core, offset, value);
    else if (debugger)
        write_shcsr(core, value);
}

// Peripheral and component identification at the end of each page (ARM IHI 0031, and C1.2 for the
// ROM table): part number, designer (JEP106: ARM 4 x 0x7f 0x3b), component class.
static uint32_t read_id(const struct sim_core *core, uint32_t page, uint32_t offset)
{
    static const uint8_t component_id[4] = {0x0d, 0x00, 0x05, 0xb1};
    bool rom = page == PAGE_ROM;
    unsigned part = rom ? core->part : page == PAGE_SCS ? 0x008 : page == PAGE_DWT ? 0x00a : 0x00b;
    unsigned designer = rom ? core->designer : DESIGNER_ARM;
    switch (offset) {
    case 0xfcc: // MEMTYPE of a ROM table: system memory is on the same bus
        return rom;
    case 0xfd0:
        return designer >> 7;
    case 0xfe0:
        return part & 0xff;
    case 0xfe4:
        return (designer & 0xf) << 4 | part >> 8;
    case 0xfe8:
        return 0x8 | (designer >> 4 & 7);
    case 0xff4:
        return rom ? 0x10 : 0xe0;
    case 0xff0:
    case 0xff8:
    case 0xffc:
        return component_id[(offset - 0xff0) / 4];
    default:
        return 0;
    }
}

static uint32_t read_rom_table(uint32_t offset)
{
    static const uint32_t page[] = {PAGE_SCS, PAGE_DWT, PAGE_BPU};
    unsigned i = offset / 4;
    if (i >= sizeof page / sizeof page[0])
        return 0;
    return (page[i] - PAGE_ROM) | 3; // 32-bit format, present
}

// Where nothing is, reads give zero and writes do nothing, as on real parts whose debugger looks
// for what other cores have there (a DBGMCU at 0xe0042000, an ITM at 0xe0000000); no document
// tells.
static bool is_page(uint32_t page)
{
    return page == PAGE_SCS || page == PAGE_DWT || page == PAGE_BPU || page == PAGE_ROM;
}

static uint32_t read_page(struct sim_core *core, bool debugger, uint32_t addr)
{
    uint32_t page = addr & ~0xfffu, offset = addr & 0xfff;
    if (!is_page(page))
        return 0;
    if (offset >= 0xfcc)
        return debugger || page == PAGE_SCS || page == PAGE_ROM ? read_id(core, page, offset) : 0;
    switch (page) {
    case PAGE_SCS:
        return read_scs(core, debugger, offset);
    case PAGE_DWT:
        if (!debugger)
            return 0;
        return sim_dwt_read(&core->dwt, offset, core->debug.halted ? 0xffffffffu : core->cpu.r[15]);
    case PAGE_BPU:
        return debugger ? sim_bpu_read(&core->bpu, offset) : 0;
    default:
        return read_rom_table(offset);
    }
}

// Nothing of it answers an unprivileged program (DDI 0419, B3.1). A debugger is privileged.
static bool takes(struct sim_core *core, enum sim_master master, uint32_t addr, unsigned size)
{
    if (master == SIM_MASTER_CORE && !sim_cpu_access_is_privileged(&core->cpu))
        return false;
    if (size == 4)
        return true;
    sim_account_violation(core->account,
                          "%u-byte access to 0x%08x: the private peripheral bus takes words only "
                          "(DDI 0419, B3.1.1)",
                          size, addr);
    return false;
}

enum sim_bus_status sim_core_ppb_read(struct sim_core *core, enum sim_master master, uint32_t addr,
                                      unsigned size, uint32_t *value)
{
    *value = 0;
    if (!takes(core, master, addr, size))
        return SIM_BUS_FAULT;
    if (sim_systick_sync(&core->systick, core->cpu.cycles))
        sim_exception_pend(core, SIM_EXC_SYSTICK);
    *value = read_page(core, master == SIM_MASTER_DEBUG, addr);
    return SIM_BUS_OK;
}

enum sim_bus_status sim_core_ppb_write(struct sim_core *core, enum sim_master master, uint32_t addr,
                                       unsigned size, uint32_t value)
{
    bool debugger = master == SIM_MASTER_DEBUG;
    if (!takes(core, master, addr, size))
        return SIM_BUS_FAULT;
    if (sim_systick_sync(&core->systick, core->cpu.cycles))
        sim_exception_pend(core, SIM_EXC_SYSTICK);
    core->cpu.attention = true; // what comes next may be something else now
    uint32_t page = addr & ~0xfffu, offset = addr & 0xfff;
    if (page == PAGE_SCS)
        write_scs(core, debugger, offset, value);
    else if (page == PAGE_DWT && debugger)
        sim_dwt_write(&core->dwt, offset, value);
    else if (page == PAGE_BPU && debugger)
        sim_bpu_write(&core->bpu, offset, value);
    return SIM_BUS_OK;
}
