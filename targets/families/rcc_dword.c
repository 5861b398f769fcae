// SPDX-License-Identifier: MIT
// A flash job on the chips with the double-word controller: the internal oscillator and the PLL for
// speed (RM0444, 5; RM0351, 6; RM0440, 7; RM0434, 8), the core's voltage range 1, without which the
// flash is neither erased nor programmed (RM0444, 4.1.4), watchdogs that are fed, no DMA, the CRC
// unit. Where a second core runs, its clocks are left alone.
#include "targets/families/rcc_dword.h"

#include "base/bytes.h"
#include "swd/mem_ap.h"
#include "targets/families/prepare.h"

// Offsets and bits in the RCC.
#define CFGR      0x08u
#define PLLCFGR   0x0cu
#define CR_PLLRDY (1u << 25)
#define CR_PLLON  (1u << 24)
#define CR_HSIRDY (1u << 10)
#define CR_HSION  (1u << 8)

#define AHBENR_CRCEN   (1u << 12)
#define APBENR1_WWDGEN (1u << 11)

// PWR.
#define PWR_CR1        0x00u
#define PWR_CR1_LPR    (1u << 14)
#define PWR_CR1_VOS    (3u << 9)
#define PWR_CR1_VOS_1  (1u << 9)
#define PWR_CR1_VOS_2  (2u << 9)
#define PWR_SR2        0x14u
#define PWR_SR2_VOSF   (1u << 10)
#define PWR_SR2_REGLPF (1u << 9)

// A semaphore of HSEM: taken by writing who takes it, and free without LOCK (RM0434, HSEM).
#define HSEM_LOCK   (1u << 31)
#define HSEM_CORE   (15u << 8)
#define HSEM_CORE_1 (4u << 8) // the bus of the first core, which its debug port uses as well

#define CRC_UNIT 0x40023000u
#define IWDG_KR  0x40003000u
#define WWDG_CR  0x40002c00u

#define RCC_BYTES 0x60u // from RCC_CR on: to the clock gates of all of these chips

// The RCC as the program left it, and what is done to it.
struct clocks {
    const struct rcc_dword *kind;
    uint8_t rcc[RCC_BYTES];
    uint32_t cr, cfgr, ahbenr, apbenr1, iopenr;
    bool second_core;
};

static const struct rcc_dword *kind_of(const struct flash_access *fa)
{
    return (const struct rcc_dword *)fa->bank->prepare;
}

static uint32_t word_at(const struct clocks *c, uint32_t addr)
{
    return get_le32(&c->rcc[addr - c->kind->rcc]);
}

static enum err read_bits(struct flash_access *fa, const struct rcc_bits *r, uint32_t *bits)
{
    *bits = 0;
    enum err e = r->addr ? mem_ap_read32(fa->mem, r->addr, bits) : ERR_OK;
    *bits &= r->bits;
    return e;
}

static enum err read_clocks(struct flash_access *fa, struct clocks *c)
{
    uint32_t second = 0;
    c->kind = kind_of(fa);
    enum err e = mem_ap_read(fa->mem, c->kind->rcc, c->rcc, sizeof c->rcc, NULL);
    if (!e)
        e = read_bits(fa, &c->kind->second_core, &second);
    c->cr = word_at(c, c->kind->rcc);
    c->cfgr = word_at(c, c->kind->rcc + CFGR);
    c->ahbenr = word_at(c, c->kind->ahbenr);
    c->apbenr1 = word_at(c, c->kind->apbenr1);
    c->iopenr = word_at(c, c->kind->iopenr);
    c->second_core = second;
    return e;
}

// ---- voltage range ------------------------------------------------------------------------------

static bool is_slow_range(uint32_t cr1)
{
    return (cr1 & PWR_CR1_LPR) || (cr1 & PWR_CR1_VOS) == PWR_CR1_VOS_2;
}

// No program has been at work since the last reset, as far as clocks tell.
static bool is_fresh(const struct clocks *c)
{
    return c->cfgr == c->kind->idle_cfgr && !(c->apbenr1 & ~c->kind->idle_apbenr1) &&
           c->iopenr == 0;
}

static enum err read_range(struct flash_access *fa, const struct clocks *c, uint32_t *cr1)
{
    const struct rcc_bits gate = {c->kind->apbenr1, c->kind->pwren};
    *cr1 = PWR_CR1_VOS_1;
    if (!c->kind->pwr || is_fresh(c))
        return ERR_OK;
    return prepare_read_gated(fa->mem, &gate, c->apbenr1, c->kind->pwr + PWR_CR1, cr1);
}

