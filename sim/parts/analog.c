// SPDX-License-Identifier: MIT
#include "sim/parts/analog.h"

#define UNCALIBRATED_LSB 12u

static uint32_t limit_to_full_scale(uint32_t code)
{
    return code < SIM_ANALOG_FULL_SCALE ? code : SIM_ANALOG_FULL_SCALE;
}

static uint32_t code_of(const struct sim_part *part, uint32_t mv)
{
    uint32_t vdda_mv = sim_chip_vdda_mv(part->chip);
    if (!vdda_mv)
        return SIM_ANALOG_FULL_SCALE;
    return limit_to_full_scale((mv * SIM_ANALOG_FULL_SCALE + vdda_mv / 2) / vdda_mv);
}

uint32_t sim_analog_floating(const struct sim_part *part)
{
    return sim_chip_random(part->chip) & SIM_ANALOG_FULL_SCALE;
}

uint32_t sim_analog_pin(const struct sim_part *part, const struct sim_pin *pin)
{
    if (!pin->port)
        return sim_analog_floating(part);
    uint64_t outside = sim_part_level(part, SIM_PORT_OUTSIDE, (unsigned)(pin->port - 'A'));
    if (!(outside >> pin->pin & 1))
        return sim_analog_floating(part);
    return outside >> (16 + pin->pin) & 1 ? SIM_ANALOG_FULL_SCALE : 0;
}

uint32_t sim_analog_internal(const struct sim_part *part, uint32_t mv, bool is_on, bool is_settled)
{
    if (!is_on)
        return sim_analog_floating(part);
    return is_settled ? code_of(part, mv) : code_of(part, mv) * 7 / 8;
}

uint32_t sim_analog_uncalibrated(uint32_t code)
{
    return limit_to_full_scale(code + UNCALIBRATED_LSB);
}

uint32_t sim_analog_align_left(uint32_t code, unsigned res)
{
    return code << (res == 3 ? 2 : 4 + 2 * res);
}
