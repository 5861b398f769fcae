// SPDX-License-Identifier: MIT
// The flash program and erase controller: registers, locks and what they refuse (RM0091, 3.2.2
// and 3.5; PM0075 and PM0068 for the STM32F1). The cells are in fpec_cells.c, the option bytes in
// fpec_options.c.
#include "sim/parts/fpec.h"

enum {
    FLASH_ACR = 0x00,
    FLASH_KEYR = 0x04,
    FLASH_OPTKEYR = 0x08,
    FLASH_SR = 0x0c,
    FLASH_CR = 0x10,
    FLASH_AR = 0x14,
    FLASH_OBR = 0x1c,
    FLASH_WRPR = 0x20,
};

#define ACR_LATENCY 0x7u
#define ACR_PRFTBE  (1u << 4)
#define ACR_PRFTBS  (1u << 5)
#define CR_PG       (1u << 0)
#define CR_PER      (1u << 1)
#define CR_MER      (1u << 2)
#define CR_OPTPG    (1u << 4)
#define CR_OPTER    (1u << 5)
#define CR_STRT     (1u << 6)
#define CR_LOCK     (1u << 7)
#define CR_OPTWRE   (1u << 9)
#define CR_ERRIE    (1u << 10)
#define CR_EOPIE    (1u << 12)
#define CR_OBL      (1u << 13)
#define CR_MODES    (CR_PG | CR_PER | CR_MER | CR_OPTPG | CR_OPTER)
#define SR_ERRORS   (FLASH_SR_PGERR | FLASH_SR_WRPRTERR)

static void update_irq(struct sim_fpec *f)
{
    bool active =
        (f->cr & CR_EOPIE && f->sr & FLASH_SR_EOP) || (f->cr & CR_ERRIE && f->sr & SR_ERRORS);
    sim_part_irq(f->part, 0, active);
}

bool sim_fpec_is_second(const struct sim_fpec *f)
{
    return f->part->row->number == 1;
}

bool sim_fpec_is_f1(const struct sim_fpec *f)
{
    return ((const struct sim_fpec_config *)f->part->config)->is_f1;
}

bool sim_fpec_may_program(const struct sim_fpec *f)
{
    return !f->lock.locked && f->cr & CR_PG;
}

bool sim_fpec_may_program_options(const struct sim_fpec *f)
{
    return !f->lock.locked && !f->option_lock.locked && f->cr & CR_OPTPG;
}

void sim_fpec_flag(struct sim_fpec *f, uint32_t sr_bits)
{
    f->sr |= sr_bits;
    update_irq(f);
}

void sim_fpec_done(struct sim_fpec *f)
{
    f->sr &= ~FLASH_SR_BSY;
    f->cr &= ~CR_STRT;
    sim_fpec_flag(f, FLASH_SR_EOP);
}

static uint64_t level_latency(void *self, unsigned line)
{
    const struct sim_fpec *f = self;
    (void)line;
    return f->acr & ACR_LATENCY;
}

static void erase_page(struct sim_fpec *f)
{
    uint32_t addr = f->ar & ~(f->flash->row.page_size - 1);
    if (addr - f->flash->row.base - f->first >= f->size) {
        sim_chip_violation(f->part->chip, "flash: erase of a page at 0x%08x, where there is none",
                           f->ar);
    } else if (sim_flash_is_blocked(f)) {
        sim_chip_violation(f->part->chip, "flash: erase of 0x%08x under read protection", addr);
        sim_fpec_flag(f, FLASH_SR_PGERR);
    } else if (sim_flash_is_write_protected(f, addr)) {
        sim_chip_violation(f->part->chip, "flash: erase of 0x%08x, which is write-protected", addr);
        sim_fpec_flag(f, FLASH_SR_WRPRTERR);
    } else {
        sim_flash_begin(f, SIM_FLASH_ERASE_PAGE, addr, 0);
    }
}

// Not documented with some sectors protected: the harder reading is that nothing is erased.
static bool any_write_protected(const struct sim_fpec *f)
{
    for (uint32_t at = 0; at < f->size; at += f->flash->row.page_size) {
        if (sim_flash_is_write_protected(f, f->flash->row.base + f->first + at))
            return true;
    }
    return false;
}

