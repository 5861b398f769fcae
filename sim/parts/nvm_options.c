// SPDX-License-Identifier: MIT
// The option words of the NVM: their cells, what loading makes of them, read protection, write
// protection and PCROP (RM0367, 3.4 and 3.8). A word holds 16 bits and, above them, their
// complement, which the program has to write, too.
#include "base/bytes.h"
#include "sim/parts/nvm.h"
#include "sim/parts/read_protection.h"

// The words, by their index.
enum { WORD_RDP, WORD_USER, WORD_WRP, WRP_WORDS = 3, MOST_WRP_WORDS = 2 * SIM_NVM_WRPRS };
#define WORD_WRP4  32u // of STM32L1: two words more
#define WRP_BEFORE 6u

#define WPRMOD       (1u << 8)
#define USER_DEFAULT 0x8070u // of STM32L0, when its word does not fit: as from the factory
#define ALL_SECTORS  0xffffu

static unsigned level_of(uint32_t half)
{
    return sim_rdp_level_of(half & 0xff);
}

static bool fits_complement(uint32_t word)
{
    return ((word ^ word >> 16) & 0xffff) == 0xffff;
}

static uint32_t cell_word(const struct sim_nvm *n, unsigned index)
{
    return get_le32(n->options->bytes + 4 * index);
}

// What a word stands for, or when its complement does not fit, what is safe (3.8.2).
static uint32_t load_word(const struct sim_nvm *n, unsigned index, uint32_t safe, bool *mismatch)
{
    uint32_t word = cell_word(n, index);
    if (fits_complement(word))
        return word & 0xffff;
    *mismatch = true;
    return safe;
}

static unsigned wrp_words(const struct sim_nvm *n)
{
    unsigned words = sim_nvm_config_of(n)->wrp_words;
    return words ? words : WRP_WORDS;
}

static unsigned word_of_wrp(unsigned i)
{
    return i < WRP_BEFORE ? WORD_WRP + i : WORD_WRP4 + i - WRP_BEFORE;
}

static bool is_wrp(const struct sim_nvm *n, unsigned index)
{
    for (unsigned i = 0; i < wrp_words(n); i++) {
        if (word_of_wrp(i) == index)
            return true;
    }
    return false;
}

static void load_options(struct sim_nvm *n)
{
    bool mismatch = false;
    uint32_t safe_user = sim_nvm_config_of(n)->user_default;
    uint32_t rdp = load_word(n, WORD_RDP, WPRMOD, &mismatch), sectors[MOST_WRP_WORDS] = {0};
    uint32_t user = load_word(n, WORD_USER, safe_user ? safe_user : USER_DEFAULT, &mismatch);
    n->rdp_level = level_of(rdp);
    n->pcrop = rdp & WPRMOD;
    for (unsigned i = 0; i < wrp_words(n); i++)
        sectors[i] = load_word(n, word_of_wrp(i), n->pcrop ? 0 : ALL_SECTORS, &mismatch);
    n->optr = (rdp & 0x1ff) | user << 16;
    for (unsigned i = 0; i < SIM_NVM_WRPRS; i++)
        n->wrprot[i] = sectors[2 * i] | sectors[2 * i + 1] << 16;
    n->flash_empty = get_le32(n->flash->bytes) == 0;
    if (mismatch)
        sim_nvm_flag(n, NVM_SR_OPTVERR);
    sim_map_update(n->part->chip);
}

// Of a sector: protected when set, and with WPRMOD when clear (3.4.4).
static bool sector_bit(const struct sim_nvm *n, uint32_t offset)
{
    const struct sim_nvm_config *config = n->part->config;
    uint32_t sector = offset / config->sector_size;
    return n->wrprot[sector / 32] >> sector % 32 & 1;
}

bool sim_nvm_is_pcrop(const struct sim_nvm *n, uint32_t offset)
{
    return n->pcrop && !sector_bit(n, offset);
}

bool sim_nvm_is_write_protected(const struct sim_nvm *n, uint32_t offset)
{
    return n->pcrop ? !sector_bit(n, offset) : sector_bit(n, offset);
}

// ---- writing ------------------------------------------------------------------------------------

// PCROP can be left by a mass erase only, and its sectors do not come free before (3.4.4).
static bool frees_pcrop(const struct sim_nvm *n, unsigned index, uint32_t value)
{
    if (!n->pcrop)
        return false;
    if (index == WORD_RDP)
        return !(value & WPRMOD) && !(n->rdp_level == 1 && level_of(value) == 0);
    return is_wrp(n, index) && value & ~cell_word(n, index) & 0xffff;
}

