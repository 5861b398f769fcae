// SPDX-License-Identifier: MIT
// The inside of the analog-to-digital converter, shared by adc.c and adc_measure.c. Nobody else
// includes this.
#ifndef SWDLINK_SIM_PARTS_ADC_H
#define SWDLINK_SIM_PARTS_ADC_H

#include "sim/chip/part.h"
#include "sim/parts/parts.h"

#define ADC_CCR_PRESC  18 // shift
#define ADC_CCR_VREFEN (1u << 22)
#define ADC_CCR_TSEN   (1u << 23)
#define ADC_CCR_VBATEN (1u << 24)
#define ADC_CFGR1_RES  3 // shift
#define ADC_CHANNELS   19u

enum sim_adc_job {
    SIM_ADC_IDLE,
    SIM_ADC_CALIBRATES,
    SIM_ADC_ENABLES,
    SIM_ADC_CONVERTS,
    SIM_ADC_WAITS, // for DR to be read
};

struct sim_adc {
    struct sim_part *part;
    uint32_t isr, ier, cr, cfgr1, cfgr2, smpr, tr, chselr, dr, ccr;
    bool calibrated, ready;
    enum sim_adc_job job;
    unsigned channel;      // under conversion
    uint32_t left;         // channels of the sequence that are still to come
    uint64_t enable_ns;    // not earlier
    uint64_t reference_ns; // when the internal channels were switched on
    uint64_t regulator_ns; // when the regulator was; 0: it is off
    struct sim_timer timer;
};

// adc_measure.c
bool sim_adc_has_regulator(const struct sim_adc *a);
bool sim_adc_has_own_clock(const struct sim_adc *a);
// Halves of a cycle as time; SIM_NEVER: its clock stands.
uint64_t sim_adc_halves_ns(const struct sim_adc *a, uint64_t halves);
uint64_t sim_adc_sampling_halves(const struct sim_adc *a);
uint64_t sim_adc_conversion_halves(const struct sim_adc *a);
// What a conversion of the channel puts into DR.
uint32_t sim_adc_result_of(const struct sim_adc *a, unsigned channel);

#endif
