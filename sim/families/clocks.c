// SPDX-License-Identifier: MIT
// Oscillators that take their time and the clock tree behind them (RM0091, 6.2). The registers are
// in rcc.c. Start-up times are the typical ones of DS9773, 6.3.7 and 6.3.8.
#include "sim/chip/chip_state.h"

enum { SW_HSI, SW_HSE, SW_PLL, SW_HSI48 };

static const struct {
    uint64_t start_ns;
} sources[SIM_CLOCK_SOURCES] = {
    [SIM_LSI] = {85000},  [SIM_LSE] = {2000000000}, [SIM_HSI] = {1500},   [SIM_HSE] = {2000000},
    [SIM_PLL] = {200000}, [SIM_HSI14] = {1500},     [SIM_HSI48] = {6000},
};

static enum sim_clock_source pll_input(const struct sim_chip *chip)
{
    uint32_t select = chip->rcc.cfgr >> 15 & 3;
    if (select == 3 && chip->row->features & SIM_HAS_HSI48)
        return SIM_HSI48;
    return select & 2 ? SIM_HSE : SIM_HSI;
}

static uint32_t pll_hz(const struct sim_chip *chip)
{
    const struct sim_rcc *rcc = &chip->rcc;
    uint32_t multiply = (rcc->cfgr >> 18 & 15) + 2;
    uint32_t divide = (rcc->cfgr2 & RCC_CFGR2_PREDIV) + 1;
    if (multiply > 16)
        multiply = 16;
    switch (rcc->cfgr >> 15 & 3) {
    case 0:
        return SIM_HSI_HZ / 2 * multiply;
    case 1:
        return SIM_HSI_HZ / divide * multiply;
    case 2:
        return rcc->hse_hz / divide * multiply;
    default:
        return (pll_input(chip) == SIM_HSI48 ? 48000000 : rcc->hse_hz) / divide * multiply;
    }
}

static uint32_t sysclk_hz(const struct sim_chip *chip)
{
    switch (chip->rcc.sws) {
    case SW_HSE:
        return chip->rcc.hse_hz;
    case SW_PLL:
        return pll_hz(chip);
    case SW_HSI48:
        return 48000000;
    default:
        return SIM_HSI_HZ;
    }
}

static bool is_stopped(const struct sim_chip *chip)
{
    uint32_t kept_by =
        chip->pwr.mode == SIM_POWER_STOP ? DBGMCU_CR_DBG_STOP : DBGMCU_CR_DBG_STANDBY;
    return chip->pwr.mode != SIM_POWER_RUN && !(chip->dbgmcu.cr & kept_by);
}

uint32_t sim_clocks_hclk_hz(const struct sim_chip *chip)
{
    static const uint16_t divisors[] = {2, 4, 8, 16, 64, 128, 256, 512};
    uint32_t hpre = chip->rcc.cfgr >> 4 & 15;
    if (is_stopped(chip))
        return 0;
    return hpre < 8 ? sysclk_hz(chip) : sysclk_hz(chip) / divisors[hpre - 8];
}

static uint32_t apb_divisor(const struct sim_chip *chip)
{
    uint32_t ppre = chip->rcc.cfgr >> 8 & 7;
    return ppre < 4 ? 1 : 2u << (ppre - 4);
}

uint32_t sim_clocks_pclk_hz(const struct sim_chip *chip)
{
    return sim_clocks_hclk_hz(chip) / apb_divisor(chip);
}

// Twice PCLK when that is divided (6.2, figure of the clock tree).
uint32_t sim_clocks_timer_hz(const struct sim_chip *chip)
{
    return sim_clocks_pclk_hz(chip) * (apb_divisor(chip) > 1 ? 2 : 1);
}

uint32_t sim_clocks_usart_hz(const struct sim_chip *chip, unsigned index)
{
    // USART1 always has a choice; USART2 only on F07x and F09x, where the field is at bit 16.
    switch (chip->rcc.cfgr3 >> (index == 0 ? 0 : 16) & 3) {
    case 1:
        return is_stopped(chip) ? 0 : sysclk_hz(chip);
    case 2:
        return chip->rcc.ready[SIM_LSE] ? 32768 : 0;
    case 3:
        return chip->rcc.ready[SIM_HSI] ? SIM_HSI_HZ : 0;
    default:
        return sim_clocks_pclk_hz(chip);
    }
}

