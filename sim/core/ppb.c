// SPDX-License-Identifier: MIT
// The private peripheral bus: which page belongs to which unit, who may reach it, and with which
// widths (DDI 0419, B3.1; DDI 0403, B3.1); the identification of the units, and the ROM table by
// which a debugger finds them (DDI 0419, C1.2; DDI 0403, C1.2).
#include <stddef.h>

#include "sim/core/core_state.h"

#define PAGE_ITM  0xe0000000u // this one, TPIU and ETM: ARMv7-M only
#define PAGE_DWT  0xe0001000u
#define PAGE_BPU  0xe0002000u
#define PAGE_SCS  0xe000e000u
#define PAGE_TPIU 0xe0040000u
#define PAGE_ETM  0xe0041000u
#define PAGE_CTI  0xe0043000u
#define PAGE_CPU  0xe00fe000u // the processor's ROM table above that of the bus: a Cortex-M7's
#define PAGE_ROM  0xe00ff000u

// Offsets in the System Control Space.
enum { NVIC_IPR_FIRST = 0x400, NVIC_IPR_LAST = 0x4ef };
enum { SHPR_FIRST = 0xd18, SHPR_LAST = 0xd23, CFSR_FIRST = 0xd28, CFSR_LAST = 0xd2b, STIR = 0xf00 };
enum { ITM_STIM_END = 0x80 };

enum { LAR = 0xfb0, LSR = 0xfb4, ID_FIRST = 0xfcc };

#define LAR_KEY 0xc5acce55u
#define LSR_SLK (1u << 1) // locked
#define LSR_SLI (1u << 0) // there is a lock

#define CLASS_ROM     0x1u
#define CLASS_DEBUG   0x9u
#define CLASS_GENERIC 0xeu
#define TPIU_DEVTYPE  0x11u

struct component {
    unsigned part, designer, revision, class;
};

// Of ARM's components on ARMv7-M: part numbers by DDI 0337 and DDI 0439.
static struct component component_of(const struct sim_core *core, uint32_t page)
{
    bool v7m = sim_core_is_v7m(core);
    struct component c = {.designer = DESIGNER_ARM, .class = CLASS_GENERIC};
    switch (page) {
    case PAGE_SCS:
        c.part = core->kind->scs_part;
        break;
    case PAGE_DWT:
        c.part = v7m ? 0x002 : 0x00a;
        break;
    case PAGE_BPU:
        c.part = core->kind->fpb_part ? core->kind->fpb_part : v7m ? 0x003 : 0x00b;
        break;
    case PAGE_ITM:
        c.part = 0x001;
        break;
    case PAGE_TPIU:
        c.part = core->kind->trace_port_part;
        c.class = CLASS_DEBUG;
        break;
    case PAGE_CPU:
        c.part = 0x4c8;
        c.class = CLASS_ROM;
        break;
    default:
        c = (struct component){.part = core->part, .designer = core->designer, .class = CLASS_ROM};
        break;
    }
    return c;
}

// Peripheral and component identification at the end of each page (ARM IHI 0031, and C1.2 for the
// ROM table): part number, designer (JEP106: ARM 4 x 0x7f 0x3b), component class.
static uint32_t read_id(const struct sim_core *core, uint32_t page, uint32_t offset)
{
    static const uint8_t component_id[4] = {0x0d, 0x00, 0x05, 0xb1};
    struct component c = component_of(core, page);
    switch (offset) {
    case ID_FIRST: // MEMTYPE of a ROM table: system memory is on the same bus; DEVTYPE
        return c.class == CLASS_ROM ? 1 : c.class == CLASS_DEBUG ? TPIU_DEVTYPE : 0;
    case 0xfd0:
        return c.designer >> 7;
    case 0xfe0:
        return c.part & 0xff;
    case 0xfe4:
        return (c.designer & 0xf) << 4 | c.part >> 8;
    case 0xfe8:
        return c.revision << 4 | 0x8 | (c.designer >> 4 & 7);
    case 0xff4:
        return c.class << 4;
    case 0xff0:
    case 0xff8:
    case 0xffc:
        return component_id[(offset - 0xff0) / 4];
    default:
        return 0;
    }
}

// Entries of the tables, up to a 0. A Cortex-M7 has two, one below the other (DDI 0489, 9.2); the
// chip maker's above them has the TPIU.
static const uint32_t *entries_of(const struct sim_core *core, uint32_t table)
{
    static const uint32_t v6m[] = {PAGE_SCS, PAGE_DWT, PAGE_BPU, 0};
    static const uint32_t v7m[] = {PAGE_SCS, PAGE_DWT, PAGE_BPU, PAGE_ITM, PAGE_TPIU, PAGE_ETM, 0};
    static const uint32_t m7[] = {PAGE_SCS, PAGE_DWT, PAGE_BPU, PAGE_ITM, 0};
    static const uint32_t m7_cpu[] = {PAGE_ROM, PAGE_ETM, PAGE_CTI, 0};
    if (core->kind->l1)
        return table == PAGE_CPU ? m7_cpu : m7;
    return sim_core_is_v7m(core) ? v7m : v6m;
}

