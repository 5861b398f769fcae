// SPDX-License-Identifier: MIT
// Options of the flash controller for double words: words with their complements, how they are
// programmed, and what loading makes of them (RM0490, 4.4; RM0444, 3.4).
#include <string.h>

#include "base/bytes.h"
#include "sim/parts/flash_dw.h"
#include "sim/parts/read_protection.h"

#define RDP_MASK    0xffu
#define ERASED_WORD 0xffffffffu
#define PCROP_RDP   (1u << 31)
#define BOOT_LOCK   (1u << 16)

static uint8_t *cell_of(const struct sim_flash_dw *f, unsigned word)
{
    return f->options->bytes + f->config->word[word].cell;
}

int sim_dw_option_word(const struct sim_flash_dw *f, uint32_t reg)
{
    for (unsigned i = 0; i < SIM_OPTION_WORDS; i++) {
        if (f->config->word[i].mask && f->config->word[i].reg == reg)
            return (int)i;
    }
    return -1;
}

// ---- loading ------------------------------------------------------------------------------------

// A word and its complement, or what stands in for one that does not fit (4.4.2).
static void load_word(struct sim_flash_dw *f, unsigned word)
{
    uint32_t value = get_le32(cell_of(f, word)), complement = get_le32(cell_of(f, word) + 4);
    bool fits = (value ^ complement) == ERASED_WORD;
    f->loaded[word] =
        (fits ? value : f->config->word[word].mismatched) & f->config->word[word].mask;
    f->written[word] = f->loaded[word];
    f->mismatch |= !fits;
    if (word == SIM_WORD_USER)
        f->rdp_mismatch = !fits;
}

static void count_spoilt(struct sim_flash_dw *f, const struct sim_memory *m)
{
    for (uint32_t i = 0; m && i < m->row.size / SIM_DW_SIZE; i++)
        f->spoilt +=
            m->unit_state[i] == SIM_UNIT_ONE_WRONG || m->unit_state[i] == SIM_UNIT_TWO_WRONG;
}

void sim_dw_hear_reload(void *self, unsigned line, uint64_t value)
{
    struct sim_flash_dw *f = self;
    (void)line;
    (void)value;
    f->mismatch = f->rdp_mismatch = false;
    for (unsigned i = 0; i < SIM_OPTION_WORDS; i++) {
        if (f->config->word[i].mask)
            load_word(f, i);
    }
    f->spoilt = 0; // what a store= file brought counts from here on
    count_spoilt(f, f->flash);
    count_spoilt(f, f->otp);
    uint32_t first = sim_dw_is_swapped(f) ? f->flash->row.size / 2 : 0;
    f->empty = get_le32(f->flash->bytes + first) == ERASED_WORD;
    f->part->row->kind->device.reset(f, SIM_RESET_SYSTEM); // some reset values are options
}

// ---- programming --------------------------------------------------------------------------------

// What ST says of the user word; others are left erased there.
uint32_t sim_dw_unused_bits(const struct sim_flash_dw *f, unsigned word)
{
    uint32_t unused = ~f->config->word[word].mask;
    return word == SIM_WORD_USER ? f->config->word[word].factory & unused : unused;
}

static void put_word(const struct sim_flash_dw *f, unsigned word, uint32_t value)
{
    value = (value & f->config->word[word].mask) | sim_dw_unused_bits(f, word);
    put_le32(cell_of(f, word), value);
    put_le32(cell_of(f, word) + 4, ~value);
}

void sim_dw_program_options(struct sim_flash_dw *f)
{
    memset(f->options->bytes, 0xff, f->options->row.size);
    for (unsigned i = 0; i < SIM_OPTION_WORDS; i++) {
        if (f->config->word[i].mask)
            put_word(f, i, f->written[i]);
    }
}

static unsigned option_words_of(const struct sim_flash_dw *f)
{
    unsigned count = 0;
    for (unsigned i = 0; i < SIM_OPTION_WORDS; i++)
        count += f->config->word[i].mask != 0;
    return count;
}