bool sim_clocks_is_ready(const struct sim_chip *chip, enum sim_clock_source source)
{
    return chip->rcc.ready[source];
}

uint64_t sim_clocks_wait_ns(const struct sim_chip *chip, enum sim_clock_source source)
{
    uint64_t ready_ns = chip->rcc.ready_ns[source];
    if (chip->rcc.ready[source])
        return 0;
    return ready_ns == SIM_NEVER ? SIM_NEVER : ready_ns - chip->clock->now_ns;
}

void sim_clocks_apply(struct sim_chip *chip)
{
    uint32_t hclk = sim_clocks_hclk_hz(chip);
    if (hclk > 48000000)
        sim_chip_violation(chip, "rcc: HCLK of %u Hz; the chip is made for 48 MHz", hclk);
    else if (hclk > 24000000 && sim_fpec_latency(chip) == 0)
        sim_chip_violation(chip, "rcc: HCLK of %u Hz without a flash wait state (3.5.1)", hclk);
    sim_core_set_hclk(chip->core, hclk);
    sim_chip_clocks_changed(chip);
}

static bool source_can_start(const struct sim_rcc *rcc, enum sim_clock_source s)
{
    if (s == SIM_HSE)
        return rcc->hse_hz != 0;
    if (s == SIM_PLL)
        return rcc->ready[pll_input(rcc->chip)];
    return s != SIM_LSE; // the board has no 32 kHz crystal
}

// The switch happens when what SW asks for is ready (6.2.6).
void sim_clocks_follow_sw(struct sim_rcc *rcc)
{
    static const enum sim_clock_source wanted[] = {SIM_HSI, SIM_HSE, SIM_PLL, SIM_HSI48};
    unsigned sw = rcc->cfgr & RCC_CFGR_SW;
    if (rcc->ready[wanted[sw]])
        rcc->sws = sw;
}

// Starts what is on and can start, stops what is off, and asks to be woken for the next one.
void sim_clocks_update(struct sim_rcc *rcc)
{
    uint64_t now = rcc->chip->clock->now_ns, next = SIM_NEVER;
    for (unsigned s = 0; s < SIM_CLOCK_SOURCES; s++) {
        bool starts = rcc->on[s] && source_can_start(rcc, s);
        if (!starts) {
            rcc->ready[s] = false;
            rcc->ready_ns[s] = SIM_NEVER;
        } else if (!rcc->ready[s] && rcc->ready_ns[s] == SIM_NEVER) {
            rcc->ready_ns[s] = now + sources[s].start_ns;
        }
        if (!rcc->ready[s] && rcc->ready_ns[s] < next)
            next = rcc->ready_ns[s];
    }
    sim_clock_arm(rcc->chip->clock, &rcc->timer, next);
    sim_chip_clocks_changed(rcc->chip);
}

static void source_ready(void *arg)
{
    struct sim_rcc *rcc = arg;
    for (unsigned s = 0; s < SIM_CLOCK_SOURCES; s++) {
        if (rcc->ready[s] || rcc->ready_ns[s] > rcc->chip->clock->now_ns)
            continue;
        rcc->ready[s] = true;
        rcc->cir_flags |= rcc->cir_enables & 1u << s;
    }
    sim_clocks_update(rcc);
    sim_rcc_update_irq(rcc);
    unsigned before = rcc->sws;
    sim_clocks_follow_sw(rcc);
    if (rcc->sws != before)
        sim_clocks_apply(rcc->chip);
}

void sim_clocks_create(struct sim_chip *chip)
{
    sim_clock_add(chip->clock, &chip->rcc.timer, source_ready, &chip->rcc);
}

static bool drives_sysclk(const struct sim_rcc *rcc, enum sim_clock_source s)
{
    static const enum sim_clock_source used[] = {SIM_HSI, SIM_HSE, SIM_PLL, SIM_HSI48};
    return used[rcc->sws] == s || (rcc->sws == SW_PLL && pll_input(rcc->chip) == s);
}

// On or off, unless the system runs from it (6.4.1: such a bit cannot be cleared).
void sim_clocks_switch(struct sim_rcc *rcc, enum sim_clock_source s, bool on)
{
    if (!on && drives_sysclk(rcc, s))
        sim_chip_violation(rcc->chip, "rcc: switching off a clock that the system runs from");
    else
        rcc->on[s] = on;
}

void sim_clocks_force_lsi(struct sim_chip *chip)
{
    chip->rcc.on[SIM_LSI] = true;
    sim_clocks_update(&chip->rcc);
}

