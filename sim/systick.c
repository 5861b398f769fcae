// SPDX-License-Identifier: MIT
// The SysTick timer (DDI 0419, B3.3), computed from the cycle count when somebody looks.
#include "sim/core_state.h"

#define CSR_COUNTFLAG (1u << 16)
#define CSR_CLKSOURCE (1u << 2)
#define CSR_TICKINT   (1u << 1)
#define CSR_ENABLE    (1u << 0)
#define COUNTER_MASK  0xffffffu
// RM0091, 12.1.2: TENMS is 6000, which is 1 ms at 6 MHz (HCLK/8 of 48 MHz), not exact 10 ms.
#define CALIB_VALUE   0x40001770u

static unsigned divider(const struct sim_core *core)
{
    return core->syst_csr & CSR_CLKSOURCE ? 1 : 8; // RM0091: the reference clock is HCLK/8
}

static bool counting(const struct sim_core *core)
{
    return core->syst_csr & CSR_ENABLE && (core->syst_rvr || core->syst_cvr);
}

void systick_sync(struct sim_core *core)
{
    if (!counting(core)) {
        core->syst_at = core->cycles;
        return;
    }
    uint64_t ticks = (core->cycles - core->syst_at) / divider(core);
    core->syst_at += ticks * divider(core);
    while (ticks) {
        if (core->syst_cvr == 0) { // reload takes a tick of its own
            core->syst_cvr = core->syst_rvr;
            ticks--;
            if (core->syst_cvr == 0)
                break;
            continue;
        }
        uint64_t part = ticks < core->syst_cvr ? ticks : core->syst_cvr;
        core->syst_cvr -= (uint32_t)part;
        ticks -= part;
        if (core->syst_cvr == 0) {
            core->syst_csr |= CSR_COUNTFLAG;
            if (core->syst_csr & CSR_TICKINT)
                exception_pend(core, EXC_SYSTICK);
        }
    }
}

uint64_t systick_due(const struct sim_core *core)
{
    if (!counting(core))
        return UINT64_MAX;
    uint64_t ticks = core->syst_cvr ? core->syst_cvr : (uint64_t)core->syst_rvr + 1;
    uint64_t cycles = ticks * divider(core), past = core->cycles - core->syst_at;
    return cycles > past ? cycles - past : 1;
}

uint32_t systick_read(struct sim_core *core, uint32_t offset)
{
    systick_sync(core);
    uint32_t value = 0;
    switch (offset) {
    case 0x0:
        value = core->syst_csr;
        core->syst_csr &= ~CSR_COUNTFLAG;
        break;
    case 0x4:
        value = core->syst_rvr;
        break;
    case 0x8:
        value = core->syst_cvr;
        break;
    case 0xc:
        value = CALIB_VALUE;
        break;
    default:
        break;
    }
    return value;
}

void systick_write(struct sim_core *core, uint32_t offset, uint32_t value)
{
    systick_sync(core);
    switch (offset) {
    case 0x0:
        core->syst_csr = (core->syst_csr & CSR_COUNTFLAG) | (value & 7);
        break;
    case 0x4:
        core->syst_rvr = value & COUNTER_MASK;
        break;
    case 0x8: // any write clears
        core->syst_cvr = 0;
        core->syst_csr &= ~CSR_COUNTFLAG;
        break;
    default:
        break;
    }
    core->syst_at = core->cycles;
    core->attention = true;
}