// Appends what takes the core to range 1.
static void add_range_1(struct flash_sequence *sequence, const struct clocks *c, uint32_t cr1)
{
    const uint32_t fast =
        (cr1 & ~(PWR_CR1_LPR | PWR_CR1_VOS)) | (cr1 & PWR_CR1_VOS ? PWR_CR1_VOS_1 : 0);
    if (c->kind->pwren)
        flash_sequence_write(sequence, c->kind->apbenr1, c->apbenr1 | c->kind->pwren);
    flash_sequence_write(sequence, c->kind->pwr + PWR_CR1, fast);
    flash_sequence_wait_clear(sequence, c->kind->pwr + PWR_SR2, PWR_SR2_VOSF | PWR_SR2_REGLPF);
}

static void add_range_back(struct flash_sequence *sequence, const struct clocks *c, uint32_t cr1)
{
    flash_sequence_write(sequence, c->kind->pwr + PWR_CR1, cr1);
    if (c->kind->pwren)
        flash_sequence_write(sequence, c->kind->apbenr1, c->apbenr1);
}

// ---- the second core ----------------------------------------------------------------------------

// Its firmware erases and programs only while it has the semaphore of the flash (AN5289). What is
// to be done there to have it.
static enum err add_semaphore(struct flash_access *fa, const struct clocks *c,
                              struct flash_sequence *sequence)
{
    const uint32_t addr = c->kind->semaphore;
    uint32_t owner = 0;
    if (!addr || !c->second_core)
        return ERR_OK;
    enum err e = mem_ap_read32(fa->mem, addr, &owner);
    if (e)
        return e;
    if ((owner & HSEM_LOCK) && (owner & HSEM_CORE) != HSEM_CORE_1)
        return log_fail(fa->log, ERR_FLASH,
                        "the second core is erasing or programming the flash (it holds its "
                        "semaphore): try again, or reset and halt the target before");
    flash_sequence_write(sequence, addr, HSEM_LOCK | HSEM_CORE_1);
    flash_sequence_wait_set(sequence, addr, HSEM_LOCK | HSEM_CORE_1);
    return ERR_OK;
}

static void plan_semaphore_back(struct flash_access *fa, const struct clocks *c)
{
    if (c->kind->semaphore && c->second_core)
        flash_sequence_write(&fa->leave, c->kind->semaphore, HSEM_CORE_1);
}

enum err rcc_dword_clock_on(struct flash_access *fa)
{
    struct clocks c;
    struct flash_sequence sequence = {0};
    uint32_t cr1;
    enum err e = read_clocks(fa, &c);
    if (e || (e = read_range(fa, &c, &cr1)) || (e = add_semaphore(fa, &c, &sequence)))
        return e;
    if (is_slow_range(cr1))
        add_range_1(&sequence, &c, cr1);
    return flash_sequence_run(&sequence, fa->mem);
}

// ---- clock --------------------------------------------------------------------------------------

static uint32_t hpre_of(const struct clocks *c)
{
    return c->kind->wide_cfgr ? 15u << 8 : 15u << 4;
}

static uint32_t sw_of(const struct clocks *c)
{
    return c->kind->wide_cfgr ? 7u : 3u;
}

static unsigned sws_shift(const struct clocks *c)
{
    return c->kind->wide_cfgr ? 3 : 2;
}

static uint32_t sws_of(const struct clocks *c)
{
    return c->cfgr >> sws_shift(c) & sw_of(c);
}

static uint32_t switched(const struct clocks *c, uint32_t sw)
{
    return (c->cfgr & ~(hpre_of(c) | sw_of(c))) | sw;
}

// SYSCLK comes from there: bits of SWS that are set, and others that are not.
static void add_switch(struct flash_sequence *sequence, const struct clocks *c, uint32_t cfgr,
                       uint32_t sws)
{
    const uint32_t addr = c->kind->rcc + CFGR, others = ~sws & sw_of(c);
    flash_sequence_write(sequence, addr, cfgr);
    if (sws)
        flash_sequence_wait_set(sequence, addr, sws << sws_shift(c));
    if (others)
        flash_sequence_wait_clear(sequence, addr, others << sws_shift(c));
}

static void plan_oscillator(struct flash_access *fa, const struct clocks *c)
{
    const uint32_t on = (c->cr | CR_HSION) & ~c->kind->cr_slow;
    if (on == c->cr)
        return;
    flash_sequence_write(&fa->enter, c->kind->rcc, on);
    flash_sequence_wait_set(&fa->enter, c->kind->rcc, CR_HSIRDY);
}

