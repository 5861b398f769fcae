// SPDX-License-Identifier: MIT
// Halting debug: DHCSR and its companions (DDI 0419, C1.6), the BPU (C1.9) and the DWT (C1.8).
#include "sim/core_state.h"

#define SCS_DFSR  0xe000ed30u
#define SCS_DHCSR 0xe000edf0u
#define SCS_DCRSR 0xe000edf4u
#define SCS_DCRDR 0xe000edf8u
#define SCS_DEMCR 0xe000edfcu
#define BP_CTRL   0xe0002000u
#define BP_COMP0  0xe0002008u
#define DWT_CTRL  0xe0001000u
#define DWT_PCSR  0xe000101cu
#define DWT_COMP0 0xe0001020u

#define DCRSR_WRITE      (1u << 16)
#define FUNCTION_MATCHED (1u << 24)

void debug_reset(struct sim_core *core, enum sim_reset kind)
{
    core->reset_st = true;
    core->stepping = false;
    core->regrdy = false;
    // C_HALT and C_STEP do not survive a reset: whoever wants to stop there sets VC_CORERESET.
    core->dhcsr &= DHCSR_C_DEBUGEN | DHCSR_C_MASKINTS;
    if (kind != SIM_RESET_POWER)
        return;
    core->dhcsr = core->demcr = core->dfsr = core->dcrdr = 0;
    core->bpu_enabled = false;
    core->bp_used = 0;
    core->dwt_used = false;
    for (unsigned i = 0; i < BPU_COMPARATORS; i++)
        core->bp_comp[i] = 0;
    for (unsigned i = 0; i < DWT_COMPARATORS; i++)
        core->dwt[i].comp = core->dwt[i].mask = core->dwt[i].function = core->dwt[i].matched = 0;
}

void debug_halt(struct sim_core *core, uint32_t dfsr)
{
    systick_sync(core);
    core->dfsr |= dfsr;
    core->halted = true;
    core->stepping = false;
    core->locked_up = false; // S_LOCKUP means running and locked up (C1.6.3)
    core->sleeping = core->waits_for_event = false;
    core->dhcsr |= DHCSR_C_HALT;
    core->dhcsr &= ~DHCSR_C_STEP;
    core->attention = true;
}

static void resume(struct sim_core *core)
{
    core->halted = false;
    core->regrdy = false;
    core->attention = true;
    core_rebase(core);
}

// ---- comparators ----------------------------------------------------------------------------------------

static void recount(struct sim_core *core)
{
    core->bp_used = 0;
    for (unsigned i = 0; i < BPU_COMPARATORS; i++)
        core->bp_used += core->bpu_enabled && core->bp_comp[i] & 1 && core->bp_comp[i] >> 30;
    core->dwt_used = false;
    for (unsigned i = 0; i < DWT_COMPARATORS; i++)
        core->dwt_used |= (core->demcr & DEMCR_DWTENA) && core->dwt[i].function >= 4;
}

bool debug_bpu_matches(const struct sim_core *core, uint32_t pc)
{
    if (!core_debug_enabled(core) || pc >= 0x20000000)
        return false;
    for (unsigned i = 0; i < BPU_COMPARATORS; i++) {
        uint32_t comp = core->bp_comp[i], halves = comp >> 30;
        if (comp & 1 && (comp & 0x1ffffffc) == (pc & ~3u) && halves & (pc & 2 ? 2u : 1u))
            return true;
    }
    return false;
}

static bool watch_matches(const struct sim_core *core, unsigned i, const struct sim_cpu_access *a)
{
    static const uint8_t wanted[8] = {0, 0, 0, 0, 0, 1, 2, 3}; // 5 read, 6 write, 7 both
    uint32_t function = core->dwt[i].function & 15;
    if (function > 7 || !(wanted[function] & (a->write ? 2 : 1)))
        return false;
    uint32_t mask = (1u << core->dwt[i].mask) - 1, first = core->dwt[i].comp & ~mask;
    return a->addr <= first + mask && a->addr + a->size - 1 >= first;
}

