// SPDX-License-Identifier: MIT
// The analog-to-digital converter (RM0091, 13): calibration, enabling and conversions take their
// time on the ADC's own clock. The reference and the temperature sensor are real, in the sense that
// they do not depend on VDDA, so that a program or a debugger can measure VDDA with them. Triggers
// and DMA are not modelled.
#include "sim/parts/adc.h"
#include "sim/parts/analog.h"

enum {
    ADC_ISR = 0x00,
    ADC_IER = 0x04,
    ADC_CR = 0x08,
    ADC_CFGR1 = 0x0c,
    ADC_CFGR2 = 0x10,
    ADC_SMPR = 0x14,
    ADC_TR = 0x20,
    ADC_CHSELR = 0x28,
    ADC_DR = 0x40,
    ADC_CALFACT = 0xb4,
    ADC_CCR = 0x308,
};

#define ISR_ADRDY (1u << 0)
#define ISR_EOSMP (1u << 1)
#define ISR_EOC   (1u << 2)
#define ISR_EOSEQ (1u << 3)
#define ISR_OVR   (1u << 4)
#define ISR_AWD   (1u << 7)
#define ISR_ALL   0x9fu
#define ISR_EOCAL (1u << 11) // these two: of the version with a regulator
#define ISR_CCRDY (1u << 13)

#define CR_ADEN     (1u << 0)
#define CR_ADDIS    (1u << 1)
#define CR_ADSTART  (1u << 2)
#define CR_ADSTP    (1u << 4)
#define CR_ADVREGEN (1u << 28)
#define CR_ADCAL    (1u << 31)

#define CFGR1_SCANDIR (1u << 2)
#define CFGR1_EXTEN   0xc00u
#define CFGR1_OVRMOD  (1u << 12)
#define CFGR1_CONT    (1u << 13)
#define CFGR1_WAIT    (1u << 14)
#define CFGR1_DISCEN  (1u << 16)
#define CFGR1_AWDSGL  (1u << 22)
#define CFGR1_AWDEN   (1u << 23)
#define CFGR1_AWDCH   26 // shift

#define CALIBRATION  83u    // cycles of the ADC's clock (DS9773, 6.3.16)
#define AFTER_CAL    4u     // cycles between the end of ADCAL and ADEN (13.4.1)
#define STABLE_NS    1000u  // tSTAB
#define REGULATOR_NS 20000u // tADCVREG_STUP (DS12232, 5.3.18)
#define CAL_FACTOR   0x40u  // that ADCAL finds

static void update_irq(struct sim_adc *a)
{
    sim_part_irq(a->part, 0, (a->isr & a->ier) != 0);
}

static void after(struct sim_adc *a, enum sim_adc_job job, uint64_t ns)
{
    a->job = job;
    sim_clock_arm_in(a->part->clock, &a->timer, ns);
}

// ---- conversions --------------------------------------------------------------------------------

// The next one of the sequence, or ADC_CHANNELS.
static unsigned next_channel(const struct sim_adc *a)
{
    for (unsigned i = 0; i < ADC_CHANNELS; i++) {
        unsigned channel = a->cfgr1 & CFGR1_SCANDIR ? ADC_CHANNELS - 1 - i : i;
        if (a->left >> channel & 1)
            return channel;
    }
    return ADC_CHANNELS;
}

static void convert_next(struct sim_adc *a)
{
    if (a->cfgr1 & CFGR1_WAIT && a->isr & ISR_EOC) { // until DR was read (13.7.1)
        a->job = SIM_ADC_WAITS;
        return;
    }
    a->channel = next_channel(a);
    after(a, SIM_ADC_CONVERTS,
          sim_adc_halves_ns(a, sim_adc_sampling_halves(a) + sim_adc_conversion_halves(a)));
}

static void watch_window(struct sim_adc *a, uint32_t result)
{
    bool this_one = !(a->cfgr1 & CFGR1_AWDSGL) || (a->cfgr1 >> CFGR1_AWDCH & 31) == a->channel;
    if (a->cfgr1 & CFGR1_AWDEN && this_one &&
        (result < (a->tr & SIM_ANALOG_FULL_SCALE) ||
         result > (a->tr >> 16 & SIM_ANALOG_FULL_SCALE)))
        a->isr |= ISR_AWD;
}

static void end_of_sequence(struct sim_adc *a)
{
    a->isr |= ISR_EOSEQ;
    a->left = a->chselr;
    if (a->cfgr1 & CFGR1_CONT) {
        convert_next(a);
    } else {
        a->cr &= ~CR_ADSTART;
        a->job = SIM_ADC_IDLE;
    }
}

