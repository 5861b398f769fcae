// SPDX-License-Identifier: MIT
// Writes to the flash in standard programming: two words make a double word, which must be erased
// (RM0490, 4.3.6; RM0444, 3.3.8).
#include "base/bytes.h"
#include "sim/parts/flash_dw.h"

#define ERASED 0xffffffffu

static uint32_t why_refused(struct sim_flash_dw *f, const struct sim_memory *in, uint32_t offset,
                            uint32_t sr_bits, const char *why)
{
    sim_chip_violation(f->part->chip, "flash: programming 0x%08x %s", sim_dw_address(f, in, offset),
                       why);
    return sr_bits;
}

static bool is_protected(const struct sim_flash_dw *f, const struct sim_memory *in, uint32_t offset)
{
    return sim_dw_is_blocked(f) || (in == f->flash && sim_dw_is_write_protected(f, offset));
}

uint32_t sim_dw_refusal(struct sim_flash_dw *f, const struct sim_memory *in, uint32_t offset,
                        unsigned size)
{
    uint32_t modes = f->cr & (DW_CR_PG | DW_CR_FSTPG);
    if (f->lock.locked || !modes)
        return why_refused(f, in, offset, DW_SR_PGSERR,
                           "while PG and FSTPG are 0 or FLASH_CR is locked");
    if (modes == (DW_CR_PG | DW_CR_FSTPG) ||
        f->cr & (DW_CR_PER | DW_CR_MER1 | f->config->mass2_mask))
        return why_refused(f, in, offset, DW_SR_PGSERR,
                           "with more than one bit of FLASH_CR's modes");
    if (modes & DW_CR_FSTPG && in != f->flash)
        return why_refused(f, in, offset, DW_SR_PGSERR,
                           "by rows, which are of the main flash only");
    if (f->sr & DW_SR_FAILED)
        return why_refused(f, in, offset, DW_SR_PGSERR, "with errors of before in FLASH_SR");
    if (size != 4)
        return why_refused(f, in, offset, DW_SR_SIZERR, "in bytes or halfwords; it takes words");
    if (is_protected(f, in, offset))
        return why_refused(f, in, offset, DW_SR_WRPERR, "which is protected");
    return 0;
}

static bool is_erased(const struct sim_memory *in, uint32_t offset)
{
    return get_le32(in->bytes + offset) == ERASED && get_le32(in->bytes + offset + 4) == ERASED &&
           in->unit_state[offset / SIM_DW_SIZE] == SIM_UNIT_FITS;
}

// Zeros may go over what is programmed, in the main flash only. Not over programmed ones, which
// look erased and have other check bits (errata of STM32G071, ES0418, 2.2: it fails with PROGERR).
static bool may_be_programmed(const struct sim_flash_dw *f, const struct sim_memory *in,
                              uint32_t offset, uint32_t low, uint32_t high)
{
    if (is_erased(in, offset))
        return true;
    return in == f->flash && !low && !high &&
           in->unit_state[offset / SIM_DW_SIZE] != SIM_UNIT_PROGRAMMED;
}

static void program_double_word(struct sim_flash_dw *f, struct sim_memory *in, uint32_t offset,
                                uint32_t high)
{
    uint64_t time = sim_part_level(f->part, SIM_FLASH_TIME, 0);
    if (!may_be_programmed(f, in, offset, f->first_word, high)) {
        sim_dw_fail(f, why_refused(f, in, offset, DW_SR_PROGERR, "which is not erased"));
        return;
    }
    f->word[0] = f->first_word;
    f->word[1] = high;
    f->part->account->units_programmed++;
    sim_dw_begin(f, SIM_DW_PROGRAM, in, offset, SIM_DW_SIZE, f->config->time[time].program_ns);
}

// The second word of a double word (4.3.6, PGAERR).
static void take_second_word(struct sim_flash_dw *f, struct sim_memory *in, uint32_t offset,
                             unsigned size, uint32_t value)
{
    uint32_t refused = sim_dw_refusal(f, in, offset, size);
    f->has_first = false;
    if (!refused && (in != f->first_in || offset != f->first_offset + 4))
        refused = why_refused(f, in, offset, DW_SR_PGAERR, "in the middle of another double word");
    if (refused)
        sim_dw_fail(f, refused);
    else
        program_double_word(f, in, f->first_offset, value);
}

static void take_first_word(struct sim_flash_dw *f, struct sim_memory *in, uint32_t offset,
                            unsigned size, uint32_t value)
{
    uint32_t refused = sim_dw_refusal(f, in, offset, size);
    if (!refused && offset % SIM_DW_SIZE)
        refused = why_refused(f, in, offset, DW_SR_PGAERR, "which begins no double word");
    if (refused)
        sim_dw_fail(f, refused);
    // Half of a double word keeps CFGBSY up, even where nothing comes of it (4.7.4, note).
    if (refused && !f->lock.locked)
        return;
    f->first_in = in;
    f->first_offset = offset;
    f->first_word = value;
    f->has_first = true;
}

enum sim_bus_status sim_dw_write(struct sim_flash_dw *f, struct sim_memory *in, uint32_t offset,
                                 unsigned size, uint32_t value)
{
    bool blocked = sim_dw_is_blocked(f);
    if (f->job == SIM_DW_ROW && in == f->flash)
        return sim_dw_write_row(f, offset, size, value);
    if (sim_dw_is_busy(f))
        return sim_dw_stall(f);
    bool is_of_cpu2 = in == f->flash && sim_dw_is_of_cpu2(f, offset);
    if (is_of_cpu2 || (in == f->flash && sim_dw_is_secret(f, offset))) { // 4.5.4
        sim_chip_violation(f->part->chip, "flash: programming 0x%08x in %s",
                           sim_dw_address(f, in, offset),
                           is_of_cpu2 ? "a page of the second core" : "the secured area");
        return SIM_BUS_FAULT;
    }
    if (f->cr & DW_CR_FSTPG && in == f->flash && !f->lock.locked)
        return sim_dw_write_row(f, offset, size, value);
    if (f->has_first)
        take_second_word(f, in, offset, size, value);
    else
        take_first_word(f, in, offset, size, value);
    return blocked ? SIM_BUS_FAULT : SIM_BUS_OK; // 4.5.3, note
}
