// SPDX-License-Identifier: MIT
// The controller of the non-volatile memory of STM32L0 and L1: registers, locks and what they
// refuse (RM0367, 3.3.4 and 3.7; RM0038, 3.3 and 3.9, has the same but for what is in the config).
// Half-pages and pairs of pages on their way are in nvm_load.c, cells in nvm_cells.c and
// nvm_jobs.c, option words in nvm_options.c.
#include "sim/parts/nvm.h"

enum {
    FLASH_ACR = 0x00,
    FLASH_PECR = 0x04,
    FLASH_PDKEYR = 0x08,
    FLASH_PEKEYR = 0x0c,
    FLASH_PRGKEYR = 0x10,
    FLASH_OPTKEYR = 0x14,
    FLASH_SR = 0x18,
    FLASH_OPTR = 0x1c,
    FLASH_WRPROT1 = 0x20,
    FLASH_WRPROT2 = 0x80, // and of STM32L1 two more
    FLASH_WRPROT4 = 0x88,
};

#define ACR_LATENCY  (1u << 0)
#define ACR_RUN_PD   (1u << 4)
#define ACR_PRFTEN   (1u << 1)
#define ACR_ACC64    (1u << 2) // of STM32L1
#define ACR_KEPT     0x6bu     // all but RUN_PD: LATENCY, PRFTEN, SLEEP_PD, DISAB_BUF, PRE_READ
#define ACR_KEPT_L1  0x0fu
#define PECR_PELOCK  (1u << 0)
#define PECR_PRGLOCK (1u << 1)
#define PECR_OPTLOCK (1u << 2)
#define PECR_LOCKS   (PECR_PELOCK | PECR_PRGLOCK | PECR_OPTLOCK)
#define PECR_EOPIE   (1u << 16)
#define PECR_ERRIE   (1u << 17)
#define PECR_LAUNCH  (1u << 18)
#define SR_ENDHV     (1u << 2)
#define SR_READY     (1u << 3)
#define SR_ERRORS                                                                                  \
    (NVM_SR_WRPERR | NVM_SR_PGAERR | NVM_SR_SIZERR | NVM_SR_OPTVERR | NVM_SR_RDERR |               \
     NVM_SR_NOTZEROERR | NVM_SR_FWWERR)

// Which bits of FLASH_PECR are open with which lock; they are lost when it shuts. No document says
// the latter in so many words: OpenOCD sets PRGLOCK while FPRG is 1, unlocks again and programs
// single words, which works in the field.
#define PECR_WITH_PE                                                                               \
    (NVM_PECR_DATA | NVM_PECR_FIX | NVM_PECR_ERASE | NVM_PECR_NZ_OFF | PECR_EOPIE | PECR_ERRIE)
#define PECR_WITH_PRG (NVM_PECR_PROG | NVM_PECR_FPRG)

static void update_irq(struct sim_nvm *n)
{
    bool active =
        (n->pecr & PECR_EOPIE && n->sr & NVM_SR_EOP) || (n->pecr & PECR_ERRIE && n->sr & SR_ERRORS);
    sim_part_irq(n->part, 0, active);
}

void sim_nvm_flag(struct sim_nvm *n, uint32_t sr_bits)
{
    if (sim_nvm_config_of(n)->is_l1)
        sr_bits &= ~(NVM_SR_NOTZEROERR | NVM_SR_FWWERR);
    n->sr |= sr_bits;
    update_irq(n);
}

static uint64_t level_latency(void *self, unsigned line)
{
    const struct sim_nvm *n = self;
    (void)line;
    return n->acr & ACR_LATENCY;
}

// ---- locks --------------------------------------------------------------------------------------

// A wrong key, a third one and a key behind a shut outer lock are bus errors, and the lock stays
// shut up to the next reset (3.3.4, "unlocking"). The last of these is not documented: it is the
// harder reading.
static enum sim_bus_status write_key(struct sim_nvm *n, struct sim_key_lock *lock,
                                     const struct sim_key_rule *rule, uint32_t key)
{
    return sim_key_lock_take(lock, rule, key, n->part, "nvm");
}

static enum sim_bus_status write_inner_key(struct sim_nvm *n, struct sim_key_lock *lock,
                                           const struct sim_key_rule *rule, uint32_t key)
{
    if (!n->pe_lock.locked)
        return write_key(n, lock, rule, key);
    lock->locked = lock->refused = true;
    sim_chip_violation(n->part->chip, "nvm: key 0x%08x while PELOCK is 1", key);
    return SIM_BUS_FAULT;
}

