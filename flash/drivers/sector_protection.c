// SPDX-License-Identifier: MIT
// Where a sector is, and what the options protect: a bit of nWRP for each, in OPTCR for the first
// bank and in OPTCR1 for the second, or, on the STM32F76x, for two sectors of two banks; 0 protects
// from being written, or, in the mode for code that may only be executed, 1 from being read as well
// (RM0090, 3.7.4 and 3.7.5). The STM32F72x has bits of their own for the latter, in OPTCR2 (RM0431,
// FLASH option bytes).
#include <stdio.h>

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
    enum err e = ERR_OK;
    for (unsigned n = 0; n < sector_params(fa)->option_regs && !e; n++)
        e = sector_read(fa, OPTCR + 4 * n, &fa->saved[SAVED_OPTCR + n]);
    if (!e && fa->bank->bank2 && prepare && prepare->find_swap)
        e = prepare->find_swap(fa, &swapped);
    fa->saved[SAVED_SWAPPED] = swapped;
    return e;
}

static bool is_pcrop_mode(const struct flash_access *fa)
{
    return fa->saved[SAVED_OPTCR] & sector_params(fa)->pcrop_mode;
}

// A sector's bit of nWRP: in which register of saved[], by which name, and its number.
struct nwrp_bit {
    unsigned saved;
    const char *name;
    unsigned number;
};

static struct nwrp_bit nwrp_bit(const struct flash_access *fa, uint32_t addr)
{
    const struct sector_params *params = sector_params(fa);
    unsigned bank, n = sector_find(fa, addr, &bank);
    if (params->wrp2 == SECTOR_WRP2_PAIRS && fa->bank->bank2)
        return (struct nwrp_bit){SAVED_OPTCR, "nWRP", n / 2 + bank * SECTOR_WRP_PAIRS_PER_BANK};
    n = n < params->last_wrp_bit ? n : params->last_wrp_bit;
    return bank ? (struct nwrp_bit){SAVED_OPTCR1, "nWRP2", n}
                : (struct nwrp_bit){SAVED_OPTCR, "nWRP", n};
}

// Whether nWRP protects it, in the way that the mode says.
static bool is_by_nwrp(const struct flash_access *fa, uint32_t addr)
{
    const struct nwrp_bit bit = nwrp_bit(fa, addr);
    const bool one = fa->saved[bit.saved] >> (bit.number + NWRP_SHIFT) & 1;
    return one == is_pcrop_mode(fa);
}

static unsigned pcrop_bit(const struct flash_access *fa, uint32_t addr)
{
    unsigned bank;
    return sector_find(fa, addr, &bank);
}

static bool is_execute_only(const struct flash_access *fa, uint32_t addr)
{
    if (is_pcrop_mode(fa))
        return is_by_nwrp(fa, addr);
    return sector_params(fa)->pcrop_bits && fa->saved[SAVED_OPTCR2] >> pcrop_bit(fa, addr) & 1;
}

static enum err fail_execute_only(const struct flash_access *fa, uint32_t addr)
{
    char why[64];
    if (is_pcrop_mode(fa))
        snprintf(why, sizeof why, "SPRMOD is 1 and bit %u of %s is 1", nwrp_bit(fa, addr).number,
                 nwrp_bit(fa, addr).name);
    else
        snprintf(why, sizeof why, "bit %u of PCROP is 1", pcrop_bit(fa, addr));
    return log_fail(fa->log, ERR_PROTECTED,
                    "the flash sector at 0x%08x can only be executed, because %s: only leaving "
                    "read protection level 1 takes that away (`swdlink options %sRDP=1` and "
                    "`swdlink unlock`), and erases the chip",
                    addr, why, is_pcrop_mode(fa) ? "" : "PCROP_RDP=1 ");
}

enum err sector_check(struct flash_access *fa, uint32_t addr)
{
    const struct nwrp_bit bit = nwrp_bit(fa, addr);
    if (is_execute_only(fa, addr))
        return fail_execute_only(fa, addr);
    if (is_pcrop_mode(fa) || !is_by_nwrp(fa, addr))
        return ERR_OK;
    return log_fail(fa->log, ERR_PROTECTED,
                    "the flash sector at 0x%08x is write-protected by the chip's options, bit %u "
                    "of %s: `swdlink options` shows them, and with ones there takes the "
                    "protection away",
                    addr, bit.number, bit.name);
}

// Whether sectors may be for execution only: asked for each read of flash, and mostly one look is
// all.
static enum err may_hide(struct flash_access *fa, bool *may)
{
    const struct sector_params *params = sector_params(fa);
    const unsigned n = params->pcrop_bits ? 2 : 0;
    *may = false;
    if (!params->pcrop_bits && !params->pcrop_mode)
        return ERR_OK;
    enum err e = sector_read(fa, OPTCR + 4 * n, &fa->saved[SAVED_OPTCR + n]);
    if (e)
        return e;
    *may = params->pcrop_bits ? fa->saved[SAVED_OPTCR2] & OPTCR2_PCROP : is_pcrop_mode(fa);
    return *may ? sector_note_options(fa) : ERR_OK;
}

// Sectors that lie side by side are one stretch.
enum err sector_find_hidden(struct flash_access *fa, uint32_t addr, uint32_t len,
                            struct flash_hidden *hidden)
{
    const struct flash_layout *layout = &fa->bank->layout;
    bool may;
    *hidden = (struct flash_hidden){.option = sector_params(fa)->pcrop_bits ? "PCROP" : "SPRMOD"};
    enum err e = may_hide(fa, &may);
    for (unsigned n = 0; !e && may && n < flash_layout_count(layout); n++) {
        const struct flash_sector s = flash_layout_sector(layout, n);
        const bool follows = hidden->len > 0 && hidden->addr + hidden->len == s.addr;
        if (!is_execute_only(fa, s.addr) || (s.addr >= addr + len && !follows))
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
    for (unsigned n = 0; n < flash_layout_count(layout); n++)
        hides |= is_execute_only(fa, flash_layout_sector(layout, n).addr);
    return hides;
}
