// SPDX-License-Identifier: MIT
// The independent watchdog (RM0091, 23): once started nothing stops it but a reset; DBGMCU freezes
// it while the core is halted.
#include "sim/chip/part.h"
#include "sim/parts/parts.h"
#include "sim/time/ticker.h"

enum { IWDG_KR = 0x00, IWDG_PR = 0x04, IWDG_RLR = 0x08, IWDG_SR = 0x0c, IWDG_WINR = 0x10 };
enum { UPDATE_PR, UPDATE_RLR, UPDATE_WINR };

#define KEY_RELOAD 0xaaaau
#define KEY_ACCESS 0x5555u
#define KEY_START  0xccccu
#define COUNT_MASK 0xfffu
#define NS_PER_S   1000000000ull

// A value takes up to five LSI periods into the watchdog's own domain (23.4.4).
#define UPDATE_PERIODS 5u

struct sim_iwdg {
    struct sim_part *part;
    bool running, unlocked, frozen;
    uint32_t pr, rlr, winr;
    uint32_t counter;
    uint64_t divided;      // LSI periods towards the next count
    uint64_t update_ns[3]; // until when PVU, RVU and WVU are set
    struct sim_ticker lsi;
    struct sim_timer expire;
};

static uint32_t lsi_hz(const struct sim_iwdg *w)
{
    return (uint32_t)sim_part_level(w->part, SIM_LSI_HZ, 0);
}

static unsigned iwdg_divider(const struct sim_iwdg *w)
{
    return 4u << (w->pr < 6 ? w->pr : 6);
}

// Brings the counter to now. The reset comes with the count behind 0, so that RLR = 0xfff lasts
// 4096 counts (DS9773, table of the IWDG's periods).
static void count_iwdg_to_now(struct sim_iwdg *w)
{
    w->divided += sim_ticker_advance(&w->lsi, w->part->clock->now_ns);
    uint64_t counts = w->divided / iwdg_divider(w);
    w->divided %= iwdg_divider(w);
    w->counter = counts > w->counter ? 0 : w->counter - (uint32_t)counts;
}

static void arm_iwdg_timer(struct sim_iwdg *w)
{
    uint64_t ticks = ((uint64_t)w->counter + 1) * iwdg_divider(w) - w->divided;
    bool counts = w->running && !w->frozen;
    sim_clock_arm(w->part->clock, &w->expire,
                  counts ? sim_ticker_due_ns(&w->lsi, ticks) : SIM_NEVER);
}

static void follow_iwdg_clock(struct sim_iwdg *w)
{
    w->lsi.hz = w->running && !w->frozen ? lsi_hz(w) : 0;
    arm_iwdg_timer(w);
}

static void iwdg_expires(void *arg)
{
    struct sim_iwdg *w = arg;
    sim_reset_request(w->part->chip, SIM_CAUSE_WATCHDOG);
}

static void reload(struct sim_iwdg *w)
{
    count_iwdg_to_now(w);
    // Too early is as bad as too late (23.3.2).
    if (w->running && w->counter > w->winr) {
        sim_reset_request(w->part->chip, SIM_CAUSE_WATCHDOG);
        return;
    }
    w->counter = w->rlr;
    w->divided = 0;
    arm_iwdg_timer(w);
}

static void start_watchdog(struct sim_iwdg *w)
{
    if (w->running)
        return;
    sim_part_tell(w->part, SIM_LSI_WANTED, 0, true);
    w->lsi.at_ns = w->part->clock->now_ns;
    w->running = true;
    w->counter = w->rlr;
    follow_iwdg_clock(w);
}

// An option byte may start it without the program (RM0091, 23.3.3).
static void hear_release(void *self, unsigned line, uint64_t value)
{
    struct sim_iwdg *w = self;
    (void)line;
    (void)value;
    if (!sim_part_level(w->part, SIM_OPTION, SIM_OPTION_WATCHDOG_BY_SOFTWARE))
        start_watchdog(w);
}

