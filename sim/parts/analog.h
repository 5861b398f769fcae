// SPDX-License-Identifier: MIT
// What the analog-to-digital converters of all families have alike: what a conversion of 12 bits
// finds at a pin and at an internal source. adc_measure.c, adc_f1.c and adc_l4.c have the channels.
#ifndef SWDLINK_SIM_PARTS_ANALOG_H
#define SWDLINK_SIM_PARTS_ANALOG_H

#include "sim/chip/part.h"

#define SIM_ANALOG_FULL_SCALE 4095u

// Nothing is connected: chance.
uint32_t sim_analog_floating(const struct sim_part *part);
// All or nothing, where something outside drives the pin. Port 0: there is no pin.
uint32_t sim_analog_pin(const struct sim_part *part, const struct sim_pin *pin);
// An internal source of so many millivolts. is_settled: it has been on for long enough and was
// sampled for long enough; else the capacitor has not got there.
uint32_t sim_analog_internal(const struct sim_part *part, uint32_t mv, bool is_on, bool is_settled);
// With the offset of a converter that was not calibrated, within what the data sheets allow.
uint32_t sim_analog_uncalibrated(uint32_t code);
// As DR has it with ALIGN = 1; res: 0 for 12 bits to 3 for 6 bits, which are aligned to a byte
// (RM0091, 13.6.1).
uint32_t sim_analog_align_left(uint32_t code, unsigned res);

#endif
