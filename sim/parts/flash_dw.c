// SPDX-License-Identifier: MIT
// The flash controller for double words of STM32G0, C0, U0, L4, G4, WB and WL: its registers and
// locks (RM0490, 4.3.4 and 4.7; RM0444, RM0503, RM0351, RM0394, RM0432, RM0440, RM0434 and RM0453
// have the same but for what is in the config).
#include "sim/parts/flash_dw.h"

enum {
    FLASH_ACR = 0x00,
    FLASH_KEYR = 0x08,
    FLASH_OPTKEYR = 0x0c,
    FLASH_SR = 0x10,
    FLASH_CR = 0x14,
    FLASH_ECCR = 0x18,
};

#define ACR_LATENCY  0xfu
#define ACR_ICEN     (1u << 9)
#define ACR_DCEN     (1u << 10)
#define ACR_ICRST    (1u << 11)
#define ACR_DCRST    (1u << 12)
#define ACR_EMPTY    (1u << 16)
#define ACR_DBG_SWEN (1u << 18)
#define ACR_KEPT     (0x7u | 1u << 8 | ACR_ICEN | ACR_ICRST) // of STM32G0
#define ACR_AT_RESET 0x600u
#define SR_PEMPTY    (1u << 17)
#define SR_FLAGS     (DW_SR_FAILED | DW_SR_EOP | DW_SR_OPERR | DW_SR_RDERR | DW_SR_OPTVERR)
#define CR_KEPT                                                                                    \
    (DW_CR_PG | DW_CR_PER | DW_CR_MER1 | DW_CR_FSTPG | DW_CR_EOPIE | DW_CR_ERRIE | DW_CR_RDERRIE)
#define ECCR_ECCIE (1u << 24)
#define ECCR_FLAGS (3u << 30) // ECCC and ECCD

static void update_irq(struct sim_flash_dw *f)
{
    bool active = (f->cr & DW_CR_EOPIE && f->sr & DW_SR_EOP) ||
                  (f->cr & DW_CR_ERRIE && f->sr & DW_SR_OPERR) ||
                  (f->cr & DW_CR_RDERRIE && f->sr & DW_SR_RDERR) ||
                  (f->eccr & ECCR_ECCIE && f->eccr & 1u << 30);
    sim_part_irq(f->part, 0, active);
}

// EOP and OPERR are there only for those who want their interrupts (4.7.4).
void sim_dw_flag(struct sim_flash_dw *f, uint32_t sr_bits)
{
    if (!(f->cr & DW_CR_EOPIE))
        sr_bits &= ~DW_SR_EOP;
    f->sr |= sr_bits;
    update_irq(f);
}

void sim_dw_fail(struct sim_flash_dw *f, uint32_t sr_bits)
{
    sim_dw_flag(f, sr_bits | (f->cr & DW_CR_ERRIE ? DW_SR_OPERR : 0));
}

// ---- FLASH_CR -----------------------------------------------------------------------------------

static void lock_again(struct sim_flash_dw *f, uint32_t value)
{
    if (value & DW_CR_LOCK)
        sim_key_lock_close(&f->lock);
    if (value & (DW_CR_LOCK | DW_CR_OPTLOCK))
        sim_key_lock_close(&f->option_lock);
}

static void start_of_options(struct sim_flash_dw *f, uint32_t value)
{
    if (f->option_lock.locked)
        sim_chip_violation(f->part->chip, "flash: %s while the options are locked",
                           value & DW_CR_OBL ? "OBL_LAUNCH" : "OPTSTRT");
    else if (value & DW_CR_OBL)
        sim_reset_request(f->part->chip, SIM_CAUSE_OPTIONS);
    else
        sim_dw_start_options(f);
}

// Only a reset opens a secured area again (4.7.5).
static void secure(struct sim_flash_dw *f, uint32_t value)
{
    const struct sim_flash_dw_config *config = f->config;
    f->secured[0] |= value & DW_CR_SEC_PROT && config->word[SIM_WORD_SECURE].mask;
    f->secured[1] |= value & DW_CR_SEC_PROT2 && config->word[SIM_WORD_SECURE2].mask;
    sim_map_update(f->part->chip);
}

