// SPDX-License-Identifier: MIT
// Clock frequencies of the virtual ST-LINK: divisors on V2, a list in kHz on V3.
#include "base/bytes.h"
#include "sim/probe/stlink_internal.h"

// Divisor of SWD_SET_FREQ and what it makes; nominal values (a scope showed 2.4 MHz for "4 MHz" on
// one V2-1, but benchmarks are stated for the nominal clock).
static const struct {
    uint16_t divisor;
    uint32_t hz;
} frequencies[] = {{0, 4000000}, {1, 1800000}, {2, 1200000}, {3, 950000},
                   {5, 650000},  {7, 480000},  {9, 400000},  {10, 360000},
                   {15, 240000}, {25, 150000}, {31, 125000}, {40, 100000},
                   {79, 50000},  {158, 25000}, {265, 15000}, {798, 5000}};

static const uint16_t jtag_divisors[] = {2, 4, 8, 16, 32, 64, 128, 256};

#define MAX_KHZ 10u

// What SWD_GET_COM_FREQ lists at each HCLK of a V3, by prescaler; 0 ends a list.
static const struct {
    unsigned prescaler;
    uint32_t khz[MAX_KHZ];
} v3_lists[] = {{1, {24000, 8000, 3300, 1000, 200, 50, 5}},
                {2, {12000, 4000, 1600, 1000, 200, 50}},
                {4, {6000, 2000, 850, 520, 200, 50}}};

// The divisor goes into a loop that waits, so any will do (Black Magic sends computed ones).
// Between those that have a nominal value: a model.
static uint32_t frequency_of(uint16_t divisor)
{
    for (size_t i = 0; i < sizeof frequencies / sizeof frequencies[0]; i++)
        if (frequencies[i].divisor == divisor)
            return frequencies[i].hz;
    return frequencies[0].hz / (divisor + 1u);
}

void stlink_set_frequency(struct sim_stlink *s, const uint8_t *c)
{
    bool v2 = s->model.hardware < 3;
    if (v2)
        s->swd.swclk_hz = frequency_of(get_le16(&c[2]));
    stlink_reply_status(s, v2 ? ST_OK : ST_CMD_ERROR, 2);
}

void stlink_set_jtag_frequency(struct sim_stlink *s, const uint8_t *c)
{
    uint8_t status = ST_CMD_ERROR;
    for (size_t i = 0; s->model.hardware < 3 && i < sizeof jtag_divisors / sizeof jtag_divisors[0];
         i++)
        if (jtag_divisors[i] == get_le16(&c[2]))
            status = ST_OK;
    stlink_reply_status(s, status, 2);
}

static const uint32_t *v3_list(const struct sim_stlink *s)
{
    unsigned i = 0;
    while (v3_lists[i].prescaler != s->prescaler)
        i++;
    return v3_lists[i].khz;
}

void stlink_set_com_frequency(struct sim_stlink *s, const uint8_t *c)
{
    const uint32_t *khz = v3_list(s);
    uint32_t wanted = get_le32(&c[4]);
    for (unsigned i = 0; i < MAX_KHZ && khz[i]; i++)
        if (khz[i] <= wanted) {
            if (c[2] == 0)
                s->swd.swclk_hz = khz[i] * 1000;
            stlink_reply_value(s, ST_OK, khz[i]);
            return;
        }
    stlink_reply_value(s, ST_CMD_ERROR, 0);
}

void stlink_get_com_frequency(struct sim_stlink *s, const uint8_t *c)
{
    const uint32_t *khz = v3_list(s);
    uint32_t count = 0;
    (void)c;
    stlink_reply_status(s, ST_OK, 52);
    put_le32(&s->reply[4], s->swd.swclk_hz / 1000);
    for (; count < MAX_KHZ && khz[count]; count++)
        put_le32(&s->reply[12 + 4 * count], khz[count]);
    put_le32(&s->reply[8], count);
}

// Another HCLK in the probe; the clock of the wire becomes the highest on its list that is no
// faster.
void stlink_switch_frequency(struct sim_stlink *s, const uint8_t *c)
{
    bool known = c[2] == 1 || c[2] == 2 || c[2] == 4, same = c[2] == s->prescaler;
    stlink_reply_value(s, !known ? ST_CMD_ERROR : same ? ST_OK : ST_CONF_CHANGED, 0);
    if (!known || same)
        return;
    s->prescaler = c[2];
    const uint32_t *khz = v3_list(s);
    unsigned i = 0;
    while (i + 1 < MAX_KHZ && khz[i + 1] && khz[i] * 1000 > s->swd.swclk_hz)
        i++;
    s->swd.swclk_hz = khz[i] * 1000;
}
