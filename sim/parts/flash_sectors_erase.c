// SPDX-License-Identifier: MIT
// Sectors, banks, and their erase (RM0090, 3.3, 3.4 and 3.6.3; RM0410, 3.3). Every bank begins with
// four small sectors, of 16 KiB or on some STM32F7 of 32, and one that is as large as these, and
// goes on with sectors that are twice as large.
#include "sim/parts/flash_sectors.h"

#define KIB           1024u
#define SMALL         (16 * KIB)
#define SECOND_BANK   12u // its first sector
#define SNB_GAP       4u  // between a number in the second bank and its code in FLASH_CR.SNB
#define CR_SNB        3   // shift
#define ALWAYS_TWO    (2048 * KIB)
#define TWO_BY_OPTION (1024 * KIB)

// ---- where sectors and banks are ----------------------------------------------------------------

// All of 2 MiB; of 1 MiB by an option, which counts from the next reset on (3.7.1, DB1M).
bool sim_sectors_has_two_banks(const struct sim_flash_sectors *f)
{
    if (!f->config->has_second_bank)
        return false;
    if (f->config->is_f7) // nDBANK, which counts likewise (RM0410, 3.4.1)
        return !(f->loaded[0] & SECTORS_NDBANK);
    return f->flash->row.size == ALWAYS_TWO ||
           (f->flash->row.size == TWO_BY_OPTION && f->loaded[0] & SECTORS_DB1M);
}

uint32_t sim_sectors_small(const struct sim_flash_sectors *f)
{
    uint32_t small = f->config->small_kib ? f->config->small_kib * KIB : SMALL;
    return f->config->is_f7 && sim_sectors_has_two_banks(f) ? small / 2 : small;
}

static uint32_t bank_size(const struct sim_flash_sectors *f)
{
    return f->flash->row.size / (sim_sectors_has_two_banks(f) ? 2 : 1);
}

unsigned sim_sectors_bank_of(const struct sim_flash_sectors *f, uint32_t offset)
{
    return offset >= bank_size(f);
}

struct sim_sector sim_sectors_at(const struct sim_flash_sectors *f, uint32_t offset)
{
    unsigned bank = sim_sectors_bank_of(f, offset);
    uint32_t first = bank * bank_size(f), in_bank = offset - first;
    uint32_t small = sim_sectors_small(f), middle = 4 * small, large = 8 * small;
    struct sim_sector s = {in_bank / small, first + in_bank / small * small, small};
    if (in_bank >= large)
        s = (struct sim_sector){4 + in_bank / large, first + in_bank / large * large, large};
    else if (in_bank >= middle)
        s = (struct sim_sector){4, first + middle, middle};
    s.number += bank * SECOND_BANK;
    return s;
}

// The sector of a code in FLASH_CR.SNB; false: there is none.
static bool sector_of_snb(const struct sim_flash_sectors *f, unsigned snb,
                          struct sim_sector *sector)
{
    bool two = sim_sectors_has_two_banks(f);
    for (uint32_t at = 0; at < f->flash->row.size; at += sector->size) {
        *sector = sim_sectors_at(f, at);
        unsigned gap = two && sector->number >= SECOND_BANK ? SNB_GAP : 0;
        if (sector->number + gap == snb)
            return true;
    }
    return false;
}

// ---- times --------------------------------------------------------------------------------------

static const struct sim_flash_sectors_time *times(const struct sim_flash_sectors *f)
{
    uint64_t which = sim_part_level(f->part, SIM_FLASH_TIME, 0);
    bool of_banks = f->config->banks_time && sim_sectors_has_two_banks(f);
    return of_banks ? &f->config->banks_time[which] : &f->config->time[which];
}

// With VPP the data sheets give times that nobody waits for here: there is no VPP on this board.
static unsigned speed(const struct sim_flash_sectors *f)
{
    unsigned psize = sim_sectors_psize(f);
    return psize < SIM_SECTORS_SPEEDS ? psize : SIM_SECTORS_SPEEDS - 1;
}

uint64_t sim_sectors_erase_ns(const struct sim_flash_sectors *f, uint32_t size)
{
    uint32_t small = sim_sectors_small(f);
    return times(f)->erase_ns[speed(f)][size == small ? 0 : size == 4 * small ? 1 : 2];
}

