// SPDX-License-Identifier: MIT
// The cells of the NVM as the bus sees them: program memory, data EEPROM, system memory and the
// factory's options (RM0367, 3.3.1 to 3.3.4). Each half of the program memory and of the EEPROM is
// a bank where there are two (RM0376, 3.3.1); SYSCFG's UFB exchanges what their addresses show.
#include "base/bytes.h"
#include "sim/parts/nvm.h"
#include "sim/parts/read_protection.h"

bool sim_nvm_has_two_banks(const struct sim_nvm *n)
{
    return sim_chip_row(n->part->chip)->features & sim_nvm_config_of(n)->two_banks_feature;
}

bool sim_nvm_is_blocked(const struct sim_nvm *n)
{
    return sim_rdp_is_flash_blocked(n->part, n->rdp_level);
}

static bool is_swapped(const struct sim_nvm *n)
{
    return sim_nvm_has_two_banks(n) && sim_part_level(n->part, SIM_BANKS_SWAPPED, 0);
}

// Where in the cells an offset of the address range is.
static uint32_t in_cells(const struct sim_nvm *n, const struct sim_memory *m, uint32_t offset)
{
    uint32_t half = m->row.size / SIM_NVM_BANKS;
    if (!is_swapped(n))
        return offset;
    return offset < half ? offset + half : offset - half;
}

uint32_t sim_nvm_second_bank(const struct sim_nvm *n, const struct sim_memory *m)
{
    const uint32_t offset = m == n->flash ? sim_nvm_config_of(n)->bank2_offset : 0;
    return offset ? offset : m->row.size / SIM_NVM_BANKS;
}

unsigned sim_nvm_bank_of(const struct sim_nvm *n, const struct sim_memory *m, uint32_t cell)
{
    bool split = sim_nvm_has_two_banks(n) && (m == n->flash || m == n->eeprom);
    return split && cell >= sim_nvm_second_bank(n, m);
}

// Between the banks there may be no flash.
static bool is_in_hole(const struct sim_nvm *n, const struct sim_memory *m, uint32_t cell)
{
    const uint32_t hole = sim_nvm_config_of(n)->hole, end = sim_nvm_second_bank(n, m);
    return m == n->flash && cell < end && cell >= end - hole;
}

// No window answers while an access has to ask.
uint64_t sim_nvm_level_closed(void *self, unsigned kind)
{
    const struct sim_nvm *n = self;
    bool busy = sim_nvm_is_busy(n) || n->loads;
    switch (kind) {
    case SIM_MEMORY_FLASH:
        return busy || sim_nvm_is_blocked(n) || is_swapped(n) || n->pcrop ||
               sim_nvm_config_of(n)->hole;
    case SIM_MEMORY_EEPROM:
        return busy || sim_nvm_is_blocked(n) || is_swapped(n);
    case SIM_MEMORY_SYSTEM:
    case SIM_MEMORY_FACTORY:
        return busy;
    default:
        return false;
    }
}

static bool is_being_loaded(const struct sim_nvm *n, unsigned bank)
{
    for (unsigned i = 0; i < n->loads; i++) {
        if (n->load[i].bank == bank)
            return true;
    }
    return false;
}

// Fetches of a PCROP sector are allowed and other reads are not (3.4.2).
static bool is_refused_read(const struct sim_nvm *n, const struct sim_memory *m, uint32_t cell)
{
    if (m != n->flash && m != n->eeprom)
        return false;
    if (sim_nvm_is_blocked(n))
        return true;
    return m == n->flash && sim_nvm_is_pcrop(n, cell) && !sim_chip_bus(n->part->chip)->fetch;
}

static enum sim_bus_status read_cells(struct sim_nvm *n, const struct sim_memory *m,
                                      uint32_t offset, unsigned size, uint32_t *value)
{
    uint32_t cell = in_cells(n, m, offset);
    unsigned bank = sim_nvm_bank_of(n, m, cell);
    if (is_in_hole(n, m, cell))
        return SIM_BUS_FAULT;
    if (sim_nvm_bank_is_busy(n, bank))
        return sim_nvm_stall(n);
    if (is_being_loaded(n, bank)) // 3.7.7, FWWERR
        sim_nvm_drop_loads(n, NVM_SR_FWWERR, "the NVM was read before the last word had come");
    if (is_refused_read(n, m, cell)) {
        if (!sim_nvm_is_blocked(n))
            sim_nvm_flag(n, NVM_SR_RDERR);
        return SIM_BUS_FAULT;
    }
    *value = get_le_sized(m->bytes + cell, size);
    return SIM_BUS_OK;
}

// ---- program memory -----------------------------------------------------------------------------

static enum sim_bus_status flash_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_nvm *n = self;
    return read_cells(n, n->flash, offset, size, value);
}

static enum sim_bus_status flash_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_nvm *n = self;
    if (is_in_hole(n, n->flash, offset))
        return SIM_BUS_FAULT;
    if (sim_nvm_is_busy(n))
        return sim_nvm_stall(n);
    return sim_nvm_write_flash(n, in_cells(n, n->flash, offset), size, value);
}

// ---- data EEPROM --------------------------------------------------------------------------------

