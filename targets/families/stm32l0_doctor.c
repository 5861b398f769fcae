// SPDX-License-Identifier: MIT
// What the doctor can measure on an STM32L0. VDDA and the crystal, by the chip itself: its ADC
// looks at the internal reference, whose reading at 3.0 V the factory has noted (DS10152, embedded
// internal reference voltage); its TIM21 counts HSI between edges of HSE / 16, which it gets as MCO
// (RM0367, TIM21_OR). The pins of SWD, by the registers of GPIOA.
#include <stdio.h>

#include "swd/mem_ap.h"
#include "targets/families/clock_facts.h"
#include "targets/families/gpio_pins.h"
#include "targets/families/self_measure.h"
#include "targets/families/stm32l0.h"
#include "targets/target.h"

#define HSI_HZ    16000000u
#define CR_HSION  (1u << 0)
#define CR_HSIRDY (1u << 2)
#define CR_HSEON  (1u << 16)

#define CFGR_SW_HSI    (1u << 0)
#define CFGR_SWS       (3u << 2)
#define CFGR_SWS_HSI   (1u << 2)
#define CFGR_MCO_HSE   (4u << 24)
#define CFGR_MCOPRE_16 (4u << 28)

#define APB2ENR_SYSCFGEN (1u << 0)
#define APB2ENR_TIM21EN  (1u << 2)
#define APB2ENR_ADCEN    (1u << 9)

#define SYSCFG_CFGR3      0x40010020u
#define EN_VREFINT        (1u << 0)
#define ENBUF_VREFINT_ADC (1u << 8)
#define VREFINT_RDYF      (1u << 30)

static enum err switch_hsi_on(const struct mem_ap *mem, bool *runs)
{
    enum err e = self_set_bits(mem, RCC_CR, CR_HSION);
    return e ? e : self_wait_bits(mem, RCC_CR, CR_HSIRDY, CR_HSIRDY, SELF_WAIT_US, runs);
}

// ---- VDDA ---------------------------------------------------------------------------------------

// The ADC has HSI as its clock, and in range 2, that of the reset, may have half of it.
static const struct self_adc adc = {
    .base = 0x40012400,
    .clock = {RCC_APB2ENR, APB2ENR_ADCEN},
    .ccr = 1u << 22 | 2u << 18, // VREFEN; PRESC: a quarter
    .channel = 1u << 17,        // VREFINT
    .cal_addr = 0x1ff80078,
    .cal_mv = 3000,
};

static enum err measure_vdda(const struct mem_ap *mem, struct family_vdda *found)
{
    bool ready;
    enum err e = switch_hsi_on(mem, &ready);
    if (e || !ready || (e = self_set_bits(mem, RCC_APB2ENR, APB2ENR_SYSCFGEN)) ||
        (e = self_set_bits(mem, SYSCFG_CFGR3, EN_VREFINT | ENBUF_VREFINT_ADC)) ||
        (e = self_wait_bits(mem, SYSCFG_CFGR3, VREFINT_RDYF, VREFINT_RDYF, SELF_WAIT_US, &ready)) ||
        !ready)
        return e;
    return self_measure_vdda(&adc, mem, found);
}

// ---- HSE ----------------------------------------------------------------------------------------

static const struct self_timer timer = {
    .base = 0x40010800,
    .clock = {RCC_APB2ENR, APB2ENR_TIM21EN},
    .select = SELF_TIMER_OR,
    .input = 7u << 2, // TI1_RMP: MCO
    .timer_hz = HSI_HZ,
    .periods = 16,
};

// The core gets HSI as well, with a wait state, so that it sees each capture.
static enum err run_from_hsi(const struct mem_ap *mem, bool *runs)
{
    enum err e = switch_hsi_on(mem, runs);
    if (e || !*runs || (e = self_set_bits(mem, FLASH_REGS, 1)) ||
        (e = mem_ap_write32(mem, RCC_CFGR, CFGR_SW_HSI | CFGR_MCO_HSE | CFGR_MCOPRE_16)))
        return e;
    return self_wait_bits(mem, RCC_CFGR, CFGR_SWS, CFGR_SWS_HSI, SELF_WAIT_US, runs);
}

static enum err measure_hse(struct target *t, const uint32_t value[FAMILY_REGISTERS],
                            struct family_hse *d)
{
    bool ready;
    enum err e = clock_start_hse(&t->mem, RCC_CR, value[STM32L0_READ_CR], &d->runs);
    if (e || !d->runs || (e = run_from_hsi(&t->mem, &ready)) || !ready)
        return e;
    return self_count_clock(&timer, t, &d->hz);
}

// ---- pins ---------------------------------------------------------------------------------------

#define GPIOA       0x50000000u
#define RCC_IOPRSTR 0x4002101cu

static const struct gpio_port port_a = {
    .base = GPIOA,
    .clock_addr = RCC_IOPENR,
    .clock_mask = 1u << 0, // IOPAEN
    .reset_name = "RCC_IOPRSTR",
    .reset_addr = RCC_IOPRSTR,
};

static const struct family_pins pins = GPIO_PINS(&port_a, GPIOA, RCC_IOPRSTR);

// ---- facts --------------------------------------------------------------------------------------

static const char *slow_clock(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size)
{
    const uint32_t cfgr = value[STM32L0_READ_CFGR];
    const unsigned range = value[STM32L0_READ_ICSCR] >> 13 & 7; // of MSI: 65.5 kHz << range
    clock_hpre_text(cfgr, 4, text, size);
    if (!text[0] && !(cfgr & CFGR_SWS) && range < 4)
        snprintf(text, size, "RCC_ICSCR sets MSI, from which the core runs, to %u kHz",
                 (65536u << range) / 1000);
    return text;
}

const struct family_doctor stm32l0_doctor = {
    .reg = {[STM32L0_READ_CSR] = {"RCC_CSR", RCC_CSR},
            [STM32L0_READ_CR] = {"RCC_CR", RCC_CR},
            [STM32L0_READ_CFGR] = {"RCC_CFGR", RCC_CFGR},
            [STM32L0_READ_ICSCR] = {"RCC_ICSCR", RCC_ICSCR},
            [STM32L0_READ_OPTR] = {"FLASH_OPTR", FLASH_REGS + 0x1c}},
    .hse_register = STM32L0_READ_CR,
    .hse_on = CR_HSEON,
    // RM0367, RCC_CSR.
    .reset_register = STM32L0_READ_CSR,
    .reset_flag = {{1u << 29, "the independent watchdog", RESET_BY_WATCHDOG},
                   {1u << 30, "the window watchdog", RESET_BY_WATCHDOG},
                   {1u << 31, "an entry into Stop or Standby that the option bytes forbid",
                    RESET_BY_OTHER},
                   {1u << 24, "the firewall", RESET_BY_OTHER},
                   {1u << 28, "the program itself", RESET_BY_SOFTWARE},
                   {1u << 25, "the loading of option bytes", RESET_BY_OTHER},
                   {1u << 27, "the supply or the NRST pin", RESET_BY_OTHER}},
    .reset_otherwise = "the NRST pin",
    .slow_clock = slow_clock,
    .standby_addr = PWR_CR, // PDDS
    .standby_mask = 1u << 1,
    .standby_from = 1u << 1,
    .library_hse_hz = 8000000,
    // 1 % at room temperature, 5.5 % at the ends of all ranges (DS10152, HSI16 oscillator).
    .hsi_percent = 6,
    .vdda = measure_vdda,
    .hse = measure_hse,
    .pins = &pins,
};
