// SPDX-License-Identifier: MIT
#include "targets/families/doctor_m0plus.h"

#include <stdio.h>

#include "swd/mem_ap.h"
#include "targets/families/gpio_pins.h"
#include "targets/target.h"

#define RCC_CR       M0PLUS_RCC
#define CR_HSEON     (1u << 16)
#define CR_HSERDY    (1u << 17)
#define CR_HSEBYP    (1u << 18)
#define CFGR_SWS     (7u << 3)
#define HSE_START_US 100000u // more than any crystal takes

#define ADCEN   (1u << 20)
#define TIM14EN (1u << 15)

// ---- clock --------------------------------------------------------------------------------------

const char *m0plus_slow_clock(const uint32_t value[FAMILY_REGISTERS], unsigned sw_internal,
                              unsigned sw_slow, char *text, size_t size)
{
    static const uint16_t divisors[16] = {1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 8, 16, 64, 128, 256, 512};
    const uint32_t cfgr = value[M0PLUS_READ_CFGR];
    const unsigned sws = (cfgr & CFGR_SWS) >> 3, divisor = divisors[cfgr >> 8 & 15];
    const unsigned hsidiv = value[M0PLUS_READ_CR] >> 11 & 7;
    text[0] = '\0';
    if (sws == sw_slow || sws == sw_slow + 1)
        snprintf(text, size, "RCC_CFGR has the core run from %s, at 32 kHz",
                 sws == sw_slow ? "LSI" : "LSE");
    else if (divisor > 1)
        snprintf(text, size, "RCC_CFGR divides the core's clock by %u", divisor);
    else if (sws == sw_internal && hsidiv > 2) // 2: the C0 after a reset
        snprintf(text, size, "RCC_CR divides HSI, from which the core runs, by %u", 1u << hsidiv);
    return text;
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

// ---- VDDA, HSE ----------------------------------------------------------------------------------

enum err m0plus_measure_vdda(const struct self_adc *adc, uint32_t adc_clock,
                             const struct mem_ap *mem, struct family_vdda *found)
{
    enum err e = self_set_bits(mem, adc_clock, ADCEN);
    return e ? e : self_measure_vdda(adc, mem, found);
}

enum err m0plus_measure_hse(const struct self_timer *timer, uint32_t timer_clock, struct target *t,
                            const uint32_t value[FAMILY_REGISTERS], struct family_hse *found)
{
    enum err e = self_set_bits(&t->mem, RCC_CR, CR_HSEON | (value[M0PLUS_READ_CR] & CR_HSEBYP));
    if (!e)
        e = self_wait_bits(&t->mem, RCC_CR, CR_HSERDY, CR_HSERDY, HSE_START_US, &found->runs);
    if (e || !found->runs || !timer)
        return e;
    e = self_set_bits(&t->mem, timer_clock, TIM14EN);
    return e ? e : self_count_clock(timer, t, &found->hz);
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

static enum err lock_pins(const struct mem_ap *mem)
{
    return gpio_pins_lock(&port_a, mem);
}

static enum err lock_pins_u0(const struct mem_ap *mem)
{
    return gpio_pins_lock(&port_a_u0, mem);
}

static bool takes_pins(uint32_t addr, uint32_t value)
{
    return gpio_pins_taken(&port_a, addr, value);
}

static const char *register_name(uint32_t addr)
{
    return gpio_pins_register_name(&port_a, addr);
}

static const char *register_name_u0(uint32_t addr)
{
    return gpio_pins_register_name(&port_a_u0, addr);
}

static const char *pins_text(uint32_t addr, uint32_t value, char *text, size_t size)
{
    return gpio_pins_text(&port_a, addr, value, text, size);
}

const struct family_pins m0plus_pins = {
    .watch = GPIO_PINS_WATCH(GPIOA, RESET),
    .lock = lock_pins,
    .taken = takes_pins,
    .register_name = register_name,
    .text = pins_text,
};

const struct family_pins m0plus_pins_u0 = {
    .watch = GPIO_PINS_WATCH(GPIOA, RESET_U0),
    .lock = lock_pins_u0,
    .taken = takes_pins,
    .register_name = register_name_u0,
    .text = pins_text,
};
