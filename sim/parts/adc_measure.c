// SPDX-License-Identifier: MIT
// The clock of the analog-to-digital converter, what its cycles take, and what it measures. The
// registers are in adc.c.
#include "sim/parts/adc.h"
#include "sim/parts/analog.h"

#define CFGR1_ALIGN  (1u << 5)
#define NS_PER_S     1000000000ull
#define INTERNAL_NS  4000u  // the least sampling time of an internal channel (6.3.4, 6.3.17)
#define REFERENCE_NS 10000u // and what they need after they are switched on

enum { CHANNEL_TEMPERATURE = SIM_ADC_PINS, CHANNEL_REFERENCE = 17, CHANNEL_BATTERY = 18 };

bool sim_adc_has_own_clock(const struct sim_adc *a)
{
    return a->cfgr2 >> 30 == 0;
}

static const struct sim_adc_config *config_of(const struct sim_adc *a)
{
    return a->part->config;
}

bool sim_adc_has_regulator(const struct sim_adc *a)
{
    return config_of(a)->sampling_halves;
}

// The version with a regulator has no oscillator of its own, and a prescaler (RM0444, 15.3.4).
static uint32_t asynchronous_hz(const struct sim_adc *a)
{
    static const uint16_t divisors[] = {1, 2, 4, 6, 8, 10, 12, 16, 32, 64, 128, 256};
    uint32_t presc = a->ccr >> ADC_CCR_PRESC & 15;
    if (!sim_adc_has_regulator(a))
        return config_of(a)->own_clock_hz;
    return (uint32_t)sim_part_level(a->part, SIM_ADC_HZ, 0) / divisors[presc < 12 ? presc : 11];
}

static uint32_t adc_hz(const struct sim_adc *a)
{
    static const uint8_t divisors[] = {1, 2, 4, 4};
    uint32_t mode = a->cfgr2 >> 30;
    if (sim_adc_has_own_clock(a))
        return asynchronous_hz(a);
    return (uint32_t)sim_part_bus_hz(a->part, SIM_PCLK_HZ) /
           (mode == 3 && sim_adc_has_regulator(a) ? 1 : divisors[mode]);
}

// In halves of a cycle.
uint64_t sim_adc_halves_ns(const struct sim_adc *a, uint64_t halves)
{
    uint32_t hz = adc_hz(a);
    uint64_t wait = sim_adc_has_own_clock(a) && !sim_adc_has_regulator(a)
                        ? sim_part_level(a->part, SIM_ADC_CLOCK_WAIT_NS, 0)
                        : 0;
    if (!hz || wait == SIM_NEVER)
        return SIM_NEVER;
    return wait + halves * NS_PER_S / (2ull * hz);
}

uint64_t sim_adc_sampling_halves(const struct sim_adc *a)
{
    static const uint16_t halves[] = {3, 15, 27, 57, 83, 111, 143, 479}; // 13.12.6
    if (sim_adc_has_regulator(a)) // SMP1, or SMP2 for the channels that SMPSEL names
        return config_of(a)
            ->sampling_halves[a->smpr >> (a->smpr >> (8 + a->channel) & 1 ? 4 : 0) & 7];
    return halves[a->smpr & 7];
}

uint64_t sim_adc_conversion_halves(const struct sim_adc *a)
{
    static const uint8_t halves[] = {25, 23, 19, 15}; // 12.5 cycles for 12 bits and so on (13.4.7)
    return halves[a->cfgr1 >> ADC_CFGR1_RES & 3];
}

// ---- what is measured ---------------------------------------------------------------------------

static uint32_t internal_code(const struct sim_adc *a, uint32_t enable, uint32_t mv)
{
    uint64_t least_ns = config_of(a)->internal_ns ? config_of(a)->internal_ns : INTERNAL_NS;
    bool settled = a->part->clock->now_ns >= a->reference_ns + REFERENCE_NS &&
                   sim_adc_halves_ns(a, sim_adc_sampling_halves(a)) >= least_ns;
    return sim_analog_internal(a->part, mv, a->ccr & enable, settled);
}

// Internal channels where the config says; the others are pins, or nothing.
static uint32_t measure_by_config(const struct sim_adc *a, unsigned channel)
{
    const struct sim_adc_config *config = config_of(a);
    if (channel == config->temperature_channel)
        return internal_code(a, ADC_CCR_TSEN, config->temperature_mv);
    if (channel == config->reference_channel)
        return internal_code(a, ADC_CCR_VREFEN, config->reference_mv);
    if (config->battery_divider && channel == config->battery_channel)
        return internal_code(a, ADC_CCR_VBATEN,
                             sim_chip_vdda_mv(a->part->chip) / config->battery_divider);
    return channel < SIM_ADC_PINS ? sim_analog_pin(a->part, &config->channel[channel])
                                  : sim_analog_floating(a->part);
}

static uint32_t measure(const struct sim_adc *a, unsigned channel)
{
    if (sim_adc_has_regulator(a))
        return measure_by_config(a, channel);
    switch (channel) {
    case CHANNEL_TEMPERATURE:
        return internal_code(a, ADC_CCR_TSEN, config_of(a)->temperature_mv);
    case CHANNEL_REFERENCE:
        return internal_code(a, ADC_CCR_VREFEN, config_of(a)->reference_mv);
    case CHANNEL_BATTERY: // VBAT hangs on the supply, and is divided by two (13.10)
        return internal_code(a, ADC_CCR_VBATEN, sim_chip_vdda_mv(a->part->chip) / 2);
    default:
        return sim_analog_pin(a->part, &config_of(a)->channel[channel]);
    }
}

uint32_t sim_adc_result_of(const struct sim_adc *a, unsigned channel)
{
    unsigned res = a->cfgr1 >> ADC_CFGR1_RES & 3;
    uint32_t code = measure(a, channel);
    if (!a->calibrated)
        code = sim_analog_uncalibrated(code);
    code >>= 2 * res;
    return a->cfgr1 & CFGR1_ALIGN ? sim_analog_align_left(code, res) : code;
}