// An execute-only area may grow, and only the fall to level 0 takes it away (4.5.2).
static void keep_areas(struct sim_flash_dw *f, unsigned start, unsigned end)
{
    uint32_t mask = f->config->word[start].mask;
    uint32_t old_start = f->loaded[start] & mask, old_end = f->loaded[end] & mask;
    if (!mask || old_start > old_end)
        return;
    if ((f->written[start] & mask) > old_start)
        f->written[start] = f->loaded[start];
    if ((f->written[end] & mask) < old_end)
        f->written[end] = (f->written[end] & ~mask) | old_end;
}

static void keep_all_areas(struct sim_flash_dw *f)
{
    keep_areas(f, SIM_WORD_PCROP1A_START, SIM_WORD_PCROP1A_END);
    keep_areas(f, SIM_WORD_PCROP1B_START, SIM_WORD_PCROP1B_END);
    keep_areas(f, SIM_WORD_PCROP2A_START, SIM_WORD_PCROP2A_END);
    keep_areas(f, SIM_WORD_PCROP2B_START, SIM_WORD_PCROP2B_END);
    f->written[SIM_WORD_PCROP1A_END] |= f->loaded[SIM_WORD_PCROP1A_END] & PCROP_RDP;
}

// With PCROP_RDP the areas go when everything is erased (4.5.1).
static void drop_all_areas(struct sim_flash_dw *f)
{
    for (unsigned i = SIM_WORD_PCROP1A_START; i <= SIM_WORD_PCROP2B_END; i++) {
        if (i != SIM_WORD_WRP1A && i != SIM_WORD_WRP1B && i != SIM_WORD_WRP2A &&
            i != SIM_WORD_WRP2B)
            f->written[i] = f->config->word[i].factory;
    }
}

// Level 0 lets go of the lock and of the secured area, level 1 of neither (4.5.4, 4.5.6).
static void keep_security(struct sim_flash_dw *f, bool falls)
{
    uint32_t size = f->config->secure_size_mask | f->config->secure_switch_mask;
    if (sim_dw_rdp_level(f) == 0 || falls)
        return;
    f->written[SIM_WORD_SECURE] |= f->loaded[SIM_WORD_SECURE] & BOOT_LOCK;
    for (unsigned bank = 0; bank < 2; bank++) {
        unsigned word = bank ? SIM_WORD_SECURE2 : SIM_WORD_SECURE;
        if (f->secured[bank])
            f->written[word] = (f->written[word] & ~size) | (f->loaded[word] & size);
    }
}

void sim_dw_start_options(struct sim_flash_dw *f)
{
    uint64_t time = sim_part_level(f->part, SIM_FLASH_TIME, 0), begin = f->part->clock->now_ns;
    uint64_t erase_ns = f->config->time[time].erase_ns, mass_ns = f->config->time[time].mass_ns;
    uint64_t ns = erase_ns + option_words_of(f) * f->config->time[time].program_ns;
    unsigned level = sim_dw_rdp_level(f);
    bool falls = level == 1 && sim_rdp_level_of(f->written[SIM_WORD_USER] & RDP_MASK) == 0;
    if (level == 2) {
        sim_chip_violation(f->part->chip, "options: OPTSTRT at read protection level 2");
        sim_dw_fail(f, DW_SR_WRPERR);
        return;
    }
    keep_security(f, falls);
    if (falls && f->loaded[SIM_WORD_PCROP1A_END] & PCROP_RDP)
        drop_all_areas(f);
    else
        keep_all_areas(f);
    f->erase_end_ns = begin + mass_ns;
    if (falls)
        sim_dw_count_mass_erase(f, 0, f->flash->row.size);
    sim_dw_begin(f, falls ? SIM_DW_UNPROTECT : SIM_DW_OPTIONS, f->flash, 0, f->flash->row.size,
                 ns + (falls ? mass_ns : 0));
}

