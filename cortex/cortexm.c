// SPDX-License-Identifier: MIT
// Run control and reset. Registers are in cortexm_regs.c.
#include "cortex/cortexm.h"

#include "cortex/scs.h"
#include "swd/mem_ap.h"

#define HALT_DEADLINE_US  100000u
#define RESET_DEADLINE_US 500000u
#define POLL_US           1000u

static enum err write_dhcsr(struct cortexm *cm, uint32_t bits)
{
    return mem_ap_write32(cm->mem, SCS_DHCSR, DHCSR_DBGKEY | DHCSR_C_DEBUGEN | bits);
}

static enum err write_demcr(struct cortexm *cm, uint32_t more)
{
    return mem_ap_write32(cm->mem, SCS_DEMCR, DEMCR_DWTENA | cm->vcatch | more);
}

static void forget_regs(struct cortexm *cm)
{
    cortexm_forget_regs(cm);
    cm->runs++;
}

// Sets or clears C_MASKINTS of a halted core. It must not change in the write that lets the core go
// (DDI 0419, C1.6.3).
static enum err set_masked(struct cortexm *cm, bool masked)
{
    if (cm->masked == masked)
        return ERR_OK;
    enum err e = write_dhcsr(cm, DHCSR_C_HALT | (masked ? DHCSR_C_MASKINTS : 0));
    if (e == ERR_OK)
        cm->masked = masked;
    return e;
}

enum err cortexm_attach(struct cortexm *cm, const struct mem_ap *mem, struct log *log)
{
    uint32_t dhcsr;
    enum err e = mem_ap_read32(mem, SCS_DHCSR, &dhcsr);
    return e != ERR_OK ? e : cortexm_attach_seen(cm, mem, dhcsr, log);
}

enum err cortexm_attach_seen(struct cortexm *cm, const struct mem_ap *mem, uint32_t dhcsr,
                             struct log *log)
{
    *cm = (struct cortexm){.mem = mem, .log = log};
    enum err e = mem_ap_read32(mem, SCS_CPUID, &cm->cpuid);
    if (e != ERR_OK)
        return e;
    if (cm->cpuid >> 24 != 0x41)
        return log_fail(log, ERR_NO_TARGET, "there is no ARM core on the other end (CPUID 0x%08x)",
                        cm->cpuid);
    e = core_caps_read(&cm->caps, mem, cm->cpuid);
    // C_HALT is kept as it is: attaching does not disturb.
    if (e == ERR_OK && !(dhcsr & DHCSR_C_DEBUGEN))
        e = write_dhcsr(cm, 0);
    if (e == ERR_OK)
        e = write_demcr(cm, 0);
    if (e == ERR_OK)
        e = bpu_attach(&cm->bpu, mem, log);
    if (e == ERR_OK)
        e = dwt_attach(&cm->dwt, mem, log);
    return e;
}

// The last write before nobody debugs. A program that takes the pins of SWD or goes to Stop at once
// may leave it without an answer; a core that had not been let go would still give one.
static enum err stop_debugging(struct cortexm *cm)
{
    uint32_t dhcsr;
    enum err e = mem_ap_write32(cm->mem, SCS_DHCSR, DHCSR_DBGKEY);
    if (e == ERR_OK || e == ERR_PROBE_LOST)
        return e;
    enum err again = mem_ap_read32(cm->mem, SCS_DHCSR, &dhcsr);
    if (again == ERR_OK)
        return dhcsr & DHCSR_C_DEBUGEN ? mem_ap_write32(cm->mem, SCS_DHCSR, DHCSR_DBGKEY) : ERR_OK;
    log_line(cm->log, LOG_DEBUG, "the target was let go, and does not answer any more");
    log_forget(cm->log);
    return again == ERR_PROBE_LOST ? again : ERR_OK;
}

enum err cortexm_detach(struct cortexm *cm, bool keep_halted)
{
    enum err e = cm->regs_valid ? cortexm_flush_regs(cm) : ERR_OK;
    forget_regs(cm);
    if (e == ERR_OK && cm->masked)
        e = set_masked(cm, false);
    if (e == ERR_OK)
        e = bpu_clear_all(&cm->bpu);
    if (e == ERR_OK)
        e = dwt_clear_all(&cm->dwt);
    if (e == ERR_OK)
        e = mem_ap_write32(cm->mem, SCS_DEMCR, 0);
    if (e != ERR_OK)
        return e;
    if (keep_halted)
        return write_dhcsr(cm, DHCSR_C_HALT);
    return stop_debugging(cm);
}

enum err cortexm_read_dhcsr(struct cortexm *cm, uint32_t *dhcsr)
{
    enum err e = mem_ap_read32(cm->mem, SCS_DHCSR, dhcsr);
    if (e == ERR_OK && *dhcsr & DHCSR_S_RESET_ST)
        cm->reset_seen = true;
    return e;
}

bool cortexm_take_reset(struct cortexm *cm)
{
    bool seen = cm->reset_seen;
    cm->reset_seen = false;
    return seen;
}

enum err cortexm_take_halt_cause(struct cortexm *cm, uint32_t *dfsr)
{
    enum err e = mem_ap_read32(cm->mem, SCS_DFSR, dfsr);
    // HALTED tells of a request or a step, which whoever asks knows: it may stay.
    if (e != ERR_OK || !(*dfsr & ~DFSR_HALTED))
        return e;
    return mem_ap_write32(cm->mem, SCS_DFSR, *dfsr);
}

