// SPDX-License-Identifier: MIT
// The CRC unit of each bank of the STM32H7's flash (4.3.11): over sectors in a list, over the bank,
// or from one address to another. A model: the Ethernet polynomial over words, highest bit first,
// from 0 on, as fast as a flash word each ten cycles. Both banks share the result.
#include "base/bytes.h"
#include "sim/parts/flash_words.h"

#define CRCCR_BY_SECT   (1u << 8)
#define CRCCR_ADD_SECT  (1u << 9)
#define CRCCR_CLEAN     (1u << 10)
#define CRCCR_START     (1u << 16)
#define CRCCR_CLEAN_CRC (1u << 17)
#define CRCCR_BURST     (3u << 20)
#define CRCCR_ALL_BANK  (1u << 22) // bit 7 of the first silicon
#define CRCCR_SECTOR    0x7fu
#define CRCCR_RESET     0x001c0000u
#define POLYNOMIAL      0x04c11db7u
#define WORD_NS         160u // of a flash word

static uint32_t first_sector_mask(const struct sim_words_bank *b)
{
    return (sim_words_bank_size(b->f) / b->f->flash->row.page_size - 1) & CRCCR_SECTOR;
}

static uint32_t add_word(uint32_t crc, uint32_t word)
{
    crc ^= word;
    for (unsigned i = 0; i < 32; i++)
        crc = crc << 1 ^ (crc >> 31 ? POLYNOMIAL : 0);
    return crc;
}

// Of the cells of the bank, by offsets in it. What may not be read ends it (CRCRDERR).
static bool add_range(struct sim_words_bank *b, uint32_t from, uint32_t to)
{
    struct sim_flash_words *f = b->f;
    uint32_t start = b->number * sim_words_bank_size(f);
    for (uint32_t at = from; at < to; at += 4) {
        if (sim_words_is_execute_only(f, start + at) || sim_words_is_secure(f, start + at))
            return false;
        f->crc_data = add_word(f->crc_data, get_le32(f->flash->bytes + start + at));
    }
    return true;
}

static bool add_sectors(struct sim_words_bank *b, uint32_t *bytes)
{
    uint32_t size = b->f->flash->row.page_size, sectors = sim_words_bank_size(b->f) / size;
    bool ok = true;
    for (uint32_t n = 0; n < sectors; n++) {
        if (!(b->crc_cr & CRCCR_ALL_BANK) && !b->crc_sector[n])
            continue;
        ok = ok && add_range(b, n * size, (n + 1) * size);
        *bytes += size;
    }
    return ok;
}

static void start_crc(struct sim_words_bank *b)
{
    struct sim_flash_words *f = b->f;
    uint32_t bytes = 0, unit = f->config->unit, bank = sim_words_bank_size(f);
    bool ok;
    if (sim_words_is_blocked(f) || (b->number == 1 && !sim_words_has_two_banks(f))) {
        ok = false;
    } else if (b->crc_cr & CRCCR_BY_SECT) {
        ok = add_sectors(b, &bytes);
    } else {
        uint32_t from = b->crc_start - b->crc_start % unit,
                 to = b->crc_end - b->crc_end % unit + unit;
        to = to < bank ? to : bank;
        bytes = to > from ? to - from : 0;
        ok = add_range(b, from, to);
    }
    if (!ok)
        b->sr |= WORDS_SR_CRCRDERR;
    b->crc_busy = true;
    sim_clock_arm_in(f->part->clock, &b->crc_done, (uint64_t)bytes / unit * WORD_NS + 1);
}

static void finish_crc(void *arg)
{
    struct sim_words_bank *b = arg;
    b->crc_busy = false;
    sim_words_flag(b, WORDS_SR_CRCEND);
}

void sim_words_write_crc(struct sim_words_bank *b, uint32_t value)
{
    b->crc_cr = value & (CRCCR_SECTOR | CRCCR_BY_SECT | CRCCR_BURST | CRCCR_ALL_BANK);
    if (value & CRCCR_CLEAN) {
        for (unsigned n = 0; n < SIM_WORDS_CRC_SECTORS; n++)
            b->crc_sector[n] = 0;
    }
    if (value & CRCCR_ADD_SECT)
        b->crc_sector[value & first_sector_mask(b)] = 1;
    if (value & CRCCR_CLEAN_CRC)
        b->f->crc_data = 0;
    if (value & CRCCR_START && !b->crc_busy)
        start_crc(b);
}

// CRC_EN = 0 clears settings, list and result (SVD of the STM32H7B0).
void sim_words_reset_crc(struct sim_words_bank *b)
{
    if (b->crc_cr != CRCCR_RESET)
        b->f->crc_data = 0;
    b->crc_cr = CRCCR_RESET;
    b->crc_start = b->crc_end = 0;
    b->crc_busy = false;
    for (unsigned n = 0; n < SIM_WORDS_CRC_SECTORS; n++)
        b->crc_sector[n] = 0;
    sim_clock_arm(b->f->part->clock, &b->crc_done, SIM_NEVER);
}

void sim_words_create_crc(struct sim_words_bank *b)
{
    sim_clock_add(b->f->part->clock, &b->crc_done, finish_crc, b);
    b->crc_cr = CRCCR_RESET;
}