static void erase_all(struct sim_fpec *f)
{
    if (sim_flash_is_blocked(f)) {
        sim_chip_violation(f->part->chip, "flash: mass erase under read protection");
        sim_fpec_flag(f, FLASH_SR_PGERR);
    } else if (any_write_protected(f)) {
        sim_chip_violation(f->part->chip, "flash: mass erase with write-protected sectors");
        sim_fpec_flag(f, FLASH_SR_WRPRTERR);
    } else {
        sim_flash_begin(f, SIM_FLASH_ERASE_ALL, f->flash->row.base + f->first, 0);
    }
}

static void start_job(struct sim_fpec *f)
{
    uint32_t mode = f->cr & CR_MODES;
    if (!sim_part_level(f->part, SIM_HSI_READY, 0))
        sim_chip_violation(f->part->chip, "flash: erase without HSI");
    else if (mode == CR_PER)
        erase_page(f);
    else if (mode == CR_MER)
        erase_all(f);
    else if (mode == CR_OPTER && !f->option_lock.locked)
        sim_options_erase(f);
    else
        sim_chip_violation(f->part->chip,
                           "flash: STRT with FLASH_CR = 0x%08x, which starts nothing", f->cr);
    if (!sim_flash_is_busy(f))
        f->cr &= ~CR_STRT;
}

static void write_cr(struct sim_fpec *f, uint32_t value)
{
    if (value & CR_OBL && !sim_fpec_is_f1(f)) { // not subject to the lock (3.5.5)
        sim_reset_request(f->part->chip, SIM_CAUSE_OPTIONS);
        return;
    }
    if (f->lock.locked) {
        if (!(value & CR_LOCK))
            sim_chip_violation(f->part->chip, "flash: FLASH_CR written (0x%08x) while locked",
                               value);
        return;
    }
    if (!(value & CR_OPTWRE))
        sim_key_lock_close(&f->option_lock);
    if (value & CR_LOCK) { // the options are locked with it: the harder reading
        sim_key_lock_close(&f->lock);
        sim_key_lock_close(&f->option_lock);
    }
    f->cr = value & (CR_MODES | CR_STRT | CR_ERRIE | CR_EOPIE);
    update_irq(f);
    if (f->lock.locked)
        f->cr &= ~CR_STRT;
    else if (f->cr & CR_STRT)
        start_job(f);
}

// One of the two key registers (3.2.2): a wrong key is a bus error and locks up to the next reset.
static enum sim_bus_status write_key(struct sim_fpec *f, struct sim_key_lock *lock, uint32_t key)
{
    static const struct sim_key_rule rule = {.keys = {0x45670123u, 0xcdef89abu}};
    return sim_key_lock_take(lock, &rule, key, f->part, "flash");
}

