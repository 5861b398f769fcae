// SPDX-License-Identifier: MIT
// The flash cells of the virtual chip, as the bus sees them, and what programming and erasing do to
// them over time (RM0091, 3.2). Registers and locks are in fpec.c.
#include <string.h>

#include "base/bytes.h"
#include "sim/parts/flash_cells.h"
#include "sim/parts/fpec.h"
#include "sim/parts/read_protection.h"

static const struct sim_fpec_config *config_of(const struct sim_fpec *f)
{
    return f->part->config;
}

static uint64_t program_ns(const struct sim_fpec *f)
{
    return config_of(f)->time[sim_part_level(f->part, SIM_FLASH_TIME, 0)].program_ns;
}

static uint64_t erase_ns(const struct sim_fpec *f)
{
    return config_of(f)->time[sim_part_level(f->part, SIM_FLASH_TIME, 0)].erase_ns;
}

static uint64_t mass_ns(const struct sim_fpec *f)
{
    return config_of(f)->time[sim_part_level(f->part, SIM_FLASH_TIME, 0)].mass_ns;
}

bool sim_flash_is_busy(const struct sim_fpec *f)
{
    return f->job != SIM_FLASH_IDLE;
}

bool sim_flash_is_blocked(const struct sim_fpec *f)
{
    return sim_rdp_is_flash_blocked(f->part, sim_part_level(f->part, SIM_RDP_LEVEL, 0));
}

// The last bit of WRPR stands for all sectors from the 32nd on.
bool sim_flash_is_write_protected(const struct sim_fpec *f, uint32_t addr)
{
    uint32_t sector = (addr - f->flash->row.base) / config_of(f)->sector_size;
    uint64_t wrpr = sim_part_level(f->part, SIM_FLASH_WRP, 0);
    if (sector == 0 && sim_fpec_is_f1(f) && sim_part_level(f->part, SIM_RDP_LEVEL, 0))
        return true; // the first pages of a protected STM32F1 (PM0075, 2.4.1)
    return !(wrpr >> (sector < 31 ? sector : 31) & 1);
}

static uint64_t job_ns(const struct sim_fpec *f, enum sim_flash_job job)
{
    switch (job) {
    case SIM_FLASH_PROGRAM:
    case SIM_FLASH_PROGRAM_OPTION:
        return program_ns(f);
    case SIM_FLASH_ERASE_ALL:
        return mass_ns(f);
    case SIM_FLASH_UNPROTECT:
        return mass_ns(f) + program_ns(f);
    default:
        return erase_ns(f);
    }
}

static void count_mass_erase(struct sim_fpec *f, uint32_t first, uint32_t size)
{
    f->part->account->mass_erases++;
    for (uint32_t at = first; at < first + size; at += f->flash->row.page_size)
        f->flash->erase_count[at / f->flash->row.page_size]++;
}

static void count_job(struct sim_fpec *f)
{
    switch (f->job) {
    case SIM_FLASH_PROGRAM:
    case SIM_FLASH_PROGRAM_OPTION:
        f->part->account->units_programmed++;
        break;
    case SIM_FLASH_ERASE_PAGE:
        f->part->account->pages_erased++;
        f->flash->erase_count[(f->addr - f->flash->row.base) / f->flash->row.page_size]++;
        break;
    case SIM_FLASH_UNPROTECT:
        f->part->account->units_programmed++;
        count_mass_erase(f, 0, f->flash->row.size);
        break;
    case SIM_FLASH_ERASE_ALL:
        count_mass_erase(f, f->first, f->size);
        break;
    default:
        break;
    }
}

void sim_flash_begin(struct sim_fpec *f, enum sim_flash_job job, uint32_t addr, uint16_t value)
{
    f->job = job;
    f->addr = addr;
    f->value = value;
    f->mass_end_ns = f->part->clock->now_ns + mass_ns(f);
    f->done_ns = f->part->clock->now_ns + job_ns(f, job);
    count_job(f);
    f->sr |= FLASH_SR_BSY;
    sim_clock_arm(f->part->clock, &f->done, f->done_ns);
    sim_map_update(f->part->chip);
}

// The main cells that a job works on.
static uint8_t *cells(struct sim_fpec *f, uint32_t *len)
{
    switch (f->job) {
    case SIM_FLASH_PROGRAM:
        *len = 2;
        return f->flash->bytes + (f->addr - f->flash->row.base);
    case SIM_FLASH_ERASE_PAGE:
        *len = f->flash->row.page_size;
        return f->flash->bytes + (f->addr - f->flash->row.base);
    case SIM_FLASH_ERASE_ALL:
        *len = f->size;
        return f->flash->bytes + f->first;
    case SIM_FLASH_UNPROTECT:
        *len = f->flash->row.size;
        return f->flash->bytes;
    default:
        *len = 0;
        return f->flash->bytes;
    }
}

static uint8_t *option_cell(struct sim_fpec *f)
{
    return f->options->bytes + (f->addr - f->options->row.base);
}

static void program_cell(uint8_t *cell, uint16_t value)
{
    put_le16(cell, get_le16(cell) & value);
}

static void finish_job(void *arg)
{
    struct sim_fpec *f = arg;
    uint32_t len;
    uint8_t *p = cells(f, &len);
    if (f->job == SIM_FLASH_PROGRAM)
        program_cell(p, f->value);
    else
        memset(p, 0xff, len);
    if (f->job == SIM_FLASH_PROGRAM_OPTION || f->job == SIM_FLASH_UNPROTECT)
        program_cell(option_cell(f), f->value);
    if (f->job == SIM_FLASH_ERASE_OPTIONS)
        memset(f->options->bytes, 0xff, f->options->row.size);
    f->job = SIM_FLASH_IDLE;
    sim_fpec_done(f);
    sim_map_update(f->part->chip);
}

