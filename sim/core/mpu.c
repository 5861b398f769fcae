// SPDX-License-Identifier: MIT
// Regions and registers of the Memory Protection Unit (DDI 0419, B3.5.3 to B3.5.9; DDI 0403, B3.5).
#include "sim/core/mpu.h"

enum { MPU_TYPE = 0x00, MPU_CTRL = 0x04, MPU_RNR = 0x08, MPU_RBAR = 0x0c, MPU_RASR = 0x10 };
enum { MPU_RASR_A3 = 0x28 }; // the last of three further pairs of RBAR and RASR (PMSAv7)

#define TYPE_DREGION 8 // shift

#define RBAR_VALID  (1u << 4)
#define RBAR_REGION 0xfu

#define RASR_XN         (1u << 28)
#define RASR_AP(rasr)   ((rasr) >> 24 & 7)
#define RASR_TEX(rasr)  ((rasr) >> 19 & 7)
#define RASR_S          (1u << 18)
#define RASR_CB(rasr)   ((rasr) >> 16 & 3)
#define RASR_SRD(rasr)  ((rasr) >> 8 & 0xff)
#define RASR_SIZE(rasr) ((rasr) >> 1 & 0x1f)
#define RASR_ENABLE     (1u << 0)
#define RASR_BITS_V6    0x1707ff3fu // XN, AP, S, C, B, SRD, SIZE, ENABLE
#define RASR_BITS_V7    0x173fff3fu // and TEX

enum { LEAST_SIZE_V6 = 7, LEAST_SIZE_V7 = 4 }; // 256 and 32 bytes: 2 to the power of SIZE + 1
enum { SUBREGION_BITS = 8 };                   // a region of 256 bytes and more has eight

#define SYSTEM_SPACE 0xe0000000u
#define PRIVATE_BUS  0xe00u // the upper twelve bits of its addresses

void sim_mpu_create(struct sim_mpu *mpu, unsigned regions, bool v7)
{
    *mpu = (struct sim_mpu){.regions = regions, .v7 = v7};
}

void sim_mpu_reset(struct sim_mpu *mpu)
{
    sim_mpu_create(mpu, mpu->regions, mpu->v7);
}

bool sim_mpu_decides(const struct sim_mpu *mpu, int priority)
{
    return mpu->ctrl & SIM_MPU_CTRL_ENABLE && (priority >= 0 || mpu->ctrl & SIM_MPU_CTRL_HFNMIENA);
}

// A size below the least one is UNPREDICTABLE: here it is the least one.
static unsigned size_bits(const struct sim_mpu *mpu, unsigned region)
{
    unsigned least = mpu->v7 ? LEAST_SIZE_V7 : LEAST_SIZE_V6, size = RASR_SIZE(mpu->rasr[region]);
    return (size < least ? least : size) + 1;
}

static bool contains(const struct sim_mpu *mpu, unsigned region, uint32_t addr)
{
    uint32_t rasr = mpu->rasr[region];
    unsigned bits = size_bits(mpu, region);
    if (!(rasr & RASR_ENABLE) || (uint64_t)(addr ^ mpu->rbar[region]) >> bits)
        return false;
    if (bits < SUBREGION_BITS)
        return true;
    return !(RASR_SRD(rasr) >> (addr >> (bits - 3) & 7) & 1);
}

// Table B3-15 of DDI 0403: access permissions.
static bool permits(uint32_t rasr, bool privileged, enum sim_access access)
{
    bool write = access == SIM_ACCESS_WRITE;
    if (access == SIM_ACCESS_FETCH && rasr & RASR_XN)
        return false;
    switch (RASR_AP(rasr)) {
    case 1:
        return privileged;
    case 2:
        return privileged || !write;
    case 3:
        return true;
    case 5:
        return privileged && !write;
    case 6:
    case 7:
        return !write;
    default: // 4 is reserved
        return false;
    }
}

// Of the eight regions of 512 MiB of the default map, peripherals, devices and the system's own are
// never executed from (B3.1).
static bool executes_by_default(uint32_t addr)
{
    static const bool executes[8] = {true, true, false, true, true, false, false, false};
    return executes[addr >> 29];
}

