// SPDX-License-Identifier: MIT
// External interrupts of STM32G0, C0 and U0 (RM0444, 13): rising and falling edges pend apart, and
// the ports that the lines listen to are chosen here. The lines from 32 on have no edges.
#include "sim/chip/part.h"
#include "sim/parts/parts.h"

enum {
    EXTI_RTSR1 = 0x00,
    EXTI_FTSR1 = 0x04,
    EXTI_SWIER1 = 0x08,
    EXTI_RPR1 = 0x0c,
    EXTI_FPR1 = 0x10,
    EXTI_EXTICR1 = 0x60,
    EXTI_EXTICR4 = 0x6c,
    EXTI_IMR1 = 0x80,
    EXTI_EMR1 = 0x84,
    EXTI_IMR2 = 0x90,
    EXTI_EMR2 = 0x94,
};

#define PINS 0x0000ffffu

struct sim_exti_m0p {
    struct sim_part *part;
    const struct sim_exti_m0p_config *config;
    uint32_t imr, emr, imr2, emr2, rtsr, ftsr, rpr, fpr, exticr[4];
};

static void update_exti_lines(struct sim_exti_m0p *e)
{
    uint32_t active = (e->rpr | e->fpr) & e->imr;
    for (unsigned i = 0; i < SIM_PART_INTERRUPTS; i++)
        if (e->config->lines[i])
            sim_part_irq(e->part, i, active & e->config->lines[i]);
    if (active & PINS)
        sim_part_tell(e->part, SIM_WAKE, 0, 0);
}

static uint64_t level_port(void *self, unsigned line)
{
    const struct sim_exti_m0p *e = self;
    return e->exticr[line / 4] >> 8 * (line % 4) & 0xff;
}

static void hear_pin(void *self, unsigned port, uint64_t value)
{
    struct sim_exti_m0p *e = self;
    unsigned pin = (unsigned)(value >> 1);
    uint32_t bit = 1u << pin;
    bool high = value & 1;
    if (level_port(e, pin) != port || !((high ? e->rtsr : e->ftsr) & bit))
        return;
    if (high)
        e->rpr |= bit;
    else
        e->fpr |= bit;
    update_exti_lines(e);
    if (e->emr & bit) {
        sim_core_send_event(e->part->core);
        sim_part_tell(e->part, SIM_WAKE, 0, 0);
    }
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_exti_m0p *e = self;
    (void)kind;
    *e = (struct sim_exti_m0p){
        .part = e->part, .config = e->config, .imr = e->config->imr, .imr2 = e->config->imr2};
    update_exti_lines(e);
}

static uint32_t *plain(struct sim_exti_m0p *e, uint32_t offset)
{
    if (offset >= EXTI_EXTICR1 && offset <= EXTI_EXTICR4)
        return &e->exticr[(offset - EXTI_EXTICR1) / 4];
    switch (offset) {
    case EXTI_RTSR1:
        return &e->rtsr;
    case EXTI_FTSR1:
        return &e->ftsr;
    case EXTI_IMR1:
        return &e->imr;
    case EXTI_EMR1:
        return &e->emr;
    case EXTI_IMR2:
        return &e->imr2;
    case EXTI_EMR2:
        return &e->emr2;
    default:
        return NULL;
    }
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_exti_m0p *e = self;
    const uint32_t *reg = plain(e, offset);
    (void)size;
    *value = reg ? *reg : offset == EXTI_RPR1 ? e->rpr : offset == EXTI_FPR1 ? e->fpr : 0;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_exti_m0p *e = self;
    uint32_t *reg = plain(e, offset);
    (void)size;
    if (reg)
        *reg = offset == EXTI_RTSR1 || offset == EXTI_FTSR1 ? value & e->config->edges : value;
    else if (offset == EXTI_SWIER1) // as a rising edge (13.5.3)
        e->rpr |= value & e->config->edges;
    else if (offset == EXTI_RPR1)
        e->rpr &= ~value;
    else if (offset == EXTI_FPR1)
        e->fpr &= ~value;
    update_exti_lines(e);
    return SIM_BUS_OK;
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_exti_m0p *e = state;
    e->part = part;
    e->config = part->config;
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_EXTI_PORT, 16, level_port},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_PIN_CHANGED, hear_pin},
    {0, NULL},
};

const struct sim_part_kind sim_part_exti_m0p = {
    .name = "exti_m0p",
    .state_size = sizeof(struct sim_exti_m0p),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
