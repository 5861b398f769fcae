// SPDX-License-Identifier: MIT
// What the doctor can measure on an STM32F0. VDDA and the crystal, by the chip itself: its ADC
// looks at the internal reference, whose reading at 3.3 V the factory has noted (RM0091, 13.8;
// DS9773, 3.10.2); its TIM14 counts HSI between edges of HSE / 32 (20.4.10, TIM14_OR). The pins of
// SWD, by the registers of GPIOA (8.4).
#include <assert.h>
#include <stdio.h>

#include "base/bytes.h"
#include "swd/mem_ap.h"
#include "targets/families/stm32f0.h"
#include "targets/target.h"

#define HSI_HZ       8000000u
#define RCC_CR2      0x40021034u
#define CR_HSEON     (1u << 16)
#define CR_HSERDY    (1u << 17)
#define CR_HSEBYP    (1u << 18)
#define CR2_HSI14ON  (1u << 0)
#define CR2_HSI14RDY (1u << 1)
#define ADCEN        (1u << 9)
#define TIM14EN      (1u << 8)
#define HSE_START_US 100000u // more than any crystal takes (DS9773, 6.3.7)

#define ADC_ISR     0x40012400u
#define ADC_CR      0x40012408u
#define ADC_SMPR    0x40012414u
#define ADC_CHSELR  0x40012428u
#define ADC_DR      0x40012440u
#define ADC_CCR     0x40012708u
#define ISR_ADRDY   (1u << 0)
#define ISR_EOC     (1u << 2)
#define ADC_CR_ADEN (1u << 0)
#define CR_ADSTART  (1u << 2)
#define CR_ADCAL    (1u << 31)
#define CCR_VREFEN  (1u << 22)
#define VREFINT     (1u << 17)  // channel
#define LONGEST     7u          // 239.5 cycles
#define VREFINT_CAL 0x1ffff7b8u // in the upper half of the word: 0x1ffff7ba
#define CAL_MV      3300u
#define CONVERSIONS 4u
#define WAIT_US     20000u

#define TIM14       0x40002000u
#define TIM_CR1     (TIM14 + 0x00u)
#define TIM_CCMR1   (TIM14 + 0x18u)
#define TIM_CCER    (TIM14 + 0x20u)
#define TIM_OR      (TIM14 + 0x50u)
#define CR1_CEN     1u
#define CCMR1_TI1_8 0x0du // CC1S: TI1; IC1PSC: every eighth edge
#define OR_HSE_32   2u
#define CAPTURES    17u
#define PERIODS     (32u * 8u * (CAPTURES - 1)) // of HSE, between the first capture and the last

// Waits until the bits read as wanted; false: they never did.
static enum err wait_bits(const struct mem_ap *mem, uint32_t addr, uint32_t bits, uint32_t wanted,
                          uint32_t most_us, bool *came)
{
    uint64_t start = debug_probe_now_us(mem->probe);
    uint32_t value = 0;
    enum err e;
    do {
        e = mem_ap_read32(mem, addr, &value);
        *came = !e && (value & bits) == wanted;
    } while (!e && !*came && debug_probe_now_us(mem->probe) - start < most_us);
    return e;
}

static enum err set_bits(const struct mem_ap *mem, uint32_t addr, uint32_t bits)
{
    uint32_t value;
    enum err e = mem_ap_read32(mem, addr, &value);
    return e ? e : mem_ap_write32(mem, addr, value | bits);
}

// ---- VDDA ---------------------------------------------------------------------------------------

static enum err start_adc(const struct mem_ap *mem, bool *ready)
{
    enum err e;
    *ready = false;
    if ((e = set_bits(mem, RCC_CR2, CR2_HSI14ON)) ||
        (e = wait_bits(mem, RCC_CR2, CR2_HSI14RDY, CR2_HSI14RDY, WAIT_US, ready)) || !*ready ||
        (e = set_bits(mem, RCC_APB2ENR, ADCEN)) || (e = mem_ap_write32(mem, ADC_CR, CR_ADCAL)) ||
        (e = wait_bits(mem, ADC_CR, CR_ADCAL, 0, WAIT_US, ready)) || !*ready ||
        (e = mem_ap_write32(mem, ADC_CR, ADC_CR_ADEN)) ||
        (e = wait_bits(mem, ADC_ISR, ISR_ADRDY, ISR_ADRDY, WAIT_US, ready)) || !*ready ||
        (e = mem_ap_write32(mem, ADC_CCR, CCR_VREFEN)) ||
        (e = mem_ap_write32(mem, ADC_CHSELR, VREFINT)))
        return e;
    return mem_ap_write32(mem, ADC_SMPR, LONGEST);
}

