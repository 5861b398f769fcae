// SPDX-License-Identifier: MIT
// The cells behind the flash controller of STM32F2, F4 and F7, as the bus sees them, and what jobs
// do to them over time (RM0090, 3.6 and 3.8).
#include <string.h>

#include "base/bytes.h"
#include "sim/parts/flash_cells.h"
#include "sim/parts/flash_sectors.h"

#define OTP_BLOCK  32u // unless the config says otherwise
#define OTP_BLOCKS 16u // behind them, a lock byte for each block

bool sim_sectors_is_blocked(const struct sim_flash_sectors *f)
{
    return sim_rdp_is_flash_blocked(f->part, f->rdp_level);
}

// What a parallelism needs of the supply (3.6.2). 64 bits need VPP, which this board has not.
static void check_supply(struct sim_flash_sectors *f)
{
    static const uint16_t needed_mv[] = {0, 2100, 2700, UINT16_MAX};
    unsigned psize = sim_sectors_psize(f), mv = sim_chip_vdd_mv(f->part->chip);
    f->is_weak = mv < needed_mv[psize];
    if (f->is_weak)
        sim_chip_violation(f->part->chip,
                           "flash: programming or erasing by %u bits at %u mV%s; what it leaves "
                           "may not last",
                           8u << psize, mv, psize == 3 ? " without VPP" : "");
}

void sim_sectors_begin(struct sim_flash_sectors *f, enum sim_sectors_job job, struct sim_memory *in,
                       uint32_t offset, uint32_t length, uint64_t ns)
{
    check_supply(f);
    sim_sectors_keep_cache(f);
    f->job = job;
    f->in = in;
    f->offset = offset;
    f->length = length;
    f->done_ns = f->part->clock->now_ns + ns;
    sim_clock_arm(f->part->clock, &f->done, f->done_ns);
    sim_map_update(f->part->chip);
}

// ---- what jobs leave ----------------------------------------------------------------------------

// Ones can become zeros and nothing else (3.6.4).
static void program_cells(struct sim_flash_sectors *f, uint32_t spared)
{
    uint8_t *cell = f->in->bytes + f->offset;
    for (unsigned i = 0; i < f->length; i++)
        cell[i] &= (uint8_t)((f->value | spared) >> 8 * i);
}

static void leave_half_erased(struct sim_flash_sectors *f)
{
    sim_cells_half_erase(f->part, f->in->bytes + f->offset, f->length);
}

static void erase_cells(struct sim_flash_sectors *f)
{
    if (f->is_weak)
        leave_half_erased(f);
    else
        memset(f->in->bytes + f->offset, 0xff, f->length);
}

// What the end of read protection erases: all but sectors whose PCROP outlives it.
static void erase_unprotected(struct sim_flash_sectors *f)
{
    struct sim_sector s;
    for (uint32_t at = 0; at < f->flash->row.size; at += s.size) {
        s = sim_sectors_at(f, at);
        if (sim_sectors_outlives_unprotecting(f, s.number))
            continue;
        f->offset = s.offset;
        f->length = s.size;
        erase_cells(f);
    }
}

static void end_job(struct sim_flash_sectors *f)
{
    f->job = SIM_SECTORS_IDLE;
    sim_sectors_compare_cache(f);
    sim_sectors_flag(f, SECTORS_SR_EOP);
    sim_map_update(f->part->chip);
}

static void finish_job(void *arg)
{
    struct sim_flash_sectors *f = arg;
    switch (f->job) {
    case SIM_SECTORS_PROGRAM:
        program_cells(f, f->is_weak ? sim_chip_random(f->part->chip) : 0);
        break;
    case SIM_SECTORS_ERASE:
        erase_cells(f);
        break;
    case SIM_SECTORS_UNPROTECT:
        erase_unprotected(f);
        sim_part_tell(f->part, SIM_PROTECTION_REMOVED, 0, 0);
        sim_sectors_program_options(f);
        break;
    case SIM_SECTORS_OPTIONS:
        sim_sectors_program_options(f);
        break;
    default:
        break;
    }
    end_job(f);
}

// ---- cuts ---------------------------------------------------------------------------------------

