// SPDX-License-Identifier: MIT
// The flash controller of the STM32H7: its registers and locks (4.9). Each bank has registers of
// its own, 0x100 apart, and those that both share answer in both places, as OpenOCD and ST's
// utilities use them. With exchanged banks the registers go with the addresses: what people see who
// erase "the other bank" then, and what Zephyr's driver does.
#include "sim/parts/flash_words.h"

enum {
    FLASH_ACR = 0x00,
    FLASH_KEYR = 0x04,
    FLASH_OPTKEYR = 0x08,
    FLASH_CR = 0x0c,
    FLASH_SR = 0x10,
    FLASH_CCR = 0x14,
    FLASH_OPTCR = 0x18,
    FLASH_OPTSR_CUR = 0x1c,
    FLASH_OPTCCR = 0x24,
    FLASH_CRCCR = 0x50,
    FLASH_CRCSADD = 0x54,
    FLASH_CRCEADD = 0x58,
    FLASH_CRCDATA = 0x5c,
    FLASH_ECC_FA = 0x60,
};

#define SR_FLAGS                                                                                   \
    (WORDS_SR_EOP | WORDS_SR_WRPERR | WORDS_SR_PGSERR | WORDS_SR_STRBERR | WORDS_SR_INCERR |       \
     WORDS_SR_OPERR | WORDS_SR_RDPERR | WORDS_SR_RDSERR | WORDS_SR_SNECCERR | WORDS_SR_DBECCERR |  \
     WORDS_SR_CRCEND | WORDS_SR_CRCRDERR)
#define SR_ECC     (WORDS_SR_SNECCERR | WORDS_SR_DBECCERR)
#define CR_ENABLES SR_FLAGS // the interrupts' enable bits are where the flags are
#define CRC_ADDR   0x000ffffcu

// ---- time ---------------------------------------------------------------------------------------

const struct sim_flash_words_time *sim_words_time(const struct sim_flash_words *f)
{
    return &f->config->time[sim_part_level(f->part, SIM_FLASH_TIME, 0)];
}

unsigned sim_words_speed(const struct sim_words_bank *b)
{
    uint32_t mask = b->f->config->psize_mask;
    return mask ? (b->cr & mask) / (mask & -mask) : SIM_WORDS_SPEEDS - 1;
}

// ---- flags --------------------------------------------------------------------------------------

void sim_words_update_irq(struct sim_flash_words *f)
{
    bool active = f->change_failed && f->optcr & WORDS_OPTCR_ERRIE;
    for (unsigned n = 0; n < 2; n++)
        active |= (f->bank[n].cr & f->bank[n].sr & CR_ENABLES) != 0;
    sim_part_irq(f->part, 0, active);
}

void sim_words_flag(struct sim_words_bank *b, uint32_t sr_bits)
{
    b->sr |= sr_bits;
    sim_words_update_irq(b->f);
}

static uint32_t read_sr(const struct sim_words_bank *b)
{
    bool queue = sim_words_is_busy(b) || b->f->changes;
    return b->sr | (queue ? WORDS_SR_BSY | WORDS_SR_QW : 0) | (b->strobes ? WORDS_SR_WBNE : 0) |
           (b->crc_busy ? WORDS_SR_CRC_BUSY : 0);
}

// The address of an error goes with the last of its flags (SVD of the STM32H7B0).
static void write_ccr(struct sim_words_bank *b, uint32_t value)
{
    b->sr &= ~(value & SR_FLAGS);
    if (!(b->sr & SR_ECC))
        b->ecc_addr = 0;
    sim_words_update_irq(b->f);
}

// ---- FLASH_CR -----------------------------------------------------------------------------------

static uint32_t cr_kept(const struct sim_flash_words *f)
{
    return WORDS_CR_PG | WORDS_CR_SER | WORDS_CR_BER | WORDS_CR_CRC_EN | CR_ENABLES |
           f->config->psize_mask | f->config->sector_mask;
}

// LOCK shuts all of it at once: the other bits of such a write do nothing.
static enum sim_bus_status write_cr(struct sim_words_bank *b, uint32_t value)
{
    struct sim_flash_words *f = b->f;
    if (b->lock.locked) {
        if (!(value & WORDS_CR_LOCK))
            sim_chip_violation(f->part->chip, "flash: FLASH_CR%u written (0x%08x) while locked",
                               b->number + 1, value);
        return SIM_BUS_OK;
    }
    if (value & f->config->start && sim_words_is_full(b)) // before anything of it counts
        return sim_words_stall(b);
    b->cr = value & cr_kept(f);
    if (!(b->cr & WORDS_CR_PG)) // what has not gone to the queue is lost
        sim_words_empty_buffer(b);
    if (!(b->cr & WORDS_CR_CRC_EN))
        sim_words_reset_crc(b);
    enum sim_bus_status status = SIM_BUS_OK;
    if (value & WORDS_CR_LOCK)
        sim_key_lock_close(&b->lock);
    else if (value & f->config->start)
        status = sim_words_start(b);
    else if (value & f->config->fw)
        status = sim_words_force(b);
    sim_words_update_irq(f);
    return status;
}

