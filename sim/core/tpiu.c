// SPDX-License-Identifier: MIT
// Each byte of a frame is made when it is sent, of what there is then: so did a captured STM32F105,
// whose frames have no synchronization packets between them. Its TPIU was asked for one pin; with
// more of them, nothing of this board is connected there, and the bytes are gone.
#include "sim/core/tpiu.h"

enum {
    TPIU_SSPSR = 0x000,
    TPIU_CSPSR = 0x004,
    TPIU_ACPR = 0x010,
    TPIU_SPPR = 0x0f0,
    TPIU_FFSR = 0x300,
    TPIU_FFCR = 0x304,
    TPIU_DEVID = 0xfc8,
};

#define SSPSR_VALUE  0x0000000fu // one to four pins
#define FFSR_VALUE   0x00000008u // the formatter cannot be stopped
#define FFCR_RESET   0x00000102u
#define FFCR_ENFCONT (1u << 1)
#define DEVID_VALUE  0x00000ca1u // NRZ, Manchester, an asynchronous trace clock

#define LOW_BITS_POSITION 15u
#define MANCHESTER_BURST  8u  // bytes behind a start bit
#define NRZ_LEVELS        10u // start, eight bits, stop
#define MANCHESTER_IDLE   4u  // half bits behind the last byte

void sim_tpiu_reset(struct sim_tpiu *tpiu)
{
    *tpiu = (struct sim_tpiu){
        .cspsr = 1, .sppr = SIM_TPIU_MANCHESTER, .ffcr = FFCR_RESET, .next_ps = tpiu->next_ps};
}

// ---- registers ----------------------------------------------------------------------------------

uint32_t sim_tpiu_read(const struct sim_tpiu *tpiu, uint32_t offset)
{
    switch (offset) {
    case TPIU_SSPSR:
        return SSPSR_VALUE;
    case TPIU_CSPSR:
        return tpiu->cspsr;
    case TPIU_ACPR:
        return tpiu->acpr;
    case TPIU_SPPR:
        return tpiu->sppr;
    case TPIU_FFSR:
        return FFSR_VALUE;
    case TPIU_FFCR:
        return tpiu->ffcr;
    case TPIU_DEVID:
        return DEVID_VALUE;
    default:
        return 0;
    }
}

void sim_tpiu_write(struct sim_tpiu *tpiu, uint32_t offset, uint32_t value)
{
    switch (offset) {
    case TPIU_CSPSR: // one of the widths that there are
        if (value == 1 || value == 2 || value == 4 || value == 8)
            tpiu->cspsr = value;
        break;
    case TPIU_ACPR:
        tpiu->acpr = value & 0x1fff;
        break;
    case TPIU_SPPR:
        tpiu->sppr = value & 3;
        tpiu->burst = 0;
        break;
    case TPIU_FFCR: // switched on or off, it begins with a new frame
        if ((tpiu->ffcr ^ value) & FFCR_ENFCONT)
            tpiu->frame = (struct sim_formatter){0};
        tpiu->ffcr = (value & FFCR_ENFCONT) | 0x100;
        break;
    default:
        break;
    }
}

bool sim_tpiu_idle_level(const struct sim_tpiu *tpiu)
{
    return tpiu->sppr != SIM_TPIU_MANCHESTER;
}

// ---- frames -------------------------------------------------------------------------------------

static uint8_t end_frame(struct sim_formatter *f)
{
    uint8_t low_bits = f->low_bits;
    f->position = f->low_bits = 0;
    return low_bits;
}

// A new stream is named at an even position. Where the last byte of a stream would stand at one,
// the next stream is named there first, to begin one byte later.
static uint8_t even_byte(struct sim_formatter *f, uint8_t id, unsigned waiting, uint8_t first,
                         bool *take)
{
    uint8_t wanted = waiting ? id : 0;
    unsigned bit = f->position++ / 2;
    if (wanted != f->id) {
        f->id = f->next_id = wanted;
        return (uint8_t)(wanted << 1 | 1);
    }
    if (wanted && waiting == 1 && f->position < LOW_BITS_POSITION) {
        f->low_bits |= (uint8_t)(1u << bit);
        f->next_id = 0;
        return 0 << 1 | 1;
    }
    *take = wanted != 0;
    uint8_t byte = wanted ? first : 0;
    f->low_bits |= (uint8_t)((byte & 1u) << bit);
    return byte & (uint8_t)~1u;
}

