// SPDX-License-Identifier: MIT
// No DMA, watchdogs that are fed, the CRC unit, and a core's clock that is fast enough: the flash
// wants 1 MHz at least (RM0090, 3.6). Nothing else is changed of the clocks: programming takes as
// long as the flash does, at HSI's 16 MHz as well.
#include "targets/families/rcc_f4.h"

#include "base/bytes.h"
#include "swd/mem_ap.h"
#include "targets/families/prepare.h"

#define RCC_APB1ENR 0x40023840u

#define CFGR_HPRE       (15u << 4)
#define CFGR_SWS        (3u << 2) // 0: HSI
#define AHB1ENR_CRCEN   (1u << 12)
#define APB1ENR_WWDGEN  (1u << 11)
// What writes into SRAM by itself: DMA1, DMA2, DMA2D, Ethernet, USB OTG HS.
#define AHB1ENR_MASTERS (7u << 21 | 15u << 25 | 1u << 29)

#define IWDG_KR 0x40003000u
#define WWDG_CR 0x40002c00u

// HSI undivided needs no wait states, at any supply.
static bool divides_hsi(uint32_t cfgr)
{
    return !(cfgr & CFGR_SWS) && (cfgr & CFGR_HPRE);
}

enum err rcc_f4_clock_on(struct flash_access *fa)
{
    uint32_t cfgr;
    enum err e = mem_ap_read32(fa->mem, RCC_F4_CFGR, &cfgr);
    return e || !divides_hsi(cfgr) ? e : mem_ap_write32(fa->mem, RCC_F4_CFGR, cfgr & ~CFGR_HPRE);
}

// give_back_crc: what gives the program its CRC unit back.
static enum err plan(struct flash_access *fa,
                     enum err (*give_back_crc)(struct flash_access *fa, uint32_t crc_unit))
{
    uint8_t rcc[RCC_APB1ENR + 4 - RCC_F4_CFGR];
    enum err e = mem_ap_read(fa->mem, RCC_F4_CFGR, rcc, sizeof rcc, NULL);
    if (e)
        return e;
    const uint32_t cfgr = get_le32(&rcc[0]), ahb1enr = get_le32(&rcc[RCC_F4_AHB1ENR - RCC_F4_CFGR]);
    const uint32_t apb1enr = get_le32(&rcc[RCC_APB1ENR - RCC_F4_CFGR]);
    if (divides_hsi(cfgr))
        flash_sequence_write(&fa->enter, RCC_F4_CFGR, cfgr & ~CFGR_HPRE);
    if ((e = prepare_watchdogs(fa, IWDG_KR, WWDG_CR, apb1enr & APB1ENR_WWDGEN)))
        return e;
    flash_sequence_write(&fa->enter, RCC_F4_AHB1ENR, (ahb1enr | AHB1ENR_CRCEN) & ~AHB1ENR_MASTERS);
    if ((ahb1enr & AHB1ENR_CRCEN) && (e = give_back_crc(fa, RCC_F4_CRC_UNIT)))
        return e;
    flash_sequence_write(&fa->leave, RCC_F4_AHB1ENR, ahb1enr);
    if (divides_hsi(cfgr))
        flash_sequence_write(&fa->leave, RCC_F4_CFGR, cfgr);
    return ERR_OK;
}

enum err rcc_f4_plan(struct flash_access *fa)
{
    return plan(fa, prepare_plain_crc_return);
}

enum err rcc_f4_plan_f7(struct flash_access *fa)
{
    return plan(fa, prepare_crc_return);
}

#define SYSCFG_MEMRMP    0x40013800u
#define MEMRMP_FB_MODE   (1u << 8)
#define APB2ENR_SYSCFGEN (1u << 14)

enum err rcc_f4_find_swap(struct flash_access *fa, uint32_t bits, uint32_t value, bool *swapped)
{
    static const struct rcc_bits gate = {RCC_F4_APB2ENR, APB2ENR_SYSCFGEN};
    uint32_t enr, optcr, memrmp = 0;
    enum err e = mem_ap_read32(fa->mem, RCC_F4_APB2ENR, &enr);
    if (!e)
        e = mem_ap_read32(fa->mem, FLASH_F4_OPTCR, &optcr);
    *swapped = false;
    if (e || (!(enr & APB2ENR_SYSCFGEN) && (optcr & bits) != value))
        return e;
    e = prepare_read_gated(fa->mem, &gate, enr, SYSCFG_MEMRMP, &memrmp);
    *swapped = !e && (memrmp & MEMRMP_FB_MODE);
    return e;
}

void rcc_f4_geometry(const struct chip *chip, uint32_t size,
                     const uint32_t reg[FAMILY_GEOMETRY_REGS], struct family_geometry *g)
{
    (void)chip;
    (void)reg;
    g->layout.mass_erase_us = SECTOR_MASS_US(size / SECTOR_KIB);
}

// ---- debug unit (RM0090, 38.16; RM0033, 32.16) ----------------------------------------------------

#define DBGMCU              0xe0042000u
#define DBGMCU_CR_LOW_POWER 7u // DBG_SLEEP, DBG_STOP, DBG_STANDBY
#define DBGMCU_APB1_FZ_DOGS (3u << 11)

const struct dbgmcu_layout rcc_f4_dbgmcu = {
    .reg = {{.addr = DBGMCU + 4, .low_power = DBGMCU_CR_LOW_POWER},
            {.addr = DBGMCU + 8, .freeze = DBGMCU_APB1_FZ_DOGS}},
};

// FLASH_OPTCR bits 15:8 (RM0090, 3.9.10).
const struct rdp_scheme rcc_f4_rdp = {
    .status_addr = FLASH_F4_OPTCR,
    .status = {.shift = 8, .bits = 8, .level0 = 0xaa, .level2 = 0xcc},
    .option_word = 0,
    .option = {.shift = 8, .bits = 8, .level0 = 0xaa, .level2 = 0xcc},
    .option_level1 = 0x55,
};

// ---- doctor -------------------------------------------------------------------------------------

#define GPIOA 0x40020000u

static const struct gpio_port port_a = {
    .base = GPIOA,
    .clock_addr = RCC_F4_AHB1ENR,
    .clock_mask = 1u << 0, // GPIOAEN
    .reset_name = "RCC_AHB1RSTR",
    .reset_addr = RCC_F4_AHB1RST,
};

const struct family_pins rcc_f4_pins = GPIO_PINS(&port_a, GPIOA, RCC_F4_AHB1RST);

const char *rcc_f4_slow_clock(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size)
{
    return clock_hpre_text(value[RCC_F4_READ_CFGR], 4, text, size);
}
