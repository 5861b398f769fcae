// SPDX-License-Identifier: MIT
#include "config.h"

#include "cli/doctor_html.h"

#include <stdlib.h>
#include <string.h>

#include "cli/doctor_report.h"
#include "cli/out_file.h"
#include "doctor/header.h"

#define SERIAL_SHOWN 4u // its last characters

static const char *const colours[] = {
    [WIRE_UNKNOWN] = "unknown", [WIRE_GOOD] = "good", [WIRE_SHAKY] = "shaky", [WIRE_BAD] = "bad"};

static const char page_head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>swdlink doctor</title>\n<style>\n"
    ":root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fff;--soft:#666;--line:#ccc;"
    "--good:#2a7d2e;--shaky:#b36b00;--bad:#c62828;--unknown:#888}\n"
    "@media (prefers-color-scheme:dark){:root{--ink:#e8e8e8;--paper:#161616;--soft:#aaa;"
    "--line:#444;--good:#6fcf74;--shaky:#ffb74d;--bad:#ff7b72;--unknown:#999}}\n"
    "@media print{:root{--ink:#000;--paper:#fff;--soft:#444;--line:#999;--good:#1b5e20;"
    "--shaky:#8a5200;--bad:#a31515;--unknown:#666}}\n"
    "body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);"
    "max-width:46rem;margin:2rem auto;padding:0 1rem}\n"
    "h1{font-size:1.4rem;margin:0}p{margin:.3rem 0}.soft{color:var(--soft)}\n"
    "svg{width:100%;height:auto;margin:1rem 0}svg text{font:13px system-ui,sans-serif;"
    "fill:var(--ink)}\n"
    ".good{stroke:var(--good)}.shaky{stroke:var(--shaky);stroke-dasharray:7 5}"
    ".bad{stroke:var(--bad);stroke-dasharray:2 6}.unknown{stroke:var(--unknown)}\n"
    ".pin{fill:var(--paper);stroke-width:3;stroke-dasharray:none}.free{stroke:var(--line)}.wire{"
    "stroke-width:4}\n"
    "pre{overflow-x:auto;font-size:12px;line-height:1.35;border-top:1px solid var(--line);"
    "padding-top:1rem}\nli{margin:.2rem 0}\n</style></head><body>\n";

static void put_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        const char *entity = *text == '<'   ? "&lt;"
                             : *text == '>' ? "&gt;"
                             : *text == '&' ? "&amp;"
                             : *text == '"' ? "&quot;"
                                            : NULL;
        if (entity)
            fputs(entity, out);
        else
            fputc(*text, out);
    }
}

static void put_label(FILE *out, unsigned x, unsigned y, const char *anchor, const char *text)
{
    fprintf(out, "<text x=\"%u\" y=\"%u\" text-anchor=\"%s\">", x, y, anchor);
    put_text(out, text);
    fprintf(out, "</text>\n");
}

static void put_pin(FILE *out, unsigned x, unsigned y, const char *colour)
{
    fprintf(out, "<circle class=\"pin %s\" cx=\"%u\" cy=\"%u\" r=\"8\"/>\n", colour, x, y);
}

// The 20-pin header of an ST-LINK as it looks from above, pin 1 at the upper left.
static void put_header(FILE *out, const struct header_wire wires[HEADER_WIRES])
{
    enum { PINS = 20, X = 60, STEP = 34, ODD_Y = 50, EVEN_Y = 84 };
    fprintf(out, "<svg viewBox=\"0 0 620 110\" role=\"img\" aria-label=\"the probe's 20-pin header "
                 "from above\">\n");
    put_label(out, X - 20, ODD_Y + 5, "end", "1");
    put_label(out, X - 20, EVEN_Y + 5, "end", "2");
    put_label(out, X + 9 * STEP + 20, ODD_Y + 5, "start", "19");
    put_label(out, X + 9 * STEP + 20, EVEN_Y + 5, "start", "20");
    put_label(out, X - 10, ODD_Y - 26, "start", "20-pin header of the probe, seen from above");
    for (unsigned pin = 1; pin <= PINS; pin++) {
        const char *colour = "free";
        for (unsigned w = 0; w < HEADER_WIRES; w++)
            if (wires[w].pin20 == pin)
                colour = colours[wires[w].state];
        put_pin(out, X + (pin - 1) / 2 * STEP, pin % 2 ? ODD_Y : EVEN_Y, colour);
    }
    fprintf(out, "</svg>\n");
}

