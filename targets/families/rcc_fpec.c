// SPDX-License-Identifier: MIT
// HSI, without which the controller neither erases nor programs (RM0091, 3.2.2; PM0075, 2), the PLL
// for speed, watchdogs that are fed, no DMA, the CRC unit.
#include "targets/families/rcc_fpec.h"

#include "base/bytes.h"
#include "flash/crc.h"
#include "swd/mem_ap.h"

#define RCC_CR      0x40021000u
#define RCC_CFGR    0x40021004u
#define RCC_AHBENR  0x40021014u
#define RCC_APB1ENR 0x4002101cu

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

#define CRC_UNIT       0x40023000u
#define CRC_DR         0x00u
#define CRC_CR         0x08u
#define CRC_CR_RESET   (1u << 0)
#define CRC_CR_REV_OUT (1u << 7)
#define CRC_INIT       0x10u
#define CRC_POL        0x14u

#define IWDG_KR        0x40003000u
#define IWDG_KR_RELOAD 0xaaaau

#define WWDG_CR      0x40002c00u
#define WWDG_CR_WDGA (1u << 7)
#define WWDG_CFR     0x40002c04u
#define WWDG_LONGEST 0x7fu // of T in CR, and of the window W in CFR

#define RCC_WORDS    8u // from RCC_CR on
#define HSI_LIMIT_US 10000u

static uint32_t rcc_word(const uint8_t rcc[4 * RCC_WORDS], uint32_t addr)
{
    return get_le32(&rcc[addr - RCC_CR]);
}

static const struct rcc_fpec *family_of(const struct flash_access *fa)
{
    return (const struct rcc_fpec *)fa->bank->prepare;
}

