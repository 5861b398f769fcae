// SPDX-License-Identifier: MIT
// The window watchdog (RM0091, 24): a counter of seven bits that runs from PCLK, with a window in
// which it must be refreshed and an interrupt just before it bites.
#include "sim/chip/part.h"
#include "sim/parts/parts.h"
#include "sim/time/ticker.h"

enum { WWDG_CR = 0x00, WWDG_CFR = 0x04, WWDG_SR = 0x08 };

#define CR_WDGA    (1u << 7)
#define COUNT_MASK 0x7fu
#define COUNT_T6   0x40u
#define CFR_EWI    (1u << 9)
#define CFR_OTHER  0x27fu // all but WDGTB
#define SR_EWIF    (1u << 0)
#define PRESCALER  4096u

struct sim_wwdg {
    struct sim_part *part;
    uint32_t cfr;
    bool active, early, frozen;
    bool by_option; // it runs without its clock being switched on
    uint32_t counter;
    uint64_t divided; // PCLK periods towards the next count
    struct sim_ticker pclk;
    struct sim_timer timer;
};

static const struct sim_wwdg_config *config_of(const struct sim_wwdg *w)
{
    static const struct sim_wwdg_config ordinary = {.prescaler_shift = 7, .prescaler_mask = 3};
    return w->part->config ? w->part->config : &ordinary;
}

static unsigned wwdg_divider(const struct sim_wwdg *w)
{
    return PRESCALER << (w->cfr >> config_of(w)->prescaler_shift & config_of(w)->prescaler_mask);
}

static uint32_t kept_bits(const struct sim_wwdg *w)
{
    return CFR_OTHER | config_of(w)->prescaler_mask << config_of(w)->prescaler_shift;
}

static void update_irq(struct sim_wwdg *w)
{
    sim_part_irq(w->part, 0, w->early && w->cfr & CFR_EWI);
}

// The counter runs whether or not the watchdog is on (24.3).
static void count_wwdg_to_now(struct sim_wwdg *w)
{
    w->divided += sim_ticker_advance(&w->pclk, w->part->clock->now_ns);
    uint64_t counts = w->divided / wwdg_divider(w);
    w->divided %= wwdg_divider(w);
    w->counter = (w->counter - (uint32_t)counts) & COUNT_MASK;
}

// Until the counter stands at a value below what it has.
static uint64_t ns_of(const struct sim_wwdg *w, uint32_t value)
{
    return sim_ticker_due_ns(&w->pclk,
                             (uint64_t)(w->counter - value) * wwdg_divider(w) - w->divided);
}

// Two things can happen: 0x40 is the early warning, 0x3f the reset.
static void arm_wwdg_timer(struct sim_wwdg *w)
{
    uint64_t due = SIM_NEVER;
    if (w->active && w->counter >= COUNT_T6)
        due = ns_of(w, w->counter > COUNT_T6 ? COUNT_T6 : COUNT_T6 - 1);
    sim_clock_arm(w->part->clock, &w->timer, due);
}

static void wwdg_expires(void *arg)
{
    struct sim_wwdg *w = arg;
    count_wwdg_to_now(w);
    if (w->counter == COUNT_T6)
        w->early = true;
    else if (w->active && !(w->counter & COUNT_T6))
        sim_reset_request(w->part->chip, SIM_CAUSE_WINDOW_WATCHDOG);
    update_irq(w);
    arm_wwdg_timer(w);
}

static void follow_wwdg_clock(struct sim_wwdg *w)
{
    count_wwdg_to_now(w);
    bool counts = !w->frozen && (w->by_option || sim_part_is_clocked(w->part));
    w->pclk.hz = counts ? (uint32_t)sim_part_bus_hz(w->part, SIM_PCLK_HZ) : 0;
    arm_wwdg_timer(w);
}

static void hear_clocks(void *self, unsigned line, uint64_t value)
{
    (void)line;
    (void)value;
    follow_wwdg_clock(self);
}

static void hear_freeze(void *self, unsigned line, uint64_t value)
{
    struct sim_wwdg *w = self;
    bool frozen = sim_part_is_frozen(w->part);
    (void)line;
    (void)value;
    if (frozen == w->frozen)
        return;
    w->frozen = frozen;
    follow_wwdg_clock(w);
}

// An option may start it without the program (RM0444, 28.3).
static void hear_release(void *self, unsigned line, uint64_t value)
{
    struct sim_wwdg *w = self;
    (void)line;
    (void)value;
    if (!config_of(w)->starts_by_option ||
        sim_part_level(w->part, SIM_OPTION, SIM_OPTION_WINDOW_WATCHDOG_BY_SOFTWARE))
        return;
    w->active = w->by_option = true;
    follow_wwdg_clock(w);
}

static void write_cr(struct sim_wwdg *w, uint32_t value)
{
    count_wwdg_to_now(w);
    bool early = w->active && w->counter > (w->cfr & COUNT_MASK);
    w->active |= (value & CR_WDGA) != 0; // only a reset switches it off
    w->counter = value & COUNT_MASK;
    // A refresh outside of the window, or one that clears T6 (24.3).
    if (early || (w->active && !(w->counter & COUNT_T6)))
        sim_reset_request(w->part->chip, SIM_CAUSE_WINDOW_WATCHDOG);
    arm_wwdg_timer(w);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_wwdg *w = self;
    (void)size;
    count_wwdg_to_now(w);
    *value = 0;
    if (offset == WWDG_CR)
        *value = w->counter | (w->active ? CR_WDGA : 0);
    else if (offset == WWDG_CFR)
        *value = w->cfr;
    else if (offset == WWDG_SR)
        *value = w->early ? SR_EWIF : 0;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_wwdg *w = self;
    (void)size;
    if (offset == WWDG_CR) {
        write_cr(w, value);
    } else if (offset == WWDG_CFR) {
        count_wwdg_to_now(w);
        w->cfr = (value & kept_bits(w)) | (w->cfr & CFR_EWI); // EWI is cleared by a reset only
        arm_wwdg_timer(w);
    } else if (offset == WWDG_SR) {
        w->early &= (value & SR_EWIF) != 0;
    }
    update_irq(w);
    return SIM_BUS_OK;
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_wwdg *w = self;
    (void)kind;
    struct sim_wwdg fresh = {.part = w->part,
                             .timer = w->timer,
                             .frozen = w->frozen,
                             .cfr = COUNT_MASK,
                             .counter = COUNT_MASK,
                             .pclk = {.at_ns = w->part->clock->now_ns}};
    *w = fresh;
    arm_wwdg_timer(w);
    update_irq(w);
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_wwdg *w = state;
    w->part = part;
    sim_clock_add(part->clock, &w->timer, wwdg_expires, w);
    return true;
}

static const struct sim_part_listens listens[] = {
    {SIM_CLOCKS_CHANGED, hear_clocks},
    {SIM_FREEZE, hear_freeze},
    {SIM_RESET_RELEASED, hear_release},
    {0, NULL},
};

const struct sim_part_kind sim_part_wwdg = {
    .name = "wwdg",
    .state_size = sizeof(struct sim_wwdg),
    .create = create,
    .device = {reset, read, write},
    .listens = listens,
};