bool sim_mpu_permits(const struct sim_mpu *mpu, uint32_t addr, enum sim_access access,
                     bool privileged)
{
    if (addr >= SYSTEM_SPACE && access == SIM_ACCESS_FETCH)
        return false;
    if (addr >> 20 == PRIVATE_BUS)
        return true;
    for (unsigned i = mpu->regions; i-- > 0;) { // the highest number decides
        if (contains(mpu, i, addr))
            return permits(mpu->rasr[i], privileged, access);
    }
    if (!privileged || !(mpu->ctrl & SIM_MPU_CTRL_PRIVDEFENA))
        return false;
    return access != SIM_ACCESS_FETCH || executes_by_default(addr);
}

// Table B3-13 of DDI 0403: with TEX of 4 and more, C and B are of the inner cache, which is this
// one.
static enum sim_memory_type type_of(uint32_t rasr)
{
    static const enum sim_memory_type inner[4] = {SIM_MEM_UNCACHED, SIM_MEM_BACK_ALLOCATE,
                                                  SIM_MEM_THROUGH, SIM_MEM_BACK};
    unsigned tex = RASR_TEX(rasr), cb = RASR_CB(rasr);
    if (tex & 4)
        return inner[cb];
    if (tex == 0)
        return cb < 2 ? SIM_MEM_DEVICE : inner[cb];
    if (tex == 1)
        return cb == 3 ? SIM_MEM_BACK_ALLOCATE : SIM_MEM_UNCACHED;
    return SIM_MEM_DEVICE;
}

bool sim_mpu_type(const struct sim_mpu *mpu, uint32_t addr, enum sim_memory_type *type,
                  bool *shared)
{
    for (unsigned i = mpu->regions; i-- > 0;) {
        if (!contains(mpu, i, addr))
            continue;
        *type = type_of(mpu->rasr[i]);
        *shared = mpu->rasr[i] & RASR_S;
        return true;
    }
    return false;
}

// ---- registers ----------------------------------------------------------------------------------

static uint32_t read_rbar(const struct sim_mpu *mpu)
{
    return mpu->rbar[mpu->rnr] | mpu->rnr; // VALID reads as zero
}

static bool is_alias(const struct sim_mpu *mpu, uint32_t offset)
{
    return mpu->v7 && offset > MPU_RASR && offset <= MPU_RASR_A3;
}

uint32_t sim_mpu_read(const struct sim_mpu *mpu, uint32_t offset)
{
    if (!mpu->regions)
        return 0;
    if (is_alias(mpu, offset))
        offset = (offset - MPU_RBAR) % 8 + MPU_RBAR;
    switch (offset) {
    case MPU_TYPE:
        return mpu->regions << TYPE_DREGION;
    case MPU_CTRL:
        return mpu->ctrl;
    case MPU_RNR:
        return mpu->rnr;
    case MPU_RBAR:
        return read_rbar(mpu);
    case MPU_RASR:
        return mpu->rasr[mpu->rnr];
    default:
        return 0;
    }
}

static void select_region(struct sim_mpu *mpu, uint32_t region)
{
    if (region < mpu->regions) // another one is UNPREDICTABLE
        mpu->rnr = region;
}

static void write_rbar(struct sim_mpu *mpu, uint32_t value)
{
    if (value & RBAR_VALID)
        select_region(mpu, value & RBAR_REGION);
    mpu->rbar[mpu->rnr] = value & (mpu->v7 ? 0xffffffe0u : 0xffffff00u);
}

void sim_mpu_write(struct sim_mpu *mpu, uint32_t offset, uint32_t value)
{
    if (!mpu->regions)
        return;
    if (is_alias(mpu, offset))
        offset = (offset - MPU_RBAR) % 8 + MPU_RBAR;
    switch (offset) {
    case MPU_CTRL:
        mpu->ctrl = value & (SIM_MPU_CTRL_PRIVDEFENA | SIM_MPU_CTRL_HFNMIENA | SIM_MPU_CTRL_ENABLE);
        break;
    case MPU_RNR:
        select_region(mpu, value & 0xff);
        break;
    case MPU_RBAR:
        write_rbar(mpu, value);
        break;
    case MPU_RASR:
        mpu->rasr[mpu->rnr] = value & (mpu->v7 ? RASR_BITS_V7 : RASR_BITS_V6);
        break;
    default:
        break;
    }
}