// ---- the bus ------------------------------------------------------------------------------------

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_flash_dw *f = self;
    if (sim_dw_is_busy(f))
        return sim_dw_stall(f);
    *value = get_le_sized(f->options->bytes + offset, size);
    return SIM_BUS_OK;
}

static enum sim_bus_status more_read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    return read(self, offset + SIM_DW_MORE_CELLS, size, value);
}

// They are programmed through their registers only.
static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_flash_dw *f = self;
    (void)value;
    sim_chip_violation(f->part->chip,
                       "options: a write of %u bytes to 0x%08x; registers stand for them", size,
                       f->options->row.base + offset);
    return SIM_BUS_FAULT;
}

static enum sim_bus_status more_write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_flash_dw *f = self;
    uint32_t at = f->config->more_cells_base - f->options->row.base + offset;
    return write(self, at, size, value);
}

static const struct sim_device options_device = {NULL, read, write};
static const struct sim_device more_device = {NULL, more_read, more_write};

void sim_dw_create_options(struct sim_flash_dw *f)
{
    const struct sim_memory_row *row = &f->options->row;
    for (unsigned i = 0; i < SIM_OPTION_WORDS; i++)
        f->loaded[i] = f->written[i] = f->config->word[i].factory & f->config->word[i].mask;
    sim_dw_program_options(f);
    bool is_apart = f->config->more_cells_base != 0;
    uint32_t size = is_apart ? SIM_DW_MORE_CELLS : row->size;
    sim_chip_map(f->part->chip, "option bytes", row->base, size, &options_device, f);
    if (is_apart)
        sim_chip_map(f->part->chip, "option bytes of bank 2", f->config->more_cells_base,
                     row->size - SIM_DW_MORE_CELLS, &more_device, f);
}

void sim_dw_hear_rdp(void *self, unsigned line, uint64_t level)
{
    static const uint32_t codes[] = {SIM_RDP_BYTE_LEVEL0, 0xbb, SIM_RDP_BYTE_LEVEL2};
    const struct sim_flash_dw *f = self;
    uint32_t user = get_le32(cell_of(f, SIM_WORD_USER));
    (void)line;
    put_word(f, SIM_WORD_USER, (user & ~RDP_MASK) | codes[level]);
}

// ---- what others see ----------------------------------------------------------------------------

uint64_t sim_dw_level_empty(void *self, unsigned line)
{
    const struct sim_flash_dw *f = self;
    (void)line;
    return f->empty && f->config->empty != SIM_DW_EMPTY_NOWHERE;
}

uint64_t sim_dw_level_rdp(void *self, unsigned line)
{
    (void)line;
    return sim_dw_rdp_level(self);
}

// An option that this chip does not have is 1, as most are that nobody has changed; VDDA is always
// watched, being VDD.
uint64_t sim_dw_level_option(void *self, unsigned line)
{
    const struct sim_flash_dw *f = self;
    if (line == SIM_OPTION_BOOT_LOCK && !f->config->option_mask[line])
        return (f->loaded[SIM_WORD_SECURE] & BOOT_LOCK) != 0;
    uint32_t mask = f->config->option_mask[line];
    return !mask || f->loaded[SIM_WORD_USER] & mask;
}

// 1: input, 2: a pin of a port, 3: both (4.7.6).
uint64_t sim_dw_level_nrst_mode(void *self, unsigned line)
{
    static const enum sim_nrst_mode modes[] = {SIM_NRST_BOTH, SIM_NRST_INPUT, SIM_NRST_PORT,
                                               SIM_NRST_BOTH};
    const struct sim_flash_dw *f = self;
    uint32_t mask = f->config->nrst_mode_mask;
    (void)line;
    return mask ? modes[(f->loaded[SIM_WORD_USER] & mask) / (mask & ~(mask << 1))] : SIM_NRST_BOTH;
}
