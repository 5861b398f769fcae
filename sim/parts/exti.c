// SPDX-License-Identifier: MIT
// External interrupts (RM0091, 11.2): edges on pins, software triggers, and waking up from Stop.
#include "sim/chip/chip_state.h"

enum {
    EXTI_IMR = 0x00,
    EXTI_EMR = 0x04,
    EXTI_RTSR = 0x08,
    EXTI_FTSR = 0x0c,
    EXTI_SWIER = 0x10,
    EXTI_PR = 0x14,
};

#define PINS      0x0000ffffu
#define WITH_EDGE 0x007bffffu // lines that have edges and a pending bit

static void update(struct sim_exti *e)
{
    struct sim_core *core = e->chip->core;
    uint32_t active = e->pr & e->imr;
    sim_core_set_irq(core, SIM_IRQ_EXTI0_1, active & 0x0003);
    sim_core_set_irq(core, SIM_IRQ_EXTI2_3, active & 0x000c);
    sim_core_set_irq(core, SIM_IRQ_EXTI4_15, active & 0xfff0);
    if (active & PINS)
        sim_pwr_wake(e->chip);
}

void sim_exti_pin_changed(struct sim_chip *chip, unsigned port, unsigned pin, bool high)
{
    struct sim_exti *e = &chip->exti;
    uint32_t bit = 1u << pin;
    if (sim_syscfg_exti_port(chip, pin) != port || !((high ? e->rtsr : e->ftsr) & bit))
        return;
    e->pr |= bit;
    update(e);
    if (e->emr & bit) {
        sim_core_send_event(chip->core);
        sim_pwr_wake(chip);
    }
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_exti *e = self;
    (void)kind;
    *e = (struct sim_exti){.chip = e->chip, .imr = e->chip->row->exti_imr};
    update(e);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_exti *e = self;
    const uint32_t registers[] = {e->imr, e->emr, e->rtsr, e->ftsr, e->pr & e->imr, e->pr};
    (void)size;
    *value = offset <= EXTI_PR ? registers[offset / 4] : 0;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_exti *e = self;
    (void)size;
    switch (offset) {
    case EXTI_IMR:
        e->imr = value;
        break;
    case EXTI_EMR:
        e->emr = value;
        break;
    case EXTI_RTSR:
        e->rtsr = value & WITH_EDGE;
        break;
    case EXTI_FTSR:
        e->ftsr = value & WITH_EDGE;
        break;
    case EXTI_SWIER: // works while the line's interrupt is open (11.3.5)
        e->pr |= value & e->imr & WITH_EDGE;
        break;
    case EXTI_PR:
        e->pr &= ~value;
        break;
    default:
        break;
    }
    update(e);
    return SIM_BUS_OK;
}

const struct sim_device sim_exti_device = {reset, read, write};