static void abort_job(struct sim_flash_sectors *f)
{
    bool erases = f->job == SIM_SECTORS_ERASE ||
                  (f->job == SIM_SECTORS_UNPROTECT && f->part->clock->now_ns < f->erase_end_ns);
    if (f->job == SIM_SECTORS_PROGRAM)
        program_cells(f, sim_chip_random(f->part->chip));
    else if (erases)
        leave_half_erased(f);
    else if (f->job == SIM_SECTORS_UNPROTECT)
        erase_unprotected(f);
    // The option bytes are erased first, so that all of them are open to chance.
    if (!erases && f->job != SIM_SECTORS_PROGRAM)
        sim_cells_half_erase(f->part, f->options->bytes, f->options->row.size);
    f->job = SIM_SECTORS_IDLE;
    sim_clock_arm(f->part->clock, &f->done, SIM_NEVER);
}

void sim_sectors_hear_cut(void *self, unsigned line, uint64_t by_reset)
{
    struct sim_flash_sectors *f = self;
    (void)line;
    if (!sim_sectors_is_busy(f))
        return;
    if (by_reset)
        sim_cells_note_reset(f->part, f->in->row.base + f->offset);
    abort_job(f);
}

// ---- the bus ------------------------------------------------------------------------------------

uint64_t sim_sectors_level_busy(void *self, unsigned line)
{
    (void)line;
    return sim_sectors_is_busy(self);
}

static bool is_swapped(const struct sim_flash_sectors *f)
{
    return sim_sectors_has_two_banks(f) && sim_part_level(f->part, SIM_BANKS_SWAPPED, 0);
}

// With swapped banks, sectors that may only be executed or a stale cache, each access has to ask.
uint64_t sim_sectors_level_closed(void *self, unsigned line)
{
    const struct sim_flash_sectors *f = self;
    (void)line;
    return sim_sectors_is_busy(f) || sim_sectors_is_blocked(f) || is_swapped(f) ||
           sim_sectors_has_execute_only(f) || f->cache_is_stale;
}

enum sim_bus_status sim_sectors_stall(struct sim_flash_sectors *f)
{
    return sim_chip_stall(f->part->chip, f->done_ns);
}

// While one bank is worked on, the other one can be read (3.6.5).
static bool is_bank_busy(const struct sim_flash_sectors *f, uint32_t offset)
{
    if (!sim_sectors_is_busy(f))
        return false;
    if (f->in != f->flash)
        return true;
    unsigned bank = sim_sectors_bank_of(f, offset);
    return sim_sectors_bank_of(f, f->offset) <= bank &&
           bank <= sim_sectors_bank_of(f, f->offset + f->length - 1);
}

static uint32_t cell_of(const struct sim_flash_sectors *f, uint32_t offset)
{
    uint32_t size = f->flash->row.size;
    return is_swapped(f) ? (offset + size / 2) % size : offset;
}

// A sector that may only be executed answers reads with zeros, and a flag (3.7.5).
static enum sim_bus_status read_cell(struct sim_flash_sectors *f, uint32_t offset, unsigned size,
                                     uint32_t *value, bool by_cache)
{
    bool fetch = sim_chip_bus(f->part->chip)->fetch;
    uint32_t cell = cell_of(f, offset);
    if (is_bank_busy(f, cell)) // 3.6
        return sim_sectors_stall(f);
    if (sim_sectors_is_blocked(f))
        return SIM_BUS_FAULT;
    if (!fetch && sim_sectors_is_execute_only(f, sim_sectors_at(f, cell).number)) {
        sim_sectors_flag(f, SECTORS_SR_RDERR);
        return SIM_BUS_OK;
    }
    if (!fetch || !by_cache || !sim_sectors_fetch_cached(f, cell, size, value))
        *value = get_le_sized(f->flash->bytes + cell, size);
    return SIM_BUS_OK;
}

// The accelerator of an STM32F7 is on the ITCM's side.
static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_flash_sectors *f = self;
    return read_cell(f, offset, size, value, !f->config->is_f7);
}

static enum sim_bus_status itcm_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    return read_cell(self, offset, size, value, true);
}

// "Read-only": the ITCM bus has no way to write the flash (RM0410, 3.3.1).
static enum sim_bus_status itcm_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_flash_sectors *f = self;
    (void)value;
    sim_chip_violation(f->part->chip,
                       "flash: a write of %u bytes to 0x%08x, where the flash can only be read",
                       size, f->flash->row.alias + offset);
    return SIM_BUS_FAULT;
}

static bool is_otp_locked(const struct sim_flash_sectors *f, uint32_t offset)
{
    uint32_t block = f->config->otp_block ? f->config->otp_block : OTP_BLOCK;
    return offset < block * OTP_BLOCKS && f->otp->bytes[block * OTP_BLOCKS + offset / block] == 0;
}

