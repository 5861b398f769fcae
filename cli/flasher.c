// SPDX-License-Identifier: MIT
#include "cli/flasher.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/signals.h"
#include "cli/output.h"

enum { BAR_WIDTH = 30, QUICK_BYTES = 8192 };

static bool segment_within(uint32_t base, uint32_t size, const struct image_segment *s)
{
    return s->addr >= base && s->addr - base < size && s->len <= size - (s->addr - base);
}

// ---- progress and interruption ------------------------------------------------------------------

struct progress {
    bool shown;
    uint32_t total;
    unsigned percent;
};

static struct progress progress_start(const struct options *o, uint32_t total)
{
    return (struct progress){.shown = isatty(STDERR_FILENO) && !o->quiet && !o->verbose,
                             .total = total ? total : 1,
                             .percent = 101};
}

// Half for the way into the flash, half for the comparison.
static void progress_show(struct progress *p, const struct flash_stats *s)
{
    uint64_t done = (uint64_t)s->programmed + s->skipped + s->verified;
    unsigned percent = (unsigned)(done * 50 / p->total);
    if (percent > 100)
        percent = 100;
    if (!p->shown || percent == p->percent)
        return;
    char bar[BAR_WIDTH + 1];
    memset(bar, '.', BAR_WIDTH);
    memset(bar, '#', percent * BAR_WIDTH / 100);
    bar[BAR_WIDTH] = '\0';
    fprintf(stderr, "\r[%s] %3u %%", bar, percent);
    fflush(stderr);
    p->percent = percent;
}

static void progress_end(const struct progress *p)
{
    if (p->shown && p->percent <= 100) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
}

static enum err run_steps(struct flash_job *job, struct progress *progress, struct log *log)
{
    bool more = true;
    enum err e = ERR_OK;
    while (more && !e) {
        e = signals_check(log);
        if (!e)
            e = flash_job_step(job, &more);
        progress_show(progress, flash_job_stats(job));
    }
    return e;
}

// Ends the job; the sentence has the first failure and what is incomplete.
static enum err close_job(struct target *t, struct flash_job *job, enum err e)
{
    char first[LOG_SENTENCE_SIZE / 2] = "";
    if (e)
        snprintf(first, sizeof first, "%s", log_sentence(target_log(t), e));
    e = target_note_error(t, e);
    log_forget(target_log(t));
    enum err end = target_flash_close(t, job);
    if (!e || !end)
        return e ? log_fail(target_log(t), e, "%s", first) : end;
    char second[LOG_SENTENCE_SIZE / 2];
    snprintf(second, sizeof second, "%s", log_sentence(target_log(t), end));
    if (strncmp(second, first, strlen(first)) == 0)
        return log_fail(target_log(t), e, "%s", second); // it tells both already
    return log_fail(target_log(t), e, "%s; %s", first, second);
}

static enum err run_job(struct target *t, struct flash_job *job, uint32_t total,
                        const struct options *o, struct flash_stats *stats)
{
    struct progress progress = progress_start(o, total);
    flash_job_close_input(job);
    enum err e = run_steps(job, &progress, target_log(t));
    *stats = *flash_job_stats(job);
    progress_end(&progress);
    e = close_job(t, job, e);
    return e;
}

// ---- jobs ---------------------------------------------------------------------------------------

static bool is_in_bank(const struct flash_bank *b, const struct image_segment *s)
{
    return segment_within(b->base, b->size, s);
}

static enum err fill_job(const struct flash_bank *b, struct flash_job *job,
                         const struct image *image)
{
    enum err e = ERR_OK;
    for (size_t i = 0; i < image->count && !e; i++) {
        const struct image_segment *s = &image->segment[i];
        if (!is_in_bank(b, s))
            continue;
        uint32_t start, bytes;
        if (!flash_layout_widen(&b->layout, s->addr, s->len, &start, &bytes)) {
            start = s->addr; // refused, with a sentence
            bytes = s->len;
        }
        e = flash_job_erase(job, start, bytes);
    }
    for (size_t i = 0; i < image->count && !e; i++)
        if (is_in_bank(b, &image->segment[i]))
            e = flash_job_write(job, image->segment[i].addr, image->segment[i].data,
                                image->segment[i].len);
    return e;
}

static uint32_t bytes_of_pages(const struct flash_bank *b, const struct image *image)
{
    uint32_t total = 0;
    for (size_t i = 0; i < image->count; i++) {
        uint32_t start, bytes;
        const struct image_segment *s = &image->segment[i];
        if (flash_layout_widen(&b->layout, s->addr, s->len, &start, &bytes))
            total += bytes;
    }
    return total;
}

