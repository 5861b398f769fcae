// SPDX-License-Identifier: MIT
// Fast programming: 32 or 64 double words in a row, under a high voltage that stays on
// (RM0490, 4.3.6; RM0444, 3.3.8). While one double word is programmed, the next one can be written;
// the one behind it waits on the bus. That the interface holds one double word is a model: the
// manuals only say when the next one must be there.
#include "base/bytes.h"
#include "sim/parts/flash_dw.h"

static uint32_t row_words(const struct sim_flash_dw *f)
{
    return f->config->row_words ? f->config->row_words : 32;
}

static uint32_t row_size(const struct sim_flash_dw *f)
{
    return row_words(f) * SIM_DW_SIZE;
}

static uint64_t word_ns(const struct sim_flash_dw *f)
{
    uint64_t time = sim_part_level(f->part, SIM_FLASH_TIME, 0);
    return f->config->time[time].row_ns / row_words(f);
}

static void note_row_violation(struct sim_flash_dw *f, uint32_t offset, const char *why)
{
    sim_chip_violation(f->part->chip, "flash: fast programming of 0x%08x %s",
                       sim_dw_address(f, f->flash, offset), why);
}

// The row is over; errors are of FLASH_SR, and interrupt it (4.3.6, FASTERR).
void sim_dw_end_row(struct sim_flash_dw *f, uint32_t sr_bits)
{
    f->has_first = f->row_waits = false;
    f->row_left = 0;
    f->job = SIM_DW_IDLE;
    if (sr_bits)
        sim_dw_fail(f, sr_bits | DW_SR_FASTERR);
    else
        sim_dw_flag(f, DW_SR_EOP);
    sim_map_update(f->part->chip);
}

// The high voltage is on, and what is under way is programmed before it is switched off.
static void interrupt_row(struct sim_flash_dw *f, uint32_t sr_bits)
{
    sim_dw_fail(f, sr_bits | DW_SR_FASTERR);
    f->row_left = 0;
    f->has_first = f->row_waits = false;
}

static void begin_word(struct sim_flash_dw *f, uint32_t offset, const uint32_t word[2])
{
    f->word[0] = word[0];
    f->word[1] = word[1];
    f->part->account->units_programmed++;
    sim_dw_begin(f, SIM_DW_ROW, f->flash, offset, SIM_DW_SIZE, word_ns(f));
}

void sim_dw_row_word_done(struct sim_flash_dw *f)
{
    uint32_t behind = f->offset + SIM_DW_SIZE;
    if (f->row_waits) {
        f->row_waits = false;
        begin_word(f, behind, f->next_word);
    } else if (f->row_left) {
        note_row_violation(f, behind, "which did not come in time");
        sim_dw_end_row(f, DW_SR_MISSERR);
    } else {
        sim_dw_end_row(f, 0);
    }
}

// Rows go up, and begin where one begins (4.3.6, PGAERR).
static uint32_t row_refusal(struct sim_flash_dw *f, uint32_t offset, unsigned size)
{
    unsigned bank = sim_dw_bank_of(f, offset);
    uint32_t refused = sim_dw_refusal(f, f->flash, offset, size);
    if (refused)
        return refused;
    if (!f->row_open[bank]) {
        note_row_violation(f, offset,
                           f->config->row_after_page_erase ? "without an erase before"
                                                           : "without a mass erase before");
        return DW_SR_PGSERR;
    }
    bool is_inside = offset % row_size(f);
    if (is_inside || (f->row_last[bank] && offset < f->row_last[bank])) {
        note_row_violation(f, offset, is_inside ? "which begins no row" : "below the row before");
        return DW_SR_PGAERR;
    }
    return 0;
}

static enum sim_bus_status begin_row(struct sim_flash_dw *f, uint32_t offset, unsigned size,
                                     uint32_t value)
{
    bool blocked = sim_dw_is_blocked(f);
    uint32_t refused = row_refusal(f, offset, size);
    if (refused) {
        // What stands for a sequence is no row that was interrupted.
        sim_dw_fail(f, refused == DW_SR_PGSERR ? refused : refused | DW_SR_FASTERR);
        return blocked ? SIM_BUS_FAULT : SIM_BUS_OK;
    }
    if (sim_part_level(f->part, SIM_HCLK_HZ, 0) < f->config->row_hz)
        note_row_violation(f, offset, "with a clock below 8 MHz");
    f->row_next = offset;
    f->row_left = row_words(f);
    f->first_word = value;
    f->first_offset = offset;
    f->first_in = f->flash;
    f->has_first = true;
    return SIM_BUS_OK;
}

static void complete(struct sim_flash_dw *f, uint32_t high)
{
    uint32_t word[2] = {f->first_word, high};
    f->has_first = false;
    f->row_next += SIM_DW_SIZE;
    f->row_left--;
    f->row_last[sim_dw_bank_of(f, f->first_offset)] = f->row_next;
    if (f->job == SIM_DW_ROW) {
        f->next_word[0] = word[0];
        f->next_word[1] = word[1];
        f->row_waits = true;
    } else {
        begin_word(f, f->first_offset, word);
    }
}

// The next word of a row.
static void take_row_word(struct sim_flash_dw *f, uint32_t offset, unsigned size, uint32_t value)
{
    uint32_t expected = f->row_next + (f->has_first ? 4 : 0);
    if (size != 4 || offset != expected) {
        note_row_violation(f, offset,
                           size != 4 ? "in bytes or halfwords" : "out of its row's order");
        interrupt_row(f, size != 4 ? DW_SR_SIZERR : DW_SR_PGAERR);
    } else if (f->has_first) {
        complete(f, value);
    } else {
        f->first_offset = offset;
        f->first_word = value;
        f->has_first = true;
    }
}

enum sim_bus_status sim_dw_write_row(struct sim_flash_dw *f, uint32_t offset, unsigned size,
                                     uint32_t value)
{
    if (f->job == SIM_DW_ROW && (f->row_waits || !f->row_left))
        return sim_dw_stall(f);
    if (!f->has_first && f->job != SIM_DW_ROW)
        return begin_row(f, offset, size, value);
    take_row_word(f, offset, size, value);
    return SIM_BUS_OK;
}
