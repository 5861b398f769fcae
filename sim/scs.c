// SPDX-License-Identifier: MIT
// The private peripheral bus: NVIC and system control block here, SysTick and debug in their own files, and
// the ROM table with the identification registers (DDI 0419, B3.2 to B3.4, C1.2; DDI 0432, 4 and 7).
#include "sim/core_state.h"

#define CPUID_VALUE 0x410cc200u // Cortex-M0 r0p0
#define BIT(n)      (1ull << (n))

static uint32_t read_icsr(struct sim_core *core)
{
    uint64_t enabled = (uint64_t)core->enabled << EXC_IRQ0 | 0xffff, waiting = core->pending & enabled;
    uint32_t v = core->cpu.ipsr & 63;
    struct sim_core plain = *core; // VECTPENDING: the best of all that wait, whatever is active or masked
    plain.active = 0;
    plain.cpu.primask = false;
    plain.dhcsr = 0;
    v |= (uint32_t)exception_next(&plain) << 12;
    if (waiting >> EXC_IRQ0)
        v |= 1u << 22;
    v |= (uint32_t)(core->pending >> EXC_SYSTICK & 1) << 26;
    v |= (uint32_t)(core->pending >> EXC_PENDSV & 1) << 28;
    v |= (uint32_t)(core->pending >> EXC_NMI & 1) << 31;
    return v;
}

static void write_icsr(struct sim_core *core, uint32_t v)
{
    if (v >> 31)
        exception_pend(core, EXC_NMI);
    if (v >> 28 & 1)
        exception_pend(core, EXC_PENDSV);
    if (v >> 27 & 1)
        core->pending &= ~BIT(EXC_PENDSV);
    if (v >> 26 & 1)
        exception_pend(core, EXC_SYSTICK);
    if (v >> 25 & 1)
        core->pending &= ~BIT(EXC_SYSTICK);
}

static uint32_t read_priorities(const struct sim_core *core, unsigned first)
{
    uint32_t v = 0;
    for (unsigned i = 0; i < 4; i++)
        v |= (uint32_t)core->priority[first + i] << 8 * i;
    return v;
}

static void write_priorities(struct sim_core *core, unsigned first, uint32_t v)
{
    for (unsigned i = 0; i < 4; i++)
        if (first + i >= EXC_SVCALL && first + i != 12 && first + i != 13)
            core->priority[first + i] = v >> 8 * i & 0xc0; // two bits are implemented
}

static void write_aircr(struct sim_core *core, uint32_t v)
{
    if (v >> 16 != 0x05fa)
        return;
    if (v & 4)
        core->reset_request = true;
}

static void set_pending_irqs(struct sim_core *core, uint32_t v)
{
    for (; v; v &= v - 1)
        exception_pend(core, EXC_IRQ0 + (unsigned)__builtin_ctz(v));
}

static void clear_pending_irqs(struct sim_core *core, uint32_t v)
{
    core->pending &= ~((uint64_t)(v & ~core->irq_level) << EXC_IRQ0);
}

static uint32_t scs_read(struct sim_core *core, uint32_t addr)
{
    if (addr >= 0xe000e010 && addr < 0xe000e020)
        return systick_read(core, addr - 0xe000e010);
    if (addr >= 0xe000e400 && addr < 0xe000e420)
        return read_priorities(core, EXC_IRQ0 + (addr - 0xe000e400));
    switch (addr) {
    case 0xe000e100:
    case 0xe000e180:
        return core->enabled;
    case 0xe000e200:
    case 0xe000e280:
        return (uint32_t)(core->pending >> EXC_IRQ0);
    case 0xe000ed00:
        return CPUID_VALUE;
    case 0xe000ed04:
        systick_sync(core);
        return read_icsr(core);
    case 0xe000ed0c:
        return 0xfa050000;
    case 0xe000ed10:
        return core->scr;
    case 0xe000ed14:
        return 0x00000208; // STKALIGN and UNALIGN_TRP are always set
    case 0xe000ed1c:
        return read_priorities(core, 8);
    case 0xe000ed20:
        return read_priorities(core, 12);
    case 0xe000ed24:
        return (uint32_t)(core->pending >> EXC_SVCALL & 1) << 15;
    default:
        return 0;
    }
}

