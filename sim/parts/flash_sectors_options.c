// SPDX-License-Identifier: MIT
// The option bytes of STM32F2, F4 and F7: their cells, what loading and programming make of them,
// read protection, and the protection of sectors (RM0090, 3.7; RM0410, 3.4; RM0431, 3.4).
//
// Two halfwords of each option register stand in the information block, 8 bytes apart: the low half
// of a word is the value, the high half its complement, and the word is there twice (of an STM32F7
// the manual calls the other halves reserved). OPTCR1 of an STM32F4 is in the block of its second
// bank. RDP counts from the next reset on, and so do DB1M, nDBANK, BFB2, boot addresses and the
// user options; the protection of sectors counts from the end of the programming on, as ST's
// in-application programming examples need it.
#include <string.h>

#include "base/bytes.h"
#include "sim/parts/flash_sectors.h"

#define BLOCK_SIZE   16u // of the cells that can be seen of a bank
#define F7_BLOCKS    3u
#define BANK2_BLOCK  0x1ffec000u
#define WRP_SHIFT    16
#define SECOND_BANK  12u
#define RDP_SHIFT    8
#define USER_CELLS   0xfffcu // of the low halfword: where OPTLOCK and OPTSTRT stand are no options
#define UNUSED_CELLS 0x0003u

enum { CELL_USER = 0, CELL_DISTANCE = 8 };

// ---- cells --------------------------------------------------------------------------------------

static void put_cells(struct sim_flash_sectors *f, unsigned at, uint32_t value)
{
    uint32_t word = (value & 0xffff) | (~value & 0xffff) << 16;
    put_le32(f->options->bytes + at, word);
    put_le32(f->options->bytes + at + 4, word);
}

static uint32_t get_cells(const struct sim_flash_sectors *f, unsigned at)
{
    return get_le16(f->options->bytes + at);
}

// Where the lower half of an option register is.
static unsigned cells_of(unsigned n)
{
    return 2 * CELL_DISTANCE * n;
}

static void read_cells(const struct sim_flash_sectors *f, uint32_t options[SECTORS_OPTCRS])
{
    for (unsigned n = 0; n < SECTORS_OPTCRS; n++) {
        options[n] = 0;
        if (!f->config->option_mask[n])
            continue;
        uint32_t low = get_cells(f, cells_of(n));
        options[n] = ((n ? low : low & USER_CELLS) | get_cells(f, cells_of(n) + CELL_DISTANCE)
                                                         << WRP_SHIFT) &
                     f->config->option_mask[n];
    }
}

void sim_sectors_program_options(struct sim_flash_sectors *f)
{
    for (unsigned n = 0; n < SECTORS_OPTCRS; n++) {
        f->programmed[n] = f->optcr[n];
        if (!f->config->option_mask[n])
            continue;
        put_cells(f, cells_of(n), n ? f->optcr[n] : f->optcr[n] | UNUSED_CELLS);
        put_cells(f, cells_of(n) + CELL_DISTANCE, f->optcr[n] >> WRP_SHIFT);
    }
    f->part->account->units_programmed++;
}

static uint32_t rdp_of(uint32_t option)
{
    return option >> RDP_SHIFT & 0xff;
}

void sim_sectors_hear_reload(void *self, unsigned line, uint64_t value)
{
    struct sim_flash_sectors *f = self;
    (void)line;
    (void)value;
    read_cells(f, f->loaded);
    for (unsigned n = 0; n < SECTORS_OPTCRS; n++)
        f->optcr[n] = f->programmed[n] = f->loaded[n];
    f->rdp_level = sim_rdp_level_of(rdp_of(f->loaded[0]));
    sim_map_update(f->part->chip);
}

void sim_sectors_hear_rdp(void *self, unsigned line, uint64_t level)
{
    static const uint8_t codes[] = {SIM_RDP_BYTE_LEVEL0, 0x55, SIM_RDP_BYTE_LEVEL2};
    struct sim_flash_sectors *f = self;
    (void)line;
    put_cells(f, CELL_USER, (get_cells(f, CELL_USER) & 0xff) | (uint32_t)codes[level] << RDP_SHIFT);
}

// ---- sectors ------------------------------------------------------------------------------------

