// SPDX-License-Identifier: MIT
// Option bytes: their cells, what loading makes of them, read protection (RM0091, 3.3.1, 3.5.7 and
// 4).
#include <string.h>

#include "base/bytes.h"
#include "sim/parts/fpec.h"
#include "sim/parts/read_protection.h"

#define RDP_F1_OPEN 0xa5u // RDPRT (PM0075, 2.4.1): there is nothing else but protected
#define OBR_OPTERR  (1u << 0)
#define OBR_LEVEL1  (1u << 1)
#define OBR_LEVEL2  (3u << 1)
#define ERASED_WORD 0xffffffffu

enum { RDP = 0, USER = 2, DATA0 = 4, DATA1 = 6, WRP0 = 8 };

// One option byte, loaded: 0xff when its complement does not fit, with OPTERR unless both are
// erased.
static uint8_t load_byte(const struct sim_fpec *f, unsigned at, bool *mismatch)
{
    uint8_t byte = f->options->bytes[at], complement = f->options->bytes[at + 1];
    if (byte == 0xff && complement == 0xff)
        return 0xff;
    if ((byte ^ complement) == 0xff)
        return byte;
    *mismatch = true;
    return 0xff;
}

static unsigned level_of(const struct sim_fpec *f, uint8_t rdp)
{
    if (sim_fpec_is_f1(f))
        return rdp != RDP_F1_OPEN;
    return sim_rdp_level_of(rdp);
}

static void load_options(struct sim_fpec *f)
{
    static const uint32_t level_bits[] = {0, OBR_LEVEL1, OBR_LEVEL2};
    bool mismatch = false;
    f->rdp_level = level_of(f, load_byte(f, RDP, &mismatch));
    f->user = load_byte(f, USER, &mismatch);
    uint32_t data = load_byte(f, DATA0, &mismatch) | (uint32_t)load_byte(f, DATA1, &mismatch) << 8;
    f->wrpr = 0;
    for (unsigned i = 0; i < 4; i++)
        f->wrpr |= (uint32_t)load_byte(f, WRP0 + 2 * i, &mismatch) << 8 * i;
    f->obr = (mismatch ? OBR_OPTERR : 0) | level_bits[f->rdp_level];
    if (sim_fpec_is_f1(f)) // PM0075, 3.6
        f->obr |= (uint32_t)f->user << 2 | data << 10;
    else
        f->obr |= (uint32_t)f->user << 8 | data << 16;
    f->flash_empty = get_le32(f->flash->bytes) == ERASED_WORD;
    sim_map_update(f->part->chip);
}

void sim_options_erase(struct sim_fpec *f)
{
    if (f->rdp_level == 2) {
        sim_chip_violation(f->part->chip, "options: erase at read protection level 2");
        sim_fpec_flag(f, FLASH_SR_WRPRTERR);
        return;
    }
    sim_flash_begin(f, SIM_FLASH_ERASE_OPTIONS, f->options->row.base, 0);
}

// The hardware makes the complement; the high byte written does not matter (3.2.2).
static void program_option_byte(struct sim_fpec *f, uint32_t offset, uint8_t byte)
{
    uint32_t addr = f->options->row.base + offset;
    uint16_t value = (uint16_t)(byte | (uint16_t)(uint8_t)~byte << 8);
    if (offset == RDP && f->rdp_level == 2) {
        sim_chip_violation(f->part->chip, "options: RDP programmed at read protection level 2");
        sim_fpec_flag(f, FLASH_SR_WRPRTERR);
    } else if (get_le16(f->options->bytes + offset) != 0xffff) {
        sim_chip_violation(f->part->chip,
                           "options: programming 0x%08x, which holds 0x%04x and is not erased",
                           addr, get_le16(f->options->bytes + offset));
        sim_fpec_flag(f, FLASH_SR_PGERR);
    } else if (!sim_part_level(f->part, SIM_HSI_READY, 0)) {
        sim_chip_violation(f->part->chip, "options: programming 0x%08x without HSI", addr);
    } else if (offset == RDP && level_of(f, byte) == 0 && f->rdp_level == 1) {
        sim_flash_begin(f, SIM_FLASH_UNPROTECT, addr, value);
    } else {
        sim_flash_begin(f, SIM_FLASH_PROGRAM_OPTION, addr, value);
    }
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_fpec *f = self;
    if (sim_flash_is_busy(f))
        return sim_flash_stall(f);
    *value = get_le_sized(f->options->bytes + offset, size);
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_fpec *f = self;
    if (sim_flash_is_busy(f))
        return sim_flash_stall(f);
    if (!sim_fpec_may_program_options(f)) {
        sim_chip_violation(f->part->chip,
                           "options: a write to 0x%08x while OPTPG is 0 or they are locked",
                           f->options->row.base + offset);
        return SIM_BUS_FAULT;
    }
    if (size != 2) {
        sim_chip_violation(f->part->chip,
                           "options: a write of %u bytes to 0x%08x; they take halfwords", size,
                           f->options->row.base + offset);
        return SIM_BUS_FAULT;
    }
    program_option_byte(f, offset, (uint8_t)value);
    return SIM_BUS_OK;
}

static const struct sim_device options_device = {NULL, read, write};

void sim_options_create(struct sim_fpec *f)
{
    const struct sim_memory_row *row = &f->options->row;
    sim_chip_map(f->part->chip, "option bytes", row->base, row->size, &options_device, f);
}

void sim_options_hear_reload(void *self, unsigned line, uint64_t value)
{
    (void)line;
    (void)value;
    load_options(self);
}

void sim_options_hear_rdp(void *self, unsigned line, uint64_t level)
{
    static const uint8_t f0[] = {SIM_RDP_BYTE_LEVEL0, 0xbb, SIM_RDP_BYTE_LEVEL2};
    static const uint8_t f1[] = {RDP_F1_OPEN, 0x00, 0x00};
    const struct sim_fpec *f = self;
    const uint8_t *codes = sim_fpec_is_f1(f) ? f1 : f0;
    uint8_t *cells = f->options->bytes;
    (void)line;
    cells[RDP] = codes[level];
    cells[RDP + 1] = (uint8_t)~codes[level];
}

uint64_t sim_options_level_empty(void *self, unsigned line)
{
    const struct sim_fpec *f = self;
    (void)line;
    return f->flash_empty;
}

uint64_t sim_options_level_rdp(void *self, unsigned line)
{
    const struct sim_fpec *f = self;
    (void)line;
    return f->rdp_level;
}

uint64_t sim_options_level_option(void *self, unsigned line)
{
    const struct sim_fpec *f = self;
    const struct sim_fpec_config *config = f->part->config;
    return (f->user & config->user_mask[line]) != 0;
}

uint64_t sim_options_level_wrp(void *self, unsigned line)
{
    const struct sim_fpec *f = self;
    (void)line;
    return f->wrpr;
}
