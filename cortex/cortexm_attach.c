// SPDX-License-Identifier: MIT
// Attaching to a core: what it is, what it has, and what an earlier debugger left behind.
#include "cortex/cortexm.h"
#include "cortex/scs.h"
#include "swd/mem_ap.h"

static enum err check_cpuid(const struct cortexm *cm)
{
    if (cm->cpuid >> 24 == 0x41)
        return ERR_OK;
    return log_fail(cm->log, ERR_NO_TARGET, "there is no ARM core on the other end (CPUID 0x%08x)",
                    cm->cpuid);
}

// The first of two reads takes what was before: S_RESET_ST is still there in the second one when
// the core is held in reset.
static void plan_first_looks(struct cortexm *cm, struct mem_batch *b, uint32_t dhcsr[2])
{
    mem_batch_read(b, SCS_DHCSR, &dhcsr[0]);
    mem_batch_read(b, SCS_DHCSR, &dhcsr[1]);
    mem_batch_read(b, SCS_CPUID, &cm->cpuid);
}

static enum err attach_in_one(struct cortexm *cm, uint32_t dhcsr[2])
{
    struct bpu_found bpu;
    struct dwt_found dwt;
    struct mem_batch b;
    mem_batch_begin(&b, cm->mem);
    plan_first_looks(cm, &b, dhcsr);
    mem_batch_write(&b, SCS_DEMCR, DEMCR_DWTENA | cm->vcatch);
    bpu_add_look(&b, &bpu);
    dwt_add_look(&b, &dwt);
    enum err e = mem_batch_run(&b);
    if (e == ERR_OK)
        e = check_cpuid(cm);
    if (e == ERR_OK)
        e = bpu_attach_seen(&cm->bpu, cm->mem, &bpu, cm->log);
    return e == ERR_OK ? dwt_attach_seen(&cm->dwt, cm->mem, &dwt, cm->log) : e;
}

static enum err attach_stepwise(struct cortexm *cm, uint32_t dhcsr[2])
{
    struct mem_batch b;
    mem_batch_begin(&b, cm->mem);
    plan_first_looks(cm, &b, dhcsr);
    enum err e = mem_batch_run(&b);
    if (e == ERR_OK)
        e = check_cpuid(cm);
    if (e == ERR_OK)
        e = cortexm_set_vcatch(cm, cm->vcatch);
    if (e == ERR_OK)
        e = bpu_attach(&cm->bpu, cm->mem, cm->log);
    return e == ERR_OK ? dwt_attach(&cm->dwt, cm->mem, cm->log) : e;
}

enum err cortexm_attach_first(struct cortexm *cm, const struct mem_ap *mem, uint32_t vc_bits,
                              struct log *log)
{
    uint32_t dhcsr[2] = {0};
    *cm =
        (struct cortexm){.mem = mem, .log = log, .vcatch = vc_bits, .mask_known = true, .runs = 1};
    mem_batch_begin(&cm->pending, mem);
    enum err e = ERR_FAULT;
    if (mem_batch_is_cheap(mem))
        e = attach_in_one(cm, dhcsr);
    if (e == ERR_FAULT) { // a word that this core does not have
        log_forget(log);
        e = attach_stepwise(cm, dhcsr);
    }
    cm->found_dhcsr = dhcsr[1];
    if (e == ERR_OK)
        e = core_caps_read(&cm->caps, mem, cm->cpuid);
    caches_attach(&cm->caches, &cm->caps);
    // C_HALT is kept as it is: attaching does not disturb.
    if (e == ERR_OK && !(cm->found_dhcsr & DHCSR_C_DEBUGEN))
        mem_batch_write(&cm->pending, SCS_DHCSR, DHCSR_DBGKEY | DHCSR_C_DEBUGEN);
    return e;
}

enum err cortexm_attach(struct cortexm *cm, const struct mem_ap *mem, uint32_t vc_bits,
                        struct log *log)
{
    enum err e = cortexm_attach_first(cm, mem, vc_bits, log);
    return e == ERR_OK ? mem_batch_run(&cm->pending) : e;
}
