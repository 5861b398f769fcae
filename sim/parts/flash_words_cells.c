// SPDX-License-Identifier: MIT
// The cells of the STM32H7's flash as the bus sees them: where banks and hole are, who is kept out,
// and what check bits that do not fit make of a read (4.3.4 to 4.3.6, 4.7.6 to 4.7.9). The second
// bank is at 0x08100000 whatever the size; without one there is nothing.
#include "base/bytes.h"
#include "sim/parts/flash_words.h"

uint64_t sim_words_level_busy(void *self, unsigned line)
{
    const struct sim_flash_words *f = self;
    (void)line;
    return f->changes || sim_words_is_busy(&f->bank[0]) || sim_words_is_busy(&f->bank[1]);
}

static bool has_hole(const struct sim_flash_words *f)
{
    return sim_words_has_two_banks(f) && sim_words_bank_size(f) < SIM_WORDS_BANK2;
}

// With any of these, each access has to ask.
uint64_t sim_words_level_closed(void *self, unsigned line)
{
    const struct sim_flash_words *f = self;
    return line == SIM_MEMORY_FLASH &&
           (sim_words_level_busy(self, 0) || sim_words_is_blocked(f) || f->spoilt || f->swapped ||
            sim_words_has_areas(f) || has_hole(f));
}

// false: nothing is there.
static bool find_cell(const struct sim_flash_words *f, uint32_t offset, uint32_t *cell)
{
    uint32_t bank = sim_words_bank_size(f), n = 0, in_bank = offset;
    if (sim_words_has_two_banks(f)) {
        n = offset / SIM_WORDS_BANK2 ^ f->swapped;
        in_bank = offset % SIM_WORDS_BANK2;
    }
    *cell = n * bank + in_bank;
    return in_bank < bank;
}

// An error stays noted until a program clears it, with the first address (4.9.23).
static void note_check(struct sim_words_bank *b, uint32_t cell, uint8_t state)
{
    struct sim_flash_words *f = b->f;
    if (!(b->sr & (WORDS_SR_SNECCERR | WORDS_SR_DBECCERR)))
        b->ecc_addr = (cell - b->number * sim_words_bank_size(f)) / f->config->unit;
    sim_words_flag(b, state == SIM_UNIT_TWO_WRONG ? WORDS_SR_DBECCERR : WORDS_SR_SNECCERR);
}

// Of a flash word or of OTP; two wrong bits are a bus error (4.7.8).
static enum sim_bus_status read_cells(struct sim_words_bank *b, const struct sim_memory *in,
                                      uint32_t cell, unsigned size, uint32_t *value)
{
    uint8_t state = in->unit_state[cell / in->row.unit];
    if (state == SIM_UNIT_ONE_WRONG || state == SIM_UNIT_TWO_WRONG)
        note_check(b, cell, state);
    if (state == SIM_UNIT_TWO_WRONG)
        return SIM_BUS_FAULT;
    *value = get_le_sized(in->bytes + cell, size);
    return SIM_BUS_OK;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_flash_words *f = self;
    bool fetch = sim_chip_bus(f->part->chip)->fetch;
    uint32_t cell;
    if (!find_cell(f, offset, &cell))
        return SIM_BUS_FAULT;
    struct sim_words_bank *b = sim_words_bank_of(f, cell);
    if (f->changes)
        return sim_chip_stall(f->part->chip, f->changed_ns);
    if (sim_words_is_busy(b)) // the other bank can be read meanwhile (4.3.3)
        return sim_words_stall(b);
    if (sim_words_is_blocked(f) || (!fetch && sim_words_is_execute_only(f, cell))) {
        sim_words_flag(b, WORDS_SR_RDPERR);
        return SIM_BUS_FAULT;
    }
    if (sim_words_is_secure(f, cell)) {
        sim_words_flag(b, WORDS_SR_RDSERR);
        return SIM_BUS_FAULT;
    }
    return read_cells(b, f->flash, cell, size, value);
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_flash_words *f = self;
    uint32_t cell;
    if (!find_cell(f, offset, &cell))
        return SIM_BUS_FAULT;
    return sim_words_write(sim_words_bank_of(f, cell), f->flash, cell, size, value);
}

static enum sim_bus_status otp_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_flash_words *f = self;
    if (f->changes || sim_words_is_busy(&f->bank[0]))
        return sim_chip_stall(f->part->chip, f->changes ? f->changed_ns : f->bank[0].done_ns);
    return read_cells(&f->bank[0], f->otp, offset, size, value);
}

static enum sim_bus_status otp_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_flash_words *f = self;
    return sim_words_write(&f->bank[0], f->otp, offset, size, value);
}

static const struct sim_device cells_device = {NULL, read, write};
static const struct sim_device otp_device = {NULL, otp_read, otp_write};

void sim_words_create_cells(struct sim_flash_words *f)
{
    uint32_t bank = sim_words_bank_size(f);
    uint32_t reach = sim_words_has_two_banks(f) ? SIM_WORDS_BANK2 + bank : bank;
    sim_chip_map(f->part->chip, "flash", f->flash->row.base, reach, &cells_device, f);
    if (f->otp)
        sim_chip_map(f->part->chip, "OTP", f->otp->row.base, f->otp->row.size, &otp_device, f);
}
