// SPDX-License-Identifier: MIT
// Alternate function I/O of the STM32F1 (RM0008, 9.4): which pins the debug port has, and which
// ports the external interrupts listen to. Which pins a peripheral has (the rest of MAPR) goes to
// the USARTs. What address 0 shows is here, too: the pins decide it, and no register.
#include "sim/chip/part.h"
#include "sim/parts/parts.h"

enum {
    AFIO_EVCR = 0x00,
    AFIO_MAPR = 0x04,
    AFIO_EXTICR1 = 0x08,
    AFIO_EXTICR4 = 0x14,
    AFIO_MAPR2 = 0x1c
};

#define MAPR_SWJ_CFG 24 // shift; cannot be read
#define SWJ_BITS     (7u << MAPR_SWJ_CFG)
#define MAPR2_BITS   0x3fffu

struct sim_afio {
    struct sim_part *part;
    uint32_t evcr, mapr, mapr2, exticr[4];
    unsigned swj; // SWJ_CFG
    uint64_t booted;
};

// Full port, full without NJTRST, or SWD alone; 4: nothing. The other values do nothing (9.4.2).
static uint64_t level_swj(void *self, unsigned line)
{
    const struct sim_afio *a = self;
    (void)line;
    return a->swj != 4;
}

static uint64_t level_mapped(void *self, unsigned line)
{
    const struct sim_afio *a = self;
    (void)line;
    return a->booted;
}

static uint64_t level_remap(void *self, unsigned line)
{
    const struct sim_afio *a = self;
    (void)line;
    return a->mapr;
}

static uint64_t level_exti_port(void *self, unsigned line)
{
    const struct sim_afio *a = self;
    return a->exticr[line / 4] >> 4 * (line % 4) & 15;
}

static void hear_release(void *self, unsigned line, uint64_t memory)
{
    struct sim_afio *a = self;
    (void)line;
    a->booted = memory;
    sim_map_update(a->part->chip);
}

static void reset(void *self, enum sim_reset kind)
{
    struct sim_afio *a = self;
    (void)kind;
    *a = (struct sim_afio){.part = a->part, .booted = a->booted};
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    const struct sim_afio *a = self;
    (void)size;
    if (offset >= AFIO_EXTICR1 && offset <= AFIO_EXTICR4)
        *value = a->exticr[(offset - AFIO_EXTICR1) / 4];
    else
        *value = offset == AFIO_EVCR    ? a->evcr
                 : offset == AFIO_MAPR  ? a->mapr
                 : offset == AFIO_MAPR2 ? a->mapr2
                                        : 0;
    return SIM_BUS_OK;
}

static void write_mapr(struct sim_afio *a, uint32_t value)
{
    unsigned swj = value >> MAPR_SWJ_CFG & 7;
    a->mapr = value & ~SWJ_BITS;
    if (swj <= 2 || swj == 4)
        a->swj = swj;
}

static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_afio *a = self;
    (void)size;
    if (offset == AFIO_EVCR)
        a->evcr = value & 0xff;
    else if (offset == AFIO_MAPR)
        write_mapr(a, value);
    else if (offset >= AFIO_EXTICR1 && offset <= AFIO_EXTICR4)
        a->exticr[(offset - AFIO_EXTICR1) / 4] = value & 0xffff;
    else if (offset == AFIO_MAPR2)
        a->mapr2 = value & MAPR2_BITS;
    return SIM_BUS_OK;
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_afio *a = state;
    a->part = part;
    return true;
}

static const struct sim_part_drives drives[] = {
    {SIM_SWJ, 1, level_swj},
    {SIM_REMAP, 1, level_remap},
    {SIM_MAPPED_MEMORY, 1, level_mapped},
    {SIM_EXTI_PORT, 16, level_exti_port},
    {0, 0, NULL},
};

static const struct sim_part_listens listens[] = {
    {SIM_RESET_RELEASED, hear_release},
    {0, NULL},
};

const struct sim_part_kind sim_part_afio = {
    .name = "afio",
    .state_size = sizeof(struct sim_afio),
    .create = create,
    .device = {reset, read, write},
    .drives = drives,
    .listens = listens,
};