enum err cortexm_halt(struct cortexm *cm)
{
    uint64_t deadline = debug_probe_now_us(cm->mem->probe) + HALT_DEADLINE_US;
    uint32_t dhcsr, request = DHCSR_C_HALT | (cm->masked ? DHCSR_C_MASKINTS : 0);
    enum err e = write_dhcsr(cm, request);
    while (e == ERR_OK) {
        e = cortexm_read_dhcsr(cm, &dhcsr);
        if (e != ERR_OK || dhcsr & DHCSR_S_HALT)
            break;
        if (!(dhcsr & DHCSR_C_HALT)) // a reset took the request away, or would not have it
            e = write_dhcsr(cm, request);
        if (debug_probe_now_us(cm->mem->probe) >= deadline)
            return log_fail(
                cm->log, ERR_TIMEOUT,
                "the core does not halt (DHCSR 0x%08x): it is held in reset, or its clock stands "
                "still; check what pulls NRST low",
                dhcsr);
        debug_probe_sleep_us(cm->mem->probe, POLL_US);
    }
    return e;
}

static enum err let_core_run(struct cortexm *cm, bool masked, uint32_t bits)
{
    enum err e = cortexm_flush_regs(cm);
    if (e == ERR_OK)
        e = set_masked(cm, masked);
    if (e != ERR_OK)
        return e;
    forget_regs(cm);
    return write_dhcsr(cm, bits | (masked ? DHCSR_C_MASKINTS : 0));
}

enum err cortexm_resume(struct cortexm *cm)
{
    return let_core_run(cm, false, 0);
}

enum err cortexm_start_step(struct cortexm *cm, bool mask_interrupts)
{
    return let_core_run(cm, mask_interrupts, DHCSR_C_STEP);
}

enum err cortexm_set_vcatch(struct cortexm *cm, uint32_t vc_bits)
{
    cm->vcatch = vc_bits;
    return write_demcr(cm, 0);
}

enum err cortexm_pause_watchpoints(struct cortexm *cm, bool pause)
{
    bool any = false;
    for (unsigned i = 0; i < cm->dwt.count; i++)
        any |= cm->dwt.comparator[i].used;
    if (!any)
        return ERR_OK;
    return pause ? mem_ap_write32(cm->mem, SCS_DEMCR, cm->vcatch) : write_demcr(cm, 0);
}

enum err cortexm_catch_reset(struct cortexm *cm, bool on)
{
    return write_demcr(cm, on ? DEMCR_VC_CORERESET : 0);
}

// After SYSRESETREQ the access itself may fail although the reset came: only what is seen later
// counts.
static enum err wait_reset(struct cortexm *cm, bool halt)
{
    uint64_t deadline = debug_probe_now_us(cm->mem->probe) + RESET_DEADLINE_US;
    uint32_t dhcsr = 0;
    for (;;) {
        enum err e = cortexm_read_dhcsr(cm, &dhcsr);
        bool released = e == ERR_OK && cm->reset_seen && !(dhcsr & DHCSR_S_RESET_ST);
        if (released && (!halt || dhcsr & DHCSR_S_HALT))
            return ERR_OK;
        if (e == ERR_PROBE_LOST)
            return e;
        if (debug_probe_now_us(cm->mem->probe) >= deadline)
            break;
        debug_probe_sleep_us(cm->mem->probe, POLL_US);
    }
    if (!cm->reset_seen)
        return log_fail(cm->log, ERR_TIMEOUT, "the chip did not reset when asked to");
    return log_fail(
        cm->log, ERR_TIMEOUT,
        "the chip does not come out of reset: something holds NRST low (a button, a capacitor, "
        "a supervisor?)");
}

enum err cortexm_reset(struct cortexm *cm, bool halt)
{
    return cortexm_reset_by(cm, halt, SCS_AIRCR, AIRCR_VECTKEY | AIRCR_SYSRESETREQ);
}

enum err cortexm_reset_by(struct cortexm *cm, bool halt, uint32_t addr, uint32_t value)
{
    forget_regs(cm);
    uint32_t dhcsr;
    enum err e = cortexm_read_dhcsr(cm, &dhcsr);
    if (e == ERR_OK && halt)
        e = cortexm_catch_reset(cm, true);
    if (e == ERR_OK && dhcsr & DHCSR_S_HALT)
        e = set_masked(cm, false);
    if (e != ERR_OK)
        return e;
    cm->reset_seen = false;
    e = mem_ap_write32(cm->mem, addr, value);
    if (e == ERR_PROBE_LOST)
        return e;
    e = wait_reset(cm, halt);
    if (e == ERR_OK && halt)
        e = cortexm_catch_reset(cm, false);
    cm->reset_seen = false; // ours, and no news
    return e;
}

enum err cortexm_interrupt_pending(struct cortexm *cm, bool *pending)
{
    uint32_t icsr;
    enum err e = mem_ap_read32(cm->mem, SCS_ICSR, &icsr);
    if (e == ERR_OK)
        *pending = icsr & ICSR_VECTPENDING_MASK;
    return e;
}
