// SPDX-License-Identifier: MIT
// What protects the STM32H7's flash: read protection, sectors that are not written, areas that are
// executed only (PCROP) and areas for secure software, by 256 bytes (4.5.3 to 4.5.5).
#include "sim/parts/flash_words.h"
#include "sim/parts/read_protection.h"

#define AREA_UNIT  256u
#define AREA_FIELD 0xfffu

unsigned sim_words_rdp_level(const struct sim_flash_words *f)
{
    return sim_rdp_level_of(f->current[SIM_WORDS_OPTSR] >> 8 & 0xff);
}

bool sim_words_is_blocked(const struct sim_flash_words *f)
{
    return sim_rdp_is_flash_blocked(f->part, sim_words_rdp_level(f));
}

// Equal ends: all of the bank; a start behind the end: nothing.
bool sim_words_area_exists(uint32_t area)
{
    return (area & AREA_FIELD) <= (area >> 16 & AREA_FIELD);
}

// From an offset in the bank to another one, both of which are in.
static bool area_touches(uint32_t area, uint32_t first, uint32_t last)
{
    uint32_t start = area & AREA_FIELD, end = area >> 16 & AREA_FIELD;
    if (!sim_words_area_exists(area))
        return false;
    return start == end || (first / AREA_UNIT <= end && last / AREA_UNIT >= start);
}

static bool area_of_bank_touches(const struct sim_flash_words *f, unsigned first_word,
                                 uint32_t offset, uint32_t length)
{
    uint32_t bank = sim_words_bank_size(f), n = offset >= bank, start = offset - n * bank;
    return area_touches(f->current[first_word + n], start, start + length - 1);
}

bool sim_words_is_execute_only(const struct sim_flash_words *f, uint32_t offset)
{
    return area_of_bank_touches(f, SIM_WORDS_PRAR1, offset, 1);
}

static bool has_security(const struct sim_flash_words *f)
{
    return f->current[SIM_WORDS_OPTSR] & WORDS_OPTSR_SECURITY;
}

bool sim_words_is_secure(const struct sim_flash_words *f, uint32_t offset)
{
    return has_security(f) && area_of_bank_touches(f, SIM_WORDS_SCAR1, offset, 1);
}

bool sim_words_has_areas(const struct sim_flash_words *f)
{
    unsigned banks = sim_words_has_two_banks(f) ? 2 : 1;
    for (unsigned n = 0; n < banks; n++) {
        if (sim_words_area_exists(f->current[SIM_WORDS_PRAR1 + n]) ||
            (has_security(f) && sim_words_area_exists(f->current[SIM_WORDS_SCAR1 + n])))
            return true;
    }
    return false;
}

// A bit of 0 protects its sector, or its group of sectors.
static bool is_sector_protected(const struct sim_flash_words *f, uint32_t offset)
{
    uint32_t bank = sim_words_bank_size(f), n = offset >= bank;
    uint32_t sector = (offset - n * bank) / f->flash->row.page_size;
    return !(f->current[SIM_WORDS_WPSN1 + n] >> sector / f->config->wrp_sectors & 1);
}

bool sim_words_is_protected(const struct sim_flash_words *f, uint32_t offset, uint32_t length)
{
    if (area_of_bank_touches(f, SIM_WORDS_PRAR1, offset, length) ||
        (has_security(f) && area_of_bank_touches(f, SIM_WORDS_SCAR1, offset, length)))
        return true;
    for (uint32_t at = offset; at < offset + length; at += f->flash->row.page_size) {
        if (is_sector_protected(f, at))
            return true;
    }
    return false;
}

// No area and no protected sector any more, and DMEP (and DMES, where there is a secure area) that
// let the areas be erased (4.3.10).
bool sim_words_asks_to_unprotect(const struct sim_words_bank *b)
{
    const struct sim_flash_words *f = b->f;
    unsigned n = b->number;
    uint32_t prar = f->written[SIM_WORDS_PRAR1 + n], scar = f->written[SIM_WORDS_SCAR1 + n];
    uint32_t all = f->config->option[SIM_WORDS_WPSN1 + n].mask;
    bool secure = has_security(f) && sim_words_area_exists(f->current[SIM_WORDS_SCAR1 + n]);
    bool executed = sim_words_area_exists(f->current[SIM_WORDS_PRAR1 + n]);
    bool erases_area = !executed || prar & WORDS_AREA_ERASED;
    bool erases_secure = !secure || (scar & WORDS_AREA_ERASED && !sim_words_area_exists(scar));
    return !f->option_lock.locked && (f->written[SIM_WORDS_WPSN1 + n] & all) == all &&
           !sim_words_area_exists(prar) && erases_area && erases_secure &&
           (executed || secure || (f->current[SIM_WORDS_WPSN1 + n] & all) != all);
}
