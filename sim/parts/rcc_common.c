// SPDX-License-Identifier: MIT
#include "sim/parts/rcc_common.h"

#define CSR_LSION  (1u << 0)
#define BDCR_BDRST (1u << 16)

_Static_assert((unsigned)SIM_CLOCK_SOURCES <= (unsigned)SIM_RCC_MOST_CLOCKS, "clocks");
_Static_assert((unsigned)SIM_RCC_L0_BUSES <= (unsigned)SIM_RCC_MOST_BUSES, "buses");

// ---- gates, reset lines and flags ---------------------------------------------------------------

void sim_rcc_update_irq(struct sim_rcc_common *rcc)
{
    sim_part_irq(rcc->part, 0, (rcc->cir_flags & rcc->cir_enables) != 0);
}

void sim_rcc_gates_changed(struct sim_rcc_common *rcc)
{
    sim_chip_follow_resets(rcc->part->chip);
    sim_part_tell(rcc->part, SIM_CLOCKS_CHANGED, 0, 0);
}

uint64_t sim_rcc_enabled(void *self, unsigned line)
{
    const struct sim_rcc_common *rcc = self;
    return rcc->enr[line];
}

uint64_t sim_rcc_held(void *self, unsigned line)
{
    const struct sim_rcc_common *rcc = self;
    return rcc->rstr[line];
}

// Flags outlive every reset but that of power (RM0091, 6.4.10; RM0008, 7.3.10; RM0367, 7.3.20;
// RM0444, 5.4.24).
void sim_rcc_hear_reset(void *self, unsigned line, uint64_t causes)
{
    static const struct {
        unsigned cause;
        uint32_t flag;
    } flags[] = {
        {SIM_CAUSE_CORE_SUPPLY, 1u << 23},     // V18PWRRSTF
        {SIM_CAUSE_OPTIONS, 1u << 25},         // OBLRSTF
        {SIM_CAUSE_PIN, 1u << 26},             // PINRSTF
        {SIM_CAUSE_SUPPLY, 1u << 27},          // PORRSTF, PWRRSTF
        {SIM_CAUSE_SOFTWARE, 1u << 28},        // SFTRSTF
        {SIM_CAUSE_WATCHDOG, 1u << 29},        // IWDGRSTF
        {SIM_CAUSE_WINDOW_WATCHDOG, 1u << 30}, // WWDGRSTF
        {SIM_CAUSE_LOW_POWER, 1u << 31},       // LPWRRSTF
    };
    struct sim_rcc_common *rcc = self;
    (void)line;
    for (unsigned i = 0; i < sizeof flags / sizeof flags[0]; i++)
        rcc->csr |= causes & flags[i].cause ? flags[i].flag & rcc->kind->reset_flags : 0;
}

// ---- oscillators --------------------------------------------------------------------------------

static bool can_start(const struct sim_rcc_common *rcc, unsigned clock)
{
    const struct sim_rcc_kind *kind = rcc->kind;
    if (clock == kind->hse)
        return rcc->hse_hz != 0;
    if (clock != kind->pll)
        return clock != kind->lse; // the board has no 32 kHz crystal
    unsigned input = kind->pll_input(rcc);
    return input < kind->clocks && rcc->ready[input] &&
           (!kind->pll_is_set || kind->pll_is_set(rcc));
}

void sim_rcc_update_clocks(struct sim_rcc_common *rcc)
{
    uint64_t now = rcc->part->clock->now_ns, next = SIM_NEVER;
    for (unsigned c = 0; c < rcc->kind->clocks; c++) {
        bool starts = rcc->on[c] && can_start(rcc, c);
        if (!starts) {
            rcc->ready[c] = false;
            rcc->ready_ns[c] = SIM_NEVER;
        } else if (!rcc->ready[c] && rcc->ready_ns[c] == SIM_NEVER) {
            rcc->ready_ns[c] = now + rcc->kind->start(rcc, c).ns;
        }
        if (!rcc->ready[c] && rcc->ready_ns[c] < next)
            next = rcc->ready_ns[c];
    }
    sim_clock_arm(rcc->part->clock, &rcc->timer, next);
    sim_part_tell(rcc->part, SIM_CLOCKS_CHANGED, 0, 0);
}

// The switch happens when what SW asks for is ready (RM0091, 6.2.6; RM0444, 5.2.8).
void sim_rcc_follow_sw(struct sim_rcc_common *rcc)
{
    const struct sim_rcc_kind *kind = rcc->kind;
    unsigned sw = rcc->cfgr & kind->sw_mask, clock = kind->clock_of_sw(rcc, sw);
    if (clock < kind->clocks && rcc->ready[clock] && (!kind->can_use || kind->can_use(rcc, clock)))
        rcc->sws = sw;
}