// Another register of the interface, written between two keys, makes them a wrong sequence.
static struct sim_key_lock *interrupted_lock(struct sim_nvm *n, uint32_t offset)
{
    const struct {
        struct sim_key_lock *lock;
        uint32_t offset;
    } locks[] = {{&n->pd_lock, FLASH_PDKEYR},
                 {&n->pe_lock, FLASH_PEKEYR},
                 {&n->prg_lock, FLASH_PRGKEYR},
                 {&n->opt_lock, FLASH_OPTKEYR}};
    for (unsigned i = 0; i < sizeof locks / sizeof locks[0]; i++) {
        if (locks[i].lock->step == 1 && locks[i].offset != offset)
            return locks[i].lock;
    }
    return NULL;
}

static void shut_program_lock(struct sim_nvm *n)
{
    sim_key_lock_close(&n->prg_lock);
    n->pecr &= ~(PECR_WITH_PRG | NVM_PECR_PARALLEL);
}

static void shut_all_locks(struct sim_nvm *n)
{
    shut_program_lock(n);
    sim_key_lock_close(&n->opt_lock);
    sim_key_lock_close(&n->pe_lock);
    n->pecr &= ~PECR_WITH_PE;
}

static enum sim_bus_status write_keys(struct sim_nvm *n, uint32_t offset, uint32_t key)
{
    static const struct sim_key_rule pd = {{0x04152637u, 0xfafbfcfdu}, true};
    static const struct sim_key_rule pe = {{0x89abcdefu, 0x02030405u}, true};
    static const struct sim_key_rule prg = {{0x8c9daebfu, 0x13141516u}, true};
    static const struct sim_key_rule opt = {{0xfbead9c8u, 0x24252627u}, true};
    enum sim_bus_status status;
    switch (offset) {
    case FLASH_PDKEYR:
        return write_key(n, &n->pd_lock, &pd, key);
    case FLASH_PEKEYR:
        status = write_key(n, &n->pe_lock, &pe, key);
        if (status != SIM_BUS_OK)
            shut_all_locks(n);
        return status;
    case FLASH_PRGKEYR:
        status = write_inner_key(n, &n->prg_lock, &prg, key);
        if (status != SIM_BUS_OK)
            shut_program_lock(n);
        return status;
    default:
        return write_inner_key(n, &n->opt_lock, &opt, key);
    }
}

// ---- FLASH_PECR (3.7.2) -------------------------------------------------------------------------

static void launch(struct sim_nvm *n)
{
    if (n->opt_lock.locked)
        sim_chip_violation(n->part->chip, "nvm: OBL_LAUNCH while OPTLOCK is 1");
    else
        sim_reset_request(n->part->chip, SIM_CAUSE_OPTIONS);
}

static uint32_t open_bits(const struct sim_nvm *n)
{
    uint32_t bits = PECR_WITH_PE & ~(sim_nvm_config_of(n)->is_l1 ? NVM_PECR_NZ_OFF : 0);
    if (!n->prg_lock.locked)
        bits |= PECR_WITH_PRG | (sim_nvm_has_two_banks(n) ? NVM_PECR_PARALLEL : 0);
    return bits;
}

static void set_pecr(struct sim_nvm *n, uint32_t value)
{
    uint32_t wanted = value & (PECR_WITH_PE | PECR_WITH_PRG);
    if (wanted & ~open_bits(n) && !(value & PECR_PRGLOCK))
        sim_chip_violation(n->part->chip, "nvm: PROG or FPRG set while PRGLOCK is 1");
    if (n->loads)
        sim_nvm_drop_loads(n, 0, "FLASH_PECR was written");
    n->pecr = value & open_bits(n);
    if (value & PECR_OPTLOCK)
        sim_key_lock_close(&n->opt_lock);
    if (value & PECR_PRGLOCK)
        shut_program_lock(n);
    if (value & PECR_PELOCK)
        shut_all_locks(n);
}

static void write_pecr(struct sim_nvm *n, uint32_t value)
{
    if (n->pe_lock.locked) {
        if (!(value & PECR_PELOCK))
            sim_chip_violation(n->part->chip, "nvm: FLASH_PECR written (0x%08x) while PELOCK is 1",
                               value);
        return;
    }
    if (value & PECR_LAUNCH) {
        launch(n);
        return;
    }
    set_pecr(n, value);
    update_irq(n);
}

static uint32_t read_pecr(const struct sim_nvm *n)
{
    return n->pecr | (n->pe_lock.locked ? PECR_PELOCK : 0) |
           (n->prg_lock.locked ? PECR_PRGLOCK : 0) | (n->opt_lock.locked ? PECR_OPTLOCK : 0);
}

// ---- registers ----------------------------------------------------------------------------------

static void write_acr(struct sim_nvm *n, uint32_t value)
{
    bool is_l1 = sim_nvm_config_of(n)->is_l1;
    uint32_t kept = (is_l1 ? ACR_KEPT_L1 : ACR_KEPT) | (n->pd_lock.locked ? 0 : ACR_RUN_PD);
    if (is_l1 && !(n->acr & ACR_ACC64) && value & (ACR_LATENCY | ACR_PRFTEN)) { // RM0038, 3.9.1
        sim_chip_violation(n->part->chip, "nvm: LATENCY or PRFTEN set while ACC64 is 0");
        value &= ~(ACR_LATENCY | ACR_PRFTEN);
    }
    n->acr = (n->acr & ~kept) | (value & kept);
    if (!(n->acr & ACR_RUN_PD)) // the keys are needed again (3.7.3)
        sim_key_lock_close(&n->pd_lock);
    sim_part_tell(n->part, SIM_FLASH_LATENCY, 0, n->acr & ACR_LATENCY);
}

