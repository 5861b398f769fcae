// SPDX-License-Identifier: MIT
// The instruction cache of the flash controller of STM32F2 and F4, 64 lines of 128 bits (RM0090,
// 3.5.2), and the accelerator that an STM32F7 has for fetches over its ITCM (RM0410, 3.3.2), as far
// as a debugger can tell: what it holds stays, whatever happens to the cells, until it is reset
// while it is off (3.6.3, "make sure that these data are rewritten"). Which lines are in it is a
// model: when the flash begins to change, those of the kibibyte around the program counter. What
// the program executes elsewhere replaces them one after the other. The data cache is not modelled:
// it follows what is programmed.
#include <string.h>

#include "base/bytes.h"
#include "sim/parts/flash_sectors.h"

#define LINE  16u
#define LINES (SIM_SECTORS_CACHE / LINE)

// The place in the flash of an address there, or of its alias at 0, or on the ITCM; false: it is
// none of what is cached.
static bool offset_of(const struct sim_flash_sectors *f, uint32_t addr, uint32_t *offset)
{
    uint32_t size = f->flash->row.size;
    if (f->config->is_f7) {
        *offset = addr - f->flash->row.alias;
        return *offset < size;
    }
    bool is_alias =
        addr < size && sim_part_level(f->part, SIM_MAPPED_MEMORY, 0) == SIM_MEMORY_FLASH;
    *offset = is_alias ? addr : addr - f->flash->row.base;
    return *offset < size;
}

void sim_sectors_keep_cache(struct sim_flash_sectors *f)
{
    uint32_t offset;
    bool in_flash = offset_of(f, sim_core_get_reg(f->part->core, 15), &offset);
    if (f->cache_is_stale || !(f->acr & SECTORS_ACR_ICEN))
        return;
    f->cache_lines = in_flash ? LINES : 0;
    f->cache_at = offset & ~(SIM_SECTORS_CACHE - 1);
    if (in_flash)
        memcpy(f->cache, f->flash->bytes + f->cache_at, SIM_SECTORS_CACHE);
}

void sim_sectors_compare_cache(struct sim_flash_sectors *f)
{
    f->cache_is_stale =
        f->cache_lines && memcmp(f->cache, f->flash->bytes + f->cache_at, SIM_SECTORS_CACHE) != 0;
}

void sim_sectors_forget_cache(struct sim_flash_sectors *f)
{
    f->cache_lines = 0;
    f->cache_is_stale = false;
    sim_map_update(f->part->chip);
}

bool sim_sectors_fetch_cached(struct sim_flash_sectors *f, uint32_t cell, unsigned size,
                              uint32_t *value)
{
    if (!f->cache_is_stale || !(f->acr & SECTORS_ACR_ICEN))
        return false;
    if (cell - f->cache_at < SIM_SECTORS_CACHE) {
        *value = get_le_sized(f->cache + (cell - f->cache_at), size);
        return true;
    }
    if (cell / LINE != f->cache_line) { // one of the kept lines has to go
        f->cache_line = cell / LINE;
        f->cache_lines--;
    }
    if (!f->cache_lines)
        sim_sectors_forget_cache(f);
    return false;
}
