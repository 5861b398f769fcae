// SPDX-License-Identifier: MIT
// What a flash job needs of an STM32H7: watchdogs that are fed, no MDMA, the CRC unit. The clocks
// stay as they are: the flash has one of its own for programming (RM0433, 4.3).
#include "base/bytes.h"
#include "swd/mem_ap.h"
#include "targets/families/prepare.h"
#include "targets/families/stm32h7.h"

#define IWDG1_KR 0x58004800u
#define WWDG1_CR 0x50003000u

#define AHB3ENR_MDMAEN  (1u << 0)
#define APB3ENR_WWDG1EN (1u << 6)

#define ENR_BYTES (RCC_APB3ENR + 4 - RCC_AHB3ENR)

static enum err plan_job(struct flash_access *fa, const struct rcc_bits *crc_clock)
{
    uint8_t enr[ENR_BYTES];
    enum err e = mem_ap_read(fa->mem, RCC_AHB3ENR, enr, sizeof enr, NULL);
    if (e)
        return e;
    const uint32_t ahb3enr = get_le32(&enr[0]), apb3enr = get_le32(&enr[RCC_APB3ENR - RCC_AHB3ENR]);
    const uint32_t crc_enr = get_le32(&enr[crc_clock->addr - RCC_AHB3ENR]);
    if ((e = prepare_watchdogs(fa, IWDG1_KR, WWDG1_CR, apb3enr & APB3ENR_WWDG1EN)))
        return e;
    if (ahb3enr & AHB3ENR_MDMAEN)
        flash_sequence_write(&fa->enter, RCC_AHB3ENR, ahb3enr & ~AHB3ENR_MDMAEN);
    if (!(crc_enr & crc_clock->bits))
        flash_sequence_write(&fa->enter, crc_clock->addr, crc_enr | crc_clock->bits);
    else if ((e = prepare_crc_return(fa, fa->bank->prepare->crc_unit)))
        return e;
    if (!(crc_enr & crc_clock->bits))
        flash_sequence_write(&fa->leave, crc_clock->addr, crc_enr);
    if (ahb3enr & AHB3ENR_MDMAEN)
        flash_sequence_write(&fa->leave, RCC_AHB3ENR, ahb3enr);
    return ERR_OK;
}

static enum err plan(struct flash_access *fa)
{
    static const struct rcc_bits crc_clock = {RCC_AHB4ENR, 1u << 19};
    return plan_job(fa, &crc_clock);
}

static enum err plan_ab(struct flash_access *fa)
{
    static const struct rcc_bits crc_clock = {RCC_AHB1ENR, 1u << 9};
    return plan_job(fa, &crc_clock);
}

const struct flash_prepare stm32h7_prepare = {.plan = plan, .crc_unit = 0x58024c00};
const struct flash_prepare stm32h7ab_prepare = {.plan = plan_ab, .crc_unit = 0x40023000};
