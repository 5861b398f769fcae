// SPDX-License-Identifier: MIT
// The analog-to-digital converter of STM32L4, G4 and WB (RM0351, 18; RM0440, 21; RM0434, 16): the
// first one of each, with its regulator, calibration, a sequence of up to 16 channels, the internal
// channels and the common registers. Started by software only. Injected channels, oversampling,
// offsets, analog watchdogs, DMA, differential inputs and the other converters are not modelled:
// their registers keep what is written, and do nothing.
#include "sim/parts/analog.h"
#include "sim/parts/parts.h"

enum {
    ADC_ISR = 0x00,
    ADC_IER = 0x04,
    ADC_CR = 0x08,
    ADC_CFGR = 0x0c,
    ADC_SMPR1 = 0x14,
    ADC_SMPR2 = 0x18,
    ADC_SQR1 = 0x30,
    ADC_SQR4 = 0x3c,
    ADC_DR = 0x40,
    ADC_CCR = 0x308,
    ADC_KEPT = 0x100, // the registers below only keep what is written
};

#define ISR_ADRDY    (1u << 0)
#define ISR_EOSMP    (1u << 1)
#define ISR_EOC      (1u << 2)
#define ISR_EOS      (1u << 3)
#define ISR_OVR      (1u << 4)
#define ISR_BITS     0x7ffu
#define CR_ADEN      (1u << 0)
#define CR_ADDIS     (1u << 1)
#define CR_ADSTART   (1u << 2)
#define CR_ADSTP     (1u << 4)
#define CR_ADVREGEN  (1u << 28)
#define CR_DEEPPWD   (1u << 29)
#define CR_ADCALDIF  (1u << 30)
#define CR_ADCAL     (1u << 31)
#define CFGR_RES     3 // shift
#define CFGR_EXTEN   (3u << 10)
#define CFGR_OVRMOD  (1u << 12)
#define CFGR_CONT    (1u << 13)
#define CCR_CKMODE   16 // shift
#define CCR_PRESC    18 // shift
#define CCR_VREFEN   (1u << 22)
#define CCR_TSEN     (1u << 23)
#define CCR_VBATEN   (1u << 24)
#define CCR_BITS     0x01ffefffu
#define REGULATOR_NS 20000u // tADCVREG_STUP (DS10198, 6.3.18)
#define REFERENCE_NS 12000u // tstart_vrefint, at most (6.3.4)
#define INTERNAL_NS  4000u  // the least sampling time of an internal channel
#define CALIBRATION  116u   // cycles (18.4.8)
#define ENABLE       8u     // cycles, about
#define NS_PER_S     1000000000ull

enum job { IDLE, CALIBRATES, ENABLES, CONVERTS };

struct sim_adc_l4 {
    struct sim_part *part;
    uint32_t isr, ier, cr, ccr, dr;
    uint32_t kept[ADC_KEPT / 4];
    bool calibrated;
    enum job job;
    unsigned rank;         // of the conversion under way
    uint64_t regulator_ns; // when it was switched on
    uint64_t reference_ns; // and when the internal channels were
    struct sim_timer timer;
};

static const struct sim_adc_config *config_of(const struct sim_adc_l4 *a)
{
    return a->part->config;
}

static void update_irq(struct sim_adc_l4 *a)
{
    sim_part_irq(a->part, 0, (a->isr & a->ier & ISR_BITS) != 0);
}

// ---- time ---------------------------------------------------------------------------------------

static uint32_t adc_hz(const struct sim_adc_l4 *a)
{
    static const uint16_t divisors[] = {1, 2, 4, 6, 8, 10, 12, 16, 32, 64, 128, 256};
    uint32_t mode = a->ccr >> CCR_CKMODE & 3, presc = a->ccr >> CCR_PRESC & 15;
    if (mode)
        return (uint32_t)sim_part_level(a->part, SIM_HCLK_HZ, 0) >> (mode - 1);
    return (uint32_t)sim_part_level(a->part, SIM_ADC_HZ, 0) / divisors[presc < 12 ? presc : 11];
}

// Halves of a cycle; SIM_NEVER: its clock stands.
static uint64_t halves_ns(const struct sim_adc_l4 *a, uint64_t halves)
{
    uint32_t hz = adc_hz(a);
    return hz ? halves * NS_PER_S / (2ull * hz) : SIM_NEVER;
}

static uint64_t sampling_halves(const struct sim_adc_l4 *a, unsigned channel)
{
    static const uint16_t halves[] = {5, 13, 25, 49, 95, 185, 495, 1281}; // 18.6.6
    uint32_t smpr = a->kept[(channel < 10 ? ADC_SMPR1 : ADC_SMPR2) / 4];
    return halves[smpr >> 3 * (channel % 10) & 7];
}