static bool is_refused_write(struct sim_nvm *n, uint32_t addr)
{
    const char *reason = NULL;
    uint32_t flag = NVM_SR_WRPERR;
    if (sim_nvm_is_blocked(n)) {
        reason = "under read protection";
    } else if (n->pe_lock.locked) {
        reason = "while PELOCK is 1";
    } else if (n->pecr & NVM_PECR_FPRG) { // half-pages are for the program memory; a model
        reason = "while FPRG is 1";
        flag = NVM_SR_SIZERR;
    }
    if (!reason)
        return false;
    sim_chip_violation(n->part->chip, "nvm: a write to 0x%08x %s", addr, reason);
    sim_nvm_flag(n, flag);
    return true;
}

static enum sim_bus_status eeprom_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_nvm *n = self;
    return read_cells(n, n->eeprom, offset, size, value);
}

// Its granule is a word: a byte or a halfword goes into what the word holds.
static uint32_t merge(const uint8_t *word, uint32_t offset, unsigned size, uint32_t value)
{
    uint32_t mask = size == 4 ? 0xffffffffu : (1u << 8 * size) - 1;
    unsigned shift = 8 * (offset & 3);
    return (get_le32(word) & ~(mask << shift)) | (value & mask) << shift;
}

static enum sim_bus_status eeprom_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_nvm *n = self;
    uint32_t cell = in_cells(n, n->eeprom, offset), word = cell & ~3u;
    struct sim_nvm_job job = {.kind = SIM_NVM_WRITE,
                              .memory = n->eeprom,
                              .offset = word,
                              .words = 1,
                              .bank = sim_nvm_bank_of(n, n->eeprom, cell)};
    if (sim_nvm_is_busy(n))
        return sim_nvm_stall(n);
    if (n->loads)
        sim_nvm_drop_loads(n, NVM_SR_PGAERR, "the data EEPROM was written");
    if (is_refused_write(n, n->eeprom->row.base + offset))
        return SIM_BUS_OK;
    if (n->pecr & NVM_PECR_ERASE && !(n->pecr & NVM_PECR_DATA)) {
        sim_chip_violation(n->part->chip,
                           "nvm: a write to 0x%08x with ERASE and without DATA, which starts "
                           "nothing",
                           n->eeprom->row.base + offset);
        return SIM_BUS_OK;
    }
    if (!(n->pecr & NVM_PECR_ERASE))
        job.word[0] = merge(n->eeprom->bytes + word, offset, size, value);
    sim_nvm_begin(n, &job, 1);
    return SIM_BUS_OK;
}

// ---- what the factory has written ---------------------------------------------------------------

static enum sim_bus_status system_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_nvm *n = self;
    return read_cells(n, n->system, offset, size, value);
}

static enum sim_bus_status factory_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_nvm *n = self;
    return read_cells(n, n->factory, offset, size, value);
}

static enum sim_bus_status factory_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_nvm *n = self;
    (void)size;
    (void)value;
    if (sim_nvm_is_busy(n))
        return sim_nvm_stall(n);
    sim_chip_violation(n->part->chip, "nvm: a write to the factory's memory (+0x%x)", offset);
    sim_nvm_flag(n, NVM_SR_WRPERR); // 3.4.5
    return SIM_BUS_OK;
}

// ---- what address 0 shows -----------------------------------------------------------------------

static const struct sim_memory *shown_at_0(const struct sim_nvm *n, uint32_t offset, unsigned size)
{
    uint64_t kind = sim_part_level(n->part, SIM_MAPPED_MEMORY, 0);
    const struct sim_memory *m = kind == SIM_MEMORY_FLASH    ? n->flash
                                 : kind == SIM_MEMORY_SYSTEM ? n->system
                                                             : NULL;
    return m && offset + size <= m->row.size ? m : NULL;
}

static enum sim_bus_status alias_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_nvm *n = self;
    const struct sim_memory *m = shown_at_0(n, offset, size);
    return m ? read_cells(n, m, offset, size, value) : SIM_BUS_FAULT;
}

static enum sim_bus_status alias_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_nvm *n = self;
    (void)value;
    sim_chip_violation(n->part->chip, "nvm: a write of %u bytes to the alias at 0x%08x", size,
                       offset);
    return SIM_BUS_FAULT;
}

void sim_nvm_create_cells(struct sim_nvm *n)
{
    static const struct sim_device flash = {NULL, flash_read, flash_write};
    static const struct sim_device eeprom = {NULL, eeprom_read, eeprom_write};
    static const struct sim_device system = {NULL, system_read, factory_write};
    static const struct sim_device factory = {NULL, factory_read, factory_write};
    static const struct sim_device alias = {NULL, alias_read, alias_write};
    struct sim_chip *chip = n->part->chip;
    uint32_t shown =
        n->flash->row.size > n->system->row.size ? n->flash->row.size : n->system->row.size;
    sim_chip_map(chip, "flash", n->flash->row.base, n->flash->row.size, &flash, n);
    sim_chip_map(chip, "data EEPROM", n->eeprom->row.base, n->eeprom->row.size, &eeprom, n);
    sim_chip_map(chip, "system memory", n->system->row.base, n->system->row.size, &system, n);
    sim_chip_map(chip, "factory options", n->factory->row.base, n->factory->row.size, &factory, n);
    sim_chip_map(chip, "flash at 0", 0, shown, &alias, n);
}
