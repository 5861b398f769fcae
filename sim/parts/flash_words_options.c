// SPDX-License-Identifier: MIT
// The option words of the STM32H7 (4.4): how they are loaded, and how OPTSTART changes them, with
// the rules that make it refuse (4.4.3 and OPTCHANGEERR in 4.9.8). A change counts at once; the
// exchange of the banks counts from the next reset on. The cells cannot be read: of each word the
// model has one with its complement, and a word that does not fit protects.
#include <string.h>

#include "base/bytes.h"
#include "sim/parts/flash_words.h"
#include "sim/parts/read_protection.h"

#define RDP_SHIFT  8
#define RDP_MASK   (0xffu << RDP_SHIFT)
#define RDP_LEVEL1 0x55u
#define CELL_SIZE  8u // of a word

int sim_words_option_at(const struct sim_flash_words *f, uint32_t reg, bool *to_write)
{
    // Offsets of the register that shows a word; the one that is written is behind it.
    static const uint8_t shown[] = {
        [SIM_WORDS_OPTSR] = 0x1c,  [SIM_WORDS_PRAR1] = 0x28, [SIM_WORDS_PRAR2] = 0x28,
        [SIM_WORDS_SCAR1] = 0x30,  [SIM_WORDS_SCAR2] = 0x30, [SIM_WORDS_WPSN1] = 0x38,
        [SIM_WORDS_WPSN2] = 0x38,  [SIM_WORDS_BOOT] = 0x40,  [SIM_WORDS_BOOT4] = 0x48,
        [SIM_WORDS_OPTSR2] = 0x70, [SIM_WORDS_OTPBL] = 0x68,
    };
    uint32_t in_bank = reg % SIM_WORDS_BANK_REGS, bank = (reg / SIM_WORDS_BANK_REGS) ^ f->swapped;
    for (unsigned i = 0; i < SIM_WORDS_OPTIONS; i++) {
        bool of_bank = i >= SIM_WORDS_PRAR1 && i <= SIM_WORDS_WPSN2;
        if (!f->config->option[i].mask || (in_bank != shown[i] && in_bank != shown[i] + 4u) ||
            (of_bank && (i - SIM_WORDS_PRAR1) % 2 != bank))
            continue;
        *to_write = in_bank != shown[i];
        return (int)i;
    }
    return -1;
}

// ---- cells --------------------------------------------------------------------------------------

static void put_cells(struct sim_flash_words *f, unsigned word, uint32_t value)
{
    put_le32(f->options->bytes + word * CELL_SIZE, value);
    put_le32(f->options->bytes + word * CELL_SIZE + 4, ~value);
}

static uint32_t get_cells(const struct sim_flash_words *f, unsigned word)
{
    uint32_t value = get_le32(f->options->bytes + word * CELL_SIZE);
    if (value == ~get_le32(f->options->bytes + word * CELL_SIZE + 4))
        return value;
    value = f->config->option[word].factory;
    return word == SIM_WORDS_OPTSR ? (value & ~RDP_MASK) | RDP_LEVEL1 << RDP_SHIFT : value;
}

void sim_words_hear_reload(void *self, unsigned line, uint64_t value)
{
    struct sim_flash_words *f = self;
    (void)line;
    (void)value;
    for (unsigned i = 0; i < SIM_WORDS_OPTIONS; i++)
        f->written[i] = f->current[i] = get_cells(f, i);
    f->swapped = sim_words_has_two_banks(f) && f->current[SIM_WORDS_OPTSR] & WORDS_OPTSR_SWAP;
    sim_map_update(f->part->chip);
}

void sim_words_hear_rdp(void *self, unsigned line, uint64_t level)
{
    static const uint8_t codes[] = {SIM_RDP_BYTE_LEVEL0, RDP_LEVEL1, SIM_RDP_BYTE_LEVEL2};
    struct sim_flash_words *f = self;
    (void)line;
    put_cells(f, SIM_WORDS_OPTSR,
              (get_cells(f, SIM_WORDS_OPTSR) & ~RDP_MASK) | (uint32_t)codes[level] << RDP_SHIFT);
}

// ---- the rules ----------------------------------------------------------------------------------

static uint32_t changed(const struct sim_flash_words *f, unsigned word)
{
    return f->current[word] ^ f->written[word];
}

static unsigned wanted_level(const struct sim_flash_words *f)
{
    return sim_rdp_level_of(f->written[SIM_WORDS_OPTSR] >> RDP_SHIFT & 0xff);
}

static bool falls(const struct sim_flash_words *f)
{
    return sim_words_rdp_level(f) == 1 && wanted_level(f) == 0;
}

// What is erased with the fall to level 0 has its bit set, before or now.
static bool erases_area(const struct sim_flash_words *f, unsigned word)
{
    return (f->current[word] | f->written[word]) & WORDS_AREA_ERASED;
}

// An area that is there stays as it is, and the bit that lets it be erased stays set, but on the
// way to level 0. SCAR belongs to secure software alone.
static bool breaks_area(const struct sim_flash_words *f, unsigned word)
{
    bool is_secure = word == SIM_WORDS_SCAR1 || word == SIM_WORDS_SCAR2;
    bool loses_bit = f->current[word] & ~f->written[word] & WORDS_AREA_ERASED;
    bool moves = changed(f, word) & ~WORDS_AREA_ERASED;
    if (falls(f) && erases_area(f, word))
        return false;
    return loses_bit || (moves && (is_secure || sim_words_area_exists(f->current[word])));
}

