// SPDX-License-Identifier: MIT
// The cells behind the flash controller for double words, as the bus sees them, and what jobs do to
// them over time. Eight check bits stand for each double word (RM0444, 3.3.2); they are modelled as
// fitting or not, and are not worked out. Whether the core fetches or reads is not known here, so
// what may only be executed is kept from the debugger alone.
#include <string.h>

#include "base/bytes.h"
#include "sim/parts/flash_cells.h"
#include "sim/parts/flash_dw.h"

#define ECCR_ECCD     (1u << 31)
#define ECCR_ECCC     (1u << 30)
#define ECCR_ADDR     0x3fffu
#define ECCR_AT_START 24 // the bits below are the address

void sim_dw_count_mass_erase(struct sim_flash_dw *f, uint32_t offset, uint32_t length)
{
    uint32_t size = f->flash->row.page_size;
    f->part->account->mass_erases++;
    for (uint32_t page = offset / size; page < (offset + length) / size; page++)
        f->flash->erase_count[page]++;
}

void sim_dw_begin(struct sim_flash_dw *f, enum sim_dw_job job, struct sim_memory *in,
                  uint32_t offset, uint32_t length, uint64_t ns)
{
    f->job = job;
    f->in = in;
    f->offset = offset;
    f->length = length;
    f->done_ns = f->part->clock->now_ns + ns;
    sim_clock_arm(f->part->clock, &f->done, f->done_ns);
    sim_map_update(f->part->chip);
}

void sim_dw_end(struct sim_flash_dw *f)
{
    f->job = SIM_DW_IDLE;
    sim_dw_flag(f, DW_SR_EOP);
    sim_map_update(f->part->chip);
}

// ---- what jobs leave ----------------------------------------------------------------------------

static void set_double_word(struct sim_flash_dw *f, struct sim_memory *in, uint32_t offset,
                            enum sim_unit_state state)
{
    uint8_t *unit = &in->unit_state[offset / SIM_DW_SIZE];
    bool was = *unit == SIM_UNIT_ONE_WRONG || *unit == SIM_UNIT_TWO_WRONG;
    bool is = state == SIM_UNIT_ONE_WRONG || state == SIM_UNIT_TWO_WRONG;
    *unit = (uint8_t)state;
    f->spoilt += is;
    f->spoilt -= was && f->spoilt;
}

static void erase_cells(struct sim_flash_dw *f, uint32_t offset, uint32_t length)
{
    memset(f->flash->bytes + offset, 0xff, length);
    for (uint32_t at = 0; at < length; at += SIM_DW_SIZE)
        set_double_word(f, f->flash, offset + at, SIM_UNIT_FITS);
}

// A row is programmed without a look at what is there: over something else it leaves both mixed,
// and check bits that fit neither.
static void program_cells(struct sim_flash_dw *f)
{
    uint8_t *cell = f->in->bytes + f->offset;
    bool ones = (f->word[0] & f->word[1]) == 0xffffffff;
    enum sim_unit_state state = ones ? SIM_UNIT_PROGRAMMED : SIM_UNIT_FITS;
    for (unsigned i = 0; i < 2; i++) {
        uint32_t mixed = get_le32(cell + 4 * i) & f->word[i];
        if (mixed != f->word[i])
            state = SIM_UNIT_TWO_WRONG;
        put_le32(cell + 4 * i, mixed);
    }
    set_double_word(f, f->in, f->offset, state);
}

uint32_t sim_dw_address(const struct sim_flash_dw *f, const struct sim_memory *in, uint32_t offset)
{
    uint32_t half = f->flash->row.size / 2;
    if (in == f->flash && sim_dw_has_hole(f) && offset >= half)
        offset += f->config->bank2_offset - half;
    return in->row.base + offset;
}

// What the fall to read protection level 0 erases: all, or without PCROP_RDP all pages but those
// that hold something of such an area and are not secured (4.5.1 and table 24).
static void erase_for_level0(struct sim_flash_dw *f)
{
    uint32_t size = sim_dw_page_size(f), unit = sim_dw_pcrop_unit(f), bank = sim_dw_bank_size(f);
    bool all = f->loaded[SIM_WORD_PCROP1A_END] >> 31;
    for (uint32_t at = 0; at < f->flash->row.size; at += size) {
        bool keeps = false;
        bool secure = at % bank < sim_dw_secure_size(f, sim_dw_bank_of(f, at));
        for (uint32_t sub = 0; sub < size && !all && !secure; sub += unit)
            keeps |= sim_dw_is_execute_only(f, at + sub);
        if (!keeps)
            erase_cells(f, at, size);
    }
    if (f->sram2)
        memset(f->sram2->bytes, 0, f->sram2->row.size);
}

