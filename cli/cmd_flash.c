// SPDX-License-Identifier: MIT
// swdlink flash: programs a file, verifies, resets.
#include <stdio.h>

#include "cli/command.h"
#include "cli/flasher.h"
#include "cli/image_place.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/probe.h"
#include "cli/restart.h"

static enum err program_image(struct probe *p, struct image *image,
                              const struct image_request *request, const struct options *o,
                              struct flash_stats *stats, bool *touched, struct log *log)
{
    uint32_t flash_bytes, ram_bytes;
    image_place(image, &p->target, request, log);
    enum err e = image_check(image, &p->target, request, &flash_bytes, &ram_bytes, log);
    if (e != ERR_OK)
        return e;
    if (flash_bytes == 0)
        return log_fail(
            log, ERR_FILE,
            "all of the file is for RAM: there is nothing to put into the flash (GDB's `load` "
            "puts a program into RAM)");
    if (ram_bytes)
        log_line(log, LOG_WARN, "%u bytes of the file are for RAM and are left out", ram_bytes);
    e = target_reset(&p->target, true);
    *touched = true;
    return e ? e : flasher_program(&p->target, image, o, stats);
}

static enum err restart_program(struct restart *r, struct probe *p, const struct options *o,
                                struct log *log)
{
    enum err e = restart_target(r, &p->target, o->halt);
    if (e == ERR_OK)
        return ERR_OK;
    char why[LOG_SENTENCE_SIZE / 2];
    snprintf(why, sizeof why, "%s", log_sentence(log, e));
    return log_fail(log, e, "the file is programmed, but the chip was not started: %s", why);
}

static void report_flash(const struct flash_stats *s, const struct restart *r, struct log *log)
{
    double seconds = flasher_seconds(s);
    double kib = (s->programmed + s->skipped) / 1024.0;
    log_line(
        log, LOG_NOTE,
        "%u bytes erased, %u programmed, %u left as they were, %u verified, in %.2f s (%.1f KiB/s)",
        s->erased, s->programmed, s->skipped, s->verified, seconds,
        seconds > 0 ? kib / seconds : 0.0);
    restart_report(r, log);
}

static enum err flash_image(struct image *image, const struct image_request *request,
                            const struct options *o, struct output *out, struct log *log)
{
    struct probe p;
    struct flash_stats stats = {0};
    struct restart r = {0};
    bool touched = false;
    enum err e = probe_open(&p, o, false, log);
    if (e != ERR_OK)
        return e;
    e = probe_connect(&p, o, log);
    if (e == ERR_OK)
        e = program_image(&p, image, request, o, &stats, &touched, log);
    if (e != ERR_OK && touched)
        e = restart_after_failure(&r, &p.target, stats.changed, e);
    else if (e == ERR_OK)
        e = restart_program(&r, &p, o, log);
    if (e == ERR_OK)
        probe_note_flashed(&p, o, o->operand[0]);
    probe_close(&p, touched ? r.halted : target_was_halted(&p.target));
    if (e != ERR_OK)
        return e;
    if (!o->json) {
        report_flash(&stats, &r, log);
        return ERR_OK;
    }
    json_t *document = flasher_json(&stats);
    restart_add_json(&r, document);
    return output_json(out, document, log);
}

enum err cmd_flash(const struct options *o, struct output *out, struct log *log)
{
    struct image image;
    const struct image_request request = {o->has_address, o->address, o->force};
    enum err e = image_load(&image, o->operand[0], &request, log);
    if (e != ERR_OK)
        return e;
    e = flash_image(&image, &request, o, out, log);
    image_free(&image);
    return e;
}
