// SPDX-License-Identifier: MIT
#include "cli/doctor_trace.h"

#include <string.h>

#include "cli/image.h"
#include "cli/probe.h"
#include "cli/source_location.h"
#include "doctor/diagnosis.h"
#include "doctor/trace.h"

#define DEFAULT_WATCH_S 5u
#define LONGEST_WATCH_S 3600u

struct report {
    struct trace trace;
    const char *elf; // NULL: there are no names
    bool matches;    // the chip's flash holds what the file does
    uint32_t watch_us;
    char place[SOURCE_LOCATION_SIZE], last_place[SOURCE_LOCATION_SIZE];
};

// ---- the file of names --------------------------------------------------------------------------

static enum err compare_segment(struct target *t, const struct image_segment *s, bool *same)
{
    uint8_t there[1024];
    for (uint32_t at = 0; at < s->len && *same;) {
        uint32_t n = s->len - at < sizeof there ? s->len - at : (uint32_t)sizeof there;
        enum err e = target_read_mem(t, s->addr + at, there, n, NULL);
        if (e)
            return e;
        *same = memcmp(there, s->data + at, n) == 0;
        at += n;
    }
    return ERR_OK;
}

// Names are worth something only when the chip runs the program of the file.
static enum err compare_image(struct report *r, struct target *t, const struct image *image)
{
    enum err e = ERR_OK;
    r->matches = true;
    for (size_t i = 0; i < image->count && !e && r->matches; i++)
        if (image->segment[i].addr - target_flash(t)->base < target_flash(t)->size)
            e = compare_segment(t, &image->segment[i], &r->matches);
    if (!e && !r->matches)
        log_line(target_log(t), LOG_WARN,
                 "the chip holds another program than %s: names and lines may be wrong; flash it "
                 "first (swdlink flash)",
                 r->elf);
    return e;
}

static void find_source_locations(struct report *r)
{
    const struct trace *t = &r->trace;
    if (r->elf && t->pc_known && !source_location_find(r->elf, t->pc, r->place))
        r->place[0] = '\0';
    if (r->elf && t->last_pc && !source_location_find(r->elf, t->last_pc, r->last_place))
        r->last_place[0] = '\0';
}

// ---- the finding --------------------------------------------------------------------------------

static const struct {
    const char *loss;    // in JSON
    const char *verdict; // one of the doctor's; NULL: it has none
    const char *sentence;
} findings[] = {
    [TRACE_SURVIVED] = {"none", "healthy", "the debug port survived"},
    [TRACE_PINS] = {"pins", "swd-off-by-program", "the program takes the pins of SWD"},
    [TRACE_STOP] = {"stop", "low-power", "the program goes to Stop, where the debug port is dead"},
    [TRACE_STANDBY] = {"standby", "low-power",
                       "the program goes to Standby, where the debug port is dead"},
    [TRACE_FAULT] = {"fault", NULL,
                     "the program ended in a HardFault before anything ended the debug session"},
    [TRACE_LOCKUP] = {"lockup", "lockup",
                      "the core locked up before anything ended the debug session"},
    [TRACE_RESETS] = {"resets", "reset-loop",
                      "the chip is reset again and again before anything ends the debug session"},
    [TRACE_UNEXPLAINED] = {"unexplained", NULL,
                           "the debug port died, and neither by its pins nor by Stop or Standby"},
};

// What could not be looked at again is not said to be none of these.
static const char *sentence_of(const struct trace *t)
{
    if (t->loss == TRACE_UNEXPLAINED && !t->came_back)
        return "the debug port died, and how it did cannot be told: the chip could not be "
               "connected "
               "to again";
    return findings[t->loss].sentence;
}

static void print_ms(const char *before, uint32_t us, const char *after)
{
    printf("%s%u.%u ms%s", before, us / 1000, us / 100 % 10, after);
}

static void print_culprit(const struct report *r)
{
    const struct trace *t = &r->trace;
    char pins[128];
    if (!t->pc_known)
        return;
    printf("  %s 0x%08x", t->exact ? "at" : t->on_exit ? "standing at" : "just before", t->pc);
    if (r->place[0])
        printf(": %s", r->place);
    putchar('\n');
    if (t->loss == TRACE_PINS && t->value_known)
        printf("  it writes 0x%08x to %s: %s\n", t->value, trace_register_name(t),
               trace_pins_text(t, pins, sizeof pins));
    else if (t->loss == TRACE_PINS)
        printf("  it writes to %s\n", trace_register_name(t));
    if (t->on_exit)
        printf("  SLEEPONEXIT is set: it sleeps whenever a handler returns, without any WFI\n");
    if (t->detail[0])
        printf("  %s\n", t->detail);
}

