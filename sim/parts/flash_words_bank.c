// SPDX-License-Identifier: MIT
// A bank of the STM32H7's flash at work: one operation, one more that waits behind it, and what
// they leave (4.3.7). Ten check bits stand for each flash word (4.3.5); they are modelled as
// fitting or not, and are not worked out.
#include <string.h>

#include "sim/parts/flash_cells.h"
#include "sim/parts/flash_words.h"

uint32_t sim_words_address(const struct sim_flash_words *f, const struct sim_memory *in,
                           uint32_t offset)
{
    uint32_t bank = sim_words_bank_size(f);
    if (in == f->flash && offset >= bank)
        offset += SIM_WORDS_BANK2 - bank;
    return in->row.base + offset;
}

// ---- the queue ----------------------------------------------------------------------------------

static uint64_t duration_of(const struct sim_words_bank *b, const struct sim_words_job *job)
{
    const struct sim_flash_words_time *time = sim_words_time(b->f);
    unsigned speed = sim_words_speed(b);
    if (job->kind == SIM_WORDS_PROGRAM)
        return time->program_ns[speed];
    bool sector = job->length == b->f->flash->row.page_size && job->kind == SIM_WORDS_ERASE;
    return sector ? time->sector_ns[speed] : time->bank_ns[speed];
}

static void begin(struct sim_words_bank *b, const struct sim_words_job *job)
{
    b->job = *job;
    b->done_ns = b->f->part->clock->now_ns + duration_of(b, job);
    sim_clock_arm(b->f->part->clock, &b->done, b->done_ns);
    sim_map_update(b->f->part->chip);
}

bool sim_words_is_full(const struct sim_words_bank *b)
{
    return b->next.kind != SIM_WORDS_IDLE;
}

void sim_words_enqueue(struct sim_words_bank *b, const struct sim_words_job *job)
{
    if (sim_words_is_busy(b))
        b->next = *job;
    else
        begin(b, job);
}

enum sim_bus_status sim_words_stall(struct sim_words_bank *b)
{
    return sim_chip_stall(b->f->part->chip, b->done_ns);
}

// ---- what jobs leave ----------------------------------------------------------------------------

static bool is_spoilt(uint8_t state)
{
    return state == SIM_UNIT_ONE_WRONG || state == SIM_UNIT_TWO_WRONG;
}

static void set_unit(struct sim_flash_words *f, struct sim_memory *in, uint32_t offset,
                     enum sim_unit_state state)
{
    uint8_t *unit = &in->unit_state[offset / in->row.unit];
    f->spoilt -= is_spoilt(*unit) && f->spoilt;
    f->spoilt += is_spoilt(state);
    *unit = (uint8_t)state;
}

void sim_words_erase_cells(struct sim_flash_words *f, uint32_t offset, uint32_t length)
{
    memset(f->flash->bytes + offset, 0xff, length);
    for (uint32_t at = 0; at < length; at += f->config->unit)
        set_unit(f, f->flash, offset + at, SIM_UNIT_FITS);
}

// Nothing looks at what is there (4.3.9, note): over something else it leaves both mixed, and check
// bits that fit neither. The same once more changes no cell.
static void program_cells(struct sim_flash_words *f, const struct sim_words_job *job)
{
    uint8_t *cell = job->in->bytes + job->offset, erased = 0xff, ones = 0xff;
    bool same = memcmp(cell, job->data, job->length) == 0;
    for (uint32_t i = 0; i < job->length; i++) {
        erased &= cell[i];
        ones &= job->data[i];
        cell[i] &= job->data[i];
    }
    uint8_t old = job->in->unit_state[job->offset / job->in->row.unit];
    bool fresh = erased == 0xff && old == SIM_UNIT_FITS;
    if (fresh)
        set_unit(f, job->in, job->offset, ones == 0xff ? SIM_UNIT_PROGRAMMED : SIM_UNIT_FITS);
    else if (!same || is_spoilt(old))
        set_unit(f, job->in, job->offset, SIM_UNIT_TWO_WRONG);
}

static void finish_job(void *arg)
{
    struct sim_words_bank *b = arg;
    struct sim_words_job job = b->job;
    b->job.kind = SIM_WORDS_IDLE;
    if (job.kind == SIM_WORDS_PROGRAM)
        program_cells(b->f, &job);
    else
        sim_words_erase_cells(b->f, job.offset, job.length);
    if (job.kind == SIM_WORDS_UNPROTECT)
        sim_words_drop_protection(b);
    sim_words_flag(b, WORDS_SR_EOP);
    struct sim_words_job next = b->next;
    b->next.kind = SIM_WORDS_IDLE;
    if (next.kind != SIM_WORDS_IDLE)
        begin(b, &next);
    else
        sim_map_update(b->f->part->chip);
}

void sim_words_create_bank(struct sim_words_bank *b)
{
    sim_clock_add(b->f->part->clock, &b->done, finish_job, b);
}

// ---- cuts ---------------------------------------------------------------------------------------

// Some bits have made it, some have not; the check bits, too.
static void spoil_unit(struct sim_flash_words *f, struct sim_memory *in, uint32_t offset)
{
    bool one = sim_chip_random(f->part->chip) % 4 == 0;
    set_unit(f, in, offset, one ? SIM_UNIT_ONE_WRONG : SIM_UNIT_TWO_WRONG);
}

void sim_words_half_erase(struct sim_flash_words *f, uint32_t offset, uint32_t length)
{
    sim_cells_half_erase(f->part, f->flash->bytes + offset, length);
    for (uint32_t at = offset; at < offset + length; at += f->config->unit)
        spoil_unit(f, f->flash, at);
}

static void half_program(struct sim_flash_words *f, struct sim_words_job *job)
{
    for (uint32_t i = 0; i < job->length; i++)
        job->data[i] |= (uint8_t)sim_chip_random(f->part->chip);
    program_cells(f, job);
    spoil_unit(f, job->in, job->offset);
}

void sim_words_cut_bank(struct sim_words_bank *b, bool by_reset)
{
    struct sim_words_job job = b->job;
    b->job.kind = b->next.kind = SIM_WORDS_IDLE;
    sim_words_empty_buffer(b);
    sim_clock_arm(b->f->part->clock, &b->done, SIM_NEVER);
    if (job.kind == SIM_WORDS_IDLE)
        return;
    if (by_reset)
        sim_cells_note_reset(b->f->part, sim_words_address(b->f, job.in, job.offset));
    if (job.kind == SIM_WORDS_PROGRAM)
        half_program(b->f, &job);
    else
        sim_words_half_erase(b->f, job.offset, job.length);
}
