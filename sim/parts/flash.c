// SPDX-License-Identifier: MIT
// The flash cells of the virtual chip, as the bus sees them, and what programming and erasing do to
// them over time (RM0091, 3.2; times from DS9773, 6.3.10). Registers and locks are in fpec.c.
#include <string.h>

#include "base/bytes.h"
#include "sim/chip/chip_state.h"

#define SECTOR_SIZE 4096u // of the write protection (3.3.2)

static const struct {
    uint64_t program_ns, erase_ns, mass_ns;
} times[] = {
    [SIM_FLASH_TYP] = {53500, 30000000, 30000000},
    [SIM_FLASH_MIN] = {40000, 20000000, 20000000},
    [SIM_FLASH_MAX] = {60000, 40000000, 40000000},
};

bool sim_flash_is_busy(const struct sim_chip *chip)
{
    return chip->flash.job != SIM_FLASH_IDLE;
}

// Level 1 guards the flash once a debugger was there, and when something else than the flash was
// booted (3.3.1). It is only power that makes the chip forget the debugger.
bool sim_flash_is_blocked(const struct sim_chip *chip)
{
    return chip->options.rdp_level != 0 && (chip->intruded || chip->boot != SIM_BOOT_FLASH);
}

// The last bit of WRPR stands for all sectors from the 32nd on.
bool sim_flash_is_write_protected(const struct sim_chip *chip, uint32_t addr)
{
    uint32_t sector = (addr - SIM_FLASH_BASE) / SECTOR_SIZE;
    return !(chip->options.wrpr >> (sector < 31 ? sector : 31) & 1);
}

static uint64_t job_ns(const struct sim_flash *f, enum sim_flash_job job)
{
    switch (job) {
    case SIM_FLASH_PROGRAM:
    case SIM_FLASH_PROGRAM_OPTION:
        return times[f->time].program_ns;
    case SIM_FLASH_ERASE_ALL:
        return times[f->time].mass_ns;
    case SIM_FLASH_UNPROTECT:
        return times[f->time].mass_ns + times[f->time].program_ns;
    default:
        return times[f->time].erase_ns;
    }
}

static void count_mass_erase(struct sim_chip *chip)
{
    chip->account->mass_erases++;
    for (unsigned i = 0; i < chip->row->flash_size / chip->row->page_size; i++)
        chip->flash.erase_count[i]++;
}

static void count_job(struct sim_chip *chip)
{
    struct sim_flash *f = &chip->flash;
    switch (f->job) {
    case SIM_FLASH_PROGRAM:
    case SIM_FLASH_PROGRAM_OPTION:
        chip->account->units_programmed++;
        break;
    case SIM_FLASH_ERASE_PAGE:
        chip->account->pages_erased++;
        f->erase_count[(f->addr - SIM_FLASH_BASE) / chip->row->page_size]++;
        break;
    case SIM_FLASH_UNPROTECT:
        chip->account->units_programmed++;
        count_mass_erase(chip);
        break;
    case SIM_FLASH_ERASE_ALL:
        count_mass_erase(chip);
        break;
    default:
        break;
    }
}

void sim_flash_begin(struct sim_chip *chip, enum sim_flash_job job, uint32_t addr, uint16_t value)
{
    struct sim_flash *f = &chip->flash;
    f->job = job;
    f->addr = addr;
    f->value = value;
    f->mass_end_ns = chip->clock->now_ns + times[f->time].mass_ns;
    f->done_ns = chip->clock->now_ns + job_ns(f, job);
    count_job(chip);
    chip->fpec.sr |= FLASH_SR_BSY;
    sim_clock_arm(chip->clock, &f->done, f->done_ns);
    sim_map_update(chip);
}

// The main cells that a job works on.
static uint8_t *cells(struct sim_chip *chip, uint32_t *len)
{
    struct sim_flash *f = &chip->flash;
    switch (f->job) {
    case SIM_FLASH_PROGRAM:
        *len = 2;
        return f->bytes + (f->addr - SIM_FLASH_BASE);
    case SIM_FLASH_ERASE_PAGE:
        *len = chip->row->page_size;
        return f->bytes + (f->addr - SIM_FLASH_BASE);
    case SIM_FLASH_ERASE_ALL:
    case SIM_FLASH_UNPROTECT:
        *len = chip->row->flash_size;
        return f->bytes;
    default:
        *len = 0;
        return f->bytes;
    }
}

static uint8_t *option_cell(struct sim_chip *chip)
{
    return chip->options.bytes + (chip->flash.addr - SIM_OPTION_BASE);
}

static void program_cell(uint8_t *cell, uint16_t value)
{
    put_le16(cell, get_le16(cell) & value);
}

static void finish(void *arg)
{
    struct sim_chip *chip = arg;
    struct sim_flash *f = &chip->flash;
    uint32_t len;
    uint8_t *p = cells(chip, &len);
    if (f->job == SIM_FLASH_PROGRAM)
        program_cell(p, f->value);
    else
        memset(p, 0xff, len);
    if (f->job == SIM_FLASH_PROGRAM_OPTION || f->job == SIM_FLASH_UNPROTECT)
        program_cell(option_cell(chip), f->value);
    if (f->job == SIM_FLASH_ERASE_OPTIONS)
        memset(chip->options.bytes, 0xff, SIM_OPTION_SIZE);
    f->job = SIM_FLASH_IDLE;
    sim_fpec_done(chip);
    sim_map_update(chip);
}

