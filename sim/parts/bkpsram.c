// SPDX-License-Identifier: MIT
// The backup SRAM of STM32F2 and F4: 4 KiB behind a clock gate of their own, which are written
// while PWR_CR.DBP is 1 (RM0090, 2.3.1 and 5.1.2). The board has no battery: without power it
// forgets. Read protection guards it as it guards the flash, and its removal erases it (3.7.3).
#include <string.h>

#include "base/bytes.h"
#include "sim/parts/parts.h"
#include "sim/parts/read_protection.h"

#define BKPSRAM_SIZE 4096u

struct sim_bkpsram {
    struct sim_part *part;
    uint8_t bytes[BKPSRAM_SIZE];
};

static bool is_blocked(const struct sim_bkpsram *b)
{
    return sim_rdp_is_flash_blocked(b->part, sim_part_level(b->part, SIM_RDP_LEVEL, 0));
}

static void hear_removed(void *self, unsigned line, uint64_t value)
{
    struct sim_bkpsram *b = self;
    (void)line;
    (void)value;
    memset(b->bytes, 0, sizeof b->bytes);
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_bkpsram *b = self;
    if (kind != SIM_RESET_POWER)
        return;
    for (size_t i = 0; i < sizeof b->bytes; i++)
        b->bytes[i] = (uint8_t)sim_chip_random(b->part->chip);
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_bkpsram *b = self;
    if (is_blocked(b))
        return SIM_BUS_FAULT;
    *value = get_le_sized(b->bytes + offset, size);
    return SIM_BUS_OK;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_bkpsram *b = self;
    if (is_blocked(b))
        return SIM_BUS_FAULT;
    if (sim_part_level(b->part, SIM_BACKUP_WRITABLE, 0))
        put_le_sized(b->bytes + offset, size, value);
    else
        log_line(b->part->log, LOG_DEBUG, "backup SRAM is written while PWR_CR.DBP is 0");
    return SIM_BUS_OK;
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_bkpsram *b = state;
    b->part = part;
    return true;
}

static const struct sim_part_listens listens[] = {
    {SIM_PROTECTION_REMOVED, hear_removed},
    {0, NULL},
};

const struct sim_part_kind sim_part_bkpsram = {
    .name = "bkpsram",
    .state_size = sizeof(struct sim_bkpsram),
    .create = create,
    .device = {reset, read, write},
    .listens = listens,
};