static void leave_half_programmed(struct sim_fpec *f, uint8_t *cell, uint16_t value)
{
    program_cell(cell, (uint16_t)(value | sim_chip_random(f->part->chip)));
}

static void abort_job(struct sim_fpec *f)
{
    uint32_t len;
    uint8_t *p = cells(f, &len);
    if (f->job == SIM_FLASH_PROGRAM)
        leave_half_programmed(f, p, f->value);
    else if (f->job == SIM_FLASH_PROGRAM_OPTION)
        leave_half_programmed(f, option_cell(f), f->value);
    else if (f->job == SIM_FLASH_ERASE_OPTIONS)
        sim_cells_half_erase(f->part, f->options->bytes, f->options->row.size);
    else if (f->job != SIM_FLASH_UNPROTECT || f->part->clock->now_ns < f->mass_end_ns) {
        sim_cells_half_erase(f->part, p, len);
    } else {
        memset(p, 0xff, len);
        leave_half_programmed(f, option_cell(f), f->value);
    }
    f->job = SIM_FLASH_IDLE;
    sim_clock_arm(f->part->clock, &f->done, SIM_NEVER);
}

void sim_flash_hear_cut(void *self, unsigned line, uint64_t by_reset)
{
    struct sim_fpec *f = self;
    (void)line;
    if (by_reset && !sim_flash_is_busy(f))
        return;
    if (by_reset)
        sim_cells_note_reset(f->part, f->addr);
    abort_job(f);
}

uint64_t sim_flash_level_busy(void *self, unsigned line)
{
    (void)line;
    return sim_flash_is_busy(self);
}

uint64_t sim_flash_level_closed(void *self, unsigned line)
{
    const struct sim_fpec *f = self;
    (void)line;
    return sim_flash_is_busy(f) || sim_flash_is_blocked(f) ||
           sim_part_level(f->part, SIM_FLASH_BUSY, 1); // of the second bank
}

// Reads and writes wait for the end of the job (3.2.2).
enum sim_bus_status sim_flash_stall(struct sim_fpec *f)
{
    return sim_chip_stall(f->part->chip, f->done_ns);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_fpec *f = self;
    if (sim_flash_is_busy(f))
        return sim_flash_stall(f);
    if (sim_flash_is_blocked(f))
        return SIM_BUS_FAULT;
    *value = get_le_sized(f->flash->bytes + f->first + offset, size);
    return SIM_BUS_OK;
}

// Programs a halfword, or says in FLASH_SR why not (3.2.2).
static enum sim_bus_status program_halfword(struct sim_fpec *f, uint32_t addr, uint16_t value)
{
    uint16_t old = get_le16(f->flash->bytes + (addr - f->flash->row.base));
    if (sim_flash_is_blocked(f)) {
        sim_chip_violation(f->part->chip, "flash: programming 0x%08x under read protection", addr);
        sim_fpec_flag(f, FLASH_SR_PGERR);
    } else if (sim_flash_is_write_protected(f, addr)) {
        sim_chip_violation(f->part->chip, "flash: programming 0x%08x, which is write-protected",
                           addr);
        sim_fpec_flag(f, FLASH_SR_WRPRTERR);
    } else if (old != 0xffff && value != 0) {
        sim_chip_violation(f->part->chip,
                           "flash: programming 0x%08x, which holds 0x%04x and is not erased", addr,
                           old);
        sim_fpec_flag(f, FLASH_SR_PGERR);
    } else if (!sim_part_level(f->part, SIM_HSI_READY, 0)) {
        sim_chip_violation(f->part->chip, "flash: programming 0x%08x without HSI", addr);
    } else {
        sim_flash_begin(f, SIM_FLASH_PROGRAM, addr, value);
    }
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_fpec *f = self;
    uint32_t addr = f->flash->row.base + f->first + offset;
    if (sim_flash_is_busy(f))
        return sim_flash_stall(f);
    if (!sim_fpec_may_program(f)) {
        sim_chip_violation(f->part->chip, "flash: a write to 0x%08x while PG is 0", addr);
        return SIM_BUS_FAULT;
    }
    if (size != 2) {
        sim_chip_violation(f->part->chip,
                           "flash: a write of %u bytes to 0x%08x; it takes halfwords", size, addr);
        return SIM_BUS_FAULT;
    }
    return program_halfword(f, addr, (uint16_t)value);
}

// The same at address 0, while MEM_MODE says so.
static enum sim_bus_status alias_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_fpec *f = self;
    return sim_cells_are_at_0(f->part) ? read(self, offset, size, value) : SIM_BUS_FAULT;
}

static enum sim_bus_status alias_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_fpec *f = self;
    (void)value;
    return sim_cells_alias_write(f->part, f->first + offset, size);
}

static const struct sim_device cells_device = {NULL, read, write};
static const struct sim_device alias_device = {NULL, alias_read, alias_write};

void sim_flash_create(struct sim_fpec *f)
{
    sim_clock_add(f->part->clock, &f->done, finish_job, f);
    sim_chip_map(f->part->chip, "flash", f->flash->row.base + f->first, f->size, &cells_device, f);
    sim_chip_map(f->part->chip, "flash at 0", f->first, f->size, &alias_device, f);
}
