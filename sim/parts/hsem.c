// SPDX-License-Identifier: MIT
// Hardware semaphores of STM32WB and WL (RM0434, 37; RM0453, 8), as the first core sees them, and a
// debugger on its access port: taken by writing and reading back, or in one step by reading.
// Interrupts and the clear register are not modelled: they keep what is written.
#include "sim/chip/part.h"
#include "sim/parts/parts.h"

#define SEMAPHORES 32u
#define HSEM_RLR   0x80u // the registers that take by reading
#define HSEM_REST  0x100u
#define R_LOCK     (1u << 31)
#define R_OWNER    0xfffu // COREID and PROCID
#define CPU1       (4u << 8)

struct sim_hsem {
    struct sim_part *part;
    uint32_t owner[SEMAPHORES]; // with R_LOCK; 0: free
    uint32_t rest[(SIM_PART_SIZE - HSEM_REST) / 4];
};

static void reset(void *self, enum sim_reset kind)
{
    struct sim_hsem *h = self;
    (void)kind;
    *h = (struct sim_hsem){.part = h->part};
}

static enum sim_bus_status read(void *self, uint32_t offset, unsigned size, uint32_t *value)
{
    struct sim_hsem *h = self;
    (void)size;
    if (offset >= HSEM_REST) {
        *value = h->rest[(offset - HSEM_REST) / 4];
        return SIM_BUS_OK;
    }
    uint32_t *owner = &h->owner[offset / 4 % SEMAPHORES];
    if (offset >= HSEM_RLR && !*owner)
        *owner = R_LOCK | CPU1;
    *value = *owner;
    return SIM_BUS_OK;
}

// A free one is taken by its LOCK, and its owner lets go of it without; all else does nothing.
static enum sim_bus_status write(void *self, uint32_t offset, unsigned size, uint32_t value)
{
    struct sim_hsem *h = self;
    (void)size;
    if (offset >= HSEM_REST) {
        h->rest[(offset - HSEM_REST) / 4] = value;
    } else if (offset < HSEM_RLR && (value & 0xf00) == CPU1) {
        uint32_t *owner = &h->owner[offset / 4];
        if (!*owner && value & R_LOCK)
            *owner = R_LOCK | (value & R_OWNER);
        else if ((*owner & R_OWNER) == (value & R_OWNER) && !(value & R_LOCK))
            *owner = 0;
    }
    return SIM_BUS_OK;
}

static bool create(void *state, struct sim_part *part)
{
    struct sim_hsem *h = state;
    h->part = part;
    return true;
}

const struct sim_part_kind sim_part_hsem = {
    .name = "hsem",
    .state_size = sizeof(struct sim_hsem),
    .create = create,
    .device = {reset, read, write},
};
