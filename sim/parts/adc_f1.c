// SPDX-License-Identifier: MIT
// The analog-to-digital converter with SR, CR1 and CR2 (STM32F1: RM0008, 11; F2 and F4: RM0090, 13,
// and RM0033, 10): regular sequences that a program starts, on the ADC's own clock, of pins, the
// internal reference, the temperature and VBAT. Triggers, injected channels, the analog watchdog,
// dual mode and DMA are not modelled.
#include "sim/parts/analog.h"
#include "sim/parts/parts.h"

enum {
    ADC_SR = 0x00,
    ADC_CR1 = 0x04,
    ADC_CR2 = 0x08,
    ADC_SMPR1 = 0x0c,
    ADC_SQR1 = 0x2c,
    ADC_SQR3 = 0x34,
    ADC_JSQR = 0x38,
    ADC_DR = 0x4c,
    ADC_CSR = 0x300,
    ADC_CCR = 0x304,
};

#define SR_EOC       (1u << 1)
#define SR_STRT      (1u << 4)
#define SR_OVR       (1u << 5)
#define CR1_EOCIE    (1u << 5)
#define CR1_SCAN     (1u << 8)
#define CR1_RES      24 // shift; F2 and F4
#define CR1_OVRIE    (1u << 26)
#define CR2_ADON     (1u << 0)
#define CR2_CONT     (1u << 1)
#define CR2_CAL      (1u << 2) // F1
#define CR2_RSTCAL   (1u << 3) // F1
#define CR2_DMA      (1u << 8)
#define CR2_EOCS     (1u << 10) // F2 and F4
#define CR2_ALIGN    (1u << 11)
#define CR2_EXTTRIG  (1u << 20) // F1
#define CR2_SWSTART1 (1u << 22) // F1, with EXTSEL all ones
#define CR2_EXTSEL1  (7u << 17)
#define CR2_TSVREFE1 (1u << 23) // F1
#define CR2_SWSTART4 (1u << 30)
#define CCR_TSVREFE  (1u << 23)
#define CCR_VBATE    (1u << 22)
#define CCR_BITS     0x00c3ef1fu
#define FIRST_SMPR1  10u // the channels from here on are in SMPR1
#define STABLE_NS    3000u
#define REFERENCE_NS 10000u
#define CALIBRATION  83u // cycles (DS5319, 5.3.18)
#define NS_PER_S     1000000000ull
#define REGISTERS    (ADC_DR / 4 + 1)

enum job { ADC_IDLE, ADC_CALIBRATES, ADC_CONVERTS };

struct sim_adc_f1 {
    struct sim_part *part;
    uint32_t reg[REGISTERS], ccr;
    bool calibrated;
    enum job job;
    unsigned place; // in the sequence
    uint64_t on_ns; // when ADON was set
    uint64_t reference_ns;
    struct sim_timer timer;
};

#define REG(a, offset) ((a)->reg[(offset) / 4])

static const struct sim_adc_f1_config *config_of(const struct sim_adc_f1 *a)
{
    return a->part->config;
}

static void update_irq(struct sim_adc_f1 *a)
{
    uint32_t sr = REG(a, ADC_SR), cr1 = REG(a, ADC_CR1);
    sim_part_irq(a->part, 0, (sr & SR_EOC && cr1 & CR1_EOCIE) || (sr & SR_OVR && cr1 & CR1_OVRIE));
}

// ---- time ---------------------------------------------------------------------------------------

static uint64_t adc_hz(const struct sim_adc_f1 *a)
{
    if (!config_of(a)->is_f4)
        return sim_part_level(a->part, SIM_ADC_HZ, 0);
    return sim_part_bus_hz(a->part, SIM_PCLK_HZ) / (2 * ((a->ccr >> 16 & 3) + 1));
}

// Halves of a cycle as time.
static uint64_t halves_ns(const struct sim_adc_f1 *a, uint64_t halves)
{
    uint64_t hz = adc_hz(a);
    return hz ? halves * NS_PER_S / (2 * hz) : SIM_NEVER;
}

static uint64_t sampling_halves(const struct sim_adc_f1 *a, unsigned channel)
{
    static const uint16_t f1[] = {3, 15, 27, 57, 83, 111, 143, 479};   // RM0008, 11.12.4
    static const uint16_t f4[] = {6, 30, 56, 112, 168, 224, 288, 960}; // RM0090, 13.13.4
    uint32_t smpr = channel < FIRST_SMPR1 ? REG(a, ADC_SMPR1 + 4) >> 3 * channel
                                          : REG(a, ADC_SMPR1) >> 3 * (channel - FIRST_SMPR1);
    return (config_of(a)->is_f4 ? f4 : f1)[smpr & 7];
}

