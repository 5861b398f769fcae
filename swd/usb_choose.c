// SPDX-License-Identifier: MIT
#include "swd/usb_choose.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define PREFIX_LEN (sizeof USB_CHOOSE_PREFIX - 1)

// How well a probe fits what was asked for.
enum fit { FIT_NONE, FIT_PART, FIT_EXACT };

void usb_choose_note_shared(struct usb_found *found, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        bool shared = found[i].id.serial[0] == '\0';
        for (size_t k = 0; k < count; k++)
            shared |= k != i && strcasecmp(found[i].id.serial, found[k].id.serial) == 0;
        found[i].id.serial_shared = shared;
    }
}

const char *usb_choose_name(const struct usb_identity *id, char text[USB_CHOOSE_NAME_SIZE])
{
    if (id->location[0] && (id->serial_shared || !id->serial[0]))
        snprintf(text, USB_CHOOSE_NAME_SIZE, "%s%s", USB_CHOOSE_PREFIX, id->location);
    else
        snprintf(text, USB_CHOOSE_NAME_SIZE, "%s", id->serial);
    return text;
}

static bool is_place(const char *which)
{
    return strncasecmp(which, USB_CHOOSE_PREFIX, PREFIX_LEN) == 0;
}

// A place may also be given without its prefix: no serial number looks like it.
static enum fit fit_of(const struct usb_found *f, const char *which)
{
    const char *place = is_place(which) ? which + PREFIX_LEN : which;
    const char *serial = f->id.serial;
    size_t have = strlen(serial), want = strlen(which);
    if (f->id.location[0] && strcmp(f->id.location, place) == 0)
        return FIT_EXACT;
    if (is_place(which) || want == 0 || want > have)
        return FIT_NONE;
    if (strcasecmp(serial, which) == 0)
        return FIT_EXACT;
    bool part =
        strncasecmp(serial, which, want) == 0 || strcasecmp(serial + have - want, which) == 0;
    return part ? FIT_PART : FIT_NONE;
}

static void describe_all(const struct usb_found *found, size_t count, char *text, size_t size)
{
    size_t at = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count && at < size; i++) {
        const struct usb_identity *id = &found[i].id;
        const char *serial = id->serial[0]     ? id->serial
                             : found[i].access ? "(serial unreadable)"
                                               : "(without a serial number)";
        at += (size_t)snprintf(text + at, size - at, "%s%s %s", i ? ", " : "", found[i].model->name,
                               serial);
        if (id->location[0] && at < size)
            at +=
                (size_t)snprintf(text + at, size - at, " at %s%s", USB_CHOOSE_PREFIX, id->location);
    }
}

static enum err explain_choice(const struct usb_found *found, size_t count, const char *which,
                               unsigned candidates, struct log *log)
{
    char seen[320];
    describe_all(found, count, seen, sizeof seen);
    if (count == 0)
        return log_fail(log, ERR_NO_PROBE,
                        "no ST-LINK is plugged in: plug one in, try another USB cable or port (or "
                        "type `--probe "
                        "virtual` for the virtual board)");
    if (candidates == 0)
        return log_fail(log, ERR_NO_PROBE, "there is no %s; plugged in: %s",
                        !which            ? "ST-LINK that can debug"
                        : is_place(which) ? "ST-LINK at that place"
                                          : "ST-LINK with that serial number",
                        seen);
    return log_fail(log, ERR_SEVERAL_PROBES,
                    "several ST-LINKs fit, choose one with --probe SERIAL or --probe "
                    "usb:BUS-PORT: %s",
                    seen);
}

enum err usb_choose(const struct usb_found *found, size_t count, const char *which, size_t *chosen,
                    struct log *log)
{
    unsigned candidates = 0;
    enum fit best = FIT_NONE;
    for (size_t i = 0; i < count; i++) {
        enum fit fit = which                      ? fit_of(&found[i], which)
                       : found[i].model->debugger ? FIT_EXACT
                                                  : FIT_NONE;
        if (fit == FIT_NONE || fit < best)
            continue;
        candidates = fit > best ? 1 : candidates + 1;
        best = fit;
        *chosen = i;
    }
    return candidates == 1 ? ERR_OK : explain_choice(found, count, which, candidates, log);
}