void sim_clocks_request_hsi14(struct sim_chip *chip)
{
    if (chip->rcc.on[SIM_HSI14] || chip->rcc.cr2 & RCC_CR2_HSI14DIS)
        return;
    chip->rcc.on[SIM_HSI14] = true;
    sim_clocks_update(&chip->rcc);
}

// HSI it is, and the others are off (5.3.5).
void sim_clocks_leave_stop(struct sim_chip *chip)
{
    struct sim_rcc *rcc = &chip->rcc;
    rcc->cfgr &= ~RCC_CFGR_SW;
    rcc->sws = SW_HSI;
    rcc->on[SIM_HSI] = rcc->ready[SIM_HSI] = true;
    rcc->on[SIM_HSE] = rcc->on[SIM_PLL] = rcc->on[SIM_HSI48] = false;
    sim_clocks_update(rcc);
    sim_clocks_apply(chip);
}

// The clock security system (6.2.7): HSE is switched off, and if the system ran from it, by itself
// or through the PLL, it goes on with HSI.
static void lose_hse(struct sim_chip *chip)
{
    struct sim_rcc *rcc = &chip->rcc;
    if (pll_input(chip) == SIM_HSE)
        rcc->on[SIM_PLL] = false;
    if (drives_sysclk(rcc, SIM_HSE)) {
        rcc->cfgr &= ~RCC_CFGR_SW;
        rcc->sws = SW_HSI;
        rcc->on[SIM_HSI] = rcc->ready[SIM_HSI] = true;
    }
    rcc->on[SIM_HSE] = false;
    rcc->cir_flags |= RCC_CIR_CSSF;
    sim_core_pend_nmi(chip->core);
}

void sim_chip_set_hse(struct sim_chip *chip, uint32_t hz)
{
    bool ran = chip->rcc.ready[SIM_HSE];
    chip->rcc.hse_hz = hz;
    if (!chip->powered)
        return;
    if (!hz && ran && chip->rcc.cr & RCC_CR_CSSON)
        lose_hse(chip);
    sim_clocks_update(&chip->rcc);
    sim_clocks_apply(chip);
}

// ---- what goes to others ------------------------------------------------------------------------

static uint32_t if_ready(const struct sim_chip *chip, enum sim_clock_source s, uint32_t hz)
{
    return chip->rcc.ready[s] ? hz : 0;
}

// The microcontroller clock output (6.4.2, MCO); MCOPRE divides it.
static uint32_t mco_hz(const struct sim_chip *chip, unsigned *divider)
{
    const struct sim_rcc *rcc = &chip->rcc;
    *divider = 1u << (rcc->cfgr >> 28 & 7);
    switch (rcc->cfgr >> 24 & 15) {
    case 1:
        return if_ready(chip, SIM_HSI14, 14000000);
    case 2:
        return if_ready(chip, SIM_LSI, SIM_LSI_HZ);
    case 4:
        return is_stopped(chip) ? 0 : sysclk_hz(chip);
    case 5:
        return if_ready(chip, SIM_HSI, SIM_HSI_HZ);
    case 6:
        return if_ready(chip, SIM_HSE, rcc->hse_hz);
    case 7: // PLLNODIV leaves out the division by two
        return if_ready(chip, SIM_PLL, pll_hz(chip) / (rcc->cfgr >> 31 ? 1 : 2));
    case 8:
        return if_ready(chip, SIM_HSI48, 48000000);
    default: // off, or LSE, which the board does not have
        return 0;
    }
}

static uint32_t rtc_hz(const struct sim_chip *chip, unsigned *divider)
{
    unsigned select = chip->rcc.bdcr >> 8 & 3;
    *divider = select == 3 ? 32 : 1;
    if (select == 2)
        return if_ready(chip, SIM_LSI, SIM_LSI_HZ);
    return select == 3 ? if_ready(chip, SIM_HSE, chip->rcc.hse_hz) : 0;
}

uint32_t sim_clocks_signal_hz(const struct sim_chip *chip, unsigned remap, unsigned *divider)
{
    *divider = 1;
    switch (remap) { // 19.4.11
    case 1:
        return rtc_hz(chip, divider);
    case 2:
        *divider = 32;
        return if_ready(chip, SIM_HSE, chip->rcc.hse_hz);
    case 3:
        return mco_hz(chip, divider);
    default: // a pin
        return 0;
    }
}