// The bit of a sector: the last one stands for all from there on (RM0430, 3.7.1: two of them). With
// two banks a bit of an STM32F7 stands for two sectors (RM0410, 3.7.6, and ST's HAL).
static bool sector_bit(const struct sim_flash_sectors *f, const uint32_t options[SECTORS_OPTCRS],
                       unsigned sector)
{
    bool two = sim_sectors_has_two_banks(f), second = two && sector >= SECOND_BANK;
    if (f->config->is_f7)
        return options[0] >> (WRP_SHIFT + (two ? sector / 2 : sector)) & 1;
    unsigned bit = WRP_SHIFT + (second ? sector - SECOND_BANK : sector);
    uint32_t existing = f->config->wrp_mask;
    while (!(existing >> bit & 1) && bit > WRP_SHIFT)
        bit--;
    return options[second] >> bit & 1;
}

static bool has_sprmod(const struct sim_flash_sectors *f)
{
    return !f->config->is_f7 && f->programmed[0] & f->config->option_mask[0] & SECTORS_SPRMOD;
}

// Of OPTCR2, a bit for each sector (RM0431, 3.4.4).
static uint32_t pcrop(const struct sim_flash_sectors *f)
{
    return f->programmed[2] & ~SECTORS_PCROP_RDP;
}

bool sim_sectors_has_execute_only(const struct sim_flash_sectors *f)
{
    return has_sprmod(f) || pcrop(f);
}

bool sim_sectors_is_execute_only(const struct sim_flash_sectors *f, unsigned sector)
{
    return pcrop(f) >> sector & 1 || (has_sprmod(f) && sector_bit(f, f->programmed, sector));
}

// With SPRMOD a bit of 1 protects, from reading, too (3.7.5).
bool sim_sectors_is_write_protected(const struct sim_flash_sectors *f, unsigned sector)
{
    return pcrop(f) >> sector & 1 || sector_bit(f, f->programmed, sector) == has_sprmod(f);
}

bool sim_sectors_outlives_unprotecting(const struct sim_flash_sectors *f, unsigned sector)
{
    return pcrop(f) >> sector & 1 && !(f->programmed[2] & SECTORS_PCROP_RDP);
}

// ---- OPTSTRT ------------------------------------------------------------------------------------

// A sector that may only be executed stays so; only the way from level 1 to level 0 ends it
// (3.7.5).
static bool ends_execute_only(const struct sim_flash_sectors *f)
{
    uint32_t lost = (f->programmed[0] & ~f->optcr[0] & f->config->wrp_mask) |
                    (f->programmed[1] & ~f->optcr[1] & f->config->option_mask[1]);
    if (pcrop(f)) // sectors can be added to it, and PCROP_RDP can be set (RM0431, 3.4.4)
        return f->programmed[2] & ~f->optcr[2];
    return has_sprmod(f) && (!(f->optcr[0] & SECTORS_SPRMOD) || lost);
}

// The end of read protection ends that of the sectors that it erases, and sets PCROP_RDP; the
// others keep it.
static void end_pcrop(struct sim_flash_sectors *f)
{
    if (!f->config->option_mask[2])
        return;
    bool kept = pcrop(f) && !(f->programmed[2] & SECTORS_PCROP_RDP);
    f->optcr[2] = kept ? f->optcr[2] | pcrop(f) : SECTORS_PCROP_RDP;
}

void sim_sectors_start_options(struct sim_flash_sectors *f)
{
    unsigned level = sim_rdp_level_of(rdp_of(f->optcr[0]));
    uint64_t ns = sim_sectors_erase_ns(f, sim_sectors_small(f)); // as long as a small sector
    bool falls = f->rdp_level == 1 && level == 0;
    const char *why = f->rdp_level == 2                ? "at read protection level 2"
                      : ends_execute_only(f) && !falls ? "that take away from execute-only sectors"
                                                       : NULL;
    if (why) {
        sim_chip_violation(f->part->chip, "options: programming options %s", why);
        sim_sectors_fail(f, SECTORS_SR_WRPERR);
        for (unsigned n = 0; n < SECTORS_OPTCRS; n++)
            f->optcr[n] = f->programmed[n];
    } else if (falls) {
        end_pcrop(f);
        f->part->account->mass_erases++;
        sim_sectors_count_erase(f, 0, f->flash->row.size);
        f->erase_end_ns = f->part->clock->now_ns + sim_sectors_mass_ns(f);
        sim_sectors_begin(f, SIM_SECTORS_UNPROTECT, f->flash, 0, f->flash->row.size,
                          sim_sectors_mass_ns(f) + ns);
    } else {
        sim_sectors_begin(f, SIM_SECTORS_OPTIONS, f->options, 0, f->options->row.size, ns);
    }
}