// Why OPTSTART refuses; NULL: it does not.
static const char *why_refused(const struct sim_flash_words *f)
{
    if (f->change_failed)
        return "while OPTCHANGEERR is 1";
    if (sim_words_rdp_level(f) == 2) {
        for (unsigned i = 0; i < SIM_WORDS_OPTIONS; i++) {
            if (changed(f, i) & ~(i == SIM_WORDS_OPTSR ? WORDS_OPTSR_SWAP : 0))
                return "at read protection level 2, where only SWAP_BANK_OPT can be changed";
        }
        return NULL;
    }
    if (f->current[SIM_WORDS_OPTSR] & ~f->written[SIM_WORDS_OPTSR] & WORDS_OPTSR_SECURITY &&
        !falls(f))
        return "that take SECURITY away";
    for (unsigned i = SIM_WORDS_PRAR1; i <= SIM_WORDS_SCAR2; i++) {
        if (breaks_area(f, i))
            return "of an area that is protected";
    }
    return NULL;
}

// ---- OPTSTART -----------------------------------------------------------------------------------

enum sim_bus_status sim_words_start_options(struct sim_flash_words *f)
{
    for (unsigned n = 0; n < 2; n++) {
        if (sim_words_is_busy(&f->bank[n]))
            return sim_words_stall(&f->bank[n]);
    }
    const char *why = why_refused(f);
    if (why) {
        sim_chip_violation(f->part->chip, "options: changing options %s", why);
        f->change_failed = true;
        sim_words_update_irq(f);
        return SIM_BUS_OK;
    }
    unsigned speed = sim_words_speed(&f->bank[0]);
    const struct sim_flash_words_time *time = sim_words_time(f);
    f->changes = true;
    f->erases_first = falls(f);
    f->erased_ns = f->part->clock->now_ns + (f->erases_first ? time->bank_ns[speed] : 0);
    f->changed_ns = f->erased_ns + time->sector_ns[speed];
    if (f->erases_first) {
        f->part->account->mass_erases++;
        sim_words_count_erase(f, 0, f->flash->row.size);
    }
    sim_clock_arm(f->part->clock, &f->change_done, f->changed_ns);
    sim_map_update(f->part->chip);
    return SIM_BUS_OK;
}

// On the way to level 0 an area without its bit is kept, with its words; all else goes.
static void erase_for_level0(struct sim_flash_words *f)
{
    uint32_t unit = f->config->unit;
    for (uint32_t at = 0; at < f->flash->row.size; at += unit) {
        unsigned n = at >= sim_words_bank_size(f);
        bool kept = (sim_words_is_execute_only(f, at) && !erases_area(f, SIM_WORDS_PRAR1 + n)) ||
                    (sim_words_is_secure(f, at) && !erases_area(f, SIM_WORDS_SCAR1 + n));
        if (!kept)
            sim_words_erase_cells(f, at, unit);
    }
    sim_part_tell(f->part, SIM_PROTECTION_REMOVED, 0, 0);
}

static void finish_change(void *arg)
{
    struct sim_flash_words *f = arg;
    if (f->erases_first)
        erase_for_level0(f);
    f->changes = false;
    for (unsigned i = 0; i < SIM_WORDS_OPTIONS; i++) {
        f->current[i] = f->written[i];
        put_cells(f, i, f->current[i]);
    }
    f->part->account->units_programmed++;
    sim_map_update(f->part->chip);
}

void sim_words_drop_protection(struct sim_words_bank *b)
{
    struct sim_flash_words *f = b->f;
    const unsigned words[] = {SIM_WORDS_PRAR1, SIM_WORDS_SCAR1, SIM_WORDS_WPSN1};
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        unsigned word = words[i] + b->number;
        f->current[word] = f->written[word];
        put_cells(f, word, f->current[word]);
    }
}

// An erase that was cut has left the old options; a change that was cut has left chance.
void sim_words_cut_options(struct sim_flash_words *f)
{
    if (!f->changes)
        return;
    f->changes = false;
    sim_clock_arm(f->part->clock, &f->change_done, SIM_NEVER);
    bool erasing = f->erases_first && f->part->clock->now_ns < f->erased_ns;
    if (erasing) {
        sim_words_half_erase(f, 0, f->flash->row.size);
        return;
    }
    if (f->erases_first)
        erase_for_level0(f);
    for (uint32_t i = 0; i < f->options->row.size; i++)
        f->options->bytes[i] |= (uint8_t)sim_chip_random(f->part->chip);
}

void sim_words_create_options(struct sim_flash_words *f)
{
    sim_clock_add(f->part->clock, &f->change_done, finish_change, f);
    for (unsigned i = 0; i < SIM_WORDS_OPTIONS; i++) {
        f->written[i] = f->current[i] = f->config->option[i].factory;
        put_cells(f, i, f->config->option[i].factory);
    }
}

// ---- what goes to others ------------------------------------------------------------------------

uint64_t sim_words_level_rdp(void *self, unsigned line)
{
    (void)line;
    return sim_words_rdp_level(self);
}

uint64_t sim_words_level_option(void *self, unsigned line)
{
    const struct sim_flash_words *f = self;
    uint32_t mask = f->config->option_mask[line];
    return !mask || f->current[SIM_WORDS_OPTSR] & mask;
}

uint64_t sim_words_level_swapped(void *self, unsigned line)
{
    const struct sim_flash_words *f = self;
    (void)line;
    return f->swapped;
}

// At level 2 a core boots nothing but the user flash (2.6).
uint64_t sim_words_level_boot(void *self, unsigned line)
{
    const struct sim_flash_words *f = self;
    uint32_t word = f->current[line < 2 ? SIM_WORDS_BOOT : SIM_WORDS_BOOT4];
    uint32_t addr = line % 2 ? word & 0xffff0000u : word << 16;
    bool in_flash = addr - f->flash->row.base < 2 * SIM_WORDS_BANK2;
    return sim_words_rdp_level(f) == 2 && !in_flash ? f->flash->row.base : addr;
}