static void finish_job(void *arg)
{
    struct sim_flash_dw *f = arg;
    switch (f->job) {
    case SIM_DW_PROGRAM:
        program_cells(f);
        break;
    case SIM_DW_ROW:
        program_cells(f);
        sim_dw_row_word_done(f);
        return;
    case SIM_DW_ERASE:
        erase_cells(f, f->offset, f->length);
        break;
    case SIM_DW_UNPROTECT:
        erase_for_level0(f);
        sim_dw_program_options(f);
        break;
    case SIM_DW_OPTIONS:
        sim_dw_program_options(f);
        break;
    default:
        break;
    }
    sim_dw_end(f);
}

// ---- cuts ---------------------------------------------------------------------------------------

// Some bits have made it, some have not; the check bits, too.
static void spoil_double_word(struct sim_flash_dw *f, struct sim_memory *in, uint32_t offset)
{
    bool one = sim_chip_random(f->part->chip) % 4 == 0;
    set_double_word(f, in, offset, one ? SIM_UNIT_ONE_WRONG : SIM_UNIT_TWO_WRONG);
}

static void leave_half_erased(struct sim_flash_dw *f, uint32_t offset, uint32_t length)
{
    sim_cells_half_erase(f->part, f->flash->bytes + offset, length);
    for (uint32_t at = offset; at < offset + length; at += SIM_DW_SIZE)
        spoil_double_word(f, f->flash, at);
}

static void leave_half_programmed(struct sim_flash_dw *f)
{
    f->word[0] |= sim_chip_random(f->part->chip);
    f->word[1] |= sim_chip_random(f->part->chip);
    program_cells(f);
    spoil_double_word(f, f->in, f->offset);
}

static void abort_job(struct sim_flash_dw *f)
{
    bool erases = f->job == SIM_DW_ERASE ||
                  (f->job == SIM_DW_UNPROTECT && f->part->clock->now_ns < f->erase_end_ns);
    if (f->job == SIM_DW_PROGRAM || f->job == SIM_DW_ROW)
        leave_half_programmed(f);
    else if (erases)
        leave_half_erased(f, f->offset, f->length);
    else if (f->job == SIM_DW_UNPROTECT)
        erase_for_level0(f);
    // The option words are erased first, so that all of them are open to chance.
    if (!erases && (f->job == SIM_DW_OPTIONS || f->job == SIM_DW_UNPROTECT))
        sim_cells_half_erase(f->part, f->options->bytes, f->options->row.size);
    f->job = SIM_DW_IDLE;
    f->has_first = f->row_waits = false;
    sim_clock_arm(f->part->clock, &f->done, SIM_NEVER);
}

void sim_dw_hear_cut(void *self, unsigned line, uint64_t by_reset)
{
    struct sim_flash_dw *f = self;
    (void)line;
    if (!sim_dw_is_busy(f))
        return;
    if (by_reset)
        sim_cells_note_reset(f->part, sim_dw_address(f, f->in, f->offset));
    abort_job(f);
}

// ---- the bus ------------------------------------------------------------------------------------

uint64_t sim_dw_level_busy(void *self, unsigned line)
{
    (void)line;
    return sim_dw_is_busy(self);
}

// With check bits that do not fit, swapped banks or protected areas, each access has to ask.
uint64_t sim_dw_level_closed(void *self, unsigned line)
{
    const struct sim_flash_dw *f = self;
    if (line == SIM_MEMORY_SRAM2)
        return f->sram2 && sim_dw_is_blocked(f);
    return line == SIM_MEMORY_FLASH &&
           (sim_dw_is_busy(f) || sim_dw_is_blocked(f) || f->spoilt || sim_dw_is_swapped(f) ||
            f->secured[0] || f->secured[1] || sim_dw_has_execute_only(f) ||
            sim_dw_has_cpu2_pages(f) || sim_dw_has_hole(f));
}

enum sim_bus_status sim_dw_stall(struct sim_flash_dw *f)
{
    return sim_chip_stall(f->part->chip, f->done_ns);
}

// The bank of a cell is being worked on; the other one can be read meanwhile (RM0444, 3.3.9).
static bool is_bank_busy(const struct sim_flash_dw *f, uint32_t offset)
{
    if (!sim_dw_is_busy(f))
        return false;
    if (f->in != f->flash)
        return true;
    uint32_t last = f->offset + f->length - 1;
    return sim_dw_bank_of(f, f->offset) <= sim_dw_bank_of(f, offset) &&
           sim_dw_bank_of(f, offset) <= sim_dw_bank_of(f, last);
}

