// SPDX-License-Identifier: MIT
// Halting debug: the registers DFSR, DHCSR, DCRSR, DCRDR and DEMCR (DDI 0419, C1.6; DDI 0403, C1.6)
// and how Debug state is entered and left (C1.5). Where the manual says UNPREDICTABLE, the write
// changes nothing and is a violation in the account.
#include "sim/core/core_state.h"

// Offsets from 0xe000e000.
enum { DFSR = 0xd30, DHCSR = 0xdf0, DCRSR = 0xdf4, DCRDR = 0xdf8, DEMCR = 0xdfc };

#define DHCSR_KEY         0xa05fu // in the upper half of a write
#define DHCSR_S_RESET_ST  (1u << 25)
#define DHCSR_S_RETIRE_ST (1u << 24)
#define DHCSR_S_LOCKUP    (1u << 19)
#define DHCSR_S_SLEEP     (1u << 18)
#define DHCSR_S_HALT      (1u << 17)
#define DHCSR_S_REGRDY    (1u << 16)
#define DHCSR_C_MASKINTS  (1u << 3)
#define DHCSR_C_STEP      (1u << 2)
#define DHCSR_C_HALT      (1u << 1)
#define DHCSR_C_DEBUGEN   (1u << 0)

#define DCRSR_REGWNR    (1u << 16)
#define DCRSR_REGSEL_V6 0x1fu
#define DCRSR_REGSEL_V7 0x7fu

#define DEMCR_V6  (DEMCR_DWTENA | DEMCR_VC_HARDERR | DEMCR_VC_CORERESET)
#define DEMCR_MON (DEMCR_MON_REQ | DEMCR_MON_STEP | DEMCR_MON_EN)
#define DEMCR_V7                                                                                   \
    (DEMCR_V6 | DEMCR_MON | DEMCR_VC_INTERR | DEMCR_VC_BUSERR | DEMCR_VC_STATERR |                 \
     DEMCR_VC_CHKERR | DEMCR_VC_NOCPERR | DEMCR_VC_MMERR)

// C_DEBUGEN, DEMCR and DFSR outlive a system reset; C_HALT, C_STEP and C_MASKINTS do not, so that
// only vector catch stops a processor at its first instruction.
void sim_debug_reset(struct sim_core *core, enum sim_reset kind)
{
    struct sim_debug *d = &core->debug;
    if (kind == SIM_RESET_POWER)
        *d = (struct sim_debug){0};
    d->halt = d->step = d->maskints = d->halted = d->stepping = false;
    d->demcr &= ~DEMCR_MON;
    d->reset_seen = true;
    d->reg_ready = true;
    d->retired_seen = core->cpu.instructions;
    if (kind == SIM_RESET_POWER) {
        sim_bpu_reset(&core->bpu);
        sim_dwt_reset(&core->dwt);
        sim_trace_reset(core);
        core->dwt_open = core->fpb_open = false;
    }
}

bool sim_debug_enter(struct sim_core *core, uint32_t cause)
{
    struct sim_debug *d = &core->debug;
    if (!d->enabled)
        return false;
    d->dfsr |= cause;
    d->halted = d->halt = true;
    d->stepping = false;
    core->sleep = SIM_AWAKE;
    core->locked_up = false; // S_LOCKUP clears on entry; PC stays where it was (C1.6.2)
    core->cpu.attention = true;
    return true;
}

bool sim_debug_catches(const struct sim_core *core, uint32_t demcr_bit)
{
    return core->debug.enabled && core->debug.demcr & demcr_bit;
}

static uint32_t read_dhcsr(struct sim_core *core)
{
    struct sim_debug *d = &core->debug;
    uint32_t value = 0;
    value |= d->reset_seen ? DHCSR_S_RESET_ST : 0;
    value |= d->retired_seen != core->cpu.instructions ? DHCSR_S_RETIRE_ST : 0;
    value |= core->locked_up ? DHCSR_S_LOCKUP : 0;
    value |= core->sleep != SIM_AWAKE ? DHCSR_S_SLEEP : 0;
    value |= d->halted ? DHCSR_S_HALT : 0;
    // A Cortex-M0 that runs is never ready, as an nRF51822 shows; an STM32F429 and an STM32L152
    // keep the bit.
    value |= (d->halted || sim_core_is_v7m(core)) && d->reg_ready ? DHCSR_S_REGRDY : 0;
    value |= d->maskints ? DHCSR_C_MASKINTS : 0;
    value |= d->step ? DHCSR_C_STEP : 0;
    value |= d->halt ? DHCSR_C_HALT : 0;
    value |= d->enabled ? DHCSR_C_DEBUGEN : 0;
    d->reset_seen = core->held; // sticky until read, and set again at once while reset is held
    d->retired_seen = core->cpu.instructions;
    return value;
}

