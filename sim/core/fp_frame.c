// SPDX-License-Identifier: MIT
// The floating-point part of an exception frame, and saving it lazily: PushStack(), UpdateFPCCR(),
// PreserveFPState() and PopStack() of DDI 0403, B1.5.6 to B1.5.8. It also has the accesses to
// frames in general, with the MPU asked for each word.
#include "sim/core/core_state.h"

enum { ACCESS_NONE = 0, ACCESS_PRIVILEGED = 1 }; // of CPACR.CP10

static bool permits(const struct sim_core *core, uint32_t addr, enum sim_access access,
                    bool privileged)
{
    const struct sim_cpu_guard *g = core->cpu.guard;
    return !g || !g->permits || g->permits(g->arg, addr, access, privileged);
}

enum sim_frame_result sim_frame_write(struct sim_core *core, uint32_t addr, const uint32_t *words,
                                      unsigned count, bool privileged)
{
    for (unsigned i = 0; i < count; i++) {
        if (!permits(core, addr + 4 * i, SIM_ACCESS_WRITE, privileged))
            return SIM_FRAME_MPU;
        if (sim_cpu_write_word(&core->cpu, addr + 4 * i, words[i]) != SIM_CPU_NONE)
            return SIM_FRAME_BUS;
    }
    return SIM_FRAME_OK;
}

enum sim_frame_result sim_frame_read(struct sim_core *core, uint32_t addr, uint32_t *words,
                                     unsigned count, bool privileged)
{
    for (unsigned i = 0; i < count; i++) {
        if (!permits(core, addr + 4 * i, SIM_ACCESS_READ, privileged))
            return SIM_FRAME_MPU;
        if (sim_cpu_read_word(&core->cpu, addr + 4 * i, &words[i]) != SIM_CPU_NONE)
            return SIM_FRAME_BUS;
    }
    return SIM_FRAME_OK;
}

// CheckVFPEnabled().
static bool is_unit_open(const struct sim_core *core, bool privileged)
{
    unsigned access = core->cpu.fp.access;
    return access != ACCESS_NONE && (privileged || access != ACCESS_PRIVILEGED);
}

static void collect(const struct sim_cpu *cpu, uint32_t words[SIM_FP_SAVED])
{
    for (unsigned i = 0; i < 16; i++)
        words[i] = cpu->fp.s[i];
    words[16] = cpu->fp.fpscr;
}

// What a fault would be while the state is saved later: decided now (UpdateFPCCR()).
static uint32_t ready_bits(const struct sim_core *core)
{
    uint32_t bits = 0;
    if (sim_v7m_is_ready(core, SIM_EXC_HARDFAULT))
        bits |= FPCCR_HFRDY;
    if (sim_v7m_is_ready(core, SIM_EXC_BUSFAULT))
        bits |= FPCCR_BFRDY;
    if (sim_v7m_is_ready(core, SIM_EXC_MEMMANAGE))
        bits |= FPCCR_MMRDY;
    if (core->debug.demcr & DEMCR_MON_EN && sim_exception_preempts(core, SIM_EXC_MONITOR))
        bits |= FPCCR_MONRDY;
    return bits;
}

static void leave_for_later(struct sim_core *core, uint32_t addr, bool privileged)
{
    struct sim_v7m *v = &core->v7m;
    v->fpcar = addr & ~7u;
    v->fpccr &= FPCCR_LSPEN;
    v->fpccr |= ready_bits(core);
    v->fpccr |= privileged ? 0 : FPCCR_USER;
    v->fpccr |= core->cpu.ipsr ? 0 : FPCCR_THREAD;
    core->cpu.fp.lspact = true;
}

bool sim_fp_push(struct sim_core *core, uint32_t addr, bool privileged)
{
    uint32_t words[SIM_FP_SAVED];
    if (core->v7m.fpccr & FPCCR_LSPEN) {
        leave_for_later(core, addr, privileged);
        return true;
    }
    if (!is_unit_open(core, privileged)) {
        sim_v7m_raise(core, CFSR_NOCP);
        return false;
    }
    collect(&core->cpu, words);
    enum sim_frame_result result = sim_frame_write(core, addr, words, SIM_FP_SAVED, privileged);
    if (result != SIM_FRAME_OK)
        sim_v7m_raise(core, result == SIM_FRAME_MPU ? CFSR_MSTKERR : CFSR_STKERR);
    return result == SIM_FRAME_OK;
}

bool sim_fp_pop(struct sim_core *core, uint32_t addr, bool privileged)
{
    struct sim_cpu_fp *fp = &core->cpu.fp;
    uint32_t words[SIM_FP_SAVED];
    if (fp->lspact) { // nobody has used the unit: its registers still hold the state
        fp->lspact = false;
        return true;
    }
    if (!is_unit_open(core, privileged)) {
        sim_v7m_raise(core, CFSR_NOCP);
        return false;
    }
    enum sim_frame_result result = sim_frame_read(core, addr, words, SIM_FP_SAVED, privileged);
    if (result != SIM_FRAME_OK) {
        sim_v7m_raise(core, result == SIM_FRAME_MPU ? CFSR_MUNSTKERR : CFSR_UNSTKERR);
        return false;
    }
    for (unsigned i = 0; i < 16; i++)
        fp->s[i] = words[i];
    fp->fpscr = words[16];
    return true;
}

// A fault of the program that left the state, found by another one: it is taken if that was ready
// when the frame was made, and else a HardFault.
static void raise_lazily(struct sim_core *core, bool by_mpu)
{
    uint32_t ready = by_mpu ? FPCCR_MMRDY : FPCCR_BFRDY;
    core->v7m.cfsr |= by_mpu ? CFSR_MLSPERR : CFSR_LSPERR;
    core->v7m.caught |= DEMCR_VC_INTERR;
    if (core->v7m.fpccr & ready)
        sim_exception_pend(core, by_mpu ? SIM_EXC_MEMMANAGE : SIM_EXC_BUSFAULT);
    else
        sim_v7m_escalate(core, HFSR_FORCED);
}

bool sim_fp_save_lazily(struct sim_core *core)
{
    uint32_t words[SIM_FP_SAVED];
    collect(&core->cpu, words);
    enum sim_frame_result result = sim_frame_write(core, core->v7m.fpcar, words, SIM_FP_SAVED,
                                                   !(core->v7m.fpccr & FPCCR_USER));
    if (result != SIM_FRAME_OK) {
        raise_lazily(core, result == SIM_FRAME_MPU);
        return false;
    }
    core->cpu.fp.lspact = false;
    return true;
}
