// SPDX-License-Identifier: MIT
// Run control and reset. Registers are in cortexm_regs.c.
#include "cortex/cortexm.h"

#include "cortex/scs.h"
#include "swd/mem_ap.h"

#define HALT_DEADLINE_US  100000u
#define RESET_DEADLINE_US 500000u
#define RESET_USUAL_US    2000u // of NRST with the capacitor of an ordinary board
#define POLL_US           1000u

#define FLUSH_IN_BATCH 6u

static enum err write_dhcsr(struct cortexm *cm, uint32_t bits)
{
    return mem_ap_write32(cm->mem, SCS_DHCSR, DHCSR_DBGKEY | DHCSR_C_DEBUGEN | bits);
}

static enum err write_demcr(struct cortexm *cm, uint32_t more)
{
    enum err e = mem_ap_write32(cm->mem, SCS_DEMCR, DEMCR_DWTENA | cm->vcatch | more);
    cm->reset_caught &= e != ERR_OK;
    return e;
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
    if (cm->mask_known && cm->masked == masked)
        return ERR_OK;
    enum err e = write_dhcsr(cm, DHCSR_C_HALT | (masked ? DHCSR_C_MASKINTS : 0));
    if (e == ERR_OK)
        cm->masked = masked;
    cm->mask_known = e == ERR_OK;
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

static enum err clear_old_cause(struct cortexm *cm)
{
    enum err e = cm->old_cause ? mem_ap_write32(cm->mem, SCS_DFSR, cm->old_cause) : ERR_OK;
    cm->old_cause = e ? cm->old_cause : 0;
    return e;
}

enum err cortexm_detach(struct cortexm *cm, bool keep_halted)
{
    enum err e = cm->regs_valid ? cortexm_flush_regs(cm) : ERR_OK;
    forget_regs(cm);
    mem_batch_begin(&cm->pending, cm->mem);
    if (e == ERR_OK)
        e = clear_old_cause(cm);
    if (e == ERR_OK && (cm->masked || !cm->mask_known))
        e = set_masked(cm, false);
    if (e == ERR_OK && cm->caches.stale_code)
        e = mem_ap_write32(cm->mem, SCS_ICIALLU, 0);
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

enum err cortexm_read_halt_cause(struct cortexm *cm, uint32_t *dfsr)
{
    if (!cortexm_has_seen_stop(cm))
        return mem_ap_read32(cm->mem, SCS_DFSR, dfsr);
    *dfsr = cm->seen.dfsr;
    return ERR_OK;
}

enum err cortexm_take_halt_cause(struct cortexm *cm, uint32_t *dfsr)
{
    enum err e = cortexm_read_halt_cause(cm, dfsr);
    // HALTED tells of a request or a step, which whoever asks knows: it may stay.
    if (e == ERR_OK && *dfsr & ~DFSR_HALTED)
        cm->old_cause |= *dfsr;
    return e;
}

void cortexm_note_dhcsr(struct cortexm *cm, uint32_t dhcsr)
{
    cm->reset_seen |= (dhcsr & DHCSR_S_RESET_ST) != 0;
}

// Asks the core to halt and for all that is asked of a halted one. *halted false: it has not halted
// at once, or nobody knows.
static enum err halt_at_once(struct cortexm *cm, uint32_t request, bool *halted)
{
    const uint32_t all = DHCSR_C_DEBUGEN | DHCSR_S_HALT | DHCSR_S_LOCKUP | DHCSR_S_RESET_ST;
    struct cortexm_whole w;
    struct mem_batch b;
    uint32_t dhcsr = 0;
    *halted = false;
    mem_batch_begin(&b, cm->mem);
    mem_batch_write(&b, SCS_DHCSR, DHCSR_DBGKEY | DHCSR_C_DEBUGEN | request);
    mem_batch_read(&b, SCS_DHCSR, &dhcsr);
    cortexm_add_whole(&b, &w);
    enum err e = mem_batch_run(&b);
    cortexm_note_dhcsr(cm, dhcsr);
    *halted = !e && (dhcsr & all) == (DHCSR_C_DEBUGEN | DHCSR_S_HALT);
    return *halted ? cortexm_take_whole(cm, &w) : e;
}

enum err cortexm_halt(struct cortexm *cm)
{
    uint64_t deadline = debug_probe_now_us(cm->mem->probe) + HALT_DEADLINE_US;
    uint32_t dhcsr, request = DHCSR_C_HALT | (cm->masked ? DHCSR_C_MASKINTS : 0);
    bool halted = false;
    const bool at_once = mem_batch_is_cheap(cm->mem) && !cm->regs_valid;
    enum err e = at_once ? halt_at_once(cm, request, &halted) : write_dhcsr(cm, request);
    while (e == ERR_OK && !halted) {
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

// All that is written before the core goes, and the write that lets it go. C_MASKINTS must not
// change in that one (DDI 0419, C1.6.3).
static void add_go(struct cortexm *cm, bool masked, uint32_t bits)
{
    const uint32_t key = DHCSR_DBGKEY | DHCSR_C_DEBUGEN | (masked ? DHCSR_C_MASKINTS : 0);
    cortexm_add_flush(cm, &cm->pending);
    bpu_add_changes(&cm->bpu, &cm->pending);
    if (cm->caches.stale_code)
        mem_batch_write(&cm->pending, SCS_ICIALLU, 0);
    if (cm->old_cause)
        mem_batch_write(&cm->pending, SCS_DFSR, cm->old_cause);
    if (cm->reset_caught)
        mem_batch_write(&cm->pending, SCS_DEMCR, DEMCR_DWTENA | cm->vcatch);
    if (cm->masked != masked || !cm->mask_known)
        mem_batch_write(&cm->pending, SCS_DHCSR, key | DHCSR_C_HALT);
    mem_batch_write_once(&cm->pending, SCS_DHCSR, key | bits);
}

// When it fails nobody knows how far it came.
static enum err run_pending(struct cortexm *cm, bool masked)
{
    enum err e = mem_batch_run(&cm->pending);
    cm->mask_known = e == ERR_OK;
    if (e) {
        bpu_doubt(&cm->bpu);
        return e;
    }
    cm->masked = masked;
    cm->old_cause = 0;
    cm->caches.stale_code = false;
    cm->reset_caught = false;
    return ERR_OK;
}

// In a batch a register takes two words, by itself one command.
static enum err flush_by_itself(struct cortexm *cm)
{
    unsigned dirty = 0;
    for (unsigned reg = 0; reg < CORTEXM_REG_COUNT; reg++)
        dirty += cm->regs[reg].dirty;
    return dirty > FLUSH_IN_BATCH || !mem_batch_is_cheap(cm->mem) ? cortexm_flush_regs(cm) : ERR_OK;
}

static enum err let_core_run(struct cortexm *cm, bool masked, uint32_t bits)
{
    enum err e = flush_by_itself(cm);
    if (e != ERR_OK)
        return e;
    add_go(cm, masked, bits);
    forget_regs(cm);
    return run_pending(cm, masked);
}

enum err cortexm_resume(struct cortexm *cm)
{
    return let_core_run(cm, false, 0);
}

void cortexm_add_step(struct cortexm *cm, uint32_t *dhcsr)
{
    add_go(cm, true, DHCSR_C_STEP);
    mem_batch_read(&cm->pending, SCS_DHCSR, dhcsr);
    cm->masked = cm->mask_known = true; // by then
    cm->old_cause = DFSR_HALTED;        // of this step
    cm->reset_caught = false;
}

enum err cortexm_start_step(struct cortexm *cm, bool mask_interrupts)
{
    return let_core_run(cm, mask_interrupts, DHCSR_C_STEP);
}

static void add_reg_read(struct cortexm *cm, unsigned regsel, uint32_t *to)
{
    cortexm_add_reg_read(&cm->pending, regsel, to);
}

static void add_step_regs(struct cortexm *cm, struct cortexm_step *step)
{
    add_reg_read(cm, core_regs[CORTEXM_SP].regsel, &step->sp);
    add_reg_read(cm, core_regs[CORTEXM_LR].regsel, &step->lr);
    add_reg_read(cm, core_regs[CORTEXM_PC].regsel, &step->pc);
    add_reg_read(cm, core_regs[CORTEXM_XPSR].regsel, &step->xpsr);
    for (unsigned i = 0; i < 13; i++)
        if (step->changes >> i & 1)
            add_reg_read(cm, core_regs[i].regsel, &step->general[i]);
}

// Of a register that is less than a word not all bits that were written need to exist.
static bool has_dirty_bits(const struct cortexm *cm)
{
    for (unsigned reg = CORTEXM_PRIMASK; reg < CORTEXM_REG_COUNT; reg++)
        if (cm->regs[reg].dirty)
            return true;
    return false;
}

enum err cortexm_prepare_step(struct cortexm *cm, const uint16_t *changes,
                              struct cortexm_step *step)
{
    uint32_t xpsr;
    if (has_dirty_bits(cm))
        changes = NULL;
    *step = (struct cortexm_step){.with_regs = changes != NULL, .changes = changes ? *changes : 0};
    enum err e = changes ? cortexm_read_reg(cm, CORTEXM_XPSR, &xpsr) : ERR_OK; // all are known then
    if (e || (e = flush_by_itself(cm)))
        return e;
    add_go(cm, true, DHCSR_C_STEP);
    mem_batch_read(&cm->pending, SCS_DHCSR, &step->dhcsr);
    mem_batch_read(&cm->pending, SCS_DFSR, &step->dfsr);
    mem_batch_read(&cm->pending, SCS_ICSR, &step->icsr);
    if (cm->caches.has_data)
        mem_batch_read(&cm->pending, SCS_CCR, &step->ccr);
    if (step->with_regs)
        add_step_regs(cm, step);
    return ERR_OK;
}

// What the core's own registers answer is read before what was added.
static enum err run_step(struct cortexm *cm, bool *all_read)
{
    enum err e = run_pending(cm, true);
    *all_read = e == ERR_OK;
    if (e != ERR_FAULT)
        return e;
    log_forget(cm->log);
    return ERR_OK;
}

enum err cortexm_do_step(struct cortexm *cm, struct cortexm_step *step, bool *halted,
                         bool *all_read)
{
    const uint32_t all = DHCSR_C_DEBUGEN | DHCSR_S_HALT | DHCSR_S_LOCKUP | DHCSR_S_RESET_ST;
    *halted = false;
    enum err e = run_step(cm, all_read);
    cm->reset_seen |= !e && step->dhcsr & DHCSR_S_RESET_ST;
    *halted = !e && (step->dhcsr & all) == (DHCSR_C_DEBUGEN | DHCSR_S_HALT);
    // An exception changes more than the instruction does.
    if (*halted && step->with_regs &&
        ((step->xpsr ^ cm->regs[CORTEXM_XPSR].value) & XPSR_EXCEPTION) == 0)
        cortexm_take_step_regs(cm, step);
    else
        cortexm_forget_regs(cm);
    cm->runs++;
    if (*halted)
        cortexm_note_stop(cm, step->dfsr, &step->icsr);
    if (*halted)
        caches_note_ccr(&cm->caches, step->ccr, cm->runs);
    return e;
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
    cm->reset_caught = false;
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

// Nobody knows how far a list came that failed: a reset that was asked for shows, and else it is
// asked for by itself.
static enum err ask_again_for_reset(struct cortexm *cm, uint32_t addr, uint32_t value)
{
    uint32_t dhcsr;
    bpu_doubt(&cm->bpu);
    cm->mask_known = false;
    enum err e = cortexm_read_dhcsr(cm, &dhcsr);
    if (e != ERR_OK || (dhcsr & DHCSR_S_RESET_ST))
        return e;
    e = mem_ap_write32(cm->mem, addr, value);
    return e == ERR_PROBE_LOST ? e : ERR_OK;
}

// All that is written before a reset, and the reset. The access itself may fail although it came:
// only what is seen later counts.
static enum err ask_for_reset(struct cortexm *cm, bool halt, uint32_t addr, uint32_t value)
{
    uint32_t dhcsr;
    mem_batch_read(&cm->pending, SCS_DHCSR, &dhcsr);
    if (halt || cm->reset_caught)
        mem_batch_write(&cm->pending, SCS_DEMCR,
                        DEMCR_DWTENA | cm->vcatch | (halt ? DEMCR_VC_CORERESET : 0));
    bpu_add_changes(&cm->bpu, &cm->pending);
    if (cm->old_cause) // a system reset leaves DFSR as it is (DDI 0419, C1.6.6)
        mem_batch_write(&cm->pending, SCS_DFSR, cm->old_cause);
    mem_batch_write_once(&cm->pending, addr, value);
    cm->reset_caught = halt;
    enum err e = mem_batch_run(&cm->pending);
    if (e == ERR_OK)
        cm->old_cause = 0;
    return e == ERR_OK || e == ERR_PROBE_LOST ? e : ask_again_for_reset(cm, addr, value);
}

// The core as it should be by now: out of reset, and halted at its first instruction.
static enum err see_reset(struct cortexm *cm, bool *halted)
{
    const uint32_t no = DHCSR_S_LOCKUP | DHCSR_S_RESET_ST;
    struct mem_batch b;
    uint32_t first = 0, dhcsr = 0, dfsr, icsr;
    debug_probe_sleep_us(cm->mem->probe, RESET_USUAL_US);
    mem_batch_begin(&b, cm->mem);
    mem_batch_read(&b, SCS_DHCSR, &first);
    mem_batch_read(&b, SCS_DHCSR, &dhcsr);
    mem_batch_read(&b, SCS_DFSR, &dfsr);
    mem_batch_read(&b, SCS_ICSR, &icsr);
    enum err e = mem_batch_run(&b);
    cortexm_note_dhcsr(cm, first | dhcsr);
    *halted = !e && cm->reset_seen && (dhcsr & (DHCSR_S_HALT | no)) == DHCSR_S_HALT;
    if (*halted)
        cortexm_note_stop(cm, dfsr, &icsr);
    return e == ERR_PROBE_LOST ? e : ERR_OK;
}

// The catch is taken away when the core is let go: no reset in between is missed.
enum err cortexm_reset_by(struct cortexm *cm, bool halt, uint32_t addr, uint32_t value)
{
    uint32_t dhcsr = 0;
    bool halted = false;
    enum err e = ERR_OK;
    forget_regs(cm);
    if (cm->masked || !cm->mask_known)
        e = cortexm_read_dhcsr(cm, &dhcsr);
    if (e == ERR_OK && dhcsr & DHCSR_S_HALT)
        e = set_masked(cm, false);
    cm->reset_seen = false;
    if (e == ERR_OK)
        e = ask_for_reset(cm, halt, addr, value);
    if (e == ERR_OK && halt && mem_batch_is_cheap(cm->mem))
        e = see_reset(cm, &halted);
    if (e == ERR_OK && !halted)
        e = wait_reset(cm, halt);
    cm->reset_seen = false; // ours, and no news
    return e;
}

enum err cortexm_interrupt_pending(struct cortexm *cm, bool fresh, bool *pending)
{
    uint32_t icsr = cm->seen.icsr;
    enum err e = ERR_OK;
    if (fresh || !cortexm_has_seen_stop(cm) || !cm->seen.icsr_known)
        e = mem_ap_read32(cm->mem, SCS_ICSR, &icsr);
    if (e == ERR_OK)
        *pending = icsr & ICSR_VECTPENDING_MASK;
    return e;
}
