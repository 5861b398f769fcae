// SPDX-License-Identifier: MIT
// A flash job on the chips on Cortex-M0+: the internal oscillator and the PLL for speed (RM0444,
// 5), the core's voltage range 1, without which the flash is neither erased nor programmed (4.1.4),
// watchdogs that are fed, no DMA, the CRC unit (15).
#include "targets/families/rcc_m0plus.h"

#include "base/bytes.h"
#include "swd/mem_ap.h"
#include "targets/families/prepare.h"

#define RCC_CR        M0PLUS_RCC
#define RCC_CFGR      (M0PLUS_RCC + 0x08)
#define RCC_PLLCFGR   (M0PLUS_RCC + 0x0c)
#define RCC_CR_PLLRDY (1u << 25)
#define RCC_CR_PLLON  (1u << 24)
#define RCC_CR_HSIRDY (1u << 10)
#define RCC_CR_HSION  (1u << 8)

#define RCC_CFGR_HPRE (15u << 8)
#define RCC_CFGR_SWS  (7u << 3)
#define RCC_CFGR_SW   (7u << 0)
#define SWS_SHIFT     3u

#define RCC_AHBENR_CRCEN   (1u << 12)
#define RCC_AHBENR_DMA     (3u << 0)
#define RCC_APBENR1_WWDGEN (1u << 11)
#define RCC_APBENR1_PWREN  (1u << 28)

#define PWR_CR1        0x40007000u
#define PWR_CR1_LPR    (1u << 14)
#define PWR_CR1_VOS    (3u << 9)
#define PWR_CR1_VOS_1  (1u << 9)
#define PWR_SR2        0x40007014u
#define PWR_SR2_VOSF   (1u << 10)
#define PWR_SR2_REGLPF (1u << 9)
#define RANGE_LIMIT_US 10000u

#define CRC_UNIT 0x40023000u

#define IWDG_KR 0x40003000u

#define WWDG_CR 0x40002c00u

#define RCC_BYTES 0x60u // from RCC_CR on: to the clock gates of all of these chips

// The RCC as the program left it, and what is done to it.
struct clocks {
    const struct rcc_m0plus *kind;
    uint8_t rcc[RCC_BYTES];
    uint32_t cr, cfgr, ahbenr, apbenr1;
};

static const struct rcc_m0plus *kind_of(const struct flash_access *fa)
{
    return (const struct rcc_m0plus *)fa->bank->prepare;
}

static enum err read_clocks(struct flash_access *fa, struct clocks *c)
{
    enum err e = mem_ap_read(fa->mem, RCC_CR, c->rcc, sizeof c->rcc, NULL);
    c->kind = kind_of(fa);
    c->cr = get_le32(&c->rcc[0]);
    c->cfgr = get_le32(&c->rcc[RCC_CFGR - RCC_CR]);
    c->ahbenr = get_le32(&c->rcc[c->kind->ahbenr - RCC_CR]);
    c->apbenr1 = get_le32(&c->rcc[c->kind->apbenr1 - RCC_CR]);
    return e;
}

// ---- voltage range ------------------------------------------------------------------------------

static bool is_slow_range(uint32_t cr1)
{
    return (cr1 & PWR_CR1_LPR) || (cr1 & PWR_CR1_VOS) != PWR_CR1_VOS_1;
}

// No program has been at work since the last reset, as far as clocks tell.
static bool is_fresh(const struct clocks *c)
{
    return c->cfgr == 0 && !(c->apbenr1 & ~c->kind->dbgen) &&
           get_le32(&c->rcc[c->kind->iopenr - RCC_CR]) == 0;
}

// Without its clock the unit reads as 0: the gate is opened to look, and closed again.
static enum err read_range(struct flash_access *fa, const struct clocks *c, uint32_t *cr1)
{
    const bool closed = !(c->apbenr1 & RCC_APBENR1_PWREN);
    enum err e = ERR_OK;
    *cr1 = PWR_CR1_VOS_1;
    if (!c->kind->has_ranges || is_fresh(c))
        return ERR_OK;
    if (closed)
        e = mem_ap_write32(fa->mem, c->kind->apbenr1, c->apbenr1 | RCC_APBENR1_PWREN);
    if (!e)
        e = mem_ap_read32(fa->mem, PWR_CR1, cr1);
    return e || !closed ? e : mem_ap_write32(fa->mem, c->kind->apbenr1, c->apbenr1);
}

// Appends what takes the core to range 1.
static void add_range_1(struct flash_sequence *sequence, const struct clocks *c, uint32_t cr1)
{
    const uint32_t fast = (cr1 & ~(PWR_CR1_LPR | PWR_CR1_VOS)) | PWR_CR1_VOS_1;
    flash_sequence_write(sequence, c->kind->apbenr1, c->apbenr1 | RCC_APBENR1_PWREN);
    flash_sequence_write(sequence, PWR_CR1, fast);
    flash_sequence_wait_clear(sequence, PWR_SR2, PWR_SR2_VOSF | PWR_SR2_REGLPF);
}

static void add_range_back(struct flash_sequence *sequence, const struct clocks *c, uint32_t cr1)
{
    flash_sequence_write(sequence, PWR_CR1, cr1);
    flash_sequence_write(sequence, c->kind->apbenr1, c->apbenr1);
}

