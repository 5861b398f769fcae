// SPDX-License-Identifier: MIT
// qXfer:OBJECT:read:ANNEX:OFFSET,LENGTH: the documents that describe the target to GDB, made afresh
// for each request ("Debugging with GDB", G.2 target descriptions, E.17 memory map, E.15 threads).
#include <stdio.h>
#include <string.h>

#include "server/packets.h"
#include "server/qxfer.h"
#include "server/regs.h"
#include "server/reply.h"

void qxfer_put(struct qxfer_text *x, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(x->text + x->len, sizeof x->text - x->len, fmt, ap);
    va_end(ap);
    if (n > 0)
        x->len += (size_t)n < sizeof x->text - x->len ? (size_t)n : sizeof x->text - x->len - 1;
}

static void put_feature(struct qxfer_text *x, const struct target *t, enum core_reg_feature feature)
{
    static const struct {
        const char *name, *group;
    } features[CORE_REGS_FEATURES] = {
        [CORE_REGS_PROFILE] = {"m-profile", "general"},
        [CORE_REGS_SYSTEM] = {"m-system", "system"},
        [CORE_REGS_SECEXT] = {"secext", "system"},
        [CORE_REGS_VFP] = {"vfp", "float"},
    };
    bool opened = false;
    for (unsigned reg = 0; reg < CORTEXM_REG_COUNT; reg++) {
        const struct core_reg *row = &core_regs[reg];
        if (row->feature != feature || !regs_exists(t, reg))
            continue;
        if (!opened)
            qxfer_put(x, "<feature name=\"org.gnu.gdb.arm.%s\">\n", features[feature].name);
        opened = true;
        qxfer_put(x, "<reg name=\"%s\" bitsize=\"%u\" regnum=\"%u\" type=\"%s\" group=\"%s\"/>\n",
                  row->name, 8u * row->bytes, regs_gdb_number(t, reg), row->gdb_type,
                  features[feature].group);
    }
    if (opened)
        qxfer_put(x, "</feature>\n");
}

// osabi none: else GDB may take the ABI of its host for the target's.
void qxfer_target_xml(struct qxfer_text *x, const struct target *t)
{
    qxfer_put(x,
              "<?xml version=\"1.0\"?>\n<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
              "<target version=\"1.0\">\n<architecture>arm</architecture>\n<osabi>none</osabi>\n");
    for (unsigned feature = 0; feature < CORE_REGS_FEATURES; feature++)
        put_feature(x, t, feature);
    qxfer_put(x, "</target>\n");
}

// Of a chip that nobody knows: the address map that all Cortex-M share (DDI 0419, B3.1). Code is
// said to be flash, so that GDB sets hardware breakpoints there, and asks before it loads: who
// loads is told that nobody knows how.
static const struct target_region architecture[] = {
    {.kind = TARGET_REGION_FLASH, .base = 0x00000000u, .size = 0x20000000u, .page_size = 1024u},
    {.kind = TARGET_REGION_RAM, .base = 0x20000000u, .size = 0xc0000000u},
    {.kind = TARGET_REGION_RAM, .base = 0xe0000000u, .size = 0x1fffffffu},
};

static void put_region(struct qxfer_text *x, const struct target_region *r)
{
    static const char *const kind[] = {
        [TARGET_REGION_RAM] = "ram",
        [TARGET_REGION_ROM] = "rom",
        [TARGET_REGION_FLASH] = "flash",
        [TARGET_REGION_EEPROM] = "ram", // so that `set var` works, and a load of its section
    };
    qxfer_put(x, "<memory type=\"%s\" start=\"0x%08x\" length=\"0x%x\"", kind[r->kind], r->base,
              r->size);
    if (r->kind == TARGET_REGION_FLASH)
        qxfer_put(x, "><property name=\"blocksize\">0x%x</property></memory>\n", r->page_size);
    else
        qxfer_put(x, "/>\n");
}

const struct target_region *qxfer_regions(const struct target *t, unsigned *count)
{
    const struct target_region *known = target_regions(t, count);
    if (*count == 0)
        *count = sizeof architecture / sizeof architecture[0];
    return known ? known : architecture;
}

void qxfer_memory_map(struct qxfer_text *x, const struct target *t)
{
    qxfer_put(x, "<?xml version=\"1.0\"?>\n"
                 "<!DOCTYPE memory-map PUBLIC \"+//IDN gnu.org//DTD GDB Memory Map V1.0//EN\" "
                 "\"http://sourceware.org/gdb/gdb-memory-map.dtd\">\n<memory-map>\n");
    unsigned count;
    const struct target_region *region = qxfer_regions(t, &count);
    for (unsigned i = 0; i < count; i++)
        put_region(x, &region[i]);
    qxfer_put(x, "</memory-map>\n");
}

void qxfer_threads(struct qxfer_text *x, const struct target *t)
{
    (void)t;
    qxfer_put(x, "<?xml version=\"1.0\"?>\n<threads>\n<thread id=\"1\" core=\"0\" name=\"core\"/>\n"
                 "</threads>\n");
}

// Of a program that is no more.
static void no_threads(struct qxfer_text *x)
{
    qxfer_put(x, "<?xml version=\"1.0\"?>\n<threads>\n</threads>\n");
}

// One row per document: object and annex as they stand in the packet.
static const struct {
    const char *object, *annex;
    void (*make)(struct qxfer_text *x, const struct target *t);
} documents[] = {
    {.object = "features:read:", .annex = "target.xml:", .make = qxfer_target_xml},
    {.object = "memory-map:read:", .annex = ":", .make = qxfer_memory_map},
    {.object = "threads:read:", .annex = ":", .make = qxfer_threads},
};

static void send_part(struct session *s, const struct qxfer_text *x, uint32_t offset, uint32_t len)
{
    if (offset > x->len) {
        reply_error_quietly(
            s, log_fail(s->log, ERR_USAGE, "offset %u is past the end of the document", offset));
        return;
    }
    size_t left = x->len - offset;
    size_t part = len < left ? len : left;
    reply_begin(s);
    if (part > reply_room(s) - 1)
        part = reply_room(s) - 1;
    reply_put_text(s, part < left ? "m" : "l");
    reply_put(s, x->text + offset, part);
    reply_end(s);
}

void packet_xfer(struct session *s, struct cursor *args)
{
    unsigned count = sizeof documents / sizeof documents[0], i = 0;
    while (i < count && !cursor_skip_text(args, documents[i].object))
        i++;
    if (i == count) {
        reply_unsupported(s);
        return;
    }
    if (!cursor_skip_text(args, documents[i].annex)) {
        reply_text(s, "E00"); // means: no such annex
        return;
    }
    uint32_t offset = cursor_hex32(args);
    args->bad |= !cursor_skip_text(args, ",");
    uint32_t len = cursor_hex32(args);
    if (!packet_args_end(s, args))
        return;
    struct qxfer_text x = {.len = 0};
    s->blind_layout |= documents[i].make == qxfer_target_xml && target_cpuid(s->t) == 0;
    if (s->gone && documents[i].make == qxfer_threads)
        no_threads(&x);
    else
        documents[i].make(&x, s->t);
    send_part(s, &x, offset, len);
}