static enum sim_bus_status write_unlocked_cr(struct sim_flash_dw *f, uint32_t value)
{
    uint32_t kept = CR_KEPT | f->config->page_mask | f->config->bank_mask | f->config->mass2_mask;
    enum sim_bus_status status = SIM_BUS_OK;
    secure(f, value);
    f->cr = value & kept;
    lock_again(f, value);
    if (!f->lock.locked && value & DW_CR_STRT)
        status = sim_dw_start_erase(f);
    if (!f->lock.locked && value & (DW_CR_OPTSTRT | DW_CR_OBL))
        start_of_options(f, value);
    update_irq(f);
    return status;
}

static enum sim_bus_status write_cr(struct sim_flash_dw *f, uint32_t value)
{
    if (sim_dw_is_busy(f)) // 4.3.4, note
        return sim_dw_stall(f);
    if (f->has_first) { // 4.7.5
        sim_chip_violation(f->part->chip,
                           "flash: FLASH_CR written (0x%08x) while half of a double word is still "
                           "to come",
                           value);
        if (!f->config->lacks_cfgbsy)
            return SIM_BUS_FAULT;
        f->has_first = false; // a model: nothing comes of the half
    }
    if (!f->lock.locked)
        return write_unlocked_cr(f, value);
    if (!(value & DW_CR_LOCK))
        sim_chip_violation(f->part->chip, "flash: FLASH_CR written (0x%08x) while locked", value);
    return SIM_BUS_OK;
}

static uint32_t read_cr(const struct sim_flash_dw *f)
{
    uint32_t starts = f->job == SIM_DW_ERASE ? DW_CR_STRT : 0;
    if (f->job == SIM_DW_OPTIONS || f->job == SIM_DW_UNPROTECT)
        starts = DW_CR_OPTSTRT;
    return f->cr | starts | (f->secured[0] ? DW_CR_SEC_PROT : 0) |
           (f->secured[1] ? DW_CR_SEC_PROT2 : 0) | (f->lock.locked ? DW_CR_LOCK : 0) |
           (f->option_lock.locked ? DW_CR_OPTLOCK : 0);
}

static uint32_t read_sr(const struct sim_flash_dw *f)
{
    uint32_t busy = 0;
    if (sim_dw_is_busy(f)) {
        unsigned first = sim_dw_bank_of(f, f->offset);
        unsigned last = f->length ? sim_dw_bank_of(f, f->offset + f->length - 1) : first;
        bool main = f->in == f->flash;
        busy = (!main || first == 0 ? DW_SR_BSY1 : 0) | (main && last == 1 ? DW_SR_BSY2 : 0);
        busy |= f->job == SIM_DW_OPTIONS || f->job == SIM_DW_UNPROTECT ? 0 : DW_SR_CFGBSY;
    }
    busy |= f->has_first ? DW_SR_CFGBSY : 0;
    if (f->config->lacks_cfgbsy)
        busy &= ~DW_SR_CFGBSY;
    if (f->config->has_one_busy_bit && busy & (DW_SR_BSY1 | DW_SR_BSY2))
        busy = (busy & ~DW_SR_BSY2) | DW_SR_BSY1;
    return f->sr | busy | (f->empty && f->config->empty == SIM_DW_EMPTY_IN_SR ? SR_PEMPTY : 0);
}

// ---- keys ---------------------------------------------------------------------------------------

// Any wrong sequence is a bus error and locks until the next reset (4.3.4); the right keys once
// more are a wrong sequence, too.
static enum sim_bus_status write_key(struct sim_flash_dw *f, struct sim_key_lock *lock,
                                     const struct sim_key_rule *rule, uint32_t key)
{
    return sim_key_lock_take(lock, rule, key, f->part, "flash");
}

static enum sim_bus_status write_keyr(struct sim_flash_dw *f, uint32_t key)
{
    static const struct sim_key_rule rule = {.keys = {0x45670123u, 0xcdef89abu},
                                             .faults_when_open = true};
    return write_key(f, &f->lock, &rule, key);
}

static enum sim_bus_status write_optkeyr(struct sim_flash_dw *f, uint32_t key)
{
    static const struct sim_key_rule rule = {.keys = {0x08192a3bu, 0x4c5d6e7fu},
                                             .faults_when_open = true};
    if (f->lock.locked) { // 4.7.5, OPTLOCK
        sim_chip_violation(f->part->chip, "flash: option key 0x%08x while FLASH_CR is locked", key);
        return SIM_BUS_FAULT;
    }
    return write_key(f, &f->option_lock, &rule, key);
}

