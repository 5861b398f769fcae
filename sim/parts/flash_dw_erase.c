// SPDX-License-Identifier: MIT
// FLASH_CR.STRT of the flash controller for double words: a page, a bank or all of it, and what is
// refused (RM0490, 4.3.5; RM0444, 3.3.7).
#include "sim/parts/flash_dw.h"

static uint64_t time_ns(const struct sim_flash_dw *f, bool all)
{
    uint64_t time = sim_part_level(f->part, SIM_FLASH_TIME, 0);
    return all ? f->config->time[time].mass_ns : f->config->time[time].erase_ns;
}

static uint32_t mass_bits(const struct sim_flash_dw *f)
{
    return DW_CR_MER1 | f->config->mass2_mask;
}

// One of page, mass and programming, and no error left from before (4.3.6, PGSERR).
static bool is_in_sequence(struct sim_flash_dw *f)
{
    uint32_t mass = f->cr & mass_bits(f);
    if (f->sr & DW_SR_FAILED)
        sim_chip_violation(f->part->chip, "flash: STRT with errors 0x%x of before in FLASH_SR",
                           f->sr & DW_SR_FAILED);
    else if (f->cr & (DW_CR_PG | DW_CR_FSTPG) || !(f->cr & DW_CR_PER) == !mass)
        sim_chip_violation(f->part->chip,
                           "flash: STRT with FLASH_CR = 0x%08x, which starts nothing", f->cr);
    else
        return true;
    sim_dw_fail(f, DW_SR_PGSERR);
    return false;
}

// The cells of a range may be erased. What: for the violation.
static enum sim_bus_status check_range(struct sim_flash_dw *f, uint32_t offset, uint32_t length,
                                       const char *what, bool *allowed)
{
    *allowed = false;
    if (sim_dw_is_blocked(f)) { // 4.5.3, note: it faults as well
        sim_chip_violation(f->part->chip, "flash: %s under read protection", what);
        sim_dw_fail(f, DW_SR_WRPERR);
        return SIM_BUS_FAULT;
    }
    for (uint32_t at = offset; at < offset + length; at += sim_dw_page_size(f)) {
        bool is_of_cpu2 = sim_dw_is_of_cpu2(f, at);  // RM0434, 3.3.7; RM0453, table 13
        if (is_of_cpu2 || sim_dw_is_secret(f, at)) { // tables 15 and 16
            sim_chip_violation(f->part->chip, "flash: %s in %s", what,
                               is_of_cpu2 ? "pages of the second core" : "the secured area");
            return SIM_BUS_FAULT;
        }
        if (sim_dw_is_write_protected(f, at)) {
            sim_chip_violation(f->part->chip, "flash: %s, but 0x%08x is write-protected", what,
                               sim_dw_address(f, f->flash, at));
            sim_dw_fail(f, DW_SR_WRPERR);
            return SIM_BUS_OK;
        }
    }
    *allowed = true;
    return SIM_BUS_OK;
}

static void open_rows(struct sim_flash_dw *f, uint32_t offset, uint32_t length)
{
    for (uint32_t at = offset; at < offset + length; at += sim_dw_bank_size(f)) {
        f->row_open[sim_dw_bank_of(f, at)] = true;
        f->row_last[sim_dw_bank_of(f, at)] = 0;
    }
}

static enum sim_bus_status erase_page(struct sim_flash_dw *f)
{
    uint32_t page = (f->cr & f->config->page_mask) >> 3;
    bool second = f->cr & f->config->bank_mask;
    uint32_t size = sim_dw_page_size(f), bank_size = sim_dw_bank_size(f);
    bool allowed;
    if (page >= bank_size / size || (second && !sim_dw_has_two_banks(f))) {
        sim_chip_violation(f->part->chip, "flash: erase of page %u%s, which is not there", page,
                           second ? " of bank 2" : "");
        sim_dw_fail(f, DW_SR_PGSERR);
        return SIM_BUS_OK;
    }
    uint32_t offset = (second ? bank_size : 0) + page * size;
    enum sim_bus_status status = check_range(f, offset, size, "a page erase", &allowed);
    if (!allowed)
        return status;
    if (f->config->row_after_page_erase)
        open_rows(f, offset, size);
    f->part->account->pages_erased++;
    for (uint32_t at = offset; at < offset + size; at += f->flash->row.page_size)
        f->flash->erase_count[at / f->flash->row.page_size]++;
    sim_dw_begin(f, SIM_DW_ERASE, f->flash, offset, size, time_ns(f, false));
    return SIM_BUS_OK;
}

// With one bank, the bit of the second one does nothing by itself.
static enum sim_bus_status erase_banks(struct sim_flash_dw *f)
{
    bool first = f->cr & DW_CR_MER1;
    bool second = sim_dw_has_two_banks(f) && f->cr & f->config->mass2_mask;
    uint32_t size = sim_dw_bank_size(f);
    uint32_t offset = first ? 0 : size, length = (first ? size : 0) + (second ? size : 0);
    bool allowed;
    if (!length) {
        sim_chip_violation(f->part->chip, "flash: mass erase of bank 2, which is not there");
        sim_dw_fail(f, DW_SR_PGSERR);
        return SIM_BUS_OK;
    }
    enum sim_bus_status status = check_range(f, offset, length, "a mass erase", &allowed);
    if (!allowed)
        return status;
    open_rows(f, offset, length);
    sim_dw_count_mass_erase(f, offset, length);
    sim_dw_begin(f, SIM_DW_ERASE, f->flash, offset, length, time_ns(f, true));
    return SIM_BUS_OK;
}

enum sim_bus_status sim_dw_start_erase(struct sim_flash_dw *f)
{
    if (!is_in_sequence(f))
        return SIM_BUS_OK;
    return f->cr & DW_CR_PER ? erase_page(f) : erase_banks(f);
}