static uint64_t conversion_halves(const struct sim_adc_l4 *a)
{
    static const uint8_t halves[] = {25, 21, 17, 13}; // 12.5 cycles for 12 bits and so on
    return halves[a->kept[ADC_CFGR / 4] >> CFGR_RES & 3];
}

static void begin(struct sim_adc_l4 *a, enum job job, uint64_t halves)
{
    a->job = job;
    sim_clock_arm_in(a->part->clock, &a->timer, halves_ns(a, halves));
}

// ---- what is measured ---------------------------------------------------------------------------

static unsigned channel_of(const struct sim_adc_l4 *a, unsigned rank)
{
    unsigned place = rank + 1; // SQR1 has its length in the first one
    return a->kept[ADC_SQR1 / 4 + place / 5] >> 6 * (place % 5) & 31;
}

static uint32_t internal_code(const struct sim_adc_l4 *a, unsigned channel, uint32_t enable,
                              uint32_t mv)
{
    bool settled = a->part->clock->now_ns >= a->reference_ns + REFERENCE_NS &&
                   halves_ns(a, sampling_halves(a, channel)) >= INTERNAL_NS;
    return sim_analog_internal(a->part, mv, a->ccr & enable, settled);
}

static uint32_t measure(const struct sim_adc_l4 *a, unsigned channel)
{
    const struct sim_adc_config *config = config_of(a);
    if (channel == config->temperature_channel)
        return internal_code(a, channel, CCR_TSEN, config->temperature_mv);
    if (channel == config->reference_channel)
        return internal_code(a, channel, CCR_VREFEN, config->reference_mv);
    if (channel == config->battery_channel)
        return internal_code(a, channel, CCR_VBATEN,
                             sim_chip_vdda_mv(a->part->chip) / config->battery_divider);
    return channel < SIM_ADC_PINS ? sim_analog_pin(a->part, &config->channel[channel])
                                  : sim_analog_floating(a->part);
}

static uint32_t result_of(const struct sim_adc_l4 *a, unsigned channel)
{
    uint32_t code = measure(a, channel);
    if (!a->calibrated)
        code = sim_analog_uncalibrated(code);
    return code >> 2 * (a->kept[ADC_CFGR / 4] >> CFGR_RES & 3);
}

// ---- jobs ---------------------------------------------------------------------------------------

static void begin_conversion(struct sim_adc_l4 *a)
{
    begin(a, CONVERTS, sampling_halves(a, channel_of(a, a->rank)) + conversion_halves(a));
}

// With OVRMOD = 0 what was not read stays (18.6.4).
static void end_conversion(struct sim_adc_l4 *a)
{
    uint32_t cfgr = a->kept[ADC_CFGR / 4];
    unsigned last = a->kept[ADC_SQR1 / 4] & 15;
    bool was_read = !(a->isr & ISR_EOC);
    if (was_read || cfgr & CFGR_OVRMOD)
        a->dr = result_of(a, channel_of(a, a->rank));
    a->isr |= ISR_EOSMP | ISR_EOC | (was_read ? 0 : ISR_OVR);
    bool is_last = a->rank >= last;
    a->rank = is_last ? 0 : a->rank + 1;
    a->isr |= is_last ? ISR_EOS : 0;
    if (!is_last || cfgr & CFGR_CONT) {
        begin_conversion(a);
    } else {
        a->job = IDLE;
        a->cr &= ~CR_ADSTART;
    }
}

static void job_is_due(void *arg)
{
    struct sim_adc_l4 *a = arg;
    enum job job = a->job;
    if (job == CONVERTS) {
        end_conversion(a);
    } else {
        a->job = IDLE;
        a->cr &= ~CR_ADCAL;
        a->calibrated |= job == CALIBRATES;
        a->isr |= job == ENABLES ? ISR_ADRDY : 0;
    }
    update_irq(a);
}

// ---- ADC_CR (18.6.3) ----------------------------------------------------------------------------

static bool is_regulated(const struct sim_adc_l4 *a)
{
    return a->cr & CR_ADVREGEN && a->part->clock->now_ns >= a->regulator_ns + REGULATOR_NS;
}

static void note_adc_violation(struct sim_adc_l4 *a, const char *what)
{
    sim_chip_violation(a->part->chip, "adc: %s", what);
}

static void write_regulator(struct sim_adc_l4 *a, uint32_t value)
{
    bool on = value & CR_ADVREGEN && !(value & CR_DEEPPWD);
    if (a->cr & CR_DEEPPWD && value & CR_ADVREGEN && !(value & CR_DEEPPWD))
        a->calibrated = false; // lost in deep power-down
    if (on && !(a->cr & CR_ADVREGEN))
        a->regulator_ns = a->part->clock->now_ns;
    a->cr = (a->cr & ~(CR_ADVREGEN | CR_DEEPPWD | CR_ADCALDIF)) | (on ? CR_ADVREGEN : 0) |
            (value & (CR_DEEPPWD | CR_ADCALDIF));
}