static void plan_pll(struct flash_access *fa, const struct clocks *c)
{
    const uint32_t rcc = c->kind->rcc, cr = (c->cr | CR_HSION) & ~c->kind->cr_slow;
    flash_sequence_write(&fa->enter, rcc + PLLCFGR, c->kind->pllcfgr);
    flash_sequence_write(&fa->enter, rcc, cr | CR_PLLON);
    flash_sequence_wait_set(&fa->enter, rcc, CR_PLLRDY);
    add_switch(&fa->enter, c, switched(c, c->kind->sw_pll), c->kind->sw_pll);
    add_switch(&fa->leave, c, c->cfgr, sws_of(c));
    flash_sequence_write(&fa->leave, rcc, c->cr);
    flash_sequence_wait_clear(&fa->leave, rcc, CR_PLLRDY);
    flash_sequence_write(&fa->leave, rcc + PLLCFGR, word_at(c, rcc + PLLCFGR));
}

// The internal oscillator, undivided.
static void plan_internal(struct flash_access *fa, const struct clocks *c)
{
    add_switch(&fa->enter, c, switched(c, c->kind->sw_internal), c->kind->sw_internal);
    add_switch(&fa->leave, c, c->cfgr, sws_of(c));
    flash_sequence_write(&fa->leave, c->kind->rcc, c->cr);
}

// The program's PLL stays; where it cannot be too fast, its prescaler goes.
static void plan_program_s_pll(struct flash_access *fa, const struct clocks *c)
{
    if (c->kind->pll_stays) {
        fa->rows = !(c->cfgr & hpre_of(c));
        return;
    }
    flash_sequence_write(&fa->enter, c->kind->rcc + CFGR, c->cfgr & ~hpre_of(c));
    flash_sequence_write(&fa->leave, c->kind->rcc + CFGR, c->cfgr);
}

// Every clock that is chosen here is more than the 8 MHz that whole rows need (RM0444, 3.3).
static enum err plan_clock(struct flash_access *fa, const struct clocks *c)
{
    const bool has_pll = c->kind->pllcfgr;
    uint32_t divided;
    enum err e = read_bits(fa, &c->kind->divided, &divided);
    if (e)
        return e;
    fa->bank->driver->plan_latency(fa);
    fa->rows = !c->second_core;
    if (c->second_core) {
        // It lives from the same clocks.
    } else if (has_pll && (c->cr & CR_PLLON) && sws_of(c) == c->kind->sw_pll) {
        plan_program_s_pll(fa, c);
    } else {
        plan_oscillator(fa, c);
        if (has_pll && !(c->cr & CR_PLLON))
            plan_pll(fa, c);
        else
            plan_internal(fa, c);
    }
    fa->rows = fa->rows && !divided;
    fa->bank->driver->plan_latency_back(fa);
    return ERR_OK;
}

// ---- watchdogs, DMA, CRC unit, banks ------------------------------------------------------------

// No DMA may write into SRAM that a loader borrows.
static enum err plan_crc(struct flash_access *fa, const struct clocks *c)
{
    const struct rcc_dword *k = c->kind;
    const bool io = c->iopenr & k->io_masters;
    flash_sequence_write(&fa->enter, k->ahbenr, (c->ahbenr | AHBENR_CRCEN) & ~k->masters);
    if (io)
        flash_sequence_write(&fa->enter, k->iopenr, c->iopenr & ~k->io_masters);
    enum err e = c->ahbenr & AHBENR_CRCEN ? prepare_crc_return(fa, CRC_UNIT) : ERR_OK;
    flash_sequence_write(&fa->leave, k->ahbenr, c->ahbenr);
    if (io)
        flash_sequence_write(&fa->leave, k->iopenr, c->iopenr);
    return e;
}

enum err rcc_dword_plan(struct flash_access *fa)
{
    struct clocks c;
    uint32_t cr1;
    enum err e = read_clocks(fa, &c);
    if (e || (e = read_range(fa, &c, &cr1)) || (e = add_semaphore(fa, &c, &fa->enter)) ||
        (e = prepare_watchdogs(fa, IWDG_KR, WWDG_CR, c.apbenr1 & APBENR1_WWDGEN)) ||
        (e = plan_crc(fa, &c)))
        return e;
    if (is_slow_range(cr1))
        add_range_1(&fa->enter, &c, cr1);
    if ((e = plan_clock(fa, &c)))
        return e;
    if (is_slow_range(cr1))
        add_range_back(&fa->leave, &c, cr1);
    plan_semaphore_back(fa, &c);
    return ERR_OK;
}

// By SYSCFG.
enum err rcc_dword_find_swap(struct flash_access *fa, bool *swapped)
{
    const struct rcc_dword *k = kind_of(fa);
    uint32_t clocks, value = 0;
    if (!k->swap.addr)
        return ERR_OK;
    enum err e = mem_ap_read32(fa->mem, k->syscfg_clock.addr, &clocks);
    if (!e)
        e = prepare_read_gated(fa->mem, &k->syscfg_clock, clocks, k->swap.addr, &value);
    if (!e)
        *swapped = value & k->swap.bits;
    return e;
}
