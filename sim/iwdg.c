// SPDX-License-Identifier: MIT
// The independent watchdog (RM0091, 23): once started nothing stops it, DBGMCU freezes it while the core is
// halted.
#include "sim/chip_state.h"

#define LSI_HZ   40000u
#define KEY_FEED  0xaaaau
#define KEY_OPEN  0x5555u
#define KEY_START 0xccccu

static uint64_t period_ns(const struct sim_iwdg *w)
{
    uint64_t divisor = 4u << (w->pr > 6 ? 6 : w->pr);
    return divisor * (w->rlr + 1) * 1000000000ull / LSI_HZ;
}

static void feed(struct sim_iwdg *w)
{
    if (w->running && !w->frozen_at)
        sim_clock_arm(w->chip->clock, &w->bites, w->chip->clock->now_ns + period_ns(w));
}

static void bite(void *arg)
{
    struct sim_iwdg *w = arg;
    chip_reset_from_inside(w->chip, RCC_CSR_IWDGRSTF);
}

void iwdg_start(struct sim_iwdg *w)
{
    w->running = true;
    feed(w);
}

// The remaining time is kept through a freeze.
void iwdg_freeze(struct sim_iwdg *w, bool frozen)
{
    uint64_t now = w->chip->clock->now_ns;
    if (!w->running || frozen == (w->frozen_at != 0))
        return;
    if (frozen) {
        w->frozen_at = w->bites.due_ns - now + 1;
        sim_clock_arm(w->chip->clock, &w->bites, SIM_NEVER);
    } else {
        sim_clock_arm(w->chip->clock, &w->bites, now + w->frozen_at - 1);
        w->frozen_at = 0;
    }
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_iwdg *w = self;
    (void)kind;
    if (!w->bites.fire)
        sim_clock_add(w->chip->clock, &w->bites, bite, w);
    sim_clock_arm(w->chip->clock, &w->bites, SIM_NEVER);
    w->running = w->unlocked = false;
    w->pr = 0;
    w->rlr = 0xfff;
    w->frozen_at = 0;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_iwdg *w = self;
    (void)size;
    *value = offset == 4 ? w->pr : offset == 8 ? w->rlr : offset == 16 ? 0xfff : 0;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_iwdg *w = self;
    (void)size;
    if (offset == 0) {
        w->unlocked = value == KEY_OPEN;
        if (value == KEY_START)
            iwdg_start(w);
        else if (value == KEY_FEED)
            feed(w);
    } else if (w->unlocked && offset == 4) {
        w->pr = value & 7;
    } else if (w->unlocked && offset == 8) {
        w->rlr = value & 0xfff;
    }
    return SIM_BUS_OK;
}

const struct sim_device iwdg_device = {reset, read, write};
