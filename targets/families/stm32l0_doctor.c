// SPDX-License-Identifier: MIT
// What the doctor can measure on an STM32L0. VDDA and the crystal, by the chip itself: its ADC
// looks at the internal reference, whose reading at 3.0 V the factory has noted (DS10152, embedded
// internal reference voltage); its TIM21 counts HSI between edges of HSE / 16, which it gets as MCO
// (RM0367, TIM21_OR). The pins of SWD, by the registers of GPIOA.
#include "swd/mem_ap.h"
#include "targets/families/doctor_nvm.h"
#include "targets/families/stm32l0.h"
#include "targets/target.h"

#define HSI_HZ 16000000u

#define CFGR_MCO_HSE   (4u << 24)
#define CFGR_MCOPRE_16 (4u << 28)

#define APB2ENR_SYSCFGEN (1u << 0)
#define APB2ENR_TIM21EN  (1u << 2)
#define APB2ENR_ADCEN    (1u << 9)

#define SYSCFG_CFGR3      0x40010020u
#define EN_VREFINT        (1u << 0)
#define ENBUF_VREFINT_ADC (1u << 8)
#define VREFINT_RDYF      (1u << 30)

static const struct nvm_rcc rcc = {RCC_CR, RCC_CFGR, 1u << 2};

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
    enum err e = nvm_start_hsi(&rcc, mem, &ready);
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
    enum err e = self_set_bits(mem, FLASH_REGS, 1);
    return e ? e : nvm_run_from_hsi(&rcc, mem, CFGR_MCO_HSE | CFGR_MCOPRE_16, runs);
}

static enum err measure_hse(struct target *t, const uint32_t value[FAMILY_REGISTERS],
                            struct family_hse *d)
{
    bool ready;
    enum err e = clock_start_hse(&t->mem, RCC_CR, value[NVM_READ_CR], &d->runs);
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

const struct family_doctor stm32l0_doctor = {
    NVM_DOCTOR,
    .reg = {[NVM_READ_CSR] = {"RCC_CSR", RCC_CSR},
            [NVM_READ_CR] = {"RCC_CR", RCC_CR},
            [NVM_READ_CFGR] = {"RCC_CFGR", RCC_CFGR},
            [NVM_READ_ICSCR] = {"RCC_ICSCR", RCC_ICSCR},
            [NVM_READ_OPTIONS] = {"FLASH_OPTR", FLASH_REGS + 0x1c}},
    // RM0367, RCC_CSR.
    .reset_flag = {NVM_RESETS_BY_WATCHDOGS,
                   {1u << 24, "the firewall", RESET_BY_OTHER},
                   NVM_OTHER_RESETS},
    // 1 % at room temperature, 5.5 % at the ends of all ranges (DS10152, HSI16 oscillator).
    .hsi_percent = 6,
    .vdda = measure_vdda,
    .hse = measure_hse,
    .pins = &pins,
};