static void print_measured(const struct report *r)
{
    const struct trace *t = &r->trace;
    const char *swdio = family_swdio(t->chip), *swclk = family_swclk(t->chip);
    printf("\nmeasured:\n");
    if (t->loss == TRACE_SURVIVED)
        print_ms("  left alone  SWD still answered ", t->lived_us, " after the program's start\n");
    else
        print_ms("  left alone  ", t->lived_us, " from the program's start to the last answer\n");
    printf("              %u harmless writes to the registers of the pins, %u resets\n", t->writes,
           t->resets);
    if (t->reset_register)
        printf("              %s 0x%08x at the last reset\n", t->reset_register, t->reset_flags);
    if (t->last_pc && t->loss != TRACE_SURVIVED)
        printf("              last seen at 0x%08x%s%s\n", t->last_pc, r->last_place[0] ? ": " : "",
               r->last_place);
    if (t->loss == TRACE_PINS)
        printf("  held        with %s and %s locked, stopped at the write that followed\n", swdio,
               swclk);
    else if (t->loss == TRACE_STOP || t->loss == TRACE_STANDBY)
        printf("  held        with DBG_STOP and DBG_STANDBY set, found asleep with SLEEPDEEP\n");
    else if (t->loss == TRACE_UNEXPLAINED && t->lost_again)
        printf("  held        lost again, with %s and %s locked and clocks kept in low power\n",
               swdio, swclk);
    else if (t->loss == TRACE_UNEXPLAINED && t->came_back)
        printf("  held        neither that write nor deep sleep came in twice the time\n");
    else if (t->loss == TRACE_UNEXPLAINED)
        printf("  held        not done: the chip could not be connected to again\n");
}

static unsigned list_advice(const struct trace *t, const char *advice[DIAGNOSIS_MAX_ADVICE])
{
    static const char *const unexplained[] = {
        "run `swdlink doctor`: it measures wires, supply and clocks",
        "try a slower clock (--speed 100k): the program may have slowed the core down"};
    static const char *const dead[] = {
        "connect NRST: only a reset brings back a chip whose program ends SWD",
        "or take the supply away and give it back"};
    const struct rule *rule =
        findings[t->loss].verdict ? diagnosis_find(findings[t->loss].verdict) : NULL;
    unsigned n = 0;
    for (unsigned i = 0; rule && i < DIAGNOSIS_MAX_ADVICE && rule->advice[i]; i++)
        if (!strstr(rule->advice[i], "--trace-loss")) // it is done
            advice[n++] = rule->advice[i];
    if (t->loss == TRACE_FAULT)
        advice[n++] = "`swdlink run FILE` shows registers and the line of a fault";
    for (; t->loss == TRACE_UNEXPLAINED && n < 2; n++)
        advice[n] = t->came_back ? unexplained[n] : dead[n];
    return n;
}

static void print_text(const struct report *r)
{
    const struct trace *t = &r->trace;
    const char *advice[DIAGNOSIS_MAX_ADVICE], *verdict = findings[t->loss].verdict;
    char text[DIAGNOSIS_TEXT];
    printf("%s", sentence_of(t));
    printf(verdict ? " (%s)\n" : "\n", verdict);
    print_culprit(r);
    print_measured(r);
    unsigned n = list_advice(t, advice);
    for (unsigned i = 0; i < n; i++)
        printf("%s  %u. %s\n", i ? "" : "\nnext:\n", i + 1,
               diagnosis_name_pins(advice[i], t->chip, text, sizeof text));
    if (t->pc_known && !r->elf)
        printf("\n--elf FILE names the function and the line\n");
}

// ---- JSON ---------------------------------------------------------------------------------------

static json_t *hex_or_null(bool known, uint32_t value)
{
    return known ? json_sprintf("0x%08x", value) : json_null();
}

static json_t *text_or_null(const char *text)
{
    return text && text[0] ? json_string(text) : json_null();
}