static enum sim_bus_status write_optkey(struct sim_fpec *f, uint32_t key)
{
    if (f->lock.locked) {
        sim_chip_violation(f->part->chip, "flash: option key 0x%08x while FLASH_CR is locked", key);
        return SIM_BUS_FAULT;
    }
    return write_key(f, &f->option_lock, key);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_fpec *f = self;
    if (size != 4) {
        sim_chip_violation(f->part->chip, "flash: a register read of %u bytes; they take words",
                           size);
        return SIM_BUS_FAULT;
    }
    switch (offset) {
    case FLASH_ACR:
        *value = f->acr | (f->acr & ACR_PRFTBE ? ACR_PRFTBS : 0);
        break;
    case FLASH_SR:
        *value = f->sr;
        break;
    case FLASH_CR:
        *value = f->cr | (f->lock.locked ? CR_LOCK : 0) | (f->option_lock.locked ? 0 : CR_OPTWRE);
        break;
    case FLASH_OBR:
        *value = f->obr;
        break;
    case FLASH_WRPR:
        *value = f->wrpr;
        break;
    default: // keys and address can only be written
        *value = 0;
        break;
    }
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_fpec *f = self;
    if (size != 4) {
        sim_chip_violation(f->part->chip, "flash: a register write of %u bytes; they take words",
                           size);
        return SIM_BUS_FAULT;
    }
    if (sim_flash_is_busy(f)) { // not writable while BSY (3.2.2)
        sim_chip_violation(f->part->chip, "flash: register 0x%02x written while BSY is 1", offset);
        return SIM_BUS_OK;
    }
    switch (offset) {
    case FLASH_ACR:
        if (sim_fpec_is_second(f))
            break;
        f->acr = value & (ACR_LATENCY | ACR_PRFTBE);
        sim_part_tell(f->part, SIM_FLASH_LATENCY, 0, f->acr & ACR_LATENCY);
        break;
    case FLASH_KEYR:
        return write_key(f, &f->lock, value);
    case FLASH_OPTKEYR:
        return sim_fpec_is_second(f) ? SIM_BUS_OK : write_optkey(f, value);
    case FLASH_SR:
        f->sr &= ~(value & (SR_ERRORS | FLASH_SR_EOP));
        update_irq(f);
        break;
    case FLASH_CR:
        write_cr(f, value);
        break;
    case FLASH_AR:
        f->ar = value;
        break;
    default:
        break;
    }
    return SIM_BUS_OK;
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_fpec *f = self;
    const struct sim_fpec_config *config = f->part->config;
    (void)kind;
    f->cr = f->sr = f->ar = 0; // cells and option bytes do not mind
    f->acr = config->prefetches_at_reset && !sim_fpec_is_second(f) ? ACR_PRFTBE : 0;
    sim_key_lock_reset(&f->lock);
    sim_key_lock_reset(&f->option_lock);
    update_irq(f);
}

// What is left of the flash behind the first bank is the second one's.
static void take_bank_regs(struct sim_fpec *f)
{
    const struct sim_fpec_config *config = f->part->config;
    uint32_t all = f->flash->row.size;
    uint32_t bank = config->bank_size && config->bank_size < all ? config->bank_size : all;
    f->first = sim_fpec_is_second(f) ? bank : 0;
    f->size = sim_fpec_is_second(f) ? all - bank : bank;
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_fpec *f = state;
    f->part = part;
    f->flash = sim_chip_memory(part->chip, SIM_MEMORY_FLASH);
    f->options = sim_chip_memory(part->chip, SIM_MEMORY_OPTIONS);
    take_bank_regs(f);
    sim_flash_create(f);
    if (!sim_fpec_is_second(f))
        sim_options_create(f);
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_FLASH_LATENCY, 1, level_latency},
    {SIM_FLASH_BUSY, 1, sim_flash_level_busy},
    {SIM_FLASH_CLOSED, 1, sim_flash_level_closed},
    {SIM_FLASH_EMPTY, 1, sim_options_level_empty},
    {SIM_RDP_LEVEL, 1, sim_options_level_rdp},
    {SIM_FLASH_WRP, 1, sim_options_level_wrp},
    {SIM_OPTION, SIM_OPTIONS, sim_options_level_option},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_FLASH_CUT, sim_flash_hear_cut},
    {SIM_OPTIONS_RELOAD, sim_options_hear_reload},
    {SIM_OPTIONS_RDP, sim_options_hear_rdp},
    {0, NULL},
};

const struct sim_part_kind sim_part_fpec = {
    .name = "fpec",
    .state_size = sizeof(struct sim_fpec),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};

// The second controller of an STM32F10x of XL density: registers of its own for the second bank,
// and no option bytes (PM0068, 3.1 and 4).
static const struct sim_part_drives drives_of_second[] = {
    {SIM_FLASH_BUSY, 0, sim_flash_level_busy},
    {0, 0, NULL},
};

static const struct sim_part_listens listens_of_second[] = {
    {SIM_FLASH_CUT, sim_flash_hear_cut},
    {0, NULL},
};

const struct sim_part_kind sim_part_fpec_second = {
    .name = "fpec_second",
    .state_size = sizeof(struct sim_fpec),
    .create = create,
    .device = {reset, read, write},
    .drives = drives_of_second,
    .listens = listens_of_second,
};
