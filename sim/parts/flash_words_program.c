// SPDX-License-Identifier: MIT
// The write buffer of a bank: bytes, halfwords and words fill a flash word in any order, and the
// last one sends it to the queue (4.3.9). What goes wrong on the way (4.7.2 to 4.7.5).
#include <string.h>

#include "base/bytes.h"
#include "sim/parts/flash_words.h"

static void refuse_write(struct sim_words_bank *b, struct sim_memory *in, uint32_t offset,
                         uint32_t sr_bits, const char *why)
{
    sim_chip_violation(b->f->part->chip, "flash: a write to 0x%08x %s",
                       sim_words_address(b->f, in, offset), why);
    sim_words_flag(b, sr_bits);
}

// Where it may not be written. OTP needs PG_OTP beside PG (RM0455, 5.3.9).
static const char *why_protected(const struct sim_flash_words *f, const struct sim_memory *in,
                                 uint32_t offset)
{
    if (in == f->otp)
        return f->optcr & WORDS_OPTCR_PG_OTP ? NULL : "of the OTP area while PG_OTP is 0";
    return sim_words_is_protected(f, offset, f->config->unit) ? "which is protected" : NULL;
}

static uint32_t all_strobes(const struct sim_flash_words *f)
{
    return f->config->unit == 32 ? UINT32_MAX : (1u << f->config->unit) - 1;
}

static void check_cells(const struct sim_words_bank *b)
{
    const struct sim_memory *in = b->buffer_in;
    uint32_t unit = b->f->config->unit;
    const uint8_t *cell = in->bytes + b->buffer_offset;
    bool fresh = in->unit_state[b->buffer_offset / unit] == SIM_UNIT_FITS;
    for (uint32_t i = 0; i < unit; i++)
        fresh &= cell[i] == 0xff;
    if (!fresh && (memcmp(cell, b->buffer, unit) != 0 ||
                   in->unit_state[b->buffer_offset / unit] != SIM_UNIT_FITS))
        sim_chip_violation(b->f->part->chip,
                           "flash: programming 0x%08x, which is not erased: its check bits will "
                           "not fit",
                           sim_words_address(b->f, in, b->buffer_offset));
}

static void send_buffer(struct sim_words_bank *b)
{
    struct sim_words_job job = {.kind = SIM_WORDS_PROGRAM,
                                .in = b->buffer_in,
                                .offset = b->buffer_offset,
                                .length = b->f->config->unit};
    memcpy(job.data, b->buffer, sizeof job.data);
    check_cells(b);
    sim_words_empty_buffer(b);
    b->f->part->account->units_programmed++;
    sim_words_enqueue(b, &job);
}

static uint32_t strobes_of(const struct sim_words_bank *b, uint32_t offset, unsigned size)
{
    return ((1u << size) - 1) << offset % b->f->config->unit;
}

// A byte that comes twice takes the place of the first one (4.7.4: the program may go on).
static void fill_buffer(struct sim_words_bank *b, struct sim_memory *in, uint32_t offset,
                        unsigned size, uint32_t value)
{
    uint32_t strobes = strobes_of(b, offset, size), unit = b->f->config->unit;
    if (!b->strobes) {
        memset(b->buffer, 0xff, sizeof b->buffer);
        b->buffer_in = in;
        b->buffer_offset = offset - offset % unit;
        b->buffer_master = sim_chip_bus(b->f->part->chip)->master;
    }
    if (b->strobes & strobes)
        refuse_write(b, in, offset, WORDS_SR_STRBERR, "that is in the write buffer already");
    put_le_sized(b->buffer + offset % unit, size, value);
    b->strobes |= strobes;
}

// Another flash word, or another master, before the first one is complete: both are lost (4.7.5).
static bool is_inconsistent(const struct sim_words_bank *b, const struct sim_memory *in,
                            uint32_t offset)
{
    uint32_t unit = b->f->config->unit;
    return b->strobes && (b->buffer_in != in || b->buffer_offset != offset - offset % unit ||
                          b->buffer_master != sim_chip_bus(b->f->part->chip)->master);
}

static bool completes(const struct sim_words_bank *b, uint32_t offset, unsigned size)
{
    return (b->strobes | strobes_of(b, offset, size)) == all_strobes(b->f);
}

enum sim_bus_status sim_words_write(struct sim_words_bank *b, struct sim_memory *in,
                                    uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_flash_words *f = b->f;
    if (f->changes)
        return sim_chip_stall(f->part->chip, f->changed_ns);
    const char *protected = why_protected(f, in, offset);
    if (in == f->flash && sim_words_is_blocked(f)) { // 4.5.3
        refuse_write(b, in, offset, WORDS_SR_WRPERR, "under read protection");
        return SIM_BUS_FAULT;
    }
    if (b->lock.locked || !(b->cr & WORDS_CR_PG)) {
        refuse_write(b, in, offset, WORDS_SR_PGSERR, "while PG is 0 or FLASH_CR is locked");
    } else if (b->sr & WORDS_SR_INCERR) {
        refuse_write(b, in, offset, WORDS_SR_PGSERR, "with INCERR of before in FLASH_SR");
    } else if (protected) {
        refuse_write(b, in, offset, WORDS_SR_WRPERR, protected);
        sim_words_empty_buffer(b);
    } else if (is_inconsistent(b, in, offset)) {
        refuse_write(b, in, offset, WORDS_SR_INCERR,
                     "before the flash word of another one is complete");
        sim_words_empty_buffer(b);
    } else if (completes(b, offset, size) && sim_words_is_full(b)) {
        return sim_words_stall(b);
    } else {
        fill_buffer(b, in, offset, size, value);
        if (b->strobes == all_strobes(f))
            send_buffer(b);
    }
    return SIM_BUS_OK;
}

// Ones take the place of what has not come; an empty buffer is left alone (FW in the SVD of the
// STM32H7B0).
enum sim_bus_status sim_words_force(struct sim_words_bank *b)
{
    if (!b->strobes)
        return SIM_BUS_OK;
    if (sim_words_is_full(b))
        return sim_words_stall(b);
    send_buffer(b);
    return SIM_BUS_OK;
}