// An error stays noted until a program clears it (RM0444, 3.7.6). Two wrong bits are an NMI.
static void note_check(struct sim_flash_dw *f, const struct sim_memory *in, uint32_t offset)
{
    uint8_t state = in->unit_state[offset / SIM_DW_SIZE];
    bool two = state == SIM_UNIT_TWO_WRONG;
    if (!f->config->has_ecc_register || (!two && state != SIM_UNIT_ONE_WRONG))
        return;
    if (!(f->eccr & (ECCR_ECCC | ECCR_ECCD)))
        f->eccr = (f->eccr >> ECCR_AT_START << ECCR_AT_START) | (offset / SIM_DW_SIZE & ECCR_ADDR);
    f->eccr |= two ? ECCR_ECCD : ECCR_ECCC;
    if (two)
        sim_core_pend_nmi(f->part->core);
    sim_dw_flag(f, 0);
}

// false: nothing is there.
static bool find_cell(const struct sim_flash_dw *f, uint32_t offset, uint32_t *cell)
{
    uint32_t size = f->flash->row.size, half = size / 2;
    bool is_second = sim_dw_has_hole(f) && offset >= f->config->bank2_offset;
    if (is_second)
        offset -= f->config->bank2_offset - half;
    if (offset >= size || (!is_second && sim_dw_has_hole(f) && offset >= half))
        return false;
    *cell = sim_dw_is_swapped(f) ? (offset + half) % size : offset;
    return true;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_flash_dw *f = self;
    bool fetch = sim_chip_bus(f->part->chip)->fetch;
    uint32_t cell;
    if (!find_cell(f, offset, &cell))
        return SIM_BUS_FAULT;
    if (is_bank_busy(f, cell)) // 4.3.4
        return sim_dw_stall(f);
    if (sim_dw_is_blocked(f) || sim_dw_is_secret(f, cell))
        return SIM_BUS_FAULT;
    if (sim_dw_is_of_cpu2(f, cell)) // people with a chip read zeros
        return fetch ? SIM_BUS_FAULT : SIM_BUS_OK;
    if (!fetch && sim_dw_is_execute_only(f, cell)) { // 4.5.2
        sim_dw_flag(f, DW_SR_RDERR);
        return SIM_BUS_OK;
    }
    note_check(f, f->flash, cell);
    *value = get_le_sized(f->flash->bytes + cell, size);
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_flash_dw *f = self;
    uint32_t cell;
    if (!find_cell(f, offset, &cell))
        return SIM_BUS_FAULT;
    return sim_dw_write(f, f->flash, cell, size, value);
}

// The same at address 0, while MEM_MODE says so.
static enum sim_bus_status alias_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_flash_dw *f = self;
    return sim_cells_are_at_0(f->part) ? read(self, offset, size, value) : SIM_BUS_FAULT;
}

static enum sim_bus_status alias_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_flash_dw *f = self;
    (void)value;
    return sim_cells_alias_write(f->part, offset, size);
}

static enum sim_bus_status otp_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_flash_dw *f = self;
    if (is_bank_busy(f, 0))
        return sim_dw_stall(f);
    note_check(f, f->otp, offset);
    *value = get_le_sized(f->otp->bytes + offset, size);
    return SIM_BUS_OK;
}

static enum sim_bus_status otp_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_flash_dw *f = self;
    return sim_dw_write(f, f->otp, offset, size, value);
}

// Read protection keeps it from a debugger, as it does the flash (RM0351, 3.5.1; RM0440, 3.5.1).
static enum sim_bus_status sram2_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_flash_dw *f = self;
    (void)offset;
    (void)size;
    (void)value;
    return sim_dw_is_blocked(f) ? SIM_BUS_FAULT : SIM_BUS_OK;
}

static enum sim_bus_status sram2_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    return sram2_read(self, offset, size, &value);
}

static const struct sim_device sram2_device = {NULL, sram2_read, sram2_write};
static const struct sim_device cells_device = {NULL, read, write};
static const struct sim_device alias_device = {NULL, alias_read, alias_write};
static const struct sim_device otp_device = {NULL, otp_read, otp_write};

void sim_dw_create_cells(struct sim_flash_dw *f)
{
    const struct sim_memory_row *row = &f->flash->row;
    uint32_t reach = f->config->bank2_offset ? f->config->bank2_offset + row->size / 2 : row->size;
    sim_clock_add(f->part->clock, &f->done, finish_job, f);
    sim_chip_map(f->part->chip, "flash", row->base, reach, &cells_device, f);
    sim_chip_map(f->part->chip, "flash at 0", 0, row->size, &alias_device, f);
    if (f->otp)
        sim_chip_map(f->part->chip, "OTP", f->otp->row.base, f->otp->row.size, &otp_device, f);
    if (!f->sram2)
        return;
    row = &f->sram2->row;
    sim_chip_map(f->part->chip, "SRAM2", row->base, row->size, &sram2_device, f);
    if (row->alias)
        sim_chip_map(f->part->chip, "SRAM2's alias", row->alias, row->size, &sram2_device, f);
}