// IWDG_STOP and IWDG_STDBY (RM0444, 3.4.1).
static bool is_stopped_by_option(const struct sim_iwdg *w)
{
    const struct sim_iwdg_config *config = w->part->config;
    uint64_t mode = sim_part_level(w->part, SIM_POWER_MODE, 0);
    if (!config || !config->stops_in_stop || mode == SIM_POWER_RUN)
        return false;
    return !sim_part_level(w->part, SIM_OPTION,
                           mode == SIM_POWER_STOP ? SIM_OPTION_WATCHDOG_IN_STOP
                                                  : SIM_OPTION_WATCHDOG_IN_STANDBY);
}

static void hear_freeze(void *self, unsigned line, uint64_t value)
{
    struct sim_iwdg *w = self;
    bool frozen = sim_part_is_frozen(w->part) || is_stopped_by_option(w);
    (void)line;
    (void)value;
    if (frozen == w->frozen)
        return;
    count_iwdg_to_now(w);
    w->frozen = frozen;
    follow_iwdg_clock(w);
}

static uint64_t level_running(void *self, unsigned line)
{
    const struct sim_iwdg *w = self;
    (void)line;
    return w->running;
}

static bool is_updating(const struct sim_iwdg *w, unsigned what)
{
    return w->update_ns[what] > w->part->clock->now_ns;
}

// False: the write is lost. The registers want the access key, and the update before to be over.
static bool may_write(struct sim_iwdg *w, unsigned what)
{
    if (!w->unlocked)
        return false;
    if (is_updating(w, what)) {
        sim_chip_violation(w->part->chip, "iwdg: a register written during its update (23.4.4)");
        return false;
    }
    w->update_ns[what] = w->part->clock->now_ns + UPDATE_PERIODS * NS_PER_S / lsi_hz(w);
    return true;
}

static void write_key(struct sim_iwdg *w, uint16_t key)
{
    w->unlocked = key == KEY_ACCESS;
    if (key == KEY_RELOAD)
        reload(w);
    else if (key == KEY_START)
        start_watchdog(w);
}

static void write_pr(struct sim_iwdg *w, uint32_t value)
{
    if (!may_write(w, UPDATE_PR))
        return;
    count_iwdg_to_now(w);
    w->pr = value & 7;
    w->divided = 0;
    arm_iwdg_timer(w);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_iwdg *w = self;
    (void)size;
    *value = 0;
    if (offset == IWDG_PR)
        *value = w->pr;
    else if (offset == IWDG_RLR)
        *value = w->rlr;
    else if (offset == IWDG_WINR)
        *value = w->winr;
    else if (offset == IWDG_SR)
        *value = (is_updating(w, UPDATE_PR) ? 1u : 0) | (is_updating(w, UPDATE_RLR) ? 2u : 0) |
                 (is_updating(w, UPDATE_WINR) ? 4u : 0);
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_iwdg *w = self;
    (void)size;
    if (offset == IWDG_KR) {
        write_key(w, (uint16_t)value);
    } else if (offset == IWDG_PR) {
        write_pr(w, value);
    } else if (offset == IWDG_RLR && may_write(w, UPDATE_RLR)) {
        w->rlr = value & COUNT_MASK;
    } else if (offset == IWDG_WINR && may_write(w, UPDATE_WINR)) {
        w->winr = value & COUNT_MASK;
        if (w->running) { // writing the window also reloads (23.3.2)
            count_iwdg_to_now(w);
            w->counter = w->rlr;
            w->divided = 0;
            arm_iwdg_timer(w);
        }
    }
    return SIM_BUS_OK;
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_iwdg *w = self;
    (void)kind;
    struct sim_iwdg fresh = {.part = w->part,
                             .expire = w->expire,
                             .frozen = w->frozen,
                             .rlr = COUNT_MASK,
                             .winr = COUNT_MASK};
    *w = fresh;
    sim_clock_arm(w->part->clock, &w->expire, SIM_NEVER);
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_iwdg *w = state;
    w->part = part;
    sim_clock_add(part->clock, &w->expire, iwdg_expires, w);
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_WATCHDOG_RUNNING, 1, level_running},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_RESET_RELEASED, hear_release},
    {SIM_FREEZE, hear_freeze},
    {SIM_POWER_MODE, hear_freeze},
    {0, NULL},
};

const struct sim_part_kind sim_part_iwdg = {
    .name = "iwdg",
    .state_size = sizeof(struct sim_iwdg),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