static void end_of_conversion(struct sim_adc *a)
{
    uint32_t result = sim_adc_result_of(a, a->channel);
    bool overrun = a->isr & ISR_EOC;
    a->isr |= ISR_EOSMP | ISR_EOC | (overrun ? ISR_OVR : 0);
    if (!overrun || a->cfgr1 & CFGR1_OVRMOD)
        a->dr = result;
    watch_window(a, result);
    a->left &= ~(1u << a->channel);
    if (!a->left) {
        end_of_sequence(a);
    } else if (a->cfgr1 & CFGR1_DISCEN) { // one channel a start
        a->cr &= ~CR_ADSTART;
        a->job = SIM_ADC_IDLE;
    } else {
        convert_next(a);
    }
}

static void conversion_is_due(void *arg)
{
    struct sim_adc *a = arg;
    switch (a->job) {
    case SIM_ADC_CALIBRATES:
        a->cr &= ~CR_ADCAL;
        a->calibrated = true;
        a->isr |= sim_adc_has_regulator(a) ? ISR_EOCAL : 0;
        a->dr = CAL_FACTOR;
        a->enable_ns = a->part->clock->now_ns + sim_adc_halves_ns(a, 2 * AFTER_CAL);
        a->job = SIM_ADC_IDLE;
        break;
    case SIM_ADC_ENABLES:
        a->ready = true;
        a->isr |= ISR_ADRDY;
        a->job = SIM_ADC_IDLE;
        break;
    case SIM_ADC_CONVERTS:
        end_of_conversion(a);
        break;
    default:
        break;
    }
    update_irq(a);
}

// ---- registers ----------------------------------------------------------------------------------

static void start_conversion(struct sim_adc *a)
{
    if (!a->ready || !a->chselr) {
        sim_chip_violation(a->part->chip, "adc: ADSTART %s",
                           a->chselr ? "before ADRDY (13.4.6)" : "without a channel in CHSELR");
        return;
    }
    a->cr |= CR_ADSTART;
    if (a->cfgr1 & CFGR1_EXTEN) {
        log_line(a->part->log, LOG_NOTE, "the virtual ADC waits for a trigger; it has none");
        return;
    }
    if (!a->left)
        a->left = a->chselr;
    convert_next(a);
}

static bool has_channel_ready(const struct sim_adc *a)
{
    const struct sim_adc_config *config = a->part->config;
    return sim_adc_has_regulator(a) && !config->regulator_starts_itself;
}

// On by the program, and for long enough; or on by the converter that needs it.
static bool is_regulated(struct sim_adc *a)
{
    if (sim_adc_has_regulator(a) && !has_channel_ready(a)) {
        a->cr |= CR_ADVREGEN;
        return true;
    }
    return !sim_adc_has_regulator(a) ||
           (a->regulator_ns && a->part->clock->now_ns >= a->regulator_ns + REGULATOR_NS);
}

static void enable(struct sim_adc *a)
{
    if (!is_regulated(a)) {
        sim_chip_violation(a->part->chip,
                           "adc: ADEN before the regulator is stable (RM0444, 15.3.2)");
        return;
    }
    if (a->cr & CR_ADCAL || a->part->clock->now_ns < a->enable_ns) {
        sim_chip_violation(a->part->chip, "adc: ADEN during calibration or less than four cycles "
                                          "behind it (13.4.1)");
        return;
    }
    a->cr |= CR_ADEN;
    a->left = a->chselr;
    after(a, SIM_ADC_ENABLES, STABLE_NS);
}

static void disable(struct sim_adc *a)
{
    a->cr &= ~(CR_ADEN | CR_ADSTART);
    a->ready = false;
    a->isr &= ~ISR_ADRDY;
    after(a, SIM_ADC_IDLE, SIM_NEVER);
}

static void calibrate(struct sim_adc *a)
{
    if (!is_regulated(a)) {
        sim_chip_violation(a->part->chip,
                           "adc: ADCAL before the regulator is stable (RM0444, 15.3.2)");
        return;
    }
    if (a->cr & CR_ADEN) {
        sim_chip_violation(a->part->chip, "adc: ADCAL while the ADC is enabled (13.4.1)");
        return;
    }
    a->cr |= CR_ADCAL;
    after(a, SIM_ADC_CALIBRATES, sim_adc_halves_ns(a, 2 * CALIBRATION));
}

static void stop_conversion(struct sim_adc *a)
{
    a->cr &= ~CR_ADSTART;
    a->left = a->chselr;
    after(a, SIM_ADC_IDLE, SIM_NEVER);
}

// The regulator can be switched off while the ADC is.
static void write_regulator(struct sim_adc *a, uint32_t value)
{
    bool on = value & CR_ADVREGEN;
    if (!sim_adc_has_regulator(a) || on == !!(a->cr & CR_ADVREGEN) || (!on && a->cr & CR_ADEN))
        return;
    a->cr ^= CR_ADVREGEN;
    a->regulator_ns = on ? a->part->clock->now_ns : 0;
}