static enum err open_job(struct target *t, const struct flash_bank *b, struct flash_job **job,
                         const struct options *o)
{
    const bool eeprom = b == target_eeprom(t);
    enum err e = eeprom ? target_eeprom_open(t, job) : target_flash_open(t, job);
    if (e)
        return e;
    // Words that the file does not name are somebody's data.
    flash_job_set_erase(*job, eeprom && o->erase == FLASH_ERASE_MASS ? FLASH_ERASE_AUTO : o->erase);
    flash_job_set_verify(*job, !o->no_verify);
    flash_job_reset_follows(*job);
    return ERR_OK;
}

static void add_stats(struct flash_stats *sum, const struct flash_stats *more)
{
    const uint64_t took_us = more->ended_us - more->started_us;
    sum->erased += more->erased;
    sum->programmed += more->programmed;
    sum->skipped += more->skipped;
    sum->verified += more->verified;
    sum->by_loader |= more->by_loader;
    sum->changed |= more->changed;
    sum->ended_us += took_us;
}

static enum err program_bank(struct target *t, const struct flash_bank *b,
                             const struct image *image, const struct options *o,
                             struct flash_stats *sum)
{
    struct flash_job *job;
    struct flash_stats stats = {0};
    const uint32_t bytes = bytes_of_pages(b, image);
    enum err e = open_job(t, b, &job, o);
    if (e)
        return e;
    e = fill_job(b, job, image);
    e = e ? close_job(t, job, e) : run_job(t, job, bytes, o, &stats);
    add_stats(sum, &stats);
    return e;
}

static bool has_part_in(const struct flash_bank *b, const struct image *image)
{
    for (size_t i = 0; i < image->count; i++)
        if (is_in_bank(b, &image->segment[i]))
            return true;
    return false;
}

enum err flasher_program(struct target *t, const struct image *image, const struct options *o,
                         struct flash_stats *stats)
{
    const struct flash_bank *banks[] = {target_flash(t), target_eeprom(t)};
    enum err e = ERR_OK;
    *stats = (struct flash_stats){0};
    for (unsigned i = 0; i < 2 && !e; i++)
        if (has_part_in(banks[i], image))
            e = program_bank(t, banks[i], image, o, stats);
    return e;
}

enum err flasher_erase(struct target *t, uint32_t addr, uint32_t len, const struct options *o,
                       struct flash_stats *stats)
{
    struct flash_job *job;
    const struct flash_bank *eeprom = target_eeprom(t);
    const bool in_eeprom = len && addr - eeprom->base < eeprom->size;
    const struct flash_bank *b = in_eeprom ? eeprom : target_flash(t);
    enum err e = open_job(t, b, &job, o);
    if (e)
        return e;
    e = len ? flash_job_erase(job, addr, len) : flash_job_erase(job, b->base, b->size);
    return e ? close_job(t, job, e) : run_job(t, job, len ? len : b->size, o, stats);
}

static enum err compare_segment(struct target *t, const struct image_segment *s, bool *same)
{
    uint8_t held[QUICK_BYTES];
    enum err e = target_read_mem(t, s->addr, held, s->len, NULL);
    *same = !e && memcmp(held, s->data, s->len) == 0;
    if (e != ERR_FAULT && e != ERR_PROTECTED)
        return e;
    log_forget(target_log(t));
    return ERR_OK;
}

static bool is_for_chip(const struct target *t, const struct image_segment *s)
{
    return is_in_bank(target_flash(t), s) || is_in_bank(target_eeprom(t), s);
}

enum err flasher_holds(struct target *t, const struct image *image, const struct options *o,
                       bool *same)
{
    uint32_t bytes = 0;
    enum err e = ERR_OK;
    for (size_t i = 0; i < image->count; i++)
        bytes += is_for_chip(t, &image->segment[i]) ? image->segment[i].len : 0;
    *same = bytes > 0 && bytes <= QUICK_BYTES && o->erase != FLASH_ERASE_MASS;
    for (size_t i = 0; i < image->count && *same && !e; i++)
        if (is_for_chip(t, &image->segment[i]))
            e = compare_segment(t, &image->segment[i], same);
    return e;
}

double flasher_seconds(const struct flash_stats *stats)
{
    return (double)(stats->ended_us - stats->started_us) / 1e6;
}

json_t *flasher_json(const struct flash_stats *stats)
{
    double seconds = flasher_seconds(stats);
    double kib = (stats->programmed + stats->skipped) / 1024.0;
    return json_pack("{s:i, s:I, s:I, s:I, s:I, s:f, s:f, s:b}", "schema", OUTPUT_SCHEMA, "erased",
                     (json_int_t)stats->erased, "programmed", (json_int_t)stats->programmed,
                     "skipped", (json_int_t)stats->skipped, "verified", (json_int_t)stats->verified,
                     "seconds", seconds, "kib_per_second", seconds > 0 ? kib / seconds : 0.0,
                     "by_loader", stats->by_loader);
}