static uint32_t read_sr(const struct sim_nvm *n)
{
    uint32_t ready = n->acr & ACR_RUN_PD ? 0 : SR_READY;
    return n->sr | ready | (sim_nvm_is_busy(n) ? NVM_SR_BSY : SR_ENDHV);
}

static bool takes_size(const struct sim_nvm *n, unsigned size)
{
    if (size != 4)
        sim_chip_violation(n->part->chip,
                           "nvm: an access of %u bytes to a register; they take "
                           "words",
                           size);
    return size == 4;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_nvm *n = self;
    if (!takes_size(n, size))
        return SIM_BUS_FAULT;
    switch (offset) {
    case FLASH_ACR:
        *value = n->acr;
        break;
    case FLASH_PECR:
        *value = read_pecr(n);
        break;
    case FLASH_SR:
        *value = read_sr(n);
        break;
    case FLASH_OPTR:
        *value = n->optr;
        break;
    case FLASH_WRPROT1:
        *value = n->wrprot[0];
        break;
    default: // keys can only be written
        *value = offset >= FLASH_WRPROT2 && offset <= FLASH_WRPROT4
                     ? n->wrprot[1 + (offset - FLASH_WRPROT2) / 4]
                     : 0;
        break;
    }
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_nvm *n = self;
    if (!takes_size(n, size))
        return SIM_BUS_FAULT;
    struct sim_key_lock *interrupted = interrupted_lock(n, offset);
    if (interrupted) {
        interrupted->locked = interrupted->refused = true;
        interrupted->step = 0;
        sim_chip_violation(n->part->chip, "nvm: register 0x%02x written between two keys", offset);
        return SIM_BUS_FAULT;
    }
    switch (offset) {
    case FLASH_ACR:
        write_acr(n, value);
        break;
    case FLASH_PECR: // waits for the end of a job, as OpenOCD's mass erase needs it in the field
        if (sim_nvm_is_busy(n))
            return sim_nvm_stall(n);
        write_pecr(n, value);
        break;
    case FLASH_PDKEYR:
    case FLASH_PEKEYR:
    case FLASH_PRGKEYR:
    case FLASH_OPTKEYR:
        return write_keys(n, offset, value);
    case FLASH_SR:
        n->sr &= ~(value & (SR_ERRORS | NVM_SR_EOP));
        update_irq(n);
        break;
    default:
        break;
    }
    return SIM_BUS_OK;
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_nvm *n = self;
    (void)kind;
    n->acr = n->pecr = n->sr = 0; // cells and option words do not mind
    n->loads = 0;
    sim_key_lock_reset(&n->pd_lock);
    sim_key_lock_reset(&n->pe_lock);
    sim_key_lock_reset(&n->prg_lock);
    sim_key_lock_reset(&n->opt_lock);
    update_irq(n);
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_nvm *n = state;
    n->part = part;
    n->flash = sim_chip_memory(part->chip, SIM_MEMORY_FLASH);
    n->eeprom = sim_chip_memory(part->chip, SIM_MEMORY_EEPROM);
    n->options = sim_chip_memory(part->chip, SIM_MEMORY_OPTIONS);
    n->system = sim_chip_memory(part->chip, SIM_MEMORY_SYSTEM);
    n->factory = sim_chip_memory(part->chip, SIM_MEMORY_FACTORY);
    sim_nvm_create_jobs(n);
    sim_nvm_create_cells(n);
    sim_nvm_create_options(n);
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_FLASH_LATENCY, 1, level_latency},
    {SIM_FLASH_BUSY, 1, sim_nvm_level_busy},
    {SIM_FLASH_CLOSED, SIM_MEMORY_KINDS, sim_nvm_level_closed},
    {SIM_FLASH_EMPTY, 1, sim_nvm_level_empty},
    {SIM_FLASH_BOOTS_BANK2, 1, sim_nvm_level_boots_bank2},
    {SIM_RDP_LEVEL, 1, sim_nvm_level_rdp},
    {SIM_OPTION, SIM_OPTIONS, sim_nvm_level_option},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_FLASH_CUT, sim_nvm_hear_cut},
    {SIM_OPTIONS_RELOAD, sim_nvm_hear_reload},
    {SIM_OPTIONS_RDP, sim_nvm_hear_rdp},
    {0, NULL},
};

const struct sim_part_kind sim_part_nvm = {
    .name = "nvm",
    .state_size = sizeof(struct sim_nvm),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