// 32-bit format; present or, as ETM and CTI of this model, not.
static uint32_t read_rom_table(const struct sim_core *core, uint32_t table, uint32_t offset)
{
    const uint32_t *page = entries_of(core, table);
    for (unsigned i = 0; page[i]; i++) {
        if (i == offset / 4)
            return (page[i] - table) | (page[i] == PAGE_ETM || page[i] == PAGE_CTI ? 2 : 3);
    }
    return 0;
}

// Where nothing is, reads give zero and writes do nothing, as on real parts whose debugger looks
// for what other cores have there (a DBGMCU at 0xe0042000, an ITM at 0xe0000000); no document
// tells.
static bool is_page(const struct sim_core *core, uint32_t page)
{
    if (page == PAGE_ITM || page == PAGE_TPIU)
        return core->kind->trace_port_part != 0;
    if (page == PAGE_CPU)
        return core->kind->l1;
    return page == PAGE_SCS || page == PAGE_DWT || page == PAGE_BPU || page == PAGE_ROM;
}

static struct sim_dwt_now dwt_now(const struct sim_core *core)
{
    return (struct sim_dwt_now){
        .pc_sample = core->debug.halted ? 0xffffffffu : core->cpu.r[15],
        .total = {core->cpu.cycles, core->exception_cycles, core->sleep_cycles}};
}

static bool has_trace(const struct sim_core *core)
{
    return core->debug.demcr & DEMCR_DWTENA; // TRCENA
}

// The software locks of DWT and FPB, which a Cortex-M7 has: the debugger sees none of them (IHI
// 0029, B2.3.10).
static bool *lock_of(struct sim_core *core, uint32_t page)
{
    if (!core->kind->locks)
        return NULL;
    return page == PAGE_DWT ? &core->dwt_open : page == PAGE_BPU ? &core->fpb_open : NULL;
}

static uint32_t read_lock(struct sim_core *core, bool debugger, uint32_t page)
{
    const bool *open = lock_of(core, page);
    return !open || debugger ? 0 : LSR_SLI | (*open ? 0 : LSR_SLK);
}

// False: the lock keeps the program out.
static bool passes_lock(struct sim_core *core, bool debugger, uint32_t page, uint32_t offset,
                        uint32_t value)
{
    bool *open = lock_of(core, page);
    if (!open || debugger)
        return true;
    if (offset == LAR)
        *open = value == LAR_KEY;
    return *open;
}

static uint32_t read_page(struct sim_core *core, bool debugger, uint32_t page, uint32_t offset)
{
    struct sim_dwt_now now = dwt_now(core);
    if (offset >= ID_FIRST)
        return read_id(core, page, offset);
    if (offset == LSR && lock_of(core, page))
        return read_lock(core, debugger, page);
    switch (page) {
    case PAGE_SCS:
        return sim_scs_read(core, debugger, offset);
    case PAGE_DWT:
        return sim_dwt_read(&core->dwt, offset, &now);
    case PAGE_BPU:
        return sim_bpu_read(&core->bpu, offset);
    case PAGE_ITM:
    case PAGE_TPIU:
        return has_trace(core) ? sim_trace_read(core, page | offset) : 0;
    default:
        return read_rom_table(core, page, offset);
    }
}

static void write_dwt(struct sim_core *core, uint32_t offset, uint32_t value)
{
    struct sim_dwt_now now = dwt_now(core);
    uint32_t ctrl_before = core->dwt.ctrl;
    sim_dwt_write(&core->dwt, offset, value, &now);
    if (sim_core_is_v7m(core))
        sim_trace_plan(core, ctrl_before);
}

static void write_page(struct sim_core *core, bool debugger, uint32_t addr, unsigned size,
                       uint32_t value)
{
    uint32_t page = addr & ~0xfffu, offset = addr & 0xfff;
    if (!passes_lock(core, debugger, page, offset, value))
        return;
    switch (page) {
    case PAGE_SCS:
        sim_scs_write(core, debugger, offset, value);
        break;
    case PAGE_DWT:
        write_dwt(core, offset, value);
        break;
    case PAGE_BPU:
        sim_bpu_write(&core->bpu, offset, value);
        break;
    case PAGE_ITM:
    case PAGE_TPIU:
        if (has_trace(core))
            sim_trace_write(core, debugger, addr, size, value);
        break;
    default:
        break;
    }
}