static void put_wires(FILE *out, const struct header_wire wires[HEADER_WIRES])
{
    enum { ROW = 34, LEFT = 210, RIGHT = 380, FIRST = 44 };
    char pins[48];
    fprintf(out, "<svg viewBox=\"0 0 620 %u\" role=\"img\" aria-label=\"the wires\">\n",
            (unsigned)(FIRST + HEADER_WIRES * ROW));
    put_label(out, LEFT, 20, "end", "probe (pin of 20, 10, 6)");
    put_label(out, RIGHT, 20, "start", "board");
    for (unsigned i = 0; i < HEADER_WIRES; i++) {
        const struct header_wire *w = &wires[i];
        const unsigned y = FIRST + i * ROW;
        char board[96];
        snprintf(pins, sizeof pins, "%s (%u, %u, %u)", w->probe, w->pin20, w->pin10, w->pin6);
        snprintf(board, sizeof board, "%s: %s", w->board, w->text);
        fprintf(out, "<line class=\"wire %s\" x1=\"%u\" y1=\"%u\" x2=\"%u\" y2=\"%u\"/>\n",
                colours[w->state], LEFT + 12u, y, RIGHT - 12u, y);
        put_pin(out, LEFT + 12, y, colours[w->state]);
        put_pin(out, RIGHT - 12, y, colours[w->state]);
        put_label(out, LEFT - 4, y + 5, "end", pins);
        put_label(out, RIGHT + 4, y + 5, "start", board);
    }
    fprintf(out, "</svg>\n");
}

static void put_findings(FILE *out, const struct measurements *m, const struct diagnosis *d)
{
    const struct finding *first = &d->finding[0];
    char text[DIAGNOSIS_TEXT];
    fprintf(out, "<h1>");
    put_text(out, first->rule->sentence);
    fprintf(out, "</h1>\n<p class=\"soft\">%s</p>\n<p>", first->rule->id);
    put_text(out, first->evidence.text);
    fprintf(out, "</p>\n");
    unsigned items = 0;
    for (unsigned i = 0; i < DIAGNOSIS_MAX_ADVICE; i++) {
        if (!diagnosis_advise(first->rule, i, m, text, sizeof text))
            continue;
        fprintf(out, "%s<li>", items++ ? "" : "<p>Next:</p>\n<ol>\n");
        put_text(out, text);
        fprintf(out, "</li>\n");
    }
    fprintf(out, "%s", items ? "</ol>\n" : "");
}

// The serial number tells whose probe it is: most of it stays out of what people post.
static void mask_serial(char *serial)
{
    const size_t len = strlen(serial);
    for (size_t i = 0; i + SERIAL_SHOWN < len; i++)
        serial[i] = '*';
}

// The report for terminals, which has every number.
static enum err put_report(FILE *out, const struct measurements *m, const struct diagnosis *d,
                           struct log *log)
{
    char *text = NULL;
    size_t size = 0;
    FILE *report = open_memstream(&text, &size);
    if (!report)
        return log_fail(log, ERR_MEMORY, "out of memory");
    doctor_report_print(report, m, d, true);
    if (fclose(report) != 0) {
        free(text);
        return log_fail(log, ERR_MEMORY, "out of memory");
    }
    fprintf(out, "<pre>");
    put_text(out, text);
    fprintf(out, "</pre>\n");
    free(text);
    return ERR_OK;
}

enum err doctor_html_write(const char *path, const struct measurements *m,
                           const struct diagnosis *d, bool with_serial, struct log *log)
{
    struct measurements *shown = malloc(sizeof *shown);
    if (!shown)
        return log_fail(log, ERR_MEMORY, "out of memory");
    *shown = *m;
    if (!with_serial)
        mask_serial(shown->probe.serial);
    FILE *out;
    enum err e = out_file_create(&out, path, log);
    if (e) {
        free(shown);
        return e;
    }
    struct header_wire wires[HEADER_WIRES];
    header_describe(wires, shown, d);
    fputs(page_head, out);
    put_findings(out, shown, d);
    if (!shown->probe.opening) {
        put_header(out, wires);
        put_wires(out, wires);
    }
    e = put_report(out, shown, d, log);
    fprintf(out, "<p class=\"soft\">swdlink " PACKAGE_VERSION "</p>\n</body></html>\n");
    free(shown);
    return out_file_close(out, path, e, log);
}