// The timer has fired. A flag is set when its interrupt is enabled (RM0367, 7.3.6).
static void clock_is_ready(void *arg)
{
    struct sim_rcc_common *rcc = arg;
    unsigned before = rcc->sws;
    for (unsigned c = 0; c < rcc->kind->clocks; c++) {
        if (rcc->ready[c] || rcc->ready_ns[c] > rcc->part->clock->now_ns)
            continue;
        rcc->ready[c] = true;
        rcc->cir_flags |= rcc->cir_enables & 1u << rcc->kind->start(rcc, c).flag;
    }
    sim_rcc_update_clocks(rcc);
    sim_rcc_update_irq(rcc);
    sim_rcc_follow_sw(rcc);
    if (rcc->sws != before)
        rcc->kind->apply(rcc);
}

static bool drives_sysclk(const struct sim_rcc_common *rcc, unsigned clock)
{
    unsigned used = rcc->kind->clock_of_sw(rcc, rcc->sws);
    return used == clock || (used == rcc->kind->pll && rcc->kind->pll_input(rcc) == clock);
}

// Such a bit cannot be cleared (RM0091, 6.4.1; RM0444, 5.4.1).
void sim_rcc_switch_clock(struct sim_rcc_common *rcc, unsigned clock, bool on)
{
    if (!on && rcc->on[clock] && drives_sysclk(rcc, clock))
        sim_chip_violation(rcc->part->chip, "rcc: switching off a clock that the system runs from");
    else
        rcc->on[clock] = on;
}

uint32_t sim_rcc_pair(const struct sim_rcc_common *rcc, unsigned clock, unsigned bit)
{
    return (rcc->on[clock] ? 1u << bit : 0) | (rcc->ready[clock] ? 2u << bit : 0);
}

uint32_t sim_rcc_hold_pll(const struct sim_rcc_common *rcc, uint32_t old, uint32_t value,
                          uint32_t settings, const char *section)
{
    if (!rcc->on[rcc->kind->pll] || !((value ^ old) & settings))
        return value;
    sim_chip_violation(rcc->part->chip, "rcc: the PLL's settings changed while it is on (%s)",
                       section);
    return (value & ~settings) | (old & settings);
}

// ---- RCC_CSR and RCC_BDCR -----------------------------------------------------------------------

void sim_rcc_write_csr(struct sim_rcc_common *rcc, uint32_t value)
{
    if (value & rcc->kind->rmvf)
        rcc->csr &= ~rcc->kind->reset_flags;
    rcc->on[rcc->kind->lsi] =
        value & CSR_LSION || sim_part_level(rcc->part, SIM_WATCHDOG_RUNNING, 0);
    sim_rcc_update_clocks(rcc);
}

uint32_t sim_rcc_read_csr(const struct sim_rcc_common *rcc)
{
    return rcc->csr | sim_rcc_pair(rcc, rcc->kind->lsi, 0);
}

void sim_rcc_set_bdcr(struct sim_rcc_common *rcc, uint32_t value, uint32_t kept)
{
    rcc->bdcr = value & BDCR_BDRST ? BDCR_BDRST : value & kept;
    rcc->on[rcc->kind->lse] = rcc->bdcr & SIM_RCC_BDCR_LSEON;
    sim_rcc_update_clocks(rcc);
}

void sim_rcc_write_guarded_bdcr(struct sim_rcc_common *rcc, uint32_t value, uint32_t kept)
{
    if (sim_part_level(rcc->part, SIM_BACKUP_WRITABLE, 0))
        sim_rcc_set_bdcr(rcc, value, kept);
    else
        log_line(rcc->part->log, LOG_DEBUG, "rcc: RCC_BDCR is written while PWR_CR.DBP is 0");
}

uint32_t sim_rcc_read_bdcr(const struct sim_rcc_common *rcc)
{
    return rcc->bdcr | sim_rcc_pair(rcc, rcc->kind->lse, 0);
}

void sim_rcc_hear_lsi_wanted(void *self, unsigned line, uint64_t value)
{
    struct sim_rcc_common *rcc = self;
    (void)line;
    (void)value;
    rcc->on[rcc->kind->lsi] = true;
    sim_rcc_update_clocks(rcc);
}

uint64_t sim_rcc_hsi_ready(void *self, unsigned line)
{
    const struct sim_rcc_common *rcc = self;
    (void)line;
    return rcc->ready[rcc->kind->hsi];
}

// ---- HCLK, Stop and a dead crystal --------------------------------------------------------------

bool sim_rcc_is_stopped(const struct sim_rcc_common *rcc)
{
    uint64_t mode = sim_part_level(rcc->part, SIM_POWER_MODE, 0);
    return mode != SIM_POWER_RUN && !(sim_part_level(rcc->part, SIM_DEBUG_KEEPS, 0) >> mode & 1);
}

uint32_t sim_rcc_divide_hclk(const struct sim_rcc_common *rcc, uint32_t sysclk_hz, uint32_t hpre)
{
    static const uint16_t divisors[] = {2, 4, 8, 16, 64, 128, 256, 512};
    if (sim_rcc_is_stopped(rcc))
        return 0;
    return hpre < 8 ? sysclk_hz : sysclk_hz / divisors[hpre - 8];
}

