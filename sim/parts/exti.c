// SPDX-License-Identifier: MIT
// External interrupts (RM0091, 11.2): edges on pins, software triggers, and waking up from Stop.
// STM32WB and WL have the registers in another order (RM0434, 16.6; RM0453, 15.6). Lines from 32 on
// are not there.
#include "sim/chip/part.h"
#include "sim/parts/parts.h"

enum {
    EXTI_IMR = 0x00,
    EXTI_EMR = 0x04,
    EXTI_RTSR = 0x08,
    EXTI_FTSR = 0x0c,
    EXTI_SWIER = 0x10,
    EXTI_PR = 0x14,
};

#define PINS      0x0000ffffu
#define WITH_EDGE 0x007bffffu // lines that have edges and a pending bit, of STM32F0
#define NOWHERE   0xffu

struct sim_exti {
    struct sim_part *part;
    uint32_t imr, emr, rtsr, ftsr, pr;
};

static void update_exti_lines(struct sim_exti *e)
{
    const struct sim_exti_config *config = e->part->config;
    uint32_t active = e->pr & e->imr;
    for (unsigned i = 0; i < SIM_PART_INTERRUPTS; i++) {
        if (config->lines[i])
            sim_part_irq(e->part, i, active & config->lines[i]);
    }
    if (active & PINS)
        sim_part_tell(e->part, SIM_WAKE, 0, 0);
}

static void hear_pin(void *self, unsigned port, uint64_t value)
{
    struct sim_exti *e = self;
    unsigned pin = (unsigned)(value >> 1);
    uint32_t bit = 1u << pin;
    bool high = value & 1;
    if (sim_part_level(e->part, SIM_EXTI_PORT, pin) != port || !((high ? e->rtsr : e->ftsr) & bit))
        return;
    e->pr |= bit;
    update_exti_lines(e);
    if (e->emr & bit) {
        sim_core_send_event(e->part->core);
        sim_part_tell(e->part, SIM_WAKE, 0, 0);
    }
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_exti *e = self;
    const struct sim_exti_config *config = e->part->config;
    (void)kind;
    *e = (struct sim_exti){.part = e->part, .imr = config->imr};
    update_exti_lines(e);
}

static uint32_t edges(const struct sim_exti *e)
{
    const struct sim_exti_config *config = e->part->config;
    return config->edges ? config->edges : WITH_EDGE;
}

// As if the registers were in STM32F0's order.
static uint32_t in_order(const struct sim_exti *e, uint32_t offset)
{
    const struct sim_exti_config *config = e->part->config;
    if (!config->begins_with_edges)
        return offset;
    if (offset == (config->has_pr_behind_masks ? 0x88u : 0x0cu))
        return EXTI_PR;
    if (offset <= 0x08)
        return offset + EXTI_RTSR;
    return offset == 0x80 ? EXTI_IMR : offset == 0x84 ? EXTI_EMR : NOWHERE;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_exti *e = self;
    const uint32_t registers[] = {e->imr, e->emr, e->rtsr, e->ftsr, e->pr & e->imr, e->pr};
    (void)size;
    offset = in_order(e, offset);
    *value = offset <= EXTI_PR ? registers[offset / 4] : 0;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_exti *e = self;
    (void)size;
    switch (in_order(e, offset)) {
    case EXTI_IMR:
        e->imr = value;
        break;
    case EXTI_EMR:
        e->emr = value;
        break;
    case EXTI_RTSR:
        e->rtsr = value & edges(e);
        break;
    case EXTI_FTSR:
        e->ftsr = value & edges(e);
        break;
    case EXTI_SWIER: // works while the line's interrupt is open (11.3.5)
        e->pr |= value & e->imr & edges(e);
        break;
    case EXTI_PR:
        e->pr &= ~value;
        break;
    default:
        break;
    }
    update_exti_lines(e);
    return SIM_BUS_OK;
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_exti *e = state;
    e->part = part;
    return true;
}

static const struct sim_part_listens listens[] = {
    {SIM_PIN_CHANGED, hear_pin},
    {0, NULL},
};

const struct sim_part_kind sim_part_exti = {
    .name = "exti",
    .state_size = sizeof(struct sim_exti),
    .create = create,
    .device = {reset, read, write},
    .listens = listens,
};
