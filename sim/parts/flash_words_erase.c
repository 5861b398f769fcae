// SPDX-License-Identifier: MIT
// Erasing sectors and banks of the STM32H7's flash (4.3.10): what START and MER begin, or say why
// not.
#include "sim/parts/flash_words.h"

void sim_words_count_erase(struct sim_flash_words *f, uint32_t offset, uint32_t length)
{
    uint32_t size = f->flash->row.page_size;
    for (uint32_t at = offset; at < offset + length; at += size)
        f->flash->erase_count[at / size]++;
}

// A program is not erased while its read protection keeps a debugger out: only the way to level 0
// does that (4.5.3).
static bool is_refused(struct sim_words_bank *b, uint32_t offset, uint32_t length)
{
    struct sim_flash_words *f = b->f;
    const char *why = sim_words_is_blocked(f)                     ? "under read protection"
                      : sim_words_is_protected(f, offset, length) ? "with something protected in it"
                                                                  : NULL;
    if (!why)
        return false;
    sim_chip_violation(f->part->chip, "flash: erase of %u KiB at 0x%08x %s", length / 1024u,
                       sim_words_address(f, f->flash, offset), why);
    sim_words_flag(b, WORDS_SR_WRPERR);
    return true;
}

static enum sim_bus_status enqueue(struct sim_words_bank *b, enum sim_words_kind kind,
                                   uint32_t offset, uint32_t length)
{
    const struct sim_words_job job = {
        .kind = kind, .in = b->f->flash, .offset = offset, .length = length};
    sim_words_count_erase(b->f, offset, length);
    sim_words_enqueue(b, &job);
    return SIM_BUS_OK;
}

static enum sim_bus_status erase_sector(struct sim_words_bank *b)
{
    struct sim_flash_words *f = b->f;
    uint32_t size = f->flash->row.page_size, bank = sim_words_bank_size(f);
    uint32_t n = (b->cr & f->config->sector_mask) >> f->config->sector_shift;
    if (n >= bank / size || (b->number == 1 && !sim_words_has_two_banks(f))) {
        sim_chip_violation(f->part->chip, "flash: erase of sector %u of bank %u, which has none", n,
                           b->number + 1);
        sim_words_flag(b, WORDS_SR_WRPERR);
        return SIM_BUS_OK;
    }
    uint32_t offset = b->number * bank + n * size;
    if (is_refused(b, offset, size))
        return SIM_BUS_OK;
    f->part->account->pages_erased++;
    return enqueue(b, SIM_WORDS_ERASE, offset, size);
}

// With protection that is to go, all of the bank goes, and that, too (4.3.10, bank erase with
// automatic protection-removal).
static enum sim_bus_status erase_bank(struct sim_words_bank *b)
{
    struct sim_flash_words *f = b->f;
    uint32_t bank = sim_words_bank_size(f), offset = b->number * bank;
    if (b->number == 1 && !sim_words_has_two_banks(f))
        return SIM_BUS_OK;
    bool unprotects = !sim_words_is_blocked(f) && sim_words_asks_to_unprotect(b);
    if (!unprotects && is_refused(b, offset, bank))
        return SIM_BUS_OK;
    f->part->account->mass_erases++;
    return enqueue(b, unprotects ? SIM_WORDS_UNPROTECT : SIM_WORDS_ERASE, offset, bank);
}

// BER before SER (SVD of the STM32H7B0, SER1).
enum sim_bus_status sim_words_start(struct sim_words_bank *b)
{
    if (b->cr & WORDS_CR_BER)
        return erase_bank(b);
    if (b->cr & WORDS_CR_SER)
        return erase_sector(b);
    sim_chip_violation(b->f->part->chip,
                       "flash: START with FLASH_CR%u = 0x%08x, which starts nothing", b->number + 1,
                       b->cr);
    return SIM_BUS_OK;
}

// Both banks at once. Their FLASH_CR have to be open (4.3.10, mass erase).
enum sim_bus_status sim_words_mass_erase(struct sim_flash_words *f)
{
    unsigned banks = sim_words_has_two_banks(f) ? 2 : 1;
    for (unsigned n = 0; n < banks; n++) {
        if (sim_words_is_full(&f->bank[n]))
            return sim_words_stall(&f->bank[n]);
        if (f->bank[n].lock.locked) {
            sim_chip_violation(f->part->chip, "flash: MER while FLASH_CR%u is locked", n + 1);
            return SIM_BUS_OK;
        }
    }
    for (unsigned n = 0; n < banks; n++)
        (void)erase_bank(&f->bank[n]);
    return SIM_BUS_OK;
}
