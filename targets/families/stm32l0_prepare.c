// SPDX-License-Identifier: MIT
// What a flash job needs of an STM32L0: the clock of the NVM interface, HSI for speed where the
// supply of the core allows it, watchdogs that are fed, no DMA, the CRC unit.
#include "base/bytes.h"
#include "swd/mem_ap.h"
#include "targets/families/prepare.h"
#include "targets/families/stm32l0.h"

#define RCC_CR_HSION  (1u << 0)
#define RCC_CR_HSIRDY (1u << 2)

#define RCC_CFGR_HPRE    (15u << 4)
#define RCC_CFGR_SWS     (3u << 2)
#define RCC_CFGR_SWS_HSI (1u << 2)
#define RCC_CFGR_SWS_PLL (3u << 2)
#define RCC_CFGR_SW      (3u << 0)
#define RCC_CFGR_SW_HSI  (1u << 0)

#define RCC_AHBENR_DMA     (1u << 0)
#define RCC_AHBENR_MIFEN   (1u << 8)
#define RCC_AHBENR_CRCEN   (1u << 12)
#define RCC_APB1ENR_WWDGEN (1u << 11)
#define RCC_APB1ENR_PWREN  (1u << 28)

#define PWR_CR_VOS        (3u << 11)
#define PWR_CR_VOS_RANGE3 (3u << 11)

#define CRC_UNIT 0x40023000u

#define IWDG_KR 0x40003000u

#define WWDG_CR 0x40002c00u

#define RCC_WORDS 21u // from RCC_CR to RCC_CSR

static uint32_t rcc_word(const uint8_t rcc[4 * RCC_WORDS], uint32_t addr)
{
    return get_le32(&rcc[addr - RCC_CR]);
}

// The controller's registers have a clock gate, which is open after a reset.
static enum err clock_on(struct flash_access *fa)
{
    uint32_t ahbenr;
    enum err e = mem_ap_read32(fa->mem, RCC_AHBENR, &ahbenr);
    if (e || (ahbenr & RCC_AHBENR_MIFEN))
        return e;
    return mem_ap_write32(fa->mem, RCC_AHBENR, ahbenr | RCC_AHBENR_MIFEN);
}

// In range 3 of the core's supply nothing is faster than 4.2 MHz (RM0367, 6). PWR may have no
// clock: then it gets one for as long as it is read.
static enum err is_slow_range(struct flash_access *fa, uint32_t apb1enr, bool *slow)
{
    const bool gated = !(apb1enr & RCC_APB1ENR_PWREN);
    uint32_t cr = 0;
    enum err e = gated ? mem_ap_write32(fa->mem, RCC_APB1ENR, apb1enr | RCC_APB1ENR_PWREN) : ERR_OK;
    if (!e)
        e = mem_ap_read32(fa->mem, PWR_CR, &cr);
    if (!e && gated)
        e = mem_ap_write32(fa->mem, RCC_APB1ENR, apb1enr);
    *slow = (cr & PWR_CR_VOS) == PWR_CR_VOS_RANGE3;
    return e;
}

static void plan_switch_back(struct flash_access *fa, uint32_t cr, uint32_t cfgr)
{
    const uint32_t source = cfgr & RCC_CFGR_SWS;
    flash_sequence_write(&fa->leave, RCC_CFGR, cfgr);
    if (source)
        flash_sequence_wait_set(&fa->leave, RCC_CFGR, source);
    if (source != RCC_CFGR_SWS)
        flash_sequence_wait_clear(&fa->leave, RCC_CFGR, RCC_CFGR_SWS & ~source);
    flash_sequence_write(&fa->leave, RCC_CR, cr);
}

// A core at the 2.1 MHz of MSI computes CRCs slowly: it gets the 16 MHz of HSI, unless it is as
// fast with the PLL.
static enum err plan_clock(struct flash_access *fa, const uint8_t rcc[4 * RCC_WORDS])
{
    const struct flash_driver *driver = fa->bank->driver;
    const uint32_t cr = rcc_word(rcc, RCC_CR), cfgr = rcc_word(rcc, RCC_CFGR);
    const uint32_t source = cfgr & RCC_CFGR_SWS;
    bool slow, whole = !(cfgr & RCC_CFGR_HPRE);
    enum err e = is_slow_range(fa, rcc_word(rcc, RCC_APB1ENR), &slow);
    if (e || slow || (whole && (source == RCC_CFGR_SWS_PLL || source == RCC_CFGR_SWS_HSI)))
        return e;
    const uint32_t hsi = (cfgr & ~(RCC_CFGR_HPRE | RCC_CFGR_SW)) | RCC_CFGR_SW_HSI;
    driver->plan_latency(fa);
    flash_sequence_write(&fa->enter, RCC_CR, cr | RCC_CR_HSION);
    flash_sequence_wait_set(&fa->enter, RCC_CR, RCC_CR_HSIRDY);
    flash_sequence_write(&fa->enter, RCC_CFGR, hsi);
    flash_sequence_wait_set(&fa->enter, RCC_CFGR, RCC_CFGR_SWS_HSI);
    flash_sequence_wait_clear(&fa->enter, RCC_CFGR, RCC_CFGR_SWS & ~RCC_CFGR_SWS_HSI);
    plan_switch_back(fa, cr, cfgr);
    driver->plan_latency_back(fa);
    return ERR_OK;
}

static enum err plan_crc(struct flash_access *fa, uint32_t ahbenr)
{
    // No DMA may write into SRAM that a loader borrows.
    flash_sequence_write(&fa->enter, RCC_AHBENR,
                         (ahbenr | RCC_AHBENR_CRCEN | RCC_AHBENR_MIFEN) & ~RCC_AHBENR_DMA);
    enum err e = ahbenr & RCC_AHBENR_CRCEN ? prepare_crc_return(fa, CRC_UNIT) : ERR_OK;
    flash_sequence_write(&fa->leave, RCC_AHBENR, ahbenr);
    return e;
}

static enum err plan(struct flash_access *fa)
{
    uint8_t rcc[4 * RCC_WORDS];
    enum err e = mem_ap_read(fa->mem, RCC_CR, rcc, sizeof rcc, NULL);
    if (!e)
        e = prepare_watchdogs(fa, IWDG_KR, WWDG_CR,
                              rcc_word(rcc, RCC_APB1ENR) & RCC_APB1ENR_WWDGEN);
    if (!e)
        e = plan_crc(fa, rcc_word(rcc, RCC_AHBENR));
    return e ? e : plan_clock(fa, rcc);
}

const struct flash_prepare stm32l0_prepare = {
    .plan = plan,
    .clock_on = clock_on,
    .crc_unit = CRC_UNIT,
};