// After an instruction: the core stops with the PC behind it (C1.8.1).
void debug_watch(struct sim_core *core)
{
    bool hit = false;
    for (unsigned i = 0; i < DWT_COMPARATORS; i++)
        for (unsigned k = 0; k < core->cpu.access_count; k++)
            if (watch_matches(core, i, &core->cpu.access[k]))
                hit = core->dwt[i].matched = true;
    if (hit && core_debug_enabled(core))
        debug_halt(core, DFSR_DWTTRAP);
}

static bool dwt_slot(uint32_t addr, unsigned *i)
{
    *i = (addr - DWT_COMP0) / 16;
    return addr >= DWT_COMP0 && *i < DWT_COMPARATORS;
}

static bool dwt_read(struct sim_core *core, uint32_t addr, uint32_t *value)
{
    unsigned i;
    if (addr == DWT_CTRL)
        *value = DWT_COMPARATORS << 28;
    else if (addr == DWT_PCSR)
        *value = core->halted ? 0xffffffff : core->cpu.r[15];
    else if (!dwt_slot(addr, &i))
        return addr >> 12 == DWT_CTRL >> 12;
    else if (addr % 16 == 0)
        *value = core->dwt[i].comp;
    else if (addr % 16 == 4)
        *value = core->dwt[i].mask;
    else if (addr % 16 == 8) {
        *value = core->dwt[i].function | (core->dwt[i].matched ? FUNCTION_MATCHED : 0);
        core->dwt[i].matched = false;
    }
    return true;
}

static bool dwt_write(struct sim_core *core, uint32_t addr, uint32_t v)
{
    unsigned i;
    if (!dwt_slot(addr, &i))
        return addr >> 12 == DWT_CTRL >> 12;
    if (!(core->demcr & DEMCR_DWTENA))
        sim_account_violation(core->account, "DWT written while DEMCR.DWTENA is 0");
    if (addr % 16 == 0)
        core->dwt[i].comp = v;
    else if (addr % 16 == 4)
        core->dwt[i].mask = v & 31;
    else if (addr % 16 == 8)
        core->dwt[i].function = v & 15;
    recount(core);
    return true;
}

static bool bpu_read(const struct sim_core *core, uint32_t addr, uint32_t *value)
{
    if (addr == BP_CTRL)
        *value = BPU_COMPARATORS << 4 | core->bpu_enabled;
    else if (addr >= BP_COMP0 && addr < BP_COMP0 + 4 * BPU_COMPARATORS)
        *value = core->bp_comp[(addr - BP_COMP0) / 4];
    return addr >> 12 == BP_CTRL >> 12;
}

static bool bpu_write(struct sim_core *core, uint32_t addr, uint32_t v)
{
    if (addr == BP_CTRL && v & 2) // KEY
        core->bpu_enabled = v & 1;
    else if (addr >= BP_COMP0 && addr < BP_COMP0 + 4 * BPU_COMPARATORS)
        core->bp_comp[(addr - BP_COMP0) / 4] = v & 0xdffffffd;
    recount(core);
    return addr >> 12 == BP_CTRL >> 12;
}

// ---- DHCSR, DCRSR, DEMCR --------------------------------------------------------------------------------

static uint32_t read_dhcsr(struct sim_core *core)
{
    uint32_t v = core->dhcsr;
    v |= core->reset_st ? DHCSR_S_RESET_ST : 0;
    v |= core->retire_st ? DHCSR_S_RETIRE_ST : 0;
    v |= core->locked_up ? DHCSR_S_LOCKUP : 0;
    v |= core->sleeping ? DHCSR_S_SLEEP : 0;
    v |= core->halted ? DHCSR_S_HALT : 0;
    v |= core->regrdy ? DHCSR_S_REGRDY : 0;
    core->reset_st = core->held; // cleared by reading, unless reset is still there
    core->retire_st = false;
    return v;
}

static void check_maskints(struct sim_core *core, uint32_t v)
{
    bool changes = (v ^ core->dhcsr) & DHCSR_C_MASKINTS;
    if (!changes || !(core->dhcsr & DHCSR_C_DEBUGEN))
        return;
    if (!core->halted)
        sim_account_violation(core->account, "C_MASKINTS changed while the core runs (C1.6.3)");
    else if (!(v & DHCSR_C_HALT))
        sim_account_violation(core->account,
                              "C_MASKINTS changed in the write that clears C_HALT (C1.6.3)");
}

