// SPDX-License-Identifier: MIT
// What the doctor can read and measure on an STM32H7 (RM0433 and RM0455, RCC and PWR registers).
#include <stdio.h>

#include "targets/families/clock_facts.h"
#include "targets/families/gpio_pins.h"
#include "targets/families/stm32h7.h"

// family_doctor.reg, in its order.
enum { READ_RSR, READ_CR, READ_CFGR, READ_D1CFGR, READ_OPTSR, READ_CR3, READ_GCR };

#define CFGR_SWS  (7u << 3)
#define SWS_HSI   (0u << 3)
#define SWS_CSI   (1u << 3)
#define CR_HSIDIV 3u // shift, two bits

// A prescaler of four bits, whose values from 8 on divide.
static unsigned divisor_of(uint32_t bits)
{
    static const uint16_t divisors[8] = {2, 4, 8, 16, 64, 128, 256, 512};
    return bits & 8 ? divisors[bits & 7] : 1;
}

// CDCPRE and HPRE of the H7Ax stand at the same bits. HPRE slows the bus of the debug port.
static const char *slow_clock(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size)
{
    const uint32_t d1cfgr = value[READ_D1CFGR], sws = value[READ_CFGR] & CFGR_SWS;
    const unsigned divisor = divisor_of(d1cfgr >> 8 & 15) * divisor_of(d1cfgr & 15);
    const unsigned hsidiv = value[READ_CR] >> CR_HSIDIV & 3;
    text[0] = '\0';
    if (divisor > 1)
        snprintf(text, size, "RCC_D1CFGR divides the clock of the core and its bus by %u", divisor);
    else if (sws == SWS_HSI && hsidiv)
        snprintf(text, size, "RCC_CR divides HSI, from which the core runs, by %u", 1u << hsidiv);
    else if (sws == SWS_CSI)
        snprintf(text, size, "the core runs from CSI, at 4 MHz");
    return text;
}

// ---- supply of the core -------------------------------------------------------------------------

#define CR3_BYPASS  (1u << 0)
#define CR3_LDOEN   (1u << 1)
#define CR3_SDEN    (1u << 2) // of parts with a converter; elsewhere SCUEN: not chosen yet
#define CR3_SDLEVEL 4u        // shift, two bits: 0: for the core itself, 1: 1.8 V, 2: 2.5 V

// It can be chosen once after power-on; until then LDO and converter are both on, whatever is
// connected (RM0399 and RM0455, power supply configuration; RM0433, PWR_CR3).
static const char *core_supply(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size)
{
    const uint32_t cr3 = value[READ_CR3];
    const unsigned level = cr3 >> CR3_SDLEVEL & 3;
    if (cr3 & CR3_BYPASS)
        snprintf(text, size, "comes from outside (PWR_CR3.BYPASS)");
    else if ((cr3 & CR3_LDOEN) && (cr3 & CR3_SDEN) && level)
        snprintf(text, size, "the LDO behind the SMPS, of %s V (PWR_CR3)",
                 level == 1 ? "1.8" : "2.5");
    else if ((cr3 & CR3_LDOEN) && (cr3 & CR3_SDEN))
        snprintf(text, size,
                 "not chosen since power-on: the LDO, and the SMPS where there is one (PWR_CR3)");
    else if (cr3 & CR3_SDEN)
        snprintf(text, size, "the SMPS (PWR_CR3.SDEN)");
    else
        snprintf(text, size, "%s", cr3 & CR3_LDOEN ? "the LDO (PWR_CR3.LDOEN)" : "");
    return text;
}

// ---- pins ---------------------------------------------------------------------------------------

#define GPIOA 0x58020000u

static const struct gpio_port port_a = {
    .base = GPIOA,
    .clock_addr = RCC_AHB4ENR,
    .clock_mask = 1u << 0,
    .reset_name = "RCC_AHB4RSTR",
    .reset_addr = RCC_AHB4RSTR,
};
static const struct family_pins pins = GPIO_PINS(&port_a, GPIOA, RCC_AHB4RSTR);

// ---- crystal ------------------------------------------------------------------------------------

static enum err measure_hse(struct target *t, const uint32_t value[FAMILY_REGISTERS],
                            struct family_hse *found)
{
    return clock_measure_hse(NULL, RCC_CR, value[READ_CR], t, found);
}

const struct family_doctor stm32h7_doctor = {
    .reg = {[READ_RSR] = {"RCC_RSR", RCC_RSR},
            [READ_CR] = {"RCC_CR", RCC_CR},
            [READ_CFGR] = {"RCC_CFGR", RCC_CFGR},
            [READ_D1CFGR] = {"RCC_D1CFGR", RCC_D1CFGR},
            [READ_OPTSR] = {"FLASH_OPTSR_CUR", FLASH_OPTSR},
            [READ_CR3] = {"PWR_CR3", PWR_CR3},
            [READ_GCR] = {"RCC_GCR", RCC_GCR}},
    .reset_register = READ_RSR,
    .reset_flag = {{3u << 26, "the independent watchdog", RESET_BY_WATCHDOG},
                   {3u << 28, "the window watchdog", RESET_BY_WATCHDOG},
                   {1u << 30, "Stop or Standby, which the options do not allow", RESET_BY_OTHER},
                   {3u << 24, "the program itself", RESET_BY_SOFTWARE},
                   {1u << 23, "the supply", RESET_BY_OTHER},
                   {1u << 21, "the supply, which dropped (brown-out)", RESET_BY_OTHER}},
    .reset_otherwise = "the NRST pin",
    .hse_register = READ_CR,
    .hse_on = 1u << 16,
    .slow_clock = slow_clock,
    .core_supply = core_supply,
    // PDDS_D3, without which the chip as a whole only stops; of an H7Ax or H7Bx PDDS_SRD, whose bit
    // 0 is RETDS_CD.
    .standby_addr = PWR_CPUCR,
    .standby_mask = 1u << 2,
    .standby_from = 1u << 2,
    .library_hse_hz = 25000000,
    .hsi_percent = 1,
    .hse = measure_hse,
    .pins = &pins,
};
