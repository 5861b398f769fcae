// SPDX-License-Identifier: MIT
// What the options protect, and where a page is: two write-protected areas of whole pages in each
// bank (RM0444, 3.5), two areas for execution only (PCROP), and the securable area.
#include "flash/drivers/dword_regs.h"

static uint32_t saved_option(const struct flash_access *fa, unsigned n)
{
    return fa->saved[SAVED_OPTIONS + n];
}

unsigned dword_bank_of(const struct flash_access *fa, uint32_t addr, uint32_t *offset)
{
    const uint32_t base = fa->bank->base, bank2 = fa->bank->bank2;
    const unsigned upper = bank2 && addr >= bank2;
    *offset = addr - (upper ? bank2 : base);
    return bank2 && fa->saved[SAVED_SWAPPED] ? 1 - upper : upper;
}

// An option register that holds the first and the last page of a write-protected area, or two that
// hold the first and the last step of an area for execution only.
struct area {
    const char *name, *alone; // alone: where a bank has one
    uint8_t bank, start, end;
};

static const struct area wrp_areas[] = {
    {"WRP1A", "WRP1A", 0, DWORD_WRP1A, DWORD_WRP1A},
    {"WRP1B", "WRP1B", 0, DWORD_WRP1B, DWORD_WRP1B},
    {"WRP2A", "WRP2A", 1, DWORD_WRP2A, DWORD_WRP2A},
    {"WRP2B", "WRP2B", 1, DWORD_WRP2B, DWORD_WRP2B},
};
static const struct area pcrop_areas[] = {
    {"PCROP1A", "PCROP1", 0, DWORD_PCROP1AS, DWORD_PCROP1AE},
    {"PCROP1B", "PCROP1", 0, DWORD_PCROP1BS, DWORD_PCROP1BE},
    {"PCROP2A", "PCROP2", 1, DWORD_PCROP2AS, DWORD_PCROP2AE},
    {"PCROP2B", "PCROP2", 1, DWORD_PCROP2BS, DWORD_PCROP2BE},
};
enum { AREAS = sizeof wrp_areas / sizeof wrp_areas[0] };

static const char *pcrop_name(const struct flash_access *fa, const struct area *a)
{
    return dword_params(fa)->pcrop_alone ? a->alone : a->name;
}

// Those of a second bank mean nothing where there is none, unless they are two more of the first.
static bool exists(const struct flash_access *fa, const struct area *a)
{
    const struct dword_params *params = dword_params(fa);
    return params->option_reg[a->start] &&
           (!a->bank || fa->bank->bank2 || (fa->bank->joined && params->joined_areas));
}

static unsigned bank_of_area(const struct flash_access *fa, const struct area *a)
{
    return fa->bank->bank2 ? a->bank : 0;
}

// A stretch of a bank, by its distance from the bank's start.
struct stretch {
    uint32_t offset, size;
};

// The bits of a number below so many, in the largest part of the die: those above it are reserved,
// and read as ones on some dies (found by users of the STM32G4).
static uint32_t field_for(uint32_t count)
{
    uint32_t field = 1;
    while (field + 1 < count)
        field = field << 1 | 1;
    return field;
}

// Bytes of a bank of the largest part.
static uint32_t largest_bank(const struct flash_access *fa)
{
    const uint32_t largest = fa->bank->largest ? fa->bank->largest : fa->bank->size;
    return fa->bank->bank2 ? largest / 2 : largest;
}

// Of whole pages. No bytes: nothing is protected.
static struct stretch wrp_stretch(const struct flash_access *fa, const struct area *a,
                                  uint32_t page)
{
    const uint32_t value = saved_option(fa, a->start), field = field_for(largest_bank(fa) / page);
    const uint32_t first = value & field, last = value >> 16 & field;
    if (!exists(fa, a) || first > last)
        return (struct stretch){0, 0};
    return (struct stretch){first * page, (last + 1 - first) * page};
}

