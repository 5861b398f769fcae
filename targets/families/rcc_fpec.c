// SPDX-License-Identifier: MIT
// HSI, without which the controller neither erases nor programs (RM0091, 3.2.2; PM0075, 2), the PLL
// for speed, watchdogs that are fed, no DMA, the CRC unit.
#include "targets/families/rcc_fpec.h"

#include "base/bytes.h"
#include "swd/mem_ap.h"
#include "targets/families/fpec.h"
#include "targets/families/prepare.h"

#define RCC_CR_PLLRDY (1u << 25)
#define RCC_CR_PLLON  (1u << 24)
#define RCC_CR_HSIRDY (1u << 1)
#define RCC_CR_HSION  (1u << 0)

#define RCC_CFGR_HPRE    (15u << 4)
#define RCC_CFGR_SWS     (3u << 2)
#define RCC_CFGR_SWS_PLL (2u << 2)
#define RCC_CFGR_SW      (3u << 0)
#define RCC_CFGR_SW_PLL  (2u << 0)

#define RCC_AHBENR_CRCEN   (1u << 6)
#define RCC_APB1ENR_WWDGEN (1u << 11)

#define CRC_UNIT 0x40023000u

#define IWDG_KR 0x40003000u

#define WWDG_CR 0x40002c00u

#define RCC_WORDS    8u // from RCC_CR on
#define HSI_LIMIT_US 10000u

static uint32_t rcc_word(const uint8_t rcc[4 * RCC_WORDS], uint32_t addr)
{
    return get_le32(&rcc[addr - FPEC_RCC_CR]);
}

static const struct rcc_fpec *family_of(const struct flash_access *fa)
{
    return (const struct rcc_fpec *)fa->bank->prepare;
}

enum err rcc_fpec_clock_on(struct flash_access *fa)
{
    uint32_t cr;
    enum err e = mem_ap_read32(fa->mem, FPEC_RCC_CR, &cr);
    if (e || (cr & RCC_CR_HSION))
        return e;
    if ((e = mem_ap_write32(fa->mem, FPEC_RCC_CR, cr | RCC_CR_HSION)))
        return e;
    uint64_t deadline = debug_probe_now_us(fa->mem->probe) + HSI_LIMIT_US;
    for (;;) {
        bool late = debug_probe_now_us(fa->mem->probe) > deadline;
        if ((e = mem_ap_read32(fa->mem, FPEC_RCC_CR, &cr)) || (cr & RCC_CR_HSIRDY))
            return e;
        if (late)
            return log_fail(
                fa->log, ERR_FLASH,
                "the chip's internal 8 MHz oscillator, which its flash needs, does not start");
    }
}

static void plan_hsi(struct flash_access *fa, uint32_t cr)
{
    if (cr & RCC_CR_HSION)
        return;
    flash_sequence_write(&fa->enter, FPEC_RCC_CR, cr | RCC_CR_HSION);
    flash_sequence_wait_set(&fa->enter, FPEC_RCC_CR, RCC_CR_HSIRDY);
}

// A core at 8 MHz lets the flash wait for about a microsecond after each halfword, and computes
// CRCs slowly: it gets the PLL, if that is free. A prescaled clock is made whole in any case.
static void plan_clock(struct flash_access *fa, const uint8_t rcc[4 * RCC_WORDS])
{
    const struct flash_driver *driver = fa->bank->driver;
    uint32_t cr = rcc_word(rcc, FPEC_RCC_CR), cfgr = rcc_word(rcc, FPEC_RCC_CFGR);
    bool faster = !(cfgr & RCC_CFGR_SWS) && !(cr & RCC_CR_PLLON);
    const struct rcc_fpec *f = family_of(fa);
    if (!faster && (f->keeps_prescaler || !(cfgr & RCC_CFGR_HPRE)))
        return;
    uint32_t plain = cfgr & ~RCC_CFGR_HPRE;
    driver->plan_latency(fa);
    if (faster) {
        uint32_t pll = (plain & ~(f->pll_mask | RCC_CFGR_SW)) | f->pll;
        flash_sequence_write(&fa->enter, FPEC_RCC_CFGR, pll);
        flash_sequence_write(&fa->enter, FPEC_RCC_CR, cr | RCC_CR_HSION | RCC_CR_PLLON);
        flash_sequence_wait_set(&fa->enter, FPEC_RCC_CR, RCC_CR_PLLRDY);
        flash_sequence_write(&fa->enter, FPEC_RCC_CFGR, pll | RCC_CFGR_SW_PLL);
        flash_sequence_wait_set(&fa->enter, FPEC_RCC_CFGR, RCC_CFGR_SWS_PLL);
        flash_sequence_write(&fa->leave, FPEC_RCC_CFGR, pll);
        flash_sequence_wait_clear(&fa->leave, FPEC_RCC_CFGR, RCC_CFGR_SWS);
        flash_sequence_write(&fa->leave, FPEC_RCC_CR, (cr | RCC_CR_HSION) & ~RCC_CR_PLLON);
        flash_sequence_wait_clear(&fa->leave, FPEC_RCC_CR, RCC_CR_PLLRDY);
    } else {
        flash_sequence_write(&fa->enter, FPEC_RCC_CFGR, plain);
    }
    flash_sequence_write(&fa->leave, FPEC_RCC_CFGR, cfgr);
    driver->plan_latency_back(fa);
}

static enum err plan_used_crc(struct flash_access *fa)
{
    return family_of(fa)->plain_crc ? prepare_plain_crc_return(fa, CRC_UNIT)
                                    : prepare_crc_return(fa, CRC_UNIT);
}

static enum err plan_crc(struct flash_access *fa, uint32_t ahbenr)
{
    // No DMA may write into SRAM that a loader borrows.
    flash_sequence_write(&fa->enter, FPEC_RCC_AHBENR,
                         (ahbenr | RCC_AHBENR_CRCEN) & ~family_of(fa)->masters);
    enum err e = ahbenr & RCC_AHBENR_CRCEN ? plan_used_crc(fa) : ERR_OK;
    flash_sequence_write(&fa->leave, FPEC_RCC_AHBENR, ahbenr);
    return e;
}

enum err rcc_fpec_plan(struct flash_access *fa)
{
    uint8_t rcc[4 * RCC_WORDS];
    enum err e = mem_ap_read(fa->mem, FPEC_RCC_CR, rcc, sizeof rcc, NULL);
    if (e)
        return e;
    const uint32_t cr = rcc_word(rcc, FPEC_RCC_CR);
    plan_hsi(fa, cr);
    if ((e = prepare_watchdogs(fa, IWDG_KR, WWDG_CR,
                               rcc_word(rcc, FPEC_RCC_APB1ENR) & RCC_APB1ENR_WWDGEN)) ||
        (e = plan_crc(fa, rcc_word(rcc, FPEC_RCC_AHBENR))))
        return e;
    plan_clock(fa, rcc);
    if (!(cr & RCC_CR_HSION))
        flash_sequence_write(&fa->leave, FPEC_RCC_CR, cr);
    return ERR_OK;
}
