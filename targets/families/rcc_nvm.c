// SPDX-License-Identifier: MIT
// A flash job on the chips with the NVM controller (STM32L0: RM0367, 6 and 7; L1: RM0038, 5 and 6):
// the clock of the interface, HSI for speed where the supply of the core allows it, watchdogs that
// are fed, no DMA, the CRC unit.
#include "targets/families/rcc_nvm.h"

#include "base/bytes.h"
#include "swd/mem_ap.h"
#include "targets/families/prepare.h"

#define CR_HSION (1u << 0)

#define CFGR_HPRE    (15u << 4)
#define CFGR_HPRE_2  (8u << 4)
#define CFGR_SWS     (3u << 2) // 0: MSI
#define CFGR_SWS_HSI (1u << 2)
#define CFGR_SWS_PLL (3u << 2)
#define CFGR_SW      (3u << 0)
#define CFGR_SW_HSI  (1u << 0)

#define AHBENR_CRCEN   (1u << 12)
#define APB1ENR_WWDGEN (1u << 11)
#define APB1ENR_PWREN  (1u << 28)

#define PWR_CR            0x40007000u
#define PWR_CR_VOS        (3u << 11)
#define PWR_CR_VOS_RANGE3 (3u << 11)

#define IWDG_KR 0x40003000u
#define WWDG_CR 0x40002c00u

#define RCC_BYTES 0x54u // from RCC_CR to the last register that one of them has

struct clocks {
    const struct rcc_nvm *kind;
    uint8_t rcc[RCC_BYTES];
};

static const struct rcc_nvm *kind_of(const struct flash_access *fa)
{
    return (const struct rcc_nvm *)fa->bank->prepare;
}

static uint32_t word_at(const struct clocks *c, uint32_t addr)
{
    return get_le32(&c->rcc[addr - c->kind->cr]);
}

// The controller's registers have a clock gate, which is open after a reset.
enum err rcc_nvm_clock_on(struct flash_access *fa)
{
    const struct rcc_nvm *k = kind_of(fa);
    uint32_t ahbenr;
    enum err e = mem_ap_read32(fa->mem, k->ahbenr, &ahbenr);
    if (e || (ahbenr & k->nvm_gate))
        return e;
    return mem_ap_write32(fa->mem, k->ahbenr, ahbenr | k->nvm_gate);
}

// In range 3 of the core's supply nothing is faster than 4.2 MHz (RM0367, 6; RM0038, 5). PWR
// may have no clock: then it gets one for as long as it is read.
static enum err is_slow_range(struct flash_access *fa, const struct clocks *c, bool *slow)
{
    const struct rcc_bits gate = {c->kind->apb1enr, APB1ENR_PWREN};
    uint32_t cr = 0;
    enum err e = prepare_read_gated(fa->mem, &gate, word_at(c, c->kind->apb1enr), PWR_CR, &cr);
    *slow = (cr & PWR_CR_VOS) == PWR_CR_VOS_RANGE3;
    return e;
}

static void plan_switch_back(struct flash_access *fa, const struct clocks *c)
{
    const uint32_t cfgr = word_at(c, c->kind->cfgr), source = cfgr & CFGR_SWS;
    flash_sequence_write(&fa->leave, c->kind->cfgr, cfgr);
    if (source)
        flash_sequence_wait_set(&fa->leave, c->kind->cfgr, source);
    if (source != CFGR_SWS)
        flash_sequence_wait_clear(&fa->leave, c->kind->cfgr, CFGR_SWS & ~source);
    flash_sequence_write(&fa->leave, c->kind->cr, word_at(c, c->kind->cr));
}

// The clock may not become four times as fast at once: from the 2.1 MHz of MSI it goes by the half
// of HSI (DS10152 and DS6876, general operating conditions).
static void plan_hsi(struct flash_access *fa, const struct clocks *c)
{
    const struct rcc_nvm *k = c->kind;
    const uint32_t cr = word_at(c, k->cr), cfgr = word_at(c, k->cfgr);
    const uint32_t hsi = (cfgr & ~(CFGR_HPRE | CFGR_SW)) | CFGR_SW_HSI;
    flash_sequence_write(&fa->enter, k->cr, cr | CR_HSION);
    flash_sequence_wait_set(&fa->enter, k->cr, k->hsi_ready);
    flash_sequence_write(&fa->enter, k->cfgr, hsi | CFGR_HPRE_2);
    flash_sequence_wait_set(&fa->enter, k->cfgr, CFGR_SWS_HSI);
    flash_sequence_wait_clear(&fa->enter, k->cfgr, CFGR_SWS & ~CFGR_SWS_HSI);
    flash_sequence_write(&fa->enter, k->cfgr, hsi);
}

// A core at the 2.1 MHz of MSI computes CRCs slowly: it gets the 16 MHz of HSI, unless it is as
// fast with the PLL.
static enum err plan_clock(struct flash_access *fa, const struct clocks *c)
{
    const struct flash_driver *driver = fa->bank->driver;
    const uint32_t cfgr = word_at(c, c->kind->cfgr), source = cfgr & CFGR_SWS;
    bool slow, whole = !(cfgr & CFGR_HPRE);
    enum err e = is_slow_range(fa, c, &slow);
    if (e || slow || (whole && (source == CFGR_SWS_PLL || source == CFGR_SWS_HSI)))
        return e;
    driver->plan_latency(fa);
    plan_hsi(fa, c);
    plan_switch_back(fa, c);
    driver->plan_latency_back(fa);
    return ERR_OK;
}

// No DMA may write into SRAM that a loader borrows.
static enum err plan_crc(struct flash_access *fa, const struct clocks *c)
{
    const struct rcc_nvm *k = c->kind;
    const uint32_t ahbenr = word_at(c, k->ahbenr), unit = k->prepare.crc_unit;
    enum err e = ERR_OK;
    flash_sequence_write(&fa->enter, k->ahbenr,
                         (ahbenr | AHBENR_CRCEN | k->nvm_gate) & ~k->masters);
    if (ahbenr & AHBENR_CRCEN)
        e = k->plain_crc ? prepare_plain_crc_return(fa, unit) : prepare_crc_return(fa, unit);
    flash_sequence_write(&fa->leave, k->ahbenr, ahbenr);
    return e;
}

enum err rcc_nvm_plan(struct flash_access *fa)
{
    struct clocks c = {.kind = kind_of(fa)};
    const uint32_t bytes = c.kind->csr + 4 - c.kind->cr;
    enum err e = mem_ap_read(fa->mem, c.kind->cr, c.rcc, bytes, NULL);
    if (!e)
        e = prepare_watchdogs(fa, IWDG_KR, WWDG_CR, word_at(&c, c.kind->apb1enr) & APB1ENR_WWDGEN);
    if (!e)
        e = plan_crc(fa, &c);
    return e ? e : plan_clock(fa, &c);
}