static enum err convert(const struct mem_ap *mem, uint32_t *value, bool *came)
{
    enum err e = mem_ap_write32(mem, ADC_CR, ADC_CR_ADEN | CR_ADSTART);
    if (!e)
        e = wait_bits(mem, ADC_ISR, ISR_EOC, ISR_EOC, WAIT_US, came);
    return e ? e : mem_ap_read32(mem, ADC_DR, value);
}

static enum err measure_vdda(const struct mem_ap *mem, struct family_vdda *d)
{
    uint32_t cal, sum = 0, value = 0;
    bool good;
    enum err e = mem_ap_read32(mem, VREFINT_CAL, &cal);
    if (!e)
        e = start_adc(mem, &good);
    // The first conversion comes while the reference may still rise.
    for (unsigned i = 0; i <= CONVERSIONS && !e && good; i++) {
        e = convert(mem, &value, &good);
        sum += i ? value : 0;
    }
    if (e || !good || sum == 0)
        return e;
    d->vrefint_cal = cal >> 16;
    d->vrefint = (sum + CONVERSIONS / 2) / CONVERSIONS;
    d->mv = CAL_MV * d->vrefint_cal * CONVERSIONS / sum;
    d->known = d->vrefint_cal != 0 && d->vrefint_cal != 0xffff;
    return ERR_OK;
}

// ---- HSE ----------------------------------------------------------------------------------------

// Stores CAPTURES values of CCR1, each as it comes; reading it clears the flag.
static const uint16_t stub[] = {
    0x6903, // loop: ldr  r3, [r0, #0x10]   TIM14_SR
    0x2402, //       movs r4, #2            CC1IF
    0x4223, //       tst  r3, r4
    0xd0fb, //       beq  loop
    0x6b43, //       ldr  r3, [r0, #0x34]   TIM14_CCR1
    0x600b, //       str  r3, [r1]
    0x3104, //       adds r1, #4
    0x3a01, //       subs r2, #1
    0xd1f6, //       bne  loop
    0xbe00, //       bkpt #0
};

// From the start of the SRAM, of which the smallest chip has 4 KiB.
#define CAPTURES_AT 0x40u
static_assert(sizeof stub <= CAPTURES_AT, "the captures do not overwrite the code");

static enum err place_stub(struct target *t, uint32_t at, uint32_t captures)
{
    uint8_t bytes[sizeof stub];
    for (unsigned i = 0; i < sizeof stub / sizeof stub[0]; i++)
        put_le16(&bytes[2 * i], stub[i]);
    const struct {
        enum cortexm_reg reg;
        uint32_t value;
    } regs[] = {{CORTEXM_R0, TIM14}, {CORTEXM_R0 + 1, captures}, {CORTEXM_R0 + 2, CAPTURES},
                {CORTEXM_PC, at},    {CORTEXM_XPSR, 1u << 24},   {CORTEXM_PRIMASK, 1}};
    enum err e = target_write_mem(t, at, bytes, sizeof bytes);
    for (unsigned i = 0; i < sizeof regs / sizeof regs[0] && !e; i++)
        e = target_write_reg(t, regs[i].reg, regs[i].value);
    return e;
}

// Runs it; *done: it came to its end.
static enum err run_stub(struct target *t, bool *done)
{
    struct target_stop stop;
    struct debug_probe *probe = t->probe;
    *done = false;
    enum err e = target_resume(t);
    for (uint64_t start = debug_probe_now_us(probe);
         !e && !*done && debug_probe_now_us(probe) - start < WAIT_US;)
        e = target_poll(t, done, &stop);
    return e || *done ? e : target_halt(t);
}

static enum err count_hse(struct target *t, struct family_hse *d)
{
    const struct mem_ap *mem = &t->mem;
    uint32_t code = target_identity(t)->chip->sram_base, captures = code + CAPTURES_AT;
    uint32_t value[CAPTURES];
    bool done;
    enum err e;
    if ((e = set_bits(mem, RCC_APB1ENR, TIM14EN)) || (e = mem_ap_write32(mem, TIM_OR, OR_HSE_32)) ||
        (e = mem_ap_write32(mem, TIM_CCMR1, CCMR1_TI1_8)) ||
        (e = mem_ap_write32(mem, TIM_CCER, 1)) || (e = mem_ap_write32(mem, TIM_CR1, CR1_CEN)) ||
        (e = place_stub(t, code, captures)) || (e = run_stub(t, &done)) || !done ||
        (e = mem_ap_read(mem, captures, value, sizeof value, NULL)))
        return e;
    uint32_t ticks = (value[CAPTURES - 1] - value[0]) & 0xffff; // 16 bits (20.1)
    if (ticks)
        d->hz = (uint32_t)((uint64_t)HSI_HZ * PERIODS / ticks);
    return ERR_OK;
}

