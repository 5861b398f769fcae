// SPDX-License-Identifier: MIT
// What is done about the errata of the Cortex-M7 that a debugger meets (core_caps.h).
#include "base/bytes.h"
#include "cortex/thumb.h"
#include "targets/target_private.h"

#define PRIMASK_PM 1u
// Once in a connection.
static void tell_about_steps(struct target *t)
{
    if (!t->primask_told)
        log_line(t->log, LOG_NOTE,
                 "this Cortex-M7 is of revision r0p%u, in which a single step can end in the "
                 "handler of an interrupt that was pending (Arm's erratum 702596): swdlink lets "
                 "such interrupts run first, and keeps later ones out by PRIMASK during the step",
                 (unsigned)(t->core.cpuid & 0xf));
    t->primask_told = true;
}

// CPS, and UDF and SVC, which PRIMASK would turn into HardFaults (DDI 0403, A5.2); MSR and MRS,
// with hints and barriers beside them (A5.3.4). A load or store that faults is a HardFault with it,
// too: which fault it was stays to be seen in its status registers.
static bool minds_primask(uint16_t first, uint16_t second)
{
    if (!thumb_is_wide(first))
        return (first & 0xffe8) == 0xb660 || (first & 0xfe00) == 0xde00;
    return (first & 0xff80) == 0xf380 && second & 0x8000;
}

static bool may_mask(struct target *t, uint32_t pc)
{
    uint8_t code[4];
    if (target_read_mem(t, pc, code, sizeof code, NULL) == ERR_OK)
        return !minds_primask(get_le16(&code[0]), get_le16(&code[2]));
    log_forget(t->log);
    return false;
}

enum err erratum_mask(struct target *t, uint32_t pc)
{
    uint32_t primask;
    if (!t->core.caps.masks_late || t->primask_set)
        return ERR_OK;
    enum err e = cortexm_read_reg(&t->core, CORTEXM_PRIMASK, &primask);
    if (!e)
        tell_about_steps(t);
    if (e || (primask & PRIMASK_PM) || !may_mask(t, pc))
        return e;
    e = cortexm_write_reg(&t->core, CORTEXM_PRIMASK, primask | PRIMASK_PM);
    t->primask_set = e == ERR_OK;
    return e;
}

enum err erratum_unmask(struct target *t)
{
    if (!t->primask_set)
        return ERR_OK;
    enum err e = cortexm_write_reg(&t->core, CORTEXM_PRIMASK, 0);
    t->primask_set = e != ERR_OK;
    return e;
}

enum err erratum_end_step(struct target *t)
{
    enum err e = t->primask_set && t->state == TARGET_RUNNING ? cortexm_halt(&t->core) : ERR_OK;
    return e ? e : erratum_unmask(t);
}

// Nothing but a breakpoint stopped it, in a handler, and there is none, neither of ours nor the
// program's own.
static enum err find_false_halt(struct target *t, bool *is_false)
{
    uint32_t dfsr, pc, xpsr;
    *is_false = false;
    enum err e = cortexm_read_halt_cause(&t->core, &dfsr);
    if (e || (dfsr & ~DFSR_HALTED) != DFSR_BKPT ||
        (e = cortexm_read_reg(&t->core, CORTEXM_XPSR, &xpsr)) || !(xpsr & XPSR_EXCEPTION) ||
        (e = cortexm_read_reg(&t->core, CORTEXM_PC, &pc)))
        return e;
    *is_false = breaks_at(t, pc) == BREAK_NONE && !step_may_be_bkpt(t, pc);
    if (*is_false)
        log_line(t->log, LOG_DEBUG,
                 "the core halted at 0x%08x, in a handler that came together with a breakpoint "
                 "(Arm's erratum 3092511): it goes on",
                 pc);
    return ERR_OK;
}

enum err erratum_pass_false_halt(struct target *t, uint32_t dhcsr, bool *passed)
{
    uint32_t dfsr;
    *passed = false;
    if (!t->core.caps.halts_in_handlers || (dhcsr & DHCSR_S_LOCKUP))
        return ERR_OK;
    enum err e = find_false_halt(t, passed);
    if (e || !*passed)
        return e;
    if ((e = cortexm_take_halt_cause(&t->core, &dfsr)) || (e = breaks_apply(t)))
        return e;
    return cortexm_resume(&t->core);
}