static json_t *trace_json(const struct report *r)
{
    const struct trace *t = &r->trace;
    return json_pack(
        "{s:s, s:I, s:o, s:b, s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:b, s:b, s:o}", "loss",
        findings[t->loss].loss, "lived_us", (json_int_t)t->lived_us, "pc",
        hex_or_null(t->pc_known, t->pc), "exact", t->exact, "place", text_or_null(r->place),
        "register", text_or_null(trace_register_name(t)), "value",
        hex_or_null(t->value_known, t->value), "harmless_writes", (json_int_t)t->writes, "resets",
        (json_int_t)t->resets, "reset_register", text_or_null(t->reset_register), "reset_flags",
        hex_or_null(t->reset_register, t->reset_flags), "last_pc",
        hex_or_null(t->last_pc != 0, t->last_pc), "last_place", text_or_null(r->last_place),
        "sleep_on_exit", t->on_exit, "came_back", t->came_back, "detail", text_or_null(t->detail));
}

static json_t *report_json(const struct report *r)
{
    const char *advice[DIAGNOSIS_MAX_ADVICE];
    char text[DIAGNOSIS_TEXT];
    json_t *list = json_array();
    unsigned n = list_advice(&r->trace, advice);
    for (unsigned i = 0; i < n; i++)
        json_array_append_new(
            list, json_string(diagnosis_name_pins(advice[i], r->trace.chip, text, sizeof text)));
    return json_pack("{s:i, s:o, s:s, s:o, s:o, s:o}", "schema", OUTPUT_SCHEMA, "verdict",
                     text_or_null(findings[r->trace.loss].verdict), "sentence",
                     sentence_of(&r->trace), "trace", trace_json(r), "elf_matches",
                     r->elf ? json_boolean(r->matches) : json_null(), "advice", list);
}

// ---- doing it -----------------------------------------------------------------------------------

static enum err trace_connected(struct report *r, struct target *t, const struct image *image)
{
    const struct trace_options options = {.watch_us = r->watch_us};
    if (!target_identity(t)->chip)
        return log_fail(target_log(t), ERR_UNSUPPORTED,
                        "this chip is not known here, nor where the registers of its pins are");
    if (target_identity(t)->rdp_level)
        return log_fail(target_log(t), ERR_PROTECTED,
                        "read protection level %u is active: a program in protected flash does not "
                        "run while it is debugged, so it cannot be traced",
                        target_identity(t)->rdp_level);
    enum err e = r->elf ? compare_image(r, t, image) : ERR_OK;
    return e ? e : trace_loss(&r->trace, t, &options);
}

static enum err trace_on_probe(struct report *r, const struct options *o, const struct image *image,
                               struct log *log)
{
    struct probe p;
    enum err e = probe_open(&p, o, false, log);
    if (e)
        return e;
    e = probe_connect(&p, o, log);
    if (!e)
        e = trace_connected(r, &p.target, image);
    const struct log_mark kept = log_keep(log);
    probe_close(&p, false);
    log_restore(log, &kept);
    return e;
}

static enum err check_options(const struct options *o, struct log *log)
{
    if (o->target.connect == TARGET_CONNECT_HOTPLUG)
        return log_fail(
            log, ERR_USAGE,
            "--trace-loss starts the program again, and --connect hotplug forbids that");
    if (o->timeout_us > LONGEST_WATCH_S * UINT64_C(1000000))
        return log_fail(log, ERR_USAGE, "--timeout: at most %u seconds", LONGEST_WATCH_S);
    return ERR_OK;
}

enum err doctor_trace(const struct options *o, struct output *out, struct log *log)
{
    struct report r = {.elf = o->elf};
    struct image image = {0};
    const struct image_request request = {.force = true}; // it is only looked into
    enum err e = check_options(o, log);
    r.watch_us = o->timeout_us ? (uint32_t)o->timeout_us : DEFAULT_WATCH_S * 1000000u;
    if (!e && o->elf)
        e = image_load(&image, o->elf, &request, log);
    if (!e && o->elf && strcmp(image.format, "ELF") != 0)
        e = log_fail(log, ERR_USAGE, "--elf: %s is no ELF file, and only these have names", o->elf);
    if (!e)
        e = trace_on_probe(&r, o, &image, log);
    image_free(&image);
    if (e)
        return e;
    find_source_locations(&r);
    out->status = r.trace.loss == TRACE_SURVIVED ? 0 : 1;
    if (o->json)
        return output_json(out, report_json(&r), log);
    print_text(&r);
    return ERR_OK;
}