// ---- the bus ------------------------------------------------------------------------------------

static uint32_t acr_at_reset(const struct sim_flash_dw *f)
{
    return f->config->acr_at_reset ? f->config->acr_at_reset : ACR_AT_RESET;
}

// Bits that do not exist keep their reset value.
static void write_acr(struct sim_flash_dw *f, uint32_t value)
{
    uint32_t kept = f->config->acr_kept ? f->config->acr_kept : ACR_KEPT;
    if (value & kept & ACR_ICRST && f->acr & ACR_ICEN)
        sim_chip_violation(f->part->chip,
                           "flash: the instruction cache is reset while it is on (4.7.1)");
    if (value & kept & ACR_DCRST && f->acr & ACR_DCEN)
        sim_chip_violation(f->part->chip, "flash: the data cache is reset while it is on");
    kept |= f->config->has_debug_switch ? ACR_DBG_SWEN : 0;
    f->acr = (value & kept) | (acr_at_reset(f) & ~kept);
    if (f->config->empty == SIM_DW_EMPTY_IN_ACR)
        f->empty = value & ACR_EMPTY;
    sim_part_tell(f->part, SIM_FLASH_LATENCY, 0, f->acr & ACR_LATENCY);
}

static uint32_t read_acr(const struct sim_flash_dw *f)
{
    return f->acr | (f->empty && f->config->empty == SIM_DW_EMPTY_IN_ACR ? ACR_EMPTY : 0);
}

// Registers of options read as they were loaded, whatever has been written since (4.4.2); of the
// user word, what does not exist is as in the value that ST delivers (RM0444, 3.7.8).
static uint32_t read_option(const struct sim_flash_dw *f, int word)
{
    bool shows_unused = word == SIM_WORD_USER || f->config->unused_are_ones;
    return f->loaded[word] | (shows_unused ? sim_dw_unused_bits(f, (unsigned)word) : 0);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_flash_dw *f = self;
    int word = sim_dw_option_word(f, offset);
    (void)size;
    switch (offset) {
    case FLASH_ACR:
        *value = read_acr(f);
        break;
    case FLASH_SR:
        *value = read_sr(f);
        break;
    case FLASH_CR:
        *value = read_cr(f);
        break;
    case FLASH_ECCR:
        *value = f->config->has_ecc_register ? f->eccr : 0;
        break;
    default: // keys can only be written
        *value = word < 0 ? 0 : read_option(f, word);
        break;
    }
    return SIM_BUS_OK;
}

static void write_option(struct sim_flash_dw *f, uint32_t offset, uint32_t value)
{
    int word = sim_dw_option_word(f, offset);
    if (word < 0)
        return;
    if (f->option_lock.locked)
        sim_chip_violation(f->part->chip,
                           "flash: option register 0x%02x written while the options are locked",
                           offset);
    else if (word >= SIM_WORD_CPU2 && sim_dw_has_cpu2_pages(f))
        sim_chip_violation(f->part->chip,
                           "flash: option register 0x%02x, which is the second core's, written",
                           offset);
    else
        f->written[word] = value & f->config->word[word].mask;
}

// Flags go with a 1; PEMPTY changes with it (RM0394, 3.7.5).
static void write_sr(struct sim_flash_dw *f, uint32_t value)
{
    f->sr &= ~(value & SR_FLAGS);
    if (f->config->empty == SIM_DW_EMPTY_IN_SR && value & SR_PEMPTY)
        f->empty = !f->empty;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_flash_dw *f = self;
    (void)size;
    switch (offset) {
    case FLASH_ACR:
        write_acr(f, value);
        break;
    case FLASH_KEYR:
        return write_keyr(f, value);
    case FLASH_OPTKEYR:
        return write_optkeyr(f, value);
    case FLASH_SR:
        write_sr(f, value);
        break;
    case FLASH_CR:
        return write_cr(f, value);
    case FLASH_ECCR:
        f->eccr = ((f->eccr & ~ECCR_ECCIE) | (value & ECCR_ECCIE)) & ~(value & ECCR_FLAGS);
        break;
    default:
        write_option(f, offset, value);
        break;
    }
    update_irq(f);
    return SIM_BUS_OK;
}