static void write_cr(struct sim_adc *a, uint32_t value)
{
    write_regulator(a, value);
    if (value & CR_ADCAL && !(a->cr & CR_ADCAL))
        calibrate(a);
    else if (value & CR_ADSTP && a->cr & CR_ADSTART)
        stop_conversion(a);
    else if (value & CR_ADDIS && a->cr & CR_ADEN && !(a->cr & CR_ADSTART))
        disable(a);
    else if (value & CR_ADEN && !(a->cr & CR_ADEN))
        enable(a);
    else if (value & CR_ADSTART && a->cr & CR_ADEN && !(a->cr & CR_ADSTART))
        start_conversion(a);
}

static uint32_t read_dr(struct sim_adc *a)
{
    a->isr &= ~ISR_EOC;
    if (a->job == SIM_ADC_WAITS)
        convert_next(a);
    update_irq(a);
    return a->dr;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_adc *a = self;
    const uint32_t registers[] = {a->isr, a->ier, a->cr, a->cfgr1, a->cfgr2, a->smpr,
                                  0,      0,      a->tr, 0,        a->chselr};
    (void)size;
    if (offset == ADC_DR)
        *value = read_dr(a);
    else if (offset == ADC_CCR)
        *value = a->ccr;
    else if (offset == ADC_CALFACT && sim_adc_has_regulator(a))
        *value = a->calibrated ? CAL_FACTOR : 0;
    else
        *value = offset <= ADC_CHSELR ? registers[offset / 4] : 0;
    return SIM_BUS_OK;
}

static void write_ccr(struct sim_adc *a, uint32_t value)
{
    uint32_t sources = ADC_CCR_VREFEN | ADC_CCR_TSEN | ADC_CCR_VBATEN;
    uint32_t bits = value & (sources | (sim_adc_has_regulator(a) ? 15u << ADC_CCR_PRESC : 0));
    if (bits & sources & ~a->ccr)
        a->reference_ns = a->part->clock->now_ns;
    a->ccr = bits;
}

// The settings may be written only while no conversion is under way (13.12).
static uint32_t *setting(struct sim_adc *a, uint32_t offset)
{
    switch (offset) {
    case ADC_CFGR1:
        return &a->cfgr1;
    case ADC_CFGR2:
        return &a->cfgr2;
    case ADC_SMPR:
        return &a->smpr;
    case ADC_TR:
        return &a->tr;
    case ADC_CHSELR:
        return &a->chselr;
    default:
        return NULL;
    }
}

static void write_setting(struct sim_adc *a, uint32_t offset, uint32_t value)
{
    uint32_t *reg = setting(a, offset);
    if (!reg)
        return;
    if (a->cr & CR_ADSTART) {
        sim_chip_violation(a->part->chip, "adc: register 0x%02x written during conversions",
                           offset);
        return;
    }
    *reg = value;
    a->left = a->chselr;
    // What was chosen is at work (RM0444, 15.3.8).
    if (has_channel_ready(a) && (offset == ADC_CHSELR || offset == ADC_CFGR1))
        a->isr |= ISR_CCRDY;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_adc *a = self;
    (void)size;
    switch (offset) {
    case ADC_ISR:
        a->isr &= ~value;
        if (!(a->isr & ISR_EOC) && a->job == SIM_ADC_WAITS)
            convert_next(a);
        break;
    case ADC_IER:
        a->ier = value & (ISR_ALL | (sim_adc_has_regulator(a) ? ISR_EOCAL | ISR_CCRDY : 0));
        break;
    case ADC_CR:
        if (sim_adc_has_own_clock(a))
            sim_part_tell(a->part, SIM_ADC_CLOCK_WANTED, 0, 0);
        write_cr(a, value);
        break;
    case ADC_CCR:
        write_ccr(a, value);
        break;
    default:
        write_setting(a, offset, value);
        break;
    }
    update_irq(a);
    return SIM_BUS_OK;
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_adc *a = self;
    (void)kind;
    struct sim_adc fresh = {.part = a->part, .timer = a->timer, .tr = 0x0fff0000};
    *a = fresh;
    sim_clock_arm(a->part->clock, &a->timer, SIM_NEVER);
    update_irq(a);
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_adc *a = state;
    a->part = part;
    sim_clock_add(part->clock, &a->timer, conversion_is_due, a);
    return true;
}

const struct sim_part_kind sim_part_adc = {
    .name = "adc",
    .state_size = sizeof(struct sim_adc),
    .create = create,
    .device = {reset, read, write},
};
