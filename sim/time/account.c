// SPDX-License-Identifier: MIT
// The board's account and its JSON form, whose keys are a contract with the benchmarks.
#include "sim/time/account.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sim_account_violation(struct sim_account *a, const char *fmt, ...)
{
    unsigned index = a->violation_count++;
    if (index >= SIM_MAX_VIOLATIONS)
        return;
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    // NULL when out of memory: the count still tells that there was one.
    a->violations[index] = strdup(text);
}

static void put_string(FILE *f, const char *text)
{
    fputc('"', f);
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\')
            fprintf(f, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            fprintf(f, "\\u%04x", (unsigned)c);
        else
            fputc(c, f);
    }
    fputc('"', f);
}

static void put_numbers(FILE *f, const struct sim_account *a, uint64_t virtual_ns)
{
    const struct {
        const char *key;
        uint64_t value;
    } rows[] = {
        {"usb_commands", a->usb_commands},
        {"usb_transfers", a->usb_transfers},
        {"usb_bytes_out", a->usb_bytes_out},
        {"usb_bytes_in", a->usb_bytes_in},
        {"swd_packets", a->swd_packets},
        {"swd_clocks", a->swd_clocks},
        {"swd_waits", a->swd_waits},
        {"pages_erased", a->pages_erased},
        {"mass_erases", a->mass_erases},
        {"units_programmed", a->units_programmed},
        {"instructions", a->instructions},
        {"virtual_ns", virtual_ns},
        {"violation_count", a->violation_count},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        fprintf(f, "\"%s\": %" PRIu64 ", ", rows[i].key, rows[i].value);
}

char *sim_account_json(const struct sim_account *a, uint64_t virtual_ns)
{
    char *text = NULL;
    size_t len = 0;
    FILE *f = open_memstream(&text, &len);
    if (!f)
        return NULL;
    fputc('{', f);
    put_numbers(f, a, virtual_ns);
    fputs("\"violations\": [", f);
    const char *separator = "";
    for (unsigned i = 0; i < a->violation_count && i < SIM_MAX_VIOLATIONS; i++) {
        if (!a->violations[i])
            continue;
        fputs(separator, f);
        put_string(f, a->violations[i]);
        separator = ", ";
    }
    fputs("]}", f);
    bool failed = ferror(f);
    if (fclose(f) != 0 || failed) {
        free(text);
        return NULL;
    }
    return text;
}

void sim_account_clear(struct sim_account *a)
{
    for (unsigned i = 0; i < SIM_MAX_VIOLATIONS; i++)
        free(a->violations[i]);
    *a = (struct sim_account){0};
}
