// SPDX-License-Identifier: MIT
// What a load into flash means for the program that the core was in the middle of.
//
// People type `load` and `continue`, and a debugger sets nothing in between but the PC, to the
// entry point of its file. A core that stood in a handler, in lockup or deep in the old program
// would start the new one with the old stack, mode, masks, interrupts and peripherals. So a load
// that replaces the program ends with a reset, and the core stands at the first instruction of the
// new one. A program is replaced when one of these was written:
//
//   the vectors from which the chip starts, at the base of its flash;
//   the vectors that the core uses (VTOR, where it has one): an application behind a boot loader;
//   the code at the PC: the same on a core without VTOR;
//   any program with its vectors, when the core is in a handler or locked up, where none can start.
//
// Anything else (a second file beside the program, data, code in RAM) leaves the core as it is. An
// application that is not what the chip starts by itself gets its stack pointer, PC and VTOR as its
// boot loader would set them. RAM keeps its content, breakpoints and vector catches stay.
#include "base/bytes.h"
#include "cortex/scs.h"
#include "swd/mem_ap.h"
#include "targets/target_private.h"

#define VECTORS_SIZE 8u // the stack pointer and the reset vector (DDI 0419, B1.5.3)

struct new_program {
    bool replaces; // the one that the core was in the middle of
    bool starts;   // it has vectors, at `vectors`, with these two values
    uint32_t vectors, sp, pc;
};

// Whether there are vectors of a program: a stack in RAM, and Thumb code that came with the load.
static bool take_vectors(const struct target *t, const struct flash_job *job, uint32_t addr,
                         struct new_program *p)
{
    uint8_t bytes[VECTORS_SIZE];
    if (!flash_job_wrote(job, addr, bytes, sizeof bytes))
        return false;
    p->vectors = addr;
    p->sp = get_le32(bytes);
    p->pc = get_le32(bytes + 4) & ~1u;
    p->starts = p->sp % 4 == 0 && region_is_ram(t, p->sp - 4) && bytes[4] & 1 &&
                flash_job_wrote(job, p->pc, NULL, 0);
    return true;
}

static enum err find_new_program(struct target *t, const struct flash_job *job,
                                 struct new_program *p)
{
    uint32_t vtor, pc, xpsr, first;
    *p = (struct new_program){0};
    p->replaces = take_vectors(t, job, t->bank.base, p);
    if (p->replaces || !flash_job_first(job, &first))
        return ERR_OK;
    enum err e = mem_ap_read32(&t->mem, SCS_VTOR, &vtor);
    if (e || (e = cortexm_read_reg(&t->core, CORTEXM_PC, &pc)) ||
        (e = cortexm_read_reg(&t->core, CORTEXM_XPSR, &xpsr)))
        return e;
    p->replaces = take_vectors(t, job, vtor, p);
    if (p->replaces)
        return ERR_OK;
    (void)take_vectors(t, job, first, p);
    bool in_no_thread = xpsr & XPSR_EXCEPTION || !region_at(t, pc);
    p->replaces = flash_job_wrote(job, pc, NULL, 0) || (p->starts && in_no_thread);
    return ERR_OK;
}

// After the reset: what the chip did not do by itself, because it starts elsewhere.
static enum err hand_over(struct target *t, const struct new_program *p)
{
    uint32_t sp, pc, xpsr;
    enum err e = cortexm_read_reg(&t->core, CORTEXM_SP, &sp);
    if (e || (e = cortexm_read_reg(&t->core, CORTEXM_PC, &pc)) ||
        (e = cortexm_read_reg(&t->core, CORTEXM_XPSR, &xpsr)) || (sp == p->sp && pc == p->pc))
        return e;
    log_line(t->log, LOG_NOTE,
             "after a reset the chip starts at 0x%08x; what was loaded is started at 0x%08x", pc,
             p->pc);
    if (p->vectors != t->bank.base)
        e = mem_ap_write32(&t->mem, SCS_VTOR, p->vectors);
    if (e || (e = cortexm_write_reg(&t->core, CORTEXM_MSP, p->sp)) ||
        (e = cortexm_write_reg(&t->core, CORTEXM_PC, p->pc)))
        return e;
    t->last_stop.pc = p->pc;
    return cortexm_write_reg(&t->core, CORTEXM_XPSR, xpsr | XPSR_T);
}

static enum err start_afresh(struct target *t, const struct new_program *p)
{
    // The same load may have written RAM, where the flash job had its loader.
    enum err e = target_take_over(t, true);
    if (!e)
        e = target_reset(t, true);
    if (!e && p->starts)
        e = hand_over(t, p);
    return target_note_error(t, e);
}

enum err target_flash_finish(struct target *t, struct flash_job *job, bool *restarted)
{
    struct new_program p = {0};
    *restarted = false;
    enum err e = flash_job_pause(job);
    if (!e)
        e = find_new_program(t, job, &p);
    const struct log_mark kept = log_keep(t->log);
    enum err end = target_flash_close(t, job);
    if (e)
        log_restore(t->log, &kept);
    if (e || end || !p.replaces)
        return e ? target_note_error(t, e) : end;
    *restarted = true;
    return start_afresh(t, &p);
}

enum err target_start_in_ram(struct target *t, uint32_t vectors)
{
    uint8_t bytes[VECTORS_SIZE];
    uint32_t xpsr;
    enum err e = target_claim_halted(t);
    if (e || (e = target_read_mem(t, vectors, bytes, sizeof bytes, NULL)))
        return e;
    const uint32_t sp = get_le32(bytes), entry = get_le32(bytes + 4);
    if (sp % 4 || !region_is_ram(t, sp - 4) || !(entry & 1) || !region_is_ram(t, entry))
        return log_fail(t->log, ERR_FILE,
                        "there is no program at 0x%08x in the RAM: its first two words, 0x%08x and "
                        "0x%08x, should be the end of the stack and the address of the first "
                        "instruction plus 1",
                        vectors, sp, entry);
    // A Cortex-M0 has no such register: its interrupts go to the flash, and the write is ignored.
    e = mem_ap_write32(&t->mem, SCS_VTOR, vectors);
    if (!e)
        e = cortexm_read_reg(&t->core, CORTEXM_XPSR, &xpsr);
    if (!e)
        e = cortexm_write_reg(&t->core, CORTEXM_XPSR, (xpsr | XPSR_T) & ~XPSR_EXCEPTION);
    if (!e)
        e = cortexm_write_reg(&t->core, CORTEXM_MSP, sp);
    if (!e)
        e = cortexm_write_reg(&t->core, CORTEXM_PC, entry & ~1u);
    t->last_stop.pc = entry & ~1u;
    return target_note_error(t, e);
}
