// SPDX-License-Identifier: MIT
#include "flash/layout.h"

#include <stdio.h>

static uint32_t run_bytes(const struct flash_run *run)
{
    return run->count * run->size;
}

unsigned flash_layout_count(const struct flash_layout *layout)
{
    unsigned n = 0;
    for (unsigned i = 0; i < FLASH_RUNS && layout->run[i].count; i++)
        n += layout->run[i].count;
    return n;
}

struct flash_sector flash_layout_sector(const struct flash_layout *layout, unsigned n)
{
    const struct flash_run *run = layout->run;
    while (n >= run->count) {
        n -= run->count;
        run++;
    }
    return (struct flash_sector){.addr = run->base + n * run->size, .size = run->size, .run = run};
}

bool flash_layout_find(const struct flash_layout *layout, uint32_t addr, unsigned *n)
{
    *n = 0;
    for (unsigned i = 0; i < FLASH_RUNS && layout->run[i].count; i++) {
        const struct flash_run *run = &layout->run[i];
        if (addr - run->base < run_bytes(run)) {
            *n += (addr - run->base) / run->size;
            return true;
        }
        *n += run->count;
    }
    return false;
}

uint32_t flash_layout_bytes(const struct flash_layout *layout)
{
    uint32_t bytes = 0;
    for (unsigned i = 0; i < FLASH_RUNS; i++)
        bytes += run_bytes(&layout->run[i]);
    return bytes;
}

uint32_t flash_layout_span(const struct flash_layout *layout)
{
    uint32_t end = layout->run[0].base;
    for (unsigned i = 0; i < FLASH_RUNS && layout->run[i].count; i++)
        end = layout->run[i].base + run_bytes(&layout->run[i]);
    return end - layout->run[0].base;
}

uint32_t flash_layout_largest(const struct flash_layout *layout)
{
    uint32_t largest = 0;
    for (unsigned i = 0; i < FLASH_RUNS && layout->run[i].count; i++)
        if (layout->run[i].size > largest)
            largest = layout->run[i].size;
    return largest;
}

bool flash_layout_contains(const struct flash_layout *layout, uint32_t addr, size_t len)
{
    for (unsigned i = 0; i < FLASH_RUNS && layout->run[i].count; i++) {
        const struct flash_run *run = &layout->run[i];
        uint32_t offset = addr - run->base;
        if (offset >= run_bytes(run))
            continue;
        size_t here = run_bytes(run) - offset;
        if (len <= here)
            return true;
        addr += (uint32_t)here; // on in the next run, if that follows at once
        len -= here;
    }
    return len == 0 && addr == layout->run[0].base + flash_layout_span(layout);
}

const char *flash_layout_text(const struct flash_layout *layout, char *text, size_t size)
{
    const struct flash_run *run = layout->run, *behind = layout->run + FLASH_RUNS;
    size_t n = 0;
    text[0] = '\0';
    while (run < behind && run->count && n < size) {
        const uint32_t base = run->base;
        uint32_t end = base;
        for (; run < behind && run->count && run->base == end; run++)
            end += run_bytes(run);
        n += (size_t)snprintf(text + n, size - n, "%s0x%08x to 0x%08x", n ? " and " : "", base,
                              end - 1);
    }
    return text;
}

bool flash_layout_widen(const struct flash_layout *layout, uint32_t addr, size_t len,
                        uint32_t *start, uint32_t *bytes)
{
    unsigned first, last;
    if (len == 0 || !flash_layout_contains(layout, addr, len) ||
        !flash_layout_find(layout, addr, &first) ||
        !flash_layout_find(layout, addr + (uint32_t)(len - 1), &last))
        return false;
    struct flash_sector end = flash_layout_sector(layout, last);
    *start = flash_layout_sector(layout, first).addr;
    *bytes = end.addr + end.size - *start;
    return true;
}

uint32_t flash_layout_longest_us(const struct flash_layout *layout)
{
    uint32_t longest =
        layout->mass_erase_us > layout->unit_us ? layout->mass_erase_us : layout->unit_us;
    for (unsigned i = 0; i < FLASH_RUNS && layout->run[i].count; i++) {
        if (layout->run[i].erase_us > longest)
            longest = layout->run[i].erase_us;
    }
    return longest;
}

bool flash_layout_is_erased(const struct flash_layout *layout, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (data[i] != layout->erased)
            return false;
    return true;
}

struct flash_layout flash_layout_cut(const struct flash_layout *layout, uint32_t size)
{
    struct flash_layout cut = *layout;
    for (unsigned i = 0; i < FLASH_RUNS; i++) {
        struct flash_run *run = &cut.run[i];
        if (run->count && run_bytes(run) > size)
            run->count = size / run->size;
        size -= run_bytes(run);
    }
    return cut;
}

// Units that are not as erased, and as such need not be programmed.
static uint32_t count_units(const struct flash_layout *layout, const uint8_t *data, size_t len)
{
    uint32_t units = 0;
    for (size_t i = 0; i < len; i += layout->unit)
        units += !flash_layout_is_erased(layout, &data[i], layout->unit);
    return units;
}

uint64_t flash_layout_program_us(const struct flash_layout *layout, const uint8_t *data, size_t len,
                                 bool rows)
{
    const size_t row = rows && layout->row ? layout->row : len;
    uint64_t us = 0;
    for (size_t i = 0; i < len; i += row) {
        const size_t here = len - i < row ? len - i : row;
        const uint32_t units = count_units(layout, &data[i], here);
        const bool whole = rows && here == layout->row && units == here / layout->unit;
        us += whole ? layout->row_us : (uint64_t)units * layout->unit_us;
    }
    return us;
}