static struct stretch pcrop_stretch(const struct flash_access *fa, const struct area *a)
{
    const struct dword_params *params = dword_params(fa);
    const bool joined = params->pcrop_unit_joined && fa->bank->joined;
    const uint32_t unit = params->pcrop_half_pages ? fa->bank->layout.run[0].size / 2
                          : joined                 ? params->pcrop_unit_joined
                                                   : params->pcrop_unit;
    if (!exists(fa, a))
        return (struct stretch){0, 0};
    const uint32_t field = field_for(largest_bank(fa) / unit);
    const uint32_t first = saved_option(fa, a->start) & field;
    const uint32_t last = saved_option(fa, a->end) & field;
    if (first >= last)
        return (struct stretch){0, 0};
    return (struct stretch){first * unit, (last + 1 - first) * unit};
}

static bool overlaps(struct stretch s, uint32_t offset, uint32_t size)
{
    return s.size && s.offset < offset + size && s.offset + s.size > offset;
}

// Where the cells of a bank (0, 1) are in the address space.
static uint32_t start_of_bank(const struct flash_access *fa, unsigned bank)
{
    uint32_t offset;
    const unsigned lower = dword_bank_of(fa, fa->bank->base, &offset);
    return bank == lower ? fa->bank->base : fa->bank->bank2;
}

void dword_find_execute_only(const struct flash_access *fa, uint32_t addr, uint32_t len,
                             struct flash_hidden *hidden)
{
    for (unsigned i = 0; i < AREAS; i++) {
        const struct area *p = &pcrop_areas[i];
        const struct stretch s = pcrop_stretch(fa, p);
        const uint32_t start = start_of_bank(fa, bank_of_area(fa, p)) + s.offset;
        if (!s.size || (start - addr >= len && addr - start >= s.size))
            continue;
        if (!hidden->len || start < hidden->addr)
            *hidden = (struct flash_hidden){start, s.size, pcrop_name(fa, p)};
    }
}

static enum err check_areas(struct flash_access *fa, uint32_t addr, unsigned bank, uint32_t offset,
                            uint32_t size)
{
    for (unsigned i = 0; i < AREAS; i++) {
        const struct area *w = &wrp_areas[i], *p = &pcrop_areas[i];
        if (bank_of_area(fa, w) == bank && overlaps(wrp_stretch(fa, w, size), offset, size))
            return log_fail(
                fa->log, ERR_PROTECTED,
                "the flash page at 0x%08x is write-protected by the chip's options (%s); `swdlink "
                "options %s_STRT=63 %s_END=0` takes the protection away",
                addr, w->name, w->name, w->name);
        if (bank_of_area(fa, p) == bank && overlaps(pcrop_stretch(fa, p), offset, size))
            return log_fail(
                fa->log, ERR_PROTECTED,
                "the flash page at 0x%08x is in an area that can only be executed (%s of the "
                "chip's options), neither read nor written: only leaving read protection level 1 "
                "with PCROP_RDP=1 takes that away, and erases the flash",
                addr, pcrop_name(fa, p));
    }
    return ERR_OK;
}

enum err dword_check_page(struct flash_access *fa, uint32_t addr)
{
    const struct dword_params *params = dword_params(fa);
    uint32_t offset;
    unsigned n;
    if (!flash_layout_find(&fa->bank->layout, addr, &n))
        return ERR_OK;
    const struct flash_sector page = flash_layout_sector(&fa->bank->layout, n);
    const unsigned bank = dword_bank_of(fa, page.addr, &offset);
    if (params->securable && fa->saved[SAVED_CR] & params->sec_prot[bank] &&
        offset < page.size * params->securable(&fa->saved[SAVED_OPTIONS + DWORD_SECR], bank))
        return log_fail(
            fa->log, ERR_PROTECTED,
            "the flash page at 0x%08x is in the securable area, which the program has locked until "
            "the next reset: reset and halt the target, and try again",
            page.addr);
    return check_areas(fa, page.addr, bank, offset, page.size);
}