static void disable(struct sim_core *core)
{
    struct sim_debug *d = &core->debug;
    d->enabled = d->halt = d->step = d->maskints = d->halted = d->stepping = false;
}

static void write_maskints(struct sim_core *core, bool on, bool halt)
{
    struct sim_debug *d = &core->debug;
    if (on == d->maskints)
        return;
    if (d->halt && halt)
        d->maskints = on;
    else
        sim_account_violation(
            core->account, "DHCSR.C_MASKINTS changed without C_HALT being 1 before and after the "
                           "write (DDI 0419, C1.6.2): the change is lost");
}

static void write_step(struct sim_core *core, bool on, bool halt)
{
    struct sim_debug *d = &core->debug;
    if (on == d->step)
        return;
    if (d->halt || halt)
        d->step = on;
    else
        sim_account_violation(core->account, "DHCSR.C_STEP changed while C_HALT was 0 (DDI 0419, "
                                             "C1.6.2): the change is lost");
}

static void write_dhcsr(struct sim_core *core, uint32_t value)
{
    struct sim_debug *d = &core->debug;
    bool halt = value & DHCSR_C_HALT;
    if (value >> 16 != DHCSR_KEY)
        return;
    if (!(value & DHCSR_C_DEBUGEN)) {
        disable(core);
        return;
    }
    d->enabled = true;
    if (core->held)
        return;
    write_maskints(core, value & DHCSR_C_MASKINTS, halt);
    write_step(core, value & DHCSR_C_STEP, halt);
    if (d->halted && !halt) {
        d->halted = false;
        d->stepping = d->step;
        core->dwt.hit = false;
    }
    if (d->halted)
        d->dfsr |= DFSR_HALTED; // asked for again: DFSR then tells that beside the first reason
    d->halt = halt;
}

// READALLREGS makes real ST-LINKs read the gap in the middle, too: no mistake of the host's.
static bool is_read_of_gap(unsigned regsel, uint32_t dcrsr)
{
    return regsel == 19 && !(dcrsr & DCRSR_REGWNR);
}

// In Debug state a transfer is done at once; outside of it, it never completes (C1.6.3).
static void write_dcrsr(struct sim_core *core, uint32_t value)
{
    struct sim_debug *d = &core->debug;
    unsigned regsel = value & (sim_core_is_v7m(core) ? DCRSR_REGSEL_V7 : DCRSR_REGSEL_V6);
    d->reg_ready = false;
    if (!d->halted) {
        sim_account_violation(core->account,
                              "DCRSR written while the core was not halted (DDI 0419, C1.6.3)");
        return;
    }
    d->reg_ready = true;
    if (is_read_of_gap(regsel, value)) {
        if (sim_core_is_v7m(core))
            d->dcrdr = 0; // as a Cortex-M4 was seen to; of a Cortex-M0 it stays as it was
        return;
    }
    if (!sim_cpu_has_reg(&core->cpu, regsel))
        sim_account_violation(core->account, "DCRSR selects register %u, which there is not",
                              regsel);
    else if (value & DCRSR_REGWNR)
        sim_core_set_reg(core, regsel, d->dcrdr);
    else
        d->dcrdr = sim_core_get_reg(core, regsel);
}

// MON_PEND pends the monitor whether it is enabled or not (DDI 0403, C1.6.5).
static void write_demcr(struct sim_core *core, uint32_t value)
{
    core->debug.demcr = value & (sim_core_is_v7m(core) ? DEMCR_V7 : DEMCR_V6);
    sim_dwt_enable(&core->dwt, value & DEMCR_DWTENA);
    if (!sim_core_is_v7m(core))
        return;
    sim_trace_plan(core, core->dwt.ctrl);
    if (value & DEMCR_MON_PEND)
        sim_exception_pend(core, SIM_EXC_MONITOR);
    else
        sim_exc_remove(&core->nvic.pending, SIM_EXC_MONITOR);
}

uint32_t sim_debug_read(struct sim_core *core, uint32_t offset)
{
    switch (offset) {
    case DFSR:
        return core->debug.dfsr;
    case DHCSR:
        return read_dhcsr(core);
    case DCRDR:
        return core->debug.dcrdr;
    case DEMCR:
        return core->debug.demcr |
               (sim_exc_has(&core->nvic.pending, SIM_EXC_MONITOR) ? DEMCR_MON_PEND : 0);
    default: // DCRSR is write-only
        return 0;
    }
}

void sim_debug_write(struct sim_core *core, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case DFSR: // write one to clear
        core->debug.dfsr &= ~(value & DFSR_ALL);
        break;
    case DHCSR:
        write_dhcsr(core, value);
        break;
    case DCRSR:
        write_dcrsr(core, value);
        break;
    case DCRDR:
        core->debug.dcrdr = value;
        break;
    case DEMCR:
        write_demcr(core, value);
        break;
    default:
        break;
    }
}