static void write_dhcsr(struct sim_core *core, uint32_t v)
{
    if (v >> 16 != DHCSR_DBGKEY)
        return;
    check_maskints(core, v);
    uint32_t bits = v & DHCSR_C_DEBUGEN ? v & 15 : 0;
    core->dhcsr = bits;
    core->attention = true;
    if (core->held)
        return;
    if (bits & DHCSR_C_HALT) {
        if (!core->halted)
            debug_halt(core, DFSR_HALTED);
        return;
    }
    if (!core->halted)
        return;
    resume(core);
    core->stepping = bits & DHCSR_C_STEP;
}

static void write_xpsr(struct sim_core *core, uint32_t v)
{
    sim_cpu_set_flags(&core->cpu, v);
    core->cpu.t = v >> 24 & 1;
    // IPSR follows, as GDB restores it after a call; what is active is not touched by it (C1.6.5).
    core->cpu.ipsr = v & 63;
}

uint32_t sim_core_get_reg(const struct sim_core *core, unsigned regsel)
{
    const struct sim_cpu *cpu = &core->cpu;
    if (regsel <= 15)
        return cpu->r[regsel];
    switch (regsel) {
    case 16:
        return sim_cpu_xpsr(cpu);
    case 17:
        return sim_cpu_msp(cpu);
    case 18:
        return sim_cpu_psp(cpu);
    case 20:
        return cpu->control << 24 | cpu->primask;
    default:
        return 0;
    }
}

void sim_core_set_reg(struct sim_core *core, unsigned regsel, uint32_t value)
{
    struct sim_cpu *cpu = &core->cpu;
    if (regsel == 13)
        cpu->r[13] = value & ~3u;
    else if (regsel == 15)
        cpu->r[15] = value & ~1u;
    else if (regsel < 15)
        cpu->r[regsel] = value;
    else if (regsel == 16)
        write_xpsr(core, value);
    else if (regsel == 17)
        sim_cpu_set_msp(cpu, value);
    else if (regsel == 18)
        sim_cpu_set_psp(cpu, value);
    else if (regsel == 20) {
        cpu->primask = value & 1;
        cpu->control = value >> 24 & 2;
        sim_cpu_select_sp(cpu, !cpu->ipsr && cpu->control & 2);
    }
}

static void write_dcrsr(struct sim_core *core, uint32_t v)
{
    if (!core->halted) {
        sim_account_violation(core->account, "DCRSR written while the core runs (C1.6.4)");
        core->regrdy = false;
        return;
    }
    if (v & DCRSR_WRITE)
        sim_core_set_reg(core, v & 31, core->dcrdr);
    else
        core->dcrdr = sim_core_get_reg(core, v & 31);
    core->regrdy = true;
}

bool debug_read(struct sim_core *core, uint32_t addr, uint32_t *value)
{
    switch (addr) {
    case SCS_DFSR:
        *value = core->dfsr;
        return true;
    case SCS_DHCSR:
        *value = read_dhcsr(core);
        return true;
    case SCS_DCRDR:
        *value = core->dcrdr;
        return true;
    case SCS_DEMCR:
        *value = core->demcr;
        return true;
    default:
        return bpu_read(core, addr, value) || dwt_read(core, addr, value);
    }
}

bool debug_write(struct sim_core *core, uint32_t addr, uint32_t v)
{
    switch (addr) {
    case SCS_DFSR:
        core->dfsr &= ~v;
        return true;
    case SCS_DHCSR:
        write_dhcsr(core, v);
        return true;
    case SCS_DCRSR:
        write_dcrsr(core, v);
        return true;
    case SCS_DCRDR:
        core->dcrdr = v;
        return true;
    case SCS_DEMCR:
        core->demcr = v & (DEMCR_DWTENA | DEMCR_VC_HARDERR | DEMCR_VC_CORERESET);
        recount(core);
        return true;
    default:
        return bpu_write(core, addr, v) || dwt_write(core, addr, v);
    }
}