static unsigned resolution(const struct sim_adc_f1 *a)
{
    return config_of(a)->is_f4 ? REG(a, ADC_CR1) >> CR1_RES & 3 : 0;
}

// 12.5 cycles on F1; 12 less 2 for each lower resolution on F4.
static uint64_t conversion_halves(const struct sim_adc_f1 *a)
{
    return config_of(a)->is_f4 ? 24 - 4 * resolution(a) : 25;
}

static void begin_job(struct sim_adc_f1 *a, enum job job, uint64_t halves)
{
    a->job = job;
    sim_clock_arm_in(a->part->clock, &a->timer, halves_ns(a, halves));
}

// ---- what is measured ---------------------------------------------------------------------------

static uint32_t internal_code(const struct sim_adc_f1 *a, unsigned channel, bool on, uint32_t mv)
{
    bool settled = a->part->clock->now_ns >= a->reference_ns + REFERENCE_NS &&
                   halves_ns(a, sampling_halves(a, channel)) >= config_of(a)->internal_ns;
    return sim_analog_internal(a->part, mv, on, settled);
}

static bool has_reference_on(const struct sim_adc_f1 *a)
{
    return config_of(a)->is_f4 ? a->ccr & CCR_TSVREFE : REG(a, ADC_CR2) & CR2_TSVREFE1;
}

// Where battery and temperature have the same channel, the battery wins (RM0090, 13.10).
static uint32_t measure(const struct sim_adc_f1 *a, unsigned channel)
{
    const struct sim_adc_f1_config *config = config_of(a);
    if (config->battery_divider && channel == config->battery_channel && a->ccr & CCR_VBATE)
        return internal_code(a, channel, true,
                             sim_chip_vdda_mv(a->part->chip) / config->battery_divider);
    if (channel == config->temperature_channel)
        return internal_code(a, channel, has_reference_on(a), config->temperature_mv);
    if (channel == config->reference_channel)
        return internal_code(a, channel, has_reference_on(a), config->reference_mv);
    return channel < SIM_ADC_PINS ? sim_analog_pin(a->part, &config->channel[channel])
                                  : sim_analog_floating(a->part);
}

static uint32_t result_of(const struct sim_adc_f1 *a, unsigned channel)
{
    uint32_t code = measure(a, channel);
    if (!config_of(a)->is_f4 && !a->calibrated)
        code = sim_analog_uncalibrated(code);
    code >>= 2 * resolution(a);
    return REG(a, ADC_CR2) & CR2_ALIGN ? sim_analog_align_left(code, resolution(a)) : code;
}

// ---- sequences ----------------------------------------------------------------------------------

static unsigned sequence_length(const struct sim_adc_f1 *a)
{
    return REG(a, ADC_CR1) & CR1_SCAN ? (REG(a, ADC_SQR1) >> 20 & 15) + 1 : 1;
}

// Six places a register, the first ones in SQR3.
static unsigned channel_at(const struct sim_adc_f1 *a, unsigned place)
{
    return REG(a, ADC_SQR3 - 4 * (place / 6)) >> 5 * (place % 6) & 31;
}

static void convert_next(struct sim_adc_f1 *a)
{
    begin_job(a, ADC_CONVERTS, sampling_halves(a, channel_at(a, a->place)) + conversion_halves(a));
}

// An overrun keeps what is there, where it is looked for (RM0090, 13.8.2).
static void put_result(struct sim_adc_f1 *a)
{
    bool each = config_of(a)->is_f4 && REG(a, ADC_CR2) & CR2_EOCS;
    bool last = a->place + 1 >= sequence_length(a);
    bool watched = config_of(a)->is_f4 && REG(a, ADC_CR2) & (CR2_EOCS | CR2_DMA);
    if (watched && REG(a, ADC_SR) & SR_EOC)
        REG(a, ADC_SR) |= SR_OVR;
    else
        REG(a, ADC_DR) = result_of(a, channel_at(a, a->place));
    if (each || last)
        REG(a, ADC_SR) |= SR_EOC;
}