uint8_t sim_formatter_next(struct sim_formatter *f, uint8_t id, unsigned waiting, uint8_t first,
                           bool *take)
{
    *take = false;
    if (f->position == LOW_BITS_POSITION)
        return end_frame(f);
    if (f->position % 2 == 0)
        return even_byte(f, id, waiting, first, take);
    f->position++;
    *take = f->id && waiting;
    uint8_t byte = *take ? first : 0;
    f->id = f->next_id;
    return byte;
}

static uint8_t next_byte(struct sim_tpiu *tpiu, struct sim_itm *itm, uint64_t at_ps)
{
    unsigned waiting = sim_itm_count(itm, at_ps);
    uint8_t id = itm->tcr >> SIM_ITM_TCR_TRACEBUSID & 0x7f;
    bool take;
    if (!(tpiu->ffcr & FFCR_ENFCONT))
        return sim_itm_take(itm, at_ps);
    if (!id) { // a stream without a number cannot be told from the filling
        while (waiting--)
            (void)sim_itm_take(itm, at_ps);
        waiting = 0;
    }
    uint8_t byte = sim_formatter_next(&tpiu->frame, id, waiting,
                                      waiting ? itm->fifo[itm->first].byte : 0, &take);
    if (take)
        (void)sim_itm_take(itm, at_ps);
    return byte;
}

// ---- the pin ------------------------------------------------------------------------------------

static bool is_inside_frame(const struct sim_tpiu *tpiu)
{
    return tpiu->ffcr & FFCR_ENFCONT && tpiu->frame.position > 0;
}

uint64_t sim_tpiu_due(const struct sim_tpiu *tpiu, const struct sim_itm *itm)
{
    uint64_t first_ps = sim_itm_first_ps(itm);
    if (tpiu->left || is_inside_frame(tpiu) || tpiu->burst)
        return tpiu->next_ps;
    if (first_ps == SIM_ITM_NEVER)
        return SIM_ITM_NEVER;
    return first_ps > tpiu->next_ps ? first_ps : tpiu->next_ps;
}

// A start bit, eight bits and a stop bit.
static void load_nrz(struct sim_tpiu *tpiu, uint8_t byte)
{
    tpiu->levels = (uint32_t)byte << 1 | 1u << 9;
    tpiu->left = NRZ_LEVELS;
}

static void load_half_bits(struct sim_tpiu *tpiu, bool bit)
{
    tpiu->levels |= (bit ? 1u : 2u) << tpiu->left; // a one is high first
    tpiu->left += 2;
}

static void load_manchester(struct sim_tpiu *tpiu, uint8_t byte)
{
    tpiu->levels = tpiu->left = 0;
    if (!tpiu->burst)
        load_half_bits(tpiu, true); // the start bit
    for (unsigned i = 0; i < 8; i++)
        load_half_bits(tpiu, byte >> i & 1);
    tpiu->burst++;
}

static void load_idle(struct sim_tpiu *tpiu)
{
    tpiu->levels = 0;
    tpiu->left = MANCHESTER_IDLE;
    tpiu->burst = 0;
}

static void load(struct sim_tpiu *tpiu, struct sim_itm *itm, uint64_t at_ps)
{
    bool any = is_inside_frame(tpiu) || sim_itm_count(itm, at_ps);
    if (tpiu->burst == MANCHESTER_BURST || !any) {
        load_idle(tpiu);
        return;
    }
    uint8_t byte = next_byte(tpiu, itm, at_ps);
    if (tpiu->sppr == SIM_TPIU_MANCHESTER)
        load_manchester(tpiu, byte);
    else
        load_nrz(tpiu, byte);
}

void sim_tpiu_step(struct sim_tpiu *tpiu, struct sim_itm *itm, uint64_t at_ps, uint64_t bit_ps)
{
    if (!tpiu->left)
        load(tpiu, itm, at_ps);
    tpiu->level = tpiu->levels & 1;
    if (tpiu->sppr != SIM_TPIU_MANCHESTER && tpiu->sppr != SIM_TPIU_NRZ)
        tpiu->level = true;
    tpiu->levels >>= 1;
    tpiu->left--;
    tpiu->next_ps = at_ps + bit_ps;
}
