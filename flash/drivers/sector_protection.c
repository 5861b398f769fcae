// SPDX-License-Identifier: MIT
// Where a sector is, and what the options protect: a bit of nWRP for each, in OPTCR for the first
// bank and in OPTCR1 for the second; 0 protects from being written, or, in the mode for code that
// may only be executed, 1 from being read as well (RM0090, 3.7.4 and 3.7.5).
#include "flash/drivers/sector_regs.h"
#include "swd/mem_ap.h"

unsigned sector_find(const struct flash_access *fa, uint32_t addr, unsigned *bank)
{
    const struct flash_bank *b = fa->bank;
    unsigned n = 0, first = 0;
    *bank = 0;
    (void)flash_layout_find(&b->layout, addr, &n); // the engine asks for addresses of sectors only
    if (!b->bank2 || !flash_layout_find(&b->layout, b->bank2, &first))
        return n;
    const bool upper = n >= first;
    *bank = upper != (fa->saved[SAVED_SWAPPED] != 0);
    return upper ? n - first : n;
}

enum err sector_note_options(struct flash_access *fa)
{
    const struct flash_prepare *prepare = fa->bank->prepare;
    bool swapped = false;
    enum err e = sector_read(fa, OPTCR, &fa->saved[SAVED_OPTCR]);
    if (!e && sector_params(fa)->option_regs > 1)
        e = sector_read(fa, OPTCR1, &fa->saved[SAVED_OPTCR1]);
    if (!e && fa->bank->bank2 && prepare && prepare->find_swap)
        e = prepare->find_swap(fa, &swapped);
    fa->saved[SAVED_SWAPPED] = swapped;
    return e;
}

static bool is_pcrop(const struct flash_access *fa)
{
    return fa->saved[SAVED_OPTCR] & sector_params(fa)->pcrop_mode;
}

static unsigned nwrp_bit(const struct flash_access *fa, uint32_t addr, unsigned *bank)
{
    const unsigned n = sector_find(fa, addr, bank), last = sector_params(fa)->last_wrp_bit;
    return n < last ? n : last;
}

static bool is_protected(const struct flash_access *fa, uint32_t addr)
{
    unsigned bank;
    const unsigned bit = nwrp_bit(fa, addr, &bank) + NWRP_SHIFT;
    const bool one = fa->saved[bank ? SAVED_OPTCR1 : SAVED_OPTCR] >> bit & 1;
    return one == is_pcrop(fa);
}

enum err sector_check(struct flash_access *fa, uint32_t addr)
{
    unsigned bank;
    const unsigned bit = nwrp_bit(fa, addr, &bank);
    const char *name = bank ? "nWRP2" : "nWRP";
    if (!is_protected(fa, addr))
        return ERR_OK;
    if (is_pcrop(fa))
        return log_fail(
            fa->log, ERR_PROTECTED,
            "the flash sector at 0x%08x can only be executed, because SPRMOD is 1 and bit %u of %s "
            "is 1: only leaving read protection level 1 takes that away (`swdlink options RDP=1` "
            "and `swdlink unlock`), and erases the chip",
            addr, bit, name);
    return log_fail(fa->log, ERR_PROTECTED,
                    "the flash sector at 0x%08x is write-protected by the chip's options, bit %u "
                    "of %s: `swdlink options` shows them, and with ones there takes the "
                    "protection away",
                    addr, bit, name);
}

// Sectors that lie side by side are one stretch.
enum err sector_find_hidden(struct flash_access *fa, uint32_t addr, uint32_t len,
                            struct flash_hidden *hidden)
{
    const struct flash_layout *layout = &fa->bank->layout;
    *hidden = (struct flash_hidden){.option = "SPRMOD"};
    if (!sector_params(fa)->pcrop_mode)
        return ERR_OK;
    // Asked for each read of flash: mostly one look is all.
    enum err e = sector_read(fa, OPTCR, &fa->saved[SAVED_OPTCR]);
    if (!e && is_pcrop(fa))
        e = sector_note_options(fa);
    for (unsigned n = 0; !e && is_pcrop(fa) && n < flash_layout_count(layout); n++) {
        const struct flash_sector s = flash_layout_sector(layout, n);
        const bool follows = hidden->len > 0 && hidden->addr + hidden->len == s.addr;
        if (!is_protected(fa, s.addr) || (s.addr >= addr + len && !follows))
            continue;
        if (!follows && hidden->len && hidden->addr + hidden->len > addr)
            break; // the lowest is complete
        if (!follows)
            *hidden = (struct flash_hidden){s.addr, 0, hidden->option};
        hidden->len += s.size;
    }
    if (hidden->addr + hidden->len <= addr)
        hidden->len = 0;
    return e;
}

bool sector_hides_code(const struct flash_access *fa)
{
    const struct flash_layout *layout = &fa->bank->layout;
    bool hides = false;
    for (unsigned n = 0; is_pcrop(fa) && n < flash_layout_count(layout); n++)
        hides |= is_protected(fa, flash_layout_sector(layout, n).addr);
    return hides;
}