static void switch_off(struct sim_adc_l4 *a, uint32_t bits)
{
    a->cr &= ~bits;
    a->job = IDLE;
    a->rank = 0;
    sim_clock_arm(a->part->clock, &a->timer, SIM_NEVER);
}

static void write_enable(struct sim_adc_l4 *a)
{
    if (!is_regulated(a)) {
        note_adc_violation(a, "ADEN set before its regulator is up");
        return;
    }
    a->cr |= CR_ADEN;
    begin(a, ENABLES, 2 * ENABLE);
}

static void write_start(struct sim_adc_l4 *a)
{
    if (!(a->cr & CR_ADEN) || a->job == ENABLES) {
        note_adc_violation(a, "ADSTART set before it is ready");
        return;
    }
    if (a->kept[ADC_CFGR / 4] & CFGR_EXTEN)
        return; // it waits for a trigger
    a->cr |= CR_ADSTART;
    a->rank = 0;
    begin_conversion(a);
}

static void write_calibrate(struct sim_adc_l4 *a)
{
    if (!is_regulated(a) || a->cr & CR_ADEN) {
        note_adc_violation(a, "ADCAL set while it is on, or before its regulator is up");
        return;
    }
    a->cr |= CR_ADCAL;
    begin(a, CALIBRATES, 2 * CALIBRATION);
}

static void write_cr(struct sim_adc_l4 *a, uint32_t value)
{
    if (a->cr & CR_ADCAL) {
        note_adc_violation(a, "ADC_CR written while it is calibrated");
        return;
    }
    if (!(a->cr & CR_ADEN))
        write_regulator(a, value);
    if (value & CR_ADSTP && a->cr & CR_ADSTART)
        switch_off(a, CR_ADSTART);
    else if (value & CR_ADDIS && a->cr & CR_ADEN && !(a->cr & CR_ADSTART))
        switch_off(a, CR_ADEN);
    else if (value & CR_ADCAL)
        write_calibrate(a);
    else if (value & CR_ADEN && !(a->cr & CR_ADEN))
        write_enable(a);
    else if (value & CR_ADSTART && !(a->cr & CR_ADSTART))
        write_start(a);
}

static void write_ccr(struct sim_adc_l4 *a, uint32_t value)
{
    uint32_t sources = CCR_VREFEN | CCR_TSEN | CCR_VBATEN;
    if (value & ~a->ccr & sources)
        a->reference_ns = a->part->clock->now_ns;
    if (a->cr & CR_ADEN && (value ^ a->ccr) & ~sources) { // 18.7.2
        note_adc_violation(a, "the clock in ADC_CCR changed while it is on");
        value = (value & sources) | (a->ccr & ~sources);
    }
    a->ccr = value & CCR_BITS;
}

// ---- the bus ------------------------------------------------------------------------------------

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_adc_l4 *a = self;
    (void)size;
    if (offset == ADC_ISR)
        *value = a->isr;
    else if (offset == ADC_IER)
        *value = a->ier;
    else if (offset == ADC_CR)
        *value = a->cr;
    else if (offset == ADC_CCR)
        *value = a->ccr;
    else
        *value = offset < ADC_KEPT ? a->kept[offset / 4] : 0;
    if (offset == ADC_DR) {
        *value = a->dr;
        a->isr &= ~ISR_EOC;
        update_irq(a);
    }
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_adc_l4 *a = self;
    bool sets_up = offset == ADC_CFGR || offset == ADC_SMPR1 || offset == ADC_SMPR2 ||
                   (offset >= ADC_SQR1 && offset <= ADC_SQR4);
    (void)size;
    if (offset == ADC_ISR)
        a->isr &= ~(value & ISR_BITS);
    else if (offset == ADC_IER)
        a->ier = value & ISR_BITS;
    else if (offset == ADC_CR)
        write_cr(a, value);
    else if (offset == ADC_CCR)
        write_ccr(a, value);
    else if (sets_up && a->cr & CR_ADSTART)
        note_adc_violation(a, "its channels or times changed while it converts");
    else if (offset < ADC_KEPT && offset != ADC_DR)
        a->kept[offset / 4] = value;
    update_irq(a);
    return SIM_BUS_OK;
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_adc_l4 *a = self;
    (void)kind;
    *a = (struct sim_adc_l4){.part = a->part, .cr = CR_DEEPPWD, .timer = a->timer};
    a->kept[ADC_CFGR / 4] = config_of(a)->cfgr_reset;
    sim_clock_arm(a->part->clock, &a->timer, SIM_NEVER);
    update_irq(a);
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_adc_l4 *a = state;
    a->part = part;
    a->cr = CR_DEEPPWD;
    sim_clock_add(part->clock, &a->timer, job_is_due, a);
    return true;
}

const struct sim_part_kind sim_part_adc_l4 = {
    .name = "adc_l4",
    .state_size = sizeof(struct sim_adc_l4),
    .create = create,
    .device = {reset, read, write},
};
