// SPDX-License-Identifier: MIT
// What all flash drivers have in common: the table of them, and the search for what is worth
// writing.
#include "flash/flash.h"

#include "flash/drivers/fpec16.h"

// Writing all-ones units costs their programming time (53.5 µs for two bytes on an STM32F0),
// leaving them out costs one more block command (2 to 4 ms at full speed): below this gap writing
// is cheaper.
#define SMALL_GAP 64u

const struct flash_driver *const flash_drivers[] = {
    &fpec16_driver,
};
const unsigned flash_driver_count = sizeof flash_drivers / sizeof flash_drivers[0];

static bool is_blank(const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (data[i] != 0xff)
            return false;
    return true;
}

bool flash_next_run(const uint8_t *data, size_t len, unsigned unit, size_t from, size_t *start,
                    size_t *end)
{
    while (from < len && is_blank(&data[from], unit))
        from += unit;
    if (from >= len)
        return false;
    *start = *end = from;
    for (size_t i = from; i < len && i - *end <= SMALL_GAP; i += unit)
        if (!is_blank(&data[i], unit))
            *end = i + unit;
    return true;
}
