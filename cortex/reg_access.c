// SPDX-License-Identifier: MIT
#include "cortex/reg_access.h"

#include "cortex/scs.h"
#include "swd/mem_batch.h"

#define DCRSR_WRITE    (1u << 16)
#define DHCSR_S_REGRDY (1u << 16)
#define RESERVED       19u // a REGSEL without a register
#define POLLS          16u

static bool by_probe(const struct mem_ap *mem)
{
    return mem->number == 0;
}

static enum err fail_not_ready(const struct mem_ap *mem)
{
    return log_fail(mem->probe->log, ERR_STATE,
                    "the core does not hand its registers over: it runs, or was reset");
}

static enum err wait_ready(const struct mem_ap *mem)
{
    uint32_t dhcsr = 0;
    enum err e = ERR_OK;
    for (unsigned i = 0; i < POLLS && !e && !(dhcsr & DHCSR_S_REGRDY); i++)
        e = mem_ap_read32(mem, SCS_DHCSR, &dhcsr);
    return e || dhcsr & DHCSR_S_REGRDY ? e : fail_not_ready(mem);
}

static void plan_read(struct mem_batch *b, unsigned regsel, uint32_t *dhcsr, uint32_t *value)
{
    mem_batch_write(b, SCS_DCRSR, regsel);
    mem_batch_read(b, SCS_DHCSR, dhcsr);
    mem_batch_read(b, SCS_DCRDR, value);
}

// A list of accesses does not wait; what was not ready is asked for again.
static enum err read_slowly(const struct mem_ap *mem, unsigned regsel, uint32_t *value)
{
    enum err e = mem_ap_write32(mem, SCS_DCRSR, regsel);
    if (!e)
        e = wait_ready(mem);
    return e ? e : mem_ap_read32(mem, SCS_DCRDR, value);
}

enum err reg_access_read(const struct mem_ap *mem, unsigned regsel, uint32_t *value)
{
    struct mem_batch b;
    uint32_t dhcsr = 0;
    if (by_probe(mem))
        return debug_probe_read_core_reg(mem->probe, regsel, value);
    mem_batch_begin(&b, mem);
    plan_read(&b, regsel, &dhcsr, value);
    enum err e = mem_batch_run(&b);
    return e || dhcsr & DHCSR_S_REGRDY ? e : read_slowly(mem, regsel, value);
}

enum err reg_access_write(const struct mem_ap *mem, unsigned regsel, uint32_t value)
{
    if (by_probe(mem))
        return debug_probe_write_core_reg(mem->probe, regsel, value);
    enum err e = mem_ap_write32(mem, SCS_DCRDR, value);
    if (!e)
        e = mem_ap_write32(mem, SCS_DCRSR, regsel | DCRSR_WRITE);
    return e ? e : wait_ready(mem);
}

enum err reg_access_read_all(const struct mem_ap *mem, uint32_t regs[DEBUG_PROBE_CORE_REGS])
{
    struct mem_batch b;
    uint32_t dhcsr[DEBUG_PROBE_CORE_REGS] = {0};
    if (by_probe(mem))
        return debug_probe_read_core_regs(mem->probe, regs);
    mem_batch_begin(&b, mem);
    for (unsigned n = 0; n < DEBUG_PROBE_CORE_REGS; n++)
        if (n != RESERVED)
            plan_read(&b, n, &dhcsr[n], &regs[n]);
    enum err e = mem_batch_run(&b);
    regs[RESERVED] = 0;
    for (unsigned n = 0; n < DEBUG_PROBE_CORE_REGS && !e; n++)
        if (n != RESERVED && !(dhcsr[n] & DHCSR_S_REGRDY))
            e = read_slowly(mem, n, &regs[n]);
    return e;
}