static void scs_write(struct sim_core *core, uint32_t addr, uint32_t v)
{
    if (addr >= 0xe000e010 && addr < 0xe000e020)
        systick_write(core, addr - 0xe000e010, v);
    else if (addr >= 0xe000e400 && addr < 0xe000e420)
        write_priorities(core, EXC_IRQ0 + (addr - 0xe000e400), v);
    switch (addr) {
    case 0xe000e100:
        core->enabled |= v;
        break;
    case 0xe000e180:
        core->enabled &= ~v;
        break;
    case 0xe000e200:
        set_pending_irqs(core, v);
        break;
    case 0xe000e280:
        clear_pending_irqs(core, v);
        break;
    case 0xe000ed04:
        write_icsr(core, v);
        break;
    case 0xe000ed0c:
        write_aircr(core, v);
        break;
    case 0xe000ed10:
        core->scr = v & 0x16;
        break;
    case 0xe000ed1c:
        write_priorities(core, 8, v);
        break;
    case 0xe000ed20:
        write_priorities(core, 12, v);
        break;
    default:
        break;
    }
    core->attention = true;
}

// Identification registers fd0 to fff of a CoreSight component (DDI 0432, 7): part number and class.
static uint32_t identification(uint32_t offset, uint32_t part, uint32_t component_class, bool by_st)
{
    static const uint8_t preamble[4] = {0x0d, 0x00, 0x05, 0xb1};
    uint32_t designer = by_st ? 0x20 : 0x3b; // JEP106: ST, ARM
    uint32_t bank = by_st ? 0 : 4;
    switch (offset) {
    case 0xfd0:
        return bank;
    case 0xfe0:
        return part & 0xff;
    case 0xfe4:
        return part >> 8 | (designer & 15) << 4;
    case 0xfe8:
        return 8 | designer >> 4;
    case 0xff4:
        return component_class << 4;
    default:
        return offset >= 0xff0 ? preamble[(offset - 0xff0) / 4] : 0;
    }
}

// The ROM table of the STM32F0: its part number is 440, ST's, whatever the die.
static uint32_t rom_table(uint32_t offset)
{
    static const uint32_t entries[] = {0xfff0f003, 0xfff02003, 0xfff03003, 0};
    if (offset < sizeof entries)
        return entries[offset / 4];
    if (offset == 0xfcc)
        return 1; // MEMTYPE: system memory is on this bus too
    return offset >= 0xfd0 ? identification(offset, 0x440, 1, true) : 0;
}

static bool component_ids(uint32_t addr, uint32_t *value)
{
    static const struct {
        uint32_t base, part;
    } parts[] = {{0xe000e000, 0x008}, {0xe0001000, 0x00a}, {0xe0002000, 0x00b}};
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if ((addr & ~0xfffu) == parts[i].base && (addr & 0xfff) >= 0xfd0) {
            *value = identification(addr & 0xfff, parts[i].part, 14, false);
            return true;
        }
    return false;
}

static uint32_t ppb_read(struct sim_core *core, enum sim_master master, uint32_t addr)
{
    uint32_t v = 0;
    if (addr >= 0xe00ff000)
        return rom_table(addr - 0xe00ff000);
    if (component_ids(addr, &v))
        return v;
    // The debug registers belong to the debugger (C1.6.2: software access is not guaranteed).
    if (master == SIM_MASTER_DEBUG && debug_read(core, addr, &v))
        return v;
    return scs_read(core, addr);
}

enum sim_bus_status sim_core_ppb_read(struct sim_core *core, enum sim_master master, uint32_t addr,
                                      unsigned size, uint32_t *value)
{
    uint32_t word = ppb_read(core, master, addr & ~3u) >> 8 * (addr & 3);
    *value = size == 4 ? word : word & ((1u << 8 * size) - 1);
    return SIM_BUS_OK;
}

enum sim_bus_status sim_core_ppb_write(struct sim_core *core, enum sim_master master, uint32_t addr,
                                       unsigned size, uint32_t value)
{
    if (size != 4) { // B3.1: word accesses only, anything else is unpredictable
        sim_account_violation(core->account, "%u-byte write to 0x%08x on the private peripheral bus",
                              size, addr);
        return SIM_BUS_OK;
    }
    if (master != SIM_MASTER_DEBUG || !debug_write(core, addr, value))
        scs_write(core, addr, value);
    return SIM_BUS_OK;
}