enum err rcc_m0plus_clock_on(struct flash_access *fa)
{
    struct clocks c;
    struct flash_sequence sequence = {0};
    uint32_t cr1;
    enum err e = read_clocks(fa, &c);
    if (e || (e = read_range(fa, &c, &cr1)) || !is_slow_range(cr1))
        return e;
    add_range_1(&sequence, &c, cr1);
    return flash_sequence_run(&sequence, fa->mem);
}

// ---- clock --------------------------------------------------------------------------------------

static uint32_t switched(const struct clocks *c, uint32_t sw)
{
    return (c->cfgr & ~(RCC_CFGR_HPRE | RCC_CFGR_SW)) | sw;
}

// SYSCLK comes from there: bits of SWS that are set, and others that are not.
static void add_switch(struct flash_sequence *sequence, uint32_t cfgr, uint32_t sws)
{
    flash_sequence_write(sequence, RCC_CFGR, cfgr);
    if (sws)
        flash_sequence_wait_set(sequence, RCC_CFGR, sws << SWS_SHIFT);
    if (sws != RCC_CFGR_SWS >> SWS_SHIFT)
        flash_sequence_wait_clear(sequence, RCC_CFGR, RCC_CFGR_SWS & ~(sws << SWS_SHIFT));
}

static void plan_oscillator(struct flash_access *fa, const struct clocks *c)
{
    const uint32_t on = (c->cr | RCC_CR_HSION) & ~c->kind->cr_slow;
    if (on == c->cr)
        return;
    flash_sequence_write(&fa->enter, RCC_CR, on);
    flash_sequence_wait_set(&fa->enter, RCC_CR, RCC_CR_HSIRDY);
}

static void plan_pll(struct flash_access *fa, const struct clocks *c)
{
    const uint32_t cr = (c->cr | RCC_CR_HSION) & ~c->kind->cr_slow;
    const uint32_t sws = (c->cfgr & RCC_CFGR_SWS) >> SWS_SHIFT;
    flash_sequence_write(&fa->enter, RCC_PLLCFGR, c->kind->pllcfgr);
    flash_sequence_write(&fa->enter, RCC_CR, cr | RCC_CR_PLLON);
    flash_sequence_wait_set(&fa->enter, RCC_CR, RCC_CR_PLLRDY);
    add_switch(&fa->enter, switched(c, c->kind->sw_pll), c->kind->sw_pll);
    add_switch(&fa->leave, c->cfgr, sws);
    flash_sequence_write(&fa->leave, RCC_CR, c->cr);
    flash_sequence_wait_clear(&fa->leave, RCC_CR, RCC_CR_PLLRDY);
    flash_sequence_write(&fa->leave, RCC_PLLCFGR, get_le32(&c->rcc[RCC_PLLCFGR - RCC_CR]));
}

// The internal oscillator, undivided.
static void plan_internal(struct flash_access *fa, const struct clocks *c)
{
    const uint32_t sws = (c->cfgr & RCC_CFGR_SWS) >> SWS_SHIFT;
    add_switch(&fa->enter, switched(c, c->kind->sw_internal), c->kind->sw_internal);
    add_switch(&fa->leave, c->cfgr, sws);
    flash_sequence_write(&fa->leave, RCC_CR, c->cr);
}

// Every clock that is chosen here is more than the 8 MHz that whole rows need (RM0444, 3.3). A
// PLL that the program runs from stays; only the prescaler goes.
static void plan_clock(struct flash_access *fa, const struct clocks *c)
{
    const bool has_pll = c->kind->pllcfgr;
    const uint32_t sws = (c->cfgr & RCC_CFGR_SWS) >> SWS_SHIFT;
    fa->bank->driver->plan_latency(fa);
    fa->rows = true;
    if (has_pll && (c->cr & RCC_CR_PLLON) && sws == c->kind->sw_pll) {
        flash_sequence_write(&fa->enter, RCC_CFGR, c->cfgr & ~RCC_CFGR_HPRE);
        flash_sequence_write(&fa->leave, RCC_CFGR, c->cfgr);
    } else {
        plan_oscillator(fa, c);
        if (has_pll && !(c->cr & RCC_CR_PLLON))
            plan_pll(fa, c);
        else
            plan_internal(fa, c);
    }
    fa->bank->driver->plan_latency_back(fa);
}

// ---- watchdogs, DMA, CRC unit -------------------------------------------------------------------

// No DMA may write into SRAM that a loader borrows.
static enum err plan_crc(struct flash_access *fa, const struct clocks *c)
{
    const uint32_t ahbenr = (c->ahbenr | RCC_AHBENR_CRCEN) & ~RCC_AHBENR_DMA;
    flash_sequence_write(&fa->enter, c->kind->ahbenr, ahbenr);
    enum err e = c->ahbenr & RCC_AHBENR_CRCEN ? prepare_crc_return(fa, CRC_UNIT) : ERR_OK;
    flash_sequence_write(&fa->leave, c->kind->ahbenr, c->ahbenr);
    return e;
}

enum err rcc_m0plus_plan(struct flash_access *fa)
{
    struct clocks c;
    uint32_t cr1;
    enum err e = read_clocks(fa, &c);
    if (e || (e = read_range(fa, &c, &cr1)) ||
        (e = prepare_watchdogs(fa, IWDG_KR, WWDG_CR, c.apbenr1 & RCC_APBENR1_WWDGEN)) ||
        (e = plan_crc(fa, &c)))
        return e;
    if (is_slow_range(cr1))
        add_range_1(&fa->enter, &c, cr1);
    plan_clock(fa, &c);
    if (is_slow_range(cr1))
        add_range_back(&fa->leave, &c, cr1);
    return ERR_OK;
}
