// SPDX-License-Identifier: MIT
#include "targets/families/doctor_m0plus.h"

#include <stdio.h>

#include "targets/families/clock_facts.h"
#include "targets/families/gpio_pins.h"

#define CFGR_SWS (7u << 3)

// ---- clock --------------------------------------------------------------------------------------

const char *m0plus_slow_clock_by(const uint32_t value[FAMILY_REGISTERS], unsigned sw_internal,
                                 unsigned sw_slow, char *text, size_t size)
{
    const uint32_t cfgr = value[M0PLUS_READ_CFGR];
    const unsigned sws = (cfgr & CFGR_SWS) >> 3;
    const unsigned hsidiv = value[M0PLUS_READ_CR] >> 11 & 7;
    clock_hpre_text(cfgr, 8, text, size);
    if (sws == sw_slow || sws == sw_slow + 1)
        snprintf(text, size, "RCC_CFGR has the core run from %s, at 32 kHz",
                 sws == sw_slow ? "LSI" : "LSE");
    else if (!text[0] && sws == sw_internal && hsidiv > 2) // 2: the C0 after a reset
        snprintf(text, size, "RCC_CR divides HSI, from which the core runs, by %u", 1u << hsidiv);
    return text;
}

const char *m0plus_slow_clock(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size)
{
    return m0plus_slow_clock_by(value, 0, 3, text, size); // HSI; LSI and LSE
}

#define ACR_EMPTY      (1u << 16)
#define OPTR_NBOOT0    (1u << 26)
#define OPTR_NBOOT_SEL (1u << 24)

const char *m0plus_boots_loader(const uint32_t value[FAMILY_REGISTERS])
{
    const uint32_t optr = value[M0PLUS_READ_OPTR];
    if ((optr & OPTR_NBOOT_SEL) && !(optr & OPTR_NBOOT0))
        return "the options nBOOT_SEL=1 and nBOOT0=0 say so";
    if (value[M0PLUS_READ_ACR] & ACR_EMPTY)
        return "the flash was empty at power-on (FLASH_ACR.EMPTY)";
    if (!(optr & OPTR_NBOOT_SEL))
        return "BOOT0 is PA14, the pin of SWCLK, and was high (nBOOT_SEL=0)";
    return "";
}

// ---- pins ---------------------------------------------------------------------------------------

#define GPIOA    0x50000000u
#define RESET    (M0PLUS_RCC + 0x24)
#define RESET_U0 (M0PLUS_RCC + 0x2c)

static const struct gpio_port port_a = {
    .base = GPIOA,
    .clock_addr = M0PLUS_RCC + 0x34,
    .clock_mask = 1u << 0,
    .reset_name = "RCC_IOPRSTR",
    .reset_addr = RESET,
};
static const struct gpio_port port_a_u0 = {
    .base = GPIOA,
    .clock_addr = M0PLUS_RCC + 0x4c,
    .clock_mask = 1u << 0,
    .reset_name = "RCC_IOPRSTR",
    .reset_addr = RESET_U0,
};

const struct family_pins m0plus_pins = GPIO_PINS(&port_a, GPIOA, RESET);
const struct family_pins m0plus_pins_u0 = GPIO_PINS(&port_a_u0, GPIOA, RESET_U0);