static uint32_t read_cr(const struct sim_words_bank *b)
{
    return b->cr | (b->lock.locked ? WORDS_CR_LOCK : 0);
}

// ---- FLASH_OPTCR --------------------------------------------------------------------------------

static enum sim_bus_status write_optcr(struct sim_flash_words *f, uint32_t value)
{
    if (f->option_lock.locked) {
        if (!(value & WORDS_OPTCR_LOCK))
            sim_chip_violation(f->part->chip, "flash: FLASH_OPTCR written (0x%08x) while locked",
                               value);
        return SIM_BUS_OK;
    }
    uint32_t kept = WORDS_OPTCR_ERRIE | (f->otp ? WORDS_OPTCR_PG_OTP : 0);
    f->optcr = value & kept;
    enum sim_bus_status status = SIM_BUS_OK;
    if (value & WORDS_OPTCR_LOCK)
        sim_key_lock_close(&f->option_lock);
    else if (value & WORDS_OPTCR_START)
        status = sim_words_start_options(f);
    else if (value & WORDS_OPTCR_MER)
        status = sim_words_mass_erase(f);
    sim_words_update_irq(f);
    return status;
}

static enum sim_bus_status write_option(struct sim_flash_words *f, unsigned word, uint32_t value)
{
    if (f->option_lock.locked)
        sim_chip_violation(f->part->chip, "flash: option word %u written (0x%08x) while locked",
                           word, value);
    else
        f->written[word] = (f->written[word] & ~f->config->option[word].mask) |
                           (value & f->config->option[word].mask);
    return SIM_BUS_OK;
}

// ---- the bus ------------------------------------------------------------------------------------

static bool has_bank(const struct sim_flash_words *f, unsigned n)
{
    return n == 0 || (n == 1 && f->config->has_second_bank);
}

// The registers of a bank are where its addresses are. NULL: there is no such bank.
static struct sim_words_bank *bank_at(struct sim_flash_words *f, uint32_t offset)
{
    unsigned n = offset / SIM_WORDS_BANK_REGS;
    return has_bank(f, n) ? &f->bank[n ^ f->swapped] : NULL;
}

static uint32_t read_option(const struct sim_flash_words *f, uint32_t reg)
{
    bool to_write;
    int word = sim_words_option_at(f, reg, &to_write);
    if (word < 0)
        return 0;
    uint32_t value = to_write ? f->written[word] : f->current[word];
    if (reg == FLASH_OPTSR_CUR)
        value |= (f->changes ? WORDS_OPTSR_BUSY : 0) | (f->change_failed ? WORDS_OPTSR_FAILED : 0);
    return value;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_flash_words *f = self;
    const struct sim_words_bank *b = bank_at(f, offset);
    uint32_t reg = offset % SIM_WORDS_BANK_REGS;
    (void)size;
    *value = 0;
    if (!b)
        return SIM_BUS_OK;
    if (reg == FLASH_ACR)
        *value = f->acr;
    else if (reg == FLASH_CR)
        *value = read_cr(b);
    else if (reg == FLASH_SR)
        *value = read_sr(b);
    else if (reg == FLASH_OPTCR)
        *value = f->optcr | (f->option_lock.locked ? WORDS_OPTCR_LOCK : 0) |
                 (f->changes ? WORDS_OPTCR_START : 0) | (f->swapped ? WORDS_OPTCR_SWAPPED : 0);
    else if (reg == FLASH_CRCCR)
        *value = b->crc_cr;
    else if (reg == FLASH_CRCSADD)
        *value = b->crc_start;
    else if (reg == FLASH_CRCEADD)
        *value = b->crc_end;
    else if (reg == FLASH_CRCDATA)
        *value = f->crc_data;
    else if (reg == FLASH_ECC_FA)
        *value = b->ecc_addr;
    else
        *value = read_option(f, offset);
    return SIM_BUS_OK;
}

static enum sim_bus_status write_key(struct sim_flash_words *f, struct sim_key_lock *lock,
                                     bool of_options, uint32_t key)
{
    static const struct sim_key_rule rules[] = {
        {.keys = {0x45670123u, 0xcdef89abu}, .faults_when_open = true},
        {.keys = {0x08192a3bu, 0x4c5d6e7fu}, .faults_when_open = true},
    };
    return sim_key_lock_take(lock, &rules[of_options], key, f->part, "flash");
}

static void write_acr(struct sim_flash_words *f, uint32_t value)
{
    f->acr = value & f->config->acr_mask;
    sim_part_tell(f->part, SIM_FLASH_LATENCY, 0, f->acr & 15);
}

