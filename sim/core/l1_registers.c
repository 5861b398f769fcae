// SPDX-License-Identifier: MIT
// Registers of the first level of memory: identification (DDI 0403, B4.8), maintenance (B3.5 there,
// "cache and branch predictor maintenance") and what is the Cortex-M7's own (DDI 0489, 3.2
// and 3.3).
#include "sim/core/l1.h"

enum {
    CLIDR = 0xd78,
    CTR = 0xd7c,
    CCSIDR = 0xd80,
    CSSELR = 0xd84,
    ICIALLU = 0xf50,
    ICIMVAU = 0xf58,
    DCIMVAC = 0xf5c,
    DCISW = 0xf60,
    DCCMVAU = 0xf64,
    DCCMVAC = 0xf68,
    DCCSW = 0xf6c,
    DCCIMVAC = 0xf70,
    DCCISW = 0xf74,
    BPIALL = 0xf78,
    ITCMCR = 0xf90,
    DTCMCR = 0xf94,
    AHBPCR = 0xf98,
    CACR = 0xf9c,
    AHBSCR = 0xfa0,
};

// One level of two separate caches, with lines of 32 bytes; a write granule of 8 words.
#define CLIDR_L1   0x09000000u
#define CLIDR_CODE (1u << 0)
#define CLIDR_DATA (1u << 1)
#define CTR_VALUE  0x8303c003u

#define CCSIDR_ALL  0xf0000000u // WT, WB, RA, WA
#define CCSIDR_LINE 1u

#define CSSELR_BITS  0xfu
#define CSSELR_CODE  1u // the first level's instruction cache; 0: its data cache
#define TCM_WRITABLE 0x7u
#define AHBP_ENABLE  0x1u
#define CACR_BITS    0x7u
#define AHBSCR_BITS  0xffffu

#define WAY_SHIFT 30 // of a data cache with four ways
#define SET_SHIFT 5

static uint32_t read_ccsidr(const struct sim_l1 *l1)
{
    const struct sim_l1_cache *c = l1->csselr & CSSELR_CODE ? &l1->code : &l1->data;
    if (l1->csselr > CSSELR_CODE || !c->size)
        return 0;
    return CCSIDR_ALL | (c->sets - 1) << 13 | (c->ways - 1) << 3 | CCSIDR_LINE;
}

static uint32_t read_clidr(const struct sim_l1 *l1)
{
    if (!l1->code.size && !l1->data.size)
        return 0;
    return CLIDR_L1 | (l1->code.size ? CLIDR_CODE : 0) | (l1->data.size ? CLIDR_DATA : 0);
}

bool sim_l1_read(const struct sim_l1 *l1, uint32_t offset, uint32_t *value)
{
    switch (offset) {
    case CLIDR:
        *value = read_clidr(l1);
        return true;
    case CTR:
        *value = CTR_VALUE;
        return true;
    case CCSIDR:
        *value = read_ccsidr(l1);
        return true;
    case CSSELR:
        *value = l1->csselr;
        return true;
    case ITCMCR:
    case DTCMCR:
        *value = l1->tcm[offset == DTCMCR].control;
        return true;
    case AHBPCR:
        *value = l1->ahbpcr;
        return true;
    case CACR:
        *value = l1->cacr;
        return true;
    case AHBSCR:
        *value = l1->ahbscr;
        return true;
    default: // maintenance can only be written
        *value = 0;
        return offset >= ICIALLU && offset <= BPIALL;
    }
}

static void do_all(struct sim_l1 *l1, struct sim_l1_cache *c, unsigned jobs)
{
    for (unsigned i = 0; i < c->size / SIM_L1_LINE; i++)
        sim_l1_do_line(l1, c, i, jobs);
}

static void do_set_way(struct sim_l1 *l1, uint32_t value, unsigned jobs)
{
    struct sim_l1_cache *c = &l1->data;
    if (!c->size)
        return;
    unsigned set = value >> SET_SHIFT & (c->sets - 1), way = value >> WAY_SHIFT;
    sim_l1_do_line(l1, c, set * c->ways + way, jobs);
}

static bool maintain(struct sim_l1 *l1, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case ICIALLU:
        do_all(l1, &l1->code, SIM_L1_INVALIDATE);
        return true;
    case ICIMVAU:
        sim_l1_do_address(l1, &l1->code, value, SIM_L1_INVALIDATE);
        return true;
    case DCIMVAC:
        sim_l1_do_address(l1, &l1->data, value, SIM_L1_INVALIDATE);
        return true;
    case DCISW:
        do_set_way(l1, value, SIM_L1_INVALIDATE);
        return true;
    case DCCMVAU:
    case DCCMVAC:
        sim_l1_do_address(l1, &l1->data, value, SIM_L1_CLEAN);
        return true;
    case DCCSW:
        do_set_way(l1, value, SIM_L1_CLEAN);
        return true;
    case DCCIMVAC:
        sim_l1_do_address(l1, &l1->data, value, SIM_L1_CLEAN | SIM_L1_INVALIDATE);
        return true;
    case DCCISW:
        do_set_way(l1, value, SIM_L1_CLEAN | SIM_L1_INVALIDATE);
        return true;
    default:
        return offset == BPIALL;
    }
}

bool sim_l1_write(struct sim_l1 *l1, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case CSSELR:
        l1->csselr = value & CSSELR_BITS;
        return true;
    case ITCMCR:
    case DTCMCR: {
        struct sim_l1_tcm *tcm = &l1->tcm[offset == DTCMCR];
        if (tcm->size)
            tcm->control = (tcm->control & ~TCM_WRITABLE) | (value & TCM_WRITABLE);
        return true;
    }
    case AHBPCR:
        l1->ahbpcr = (l1->ahbpcr & ~AHBP_ENABLE) | (value & AHBP_ENABLE);
        return true;
    case CACR:
        l1->cacr = value & CACR_BITS;
        return true;
    case AHBSCR:
        l1->ahbscr = value & AHBSCR_BITS;
        return true;
    default:
        return maintain(l1, offset, value);
    }
}
