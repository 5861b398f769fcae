// SPDX-License-Identifier: MIT
// Option bytes: their cells, what loading makes of them, read protection (RM0091, 3.3.1, 3.5.7 and
// 4).
#include <string.h>

#include "base/bytes.h"
#include "sim/chip/chip_state.h"

#define RDP_LEVEL0  0xaau
#define RDP_LEVEL2  0xccu
#define OBR_OPTERR  (1u << 0)
#define OBR_LEVEL1  (1u << 1)
#define OBR_LEVEL2  (3u << 1)
#define ERASED_WORD 0xffffffffu

enum { RDP = 0, USER = 2, DATA0 = 4, DATA1 = 6, WRP0 = 8 };

// One option byte, loaded: 0xff when its complement does not fit, with OPTERR unless both are
// erased.
static uint8_t load_byte(const struct sim_options *o, unsigned at, bool *mismatch)
{
    uint8_t byte = o->bytes[at], complement = o->bytes[at + 1];
    if (byte == 0xff && complement == 0xff)
        return 0xff;
    if ((byte ^ complement) == 0xff)
        return byte;
    *mismatch = true;
    return 0xff;
}

static unsigned level_of(uint8_t rdp)
{
    return rdp == RDP_LEVEL0 ? 0 : rdp == RDP_LEVEL2 ? 2 : 1;
}

void sim_options_load(struct sim_chip *chip)
{
    static const uint32_t level_bits[] = {0, OBR_LEVEL1, OBR_LEVEL2};
    struct sim_options *o = &chip->options;
    bool mismatch = false;
    o->rdp_level = level_of(load_byte(o, RDP, &mismatch));
    o->user = load_byte(o, USER, &mismatch);
    uint32_t data = load_byte(o, DATA0, &mismatch) | (uint32_t)load_byte(o, DATA1, &mismatch) << 8;
    o->wrpr = 0;
    for (unsigned i = 0; i < 4; i++)
        o->wrpr |= (uint32_t)load_byte(o, WRP0 + 2 * i, &mismatch) << 8 * i;
    o->obr = (mismatch ? OBR_OPTERR : 0) | level_bits[o->rdp_level] | (uint32_t)o->user << 8 |
             data << 16;
    o->flash_empty = get_le32(chip->flash.bytes) == ERASED_WORD;
    sim_map_update(chip);
}

void sim_options_erase(struct sim_chip *chip)
{
    if (chip->options.rdp_level == 2) {
        sim_chip_violation(chip, "options: erase at read protection level 2");
        sim_fpec_flag(chip, FLASH_SR_WRPRTERR);
        return;
    }
    sim_flash_begin(chip, SIM_FLASH_ERASE_OPTIONS, SIM_OPTION_BASE, 0);
}

// The hardware makes the complement; the high byte written does not matter (3.2.2).
static void program(struct sim_chip *chip, uint32_t offset, uint8_t byte)
{
    struct sim_options *o = &chip->options;
    uint32_t addr = SIM_OPTION_BASE + offset;
    uint16_t value = (uint16_t)(byte | (uint16_t)(uint8_t)~byte << 8);
    if (offset == RDP && o->rdp_level == 2) {
        sim_chip_violation(chip, "options: RDP programmed at read protection level 2");
        sim_fpec_flag(chip, FLASH_SR_WRPRTERR);
    } else if (get_le16(o->bytes + offset) != 0xffff) {
        sim_chip_violation(chip,
                           "options: programming 0x%08x, which holds 0x%04x and is not erased",
                           addr, get_le16(o->bytes + offset));
        sim_fpec_flag(chip, FLASH_SR_PGERR);
    } else if (!sim_clocks_is_ready(chip, SIM_HSI)) {
        sim_chip_violation(chip, "options: programming 0x%08x without HSI", addr);
    } else if (offset == RDP && byte == RDP_LEVEL0 && o->rdp_level == 1) {
        sim_flash_begin(chip, SIM_FLASH_UNPROTECT, addr, value);
    } else {
        sim_flash_begin(chip, SIM_FLASH_PROGRAM_OPTION, addr, value);
    }
}

static void reset(void *self, enum sim_reset kind)
{
    (void)self; // loaded at power-on and by OBL_LAUNCH only: sim_options_load()
    (void)kind;
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_chip *chip = self;
    if (sim_flash_is_busy(chip))
        return sim_flash_stall(chip);
    const uint8_t *p = chip->options.bytes + offset;
    *value = size == 4 ? get_le32(p) : size == 2 ? get_le16(p) : *p;
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_chip *chip = self;
    if (sim_flash_is_busy(chip))
        return sim_flash_stall(chip);
    if (!sim_fpec_may_program_options(chip)) {
        sim_chip_violation(chip, "options: a write to 0x%08x while OPTPG is 0 or they are locked",
                           SIM_OPTION_BASE + offset);
        return SIM_BUS_FAULT;
    }
    if (size != 2) {
        sim_chip_violation(chip, "options: a write of %u bytes to 0x%08x; they take halfwords",
                           size, SIM_OPTION_BASE + offset);
        return SIM_BUS_FAULT;
    }
    program(chip, offset, (uint8_t)value);
    return SIM_BUS_OK;
}

const struct sim_device sim_options_device = {reset, read, write};

enum err sim_chip_set_rdp(struct sim_chip *chip, unsigned level)
{
    static const uint8_t codes[] = {RDP_LEVEL0, 0xbb, RDP_LEVEL2};
    if (level > 2)
        return log_fail(chip->log, ERR_USAGE, "read protection has the levels 0, 1 and 2, not %u",
                        level);
    chip->options.bytes[RDP] = codes[level];
    chip->options.bytes[RDP + 1] = (uint8_t)~codes[level];
    return ERR_OK;
}
