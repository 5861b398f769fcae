// SPDX-License-Identifier: MIT
// The flash controller of STM32F2, F4 and F7: its registers and locks (RM0090, 3.5 and 3.9 for both
// groups of the F4; RM0033, RM0368, RM0383, RM0386, RM0390, RM0401, RM0402 and RM0430 have the
// same with fewer or more sectors; RM0385, RM0410 and RM0431, 3, for the F7, where bit 7 of
// FLASH_SR is called ERSERR).
#include "sim/parts/flash_sectors.h"

enum {
    FLASH_ACR = 0x00,
    FLASH_KEYR = 0x04,
    FLASH_OPTKEYR = 0x08,
    FLASH_SR = 0x0c,
    FLASH_CR = 0x10,
    FLASH_OPTCR = 0x14,
    FLASH_OPTCR1 = 0x18,
    FLASH_OPTCR2 = 0x1c,
};

#define ACR_PRFTEN (1u << 8)
#define ACR_DCEN   (1u << 10)
#define ACR_ICRST  (1u << 11)
#define ACR_DCRST  (1u << 12)
#define ACR_CACHES (ACR_PRFTEN | SECTORS_ACR_ICEN | ACR_DCEN | ACR_ICRST | ACR_DCRST)
#define ACR_ART    (ACR_PRFTEN | SECTORS_ACR_ICEN | ACR_ICRST) // PRFTEN, ARTEN, ARTRST of an STM32F7
#define SR_PGAERR  (1u << 5)
#define SR_ERRORS                                                                                  \
    (SECTORS_SR_OPERR | SECTORS_SR_WRPERR | SR_PGAERR | SECTORS_SR_PGPERR | SECTORS_SR_PGSERR |    \
     SECTORS_SR_RDERR)
#define CR_PSIZE    8 // shift
#define CR_EOPIE    (1u << 24)
#define CR_ERRIE    (1u << 25)
#define CR_RDERRIE  (1u << 26) // of an STM32F7
#define CR_LOCK     (1u << 31)
#define OPTCR_LOCK  (1u << 0)
#define OPTCR_START (1u << 1)

static void update_irq(struct sim_flash_sectors *f)
{
    bool active = (f->cr & CR_EOPIE && f->sr & SECTORS_SR_EOP) ||
                  (f->cr & CR_ERRIE && f->sr & SECTORS_SR_OPERR) ||
                  (f->cr & CR_RDERRIE && f->sr & SECTORS_SR_RDERR);
    sim_part_irq(f->part, 0, active);
}

// EOP and OPERR are there only for those who want their interrupts (3.9.4).
void sim_sectors_flag(struct sim_flash_sectors *f, uint32_t sr_bits)
{
    if (!(f->cr & CR_EOPIE))
        sr_bits &= ~SECTORS_SR_EOP;
    f->sr |= sr_bits;
    update_irq(f);
}

void sim_sectors_fail(struct sim_flash_sectors *f, uint32_t sr_bits)
{
    sim_sectors_flag(f, sr_bits | (f->cr & CR_ERRIE ? SECTORS_SR_OPERR : 0));
}

unsigned sim_sectors_psize(const struct sim_flash_sectors *f)
{
    return f->cr >> CR_PSIZE & 3;
}

// ---- FLASH_CR and the options -------------------------------------------------------------------

static uint32_t cr_kept(const struct sim_flash_sectors *f)
{
    uint32_t kept = SECTORS_CR_PG | SECTORS_CR_SER | SECTORS_CR_MER | 3u << CR_PSIZE | CR_EOPIE |
                    CR_ERRIE | f->config->snb_mask | (f->config->option_mask[2] ? CR_RDERRIE : 0);
    return kept | (f->config->has_second_bank ? SECTORS_CR_MER1 : 0);
}

static enum sim_bus_status write_cr(struct sim_flash_sectors *f, uint32_t value)
{
    if (sim_sectors_is_busy(f)) // 3.6.1
        return sim_sectors_stall(f);
    if (f->lock.locked) {
        if (!(value & CR_LOCK))
            sim_chip_violation(f->part->chip, "flash: FLASH_CR written (0x%08x) while locked",
                               value);
        return SIM_BUS_OK;
    }
    f->cr = value & cr_kept(f);
    if (value & CR_LOCK)
        sim_key_lock_close(&f->lock);
    else if (value & SECTORS_CR_STRT)
        sim_sectors_start_erase(f);
    update_irq(f);
    return SIM_BUS_OK;
}

static uint32_t read_cr(const struct sim_flash_sectors *f)
{
    return f->cr | (f->job == SIM_SECTORS_ERASE ? SECTORS_CR_STRT : 0) |
           (f->lock.locked ? CR_LOCK : 0);
}

// Bits that a sector's number or a feature does not stand for keep what was loaded.
static void put_option(struct sim_flash_sectors *f, unsigned n, uint32_t value)
{
    uint32_t mask = f->config->option_mask[n];
    f->optcr[n] = (f->optcr[n] & ~mask) | (value & mask);
}

static enum sim_bus_status write_optcr(struct sim_flash_sectors *f, unsigned n, uint32_t value)
{
    if (sim_sectors_is_busy(f))
        return sim_sectors_stall(f);
    if (f->option_lock.locked) {
        static const char *const names[SECTORS_OPTCRS] = {"FLASH_OPTCR", "FLASH_OPTCR1",
                                                          "FLASH_OPTCR2"};
        if (n || !(value & OPTCR_LOCK))
            sim_chip_violation(f->part->chip, "flash: %s written (0x%08x) while locked", names[n],
                               value);
        return SIM_BUS_OK;
    }
    put_option(f, n, value);
    if (n == 0 && value & OPTCR_LOCK)
        sim_key_lock_close(&f->option_lock);
    else if (n == 0 && value & OPTCR_START)
        sim_sectors_start_options(f);
    return SIM_BUS_OK;
}