static bool is_protected(const struct sim_flash_sectors *f, const struct sim_memory *in,
                         uint32_t offset)
{
    return in == f->otp ? is_otp_locked(f, offset)
                        : sim_sectors_is_write_protected(f, sim_sectors_at(f, offset).number);
}

// The flag for a write that is not done, and why (3.6.4); 0: it is. SER may be set beside PG:
// stlink's st-flash leaves it so, and works in the field.
static uint32_t refusal(const struct sim_flash_sectors *f, const struct sim_memory *in,
                        uint32_t offset, unsigned size, const char **why)
{
    if (f->lock.locked || !(f->cr & SECTORS_CR_PG)) {
        *why = "is locked, or PG is 0";
        return SECTORS_SR_PGSERR;
    }
    if (size != 1u << sim_sectors_psize(f)) {
        *why = "has another parallelism in PSIZE";
        return SECTORS_SR_PGPERR;
    }
    if (in == f->flash && sim_sectors_is_blocked(f)) {
        *why = "is read-protected";
        return SECTORS_SR_WRPERR;
    }
    if (is_protected(f, in, offset)) {
        *why = "is write-protected there";
        return SECTORS_SR_WRPERR;
    }
    return 0;
}

// Programs what an access is wide, or says in FLASH_SR why not.
static enum sim_bus_status program(struct sim_flash_sectors *f, struct sim_memory *in,
                                   uint32_t offset, unsigned size, uint32_t value)
{
    const char *why = NULL;
    uint32_t addr = in->row.base + offset, old = get_le_sized(in->bytes + offset, size);
    if (sim_sectors_is_busy(f))
        return sim_sectors_stall(f);
    uint32_t error = refusal(f, in, offset, size, &why);
    if (error) {
        sim_chip_violation(f->part->chip, "flash: a write of %u bytes to 0x%08x, and it %s", size,
                           addr, why);
        sim_sectors_fail(f, error);
        return SIM_BUS_OK;
    }
    if (value & ~old)
        sim_chip_violation(f->part->chip,
                           "flash: programming 0x%08x, which holds 0x%08x, with 0x%08x: ones need "
                           "an erase",
                           addr, old, value);
    f->value = value;
    f->part->account->units_programmed++;
    sim_sectors_begin(f, SIM_SECTORS_PROGRAM, in, offset, size,
                      f->config->time[sim_part_level(f->part, SIM_FLASH_TIME, 0)].program_ns);
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_flash_sectors *f = self;
    return program(f, f->flash, cell_of(f, offset), size, value);
}

// The same at address 0, while MEM_MODE says so.
static enum sim_bus_status alias_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_flash_sectors *f = self;
    return sim_cells_are_at_0(f->part) ? read(self, offset, size, value) : SIM_BUS_FAULT;
}

static enum sim_bus_status alias_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_flash_sectors *f = self;
    (void)value;
    return sim_cells_alias_write(f->part, offset, size);
}

static enum sim_bus_status otp_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_flash_sectors *f = self;
    if (is_bank_busy(f, 0))
        return sim_sectors_stall(f);
    *value = get_le_sized(f->otp->bytes + offset, size);
    return SIM_BUS_OK;
}

static enum sim_bus_status otp_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_flash_sectors *f = self;
    return program(f, f->otp, offset, size, value);
}

static const struct sim_device cells_device = {NULL, read, write};
static const struct sim_device alias_device = {NULL, alias_read, alias_write};
static const struct sim_device itcm_device = {NULL, itcm_read, itcm_write};
static const struct sim_device otp_device = {NULL, otp_read, otp_write};

void sim_sectors_create_cells(struct sim_flash_sectors *f)
{
    const struct sim_memory_row *row = &f->flash->row;
    sim_clock_add(f->part->clock, &f->done, finish_job, f);
    sim_chip_map(f->part->chip, "flash", row->base, row->size, &cells_device, f);
    if (f->config->is_f7)
        sim_chip_map(f->part->chip, "flash on ITCM", row->alias, row->size, &itcm_device, f);
    else
        sim_chip_map(f->part->chip, "flash at 0", 0, row->size, &alias_device, f);
    sim_chip_map(f->part->chip, "OTP", f->otp->row.base, f->otp->row.size, &otp_device, f);
}
