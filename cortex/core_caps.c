// SPDX-License-Identifier: MIT
#include "cortex/core_caps.h"

#include <stddef.h>

#include "cortex/scs.h"

static const struct core_name {
    uint16_t part; // CPUID.PARTNO
    enum core_arch arch;
    const char *name;
} cores[] = {
    {0xc20, CORE_ARMV6M, "Cortex-M0"},       {0xc60, CORE_ARMV6M, "Cortex-M0+"},
    {0xc21, CORE_ARMV6M, "Cortex-M1"},       {0xc23, CORE_ARMV7M, "Cortex-M3"},
    {0xc24, CORE_ARMV7M, "Cortex-M4"},       {0xc27, CORE_ARMV7M, "Cortex-M7"},
    {0xd20, CORE_ARMV8M_BASE, "Cortex-M23"}, {0xd21, CORE_ARMV8M_MAIN, "Cortex-M33"},
    {0xd22, CORE_ARMV8M_MAIN, "Cortex-M55"},
};

#define CPUID_PART(cpuid)         ((cpuid) >> 4 & 0xfffu)
// CPUID bits 19:16: 0xc for the baseline architectures, 0xf for the mainline ones.
#define CPUID_ARCHITECTURE(cpuid) ((cpuid) >> 16 & 0xfu)
#define ARCHITECTURE_BASELINE     0xcu

// MVFR0: single precision in bits 7:4, double precision in bits 11:8; 0 means none.
#define MVFR0_SINGLE     0x0f0u
#define MVFR0_DOUBLE     0xf00u
// CLIDR bits 2:0: the kind of the first level of cache.
#define CLIDR_ICACHE     (1u << 0)
#define CLIDR_DCACHE     (1u << 1)
// ID_PFR1 bits 7:4: the Security Extension (DDI 0553, D1.2.114).
#define ID_PFR1_SECURITY 0xf0u

static const struct core_name *find_core(uint32_t cpuid)
{
    for (size_t i = 0; i < sizeof cores / sizeof cores[0]; i++)
        if (cores[i].part == CPUID_PART(cpuid))
            return &cores[i];
    return NULL;
}

const char *core_caps_core_name(uint32_t cpuid)
{
    const struct core_name *core = find_core(cpuid);
    return core ? core->name : "unknown core";
}

bool core_caps_is_mainline(const struct core_caps *caps)
{
    return caps->arch == CORE_ARMV7M || caps->arch == CORE_ARMV8M_MAIN;
}

static enum err read_extensions(struct core_caps *caps, const struct mem_ap *mem)
{
    uint32_t mvfr0, clidr, id_pfr1 = 0;
    enum err e = mem_ap_read32(mem, SCS_MVFR0, &mvfr0);
    if (e == ERR_OK)
        e = mem_ap_read32(mem, SCS_CLIDR, &clidr);
    if (e == ERR_OK && caps->arch == CORE_ARMV8M_MAIN)
        e = mem_ap_read32(mem, SCS_ID_PFR1, &id_pfr1);
    if (e != ERR_OK)
        return e;
    caps->fpu = mvfr0 & MVFR0_SINGLE;
    caps->fpu_double = mvfr0 & MVFR0_DOUBLE;
    caps->icache = clidr & CLIDR_ICACHE;
    caps->dcache = clidr & CLIDR_DCACHE;
    caps->security = id_pfr1 & ID_PFR1_SECURITY;
    return ERR_OK;
}

static void find_errata(struct core_caps *caps, uint32_t cpuid)
{
    const bool is_m7 = CPUID_PART(cpuid) == 0xc27;
    const uint32_t variant = cpuid >> 20 & 0xf, revision = cpuid & 0xf;
    caps->masks_late = is_m7 && variant == 0 && revision <= 1;
    caps->halts_in_handlers = is_m7;
}

enum err core_caps_read(struct core_caps *caps, const struct mem_ap *mem, uint32_t cpuid)
{
    const struct core_name *core = find_core(cpuid);
    *caps = (struct core_caps){.arch = CORE_ARMV7M};
    if (core)
        caps->arch = core->arch;
    else if (CPUID_ARCHITECTURE(cpuid) == ARCHITECTURE_BASELINE)
        caps->arch = CORE_ARMV6M;
    find_errata(caps, cpuid);
    return core_caps_is_mainline(caps) ? read_extensions(caps, mem) : ERR_OK;
}