// Both banks are erased at the same time.
uint64_t sim_sectors_mass_ns(const struct sim_flash_sectors *f)
{
    return times(f)->mass_ns[speed(f)][sim_sectors_has_two_banks(f) ? SIM_SECTORS_BOTH_BANKS : 0];
}

static uint64_t bank_ns(const struct sim_flash_sectors *f, unsigned bank)
{
    return times(f)->mass_ns[speed(f)][bank];
}

// ---- erasing ------------------------------------------------------------------------------------

void sim_sectors_count_erase(struct sim_flash_sectors *f, uint32_t offset, uint32_t length)
{
    uint32_t page = f->flash->row.page_size;
    for (uint32_t at = offset; at < offset + length; at += page)
        f->flash->erase_count[at / page]++;
}

static bool any_write_protected(const struct sim_flash_sectors *f, uint32_t offset, uint32_t length)
{
    struct sim_sector s;
    for (uint32_t at = offset; at < offset + length; at += s.size) {
        s = sim_sectors_at(f, at);
        if (sim_sectors_is_write_protected(f, s.number))
            return true;
    }
    return false;
}

// What a mass erase does with some sectors protected, no document tells: the harder reading is that
// nothing is erased.
static bool is_refused(struct sim_flash_sectors *f, uint32_t offset, uint32_t length)
{
    uint32_t addr = f->flash->row.base + offset;
    if (sim_sectors_is_blocked(f))
        sim_chip_violation(f->part->chip, "flash: erase of 0x%08x under read protection", addr);
    else if (any_write_protected(f, offset, length))
        sim_chip_violation(f->part->chip,
                           "flash: erase of %u KiB at 0x%08x with write-protected sectors",
                           (unsigned)(length / KIB), addr);
    else
        return false;
    sim_sectors_fail(f, SECTORS_SR_WRPERR);
    return true;
}

static void erase_sector(struct sim_flash_sectors *f)
{
    unsigned snb = (f->cr & f->config->snb_mask) >> CR_SNB;
    struct sim_sector sector;
    if (!sector_of_snb(f, snb, &sector)) {
        sim_chip_violation(f->part->chip, "flash: erase of sector %u, which there is none of", snb);
        sim_sectors_fail(f, SECTORS_SR_WRPERR);
        return;
    }
    if (is_refused(f, sector.offset, sector.size))
        return;
    f->part->account->pages_erased++;
    sim_sectors_count_erase(f, sector.offset, sector.size);
    sim_sectors_begin(f, SIM_SECTORS_ERASE, f->flash, sector.offset, sector.size,
                      sim_sectors_erase_ns(f, sector.size));
}

// MER is for the first bank, MER1 for the second; with one bank MER is for all, and MER1 for
// nothing (3.6.3).
static void erase_banks(struct sim_flash_sectors *f)
{
    bool first = f->cr & SECTORS_CR_MER, second = f->cr & SECTORS_CR_MER1;
    uint32_t bank = bank_size(f), offset = first ? 0 : bank, length = bank;
    uint64_t ns = bank_ns(f, first ? 0 : 1);
    if (!sim_sectors_has_two_banks(f) && !first) {
        sim_chip_violation(f->part->chip, "flash: MER1 on a chip with one bank");
        return;
    }
    if (sim_sectors_has_two_banks(f) && first && second) {
        length = 2 * bank;
        ns = sim_sectors_mass_ns(f);
    }
    if (is_refused(f, offset, length))
        return;
    f->part->account->mass_erases++;
    sim_sectors_count_erase(f, offset, length);
    sim_sectors_begin(f, SIM_SECTORS_ERASE, f->flash, offset, length, ns);
}

void sim_sectors_start_erase(struct sim_flash_sectors *f)
{
    bool all = f->cr & (SECTORS_CR_MER | SECTORS_CR_MER1), one = f->cr & SECTORS_CR_SER;
    if (all == one) // both of them: neither happens (3.6.3)
        sim_chip_violation(f->part->chip,
                           "flash: STRT with FLASH_CR = 0x%08x, which starts nothing", f->cr);
    else if (one)
        erase_sector(f);
    else
        erase_banks(f);
}
