// SPDX-License-Identifier: MIT
// swdlink verify: compares a file with the target's memory, byte by byte, and writes nothing.
#include <string.h>

#include "cli/command.h"
#include "cli/image_place.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/probe.h"

enum { CHUNK = 24 * 1024 };

struct comparison {
    uint32_t same, different; // bytes
    uint32_t first;           // address of the first difference, and what is there
    uint8_t target_byte, file_byte;
};

static void compare_bytes(struct comparison *c, uint32_t addr, const uint8_t *target,
                          const uint8_t *file, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        if (target[i] == file[i]) {
            c->same++;
            continue;
        }
        if (c->different++ == 0) {
            c->first = addr + i;
            c->target_byte = target[i];
            c->file_byte = file[i];
        }
    }
}

static enum err compare_segment(struct probe *p, const struct image_segment *s,
                                struct comparison *c)
{
    uint8_t chunk[CHUNK];
    for (uint32_t at = 0; at < s->len;) {
        uint32_t n = s->len - at < CHUNK ? s->len - at : CHUNK;
        enum err e = probe_read(p, s->addr + at, chunk, n);
        if (e != ERR_OK)
            return e;
        compare_bytes(c, s->addr + at, chunk, s->data + at, n);
        at += n;
    }
    return ERR_OK;
}

// Memory that only the running program fills is no part of the comparison.
static bool is_ram(const struct target *t, uint32_t addr)
{
    return addr - target_flash(t)->ram_base < target_flash(t)->ram_size;
}

static enum err compare_image(struct image *image, const struct image_request *request,
                              const struct options *o, struct comparison *c, struct log *log)
{
    struct probe p;
    enum err e = probe_open(&p, o, false, log);
    if (e != ERR_OK)
        return e;
    e = probe_connect(&p, o, log);
    if (e == ERR_OK)
        image_place(image, &p.target, request, log);
    for (size_t i = 0; i < image->count && e == ERR_OK; i++)
        if (!is_ram(&p.target, image->segment[i].addr))
            e = compare_segment(&p, &image->segment[i], c);
    probe_close(&p, target_was_halted(&p.target));
    return e;
}

static enum err report_comparison(const struct comparison *c, const struct options *o,
                                  struct output *out, struct log *log)
{
    enum err e = ERR_OK;
    if (o->json) {
        json_t *d =
            json_pack("{s:i, s:b, s:I, s:I}", "schema", OUTPUT_SCHEMA, "equal", c->different == 0,
                      "same", (json_int_t)c->same, "different", (json_int_t)c->different);
        if (c->different)
            json_object_set_new(d, "first_difference",
                                json_pack("{s:I, s:i, s:i}", "address", (json_int_t)c->first,
                                          "target", (int)c->target_byte, "file",
                                          (int)c->file_byte));
        e = output_json(out, d, log);
    }
    if (e == ERR_OK && c->different)
        return log_fail(
            log, ERR_FLASH,
            "the target differs from the file in %u of %u bytes: at 0x%08x it holds 0x%02x, and "
            "the file says 0x%02x",
            c->different, c->same + c->different, c->first, c->target_byte, c->file_byte);
    if (e == ERR_OK && c->same == 0)
        return log_fail(log, ERR_FILE, "all of the file is for RAM: there is nothing to compare");
    if (e == ERR_OK && !o->json)
        log_line(log, LOG_NOTE, "equal: %u bytes", c->same);
    return e;
}

enum err cmd_verify(const struct options *o, struct output *out, struct log *log)
{
    struct image image;
    struct comparison c = {0};
    // Nothing is written: any file may be compared.
    const struct image_request request = {o->has_address, o->address, .force = true};
    enum err e = image_load(&image, o->operand[0], &request, log);
    if (e != ERR_OK)
        return e;
    e = compare_image(&image, &request, o, &c, log);
    image_free(&image);
    return e == ERR_OK ? report_comparison(&c, o, out, log) : e;
}