static enum err measure_hse(struct target *t, const uint32_t value[FAMILY_REGISTERS],
                            struct family_hse *d)
{
    enum err e = set_bits(&t->mem, RCC_CR, CR_HSEON | (value[STM32F0_READ_CR] & CR_HSEBYP));
    if (!e)
        e = wait_bits(&t->mem, RCC_CR, CR_HSERDY, CR_HSERDY, HSE_START_US, &d->runs);
    if (e)
        return e;
    return d->runs ? count_hse(t, d) : ERR_OK;
}

// ---- pins ---------------------------------------------------------------------------------------

#define RCC_AHBRSTR 0x40021028u
#define GPIOAEN     (1u << 17)

#define GPIOA_MODER 0x48000000u
#define GPIOA_LCKR  0x4800001cu
#define GPIOA_AFRH  0x48000024u
#define LCKK        (1u << 16)
#define SWD_PINS    (1u << 13 | 1u << 14)
#define SWD_AF      0u
#define ALTERNATE   2u

// The lock sequence of RM0091, 8.4.8. The port's clock is as it was afterwards.
static enum err lock_pins(const struct mem_ap *mem)
{
    uint32_t clocks, lock;
    enum err e = mem_ap_read32(mem, RCC_AHBENR, &clocks);
    if (e || (e = mem_ap_write32(mem, RCC_AHBENR, clocks | GPIOAEN)) ||
        (e = mem_ap_read32(mem, GPIOA_LCKR, &lock)))
        return e;
    if (!(lock & LCKK) && ((e = mem_ap_write32(mem, GPIOA_LCKR, LCKK | SWD_PINS)) ||
                           (e = mem_ap_write32(mem, GPIOA_LCKR, SWD_PINS)) ||
                           (e = mem_ap_write32(mem, GPIOA_LCKR, LCKK | SWD_PINS)) ||
                           (e = mem_ap_read32(mem, GPIOA_LCKR, &lock))))
        return e;
    return mem_ap_write32(mem, RCC_AHBENR, clocks);
}

static bool takes_pins(uint32_t register_addr, uint32_t value)
{
    if (register_addr == GPIOA_MODER)
        return (value >> 26 & 3) != ALTERNATE || (value >> 28 & 3) != ALTERNATE;
    return (value >> 20 & 15) != SWD_AF || (value >> 24 & 15) != SWD_AF;
}

static const char *register_name(uint32_t addr)
{
    switch (addr) {
    case GPIOA_MODER:
        return "GPIOA_MODER";
    case GPIOA_AFRH:
        return "GPIOA_AFRH";
    case RCC_AHBRSTR:
        return "RCC_AHBRSTR";
    default:
        return "";
    }
}

static const char *pins_text(uint32_t register_addr, uint32_t value, char *text, size_t size)
{
    static const char *const modes[] = {"an input", "an output", NULL, "an analog input"};
    static const char *const pins[] = {"PA13 (SWDIO)", "PA14 (SWCLK)"};
    size_t used = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < 2 && used < size; i++) {
        unsigned mode = value >> (26 + 2 * i) & 3, af = value >> (20 + 4 * i) & 15;
        const char *joint = used ? ", " : "";
        int n = 0;
        if (register_addr == GPIOA_MODER && mode != ALTERNATE)
            n = snprintf(&text[used], size - used, "%s%s becomes %s", joint, pins[i], modes[mode]);
        else if (register_addr == GPIOA_AFRH && af != SWD_AF)
            n = snprintf(&text[used], size - used, "%s%s gets alternate function %u", joint,
                         pins[i], af);
        used += n > 0 ? (size_t)n : 0;
    }
    return text;
}

// The port can be reset, which unlocks its pins: then the second pair watches that, too.
static const struct family_pins pins = {
    .watch = {{GPIOA_MODER, GPIOA_AFRH}, {RCC_AHBRSTR, GPIOA_MODER}},
    .lock = lock_pins,
    .taken = takes_pins,
    .register_name = register_name,
    .text = pins_text,
};

// ---- facts --------------------------------------------------------------------------------------

// HPRE (6.4.2).
static const char *slow_clock(const uint32_t value[FAMILY_REGISTERS], char *text, size_t size)
{
    static const uint16_t divisors[16] = {1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 8, 16, 64, 128, 256, 512};
    const unsigned divisor = divisors[value[STM32F0_READ_CFGR] >> 4 & 15];
    text[0] = '\0';
    if (divisor > 1)
        snprintf(text, size, "RCC_CFGR divides the core's clock by %u", divisor);
    return text;
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
