// SPDX-License-Identifier: MIT
// What the doctor can measure on an STM32F0. VDDA and the crystal, by the chip itself: its ADC
// looks at the internal reference, whose reading at 3.3 V the factory has noted (RM0091, 13.8;
// DS9773, 3.10.2); its TIM14 counts HSI between edges of HSE / 32 (20.4.10, TIM14_OR). The pins of
// SWD, by the registers of GPIOA (8.4).
#include "swd/mem_ap.h"
#include "targets/families/clock_facts.h"
#include "targets/families/gpio_pins.h"
#include "targets/families/self_measure.h"
#include "targets/families/stm32f0.h"
#include "targets/target.h"

#define HSI_HZ       8000000u
#define RCC_CR2      0x40021034u
#define CR_HSEON     (1u << 16)
#define CR2_HSI14ON  (1u << 0)
#define CR2_HSI14RDY (1u << 1)
#define ADCEN        (1u << 9)
#define TIM14EN      (1u << 8)

static const struct self_adc adc = {
    .base = 0x40012400,
    .ccr = 1u << 22,     // VREFEN
    .channel = 1u << 17, // VREFINT
    .cal_addr = 0x1ffff7ba,
    .cal_mv = 3300,
};

static enum err measure_vdda(const struct mem_ap *mem, struct family_vdda *found)
{
    bool ready;
    enum err e = self_set_bits(mem, RCC_CR2, CR2_HSI14ON);
    if (!e)
        e = self_wait_bits(mem, RCC_CR2, CR2_HSI14RDY, CR2_HSI14RDY, SELF_WAIT_US, &ready);
    if (e || !ready || (e = self_set_bits(mem, RCC_APB2ENR, ADCEN)))
        return e;
    return self_measure_vdda(&adc, mem, found);
}

// TIM14 at HSE / 32.
static const struct self_timer timer = {
    .base = 0x40002000,
    .input = 2,
    .timer_hz = HSI_HZ,
    .periods = 32,
};

static enum err measure_hse(struct target *t, const uint32_t value[FAMILY_REGISTERS],
                            struct family_hse *d)
{
    enum err e = clock_start_hse(&t->mem, RCC_CR, value[STM32F0_READ_CR], &d->runs);
    if (e || !d->runs || (e = self_set_bits(&t->mem, RCC_APB1ENR, TIM14EN)))
        return e;
    return self_count_clock(&timer, t, &d->hz);
}

// ---- pins ---------------------------------------------------------------------------------------

#define GPIOA       0x48000000u
#define RCC_AHBRSTR 0x40021028u

static const struct gpio_port port_a = {
    .base = GPIOA,
    .clock_addr = RCC_AHBENR,
    .clock_mask = 1u << 17, // IOPAEN
    .reset_name = "RCC_AHBRSTR",
    .reset_addr = RCC_AHBRSTR,
};

static const struct family_pins pins = GPIO_PINS(&port_a, GPIOA, RCC_AHBRSTR);

// ---- facts --------------------------------------------------------------------------------------

// HPRE (6.4.2).
static const char *slow_clock(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size)
{
    return clock_hpre_text(value[STM32F0_READ_CFGR], 4, text, size);
}

const struct family_doctor stm32f0_doctor = {
    .reg = {[STM32F0_READ_CSR] = {"RCC_CSR", 0x40021024},
            [STM32F0_READ_CR] = {"RCC_CR", RCC_CR},
            [STM32F0_READ_CFGR] = {"RCC_CFGR", RCC_CFGR},
            [STM32F0_READ_OBR] = {"FLASH_OBR", FLASH_REGS + 0x1c}},
    .hse_register = STM32F0_READ_CR,
    .hse_on = CR_HSEON,
    // RM0091, 6.4.10.
    .reset_register = STM32F0_READ_CSR,
    .reset_flag = {{1u << 29, "the independent watchdog", true},
                   {1u << 30, "the window watchdog", true},
                   {1u << 28, "the program itself", false},
                   {1u << 27, "the supply or the NRST pin", false}},
    .reset_otherwise = "the NRST pin",
    .slow_clock = slow_clock,
    .standby_addr = 0x40007000, // PWR_CR: PDDS
    .standby_mask = 1u << 1,
    .library_hse_hz = 8000000,
    // 1 % at room temperature and 3 % at the ends of the range (DS9773, 6.3.8).
    .hsi_percent = 3,
    .vdda = measure_vdda,
    .hse = measure_hse,
    .pins = &pins,
};
