// SPDX-License-Identifier: MIT
// Registers: RM0091, 13.12 (ADC) and 20.4 (TIM14); the same offsets and bits in later families.
#include "targets/families/self_measure.h"

#include <assert.h>

#include "base/bytes.h"
#include "swd/mem_ap.h"
#include "targets/target.h"

enum err self_wait_bits(const struct mem_ap *mem, uint32_t addr, uint32_t bits, uint32_t wanted,
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

enum err self_set_bits(const struct mem_ap *mem, uint32_t addr, uint32_t bits)
{
    uint32_t value;
    enum err e = mem_ap_read32(mem, addr, &value);
    return e ? e : mem_ap_write32(mem, addr, value | bits);
}

// ---- the supply ---------------------------------------------------------------------------------

#define ADC_ISR      0x00u
#define ADC_CR       0x08u
#define ADC_CFGR2    0x10u
#define ADC_SMPR     0x14u
#define ADC_SMPR2    0x18u
#define ADC_CHSELR   0x28u
#define ADC_SQR1     0x30u
#define ADC_DR       0x40u
#define ADC_CCR      0x308u
#define ISR_ADRDY    (1u << 0)
#define ISR_EOC      (1u << 2)
#define CR_ADEN      (1u << 0)
#define CR_ADSTART   (1u << 2)
#define CR_ADCAL     (1u << 31)
#define CR_ADVREGEN  (1u << 28)
#define REGULATOR_US 100u // 20 are enough (DS12232, ADC characteristics)
#define LONGEST      7u   // sampling time
#define SMPR_TIMES   10u  // channels in SMPR1, the others are in SMPR2
#define CONVERSIONS  4u

// The channel alone, with the longest sampling time (RM0351, 18.6).
static enum err choose_sequenced(const struct self_adc *adc, const struct mem_ap *mem)
{
    const bool second = adc->channel >= SMPR_TIMES;
    const uint32_t shift = 3 * (adc->channel - (second ? SMPR_TIMES : 0));
    enum err e = mem_ap_write32(mem, adc->base + ADC_SQR1, adc->channel << 6);
    return e ? e
             : mem_ap_write32(mem, adc->base + (second ? ADC_SMPR2 : ADC_SMPR), LONGEST << shift);
}

static enum err choose_channel(const struct self_adc *adc, const struct mem_ap *mem)
{
    if (adc->sequenced)
        return choose_sequenced(adc, mem);
    enum err e = mem_ap_write32(mem, adc->base + ADC_CHSELR, adc->channel);
    return e ? e : mem_ap_write32(mem, adc->base + ADC_SMPR, LONGEST);
}

static enum err start_adc(const struct self_adc *adc, const struct mem_ap *mem, bool *ready)
{
    const uint32_t base = adc->base, on = adc->regulated ? CR_ADVREGEN : 0;
    enum err e = adc->sequenced ? mem_ap_write32(mem, base + ADC_CR, 0) : ERR_OK; // wakes up
    if (on && !e)
        e = mem_ap_write32(mem, base + ADC_CR, on);
    if (on)
        debug_probe_sleep_us(mem->probe, REGULATOR_US);
    // Without its clock it would calibrate for ever.
    if (!e && adc->cfgr2)
        e = mem_ap_write32(mem, base + ADC_CFGR2, adc->cfgr2);
    if (e || (e = mem_ap_write32(mem, base + ADC_CCR, adc->ccr)) ||
        (e = mem_ap_write32(mem, base + ADC_CR, on | CR_ADCAL)) ||
        (e = self_wait_bits(mem, base + ADC_CR, CR_ADCAL, 0, SELF_WAIT_US, ready)) || !*ready ||
        (e = self_set_bits(mem, base + ADC_CR, CR_ADEN)) ||
        (e = self_wait_bits(mem, base + ADC_ISR, ISR_ADRDY, ISR_ADRDY, SELF_WAIT_US, ready)) ||
        !*ready)
        return e;
    return choose_channel(adc, mem);
}

static enum err convert(const struct self_adc *adc, const struct mem_ap *mem, uint32_t *value,
                        bool *came)
{
    enum err e = self_set_bits(mem, adc->base + ADC_CR, CR_ADEN | CR_ADSTART);
    if (!e)
        e = self_wait_bits(mem, adc->base + ADC_ISR, ISR_EOC, ISR_EOC, SELF_WAIT_US, came);
    return e ? e : mem_ap_read32(mem, adc->base + ADC_DR, value);
}

enum err self_measure_vdda(const struct self_adc *adc, const struct mem_ap *mem,
                           struct family_vdda *found)
{
    uint32_t cal, sum = 0, value = 0;
    bool good = false;
    enum err e = self_set_bits(mem, adc->clock.addr, adc->clock.bits);
    if (!e)
        e = mem_ap_read32(mem, adc->cal_addr & ~3u, &cal);
    if (!e)
        e = start_adc(adc, mem, &good);
    // The first conversion comes while the reference may still rise.
    for (unsigned i = 0; i <= CONVERSIONS && !e && good; i++) {
        e = convert(adc, mem, &value, &good);
        sum += i ? value : 0;
    }
    if (e || !good || sum == 0)
        return e;
    found->vrefint_cal = adc->cal_addr & 2 ? cal >> 16 : cal & 0xffff;
    found->vrefint = (sum + CONVERSIONS / 2) / CONVERSIONS;
    found->mv = adc->cal_mv * found->vrefint_cal * CONVERSIONS / sum;
    found->known = found->vrefint_cal != 0 && found->vrefint_cal != 0xffff;
    return ERR_OK;
}

// ---- a clock ------------------------------------------------------------------------------------

#define TIM_CR1     0x00u
#define TIM_CCMR1   0x18u
#define TIM_CCER    0x20u
#define CR1_CEN     1u
#define CCMR1_TI1_8 0x0du // CC1S: TI1; IC1PSC: every eighth edge
#define EDGES       8u
#define CAPTURES    17u

// Stores CAPTURES values of CCR1, each as it comes; reading it clears the flag.
static const uint16_t stub[] = {
    0x6903, // loop: ldr  r3, [r0, #0x10]   SR
    0x2402, //       movs r4, #2            CC1IF
    0x4223, //       tst  r3, r4
    0xd0fb, //       beq  loop
    0x6b43, //       ldr  r3, [r0, #0x34]   CCR1
    0x600b, //       str  r3, [r1]
    0x3104, //       adds r1, #4
    0x3a01, //       subs r2, #1
    0xd1f6, //       bne  loop
    0xbe00, //       bkpt #0
};

// From the start of the SRAM, of which the smallest chip has 2 KiB.
#define CAPTURES_AT 0x40u
static_assert(sizeof stub <= CAPTURES_AT, "the captures do not overwrite the code");

static enum err place_stub(struct target *t, uint32_t timer, uint32_t at, uint32_t captures)
{
    uint8_t bytes[sizeof stub];
    for (unsigned i = 0; i < sizeof stub / sizeof stub[0]; i++)
        put_le16(&bytes[2 * i], stub[i]);
    const struct {
        enum cortexm_reg reg;
        uint32_t value;
    } regs[] = {{CORTEXM_R0, timer}, {CORTEXM_R0 + 1, captures}, {CORTEXM_R0 + 2, CAPTURES},
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
         !e && !*done && debug_probe_now_us(probe) - start < SELF_WAIT_US;)
        e = target_poll(t, done, &stop);
    return e || *done ? e : target_halt(t);
}

enum err self_count_clock(const struct self_timer *timer, struct target *t, uint32_t *hz)
{
    const struct mem_ap *mem = &t->mem;
    uint32_t code = target_identity(t)->chip->sram_base, captures = code + CAPTURES_AT;
    uint32_t value[CAPTURES];
    bool done;
    enum err e;
    if ((e = self_set_bits(mem, timer->clock.addr, timer->clock.bits)) ||
        (e = mem_ap_write32(mem, timer->base + timer->select, timer->input)) ||
        (e = mem_ap_write32(mem, timer->base + TIM_CCMR1, CCMR1_TI1_8)) ||
        (e = mem_ap_write32(mem, timer->base + TIM_CCER, 1)) ||
        (e = mem_ap_write32(mem, timer->base + TIM_CR1, CR1_CEN)) ||
        (e = place_stub(t, timer->base, code, captures)) || (e = run_stub(t, &done)) || !done ||
        (e = mem_ap_read(mem, captures, value, sizeof value, NULL)))
        return e;
    uint32_t ticks = (value[CAPTURES - 1] - value[0]) & 0xffff;
    uint64_t periods = (uint64_t)timer->periods * EDGES * (CAPTURES - 1);
    if (ticks)
        *hz = (uint32_t)(timer->timer_hz * periods / ticks);
    return ERR_OK;
}