static void conversion_is_due(void *arg)
{
    struct sim_adc_f1 *a = arg;
    if (a->job == ADC_CALIBRATES) {
        a->calibrated = true;
        a->job = ADC_IDLE;
        REG(a, ADC_CR2) &= ~CR2_CAL;
        return;
    }
    put_result(a);
    a->place++;
    bool more = a->place < sequence_length(a);
    if (!more)
        a->place = 0;
    if (more || REG(a, ADC_CR2) & CR2_CONT)
        convert_next(a);
    else
        a->job = ADC_IDLE;
    update_irq(a);
}

static void check_start(const struct sim_adc_f1 *a)
{
    uint32_t max_hz = config_of(a)->is_f4 ? 36000000 : 14000000; // DS8626, 5.3.20; DS5319, 5.3.18
    if (a->part->clock->now_ns < a->on_ns + STABLE_NS)
        sim_chip_violation(a->part->chip, "adc: a conversion less than 3 us behind ADON");
    if (adc_hz(a) > max_hz)
        sim_chip_violation(a->part->chip, "adc: a clock of %u Hz; %u MHz is allowed",
                           (unsigned)adc_hz(a), max_hz / 1000000);
}

static void start_sequence(struct sim_adc_f1 *a)
{
    check_start(a);
    REG(a, ADC_SR) |= SR_STRT;
    a->place = 0;
    convert_next(a);
}

static void stop_all(struct sim_adc_f1 *a)
{
    a->job = ADC_IDLE;
    sim_clock_arm(a->part->clock, &a->timer, SIM_NEVER);
}

// ---- registers ----------------------------------------------------------------------------------

// On an STM32F1, ADON once more and nothing else changed is a start, too (RM0008, 11.12.3).
static bool starts(const struct sim_adc_f1 *a, uint32_t old, uint32_t value)
{
    if (!(old & value & CR2_ADON))
        return false;
    if (config_of(a)->is_f4)
        return value & CR2_SWSTART4;
    bool by_software = (value & CR2_EXTSEL1) == CR2_EXTSEL1 && value & CR2_EXTTRIG;
    return (value & CR2_SWSTART1 && by_software) || value == old;
}

static void write_cr2(struct sim_adc_f1 *a, uint32_t value)
{
    uint32_t old = REG(a, ADC_CR2);
    uint32_t starters = config_of(a)->is_f4 ? CR2_SWSTART4 : CR2_SWSTART1 | CR2_RSTCAL;
    if (value & ~old & CR2_ADON)
        a->on_ns = a->part->clock->now_ns;
    if (!config_of(a)->is_f4 && value & ~old & CR2_TSVREFE1)
        a->reference_ns = a->part->clock->now_ns;
    REG(a, ADC_CR2) = value & ~starters;
    if (!(value & CR2_ADON))
        stop_all(a);
    else if (!config_of(a)->is_f4 && value & CR2_CAL)
        begin_job(a, ADC_CALIBRATES, 2 * CALIBRATION);
    else if (starts(a, old, value))
        start_sequence(a);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_adc_f1 *a = self;
    (void)size;
    *value = offset <= ADC_DR ? REG(a, offset) : 0;
    if (config_of(a)->is_f4 && offset == ADC_CSR)
        *value = REG(a, ADC_SR);
    if (config_of(a)->is_f4 && offset == ADC_CCR)
        *value = a->ccr;
    if (offset == ADC_DR)
        REG(a, ADC_SR) &= ~SR_EOC;
    update_irq(a);
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_adc_f1 *a = self;
    (void)size;
    if (offset == ADC_SR) {
        REG(a, ADC_SR) &= value; // flags are cleared by writing 0
    } else if (offset == ADC_CR2) {
        write_cr2(a, value);
    } else if (offset == ADC_CCR && config_of(a)->is_f4) {
        if (value & ~a->ccr & (CCR_TSVREFE | CCR_VBATE))
            a->reference_ns = a->part->clock->now_ns;
        a->ccr = value & CCR_BITS;
    } else if (offset <= ADC_JSQR) {
        REG(a, offset) = value;
    }
    update_irq(a);
    return SIM_BUS_OK;
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_adc_f1 *a = self;
    (void)kind;
    *a = (struct sim_adc_f1){.part = a->part, .timer = a->timer};
    a->reg[0x24 / 4] = SIM_ANALOG_FULL_SCALE; // HTR
    stop_all(a);
    update_irq(a);
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_adc_f1 *a = state;
    a->part = part;
    sim_clock_add(part->clock, &a->timer, conversion_is_due, a);
    return true;
}

const struct sim_part_kind sim_part_adc_f1 = {
    .name = "adc_f1",
    .state_size = sizeof(struct sim_adc_f1),
    .create = create,
    .device = {reset, read, write},
};
