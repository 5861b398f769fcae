// SPDX-License-Identifier: MIT
// The making of a core: what its kind and the chip maker decide, and its identity.
#include <stdlib.h>

#include "sim/core/core.h"
#include "sim/core/core_state.h"

#define HZ_AFTER_RESET 8000000u // until the chip says which clock it has

// What the kind of core decides, and what the chip maker does.
static void create_parts(struct sim_core *core, const struct sim_core_config *config)
{
    const struct sim_core_kind *kind = core->kind;
    sim_nvic_create(&core->nvic, config->interrupts);
    core->nvic.shows_active |= sim_core_is_v7m(core);
    sim_nvic_set_priority_bits(&core->nvic,
                               config->priority_bits ? config->priority_bits : kind->priority_bits);
    unsigned regions = config->mpu_regions ? config->mpu_regions : kind->mpu_regions;
    sim_mpu_create(&core->mpu, config->no_mpu ? 0 : regions, sim_core_is_v7m(core));
    sim_bpu_create(&core->bpu, kind->breakpoints, kind->literals, kind->fpb_v2);
    sim_dwt_create(&core->dwt, kind->watchpoints, sim_core_is_v7m(core));
    sim_systick_create(&core->systick, config->systick_calib);
    core->bus->bit_bands = kind->bit_bands;
    core->cpu.arch = kind->arch;
    core->cpu.has_npriv = kind->has_npriv;
    core->cpu.short_pipeline = kind->short_pipeline;
    core->cpu.fp.present = kind->fpu && !config->no_fpu;
    core->cpu.fp.has_v5 = core->cpu.fp.present && kind->fpv5;
    core->cpu.fp.has_double = core->cpu.fp.has_v5 && !config->single_only;
    core->cpu.basepri_mask = core->nvic.priority_mask;
    sim_trace_create(core);
    core->cpu.ipsr_mask = sim_core_is_v7m(core) ? 0x1ff : sim_nvic_ipsr_mask(&core->nvic);
}

static bool create_l1(struct sim_core *core, const struct sim_core_config *config)
{
    if (!core->kind->l1)
        return true;
    core->l1.bus = core->bus;
    core->l1.cpu = &core->cpu;
    core->cpu.l1 = core->bus->l1 = &core->l1;
    return sim_l1_create(&core->l1, &config->l1);
}

struct sim_core *sim_core_create(struct sim_bus *bus, struct sim_clock *clock,
                                 struct sim_account *account, const struct sim_core_config *config)
{
    struct sim_core *core = calloc(1, sizeof *core);
    if (!core)
        return NULL;
    core->bus = bus;
    bus->core = core;
    core->account = account;
    core->kind = sim_core_kind_of(config->cpuid);
    sim_core_set_identity(core, config->cpuid, 0x020, 0x440);
    core->hclk = (struct sim_hclk){.clock = clock, .hz = HZ_AFTER_RESET};
    core->cpu.bus = bus;
    core->cpu.hclk = &core->hclk;
    core->cpu.bpu = &core->bpu;
    core->cpu.dwt = &core->dwt;
    create_parts(core, config);
    if (!create_l1(core, config)) {
        sim_core_destroy(core);
        return NULL;
    }
    sim_core_hold(core, SIM_RESET_POWER);
    return core;
}

void sim_core_set_identity(struct sim_core *core, uint32_t cpuid, unsigned designer, unsigned part)
{
    core->cpuid = cpuid;
    core->designer = designer ? designer : DESIGNER_ARM;
    core->part = designer ? part : core->kind->rom_part;
}

void sim_core_set_initial_vtor(struct sim_core *core, uint32_t addr)
{
    core->initial_vtor = addr;
    if (core->held)
        core->vtor = addr;
}

void sim_core_destroy(struct sim_core *core)
{
    if (!core)
        return;
    core->bus->core = NULL;
    core->bus->l1 = NULL;
    sim_l1_destroy(&core->l1);
    free(core);
}