uint32_t sim_rcc_apb_divisor(uint32_t ppre)
{
    return ppre < 4 ? 1 : 2u << (ppre - 4);
}

void sim_rcc_check_hclk(const struct sim_rcc_common *rcc, uint32_t hclk, uint32_t max_hz,
                        uint32_t step_hz)
{
    uint64_t latency = sim_part_level(rcc->part, SIM_FLASH_LATENCY, 0);
    if (hclk > max_hz)
        sim_chip_violation(rcc->part->chip, "rcc: HCLK of %u Hz; the chip is made for %u MHz", hclk,
                           max_hz / 1000000);
    else if (hclk > step_hz * (latency + 1))
        sim_chip_violation(rcc->part->chip, "rcc: HCLK of %u Hz with %u flash wait states", hclk,
                           (unsigned)latency);
}

void sim_rcc_set_hclk(struct sim_rcc_common *rcc, uint32_t hclk)
{
    sim_core_set_hclk(rcc->part->core, hclk);
    sim_part_tell(rcc->part, SIM_CLOCKS_CHANGED, 0, 0);
}

void sim_rcc_hear_change(void *self, unsigned line, uint64_t value)
{
    struct sim_rcc_common *rcc = self;
    (void)line;
    (void)value;
    rcc->kind->apply(rcc);
}

static void fall_back(struct sim_rcc_common *rcc, bool from_stop)
{
    unsigned sw = rcc->kind->safe_sw(rcc, from_stop), clock = rcc->kind->clock_of_sw(rcc, sw);
    rcc->cfgr = (rcc->cfgr & ~rcc->kind->sw_mask) | sw;
    rcc->sws = sw;
    rcc->on[clock] = rcc->ready[clock] = true;
}

// After Stop the system runs from what it falls back to (RM0091, 5.3.5; RM0444, 4.3.6).
void sim_rcc_hear_power_mode(void *self, unsigned line, uint64_t mode)
{
    struct sim_rcc_common *rcc = self;
    (void)line;
    if (mode == SIM_POWER_RUN) {
        for (unsigned c = 0; c < rcc->kind->clocks; c++)
            rcc->on[c] = rcc->on[c] && !(rcc->kind->off_in_stop >> c & 1);
        fall_back(rcc, true);
        sim_rcc_update_clocks(rcc);
    }
    rcc->kind->apply(rcc);
}

// The clock security system (RM0091, 6.2.7; RM0444, 5.2.9): HSE is switched off, and if the system
// ran from it, by itself or through the PLL, it goes on without it.
static void lose_hse(struct sim_rcc_common *rcc)
{
    const struct sim_rcc_kind *kind = rcc->kind;
    if (drives_sysclk(rcc, kind->hse))
        fall_back(rcc, false);
    if (kind->pll_input(rcc) == kind->hse)
        rcc->on[kind->pll] = false;
    rcc->on[kind->hse] = false;
    rcc->cir_flags |= kind->cssf;
    sim_core_pend_nmi(rcc->part->core);
}

void sim_rcc_hear_hse(void *self, unsigned line, uint64_t hz)
{
    struct sim_rcc_common *rcc = self;
    bool ran = rcc->ready[rcc->kind->hse];
    (void)line;
    rcc->hse_hz = (uint32_t)hz;
    if (!hz && ran && rcc->cr & SIM_RCC_CR_CSSON)
        lose_hse(rcc);
    sim_rcc_update_clocks(rcc);
    rcc->kind->apply(rcc);
}

// ---- creation and reset -------------------------------------------------------------------------

void sim_rcc_create(struct sim_rcc_common *rcc, struct sim_part *part,
                    const struct sim_rcc_kind *kind)
{
    rcc->kind = kind;
    rcc->part = part;
    rcc->hse_hz = (uint32_t)sim_part_level(part, SIM_HSE_HZ, 0);
    sim_clock_add(part->clock, &rcc->timer, clock_is_ready, rcc);
}

struct sim_rcc_common sim_rcc_fresh(const struct sim_rcc_common *rcc, enum sim_reset kind)
{
    struct sim_rcc_common fresh = {
        .kind = rcc->kind, .part = rcc->part, .hse_hz = rcc->hse_hz, .timer = rcc->timer};
    for (unsigned c = 0; c < SIM_RCC_MOST_CLOCKS; c++)
        fresh.ready_ns[c] = SIM_NEVER;
    if (kind != SIM_RESET_POWER) {
        fresh.csr = rcc->csr;
        fresh.bdcr = rcc->bdcr;
    }
    return fresh;
}

void sim_rcc_run_from(struct sim_rcc_common *rcc, unsigned first_clock, bool lse_on)
{
    rcc->on[first_clock] = rcc->ready[first_clock] = true;
    rcc->on[rcc->kind->lse] = lse_on;
    sim_rcc_update_clocks(rcc);
    sim_rcc_update_irq(rcc);
    rcc->kind->apply(rcc);
}