// Some bits have made it, some have not.
static void leave_half_erased(struct sim_chip *chip, uint8_t *p, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++)
        p[i] |= (uint8_t)sim_chip_random(chip);
}

static void leave_half_programmed(struct sim_chip *chip, uint8_t *cell, uint16_t value)
{
    program_cell(cell, (uint16_t)(value | sim_chip_random(chip)));
}

void sim_flash_abort(struct sim_chip *chip)
{
    struct sim_flash *f = &chip->flash;
    uint32_t len;
    uint8_t *p = cells(chip, &len);
    if (f->job == SIM_FLASH_PROGRAM)
        leave_half_programmed(chip, p, f->value);
    else if (f->job == SIM_FLASH_PROGRAM_OPTION)
        leave_half_programmed(chip, option_cell(chip), f->value);
    else if (f->job == SIM_FLASH_ERASE_OPTIONS)
        leave_half_erased(chip, chip->options.bytes, SIM_OPTION_SIZE);
    else if (f->job != SIM_FLASH_UNPROTECT || chip->clock->now_ns < f->mass_end_ns) {
        leave_half_erased(chip, p, len);
    } else {
        memset(p, 0xff, len);
        leave_half_programmed(chip, option_cell(chip), f->value);
    }
    f->job = SIM_FLASH_IDLE;
    sim_clock_arm(chip->clock, &f->done, SIM_NEVER);
}

void sim_flash_create(struct sim_chip *chip)
{
    sim_clock_add(chip->clock, &chip->flash.done, finish, chip);
}

// Reads and writes wait for the end of the job (3.2.2).
enum sim_bus_status sim_flash_stall(struct sim_chip *chip)
{
    chip->bus.stall_until_ns = chip->flash.done_ns;
    return SIM_BUS_STALL;
}

static void reset(void *self, enum sim_reset kind)
{
    (void)self; // a reset in the middle of a job is sim_flash_abort()'s
    (void)kind;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_chip *chip = self;
    if (sim_flash_is_busy(chip))
        return sim_flash_stall(chip);
    if (sim_flash_is_blocked(chip))
        return SIM_BUS_FAULT;
    const uint8_t *p = chip->flash.bytes + offset;
    *value = size == 4 ? get_le32(p) : size == 2 ? get_le16(p) : *p;
    return SIM_BUS_OK;
}

// Programs a halfword, or says in FLASH_SR why not (3.2.2).
static enum sim_bus_status program(struct sim_chip *chip, uint32_t addr, uint16_t value)
{
    uint16_t old = get_le16(chip->flash.bytes + (addr - SIM_FLASH_BASE));
    if (sim_flash_is_blocked(chip)) {
        sim_chip_violation(chip, "flash: programming 0x%08x under read protection", addr);
        sim_fpec_flag(chip, FLASH_SR_PGERR);
    } else if (sim_flash_is_write_protected(chip, addr)) {
        sim_chip_violation(chip, "flash: programming 0x%08x, which is write-protected", addr);
        sim_fpec_flag(chip, FLASH_SR_WRPRTERR);
    } else if (old != 0xffff && value != 0) {
        sim_chip_violation(chip, "flash: programming 0x%08x, which holds 0x%04x and is not erased",
                           addr, old);
        sim_fpec_flag(chip, FLASH_SR_PGERR);
    } else if (!sim_clocks_is_ready(chip, SIM_HSI)) {
        sim_chip_violation(chip, "flash: programming 0x%08x without HSI", addr);
    } else {
        sim_flash_begin(chip, SIM_FLASH_PROGRAM, addr, value);
    }
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_chip *chip = self;
    uint32_t addr = SIM_FLASH_BASE + offset;
    if (sim_flash_is_busy(chip))
        return sim_flash_stall(chip);
    if (!sim_fpec_may_program(chip)) {
        sim_chip_violation(chip, "flash: a write to 0x%08x while PG is 0", addr);
        return SIM_BUS_FAULT;
    }
    if (size != 2) {
        sim_chip_violation(chip, "flash: a write of %u bytes to 0x%08x; it takes halfwords", size,
                           addr);
        return SIM_BUS_FAULT;
    }
    return program(chip, addr, (uint16_t)value);
}

const struct sim_device sim_flash_device = {reset, read, write};

// The same at address 0, while MEM_MODE says so. Documents promise that it can be read there (2.5).
static enum sim_bus_status alias_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_chip *chip = self;
    return sim_syscfg_mapped(chip) == SIM_BOOT_FLASH ? read(self, offset, size, value)
                                                     : SIM_BUS_FAULT;
}

static enum sim_bus_status alias_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_chip *chip = self;
    (void)value;
    sim_chip_violation(chip, "flash: a write of %u bytes to its alias at 0x%08x", size, offset);
    return SIM_BUS_FAULT;
}

const struct sim_device sim_flash_alias_device = {reset, alias_read, alias_write};