// With BOOT_LOCK and read protection, debuggers stay out until the program lets them in; but not
// where the options did not fit (4.4.2, 4.5.6).
static bool debug_starts_closed(const struct sim_flash_dw *f)
{
    return f->config->has_debug_switch && sim_dw_rdp_level(f) == 1 && !f->mismatch &&
           sim_part_level(f->part, SIM_OPTION, SIM_OPTION_BOOT_LOCK);
}

// As it always was on STM32G0, C0 and U0, whether it does something or not.
static uint32_t opens_debug(const struct sim_flash_dw *f)
{
    return f->config->acr_kept && !f->config->has_debug_switch ? 0 : ACR_DBG_SWEN;
}

// What was written to the registers of options and not programmed is lost with a reset.
static void reset(void *self, enum sim_reset kind)
{
    struct sim_flash_dw *f = self;
    (void)kind;
    f->acr = (acr_at_reset(f) & ~ACR_DBG_SWEN) | (debug_starts_closed(f) ? 0 : opens_debug(f));
    f->cr = f->eccr = 0;
    f->sr = f->mismatch || f->config->fails_options_at_reset ? DW_SR_OPTVERR : 0;
    f->has_first = false;
    for (unsigned bank = 0; bank < 2; bank++) {
        f->row_open[bank] = f->secured[bank] = false;
        f->row_last[bank] = 0;
    }
    for (unsigned i = 0; i < SIM_OPTION_WORDS; i++)
        f->written[i] = f->loaded[i];
    sim_key_lock_reset(&f->lock);
    sim_key_lock_reset(&f->option_lock);
    update_irq(f);
    sim_map_update(f->part->chip);
}

uint64_t sim_dw_level_debug_closed(void *self, unsigned line)
{
    const struct sim_flash_dw *f = self;
    (void)line;
    return f->config->has_debug_switch && !(f->acr & ACR_DBG_SWEN);
}

static uint64_t level_latency(void *self, unsigned line)
{
    const struct sim_flash_dw *f = self;
    (void)line;
    return f->acr & ACR_LATENCY;
}

static void drive_banks(struct sim_flash_dw *f)
{
    struct sim_signals *signals = f->part->signals;
    if (f->config->swapped_by_syscfg)
        sim_signal_drive(signals, SIM_FLASH_BOOTS_BANK2, 0, sim_dw_level_boots_bank2, f);
    else
        sim_signal_drive(signals, SIM_BANKS_SWAPPED, 0, sim_dw_level_swapped, f);
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_flash_dw *f = state;
    f->part = part;
    f->config = part->config;
    f->flash = sim_chip_memory(part->chip, SIM_MEMORY_FLASH);
    f->options = sim_chip_memory(part->chip, SIM_MEMORY_OPTIONS);
    f->otp = sim_chip_memory(part->chip, SIM_MEMORY_OTP);
    f->sram2 = f->config->guards_sram2 ? sim_chip_memory(part->chip, SIM_MEMORY_SRAM2) : NULL;
    f->acr = acr_at_reset(f) | opens_debug(f);
    sim_dw_create_cells(f);
    sim_dw_create_options(f);
    drive_banks(f);
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_FLASH_LATENCY, 1, level_latency},
    {SIM_FLASH_BUSY, 1, sim_dw_level_busy},
    {SIM_FLASH_CLOSED, SIM_MEMORY_KINDS, sim_dw_level_closed},
    {SIM_FLASH_EMPTY, 1, sim_dw_level_empty},
    {SIM_RDP_LEVEL, 1, sim_dw_level_rdp},
    {SIM_NRST_MODE, 1, sim_dw_level_nrst_mode},
    {SIM_DEBUG_CLOSED, 1, sim_dw_level_debug_closed},
    {SIM_OPTION, SIM_OPTIONS, sim_dw_level_option},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_FLASH_CUT, sim_dw_hear_cut},
    {SIM_OPTIONS_RELOAD, sim_dw_hear_reload},
    {SIM_OPTIONS_RDP, sim_dw_hear_rdp},
    {0, NULL},
};

const struct sim_part_kind sim_part_flash_dw = {
    .name = "flash_dw",
    .state_size = sizeof(struct sim_flash_dw),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