// ---- the bus ------------------------------------------------------------------------------------

static enum sim_bus_status read_block(struct sim_flash_sectors *f, uint32_t offset, unsigned size,
                                      uint32_t *value)
{
    if (sim_sectors_is_busy(f))
        return sim_sectors_stall(f);
    *value = get_le_sized(f->options->bytes + offset, size);
    return SIM_BUS_OK;
}

static enum sim_bus_status read1(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    return read_block(self, offset, size, value);
}

static enum sim_bus_status read2(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    return read_block(self, BLOCK_SIZE + offset, size, value);
}

// They are programmed by FLASH_OPTCR alone: a part of the flash that is never written (3.7.4).
static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_flash_sectors *f = self;
    (void)value;
    sim_chip_violation(f->part->chip, "options: a write of %u bytes to +0x%02x of their cells",
                       size, offset);
    sim_sectors_fail(f, SECTORS_SR_WRPERR);
    return SIM_BUS_OK;
}

static const struct sim_device block1_device = {NULL, read1, write};
static const struct sim_device block2_device = {NULL, read2, write};

void sim_sectors_create_options(struct sim_flash_sectors *f)
{
    sim_chip_map(f->part->chip, "option bytes", f->options->row.base,
                 f->config->is_f7 ? F7_BLOCKS * BLOCK_SIZE : BLOCK_SIZE, &block1_device, f);
    if (f->config->has_second_bank && !f->config->is_f7)
        sim_chip_map(f->part->chip, "option bytes of bank 2", BANK2_BLOCK, BLOCK_SIZE,
                     &block2_device, f);
}

// ---- what goes to others ------------------------------------------------------------------------

uint64_t sim_sectors_level_rdp(void *self, unsigned line)
{
    const struct sim_flash_sectors *f = self;
    (void)line;
    return f->rdp_level;
}

uint64_t sim_sectors_level_option(void *self, unsigned line)
{
    const struct sim_flash_sectors *f = self;
    switch (line) {
    case SIM_OPTION_WATCHDOG_BY_SOFTWARE:
        return (f->loaded[0] & SECTORS_WDG_SW) != 0;
    case SIM_OPTION_NO_RESET_IN_STOP:
        return (f->loaded[0] & SECTORS_NRST_STOP) != 0;
    case SIM_OPTION_NO_RESET_IN_STANDBY:
        return (f->loaded[0] & SECTORS_NRST_STDBY) != 0;
    case SIM_OPTION_BFB2:
        return !f->config->is_f7 && (f->loaded[0] & SECTORS_BFB2);
    case SIM_OPTION_WINDOW_WATCHDOG_BY_SOFTWARE:
        return (f->loaded[0] & SECTORS_WWDG_SW) != 0;
    case SIM_OPTION_WATCHDOG_IN_STOP:
        return !f->config->is_f7 || f->loaded[0] & SECTORS_IWDG_STOP;
    case SIM_OPTION_WATCHDOG_IN_STANDBY:
        return !f->config->is_f7 || f->loaded[0] & SECTORS_IWDG_STDBY;
    default:
        return 0;
    }
}

// The boot loader's program takes the second bank if its first word can be a stack pointer (AN2606,
// dual bank boot); it is decided here in its place.
uint64_t sim_sectors_level_boots_bank2(void *self, unsigned line)
{
    const struct sim_flash_sectors *f = self;
    (void)line;
    if (f->config->is_f7 || !(f->loaded[0] & SECTORS_BFB2) || !sim_sectors_has_two_banks(f))
        return 0;
    uint32_t top = get_le32(f->flash->bytes + f->flash->row.size / 2) >> 24;
    return top == 0x20 || top == 0x10;
}

// BOOT_ADD0 and BOOT_ADD1 of an STM32F7, in steps of 16 KiB (RM0410, 3.7.7).
uint64_t sim_sectors_level_boot_address(void *self, unsigned line)
{
    const struct sim_flash_sectors *f = self;
    return f->config->is_f7 ? (f->loaded[1] >> 16 * line & 0xffff) << 14 : 0;
}
