// SPDX-License-Identifier: MIT
// What the options protect, as the registers of each half of the addresses say: sectors that are
// write-protected, an area that can only be executed, and a secure one (RM0433, FLASH protection
// mechanisms). An area whose start is above its end is none; start and end alike are all of the
// bank.
#include "flash/drivers/flashword_regs.h"

#define AREA_UNIT 256u
#define AREA_MASK 0xfffu
#define AREA_END  16u // shift

struct stretch {
    uint32_t addr, len; // 0: there is none
};

enum err flashword_note_options(struct flash_access *fa)
{
    static const uint8_t reg[AREAS] = {
        [AREA_EXECUTE_ONLY] = PRAR_CUR, [AREA_SECURE] = SCAR_CUR, [AREA_WRP] = WPSN_CUR};
    enum err e = flashword_read(fa, OPTCR, &fa->saved[SAVED_OPTCR]);
    for (unsigned i = 0; i < 2 * AREAS && !e; i++)
        if (i < AREAS || fa->bank->bank2)
            e = flashword_read(fa, reg[i % AREAS] + (i < AREAS ? 0 : BANK2),
                               &fa->saved[SAVED_AREAS + i]);
    return e;
}

static unsigned half_of(const struct flash_access *fa, uint32_t addr)
{
    return flashword_bank_offset(fa, addr) ? 1 : 0;
}

// The number that the manual gives to the bank whose cells are in that half of the addresses.
static unsigned bank_number(const struct flash_access *fa, unsigned half)
{
    const bool swapped = fa->bank->bank2 && (fa->saved[SAVED_OPTCR] & OPTCR_SWAP);
    return (half != 0) != swapped ? 2 : 1;
}

static uint32_t half_base(const struct flash_access *fa, unsigned half)
{
    return half ? fa->bank->bank2 : fa->bank->base;
}

static uint32_t half_bytes(const struct flash_access *fa)
{
    return flash_layout_bytes(&fa->bank->layout) / (fa->bank->bank2 ? 2 : 1);
}

static struct stretch area_stretch(const struct flash_access *fa, unsigned half, unsigned area)
{
    const uint32_t reg = fa->saved[SAVED_AREAS + half * AREAS + area];
    const uint32_t start = reg & AREA_MASK, end = reg >> AREA_END & AREA_MASK;
    const uint32_t base = half_base(fa, half), bytes = half_bytes(fa);
    if (start == end)
        return (struct stretch){base, bytes};
    if (start > end || start * AREA_UNIT >= bytes)
        return (struct stretch){0, 0};
    const uint32_t behind = (end + 1) * AREA_UNIT;
    return (struct stretch){base + start * AREA_UNIT,
                            (behind < bytes ? behind : bytes) - start * AREA_UNIT};
}

static bool overlaps(struct stretch s, uint32_t addr, uint32_t size)
{
    return s.len && (s.addr - addr < size || addr - s.addr < s.len);
}

static enum err check_areas(struct flash_access *fa, const struct flash_sector *page)
{
    const unsigned half = half_of(fa, page->addr), bank = bank_number(fa, half);
    if (overlaps(area_stretch(fa, half, AREA_EXECUTE_ONLY), page->addr, page->size))
        return log_fail(fa->log, ERR_PROTECTED,
                        "the flash page at 0x%08x is in an area that can only be executed "
                        "(PROT_AREA%u of the chip's options), neither read nor written: only "
                        "leaving read protection level 1 with DMEP%u=1 takes that away, and erases "
                        "the flash",
                        page->addr, bank, bank);
    if (overlaps(area_stretch(fa, half, AREA_SECURE), page->addr, page->size))
        return log_fail(fa->log, ERR_PROTECTED,
                        "the flash page at 0x%08x is in a secure area (SEC_AREA%u of the chip's "
                        "options), which only the code in it may read and write: only leaving read "
                        "protection level 1 with DMES%u=1 takes that away, and erases the flash",
                        page->addr, bank, bank);
    return ERR_OK;
}

enum err flashword_check(struct flash_access *fa, uint32_t addr)
{
    const struct flash_layout *layout = &fa->bank->layout;
    unsigned n, first = 0;
    if (!flash_layout_find(layout, addr, &n))
        return ERR_OK;
    const struct flash_sector page = flash_layout_sector(layout, n);
    const unsigned half = half_of(fa, addr), bank = bank_number(fa, half);
    if (half && !flash_layout_find(layout, fa->bank->bank2, &first))
        first = 0;
    const unsigned bit = (n - first) / flashword_params(fa)->sectors_of_wrp;
    if (!(fa->saved[SAVED_AREAS + half * AREAS + AREA_WRP] >> bit & 1))
        return log_fail(fa->log, ERR_PROTECTED,
                        "the flash sector at 0x%08x is write-protected by the chip's options, bit "
                        "%u of WRPSn%u: `swdlink options` shows them, and with ones there takes "
                        "the protection away",
                        page.addr, bit, bank);
    return check_areas(fa, &page);
}

enum err flashword_find_hidden(struct flash_access *fa, uint32_t addr, uint32_t len,
                               struct flash_hidden *hidden)
{
    static const char *const names[2][2] = {{"PROT_AREA1", "SEC_AREA1"},
                                            {"PROT_AREA2", "SEC_AREA2"}};
    const unsigned halves = fa->bank->bank2 ? 2 : 1;
    enum err e = flashword_note_options(fa);
    *hidden = (struct flash_hidden){0};
    for (unsigned i = 0; !e && i < 2 * halves; i++) {
        const struct stretch s = area_stretch(fa, i / 2, i % 2);
        if (overlaps(s, addr, len) && (!hidden->len || s.addr < hidden->addr))
            *hidden =
                (struct flash_hidden){s.addr, s.len, names[bank_number(fa, i / 2) - 1][i % 2]};
    }
    return e;
}

bool flashword_hides_code(const struct flash_access *fa)
{
    bool hides = false;
    for (unsigned i = 0; i < (fa->bank->bank2 ? 4u : 2u); i++)
        hides |= area_stretch(fa, i / 2, i % 2).len > 0;
    return hides;
}
