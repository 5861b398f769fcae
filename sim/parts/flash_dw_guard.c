// SPDX-License-Identifier: MIT
// What the options of the flash controller for double words protect, and how they lay out the banks
// (RM0490, 4.5; RM0444, 3.3.1 for banks). Offsets are those of cells: WRP and PCROP areas stay with
// their bank when the banks are swapped.
#include "sim/parts/flash_dw.h"
#include "sim/parts/read_protection.h"

#define SUBPAGE       512u
#define WRP_END_SHIFT 16

static uint32_t user_word(const struct sim_flash_dw *f)
{
    return f->loaded[SIM_WORD_USER];
}

bool sim_dw_has_two_banks(const struct sim_flash_dw *f)
{
    return user_word(f) & f->config->dual_bank_mask;
}

uint32_t sim_dw_bank_size(const struct sim_flash_dw *f)
{
    return f->flash->row.size / (sim_dw_has_two_banks(f) ? 2 : 1);
}

unsigned sim_dw_bank_of(const struct sim_flash_dw *f, uint32_t offset)
{
    return offset / sim_dw_bank_size(f);
}

bool sim_dw_is_swapped(const struct sim_flash_dw *f)
{
    return sim_dw_has_two_banks(f) && f->config->no_swap_mask &&
           !(user_word(f) & f->config->no_swap_mask);
}

uint64_t sim_dw_level_swapped(void *self, unsigned line)
{
    (void)line;
    return sim_dw_is_swapped(self);
}

unsigned sim_dw_rdp_level(const struct sim_flash_dw *f)
{
    return f->rdp_mismatch ? 1 : sim_rdp_level_of(user_word(f) & 0xff);
}

bool sim_dw_is_blocked(const struct sim_flash_dw *f)
{
    return sim_rdp_is_flash_blocked(f->part, sim_dw_rdp_level(f));
}

uint32_t sim_dw_secure_size(const struct sim_flash_dw *f)
{
    const struct sim_flash_dw_config *config = f->config;
    uint32_t word = f->loaded[SIM_WORD_SECURE], pages = word & config->secure_size_mask;
    if (config->secure_switch_mask)
        pages = (word & config->secure_switch_mask) == config->secure_off ? 0 : pages + 1;
    return pages * f->flash->row.page_size;
}

// 4.5.4: it starts where bank 1 does.
bool sim_dw_is_secret(const struct sim_flash_dw *f, uint32_t offset)
{
    return f->secured && offset < sim_dw_secure_size(f);
}

// ---- areas --------------------------------------------------------------------------------------

struct area {
    bool there;
    uint32_t start, end; // offsets in the bank; end is behind it
};

// The words of one bank's areas.
static const struct {
    enum sim_option_word start, end;
} execute_only[2][2] = {
    {{SIM_WORD_PCROP1A_START, SIM_WORD_PCROP1A_END},
     {SIM_WORD_PCROP1B_START, SIM_WORD_PCROP1B_END}},
    {{SIM_WORD_PCROP2A_START, SIM_WORD_PCROP2A_END},
     {SIM_WORD_PCROP2B_START, SIM_WORD_PCROP2B_END}},
};
static const enum sim_option_word write_protected[2][2] = {
    {SIM_WORD_WRP1A, SIM_WORD_WRP1B},
    {SIM_WORD_WRP2A, SIM_WORD_WRP2B},
};

// Table 22: start and end alike mean all of it.
static struct area execute_only_area(const struct sim_flash_dw *f, unsigned bank, unsigned which)
{
    enum sim_option_word first = execute_only[bank][which].start;
    enum sim_option_word last = execute_only[bank][which].end;
    uint32_t start = f->loaded[first] & f->config->word[first].mask;
    uint32_t end = f->loaded[last] & f->config->word[first].mask; // without PCROP_RDP
    if (!f->config->word[first].mask || start > end)
        return (struct area){.there = false};
    if (start == end)
        return (struct area){true, 0, sim_dw_bank_size(f)};
    return (struct area){true, start * SUBPAGE, (end + 1) * SUBPAGE};
}

// Table 23: start and end alike mean one page.
static struct area write_protected_area(const struct sim_flash_dw *f, unsigned bank, unsigned which)
{
    enum sim_option_word word = write_protected[bank][which];
    uint32_t page = f->flash->row.page_size, field = f->config->word[word].mask & 0xffff;
    uint32_t start = f->loaded[word] & field, end = f->loaded[word] >> WRP_END_SHIFT & field;
    if (!field || start > end)
        return (struct area){.there = false};
    return (struct area){true, start * page, (end + 1) * page};
}

static bool overlaps(struct area area, uint32_t start, uint32_t end)
{
    return area.there && start < area.end && end > area.start;
}

bool sim_dw_has_execute_only(const struct sim_flash_dw *f)
{
    bool any = false;
    for (unsigned bank = 0; bank < (sim_dw_has_two_banks(f) ? 2 : 1); bank++)
        any |= execute_only_area(f, bank, 0).there || execute_only_area(f, bank, 1).there;
    return any;
}

bool sim_dw_is_execute_only(const struct sim_flash_dw *f, uint32_t offset)
{
    unsigned bank = sim_dw_bank_of(f, offset);
    uint32_t at = offset % sim_dw_bank_size(f);
    return overlaps(execute_only_area(f, bank, 0), at, at + 1) ||
           overlaps(execute_only_area(f, bank, 1), at, at + 1);
}

bool sim_dw_is_write_protected(const struct sim_flash_dw *f, uint32_t offset)
{
    unsigned bank = sim_dw_bank_of(f, offset);
    uint32_t page = f->flash->row.page_size;
    uint32_t start = offset % sim_dw_bank_size(f) / page * page, end = start + page;
    for (unsigned which = 0; which < 2; which++) {
        if (overlaps(write_protected_area(f, bank, which), start, end) ||
            overlaps(execute_only_area(f, bank, which), start, end))
            return true;
    }
    return false;
}
