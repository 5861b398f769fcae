// SPDX-License-Identifier: MIT
// What the options of the flash controller for double words protect, and how they lay out the banks
// (RM0490, 4.5; RM0444, 3.3.1 for banks). Offsets are those of cells: WRP and PCROP areas stay with
// their bank when the banks are swapped.
#include "base/bytes.h"
#include "sim/parts/flash_dw.h"
#include "sim/parts/read_protection.h"

#define WRP_END_SHIFT 16

static uint32_t user_word(const struct sim_flash_dw *f)
{
    return f->loaded[SIM_WORD_USER];
}

bool sim_dw_has_two_banks(const struct sim_flash_dw *f)
{
    return f->config->has_two_banks_always || user_word(f) & f->config->dual_bank_mask;
}

// RM0440, 3.3.1; RM0432, 3.3.1.
static bool is_doubled(const struct sim_flash_dw *f)
{
    return f->config->doubles_as_one_bank && !sim_dw_has_two_banks(f);
}

uint32_t sim_dw_page_size(const struct sim_flash_dw *f)
{
    return f->flash->row.page_size << is_doubled(f);
}

uint32_t sim_dw_pcrop_unit(const struct sim_flash_dw *f)
{
    uint32_t unit = f->config->pcrop_unit ? f->config->pcrop_unit : 512;
    return unit << is_doubled(f);
}

bool sim_dw_has_hole(const struct sim_flash_dw *f)
{
    return f->config->bank2_offset && sim_dw_has_two_banks(f);
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
    if (!sim_dw_has_two_banks(f))
        return false;
    if (f->config->swapped_by_syscfg)
        return sim_part_level(f->part, SIM_BANKS_SWAPPED, 0);
    return f->config->no_swap_mask && !(user_word(f) & f->config->no_swap_mask);
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

// What BFB2 asks for: the boot loader's program looks for a stack pointer in the RAM (AN2606).
uint64_t sim_dw_level_boots_bank2(void *self, unsigned line)
{
    const struct sim_flash_dw *f = self;
    uint32_t stack = get_le32(f->flash->bytes + f->flash->row.size / 2);
    (void)line;
    return f->config->swapped_by_syscfg && sim_dw_has_two_banks(f) &&
           user_word(f) & f->config->option_mask[SIM_OPTION_BFB2] && stack >> 24 == 0x20;
}

uint32_t sim_dw_secure_size(const struct sim_flash_dw *f, unsigned bank)
{
    const struct sim_flash_dw_config *config = f->config;
    uint32_t word = f->loaded[bank ? SIM_WORD_SECURE2 : SIM_WORD_SECURE];
    uint32_t pages = word & config->secure_size_mask;
    if (config->secure_switch_mask)
        pages = (word & config->secure_switch_mask) == config->secure_off ? 0 : pages + 1;
    return pages * sim_dw_page_size(f);
}

// 4.5.4: it starts where its bank does.
bool sim_dw_is_secret(const struct sim_flash_dw *f, uint32_t offset)
{
    unsigned bank = sim_dw_bank_of(f, offset);
    return f->secured[bank] && offset % sim_dw_bank_size(f) < sim_dw_secure_size(f, bank);
}

// RM0434, 3.4.2 and 3.10.24: SFSA is a page, and FSD says that there are no such pages.
bool sim_dw_has_cpu2_pages(const struct sim_flash_dw *f)
{
    const struct sim_flash_dw_config *config = f->config;
    return user_word(f) & config->cpu2_secure_mask &&
           !(f->loaded[SIM_WORD_CPU2] & config->cpu2_off_mask);
}

bool sim_dw_is_of_cpu2(const struct sim_flash_dw *f, uint32_t offset)
{
    uint32_t page = f->loaded[SIM_WORD_CPU2] & f->config->cpu2_page_mask;
    return sim_dw_has_cpu2_pages(f) && offset >= page * sim_dw_page_size(f);
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
    uint32_t unit = sim_dw_pcrop_unit(f);
    return (struct area){true, start * unit, (end + 1) * unit};
}

// Table 23: start and end alike mean one page.
static struct area write_protected_area(const struct sim_flash_dw *f, unsigned bank, unsigned which)
{
    enum sim_option_word word = write_protected[bank][which];
    uint32_t page = sim_dw_page_size(f), field = f->config->word[word].mask & 0xffff;
    uint32_t start = f->loaded[word] & field, end = f->loaded[word] >> WRP_END_SHIFT & field;
    if (!field || start > end)
        return (struct area){.there = false};
    return (struct area){true, start * page, (end + 1) * page};
}

static bool overlaps(struct area area, uint32_t start, uint32_t end)
{
    return area.there && start < area.end && end > area.start;
}

// The areas of how many banks count.
static unsigned banks_of_areas(const struct sim_flash_dw *f)
{
    return sim_dw_has_two_banks(f) || is_doubled(f) ? 2 : 1;
}

// The areas of a bank may cover that cell.
static bool concerns(const struct sim_flash_dw *f, unsigned bank, uint32_t offset)
{
    return is_doubled(f) || sim_dw_bank_of(f, offset) == bank;
}

bool sim_dw_has_execute_only(const struct sim_flash_dw *f)
{
    bool any = false;
    for (unsigned bank = 0; bank < banks_of_areas(f); bank++)
        any |= execute_only_area(f, bank, 0).there || execute_only_area(f, bank, 1).there;
    return any;
}

bool sim_dw_is_execute_only(const struct sim_flash_dw *f, uint32_t offset)
{
    uint32_t at = offset % sim_dw_bank_size(f);
    for (unsigned bank = 0; bank < banks_of_areas(f); bank++) {
        if (concerns(f, bank, offset) && (overlaps(execute_only_area(f, bank, 0), at, at + 1) ||
                                          overlaps(execute_only_area(f, bank, 1), at, at + 1)))
            return true;
    }
    return false;
}

static bool is_protected_by(const struct sim_flash_dw *f, unsigned bank, uint32_t start,
                            uint32_t end)
{
    for (unsigned which = 0; which < 2; which++) {
        if (overlaps(write_protected_area(f, bank, which), start, end) ||
            overlaps(execute_only_area(f, bank, which), start, end))
            return true;
    }
    return false;
}

bool sim_dw_is_write_protected(const struct sim_flash_dw *f, uint32_t offset)
{
    uint32_t page = sim_dw_page_size(f);
    uint32_t start = offset % sim_dw_bank_size(f) / page * page;
    for (unsigned bank = 0; bank < banks_of_areas(f); bank++) {
        if (concerns(f, bank, offset) && is_protected_by(f, bank, start, start + page))
            return true;
    }
    return false;
}