// On ARMv6-M the units for debug are the debugger's alone.
static bool is_hidden(const struct sim_core *core, bool debugger, uint32_t page)
{
    return (page == PAGE_DWT || page == PAGE_BPU) && !debugger && !sim_core_is_v7m(core);
}

// ---- who may, and with which width --------------------------------------------------------------

static bool lies(uint32_t offset, uint32_t first, uint32_t last)
{
    return offset >= first && offset <= last;
}

// What an unprivileged program of ARMv7-M may use, if it was allowed to: stimulus ports, STIR.
static bool is_open(const struct sim_core *core, uint32_t addr)
{
    uint32_t page = addr & ~0xfffu, offset = addr & 0xfff;
    if (!sim_core_is_v7m(core))
        return false;
    if (page == PAGE_ITM)
        return sim_itm_is_open(&core->trace.itm, offset);
    return page == PAGE_SCS && offset == STIR && core->v7m.ccr & CCR_USERSETMPEND;
}

// Registers of ARMv7-M that are made of bytes (DDI 0403, B3.1.1), and stimulus ports.
static bool takes_bytes(uint32_t addr)
{
    uint32_t page = addr & ~0xfffu, offset = addr & 0xfff;
    if (page == PAGE_ITM)
        return offset < ITM_STIM_END;
    return page == PAGE_SCS &&
           (lies(offset, NVIC_IPR_FIRST, NVIC_IPR_LAST) || lies(offset, SHPR_FIRST, SHPR_LAST) ||
            lies(offset, CFSR_FIRST, CFSR_LAST));
}

bool sim_core_may_use_ppb(const struct sim_core *core, enum sim_master master)
{
    return master == SIM_MASTER_DEBUG || sim_cpu_access_is_privileged(&core->cpu);
}

// Nothing of it answers an unprivileged program (B3.1). A debugger is privileged.
static bool takes(struct sim_core *core, enum sim_master master, uint32_t addr, unsigned size,
                  bool write)
{
    bool v7m = sim_core_is_v7m(core);
    if (!sim_core_may_use_ppb(core, master) && !is_open(core, addr))
        return false;
    if (size == 4 || (v7m && (!write || takes_bytes(addr))))
        return true;
    sim_account_violation(core->account, "%u-byte access to 0x%08x: %s (%s, B3.1.1)", size, addr,
                          v7m ? "this register is written as a word"
                              : "the private peripheral bus takes words only",
                          v7m ? "DDI 0403" : "DDI 0419");
    return false;
}

static uint32_t lane_mask(unsigned size)
{
    return size == 4 ? UINT32_MAX : (1u << 8 * size) - 1;
}

enum sim_bus_status sim_core_ppb_read(struct sim_core *core, enum sim_master master, uint32_t addr,
                                      unsigned size, uint32_t *value)
{
    uint32_t page = addr & ~0xfffu, offset = addr & 0xffc;
    bool debugger = master == SIM_MASTER_DEBUG;
    *value = 0;
    if (!takes(core, master, addr, size, false))
        return SIM_BUS_FAULT;
    if (sim_systick_sync(&core->systick, core->cpu.cycles))
        sim_exception_pend(core, SIM_EXC_SYSTICK);
    if (is_page(core, page) && !is_hidden(core, debugger, page))
        *value = read_page(core, debugger, page, offset) >> 8 * (addr & 3) & lane_mask(size);
    return SIM_BUS_OK;
}

// The word that a write of less leaves: bytes beside it stay; in CFSR, whose ones clear, zeros do.
static uint32_t widen(struct sim_core *core, bool debugger, uint32_t addr, unsigned size,
                      uint32_t value)
{
    uint32_t page = addr & ~0xfffu, offset = addr & 0xffc, shift = 8 * (addr & 3);
    if (size == 4 || page == PAGE_ITM)
        return value;
    uint32_t beside = lies(offset, CFSR_FIRST, CFSR_LAST)
                          ? 0
                          : read_page(core, debugger, page, offset) & ~(lane_mask(size) << shift);
    return beside | (value & lane_mask(size)) << shift;
}

enum sim_bus_status sim_core_ppb_write(struct sim_core *core, enum sim_master master, uint32_t addr,
                                       unsigned size, uint32_t value)
{
    uint32_t page = addr & ~0xfffu;
    bool debugger = master == SIM_MASTER_DEBUG;
    if (!takes(core, master, addr, size, true))
        return SIM_BUS_FAULT;
    if (sim_systick_sync(&core->systick, core->cpu.cycles))
        sim_exception_pend(core, SIM_EXC_SYSTICK);
    core->cpu.attention = true; // what comes next may be something else now
    if (is_page(core, page) && !is_hidden(core, debugger, page))
        write_page(core, debugger, addr & ~3u, size, widen(core, debugger, addr, size, value));
    return SIM_BUS_OK;
}