static uint32_t read_optcr(const struct sim_flash_sectors *f)
{
    bool starts = f->job == SIM_SECTORS_OPTIONS || f->job == SIM_SECTORS_UNPROTECT;
    return f->optcr[0] | (starts ? OPTCR_START : 0) | (f->option_lock.locked ? OPTCR_LOCK : 0);
}

// ---- keys ---------------------------------------------------------------------------------------

// Any wrong sequence is a bus error and locks until the next reset (3.6.1); the right keys once
// more are a wrong sequence, too.
static enum sim_bus_status write_key(struct sim_flash_sectors *f, struct sim_key_lock *lock,
                                     const struct sim_key_rule *rule, uint32_t key)
{
    return sim_key_lock_take(lock, rule, key, f->part, "flash");
}

// ---- the bus ------------------------------------------------------------------------------------

static void write_acr(struct sim_flash_sectors *f, uint32_t value)
{
    if ((value & ACR_ICRST && f->acr & value & SECTORS_ACR_ICEN) ||
        (value & ACR_DCRST && f->acr & value & ACR_DCEN))
        sim_chip_violation(f->part->chip, "flash: a cache is reset while it is on (3.9.1)");
    f->acr = value & (f->config->latency_mask | (f->config->is_f7 ? ACR_ART : ACR_CACHES));
    if (f->acr & ACR_ICRST)
        sim_sectors_forget_cache(f);
    sim_part_tell(f->part, SIM_FLASH_LATENCY, 0, f->acr & f->config->latency_mask);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_flash_sectors *f = self;
    (void)size;
    switch (offset) {
    case FLASH_ACR:
        *value = f->acr;
        break;
    case FLASH_SR:
        *value = f->sr | (sim_sectors_is_busy(f) ? SECTORS_SR_BSY : 0);
        break;
    case FLASH_CR:
        *value = read_cr(f);
        break;
    case FLASH_OPTCR:
        *value = read_optcr(f);
        break;
    case FLASH_OPTCR1:
    case FLASH_OPTCR2:
        *value = f->optcr[(offset - FLASH_OPTCR) / 4];
        break;
    default: // keys can only be written
        *value = 0;
        break;
    }
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    static const struct sim_key_rule keys = {.keys = {0x45670123u, 0xcdef89abu},
                                             .faults_when_open = true};
    static const struct sim_key_rule option_keys = {.keys = {0x08192a3bu, 0x4c5d6e7fu},
                                                    .faults_when_open = true};
    struct sim_flash_sectors *f = self;
    (void)size;
    switch (offset) {
    case FLASH_ACR:
        write_acr(f, value);
        break;
    case FLASH_KEYR:
        return write_key(f, &f->lock, &keys, value);
    case FLASH_OPTKEYR:
        return write_key(f, &f->option_lock, &option_keys, value);
    case FLASH_SR:
        f->sr &= ~(value & (SR_ERRORS | SECTORS_SR_EOP));
        update_irq(f);
        break;
    case FLASH_CR:
        return write_cr(f, value);
    case FLASH_OPTCR:
        return write_optcr(f, 0, value);
    case FLASH_OPTCR1:
    case FLASH_OPTCR2: {
        unsigned n = (offset - FLASH_OPTCR) / 4;
        return f->config->option_mask[n] ? write_optcr(f, n, value) : SIM_BUS_OK;
    }
    default:
        break;
    }
    return SIM_BUS_OK;
}

// What was written to the option registers and not programmed is lost with a reset: they are loaded
// anew (3.9.6).
static void reset(void *self, enum sim_reset kind)
{
    struct sim_flash_sectors *f = self;
    (void)kind;
    f->acr = f->cr = f->sr = 0;
    f->cache_lines = 0; // a program begins with a cache that is empty
    f->cache_is_stale = false;
    sim_key_lock_reset(&f->lock);
    sim_key_lock_reset(&f->option_lock);
    update_irq(f);
}

static uint64_t level_latency(void *self, unsigned line)
{
    const struct sim_flash_sectors *f = self;
    (void)line;
    return f->acr & f->config->latency_mask;
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_flash_sectors *f = state;
    f->part = part;
    f->config = part->config;
    f->flash = sim_chip_memory(part->chip, SIM_MEMORY_FLASH);
    f->options = sim_chip_memory(part->chip, SIM_MEMORY_OPTIONS);
    f->otp = sim_chip_memory(part->chip, SIM_MEMORY_OTP);
    sim_sectors_create_cells(f);
    sim_sectors_create_options(f);
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_FLASH_LATENCY, 1, level_latency},
    {SIM_FLASH_BUSY, 1, sim_sectors_level_busy},
    {SIM_FLASH_CLOSED, 1, sim_sectors_level_closed},
    {SIM_FLASH_BOOTS_BANK2, 1, sim_sectors_level_boots_bank2},
    {SIM_BOOT_ADDRESS, 2, sim_sectors_level_boot_address},
    {SIM_RDP_LEVEL, 1, sim_sectors_level_rdp},
    {SIM_OPTION, SIM_OPTIONS, sim_sectors_level_option},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_FLASH_CUT, sim_sectors_hear_cut},
    {SIM_OPTIONS_RELOAD, sim_sectors_hear_reload},
    {SIM_OPTIONS_RDP, sim_sectors_hear_rdp},
    {0, NULL},
};

const struct sim_part_kind sim_part_flash_sectors = {
    .name = "flash_sectors",
    .state_size = sizeof(struct sim_flash_sectors),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
