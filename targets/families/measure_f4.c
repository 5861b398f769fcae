// SPDX-License-Identifier: MIT
#include "targets/families/measure_f4.h"

#include "swd/mem_ap.h"
#include "targets/families/rcc_f4.h"
#include "targets/families/self_measure.h"
#include "targets/target.h"

#define ADC1        0x40012000u
#define ADC_SR      (ADC1 + 0x00)
#define ADC_CR2     (ADC1 + 0x08)
#define ADC_SMPR1   (ADC1 + 0x0c)
#define ADC_SQR1    (ADC1 + 0x2c)
#define ADC_SQR3    (ADC1 + 0x34)
#define ADC_DR      (ADC1 + 0x4c)
#define ADC_CCR     (ADC1 + 0x304)
#define SR_EOC      (1u << 1)
#define CR2_ADON    (1u << 0)
#define CR2_SWSTART (1u << 30)
#define CCR_TSVREFE (1u << 23)
#define VREFINT     17u        // channel
#define LONGEST     (7u << 21) // sampling time of channel 17 in SMPR1
#define ADC1EN      (1u << 8)  // in RCC_APB2ENR
#define STABLE_US   20u        // ADC and reference (DS8626, ADC characteristics)
#define CAL_MV      3300u
#define CONVERSIONS 4u

// One conversion, of channel 17, by software.
static enum err set_adc_up(const struct mem_ap *mem)
{
    enum err e = self_set_bits(mem, RCC_F4_APB2ENR, ADC1EN);
    if (e || (e = mem_ap_write32(mem, ADC_CCR, CCR_TSVREFE)) ||
        (e = mem_ap_write32(mem, ADC_SMPR1, LONGEST)) || (e = mem_ap_write32(mem, ADC_SQR1, 0)) ||
        (e = mem_ap_write32(mem, ADC_SQR3, VREFINT)))
        return e;
    e = mem_ap_write32(mem, ADC_CR2, CR2_ADON);
    debug_probe_sleep_us(mem->probe, STABLE_US);
    return e;
}

static enum err convert(const struct mem_ap *mem, uint32_t *value, bool *came)
{
    enum err e = mem_ap_write32(mem, ADC_SR, 0);
    if (!e)
        e = mem_ap_write32(mem, ADC_CR2, CR2_ADON | CR2_SWSTART);
    if (!e)
        e = self_wait_bits(mem, ADC_SR, SR_EOC, SR_EOC, SELF_WAIT_US, came);
    return e ? e : mem_ap_read32(mem, ADC_DR, value);
}

enum err measure_f4_vdda(const struct mem_ap *mem, uint32_t cal_addr, struct family_vdda *found)
{
    uint32_t cal, sum = 0, value = 0;
    bool good = true;
    enum err e = mem_ap_read32(mem, cal_addr & ~3u, &cal);
    if (!e)
        e = set_adc_up(mem);
    // The first conversion comes while the reference may still rise.
    for (unsigned i = 0; i <= CONVERSIONS && !e && good; i++) {
        e = convert(mem, &value, &good);
        sum += i ? value & 0xfff : 0;
    }
    if (e || !good || sum == 0)
        return e;
    found->vrefint_cal = cal_addr & 2 ? cal >> 16 : cal & 0xffff;
    found->vrefint = (sum + CONVERSIONS / 2) / CONVERSIONS;
    found->mv = CAL_MV * found->vrefint_cal * CONVERSIONS / sum;
    found->known = found->vrefint_cal != 0 && found->vrefint_cal != 0xffff;
    return ERR_OK;
}

#define RTCPRE_SHIFT 16u // in RCC_CFGR: HSE_RTC is HSE divided by it
#define RTCPRE       25u

static const struct self_timer tim11 = {
    .base = 0x40014800,
    .clock = {RCC_F4_APB2ENR, 1u << 18},
    .select = SELF_TIMER_OR,
    .input = 2, // HSE_RTC
    .timer_hz = 16000000,
    .periods = RTCPRE,
};

enum err measure_f4_hse(struct target *t, const uint32_t value[FAMILY_REGISTERS],
                        struct family_hse *found)
{
    enum err e = self_set_bits(target_mem(t), RCC_F4_CFGR, RTCPRE << RTCPRE_SHIFT);
    return e ? e : clock_measure_hse(&tim11, RCC_F4_CR, value[RCC_F4_READ_CR], t, found);
}