static bool is_refused(struct sim_nvm *n, uint32_t offset, unsigned size, uint32_t value)
{
    const char *reason = NULL;
    uint32_t flag = NVM_SR_WRPERR;
    if (n->rdp_level == 2) {
        reason = "at read protection level 2";
    } else if (n->pe_lock.locked || n->opt_lock.locked) {
        reason = "while OPTLOCK is 1";
    } else if (size != 4) {
        reason = "narrower than a word";
        flag = NVM_SR_SIZERR;
    } else if (frees_pcrop(n, offset / 4, value)) {
        reason = "that would free what PCROP protects";
    }
    if (!reason)
        return false;
    sim_chip_violation(n->part->chip, "options: a write to 0x%08x %s",
                       n->options->row.base + offset, reason);
    sim_nvm_flag(n, flag);
    return true;
}

static void write_word(struct sim_nvm *n, uint32_t offset, uint32_t value)
{
    struct sim_nvm_job job = {.kind = SIM_NVM_WRITE,
                              .memory = n->options,
                              .offset = offset,
                              .words = 1,
                              .word = {n->pecr & NVM_PECR_ERASE ? 0 : value}};
    bool unprotects = offset / 4 == WORD_RDP && n->rdp_level == 1 && level_of(job.word[0]) == 0 &&
                      fits_complement(job.word[0]);
    if (!fits_complement(job.word[0]) && !(n->pecr & NVM_PECR_ERASE))
        sim_chip_violation(n->part->chip,
                           "options: 0x%08x written to 0x%08x; the upper half is not the "
                           "complement of the lower one",
                           value, n->options->row.base + offset);
    if (unprotects)
        job.kind = SIM_NVM_UNPROTECT;
    sim_nvm_begin(n, &job, 1);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_nvm *n = self;
    if (sim_nvm_bank_is_busy(n, 0))
        return sim_nvm_stall(n);
    if (n->loads)
        sim_nvm_drop_loads(n, NVM_SR_FWWERR, "the option words were read");
    *value = get_le_sized(n->options->bytes + offset, size);
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_nvm *n = self;
    if (sim_nvm_is_busy(n))
        return sim_nvm_stall(n);
    if (n->loads)
        sim_nvm_drop_loads(n, NVM_SR_PGAERR, "the option words were written");
    if (!is_refused(n, offset, size, value))
        write_word(n, offset, value);
    return SIM_BUS_OK;
}

static const struct sim_device options_device = {NULL, read, write};

void sim_nvm_create_options(struct sim_nvm *n)
{
    const struct sim_memory_row *row = &n->options->row;
    sim_chip_map(n->part->chip, "option words", row->base, row->size, &options_device, n);
}

// ---- signals ------------------------------------------------------------------------------------

void sim_nvm_hear_reload(void *self, unsigned line, uint64_t value)
{
    (void)line;
    (void)value;
    load_options(self);
}

void sim_nvm_hear_rdp(void *self, unsigned line, uint64_t level)
{
    static const uint32_t codes[] = {SIM_RDP_BYTE_LEVEL0, 0x00, SIM_RDP_BYTE_LEVEL2};
    const struct sim_nvm *n = self;
    uint32_t half = (cell_word(n, WORD_RDP) & 0xff00u) | codes[level];
    (void)line;
    put_le32(n->options->bytes, half | (~half & 0xffff) << 16);
}

uint64_t sim_nvm_level_empty(void *self, unsigned line)
{
    const struct sim_nvm *n = self;
    (void)line;
    return n->flash_empty;
}

uint64_t sim_nvm_level_rdp(void *self, unsigned line)
{
    const struct sim_nvm *n = self;
    (void)line;
    return n->rdp_level;
}

// Nothing switches the supervisor off.
uint64_t sim_nvm_level_option(void *self, unsigned line)
{
    const struct sim_nvm *n = self;
    const struct sim_nvm_config *config = n->part->config;
    return line == SIM_OPTION_VDDA_MONITOR || n->optr >> 16 & config->user_mask[line];
}

// BFB2: the boot loader's ROM looks at the first word of bank 2 and starts what is there if that
// can be a stack pointer (RM0376, 2.4). Here the ROM's decision is the chip's: a model.
uint64_t sim_nvm_level_boots_bank2(void *self, unsigned line)
{
    const struct sim_nvm *n = self;
    const struct sim_memory *sram = sim_chip_memory(n->part->chip, SIM_MEMORY_SRAM);
    uint32_t sp = get_le32(n->flash->bytes + sim_nvm_second_bank(n, n->flash));
    (void)line;
    return sim_nvm_has_two_banks(n) && sim_nvm_level_option(self, SIM_OPTION_BFB2) &&
           sp - sram->row.base <= sram->row.size;
}