static enum sim_bus_status write_plain(struct sim_words_bank *b, uint32_t offset, uint32_t value)
{
    struct sim_flash_words *f = b->f;
    uint32_t reg = offset % SIM_WORDS_BANK_REGS;
    bool to_write, crc_is_on = b->cr & WORDS_CR_CRC_EN;
    int word = sim_words_option_at(f, offset, &to_write);
    if (word >= 0)
        return to_write ? write_option(f, (unsigned)word, value) : SIM_BUS_OK;
    if (reg == FLASH_CRCCR && crc_is_on)
        sim_words_write_crc(b, value);
    else if (reg == FLASH_CRCSADD && crc_is_on)
        b->crc_start = value & CRC_ADDR;
    else if (reg == FLASH_CRCEADD && crc_is_on)
        b->crc_end = value & CRC_ADDR;
    return SIM_BUS_OK;
}

// While options are changed, writes to any register wait (SVD of the STM32H7B0, START_CRC).
static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_flash_words *f = self;
    struct sim_words_bank *b = bank_at(f, offset);
    (void)size;
    if (!b)
        return SIM_BUS_OK;
    if (f->changes)
        return sim_chip_stall(f->part->chip, f->changed_ns);
    switch (offset % SIM_WORDS_BANK_REGS) {
    case FLASH_ACR:
        write_acr(f, value);
        break;
    case FLASH_KEYR:
        return write_key(f, &b->lock, false, value);
    case FLASH_OPTKEYR:
        return write_key(f, &f->option_lock, true, value);
    case FLASH_CR:
        return write_cr(b, value);
    case FLASH_CCR:
        write_ccr(b, value);
        break;
    case FLASH_OPTCR:
        return write_optcr(f, value);
    case FLASH_OPTCCR:
        if (value & WORDS_OPTSR_FAILED)
            f->change_failed = false;
        sim_words_update_irq(f);
        break;
    default:
        return write_plain(b, offset, value);
    }
    return SIM_BUS_OK;
}

// What was written to the option registers and not programmed is lost with a reset.
static void reset(void *self, enum sim_reset kind)
{
    struct sim_flash_words *f = self;
    (void)kind;
    f->acr = f->config->acr_reset;
    f->optcr = f->crc_data = 0;
    f->change_failed = false;
    sim_key_lock_reset(&f->option_lock);
    for (unsigned n = 0; n < 2; n++) {
        struct sim_words_bank *b = &f->bank[n];
        b->cr = b->sr = b->ecc_addr = 0;
        sim_words_empty_buffer(b);
        sim_words_reset_crc(b);
        sim_key_lock_reset(&b->lock);
    }
    for (unsigned i = 0; i < SIM_WORDS_OPTIONS; i++)
        f->written[i] = f->current[i];
    sim_words_update_irq(f);
}

static uint64_t level_latency(void *self, unsigned line)
{
    const struct sim_flash_words *f = self;
    (void)line;
    return f->acr & 15;
}

static void hear_cut(void *self, unsigned line, uint64_t by_reset)
{
    struct sim_flash_words *f = self;
    (void)line;
    for (unsigned n = 0; n < 2; n++)
        sim_words_cut_bank(&f->bank[n], by_reset);
    sim_words_cut_options(f);
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_flash_words *f = state;
    f->part = part;
    f->config = part->config;
    f->flash = sim_chip_memory(part->chip, SIM_MEMORY_FLASH);
    f->options = sim_chip_memory(part->chip, SIM_MEMORY_OPTIONS);
    f->otp = sim_chip_memory(part->chip, SIM_MEMORY_OTP);
    for (unsigned n = 0; n < 2; n++) {
        f->bank[n].f = f;
        f->bank[n].number = n;
        sim_words_create_bank(&f->bank[n]);
        sim_words_create_crc(&f->bank[n]);
    }
    sim_words_create_cells(f);
    sim_words_create_options(f);
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_FLASH_LATENCY, 1, level_latency},
    {SIM_FLASH_BUSY, 1, sim_words_level_busy},
    {SIM_FLASH_CLOSED, SIM_MEMORY_KINDS, sim_words_level_closed},
    {SIM_RDP_LEVEL, 1, sim_words_level_rdp},
    {SIM_OPTION, SIM_OPTIONS, sim_words_level_option},
    {SIM_BANKS_SWAPPED, 1, sim_words_level_swapped},
    {SIM_BOOT_ADDRESS, SIM_BOOT_ADDRESSES, sim_words_level_boot},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_FLASH_CUT, hear_cut},
    {SIM_OPTIONS_RELOAD, sim_words_hear_reload},
    {SIM_OPTIONS_RDP, sim_words_hear_rdp},
    {0, NULL},
};

const struct sim_part_kind sim_part_flash_words = {
    .name = "flash_words",
    .state_size = sizeof(struct sim_flash_words),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
