// SPDX-License-Identifier: MIT
#include "targets/families/m4dword.h"

void m4dword_repage(struct flash_layout *layout, uint32_t page)
{
    struct flash_run *run = &layout->run[0];
    run->count = run->count * run->size / page;
    run->size = page;
}

#define OPTR_ESE (1u << 8)

void m4dword_leave_second_core(const struct chip *chip, uint32_t size, uint32_t optr, uint32_t sfr,
                               uint32_t first_page, uint32_t disabled, struct family_geometry *g)
{
    const uint32_t own = (sfr & first_page) * chip->layout.run[0].size;
    if (!(optr & OPTR_ESE) || sfr & disabled || own >= size)
        return;
    g->layout = flash_layout_cut(&g->layout, own);
    g->taken_by = "the second core, whose firmware alone can change it (SFSA of the options)";
    g->by_pages = true; // an erase of everything would be refused
}
