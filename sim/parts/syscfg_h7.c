// SPDX-License-Identifier: MIT
// System configuration of the STM32H7: which ports the external interrupts listen to, the
// over-drive of the regulator, and what can be seen of the option words (RM0433, 12.3; RM0399,
// 13.3). I/O compensation is ready at once.
#include "sim/parts/parts.h"
#include "sim/parts/syscfg_common.h"

enum {
    SYSCFG_PMCR = 0x04,
    SYSCFG_CCCSR = 0x20,
    SYSCFG_CCCR = 0x28,
    SYSCFG_PWRCR = 0x2c,
    SYSCFG_UR0 = 0x300,
    SYSCFG_UR2 = 0x308,
    SYSCFG_UR3 = 0x30c,
};

#define CCCSR_EN    (1u << 0)
#define CCCSR_READY (1u << 8)
#define PWRCR_ODEN  (1u << 0)

struct sim_syscfg_h7 {
    struct sim_syscfg_common common;
    uint32_t pmcr, cccsr, cccr, pwrcr;
};

static void reset(void *self, enum sim_reset kind)
{
    struct sim_syscfg_h7 *s = self;
    (void)kind;
    *s = (struct sim_syscfg_h7){.common.part = s->common.part};
}

static uint64_t level_overdrive(void *self, unsigned line)
{
    const struct sim_syscfg_h7 *s = self;
    (void)line;
    return s->pwrcr & PWRCR_ODEN;
}

// UR0: no swap of the banks, and the level of read protection as its byte; UR2 and UR3: the
// addresses to boot from.
static uint32_t read_user(const struct sim_syscfg_h7 *s, uint32_t offset)
{
    static const uint32_t bytes[] = {0xaa, 0x55, 0xcc};
    const struct sim_part *part = s->common.part;
    if (offset == SYSCFG_UR0)
        return (uint32_t)!sim_part_level(part, SIM_BANKS_SWAPPED, 0) |
               bytes[sim_part_level(part, SIM_RDP_LEVEL, 0) % 3] << 16;
    if (offset == SYSCFG_UR2)
        return (uint32_t)sim_part_level(part, SIM_BOOT_ADDRESS, 0);
    return offset == SYSCFG_UR3 ? (uint32_t)sim_part_level(part, SIM_BOOT_ADDRESS, 1) >> 16 : 0;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_syscfg_h7 *s = self;
    (void)size;
    if (offset == SYSCFG_PMCR)
        *value = s->pmcr;
    else if (offset == SYSCFG_CCCSR)
        *value = s->cccsr | (s->cccsr & CCCSR_EN ? CCCSR_READY : 0);
    else if (offset == SYSCFG_CCCR)
        *value = s->cccr;
    else if (offset == SYSCFG_PWRCR)
        *value = s->pwrcr;
    else if (offset >= SYSCFG_UR0)
        *value = read_user(s, offset);
    else
        *value = sim_syscfg_read_exticr(&s->common, offset);
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_syscfg_h7 *s = self;
    (void)size;
    if (offset == SYSCFG_PMCR) {
        s->pmcr = value & 0x0fe003ff;
    } else if (offset == SYSCFG_CCCSR) {
        s->cccsr = value & 0x10003;
    } else if (offset == SYSCFG_CCCR) {
        s->cccr = value & 0xff;
    } else if (offset == SYSCFG_PWRCR) {
        s->pwrcr = value & PWRCR_ODEN;
        sim_part_tell(s->common.part, SIM_VOLTAGE_RANGE, 0, 0); // the clocks are judged again
    } else {
        sim_syscfg_write_exticr(&s->common, offset, value);
    }
    return SIM_BUS_OK;
}

static const struct sim_part_drives drives[] = {
    {SIM_EXTI_PORT, 16, sim_syscfg_exti_port},
    {SIM_OVERDRIVE, 1, level_overdrive},
    {0, 0, NULL},
};

const struct sim_part_kind sim_part_syscfg_h7 = {
    .name = "syscfg_h7",
    .state_size = sizeof(struct sim_syscfg_h7),
    .create = sim_syscfg_create,
    .device = {reset, read, write},
    .drives = drives,
};
