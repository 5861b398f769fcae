// SPDX-License-Identifier: MIT
// The Memory Protection Unit: PMSAv6 (DDI 0419, B3.5) and PMSAv7 (DDI 0403, B3.5). Attributes of
// memory (TEX, S, C, B) matter to the caches of a Cortex-M7 alone.
#ifndef SWDLINK_SIM_CORE_MPU_H
#define SWDLINK_SIM_CORE_MPU_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/core/cpu.h"

#define SIM_MPU_MAX_REGIONS 16u

struct sim_mpu {
    unsigned regions; // 0: there is no unit
    bool v7;          // PMSAv7: regions from 32 bytes on, TEX, aliases of RBAR and RASR
    uint32_t ctrl, rnr;
    uint32_t rbar[SIM_MPU_MAX_REGIONS]; // the address bits
    uint32_t rasr[SIM_MPU_MAX_REGIONS];
};

#define SIM_MPU_CTRL_PRIVDEFENA (1u << 2)
#define SIM_MPU_CTRL_HFNMIENA   (1u << 1)
#define SIM_MPU_CTRL_ENABLE     (1u << 0)

void sim_mpu_create(struct sim_mpu *mpu, unsigned regions, bool v7);
void sim_mpu_reset(struct sim_mpu *mpu);
// Whether it decides at this execution priority: below 0 (HardFault, NMI, FAULTMASK) only with
// HFNMIENA.
bool sim_mpu_decides(const struct sim_mpu *mpu, int priority);
// Whether a byte may be accessed while the unit decides. The private peripheral bus keeps the rules
// of the default map, whatever the regions say (B3.5.1).
bool sim_mpu_permits(const struct sim_mpu *mpu, uint32_t addr, enum sim_access access,
                     bool privileged);
// What the region of an address says of its memory. False: no region has it, the default map
// counts.
bool sim_mpu_type(const struct sim_mpu *mpu, uint32_t addr, enum sim_memory_type *type,
                  bool *shared);
// Registers from 0xe000ed90 to 0xe000edb8, by their offset from there.
uint32_t sim_mpu_read(const struct sim_mpu *mpu, uint32_t offset);
void sim_mpu_write(struct sim_mpu *mpu, uint32_t offset, uint32_t value);

#endif