enum err rcc_fpec_clock_on(struct flash_access *fa)
{
    uint32_t cr;
    enum err e = mem_ap_read32(fa->mem, RCC_CR, &cr);
    if (e || (cr & RCC_CR_HSION))
        return e;
    if ((e = mem_ap_write32(fa->mem, RCC_CR, cr | RCC_CR_HSION)))
        return e;
    uint64_t deadline = debug_probe_now_us(fa->mem->probe) + HSI_LIMIT_US;
    for (;;) {
        bool late = debug_probe_now_us(fa->mem->probe) > deadline;
        if ((e = mem_ap_read32(fa->mem, RCC_CR, &cr)) || (cr & RCC_CR_HSIRDY))
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
    flash_script_write(&fa->enter, RCC_CR, cr | RCC_CR_HSION);
    flash_script_wait_set(&fa->enter, RCC_CR, RCC_CR_HSIRDY);
}

// A core at 8 MHz lets the flash wait for about a microsecond after each halfword, and computes
// CRCs slowly: it gets the PLL, if that is free. A prescaled clock is made whole in any case.
static void plan_clock(struct flash_access *fa, const uint8_t rcc[4 * RCC_WORDS])
{
    const struct flash_driver *driver = fa->bank->driver;
    uint32_t cr = rcc_word(rcc, RCC_CR), cfgr = rcc_word(rcc, RCC_CFGR);
    bool faster = !(cfgr & RCC_CFGR_SWS) && !(cr & RCC_CR_PLLON);
    const struct rcc_fpec *f = family_of(fa);
    if (!faster && (f->keeps_prescaler || !(cfgr & RCC_CFGR_HPRE)))
        return;
    uint32_t plain = cfgr & ~RCC_CFGR_HPRE;
    driver->plan_latency(fa);
    if (faster) {
        uint32_t pll = (plain & ~(f->pll_mask | RCC_CFGR_SW)) | f->pll;
        flash_script_write(&fa->enter, RCC_CFGR, pll);
        flash_script_write(&fa->enter, RCC_CR, cr | RCC_CR_HSION | RCC_CR_PLLON);
        flash_script_wait_set(&fa->enter, RCC_CR, RCC_CR_PLLRDY);
        flash_script_write(&fa->enter, RCC_CFGR, pll | RCC_CFGR_SW_PLL);
        flash_script_wait_set(&fa->enter, RCC_CFGR, RCC_CFGR_SWS_PLL);
        flash_script_write(&fa->leave, RCC_CFGR, pll);
        flash_script_wait_clear(&fa->leave, RCC_CFGR, RCC_CFGR_SWS);
        flash_script_write(&fa->leave, RCC_CR, (cr | RCC_CR_HSION) & ~RCC_CR_PLLON);
        flash_script_wait_clear(&fa->leave, RCC_CR, RCC_CR_PLLRDY);
    } else {
        flash_script_write(&fa->enter, RCC_CFGR, plain);
    }
    flash_script_write(&fa->leave, RCC_CFGR, cfgr);
    driver->plan_latency_back(fa);
}

// A running IWDG cannot be told from a sleeping one, and feeding that is harmless (RM0091, 23.3). A
// WWDG is fed only when it runs; its window is opened, because the loader cannot know when it is.
static enum err plan_watchdogs(struct flash_access *fa, const uint8_t rcc[4 * RCC_WORDS])
{
    for (unsigned i = 0; i < 2; i++) {
        fa->dog[i][0] = IWDG_KR;
        fa->dog[i][1] = IWDG_KR_RELOAD;
    }
    if (!(rcc_word(rcc, RCC_APB1ENR) & RCC_APB1ENR_WWDGEN))
        return ERR_OK;
    uint8_t wwdg[8];
    enum err e = mem_ap_read(fa->mem, WWDG_CR, wwdg, sizeof wwdg, NULL);
    if (e || !(get_le32(&wwdg[0]) & WWDG_CR_WDGA))
        return e;
    fa->dog[1][0] = WWDG_CR;
    fa->dog[1][1] = WWDG_CR_WDGA | WWDG_LONGEST;
    flash_script_write(&fa->enter, WWDG_CFR, get_le32(&wwdg[4]) | WWDG_LONGEST);
    flash_script_write(&fa->leave, WWDG_CFR, get_le32(&wwdg[4]));
    return ERR_OK;
}

static uint32_t reverse_bits(uint32_t v)
{
    uint32_t r = 0;
    for (unsigned i = 0; i < 32; i++)
        r |= (v >> i & 1) << (31 - i);
    return r;
}

// The CRC unit of a program that uses it. Its sum can only be brought back by feeding the right
// word, since writing INIT sets the sum as well (RM0091, 12.3).
static enum err plan_crc_return(struct flash_access *fa)
{
    uint8_t crc[24];
    enum err e = mem_ap_read(fa->mem, CRC_UNIT, crc, sizeof crc, NULL);
    if (e)
        return e;
    uint32_t sum = get_le32(&crc[0]), cr = get_le32(&crc[8]), init = get_le32(&crc[16]);
    if (cr & CRC_CR_REV_OUT)
        sum = reverse_bits(sum);
    flash_script_write(&fa->enter, CRC_UNIT + CRC_INIT, 0xffffffff);
    flash_script_write(&fa->enter, CRC_UNIT + CRC_POL, 0x04c11db7);
    flash_script_write(&fa->leave, CRC_UNIT + CRC_CR, 0);
    flash_script_write(&fa->leave, CRC_UNIT + CRC_INIT, init);
    flash_script_write(&fa->leave, CRC_UNIT + CRC_DR, flash_crc_bridge(init, sum));
    flash_script_write(&fa->leave, CRC_UNIT + CRC_POL, get_le32(&crc[20]));
    flash_script_write(&fa->leave, CRC_UNIT + CRC_CR, cr);
    return ERR_OK;
}

static enum err plan_plain_crc_return(struct flash_access *fa)
{
    uint32_t sum;
    enum err e = mem_ap_read32(fa->mem, CRC_UNIT + CRC_DR, &sum);
    if (e)
        return e;
    flash_script_write(&fa->leave, CRC_UNIT + CRC_CR, CRC_CR_RESET);
    flash_script_write(&fa->leave, CRC_UNIT + CRC_DR, flash_crc_bridge(0xffffffff, sum));
    return ERR_OK;
}

static enum err plan_used_crc(struct flash_access *fa)
{
    return family_of(fa)->plain_crc ? plan_plain_crc_return(fa) : plan_crc_return(fa);
}

static enum err plan_crc(struct flash_access *fa, uint32_t ahbenr)
{
    // No DMA may write into SRAM that a loader borrows.
    flash_script_write(&fa->enter, RCC_AHBENR,
                       (ahbenr | RCC_AHBENR_CRCEN) & ~family_of(fa)->masters);
    enum err e = ahbenr & RCC_AHBENR_CRCEN ? plan_used_crc(fa) : ERR_OK;
    flash_script_write(&fa->leave, RCC_AHBENR, ahbenr);
    return e;
}

enum err rcc_fpec_plan(struct flash_access *fa)
{
    uint8_t rcc[4 * RCC_WORDS];
    enum err e = mem_ap_read(fa->mem, RCC_CR, rcc, sizeof rcc, NULL);
    if (e)
        return e;
    const uint32_t cr = rcc_word(rcc, RCC_CR);
    plan_hsi(fa, cr);
    if ((e = plan_watchdogs(fa, rcc)) || (e = plan_crc(fa, rcc_word(rcc, RCC_AHBENR))))
        return e;
    plan_clock(fa, rcc);
    if (!(cr & RCC_CR_HSION))
        flash_script_write(&fa->leave, RCC_CR, cr);
    return ERR_OK;
}
